/* SPDX-License-Identifier: MIT */
/*
 * faults_async.c: what only a file system can do wrong (tests/stress/faultfs.c): requests that fail or take their time in
 * io_uring or in threads, pages of views that cannot be read, and a file system that vanishes. Used by faults.sh.
 *     faults_async errors     overlapped requests that fail, as the folders' names say
 *     faults_async slow       nothing that takes long holds up who asked for it
 *     faults_async fifo       the same of `fifo`
 *     faults_async vanish     `faults.sh` ends the file system meanwhile
 */
#include "faults.h"

#define LONG_ENOUGH 60000

static char buffer[65536] __attribute__((aligned(4096)));

static HANDLE open_overlapped(const char *name, DWORD access, DWORD flags)
{
    HANDLE file = CreateFileA(name, access, 7, NULL, OPEN_ALWAYS, FILE_FLAG_OVERLAPPED | flags, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    return file;
}

/* --- errors --- */

struct told {
    OVERLAPPED overlapped;
    DWORD error, done, calls;
};

static void CALLBACK routine(DWORD error, DWORD done, OVERLAPPED *overlapped)
{
    struct told *told = CONTAINING_RECORD(overlapped, struct told, overlapped);

    told->error = error;
    told->done = done;
    told->calls++;
}

/* The error of a request that is told by an event: now or later, it is the same. */
static DWORD by_event(HANDLE file, BOOL write, DWORD size, DWORD *done)
{
    OVERLAPPED ov = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    BOOL ok_now = write ? WriteFile(file, buffer, size, NULL, &ov) : ReadFile(file, buffer, size, NULL, &ov);
    DWORD error = ok_now ? 0 : GetLastError();

    *done = 0;
    if (error && error != ERROR_IO_PENDING) {
        CloseHandle(ov.hEvent);
        return error;
    }
    error = GetOverlappedResultEx(file, &ov, done, LONG_ENOUGH, FALSE) ? 0 : GetLastError();
    ok_int(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CloseHandle(ov.hEvent);
    return error;
}

static DWORD by_routine(HANDLE file, BOOL write, DWORD size)
{
    struct told told = { 0 };
    BOOL queued = write ? WriteFileEx(file, buffer, size, &told.overlapped, routine)
                        : ReadFileEx(file, buffer, size, &told.overlapped, routine);

    if (!queued)
        return GetLastError();
    while (!told.calls)
        ok_int(SleepEx(LONG_ENOUGH, TRUE), WAIT_IO_COMPLETION);
    ok_int(told.calls, 1);
    return told.error;
}

static DWORD by_port(HANDLE file, BOOL write, DWORD size)
{
    HANDLE port = CreateIoCompletionPort(file, NULL, 7, 0);
    OVERLAPPED ov = { 0 }, *found = NULL;
    BOOL ok_now = write ? WriteFile(file, buffer, size, NULL, &ov) : ReadFile(file, buffer, size, NULL, &ov);
    DWORD error = ok_now ? 0 : GetLastError(), done = 0;
    ULONG_PTR key = 0;

    if (!error || error == ERROR_IO_PENDING) {
        error = GetQueuedCompletionStatus(port, &done, &key, &found, LONG_ENOUGH) ? 0 : GetLastError();
        ok(key == 7 && found == &ov, "key %d, %p", (int)key, found);
    }
    CloseHandle(port);
    return error;
}

static void test_errors(void)
{
    static const struct {
        const char *folder;
        BOOL write;
        DWORD error;
    } cases[] = {
        { "@write@ENOSPC", TRUE, ERROR_DISK_FULL },       { "@write@EDQUOT", TRUE, ERROR_DISK_QUOTA_EXCEEDED },
        { "@write@EIO", TRUE, ERROR_IO_DEVICE },          { "@write@ESTALE", TRUE, ERROR_NETNAME_DELETED },
        { "@write@EFBIG", TRUE, ERROR_FILE_TOO_LARGE },   { "@read@EIO", FALSE, ERROR_IO_DEVICE },
        { "@read@ESTALE", FALSE, ERROR_NETNAME_DELETED }, { "@read@EHOSTDOWN", FALSE, ERROR_UNEXP_NET_ERR },
    };
    HANDLE file;
    DWORD done;

    for (unsigned i = 0; i < ARRAYSIZE(cases); i++) {
        BOOL write = cases[i].write;
        const char *name = in(cases[i].folder, "file");
        if (!write)
            make_file(name, 10000);
        for (DWORD size = 4096; size <= 65536; size *= 16) {
            DWORD flags = size > 4096 ? FILE_FLAG_NO_BUFFERING : 0;
            file = open_overlapped(name, write ? GENERIC_WRITE : GENERIC_READ, flags);
            DWORD error = by_event(file, write, size, &done);
            ok(error == cases[i].error && !done, "%s, event: error %lu, %lu done", name, error, done);
            error = by_routine(file, write, size);
            ok_int(error, cases[i].error);
            error = by_port(file, write, size);
            ok_int(error, cases[i].error);
            ok_int(GetFileSize(file, NULL), write ? 0 : 10000);
            CloseHandle(file);
        }
    }
    /* what had been written of one request when the disk was full is taken back: it failed as a whole */
    file = open_overlapped(in("@write+2@ENOSPC", "file"), GENERIC_WRITE, 0);
    OVERLAPPED ov = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    BOOL written = WriteFile(file, block, sizeof(block), NULL, &ov);
    if (!written && GetLastError() == ERROR_IO_PENDING)
        written = GetOverlappedResult(file, &ov, &done, TRUE);
    ok(!written && GetLastError() == ERROR_DISK_FULL, "%d, error %lu", written, GetLastError());
    ok_int(GetFileSize(file, NULL), 0);
    CloseHandle(file);
    CloseHandle(ov.hEvent);
}

/* --- pages --- */

static void test_pages(void)
{
    const char *name = in("@read@EIO", "page");
    HANDLE file, map, other;
    const char *view;
    DWORD done = 0;

    make_file(name, 10000);
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    map = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 0);
    ok(view != NULL, "error %lu", GetLastError());
    ok(touch(view + 5000), "a page that cannot be read was");
    /* EXCEPTION_RECORD's page: "The third array element specifies the underlying NTSTATUS code that resulted in the
     * exception" */
    ok_hex((ULONG)page_status, 0xC0000185); /* STATUS_IO_DEVICE_ERROR */
    other = open_file("plain", GENERIC_WRITE, CREATE_ALWAYS);
    ok(!WriteFile(other, view, 100, &done, NULL) && !done, "%lu bytes of such a page written", done);
    CloseHandle(other);
    UnmapViewOfFile(view);
    CloseHandle(map);
    CloseHandle(file);
}

/* --- what takes long --- */

static void test_slow(void)
{
    OVERLAPPED ov = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    HANDLE file;
    DWORD done = 0;

    make_file(in("@read@HELD", "file"), 4096);
    file = open_overlapped("@read@HELD\\file", GENERIC_READ, 0);
    ok_err(ReadFile(file, buffer, 4096, NULL, &ov), ERROR_IO_PENDING);
    ok_err(GetOverlappedResult(file, &ov, &done, FALSE), ERROR_IO_INCOMPLETE);
    ok_err(GetOverlappedResultEx(file, &ov, &done, 0, FALSE), ERROR_IO_INCOMPLETE);
    ok_err(GetOverlappedResultEx(file, &ov, &done, 10, FALSE), WAIT_TIMEOUT);
    ok(!HasOverlappedIoCompleted(&ov), "it is done");
    /* what the disk is working on cannot be cancelled: it is done or cancelled, and once */
    ok(CancelIoEx(file, &ov), "error %lu", GetLastError());
    make_file("@read@HELD\\release", 0);
    BOOL result = GetOverlappedResult(file, &ov, &done, TRUE);
    ok(result ? done == 4096 : GetLastError() == ERROR_OPERATION_ABORTED, "%d, %lu done, error %lu", result, done,
       GetLastError());
    ok_err(CancelIoEx(file, &ov), ERROR_NOT_FOUND);
    CloseHandle(file);

    file = open_overlapped(in("@write@HELD", "file"), GENERIC_WRITE, 0);
    ResetEvent(ov.hEvent);
    /* "any write operation to a file that extends its length will be synchronous": this one does not */
    SetFilePointer(file, 8192, NULL, FILE_BEGIN);
    ok(SetEndOfFile(file), "error %lu", GetLastError());
    ok_err(WriteFile(file, buffer, 4096, NULL, &ov), ERROR_IO_PENDING);
    ok_int(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    make_file("@write@HELD\\release", 0);
    ok(GetOverlappedResult(file, &ov, &done, TRUE) && done == 4096, "%lu done, error %lu", done, GetLastError());
    CloseHandle(file);
    CloseHandle(ov.hEvent);
}

/* A FIFO, `fifo`: who asks for asynchronous transfers waits for nobody when opening it. */
static void test_fifo(void)
{
    OVERLAPPED ov = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    HANDLE reader, writer;
    DWORD done = 0;

    ok(CreateFileA("fifo", GENERIC_WRITE, 7, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL) == INVALID_HANDLE_VALUE,
       "opened, though nobody reads");
    ok_int(GetLastError(), ERROR_PIPE_BUSY);
    reader = CreateFileA("fifo", GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    ok(reader != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_err(ReadFile(reader, buffer, 16, NULL, &ov), ERROR_IO_PENDING);
    ok(CancelIoEx(reader, &ov), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(reader, &ov, &done, TRUE), ERROR_OPERATION_ABORTED);
    ok_err(ReadFile(reader, buffer, 16, NULL, &ov), ERROR_IO_PENDING);
    writer = CreateFileA("fifo", GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(WriteFile(writer, "bytes", 5, &done, NULL), "error %lu", GetLastError());
    ok(GetOverlappedResult(reader, &ov, &done, TRUE) && done == 5 && !memcmp(buffer, "bytes", 5), "%lu, error %lu",
       done, GetLastError());
    CloseHandle(writer);
    CloseHandle(reader);
    CloseHandle(ov.hEvent);
}

/* --- a file system that vanishes --- */

static void test_vanish(void)
{
    WIN32_FIND_DATAA data;
    HANDLE file, overlapped, folder, map, find;
    const char *view;
    DWORD done = 0, error;
    char name[16];

    CreateDirectoryA("folder", NULL);
    for (int i = 0; i < 300; i++) {
        sprintf(name, "folder\\%d", i);
        CloseHandle(open_file(name, GENERIC_WRITE, CREATE_NEW));
    }
    make_file("file", sizeof(block));
    file = open_file("file", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
    overlapped = open_overlapped("file", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_NO_BUFFERING);
    folder = open_file("folder", GENERIC_READ, OPEN_EXISTING);
    map = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 0);
    find = FindFirstFileA("folder\\*", &data);
    ok(view && find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ask("vanish");
    ok_err(WriteFile(file, buffer, 4096, &done, NULL), ERROR_NETNAME_DELETED);
    ok_int(done, 0);
    ok_err(FlushFileBuffers(file), ERROR_NETNAME_DELETED);
    ok_err(SetEndOfFile(file), ERROR_NETNAME_DELETED);
    error = by_event(overlapped, FALSE, 4096, &done);
    ok(error == ERROR_NETNAME_DELETED || error == ERROR_IO_DEVICE, "error %lu", error);
    error = by_event(overlapped, TRUE, 4096, &done);
    ok(error == ERROR_NETNAME_DELETED || error == ERROR_IO_DEVICE, "error %lu", error);
    ok_err(CreateFileA("folder\\new", GENERIC_WRITE, 7, NULL, CREATE_NEW, 0, NULL) != INVALID_HANDLE_VALUE,
           ERROR_NETNAME_DELETED);
    ok_err(GetFileAttributesA("file") != INVALID_FILE_ATTRIBUTES, ERROR_NETNAME_DELETED);
    ok_err(DeleteFileA("file"), ERROR_NETNAME_DELETED);
    ok_err(MoveFileA("file", "other"), ERROR_NETNAME_DELETED);
    ok_err(CreateDirectoryA("sub", NULL), ERROR_NETNAME_DELETED);
    unsigned left = 0;
    while (FindNextFileA(find, &data))
        left++;
    ok(GetLastError() == ERROR_NETNAME_DELETED || (left >= 300 && GetLastError() == ERROR_NO_MORE_FILES),
       "%u names, then error %lu", left, GetLastError());
    if (touch(view + 250000))
        ok((LONG)page_status < 0, "in-page error %#lx", (ULONG)page_status);
    UnmapViewOfFile(view);
    ok(CloseHandle(map) && CloseHandle(file) && CloseHandle(overlapped) && CloseHandle(folder) && FindClose(find),
       "error %lu", GetLastError());
}

TESTS
{
    const char *what = test_argc > 1 ? test_argv[1] : "";

    if (!strcmp(what, "errors")) {
        test_errors();
        test_pages();
    } else if (!strcmp(what, "slow")) {
        test_slow();
    } else if (!strcmp(what, "fifo")) {
        test_fifo();
    } else if (!strcmp(what, "vanish")) {
        test_vanish();
    } else {
        ok(false, "which cases?");
    }
}
