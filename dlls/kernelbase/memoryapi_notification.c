/* SPDX-License-Identifier: MIT */
/*
 * memoryapi_notification.c: low and high physical memory. The handle is an event; Linux tells nobody when memory gets short
 * without a process that listens, so the event's state is that of its creation.
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

HANDLE WINAPI CreateMemoryResourceNotification(MEMORY_RESOURCE_NOTIFICATION_TYPE type)
{
    BOOL holds;
    if (type != LowMemoryResourceNotification && type != HighMemoryResourceNotification)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!condition_holds(type, &holds))
        return NULL;
    return CreateEventW(NULL, TRUE, holds, NULL);
}

BOOL WINAPI QueryMemoryResourceNotification(HANDLE notification, BOOL *state)
{
    EVENT_BASIC_INFORMATION info;
    if (!notification || !state)
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQueryEvent(notification, 0 /* EventBasicInformation */, &info, sizeof(info), NULL)))
        return FALSE;
    *state = info.EventState != 0;
    return TRUE;
}
