/* SPDX-License-Identifier: MIT */
/*
 * stopped: what stopped.sh runs: `victim`, and `ask ID`, which does things to it and prints the errors and the time; `contend`, which
 * has an event locked now and then, and `beat`, which uses that a thousand times; `contend-mutex` and `beat-mutex`, the same with a mutex,
 * which is locked for a good part of the time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static volatile LONG value = 42;

static int victim(void)
{
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, "transom stopped end");
    printf("%lu %p ready\n", GetCurrentProcessId(), (void *)&value);
    fflush(stdout);
    WaitForSingleObject(end, 60000);
    return 0;
}

static DWORD WINAPI read_it(void *argument)
{
    HANDLE process = ((HANDLE *)argument)[0];
    LONG seen = 0;
    SIZE_T done;
    return ReadProcessMemory(process, ((void **)argument)[1], &seen, sizeof(seen), &done) ? 0 : GetLastError();
}

/* Both at once, as each takes its time. */
static int ask(DWORD id, void *address)
{
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, id), copy;
    void *arguments[2] = { process, address };
    DWORD start = GetTickCount(), read_error = ~0u;
    if (!process) {
        printf("cannot be opened: %lu\n", GetLastError());
        return 1;
    }
    HANDLE thread = CreateThread(NULL, 0, read_it, arguments, 0, NULL);
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    DWORD duplicate_error = DuplicateHandle(GetCurrentProcess(), event, process, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)
                                ? 0
                                : GetLastError();
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &read_error);
    printf("read %lu duplicate %lu %s\n", read_error, duplicate_error,
           GetTickCount() - start < 20000 ? "in time" : "late");
    return 0;
}

#define CONTENDED "transom stopped contended"

static DWORD WINAPI wait_for_it(void *event)
{
    while (WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0)
        ;
    return 0;
}

static int contend(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, CONTENDED);
    for (int i = 0; i < 3; i++)
        CloseHandle(CreateThread(NULL, 0, wait_for_it, event, 0, NULL));
    puts("ready");
    fflush(stdout);
    while (SetEvent(event))
        ;
    return 1;
}

static int beat(void)
{
    HANDLE event = OpenEventA(EVENT_ALL_ACCESS, FALSE, CONTENDED);
    for (int i = 0; i < 1000; i++)
        if (!SetEvent(event) || WaitForSingleObject(event, 0) == WAIT_FAILED)
            return 1;
    return 0;
}

static int contend_mutex(void)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, CONTENDED " mutex");
    puts("ready");
    fflush(stdout);
    for (;;)
        if (WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0 && !ReleaseMutex(mutex))
            return 1;
}

static int beat_mutex(void)
{
    HANDLE mutex = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, CONTENDED " mutex");
    for (int i = 0; i < 1000; i++) {
        DWORD result = WaitForSingleObject(mutex, 0); /* it may be owned by who is stopped */
        if (result == WAIT_FAILED || (result == WAIT_OBJECT_0 && !ReleaseMutex(mutex)))
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "victim"))
        return victim();
    if (argc > 3 && !strcmp(argv[1], "ask"))
        return ask((DWORD)atoi(argv[2]), (void *)(ULONG_PTR)strtoull(argv[3], NULL, 16));
    if (argc > 2 && !strcmp(argv[1], "count")) {
        DWORD count = 0;
        GetProcessHandleCount(OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)atoi(argv[2])), &count);
        printf("%lu\n", count);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "end"))
        return !SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, "transom stopped end"));
    if (argc > 1 && !strcmp(argv[1], "contend"))
        return contend();
    if (argc > 1 && !strcmp(argv[1], "beat"))
        return beat();
    if (argc > 1 && !strcmp(argv[1], "contend-mutex"))
        return contend_mutex();
    if (argc > 1 && !strcmp(argv[1], "beat-mutex"))
        return beat_mutex();
    return 2;
}
