/* SPDX-License-Identifier: MIT */
/*
 * synchapi_processes.c: named objects and waits between processes: events, mutexes that their owners leave behind, semaphores,
 * timers, waits for mixtures of named and unnamed objects, wait-all, thread pool waits, objects that are shared only after
 * somebody waits for them.
 */
#include "../test.h"

#define CHILDREN 4

static HANDLE start_child(const char *what)
{
    char command[MAX_PATH + 64];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    snprintf(command, sizeof(command), "\"%s\" %s", test_argv[0], what);
    if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info)) {
        ok(false, "CreateProcess: error %lu", GetLastError());
        return NULL;
    }
    CloseHandle(info.hThread);
    return info.hProcess;
}

static void end_child(HANDLE process, DWORD expected)
{
    DWORD code = 0xdead;
    ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    ok_int(code, expected);
    CloseHandle(process);
}

/* What children do; the exit code is the answer. */
static int child(const char *what)
{
    HANDLE ready = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom-sp-ready");
    HANDLE go = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom-sp-go");
    HANDLE mutex = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, "transom-sp-mutex");
    HANDLE semaphore = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, "transom-sp-semaphore");
    HANDLE timer = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, "transom-sp-timer");

    if (!strcmp(what, "open"))
        return !ready + 2 * !go + 4 * !mutex + 8 * !semaphore + 16 * !timer;
    if (!strcmp(what, "own")) { /* takes the mutex and dies with it */
        WaitForSingleObject(mutex, INFINITE);
        WaitForSingleObject(mutex, INFINITE);
        SetEvent(ready);
        WaitForSingleObject(go, INFINITE);
        TerminateProcess(GetCurrentProcess(), 3);
    }
    if (!strcmp(what, "wait")) {
        SetEvent(ready);
        return (int)WaitForSingleObject(mutex, 10000);
    }
    if (!strcmp(what, "set-all")) {
        WaitForSingleObject(go, 10000);
        Sleep(20);
        ReleaseSemaphore(semaphore, 1, NULL);
        Sleep(20);
        SetEvent(ready);
        return 0;
    }
    if (!strcmp(what, "timer")) { /* sets it and goes away */
        LARGE_INTEGER due = { .QuadPart = -500000 };
        return SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) ? 0 : 1;
    }
    if (!strncmp(what, "inherited ", 10)) {
        HANDLE event = (HANDLE)(ULONG_PTR)strtoul(what + 10, NULL, 0);
        return SetEvent(event) ? 0 : 1;
    }
    if (!strncmp(what, "port ", 5)) { /* a packet each way */
        HANDLE port = (HANDLE)(ULONG_PTR)strtoul(what + 5, NULL, 0);
        OVERLAPPED *overlapped;
        ULONG_PTR key;
        DWORD size;
        if (!PostQueuedCompletionStatus(port, 5, 6, (OVERLAPPED *)7))
            return 1;
        WaitForSingleObject(go, 10000);
        if (!GetQueuedCompletionStatus(port, &size, &key, &overlapped, 10000))
            return 2;
        return size == 8 && key == 9 && overlapped == (OVERLAPPED *)10 ? 0 : 3;
    }
    if (!strncmp(what, "wait-set ", 9)) {
        HANDLE given = (HANDLE)(ULONG_PTR)strtoul(what + 9, NULL, 0);
        LARGE_INTEGER due = { .QuadPart = -100000 };
        if (WaitForSingleObject(given, 10000) != WAIT_OBJECT_0)
            return 1;
        return SetWaitableTimer(given, &due, 0, NULL, NULL, FALSE) ? 0 : 2;
    }
    if (!strcmp(what, "enter")) {
        volatile LONG *shared = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, "transom-sp-section"),
                                              FILE_MAP_ALL_ACCESS, 0, 0, 0);
        for (;;) {
            if (WaitForSingleObject(mutex, INFINITE) == WAIT_ABANDONED)
                shared[1] = 0;
            if (shared[1])
                return 1;
            shared[1] = (LONG)GetCurrentProcessId();
            shared[0]++;
            shared[1] = 0;
            ReleaseMutex(mutex);
        }
    }
    if (!strcmp(what, "count")) { /* exclusion between processes */
        volatile LONG *shared = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, "transom-sp-section"),
                                              FILE_MAP_ALL_ACCESS, 0, 0, 0);
        if (!shared)
            return 1;
        WaitForSingleObject(go, 10000);
        for (int i = 0; i < 5000; i++) {
            LONG value;
            WaitForSingleObject(mutex, INFINITE);
            value = *shared;
            if (i % 64 == 0)
                SwitchToThread();
            *shared = value + 1;
            ReleaseMutex(mutex);
        }
        return 0;
    }
    return 99;
}

static HANDLE ready, go, mutex, semaphore, timer;

static void test_abandoned(void)
{
    HANDLE owner = start_child("own"), objects[2], waiter;

    ok_int(WaitForSingleObject(ready, 20000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(mutex, 0), WAIT_TIMEOUT);
    ok_err(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    waiter = start_child("wait");
    ok_int(WaitForSingleObject(ready, 20000), WAIT_OBJECT_0);
    Sleep(50);
    SetEvent(go);
    end_child(owner, 3);
    end_child(waiter, WAIT_ABANDONED);
    /* "The mutex object was not released by the thread that owned it before the thread terminated": the waiter's too. */
    objects[0] = mutex;
    objects[1] = ready;
    ok_int(WaitForMultipleObjects(2, objects, FALSE, 10000), WAIT_ABANDONED_0);
    ok(ReleaseMutex(mutex), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok(ReleaseMutex(mutex), "error %lu", GetLastError());
}

static void test_mixtures(void)
{
    HANDLE objects[3] = { CreateEventA(NULL, TRUE, FALSE, NULL), semaphore, ready }, process = start_child("set-all");

    ok_int(WaitForMultipleObjects(3, objects, TRUE, 30), WAIT_TIMEOUT);
    SetEvent(objects[0]);
    SetEvent(go);
    ok_int(WaitForMultipleObjects(3, objects, TRUE, 20000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    ok_int(WaitForSingleObject(ready, 0), WAIT_TIMEOUT);
    end_child(process, 0);

    ResetEvent(objects[0]);
    process = start_child("set-all");
    SetEvent(go);
    ok_int(WaitForMultipleObjects(3, objects, FALSE, 20000), WAIT_OBJECT_0 + 1);
    ok_int(WaitForMultipleObjects(3, objects, FALSE, 20000), WAIT_OBJECT_0 + 2);
    end_child(process, 0);
    CloseHandle(objects[0]);
}

static void test_timer(void)
{
    LARGE_INTEGER due = { .QuadPart = -1 };
    DWORD start = GetTickCount();
    HANDLE process = start_child("timer");

    end_child(process, 0);
    ok_int(WaitForSingleObject(timer, 10000), WAIT_OBJECT_0);
    ok(GetTickCount() - start < 9000, "%lu ms", GetTickCount() - start);
    ok(SetWaitableTimer(timer, &due, 20, NULL, NULL, FALSE), "error %lu", GetLastError());
    for (int i = 0; i < 4; i++)
        ok_int(WaitForSingleObject(timer, 10000), WAIT_OBJECT_0);
    ok(CancelWaitableTimer(timer), "error %lu", GetLastError());
    WaitForSingleObject(timer, 0);
    ok_int(WaitForSingleObject(timer, 60), WAIT_TIMEOUT);
}

static void test_exclusion(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "transom-sp-section");
    LONG *shared = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    HANDLE processes[CHILDREN];

    ok(shared != NULL, "error %lu", GetLastError());
    for (int i = 0; i < CHILDREN; i++)
        processes[i] = start_child("count");
    for (int i = 0; i < CHILDREN; i++)
        SetEvent(go);
    for (int i = 0; i < CHILDREN; i++) {
        while (WaitForSingleObject(processes[i], 50) == WAIT_TIMEOUT)
            SetEvent(go); /* auto-reset: one may have come later */
        end_child(processes[i], 0);
    }
    ResetEvent(go);
    ok_int(*shared, CHILDREN * 5000);
    UnmapViewOfFile(shared);
    CloseHandle(section);
}

static DWORD WINAPI wait_for(void *object)
{
    return WaitForSingleObject(object, 20000);
}

static DWORD WINAPI wait_for_own(void *object)
{
    HANDLE objects[2] = { object, CreateEventA(NULL, FALSE, FALSE, NULL) };
    return WaitForMultipleObjects(2, objects, FALSE, 20000);
}

static LONG pool_calls;
static VOID CALLBACK on_signal(PVOID context, BOOLEAN timed_out)
{
    (void)context;
    if (!timed_out)
        InterlockedIncrement(&pool_calls);
}

/* An unnamed object that several threads wait for already is given to a child. */
static void test_shared_later(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE event = CreateEventA(&inherit, TRUE, FALSE, NULL), threads[2], registered, process;
    char what[64];
    DWORD code;

    threads[0] = CreateThread(NULL, 0, wait_for, event, 0, NULL);
    threads[1] = CreateThread(NULL, 0, wait_for_own, event, 0, NULL);
    ok(RegisterWaitForSingleObject(&registered, event, on_signal, NULL, INFINITE, WT_EXECUTEONLYONCE), "error %lu",
       GetLastError());
    Sleep(50);
    snprintf(what, sizeof(what), "\"inherited %#lx\"", (unsigned long)(ULONG_PTR)event);
    process = start_child(what);
    end_child(process, 0);
    ok_int(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 2; i++) {
        ok_int(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        GetExitCodeThread(threads[i], &code);
        ok_int(code, WAIT_OBJECT_0);
        CloseHandle(threads[i]);
    }
    for (int i = 0; i < 200 && !pool_calls; i++)
        Sleep(10);
    ok_int(pool_calls, 1);
    UnregisterWaitEx(registered, INVALID_HANDLE_VALUE);
    ok(ResetEvent(event), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok(SetEvent(event), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CloseHandle(event);
}

static void test_pool(void)
{
    HANDLE registered, process;

    pool_calls = 0;
    ok(RegisterWaitForSingleObject(&registered, semaphore, on_signal, NULL, INFINITE, WT_EXECUTEDEFAULT), "error %lu",
       GetLastError());
    process = start_child("set-all");
    SetEvent(go);
    end_child(process, 0);
    for (int i = 0; i < 200 && !pool_calls; i++)
        Sleep(10);
    ok_int(pool_calls, 1);
    ok(UnregisterWaitEx(registered, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ReleaseSemaphore(semaphore, 1, NULL);
    Sleep(50);
    ok_int(pool_calls, 1);
    ok_int(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    WaitForSingleObject(ready, 0);
}

static DWORD WINAPI get_packet(void *port)
{
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD size;
    return GetQueuedCompletionStatus(port, &size, &key, &overlapped, 20000) ? size * 100 + (DWORD)key : 0xdead;
}

/* A completion port that a thread waits at already, with a packet in it later, is given to a child. */
static void test_port(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    HANDLE thread = CreateThread(NULL, 0, get_packet, port, 0, NULL), process;
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    char what[64];
    DWORD code, size;

    Sleep(50);
    SetHandleInformation(port, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    snprintf(what, sizeof(what), "\"port %#lx\"", (unsigned long)(ULONG_PTR)port);
    process = start_child(what);
    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 506);
    ok(PostQueuedCompletionStatus(port, 8, 9, (OVERLAPPED *)10), "error %lu", GetLastError());
    SetEvent(go);
    end_child(process, 0);
    ok(!GetQueuedCompletionStatus(port, &size, &key, &overlapped, 0) && GetLastError() == WAIT_TIMEOUT, "error %lu",
       GetLastError());
    CloseHandle(thread);
    CloseHandle(port);
}

/* A timer that runs already is given to a child, which waits for it; the next time it is the child that sets it. */
static void test_timer_shared_later(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE running = CreateWaitableTimerW(&inherit, FALSE, NULL), process;
    LARGE_INTEGER due = { .QuadPart = -3000000 };
    DWORD start = GetTickCount();
    char what[64];

    ok(SetWaitableTimer(running, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    snprintf(what, sizeof(what), "\"wait-set %#lx\"", (unsigned long)(ULONG_PTR)running);
    process = start_child(what);
    end_child(process, 0);
    ok(GetTickCount() - start >= 280, "%lu ms", GetTickCount() - start);
    ok_int(WaitForSingleObject(running, 10000), WAIT_OBJECT_0);
    ok(CancelWaitableTimer(running), "error %lu", GetLastError());
    CloseHandle(running);
}

static LONG apcs;
static VOID CALLBACK count_apc(ULONG_PTR unused)
{
    (void)unused;
    InterlockedIncrement(&apcs);
}

static DWORD WINAPI wait_alertably(void *own)
{
    HANDLE objects[2] = { own, ready };
    DWORD result;
    do
        result = WaitForMultipleObjectsEx(2, objects, FALSE, 20000, TRUE);
    while (result == WAIT_IO_COMPLETION);
    return result;
}

/* APCs, suspension and the end of threads that wait for shared objects; such a thread leaves no trace. */
static void test_interruptions(void)
{
    HANDLE own = CreateEventW(NULL, FALSE, FALSE, NULL), thread = CreateThread(NULL, 0, wait_alertably, own, 0, NULL);
    DWORD code;

    for (int i = 1; i <= 20; i++) {
        ok(QueueUserAPC(count_apc, thread, 0), "error %lu", GetLastError());
        for (int n = 0; n < 1000 && apcs < i; n++)
            Sleep(1);
        ok_int(apcs, i);
        ok_int(SuspendThread(thread), 0);
        ok_int(ResumeThread(thread), 1);
    }
    ok_int(SuspendThread(thread), 0);
    SetEvent(ready);
    ok_int(WaitForSingleObject(thread, 50), WAIT_TIMEOUT);
    ok_int(ResumeThread(thread), 1);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, WAIT_OBJECT_0 + 1);
    CloseHandle(thread);

    thread = CreateThread(NULL, 0, wait_alertably, own, 0, NULL);
    Sleep(50);
    SetEvent(own);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, WAIT_OBJECT_0);
    CloseHandle(thread);

    thread = CreateThread(NULL, 0, wait_alertably, own, 0, NULL);
    Sleep(50);
    ok(TerminateThread(thread, 5), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CloseHandle(thread);
    SetEvent(ready);
    ok_int(WaitForSingleObject(ready, 1000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(ready, 0), WAIT_TIMEOUT);
    CloseHandle(own);
}

/* Children that work with a mutex are killed at any moment: it always comes, alone, and is said to be abandoned if it was. */
static void test_killed(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "transom-sp-section");
    LONG *shared = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    HANDLE processes[3];
    int abandoned = 0;

    for (int i = 0; i < 3; i++)
        processes[i] = start_child("enter");
    for (DWORD round = 0, start = GetTickCount(); round < 60 && GetTickCount() - start < 10000; round++) {
        int victim = (int)(round % 3);
        LONG before;
        Sleep(round % 7 * 3);
        TerminateProcess(processes[victim], 77);
        ok_int(WaitForSingleObject(processes[victim], 10000), WAIT_OBJECT_0);
        CloseHandle(processes[victim]);
        switch (WaitForSingleObject(mutex, 10000)) {
        case WAIT_ABANDONED:
            abandoned++;
            shared[1] = 0;
            break;
        case WAIT_OBJECT_0:
            break;
        default:
            ok(false, "the mutex does not come in round %lu", round);
            return;
        }
        ok(shared[1] == 0, "%ld is inside too", shared[1]);
        before = shared[0];
        Sleep(1);
        ok(shared[0] == before, "somebody is inside too");
        ok(ReleaseMutex(mutex), "error %lu", GetLastError());
        processes[victim] = start_child("enter");
    }
    for (int i = 0; i < 3; i++) {
        TerminateProcess(processes[i], 77);
        end_child(processes[i], 77);
    }
    if (WaitForSingleObject(mutex, 10000) == WAIT_ABANDONED)
        abandoned++;
    ok(ReleaseMutex(mutex), "error %lu", GetLastError());
    note("abandoned %d times, entered %ld times", abandoned, shared[0]);
    UnmapViewOfFile(shared);
    CloseHandle(section);
}

static void test_owned_at_once(void)
{
    HANDLE own = CreateMutexA(NULL, TRUE, "transom-sp-own"), again;

    ok(own && GetLastError() == ERROR_SUCCESS, "error %lu", GetLastError());
    again = CreateMutexA(NULL, TRUE, "transom-sp-own");
    ok(again && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    ok(ReleaseMutex(again), "error %lu", GetLastError());
    ok_err(ReleaseMutex(own), ERROR_NOT_OWNER);
    CloseHandle(again);
    CloseHandle(own);
}

TESTS
{
    HANDLE process;

    if (test_argc > 1)
        ExitProcess((UINT)child(test_argv[1]));
    ready = CreateEventA(NULL, FALSE, FALSE, "transom-sp-ready");
    go = CreateEventA(NULL, FALSE, FALSE, "transom-sp-go");
    mutex = CreateMutexA(NULL, FALSE, "transom-sp-mutex");
    semaphore = CreateSemaphoreA(NULL, 0, 100, "transom-sp-semaphore");
    timer = CreateWaitableTimerA(NULL, FALSE, "transom-sp-timer");
    process = start_child("open");
    end_child(process, 0);
    test_abandoned();
    test_mixtures();
    test_timer();
    test_exclusion();
    test_shared_later();
    test_pool();
    test_owned_at_once();
    test_port();
    test_timer_shared_later();
    test_interruptions();
    test_killed();
}
