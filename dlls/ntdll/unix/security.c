/* SPDX-License-Identifier: MIT */
/* security.c: SIDs, access lists and security descriptors as data; unique identifiers. */
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

/* --- access lists --- */

ACCESS_MASK generic_map(ACCESS_MASK access, const GENERIC_MAPPING *mapping)
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

bool acl_valid(const ACL *acl)
{
    const char *at = (const char *)(acl + 1), *end = (const char *)acl + acl->AclSize;
    if (acl->AclSize < sizeof(ACL))
        return false;
    for (unsigned i = 0; i < acl->AceCount; i++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        if ((size_t)(end - at) < sizeof(*ace) || ace->AceSize < sizeof(*ace) || ace->AceSize > end - at ||
            ace->AceSize & 3)
            return false;
        at += ace->AceSize;
    }
    return true;
}

NTSTATUS acl_in(const void *user, ACL **acl)
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
    else if ((*acl)->AclSize != header.AclSize || !acl_valid(*acl))
        status = STATUS_INVALID_ACL;
    if (status) {
        free(*acl);
        *acl = NULL;
    }
    return status;
}

void acl_map_generic(ACL *acl, const GENERIC_MAPPING *mapping)
{
    char *at = (char *)(acl + 1);
    for (unsigned i = 0; i < acl->AceCount; i++, at += ((ACE_HEADER *)at)->AceSize) {
        ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)at;
        if (ace->Header.AceSize >= sizeof(*ace) && !(ace->Header.AceFlags & INHERIT_ONLY_ACE) &&
            ace->Header.AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            ace->Mask = generic_map(ace->Mask, mapping);
    }
}

bool acl_label(const ACL *sacl, uint32_t *level, ACCESS_MASK *policy)
{
    const char *at = (const char *)(sacl + 1);
    for (unsigned i = 0; i < sacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACCESS_ALLOWED_ACE *ace = (const ACCESS_ALLOWED_ACE *)at;
        const SID *sid = (const SID *)&ace->SidStart;
        if (ace->Header.AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE || ace->Header.AceFlags & INHERIT_ONLY_ACE ||
            ace->Header.AceSize < 8 + 12 || sid->SubAuthorityCount != 1)
            continue;
        *level = sid->SubAuthority[0];
        *policy = ace->Mask;
        return true;
    }
    return false;
}

/* --- descriptors --- */

static size_t part_sid_size(const void *sid)
{
    return sid ? sid_size(sid) : 0;
}

static size_t part_acl_size(const void *acl)
{
    return acl ? ((const ACL *)acl)->AclSize : 0;
}

struct sd_parts sd_parts_of(const void *self_relative)
{
    const SECURITY_DESCRIPTOR_RELATIVE *sd = self_relative;
    struct sd_parts parts = { 0 };
    if (!sd)
        return parts;
    const char *base = self_relative;
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

size_t sd_parts_size(const struct sd_parts *parts)
{
    return sizeof(SECURITY_DESCRIPTOR_RELATIVE) + ROUND_UP(parts->sacl_size, (size_t)4) +
           ROUND_UP(parts->dacl_size, (size_t)4) + parts->owner_size + parts->group_size;
}

void sd_parts_put(const struct sd_parts *parts, void *out)
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

void *sd_parts_copy(const struct sd_parts *parts)
{
    void *copy = calloc(1, sd_parts_size(parts));
    if (copy)
        sd_parts_put(parts, copy);
    return copy;
}

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

bool sd_valid(const void *descriptor, size_t size)
{
    const SECURITY_DESCRIPTOR_RELATIVE *sd = descriptor;
    const char *base = descriptor;
    return size >= sizeof(*sd) && sd->Revision == 1 && sd->Control & SE_SELF_RELATIVE &&
           part_valid(base, size, sd->Owner, false) && part_valid(base, size, sd->Group, false) &&
           part_valid(base, size, sd->Sacl, true) && part_valid(base, size, sd->Dacl, true);
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
    ACL *sacl = NULL, *dacl = NULL;
    struct sd_parts parts = { .control = sd.Control };
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
        status = acl_in(sd.Sacl, &sacl);
    if (!status && sd.Control & SE_DACL_PRESENT && sd.Dacl)
        status = acl_in(sd.Dacl, &dacl);
    if (!status) {
        parts.sacl = sacl, parts.sacl_size = part_acl_size(sacl);
        parts.dacl = dacl, parts.dacl_size = part_acl_size(dacl);
        if (!(*descriptor = sd_parts_copy(&parts)))
            status = STATUS_NO_MEMORY;
    }
    free(sacl);
    free(dacl);
    return status;
}

/* --- identifiers --- */

/*
 * "Guaranteed to be unique only on the system on which it was generated" until that is restarted, and no server is started
 * for it: the nanoseconds since the system began, which no two processes ask for in the same one. Below are the well-known ones.
 */
LUID luid_allocate(void)
{
    static uint64_t last = 0x100000;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    uint64_t value, previous = __atomic_load_n(&last, __ATOMIC_RELAXED);
    do {
        value = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
        if (value <= previous)
            value = previous + 1;
    } while (!__atomic_compare_exchange_n(&last, &previous, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
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
