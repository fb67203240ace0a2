/* SPDX-License-Identifier: MIT */
/*
 * NtQueryQuotaInformationFile, NtSetQuotaInformationFile on a volume that has no quotas: the parameters are checked first.
 * References: nf-ntifs-ntqueryquotainformationfile, nf-ntifs-zwsetquotainformationfile.
 */
#include "../test.h"
#include <winternl.h>
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(NTSTATUS, NtQueryQuotaInformationFile, HANDLE, IO_STATUS_BLOCK *, void *, ULONG, BOOLEAN, void *, ULONG, void *, \
      BOOLEAN)                                                                                                         \
    X(NTSTATUS, NtSetQuotaInformationFile, HANDLE, IO_STATUS_BLOCK *, void *, ULONG)
DECLARE_FUNCTIONS

#define INVALID_HANDLE          ((NTSTATUS)0xC0000008)
#define INVALID_DEVICE_REQUEST  ((NTSTATUS)0xC0000010)
#define ACCESS_DENIED           ((NTSTATUS)0xC0000022)
#define INVALID_SID             ((NTSTATUS)0xC0000078)
#define QUOTA_LIST_INCONSISTENT ((NTSTATUS)0xC0000266)

struct entry {
    ULONG next, sid_length;
    SID sid;
};

static IO_STATUS_BLOCK iosb;

static NTSTATUS query(HANDLE file, void *list, ULONG length, void *start)
{
    char buffer[256];

    memset(&iosb, 0xcc, sizeof(iosb));
    return NtQueryQuotaInformationFile(file, &iosb, buffer, sizeof(buffer), FALSE, list, length, start, TRUE);
}

static void test_query(HANDLE file)
{
    SID everyone = { 1, 1, { { 0, 0, 0, 0, 0, 1 } }, { 0 } }, bad = { 9, 1, { { 0 } }, { 0 } };
    struct entry list[2] = { { sizeof(struct entry), sizeof(SID), everyone }, { 0, sizeof(SID), everyone } };

    ok_hex(query(file, NULL, 0, NULL), INVALID_DEVICE_REQUEST);
    ok_hex(query(file, NULL, 0, &everyone), INVALID_DEVICE_REQUEST);
    ok_hex(query(file, NULL, 0, &bad), INVALID_SID);
    ok_hex(query(file, list, sizeof(list), &bad), INVALID_DEVICE_REQUEST);
    ok_hex(query(file, list, sizeof(list) - 1, NULL), QUOTA_LIST_INCONSISTENT);
    ok_int(iosb.Information, sizeof(struct entry));
    list[1].next = 4;
    ok_hex(query(file, list, sizeof(list), NULL), QUOTA_LIST_INCONSISTENT);
    list[1].next = 0x80000000;
    ok_hex(query(file, list, sizeof(list), NULL), QUOTA_LIST_INCONSISTENT);
    list[0].sid_length = 8;
    ok_hex(query(file, list, sizeof(list), NULL), QUOTA_LIST_INCONSISTENT);
    ok_hex(query(NULL, NULL, 0, NULL), INVALID_HANDLE);
}

static void test_set(HANDLE file, HANDLE reader)
{
    struct {
        ULONG next, sid_length;
        LARGE_INTEGER numbers[4];
        SID sid;
    } quota = { 0, sizeof(SID), { { .QuadPart = 0 } }, { 1, 1, { { 0, 0, 0, 0, 0, 1 } }, { 0 } } };

    ok_hex(NtSetQuotaInformationFile(reader, &iosb, &quota, sizeof(quota)), ACCESS_DENIED);
    ok_hex(NtSetQuotaInformationFile(file, &iosb, &quota, sizeof(quota)), INVALID_DEVICE_REQUEST);
    ok_hex(NtSetQuotaInformationFile(file, &iosb, &quota, 20), QUOTA_LIST_INCONSISTENT);
    quota.sid.SubAuthorityCount = 255;
    ok_hex(NtSetQuotaInformationFile(file, &iosb, &quota, sizeof(quota)), QUOTA_LIST_INCONSISTENT);
}

TESTS
{
    WCHAR folder[MAX_PATH], name[MAX_PATH];
    HANDLE file, reader;

    ok(get_functions(), "functions of ntdll");
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"quo", 0, name);
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    reader = CreateFileW(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    test_query(file);
    test_set(file, reader);
    CloseHandle(reader);
    CloseHandle(file);
    DeleteFileW(name);
}
