/* SPDX-License-Identifier: MIT */
/* pefile.c: reading the tables of a PE file that is not loaded ("PE Format" in Microsoft's documentation). */
#include <string.h>
#include "pefile.h"

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* `size` bytes at an offset of the file, or NULL */
static const uint8_t *at_offset(const struct pe_file *pe, uint64_t offset, uint64_t size)
{
    return offset <= pe->size && size <= pe->size - offset ? pe->data + offset : NULL;
}

bool pe_open(struct pe_file *pe, const void *data, size_t size)
{
    memset(pe, 0, sizeof(*pe));
    pe->data = data;
    pe->size = size;
    const uint8_t *dos = at_offset(pe, 0, 64);
    if (!dos || get16(dos) != 0x5a4d)
        return false;
    uint32_t at = get32(dos + 60);
    const uint8_t *header = at_offset(pe, at, 24);
    if (!header || get32(header) != 0x4550)
        return false;
    pe->machine = get16(header + 4);
    pe->section_count = get16(header + 6);
    uint32_t optional_size = get16(header + 20);
    const uint8_t *optional = at_offset(pe, (uint64_t)at + 24, optional_size);
    if (!optional || optional_size < 2)
        return false;
    uint32_t fixed = get16(optional) == 0x20b ? 112 : get16(optional) == 0x10b ? 96 : 0;
    if (!fixed || optional_size < fixed)
        return false;
    pe->is_64 = fixed == 112;
    pe->base = pe->is_64 ? get64(optional + 24) : get32(optional + 28);
    pe->headers_size = get32(optional + 60);
    pe->directory_count = get32(optional + fixed - 4);
    if (pe->directory_count > (optional_size - fixed) / 8)
        pe->directory_count = (optional_size - fixed) / 8;
    pe->directories = optional + fixed;
    pe->sections = at_offset(pe, (uint64_t)at + 24 + optional_size, 40ull * pe->section_count);
    return pe->sections != NULL;
}

/* How many bytes of the file are behind an address of the image; *data is where they begin. */
static size_t extent(const struct pe_file *pe, uint32_t address, const uint8_t **data)
{
    if (address < pe->headers_size && address < pe->size) {
        size_t end = pe->headers_size < pe->size ? pe->headers_size : pe->size;
        *data = pe->data + address;
        return end - address;
    }
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const uint8_t *section = pe->sections + 40 * i;
        uint32_t start = get32(section + 12), raw_size = get32(section + 16), raw = get32(section + 20) & ~511u;
        if (address < start || address - start >= raw_size || raw >= pe->size)
            continue;
        size_t available = raw_size < pe->size - raw ? raw_size : pe->size - raw;
        if (address - start >= available)
            continue;
        *data = pe->data + raw + (address - start);
        return available - (address - start);
    }
    return 0;
}

const void *pe_at(const struct pe_file *pe, uint32_t address, size_t size)
{
    const uint8_t *data;
    return extent(pe, address, &data) >= size && size ? data : NULL;
}

const char *pe_text(const struct pe_file *pe, uint32_t address)
{
    const uint8_t *data;
    size_t size = extent(pe, address, &data);
    return size && memchr(data, 0, size) ? (const char *)data : NULL;
}

static uint32_t directory(const struct pe_file *pe, uint32_t n, uint32_t *size)
{
    if (n >= pe->directory_count)
        return 0;
    *size = get32(pe->directories + 8 * n + 4);
    return get32(pe->directories + 8 * n);
}

/* One DLL's table of names: an address (or an ordinal) each, zero at the end. */
static bool walk_names(const struct pe_file *pe, const char *dll, uint32_t table, bool delayed,
                       pe_import_function function, void *context)
{
    size_t size = pe->is_64 ? 8 : 4;
    for (uint64_t address = table; address < UINT32_MAX; address += size) {
        const uint8_t *entry = pe_at(pe, (uint32_t)address, size);
        if (!entry)
            return false;
        uint64_t value = pe->is_64 ? get64(entry) : get32(entry);
        if (!value)
            return true;
        if (value >> (8 * size - 1)) {
            if (!function(context, dll, NULL, (uint16_t)value, delayed))
                return false;
            continue;
        }
        const char *name = value < UINT32_MAX - 2 ? pe_text(pe, (uint32_t)value + 2) : NULL;
        if (!name || !function(context, dll, name, 0, delayed))
            return false;
    }
    return false;
}

static bool walk_imports(const struct pe_file *pe, pe_import_function function, void *context)
{
    uint32_t size, address = directory(pe, PE_IMPORTS, &size);
    if (!address)
        return true;
    for (;; address += 20) {
        const uint8_t *entry = pe_at(pe, address, 20);
        if (!entry)
            return false;
        uint32_t lookup = get32(entry), name = get32(entry + 12), bound = get32(entry + 16);
        if (!name || !bound)
            return true;
        const char *dll = pe_text(pe, name);
        if (!dll || !walk_names(pe, dll, lookup ? lookup : bound, false, function, context))
            return false;
    }
}

/* In the old form of the table, of 32-bit programs, addresses are not relative to the image. */
static bool walk_delay_imports(const struct pe_file *pe, pe_import_function function, void *context)
{
    uint32_t size, address = directory(pe, PE_DELAY_IMPORTS, &size);
    if (!address)
        return true;
    for (;; address += 32) {
        const uint8_t *entry = pe_at(pe, address, 32);
        if (!entry)
            return false;
        uint32_t base = get32(entry) & 1 ? 0 : (uint32_t)pe->base;
        if (!get32(entry + 4))
            return true;
        const char *dll = pe_text(pe, get32(entry + 4) - base);
        if (!dll || !walk_names(pe, dll, get32(entry + 16) - base, true, function, context))
            return false;
    }
}

bool pe_imports(const struct pe_file *pe, pe_import_function function, void *context)
{
    return walk_imports(pe, function, context) && walk_delay_imports(pe, function, context);
}

/* Index in the table of functions, or -1. The names are sorted; a damaged file only finds less. */
static int64_t find_name(const struct pe_file *pe, const uint8_t *exports, const char *name)
{
    uint32_t low = 0, high = get32(exports + 24), names = get32(exports + 32), ordinals = get32(exports + 36);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *entry = pe_at(pe, names + 4 * middle, 4);
        const char *text = entry ? pe_text(pe, get32(entry)) : NULL;
        if (!text)
            return -1;
        int order = strcmp(name, text);
        if (!order) {
            const uint8_t *ordinal = pe_at(pe, ordinals + 2 * middle, 2);
            return ordinal ? get16(ordinal) : -1;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

enum pe_export pe_find_export(const struct pe_file *pe, const char *name, uint16_t ordinal, const char **forwarder)
{
    uint32_t size, address = directory(pe, PE_EXPORTS, &size);
    const uint8_t *exports = address ? pe_at(pe, address, 40) : NULL;
    if (!exports)
        return PE_NOT_EXPORTED;
    int64_t index = name ? find_name(pe, exports, name) : (int64_t)ordinal - get32(exports + 16);
    if (index < 0 || index >= get32(exports + 20))
        return PE_NOT_EXPORTED;
    const uint8_t *entry = pe_at(pe, get32(exports + 28) + 4 * (uint32_t)index, 4);
    uint32_t target = entry ? get32(entry) : 0;
    if (!target)
        return PE_NOT_EXPORTED;
    if (target - address >= size)
        return PE_EXPORTED;
    *forwarder = pe_text(pe, target);
    return *forwarder && strchr(*forwarder, '.') ? PE_FORWARDED : PE_NOT_EXPORTED;
}
