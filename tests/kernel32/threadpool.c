/* SPDX-License-Identifier: MIT */
/* threadpool.c: thread pools, work, timers, waits, I/O and clean-up groups; work items, registered waits, timer queues. */
#include "../test.h"

static LONG counter, most, running;
static HANDLE done;

static void CALLBACK count_work(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)work;
    InterlockedAdd(&counter, *(LONG *)context);
}

static void CALLBACK blocking_work(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)work;
    LONG now = InterlockedIncrement(&running);

    if (now > most)
        most = now;
    WaitForSingleObject(context, 10000);
    InterlockedDecrement(&running);
}

static void CALLBACK simple(PTP_CALLBACK_INSTANCE instance, void *context)
{
    SetEventWhenCallbackReturns(instance, context);
    InterlockedIncrement(&counter);
}

static void test_work(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    LONG add = 2;
    PTP_WORK work;
    int i;

    counter = 0;
    work = CreateThreadpoolWork(count_work, &add, NULL);
    ok(work != NULL, "error %lu", GetLastError());
    for (i = 0; i < 1000; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    ok_int(counter, 2000);
    CloseThreadpoolWork(work);

    /* Callbacks that block do not keep others from running. */
    most = running = 0;
    work = CreateThreadpoolWork(blocking_work, event, NULL);
    for (i = 0; i < 40; i++)
        SubmitThreadpoolWork(work);
    for (i = 0; i < 200 && running < 40; i++)
        Sleep(25);
    ok_int(running, 40);
    SetEvent(event);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    ok_int(running, 0);
    CloseThreadpoolWork(work);

    counter = 0;
    ResetEvent(event);
    ok(TrySubmitThreadpoolCallback(simple, event, NULL), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(counter, 1);
    CloseHandle(event);
}

static LONG cancelled;

static void CALLBACK cancel_callback(void *object_context, void *cleanup_context)
{
    (void)object_context;
    InterlockedAdd(&cancelled, *(LONG *)cleanup_context);
}

static void test_pool(void)
{
    PTP_POOL pool = CreateThreadpool(NULL);
    PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    TP_CALLBACK_ENVIRON environment;
    LONG add = 1, one = 1;
    PTP_WORK work, blocked;
    int i;

    ok(pool && group, "error %lu", GetLastError());
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    SetThreadpoolCallbackCleanupGroup(&environment, group, cancel_callback);
    SetThreadpoolThreadMaximum(pool, 1);
    ok(SetThreadpoolThreadMinimum(pool, 1), "error %lu", GetLastError());

    most = running = counter = 0;
    blocked = CreateThreadpoolWork(blocking_work, event, &environment);
    work = CreateThreadpoolWork(count_work, &add, &environment);
    SubmitThreadpoolWork(blocked);
    for (i = 0; i < 100 && !running; i++)
        Sleep(10);
    for (i = 0; i < 10; i++)
        SubmitThreadpoolWork(work);
    Sleep(50);
    ok_int(counter, 0); /* one thread, and it is busy */
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    ok_int(counter, 0);
    SubmitThreadpoolWork(work);
    SetEvent(event);
    CloseThreadpoolCleanupGroupMembers(group, FALSE, NULL);
    ok_int(counter, 1);
    ok_int(most, 1);

    ResetEvent(event);
    running = counter = cancelled = 0;
    blocked = CreateThreadpoolWork(blocking_work, event, &environment);
    work = CreateThreadpoolWork(count_work, &add, &environment);
    SubmitThreadpoolWork(blocked);
    for (i = 0; i < 100 && !running; i++)
        Sleep(10);
    SubmitThreadpoolWork(work);
    SetEvent(event);
    CloseThreadpoolCleanupGroupMembers(group, TRUE, &one);
    ok(cancelled >= 1, "%ld", cancelled);
    CloseThreadpoolCleanupGroup(group);
    CloseThreadpool(pool);
    CloseHandle(event);
}

static void CALLBACK timer_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    (void)instance, (void)timer;
    if (InterlockedIncrement(&counter) == (LONG)(LONG_PTR)context)
        SetEvent(done);
}

static void test_timer(void)
{
    FILETIME due;
    LARGE_INTEGER time;
    PTP_TIMER timer;
    DWORD start;

    done = CreateEventA(NULL, FALSE, FALSE, NULL);
    counter = 0;
    timer = CreateThreadpoolTimer(timer_callback, (void *)1, NULL);
    ok(timer != NULL, "error %lu", GetLastError());
    ok(!IsThreadpoolTimerSet(timer), "not set");
    time.QuadPart = -50 * 10000;
    memcpy(&due, &time, sizeof(due));
    start = GetTickCount();
    SetThreadpoolTimer(timer, &due, 0, 0);
    ok(IsThreadpoolTimerSet(timer), "set");
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(GetTickCount() - start >= 30, "after %lu ms", GetTickCount() - start);
    WaitForThreadpoolTimerCallbacks(timer, FALSE);
    CloseThreadpoolTimer(timer);

    counter = 0;
    timer = CreateThreadpoolTimer(timer_callback, (void *)5, NULL);
    memset(&due, 0, sizeof(due)); /* at once */
    SetThreadpoolTimer(timer, &due, 10, 0);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    SetThreadpoolTimer(timer, NULL, 0, 0);
    ok(!IsThreadpoolTimerSet(timer), "cleared");
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    start = counter;
    Sleep(50);
    ok_int(counter, start);
    CloseThreadpoolTimer(timer);
}

static TP_WAIT_RESULT wait_result;

static void CALLBACK wait_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait, TP_WAIT_RESULT result)
{
    (void)instance, (void)context, (void)wait;
    wait_result = result;
    SetEvent(done);
}

static void test_wait(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    LARGE_INTEGER time = { .QuadPart = -30 * 10000 };
    FILETIME timeout;
    PTP_WAIT wait;
    int i;

    memcpy(&timeout, &time, sizeof(timeout));
    wait = CreateThreadpoolWait(wait_callback, NULL, NULL);
    ok(wait != NULL, "error %lu", GetLastError());
    wait_result = 99;
    SetThreadpoolWait(wait, event, NULL);
    ok_int(WaitForSingleObject(done, 30), WAIT_TIMEOUT);
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_int(wait_result, WAIT_OBJECT_0);
    SetThreadpoolWait(wait, event, &timeout);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_int(wait_result, WAIT_TIMEOUT);
    /* Not armed any more. */
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 30), WAIT_TIMEOUT);
    /* Signalled already; again and again. */
    for (i = 0; i < 100; i++) {
        SetEvent(event);
        SetThreadpoolWait(wait, event, NULL);
        if (!ok(WaitForSingleObject(done, 5000) == WAIT_OBJECT_0, "round %d", i))
            break;
    }
    SetThreadpoolWait(wait, event, NULL);
    SetThreadpoolWait(wait, NULL, NULL);
    SetEvent(event);
    WaitForThreadpoolWaitCallbacks(wait, FALSE);
    ok_int(WaitForSingleObject(done, 30), WAIT_TIMEOUT);
    CloseThreadpoolWait(wait);
    CloseHandle(event);
}

static ULONG io_result;
static ULONG_PTR io_bytes;

static void CALLBACK io_callback(PTP_CALLBACK_INSTANCE instance, void *context, void *overlapped, ULONG result,
                                 ULONG_PTR bytes, PTP_IO io)
{
    (void)instance, (void)context, (void)overlapped, (void)io;
    io_result = result;
    io_bytes = bytes;
    SetEvent(done);
}

static void test_io(void)
{
    char folder[MAX_PATH], path[MAX_PATH], data[100] = { 0 };
    OVERLAPPED overlapped = { 0 };
    HANDLE file;
    PTP_IO io;
    BOOL result;

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "tp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    io = CreateThreadpoolIo(file, io_callback, NULL, NULL);
    ok(io != NULL, "error %lu", GetLastError());
    StartThreadpoolIo(io);
    result = WriteFile(file, data, sizeof(data), NULL, &overlapped);
    ok(result || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_int(io_result, NO_ERROR);
    ok_int(io_bytes, sizeof(data));
    StartThreadpoolIo(io);
    CancelThreadpoolIo(io);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
    CloseHandle(file);
}

static DWORD CALLBACK work_item(void *context)
{
    InterlockedIncrement(&counter);
    SetEvent(context);
    return 0;
}

static void CALLBACK registered(void *context, BOOLEAN timed_out)
{
    InterlockedAdd(context, timed_out ? 1000 : 1);
    SetEvent(done);
}

static void CALLBACK slow(void *context, BOOLEAN timed_out)
{
    (void)timed_out;
    SetEvent(done);
    WaitForSingleObject(context, 5000);
}

static void test_legacy_waits(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), gate = CreateEventA(NULL, TRUE, FALSE, NULL), wait;
    LONG calls = 0;

    counter = 0;
    ok(QueueUserWorkItem(work_item, done, WT_EXECUTEDEFAULT), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_int(counter, 1);

    ok(RegisterWaitForSingleObject(&wait, event, registered, &calls, INFINITE, WT_EXECUTEDEFAULT), "error %lu",
       GetLastError());
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok_int(calls, 2);

    calls = 0;
    ok(RegisterWaitForSingleObject(&wait, event, registered, &calls, 20, WT_EXECUTEONLYONCE), "error %lu",
       GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 30), WAIT_TIMEOUT);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok_int(calls, 1000);

    /* In the thread that waits; the event is still set. */
    calls = 0;
    ok(RegisterWaitForSingleObject(&wait, event, registered, &calls, INFINITE,
                                   WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD),
       "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok_int(calls, 1);

    /* A callback that is running: the deletion is pending, and the event tells when it is over. */
    ok(RegisterWaitForSingleObject(&wait, event, slow, gate, INFINITE, WT_EXECUTEONLYONCE), "error %lu",
       GetLastError());
    SetEvent(event);
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_err(UnregisterWaitEx(wait, event), ERROR_IO_PENDING);
    ok_int(WaitForSingleObject(event, 30), WAIT_TIMEOUT);
    SetEvent(gate);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    CloseHandle(gate);
    CloseHandle(event);
}

static HANDLE registered_mutex;

static void CALLBACK with_mutex(void *context, BOOLEAN timed_out)
{
    /* The first call keeps it until it has been seen to be owned. */
    if (InterlockedAdd(context, timed_out ? 1000 : 1) == 1) {
        SetEvent(done);
        Sleep(20);
    }
    ok(timed_out || ReleaseMutex(registered_mutex), "error %lu", GetLastError());
    SetEvent(done);
}

/* "The hObject parameter can be a handle to any of: ... mutex ..." (RegisterWaitForSingleObject) */
static void test_legacy_mutex(void)
{
    HANDLE wait;
    LONG calls = 0;

    registered_mutex = CreateMutexA(NULL, TRUE, NULL);
    ok(RegisterWaitForSingleObject(&wait, registered_mutex, with_mutex, &calls, INFINITE,
                                   WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE),
       "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 30), WAIT_TIMEOUT);
    ok(ReleaseMutex(registered_mutex), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(registered_mutex, 5000), WAIT_OBJECT_0);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok_int(calls, 1);
    WaitForSingleObject(done, 0);

    /* Unregistered while it waits: nothing comes any more, and nobody else has the mutex. */
    calls = 0;
    ok(RegisterWaitForSingleObject(&wait, registered_mutex, with_mutex, &calls, 5, WT_EXECUTEINWAITTHREAD), "error %lu",
       GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok(calls >= 1000 && calls % 1000 == 0, "%ld", calls);
    calls = 0;
    ok(ReleaseMutex(registered_mutex), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(registered_mutex, 5000), WAIT_OBJECT_0);
    ok_int(calls, 0);
    ok(ReleaseMutex(registered_mutex), "error %lu", GetLastError());
    CloseHandle(registered_mutex);
    WaitForSingleObject(done, 0);
}

static void test_timer_queue(void)
{
    HANDLE queue = CreateTimerQueue(), timer, other;
    LONG calls = 0, before;
    int i;

    ok(queue != NULL, "error %lu", GetLastError());
    ok(CreateTimerQueueTimer(&timer, queue, registered, &calls, 10, 10, WT_EXECUTEINTIMERTHREAD), "error %lu",
       GetLastError());
    for (i = 0; i < 3; i++)
        ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(ChangeTimerQueueTimer(queue, timer, 100000, 0), "error %lu", GetLastError());
    ok(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    before = calls;
    ok(before >= 3000, "%ld", before);
    Sleep(40);
    ok_int(calls, before);

    ResetEvent(done);
    ok(CreateTimerQueueTimer(&timer, NULL, registered, &calls, 0, 0, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 5000), WAIT_OBJECT_0);
    ok(DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
    ok_err(CreateTimerQueueTimer(&timer, queue, registered, &calls, 0, 10, WT_EXECUTEONLYONCE),
           ERROR_INVALID_PARAMETER);

    calls = 0;
    for (i = 0; i < 200; i++)
        CreateTimerQueueTimer(&other, queue, registered, &calls, 5 + i % 50, 0, 0);
    for (i = 0; i < 200 && calls < 200 * 1000; i++)
        Sleep(10);
    ok_int(calls, 200 * 1000);
    ok(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
}

TESTS
{
    test_work();
    test_pool();
    test_timer();
    test_wait();
    test_io();
    test_legacy_waits();
    test_legacy_mutex();
    test_timer_queue();
}
