/* SPDX-License-Identifier: MIT */
/* secext.c: the user's name in several forms. This computer is in no domain, so that most of them do not exist. */
#define SECURITY_WIN32
#include "nt.h"
#include "ntdll.h"
#include <sspi.h>
#include <secext.h>
#include <wchar.h>

static BOOLEAN fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

BOOLEAN SEC_ENTRY GetUserNameExW(EXTENDED_NAME_FORMAT format, LPWSTR name, PULONG size)
{
    WCHAR text[600];
    DWORD length = 256, domain;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    switch (format) {
    case NameSamCompatible:
        if (!GetComputerNameExW(ComputerNameNetBIOS, text, &length))
            return FALSE;
        text[length++] = '\\';
        break;
    case NameDisplay:
        length = 0;
        break;
    case NameUnknown:
    default:
        return fail(ERROR_NONE_MAPPED);
    }
    /* The environment's: the account's name comes from there as well. */
    domain = length;
    length = GetEnvironmentVariableW(L"USERNAME", text + domain, 257);
    if (!length || length > 256)
        return fail(ERROR_NONE_MAPPED);
    length += domain;
    if (!name || *size <= length) {
        *size = length + 1;
        return fail(ERROR_MORE_DATA);
    }
    wcscpy(name, text);
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
