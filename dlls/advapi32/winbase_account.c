/* SPDX-License-Identifier: MIT */
/* winbase_account.c: names of users, groups and privileges. */
#include "advapi32_private.h"

PSID user_sid(void)
{
    BYTE buffer[sizeof(TOKEN_USER) + SID_SIZE];
    TOKEN_USER *user = (TOKEN_USER *)buffer;
    HANDLE token;
    DWORD size;
    BOOL ok;
    PSID sid;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    ok = GetTokenInformation(token, TokenUser, user, sizeof(buffer), &size);
    CloseHandle(token);
    if (!ok || !(sid = heap_alloc(GetLengthSid(user->User.Sid))))
        return NULL;
    CopySid(GetLengthSid(user->User.Sid), sid, user->User.Sid);
    return sid;
}

/* The user's name, as the process's environment had it at its start. */
static WCHAR user_name[257];

static const WCHAR *get_user_name(void)
{
    if (!user_name[0] && !GetEnvironmentVariableW(L"USERNAME", user_name, ARRAY_SIZE(user_name)))
        wcscpy(user_name, L"user");
    return user_name;
}

BOOL WINAPI GetUserNameW(LPWSTR buffer, LPDWORD size)
{
    const WCHAR *name = get_user_name();
    DWORD len = wcslen(name) + 1;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!buffer || *size < len) {
        *size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(buffer, name, len * sizeof(WCHAR));
    *size = len;
    return TRUE;
}

BOOL WINAPI GetUserNameA(LPSTR buffer, LPDWORD size)
{
    const WCHAR *name = get_user_name();
    DWORD len = WideCharToMultiByte(CP_ACP, 0, name, -1, NULL, 0, NULL, NULL);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!buffer || *size < len) {
        *size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = WideCharToMultiByte(CP_ACP, 0, name, -1, buffer, *size, NULL, NULL);
    return TRUE;
}

/* --- accounts: the well-known ones ("Well-known SIDs") and the user --- */

static const struct account {
    const WCHAR *sid, *domain, *name;
    SID_NAME_USE use;
} accounts[] = {
    { L"S-1-0-0", L"", L"NULL SID", SidTypeWellKnownGroup },
    { L"S-1-1-0", L"", L"Everyone", SidTypeWellKnownGroup },
    { L"S-1-2-0", L"", L"LOCAL", SidTypeWellKnownGroup },
    { L"S-1-3-0", L"", L"CREATOR OWNER", SidTypeWellKnownGroup },
    { L"S-1-3-1", L"", L"CREATOR GROUP", SidTypeWellKnownGroup },
    { L"S-1-5-1", L"NT AUTHORITY", L"DIALUP", SidTypeWellKnownGroup },
    { L"S-1-5-2", L"NT AUTHORITY", L"NETWORK", SidTypeWellKnownGroup },
    { L"S-1-5-3", L"NT AUTHORITY", L"BATCH", SidTypeWellKnownGroup },
    { L"S-1-5-4", L"NT AUTHORITY", L"INTERACTIVE", SidTypeWellKnownGroup },
    { L"S-1-5-6", L"NT AUTHORITY", L"SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-7", L"NT AUTHORITY", L"ANONYMOUS LOGON", SidTypeWellKnownGroup },
    { L"S-1-5-10", L"NT AUTHORITY", L"SELF", SidTypeWellKnownGroup },
    { L"S-1-5-11", L"NT AUTHORITY", L"Authenticated Users", SidTypeWellKnownGroup },
    { L"S-1-5-12", L"NT AUTHORITY", L"RESTRICTED", SidTypeWellKnownGroup },
    { L"S-1-5-18", L"NT AUTHORITY", L"SYSTEM", SidTypeWellKnownGroup },
    { L"S-1-5-19", L"NT AUTHORITY", L"LOCAL SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-20", L"NT AUTHORITY", L"NETWORK SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-32", L"BUILTIN", L"BUILTIN", SidTypeDomain },
    { L"S-1-5-32-544", L"BUILTIN", L"Administrators", SidTypeAlias },
    { L"S-1-5-32-545", L"BUILTIN", L"Users", SidTypeAlias },
    { L"S-1-5-32-546", L"BUILTIN", L"Guests", SidTypeAlias },
    { L"S-1-5-32-547", L"BUILTIN", L"Power Users", SidTypeAlias },
    { L"S-1-5-32-551", L"BUILTIN", L"Backup Operators", SidTypeAlias },
    { L"S-1-16-4096", L"Mandatory Label", L"Low Mandatory Level", SidTypeLabel },
    { L"S-1-16-8192", L"Mandatory Label", L"Medium Mandatory Level", SidTypeLabel },
    { L"S-1-16-12288", L"Mandatory Label", L"High Mandatory Level", SidTypeLabel },
    { L"S-1-16-16384", L"Mandatory Label", L"System Mandatory Level", SidTypeLabel },
};

/* Fills name and domain as LookupAccountSid documents: sizes with the zero if too small, without it on success. */
static BOOL return_names(const WCHAR *account, const WCHAR *domain, LPWSTR name, LPDWORD name_size, LPWSTR domain_name,
                         LPDWORD domain_size)
{
    DWORD name_len = wcslen(account), domain_len = wcslen(domain);
    BOOL fits = (!name_size || (name && *name_size > name_len)) && (domain_name && *domain_size > domain_len);

    if (!fits) {
        if (name_size)
            *name_size = name_len + 1;
        *domain_size = domain_len + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (name_size) {
        wcscpy(name, account);
        *name_size = name_len;
    }
    wcscpy(domain_name, domain);
    *domain_size = domain_len;
    return TRUE;
}

static BOOL computer_name(WCHAR buffer[MAX_COMPUTERNAME_LENGTH + 1])
{
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    return GetComputerNameW(buffer, &size);
}

BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_size, LPWSTR domain,
                              LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1] = { 0 };
    PSID user;
    BOOL is_user;

    (void)system;
    if (!sid || !IsValidSid(sid) || !name_size || !domain_size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    for (UINT i = 0; i < ARRAY_SIZE(accounts); i++) {
        BYTE known[SID_SIZE];
        const WCHAR *end;
        if (parse_sid(accounts[i].sid, &end, known) && EqualSid(sid, known)) {
            *use = accounts[i].use;
            return return_names(accounts[i].name, accounts[i].domain, name, name_size, domain, domain_size);
        }
    }
    if (!(user = user_sid()))
        return FALSE;
    is_user = EqualSid(user, sid);
    heap_free(user);
    if (!is_user)
        return fail(ERROR_NONE_MAPPED);
    *use = SidTypeUser;
    computer_name(computer);
    return return_names(get_user_name(), computer, name, name_size, domain, domain_size);
}

BOOL WINAPI LookupAccountSidA(LPCSTR system, PSID sid, LPSTR name, LPDWORD name_size, LPSTR domain, LPDWORD domain_size,
                              PSID_NAME_USE use)
{
    WCHAR wide_name[257], wide_domain[257];
    DWORD n = ARRAY_SIZE(wide_name), m = ARRAY_SIZE(wide_domain), name_len, domain_len;

    (void)system;
    if (!name_size || !domain_size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!LookupAccountSidW(NULL, sid, wide_name, &n, wide_domain, &m, use))
        return FALSE;
    name_len = WideCharToMultiByte(CP_ACP, 0, wide_name, -1, NULL, 0, NULL, NULL);
    domain_len = WideCharToMultiByte(CP_ACP, 0, wide_domain, -1, NULL, 0, NULL, NULL);
    if (!name || *name_size < name_len || !domain || *domain_size < domain_len) {
        *name_size = name_len;
        *domain_size = domain_len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *name_size = WideCharToMultiByte(CP_ACP, 0, wide_name, -1, name, *name_size, NULL, NULL) - 1;
    *domain_size = WideCharToMultiByte(CP_ACP, 0, wide_domain, -1, domain, *domain_size, NULL, NULL) - 1;
    return TRUE;
}

BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR account, PSID sid, LPDWORD sid_size, LPWSTR domain,
                               LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1] = { 0 };
    const WCHAR *name, *qualifier = NULL, *found_domain = NULL;
    SIZE_T qualifier_len = 0;
    BYTE buffer[SID_SIZE];
    DWORD length;
    PSID found = NULL, user = NULL;
    BOOL ok;

    (void)system;
    if (!account || !sid_size || !domain_size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    computer_name(computer);
    name = wcschr(account, '\\');
    if (name) {
        qualifier = account;
        qualifier_len = name - account;
        name++;
    } else {
        name = account;
    }
    for (UINT i = 0; i < ARRAY_SIZE(accounts) && !found; i++) {
        const WCHAR *end;
        if (CompareStringOrdinal(name, -1, accounts[i].name, -1, TRUE) != CSTR_EQUAL)
            continue;
        if (qualifier && CompareStringOrdinal(qualifier, qualifier_len, accounts[i].domain, -1, TRUE) != CSTR_EQUAL)
            continue;
        if (parse_sid(accounts[i].sid, &end, buffer)) {
            found = buffer;
            found_domain = accounts[i].domain;
            *use = accounts[i].use;
        }
    }
    if (!found && CompareStringOrdinal(name, -1, get_user_name(), -1, TRUE) == CSTR_EQUAL &&
        (!qualifier || (qualifier_len == 1 && *qualifier == '.') ||
         CompareStringOrdinal(qualifier, qualifier_len, computer, -1, TRUE) == CSTR_EQUAL)) {
        if (!(found = user = user_sid()))
            return FALSE;
        found_domain = computer;
        *use = SidTypeUser;
    }
    if (!found)
        return fail(ERROR_NONE_MAPPED);
    length = GetLengthSid(found);
    if (!sid || *sid_size < length || !domain || *domain_size <= wcslen(found_domain)) {
        *sid_size = length;
        *domain_size = wcslen(found_domain) + 1;
        ok = fail(ERROR_INSUFFICIENT_BUFFER);
    } else {
        CopySid(*sid_size, sid, found);
        wcscpy(domain, found_domain);
        *sid_size = length;
        *domain_size = wcslen(found_domain);
        ok = TRUE;
    }
    heap_free(user);
    return ok;
}

BOOL WINAPI LookupAccountNameA(LPCSTR system, LPCSTR account, PSID sid, LPDWORD sid_size, LPSTR domain,
                               LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR *wide, wide_domain[257];
    DWORD m = ARRAY_SIZE(wide_domain), size = SID_SIZE, len;
    BYTE buffer[SID_SIZE];
    BOOL ok;

    (void)system;
    if (!account || !sid_size || !domain_size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup(account)))
        return FALSE;
    ok = LookupAccountNameW(NULL, wide, buffer, &size, wide_domain, &m, use);
    heap_free(wide);
    if (!ok)
        return FALSE;
    len = WideCharToMultiByte(CP_ACP, 0, wide_domain, -1, NULL, 0, NULL, NULL);
    if (!sid || *sid_size < size || !domain || *domain_size < len) {
        *sid_size = size;
        *domain_size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(sid, buffer, size);
    *sid_size = size;
    *domain_size = WideCharToMultiByte(CP_ACP, 0, wide_domain, -1, domain, *domain_size, NULL, NULL) - 1;
    return TRUE;
}

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

static UINT find_privilege(const WCHAR *name)
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
    if (!(value = find_privilege(name)))
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
    if (!(value = find_privilege(name)))
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
