/* SPDX-License-Identifier: MIT */
/* fibersapi.c: fiber-local storage; ntdll keeps it (rtlfls.c). */
#include "kernelbase_private.h"

DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION callback)
{
    ULONG index;
    NTSTATUS status = RtlFlsAlloc(callback, &index);
    if (!NT_SUCCESS(status)) {
        SetLastError(RtlNtStatusToDosError(status));
        return FLS_OUT_OF_INDEXES;
    }
    return index;
}

/* The last error is cleared on success, as with TlsGetValue (fibersapi/nf-fibersapi-flsgetvalue). */
PVOID WINAPI FlsGetValue(DWORD index)
{
    PVOID value = NULL;
    NTSTATUS status = RtlFlsGetValue(index, &value);
    SetLastError(NT_SUCCESS(status) ? ERROR_SUCCESS : RtlNtStatusToDosError(status));
    return value;
}

BOOL WINAPI FlsSetValue(DWORD index, PVOID value)
{
    NTSTATUS status = RtlFlsSetValue(index, value);
    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(RtlNtStatusToDosError(status));
    return FALSE;
}

BOOL WINAPI FlsFree(DWORD index)
{
    NTSTATUS status = RtlFlsFree(index);
    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(RtlNtStatusToDosError(status));
    return FALSE;
}
