/* SPDX-License-Identifier: MIT */
/* aclapi_entries.c: access lists as arrays of EXPLICIT_ACCESS, and trustees (accctrl.h). */
#include "advapi32_private.h"
#include <aclapi.h>
#include <stdbool.h>

/* --- trustees; the A and W structures differ in what the pointer points to only --- */

static void build_trustee(TRUSTEE_W *trustee, TRUSTEE_FORM form, void *name)
{
    trustee->pMultipleTrustee = NULL;
    trustee->MultipleTrusteeOperation = NO_MULTIPLE_TRUSTEE;
    trustee->TrusteeForm = form;
    trustee->TrusteeType = TRUSTEE_IS_UNKNOWN;
    trustee->ptstrName = name;
}

VOID WINAPI BuildTrusteeWithSidW(TRUSTEE_W *trustee, PSID sid)
{
    build_trustee(trustee, TRUSTEE_IS_SID, sid);
}

VOID WINAPI BuildTrusteeWithSidA(TRUSTEE_A *trustee, PSID sid)
{
    build_trustee((TRUSTEE_W *)trustee, TRUSTEE_IS_SID, sid);
}

VOID WINAPI BuildTrusteeWithNameW(TRUSTEE_W *trustee, WCHAR *name)
{
    build_trustee(trustee, TRUSTEE_IS_NAME, name);
}

VOID WINAPI BuildTrusteeWithNameA(TRUSTEE_A *trustee, char *name)
{
    build_trustee((TRUSTEE_W *)trustee, TRUSTEE_IS_NAME, name);
}

TRUSTEE_FORM WINAPI GetTrusteeFormW(TRUSTEE_W *trustee)
{
    return trustee->TrusteeForm;
}

TRUSTEE_FORM WINAPI GetTrusteeFormA(TRUSTEE_A *trustee)
{
    return trustee->TrusteeForm;
}

TRUSTEE_TYPE WINAPI GetTrusteeTypeW(TRUSTEE_W *trustee)
{
    return trustee->TrusteeType;
}

TRUSTEE_TYPE WINAPI GetTrusteeTypeA(TRUSTEE_A *trustee)
{
    return trustee->TrusteeType;
}

WCHAR *WINAPI GetTrusteeNameW(TRUSTEE_W *trustee)
{
    return trustee->TrusteeForm == TRUSTEE_IS_NAME ? trustee->ptstrName : NULL;
}

char *WINAPI GetTrusteeNameA(TRUSTEE_A *trustee)
{
    return trustee->TrusteeForm == TRUSTEE_IS_NAME ? trustee->ptstrName : NULL;
}

VOID WINAPI BuildExplicitAccessWithNameW(EXPLICIT_ACCESS_W *access, WCHAR *name, DWORD permissions, ACCESS_MODE mode,
                                         DWORD inheritance)
{
    access->grfAccessPermissions = permissions;
    access->grfAccessMode = mode;
    access->grfInheritance = inheritance;
    BuildTrusteeWithNameW(&access->Trustee, name);
}

VOID WINAPI BuildExplicitAccessWithNameA(EXPLICIT_ACCESS_A *access, char *name, DWORD permissions, ACCESS_MODE mode,
                                         DWORD inheritance)
{
    access->grfAccessPermissions = permissions;
    access->grfAccessMode = mode;
    access->grfInheritance = inheritance;
    BuildTrusteeWithNameA(&access->Trustee, name);
}

DWORD trustee_sid(const TRUSTEE_W *trustee, BYTE buffer[SID_SIZE])
{
    DWORD size = SID_SIZE, domain_size = MAX_PATH;
    WCHAR domain[MAX_PATH];
    const WCHAR *name;
    SID_NAME_USE use;
    PSID sid;

    if (trustee->MultipleTrusteeOperation != NO_MULTIPLE_TRUSTEE)
        return ERROR_INVALID_PARAMETER;
    switch (trustee->TrusteeForm) {
    case TRUSTEE_IS_SID:
        sid = trustee->ptstrName;
        break;
    case TRUSTEE_IS_OBJECTS_AND_SID:
        sid = ((OBJECTS_AND_SID *)trustee->ptstrName)->pSid;
        break;
    case TRUSTEE_IS_OBJECTS_AND_NAME:
    case TRUSTEE_IS_NAME:
        name = trustee->TrusteeForm == TRUSTEE_IS_NAME ? trustee->ptstrName
                                                       : ((OBJECTS_AND_NAME_W *)trustee->ptstrName)->ptstrName;
        if (!name)
            return ERROR_INVALID_PARAMETER;
        if (!_wcsicmp(name, L"CURRENT_USER")) {
            if (!(sid = user_sid()))
                return GetLastError();
            CopySid(SID_SIZE, buffer, sid);
            heap_free(sid);
            return ERROR_SUCCESS;
        }
        return LookupAccountNameW(NULL, name, buffer, &size, domain, &domain_size, &use) ? ERROR_SUCCESS
                                                                                         : GetLastError();
    default:
        return ERROR_INVALID_PARAMETER;
    }
    if (!IsValidSid(sid))
        return ERROR_INVALID_SID;
    CopySid(SID_SIZE, buffer, sid);
    return ERROR_SUCCESS;
}

/* --- lists --- */

/* An entry under work: of the old list, or to be made. */
struct entry {
    BYTE type, flags; /* of the ACE */
    bool is_new, gone;
    ACCESS_MASK mask;
    const ACE_HEADER *ace; /* an old one, whose mask may have changed */
    BYTE sid[SID_SIZE];
};

static bool is_plain(BYTE type)
{
    return type == ACCESS_ALLOWED_ACE_TYPE || type == ACCESS_DENIED_ACE_TYPE || type == SYSTEM_AUDIT_ACE_TYPE;
}

static bool same_trustee(const struct entry *entry, const BYTE *sid)
{
    return !entry->gone && !(entry->flags & INHERITED_ACE) && is_plain(entry->type) &&
           EqualSid((PSID)entry->sid, (PSID)sid);
}

/* Merges one EXPLICIT_ACCESS into the entries there are; *made is one more, if it makes any. */
static DWORD merge(struct entry *entries, DWORD *count, const EXPLICIT_ACCESS_W *access)
{
    BYTE flags = (BYTE)(access->grfInheritance & VALID_INHERIT_FLAGS), type, sid[SID_SIZE];
    ACCESS_MASK mask = access->grfAccessPermissions;
    DWORD error = trustee_sid(&access->Trustee, sid), i;
    struct entry *made;

    if (error)
        return error;
    switch (access->grfAccessMode) {
    case GRANT_ACCESS:
    case SET_ACCESS:
    case REVOKE_ACCESS:
        type = ACCESS_ALLOWED_ACE_TYPE;
        break;
    case DENY_ACCESS:
        type = ACCESS_DENIED_ACE_TYPE;
        break;
    case SET_AUDIT_SUCCESS:
    case SET_AUDIT_FAILURE:
        type = SYSTEM_AUDIT_ACE_TYPE;
        flags |= access->grfAccessMode == SET_AUDIT_SUCCESS ? SUCCESSFUL_ACCESS_ACE_FLAG : FAILED_ACCESS_ACE_FLAG;
        break;
    default:
        return ERROR_INVALID_PARAMETER;
    }
    for (i = 0; i < *count; i++) {
        struct entry *old = &entries[i];

        if (!same_trustee(old, sid))
            continue;
        if (access->grfAccessMode == SET_ACCESS) {
            old->gone |= old->type != SYSTEM_AUDIT_ACE_TYPE;
        } else if (access->grfAccessMode == REVOKE_ACCESS) {
            old->gone |=
                old->type !=
                ACCESS_DENIED_ACE_TYPE; /* "removes all existing ACCESS_ALLOWED_ACE or SYSTEM_AUDIT_ACE types" */
        } else if (old->type == type && old->flags == flags) {
            mask |= old->mask;
            old->gone = true;
        } else if (old->type != type && old->type != SYSTEM_AUDIT_ACE_TYPE && type != SYSTEM_AUDIT_ACE_TYPE) {
            /* What is granted is denied no longer, and the other way round. */
            old->mask &= ~mask;
            old->gone |= !old->mask;
        }
    }
    if (access->grfAccessMode == REVOKE_ACCESS)
        return ERROR_SUCCESS;
    made = &entries[(*count)++];
    memset(made, 0, sizeof(*made));
    made->type = type;
    made->flags = flags;
    made->mask = mask;
    made->is_new = true;
    memcpy(made->sid, sid, SID_SIZE);
    return ERROR_SUCCESS;
}

static DWORD entry_size(const struct entry *entry)
{
    return entry->ace ? entry->ace->AceSize
                      : (DWORD)offsetof(ACCESS_ALLOWED_ACE, SidStart) + GetLengthSid((PSID)entry->sid);
}

static void put_entry(ACL *acl, const struct entry *entry)
{
    BYTE buffer[offsetof(ACCESS_ALLOWED_ACE, SidStart) + SID_SIZE];
    ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)buffer;

    if (entry->ace && !is_plain(entry->type)) {
        AddAce(acl, acl->AclRevision, MAXDWORD, (void *)entry->ace, entry->ace->AceSize);
        return;
    }
    ace->Header.AceType = entry->type;
    ace->Header.AceFlags = entry->flags;
    ace->Header.AceSize = (WORD)(offsetof(ACCESS_ALLOWED_ACE, SidStart) + GetLengthSid((PSID)entry->sid));
    ace->Mask = entry->mask;
    CopySid(SID_SIZE, &ace->SidStart, (PSID)entry->sid);
    AddAce(acl, acl->AclRevision, MAXDWORD, ace, ace->Header.AceSize);
}

/* The canonical order: what denies before what allows, of each the new ones first; what is inherited last. */
static int rank(const struct entry *entry)
{
    if (entry->flags & INHERITED_ACE)
        return 5;
    if (entry->type == ACCESS_DENIED_ACE_TYPE)
        return entry->is_new ? 0 : 1;
    if (entry->is_new)
        return 2;
    return entry->type == ACCESS_DENIED_OBJECT_ACE_TYPE ? 1 : 3;
}

DWORD WINAPI SetEntriesInAclW(ULONG count, EXPLICIT_ACCESS_W *accesses, ACL *old, ACL **result)
{
    DWORD old_count = old ? old->AceCount : 0, total = 0, size = sizeof(ACL), error = ERROR_SUCCESS, i;
    struct entry *entries;
    ACL *acl;
    int r;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    *result = NULL;
    if (!count && !old)
        return ERROR_SUCCESS;
    if (old && !IsValidAcl(old))
        return ERROR_INVALID_ACL;
    if (!(entries = heap_alloc((old_count + count + 1) * sizeof(*entries))))
        return ERROR_NOT_ENOUGH_MEMORY;
    for (i = 0; i < old_count; i++) {
        struct entry *entry = &entries[total++];
        ACCESS_ALLOWED_ACE *ace;

        GetAce(old, i, (void **)&ace);
        memset(entry, 0, sizeof(*entry));
        entry->type = ace->Header.AceType;
        entry->flags = ace->Header.AceFlags;
        entry->ace = &ace->Header;
        if (is_plain(entry->type)) {
            entry->mask = ace->Mask;
            CopySid(SID_SIZE, entry->sid, &ace->SidStart);
        }
    }
    for (i = 0; i < count && !error; i++)
        error = merge(entries, &total, &accesses[i]);
    if (!error) {
        for (i = 0; i < total; i++)
            if (!entries[i].gone)
                size += entry_size(&entries[i]);
        acl = LocalAlloc(0, size);
        if (!acl || !InitializeAcl(acl, size, old && old->AclRevision > ACL_REVISION ? old->AclRevision : ACL_REVISION))
            error = GetLastError();
        for (r = 0; r <= 5 && !error; r++)
            for (i = 0; i < total; i++)
                if (!entries[i].gone && rank(&entries[i]) == r)
                    put_entry(acl, &entries[i]);
        *result = acl;
    }
    heap_free(entries);
    return error;
}

DWORD WINAPI SetEntriesInAclA(ULONG count, EXPLICIT_ACCESS_A *accesses, ACL *old, ACL **result)
{
    EXPLICIT_ACCESS_W *wide;
    DWORD error = ERROR_SUCCESS;
    ULONG i;

    if (!count)
        return SetEntriesInAclW(0, NULL, old, result);
    if (!(wide = heap_alloc(count * sizeof(*wide))))
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(wide, accesses, count * sizeof(*wide));
    for (i = 0; i < count; i++)
        if (accesses[i].Trustee.TrusteeForm == TRUSTEE_IS_NAME &&
            !(wide[i].Trustee.ptstrName = wide_dup(accesses[i].Trustee.ptstrName)))
            error = ERROR_INVALID_PARAMETER;
    if (!error)
        error = SetEntriesInAclW(count, wide, old, result);
    for (i = 0; i < count; i++)
        if (accesses[i].Trustee.TrusteeForm == TRUSTEE_IS_NAME)
            heap_free(wide[i].Trustee.ptstrName);
    heap_free(wide);
    return error;
}

/* The list and the identifiers in one allocation. */
DWORD WINAPI GetExplicitEntriesFromAclW(ACL *acl, ULONG *count, EXPLICIT_ACCESS_W **result)
{
    EXPLICIT_ACCESS_W *list;
    SIZE_T size = 0;
    char *sids;
    DWORD i, n = 0;

    *count = 0;
    *result = NULL;
    if (!acl || !acl->AceCount)
        return ERROR_SUCCESS;
    if (!IsValidAcl(acl))
        return ERROR_INVALID_ACL;
    size = acl->AceCount * (sizeof(*list) + SID_SIZE);
    if (!(list = LocalAlloc(LMEM_ZEROINIT, size)))
        return ERROR_NOT_ENOUGH_MEMORY;
    sids = (char *)(list + acl->AceCount);
    for (i = 0; i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        PSID sid;

        GetAce(acl, i, (void **)&ace);
        if (!is_plain(ace->Header.AceType) || ace->Header.AceFlags & INHERITED_ACE)
            continue;
        sid = sids + n * SID_SIZE;
        CopySid(SID_SIZE, sid, &ace->SidStart);
        list[n].grfAccessPermissions = ace->Mask;
        list[n].grfAccessMode = ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE      ? GRANT_ACCESS
                                : ace->Header.AceType == ACCESS_DENIED_ACE_TYPE     ? DENY_ACCESS
                                : ace->Header.AceFlags & SUCCESSFUL_ACCESS_ACE_FLAG ? SET_AUDIT_SUCCESS
                                                                                    : SET_AUDIT_FAILURE;
        list[n].grfInheritance = ace->Header.AceFlags & VALID_INHERIT_FLAGS;
        BuildTrusteeWithSidW(&list[n].Trustee, sid);
        n++;
    }
    *count = n;
    *result = list;
    return ERROR_SUCCESS;
}

DWORD WINAPI GetExplicitEntriesFromAclA(ACL *acl, ULONG *count, EXPLICIT_ACCESS_A **result)
{
    return GetExplicitEntriesFromAclW(acl, count, (EXPLICIT_ACCESS_W **)result);
}
