/* SPDX-License-Identifier: MIT */
/* DeviceIoControl: statistics, regions, integrity, what a file's record says, what disks and volumes tell of themselves. */
#include "../test.h"
#include <winioctl.h>

#define FSCTL(function, access) CTL_CODE(FILE_DEVICE_FILE_SYSTEM, function, METHOD_BUFFERED, access)
#define GET_INTEGRITY           FSCTL(159, FILE_ANY_ACCESS)
#define SET_INTEGRITY           FSCTL(160, FILE_READ_DATA | FILE_WRITE_DATA)
#define QUERY_FILE_REGIONS      FSCTL(161, FILE_ANY_ACCESS)
#define OFFLOAD_READ            FSCTL(153, FILE_READ_ACCESS)
#define GET_STATISTICS_EX       FSCTL(227, FILE_ANY_ACCESS)
#define DUPLICATE_EXTENTS_EX    FSCTL(250, FILE_WRITE_DATA)

static WCHAR name[MAX_PATH];
static DWORD n;

static bool control(HANDLE h, DWORD code, const void *in, DWORD in_size, void *out, DWORD out_size)
{
    n = 0xdead;
    return DeviceIoControl(h, code, (void *)in, in_size, out, out_size, &n, NULL);
}

/* --- files --- */

static void test_record(HANDLE h)
{
    BY_HANDLE_FILE_INFORMATION info, folder_info;
    char buffer[1024], *name_at;
    const USN_RECORD *record = (const USN_RECORD *)buffer;
    WORD versions[2] = { 2, 3 };
    WCHAR folder[MAX_PATH], *slash;
    HANDLE parent;

    if (!control(h, FSCTL_READ_FILE_USN_DATA, NULL, 0, buffer, sizeof buffer)) {
        ok(false, "error %lu", GetLastError());
        return;
    }
    GetFileInformationByHandle(h, &info);
    ok(record->MajorVersion == 2 && record->RecordLength == n && record->FileNameOffset == 60, "version %u, %lu of %lu",
       record->MajorVersion, record->RecordLength, n);
    ok(record->FileReferenceNumber == ((DWORDLONG)info.nFileIndexHigh << 32 | info.nFileIndexLow), "number");
    ok(record->FileAttributes == info.dwFileAttributes && !record->Reason && !record->TimeStamp.QuadPart,
       "attributes %lx", record->FileAttributes);
    slash = wcsrchr(name, '\\');
    name_at = buffer + record->FileNameOffset;
    ok(record->FileNameLength == wcslen(slash + 1) * 2 && !memcmp(name_at, slash + 1, record->FileNameLength), "name");
    wcscpy(folder, name);
    folder[slash - name] = 0;
    parent = CreateFileW(folder, 0, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    GetFileInformationByHandle(parent, &folder_info);
    ok(record->ParentFileReferenceNumber == ((DWORDLONG)folder_info.nFileIndexHigh << 32 | folder_info.nFileIndexLow),
       "parent");
    ok(control(parent, FSCTL_READ_FILE_USN_DATA, NULL, 0, buffer, sizeof buffer), "error %lu", GetLastError());
    ok(record->FileAttributes & FILE_ATTRIBUTE_DIRECTORY, "attributes %lx", record->FileAttributes);
    CloseHandle(parent);
    ok(!control(h, FSCTL_READ_FILE_USN_DATA, NULL, 0, buffer, 64), "given");
    ok(control(h, FSCTL_READ_FILE_USN_DATA, versions, sizeof versions, buffer, sizeof buffer) &&
           record->MajorVersion == 3,
       "version %u", record->MajorVersion);
    versions[0] = 9;
    versions[1] = 9;
    ok_err(control(h, FSCTL_READ_FILE_USN_DATA, versions, sizeof versions, buffer, sizeof buffer),
           ERROR_INVALID_PARAMETER);
}

static void test_regions(HANDLE h)
{
    struct {
        LONGLONG offset, length;
        DWORD usage, reserved;
    } wanted = { 1000, 100000, 1, 0 };
    struct {
        DWORD flags, total, count, reserved;
        LONGLONG offset, length;
        DWORD usage, reserved2;
    } got;

    ok(control(h, QUERY_FILE_REGIONS, &wanted, sizeof wanted, &got, sizeof got), "error %lu", GetLastError());
    ok(got.count == 1 && got.offset == 1000 && got.length == 7192 && got.usage == 1, "%lld, %lld", got.offset,
       got.length);
    wanted.offset = 10000; /* beyond the end */
    ok(control(h, QUERY_FILE_REGIONS, &wanted, sizeof wanted, &got, sizeof got) && !got.count, "%lu regions",
       got.count);
    wanted.offset = -1;
    ok_err(control(h, QUERY_FILE_REGIONS, &wanted, sizeof wanted, &got, sizeof got), ERROR_INVALID_PARAMETER);
    wanted.offset = 0;
    wanted.usage = 0x40;
    ok_err(control(h, QUERY_FILE_REGIONS, &wanted, sizeof wanted, &got, sizeof got), ERROR_INVALID_PARAMETER);
}

static void test_file(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0, NULL), read_only;
    static const char data[8192];
    struct {
        WORD algorithm, reserved;
        DWORD flags, chunk, cluster;
    } integrity;
    struct {
        SIZE_T size;
        HANDLE file;
        LONGLONG from, to, length;
        DWORD flags, pad;
    } clone = { sizeof clone, h, 0, 4096, 4096, 0, 0 };
    BYTE buffer[512];

    ok(WriteFile(h, data, sizeof data, &n, NULL), "error %lu", GetLastError());
    test_record(h);
    test_regions(h);
    if (control(h, GET_INTEGRITY, NULL, 0, &integrity, sizeof integrity)) {
        ok(!integrity.algorithm && integrity.cluster >= 512, "algorithm %u, %lu", integrity.algorithm,
           integrity.cluster);
        integrity.algorithm = 0xffff;
        ok(control(h, SET_INTEGRITY, &integrity, 8, NULL, 0), "error %lu", GetLastError());
        integrity.algorithm = 2;
        ok(!control(h, SET_INTEGRITY, &integrity, 8, NULL, 0), "checksums");
    } else {
        ok_int(GetLastError(), ERROR_INVALID_FUNCTION); /* NTFS */
    }
    /* both kinds of access */
    read_only = CreateFileW(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_err(control(read_only, SET_INTEGRITY, &integrity, 8, NULL, 0), ERROR_ACCESS_DENIED);
    CloseHandle(read_only);
    read_only = CreateFileW(name, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_err(control(read_only, SET_INTEGRITY, &integrity, 8, NULL, 0), ERROR_ACCESS_DENIED);
    CloseHandle(read_only);
    if (test_is_transom()) {
        ok_err(control(h, OFFLOAD_READ, buffer, 32, buffer, sizeof buffer),
               316 /* ERROR_DEVICE_FEATURE_NOT_SUPPORTED */);
    }
    if (!control(h, DUPLICATE_EXTENTS_EX, &clone, sizeof clone, NULL, 0))
        ok_int(GetLastError(), ERROR_INVALID_FUNCTION); /* a file system without that */
    clone.flags = 0x80;
    ok(!control(h, DUPLICATE_EXTENTS_EX, &clone, sizeof clone, NULL, 0), "a flag that is none");
    CloseHandle(h);
}

static void test_statistics(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    SYSTEM_INFO system;
    BYTE *buffer = malloc(1 << 20);
    FILESYSTEM_STATISTICS *info = (FILESYSTEM_STATISTICS *)buffer;

    GetSystemInfo(&system);
    ok(control(h, FSCTL_FILESYSTEM_GET_STATISTICS, NULL, 0, buffer, 1 << 20), "error %lu", GetLastError());
    ok(info->FileSystemType == FILESYSTEM_STATISTICS_TYPE_NTFS && info->Version &&
           info->SizeOfCompleteStructure >= 268 && info->SizeOfCompleteStructure % 64 == 0,
       "%lu bytes", info->SizeOfCompleteStructure);
    ok(n == info->SizeOfCompleteStructure * system.dwNumberOfProcessors, "%lu bytes, %lu each", n,
       info->SizeOfCompleteStructure);
    ok_err(control(h, FSCTL_FILESYSTEM_GET_STATISTICS, NULL, 0, buffer, 64), ERROR_MORE_DATA);
    ok_err(control(h, FSCTL_FILESYSTEM_GET_STATISTICS, NULL, 0, buffer, 16), ERROR_INSUFFICIENT_BUFFER);
    ok(control(h, GET_STATISTICS_EX, NULL, 0, buffer, 1 << 20) && n % 64 == 0, "error %lu", GetLastError());
    CloseHandle(h);
    free(buffer);
}

/* --- disks and volumes --- */

static void test_properties(HANDLE h)
{
    static const struct {
        DWORD id, size;
    } known[] = { { 1, 32 }, { 4, 28 }, { 6, 28 }, { 7, 12 }, { 8, 12 }, { 11, 40 }, { 15, 12 }, { 48, 16 } };
    BYTE buffer[512];
    STORAGE_PROPERTY_QUERY query = { 0 };

    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        query.PropertyId = known[i].id;
        query.QueryType = PropertyExistsQuery;
        if (!test_is_transom() && !control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, NULL, 0))
            continue;
        query.QueryType = PropertyStandardQuery;
        memset(buffer, 0, sizeof buffer);
        ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, sizeof buffer), "%lu: error %lu",
           known[i].id, GetLastError());
        ok(n >= known[i].size && ((DWORD *)buffer)[1] >= known[i].size, "%lu: %lu bytes, says %lu", known[i].id, n,
           ((DWORD *)buffer)[1]);
        ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, 8) && n == 8, "%lu: header",
           known[i].id);
    }
}

static void test_disk(HANDLE h)
{
    DISK_PERFORMANCE performance;
    STORAGE_READ_CAPACITY capacity;
    DISK_CACHE_INFORMATION cache;
    STORAGE_DEVICE_NUMBER number;
    STORAGE_DEVICE_NUMBER_EX number_ex;
    VERIFY_INFORMATION range = { .Length = 512 };
    GET_LENGTH_INFORMATION length;
    DWORD dirty = 9;
    LONGLONG base = 9;

    ok(control(h, IOCTL_STORAGE_READ_CAPACITY, NULL, 0, &capacity, sizeof capacity), "error %lu", GetLastError());
    ok(capacity.BlockLength >= 512 &&
           capacity.NumberOfBlocks.QuadPart * capacity.BlockLength == capacity.DiskLength.QuadPart,
       "%lu", capacity.BlockLength);
    ok(control(h, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &length, sizeof length) && length.Length.QuadPart > 0,
       "error %lu", GetLastError());
    if (test_is_transom()) { /* needs the performance filter, a whole disk */
        ok(control(h, IOCTL_DISK_PERFORMANCE, NULL, 0, &performance, sizeof performance) && n == 88, "%lu bytes", n);
        ok(performance.QueryTime.QuadPart > 0, "no time");
        ok(control(h, IOCTL_DISK_GET_CACHE_INFORMATION, NULL, 0, &cache, sizeof cache) && cache.ReadCacheEnabled,
           "error %lu", GetLastError());
        ok(control(h, IOCTL_DISK_VERIFY, &range, sizeof range, NULL, 0), "error %lu", GetLastError());
        range.StartingOffset.QuadPart = length.Length.QuadPart;
        ok_err(control(h, IOCTL_DISK_VERIFY, &range, sizeof range, NULL, 0), ERROR_INVALID_PARAMETER);
    }
    ok(control(h, IOCTL_STORAGE_GET_DEVICE_NUMBER, NULL, 0, &number, sizeof number) &&
           control(h, IOCTL_STORAGE_GET_DEVICE_NUMBER_EX, NULL, 0, &number_ex, sizeof number_ex),
       "error %lu", GetLastError());
    ok(number.DeviceNumber == number_ex.DeviceNumber && number_ex.Size >= 40, "%lu", number_ex.DeviceNumber);
    ok(control(h, FSCTL_IS_VOLUME_DIRTY, NULL, 0, &dirty, sizeof dirty) && !(dirty & ~1u), "error %lu", GetLastError());
    ok(control(h, FSCTL_GET_RETRIEVAL_POINTER_BASE, NULL, 0, &base, sizeof base) && base == 0, "error %lu",
       GetLastError());
}

static void test_volume(HANDLE h)
{
    struct {
        DWORD count, pad, disk, pad2;
        LONGLONG offset;
    } physical;
    struct {
        DWORD disk, pad;
        LONGLONG offset;
    } back;
    struct {
        DWORD number;
        WCHAR manager[8];
    } number;
    LONGLONG logical = 8192, again;
    WCHAR volume[64], text[64];
    GUID guid;
    USHORT id[64];

    ok(control(h, IOCTL_VOLUME_LOGICAL_TO_PHYSICAL, &logical, sizeof logical, &physical, sizeof physical) &&
           physical.count == 1,
       "error %lu", GetLastError());
    back.disk = physical.disk;
    back.offset = physical.offset;
    ok(control(h, IOCTL_VOLUME_PHYSICAL_TO_LOGICAL, &back, sizeof back, &again, sizeof again) && again == logical,
       "%lld", again);
    logical = -1;
    ok(!control(h, IOCTL_VOLUME_LOGICAL_TO_PHYSICAL, &logical, sizeof logical, &physical, sizeof physical), "no place");
    ok(control(h, IOCTL_VOLUME_QUERY_VOLUME_NUMBER, NULL, 0, &number, sizeof number), "error %lu", GetLastError());
    ok(control(h, IOCTL_VOLUME_IS_IO_CAPABLE, NULL, 0, NULL, 0), "error %lu", GetLastError());
    ok_err(control(h, IOCTL_VOLUME_IS_OFFLINE, NULL, 0, NULL, 0), ERROR_GEN_FAILURE);
    ok_err(control(h, IOCTL_VOLUME_IS_CLUSTERED, NULL, 0, NULL, 0), ERROR_GEN_FAILURE);
    /* MOUNTDEV_STABLE_GUID is what the volume's name has */
    if (control(h, CTL_CODE('M', 6, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, &guid, sizeof guid) &&
        GetVolumeNameForVolumeMountPointW(L"C:\\", volume, 64)) {
        swprintf(text, 64, L"\\\\?\\Volume{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}\\", guid.Data1,
                 guid.Data2, guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4],
                 guid.Data4[5], guid.Data4[6], guid.Data4[7]);
        ok_wstr(text, volume);
    }
    ok(control(h, CTL_CODE('M', 0, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, id, sizeof id) && n == 2u + id[0],
       "%lu bytes", n);
    ok_err(control(h, CTL_CODE('M', 0, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, id, 4), ERROR_MORE_DATA);
}

TESTS
{
    WCHAR dir[MAX_PATH];
    HANDLE h;

    GetTempPathW(MAX_PATH, dir);
    GetTempFileNameW(dir, L"ctl", 0, name);
    test_file();
    test_statistics();
    h = CreateFileW(L"\\\\.\\C:", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        skip("C: cannot be opened: error %lu", GetLastError());
    } else {
        test_properties(h);
        test_disk(h);
        test_volume(h);
        CloseHandle(h);
    }
    ok(DeleteFileW(name), "error %lu", GetLastError());
}
