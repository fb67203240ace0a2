/* SPDX-License-Identifier: MIT */
/* sddl_tables.c: the names of entries, flags and rights ("ACE Strings"), and the buffers that texts are made in. */
#include "sddl_private.h"

const struct sddl_ace_type sddl_ace_types[] = {
    { L"A", ACCESS_ALLOWED_ACE_TYPE, false, false },
    { L"D", ACCESS_DENIED_ACE_TYPE, false, false },
    { L"OA", ACCESS_ALLOWED_OBJECT_ACE_TYPE, true, false },
    { L"OD", ACCESS_DENIED_OBJECT_ACE_TYPE, true, false },
    { L"AU", SYSTEM_AUDIT_ACE_TYPE, false, false },
    { L"AL", SYSTEM_ALARM_ACE_TYPE, false, false },
    { L"OU", SYSTEM_AUDIT_OBJECT_ACE_TYPE, true, false },
    { L"OL", SYSTEM_ALARM_OBJECT_ACE_TYPE, true, false },
    { L"ML", SYSTEM_MANDATORY_LABEL_ACE_TYPE, false, false },
    { L"XA", ACCESS_ALLOWED_CALLBACK_ACE_TYPE, false, true },
    { L"XD", ACCESS_DENIED_CALLBACK_ACE_TYPE, false, true },
    { L"XU", SYSTEM_AUDIT_CALLBACK_ACE_TYPE, false, true },
    { L"ZA", ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE, true, true },
    { L"RA", 0x12 /* SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE */, false, false },
    { L"SP", 0x13 /* SYSTEM_SCOPED_POLICY_ID_ACE_TYPE */, false, false },
    { L"TL", 0x14 /* SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE */, false, false },
    { L"FL", 0x15 /* SYSTEM_ACCESS_FILTER_ACE_TYPE */, false, true },
};
const UINT sddl_ace_type_count = ARRAY_SIZE(sddl_ace_types);

/* In the order in which they are written. */
const struct sddl_name sddl_ace_flags[] = {
    { L"OI", OBJECT_INHERIT_ACE },
    { L"CI", CONTAINER_INHERIT_ACE },
    { L"NP", NO_PROPAGATE_INHERIT_ACE },
    { L"IO", INHERIT_ONLY_ACE },
    { L"ID", INHERITED_ACE },
    { L"CR", 0x20 /* CRITICAL_ACE_FLAG */ },
    { L"SA", SUCCESSFUL_ACCESS_ACE_FLAG },
    { L"FA", FAILED_ACCESS_ACE_FLAG },
    { L"TP", 0x40 /* TRUST_PROTECTED_FILTER_ACE_FLAG */ },
};
const UINT sddl_ace_flag_count = ARRAY_SIZE(sddl_ace_flags);

/* First those of one bit, in the order in which they are written. */
const struct sddl_name sddl_rights[] = {
    { L"CC", 0x1 },           { L"DC", 0x2 },          { L"LC", 0x4 },
    { L"SW", 0x8 },           { L"RP", 0x10 },         { L"WP", 0x20 },
    { L"DT", 0x40 },          { L"LO", 0x80 },         { L"CR", 0x100 },
    { L"SD", DELETE },        { L"RC", READ_CONTROL }, { L"WD", WRITE_DAC },
    { L"WO", WRITE_OWNER },   { L"GA", GENERIC_ALL },  { L"GX", GENERIC_EXECUTE },
    { L"GW", GENERIC_WRITE }, { L"GR", GENERIC_READ }, { L"FA", 0x1f01ff },
    { L"FR", 0x120089 },      { L"FW", 0x120116 },     { L"FX", 0x1200a0 },
    { L"KA", 0xf003f },       { L"KR", 0x20019 },      { L"KW", 0x20006 },
    { L"KX", 0x20019 },
};
const UINT sddl_right_count = ARRAY_SIZE(sddl_rights);

const struct sddl_name sddl_label_rights[] = { { L"NW", 0x1 }, { L"NR", 0x2 }, { L"NX", 0x4 } };
const UINT sddl_label_right_count = ARRAY_SIZE(sddl_label_rights);

void put_bytes(struct bytes *bytes, const void *data, SIZE_T size)
{
    if (bytes->failed)
        return;
    if (bytes->size + size > bytes->cap) {
        SIZE_T cap = (bytes->size + size) * 2 + 64;
        BYTE *larger = bytes->data ? HeapReAlloc(GetProcessHeap(), 0, bytes->data, cap) : heap_alloc(cap);
        if (!larger) {
            bytes->failed = true;
            return;
        }
        bytes->data = larger;
        bytes->cap = cap;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void put_byte(struct bytes *bytes, BYTE value)
{
    put_bytes(bytes, &value, sizeof(value));
}

void put_dword(struct bytes *bytes, DWORD value)
{
    put_bytes(bytes, &value, sizeof(value));
}

void put_chars(struct bytes *text, const WCHAR *str, SIZE_T length)
{
    put_bytes(text, str, length * sizeof(WCHAR));
}

void put_text(struct bytes *text, const WCHAR *str)
{
    put_chars(text, str, wcslen(str));
}
