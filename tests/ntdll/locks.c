/* SPDX-License-Identifier: MIT */
/*
 * locks.c: critical sections, SRW locks, condition variables, one-time initialisation, waits on addresses, barriers, keyed
 * events, interlocked lists: what is documented of each, and all of them under load.
 */
#include <setjmp.h>
#define WIN32_NO_STATUS
#include "../test.h"
#include <winternl.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>

NTSTATUS NTAPI NtCreateKeyedEvent(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, ULONG flags);
NTSTATUS NTAPI NtWaitForKeyedEvent(HANDLE handle, PVOID key, BOOLEAN alertable, LARGE_INTEGER *timeout);
NTSTATUS NTAPI NtReleaseKeyedEvent(HANDLE handle, PVOID key, BOOLEAN alertable, LARGE_INTEGER *timeout);
NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *section, ULONG spins, ULONG flags);
BOOL NTAPI RtlIsCriticalSectionLockedByThread(RTL_CRITICAL_SECTION *section);
BOOL NTAPI RtlIsCriticalSectionLocked(RTL_CRITICAL_SECTION *section);

enum { THREADS = 4 };

static jmp_buf raised;
static DWORD expected_code;

static LONG CALLBACK catch_expected(EXCEPTION_POINTERS *info)
{
    if (!expected_code || info->ExceptionRecord->ExceptionCode != expected_code)
        return EXCEPTION_CONTINUE_SEARCH;
    expected_code = 0;
    longjmp(raised, 1);
}

#define RAISES(exception, code)                                                                                        \
    ({                                                                                                                 \
        volatile bool did = false;                                                                                     \
        expected_code = (DWORD)(exception);                                                                            \
        if (!setjmp(raised))                                                                                           \
            code;                                                                                                      \
        else                                                                                                           \
            did = true;                                                                                                \
        expected_code = 0;                                                                                             \
        did;                                                                                                           \
    })

static DWORD run_elsewhere(LPTHREAD_START_ROUTINE routine, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, routine, argument, 0, NULL);
    DWORD code = 0;

    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static void run_threads(LPTHREAD_START_ROUTINE routine)
{
    HANDLE threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, routine, (void *)(ULONG_PTR)i, 0, NULL);
    ok_int(WaitForMultipleObjects(THREADS, threads, TRUE, 40000), WAIT_OBJECT_0);
    for (int i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
}

/* --- critical sections --- */

static CRITICAL_SECTION section;

static DWORD CALLBACK try_section(void *argument)
{
    (void)argument;
    if (!TryEnterCriticalSection(&section))
        return 0;
    LeaveCriticalSection(&section);
    return 1;
}

static DWORD CALLBACK pass_section(void *argument)
{
    (void)argument;
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    return 0;
}

static void test_section(void)
{
    SYSTEM_INFO system;
    HANDLE waiters[3];

    GetSystemInfo(&system);
    InitializeCriticalSection(&section);
    ok_int(section.LockCount, -1);
    ok_int(section.RecursionCount, 0);
    ok(!section.OwningThread, "owner %p", section.OwningThread);
    ok(section.DebugInfo != NULL, "no debug information is -1"); /* since Windows 8 */
    ok(!RtlIsCriticalSectionLocked(&section), "not locked");
    EnterCriticalSection(&section);
    EnterCriticalSection(&section);
    ok(TryEnterCriticalSection(&section), "own");
    ok_int(section.RecursionCount, 3);
    ok_int((ULONG_PTR)section.OwningThread, GetCurrentThreadId());
    ok(RtlIsCriticalSectionLocked(&section) && RtlIsCriticalSectionLockedByThread(&section), "locked");
    if (test_is_transom())
        ok_int(section.LockCount, -2); /* as since Windows Vista: bit 0 = unlocked, bit 1 = nobody woken */
    ok_int(run_elsewhere(try_section, NULL), 0);
    for (int i = 0; i < 3; i++)
        waiters[i] = CreateThread(NULL, 0, pass_section, NULL, 0, NULL);
    for (int i = 0; i < 200 && test_is_transom() && section.LockCount != -2 - 3 * 4; i++)
        Sleep(5);
    if (test_is_transom())
        ok_int(section.LockCount, -2 - 3 * 4); /* three waiters */
    for (int i = 0; i < 3; i++)
        LeaveCriticalSection(&section);
    ok_int(WaitForMultipleObjects(3, waiters, TRUE, 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(waiters[i]);
    ok_int(section.LockCount, -1);
    ok_int(run_elsewhere(try_section, NULL), 1);
    DeleteCriticalSection(&section);

    ok(InitializeCriticalSectionAndSpinCount(&section, 0x80000000 | 400), "error %lu", GetLastError());
    if (system.dwNumberOfProcessors > 1) {
        ok_int(SetCriticalSectionSpinCount(&section, 17), 400);
        ok_int(SetCriticalSectionSpinCount(&section, 0), 17);
        ok_int(section.SpinCount, 0);
    }
    DeleteCriticalSection(&section);
    ok_status(RtlInitializeCriticalSectionEx(&section, 0, 0x00000001), STATUS_INVALID_PARAMETER_3);
    ok_status(RtlInitializeCriticalSectionEx(&section, 0x01000000, 0), STATUS_INVALID_PARAMETER_2);
    ok(InitializeCriticalSectionEx(&section, 0, RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO), "error %lu",
       GetLastError());
    ok(section.DebugInfo && section.DebugInfo != (void *)(LONG_PTR)-1 && section.DebugInfo->CriticalSection == &section,
       "debug information");
    DeleteCriticalSection(&section);
    ok(!section.DebugInfo, "gone");
    ok(InitializeCriticalSectionEx(&section, 0, CRITICAL_SECTION_NO_DEBUG_INFO), "error %lu", GetLastError());
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

/* --- SRW locks --- */

static SRWLOCK srw = SRWLOCK_INIT;

static DWORD CALLBACK try_srw(void *argument)
{
    DWORD got = 0;

    (void)argument;
    if (TryAcquireSRWLockShared(&srw)) {
        got |= 1;
        ReleaseSRWLockShared(&srw);
    }
    if (TryAcquireSRWLockExclusive(&srw)) {
        got |= 2;
        ReleaseSRWLockExclusive(&srw);
    }
    return got;
}

static void test_srw(void)
{
    BOOLEAN(NTAPI * convert)
    (SRWLOCK *) =
        (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlTryConvertSRWLockSharedToExclusiveOrRelease");
    void(NTAPI * back)(SRWLOCK *) =
        (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlConvertSRWLockExclusiveToShared");

    ok_int(run_elsewhere(try_srw, NULL), 3);
    AcquireSRWLockShared(&srw);
    AcquireSRWLockShared(&srw);
    ok_int(run_elsewhere(try_srw, NULL), 1);
    ok(!TryAcquireSRWLockExclusive(&srw), "not while shared");
    ReleaseSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);
    AcquireSRWLockExclusive(&srw);
    /* "SRW locks cannot be acquired recursively." */
    ok(!TryAcquireSRWLockExclusive(&srw) && !TryAcquireSRWLockShared(&srw), "not twice");
    ok_int(run_elsewhere(try_srw, NULL), 0);
    ReleaseSRWLockExclusive(&srw);
    ok_int(run_elsewhere(try_srw, NULL), 3);
    ok(!srw.Ptr, "free is zero: SRWLOCK_INIT");
    ok(RAISES(STATUS_RESOURCE_NOT_OWNED, ReleaseSRWLockExclusive(&srw)), "not owned");
    InitializeSRWLock(&srw);
    if (convert && back && test_is_transom()) {
        AcquireSRWLockShared(&srw);
        ok(convert(&srw), "the only reader");
        ok_int(run_elsewhere(try_srw, NULL), 0);
        back(&srw);
        ok_int(run_elsewhere(try_srw, NULL), 1);
        AcquireSRWLockShared(&srw);
        ok(!convert(&srw), "one of two");
        ok_int(run_elsewhere(try_srw, NULL), 1);
        ReleaseSRWLockShared(&srw);
        ok_int(run_elsewhere(try_srw, NULL), 3);
    }
}

static volatile LONG writers, readers, broken, most_readers;
static volatile LONG64 guarded[2];

static DWORD CALLBACK use_srw(void *argument)
{
    unsigned state = (unsigned)(ULONG_PTR)argument * 77 + 5;

    for (int i = 0; i < 60000; i++) {
        state = state * 1664525 + 1013904223;
        unsigned kind = state >> 28;
        bool exclusive = kind < 3;

        if (kind == 0 ? !TryAcquireSRWLockExclusive(&srw) : kind == 15 ? !TryAcquireSRWLockShared(&srw) : false)
            continue;
        if (kind && exclusive)
            AcquireSRWLockExclusive(&srw);
        else if (!exclusive && kind != 15)
            AcquireSRWLockShared(&srw);
        if (exclusive) {
            if (InterlockedIncrement(&writers) != 1 || readers)
                InterlockedIncrement(&broken);
            guarded[0]++;
            guarded[1]++;
            InterlockedDecrement(&writers);
            ReleaseSRWLockExclusive(&srw);
        } else {
            LONG now = InterlockedIncrement(&readers);

            if (writers || guarded[0] != guarded[1])
                InterlockedIncrement(&broken);
            if (now > most_readers)
                most_readers = now;
            InterlockedDecrement(&readers);
            ReleaseSRWLockShared(&srw);
        }
    }
    return 0;
}

static LONG section_count;

static DWORD CALLBACK use_section(void *argument)
{
    (void)argument;
    for (int i = 0; i < 60000; i++) {
        if (i % 5 == 0 && !TryEnterCriticalSection(&section)) {
            i--;
            SwitchToThread();
            continue;
        }
        if (i % 5)
            EnterCriticalSection(&section);
        section_count++;
        if (i % 7 == 0) {
            EnterCriticalSection(&section);
            section_count++;
            LeaveCriticalSection(&section);
        }
        LeaveCriticalSection(&section);
    }
    return 0;
}

static void test_load(void)
{
    run_threads(use_srw);
    ok_int(broken, 0);
    ok(!srw.Ptr, "free");
    InitializeCriticalSection(&section);
    run_threads(use_section);
    ok_int(section_count, THREADS * (60000 + 8572));
    ok_int(section.LockCount, -1);
    DeleteCriticalSection(&section);
}

/* --- condition variables --- */

static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static LONG sleeping, woken, tokens;

static DWORD CALLBACK sleep_srw(void *argument)
{
    bool shared = argument != NULL;

    if (shared)
        AcquireSRWLockShared(&srw);
    else
        AcquireSRWLockExclusive(&srw);
    InterlockedIncrement(&sleeping);
    DWORD result = SleepConditionVariableSRW(&condition, &srw, 20000, shared ? CONDITION_VARIABLE_LOCKMODE_SHARED : 0);
    InterlockedIncrement(&woken);
    if (shared)
        ReleaseSRWLockShared(&srw);
    else
        ReleaseSRWLockExclusive(&srw);
    return result;
}

static DWORD CALLBACK consume(void *argument)
{
    (void)argument;
    for (int i = 0; i < 5000; i++) {
        EnterCriticalSection(&section);
        while (!tokens)
            SleepConditionVariableCS(&condition, &section, INFINITE);
        tokens--;
        LeaveCriticalSection(&section);
    }
    return 0;
}

static DWORD CALLBACK produce(void *argument)
{
    (void)argument;
    for (int i = 0; i < 5000 * THREADS; i++) {
        EnterCriticalSection(&section);
        tokens++;
        LeaveCriticalSection(&section);
        WakeConditionVariable(&condition);
    }
    return 0;
}

static void test_condition(void)
{
    HANDLE threads[4], producer;
    DWORD start;

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    start = GetTickCount();
    ok_err(SleepConditionVariableCS(&condition, &section, 50), ERROR_TIMEOUT);
    ok(GetTickCount() - start >= 30, "after %lu ms", GetTickCount() - start);
    ok_err(SleepConditionVariableCS(&condition, &section, 0), ERROR_TIMEOUT);
    ok_int(section.RecursionCount, 1);
    LeaveCriticalSection(&section);
    WakeConditionVariable(&condition); /* of nobody: is not kept */
    WakeAllConditionVariable(&condition);
    AcquireSRWLockShared(&srw);
    ok_err(SleepConditionVariableSRW(&condition, &srw, 20, CONDITION_VARIABLE_LOCKMODE_SHARED), ERROR_TIMEOUT);
    ok_int(run_elsewhere(try_srw, NULL), 1); /* shared as before */
    ReleaseSRWLockShared(&srw);
    AcquireSRWLockExclusive(&srw);
    ok_err(SleepConditionVariableSRW(&condition, &srw, 20, 0x10), ERROR_INVALID_PARAMETER);
    ReleaseSRWLockExclusive(&srw);

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, sleep_srw, (void *)(ULONG_PTR)(i & 1), 0, NULL);
    while (sleeping < 4)
        Sleep(1);
    AcquireSRWLockExclusive(&srw); /* the last one sleeps now */
    ReleaseSRWLockExclusive(&srw);
    WakeConditionVariable(&condition);
    for (int i = 0; i < 400 && !woken; i++)
        Sleep(5);
    Sleep(30);
    ok_int(woken, 1);
    WakeAllConditionVariable(&condition);
    ok_int(WaitForMultipleObjects(4, threads, TRUE, 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++) {
        DWORD code;

        GetExitCodeThread(threads[i], &code);
        ok_int(code, TRUE);
        CloseHandle(threads[i]);
    }
    producer = CreateThread(NULL, 0, produce, NULL, 0, NULL);
    run_threads(consume);
    ok_int(WaitForSingleObject(producer, 10000), WAIT_OBJECT_0);
    CloseHandle(producer);
    ok_int(tokens, 0);
    DeleteCriticalSection(&section);
}

/* --- one-time initialisation --- */

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static LONG runs, contexts;

static BOOL CALLBACK fail_first(INIT_ONCE *self, void *parameter, void **context)
{
    (void)self;
    Sleep(2);
    if (InterlockedIncrement(&runs) < 3) {
        SetLastError(4711);
        return FALSE;
    }
    *context = parameter;
    return TRUE;
}

static DWORD CALLBACK once_until_done(void *argument)
{
    void *context = NULL;

    (void)argument;
    while (!InitOnceExecuteOnce(&once, fail_first, (void *)0x1000, &context))
        ;
    if (context == (void *)0x1000)
        InterlockedIncrement(&contexts);
    return 0;
}

static void test_once(void)
{
    INIT_ONCE other;
    void *context = NULL;
    BOOL pending;

    run_threads(once_until_done);
    ok_int(runs, 3);
    ok_int(contexts, THREADS);

    /* Asynchronous: several may begin, the first to complete wins (InitOnceBeginInitialize). */
    InitOnceInitialize(&other);
    ok(!InitOnceBeginInitialize(&other, INIT_ONCE_CHECK_ONLY, &pending, &context), "not begun");
    ok(InitOnceBeginInitialize(&other, INIT_ONCE_ASYNC, &pending, NULL) && pending, "first");
    ok(InitOnceBeginInitialize(&other, INIT_ONCE_ASYNC, &pending, NULL) && pending, "second");
    ok(!InitOnceBeginInitialize(&other, 0, &pending, NULL), "the kinds do not mix");
    ok(InitOnceComplete(&other, INIT_ONCE_ASYNC, (void *)0x80), "error %lu", GetLastError());
    ok(!InitOnceComplete(&other, INIT_ONCE_ASYNC, (void *)0x90), "too late");
    ok(InitOnceBeginInitialize(&other, INIT_ONCE_ASYNC, &pending, &context) && !pending && context == (void *)0x80,
       "context %p", context);
    ok(InitOnceBeginInitialize(&other, INIT_ONCE_CHECK_ONLY, &pending, &context) && !pending, "done");

    InitOnceInitialize(&other);
    ok(InitOnceBeginInitialize(&other, 0, &pending, NULL) && pending, "begun");
    ok(!InitOnceBeginInitialize(&other, INIT_ONCE_ASYNC, &pending, NULL), "the kinds do not mix");
    ok(InitOnceComplete(&other, INIT_ONCE_INIT_FAILED, NULL), "failed");
    ok(InitOnceBeginInitialize(&other, 0, &pending, NULL) && pending, "again");
    /* The lowest INIT_ONCE_CTX_RESERVED_BITS bits must be zero. */
    ok_err(InitOnceComplete(&other, 0, (void *)0x81), ERROR_INVALID_PARAMETER);
    ok(InitOnceComplete(&other, 0, NULL), "error %lu", GetLastError());
    ok(!InitOnceComplete(&other, 0, NULL), "only once");
}

/* --- waits on addresses --- */

static BOOL(WINAPI *wait_on_address)(volatile void *, void *, SIZE_T, DWORD);
static void(WINAPI *wake_single)(void *);
static void(WINAPI *wake_all)(void *);
static volatile union {
    BYTE b[16];
    WORD w[8];
    DWORD d[4];
    DWORD64 q[2];
} value;
static LONG waiting, returned;

static DWORD CALLBACK wait_for_change(void *argument)
{
    SIZE_T size = (SIZE_T)argument;
    DWORD64 old = 0;

    InterlockedIncrement(&waiting);
    while (!memcmp((void *)&value, &old, size))
        wait_on_address(&value, &old, size, INFINITE);
    InterlockedIncrement(&returned);
    return 0;
}

static DWORD CALLBACK wait_once(void *argument)
{
    DWORD zero = 0;

    (void)argument;
    InterlockedIncrement(&waiting);
    wait_on_address(&value, &zero, sizeof(zero), 20000);
    InterlockedIncrement(&returned);
    return 0;
}

static volatile LONG turn;

static DWORD CALLBACK take_turns(void *argument)
{
    LONG mine = (LONG)(ULONG_PTR)argument, seen;

    for (int i = 0; i < 3000; i++) {
        while ((seen = turn) % THREADS != mine)
            wait_on_address(&turn, &seen, sizeof(seen), INFINITE);
        turn = seen + 1;
        wake_all((void *)&turn);
    }
    return 0;
}

static void test_addresses(void)
{
    HMODULE module = LoadLibraryA("api-ms-win-core-synch-l1-2-0.dll");
    HANDLE threads[4];
    DWORD64 zero = 0;
    DWORD start;

    wait_on_address = (void *)GetProcAddress(module, "WaitOnAddress");
    wake_single = (void *)GetProcAddress(module, "WakeByAddressSingle");
    wake_all = (void *)GetProcAddress(module, "WakeByAddressAll");
    if (!ok(wait_on_address && wake_single && wake_all, "error %lu", GetLastError()))
        return;
    for (SIZE_T size = 1; size <= 8; size *= 2) {
        value.q[0] = value.q[1] = 0;
        value.b[size] = 1; /* what is behind does not matter */
        start = GetTickCount();
        ok_err(wait_on_address(&value, &zero, size, 40), ERROR_TIMEOUT);
        ok(GetTickCount() - start >= 20, "after %lu ms", GetTickCount() - start);
        ok_err(wait_on_address(&value, &zero, size, 0), ERROR_TIMEOUT);
        value.b[size - 1] = 0x80;
        ok(wait_on_address(&value, &zero, size, 0), "differs in its last byte");
        value.b[size - 1] = 0;
        waiting = returned = 0;
        threads[0] = CreateThread(NULL, 0, wait_for_change, (void *)size, 0, NULL);
        while (!waiting)
            Sleep(1);
        Sleep(10);
        ok_int(returned, 0);
        value.b[size - 1] = 1;
        wake_single((void *)&value);
        ok_int(WaitForSingleObject(threads[0], 10000), WAIT_OBJECT_0);
        CloseHandle(threads[0]);
    }
    for (SIZE_T size = 0; size <= 16; size++)
        if (size != 1 && size != 2 && size != 4 && size != 8)
            ok_err(wait_on_address(&value, &zero, size, 0), ERROR_INVALID_PARAMETER);

    value.q[0] = 0;
    waiting = returned = 0;
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, wait_once, NULL, 0, NULL);
    while (waiting < 4)
        Sleep(1);
    Sleep(50);
    wake_single((void *)&value.b[1]); /* another address */
    wake_all((void *)&value.b[4]);
    Sleep(20);
    ok_int(returned, 0);
    wake_single((void *)&value);
    for (int i = 0; i < 400 && !returned; i++)
        Sleep(5);
    Sleep(20);
    ok_int(returned, 1);
    wake_all((void *)&value);
    ok_int(WaitForMultipleObjects(4, threads, TRUE, 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    run_threads(take_turns);
    ok_int(turn, 3000 * THREADS);
}

/* --- barriers --- */

static SYNCHRONIZATION_BARRIER barrier;
static DWORD barrier_flags;
static LONG last_ones, arrived, early;

static DWORD CALLBACK meet(void *argument)
{
    (void)argument;
    for (int i = 1; i <= 400; i++) {
        InterlockedIncrement(&arrived);
        if (EnterSynchronizationBarrier(&barrier, barrier_flags))
            InterlockedIncrement(&last_ones);
        if (arrived < i * THREADS)
            InterlockedIncrement(&early);
    }
    return 0;
}

static void test_barrier(void)
{
    static const DWORD flags[] = { 0, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY, SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE,
                                   SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY };

    if (GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version")) {
        skip("no barriers before Wine 9");
        return;
    }
    ok(!InitializeSynchronizationBarrier(&barrier, 0, -1), "nobody");
    ok(!InitializeSynchronizationBarrier(&barrier, 4, -2), "spins");
    for (unsigned i = 0; i < ARRAYSIZE(flags); i++) {
        barrier_flags = flags[i];
        last_ones = arrived = early = 0;
        ok(InitializeSynchronizationBarrier(&barrier, THREADS, i == 2 ? 0 : -1), "error %lu", GetLastError());
        run_threads(meet);
        ok_int(last_ones, 400);
        ok_int(early, 0);
        DeleteSynchronizationBarrier(&barrier);
    }
    InitializeSynchronizationBarrier(&barrier, 1, -1);
    ok(EnterSynchronizationBarrier(&barrier, 0), "alone is last");
    DeleteSynchronizationBarrier(&barrier);
}

/* --- keyed events --- */

static HANDLE keyed;
static volatile LONG released;

static DWORD CALLBACK release_key(void *key)
{
    NTSTATUS status = NtReleaseKeyedEvent(keyed, key, FALSE, NULL);

    InterlockedIncrement(&released);
    return (DWORD)status;
}

static DWORD CALLBACK keyed_pairs(void *argument)
{
    ULONG_PTR index = (ULONG_PTR)argument;
    void *key = (void *)(0x1000 + (index / 2) * 0x10);

    for (int i = 0; i < 3000; i++) {
        if (index & 1)
            NtReleaseKeyedEvent(keyed, key, FALSE, NULL);
        else
            NtWaitForKeyedEvent(keyed, key, FALSE, NULL);
    }
    return 0;
}

static void test_keyed(void)
{
    LARGE_INTEGER timeout = { .QuadPart = -30 * 10000 };
    HANDLE thread;

    ok_status(NtCreateKeyedEvent(&keyed, GENERIC_READ | GENERIC_WRITE, NULL, 0), 0);
    ok_status(NtWaitForKeyedEvent(keyed, (void *)0x1000, FALSE, &timeout), STATUS_TIMEOUT);
    ok_status(NtReleaseKeyedEvent(keyed, (void *)0x1000, FALSE, &timeout), STATUS_TIMEOUT);
    ok_status(NtWaitForKeyedEvent(keyed, (void *)0x1001, FALSE, &timeout), STATUS_INVALID_PARAMETER_1);
    /* Who releases waits for who waits; another key is another meeting. */
    thread = CreateThread(NULL, 0, release_key, (void *)0x2000, 0, NULL);
    Sleep(20);
    ok_int(released, 0);
    ok_status(NtWaitForKeyedEvent(keyed, (void *)0x3000, FALSE, &timeout), STATUS_TIMEOUT);
    ok_int(released, 0);
    ok_status(NtWaitForKeyedEvent(keyed, (void *)0x2000, FALSE, NULL), 0);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    ok_int(released, 1);
    CloseHandle(thread);
    run_threads(keyed_pairs);
    CloseHandle(keyed);
}

/* --- interlocked lists --- */

static SLIST_HEADER list;
static LONG popped;

/* The entries' memory goes while others may be looking at it: pop must bear that. */
static DWORD CALLBACK vanish(void *argument)
{
    (void)argument;
    for (int i = 0; i < 2500; i++) {
        SLIST_ENTRY *entry = InterlockedPopEntrySList(&list);

        if (!entry) {
            i--;
            SwitchToThread();
            continue;
        }
        InterlockedIncrement(&popped);
        VirtualFree(entry, 0x1000, MEM_DECOMMIT);
        VirtualAlloc(entry, 0x1000, MEM_COMMIT, PAGE_READWRITE);
        InterlockedPushEntrySList(&list, entry);
    }
    return 0;
}

static void test_list(void)
{
    static struct {
        SLIST_ENTRY entry;
        int number;
    } items[5] __attribute__((aligned(16)));
    char *pages = VirtualAlloc(NULL, 0x4000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    InitializeSListHead(&list);
    ok(!InterlockedPopEntrySList(&list) && !InterlockedFlushSList(&list) && !QueryDepthSList(&list), "empty");
    ok(!InterlockedPushEntrySList(&list, &items[0].entry), "was empty");
    ok(InterlockedPushEntrySList(&list, &items[1].entry) == &items[0].entry, "the first before");
    ok_int(QueryDepthSList(&list), 2);
    items[3].entry.Next = &items[4].entry;
    ok(InterlockedPushListSListEx(&list, &items[3].entry, &items[4].entry, 2) == &items[1].entry, "the first before");
    ok_int(QueryDepthSList(&list), 4);
    ok(InterlockedPopEntrySList(&list) == &items[3].entry, "last in, first out");
    ok(InterlockedPopEntrySList(&list) == &items[4].entry, "last in, first out");
    ok(InterlockedFlushSList(&list) == &items[1].entry && items[1].entry.Next == &items[0].entry &&
           !items[0].entry.Next,
       "all");
    ok_int(QueryDepthSList(&list), 0);
#ifdef _WIN64
    ok_int(list.HeaderX64.Sequence, 6); /* one an operation */
    ok(RAISES(STATUS_DATATYPE_MISALIGNMENT, InitializeSListHead((SLIST_HEADER *)((char *)&list + 8))), "alignment");
#endif
    InitializeSListHead(&list);
    for (int i = 0; i < 4; i++)
        InterlockedPushEntrySList(&list, (SLIST_ENTRY *)(pages + i * 0x1000));
    run_threads(vanish);
    ok_int(popped, 2500 * THREADS);
    ok_int(QueryDepthSList(&list), 4);
    VirtualFree(pages, 0, MEM_RELEASE);
}

/* --- a lock whose owner was ended with the process: the end of the process does not wait for it --- */

static LONG orphan_kind;

static DWORD CALLBACK own_and_sleep(void *argument)
{
    if (orphan_kind == 1)
        EnterCriticalSection(&section);
    else
        AcquireSRWLockExclusive(&srw);
    SetEvent(argument);
    Sleep(INFINITE);
    return 0;
}

static void NTAPI on_detach(void *module, DWORD reason, void *reserved)
{
    (void)module, (void)reserved;
    if (reason != DLL_PROCESS_DETACH || !orphan_kind)
        return;
    if (orphan_kind == 1)
        EnterCriticalSection(&section);
    else
        AcquireSRWLockExclusive(&srw);
}

static PIMAGE_TLS_CALLBACK detach_callback __attribute__((section(".CRT$XLF"), used)) = on_detach;

static void orphan(const char *kind)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);

    InitializeCriticalSection(&section);
    orphan_kind = strcmp(kind, "srw") ? 1 : 2;
    CreateThread(NULL, 0, own_and_sleep, event, 0, NULL);
    WaitForSingleObject(event, INFINITE);
    ExitProcess(5);
}

static void test_orphans(void)
{
    static const char *const kinds[] = { "section", "srw" };

    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        PROCESS_INFORMATION process;
        char line[MAX_PATH + 40];
        DWORD code = 0;

        snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], kinds[i]);
        if (!ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process), "error %lu",
                GetLastError()))
            return;
        ok_int(WaitForSingleObject(process.hProcess, 10000), WAIT_OBJECT_0);
        GetExitCodeProcess(process.hProcess, &code);
        if (test_is_transom())
            ok_int(code, 5);
        TerminateProcess(process.hProcess, 0);
        CloseHandle(process.hProcess);
        CloseHandle(process.hThread);
    }
}

TESTS
{
    if (test_argc > 1) {
        orphan(test_argv[1]);
        return;
    }
    AddVectoredExceptionHandler(TRUE, catch_expected);
    test_section();
    test_srw();
    test_load();
    test_condition();
    test_once();
    test_addresses();
    test_barrier();
    test_keyed();
    test_list();
    test_orphans();
}
