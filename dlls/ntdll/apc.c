/* SPDX-License-Identifier: MIT */
/*
 * apc.c: NtQueueApcThreadEx2, which says with flags (QUEUE_USER_APC_FLAGS) what NtQueueApcThreadEx says with a reserve handle that is none.
 */
#include "ntdll_private.h"

NTSTATUS NTAPI NtQueueApcThreadEx2(HANDLE thread, HANDLE reserve, ULONG flags, PNTAPCFUNC routine, ULONG_PTR argument1,
                                   ULONG_PTR argument2, ULONG_PTR argument3);
NTSTATUS NTAPI NtQueueApcThreadEx2(HANDLE thread, HANDLE reserve, ULONG flags, PNTAPCFUNC routine, ULONG_PTR argument1,
                                   ULONG_PTR argument2, ULONG_PTR argument3)
{
    /* Every routine has the context as a fourth argument; the flag that asks for it in a structure is QueueUserAPC2's. */
    if (flags & ~(ULONG)QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC)
        return STATUS_INVALID_PARAMETER;
    if (flags & QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC) {
        if (reserve)
            return STATUS_INVALID_HANDLE; /* there are no reserve objects */
        reserve = QUEUE_USER_APC_SPECIAL_USER_APC;
    }
    return NtQueueApcThreadEx(thread, reserve, routine, argument1, argument2, argument3);
}
