/* SPDX-License-Identifier: MIT */
/*
 * synchapi_waits.c: waits within a process: timers of all kinds, SignalObjectAndWait, PulseEvent, waits for any and for all,
 * the order of waiters, wait-all with many threads. What is said of functions is from their pages in synchapi.h.
 */
#include "../test.h"
#include <winternl.h>

static LONG calls, arrived;
static LONG64 last_due;

static VOID CALLBACK on_timer(LPVOID argument, DWORD low, DWORD high)
{
    InterlockedExchangeAdd(&calls, (LONG)(LONG_PTR)argument);
    last_due = (LONG64)((ULONG64)high << 32 | low);
}

static LONG64 file_time(void)
{
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    return (LONG64)((ULONG64)now.dwHighDateTime << 32 | now.dwLowDateTime);
}

static double now_ms(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e3 / (double)frequency.QuadPart;
}

static void test_timers(void)
{
    HANDLE manual = CreateWaitableTimerW(NULL, TRUE, NULL), automatic = CreateWaitableTimerW(NULL, FALSE, NULL);
    LARGE_INTEGER due = { .QuadPart = -300000 };
    double start = now_ms();

    ok(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    ok_int(WaitForSingleObject(manual, 5000), WAIT_OBJECT_0);
    ok(now_ms() - start >= 29.9, "%.1f ms", now_ms() - start);
    ok_int(WaitForSingleObject(manual, 0), WAIT_OBJECT_0); /* "stays signaled until SetWaitableTimer is called" */
    ok(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    /* "CancelWaitableTimer does not change the signaled state". */
    ok(CancelWaitableTimer(manual), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(manual, 60), WAIT_TIMEOUT);

    due.QuadPart = -100000;
    ok(SetWaitableTimer(automatic, &due, 10, NULL, NULL, FALSE), "error %lu", GetLastError());
    start = now_ms();
    for (int i = 0; i < 5; i++)
        ok_int(WaitForSingleObject(automatic, 5000), WAIT_OBJECT_0);
    ok(now_ms() - start >= 45, "%.1f ms for five periods", now_ms() - start);
    ok(CancelWaitableTimer(automatic), "error %lu", GetLastError());
    WaitForSingleObject(automatic, 0);
    ok_int(WaitForSingleObject(automatic, 30), WAIT_TIMEOUT);

    due.QuadPart = file_time() + 300000; /* absolute */
    ok(SetWaitableTimer(automatic, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(automatic, 5000), WAIT_OBJECT_0);
    ok(file_time() >= due.QuadPart - 10000, "%lld before", due.QuadPart - file_time());
    due.QuadPart = file_time() - 10000000; /* in the past: at once */
    ok(SetWaitableTimer(automatic, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(automatic, 1000), WAIT_OBJECT_0);
    due.QuadPart = 0;
    ok(SetWaitableTimer(automatic, &due, 0, NULL, NULL, FALSE), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(automatic, 1000), WAIT_OBJECT_0);
    due.QuadPart = -1;
    ok_err(SetWaitableTimer(automatic, &due, -1, NULL, NULL, FALSE), ERROR_INVALID_PARAMETER);

    /* APCs run in the thread that set the timer, in an alertable wait. */
    calls = 0;
    due.QuadPart = -100000;
    ok(SetWaitableTimer(manual, &due, 0, on_timer, (void *)1, FALSE), "error %lu", GetLastError());
    Sleep(40);
    ok_int(calls, 0);
    ok_int(SleepEx(1000, TRUE), WAIT_IO_COMPLETION);
    ok_int(calls, 1);
    ok(last_due > file_time() - 100000000 && last_due <= file_time(), "%lld", last_due);
    ok(SetWaitableTimer(manual, &due, 0, on_timer, (void *)1, FALSE), "error %lu", GetLastError());
    Sleep(40);
    ok(CancelWaitableTimer(manual), "error %lu", GetLastError()); /* takes the APC back */
    ok_int(SleepEx(0, TRUE), 0);
    ok_int(calls, 1);
    due.QuadPart = -50000;
    ok(SetWaitableTimer(automatic, &due, 5, on_timer, (void *)1, FALSE), "error %lu", GetLastError());
    for (calls = 0; calls < 3;)
        ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CancelWaitableTimer(automatic);
    CloseHandle(manual);
    CloseHandle(automatic);
}

static void test_high_resolution(void)
{
    HANDLE timer =
        CreateWaitableTimerExW(NULL, NULL, 0x2 /* CREATE_WAITABLE_TIMER_HIGH_RESOLUTION */, TIMER_ALL_ACCESS);
    LARGE_INTEGER due = { .QuadPart = -5000 };
    double best = 1e9;

    ok(timer != NULL, "error %lu", GetLastError());
    for (int i = 0; i < 20; i++) {
        double start = now_ms();
        SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
        WaitForSingleObject(timer, 1000);
        start = now_ms() - start;
        ok(start >= 0.49, "%.3f ms", start);
        best = start < best ? start : best;
    }
    ok(best < 3, "%.3f ms at best for half a millisecond", best);
    CloseHandle(timer);
    timer = CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_MANUAL_RESET, SYNCHRONIZE);
    ok(timer != NULL, "error %lu", GetLastError());
    ok_err(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE), ERROR_ACCESS_DENIED);
    CloseHandle(timer);
}

static DWORD WINAPI wait_twice(void *argument)
{
    HANDLE *objects = argument;
    return SignalObjectAndWait(objects[0], objects[1], 10000, FALSE);
}

static void test_signal_and_wait(void)
{
    HANDLE objects[3] = { CreateEventW(NULL, FALSE, FALSE, NULL), CreateEventW(NULL, FALSE, FALSE, NULL),
                          CreateMutexW(NULL, FALSE, NULL) };
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 1, NULL), thread = CreateThread(NULL, 0, wait_twice, objects, 0, NULL);
    DWORD code;

    ok_int(WaitForSingleObject(objects[0], 10000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(thread, 20), WAIT_TIMEOUT);
    SetEvent(objects[1]);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, WAIT_OBJECT_0);
    CloseHandle(thread);
    ok_int(SignalObjectAndWait(objects[0], objects[1], 0, FALSE), WAIT_TIMEOUT);
    ok_int(WaitForSingleObject(objects[0], 0), WAIT_OBJECT_0);
    ok_int(SignalObjectAndWait(objects[2], objects[0], 0, FALSE), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_NOT_OWNER);
    ok_int(SignalObjectAndWait(semaphore, objects[0], 0, FALSE), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_TOO_MANY_POSTS);
    ok_int(SignalObjectAndWait(GetCurrentProcess(), objects[0], 0, FALSE), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_INVALID_HANDLE);
    WaitForSingleObject(objects[2], 0);
    ok_int(SignalObjectAndWait(objects[2], objects[2], 0, FALSE), WAIT_OBJECT_0);
    ok(ReleaseMutex(objects[2]), "error %lu", GetLastError());
    for (int i = 0; i < 3; i++)
        CloseHandle(objects[i]);
    CloseHandle(semaphore);
}

static DWORD WINAPI wait_for(void *object)
{
    InterlockedIncrement(&arrived);
    return WaitForSingleObject(object, 300);
}

static int released(HANDLE *threads, int count)
{
    int satisfied = 0;
    for (int i = 0; i < count; i++) {
        DWORD code = 0xdead;
        WaitForSingleObject(threads[i], 10000);
        GetExitCodeThread(threads[i], &code);
        satisfied += code == WAIT_OBJECT_0;
        CloseHandle(threads[i]);
    }
    return satisfied;
}

/* "PulseEvent releases all waiting threads of a manual-reset event, one of an auto-reset one, and leaves it nonsignaled." */
static void test_pulse(void)
{
    for (int manual = 0; manual < 2; manual++) {
        HANDLE event = CreateEventW(NULL, manual, FALSE, NULL), threads[3];
        arrived = 0;
        for (int i = 0; i < 3; i++)
            threads[i] = CreateThread(NULL, 0, wait_for, event, 0, NULL);
        while (arrived < 3)
            Sleep(1);
        Sleep(30);
        ok(PulseEvent(event), "error %lu", GetLastError());
        ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
        ok_int(released(threads, 3), manual ? 3 : 1);
        ok(PulseEvent(event), "error %lu", GetLastError());
        ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
        CloseHandle(event);
    }
}

static void test_limits(void)
{
    HANDLE many[MAXIMUM_WAIT_OBJECTS + 1], twice[2];

    for (int i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        many[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_int(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, many, FALSE, 0), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    SetEvent(many[40]);
    SetEvent(many[20]);
    /* "the smallest index value of all the signaled objects" */
    ok_int(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, many, FALSE, 0), WAIT_OBJECT_0 + 20);
    ok_int(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, many, FALSE, 0), WAIT_OBJECT_0 + 40);
    ok_int(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, many, FALSE, 0), WAIT_TIMEOUT);
    twice[0] = twice[1] = many[0];
    /* "The array can contain handles ... It may not contain multiple copies of the same handle", with bWaitAll at least. */
    ok_int(WaitForMultipleObjects(2, twice, TRUE, 0), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    ok_int(WaitForMultipleObjects(2, twice, FALSE, 0), WAIT_TIMEOUT);
    twice[1] = NULL;
    ok_int(WaitForMultipleObjects(2, twice, FALSE, 0), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_INVALID_HANDLE);
    for (int i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        CloseHandle(many[i]);
}

static HANDLE order_event;
static LONG order[8], order_count;
static DWORD WINAPI in_order(void *number)
{
    InterlockedIncrement(&arrived);
    if (WaitForSingleObject(order_event, 10000) == WAIT_OBJECT_0)
        order[InterlockedIncrement(&order_count) - 1] = (LONG)(LONG_PTR)number;
    return 0;
}

/* First come, first served, and each set releases one: two sets in a row are two releases. */
static void test_order(void)
{
    HANDLE threads[8];

    order_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    arrived = 0;
    for (int i = 0; i < 8; i++) {
        threads[i] = CreateThread(NULL, 0, in_order, (void *)(LONG_PTR)i, 0, NULL);
        while (arrived <= i)
            Sleep(1);
        Sleep(10);
    }
    for (int i = 0; i < 8; i++) {
        SetEvent(order_event);
        while (order_count <= i)
            Sleep(1);
        ok_int(order[i], i);
    }
    for (int i = 0; i < 8; i++) {
        WaitForSingleObject(threads[i], 10000);
        CloseHandle(threads[i]);
    }
    arrived = order_count = 0;
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, in_order, NULL, 0, NULL);
    while (arrived < 4)
        Sleep(1);
    Sleep(30);
    for (int i = 0; i < 4; i++)
        SetEvent(order_event);
    for (int i = 0; i < 4; i++) {
        ok_int(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CloseHandle(threads[i]);
    }
    ok_int(WaitForSingleObject(order_event, 0), WAIT_TIMEOUT);
    CloseHandle(order_event);
}

/*
 * Wait-all takes all or nothing: dining philosophers by mutexes, where a fork held while waiting for the other would soon
 * stop everybody; and tokens of two semaphores that are only ever taken in pairs.
 */
static HANDLE forks[4], tokens[2];
static volatile LONG fork_holder[4], stop;
static LONG meals, pairs, given[2];

static DWORD WINAPI philosopher(void *argument)
{
    int left = (int)(LONG_PTR)argument, right = (left + 1) % 4;
    HANDLE objects[2] = { forks[left], forks[right] };
    LONG ate = 0;
    while (!stop) {
        if (WaitForMultipleObjects(2, objects, TRUE, INFINITE) != WAIT_OBJECT_0)
            return 1;
        if (InterlockedExchange(&fork_holder[left], 1) || InterlockedExchange(&fork_holder[right], 1))
            return 2;
        fork_holder[left] = fork_holder[right] = 0;
        ReleaseMutex(forks[right]);
        ReleaseMutex(forks[left]);
        ate++;
    }
    InterlockedExchangeAdd(&meals, ate);
    return 0;
}

static DWORD WINAPI giver(void *argument)
{
    int which = (int)(LONG_PTR)argument;
    while (!stop) {
        if (ReleaseSemaphore(tokens[which], 1, NULL))
            given[which]++;
        else
            SwitchToThread();
    }
    return 0;
}

static DWORD WINAPI taker(void *argument)
{
    (void)argument;
    while (!stop)
        if (WaitForMultipleObjects(2, tokens, TRUE, 10) == WAIT_OBJECT_0)
            InterlockedIncrement(&pairs);
    return 0;
}

static void test_all(void)
{
    HANDLE threads[4];
    LONG left[2] = { 0, 0 };
    DWORD code;

    for (int i = 0; i < 4; i++)
        forks[i] = CreateMutexW(NULL, FALSE, NULL);
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, philosopher, (void *)(LONG_PTR)i, 0, NULL);
    Sleep(2000);
    stop = 1;
    for (int i = 0; i < 4; i++) {
        ok_int(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        GetExitCodeThread(threads[i], &code);
        ok_int(code, 0);
        CloseHandle(threads[i]);
    }
    for (int i = 0; i < 4; i++) /* once nobody waits for them any more */
        CloseHandle(forks[i]);
    ok(meals > 1000, "%ld meals", meals);

    stop = 0;
    for (int i = 0; i < 2; i++)
        tokens[i] = CreateSemaphoreW(NULL, 0, 50, NULL);
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, i < 2 ? giver : taker, (void *)(LONG_PTR)i, 0, NULL);
    Sleep(2000);
    stop = 1;
    for (int i = 0; i < 4; i++) {
        ok_int(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CloseHandle(threads[i]);
    }
    for (int i = 0; i < 2; i++) {
        while (WaitForSingleObject(tokens[i], 0) == WAIT_OBJECT_0)
            left[i]++;
        ok_int(given[i], pairs + left[i]);
        CloseHandle(tokens[i]);
    }
    ok(pairs > 1000, "%ld pairs", pairs);
}

/* A waiter for all is satisfied by the set that makes it complete: nobody else can take what it was given. */
static DWORD WINAPI wait_all(void *objects)
{
    InterlockedIncrement(&arrived);
    return WaitForMultipleObjects(2, objects, TRUE, 10000);
}

static void test_all_at_once(void)
{
    HANDLE objects[2] = { CreateEventW(NULL, FALSE, FALSE, NULL), CreateEventW(NULL, FALSE, FALSE, NULL) };

    for (int i = 0; i < 20; i++) {
        HANDLE thread;
        DWORD code = 0xdead;
        arrived = 0;
        thread = CreateThread(NULL, 0, wait_all, objects, 0, NULL);
        while (!arrived)
            Sleep(1);
        Sleep(10);
        SetEvent(objects[i % 2]);
        SetEvent(objects[1 - i % 2]);
        ok_int(WaitForSingleObject(objects[i % 2], 0), WAIT_TIMEOUT);
        ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
        GetExitCodeThread(thread, &code);
        ok_int(code, WAIT_OBJECT_0);
        CloseHandle(thread);
    }
    CloseHandle(objects[0]);
    CloseHandle(objects[1]);
}

/* Any number of threads may wait for one object, for it alone or for all of several. */
static HANDLE gate;
static DWORD WINAPI wait_at_gate(void *own)
{
    HANDLE objects[2] = { gate, own };
    InterlockedIncrement(&arrived);
    return own ? WaitForMultipleObjects(2, objects, TRUE, 20000) : WaitForSingleObject(gate, 20000);
}

static void test_crowd(void)
{
    enum { COUNT = 300 };
    static HANDLE threads[COUNT], own[COUNT];

    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    arrived = 0;
    for (int i = 0; i < COUNT; i++) {
        own[i] = i % 3 ? CreateEventW(NULL, FALSE, TRUE, NULL) : NULL;
        threads[i] = CreateThread(NULL, 0x10000, wait_at_gate, own[i], STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    }
    while (arrived < COUNT)
        Sleep(1);
    Sleep(100);
    SetEvent(gate);
    ok_int(released(threads, COUNT), COUNT);
    for (int i = 0; i < COUNT; i++)
        if (own[i]) {
            ok_int(WaitForSingleObject(own[i], 0), WAIT_TIMEOUT);
            CloseHandle(own[i]);
        }
    CloseHandle(gate);
}

static DWORD WINAPI wait_long(void *event)
{
    return WaitForSingleObject(event, 20000);
}

/* A thread that is ended in a wait does not take what is signalled afterwards. */
static void test_terminated(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), thread = CreateThread(NULL, 0, wait_long, event, 0, NULL);
    DWORD code;

    Sleep(50);
    ok(TerminateThread(thread, 5), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 5);
    SetEvent(event);
    ok_int(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CloseHandle(thread);
    CloseHandle(event);
}

static HANDLE left_mutex;
static DWORD WINAPI leaves_mutex(void *argument)
{
    (void)argument;
    WaitForSingleObject(left_mutex, INFINITE);
    InterlockedIncrement(&arrived);
    Sleep(50);
    return 0;
}

static DWORD WINAPI waits_for_mutex(void *argument)
{
    (void)argument;
    return WaitForSingleObject(left_mutex, 10000);
}

/* A thread that is blocked when the owner ends gets it as abandoned, as one does who comes later. */
static void test_abandoned(void)
{
    HANDLE owner, waiter;
    DWORD code;

    left_mutex = CreateMutexW(NULL, FALSE, NULL);
    arrived = 0;
    owner = CreateThread(NULL, 0, leaves_mutex, NULL, 0, NULL);
    while (!arrived)
        Sleep(1);
    waiter = CreateThread(NULL, 0, waits_for_mutex, NULL, 0, NULL);
    WaitForSingleObject(waiter, 10000);
    GetExitCodeThread(waiter, &code);
    ok_int(code, WAIT_ABANDONED);
    CloseHandle(waiter);
    CloseHandle(owner);
    ok_int(WaitForSingleObject(left_mutex, 1000), WAIT_ABANDONED); /* the waiter's thread ended with it too */
    ok(ReleaseMutex(left_mutex), "error %lu", GetLastError());
    CloseHandle(left_mutex);
}

TESTS
{
    test_timers();
    test_high_resolution();
    test_signal_and_wait();
    test_pulse();
    test_limits();
    test_order();
    test_all_at_once();
    test_abandoned();
    test_terminated();
    test_crowd();
    test_all();
}
