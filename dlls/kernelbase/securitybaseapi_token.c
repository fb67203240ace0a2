/* SPDX-License-Identifier: MIT */
/* securitybaseapi_token.c: access tokens, impersonation and access checks; processthreadsapi.h's ways to open a token. */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* --- opening and copying --- */

BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, HANDLE *token)
{
    return set_ntstatus(NtOpenProcessToken(process, access, token));
}

BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, HANDLE *token)
{
    return set_ntstatus(NtOpenThreadToken(thread, access, !!as_self, token));
}

BOOL WINAPI DuplicateTokenEx(HANDLE token, DWORD access, SECURITY_ATTRIBUTES *security,
                             SECURITY_IMPERSONATION_LEVEL level, TOKEN_TYPE type, HANDLE *result)
{
    SECURITY_QUALITY_OF_SERVICE qos = { sizeof(qos), level, SECURITY_STATIC_TRACKING, FALSE };
    OBJECT_ATTRIBUTES attr;

    InitializeObjectAttributes(&attr, NULL, security && security->bInheritHandle ? OBJ_INHERIT : 0, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    attr.SecurityQualityOfService = &qos;
    return set_ntstatus(NtDuplicateToken(token, access, &attr, FALSE, type, result));
}

BOOL WINAPI DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, HANDLE *result)
{
    return DuplicateTokenEx(token, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL, level, TokenImpersonation, result);
}

/* --- what a token says --- */

BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class, void *info, DWORD size, DWORD *needed)
{
    return set_ntstatus(NtQueryInformationToken(token, class, info, size, needed));
}

BOOL WINAPI SetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class, void *info, DWORD size)
{
    return set_ntstatus(NtSetInformationToken(token, class, info, size));
}

/* Success with "not all assigned" is told by the last error only, which success therefore clears. */
BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all, TOKEN_PRIVILEGES *wanted, DWORD size,
                                  TOKEN_PRIVILEGES *previous, DWORD *needed)
{
    NTSTATUS status = NtAdjustPrivilegesToken(token, !!disable_all, wanted, size, previous, needed);

    SetLastError(RtlNtStatusToDosError(status));
    return NT_SUCCESS(status);
}

BOOL WINAPI AdjustTokenGroups(HANDLE token, BOOL reset, TOKEN_GROUPS *wanted, DWORD size, TOKEN_GROUPS *previous,
                              DWORD *needed)
{
    NTSTATUS status = NtAdjustGroupsToken(token, !!reset, wanted, size, previous, needed);

    SetLastError(RtlNtStatusToDosError(status));
    return NT_SUCCESS(status);
}

BOOL WINAPI PrivilegeCheck(HANDLE token, PRIVILEGE_SET *required, BOOL *result)
{
    BOOLEAN held = FALSE;
    NTSTATUS status = NtPrivilegeCheck(token, required, &held);

    if (!status)
        *result = held;
    return set_ntstatus(status);
}

BOOL WINAPI AllocateLocallyUniqueId(LUID *luid)
{
    return set_ntstatus(NtAllocateLocallyUniqueId(luid));
}

BOOL WINAPI IsTokenRestricted(HANDLE token)
{
    DWORD size = 0;
    TOKEN_GROUPS *groups;
    NTSTATUS status = NtQueryInformationToken(token, TokenRestrictedSids, NULL, 0, &size);
    BOOL restricted = FALSE;

    SetLastError(ERROR_SUCCESS);
    if (status != STATUS_BUFFER_TOO_SMALL)
        return set_ntstatus(status) && FALSE;
    if (!(groups = kb_alloc(size)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (set_ntstatus(NtQueryInformationToken(token, TokenRestrictedSids, groups, size, &size)))
        restricted = groups->GroupCount != 0;
    kb_free(groups);
    return restricted;
}

/* A TOKEN_GROUPS or TOKEN_PRIVILEGES made of a count and an array: `size` bytes an entry, from `offset` on. */
static void *counted_array(DWORD count, const void *entries, SIZE_T offset, SIZE_T size)
{
    void *list = kb_alloc(offset + count * size);

    if (!list)
        return NULL;
    *(DWORD *)list = count;
    if (count)
        memcpy((char *)list + offset, entries, count * size);
    return list;
}

BOOL WINAPI CreateRestrictedToken(HANDLE token, DWORD flags, DWORD disable_count, SID_AND_ATTRIBUTES *disable,
                                  DWORD delete_count, LUID_AND_ATTRIBUTES *delete, DWORD restrict_count,
                                  SID_AND_ATTRIBUTES *restricting, HANDLE *result)
{
    TOKEN_GROUPS *disabled, *restricted;
    TOKEN_PRIVILEGES *deleted;
    NTSTATUS status = STATUS_NO_MEMORY;

    disabled = counted_array(disable_count, disable, offsetof(TOKEN_GROUPS, Groups), sizeof(*disable));
    deleted = counted_array(delete_count, delete, offsetof(TOKEN_PRIVILEGES, Privileges), sizeof(*delete));
    restricted = counted_array(restrict_count, restricting, offsetof(TOKEN_GROUPS, Groups), sizeof(*restricting));
    if (disabled && deleted && restricted)
        status = NtFilterToken(token, flags, disabled, deleted, restricted, result);
    kb_free(disabled);
    kb_free(deleted);
    kb_free(restricted);
    return set_ntstatus(status);
}

/* --- impersonation --- */

BOOL WINAPI SetThreadToken(HANDLE *thread, HANDLE token)
{
    return set_ntstatus(
        NtSetInformationThread(thread ? *thread : NT_CURRENT_THREAD, ThreadImpersonationToken, &token, sizeof(token)));
}

BOOL WINAPI RevertToSelf(VOID)
{
    return SetThreadToken(NULL, NULL);
}

BOOL WINAPI ImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
    return set_ntstatus(RtlImpersonateSelf(level));
}

BOOL WINAPI ImpersonateAnonymousToken(HANDLE thread)
{
    return set_ntstatus(NtImpersonateAnonymousToken(thread));
}

/* A primary token is duplicated first: only an impersonation token can be set. */
BOOL WINAPI ImpersonateLoggedOnUser(HANDLE token)
{
    HANDLE copy = NULL;
    TOKEN_TYPE type;
    DWORD size;
    BOOL result;

    if (!GetTokenInformation(token, TokenType, &type, sizeof(type), &size))
        return FALSE;
    if (type == TokenPrimary && !DuplicateTokenEx(token, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL, SecurityImpersonation,
                                                  TokenImpersonation, &copy))
        return FALSE;
    result = SetThreadToken(NULL, copy ? copy : token);
    if (copy)
        NtClose(copy);
    return result;
}

/* --- access checks --- */

BOOL WINAPI AccessCheck(PSECURITY_DESCRIPTOR sd, HANDLE token, DWORD desired, GENERIC_MAPPING *mapping,
                        PRIVILEGE_SET *privileges, DWORD *privileges_size, DWORD *granted, BOOL *allowed)
{
    NTSTATUS answer, status;

    status = NtAccessCheck(sd, token, desired, mapping, privileges, privileges_size, granted, &answer);
    if (!set_ntstatus(status))
        return FALSE;
    *allowed = set_ntstatus(answer);
    return TRUE;
}

#define CTMF_INCLUDE_VALID 0x3u /* CTMF_INCLUDE_APPCONTAINER, CTMF_INCLUDE_LPAC: there are no such tokens here */

/*
 * Membership is what a descriptor that allows just this SID grants, which takes disabled and deny-only groups and
 * restricting SIDs into account. The checked token is the given one, the thread's, or the process's.
 */
BOOL WINAPI CheckTokenMembershipEx(HANDLE token, PSID sid, DWORD flags, BOOL *member)
{
    static SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };
    GENERIC_MAPPING mapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE, 1 };
    BYTE owner[SECURITY_MAX_SID_SIZE], acl_buffer[sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE];
    HANDLE process_token = NULL, copy = NULL;
    SECURITY_DESCRIPTOR sd;
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted;
    BOOL result = FALSE;

    *member = FALSE;
    if (flags & ~CTMF_INCLUDE_VALID)
        return fail(ERROR_INVALID_PARAMETER);
    if (!RtlValidSid(sid))
        return fail(ERROR_INVALID_SID);
    if (!token && !OpenThreadToken(NT_CURRENT_THREAD, TOKEN_QUERY, TRUE, &copy)) {
        if (!OpenProcessToken(NT_CURRENT_PROCESS, TOKEN_QUERY | TOKEN_DUPLICATE, &process_token))
            return FALSE;
        if (!DuplicateToken(process_token, SecurityIdentification, &copy))
            goto done;
    }
    RtlInitializeSid(owner, &nt_authority, 1);
    *RtlSubAuthoritySid(owner, 0) = SECURITY_LOCAL_SYSTEM_RID; /* an owner is required, and would be granted rights */
    RtlCreateAcl((ACL *)acl_buffer, sizeof(acl_buffer), ACL_REVISION);
    RtlAddAccessAllowedAce((ACL *)acl_buffer, ACL_REVISION, 1, sid);
    RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
    RtlSetOwnerSecurityDescriptor(&sd, owner, FALSE);
    RtlSetGroupSecurityDescriptor(&sd, owner, FALSE);
    RtlSetDaclSecurityDescriptor(&sd, TRUE, (ACL *)acl_buffer, FALSE);
    result = AccessCheck(&sd, token ? token : copy, 1, &mapping, &privileges, &size, &granted, member);
done:
    if (copy)
        NtClose(copy);
    if (process_token)
        NtClose(process_token);
    return result;
}

BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, BOOL *member)
{
    return CheckTokenMembershipEx(token, sid, 0, member);
}

/* Only tokens of app containers lack capabilities: "if the token is not an app container, *HasCapability is TRUE". */
BOOL WINAPI CheckTokenCapability(HANDLE token, PSID capability, BOOL *has)
{
    DWORD container = 0, size;
    HANDLE own = NULL;
    BOOL result;

    if (!RtlValidSid(capability))
        return fail(ERROR_INVALID_SID);
    if (!token && !OpenThreadToken(NT_CURRENT_THREAD, TOKEN_QUERY, TRUE, &own) &&
        !OpenProcessToken(NT_CURRENT_PROCESS, TOKEN_QUERY, &own))
        return FALSE;
    result = GetTokenInformation(token ? token : own, TokenIsAppContainer, &container, sizeof(container), &size);
    if (own)
        NtClose(own);
    if (result)
        *has = !container;
    return result;
}
