/* SPDX-License-Identifier: MIT */
/*
 * NtCreateFile's options and dispositions, files by their number, requests for oplocks, flushing: NtCreateFile's, NtFlushBuffersFileEx's
 * pages, "Granting Oplocks".
 */
#include "../test.h"
#include <winternl.h>

#define OPEN      0x20u /* FILE_SYNCHRONOUS_IO_NONALERT */
#define SHARE_ALL 7u
enum { SUPERSEDE, OPEN_ONLY, CREATE, OPEN_IF, OVERWRITE, OVERWRITE_IF };

NTSTATUS NTAPI NtWriteFile(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG, LARGE_INTEGER *, ULONG *);
NTSTATUS NTAPI NtFlushBuffersFileEx(HANDLE, ULONG, void *, ULONG, IO_STATUS_BLOCK *);

static WCHAR dir[MAX_PATH], name[MAX_PATH];
static HANDLE last;
static ULONG_PTR information;

/* The file stays open as `last` until the next call. */
static NTSTATUS create(ULONG access, ULONG attributes, ULONG share, ULONG disposition, ULONG options)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb = { 0 };
    UNICODE_STRING path;
    NTSTATUS status;
    if (last)
        NtClose(last);
    last = NULL;
    RtlDosPathNameToNtPathName_U(name, &path, NULL, NULL);
    InitializeObjectAttributes(&attr, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtCreateFile(&last, access, &attr, &iosb, NULL, attributes, share, disposition, options, NULL, 0);
    information = iosb.Information;
    if (status)
        last = NULL;
    return status;
}

static void test_combinations(void)
{
    static const struct {
        ULONG access, attributes, share, disposition, options;
    } wrong[] = {
        { GENERIC_READ, 0, SHARE_ALL, OPEN_IF, 0x20 },                        /* synchronous without SYNCHRONIZE */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x30 },          /* both kinds */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x1020 },        /* FILE_DELETE_ON_CLOSE without DELETE */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x41 },          /* a directory that is none */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OVERWRITE_IF, 0x21 },     /* a directory that is overwritten, */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, SUPERSEDE, 0x21 },        /* superseded, */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x29 },          /* or without buffering */
        { FILE_APPEND_DATA | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x28 },      /* unbuffered appending */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x100120 },      /* both ways with oplocks */
        { GENERIC_READ | SYNCHRONIZE, 0, 8, OPEN_IF, 0x20 },                  /* no sharing mode */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, 6, 0x20 },                /* no disposition */
        { GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_IF, 0x80000020 },    /* no option */
        { GENERIC_READ | SYNCHRONIZE, 0x80000000, SHARE_ALL, OPEN_IF, 0x20 }, /* no attribute */
    };
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        NTSTATUS status =
            create(wrong[i].access, wrong[i].attributes, wrong[i].share, wrong[i].disposition, wrong[i].options);
        ok((ULONG)status == STATUS_INVALID_PARAMETER, "%u: %lx", i, (long)status);
    }
    ok_hex(create(GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, OPEN), 0xc0000034); /* nothing was made */
}

static void write_text(void)
{
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER start = { .QuadPart = 0 };
    ok_hex(NtWriteFile(last, NULL, NULL, NULL, &iosb, (void *)"text", 4, &start, NULL), 0);
}

static LONGLONG size_of(void)
{
    LARGE_INTEGER size = { .QuadPart = -1 };
    GetFileSizeEx(last, &size);
    return size.QuadPart;
}

static void test_dispositions(void)
{
    const ULONG write = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE;
    HANDLE other;
    ok_hex(create(write, 0, SHARE_ALL, OVERWRITE, OPEN), 0xc0000034);
    ok_hex(create(write, 0, SHARE_ALL, CREATE, OPEN), 0);
    ok_int(information, 2); /* FILE_CREATED */
    write_text();
    ok_hex(create(write, 0, SHARE_ALL, CREATE, OPEN), 0xc0000035);
    ok_hex(create(write, 0, SHARE_ALL, OPEN_IF, OPEN), 0);
    ok_int(information, 1); /* FILE_OPENED */
    ok_int(size_of(), 4);
    ok_hex(create(write, 0, SHARE_ALL, OVERWRITE_IF, OPEN), 0);
    ok_int(information, 3); /* FILE_OVERWRITTEN */
    ok_int(size_of(), 0);
    write_text();
    ok_hex(create(write, 0, SHARE_ALL, SUPERSEDE, OPEN), 0);
    ok_int(information, 0); /* FILE_SUPERSEDED */
    ok_int(size_of(), 0);
    write_text();
    /* Overwriting needs the right to write, superseding that to delete; others must share that. */
    ok_hex(create(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0, SHARE_ALL, OVERWRITE, OPEN), 0);
    ok_int(size_of(), 0);
    other = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    ok_hex(create(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0, SHARE_ALL, OVERWRITE, OPEN), 0xc0000043);
    ok_hex(create(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0, SHARE_ALL, SUPERSEDE, OPEN), 0);
    CloseHandle(other);
    other = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    ok(other == INVALID_HANDLE_VALUE || CloseHandle(other), "error %lu", GetLastError());
    other = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    ok_hex(create(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0, SHARE_ALL, SUPERSEDE, OPEN), 0xc0000043);
    CloseHandle(other);
    /* Hidden and system files only by who says so; read-only ones not at all; attributes are joined. */
    SetFileAttributesW(name, FILE_ATTRIBUTE_HIDDEN);
    ok_hex(create(write, 0, SHARE_ALL, OVERWRITE_IF, OPEN), 0xc0000022);
    ok_hex(create(write, FILE_ATTRIBUTE_HIDDEN, SHARE_ALL, OVERWRITE_IF, OPEN), 0);
    SetFileAttributesW(name, FILE_ATTRIBUTE_TEMPORARY);
    ok_hex(create(write, FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, SHARE_ALL, OVERWRITE, OPEN), 0);
    ok_hex(GetFileAttributesW(name),
           FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_ARCHIVE);
    ok_hex(create(write, 0, SHARE_ALL, SUPERSEDE, OPEN), 0);
    ok_hex(GetFileAttributesW(name), FILE_ATTRIBUTE_ARCHIVE);
    SetFileAttributesW(name, FILE_ATTRIBUTE_READONLY);
    ok_hex(create(write, 0, SHARE_ALL, OVERWRITE_IF, OPEN), 0xc0000022);
    SetFileAttributesW(name, FILE_ATTRIBUTE_NORMAL);
}

static void test_oplocks(void)
{
    struct {
        USHORT version, length;
        ULONG level, flags;
    } input = { 1, 12, 1, 1 };
    char output[24];
    IO_STATUS_BLOCK iosb;
    HANDLE other = CreateFileW(name, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    /* FILE_RESERVE_OPFILTER: "If there are already open handles, the create request will fail with STATUS_OPLOCK_NOT_GRANTED" */
    ok_hex(create(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, 0x100020), 0xc00000e2);
    ok_hex(create(GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, 0x10020), 0); /* FILE_OPEN_REQUIRING_OPLOCK */
    ok_hex(NtFsControlFile(last, NULL, NULL, NULL, &iosb, 0x90240, &input, sizeof(input), output, sizeof(output)),
           0xc00000e2); /* of a synchronous file never */
    input.level = 0;
    ok_hex(NtFsControlFile(last, NULL, NULL, NULL, &iosb, 0x90240, &input, sizeof(input), output, sizeof(output)),
           STATUS_INVALID_PARAMETER);
    ok_hex(NtFsControlFile(last, NULL, NULL, NULL, &iosb, 0x9000c, NULL, 0, NULL, 0), 0xc00000e3);
    CloseHandle(other);
}

static void test_number(void)
{
    BY_HANDLE_FILE_INFORMATION info;
    FILE_ID_DESCRIPTOR id = { .dwSize = sizeof(id), .Type = FileIdType };
    HANDLE volume =
        CreateFileW(dir, FILE_READ_ATTRIBUTES, SHARE_ALL, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    HANDLE file;
    WCHAR path[MAX_PATH];
    ok_hex(create(GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, OPEN), 0);
    ok(GetFileInformationByHandle(last, &info), "error %lu", GetLastError());
    id.FileId.u.LowPart = info.nFileIndexLow;
    id.FileId.u.HighPart = info.nFileIndexHigh;
    for (int open = 0; open < 2; open++) {
        file = OpenFileById(volume, &id, GENERIC_READ, SHARE_ALL, NULL, 0);
        ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
        ok(GetFinalPathNameByHandleW(file, path, MAX_PATH, VOLUME_NAME_DOS) && !wcscmp(wcsrchr(path, '\\'), L"\\file"),
           "%ls", path);
        CloseHandle(file);
        NtClose(last);
        last = NULL;
    }
    id.FileId.QuadPart = -5;
    file = OpenFileById(volume, &id, GENERIC_READ, SHARE_ALL, NULL, 0);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu", GetLastError());
    CloseHandle(volume);
}

static void test_flush(void)
{
    IO_STATUS_BLOCK iosb;
    ok_hex(create(GENERIC_WRITE | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, OPEN), 0);
    write_text();
    for (ULONG flags = 0; flags < 9; flags++) {
        BOOL valid = !(flags & (flags - 1)) && flags < 8;
        ok_hex(NtFlushBuffersFileEx(last, flags, NULL, 0, &iosb), valid ? 0 : STATUS_INVALID_PARAMETER);
    }
    ok_hex(create(GENERIC_READ | SYNCHRONIZE, 0, SHARE_ALL, OPEN_ONLY, OPEN), 0);
    ok_hex(NtFlushBuffersFileEx(last, 0, NULL, 0, &iosb), 0xc0000022);
}

/* Only the end is written, wherever the position is. */
static void test_append(void)
{
    HANDLE one = CreateFileW(name, FILE_APPEND_DATA, SHARE_ALL, NULL, CREATE_ALWAYS, 0, NULL);
    HANDLE two = CreateFileW(name, FILE_APPEND_DATA, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    char text[10] = "";
    DWORD done;
    WriteFile(one, "ab", 2, &done, NULL);
    WriteFile(two, "cd", 2, &done, NULL);
    SetFilePointer(one, 0, NULL, FILE_BEGIN);
    WriteFile(one, "ef", 2, &done, NULL);
    ok(!SetEndOfFile(one) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    CloseHandle(one);
    CloseHandle(two);
    one = CreateFileW(name, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    ReadFile(one, text, 9, &done, NULL);
    ok_str(text, "abcdef");
    CloseHandle(one);
}

TESTS
{
    GetTempPathW(MAX_PATH, dir);
    wcscat(dir, L"file_options");
    CreateDirectoryW(dir, NULL);
    swprintf(name, MAX_PATH, L"%ls\\file", dir);
    DeleteFileW(name);
    test_combinations();
    test_dispositions();
    test_oplocks();
    test_number();
    test_flush();
    test_append();
    if (last)
        NtClose(last);
    ok(DeleteFileW(name), "error %lu", GetLastError());
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
