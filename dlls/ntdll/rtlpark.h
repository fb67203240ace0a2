/* SPDX-License-Identifier: MIT */
/*
 * rtlpark.h: the parking lot: threads waiting, by the address of what they wait for. Critical sections, SRW locks,
 * condition variables, one-time initialisation and RtlWaitOnAddress keep nothing but a few bits of their own and park
 * their waiters here, so that a lock needs no kernel object and no clean-up.
 *
 * Addresses hash to buckets; each has a tiny lock that is held for a few instructions only, and a queue. A thread blocks in
 * NtWaitForAlertByThreadId and is woken by NtAlertThreadByThreadId.
 */
#ifndef TRANSOM_RTLPARK_H
#define TRANSOM_RTLPARK_H

#include "rtlregion.h"
#include "rtlspin.h"

struct park_entry {
    struct park_entry *next;
    const volatile void *address;
    ULONG_PTR tag; /* the user's: what this waiter wants */
    HANDLE thread;
    LONG woken;     /* atomic; set by the waker, after which the entry is the waiter's again */
    BOOLEAN queued; /* under the bucket's lock */
};

struct park_bucket {
    LONG lock;
    LONG count; /* waiters, queued or about to be; read without the lock by wakers */
    struct park_entry *first;
    struct park_entry **last;
    struct spin_record spin; /* whether spinning before blocking has paid lately, here */
};

/* The lock of an address's bucket, which is a region of its holder's (nt_region.h). */
struct park_bucket *park_lock(const volatile void *address);
void park_unlock(struct park_bucket *bucket);

/* With the bucket's lock held: queues the calling thread. Wait by park_wait after unlocking, or take it back. */
void park_enqueue(struct park_bucket *bucket, struct park_entry *entry, const volatile void *address, ULONG_PTR tag);
void park_take_back(struct park_bucket *bucket, struct park_entry *entry);
/* Blocks until woken: STATUS_SUCCESS, or STATUS_TIMEOUT, in which case the entry has left the queue. */
NTSTATUS park_wait(struct park_entry *entry, const LARGE_INTEGER *timeout);
/* The same for who has something to undo if the thread is being terminated: then STATUS_THREAD_IS_TERMINATING; go on to park_end. */
NTSTATUS park_wait_or_end(struct park_entry *entry, const LARGE_INTEGER *timeout);
void __attribute__((noreturn)) park_end(void);

/* With the bucket's lock held: the first waiter for an address, or the next after `after`; NULL if there is none. */
struct park_entry *park_first(struct park_bucket *bucket, const volatile void *address);
struct park_entry *park_next(const struct park_entry *after);
/* With the lock held: takes an entry out. Collect entries by `next`, and wake them as the lock is let go. */
void park_dequeue(struct park_bucket *bucket, struct park_entry *entry);
void park_unlock_and_wake(struct park_bucket *bucket, struct park_entry *list);

/* Whether nobody waits in the address's bucket; ordered after the caller's earlier stores. */
bool park_nobody(const volatile void *address);

/*
 * How long to look again before queueing for a lock: it is mostly held for less time than a wake-up takes. The looks get
 * rarer, so that they do not take the lock's cache line away from who is about to release it. None on one processor.
 */
#define PARK_PAUSES 60
struct park_spin {
    ULONG left, step;
};
static inline struct park_spin park_spin_begin(ULONG pauses)
{
    return (struct park_spin){ nt_peb()->NumberOfProcessors > 1 ? pauses : 0, 1 };
}
static inline bool park_spin(struct park_spin *spin)
{
    if (!spin->left)
        return false;
    for (ULONG i = spin->step < spin->left ? spin->step : spin->left; i; i--, spin->left--)
        cpu_pause();
    if (spin->step < 16)
        spin->step *= 2;
    return true;
}

#endif
