/* SPDX-License-Identifier: MIT */
/*
 * tplegacy.c: the thread pool's API of before Windows Vista: work items, registered waits and timer queues
 * (threadpoollegacyapiset.h), on the objects of the newer one.
 */
#include "rtl_private.h"
#include "tp.h"

/* WT_SET_MAX_THREADPOOL_THREADS: the limit is in the high half of the flags. */
static void apply_limit(ULONG flags)
{
    if (flags >> 16)
        TpSetDefaultPoolMaxThreads((LONG)(flags >> 16));
}

static void apply_flags(struct tp_object *object, ULONG flags)
{
    apply_limit(flags);
    object->long_function = (flags & WT_EXECUTELONGFUNCTION) != 0;
    /* Every worker may wait alertably for the I/O it starts: WT_EXECUTEINIOTHREAD asks for one that stays. */
    object->persistent = (flags & (WT_EXECUTEINPERSISTENTTHREAD | WT_EXECUTEINIOTHREAD)) != 0;
}

/* The thread's token, if the callback shall run with it. */
static NTSTATUS transfer_token(struct tp_object *object, ULONG flags)
{
    NTSTATUS status;

    if (!(flags & WT_TRANSFER_IMPERSONATION))
        return STATUS_SUCCESS;
    status = NtOpenThreadToken(NT_CURRENT_THREAD, TOKEN_IMPERSONATE, TRUE, &object->token);
    return status == STATUS_NO_TOKEN ? STATUS_SUCCESS : status;
}

NTSTATUS NTAPI RtlQueueWorkItem(PVOID function, PVOID context, ULONG flags)
{
    struct tp_object *object;
    NTSTATUS status = tp_object_create(TP_LEGACY_WORK, function, context, NULL, &object);

    if (status)
        return status;
    apply_flags(object, flags);
    status = transfer_token(object, flags);
    if (status)
        tp_object_unref(object);
    else
        tp_post(object, NULL, NULL);
    return status;
}

/* --- registered waits --- */

static NTSTATUS arm(struct tp_object *object)
{
    LARGE_INTEGER timeout = { .QuadPart = object->wait.interval };

    return tp_wait_arm(object, object->wait.handle, timeout.QuadPart != INT64_MIN ? &timeout : NULL, NULL);
}

NTSTATUS NTAPI RtlRegisterWait(HANDLE *result, HANDLE handle, WAITORTIMERCALLBACK function, PVOID context,
                               ULONG milliseconds, ULONG flags)
{
    struct tp_object *object;
    NTSTATUS status = tp_wait_create(TP_LEGACY_WAIT, (void *)function, context, NULL, &object);

    if (status)
        return status;
    apply_flags(object, flags);
    object->in_dispatcher = (flags & WT_EXECUTEINWAITTHREAD) != 0;
    object->wait.once = (flags & WT_EXECUTEONLYONCE) != 0;
    object->wait.handle = handle;
    object->wait.interval = milliseconds == INFINITE ? INT64_MIN : (LONGLONG)milliseconds * -10000;
    /* The result is stored first: the callback may run before this returns, and use it. */
    *result = (HANDLE)object;
    status = transfer_token(object, flags);
    if (!status)
        status = arm(object);
    if (status == STATUS_OBJECT_TYPE_MISMATCH)
        status = tp_mutex_wait_start(object);
    if (status) {
        *result = NULL;
        tp_object_unref(object);
    }
    return status;
}

void tp_wait_rearm(struct tp_object *object)
{
    if (!object->wait.once && !object->deleted && !object->wait.stop)
        arm(object);
}

NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE wait, HANDLE event)
{
    return wait ? tp_object_delete((struct tp_object *)wait, event) : STATUS_INVALID_HANDLE;
}

NTSTATUS NTAPI RtlDeregisterWait(HANDLE wait)
{
    return RtlDeregisterWaitEx(wait, NULL);
}

/* --- timer queues --- */

struct tp_timer_queue {
    LONG refs; /* the owner and timers, deleted ones with callbacks still running too */
    RTL_SRWLOCK lock;
    LIST_ENTRY timers; /* those not deleted */
    HANDLE completion_event;
};

static struct tp_timer_queue default_queue = { .refs = 1, .timers = { &default_queue.timers, &default_queue.timers } };

static void queue_unref(struct tp_timer_queue *queue)
{
    if (InterlockedDecrement(&queue->refs))
        return;
    if (queue->completion_event)
        NtSetEvent(queue->completion_event, NULL);
    heap_free(queue);
}

NTSTATUS NTAPI RtlCreateTimerQueue(HANDLE *result)
{
    struct tp_timer_queue *queue = heap_alloc_zero(sizeof(*queue));

    if (!queue)
        return STATUS_NO_MEMORY;
    queue->refs = 1;
    list_init(&queue->timers);
    *result = (HANDLE)queue;
    return STATUS_SUCCESS;
}

/* A timer's last reference is gone. */
void tp_timer_queue_left(struct tp_object *object)
{
    if (object->timer.queue)
        queue_unref(object->timer.queue);
}

NTSTATUS NTAPI RtlCreateTimer(HANDLE handle, HANDLE *result, WAITORTIMERCALLBACK function, PVOID context, ULONG due,
                              ULONG period, ULONG flags)
{
    struct tp_timer_queue *queue = handle ? (struct tp_timer_queue *)handle : &default_queue;
    LARGE_INTEGER time = { .QuadPart = (LONGLONG)due * -10000 };
    struct tp_object *object;
    NTSTATUS status;

    if ((flags & WT_EXECUTEONLYONCE) && period)
        return STATUS_INVALID_PARAMETER;
    status = tp_dispatch_start();
    if (!status)
        status = tp_object_create(TP_LEGACY_TIMER, (void *)function, context, NULL, &object);
    if (status)
        return status;
    apply_flags(object, flags);
    object->in_dispatcher = (flags & WT_EXECUTEINTIMERTHREAD) != 0;
    status = transfer_token(object, flags);
    if (status) {
        tp_object_unref(object);
        return status;
    }
    InterlockedIncrement(&queue->refs);
    object->timer.queue = queue;
    RtlAcquireSRWLockExclusive(&queue->lock);
    list_add_tail(&queue->timers, &object->timer.queue_link);
    RtlReleaseSRWLockExclusive(&queue->lock);
    *result = (HANDLE)object;
    if (due != INFINITE)
        tp_timer_arm(object, &time, period, 0, NULL);
    return STATUS_SUCCESS;
}

/*
 * "If you call ChangeTimerQueueTimer on a one-shot timer (its period is zero) that has already expired, the timer is not updated."
 * (ChangeTimerQueueTimer)
 */
NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE timer, ULONG due, ULONG period)
{
    LARGE_INTEGER time = { .QuadPart = (LONGLONG)due * -10000 };

    (void)queue;
    if (!timer)
        return STATUS_INVALID_PARAMETER;
    if (__atomic_load_n(&((struct tp_object *)timer)->timer.expired, __ATOMIC_RELAXED))
        return STATUS_SUCCESS;
    tp_timer_arm((struct tp_object *)timer, due == INFINITE ? NULL : &time, period, 0, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetTimer(HANDLE queue, HANDLE *timer, WAITORTIMERCALLBACK function, PVOID context, ULONG due,
                           ULONG period, ULONG flags)
{
    return RtlCreateTimer(queue, timer, function, context, due, period, flags);
}

NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE timer, HANDLE event)
{
    struct tp_object *object = (struct tp_object *)timer;

    (void)queue;
    if (!timer)
        return STATUS_INVALID_PARAMETER_1;
    RtlAcquireSRWLockExclusive(&object->timer.queue->lock);
    list_remove(&object->timer.queue_link);
    RtlReleaseSRWLockExclusive(&object->timer.queue->lock);
    return tp_object_delete(object, event);
}

NTSTATUS NTAPI RtlCancelTimer(HANDLE queue, HANDLE timer)
{
    return RtlDeleteTimer(queue, timer, NULL);
}

NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE handle, HANDLE event)
{
    struct tp_timer_queue *queue = (struct tp_timer_queue *)handle;
    bool wait = event == INVALID_HANDLE_VALUE;
    NTSTATUS status = STATUS_SUCCESS;

    if (!handle)
        return STATUS_INVALID_HANDLE;
    if (!wait)
        queue->completion_event = event;
    for (;;) {
        struct tp_object *object = NULL;

        RtlAcquireSRWLockExclusive(&queue->lock);
        if (!list_empty(&queue->timers)) {
            object = CONTAINING_RECORD(queue->timers.Flink, struct tp_object, timer.queue_link);
            list_remove(&object->timer.queue_link);
        }
        RtlReleaseSRWLockExclusive(&queue->lock);
        if (!object)
            break;
        if (tp_object_delete(object, wait ? INVALID_HANDLE_VALUE : NULL) == STATUS_PENDING)
            status = STATUS_PENDING;
    }
    queue_unref(queue);
    return status;
}

NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE queue)
{
    return RtlDeleteTimerQueueEx(queue, NULL);
}
