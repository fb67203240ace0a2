/* SPDX-License-Identifier: MIT */
/*
 * locks_terminate.c: threads that are terminated or suspended while they wait for locks or are inside the heap. What they owned stays
 * owned, as TerminateThread documents; what belongs to nobody (queues, the heap) has to stay usable.
 */
#include "../test.h"

NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *address, const void *compare, SIZE_T size,
                                const LARGE_INTEGER *timeout);
VOID NTAPI RtlWakeAddressAll(const void *address);

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static volatile LONG word, waiting;
static HANDLE heap;
static volatile bool stop;

static DWORD CALLBACK wait_section(void *unused)
{
    (void)unused;
    InterlockedIncrement(&waiting);
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    return 1;
}

static DWORD CALLBACK wait_exclusive(void *unused)
{
    (void)unused;
    InterlockedIncrement(&waiting);
    AcquireSRWLockExclusive(&srw);
    ReleaseSRWLockExclusive(&srw);
    return 1;
}

static DWORD CALLBACK wait_shared(void *unused)
{
    (void)unused;
    InterlockedIncrement(&waiting);
    AcquireSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);
    return 1;
}

static DWORD CALLBACK wait_condition(void *unused)
{
    (void)unused;
    EnterCriticalSection(&section);
    InterlockedIncrement(&waiting);
    while (!word)
        SleepConditionVariableCS(&condition, &section, INFINITE);
    LeaveCriticalSection(&section);
    return 1;
}

static DWORD CALLBACK wait_address(void *unused)
{
    LONG zero = 0;

    (void)unused;
    InterlockedIncrement(&waiting);
    while (!word)
        RtlWaitOnAddress(&word, &zero, sizeof(zero), NULL);
    return 1;
}

static HANDLE start_waiter(LPTHREAD_START_ROUTINE routine)
{
    LONG before = waiting;
    HANDLE thread = CreateThread(NULL, 0, routine, NULL, 0, NULL);

    while (waiting == before)
        Sleep(1);
    return thread;
}

static void terminate(HANDLE thread)
{
    DWORD code = 0;

    ok(TerminateThread(thread, 77), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code), "error %lu", GetLastError());
    ok_int(code, 77);
    CloseHandle(thread);
}

static void hold(LPTHREAD_START_ROUTINE routine)
{
    if (routine == wait_section)
        EnterCriticalSection(&section);
    else if (routine == wait_exclusive || routine == wait_shared)
        AcquireSRWLockExclusive(&srw);
}

static void let_go(LPTHREAD_START_ROUTINE routine)
{
    if (routine == wait_section)
        LeaveCriticalSection(&section);
    else if (routine == wait_exclusive || routine == wait_shared)
        ReleaseSRWLockExclusive(&srw);
    word = 1;
    WakeAllConditionVariable(&condition);
    RtlWakeAddressAll((void *)&word);
}

/* Of five waiters two are terminated, asleep or about to sleep, one of them while it is suspended; the others go on. */
static void test_waiters(LPTHREAD_START_ROUTINE routine, bool asleep)
{
    HANDLE threads[5];

    word = 0;
    hold(routine);
    for (int i = 0; i < 5; i++)
        threads[i] = start_waiter(routine);
    if (asleep)
        Sleep(20);
    if (routine == wait_condition) { /* they let go of the section as they wait */
        EnterCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    terminate(threads[1]);
    SuspendThread(threads[3]);
    terminate(threads[3]);
    let_go(routine);
    threads[1] = threads[4];
    ok_int(WaitForMultipleObjects(3, threads, TRUE, 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(threads[i]);
}

static void test_terminated_waiters(void)
{
    static const LPTHREAD_START_ROUTINE routines[] = { wait_section, wait_exclusive, wait_shared, wait_condition,
                                                       wait_address };

    for (int round = 0; round < 8; round++) {
        for (size_t i = 0; i < sizeof(routines) / sizeof(*routines); i++)
            test_waiters(routines[i], round == 0);
    }
}

static DWORD CALLBACK churn(void *seed)
{
    unsigned state = (unsigned)(ULONG_PTR)seed * 2654435761u + 1;
    void *blocks[64] = { NULL };

    InterlockedIncrement(&waiting);
    while (!stop) {
        unsigned i = (state = state * 1103515245u + 12345u) >> 16 & 63, r = (state = state * 1103515245u + 12345u) >> 8;

        HeapFree(heap, 0, blocks[i]);
        blocks[i] = HeapAlloc(heap, 0, r % 64 ? 16 + r % 3000 : 100000 + r % 1000000);
    }
    for (int i = 0; i < 64; i++)
        HeapFree(heap, 0, blocks[i]);
    return 0;
}

/* Wherever in the heap a thread is terminated: the others allocate, lock, walk and validate as before. */
static void test_terminated_in_heap(HANDLE which)
{
    PROCESS_HEAP_ENTRY entry = { 0 };

    heap = which;
    stop = false;
    for (int i = 0; i < 60; i++) {
        HANDLE thread = start_waiter(churn); /* it has begun: until then it may own the loader lock */

        if (i % 4)
            Sleep(1);
        terminate(thread);
        for (SIZE_T size = 16; size < 3000; size += 100)
            HeapFree(heap, 0, HeapAlloc(heap, 0, size));
    }
    ok(HeapLock(heap), "error %lu", GetLastError());
    while (HeapWalk(heap, &entry))
        ;
    ok_int(GetLastError(), ERROR_NO_MORE_ITEMS);
    ok(HeapUnlock(heap), "error %lu", GetLastError());
    ok(HeapValidate(heap, 0, NULL), "the heap is damaged");
}

/* Threads that are over with a heap end while it is destroyed, which is nobody's mistake. */
static DWORD CALLBACK use_and_end(void *unused)
{
    (void)unused;
    for (SIZE_T size = 16; size < 640; size += 16)
        HeapFree(heap, 0, HeapAlloc(heap, 0, size));
    InterlockedIncrement(&waiting);
    while (!stop)
        SwitchToThread();
    return 0;
}

static void test_destroyed_beside_ends(void)
{
    for (int round = 0; round < 60; round++) {
        HANDLE threads[4];

        stop = false;
        waiting = 0;
        heap = HeapCreate(0, 0, 0);
        for (int i = 0; i < 4; i++)
            threads[i] = CreateThread(NULL, 0, use_and_end, NULL, 0, NULL);
        while (waiting < 4)
            SwitchToThread();
        stop = true;
        ok(HeapDestroy(heap), "error %lu", GetLastError());
        ok_int(WaitForMultipleObjects(4, threads, TRUE, 20000), WAIT_OBJECT_0);
        for (int i = 0; i < 4; i++)
            CloseHandle(threads[i]);
    }
}

/* A walk without a lock misses what changes, or ends early with an error, but harms nothing. */
static void test_walk_beside_others(void)
{
    HANDLE threads[3];
    PROCESS_HEAP_ENTRY entry;

    heap = HeapCreate(0, 0, 0);
    stop = false;
    for (int i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, churn, (void *)(ULONG_PTR)i, 0, NULL);
    for (int round = 0; round < 20; round++) {
        bool locked = round & 1;
        DWORD error;

        if (locked)
            ok(HeapLock(heap), "error %lu", GetLastError());
        memset(&entry, 0, sizeof(entry));
        for (int i = 0; i < 1000 && HeapWalk(heap, &entry); i++)
            SetLastError(ERROR_NO_MORE_ITEMS);
        error = GetLastError();
        ok(error == ERROR_NO_MORE_ITEMS || (!locked && error == ERROR_INVALID_PARAMETER), "error %lu", error);
        if (locked)
            ok(HeapUnlock(heap), "error %lu", GetLastError());
        ok(HeapValidate(heap, 0, NULL), "the heap is damaged");
    }
    stop = true;
    ok_int(WaitForMultipleObjects(3, threads, TRUE, 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(threads[i]);
    ok(HeapDestroy(heap), "error %lu", GetLastError());
}

/* What collectors of garbage do: while all others are suspended, wherever they were, memory and locks work. */
static void test_suspended(void)
{
    static CRITICAL_SECTION own[300];
    HANDLE threads[3];
    LARGE_INTEGER at_once = { .QuadPart = 0 };
    ULONG_PTR spins;

    heap = GetProcessHeap();
    stop = false;
    for (int i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, churn, (void *)(ULONG_PTR)i, 0, NULL);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3; i++)
            ok_int(SuspendThread(threads[i]), 0);
        for (int i = 0; i < 300; i++) {
            InitializeCriticalSection(&own[i]);
            EnterCriticalSection(&own[i]);
            spins = own[i].SpinCount;
            RtlWaitOnAddress(&own[i].SpinCount, &spins, sizeof(spins),
                             &at_once); /* looks into the queue of this address */
            LeaveCriticalSection(&own[i]);
            HeapFree(heap, 0, HeapAlloc(heap, 0, (SIZE_T)i * 10));
        }
        ok(HeapLock(heap), "error %lu", GetLastError());
        ok(HeapUnlock(heap), "error %lu", GetLastError());
        for (int i = 0; i < 3; i++)
            ok_int(ResumeThread(threads[i]), 1);
        SwitchToThread();
    }
    stop = true;
    ok_int(WaitForMultipleObjects(3, threads, TRUE, 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(threads[i]);
}

TESTS
{
    test_destroyed_beside_ends();
    test_walk_beside_others();
    if (!test_is_transom()) {
        skip("Windows leaves queues and heaps of terminated and suspended threads as they are");
        return;
    }
    InitializeCriticalSection(&section);
    test_terminated_waiters();
    test_terminated_in_heap(HeapCreate(0, 0, 0));
    test_terminated_in_heap(GetProcessHeap());
    test_suspended();
}
