/* SPDX-License-Identifier: MIT */
/* shlwapi_userkey.c: keys that are looked for below HKEY_CURRENT_USER first and below HKEY_LOCAL_MACHINE then (shlwapi.h). */
#include "nt.h"
#include <shlwapi.h>
#include <string.h>
#include <wchar.h>

struct user_key {
    HKEY user;    /* NULL: there is none, or it is not to be looked at */
    HKEY machine; /* NULL: there is none */
};

static void *allocate(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

static void release(void *memory)
{
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

static WCHAR *widen(const char *text)
{
    int length = text ? MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0) : 0;
    WCHAR *wide = length ? allocate(length * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, length);
    return wide;
}

/* --- opening --- */

static LONG make_key(HKEY user, HKEY machine, PHUSKEY result)
{
    struct user_key *key = allocate(sizeof(*key));

    if (!key) {
        if (user)
            RegCloseKey(user);
        if (machine)
            RegCloseKey(machine);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    *key = (struct user_key){ user, machine };
    *result = (HUSKEY)key;
    return ERROR_SUCCESS;
}

LONG WINAPI SHRegOpenUSKeyW(LPCWSTR path, REGSAM access, HUSKEY relative, PHUSKEY result, BOOL ignore_user)
{
    const struct user_key *root = (struct user_key *)relative;
    HKEY user_root = root ? root->user : HKEY_CURRENT_USER, machine_root = root ? root->machine : HKEY_LOCAL_MACHINE;
    HKEY user = NULL, machine = NULL;
    LONG error = ERROR_FILE_NOT_FOUND, machine_error = ERROR_FILE_NOT_FOUND;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    *result = NULL;
    if (!ignore_user && user_root && (error = RegOpenKeyExW(user_root, path, 0, access, &user)))
        user = NULL;
    if (machine_root && (machine_error = RegOpenKeyExW(machine_root, path, 0, access, &machine)))
        machine = NULL;
    if (!user && !machine)
        return error == ERROR_FILE_NOT_FOUND ? machine_error : error;
    return make_key(user, machine, result);
}

LONG WINAPI SHRegOpenUSKeyA(LPCSTR path, REGSAM access, HUSKEY relative, PHUSKEY result, BOOL ignore_user)
{
    WCHAR *wide = widen(path);
    LONG error = wide ? SHRegOpenUSKeyW(wide, access, relative, result, ignore_user) : ERROR_INVALID_PARAMETER;

    release(wide);
    return error;
}

/* Flags are SHREGSET_*: below which of the two it is made. */
LONG WINAPI SHRegCreateUSKeyW(LPCWSTR path, REGSAM access, HUSKEY relative, PHUSKEY result, DWORD flags)
{
    const struct user_key *root = (struct user_key *)relative;
    HKEY user_root = root ? root->user : HKEY_CURRENT_USER, machine_root = root ? root->machine : HKEY_LOCAL_MACHINE;
    HKEY user = NULL, machine = NULL;
    LONG error = ERROR_SUCCESS;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    *result = NULL;
    if (flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU) && user_root)
        error = RegCreateKeyExW(user_root, path, 0, NULL, 0, access, NULL, &user, NULL);
    if (!error && flags & (SHREGSET_HKLM | SHREGSET_FORCE_HKLM) && machine_root)
        error = RegCreateKeyExW(machine_root, path, 0, NULL, 0, access, NULL, &machine, NULL);
    if (error) {
        if (user)
            RegCloseKey(user);
        return error;
    }
    return make_key(user, machine, result);
}

LONG WINAPI SHRegCreateUSKeyA(LPCSTR path, REGSAM access, HUSKEY relative, PHUSKEY result, DWORD flags)
{
    WCHAR *wide = widen(path);
    LONG error = wide ? SHRegCreateUSKeyW(wide, access, relative, result, flags) : ERROR_INVALID_PARAMETER;

    release(wide);
    return error;
}

LONG WINAPI SHRegCloseUSKey(HUSKEY handle)
{
    struct user_key *key = (struct user_key *)handle;

    if (!key)
        return ERROR_INVALID_PARAMETER;
    if (key->user)
        RegCloseKey(key->user);
    if (key->machine)
        RegCloseKey(key->machine);
    release(key);
    return ERROR_SUCCESS;
}

/* --- reading: the user's value, else the machine's, else the default --- */

static LONG give_default(void *data, DWORD *size, const void *fallback, DWORD fallback_size, LONG error)
{
    if (!fallback || !fallback_size || !data || !size)
        return error;
    if (*size < fallback_size) {
        *size = fallback_size;
        return ERROR_MORE_DATA;
    }
    memcpy(data, fallback, fallback_size);
    *size = fallback_size;
    return ERROR_SUCCESS;
}

static LONG query(const struct user_key *key, const void *name, DWORD *type, void *data, DWORD *size, BOOL ignore_user,
                  void *fallback, DWORD fallback_size, BOOL ansi)
{
    HKEY keys[2] = { ignore_user ? NULL : key->user, key->machine };
    LONG error = ERROR_FILE_NOT_FOUND;

    for (int i = 0; i < 2 && error && error != ERROR_MORE_DATA; i++) {
        if (!keys[i])
            continue;
        error = ansi ? RegGetValueA(keys[i], NULL, name, RRF_RT_ANY, type, data, size)
                     : RegGetValueW(keys[i], NULL, name, RRF_RT_ANY, type, data, size);
    }
    if (error && error != ERROR_MORE_DATA)
        error = give_default(data, size, fallback, fallback_size, error);
    return error;
}

LONG WINAPI SHRegQueryUSValueW(HUSKEY key, LPCWSTR name, DWORD *type, void *data, DWORD *size, BOOL ignore_user,
                               void *fallback, DWORD fallback_size)
{
    if (!key)
        return ERROR_INVALID_PARAMETER;
    return query((struct user_key *)key, name, type, data, size, ignore_user, fallback, fallback_size, FALSE);
}

LONG WINAPI SHRegQueryUSValueA(HUSKEY key, LPCSTR name, DWORD *type, void *data, DWORD *size, BOOL ignore_user,
                               void *fallback, DWORD fallback_size)
{
    if (!key)
        return ERROR_INVALID_PARAMETER;
    return query((struct user_key *)key, name, type, data, size, ignore_user, fallback, fallback_size, TRUE);
}

LONG WINAPI SHRegGetUSValueW(LPCWSTR subkey, LPCWSTR name, DWORD *type, void *data, DWORD *size, BOOL ignore_user,
                             void *fallback, DWORD fallback_size)
{
    HUSKEY key;
    LONG error = SHRegOpenUSKeyW(subkey, KEY_QUERY_VALUE, NULL, &key, ignore_user);

    if (error)
        return give_default(data, size, fallback, fallback_size, error);
    error = SHRegQueryUSValueW(key, name, type, data, size, ignore_user, fallback, fallback_size);
    SHRegCloseUSKey(key);
    return error;
}

LONG WINAPI SHRegGetUSValueA(LPCSTR subkey, LPCSTR name, DWORD *type, void *data, DWORD *size, BOOL ignore_user,
                             void *fallback, DWORD fallback_size)
{
    HUSKEY key;
    LONG error = SHRegOpenUSKeyA(subkey, KEY_QUERY_VALUE, NULL, &key, ignore_user);

    if (error)
        return give_default(data, size, fallback, fallback_size, error);
    error = SHRegQueryUSValueA(key, name, type, data, size, ignore_user, fallback, fallback_size);
    SHRegCloseUSKey(key);
    return error;
}

/* "YES" or "TRUE", "NO" or "FALSE", or a number. */
BOOL WINAPI SHRegGetBoolUSValueW(LPCWSTR subkey, LPCWSTR name, BOOL ignore_user, BOOL fallback)
{
    WCHAR text[16] = L"";
    DWORD type, size = sizeof(text);

    if (SHRegGetUSValueW(subkey, name, &type, text, &size, ignore_user, NULL, 0))
        return fallback;
    if (type == REG_SZ) {
        if (!lstrcmpiW(text, L"YES") || !lstrcmpiW(text, L"TRUE"))
            return TRUE;
        if (!lstrcmpiW(text, L"NO") || !lstrcmpiW(text, L"FALSE"))
            return FALSE;
        return fallback;
    }
    if ((type == REG_DWORD || type == REG_BINARY) && size) {
        for (DWORD i = 0; i < size; i++)
            if (((BYTE *)text)[i])
                return TRUE;
        return FALSE;
    }
    return fallback;
}

BOOL WINAPI SHRegGetBoolUSValueA(LPCSTR subkey, LPCSTR name, BOOL ignore_user, BOOL fallback)
{
    WCHAR *wide = widen(subkey), *wide_name = widen(name);
    BOOL result = wide ? SHRegGetBoolUSValueW(wide, wide_name, ignore_user, fallback) : fallback;

    release(wide_name);
    release(wide);
    return result;
}

/* --- writing --- */

/* SHREGSET_HKCU and _HKLM write only where there is no value yet, the FORCE ones in any case. */
static LONG write_one(HKEY key, const WCHAR *name, DWORD type, const void *data, DWORD size, BOOL force)
{
    if (!key)
        return ERROR_SUCCESS;
    if (!force && !RegQueryValueExW(key, name, NULL, NULL, NULL, NULL))
        return ERROR_SUCCESS;
    return RegSetValueExW(key, name, 0, type, data, size);
}

LONG WINAPI SHRegWriteUSValueW(HUSKEY handle, LPCWSTR name, DWORD type, const void *data, DWORD size, DWORD flags)
{
    const struct user_key *key = (struct user_key *)handle;
    LONG error = ERROR_SUCCESS;

    if (!key || !(flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU | SHREGSET_HKLM | SHREGSET_FORCE_HKLM)))
        return ERROR_INVALID_PARAMETER;
    if (flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU))
        error = write_one(key->user, name, type, data, size, flags & SHREGSET_FORCE_HKCU);
    if (!error && flags & (SHREGSET_HKLM | SHREGSET_FORCE_HKLM))
        error = write_one(key->machine, name, type, data, size, flags & SHREGSET_FORCE_HKLM);
    return error;
}

LONG WINAPI SHRegSetUSValueW(LPCWSTR subkey, LPCWSTR name, DWORD type, const void *data, DWORD size, DWORD flags)
{
    HUSKEY key;
    LONG error = SHRegCreateUSKeyW(subkey, KEY_QUERY_VALUE | KEY_SET_VALUE, NULL, &key, flags);

    if (error)
        return error;
    error = SHRegWriteUSValueW(key, name, type, data, size, flags);
    SHRegCloseUSKey(key);
    return error;
}

/* --- deleting --- */

LONG WINAPI SHRegDeleteUSValueW(HUSKEY handle, LPCWSTR name, SHREGDEL_FLAGS flags)
{
    const struct user_key *key = (struct user_key *)handle;
    LONG error = ERROR_FILE_NOT_FOUND;

    if (!key)
        return ERROR_INVALID_PARAMETER;
    if ((flags == SHREGDEL_DEFAULT || flags & SHREGDEL_HKCU) && key->user)
        error = RegDeleteValueW(key->user, name);
    /* By default where it is found first. */
    if (((flags == SHREGDEL_DEFAULT && error) || flags & SHREGDEL_HKLM) && key->machine)
        error = RegDeleteValueW(key->machine, name);
    return error;
}

LONG WINAPI SHRegDeleteUSValueA(HUSKEY key, LPCSTR name, SHREGDEL_FLAGS flags)
{
    WCHAR *wide = widen(name);
    LONG error = SHRegDeleteUSValueW(key, wide, flags);

    release(wide);
    return error;
}

/* --- enumerating: by default the user's key if there is one --- */

static HKEY enumerated(HUSKEY handle, SHREGENUM_FLAGS flags)
{
    const struct user_key *key = (struct user_key *)handle;

    if (!key)
        return NULL;
    if (flags == SHREGENUM_HKCU)
        return key->user;
    if (flags == SHREGENUM_HKLM)
        return key->machine;
    return key->user ? key->user : key->machine;
}

LONG WINAPI SHRegEnumUSKeyW(HUSKEY key, DWORD index, LPWSTR name, LPDWORD length, SHREGENUM_FLAGS flags)
{
    HKEY one = enumerated(key, flags);

    return one ? RegEnumKeyExW(one, index, name, length, NULL, NULL, NULL, NULL) : ERROR_INVALID_HANDLE;
}

LONG WINAPI SHRegEnumUSKeyA(HUSKEY key, DWORD index, LPSTR name, LPDWORD length, SHREGENUM_FLAGS flags)
{
    HKEY one = enumerated(key, flags);

    return one ? RegEnumKeyExA(one, index, name, length, NULL, NULL, NULL, NULL) : ERROR_INVALID_HANDLE;
}

LONG WINAPI SHRegEnumUSValueW(HUSKEY key, DWORD index, LPWSTR name, LPDWORD length, LPDWORD type, void *data,
                              LPDWORD size, SHREGENUM_FLAGS flags)
{
    HKEY one = enumerated(key, flags);

    return one ? RegEnumValueW(one, index, name, length, NULL, type, data, size) : ERROR_INVALID_HANDLE;
}

LONG WINAPI SHRegEnumUSValueA(HUSKEY key, DWORD index, LPSTR name, LPDWORD length, LPDWORD type, void *data,
                              LPDWORD size, SHREGENUM_FLAGS flags)
{
    HKEY one = enumerated(key, flags);

    return one ? RegEnumValueA(one, index, name, length, NULL, type, data, size) : ERROR_INVALID_HANDLE;
}

LONG WINAPI SHRegQueryInfoUSKeyW(HUSKEY key, LPDWORD subkeys, LPDWORD max_subkey, LPDWORD values, LPDWORD max_name,
                                 SHREGENUM_FLAGS flags)
{
    HKEY one = enumerated(key, flags);

    return one ? RegQueryInfoKeyW(one, NULL, NULL, NULL, subkeys, max_subkey, NULL, values, max_name, NULL, NULL, NULL)
               : ERROR_INVALID_HANDLE;
}

LONG WINAPI SHRegQueryInfoUSKeyA(HUSKEY key, LPDWORD subkeys, LPDWORD max_subkey, LPDWORD values, LPDWORD max_name,
                                 SHREGENUM_FLAGS flags)
{
    return SHRegQueryInfoUSKeyW(key, subkeys, max_subkey, values, max_name, flags);
}
