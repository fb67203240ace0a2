/* SPDX-License-Identifier: MIT */
/* sync.c: locks and one-time initialisation, barriers, waits on addresses, lists; kernel objects and waits for them. */
#include "../test.h"

enum { THREADS = 8, ROUNDS = 2000 };

static void run_threads(LPTHREAD_START_ROUTINE routine, void *argument)
{
    HANDLE threads[THREADS];
    int i;

    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, routine, argument, 0, NULL);
    ok_int(WaitForMultipleObjects(THREADS, threads, TRUE, 30000), WAIT_OBJECT_0);
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
}

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static int counted;

static DWORD CALLBACK count_locked(void *kind)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (kind)
            AcquireSRWLockExclusive(&srw);
        else
            EnterCriticalSection(&section);
        counted++;
        if (kind)
            ReleaseSRWLockExclusive(&srw);
        else
            LeaveCriticalSection(&section);
    }
    return 0;
}

static void test_locks(void)
{
    InitializeCriticalSectionAndSpinCount(&section, 100);
    counted = 0;
    run_threads(count_locked, NULL);
    ok_int(counted, THREADS * ROUNDS);
    EnterCriticalSection(&section);
    ok(TryEnterCriticalSection(&section), "recursive");
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
    counted = 0;
    run_threads(count_locked, (void *)1);
    ok_int(counted, THREADS * ROUNDS);
    AcquireSRWLockShared(&srw);
    ok(TryAcquireSRWLockShared(&srw), "shared twice");
    ok(!TryAcquireSRWLockExclusive(&srw), "not exclusive");
    ReleaseSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);
    ok(TryAcquireSRWLockExclusive(&srw), "free");
    ReleaseSRWLockExclusive(&srw);
}

static LONG initialised;

static BOOL CALLBACK once_routine(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once;
    InterlockedIncrement(&initialised);
    Sleep(20);
    *context = parameter;
    return TRUE;
}

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static DWORD CALLBACK once_thread(void *parameter)
{
    void *context = NULL;

    ok(InitOnceExecuteOnce(&once, once_routine, parameter, &context), "error %lu", GetLastError());
    ok(context == parameter, "context %p", context);
    return 0;
}

static void test_once(void)
{
    INIT_ONCE other = INIT_ONCE_STATIC_INIT;
    void *context = NULL;
    BOOL pending;

    run_threads(once_thread, (void *)0x1230);
    ok_int(initialised, 1);
    ok(InitOnceBeginInitialize(&other, 0, &pending, NULL) && pending, "pending");
    ok(InitOnceComplete(&other, 0, (void *)0x40), "error %lu", GetLastError());
    ok(InitOnceBeginInitialize(&other, INIT_ONCE_CHECK_ONLY, &pending, &context) && !pending && context == (void *)0x40,
       "done");
}

static SYNCHRONIZATION_BARRIER barrier;
static LONG last_ones, before, wrong;

static DWORD CALLBACK barrier_thread(void *parameter)
{
    (void)parameter;
    for (int i = 0; i < 200; i++) {
        InterlockedIncrement(&before);
        if (EnterSynchronizationBarrier(&barrier, 0))
            InterlockedIncrement(&last_ones);
        if (before < (i + 1) * THREADS)
            InterlockedIncrement(&wrong);
        EnterSynchronizationBarrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY);
    }
    return 0;
}

static void test_barrier(void)
{
    ok(InitializeSynchronizationBarrier(&barrier, THREADS, -1), "error %lu", GetLastError());
    run_threads(barrier_thread, NULL);
    ok_int(last_ones, 200);
    ok_int(wrong, 0);
    DeleteSynchronizationBarrier(&barrier);
}

/* These are in an API set of their own, not in kernel32. */
static BOOL(WINAPI *wait_on_address)(volatile void *, void *, SIZE_T, DWORD);
static void(WINAPI *wake_by_address_all)(void *);
static volatile LONG value;

static DWORD CALLBACK address_thread(void *parameter)
{
    LONG zero = 0;

    (void)parameter;
    while (!value)
        wait_on_address(&value, &zero, sizeof(value), INFINITE);
    return 0;
}

static DWORD CALLBACK address_waker(void *parameter)
{
    (void)parameter;
    Sleep(50);
    value = 1;
    wake_by_address_all((void *)&value);
    return 0;
}

static void test_addresses(void)
{
    HMODULE module = LoadLibraryA("api-ms-win-core-synch-l1-2-0.dll");
    HANDLE waker;
    LONG zero = 0, other = 5;

    wait_on_address = (void *)GetProcAddress(module, "WaitOnAddress");
    wake_by_address_all = (void *)GetProcAddress(module, "WakeByAddressAll");
    if (!ok(wait_on_address && wake_by_address_all, "error %lu", GetLastError()))
        return;
    waker = CreateThread(NULL, 0, address_waker, NULL, 0, NULL);

    run_threads(address_thread, NULL);
    CloseHandle(waker);
    value = 0;
    ok_err(wait_on_address(&value, &zero, sizeof(value), 20), ERROR_TIMEOUT);
    ok(wait_on_address(&value, &other, sizeof(value), 20), "already different");
    ok_err(wait_on_address(&value, &zero, 3, 20), ERROR_INVALID_PARAMETER);
}

static SLIST_HEADER list;
static struct item {
    SLIST_ENTRY entry;
    int number;
} __attribute__((aligned(16))) items[THREADS * 100];

static DWORD CALLBACK list_thread(void *parameter)
{
    (void)parameter;
    for (int i = 0; i < ROUNDS; i++) {
        SLIST_ENTRY *a = InterlockedPopEntrySList(&list), *b = InterlockedPopEntrySList(&list);

        if (b)
            InterlockedPushEntrySList(&list, b);
        if (a)
            InterlockedPushEntrySList(&list, a);
    }
    return 0;
}

static void test_list(void)
{
    static bool seen[THREADS * 100];
    SLIST_ENTRY *entry;
    int i, count = 0;

    InitializeSListHead(&list);
    ok(!InterlockedPopEntrySList(&list), "empty");
    for (i = 0; i < THREADS * 100; i++) {
        items[i].number = i;
        InterlockedPushEntrySList(&list, &items[i].entry);
    }
    ok_int(QueryDepthSList(&list), THREADS * 100);
    run_threads(list_thread, NULL);
    for (entry = InterlockedFlushSList(&list); entry; entry = entry->Next, count++)
        seen[((struct item *)entry)->number] = true;
    ok_int(count, THREADS * 100);
    for (i = 0; i < THREADS * 100; i++)
        if (!seen[i])
            ok(false, "item %d is lost", i);
}

static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static int queue_length, produced, consumed;

static DWORD CALLBACK consumer(void *parameter)
{
    (void)parameter;
    for (;;) {
        AcquireSRWLockExclusive(&srw);
        while (!queue_length && produced < 5000)
            SleepConditionVariableSRW(&condition, &srw, INFINITE, 0);
        if (!queue_length) {
            ReleaseSRWLockExclusive(&srw);
            return 0;
        }
        queue_length--;
        consumed++;
        ReleaseSRWLockExclusive(&srw);
    }
}

static DWORD CALLBACK producer(void *parameter)
{
    (void)parameter;
    for (int i = 0; i < 5000; i++) {
        AcquireSRWLockExclusive(&srw);
        queue_length++;
        produced++;
        ReleaseSRWLockExclusive(&srw);
        WakeConditionVariable(&condition);
    }
    WakeAllConditionVariable(&condition);
    return 0;
}

static void test_condition(void)
{
    HANDLE thread = CreateThread(NULL, 0, producer, NULL, 0, NULL);

    run_threads(consumer, NULL);
    ok_int(consumed, 5000);
    CloseHandle(thread);
    AcquireSRWLockExclusive(&srw);
    ok_err(SleepConditionVariableSRW(&condition, &srw, 10, 0), ERROR_TIMEOUT);
    ReleaseSRWLockExclusive(&srw);
}

static DWORD CALLBACK abandon(void *mutex)
{
    WaitForSingleObject(mutex, INFINITE);
    return 0;
}

static VOID CALLBACK apc(ULONG_PTR parameter)
{
    *(int *)parameter += 1;
}

static void test_objects(void)
{
    HANDLE objects[3], thread, mutex = CreateMutexA(NULL, TRUE, NULL), again;
    LONG previous;
    int calls = 0;

    ok_err(ReleaseSemaphore(mutex, 1, NULL), ERROR_INVALID_HANDLE);
    ok_int(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok(ReleaseMutex(mutex) && ReleaseMutex(mutex), "error %lu", GetLastError());
    ok_err(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    thread = CreateThread(NULL, 0, abandon, mutex, 0, NULL);
    WaitForSingleObject(thread, 5000);
    CloseHandle(thread);
    ok_int(WaitForSingleObject(mutex, 1000), WAIT_ABANDONED);
    ReleaseMutex(mutex);

    objects[0] = CreateEventA(NULL, FALSE, FALSE, NULL);
    objects[1] = CreateSemaphoreA(NULL, 1, 2, NULL);
    objects[2] = mutex;
    ok_int(WaitForMultipleObjects(3, objects, FALSE, 0), WAIT_OBJECT_0 + 1);
    ok_int(WaitForMultipleObjects(3, objects, TRUE, 20), WAIT_TIMEOUT);
    SetEvent(objects[0]);
    ok(ReleaseSemaphore(objects[1], 2, &previous) && previous == 0, "previous %ld", previous);
    ok_err(ReleaseSemaphore(objects[1], 1, NULL), ERROR_TOO_MANY_POSTS);
    ok_int(WaitForMultipleObjects(3, objects, TRUE, 20), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(objects[0], 0), WAIT_TIMEOUT);
    ReleaseMutex(mutex);
    ok_int(WaitForMultipleObjects(0, objects, TRUE, 20), WAIT_FAILED);

    again = CreateEventA(NULL, TRUE, TRUE, "transom-test-sync");
    ok(again && GetLastError() == ERROR_SUCCESS, "error %lu", GetLastError());
    thread = CreateEventA(NULL, TRUE, TRUE, "transom-test-sync");
    ok(thread && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    CloseHandle(thread);
    thread = OpenEventA(SYNCHRONIZE, FALSE, "transom-test-sync");
    ok(thread != NULL, "error %lu", GetLastError());
    ok_err(SetEvent(thread), ERROR_ACCESS_DENIED);
    CloseHandle(thread);
    ok_err(OpenMutexA(SYNCHRONIZE, FALSE, "transom-test-sync"), ERROR_INVALID_HANDLE);
    CloseHandle(again);
    ok_err(OpenEventA(SYNCHRONIZE, FALSE, "transom-test-sync"), ERROR_FILE_NOT_FOUND);

    QueueUserAPC(apc, GetCurrentThread(), (ULONG_PTR)&calls);
    ok_int(SleepEx(0, FALSE), 0);
    ok_int(calls, 0);
    ok_int(WaitForSingleObjectEx(objects[0], 1000, TRUE), WAIT_IO_COMPLETION);
    ok_int(calls, 1);
    ok_int(SignalObjectAndWait(objects[0], objects[0], 1000, FALSE), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(objects[i]);
    ok_int(WaitForSingleObject((HANDLE)0xdead0, 0), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_INVALID_HANDLE);
}

TESTS
{
    test_locks();
    test_once();
    test_barrier();
    test_addresses();
    test_list();
    test_condition();
    test_objects();
}
