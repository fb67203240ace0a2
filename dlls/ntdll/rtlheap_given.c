/* SPDX-License-Identifier: MIT */
/*
 * rtlheap_given.c: heaps in memory that the caller of RtlCreateHeap gives, and what its parameters ask for (RTL_HEAP_PARAMETERS).
 * Such memory is never given back, and neither freed with the heap.
 */
#include "rtlheap.h"

#define ROUND(x, n) (((SIZE_T)(x) + (n)-1) & ~((SIZE_T)(n)-1))

/* "the maximum size of a memory block in the heap is 0x7F000 bytes" (RtlCreateHeap) is for 32 bits; HeapAlloc says 0x7FFF8. */
#define FIXED_BLOCK_MAX (0x7fff8 * (sizeof(void *) / 4))

/* How much memory there is from `base` on in its allocation, and how much of that is committed before any that is not. */
static bool measure(PVOID base, SIZE_T *reserved, SIZE_T *committed)
{
    MEMORY_BASIC_INFORMATION info;
    char *at = base;
    PVOID allocation = NULL;

    *committed = 0;
    while (!NtQueryVirtualMemory(NT_CURRENT_PROCESS, at, MemoryBasicInformation, &info, sizeof(info), NULL) &&
           info.State != MEM_FREE && (!allocation || info.AllocationBase == allocation)) {
        if (!allocation && info.BaseAddress != base)
            return false;
        allocation = info.AllocationBase;
        if (info.State == MEM_COMMIT && *committed == (SIZE_T)(at - (char *)base))
            *committed += info.RegionSize;
        at += info.RegionSize;
    }
    *reserved = (SIZE_T)(at - (char *)base);
    return *reserved != 0;
}

/* The table in RtlCreateHeap's documentation. */
static void default_sizes(SIZE_T *reserve, SIZE_T *commit)
{
    if (!*reserve)
        *reserve = *commit ? ROUND(*commit, 16 * NT_PAGE_SIZE) : 64 * NT_PAGE_SIZE;
    if (!*commit)
        *commit = NT_PAGE_SIZE;
    *reserve = ROUND(*reserve, NT_PAGE_SIZE);
    *commit = ROUND(*commit < *reserve ? *commit : *reserve, NT_PAGE_SIZE);
}

bool heap_commit(struct heap *heap, PVOID address, SIZE_T size)
{
    SIZE_T got = size;
    PVOID at = address;
    NTSTATUS status;

    if (!heap->commit_routine)
        return NT_SUCCESS(NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &at, 0, &got, MEM_COMMIT, heap->protect));
    /* The program's code, which may need other locks, is no part of the region. */
    region_leave();
    status = heap->commit_routine(heap, &at, &got);
    region_enter();
    return NT_SUCCESS(status) && at <= address && (char *)at + got >= (char *)address + size;
}

/* Makes a heap at `base`: its own words and page map must be in what is committed, or can be. */
static struct heap *place(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T committed,
                          const struct heap_parameters *parameters)
{
    PRTL_HEAP_COMMIT_ROUTINE routine = parameters ? parameters->CommitRoutine : NULL;
    SIZE_T least = heap_least(reserve);

    if (least > reserve)
        return NULL;
    if (committed < least) {
        PVOID at = (char *)base + committed;
        SIZE_T more = least - committed;
        NTSTATUS status = routine
                              ? routine(base, &at, &more)
                              : NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &at, 0, &more, MEM_COMMIT, PAGE_READWRITE);

        if (!NT_SUCCESS(status) || at != (char *)base + committed || committed + more < least)
            return NULL;
        committed += more;
    }
    memset(base, 0, least);
    return heap_init(base, flags, reserve, committed < reserve ? committed : reserve);
}

struct heap *heap_in(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, const struct heap_parameters *parameters)
{
    SIZE_T there, committed;
    struct heap *heap;

    if ((ULONG_PTR)base & (NT_PAGE_SIZE - 1))
        return NULL;
    if (parameters && parameters->CommitRoutine) {
        /* What is there is what the caller says. */
        there = ROUND(parameters->InitialReserve, NT_PAGE_SIZE);
        committed = ROUND(parameters->InitialCommit, NT_PAGE_SIZE);
        if (flags & HEAP_GROWABLE || !committed || committed > there)
            return NULL;
        reserve = there;
    } else {
        if (!measure(base, &there, &committed))
            return NULL;
        default_sizes(&reserve, &commit);
        if (reserve > there)
            return NULL;
    }
    if ((heap = place(flags, base, reserve, committed, parameters))) {
        heap->given = TRUE;
        heap->commit_routine = parameters ? parameters->CommitRoutine : NULL;
    }
    return heap;
}

bool heap_parameters_valid(const struct heap_parameters *parameters, PVOID base)
{
    return !parameters || (parameters->Length == sizeof(*parameters) && (base || !parameters->CommitRoutine));
}

void heap_set_limits(struct heap *heap, const struct heap_parameters *parameters)
{
    heap->block_max = heap->fixed ? FIXED_BLOCK_MAX - 1 : HEAP_SIZE_MAX;
    if (!parameters)
        return;
    /* "Whichever is less"; larger blocks of a heap that grows are got elsewhere, as all of that size are. */
    if (heap->fixed && parameters->VirtualMemoryThreshold && parameters->VirtualMemoryThreshold < heap->block_max)
        heap->block_max = ROUND(parameters->VirtualMemoryThreshold, NT_PAGE_SIZE);
    if (parameters->MaximumAllocationSize && parameters->MaximumAllocationSize < heap->block_max)
        heap->block_max = parameters->MaximumAllocationSize;
    if (heap->block_max < HEAP_SMALL_MAX)
        heap->special |= SPECIAL_CHECKED; /* the short way does not look */
}
