/* SPDX-License-Identifier: MIT */
/*
 * debugged.c: what debug_kill.sh kills. `hold`: keeps the server alive until `release`. `target`: threads that raise exceptions, load DLLs
 * and end. `debug`: starts a target as its debugger and continues its events. `attach PID`: attaches to one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static LONG CALLBACK pass(EXCEPTION_POINTERS *pointers)
{
    return pointers->ExceptionRecord->ExceptionCode == 0xe0000001 ? EXCEPTION_CONTINUE_EXECUTION
                                                                  : EXCEPTION_CONTINUE_SEARCH;
}

static DWORD WINAPI busy(void *argument)
{
    for (int i = 0; i < 5; i++) {
        RaiseException(0xe0000001, 0, 0, NULL);
        OutputDebugStringA("text");
        FreeLibrary(LoadLibraryA("version.dll"));
    }
    return (DWORD)(ULONG_PTR)argument;
}

static void __attribute__((noreturn)) target(void)
{
    AddVectoredExceptionHandler(1, pass);
    for (;;) {
        HANDLE threads[3];
        for (int i = 0; i < 3; i++)
            threads[i] = CreateThread(NULL, 0, busy, NULL, 0, NULL);
        WaitForMultipleObjects(3, threads, TRUE, INFINITE);
        for (int i = 0; i < 3; i++)
            CloseHandle(threads[i]);
    }
}

static int follow(void)
{
    DEBUG_EVENT event;

    while (WaitForDebugEvent(&event, INFINITE)) {
        DWORD how = DBG_CONTINUE;
        if (event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT)
            CloseHandle(event.u.CreateProcessInfo.hFile);
        if (event.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT)
            CloseHandle(event.u.LoadDll.hFile);
        if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT &&
            event.u.Exception.ExceptionRecord.ExceptionCode == 0xe0000001)
            how = DBG_EXCEPTION_NOT_HANDLED;
        ContinueDebugEvent(event.dwProcessId, event.dwThreadId, how);
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
            break;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, "transom-debugged-end");

    if (!strcmp(what, "hold")) {
        printf("ready\n");
        fflush(stdout);
        return (int)WaitForSingleObject(end, INFINITE);
    }
    if (!strcmp(what, "release"))
        return !SetEvent(end);
    if (!strcmp(what, "target"))
        target();
    if (!strcmp(what, "attach") && argc > 2)
        return DebugActiveProcess((DWORD)atoi(argv[2])) ? follow() : 1;
    if (!strcmp(what, "debug")) {
        char command[MAX_PATH + 16];
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        PROCESS_INFORMATION info;
        snprintf(command, sizeof(command), "\"%s\" target", argv[0]);
        if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, DEBUG_PROCESS, NULL, NULL, &startup, &info))
            return 2;
        return follow();
    }
    return 3;
}
