/* SPDX-License-Identifier: MIT */
/*
 * debugapi_close.c: "If the application is running under a debugger, the function will throw an exception if it receives either a
 * handle value that is not valid" (CloseHandle); without one it only fails. Likewise for a handle that is protected.
 */
#include "debugapi.h"

#define INVALID_HANDLE 0xc0000008
#define NOT_CLOSABLE   0xc0000235

static DWORD seen[8];
static unsigned count;

static LONG CALLBACK remember(EXCEPTION_POINTERS *pointers)
{
    if (count < 8)
        seen[count++] = pointers->ExceptionRecord->ExceptionCode;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* As a child: 0 if all was as it should be, else which check failed. */
static int closes(bool exceptions)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), closed = CreateEventA(NULL, FALSE, FALSE, NULL);
    CloseHandle(closed);
    AddVectoredExceptionHandler(1, remember);
    SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    SetLastError(0);
    if (CloseHandle(closed) || GetLastError() != ERROR_INVALID_HANDLE)
        return 1;
    if (CloseHandle(event))
        return 2;
    if (!CloseHandle(GetCurrentProcess())) /* "has no effect" */
        return 3;
    SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    if (!CloseHandle(event))
        return 4;
    /* Only closing throws. */
    if (WaitForSingleObject(closed, 0) != WAIT_FAILED)
        return 5;
    if (!exceptions)
        return count ? 6 : 0;
    return count == 2 && seen[0] == INVALID_HANDLE && seen[1] == NOT_CLOSABLE ? 0 : 7;
}

static void debugged(DWORD answer, const char *what, DWORD code)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    int invalid = 0, protected = 0;
    if (!start(&info, what, DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        bool ours = is_exception(&event, INVALID_HANDLE) || is_exception(&event, NOT_CLOSABLE);
        invalid += is_exception(&event, INVALID_HANDLE);
        protected += is_exception(&event, NOT_CLOSABLE);
        if (ours)
            ok_int(event.u.Exception.dwFirstChance, 1);
        proceed(&event, ours ? answer : DBG_CONTINUE);
    }
    ok_int(invalid, 1);
    ok_int(protected, 1);
    finish(&info, code);
}

TESTS
{
    PROCESS_INFORMATION info;
    if (test_argc > 1)
        ExitProcess((UINT)closes(!strcmp(test_argv[1], "exceptions")));
    debugged(DBG_EXCEPTION_NOT_HANDLED, "exceptions", 0);
    debugged(DBG_CONTINUE, "none", 0); /* the debugger has taken them */
    if (start(&info, "none", 0))
        finish(&info, 0);
}
