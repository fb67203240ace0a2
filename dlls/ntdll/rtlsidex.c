/* SPDX-License-Identifier: MIT */
/* rtlsidex.c: SIDs of integrity levels, of app containers and their capabilities; hashes of many SIDs; replacing a SID. */
#include "rtlsecurity.h"
#include "rtlsha256.h"

NTSTATUS NTAPI RtlAllocateAndInitializeSidEx(SID_IDENTIFIER_AUTHORITY *authority, UCHAR count, ULONG *values,
                                             PSID *result)
{
    SID *sid;

    if (count > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_SID;
    if (!(sid = heap_alloc(RtlLengthRequiredSid(count))))
        return STATUS_NO_MEMORY;
    RtlInitializeSid(sid, authority, count);
    memcpy(sid->SubAuthority, values, count * sizeof(ULONG));
    *result = sid;
    return STATUS_SUCCESS;
}

static bool has_authority(const SID *sid, ULONG authority)
{
    const UCHAR *value = sid->IdentifierAuthority.Value;

    return RtlValidSid((PSID)sid) && !value[0] && !value[1] && !value[2] && !value[3] && !value[4] &&
           value[5] == authority;
}

/* --- integrity levels: S-1-16-level --- */

static bool level_of(PSID sid, ULONG *level)
{
    const SID *s = sid;

    if (!has_authority(s, 16) || s->SubAuthorityCount != 1)
        return false;
    *level = s->SubAuthority[0];
    return true;
}

static NTSTATUS levels_of(PSID a, PSID b, ULONG *level_a, ULONG *level_b)
{
    return level_of(a, level_a) && level_of(b, level_b) ? STATUS_SUCCESS : STATUS_INVALID_SID;
}

NTSTATUS NTAPI RtlSidDominates(PSID a, PSID b, BOOLEAN *dominates)
{
    ULONG x, y;
    NTSTATUS status = levels_of(a, b, &x, &y);

    *dominates = !status && x >= y;
    return status;
}

NTSTATUS NTAPI RtlSidEqualLevel(PSID a, PSID b, BOOLEAN *equal)
{
    ULONG x, y;
    NTSTATUS status = levels_of(a, b, &x, &y);

    *equal = !status && x == y;
    return status;
}

NTSTATUS NTAPI RtlSidIsHigherLevel(PSID a, PSID b, BOOLEAN *higher)
{
    ULONG x, y;
    NTSTATUS status = levels_of(a, b, &x, &y);

    *higher = !status && x > y;
    return status;
}

/* --- SID_AND_ATTRIBUTES_HASH (winnt.h): which SIDs have a low, which a high half of a byte --- */

/* Of the last subauthority, the low one: relative identifiers differ in it. */
static UCHAR last_byte(PSID sid)
{
    return ((UCHAR *)sid)[RtlLengthSid(sid) - 1 - (((SID *)sid)->SubAuthorityCount ? 3 : 0)];
}

NTSTATUS NTAPI RtlSidHashInitialize(SID_AND_ATTRIBUTES *sids, ULONG count, SID_AND_ATTRIBUTES_HASH *hash)
{
    if (!hash)
        return STATUS_INVALID_PARAMETER;
    memset(hash, 0, sizeof(*hash));
    hash->SidCount = count;
    hash->SidAttr = sids;
    /* Those that have no bit are compared one by one. */
    for (ULONG i = 0; i < count && i < sizeof(hash->Hash[0]) * 8; i++) {
        UCHAR byte = last_byte(sids[i].Sid);

        hash->Hash[byte & 15] |= (SID_HASH_ENTRY)1 << i;
        hash->Hash[16 + (byte >> 4)] |= (SID_HASH_ENTRY)1 << i;
    }
    return STATUS_SUCCESS;
}

SID_AND_ATTRIBUTES *NTAPI RtlSidHashLookup(SID_AND_ATTRIBUTES_HASH *hash, PSID sid)
{
    SID_HASH_ENTRY candidates;
    UCHAR byte;

    if (!hash || !sid)
        return NULL;
    byte = last_byte(sid);
    candidates = hash->Hash[byte & 15] & hash->Hash[16 + (byte >> 4)];
    for (; candidates; candidates &= candidates - 1) {
        SID_AND_ATTRIBUTES *entry = &hash->SidAttr[__builtin_ctzll(candidates)];

        if (RtlEqualSid(entry->Sid, sid))
            return entry;
    }
    for (ULONG i = sizeof(hash->Hash[0]) * 8; i < hash->SidCount; i++)
        if (RtlEqualSid(hash->SidAttr[i].Sid, sid))
            return &hash->SidAttr[i];
    return NULL;
}

/* --- app containers: S-1-15-2-..., capabilities: S-1-15-3-... --- */

#define PACKAGE_AUTHORITY 15

#ifndef STATUS_NOT_APPCONTAINER
#define STATUS_NOT_APPCONTAINER ((NTSTATUS)0xc000a200)
#endif
#ifndef SECURITY_CHILD_PACKAGE_RID_COUNT
#define SECURITY_CHILD_PACKAGE_RID_COUNT 12
#endif
#ifndef SECURITY_CAPABILITY_APP_RID
#define SECURITY_CAPABILITY_APP_RID 0x400
#endif

static bool is_app_sid(PSID sid, ULONG base)
{
    const SID *s = sid;

    return has_authority(s, PACKAGE_AUTHORITY) && s->SubAuthorityCount >= 2 && s->SubAuthority[0] == base;
}

BOOLEAN NTAPI RtlIsPackageSid(PSID sid)
{
    return is_app_sid(sid, SECURITY_APP_PACKAGE_BASE_RID);
}

BOOLEAN NTAPI RtlIsCapabilitySid(PSID sid)
{
    return is_app_sid(sid, SECURITY_CAPABILITY_BASE_RID);
}

/* APPCONTAINER_SID_TYPE */
enum { NOT_APP_CONTAINER, CHILD_APP_CONTAINER, PARENT_APP_CONTAINER, INVALID_APP_CONTAINER };

NTSTATUS NTAPI RtlGetAppContainerSidType(PSID sid, ULONG *type)
{
    UCHAR count;

    *type = INVALID_APP_CONTAINER;
    if (!RtlIsPackageSid(sid)) {
        *type = NOT_APP_CONTAINER;
        return STATUS_NOT_APPCONTAINER;
    }
    count = *RtlSubAuthorityCountSid(sid);
    if (count == SECURITY_APP_PACKAGE_RID_COUNT)
        *type = PARENT_APP_CONTAINER;
    else if (count == SECURITY_CHILD_PACKAGE_RID_COUNT)
        *type = CHILD_APP_CONTAINER;
    return STATUS_SUCCESS;
}

/* The parent's SID is the beginning of the child's; RtlFreeSid. */
NTSTATUS NTAPI RtlGetAppContainerParent(PSID sid, PSID *parent)
{
    SID *made;
    ULONG type;
    NTSTATUS status = RtlGetAppContainerSidType(sid, &type);

    *parent = NULL;
    if (status)
        return status;
    if (type != CHILD_APP_CONTAINER)
        return STATUS_NOT_APPCONTAINER;
    if (!(made = heap_alloc(RtlLengthRequiredSid(SECURITY_APP_PACKAGE_RID_COUNT))))
        return STATUS_NO_MEMORY;
    memcpy(made, sid, RtlLengthRequiredSid(SECURITY_APP_PACKAGE_RID_COUNT));
    made->SubAuthorityCount = SECURITY_APP_PACKAGE_RID_COUNT;
    *parent = made;
    return STATUS_SUCCESS;
}

/*
 * The SIDs of a capability, as a group (S-1-5-32-hash) and as a capability (S-1-15-3-1024-hash): the hash is the SHA-256 of
 * its name in upper case (DeriveCapabilitySidsFromName).
 */
NTSTATUS NTAPI RtlDeriveCapabilitySidsFromName(UNICODE_STRING *name, PSID group_sid, PSID capability_sid)
{
    static SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };
    static SID_IDENTIFIER_AUTHORITY package_authority = { SECURITY_APP_PACKAGE_AUTHORITY };
    UNICODE_STRING upper;
    UCHAR digest[32];
    NTSTATUS status = RtlUpcaseUnicodeString(&upper, name, TRUE);

    if (status)
        return status;
    rtl_sha256(upper.Buffer, upper.Length, digest);
    RtlFreeUnicodeString(&upper);
    RtlInitializeSid(group_sid, &nt_authority, 9);
    *RtlSubAuthoritySid(group_sid, 0) = SECURITY_BUILTIN_DOMAIN_RID;
    memcpy(RtlSubAuthoritySid(group_sid, 1), digest, sizeof(digest));
    RtlInitializeSid(capability_sid, &package_authority, 10);
    *RtlSubAuthoritySid(capability_sid, 0) = SECURITY_CAPABILITY_BASE_RID;
    *RtlSubAuthoritySid(capability_sid, 1) = SECURITY_CAPABILITY_APP_RID;
    memcpy(RtlSubAuthoritySid(capability_sid, 2), digest, sizeof(digest));
    return STATUS_SUCCESS;
}

/* --- replacing --- */

static void replace(SID *sid, PSID old, PSID new, ULONG *changes)
{
    if (!sid || !RtlEqualSid(sid, old))
        return;
    memcpy(sid, new, RtlLengthSid(new));
    ++*changes;
}

/* Everywhere in the descriptor; both SIDs have the same length. */
NTSTATUS NTAPI RtlReplaceSidInSd(PSECURITY_DESCRIPTOR sd, PSID old, PSID new, ULONG *changes)
{
    struct sd_parts parts = sd_parts_of(sd);
    ACL *acls[2] = { parts.dacl, parts.sacl };

    *changes = 0;
    if (!RtlValidSecurityDescriptor(sd))
        return STATUS_INVALID_SECURITY_DESCR;
    if (RtlLengthSid(old) != RtlLengthSid(new))
        return STATUS_INVALID_PARAMETER;
    replace(parts.owner, old, new, changes);
    replace(parts.group, old, new, changes);
    for (int i = 0; i < 2; i++) {
        ACE_HEADER *ace = acls[i] ? first_ace(acls[i]) : NULL;

        for (ULONG n = 0; acls[i] && n < acls[i]->AceCount; n++, ace = next_ace(ace))
            replace(ace_sid(ace), old, new, changes);
    }
    return STATUS_SUCCESS;
}
