/* SPDX-License-Identifier: MIT */
/* Overlapped I/O, completion ports, APCs, locks, named pipes, change notification. */
#include "../test.h"

static WCHAR dir[MAX_PATH], name[MAX_PATH];

static void test_overlapped_file(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED ov = { .Offset = 10 };
    char buffer[8];
    DWORD n = 0;
    BOOL done;

    ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    done = WriteFile(h, "data", 4, NULL, &ov);
    ok(done || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 4, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    done = ReadFile(h, buffer, 8, NULL, &ov);
    ok(done || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 4 && !memcmp(buffer, "data", 4), "%lu bytes", n);
    ov.Offset = 100;
    done = ReadFile(h, buffer, 8, NULL, &ov);
    ok(!done, "read behind the end");
    if (GetLastError() == ERROR_IO_PENDING)
        ok(!GetOverlappedResult(h, &ov, &n, TRUE), "read behind the end");
    ok_int(GetLastError(), ERROR_HANDLE_EOF);
    ok(!ReadFile(h, buffer, 8, NULL, NULL) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu", GetLastError());
    CloseHandle(ov.hEvent);
    CloseHandle(h);
}

static void test_port(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    HANDLE port = CreateIoCompletionPort(h, NULL, 77, 0);
    OVERLAPPED ov = { 0 }, *got = NULL;
    ULONG_PTR key = 0;
    DWORD n = 0;
    BOOL done;

    ok(port != NULL, "error %lu", GetLastError());
    done = WriteFile(h, "12345", 5, NULL, &ov);
    ok(done || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetQueuedCompletionStatus(port, &n, &key, &got, 1000), "error %lu", GetLastError());
    ok(n == 5 && key == 77 && got == &ov, "%lu bytes, key %lu", n, (unsigned long)key);
    ok(!GetQueuedCompletionStatus(port, &n, &key, &got, 0) && GetLastError() == WAIT_TIMEOUT, "error %lu",
       GetLastError());
    ok(SetFileCompletionNotificationModes(h, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS), "error %lu", GetLastError());
    if (WriteFile(h, "12345", 5, NULL, &ov))
        ok(!GetQueuedCompletionStatus(port, &n, &key, &got, 0),
           "a packet in spite of FILE_SKIP_COMPLETION_PORT_ON_SUCCESS");
    CloseHandle(h);
    CloseHandle(port);
}

static DWORD apc_error, apc_bytes;
static OVERLAPPED *apc_overlapped;
static void CALLBACK routine(DWORD error, DWORD bytes, OVERLAPPED *ov)
{
    apc_error = error;
    apc_bytes = bytes;
    apc_overlapped = ov;
}

static void test_apc(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED ov = { 0 };

    ok(WriteFileEx(h, "abcdef", 6, &ov, routine), "error %lu", GetLastError());
    ok_int(apc_bytes, 0);
    ok_int(SleepEx(1000, TRUE), WAIT_IO_COMPLETION);
    ok(apc_bytes == 6 && apc_error == 0 && apc_overlapped == &ov, "%lu bytes", apc_bytes);
    CloseHandle(h);
}

static DWORD WINAPI unlock_later(void *arg)
{
    Sleep(50);
    return UnlockFile(arg, 0, 0, 100, 0);
}

static void test_locks(void)
{
    HANDLE a = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 3, NULL, CREATE_ALWAYS, 0, NULL);
    HANDLE b = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL), thread;
    OVERLAPPED ov = { 0 };
    char buffer[4];
    DWORD n;

    WriteFile(a, "0123456789", 10, &n, NULL);
    ok(LockFile(a, 0, 0, 100, 0), "error %lu", GetLastError());
    ok(!LockFile(b, 50, 0, 1, 0) && GetLastError() == ERROR_LOCK_VIOLATION, "error %lu", GetLastError());
    ok(LockFile(b, 100, 0, 1, 0), "error %lu", GetLastError());
    ok(!ReadFile(b, buffer, 4, &n, NULL) && GetLastError() == ERROR_LOCK_VIOLATION, "error %lu", GetLastError());
    SetFilePointer(a, 0, NULL, FILE_BEGIN);
    ok(ReadFile(a, buffer, 4, &n, NULL), "error %lu", GetLastError());
    ok(!UnlockFile(a, 0, 0, 99, 0) && GetLastError() == ERROR_NOT_LOCKED, "error %lu", GetLastError());
    thread = CreateThread(NULL, 0, unlock_later, a, 0, NULL);
    ok(LockFileEx(b, LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, &ov), "waiting for the lock: error %lu", GetLastError());
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(b); /* its locks go with it */
    ok(LockFileEx(a, LOCKFILE_FAIL_IMMEDIATELY, 0, 200, 0, &ov), "error %lu", GetLastError());
    CloseHandle(a);
}

static void test_anonymous_pipe(void)
{
    HANDLE r, w;
    char buffer[16];
    DWORD n, available;

    ok(CreatePipe(&r, &w, NULL, 0), "error %lu", GetLastError());
    ok_int(GetFileType(r), FILE_TYPE_PIPE);
    ok(WriteFile(w, "hello", 5, &n, NULL) && n == 5, "error %lu", GetLastError());
    ok(PeekNamedPipe(r, buffer, 2, &n, &available, NULL) && n == 2 && available == 5, "%lu %lu", n, available);
    ok(ReadFile(r, buffer, sizeof buffer, &n, NULL) && n == 5 && !memcmp(buffer, "hello", 5), "%lu bytes", n);
    CloseHandle(w);
    ok(!ReadFile(r, buffer, sizeof buffer, &n, NULL) && GetLastError() == ERROR_BROKEN_PIPE, "error %lu",
       GetLastError());
    ok(!PeekNamedPipe(r, NULL, 0, NULL, &available, NULL) && GetLastError() == ERROR_BROKEN_PIPE, "error %lu",
       GetLastError());
    CloseHandle(r);
    ok(CreatePipe(&r, &w, NULL, 0), "error %lu", GetLastError());
    CloseHandle(r);
    ok(!WriteFile(w, "x", 1, &n, NULL) && GetLastError() == ERROR_NO_DATA, "error %lu", GetLastError());
    CloseHandle(w);
}

static void test_named_pipe(void)
{
    static const WCHAR pipe_name[] = L"\\\\.\\pipe\\transom-test";
    HANDLE server = CreateNamedPipeW(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, NULL),
           client, second;
    OVERLAPPED ov = { 0 }, write = { 0 };
    char buffer[16];
    DWORD n, mode = PIPE_READMODE_MESSAGE;

    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok(!ConnectNamedPipe(server, &ov) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    client = CreateFileW(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 1000), WAIT_OBJECT_0);
    ok(GetOverlappedResult(server, &ov, &n, FALSE), "error %lu", GetLastError());
    second = CreateFileW(pipe_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(second == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "error %lu", GetLastError());
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());

    /* a read that waits */
    ok(!ReadFile(server, buffer, sizeof buffer, NULL, &ov) && GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(WriteFile(client, "ping", 4, &n, NULL) && n == 4, "error %lu", GetLastError());
    ok(GetOverlappedResult(server, &ov, &n, TRUE) && n == 4 && !memcmp(buffer, "ping", 4), "%lu bytes, error %lu", n,
       GetLastError());
    /* a message in two parts */
    ok(WriteFile(server, "0123456789", 10, NULL, &write) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(server, &write, &n, TRUE) && n == 10, "error %lu", GetLastError());
    ok(!ReadFile(client, buffer, 4, &n, NULL) && GetLastError() == ERROR_MORE_DATA && n == 4, "%lu bytes, error %lu", n,
       GetLastError());
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 6 && !memcmp(buffer, "456789", 6), "%lu bytes", n);
    /* cancelling */
    ok(!ReadFile(server, buffer, sizeof buffer, NULL, &ov) && GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(CancelIoEx(server, &ov), "error %lu", GetLastError());
    ok(!GetOverlappedResult(server, &ov, &n, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED, "error %lu",
       GetLastError());
    ok(!CancelIoEx(server, &ov) && GetLastError() == ERROR_NOT_FOUND, "error %lu", GetLastError());
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    ok(!ReadFile(client, buffer, 4, &n, NULL), "read after the disconnection");
    CloseHandle(client);
    CloseHandle(server);
    CloseHandle(ov.hEvent);
    client = CreateFileW(pipe_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(client == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
}

static void test_notify(void)
{
    HANDLE h = CreateFileW(dir, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                           FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    char buffer[1024] __attribute__((aligned(8)));
    FILE_NOTIFY_INFORMATION *info = (FILE_NOTIFY_INFORMATION *)buffer;
    OVERLAPPED ov = { 0 };
    DWORD n = 0;

    ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok(ReadDirectoryChangesW(h, buffer, sizeof buffer, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL),
       "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    DeleteFileW(name);
    ok(GetOverlappedResult(h, &ov, &n, TRUE), "error %lu", GetLastError());
    ok(n >= 12 && info->Action == FILE_ACTION_REMOVED, "%lu bytes, action %lu", n, info->Action);
    ok(info->FileNameLength == 16 && !wcsncmp(info->FileName, L"file.txt", 8), "%.8ls", info->FileName);
    CloseHandle(ov.hEvent);
    CloseHandle(h);
}

TESTS
{
    GetTempPathW(MAX_PATH, dir);
    swprintf(dir + wcslen(dir), 64, L"transom-async-%lu", GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    wcscpy(name, dir);
    wcscat(name, L"\\file.txt");
    test_overlapped_file();
    test_port();
    test_apc();
    test_locks();
    test_anonymous_pipe();
    test_named_pipe();
    test_notify();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
