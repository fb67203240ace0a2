/* SPDX-License-Identifier: MIT */
/* dwarf_line.c: a unit's line program, run when a line of the unit is first asked for. */
#include "dwarf_private.h"

#define MAX_DIRECTORIES 0x10000

struct program {
    struct dwarf *dwarf;
    struct dwarf_unit *unit;
    struct line_table *table;
    struct bytes b;
    uint16_t version;
    uint8_t minimum, operations, line_range, opcode_base, lengths[256];
    int8_t line_base;
    const char **directories;
    size_t directory_count, directory_room;
};

static bool is_absolute(const char *path)
{
    return path[0] == '/' || path[0] == '\\' || (path[0] && path[1] == ':');
}

static const char *join(struct dwarf *dwarf, const char *front, const char *name)
{
    size_t length = strlen(front), more = strlen(name);
    char *text;

    if (!length || is_absolute(name) || length + more > 4000 || !(text = arena_alloc(&dwarf->arena, length + more + 2)))
        return name;
    memcpy(text, front, length);
    if (front[length - 1] != '/' && front[length - 1] != '\\')
        text[length++] = strchr(front, '\\') ? '\\' : '/';
    memcpy(text + length, name, more);
    return text;
}

static void add_directory(struct program *p, const char *name)
{
    const char **place = ARRAY_ADD(p->directories, p->directory_count, p->directory_room);

    if (place)
        *place = join(p->dwarf, p->unit->directory, name);
}

static void add_file(struct program *p, const char *name, uint64_t directory)
{
    const char **place = ARRAY_ADD(p->table->files, p->table->file_count, p->table->file_room);

    if (place)
        *place = join(p->dwarf, directory < p->directory_count ? p->directories[directory] : p->unit->directory, name);
}

/* Directory 0 and file 0 are the unit's own, which old versions do not list. */
static void old_tables(struct program *p)
{
    const char *name;

    add_directory(p, "");
    while (p->directory_count < MAX_DIRECTORIES && (name = get_string(&p->b))[0])
        add_directory(p, name);
    add_file(p, p->unit->name, 0);
    while ((name = get_string(&p->b))[0]) {
        uint64_t directory = get_uleb(&p->b);
        get_uleb(&p->b);
        get_uleb(&p->b);
        add_file(p, name, directory);
    }
}

static void new_table(struct program *p, bool files)
{
    struct {
        uint16_t content, form;
    } formats[16];
    uint8_t count = get_u8(&p->b);
    uint64_t entries;

    for (unsigned i = 0; i < count; i++) {
        uint64_t content = get_uleb(&p->b), form = get_uleb(&p->b);
        if (i < 16) {
            formats[i].content = (uint16_t)content;
            formats[i].form = (uint16_t)form;
        }
    }
    entries = get_uleb(&p->b);
    if (count > 16 || (!count && entries))
        p->b.bad = true;
    for (uint64_t i = 0; i < entries && !p->b.bad; i++) {
        const char *name = "";
        uint64_t directory = 0;
        const uint8_t *before = p->b.at;
        for (unsigned k = 0; k < count; k++) {
            struct dwarf_value value;
            if (!dwarf_form(p->dwarf, p->unit, &p->b, formats[k].form, 0, &value)) {
                p->b.bad = true;
                return;
            }
            if (formats[k].content == 1 && value.class == VALUE_STRING)
                name = value.block;
            else if (formats[k].content == 2)
                directory = value.number;
        }
        if (p->b.at == before) /* entries of nothing have no end */
            return;
        if (files)
            add_file(p, name, directory);
        else if (p->directory_count < MAX_DIRECTORIES)
            add_directory(p, name);
    }
}

static bool read_header(struct program *p)
{
    uint64_t length = get_u32(&p->b), header;
    struct bytes rest;
    unsigned offset_size = 4;

    if (length == 0xffffffff) {
        length = get_u64(&p->b);
        offset_size = 8;
    }
    if (length > bytes_left(&p->b))
        return false;
    p->b.end = p->b.at + length;
    p->version = get_u16(&p->b);
    if (p->version < 2 || p->version > 5)
        return false;
    if (p->version >= 5)
        get_u16(&p->b); /* sizes of an address and of a segment */
    header = get_number(&p->b, offset_size);
    if (header > bytes_left(&p->b))
        return false;
    rest = bytes_of(p->b.at + header, bytes_left(&p->b) - (size_t)header);
    p->minimum = get_u8(&p->b);
    p->operations = p->version >= 4 ? get_u8(&p->b) : 1;
    get_u8(&p->b);
    p->line_base = (int8_t)get_u8(&p->b);
    p->line_range = get_u8(&p->b);
    p->opcode_base = get_u8(&p->b);
    if (!p->line_range || !p->opcode_base)
        return false;
    for (int i = 1; i < p->opcode_base; i++)
        p->lengths[i] = get_u8(&p->b);
    if (p->version >= 5) {
        new_table(p, false);
        new_table(p, true);
    } else {
        old_tables(p);
    }
    p->b = rest;
    return true;
}

static void add_row(struct program *p, uint64_t address, uint64_t number, uint64_t file, bool end)
{
    const struct pe_image *image = p->dwarf->image;
    struct line *line;

    if (address < image->base || address - image->base >= image->image_size || number > UINT32_MAX ||
        p->table->count > 0x4000000)
        return;
    line = p->table->count ? &p->table->lines[p->table->count - 1] : NULL;
    /* The last row of an address is the one that holds for what follows. */
    if (!line || line->rva != address - image->base || !line->number)
        line = ARRAY_ADD(p->table->lines, p->table->count, p->table->room);
    if (line)
        *line = (struct line){ (uint32_t)(address - image->base), end ? 0 : (uint32_t)number,
                               file < p->table->file_count ? (uint32_t)file : 0 };
}

static void run(struct program *p)
{
    uint64_t address = 0, file = 1, line = 1, length, advance;
    const uint8_t *next;
    uint8_t op;

    while (bytes_left(&p->b) && !p->b.bad) {
        op = get_u8(&p->b);
        if (op >= p->opcode_base) {
            op = (uint8_t)(op - p->opcode_base);
            address += (uint64_t)(op / p->line_range) * p->minimum;
            line += (uint64_t)(int64_t)(p->line_base + op % p->line_range);
            add_row(p, address, line, file, false);
            continue;
        }
        switch (op) {
        case 0:
            length = get_uleb(&p->b);
            if (!length || length > bytes_left(&p->b))
                return;
            next = p->b.at + length;
            op = get_u8(&p->b);
            if (op == 1) { /* end_sequence */
                add_row(p, address, line, file, true);
                address = 0;
                file = line = 1;
            } else if (op == 2) { /* set_address */
                address = get_number(&p->b, length - 1 > 8 ? 8 : (unsigned)(length - 1));
            } else if (op == 3 && p->version < 5) { /* define_file */
                const char *name = get_string(&p->b);
                add_file(p, name, get_uleb(&p->b));
            }
            p->b.at = next;
            break;
        case 1:
            add_row(p, address, line, file, false);
            break;
        case 2:
            address += get_uleb(&p->b) * p->minimum;
            break;
        case 3:
            line += (uint64_t)get_sleb(&p->b);
            break;
        case 4:
            file = get_uleb(&p->b);
            break;
        case 5: /* set_column */
            get_uleb(&p->b);
            break;
        case 8: /* const_add_pc */
            advance = (255u - p->opcode_base) / p->line_range;
            address += advance * p->minimum;
            break;
        case 9:
            address += get_u16(&p->b);
            break;
        case 12: /* set_isa */
            get_uleb(&p->b);
            break;
        default: /* 6, 7, 10, 11 have no operands; for those not known here the header says how many */
            for (unsigned i = 0; i < p->lengths[op]; i++)
                get_uleb(&p->b);
        }
    }
}

static int by_rva(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if (x->rva != y->rva)
        return x->rva < y->rva ? -1 : 1;
    return x->number && !y->number ? 1 : !x->number && y->number ? -1 : 0; /* an end before a beginning */
}

const struct line_table *dwarf_lines(struct reader *reader, uint32_t number)
{
    struct dwarf *dwarf = (struct dwarf *)reader;
    struct program p = { .dwarf = dwarf };

    if (number >= dwarf->unit_count)
        return NULL;
    p.unit = &dwarf->units[number];
    p.table = &p.unit->lines;
    if (p.table->loaded)
        return p.table;
    p.table->loaded = true;
    p.b = dwarf->line;
    if (!p.unit->has_statements || p.unit->statements > bytes_left(&p.b))
        return p.table;
    p.b.at += p.unit->statements;
    /* Units that share one program would run it each: only the writer of a bad file makes many do that. */
    if (read_header(&p) && dwarf->line_budget >= bytes_left(&p.b)) {
        dwarf->line_budget -= bytes_left(&p.b);
        run(&p);
    }
    dbg_free(p.directories);
    if (p.table->count)
        qsort(p.table->lines, p.table->count, sizeof(*p.table->lines), by_rva);
    if (!p.table->file_count)
        p.table->count = 0;
    return p.table;
}
