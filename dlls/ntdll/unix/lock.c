/* SPDX-License-Identifier: MIT */
/* lock.c: NtLockFile and NtUnlockFile; the locks themselves are kept in file_share.c. */
#include "file.h"

NTSTATUS NtLockFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                    IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset, LARGE_INTEGER *Length, ULONG Key,
                    BOOLEAN FailImmediately, BOOLEAN ExclusiveLock)
{
    struct io io;
    uint64_t start = ByteOffset->QuadPart, length = Length->QuadPart;
    NTSTATUS status =
        io_begin(&io, FileHandle, FILE_READ_DATA | FILE_WRITE_DATA, Event, ApcRoutine, ApcContext, IoStatusBlock);

    if (status)
        return status;
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_FILE)
        return io_finish(&io, STATUS_INVALID_PARAMETER);
    return io_finish(&io, lock_request(&io, start, length, Key, ExclusiveLock, FailImmediately));
}

NTSTATUS NtUnlockFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset,
                      LARGE_INTEGER *Length, ULONG Key)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    if (status)
        return status;
    status = lock_remove((struct file_object *)obj, ByteOffset->QuadPart, Length->QuadPart, Key);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}
