/* SPDX-License-Identifier: MIT */
/*
 * debugapi_attach.c: attaching to a process that runs, detaching from it, several debuggees at once, DebugBreakProcess, and what
 * becomes of debuggees when their debugger ends.
 * (DebugActiveProcess, https://learn.microsoft.com/windows/win32/api/debugapi/nf-debugapi-debugactiveprocess)
 */
#include "debugapi.h"

static volatile LONG counter;

static DWORD WINAPI counts(void *argument)
{
    (void)argument;
    for (;;) {
        InterlockedIncrement(&counter);
        Sleep(1);
    }
    return 0;
}

static HANDLE named_event(const char *name)
{
    char full[64];
    snprintf(full, sizeof(full), "transom-debug-%s", name);
    return CreateEventA(NULL, TRUE, FALSE, full);
}

/* The debuggee and, of its own process, the debugger that ends. */
static int child(int argc, char **argv)
{
    HANDLE ready = named_event("ready"), go = named_event("go");

    if (!strcmp(argv[1], "run")) { /* three threads; ends when it is told to */
        CreateThread(NULL, 0, counts, NULL, 0, NULL);
        CreateThread(NULL, 0, counts, NULL, 0, NULL);
        SetEvent(ready);
        WaitForSingleObject(go, 60000);
        return 21;
    }
    if (!strcmp(argv[1], "debug") && argc == 4) { /* attaches, and ends in the way it is told */
        DEBUG_EVENT event;
        if (!DebugActiveProcess((DWORD)atoi(argv[2])))
            return 50;
        if (!strcmp(argv[3], "release"))
            DebugSetProcessKillOnExit(FALSE);
        for (int i = 0; i < 100 && WaitForDebugEvent(&event, 5000); i++) {
            ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE);
            if (event.dwDebugEventCode == EXIT_THREAD_DEBUG_EVENT) /* of the break-in thread */
                break;
        }
        if (!strcmp(argv[3], "hang")) {
            SetEvent(named_event("attached"));
            Sleep(60000);
        }
        if (!strcmp(argv[3], "midst")) { /* with an event not continued */
            DebugBreakProcess(OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)atoi(argv[2])));
            WaitForDebugEvent(&event, 5000);
        }
        return 0;
    }
    return 1;
}

static bool start_run(PROCESS_INFORMATION *info, HANDLE ready)
{
    ResetEvent(ready);
    if (!start(info, "run", 0))
        return false;
    ok_int(WaitForSingleObject(ready, TIMEOUT), WAIT_OBJECT_0);
    return true;
}

static LONG read_counter(HANDLE process)
{
    LONG value = -1;
    SIZE_T got;
    ok(ReadProcessMemory(process, (void *)&counter, &value, sizeof(value), &got), "error %lu", GetLastError());
    return value;
}

/* The events for what there was, then the break-in thread and its breakpoint. */
static void test_attach(HANDLE ready, HANDLE go)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    unsigned threads = 0, dlls = 0;
    bool broken = false, gone = false;
    DWORD breaker = 0;

    if (!start_run(&info, ready))
        return;
    ok(DebugActiveProcess(info.dwProcessId), "error %lu", GetLastError());
    while (!gone && next_event(&d, &event)) {
        switch (event.dwDebugEventCode) {
        case CREATE_PROCESS_DEBUG_EVENT:
            ok_int(d.events, 1);
            ok(event.u.CreateProcessInfo.hFile != NULL, "file");
            ok_int(GetProcessId(event.u.CreateProcessInfo.hProcess), info.dwProcessId);
            break;
        case CREATE_THREAD_DEBUG_EVENT:
            breaker = event.dwThreadId; /* the last one is the break-in thread's */
            threads++;
            break;
        case LOAD_DLL_DEBUG_EVENT:
            dlls++;
            break;
        case EXCEPTION_DEBUG_EVENT:
            ok_hex(event.u.Exception.ExceptionRecord.ExceptionCode, EXCEPTION_BREAKPOINT);
            ok_int(event.dwThreadId, breaker);
            broken = true;
            break;
        case EXIT_THREAD_DEBUG_EVENT:
            ok_int(event.dwThreadId, breaker);
            gone = true;
            break;
        }
        if (broken) { /* all threads are stopped */
            LONG before = read_counter(info.hProcess);
            Sleep(30);
            ok_int(read_counter(info.hProcess), before);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(threads, 3);
    ok(dlls >= 3, "%u DLLs", dlls);
    LONG before = read_counter(info.hProcess);
    for (int i = 0; i < 200 && read_counter(info.hProcess) == before; i++)
        Sleep(5);
    ok(read_counter(info.hProcess) != before, "it runs on");

    /* Detached it goes on, without a debugger. */
    BOOL present = TRUE;
    ok(DebugActiveProcessStop(info.dwProcessId), "error %lu", GetLastError());
    ok(CheckRemoteDebuggerPresent(info.hProcess, &present) && !present, "detached");
    ok_err(DebugActiveProcessStop(info.dwProcessId), ERROR_ACCESS_DENIED);
    before = read_counter(info.hProcess);
    for (int i = 0; i < 200 && read_counter(info.hProcess) == before; i++)
        Sleep(5);
    ok(read_counter(info.hProcess) != before, "it runs on");
    /* Again, and detached in the middle of its first events. */
    ok(DebugActiveProcess(info.dwProcessId), "error %lu", GetLastError());
    ok(WaitForDebugEvent(&event, TIMEOUT), "error %lu", GetLastError());
    ok_int(event.dwDebugEventCode, CREATE_PROCESS_DEBUG_EVENT);
    ok(DebugActiveProcessStop(info.dwProcessId), "error %lu", GetLastError());
    ok_err(ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE), ERROR_INVALID_PARAMETER);
    SetEvent(go);
    finish(&info, 21);
    ResetEvent(go);
}

/* Two at once, each stopped by DebugBreakProcess on its own. */
static void test_several(HANDLE ready, HANDLE go)
{
    PROCESS_INFORMATION info[2];
    struct debuggee d = { .expected = 2 };
    DEBUG_EVENT event;
    int breaks[2] = { 0 }, ends = 0;

    if (!start_run(&info[0], ready) || !start_run(&info[1], ready))
        return;
    for (int i = 0; i < 2; i++)
        ok(DebugActiveProcess(info[i].dwProcessId), "error %lu", GetLastError());
    while (next_event(&d, &event)) {
        int which = event.dwProcessId == info[1].dwProcessId;
        if (is_exception(&event, EXCEPTION_BREAKPOINT)) {
            breaks[which]++;
            if (breaks[which] == 1)
                ok(DebugBreakProcess(info[which].hProcess), "error %lu", GetLastError());
            if (breaks[0] == 2 && breaks[1] == 2)
                SetEvent(go);
        }
        ends += event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT;
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(breaks[0], 2);
    ok_int(breaks[1], 2);
    ok_int(ends, 2);
    finish(&info[0], 21);
    finish(&info[1], 21);
    ResetEvent(go);
}

/*
 * DBG_REPLY_LATER (ContinueDebugEvent's page): "causes dwThreadId to replay the existing breaking event after the target continues.
 * By calling the SuspendThread API against dwThreadId, a debugger can resume other threads in the process and later return to the
 * breaking."
 */
static void test_reply_later(HANDLE ready, HANDLE go)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    DWORD breaker = 0;
    int times = 0;

    if (!start_run(&info, ready))
        return;
    ok(DebugActiveProcess(info.dwProcessId), "error %lu", GetLastError());
    while (next_event(&d, &event)) {
        if (is_exception(&event, EXCEPTION_BREAKPOINT) && !times++) {
            HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, event.dwThreadId);
            breaker = event.dwThreadId;
            ok_int(SuspendThread(thread), 0);
            if (!ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_REPLY_LATER)) {
                ok(false, "DBG_REPLY_LATER: error %lu", GetLastError());
                ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE);
            }
            LONG before = read_counter(info.hProcess);
            for (int i = 0; i < 200 && read_counter(info.hProcess) == before; i++)
                Sleep(5);
            ok(read_counter(info.hProcess) != before, "the others run");
            ResumeThread(thread);
            CloseHandle(thread);
            continue;
        }
        if (is_exception(&event, EXCEPTION_BREAKPOINT) && times == 2) {
            ok_int(event.dwThreadId, breaker);
            SetEvent(go);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(times, 2);
    finish(&info, 21);
    ResetEvent(go);
}

/* A debugger that ends takes its debuggees along, unless it has said that it does not. */
static void test_debugger_ends(const char *how, HANDLE ready, HANDLE go, bool killed, bool survives)
{
    PROCESS_INFORMATION info, debugger;
    char what[64];
    HANDLE attached = named_event("attached");

    ResetEvent(attached);
    if (!start_run(&info, ready))
        return;
    snprintf(what, sizeof(what), "debug %lu %s", info.dwProcessId, how);
    if (!start(&debugger, what, 0))
        return;
    if (killed) {
        ok_int(WaitForSingleObject(attached, TIMEOUT), WAIT_OBJECT_0);
        TerminateProcess(debugger.hProcess, 0);
    }
    finish(&debugger, 0);
    if (survives) {
        ok_int(WaitForSingleObject(info.hProcess, 50), WAIT_TIMEOUT);
        LONG before = read_counter(info.hProcess);
        for (int i = 0; i < 200 && read_counter(info.hProcess) == before; i++)
            Sleep(5);
        ok(read_counter(info.hProcess) != before, "%s: it runs on", how);
        SetEvent(go);
        finish(&info, 21);
        ResetEvent(go);
    } else {
        finish(&info, 0xc0000354 /* STATUS_DEBUGGER_INACTIVE */);
    }
    CloseHandle(attached);
}

/* Killed while its debugger looks at an event. */
static void test_debuggee_dies(HANDLE ready)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    HANDLE debuggee;

    if (!start_run(&info, ready))
        return;
    debuggee = OpenProcess(PROCESS_TERMINATE, FALSE, info.dwProcessId);
    ok(DebugActiveProcess(info.dwProcessId), "error %lu", GetLastError());
    while (next_event(&d, &event)) {
        if (is_exception(&event, EXCEPTION_BREAKPOINT))
            ok(TerminateProcess(debuggee, 9), "error %lu", GetLastError());
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
            ok_int(event.u.ExitProcess.dwExitCode, 9);
        proceed(&event, DBG_CONTINUE);
    }
    CloseHandle(debuggee);
    finish(&info, 9);
}

TESTS
{
    HANDLE ready, go;

    if (test_argc > 1)
        ExitProcess((UINT)child(test_argc, test_argv));
    ready = named_event("ready");
    go = named_event("go");
    test_attach(ready, go);
    test_several(ready, go);
    test_reply_later(ready, go);
    test_debugger_ends("end", ready, go, false, false);
    test_debugger_ends("release", ready, go, false, true);
    test_debugger_ends("hang", ready, go, true, false);
    test_debugger_ends("midst", ready, go, false, false);
    test_debuggee_dies(ready);
}
