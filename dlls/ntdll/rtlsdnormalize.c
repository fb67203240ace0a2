/* SPDX-License-Identifier: MIT */
/* rtlsdnormalize.c: RtlNormalizeSecurityDescriptor: one layout for descriptors that mean the same, and a small one. */
#include "rtlsecurity.h"

static bool is_allowing(const ACE_HEADER *ace)
{
    return ace->AceType == ACCESS_ALLOWED_ACE_TYPE || ace->AceType == ACCESS_ALLOWED_OBJECT_ACE_TYPE ||
           ace->AceType == ACCESS_ALLOWED_CALLBACK_ACE_TYPE || ace->AceType == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE;
}

/* Whether an entry that allows is in the list already. */
static bool has_ace(const ACL *acl, const ACE_HEADER *wanted)
{
    const ACE_HEADER *ace = first_ace(acl);

    for (ULONG i = 0; i < acl->AceCount; i++, ace = next_ace(ace)) {
        if (ace->AceSize == wanted->AceSize && !memcmp(ace, wanted, wanted->AceSize))
            return true;
    }
    return false;
}

/* Copies a list without entries that are there twice and without what is behind the last; returns its size. */
static ULONG copy_acl(ACL *to, const ACL *from)
{
    const ACE_HEADER *ace = first_ace(from);
    char *end = (char *)first_ace(to);

    *to = *from;
    to->AceCount = 0;
    for (ULONG i = 0; i < from->AceCount; i++, ace = next_ace(ace)) {
        if (is_allowing(ace) && has_ace(to, ace))
            continue;
        memcpy(end, ace, ace->AceSize);
        end += ace->AceSize;
        to->AceCount++;
    }
    to->AclSize = (USHORT)SD_ROUND(end - (char *)to);
    memset(end, 0, (size_t)((char *)to + to->AclSize - end));
    return to->AclSize;
}

static ULONG copy_sid(char *to, SID *sid)
{
    ULONG length = RtlLengthSid(sid);

    memcpy(to, sid, length);
    return SD_ROUND(length);
}

/* "Sacl => Dacl => Owner => Group". `to` has room for the original. */
static ULONG normalize(SECURITY_DESCRIPTOR_RELATIVE *to, PSECURITY_DESCRIPTOR sd)
{
    struct sd_parts parts = sd_parts_of(sd);
    ULONG at = sizeof(*to);

    *to = *(const SECURITY_DESCRIPTOR_RELATIVE *)sd;
    to->Owner = to->Group = to->Sacl = to->Dacl = 0;
    if (parts.sacl && !parts.sacl->AceCount) {
        parts.sacl = NULL;
        to->Control &= (USHORT)~SE_SACL_PRESENT;
    }
    if (parts.sacl) {
        to->Sacl = at;
        at += copy_acl((ACL *)((char *)to + at), parts.sacl);
    }
    if (parts.dacl) {
        to->Dacl = at;
        at += copy_acl((ACL *)((char *)to + at), parts.dacl);
    }
    if (parts.owner) {
        to->Owner = at;
        at += copy_sid((char *)to + at, parts.owner);
    }
    if (parts.group) {
        to->Group = at;
        at += copy_sid((char *)to + at, parts.group);
    }
    return at;
}

/* Parts may share bytes or overlap: then each has its own in the new layout, which is no smaller. */
static ULONG room_for(PSECURITY_DESCRIPTOR sd)
{
    struct sd_parts parts = sd_parts_of(sd);

    return sizeof(SECURITY_DESCRIPTOR_RELATIVE) + (parts.sacl ? SD_ROUND(parts.sacl->AclSize) : 0) +
           (parts.dacl ? SD_ROUND(parts.dacl->AclSize) : 0) + (parts.owner ? SD_ROUND(RtlLengthSid(parts.owner)) : 0) +
           (parts.group ? SD_ROUND(RtlLengthSid(parts.group)) : 0);
}

BOOLEAN NTAPI RtlNormalizeSecurityDescriptor(PSECURITY_DESCRIPTOR *sd, ULONG length, PSECURITY_DESCRIPTOR *new_sd,
                                             ULONG *new_length, BOOLEAN check_only);
BOOLEAN NTAPI RtlNormalizeSecurityDescriptor(PSECURITY_DESCRIPTOR *sd, ULONG length, PSECURITY_DESCRIPTOR *new_sd,
                                             ULONG *new_length, BOOLEAN check_only)
{
    SECURITY_DESCRIPTOR_RELATIVE *made;
    ULONG size;

    if (!sd || !*sd || !RtlValidRelativeSecurityDescriptor(*sd, length, 0) || room_for(*sd) > SD_ROUND(length))
        return FALSE;
    if (!(made = heap_alloc_zero(SD_ROUND(length))))
        return FALSE;
    size = normalize(made, *sd);
    if (check_only || (size == length && !memcmp(made, *sd, length))) {
        bool changed = size != length || memcmp(made, *sd, length);

        heap_free(made);
        return changed;
    }
    if (new_length)
        *new_length = size;
    if (!new_sd) {
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, *sd);
        *sd = made;
    } else if (!*new_sd) {
        *new_sd = made;
    } else {
        memcpy(*new_sd, made, size < length ? size : length);
        heap_free(made);
    }
    return TRUE;
}
