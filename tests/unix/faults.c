/* SPDX-License-Identifier: MIT */
/*
 * What programs see when the file system below fails: used by faults.sh, where tests/stress/faults.c makes calls fail by the
 * names of folders. Errors are those of Microsoft's system error codes page; after one, nothing is left half-done that Windows
 * would not leave.
 *     faults fail          all such cases
 *     faults changed       what native programs do meanwhile: `faults.sh` answers each line
 *     faults read-only, faults full   in a folder of a file system that is so
 *     faults attributes    attributes, times, streams, EAs and tags on a file system without extended attributes
 */
#include "faults.h"

static const struct {
    const char *name;
    DWORD error;
} faults[] = {
    { "ENOSPC", ERROR_DISK_FULL },        { "EDQUOT", ERROR_DISK_QUOTA_EXCEEDED },
    { "EROFS", ERROR_WRITE_PROTECT },     { "EIO", ERROR_IO_DEVICE },
    { "ESTALE", ERROR_NETNAME_DELETED },  { "EMFILE", ERROR_TOO_MANY_OPEN_FILES },
    { "ETIMEDOUT", ERROR_SEM_TIMEOUT },   { "EHOSTDOWN", ERROR_UNEXP_NET_ERR },
    { "EREMOTEIO", ERROR_UNEXP_NET_ERR }, { "ENOTCONN", ERROR_NETNAME_DELETED },
};

static void test_each_error(void)
{
    char folder[64];

    for (unsigned i = 0; i < ARRAYSIZE(faults); i++) {
        DWORD done = 7, error = faults[i].error;
        const char *name;
        HANDLE file;

        sprintf(folder, "@create@%s", faults[i].name);
        name = in(folder, "file");
        file = open_file(name, GENERIC_WRITE, CREATE_NEW);
        ok(file == INVALID_HANDLE_VALUE && GetLastError() == error, "creating, %s: error %lu", folder, GetLastError());
        ok(!exists(name), "%s: a file is left", folder);
        sprintf(folder, "@mkdir@%s", faults[i].name);
        ok(!CreateDirectoryA(in(folder, "sub"), NULL) && GetLastError() == error, "%s: error %lu", folder,
           GetLastError());

        sprintf(folder, "@write@%s", faults[i].name);
        file = open_file(in(folder, "file"), GENERIC_WRITE, CREATE_NEW);
        ok(!WriteFile(file, block, 10, &done, NULL) && GetLastError() == error, "%s: error %lu", folder,
           GetLastError());
        ok_int(done, 0);
        ok_int(GetFileSize(file, NULL), 0);
        ok_int(SetFilePointer(file, 0, NULL, FILE_CURRENT), 0);
        CloseHandle(file);

        sprintf(folder, "@read@%s", faults[i].name);
        name = in(folder, "file");
        make_file(name, 10);
        file = open_file(name, GENERIC_READ, OPEN_EXISTING);
        done = 7;
        ok(!ReadFile(file, block, 10, &done, NULL) && GetLastError() == error, "%s: error %lu", folder, GetLastError());
        ok_int(done, 0);
        CloseHandle(file);

        sprintf(folder, "@stat@%s", faults[i].name);
        ok(size_of(in(folder, "file")) == -1 && GetLastError() == error, "%s: error %lu", folder, GetLastError());
        sprintf(folder, "@truncate@%s", faults[i].name);
        file = open_file(in(folder, "file"), GENERIC_WRITE, CREATE_NEW);
        SetFilePointer(file, 100, NULL, FILE_BEGIN);
        ok(!SetEndOfFile(file) && GetLastError() == error, "%s: error %lu", folder, GetLastError());
        CloseHandle(file);
        sprintf(folder, "@sync@%s", faults[i].name);
        file = open_file(in(folder, "file"), GENERIC_WRITE, CREATE_NEW);
        if (error != ERROR_WRITE_PROTECT) /* there is nothing to be written then */
            ok(!FlushFileBuffers(file) && GetLastError() == error, "%s: error %lu", folder, GetLastError());
        CloseHandle(file);
    }
}

static void test_partial(void)
{
    DWORD done = 0, total = 0;
    HANDLE file;
    const char *name = in("@write@SHORT", "file");

    /* what Linux writes or reads in pieces is whole for a program */
    file = open_file(name, GENERIC_READ | GENERIC_WRITE, CREATE_NEW);
    ok(WriteFile(file, block, sizeof(block), &done, NULL) && done == sizeof(block), "%lu written, error %lu", done,
       GetLastError());
    ok_int(GetFileSize(file, NULL), sizeof(block));
    CloseHandle(file);
    name = in("@read@SHORT", "file");
    make_file(name, sizeof(block));
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    ok(ReadFile(file, block, sizeof(block), &done, NULL) && done == sizeof(block), "%lu read, error %lu", done,
       GetLastError());
    CloseHandle(file);

    /* signals are Linux's business */
    file = open_file(in("@write@EINTR", "file"), GENERIC_READ | GENERIC_WRITE, CREATE_NEW);
    for (int i = 0; i < 4; i++)
        ok(WriteFile(file, block, 10, &done, NULL) && done == 10, "%lu written, error %lu", done, GetLastError());
    CloseHandle(file);
    name = in("@read@EINTR", "file");
    make_file(name, 30);
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    for (int i = 0; i < 3; i++)
        ok(ReadFile(file, block, 10, &done, NULL) && done == 10, "%lu read, error %lu", done, GetLastError());
    CloseHandle(file);
    for (int i = 0; i < 3; i++) {
        file = open_file(in("@open@EINTR", "file"), GENERIC_WRITE, OPEN_ALWAYS);
        ok(file != INVALID_HANDLE_VALUE, "opening: error %lu", GetLastError());
        CloseHandle(file);
    }

    /* a disk that fills up: what was written before stays */
    file = open_file(in("@write+3@ENOSPC", "file"), GENERIC_WRITE, CREATE_NEW);
    while (WriteFile(file, block, 100, &done, NULL))
        total += done;
    ok_int(GetLastError(), ERROR_DISK_FULL);
    ok_int(total, 300);
    ok_int(GetFileSize(file, NULL), 300);
    ok_int(SetFilePointer(file, 0, NULL, FILE_CURRENT), 300);
    CloseHandle(file);
}

static void test_allocation(void)
{
    FILE_ALLOCATION_INFO allocation = { .AllocationSize.QuadPart = 1 << 20 };
    HANDLE file = open_file(in("@allocate@ENOSPC", "file"), GENERIC_WRITE, CREATE_NEW);
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    LARGE_INTEGER size = { .QuadPart = 1 << 20 };
    NTSTATUS status;

    ok_err(SetFileInformationByHandle(file, FileAllocationInfo, &allocation, sizeof(allocation)), ERROR_DISK_FULL);
    ok_int(GetFileSize(file, NULL), 0);
    CloseHandle(file);
    /* NtCreateFile's AllocationSize: no room, no file */
    RtlDosPathNameToNtPathName_U(L"@allocate@ENOSPC\\other", &nt, NULL, NULL);
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtCreateFile(&file, GENERIC_WRITE | SYNCHRONIZE, &attr, &iosb, &size, 0, 7, FILE_CREATE,
                          FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    ok(status == (NTSTATUS)0xC000007F, "NtCreateFile %#lx", status);
    ok(!exists("@allocate@ENOSPC\\other"), "a file is left");
}

/* As many blocks more. */
static void grow_file(const char *name, int blocks)
{
    HANDLE file = open_file(name, FILE_APPEND_DATA, OPEN_EXISTING);
    DWORD done;

    while (blocks--)
        ok(WriteFile(file, block, sizeof(block), &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
}

static void test_copy(void)
{
    const char *name = in("copies", "source");

    make_file(name, sizeof(block));
    grow_file(name, 29);
    ok(!CopyFileA(name, in("@write+1@EDQUOT", "target"), FALSE), "copied");
    ok_int(GetLastError(), ERROR_DISK_QUOTA_EXCEEDED);
    ok(!exists("@write+1@EDQUOT\\target"), "half a copy is left");
    ok(!CopyFileA(name, in("@write@ENOSPC", "target"), FALSE), "copied");
    ok_int(GetLastError(), ERROR_DISK_FULL);
    ok(!exists("@write@ENOSPC\\target"), "half a copy is left");
    ok(CopyFileA(name, in("@write@SHORT", "target"), FALSE), "error %lu", GetLastError());
    ok_int(size_of("@write@SHORT\\target"), 30 * sizeof(block));
    make_file(in("@read@EIO", "source"), sizeof(block));
    ok(!CopyFileA("@read@EIO\\source", "copies\\target", FALSE), "copied");
    ok_int(GetLastError(), ERROR_IO_DEVICE);
    ok(!exists("copies\\target"), "half a copy is left");
}

static void test_names(void)
{
    WIN32_FIND_DATAA data;
    HANDLE find;
    char name[64];
    int n = 0;

    make_file(in("@rename@EIO", "old"), 10);
    make_file(in("@rename@EIO", "new"), 20);
    ok_err(MoveFileExA("@rename@EIO\\old", "@rename@EIO\\new", MOVEFILE_REPLACE_EXISTING), ERROR_IO_DEVICE);
    ok_int(size_of("@rename@EIO\\old"), 10);
    ok_int(size_of("@rename@EIO\\new"), 20);
    ok(!ReplaceFileA("@rename@EIO\\new", "@rename@EIO\\old", NULL, 0, NULL, NULL), "replaced");
    ok_int(size_of("@rename@EIO\\old"), 10);
    ok_int(size_of("@rename@EIO\\new"), 20);
    make_file(in("@link@ENOSPC", "old"), 10);
    ok_err(CreateHardLinkA("@link@ENOSPC\\new", "@link@ENOSPC\\old", NULL), ERROR_DISK_FULL);
    ok(!exists("@link@ENOSPC\\new"), "a link is left");

    /* a listing that breaks off says so */
    for (int i = 0; i < 3; i++) {
        sprintf(name, "file%d", i);
        make_file(in("listed", name), 0);
        make_file(in("broken", name), 0);
    }
    ok(MoveFileA("listed", "@list@EIO") && MoveFileA("broken", "@list+1@EIO"), "error %lu", GetLastError());
    ok(FindFirstFileA("@list@EIO\\*.*", &data) != INVALID_HANDLE_VALUE, "error %lu",
       GetLastError()); /* `.` comes first */
    find = FindFirstFileA("@list+1@EIO\\*", &data);
    ok(find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    do
        n++;
    while (FindNextFileA(find, &data));
    ok_int(GetLastError(), ERROR_IO_DEVICE);
    ok_int(n, 5);
    FindClose(find);
}

static unsigned entries_of(HANDLE folder, bool restart)
{
    static char buffer[4096] __attribute__((aligned(8)));
    unsigned n = 0;
    FILE_INFO_BY_HANDLE_CLASS class = restart ? FileIdBothDirectoryRestartInfo : FileIdBothDirectoryInfo;

    while (GetFileInformationByHandleEx(folder, class, buffer, sizeof(buffer))) {
        const FILE_ID_BOTH_DIR_INFO *info = (void *)buffer;
        for (n++; info->NextEntryOffset; n++)
            info = (void *)((char *)info + info->NextEntryOffset);
        class = FileIdBothDirectoryInfo;
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    return n;
}

static void test_changed(void)
{
    HANDLE file, map, folder;
    BY_HANDLE_FILE_INFORMATION before, after;
    const char *view;
    DWORD done;

    CreateDirectoryA("changing", NULL);
    make_file("changing\\file", 10000);
    file = open_file("changing\\file", GENERIC_READ, OPEN_EXISTING);
    folder = open_file("changing", GENERIC_READ, OPEN_EXISTING);
    ok_int(entries_of(folder, true), 3);
    map = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 0);
    ok(view != NULL, "error %lu", GetLastError());
    ok(!touch(view) && !touch(view + 9999), "the view cannot be read");

    ask("grow");
    ok_int(size_of("changing\\file"), 20000);
    ok_int(GetFileSize(file, NULL), 20000);
    ask("truncate");
    ok_int(size_of("changing\\file"), 5000);
    ok_int(GetFileSize(file, NULL), 5000);
    ok(!touch(view), "what is left of the view cannot be read");
    ok(touch(view + 9999), "what is no longer in the file can be read");
    ok((LONG)page_status < 0, "in-page error %#lx", (ULONG)page_status);
    UnmapViewOfFile(view);
    CloseHandle(map);

    GetFileInformationByHandle(file, &before);
    ask("replace");
    GetFileInformationByHandle(file, &after);
    ok_int(after.nFileIndexLow, before.nFileIndexLow); /* the handle is the old file's */
    ok_int(GetFileSize(file, NULL), 5000);
    ok_int(size_of("changing\\file"), 7);
    CloseHandle(file);

    file = open_file("changing\\file", GENERIC_READ | DELETE, OPEN_EXISTING);
    ask("remove");
    ok_int(size_of("changing\\file"), -1);
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
    ok(ReadFile(file, block, 100, &done, NULL) && done == 7, "error %lu", GetLastError());
    ok_int(entries_of(folder, true), 2);
    CloseHandle(file);
    ask("more");
    ok_int(entries_of(folder, true), 2 + 100);
    ok_int(size_of("changing\\FILE-42"), 0);
    ask("fewer");
    ok_int(size_of("changing\\FILE-42"), -1);
    ok_int(entries_of(folder, true), 2);
    CloseHandle(folder);
    ok(RemoveDirectoryA("changing"), "error %lu", GetLastError());
}

static void test_attributes(void)
{
    const FILETIME time = { 0x12345678, 0x01d00000 };
    FILETIME creation;
    HANDLE file;
    DWORD done;

    make_file("plain", 10);
    ok_int(GetFileAttributesA("plain"), FILE_ATTRIBUTE_ARCHIVE);
    ok(SetFileAttributesA("plain", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM), "error %lu", GetLastError());
    ok_int(GetFileAttributesA("plain"), FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM);
    ok(SetFileAttributesA("plain", FILE_ATTRIBUTE_READONLY), "error %lu", GetLastError());
    ok_int(GetFileAttributesA("plain"), FILE_ATTRIBUTE_READONLY);
    ok(SetFileAttributesA("plain", FILE_ATTRIBUTE_NORMAL), "error %lu", GetLastError());
    ok_int(GetFileAttributesA("plain"), FILE_ATTRIBUTE_NORMAL);
    CreateDirectoryA("folder", NULL);
    ok(SetFileAttributesA("folder", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY), "error %lu", GetLastError());
    ok_int(GetFileAttributesA("folder"), FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_DIRECTORY);
    SetFileAttributesA("folder", FILE_ATTRIBUTE_NORMAL);
    ok(RemoveDirectoryA("folder"), "error %lu", GetLastError());

    file = open_file("plain", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
    ok(SetFileTime(file, &time, NULL, NULL), "error %lu", GetLastError());
    ok(GetFileTime(file, &creation, NULL, NULL) && !CompareFileTime(&creation, &time), "creation time %lx %lx",
       creation.dwHighDateTime, creation.dwLowDateTime);
    CloseHandle(file);

    file = open_file("plain:stream", GENERIC_WRITE, CREATE_NEW);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(WriteFile(file, "abc", 3, &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(size_of("plain:stream"), 3);

    /* a new file under an old one's name, and perhaps number, has nothing of it */
    DeleteFileA("plain");
    make_file("plain", 0);
    ok_int(GetFileAttributesA("plain"), FILE_ATTRIBUTE_ARCHIVE);
    ok_int(size_of("plain:stream"), -1);
    DeleteFileA("plain");
}

/* In a folder on a file system that is mounted read-only, with `file` and the empty `folder` in it. */
static void test_read_only(void)
{
    HANDLE file = open_file("file", GENERIC_READ, OPEN_EXISTING);
    FILETIME time = { 0, 0x01d00000 };

    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
    ok(open_file("file", GENERIC_WRITE, OPEN_EXISTING) == INVALID_HANDLE_VALUE, "opened for writing");
    ok_int(GetLastError(), ERROR_WRITE_PROTECT);
    ok(open_file("new", GENERIC_WRITE, CREATE_NEW) == INVALID_HANDLE_VALUE, "created");
    ok_int(GetLastError(), ERROR_WRITE_PROTECT);
    ok_err(CreateDirectoryA("new", NULL), ERROR_WRITE_PROTECT);
    ok_err(DeleteFileA("file"), ERROR_WRITE_PROTECT);
    ok_err(RemoveDirectoryA("folder"), ERROR_WRITE_PROTECT);
    ok_err(MoveFileA("file", "new"), ERROR_WRITE_PROTECT);
    ok_err(CreateHardLinkA("new", "file", NULL), ERROR_WRITE_PROTECT);
    ok_err(SetFileAttributesA("file", FILE_ATTRIBUTE_HIDDEN), ERROR_WRITE_PROTECT);
    file = open_file("file", FILE_WRITE_ATTRIBUTES, OPEN_EXISTING);
    if (file != INVALID_HANDLE_VALUE) {
        ok_err(SetFileTime(file, NULL, NULL, &time), ERROR_WRITE_PROTECT);
        CloseHandle(file);
    } else {
        ok_int(GetLastError(), ERROR_WRITE_PROTECT);
    }
    file = CreateFileA("file", DELETE, 7, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok(size_of("file") == 5 && size_of("folder") == 0, "something is gone");
}

/* In a folder on a small file system: it is full in the end, and nothing is lost. */
static void test_full(void)
{
    HANDLE file = open_file("filler", GENERIC_WRITE, CREATE_NEW);
    DWORD done, total = 0;

    while (WriteFile(file, block, 4096, &done, NULL))
        total += done;
    ok_int(GetLastError(), ERROR_DISK_FULL);
    total += done;
    ok_int(GetFileSize(file, NULL), total);
    ok(!CopyFileA("filler", "copy", FALSE), "copied");
    ok_int(GetLastError(), ERROR_DISK_FULL);
    ok(!exists("copy"), "half a copy is left");
    CloseHandle(file);
    DeleteFileA("filler");
}

TESTS
{
    const char *what = test_argc > 1 ? test_argv[1] : "";

    if (!strcmp(what, "fail")) {
        test_each_error();
        test_partial();
        test_allocation();
        test_copy();
        test_names();
    } else if (!strcmp(what, "changed")) {
        test_changed();
    } else if (!strcmp(what, "read-only")) {
        test_read_only();
    } else if (!strcmp(what, "full")) {
        test_full();
    } else if (!strcmp(what, "attributes")) {
        test_attributes();
    } else {
        ok(false, "which cases?");
    }
}
