/* SPDX-License-Identifier: MIT */
/*
 * tppool.c: thread pools and their workers.
 *
 * Workers are made when callbacks are queued and nobody is idle: at once while there are few; beyond that, after a pause,
 * as the running ones have probably blocked. (On Windows the kernel knows who has blocked.) A worker that finds nothing to
 * do for a while ends.
 */
#include "rtl_private.h"
#include "tp.h"

#define DEFAULT_MAXIMUM 512
#define IDLE_TIMEOUT    (20 * 10000000ll)
#define GROWTH_PAUSE    (10 * 10000ll)

static void growth_due(struct tp_moment *moment, LONGLONG now);

#define POOL_INIT(pool)                                                                                                \
    {                                                                                                                  \
        .refs = 1,                                                                                                     \
        .queues = { { &(pool).queues[0], &(pool).queues[0] },                                                          \
                    { &(pool).queues[1], &(pool).queues[1] },                                                          \
                    { &(pool).queues[2], &(pool).queues[2] } },                                                        \
        .maximum = DEFAULT_MAXIMUM, .idle_timeout = -IDLE_TIMEOUT, .growth = { .expire = growth_due },                 \
    }

struct tp_pool tp_default_pool = POOL_INIT(tp_default_pool); /* its owner's reference is never given back */

static DWORD NTAPI worker(PVOID parameter);

/* As many run at once before we wait whether they get on by themselves. */
static ULONG eager_limit(const struct tp_pool *pool)
{
    ULONG limit = 2 * nt_peb()->NumberOfProcessors;

    return (limit < 16 ? 16 : limit) + pool->long_running;
}

static void pool_free(struct tp_pool *pool)
{
    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    tp_moment_clear(&pool->growth);
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    heap_free(pool);
}

/* pool->threads has been raised for it. */
static bool start_worker(struct tp_pool *pool)
{
    NTSTATUS status = RtlCreateUserThread(NT_CURRENT_PROCESS, NULL, FALSE, 0, pool->stack_reserve, pool->stack_commit,
                                          (PVOID)worker, pool, NULL, NULL);

    if (NT_SUCCESS(status))
        return true;
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->threads--;
    RtlReleaseSRWLockExclusive(&pool->lock);
    return false;
}

/* Under the lock: whether one more worker shall be started now, which is then counted. */
static bool wants_worker(struct tp_pool *pool, bool patient)
{
    if (pool->pending <= pool->idle || pool->threads >= pool->maximum ||
        (!patient && pool->threads >= eager_limit(pool)))
        return false;
    pool->threads++;
    return true;
}

static void look_later(struct tp_pool *pool)
{
    if (tp_dispatch_start())
        return;
    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    if (!pool->growth.place)
        tp_moment_set(&pool->growth, (LONGLONG)rtl_now() + GROWTH_PAUSE);
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
}

/* Callbacks may be waiting for each other, so a queue that does not shrink gets one more worker at each look. */
static void growth_due(struct tp_moment *moment, LONGLONG now)
{
    struct tp_pool *pool = CONTAINING_RECORD(moment, struct tp_pool, growth);
    bool start, again;

    RtlAcquireSRWLockExclusive(&pool->lock);
    start = wants_worker(pool, true);
    again = pool->pending > pool->idle && pool->threads < pool->maximum;
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (start && !start_worker(pool))
        again = true;
    if (again)
        tp_moment_set(&pool->growth, now + GROWTH_PAUSE);
}

void tp_post(struct tp_object *object, bool signalled, struct tp_io_result *result)
{
    struct tp_pool *pool = object->pool;
    bool start, wake, later;

    RtlAcquireSRWLockExclusive(&pool->lock);
    if (!object->pending++)
        tp_object_ref(object);
    if (object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT)
        object->wait.signalled += signalled;
    if (result)
        list_add_tail(&object->io.results, &result->link);
    if (object->in_dispatcher) {
        RtlReleaseSRWLockExclusive(&pool->lock);
        tp_dispatch_run(object);
        return;
    }
    pool->pending++;
    if (list_empty(&object->queue_link))
        list_add_tail(&pool->queues[object->priority], &object->queue_link);
    wake = pool->idle != 0;
    start = wants_worker(pool, object->long_function);
    later = !start && pool->pending > pool->idle && pool->threads < pool->maximum;
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (wake)
        RtlWakeConditionVariable(&pool->work);
    if ((start && !start_worker(pool)) || later)
        look_later(pool);
}

/* Takes one callback off the object's count, under the lock; the caller owns the reference that a running one has. */
static struct tp_io_result *take(struct tp_object *object, bool *signalled)
{
    struct tp_io_result *result = NULL;

    *signalled = false;
    if (object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT) {
        *signalled = object->wait.signalled != 0;
        object->wait.signalled -= *signalled;
    } else if (object->type == TP_IO_OBJECT || object->type == TP_IO_WIN32 || object->type == TP_LEGACY_IO) {
        LIST_ENTRY *first = object->io.results.Flink;

        list_remove(first);
        result = CONTAINING_RECORD(first, struct tp_io_result, link);
    }
    object->running++;
    /* The pending callbacks' reference becomes the running one's; while more are pending, that needs its own. */
    if (--object->pending)
        tp_object_ref(object);
    return result;
}

static void run(struct tp_object *object, bool signalled, struct tp_io_result *result)
{
    TP_CALLBACK_INSTANCE instance = { .object = object,
                                      .thread = nt_teb()->ClientId.UniqueThread,
                                      .associated = true,
                                      .long_running = object->long_function };

    if (instance.long_running)
        InterlockedIncrement((LONG *)&object->pool->long_running);
    tp_invoke(object, &instance, signalled, result);
    if (instance.long_running)
        InterlockedDecrement((LONG *)&object->pool->long_running);
    heap_free(result);
    tp_object_unref(object);
}

void tp_run_one(struct tp_object *object)
{
    struct tp_io_result *result;
    bool signalled;

    RtlAcquireSRWLockExclusive(&object->pool->lock);
    if (!object->pending) { /* cancelled meanwhile */
        RtlReleaseSRWLockExclusive(&object->pool->lock);
        return;
    }
    result = take(object, &signalled);
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    run(object, signalled, result);
}

static DWORD NTAPI worker(PVOID parameter)
{
    struct tp_pool *pool = parameter;
    LONG priority = pool->priority;
    bool last;

    if (priority)
        NtSetInformationThread(NT_CURRENT_THREAD, ThreadBasePriority, &priority, sizeof(priority));
    RtlAcquireSRWLockExclusive(&pool->lock);
    for (;;) {
        struct tp_object *object = NULL;
        struct tp_io_result *result;
        bool signalled;

        for (int i = 0; i < TP_CALLBACK_PRIORITY_INVALID && !object; i++)
            if (!list_empty(&pool->queues[i]))
                object = CONTAINING_RECORD(pool->queues[i].Flink, struct tp_object, queue_link);
        if (!object) {
            LARGE_INTEGER timeout = { .QuadPart = pool->idle_timeout };
            NTSTATUS status;

            if (pool->shutdown)
                break;
            pool->idle++;
            status = RtlSleepConditionVariableSRW(&pool->work, &pool->lock, &timeout, 0);
            pool->idle--;
            if (status == STATUS_TIMEOUT && !pool->pending && pool->threads > pool->minimum)
                break;
            continue;
        }
        /* To the end of its queue if it has more, so that objects take turns. */
        list_remove(&object->queue_link);
        pool->pending--;
        if (object->pending > 1)
            list_add_tail(&pool->queues[object->priority], &object->queue_link);
        result = take(object, &signalled);
        RtlReleaseSRWLockExclusive(&pool->lock);
        run(object, signalled, result);
        RtlAcquireSRWLockExclusive(&pool->lock);
    }
    last = !--pool->threads && pool->shutdown;
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (last)
        pool_free(pool);
    return 0;
}

/* --- pools --- */

NTSTATUS NTAPI TpAllocPool(PTP_POOL *result, PVOID reserved)
{
    struct tp_pool *pool;

    if (reserved)
        return STATUS_INVALID_PARAMETER;
    if (!(pool = heap_alloc_zero(sizeof(*pool))))
        return STATUS_NO_MEMORY;
    *pool = (struct tp_pool)POOL_INIT(*pool);
    *result = (PTP_POOL)pool;
    return STATUS_SUCCESS;
}

void tp_pool_unref(struct tp_pool *pool)
{
    bool last;

    if (InterlockedDecrement(&pool->refs))
        return;
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->shutdown = true;
    last = !pool->threads;
    /* Woken under the lock: the last worker frees the pool. */
    RtlWakeAllConditionVariable(&pool->work);
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (last)
        pool_free(pool);
}

/* The pool goes when its last object does. */
VOID NTAPI TpReleasePool(PTP_POOL pool)
{
    if (!RtlDllShutdownInProgress())
        tp_pool_unref((struct tp_pool *)pool);
}

static struct tp_pool *pool_or_default(PTP_POOL pool)
{
    return pool ? (struct tp_pool *)pool : &tp_default_pool;
}

VOID NTAPI TpSetPoolMaxThreads(PTP_POOL handle, LONG maximum)
{
    struct tp_pool *pool = pool_or_default(handle);

    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->maximum = maximum > 0 ? (ULONG)maximum : 1;
    if (pool->minimum > pool->maximum)
        pool->minimum = pool->maximum;
    RtlReleaseSRWLockExclusive(&pool->lock);
}

VOID NTAPI TpSetDefaultPoolMaxThreads(LONG maximum)
{
    TpSetPoolMaxThreads(NULL, maximum);
}

NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL handle, LONG minimum)
{
    struct tp_pool *pool = pool_or_default(handle);
    NTSTATUS status = STATUS_SUCCESS;
    ULONG missing;

    if (minimum < 0)
        return STATUS_INVALID_PARAMETER;
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->minimum = (ULONG)minimum;
    if (pool->maximum < pool->minimum)
        pool->maximum = pool->minimum;
    missing = pool->minimum > pool->threads ? pool->minimum - pool->threads : 0;
    pool->threads += missing;
    RtlReleaseSRWLockExclusive(&pool->lock);
    while (missing--)
        if (!start_worker(pool))
            status = STATUS_INSUFFICIENT_RESOURCES;
    return status;
}

NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL handle, const TP_POOL_STACK_INFORMATION *info)
{
    struct tp_pool *pool = pool_or_default(handle);

    pool->stack_reserve = info->StackReserve;
    pool->stack_commit = info->StackCommit;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpSetDefaultPoolStackInformation(const TP_POOL_STACK_INFORMATION *info)
{
    return TpSetPoolStackInformation(NULL, info);
}

/* Sizes that were not set are the program's (its header). */
NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL handle, TP_POOL_STACK_INFORMATION *info)
{
    const struct tp_pool *pool = pool_or_default(handle);
    const IMAGE_NT_HEADERS *headers = RtlImageNtHeader(nt_peb()->ImageBaseAddress);

    info->StackReserve = pool->stack_reserve ? pool->stack_reserve : headers->OptionalHeader.SizeOfStackReserve;
    info->StackCommit = pool->stack_commit ? pool->stack_commit : headers->OptionalHeader.SizeOfStackCommit;
    return STATUS_SUCCESS;
}

VOID NTAPI TpSetPoolThreadBasePriority(PTP_POOL pool, LONG priority)
{
    pool_or_default(pool)->priority = priority;
}

/* In milliseconds; 0 is the default. */
NTSTATUS NTAPI TpSetPoolWorkerThreadIdleTimeout(PTP_POOL pool, ULONG timeout)
{
    pool_or_default(pool)->idle_timeout = timeout ? -(LONGLONG)timeout * 10000 : -IDLE_TIMEOUT;
    return STATUS_SUCCESS;
}
