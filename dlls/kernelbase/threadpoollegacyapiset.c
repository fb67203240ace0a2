/* SPDX-License-Identifier: MIT */
/* threadpoollegacyapiset.c: work items, registered waits and timer queues. */
#include "kernelbase_private.h"

/* Callbacks that are still to end make a deletion "fail" (UnregisterWaitEx, DeleteTimerQueueTimer). */
static BOOL deleted(NTSTATUS status)
{
    return status == STATUS_PENDING ? fail(ERROR_IO_PENDING) : set_ntstatus(status);
}

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE function, void *context, ULONG flags)
{
    return set_ntstatus(RtlQueueWorkItem((void *)function, context, flags));
}

BOOL WINAPI RegisterWaitForSingleObject(HANDLE *wait, HANDLE object, WAITORTIMERCALLBACK callback, void *context,
                                        ULONG milliseconds, ULONG flags)
{
    return set_ntstatus(RtlRegisterWait(wait, std_handle_value(object), callback, context, milliseconds, flags));
}

HANDLE WINAPI RegisterWaitForSingleObjectEx(HANDLE object, WAITORTIMERCALLBACK callback, void *context,
                                            ULONG milliseconds, ULONG flags)
{
    HANDLE wait;

    return RegisterWaitForSingleObject(&wait, object, callback, context, milliseconds, flags) ? wait : NULL;
}

BOOL WINAPI UnregisterWait(HANDLE wait)
{
    return deleted(RtlDeregisterWait(wait));
}

BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE event)
{
    return deleted(RtlDeregisterWaitEx(wait, event));
}

HANDLE WINAPI CreateTimerQueue(VOID)
{
    HANDLE queue;

    return set_ntstatus(RtlCreateTimerQueue(&queue)) ? queue : NULL;
}

BOOL WINAPI CreateTimerQueueTimer(HANDLE *timer, HANDLE queue, WAITORTIMERCALLBACK callback, void *parameter, DWORD due,
                                  DWORD period, ULONG flags)
{
    *timer = NULL;
    return set_ntstatus(RtlCreateTimer(queue, timer, callback, parameter, due, period, flags));
}

BOOL WINAPI ChangeTimerQueueTimer(HANDLE queue, HANDLE timer, ULONG due, ULONG period)
{
    return set_ntstatus(RtlUpdateTimer(queue, timer, due, period));
}

HANDLE WINAPI SetTimerQueueTimer(HANDLE queue, WAITORTIMERCALLBACK callback, void *parameter, DWORD due, DWORD period,
                                 BOOL prefer_io)
{
    HANDLE timer;

    (void)prefer_io; /* every worker may issue I/O */
    return CreateTimerQueueTimer(&timer, queue, callback, parameter, due, period, 0) ? timer : NULL;
}

BOOL WINAPI DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE event)
{
    return deleted(RtlDeleteTimer(queue, timer, event));
}

BOOL WINAPI CancelTimerQueueTimer(HANDLE queue, HANDLE timer)
{
    return deleted(RtlDeleteTimer(queue, timer, NULL));
}

BOOL WINAPI DeleteTimerQueueEx(HANDLE queue, HANDLE event)
{
    return deleted(RtlDeleteTimerQueueEx(queue, event));
}

BOOL WINAPI DeleteTimerQueue(HANDLE queue)
{
    return set_ntstatus(RtlDeleteTimerQueueEx(queue, NULL));
}
