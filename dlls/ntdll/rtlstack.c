/* SPDX-License-Identifier: MIT */
/* rtlstack.c: stacks for threads and fibers. */
#include "rtl_private.h"

typedef struct _INITIAL_TEB {
    PVOID PreviousStackBase;
    PVOID PreviousStackLimit;
    PVOID StackBase;
    PVOID StackLimit;
    PVOID StackAllocationBase;
} INITIAL_TEB;

/* Reserved as a whole; committed at its upper end, with a guard page below, which makes it grow when it is current. */
NTSTATUS NTAPI RtlCreateUserStack(SIZE_T commit, SIZE_T reserve, ULONG_PTR zero_bits, SIZE_T page, ULONG_PTR alignment,
                                  PVOID result)
{
    const IMAGE_NT_HEADERS *headers = RtlImageNtHeader(nt_peb()->ImageBaseAddress);
    INITIAL_TEB *teb = result;
    PVOID base = NULL, top;
    SIZE_T size;
    ULONG old;
    NTSTATUS status;

    if (!page || page & (page - 1) || !alignment || alignment & (alignment - 1))
        return STATUS_INVALID_PARAMETER;
    if (!reserve)
        reserve = headers->OptionalHeader.SizeOfStackReserve;
    if (!commit)
        commit = headers->OptionalHeader.SizeOfStackCommit;
    if (commit >= reserve)
        reserve = (commit + 0x100000) & ~(SIZE_T)0xfffff;
    if (reserve < commit)
        return STATUS_NO_MEMORY;
    commit = (commit + page - 1) & ~(page - 1);
    reserve = (reserve + alignment - 1) & ~(alignment - 1);
    /* Room for the guard page and the one that is never touched. */
    if (reserve < commit + 2 * page)
        reserve = (commit + 2 * page + alignment - 1) & ~(alignment - 1);

    size = reserve;
    status = NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, zero_bits, &size, MEM_RESERVE, PAGE_READWRITE);
    if (status)
        return status;
    top = (char *)base + reserve;
    teb->PreviousStackBase = teb->PreviousStackLimit = NULL;
    teb->StackBase = top;
    teb->StackLimit = (char *)top - commit;
    teb->StackAllocationBase = base;
    top = (char *)teb->StackLimit - page;
    size = commit + page;
    status = NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &top, 0, &size, MEM_COMMIT, PAGE_READWRITE);
    if (!status) {
        size = page;
        status = NtProtectVirtualMemory(NT_CURRENT_PROCESS, &top, &size, PAGE_READWRITE | PAGE_GUARD, &old);
    }
    if (status)
        RtlFreeUserStack(base);
    return status;
}
