/* SPDX-License-Identifier: MIT */
/*
 * quota.c: NtQueryQuotaInformationFile, NtSetQuotaInformationFile. Volumes have no quotas that Windows programs could read or set
 * (FILE_VOLUME_QUOTAS is not announced; volume.c takes Linux' into account in the free space), which is what both functions say
 * of them once their parameters are right.
 */
#include <stdlib.h>
#include "file.h"
#include "security.h"

typedef struct _FILE_QUOTA_INFORMATION {
    ULONG NextEntryOffset;
    ULONG SidLength;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER QuotaUsed;
    LARGE_INTEGER QuotaThreshold;
    LARGE_INTEGER QuotaLimit;
    SID Sid;
} FILE_QUOTA_INFORMATION;

typedef struct _FILE_GET_QUOTA_INFORMATION {
    ULONG NextEntryOffset;
    ULONG SidLength;
    SID Sid;
} FILE_GET_QUOTA_INFORMATION;

/* Whether a list of `fixed` bytes and a SID each is well formed; *bad: the offset of the entry that is not. */
static bool list_valid(const char *list, ULONG length, ULONG fixed, ULONG *bad)
{
    for (ULONG at = 0;;) {
        const FILE_GET_QUOTA_INFORMATION *entry = (const void *)(list + at); /* all begin like this one */
        const SID *sid = (const void *)(list + at + fixed);
        ULONG left = length - at;

        *bad = at;
        if (left < fixed + offsetof(SID, SubAuthority) || sid->Revision != 1 ||
            sid->SubAuthorityCount > SID_MAX_SUB_AUTHORITIES || entry->SidLength != sid_size(sid) ||
            left - fixed < sid_size(sid))
            return false;
        if (!entry->NextEntryOffset)
            return true;
        if ((entry->NextEntryOffset & 3) || entry->NextEntryOffset < fixed + sid_size(sid) ||
            entry->NextEntryOffset >= left)
            return false;
        at += entry->NextEntryOffset;
    }
}

/* A copy of the program's list, so that it stays as it was checked. */
static NTSTATUS check_list(const void *user, ULONG length, ULONG fixed, ULONG *bad)
{
    char *list = malloc(length + 1ul);
    NTSTATUS status = STATUS_SUCCESS;

    if (!list)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!user_copy_in(list, user, length))
        status = STATUS_ACCESS_VIOLATION;
    else if (!list_valid(list, length, fixed, bad))
        status = STATUS_QUOTA_LIST_INCONSISTENT;
    free(list);
    return status;
}

NTSTATUS NtQueryQuotaInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length,
                                     BOOLEAN ReturnSingleEntry, PVOID SidList, ULONG SidListLength, PVOID StartSid,
                                     BOOLEAN RestartScan)
{
    struct object *obj;
    struct sid start;
    ULONG bad = 0;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    (void)Buffer, (void)Length, (void)ReturnSingleEntry, (void)RestartScan;
    if (status)
        return status;
    object_unref(obj);
    if (SidList && SidListLength)
        status = check_list(SidList, SidListLength, offsetof(FILE_GET_QUOTA_INFORMATION, Sid), &bad);
    else if (StartSid && !sid_in(&start, StartSid)) /* "ignored if a SidList parameter is specified" */
        status = STATUS_INVALID_SID;
    IoStatusBlock->Information = status == STATUS_QUOTA_LIST_INCONSISTENT ? bad : 0;
    return IoStatusBlock->Status = status ? status : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NtSetQuotaInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length)
{
    struct object *obj;
    ULONG bad = 0;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, FILE_WRITE_DATA, &obj);

    if (status)
        return status;
    object_unref(obj);
    status = check_list(Buffer, Length, offsetof(FILE_QUOTA_INFORMATION, Sid), &bad);
    IoStatusBlock->Information = status == STATUS_QUOTA_LIST_INCONSISTENT ? bad : 0;
    return IoStatusBlock->Status = status ? status : STATUS_INVALID_DEVICE_REQUEST;
}
