/* SPDX-License-Identifier: MIT */
/*
 * dbghelp_symbol.c: symbols by address and by name. What is known of a module without its .pdb file is its export table, as with
 * Windows' dbghelp.
 */
#include "dbghelp_private.h"
#include <stdlib.h>

static int by_rva(const void *a, const void *b)
{
    DWORD x = ((const struct symbol *)a)->rva, y = ((const struct symbol *)b)->rva;

    return x < y ? -1 : x > y;
}

static void *read_array(const struct session *session, const struct module *module, DWORD rva, SIZE_T count,
                        SIZE_T size)
{
    void *data;

    if (rva > module->size || count > (module->size - rva) / size || !(data = sym_alloc(count * size + 1)))
        return NULL;
    if (!read_memory(session, module->base + rva, data, count * size)) {
        sym_free(data);
        return NULL;
    }
    return data;
}

void load_symbols(struct session *session, struct module *module)
{
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS64 nt;
    IMAGE_DATA_DIRECTORY where;
    IMAGE_EXPORT_DIRECTORY exports;
    DWORD *functions = NULL, *names = NULL, i;
    WORD *ordinals = NULL;
    char *texts = NULL;

    if (module->loaded)
        return;
    module->loaded = TRUE;
    if (!read_memory(session, module->base, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE ||
        !read_memory(session, module->base + dos.e_lfanew, &nt, sizeof(nt)) || nt.Signature != IMAGE_NT_SIGNATURE)
        return;
    where = nt.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC
                ? nt.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT]
                : ((IMAGE_NT_HEADERS32 *)&nt)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
    if (where.Size < sizeof(exports) ||
        !read_memory(session, module->base + where.VirtualAddress, &exports, sizeof(exports)))
        return;
    functions = read_array(session, module, exports.AddressOfFunctions, exports.NumberOfFunctions, sizeof(DWORD));
    names = read_array(session, module, exports.AddressOfNames, exports.NumberOfNames, sizeof(DWORD));
    ordinals = read_array(session, module, exports.AddressOfNameOrdinals, exports.NumberOfNames, sizeof(WORD));
    texts = read_array(session, module, where.VirtualAddress, where.Size, 1); /* the names lie in the directory */
    if (functions && names && ordinals && texts &&
        (module->symbols = sym_alloc(exports.NumberOfNames * sizeof(*module->symbols)))) {
        for (i = 0; i < exports.NumberOfNames; i++) {
            DWORD rva = ordinals[i] < exports.NumberOfFunctions ? functions[ordinals[i]] : 0;
            if (!rva || rva - where.VirtualAddress < where.Size || names[i] - where.VirtualAddress >= where.Size)
                continue; /* none, or a forwarder */
            module->symbols[module->count].rva = rva;
            module->symbols[module->count++].name = texts + (names[i] - where.VirtualAddress);
        }
        qsort(module->symbols, module->count, sizeof(*module->symbols), by_rva);
        module->names = texts;
        texts = NULL;
    }
    sym_free(functions);
    sym_free(names);
    sym_free(ordinals);
    sym_free(texts);
}

/* The last symbol at or before an address. */
static const struct symbol *symbol_at(const struct module *module, DWORD rva)
{
    ULONG low = 0, high = module->count;

    while (low < high) {
        ULONG middle = (low + high) / 2;
        if (module->symbols[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &module->symbols[low - 1] : NULL;
}

/* Calls `give` with module and symbol for an address. */
static BOOL find_symbol(HANDLE process, DWORD64 address, struct module **module, const struct symbol **symbol)
{
    struct session *session = find_session(process);

    if (!session)
        return FALSE;
    SymGetModuleBase64(process, address); /* learns of modules that were loaded since */
    if (!(*module = find_module(session, address)))
        return sym_fail(ERROR_MOD_NOT_FOUND);
    load_symbols(session, *module);
    *symbol = symbol_at(*module, address - (*module)->base);
    return *symbol ? TRUE : sym_fail(ERROR_INVALID_ADDRESS);
}

static void fill_common(SYMBOL_INFO *info, const struct module *module, const struct symbol *symbol)
{
    info->TypeIndex = 0;
    info->Reserved[0] = info->Reserved[1] = 0;
    info->info = symbol - module->symbols;
    info->Size = 0;
    info->ModBase = module->base;
    info->Flags = SYMFLAG_EXPORT;
    info->Value = 0;
    info->Address = module->base + symbol->rva;
    info->Register = info->Scope = 0;
    info->Tag = 10; /* SymTagPublicSymbol */
}
NT_STATIC_ASSERT(offsetof(SYMBOL_INFO, Name) == offsetof(SYMBOL_INFOW, Name));

static void fill_narrow(SYMBOL_INFO *info, const struct module *module, const struct symbol *symbol)
{
    fill_common(info, module, symbol);
    info->NameLen = strlen(symbol->name);
    if (info->MaxNameLen) /* MaxNameLen counts the zero; NameLen says what there is */
        lstrcpynA(info->Name, symbol->name, info->MaxNameLen);
}

static void fill_wide(SYMBOL_INFOW *info, const struct module *module, const struct symbol *symbol)
{
    WCHAR name[MAX_SYM_NAME];

    fill_common((SYMBOL_INFO *)info, module, symbol);
    if (!MultiByteToWideChar(CP_UTF8, 0, symbol->name, -1, name, ARRAY_SIZE(name)))
        name[0] = 0;
    info->NameLen = wcslen(name);
    if (info->MaxNameLen)
        lstrcpynW(info->Name, name, info->MaxNameLen);
}

WINBOOL WINAPI SymFromAddr(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFO info)
{
    const struct symbol *symbol;
    struct module *module;
    BOOL good;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((good = find_symbol(process, address, &module, &symbol))) {
        fill_narrow(info, module, symbol);
        if (displacement)
            *displacement = address - info->Address;
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymFromAddrW(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFOW info)
{
    const struct symbol *symbol;
    struct module *module;
    BOOL good;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((good = find_symbol(process, address, &module, &symbol))) {
        fill_wide(info, module, symbol);
        if (displacement)
            *displacement = address - info->Address;
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymGetSymFromAddr64(HANDLE process, DWORD64 address, PDWORD64 displacement, PIMAGEHLP_SYMBOL64 info)
{
    const struct symbol *symbol;
    struct module *module;
    BOOL good;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((good = find_symbol(process, address, &module, &symbol))) {
        info->Address = module->base + symbol->rva;
        info->Size = 0;
        info->Flags = SYMFLAG_EXPORT;
        if (info->MaxNameLength)
            lstrcpynA(info->Name, symbol->name, info->MaxNameLength);
        if (displacement)
            *displacement = address - info->Address;
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

/* "module!name" or a name in any module. */
WINBOOL WINAPI SymFromName(HANDLE process, PCSTR name, PSYMBOL_INFO info)
{
    const char *mark = name ? strchr(name, '!') : NULL, *plain = mark ? mark + 1 : name;
    struct session *session;
    BOOL good = FALSE;

    if (!name)
        return sym_fail(ERROR_INVALID_PARAMETER);
    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process))) {
        SetLastError(mark ? ERROR_MOD_NOT_FOUND : ERROR_INVALID_PARAMETER);
        for (struct module *module = session->modules; module && !good; module = module->next) {
            if (mark && (_strnicmp(module->name, name, mark - name) || module->name[mark - name]))
                continue;
            load_symbols(session, module);
            for (ULONG i = 0; i < module->count && !good; i++) {
                if (!strcmp(module->symbols[i].name, plain)) {
                    fill_narrow(info, module, &module->symbols[i]);
                    good = TRUE;
                }
            }
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

/* Source lines are in .pdb files, which are not read. */
WINBOOL WINAPI SymGetLineFromAddr64(HANDLE process, DWORD64 address, PDWORD displacement, PIMAGEHLP_LINE64 line)
{
    struct session *session;

    (void)displacement, (void)line;
    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process)))
        SetLastError(find_module(session, address) ? ERROR_INVALID_ADDRESS : ERROR_MOD_NOT_FOUND);
    RtlLeaveCriticalSection(&dbghelp_lock);
    return FALSE;
}

WINBOOL WINAPI SymGetLineFromAddrW64(HANDLE process, DWORD64 address, PDWORD displacement, PIMAGEHLP_LINEW64 line)
{
    return SymGetLineFromAddr64(process, address, displacement, (PIMAGEHLP_LINE64)line);
}

/* Names stay decorated: the documented result for a name that cannot be undecorated is the name itself. */
DWORD WINAPI UnDecorateSymbolName(PCSTR name, PSTR out, DWORD size, DWORD flags)
{
    (void)flags;
    if (!name || !out || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    lstrcpynA(out, name, size);
    return strlen(out);
}

DWORD WINAPI UnDecorateSymbolNameW(PCWSTR name, PWSTR out, DWORD size, DWORD flags)
{
    (void)flags;
    if (!name || !out || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    lstrcpynW(out, name, size);
    return wcslen(out);
}
