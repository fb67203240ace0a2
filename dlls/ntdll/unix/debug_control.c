/* SPDX-License-Identifier: MIT */
/* debug_control.c: the kernel debugger's and tracing's system calls, on a system that has neither; licence values. */
#include <string.h>
#include "unix.h"

/* DbgPrintEx's filter: each component prints errors only, as Windows does by default. */
NTSTATUS NtQueryDebugFilterState(ULONG ComponentId, ULONG Level)
{
    (void)ComponentId;
    return Level == 0; /* DPFLTR_ERROR_LEVEL */
}

NTSTATUS NtSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State)
{
    (void)ComponentId, (void)Level, (void)State;
    return STATUS_ACCESS_DENIED; /* without SeDebugPrivilege */
}

NTSTATUS NtSystemDebugControl(ULONG Command, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                              ULONG OutputBufferLength, ULONG *ReturnLength)
{
    (void)Command, (void)InputBuffer, (void)InputBufferLength, (void)OutputBuffer, (void)OutputBufferLength;
    if (ReturnLength)
        *ReturnLength = 0;
    return STATUS_DEBUGGER_INACTIVE;
}

/* No tracing session can be made, so there is none to control. */
NTSTATUS NtTraceControl(ULONG FunctionCode, PVOID InBuffer, ULONG InBufferLen, PVOID OutBuffer, ULONG OutBufferLen,
                        ULONG *ReturnLength)
{
    (void)FunctionCode, (void)InBuffer, (void)InBufferLen, (void)OutBuffer, (void)OutBufferLen;
    *ReturnLength = 0;
    return STATUS_NOT_SUPPORTED;
}

/* Nothing here is licensed by values. */
NTSTATUS NtQueryLicenseValue(UNICODE_STRING *ValueName, ULONG *Type, PVOID Data, ULONG DataSize, ULONG *ResultDataSize)
{
    (void)Type, (void)Data, (void)DataSize;
    UNICODE_STRING name;
    if (!user_copy_in(&name, ValueName, sizeof(name)))
        return STATUS_ACCESS_VIOLATION;
    *ResultDataSize = 0;
    return name.Length ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_INVALID_PARAMETER;
}
