/* SPDX-License-Identifier: MIT */
/* rtlpark.c: the parking lot (see rtlpark.h). */
#include "rtlpark.h"
#include "rtl_private.h"

#define BUCKETS_LOG2 8
static struct park_bucket buckets[1 << BUCKETS_LOG2] __attribute__((aligned(64)));

static struct park_bucket *bucket_of(const volatile void *address)
{
    /* The golden ratio spreads what differs in few bits; the upper half of the product depends on all of them. */
    return &buckets[((ULONG)((ULONG_PTR)address >> 2) * 0x9e3779b1u ^ (ULONG)((ULONGLONG)(ULONG_PTR)address >> 32)) >>
                    (32 - BUCKETS_LOG2)];
}

struct park_bucket *park_lock(const volatile void *address)
{
    struct park_bucket *bucket = bucket_of(address);
    ULONG spins = 0;

    region_enter();
    while (__atomic_exchange_n(&bucket->lock, 1, __ATOMIC_ACQUIRE)) {
        /* The holder is inside a handful of instructions, unless it lost its processor: then give it ours. */
        do {
            if (++spins < 100)
                cpu_pause();
            else
                NtYieldExecution();
        } while (__atomic_load_n(&bucket->lock, __ATOMIC_RELAXED));
    }
    if (!bucket->last)
        bucket->last = &bucket->first;
    return bucket;
}

void park_unlock(struct park_bucket *bucket)
{
    __atomic_store_n(&bucket->lock, 0, __ATOMIC_RELEASE);
    region_leave();
}

bool park_nobody(const volatile void *address)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return !__atomic_load_n(&bucket_of(address)->count, __ATOMIC_RELAXED);
}

void park_enqueue(struct park_bucket *bucket, struct park_entry *entry, const volatile void *address, ULONG_PTR tag)
{
    entry->next = NULL;
    entry->address = address;
    entry->tag = tag;
    entry->thread = nt_teb()->ClientId.UniqueThread;
    entry->woken = 0;
    entry->queued = TRUE;
    *bucket->last = entry;
    bucket->last = &entry->next;
    region_change(TEB_QUEUED);
    __atomic_add_fetch(&bucket->count, 1, __ATOMIC_SEQ_CST);
}

struct park_entry *park_first(struct park_bucket *bucket, const volatile void *address)
{
    struct park_entry *entry = bucket->first;

    while (entry && entry->address != address)
        entry = entry->next;
    return entry;
}

struct park_entry *park_next(const struct park_entry *after)
{
    struct park_entry *entry = after->next;

    while (entry && entry->address != after->address)
        entry = entry->next;
    return entry;
}

void park_dequeue(struct park_bucket *bucket, struct park_entry *entry)
{
    struct park_entry **link = &bucket->first;

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    if (bucket->last == &entry->next)
        bucket->last = link;
    entry->queued = FALSE;
    entry->next = NULL;
    __atomic_sub_fetch(&bucket->count, 1, __ATOMIC_RELAXED);
}

void park_take_back(struct park_bucket *bucket, struct park_entry *entry)
{
    park_dequeue(bucket, entry);
    region_change_back(TEB_QUEUED);
}

static void wake_list(struct park_entry *list)
{
    while (list) {
        struct park_entry *next = list->next;
        HANDLE thread = list->thread;

        /* From this store on the entry, which is on the waiter's stack, may be gone. */
        __atomic_store_n(&list->woken, 1, __ATOMIC_RELEASE);
        NtAlertThreadByThreadId(thread);
        list = next;
    }
}

/* Who has been taken out of the queue waits for its wake-up and nothing else: so the region ends behind that. */
void park_unlock_and_wake(struct park_bucket *bucket, struct park_entry *list)
{
    __atomic_store_n(&bucket->lock, 0, __ATOMIC_RELEASE);
    wake_list(list);
    region_leave();
}

static bool woken(const struct park_entry *entry)
{
    return __atomic_load_n(&entry->woken, __ATOMIC_ACQUIRE);
}

/* True if it has been woken meanwhile. */
static bool spin_for_wake(const struct park_entry *entry)
{
    struct spin_record *record = &bucket_of(entry->address)->spin;
    ULONG limit = spin_limit(record);

    if (!limit)
        return woken(entry);
    for (ULONG i = 0; i < limit; i++) {
        if (woken(entry)) {
            spin_paid(record, i);
            return true;
        }
        cpu_pause();
    }
    spin_failed(record);
    return false;
}

NTSTATUS rtl_exit_status;

/*
 * While the process ends, this is its only thread: the others were ended wherever they were, maybe as owners of locks. Who waits
 * for one of those would do so for ever; as since Windows Vista, the process is over then.
 */
static bool nobody_left(void)
{
    return RtlDllShutdownInProgress();
}

/* True if the entry still was in the queue, and has left it; otherwise a waker has taken it out and is about to set `woken`. */
static bool leave_queue(struct park_entry *entry)
{
    struct park_bucket *bucket = park_lock(entry->address);
    bool queued = entry->queued;

    if (queued)
        park_dequeue(bucket, entry);
    park_unlock(bucket);
    return queued;
}

static NTSTATUS wait_queued(struct park_entry *entry, const LARGE_INTEGER *timeout)
{
    LARGE_INTEGER left;
    const LARGE_INTEGER *wait = timeout;
    bool relative = timeout && timeout->QuadPart < 0;
    ULONGLONG end = relative ? rtl_now() - (ULONGLONG)timeout->QuadPart : 0;

    if (spin_for_wake(entry))
        return STATUS_SUCCESS;
    if (!timeout && nobody_left())
        NtTerminateProcess(NT_CURRENT_PROCESS, rtl_exit_status);
    while (!woken(entry)) {
        /* An alert meant for an earlier wait may end this one early: then only what is left of the time is waited again. */
        if (relative && wait) {
            ULONGLONG now = rtl_now();

            left.QuadPart = now < end ? (LONGLONG)(now - end) : 0;
            wait = &left;
        }

        NTSTATUS status = NtWaitForAlertByThreadId((PVOID)entry->address, (LARGE_INTEGER *)wait);

        if (status == STATUS_TIMEOUT || status == STATUS_THREAD_IS_TERMINATING) {
            if (leave_queue(entry))
                return status;
            wait = NULL;
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS park_wait_or_end(struct park_entry *entry, const LARGE_INTEGER *timeout)
{
    NTSTATUS status = wait_queued(entry, timeout);

    /* Being terminated, it has something to do yet, and gives back TEB_QUEUED in park_end. */
    if (status != STATUS_THREAD_IS_TERMINATING)
        region_change_back(TEB_QUEUED);
    return status;
}

NTSTATUS park_wait(struct park_entry *entry, const LARGE_INTEGER *timeout)
{
    NTSTATUS status = park_wait_or_end(entry, timeout);

    if (status == STATUS_THREAD_IS_TERMINATING)
        park_end();
    return status;
}

void park_end(void)
{
    region_change_back(TEB_QUEUED);
    for (;;)
        NtYieldExecution();
}

/* --- regions --- */

void region_put_off(void)
{
    __atomic_and_fetch(&nt_teb()->LockCount, ~TEB_PUT_OFF, __ATOMIC_RELAXED);
    NtYieldExecution(); /* what still has to wait is noted again */
}

void region_forget(void)
{
    __atomic_and_fetch(&nt_teb()->LockCount, ~TEB_REGION_MASK, __ATOMIC_RELAXED);
    region_put_off();
}
