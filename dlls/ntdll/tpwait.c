/* SPDX-License-Identifier: MIT */
/*
 * tpwait.c: the thread pool's waits and I/O. A wait that is armed has a wait completion packet bound to the dispatcher's
 * port, and holds a reference that goes with the packet: who takes the packet back drops it, else the dispatcher does when
 * the packet arrives. Its number tells packets of earlier armings.
 */
#include "rtl_private.h"
#include "tp.h"

/* --- waits --- */

/* Under the dispatcher's lock: takes the packet back. False if it is on its way to the dispatcher. */
static bool take_packet_back(struct tp_object *object, bool signalled_too)
{
    return NtCancelWaitCompletionPacket(object->wait.packet, signalled_too) == STATUS_SUCCESS;
}

static void wait_timed_out(struct tp_moment *moment, LONGLONG now)
{
    struct tp_object *object = CONTAINING_RECORD(moment, struct tp_object, wait.timeout);

    (void)now;
    /* If it was signalled at the last moment, that packet comes, and counts. */
    if (!object->wait.armed || !take_packet_back(object, false))
        return;
    object->wait.armed = false;
    tp_post_dispatching(object, false, NULL);
    tp_object_unref(object); /* the packet's, and never the last: the callback's is there */
}

void tp_wait_signalled(struct tp_object *object, ULONG_PTR generation, const struct tp_pool *mine)
{
    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    if (object->wait.armed && object->wait.generation == generation) {
        object->wait.armed = false;
        tp_moment_clear(&object->wait.timeout);
        tp_post_dispatching(object, true, mine);
    }
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    tp_object_unref(object);
}

NTSTATUS tp_wait_create(enum tp_type type, void *callback, void *context, const TP_CALLBACK_ENVIRON *environment,
                        struct tp_object **result)
{
    struct tp_object *object;
    NTSTATUS status = tp_dispatch_start();

    if (!status)
        status = tp_object_create(type, callback, context, environment, &object);
    if (status)
        return status;
    object->wait.timeout.expire = wait_timed_out;
    status = NtCreateWaitCompletionPacket(&object->wait.packet, 1, NULL);
    if (status)
        tp_object_release(object);
    else
        *result = object;
    return status;
}

/* Under the dispatcher's lock. */
static void disarm(struct tp_object *object, bool *drop)
{
    *drop = false;
    tp_moment_clear(&object->wait.timeout);
    if (!object->wait.armed)
        return;
    object->wait.armed = false;
    *drop = take_packet_back(object, true);
}

static NTSTATUS bind_packet(struct tp_object *object, HANDLE handle)
{
    NTSTATUS status = NtAssociateWaitCompletionPacket(object->wait.packet, tp_dispatch_port(), handle, object, NULL,
                                                      STATUS_SUCCESS, object->wait.generation, NULL);
    HANDLE packet;

    if (status != STATUS_INVALID_PARAMETER_1)
        return status;
    /* It is still on its way to the dispatcher from an earlier arming: take another. */
    if ((status = NtCreateWaitCompletionPacket(&packet, 1, NULL)))
        return status;
    NtClose(object->wait.packet);
    object->wait.packet = packet;
    return NtAssociateWaitCompletionPacket(packet, tp_dispatch_port(), handle, object, NULL, STATUS_SUCCESS,
                                           object->wait.generation, NULL);
}

NTSTATUS tp_wait_arm(struct tp_object *object, HANDLE handle, const LARGE_INTEGER *timeout, bool *was_armed)
{
    NTSTATUS status = STATUS_SUCCESS;
    bool drop;

    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    if (was_armed)
        *was_armed = object->wait.armed;
    disarm(object, &drop);
    if (handle && !object->deleted) {
        tp_object_ref(object);
        object->wait.generation++;
        object->wait.armed = true;
        /* Set before the packet is bound: that may queue it at once. */
        if (timeout)
            tp_moment_set(&object->wait.timeout, tp_moment_of(timeout));
        status = bind_packet(object, handle);
        if (status) {
            object->wait.armed = false;
            tp_moment_clear(&object->wait.timeout);
            InterlockedDecrement(&object->refs); /* the caller has one */
        }
    }
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    if (drop)
        tp_object_unref(object);
    return status;
}

void tp_wait_stop(struct tp_object *object)
{
    tp_wait_arm(object, NULL, NULL, NULL);
    if (object->wait.stop)
        NtSetEvent(object->wait.stop, NULL);
}

NTSTATUS NTAPI TpAllocWait(PTP_WAIT *result, PTP_WAIT_CALLBACK callback, PVOID context,
                           const TP_CALLBACK_ENVIRON *environment)
{
    return tp_wait_create(TP_WAIT_OBJECT, (void *)callback, context, environment, (struct tp_object **)result);
}

/* A handle that cannot be waited for so (a mutex's, an invalid one) raises an exception: there is no way to say it. */
BOOL NTAPI TpSetWaitEx(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout, PVOID reserved)
{
    bool was_armed;
    NTSTATUS status;

    (void)reserved;
    status = tp_wait_arm((struct tp_object *)wait, handle, timeout, &was_armed);
    if (status)
        RtlRaiseStatus(status);
    return was_armed;
}

VOID NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout)
{
    TpSetWaitEx(wait, handle, timeout, NULL);
}

VOID NTAPI TpWaitForWait(PTP_WAIT wait, LONG cancel)
{
    tp_object_wait((struct tp_object *)wait, cancel);
}

VOID NTAPI TpReleaseWait(PTP_WAIT wait)
{
    tp_object_release((struct tp_object *)wait);
}

/* --- I/O --- */

static NTSTATUS io_create(enum tp_type type, HANDLE file, void *callback, void *context,
                          const TP_CALLBACK_ENVIRON *environment, struct tp_object **result)
{
    FILE_COMPLETION_INFORMATION info;
    struct tp_object *object;
    IO_STATUS_BLOCK io;
    NTSTATUS status = tp_dispatch_start();

    if (!status)
        status = tp_object_create(type, callback, context, environment, &object);
    if (status)
        return status;
    list_init(&object->io.results);
    info.Port = tp_dispatch_port();
    info.Key = object;
    status = NtSetInformationFile(file, &io, &info, sizeof(info), FileCompletionInformation);
    if (status)
        tp_object_release(object);
    else
        *result = object;
    return status;
}

NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *result, HANDLE file, PVOID callback, PVOID context,
                                   const TP_CALLBACK_ENVIRON *environment)
{
    return io_create(TP_IO_OBJECT, file, callback, context, environment, (struct tp_object **)result);
}

/* CreateThreadpoolIo's, whose callback is told a Win32 error. A private export. */
NTSTATUS NTAPI TransomTpAllocWin32Io(PTP_IO *result, HANDLE file, PVOID callback, PVOID context,
                                     const TP_CALLBACK_ENVIRON *environment)
{
    return io_create(TP_IO_WIN32, file, callback, context, environment, (struct tp_object **)result);
}

/* The object lives as long as the file's packets may come, which is as long as the process. */
NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE file, PVOID callback, ULONG flags)
{
    struct tp_object *object;

    if (flags)
        return STATUS_INVALID_PARAMETER;
    return io_create(TP_LEGACY_IO, file, callback, NULL, NULL, &object);
}

VOID NTAPI TpStartAsyncIoOperation(PTP_IO io)
{
    struct tp_object *object = (struct tp_object *)io;

    tp_object_ref(object);
    RtlAcquireSRWLockExclusive(&object->pool->lock);
    object->io.outstanding++;
    RtlReleaseSRWLockExclusive(&object->pool->lock);
}

/* What was not announced (StartThreadpoolIo) is ignored. */
static void operation_over(struct tp_object *object)
{
    bool announced;

    RtlAcquireSRWLockExclusive(&object->pool->lock);
    announced = object->io.outstanding != 0;
    if (announced && !--object->io.outstanding && !object->pending && !object->running)
        RtlWakeAllConditionVariable(&object->finished);
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    if (announced)
        tp_object_unref(object);
}

VOID NTAPI TpCancelAsyncIoOperation(PTP_IO io)
{
    operation_over((struct tp_object *)io);
}

void tp_io_completed(struct tp_object *object, PVOID context, const IO_STATUS_BLOCK *iosb, const struct tp_pool *mine)
{
    struct tp_io_result *result;

    if (object->type != TP_LEGACY_IO && !__atomic_load_n(&object->io.outstanding, __ATOMIC_RELAXED))
        return;
    if (!(result = heap_alloc(sizeof(*result))))
        RtlRaiseStatus(STATUS_NO_MEMORY); /* a lost completion would be worse */
    result->context = context;
    result->iosb = *iosb;
    tp_post(object, result, mine);
    if (object->type != TP_LEGACY_IO)
        operation_over(object);
}

VOID NTAPI TpWaitForIoCompletion(PTP_IO io, LONG cancel)
{
    tp_object_wait((struct tp_object *)io, cancel);
}

VOID NTAPI TpReleaseIoCompletion(PTP_IO io)
{
    tp_object_release((struct tp_object *)io);
}
