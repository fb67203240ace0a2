/* SPDX-License-Identifier: MIT */
/* dbghelp_type.c: types by name, all of them, and what SymGetTypeInfo says of types and symbols. */
#include "dbghelp_private.h"

enum { /* IMAGEHLP_SYMBOL_TYPE_INFO behind what mingw-w64 has */
       TI_IS_CLOSE_EQUIV_TO_ = TI_GET_CALLING_CONVENTION + 1,
       TI_GTIEX_REQS_VALID_,
       TI_GET_VIRTUALBASEOFFSET_,
       TI_GET_VIRTUALBASEDISPINDEX_,
       TI_GET_IS_REFERENCE_,
       TI_GET_INDIRECTVIRTUALBASECLASS_,
       TI_GET_VIRTUALBASETABLETYPE_,
       TI_GET_OBJECTPOINTERTYPE_,
};

static struct module *module_with_types(struct session *session, ULONG64 base)
{
    struct module *module = module_at(session, base);

    if (!module)
        return NULL;
    load_symbols(session, module);
    if (module->debug)
        return module;
    SetLastError(ERROR_NOT_SUPPORTED); /* no types in what there is */
    return NULL;
}

struct children {
    TI_FINDCHILDREN_PARAMS *params;
    ULONG number, filled;
};

static bool take_child(void *context, uint32_t id)
{
    struct children *c = context;

    if (!c->params) {
        c->number++;
        return true;
    }
    if (c->number++ < c->params->Start)
        return true;
    if (c->filled < c->params->Count)
        c->params->ChildId[c->filled++] = id;
    return c->filled < c->params->Count;
}

static WCHAR *name_for_caller(const char *text)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    WCHAR *name = LocalAlloc(LMEM_FIXED, (size + 1) * sizeof(WCHAR)); /* the caller calls LocalFree (documented) */

    if (name)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, name, size);
    return name;
}

/* A VARIANT: the type, and the number at the place where all integers are. */
static void put_variant(const struct node *node, void *out)
{
    struct {
        USHORT type, reserved[3];
        LONGLONG value;
        void *more;
    } variant = { .value = node->value };

    switch (node->value_size) {
    case 1:
        variant.type = 16; /* VT_I1 */
        break;
    case 2:
        variant.type = 2; /* VT_I2 */
        break;
    case 4:
        variant.type = 3; /* VT_I4 */
        break;
    default:
        variant.type = 20; /* VT_I8 */
    }
    memcpy(out, &variant, sizeof(variant));
}

static BOOL has_no_such(void)
{
    return sym_fail(ERROR_INVALID_FUNCTION);
}

static BOOL put_ulong(void *out, ULONG value)
{
    *(ULONG *)out = value;
    return TRUE;
}

static BOOL type_info(struct module *module, ULONG id, ULONG what, void *out)
{
    struct reader *reader = module->debug;
    struct children children = { 0 };
    struct found found;
    struct node node;

    if (id >= LIST_INDEX && describe_index(module, id, &found)) { /* a symbol of a table without types */
        memset(&node, 0, sizeof(node));
        node.tag = found.tag;
        node.name = found.name;
        node.length = found.size;
        node.has_length = found.size != 0;
        node.place = PLACE_STATIC;
        node.rva = found.address - module->base;
    } else if (!reader->ops->node(reader, id, &node)) {
        return sym_fail(ERROR_INVALID_PARAMETER);
    }
    switch (what) {
    case TI_GET_SYMTAG:
        return put_ulong(out, node.tag);
    case TI_GET_SYMNAME:
        if (!node.name)
            return has_no_such();
        *(WCHAR **)out = name_for_caller(node.name);
        return *(WCHAR **)out ? TRUE : sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    case TI_GET_LENGTH:
        if (!node.has_length)
            return has_no_such();
        *(ULONG64 *)out = node.length;
        return TRUE;
    case TI_GET_TYPE:
    case TI_GET_TYPEID:
        return node.type ? put_ulong(out, node.type) : what == TI_GET_TYPEID ? put_ulong(out, id) : has_no_such();
    case TI_GET_BASETYPE:
        return node.tag == TAG_BASE_TYPE || node.tag == TAG_ENUM ? put_ulong(out, node.kind) : has_no_such();
    case TI_GET_ARRAYINDEXTYPEID:
        return node.index_type ? put_ulong(out, node.index_type) : has_no_such();
    case TI_FINDCHILDREN:
        children.params = out;
        if (id < LIST_INDEX)
            reader->ops->children(reader, id, take_child, &children);
        return children.filled == children.params->Count ? TRUE : sym_fail(ERROR_NO_MORE_ITEMS);
    case TI_GET_CHILDRENCOUNT:
        if (id < LIST_INDEX)
            reader->ops->children(reader, id, take_child, &children);
        return put_ulong(out, children.number);
    case TI_GET_DATAKIND:
        return node.tag == TAG_DATA ? put_ulong(out, node.kind) : has_no_such();
    case TI_GET_ADDRESS:
        if (node.place != PLACE_STATIC || !node.rva)
            return has_no_such();
        *(ULONG64 *)out = module->base + node.rva;
        return TRUE;
    case TI_GET_ADDRESSOFFSET:
        return node.place == PLACE_STATIC && node.rva ? put_ulong(out, node.rva) : has_no_such();
    case TI_GET_OFFSET:
        return node.place == PLACE_MEMBER || node.place == PLACE_REGISTER_RELATIVE ||
                       node.place == PLACE_FRAME_RELATIVE || node.place == PLACE_TLS
                   ? put_ulong(out, node.offset)
                   : has_no_such();
    case TI_GET_VALUE:
        if (!node.has_value)
            return has_no_such();
        put_variant(&node, out);
        return TRUE;
    case TI_GET_COUNT:
        return node.tag == TAG_ARRAY || node.tag == TAG_FUNCTION_TYPE || node.tag == TAG_VTABLE_SHAPE
                   ? put_ulong(out, node.count)
                   : has_no_such();
    case TI_GET_BITPOSITION:
        return node.bit_field ? put_ulong(out, node.bit_position) : has_no_such();
    case TI_GET_VIRTUALBASECLASS:
        return node.tag == TAG_BASE_CLASS ? put_ulong(out, node.virtual_base) : has_no_such();
    case TI_GET_VIRTUALBASEPOINTEROFFSET:
        return node.virtual_base ? put_ulong(out, node.offset) : has_no_such();
    case TI_GET_VIRTUALBASEDISPINDEX_:
        return node.virtual_base ? put_ulong(out, node.value) : has_no_such();
    case TI_GET_VIRTUALTABLESHAPEID:
        return node.virtual_table_shape ? put_ulong(out, node.virtual_table_shape) : has_no_such();
    case TI_GET_CLASSPARENTID:
        return node.class_parent ? put_ulong(out, node.class_parent) : has_no_such();
    case TI_GET_LEXICALPARENT:
        return node.lexical_parent ? put_ulong(out, node.lexical_parent) : has_no_such();
    case TI_GET_NESTED:
        return node.tag == TAG_UDT || node.tag == TAG_ENUM || node.tag == TAG_TYPEDEF ? put_ulong(out, node.nested)
                                                                                      : has_no_such();
    case TI_GET_SYMINDEX:
        return put_ulong(out, id);
    case TI_GET_THISADJUST:
        return node.tag == TAG_FUNCTION_TYPE && node.class_parent ? put_ulong(out, node.offset) : has_no_such();
    case TI_GET_UDTKIND:
        return node.tag == TAG_UDT ? put_ulong(out, node.kind) : has_no_such();
    case TI_IS_EQUIV_TO: /* S_OK if the identifier given is of the same type */
    case TI_IS_CLOSE_EQUIV_TO_:
        return *(ULONG *)out == id ? put_ulong(out, S_OK) : put_ulong(out, S_FALSE);
    case TI_GET_CALLING_CONVENTION:
        return node.tag == TAG_FUNCTION_TYPE ? put_ulong(out, node.calling_convention) : has_no_such();
    case TI_GET_IS_REFERENCE_:
        return node.tag == TAG_POINTER ? (*(WINBOOL *)out = node.reference, TRUE) : has_no_such();
    case TI_GTIEX_REQS_VALID_:
        *(ULONG64 *)out = (1ull << (TI_GET_IS_REFERENCE_ + 1)) - 1;
        return TRUE;
    }
    return what <= TI_GET_OBJECTPOINTERTYPE_ ? has_no_such() : sym_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI SymGetTypeInfo(HANDLE process, DWORD64 base, ULONG id, IMAGEHLP_SYMBOL_TYPE_INFO what, PVOID out)
{
    struct session *session;
    struct module *module;

    if (!out)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    module = module_with_types(session, base);
    return unlock(module && type_info(module, id, what, out));
}

/* IMAGEHLP_GET_TYPE_INFO_PARAMS, which mingw-w64 does not declare */
struct type_info_params {
    ULONG SizeOfStruct;
    ULONG Flags;
    ULONG NumIds;
    PULONG TypeIds;
    ULONG64 TagFilter;
    ULONG NumReqs;
    IMAGEHLP_SYMBOL_TYPE_INFO *ReqKinds;
    PULONG_PTR ReqOffsets;
    PULONG ReqSizes;
    ULONG_PTR ReqStride;
    ULONG_PTR BufferSize;
    PVOID Buffer;
    ULONG EntriesMatched;
    ULONG EntriesFilled;
    ULONG64 TagsFound;
    ULONG64 AllReqsValid;
    ULONG NumReqsValid;
    PULONG64 ReqsValid;
};
#define GET_CHILDREN 2 /* IMAGEHLP_GET_TYPE_INFO_CHILDREN */

struct type_query {
    struct module *module;
    struct type_info_params *p;
};

/* One entry: each request's answer at its offset in the buffer. */
static bool query_one(void *context, uint32_t id)
{
    struct type_query *q = context;
    struct type_info_params *p = q->p;
    ULONG64 valid = 0;
    struct node node;

    if (!q->module->debug->ops->node(q->module->debug, id, &node))
        return true;
    if (p->TagFilter && (node.tag > 63 || !(p->TagFilter >> node.tag & 1)))
        return true;
    if (node.tag < 64)
        p->TagsFound |= 1ull << node.tag;
    if ((p->EntriesFilled + 1) * p->ReqStride <= p->BufferSize) {
        BYTE *entry = (BYTE *)p->Buffer + p->EntriesFilled * p->ReqStride;
        for (ULONG i = 0; i < p->NumReqs && i < 64; i++)
            if (type_info(q->module, id, p->ReqKinds[i], entry + p->ReqOffsets[i]))
                valid |= 1ull << i;
        if (p->ReqsValid && p->EntriesFilled < p->NumReqsValid)
            p->ReqsValid[p->EntriesFilled] = valid;
        p->AllReqsValid &= valid;
        p->EntriesFilled++;
    }
    p->EntriesMatched++;
    return true;
}

WINBOOL WINAPI SymGetTypeInfoEx(HANDLE process, DWORD64 base, struct type_info_params *params)
{
    struct session *session;
    struct type_query query = { NULL, params };

    if (!params || params->SizeOfStruct < sizeof(*params) || (params->Flags & ~3u))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!(query.module = module_with_types(session, base)))
        return unlock(FALSE);
    params->EntriesMatched = params->EntriesFilled = 0;
    params->TagsFound = 0;
    params->AllReqsValid = (ULONG64)-1;
    for (ULONG i = 0; i < params->NumIds; i++) {
        if (params->Flags & GET_CHILDREN)
            query.module->debug->ops->children(query.module->debug, params->TypeIds[i], query_one, &query);
        else
            query_one(&query, params->TypeIds[i]);
    }
    return unlock(TRUE);
}

/* --- by name, and all --- */

struct type_walk {
    struct module *module;
    const char *mask;
    const struct sym_visitor *visitor;
    struct found *found; /* the first with that very name, rather than a call for each */
    BOOL done;
};

static bool visit_type(void *context, uint32_t id)
{
    struct type_walk *w = context;
    struct found *found = w->found, own;

    found = found ? found : &own;
    if (!describe_index(w->module, id, found))
        return true;
    found->type = id; /* SymEnumTypes: "TypeIndex" is the type's own */
    if (w->found) {
        w->done = !strcmp(found->name, w->mask);
        return !w->done;
    }
    if (w->mask && !match_text(found->name, w->mask, !(sym_options & SYMOPT_CASE_INSENSITIVE)))
        return true;
    return call_visitor(w->visitor, found);
}

static BOOL enumerate_types(HANDLE process, ULONG64 base, const char *mask, const struct sym_visitor *visitor)
{
    struct session *session = visitor->callback ? lock_session(process) : NULL;
    const char *mark = mask ? strchr(mask, '!') : NULL;
    struct type_walk w = { .mask = mark ? mark + 1 : mask, .visitor = visitor };

    if (!session)
        return visitor->callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    w.module = base || !mark ? module_with_types(session, base) : module_named(session, mask, mark - mask);
    if (!w.module)
        return unlock(FALSE);
    load_symbols(session, w.module);
    if (!w.module->debug)
        return unlock(sym_fail(ERROR_NOT_SUPPORTED));
    w.module->debug->ops->types(w.module->debug, visit_type, &w);
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumTypes(HANDLE process, ULONG64 base, PSYM_ENUMERATESYMBOLS_CALLBACK callback, PVOID context)
{
    return enumerate_types(process, base, NULL, &(struct sym_visitor){ callback, context, FALSE });
}

WINBOOL WINAPI SymEnumTypesW(HANDLE process, ULONG64 base, PSYM_ENUMERATESYMBOLS_CALLBACKW callback, PVOID context)
{
    return enumerate_types(process, base, NULL, &(struct sym_visitor){ callback, context, TRUE });
}

WINBOOL WINAPI SymEnumTypesByName(HANDLE process, ULONG64 base, PCSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACK callback,
                                  PVOID context)
{
    return enumerate_types(process, base, mask, &(struct sym_visitor){ callback, context, FALSE });
}

/* (mingw-w64 declares the mask as narrow.) */
WINBOOL WINAPI SymEnumTypesByNameW(HANDLE process, ULONG64 base, PCSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACKW callback,
                                   PVOID context)
{
    char *text = narrow((const WCHAR *)mask);
    BOOL good = enumerate_types(process, base, text, &(struct sym_visitor){ callback, context, TRUE });

    sym_free(text);
    return good;
}

/* "module!type", or a type of the module given. Keeps the lock. */
static BOOL find_type(HANDLE process, ULONG64 base, const char *name, struct found *found)
{
    struct session *session = name ? lock_session(process) : NULL;
    const char *mark = name ? strchr(name, '!') : NULL;
    struct type_walk w = { .mask = mark ? mark + 1 : name, .found = found };

    if (!session)
        return name ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (mark && !(w.module = module_named(session, name, mark - name)))
        return unlock(FALSE);
    if (!(w.module = module_with_types(session, w.module ? w.module->base : base)))
        return unlock(FALSE);
    w.module->debug->ops->types(w.module->debug, visit_type, &w);
    return w.done || unlock(sym_fail(ERROR_NOT_FOUND));
}

WINBOOL WINAPI SymGetTypeFromName(HANDLE process, ULONG64 base, PCSTR name, PSYMBOL_INFO info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_type(process, base, name, &found))
        return FALSE;
    fill_narrow(info, &found);
    return unlock(TRUE);
}

WINBOOL WINAPI SymGetTypeFromNameW(HANDLE process, ULONG64 base, PCWSTR name, PSYMBOL_INFOW info)
{
    struct found found;
    char *text;
    BOOL good;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    text = narrow(name);
    good = find_type(process, base, text, &found);
    sym_free(text);
    if (!good)
        return FALSE;
    fill_wide(info, &found);
    return unlock(TRUE);
}
