/* SPDX-License-Identifier: MIT */
/*
 * rtlaclattribute.c: entries that tell attributes of a resource (SYSTEM_RESOURCE_ATTRIBUTE_ACE, [MS-DTYP] 2.4.4.15): behind
 * the SID a CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1, whose offsets count from its beginning.
 */
#include "rtlsecurity.h"

/* Where the pieces go, or, without `at`, only how large all of it is. */
struct layout {
    char *at;
    SIZE_T used;
};

/* Appends a piece, four-byte aligned, and returns its offset. */
static ULONG append(struct layout *layout, const void *data, SIZE_T size)
{
    SIZE_T offset = layout->used;

    if (layout->at && data)
        memcpy(layout->at + offset, data, size);
    layout->used += (size + 3) & ~(SIZE_T)3;
    return (ULONG)offset;
}

static SIZE_T text_size(const WCHAR *text)
{
    return (wcslen(text) + 1) * sizeof(WCHAR);
}

static ULONG append_value(struct layout *layout, const CLAIM_SECURITY_ATTRIBUTE_V1 *attribute, ULONG index)
{
    const CLAIM_SECURITY_ATTRIBUTE_OCTET_STRING_VALUE *octets = &attribute->Values.pOctetString[index];
    ULONG offset;

    switch (attribute->ValueType) {
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_STRING:
        return append(layout, attribute->Values.ppString[index], text_size(attribute->Values.ppString[index]));
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_SID:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_OCTET_STRING:
        offset = append(layout, &octets->ValueLength, sizeof(ULONG));
        append(layout, octets->pValue, octets->ValueLength);
        return offset;
    default:
        return append(layout, &attribute->Values.pUint64[index], sizeof(DWORD64));
    }
}

static void append_attribute(struct layout *layout, const CLAIM_SECURITY_ATTRIBUTE_V1 *attribute)
{
    CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1 head = { .ValueType = attribute->ValueType,
                                                  .Flags = attribute->Flags,
                                                  .ValueCount = attribute->ValueCount };

    append(layout, NULL,
           offsetof(CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1, Values) + attribute->ValueCount * sizeof(ULONG));
    head.Name = append(layout, attribute->Name, text_size(attribute->Name));
    if (layout->at)
        memcpy(layout->at, &head, offsetof(CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1, Values));
    for (ULONG i = 0; i < attribute->ValueCount; i++) {
        ULONG offset = append_value(layout, attribute, i);

        if (layout->at)
            ((CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1 *)layout->at)->Values.pInt64[i] = offset;
    }
}

/* Names that lead to fully qualified binary names have no form in an entry. */
static bool valid_attribute(const CLAIM_SECURITY_ATTRIBUTES_INFORMATION *info)
{
    const CLAIM_SECURITY_ATTRIBUTE_V1 *attribute;

    if (!info || info->Version != CLAIM_SECURITY_ATTRIBUTES_INFORMATION_VERSION_V1 || info->AttributeCount != 1)
        return false;
    attribute = info->Attribute.pAttributeV1;
    if (!attribute || !attribute->Name || (attribute->ValueCount && !attribute->Values.pInt64) ||
        attribute->ValueCount > MAXUSHORT / sizeof(ULONG))
        return false;
    switch (attribute->ValueType) {
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_INT64:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_UINT64:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_STRING:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_SID:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_BOOLEAN:
    case CLAIM_SECURITY_ATTRIBUTE_TYPE_OCTET_STRING:
        return true;
    default:
        return false;
    }
}

static bool is_everyone(PSID sid)
{
    static const SID everyone = { SID_REVISION, 1, { { 0, 0, 0, 0, 0, 1 } }, { SECURITY_WORLD_RID } };

    return RtlEqualSid(sid, (PSID)&everyone);
}

/* The mask is 0 and the SID Everyone's, as documented; *needed tells what of the list is used, or would be. */
NTSTATUS NTAPI RtlAddResourceAttributeAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                                          CLAIM_SECURITY_ATTRIBUTES_INFORMATION *info, ULONG *needed)
{
    struct layout layout = { NULL, 0 };
    SYSTEM_RESOURCE_ATTRIBUTE_ACE *ace;
    SIZE_T size, used;
    PVOID end = NULL;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (acl->AclRevision > MAX_ACL_REVISION || revision > MAX_ACL_REVISION || revision < MIN_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (mask || flags & ~VALID_INHERIT_FLAGS || !is_everyone(sid) || !valid_attribute(info))
        return STATUS_INVALID_PARAMETER;
    if (!RtlFirstFreeAce(acl, &end))
        return STATUS_INVALID_ACL;

    append_attribute(&layout, info->Attribute.pAttributeV1);
    size = offsetof(SYSTEM_RESOURCE_ATTRIBUTE_ACE, SidStart) + RtlLengthSid(sid) + layout.used;
    used = end ? (SIZE_T)((char *)end - (char *)acl) : acl->AclSize;
    if (size > MAXUSHORT || used + size > MAXUSHORT)
        return STATUS_INVALID_PARAMETER; /* no list is large enough */
    if (needed)
        *needed = (ULONG)(used + size);
    if (used + size > acl->AclSize)
        return STATUS_BUFFER_TOO_SMALL;

    ace = end;
    memset(ace, 0, size);
    ace->Header.AceType = SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE;
    ace->Header.AceFlags = (BYTE)flags;
    ace->Header.AceSize = (WORD)size;
    memcpy(&ace->SidStart, sid, RtlLengthSid(sid));
    layout = (struct layout){ (char *)&ace->SidStart + RtlLengthSid(sid), 0 };
    append_attribute(&layout, info->Attribute.pAttributeV1);
    acl->AceCount++;
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}
