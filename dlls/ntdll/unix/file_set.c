/* SPDX-License-Identifier: MIT */
/* file_set.c: NtSetInformationFile: times, attributes, sizes, position, deletion, completion ports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "security.h"

#define IO_COMPLETION_MODIFY_STATE 0x0002

static NTSTATUS set_basic(struct file_object *file, const FILE_BASIC_INFORMATION *info)
{
    ULONG attributes = info->FileAttributes;
    NTSTATUS status;
    int err;

    if (info->CreationTime.QuadPart < -2 || info->LastAccessTime.QuadPart < -2 || info->LastWriteTime.QuadPart < -2 ||
        info->ChangeTime.QuadPart < -2)
        return STATUS_INVALID_PARAMETER;
    if (file->ops != &disk_ops)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = file_make_real(file);
    if (status)
        return status;
    if (attributes) {
        if ((attributes & FILE_ATTRIBUTE_DIRECTORY) && file->kind != FILE_KIND_DIRECTORY)
            return STATUS_INVALID_PARAMETER;
        if ((attributes & FILE_ATTRIBUTE_TEMPORARY) && file->kind == FILE_KIND_DIRECTORY)
            return STATUS_INVALID_PARAMETER;
        err = file_set_attributes(file, attributes & ~(FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_DIRECTORY));
        if (err)
            return status_from_errno(err);
    }
    return status_from_errno(file_set_times(file, info));
}

static NTSTATUS set_end_of_file(struct file_object *file, int64_t size)
{
    struct stat st;

    if (size < 0 || file->kind != FILE_KIND_FILE || file->ops != &disk_ops)
        return STATUS_INVALID_PARAMETER;
    if (fstat(file->fd, &st))
        return status_from_errno(errno);
    if (size < st.st_size && (share_mapped(file) || claim_mapped(file)))
        return STATUS_USER_MAPPED_FILE;
    share_shortened(file);
    return ftruncate(file->fd, size) ? status_from_errno(errno) : STATUS_SUCCESS;
}

/* Space is only reserved; the file grows by writing. Less than the file has cuts it. */
static NTSTATUS set_allocation(struct file_object *file, int64_t size)
{
    struct stat st;

    if (size < 0 || file->kind != FILE_KIND_FILE || file->ops != &disk_ops)
        return STATUS_INVALID_PARAMETER;
    if (fstat(file->fd, &st))
        return status_from_errno(errno);
    if (size < st.st_size)
        return set_end_of_file(file, size);
    if (size > st.st_size && fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, size) && errno != EOPNOTSUPP)
        return status_from_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS set_position(struct file_object *file, int64_t position)
{
    /* NtCreateFile: unbuffered files' positions are multiples of the sector size. */
    if (position < 0 || ((file->options & FILE_NO_INTERMEDIATE_BUFFERING) && position & 511))
        return STATUS_INVALID_PARAMETER;
    if (file->os_position && lseek(file->fd, position, SEEK_SET) < 0 && errno != ESPIPE)
        return status_from_errno(errno);
    pthread_mutex_lock(&file->lock);
    file->position = position;
    pthread_mutex_unlock(&file->lock);
    return STATUS_SUCCESS;
}

/* What lies beyond the valid length reads as zeros, which Linux sees to: what would be left of it are secrets of others. */
static NTSTATUS set_valid_length(struct file_object *file, int64_t length)
{
    struct stat st;

    if (!token_privileged(token_effective(), SE_MANAGE_VOLUME))
        return STATUS_PRIVILEGE_NOT_HELD;
    if (file->kind != FILE_KIND_FILE || file->ops != &disk_ops || fstat(file->fd, &st) || length < 0 ||
        length > st.st_size)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS set_completion(struct file_object *file, const FILE_COMPLETION_INFORMATION *info, bool replace)
{
    struct object *port = NULL;
    NTSTATUS status;

    if (file_is_synchronous(file) || (!replace && file->completion))
        return STATUS_INVALID_PARAMETER;
    if (info->Port || !replace) {
        status = handle_lookup(info->Port, &completion_type, IO_COMPLETION_MODIFY_STATE, &port);
        if (status)
            return status;
    }
    pthread_mutex_lock(&file->lock);
    struct object *old = file->completion;
    file->completion_key = (ULONG_PTR)info->Key;
    file->completion = port;
    pthread_mutex_unlock(&file->lock);
    if (old)
        object_unref(old);
    return STATUS_SUCCESS;
}

static const struct {
    unsigned char length;
    ACCESS_MASK access;
} classes[FileMaximumInformation] = {
    [FileBasicInformation] = { sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES },
    [FileRenameInformation] = { sizeof(FILE_RENAME_INFORMATION) - 4, DELETE },
    [FileRenameInformationEx] = { sizeof(FILE_RENAME_INFORMATION) - 4, DELETE },
    [FileRenameInformationBypassAccessCheck] = { 0, 0 },
    [FileLinkInformation] = { sizeof(FILE_LINK_INFORMATION) - 4, 0 },
    [FileLinkInformationEx] = { sizeof(FILE_LINK_INFORMATION) - 4, 0 },
    [FileDispositionInformation] = { sizeof(FILE_DISPOSITION_INFORMATION), DELETE },
    [FileDispositionInformationEx] = { sizeof(FILE_DISPOSITION_INFORMATION_EX), DELETE },
    [FilePositionInformation] = { sizeof(FILE_POSITION_INFORMATION), 0 },
    [FileModeInformation] = { sizeof(FILE_MODE_INFORMATION), 0 },
    [FileAllocationInformation] = { sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA },
    [FileEndOfFileInformation] = { sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA },
    [FilePipeInformation] = { sizeof(FILE_PIPE_INFORMATION), 0 },
    [FilePipeRemoteInformation] = { sizeof(FILE_PIPE_REMOTE_INFORMATION), 0 },
    [FileMailslotSetInformation] = { sizeof(FILE_MAILSLOT_SET_INFORMATION), 0 },
    [FileCompletionInformation] = { sizeof(FILE_COMPLETION_INFORMATION), 0 },
    [FileReplaceCompletionInformation] = { sizeof(FILE_COMPLETION_INFORMATION), 0 },
    [FileValidDataLengthInformation] = { sizeof(FILE_VALID_DATA_LENGTH_INFORMATION), FILE_WRITE_DATA },
    [FileIoCompletionNotificationInformation] = { sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION), 0 },
    [FileIoPriorityHintInformation] = { sizeof(FILE_IO_PRIORITY_HINT_INFORMATION), 0 },
    [FileIoStatusBlockRangeInformation] = { 16, 0 },
    [FileCaseSensitiveInformation] = { sizeof(FILE_CASE_SENSITIVE_INFORMATION), FILE_WRITE_ATTRIBUTES },
    [FileCaseSensitiveInformationForceAccessCheck] = { sizeof(FILE_CASE_SENSITIVE_INFORMATION), FILE_WRITE_ATTRIBUTES },
    [FileShortNameInformation] = { sizeof(FILE_NAME_INFORMATION), DELETE },
    [FileObjectIdInformation] = { 64, 0 },
    [FileSfioReserveInformation] = { 24, 0 },
    [FileStorageReserveIdInformation] = { sizeof(FILE_STORAGE_RESERVE_ID_INFORMATION), FILE_WRITE_ATTRIBUTES },
    [FileKnownFolderInformation] = { sizeof(FILE_KNOWN_FOLDER_INFORMATION), FILE_WRITE_ATTRIBUTES },
};

static NTSTATUS set(struct file_object *file, ULONG info_class, const void *buffer, ULONG length)
{
    const union {
        FILE_BASIC_INFORMATION basic;
        FILE_RENAME_INFORMATION rename;
        FILE_DISPOSITION_INFORMATION disposition;
        FILE_DISPOSITION_INFORMATION_EX disposition_ex;
        FILE_POSITION_INFORMATION position;
        FILE_MODE_INFORMATION mode;
        FILE_ALLOCATION_INFORMATION allocation;
        FILE_END_OF_FILE_INFORMATION end;
        FILE_COMPLETION_INFORMATION completion;
        FILE_VALID_DATA_LENGTH_INFORMATION valid;
        FILE_IO_COMPLETION_NOTIFICATION_INFORMATION notification;
        FILE_CASE_SENSITIVE_INFORMATION case_sensitive;
    } *info = buffer;
    NTSTATUS status;

    if (file->ops->set) {
        status = file->ops->set(file, info_class, buffer, length);
        if (status != STATUS_INVALID_INFO_CLASS)
            return status;
    }
    switch (info_class) {
    case FileBasicInformation:
        return set_basic(file, &info->basic);
    case FileRenameInformation:
        return file_rename(file, buffer, length, info->rename.ReplaceIfExists ? FILE_RENAME_REPLACE_IF_EXISTS : 0,
                           false);
    case FileRenameInformationEx:
        return file_rename(file, buffer, length, info->rename.Flags, false);
    case FileLinkInformation:
        return file_rename(file, buffer, length, info->rename.ReplaceIfExists ? FILE_RENAME_REPLACE_IF_EXISTS : 0,
                           true);
    case FileLinkInformationEx:
        return file_rename(file, buffer, length, info->rename.Flags, true);
    case FileDispositionInformation:
        return file_set_disposition(file, info->disposition.DeleteFile ? FILE_DISPOSITION_DELETE : 0);
    case FileDispositionInformationEx:
        return file_set_disposition(file, info->disposition_ex.Flags);
    case FilePositionInformation:
        return set_position(file, info->position.CurrentByteOffset.QuadPart);
    case FileModeInformation:
        if (info->mode.Mode & ~(ULONG)(FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_SYNCHRONOUS_IO_ALERT |
                                       FILE_SYNCHRONOUS_IO_NONALERT | FILE_NO_INTERMEDIATE_BUFFERING))
            return STATUS_INVALID_PARAMETER;
        file->options = (file->options & ~(ULONG)(FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY)) |
                        (info->mode.Mode & (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY));
        return STATUS_SUCCESS;
    case FileAllocationInformation:
        return set_allocation(file, info->allocation.AllocationSize.QuadPart);
    case FileEndOfFileInformation:
        return set_end_of_file(file, info->end.EndOfFile.QuadPart);
    case FileCompletionInformation:
        return set_completion(file, &info->completion, false);
    case FileReplaceCompletionInformation:
        return set_completion(file, &info->completion, true);
    case FileIoCompletionNotificationInformation:
        if (info->notification.Flags & ~(ULONG)(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE |
                                                FILE_SKIP_SET_USER_EVENT_ON_FAST_IO))
            return STATUS_INVALID_PARAMETER;
        __atomic_or_fetch(&file->completion_flags, info->notification.Flags,
                          __ATOMIC_RELAXED); /* cannot be taken back */
        return STATUS_SUCCESS;
    case FileIoPriorityHintInformation:
        /* A hint, without effect: but one of IoPriorityHintVeryLow, Low and Normal. */
        return *(const ULONG *)buffer < 3 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    case FileIoStatusBlockRangeInformation:
        return STATUS_PRIVILEGE_NOT_HELD;
    case FileValidDataLengthInformation:
        return set_valid_length(file, info->valid.ValidDataLength.QuadPart);
    case FileShortNameInformation: /* they are a function of the long names */
        return STATUS_SHORT_NAMES_NOT_ENABLED_ON_VOLUME;
    case FileObjectIdInformation: /* [MS-FSA] 2.1.5.15: not to be set like this */
    case FileSfioReserveInformation:
        return STATUS_NOT_SUPPORTED;
    case FileStorageReserveIdInformation: /* none: as they are */
    case FileKnownFolderInformation:
        return *(const ULONG *)buffer ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
    case FileCaseSensitiveInformationForceAccessCheck:
    case FileCaseSensitiveInformation:
        if (file->kind != FILE_KIND_DIRECTORY || (info->case_sensitive.Flags & ~FILE_CS_FLAG_CASE_SENSITIVE_DIR))
            return STATUS_INVALID_PARAMETER;
        status = file_make_real(file);
        return status ? status : path_set_case_sensitive(file->fd, info->case_sensitive.Flags);
    default:
        return STATUS_INVALID_PARAMETER; /* a pipe's or mailslot's class */
    }
}

NTSTATUS NtSetInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                              ULONG FileInformationClass)
{
    struct object *obj;
    ACCESS_MASK granted;
    void *copy;
    NTSTATUS status;

    if (FileInformationClass >= FileMaximumInformation || !classes[FileInformationClass].length)
        return STATUS_INVALID_INFO_CLASS;
    if (Length < classes[FileInformationClass].length)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (Length > 0x20000)
        return STATUS_INVALID_PARAMETER;
    status = handle_lookup_access(FileHandle, &file_type, 0, &obj, &granted);
    if (status)
        return status;
    /* from here on the program cannot change what was checked */
    if (classes[FileInformationClass].access & ~granted)
        status = STATUS_ACCESS_DENIED;
    else if (!(copy = malloc(Length)))
        status = STATUS_NO_MEMORY;
    else {
        status = user_copy_in(copy, FileInformation, Length)
                     ? set((struct file_object *)obj, FileInformationClass, copy, Length)
                     : STATUS_ACCESS_VIOLATION;
        free(copy);
    }
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}
