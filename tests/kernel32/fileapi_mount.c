/* SPDX-License-Identifier: MIT */
/* Volumes and where they are mounted: names, drive letters, mounted folders, the mount manager's control codes. */
#include "../test_folder.h"
#include <winioctl.h>

#define MOUNTMGR(function, access) CTL_CODE('m', function, METHOD_BUFFERED, access)
#define QUERY_POINTS               MOUNTMGR(2, FILE_ANY_ACCESS)
#define QUERY_DOS_VOLUME_PATH      MOUNTMGR(12, FILE_ANY_ACCESS)
#define QUERY_DOS_VOLUME_PATHS     MOUNTMGR(13, FILE_ANY_ACCESS)

static WCHAR volume[64];

/* Is this one of the volume's paths? */
static bool has_path(const WCHAR *wanted)
{
    WCHAR list[4096];
    DWORD n;

    if (!GetVolumePathNamesForVolumeNameW(volume, list, 4096, &n))
        return false;
    for (const WCHAR *at = list; *at; at += wcslen(at) + 1)
        if (!_wcsicmp(at, wanted))
            return true;
    return false;
}

static bool finds_mount(const WCHAR *on, const WCHAR *wanted)
{
    WCHAR name[MAX_PATH];
    HANDLE find = FindFirstVolumeMountPointW(on, name, MAX_PATH);
    bool found = false;

    if (find == INVALID_HANDLE_VALUE)
        return false;
    do
        found |= !_wcsicmp(name, wanted);
    while (FindNextVolumeMountPointW(find, name, MAX_PATH));
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    ok(FindVolumeMountPointClose(find), "error %lu", GetLastError());
    return found;
}

static void test_names(void)
{
    WCHAR list[64], again[64];
    char narrow[64];
    DWORD n = 0;

    ok(GetVolumeNameForVolumeMountPointW(L"C:\\", volume, 64), "error %lu", GetLastError());
    ok(wcslen(volume) == 49 && !wcsncmp(volume, L"\\\\?\\Volume{", 11), "%ls", volume);
    ok(GetVolumeNameForVolumeMountPointW(volume, again, 64) && !wcscmp(volume, again), "error %lu", GetLastError());
    ok_err(GetVolumeNameForVolumeMountPointW(L"C:", again, 64), ERROR_INVALID_NAME);
    ok_err(GetVolumeNameForVolumeMountPointW(L"C:\\", again, 20), ERROR_FILENAME_EXCED_RANGE);
    ok_err(GetVolumeNameForVolumeMountPointW(L"C:\\Windows\\", again, 64), ERROR_NOT_A_REPARSE_POINT);
    ok(has_path(L"C:\\"), "not C:");
    ok_err(GetVolumePathNamesForVolumeNameW(volume, list, 2, &n), ERROR_MORE_DATA);
    ok(n >= 5, "%lu", n);
    ok_err(GetVolumePathNamesForVolumeNameW(L"\\\\?\\Volume{00000000-0000-0000-0000-000000000000}\\", list, 64, &n),
           ERROR_FILE_NOT_FOUND);
    ok_err(GetVolumePathNamesForVolumeNameW(L"C:\\", list, 64, &n), ERROR_INVALID_NAME);
    ok(GetVolumePathNamesForVolumeNameA("\\\\?\\Volume{00000000-0000-0000-0000-000000000000}\\", narrow, 64, &n) == 0 &&
           GetLastError() == ERROR_FILE_NOT_FOUND,
       "error %lu", GetLastError());
}

static void test_folder(void)
{
    WCHAR again[64], mount[MAX_PATH], part[MAX_PATH];
    HANDLE h;
    DWORD n;

    swprintf(mount, MAX_PATH, L"%ls\\mount\\", dir);
    ok(CreateDirectoryW(mount, NULL), "error %lu", GetLastError());
    ok_err(SetVolumeMountPointW(L"relative", volume), ERROR_INVALID_NAME);
    if (!SetVolumeMountPointW(mount, volume)) {
        skip("not an administrator: error %lu", GetLastError());
        RemoveDirectoryW(mount);
        return;
    }
    ok(GetFileAttributesW(path(L"mount")) ==
           (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT), /* and the rest is the folder's */
       "attributes %lx", GetFileAttributesW(path(L"mount")));
    ok_err(SetVolumeMountPointW(mount, volume), ERROR_DIR_NOT_EMPTY); /* "even if the directory is empty" */
    ok(GetVolumeNameForVolumeMountPointW(mount, again, 64) && !_wcsicmp(again, volume), "%ls", again);
    ok(has_path(mount), "not listed");
    ok(GetVolumePathNameW(path(L"mount\\Windows\\none"), part, MAX_PATH) && !_wcsicmp(part, mount), "%ls", part);
    ok(GetVolumePathNameW(path(L"mount"), part, MAX_PATH) && !_wcsicmp(part, mount), "%ls", part);
    ok(GetVolumePathNameW(dir, part, MAX_PATH) && wcslen(part) == 3, "%ls", part);
    /* files of the volume are there */
    ok(GetFileAttributesW(path(L"mount\\windows\\system32")) & FILE_ATTRIBUTE_DIRECTORY, "error %lu", GetLastError());
    h = CreateFileW(path(L"mount\\mounted.tmp"), GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE,
                    NULL);
    ok(h != INVALID_HANDLE_VALUE && GetFileAttributesW(L"C:\\mounted.tmp") != INVALID_FILE_ATTRIBUTES, "error %lu",
       GetLastError());
    CloseHandle(h);
    /* found from the volume that the folder lies on: without its root */
    swprintf(part, 4, L"%.3ls", mount);
    ok(GetVolumeNameForVolumeMountPointW(part, again, 64) && finds_mount(again, mount + 3), "not found on %ls", part);
    ok_err(DeleteVolumeMountPointW(path(L"mount")), ERROR_INVALID_NAME);
    ok(DeleteVolumeMountPointW(mount), "error %lu", GetLastError());
    ok(!has_path(mount) && !finds_mount(again, mount + 3), "still listed");
    ok(GetFileAttributesW(mount) == FILE_ATTRIBUTE_DIRECTORY, "attributes %lx", GetFileAttributesW(mount));
    ok_err(DeleteVolumeMountPointW(mount), ERROR_NOT_A_REPARSE_POINT);
    /* not where something is */
    h = CreateFileW(path(L"mount\\file"), GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok_err(SetVolumeMountPointW(mount, volume), ERROR_DIR_NOT_EMPTY);
    CloseHandle(h);
    /* removing the folder ends it too */
    ok(SetVolumeMountPointW(mount, volume) && RemoveDirectoryW(mount), "error %lu", GetLastError());
    ok(!has_path(mount), "still listed");
    ok_err(SetVolumeMountPointW(mount, volume), ERROR_FILE_NOT_FOUND);
    (void)n;
}

static void test_letter(void)
{
    DWORD used = GetLogicalDrives();
    WCHAR root[] = L"?:\\", again[64] = L"", name[64];
    HANDLE find;
    bool twice = false;
    unsigned same = 0;

    ok_err(SetVolumeMountPointW(L"C:\\", volume), ERROR_DIR_NOT_EMPTY);
    for (root[0] = 'Y'; root[0] > 'D' && used & 1u << (root[0] - 'A'); root[0]--)
        ;
    ok_err(DeleteVolumeMountPointW(root), ERROR_FILE_NOT_FOUND);
    if (!SetVolumeMountPointW(root, volume)) {
        skip("not an administrator: error %lu", GetLastError());
        return;
    }
    ok(GetLogicalDrives() & 1u << (root[0] - 'A'), "no drive");
    ok(GetVolumeNameForVolumeMountPointW(root, again, 64) && !_wcsicmp(again, volume), "%ls", again);
    ok(has_path(root) && has_path(L"C:\\"), "not listed");
    /* it is the same volume still */
    find = FindFirstVolumeW(name, 64);
    do {
        twice = twice || (same && !_wcsicmp(name, volume));
        same += !_wcsicmp(name, volume);
    } while (FindNextVolumeW(find, name, 64));
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    FindVolumeClose(find);
    ok(same == 1 && !twice, "%u times", same);
    ok(DeleteVolumeMountPointW(root), "error %lu", GetLastError());
    ok(!(GetLogicalDrives() & 1u << (root[0] - 'A')), "still a drive");
    ok(!has_path(root), "still listed");
}

static void test_manager(void)
{
    HANDLE h = CreateFileW(L"\\\\.\\MountPointManager", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
    struct {
        DWORD link_offset;
        USHORT link_length, pad;
        DWORD id_offset;
        USHORT id_length, pad2;
        DWORD device_offset;
        USHORT device_length, pad3;
        WCHAR name[80];
    } input = { 0 };
    struct {
        DWORD size, count;
        struct {
            DWORD link_offset;
            USHORT link_length, pad;
            DWORD id_offset;
            USHORT id_length, pad2;
            DWORD device_offset;
            USHORT device_length, pad3;
        } point[100];
    } *points = malloc(65536);
    struct {
        USHORT length;
        WCHAR name[64];
    } target;
    struct {
        DWORD bytes;
        WCHAR texts[2000];
    } paths;
    bool letter = false, guid = false;
    DWORD n;

    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(DeviceIoControl(h, QUERY_POINTS, &input, 24, points, 65536, &n, NULL) && n == points->size && points->count >= 2,
       "error %lu", GetLastError());
    for (DWORD i = 0; i < points->count; i++) {
        const WCHAR *link = (WCHAR *)((char *)points + points->point[i].link_offset);
        letter |= points->point[i].link_length == 28 && !_wcsnicmp(link, L"\\DosDevices\\C:", 14);
        guid |= points->point[i].link_length == 96 && !_wcsnicmp(link + 4, volume + 4, 44);
    }
    ok(letter && guid, "C: is not among %lu", points->count);
    /* too little room: how much it takes */
    ok_err(DeviceIoControl(h, QUERY_POINTS, &input, 24, points, 8, &n, NULL), ERROR_MORE_DATA);
    ok(n == 8 && points->size > 8, "%lu", points->size);
    /* one of them */
    wcscpy(input.name, L"\\DosDevices\\C:");
    input.link_offset = offsetof(__typeof__(input), name);
    input.link_length = 28;
    ok(DeviceIoControl(h, QUERY_POINTS, &input, sizeof input, points, 65536, &n, NULL) && points->count == 1,
       "%lu, error %lu", points->count, GetLastError());
    input.link_offset = 0x7fffffff;
    ok(!DeviceIoControl(h, QUERY_POINTS, &input, sizeof input, points, 65536, &n, NULL), "beyond the buffer");
    ok_err(DeviceIoControl(h, QUERY_POINTS, &input, 8, points, 65536, &n, NULL), ERROR_INVALID_PARAMETER);
    /* a device's paths */
    ok(QueryDosDeviceW(L"C:", target.name, 64), "error %lu", GetLastError());
    target.length = wcslen(target.name) * 2;
    ok(DeviceIoControl(h, QUERY_DOS_VOLUME_PATH, &target, sizeof target, &paths, sizeof paths, &n, NULL) &&
           !wcscmp(paths.texts, L"C:"),
       "%ls, error %lu", paths.texts, GetLastError());
    ok(n == 4 + paths.bytes && paths.bytes == 8, "%lu, %lu bytes", n, paths.bytes);
    ok(DeviceIoControl(h, QUERY_DOS_VOLUME_PATHS, &target, sizeof target, &paths, sizeof paths, &n, NULL), "error %lu",
       GetLastError());
    ok_err(DeviceIoControl(h, QUERY_DOS_VOLUME_PATHS, &target, sizeof target, &paths, 4, &n, NULL), ERROR_MORE_DATA);
    wcscpy(target.name, L"\\Device\\HarddiskVolume999");
    target.length = wcslen(target.name) * 2;
    ok(!DeviceIoControl(h, QUERY_DOS_VOLUME_PATH, &target, sizeof target, &paths, sizeof paths, &n, NULL), "a volume");
    /* changing needs access */
    ok_err(DeviceIoControl(h, MOUNTMGR(0, FILE_READ_ACCESS | FILE_WRITE_ACCESS), &input, 24, NULL, 0, &n, NULL),
           ERROR_ACCESS_DENIED);
    ok_err(DeviceIoControl(h, MOUNTMGR(3000, FILE_ANY_ACCESS), NULL, 0, NULL, 0, &n, NULL), ERROR_INVALID_FUNCTION);
    for (unsigned code = 0; code < 64; code++) { /* nothing that is not there is touched */
        DWORD ctl = MOUNTMGR(code, FILE_ANY_ACCESS);
        DeviceIoControl(h, ctl, NULL, 0xffffffff, points, 1, &n, NULL);
        DeviceIoControl(h, ctl, (void *)16, 64, (void *)16, 64, &n, NULL);
        memset(points, 0xff, 64);
        DeviceIoControl(h, ctl, points, 64, points, 64, &n, NULL);
    }
    CloseHandle(h);
    free(points);
}

/* GetDiskSpaceInformation, which the header lacks, and the older functions agree. */
static void test_space(void)
{
    HRESULT(WINAPI * get_space)
    (const WCHAR *, void *) =
        (__typeof__(get_space))(void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetDiskSpaceInformationW");
    ULARGE_INTEGER available, total, free;
    struct {
        ULONGLONG actual_total, actual_available, actual_unavailable, total, available, unavailable, used, reserved,
            storage_reserve, committed, pool_available;
        DWORD sectors, bytes;
    } info;

    if (!get_space) {
        skip("no GetDiskSpaceInformation");
        return;
    }
    ok(GetDiskFreeSpaceExW(L"C:\\", &available, &total, &free), "error %lu", GetLastError());
    ok_hex(get_space(L"C:\\", &info), S_OK);
    ok(info.total * info.sectors * info.bytes == total.QuadPart, "%llu of %llu", info.total * info.sectors * info.bytes,
       total.QuadPart);
    ok(info.available <= info.actual_available && info.total <= info.actual_total && info.used <= info.actual_total,
       "%llu, %llu", info.available, info.actual_available);
    ok(available.QuadPart <= free.QuadPart && free.QuadPart <= total.QuadPart, "%llu, %llu", available.QuadPart,
       free.QuadPart);
    ok_hex(get_space(L"C:\\", NULL), E_INVALIDARG);
    ok(FAILED(get_space(L"C:\\not\\there", &info)), "given");
}

TESTS
{
    make_test_folder(L"mount");
    test_names();
    test_folder();
    test_letter();
    test_manager();
    test_space();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
