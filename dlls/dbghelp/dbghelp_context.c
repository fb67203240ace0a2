/* SPDX-License-Identifier: MIT */
/* dbghelp_context.c: scopes: the variables of a function, and the functions that are inlined where an instruction is. */
#include "dbghelp_private.h"

#define MAX_DEPTH 64

/* The node of the function that code belongs to. */
ULONG function_index(struct module *module, DWORD rva)
{
    const struct symbol *list = module->symbols.list;
    SIZE_T low = 0, high = module->addressed;

    if (!module->debug)
        return 0;
    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        if (list[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    for (SIZE_T i = 0; low && i < 64; low--, i++) /* labels and the like may stand between */
        if (list[low - 1].tag == TAG_FUNCTION && list[low - 1].rank == RANK_DEBUG)
            return rva - list[low - 1].rva < max(list[low - 1].size, 1) ? list[low - 1].id : 0;
    return 0;
}

struct walk {
    struct module *module;
    struct reader *reader;
    const struct sym_visitor *visitor;
    const char *mask;
    DWORD rva;
    int depth;
    ULONG wanted, found, level; /* inline sites */
    ULONG site;                 /* whose variables are wanted; 0: the function's */
    BOOL inside, stopped;
};

static bool visit_local(void *context, uint32_t id)
{
    struct walk *w = context;
    struct found found;
    struct node node;
    BOOL was_inside = w->inside;

    if (!w->reader->ops->node(w->reader, id, &node))
        return true;
    if (node.tag == TAG_BLOCK || node.tag == TAG_INLINE_SITE) {
        /* Variables of what is inlined belong to it, not to the function around. */
        if (node.tag == TAG_INLINE_SITE && (!w->site || w->inside))
            return true;
        if (w->depth >= MAX_DEPTH || !w->reader->ops->covers(w->reader, id, w->rva))
            return true;
        w->depth++;
        w->inside = w->inside || id == w->site;
        w->reader->ops->children(w->reader, id, visit_local, w);
        w->inside = was_inside;
        w->depth--;
        return !w->stopped;
    }
    if (node.tag != TAG_DATA || (w->site && !w->inside))
        return true;
    if (!describe_index(w->module, id, &found) ||
        (w->mask && !match_text(found.name, w->mask, !(sym_options & SYMOPT_CASE_INSENSITIVE))))
        return true;
    w->stopped = !call_visitor(w->visitor, &found);
    return !w->stopped;
}

BOOL enumerate_locals(struct session *session, const char *mask, const struct sym_visitor *visitor)
{
    struct walk w = { .visitor = visitor, .mask = mask };
    ULONG function;

    if (!session->scope)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(w.module = module_at(session, session->scope)))
        return FALSE;
    load_symbols(session, w.module);
    w.rva = session->scope - w.module->base;
    w.site = session->scope_inline;
    if (!(w.reader = w.module->debug) || !(function = function_index(w.module, w.rva)))
        return sym_fail(ERROR_NOT_FOUND);
    w.reader->pc = w.rva;
    w.reader->ops->children(w.reader, function, visit_local, &w);
    return TRUE;
}

static bool visit_site(void *context, uint32_t id)
{
    struct walk *w = context;
    struct node node;

    if (!w->reader->ops->node(w->reader, id, &node) || (node.tag != TAG_BLOCK && node.tag != TAG_INLINE_SITE) ||
        w->depth >= MAX_DEPTH)
        return true;
    /* Blocks of optimised code may have parts that they do not cover, and the sites in them do. */
    if (node.tag == TAG_INLINE_SITE) {
        if (!w->reader->ops->covers(w->reader, id, w->rva))
            return true;
        w->level++;
        if (!w->wanted || w->level == w->wanted)
            w->found = id;
        if (w->level == w->wanted)
            return false;
    }
    w->depth++;
    w->reader->ops->children(w->reader, id, visit_site, w);
    w->depth--;
    return node.tag != TAG_INLINE_SITE; /* no other one covers it */
}

static struct walk walk_sites(struct module *module, DWORD rva, ULONG wanted)
{
    struct walk w = { .module = module, .reader = module->debug, .rva = rva, .wanted = wanted };
    ULONG function = function_index(module, rva);

    if (function)
        w.reader->ops->children(w.reader, function, visit_site, &w);
    return w;
}

ULONG inline_site(struct module *module, DWORD rva, ULONG depth)
{
    struct walk w = walk_sites(module, rva, depth);

    return w.level == depth ? w.found : 0;
}

ULONG inline_depth(struct module *module, DWORD rva)
{
    return walk_sites(module, rva, 0).level;
}

WINBOOL WINAPI SymSetContext(HANDLE process, PIMAGEHLP_STACK_FRAME frame, PIMAGEHLP_CONTEXT context)
{
    struct session *session;

    (void)context; /* "This parameter is ignored" */
    if (!frame)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (session->scope == frame->InstructionOffset && !session->scope_inline) {
        SetLastError(ERROR_SUCCESS); /* FALSE with success: that is the context already */
        return unlock(FALSE);
    }
    session->scope = frame->InstructionOffset;
    session->scope_inline = 0;
    return unlock(TRUE);
}

WINBOOL WINAPI SymSetScopeFromAddr(HANDLE process, ULONG64 address)
{
    struct session *session = lock_session(process);
    struct module *module;

    if (!session)
        return FALSE;
    if (!(module = module_at(session, address)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!function_index(module, address - module->base))
        return unlock(sym_fail(ERROR_NOT_FOUND));
    session->scope = address;
    session->scope_inline = 0;
    return unlock(TRUE);
}

WINBOOL WINAPI SymSetScopeFromIndex(HANDLE process, ULONG64 base, DWORD index)
{
    struct session *session = lock_session(process);
    struct module *module;
    struct node node;

    if (!session)
        return FALSE;
    if (!(module = module_at(session, base)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!module->debug || !module->debug->ops->node(module->debug, index, &node) || node.tag != TAG_FUNCTION ||
        !node.rva)
        return unlock(sym_fail(ERROR_NOT_FOUND));
    session->scope = module->base + node.rva;
    session->scope_inline = 0;
    return unlock(TRUE);
}

/* --- inline functions --- */

/*
 * An inline context is a frame's place among those that are one in memory: 0 is the frame as such (INLINE_FRAME_CONTEXT_INIT); what
 * SymQueryInlineTrace and StackWalkEx give has this mark and the depth, the function itself having depth 0.
 */
#define INLINE_MARK        0x1a000000
#define DEPTH_OF(context)  ((context)&0xffff)
#define IS_INLINE(context) (((context)&0xff000000) == INLINE_MARK)

DWORD WINAPI SymAddrIncludeInlineTrace(HANDLE process, DWORD64 address)
{
    struct session *session = lock_session(process);
    struct module *module;
    DWORD depth = 0;

    if (!session)
        return 0;
    if ((module = module_at(session, address))) {
        load_symbols(session, module);
        depth = inline_depth(module, address - module->base);
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return depth;
}

WINBOOL WINAPI SymQueryInlineTrace(HANDLE process, DWORD64 start, DWORD start_context, DWORD64 return_address,
                                   DWORD64 address, LPDWORD context, LPDWORD index)
{
    DWORD depth;

    (void)start, (void)start_context, (void)return_address;
    if (!context || !index)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(depth = SymAddrIncludeInlineTrace(process, address)))
        return sym_fail(ERROR_NOT_FOUND);
    *context = INLINE_MARK | depth; /* the innermost; those around have less each */
    *index = 0;
    return TRUE;
}

/* SYM_INLINE_COMP_*: how two frames with inline functions are related */
DWORD WINAPI SymCompareInlineTrace(HANDLE process, DWORD64 address1, DWORD context1, DWORD64 return1, DWORD64 address2,
                                   DWORD64 return2)
{
    enum { ERROR_, IDENTICAL, STEP_IN, STEP_OUT, STEP_OVER, DIFFERENT };
    DWORD depth1, depth2;
    struct session *session;
    struct module *module;
    ULONG site1, site2;
    DWORD result;

    if (return1 != return2)
        return DIFFERENT;
    depth2 = SymAddrIncludeInlineTrace(process, address2);
    depth1 = IS_INLINE(context1) ? DEPTH_OF(context1) : SymAddrIncludeInlineTrace(process, address1);
    if (!(session = lock_session(process)))
        return ERROR_;
    if (!(module = module_at(session, address1)) || module != module_at(session, address2))
        return unlock(FALSE), ERROR_;
    site1 = depth1 ? inline_site(module, address1 - module->base, depth1) : 0;
    site2 = depth1 <= depth2 && depth1 ? inline_site(module, address2 - module->base, depth1) : 0;
    if (depth1 == depth2)
        result = site1 == site2 ? IDENTICAL : STEP_OVER;
    else if (depth2 > depth1)
        result = site1 == site2 ? STEP_IN : STEP_OVER;
    else
        result = STEP_OUT;
    RtlLeaveCriticalSection(&dbghelp_lock);
    return result;
}

/* The node that an address and a context stand for. Keeps the lock. */
static BOOL find_inline(HANDLE process, DWORD64 address, ULONG context, struct found *found)
{
    struct session *session = lock_session(process);
    struct module *module;
    ULONG id;

    if (!session)
        return FALSE;
    if (!(module = module_at(session, address)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!IS_INLINE(context) || !DEPTH_OF(context))
        return symbol_at(session, module, address, found) || unlock(FALSE);
    id = inline_site(module, address - module->base, DEPTH_OF(context));
    if (!id || !describe_index(module, id, found))
        return unlock(sym_fail(ERROR_NOT_FOUND));
    if (!found->address || found->address < module->base)
        found->address = address;
    return TRUE;
}

WINBOOL WINAPI SymFromInlineContext(HANDLE process, DWORD64 address, ULONG context, PDWORD64 displacement,
                                    PSYMBOL_INFO info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_inline(process, address, context, &found))
        return FALSE;
    fill_narrow(info, &found);
    if (displacement)
        *displacement = address - found.address;
    return unlock(TRUE);
}

WINBOOL WINAPI SymFromInlineContextW(HANDLE process, DWORD64 address, ULONG context, PDWORD64 displacement,
                                     PSYMBOL_INFOW info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_inline(process, address, context, &found))
        return FALSE;
    fill_wide(info, &found);
    if (displacement)
        *displacement = address - found.address;
    return unlock(TRUE);
}

WINBOOL WINAPI SymSetScopeFromInlineContext(HANDLE process, ULONG64 address, ULONG context)
{
    struct session *session;
    struct module *module;
    ULONG site = 0;

    if (!IS_INLINE(context) || !DEPTH_OF(context))
        return SymSetScopeFromAddr(process, address);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!(module = module_at(session, address)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!(site = inline_site(module, address - module->base, DEPTH_OF(context))))
        return unlock(sym_fail(ERROR_NOT_FOUND));
    session->scope = address;
    session->scope_inline = site;
    return unlock(TRUE);
}
