/* SPDX-License-Identifier: MIT */
/*
 * pdb_msf.c: opening a PDB: the container of streams, the information stream, and of the DBI stream the modules, section
 * contributions and sections. Streams lie in the file in blocks; one whose blocks follow each other is used where it is.
 */
#include "pdb_private.h"

static const char magic[32] = "Microsoft C/C++ MSF 7.00\r\n\x1a\x44S\0\0\0";

static uint32_t u32_at(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, 4);
    return value;
}

/* Bytes that lie in blocks whose numbers are given, in one piece. */
static const void *gather(struct pdb *pdb, const uint8_t *blocks, uint32_t size)
{
    uint32_t count = (uint32_t)(((uint64_t)size + pdb->block_size - 1) / pdb->block_size), first;
    bool together = true;
    uint8_t *copy;

    if (!count)
        return pdb->data;
    first = u32_at(blocks);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t block = u32_at(blocks + 4 * (size_t)i);
        if (block >= pdb->block_count)
            return NULL;
        together = together && block == first + i;
    }
    if (together && (uint64_t)first * pdb->block_size + size <= pdb->size)
        return pdb->data + (size_t)first * pdb->block_size;
    /* No block is in two streams; who says so would have us copy the file over and over. */
    pdb->gathered += size;
    if (pdb->gathered > 2 * (uint64_t)pdb->size || !(copy = arena_alloc(&pdb->arena, size)))
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = (uint64_t)u32_at(blocks + 4 * (size_t)i) * pdb->block_size;
        uint32_t done = i * pdb->block_size, part = size - done < pdb->block_size ? size - done : pdb->block_size;
        if (at + part > pdb->size)
            return NULL;
        memcpy(copy + done, pdb->data + at, part);
    }
    return copy;
}

static bool read_directory(struct pdb *pdb)
{
    struct bytes b = bytes_of(pdb->data, pdb->size), directory, sizes;
    uint32_t directory_size, map;
    const void *data;

    if (bytes_left(&b) < 56 || memcmp(get_bytes(&b, 32), magic, sizeof(magic)))
        return false;
    pdb->block_size = get_u32(&b);
    get_u32(&b);
    pdb->block_count = get_u32(&b);
    directory_size = get_u32(&b);
    get_u32(&b);
    map = get_u32(&b);
    if (pdb->block_size < 512 || pdb->block_size > 0x10000 || pdb->block_size & (pdb->block_size - 1))
        return false;
    /* a file that is cut off has fewer blocks than it says */
    if (pdb->block_count > (pdb->size + pdb->block_size - 1) / pdb->block_size)
        pdb->block_count = (uint32_t)((pdb->size + pdb->block_size - 1) / pdb->block_size);
    if (map >= pdb->block_count || directory_size > pdb->size ||
        (uint64_t)map * pdb->block_size + ((uint64_t)directory_size / pdb->block_size + 1) * 4 > pdb->size ||
        !(data = gather(pdb, pdb->data + (size_t)map * pdb->block_size, directory_size)))
        return false;
    directory = bytes_of(data, directory_size);
    pdb->stream_count = get_u32(&directory);
    if (pdb->stream_count > bytes_left(&directory) / 4 ||
        !(pdb->streams = arena_alloc(&pdb->arena, ((size_t)pdb->stream_count + 1) * sizeof(*pdb->streams))))
        return false;
    sizes = bytes_of(get_bytes(&directory, (size_t)pdb->stream_count * 4), (size_t)pdb->stream_count * 4);
    for (uint32_t i = 0; i < pdb->stream_count; i++) {
        struct pdb_stream *stream = &pdb->streams[i];
        uint64_t count;
        stream->size = get_u32(&sizes);
        if (stream->size == 0xffffffff) /* deleted */
            stream->size = 0;
        count = ((uint64_t)stream->size + pdb->block_size - 1) / pdb->block_size;
        if (count > bytes_left(&directory) / 4)
            return i > 3; /* what there is of it */
        stream->blocks = get_bytes(&directory, (size_t)count * 4);
    }
    return true;
}

struct bytes pdb_stream(struct pdb *pdb, uint32_t number)
{
    struct pdb_stream *stream;

    if (number >= pdb->stream_count)
        return bytes_of(NULL, 0);
    stream = &pdb->streams[number];
    if (!stream->data && stream->blocks)
        stream->data = gather(pdb, stream->blocks, stream->size);
    return bytes_of(stream->data, stream->data ? stream->size : 0);
}

struct bytes pdb_module_stream(struct pdb *pdb, uint32_t module)
{
    return module < pdb->module_count ? pdb_stream(pdb, pdb->modules[module].stream) : bytes_of(NULL, 0);
}

uint32_t pdb_rva(const struct pdb *pdb, uint32_t section, uint32_t offset)
{
    if (!section || section > pdb->section_count)
        return 0;
    return pdb->sections[section - 1].rva + offset;
}

static void read_modules(struct pdb *pdb, struct bytes b)
{
    struct pdb_module *module;
    size_t count = 0, room = 0;

    while (bytes_left(&b) >= 64 && count < 0x10000) {
        const uint8_t *start = b.at;
        get_bytes(&b, 34);
        if (!(module = ARRAY_ADD(pdb->modules, count, room)))
            break;
        memset(module, 0, sizeof(*module));
        module->stream = get_u16(&b);
        module->symbol_size = get_u32(&b);
        module->c11_size = get_u32(&b);
        module->c13_size = get_u32(&b);
        get_bytes(&b, 16);
        module->name = get_string(&b);
        module->object = get_string(&b);
        get_bytes(&b, (size_t)(-(b.at - start)) & 3);
    }
    pdb->module_count = (uint32_t)count;
    pdb->reader.unit_count = pdb->module_count;
}

static int by_rva(const void *a, const void *b)
{
    const struct pdb_contribution *x = a, *y = b;

    return x->rva < y->rva ? -1 : x->rva > y->rva;
}

static void read_contributions(struct pdb *pdb, struct bytes b)
{
    uint32_t version = get_u32(&b), size = version == 0xeffe0000u + 20140516 ? 32 : 28;
    size_t count = 0, room = 0;
    bool sorted = true;

    while (bytes_left(&b) >= size) {
        struct bytes entry = bytes_of(get_bytes(&b, size), size);
        uint32_t section = get_u16(&entry), offset, length;
        struct pdb_contribution *c;
        get_u16(&entry);
        offset = get_u32(&entry);
        length = get_u32(&entry);
        get_u32(&entry);
        if (!pdb_rva(pdb, section, offset) || !length)
            continue;
        if (!(c = ARRAY_ADD(pdb->contributions, count, room)))
            break;
        c->rva = pdb_rva(pdb, section, offset);
        c->size = length;
        c->module = get_u16(&entry);
        sorted = sorted && (count < 2 || c[-1].rva <= c->rva);
    }
    pdb->contribution_count = count;
    if (!sorted)
        qsort(pdb->contributions, count, sizeof(*pdb->contributions), by_rva);
}

static void read_sections(struct pdb *pdb, struct bytes debug)
{
    uint32_t stream;
    struct bytes b;

    get_bytes(&debug, 10);
    stream = get_u16(&debug);
    if (debug.bad)
        return;
    b = pdb_stream(pdb, stream);
    pdb->section_count = (uint32_t)(bytes_left(&b) / 40);
    pdb->sections = arena_alloc(&pdb->arena, pdb->section_count * sizeof(*pdb->sections) + 1);
    if (!pdb->sections)
        pdb->section_count = 0;
    for (uint32_t i = 0; i < pdb->section_count; i++) {
        get_bytes(&b, 8);
        pdb->sections[i].size = get_u32(&b);
        pdb->sections[i].rva = get_u32(&b);
        get_bytes(&b, 24);
    }
}

static bool read_dbi(struct pdb *pdb)
{
    struct bytes b = pdb_stream(pdb, 3), part[7];
    uint32_t size[7];

    if (bytes_left(&b) < 64)
        return false;
    get_bytes(&b, 20);
    pdb->symbol_stream = get_u16(&b);
    get_u16(&b);
    for (int i = 0; i < 5; i++)
        size[i] = get_u32(&b); /* modules, contributions, section map, sources, type servers */
    get_u32(&b);
    size[6] = get_u32(&b); /* the optional headers come last */
    size[5] = get_u32(&b);
    get_u16(&b);
    pdb->machine = get_u16(&b);
    get_u32(&b);
    for (int i = 0; i < 7; i++) {
        const uint8_t *at = get_bytes(&b, size[i]);
        part[i] = bytes_of(at, at ? size[i] : 0);
    }
    read_sections(pdb, part[6]);
    read_modules(pdb, part[0]);
    read_contributions(pdb, part[1]);
    return true;
}

uint32_t pdb_hash_text(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static uint32_t hash_node(uint32_t kind, uint32_t a, uint32_t b)
{
    uint32_t hash = (kind * 0x9e3779b1u) ^ (a * 0x85ebca6bu) ^ (b * 0xc2b2ae35u);

    return hash ^ hash >> 15;
}

static bool grow_node_hash(struct pdb *pdb)
{
    uint32_t size = pdb->node_hash_size ? 2 * pdb->node_hash_size : 1024, *hash = dbg_alloc(size * sizeof(*hash));

    if (!hash)
        return false;
    for (size_t i = 0; i < pdb->node_count; i++) {
        const struct pdb_node *n = &pdb->nodes[i];
        uint32_t at = hash_node(n->kind, n->a, n->b) & (size - 1);
        while (hash[at])
            at = (at + 1) & (size - 1);
        hash[at] = (uint32_t)i + 1;
    }
    dbg_free(pdb->node_hash);
    pdb->node_hash = hash;
    pdb->node_hash_size = size;
    return true;
}

uint32_t pdb_node_id(struct pdb *pdb, uint32_t kind, uint32_t a, uint32_t b, uint32_t parent)
{
    struct pdb_node *node;
    uint32_t at;

    if (pdb->node_count * 2 >= pdb->node_hash_size && !grow_node_hash(pdb))
        return 0;
    for (at = hash_node(kind, a, b) & (pdb->node_hash_size - 1); pdb->node_hash[at];
         at = (at + 1) & (pdb->node_hash_size - 1)) {
        node = &pdb->nodes[pdb->node_hash[at] - 1];
        if (node->kind == kind && node->a == a && node->b == b)
            return PDB_NODE | (pdb->node_hash[at] - 1);
    }
    if (pdb->node_count >= PDB_NODE || !(node = ARRAY_ADD(pdb->nodes, pdb->node_count, pdb->node_room)))
        return 0;
    *node = (struct pdb_node){ kind, a, b, parent };
    pdb->node_hash[at] = (uint32_t)pdb->node_count;
    return PDB_NODE | (uint32_t)(pdb->node_count - 1);
}

static void close_pdb(struct reader *reader)
{
    struct pdb *pdb = (struct pdb *)reader;

    for (uint32_t i = 0; i < pdb->module_count; i++) {
        dbg_free(pdb->modules[i].lines.lines);
        dbg_free(pdb->modules[i].lines.files);
    }
    pdb_types_close(pdb);
    dbg_free(pdb->modules);
    dbg_free(pdb->contributions);
    dbg_free(pdb->nodes);
    dbg_free(pdb->node_hash);
    arena_free(&pdb->arena);
    dbg_free(pdb);
}

static uint32_t unit_at(struct reader *reader, uint32_t rva)
{
    struct pdb *pdb = (struct pdb *)reader;
    size_t low = 0, high = pdb->contribution_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pdb->contributions[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || rva - pdb->contributions[low - 1].rva >= pdb->contributions[low - 1].size)
        return UINT32_MAX;
    return pdb->contributions[low - 1].module;
}

static const char *unit_name(struct reader *reader, uint32_t unit)
{
    struct pdb *pdb = (struct pdb *)reader;

    return unit < pdb->module_count ? pdb->modules[unit].name : "";
}

static const struct pdb_node *node_of(const struct pdb *pdb, uint32_t id)
{
    return (id & PDB_NODE) && (id & ~PDB_NODE) < pdb->node_count ? &pdb->nodes[id & ~PDB_NODE] : NULL;
}

static bool describe(struct reader *reader, uint32_t id, struct node *node)
{
    struct pdb *pdb = (struct pdb *)reader;
    const struct pdb_node *at = node_of(pdb, id);
    struct pdb_node copy; /* the table may move */

    memset(node, 0, sizeof(*node));
    if (!at)
        return !(id & PDB_NODE) && pdb_type_node(pdb, id, node);
    copy = *at;
    if (copy.kind == NODE_MEMBER)
        return pdb_member_node(pdb, &copy, node);
    if (copy.kind == NODE_ARGUMENT)
        return pdb_argument_node(pdb, &copy, node);
    return pdb_symbol_node(pdb, &copy, node);
}

static bool children(struct reader *reader, uint32_t id, visit_node *visit, void *context)
{
    struct pdb *pdb = (struct pdb *)reader;
    const struct pdb_node *at = node_of(pdb, id);
    struct pdb_node copy;

    if (!at)
        return !(id & PDB_NODE) && pdb_type_children(pdb, id, visit, context);
    copy = *at;
    return copy.kind == NODE_SYMBOL ? pdb_symbol_children(pdb, id, &copy, visit, context) : true;
}

static const struct reader_ops pdb_ops = {
    .sym_type = 3,
    .close = close_pdb,
    .symbols = pdb_symbols,
    .unit_at = unit_at,
    .unit_name = unit_name,
    .lines = pdb_lines,
    .node = describe,
    .children = children,
    .types = pdb_all_types,
    .covers = pdb_covers,
    .inline_line = pdb_inline_line,
};

/* The age that an image's record has is the one in the DBI stream; linkers that write once have the same in both. */
static bool identity(struct pdb *pdb, uint8_t *guid, uint32_t *age, uint32_t *signature)
{
    struct bytes info = pdb_stream(pdb, 1), dbi = pdb_stream(pdb, 3);
    const uint8_t *bytes;

    get_u32(&info);
    *signature = get_u32(&info);
    *age = get_u32(&info);
    if (!(bytes = get_bytes(&info, 16)))
        return false;
    memcpy(guid, bytes, 16);
    get_u64(&dbi);
    if (!dbi.bad && bytes_left(&dbi) >= 4)
        *age = get_u32(&dbi);
    return true;
}

static struct pdb *open_container(const void *data, size_t size)
{
    struct pdb *pdb = dbg_alloc(sizeof(*pdb));

    if (!pdb)
        return NULL;
    pdb->reader.ops = &pdb_ops;
    pdb->data = data;
    pdb->size = size;
    pdb->names = pdb->tpi.records = pdb->ipi.records = bytes_of(NULL, 0);
    if (read_directory(pdb))
        return pdb;
    close_pdb(&pdb->reader);
    return NULL;
}

bool pdb_identity(const void *data, size_t size, uint8_t *guid, uint32_t *age, uint32_t *signature)
{
    struct pdb *pdb = open_container(data, size);
    bool good = pdb && identity(pdb, guid, age, signature);

    if (pdb)
        close_pdb(&pdb->reader);
    return good;
}

struct reader *pdb_open(const void *data, size_t size, const uint8_t *guid, uint32_t age)
{
    struct pdb *pdb = open_container(data, size);
    uint8_t own_guid[16];
    uint32_t own_age, signature;

    if (!pdb)
        return NULL;
    if (!identity(pdb, own_guid, &own_age, &signature) || (guid && (memcmp(own_guid, guid, 16) || own_age != age)) ||
        !read_dbi(pdb)) {
        close_pdb(&pdb->reader);
        return NULL;
    }
    pdb_names_open(pdb);
    pdb_types_open(pdb);
    return &pdb->reader;
}
