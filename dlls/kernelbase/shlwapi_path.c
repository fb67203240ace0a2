/* SPDX-License-Identifier: MIT */
/* shlwapi_path.c: the Path* functions of shlwapi.h, which shlwapi.dll forwards to kernelbase. */
#include "kernelbase_private.h"
#include <shlwapi.h>

/* shlwapi.h names one of the two with a macro. */
#undef PathMatchSpecEx

static WCHAR upperW(WCHAR c)
{
    return RtlUpcaseUnicodeChar(c);
}

/* Letters beyond ASCII as the code page has them; in UTF-8 only whole strings have a case, and names are compared bytewise. */
static char upperA(char c)
{
    ULONG bytes;
    WCHAR wide;
    char upper;

    if (c >= 'a' && c <= 'z')
        return c - 0x20;
    if ((signed char)c >= 0 || RtlMultiByteToUnicodeN(&wide, sizeof(wide), &bytes, &c, 1) || bytes != sizeof(wide) ||
        wide == 0xfffd)
        return c;
    wide = RtlUpcaseUnicodeChar(wide);
    return RtlUnicodeToMultiByteN(&upper, 1, &bytes, &wide, sizeof(wide)) || bytes != 1 || upper == '?' ? c : upper;
}

#define CHR       WCHAR
#define UCHR      WCHAR
#define FN(name)  name##W
#define FN2(name) name##W
#include "shlwapi_path_impl.h"
#undef CHR
#undef UCHR
#undef FN
#undef FN2

#define CHR       char
#define UCHR      UCHAR
#define FN(name)  name##A
#define FN2(name) name##A
#include "shlwapi_path_impl.h"

/* --- those that ask the file system --- */

BOOL WINAPI PathFileExistsW(const WCHAR *path)
{
    return path && GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI PathFileExistsA(const char *path)
{
    return path && GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI PathSearchAndQualifyW(const WCHAR *path, WCHAR *buffer, UINT size)
{
    DWORD length;

    if (!path || !buffer || !size)
        return FALSE;
    length = SearchPathW(NULL, path, NULL, size, buffer, NULL);
    if (!length || length >= size)
        length = GetFullPathNameW(path, size, buffer, NULL);
    return length && length < size;
}

BOOL WINAPI PathSearchAndQualifyA(const char *path, char *buffer, UINT size)
{
    DWORD length;

    if (!path || !buffer || !size)
        return FALSE;
    length = SearchPathA(NULL, path, NULL, size, buffer, NULL);
    if (!length || length >= size)
        length = GetFullPathNameA(path, size, buffer, NULL);
    return length && length < size;
}

/* `C:\windows\x` becomes `%SystemRoot%\x`: the longest of the variables that fits. */
BOOL WINAPI PathUnExpandEnvStringsW(const WCHAR *path, WCHAR *buffer, UINT size)
{
    static const WCHAR *const names[] = { L"%ALLUSERSPROFILE%", L"%APPDATA%",     L"%ProgramFiles%",
                                          L"%SystemRoot%",      L"%SystemDrive%", L"%USERPROFILE%" };
    const WCHAR *best = NULL;
    SIZE_T best_length = 0, rest;
    WCHAR value[MAX_PATH];

    if (!path || !buffer)
        return FALSE;
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        DWORD length = ExpandEnvironmentStringsW(names[i], value, ARRAY_SIZE(value));

        if (length < 2 || length > ARRAY_SIZE(value) || value[0] == '%')
            continue;
        length--;
        if (length > best_length && !_wcsnicmp(path, value, length) && (!path[length] || path[length] == '\\')) {
            best = names[i];
            best_length = length;
        }
    }
    if (!best)
        return FALSE;
    rest = wcslen(path + best_length);
    if (wcslen(best) + rest >= size)
        return FALSE;
    memmove(buffer + wcslen(best), path + best_length, (rest + 1) * sizeof(WCHAR));
    memcpy(buffer, best, wcslen(best) * sizeof(WCHAR));
    return TRUE;
}

BOOL WINAPI PathUnExpandEnvStringsA(const char *path, char *buffer, UINT size)
{
    WCHAR result[MAX_PATH * 2];
    struct wide_arg wide;
    BOOL ok;

    if (!path || !buffer || !wide_file_arg(&wide, path))
        return FALSE;
    ok = PathUnExpandEnvStringsW(wide.str, result, ARRAY_SIZE(result));
    wide_arg_free(&wide);
    return ok && return_file_string_a(result, wcslen(result), buffer, size) < size;
}
