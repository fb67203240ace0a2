/* SPDX-License-Identifier: MIT */
/* processthreadsapi_cpuset.c: CPU sets, the processors that threads would rather run on. A set's number is its processor's and 0x100. */
#include "kernelbase_private.h"
#include <stdbool.h>

#define FIRST_ID 0x100 /* as GetSystemCpuSetInformation tells them */
#define LAST_ID  (FIRST_ID + 63)

BOOL WINAPI GetThreadSelectedCpuSets(HANDLE thread, ULONG *ids, ULONG count, ULONG *required);
BOOL WINAPI SetThreadSelectedCpuSets(HANDLE thread, const ULONG *ids, ULONG count);
BOOL WINAPI GetProcessDefaultCpuSets(HANDLE process, ULONG *ids, ULONG count, ULONG *required);
BOOL WINAPI SetProcessDefaultCpuSets(HANDLE process, const ULONG *ids, ULONG count);

static bool mask_of_ids(const ULONG *ids, ULONG count, ULONGLONG *mask)
{
    *mask = 0;
    if (!ids && count)
        return false;
    for (ULONG i = 0; i < count; i++) {
        if (ids[i] < FIRST_ID || ids[i] > LAST_ID)
            return false;
        *mask |= 1ull << (ids[i] - FIRST_ID);
    }
    return true;
}

static BOOL ids_of_mask(ULONGLONG mask, ULONG *ids, ULONG count, ULONG *required)
{
    *required = (ULONG)__builtin_popcountll(mask);
    if (*required > count)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    for (ULONG i = 0; mask; mask &= mask - 1)
        ids[i++] = FIRST_ID + (ULONG)__builtin_ctzll(mask);
    return TRUE;
}

BOOL WINAPI GetThreadSelectedCpuSets(HANDLE thread, ULONG *ids, ULONG count, ULONG *required)
{
    ULONGLONG mask = 0;

    if (!required || (!ids && count))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQueryInformationThread(thread, ThreadSelectedCpuSets, &mask, sizeof(mask), NULL)))
        return FALSE;
    return ids_of_mask(mask, ids, count, required);
}

/* No identifiers: no assignment. */
BOOL WINAPI SetThreadSelectedCpuSets(HANDLE thread, const ULONG *ids, ULONG count)
{
    ULONGLONG mask;

    if (!mask_of_ids(ids, count, &mask))
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtSetInformationThread(thread, ThreadSelectedCpuSets, &mask, sizeof(mask)));
}

BOOL WINAPI GetProcessDefaultCpuSets(HANDLE process, ULONG *ids, ULONG count, ULONG *required)
{
    ULONGLONG mask = 0;

    if (!required || (!ids && count))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessDefaultCpuSetsInformation, &mask, sizeof(mask), NULL)))
        return FALSE;
    return ids_of_mask(mask, ids, count, required);
}

BOOL WINAPI SetProcessDefaultCpuSets(HANDLE process, const ULONG *ids, ULONG count)
{
    ULONGLONG mask;

    if (!mask_of_ids(ids, count, &mask))
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtSetInformationProcess(process, ProcessDefaultCpuSetsInformation, &mask, sizeof(mask)));
}
