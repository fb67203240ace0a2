/* SPDX-License-Identifier: MIT */
/* tptimer.c: the thread pool's work and timer objects. */
#include "rtl_private.h"
#include "tp.h"

/* --- work --- */

NTSTATUS NTAPI TpAllocWork(PTP_WORK *result, PTP_WORK_CALLBACK callback, PVOID context,
                           const TP_CALLBACK_ENVIRON *environment)
{
    return tp_object_create(TP_WORK_OBJECT, (void *)callback, context, environment, (struct tp_object **)result);
}

VOID NTAPI TpPostWork(PTP_WORK work)
{
    tp_post((struct tp_object *)work, NULL, NULL);
}

VOID NTAPI TpWaitForWork(PTP_WORK work, LONG cancel)
{
    tp_object_wait((struct tp_object *)work, cancel);
}

VOID NTAPI TpReleaseWork(PTP_WORK work)
{
    tp_object_release((struct tp_object *)work);
}

NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK callback, PVOID context, const TP_CALLBACK_ENVIRON *environment)
{
    struct tp_object *object;
    NTSTATUS status = tp_object_create(TP_SIMPLE, (void *)callback, context, environment, &object);

    if (status)
        return status;
    tp_post(object, NULL, NULL);
    return STATUS_SUCCESS;
}

/* --- timers --- */

static void timer_due(struct tp_moment *moment, LONGLONG now)
{
    struct tp_object *object = CONTAINING_RECORD(moment, struct tp_object, timer.moment);
    bool queued;

    if (object->timer.period) {
        LONGLONG next = moment->due + object->timer.period;

        tp_moment_set(moment, next > now ? next : now + object->timer.period);
    } else if (object->type == TP_LEGACY_TIMER) {
        object->timer.set = false;
        object->timer.expired = true;
    }
    /* A timer that comes faster than the workers does not pile callbacks up. */
    RtlAcquireSRWLockShared(&object->pool->lock);
    queued = object->pending != 0;
    RtlReleaseSRWLockShared(&object->pool->lock);
    if (!queued)
        tp_post_dispatching(object, false, NULL);
}

NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *result, PTP_TIMER_CALLBACK callback, PVOID context,
                            const TP_CALLBACK_ENVIRON *environment)
{
    struct tp_object *object;
    NTSTATUS status = tp_dispatch_start();

    if (!status)
        status = tp_object_create(TP_TIMER_OBJECT, (void *)callback, context, environment, &object);
    if (status)
        return status;
    object->timer.moment.expire = timer_due;
    *result = (PTP_TIMER)object;
    return STATUS_SUCCESS;
}

/*
 * A timer that may be late by `window` milliseconds is due at a round time within its window, so that timers with windows
 * come together and the dispatcher wakes up less often.
 */
static LONGLONG within_window(LONGLONG due, ULONG window)
{
    LONGLONG grain, late;

    if (!window || due > INT64_MAX / 2)
        return due;
    grain = 10000ll << (31 - __builtin_clz(window));
    late = (due + (LONGLONG)window * 10000) / grain * grain;
    return late > due ? late : due;
}

void tp_timer_arm(struct tp_object *object, const LARGE_INTEGER *due, ULONG period, ULONG window, bool *was_set)
{
    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    if (was_set)
        *was_set = object->timer.moment.place != 0;
    object->timer.moment.expire = timer_due;
    object->timer.set = due != NULL;
    object->timer.period = (LONGLONG)period * 10000;
    if (due && !object->deleted)
        tp_moment_set(&object->timer.moment, within_window(tp_moment_of(due), window));
    else
        tp_moment_clear(&object->timer.moment);
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
}

void tp_timer_stop(struct tp_object *object)
{
    tp_timer_arm(object, NULL, 0, 0, NULL);
}

BOOL NTAPI TpSetTimerEx(PTP_TIMER timer, LARGE_INTEGER *due, LONG period, LONG window)
{
    bool was_set;

    tp_timer_arm((struct tp_object *)timer, due, (ULONG)period, window > 0 ? (ULONG)window : 0, &was_set);
    return was_set;
}

VOID NTAPI TpSetTimer(PTP_TIMER timer, LARGE_INTEGER *due, LONG period, LONG window)
{
    TpSetTimerEx(timer, due, period, window);
}

/* Whether a due time was set that was not NULL, also if it has passed (IsThreadpoolTimerSet). */
BOOL NTAPI TpIsTimerSet(PTP_TIMER timer)
{
    return ((struct tp_object *)timer)->timer.set;
}

VOID NTAPI TpWaitForTimer(PTP_TIMER timer, LONG cancel)
{
    tp_object_wait((struct tp_object *)timer, cancel);
}

VOID NTAPI TpReleaseTimer(PTP_TIMER timer)
{
    tp_object_release((struct tp_object *)timer);
}

ULONG NTAPI TpTimerOutstandingCallbackCount(PTP_TIMER timer)
{
    struct tp_object *object = (struct tp_object *)timer;
    ULONG count;

    RtlAcquireSRWLockShared(&object->pool->lock);
    count = object->pending + object->running;
    RtlReleaseSRWLockShared(&object->pool->lock);
    return count;
}
