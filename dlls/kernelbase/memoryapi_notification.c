/* SPDX-License-Identifier: MIT */
/*
 * memoryapi_notification.c: low and high physical memory. As on Windows there is one event for each, and the handles are
 * handles to these. Linux tells a process without privileges of memory that gets short only once it has waited for some
 * (/proc/pressure), and never of memory that is there again: so a timer of the thread pool looks each second as long as the
 * program has such a handle.
 */
#include <stdbool.h>
#include "kernelbase_private.h"

NTSYSAPI VOID NTAPI TpSetTimer(PTP_TIMER Timer, LARGE_INTEGER *DueTime, LONG Period, LONG WindowLength);

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

/* --- who waits is to see a change --- */

#define LOOK_INTERVAL 1000 /* ms */
#define LOOK_WINDOW   500  /* with other timers, if there are such */

static RTL_SRWLOCK look_lock = RTL_SRWLOCK_INIT;
static PTP_TIMER look_timer;
static bool looking;

/* Whether there are handles beside ours. */
static bool is_used(MEMORY_RESOURCE_NOTIFICATION_TYPE type)
{
    OBJECT_BASIC_INFORMATION info;

    return !NtQueryObject(conditions[type], ObjectBasicInformation, &info, sizeof(info), NULL) && info.HandleCount > 1;
}

static void look_later(void)
{
    LARGE_INTEGER due = { .QuadPart = -10000ll * LOOK_INTERVAL };

    TpSetTimer(look_timer, &due, 0, LOOK_WINDOW);
}

static void CALLBACK look(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    BOOL holds;

    (void)instance, (void)context, (void)timer;
    RtlAcquireSRWLockExclusive(&look_lock);
    looking = false;
    for (int type = LowMemoryResourceNotification; type <= HighMemoryResourceNotification; type++)
        if (is_used(type)) {
            looking = true;
            update(type, &holds);
        }
    if (looking)
        look_later();
    RtlReleaseSRWLockExclusive(&look_lock);
}

static BOOL start_looking(void)
{
    BOOL done = TRUE;

    RtlAcquireSRWLockExclusive(&look_lock);
    if (!look_timer)
        done = set_ntstatus(TpAllocTimer(&look_timer, look, NULL, NULL));
    if (done && !looking) {
        looking = true;
        look_later();
    }
    RtlReleaseSRWLockExclusive(&look_lock);
    return done;
}

/* --- the functions --- */

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
    if (!start_looking()) {
        CloseHandle(handle);
        return NULL;
    }
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
