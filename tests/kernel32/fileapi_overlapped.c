/* SPDX-License-Identifier: MIT */
/* Overlapped transfers of files: event, APC and port; unbuffered and scattered ones; ends of files; cancelling. */
#include "../test.h"

#define PAGE  4096
#define COUNT 64

static WCHAR dir[MAX_PATH], name[MAX_PATH];

static HANDLE open_file(DWORD disposition, DWORD flags)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                           NULL, disposition, flags, NULL);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    return h;
}

static void set_offset(OVERLAPPED *ov, ULONGLONG offset)
{
    ov->Offset = (DWORD)offset;
    ov->OffsetHigh = (DWORD)(offset >> 32);
}

/* Many unbuffered requests at once: they are under way together, and each is told through the port exactly once. */
static void test_port(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
    HANDLE port = CreateIoCompletionPort(h, NULL, 5, 0);
    static OVERLAPPED ov[COUNT];
    char *data = VirtualAlloc(NULL, COUNT * PAGE, MEM_COMMIT, PAGE_READWRITE);
    bool seen[COUNT] = { false };

    for (int i = 0; i < COUNT; i++) {
        memset(data + i * PAGE, 'a' + i % 26, PAGE);
        set_offset(&ov[i], i * PAGE);
        ok(WriteFile(h, data + i * PAGE, PAGE, NULL, &ov[i]) || GetLastError() == ERROR_IO_PENDING, "error %lu",
           GetLastError());
    }
    for (int i = 0; i < COUNT; i++) {
        OVERLAPPED *got = NULL;
        ULONG_PTR key = 0;
        DWORD n = 0;
        ok(GetQueuedCompletionStatus(port, &n, &key, &got, 5000), "error %lu", GetLastError());
        ok(got >= ov && got < ov + COUNT && !seen[got - ov] && n == PAGE && key == 5, "packet %d", i);
        if (got)
            seen[got - ov] = true;
    }
    memset(data, 0, COUNT * PAGE);
    for (int i = COUNT; i-- > 0;) {
        memset(&ov[i], 0, sizeof ov[i]);
        set_offset(&ov[i], i * PAGE);
        ok(ReadFile(h, data + i * PAGE, PAGE, NULL, &ov[i]) || GetLastError() == ERROR_IO_PENDING, "error %lu",
           GetLastError());
    }
    for (int i = 0; i < COUNT; i++) {
        OVERLAPPED *got = NULL;
        ULONG_PTR key;
        DWORD n = 0;
        ok(GetQueuedCompletionStatus(port, &n, &key, &got, 5000) && n == PAGE, "error %lu", GetLastError());
    }
    for (int i = 0; i < COUNT; i++)
        ok(data[i * PAGE] == 'a' + i % 26 && data[i * PAGE + PAGE - 1] == 'a' + i % 26, "page %d: %d", i,
           data[i * PAGE]);
    VirtualFree(data, 0, MEM_RELEASE);
    CloseHandle(h);
    CloseHandle(port);
}

/* FILE_FLAG_NO_BUFFERING: sizes and offsets are whole sectors ("File Buffering"). */
static void test_unbuffered(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_NO_BUFFERING);
    char *data = VirtualAlloc(NULL, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    LARGE_INTEGER where = { .QuadPart = 1000 };
    DWORD n = 77;

    ok_err(WriteFile(h, data, 100, &n, NULL), ERROR_INVALID_PARAMETER);
    ok_int(n, 0);
    ok(WriteFile(h, data, 2 * PAGE, &n, NULL) && n == 2 * PAGE, "error %lu", GetLastError());
    /* "the current byte offset must be an integral of the sector size" (FilePositionInformation) */
    ok_err(SetFilePointerEx(h, where, NULL, FILE_BEGIN), ERROR_INVALID_PARAMETER);
    OVERLAPPED odd = { .Offset = 1000 };
    ok_err(ReadFile(h, data, PAGE, &n, &odd), ERROR_INVALID_PARAMETER);
    where.QuadPart = 0;
    SetFilePointerEx(h, where, NULL, FILE_BEGIN);
    ok(ReadFile(h, data, PAGE, &n, NULL) && n == PAGE, "error %lu", GetLastError());
    /* a buffer that no device would like: sector-sized, not page-aligned */
    ok(ReadFile(h, data + 512, 512, &n, NULL) && n == 512, "%lu bytes, error %lu", n, GetLastError());
    ok(ReadFile(h, data + 512 + 4, 512, &n, NULL) && n == 512, "%lu bytes, error %lu", n, GetLastError());
    CloseHandle(h);
    /* the end of the file is in the middle of a sector */
    h = open_file(OPEN_EXISTING, 0);
    where.QuadPart = 5000;
    ok(SetFilePointerEx(h, where, NULL, FILE_BEGIN) && SetEndOfFile(h), "error %lu", GetLastError());
    CloseHandle(h);
    h = open_file(OPEN_EXISTING, FILE_FLAG_NO_BUFFERING);
    ok(ReadFile(h, data, 2 * PAGE, &n, NULL) && n == 5000, "%lu bytes, error %lu", n, GetLastError());
    CloseHandle(h);
    h = open_file(OPEN_EXISTING, FILE_FLAG_NO_BUFFERING | FILE_FLAG_OVERLAPPED);
    OVERLAPPED ov = { .Offset = 4096 };
    ok(ReadFile(h, data, PAGE, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 904, "%lu bytes, error %lu", n, GetLastError());
    memset(&ov, 0, sizeof ov);
    ov.Offset = 8192;
    bool done = ReadFile(h, data, PAGE, NULL, &ov);
    ok(!done, "read behind the end");
    if (GetLastError() == ERROR_IO_PENDING)
        ok(!GetOverlappedResult(h, &ov, &n, TRUE), "read behind the end");
    ok_int(GetLastError(), ERROR_HANDLE_EOF);
    CloseHandle(h);
    VirtualFree(data, 0, MEM_RELEASE);
}

static void test_scatter(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_NO_BUFFERING | FILE_FLAG_OVERLAPPED), plain;
    char *data = VirtualAlloc(NULL, 8 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    FILE_SEGMENT_ELEMENT segments[5] = { 0 };
    OVERLAPPED ov = { 0 };
    DWORD n = 0;

    for (int i = 0; i < 4; i++) { /* every second page, backwards */
        segments[i].Buffer = data + (6 - 2 * i) * PAGE;
        memset(data + (6 - 2 * i) * PAGE, '1' + i, PAGE);
    }
    ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok(WriteFileGather(h, segments, 4 * PAGE, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 4 * PAGE, "%lu bytes, error %lu", n, GetLastError());
    memset(data, 0, 8 * PAGE);
    ok(ReadFileScatter(h, segments, 4 * PAGE, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 4 * PAGE, "%lu bytes, error %lu", n, GetLastError());
    for (int i = 0; i < 4; i++)
        ok(data[(6 - 2 * i) * PAGE + PAGE - 1] == '1' + i && !data[(7 - 2 * i) * PAGE], "segment %d", i);
    /* more than the file has */
    ov.Offset = 3 * PAGE;
    ok(ReadFileScatter(h, segments, 4 * PAGE, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == PAGE, "%lu bytes, error %lu", n, GetLastError());
    ov.Offset = 0;
    segments[1].Buffer = data + 100; /* "must be aligned on a system memory page size boundary" */
    ok_err(ReadFileScatter(h, segments, 4 * PAGE, NULL, &ov), ERROR_INVALID_PARAMETER);
    segments[1].Buffer = NULL; /* no memory there */
    ok_err(ReadFileScatter(h, segments, 4 * PAGE, NULL, &ov), ERROR_NOACCESS);
    /* "must be opened with FILE_FLAG_NO_BUFFERING and FILE_FLAG_OVERLAPPED" */
    plain = open_file(OPEN_EXISTING, FILE_FLAG_OVERLAPPED);
    ok_err(ReadFileScatter(plain, segments, PAGE, NULL, &ov), ERROR_INVALID_PARAMETER);
    CloseHandle(plain);
    CloseHandle(h);
    CloseHandle(ov.hEvent);
    VirtualFree(data, 0, MEM_RELEASE);
}

static int called;
static DWORD apc_error, apc_bytes;
static void CALLBACK routine(DWORD error, DWORD bytes, OVERLAPPED *ov)
{
    called++;
    apc_error = error;
    apc_bytes = bytes;
    (void)ov;
}

static void test_apc(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
    char *data = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE);
    OVERLAPPED ov = { 0 }, at_end = { .Offset = 5 * PAGE };

    ok(WriteFileEx(h, data, PAGE, &ov, routine), "error %lu", GetLastError());
    ok_int(called, 0);
    ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    ok(called == 1 && apc_bytes == PAGE && !apc_error, "%d calls, %lu bytes, error %lu", called, apc_bytes, apc_error);
    ok(ReadFileEx(h, data, PAGE, &ov, routine), "error %lu", GetLastError());
    ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    ok(called == 2 && apc_bytes == PAGE && !apc_error, "%d calls, %lu bytes, error %lu", called, apc_bytes, apc_error);
    if (ReadFileEx(h, data, PAGE, &at_end, routine)) { /* or it fails at once: ReadFileEx's page has both */
        ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
        ok_int(apc_error, ERROR_HANDLE_EOF);
    } else {
        ok_int(GetLastError(), ERROR_HANDLE_EOF);
    }
    CloseHandle(h);
    VirtualFree(data, 0, MEM_RELEASE);
}

static void test_ends(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED), sync;
    OVERLAPPED ov = { 0 };
    LARGE_INTEGER where;
    char buffer[64];
    DWORD n = 0;

    ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok(WriteFile(h, "0123456789", 10, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResultEx(h, &ov, &n, 5000, FALSE) && n == 10, "%lu bytes", n);
    /* Offset and OffsetHigh 0xffffffff: at the end (WriteFile's page) */
    ov.Offset = ov.OffsetHigh = 0xffffffff;
    ok(WriteFile(h, "abc", 3, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 3, "%lu bytes", n);
    ok(GetFileSizeEx(h, &where) && where.QuadPart == 13, "%lld bytes", where.QuadPart);
    /* some of it */
    set_offset(&ov, 8);
    ok(ReadFile(h, buffer, sizeof buffer, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 5 && !memcmp(buffer, "89abc", 5), "%lu bytes", n);
    /* nothing of it, and nothing asked for */
    set_offset(&ov, 100);
    ok(ReadFile(h, buffer, 0, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 0, "%lu bytes", n);
    ok(WriteFile(h, buffer, 0, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetFileSizeEx(h, &where) && where.QuadPart == 13, "%lld bytes", where.QuadPart);
    /* beyond all files */
    set_offset(&ov, 0x8000000000000000ull);
    ok_err(ReadFile(h, buffer, 1, NULL, &ov), ERROR_INVALID_PARAMETER);
    ok_err(WriteFile(h, buffer, 1, NULL, &ov), ERROR_INVALID_PARAMETER);
    /* no OVERLAPPED: there is no position */
    ok_err(ReadFile(h, buffer, 1, &n, NULL), ERROR_INVALID_PARAMETER);
    CloseHandle(h);
    CloseHandle(ov.hEvent);

    sync = open_file(OPEN_EXISTING, 0);
    memset(&ov, 0, sizeof ov);
    ov.Offset = 10;
    n = 99;
    ok(ReadFile(sync, buffer, sizeof buffer, &n, &ov) && n == 3, "%lu bytes", n);
    ok(SetFilePointerEx(sync, (LARGE_INTEGER){ 0 }, &where, FILE_CURRENT) && where.QuadPart == 13, "at %lld",
       where.QuadPart);
    n = 99;
    ok(ReadFile(sync, buffer, sizeof buffer, &n, NULL) && n == 0, "%lu bytes at the end", n);
    /* "ReadFile returns FALSE and GetLastError returns ERROR_HANDLE_EOF when the file pointer goes beyond the end" with lpOverlapped */
    n = 99;
    ov.Offset = 20;
    ok_err(ReadFile(sync, buffer, sizeof buffer, &n, &ov), ERROR_HANDLE_EOF);
    ok_int(n, 0);
    CloseHandle(sync);
}

/* The first page is what NtReadFile itself looks at, the file system says the other about later ones. */
static bool bad_buffer(void)
{
    return GetLastError() == ERROR_NOACCESS || GetLastError() == ERROR_INVALID_USER_BUFFER;
}

static void test_hostile(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED);
    char *data = VirtualAlloc(NULL, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    OVERLAPPED ov = { 0 };
    LARGE_INTEGER size;
    DWORD n;

    VirtualAlloc(data, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok(!WriteFile(h, data, 4 * PAGE, NULL, &ov) && bad_buffer(), "error %lu", GetLastError());
    ok(GetFileSizeEx(h, &size) && size.QuadPart == 0, "%lld bytes", (long long)size.QuadPart);
    ok(WriteFile(h, data, 2 * PAGE, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE), "error %lu", GetLastError());
    ok(!ReadFile(h, data + PAGE, 2 * PAGE, NULL, &ov) && bad_buffer(), "error %lu", GetLastError());
    CloseHandle(h);
    h = open_file(OPEN_EXISTING, 0);
    ok(!WriteFile(h, data + PAGE, 2 * PAGE, &n, NULL) && bad_buffer(), "error %lu", GetLastError());
    ok(GetFileSizeEx(h, &size) && size.QuadPart == 2 * PAGE, "%lld bytes", size.QuadPart);
    CloseHandle(h);
    VirtualFree(data, 0, MEM_RELEASE);
}

/* Both modes, through a file whose requests are done in the call or later. */
static void test_modes(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED), port = CreateIoCompletionPort(h, NULL, 1, 0);
    OVERLAPPED ov = { 0 }, *got;
    ULONG_PTR key;
    DWORD n;

    ok(SetFileCompletionNotificationModes(h, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE),
       "error %lu", GetLastError());
    bool done = WriteFile(h, "x", 1, &n, &ov);
    ok(done || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetQueuedCompletionStatus(port, &n, &key, &got, done ? 0 : 5000) == !done, "packet");
    /* what fails at once is never told */
    set_offset(&ov, 0x8000000000000000ull);
    ok_err(WriteFile(h, "x", 1, &n, &ov), ERROR_INVALID_PARAMETER);
    ok_err(GetQueuedCompletionStatus(port, &n, &key, &got, 0), WAIT_TIMEOUT);
    /* an event with its lowest bit set keeps the packet away (GetQueuedCompletionStatus) */
    SetFileCompletionNotificationModes(h, 0);
    CloseHandle(h);
    CloseHandle(port);
    h = open_file(OPEN_EXISTING, FILE_FLAG_OVERLAPPED);
    port = CreateIoCompletionPort(h, NULL, 1, 0);
    memset(&ov, 0, sizeof ov);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    ov.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    ok(WriteFile(h, "x", 1, NULL, &ov) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 1, "error %lu", GetLastError());
    ok_err(GetQueuedCompletionStatus(port, &n, &key, &got, 0), WAIT_TIMEOUT);
    CloseHandle(event);
    CloseHandle(h);
    CloseHandle(port);
}

/* Cancelling what a disk does may come too late; nothing is lost either way. */
static void test_cancel(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING), port;
    static OVERLAPPED ov[COUNT];
    char *data = VirtualAlloc(NULL, COUNT * PAGE, MEM_COMMIT, PAGE_READWRITE);
    int pending = 0;
    DWORD n;

    memset(ov, 0, sizeof ov);
    ok_err(CancelIoEx(h, NULL), ERROR_NOT_FOUND);
    ok(CancelIo(h), "error %lu", GetLastError());
    port = CreateIoCompletionPort(h, NULL, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        set_offset(&ov[i], i * PAGE);
        if (WriteFile(h, data + i * PAGE, PAGE, NULL, &ov[i]) || GetLastError() == ERROR_IO_PENDING)
            pending++;
    }
    ok_int(pending, COUNT);
    CancelIoEx(h, NULL);
    for (int i = 0; i < pending; i++) {
        OVERLAPPED *got = NULL;
        ULONG_PTR key;
        bool done = GetQueuedCompletionStatus(port, &n, &key, &got, 5000);
        ok(got && (done ? n == PAGE : GetLastError() == ERROR_OPERATION_ABORTED), "packet %d: error %lu", i,
           GetLastError());
    }
    CloseHandle(h);
    CloseHandle(port);
    VirtualFree(data, 0, MEM_RELEASE);
}

/* The handle is closed, or the process ends, right after the call: what was accepted is written. */
static void write_and_leave(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
    static OVERLAPPED ov[COUNT];
    char *data = VirtualAlloc(NULL, COUNT * PAGE, MEM_COMMIT, PAGE_READWRITE);

    memset(data, 'w', COUNT * PAGE);
    memset(ov, 0, sizeof ov);
    for (int i = 0; i < COUNT; i++) {
        set_offset(&ov[i], i * PAGE);
        WriteFile(h, data + i * PAGE, PAGE, NULL, &ov[i]);
    }
    CloseHandle(h);
}

static void check_written(void)
{
    HANDLE h = open_file(OPEN_EXISTING, 0);
    static char data[COUNT * PAGE];
    DWORD n = 0;

    ok(ReadFile(h, data, sizeof data, &n, NULL) && n == sizeof data, "%lu bytes", n);
    for (int i = 0; i < COUNT; i++)
        ok(data[i * PAGE] == 'w', "page %d", i);
    CloseHandle(h);
}

static void test_leave(void)
{
    STARTUPINFOW start = { .cb = sizeof start };
    PROCESS_INFORMATION info;
    WCHAR command[2 * MAX_PATH], self[MAX_PATH];

    GetModuleFileNameW(NULL, self, MAX_PATH);
    swprintf(command, 2 * MAX_PATH, L"\"%ls\" leave \"%ls\"", self, name);
    ok(CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &info), "error %lu", GetLastError());
    WaitForSingleObject(info.hProcess, INFINITE);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    check_written();
}

/* A thread that asked is gone; a completion port still tells of its request. */
static DWORD WINAPI ask(void *arg)
{
    static OVERLAPPED ov[8];
    static char *data;

    data = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE);
    for (int i = 0; i < 8; i++) {
        set_offset(&ov[i], i * PAGE);
        WriteFile(arg, data, PAGE, NULL, &ov[i]);
    }
    return 0;
}

static void test_thread_ends(void)
{
    HANDLE h = open_file(CREATE_ALWAYS, FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
    HANDLE port = CreateIoCompletionPort(h, NULL, 0, 0), thread = CreateThread(NULL, 0, ask, h, 0, NULL);
    OVERLAPPED *got;
    ULONG_PTR key;
    DWORD n;

    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    for (int i = 0; i < 8; i++)
        ok(GetQueuedCompletionStatus(port, &n, &key, &got, 5000) && n == PAGE, "error %lu", GetLastError());
    CloseHandle(h);
    CloseHandle(port);
}

TESTS
{
    if (test_argc == 3 && !strcmp(test_argv[1], "leave")) {
        MultiByteToWideChar(CP_ACP, 0, test_argv[2], -1, name, MAX_PATH);
        write_and_leave();
        return;
    }
    GetTempPathW(MAX_PATH, dir);
    swprintf(dir + wcslen(dir), 64, L"transom-overlapped-%lu", GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    swprintf(name, MAX_PATH, L"%ls\\file.bin", dir);
    test_port();
    test_unbuffered();
    test_scatter();
    test_apc();
    test_ends();
    test_hostile();
    test_modes();
    test_cancel();
    test_leave();
    test_thread_ends();
    ok(DeleteFileW(name), "error %lu", GetLastError());
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
