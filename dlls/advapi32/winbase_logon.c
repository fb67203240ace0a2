/* SPDX-License-Identifier: MIT */
/* winbase_logon.c: logging on with a name and a password, and encrypted files (winbase.h). */
#include "advapi32_private.h"

/* --- other users: no password is known here, so none is right --- */

static BOOL refuse(const void *user, HANDLE *token)
{
    if (!user || !token)
        return fail(ERROR_INVALID_PARAMETER);
    return fail(ERROR_LOGON_FAILURE);
}

BOOL WINAPI LogonUserW(LPCWSTR user, LPCWSTR domain, LPCWSTR password, DWORD type, DWORD provider, PHANDLE token)
{
    (void)domain, (void)password, (void)type, (void)provider;
    return refuse(user, token);
}

BOOL WINAPI LogonUserA(LPCSTR user, LPCSTR domain, LPCSTR password, DWORD type, DWORD provider, PHANDLE token)
{
    (void)domain, (void)password, (void)type, (void)provider;
    return refuse(user, token);
}

BOOL WINAPI LogonUserExW(LPCWSTR user, LPCWSTR domain, LPCWSTR password, DWORD type, DWORD provider, PHANDLE token,
                         PSID *sid, PVOID *profile, LPDWORD profile_size, PQUOTA_LIMITS quota)
{
    HANDLE none;

    (void)domain, (void)password, (void)type, (void)provider, (void)sid, (void)profile, (void)profile_size, (void)quota;
    return refuse(user, token ? token : &none);
}

BOOL WINAPI LogonUserExA(LPCSTR user, LPCSTR domain, LPCSTR password, DWORD type, DWORD provider, PHANDLE token,
                         PSID *sid, PVOID *profile, LPDWORD profile_size, PQUOTA_LIMITS quota)
{
    HANDLE none;

    (void)domain, (void)password, (void)type, (void)provider, (void)sid, (void)profile, (void)profile_size, (void)quota;
    return refuse(user, token ? token : &none);
}

BOOL WINAPI LogonUserExExW(LPWSTR user, LPWSTR domain, LPWSTR password, DWORD type, DWORD provider,
                           PTOKEN_GROUPS groups, PHANDLE token, PSID *sid, PVOID *profile, LPDWORD profile_size,
                           PQUOTA_LIMITS quota)
{
    if (groups) /* "this parameter is not NULL: the caller must have SeTcbPrivilege" */
        return fail(ERROR_PRIVILEGE_NOT_HELD);
    return LogonUserExW(user, domain, password, type, provider, token, sid, profile, profile_size, quota);
}

/* "Even if you do not set the flag, the system functions as if it were set." No handles are inherited. */
#define WITH_TOKEN_FLAGS (CREATE_DEFAULT_ERROR_MODE | CREATE_NEW_CONSOLE | CREATE_NEW_PROCESS_GROUP)

BOOL WINAPI CreateProcessWithTokenW(HANDLE token, DWORD logon_flags, LPCWSTR application, LPWSTR command_line,
                                    DWORD flags, LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                                    LPPROCESS_INFORMATION info)
{
    if (logon_flags & ~(LOGON_WITH_PROFILE | LOGON_NETCREDENTIALS_ONLY) || !startup || !info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!token)
        return fail(ERROR_INVALID_HANDLE);
    if (!(flags & DETACHED_PROCESS))
        flags |= WITH_TOKEN_FLAGS;
    return CreateProcessAsUserW(token, application, command_line, NULL, NULL, FALSE, flags, environment, directory,
                                startup, info);
}

BOOL WINAPI CreateProcessWithLogonW(LPCWSTR user, LPCWSTR domain, LPCWSTR password, DWORD logon_flags,
                                    LPCWSTR application, LPWSTR command_line, DWORD flags, LPVOID environment,
                                    LPCWSTR directory, LPSTARTUPINFOW startup, LPPROCESS_INFORMATION info)
{
    (void)domain;
    if (!user || !password || !startup || !info || logon_flags & ~(LOGON_WITH_PROFILE | LOGON_NETCREDENTIALS_ONLY))
        return fail(ERROR_INVALID_PARAMETER);
    /* "The new process uses the same token as the caller": the credentials are for the network and are not checked. */
    if (logon_flags != LOGON_NETCREDENTIALS_ONLY)
        return fail(ERROR_LOGON_FAILURE);
    if (!(flags & DETACHED_PROCESS))
        flags |= WITH_TOKEN_FLAGS;
    return CreateProcessW(application, command_line, NULL, NULL, FALSE, flags, environment, directory, startup, info);
}

/* --- encrypted files: the file systems have none --- */

static BOOL exists(const WCHAR *name)
{
    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI EncryptFileW(LPCWSTR name)
{
    return exists(name) ? fail(ERROR_NOT_SUPPORTED) : FALSE;
}

BOOL WINAPI EncryptFileA(LPCSTR name)
{
    WCHAR *wide = wide_dup(name);
    BOOL ok = EncryptFileW(wide);

    heap_free(wide);
    return ok;
}

/* "If the file is not encrypted, DecryptFile simply returns a nonzero value, which indicates success." */
BOOL WINAPI DecryptFileW(LPCWSTR name, DWORD reserved)
{
    if (reserved)
        return fail(ERROR_INVALID_PARAMETER);
    return exists(name);
}

BOOL WINAPI DecryptFileA(LPCSTR name, DWORD reserved)
{
    WCHAR *wide = wide_dup(name);
    BOOL ok = DecryptFileW(wide, reserved);

    heap_free(wide);
    return ok;
}

BOOL WINAPI FileEncryptionStatusW(LPCWSTR name, LPDWORD status)
{
    if (!status)
        return fail(ERROR_INVALID_PARAMETER);
    if (!exists(name))
        return FALSE;
    *status = FILE_SYSTEM_NOT_SUPPORT;
    return TRUE;
}

BOOL WINAPI FileEncryptionStatusA(LPCSTR name, LPDWORD status)
{
    WCHAR *wide = wide_dup(name);
    BOOL ok = FileEncryptionStatusW(wide, status);

    heap_free(wide);
    return ok;
}

/* --- the hardware profile, of which there is one --- */

BOOL WINAPI GetCurrentHwProfileW(LPHW_PROFILE_INFOW info)
{
    static const WCHAR path[] = L"SYSTEM\\CurrentControlSet\\Control\\IDConfigDB\\Hardware Profiles\\0001";
    DWORD size = sizeof(info->szHwProfileGuid);
    LSTATUS error;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    info->dwDockInfo = DOCKINFO_UNDOCKED | DOCKINFO_USER_SUPPLIED;
    error = RegGetValueW(HKEY_LOCAL_MACHINE, path, L"HwProfileGuid", RRF_RT_REG_SZ, NULL, info->szHwProfileGuid, &size);
    size = sizeof(info->szHwProfileName);
    if (!error)
        error =
            RegGetValueW(HKEY_LOCAL_MACHINE, path, L"FriendlyName", RRF_RT_REG_SZ, NULL, info->szHwProfileName, &size);
    return error ? fail(ERROR_REGISTRY_CORRUPT) : TRUE;
}

BOOL WINAPI GetCurrentHwProfileA(LPHW_PROFILE_INFOA info)
{
    HW_PROFILE_INFOW wide;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetCurrentHwProfileW(&wide))
        return FALSE;
    info->dwDockInfo = wide.dwDockInfo;
    WideCharToMultiByte(CP_ACP, 0, wide.szHwProfileGuid, -1, info->szHwProfileGuid, sizeof(info->szHwProfileGuid), NULL,
                        NULL);
    WideCharToMultiByte(CP_ACP, 0, wide.szHwProfileName, -1, info->szHwProfileName, sizeof(info->szHwProfileName), NULL,
                        NULL);
    return TRUE;
}
