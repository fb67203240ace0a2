/* SPDX-License-Identifier: MIT */
/* thread.c: threads: ends, contexts, priorities, times, names, storage; processors and what is known of them. */
#include "../test.h"

static DWORD CALLBACK returns(void *parameter)
{
    return (DWORD)(ULONG_PTR)parameter;
}

static DWORD CALLBACK exits(void *parameter)
{
    ExitThread((DWORD)(ULONG_PTR)parameter);
}

static volatile LONG spinning;

static DWORD CALLBACK spins(void *parameter)
{
    (void)parameter;
    while (spinning >= 0)
        InterlockedIncrement(&spinning);
    return 0;
}

static void test_life(void)
{
    CONTEXT context;
    HANDLE thread, other;
    DWORD id, code;
    LONG before;

    thread = CreateThread(NULL, 0, returns, (void *)42, CREATE_SUSPENDED, &id);
    ok(thread && id, "error %lu", GetLastError());
    ok_int(GetThreadId(thread), id);
    ok_int(GetProcessIdOfThread(thread), GetCurrentProcessId());
    ok(GetExitCodeThread(thread, &code) && code == STILL_ACTIVE, "code %lu", code);
    ok_int(SuspendThread(thread), 1);
    ok_int(ResumeThread(thread), 2);
    ok_int(WaitForSingleObject(thread, 30), WAIT_TIMEOUT);
    ok_int(ResumeThread(thread), 1);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code) && code == 42, "code %lu", code);
    ok(SuspendThread(thread) == (DWORD)-1, "over");
    CloseHandle(thread);
    thread = CreateThread(NULL, 0x100000, exits, (void *)43, STACK_SIZE_PARAM_IS_A_RESERVATION, &id);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code) && code == 43, "code %lu", code);
    CloseHandle(thread);

    thread = CreateThread(NULL, 0, spins, NULL, 0, &id);
    while (!spinning)
        Sleep(1);
    other = OpenThread(THREAD_ALL_ACCESS, FALSE, id);
    ok(other != NULL, "error %lu", GetLastError());
    ok_int(SuspendThread(other), 0);
    context.ContextFlags = CONTEXT_FULL;
    ok(GetThreadContext(other, &context), "error %lu", GetLastError());
    ok(context.Rip != 0 && context.Rsp != 0, "context");
    before = spinning;
    Sleep(30);
    ok_int(spinning, before);
    ok_int(ResumeThread(other), 1);
    Sleep(10);
    ok(spinning != before, "runs again");
    ok(TerminateThread(thread, 7), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code) && code == 7, "code %lu", code);
    CloseHandle(other);
    CloseHandle(thread);
    ok_err(OpenThread(THREAD_ALL_ACCESS, FALSE, 0xfffffff0), ERROR_INVALID_PARAMETER);
}

static void test_properties(void)
{
    HRESULT(WINAPI * set_description)
    (HANDLE, const WCHAR *) = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "SetThreadDescription");
    HRESULT(WINAPI * get_description)
    (HANDLE, WCHAR **) = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetThreadDescription");
    FILETIME creation, end, kernel, user;
    ULONG64 cycles, later;
    WCHAR *name = NULL;
    DWORD_PTR mask, system, old;
    PROCESSOR_NUMBER number;
    DWORD index;

    ok_int(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_NORMAL);
    ok(SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL), "error %lu", GetLastError());
    ok_int(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_BELOW_NORMAL);
    ok(SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_NORMAL), "error %lu", GetLastError());
    ok_err(SetThreadPriority(GetCurrentThread(), 99), ERROR_INVALID_PARAMETER);
    ok_int(GetPriorityClass(GetCurrentProcess()), NORMAL_PRIORITY_CLASS);
    ok(GetThreadTimes(GetCurrentThread(), &creation, &end, &kernel, &user), "error %lu", GetLastError());
    ok(creation.dwHighDateTime > 0x01d00000, "creation %lx", creation.dwHighDateTime);
    ok(GetProcessTimes(GetCurrentProcess(), &creation, &end, &kernel, &user), "error %lu", GetLastError());
    ok(QueryThreadCycleTime(GetCurrentThread(), &cycles), "error %lu", GetLastError());
    for (volatile int i = 0; i < 1000000; i++)
        ;
    ok(QueryThreadCycleTime(GetCurrentThread(), &later) && later > cycles, "%llu then %llu", cycles, later);

    ok(set_description && get_description, "in kernel32");
    ok_hex(set_description(GetCurrentThread(), L"the first"), 0x10000000); /* HRESULT_FROM_NT(STATUS_SUCCESS) */
    ok(get_description(GetCurrentThread(), &name) >= 0, "description");
    ok_wstr(name, L"the first");
    LocalFree(name);

    ok(GetProcessAffinityMask(GetCurrentProcess(), &mask, &system) && mask && (mask & system) == mask,
       "mask %llx of %llx", mask, system);
    old = SetThreadAffinityMask(GetCurrentThread(), mask & -mask);
    ok(old == mask, "old %llx, error %lu", old, GetLastError());
    GetCurrentProcessorNumberEx(&number);
    ok(((ULONG64)1 << number.Number) == (mask & -mask), "on processor %d", number.Number);
    ok(SetThreadAffinityMask(GetCurrentThread(), old) == (mask & -mask), "error %lu", GetLastError());
    ok_err(SetThreadAffinityMask(GetCurrentThread(), 0), ERROR_INVALID_PARAMETER);

    index = TlsAlloc();
    ok(index != TLS_OUT_OF_INDEXES, "error %lu", GetLastError());
    SetLastError(1);
    ok(!TlsGetValue(index) && GetLastError() == ERROR_SUCCESS, "error %lu", GetLastError());
    ok(TlsSetValue(index, (void *)5) && TlsGetValue(index) == (void *)5, "value");
    ok(TlsFree(index), "error %lu", GetLastError());
    ok_err(TlsFree(index), ERROR_INVALID_PARAMETER);
}

static void test_processors(void)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION *info;
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *ex;
    SYSTEM_INFO system;
    GROUP_AFFINITY affinity;
    DWORD size = 0, offset, cores = 0;
    ULONG highest;
    ULONGLONG mask = 0;

    GetSystemInfo(&system);
    ok(system.dwNumberOfProcessors >= 1 && system.dwPageSize == 4096, "%lu processors", system.dwNumberOfProcessors);
    ok_int(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS), system.dwNumberOfProcessors);
    ok_int(GetActiveProcessorGroupCount(), 1);
    ok_err(GetLogicalProcessorInformation(NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    info = malloc(size);
    ok(GetLogicalProcessorInformation(info, &size), "error %lu", GetLastError());
    for (DWORD i = 0; i < size / sizeof(*info); i++)
        if (info[i].Relationship == RelationProcessorCore) {
            ok(!(mask & info[i].ProcessorMask), "no processor in two cores");
            mask |= info[i].ProcessorMask;
        }
    ok(mask == system.dwActiveProcessorMask, "%llx of %llx", mask, (ULONGLONG)system.dwActiveProcessorMask);
    free(info);
    size = 0;
    ok_err(GetLogicalProcessorInformationEx(RelationAll, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    ex = malloc(size);
    ok(GetLogicalProcessorInformationEx(RelationAll, ex, &size), "error %lu", GetLastError());
    for (offset = 0; offset < size;) {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *at = (void *)((char *)ex + offset);

        cores += at->Relationship == RelationProcessorCore;
        offset += at->Size;
    }
    ok(offset == size && cores >= 1, "%lu cores", cores);
    free(ex);
    ok(GetNumaHighestNodeNumber(&highest), "error %lu", GetLastError());
    ok(GetNumaNodeProcessorMaskEx(0, &affinity) && affinity.Mask, "error %lu", GetLastError());
}

TESTS
{
    test_life();
    test_properties();
    test_processors();
}
