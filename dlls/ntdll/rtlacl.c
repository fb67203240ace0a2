/* SPDX-License-Identifier: MIT */
/* rtlacl.c: access control lists. */
#include "rtlsecurity.h"

/* Walks to the end of the entries: false when the list is inconsistent. *end: where the next entry goes, or NULL if the
 * list is full. */
static bool find_end(ACL *acl, char **end)
{
    char *at = (char *)(acl + 1), *limit = (char *)acl + acl->AclSize;

    for (ULONG i = 0; i < acl->AceCount; i++) {
        ACE_HEADER *ace = (ACE_HEADER *)at;

        if (at + sizeof(*ace) > limit || ace->AceSize < sizeof(*ace) || ace->AceSize > limit - at)
            return false;
        at += ace->AceSize;
    }
    *end = at < limit ? at : NULL;
    return at <= limit;
}

static bool valid_revision(ULONG revision)
{
    return revision >= MIN_ACL_REVISION && revision <= MAX_ACL_REVISION;
}

NTSTATUS NTAPI RtlCreateAcl(ACL *acl, ULONG size, ULONG revision)
{
    if (size < sizeof(*acl))
        return STATUS_BUFFER_TOO_SMALL;
    if (!valid_revision(revision) || size > 0xffff)
        return STATUS_INVALID_PARAMETER;
    acl->AclRevision = (BYTE)revision;
    acl->Sbz1 = 0;
    acl->AclSize = (WORD)(size & ~3u);
    acl->AceCount = 0;
    acl->Sbz2 = 0;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidAcl(ACL *acl)
{
    char *end;

    return acl && valid_revision(acl->AclRevision) && acl->AclSize >= sizeof(*acl) && !(acl->AclSize & 3) &&
           find_end(acl, &end);
}

BOOLEAN NTAPI RtlFirstFreeAce(ACL *acl, PVOID *ace)
{
    char *end = NULL;

    if (!find_end(acl, &end)) {
        *ace = NULL;
        return FALSE;
    }
    *ace = end;
    return TRUE;
}

NTSTATUS NTAPI RtlGetAce(ACL *acl, ULONG index, PVOID *result)
{
    char *at = (char *)(acl + 1);

    if (!valid_revision(acl->AclRevision) || index >= acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    while (index--) {
        if (at >= (char *)acl + acl->AclSize)
            return STATUS_INVALID_PARAMETER;
        at += ((ACE_HEADER *)at)->AceSize;
    }
    if (at >= (char *)acl + acl->AclSize)
        return STATUS_INVALID_PARAMETER;
    *result = at;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAce(ACL *acl, ULONG revision, ULONG index, PVOID aces, ULONG size)
{
    char *end, *place, *used_end;
    ULONG count = 0, offset = 0;
    PVOID ace;

    if (!RtlValidAcl(acl) || !find_end(acl, &end) || !valid_revision(revision))
        return STATUS_INVALID_PARAMETER;
    for (; offset < size; count++) {
        const ACE_HEADER *header = (const ACE_HEADER *)((char *)aces + offset);

        if (size - offset < sizeof(*header) || header->AceSize < sizeof(*header) || header->AceSize > size - offset)
            return STATUS_INVALID_PARAMETER;
        offset += header->AceSize;
    }
    used_end = end ? end : (char *)acl + acl->AclSize;
    if (size > (ULONG)((char *)acl + acl->AclSize - used_end))
        return STATUS_BUFFER_TOO_SMALL;
    place = used_end;
    if (index < acl->AceCount && NT_SUCCESS(RtlGetAce(acl, index, &ace)))
        place = ace;
    memmove(place + size, place, (SIZE_T)(used_end - place));
    memcpy(place, aces, size);
    acl->AceCount += (WORD)count;
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(ACL *acl, ULONG index)
{
    char *end, *used_end;
    PVOID ace;
    WORD size;

    if (!RtlValidAcl(acl) || !find_end(acl, &end) || !NT_SUCCESS(RtlGetAce(acl, index, &ace)))
        return STATUS_INVALID_PARAMETER;
    used_end = end ? end : (char *)acl + acl->AclSize;
    size = ((ACE_HEADER *)ace)->AceSize;
    memmove(ace, (char *)ace + size, (SIZE_T)(used_end - (char *)ace - size));
    memset(used_end - size, 0, size);
    acl->AceCount--;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryInformationAcl(ACL *acl, PVOID info, ULONG length, ACL_INFORMATION_CLASS class)
{
    char *end = NULL;

    switch (class) {
    case AclRevisionInformation:
        if (length < sizeof(ACL_REVISION_INFORMATION))
            return STATUS_BUFFER_TOO_SMALL;
        ((ACL_REVISION_INFORMATION *)info)->AclRevision = acl->AclRevision;
        return STATUS_SUCCESS;
    case AclSizeInformation: {
        ACL_SIZE_INFORMATION *size = info;

        if (length < sizeof(*size))
            return STATUS_BUFFER_TOO_SMALL;
        if (!find_end(acl, &end))
            return STATUS_INVALID_PARAMETER;
        size->AceCount = acl->AceCount;
        size->AclBytesInUse = (DWORD)((end ? end : (char *)acl + acl->AclSize) - (char *)acl);
        size->AclBytesFree = acl->AclSize - size->AclBytesInUse;
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NTAPI RtlSetInformationAcl(ACL *acl, PVOID info, ULONG length, ACL_INFORMATION_CLASS class)
{
    const ACL_REVISION_INFORMATION *revision = info;

    if (class != AclRevisionInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (length < sizeof(*revision))
        return STATUS_BUFFER_TOO_SMALL;
    if (revision->AclRevision < acl->AclRevision || !valid_revision(revision->AclRevision))
        return STATUS_INVALID_PARAMETER;
    acl->AclRevision = (BYTE)revision->AclRevision;
    return STATUS_SUCCESS;
}

/* --- adding entries --- */

#define ACE_FLAGS (VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG | 0x20)

static NTSTATUS add_ace(ACL *acl, ULONG revision, ULONG least, ULONG flags, ACCESS_MASK mask, PSID sid, UCHAR type)
{
    ULONG size = (ULONG)(offsetof(ACCESS_ALLOWED_ACE, SidStart) + RtlLengthSid(sid));
    ACCESS_ALLOWED_ACE *ace;
    char *end = NULL;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (acl->AclRevision > MAX_ACL_REVISION || revision > MAX_ACL_REVISION || revision < least)
        return STATUS_REVISION_MISMATCH;
    if (flags & ~ACE_FLAGS)
        return STATUS_INVALID_PARAMETER;
    if (!find_end(acl, &end))
        return STATUS_INVALID_ACL;
    if (!end || size > (ULONG)((char *)acl + acl->AclSize - end))
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ace = (ACCESS_ALLOWED_ACE *)end;
    ace->Header.AceType = type;
    ace->Header.AceFlags = (BYTE)flags;
    ace->Header.AceSize = (WORD)size;
    ace->Mask = mask;
    memcpy(&ace->SidStart, sid, RtlLengthSid(sid));
    acl->AceCount++;
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid)
{
    return add_ace(acl, revision, MIN_ACL_REVISION, flags, mask, sid, ACCESS_ALLOWED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(ACL *acl, ULONG revision, ACCESS_MASK mask, PSID sid)
{
    return RtlAddAccessAllowedAceEx(acl, revision, 0, mask, sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedAceEx(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid)
{
    return add_ace(acl, revision, MIN_ACL_REVISION, flags, mask, sid, ACCESS_DENIED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(ACL *acl, ULONG revision, ACCESS_MASK mask, PSID sid)
{
    return RtlAddAccessDeniedAceEx(acl, revision, 0, mask, sid);
}

static ULONG audit_flags(BOOLEAN success, BOOLEAN failure)
{
    return (success ? SUCCESSFUL_ACCESS_ACE_FLAG : 0) | (failure ? FAILED_ACCESS_ACE_FLAG : 0);
}

NTSTATUS NTAPI RtlAddAuditAccessAceEx(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                                      BOOLEAN success, BOOLEAN failure)
{
    return add_ace(acl, revision, MIN_ACL_REVISION, flags | audit_flags(success, failure), mask, sid,
                   SYSTEM_AUDIT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAuditAccessAce(ACL *acl, ULONG revision, ACCESS_MASK mask, PSID sid, BOOLEAN success,
                                    BOOLEAN failure)
{
    return RtlAddAuditAccessAceEx(acl, revision, 0, mask, sid, success, failure);
}

NTSTATUS NTAPI RtlAddMandatoryAce(ACL *acl, ULONG revision, ULONG flags, PSID sid, UCHAR type, ACCESS_MASK mask)
{
    if (type != SYSTEM_MANDATORY_LABEL_ACE_TYPE || mask & ~SYSTEM_MANDATORY_LABEL_VALID_MASK)
        return STATUS_INVALID_PARAMETER;
    return add_ace(acl, revision, MIN_ACL_REVISION, flags, mask, sid, type);
}

static NTSTATUS add_object_ace(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type, GUID *inherited,
                               PSID sid, UCHAR plain_type, UCHAR object_type)
{
    ULONG guids = (type ? sizeof(GUID) : 0) + (inherited ? sizeof(GUID) : 0), size;
    ACCESS_ALLOWED_OBJECT_ACE *ace;
    char *end = NULL, *at;

    if (!guids)
        return add_ace(acl, revision, ACL_REVISION_DS, flags, mask, sid, plain_type);
    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (revision != ACL_REVISION_DS || acl->AclRevision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (flags & ~ACE_FLAGS)
        return STATUS_INVALID_PARAMETER;
    if (!find_end(acl, &end))
        return STATUS_INVALID_ACL;
    size = (ULONG)offsetof(ACCESS_ALLOWED_OBJECT_ACE, ObjectType) + guids + RtlLengthSid(sid);
    if (!end || size > (ULONG)((char *)acl + acl->AclSize - end))
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ace = (ACCESS_ALLOWED_OBJECT_ACE *)end;
    ace->Header.AceType = object_type;
    ace->Header.AceFlags = (BYTE)flags;
    ace->Header.AceSize = (WORD)size;
    ace->Mask = mask;
    ace->Flags = (type ? ACE_OBJECT_TYPE_PRESENT : 0) | (inherited ? ACE_INHERITED_OBJECT_TYPE_PRESENT : 0);
    at = (char *)&ace->ObjectType;
    if (type) {
        memcpy(at, type, sizeof(*type));
        at += sizeof(*type);
    }
    if (inherited) {
        memcpy(at, inherited, sizeof(*inherited));
        at += sizeof(*inherited);
    }
    memcpy(at, sid, RtlLengthSid(sid));
    acl->AceCount++;
    acl->AclRevision = ACL_REVISION_DS;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                            GUID *inherited, PSID sid)
{
    return add_object_ace(acl, revision, flags, mask, type, inherited, sid, ACCESS_ALLOWED_ACE_TYPE,
                          ACCESS_ALLOWED_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                           GUID *inherited, PSID sid)
{
    return add_object_ace(acl, revision, flags, mask, type, inherited, sid, ACCESS_DENIED_ACE_TYPE,
                          ACCESS_DENIED_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAuditAccessObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                          GUID *inherited, PSID sid, BOOLEAN success, BOOLEAN failure)
{
    return add_object_ace(acl, revision, flags | audit_flags(success, failure), mask, type, inherited, sid,
                          SYSTEM_AUDIT_ACE_TYPE, SYSTEM_AUDIT_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddScopedPolicyIDAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid)
{
    if (mask)
        return STATUS_INVALID_PARAMETER; /* AddScopedPolicyIDAce: "must be zero" */
    return add_ace(acl, revision, MIN_ACL_REVISION, flags, mask, sid, SYSTEM_SCOPED_POLICY_ID_ACE_TYPE);
}

#ifndef SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE
#define SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE   0x14
#define SYSTEM_PROCESS_TRUST_LABEL_VALID_MASK 0x00ffffff
#endif
NTSTATUS NTAPI RtlAddProcessTrustLabelAce(ACL *acl, ULONG revision, ULONG flags, PSID sid, UCHAR type, ACCESS_MASK mask)
{
    if (type != SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE || mask & ~SYSTEM_PROCESS_TRUST_LABEL_VALID_MASK)
        return STATUS_INVALID_PARAMETER;
    return add_ace(acl, revision, MIN_ACL_REVISION, flags, mask, sid, type);
}

/* --- looking at entries --- */

SID *ace_sid(const ACE_HEADER *ace)
{
    const ACCESS_ALLOWED_OBJECT_ACE *object = (const ACCESS_ALLOWED_OBJECT_ACE *)ace;
    ULONG offset = offsetof(ACCESS_ALLOWED_ACE, SidStart);
    SID *sid;

    switch (ace->AceType) {
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
    case SYSTEM_AUDIT_OBJECT_ACE_TYPE:
    case SYSTEM_ALARM_OBJECT_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE:
    case SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE:
    case SYSTEM_ALARM_CALLBACK_OBJECT_ACE_TYPE:
        if (ace->AceSize < offsetof(ACCESS_ALLOWED_OBJECT_ACE, ObjectType))
            return NULL;
        offset = offsetof(ACCESS_ALLOWED_OBJECT_ACE, ObjectType);
        offset += object->Flags & ACE_OBJECT_TYPE_PRESENT ? sizeof(GUID) : 0;
        offset += object->Flags & ACE_INHERITED_OBJECT_TYPE_PRESENT ? sizeof(GUID) : 0;
        break;
    case ACCESS_ALLOWED_COMPOUND_ACE_TYPE:
        return NULL;
    }
    sid = (SID *)((char *)ace + offset);
    if (offset + RtlLengthRequiredSid(0) > ace->AceSize || !RtlValidSid(sid) ||
        offset + RtlLengthSid(sid) > ace->AceSize)
        return NULL;
    return sid;
}

/* The first entry of that type from the one with number *index on, whose number *index becomes. */
PVOID NTAPI RtlFindAceByType(ACL *acl, UCHAR type, ULONG *index)
{
    ACE_HEADER *ace;

    for (ULONG i = index ? *index : 0; NT_SUCCESS(RtlGetAce(acl, i, (PVOID *)&ace)); i++)
        if (ace->AceType == type) {
            if (index)
                *index = i;
            return ace;
        }
    return NULL;
}

/* Entries for OWNER RIGHTS (S-1-3-4) that are in force take the owner's implicit rights away. */
BOOLEAN NTAPI RtlOwnerAcesPresent(ACL *acl)
{
    static SID owner_rights = {
        SID_REVISION, 1, { SECURITY_CREATOR_SID_AUTHORITY }, { SECURITY_CREATOR_OWNER_RIGHTS_RID }
    };
    ACE_HEADER *ace = acl ? first_ace(acl) : NULL;

    for (ULONG i = 0; acl && i < acl->AceCount; i++, ace = next_ace(ace)) {
        SID *sid = ace->AceFlags & INHERIT_ONLY_ACE ? NULL : ace_sid(ace);

        if (sid && RtlEqualSid(sid, &owner_rights))
            return TRUE;
    }
    return FALSE;
}

/*
 * The list of a named pipe that nobody gave one: "full control to the LocalSystem account, administrators, and the creator
 * owner", "read access to members of the Everyone group and the anonymous account" (CreateNamedPipe). heap_free.
 */
NTSTATUS NTAPI RtlDefaultNpAcl(ACL **result)
{
    static SID system = { SID_REVISION, 1, { SECURITY_NT_AUTHORITY }, { SECURITY_LOCAL_SYSTEM_RID } };
    static SID anonymous = { SID_REVISION, 1, { SECURITY_NT_AUTHORITY }, { SECURITY_ANONYMOUS_LOGON_RID } };
    static SID everyone = { SID_REVISION, 1, { SECURITY_WORLD_SID_AUTHORITY }, { SECURITY_WORLD_RID } };
    union {
        TOKEN_OWNER owner;
        BYTE room[sizeof(TOKEN_OWNER) + SECURITY_MAX_SID_SIZE];
    } token;
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };
    ULONG size, length;
    NTSTATUS status = NtQueryInformationToken((HANDLE)(LONG_PTR)-6, TokenOwner, &token, sizeof(token), &length);
    ACL *acl;

    if (status)
        return status;
    RtlInitializeSid(administrators, &nt_authority, 2);
    *RtlSubAuthoritySid(administrators, 0) = SECURITY_BUILTIN_DOMAIN_RID;
    *RtlSubAuthoritySid(administrators, 1) = DOMAIN_ALIAS_RID_ADMINS;
    size = (ULONG)(sizeof(ACL) + 5 * offsetof(ACCESS_ALLOWED_ACE, SidStart) + 3 * sizeof(SID)) +
           RtlLengthSid(administrators) + RtlLengthSid(token.owner.Owner);
    if (!(acl = heap_alloc(size)))
        return STATUS_NO_MEMORY;
    RtlCreateAcl(acl, size, ACL_REVISION);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, &system);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, administrators);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, token.owner.Owner);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, &everyone);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, &anonymous);
    *result = acl;
    return STATUS_SUCCESS;
}
