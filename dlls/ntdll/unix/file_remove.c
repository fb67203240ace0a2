/* SPDX-License-Identifier: MIT */
/*
 * file_remove.c: DeleteFile and RemoveDirectory in one call (UNIX_MODULE_FILES). The file is opened as by NtOpenFile, with all that is
 * checked there, and with it go its sharing modes: nobody can open it who does not share deletion. If then nobody else has it
 * open, and nothing else that could forbid its deletion can have come up since it was opened, which is within this call, the name is
 * removed at once. That is half the system calls of FileDispositionInformationEx and closing, which all others take.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "unix_call.h"
#include "unix_file.h"

#define DELETE_OPTIONS (FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT)

NTSTATUS unix_call_files(ULONG function, PVOID arguments);

/* By the name it was opened by a moment ago: what is called so now is what is to be deleted. */
static NTSTATUS remove_at_once(const struct nt_path *path, struct file_object *file)
{
    bool last;

    if (unlinkat(path->dirfd, path->name, file->kind == FILE_KIND_DIRECTORY ? AT_REMOVEDIR : 0))
        return status_from_errno(errno);
    path_note_change(path->dirfd, path->name, false);
    share_leave(file, &last); /* and has nothing to ask any more */
    return STATUS_SUCCESS;
}

static NTSTATUS delete_file(struct nt_path *path, ULONG options)
{
    struct file_object *file;
    ULONG_PTR information;
    NTSTATUS status;

    if (path->kind != PATH_FILE || path->stream)
        return STATUS_NOT_SUPPORTED;
    /* No more than that, which may come from the folder: not SYNCHRONIZE, which only the file's own list gives. */
    status = file_open_path(path, DELETE | FILE_READ_ATTRIBUTES, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN,
                            options | DELETE_OPTIONS, NULL, &file, &information);
    if (status)
        return status;
    if (file->ops != &disk_ops)
        status = STATUS_NOT_SUPPORTED;
    else if (file->plain && file->alone && !file->standard && !share_others(file) && !share_mapped(file))
        status = remove_at_once(path, file);
    else if (!(status = file_set_disposition(file, FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS)))
        status = status_from_errno(delete_leave(file)); /* here somebody can still be told */
    file_close(&file->obj, NULL);
    object_unref(&file->obj);
    return status;
}

NTSTATUS unix_call_files(ULONG function, PVOID arguments)
{
    struct unix_file_delete request;
    struct nt_path path;
    NTSTATUS status;

    if (function != UNIX_FILE_DELETE)
        return STATUS_PROCEDURE_NOT_FOUND;
    if (!user_copy_in(&request, arguments, sizeof request))
        return STATUS_ACCESS_VIOLATION;
    if (request.length > UINT16_MAX || (request.options & ~(ULONG)(FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)))
        return STATUS_INVALID_PARAMETER;
    UNICODE_STRING name = { .Length = (USHORT)request.length, .Buffer = (WCHAR *)(uintptr_t)request.name };
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof attributes,
                                     .RootDirectory = (HANDLE)(uintptr_t)request.root,
                                     .ObjectName = &name };
    status = path_parse(&attributes, &path);
    if (!status)
        status = delete_file(&path, request.options);
    path_free(&path);
    return status;
}
