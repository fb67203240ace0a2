/* SPDX-License-Identifier: MIT */
/*
 * rtlsrw.c: slim reader/writer locks, and the condition variables that sleep on them or on critical sections.
 *
 * A lock is one word: bit 0 = a writer owns it, bit 1 = threads are parked, the rest = number of readers.
 */
#include "rtlpark.h"
#include "ntrtl.h"

#define SRW_WRITER ((ULONG_PTR)1)
#define SRW_PARKED ((ULONG_PTR)2)
#define SRW_READER ((ULONG_PTR)4)

enum { WANT_EXCLUSIVE, WANT_SHARED };

static ULONG_PTR *word_of(RTL_SRWLOCK *lock)
{
    return (ULONG_PTR *)&lock->Ptr;
}

VOID NTAPI RtlInitializeSRWLock(RTL_SRWLOCK *lock)
{
    lock->Ptr = NULL;
}

/*
 * Parks until a release wakes us (true), unless the lock is no longer both owned and marked as having parked threads.
 */
static bool srw_park(ULONG_PTR *word, ULONG_PTR want)
{
    struct park_entry entry;
    struct park_bucket *bucket = park_lock(word);
    ULONG_PTR state = __atomic_load_n(word, __ATOMIC_RELAXED);

    if (!(state & SRW_PARKED) || state == SRW_PARKED) {
        park_unlock(bucket);
        return false;
    }
    park_enqueue(bucket, &entry, word, want);
    park_unlock(bucket);
    park_wait(&entry, NULL);
    return true;
}

static void acquire_slow(ULONG_PTR *word, ULONG_PTR want)
{
    bool woken = false;
    struct park_spin spin = park_spin_begin(PARK_PAUSES);

    for (;;) {
        ULONG_PTR old = __atomic_load_n(word, __ATOMIC_RELAXED);
        /* A reader does not overtake who is parked, but for one that has been woken with other readers. */
        bool free = want == WANT_EXCLUSIVE ? !(old & ~SRW_PARKED)
                                           : !(old & SRW_WRITER) && (woken || !(old & SRW_PARKED) || old == SRW_PARKED);

        if (free) {
            ULONG_PTR new = want == WANT_EXCLUSIVE ? old | SRW_WRITER : old + SRW_READER;

            if (__atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return;
            continue;
        }
        if (!(old & SRW_PARKED) && park_spin(&spin))
            continue;
        if (old & SRW_PARKED ||
            __atomic_compare_exchange_n(word, &old, old | SRW_PARKED, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            woken = srw_park(word, want);
    }
}

/*
 * The lock has become free while threads are parked, or (`readers`) free for readers: wakes the first, and with a reader the
 * readers right behind it.
 */
static void wake_parked(ULONG_PTR *word, bool readers)
{
    struct park_bucket *bucket = park_lock(word);
    struct park_entry *entry = park_first(bucket, word), *list = NULL, **last = &list;
    ULONG_PTR want = entry ? entry->tag : WANT_EXCLUSIVE;

    while (entry && entry->tag == want && (!readers || want == WANT_SHARED)) {
        struct park_entry *next = park_next(entry);

        park_dequeue(bucket, entry);
        *last = entry;
        last = &entry->next;
        entry = next;
        if (want == WANT_EXCLUSIVE)
            break;
    }
    if (!entry)
        __atomic_and_fetch(word, ~SRW_PARKED, __ATOMIC_RELAXED);
    park_unlock_and_wake(bucket, list);
}

VOID NTAPI RtlAcquireSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG_PTR free = 0;

    if (!__atomic_compare_exchange_n(word_of(lock), &free, SRW_WRITER, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        acquire_slow(word_of(lock), WANT_EXCLUSIVE);
}

/*
 * The reader counts itself first and looks then: one exclusive access to the word, whatever other readers do. If it may not
 * enter, it takes itself out as if it released the lock.
 */
VOID NTAPI RtlAcquireSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG_PTR *word = word_of(lock);

    if (!(__atomic_fetch_add(word, SRW_READER, __ATOMIC_ACQUIRE) & (SRW_WRITER | SRW_PARKED)))
        return;
    if (__atomic_fetch_sub(word, SRW_READER, __ATOMIC_RELEASE) - SRW_READER == SRW_PARKED)
        wake_parked(word, false);
    acquire_slow(word, WANT_SHARED);
}

BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG_PTR old = __atomic_load_n(word_of(lock), __ATOMIC_RELAXED);

    while (!(old & ~SRW_PARKED)) {
        if (__atomic_compare_exchange_n(word_of(lock), &old, old | SRW_WRITER, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

BOOLEAN NTAPI RtlTryAcquireSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG_PTR old = __atomic_load_n(word_of(lock), __ATOMIC_RELAXED);

    while (!(old & SRW_WRITER) && (!(old & SRW_PARKED) || old == SRW_PARKED)) {
        if (__atomic_compare_exchange_n(word_of(lock), &old, old + SRW_READER, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

VOID NTAPI RtlReleaseSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG_PTR old = __atomic_fetch_and(word_of(lock), ~SRW_WRITER, __ATOMIC_RELEASE);

    if (!(old & SRW_WRITER))
        RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
    if (old & SRW_PARKED)
        wake_parked(word_of(lock), false);
}

VOID NTAPI RtlReleaseSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG_PTR *word = word_of(lock), old = __atomic_fetch_sub(word, SRW_READER, __ATOMIC_RELEASE);

    if (old < SRW_READER) {
        __atomic_fetch_add(word, SRW_READER, __ATOMIC_RELAXED);
        RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
    }
    if (old - SRW_READER == SRW_PARKED)
        wake_parked(word, false);
}

/* --- conversions --- */

/* The only reader becomes the writer; any other case releases the lock. */
BOOLEAN NTAPI RtlTryConvertSRWLockSharedToExclusiveOrRelease(RTL_SRWLOCK *lock)
{
    ULONG_PTR old = __atomic_load_n(word_of(lock), __ATOMIC_RELAXED);

    while ((old & ~SRW_PARKED) == SRW_READER) {
        if (__atomic_compare_exchange_n(word_of(lock), &old, (old - SRW_READER) | SRW_WRITER, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return TRUE;
    }
    RtlReleaseSRWLockShared(lock);
    return FALSE;
}

VOID NTAPI RtlConvertSRWLockExclusiveToShared(RTL_SRWLOCK *lock)
{
    ULONG_PTR old = __atomic_fetch_add(word_of(lock), SRW_READER - SRW_WRITER, __ATOMIC_RELEASE);

    if (!(old & SRW_WRITER))
        RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
    if (old & SRW_PARKED)
        wake_parked(word_of(lock), true);
}

/*
 * Condition variables: the word is 1 while threads are parked on its address. The sleeper queues itself before it lets go
 * of the lock, so a wake-up by whoever takes the lock next cannot miss it.
 */
VOID NTAPI RtlInitializeConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    cv->Ptr = NULL;
}

static void condvar_enqueue(RTL_CONDITION_VARIABLE *cv, struct park_entry *entry)
{
    struct park_bucket *bucket = park_lock(cv);

    park_enqueue(bucket, entry, cv, 0);
    __atomic_store_n((ULONG_PTR *)&cv->Ptr, 1, __ATOMIC_SEQ_CST);
    park_unlock(bucket);
}

static void condvar_wake(RTL_CONDITION_VARIABLE *cv, bool all)
{
    struct park_entry *entry, *list = NULL, **last = &list;
    struct park_bucket *bucket;

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!__atomic_load_n((ULONG_PTR *)&cv->Ptr, __ATOMIC_RELAXED))
        return;
    bucket = park_lock(cv);
    for (entry = park_first(bucket, cv); entry;) {
        struct park_entry *next = park_next(entry);

        park_dequeue(bucket, entry);
        *last = entry;
        last = &entry->next;
        entry = next;
        if (!all)
            break;
    }
    if (!entry)
        __atomic_store_n((ULONG_PTR *)&cv->Ptr, 0, __ATOMIC_RELAXED);
    park_unlock_and_wake(bucket, list);
}

VOID NTAPI RtlWakeConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    condvar_wake(cv, false);
}

VOID NTAPI RtlWakeAllConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    condvar_wake(cv, true);
}

NTSTATUS NTAPI RtlSleepConditionVariableCS(RTL_CONDITION_VARIABLE *cv, RTL_CRITICAL_SECTION *cs,
                                           const LARGE_INTEGER *timeout)
{
    struct park_entry entry;
    NTSTATUS status;

    condvar_enqueue(cv, &entry);
    RtlLeaveCriticalSection(cs);
    status = park_wait(&entry, timeout);
    RtlEnterCriticalSection(cs);
    return status;
}

NTSTATUS NTAPI RtlSleepConditionVariableSRW(RTL_CONDITION_VARIABLE *cv, RTL_SRWLOCK *lock, const LARGE_INTEGER *timeout,
                                            ULONG flags)
{
    struct park_entry entry;
    NTSTATUS status;

    if (flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
        return STATUS_INVALID_PARAMETER_2;
    condvar_enqueue(cv, &entry);
    if (flags & CONDITION_VARIABLE_LOCKMODE_SHARED)
        RtlReleaseSRWLockShared(lock);
    else
        RtlReleaseSRWLockExclusive(lock);
    status = park_wait(&entry, timeout);
    if (flags & CONDITION_VARIABLE_LOCKMODE_SHARED)
        RtlAcquireSRWLockShared(lock);
    else
        RtlAcquireSRWLockExclusive(lock);
    return status;
}
