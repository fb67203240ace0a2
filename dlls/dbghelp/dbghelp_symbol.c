/* SPDX-License-Identifier: MIT */
/* dbghelp_symbol.c: symbols by address, by name and by index, one after the other, all of them, and a program's own. */
#include "dbghelp_private.h"
#include <stdlib.h>

#define EXACT 0x400 /* SYMOPT_EXACT_SYMBOLS */

/* --- names --- */

/* Public names are shown without their decoration if the options say so. */
static void show_name(struct found *found, const char *name)
{
    found->name = name;
    if ((sym_options & SYMOPT_UNDNAME) && name[0] == '?' &&
        undecorate_into(name, found->text, sizeof(found->text), UNDNAME_NAME_ONLY))
        found->name = found->text;
}

static int by_name(const void *a, const void *b)
{
    const struct name_entry *x = a, *y = b;
    int order = _stricmp(x->name, y->name);

    return order ? order : x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

/* Every name, and for decorated ones what they say. */
static BOOL sort_names(struct module *module)
{
    SIZE_T count = module->symbols.count;
    char text[MAX_SYM_NAME];

    if (module->names || !count)
        return module->names != NULL;
    if (!(module->names = sym_alloc(2 * count * sizeof(*module->names))))
        return FALSE;
    for (SIZE_T i = 0; i < count; i++) {
        const char *name = module->symbols.list[i].name;
        size_t length = name[0] == '?' ? undecorate_into(name, text, sizeof(text), UNDNAME_NAME_ONLY) : 0;
        module->names[module->name_count++] = (struct name_entry){ name, i };
        if (length)
            module->names[module->name_count++] = (struct name_entry){ arena_copy(&module->arena, text, length), i };
    }
    qsort(module->names, module->name_count, sizeof(*module->names), by_name);
    return TRUE;
}

static const struct symbol *find_name(struct module *module, const char *name)
{
    SIZE_T low = 0, high, at;

    for (SIZE_T i = 0; i < module->added.count; i++)
        if (!(sym_options & SYMOPT_CASE_INSENSITIVE ? _stricmp(module->added.list[i].name, name)
                                                    : strcmp(module->added.list[i].name, name)))
            return &module->added.list[i];
    if (!sort_names(module))
        return NULL;
    for (high = module->name_count; low < high;) {
        SIZE_T middle = (low + high) / 2;
        if (_stricmp(module->names[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (at = low; at < module->name_count && !_stricmp(module->names[at].name, name); at++)
        if ((sym_options & SYMOPT_CASE_INSENSITIVE) || !strcmp(module->names[at].name, name))
            return &module->symbols.list[module->names[at].symbol];
    return NULL;
}

/* --- descriptions --- */

static void describe_node(struct module *module, ULONG id, const struct node *node, struct found *found)
{
    static const ULONG flags[] = { [PLACE_REGISTER] = SYMFLAG_REGISTER,
                                   [PLACE_REGISTER_RELATIVE] = SYMFLAG_REGREL,
                                   [PLACE_FRAME_RELATIVE] = SYMFLAG_FRAMEREL,
                                   [PLACE_TLS] = SYMFLAG_TLSREL,
                                   [PLACE_MEMBER] = 0 };

    memset(found, 0, offsetof(struct found, text));
    found->module = module;
    found->name = node->name ? node->name : "";
    found->index = id;
    found->type = node->type;
    found->size = node->length;
    found->tag = node->tag;
    found->scope = node->lexical_parent;
    found->flags = flags[node->place];
    found->reg = node->reg;
    found->address = node->place == PLACE_STATIC && node->rva ? module->base + node->rva : (ULONG64)node->offset;
    if (node->tag != TAG_DATA)
        return;
    if (node->kind == DATA_PARAMETER || node->kind == DATA_OBJECT_POINTER)
        found->flags |= SYMFLAG_PARAMETER | SYMFLAG_LOCAL;
    else if (node->kind == DATA_LOCAL || node->kind == DATA_STATIC_LOCAL)
        found->flags |= SYMFLAG_LOCAL;
    if (node->place == PLACE_NONE && !node->has_value && (found->flags & SYMFLAG_LOCAL))
        found->flags |= SYMFLAG_NULL; /* it is nowhere here */
    if (node->has_value) {
        found->flags |= SYMFLAG_VALUEPRESENT | (node->kind == DATA_CONSTANT ? SYMFLAG_CONSTANT : 0);
        found->value = node->value;
    }
}

static void describe_symbol(struct module *module, const struct symbol *symbol, struct found *found)
{
    struct node node;

    if (symbol->id && module->debug && module->debug->ops->node &&
        module->debug->ops->node(module->debug, symbol->id, &node)) {
        describe_node(module, symbol->id, &node, found);
        if (symbol->tag == TAG_PUBLIC)
            found->flags |= symbol->flags;
    } else {
        memset(found, 0, offsetof(struct found, text));
        found->module = module;
        found->index = symbol >= module->added.list && symbol < module->added.list + module->added.count
                           ? 0
                           : LIST_INDEX | (ULONG)(symbol - module->symbols.list);
        found->size = symbol->size;
        found->tag = symbol->tag;
        found->flags = symbol->flags;
        found->value = symbol->value;
    }
    show_name(found, symbol->name);
    if (!symbol->absolute && !(symbol->flags & SYM_TLSREL))
        found->address = module->base + symbol->rva;
}

BOOL describe_index(struct module *module, ULONG index, struct found *found)
{
    struct node node;

    if (index >= LIST_INDEX) {
        if (index - LIST_INDEX >= module->symbols.count)
            return sym_fail(ERROR_NOT_FOUND);
        describe_symbol(module, &module->symbols.list[index - LIST_INDEX], found);
        return TRUE;
    }
    if (!index || !module->debug || !module->debug->ops->node(module->debug, index, &node))
        return sym_fail(ERROR_NOT_FOUND);
    describe_node(module, index, &node, found);
    show_name(found, found->name);
    return TRUE;
}

static void fill_common(SYMBOL_INFO *info, const struct found *found)
{
    info->TypeIndex = found->type;
    info->Reserved[0] = info->Reserved[1] = 0;
    info->info = found->index;
    info->Size = found->size;
    info->ModBase = found->module->base;
    info->Flags = found->flags;
    info->Value = found->value;
    info->Address = found->address;
    info->Register = found->reg;
    info->Scope = found->scope;
    info->Tag = found->tag;
}
NT_STATIC_ASSERT(offsetof(SYMBOL_INFO, Name) == offsetof(SYMBOL_INFOW, Name));

/* MaxNameLen counts the zero; NameLen says what there is. */
void fill_narrow(SYMBOL_INFO *info, const struct found *found)
{
    fill_common(info, found);
    info->NameLen = strlen(found->name);
    if (info->MaxNameLen)
        lstrcpynA(info->Name, found->name, info->MaxNameLen);
}

void fill_wide(SYMBOL_INFOW *info, const struct found *found)
{
    WCHAR name[MAX_SYM_NAME];

    fill_common((SYMBOL_INFO *)info, found);
    if (!MultiByteToWideChar(CP_UTF8, 0, found->name, -1, name, ARRAY_SIZE(name)))
        name[0] = 0;
    info->NameLen = wcslen(name);
    if (info->MaxNameLen)
        lstrcpynW(info->Name, name, info->MaxNameLen);
}

BOOL call_visitor(const struct sym_visitor *visitor, const struct found *found)
{
    struct {
        SYMBOL_INFOW info;
        WCHAR room[MAX_SYM_NAME];
    } *symbol = sym_alloc(sizeof(*symbol));
    BOOL more;

    if (!symbol)
        return FALSE;
    symbol->info.SizeOfStruct = sizeof(SYMBOL_INFOW);
    symbol->info.MaxNameLen = MAX_SYM_NAME;
    if (visitor->wide) {
        fill_wide(&symbol->info, found);
        more = ((PSYM_ENUMERATESYMBOLS_CALLBACKW)visitor->callback)(&symbol->info, found->size, visitor->context);
    } else {
        symbol->info.SizeOfStruct = sizeof(SYMBOL_INFO);
        fill_narrow((SYMBOL_INFO *)&symbol->info, found);
        more = ((PSYM_ENUMERATESYMBOLS_CALLBACK)visitor->callback)((SYMBOL_INFO *)&symbol->info, found->size,
                                                                   visitor->context);
    }
    sym_free(symbol);
    return more;
}

/* --- by address --- */

/* How many symbols begin at or before an address. */
static SIZE_T count_before(const struct module *module, DWORD rva)
{
    SIZE_T low = 0, high = module->addressed;

    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        if (module->symbols.list[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The best symbol of the nearest address that has any. */
static const struct symbol *nearest(const struct module *module, DWORD rva)
{
    SIZE_T count = count_before(module, rva), at = count;
    const struct symbol *best, *added = NULL;

    while (at > 1 && module->symbols.list[at - 2].rva == module->symbols.list[count - 1].rva)
        at--;
    best = count ? &module->symbols.list[at - 1] : NULL;
    for (SIZE_T i = 0; i < module->added.count; i++) {
        const struct symbol *s = &module->added.list[i];
        if (s->rva <= rva && (!s->size || rva - s->rva < s->size) && (!added || s->rva > added->rva))
            added = s;
    }
    return added && (!best || added->rva >= best->rva) ? added : best;
}

BOOL symbol_at(struct session *session, struct module *module, DWORD64 address, struct found *found)
{
    const struct symbol *symbol;

    load_symbols(session, module);
    symbol = nearest(module, address - module->base);
    if (!symbol || ((sym_options & EXACT) && module->base + symbol->rva != address))
        return sym_fail(ERROR_INVALID_ADDRESS);
    describe_symbol(module, symbol, found);
    return TRUE;
}

static BOOL find_address(HANDLE process, DWORD64 address, struct found *found)
{
    struct session *session = lock_session(process);
    struct module *module;

    if (!session)
        return FALSE;
    if ((module = module_at(session, address)) && symbol_at(session, module, address, found))
        return TRUE; /* the lock is kept: what was found is used */
    return unlock(FALSE);
}

WINBOOL WINAPI SymFromAddr(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFO info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_address(process, address, &found))
        return FALSE;
    fill_narrow(info, &found);
    if (displacement)
        *displacement = address - found.address;
    return unlock(TRUE);
}

WINBOOL WINAPI SymFromAddrW(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFOW info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_address(process, address, &found))
        return FALSE;
    fill_wide(info, &found);
    if (displacement)
        *displacement = address - found.address;
    return unlock(TRUE);
}

static void fill_old(IMAGEHLP_SYMBOL64 *info, const struct found *found)
{
    info->Address = found->address;
    info->Size = found->size;
    info->Flags = found->flags;
    if (info->MaxNameLength)
        lstrcpynA(info->Name, found->name, info->MaxNameLength);
}

WINBOOL WINAPI SymGetSymFromAddr64(HANDLE process, DWORD64 address, PDWORD64 displacement, PIMAGEHLP_SYMBOL64 info)
{
    struct found found;

    if (!info)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_address(process, address, &found))
        return FALSE;
    fill_old(info, &found);
    if (displacement)
        *displacement = address - found.address;
    return unlock(TRUE);
}

static WINBOOL all_at(HANDLE process, DWORD64 address, const struct sym_visitor *visitor)
{
    struct session *session = visitor->callback ? lock_session(process) : NULL;
    struct module *module;
    const struct symbol *symbol;
    struct found found;

    if (!session)
        return visitor->callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (!(module = module_at(session, address)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!(symbol = nearest(module, address - module->base)))
        return unlock(sym_fail(ERROR_INVALID_ADDRESS));
    for (DWORD rva = symbol->rva;; symbol++) {
        describe_symbol(module, symbol, &found);
        if (!call_visitor(visitor, &found) || symbol < module->symbols.list ||
            symbol + 1 >= module->symbols.list + module->addressed || symbol[1].rva != rva)
            break;
    }
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumSymbolsForAddr(HANDLE process, DWORD64 address, PSYM_ENUMERATESYMBOLS_CALLBACK callback,
                                     PVOID context)
{
    return all_at(process, address, &(struct sym_visitor){ callback, context, FALSE });
}

WINBOOL WINAPI SymEnumSymbolsForAddrW(HANDLE process, DWORD64 address, PSYM_ENUMERATESYMBOLS_CALLBACKW callback,
                                      PVOID context)
{
    return all_at(process, address, &(struct sym_visitor){ callback, context, TRUE });
}

/* --- by name --- */

struct local_search {
    const char *name;
    struct found *found;
    BOOL good;
    char text[MAX_SYM_NAME];
};

static WINBOOL CALLBACK take_local(PSYMBOL_INFO info, ULONG size, PVOID context)
{
    struct local_search *search = context;
    struct found *found = search->found;

    (void)size;
    if (strcmp(info->Name, search->name))
        return TRUE;
    *found = (struct found){ .index = info->info,
                             .type = info->TypeIndex,
                             .flags = info->Flags,
                             .size = info->Size,
                             .reg = info->Register,
                             .scope = info->Scope,
                             .tag = info->Tag,
                             .value = info->Value,
                             .address = info->Address };
    search->good = TRUE;
    return FALSE;
}

/* "module!name", or a name in the scope, or in any module. Keeps the lock if it is found. */
static BOOL find_by_name(HANDLE process, const char *name, struct found *found)
{
    const char *mark = name ? strchr(name, '!') : NULL, *plain = mark ? mark + 1 : name;
    struct session *session = name ? lock_session(process) : NULL;

    if (!session)
        return name ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (!mark && session->scope) {
        struct local_search search = { .name = plain, .found = found };
        enumerate_locals(session, NULL, &(struct sym_visitor){ take_local, &search, FALSE });
        if (search.good) {
            found->module = find_module(session, session->scope);
            found->name = arena_copy(&session->arena, plain, strlen(plain));
            return found->module ? TRUE : unlock(FALSE);
        }
    }
    SetLastError(mark ? ERROR_MOD_NOT_FOUND : ERROR_INVALID_PARAMETER);
    for (SIZE_T i = 0; i < session->module_count; i++) {
        struct module *module = session->modules[i];
        const struct symbol *symbol;
        if (mark && (_strnicmp(module->name, name, mark - name) || module->name[mark - name]))
            continue;
        load_symbols(session, module);
        if ((symbol = find_name(module, plain))) {
            describe_symbol(module, symbol, found);
            return TRUE;
        }
        if (mark)
            SetLastError(ERROR_NOT_FOUND);
    }
    return unlock(FALSE);
}

WINBOOL WINAPI SymFromName(HANDLE process, PCSTR name, PSYMBOL_INFO info)
{
    struct found found;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_by_name(process, name, &found))
        return FALSE;
    fill_narrow(info, &found);
    return unlock(TRUE);
}

WINBOOL WINAPI SymFromNameW(HANDLE process, PCWSTR name, PSYMBOL_INFOW info)
{
    struct found found;
    char *text;
    BOOL good;

    if (!info || info->SizeOfStruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    text = narrow(name);
    good = find_by_name(process, text, &found);
    sym_free(text);
    if (!good)
        return FALSE;
    fill_wide(info, &found);
    return unlock(TRUE);
}

WINBOOL WINAPI SymGetSymFromName64(HANDLE process, PCSTR name, PIMAGEHLP_SYMBOL64 info)
{
    struct found found;

    if (!info)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!find_by_name(process, name, &found))
        return FALSE;
    fill_old(info, &found);
    return unlock(TRUE);
}

/* --- by index, and neighbours --- */

static BOOL find_by_index(HANDLE process, ULONG64 base, DWORD index, struct found *found)
{
    struct session *session = lock_session(process);
    struct module *module;

    if (!session)
        return FALSE;
    if (!(module = module_at(session, base)))
        return unlock(FALSE);
    load_symbols(session, module);
    return describe_index(module, index, found) || unlock(FALSE);
}

WINBOOL WINAPI SymFromIndex(HANDLE process, ULONG64 base, DWORD index, PSYMBOL_INFO info)
{
    struct found found;

    if (!find_by_index(process, base, index, &found))
        return FALSE;
    fill_narrow(info, &found);
    return unlock(TRUE);
}

WINBOOL WINAPI SymFromIndexW(HANDLE process, ULONG64 base, DWORD index, PSYMBOL_INFOW info)
{
    struct found found;

    if (!find_by_index(process, base, index, &found))
        return FALSE;
    fill_wide(info, &found);
    return unlock(TRUE);
}

/* The symbol that an entry is inside of. */
static BOOL find_scope(HANDLE process, ULONG64 base, DWORD index, struct found *found)
{
    struct module *module;
    BOOL good;

    if (!find_by_index(process, base, index, found))
        return FALSE;
    module = found->module;
    good = found->scope && describe_index(module, found->scope, found);
    return good || unlock(sym_fail(ERROR_NOT_FOUND));
}

WINBOOL WINAPI SymGetScope(HANDLE process, ULONG64 base, DWORD index, PSYMBOL_INFO info)
{
    struct found found;

    if (!find_scope(process, base, index, &found))
        return FALSE;
    fill_narrow(info, &found);
    return unlock(TRUE);
}

WINBOOL WINAPI SymGetScopeW(HANDLE process, ULONG64 base, DWORD index, PSYMBOL_INFOW info)
{
    struct found found;

    if (!find_scope(process, base, index, &found))
        return FALSE;
    fill_wide(info, &found);
    return unlock(TRUE);
}

/* Metadata tokens are managed code's, which none of the files read here describe. */
WINBOOL WINAPI SymFromToken(HANDLE process, DWORD64 base, DWORD token, PSYMBOL_INFO info)
{
    (void)base, (void)token, (void)info;
    return lock_session(process) ? unlock(sym_fail(ERROR_NOT_FOUND)) : FALSE;
}

WINBOOL WINAPI SymFromTokenW(HANDLE process, DWORD64 base, DWORD token, PSYMBOL_INFOW info)
{
    (void)info;
    return SymFromToken(process, base, token, NULL);
}

/* The next address with a symbol, or the one before. Keeps the lock if there is one. */
static BOOL find_neighbour(HANDLE process, DWORD64 address, BOOL next, struct found *found)
{
    struct session *session = lock_session(process);
    const struct symbol *list;
    struct module *module;
    SIZE_T at;

    if (!session)
        return FALSE;
    if (!(module = module_at(session, address)))
        return unlock(FALSE);
    load_symbols(session, module);
    list = module->symbols.list;
    at = count_before(module, address - module->base);
    if (!next) {
        DWORD rva = address - module->base;
        while (at && list[at - 1].rva == rva)
            at--;
        if (!at)
            return unlock(sym_fail(ERROR_NO_MORE_ITEMS));
        for (at--; at && list[at - 1].rva == list[at].rva;)
            at--;
    } else if (at >= module->addressed) {
        return unlock(sym_fail(ERROR_NO_MORE_ITEMS));
    }
    describe_symbol(module, &list[at], found);
    return TRUE;
}

#define NEIGHBOUR(name, type, fill, next)                                                                              \
    WINBOOL WINAPI name(HANDLE process, type info)                                                                     \
    {                                                                                                                  \
        struct found found;                                                                                            \
        if (!info)                                                                                                     \
            return sym_fail(ERROR_INVALID_PARAMETER);                                                                  \
        if (!find_neighbour(process, info->Address, next, &found))                                                     \
            return FALSE;                                                                                              \
        fill(info, &found);                                                                                            \
        return unlock(TRUE);                                                                                           \
    }
NEIGHBOUR(SymNext, PSYMBOL_INFO, fill_narrow, TRUE)
NEIGHBOUR(SymPrev, PSYMBOL_INFO, fill_narrow, FALSE)
NEIGHBOUR(SymNextW, PSYMBOL_INFOW, fill_wide, TRUE)
NEIGHBOUR(SymPrevW, PSYMBOL_INFOW, fill_wide, FALSE)
NEIGHBOUR(SymGetSymNext64, PIMAGEHLP_SYMBOL64, fill_old, TRUE)
NEIGHBOUR(SymGetSymPrev64, PIMAGEHLP_SYMBOL64, fill_old, FALSE)

/* --- a program's own --- */

WINBOOL WINAPI SymAddSymbol(HANDLE process, ULONG64 base, PCSTR name, DWORD64 address, DWORD size, DWORD flags)
{
    struct session *session;
    struct module *module;
    struct symbol *symbol;

    if (!name || !name[0] || flags)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!(module = base ? module_at(session, base) : module_at(session, address)))
        return unlock(FALSE);
    if (address < module->base || address - module->base > 0xffffffff)
        return unlock(sym_fail(ERROR_INVALID_ADDRESS));
    for (SIZE_T i = 0; i < module->added.count; i++)
        if (!strcmp(module->added.list[i].name, name))
            return unlock(sym_fail(ERROR_ALREADY_EXISTS));
    symbol = symbol_add(&module->added, address - module->base, arena_copy(&module->arena, name, strlen(name)),
                        TAG_DATA, RANK_DEBUG);
    if (!symbol)
        return unlock(sym_fail(ERROR_NOT_ENOUGH_MEMORY));
    symbol->size = size;
    symbol->flags = SYMFLAG_VIRTUAL;
    return unlock(TRUE);
}

WINBOOL WINAPI SymDeleteSymbol(HANDLE process, ULONG64 base, PCSTR name, DWORD64 address, DWORD flags)
{
    struct session *session;
    struct module *module;

    if (flags)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!(module = base ? module_at(session, base) : module_at(session, address)))
        return unlock(FALSE);
    for (SIZE_T i = 0; i < module->added.count; i++) {
        struct symbol *symbol = &module->added.list[i];
        if (name ? strcmp(symbol->name, name) : module->base + symbol->rva != address)
            continue;
        *symbol = module->added.list[--module->added.count];
        return unlock(TRUE);
    }
    return unlock(sym_fail(ERROR_NOT_FOUND));
}

WINBOOL WINAPI SymAddSymbolW(HANDLE process, ULONG64 base, PCWSTR name, DWORD64 address, DWORD size, DWORD flags)
{
    char *text = narrow(name);
    BOOL good = SymAddSymbol(process, base, text, address, size, flags);

    sym_free(text);
    return good;
}

WINBOOL WINAPI SymDeleteSymbolW(HANDLE process, ULONG64 base, PCWSTR name, DWORD64 address, DWORD flags)
{
    char *text = narrow(name);
    BOOL good = SymDeleteSymbol(process, base, text, address, flags);

    sym_free(text);
    return good;
}

/* --- all of them --- */

static BOOL give_symbols(struct session *session, struct module *module, const char *mask,
                         const struct sym_visitor *visitor)
{
    BOOL exact_case = !(sym_options & SYMOPT_CASE_INSENSITIVE);
    struct found found;

    load_symbols(session, module);
    for (SIZE_T i = 0; i < module->symbols.count + module->added.count; i++) {
        const struct symbol *symbol =
            i < module->symbols.count ? &module->symbols.list[i] : &module->added.list[i - module->symbols.count];
        if (mask && symbol->name[0] != '?' && !match_text(symbol->name, mask, exact_case))
            continue;
        describe_symbol(module, symbol, &found);
        if (mask && symbol->name[0] == '?' && !match_text(found.name, mask, exact_case) &&
            !match_text(symbol->name, mask, exact_case))
            continue;
        if (!call_visitor(visitor, &found))
            return FALSE;
    }
    return TRUE;
}

/* A mask may begin with one for modules. Without a module, what is in the scope. */
static WINBOOL enumerate_symbols(HANDLE process, ULONG64 base, const char *mask, const struct sym_visitor *visitor)
{
    const char *mark = mask ? strchr(mask, '!') : NULL, *plain = mark ? mark + 1 : mask;
    struct session *session = visitor->callback ? lock_session(process) : NULL;
    char modules[128] = "*";
    struct module *module;

    if (!session)
        return visitor->callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (plain && !plain[0])
        plain = NULL;
    if (base) {
        if (!(module = module_at(session, base)))
            return unlock(FALSE);
        give_symbols(session, module, plain, visitor);
        return unlock(TRUE);
    }
    if (!mark)
        return unlock(enumerate_locals(session, plain, visitor));
    lstrcpynA(modules, mask, min((SIZE_T)(mark - mask) + 1, sizeof(modules)));
    for (SIZE_T i = 0; i < session->module_count; i++)
        if (match_text(session->modules[i]->name, modules, FALSE) &&
            !give_symbols(session, session->modules[i], plain, visitor))
            break;
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumSymbols(HANDLE process, ULONG64 base, PCSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACK callback,
                              PVOID context)
{
    return enumerate_symbols(process, base, mask, &(struct sym_visitor){ callback, context, FALSE });
}

WINBOOL WINAPI SymEnumSymbolsEx(HANDLE process, ULONG64 base, PCSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACK callback,
                                PVOID context, DWORD options)
{
    (void)options; /* how defaults are searched for: all is searched */
    return SymEnumSymbols(process, base, mask, callback, context);
}

WINBOOL WINAPI SymEnumSymbolsW(HANDLE process, ULONG64 base, PCWSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACKW callback,
                               PVOID context)
{
    char *text = narrow(mask);
    BOOL good = enumerate_symbols(process, base, text, &(struct sym_visitor){ callback, context, TRUE });

    sym_free(text);
    return good;
}

WINBOOL WINAPI SymEnumSymbolsExW(HANDLE process, ULONG64 base, PCWSTR mask, PSYM_ENUMERATESYMBOLS_CALLBACKW callback,
                                 PVOID context, DWORD options)
{
    (void)options;
    return SymEnumSymbolsW(process, base, mask, callback, context);
}

WINBOOL WINAPI SymEnumSym(HANDLE process, ULONG64 base, PSYM_ENUMERATESYMBOLS_CALLBACK callback, PVOID context)
{
    return SymEnumSymbols(process, base, NULL, callback, context);
}

struct old_visitor {
    void *callback, *context;
};

static WINBOOL CALLBACK give_old(PSYMBOL_INFO info, ULONG size, PVOID context)
{
    struct old_visitor *v = context;

    return ((PSYM_ENUMSYMBOLS_CALLBACK64)v->callback)(info->Name, info->Address, size, v->context);
}

static WINBOOL CALLBACK give_old_wide(PSYMBOL_INFOW info, ULONG size, PVOID context)
{
    struct old_visitor *v = context;

    return ((PSYM_ENUMSYMBOLS_CALLBACK64W)v->callback)(info->Name, info->Address, size, v->context);
}

WINBOOL WINAPI SymEnumerateSymbols64(HANDLE process, DWORD64 base, PSYM_ENUMSYMBOLS_CALLBACK64 callback, PVOID context)
{
    if (!callback)
        return sym_fail(ERROR_INVALID_PARAMETER);
    return SymEnumSymbols(process, base, NULL, give_old, &(struct old_visitor){ callback, context });
}

WINBOOL WINAPI SymEnumerateSymbolsW64(HANDLE process, DWORD64 base, PSYM_ENUMSYMBOLS_CALLBACK64W callback,
                                      PVOID context)
{
    if (!callback)
        return sym_fail(ERROR_INVALID_PARAMETER);
    return SymEnumSymbolsW(process, base, NULL, give_old_wide, &(struct old_visitor){ callback, context });
}

/* --- searching by tag and address too --- */

struct search {
    const struct sym_visitor *visitor;
    DWORD index, tag;
    DWORD64 address;
};

static WINBOOL CALLBACK pass_narrow(PSYMBOL_INFO info, ULONG size, PVOID context)
{
    const struct search *s = context;

    if ((s->index && s->index != info->info) || (s->tag && s->tag != info->Tag) ||
        (s->address && s->address != info->Address))
        return TRUE;
    return ((PSYM_ENUMERATESYMBOLS_CALLBACK)s->visitor->callback)(info, size, s->visitor->context);
}

static WINBOOL CALLBACK pass_wide(PSYMBOL_INFOW info, ULONG size, PVOID context)
{
    const struct search *s = context;

    if ((s->index && s->index != info->info) || (s->tag && s->tag != info->Tag) ||
        (s->address && s->address != info->Address))
        return TRUE;
    return ((PSYM_ENUMERATESYMBOLS_CALLBACKW)s->visitor->callback)(info, size, s->visitor->context);
}

#define SEARCH_OPTIONS (SYMSEARCH_MASKOBJS | SYMSEARCH_RECURSE | SYMSEARCH_GLOBALSONLY | SYMSEARCH_ALLITEMS)

WINBOOL WINAPI SymSearch(HANDLE process, ULONG64 base, DWORD index, DWORD tag, PCSTR mask, DWORD64 address,
                         PSYM_ENUMERATESYMBOLS_CALLBACK callback, PVOID context, DWORD options)
{
    struct sym_visitor visitor = { callback, context, FALSE };
    struct search search = { &visitor, index, tag, address };

    if (!callback || (options & ~SEARCH_OPTIONS))
        return sym_fail(ERROR_INVALID_PARAMETER);
    return SymEnumSymbols(process, base, mask ? mask : base ? NULL : "*!*", pass_narrow, &search);
}

WINBOOL WINAPI SymSearchW(HANDLE process, ULONG64 base, DWORD index, DWORD tag, PCWSTR mask, DWORD64 address,
                          PSYM_ENUMERATESYMBOLS_CALLBACKW callback, PVOID context, DWORD options)
{
    struct sym_visitor visitor = { callback, context, TRUE };
    struct search search = { &visitor, index, tag, address };

    if (!callback || (options & ~SEARCH_OPTIONS))
        return sym_fail(ERROR_INVALID_PARAMETER);
    return SymEnumSymbolsW(process, base, mask ? mask : base ? NULL : L"*!*", pass_wide, &search);
}
