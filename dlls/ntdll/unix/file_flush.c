/* SPDX-License-Identifier: MIT */
/* file_flush.c: NtFlushBuffersFile(Ex): that what was written is on the disk. No data of files lies in the process itself. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "file.h"

#define FLUSH_FLAGS_FILE_DATA_ONLY      0x1u
#define FLUSH_FLAGS_NO_SYNC             0x2u
#define FLUSH_FLAGS_FILE_DATA_SYNC_ONLY 0x4u

/* The flags exclude each other, and are for files only. */
static NTSTATUS check(const struct file_object *file, ULONG flags, ACCESS_MASK granted)
{
    if (flags & ~7u || (flags & (flags - 1)) || (flags && file->is_volume) ||
        (flags == FLUSH_FLAGS_FILE_DATA_SYNC_ONLY && file->kind == FILE_KIND_DIRECTORY))
        return STATUS_INVALID_PARAMETER;
    return granted & (FILE_WRITE_DATA | FILE_APPEND_DATA) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS flush(struct file_object *file, ULONG flags)
{
    int err = 0;

    if (file->ops != &disk_ops || !flags)
        return file->is_volume && file->fd >= 0 ? status_from_errno(syncfs(file->fd) ? errno : 0)
               : file->ops->flush               ? file->ops->flush(file)
                                                : STATUS_SUCCESS;
    if (file->fd < 0 || file->fd_is_path)
        return STATUS_SUCCESS;
    if (flags == FLUSH_FLAGS_FILE_DATA_SYNC_ONLY)
        err = fdatasync(file->fd) ? errno : 0;
    else if (file->kind == FILE_KIND_FILE) /* to the device, whose own cache is not flushed */
        err = sync_file_range(file->fd, 0, 0,
                              SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER)
                  ? errno
                  : 0;
    return err == EINVAL || err == ESPIPE || err == EROFS ? STATUS_SUCCESS : status_from_errno(err);
}

NTSTATUS NtFlushBuffersFileEx(HANDLE FileHandle, ULONG Flags, PVOID Parameters, ULONG ParametersSize,
                              IO_STATUS_BLOCK *IoStatusBlock)
{
    struct object *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(FileHandle, &file_type, 0, &obj, &granted);

    if (status)
        return status;
    status = Parameters || ParametersSize ? STATUS_INVALID_PARAMETER : check((struct file_object *)obj, Flags, granted);
    if (!status)
        status = flush((struct file_object *)obj, Flags);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}

NTSTATUS NtFlushBuffersFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock)
{
    return NtFlushBuffersFileEx(FileHandle, 0, NULL, 0, IoStatusBlock);
}
