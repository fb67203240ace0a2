/* SPDX-License-Identifier: MIT */
/*
 * pdb_lines.c: source lines of a module, which are read when the first one of it is asked for; and inline sites, whose addresses and
 * lines are a small program of deltas each.
 */
#include "pdb_private.h"

#define SUBSECTION_LINES     0xf2
#define SUBSECTION_CHECKSUMS 0xf4
#define SUBSECTION_INLINEES  0xf6

/* The stream "/names", which the information stream knows the number of, and in it the bytes of the strings. */
void pdb_names_open(struct pdb *pdb)
{
    struct bytes b = pdb_stream(pdb, 1), strings, names;
    uint32_t size, count, words;

    get_bytes(&b, 28);
    size = get_u32(&b);
    strings = bytes_of(get_bytes(&b, size), size);
    count = get_u32(&b);
    get_u32(&b);
    for (int i = 0; i < 2; i++) { /* which entries there are, and were */
        words = get_u32(&b);
        get_bytes(&b, (size_t)words * 4);
    }
    for (uint32_t i = 0; i < count && !b.bad && !strings.bad; i++) {
        uint32_t offset = get_u32(&b), stream = get_u32(&b);
        struct bytes name = strings;
        get_bytes(&name, offset);
        if (strcmp(get_string(&name), "/names") || name.bad)
            continue;
        names = pdb_stream(pdb, stream);
        get_u64(&names);
        size = get_u32(&names);
        pdb->names = bytes_of(names.at, size < bytes_left(&names) ? size : bytes_left(&names));
        return;
    }
}

static struct bytes line_section(struct pdb *pdb, uint32_t module)
{
    struct bytes b = pdb_module_stream(pdb, module);
    const struct pdb_module *m = &pdb->modules[module];

    get_bytes(&b, m->symbol_size);
    get_bytes(&b, m->c11_size);
    return bytes_of(b.at, b.bad ? 0 : m->c13_size < bytes_left(&b) ? m->c13_size : bytes_left(&b));
}

static bool next_subsection(struct bytes *b, uint32_t *kind, struct bytes *content)
{
    uint32_t size;

    if (bytes_left(b) < 8)
        return false;
    *kind = get_u32(b);
    size = get_u32(b);
    if (size > bytes_left(b))
        size = (uint32_t)bytes_left(b);
    *content = bytes_of(get_bytes(b, size), size);
    return true;
}

static struct bytes find_subsection(struct bytes b, uint32_t wanted)
{
    struct bytes content;
    uint32_t kind;

    while (next_subsection(&b, &kind, &content))
        if (kind == wanted)
            return content;
    return bytes_of(NULL, 0);
}

/* A file's identifier is an offset in the list of check sums, where its name's offset is. */
static const char *file_name(struct pdb *pdb, struct bytes checksums, uint32_t id)
{
    struct bytes name = pdb->names;

    get_bytes(&checksums, id);
    get_bytes(&name, get_u32(&checksums));
    return checksums.bad ? "" : get_string(&name);
}

static uint32_t file_index(struct pdb *pdb, struct line_table *table, struct bytes checksums, uint32_t id)
{
    const char *name = file_name(pdb, checksums, id), **place;

    for (size_t i = table->file_count; i && i + 16 > table->file_count; i--) /* one of the last, mostly */
        if (table->files[i - 1] == name)
            return (uint32_t)(i - 1);
    place = ARRAY_ADD(table->files, table->file_count, table->file_room);
    if (!place)
        return 0;
    *place = name;
    return (uint32_t)(table->file_count - 1);
}

static void add_line(struct line_table *table, uint32_t rva, uint32_t number, uint32_t file)
{
    struct line *line = ARRAY_ADD(table->lines, table->count, table->room);

    if (line)
        *line = (struct line){ rva, number, file };
}

static void read_lines(struct pdb *pdb, struct line_table *table, struct bytes b, struct bytes checksums)
{
    uint32_t rva = get_u32(&b), size;
    bool columns;

    rva = pdb_rva(pdb, get_u16(&b), rva);
    columns = get_u16(&b) & 1;
    size = get_u32(&b);
    if (!rva)
        return;
    while (bytes_left(&b) >= 12) {
        uint32_t id = get_u32(&b), count = get_u32(&b), file;
        get_u32(&b);
        if (count > bytes_left(&b) / 8)
            break;
        file = file_index(pdb, table, checksums, id);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t offset = get_u32(&b), number = get_u32(&b) & 0xffffff;
            if (number != 0xfeefee && number != 0xf00f00) /* code that no line stands for */
                add_line(table, rva + offset, number, file);
        }
        if (columns)
            get_bytes(&b, (size_t)count * 4);
    }
    add_line(table, rva + size, 0, 0);
}

static int by_rva(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if (x->rva != y->rva)
        return x->rva < y->rva ? -1 : 1;
    return x->number && !y->number ? 1 : !x->number && y->number ? -1 : 0; /* an end before a beginning */
}

const struct line_table *pdb_lines(struct reader *reader, uint32_t unit)
{
    struct pdb *pdb = (struct pdb *)reader;
    struct bytes b, content, checksums;
    struct line_table *table;
    uint32_t kind;

    if (unit >= pdb->module_count)
        return NULL;
    table = &pdb->modules[unit].lines;
    if (table->loaded)
        return table;
    table->loaded = true;
    b = line_section(pdb, unit);
    checksums = find_subsection(b, SUBSECTION_CHECKSUMS);
    while (next_subsection(&b, &kind, &content))
        if (kind == SUBSECTION_LINES)
            read_lines(pdb, table, content, checksums);
    if (table->count)
        qsort(table->lines, table->count, sizeof(*table->lines), by_rva);
    return table;
}

/* --- inline sites --- */

static uint32_t compressed(struct bytes *b)
{
    uint32_t first = get_u8(b), second, third;

    if (!(first & 0x80))
        return first;
    second = get_u8(b);
    if (!(first & 0x40))
        return (first & 0x3f) << 8 | second;
    third = get_u8(b);
    return (first & 0x1f) << 24 | second << 16 | third << 8 | get_u8(b);
}

static int32_t signed_value(uint32_t value)
{
    return value & 1 ? -(int32_t)(value >> 1) : (int32_t)(value >> 1);
}

/* Runs a site's annotations up to an address (an offset in the function): whether it is of the site, and its line. */
static bool run_annotations(struct bytes b, uint32_t wanted, int32_t *line, uint32_t *file)
{
    uint32_t offset = 0, start_file = *file, value, length;
    int32_t current = 0, start_line = 0;
    bool open = false;

    while (bytes_left(&b)) {
        uint32_t code = compressed(&b), at = offset;
        bool begins = false;
        if (!code)
            break;
        value = compressed(&b);
        length = 0;
        switch (code) {
        case 1:
            at = value;
            begins = true;
            break;
        case 3:
            at += value;
            begins = true;
            break;
        case 4:
            if (open && wanted - offset < value)
                return *line = start_line, *file = start_file, true;
            open = false;
            offset += value;
            continue;
        case 5:
            *file = value;
            break;
        case 6:
            current += signed_value(value);
            break;
        case 11:
            current += signed_value(value >> 4);
            at += value & 15;
            begins = true;
            break;
        case 12:
            length = value;
            at += compressed(&b);
            begins = true;
            break;
        }
        if (!begins)
            continue;
        if (open && wanted - offset < at - offset)
            return *line = start_line, *file = start_file, true;
        if (length && wanted - at < length)
            return *line = current, true;
        open = !length;
        start_line = current;
        start_file = *file;
        offset = at + length;
        if (!length)
            offset = at;
    }
    return false;
}

static const struct pdb_node *node_at(struct pdb *pdb, uint32_t id)
{
    return (id & PDB_NODE) && (id & ~PDB_NODE) < pdb->node_count ? &pdb->nodes[id & ~PDB_NODE] : NULL;
}

/* The function that a site is in begins where its annotations count from. */
static uint32_t function_start(struct pdb *pdb, const struct pdb_node *at)
{
    struct node node;

    for (int depth = 0; depth < 64; depth++) {
        const struct pdb_node *up = node_at(pdb, at->parent);
        if (!up)
            break;
        at = up;
    }
    memset(&node, 0, sizeof(node));
    return pdb_symbol_node(pdb, at, &node) ? node.rva : 0;
}

static bool find_site(struct pdb *pdb, uint32_t id, uint32_t rva, uint32_t *inlinee, int32_t *line, uint32_t *file)
{
    const struct pdb_node *found = node_at(pdb, id);
    struct pdb_node at;
    struct bytes r;
    uint16_t kind;

    if (!found || found->kind != NODE_SYMBOL)
        return false;
    at = *found;
    kind = pdb_record(pdb_module_stream(pdb, at.a), at.b, &r);
    if (kind != S_INLINESITE && kind != S_INLINESITE2)
        return false;
    get_u64(&r);
    *inlinee = get_u32(&r);
    if (kind == S_INLINESITE2)
        get_u32(&r);
    return run_annotations(r, rva - function_start(pdb, &at), line, file);
}

bool pdb_covers(struct reader *reader, uint32_t id, uint32_t rva)
{
    struct pdb *pdb = (struct pdb *)reader;
    struct node node;
    uint32_t inlinee, file = 0;
    int32_t line;

    if (!reader->ops->node(reader, id, &node))
        return false;
    if (node.tag == TAG_INLINE_SITE)
        return find_site(pdb, id, rva, &inlinee, &line, &file);
    return node.has_length && rva - node.rva < node.length;
}

bool pdb_inline_line(struct reader *reader, uint32_t id, uint32_t rva, const char **file, uint32_t *line)
{
    struct pdb *pdb = (struct pdb *)reader;
    const struct pdb_node *at = node_at(pdb, id);
    uint32_t inlinee, file_id = UINT32_MAX, module;
    struct bytes b, checksums;
    int32_t delta;
    bool extended;

    if (!at || !find_site(pdb, id, rva, &inlinee, &delta, &file_id))
        return false;
    module = node_at(pdb, id)->a;
    b = line_section(pdb, module);
    checksums = find_subsection(b, SUBSECTION_CHECKSUMS);
    b = find_subsection(b, SUBSECTION_INLINEES);
    extended = get_u32(&b) == 1;
    while (bytes_left(&b) >= 12) {
        uint32_t item = get_u32(&b), own_file = get_u32(&b), number = get_u32(&b);
        if (extended)
            get_bytes(&b, (size_t)get_u32(&b) * 4);
        if (item != inlinee)
            continue;
        *file = file_name(pdb, checksums, file_id == UINT32_MAX ? own_file : file_id);
        *line = number + (uint32_t)delta;
        return true;
    }
    return false;
}
