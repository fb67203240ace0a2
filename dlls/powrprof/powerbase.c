/* SPDX-License-Identifier: MIT */
/* powerbase.c: power management of a computer that neither sleeps by our hand nor tells us when it did. */
#include "nt.h"
#include "ntdll.h"
#include <powrprof.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

NTSTATUS WINAPI CallNtPowerInformation(POWER_INFORMATION_LEVEL level, PVOID in, ULONG in_size, PVOID out,
                                       ULONG out_size)
{
    return NtPowerInformation(level, in, in_size, out, out_size);
}

BOOLEAN WINAPI GetPwrCapabilities(PSYSTEM_POWER_CAPABILITIES capabilities)
{
    NTSTATUS status = NtPowerInformation(SystemPowerCapabilities, NULL, 0, capabilities, sizeof(*capabilities));

    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(RtlNtStatusToDosError(status));
    return FALSE;
}

BOOLEAN WINAPI IsPwrSuspendAllowed(void)
{
    return FALSE;
}

BOOLEAN WINAPI IsPwrHibernateAllowed(void)
{
    return FALSE;
}

BOOLEAN WINAPI IsPwrShutdownAllowed(void)
{
    return FALSE;
}

BOOLEAN WINAPI SetSuspendState(BOOLEAN hibernate, BOOLEAN force, BOOLEAN no_wake_events)
{
    SetLastError(ERROR_NOT_SUPPORTED);
    return FALSE;
}

/* Linux tells ordinary programs nothing of its sleep, so that a registration could never be served. */
DWORD WINAPI PowerRegisterSuspendResumeNotification(DWORD flags, HANDLE recipient, PHPOWERNOTIFY handle)
{
    if (!recipient || !handle)
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI PowerUnregisterSuspendResumeNotification(HPOWERNOTIFY handle)
{
    return ERROR_INVALID_HANDLE;
}
