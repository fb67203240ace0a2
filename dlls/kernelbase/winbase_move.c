/* SPDX-License-Identifier: MIT */
/* winbase_move.c: MoveFile and its kin, ReplaceFile. */
#include "kernelbase_private.h"
#include <winioctl.h>

#define MOVE_FLAGS                                                                                                     \
    (MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED | MOVEFILE_DELAY_UNTIL_REBOOT | MOVEFILE_WRITE_THROUGH |        \
     MOVEFILE_FAIL_IF_NOT_TRACKABLE)
#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Opens a name itself: not what a link leads to, and directories too. */
static NTSTATUS open_name(const WCHAR *name, ACCESS_MASK access, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!name || !*name)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if ((status = dos_to_nt_path(name, &nt)))
        return nt_name_error(name, status);
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(handle, access | SYNCHRONIZE, &attr, &iosb, SHARE_ALL,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* Renames an open file to a DOS name: FILE_RENAME_* */
static NTSTATUS rename_to(HANDLE file, const WCHAR *new, ULONG flags)
{
    FILE_RENAME_INFORMATION *info;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;
    SIZE_T size;

    if (!new || !*new)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if ((status = dos_to_nt_path(new, &nt)))
        return nt_name_error(new, status);
    size = max(offsetof(FILE_RENAME_INFORMATION, FileName) + nt.Length, sizeof(*info));
    if ((info = kb_alloc_zeroed(size))) {
        info->Flags = flags;
        info->FileNameLength = nt.Length;
        memcpy(info->FileName, nt.Buffer, nt.Length);
        status = NtSetInformationFile(file, &iosb, info, size, FileRenameInformationEx);
        kb_free(info);
    } else
        status = STATUS_NO_MEMORY;
    RtlFreeUnicodeString(&nt);
    return status;
}

/* Moving takes a read-only file away as well. */
static void delete_source(HANDLE source)
{
    FILE_DISPOSITION_INFORMATION_EX info = { FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS |
                                             FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE };
    IO_STATUS_BLOCK iosb;

    NtSetInformationFile(source, &iosb, &info, sizeof(info), FileDispositionInformationEx);
}

/* Between volumes a file is copied, then deleted; a directory cannot be moved so. */
static BOOL move_by_copy(HANDLE source, const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress,
                         void *context, DWORD flags)
{
    DWORD copy_flags = COPY_FILE_COPY_SYMLINK;
    HANDLE copy;

    if (!(flags & MOVEFILE_REPLACE_EXISTING)) {
        if (RtlIsDosDeviceName_U(new)) /* there already, and nothing that the file could be moved to */
            return fail(ERROR_ALREADY_EXISTS);
        copy_flags |= COPY_FILE_FAIL_IF_EXISTS;
    }
    if (!CopyFileExW(existing, new, progress, context, NULL, copy_flags))
        return GetLastError() == ERROR_FILE_EXISTS ? fail(ERROR_ALREADY_EXISTS) : FALSE;
    if (flags & MOVEFILE_WRITE_THROUGH && !open_name(new, GENERIC_WRITE, &copy)) {
        FlushFileBuffers(copy);
        NtClose(copy);
    }
    /* "If the original file is unable to be deleted, the function succeeds leaving the source file intact." */
    delete_source(source);
    return TRUE;
}

/*
 * MOVEFILE_DELAY_UNTIL_REBOOT: a pair of names is added to the value in which Windows keeps them, as MoveFileEx's page says.
 * An empty second name deletes; "!" before it replaces.
 */
static BOOL move_later(const WCHAR *existing, const WCHAR *new, DWORD flags)
{
    static const WCHAR key_name[] = L"SYSTEM\\CurrentControlSet\\Control\\Session Manager";
    static const WCHAR value_name[] = L"PendingFileRenameOperations";
    UNICODE_STRING from = { 0 }, to = { 0 };
    DWORD size = 0, type, length;
    WCHAR *list = NULL, *at;
    HKEY key = NULL;
    LSTATUS error;

    if (!existing || !*existing || dos_to_nt_path(existing, &from) || (new &&dos_to_nt_path(new, &to))) {
        RtlFreeUnicodeString(&from);
        return fail(ERROR_PATH_NOT_FOUND);
    }
    error =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_name, 0, NULL, 0, KEY_QUERY_VALUE | KEY_SET_VALUE, NULL, &key, NULL);
    if (!error && RegQueryValueExW(key, value_name, NULL, &type, NULL, &size))
        size = 0;
    length = size + from.Length + to.Length + 4 * sizeof(WCHAR);
    if (!error && !(list = kb_alloc_zeroed(length)))
        error = ERROR_NOT_ENOUGH_MEMORY;
    if (!error && size &&
        (error = RegQueryValueExW(key, value_name, NULL, &type, (BYTE *)list, &size)) == ERROR_SUCCESS)
        size -= size >= sizeof(WCHAR) ? sizeof(WCHAR) : 0; /* the list's own zero */
    if (!error) {
        at = (WCHAR *)((BYTE *)list + size);
        memcpy(at, from.Buffer, from.Length);
        at += from.Length / sizeof(WCHAR) + 1;
        if (to.Length && flags & MOVEFILE_REPLACE_EXISTING)
            *at++ = '!';
        memcpy(at, to.Buffer, to.Length);
        at += to.Length / sizeof(WCHAR) + 1;
        *at++ = 0;
        error =
            RegSetValueExW(key, value_name, 0, REG_MULTI_SZ, (const BYTE *)list, (DWORD)((BYTE *)at - (BYTE *)list));
    }
    kb_free(list);
    if (key)
        RegCloseKey(key);
    RtlFreeUnicodeString(&from);
    if (new)
        RtlFreeUnicodeString(&to);
    return !error || fail(error);
}

BOOL WINAPI MoveFileWithProgressW(const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress, void *context,
                                  DWORD flags)
{
    HANDLE source;
    NTSTATUS status;
    BOOL result;

    if (flags & ~(DWORD)MOVE_FLAGS) /* MOVEFILE_CREATE_HARDLINK is reserved */
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & MOVEFILE_DELAY_UNTIL_REBOOT)
        return flags & MOVEFILE_COPY_ALLOWED ? fail(ERROR_INVALID_PARAMETER) : move_later(existing, new, flags);
    if ((status = open_name(existing, DELETE | FILE_READ_ATTRIBUTES, &source)))
        return set_ntstatus(status);
    status = rename_to(source, new, flags & MOVEFILE_REPLACE_EXISTING ? FILE_RENAME_REPLACE_IF_EXISTS : 0);
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

/*
 * What the new file takes over from the one it replaces (ReplaceFile's page): the time of creation, the attributes, the object
 * id, and streams that it has not itself.
 */
static NTSTATUS merge_information(HANDLE replaced, const WCHAR *replaced_name, HANDLE replacement,
                                  const WCHAR *replacement_name)
{
    FILE_BASIC_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    BYTE id[64];
    NTSTATUS status = NtQueryInformationFile(replaced, &iosb, &info, sizeof(info), FileBasicInformation);

    if (status)
        return status;
    info.LastAccessTime.QuadPart = info.LastWriteTime.QuadPart = info.ChangeTime.QuadPart = 0;
    info.FileAttributes &= ~(FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_SPARSE_FILE);
    status = NtSetInformationFile(replacement, &iosb, &info, sizeof(info), FileBasicInformation);
    if (!status && !NtFsControlFile(replaced, NULL, NULL, NULL, &iosb, FSCTL_GET_OBJECT_ID, NULL, 0, id, sizeof(id))) {
        NtFsControlFile(replacement, NULL, NULL, NULL, &iosb, FSCTL_DELETE_OBJECT_ID, NULL, 0, NULL, 0);
        NtFsControlFile(replacement, NULL, NULL, NULL, &iosb, FSCTL_SET_OBJECT_ID, id, sizeof(id), NULL, 0);
    }
    return status ? status : copy_streams(replaced, replaced_name, replacement_name, TRUE, NULL);
}

static NTSTATUS merge_security(HANDLE replaced, HANDLE replacement)
{
    BYTE buffer[4096], *descriptor = buffer;
    ULONG needed = 0;
    NTSTATUS status = NtQuerySecurityObject(replaced, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &needed);

    if (status == STATUS_BUFFER_TOO_SMALL) {
        if (!(descriptor = kb_alloc(needed)))
            return STATUS_NO_MEMORY;
        status = NtQuerySecurityObject(replaced, DACL_SECURITY_INFORMATION, descriptor, needed, &needed);
    }
    if (!status)
        status = NtSetSecurityObject(replacement, DACL_SECURITY_INFORMATION, descriptor);
    if (descriptor != buffer)
        kb_free(descriptor);
    return status;
}

/* The old file's name as a second one: so that its first is never without a file. */
static NTSTATUS link_backup(HANDLE old, const WCHAR *backup)
{
    FILE_LINK_INFORMATION *info;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;
    SIZE_T size;

    if (!*backup || dos_to_nt_path(backup, &nt))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    size = max(offsetof(FILE_LINK_INFORMATION, FileName) + nt.Length, sizeof(*info));
    if ((info = kb_alloc_zeroed(size))) {
        info->ReplaceIfExists = TRUE;
        info->FileNameLength = nt.Length;
        memcpy(info->FileName, nt.Buffer, nt.Length);
        status = NtSetInformationFile(old, &iosb, info, size, FileLinkInformation);
        kb_free(info);
    } else
        status = STATUS_NO_MEMORY;
    RtlFreeUnicodeString(&nt);
    return status;
}

static BOOL replace_failed(NTSTATUS status)
{
    if (status == STATUS_SHARING_VIOLATION || status == STATUS_ACCESS_DENIED || status == STATUS_CANNOT_DELETE)
        return fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
    return status == STATUS_NOT_SAME_DEVICE ? fail(ERROR_UNABLE_TO_MOVE_REPLACEMENT) : set_ntstatus(status);
}

static void remove_name(const WCHAR *name)
{
    HANDLE file;

    if (!open_name(name, DELETE, &file)) {
        delete_by_handle(file);
        NtClose(file);
    }
}

/*
 * With the old file's second name made, or none wanted, one rename does it: there is no moment without a file. Others may have the
 * old one open, if they share deletion.
 */
static NTSTATUS replace_at_once(HANDLE old, HANDLE new, const WCHAR *replaced, const WCHAR *backup)
{
    NTSTATUS status = backup ? link_backup(old, backup) : STATUS_SUCCESS;

    if (status)
        return status;
    status = rename_to(new, replaced, FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS);
    if (status && backup)
        remove_name(backup);
    return status;
}

/* Where the file system knows no links, or the old file is mapped: it is renamed, then the new one. */
static BOOL replace_in_steps(HANDLE old, HANDLE new, const WCHAR *replaced, const WCHAR *backup)
{
    NTSTATUS status = rename_to(old, backup, FILE_RENAME_REPLACE_IF_EXISTS);

    if (status)
        return replace_failed(status);
    if (!rename_to(new, replaced, 0))
        return TRUE;
    /* As it was; otherwise it is as Windows leaves it: "the file to be replaced still exists with a different name" */
    return fail(rename_to(old, replaced, 0) ? ERROR_UNABLE_TO_MOVE_REPLACEMENT_2 : ERROR_UNABLE_TO_MOVE_REPLACEMENT);
}

static BOOL replace_open(HANDLE old, HANDLE new, const WCHAR *replaced, const WCHAR *backup)
{
    NTSTATUS status = replace_at_once(old, new, replaced, backup);
    BOOL result;

    if (status && backup)
        result = replace_in_steps(old, new, replaced, backup);
    else
        result = replace_failed(status);
    NtClose(old);
    NtClose(new);
    return result;
}

static BOOL same_name(const WCHAR *one, const WCHAR *other)
{
    UNICODE_STRING a, b;
    BOOL same = FALSE;

    if (dos_to_nt_path(one, &a))
        return FALSE;
    if (!dos_to_nt_path(other, &b)) {
        same = RtlEqualUnicodeString(&a, &b, TRUE);
        RtlFreeUnicodeString(&b);
    }
    RtlFreeUnicodeString(&a);
    return same;
}

BOOL WINAPI ReplaceFileW(const WCHAR *replaced, const WCHAR *replacement, const WCHAR *backup, DWORD flags,
                         void *exclude, void *reserved)
{
    HANDLE old, new;
    NTSTATUS status;

    if (!replaced || !replacement || exclude || reserved ||
        flags & ~(DWORD)(REPLACEFILE_WRITE_THROUGH | REPLACEFILE_IGNORE_MERGE_ERRORS | REPLACEFILE_IGNORE_ACL_ERRORS))
        return fail(ERROR_INVALID_PARAMETER);
    /* A backup that takes the place of one of the two would be the loss of what it is to keep. */
    if (same_name(replaced, replacement) || (backup && (same_name(backup, replaced) || same_name(backup, replacement))))
        return fail(ERROR_INVALID_PARAMETER);
    status = open_name(replaced, GENERIC_READ | DELETE | FILE_WRITE_ATTRIBUTES, &old);
    if (status)
        return set_ntstatus(status);
    status = open_name(replacement, GENERIC_READ | DELETE | FILE_WRITE_ATTRIBUTES | WRITE_DAC, &new);
    if (status) {
        NtClose(old);
        return set_ntstatus(status);
    }
    status = merge_information(old, replaced, new, replacement);
    if (flags & REPLACEFILE_IGNORE_MERGE_ERRORS)
        status = STATUS_SUCCESS;
    if (!status && merge_security(old, new) &&
        !(flags & (REPLACEFILE_IGNORE_ACL_ERRORS | REPLACEFILE_IGNORE_MERGE_ERRORS)))
        status = STATUS_ACCESS_DENIED;
    if (status) {
        NtClose(old);
        NtClose(new);
        return fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
    }
    return replace_open(old, new, replaced, backup);
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
