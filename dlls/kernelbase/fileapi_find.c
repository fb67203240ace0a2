/* SPDX-License-Identifier: MIT */
/* fileapi_find.c: searching directories, alternate streams, change notifications. */
#include "kernelbase_private.h"

#define FIND_MAGIC     0x646e6966u /* "find" */
#define STREAM_MAGIC   0x6d727473u
#define ENTRIES_SMALL  0x800
#define ENTRIES_NORMAL 0x4000
#define ENTRIES_LARGE  0x10000

/* What FindFirstFile's handle points to. */
struct find {
    DWORD magic;
    SRWLOCK lock;
    HANDLE directory;
    BOOL basic;  /* without short names */
    ULONG flags; /* FIND_FIRST_EX_* */
    ULONG size, offset;
    BOOL more; /* there is an entry at offset */
    BYTE entries[] __attribute__((aligned(8)));
};

/*
 * Win32 wildcards become the file system's, as FsRtlIsNameInExpression documents: `?` DOS_QM, `.` before a wildcard
 * DOS_DOT, `*` before a final dot DOS_STAR. "*.*" means everything.
 */
static void translate_mask(UNICODE_STRING *mask, BOOL final_dot)
{
    WCHAR *p = mask->Buffer;
    USHORT i, n = mask->Length / sizeof(WCHAR);

    if (n == 3 && p[0] == '*' && p[1] == '.' && p[2] == '*') {
        mask->Length = sizeof(WCHAR);
        return;
    }
    for (i = 0; i < n; i++) {
        if (p[i] == '.' && i + 1 < n && (p[i + 1] == '?' || p[i + 1] == '*'))
            p[i] = '"';
        else if (p[i] == '?')
            p[i] = '>';
        else if (p[i] == '*' && i + 1 < n && p[i + 1] == '.')
            p[i] = '<';
    }
    /* "name*." has lost its dot when the name was made absolute. */
    if (final_dot && n && p[n - 1] == '*')
        p[n - 1] = '<';
}

static BOOL has_wildcard(const UNICODE_STRING *mask)
{
    USHORT i;

    for (i = 0; i < mask->Length / sizeof(WCHAR); i++)
        if (wcschr(L"*?<>\"", mask->Buffer[i]))
            return TRUE;
    return FALSE;
}

static void fill_find_data(struct find *find, WIN32_FIND_DATAW *data)
{
    const FILE_BOTH_DIR_INFORMATION *both = (const void *)(find->entries + find->offset);
    const FILE_FULL_DIR_INFORMATION *full = (const void *)both; /* the same beginning */
    const WCHAR *name = find->basic ? full->FileName : both->FileName;
    ULONG length = min(both->FileNameLength / sizeof(WCHAR), ARRAY_SIZE(data->cFileName) - 1);

    data->dwFileAttributes = both->FileAttributes;
    memcpy(&data->ftCreationTime, &both->CreationTime, sizeof(FILETIME));
    memcpy(&data->ftLastAccessTime, &both->LastAccessTime, sizeof(FILETIME));
    memcpy(&data->ftLastWriteTime, &both->LastWriteTime, sizeof(FILETIME));
    data->nFileSizeHigh = both->EndOfFile.u.HighPart;
    data->nFileSizeLow = both->EndOfFile.u.LowPart;
    /* A reparse point's tag is where others have the size of extended attributes. */
    data->dwReserved0 = both->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT ? both->EaSize : 0;
    data->dwReserved1 = 0;
    memcpy(data->cFileName, name, length * sizeof(WCHAR));
    data->cFileName[length] = 0;
    length = find->basic ? 0 : min((ULONG)both->ShortNameLength / sizeof(WCHAR), ARRAY_SIZE(both->ShortName));
    memcpy(data->cAlternateFileName, both->ShortName, length * sizeof(WCHAR));
    data->cAlternateFileName[length] = 0;

    if (both->NextEntryOffset)
        find->offset += both->NextEntryOffset;
    else
        find->more = FALSE;
}

static NTSTATUS read_entries(struct find *find, UNICODE_STRING *mask, BOOL single)
{
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (!find->directory)
        return STATUS_NO_MORE_FILES;
    if (find->flags & FIND_FIRST_EX_ON_DISK_ENTRIES_ONLY)
        status = NtQueryDirectoryFileEx(find->directory, NULL, NULL, NULL, &iosb, find->entries, find->size,
                                        find->basic ? FileFullDirectoryInformation : FileBothDirectoryInformation,
                                        SL_RETURN_ON_DISK_ENTRIES_ONLY | (single ? SL_RETURN_SINGLE_ENTRY : 0), mask);
    else
        status = NtQueryDirectoryFile(find->directory, NULL, NULL, NULL, &iosb, find->entries, find->size,
                                      find->basic ? FileFullDirectoryInformation : FileBothDirectoryInformation, single,
                                      mask, FALSE);
    if (status == STATUS_BUFFER_OVERFLOW)
        status = STATUS_SUCCESS; /* a name that is longer than any name: shown as far as it goes */
    find->offset = 0;
    find->more = !status;
    return status;
}

static void find_free(struct find *find)
{
    if (find->directory)
        NtClose(find->directory);
    find->magic = 0;
    kb_free(find);
}

/* NUL and its like are found, in any directory, under the device's name. The search has no directory and ends there. */
static HANDLE find_device(const WCHAR *name, ULONG place, WIN32_FIND_DATAW *data)
{
    const WCHAR *device = name + (place >> 16) / sizeof(WCHAR);
    ULONG length = (place & 0xffff) / sizeof(WCHAR);
    struct find *find = kb_alloc_zeroed(sizeof(*find));

    if (!find) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    find->magic = FIND_MAGIC;
    RtlInitializeSRWLock(&find->lock);
    memset(data, 0, sizeof(*data));
    data->dwFileAttributes = FILE_ATTRIBUTE_ARCHIVE;
    memcpy(data->cFileName, device, min(length, ARRAY_SIZE(data->cFileName) - 1) * sizeof(WCHAR));
    return (HANDLE)find;
}

HANDLE WINAPI FindFirstFileExW(const WCHAR *name, FINDEX_INFO_LEVELS level, void *data, FINDEX_SEARCH_OPS op,
                               void *filter, DWORD flags)
{
    UNICODE_STRING nt, mask, directory;
    struct find *find = NULL;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    SIZE_T length;
    BOOL wild;
    ULONG size, device;
    NTSTATUS status;

    (void)filter; /* reserved */
    if (level > FindExInfoBasic || op > FindExSearchLimitToDevices ||
        flags & ~(FIND_FIRST_EX_CASE_SENSITIVE | FIND_FIRST_EX_LARGE_FETCH | FIND_FIRST_EX_ON_DISK_ENTRIES_ONLY)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (op == FindExSearchLimitToDevices) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return INVALID_HANDLE_VALUE;
    }
    if (name && (device = RtlIsDosDeviceName_U(name)))
        return find_device(name, device, data);
    if (!name || !*name || (status = dos_to_nt_path(name, &nt))) {
        set_ntstatus(name && *name ? nt_name_error(name, status) : STATUS_OBJECT_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    /* The last component is the mask. */
    for (length = nt.Length / sizeof(WCHAR); length && nt.Buffer[length - 1] != '\\'; length--)
        ;
    mask.Buffer = nt.Buffer + length;
    mask.Length = nt.Length - length * sizeof(WCHAR);
    mask.MaximumLength = mask.Length;
    if (!mask.Length) {
        /* "dir\": nothing is looked for. */
        SetLastError(ERROR_FILE_NOT_FOUND);
        goto failed;
    }
    wild = has_wildcard(&mask);
    if (wild)
        translate_mask(&mask, name[wcslen(name) - 1] == '.');
    directory.Buffer = nt.Buffer;
    directory.Length = directory.MaximumLength = length * sizeof(WCHAR);

    size = !wild ? ENTRIES_SMALL : (flags & FIND_FIRST_EX_LARGE_FETCH ? ENTRIES_LARGE : ENTRIES_NORMAL);
    if (!(find = kb_alloc(sizeof(*find) + size))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        goto failed;
    }
    find->magic = FIND_MAGIC;
    find->basic = level == FindExInfoBasic;
    find->size = size;
    find->flags = flags;
    find->directory = NULL;
    RtlInitializeSRWLock(&find->lock);
    InitializeObjectAttributes(&attr, &directory, flags & FIND_FIRST_EX_CASE_SENSITIVE ? 0 : OBJ_CASE_INSENSITIVE, NULL,
                               NULL);
    status = NtOpenFile(&find->directory, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    if (status) {
        find->directory = NULL;
        if (status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_NAME_INVALID)
            SetLastError(ERROR_PATH_NOT_FOUND); /* the directory's own name */
        else if (status == STATUS_NOT_A_DIRECTORY || status == STATUS_OBJECT_TYPE_MISMATCH)
            SetLastError(ERROR_DIRECTORY);
        else
            set_ntstatus(status);
        goto failed;
    }
    status = read_entries(find, &mask, !wild);
    if (status) {
        if (status == STATUS_NO_MORE_FILES)
            SetLastError(ERROR_FILE_NOT_FOUND);
        else
            set_ntstatus(status);
        goto failed;
    }
    fill_find_data(find, data);
    RtlFreeUnicodeString(&nt);
    return (HANDLE)find;

failed:
    if (find)
        find_free(find);
    RtlFreeUnicodeString(&nt);
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI FindFirstFileW(const WCHAR *name, WIN32_FIND_DATAW *data)
{
    return FindFirstFileExW(name, FindExInfoStandard, data, FindExSearchNameMatch, NULL, 0);
}

static struct find *find_from_handle(HANDLE handle)
{
    struct find *find = handle;

    if (!handle || handle == INVALID_HANDLE_VALUE || find->magic != FIND_MAGIC)
        return NULL;
    return find;
}

BOOL WINAPI FindNextFileW(HANDLE handle, WIN32_FIND_DATAW *data)
{
    struct find *find = find_from_handle(handle);
    NTSTATUS status = STATUS_SUCCESS;

    if (!find)
        return fail(ERROR_INVALID_HANDLE);
    RtlAcquireSRWLockExclusive(&find->lock);
    if (!find->more)
        status = read_entries(find, NULL, FALSE);
    if (!status)
        fill_find_data(find, data);
    RtlReleaseSRWLockExclusive(&find->lock);
    return set_ntstatus(status);
}

BOOL WINAPI FindClose(HANDLE handle)
{
    struct find *find = handle;

    if (!handle || handle == INVALID_HANDLE_VALUE ||
        (find->magic != FIND_MAGIC && find->magic != STREAM_MAGIC && find->magic != FIND_NAME_MAGIC))
        return fail(ERROR_INVALID_HANDLE);
    if (find->magic == FIND_NAME_MAGIC)
        find_name_free(handle);
    else
        find_free(find);
    return TRUE;
}

/* The A versions' names: what does not fit is ERROR_MORE_DATA's case, which no caller expects; truncated. */
static void find_data_to_ansi(const WIN32_FIND_DATAW *wide, WIN32_FIND_DATAA *data)
{
    memcpy(data, wide, offsetof(WIN32_FIND_DATAA, cFileName));
    data->cFileName[file_ansi_copy(data->cFileName, sizeof(data->cFileName) - 1, wide->cFileName,
                                   wcslen(wide->cFileName))] = 0;
    data->cAlternateFileName[file_ansi_copy(data->cAlternateFileName, sizeof(data->cAlternateFileName) - 1,
                                            wide->cAlternateFileName, wcslen(wide->cAlternateFileName))] = 0;
}

HANDLE WINAPI FindFirstFileExA(const char *name, FINDEX_INFO_LEVELS level, void *data, FINDEX_SEARCH_OPS op,
                               void *filter, DWORD flags)
{
    WIN32_FIND_DATAW wide_data;
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_file_arg(&wide, name))
        return INVALID_HANDLE_VALUE;
    handle = FindFirstFileExW(wide.str, level, &wide_data, op, filter, flags);
    wide_arg_free(&wide);
    if (handle != INVALID_HANDLE_VALUE)
        find_data_to_ansi(&wide_data, data);
    return handle;
}

HANDLE WINAPI FindFirstFileA(const char *name, WIN32_FIND_DATAA *data)
{
    return FindFirstFileExA(name, FindExInfoStandard, data, FindExSearchNameMatch, NULL, 0);
}

BOOL WINAPI FindNextFileA(HANDLE handle, WIN32_FIND_DATAA *data)
{
    WIN32_FIND_DATAW wide;

    if (!FindNextFileW(handle, &wide))
        return FALSE;
    find_data_to_ansi(&wide, data);
    return TRUE;
}

/* --- alternate streams --- */

static void fill_stream_data(struct find *find, WIN32_FIND_STREAM_DATA *data)
{
    const FILE_STREAM_INFORMATION *info = (const void *)(find->entries + find->offset);
    ULONG length = min(info->StreamNameLength / sizeof(WCHAR), ARRAY_SIZE(data->cStreamName) - 1);

    data->StreamSize = info->StreamSize;
    memcpy(data->cStreamName, info->StreamName, length * sizeof(WCHAR));
    data->cStreamName[length] = 0;
    if (info->NextEntryOffset)
        find->offset += info->NextEntryOffset;
    else
        find->more = FALSE;
}

HANDLE WINAPI FindFirstStreamW(const WCHAR *name, STREAM_INFO_LEVELS level, void *data, DWORD flags)
{
    struct find *find = NULL;
    IO_STATUS_BLOCK iosb;
    HANDLE file;
    ULONG size = ENTRIES_SMALL;
    NTSTATUS status;

    if (level != FindStreamInfoStandard || flags) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    file = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return file;
    for (;; size *= 2) {
        kb_free(find);
        if (!(find = kb_alloc(sizeof(*find) + size))) {
            status = STATUS_NO_MEMORY;
            break;
        }
        status = NtQueryInformationFile(file, &iosb, find->entries, size, FileStreamInformation);
        if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL)
            break;
    }
    NtClose(file);
    if (!status && !iosb.Information)
        status = STATUS_END_OF_FILE; /* a directory without streams */
    if (status) {
        kb_free(find);
        set_ntstatus(status);
        return INVALID_HANDLE_VALUE;
    }
    find->magic = STREAM_MAGIC;
    find->directory = NULL;
    find->offset = 0;
    find->more = TRUE;
    RtlInitializeSRWLock(&find->lock);
    fill_stream_data(find, data);
    return (HANDLE)find;
}

BOOL WINAPI FindNextStreamW(HANDLE handle, void *data)
{
    struct find *find = handle;
    BOOL more;

    if (!handle || handle == INVALID_HANDLE_VALUE || find->magic != STREAM_MAGIC)
        return fail(ERROR_INVALID_HANDLE);
    RtlAcquireSRWLockExclusive(&find->lock);
    if ((more = find->more))
        fill_stream_data(find, data);
    RtlReleaseSRWLockExclusive(&find->lock);
    return more || fail(ERROR_HANDLE_EOF);
}

/* --- change notifications: the handle is the directory's own, which is signalled when a request completes --- */

static IO_STATUS_BLOCK notification_iosb; /* nobody reads it */

HANDLE WINAPI FindFirstChangeNotificationW(const WCHAR *name, BOOL subtree, DWORD filter)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE handle;
    NTSTATUS status;

    if (!name || dos_to_nt_path(name, &nt)) {
        SetLastError(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&handle, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    if (!set_ntstatus(status))
        return INVALID_HANDLE_VALUE;
    status = NtNotifyChangeDirectoryFile(handle, NULL, NULL, NULL, &notification_iosb, NULL, 0, filter, !!subtree);
    if (!set_ntstatus(status)) {
        NtClose(handle);
        return INVALID_HANDLE_VALUE;
    }
    return handle;
}

HANDLE WINAPI FindFirstChangeNotificationA(const char *name, BOOL subtree, DWORD filter)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_file_arg(&wide, name))
        return INVALID_HANDLE_VALUE;
    handle = FindFirstChangeNotificationW(wide.str, subtree, filter);
    wide_arg_free(&wide);
    return handle;
}

BOOL WINAPI FindNextChangeNotification(HANDLE handle)
{
    /* Filter and subtree are the first request's: the system keeps them with the handle. */
    return set_ntstatus(NtNotifyChangeDirectoryFile(handle, NULL, NULL, NULL, &notification_iosb, NULL, 0,
                                                    FILE_NOTIFY_CHANGE_SIZE, FALSE));
}

BOOL WINAPI FindCloseChangeNotification(HANDLE handle)
{
    return set_ntstatus(NtClose(handle));
}

/* The APC of a request with a completion routine. */
static void NTAPI notify_completion(void *routine, IO_STATUS_BLOCK *iosb, ULONG reserved)
{
    (void)reserved;
    ((LPOVERLAPPED_COMPLETION_ROUTINE)routine)(RtlNtStatusToDosError(iosb->Status), iosb->Information,
                                               (OVERLAPPED *)iosb);
}

BOOL WINAPI ReadDirectoryChangesExW(HANDLE directory, void *buffer, DWORD size, BOOL subtree, DWORD filter,
                                    DWORD *returned, OVERLAPPED *overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine,
                                    READ_DIRECTORY_NOTIFY_INFORMATION_CLASS class)
{
    IO_STATUS_BLOCK own, *iosb = overlapped ? (IO_STATUS_BLOCK *)overlapped : &own;
    HANDLE event = NULL;
    void *context = NULL;
    NTSTATUS status;

    own.Information = 0;
    if (overlapped) {
        overlapped->Internal = STATUS_PENDING;
        overlapped->InternalHigh = 0;
        if (routine)
            context = (void *)routine;
        else {
            event = overlapped->hEvent;
            context = (ULONG_PTR)event & 1 ? NULL : overlapped;
        }
    }
    status = NtNotifyChangeDirectoryFileEx(directory, event, overlapped && routine ? notify_completion : NULL, context,
                                           iosb, buffer, size, filter, !!subtree, class);
    if (status == STATUS_PENDING) {
        if (overlapped)
            return TRUE; /* queued: that is success here */
        NtWaitForSingleObject(directory, FALSE, NULL);
        status = own.Status;
    }
    if (NT_SUCCESS(status) && !overlapped &&
        returned) /* nothing with STATUS_NOTIFY_ENUM_DIR: too much for the buffer */
        *returned = own.Information;
    return set_ntstatus(status);
}

BOOL WINAPI ReadDirectoryChangesW(HANDLE directory, void *buffer, DWORD size, BOOL subtree, DWORD filter,
                                  DWORD *returned, OVERLAPPED *overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return ReadDirectoryChangesExW(directory, buffer, size, subtree, filter, returned, overlapped, routine,
                                   ReadDirectoryNotifyInformation);
}
