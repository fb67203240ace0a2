/* SPDX-License-Identifier: MIT */
/* aclapi_rights.c: what a list gives to a trustee, and security descriptors made of and taken apart into trustees. */
#include "account_private.h"
#include <aclapi.h>
#include <stdbool.h>

/* --- effective rights --- */

/* The SIDs that count for a trustee. */
struct members {
    BYTE sids[4][SID_SIZE];
    UINT count;
    BYTE *groups; /* more of them, SID_SIZE bytes each */
    UINT group_count;
};

static void add_known(struct members *members, WELL_KNOWN_SID_TYPE type)
{
    DWORD size = SID_SIZE;

    if (CreateWellKnownSid(type, NULL, members->sids[members->count], &size))
        members->count++;
}

/* The groups of the token, if the trustee is the user: those that the system computed at logon. */
static DWORD add_token_groups(struct members *members, PSID user)
{
    TOKEN_GROUPS *groups = NULL;
    DWORD size = 0, error = ERROR_SUCCESS;
    PSID own = user_sid();
    HANDLE token;

    if (!own || !EqualSid(own, user)) {
        error = own ? ERROR_SUCCESS : GetLastError();
        heap_free(own);
        return error;
    }
    heap_free(own);
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return GetLastError();
    GetTokenInformation(token, TokenGroups, NULL, 0, &size);
    if (!(groups = heap_alloc(size)) || !GetTokenInformation(token, TokenGroups, groups, size, &size) ||
        !(members->groups = heap_alloc((groups->GroupCount + 1) * SID_SIZE)))
        error = GetLastError();
    for (DWORD i = 0; !error && i < groups->GroupCount; i++)
        if (groups->Groups[i].Attributes & SE_GROUP_ENABLED &&
            (groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) != SE_GROUP_LOGON_ID)
            CopySid(SID_SIZE, members->groups + members->group_count++ * SID_SIZE, groups->Groups[i].Sid);
    heap_free(groups);
    CloseHandle(token);
    return error;
}

static DWORD get_members(const TRUSTEE_W *trustee, struct members *members)
{
    struct account account;
    DWORD error;

    memset(members, 0, sizeof(*members));
    if ((error = trustee_sid(trustee, members->sids[0])))
        return error;
    members->count = 1;
    if (account_by_sid(members->sids[0], &account) || account.use != SidTypeUser)
        return ERROR_SUCCESS;
    add_known(members, WinWorldSid);
    add_known(members, WinAuthenticatedUserSid);
    add_known(members, WinBuiltinUsersSid);
    return add_token_groups(members, members->sids[0]);
}

static bool is_member(const struct members *members, PSID sid)
{
    for (UINT i = 0; i < members->count; i++)
        if (EqualSid((PSID)members->sids[i], sid))
            return true;
    for (UINT i = 0; i < members->group_count; i++)
        if (EqualSid(members->groups + i * SID_SIZE, sid))
            return true;
    return false;
}

DWORD WINAPI GetEffectiveRightsFromAclW(PACL acl, PTRUSTEE_W trustee, PACCESS_MASK rights)
{
    struct members members;
    ACCESS_MASK granted = 0, denied = 0;
    DWORD error;

    if (!acl || !trustee || !rights)
        return ERROR_INVALID_PARAMETER;
    if (!IsValidAcl(acl))
        return ERROR_INVALID_ACL;
    error = get_members(trustee, &members);
    for (DWORD i = 0; !error && i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        if (!GetAce(acl, i, (void **)&ace) || ace->Header.AceFlags & INHERIT_ONLY_ACE)
            continue;
        if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && is_member(&members, &ace->SidStart))
            granted |= ace->Mask & ~denied;
        else if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE && is_member(&members, &ace->SidStart))
            denied |= ace->Mask & ~granted;
    }
    heap_free(members.groups);
    if (!error)
        *rights = granted;
    return error;
}

DWORD WINAPI GetAuditedPermissionsFromAclW(PACL acl, PTRUSTEE_W trustee, PACCESS_MASK success, PACCESS_MASK failure)
{
    struct members members;
    DWORD error;

    if (!acl || !trustee || !success || !failure)
        return ERROR_INVALID_PARAMETER;
    if (!IsValidAcl(acl))
        return ERROR_INVALID_ACL;
    error = get_members(trustee, &members);
    *success = *failure = 0;
    for (DWORD i = 0; !error && i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        if (!GetAce(acl, i, (void **)&ace) || ace->Header.AceType != SYSTEM_AUDIT_ACE_TYPE ||
            !is_member(&members, &ace->SidStart))
            continue;
        *success |= ace->Header.AceFlags & SUCCESSFUL_ACCESS_ACE_FLAG ? ace->Mask : 0;
        *failure |= ace->Header.AceFlags & FAILED_ACCESS_ACE_FLAG ? ace->Mask : 0;
    }
    heap_free(members.groups);
    return error;
}

/* A trustee with its name widened. Structures for parts of objects are widened too. */
struct wide_trustee {
    TRUSTEE_W trustee;
    OBJECTS_AND_NAME_W objects;
    WCHAR *name;
};

static BOOL widen(struct wide_trustee *wide, const TRUSTEE_A *trustee)
{
    const char *name = NULL;

    memcpy(&wide->trustee, trustee, sizeof(wide->trustee));
    wide->name = NULL;
    if (trustee->TrusteeForm == TRUSTEE_IS_NAME) {
        name = trustee->ptstrName;
    } else if (trustee->TrusteeForm == TRUSTEE_IS_OBJECTS_AND_NAME) {
        const OBJECTS_AND_NAME_A *objects = (OBJECTS_AND_NAME_A *)trustee->ptstrName;
        memset(&wide->objects, 0, sizeof(wide->objects));
        name = objects->ptstrName;
    } else {
        return TRUE;
    }
    if (name && !(wide->name = wide_dup(name)))
        return FALSE;
    wide->objects.ptstrName = wide->name;
    wide->trustee.ptstrName = trustee->TrusteeForm == TRUSTEE_IS_NAME ? wide->name : (WCHAR *)&wide->objects;
    return TRUE;
}

DWORD WINAPI GetEffectiveRightsFromAclA(PACL acl, PTRUSTEE_A trustee, PACCESS_MASK rights)
{
    struct wide_trustee wide;
    DWORD error;

    if (!trustee)
        return ERROR_INVALID_PARAMETER;
    if (!widen(&wide, trustee))
        return ERROR_NOT_ENOUGH_MEMORY;
    error = GetEffectiveRightsFromAclW(acl, &wide.trustee, rights);
    heap_free(wide.name);
    return error;
}

DWORD WINAPI GetAuditedPermissionsFromAclA(PACL acl, PTRUSTEE_A trustee, PACCESS_MASK success, PACCESS_MASK failure)
{
    struct wide_trustee wide;
    DWORD error;

    if (!trustee)
        return ERROR_INVALID_PARAMETER;
    if (!widen(&wide, trustee))
        return ERROR_NOT_ENOUGH_MEMORY;
    error = GetAuditedPermissionsFromAclW(acl, &wide.trustee, success, failure);
    heap_free(wide.name);
    return error;
}

/* --- descriptors --- */

/* The parts that are given replace those of the old descriptor, entries are added to its lists. */
DWORD WINAPI BuildSecurityDescriptorW(PTRUSTEE_W owner, PTRUSTEE_W group, ULONG access_count,
                                      PEXPLICIT_ACCESS_W accesses, ULONG audit_count, PEXPLICIT_ACCESS_W audits,
                                      PSECURITY_DESCRIPTOR old, PULONG size, PSECURITY_DESCRIPTOR *result)
{
    BYTE owner_sid[SID_SIZE], group_sid[SID_SIZE];
    PSID old_owner = NULL, old_group = NULL;
    ACL *old_dacl = NULL, *old_sacl = NULL, *dacl = NULL, *sacl = NULL;
    BOOL has_dacl = FALSE, has_sacl = FALSE, defaulted;
    SECURITY_DESCRIPTOR sd;
    DWORD needed = 0, error = ERROR_SUCCESS;

    if (!size || !result)
        return ERROR_INVALID_PARAMETER;
    *result = NULL;
    if (old) {
        SECURITY_DESCRIPTOR_CONTROL control;
        DWORD revision;
        if (!IsValidSecurityDescriptor(old) || !GetSecurityDescriptorControl(old, &control, &revision) ||
            !(control & SE_SELF_RELATIVE))
            return ERROR_INVALID_SECURITY_DESCR;
        GetSecurityDescriptorOwner(old, &old_owner, &defaulted);
        GetSecurityDescriptorGroup(old, &old_group, &defaulted);
        GetSecurityDescriptorDacl(old, &has_dacl, &old_dacl, &defaulted);
        GetSecurityDescriptorSacl(old, &has_sacl, &old_sacl, &defaulted);
    }
    if (owner && (error = trustee_sid(owner, owner_sid)))
        return error;
    if (group && (error = trustee_sid(group, group_sid)))
        return error;
    if (access_count && (error = SetEntriesInAclW(access_count, accesses, has_dacl ? old_dacl : NULL, &dacl)))
        return error;
    if (audit_count && (error = SetEntriesInAclW(audit_count, audits, has_sacl ? old_sacl : NULL, &sacl))) {
        LocalFree(dacl);
        return error;
    }
    InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorOwner(&sd, owner ? owner_sid : old_owner, FALSE);
    SetSecurityDescriptorGroup(&sd, group ? group_sid : old_group, FALSE);
    SetSecurityDescriptorDacl(&sd, has_dacl || access_count, access_count ? dacl : old_dacl, FALSE);
    SetSecurityDescriptorSacl(&sd, has_sacl || audit_count, audit_count ? sacl : old_sacl, FALSE);
    MakeSelfRelativeSD(&sd, NULL, &needed);
    if (!(*result = LocalAlloc(LMEM_FIXED, needed)) || !MakeSelfRelativeSD(&sd, *result, &needed)) {
        error = GetLastError();
        LocalFree(*result);
        *result = NULL;
    } else {
        *size = needed;
    }
    LocalFree(dacl);
    LocalFree(sacl);
    return error;
}

static EXPLICIT_ACCESS_W *widen_list(const EXPLICIT_ACCESS_A *list, ULONG count, struct wide_trustee **trustees)
{
    EXPLICIT_ACCESS_W *wide = heap_alloc((count + 1) * sizeof(*wide));

    *trustees = heap_alloc((count + 1) * sizeof(**trustees));
    if (!wide || !*trustees) {
        heap_free(wide);
        heap_free(*trustees);
        *trustees = NULL;
        return NULL;
    }
    for (ULONG i = 0; i < count; i++) {
        memcpy(&wide[i], &list[i], sizeof(*wide));
        if (!widen(&(*trustees)[i], &list[i].Trustee))
            (*trustees)[i].trustee.ptstrName = NULL; /* which is refused */
        wide[i].Trustee = (*trustees)[i].trustee;
    }
    return wide;
}

static void free_list(EXPLICIT_ACCESS_W *wide, struct wide_trustee *trustees, ULONG count)
{
    for (ULONG i = 0; trustees && i < count; i++)
        heap_free(trustees[i].name);
    heap_free(trustees);
    heap_free(wide);
}

DWORD WINAPI BuildSecurityDescriptorA(PTRUSTEE_A owner, PTRUSTEE_A group, ULONG access_count,
                                      PEXPLICIT_ACCESS_A accesses, ULONG audit_count, PEXPLICIT_ACCESS_A audits,
                                      PSECURITY_DESCRIPTOR old, PULONG size, PSECURITY_DESCRIPTOR *result)
{
    struct wide_trustee wide_owner = { 0 }, wide_group = { 0 }, *access_trustees, *audit_trustees;
    EXPLICIT_ACCESS_W *wide_accesses = widen_list(accesses, access_count, &access_trustees);
    EXPLICIT_ACCESS_W *wide_audits = widen_list(audits, audit_count, &audit_trustees);
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;

    if (wide_accesses && wide_audits && (!owner || widen(&wide_owner, owner)) && (!group || widen(&wide_group, group)))
        error = BuildSecurityDescriptorW(owner ? &wide_owner.trustee : NULL, group ? &wide_group.trustee : NULL,
                                         access_count, wide_accesses, audit_count, wide_audits, old, size, result);
    heap_free(wide_owner.name);
    heap_free(wide_group.name);
    free_list(wide_accesses, access_trustees, access_count);
    free_list(wide_audits, audit_trustees, audit_count);
    return error;
}

/* A trustee by name, in one allocation with it; by SID if it has no name. */
static DWORD named_trustee(PSID sid, TRUSTEE_W **result)
{
    struct account account;
    TRUSTEE_W *trustee;
    WCHAR *name;

    if (!sid)
        return ERROR_SUCCESS;
    if (!(trustee = LocalAlloc(LMEM_ZEROINIT, sizeof(*trustee) + sizeof(account.domain) + sizeof(account.name))))
        return ERROR_NOT_ENOUGH_MEMORY;
    name = (WCHAR *)(trustee + 1);
    if (account_by_sid(sid, &account)) {
        CopySid(SID_SIZE, name, sid);
        BuildTrusteeWithSidW(trustee, name);
    } else {
        if (*account.domain)
            wcscat(wcscpy(name, account.domain), L"\\");
        wcscat(name, account.name);
        BuildTrusteeWithNameW(trustee, name);
    }
    *result = trustee;
    return ERROR_SUCCESS;
}

DWORD WINAPI LookupSecurityDescriptorPartsW(PTRUSTEE_W *owner, PTRUSTEE_W *group, PULONG access_count,
                                            PEXPLICIT_ACCESS_W *accesses, PULONG audit_count,
                                            PEXPLICIT_ACCESS_W *audits, PSECURITY_DESCRIPTOR sd)
{
    BOOL present, defaulted;
    DWORD error = ERROR_SUCCESS;
    PSID sid;
    ACL *acl;

    if (!sd || !IsValidSecurityDescriptor(sd))
        return ERROR_INVALID_SECURITY_DESCR;
    if (owner)
        *owner = NULL;
    if (group)
        *group = NULL;
    if (owner && GetSecurityDescriptorOwner(sd, &sid, &defaulted))
        error = named_trustee(sid, owner);
    if (!error && group && GetSecurityDescriptorGroup(sd, &sid, &defaulted))
        error = named_trustee(sid, group);
    if (!error && access_count && accesses) {
        present = GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) && present;
        error = GetExplicitEntriesFromAclW(present ? acl : NULL, access_count, accesses);
    }
    if (!error && audit_count && audits) {
        present = GetSecurityDescriptorSacl(sd, &present, &acl, &defaulted) && present;
        error = GetExplicitEntriesFromAclW(present ? acl : NULL, audit_count, audits);
    }
    return error;
}

static void narrow(TRUSTEE_W *trustee)
{
    char *name;

    if (!trustee || trustee->TrusteeForm != TRUSTEE_IS_NAME || !(name = ansi_dup(trustee->ptstrName)))
        return;
    strcpy((char *)trustee->ptstrName, name); /* never longer: a character has at most two bytes in an ANSI code page */
    heap_free(name);
}

DWORD WINAPI LookupSecurityDescriptorPartsA(PTRUSTEE_A *owner, PTRUSTEE_A *group, PULONG access_count,
                                            PEXPLICIT_ACCESS_A *accesses, PULONG audit_count,
                                            PEXPLICIT_ACCESS_A *audits, PSECURITY_DESCRIPTOR sd)
{
    DWORD error =
        LookupSecurityDescriptorPartsW((PTRUSTEE_W *)owner, (PTRUSTEE_W *)group, access_count,
                                       (PEXPLICIT_ACCESS_W *)accesses, audit_count, (PEXPLICIT_ACCESS_W *)audits, sd);

    if (error)
        return error;
    narrow(owner ? (TRUSTEE_W *)*owner : NULL);
    narrow(group ? (TRUSTEE_W *)*group : NULL);
    return ERROR_SUCCESS;
}
