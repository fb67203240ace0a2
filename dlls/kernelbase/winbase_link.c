/* SPDX-License-Identifier: MIT */
/* winbase_link.c: hard and symbolic links; opening files anew, by identity, and with the calls of 16-bit Windows. */
#include "kernelbase_private.h"
#include <winioctl.h>

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* --- hard links --- */

BOOL WINAPI CreateHardLinkW(const WCHAR *name, const WCHAR *existing, SECURITY_ATTRIBUTES *security)
{
    FILE_LINK_INFORMATION *info;
    UNICODE_STRING nt_name, nt_existing;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    NTSTATUS status;
    SIZE_T size;

    (void)security; /* reserved */
    if (!name || !*name || !existing || !*existing || dos_to_nt_path(existing, &nt_existing))
        return fail(ERROR_PATH_NOT_FOUND);
    InitializeObjectAttributes(&attr, &nt_existing, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&handle, FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb, SHARE_ALL,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT | FILE_NON_DIRECTORY_FILE);
    RtlFreeUnicodeString(&nt_existing);
    if (status)
        return set_ntstatus(status);
    if ((status = dos_to_nt_path(name, &nt_name))) {
        NtClose(handle);
        return fail(ERROR_PATH_NOT_FOUND);
    }
    size = max(offsetof(FILE_LINK_INFORMATION, FileName) + nt_name.Length, sizeof(*info));
    if ((info = kb_alloc_zeroed(size))) {
        info->FileNameLength = nt_name.Length;
        memcpy(info->FileName, nt_name.Buffer, nt_name.Length);
        status = NtSetInformationFile(handle, &iosb, info, size, FileLinkInformation);
        kb_free(info);
    } else
        status = STATUS_NO_MEMORY;
    RtlFreeUnicodeString(&nt_name);
    NtClose(handle);
    return set_ntstatus(status);
}

BOOL WINAPI CreateHardLinkA(const char *name, const char *existing, SECURITY_ATTRIBUTES *security)
{
    struct wide_arg wide_name, wide_existing;
    BOOL result;

    if (!wide_file_arg(&wide_name, name))
        return FALSE;
    if (!wide_file_arg(&wide_existing, existing)) {
        wide_arg_free(&wide_name);
        return FALSE;
    }
    result = CreateHardLinkW(wide_name.str, wide_existing.str, security);
    wide_arg_free(&wide_name);
    wide_arg_free(&wide_existing);
    return result;
}

/* --- symbolic links --- */

/*
 * The reparse data of a link. A relative target, or one from the volume's root, is kept as it is; others become full names: the link
 * does not depend on who made it.
 */
static NTSTATUS symlink_data(const WCHAR *target, REPARSE_DATA_BUFFER **result, ULONG *size)
{
    RTL_PATH_TYPE type = RtlDetermineDosPathNameType_U(target);
    BOOL relative = type == RtlPathTypeRelative || type == RtlPathTypeRooted;
    UNICODE_STRING substitute = { 0 };
    REPARSE_DATA_BUFFER *data;
    SIZE_T print = wcslen(target) * sizeof(WCHAR), head, total, i;
    NTSTATUS status;
    WCHAR *names;

    if (relative)
        RtlInitUnicodeString(&substitute, target);
    else if ((status = dos_to_nt_path(target, &substitute)))
        return status;
    head = offsetof(REPARSE_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer);
    total = head + substitute.Length + print;
    if (total > MAXIMUM_REPARSE_DATA_BUFFER_SIZE)
        status = STATUS_NAME_TOO_LONG;
    else if (!(data = kb_alloc_zeroed(total)))
        status = STATUS_NO_MEMORY;
    else {
        data->ReparseTag = IO_REPARSE_TAG_SYMLINK;
        data->ReparseDataLength = total - REPARSE_DATA_BUFFER_HEADER_SIZE;
        data->SymbolicLinkReparseBuffer.SubstituteNameLength = substitute.Length;
        data->SymbolicLinkReparseBuffer.PrintNameOffset = substitute.Length;
        data->SymbolicLinkReparseBuffer.PrintNameLength = print;
        data->SymbolicLinkReparseBuffer.Flags = relative ? SYMLINK_FLAG_RELATIVE : 0;
        names = data->SymbolicLinkReparseBuffer.PathBuffer;
        memcpy(names, substitute.Buffer, substitute.Length);
        memcpy((char *)names + substitute.Length, target, print);
        for (i = 0; relative && i < substitute.Length / sizeof(WCHAR); i++)
            if (names[i] == '/')
                names[i] = '\\';
        *result = data;
        *size = total;
        status = STATUS_SUCCESS;
    }
    if (!relative)
        RtlFreeUnicodeString(&substitute);
    return status;
}

BOOLEAN WINAPI CreateSymbolicLinkW(const WCHAR *name, const WCHAR *target, DWORD flags)
{
    REPARSE_DATA_BUFFER *data;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE handle;
    NTSTATUS status;
    ULONG size;

    if (flags & ~(DWORD)(SYMBOLIC_LINK_FLAG_DIRECTORY | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE))
        return fail(ERROR_INVALID_PARAMETER);
    if (!name || !*name || !target || !*target || dos_to_nt_path(name, &nt))
        return fail(ERROR_PATH_NOT_FOUND);
    status = symlink_data(target, &data, &size);
    if (status) {
        RtlFreeUnicodeString(&nt);
        return set_ntstatus(status);
    }
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtCreateFile(&handle, FILE_WRITE_ATTRIBUTES | DELETE | SYNCHRONIZE, &attr, &iosb, NULL,
                          FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE,
                          FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT |
                              (flags & SYMBOLIC_LINK_FLAG_DIRECTORY ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE),
                          NULL, 0);
    RtlFreeUnicodeString(&nt);
    if (!status) {
        status = NtFsControlFile(handle, NULL, NULL, NULL, &iosb, FSCTL_SET_REPARSE_POINT, data, size, NULL, 0);
        if (status)
            delete_by_handle(handle);
        NtClose(handle);
    }
    kb_free(data);
    if (status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_NOT_A_DIRECTORY ||
        status == STATUS_FILE_IS_A_DIRECTORY)
        return fail(ERROR_ALREADY_EXISTS);
    return set_ntstatus(status);
}

BOOLEAN WINAPI CreateSymbolicLinkA(const char *name, const char *target, DWORD flags)
{
    struct wide_arg wide_name, wide_target;
    BOOLEAN result;

    if (!wide_file_arg(&wide_name, name))
        return FALSE;
    if (!wide_file_arg(&wide_target, target)) {
        wide_arg_free(&wide_name);
        return FALSE;
    }
    result = CreateSymbolicLinkW(wide_name.str, wide_target.str, flags);
    wide_arg_free(&wide_name);
    wide_arg_free(&wide_target);
    return result;
}

/* --- open once more --- */

static ULONG open_options(DWORD flags)
{
    ULONG options = flags & FILE_FLAG_BACKUP_SEMANTICS ? FILE_OPEN_FOR_BACKUP_INTENT : 0;

    if (flags & FILE_FLAG_WRITE_THROUGH)
        options |= FILE_WRITE_THROUGH;
    if (flags & FILE_FLAG_NO_BUFFERING)
        options |= FILE_NO_INTERMEDIATE_BUFFERING;
    if (flags & FILE_FLAG_RANDOM_ACCESS)
        options |= FILE_RANDOM_ACCESS;
    if (flags & FILE_FLAG_SEQUENTIAL_SCAN)
        options |= FILE_SEQUENTIAL_ONLY;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        options |= FILE_DELETE_ON_CLOSE;
    if (flags & FILE_FLAG_OPEN_REPARSE_POINT)
        options |= FILE_OPEN_REPARSE_POINT;
    if (flags & FILE_FLAG_OPEN_NO_RECALL)
        options |= FILE_OPEN_NO_RECALL;
    if (!(flags & FILE_FLAG_OVERLAPPED))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    return options;
}

HANDLE WINAPI ReOpenFile(HANDLE original, DWORD access, DWORD share, DWORD flags)
{
    UNICODE_STRING empty = { 0 };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    if (flags & 0xffff) { /* attributes are not changed */
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        access |= DELETE;
    InitializeObjectAttributes(&attr, &empty, OBJ_CASE_INSENSITIVE, original, NULL);
    if (!set_ntstatus(
            NtOpenFile(&handle, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &attr, &iosb, share, open_options(flags))))
        return INVALID_HANDLE_VALUE;
    return handle;
}

HANDLE WINAPI OpenFileById(HANDLE volume_hint, FILE_ID_DESCRIPTOR *id, DWORD access, DWORD share,
                           SECURITY_ATTRIBUTES *security, DWORD flags)
{
    UNICODE_STRING name = { 0 };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    if (!id || id->dwSize < sizeof(*id) || (unsigned)id->Type >= MaximumFileIdType) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    name.Buffer = (WCHAR *)&id->FileId;
    name.Length = name.MaximumLength = id->Type == FileIdType ? 8 : 16;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        access |= DELETE;
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, volume_hint, NULL);
    if (security && security->bInheritHandle)
        attr.Attributes |= OBJ_INHERIT;
    if (!set_ntstatus(NtOpenFile(&handle, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &attr, &iosb, share,
                                 open_options(flags) | FILE_OPEN_BY_FILE_ID)))
        return INVALID_HANDLE_VALUE;
    return handle;
}

/* --- as in 16-bit Windows --- */

static DWORD old_access(int mode)
{
    switch (mode & 3) {
    case OF_READ:
        return GENERIC_READ;
    case OF_WRITE:
        return GENERIC_WRITE;
    default:
        return GENERIC_READ | GENERIC_WRITE;
    }
}

static DWORD old_share(int mode)
{
    switch (mode & 0x70) {
    case OF_SHARE_EXCLUSIVE:
        return 0;
    case OF_SHARE_DENY_WRITE:
        return FILE_SHARE_READ;
    case OF_SHARE_DENY_READ:
        return FILE_SHARE_WRITE;
    default:
        return FILE_SHARE_READ | FILE_SHARE_WRITE;
    }
}

HFILE WINAPI _lopen(const char *name, int mode)
{
    HANDLE handle = CreateFileA(name, old_access(mode), old_share(mode), NULL, OPEN_EXISTING, 0, NULL);

    return (HFILE)(INT_PTR)handle;
}

HFILE WINAPI _lcreat(const char *name, int attributes)
{
    HANDLE handle = CreateFileA(
        name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
        attributes & (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE),
        NULL);

    return (HFILE)(INT_PTR)handle;
}

HFILE WINAPI _lclose(HFILE file)
{
    return CloseHandle((HANDLE)(INT_PTR)file) ? 0 : HFILE_ERROR;
}

LONG WINAPI _hread(HFILE file, void *buffer, LONG size)
{
    DWORD read;

    return ReadFile((HANDLE)(INT_PTR)file, buffer, size, &read, NULL) ? (LONG)read : HFILE_ERROR;
}

UINT WINAPI _lread(HFILE file, void *buffer, UINT size)
{
    return _hread(file, buffer, size);
}

/* Writing nothing cuts the file off where it stands. */
LONG WINAPI _hwrite(HFILE file, const char *buffer, LONG size)
{
    DWORD written;

    if (!size)
        return SetEndOfFile((HANDLE)(INT_PTR)file) ? 0 : HFILE_ERROR;
    return WriteFile((HANDLE)(INT_PTR)file, buffer, size, &written, NULL) ? (LONG)written : HFILE_ERROR;
}

UINT WINAPI _lwrite(HFILE file, const char *buffer, UINT size)
{
    return _hwrite(file, buffer, size);
}

LONG WINAPI _llseek(HFILE file, LONG offset, int origin)
{
    return SetFilePointer((HANDLE)(INT_PTR)file, offset, NULL, origin);
}

HFILE WINAPI OpenFile(const char *name, OFSTRUCT *open, UINT style)
{
    HANDLE handle = (HANDLE)TRUE; /* of OF_PARSE, OF_DELETE, OF_EXIST: success */
    FILETIME time, local;
    char *part;
    WORD date, clock;

    if (!open)
        return SetLastError(ERROR_INVALID_PARAMETER), HFILE_ERROR;
    open->cBytes = sizeof(*open);
    open->nErrCode = 0;
    if (style & OF_REOPEN)
        name = open->szPathName;
    if (!name)
        return SetLastError(ERROR_INVALID_PARAMETER), HFILE_ERROR;
    if (!(style & OF_REOPEN)) {
        char path[OFS_MAXPATHNAME];
        DWORD length = 0;

        /* A bare name is searched, unless it is to be made. */
        if (!(style & (OF_CREATE | OF_PARSE)) && !strpbrk(name, "\\/:"))
            length = SearchPathA(NULL, name, NULL, sizeof(path), path, &part);
        if (!length)
            length = GetFullPathNameA(name, sizeof(path), path, &part);
        if (!length || length >= sizeof(path)) {
            open->nErrCode = ERROR_FILE_NOT_FOUND;
            return SetLastError(ERROR_FILE_NOT_FOUND), HFILE_ERROR;
        }
        memcpy(open->szPathName, path, length + 1);
    }
    open->fFixedDisk = TRUE;
    if (style & OF_PARSE)
        return 0;
    if (style & OF_DELETE) {
        if (DeleteFileA(open->szPathName))
            return TRUE;
        open->nErrCode = GetLastError();
        return HFILE_ERROR;
    }
    handle = CreateFileA(open->szPathName, style & OF_CREATE ? GENERIC_READ | GENERIC_WRITE : old_access(style),
                         old_share(style), NULL, style & OF_CREATE ? CREATE_ALWAYS : OPEN_EXISTING, 0, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        open->nErrCode = GetLastError();
        return HFILE_ERROR;
    }
    /* The time of the last write is remembered, so that OF_VERIFY can tell whether it is still the same file. */
    if (GetFileTime(handle, NULL, NULL, &time) && FileTimeToLocalFileTime(&time, &local) &&
        FileTimeToDosDateTime(&local, &date, &clock)) {
        if (style & OF_VERIFY && (open->Reserved1 != date || open->Reserved2 != clock)) {
            CloseHandle(handle);
            open->nErrCode = ERROR_FILE_NOT_FOUND;
            return SetLastError(ERROR_FILE_NOT_FOUND), HFILE_ERROR;
        }
        open->Reserved1 = date;
        open->Reserved2 = clock;
    }
    if (style & OF_EXIST) {
        CloseHandle(handle);
        return TRUE;
    }
    return (HFILE)(INT_PTR)handle;
}
