/* SPDX-License-Identifier: MIT */
/*
 * rtlcritsec.c: critical sections.
 *
 * LockCount has the layout that Windows has had since Vista, which debuggers and some programs look at: bit 0 set = not
 * locked, bit 1 set = no waiter is on its way, the other bits = ones' complement of the number of waiters; -1 = free.
 */
#include "rtlpark.h"
#include "ntrtl.h"

#define CS_UNLOCKED  1
#define CS_NOT_WOKEN 2
#define CS_WAITER    4

#define SPIN_COUNT_MASK 0x00ffffffu
/* In SpinCount, where Windows keeps it too: how long to spin is ours to find out. */
#define DYNAMIC_SPIN RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN

static HANDLE current_thread(void)
{
    return nt_teb()->ClientId.UniqueThread;
}

static bool has_waiters(LONG count)
{
    return (count | CS_UNLOCKED | CS_NOT_WOKEN) != -1;
}

/* --- making and deleting --- */

/* Of those that were made with debugging information: debuggers find them from any one's list entry. */
static LIST_ENTRY debug_list = { &debug_list, &debug_list };
static RTL_SRWLOCK debug_lock;

static bool has_debug_info(const RTL_CRITICAL_SECTION *cs)
{
    return cs->DebugInfo && cs->DebugInfo != (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1;
}

static NTSTATUS add_debug_info(RTL_CRITICAL_SECTION *cs)
{
    RTL_CRITICAL_SECTION_DEBUG *debug = heap_alloc_zero(sizeof(*debug));

    if (!debug)
        return STATUS_NO_MEMORY;
    debug->Type = RTL_CRITSECT_TYPE;
    debug->CriticalSection = cs;
    RtlAcquireSRWLockExclusive(&debug_lock);
    list_add_tail(&debug_list, &debug->ProcessLocksList);
    RtlReleaseSRWLockExclusive(&debug_lock);
    cs->DebugInfo = debug;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *cs, ULONG spin, ULONG flags)
{
    if (spin & ~SPIN_COUNT_MASK)
        return STATUS_INVALID_PARAMETER_2;
    if (flags & ~(ULONG)RTL_CRITICAL_SECTION_ALL_FLAG_BITS || flags & RTL_CRITICAL_SECTION_FLAG_RESERVED)
        return STATUS_INVALID_PARAMETER_3;
    cs->DebugInfo = (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1; /* what Windows 10 stores for "none" */
    cs->LockCount = -1;
    cs->RecursionCount = 0;
    cs->OwningThread = NULL;
    cs->LockSemaphore = NULL;
    cs->SpinCount = nt_peb()->NumberOfProcessors > 1 ? spin : 0;
    if (flags & RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN)
        cs->SpinCount |= DYNAMIC_SPIN;
    return flags & RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO ? add_debug_info(cs) : STATUS_SUCCESS;
}

/* "The high-order bit ... is ignored" since Windows XP (InitializeCriticalSectionAndSpinCount). */
NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin)
{
    return RtlInitializeCriticalSectionEx(cs, spin & SPIN_COUNT_MASK, 0);
}

NTSTATUS NTAPI RtlInitializeCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    return RtlInitializeCriticalSectionEx(cs, 2000, RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    if (has_debug_info(cs)) {
        RtlAcquireSRWLockExclusive(&debug_lock);
        list_remove(&cs->DebugInfo->ProcessLocksList);
        RtlReleaseSRWLockExclusive(&debug_lock);
        heap_free(cs->DebugInfo);
    }
    cs->DebugInfo = NULL;
    cs->LockCount = -1;
    cs->RecursionCount = 0;
    cs->OwningThread = NULL;
    cs->LockSemaphore = NULL;
    cs->SpinCount = 0;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlSetCriticalSectionSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin)
{
    ULONG old = (ULONG)cs->SpinCount;

    cs->SpinCount = nt_peb()->NumberOfProcessors > 1 ? spin & SPIN_COUNT_MASK : 0;
    return old & SPIN_COUNT_MASK;
}

/* --- entering and leaving --- */

static void own(RTL_CRITICAL_SECTION *cs, HANDLE self)
{
    __atomic_store_n(&cs->OwningThread, self, __ATOMIC_RELAXED); /* others compare it with themselves */
    cs->RecursionCount = 1;
}

static void enter_slow(RTL_CRITICAL_SECTION *cs)
{
    ULONG count = cs->SpinCount & DYNAMIC_SPIN ? 0 : (ULONG)(cs->SpinCount & SPIN_COUNT_MASK);
    struct park_spin spin = park_spin_begin(count ? count : PARK_PAUSES);
    bool waiter = false, woken = false;
    LONG old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);

    if (has_debug_info(cs)) {
        __atomic_add_fetch(&cs->DebugInfo->ContentionCount, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&cs->DebugInfo->EntryCount, 1, __ATOMIC_RELAXED);
    }
    for (;;) {
        if (old & CS_UNLOCKED) {
            LONG new = old & ~CS_UNLOCKED;

            if (waiter)
                new += CS_WAITER;
            if (woken)
                new |= CS_NOT_WOKEN;
            if (__atomic_compare_exchange_n(&cs->LockCount, &old, new, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return;
            continue;
        }
        /* Where others have given up spinning already it will not help us. */
        if (!has_waiters(old) && park_spin(&spin)) {
            old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
            continue;
        }
        if (!waiter || woken) {
            LONG new = waiter ? old | CS_NOT_WOKEN : old - CS_WAITER;

            if (!__atomic_compare_exchange_n(&cs->LockCount, &old, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                continue;
            waiter = true;
            woken = false;
        }

        struct park_entry entry;
        struct park_bucket *bucket = park_lock(&cs->LockCount);

        if (__atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED) & CS_UNLOCKED) {
            park_unlock(bucket);
        } else {
            park_enqueue(bucket, &entry, &cs->LockCount, 0);
            park_unlock(bucket);
            if (park_wait_or_end(&entry, NULL) == STATUS_THREAD_IS_TERMINATING) {
                __atomic_add_fetch(&cs->LockCount, CS_WAITER, __ATOMIC_RELAXED); /* it is no waiter any more */
                park_end();
            }
            woken = true;
        }
        old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
    }
}

NTSTATUS NTAPI RtlEnterCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    HANDLE self = current_thread();
    LONG free = -1;

    if (__builtin_expect(__atomic_compare_exchange_n(&cs->LockCount, &free, -1 & ~CS_UNLOCKED, false, __ATOMIC_ACQUIRE,
                                                     __ATOMIC_RELAXED),
                         1)) {
        own(cs, self);
        return STATUS_SUCCESS;
    }
    if (__atomic_load_n(&cs->OwningThread, __ATOMIC_RELAXED) == self) {
        cs->RecursionCount++;
        return STATUS_SUCCESS;
    }
    /* A zeroed section is an uninitialised one: with it, Windows dies on the missing debug information as well. */
    enter_slow(cs);
    own(cs, self);
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlTryEnterCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    HANDLE self = current_thread();
    LONG old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);

    while (old & CS_UNLOCKED) {
        if (__atomic_compare_exchange_n(&cs->LockCount, &old, old & ~CS_UNLOCKED, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
            own(cs, self);
            return TRUE;
        }
    }
    if (__atomic_load_n(&cs->OwningThread, __ATOMIC_RELAXED) != self)
        return FALSE;
    cs->RecursionCount++;
    return TRUE;
}

NTSTATUS NTAPI RtlLeaveCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    LONG state;

    if (--cs->RecursionCount > 0)
        return STATUS_SUCCESS;
    if (cs->RecursionCount < 0) {
        /* Left more often than entered. Windows corrupts the section or waits for ever; here it stays usable. */
        cs->RecursionCount = 0;
        return STATUS_UNSUCCESSFUL;
    }
    __atomic_store_n(&cs->OwningThread, NULL, __ATOMIC_RELAXED);
    state = __atomic_or_fetch(&cs->LockCount, CS_UNLOCKED, __ATOMIC_SEQ_CST);
    if (__builtin_expect(!has_waiters(state) || !(state & CS_NOT_WOKEN), 1))
        return STATUS_SUCCESS;

    /* A waiter that is not queued yet will see, under the bucket's lock, that the section is free; no need to wait for it. */
    struct park_bucket *bucket = park_lock(&cs->LockCount);
    struct park_entry *entry = NULL;

    state = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
    if (state & CS_NOT_WOKEN && (entry = park_first(bucket, &cs->LockCount))) {
        park_dequeue(bucket, entry);
        __atomic_and_fetch(&cs->LockCount, ~CS_NOT_WOKEN, __ATOMIC_RELAXED);
    }
    park_unlock_and_wake(bucket, entry);
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlIsCriticalSectionLocked(RTL_CRITICAL_SECTION *cs)
{
    return cs->RecursionCount != 0;
}

ULONG NTAPI RtlIsCriticalSectionLockedByThread(RTL_CRITICAL_SECTION *cs)
{
    return cs->OwningThread == current_thread() && cs->RecursionCount;
}

VOID NTAPI RtlAcquirePebLock(VOID)
{
    RtlEnterCriticalSection(nt_peb()->FastPebLock);
}

VOID NTAPI RtlReleasePebLock(VOID)
{
    RtlLeaveCriticalSection(nt_peb()->FastPebLock);
}
