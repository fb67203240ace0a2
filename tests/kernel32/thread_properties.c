/* SPDX-License-Identifier: MIT */
/*
 * thread_properties.c: what threads have: priorities, affinity, ideal processors, names, times, stacks, exit codes, contexts (also
 * inside a wait), slots of both kinds and their callbacks, the order of a thread's end (processthreadsapi.h, fibersapi.h).
 */
#include "../test.h"
#include <winternl.h>

static volatile LONG ready, go;

static DWORD WINAPI wait_for_go(void *argument)
{
    InterlockedIncrement(&ready);
    WaitForSingleObject(argument, 10000);
    return 0x12345678;
}

static HANDLE start_waiting(HANDLE *event)
{
    HANDLE thread;
    *event = CreateEventW(NULL, TRUE, FALSE, NULL);
    ready = 0;
    thread = CreateThread(NULL, 0, wait_for_go, *event, 0, NULL);
    while (!ready)
        Sleep(1);
    Sleep(10);
    return thread;
}

static void test_priority(void)
{
    static const int good[] = { THREAD_PRIORITY_IDLE,         THREAD_PRIORITY_LOWEST,
                                THREAD_PRIORITY_BELOW_NORMAL, THREAD_PRIORITY_NORMAL,
                                THREAD_PRIORITY_ABOVE_NORMAL, THREAD_PRIORITY_HIGHEST,
                                THREAD_PRIORITY_TIME_CRITICAL };
    static const int bad[] = { 3, -3, 14, 20, -14, -20 }; /* 3 to 6, -3 to -7 are for the real-time class */
    HANDLE event, thread = start_waiting(&event);
    BOOL disabled = 7;

    for (int i = 0; i < 7; i++) {
        ok(SetThreadPriority(thread, good[i]), "%d: error %lu", good[i], GetLastError());
        ok_int(GetThreadPriority(thread), good[i]);
    }
    for (int i = 0; i < 6; i++)
        ok_err(SetThreadPriority(thread, bad[i]), ERROR_INVALID_PARAMETER);
    ok(GetThreadPriorityBoost(thread, &disabled) && !disabled, "%d", disabled);
    ok(SetThreadPriorityBoost(thread, TRUE), "error %lu", GetLastError());
    ok(GetThreadPriorityBoost(thread, &disabled) && disabled, "%d", disabled);
    SetEvent(event);
    WaitForSingleObject(thread, 5000);
    ok_int(GetThreadPriority(NULL), THREAD_PRIORITY_ERROR_RETURN);
    CloseHandle(thread);
    CloseHandle(event);
}

static void test_affinity(void)
{
    DWORD_PTR process, system;
    HANDLE event, thread = start_waiting(&event);
    GROUP_AFFINITY group, before;
    PROCESSOR_NUMBER number;
    SYSTEM_INFO info;
    DWORD last;

    GetSystemInfo(&info);
    GetProcessAffinityMask(GetCurrentProcess(), &process, &system);
    ok(SetThreadAffinityMask(thread, process) == process, "error %lu", GetLastError());
    ok_err(SetThreadAffinityMask(thread, ~system), ERROR_INVALID_PARAMETER);
    ok(GetThreadGroupAffinity(thread, &group), "error %lu", GetLastError());
    ok(group.Mask == process && group.Group == 0, "%llx of group %d", (unsigned long long)group.Mask, group.Group);
    group.Mask = process & -process;
    ok(SetThreadGroupAffinity(thread, &group, &before), "error %lu", GetLastError());
    ok(before.Mask == process, "%llx", (unsigned long long)before.Mask);
    ok(GetThreadGroupAffinity(thread, &group) && group.Mask == (process & -process), "%llx",
       (unsigned long long)group.Mask);
    group.Group = 77;
    ok_err(SetThreadGroupAffinity(thread, &group, NULL), ERROR_INVALID_PARAMETER);

    last = SetThreadIdealProcessor(thread, MAXIMUM_PROCESSORS); /* asks only */
    ok(last < info.dwNumberOfProcessors, "%lu", last);
    ok(SetThreadIdealProcessor(thread, 0) == last, "error %lu", GetLastError());
    ok_int(SetThreadIdealProcessor(thread, MAXIMUM_PROCESSORS), 0);
    ok_int(SetThreadIdealProcessor(thread, 200), (DWORD)-1);
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    ok(GetThreadIdealProcessorEx(thread, &number) && number.Number == 0, "error %lu", GetLastError());
    SetEvent(event);
    WaitForSingleObject(thread, 5000);
    CloseHandle(thread);
    CloseHandle(event);
}

static void test_times(void)
{
    FILETIME creation, end, kernel, user, now;
    HANDLE event, thread = start_waiting(&event);
    ULONGLONG before;

    ok(GetThreadTimes(thread, &creation, &end, &kernel, &user), "error %lu", GetLastError());
    GetSystemTimePreciseAsFileTime(&now);
    ok(CompareFileTime(&creation, &now) <= 0, "created in the future");
    SetEvent(event);
    WaitForSingleObject(thread, 5000);
    ok(GetThreadTimes(thread, &creation, &end, &kernel, &user), "error %lu", GetLastError());
    ok(CompareFileTime(&creation, &end) < 0, "ended before it began");
    CloseHandle(thread);
    CloseHandle(event);
    GetThreadTimes(GetCurrentThread(), &creation, &end, &kernel, &user);
    before = (ULONGLONG)user.dwHighDateTime << 32 | user.dwLowDateTime;
    for (DWORD start = GetTickCount(); GetTickCount() - start < 60;)
        for (volatile int i = 0; i < 10000; i++)
            ;
    GetThreadTimes(GetCurrentThread(), &creation, &end, &kernel, &user);
    ok(((ULONGLONG)user.dwHighDateTime << 32 | user.dwLowDateTime) > before, "no time has passed for it");
}

static DWORD WINAPI stack_of(void *limits)
{
    ULONG_PTR *out = limits;
    MEMORY_BASIC_INFORMATION info;
    GetCurrentThreadStackLimits(&out[0], &out[1]);
    VirtualQuery(&info, &info, sizeof(info));
    out[2] = (ULONG_PTR)info.AllocationBase;
    return STILL_ACTIVE; /* a code like any other */
}

static void test_stack(void)
{
    ULONG_PTR limits[3];
    HANDLE thread = CreateThread(NULL, 0x300000, stack_of, limits, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    DWORD code;

    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code) && code == STILL_ACTIVE, "%lu", code);
    CloseHandle(thread);
    ok(limits[1] - limits[0] == 0x300000, "%#llx bytes", (unsigned long long)(limits[1] - limits[0]));
    ok(limits[2] == limits[0], "%#llx", (unsigned long long)limits[2]);
    thread = CreateThread(NULL, 0x280000, stack_of, limits, 0, NULL); /* committed: the reservation grows with it */
    WaitForSingleObject(thread, 5000);
    CloseHandle(thread);
    ok(limits[1] - limits[0] >= 0x280000, "%#llx bytes", (unsigned long long)(limits[1] - limits[0]));
}

static void test_context_in_wait(void)
{
    CONTEXT context = { .ContextFlags = CONTEXT_FULL };
    HANDLE event, thread = start_waiting(&event);
    MEMORY_BASIC_INFORMATION info;
    HMODULE module = NULL;
    DWORD code;

    ok_int(SuspendThread(thread), 0);
    ok(GetThreadContext(thread, &context), "error %lu", GetLastError());
    /* At the return of a system call's stub; its caller is on the stack. */
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       (const WCHAR *)context.Rip, &module);
    ok(module == GetModuleHandleW(L"ntdll") && *(BYTE *)context.Rip == 0xc3, "rip %llx",
       (unsigned long long)context.Rip);
    ok(context.Rip - (ULONG_PTR)GetProcAddress(module, "NtWaitForSingleObject") < 0x20, "rip %llx",
       (unsigned long long)context.Rip);
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       *(const WCHAR **)context.Rsp, &module);
    ok(module == GetModuleHandleW(L"kernelbase"), "called from %p", *(void **)context.Rsp);
    ok(VirtualQuery((void *)context.Rsp, &info, sizeof(info)) && info.State == MEM_COMMIT, "rsp %llx",
       (unsigned long long)context.Rsp);
    /* What is signalled while it is suspended is not lost. */
    SetEvent(event);
    ok_int(WaitForSingleObject(thread, 50), WAIT_TIMEOUT);
    ok(SetThreadContext(thread, &context), "error %lu", GetLastError());
    ok_int(ResumeThread(thread), 1);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_hex(code, 0x12345678);
    CloseHandle(thread);
    CloseHandle(event);
}

/* --- slots --- */

static DWORD slots[1200];

static DWORD WINAPI see_slots(void *count)
{
    for (int i = 0; i < (int)(LONG_PTR)count; i++) {
        if (TlsGetValue(slots[i]))
            return 1; /* "initialized to NULL" in each thread */
        TlsSetValue(slots[i], (void *)(ULONG_PTR)(i + 5));
    }
    for (int i = 0; i < (int)(LONG_PTR)count; i++)
        if (TlsGetValue(slots[i]) != (void *)(ULONG_PTR)(i + 5))
            return 2;
    return 0;
}

static void test_tls(void)
{
    int count = 0;
    HANDLE thread;
    DWORD code, again;

    while (count < 1200 && (slots[count] = TlsAlloc()) != TLS_OUT_OF_INDEXES)
        count++;
    ok(count > 1000 && count <= 1088, "%d slots", count); /* 1,088 "for each process", less those that are in use */
    for (int i = 0; i < count; i++)
        ok(TlsSetValue(slots[i], (void *)(ULONG_PTR)(i + 1)), "error %lu", GetLastError());
    thread = CreateThread(NULL, 0, see_slots, (void *)(LONG_PTR)count, 0, NULL);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 0);
    CloseHandle(thread);
    for (int i = 0; i < count; i++)
        if (TlsGetValue(slots[i]) != (void *)(ULONG_PTR)(i + 1))
            ok(false, "slot %d", i);
    TlsFree(slots[count - 1]);
    again = TlsAlloc();
    ok_int(again, slots[count - 1]);
    ok(TlsGetValue(again) == NULL, "a new slot is empty");
    for (int i = 0; i < count; i++)
        TlsFree(slots[i]);
    ok_err(TlsSetValue(5000, NULL), ERROR_INVALID_PARAMETER);
}

static LONG fls_calls;
static void *fls_values[4];

static VOID WINAPI fls_end(void *value)
{
    fls_values[InterlockedIncrement(&fls_calls) & 3] = value;
}

static DWORD WINAPI uses_fls(void *index)
{
    FlsSetValue((DWORD)(ULONG_PTR)index, (void *)77);
    return 0;
}

static void test_fls(void)
{
    DWORD index = FlsAlloc(fls_end), other = FlsAlloc(NULL);
    HANDLE thread;

    ok(index != FLS_OUT_OF_INDEXES && other != FLS_OUT_OF_INDEXES, "error %lu", GetLastError());
    ok(FlsGetValue(index) == NULL, "empty");
    thread = CreateThread(NULL, 0, uses_fls, (void *)(ULONG_PTR)index, 0, NULL);
    WaitForSingleObject(thread, 5000);
    CloseHandle(thread);
    ok_int(fls_calls, 1); /* when the thread ends */
    ok(fls_values[1] == (void *)77, "%p", fls_values[1]);
    thread = CreateThread(NULL, 0, uses_fls, (void *)(ULONG_PTR)other, 0, NULL);
    WaitForSingleObject(thread, 5000);
    CloseHandle(thread);
    ok_int(fls_calls, 1);
    ok(FlsSetValue(index, (void *)78), "error %lu", GetLastError());
    ok(FlsFree(index), "error %lu", GetLastError()); /* and when the slot is freed, if it has a value */
    ok_int(fls_calls, 2);
    ok(fls_values[2] == (void *)78, "%p", fls_values[2]);
    ok_err(FlsFree(index), ERROR_INVALID_PARAMETER);
    FlsFree(other);
}

/* --- ends --- */

static HANDLE held_mutex;
static DWORD WINAPI ends_with_things(void *unused)
{
    (void)unused;
    WaitForSingleObject(held_mutex, INFINITE);
    ExitThread(0xabcd);
}

static DWORD WINAPI ends_by_ntdll(void *unused)
{
    void(NTAPI * end)(NTSTATUS) = (void *)GetProcAddress(GetModuleHandleW(L"ntdll"), "RtlExitUserThread");
    (void)unused;
    end(0x777);
    return 0;
}

static void test_ends(void)
{
    HANDLE thread;
    DWORD code;

    held_mutex = CreateMutexW(NULL, FALSE, NULL);
    thread = CreateThread(NULL, 0, ends_with_things, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    /* When the thread is signalled its mutexes have been abandoned. */
    ok_int(WaitForSingleObject(held_mutex, 0), WAIT_ABANDONED);
    ReleaseMutex(held_mutex);
    GetExitCodeThread(thread, &code);
    ok_hex(code, 0xabcd);
    CloseHandle(thread);
    thread = CreateThread(NULL, 0, ends_by_ntdll, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_hex(code, 0x777);
    ok_int(WaitForSingleObject(thread, 0), WAIT_OBJECT_0); /* it stays signalled */
    ok(!TerminateThread(thread, 1) || (GetExitCodeThread(thread, &code) && code == 0x777), "ended twice");
    CloseHandle(thread);
    CloseHandle(held_mutex);
}

static void test_many(void)
{
    enum { COUNT = 500 };
    static HANDLE threads[COUNT];
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    int started = 0;

    ready = 0;
    for (int i = 0; i < COUNT; i++) {
        threads[i] = CreateThread(NULL, 0x10000, wait_for_go, event, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        started += threads[i] != NULL;
    }
    ok_int(started, COUNT);
    while (ready < started)
        Sleep(1);
    SetEvent(event);
    for (int i = 0; i < COUNT; i++) {
        ok_int(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CloseHandle(threads[i]);
    }
    CloseHandle(event);
}

TESTS
{
    test_priority();
    test_affinity();
    test_times();
    test_stack();
    test_context_in_wait();
    test_tls();
    test_fls();
    test_ends();
    test_many();
}
