/* SPDX-License-Identifier: MIT */
/*
 * fileapi_mount.c: volumes by name (`\\?\Volume{GUID}\`), and where they are mounted: drive letters, and folders of other volumes,
 * which are reparse points. Letters are the mount manager's; it also knows the folders (mountmgr.c of the native half).
 */
#include "kernelbase_private.h"
#include <winioctl.h>

#define MOUNTMGR(function, access) CTL_CODE('m', function, METHOD_BUFFERED, access)
#define CREATE_POINT               MOUNTMGR(0, FILE_READ_ACCESS | FILE_WRITE_ACCESS)
#define DELETE_POINTS              MOUNTMGR(1, FILE_READ_ACCESS | FILE_WRITE_ACCESS)
#define QUERY_DOS_VOLUME_PATHS     MOUNTMGR(13, FILE_ANY_ACCESS)

/* Volumes are named after their drive's letter; see \??\Volume{...} in the NT name space. */
#define VOLUME_PREFIX L"\\\\?\\Volume{7472616e-736f-6d00-0000-0000000000"
#define VOLUME_LENGTH (ARRAY_SIZE(VOLUME_PREFIX) - 1 + 4)
#define LINK_OPTIONS                                                                                                   \
    (FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT)

/* --- names --- */

static BOOL ends_in_backslash(const WCHAR *path)
{
    SIZE_T length = wcslen(path);

    return length && (path[length - 1] == '\\' || path[length - 1] == '/');
}

static void volume_name(WCHAR letter, WCHAR *name)
{
    static const WCHAR digits[] = L"0123456789abcdef";

    wcscpy(name, VOLUME_PREFIX);
    name += ARRAY_SIZE(VOLUME_PREFIX) - 1;
    *name++ = digits[(letter >> 4) & 0xf];
    *name++ = digits[letter & 0xf];
    *name++ = '}';
    *name++ = '\\';
    *name = 0;
}

/* The volume that a drive's letter means; 0: none, or a folder (subst). */
static WCHAR volume_of_drive(WCHAR letter)
{
    static const WCHAR device[] = L"\\Device\\HarddiskVolume";
    WCHAR drive[] = { RtlUpcaseUnicodeChar(letter), ':', 0 }, target[64];
    ULONG number = 0;

    if (drive[0] < 'A' || drive[0] > 'Z' || !QueryDosDeviceW(drive, target, ARRAY_SIZE(target)) ||
        wcsncmp(target, device, ARRAY_SIZE(device) - 1))
        return 0;
    for (const WCHAR *at = target + ARRAY_SIZE(device) - 1; *at >= '0' && *at <= '9' && number < 100; at++)
        number = number * 10 + *at - '0';
    return number >= 1 && number <= 26 ? 'A' + number - 1 : 0;
}

/* The volume of a name; 0 if it is no such name. */
static WCHAR volume_of_name(const WCHAR *name)
{
    unsigned prefix = ARRAY_SIZE(VOLUME_PREFIX) - 1, value = 0, i;

    if (_wcsnicmp(name, VOLUME_PREFIX, prefix))
        return 0;
    for (i = prefix; i < prefix + 2; i++) {
        WCHAR c = name[i] | 0x20;

        if (name[i] >= '0' && name[i] <= '9')
            value = value * 16 + name[i] - '0';
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + c - 'a' + 10;
        else
            return 0;
    }
    if (name[i] != '}' || value < 'A' || value > 'Z' || volume_of_drive(value) != value)
        return 0;
    return value;
}

/* A volume's name as functions want it, to its letter; 0 with the error set. */
static WCHAR volume_argument(const WCHAR *name)
{
    WCHAR letter = name ? volume_of_name(name) : 0;

    if (letter && wcslen(name) == VOLUME_LENGTH)
        return letter;
    SetLastError(!letter && name && !_wcsnicmp(name, L"\\\\?\\Volume{", 11) && ends_in_backslash(name)
                     ? ERROR_FILE_NOT_FOUND
                     : ERROR_INVALID_NAME);
    return 0;
}

/* `X:\`: its letter in upper case. */
static WCHAR drive_argument(const WCHAR *path)
{
    WCHAR letter = path[0] && path[1] == ':' && path[2] == '\\' && !path[3] ? RtlUpcaseUnicodeChar(path[0]) : 0;

    return letter >= 'A' && letter <= 'Z' ? letter : 0;
}

/* --- the mount manager --- */

static NTSTATUS ask_manager(ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE manager;
    NTSTATUS status;

    RtlInitUnicodeString(&name, L"\\Device\\MountPointManager");
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&manager, GENERIC_READ | (code & 0x8000 ? GENERIC_WRITE : 0) | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
    if (status)
        return status;
    status = NtDeviceIoControlFile(manager, NULL, NULL, NULL, &iosb, code, (void *)in, in_size, out, out_size);
    NtClose(manager);
    return status;
}

static ULONG device_text(WCHAR volume, WCHAR *text, SIZE_T size)
{
    return _snwprintf(text, size, L"\\Device\\HarddiskVolume%u", volume - 'A' + 1) * sizeof(WCHAR);
}

/* Where a volume is mounted, `C:` and `C:\folder`, as texts that end with an empty one; kb_free. */
static NTSTATUS volume_paths(WCHAR volume, WCHAR **paths)
{
    struct {
        USHORT length;
        WCHAR name[40];
    } target;
    struct {
        ULONG bytes;
        WCHAR texts[];
    } *answer = NULL;
    ULONG size = 256;
    NTSTATUS status;

    target.length = device_text(volume, target.name, ARRAY_SIZE(target.name));
    do {
        kb_free(answer);
        if (!(answer = kb_alloc(size)))
            return STATUS_NO_MEMORY;
        status = ask_manager(QUERY_DOS_VOLUME_PATHS, &target, sizeof(target), answer, size);
        size = answer->bytes + sizeof(*answer) + 256;
    } while (status == STATUS_BUFFER_OVERFLOW);
    if (!status) {
        memmove(answer, answer->texts, answer->bytes);
        *paths = (WCHAR *)answer;
        return STATUS_SUCCESS;
    }
    kb_free(answer);
    return status;
}

static NTSTATUS add_letter(WCHAR letter, WCHAR volume)
{
    struct {
        USHORT link_offset, link_length, device_offset, device_length;
        WCHAR link[14], device[40];
    } input = { .link = L"\\DosDevices\\X:" };

    input.link[12] = letter;
    input.link_offset = (USHORT)offsetof(__typeof__(input), link);
    input.link_length = sizeof(input.link);
    input.device_offset = (USHORT)offsetof(__typeof__(input), device);
    input.device_length = (USHORT)device_text(volume, input.device, ARRAY_SIZE(input.device));
    return ask_manager(CREATE_POINT, &input, sizeof(input), NULL, 0);
}

static NTSTATUS remove_letter(WCHAR letter)
{
    struct {
        ULONG link_offset;
        USHORT link_length, pad;
        ULONG id[2], device[2];
        WCHAR link[14];
    } input = { .link = L"\\DosDevices\\X:" };
    char deleted[1024];

    input.link[12] = letter;
    input.link_offset = offsetof(__typeof__(input), link);
    input.link_length = sizeof(input.link);
    return ask_manager(DELETE_POINTS, &input, sizeof(input), deleted, sizeof(deleted));
}

/* --- mounted folders --- */

static NTSTATUS open_folder(const WCHAR *path, ACCESS_MASK access, HANDLE *folder)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status = dos_to_nt_path(path, &nt);

    if (status)
        return status;
    /* the link, not what is at its end */
    if (nt.Length > sizeof(WCHAR) && nt.Buffer[nt.Length / sizeof(WCHAR) - 1] == '\\')
        nt.Length -= sizeof(WCHAR);
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(folder, access | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, LINK_OPTIONS);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* What a folder is mounted to: the volume's letter, or 0: it is another kind of link. */
static NTSTATUS folder_volume(HANDLE folder, WCHAR *volume)
{
    REPARSE_DATA_BUFFER *data = kb_alloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    *volume = 0;
    if (!data)
        return STATUS_NO_MEMORY;
    status = NtFsControlFile(folder, NULL, NULL, NULL, &iosb, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
                             MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    if (!status && data->ReparseTag == IO_REPARSE_TAG_MOUNT_POINT &&
        data->MountPointReparseBuffer.SubstituteNameLength == VOLUME_LENGTH * sizeof(WCHAR)) {
        WCHAR name[VOLUME_LENGTH + 1];

        memcpy(name,
               (char *)data->MountPointReparseBuffer.PathBuffer + data->MountPointReparseBuffer.SubstituteNameOffset,
               VOLUME_LENGTH * sizeof(WCHAR));
        name[VOLUME_LENGTH] = 0;
        name[1] = '\\'; /* \??\ to \\?\ */
        *volume = volume_of_name(name);
    }
    kb_free(data);
    return status;
}

static NTSTATUS mount_folder(HANDLE folder, WCHAR volume)
{
    struct {
        REPARSE_DATA_BUFFER data;
        WCHAR names[VOLUME_LENGTH + 2];
    } point = { .data.ReparseTag = IO_REPARSE_TAG_MOUNT_POINT };
    const USHORT bytes = VOLUME_LENGTH * sizeof(WCHAR);
    WCHAR name[VOLUME_LENGTH + 1];
    IO_STATUS_BLOCK iosb;

    volume_name(volume, name);
    name[1] = '?';
    point.data.ReparseDataLength =
        offsetof(REPARSE_DATA_BUFFER, MountPointReparseBuffer.PathBuffer) - REPARSE_DATA_BUFFER_HEADER_SIZE + bytes + 4;
    point.data.MountPointReparseBuffer.SubstituteNameLength = bytes;
    point.data.MountPointReparseBuffer.PrintNameOffset = bytes + sizeof(WCHAR);
    memcpy(point.data.MountPointReparseBuffer.PathBuffer, name, bytes);
    return NtFsControlFile(folder, NULL, NULL, NULL, &iosb, FSCTL_SET_REPARSE_POINT, &point,
                           REPARSE_DATA_BUFFER_HEADER_SIZE + point.data.ReparseDataLength, NULL, 0);
}

BOOL WINAPI SetVolumeMountPointW(const WCHAR *path, const WCHAR *name)
{
    FILE_BASIC_INFORMATION basic;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    HANDLE folder;
    WCHAR volume;

    if (!path || !name || !ends_in_backslash(path))
        return fail(ERROR_INVALID_NAME);
    if (!(volume = volume_argument(name)))
        return FALSE;
    if (drive_argument(path)) {
        status = add_letter(drive_argument(path), volume);
        return status == STATUS_OBJECT_NAME_COLLISION ? fail(ERROR_DIR_NOT_EMPTY) : set_ntstatus(status);
    }
    if ((status = open_folder(path, FILE_READ_ATTRIBUTES | FILE_WRITE_DATA, &folder)))
        return set_ntstatus(status);
    status = NtQueryInformationFile(folder, &iosb, &basic, sizeof(basic), FileBasicInformation);
    /* "GetLastError returns ERROR_DIR_NOT_EMPTY, even if the directory is empty", of a mounted folder */
    if (!status && basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
        status = STATUS_DIRECTORY_NOT_EMPTY;
    if (!status)
        status = mount_folder(folder, volume);
    NtClose(folder);
    return set_ntstatus(status);
}

BOOL WINAPI DeleteVolumeMountPointW(const WCHAR *path)
{
    REPARSE_DATA_BUFFER point = { .ReparseTag = IO_REPARSE_TAG_MOUNT_POINT };
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    HANDLE folder;
    WCHAR volume;

    if (!path || !ends_in_backslash(path))
        return fail(ERROR_INVALID_NAME);
    if (drive_argument(path))
        return set_ntstatus(remove_letter(drive_argument(path)));
    if ((status = open_folder(path, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, &folder)))
        return set_ntstatus(status);
    status = folder_volume(folder, &volume);
    if (!status && !volume)
        status = STATUS_INVALID_PARAMETER; /* a junction: no mounted folder */
    if (!status)
        status = NtFsControlFile(folder, NULL, NULL, NULL, &iosb, FSCTL_DELETE_REPARSE_POINT, &point,
                                 REPARSE_DATA_BUFFER_HEADER_SIZE, NULL, 0);
    NtClose(folder);
    return set_ntstatus(status);
}

BOOL WINAPI GetVolumeNameForVolumeMountPointW(const WCHAR *path, WCHAR *name, DWORD size)
{
    WCHAR volume = 0;
    NTSTATUS status;
    HANDLE folder;

    if (!path || !ends_in_backslash(path))
        return fail(ERROR_INVALID_NAME);
    if (drive_argument(path)) {
        if (!(volume = volume_of_drive(path[0])))
            return fail(ERROR_FILE_NOT_FOUND);
    } else if (!_wcsnicmp(path, L"\\\\?\\Volume{", 11) && wcslen(path) == VOLUME_LENGTH) {
        if (!(volume = volume_argument(path)))
            return FALSE;
    } else {
        if ((status = open_folder(path, FILE_READ_ATTRIBUTES, &folder)))
            return set_ntstatus(status);
        status = folder_volume(folder, &volume);
        NtClose(folder);
        if (!set_ntstatus(status))
            return FALSE;
        if (!volume)
            return fail(ERROR_INVALID_PARAMETER);
    }
    if (size <= VOLUME_LENGTH)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    volume_name(volume, name);
    return TRUE;
}

/* --- the paths of a volume --- */

BOOL WINAPI GetVolumePathNamesForVolumeNameW(const WCHAR *name, WCHAR *paths, DWORD size, DWORD *needed)
{
    WCHAR volume = volume_argument(name), *list;
    DWORD length = 0;
    NTSTATUS status;

    if (!volume)
        return FALSE;
    if ((status = volume_paths(volume, &list)))
        return set_ntstatus(status);
    for (const WCHAR *at = list; *at; at += wcslen(at) + 1) {
        DWORD part = wcslen(at);

        if (length + part + 2 < size) {
            memcpy(paths + length, at, part * sizeof(WCHAR));
            paths[length + part] = '\\';
            paths[length + part + 1] = 0;
        }
        length += part + 2;
    }
    kb_free(list);
    if (needed)
        *needed = length + 1;
    if (length >= size)
        return fail(ERROR_MORE_DATA);
    paths[length] = 0;
    return TRUE;
}

/* How much of a full path is the way to its volume: the last mounted folder in it, else its root. */
static DWORD volume_part(WCHAR *full, DWORD root)
{
    DWORD length = root;

    for (WCHAR *at = full + root;; at++) {
        WCHAR end = *at, volume = 0;

        if (end && end != '\\')
            continue;
        at[0] = 0;
        if (at > full + root && GetFileAttributesW(full) & FILE_ATTRIBUTE_REPARSE_POINT) {
            HANDLE folder;
            if (!open_folder(full, FILE_READ_ATTRIBUTES, &folder)) {
                folder_volume(folder, &volume);
                NtClose(folder);
            }
        }
        at[0] = end;
        if (volume)
            length = (DWORD)(at - full) + 1;
        if (!end || !at[1])
            return length;
    }
}

BOOL WINAPI GetVolumePathNameW(const WCHAR *path, WCHAR *volume, DWORD size)
{
    DWORD length;
    WCHAR *full;
    BOOL result = FALSE;

    if (!path || !volume || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(length = GetFullPathNameW(path, 0, NULL, NULL)))
        return FALSE;
    if (!(full = kb_alloc((length + 2) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    length = GetFullPathNameW(path, length, full, NULL);
    if (length >= 2 && full[1] == ':') {
        length = length > 3 ? volume_part(full, 3) : 3;
    } else if (!wcsncmp(full, L"\\\\?\\", 4) && length >= 6 && full[5] == ':') {
        length = length > 7 ? volume_part(full, 7) : 7;
    } else if (!wcsncmp(full, L"\\\\?\\Volume{", 11)) {
        const WCHAR *end = wcschr(full + 11, '\\');

        length = end ? (DWORD)(end - full + 1) : length + 1;
    } else {
        /* \\server\share\ */
        const WCHAR *end = length > 2 ? wcschr(full + 2, '\\') : NULL;

        end = end ? wcschr(end + 1, '\\') : NULL;
        length = end ? (DWORD)(end - full + 1) : length + 1;
    }
    if (length < size) {
        memcpy(volume, full, (length - 1) * sizeof(WCHAR));
        volume[length - 1] = '\\';
        volume[length] = 0;
        result = TRUE;
    } else
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
    kb_free(full);
    return result;
}

/* --- searching --- */

/* FindFirstVolume's handle is the set of drives that are still to be named. */
struct find_volume {
    DWORD drives;
};

BOOL WINAPI FindNextVolumeW(HANDLE handle, WCHAR *volume, DWORD size)
{
    struct find_volume *find = handle;

    if (!handle || handle == INVALID_HANDLE_VALUE)
        return fail(ERROR_INVALID_HANDLE);
    while (find->drives) {
        WCHAR letter = 'A' + __builtin_ctz(find->drives);

        if (volume_of_drive(letter) == letter) { /* no second letter, no folder */
            if (size <= VOLUME_LENGTH)
                return fail(ERROR_FILENAME_EXCED_RANGE);
            find->drives &= find->drives - 1;
            volume_name(letter, volume);
            return TRUE;
        }
        find->drives &= find->drives - 1;
    }
    return fail(ERROR_NO_MORE_FILES);
}

HANDLE WINAPI FindFirstVolumeW(WCHAR *volume, DWORD size)
{
    struct find_volume *find = kb_alloc(sizeof(*find));

    if (!find) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    find->drives = GetLogicalDrives();
    if (FindNextVolumeW(find, volume, size))
        return find;
    kb_free(find);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindVolumeClose(HANDLE handle)
{
    if (!handle || handle == INVALID_HANDLE_VALUE)
        return fail(ERROR_INVALID_HANDLE);
    kb_free(handle);
    return TRUE;
}

/* FindFirstVolumeMountPoint's handle: the mounted folders on a volume, as texts, and the next one. */
struct find_mount {
    WCHAR *next;
    WCHAR texts[];
};

/* Those of one volume's paths that lie on the volume `on`, behind what there is; the number of characters. */
static NTSTATUS add_mounts(WCHAR volume, WCHAR on, struct find_mount **find, SIZE_T *length)
{
    WCHAR *list;
    NTSTATUS status = volume_paths(volume, &list);

    if (status)
        return STATUS_SUCCESS; /* no such volume */
    for (const WCHAR *at = list; *at && !status; at += wcslen(at) + 1) {
        SIZE_T part = wcslen(at);
        struct find_mount *grown;

        if (part < 4 || volume_of_drive(at[0]) != on)
            continue;
        /* without `X:\`, with a backslash at the end */
        if (!(grown =
                  RtlReAllocateHeap(GetProcessHeap(), 0, *find, sizeof(**find) + (*length + part) * sizeof(WCHAR)))) {
            status = STATUS_NO_MEMORY;
            break;
        }
        *find = grown;
        memcpy(grown->texts + *length, at + 3, (part - 3) * sizeof(WCHAR));
        memcpy(grown->texts + *length + part - 3, L"\\\0", 3 * sizeof(WCHAR));
        *length += part - 1;
    }
    kb_free(list);
    return status;
}

BOOL WINAPI FindNextVolumeMountPointW(HANDLE handle, WCHAR *buffer, DWORD size)
{
    struct find_mount *find = handle;
    SIZE_T length;

    if (!handle || handle == INVALID_HANDLE_VALUE)
        return fail(ERROR_INVALID_HANDLE);
    if (!(length = wcslen(find->next)))
        return fail(ERROR_NO_MORE_FILES);
    if (length >= size)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    memcpy(buffer, find->next, (length + 1) * sizeof(WCHAR));
    find->next += length + 1;
    return TRUE;
}

HANDLE WINAPI FindFirstVolumeMountPointW(const WCHAR *name, WCHAR *buffer, DWORD size)
{
    WCHAR volume = volume_argument(name);
    struct find_mount *find;
    SIZE_T length = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (!volume)
        return INVALID_HANDLE_VALUE;
    if (!(find = kb_alloc(sizeof(*find) + 2 * sizeof(WCHAR)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    find->texts[0] = 0;
    for (DWORD drives = GetLogicalDrives(); drives && !status; drives &= drives - 1) {
        WCHAR letter = 'A' + __builtin_ctz(drives);

        if (volume_of_drive(letter) == letter)
            status = add_mounts(letter, volume, &find, &length);
    }
    find->next = find->texts;
    if (set_ntstatus(status) && FindNextVolumeMountPointW(find, buffer, size))
        return find;
    kb_free(find);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindVolumeMountPointClose(HANDLE handle)
{
    return FindVolumeClose(handle);
}
