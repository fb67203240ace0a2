/* SPDX-License-Identifier: MIT */
/* rtlluid.c: copies of security data, privileges and memberships of the calling thread. */
#include "rtl_private.h"

VOID NTAPI RtlCopyLuid(LUID *to, const LUID *from);
VOID NTAPI RtlCopyLuid(LUID *to, const LUID *from)
{
    *to = *from;
}

BOOLEAN NTAPI RtlEqualLuid(const LUID *a, const LUID *b);
BOOLEAN NTAPI RtlEqualLuid(const LUID *a, const LUID *b)
{
    return a->LowPart == b->LowPart && a->HighPart == b->HighPart;
}

VOID NTAPI RtlCopyLuidAndAttributesArray(ULONG count, const LUID_AND_ATTRIBUTES *from, LUID_AND_ATTRIBUTES *to);
VOID NTAPI RtlCopyLuidAndAttributesArray(ULONG count, const LUID_AND_ATTRIBUTES *from, LUID_AND_ATTRIBUTES *to)
{
    memcpy(to, from, count * sizeof(*to));
}

/* The SIDs go to `area`; *rest and *rest_size are what is left of it. */
NTSTATUS NTAPI RtlCopySidAndAttributesArray(ULONG count, const SID_AND_ATTRIBUTES *from, ULONG size,
                                            SID_AND_ATTRIBUTES *to, PVOID area, PVOID *rest, ULONG *rest_size);
NTSTATUS NTAPI RtlCopySidAndAttributesArray(ULONG count, const SID_AND_ATTRIBUTES *from, ULONG size,
                                            SID_AND_ATTRIBUTES *to, PVOID area, PVOID *rest, ULONG *rest_size)
{
    for (ULONG i = 0; i < count; i++) {
        ULONG length = RtlLengthSid(from[i].Sid);

        if (length > size)
            return STATUS_BUFFER_TOO_SMALL;
        to[i].Attributes = from[i].Attributes;
        to[i].Sid = area;
        memcpy(area, from[i].Sid, length);
        area = (char *)area + length;
        size -= length;
    }
    *rest = area;
    *rest_size = size;
    return STATUS_SUCCESS;
}

/* A self-relative copy in the process's heap. */
NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR *to);
NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR *to)
{
    ULONG length = 0;
    NTSTATUS status = RtlMakeSelfRelativeSD(from, NULL, &length);

    if (status != STATUS_BUFFER_TOO_SMALL)
        return status ? status : STATUS_INVALID_SECURITY_DESCR;
    if (!(*to = heap_alloc(length)))
        return STATUS_NO_MEMORY;
    status = RtlMakeSelfRelativeSD(from, *to, &length);
    if (status)
        heap_free(*to);
    return status;
}

/* As CheckTokenMembership: what a list that allows just this SID grants. */
NTSTATUS NTAPI RtlCheckTokenMembershipEx(HANDLE token, PSID sid, ULONG flags, BOOLEAN *member);
NTSTATUS NTAPI RtlCheckTokenMembershipEx(HANDLE token, PSID sid, ULONG flags, BOOLEAN *member)
{
    static SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };
    GENERIC_MAPPING mapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE, 1 };
    BYTE owner[SECURITY_MAX_SID_SIZE], list[sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE];
    SECURITY_QUALITY_OF_SERVICE qos = { sizeof(qos), SecurityIdentification, SECURITY_STATIC_TRACKING, FALSE };
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .SecurityQualityOfService = &qos };
    HANDLE own = NULL, process_token;
    SECURITY_DESCRIPTOR sd;
    PRIVILEGE_SET privileges;
    ULONG size = sizeof(privileges);
    ACCESS_MASK granted;
    NTSTATUS status = STATUS_SUCCESS, answer;

    *member = FALSE;
    if (flags & ~3u)
        return STATUS_INVALID_PARAMETER;
    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (!token && (status = NtOpenThreadToken(NT_CURRENT_THREAD, TOKEN_QUERY, TRUE, &own)) == STATUS_NO_TOKEN) {
        if ((status = NtOpenProcessToken(NT_CURRENT_PROCESS, TOKEN_QUERY | TOKEN_DUPLICATE, &process_token)))
            return status;
        status = NtDuplicateToken(process_token, TOKEN_QUERY, &attr, FALSE, TokenImpersonation, &own);
        NtClose(process_token);
    }
    if (status)
        return status;
    RtlInitializeSid(owner, &nt_authority, 1);
    *RtlSubAuthoritySid(owner, 0) = SECURITY_LOCAL_SYSTEM_RID;
    RtlCreateAcl((ACL *)list, sizeof(list), ACL_REVISION);
    RtlAddAccessAllowedAce((ACL *)list, ACL_REVISION, 1, sid);
    RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
    RtlSetOwnerSecurityDescriptor(&sd, owner, FALSE);
    RtlSetGroupSecurityDescriptor(&sd, owner, FALSE);
    RtlSetDaclSecurityDescriptor(&sd, TRUE, (ACL *)list, FALSE);
    status = NtAccessCheck(&sd, token ? token : own, 1, &mapping, &privileges, &size, &granted, &answer);
    if (!status)
        *member = !answer;
    if (own)
        NtClose(own);
    return status;
}

NTSTATUS NTAPI RtlCheckTokenMembership(HANDLE token, PSID sid, BOOLEAN *member);
NTSTATUS NTAPI RtlCheckTokenMembership(HANDLE token, PSID sid, BOOLEAN *member)
{
    return RtlCheckTokenMembershipEx(token, sid, 0, member);
}
