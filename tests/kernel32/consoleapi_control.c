/* SPDX-License-Identifier: MIT */
/* Control events: the order of handlers, ignoring and who inherits that, process groups (SetConsoleCtrlHandler,
 * GenerateConsoleCtrlEvent), on a console without a terminal. */
#include "../test.h"

static char calls[16];
static LONG count;
static HANDLE called;
static BOOL claims;

static void record(char who, DWORD event)
{
    LONG at = InterlockedIncrement(&count) - 1;

    if (at < 15)
        calls[at] = event == CTRL_C_EVENT ? who : (char)(who | 0x20);
}

static BOOL WINAPI first(DWORD event)
{
    record('A', event);
    SetEvent(called);
    return TRUE;
}

static BOOL WINAPI second(DWORD event)
{
    BOOL claim = claims; /* before anybody is told */

    record('B', event);
    if (claim)
        SetEvent(called);
    return claim;
}

static void expect(DWORD event, const char *order)
{
    ok(GenerateConsoleCtrlEvent(event, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(called, 5000), WAIT_OBJECT_0);
    ok_str(calls, order);
    count = 0;
    memset(calls, 0, sizeof(calls));
}

/* "Handler functions are called on a last-registered, first-called basis until one of the handlers returns TRUE." */
static void test_order(void)
{
    ok(SetConsoleCtrlHandler(first, TRUE) && SetConsoleCtrlHandler(second, TRUE), "error %lu", GetLastError());
    expect(CTRL_C_EVENT, "BA");
    expect(CTRL_BREAK_EVENT, "ba");
    claims = TRUE;
    expect(CTRL_C_EVENT, "B");
    claims = FALSE;
    ok(SetConsoleCtrlHandler(second, TRUE), "error %lu", GetLastError()); /* twice in the list */
    expect(CTRL_C_EVENT, "BBA");
    ok(SetConsoleCtrlHandler(second, FALSE), "error %lu", GetLastError());
    expect(CTRL_C_EVENT, "BA");
    ok(SetConsoleCtrlHandler(second, FALSE), "error %lu", GetLastError());
    ok_err(SetConsoleCtrlHandler(second, FALSE), ERROR_INVALID_PARAMETER);

    /* Ctrl-Break is not ignored with Ctrl-C */
    ok(SetConsoleCtrlHandler(NULL, TRUE), "error %lu", GetLastError());
    ok(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0), "error %lu", GetLastError());
    expect(CTRL_BREAK_EVENT, "a");
    ok(SetConsoleCtrlHandler(NULL, FALSE), "error %lu", GetLastError());
    expect(CTRL_C_EVENT, "A");
    ok_err(GenerateConsoleCtrlEvent(CTRL_CLOSE_EVENT, 0), ERROR_INVALID_PARAMETER);
}

/* --- children --- */

static BOOL WINAPI child_handler(DWORD event)
{
    ExitProcess(100 + event);
    return TRUE;
}

static HANDLE start(const char *what, DWORD flags, HANDLE ready, DWORD *id)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char command[MAX_PATH + 40];

    sprintf(command, "\"%s\" %s %llu", test_argv[0], what, (unsigned long long)(ULONG_PTR)ready);
    if (!ok(CreateProcessA(NULL, command, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &info), "error %lu",
            GetLastError()))
        ExitProcess(1);
    CloseHandle(info.hThread);
    if (id)
        *id = info.dwProcessId;
    return info.hProcess;
}

static void ok_exit(HANDLE process, DWORD expected)
{
    DWORD code = 0;

    ok_int(WaitForSingleObject(process, 10000), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    ok_hex(code, expected);
    CloseHandle(process);
}

static int child(const char *what, HANDLE ready)
{
    if (!strcmp(what, "listens")) {
        SetConsoleCtrlHandler(NULL, FALSE);
        SetConsoleCtrlHandler(child_handler, TRUE);
    } else if (!strcmp(what, "handles")) {
        SetConsoleCtrlHandler(child_handler, TRUE);
    } else if (!strcmp(what, "leads")) {
        HANDLE member;
        DWORD code = 0;
        SetConsoleCtrlHandler(first, TRUE); /* which takes the event */
        member = start("handles", 0, ready, NULL);
        WaitForSingleObject(member, 10000);
        GetExitCodeProcess(member, &code);
        return code == 101 ? 55 : (int)code;
    }
    ReleaseSemaphore(ready, 1, NULL);
    Sleep(10000);
    return 1;
}

static void test_groups(HANDLE ready)
{
    DWORD leader = 0;
    HANDLE process = start("handles", CREATE_NEW_PROCESS_GROUP, ready, &leader);

    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    /* "If this parameter is nonzero, this function will succeed, but the CTRL+C signal will not be received" */
    ok(GenerateConsoleCtrlEvent(CTRL_C_EVENT, leader), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(process, 200), WAIT_TIMEOUT);
    /* a new group ignores Ctrl-C: only the caller gets this one */
    expect(CTRL_C_EVENT, "A");
    ok_int(WaitForSingleObject(process, 200), WAIT_TIMEOUT);
    ok(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, leader), "error %lu", GetLastError());
    ok_exit(process, 101);
    ok_int(count, 0); /* and the caller is of another group */

    /* unless it wants it */
    process = start("listens", CREATE_NEW_PROCESS_GROUP, ready, NULL);
    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    expect(CTRL_C_EVENT, "A");
    ok_exit(process, 100);

    /* a child of a group's leader is of the group */
    process = start("leads", CREATE_NEW_PROCESS_GROUP, ready, &leader);
    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    ok(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, leader), "error %lu", GetLastError());
    ok_exit(process, 55);
}

/* "This attribute of ignoring or processing CTRL+C is inherited by child processes." */
static void test_ignoring(HANDLE ready)
{
    HANDLE process;

    ok(SetConsoleCtrlHandler(NULL, TRUE), "error %lu", GetLastError());
    process = start("handles", 0, ready, NULL);
    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    ok(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(process, 200), WAIT_TIMEOUT);
    expect(CTRL_BREAK_EVENT, "a");
    ok_exit(process, 101);
    ok(SetConsoleCtrlHandler(NULL, FALSE), "error %lu", GetLastError());
    process = start("handles", 0, ready, NULL);
    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    expect(CTRL_C_EVENT, "A");
    ok_exit(process, 100);
}

TESTS
{
    SECURITY_ATTRIBUTES inherited = { sizeof(inherited), NULL, TRUE };
    HANDLE ready;

    if (test_argc > 2)
        ExitProcess((UINT)child(test_argv[1], (HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 10)));
    FreeConsole();
    ok(AllocConsole(), "error %lu", GetLastError());
    SetConsoleCtrlHandler(NULL, FALSE); /* whoever started us may have ignored it */
    called = CreateEventA(NULL, FALSE, FALSE, NULL);
    ready = CreateSemaphoreA(&inherited, 0, 10, NULL);
    test_order();
    test_groups(ready);
    test_ignoring(ready);
    CloseHandle(ready);
    FreeConsole();
}
