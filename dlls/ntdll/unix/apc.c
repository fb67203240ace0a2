/* SPDX-License-Identifier: MIT */
/* apc.c: what reaches into another thread's waits: user APCs, alerts, and alerts by thread id; and threads' wait records. */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cell.h"
#include "security.h"
#include "special_apc.h"
#include "remote.h"

/* --- wait records by thread id --- */

#define BUCKET_COUNT 1024
static struct bucket {
    uint32_t lock;
    struct thread_wait *first;
} buckets[BUCKET_COUNT];

static struct bucket *bucket_of(ULONG tid)
{
    return &buckets[tid * 0x9e3779b1u >> 22];
}

NTSTATUS thread_wait_attach(struct thread *thread, ULONG tid)
{
    struct thread_wait *wait = &thread->wait;
    uint32_t index = segment_thread_alloc();
    if (!index)
        return STATUS_INSUFFICIENT_RESOURCES;
    *wait = (struct thread_wait){ .index = index, .record = segment_thread(index), .tid = tid };
    wait->apc_last = &wait->apc_first;
    wait->claim = wait->record;
    /* Only what is in use: a fresh record is zero, and its blocks need no page before the first wait that blocks. */
    struct segment_thread *record = wait->record;
    record->alert_state = ALERT_NONE;
    record->pending = 0;
    record->packet = 0;
    record->owned_head = record->owned_pending = 0;
    record->delegate = record->moved = 0;
    cell_self_own = index;
    cell_self_common = 0;
    record->native_tid = (uint32_t)gettid();
    __atomic_store_n(&record->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELEASE);
    __atomic_store_n(&record->tid, tid, __ATOMIC_RELEASE);

    struct bucket *bucket = bucket_of(tid);
    native_lock(&bucket->lock);
    wait->next_by_id = bucket->first;
    bucket->first = wait;
    native_unlock(&bucket->lock);
    return STATUS_SUCCESS;
}

void thread_wait_detach(struct thread *thread)
{
    struct thread_wait *wait = &thread->wait;
    if (!wait->index)
        return;
    struct bucket *bucket = bucket_of(wait->tid);
    native_lock(&bucket->lock);
    struct thread_wait **link = &bucket->first;
    while (*link && *link != wait)
        link = &(*link)->next_by_id;
    if (*link)
        *link = wait->next_by_id;
    native_unlock(&bucket->lock);

    native_lock(&wait->apc_lock);
    struct user_apc *apc = wait->apc_first;
    wait->apc_first = NULL;
    wait->apc_last = &wait->apc_first;
    wait->apc_closed = true;
    native_unlock(&wait->apc_lock);
    while (apc) {
        struct user_apc *next = apc->next;
        free(apc);
        apc = next;
    }
    special_apcs_drop(wait);
    token_set_thread(thread, NULL);
    completion_thread_detach(wait);
    cell_thread_detach(wait->record);
    for (unsigned i = 0; i < wait->held_count; i++)
        object_unref(wait->held[i]);
    wait->held_count = 0;
    wait->record->tid = 0;
    uint32_t index = wait->index;
    wait->index = 0;
    /* Last: other threads that still mean this one find an idle record, then perhaps another thread's. Waking a thread
     * for nothing is harmless: it looks at its state again. */
    segment_thread_free(index);
}

/* --- user APCs --- */

NTSTATUS thread_queue_apc_from(struct thread *thread, const void *source, PNTAPCFUNC routine, ULONG_PTR arg1,
                               ULONG_PTR arg2, ULONG_PTR arg3)
{
    struct thread_wait *wait = &thread->wait;
    struct user_apc *apc = malloc(sizeof(*apc));
    if (!apc)
        return STATUS_NO_MEMORY;
    *apc = (struct user_apc){ NULL, source, routine, { arg1, arg2, arg3 } };
    native_lock(&wait->apc_lock);
    bool closed = wait->apc_closed || !wait->index;
    if (!closed) {
        *wait->apc_last = apc;
        wait->apc_last = &apc->next;
        __atomic_fetch_or(&wait->record->pending, SEGMENT_PENDING_APC, __ATOMIC_SEQ_CST); /* in step with the list */
    }
    native_unlock(&wait->apc_lock);
    if (closed) {
        free(apc);
        return STATUS_UNSUCCESSFUL;
    }
    wait_interrupt_for_apc(wait);
    return STATUS_SUCCESS;
}

NTSTATUS thread_queue_apc(struct thread *thread, PNTAPCFUNC routine, ULONG_PTR arg1, ULONG_PTR arg2, ULONG_PTR arg3)
{
    return thread_queue_apc_from(thread, NULL, routine, arg1, arg2, arg3);
}

void thread_remove_apcs(struct thread *thread, const void *source)
{
    struct thread_wait *wait = &thread->wait;
    struct user_apc *removed = NULL;
    native_lock(&wait->apc_lock);
    struct user_apc **link = &wait->apc_first;
    while (*link) {
        struct user_apc *apc = *link;
        if (apc->source == source) {
            *link = apc->next;
            apc->next = removed;
            removed = apc;
        } else {
            link = &apc->next;
        }
    }
    if (removed) {
        wait->apc_last = link;
        if (!wait->apc_first)
            __atomic_fetch_and(&wait->record->pending, ~SEGMENT_PENDING_APC, __ATOMIC_SEQ_CST);
    }
    native_unlock(&wait->apc_lock);
    while (removed) {
        struct user_apc *next = removed->next;
        free(removed);
        removed = next;
    }
}

bool thread_apc_pending(struct thread *thread)
{
    return thread->wait.record &&
           __atomic_load_n(&thread->wait.record->pending, __ATOMIC_ACQUIRE) & SEGMENT_PENDING_APC;
}

bool thread_run_apc(NTSTATUS status)
{
    struct thread_wait *wait = wait_self();
    if (!(__atomic_load_n(&wait->record->pending, __ATOMIC_ACQUIRE) & SEGMENT_PENDING_APC))
        return false;
    native_lock(&wait->apc_lock);
    struct user_apc *apc = wait->apc_first;
    if (apc) {
        wait->apc_first = apc->next;
        if (!apc->next)
            wait->apc_last = &wait->apc_first;
    }
    if (!wait->apc_first)
        __atomic_fetch_and(&wait->record->pending, ~SEGMENT_PENDING_APC, __ATOMIC_SEQ_CST);
    native_unlock(&wait->apc_lock);
    if (!apc)
        return false;
    struct user_apc copy = *apc;
    free(apc);
    thread_deliver_apc(status, copy.routine, copy.args[0], copy.args[1], copy.args[2]);
    return true;
}

/* Runs `what` on a thread that a handle names, while it cannot end. */
static NTSTATUS with_thread(HANDLE handle, ACCESS_MASK access, NTSTATUS (*what)(struct thread *, void *), void *context)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &thread_type, access, &obj);
    if (status)
        return status;
    struct thread_object *object = container_of(obj, struct thread_object, header);
    if (object->is_remote) {
        const struct user_apc *apc = context;
        ULONG_PTR arguments[4] = { 0 }, value;
        if (apc) {
            arguments[0] = (ULONG_PTR)apc->routine;
            memcpy(&arguments[1], apc->args, sizeof(apc->args));
        }
        status = remote_thread_control(object, apc ? PROTOCOL_THREAD_QUEUE_APC : PROTOCOL_THREAD_ALERT, arguments, NULL,
                                       0, NULL, 0, &value);
        object_unref(obj);
        return status;
    }
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = object->thread;
    status = thread ? what(thread, context) : STATUS_UNSUCCESSFUL;
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(obj);
    return status;
}

static NTSTATUS queue_one(struct thread *thread, void *context)
{
    const struct user_apc *apc = context;
    return thread_queue_apc(thread, apc->routine, apc->args[0], apc->args[1], apc->args[2]);
}

static NTSTATUS queue_special(struct thread *thread, void *context)
{
    return special_apc_queue(thread, context);
}

NTSTATUS NtQueueApcThread(HANDLE ThreadHandle, PNTAPCFUNC ApcRoutine, ULONG_PTR ApcArgument1, ULONG_PTR ApcArgument2,
                          ULONG_PTR ApcArgument3)
{
    struct user_apc apc = { NULL, NULL, ApcRoutine, { ApcArgument1, ApcArgument2, ApcArgument3 } };
    return with_thread(ThreadHandle, THREAD_SET_CONTEXT, queue_one, &apc);
}

NTSTATUS NtQueueApcThreadEx(HANDLE ThreadHandle, HANDLE ReserveHandle, PNTAPCFUNC ApcRoutine, ULONG_PTR ApcArgument1,
                            ULONG_PTR ApcArgument2, ULONG_PTR ApcArgument3)
{
    if (ReserveHandle == QUEUE_USER_APC_SPECIAL_USER_APC) {
        struct user_apc apc = { NULL, NULL, ApcRoutine, { ApcArgument1, ApcArgument2, ApcArgument3 } };
        return with_thread(ThreadHandle, THREAD_SET_CONTEXT, queue_special, &apc);
    }
    if (ReserveHandle)
        return STATUS_INVALID_HANDLE; /* there are no reserve objects */
    return NtQueueApcThread(ThreadHandle, ApcRoutine, ApcArgument1, ApcArgument2, ApcArgument3);
}

NTSTATUS NtTestAlert(void)
{
    if (thread_run_apc(STATUS_SUCCESS))
        return STATUS_SUCCESS;
    uint32_t *pending = &wait_self()->record->pending;
    if (__atomic_load_n(pending, __ATOMIC_ACQUIRE) & SEGMENT_PENDING_ALERT &&
        __atomic_fetch_and(pending, ~SEGMENT_PENDING_ALERT, __ATOMIC_SEQ_CST) & SEGMENT_PENDING_ALERT)
        return STATUS_ALERTED;
    return STATUS_SUCCESS;
}

static NTSTATUS alert_one(struct thread *thread, void *context)
{
    (void)context;
    if (!thread->wait.index)
        return STATUS_UNSUCCESSFUL;
    wait_interrupt_for_alert(&thread->wait);
    return STATUS_SUCCESS;
}

NTSTATUS NtAlertThread(HANDLE ThreadHandle)
{
    return with_thread(ThreadHandle, THREAD_ALERT, alert_one, NULL);
}

NTSTATUS NtAlertResumeThread(HANDLE ThreadHandle, ULONG *PreviousSuspendCount)
{
    NTSTATUS status = NtAlertThread(ThreadHandle);
    return status ? status : NtResumeThread(ThreadHandle, PreviousSuspendCount);
}

/* --- alerts by thread id: what ntdll's locks and WaitOnAddress block with --- */

NTSTATUS NtAlertThreadByThreadId(HANDLE ThreadId)
{
    ULONG tid = (ULONG)(ULONG_PTR)ThreadId;
    struct bucket *bucket = bucket_of(tid);
    native_lock(&bucket->lock);
    struct thread_wait *wait = bucket->first;
    while (wait && wait->tid != tid)
        wait = wait->next_by_id;
    uint32_t *state = NULL;
    uint32_t old = ALERT_NONE;
    if (wait) {
        state = &wait->record->alert_state;
        old = __atomic_exchange_n(state, ALERT_SET, __ATOMIC_ACQ_REL);
    }
    native_unlock(&bucket->lock);
    if (!state)
        return STATUS_INVALID_CID;
    if (old == ALERT_WAITING)
        syscall(SYS_futex, state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return STATUS_SUCCESS;
}

NTSTATUS NtWaitForAlertByThreadId(PVOID Address, LARGE_INTEGER *Timeout)
{
    (void)Address; /* a hint for debuggers */
    struct thread_wait *wait = wait_self();
    uint32_t *state = &wait->record->alert_state;
    uint32_t expected = ALERT_SET;
    if (__atomic_compare_exchange_n(state, &expected, ALERT_NONE, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return STATUS_ALERTED;
    LARGE_INTEGER timeout;
    if (Timeout) {
        timeout = *Timeout;
        if (!timeout.QuadPart)
            return STATUS_TIMEOUT;
    }
    struct wait_deadline deadline;
    wait_deadline_init(&deadline, Timeout ? &timeout : NULL);
    completion_thread_blocks(wait);
    thread_sleeps_in_region();
    NTSTATUS status = STATUS_ALERTED;
    /* No spinning: the callers have done that where it pays (rtlpark.c). */
    for (;;) {
        expected = ALERT_NONE;
        __atomic_compare_exchange_n(state, &expected, ALERT_WAITING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
        if (expected == ALERT_SET)
            break;
        if (__atomic_load_n(&wait->record->pending, __ATOMIC_SEQ_CST) & SEGMENT_PENDING_SUSPEND) {
            wait_interrupted(wait, false);
            continue;
        }
        if (thread_must_leave_queue()) {
            status = STATUS_THREAD_IS_TERMINATING; /* the caller ends the thread, see rtlpark.c */
            break;
        }
        if (!futex_sleep(state, ALERT_WAITING, &deadline)) {
            expected = ALERT_WAITING;
            if (__atomic_compare_exchange_n(state, &expected, ALERT_NONE, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
                status = STATUS_TIMEOUT;
                goto done;
            }
            break;
        }
    }
    __atomic_store_n(state, ALERT_NONE, __ATOMIC_RELAXED);
done:
    completion_thread_resumes(wait);
    return status;
}
