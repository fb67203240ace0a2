/* SPDX-License-Identifier: MIT */
/* fileapi_info.c: what is known about a file: type, size, times, attributes; by handle and by name. */
#include "kernelbase_private.h"
#include <winioctl.h>

/* --- by handle --- */

DWORD WINAPI GetFileType(HANDLE file)
{
    FILE_FS_DEVICE_INFORMATION info;
    IO_STATUS_BLOCK iosb;

    file = std_handle_value(file);
    if (!file || file == INVALID_HANDLE_VALUE) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FILE_TYPE_UNKNOWN;
    }
    if (!set_ntstatus(NtQueryVolumeInformationFile(file, &iosb, &info, sizeof(info), FileFsDeviceInformation)))
        return FILE_TYPE_UNKNOWN;
    switch (info.DeviceType) {
    case FILE_DEVICE_NAMED_PIPE:
        return FILE_TYPE_PIPE;
    case FILE_DEVICE_CONSOLE:
    case FILE_DEVICE_NULL:
    case FILE_DEVICE_SERIAL_PORT:
    case FILE_DEVICE_PARALLEL_PORT:
    case FILE_DEVICE_KEYBOARD:
    case FILE_DEVICE_MODEM:
    case FILE_DEVICE_SCREEN:
    case FILE_DEVICE_SOUND:
        return FILE_TYPE_CHAR;
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_CD_ROM:
    case FILE_DEVICE_NETWORK_FILE_SYSTEM:
    case FILE_DEVICE_VIRTUAL_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
        return FILE_TYPE_DISK;
    }
    SetLastError(ERROR_SUCCESS);
    return FILE_TYPE_UNKNOWN;
}

BOOL WINAPI GetFileSizeEx(HANDLE file, LARGE_INTEGER *size)
{
    FILE_STANDARD_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(file, &iosb, &info, sizeof(info), FileStandardInformation);

    if (!status)
        *size = info.EndOfFile;
    return set_ntstatus(status);
}

DWORD WINAPI GetFileSize(HANDLE file, DWORD *high)
{
    LARGE_INTEGER size = { 0 };

    if (!GetFileSizeEx(file, &size))
        return INVALID_FILE_SIZE;
    if (high)
        *high = size.u.HighPart;
    if (size.u.LowPart == INVALID_FILE_SIZE)
        SetLastError(ERROR_SUCCESS);
    return size.u.LowPart;
}

BOOL WINAPI GetFileTime(HANDLE file, FILETIME *creation, FILETIME *access, FILETIME *write)
{
    FILE_BASIC_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(file, &iosb, &info, sizeof(info), FileBasicInformation);

    if (status)
        return set_ntstatus(status);
    if (creation)
        memcpy(creation, &info.CreationTime, sizeof(*creation));
    if (access)
        memcpy(access, &info.LastAccessTime, sizeof(*access));
    if (write)
        memcpy(write, &info.LastWriteTime, sizeof(*write));
    return TRUE;
}

BOOL WINAPI SetFileTime(HANDLE file, const FILETIME *creation, const FILETIME *access, const FILETIME *write)
{
    FILE_BASIC_INFORMATION info = { 0 }; /* zero: unchanged */
    IO_STATUS_BLOCK iosb;

    if (creation)
        memcpy(&info.CreationTime, creation, sizeof(*creation));
    if (access)
        memcpy(&info.LastAccessTime, access, sizeof(*access));
    if (write)
        memcpy(&info.LastWriteTime, write, sizeof(*write));
    return set_ntstatus(NtSetInformationFile(file, &iosb, &info, sizeof(info), FileBasicInformation));
}

BOOL WINAPI GetFileInformationByHandle(HANDLE file, BY_HANDLE_FILE_INFORMATION *result)
{
    struct {
        FILE_FS_VOLUME_INFORMATION info;
        WCHAR label[64];
    } volume;
    FILE_ALL_INFORMATION all;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    /* The name does not fit, and is not asked for. */
    status = NtQueryInformationFile(file, &iosb, &all, sizeof(all), FileAllInformation);
    if (status && status != STATUS_BUFFER_OVERFLOW)
        return set_ntstatus(status);
    result->dwFileAttributes = all.BasicInformation.FileAttributes;
    memcpy(&result->ftCreationTime, &all.BasicInformation.CreationTime, sizeof(FILETIME));
    memcpy(&result->ftLastAccessTime, &all.BasicInformation.LastAccessTime, sizeof(FILETIME));
    memcpy(&result->ftLastWriteTime, &all.BasicInformation.LastWriteTime, sizeof(FILETIME));
    result->nFileSizeHigh = all.StandardInformation.EndOfFile.u.HighPart;
    result->nFileSizeLow = all.StandardInformation.EndOfFile.u.LowPart;
    result->nNumberOfLinks = all.StandardInformation.NumberOfLinks;
    result->nFileIndexHigh = all.InternalInformation.IndexNumber.u.HighPart;
    result->nFileIndexLow = all.InternalInformation.IndexNumber.u.LowPart;
    status = NtQueryVolumeInformationFile(file, &iosb, &volume, sizeof(volume), FileFsVolumeInformation);
    result->dwVolumeSerialNumber = !NT_ERROR(status) ? volume.info.VolumeSerialNumber : 0;
    return TRUE;
}

/* A directory's next entries; the Restart classes begin again. */
static BOOL directory_entries(HANDLE file, FILE_INFORMATION_CLASS class, BOOL restart, void *info, DWORD size)
{
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryDirectoryFile(file, NULL, NULL, NULL, &iosb, info, size, class, FALSE, NULL, restart);

    if (status == STATUS_PENDING) {
        NtWaitForSingleObject(file, FALSE, NULL);
        status = iosb.Status;
    }
    return set_ntstatus(status);
}

BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, void *info, DWORD size)
{
    FILE_INFORMATION_CLASS nt;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    switch ((int)class) {
    case FileBasicInfo:
        nt = FileBasicInformation;
        break;
    case FileStandardInfo:
        nt = FileStandardInformation;
        break;
    case FileNameInfo:
        nt = FileNameInformation;
        break;
    case FileStreamInfo:
        nt = FileStreamInformation;
        break;
    case FileCompressionInfo:
        nt = FileCompressionInformation;
        break;
    case FileAttributeTagInfo:
        nt = FileAttributeTagInformation;
        break;
    case FileRemoteProtocolInfo:
        nt = FileRemoteProtocolInformation;
        break;
    case FileAlignmentInfo:
        nt = FileAlignmentInformation;
        break;
    case FileIdInfo:
        nt = FileIdInformation;
        break;
    case 23: /* FileCaseSensitiveInfo */
        nt = FileCaseSensitiveInformation;
        break;
    case 24: /* FileNormalizedNameInfo */
        nt = FileNormalizedNameInformation;
        break;
    case FileStorageInfo:
        return set_ntstatus(NtQueryVolumeInformationFile(file, &iosb, info, size, FileFsSectorSizeInformation));
    case FileIdBothDirectoryInfo:
    case FileIdBothDirectoryRestartInfo:
        return directory_entries(file, FileIdBothDirectoryInformation, class == FileIdBothDirectoryRestartInfo, info,
                                 size);
    case FileFullDirectoryInfo:
    case FileFullDirectoryRestartInfo:
        return directory_entries(file, FileFullDirectoryInformation, class == FileFullDirectoryRestartInfo, info, size);
    case FileIdExtdDirectoryInfo:
    case FileIdExtdDirectoryRestartInfo:
        return directory_entries(file, FileIdExtdDirectoryInformation, class == FileIdExtdDirectoryRestartInfo, info,
                                 size);
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    status = NtQueryInformationFile(file, &iosb, info, size, nt);
    if (class == FileStreamInfo && !status && !iosb.Information)
        return fail(ERROR_HANDLE_EOF); /* no stream: a directory */
    return set_ntstatus(status);
}

/* FileRenameInfo: the name is a DOS path, unless it is relative to a directory's handle or a stream's name. */
static NTSTATUS rename_by_handle(HANDLE file, const FILE_RENAME_INFO *info, DWORD size, FILE_INFORMATION_CLASS class)
{
    FILE_RENAME_INFORMATION *nt_info;
    UNICODE_STRING nt = { 0 };
    IO_STATUS_BLOCK iosb;
    WCHAR *name;
    SIZE_T nt_size;
    NTSTATUS status;

    if (size < offsetof(FILE_RENAME_INFO, FileName) ||
        info->FileNameLength > size - offsetof(FILE_RENAME_INFO, FileName))
        return STATUS_INVALID_PARAMETER;
    if (info->RootDirectory || (info->FileNameLength && info->FileName[0] == ':'))
        return NtSetInformationFile(file, &iosb, (void *)info, size, class);
    if (!(name = kb_alloc(info->FileNameLength + sizeof(WCHAR))))
        return STATUS_NO_MEMORY;
    memcpy(name, info->FileName, info->FileNameLength);
    name[info->FileNameLength / sizeof(WCHAR)] = 0;
    status = dos_to_nt_path(name, &nt);
    kb_free(name);
    if (status)
        return status;
    nt_size = max(offsetof(FILE_RENAME_INFORMATION, FileName) + nt.Length, sizeof(*nt_info));
    if ((nt_info = kb_alloc_zeroed(nt_size))) {
        if (class == FileRenameInformation)
            nt_info->ReplaceIfExists = !!info->ReplaceIfExists;
        else
            nt_info->Flags = *(const DWORD *)info;
        nt_info->FileNameLength = nt.Length;
        memcpy(nt_info->FileName, nt.Buffer, nt.Length);
        status = NtSetInformationFile(file, &iosb, nt_info, nt_size, class);
        kb_free(nt_info);
    } else
        status = STATUS_NO_MEMORY;
    RtlFreeUnicodeString(&nt);
    return status;
}

BOOL WINAPI SetFileInformationByHandle(HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, void *info, DWORD size)
{
    FILE_INFORMATION_CLASS nt;
    IO_STATUS_BLOCK iosb;

    switch ((int)class) {
    case FileBasicInfo:
        nt = FileBasicInformation;
        break;
    case FileRenameInfo:
        return set_ntstatus(rename_by_handle(file, info, size, FileRenameInformation));
    case 22: /* FileRenameInfoEx */
        return set_ntstatus(rename_by_handle(file, info, size, FileRenameInformationEx));
    case FileDispositionInfo:
        nt = FileDispositionInformation;
        break;
    case 21: /* FileDispositionInfoEx */
        nt = FileDispositionInformationEx;
        break;
    case FileAllocationInfo:
        nt = FileAllocationInformation;
        break;
    case FileEndOfFileInfo:
        nt = FileEndOfFileInformation;
        break;
    case FileIoPriorityHintInfo:
        nt = FileIoPriorityHintInformation;
        break;
    case 23: /* FileCaseSensitiveInfo */
        nt = FileCaseSensitiveInformation;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return set_ntstatus(NtSetInformationFile(file, &iosb, info, size, nt));
}

BOOL WINAPI SetFileShortNameW(HANDLE file, const WCHAR *name)
{
    SIZE_T length = name ? wcslen(name) * sizeof(WCHAR) : 0, size;
    FILE_NAME_INFORMATION *info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    size = max(offsetof(FILE_NAME_INFORMATION, FileName) + length, sizeof(*info));
    if (!(info = kb_alloc_zeroed(size)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    info->FileNameLength = length;
    memcpy(info->FileName, name, length);
    status = NtSetInformationFile(file, &iosb, info, size, FileShortNameInformation);
    kb_free(info);
    return set_ntstatus(status);
}

BOOL WINAPI SetFileShortNameA(HANDLE file, const char *name)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = SetFileShortNameW(file, wide.str);
    wide_arg_free(&wide);
    return result;
}

/* --- by name --- */

static NTSTATUS full_attributes(const WCHAR *name, FILE_NETWORK_OPEN_INFORMATION *info)
{
    OBJECT_ATTRIBUTES attr;
    struct nt_name nt;
    NTSTATUS status;

    if (!name || !*name)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if ((status = nt_name_init(name, &nt, &attr)))
        return nt_name_error(name, status);
    status = NtQueryFullAttributesFile(&attr, info);
    nt_name_free(&nt);
    return status;
}

/* FILE_INFO_BY_NAME_CLASS, in its order: mingw-w64 does not declare it yet. */
BOOL WINAPI GetFileInformationByName(const WCHAR *name, int class, void *info, ULONG size)
{
    static const FILE_INFORMATION_CLASS classes[] = { FileStatInformation, FileStatLxInformation,
                                                      FileCaseSensitiveInformation, FileStatBasicInformation };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if ((unsigned)class >= ARRAY_SIZE(classes))
        return fail(ERROR_INVALID_PARAMETER);
    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    if ((status = dos_to_nt_path(name, &nt)))
        return set_ntstatus(status);
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtQueryInformationByName(&attr, &iosb, info, size, classes[class]);
    RtlFreeUnicodeString(&nt);
    return set_ntstatus(status);
}

BOOL WINAPI GetFileAttributesExW(const WCHAR *name, GET_FILEEX_INFO_LEVELS level, void *result)
{
    FILE_NETWORK_OPEN_INFORMATION info;
    WIN32_FILE_ATTRIBUTE_DATA *data = result;

    if (level != GetFileExInfoStandard)
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(full_attributes(name, &info)))
        return FALSE;
    data->dwFileAttributes = info.FileAttributes;
    memcpy(&data->ftCreationTime, &info.CreationTime, sizeof(FILETIME));
    memcpy(&data->ftLastAccessTime, &info.LastAccessTime, sizeof(FILETIME));
    memcpy(&data->ftLastWriteTime, &info.LastWriteTime, sizeof(FILETIME));
    data->nFileSizeHigh = info.EndOfFile.u.HighPart;
    data->nFileSizeLow = info.EndOfFile.u.LowPart;
    return TRUE;
}

BOOL WINAPI GetFileAttributesExA(const char *name, GET_FILEEX_INFO_LEVELS level, void *result)
{
    struct wide_arg wide;
    BOOL ok;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    ok = GetFileAttributesExW(wide.str, level, result);
    wide_arg_free(&wide);
    return ok;
}

DWORD WINAPI GetFileAttributesW(const WCHAR *name)
{
    FILE_NETWORK_OPEN_INFORMATION info;
    NTSTATUS status = full_attributes(name, &info);

    if (!status)
        return info.FileAttributes;
    /* Devices such as NUL have no attributes but this answer. */
    if (name && RtlIsDosDeviceName_U(name))
        return FILE_ATTRIBUTE_ARCHIVE;
    set_ntstatus(status);
    return INVALID_FILE_ATTRIBUTES;
}

DWORD WINAPI GetFileAttributesA(const char *name)
{
    struct wide_arg wide;
    DWORD attributes;

    if (!wide_file_arg(&wide, name))
        return INVALID_FILE_ATTRIBUTES;
    attributes = GetFileAttributesW(wide.str);
    wide_arg_free(&wide);
    return attributes;
}

BOOL WINAPI SetFileAttributesW(const WCHAR *name, DWORD attributes)
{
    FILE_BASIC_INFORMATION info = { 0 };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE handle;
    NTSTATUS status;

    if (!name)
        return fail(ERROR_PATH_NOT_FOUND);
    if ((status = dos_to_nt_path(name, &nt)))
        return set_ntstatus(nt_name_error(name, status));
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&handle, FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT);
    RtlFreeUnicodeString(&nt);
    if (status)
        return set_ntstatus(status);
    /* FILE_ATTRIBUTE_NORMAL makes it a value: zero would mean unchanged. */
    info.FileAttributes = (attributes & 0xffff & ~FILE_ATTRIBUTE_DIRECTORY) | FILE_ATTRIBUTE_NORMAL;
    status = NtSetInformationFile(handle, &iosb, &info, sizeof(info), FileBasicInformation);
    NtClose(handle);
    return set_ntstatus(status);
}

BOOL WINAPI SetFileAttributesA(const char *name, DWORD attributes)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = SetFileAttributesW(wide.str, attributes);
    wide_arg_free(&wide);
    return result;
}

DWORD WINAPI GetCompressedFileSizeW(const WCHAR *name, DWORD *high)
{
    FILE_COMPRESSION_INFORMATION compression;
    FILE_STANDARD_INFORMATION standard;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    LARGE_INTEGER size;
    HANDLE handle;
    NTSTATUS status;

    if (!name || dos_to_nt_path(name, &nt)) {
        SetLastError(ERROR_PATH_NOT_FOUND);
        return INVALID_FILE_SIZE;
    }
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    if (status) {
        set_ntstatus(status);
        return INVALID_FILE_SIZE;
    }
    status = NtQueryInformationFile(handle, &iosb, &compression, sizeof(compression), FileCompressionInformation);
    size = compression.CompressedFileSize;
    if (status) {
        status = NtQueryInformationFile(handle, &iosb, &standard, sizeof(standard), FileStandardInformation);
        size = standard.EndOfFile;
    }
    NtClose(handle);
    if (!set_ntstatus(status))
        return INVALID_FILE_SIZE;
    if (high)
        *high = size.u.HighPart;
    if (size.u.LowPart == INVALID_FILE_SIZE)
        SetLastError(ERROR_SUCCESS);
    return size.u.LowPart;
}

DWORD WINAPI GetCompressedFileSizeA(const char *name, DWORD *high)
{
    struct wide_arg wide;
    DWORD size;

    if (!wide_file_arg(&wide, name))
        return INVALID_FILE_SIZE;
    size = GetCompressedFileSizeW(wide.str, high);
    wide_arg_free(&wide);
    return size;
}
