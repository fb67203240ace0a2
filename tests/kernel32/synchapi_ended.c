/* SPDX-License-Identifier: MIT */
/*
 * synchapi_ended.c: who has waited for a process's end finds what it owned given up: its mutexes abandoned, the names that only it
 * had gone, whether it ended by itself or was ended.
 */
#include "../test.h"

#define MUTEX "transom ended mutex"
#define READY "transom ended ready"
#define ALONE "transom ended alone"

static void child(bool stays)
{
    WaitForSingleObject(OpenMutexA(MUTEX_ALL_ACCESS, FALSE, MUTEX), INFINITE);
    CreateMutexA(NULL, TRUE, ALONE);
    SetEvent(OpenEventA(EVENT_ALL_ACCESS, FALSE, READY));
    if (stays)
        Sleep(INFINITE);
    ExitProcess(3);
}

TESTS
{
    unsigned held[2] = { 0 }, named[2] = { 0 }, wrong_code = 0;
    HANDLE mutex, ready, alone;

    if (test_argc > 1)
        child(!strcmp(test_argv[1], "stays"));
    mutex = CreateMutexA(NULL, FALSE, MUTEX);
    ready = CreateEventA(NULL, FALSE, FALSE, READY);
    for (int i = 0; i < 60; i++) {
        bool stays = i % 2;
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        char line[MAX_PATH + 20];
        PROCESS_INFORMATION info;
        DWORD code = 0;

        snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], stays ? "stays" : "ends");
        if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info)) {
            ok(false, "error %lu", GetLastError());
            return;
        }
        WaitForSingleObject(ready, INFINITE);
        if (stays)
            TerminateProcess(info.hProcess, 5);
        WaitForSingleObject(info.hProcess, INFINITE);
        if (WaitForSingleObject(mutex, 0) != WAIT_ABANDONED) {
            held[stays]++;
            WaitForSingleObject(mutex, INFINITE);
        }
        ReleaseMutex(mutex);
        if ((alone = OpenMutexA(SYNCHRONIZE, FALSE, ALONE))) {
            named[stays]++;
            CloseHandle(alone);
        }
        if (!GetExitCodeProcess(info.hProcess, &code) || code != (stays ? 5 : 3))
            wrong_code++;
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
    ok_int(held[0], 0);
    ok_int(held[1], 0);
    ok_int(named[0] + named[1], 0);
    ok_int(wrong_code, 0);
    CloseHandle(mutex);
    CloseHandle(ready);
}
