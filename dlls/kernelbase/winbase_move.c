/* SPDX-License-Identifier: MIT */
/* winbase_move.c: MoveFile and its kin, ReplaceFile. */
#include "kernelbase_private.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Opens a name itself: not what a link leads to, and directories too. */
static NTSTATUS open_name(const WCHAR *name, ACCESS_MASK access, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!name || !*name || dos_to_nt_path(name, &nt))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(handle, access | SYNCHRONIZE, &attr, &iosb, SHARE_ALL,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* Renames an open file to a DOS name. */
static NTSTATUS rename_to(HANDLE file, const WCHAR *new, BOOL replace)
{
    FILE_RENAME_INFORMATION *info;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;
    SIZE_T size;

    if (!new || !*new || dos_to_nt_path(new, &nt))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    size = max(offsetof(FILE_RENAME_INFORMATION, FileName) + nt.Length, sizeof(*info));
    if ((info = kb_alloc_zeroed(size))) {
        info->ReplaceIfExists = replace;
        info->FileNameLength = nt.Length;
        memcpy(info->FileName, nt.Buffer, nt.Length);
        status = NtSetInformationFile(file, &iosb, info, size, FileRenameInformation);
        kb_free(info);
    } else
        status = STATUS_NO_MEMORY;
    RtlFreeUnicodeString(&nt);
    return status;
}

/* Between volumes a file is copied, then deleted; a directory cannot be moved so. */
static BOOL move_by_copy(HANDLE source, const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress,
                         void *context, DWORD flags)
{
    DWORD copy_flags = COPY_FILE_COPY_SYMLINK;
    HANDLE copy;

    if (!(flags & MOVEFILE_REPLACE_EXISTING))
        copy_flags |= COPY_FILE_FAIL_IF_EXISTS;
    if (!CopyFileExW(existing, new, progress, context, NULL, copy_flags))
        return GetLastError() == ERROR_FILE_EXISTS ? fail(ERROR_ALREADY_EXISTS) : FALSE;
    if (flags & MOVEFILE_WRITE_THROUGH && !open_name(new, GENERIC_WRITE, &copy)) {
        FlushFileBuffers(copy);
        NtClose(copy);
    }
    return set_ntstatus(delete_by_handle(source));
}

BOOL WINAPI MoveFileWithProgressW(const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress, void *context,
                                  DWORD flags)
{
    HANDLE source;
    NTSTATUS status;
    BOOL result;

    /* There is no boot at which it could be done. */
    if (flags & MOVEFILE_DELAY_UNTIL_REBOOT)
        return fail(flags & MOVEFILE_COPY_ALLOWED ? ERROR_INVALID_PARAMETER : ERROR_NOT_SUPPORTED);
    if (flags & MOVEFILE_CREATE_HARDLINK) /* reserved */
        return fail(ERROR_INVALID_PARAMETER);
    if ((status = open_name(existing, DELETE | FILE_READ_ATTRIBUTES, &source)))
        return set_ntstatus(status);
    status = rename_to(source, new, !!(flags & MOVEFILE_REPLACE_EXISTING));
    if (status == STATUS_NOT_SAME_DEVICE && flags & MOVEFILE_COPY_ALLOWED)
        result = move_by_copy(source, existing, new, progress, context, flags);
    else
        result = set_ntstatus(status);
    NtClose(source);
    return result;
}

BOOL WINAPI MoveFileWithProgressA(const char *existing, const char *new, LPPROGRESS_ROUTINE progress, void *context,
                                  DWORD flags)
{
    struct wide_arg wide_existing, wide_new;
    BOOL result;

    if (!wide_file_arg(&wide_existing, existing))
        return FALSE;
    if (!wide_file_arg(&wide_new, new)) {
        wide_arg_free(&wide_existing);
        return FALSE;
    }
    result = MoveFileWithProgressW(wide_existing.str, wide_new.str, progress, context, flags);
    wide_arg_free(&wide_existing);
    wide_arg_free(&wide_new);
    return result;
}

BOOL WINAPI MoveFileExW(const WCHAR *existing, const WCHAR *new, DWORD flags)
{
    return MoveFileWithProgressW(existing, new, NULL, NULL, flags);
}

BOOL WINAPI MoveFileExA(const char *existing, const char *new, DWORD flags)
{
    return MoveFileWithProgressA(existing, new, NULL, NULL, flags);
}

BOOL WINAPI MoveFileW(const WCHAR *existing, const WCHAR *new)
{
    return MoveFileExW(existing, new, MOVEFILE_COPY_ALLOWED);
}

BOOL WINAPI MoveFileA(const char *existing, const char *new)
{
    return MoveFileExA(existing, new, MOVEFILE_COPY_ALLOWED);
}

/* --- ReplaceFile --- */

/* What the new file takes over from the one it replaces: the time of creation and the attributes. */
static NTSTATUS merge_information(HANDLE replaced, HANDLE replacement)
{
    FILE_BASIC_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(replaced, &iosb, &info, sizeof(info), FileBasicInformation);

    if (status)
        return status;
    info.LastAccessTime.QuadPart = info.LastWriteTime.QuadPart = info.ChangeTime.QuadPart = 0;
    return NtSetInformationFile(replacement, &iosb, &info, sizeof(info), FileBasicInformation);
}

BOOL WINAPI ReplaceFileW(const WCHAR *replaced, const WCHAR *replacement, const WCHAR *backup, DWORD flags,
                         void *exclude, void *reserved)
{
    HANDLE old, new;
    NTSTATUS status;

    if (!replaced || !replacement || exclude || reserved ||
        flags & ~(DWORD)(REPLACEFILE_WRITE_THROUGH | REPLACEFILE_IGNORE_MERGE_ERRORS | REPLACEFILE_IGNORE_ACL_ERRORS))
        return fail(ERROR_INVALID_PARAMETER);
    status = open_name(replaced, GENERIC_READ | DELETE, &old);
    if (status)
        return set_ntstatus(status);
    status = open_name(replacement, GENERIC_READ | DELETE | FILE_WRITE_ATTRIBUTES, &new);
    if (status) {
        NtClose(old);
        return set_ntstatus(status);
    }
    status = merge_information(old, new);
    if (status && !(flags & REPLACEFILE_IGNORE_MERGE_ERRORS)) {
        NtClose(old);
        NtClose(new);
        return fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
    }
    if (backup) {
        status = rename_to(old, backup, TRUE);
        NtClose(old);
        if (!status && (status = rename_to(new, replaced, FALSE))) {
            /* Windows leaves it so, and says that the old file has the backup's name. */
            NtClose(new);
            return fail(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
        }
    } else {
        /* Not held open: only a POSIX rename would go over an open file. */
        NtClose(old);
        status = rename_to(new, replaced, TRUE);
    }
    NtClose(new);
    if (status == STATUS_SHARING_VIOLATION || status == STATUS_ACCESS_DENIED || status == STATUS_CANNOT_DELETE)
        return fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
    return set_ntstatus(status);
}

BOOL WINAPI ReplaceFileA(const char *replaced, const char *replacement, const char *backup, DWORD flags, void *exclude,
                         void *reserved)
{
    struct wide_arg wide_replaced, wide_replacement, wide_backup;
    BOOL result = FALSE;

    if (!wide_file_arg(&wide_replaced, replaced))
        return FALSE;
    if (wide_file_arg(&wide_replacement, replacement)) {
        if (wide_file_arg(&wide_backup, backup)) {
            result = ReplaceFileW(wide_replaced.str, wide_replacement.str, wide_backup.str, flags, exclude, reserved);
            wide_arg_free(&wide_backup);
        }
        wide_arg_free(&wide_replacement);
    }
    wide_arg_free(&wide_replaced);
    return result;
}
