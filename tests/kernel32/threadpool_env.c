/* SPDX-License-Identifier: MIT */
/*
 * threadpool_env.c: callback environments, what a callback can have done after it, clean-up groups with objects of every kind,
 * waits in great number, timers' windows; threads are neither too few nor too many; the end of pools under load.
 */
#include "../test.h"
#include <tlhelp32.h>

static DWORD thread_count(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = { .dwSize = sizeof(entry) };
    DWORD count = 0;

    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        if (entry.th32OwnerProcessID == GetCurrentProcessId())
            count++;
    CloseHandle(snapshot);
    return count;
}

static DWORD processors(void)
{
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    return system.dwNumberOfProcessors;
}

static void wait_for(volatile LONG *value, LONG expected)
{
    for (int i = 0; i < 2000 && *value < expected; i++)
        Sleep(5);
}

/* --- order --- */

static char order[16];
static volatile LONG order_length;
static HANDLE gate;

static void CALLBACK hold(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance;
    InterlockedIncrement(context);
    WaitForSingleObject(gate, 10000);
}

static void CALLBACK note_order(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance;
    order[order_length] = (char)(ULONG_PTR)context;
    InterlockedIncrement(&order_length);
}

static void test_priority(void)
{
    PTP_POOL pool = CreateThreadpool(NULL);
    TP_CALLBACK_ENVIRON environment;
    volatile LONG held = 0;

    SetThreadpoolThreadMaximum(pool, 1);
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    gate = CreateEventA(NULL, TRUE, FALSE, NULL);
    ok(TrySubmitThreadpoolCallback(hold, (void *)&held, &environment), "error %lu", GetLastError());
    wait_for(&held, 1);
    static const struct {
        TP_CALLBACK_PRIORITY priority;
        char name;
    } posts[] = { { TP_CALLBACK_PRIORITY_LOW, 'l' },    { TP_CALLBACK_PRIORITY_NORMAL, 'n' },
                  { TP_CALLBACK_PRIORITY_HIGH, 'h' },   { TP_CALLBACK_PRIORITY_LOW, 'L' },
                  { TP_CALLBACK_PRIORITY_NORMAL, 'N' }, { TP_CALLBACK_PRIORITY_HIGH, 'H' } };
    for (unsigned i = 0; i < ARRAYSIZE(posts); i++) {
        SetThreadpoolCallbackPriority(&environment, posts[i].priority);
        TrySubmitThreadpoolCallback(note_order, (void *)(ULONG_PTR)posts[i].name, &environment);
    }
    SetEvent(gate);
    wait_for(&order_length, 6);
    ok_str(order, "hHnNlL");
    CloseHandle(gate);
    CloseThreadpool(pool);
}

/* --- what is done when a callback returns --- */

static CRITICAL_SECTION section;
static HANDLE mutex, semaphore, event, finalized;
static volatile LONG inside, loaded;
static HMODULE module;

static void CALLBACK finalize(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance;
    SetEvent(context);
}

static void CALLBACK afterwards(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)context;
    WaitForSingleObject(mutex, INFINITE);
    EnterCriticalSection(&section);
    LeaveCriticalSectionWhenCallbackReturns(instance, &section);
    ReleaseMutexWhenCallbackReturns(instance, mutex);
    ReleaseSemaphoreWhenCallbackReturns(instance, semaphore, 3);
    SetEventWhenCallbackReturns(instance, event);
    FreeLibraryWhenCallbackReturns(instance, module);
    inside = WaitForSingleObject(event, 0) == WAIT_TIMEOUT && WaitForSingleObject(semaphore, 0) == WAIT_TIMEOUT;
}

static void test_afterwards(void)
{
    TP_CALLBACK_ENVIRON environment;
    LONG previous;

    InitializeCriticalSection(&section);
    mutex = CreateMutexA(NULL, FALSE, NULL);
    semaphore = CreateSemaphoreA(NULL, 0, 10, NULL);
    event = CreateEventA(NULL, TRUE, FALSE, NULL);
    finalized = CreateEventA(NULL, TRUE, FALSE, NULL);
    module = LoadLibraryA("version.dll");
    InitializeThreadpoolEnvironment(&environment);
    environment.FinalizationCallback = finalize;
    SetThreadpoolCallbackLibrary(&environment, GetModuleHandleA(NULL));
    ok(TrySubmitThreadpoolCallback(afterwards, finalized, &environment), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(finalized, 10000), WAIT_OBJECT_0);
    ok(inside, "nothing of it before the callback has returned");
    ok_int(WaitForSingleObject(mutex, 5000), WAIT_OBJECT_0);
    ok(ReleaseMutex(mutex), "error %lu", GetLastError());
    ok(ReleaseSemaphore(semaphore, 1, &previous) && previous == 3, "%ld", previous);
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    for (int i = 0; i < 200 && GetModuleHandleA("version.dll"); i++)
        Sleep(5);
    ok(!GetModuleHandleA("version.dll"), "freed");
    CloseHandle(mutex);
    CloseHandle(semaphore);
    CloseHandle(event);
    CloseHandle(finalized);
    DeleteCriticalSection(&section);
}

static HANDLE left;
static BOOL may_run_long[2];

static void CALLBACK leaves(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)work;
    may_run_long[0] = CallbackMayRunLong(instance);
    DisassociateCurrentThreadFromCallback(instance);
    SetEvent(left);
    WaitForSingleObject(context, 10000);
    InterlockedIncrement(&inside);
}

static void test_disassociate(void)
{
    HANDLE release = CreateEventA(NULL, TRUE, FALSE, NULL);
    PTP_WORK work = CreateThreadpoolWork(leaves, release, NULL);

    left = CreateEventA(NULL, TRUE, FALSE, NULL);
    inside = 0;
    SubmitThreadpoolWork(work);
    ok_int(WaitForSingleObject(left, 10000), WAIT_OBJECT_0);
    WaitForThreadpoolWorkCallbacks(work, FALSE); /* does not wait for the one that has left */
    ok_int(inside, 0);
    ok(may_run_long[0], "may run long");
    CloseThreadpoolWork(work);
    SetEvent(release);
    wait_for(&inside, 1);
    ok_int(inside, 1);
    CloseHandle(left);
    CloseHandle(release);
}

/* --- clean-up groups --- */

static volatile LONG cancelled, called;

static void CALLBACK on_cancel(void *object, void *group)
{
    (void)object;
    InterlockedAdd(&cancelled, (LONG)(ULONG_PTR)group);
}
static void CALLBACK on_work(PTP_CALLBACK_INSTANCE i, void *c, PTP_WORK w)
{
    (void)i, (void)c, (void)w;
    InterlockedIncrement(&called);
}
static void CALLBACK on_timer(PTP_CALLBACK_INSTANCE i, void *c, PTP_TIMER t)
{
    (void)i, (void)c, (void)t;
    InterlockedIncrement(&called);
}
static void CALLBACK on_wait(PTP_CALLBACK_INSTANCE i, void *c, PTP_WAIT w, TP_WAIT_RESULT r)
{
    (void)i, (void)c, (void)w, (void)r;
    InterlockedIncrement(&called);
}
static void CALLBACK on_io(PTP_CALLBACK_INSTANCE i, void *c, void *o, ULONG r, ULONG_PTR b, PTP_IO io)
{
    (void)i, (void)c, (void)o, (void)r, (void)b, (void)io;
    InterlockedIncrement(&called);
}

static void test_group(void)
{
    PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
    HANDLE never = CreateEventA(NULL, TRUE, FALSE, NULL), file;
    LARGE_INTEGER soon = { .QuadPart = -10000 }, later = { .QuadPart = -1000000000 };
    char folder[MAX_PATH], path[MAX_PATH];
    TP_CALLBACK_ENVIRON environment;
    FILETIME due, far_off;
    PTP_TIMER timer;

    memcpy(&due, &soon, sizeof(due));
    memcpy(&far_off, &later, sizeof(far_off));
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "tp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackCleanupGroup(&environment, group, on_cancel);
    for (int round = 0; round < 2; round++) {
        PTP_WAIT wait = CreateThreadpoolWait(on_wait, NULL, &environment);
        PTP_WORK work = CreateThreadpoolWork(on_work, NULL, &environment);

        called = cancelled = 0;
        timer = CreateThreadpoolTimer(on_timer, NULL, &environment);
        SetThreadpoolTimer(timer, round ? &far_off : &due, 0, 0);
        SetThreadpoolWait(wait, never, NULL);
        ok(file == INVALID_HANDLE_VALUE || round || CreateThreadpoolIo(file, on_io, NULL, &environment), "error %lu",
           GetLastError());
        SubmitThreadpoolWork(work);
        CloseThreadpoolWork(CreateThreadpoolWork(on_work, NULL, &environment)); /* leaves the group by itself */
        if (!round)
            wait_for(&called, 2);
        CloseThreadpoolCleanupGroupMembers(group, round, (void *)1);
        if (!round) {
            ok_int(called, 2);
            ok_int(cancelled, 0);
        } else {
            ok(cancelled >= 2 && cancelled <= 3, "%ld cancelled", cancelled);
        }
    }
    SetEvent(never);
    Sleep(20);
    CloseThreadpoolCleanupGroup(group);
    CloseHandle(never);
    CloseHandle(file);
}

/* --- waits in great number: not a thread each --- */

enum { WAITS = 300 };
static volatile LONG fired;
static LONG fired_of[WAITS];

static void CALLBACK on_registered(void *context, BOOLEAN timed_out)
{
    InterlockedIncrement(&fired_of[(ULONG_PTR)context]);
    if (!timed_out)
        InterlockedIncrement(&fired);
}

static void test_waits(void)
{
    static HANDLE events[WAITS], waits[WAITS];
    DWORD before = thread_count(), after;

    for (int i = 0; i < WAITS; i++) {
        events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
        ok(RegisterWaitForSingleObject(&waits[i], events[i], on_registered, (void *)(ULONG_PTR)i, INFINITE,
                                       WT_EXECUTEDEFAULT),
           "error %lu", GetLastError());
    }
    after = thread_count();
    ok(after <= before + 10, "%lu threads, then %lu", before, after); /* Windows: one for 63 waits, at most */
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < WAITS; i++)
            SetEvent(events[WAITS - 1 - i]);
        wait_for(&fired, WAITS * round);
        ok_int(fired, WAITS * round);
        Sleep(20); /* until they are armed again */
    }
    for (int i = 0; i < WAITS; i++) {
        if (fired_of[i] != 3)
            ok(false, "wait %d: %ld times", i, fired_of[i]);
        ok(UnregisterWaitEx(waits[i], INVALID_HANDLE_VALUE), "error %lu", GetLastError());
        CloseHandle(events[i]);
    }
}

static HANDLE own_wait, unregistered;
static volatile LONG unregister_result;

static void CALLBACK unregister_self(void *context, BOOLEAN timed_out)
{
    (void)timed_out;
    WaitForSingleObject(context, 5000);
    unregister_result = UnregisterWait(own_wait) ? 1 : (LONG)GetLastError();
    SetEvent(unregistered);
}

static void test_unregister_in_callback(void)
{
    HANDLE object = CreateEventA(NULL, FALSE, TRUE, NULL), ready = CreateEventA(NULL, TRUE, FALSE, NULL);

    unregistered = CreateEventA(NULL, TRUE, FALSE, NULL);
    ok(RegisterWaitForSingleObject(&own_wait, object, unregister_self, ready, INFINITE, WT_EXECUTEONLYONCE),
       "error %lu", GetLastError());
    SetEvent(ready);
    ok_int(WaitForSingleObject(unregistered, 10000), WAIT_OBJECT_0);
    ok_int(unregister_result, ERROR_IO_PENDING); /* its own callback is running */
    Sleep(20);
    CloseHandle(object);
    CloseHandle(ready);
    CloseHandle(unregistered);
}

/* --- Ex functions, windows --- */

static void test_ex(void)
{
    BOOL(WINAPI * set_timer)
    (PTP_TIMER, FILETIME *, DWORD, DWORD) =
        (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "SetThreadpoolTimerEx");
    BOOL(WINAPI * set_wait)
    (PTP_WAIT, HANDLE, FILETIME *, void *) =
        (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "SetThreadpoolWaitEx");
    LARGE_INTEGER later = { .QuadPart = -1000000000 }, soon = { .QuadPart = -20 * 10000 };
    HANDLE object = CreateEventA(NULL, TRUE, FALSE, NULL);
    PTP_TIMER timer = CreateThreadpoolTimer(on_timer, NULL, NULL);
    PTP_WAIT wait = CreateThreadpoolWait(on_wait, NULL, NULL);
    FILETIME due;
    DWORD start;

    if (!set_timer || !set_wait) {
        skip("no SetThreadpoolTimerEx");
        return;
    }
    memcpy(&due, &later, sizeof(due));
    /* "TRUE if the timer was previously set and was canceled." */
    ok(!set_timer(timer, &due, 0, 0), "was not set");
    ok(set_timer(timer, &due, 0, 100), "was set");
    ok(set_timer(timer, NULL, 0, 0), "was set");
    ok(!set_timer(timer, NULL, 0, 0), "was not set");
    ok(!set_wait(wait, object, NULL, NULL), "was not set");
    ok(set_wait(wait, object, NULL, NULL), "was set");
    ok(set_wait(wait, NULL, NULL, NULL), "was set");
    ok(!set_wait(wait, NULL, NULL, NULL), "was not set");

    /* A window delays, but not by more than it says, and never makes a timer early. */
    memcpy(&due, &soon, sizeof(due));
    called = 0;
    start = GetTickCount();
    set_timer(timer, &due, 0, 50);
    wait_for(&called, 1);
    ok(GetTickCount() - start >= 15 && GetTickCount() - start < 2000, "after %lu ms", GetTickCount() - start);
    called = 0;
    set_timer(timer, &due, 10, 0);
    wait_for(&called, 5);
    ok(called >= 5, "periodic: %ld", called);
    set_timer(timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    CloseThreadpoolTimer(timer);
    CloseThreadpoolWait(wait);
    CloseHandle(object);
}

/* --- work items with flags, I/O the old way --- */

static volatile LONG items;

static DWORD CALLBACK item(void *context)
{
    InterlockedAdd(&items, (LONG)(ULONG_PTR)context);
    return 0;
}

static HANDLE io_done;
static DWORD io_error, io_bytes;
static OVERLAPPED *io_overlapped;

static void CALLBACK old_io(DWORD error, DWORD bytes, OVERLAPPED *overlapped)
{
    io_error = error;
    io_bytes = bytes;
    io_overlapped = overlapped;
    SetEvent(io_done);
}

static void test_old(void)
{
    static const ULONG flags[] = { WT_EXECUTEDEFAULT, WT_EXECUTEINIOTHREAD, WT_EXECUTEINPERSISTENTTHREAD,
                                   WT_EXECUTELONGFUNCTION, WT_TRANSFER_IMPERSONATION };
    char folder[MAX_PATH], path[MAX_PATH], data[10] = "0123456789";
    OVERLAPPED overlapped = { 0 };
    HANDLE file, queue, timer, over;

    for (unsigned i = 0; i < ARRAYSIZE(flags); i++)
        ok(QueueUserWorkItem(item, (void *)1, flags[i]), "flags %#lx: error %lu", flags[i], GetLastError());
    wait_for(&items, ARRAYSIZE(flags));
    ok_int(items, ARRAYSIZE(flags));

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "tp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    io_done = CreateEventA(NULL, FALSE, FALSE, NULL);
    ok(BindIoCompletionCallback(file, old_io, 0), "error %lu", GetLastError());
    ok(WriteFile(file, data, 10, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(io_done, 10000), WAIT_OBJECT_0);
    ok(io_error == 0 && io_bytes == 10 && io_overlapped == &overlapped, "%lu, %lu, %p", io_error, io_bytes,
       io_overlapped);
    CloseHandle(file);
    CloseHandle(io_done);

    /* The queue's event is set when the last callback is over. */
    queue = CreateTimerQueue();
    over = CreateEventA(NULL, TRUE, FALSE, NULL);
    gate = CreateEventA(NULL, TRUE, FALSE, NULL);
    unregistered = CreateEventA(NULL, TRUE, FALSE, NULL);
    unregister_result = 0;
    own_wait = NULL;
    ok(CreateTimerQueueTimer(&timer, queue, on_registered, (void *)0, 5, 5, 0), "error %lu", GetLastError());
    ok(CreateTimerQueueTimer(&timer, queue, on_registered, (void *)1, 100000, 0, WT_EXECUTEINTIMERTHREAD), "error %lu",
       GetLastError());
    Sleep(30);
    ok(DeleteTimerQueueEx(queue, over) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(over, 10000), WAIT_OBJECT_0);
    CloseHandle(over);
    CloseHandle(gate);
    CloseHandle(unregistered);
}

/* --- how many threads --- */

static volatile LONG running, most;

static void CALLBACK compute(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    LONG now = InterlockedIncrement(&running);

    (void)instance, (void)context, (void)work;
    if (now > most)
        most = now;
    for (volatile int i = 0; i < 20000; i++)
        ;
    InterlockedDecrement(&running);
    InterlockedIncrement(&called);
}

static void test_size(void)
{
    PTP_POOL pool = CreateThreadpool(NULL);
    TP_CALLBACK_ENVIRON environment;
    DWORD before = thread_count();
    PTP_WORK work;

    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    work = CreateThreadpoolWork(compute, NULL, &environment);
    called = 0;
    for (int i = 0; i < 5000; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    ok_int(called, 5000);
    ok((DWORD)most <= processors() * 2 + 16, "%ld callbacks at once on %lu processors", most, processors());
    CloseThreadpoolWork(work);
    CloseThreadpool(pool);
    for (int i = 0; i < 400 && thread_count() > before; i++)
        Sleep(10);
    ok(thread_count() <= before, "%lu threads before, %lu after the pool has gone", before, thread_count());

    /* A minimum is there at once. */
    pool = CreateThreadpool(NULL);
    before = thread_count();
    ok(SetThreadpoolThreadMinimum(pool, 5), "error %lu", GetLastError());
    ok_int(thread_count(), before + 5);
    CloseThreadpool(pool);
}

/* --- idle workers, who are woken by work and by what is signalled, both at once --- */

static volatile LONG woken_by_work, woken_by_wait;

static void CALLBACK by_work(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance, (void)context;
    InterlockedIncrement(&woken_by_work);
}

static void CALLBACK by_wait(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait, TP_WAIT_RESULT result)
{
    (void)instance, (void)wait, (void)result;
    InterlockedIncrement(&woken_by_wait);
    SetThreadpoolWait(wait, context, NULL);
}

static void test_both(void)
{
    HANDLE events[3];
    PTP_WAIT waits[3];

    for (int i = 0; i < 3; i++) {
        events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
        waits[i] = CreateThreadpoolWait(by_wait, events[i], NULL);
        SetThreadpoolWait(waits[i], events[i], NULL);
    }
    for (LONG round = 1; round <= 400; round++) {
        if (round % 3)
            SetEvent(events[0]);
        TrySubmitThreadpoolCallback(by_work, NULL, NULL);
        if (!(round % 3))
            SetEvent(events[0]);
        SetEvent(events[1]);
        SetEvent(events[2]);
        for (ULONGLONG end = GetTickCount64() + 10000;
             (woken_by_work < round || woken_by_wait < 3 * round) && GetTickCount64() < end;)
            SwitchToThread();
        if (woken_by_work != round || woken_by_wait != 3 * round) {
            ok(false, "round %ld: %ld, %ld", round, woken_by_work, woken_by_wait);
            break;
        }
    }
    for (int i = 0; i < 3; i++) {
        SetThreadpoolWait(waits[i], NULL, NULL);
        WaitForThreadpoolWaitCallbacks(waits[i], TRUE);
        CloseThreadpoolWait(waits[i]);
        CloseHandle(events[i]);
    }
}

/* --- everything at once --- */

static volatile LONG stress_calls;

static void CALLBACK stress_work(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)context;
    if (InterlockedIncrement(&stress_calls) % 3 == 0)
        SubmitThreadpoolWork(work);
}

static DWORD CALLBACK stress_thread(void *argument)
{
    LARGE_INTEGER time = { .QuadPart = -1 };
    FILETIME due;
    HANDLE object = CreateEventA(NULL, FALSE, FALSE, NULL), wait;

    (void)argument;
    memcpy(&due, &time, sizeof(due));
    for (int i = 0; i < 60; i++) {
        PTP_POOL pool = CreateThreadpool(NULL);
        PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
        TP_CALLBACK_ENVIRON environment;

        InitializeThreadpoolEnvironment(&environment);
        SetThreadpoolCallbackPool(&environment, pool);
        SetThreadpoolCallbackCleanupGroup(&environment, group, NULL);
        for (int j = 0; j < 5; j++) {
            PTP_WORK work = CreateThreadpoolWork(stress_work, NULL, &environment);
            PTP_TIMER timer = CreateThreadpoolTimer(on_timer, NULL, &environment);
            PTP_WAIT tp_wait = CreateThreadpoolWait(on_wait, NULL, &environment);

            SubmitThreadpoolWork(work);
            SubmitThreadpoolWork(work);
            SetThreadpoolTimer(timer, &due, 1, 0);
            SetThreadpoolWait(tp_wait, object, j & 1 ? &due : NULL);
            SetEvent(object);
        }
        CloseThreadpoolCleanupGroupMembers(group, i & 1, NULL);
        CloseThreadpoolCleanupGroup(group);
        CloseThreadpool(pool);
        if (RegisterWaitForSingleObject(&wait, object, on_registered, (void *)(ULONG_PTR)0, 1, WT_EXECUTEDEFAULT)) {
            SetEvent(object);
            UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
        }
    }
    CloseHandle(object);
    return 0;
}

static void test_stress(void)
{
    HANDLE threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, stress_thread, NULL, 0, NULL);
    ok_int(WaitForMultipleObjects(4, threads, TRUE, 50000), WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    ok(stress_calls > 0, "%ld", stress_calls);
}

TESTS
{
    test_priority();
    test_afterwards();
    test_disassociate();
    test_group();
    test_waits();
    test_unregister_in_callback();
    test_ex();
    test_old();
    test_size();
    test_both();
    test_stress();
}
