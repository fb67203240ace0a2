/* SPDX-License-Identifier: MIT */
/* time.c: clocks. PE code reads KUSER_SHARED_DATA or the vDSO where it can; these are the system calls. */
#include <time.h>
#include "query.h"
#include "shared_data.h"

#define RESOLUTION_COARSEST 156250 /* 100 ns */
#define RESOLUTION_FINEST   5000

NTSTATUS NtQuerySystemTime(LARGE_INTEGER *SystemTime)
{
    SystemTime->QuadPart = (LONGLONG)system_now();
    return STATUS_SUCCESS;
}

NTSTATUS NtSetSystemTime(LARGE_INTEGER *SystemTime, LARGE_INTEGER *PreviousTime)
{
    (void)SystemTime;
    (void)PreviousTime;
    return STATUS_PRIVILEGE_NOT_HELD; /* SeSystemtimePrivilege: the clock is Linux's */
}

NTSTATUS NtQueryPerformanceCounter(LARGE_INTEGER *PerformanceCounter, LARGE_INTEGER *PerformanceFrequency)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    PerformanceCounter->QuadPart = (LONGLONG)now.tv_sec * 10000000 + now.tv_nsec / 100;
    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = 10000000;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryTimerResolution(ULONG *MaximumTime, ULONG *MinimumTime, ULONG *CurrentTime)
{
    *MaximumTime = RESOLUTION_COARSEST;
    *MinimumTime = RESOLUTION_FINEST;
    *CurrentTime = shared_clock_interval();
    return STATUS_SUCCESS;
}

NTSTATUS NtSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution, ULONG *ActualTime)
{
    static uint32_t requested; /* this process has asked for one */
    NTSTATUS status = STATUS_SUCCESS;
    if (SetResolution) {
        if (DesiredTime < RESOLUTION_FINEST)
            DesiredTime = RESOLUTION_FINEST;
        if (DesiredTime > RESOLUTION_COARSEST)
            DesiredTime = RESOLUTION_COARSEST;
        __atomic_store_n(&requested, 1, __ATOMIC_RELAXED);
        shared_clock_set_interval(DesiredTime);
    } else if (__atomic_exchange_n(&requested, 0, __ATOMIC_RELAXED)) {
        shared_clock_set_interval(RESOLUTION_COARSEST);
    } else {
        status = STATUS_TIMER_RESOLUTION_NOT_SET;
    }
    *ActualTime = shared_clock_interval();
    return status;
}
