/* SPDX-License-Identifier: MIT */
/* rtlsd.c: security descriptors, absolute (pointers) and self-relative (offsets). */
#include "rtlsecurity.h"

static SECURITY_DESCRIPTOR_RELATIVE *relative_of(PSECURITY_DESCRIPTOR sd)
{
    return (((const SECURITY_DESCRIPTOR *)sd)->Control & SE_SELF_RELATIVE) ? sd : NULL;
}

static PVOID at_offset(PVOID base, ULONG offset)
{
    return offset ? (char *)base + offset : NULL;
}

struct sd_parts sd_parts_of(PSECURITY_DESCRIPTOR descriptor)
{
    const SECURITY_DESCRIPTOR *sd = descriptor;
    SECURITY_DESCRIPTOR_RELATIVE *rel = sd ? relative_of(descriptor) : NULL;
    struct sd_parts parts = { 0 };

    if (!sd)
        return parts;
    parts.control = sd->Control;
    parts.owner = rel ? at_offset(rel, rel->Owner) : sd->Owner;
    parts.group = rel ? at_offset(rel, rel->Group) : sd->Group;
    if (sd->Control & SE_SACL_PRESENT)
        parts.sacl = rel ? at_offset(rel, rel->Sacl) : sd->Sacl;
    if (sd->Control & SE_DACL_PRESENT)
        parts.dacl = rel ? at_offset(rel, rel->Dacl) : sd->Dacl;
    return parts;
}

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG revision)
{
    if (revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memset(sd, 0, sizeof(SECURITY_DESCRIPTOR));
    ((SECURITY_DESCRIPTOR *)sd)->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
    struct sd_parts parts;

    if (!sd || ((const SECURITY_DESCRIPTOR *)sd)->Revision != SECURITY_DESCRIPTOR_REVISION)
        return FALSE;
    parts = sd_parts_of(sd);
    return (!parts.owner || RtlValidSid(parts.owner)) && (!parts.group || RtlValidSid(parts.group)) &&
           (!parts.dacl || RtlValidAcl(parts.dacl)) && (!parts.sacl || RtlValidAcl(parts.sacl));
}

static bool valid_sid_at(const char *base, ULONG length, ULONG offset)
{
    const SID *sid = (const SID *)(base + offset);

    if (offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || offset & 3 || offset > length ||
        length - offset < RtlLengthRequiredSid(0))
        return false;
    return RtlValidSid((PSID)sid) && RtlLengthSid((PSID)sid) <= length - offset;
}

static bool valid_acl_at(const char *base, ULONG length, ULONG offset)
{
    ACL *acl = (ACL *)(base + offset);

    if (offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || offset & 3 || offset > length ||
        length - offset < sizeof(*acl))
        return false;
    return acl->AclSize <= length - offset && RtlValidAcl(acl);
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, ULONG length,
                                                 SECURITY_INFORMATION required)
{
    const SECURITY_DESCRIPTOR_RELATIVE *sd = descriptor;
    const char *base = descriptor;

    if (length < sizeof(*sd) || sd->Revision != SECURITY_DESCRIPTOR_REVISION || !(sd->Control & SE_SELF_RELATIVE))
        return FALSE;
    if (sd->Owner ? !valid_sid_at(base, length, sd->Owner) : (required & OWNER_SECURITY_INFORMATION) != 0)
        return FALSE;
    if (sd->Group ? !valid_sid_at(base, length, sd->Group) : (required & GROUP_SECURITY_INFORMATION) != 0)
        return FALSE;
    if (sd->Control & SE_DACL_PRESENT ? sd->Dacl && !valid_acl_at(base, length, sd->Dacl)
                                      : (required & DACL_SECURITY_INFORMATION) != 0)
        return FALSE;
    if (sd->Control & SE_SACL_PRESENT ? sd->Sacl && !valid_acl_at(base, length, sd->Sacl)
                                      : (required & SACL_SECURITY_INFORMATION) != 0)
        return FALSE;
    return TRUE;
}

/* As a self-relative one, or as it lies in memory: absolute ones are the structure and what it points to. */
ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
    struct sd_parts parts = sd_parts_of(sd);
    ULONG size = relative_of(sd) ? sizeof(SECURITY_DESCRIPTOR_RELATIVE) : sizeof(SECURITY_DESCRIPTOR);

    if (parts.owner)
        size += SD_ROUND(RtlLengthSid(parts.owner));
    if (parts.group)
        size += SD_ROUND(RtlLengthSid(parts.group));
    if (parts.dacl)
        size += SD_ROUND(parts.dacl->AclSize);
    if (parts.sacl)
        size += SD_ROUND(parts.sacl->AclSize);
    return size;
}

NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR_CONTROL *control,
                                               ULONG *revision)
{
    const SECURITY_DESCRIPTOR *sd = descriptor;

    *revision = sd->Revision;
    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *control = sd->Control;
    return STATUS_SUCCESS;
}

/* The bits that may be set (SetSecurityDescriptorControl). */
#define SETTABLE_CONTROL                                                                                               \
    (SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED |           \
     SE_DACL_PROTECTED | SE_SACL_PROTECTED)

NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR_CONTROL mask,
                                               SECURITY_DESCRIPTOR_CONTROL bits)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    if ((mask | bits) & ~SETTABLE_CONTROL)
        return STATUS_INVALID_PARAMETER;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)((sd->Control & ~mask) | (bits & mask));
    return STATUS_SUCCESS;
}

static NTSTATUS check(PSECURITY_DESCRIPTOR sd)
{
    return ((const SECURITY_DESCRIPTOR *)sd)->Revision == SECURITY_DESCRIPTOR_REVISION ? STATUS_SUCCESS
                                                                                       : STATUS_UNKNOWN_REVISION;
}

static NTSTATUS check_absolute(PSECURITY_DESCRIPTOR sd)
{
    NTSTATUS status = check(sd);

    return status ? status : relative_of(sd) ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

static bool has(PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL bit)
{
    return (((const SECURITY_DESCRIPTOR *)sd)->Control & bit) != 0;
}

static void set_control(SECURITY_DESCRIPTOR *sd, SECURITY_DESCRIPTOR_CONTROL bit, bool on)
{
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)(on ? sd->Control | bit : sd->Control & ~bit);
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *owner, BOOLEAN *defaulted)
{
    NTSTATUS status = check(sd);

    if (status)
        return status;
    *owner = sd_parts_of(sd).owner;
    *defaulted = has(sd, SE_OWNER_DEFAULTED);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID owner, BOOLEAN defaulted)
{
    NTSTATUS status = check_absolute(sd);

    if (status)
        return status;
    ((SECURITY_DESCRIPTOR *)sd)->Owner = owner;
    set_control(sd, SE_OWNER_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *group, BOOLEAN *defaulted)
{
    NTSTATUS status = check(sd);

    if (status)
        return status;
    *group = sd_parts_of(sd).group;
    *defaulted = has(sd, SE_GROUP_DEFAULTED);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID group, BOOLEAN defaulted)
{
    NTSTATUS status = check_absolute(sd);

    if (status)
        return status;
    ((SECURITY_DESCRIPTOR *)sd)->Group = group;
    set_control(sd, SE_GROUP_DEFAULTED, defaulted);
    return STATUS_SUCCESS;
}

/* The control bits of one of the two lists. */
struct acl_bits {
    SECURITY_DESCRIPTOR_CONTROL present, defaulted;
};
static const struct acl_bits dacl_bits = { SE_DACL_PRESENT, SE_DACL_DEFAULTED };
static const struct acl_bits sacl_bits = { SE_SACL_PRESENT, SE_SACL_DEFAULTED };

static NTSTATUS get_acl(PSECURITY_DESCRIPTOR sd, const struct acl_bits *bits, BOOLEAN *present, ACL **acl,
                        BOOLEAN *defaulted)
{
    NTSTATUS status = check(sd);

    if (status)
        return status;
    if ((*present = has(sd, bits->present))) {
        *acl = bits == &dacl_bits ? sd_parts_of(sd).dacl : sd_parts_of(sd).sacl;
        *defaulted = has(sd, bits->defaulted);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS set_acl(PSECURITY_DESCRIPTOR descriptor, const struct acl_bits *bits, BOOLEAN present, ACL *acl,
                        BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = descriptor;
    NTSTATUS status = check_absolute(sd);

    if (status)
        return status;
    set_control(sd, bits->present, present);
    if (!present)
        return STATUS_SUCCESS;
    if (bits == &dacl_bits)
        sd->Dacl = acl;
    else
        sd->Sacl = acl;
    set_control(sd, bits->defaulted, defaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN *present, ACL **dacl, BOOLEAN *defaulted)
{
    return get_acl(sd, &dacl_bits, present, dacl, defaulted);
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN present, ACL *dacl, BOOLEAN defaulted)
{
    return set_acl(sd, &dacl_bits, present, dacl, defaulted);
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN *present, ACL **sacl, BOOLEAN *defaulted)
{
    return get_acl(sd, &sacl_bits, present, sacl, defaulted);
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN present, ACL *sacl, BOOLEAN defaulted)
{
    return set_acl(sd, &sacl_bits, present, sacl, defaulted);
}

/* --- from one form to the other --- */

static ULONG put(char *base, ULONG *offset, const void *part, ULONG size)
{
    ULONG at = *offset;

    if (!part)
        return 0;
    memcpy(base + at, part, size);
    memset(base + at + size, 0, SD_ROUND(size) - size);
    *offset += SD_ROUND(size);
    return at;
}

static ULONG sd_size(const struct sd_parts *parts)
{
    ULONG size = sizeof(SECURITY_DESCRIPTOR_RELATIVE);

    size += parts->owner ? SD_ROUND(RtlLengthSid(parts->owner)) : 0;
    size += parts->group ? SD_ROUND(RtlLengthSid(parts->group)) : 0;
    size += parts->dacl ? SD_ROUND(parts->dacl->AclSize) : 0;
    size += parts->sacl ? SD_ROUND(parts->sacl->AclSize) : 0;
    return size;
}

static void write_relative(const struct sd_parts *parts, SECURITY_DESCRIPTOR_RELATIVE *rel)
{
    ULONG offset = sizeof(*rel);
    char *base = (char *)rel;

    rel->Control = parts->control | SE_SELF_RELATIVE;
    rel->Sacl = put(base, &offset, parts->sacl, parts->sacl ? parts->sacl->AclSize : 0);
    rel->Dacl = put(base, &offset, parts->dacl, parts->dacl ? parts->dacl->AclSize : 0);
    rel->Owner = put(base, &offset, parts->owner, parts->owner ? RtlLengthSid(parts->owner) : 0);
    rel->Group = put(base, &offset, parts->group, parts->group ? RtlLengthSid(parts->group) : 0);
}

NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, ULONG *length)
{
    const SECURITY_DESCRIPTOR *sd = from;
    SECURITY_DESCRIPTOR_RELATIVE *rel = to;
    struct sd_parts parts = sd_parts_of(from);
    ULONG size = sd_size(&parts), room = *length;

    *length = size;
    if (room < size)
        return STATUS_BUFFER_TOO_SMALL;
    rel->Revision = sd->Revision;
    rel->Sbz1 = sd->Sbz1;
    write_relative(&parts, rel);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, ULONG *length)
{
    if (relative_of(from))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    return RtlMakeSelfRelativeSD(from, to, length);
}

NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, ULONG *size, ACL *dacl,
                                           ULONG *dacl_size, ACL *sacl, ULONG *sacl_size, PSID owner, ULONG *owner_size,
                                           PSID group, ULONG *group_size)
{
    struct sd_parts parts;
    SECURITY_DESCRIPTOR *sd = to;
    ULONG need_owner, need_group, need_dacl, need_sacl;
    bool fits;

    if (!relative_of(from))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    parts = sd_parts_of(from);
    need_owner = parts.owner ? RtlLengthSid(parts.owner) : 0;
    need_group = parts.group ? RtlLengthSid(parts.group) : 0;
    need_dacl = parts.dacl ? parts.dacl->AclSize : 0;
    need_sacl = parts.sacl ? parts.sacl->AclSize : 0;
    fits = *size >= sizeof(*sd) && *owner_size >= need_owner && *group_size >= need_group && *dacl_size >= need_dacl &&
           *sacl_size >= need_sacl;
    *size = sizeof(*sd);
    *owner_size = need_owner;
    *group_size = need_group;
    *dacl_size = need_dacl;
    *sacl_size = need_sacl;
    if (!fits)
        return STATUS_BUFFER_TOO_SMALL;
    memset(sd, 0, sizeof(*sd));
    sd->Revision = ((const SECURITY_DESCRIPTOR *)from)->Revision;
    sd->Sbz1 = ((const SECURITY_DESCRIPTOR *)from)->Sbz1;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)(((const SECURITY_DESCRIPTOR *)from)->Control & ~SE_SELF_RELATIVE);
    if (parts.owner)
        sd->Owner = memcpy(owner, parts.owner, need_owner);
    if (parts.group)
        sd->Group = memcpy(group, parts.group, need_group);
    if (parts.dacl)
        sd->Dacl = memcpy(dacl, parts.dacl, need_dacl);
    if (parts.sacl)
        sd->Sacl = memcpy(sacl, parts.sacl, need_sacl);
    return STATUS_SUCCESS;
}

/* In place. Where pointers are wider than offsets, the parts move towards the end, and the buffer must be that much larger. */
NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD2(PSECURITY_DESCRIPTOR descriptor, ULONG *size)
{
    SECURITY_DESCRIPTOR_RELATIVE *rel = descriptor;
    SECURITY_DESCRIPTOR *sd = descriptor;
    struct sd_parts parts = sd_parts_of(descriptor);
    ULONG grow = sizeof(*sd) - sizeof(*rel), used = sizeof(*rel);
    const struct {
        const void *start;
        ULONG size;
    } pieces[] = {
        { parts.owner, parts.owner ? RtlLengthSid(parts.owner) : 0 },
        { parts.group, parts.group ? RtlLengthSid(parts.group) : 0 },
        { parts.dacl, parts.dacl ? parts.dacl->AclSize : 0 },
        { parts.sacl, parts.sacl ? parts.sacl->AclSize : 0 },
    };

    if (!relative_of(descriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    for (ULONG i = 0; i < ARRAY_SIZE(pieces); i++) {
        ULONG end = pieces[i].size ? (ULONG)((const char *)pieces[i].start - (char *)descriptor) + pieces[i].size : 0;

        used = end > used ? end : used;
    }
    if (*size < used + grow) {
        *size = used + grow;
        return STATUS_BUFFER_TOO_SMALL;
    }
    memmove((char *)descriptor + sizeof(*sd), (char *)descriptor + sizeof(*rel), used - sizeof(*rel));
    sd->Control &= (SECURITY_DESCRIPTOR_CONTROL)~SE_SELF_RELATIVE;
    sd->Owner = parts.owner ? (SID *)((char *)parts.owner + grow) : NULL;
    sd->Group = parts.group ? (SID *)((char *)parts.group + grow) : NULL;
    sd->Sacl = parts.sacl ? (ACL *)((char *)parts.sacl + grow) : NULL;
    sd->Dacl = parts.dacl ? (ACL *)((char *)parts.dacl + grow) : NULL;
    return STATUS_SUCCESS;
}

/* --- a resource manager's byte (SetSecurityDescriptorRMControl) --- */

BOOLEAN NTAPI RtlGetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor, UCHAR *control)
{
    const SECURITY_DESCRIPTOR *sd = descriptor;

    *control = 0;
    if (!has(descriptor, SE_RM_CONTROL_VALID))
        return FALSE;
    *control = sd->Sbz1;
    return TRUE;
}

VOID NTAPI RtlSetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor, UCHAR *control)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    set_control(sd, SE_RM_CONTROL_VALID, control != NULL);
    sd->Sbz1 = control ? *control : 0;
}
