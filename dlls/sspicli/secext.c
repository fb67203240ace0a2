/* SPDX-License-Identifier: MIT */
/* secext.c: the user's name in several forms. This computer is in no domain, so that most of them do not exist. */
#define SECURITY_WIN32
#include "nt.h"
#include "ntdll.h"
#include <sspi.h>
#include <secext.h>
#include <wchar.h>
#include "unix_account.h"
#include "unix_call.h"

static BOOLEAN fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* "domain\\name" of the user that the thread acts as; the length of the domain with its separator. */
static DWORD account_name(WCHAR text[600])
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    WCHAR name[257], domain[257];
    DWORD size, n = 257, m = 257;
    SID_NAME_USE use;
    HANDLE token;
    BOOL ok;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) &&
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return 0;
    ok = GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size) &&
         LookupAccountSidW(NULL, ((TOKEN_USER *)buffer)->User.Sid, name, &n, domain, &m, &use);
    CloseHandle(token);
    if (!ok)
        return 0;
    wcscpy(text, domain);
    wcscat(text, L"\\");
    wcscat(text, name);
    return (DWORD)wcslen(domain) + 1;
}

/* The full name, as the system has it. */
static BOOL display_name(const WCHAR *name, WCHAR text[600])
{
    struct unix_account account = { .kind = UNIX_ACCOUNT_USER, .by_name = 1 };

    WideCharToMultiByte(CP_UTF8, 0, name, -1, account.name, sizeof(account.name), NULL, NULL);
    return !NtTransomUnixCall(UNIX_MODULE_ACCOUNTS, UNIX_ACCOUNT_GET, &account) && account.found &&
           account.comment[0] && MultiByteToWideChar(CP_UTF8, 0, account.comment, -1, text, 600);
}

BOOLEAN SEC_ENTRY GetUserNameExW(EXTENDED_NAME_FORMAT format, LPWSTR name, PULONG size)
{
    WCHAR text[600], full[600];
    const WCHAR *result = text;
    DWORD domain, length;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (format != NameSamCompatible && format != NameDisplay)
        return fail(ERROR_NONE_MAPPED);
    if (!(domain = account_name(text)))
        return FALSE;
    if (format == NameDisplay)
        result = display_name(text + domain, full) ? full : text + domain;
    length = (DWORD)wcslen(result);
    if (!name || *size <= length) {
        *size = length + 1;
        return fail(ERROR_MORE_DATA);
    }
    wcscpy(name, result);
    *size = length;
    return TRUE;
}

BOOLEAN SEC_ENTRY GetUserNameExA(EXTENDED_NAME_FORMAT format, LPSTR name, PULONG size)
{
    WCHAR wide[600];
    ULONG length = 600;
    int need;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetUserNameExW(format, wide, &length))
        return FALSE;
    need = WideCharToMultiByte(CP_ACP, 0, wide, -1, NULL, 0, NULL, NULL);
    if (!name || *size < (ULONG)need) {
        *size = need;
        return fail(ERROR_MORE_DATA);
    }
    WideCharToMultiByte(CP_ACP, 0, wide, -1, name, need, NULL, NULL);
    *size = need - 1;
    return TRUE;
}
