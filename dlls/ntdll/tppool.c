/* SPDX-License-Identifier: MIT */
/*
 * tppool.c: thread pools and their workers.
 *
 * As many workers as there are processors run callbacks at once, and one more for each callback that said it takes long. If
 * the queue does not shrink then, the running ones have probably blocked (on Windows the kernel knows), and others are
 * woken or made: the dispatcher looks after a short while, and again as long as that is so. A worker that finds nothing to do
 * for a while ends; who is idle is woken in the order last in, first out, so that those not needed do get to their end.
 *
 * Idle workers of the default pool wait in the dispatcher's port as soon as there is one, and what comes there they get at first hand.
 */
#include "rtl_private.h"
#include "tp.h"

#define DEFAULT_MAXIMUM 512
#define IDLE_TIMEOUT    (20 * 10000000ll)
#define GROWTH_PAUSE    (2 * 10000ll)

static void growth_due(struct tp_moment *moment, LONGLONG now);

#define POOL_INIT(pool)                                                                                                \
    {                                                                                                                  \
        .refs = 1,                                                                                                     \
        .queues = { { &(pool).queues[0], &(pool).queues[0] },                                                          \
                    { &(pool).queues[1], &(pool).queues[1] },                                                          \
                    { &(pool).queues[2], &(pool).queues[2] } },                                                        \
        .maximum = DEFAULT_MAXIMUM, .idle_timeout = -IDLE_TIMEOUT, .growth = { .expire = growth_due },                 \
    }

struct tp_pool tp_default_pool = POOL_INIT(tp_default_pool);

static DWORD NTAPI worker(PVOID parameter);

/* As many run at once before we look whether they get on by themselves. */
static ULONG concurrency(const struct tp_pool *pool)
{
    return nt_peb()->NumberOfProcessors + pool->long_running;
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

/* What is to be done, without the lock, so that a queued callback runs. */
struct action {
    struct tp_worker *wake;
    bool wake_in_port, start, look;
};

/* Under the lock. `patient`: although others are running that should do. */
static struct action more_workers(struct tp_pool *pool, bool patient)
{
    struct action action = { 0 };

    if (pool->spinning >= pool->pending && !patient)
        return action;
    if (patient || (LONG)pool->threads - pool->idle < (LONG)concurrency(pool)) {
        if (pool->in_port > 0) {
            pool->in_port--;
            pool->idle--;
            action.wake_in_port = true;
            return action;
        }
        if (pool->idle_workers) {
            action.wake = pool->idle_workers;
            pool->idle_workers = action.wake->next;
            action.wake->idle = false;
            pool->idle--;
            return action;
        }
        if (pool->threads < pool->maximum) {
            pool->threads++;
            action.start = true;
            return action;
        }
    }
    if (!pool->looking && (pool->in_port > 0 || pool->idle_workers || pool->threads < pool->maximum)) {
        pool->looking = action.look = true;
        pool->looks = 0;
        pool->last_pending = 0;
        pool->last_taken = pool->taken;
    }
    return action;
}

static void wake_worker(struct tp_worker *worker)
{
    /* From the store on it may be gone: it is on a stack. The address alone is enough to wake who waits at it. */
    __atomic_store_n(&worker->signal, 1, __ATOMIC_SEQ_CST);
    RtlWakeAddressSingle(&worker->signal);
}

/* more_workers has counted it. */
static bool wake_in_port(struct tp_pool *pool)
{
    if (tp_wake_in_port())
        return true;
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->in_port++;
    pool->idle++;
    RtlReleaseSRWLockExclusive(&pool->lock);
    return false;
}

/* With tp_dispatch_lock held. */
static void look_later(struct tp_pool *pool)
{
    if (!pool->growth.place)
        tp_moment_set(&pool->growth, (LONGLONG)rtl_now() + GROWTH_PAUSE);
}

/* False if a look is necessary, as no worker could be made. */
static bool act(struct tp_pool *pool, struct action action)
{
    if (action.wake)
        wake_worker(action.wake);
    if (action.wake_in_port && !wake_in_port(pool))
        return false;
    return !action.look && (!action.start || start_worker(pool));
}

/*
 * Callbacks may be waiting for each other, so a queue that does not shrink gets more workers: if nothing at all has gone on, the
 * half of what there is.
 */
static void growth_due(struct tp_moment *moment, LONGLONG now)
{
    struct tp_pool *pool = CONTAINING_RECORD(moment, struct tp_pool, growth);
    bool again, stuck;
    ULONG more;

    RtlAcquireSRWLockExclusive(&pool->lock);
    stuck = pool->taken == pool->last_taken;
    more = !pool->pending ? 0
           : stuck        ? 1 + (ULONG)((LONG)pool->threads - pool->idle) / 2
                          : pool->pending >= pool->last_pending || pool->looks % 4 == 3;
    if (more > pool->pending)
        more = pool->pending;
    pool->looks++;
    pool->last_pending = pool->pending;
    pool->last_taken = pool->taken;
    again = pool->looking = pool->pending != 0;
    RtlReleaseSRWLockExclusive(&pool->lock);
    while (more--) {
        struct action action;

        RtlAcquireSRWLockExclusive(&pool->lock);
        action = more_workers(pool, true);
        RtlReleaseSRWLockExclusive(&pool->lock);
        if (!act(pool, action))
            break;
    }
    if (again)
        tp_moment_set(&pool->growth, now + GROWTH_PAUSE);
}

/* True if somebody is to look later whether the callback gets its turn. */
static bool post(struct tp_object *object, bool signalled, struct tp_io_result *result, const struct tp_pool *mine)
{
    struct tp_pool *pool = object->pool;
    struct action action = { 0 };

    RtlAcquireSRWLockExclusive(&pool->lock);
    if (!object->pending++ && !tp_is_item(object))
        tp_object_ref(object);
    if (object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT)
        object->wait.signalled += signalled;
    if (result)
        list_add_tail(&object->io.results, &result->link);
    if (object->in_dispatcher) {
        RtlReleaseSRWLockExclusive(&pool->lock);
        tp_dispatch_run(object);
        return false;
    }
    pool->pending++;
    if (list_empty(&object->queue_link))
        list_add_tail(&pool->queues[object->priority], &object->queue_link);
    if (pool != mine)
        action = more_workers(pool, object->long_function);
    RtlReleaseSRWLockExclusive(&pool->lock);
    return !act(pool, action);
}

void tp_post(struct tp_object *object, struct tp_io_result *result, const struct tp_pool *mine)
{
    struct tp_pool *pool = object->pool;

    if (tp_pending_keeps_dll(object))
        LdrAddRefDll(0, object->race_dll);
    tp_pool_ref(pool); /* the object may be gone when its callback has run */
    if (post(object, false, result, mine) && !tp_dispatch_start()) {
        RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
        look_later(pool);
        RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    }
    tp_pool_unref(pool);
}

void tp_post_dispatching(struct tp_object *object, bool signalled, const struct tp_pool *mine)
{
    struct tp_pool *pool = object->pool;

    if (post(object, signalled, NULL, mine))
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
    object->entering += tp_running_keeps_dll(object);
    object->pool->taken++;
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

void tp_worker_missed(void)
{
    struct tp_pool *pool = &tp_default_pool;
    struct action action = { 0 };

    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->in_port++;
    pool->idle++;
    if (pool->pending)
        action = more_workers(pool, false);
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (!act(pool, action)) {
        RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
        look_later(pool);
        RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    }
}

/* As wait_for_work. */
static bool wait_in_port(struct tp_pool *pool, HANDLE port, bool persistent)
{
    FILE_IO_COMPLETION_INFORMATION packet = { 0 };
    LARGE_INTEGER timeout = { .QuadPart = pool->idle_timeout };
    NTSTATUS status;

    pool->in_port++;
    pool->idle++;
    RtlReleaseSRWLockExclusive(&pool->lock);
    status = NtRemoveIoCompletion(port, &packet.KeyContext, &packet.ApcContext, &packet.IoStatusBlock,
                                  persistent ? NULL : &timeout);
    RtlAcquireSRWLockExclusive(&pool->lock);
    if (!status && tp_is_worker_packet(&packet))
        return true;
    pool->in_port--;
    pool->idle--;
    if (status)
        return pool->threads <= pool->minimum;
    RtlReleaseSRWLockExclusive(&pool->lock);
    tp_packet(&packet, pool);
    RtlAcquireSRWLockExclusive(&pool->lock);
    return true;
}

/* With the lock held, which is released meanwhile. False if nothing has come for the time that a worker stays. */
static bool wait_for_work(struct tp_pool *pool, bool persistent)
{
    HANDLE port = pool == &tp_default_pool ? tp_dispatch_port() : NULL;
    struct tp_worker self = { .next = pool->idle_workers, .idle = true };
    LARGE_INTEGER timeout = { .QuadPart = pool->idle_timeout };
    NTSTATUS status = STATUS_SUCCESS;
    LONG none = 0;

    if (port)
        return wait_in_port(pool, port, persistent);
    pool->idle_workers = &self;
    pool->idle++;
    RtlReleaseSRWLockExclusive(&pool->lock);
    while (!__atomic_load_n(&self.signal, __ATOMIC_ACQUIRE) && status != STATUS_TIMEOUT)
        status = RtlWaitOnAddress(&self.signal, &none, sizeof(none), persistent ? NULL : &timeout);
    RtlAcquireSRWLockExclusive(&pool->lock);
    if (self.idle) {
        struct tp_worker **link = &pool->idle_workers;

        while (*link != &self)
            link = &(*link)->next;
        *link = self.next;
        pool->idle--;
        return pool->threads <= pool->minimum;
    }
    /* Taken out by who is about to set `signal`, which must not happen when this stack frame is gone. */
    RtlReleaseSRWLockExclusive(&pool->lock);
    while (!__atomic_load_n(&self.signal, __ATOMIC_ACQUIRE))
        RtlWaitOnAddress(&self.signal, &none, sizeof(none), NULL);
    RtlAcquireSRWLockExclusive(&pool->lock);
    return true;
}

/*
 * With the lock held, which is released meanwhile: looks for work that somebody posts, for a short while. Not for packets, which
 * are for who waits in the port.
 */
static bool spin_for_work(struct tp_pool *pool)
{
    ULONG limit = spin_limit(&pool->spin), i = 0;

    if (!limit)
        return false;
    pool->spinning++;
    RtlReleaseSRWLockExclusive(&pool->lock);
    while (i < limit && !__atomic_load_n(&pool->pending, __ATOMIC_RELAXED)) {
        cpu_pause();
        i++;
    }
    if (i < limit)
        spin_paid(&pool->spin, i);
    else
        spin_failed(&pool->spin);
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->spinning--;
    return pool->pending != 0;
}

static DWORD NTAPI worker(PVOID parameter)
{
    struct tp_pool *pool = parameter;
    LONG priority = pool->priority;
    bool last, persistent = false, posted = false;

    if (priority)
        NtSetInformationThread(NT_CURRENT_THREAD, ThreadBasePriority, &priority, sizeof(priority));
    RtlAcquireSRWLockExclusive(&pool->lock);
    for (;;) {
        struct tp_object *object = NULL;
        struct tp_io_result *result;
        bool signalled;

        if (pool->threads > pool->maximum && !persistent)
            break;
        for (int i = 0; i < TP_CALLBACK_PRIORITY_INVALID && !object; i++)
            if (!list_empty(&pool->queues[i]))
                object = CONTAINING_RECORD(pool->queues[i].Flink, struct tp_object, queue_link);
        if (!object) {
            if (posted && !pool->shutdown && spin_for_work(pool))
                continue;
            posted = false;
            if (pool->shutdown || (!wait_for_work(pool, persistent) && !pool->pending))
                break;
            continue;
        }
        /* To the end of its queue if it has more, so that objects take turns. */
        list_remove(&object->queue_link);
        pool->pending--;
        if (object->pending > 1)
            list_add_tail(&pool->queues[object->priority], &object->queue_link);
        persistent |= object->persistent;
        posted = tp_is_item(object) || object->type == TP_WORK_OBJECT;
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

/* The default pool never goes, and is spared the counting, which all processors would do at one place. */
void tp_pool_ref(struct tp_pool *pool)
{
    if (pool != &tp_default_pool)
        InterlockedIncrement(&pool->refs);
}

void tp_pool_unref(struct tp_pool *pool)
{
    struct tp_worker *list;
    bool last;

    if (pool == &tp_default_pool || InterlockedDecrement(&pool->refs))
        return;
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->shutdown = true;
    last = !pool->threads;
    list = pool->idle_workers;
    pool->idle_workers = NULL;
    pool->idle = 0;
    for (struct tp_worker *idle = list; idle; idle = idle->next)
        idle->idle = false;
    /* Woken under the lock: the last worker frees the pool. */
    while (list) {
        struct tp_worker *next = list->next;

        wake_worker(list);
        list = next;
    }
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
