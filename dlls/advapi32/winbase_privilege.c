/* SPDX-License-Identifier: MIT */
/* winbase_privilege.c: names of privileges (winbase.h). */
#include "account_private.h"

/* --- privileges: names and texts of "Privilege Constants"; the value is the index --- */

static const struct {
    const WCHAR *name, *text;
} privileges[] = {
    [2] = { L"SeCreateTokenPrivilege", L"Create a token object" },
    [3] = { L"SeAssignPrimaryTokenPrivilege", L"Replace a process-level token" },
    [4] = { L"SeLockMemoryPrivilege", L"Lock pages in memory" },
    [5] = { L"SeIncreaseQuotaPrivilege", L"Adjust memory quotas for a process" },
    [6] = { L"SeMachineAccountPrivilege", L"Add workstations to domain" },
    [7] = { L"SeTcbPrivilege", L"Act as part of the operating system" },
    [8] = { L"SeSecurityPrivilege", L"Manage auditing and security log" },
    [9] = { L"SeTakeOwnershipPrivilege", L"Take ownership of files or other objects" },
    [10] = { L"SeLoadDriverPrivilege", L"Load and unload device drivers" },
    [11] = { L"SeSystemProfilePrivilege", L"Profile system performance" },
    [12] = { L"SeSystemtimePrivilege", L"Change the system time" },
    [13] = { L"SeProfileSingleProcessPrivilege", L"Profile single process" },
    [14] = { L"SeIncreaseBasePriorityPrivilege", L"Increase scheduling priority" },
    [15] = { L"SeCreatePagefilePrivilege", L"Create a pagefile" },
    [16] = { L"SeCreatePermanentPrivilege", L"Create permanent shared objects" },
    [17] = { L"SeBackupPrivilege", L"Back up files and directories" },
    [18] = { L"SeRestorePrivilege", L"Restore files and directories" },
    [19] = { L"SeShutdownPrivilege", L"Shut down the system" },
    [20] = { L"SeDebugPrivilege", L"Debug programs" },
    [21] = { L"SeAuditPrivilege", L"Generate security audits" },
    [22] = { L"SeSystemEnvironmentPrivilege", L"Modify firmware environment values" },
    [23] = { L"SeChangeNotifyPrivilege", L"Bypass traverse checking" },
    [24] = { L"SeRemoteShutdownPrivilege", L"Force shutdown from a remote system" },
    [25] = { L"SeUndockPrivilege", L"Remove computer from docking station" },
    [26] = { L"SeSyncAgentPrivilege", L"Synchronize directory service data" },
    [27] = { L"SeEnableDelegationPrivilege", L"Enable computer and user accounts to be trusted for delegation" },
    [28] = { L"SeManageVolumePrivilege", L"Perform volume maintenance tasks" },
    [29] = { L"SeImpersonatePrivilege", L"Impersonate a client after authentication" },
    [30] = { L"SeCreateGlobalPrivilege", L"Create global objects" },
    [31] = { L"SeTrustedCredManAccessPrivilege", L"Access Credential Manager as a trusted caller" },
    [32] = { L"SeRelabelPrivilege", L"Modify an object label" },
    [33] = { L"SeIncreaseWorkingSetPrivilege", L"Increase a process working set" },
    [34] = { L"SeTimeZonePrivilege", L"Change the time zone" },
    [35] = { L"SeCreateSymbolicLinkPrivilege", L"Create symbolic links" },
    [36] = { L"SeDelegateSessionUserImpersonatePrivilege",
             L"Obtain an impersonation token for another user in the same session" },
};

const WCHAR *privilege_name(const LUID *luid)
{
    return luid->HighPart || luid->LowPart < PRIVILEGE_FIRST || luid->LowPart > PRIVILEGE_LAST
               ? NULL
               : privileges[luid->LowPart].name;
}

const WCHAR *privilege_text(DWORD number)
{
    return privileges[number].text;
}

DWORD privilege_number(const WCHAR *name)
{
    for (UINT i = 2; i < ARRAY_SIZE(privileges); i++) {
        if (CompareStringOrdinal(privileges[i].name, -1, name, -1, TRUE) == CSTR_EQUAL)
            return i;
    }
    return 0;
}

BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid)
{
    UINT value;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!name || !luid)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(value = privilege_number(name)))
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    luid->LowPart = value;
    luid->HighPart = 0;
    return TRUE;
}

BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid)
{
    WCHAR *wide;
    BOOL ok;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup(name)))
        return FALSE;
    ok = LookupPrivilegeValueW(NULL, wide, luid);
    heap_free(wide);
    return ok;
}

BOOL WINAPI LookupPrivilegeNameW(LPCWSTR system, PLUID luid, LPWSTR name, LPDWORD size)
{
    const WCHAR *found;
    DWORD len;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!luid || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (luid->HighPart || luid->LowPart < 2 || luid->LowPart >= ARRAY_SIZE(privileges))
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    found = privileges[luid->LowPart].name;
    len = wcslen(found);
    if (!name || *size <= len) {
        *size = len + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    wcscpy(name, found);
    *size = len;
    return TRUE;
}

BOOL WINAPI LookupPrivilegeNameA(LPCSTR system, PLUID luid, LPSTR name, LPDWORD size)
{
    WCHAR wide[64];
    DWORD n = ARRAY_SIZE(wide);

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!LookupPrivilegeNameW(NULL, luid, wide, &n))
        return FALSE;
    if (!name || *size <= n) {
        *size = n + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = WideCharToMultiByte(CP_ACP, 0, wide, -1, name, *size, NULL, NULL) - 1;
    return TRUE;
}

BOOL WINAPI LookupPrivilegeDisplayNameW(LPCWSTR system, LPCWSTR name, LPWSTR text, LPDWORD size, LPDWORD language)
{
    UINT value;
    DWORD len;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!name || !size || !language)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(value = privilege_number(name)))
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    len = wcslen(privileges[value].text);
    if (!text || *size <= len) {
        *size = len + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    wcscpy(text, privileges[value].text);
    *size = len;
    *language = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    return TRUE;
}

BOOL WINAPI LookupPrivilegeDisplayNameA(LPCSTR system, LPCSTR name, LPSTR text, LPDWORD size, LPDWORD language)
{
    WCHAR *wide;
    DWORD value, length;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!name || !size || !language)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup(name)))
        return FALSE;
    value = privilege_number(wide);
    heap_free(wide);
    if (!value)
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    length = WideCharToMultiByte(CP_ACP, 0, privileges[value].text, -1, NULL, 0, NULL, NULL);
    if (!text || *size < length) {
        *size = length;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = WideCharToMultiByte(CP_ACP, 0, privileges[value].text, -1, text, *size, NULL, NULL) - 1;
    *language = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    return TRUE;
}
