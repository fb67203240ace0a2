/* SPDX-License-Identifier: MIT */
/* tpobject.c: what all objects of the thread pool have in common: life, callbacks, waiting, clean-up groups. */
#include "rtl_private.h"
#include "tp.h"

static void group_unref(struct tp_group *group)
{
    if (group && !InterlockedDecrement(&group->refs))
        heap_free(group);
}

NTSTATUS tp_object_create(enum tp_type type, void *callback, void *context, const TP_CALLBACK_ENVIRON *environment,
                          struct tp_object **result)
{
    struct tp_object *object;

    if (!callback)
        return STATUS_INVALID_PARAMETER;
    if (environment && environment->Version != 1 && environment->Version != 3)
        return STATUS_INVALID_PARAMETER;
    if (!(object = heap_alloc_zero(sizeof(*object))))
        return STATUS_NO_MEMORY;
    object->type = type;
    object->refs = 1;
    object->callback = callback;
    object->context = context;
    object->pool = &tp_default_pool;
    object->priority = TP_CALLBACK_PRIORITY_NORMAL;
    list_init(&object->queue_link);
    list_init(&object->group_link);
    if (environment) {
        if (environment->Version == 3 && environment->CallbackPriority < TP_CALLBACK_PRIORITY_INVALID)
            object->priority = environment->CallbackPriority;
        if (environment->Pool)
            object->pool = (struct tp_pool *)environment->Pool;
        object->group = (struct tp_group *)environment->CleanupGroup;
        object->cancel = environment->CleanupGroupCancelCallback;
        object->finalization = environment->FinalizationCallback;
        object->race_dll = environment->RaceDll;
        object->long_function = environment->u.s.LongFunction;
        object->persistent = environment->u.s.Persistent;
        if (environment->ActivationContext && environment->ActivationContext != (void *)(LONG_PTR)-1)
            object->activation_context = environment->ActivationContext;
    }
    tp_pool_ref(object->pool);
    if (object->group) {
        InterlockedIncrement(&object->group->refs);
        RtlAcquireSRWLockExclusive(&object->group->lock);
        list_add_tail(&object->group->members, &object->group_link);
        RtlReleaseSRWLockExclusive(&object->group->lock);
    }
    *result = object;
    return STATUS_SUCCESS;
}

void tp_object_ref(struct tp_object *object)
{
    InterlockedIncrement(&object->refs);
}

void tp_object_unref(struct tp_object *object)
{
    if (InterlockedDecrement(&object->refs))
        return;
    if (object->group) {
        RtlAcquireSRWLockExclusive(&object->group->lock);
        list_remove(&object->group_link);
        RtlReleaseSRWLockExclusive(&object->group->lock);
        group_unref(object->group);
    }
    if (object->type == TP_LEGACY_TIMER)
        tp_timer_queue_left(object);
    if ((object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT) && object->wait.packet)
        NtClose(object->wait.packet);
    if (object->type == TP_LEGACY_WAIT && object->wait.stop)
        NtClose(object->wait.stop);
    if (object->token)
        NtClose(object->token);
    if (object->completion_event)
        NtSetEvent(object->completion_event, NULL);
    tp_pool_unref(object->pool);
    heap_free(object);
}

/* --- callbacks --- */

static void call(struct tp_object *object, TP_CALLBACK_INSTANCE *instance, bool signalled, struct tp_io_result *result)
{
    void *callback = object->callback, *context = object->context;

    switch (object->type) {
    case TP_SIMPLE:
        ((PTP_SIMPLE_CALLBACK)callback)(instance, context);
        break;
    case TP_WORK_OBJECT:
        ((PTP_WORK_CALLBACK)callback)(instance, context, (PTP_WORK)object);
        break;
    case TP_TIMER_OBJECT:
        ((PTP_TIMER_CALLBACK)callback)(instance, context, (PTP_TIMER)object);
        break;
    case TP_WAIT_OBJECT:
        ((PTP_WAIT_CALLBACK)callback)(instance, context, (PTP_WAIT)object, signalled ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
        break;
    case TP_IO_OBJECT:
        ((VOID(NTAPI *)(PTP_CALLBACK_INSTANCE, PVOID, PVOID, PIO_STATUS_BLOCK, PTP_IO))callback)(
            instance, context, result->context, &result->iosb, (PTP_IO)object);
        break;
    case TP_IO_WIN32:
        ((VOID(NTAPI *)(PTP_CALLBACK_INSTANCE, PVOID, PVOID, ULONG, ULONG_PTR, PTP_IO))callback)(
            instance, context, result->context,
            NT_SUCCESS(result->iosb.Status) ? NO_ERROR : RtlNtStatusToDosErrorNoTeb(result->iosb.Status),
            result->iosb.Information, (PTP_IO)object);
        break;
    case TP_LEGACY_WORK:
        ((DWORD(NTAPI *)(PVOID))callback)(context);
        break;
    case TP_LEGACY_TIMER:
        ((WAITORTIMERCALLBACK)callback)(context, TRUE);
        break;
    case TP_LEGACY_WAIT:
        ((WAITORTIMERCALLBACK)callback)(context, !signalled);
        break;
    case TP_LEGACY_IO:
        ((VOID(NTAPI *)(DWORD, DWORD, PVOID))callback)(
            NT_SUCCESS(result->iosb.Status) ? NO_ERROR : RtlNtStatusToDosErrorNoTeb(result->iosb.Status),
            (DWORD)result->iosb.Information, result->context);
        break;
    }
}

static void callback_over(TP_CALLBACK_INSTANCE *instance)
{
    struct tp_object *object = instance->object;
    bool over;

    if (!instance->associated)
        return;
    instance->associated = false;
    if (tp_is_item(object) && !object->group)
        return; /* nobody can wait for it */
    RtlAcquireSRWLockExclusive(&object->pool->lock);
    over = !--object->running && !object->pending;
    if (over)
        RtlWakeAllConditionVariable(&object->finished);
    RtlReleaseSRWLockExclusive(&object->pool->lock);
}

/*
 * The library of a timer or a wait may have gone, and the callback with it. Or it is about to go: its DllMain has the loader's
 * lock, which this waits for, and has cancelled the callback meanwhile (SetThreadpoolCallbackLibrary). Who cancels takes those
 * that are here off the running ones; which of them it were makes no difference.
 */
static bool enter_dll(struct tp_object *object, TP_CALLBACK_INSTANCE *instance)
{
    bool loaded = NT_SUCCESS(LdrAddRefDll(0, object->race_dll)), wanted;

    RtlAcquireSRWLockExclusive(&object->pool->lock);
    wanted = object->entering != 0;
    object->entering -= wanted;
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    if (loaded && wanted)
        return true;
    if (loaded)
        LdrUnloadDll(object->race_dll);
    if (wanted)
        callback_over(instance);
    instance->associated = false;
    return false;
}

void tp_invoke(struct tp_object *object, TP_CALLBACK_INSTANCE *instance, bool signalled, struct tp_io_result *result)
{
    ULONG_PTR cookie = 0;
    HANDLE no_token = NULL;

    if (tp_running_keeps_dll(object) && !enter_dll(object, instance))
        return;
    if (object->activation_context)
        RtlActivateActivationContext(0, object->activation_context, &cookie);
    if (object->token)
        NtSetInformationThread(NT_CURRENT_THREAD, ThreadImpersonationToken, &object->token, sizeof(HANDLE));
    call(object, instance, signalled, result);
    if (object->token)
        NtSetInformationThread(NT_CURRENT_THREAD, ThreadImpersonationToken, &no_token, sizeof(HANDLE));
    if (object->finalization)
        object->finalization(instance, object->context);
    if (cookie)
        RtlDeactivateActivationContext(0, cookie);
    /* In the order the documentation gives (LeaveCriticalSectionWhenCallbackReturns and its neighbours). */
    if (instance->section)
        RtlLeaveCriticalSection(instance->section);
    if (instance->mutex)
        NtReleaseMutant(instance->mutex, NULL);
    if (instance->semaphore)
        NtReleaseSemaphore(instance->semaphore, instance->release_count, NULL);
    if (instance->event)
        NtSetEvent(instance->event, NULL);
    if (object->type == TP_LEGACY_WAIT)
        tp_wait_rearm(object);
    callback_over(instance);
    if (instance->dll)
        LdrUnloadDll(instance->dll);
    if (object->race_dll)
        LdrUnloadDll(object->race_dll);
}

/* --- waiting and release --- */

/* Returns how many there were. */
static ULONG cancel_pending(struct tp_object *object)
{
    ULONG count = object->pending;
    LIST_ENTRY results;

    list_init(&results);
    if (!count)
        return 0;
    if (!object->in_dispatcher)
        object->pool->pending -= object->pending;
    object->pending = 0;
    list_remove(&object->queue_link);
    if (object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT)
        object->wait.signalled = 0;
    if (object->type == TP_IO_OBJECT || object->type == TP_IO_WIN32)
        while (!list_empty(&object->io.results)) {
            LIST_ENTRY *entry = object->io.results.Flink;

            list_remove(entry);
            heap_free(CONTAINING_RECORD(entry, struct tp_io_result, link));
        }
    /* The pending ones' reference: never the last, as the caller has the owner's. */
    InterlockedDecrement(&object->refs);
    return count;
}

static bool busy(const struct tp_object *object, bool cancel)
{
    if (object->pending || object->running)
        return true;
    return !cancel && (object->type == TP_IO_OBJECT || object->type == TP_IO_WIN32) && object->io.outstanding;
}

void tp_object_wait(struct tp_object *object, bool cancel)
{
    ULONG dropped = 0;

    /* The workers are gone already when DLLs are told of the process's end. */
    if (RtlDllShutdownInProgress())
        return;
    RtlAcquireSRWLockExclusive(&object->pool->lock);
    if (cancel) {
        dropped = cancel_pending(object);
        object->running -= object->entering;
        object->entering = 0;
        RtlWakeAllConditionVariable(&object->finished); /* others may have waited for those */
    }
    while (busy(object, cancel))
        RtlSleepConditionVariableSRW(&object->finished, &object->pool->lock, NULL, 0);
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    while (tp_pending_keeps_dll(object) && dropped--)
        LdrUnloadDll(object->race_dll);
}

void tp_object_release(struct tp_object *object)
{
    if (RtlDllShutdownInProgress())
        return;
    if (object->type == TP_TIMER_OBJECT)
        tp_timer_stop(object);
    else if (object->type == TP_WAIT_OBJECT)
        tp_wait_stop(object);
    if (object->group) {
        RtlAcquireSRWLockExclusive(&object->group->lock);
        list_remove(&object->group_link);
        RtlReleaseSRWLockExclusive(&object->group->lock);
    }
    tp_object_unref(object);
}

NTSTATUS tp_object_delete(struct tp_object *object, HANDLE event)
{
    bool active;

    if (RtlDllShutdownInProgress())
        return STATUS_SUCCESS;
    object->deleted = true;
    if (object->type == TP_LEGACY_TIMER)
        tp_timer_stop(object);
    else
        tp_wait_stop(object);
    if (event == INVALID_HANDLE_VALUE)
        tp_object_wait(object, false);
    else
        object->completion_event = event;
    RtlAcquireSRWLockExclusive(&object->pool->lock);
    active = object->pending || object->running;
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    tp_object_unref(object);
    return active ? STATUS_PENDING : STATUS_SUCCESS;
}

/* --- what callbacks call --- */

VOID NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE event)
{
    instance->event = event;
}

VOID NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE semaphore, LONG count)
{
    instance->semaphore = semaphore;
    instance->release_count = count;
}

VOID NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE mutex)
{
    instance->mutex = mutex;
}

VOID NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE instance, RTL_CRITICAL_SECTION *section)
{
    instance->section = section;
}

VOID NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE instance, PVOID dll)
{
    instance->dll = dll;
}

/* Its worker does not count any more towards those that may run at once. */
NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
    struct tp_pool *pool = instance->object->pool;
    bool available;

    if (instance->thread != nt_teb()->ClientId.UniqueThread)
        return STATUS_NOT_SUPPORTED;
    if (instance->long_running)
        return STATUS_SUCCESS;
    instance->long_running = true;
    InterlockedIncrement((LONG *)&pool->long_running);
    RtlAcquireSRWLockShared(&pool->lock);
    available = pool->idle > 0 || pool->threads < pool->maximum;
    RtlReleaseSRWLockShared(&pool->lock);
    return available ? STATUS_SUCCESS : STATUS_TOO_MANY_THREADS;
}

VOID NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE instance)
{
    callback_over(instance);
}

/* --- clean-up groups --- */

NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *result)
{
    struct tp_group *group = heap_alloc_zero(sizeof(*group));

    if (!group)
        return STATUS_NO_MEMORY;
    group->refs = 1;
    list_init(&group->members);
    *result = (PTP_CLEANUP_GROUP)group;
    return STATUS_SUCCESS;
}

VOID NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP group)
{
    if (!RtlDllShutdownInProgress())
        group_unref((struct tp_group *)group);
}

VOID NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP handle, LONG cancel, PVOID cleanup_context)
{
    struct tp_group *group = (struct tp_group *)handle;
    LIST_ENTRY members;

    if (RtlDllShutdownInProgress())
        return;
    list_init(&members);
    RtlAcquireSRWLockExclusive(&group->lock);
    while (!list_empty(&group->members)) {
        LIST_ENTRY *entry = group->members.Flink;
        struct tp_object *object = CONTAINING_RECORD(entry, struct tp_object, group_link);
        LONG refs = object->refs;

        list_remove(entry);
        /* One that is about to leave by itself (a simple callback that is over) is left alone. */
        while (refs && InterlockedCompareExchange(&object->refs, refs + 1, refs) != refs)
            refs = object->refs;
        if (refs)
            list_add_tail(&members, entry);
    }
    RtlReleaseSRWLockExclusive(&group->lock);
    while (!list_empty(&members)) {
        LIST_ENTRY *entry = members.Flink;
        struct tp_object *object = CONTAINING_RECORD(entry, struct tp_object, group_link);
        bool simple = object->type == TP_SIMPLE;

        RtlAcquireSRWLockExclusive(&group->lock);
        list_remove(entry);
        RtlReleaseSRWLockExclusive(&group->lock);
        if (object->type == TP_TIMER_OBJECT)
            tp_timer_stop(object);
        else if (object->type == TP_WAIT_OBJECT)
            tp_wait_stop(object);
        if (cancel && object->cancel)
            object->cancel(object->context, cleanup_context);
        tp_object_wait(object, cancel);
        tp_object_unref(object);
        if (!simple) /* those have no owner but their queue */
            tp_object_unref(object);
    }
}
