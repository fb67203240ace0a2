/* SPDX-License-Identifier: MIT */
/*
 * pdb_types.c: type records of PDBs. A type's identifier is its index. Where each record begins, and which index defines a
 * name, is found out in one walk, when a type is first asked for.
 */
#include "pdb_private.h"

#define PROPERTY_NESTED  0x08
#define PROPERTY_FORWARD 0x80
#define FIRST_RECORD     0x1000 /* indices below are of basic types and pointers to them */
#define MAX_DEPTH        32

void pdb_types_open(struct pdb *pdb)
{
    struct pdb_types *both[2] = { &pdb->tpi, &pdb->ipi };

    for (int i = 0; i < 2; i++) {
        struct bytes b = pdb_stream(pdb, i ? 4 : 2), head = b;
        uint32_t header, first, end, size;
        get_u32(&head);
        header = get_u32(&head);
        first = get_u32(&head);
        end = get_u32(&head);
        size = get_u32(&head);
        if (head.bad || first < FIRST_RECORD || end < first || header > bytes_left(&b))
            continue;
        b.at += header;
        if (size < bytes_left(&b))
            b.end = b.at + size;
        if (end - first > bytes_left(&b) / 4) /* none is shorter */
            end = first + (uint32_t)(bytes_left(&b) / 4);
        both[i]->records = b;
        both[i]->first = first;
        both[i]->count = end - first;
    }
}

void pdb_types_close(struct pdb *pdb)
{
    dbg_free(pdb->tpi.offsets);
    dbg_free(pdb->ipi.offsets);
    dbg_free(pdb->type_hash);
}

static bool find_records(struct pdb_types *types)
{
    struct bytes b = types->records;
    uint32_t i;

    types->tried = true;
    if (!(types->offsets = dbg_alloc(((size_t)types->count + 1) * sizeof(*types->offsets))))
        return false;
    for (i = 0; i < types->count && bytes_left(&b) >= 4; i++) {
        types->offsets[i] = (uint32_t)(b.at - types->records.at);
        get_bytes(&b, get_u16(&b));
    }
    types->count = i;
    return true;
}

bool pdb_type_record(struct pdb *pdb, struct pdb_types *types, uint32_t index, uint16_t *leaf, struct bytes *record)
{
    (void)pdb;
    if (!types->offsets && (types->tried || !find_records(types)))
        return false;
    if (index < types->first || index - types->first >= types->count)
        return false;
    *leaf = pdb_record(types->records, types->offsets[index - types->first], record);
    return *leaf != 0;
}

int64_t pdb_numeric(struct bytes *b, uint8_t *size)
{
    uint16_t leaf = get_u16(b);
    uint8_t none;

    size = size ? size : &none;
    switch (leaf) {
    case 0x8000:
        return *size = 1, (int8_t)get_u8(b);
    case 0x8001:
        return *size = 2, (int16_t)get_u16(b);
    case 0x8002:
        return *size = 2, get_u16(b);
    case 0x8003:
        return *size = 4, (int32_t)get_u32(b);
    case 0x8004:
        return *size = 4, get_u32(b);
    case 0x8009:
    case 0x800a:
        return *size = 8, (int64_t)get_u64(b);
    }
    if (leaf >= 0x8000)
        b->bad = true; /* reals and the like: none of them in what is read here */
    *size = 2;
    return leaf & 0x7fff;
}

static bool is_udt(uint16_t leaf)
{
    return leaf == LF_CLASS || leaf == LF_STRUCTURE || leaf == LF_INTERFACE || leaf == LF_UNION;
}

struct udt {
    uint16_t members, property;
    uint32_t fields, shape, type;
    uint64_t size;
    const char *name;
};

static void read_udt(uint16_t leaf, struct bytes r, struct udt *udt)
{
    memset(udt, 0, sizeof(*udt));
    udt->members = get_u16(&r);
    udt->property = get_u16(&r);
    if (leaf == LF_ENUM)
        udt->type = get_u32(&r);
    udt->fields = get_u32(&r);
    if (leaf != LF_UNION && leaf != LF_ENUM) {
        get_u32(&r);
        udt->shape = get_u32(&r);
    }
    if (leaf != LF_ENUM)
        udt->size = (uint64_t)pdb_numeric(&r, NULL);
    udt->name = get_string(&r);
}

/* Definitions by name, so that a forward reference finds its own. */
static bool make_hash(struct pdb *pdb)
{
    struct bytes r;
    uint16_t leaf;
    uint32_t size = 64;

    pdb->type_hash_tried = true;
    if (!pdb_type_record(pdb, &pdb->tpi, pdb->tpi.first, &leaf, &r))
        return false;
    while (size < 2 * pdb->tpi.count && size < 0x40000000)
        size *= 2;
    if (!(pdb->type_hash = dbg_alloc((size_t)size * sizeof(*pdb->type_hash))))
        return false;
    pdb->type_hash_size = size;
    for (uint32_t i = 0; i < pdb->tpi.count; i++) {
        struct udt udt;
        uint32_t at;
        if (!pdb_type_record(pdb, &pdb->tpi, pdb->tpi.first + i, &leaf, &r) || (!is_udt(leaf) && leaf != LF_ENUM))
            continue;
        read_udt(leaf, r, &udt);
        if ((udt.property & PROPERTY_FORWARD) || !udt.name[0])
            continue;
        at = pdb_hash_text(udt.name) & (size - 1);
        while (pdb->type_hash[at])
            at = (at + 1) & (size - 1);
        pdb->type_hash[at] = pdb->tpi.first + i;
    }
    return true;
}

static uint32_t definition_of(struct pdb *pdb, const char *name, uint32_t otherwise)
{
    struct udt udt;
    struct bytes r;
    uint16_t leaf;

    if (!pdb->type_hash && (pdb->type_hash_tried || !make_hash(pdb)))
        return otherwise;
    for (uint32_t at = pdb_hash_text(name) & (pdb->type_hash_size - 1); pdb->type_hash[at];
         at = (at + 1) & (pdb->type_hash_size - 1)) {
        if (!pdb_type_record(pdb, &pdb->tpi, pdb->type_hash[at], &leaf, &r))
            continue;
        read_udt(leaf, r, &udt);
        if (!strcmp(udt.name, name))
            return pdb->type_hash[at];
    }
    return otherwise;
}

static void describe_simple(uint32_t index, struct node *node)
{
    static const struct {
        uint8_t kind, base, size;
    } known[] = {
        { 0x03, BASE_VOID, 0 },    { 0x08, BASE_HRESULT, 4 },  { 0x10, BASE_CHAR, 1 },   { 0x20, BASE_UINT, 1 },
        { 0x68, BASE_INT, 1 },     { 0x69, BASE_UINT, 1 },     { 0x70, BASE_CHAR, 1 },   { 0x71, BASE_WCHAR, 2 },
        { 0x7a, BASE_CHAR16, 2 },  { 0x7b, BASE_CHAR32, 4 },   { 0x7c, BASE_CHAR8, 1 },  { 0x11, BASE_INT, 2 },
        { 0x21, BASE_UINT, 2 },    { 0x72, BASE_INT, 2 },      { 0x73, BASE_UINT, 2 },   { 0x12, BASE_LONG, 4 },
        { 0x22, BASE_ULONG, 4 },   { 0x74, BASE_INT, 4 },      { 0x75, BASE_UINT, 4 },   { 0x13, BASE_INT, 8 },
        { 0x23, BASE_UINT, 8 },    { 0x76, BASE_INT, 8 },      { 0x77, BASE_UINT, 8 },   { 0x14, BASE_INT, 16 },
        { 0x24, BASE_UINT, 16 },   { 0x78, BASE_INT, 16 },     { 0x79, BASE_UINT, 16 },  { 0x40, BASE_FLOAT, 4 },
        { 0x41, BASE_FLOAT, 8 },   { 0x42, BASE_FLOAT, 10 },   { 0x43, BASE_FLOAT, 16 }, { 0x46, BASE_FLOAT, 2 },
        { 0x30, BASE_BOOL, 1 },    { 0x31, BASE_BOOL, 2 },     { 0x32, BASE_BOOL, 4 },   { 0x33, BASE_BOOL, 8 },
        { 0x50, BASE_COMPLEX, 8 }, { 0x51, BASE_COMPLEX, 16 },
    };

    if (index >> 8 & 0xf) {
        node->tag = TAG_POINTER;
        node->type = index & 0xff;
        node->length = (index >> 8 & 0xf) == 6 ? 8 : 4;
        node->has_length = true;
        return;
    }
    node->tag = TAG_BASE_TYPE;
    node->has_length = true;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].kind == (index & 0xff)) {
            node->kind = known[i].base;
            node->length = known[i].size;
        }
}

static void describe_pointer(struct bytes r, struct node *node)
{
    uint32_t attributes, mode;

    node->tag = TAG_POINTER;
    node->type = get_u32(&r);
    attributes = get_u32(&r);
    mode = attributes >> 5 & 7;
    node->reference = mode == 1 || mode == 4;
    node->is_volatile = attributes >> 9 & 1;
    node->constant = attributes >> 10 & 1;
    node->length = attributes >> 13 & 0x3f;
    if (!node->length)
        node->length = (attributes & 0x1f) == 12 ? 8 : 4;
    node->has_length = true;
}

/* What is modified, with the marks of the modifier. */
static bool describe_modified(struct pdb *pdb, struct bytes r, struct node *node, int depth);

static bool describe_record(struct pdb *pdb, uint32_t index, struct node *node, int depth)
{
    struct bytes r;
    uint16_t leaf;
    struct udt udt;

    if (index < FIRST_RECORD) {
        describe_simple(index, node);
        return index != 0;
    }
    if (depth > MAX_DEPTH || !pdb_type_record(pdb, &pdb->tpi, index, &leaf, &r))
        return false;
    switch (leaf) {
    case LF_MODIFIER:
        return describe_modified(pdb, r, node, depth);
    case LF_POINTER:
        describe_pointer(r, node);
        return true;
    case LF_PROCEDURE:
    case LF_MFUNCTION:
        node->tag = TAG_FUNCTION_TYPE;
        node->type = get_u32(&r);
        if (leaf == LF_MFUNCTION) {
            node->class_parent = get_u32(&r);
            get_u32(&r);
        }
        node->calling_convention = get_u8(&r);
        get_u8(&r);
        node->count = get_u16(&r);
        get_u32(&r);
        if (leaf == LF_MFUNCTION)
            node->offset = (int32_t)get_u32(&r); /* of this */
        return true;
    case LF_ARRAY:
        node->tag = TAG_ARRAY;
        node->type = get_u32(&r);
        node->index_type = get_u32(&r);
        node->length = (uint64_t)pdb_numeric(&r, NULL);
        node->has_length = true;
        node->value = (int64_t)pdb_type_size(pdb, node->type);
        node->count = node->value ? (uint32_t)(node->length / (uint64_t)node->value) : 0;
        node->value = 0;
        return true;
    case LF_BITFIELD:
        index = get_u32(&r);
        if (!describe_record(pdb, index, node, depth + 1))
            return false;
        node->length = get_u8(&r);
        node->bit_position = get_u8(&r);
        node->bit_field = true;
        return true;
    case LF_VTSHAPE:
        node->tag = TAG_VTABLE_SHAPE;
        node->count = get_u16(&r);
        return true;
    case LF_CLASS:
    case LF_STRUCTURE:
    case LF_INTERFACE:
    case LF_UNION:
    case LF_ENUM:
        read_udt(leaf, r, &udt);
        if (udt.property & PROPERTY_FORWARD) {
            uint32_t definition = definition_of(pdb, udt.name, index);
            if (definition != index && depth < MAX_DEPTH)
                return describe_record(pdb, definition, node, MAX_DEPTH);
        }
        node->tag = leaf == LF_ENUM ? TAG_ENUM : TAG_UDT;
        node->kind = leaf == LF_CLASS       ? UDT_CLASS
                     : leaf == LF_UNION     ? UDT_UNION
                     : leaf == LF_INTERFACE ? UDT_INTERFACE
                                            : UDT_STRUCT;
        node->name = udt.name;
        node->nested = (udt.property & PROPERTY_NESTED) != 0;
        node->count = udt.members;
        node->virtual_table_shape = udt.shape;
        node->type = udt.type;
        node->length = leaf == LF_ENUM ? pdb_type_size(pdb, udt.type) : udt.size;
        node->has_length = true;
        if (leaf == LF_ENUM) {
            struct node base;
            memset(&base, 0, sizeof(base));
            if (describe_record(pdb, udt.type, &base, depth + 1))
                node->kind = base.kind;
        }
        return true;
    }
    return false;
}

static bool describe_modified(struct pdb *pdb, struct bytes r, struct node *node, int depth)
{
    uint32_t type = get_u32(&r);
    uint16_t flags = get_u16(&r);

    if (!describe_record(pdb, type, node, depth + 1))
        return false;
    node->constant |= flags & 1;
    node->is_volatile |= flags >> 1 & 1;
    return true;
}

bool pdb_type_node(struct pdb *pdb, uint32_t index, struct node *node)
{
    return describe_record(pdb, index, node, 0);
}

uint64_t pdb_type_size(struct pdb *pdb, uint32_t index)
{
    struct node node;
    uint64_t times = 1;

    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        struct bytes r;
        uint16_t leaf;
        memset(&node, 0, sizeof(node));
        if (index < FIRST_RECORD) {
            describe_simple(index, &node);
            return node.length * times;
        }
        if (!pdb_type_record(pdb, &pdb->tpi, index, &leaf, &r))
            return 0;
        if (leaf == LF_MODIFIER || leaf == LF_BITFIELD) {
            index = get_u32(&r);
        } else if (leaf == LF_POINTER) {
            describe_pointer(r, &node);
            return node.length * times;
        } else if (leaf == LF_ARRAY) {
            get_u64(&r);
            return (uint64_t)pdb_numeric(&r, NULL);
        } else if (is_udt(leaf) || leaf == LF_ENUM) {
            struct udt udt;
            read_udt(leaf, r, &udt);
            if (udt.property & PROPERTY_FORWARD) {
                uint32_t definition = definition_of(pdb, udt.name, index);
                if (definition == index)
                    return 0;
                index = definition;
            } else if (leaf == LF_ENUM) {
                index = udt.type;
            } else {
                return udt.size;
            }
        } else {
            return 0;
        }
    }
    return 0;
}

/* The name (and function type) of an item that is inlined. */
const char *pdb_inlinee(struct pdb *pdb, uint32_t item, uint32_t *type)
{
    struct bytes r;
    uint16_t leaf;

    if (!pdb_type_record(pdb, &pdb->ipi, item, &leaf, &r) || (leaf != LF_FUNC_ID && leaf != LF_MFUNC_ID))
        return "";
    get_u32(&r);
    *type = get_u32(&r);
    return get_string(&r);
}

/* --- members --- */

/* Reads one member of a field list; `r` is behind it then. FALSE at the end. */
static bool read_member(struct pdb *pdb, struct bytes *r, uint16_t *leaf, struct node *node)
{
    uint16_t attributes;
    uint32_t list;

    memset(node, 0, sizeof(*node));
    while (bytes_left(r) && *r->at >= 0xf0) /* padding */
        get_bytes(r, (*r->at & 0xf) ? (*r->at & 0xf) : 1);
    if (bytes_left(r) < 4)
        return false;
    *leaf = get_u16(r);
    attributes = get_u16(r);
    node->place = PLACE_MEMBER;
    switch (*leaf) {
    case LF_BCLASS:
        node->tag = TAG_BASE_CLASS;
        node->type = get_u32(r);
        node->offset = pdb_numeric(r, NULL);
        break;
    case LF_VBCLASS:
    case LF_IVBCLASS:
        node->tag = TAG_BASE_CLASS;
        node->virtual_base = true;
        node->type = get_u32(r);
        get_u32(r);
        node->offset = pdb_numeric(r, NULL); /* of the pointer to the table */
        node->value = pdb_numeric(r, NULL);  /* the entry there */
        break;
    case LF_ENUMERATE:
        node->tag = TAG_DATA;
        node->kind = DATA_CONSTANT;
        node->place = PLACE_NONE;
        node->value = pdb_numeric(r, &node->value_size);
        node->has_value = true;
        node->name = get_string(r);
        break;
    case LF_MEMBER:
        node->tag = TAG_DATA;
        node->kind = DATA_MEMBER;
        node->type = get_u32(r);
        node->offset = pdb_numeric(r, NULL);
        node->name = get_string(r);
        break;
    case LF_STMEMBER:
        node->tag = TAG_DATA;
        node->kind = DATA_STATIC_MEMBER;
        node->place = PLACE_STATIC;
        node->type = get_u32(r);
        node->name = get_string(r);
        break;
    case LF_METHOD: /* attributes is the number of overloads here; the first stands for them */
        node->tag = TAG_FUNCTION;
        node->place = PLACE_NONE;
        list = get_u32(r);
        node->name = get_string(r);
        {
            struct bytes methods;
            uint16_t kind;
            if (pdb_type_record(pdb, &pdb->tpi, list, &kind, &methods)) {
                get_u32(&methods);
                node->type = get_u32(&methods);
            }
        }
        break;
    case LF_ONEMETHOD:
        node->tag = TAG_FUNCTION;
        node->place = PLACE_NONE;
        node->type = get_u32(r);
        if ((attributes >> 2 & 7) == 4 || (attributes >> 2 & 7) == 6)
            get_u32(r);
        node->name = get_string(r);
        break;
    case LF_NESTTYPE:
        node->tag = TAG_TYPEDEF;
        node->place = PLACE_NONE;
        node->type = get_u32(r);
        node->name = get_string(r);
        break;
    case LF_VFUNCTAB:
        node->tag = TAG_VTABLE;
        node->place = PLACE_NONE;
        node->type = get_u32(r);
        break;
    case LF_INDEX:
        node->type = get_u32(r);
        return !r->bad;
    default:
        return false; /* nobody knows how long it is */
    }
    return !r->bad;
}

static void place_bits(struct pdb *pdb, struct node *node)
{
    struct bytes r;
    uint16_t leaf;

    node->length = pdb_type_size(pdb, node->type);
    node->has_length = node->type != 0;
    if (node->tag != TAG_DATA || !pdb_type_record(pdb, &pdb->tpi, node->type, &leaf, &r) || leaf != LF_BITFIELD)
        return;
    node->type = get_u32(&r);
    node->length = get_u8(&r);
    node->bit_position = get_u8(&r);
    node->bit_field = true;
}

bool pdb_member_node(struct pdb *pdb, const struct pdb_node *at, struct node *node)
{
    struct bytes r;
    uint16_t leaf;

    if (!pdb_type_record(pdb, &pdb->tpi, at->a, &leaf, &r) || leaf != LF_FIELDLIST || at->b > bytes_left(&r))
        return false;
    r.at += at->b;
    if (!read_member(pdb, &r, &leaf, node) || leaf == LF_INDEX)
        return false;
    node->class_parent = at->parent;
    if (leaf == LF_ENUMERATE) {
        struct udt udt;
        node->class_parent = 0;
        node->lexical_parent = at->parent;
        if (pdb_type_record(pdb, &pdb->tpi, at->parent, &leaf, &r) && leaf == LF_ENUM) {
            read_udt(leaf, r, &udt);
            node->type = udt.type;
        }
    }
    if (node->tag == TAG_DATA || node->tag == TAG_BASE_CLASS)
        place_bits(pdb, node);
    if (node->tag == TAG_BASE_CLASS) {
        struct node base;
        memset(&base, 0, sizeof(base));
        if (pdb_type_node(pdb, node->type, &base))
            node->name = base.name;
    }
    return true;
}

static bool visit_fields(struct pdb *pdb, uint32_t list, uint32_t parent, visit_node *visit, void *context)
{
    for (int pieces = 0; pieces < 10000; pieces++) {
        struct node node;
        struct bytes r;
        uint16_t leaf;
        uint32_t next = 0;
        const uint8_t *start;
        if (!pdb_type_record(pdb, &pdb->tpi, list, &leaf, &r) || leaf != LF_FIELDLIST)
            return true;
        start = r.at;
        for (;;) {
            uint32_t offset = (uint32_t)(r.at - start), id;
            if (!read_member(pdb, &r, &leaf, &node))
                break;
            if (leaf == LF_INDEX) {
                next = node.type;
                continue;
            }
            id = pdb_node_id(pdb, NODE_MEMBER, list, offset, parent);
            if (!id || !visit(context, id))
                return false;
        }
        if (!next || next == list)
            return true;
        list = next;
    }
    return true;
}

bool pdb_argument_node(struct pdb *pdb, const struct pdb_node *at, struct node *node)
{
    struct bytes r;
    uint16_t leaf;
    uint32_t count;

    if (!pdb_type_record(pdb, &pdb->tpi, at->a, &leaf, &r) || leaf != LF_ARGLIST)
        return false;
    count = get_u32(&r);
    if (at->b >= count || at->b > bytes_left(&r) / 4)
        return false;
    get_bytes(&r, at->b * 4);
    node->tag = TAG_FUNCTION_ARGUMENT;
    node->type = get_u32(&r);
    node->lexical_parent = at->parent;
    return !r.bad;
}

bool pdb_type_children(struct pdb *pdb, uint32_t index, visit_node *visit, void *context)
{
    struct bytes r;
    struct udt udt;
    uint16_t leaf;
    uint32_t arguments, count;

    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        if (!pdb_type_record(pdb, &pdb->tpi, index, &leaf, &r))
            return true;
        if (leaf == LF_MODIFIER) {
            index = get_u32(&r);
        } else if (is_udt(leaf) || leaf == LF_ENUM) {
            read_udt(leaf, r, &udt);
            if (!(udt.property & PROPERTY_FORWARD))
                return visit_fields(pdb, udt.fields, index, visit, context);
            count = definition_of(pdb, udt.name, index);
            if (count == index)
                return true;
            index = count;
        } else if (leaf == LF_PROCEDURE || leaf == LF_MFUNCTION) {
            get_bytes(&r, leaf == LF_PROCEDURE ? 8 : 16);
            arguments = get_u32(&r);
            if (!pdb_type_record(pdb, &pdb->tpi, arguments, &leaf, &r) || leaf != LF_ARGLIST)
                return true;
            count = get_u32(&r);
            for (uint32_t i = 0; i < count && i < 0x10000; i++) {
                uint32_t id = pdb_node_id(pdb, NODE_ARGUMENT, arguments, i, index);
                if (!id || !visit(context, id))
                    return false;
            }
            return true;
        } else {
            return true;
        }
    }
    return true;
}

/* Types with names: definitions, and the typedefs among the global symbols. */
void pdb_all_types(struct reader *reader, visit_node *visit, void *context)
{
    struct pdb *pdb = (struct pdb *)reader;
    struct bytes stream = pdb_stream(pdb, pdb->symbol_stream), r;
    struct udt udt;
    uint16_t leaf;
    uint32_t offset = 0;

    for (uint32_t i = 0; i < pdb->tpi.count; i++) {
        if (!pdb_type_record(pdb, &pdb->tpi, pdb->tpi.first + i, &leaf, &r))
            break;
        if (!is_udt(leaf) && leaf != LF_ENUM)
            continue;
        read_udt(leaf, r, &udt);
        if (!(udt.property & PROPERTY_FORWARD) && !visit(context, pdb->tpi.first + i))
            return;
    }
    for (; (leaf = pdb_record(stream, offset, &r)) != 0; offset += 4 + (uint32_t)bytes_left(&r)) {
        struct bytes b = r;
        struct node node;
        uint32_t type, id;
        const char *name;
        if (leaf != S_UDT)
            continue;
        type = get_u32(&b);
        name = get_string(&b);
        memset(&node, 0, sizeof(node));
        if (pdb_type_node(pdb, type, &node) && node.name && !strcmp(node.name, name))
            continue; /* says of a class that it is one */
        id = pdb_node_id(pdb, NODE_GLOBAL, 0, offset, 0);
        if (id && !visit(context, id))
            return;
    }
}
