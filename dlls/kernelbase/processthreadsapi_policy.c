/* SPDX-License-Identifier: MIT */
/* processthreadsapi_policy.c: what a process may do (mitigation policies, data execution), and keeping the system awake. */
#include "kernelbase_private.h"

struct policy {
    ULONG policy, flags;
    ULONG permanent; /* of data execution prevention */
};

BOOL WINAPI GetProcessMitigationPolicy(HANDLE process, PROCESS_MITIGATION_POLICY policy, void *buffer, SIZE_T size)
{
    struct policy info = { policy, 0, 0 };

    if ((int)policy == 5) { /* ProcessMitigationOptionsMask: those that CreateProcess takes; one or two 64-bit masks */
        if (size != 8 && size != 16)
            return fail(ERROR_INVALID_PARAMETER);
        memset(buffer, 0, size);
        return TRUE;
    }
    if (size < (policy == ProcessDEPPolicy ? 8 : 4))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessMitigationPolicy_, &info, sizeof(info), NULL)))
        return FALSE;
    memset(buffer, 0, size);
    memcpy(buffer, &info.flags, sizeof(info.flags));
    if (policy == ProcessDEPPolicy)
        ((BYTE *)buffer)[4] = (BYTE)info.permanent;
    return TRUE;
}

BOOL WINAPI SetProcessMitigationPolicy(PROCESS_MITIGATION_POLICY policy, void *buffer, SIZE_T size)
{
    struct policy info = { policy, 0, 0 };

    if (!buffer || size < sizeof(info.flags))
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(&info.flags, buffer, sizeof(info.flags));
    return set_ntstatus(NtSetInformationProcess(NT_CURRENT_PROCESS, ProcessMitigationPolicy_, &info, 8));
}

/* Documented for 32-bit processes only: in 64-bit ones data is never executable. */
BOOL WINAPI GetProcessDEPPolicy(HANDLE process, DWORD *flags, BOOL *permanent)
{
    (void)process, (void)flags, (void)permanent;
    return fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI SetProcessDEPPolicy(DWORD flags)
{
    (void)flags;
    return fail(ERROR_NOT_SUPPORTED);
}

DEP_SYSTEM_POLICY_TYPE WINAPI GetSystemDEPPolicy(VOID)
{
    return *(const UCHAR *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x2d5); /* KUSER_SHARED_DATA.NXSupportPolicy */
}

/* --- winbase.h: power --- */

EXECUTION_STATE WINAPI SetThreadExecutionState(EXECUTION_STATE flags)
{
    EXECUTION_STATE previous = 0;

    return set_ntstatus(NtSetThreadExecutionState(flags, &previous)) ? previous : 0;
}

/* Power requests keep the system or the display awake; there is no way here to pass that on. */
HANDLE WINAPI PowerCreateRequest(REASON_CONTEXT *context)
{
    (void)context;
    SetLastError(ERROR_NOT_SUPPORTED);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI PowerSetRequest(HANDLE request, POWER_REQUEST_TYPE type)
{
    (void)request, (void)type;
    return fail(ERROR_INVALID_HANDLE); /* none was made */
}

BOOL WINAPI PowerClearRequest(HANDLE request, POWER_REQUEST_TYPE type)
{
    (void)request, (void)type;
    return fail(ERROR_INVALID_HANDLE);
}

/* utilapiset.h: like a machine without a sound device, it takes its time and is silent. */
BOOL WINAPI Beep(DWORD frequency, DWORD milliseconds)
{
    if (frequency < 37 || frequency > 32767)
        return fail(ERROR_INVALID_PARAMETER);
    Sleep(milliseconds);
    return TRUE;
}
