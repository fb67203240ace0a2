/* SPDX-License-Identifier: MIT */
/* DeviceIoControl on files and volumes: the codes that programs use, their buffers, what is not there. */
#include "../test.h"
#include <winioctl.h>

#ifndef FSCTL_QUERY_FILE_REGIONS
#define FSCTL_QUERY_FILE_REGIONS CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 161, METHOD_BUFFERED, FILE_ANY_ACCESS)
#endif
#ifndef FSCTL_GET_EXTERNAL_BACKING
#define FSCTL_GET_EXTERNAL_BACKING CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 196, METHOD_BUFFERED, FILE_ANY_ACCESS)
#endif
#define UNKNOWN_FSCTL CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 3000, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define NEITHER_FSCTL CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 3000, METHOD_NEITHER, FILE_ANY_ACCESS)

static WCHAR name[MAX_PATH];
static DWORD n;

static bool control(HANDLE h, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size)
{
    n = 0xdead;
    return DeviceIoControl(h, code, in, in_size, out, out_size, &n, NULL);
}

/* A file is opened by its object id wherever it is (OpenFileById, ObjectIdType), and by its 128-bit number. */
static void test_object_id(void)
{
    FILE_ID_DESCRIPTOR by = { .dwSize = sizeof by, .Type = ObjectIdType };
    HANDLE h = CreateFileW(name, GENERIC_READ | DELETE, 7, NULL, CREATE_ALWAYS, 0, NULL), again;
    WCHAR moved[MAX_PATH], path[MAX_PATH];
    FILE_ID_INFO info;
    BYTE id[64], other[64];

    if (!control(h, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, id, sizeof id)) {
        skip("object ids: error %lu", GetLastError());
        CloseHandle(h);
        return;
    }
    memcpy(&by.ObjectId, id, 16);
    again = OpenFileById(h, &by, GENERIC_READ, 7, NULL, 0);
    ok(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(again);
    wcscat(wcscpy(moved, name), L".moved");
    ok(MoveFileW(name, moved), "error %lu", GetLastError());
    again = OpenFileById(h, &by, GENERIC_READ, 7, NULL, 0);
    ok(GetFinalPathNameByHandleW(again, path, MAX_PATH, 0) && wcsstr(path, L".moved"), "%ls", path);
    ok(GetFileInformationByHandleEx(again, FileIdInfo, &info, sizeof info), "error %lu", GetLastError());
    CloseHandle(again);
    by.Type = ExtendedFileIdType;
    memcpy(&by.ExtendedFileId, &info.FileId, 16);
    again = OpenFileById(h, &by, GENERIC_READ, 7, NULL, 0);
    ok(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(again);
    /* An id is one file's only. */
    again = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0, NULL);
    memset(other, 0, sizeof other);
    memcpy(other, id, 16);
    ok_err(control(again, FSCTL_SET_OBJECT_ID, other, sizeof other, NULL, 0), ERROR_DUP_NAME);
    CloseHandle(h);
    ok(DeleteFileW(moved), "error %lu", GetLastError());
    by.Type = ObjectIdType;
    memcpy(&by.ObjectId, id, 16);
    h = OpenFileById(again, &by, GENERIC_READ, 7, NULL, 0);
    ok(h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    ok(control(again, FSCTL_SET_OBJECT_ID, other, sizeof other, NULL, 0), "error %lu", GetLastError());
    h = OpenFileById(again, &by, GENERIC_READ, 7, NULL, 0);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(h);
    CloseHandle(again);
    DeleteFileW(name);
}

static void test_file(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0, NULL);
    BYTE buffer[1024], id[64], again[64];
    STARTING_VCN_INPUT_BUFFER vcn = { { { 0 } } };
    RETRIEVAL_POINTERS_BUFFER *runs = (RETRIEVAL_POINTERS_BUFFER *)buffer;
    char data[10000];
    DWORD written;

    memset(data, 'x', sizeof data);
    /* object ids */
    ok_err(control(h, FSCTL_GET_OBJECT_ID, NULL, 0, id, sizeof id), ERROR_FILE_NOT_FOUND);
    if (control(h, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, id, sizeof id)) {
        ok_int(n, 64);
        ok(control(h, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, again, sizeof again) && !memcmp(id, again, 64),
           "error %lu", GetLastError());
        ok(control(h, FSCTL_GET_OBJECT_ID, NULL, 0, again, sizeof again) && !memcmp(id, again, 64), "error %lu",
           GetLastError());
        ok_err(control(h, FSCTL_GET_OBJECT_ID, NULL, 0, again, 60), ERROR_INSUFFICIENT_BUFFER);
        ok(control(h, FSCTL_DELETE_OBJECT_ID, NULL, 0, NULL, 0), "error %lu", GetLastError());
        ok_err(control(h, FSCTL_GET_OBJECT_ID, NULL, 0, id, sizeof id), ERROR_FILE_NOT_FOUND);
    } else {
        skip("object ids: error %lu", GetLastError());
    }
    /* where it lies */
    ok_err(control(h, FSCTL_GET_RETRIEVAL_POINTERS, &vcn, sizeof vcn, buffer, sizeof buffer), ERROR_HANDLE_EOF);
    ok(WriteFile(h, data, sizeof data, &written, NULL), "error %lu", GetLastError());
    if (control(h, FSCTL_GET_RETRIEVAL_POINTERS, &vcn, sizeof vcn, buffer, sizeof buffer)) {
        ok(n >= 32 && runs->ExtentCount >= 1 && !runs->StartingVcn.QuadPart, "%lu bytes, %lu extents", n,
           runs->ExtentCount);
        ok(runs->Extents[runs->ExtentCount - 1].NextVcn.QuadPart == 3, "%lld clusters",
           (long long)runs->Extents[runs->ExtentCount - 1].NextVcn.QuadPart);
        vcn.StartingVcn.QuadPart = 3;
        ok_err(control(h, FSCTL_GET_RETRIEVAL_POINTERS, &vcn, sizeof vcn, buffer, sizeof buffer), ERROR_HANDLE_EOF);
    } else {
        skip("retrieval pointers: error %lu", GetLastError());
    }
    ok_err(control(h, FSCTL_GET_RETRIEVAL_POINTERS, &vcn, 4, buffer, sizeof buffer), ERROR_INVALID_PARAMETER);
    /* METHOD_NEITHER: the addresses are the program's own */
    ok_err(control(h, FSCTL_GET_RETRIEVAL_POINTERS, (void *)16, sizeof vcn, buffer, sizeof buffer), ERROR_NOACCESS);
    vcn.StartingVcn.QuadPart = 0;
    ok(!control(h, FSCTL_GET_RETRIEVAL_POINTERS, &vcn, sizeof vcn, (void *)16, 64), "written to nowhere");
    ok(!control(h, NEITHER_FSCTL, (void *)16, 1 << 30, (void *)32, 1 << 30), "an unknown code");
    ok_int(GetLastError(), ERROR_INVALID_FUNCTION);

    /* compression is told, and not there */
    USHORT format = 7;
    ok(control(h, FSCTL_GET_COMPRESSION, NULL, 0, &format, sizeof format) && n == 2 && !format, "error %lu",
       GetLastError());
    ok_err(control(h, FSCTL_GET_COMPRESSION, NULL, 0, &format, 1), ERROR_INSUFFICIENT_BUFFER);
    ok(control(h, FSCTL_SET_COMPRESSION, &format, sizeof format, NULL, 0), "error %lu", GetLastError());
    /* valid data */
    struct {
        DWORD flags, total, count, reserved;
        LONGLONG offset, length;
        DWORD usage, reserved2;
    } regions;
    ok(control(h, FSCTL_QUERY_FILE_REGIONS, NULL, 0, &regions, sizeof regions), "error %lu", GetLastError());
    ok(regions.count == 1 && !regions.offset && regions.length == 10000, "%lu regions, %lld bytes", regions.count,
       (long long)regions.length);
    /* nobody is granted an oplock; there is no other provider; no break is under way */
    OVERLAPPED ov = { 0 };
    HANDLE async = CreateFileW(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    ok(!DeviceIoControl(async, FSCTL_REQUEST_OPLOCK_LEVEL_1, NULL, 0, NULL, 0, &n, &ov), "granted");
    ok(GetLastError() == ERROR_OPLOCK_NOT_GRANTED || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    CloseHandle(async);
    ok_err(control(h, FSCTL_GET_EXTERNAL_BACKING, NULL, 0, buffer, sizeof buffer), 342);
    ok_err(control(h, UNKNOWN_FSCTL, NULL, 0, NULL, 0), ERROR_INVALID_FUNCTION);
    /* codes of volumes and disks are not for files */
    ok_err(control(h, IOCTL_STORAGE_GET_DEVICE_NUMBER, NULL, 0, buffer, sizeof buffer), ERROR_INVALID_PARAMETER);
    ok_err(control(h, FSCTL_LOCK_VOLUME, NULL, 0, NULL, 0), ERROR_INVALID_PARAMETER);
    CloseHandle(h);
    ok_err(control(h, FSCTL_GET_COMPRESSION, NULL, 0, &format, sizeof format), ERROR_INVALID_HANDLE);
}

static void test_clone(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL), copy;
    struct {
        HANDLE source;
        LONGLONG from, to, length;
    } range = { h, 0, 0, 4096 };
    WCHAR other[MAX_PATH];
    char data[4096];

    swprintf(other, MAX_PATH, L"%ls.copy", name);
    copy = CreateFileW(other, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (control(copy, 0x98344, &range, sizeof range, NULL, 0)) { /* FSCTL_DUPLICATE_EXTENTS_TO_FILE */
        ok(ReadFile(copy, data, sizeof data, &n, NULL) && n == 4096 && data[4095] == 'x', "%lu bytes", n);
    } else {
        ok_int(GetLastError(), ERROR_INVALID_FUNCTION); /* a file system without that */
    }
    range.source = (HANDLE)0x12340;
    ok_err(control(copy, 0x98344, &range, sizeof range, NULL, 0), ERROR_INVALID_HANDLE);
    ok_err(control(copy, 0x98344, &range, 8, NULL, 0), ERROR_INVALID_PARAMETER);
    CloseHandle(copy);
    CloseHandle(h);
}

static void test_volume(void)
{
    HANDLE h = CreateFileW(L"\\\\.\\C:", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
    BYTE buffer[1024];
    DISK_GEOMETRY *geometry = (DISK_GEOMETRY *)buffer;
    VOLUME_DISK_EXTENTS *extents = (VOLUME_DISK_EXTENTS *)buffer;
    STORAGE_DEVICE_NUMBER *number = (STORAGE_DEVICE_NUMBER *)buffer;
    STORAGE_PROPERTY_QUERY query = { 0 };
    STORAGE_DEVICE_DESCRIPTOR *device = (STORAGE_DEVICE_DESCRIPTOR *)buffer;
    PARTITION_INFORMATION_EX *partition = (PARTITION_INFORMATION_EX *)buffer;
    NTFS_VOLUME_DATA_BUFFER *ntfs = (NTFS_VOLUME_DATA_BUFFER *)buffer;
    LONGLONG length;

    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(control(h, IOCTL_DISK_GET_DRIVE_GEOMETRY, NULL, 0, buffer, sizeof buffer) && n == sizeof *geometry, "error %lu",
       GetLastError());
    ok(geometry->MediaType == FixedMedia || geometry->MediaType == RemovableMedia, "media %d", geometry->MediaType);
    ok(geometry->BytesPerSector >= 512 && geometry->SectorsPerTrack == 63, "%lu bytes", geometry->BytesPerSector);
    ok_err(control(h, IOCTL_DISK_GET_DRIVE_GEOMETRY, NULL, 0, buffer, 8), ERROR_INSUFFICIENT_BUFFER);
    ok(control(h, IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, NULL, 0, buffer, sizeof buffer), "error %lu", GetLastError());
    ok(((DISK_GEOMETRY_EX *)buffer)->DiskSize.QuadPart > 0, "no size");
    ok(control(h, IOCTL_STORAGE_GET_DEVICE_NUMBER, NULL, 0, buffer, sizeof buffer) && n == sizeof *number, "error %lu",
       GetLastError());
    DWORD disk = number->DeviceNumber;
    ok_int(number->DeviceType, FILE_DEVICE_DISK);
    ok(control(h, IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS, NULL, 0, buffer, sizeof buffer) && n == sizeof *extents,
       "error %lu", GetLastError());
    ok(extents->NumberOfDiskExtents == 1 && extents->Extents[0].DiskNumber == disk, "disk %lu, %lu",
       extents->Extents[0].DiskNumber, disk);
    length = extents->Extents[0].ExtentLength.QuadPart;
    ok(control(h, IOCTL_DISK_GET_PARTITION_INFO_EX, NULL, 0, buffer, sizeof buffer) && n == sizeof *partition,
       "%lu bytes, error %lu", n, GetLastError());
    ok(partition->PartitionLength.QuadPart == length, "%lld bytes, %lld",
       (long long)partition->PartitionLength.QuadPart, (long long)length);
    /* descriptors: a header first, then all of it */
    ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, 8) && n == 8, "error %lu",
       GetLastError());
    ok(device->Size > 36 && device->Size < sizeof buffer, "%lu bytes", device->Size);
    ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, sizeof buffer) && n == device->Size,
       "%lu bytes, error %lu", n, GetLastError());
    ok(device->ProductIdOffset && buffer[device->ProductIdOffset], "no name");
    query.PropertyId = 7; /* StorageDeviceSeekPenaltyProperty */
    ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, sizeof buffer) && n == 12, "%lu bytes",
       n);
    query.PropertyId = 6; /* StorageAccessAlignmentProperty */
    ok(control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, sizeof buffer) && n == 28, "%lu bytes",
       n);
    query.PropertyId = 9999;
    ok(!control(h, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, buffer, sizeof buffer), "an unknown property");
    ok(control(h, FSCTL_GET_NTFS_VOLUME_DATA, NULL, 0, buffer, sizeof buffer) && n >= sizeof *ntfs, "error %lu",
       GetLastError());
    ok(ntfs->BytesPerSector == 512 && ntfs->BytesPerCluster && ntfs->TotalClusters.QuadPart > 0, "clusters");
    ok(control(h, FSCTL_IS_VOLUME_MOUNTED, NULL, 0, NULL, 0), "error %lu", GetLastError());
    ok(control(h, IOCTL_STORAGE_CHECK_VERIFY2, NULL, 0, NULL, 0), "error %lu", GetLastError());
    /* files are open on it */
    ok_err(control(h, FSCTL_LOCK_VOLUME, NULL, 0, NULL, 0), ERROR_ACCESS_DENIED);
    if (test_is_transom())
        ok_err(control(h, 0x900f4, NULL, 0, buffer, sizeof buffer),
               ERROR_JOURNAL_NOT_ACTIVE); /* FSCTL_QUERY_USN_JOURNAL */
    ok_err(control(h, CTL_CODE(FILE_DEVICE_DISK, 3000, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, NULL, 0),
           ERROR_INVALID_FUNCTION);
    CloseHandle(h);
}

/* Every code with buffers that are not there, too short, or of any size: an answer, and nothing else. */
static void test_hostile(void)
{
    static const DWORD types[] = { FILE_DEVICE_FILE_SYSTEM, FILE_DEVICE_DISK, 0x2d, 0x56, 0x4d };
    HANDLE handles[3];
    WCHAR scratch[MAX_PATH];
    BYTE in[256], out[256];
    unsigned answers = 0;

    swprintf(scratch, MAX_PATH, L"%ls.hostile", name);
    handles[0] =
        CreateFileW(scratch, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    GetTempPathW(MAX_PATH, scratch);
    handles[1] = CreateFileW(scratch, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    handles[2] = CreateFileW(L"\\\\.\\C:", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
    memset(in, 0xff, sizeof in);
    for (unsigned h = 0; h < 3; h++) {
        for (unsigned type = 0; type < 5; type++) {
            for (unsigned code = 0; code < 0x4000; code++) { /* with any access, any method */
                DWORD ctl = types[type] << 16 | (code & 3 ? 0x8000 : 0) | (code << 2 & 0x3ffc) | (code >> 12 & 3);
                DeviceIoControl(handles[h], ctl, (void *)16, 64, (void *)16, 64, &n, NULL);
                DeviceIoControl(handles[h], ctl, NULL, 0xffffffff, out, 1, &n, NULL);
                if (code % 8 == 0)
                    DeviceIoControl(handles[h], ctl, in, code % 200, out, code % 90, &n, NULL);
                answers++;
            }
        }
    }
    ok_int((int)answers, 3 * 5 * 0x4000);
    for (unsigned h = 0; h < 3; h++)
        CloseHandle(handles[h]);
}

TESTS
{
    WCHAR dir[MAX_PATH];

    GetTempPathW(MAX_PATH, dir);
    GetTempFileNameW(dir, L"ctl", 0, name);
    test_object_id();
    test_file();
    test_clone();
    test_volume();
    test_hostile();
    ok(DeleteFileW(name), "error %lu", GetLastError());
}
