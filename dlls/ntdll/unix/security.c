/* SPDX-License-Identifier: MIT */
/* security.c: SIDs, security descriptors of objects, access checks, and unique identifiers. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

/* --- SIDs --- */

void sid_make(struct sid *sid, BYTE authority, unsigned count, ...)
{
    va_list args;
    memset(sid, 0, sizeof(*sid));
    sid->sid.Revision = 1;
    sid->sid.SubAuthorityCount = (BYTE)count;
    sid->sid.IdentifierAuthority[5] = authority;
    DWORD *sub = (DWORD *)((char *)sid + 8);
    va_start(args, count);
    for (unsigned i = 0; i < count; i++)
        sub[i] = va_arg(args, DWORD);
    va_end(args);
}

/* The same on every machine, so that what a program stores means the same elsewhere. */
void sid_user(struct sid *sid)
{
    sid_make(sid, 5, 5, 21, 1788246531, 3426107941u, 2916453277u, 1000 + (DWORD)getuid());
}

bool sid_equal(const SID *a, const SID *b)
{
    return a->SubAuthorityCount == b->SubAuthorityCount && !memcmp(a, b, sid_size(a));
}

size_t sid_to_text(const SID *sid, char *text, size_t cap)
{
    uint64_t authority = 0;
    for (int i = 0; i < 6; i++)
        authority = authority << 8 | sid->IdentifierAuthority[i];
    size_t at = (size_t)snprintf(text, cap, "S-%u-%llu", sid->Revision, (unsigned long long)authority);
    for (unsigned i = 0; i < sid->SubAuthorityCount && at < cap; i++)
        at += (size_t)snprintf(text + at, cap - at, "-%u", ((const DWORD *)((const char *)sid + 8))[i]);
    return at;
}

bool sid_in(struct sid *sid, const void *user)
{
    memset(sid, 0, sizeof(*sid));
    if (!user_copy_in(sid, user, 8) || sid->sid.Revision != 1 || sid->sid.SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return false;
    return user_copy_in((char *)sid + 8, (const char *)user + 8, 4 * (size_t)sid->sid.SubAuthorityCount);
}

/* --- descriptors --- */

struct parts {
    WORD control;
    const void *owner, *group, *sacl, *dacl; /* NULL where absent */
    size_t owner_size, group_size, sacl_size, dacl_size;
};

static size_t part_sid_size(const void *sid)
{
    return sid ? sid_size(sid) : 0;
}

static size_t part_acl_size(const void *acl)
{
    return acl ? ((const ACL *)acl)->AclSize : 0;
}

static struct parts parts_of(const SECURITY_DESCRIPTOR_RELATIVE *sd)
{
    struct parts parts = { 0 };
    if (!sd)
        return parts;
    const char *base = (const char *)sd;
    parts.control = sd->Control;
    parts.owner = sd->Owner ? base + sd->Owner : NULL;
    parts.group = sd->Group ? base + sd->Group : NULL;
    parts.sacl = sd->Control & SE_SACL_PRESENT && sd->Sacl ? base + sd->Sacl : NULL;
    parts.dacl = sd->Control & SE_DACL_PRESENT && sd->Dacl ? base + sd->Dacl : NULL;
    parts.owner_size = part_sid_size(parts.owner);
    parts.group_size = part_sid_size(parts.group);
    parts.sacl_size = part_acl_size(parts.sacl);
    parts.dacl_size = part_acl_size(parts.dacl);
    return parts;
}

static size_t parts_size(const struct parts *parts)
{
    return sizeof(SECURITY_DESCRIPTOR_RELATIVE) + ROUND_UP(parts->sacl_size, (size_t)4) +
           ROUND_UP(parts->dacl_size, (size_t)4) + parts->owner_size + parts->group_size;
}

static void parts_put(const struct parts *parts, void *out)
{
    SECURITY_DESCRIPTOR_RELATIVE sd = { .Revision = 1, .Control = parts->control | SE_SELF_RELATIVE };
    DWORD at = sizeof(sd);
    struct {
        const void *from;
        size_t size;
        DWORD *offset;
    } order[] = { { parts->sacl, parts->sacl_size, &sd.Sacl },
                  { parts->dacl, parts->dacl_size, &sd.Dacl },
                  { parts->owner, parts->owner_size, &sd.Owner },
                  { parts->group, parts->group_size, &sd.Group } };
    for (unsigned i = 0; i < 4; i++) {
        if (!order[i].from)
            continue;
        memcpy((char *)out + at, order[i].from, order[i].size);
        *order[i].offset = at;
        at += ROUND_UP((DWORD)order[i].size, 4u);
    }
    memcpy(out, &sd, sizeof(sd));
}

static bool acl_valid(const ACL *acl)
{
    const char *at = (const char *)(acl + 1), *end = (const char *)acl + acl->AclSize;
    if (acl->AclSize < sizeof(ACL))
        return false;
    for (unsigned i = 0; i < acl->AceCount; i++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        if (at + sizeof(*ace) > end || ace->AceSize < sizeof(*ace) || at + ace->AceSize > end)
            return false;
        at += ace->AceSize;
    }
    return true;
}

static NTSTATUS copy_acl_in(const void *user, void **acl)
{
    ACL header;
    if (!user_copy_in(&header, user, sizeof(header)))
        return STATUS_ACCESS_VIOLATION;
    if (header.AclSize < sizeof(header))
        return STATUS_INVALID_ACL;
    if (!(*acl = malloc(header.AclSize)))
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_SUCCESS;
    if (!user_copy_in(*acl, user, header.AclSize))
        status = STATUS_ACCESS_VIOLATION;
    else if (((ACL *)*acl)->AclSize != header.AclSize || !acl_valid(*acl))
        status = STATUS_INVALID_ACL;
    if (status) {
        free(*acl);
        *acl = NULL;
    }
    return status;
}

NTSTATUS security_descriptor_in(const void *user, void **descriptor)
{
    SECURITY_DESCRIPTOR sd = { 0 };
    if (!user_copy_in(&sd, user, sizeof(SECURITY_DESCRIPTOR_RELATIVE)))
        return STATUS_ACCESS_VIOLATION;
    if (sd.Revision != 1)
        return STATUS_UNKNOWN_REVISION;
    if (sd.Control & SE_SELF_RELATIVE) {
        SECURITY_DESCRIPTOR_RELATIVE relative;
        memcpy(&relative, &sd, sizeof(relative));
        const char *base = user;
        sd.Owner = relative.Owner ? (void *)(base + relative.Owner) : NULL;
        sd.Group = relative.Group ? (void *)(base + relative.Group) : NULL;
        sd.Sacl = relative.Sacl ? (void *)(base + relative.Sacl) : NULL;
        sd.Dacl = relative.Dacl ? (void *)(base + relative.Dacl) : NULL;
    } else if (!user_copy_in(&sd, user, sizeof(sd))) {
        return STATUS_ACCESS_VIOLATION;
    }
    struct sid owner, group;
    void *sacl = NULL, *dacl = NULL;
    struct parts parts = { .control = sd.Control };
    NTSTATUS status = STATUS_SUCCESS;
    if (sd.Owner && sid_in(&owner, sd.Owner))
        parts.owner = &owner, parts.owner_size = sid_size(&owner.sid);
    else if (sd.Owner)
        status = STATUS_INVALID_SID;
    if (sd.Group && sid_in(&group, sd.Group))
        parts.group = &group, parts.group_size = sid_size(&group.sid);
    else if (sd.Group)
        status = STATUS_INVALID_SID;
    if (!status && sd.Control & SE_SACL_PRESENT && sd.Sacl)
        status = copy_acl_in(sd.Sacl, &sacl);
    if (!status && sd.Control & SE_DACL_PRESENT && sd.Dacl)
        status = copy_acl_in(sd.Dacl, &dacl);
    if (!status) {
        parts.sacl = sacl, parts.sacl_size = part_acl_size(sacl);
        parts.dacl = dacl, parts.dacl_size = part_acl_size(dacl);
        void *out = malloc(parts_size(&parts));
        if (out)
            parts_put(&parts, out);
        else
            status = STATUS_NO_MEMORY;
        *descriptor = out;
    }
    free(sacl);
    free(dacl);
    return status;
}

/* --- what is stored with objects; one lock for all, as it is rare --- */

static uint32_t security_lock;

static bool part_valid(const char *base, size_t size, DWORD offset, bool acl)
{
    if (!offset)
        return true;
    if (offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || offset & 3 || offset > size || size - offset < 8)
        return false;
    if (acl)
        return ((const ACL *)(base + offset))->AclSize <= size - offset && acl_valid((const ACL *)(base + offset));
    const SID *sid = (const SID *)(base + offset);
    return sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES && sid_size(sid) <= size - offset;
}

/* What is stored with a file comes from outside. */
static bool descriptor_valid(const SECURITY_DESCRIPTOR_RELATIVE *sd, size_t size)
{
    const char *base = (const char *)sd;
    return size >= sizeof(*sd) && sd->Revision == 1 && sd->Control & SE_SELF_RELATIVE &&
           part_valid(base, size, sd->Owner, false) && part_valid(base, size, sd->Group, false) &&
           part_valid(base, size, sd->Sacl, true) && part_valid(base, size, sd->Dacl, true);
}

/* Where an object's descriptor is: all handles of a registry key share one. */
static void **security_of(struct object *obj)
{
    return obj->type->security ? obj->type->security(obj) : &obj->security;
}

/* What an object has now; `*stored` is to be freed after its use. The lock is held. */
static struct parts current_parts(struct object *obj, void **stored)
{
    size_t size = 0;
    *stored = security_file_load(obj, &size);
    if (*stored && descriptor_valid(*stored, size))
        return parts_of(*stored);
    return parts_of(*security_of(obj));
}

/* What an object has that nobody gave a descriptor: owned by the user, with the token's default DACL. */
static void default_parts(struct parts *parts)
{
    const struct token *token = (struct token *)token_process();
    parts->control = SE_SELF_RELATIVE | (token->default_dacl ? SE_DACL_PRESENT : 0);
    parts->owner = &token->owner;
    parts->group = &token->primary_group;
    parts->dacl = token->default_dacl;
    parts->owner_size = sid_size(&token->owner.sid);
    parts->group_size = sid_size(&token->primary_group.sid);
    parts->dacl_size = part_acl_size(token->default_dacl);
}

static ACCESS_MASK access_to_read(SECURITY_INFORMATION info)
{
    ACCESS_MASK access = 0;
    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                LABEL_SECURITY_INFORMATION))
        access |= READ_CONTROL;
    if (info & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    return access;
}

NTSTATUS NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation, PVOID SecurityDescriptor,
                               ULONG Length, ULONG *LengthNeeded)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(Handle, NULL, access_to_read(SecurityInformation), &obj);
    if (status)
        return status;
    char *copy = NULL;
    void *stored;
    struct parts defaults = { 0 }, parts;
    default_parts(&defaults);
    native_lock(&security_lock);
    parts = current_parts(obj, &stored);
    /* A descriptor given at creation may leave parts out: those are the default ones. */
    if (!parts.owner)
        parts.owner = defaults.owner, parts.owner_size = defaults.owner_size;
    if (!parts.group)
        parts.group = defaults.group, parts.group_size = defaults.group_size;
    if (!(parts.control & SE_DACL_PRESENT))
        parts.dacl = defaults.dacl, parts.dacl_size = defaults.dacl_size, parts.control |= defaults.control;
    if (!(SecurityInformation & OWNER_SECURITY_INFORMATION))
        parts.owner = NULL, parts.owner_size = 0;
    if (!(SecurityInformation & GROUP_SECURITY_INFORMATION))
        parts.group = NULL, parts.group_size = 0;
    if (!(SecurityInformation & DACL_SECURITY_INFORMATION))
        parts.dacl = NULL, parts.dacl_size = 0, parts.control &= (WORD) ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    if (!(SecurityInformation & SACL_SECURITY_INFORMATION))
        parts.sacl = NULL, parts.sacl_size = 0, parts.control &= (WORD) ~(SE_SACL_PRESENT | SE_SACL_DEFAULTED);
    size_t size = parts_size(&parts);
    if (size <= Length && (copy = malloc(size)))
        parts_put(&parts, copy);
    native_unlock(&security_lock);
    free(stored);
    object_unref(obj);
    *LengthNeeded = (ULONG)size;
    if (size > Length)
        return STATUS_BUFFER_TOO_SMALL;
    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(SecurityDescriptor, copy, size);
    free(copy);
    return STATUS_SUCCESS;
}

NTSTATUS NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation, PVOID SecurityDescriptor)
{
    ACCESS_MASK access = 0;
    if (SecurityInformation & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    if (SecurityInformation & DACL_SECURITY_INFORMATION)
        access |= WRITE_DAC;
    if (SecurityInformation & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    void *given;
    NTSTATUS status = security_descriptor_in(SecurityDescriptor, &given);
    if (status)
        return status;
    struct object *obj;
    status = handle_lookup(Handle, NULL, access, &obj);
    if (status) {
        free(given);
        return status;
    }
    struct parts new_parts = parts_of(given);
    native_lock(&security_lock);
    void *stored;
    struct parts parts = current_parts(obj, &stored);
    if (SecurityInformation & OWNER_SECURITY_INFORMATION)
        parts.owner = new_parts.owner, parts.owner_size = new_parts.owner_size;
    if (SecurityInformation & GROUP_SECURITY_INFORMATION)
        parts.group = new_parts.group, parts.group_size = new_parts.group_size;
    if (SecurityInformation & DACL_SECURITY_INFORMATION) {
        parts.dacl = new_parts.dacl, parts.dacl_size = new_parts.dacl_size;
        parts.control =
            (WORD)((parts.control & ~0x150c) | (new_parts.control & 0x150c)); /* DACL's and its inheritance bits */
    }
    if (SecurityInformation & SACL_SECURITY_INFORMATION) {
        parts.sacl = new_parts.sacl, parts.sacl_size = new_parts.sacl_size;
        parts.control = (WORD)((parts.control & ~0x2a30) | (new_parts.control & 0x2a30));
    }
    void *merged = malloc(parts_size(&parts)), *old = merged;
    if (merged) {
        parts_put(&parts, merged);
        status = security_file_store(obj, merged, parts_size(&parts));
    } else {
        status = STATUS_NO_MEMORY;
    }
    if (!status) {
        old = *security_of(obj);
        *security_of(obj) = merged;
    }
    native_unlock(&security_lock);
    free(old);
    free(stored);
    free(given);
    object_unref(obj);
    return status;
}

/* --- access check --- */

static bool token_has(const struct token *token, const SID *sid, bool deny)
{
    if (sid_equal(&token->user.sid, sid))
        return deny || !(token->user_attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    for (uint32_t i = 0; i < token->group_count; i++) {
        const struct token_group *group = &token->groups[i];
        if (sid_equal(&group->sid.sid, sid))
            return group->attributes & SE_GROUP_ENABLED || (deny && group->attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    }
    return false;
}

static ACCESS_MASK map_generic(ACCESS_MASK access, const GENERIC_MAPPING *mapping)
{
    if (access & GENERIC_READ)
        access |= mapping->GenericRead;
    if (access & GENERIC_WRITE)
        access |= mapping->GenericWrite;
    if (access & GENERIC_EXECUTE)
        access |= mapping->GenericExecute;
    if (access & GENERIC_ALL)
        access |= mapping->GenericAll;
    return access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

/* What the DACL grants of everything: each right is decided by the first entry that names it. */
static ACCESS_MASK dacl_grants(const struct token *token, const ACL *dacl, const GENERIC_MAPPING *mapping)
{
    ACCESS_MASK granted = 0, denied = 0;
    const char *at = (const char *)(dacl + 1);
    for (unsigned i = 0; i < dacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACCESS_ALLOWED_ACE *ace = (const ACCESS_ALLOWED_ACE *)at;
        const SID *sid = (const SID *)&ace->SidStart;
        if (ace->Header.AceFlags & INHERIT_ONLY_ACE || ace->Header.AceSize < 16 ||
            ace->Header.AceSize < 8 + sid_size(sid))
            continue;
        ACCESS_MASK mask = map_generic(ace->Mask, mapping);
        if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && token_has(token, sid, false))
            granted |= mask & ~denied;
        else if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE && token_has(token, sid, true))
            denied |= mask & ~granted;
    }
    return granted;
}

typedef struct _PRIVILEGE_SET {
    DWORD PrivilegeCount;
    DWORD Control;
    LUID_AND_ATTRIBUTES Privilege[1];
} PRIVILEGE_SET;

NTSTATUS NtAccessCheck(PVOID SecurityDescriptor, HANDLE ClientToken, ACCESS_MASK DesiredAccess, PVOID GenericMapping,
                       PVOID PrivilegeSet, ULONG *PrivilegeSetLength, ACCESS_MASK *GrantedAccess,
                       NTSTATUS *AccessStatus)
{
    GENERIC_MAPPING mapping;
    if (!user_copy_in(&mapping, GenericMapping, sizeof(mapping)))
        return STATUS_ACCESS_VIOLATION;
    if (DesiredAccess & (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL))
        return STATUS_GENERIC_NOT_MAPPED;
    if (!PrivilegeSet || *PrivilegeSetLength < sizeof(PRIVILEGE_SET)) {
        *PrivilegeSetLength = sizeof(PRIVILEGE_SET);
        return STATUS_BUFFER_TOO_SMALL;
    }
    void *descriptor;
    NTSTATUS status = security_descriptor_in(SecurityDescriptor, &descriptor);
    if (status)
        return status;
    struct parts parts = parts_of(descriptor);
    struct object *obj;
    if (!parts.owner || !parts.group) {
        free(descriptor);
        return STATUS_INVALID_SECURITY_DESCR;
    }
    status = handle_lookup(ClientToken, &token_type, TOKEN_QUERY, &obj);
    if (status) {
        free(descriptor);
        return status;
    }
    struct token *token = (struct token *)obj;
    if (token->type != TokenImpersonation)
        status = STATUS_NO_IMPERSONATION_TOKEN;
    else if (token->level < SecurityIdentification)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    if (!status) {
        native_lock(&token->lock);
        ACCESS_MASK granted =
            parts.dacl ? dacl_grants(token, parts.dacl, &mapping) : mapping.GenericAll | STANDARD_RIGHTS_ALL;
        if (token_has(token, parts.owner, false))
            granted |= READ_CONTROL | WRITE_DAC;
        native_unlock(&token->lock);
        ACCESS_MASK wanted = DesiredAccess & ~MAXIMUM_ALLOWED;
        bool ok = (granted & wanted) == wanted && (wanted || granted);
        PRIVILEGE_SET none = { 0 };
        if (!user_copy_out(PrivilegeSet, &none, sizeof(none)))
            status = STATUS_ACCESS_VIOLATION;
        *GrantedAccess = !ok ? 0 : DesiredAccess & MAXIMUM_ALLOWED ? granted : wanted;
        *AccessStatus = ok ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
    }
    object_unref(obj);
    free(descriptor);
    return status;
}

/* --- identifiers --- */

LUID luid_allocate(void)
{
    static uint64_t next = 0x100000; /* below are the well-known ones */
    uint64_t value = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
    return (LUID){ (DWORD)value, (LONG)(value >> 32) };
}

NTSTATUS NtAllocateLocallyUniqueId(LUID *Luid)
{
    *Luid = luid_allocate();
    return STATUS_SUCCESS;
}

NTSTATUS NtAllocateUuids(ULARGE_INTEGER *Time, ULONG *Range, ULONG *Sequence, PUCHAR Seed)
{
    /* Time-based UUIDs: 100 ns since 15 October 1582, a range of consecutive values that nobody else gets. */
    static uint64_t last;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ticks = (uint64_t)now.tv_sec * 10000000 + (uint64_t)now.tv_nsec / 100 + 0x01b21dd213814000ull;
    uint64_t previous = __atomic_load_n(&last, __ATOMIC_RELAXED);
    do {
        if (ticks <= previous)
            ticks = previous + 1;
    } while (!__atomic_compare_exchange_n(&last, &previous, ticks, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    static struct {
        uint32_t lock;
        bool known;
        ULONG sequence;
        UCHAR seed[6];
    } id;
    native_lock(&id.lock);
    if (!id.known) {
        if (getrandom(&id.seed, sizeof(id.seed), 0) != sizeof(id.seed) ||
            getrandom(&id.sequence, sizeof(id.sequence), 0) != sizeof(id.sequence)) {
            native_unlock(&id.lock);
            return STATUS_UNSUCCESSFUL;
        }
        id.seed[0] |= 1; /* multicast: no real network card's address */
        id.sequence &= 0x3fff;
        id.known = true;
    }
    native_unlock(&id.lock);
    if (!user_copy_out(Seed, id.seed, sizeof(id.seed)))
        return STATUS_ACCESS_VIOLATION;
    Time->QuadPart = ticks;
    *Range = 1;
    *Sequence = id.sequence;
    return STATUS_SUCCESS;
}
