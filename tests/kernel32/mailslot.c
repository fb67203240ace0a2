/* SPDX-License-Identifier: MIT */
/* Mailslots: making, messages, sizes, time-outs, several writers and processes, overlapped reads. */
#include "../test.h"

static const char name[] = "\\\\.\\mailslot\\transom\\mailslot-test";

static HANDLE writer(void)
{
    return CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
}

static void test_names(void)
{
    HANDLE slot, other;

    ok(CreateMailslotA("transom", 0, 0, NULL) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_NAME,
       "error %lu", GetLastError());
    ok(CreateMailslotA("\\\\.\\mailslot\\", 0, 0, NULL) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_NAME,
       "error %lu", GetLastError());
    ok(writer() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    slot = CreateMailslotA(name, 0, 0, NULL);
    ok(slot != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    other = CreateMailslotA("\\\\.\\mailslot\\TRANSOM\\Mailslot-Test", 0, 0, NULL);
    ok(other == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    CloseHandle(slot);
    ok(writer() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    slot = CreateMailslotA(name, 0, 0, NULL);
    ok(slot != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(slot);
}

static void test_messages(void)
{
    HANDLE slot = CreateMailslotA(name, 100, 0, NULL), a, b;
    DWORD most, next, count, timeout, n = 7;
    char buffer[128];

    ok(GetMailslotInfo(slot, &most, &next, &count, &timeout), "error %lu", GetLastError());
    ok(most == 100 && next == MAILSLOT_NO_MESSAGE && count == 0 && timeout == 0, "%lu %lu %lu %lu", most, next, count,
       timeout);
    ok_err(ReadFile(slot, buffer, sizeof buffer, &n, NULL), ERROR_SEM_TIMEOUT);
    a = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(a == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    a = writer();
    b = CreateFileA("\\\\localhost\\mailslot\\transom\\mailslot-test", GENERIC_WRITE, FILE_SHARE_READ, NULL,
                    OPEN_EXISTING, 0, NULL);
    ok(a != INVALID_HANDLE_VALUE && b != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(WriteFile(a, "first", 5, &n, NULL) && n == 5, "%lu bytes, error %lu", n, GetLastError());
    ok(WriteFile(b, "second one", 10, &n, NULL) && n == 10, "%lu bytes, error %lu", n, GetLastError());
    ok(WriteFile(a, "", 0, &n, NULL) && n == 0, "%lu bytes, error %lu", n, GetLastError());
    ok(!WriteFile(a, buffer, 101, &n, NULL), "a message that is too long was taken");
    ok(GetMailslotInfo(slot, NULL, &next, &count, NULL) && next == 5 && count == 3, "%lu of %lu", next, count);
    /* what does not fit into the buffer stays */
    ok_err(ReadFile(slot, buffer, 4, &n, NULL), ERROR_INSUFFICIENT_BUFFER);
    ok(ReadFile(slot, buffer, sizeof buffer, &n, NULL) && n == 5 && !memcmp(buffer, "first", 5), "%lu bytes, error %lu",
       n, GetLastError());
    ok(ReadFile(slot, buffer, 10, &n, NULL) && n == 10, "%lu bytes, error %lu", n, GetLastError());
    ok(ReadFile(slot, buffer, 10, &n, NULL) && n == 0, "%lu bytes, error %lu", n, GetLastError());
    ok_err(ReadFile(slot, buffer, sizeof buffer, &n, NULL), ERROR_SEM_TIMEOUT);
    ok(!WriteFile(slot, "x", 1, &n, NULL), "the reader wrote");
    ok(!ReadFile(a, buffer, 1, &n, NULL), "a writer read");
    ok(!GetMailslotInfo(a, NULL, &next, &count, NULL), "a writer knows");
    CloseHandle(b);
    CloseHandle(slot);
    ok(!WriteFile(a, "x", 1, &n, NULL), "a message to nobody was taken");
    CloseHandle(a);
}

static DWORD WINAPI write_later(void *handle)
{
    DWORD n;

    Sleep(30);
    return !WriteFile(handle, "late", 4, &n, NULL);
}

static void test_timeouts(void)
{
    HANDLE slot = CreateMailslotA(name, 0, 40, NULL), out = writer(), thread;
    DWORD n, timeout, start = GetTickCount();
    char buffer[16];

    ok_err(ReadFile(slot, buffer, sizeof buffer, &n, NULL), ERROR_SEM_TIMEOUT);
    ok(GetTickCount() - start >= 30, "%lu ms", GetTickCount() - start);
    ok(SetMailslotInfo(slot, MAILSLOT_WAIT_FOREVER), "error %lu", GetLastError());
    ok(GetMailslotInfo(slot, NULL, NULL, NULL, &timeout) && timeout == MAILSLOT_WAIT_FOREVER, "%lx", timeout);
    thread = CreateThread(NULL, 0, write_later, out, 0, NULL);
    ok(ReadFile(slot, buffer, sizeof buffer, &n, NULL) && n == 4, "%lu bytes, error %lu", n, GetLastError());
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    ok(SetMailslotInfo(slot, 5000), "error %lu", GetLastError());
    thread = CreateThread(NULL, 0, write_later, out, 0, NULL);
    ok(ReadFile(slot, buffer, sizeof buffer, &n, NULL) && n == 4, "%lu bytes, error %lu", n, GetLastError());
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(out);
    CloseHandle(slot);
}

/* "The handle returned by this function is asynchronous, or overlapped" (CreateMailslot). */
static void test_overlapped(void)
{
    HANDLE slot = CreateMailslotA(name, 0, MAILSLOT_WAIT_FOREVER, NULL), out = writer();
    OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    char buffer[16];
    DWORD n;

    ok_err(ReadFile(slot, buffer, sizeof buffer, NULL, &o), ERROR_IO_PENDING);
    ok(WriteFile(out, "abc", 3, &n, NULL), "error %lu", GetLastError());
    ok(GetOverlappedResult(slot, &o, &n, TRUE) && n == 3, "%lu bytes, error %lu", n, GetLastError());
    ok_err(ReadFile(slot, buffer, sizeof buffer, NULL, &o), ERROR_IO_PENDING);
    ok(CancelIo(slot), "error %lu", GetLastError());
    ok_err(GetOverlappedResult(slot, &o, &n, TRUE), ERROR_OPERATION_ABORTED);
    CloseHandle(o.hEvent);
    CloseHandle(out);
    CloseHandle(slot);
}

/* Many messages of several sizes, more than lie there at once. */
static DWORD WINAPI write_many(void *number)
{
    HANDLE out = writer();
    char data[3000];
    DWORD n;

    memset(data, (int)(ULONG_PTR)number, sizeof data);
    for (int i = 0; i < 500; i++)
        if (!WriteFile(out, data, 1 + i * 5, &n, NULL))
            return 1;
    CloseHandle(out);
    return 0;
}

static void test_writers(void)
{
    HANDLE slot = CreateMailslotA(name, 0, 5000, NULL), threads[4];
    unsigned counts[5] = { 0 }, wrong = 0;
    char buffer[3000];
    DWORD n;

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, write_many, (void *)(ULONG_PTR)(i + 1), 0, NULL);
    for (int i = 0; i < 2000; i++) {
        if (!ReadFile(slot, buffer, sizeof buffer, &n, NULL))
            break;
        unsigned who = (unsigned)buffer[0];
        if (who > 4 || n != 1 + counts[who] * 5 || buffer[n - 1] != buffer[0])
            wrong++;
        else
            counts[who]++;
    }
    ok(!wrong && counts[1] + counts[2] + counts[3] + counts[4] == 2000, "%u wrong, %u %u %u %u", wrong, counts[1],
       counts[2], counts[3], counts[4]);
    WaitForMultipleObjects(4, threads, TRUE, 5000);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    CloseHandle(slot);
}

static void test_broadcast(void)
{
    HANDLE out = CreateFileA("\\\\*\\mailslot\\transom\\mailslot-test", GENERIC_WRITE, FILE_SHARE_READ, NULL,
                             OPEN_EXISTING, 0, NULL);
    char data[500] = { 0 };
    DWORD n;

    ok(out != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(WriteFile(out, data, 424, &n, NULL) && n == 424, "%lu bytes, error %lu", n, GetLastError());
    /* "cannot write more than 424 bytes at a time" (CreateMailslot) */
    ok_err(WriteFile(out, data, 425, &n, NULL), ERROR_BAD_NETPATH);
    CloseHandle(out);
}

static void run(const char *role, HANDLE *process)
{
    STARTUPINFOA startup = { .cb = sizeof startup };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 32];

    snprintf(line, sizeof line, "\"%s\" %s", test_argv[0], role);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    CloseHandle(info.hThread);
    *process = info.hProcess;
}

static void end(HANDLE process)
{
    DWORD code = 1;

    ok(!WaitForSingleObject(process, 10000) && GetExitCodeProcess(process, &code) && !code, "exit code %lu", code);
    CloseHandle(process);
}

static void test_processes(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    HANDLE slot = CreateMailslotA(name, 0, 5000, &inherit), process, out;
    char buffer[16], role[32];
    DWORD n;

    run("write", &process);
    ok(ReadFile(slot, buffer, sizeof buffer, &n, NULL) && n == 5 && !memcmp(buffer, "child", 5), "%lu bytes, error %lu",
       n, GetLastError());
    end(process);

    /* the child goes on reading when its parent has closed the slot */
    snprintf(role, sizeof role, "read %llu", (unsigned long long)(ULONG_PTR)slot);
    run(role, &process);
    CloseHandle(slot);
    out = writer();
    ok(out != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(WriteFile(out, "parent", 6, &n, NULL), "error %lu", GetLastError());
    CloseHandle(out);
    end(process);
    ok(writer() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
}

static int child(void)
{
    char buffer[16];
    DWORD n = 0;

    if (!strcmp(test_argv[1], "write")) {
        HANDLE out = writer();
        return !WriteFile(out, "child", 5, &n, NULL);
    }
    HANDLE slot = (HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 10);
    return !ReadFile(slot, buffer, sizeof buffer, &n, NULL) || n != 6;
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child());
    test_names();
    test_messages();
    test_timeouts();
    test_overlapped();
    test_writers();
    test_broadcast();
    test_processes();
}
