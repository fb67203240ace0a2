/* SPDX-License-Identifier: MIT */
/* Named pipes: making, modes, state, messages, waiting. Overlapped use is in fileapi_async.c. */
#include "../test.h"

static const WCHAR name[] = L"\\\\.\\pipe\\transom-namedpipeapi";

static HANDLE server_of(DWORD open_mode, DWORD pipe_mode, DWORD instances)
{
    return CreateNamedPipeW(name, open_mode, pipe_mode, instances, 4096, 8192, 100, NULL);
}

static HANDLE client_of(DWORD access)
{
    return CreateFileW(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static void test_parameters(void)
{
    HANDLE a, b;

    ok(CreateNamedPipeW(L"transom", PIPE_ACCESS_DUPLEX, 0, 1, 0, 0, 0, NULL) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_INVALID_NAME,
       "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX, 0, 0) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX, 0, 256) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX, PIPE_READMODE_MESSAGE, 1) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu",
       GetLastError());
    ok_err(WaitNamedPipeW(name, 10), ERROR_FILE_NOT_FOUND);

    a = server_of(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, 0, 2);
    ok(a != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, 0, 2) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    b = server_of(PIPE_ACCESS_DUPLEX, 0, 2);
    ok(b != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX, 0, 2) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "error %lu",
       GetLastError());
    CloseHandle(a);
    CloseHandle(b);
}

static void test_state(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1), client;
    DWORD flags, out, in, max, state, instances, mode;
    ULONG id = 0;

    ok_int(GetFileType(server), FILE_TYPE_PIPE);
    ok(GetNamedPipeInfo(server, &flags, &out, &in, &max), "error %lu", GetLastError());
    ok_hex(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    ok(out == 4096 && in == 8192 && max == 1, "%lu %lu %lu", out, in, max);
    ok(WaitNamedPipeW(name, 100), "error %lu", GetLastError());
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    /* connected before ConnectNamedPipe: that says so */
    ok_err(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    ok_err(WaitNamedPipeW(name, 20), ERROR_SEM_TIMEOUT);
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "error %lu",
       GetLastError());
    ok(GetNamedPipeInfo(client, &flags, NULL, NULL, NULL) && flags == (PIPE_CLIENT_END | PIPE_TYPE_MESSAGE), "%lx",
       flags);
    /* a client begins in byte mode, whatever the server's */
    ok(GetNamedPipeHandleStateW(client, &state, &instances, NULL, NULL, NULL, 0), "error %lu", GetLastError());
    ok(state == 0 && instances == 1, "%lx %lu", state, instances);
    mode = PIPE_READMODE_MESSAGE;
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());
    ok(GetNamedPipeHandleStateW(client, &state, NULL, NULL, NULL, NULL, 0) && state == PIPE_READMODE_MESSAGE, "%lx",
       state);
    ok(GetNamedPipeClientProcessId(server, &id) && id == GetCurrentProcessId(), "%lu, error %lu", id, GetLastError());
    ok(GetNamedPipeServerProcessId(client, &id) && id == GetCurrentProcessId(), "%lu, error %lu", id, GetLastError());
    CloseHandle(client);
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    CloseHandle(server);
}

static void test_messages(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    HANDLE client = client_of(GENERIC_READ | GENERIC_WRITE);
    char buffer[32];
    DWORD n, available, left;

    ok(WriteFile(client, "first", 5, &n, NULL) && WriteFile(client, "second message", 14, &n, NULL), "error %lu",
       GetLastError());
    ok(PeekNamedPipe(server, buffer, 3, &n, &available, &left), "error %lu", GetLastError());
    ok(n == 3 && left == 2 && !memcmp(buffer, "fir", 3), "%lu read, %lu left", n, left);
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 5, "%lu, error %lu", n, GetLastError());
    ok_err(ReadFile(server, buffer, 6, &n, NULL), ERROR_MORE_DATA);
    ok(n == 6 && !memcmp(buffer, "second", 6), "%lu bytes", n);
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 8 && !memcmp(buffer, " message", 8), "%lu bytes", n);
    ok(PeekNamedPipe(server, NULL, 0, NULL, &available, &left) && !available && !left, "%lu available", available);
    CloseHandle(client);
    ok_err(ReadFile(server, buffer, sizeof buffer, &n, NULL), ERROR_BROKEN_PIPE);
    CloseHandle(server);
}

static DWORD WINAPI answer(void *pipe)
{
    char buffer[32];
    DWORD n;

    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return GetLastError();
    if (!ReadFile(pipe, buffer, sizeof buffer, &n, NULL))
        return GetLastError();
    for (DWORD i = 0; i < n; i++)
        buffer[i] ^= 0x20;
    return WriteFile(pipe, buffer, n, &n, NULL) ? 0 : GetLastError();
}

static void test_call(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    HANDLE thread = CreateThread(NULL, 0, answer, server, 0, NULL);
    char buffer[32];
    DWORD n = 0, code;

    ok(CallNamedPipeW(name, (void *)"Question", 8, buffer, sizeof buffer, &n, 1000), "error %lu", GetLastError());
    ok(n == 8 && !memcmp(buffer, "qUESTION", 8), "%lu bytes", n);
    WaitForSingleObject(thread, 5000);
    ok(GetExitCodeThread(thread, &code) && !code, "server's error %lu", code);
    CloseHandle(thread);
    CloseHandle(server);
}

static volatile LONG reading;

static DWORD WINAPI read_later(void *pipe)
{
    static char buffer[65536];
    DWORD n, all = 0;

    Sleep(100);
    for (reading = 1; all < 50000 && ReadFile(pipe, buffer, sizeof(buffer), &n, NULL);)
        all += n;
    return all;
}

static DWORD WINAPI close_later(void *pipe)
{
    Sleep(100);
    reading = 1;
    return CloseHandle(pipe);
}

/* "FlushFileBuffers ... does not return until all buffered written information is read by the client." */
static void test_anonymous_flush(void)
{
    static char text[50000];
    HANDLE read, write, thread;
    DWORD n;

    ok(CreatePipe(&read, &write, NULL, 100000), "error %lu", GetLastError());
    ok(FlushFileBuffers(write), "error %lu", GetLastError());
    ok(WriteFile(write, text, sizeof(text), &n, NULL), "error %lu", GetLastError());
    reading = 0;
    thread = CreateThread(NULL, 0, read_later, read, 0, NULL);
    ok(FlushFileBuffers(write), "error %lu", GetLastError());
    ok_int(reading, 1);
    WaitForSingleObject(thread, INFINITE);
    ok(GetExitCodeThread(thread, &n) && n == sizeof(text), "%lu bytes", n);
    CloseHandle(thread);
    reading = 0;
    ok(WriteFile(write, text, sizeof(text), &n, NULL), "error %lu", GetLastError());
    thread = CreateThread(NULL, 0, close_later, read, 0, NULL);
    ok(!FlushFileBuffers(write), "nobody has read it");
    ok(GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_NO_DATA, "error %lu", GetLastError());
    ok_int(reading, 1);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(write);

    /* As much fits as was asked for. */
    char *large = calloc(1, 1000000);
    ok(CreatePipe(&read, &write, NULL, 1000000), "error %lu", GetLastError());
    ok(WriteFile(write, large, 1000000, &n, NULL) && n == 1000000, "%lu bytes", n);
    free(large);
    CloseHandle(read);
    CloseHandle(write);
}

static void test_anonymous(void)
{
    SECURITY_ATTRIBUTES security = { sizeof security, NULL, TRUE };
    HANDLE read, write;
    DWORD flags = 0;

    ok(CreatePipe(&read, &write, &security, 0), "error %lu", GetLastError());
    ok(GetHandleInformation(read, &flags) && flags == HANDLE_FLAG_INHERIT, "%lx", flags);
    ok(GetHandleInformation(write, &flags) && flags == HANDLE_FLAG_INHERIT, "%lx", flags);
    ok_err(ReadFile(write, &flags, 1, &flags, NULL), ERROR_ACCESS_DENIED);
    ok_err(WriteFile(read, "x", 1, &flags, NULL), ERROR_ACCESS_DENIED);
    CloseHandle(read);
    CloseHandle(write);
}

TESTS
{
    test_parameters();
    test_state();
    test_messages();
    test_call();
    test_anonymous();
    test_anonymous_flush();
}
