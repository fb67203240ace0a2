/* SPDX-License-Identifier: MIT */
/*
 * acl_inherit.h: what a new object inherits of its container's access list ("ACE Inheritance Rules"), for both sides of the
 * boundary: registry keys and directories get it from the system, private objects from RtlNewSecurityObject. The including
 * file has the structures of winnt.h.
 */
#ifndef TRANSOM_ACL_INHERIT_H
#define TRANSOM_ACL_INHERIT_H

#include <stdbool.h>
#include <string.h>

#define ACL_INHERIT_MAX 0xffff /* of a list's size: its field has 16 bits */

struct acl_inherit {
    bool container; /* the new object is one */
    bool mark;      /* what is inherited gets INHERITED_ACE */
    const void *owner, *group;
    GENERIC_MAPPING mapping;
    const GUID *const *types; /* what the new object is, where there are types */
    unsigned type_count;
};

static inline size_t acl_sid_size(const void *sid)
{
    return 8 + 4 * (size_t)((const BYTE *)sid)[1];
}

static inline bool acl_has_types(BYTE type)
{
    return type == 0x05 || type == 0x06 || type == 0x07 || type == 0x08 || type == 0x0b || type == 0x0c ||
           type == 0x0f || type == 0x10;
}

/* Where an entry's SID is, or 0 if there is no room for one. *inherited is the type of objects that inherit it, or NULL. */
static inline size_t acl_sid_offset(const ACE_HEADER *ace, const GUID **inherited)
{
    const char *at = (const char *)ace;
    size_t offset = 8;

    *inherited = NULL;
    if (acl_has_types(ace->AceType)) {
        DWORD present;
        if (ace->AceSize < 12)
            return 0;
        memcpy(&present, at + 8, sizeof(present));
        offset = 12 + (present & 1 ? sizeof(GUID) : 0);
        if (present & 2) {
            *inherited = (const GUID *)(at + offset);
            offset += sizeof(GUID);
        }
    }
    if (offset + 8 > ace->AceSize || offset + acl_sid_size(at + offset) > ace->AceSize)
        return 0;
    return offset;
}

static inline ACCESS_MASK acl_generic_map(ACCESS_MASK mask, const GENERIC_MAPPING *mapping)
{
    if (mask & GENERIC_READ)
        mask |= mapping->GenericRead;
    if (mask & GENERIC_WRITE)
        mask |= mapping->GenericWrite;
    if (mask & GENERIC_EXECUTE)
        mask |= mapping->GenericExecute;
    if (mask & GENERIC_ALL)
        mask |= mapping->GenericAll;
    return mask & ~(ACCESS_MASK)(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

/* Appends an entry with other flags, its SID replaced by `who` unless that is NULL, its rights mapped if so wanted. */
static inline bool acl_append(ACL *out, const ACE_HEADER *ace, size_t sid, BYTE flags, const void *who,
                              const GENERIC_MAPPING *mapping)
{
    const char *from = (const char *)ace;
    char *to = (char *)out + out->AclSize;
    size_t old_size = acl_sid_size(from + sid), new_size = who ? acl_sid_size(who) : old_size;
    size_t size = ace->AceSize - old_size + new_size;
    ACCESS_MASK mask;

    if (out->AclSize + size > ACL_INHERIT_MAX)
        return false;
    memcpy(to, from, sid);
    memcpy(to + sid, who ? (const char *)who : from + sid, new_size);
    memcpy(to + sid + new_size, from + sid + old_size, ace->AceSize - sid - old_size);
    ((ACE_HEADER *)to)->AceFlags = flags;
    ((ACE_HEADER *)to)->AceSize = (WORD)size;
    if (mapping) {
        memcpy(&mask, to + 4, sizeof(mask));
        mask = acl_generic_map(mask, mapping);
        memcpy(to + 4, &mask, sizeof(mask));
    }
    out->AclSize = (WORD)(out->AclSize + size);
    out->AceCount++;
    return true;
}

/* CREATOR OWNER and CREATOR GROUP stand for the new object's; NULL for other SIDs. */
static inline const void *acl_creator(const void *sid, const struct acl_inherit *how)
{
    static const BYTE owner[12] = { 1, 1, 0, 0, 0, 0, 0, 3, 0 }, group[12] = { 1, 1, 0, 0, 0, 0, 0, 3, 1 };

    if (((const BYTE *)sid)[1] != 1)
        return NULL;
    return !memcmp(sid, owner, 12) ? how->owner : !memcmp(sid, group, 12) ? how->group : NULL;
}

static inline bool acl_type_matches(const GUID *type, const struct acl_inherit *how)
{
    for (unsigned i = 0; i < how->type_count; i++)
        if (how->types[i] && !memcmp(how->types[i], type, sizeof(GUID)))
            return true;
    return !type;
}

/* One entry of the container. An entry that both counts for the new object and goes on to what it will contain is two if
 * counting changes it (CREATOR OWNER, generic rights). */
static inline bool acl_inherit_entry(ACL *out, const ACE_HEADER *ace, const struct acl_inherit *how)
{
    const GUID *type;
    size_t sid = acl_sid_offset(ace, &type);
    BYTE inherit = ace->AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE);
    BYTE kept = (BYTE)(ace->AceFlags & 0xe0) | (how->mark ? INHERITED_ACE : 0); /* what it audits stays */
    ACCESS_MASK mask;

    if (!sid || !inherit)
        return true;
    bool counts = inherit & (how->container ? CONTAINER_INHERIT_ACE : OBJECT_INHERIT_ACE);
    if (type && counts)
        counts = acl_type_matches(type, how);
    bool goes_on = how->container && !(ace->AceFlags & NO_PROPAGATE_INHERIT_ACE);
    const void *who = acl_creator((const char *)ace + sid, how);
    memcpy(&mask, (const char *)ace + 4, sizeof(mask));
    bool changes = who || acl_generic_map(mask, &how->mapping) != mask;
    if (counts && goes_on && !changes)
        return acl_append(out, ace, sid, kept | inherit, NULL, NULL);
    if (counts && !acl_append(out, ace, sid, kept, who, &how->mapping))
        return false;
    return !goes_on || acl_append(out, ace, sid, kept | inherit | INHERIT_ONLY_ACE, NULL, NULL);
}

/* Appends to `out`, which has room for ACL_INHERIT_MAX bytes and a head already, what is inherited of `from`. */
static inline bool acl_inherit(ACL *out, const ACL *from, const struct acl_inherit *how)
{
    const char *at = (const char *)(from + 1);

    for (unsigned i = 0; i < from->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        if (!acl_inherit_entry(out, (const ACE_HEADER *)at, how))
            return false;
    if (from->AclRevision > out->AclRevision)
        out->AclRevision = from->AclRevision;
    return true;
}

#endif
