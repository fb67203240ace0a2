/* SPDX-License-Identifier: MIT */
/* rtlaclattribute.c: entries with attributes of resources, as [MS-DTYP] 2.4.4.15 and 2.4.10.1 lay them out. */
#include "../test.h"

typedef struct {
    DWORD name;
    WORD type, reserved;
    DWORD flags, count, offsets[3];
} relative;

static BOOL(WINAPI *add)(ACL *, DWORD, DWORD, DWORD, PSID, CLAIM_SECURITY_ATTRIBUTES_INFORMATION *, DWORD *);

TESTS
{
    BYTE everyone[SECURITY_MAX_SID_SIZE], system[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(everyone), needed = 0;
    union {
        ACL acl;
        BYTE bytes[400];
    } list;
    WCHAR *texts[] = { L"Finance", L"Confidential" };
    LONG64 numbers[] = { -5, 7 };
    CLAIM_SECURITY_ATTRIBUTE_V1 attribute = { L"Department", CLAIM_SECURITY_ATTRIBUTE_TYPE_STRING, 0, 0, 2, { NULL } };
    CLAIM_SECURITY_ATTRIBUTES_INFORMATION info = { 1, 0, 1, { &attribute } };
    ACE_HEADER *ace = NULL;

    add = (void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "AddResourceAttributeAce");
    if (!add) {
        skip("no AddResourceAttributeAce");
        return;
    }
    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    size = sizeof(system);
    CreateWellKnownSid(WinLocalSystemSid, NULL, system, &size);
    InitializeAcl(&list.acl, sizeof(list), ACL_REVISION);
    attribute.Values.ppString = texts;
    ok(add(&list.acl, ACL_REVISION, CONTAINER_INHERIT_ACE, 0, everyone, &info, &needed), "error %lu", GetLastError());
    ok(IsValidAcl(&list.acl), "not valid");
    ok_int(list.acl.AceCount, 1);
    if (!GetAce(&list.acl, 0, (void **)&ace))
        return;
    ok_int(ace->AceType, SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE);
    ok_int(ace->AceFlags, CONTAINER_INHERIT_ACE);
    ok_int(needed, sizeof(ACL) + ace->AceSize);
    const char *base = (const char *)(ace + 1) + 4;
    ok(EqualSid((PSID)base, everyone), "another SID");
    base += GetLengthSid(everyone);
    const relative *data = (const relative *)base;
    ok_int(data->type, CLAIM_SECURITY_ATTRIBUTE_TYPE_STRING);
    ok_int(data->count, 2);
    ok_wstr((const WCHAR *)(base + data->name), L"Department");
    ok_wstr((const WCHAR *)(base + data->offsets[0]), L"Finance");
    ok_wstr((const WCHAR *)(base + data->offsets[1]), L"Confidential");

    attribute.ValueType = CLAIM_SECURITY_ATTRIBUTE_TYPE_INT64;
    attribute.Values.pInt64 = numbers;
    ok(add(&list.acl, ACL_REVISION, 0, 0, everyone, &info, &needed), "error %lu", GetLastError());
    if (!GetAce(&list.acl, 1, (void **)&ace))
        return;
    base = (const char *)(ace + 1) + 4 + GetLengthSid(everyone);
    data = (const relative *)base;
    ok(!memcmp(base + data->offsets[0], &numbers[0], 8) && !memcmp(base + data->offsets[1], &numbers[1], 8),
       "other numbers");

    DWORD used = needed;

    InitializeAcl(&list.acl, 64, ACL_REVISION);
    needed = 0;
    ok(!add(&list.acl, ACL_REVISION, 0, 0, everyone, &info, &needed), "fits");
    ok_int(needed, sizeof(ACL) + ace->AceSize);
    ok_int(list.acl.AceCount, 0);
    ok(used > needed, "%lu, %lu", used, needed);

    CLAIM_SECURITY_ATTRIBUTE_OCTET_STRING_VALUE sid = { system, GetLengthSid(system) };

    InitializeAcl(&list.acl, sizeof(list), ACL_REVISION);
    attribute.ValueType = CLAIM_SECURITY_ATTRIBUTE_TYPE_SID;
    attribute.ValueCount = 1;
    attribute.Values.pOctetString = &sid;
    ok(add(&list.acl, ACL_REVISION, 0, 0, everyone, &info, &needed), "error %lu", GetLastError());
    if (!GetAce(&list.acl, 0, (void **)&ace))
        return;
    base = (const char *)(ace + 1) + 4 + GetLengthSid(everyone);
    data = (const relative *)base;
    ok_int(*(const DWORD *)(base + data->offsets[0]), GetLengthSid(system));
    ok(EqualSid((PSID)(base + data->offsets[0] + 4), system), "another SID");
    ok_err(add(&list.acl, ACL_REVISION, 0, GENERIC_READ, everyone, &info, &needed), ERROR_INVALID_PARAMETER);
}
