/* SPDX-License-Identifier: MIT */
/* debugapi.h: what the tests of debugging share: starting a debuggee, its events, its end. */
#include "../test.h"

#define TIMEOUT 20000

#ifndef DBG_REPLY_LATER
#define DBG_REPLY_LATER 0x40010001
#endif

struct debuggee {
    bool ex;             /* WaitForDebugEventEx */
    int expected, ended; /* processes; 0 means 1 */
    unsigned events, dlls;
    int events_after_loader; /* breakpoints and the like since the loader's */
    bool loader;
};

static bool start(PROCESS_INFORMATION *info, const char *what, DWORD flags)
{
    char command[MAX_PATH + 64];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    BOOL started;

    snprintf(command, sizeof(command), "\"%s\" %s", test_argv[0], what);
    started = CreateProcessA(NULL, command, NULL, NULL, TRUE, flags, NULL, NULL, &startup, info);
    ok(started, "CreateProcess %s: error %lu", what, GetLastError());
    return started;
}

/* False after the last process's end has been continued. Closes the files of the last event's images with the next one. */
static bool __attribute__((unused)) next_event(struct debuggee *d, DEBUG_EVENT *event)
{
    if (d->ended == (d->expected ? d->expected : 1))
        return false;
    memset(event, 0, sizeof(*event));
    if (!(d->ex ? WaitForDebugEventEx(event, TIMEOUT) : WaitForDebugEvent(event, TIMEOUT))) {
        ok(false, "WaitForDebugEvent: error %lu", GetLastError());
        return false;
    }
    d->events++;
    if (event->dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
        d->events_after_loader += d->loader;
        d->loader = true;
    }
    if (event->dwDebugEventCode == LOAD_DLL_DEBUG_EVENT) {
        d->dlls++;
        CloseHandle(event->u.LoadDll.hFile);
    }
    d->ended += event->dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT;
    return true;
}

static void __attribute__((unused)) proceed(const DEBUG_EVENT *event, DWORD how)
{
    if (event->dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT)
        CloseHandle(event->u.CreateProcessInfo.hFile);
    ok(ContinueDebugEvent(event->dwProcessId, event->dwThreadId, how), "ContinueDebugEvent: error %lu", GetLastError());
}

static bool __attribute__((unused)) is_exception(const DEBUG_EVENT *event, DWORD code)
{
    return event->dwDebugEventCode == EXCEPTION_DEBUG_EVENT && event->u.Exception.ExceptionRecord.ExceptionCode == code;
}

static void __attribute__((unused)) finish(PROCESS_INFORMATION *info, DWORD expected)
{
    DWORD code = 0xdead;

    ok_int(WaitForSingleObject(info->hProcess, TIMEOUT), WAIT_OBJECT_0);
    GetExitCodeProcess(info->hProcess, &code);
    ok(code == expected, "exit code %#lx, expected %#lx", code, expected);
    TerminateProcess(info->hProcess, 1);
    CloseHandle(info->hThread);
    CloseHandle(info->hProcess);
}
