/* SPDX-License-Identifier: MIT */
/* shlwapi_registry.c: the registry functions of shlwapi.h, which shlwapi.dll forwards here. */
#include "nt.h"
#include <shlwapi.h>
#include <string.h>
#include <wchar.h>

/* --- reading and writing a value of a subkey in one call --- */

/* Texts with variables are expanded, and every text that is given ends with a zero: what RegGetValue does. */
DWORD WINAPI SHGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD *type, void *data, DWORD *size)
{
    return (DWORD)RegGetValueW(key, subkey, name, RRF_RT_ANY, type, data, size);
}

DWORD WINAPI SHGetValueA(HKEY key, LPCSTR subkey, LPCSTR name, DWORD *type, void *data, DWORD *size)
{
    return (DWORD)RegGetValueA(key, subkey, name, RRF_RT_ANY, type, data, size);
}

DWORD WINAPI SHQueryValueExW(HKEY key, LPCWSTR name, DWORD *reserved, DWORD *type, void *data, DWORD *size)
{
    (void)reserved;
    return (DWORD)RegGetValueW(key, NULL, name, RRF_RT_ANY, type, data, size);
}

DWORD WINAPI SHQueryValueExA(HKEY key, LPCSTR name, DWORD *reserved, DWORD *type, void *data, DWORD *size)
{
    (void)reserved;
    return (DWORD)RegGetValueA(key, NULL, name, RRF_RT_ANY, type, data, size);
}

DWORD WINAPI SHSetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD type, LPCVOID data, DWORD size)
{
    return (DWORD)RegSetKeyValueW(key, subkey, name, type, data, size);
}

DWORD WINAPI SHSetValueA(HKEY key, LPCSTR subkey, LPCSTR name, DWORD type, LPCVOID data, DWORD size)
{
    return (DWORD)RegSetKeyValueA(key, subkey, name, type, data, size);
}

DWORD WINAPI SHDeleteValueW(HKEY key, LPCWSTR subkey, LPCWSTR name)
{
    return (DWORD)RegDeleteKeyValueW(key, subkey, name);
}

DWORD WINAPI SHDeleteValueA(HKEY key, LPCSTR subkey, LPCSTR name)
{
    return (DWORD)RegDeleteKeyValueA(key, subkey, name);
}

/* SRRF_RT_* and SRRF_NOEXPAND, SRRF_ZEROONFAILURE are RegGetValue's; how the system was started (SRRF_RM_*) is normally. */
static DWORD get_flags(SRRF flags)
{
    return flags & (RRF_RT_ANY | RRF_NOEXPAND | RRF_ZEROONFAILURE);
}

LONG WINAPI SHRegGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, SRRF flags, DWORD *type, void *data, DWORD *size)
{
    return RegGetValueW(key, subkey, name, get_flags(flags), type, data, size);
}

LONG WINAPI SHRegGetValueA(HKEY key, LPCSTR subkey, LPCSTR name, SRRF flags, DWORD *type, void *data, DWORD *size)
{
    return RegGetValueA(key, subkey, name, get_flags(flags), type, data, size);
}

/* A number, or a text that is one. */
int WINAPI SHRegGetIntW(HKEY key, LPCWSTR name, int fallback)
{
    WCHAR text[32];
    DWORD type, size = sizeof(text);

    if (RegGetValueW(key, NULL, name, RRF_RT_REG_SZ | RRF_RT_REG_DWORD, &type, text, &size))
        return fallback;
    if (type == REG_DWORD)
        memcpy(&fallback, text, sizeof(fallback));
    else
        StrToIntExW(text, STIF_DEFAULT, &fallback);
    return fallback;
}

/* --- paths --- */

DWORD WINAPI SHRegGetPathW(HKEY key, LPCWSTR subkey, LPCWSTR name, LPWSTR path, DWORD flags)
{
    DWORD size = MAX_PATH * sizeof(WCHAR);

    (void)flags; /* reserved */
    return (DWORD)RegGetValueW(key, subkey, name, RRF_RT_REG_SZ, NULL, path, &size);
}

DWORD WINAPI SHRegGetPathA(HKEY key, LPCSTR subkey, LPCSTR name, LPSTR path, DWORD flags)
{
    DWORD size = MAX_PATH;

    (void)flags;
    return (DWORD)RegGetValueA(key, subkey, name, RRF_RT_REG_SZ, NULL, path, &size);
}

/* Stored with variables where the path begins with the folder that one names. */
DWORD WINAPI SHRegSetPathW(HKEY key, LPCWSTR subkey, LPCWSTR name, LPCWSTR path, DWORD flags)
{
    WCHAR shorter[MAX_PATH];

    (void)flags;
    if (PathUnExpandEnvStringsW(path, shorter, MAX_PATH))
        path = shorter;
    return SHSetValueW(key, subkey, name, REG_EXPAND_SZ, path, (DWORD)((wcslen(path) + 1) * sizeof(WCHAR)));
}

DWORD WINAPI SHRegSetPathA(HKEY key, LPCSTR subkey, LPCSTR name, LPCSTR path, DWORD flags)
{
    char shorter[MAX_PATH];

    (void)flags;
    if (PathUnExpandEnvStringsA(path, shorter, MAX_PATH))
        path = shorter;
    return SHSetValueA(key, subkey, name, REG_EXPAND_SZ, path, (DWORD)strlen(path) + 1);
}

/* --- keys --- */

HKEY WINAPI SHRegDuplicateHKey(HKEY key)
{
    HKEY copy;

    return RegOpenKeyExW(key, NULL, 0, MAXIMUM_ALLOWED, &copy) ? NULL : copy;
}

DWORD WINAPI SHDeleteKeyW(HKEY key, LPCWSTR subkey)
{
    return (DWORD)RegDeleteTreeW(key, subkey);
}

DWORD WINAPI SHDeleteKeyA(HKEY key, LPCSTR subkey)
{
    return (DWORD)RegDeleteTreeA(key, subkey);
}

static DWORD delete_empty(HKEY key, LPCWSTR subkey)
{
    DWORD subkeys, values;
    HKEY handle;
    LSTATUS error = RegOpenKeyExW(key, subkey, 0, KEY_READ, &handle);

    if (error)
        return (DWORD)error;
    error = RegQueryInfoKeyW(handle, NULL, NULL, NULL, &subkeys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    RegCloseKey(handle);
    if (!error)
        error = subkeys || values ? ERROR_KEY_HAS_CHILDREN : RegDeleteKeyW(key, subkey);
    return (DWORD)error;
}

DWORD WINAPI SHDeleteEmptyKeyW(HKEY key, LPCWSTR subkey)
{
    return delete_empty(key, subkey);
}

DWORD WINAPI SHDeleteEmptyKeyA(HKEY key, LPCSTR subkey)
{
    WCHAR wide[256];

    if (!MultiByteToWideChar(CP_ACP, 0, subkey, -1, wide, 256))
        return GetLastError();
    return delete_empty(key, wide);
}

DWORD WINAPI SHCopyKeyW(HKEY from, LPCWSTR subkey, HKEY to, DWORD reserved)
{
    (void)reserved;
    return (DWORD)RegCopyTreeW(from, subkey, to);
}

DWORD WINAPI SHCopyKeyA(HKEY from, LPCSTR subkey, HKEY to, DWORD reserved)
{
    (void)reserved;
    return (DWORD)RegCopyTreeA(from, subkey, to);
}

LONG WINAPI SHEnumKeyExW(HKEY key, DWORD index, LPWSTR name, DWORD *length)
{
    return RegEnumKeyExW(key, index, name, length, NULL, NULL, NULL, NULL);
}

LONG WINAPI SHEnumKeyExA(HKEY key, DWORD index, LPSTR name, DWORD *length)
{
    return RegEnumKeyExA(key, index, name, length, NULL, NULL, NULL, NULL);
}

LONG WINAPI SHEnumValueW(HKEY key, DWORD index, LPWSTR name, DWORD *length, DWORD *type, void *data, DWORD *size)
{
    return RegEnumValueW(key, index, name, length, NULL, type, data, size);
}

LONG WINAPI SHEnumValueA(HKEY key, DWORD index, LPSTR name, DWORD *length, DWORD *type, void *data, DWORD *size)
{
    return RegEnumValueA(key, index, name, length, NULL, type, data, size);
}

LONG WINAPI SHQueryInfoKeyW(HKEY key, DWORD *subkeys, DWORD *max_subkey, DWORD *values, DWORD *max_name)
{
    return RegQueryInfoKeyW(key, NULL, NULL, NULL, subkeys, max_subkey, NULL, values, max_name, NULL, NULL, NULL);
}

LONG WINAPI SHQueryInfoKeyA(HKEY key, DWORD *subkeys, DWORD *max_subkey, DWORD *values, DWORD *max_name)
{
    return RegQueryInfoKeyA(key, NULL, NULL, NULL, subkeys, max_subkey, NULL, values, max_name, NULL, NULL, NULL);
}
