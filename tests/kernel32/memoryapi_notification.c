/* SPDX-License-Identifier: MIT */
/* memoryapi_notification.c: CreateMemoryResourceNotification and QueryMemoryResourceNotification: their pages' rules. */
#include "../test.h"

/* Who waits sees changes: an event that is wrong is put right. */
static void test_changes(HANDLE notification, BOOL holds)
{
    HANDLE event;

    if (!test_is_transom() ||
        !DuplicateHandle(GetCurrentProcess(), notification, GetCurrentProcess(), &event, EVENT_MODIFY_STATE, FALSE, 0))
        return;
    if (holds) {
        ResetEvent(event);
        ok_int(WaitForSingleObject(notification, 30000), WAIT_OBJECT_0);
    } else {
        SetEvent(event);
        for (int i = 0; i < 600 && WaitForSingleObject(notification, 0) == WAIT_OBJECT_0; i++)
            Sleep(50);
        ok_int(WaitForSingleObject(notification, 0), WAIT_TIMEOUT);
    }
    CloseHandle(event);
}

TESTS
{
    HANDLE low = CreateMemoryResourceNotification(LowMemoryResourceNotification), again;
    HANDLE high = CreateMemoryResourceNotification(HighMemoryResourceNotification);
    BOOL is_low = 2, is_high = 2, state;

    if (!ok(low && high, "error %lu", GetLastError()))
        return;
    ok(QueryMemoryResourceNotification(low, &is_low), "error %lu", GetLastError());
    ok(QueryMemoryResourceNotification(high, &is_high), "error %lu", GetLastError());
    ok(is_low <= 1 && is_high <= 1 && !(is_low && is_high), "low %d, high %d", is_low, is_high);
    ok_int(WaitForSingleObject(low, 0), is_low ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
    ok_int(WaitForSingleObject(high, 0), is_high ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
    ok_err(ResetEvent(high), ERROR_ACCESS_DENIED);
    test_changes(high, is_high);
    ok(CloseHandle(low), "error %lu", GetLastError());
    ok_err(QueryMemoryResourceNotification(low, &state), ERROR_INVALID_HANDLE);
    again = CreateMemoryResourceNotification(LowMemoryResourceNotification);
    ok(QueryMemoryResourceNotification(again, &state), "error %lu", GetLastError());
    ok_err(!!CreateMemoryResourceNotification(2), ERROR_INVALID_PARAMETER);
    ok_err(QueryMemoryResourceNotification(NULL, &state), ERROR_INVALID_PARAMETER);
    ok_err(QueryMemoryResourceNotification(high, NULL), ERROR_INVALID_PARAMETER);
    CloseHandle(again);
    CloseHandle(high);
}
