/* SPDX-License-Identifier: MIT */
/* thread_affinity.c: affinity masks of processes and threads, and CPU sets, seen in where threads run. */
#include "../test.h"

static BOOL(WINAPI *get_selected)(HANDLE, ULONG *, ULONG, ULONG *);
static BOOL(WINAPI *set_selected)(HANDLE, const ULONG *, ULONG);
static BOOL(WINAPI *get_default)(HANDLE, ULONG *, ULONG, ULONG *);
static BOOL(WINAPI *set_default)(HANDLE, const ULONG *, ULONG);

static ULONG lowest_id; /* of the process's first processor */

/* The processors that this thread is seen on, as a mask. */
static DWORD_PTR seen(void)
{
    DWORD_PTR mask = 0;

    for (int i = 0; i < 200; i++) {
        mask |= (DWORD_PTR)1 << GetCurrentProcessorNumber();
        if (i % 20 == 0)
            SwitchToThread();
    }
    return mask;
}

static DWORD WINAPI look(void *result)
{
    *(DWORD_PTR *)result = seen();
    return 0;
}

static DWORD_PTR seen_by_new_thread(void)
{
    DWORD_PTR mask = 0;
    HANDLE thread = CreateThread(NULL, 0, look, &mask, 0, NULL);

    WaitForSingleObject(thread, 10000);
    CloseHandle(thread);
    return mask;
}

/* SetProcessAffinityMask's and SetThreadAffinityMask's pages */
static void test_masks(DWORD_PTR system)
{
    DWORD_PTR first = system & -system, process, other;

    /* A thread's mask is its own: those that it makes have the process's. */
    ok(SetThreadAffinityMask(GetCurrentThread(), first) == system, "error %lu", GetLastError());
    ok(seen() == first, "%zx", (size_t)seen());
    other = SetThreadAffinityMask(GetCurrentThread(), system);
    ok(other == first, "%zx", (size_t)other);

    ok(SetProcessAffinityMask(GetCurrentProcess(), first), "error %lu", GetLastError());
    ok(GetProcessAffinityMask(GetCurrentProcess(), &process, &other), "error %lu", GetLastError());
    ok(process == first && other == system, "%zx of %zx", (size_t)process, (size_t)other);
    ok(seen() == first, "%zx", (size_t)seen());
    ok(seen_by_new_thread() == first, "a new thread runs elsewhere");
    if (system != first) {
        SetLastError(0);
        ok_int(SetThreadAffinityMask(GetCurrentThread(), system),
               0); /* "must be a subset of the process affinity mask" */
        ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    }
    ok_err(SetProcessAffinityMask(GetCurrentProcess(), 0), ERROR_INVALID_PARAMETER);
    ok(SetProcessAffinityMask(GetCurrentProcess(), system), "error %lu", GetLastError());
    GetProcessAffinityMask(GetCurrentProcess(), &process, &other);
    ok(process == system, "%zx", (size_t)process);
}

/* The pages of GetThreadSelectedCpuSets and its neighbours */
static void test_sets(DWORD_PTR system)
{
    ULONG ids[64] = { 0 }, count = 77,
          last = lowest_id + 63 - (ULONG)__builtin_clzll(system) - (ULONG)__builtin_ctzll(system);
    DWORD_PTR last_mask = (DWORD_PTR)1 << (63 - __builtin_clzll(system)), first = system & -system;
    HANDLE self = GetCurrentThread();

    ok(get_selected(self, ids, 64, &count), "error %lu", GetLastError());
    ok_int(count, 0);
    ok(set_selected(self, &last, 1), "error %lu", GetLastError());
    ok(seen() == last_mask, "%zx", (size_t)seen());
    ok_err(get_selected(self, NULL, 0, &count), ERROR_INSUFFICIENT_BUFFER);
    ok_int(count, 1);
    ok(get_selected(self, ids, 64, &count) && count == 1 && ids[0] == last, "%lu, %lx", count, ids[0]);
    /* Affinity comes first: sets outside of it do not count. */
    SetThreadAffinityMask(self, first);
    ok(seen() == first, "%zx", (size_t)seen());
    SetThreadAffinityMask(self, system);
    ok(seen() == last_mask, "%zx", (size_t)seen());

    ok(set_selected(self, NULL, 0), "error %lu", GetLastError());
    ok(get_selected(self, ids, 64, &count), "error %lu", GetLastError());
    ok_int(count, 0);
    ids[0] = 5;
    ok_err(set_selected(self, ids, 1), ERROR_INVALID_PARAMETER);

    ok(set_default(GetCurrentProcess(), &lowest_id, 1), "error %lu", GetLastError());
    ok(get_default(GetCurrentProcess(), ids, 64, &count) && count == 1 && ids[0] == lowest_id, "%lu, %lx", count,
       ids[0]);
    ok(seen() == first, "%zx", (size_t)seen());
    ok(seen_by_new_thread() == first, "a new thread runs elsewhere");
    ok(set_selected(self, &last, 1), "error %lu", GetLastError()); /* its own count, not the process's */
    ok(seen() == last_mask, "%zx", (size_t)seen());
    ok(set_selected(self, NULL, 0), "error %lu", GetLastError());
    ok(set_default(GetCurrentProcess(), NULL, 0), "error %lu", GetLastError());
    ok(get_default(GetCurrentProcess(), ids, 64, &count), "error %lu", GetLastError());
    ok_int(count, 0);
}

TESTS
{
    HMODULE kernel32 = GetModuleHandleA("kernel32.dll");
    BOOL(WINAPI * get_sets)
    (void *, ULONG, ULONG *, HANDLE, ULONG) = (void *)GetProcAddress(kernel32, "GetSystemCpuSetInformation");
    DWORD_PTR process, system;
    ULONG buffer[64 * 8], needed;

    GetProcessAffinityMask(GetCurrentProcess(), &process, &system);
    if (process != system) {
        skip("bound already");
        return;
    }
    test_masks(system);
    get_selected = (void *)GetProcAddress(kernel32, "GetThreadSelectedCpuSets");
    set_selected = (void *)GetProcAddress(kernel32, "SetThreadSelectedCpuSets");
    get_default = (void *)GetProcAddress(kernel32, "GetProcessDefaultCpuSets");
    set_default = (void *)GetProcAddress(kernel32, "SetProcessDefaultCpuSets");
    if (!get_selected || !get_sets || !get_sets(buffer, sizeof(buffer), &needed, GetCurrentProcess(), 0)) {
        skip("no CPU sets");
        return;
    }
    lowest_id = buffer[2];
    test_sets(system);
}
