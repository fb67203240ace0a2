/* SPDX-License-Identifier: MIT */
/* error.c: NTSTATUS and Win32 error codes; the last error of a thread; error modes. */
#include "ntdll_private.h"
#include "ntrtl.h"

static const struct {
    ULONG status;
    ULONG error;
} errors[] = {
/* clang-format off */
#include "error_table.h"
    /* clang-format on */
};

ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status)
{
    ULONG code = (ULONG)status, low = 0, high = ARRAY_SIZE(errors);

    /* The customer bit marks what is no status of the system, so it stays. */
    if (code & 0x20000000)
        return code;
    /* HRESULTs of FACILITY_WIN32 hold an error in their lower half, as what is of FACILITY_NTWIN32 and (observed) 1. */
    if ((code & 0xffff0000) == 0x80070000 || (code & 0xffff0000) == 0xc0070000 || (code & 0xffff0000) == 0xc0010000)
        return code & 0xffff;
    if ((code & 0xf0000000) == 0xd0000000)
        code &= 0xcfffffff;
    while (low < high) {
        ULONG middle = (low + high) / 2;

        if (errors[middle].status < code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < ARRAY_SIZE(errors) && errors[low].status == code)
        return errors[low].error;
    return ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status)
{
    nt_teb()->LastStatusValue = status;
    return RtlNtStatusToDosErrorNoTeb(status);
}

ULONG NTAPI RtlGetLastWin32Error(VOID)
{
    return nt_teb()->LastErrorValue;
}

NTSTATUS NTAPI RtlGetLastNtStatus(VOID)
{
    return nt_teb()->LastStatusValue;
}

VOID NTAPI RtlSetLastWin32Error(LONG error)
{
    nt_teb()->LastErrorValue = (ULONG)error;
}

VOID NTAPI RtlRestoreLastWin32Error(LONG error)
{
    nt_teb()->LastErrorValue = (ULONG)error;
}

VOID NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS status)
{
    nt_teb()->LastErrorValue = RtlNtStatusToDosError(status);
}

/* Bits of the thread's mode: SEM_* shifted by 4 (SetThreadErrorMode). */
#define THREAD_ERROR_MODES 0x70u

NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, ULONG *old)
{
    TEB *teb = nt_teb();

    if (mode & ~THREAD_ERROR_MODES)
        return STATUS_INVALID_PARAMETER_1;
    if (old)
        *old = teb->HardErrorMode & THREAD_ERROR_MODES;
    teb->HardErrorMode = (teb->HardErrorMode & ~THREAD_ERROR_MODES) | mode;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlGetThreadErrorMode(VOID)
{
    return nt_teb()->HardErrorMode & THREAD_ERROR_MODES;
}
