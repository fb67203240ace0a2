/* SPDX-License-Identifier: MIT */
/* Named pipes: what each state of an instance and its client answers, in blocking and non-blocking mode; access; quotas. */
#include "../test.h"

static const WCHAR name[] = L"\\\\.\\pipe\\transom-namedpipeapi-status";

static HANDLE server_of(DWORD open_mode, DWORD pipe_mode, DWORD instances)
{
    return CreateNamedPipeW(name, open_mode, pipe_mode, instances, 4096, 4096, 100, NULL);
}

static HANDLE client_of(DWORD access)
{
    return CreateFileW(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static void test_server_states(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), client;
    char buffer[16];
    DWORD n;

    ok_err(ReadFile(server, buffer, 1, &n, NULL), ERROR_PIPE_LISTENING);
    ok_err(WriteFile(server, "x", 1, &n, NULL), ERROR_PIPE_LISTENING);
    ok_err(PeekNamedPipe(server, NULL, 0, NULL, &n, NULL), ERROR_BAD_PIPE);
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_err(DisconnectNamedPipe(client), ERROR_INVALID_FUNCTION);
    ok_err(ConnectNamedPipe(client, NULL), ERROR_INVALID_FUNCTION);

    /* a client that has gone: what it wrote is there, then the end */
    ok(WriteFile(client, "abc", 3, &n, NULL), "error %lu", GetLastError());
    CloseHandle(client);
    ok_err(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    ok_err(WriteFile(server, "x", 1, &n, NULL), ERROR_NO_DATA);
    ok(PeekNamedPipe(server, NULL, 0, NULL, &n, NULL) && n == 3, "%lu bytes, error %lu", n, GetLastError());
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 3, "%lu bytes, error %lu", n, GetLastError());
    ok_err(ReadFile(server, buffer, sizeof buffer, &n, NULL), ERROR_BROKEN_PIPE);
    ok_err(PeekNamedPipe(server, NULL, 0, NULL, &n, NULL), ERROR_BROKEN_PIPE);
    /* "the pipe must be disconnected from the previous client" before another one can come */
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "error %lu",
       GetLastError());

    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    ok_err(DisconnectNamedPipe(server), ERROR_PIPE_NOT_CONNECTED);
    ok_err(ReadFile(server, buffer, 1, &n, NULL), ERROR_PIPE_NOT_CONNECTED);
    ok_err(WriteFile(server, "x", 1, &n, NULL), ERROR_PIPE_NOT_CONNECTED);
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "error %lu",
       GetLastError());
    CloseHandle(server);
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu",
       GetLastError());
}

/* DisconnectNamedPipe: "any unread data in the pipe is discarded", and the client's handle is of no more use. */
static void test_disconnect(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1);
    HANDLE client = client_of(GENERIC_READ | GENERIC_WRITE);
    char buffer[16];
    DWORD n;

    ok(WriteFile(server, "lost", 4, &n, NULL), "error %lu", GetLastError());
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    ok_err(ReadFile(client, buffer, sizeof buffer, &n, NULL), ERROR_PIPE_NOT_CONNECTED);
    ok_err(WriteFile(client, "x", 1, &n, NULL), ERROR_PIPE_NOT_CONNECTED);
    ok_err(PeekNamedPipe(client, NULL, 0, NULL, &n, NULL), ERROR_PIPE_NOT_CONNECTED);
    CloseHandle(client);
    CloseHandle(server);

    /* a server's handle closed: what it wrote can be read */
    server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1);
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok(WriteFile(server, "kept", 4, &n, NULL), "error %lu", GetLastError());
    CloseHandle(server);
    ok(ReadFile(client, buffer, sizeof buffer, &n, NULL) && n == 4, "%lu bytes, error %lu", n, GetLastError());
    ok_err(ReadFile(client, buffer, sizeof buffer, &n, NULL), ERROR_BROKEN_PIPE);
    ok_err(WriteFile(client, "x", 1, &n, NULL), ERROR_NO_DATA);
    CloseHandle(client);
}

/* "In nonblocking mode, ConnectNamedPipe returns a nonzero value the first time it is called for a pipe instance that is
 * disconnected from a previous client. ... In all other situations it returns zero" (ConnectNamedPipe). */
static void test_nowait(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT, 1), client;
    char buffer[8192] = { 0 };
    DWORD n = 7, total = 0, mode = PIPE_NOWAIT;

    ok_err(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok_err(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    ok_err(ReadFile(server, buffer, sizeof buffer, &n, NULL), ERROR_NO_DATA);
    ok_int(n, 0);
    /* what does not fit is not written */
    for (;;) {
        ok(WriteFile(server, buffer, 1000, &n, NULL), "error %lu", GetLastError());
        if (!n)
            break;
        total += n;
        if (total > 1 << 20)
            break;
    }
    ok(total >= 4096 && total <= 1 << 20, "%lu bytes fit", total);
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());
    while (total && ReadFile(client, buffer, sizeof buffer, &n, NULL))
        total -= n;
    ok(!total, "%lu bytes are missing, error %lu", total, GetLastError());
    ok_err(ReadFile(client, buffer, sizeof buffer, &n, NULL), ERROR_NO_DATA);
    CloseHandle(client);
    ok_err(ReadFile(server, buffer, 1, &n, NULL), ERROR_BROKEN_PIPE);
    ok_err(WriteFile(server, buffer, 1, &n, NULL), ERROR_NO_DATA);
    ok_err(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    ok(ConnectNamedPipe(server, NULL), "error %lu", GetLastError());
    ok_err(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    CloseHandle(server);

    /* a message goes whole or not at all */
    server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_NOWAIT, 1);
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok(WriteFile(server, buffer, 3000, &n, NULL) && n == 3000, "%lu bytes, error %lu", n, GetLastError());
    ok(WriteFile(server, buffer, 3000, &n, NULL) && !n, "%lu bytes, error %lu", n, GetLastError());
    ok(PeekNamedPipe(client, NULL, 0, NULL, &n, NULL) && n == 3000, "%lu bytes", n);
    CloseHandle(client);
    CloseHandle(server);
}

static void test_directions(void)
{
    HANDLE server = server_of(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1), client;
    char byte;
    DWORD n;

    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    ok(client_of(GENERIC_READ | GENERIC_WRITE) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    client = client_of(GENERIC_WRITE);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_err(WriteFile(server, "x", 1, &n, NULL), ERROR_ACCESS_DENIED);
    ok_err(ReadFile(client, &byte, 1, &n, NULL), ERROR_ACCESS_DENIED);
    ok(WriteFile(client, "x", 1, &n, NULL) && ReadFile(server, &byte, 1, &n, NULL) && byte == 'x', "error %lu",
       GetLastError());
    CloseHandle(client);
    CloseHandle(server);
    server = server_of(PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE, 2);
    ok(client_of(GENERIC_WRITE) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    /* all instances are of one kind */
    ok(server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    ok(server_of(PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 2) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    CloseHandle(server);
}

/* A descriptor that gives nobody anything: no client, and no further instance. */
static void test_security(void)
{
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_ATTRIBUTES security = { sizeof security, &descriptor, FALSE };
    ACL acl;
    HANDLE server;

    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    InitializeAcl(&acl, sizeof acl, ACL_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, &acl, FALSE);
    server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, 0, 2, 0, 0, 0, &security);
    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(client_of(GENERIC_READ) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    ok(server_of(PIPE_ACCESS_DUPLEX, 0, 2) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    CloseHandle(server);
    /* a NULL list lets everybody */
    SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE);
    server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, 0, 2, 0, 0, 0, &security);
    HANDLE client = client_of(GENERIC_READ);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(client);
    CloseHandle(server);
}

struct job {
    HANDLE pipe;
    DWORD size, done, error;
    LONG over;
};

static DWORD WINAPI write_all(void *argument)
{
    struct job *job = argument;
    char *data = calloc(1, job->size);

    job->error = WriteFile(job->pipe, data, job->size, &job->done, NULL) ? 0 : GetLastError();
    InterlockedExchange(&job->over, 1);
    free(data);
    return 0;
}

static DWORD WINAPI flush(void *argument)
{
    struct job *job = argument;

    job->error = FlushFileBuffers(job->pipe) ? 0 : GetLastError();
    InterlockedExchange(&job->over, 1);
    return 0;
}

/* "The write operation will block until the data is read from the pipe so that the additional buffer quota can be
 * released" (CreateNamedPipe); all that was written can be seen meanwhile. */
static void test_quota(void)
{
    static const DWORD quotas[] = { 0, 4096 };

    for (int i = 0; i < 2; i++) {
        HANDLE server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, quotas[i], quotas[i], 0, NULL);
        HANDLE client = client_of(GENERIC_READ | GENERIC_WRITE);
        struct job job = { server, 50000, 0, 0, 0 };
        HANDLE thread = CreateThread(NULL, 0, write_all, &job, 0, NULL);
        char *data = malloc(job.size);
        DWORD n = 0, total = 0;

        ok(WaitForSingleObject(thread, 50) == WAIT_TIMEOUT && !job.over, "a write of %lu bytes is over", job.size);
        ok(ReadFile(client, data, 1000, &n, NULL) && n == 1000, "%lu bytes, error %lu", n, GetLastError());
        total = n;
        ok(!job.over, "a write of %lu bytes is over", job.size);
        while (total < job.size && ReadFile(client, data, job.size, &n, NULL))
            total += n;
        ok(total == job.size, "%lu bytes of %lu", total, job.size);
        ok(!WaitForSingleObject(thread, 5000) && !job.error && job.done == job.size, "%lu bytes, error %lu", job.done,
           job.error);
        CloseHandle(thread);

        /* a blocked write ends with the reader */
        job.over = 0;
        thread = CreateThread(NULL, 0, write_all, &job, 0, NULL);
        Sleep(20);
        CloseHandle(client);
        ok(!WaitForSingleObject(thread, 5000) && job.error == ERROR_BROKEN_PIPE, "error %lu", job.error);
        CloseHandle(thread);
        CloseHandle(server);
        free(data);
    }
}

/* "The function does not return until the client has read all buffered information" (FlushFileBuffers). */
static void test_flush(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    HANDLE client = client_of(GENERIC_READ | GENERIC_WRITE), thread;
    struct job job = { server, 0, 0, 0, 0 };
    char buffer[16];
    DWORD n;

    ok(FlushFileBuffers(server), "error %lu", GetLastError());
    ok(WriteFile(server, "first", 5, &n, NULL) && WriteFile(server, "second", 6, &n, NULL), "error %lu",
       GetLastError());
    thread = CreateThread(NULL, 0, flush, &job, 0, NULL);
    ok(WaitForSingleObject(thread, 50) == WAIT_TIMEOUT, "flushed while nothing was read");
    ok(ReadFile(client, buffer, 5, &n, NULL), "error %lu", GetLastError());
    ok(WaitForSingleObject(thread, 50) == WAIT_TIMEOUT, "flushed while something was left");
    ok(ReadFile(client, buffer, 6, &n, NULL), "error %lu", GetLastError());
    ok(!WaitForSingleObject(thread, 5000) && !job.error, "error %lu", job.error);
    CloseHandle(thread);

    /* and ends when nobody can read it any more */
    ok(WriteFile(server, "third", 5, &n, NULL), "error %lu", GetLastError());
    thread = CreateThread(NULL, 0, flush, &job, 0, NULL);
    Sleep(20);
    CloseHandle(client);
    ok(!WaitForSingleObject(thread, 5000) && job.error, "error %lu", job.error);
    CloseHandle(thread);
    CloseHandle(server);
}

static DWORD WINAPI wait_for(void *argument)
{
    (void)argument;
    return WaitNamedPipeW(name, 5000) ? 0 : GetLastError();
}

static void test_wait(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), client, thread;
    DWORD code;

    client = client_of(GENERIC_READ);
    /* the default is the server's: 100 ms */
    ok_err(WaitNamedPipeW(name, NMPWAIT_USE_DEFAULT_WAIT), ERROR_SEM_TIMEOUT);
    thread = CreateThread(NULL, 0, wait_for, NULL, 0, NULL);
    Sleep(20);
    CloseHandle(client);
    DisconnectNamedPipe(server);
    HANDLE second = CreateThread(NULL, 0, wait_for, NULL, 0, NULL);
    OVERLAPPED none = { 0 };
    (void)none;
    DWORD mode = PIPE_NOWAIT;
    ok(SetNamedPipeHandleState(server, &mode, NULL, NULL), "error %lu", GetLastError());
    ok(ConnectNamedPipe(server, NULL), "error %lu", GetLastError());
    ok(!WaitForSingleObject(thread, 5000) && GetExitCodeThread(thread, &code) && !code, "error %lu", code);
    ok(!WaitForSingleObject(second, 5000) && GetExitCodeThread(second, &code) && !code, "error %lu", code);
    CloseHandle(thread);
    CloseHandle(second);
    CloseHandle(server);
}

static void test_information(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 3), more, client;
    WCHAR computer[64], wide[64];
    DWORD state, instances, n;
    ULONG id;

    more = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 3);
    ok(GetNamedPipeHandleStateW(server, &state, &instances, NULL, NULL, NULL, 0) && state == PIPE_READMODE_MESSAGE &&
           instances == 2,
       "%lx, %lu", state, instances);
    CloseHandle(more);
    client = client_of(GENERIC_READ | GENERIC_WRITE);
    ok_err(GetNamedPipeClientComputerNameW(server, computer, sizeof computer), ERROR_PIPE_LOCAL);
    ok(GetNamedPipeClientSessionId(server, &id) && GetNamedPipeServerSessionId(client, &id), "error %lu",
       GetLastError());
    ok_err(GetNamedPipeHandleStateW(server, NULL, NULL, &n, NULL, NULL, 0), ERROR_INVALID_PARAMETER);
    ok(WriteFile(client, "x", 1, &n, NULL) && ReadFile(server, computer, 1, &n, NULL), "error %lu", GetLastError());
    ok(ImpersonateNamedPipeClient(server), "error %lu", GetLastError());
    ok(RevertToSelf(), "error %lu", GetLastError());
    ok_err(ImpersonateNamedPipeClient(client), ERROR_INVALID_FUNCTION);
    n = ARRAYSIZE(computer);
    ok(GetUserNameW(computer, &n), "error %lu", GetLastError());
    ok(GetNamedPipeHandleStateW(server, NULL, NULL, NULL, NULL, wide, ARRAYSIZE(wide)) && !wcscmp(wide, computer),
       "%ls, not %ls, error %lu", wide, computer, GetLastError());
    ok(!GetNamedPipeHandleStateW(client, NULL, NULL, NULL, NULL, wide, ARRAYSIZE(wide)), "a client knows a client");
    ok_int(GetFileType(client), FILE_TYPE_PIPE);
    CloseHandle(client);
    CloseHandle(server);
}

/* FindFirstFile lists the pipes: as sizes, how many instances there are. */
static void test_list(void)
{
    HANDLE server = server_of(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3), more = server_of(PIPE_ACCESS_DUPLEX, 0, 3);
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(L"\\\\.\\pipe\\*", &data);
    int found = 0;

    ok(find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    do {
        if (!wcscmp(data.cFileName, L"transom-namedpipeapi-status")) {
            found++;
            ok(data.nFileSizeLow == 2, "%lu instances", data.nFileSizeLow);
        }
    } while (FindNextFileW(find, &data));
    ok(GetLastError() == ERROR_NO_MORE_FILES, "error %lu", GetLastError());
    ok_int(found, 1);
    FindClose(find);
    find = FindFirstFileW(L"\\\\.\\pipe\\transom-namedpipeapi-s?atus", &data);
    ok(find != INVALID_HANDLE_VALUE && !FindNextFileW(find, &data) && GetLastError() == ERROR_NO_MORE_FILES,
       "error %lu", GetLastError());
    FindClose(find);
    /* a look at the name, as programs look whether a server is there, takes no instance */
    ok(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, "error %lu", GetLastError());
    ok(GetFileAttributesW(L"\\\\.\\pipe\\transom-no-such-pipe") == INVALID_FILE_ATTRIBUTES &&
           GetLastError() == ERROR_FILE_NOT_FOUND,
       "error %lu", GetLastError());
    CloseHandle(server);
    CloseHandle(more);
}

TESTS
{
    test_list();
    test_server_states();
    test_disconnect();
    test_nowait();
    test_directions();
    test_security();
    test_quota();
    test_flush();
    test_wait();
    test_information();
}
