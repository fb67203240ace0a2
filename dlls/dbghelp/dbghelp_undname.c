/* SPDX-License-Identifier: MIT */
/* dbghelp_undname.c: UnDecorateSymbolName and its kin. */
#include "dbghelp_private.h"
#include "../undname/undname.h"

size_t undecorate_into(const char *name, char *out, size_t size, unsigned flags)
{
    static const struct undname_memory memory = { dbg_alloc, dbg_free };
    bool is_type = name[0] == '.' && name[1] == '?'; /* a type descriptor's name */
    char *text = undecorate(name + is_type, flags, is_type, &memory);

    if (!text)
        return 0;
    lstrcpynA(out, text, (int)size);
    dbg_free(text);
    return strlen(out);
}

/* The documented result for a name that cannot be undecorated is the name itself. */
DWORD WINAPI UnDecorateSymbolName(PCSTR name, PSTR out, DWORD size, DWORD flags)
{
    DWORD length;

    if (!name || !out || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    length = (DWORD)undecorate_into(name, out, size, flags);
    if (!length) {
        lstrcpynA(out, name, size);
        length = strlen(out);
    }
    return length;
}

DWORD WINAPI UnDecorateSymbolNameW(PCWSTR name, PWSTR out, DWORD size, DWORD flags)
{
    char *text, *result;
    DWORD length = 0;

    if (!name || !out || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    text = narrow(name);
    result = sym_alloc(4 * (SIZE_T)size);
    if (text && result && UnDecorateSymbolName(text, result, 4 * size, flags)) {
        WCHAR *wide = widen(result);
        if (wide) {
            lstrcpynW(out, wide, size);
            length = wcslen(out);
        }
        sym_free(wide);
    }
    sym_free(text);
    sym_free(result);
    return length;
}

WINBOOL WINAPI SymUnDName64(PIMAGEHLP_SYMBOL64 symbol, PSTR out, DWORD size)
{
    if (!symbol)
        return sym_fail(ERROR_INVALID_PARAMETER);
    return UnDecorateSymbolName(symbol->Name, out, size, UNDNAME_COMPLETE) != 0;
}
