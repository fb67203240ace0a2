/* SPDX-License-Identifier: MIT */
/*
 * dbghelp_source.c: source servers, OMAP, stores that are written to, home folders: what is asked of dbghelp and is not there, with the
 * documented answers for that.
 */
#include "dbghelp_private.h"

static BOOL nothing_there(HANDLE process, DWORD error)
{
    return lock_session(process) ? unlock(sym_fail(error)) : FALSE;
}

/* --- OMAP: of images whose functions were moved after linking; no PDB that is read here has it in use --- */

WINBOOL WINAPI SymGetOmaps(HANDLE process, DWORD64 base, PVOID *to, PDWORD64 to_count, PVOID *from, PDWORD64 from_count)
{
    (void)base, (void)to, (void)to_count, (void)from, (void)from_count;
    return nothing_there(process, ERROR_NOT_FOUND);
}

/* --- source servers: only PDBs with a "srcsrv" stream name them, and they are programs to run --- */

WINBOOL WINAPI SymGetSourceFileW(HANDLE process, ULONG64 base, PCWSTR params, PCWSTR file, PWSTR path, DWORD size)
{
    (void)base, (void)params;
    if (!file || !path || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    /* The file as such, if it is where it was compiled. */
    if (GetFileAttributesW(file) != INVALID_FILE_ATTRIBUTES && wcslen(file) < size) {
        wcscpy(path, file);
        return TRUE;
    }
    return nothing_there(process, ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI SymGetSourceFile(HANDLE process, ULONG64 base, PCSTR params, PCSTR file, PSTR path, DWORD size)
{
    (void)base, (void)params;
    if (!file || !path || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (GetFileAttributesA(file) != INVALID_FILE_ATTRIBUTES && strlen(file) < size) {
        strcpy(path, file);
        return TRUE;
    }
    return nothing_there(process, ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI SymGetSourceFileToken(HANDLE process, ULONG64 base, PCSTR file, PVOID *token, DWORD *size)
{
    (void)base, (void)file, (void)token, (void)size;
    return nothing_there(process, ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI SymGetSourceFileTokenW(HANDLE process, ULONG64 base, PCWSTR file, PVOID *token, DWORD *size)
{
    (void)file;
    return SymGetSourceFileToken(process, base, NULL, token, size);
}

WINBOOL WINAPI SymGetSourceFileFromToken(HANDLE process, PVOID token, PCSTR params, PSTR path, DWORD size)
{
    (void)token, (void)params, (void)path, (void)size;
    return nothing_there(process, ERROR_INVALID_PARAMETER); /* a token that nobody gave out */
}

WINBOOL WINAPI SymGetSourceFileFromTokenW(HANDLE process, PVOID token, PCWSTR params, PWSTR path, DWORD size)
{
    (void)params, (void)path;
    return SymGetSourceFileFromToken(process, token, NULL, NULL, size);
}

WINBOOL WINAPI SymGetSourceVarFromToken(HANDLE process, PVOID token, PCSTR params, PCSTR name, PSTR value, DWORD size)
{
    (void)token, (void)params, (void)name, (void)value, (void)size;
    return nothing_there(process, ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI SymGetSourceVarFromTokenW(HANDLE process, PVOID token, PCWSTR params, PCWSTR name, PWSTR value,
                                         DWORD size)
{
    (void)params, (void)name, (void)value;
    return SymGetSourceVarFromToken(process, token, NULL, NULL, NULL, size);
}

WINBOOL WINAPI SymEnumSourceFileTokens(HANDLE process, ULONG64 base, PVOID callback)
{
    (void)base;
    return callback ? nothing_there(process, ERROR_FILE_NOT_FOUND) : sym_fail(ERROR_INVALID_PARAMETER);
}

/* --- stores that are written to: symstore's work --- */

PCSTR WINAPI SymSrvGetSupplement(HANDLE process, PCSTR path, PCSTR node, PCSTR file)
{
    (void)process, (void)path, (void)node, (void)file;
    SetLastError(ERROR_FILE_NOT_FOUND);
    return NULL;
}

PCWSTR WINAPI SymSrvGetSupplementW(HANDLE process, PCWSTR path, PCWSTR node, PCWSTR file)
{
    (void)path, (void)node, (void)file;
    return (PCWSTR)SymSrvGetSupplement(process, NULL, NULL, NULL);
}

/* --- home folders --- */

static WCHAR home[MAX_PATH];

/* The folder that dbghelp keeps things in: that which was set, or the one that the program is in. */
PWCHAR WINAPI SymGetHomeDirectoryW(DWORD type, PWSTR out, size_t size)
{
    static const WCHAR *const folders[] = { L"", L"\\sym", L"\\src" };
    WCHAR path[MAX_PATH + 8];
    DWORD length;

    if (type >= ARRAY_SIZE(folders) || !out)
        return SetLastError(ERROR_INVALID_PARAMETER), NULL;
    RtlEnterCriticalSection(&dbghelp_lock);
    wcscpy(path, home);
    RtlLeaveCriticalSection(&dbghelp_lock);
    if (!path[0]) {
        if (!(length = GetModuleFileNameW(NULL, path, MAX_PATH)) || length >= MAX_PATH)
            return NULL;
        *(WCHAR *)base_name_w(path) = 0;
    }
    length = wcslen(path);
    if (length && path[length - 1] == '\\')
        path[length - 1] = 0;
    wcscat(path, folders[type]);
    if (wcslen(path) >= size)
        return SetLastError(ERROR_INSUFFICIENT_BUFFER), NULL;
    wcscpy(out, path);
    return out;
}

PCHAR WINAPI SymGetHomeDirectory(DWORD type, PSTR out, size_t size)
{
    WCHAR path[MAX_PATH + 8];

    if (!out || !SymGetHomeDirectoryW(type, path, ARRAY_SIZE(path)) ||
        !WideCharToMultiByte(CP_ACP, 0, path, -1, out, size, NULL, NULL))
        return NULL;
    return out;
}

/* (mingw-w64 declares the wide one's result as narrow.) */
PCHAR WINAPI SymSetHomeDirectoryW(HANDLE process, PCWSTR path)
{
    (void)process;
    if (path && wcslen(path) >= MAX_PATH - 8)
        return SetLastError(ERROR_INVALID_PARAMETER), NULL;
    RtlEnterCriticalSection(&dbghelp_lock);
    wcscpy(home, path ? path : L"");
    RtlLeaveCriticalSection(&dbghelp_lock);
    return (PCHAR)home;
}

PCHAR WINAPI SymSetHomeDirectory(HANDLE process, PCSTR path)
{
    static char kept[MAX_PATH];
    WCHAR *wide = widen(path);
    PCHAR set = SymSetHomeDirectoryW(process, wide);

    sym_free(wide);
    if (!set)
        return NULL;
    lstrcpynA(kept, path ? path : "", sizeof(kept));
    return kept;
}

/* --- for the load errors of extensions --- */

static DWORD load_error;

VOID WINAPI SetSymLoadError(DWORD error)
{
    load_error = error;
}

DWORD WINAPI GetSymLoadError(void)
{
    return load_error;
}
