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

static HANDLE current_thread(void)
{
    return nt_teb()->ClientId.UniqueThread;
}

static bool has_waiters(LONG count)
{
    return (count | CS_UNLOCKED | CS_NOT_WOKEN) != -1;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *cs, ULONG spin, ULONG flags)
{
    (void)flags; /* debugging information is never kept */
    if (spin & 0xff000000u & ~0x80000000u)
        return STATUS_INVALID_PARAMETER_2;
    cs->DebugInfo = (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1; /* what Windows 10 stores for "none" */
    cs->LockCount = -1;
    cs->RecursionCount = 0;
    cs->OwningThread = NULL;
    cs->LockSemaphore = NULL;
    cs->SpinCount = nt_peb()->NumberOfProcessors > 1 ? spin & SPIN_COUNT_MASK : 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin)
{
    return RtlInitializeCriticalSectionEx(cs, spin & SPIN_COUNT_MASK, 0);
}

NTSTATUS NTAPI RtlInitializeCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    return RtlInitializeCriticalSectionEx(cs, 0, 0);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(RTL_CRITICAL_SECTION *cs)
{
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

static void own(RTL_CRITICAL_SECTION *cs, HANDLE self)
{
    cs->OwningThread = self;
    cs->RecursionCount = 1;
}

static void enter_slow(RTL_CRITICAL_SECTION *cs)
{
    ULONG spins = cs->SpinCount & SPIN_COUNT_MASK ? (ULONG)(cs->SpinCount & SPIN_COUNT_MASK) : park_spins();
    bool waiter = false, woken = false;
    LONG old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);

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
        if (spins) {
            spins--;
            cpu_pause();
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
            park_wait(&entry, NULL);
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
    park_unlock(bucket);
    park_wake_list(entry);
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
