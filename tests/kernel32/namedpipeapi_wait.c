/* SPDX-License-Identifier: MIT */
/*
 * What ends the wait of a thread for its own overlapped read: data, before it and during it, also after it has timed out;
 * cancelling, the other end's closing, its process's death; an APC, after which the read goes on.
 */
#include "../test.h"

#define ROUNDS 500

static char name[64];
static HANDLE server, client;
static OVERLAPPED o;
static char buffer[64];
static DWORD n;

static void open_pipe(void)
{
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
}

static void begin_read(void)
{
    memset(buffer, 0, sizeof(buffer));
    ok_err(ReadFile(server, buffer, sizeof(buffer), &n, &o), ERROR_IO_PENDING);
}

static void expect(const char *text)
{
    ok(GetOverlappedResult(server, &o, &n, FALSE) && n == strlen(text) && !memcmp(buffer, text, n),
       "%lu bytes, error %lu", n, GetLastError());
}

static void send_text(const char *text)
{
    DWORD written;
    ok(WriteFile(client, text, (DWORD)strlen(text), &written, NULL) && written == strlen(text), "error %lu",
       GetLastError());
}

enum act { SEND, CANCEL, CLOSE, APC };

static void CALLBACK apc(ULONG_PTR count)
{
    ++*(int *)count;
}

static HANDLE waiter;
static int apcs;

static DWORD CALLBACK act(void *what)
{
    Sleep(30);
    switch ((enum act)(ULONG_PTR)what) {
    case SEND:
        send_text("sent");
        break;
    case CANCEL:
        ok(CancelIoEx(server, &o), "error %lu", GetLastError());
        break;
    case CLOSE:
        CloseHandle(client);
        break;
    case APC:
        ok(QueueUserAPC(apc, waiter, (ULONG_PTR)&apcs), "error %lu", GetLastError());
        break;
    }
    return 0;
}

static DWORD wait_while(enum act what, HANDLE object, BOOL alertable)
{
    HANDLE thread = CreateThread(NULL, 0, act, (void *)(ULONG_PTR)what, 0, NULL);
    DWORD result = WaitForSingleObjectEx(object, 5000, alertable);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return result;
}

static void test_data(HANDLE object)
{
    begin_read();
    send_text("before");
    ok(WaitForSingleObject(object, 5000) == WAIT_OBJECT_0, "not signalled");
    expect("before");
    begin_read();
    ok(wait_while(SEND, object, FALSE) == WAIT_OBJECT_0, "not signalled");
    expect("sent");
    /* The wait is given up, the read is not. */
    begin_read();
    ok(WaitForSingleObject(object, 20) == WAIT_TIMEOUT, "signalled");
    send_text("later");
    for (int i = 0; i < 500 && !HasOverlappedIoCompleted(&o); i++)
        Sleep(10);
    ok(HasOverlappedIoCompleted(&o), "nobody completed it");
    ok(WaitForSingleObject(object, 0) == WAIT_OBJECT_0, "not signalled");
    expect("later");
}

static void test_interruptions(void)
{
    begin_read();
    ok(wait_while(CANCEL, o.hEvent, FALSE) == WAIT_OBJECT_0, "not signalled");
    ok_err(GetOverlappedResult(server, &o, &n, FALSE), ERROR_OPERATION_ABORTED);
    begin_read();
    ok(wait_while(APC, o.hEvent, TRUE) == WAIT_IO_COMPLETION && apcs == 1, "%d APCs", apcs);
    ok(wait_while(SEND, o.hEvent, FALSE) == WAIT_OBJECT_0, "not signalled");
    expect("sent");
}

static void test_close(void)
{
    begin_read();
    ok(wait_while(CLOSE, o.hEvent, FALSE) == WAIT_OBJECT_0, "not signalled");
    ok_err(GetOverlappedResult(server, &o, &n, FALSE), ERROR_BROKEN_PIPE);
    CloseHandle(server);
}

/* The child writes once and ends in the middle of the second wait, without closing anything. */
static void test_death(const char *self)
{
    char line[MAX_PATH + 32];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;

    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, NULL);
    snprintf(line, sizeof(line), "\"%s\" %s", self, name);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process), "error %lu", GetLastError());
    if (!ConnectNamedPipe(server, &o) && GetLastError() == ERROR_IO_PENDING)
        GetOverlappedResult(server, &o, &n, TRUE);
    if (ReadFile(server, buffer, sizeof(buffer), &n, &o) || GetLastError() == ERROR_IO_PENDING)
        ok(WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0, "not signalled");
    expect("child");
    begin_read();
    ok(WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0, "not signalled");
    ok_err(GetOverlappedResult(server, &o, &n, FALSE), ERROR_BROKEN_PIPE);
    CloseHandle(server);
    WaitForSingleObject(process.hProcess, INFINITE);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
}

static DWORD CALLBACK answer(void *unused)
{
    char text[16];
    DWORD size, written;
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        if (!ReadFile(client, text, sizeof(text), &size, NULL))
            return 1;
        if (i % 16 == 0)
            Sleep(1); /* about when the other thread gives up */
        if (!WriteFile(client, text, size, &written, NULL))
            return 1;
    }
    return 0;
}

/* Waits that time out at all moments: no answer is lost. */
static void test_races(void)
{
    HANDLE thread = CreateThread(NULL, 0, answer, NULL, 0, NULL);
    int lost = 0;

    for (int i = 0; i < ROUNDS; i++) {
        OVERLAPPED out = { 0 };
        ok(WriteFile(server, &i, sizeof(i), &n, &out) || GetLastError() == ERROR_IO_PENDING, "error %lu",
           GetLastError());
        int got = -1;
        if (!ReadFile(server, &got, sizeof(got), &n, &o) && GetLastError() != ERROR_IO_PENDING)
            break;
        DWORD waited;
        for (int tries = 0; (waited = WaitForSingleObject(o.hEvent, 1)) == WAIT_TIMEOUT && tries < 5000; tries++)
            ;
        lost += waited != WAIT_OBJECT_0 || got != i;
    }
    ok(!lost, "%d answers lost", lost);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static void child(void)
{
    DWORD written;
    HANDLE pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    WriteFile(pipe, "child", 5, &written, NULL);
    Sleep(100);
    TerminateProcess(GetCurrentProcess(), 3);
}

TESTS
{
    if (test_argc > 1) {
        snprintf(name, sizeof(name), "%s", test_argv[1]);
        child();
        return;
    }
    snprintf(name, sizeof(name), "\\\\.\\pipe\\transom-wait-%lu", GetCurrentProcessId());
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &waiter, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    open_pipe();
    test_data(o.hEvent);
    test_interruptions();
    test_races();
    HANDLE event = o.hEvent;
    o.hEvent = NULL;
    test_data(server); /* the file object is what is signalled */
    o.hEvent = event;
    test_close();
    test_death(test_argv[0]);
}
