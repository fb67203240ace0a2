/* SPDX-License-Identifier: MIT */
/*
 * fileapi.c: creating, opening, reading and writing files. See also fileapi_info.c (attributes, sizes, times),
 * fileapi_find.c, fileapi_path.c, fileapi_volume.c.
 */
#include "kernelbase_private.h"
#include "unix_call.h"
#include "unix_file.h"

/* --- opening --- */

static const UCHAR dispositions[] = {
    [CREATE_NEW] = FILE_CREATE,   [CREATE_ALWAYS] = FILE_OVERWRITE_IF,  [OPEN_EXISTING] = FILE_OPEN,
    [OPEN_ALWAYS] = FILE_OPEN_IF, [TRUNCATE_EXISTING] = FILE_OVERWRITE,
};

static ULONG create_options(DWORD flags)
{
    static const struct {
        DWORD flag;
        ULONG option;
    } map[] = {
        { FILE_FLAG_WRITE_THROUGH, FILE_WRITE_THROUGH },     { FILE_FLAG_NO_BUFFERING, FILE_NO_INTERMEDIATE_BUFFERING },
        { FILE_FLAG_RANDOM_ACCESS, FILE_RANDOM_ACCESS },     { FILE_FLAG_SEQUENTIAL_SCAN, FILE_SEQUENTIAL_ONLY },
        { FILE_FLAG_DELETE_ON_CLOSE, FILE_DELETE_ON_CLOSE }, { FILE_FLAG_OPEN_REPARSE_POINT, FILE_OPEN_REPARSE_POINT },
        { FILE_FLAG_OPEN_NO_RECALL, FILE_OPEN_NO_RECALL },
    };
    ULONG options = 0;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(map); i++)
        if (flags & map[i].flag)
            options |= map[i].option;
    if (!(flags & FILE_FLAG_OVERLAPPED))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    /* A directory is opened with FILE_FLAG_BACKUP_SEMANTICS only. */
    options |= flags & FILE_FLAG_BACKUP_SEMANTICS ? FILE_OPEN_FOR_BACKUP_INTENT : FILE_NON_DIRECTORY_FILE;
    return options;
}

static BOOL ends_in_backslash(const WCHAR *name)
{
    SIZE_T length = wcslen(name);

    return length && (name[length - 1] == '\\' || name[length - 1] == '/');
}

HANDLE WINAPI CreateFileW(const WCHAR *name, DWORD access, DWORD share, SECURITY_ATTRIBUTES *security,
                          DWORD disposition, DWORD flags, HANDLE template)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    struct nt_name nt;
    ULONG options;
    HANDLE handle;
    NTSTATUS status;

    (void)template; /* gives extended attributes, which no file of ours has */
    if (!name || !*name) {
        SetLastError(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING ||
        (disposition == TRUNCATE_EXISTING && !(access & (GENERIC_WRITE | GENERIC_ALL)))) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if ((status = nt_name_init(name, &nt, &attr))) {
        set_ntstatus(nt_name_error(name, status));
        return INVALID_HANDLE_VALUE;
    }
    options = create_options(flags);
    /* With both, CREATE_NEW makes a directory. */
    if (flags & FILE_FLAG_BACKUP_SEMANTICS && flags & FILE_FLAG_POSIX_SEMANTICS && flags & FILE_ATTRIBUTE_DIRECTORY &&
        disposition == CREATE_NEW)
        options |= FILE_DIRECTORY_FILE;
    access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        access |= DELETE;
    SECURITY_QUALITY_OF_SERVICE quality = { .Length = sizeof(quality),
                                            .ImpersonationLevel = (flags >> 16) & 3,
                                            .ContextTrackingMode = !!(flags & SECURITY_CONTEXT_TRACKING),
                                            .EffectiveOnly = !!(flags & SECURITY_EFFECTIVE_ONLY) };
    if (flags & FILE_FLAG_POSIX_SEMANTICS)
        attr.Attributes = 0;
    attr.SecurityDescriptor = security ? security->lpSecurityDescriptor : NULL;
    if (flags & SECURITY_SQOS_PRESENT)
        attr.SecurityQualityOfService = &quality;
    if (security && security->bInheritHandle)
        attr.Attributes |= OBJ_INHERIT;
    status = NtCreateFile(&handle, access, &attr, &iosb, NULL,
                          flags & 0x0000ffff & ~FILE_ATTRIBUTE_DIRECTORY & ~FILE_ATTRIBUTE_DEVICE, share,
                          dispositions[disposition], options, NULL, 0);
    nt_name_free(&nt);
    switch (status) {
    case STATUS_SUCCESS:
        SetLastError((disposition == CREATE_ALWAYS && iosb.Information == FILE_OVERWRITTEN) ||
                             (disposition == OPEN_ALWAYS && iosb.Information == FILE_OPENED)
                         ? ERROR_ALREADY_EXISTS
                         : ERROR_SUCCESS);
        return handle;
    case STATUS_OBJECT_NAME_COLLISION:
        SetLastError(ERROR_FILE_EXISTS);
        break;
    case STATUS_FILE_IS_A_DIRECTORY:
        SetLastError(ends_in_backslash(name) ? ERROR_PATH_NOT_FOUND : ERROR_ACCESS_DENIED);
        break;
    default:
        set_ntstatus(status);
    }
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateFileA(const char *name, DWORD access, DWORD share, SECURITY_ATTRIBUTES *security, DWORD disposition,
                          DWORD flags, HANDLE template)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_file_arg(&wide, name))
        return INVALID_HANDLE_VALUE;
    handle = CreateFileW(wide.str, access, share, security, disposition, flags, template);
    wide_arg_free(&wide);
    return handle;
}

HANDLE WINAPI CreateFile2(const WCHAR *name, DWORD access, DWORD share, DWORD disposition,
                          CREATEFILE2_EXTENDED_PARAMETERS *parameters)
{
    if (!parameters)
        return CreateFileW(name, access, share, NULL, disposition, 0, NULL);
    if (parameters->dwSize < sizeof(*parameters)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    return CreateFileW(name, access, share, parameters->lpSecurityAttributes, disposition,
                       parameters->dwFileAttributes | parameters->dwFileFlags | parameters->dwSecurityQosFlags,
                       parameters->hTemplateFile);
}

/* --- reading and writing --- */

/* Waits for a request on a handle without an OVERLAPPED to end. */
static NTSTATUS finish(HANDLE file, NTSTATUS status, IO_STATUS_BLOCK *iosb)
{
    if (status != STATUS_PENDING)
        return status;
    NtWaitForSingleObject(file, FALSE, NULL);
    return iosb->Status;
}

/* The prologue of overlapped requests: the event (whose low bit keeps the completion port out), and the position. */
static void overlapped_start(OVERLAPPED *overlapped, LARGE_INTEGER *offset, void **apc_context)
{
    offset->u.LowPart = overlapped->Offset;
    offset->u.HighPart = overlapped->OffsetHigh;
    overlapped->Internal = STATUS_PENDING;
    overlapped->InternalHigh = 0;
    *apc_context = (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped;
}

static BOOL overlapped_result(NTSTATUS status, OVERLAPPED *overlapped, DWORD *transferred)
{
    if (status == STATUS_PENDING)
        return fail(ERROR_IO_PENDING);
    /* Warnings carry data too: STATUS_BUFFER_OVERFLOW of a message pipe. */
    if (transferred && !NT_ERROR(status))
        *transferred = overlapped->InternalHigh;
    return set_ntstatus(status);
}

BOOL WINAPI ReadFile(HANDLE file, void *buffer, DWORD size, DWORD *read, OVERLAPPED *overlapped)
{
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER offset;
    void *context;
    NTSTATUS status;

    if (read)
        *read = 0;
    file = std_handle_value(file);
    if (overlapped) {
        overlapped_start(overlapped, &offset, &context);
        status = NtReadFile(file, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped, buffer, size,
                            &offset, NULL);
        return overlapped_result(status, overlapped, read);
    }
    iosb.Information = 0;
    status = finish(file, NtReadFile(file, NULL, NULL, NULL, &iosb, buffer, size, NULL, NULL), &iosb);
    if (status == STATUS_END_OF_FILE)
        return TRUE; /* nothing read */
    if (read && !NT_ERROR(status))
        *read = iosb.Information;
    return set_ntstatus(status);
}

BOOL WINAPI WriteFile(HANDLE file, const void *buffer, DWORD size, DWORD *written, OVERLAPPED *overlapped)
{
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER offset;
    void *context;
    NTSTATUS status;

    if (written)
        *written = 0;
    file = std_handle_value(file);
    if (overlapped) {
        overlapped_start(overlapped, &offset, &context);
        status = NtWriteFile(file, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped, (void *)buffer,
                             size, &offset, NULL);
        return overlapped_result(status, overlapped, written);
    }
    iosb.Information = 0;
    status = finish(file, NtWriteFile(file, NULL, NULL, NULL, &iosb, (void *)buffer, size, NULL, NULL), &iosb);
    if (written && !NT_ERROR(status))
        *written = iosb.Information;
    return set_ntstatus(status);
}

/* The APC of ReadFileEx and WriteFileEx: calls the routine, which is the request's context. */
static void NTAPI io_completion(void *routine, IO_STATUS_BLOCK *iosb, ULONG reserved)
{
    (void)reserved;
    ((LPOVERLAPPED_COMPLETION_ROUTINE)routine)(RtlNtStatusToDosError(iosb->Status), iosb->Information,
                                               (OVERLAPPED *)iosb);
}

BOOL WINAPI ReadFileEx(HANDLE file, void *buffer, DWORD size, OVERLAPPED *overlapped,
                       LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    LARGE_INTEGER offset;
    void *context;
    NTSTATUS status;

    overlapped_start(overlapped, &offset, &context);
    status = NtReadFile(file, NULL, io_completion, (void *)routine, (IO_STATUS_BLOCK *)overlapped, buffer, size,
                        &offset, NULL);
    SetLastError(ERROR_SUCCESS);
    return !NT_ERROR(status) || set_ntstatus(status);
}

BOOL WINAPI WriteFileEx(HANDLE file, const void *buffer, DWORD size, OVERLAPPED *overlapped,
                        LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    LARGE_INTEGER offset;
    void *context;
    NTSTATUS status;

    overlapped_start(overlapped, &offset, &context);
    status = NtWriteFile(file, NULL, io_completion, (void *)routine, (IO_STATUS_BLOCK *)overlapped, (void *)buffer,
                         size, &offset, NULL);
    SetLastError(ERROR_SUCCESS);
    return !NT_ERROR(status) || set_ntstatus(status);
}

BOOL WINAPI ReadFileScatter(HANDLE file, FILE_SEGMENT_ELEMENT segments[], DWORD size, DWORD *reserved,
                            OVERLAPPED *overlapped)
{
    LARGE_INTEGER offset;
    void *context;

    (void)reserved;
    overlapped_start(overlapped, &offset, &context);
    return overlapped_result(NtReadFileScatter(file, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped,
                                               segments, size, &offset, NULL),
                             overlapped, NULL);
}

BOOL WINAPI WriteFileGather(HANDLE file, FILE_SEGMENT_ELEMENT segments[], DWORD size, DWORD *reserved,
                            OVERLAPPED *overlapped)
{
    LARGE_INTEGER offset;
    void *context;

    (void)reserved;
    overlapped_start(overlapped, &offset, &context);
    return overlapped_result(NtWriteFileGather(file, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped,
                                               segments, size, &offset, NULL),
                             overlapped, NULL);
}

BOOL WINAPI FlushFileBuffers(HANDLE file)
{
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtFlushBuffersFile(std_handle_value(file), &iosb));
}

/* --- position and end --- */

BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, LARGE_INTEGER *position, DWORD method)
{
    FILE_POSITION_INFORMATION info;
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK iosb;
    LONGLONG base = 0;
    NTSTATUS status;

    switch (method) {
    case FILE_BEGIN:
        break;
    case FILE_CURRENT:
        status = NtQueryInformationFile(file, &iosb, &info, sizeof(info), FilePositionInformation);
        if (status)
            return set_ntstatus(status);
        base = info.CurrentByteOffset.QuadPart;
        break;
    case FILE_END:
        status = NtQueryInformationFile(file, &iosb, &standard, sizeof(standard), FileStandardInformation);
        if (status)
            return set_ntstatus(status);
        base = standard.EndOfFile.QuadPart;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (__builtin_add_overflow(base, distance.QuadPart, &info.CurrentByteOffset.QuadPart))
        return fail(ERROR_INVALID_PARAMETER);
    if (info.CurrentByteOffset.QuadPart < 0)
        return fail(ERROR_NEGATIVE_SEEK);
    /* Asking where the position is changes nothing. */
    if (method != FILE_CURRENT || distance.QuadPart) {
        status = NtSetInformationFile(file, &iosb, &info, sizeof(info), FilePositionInformation);
        if (status)
            return set_ntstatus(status);
    }
    if (position)
        *position = info.CurrentByteOffset;
    return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE file, LONG low, LONG *high, DWORD method)
{
    LARGE_INTEGER distance, position;

    if (high) {
        distance.u.LowPart = low;
        distance.u.HighPart = *high;
    } else
        distance.QuadPart = low;
    if (!SetFilePointerEx(file, distance, &position, method))
        return INVALID_SET_FILE_POINTER;
    if (high)
        *high = position.u.HighPart;
    else if (position.u.HighPart) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_SET_FILE_POINTER;
    }
    /* -1 may be a position: the last error tells. */
    if (position.u.LowPart == INVALID_SET_FILE_POINTER)
        SetLastError(ERROR_SUCCESS);
    return position.u.LowPart;
}

BOOL WINAPI SetEndOfFile(HANDLE file)
{
    FILE_POSITION_INFORMATION position;
    FILE_END_OF_FILE_INFORMATION end;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    status = NtQueryInformationFile(file, &iosb, &position, sizeof(position), FilePositionInformation);
    if (!status) {
        end.EndOfFile = position.CurrentByteOffset;
        status = NtSetInformationFile(file, &iosb, &end, sizeof(end), FileEndOfFileInformation);
    }
    return set_ntstatus(status);
}

BOOL WINAPI SetFileValidData(HANDLE file, LONGLONG length)
{
    FILE_VALID_DATA_LENGTH_INFORMATION info = { .ValidDataLength.QuadPart = length };
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtSetInformationFile(file, &iosb, &info, sizeof(info), FileValidDataLengthInformation));
}

/* --- locks --- */

BOOL WINAPI LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD low, DWORD high, OVERLAPPED *overlapped)
{
    LARGE_INTEGER offset, length = { .QuadPart = (LONGLONG)((ULONGLONG)high << 32 | low) };
    void *context;

    if (reserved || flags & ~(LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY))
        return fail(ERROR_INVALID_PARAMETER);
    overlapped_start(overlapped, &offset, &context);
    return overlapped_result(NtLockFile(file, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped, &offset,
                                        &length, 0, !!(flags & LOCKFILE_FAIL_IMMEDIATELY),
                                        !!(flags & LOCKFILE_EXCLUSIVE_LOCK)),
                             overlapped, NULL);
}

BOOL WINAPI LockFile(HANDLE file, DWORD low, DWORD high, DWORD size_low, DWORD size_high)
{
    LARGE_INTEGER offset = { .QuadPart = (LONGLONG)((ULONGLONG)high << 32 | low) };
    LARGE_INTEGER length = { .QuadPart = (LONGLONG)((ULONGLONG)size_high << 32 | size_low) };
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(
        finish(file, NtLockFile(file, NULL, NULL, NULL, &iosb, &offset, &length, 0, TRUE, TRUE), &iosb));
}

BOOL WINAPI UnlockFile(HANDLE file, DWORD low, DWORD high, DWORD size_low, DWORD size_high)
{
    LARGE_INTEGER offset = { .QuadPart = (LONGLONG)((ULONGLONG)high << 32 | low) };
    LARGE_INTEGER length = { .QuadPart = (LONGLONG)((ULONGLONG)size_high << 32 | size_low) };
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtUnlockFile(file, &iosb, &offset, &length, 0));
}

BOOL WINAPI UnlockFileEx(HANDLE file, DWORD reserved, DWORD low, DWORD high, OVERLAPPED *overlapped)
{
    if (reserved)
        return fail(ERROR_INVALID_PARAMETER);
    return UnlockFile(file, overlapped->Offset, overlapped->OffsetHigh, low, high);
}

/* --- directories, deletion --- */

BOOL WINAPI CreateDirectoryW(const WCHAR *name, SECURITY_ATTRIBUTES *security)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    struct nt_name nt;
    HANDLE handle;
    NTSTATUS status;

    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    if (RtlIsDosDeviceName_U(
            name)) /* "Naming Files, Paths, and Namespaces": NUL, COM1 and the like, in any directory */
        return fail(ERROR_DIRECTORY);
    if ((status = nt_name_init(name, &nt, &attr)))
        return fail(status == STATUS_NAME_TOO_LONG ? ERROR_FILENAME_EXCED_RANGE : ERROR_PATH_NOT_FOUND);
    attr.SecurityDescriptor = security ? security->lpSecurityDescriptor : NULL;
    status = NtCreateFile(&handle, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attr, &iosb, NULL, FILE_ATTRIBUTE_NORMAL,
                          FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE,
                          FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT, NULL, 0);
    nt_name_free(&nt);
    if (!status)
        NtClose(handle);
    return set_ntstatus(status);
}

BOOL WINAPI CreateDirectoryA(const char *name, SECURITY_ATTRIBUTES *security)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = CreateDirectoryW(wide.str, security);
    wide_arg_free(&wide);
    return result;
}

NTSTATUS delete_by_handle(HANDLE file)
{
    /* As Windows since 10 1809: the name is gone at once even if somebody has the file open. */
    FILE_DISPOSITION_INFORMATION_EX posix = { FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS };
    FILE_DISPOSITION_INFORMATION plain = { TRUE };
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    status = NtSetInformationFile(file, &iosb, &posix, sizeof(posix), FileDispositionInformationEx);
    /* What has no such semantics: pipes, other file systems. */
    if (status == STATUS_INVALID_INFO_CLASS || status == STATUS_INVALID_PARAMETER || status == STATUS_NOT_SUPPORTED ||
        status == STATUS_INVALID_DEVICE_REQUEST)
        status = NtSetInformationFile(file, &iosb, &plain, sizeof(plain), FileDispositionInformation);
    return status;
}

static BOOL delete_name(const WCHAR *name, ULONG options)
{
    struct unix_file_delete request;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    struct nt_name nt;
    HANDLE handle;
    NTSTATUS status;

    if (!name)
        return fail(ERROR_PATH_NOT_FOUND);
    if ((status = nt_name_init(name, &nt, &attr)))
        return set_ntstatus(nt_name_error(name, status));
    request.root = (ULONG_PTR)attr.RootDirectory;
    request.name = (ULONG_PTR)attr.ObjectName->Buffer;
    request.length = attr.ObjectName->Length;
    request.options = options;
    status = NtTransomUnixCall(UNIX_MODULE_FILES, UNIX_FILE_DELETE, &request);
    if (status != STATUS_NOT_SUPPORTED) {
        nt_name_free(&nt);
        return set_ntstatus(status);
    }
    /* What is no file on disk. A link is deleted itself, not what it leads to. */
    status = NtOpenFile(&handle, DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT);
    nt_name_free(&nt);
    if (status)
        return set_ntstatus(status);
    status = delete_by_handle(handle);
    NtClose(handle);
    return set_ntstatus(status);
}

BOOL WINAPI DeleteFileW(const WCHAR *name)
{
    return delete_name(name, FILE_NON_DIRECTORY_FILE);
}

BOOL WINAPI DeleteFileA(const char *name)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = DeleteFileW(wide.str);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI RemoveDirectoryW(const WCHAR *name)
{
    return delete_name(name, FILE_DIRECTORY_FILE);
}

BOOL WINAPI RemoveDirectoryA(const char *name)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = RemoveDirectoryW(wide.str);
    wide_arg_free(&wide);
    return result;
}
