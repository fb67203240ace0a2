/* SPDX-License-Identifier: MIT */
/* coff_symbols.c: export tables, and the COFF symbol table that mingw-w64's linkers leave in images. */
#include "symfile.h"

struct image_reader {
    struct reader reader;
    const struct pe_image *image;
    struct arena arena;
};

static void close_image_reader(struct reader *reader)
{
    struct image_reader *r = (struct image_reader *)reader;

    arena_free(&r->arena);
    dbg_free(r);
}

static struct reader *open_image_reader(const struct pe_image *image, const struct reader_ops *ops)
{
    struct image_reader *r = dbg_alloc(sizeof(*r));

    if (!r)
        return NULL;
    r->reader.ops = ops;
    r->image = image;
    return &r->reader;
}

static const char *text_at(const struct pe_image *image, uint32_t rva)
{
    size_t left = pe_image_left(image, rva);
    struct bytes b = bytes_of(pe_image_at(image, rva, left), left);
    const char *text = get_string(&b);

    return b.bad ? NULL : text;
}

static const char *ordinal_name(struct arena *arena, uint32_t ordinal)
{
    char text[24] = "Ordinal", digits[12];
    size_t n = 0, length = 7;

    do
        digits[n++] = (char)('0' + ordinal % 10);
    while (ordinal /= 10);
    while (n)
        text[length++] = digits[--n];
    return arena_copy(arena, text, length);
}

static void export_symbols(struct reader *reader, struct symbol_list *list)
{
    struct image_reader *r = (struct image_reader *)reader;
    const struct pe_image *image = r->image;
    uint32_t rva = image->directories[0].rva, size = image->directories[0].size, base, count, names, at[3];
    struct bytes b = bytes_of(rva ? pe_image_at(image, rva, 40) : NULL, 40), table[3];
    uint8_t *named;

    get_bytes(&b, 16);
    base = get_u32(&b);
    count = get_u32(&b);
    names = get_u32(&b);
    for (int i = 0; i < 3; i++)
        at[i] = get_u32(&b); /* functions, names, ordinals */
    if (b.bad || count > 0x100000 || names > 0x100000 || !(named = dbg_alloc(count + 1)))
        return;
    table[0] = bytes_of(pe_image_at(image, at[0], count * 4), count * 4);
    table[1] = bytes_of(pe_image_at(image, at[1], names * 4), names * 4);
    table[2] = bytes_of(pe_image_at(image, at[2], names * 2), names * 2);
    if (table[1].bad || table[2].bad)
        names = 0;
    for (uint32_t i = 0; i < count + names && !table[0].bad; i++) {
        /* those with names first, then those with ordinals only */
        uint32_t number = i < names ? get_u16(&table[2]) : i - names, function;
        const char *name = i < names ? text_at(image, get_u32(&table[1])) : NULL;
        struct symbol *symbol;
        if (number >= count || (i < names && (!name || table[1].bad || table[2].bad)) || (i >= names && named[number]))
            continue;
        named[number] = 1;
        memcpy(&function, table[0].at + number * 4, 4);
        if (!function || function - rva < size)
            continue; /* none, or a forwarder */
        if (!name)
            name = ordinal_name(&r->arena, base + number);
        if ((symbol = symbol_add(list, function, name, TAG_PUBLIC, RANK_EXPORT)))
            symbol->flags = SYM_EXPORT;
    }
    dbg_free(named);
}

static void coff_symbols(struct reader *reader, struct symbol_list *list)
{
    struct image_reader *r = (struct image_reader *)reader;
    const struct pe_image *image = r->image;
    uint64_t strings_at = (uint64_t)image->symbol_offset + (uint64_t)image->symbol_count * 18;
    struct bytes b, strings;

    if (image->mapped || !image->symbol_offset || strings_at > image->size)
        return;
    b = bytes_of(image->data + image->symbol_offset, (size_t)(strings_at - image->symbol_offset));
    while (bytes_left(&b) >= 18) {
        const char *raw = (const char *)get_bytes(&b, 8), *name;
        uint32_t value = get_u32(&b), offset;
        uint16_t section = get_u16(&b), type = get_u16(&b);
        uint8_t class = get_u8(&b), more = get_u8(&b);
        const struct pe_section *s;
        struct symbol *symbol;
        size_t length = 0;
        bool is_function = (type & 0x30) == 0x20;

        get_bytes(&b, (size_t)more * 18);
        /* external or static, in a section; static ones that have no more to say are the sections themselves */
        if ((class != 2 && class != 3) || !section || section > image->section_count || (class == 3 && more))
            continue;
        s = &image->sections[section - 1];
        if (value >= (s->virtual_size > s->raw_size ? s->virtual_size : s->raw_size))
            continue;
        memcpy(&offset, raw, 4);
        if (!offset) {
            memcpy(&offset, raw + 4, 4);
            if (offset >= image->size - strings_at)
                continue;
            strings = bytes_of(image->data + strings_at + offset, (size_t)(image->size - strings_at - offset));
            name = get_string(&strings);
        } else {
            while (length < 8 && raw[length])
                length++;
            name = arena_copy(&r->arena, raw, length);
        }
        /* names of sections, of files, and what compilers number */
        if (!name[0] || (class == 3 && name[0] == '.'))
            continue;
        if ((symbol = symbol_add(list, s->rva + value, name, TAG_PUBLIC, RANK_COFF)) &&
            (is_function || s->flags & 0x20))
            symbol->flags = SYM_FUNCTION;
    }
}

static const struct reader_ops export_ops = { .sym_type = 4, .close = close_image_reader, .symbols = export_symbols };
static const struct reader_ops coff_ops = { .sym_type = 1, .close = close_image_reader, .symbols = coff_symbols };

struct reader *exports_open(const struct pe_image *image)
{
    return image->directories[0].rva ? open_image_reader(image, &export_ops) : NULL;
}

struct reader *coff_open(const struct pe_image *image)
{
    return !image->mapped && image->symbol_offset && image->symbol_count ? open_image_reader(image, &coff_ops) : NULL;
}
