/* SPDX-License-Identifier: MIT */
/* winbase_account.c: names of users and groups (winbase.h). */
#include "account_private.h"

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

/* --- the user --- */

/* Of the thread's token, if it impersonates somebody, else the process's. */
static DWORD current_account(struct account *account)
{
    BYTE buffer[sizeof(TOKEN_USER) + SID_SIZE];
    TOKEN_USER *user = (TOKEN_USER *)buffer;
    HANDLE token;
    DWORD size;
    BOOL ok;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) &&
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return GetLastError();
    ok = GetTokenInformation(token, TokenUser, user, sizeof(buffer), &size);
    CloseHandle(token);
    return ok ? account_by_sid(user->User.Sid, account) : GetLastError();
}

BOOL WINAPI GetUserNameW(LPWSTR buffer, LPDWORD size)
{
    struct account account;
    DWORD error, length;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if ((error = current_account(&account)))
        return fail(error);
    length = wcslen(account.name) + 1;
    if (!buffer || *size < length) {
        *size = length;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(buffer, account.name, length * sizeof(WCHAR));
    *size = length;
    return TRUE;
}

BOOL WINAPI GetUserNameA(LPSTR buffer, LPDWORD size)
{
    struct account account;
    DWORD error, length;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if ((error = current_account(&account)))
        return fail(error);
    length = WideCharToMultiByte(CP_ACP, 0, account.name, -1, NULL, 0, NULL, NULL);
    if (!buffer || *size < length) {
        *size = length;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = WideCharToMultiByte(CP_ACP, 0, account.name, -1, buffer, *size, NULL, NULL);
    return TRUE;
}

/* --- accounts --- */

/* Only this computer can be asked. */
static BOOL check_system(const WCHAR *system)
{
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(computer);

    if (!system || !*system)
        return TRUE;
    while (*system == '\\')
        system++;
    if (CompareStringOrdinal(system, -1, L"localhost", -1, TRUE) == CSTR_EQUAL ||
        (GetComputerNameW(computer, &size) && CompareStringOrdinal(system, -1, computer, -1, TRUE) == CSTR_EQUAL))
        return TRUE;
    return fail(RPC_S_SERVER_UNAVAILABLE);
}

BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_size, LPWSTR domain,
                              LPDWORD domain_size, PSID_NAME_USE use)
{
    struct account account;
    DWORD error, name_length, domain_length;

    if (!sid || !IsValidSid(sid) || !name_size || !domain_size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    if (!check_system(system))
        return FALSE;
    if ((error = account_by_sid(sid, &account)))
        return fail(error);
    /* Sizes with the zero if too small, without it on success. */
    name_length = wcslen(account.name);
    domain_length = wcslen(account.domain);
    if (!name || *name_size <= name_length || !domain || *domain_size <= domain_length) {
        *name_size = name_length + 1;
        *domain_size = domain_length + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    wcscpy(name, account.name);
    wcscpy(domain, account.domain);
    *name_size = name_length;
    *domain_size = domain_length;
    *use = account.use;
    return TRUE;
}

BOOL WINAPI LookupAccountSidA(LPCSTR system, PSID sid, LPSTR name, LPDWORD name_size, LPSTR domain, LPDWORD domain_size,
                              PSID_NAME_USE use)
{
    WCHAR *wide = wide_dup(system);
    struct account account;
    DWORD error = ERROR_INVALID_PARAMETER, name_length, domain_length;

    if (sid && IsValidSid(sid) && name_size && domain_size && use)
        error = check_system(wide) ? account_by_sid(sid, &account) : GetLastError();
    heap_free(wide);
    if (error)
        return fail(error);
    name_length = WideCharToMultiByte(CP_ACP, 0, account.name, -1, NULL, 0, NULL, NULL);
    domain_length = WideCharToMultiByte(CP_ACP, 0, account.domain, -1, NULL, 0, NULL, NULL);
    if (!name || *name_size < name_length || !domain || *domain_size < domain_length) {
        *name_size = name_length;
        *domain_size = domain_length;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *name_size = WideCharToMultiByte(CP_ACP, 0, account.name, -1, name, *name_size, NULL, NULL) - 1;
    *domain_size = WideCharToMultiByte(CP_ACP, 0, account.domain, -1, domain, *domain_size, NULL, NULL) - 1;
    *use = account.use;
    return TRUE;
}

BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR name, PSID sid, LPDWORD sid_size, LPWSTR domain,
                               LPDWORD domain_size, PSID_NAME_USE use)
{
    struct account account;
    DWORD error, length;

    if (!name || !sid_size || !domain_size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    if (!check_system(system))
        return FALSE;
    if ((error = account_by_name(name, &account)))
        return fail(error);
    length = GetLengthSid(account.sid);
    if (!sid || *sid_size < length || !domain || *domain_size <= wcslen(account.domain)) {
        *sid_size = length;
        *domain_size = wcslen(account.domain) + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    CopySid(*sid_size, sid, account.sid);
    wcscpy(domain, account.domain);
    *sid_size = length;
    *domain_size = wcslen(account.domain);
    *use = account.use;
    return TRUE;
}

BOOL WINAPI LookupAccountNameA(LPCSTR system, LPCSTR name, PSID sid, LPDWORD sid_size, LPSTR domain,
                               LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR *wide_system = wide_dup(system), *wide = wide_dup(name);
    struct account account;
    DWORD error = ERROR_INVALID_PARAMETER, length;

    if (wide && sid_size && domain_size && use)
        error = check_system(wide_system) ? account_by_name(wide, &account) : GetLastError();
    heap_free(wide_system);
    heap_free(wide);
    if (error)
        return fail(error);
    length = WideCharToMultiByte(CP_ACP, 0, account.domain, -1, NULL, 0, NULL, NULL);
    if (!sid || *sid_size < GetLengthSid(account.sid) || !domain || *domain_size < length) {
        *sid_size = GetLengthSid(account.sid);
        *domain_size = length;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *sid_size = GetLengthSid(account.sid);
    CopySid(*sid_size, sid, account.sid);
    *domain_size = WideCharToMultiByte(CP_ACP, 0, account.domain, -1, domain, *domain_size, NULL, NULL) - 1;
    *use = account.use;
    return TRUE;
}
