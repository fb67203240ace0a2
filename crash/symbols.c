/* SPDX-License-Identifier: MIT */
/* symbols.c: the symbol at an address of a PE image: its COFF symbol table if the file has one, else its export table. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "crash.h"

#define SYMBOL_SIZE 18

struct coff_symbol {
    union {
        char name[8];
        uint32_t offset[2]; /* [0] zero: [1] is an offset in the string table */
    };
    uint32_t value;
    int16_t section;
    uint16_t type;
    uint8_t class, aux;
} __attribute__((packed));
_Static_assert(sizeof(struct coff_symbol) == SYMBOL_SIZE, "coff_symbol");

static bool read_file(int fd, void *buffer, size_t size, off_t offset)
{
    return pread(fd, buffer, size, offset) == (ssize_t)size;
}

/* The nearest symbol at or below the address, from the file's COFF table. */
static bool find_coff(const struct crash_module *module, uint32_t rva, struct symbol *symbol)
{
    int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    uint32_t header, table[2], best = 0;
    uint16_t sections, optional;
    uint32_t addresses[97] = { 0 };
    bool found = false;
    char *symbols = NULL;
    if (fd < 0)
        return false;
    if (!read_file(fd, &header, 4, 0x3c) || !read_file(fd, &sections, 2, header + 6) ||
        !read_file(fd, table, 8, header + 12) || !read_file(fd, &optional, 2, header + 20) || !table[0] ||
        sections > 96 || table[1] > 4000000)
        goto done;
    for (unsigned i = 0; i < sections; i++)
        if (!read_file(fd, &addresses[i + 1], 4, header + 24 + optional + i * 40 + 12))
            goto done;
    size_t size = (size_t)table[1] * SYMBOL_SIZE;
    symbols = malloc(size + 1);
    if (!symbols || !read_file(fd, symbols, size, table[0]))
        goto done;
    for (uint32_t i = 0; i < table[1]; i++) {
        const struct coff_symbol *s = (const void *)(symbols + (size_t)i * SYMBOL_SIZE);
        uint32_t skip = s->aux;
        if (s->section > 0 && s->section <= sections && (s->class == 2 || s->class == 3) && s->name[0] != '.') {
            uint32_t at = addresses[s->section] + s->value;
            if (at <= rva && at >= best && (at > best || s->class == 2 || !found)) {
                char name[256] = { 0 };
                if (s->offset[0]) {
                    memcpy(name, s->name, 8);
                } else {
                    ssize_t n = pread(fd, name, sizeof(name) - 1, (off_t)table[0] + (off_t)size + s->offset[1]);
                    name[n > 0 ? n : 0] = 0;
                }
                best = at;
                found = true;
                memcpy(symbol->name, name, sizeof(name));
                symbol->offset = rva - at;
            }
        }
        i += skip;
    }
done:
    free(symbols);
    close(fd);
    return found;
}

static bool find_export(const struct crash_input *in, const struct crash_module *module, uint32_t rva,
                        struct symbol *symbol)
{
    uint32_t header, dir[2], exports[10];
    if (!in->read(&header, module->base + 0x3c, 4) || !in->read(dir, module->base + header + 24 + 112, 8) || !dir[0] ||
        !in->read(exports, module->base + dir[0], sizeof(exports)))
        return false;
    uint32_t best = 0, best_name = 0;
    for (uint32_t i = 0; i < exports[6]; i++) {
        uint32_t name, at;
        uint16_t ordinal;
        if (!in->read(&name, module->base + exports[8] + i * 4u, 4) ||
            !in->read(&ordinal, module->base + exports[9] + i * 2u, 2) ||
            !in->read(&at, module->base + exports[7] + ordinal * 4u, 4))
            return false;
        if (at <= rva && at > best && at - dir[0] >= dir[1]) {
            best = at;
            best_name = name;
        }
    }
    if (!best)
        return false;
    for (size_t i = 0; i < sizeof(symbol->name) - 1; i++)
        if (!in->read(&symbol->name[i], module->base + best_name + i, 1) || !symbol->name[i])
            break;
    symbol->offset = rva - best;
    return true;
}

bool symbol_find(const struct crash_input *input, const struct crash_module *module, uint64_t address,
                 struct symbol *symbol)
{
    uint32_t rva = (uint32_t)(address - module->base);
    memset(symbol, 0, sizeof(*symbol));
    bool found = find_coff(module, rva, symbol) || find_export(input, module, rva, symbol);
    dwarf_find(module, rva, symbol);
    return found;
}
