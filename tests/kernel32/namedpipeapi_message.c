/* SPDX-License-Identifier: MIT */
/* Named pipes: messages and their bounds, zero-length ones, large ones; overlapped requests and their cancelling. */
#include "../test.h"

#define BIG 1000000

static const WCHAR name[] = L"\\\\.\\pipe\\transom-namedpipeapi-message";
static HANDLE server, client;

static void make_pair(DWORD flags, DWORD type)
{
    DWORD mode = type & PIPE_TYPE_MESSAGE ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;

    server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | flags, type | mode, 1, 4096, 4096, 100, NULL);
    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());
}

static void close_pair(void)
{
    CloseHandle(client);
    CloseHandle(server);
}

static void test_bounds(void)
{
    char buffer[64];
    DWORD n, mode = PIPE_READMODE_BYTE, available, left;

    make_pair(0, PIPE_TYPE_MESSAGE);
    ok(WriteFile(server, "one", 3, &n, NULL) && WriteFile(server, "", 0, &n, NULL) && n == 0 &&
           WriteFile(server, "three", 5, &n, NULL),
       "error %lu", GetLastError());
    ok(PeekNamedPipe(client, buffer, sizeof buffer, &n, &available, &left) && n == 3 && available == 8 && !left,
       "%lu of %lu, %lu left", n, available, left);
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 3, "%lu bytes, error %lu", n, GetLastError());
    /* "If ReadFile returns TRUE with 0 bytes, the other end called WriteFile with zero bytes" */
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 0, "%lu bytes, error %lu", n, GetLastError());
    ok_err(ReadFile(client, buffer, 0, &n, NULL), ERROR_MORE_DATA);
    ok_err(ReadFile(client, buffer, 2, &n, NULL), ERROR_MORE_DATA);
    ok(n == 2 && !memcmp(buffer, "th", 2), "%lu bytes", n);
    ok(PeekNamedPipe(client, buffer, 1, &n, &available, &left) && n == 1 && available == 3 && left == 2,
       "%lu of %lu, %lu left", n, available, left);
    ok(ReadFile(client, buffer, 3, &n, NULL) && n == 3 && !memcmp(buffer, "ree", 3), "%lu bytes, error %lu", n,
       GetLastError());

    /* read as bytes, messages run together */
    ok(WriteFile(server, "one", 3, &n, NULL) && WriteFile(server, "two", 3, &n, NULL), "error %lu", GetLastError());
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());
    ok(ReadFile(client, buffer, 4, &n, NULL) && n == 4 && !memcmp(buffer, "onet", 4), "%lu bytes", n);
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 2, "%lu bytes", n);
    close_pair();

    /* pipes of bytes tell of an empty write too */
    make_pair(0, PIPE_TYPE_BYTE);
    ok(WriteFile(server, "a", 1, &n, NULL) && WriteFile(server, "", 0, &n, NULL) && WriteFile(server, "b", 1, &n, NULL),
       "error %lu", GetLastError());
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 1, "%lu bytes", n);
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 0, "%lu bytes", n);
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 1, "%lu bytes", n);
    mode = PIPE_READMODE_MESSAGE;
    ok_err(SetNamedPipeHandleState(client, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(TransactNamedPipe(client, buffer, 1, buffer, 1, &n, NULL), ERROR_BAD_PIPE);
    close_pair();
}

static DWORD WINAPI write_big(void *data)
{
    DWORD n;

    return WriteFile(server, data, BIG, &n, NULL) && n == BIG && WriteFile(server, "end", 3, &n, NULL) ? 0
                                                                                                       : GetLastError();
}

static void test_big(void)
{
    unsigned char *data = malloc(BIG), *got = malloc(BIG);
    DWORD n = 0, total = 0, code;
    char end[8];

    for (int i = 0; i < BIG; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    make_pair(0, PIPE_TYPE_MESSAGE);
    for (int way = 0; way < 2; way++) {
        HANDLE thread = CreateThread(NULL, 0, write_big, data, 0, NULL);
        memset(got, 0, BIG);
        if (way == 0) { /* in one read */
            ok(ReadFile(client, got, BIG, &n, NULL) && n == BIG, "%lu bytes, error %lu", n, GetLastError());
        } else { /* in pieces */
            for (total = 0; total < BIG; total += n)
                if (!ReadFile(client, got + total, 77777, &n, NULL) && GetLastError() != ERROR_MORE_DATA)
                    break;
            ok(total == BIG, "%lu bytes, error %lu", total, GetLastError());
        }
        ok(!memcmp(data, got, BIG), "the message is another one");
        ok(ReadFile(client, end, sizeof end, &n, NULL) && n == 3, "%lu bytes, error %lu", n, GetLastError());
        ok(!WaitForSingleObject(thread, 5000) && GetExitCodeThread(thread, &code) && !code, "error %lu", code);
        CloseHandle(thread);
    }
    close_pair();
    free(data);
    free(got);
}

/* Many small messages fit into a buffer that has room for them. */
static void test_many(void)
{
    DWORD n;
    char byte;
    int i;

    make_pair(0, PIPE_TYPE_MESSAGE);
    for (i = 0; i < 4096; i++)
        if (!WriteFile(server, "x", 1, &n, NULL))
            break;
    ok(i == 4096, "%d messages, error %lu", i, GetLastError());
    for (i = 0; i < 4096; i++)
        if (!ReadFile(client, &byte, 1, &n, NULL) || n != 1)
            break;
    ok(i == 4096, "%d messages, error %lu", i, GetLastError());
    close_pair();
}

static int apcs;

static void WINAPI apc(DWORD error, DWORD bytes, OVERLAPPED *overlapped)
{
    ok(!error && bytes == 3, "error %lu, %lu bytes", error, bytes);
    overlapped->hEvent = (HANDLE)1;
    apcs++;
}

static void test_overlapped(void)
{
    OVERLAPPED read = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) }, write = { 0 }, wait = { 0 }, *done;
    char buffer[16], *big = calloc(1, 300000);
    DWORD n, got;
    ULONG_PTR key;

    make_pair(FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE);
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &read), ERROR_IO_PENDING);
    ok_err(GetOverlappedResult(client, &read, &n, FALSE), ERROR_IO_INCOMPLETE);
    ok(WriteFile(server, "abc", 3, &n, &write) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(client, &read, &n, TRUE) && n == 3, "%lu bytes, error %lu", n, GetLastError());

    /* two reads are answered in order */
    OVERLAPPED second = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    char more[16];
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &read), ERROR_IO_PENDING);
    ok_err(ReadFile(client, more, sizeof more, NULL, &second), ERROR_IO_PENDING);
    WriteFile(server, "1", 1, &n, &write);
    WriteFile(server, "22", 2, &n, &wait);
    ok(GetOverlappedResult(client, &read, &n, TRUE) && n == 1, "%lu bytes", n);
    ok(GetOverlappedResult(client, &second, &n, TRUE) && n == 2, "%lu bytes", n);

    /* APCs */
    second.hEvent = NULL;
    ok(ReadFileEx(client, buffer, sizeof buffer, &second, apc), "error %lu", GetLastError());
    WriteFile(server, "abc", 3, &n, &write);
    ok(SleepEx(5000, TRUE) == WAIT_IO_COMPLETION && apcs == 1, "%d APCs", apcs);

    /* a message in two parts: ERROR_MORE_DATA comes with the first one */
    ok_err(ReadFile(client, buffer, 2, NULL, &read), ERROR_IO_PENDING);
    WriteFile(server, "abc", 3, &n, &write);
    ok_err(GetOverlappedResult(client, &read, &n, TRUE), ERROR_MORE_DATA);
    ok_int(n, 2);
    ok(ReadFile(client, buffer, 2, &n, &read) && n == 1, "%lu bytes, error %lu", n, GetLastError());

    /* cancelling: one, all, those of a thread */
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &read), ERROR_IO_PENDING);
    ok(CancelIoEx(client, &read), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(client, &read, &n, TRUE), ERROR_OPERATION_ABORTED);
    ok_err(CancelIoEx(client, &read), ERROR_NOT_FOUND);
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &read), ERROR_IO_PENDING);
    ok(CancelIo(client), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(client, &read, &n, TRUE), ERROR_OPERATION_ABORTED);
    /* what was cancelled takes no data */
    WriteFile(server, "abc", 3, &n, &write);
    ok(ReadFile(client, buffer, sizeof buffer, &n, &read) && n == 3, "%lu bytes, error %lu", n, GetLastError());

    /* a large message, there when it has been read */
    OVERLAPPED large = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    ok_err(WriteFile(server, big, 300000, NULL, &large), ERROR_IO_PENDING);
    ok_err(ReadFile(client, buffer, 16, &n, &read), ERROR_MORE_DATA);
    ok_err(GetOverlappedResult(server, &large, &n, FALSE), ERROR_IO_INCOMPLETE);
    ok(ReadFile(client, big, 300000, NULL, &read) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(GetOverlappedResult(client, &read, &n, TRUE) && n == 300000 - 16, "%lu bytes, error %lu", n, GetLastError());
    ok(GetOverlappedResult(server, &large, &n, TRUE) && n == 300000, "%lu bytes, error %lu", n, GetLastError());

    /* a transaction */
    ok_err(TransactNamedPipe(client, "ask", 3, buffer, sizeof buffer, NULL, &read), ERROR_IO_PENDING);
    char question[8];
    ok(ReadFile(server, question, sizeof question, &n, &large) && n == 3, "%lu bytes, error %lu", n, GetLastError());
    ok(WriteFile(server, "answer", 6, &n, &large), "error %lu", GetLastError());
    ok(GetOverlappedResult(client, &read, &n, TRUE) && n == 6, "%lu bytes, error %lu", n, GetLastError());

    /* a port */
    HANDLE port = CreateIoCompletionPort(client, NULL, 7, 0);
    OVERLAPPED plain = { 0 };
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &plain), ERROR_IO_PENDING);
    WriteFile(server, "abc", 3, &n, &write);
    ok(GetQueuedCompletionStatus(port, &got, &key, &done, 5000) && got == 3 && key == 7 && done == &plain,
       "%lu bytes, key %lu, error %lu", got, (unsigned long)key, GetLastError());
    /* the other end goes */
    ok_err(ReadFile(client, buffer, sizeof buffer, NULL, &plain), ERROR_IO_PENDING);
    CloseHandle(server);
    ok_err(GetQueuedCompletionStatus(port, &got, &key, &done, 5000), ERROR_BROKEN_PIPE);
    ok(done == &plain, "another request");
    CloseHandle(client);
    CloseHandle(port);
    CloseHandle(read.hEvent);
    CloseHandle(large.hEvent);
    free(big);
}

/* A pending ConnectNamedPipe: ends with a client, by cancelling, by disconnecting. */
static void test_connect(void)
{
    OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    DWORD n;

    server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
    ok_err(ConnectNamedPipe(server, &o), ERROR_IO_PENDING);
    ok(CancelIo(server), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(server, &o, &n, TRUE), ERROR_OPERATION_ABORTED);
    ok_err(ConnectNamedPipe(server, &o), ERROR_IO_PENDING);
    client = CreateFileW(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetOverlappedResult(server, &o, &n, TRUE), "error %lu", GetLastError());
    CloseHandle(client);
    /* a read that waits ends with DisconnectNamedPipe */
    DisconnectNamedPipe(server);
    ok_err(ConnectNamedPipe(server, &o), ERROR_IO_PENDING);
    client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetOverlappedResult(server, &o, &n, TRUE), "error %lu", GetLastError());
    ok_err(ReadFile(server, &n, 1, NULL, &o), ERROR_IO_PENDING);
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(server, &o, &n, TRUE), ERROR_PIPE_NOT_CONNECTED);
    close_pair();
    CloseHandle(o.hEvent);
}

static DWORD WINAPI read_one(void *handle)
{
    char byte;
    DWORD n;

    return ReadFile(handle, &byte, 1, &n, NULL) ? 0 : GetLastError();
}

static DWORD WINAPI connect_one(void *handle)
{
    return ConnectNamedPipe(handle, NULL) ? 0 : GetLastError();
}

static void cancel(DWORD(WINAPI *routine)(void *), HANDLE handle)
{
    HANDLE thread = CreateThread(NULL, 0, routine, handle, 0, NULL);
    DWORD code = 0;
    int tries = 0;

    while (!CancelSynchronousIo(thread) && GetLastError() == ERROR_NOT_FOUND && tries++ < 1000)
        Sleep(1);
    ok(tries < 1000, "nothing to cancel");
    ok(!WaitForSingleObject(thread, 5000) && GetExitCodeThread(thread, &code) && code == ERROR_OPERATION_ABORTED,
       "error %lu", code);
    ok_err(CancelSynchronousIo(thread), ERROR_NOT_FOUND);
    CloseHandle(thread);
}

static void test_cancel_synchronous(void)
{
    HANDLE read, write;

    make_pair(0, PIPE_TYPE_BYTE);
    cancel(read_one, client);
    DisconnectNamedPipe(server);
    CloseHandle(client);
    cancel(connect_one, server);
    CloseHandle(server);
    ok(CreatePipe(&read, &write, NULL, 0), "error %lu", GetLastError());
    cancel(read_one, read);
    CloseHandle(read);
    CloseHandle(write);
}

static HANDLE thread_event;

static DWORD WINAPI start_read(void *overlapped)
{
    static char byte;

    ReadFile(server, &byte, 1, NULL, overlapped);
    return GetLastError();
}

/* "All pending I/O operations of a thread are cancelled when it exits" (CancelIo, ExitThread), unless a port tells. */
static void test_thread_exit(void)
{
    OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    HANDLE thread;
    DWORD n;

    make_pair(FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE);
    thread = CreateThread(NULL, 0, start_read, &o, 0, NULL);
    WaitForSingleObject(thread, 5000);
    ok(!WaitForSingleObject(o.hEvent, 2000), "the request still waits");
    ok_err(GetOverlappedResult(server, &o, &n, FALSE), ERROR_OPERATION_ABORTED);
    CloseHandle(thread);
    CloseHandle(o.hEvent);
    close_pair();
    (void)thread_event;
}

TESTS
{
    test_bounds();
    test_big();
    test_many();
    test_overlapped();
    test_connect();
    test_cancel_synchronous();
    test_thread_exit();
}
