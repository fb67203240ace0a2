/* SPDX-License-Identifier: MIT */
/*
 * tlhelp32_heap.c: the heaps of a process and their blocks (Heap32First, Heap32Next). The blocks are no part of a snapshot, on
 * Windows either. Those of another process are read from its memory while it goes on.
 */
#include <stdbool.h>
#include "kernelbase_private.h"
#include "tlhelp32_private.h"
#include <tlhelp32.h>

NTSYSAPI NTSTATUS NTAPI TransomWalkHeapOf(HANDLE Process, PVOID HeapHandle, RTL_HEAP_WALK_ENTRY *Entry);

#define HEAPS_MAX 0x100000 /* a number that another process tells */

static bool peek(HANDLE process, const void *at, void *buffer, SIZE_T size)
{
    return set_ntstatus(NtReadVirtualMemory(process, (PVOID)at, buffer, size, NULL));
}

static HANDLE *own_heaps(ULONG *count)
{
    HANDLE *heaps;
    ULONG room;

    for (*count = GetProcessHeaps(0, NULL);; kb_free(heaps)) {
        room = *count;
        if (!(heaps = kb_alloc(room * sizeof(*heaps))) || (*count = GetProcessHeaps(room, heaps)) <= room)
            return heaps;
    }
}

static HANDLE *other_heaps(HANDLE process, ULONG *count)
{
    PROCESS_BASIC_INFORMATION basic;
    HANDLE *heaps;
    PEB *peb, head;

    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof(basic), NULL)))
        return NULL;
    peb = (PEB *)basic.PebBaseAddress;
    if (!peek(process, peb, &head, sizeof(head)) || head.NumberOfHeaps > HEAPS_MAX ||
        !(heaps = kb_alloc((head.NumberOfHeaps + 1) * sizeof(*heaps))))
        return NULL;
    *count = head.NumberOfHeaps;
    if (peek(process, head.ProcessHeaps, heaps, head.NumberOfHeaps * sizeof(*heaps)))
        return heaps;
    kb_free(heaps);
    return NULL;
}

/* The process heap is made first, and never goes: so it is the first of the list. */
HANDLE *heaps_of(HANDLE process, ULONG *count)
{
    return process == NT_CURRENT_PROCESS ? own_heaps(count) : other_heaps(process, count);
}

static bool is_heap(HANDLE process, HANDLE heap)
{
    ULONG count = 0, i = 0;
    HANDLE *heaps = heaps_of(process, &count);

    while (heaps && i < count && heaps[i] != heap)
        i++;
    kb_free(heaps);
    return heaps && i < count;
}

/* RTL_HEAP_WALK_ENTRY.Flags, as in heapapi.c */
#define RTL_HEAP_BUSY              0x0001
#define RTL_HEAP_SEGMENT           0x0002
#define RTL_HEAP_SETTABLE_VALUE    0x0010
#define RTL_HEAP_SETTABLE_FLAG1    0x0020
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100

static BOOL next_block(HANDLE process, HEAPENTRY32 *entry, ULONG_PTR address)
{
    HANDLE heap = (HANDLE)entry->th32HeapID;
    RTL_HEAP_WALK_ENTRY block = { .DataAddress = (PVOID)address };
    NTSTATUS status;
    bool moveable;

    do {
        status = process == NT_CURRENT_PROCESS ? RtlWalkHeap(heap, &block) : TransomWalkHeapOf(process, heap, &block);
        if (status)
            return status == STATUS_NO_MORE_ENTRIES ? fail(ERROR_NO_MORE_FILES) : set_ntstatus(status);
    } while (block.Flags & (RTL_HEAP_SEGMENT | RTL_HEAP_UNCOMMITTED_RANGE));
    moveable = block.Flags & RTL_HEAP_SETTABLE_VALUE && block.Flags & RTL_HEAP_SETTABLE_FLAG1;
    entry->hHandle = moveable ? (HANDLE)block.Block.Settable : block.DataAddress;
    entry->dwAddress = (ULONG_PTR)block.DataAddress;
    entry->dwBlockSize = block.DataSize;
    entry->dwFlags = !(block.Flags & RTL_HEAP_BUSY) ? LF32_FREE : moveable ? LF32_MOVEABLE : LF32_FIXED;
    entry->dwLockCount = entry->dwResvd = 0;
    return TRUE;
}

static HANDLE open_process(DWORD id)
{
    return !id || id == GetCurrentProcessId() ? NT_CURRENT_PROCESS
                                              : OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id);
}

static BOOL close_process(HANDLE process, BOOL result)
{
    if (process != NT_CURRENT_PROCESS)
        NtClose(process);
    return result;
}

BOOL WINAPI Heap32First(HEAPENTRY32 *entry, DWORD id, ULONG_PTR heap)
{
    HANDLE process;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_BAD_LENGTH);
    if (!(process = open_process(id)))
        return FALSE;
    if (!is_heap(process, (HANDLE)heap))
        return close_process(process, fail(ERROR_INVALID_PARAMETER));
    entry->th32ProcessID = id ? id : GetCurrentProcessId();
    entry->th32HeapID = heap;
    return close_process(process, next_block(process, entry, 0));
}

BOOL WINAPI Heap32Next(HEAPENTRY32 *entry)
{
    HANDLE process;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_BAD_LENGTH);
    if (!(process = open_process(entry->th32ProcessID)))
        return FALSE;
    if (process == NT_CURRENT_PROCESS && !is_heap(process, (HANDLE)entry->th32HeapID))
        return fail(ERROR_INVALID_PARAMETER);
    return close_process(process, next_block(process, entry, entry->dwAddress));
}
