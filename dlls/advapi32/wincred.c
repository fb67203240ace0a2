/* SPDX-License-Identifier: MIT */
/*
 * wincred.c: stored credentials (wincred.h). There is no store, which the functions say as they do in a network logon session:
 * "ERROR_NO_SUCH_LOGON_SESSION: The logon session does not exist or there is no credential set associated with this logon
 * session. Network logon sessions do not have an associated credential set."
 */
#include "advapi32_private.h"
#include <wincred.h>

#ifndef CRED_ENUMERATE_ALL_CREDENTIALS
#define CRED_ENUMERATE_ALL_CREDENTIALS 1
#endif

#define NO_CREDENTIALS fail(ERROR_NO_SUCH_LOGON_SESSION)

VOID WINAPI CredFree(PVOID buffer)
{
    heap_free(buffer);
}

BOOL WINAPI CredReadW(LPCWSTR target, DWORD type, DWORD flags, PCREDENTIALW *credential)
{
    if (flags || !target || !*target || !credential || !type || type >= CRED_TYPE_MAXIMUM_EX)
        return fail(flags ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredReadA(LPCSTR target, DWORD type, DWORD flags, PCREDENTIALA *credential)
{
    if (flags || !target || !*target || !credential || !type || type >= CRED_TYPE_MAXIMUM_EX)
        return fail(flags ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredWriteW(PCREDENTIALW credential, DWORD flags)
{
    if (!credential || flags & ~(DWORD)CRED_PRESERVE_CREDENTIAL_BLOB)
        return fail(credential ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredWriteA(PCREDENTIALA credential, DWORD flags)
{
    if (!credential || flags & ~(DWORD)CRED_PRESERVE_CREDENTIAL_BLOB)
        return fail(credential ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredDeleteW(LPCWSTR target, DWORD type, DWORD flags)
{
    if (flags || !target || !type)
        return fail(flags ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredDeleteA(LPCSTR target, DWORD type, DWORD flags)
{
    if (flags || !target || !type)
        return fail(flags ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredEnumerateW(LPCWSTR filter, DWORD flags, DWORD *count, PCREDENTIALW **credentials)
{
    (void)filter;
    if (!count || !credentials || flags & ~(DWORD)CRED_ENUMERATE_ALL_CREDENTIALS)
        return fail(count && credentials ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredEnumerateA(LPCSTR filter, DWORD flags, DWORD *count, PCREDENTIALA **credentials)
{
    (void)filter;
    if (!count || !credentials || flags & ~(DWORD)CRED_ENUMERATE_ALL_CREDENTIALS)
        return fail(count && credentials ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    return NO_CREDENTIALS;
}

BOOL WINAPI CredRenameW(LPCWSTR old, LPCWSTR new, DWORD type, DWORD flags)
{
    (void)old, (void)new, (void)type, (void)flags;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredRenameA(LPCSTR old, LPCSTR new, DWORD type, DWORD flags)
{
    (void)old, (void)new, (void)type, (void)flags;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredGetTargetInfoW(LPCWSTR target, DWORD flags, PCREDENTIAL_TARGET_INFORMATIONW *info)
{
    (void)target, (void)flags, (void)info;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredGetTargetInfoA(LPCSTR target, DWORD flags, PCREDENTIAL_TARGET_INFORMATIONA *info)
{
    (void)target, (void)flags, (void)info;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredWriteDomainCredentialsW(PCREDENTIAL_TARGET_INFORMATIONW info, PCREDENTIALW credential, DWORD flags)
{
    (void)info, (void)credential, (void)flags;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredReadDomainCredentialsW(PCREDENTIAL_TARGET_INFORMATIONW info, DWORD flags, DWORD *count,
                                       PCREDENTIALW **credentials)
{
    (void)info, (void)flags, (void)count, (void)credentials;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredReadDomainCredentialsA(PCREDENTIAL_TARGET_INFORMATIONA info, DWORD flags, DWORD *count,
                                       PCREDENTIALA **credentials)
{
    (void)info, (void)flags, (void)count, (void)credentials;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredFindBestCredentialW(LPCWSTR target, DWORD type, DWORD flags, PCREDENTIALW *credential)
{
    (void)target, (void)type, (void)flags, (void)credential;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredFindBestCredentialA(LPCSTR target, DWORD type, DWORD flags, PCREDENTIALA *credential)
{
    (void)target, (void)type, (void)flags, (void)credential;
    return NO_CREDENTIALS;
}

BOOL WINAPI CredGetSessionTypes(DWORD count, LPDWORD persistence)
{
    (void)count, (void)persistence;
    return NO_CREDENTIALS;
}

/* Marshalled credentials are user names that begin with "@@". */
BOOL WINAPI CredIsMarshaledCredentialW(LPCWSTR name)
{
    return name && name[0] == '@' && name[1] == '@' ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI CredIsMarshaledCredentialA(LPCSTR name)
{
    return name && name[0] == '@' && name[1] == '@' ? TRUE : fail(ERROR_INVALID_PARAMETER);
}
