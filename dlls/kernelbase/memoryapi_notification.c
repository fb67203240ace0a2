/* SPDX-License-Identifier: MIT */
/*
 * memoryapi_notification.c: low and high physical memory. As on Windows there is one event for each, and the handles are
 * handles to these. Linux tells nobody when memory gets short without a process that listens: the events are what was the case
 * when one was created or asked for last.
 */
#include "kernelbase_private.h"

/* About 32 MB for each 4 GB, at most 64 MB, is low; three times that is high
 * (memoryapi/nf-memoryapi-creatememoryresourcenotification). */
static BOOL condition_holds(MEMORY_RESOURCE_NOTIFICATION_TYPE type, BOOL *holds)
{
    MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };
    if (!GlobalMemoryStatusEx(&memory))
        return FALSE;
    ULONGLONG low = memory.ullTotalPhys / 128;
    if (low > 64 << 20)
        low = 64 << 20;
    *holds = type == LowMemoryResourceNotification ? memory.ullAvailPhys <= low : memory.ullAvailPhys >= 3 * low;
    return TRUE;
}

static HANDLE conditions[2]; /* by type */

static BOOL WINAPI create_conditions(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once, (void)parameter, (void)context;
    for (int type = LowMemoryResourceNotification; type <= HighMemoryResourceNotification; type++)
        if (!conditions[type] && !(conditions[type] = CreateEventW(NULL, TRUE, FALSE, NULL)))
            return FALSE;
    return TRUE;
}

static BOOL update(MEMORY_RESOURCE_NOTIFICATION_TYPE type, BOOL *holds)
{
    return condition_holds(type, holds) &&
           set_ntstatus(*holds ? NtSetEvent(conditions[type], NULL) : NtResetEvent(conditions[type], NULL));
}

HANDLE WINAPI CreateMemoryResourceNotification(MEMORY_RESOURCE_NOTIFICATION_TYPE type)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    HANDLE handle;
    BOOL holds;

    if (type != LowMemoryResourceNotification && type != HighMemoryResourceNotification)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!InitOnceExecuteOnce(&once, create_conditions, NULL, NULL) || !update(type, &holds))
        return NULL;
    if (!DuplicateHandle(GetCurrentProcess(), conditions[type], GetCurrentProcess(), &handle,
                         SYNCHRONIZE | EVENT_QUERY_STATE, FALSE, 0))
        return NULL;
    return handle;
}

BOOL WINAPI QueryMemoryResourceNotification(HANDLE notification, BOOL *state)
{
    if (!notification || !state)
        return fail(ERROR_INVALID_PARAMETER);
    for (int type = LowMemoryResourceNotification; type <= HighMemoryResourceNotification; type++)
        if (conditions[type] && NtCompareObjects(notification, conditions[type]) == STATUS_SUCCESS)
            return update(type, state);
    return fail(ERROR_INVALID_HANDLE);
}
