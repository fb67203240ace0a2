/* SPDX-License-Identifier: MIT */
/* rtlwait.c: waiting on addresses, one-time initialisation, barriers. */
#include "rtlpark.h"
#include "ntrtl.h"

static bool same_value(const volatile void *address, const void *compare, SIZE_T size)
{
    switch (size) {
    case 1:
        return __atomic_load_n((const volatile UCHAR *)address, __ATOMIC_ACQUIRE) == *(const UCHAR *)compare;
    case 2:
        return __atomic_load_n((const volatile USHORT *)address, __ATOMIC_ACQUIRE) == *(const USHORT *)compare;
    case 4:
        return __atomic_load_n((const volatile ULONG *)address, __ATOMIC_ACQUIRE) == *(const ULONG *)compare;
    default:
#ifdef _WIN64
        return __atomic_load_n((const volatile ULONGLONG *)address, __ATOMIC_ACQUIRE) == *(const ULONGLONG *)compare;
#else
        return *(const volatile ULONGLONG *)address == *(const ULONGLONG *)compare;
#endif
    }
}

NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *address, const void *compare, SIZE_T size,
                                const LARGE_INTEGER *timeout)
{
    struct park_entry entry;
    struct park_bucket *bucket;

    if (size != 1 && size != 2 && size != 4 && size != 8)
        return STATUS_INVALID_PARAMETER;
    if (!same_value(address, compare, size))
        return STATUS_SUCCESS;
    bucket = park_lock(address);
    /* Counted as a waiter first, then compared: a waker stores first, then looks at the count (park_nobody). */
    park_enqueue(bucket, &entry, address, 0);
    if (!same_value(address, compare, size)) {
        park_take_back(bucket, &entry);
        park_unlock(bucket);
        return STATUS_SUCCESS;
    }
    park_unlock(bucket);
    return park_wait(&entry, timeout);
}

static void wake_address(const void *address, bool all)
{
    struct park_entry *entry, *list = NULL, **last = &list;
    struct park_bucket *bucket;

    if (park_nobody(address))
        return;
    bucket = park_lock(address);
    for (entry = park_first(bucket, address); entry;) {
        struct park_entry *next = park_next(entry);

        park_dequeue(bucket, entry);
        *last = entry;
        last = &entry->next;
        entry = all ? next : NULL;
    }
    park_unlock_and_wake(bucket, list);
}

VOID NTAPI RtlWakeAddressSingle(const void *address)
{
    wake_address(address, false);
}

VOID NTAPI RtlWakeAddressAll(const void *address)
{
    wake_address(address, true);
}

/*
 * One-time initialisation. The word: bits 0-1 = state, the rest = the context (whose low bits are zero, as documented:
 * RTL_RUN_ONCE_CTX_RESERVED_BITS).
 */
#define ONCE_PENDING   1
#define ONCE_ASYNC     3
#define ONCE_DONE      2
#define ONCE_STATE     3
#define ONCE_HAS_QUEUE 4 /* while pending: somebody waits */

VOID NTAPI RtlRunOnceInitialize(RTL_RUN_ONCE *once)
{
    once->Ptr = NULL;
}

NTSTATUS NTAPI RtlRunOnceBeginInitialize(RTL_RUN_ONCE *once, ULONG flags, PVOID *context)
{
    ULONG_PTR *word = (ULONG_PTR *)&once->Ptr, old = __atomic_load_n(word, __ATOMIC_ACQUIRE);

    if ((old & ONCE_STATE) == ONCE_DONE && !(flags & ~(ULONG)(RTL_RUN_ONCE_CHECK_ONLY | RTL_RUN_ONCE_ASYNC))) {
        if (context)
            *context = (PVOID)(old & ~(ULONG_PTR)ONCE_STATE);
        return STATUS_SUCCESS;
    }
    if (flags & RTL_RUN_ONCE_CHECK_ONLY)
        return flags & RTL_RUN_ONCE_ASYNC ? STATUS_INVALID_PARAMETER_2 : STATUS_UNSUCCESSFUL;
    if (flags & ~(ULONG)RTL_RUN_ONCE_ASYNC)
        return STATUS_INVALID_PARAMETER_2;
    for (;;) {
        switch (old & ONCE_STATE) {
        case 0:
            if (__atomic_compare_exchange_n(word, &old, flags & RTL_RUN_ONCE_ASYNC ? ONCE_ASYNC : ONCE_PENDING, false,
                                            __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
                return STATUS_PENDING;
            break;
        case ONCE_PENDING:
            if (flags & RTL_RUN_ONCE_ASYNC)
                return STATUS_INVALID_PARAMETER_2;
            if (!(old & ONCE_HAS_QUEUE) && !__atomic_compare_exchange_n(word, &old, old | ONCE_HAS_QUEUE, false,
                                                                        __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
                break;
            old |= ONCE_HAS_QUEUE;
            RtlWaitOnAddress(word, &old, sizeof(old), NULL);
            old = __atomic_load_n(word, __ATOMIC_ACQUIRE);
            break;
        case ONCE_ASYNC:
            return flags & RTL_RUN_ONCE_ASYNC ? STATUS_PENDING : STATUS_INVALID_PARAMETER_2;
        default:
            if (context)
                *context = (PVOID)(old & ~(ULONG_PTR)ONCE_STATE);
            return STATUS_SUCCESS;
        }
    }
}

NTSTATUS NTAPI RtlRunOnceComplete(RTL_RUN_ONCE *once, ULONG flags, PVOID context)
{
    ULONG_PTR *word = (ULONG_PTR *)&once->Ptr, old = __atomic_load_n(word, __ATOMIC_RELAXED);
    ULONG_PTR new = 0;

    if (flags & ~(ULONG)(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_INIT_FAILED))
        return STATUS_INVALID_PARAMETER_2;
    if ((flags & RTL_RUN_ONCE_INIT_FAILED) && ((flags & RTL_RUN_ONCE_ASYNC) || context))
        return flags & RTL_RUN_ONCE_ASYNC ? STATUS_INVALID_PARAMETER_2 : STATUS_INVALID_PARAMETER_3;
    if ((ULONG_PTR)context & ONCE_STATE)
        return STATUS_INVALID_PARAMETER_3;
    if (!(flags & RTL_RUN_ONCE_INIT_FAILED))
        new = (ULONG_PTR)context | ONCE_DONE;

    for (;;) {
        switch (old & ONCE_STATE) {
        case ONCE_PENDING:
            if (flags & RTL_RUN_ONCE_ASYNC)
                return STATUS_INVALID_PARAMETER_2;
            old = __atomic_exchange_n(word, new, __ATOMIC_RELEASE);
            if (old & ONCE_HAS_QUEUE)
                RtlWakeAddressAll(word);
            return STATUS_SUCCESS;
        case ONCE_ASYNC:
            if (!(flags & RTL_RUN_ONCE_ASYNC))
                return STATUS_INVALID_PARAMETER_2;
            if (__atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                return STATUS_SUCCESS;
            break;
        case ONCE_DONE:
            /* Another thread was faster in asynchronous mode. */
            return flags & RTL_RUN_ONCE_ASYNC ? STATUS_OBJECT_NAME_COLLISION : STATUS_UNSUCCESSFUL;
        default:
            return STATUS_UNSUCCESSFUL;
        }
    }
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(RTL_RUN_ONCE *once, PRTL_RUN_ONCE_INIT_FN callback, PVOID parameter,
                                     PVOID *context)
{
    ULONG_PTR word = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);
    PVOID result = NULL;
    NTSTATUS status;

    if (__builtin_expect((word & ONCE_STATE) == ONCE_DONE, 1)) {
        if (context)
            *context = (PVOID)(word & ~(ULONG_PTR)ONCE_STATE);
        return STATUS_SUCCESS;
    }
    status = RtlRunOnceBeginInitialize(once, 0, context);
    if (status != STATUS_PENDING)
        return status;
    if (!callback(once, parameter, context ? context : &result)) {
        RtlRunOnceComplete(once, RTL_RUN_ONCE_INIT_FAILED, NULL);
        return STATUS_UNSUCCESSFUL;
    }
    return RtlRunOnceComplete(once, 0, context ? *context : NULL);
}

/* Barriers. The structure is opaque (RTL_BARRIER in winnt.h): this is how its fields are used. */
struct barrier {
    LONG left; /* threads still to come in this phase */
    LONG total;
    LONG phase;  /* what the threads that have come wait to change */
    LONG inside; /* threads between their arrival and their return */
    ULONG spin;
};
_Static_assert(sizeof(struct barrier) <= sizeof(RTL_BARRIER), "RTL_BARRIER");

NTSTATUS NTAPI RtlInitBarrier(RTL_BARRIER *barrier, ULONG threads, ULONG spin)
{
    struct barrier *b = (struct barrier *)barrier;

    if (!threads || (LONG)threads < 0 || ((LONG)spin < -1))
        return STATUS_INVALID_PARAMETER;
    b->left = b->total = (LONG)threads;
    b->phase = b->inside = 0;
    b->spin = spin == (ULONG)-1 ? 2000 : spin;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlBarrier(RTL_BARRIER *barrier, ULONG flags)
{
    struct barrier *b = (struct barrier *)barrier;
    LONG phase = __atomic_load_n(&b->phase, __ATOMIC_ACQUIRE);
    bool last;

    __atomic_add_fetch(&b->inside, 1, __ATOMIC_RELAXED);
    last = !__atomic_sub_fetch(&b->left, 1, __ATOMIC_ACQ_REL);
    if (last) {
        b->left = b->total;
        __atomic_store_n(&b->phase, phase + 1, __ATOMIC_SEQ_CST);
        RtlWakeAddressAll(&b->phase);
    } else {
        bool spin_only = flags & SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY;
        /* Where not all of them can run at once, spinning keeps off those that are waited for. */
        ULONG spins =
            (ULONG)b->total <= nt_peb()->NumberOfProcessors && !(flags & SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY)
                ? b->spin
                : 0;

        for (ULONG i = 0; __atomic_load_n(&b->phase, __ATOMIC_ACQUIRE) == phase; i++) {
            if (i < spins)
                cpu_pause();
            else if (spin_only)
                NtYieldExecution();
            else
                RtlWaitOnAddress(&b->phase, &phase, sizeof(phase), NULL);
        }
    }
    /* The last to leave tells RtlDeleteBarrier, which frees the memory. */
    if (!__atomic_sub_fetch(&b->inside, 1, __ATOMIC_SEQ_CST) && !(flags & SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE))
        RtlWakeAddressAll(&b->inside);
    return last;
}

ULONG NTAPI RtlDeleteBarrier(RTL_BARRIER *barrier)
{
    struct barrier *b = (struct barrier *)barrier;
    LONG inside;

    while ((inside = __atomic_load_n(&b->inside, __ATOMIC_ACQUIRE)))
        RtlWaitOnAddress(&b->inside, &inside, sizeof(inside), NULL);
    return TRUE;
}
