/* SPDX-License-Identifier: MIT */
/* pe_image.c: a PE image's bytes, as a file or as memory: headers, sections by name and address, debug directory. */
#include "symfile.h"

#define DIRECTORY_DEBUG 6
#define TYPE_CODEVIEW   2

/* At an offset of the file, or of the memory. */
static struct bytes at_offset(const struct pe_image *image, uint32_t offset)
{
    if (offset > image->size)
        return bytes_of(NULL, 0);
    return bytes_of(image->data + offset, image->size - offset);
}

/* "/123" is an offset in the string table behind the symbols; eight characters need no zero. */
static const char *section_name(struct pe_image *image, const char *name)
{
    struct bytes strings;
    uint64_t offset = 0;
    size_t length = 0;

    if (name[0] == '/' && image->symbol_offset && !image->mapped) {
        for (int i = 1; i < 8 && name[i] >= '0' && name[i] <= '9'; i++)
            offset = offset * 10 + (uint64_t)(name[i] - '0');
        offset += (uint64_t)image->symbol_offset + (uint64_t)image->symbol_count * 18;
        if (offset < image->size) {
            strings = at_offset(image, (uint32_t)offset);
            return get_string(&strings);
        }
    }
    while (length < 8 && name[length])
        length++;
    return arena_copy(&image->arena, name, length);
}

static bool read_sections(struct pe_image *image, struct bytes b)
{
    if (image->section_count > 65535 || bytes_left(&b) / 40 < image->section_count)
        image->section_count = (uint32_t)(bytes_left(&b) / 40); /* the rest is not there */
    image->sections = arena_alloc(&image->arena, image->section_count * sizeof(*image->sections) + 1);
    if (!image->sections)
        return false;
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section *section = &image->sections[i];
        section->name = section_name(image, (const char *)get_bytes(&b, 8));
        section->virtual_size = get_u32(&b);
        section->rva = get_u32(&b);
        section->raw_size = get_u32(&b);
        section->offset = get_u32(&b);
        get_bytes(&b, 12);
        section->flags = get_u32(&b);
    }
    return true;
}

bool pe_image_open(struct pe_image *image, const void *data, size_t size, bool mapped)
{
    struct bytes b, optional;
    uint32_t nt, directories;
    uint16_t optional_size;

    memset(image, 0, sizeof(*image));
    image->data = data;
    image->size = size;
    image->mapped = mapped;
    b = bytes_of(data, size);
    if (get_u16(&b) != 0x5a4d)
        return false;
    b = at_offset(image, 0x3c);
    nt = get_u32(&b);
    b = at_offset(image, nt);
    if (b.bad || get_u32(&b) != 0x4550)
        return false;
    image->machine = get_u16(&b);
    image->section_count = get_u16(&b);
    image->timestamp = get_u32(&b);
    image->symbol_offset = get_u32(&b);
    image->symbol_count = get_u32(&b);
    optional_size = get_u16(&b);
    get_u16(&b);
    optional = bytes_of(b.at, bytes_left(&b) < optional_size ? bytes_left(&b) : optional_size);
    get_bytes(&b, optional_size);
    image->is64 = get_u16(&optional) == 0x20b;
    get_bytes(&optional, 14);
    image->entry = get_u32(&optional);
    get_bytes(&optional, image->is64 ? 4 : 8);
    image->base = get_number(&optional, image->is64 ? 8 : 4);
    get_bytes(&optional, 24);
    image->image_size = get_u32(&optional);
    get_u32(&optional);
    image->checksum = get_u32(&optional);
    get_bytes(&optional, image->is64 ? 40 : 24);
    directories = get_u32(&optional);
    for (uint32_t i = 0; i < directories && i < 16; i++) {
        image->directories[i].rva = get_u32(&optional);
        image->directories[i].size = get_u32(&optional);
    }
    return read_sections(image, b);
}

void pe_image_close(struct pe_image *image)
{
    arena_free(&image->arena);
    memset(image, 0, sizeof(*image));
}

/* From an address on, up to the end of what holds it. */
static struct bytes at_rva(const struct pe_image *image, uint32_t rva)
{
    if (image->mapped)
        return at_offset(image, rva);
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct pe_section *s = &image->sections[i];
        uint32_t inside = rva - s->rva;
        if (rva >= s->rva && inside < s->raw_size && s->offset < image->size && inside < image->size - s->offset) {
            size_t left = s->raw_size - inside, there = image->size - s->offset - inside;
            return bytes_of(image->data + s->offset + inside, left < there ? left : there);
        }
    }
    if (image->section_count && rva < image->sections[0].rva) /* the headers */
        return at_offset(image, rva);
    return bytes_of(NULL, 0);
}

size_t pe_image_left(const struct pe_image *image, uint32_t rva)
{
    struct bytes b = at_rva(image, rva);

    return bytes_left(&b);
}

const void *pe_image_at(const struct pe_image *image, uint32_t rva, size_t size)
{
    struct bytes b = at_rva(image, rva);

    return !b.bad && bytes_left(&b) >= size ? b.at : NULL;
}

struct bytes pe_image_section(const struct pe_image *image, const char *name)
{
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct pe_section *s = &image->sections[i];
        uint32_t offset = image->mapped ? s->rva : s->offset, size = s->virtual_size;
        if (strcmp(s->name, name))
            continue;
        if (!size || (!image->mapped && size > s->raw_size))
            size = s->raw_size;
        if (offset > image->size)
            break;
        if (size > image->size - offset)
            size = (uint32_t)(image->size - offset);
        return bytes_of(image->data + offset, size);
    }
    return bytes_of(NULL, 0);
}

const void *pe_image_debug(const struct pe_image *image, uint32_t type, uint32_t *size)
{
    uint32_t rva = image->directories[DIRECTORY_DEBUG].rva, length = image->directories[DIRECTORY_DEBUG].size;
    struct bytes b;

    if (!rva || length > 0x10000)
        return NULL;
    b = bytes_of(pe_image_at(image, rva, length), length);
    while (bytes_left(&b) >= 28) {
        uint32_t entry_type, data_rva, offset;
        const void *data;
        get_bytes(&b, 12);
        entry_type = get_u32(&b);
        *size = get_u32(&b);
        data_rva = get_u32(&b);
        offset = get_u32(&b);
        if (entry_type != type)
            continue;
        data = data_rva ? pe_image_at(image, data_rva, *size) : NULL;
        if (!data && !image->mapped && offset < image->size && *size <= image->size - offset)
            data = image->data + offset;
        return data;
    }
    return NULL;
}

bool pe_image_codeview(const struct pe_image *image, struct pe_codeview *codeview)
{
    uint32_t size, signature;
    const void *data = pe_image_debug(image, TYPE_CODEVIEW, &size);
    struct bytes b = bytes_of(data, data ? size : 0);

    memset(codeview, 0, sizeof(*codeview));
    signature = get_u32(&b);
    if (signature == 0x53445352) { /* "RSDS" */
        const uint8_t *guid = get_bytes(&b, 16);
        if (guid)
            memcpy(codeview->guid, guid, 16);
    } else if (signature == 0x3031424e) { /* "NB10" */
        get_u32(&b);
        signature = get_u32(&b);
        memcpy(codeview->guid, &signature, 4);
        codeview->old = true;
    } else {
        return false;
    }
    codeview->age = get_u32(&b);
    codeview->path = get_string(&b);
    codeview->record = data;
    codeview->record_size = size;
    return !b.bad;
}
