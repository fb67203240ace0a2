/* SPDX-License-Identifier: MIT */
/* secext.c: names of accounts in a directory service (secext.h), in which this computer is not. */
#define SECURITY_WIN32
#include "nt.h"
#include <sspi.h>
#include <secext.h>

static BOOLEAN fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* "TranslateName ... does not support local accounts": all there are. */
BOOLEAN SEC_ENTRY TranslateNameW(LPCWSTR account, EXTENDED_NAME_FORMAT format, EXTENDED_NAME_FORMAT wanted, LPWSTR name,
                                 PULONG size)
{
    (void)format, (void)wanted, (void)name;
    return fail(account && size ? ERROR_NONE_MAPPED : ERROR_INVALID_PARAMETER);
}

BOOLEAN SEC_ENTRY TranslateNameA(LPCSTR account, EXTENDED_NAME_FORMAT format, EXTENDED_NAME_FORMAT wanted, LPSTR name,
                                 PULONG size)
{
    (void)format, (void)wanted, (void)name;
    return fail(account && size ? ERROR_NONE_MAPPED : ERROR_INVALID_PARAMETER);
}

BOOLEAN SEC_ENTRY GetComputerObjectNameW(EXTENDED_NAME_FORMAT format, LPWSTR name, PULONG size)
{
    (void)format, (void)name;
    return fail(size ? ERROR_CANT_ACCESS_DOMAIN_INFO : ERROR_INVALID_PARAMETER);
}

BOOLEAN SEC_ENTRY GetComputerObjectNameA(EXTENDED_NAME_FORMAT format, LPSTR name, PULONG size)
{
    (void)format, (void)name;
    return fail(size ? ERROR_CANT_ACCESS_DOMAIN_INFO : ERROR_INVALID_PARAMETER);
}
