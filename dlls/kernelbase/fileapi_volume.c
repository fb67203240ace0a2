/* SPDX-License-Identifier: MIT */
/* fileapi_volume.c: drives and volumes. C: is the prefix, Z: the root of the file system; others by \??\X: links. */
#include "kernelbase_private.h"

/* --- drive letters --- */

static BOOL drive_exists(WCHAR letter)
{
    WCHAR path[] = L"\\??\\X:\\";
    UNICODE_STRING name = { sizeof(path) - sizeof(WCHAR), sizeof(path), path };
    FILE_BASIC_INFORMATION info;
    OBJECT_ATTRIBUTES attr;

    path[4] = letter;
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return !NtQueryAttributesFile(&attr, &info);
}

DWORD WINAPI GetLogicalDrives(VOID)
{
    DWORD mask = 0;
    unsigned i;

    for (i = 0; i < 26; i++)
        if (drive_exists('A' + i))
            mask |= 1u << i;
    return mask;
}

DWORD WINAPI GetLogicalDriveStringsW(DWORD size, WCHAR *buffer)
{
    DWORD mask = GetLogicalDrives(), count = __builtin_popcount(mask) * 4;
    unsigned i;

    if (size < count + 1)
        return count + 1;
    for (i = 0; i < 26; i++) {
        if (!(mask & 1u << i))
            continue;
        *buffer++ = 'A' + i;
        *buffer++ = ':';
        *buffer++ = '\\';
        *buffer++ = 0;
    }
    *buffer = 0;
    return count;
}

DWORD WINAPI GetLogicalDriveStringsA(DWORD size, char *buffer)
{
    WCHAR wide[26 * 4 + 1];
    DWORD length = GetLogicalDriveStringsW(ARRAY_SIZE(wide), wide), i;

    if (size < length + 1)
        return length + 1;
    for (i = 0; i <= length; i++)
        buffer[i] = wide[i];
    return length;
}

/* Opens what a root path names (`C:\`, a directory, `\\?\Volume{...}\`); NULL means the current drive's root. */
static NTSTATUS open_root(const WCHAR *root, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if ((status = dos_to_nt_path(root ? root : L"\\", &nt)))
        return status;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_FREE_SPACE_QUERY |
                            FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* GetVolumeInformation and the like want `X:\` or `\\server\share\`, with the backslash. */
static BOOL ends_in_backslash(const WCHAR *root)
{
    SIZE_T length = wcslen(root);

    return length && (root[length - 1] == '\\' || root[length - 1] == '/');
}

UINT WINAPI GetDriveTypeW(const WCHAR *root)
{
    FILE_FS_DEVICE_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    WCHAR drive[] = L"X:\\";
    HANDLE handle;
    NTSTATUS status;

    /* "C:" is taken for its root. */
    if (root && root[0] && root[1] == ':' && !root[2]) {
        drive[0] = root[0];
        root = drive;
    }
    if (open_root(root, &handle))
        return DRIVE_NO_ROOT_DIR;
    status = NtQueryVolumeInformationFile(handle, &iosb, &info, sizeof(info), FileFsDeviceInformation);
    NtClose(handle);
    if (status)
        return DRIVE_UNKNOWN;
    switch (info.DeviceType) {
    case 0x02: /* FILE_DEVICE_CD_ROM */
    case 0x03:
        return DRIVE_CDROM;
    case 0x14: /* FILE_DEVICE_NETWORK_FILE_SYSTEM */
        return DRIVE_REMOTE;
    case 0x24: /* FILE_DEVICE_VIRTUAL_DISK */
        return DRIVE_RAMDISK;
    case 0x07: /* FILE_DEVICE_DISK */
    case 0x08:
        if (info.Characteristics & 0x10) /* FILE_REMOTE_DEVICE */
            return DRIVE_REMOTE;
        return info.Characteristics & 0x01 ? DRIVE_REMOVABLE : DRIVE_FIXED;
    }
    return DRIVE_UNKNOWN;
}

UINT WINAPI GetDriveTypeA(const char *root)
{
    struct wide_arg wide;
    UINT type;

    if (!wide_file_arg(&wide, root))
        return DRIVE_NO_ROOT_DIR;
    type = GetDriveTypeW(wide.str);
    wide_arg_free(&wide);
    return type;
}

/* --- free space --- */

static NTSTATUS full_size(const WCHAR *root, FILE_FS_FULL_SIZE_INFORMATION *info)
{
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    NTSTATUS status = open_root(root, &handle);

    if (status)
        return status;
    status = NtQueryVolumeInformationFile(handle, &iosb, info, sizeof(*info), FileFsFullSizeInformation);
    NtClose(handle);
    return status;
}

BOOL WINAPI GetDiskFreeSpaceExW(const WCHAR *root, ULARGE_INTEGER *available, ULARGE_INTEGER *total,
                                ULARGE_INTEGER *free)
{
    FILE_FS_FULL_SIZE_INFORMATION info;
    ULONGLONG unit;

    NTSTATUS status = full_size(root, &info);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!set_ntstatus(status))
        return FALSE;
    unit = (ULONGLONG)info.SectorsPerAllocationUnit * info.BytesPerSector;
    if (available)
        available->QuadPart = info.CallerAvailableAllocationUnits.QuadPart * unit;
    if (total)
        total->QuadPart = info.TotalAllocationUnits.QuadPart * unit;
    if (free)
        free->QuadPart = info.ActualAvailableAllocationUnits.QuadPart * unit;
    return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceExA(const char *root, ULARGE_INTEGER *available, ULARGE_INTEGER *total,
                                ULARGE_INTEGER *free)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, root))
        return FALSE;
    result = GetDiskFreeSpaceExW(wide.str, available, total, free);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI GetDiskFreeSpaceW(const WCHAR *root, DWORD *sectors_per_cluster, DWORD *bytes_per_sector,
                              DWORD *free_clusters, DWORD *clusters)
{
    FILE_FS_FULL_SIZE_INFORMATION info;
    NTSTATUS status = full_size(root, &info);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!set_ntstatus(status))
        return FALSE;
    if (sectors_per_cluster)
        *sectors_per_cluster = info.SectorsPerAllocationUnit;
    if (bytes_per_sector)
        *bytes_per_sector = info.BytesPerSector;
    /* Larger volumes than 32 bits can say are reported as large as they can be. */
    if (free_clusters)
        *free_clusters = min(info.CallerAvailableAllocationUnits.QuadPart, (LONGLONG)MAXDWORD);
    if (clusters)
        *clusters = min(info.TotalAllocationUnits.QuadPart, (LONGLONG)MAXDWORD);
    return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceA(const char *root, DWORD *sectors_per_cluster, DWORD *bytes_per_sector,
                              DWORD *free_clusters, DWORD *clusters)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, root))
        return FALSE;
    result = GetDiskFreeSpaceW(wide.str, sectors_per_cluster, bytes_per_sector, free_clusters, clusters);
    wide_arg_free(&wide);
    return result;
}

/* DISK_SPACE_INFORMATION, which has the members of FILE_FS_FULL_SIZE_INFORMATION_EX. */
HRESULT WINAPI GetDiskSpaceInformationW(const WCHAR *root, FILE_FS_FULL_SIZE_INFORMATION_EX *info)
{
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    NTSTATUS status;

    if (!info)
        return E_INVALIDARG;
    if (!(status = open_root(root, &handle))) {
        status = NtQueryVolumeInformationFile(handle, &iosb, info, sizeof(*info), FileFsFullSizeInformationEx);
        NtClose(handle);
    }
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
    return status ? HRESULT_FROM_WIN32(RtlNtStatusToDosError(status)) : S_OK;
}

HRESULT WINAPI GetDiskSpaceInformationA(const char *root, FILE_FS_FULL_SIZE_INFORMATION_EX *info)
{
    struct wide_arg wide;
    HRESULT result;

    if (!wide_file_arg(&wide, root))
        return HRESULT_FROM_WIN32(GetLastError());
    result = GetDiskSpaceInformationW(wide.str, info);
    wide_arg_free(&wide);
    return result;
}

/* --- volumes --- */

BOOL WINAPI GetVolumeInformationByHandleW(HANDLE file, WCHAR *label, DWORD label_size, DWORD *serial,
                                          DWORD *component_length, DWORD *flags, WCHAR *fs_name, DWORD fs_name_size)
{
    struct {
        FILE_FS_VOLUME_INFORMATION info;
        WCHAR text[MAX_PATH];
    } volume;
    struct {
        FILE_FS_ATTRIBUTE_INFORMATION info;
        WCHAR text[MAX_PATH];
    } attribute;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (label || serial) {
        status = NtQueryVolumeInformationFile(file, &iosb, &volume, sizeof(volume), FileFsVolumeInformation);
        if (!set_ntstatus(status))
            return FALSE;
        if (serial)
            *serial = volume.info.VolumeSerialNumber;
        if (label && return_string_w(volume.info.VolumeLabel, volume.info.VolumeLabelLength / sizeof(WCHAR), label,
                                     label_size) >= label_size)
            return fail(ERROR_BAD_LENGTH);
    }
    if (component_length || flags || fs_name) {
        status = NtQueryVolumeInformationFile(file, &iosb, &attribute, sizeof(attribute), FileFsAttributeInformation);
        if (!set_ntstatus(status))
            return FALSE;
        if (component_length)
            *component_length = attribute.info.MaximumComponentNameLength;
        if (flags)
            *flags = attribute.info.FileSystemAttributes;
        if (fs_name &&
            return_string_w(attribute.info.FileSystemName, attribute.info.FileSystemNameLength / sizeof(WCHAR), fs_name,
                            fs_name_size) >= fs_name_size)
            return fail(ERROR_BAD_LENGTH);
    }
    return TRUE;
}

BOOL WINAPI GetVolumeInformationW(const WCHAR *root, WCHAR *label, DWORD label_size, DWORD *serial,
                                  DWORD *component_length, DWORD *flags, WCHAR *fs_name, DWORD fs_name_size)
{
    HANDLE handle;
    NTSTATUS status;
    BOOL result;

    if (root && !ends_in_backslash(root))
        return fail(ERROR_INVALID_NAME);
    status = open_root(root, &handle);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!set_ntstatus(status))
        return FALSE;
    result = GetVolumeInformationByHandleW(handle, label, label_size, serial, component_length, flags, fs_name,
                                           fs_name_size);
    NtClose(handle);
    return result;
}

BOOL WINAPI GetVolumeInformationA(const char *root, char *label, DWORD label_size, DWORD *serial,
                                  DWORD *component_length, DWORD *flags, char *fs_name, DWORD fs_name_size)
{
    WCHAR wide_label[MAX_PATH + 1], wide_fs_name[MAX_PATH + 1];
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, root))
        return FALSE;
    result = GetVolumeInformationW(wide.str, label ? wide_label : NULL, ARRAY_SIZE(wide_label), serial,
                                   component_length, flags, fs_name ? wide_fs_name : NULL, ARRAY_SIZE(wide_fs_name));
    wide_arg_free(&wide);
    if (!result)
        return FALSE;
    if (label && return_file_string_a(wide_label, wcslen(wide_label), label, label_size) >= label_size)
        return fail(ERROR_BAD_LENGTH);
    if (fs_name && return_file_string_a(wide_fs_name, wcslen(wide_fs_name), fs_name, fs_name_size) >= fs_name_size)
        return fail(ERROR_BAD_LENGTH);
    return TRUE;
}
