/* SPDX-License-Identifier: MIT */
/*
 * debugapi_raise.c: exceptions that the system raises for a debugger's sake only: CloseHandle of what is no handle, Ctrl-Break, texts. What the
 * debugger does not handle goes on as if it were not there, or to the program's handlers.
 */
#include "debugapi.h"

static BOOL WINAPI on_break(DWORD event)
{
    ExitProcess(50 + event);
}

static LONG CALLBACK count_closes(EXCEPTION_POINTERS *pointers)
{
    static LONG closes;
    DWORD code = pointers->ExceptionRecord->ExceptionCode;

    if (code != STATUS_INVALID_HANDLE && code != 0xc0000235u)
        return EXCEPTION_CONTINUE_SEARCH;
    if (++closes == 2)
        SetLastError(1234); /* is overwritten by CloseHandle */
    return EXCEPTION_CONTINUE_EXECUTION;
}

static int child(const char *what)
{
    if (!strcmp(what, "close")) {
        HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);

        if (CloseHandle((HANDLE)0x1234560) || GetLastError() != ERROR_INVALID_HANDLE)
            return 1;
        AddVectoredExceptionHandler(1, count_closes);
        if (CloseHandle((HANDLE)0x1234564) || GetLastError() != ERROR_INVALID_HANDLE)
            return 2;
        SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
        if (CloseHandle(event) || GetLastError() != ERROR_INVALID_HANDLE)
            return 3;
        if (CloseHandle(NULL) || GetLastError() != ERROR_INVALID_HANDLE)
            return 4;
        return 5;
    }
    FreeConsole();
    AllocConsole();
    SetConsoleCtrlHandler(on_break, TRUE);
    OutputDebugStringA("ready");
    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0))
        return 6;
    Sleep(20000);
    return 7;
}

/* CloseHandle's page: "under a debugger, the function will throw an exception if it receives [...] a handle value that is not valid". */
static void test_close(void)
{
    static const DWORD expected[] = { STATUS_INVALID_HANDLE, STATUS_INVALID_HANDLE, 0xc0000235u };
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    unsigned seen = 0;

    if (!start(&info, "close", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        DWORD how = DBG_CONTINUE;
        if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT && d.events_after_loader) {
            ok(seen < ARRAYSIZE(expected), "exception %u", seen);
            ok_hex(event.u.Exception.ExceptionRecord.ExceptionCode, expected[seen % 3]);
            ok_int(event.u.Exception.dwFirstChance, 1);
            ok_hex(event.u.Exception.ExceptionRecord.ExceptionFlags, 0);
            if (seen++) /* the first one is the debugger's alone */
                how = DBG_EXCEPTION_NOT_HANDLED;
        }
        proceed(&event, how);
    }
    ok_int(seen, 3);
    finish(&info, 5);
    /* without a debugger it is an error only */
    if (start(&info, "close", 0))
        finish(&info, 5);
}

/* "If the debugger handles the exception, an application will not notice the CTRL+C [...]. If the debugger passes the exception on
 * unhandled, CTRL+C is passed to the console process". (CTRL+C and CTRL+BREAK Signals) */
static void test_break(bool handled)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    int seen = 0;

    if (!start(&info, "break", DEBUG_ONLY_THIS_PROCESS | CREATE_NEW_PROCESS_GROUP))
        return;
    while (next_event(&d, &event)) {
        DWORD how = DBG_CONTINUE;
        if (is_exception(&event, DBG_CONTROL_BREAK)) {
            seen++;
            ok_int(event.u.Exception.dwFirstChance, 1);
            if (!handled)
                how = DBG_EXCEPTION_NOT_HANDLED;
        }
        if (event.dwDebugEventCode == EXIT_THREAD_DEBUG_EVENT && seen && handled) /* the handlers' thread */
            TerminateProcess(info.hProcess, 33);
        proceed(&event, how);
    }
    ok_int(seen, 1);
    finish(&info, handled ? 33 : 50 + CTRL_BREAK_EVENT);
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child(test_argv[1]));
    test_close();
    test_break(true);
    test_break(false);
}
