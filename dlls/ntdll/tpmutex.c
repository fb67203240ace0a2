/* SPDX-License-Identifier: MIT */
/*
 * tpmutex.c: registered waits for mutexes (RegisterWaitForSingleObject's page lists them). A mutex belongs to the thread that waited for it,
 * which a completion packet is not, so each such wait has a thread of its own, which also runs the callbacks: they own the mutex,
 * and can give it back.
 */
#include "rtl_private.h"
#include "tp.h"

/* False if the wait was unregistered meanwhile: then there is no callback any more. */
static bool run_callback(struct tp_object *object, bool signalled)
{
    RtlAcquireSRWLockExclusive(&object->pool->lock);
    if (object->deleted) {
        RtlReleaseSRWLockExclusive(&object->pool->lock);
        return false;
    }
    if (!object->pending++)
        tp_object_ref(object);
    object->wait.signalled += signalled;
    RtlReleaseSRWLockExclusive(&object->pool->lock);
    tp_run_one(object);
    return true;
}

static DWORD NTAPI waiter(PVOID parameter)
{
    struct tp_object *object = parameter;
    HANDLE handles[2] = { object->wait.stop, object->wait.handle };
    LARGE_INTEGER timeout = { .QuadPart = object->wait.interval };
    NTSTATUS status;
    bool signalled;

    do {
        status = NtWaitForMultipleObjects(2, handles, WaitAny, FALSE, timeout.QuadPart != INT64_MIN ? &timeout : NULL);
        signalled = status == STATUS_WAIT_0 + 1 || status == STATUS_ABANDONED_WAIT_0 + 1;
        if (!signalled && status != STATUS_TIMEOUT)
            break; /* stopped, or the handle was closed */
        if (!run_callback(object, signalled)) {
            if (signalled)
                NtReleaseMutant(object->wait.handle, NULL);
            break;
        }
    } while (!object->wait.once);
    tp_object_unref(object);
    return 0;
}

/* Whether the handle can be waited for: a wait for it and what is never set takes nothing. */
static NTSTATUS try_handle(struct tp_object *object)
{
    HANDLE handles[2] = { object->wait.stop, object->wait.handle };
    LARGE_INTEGER now = { .QuadPart = 0 };
    NTSTATUS status = NtWaitForMultipleObjects(2, handles, WaitAll, FALSE, &now);

    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

NTSTATUS tp_mutex_wait_start(struct tp_object *object)
{
    NTSTATUS status = NtCreateEvent(&object->wait.stop, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);

    if (!status)
        status = try_handle(object);
    if (status)
        return status;
    object->in_dispatcher = true; /* no worker's */
    tp_object_ref(object);
    status = RtlCreateUserThread(NT_CURRENT_PROCESS, NULL, FALSE, 0, 0, 0, (PVOID)waiter, object, NULL, NULL);
    if (status)
        InterlockedDecrement(&object->refs); /* the caller has one */
    return status;
}
