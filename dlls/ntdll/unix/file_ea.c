/* SPDX-License-Identifier: MIT */
/* file_ea.c: extended attributes in NT's sense (FILE_FULL_EA_INFORMATION). Volumes say that they have none
 * (FILE_SUPPORTS_EXTENDED_ATTRIBUTES is not set), so these answer as a FAT volume does. */
#include "file.h"

NTSTATUS NtQueryEaFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length,
                       BOOLEAN ReturnSingleEntry, PVOID EaList, ULONG EaListLength, ULONG *EaIndex, BOOLEAN RestartScan)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, FILE_READ_EA, &obj);

    (void)Buffer, (void)Length, (void)ReturnSingleEntry, (void)EaList, (void)EaListLength, (void)EaIndex,
        (void)RestartScan;
    if (status)
        return status;
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = STATUS_NO_EAS_ON_FILE;
    return STATUS_NO_EAS_ON_FILE;
}

NTSTATUS NtSetEaFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, FILE_WRITE_EA, &obj);

    (void)Buffer, (void)Length;
    if (status)
        return status;
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = STATUS_EAS_NOT_SUPPORTED;
    return STATUS_EAS_NOT_SUPPORTED;
}
