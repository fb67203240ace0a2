/* SPDX-License-Identifier: MIT */
/*
 * pdb_symbols.c: symbol records of PDBs: those of modules (functions with all that is in them) and the global ones. Functions and
 * variables are listed once, in one walk over all records that skips what is inside of functions; that is read when asked for.
 */
#include "pdb_private.h"

#define MAX_DEPTH 64 /* of blocks in blocks */

uint16_t pdb_record(struct bytes stream, uint32_t offset, struct bytes *record)
{
    uint16_t length, kind;

    if (offset > bytes_left(&stream))
        return 0;
    stream.at += offset;
    length = get_u16(&stream);
    kind = get_u16(&stream);
    if (stream.bad || length < 2 || bytes_left(&stream) < length - 2u)
        return 0;
    *record = bytes_of(stream.at, length - 2u);
    return kind;
}

static uint32_t next_offset(uint32_t offset, const struct bytes *record)
{
    return offset + 4 + (uint32_t)bytes_left(record);
}

/* The symbols of a module, without its lines. */
static struct bytes module_symbols(struct pdb *pdb, uint32_t module)
{
    struct bytes b = pdb_module_stream(pdb, module);

    if (module < pdb->module_count && bytes_left(&b) > pdb->modules[module].symbol_size)
        b.end = b.at + pdb->modules[module].symbol_size;
    return b;
}

static bool is_procedure(uint16_t kind)
{
    return kind == S_GPROC32 || kind == S_LPROC32 || kind == S_GPROC32_ID || kind == S_LPROC32_ID;
}

/* Has other records inside, up to the one at its `end`. */
static bool is_scope(uint16_t kind)
{
    return is_procedure(kind) || kind == S_BLOCK32 || kind == S_THUNK32 || kind == S_INLINESITE ||
           kind == S_INLINESITE2;
}

static uint32_t end_of_scope(struct bytes record)
{
    get_u32(&record);
    return get_u32(&record);
}

static void add_data(struct pdb *pdb, struct symbol_list *list, uint32_t id, struct bytes r, uint16_t kind)
{
    struct symbol *symbol;
    uint32_t type = get_u32(&r), offset = get_u32(&r), rva = pdb_rva(pdb, get_u16(&r), offset);
    const char *name = get_string(&r);

    if (r.bad || (!rva && kind != S_LTHREAD32 && kind != S_GTHREAD32) || !id)
        return;
    if (!(symbol = symbol_add(list, rva, name, TAG_DATA, RANK_DEBUG)))
        return;
    symbol->id = id;
    symbol->size = (uint32_t)pdb_type_size(pdb, type);
    if (kind == S_LTHREAD32 || kind == S_GTHREAD32)
        symbol->flags = SYM_TLSREL;
}

static void list_module(struct pdb *pdb, uint32_t module, struct symbol_list *list)
{
    struct bytes stream = module_symbols(pdb, module), r;
    uint32_t offset = 4, next, end;
    uint16_t kind;

    pdb->walked += bytes_left(&stream);
    if (pdb->walked > 2 * (uint64_t)pdb->size) /* modules that share a stream */
        return;
    for (; (kind = pdb_record(stream, offset, &r)) != 0; offset = next) {
        uint32_t id, rva, length;
        struct symbol *symbol;
        next = next_offset(offset, &r);
        if (is_scope(kind)) {
            end = end_of_scope(r);
            if (end > offset)
                next = end;
        }
        if (is_procedure(kind) || kind == S_THUNK32) {
            struct bytes head = r;
            get_bytes(&head, 12);
            if (kind == S_THUNK32) {
                rva = get_u32(&head);
                rva = pdb_rva(pdb, get_u16(&head), rva);
                length = get_u16(&head);
                get_u8(&head);
            } else {
                length = get_u32(&head);
                get_bytes(&head, 12);
                rva = get_u32(&head);
                rva = pdb_rva(pdb, get_u16(&head), rva);
                get_u8(&head);
            }
            if (!rva || !(id = pdb_node_id(pdb, NODE_SYMBOL, module, offset, 0)) ||
                !(symbol = symbol_add(list, rva, get_string(&head), kind == S_THUNK32 ? TAG_THUNK : TAG_FUNCTION,
                                      RANK_DEBUG)))
                continue;
            symbol->id = id;
            symbol->size = length;
        } else if (kind == S_LDATA32 || kind == S_GDATA32 || kind == S_LTHREAD32 || kind == S_GTHREAD32) {
            add_data(pdb, list, pdb_node_id(pdb, NODE_SYMBOL, module, offset, 0), r, kind);
        }
    }
}

static void list_globals(struct pdb *pdb, struct symbol_list *list)
{
    struct bytes stream = pdb_stream(pdb, pdb->symbol_stream), r;
    uint32_t offset = 0;
    uint16_t kind;

    for (; (kind = pdb_record(stream, offset, &r)) != 0; offset = next_offset(offset, &r)) {
        struct bytes b = r;
        struct symbol *symbol;
        uint32_t flags, rva;
        if (kind == S_PUB32) {
            flags = get_u32(&b);
            rva = get_u32(&b);
            rva = pdb_rva(pdb, get_u16(&b), rva);
            if (rva && (symbol = symbol_add(list, rva, get_string(&b), TAG_PUBLIC, RANK_PUBLIC))) {
                symbol->flags = flags & 2 ? SYM_FUNCTION : 0;
                symbol->id = pdb_node_id(pdb, NODE_GLOBAL, 0, offset, 0);
            }
        } else if (kind == S_LDATA32 || kind == S_GDATA32 || kind == S_LTHREAD32 || kind == S_GTHREAD32) {
            add_data(pdb, list, pdb_node_id(pdb, NODE_GLOBAL, 0, offset, 0), r, kind);
        } else if (kind == S_CONSTANT) {
            int64_t value;
            get_u32(&b);
            value = pdb_numeric(&b, NULL);
            if ((symbol = symbol_add(list, 0, get_string(&b), TAG_DATA, RANK_DEBUG))) {
                symbol->absolute = true;
                symbol->value = (uint64_t)value;
                symbol->flags = SYM_CONSTANT;
                symbol->id = pdb_node_id(pdb, NODE_GLOBAL, 0, offset, 0);
            }
        }
    }
}

void pdb_symbols(struct reader *reader, struct symbol_list *list)
{
    struct pdb *pdb = (struct pdb *)reader;

    for (uint32_t i = 0; i < pdb->module_count; i++)
        list_module(pdb, i, list);
    list_globals(pdb, list);
}

/* --- nodes --- */

static struct pdb_node *parent_of(struct pdb *pdb, const struct pdb_node *at)
{
    uint32_t number = at->parent & ~PDB_NODE;

    return (at->parent & PDB_NODE) && number < pdb->node_count ? &pdb->nodes[number] : NULL;
}

/* The register that S_FRAMEPROC of the function around names for its locals or parameters. */
static uint32_t frame_register(struct pdb *pdb, const struct pdb_node *at, bool parameter)
{
    static const uint16_t registers[4] = { 0, CV_AMD64_RSP, CV_AMD64_RBP, 341 /* r13 */ };
    struct bytes stream = module_symbols(pdb, at->a), r;
    const struct pdb_node *function = at;
    uint16_t kind;

    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        const struct pdb_node *up = parent_of(pdb, function);
        if (!up)
            break;
        function = up;
    }
    if (pdb->machine != 0x8664)
        return 22; /* ebp */
    if (!is_procedure(pdb_record(stream, function->b, &r)))
        return 0;
    for (uint32_t offset = next_offset(function->b, &r), i = 0; i < 1000; i++, offset = next_offset(offset, &r)) {
        kind = pdb_record(stream, offset, &r);
        if (!kind || kind == S_END || kind == S_PROC_ID_END)
            break;
        if (kind == S_FRAMEPROC) {
            uint32_t flags;
            get_bytes(&r, 22);
            flags = get_u32(&r);
            return registers[flags >> (parameter ? 16 : 14) & 3];
        }
    }
    return 0;
}

/* S_LOCAL says what it is, the records behind it where it is at which addresses. */
static void place_local(struct pdb *pdb, const struct pdb_node *at, uint32_t offset, struct node *node)
{
    struct bytes stream = module_symbols(pdb, at->a), r;
    uint16_t kind;

    for (; (kind = pdb_record(stream, offset, &r)) >= S_DEFRANGE_REGISTER - 2 && kind <= S_DEFRANGE_REGISTER_REL;
         offset = next_offset(offset, &r)) {
        uint32_t reg = 0, start;
        int32_t shift = 0;
        uint16_t place = PLACE_REGISTER_RELATIVE;
        if (kind == S_DEFRANGE_REGISTER) {
            reg = get_u16(&r);
            get_u16(&r);
            place = PLACE_REGISTER;
        } else if (kind == S_DEFRANGE_FRAMEPOINTER_REL || kind == S_DEFRANGE_FRAMEPOINTER_REL_FULL_SCOPE) {
            shift = (int32_t)get_u32(&r);
            reg = frame_register(pdb, at, node->kind == DATA_PARAMETER);
        } else if (kind == S_DEFRANGE_REGISTER_REL) {
            reg = get_u16(&r);
            if (get_u16(&r) & 1)
                continue; /* a part of it only */
            shift = (int32_t)get_u32(&r);
        } else {
            continue;
        }
        if (kind != S_DEFRANGE_FRAMEPOINTER_REL_FULL_SCOPE && pdb->reader.pc) {
            start = get_u32(&r);
            start = pdb_rva(pdb, get_u16(&r), start);
            if (pdb->reader.pc - start >= get_u16(&r))
                continue;
        }
        node->place = place;
        node->reg = reg;
        node->offset = shift;
        return;
    }
}

static void describe_procedure(struct pdb *pdb, uint16_t kind, struct bytes r, struct node *node)
{
    node->tag = TAG_FUNCTION;
    node->lexical_parent = get_u32(&r);
    node->lexical_parent = 0;
    get_bytes(&r, 8);
    node->length = get_u32(&r);
    node->debug_start = get_u32(&r);
    get_u32(&r);
    node->type = get_u32(&r);
    node->rva = get_u32(&r);
    node->rva = pdb_rva(pdb, get_u16(&r), node->rva);
    node->debug_start = node->debug_start ? node->rva + node->debug_start : 0;
    get_u8(&r);
    node->name = get_string(&r);
    node->has_length = true;
    node->place = PLACE_STATIC;
    if (kind == S_GPROC32_ID || kind == S_LPROC32_ID)
        pdb_inlinee(pdb, node->type, &node->type);
}

static void describe_data(struct pdb *pdb, const struct pdb_node *at, uint16_t kind, struct bytes r, struct node *node)
{
    bool thread = kind == S_LTHREAD32 || kind == S_GTHREAD32;

    node->tag = TAG_DATA;
    node->kind = at->parent                                 ? DATA_STATIC_LOCAL
                 : kind == S_LDATA32 || kind == S_LTHREAD32 ? DATA_FILE_STATIC
                                                            : DATA_GLOBAL;
    node->type = get_u32(&r);
    node->rva = get_u32(&r);
    node->offset = node->rva;
    node->rva = thread ? 0 : pdb_rva(pdb, get_u16(&r), node->rva);
    if (thread)
        get_u16(&r);
    node->name = get_string(&r);
    node->place = thread ? PLACE_TLS : PLACE_STATIC;
    node->length = pdb_type_size(pdb, node->type);
    node->has_length = true;
}

static void describe_variable(struct pdb *pdb, const struct pdb_node *at, uint16_t kind, uint32_t offset,
                              struct bytes r, struct node *node)
{
    uint16_t flags;

    node->tag = TAG_DATA;
    node->kind = at->kind == NODE_PARAMETER ? DATA_PARAMETER : DATA_LOCAL;
    node->place = PLACE_REGISTER_RELATIVE;
    if (kind == S_REGREL32) {
        node->offset = (int32_t)get_u32(&r);
        node->type = get_u32(&r);
        node->reg = get_u16(&r);
    } else if (kind == S_BPREL32) {
        node->offset = (int32_t)get_u32(&r);
        node->type = get_u32(&r);
        node->reg = pdb->machine == 0x8664 ? CV_AMD64_RBP : 22;
    } else if (kind == S_REGISTER) {
        node->type = get_u32(&r);
        node->reg = get_u16(&r);
        node->place = PLACE_REGISTER;
    } else { /* S_LOCAL */
        uint32_t next = next_offset(offset, &r);
        node->type = get_u32(&r);
        flags = get_u16(&r);
        node->kind = flags & 1 ? DATA_PARAMETER : DATA_LOCAL;
        node->place = PLACE_NONE;
        place_local(pdb, at, next, node);
    }
    node->name = get_string(&r);
    if (node->kind == DATA_PARAMETER && !strcmp(node->name, "this"))
        node->kind = DATA_OBJECT_POINTER;
    node->length = pdb_type_size(pdb, node->type);
    node->has_length = true;
}

bool pdb_symbol_node(struct pdb *pdb, const struct pdb_node *at, struct node *node)
{
    struct bytes stream = at->kind == NODE_GLOBAL ? pdb_stream(pdb, pdb->symbol_stream) : module_symbols(pdb, at->a), r;
    uint16_t kind = pdb_record(stream, at->b, &r);

    node->lexical_parent = at->parent;
    switch (kind) {
    case S_GPROC32:
    case S_LPROC32:
    case S_GPROC32_ID:
    case S_LPROC32_ID:
        describe_procedure(pdb, kind, r, node);
        return true;
    case S_BLOCK32:
        node->tag = TAG_BLOCK;
        get_bytes(&r, 8);
        node->length = get_u32(&r);
        node->has_length = true;
        node->rva = get_u32(&r);
        node->rva = pdb_rva(pdb, get_u16(&r), node->rva);
        node->name = get_string(&r);
        node->place = PLACE_STATIC;
        return true;
    case S_THUNK32:
        node->tag = TAG_THUNK;
        get_bytes(&r, 12);
        node->rva = get_u32(&r);
        node->rva = pdb_rva(pdb, get_u16(&r), node->rva);
        node->length = get_u16(&r);
        node->has_length = true;
        get_u8(&r);
        node->name = get_string(&r);
        node->place = PLACE_STATIC;
        return true;
    case S_LABEL32:
        node->tag = TAG_LABEL;
        node->rva = get_u32(&r);
        node->rva = pdb_rva(pdb, get_u16(&r), node->rva);
        get_u8(&r);
        node->name = get_string(&r);
        node->place = PLACE_STATIC;
        return true;
    case S_LDATA32:
    case S_GDATA32:
    case S_LTHREAD32:
    case S_GTHREAD32:
        describe_data(pdb, at, kind, r, node);
        return true;
    case S_PUB32:
        node->tag = TAG_PUBLIC;
        get_u32(&r);
        node->rva = get_u32(&r);
        node->rva = pdb_rva(pdb, get_u16(&r), node->rva);
        node->name = get_string(&r);
        node->place = PLACE_STATIC;
        return true;
    case S_CONSTANT:
        node->tag = TAG_DATA;
        node->kind = DATA_CONSTANT;
        node->type = get_u32(&r);
        node->value = pdb_numeric(&r, &node->value_size);
        node->has_value = true;
        node->name = get_string(&r);
        node->length = pdb_type_size(pdb, node->type);
        node->has_length = true;
        return true;
    case S_UDT:
        node->tag = TAG_TYPEDEF;
        node->type = get_u32(&r);
        node->name = get_string(&r);
        return true;
    case S_REGREL32:
    case S_BPREL32:
    case S_REGISTER:
    case S_LOCAL:
        describe_variable(pdb, at, kind, at->b, r, node);
        return true;
    case S_INLINESITE:
    case S_INLINESITE2:
        node->tag = TAG_INLINE_SITE;
        get_bytes(&r, 8);
        node->name = pdb_inlinee(pdb, get_u32(&r), &node->type);
        return true;
    }
    return false;
}

/* How many of a function's first variables are its parameters, which S_REGREL32 does not say. */
static uint32_t parameter_count(struct pdb *pdb, uint32_t type)
{
    struct node function;
    struct bytes r;
    uint16_t leaf;

    memset(&function, 0, sizeof(function));
    if (!pdb_type_node(pdb, type, &function) || function.tag != TAG_FUNCTION_TYPE)
        return 0;
    if (!pdb_type_record(pdb, &pdb->tpi, type, &leaf, &r) || leaf != LF_MFUNCTION)
        return function.count;
    get_u64(&r);
    return function.count + (get_u32(&r) != 0); /* and this */
}

bool pdb_symbol_children(struct pdb *pdb, uint32_t id, const struct pdb_node *at, visit_node *visit, void *context)
{
    struct bytes stream = module_symbols(pdb, at->a), r;
    uint16_t kind = pdb_record(stream, at->b, &r);
    uint32_t offset, end, next, parameters = 0;

    if (!is_scope(kind))
        return true;
    if (is_procedure(kind)) {
        struct node node;
        memset(&node, 0, sizeof(node));
        describe_procedure(pdb, kind, r, &node);
        parameters = parameter_count(pdb, node.type);
    }
    end = end_of_scope(r);
    for (offset = next_offset(at->b, &r); offset < end && (kind = pdb_record(stream, offset, &r)) != 0; offset = next) {
        bool variable = kind == S_REGREL32 || kind == S_BPREL32 || kind == S_REGISTER;
        uint32_t child;
        next = next_offset(offset, &r);
        if (is_scope(kind) && end_of_scope(r) > offset)
            next = end_of_scope(r);
        if (!variable && kind != S_BLOCK32 && kind != S_LOCAL && kind != S_LDATA32 && kind != S_GDATA32 &&
            kind != S_LTHREAD32 && kind != S_CONSTANT && kind != S_UDT && kind != S_LABEL32 && kind != S_INLINESITE &&
            kind != S_INLINESITE2)
            continue;
        child = pdb_node_id(pdb, variable && parameters ? NODE_PARAMETER : NODE_SYMBOL, at->a, offset, id);
        if (variable && parameters)
            parameters--;
        if (!child || !visit(context, child))
            return false;
    }
    return true;
}
