/* SPDX-License-Identifier: MIT */
/* heapapi.c: heaps. The allocator is ntdll's; HeapAlloc, HeapFree, HeapReAlloc and HeapSize are forwarders to it. */
#include "kernelbase_private.h"

HANDLE WINAPI GetProcessHeap(VOID)
{
    return nt_peb()->ProcessHeap;
}

HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum)
{
    ULONG flags = options & (HEAP_GENERATE_EXCEPTIONS | HEAP_NO_SERIALIZE | HEAP_CREATE_ENABLE_EXECUTE);
    HANDLE heap;

    if (!maximum)
        flags |= HEAP_GROWABLE;
    if (maximum && initial > maximum)
        maximum = initial;
    if (!(heap = RtlCreateHeap(flags, NULL, maximum, initial, NULL, NULL)))
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return heap;
}

BOOL WINAPI HeapDestroy(HANDLE heap)
{
    /* RtlDestroyHeap returns the heap when it did not destroy it. */
    if (RtlDestroyHeap(heap))
        return fail(ERROR_INVALID_HANDLE);
    return TRUE;
}

BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, const void *ptr)
{
    return RtlValidateHeap(heap, flags, (void *)ptr);
}

SIZE_T WINAPI HeapCompact(HANDLE heap, DWORD flags)
{
    return RtlCompactHeap(heap, flags);
}

BOOL WINAPI HeapLock(HANDLE heap)
{
    return RtlLockHeap(heap);
}

BOOL WINAPI HeapUnlock(HANDLE heap)
{
    return RtlUnlockHeap(heap) ? TRUE : fail(ERROR_NOT_OWNER);
}

DWORD WINAPI GetProcessHeaps(DWORD count, HANDLE *heaps)
{
    return RtlGetProcessHeaps(count, heaps);
}

BOOL WINAPI HeapQueryInformation(HANDLE heap, HEAP_INFORMATION_CLASS class, void *info, SIZE_T size, SIZE_T *needed)
{
    return set_ntstatus(RtlQueryHeapInformation(heap, class, info, size, needed));
}

BOOL WINAPI HeapSetInformation(HANDLE heap, HEAP_INFORMATION_CLASS class, void *info, SIZE_T size)
{
    return set_ntstatus(RtlSetHeapInformation(heap, class, info, size));
}

/* RTL_HEAP_WALK_ENTRY's flags, as PROCESS_HEAP_ENTRY does not have them. */
#define RTL_HEAP_BUSY              0x0001
#define RTL_HEAP_SEGMENT           0x0002
#define RTL_HEAP_SETTABLE_VALUE    0x0010
#define RTL_HEAP_SETTABLE_FLAG1    0x0020 /* moveable (winbase_heap.c) */
#define RTL_HEAP_SETTABLE_FLAG2    0x0040 /* GMEM_DDESHARE */
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100

BOOL WINAPI HeapWalk(HANDLE heap, PROCESS_HEAP_ENTRY *entry)
{
    RTL_HEAP_WALK_ENTRY rtl = { 0 };
    NTSTATUS status;

    rtl.DataAddress = entry->lpData;
    rtl.DataSize = entry->cbData;
    rtl.OverheadBytes = entry->cbOverhead;
    rtl.SegmentIndex = entry->iRegionIndex;
    if (entry->wFlags & PROCESS_HEAP_ENTRY_BUSY)
        rtl.Flags |= RTL_HEAP_BUSY;
    if (entry->wFlags & PROCESS_HEAP_REGION)
        rtl.Flags |= RTL_HEAP_SEGMENT;
    if (entry->wFlags & PROCESS_HEAP_UNCOMMITTED_RANGE)
        rtl.Flags |= RTL_HEAP_UNCOMMITTED_RANGE;
    status = RtlWalkHeap(heap, &rtl);
    if (status)
        return set_ntstatus(status);
    entry->lpData = rtl.DataAddress;
    entry->cbData = rtl.DataSize;
    entry->cbOverhead = rtl.OverheadBytes;
    entry->iRegionIndex = rtl.SegmentIndex;
    entry->wFlags = 0;
    memset(&entry->Region, 0, sizeof(entry->Region));
    if (rtl.Flags & RTL_HEAP_BUSY) {
        entry->wFlags = PROCESS_HEAP_ENTRY_BUSY;
        if (rtl.Flags & RTL_HEAP_SETTABLE_VALUE && rtl.Flags & RTL_HEAP_SETTABLE_FLAG1) {
            entry->wFlags |= PROCESS_HEAP_ENTRY_MOVEABLE;
            entry->Block.hMem = (HANDLE)rtl.Block.Settable;
        }
        if (rtl.Flags & RTL_HEAP_SETTABLE_FLAG2)
            entry->wFlags |= PROCESS_HEAP_ENTRY_DDESHARE;
    } else if (rtl.Flags & RTL_HEAP_SEGMENT) {
        entry->wFlags = PROCESS_HEAP_REGION;
        entry->Region.dwCommittedSize = rtl.Segment.CommittedSize;
        entry->Region.dwUnCommittedSize = rtl.Segment.UnCommittedSize;
        entry->Region.lpFirstBlock = rtl.Segment.FirstEntry;
        entry->Region.lpLastBlock = rtl.Segment.LastEntry;
    } else if (rtl.Flags & RTL_HEAP_UNCOMMITTED_RANGE)
        entry->wFlags = PROCESS_HEAP_UNCOMMITTED_RANGE;
    return TRUE;
}

BOOL WINAPI HeapSummary(HANDLE heap, DWORD flags, HEAP_SUMMARY *summary)
{
    PROCESS_HEAP_ENTRY entry = { 0 };
    char *region = NULL;
    SIZE_T region_size = 0;

    if (summary->cb != sizeof(*summary))
        return fail(ERROR_INVALID_PARAMETER);
    summary->cbAllocated = summary->cbCommitted = summary->cbReserved = 0;
    if (!(flags & HEAP_NO_SERIALIZE))
        HeapLock(heap);
    while (HeapWalk(heap, &entry)) {
        if (entry.wFlags & PROCESS_HEAP_REGION) {
            region = entry.lpData;
            region_size = (SIZE_T)entry.Region.dwCommittedSize + entry.Region.dwUnCommittedSize;
            summary->cbCommitted += entry.Region.dwCommittedSize;
            summary->cbReserved += region_size;
        } else if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) {
            summary->cbAllocated += entry.cbData;
            /* Large blocks are outside of the regions. */
            if ((SIZE_T)((char *)entry.lpData - region) >= region_size) {
                summary->cbCommitted += entry.cbData + entry.cbOverhead;
                summary->cbReserved += entry.cbData + entry.cbOverhead;
            }
        }
    }
    if (!(flags & HEAP_NO_SERIALIZE))
        HeapUnlock(heap);
    summary->cbMaxReserve = summary->cbReserved;
    return TRUE;
}
