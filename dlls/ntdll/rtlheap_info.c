/* SPDX-License-Identifier: MIT */
/* rtlheap_info.c: heaps as a whole: making and destroying them, the list of them, information about them. */
#include "rtlheap.h"

/* The heaps of the process: PEB.ProcessHeaps, and by index, which stays the same for a heap's life. */
static RTL_SRWLOCK heaps_lock;
static struct heap **heap_table;
static ULONG heap_table_size;
static ULONG heap_table_next; /* where to look for a free index first */

/* --- heaps --- */

/* With heaps_lock held: enters a heap into the tables; they live in the process heap, but for the first entries. */
static bool register_heap(struct heap *heap)
{
    static PVOID first_handles[16];
    static struct heap *first_table[16];
    PEB *peb = nt_peb();

    if (!peb->ProcessHeaps) {
        peb->ProcessHeaps = first_handles;
        peb->MaximumNumberOfHeaps = ARRAY_SIZE(first_handles);
        heap_table = first_table;
        heap_table_size = ARRAY_SIZE(first_table);
    }
    if (peb->NumberOfHeaps == heap_table_size) {
        ULONG size = heap_table_size * 2;
        struct heap **table = heap_alloc_zero(size * sizeof(*table));
        PVOID *handles = heap_alloc_zero(size * sizeof(*handles));

        if (!table || !handles) {
            heap_free(table);
            heap_free(handles);
            return false;
        }
        memcpy(table, heap_table, heap_table_size * sizeof(*table));
        memcpy(handles, peb->ProcessHeaps, peb->NumberOfHeaps * sizeof(*handles));
        if (heap_table != first_table) {
            heap_free(heap_table);
            heap_free(peb->ProcessHeaps);
        }
        heap_table = table;
        heap_table_next = heap_table_size;
        heap_table_size = peb->MaximumNumberOfHeaps = size;
        peb->ProcessHeaps = handles;
    }
    while (heap_table[heap_table_next % heap_table_size])
        heap_table_next++;
    heap->index = heap_table_next++ % heap_table_size;
    heap_table[heap->index] = heap;
    peb->ProcessHeaps[peb->NumberOfHeaps++] = heap;
    return true;
}

PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, PVOID lock, PVOID parameters)
{
    struct heap *heap;
    bool registered;

    (void)lock; /* locks have no clean-up, so sharing one saves nothing */
    if (!heap_parameters_valid(parameters, base))
        return NULL;
    /* HeapCreate passes a maximum of 0 for a growable heap; so does a caller of RtlCreateHeap who gives HEAP_GROWABLE. */
    if (!base && !reserve)
        flags |= HEAP_GROWABLE;
    flags = heap_checked_flags(flags);
    heap = base ? heap_in(flags, base, reserve, commit, parameters) : heap_map(flags, reserve, commit);
    if (!heap)
        return NULL;
    heap_set_limits(heap, parameters);
    RtlInitializeCriticalSection(&heap->section);
    RtlAcquireSRWLockExclusive(&heaps_lock);
    registered = register_heap(heap);
    RtlReleaseSRWLockExclusive(&heaps_lock);
    if (!registered) {
        heap_unmap(heap);
        return NULL;
    }
    if (!nt_peb()->ProcessHeap)
        nt_peb()->ProcessHeap = heap;
    return heap;
}

PVOID NTAPI RtlDestroyHeap(PVOID handle)
{
    PEB *peb = nt_peb();
    struct heap *heap;

    if (!handle)
        return NULL;
    heap = handle;
    if (heap->signature != HEAP_SIGNATURE)
        heap_corrupted(NULL, handle, HEAP_FAILURE_INVALID_ARGUMENT);
    if (heap == peb->ProcessHeap)
        return handle; /* documented not to be allowed: returned unchanged, nothing happens */
    RtlAcquireSRWLockExclusive(&heaps_lock);
    heap_table[heap->index] = NULL;
    for (ULONG i = 0; i < peb->NumberOfHeaps; i++) {
        if (peb->ProcessHeaps[i] == heap) {
            memmove(&peb->ProcessHeaps[i], &peb->ProcessHeaps[i + 1],
                    (peb->NumberOfHeaps - i - 1) * sizeof(peb->ProcessHeaps[0]));
            peb->NumberOfHeaps--;
            break;
        }
    }
    cache_forget_all(heap);
    RtlReleaseSRWLockExclusive(&heaps_lock);
    RtlDeleteCriticalSection(&heap->section);
    heap_unmap(heap);
    return NULL;
}

ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *heaps)
{
    PEB *peb = nt_peb();
    ULONG total;

    RtlAcquireSRWLockShared(&heaps_lock);
    total = peb->NumberOfHeaps;
    if (total)
        memcpy(heaps, peb->ProcessHeaps, (count < total ? count : total) * sizeof(*heaps));
    RtlReleaseSRWLockShared(&heaps_lock);
    return total;
}

NTSTATUS NTAPI RtlEnumProcessHeaps(NTSTATUS(NTAPI *routine)(PVOID heap, PVOID parameter), PVOID parameter);
NTSTATUS NTAPI RtlEnumProcessHeaps(NTSTATUS(NTAPI *routine)(PVOID heap, PVOID parameter), PVOID parameter)
{
    PEB *peb = nt_peb();
    NTSTATUS status = STATUS_SUCCESS;

    RtlAcquireSRWLockShared(&heaps_lock);
    for (ULONG i = 0; i < peb->NumberOfHeaps && NT_SUCCESS(status); i++)
        status = routine(peb->ProcessHeaps[i], parameter);
    RtlReleaseSRWLockShared(&heaps_lock);
    return status;
}

ULONG NTAPI RtlMultipleAllocateHeap(PVOID heap, ULONG flags, SIZE_T size, ULONG count, PVOID *array)
{
    ULONG done = 0;

    while (done < count && (array[done] = RtlAllocateHeap(heap, flags, size)))
        done++;
    return done;
}

ULONG NTAPI RtlMultipleFreeHeap(PVOID heap, ULONG flags, ULONG count, PVOID *array)
{
    ULONG done = 0;

    while (done < count && RtlFreeHeap(heap, flags, array[done]))
        done++;
    return done;
}

static bool is_heap(const struct heap *heap)
{
    return heap && heap->signature == HEAP_SIGNATURE;
}

/* Heaps of one thread at a time, of limited size, and checked ones have none on Windows. */
static bool has_no_front_end(const struct heap *heap)
{
    return heap->flags & (HEAP_NO_SERIALIZE | HEAP_CHECKED) || heap->fixed;
}

DWORD NTAPI RtlQueryHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class, PVOID info, SIZE_T size, SIZE_T *needed)
{
    if (class != HeapCompatibilityInformation || !is_heap(handle))
        return (DWORD)STATUS_INVALID_PARAMETER;
    if (needed)
        *needed = sizeof(ULONG);
    if (size < sizeof(ULONG))
        return (DWORD)STATUS_BUFFER_TOO_SMALL;
    /* 2: has a front end (HeapQueryInformation). */
    *(ULONG *)info = has_no_front_end(handle) ? 0 : 2;
    return STATUS_SUCCESS;
}

DWORD NTAPI RtlSetHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class, PVOID info, SIZE_T size)
{
    switch ((int)class) {
    case HeapCompatibilityInformation:
        if (!is_heap(handle))
            return (DWORD)STATUS_INVALID_PARAMETER;
        if (size < sizeof(ULONG))
            return (DWORD)STATUS_BUFFER_TOO_SMALL;
        if (*(ULONG *)info > 2)
            return (DWORD)STATUS_UNSUCCESSFUL;
        /* A front end cannot be taken away, nor given to a heap that cannot have one. */
        if (has_no_front_end(handle))
            return *(ULONG *)info == 0 ? STATUS_SUCCESS : (DWORD)STATUS_UNSUCCESSFUL;
        return *(ULONG *)info == 2 ? STATUS_SUCCESS : (DWORD)STATUS_UNSUCCESSFUL;
    case 1: /* HeapEnableTerminationOnCorruption: always on, as for every 64-bit program */
        return STATUS_SUCCESS;
    case 3: { /* HeapOptimizeResources */
        const struct {
            ULONG version, flags;
        } *optimize = info;

        if (!optimize || size < sizeof(*optimize) || optimize->version != 1 || (handle && !is_heap(handle)))
            return (DWORD)STATUS_INVALID_PARAMETER;
        if (handle) {
            RtlCompactHeap(handle, 0);
        } else {
            RtlAcquireSRWLockShared(&heaps_lock);
            for (ULONG i = 0; i < nt_peb()->NumberOfHeaps; i++)
                RtlCompactHeap(nt_peb()->ProcessHeaps[i], 0);
            RtlReleaseSRWLockShared(&heaps_lock);
        }
        return STATUS_SUCCESS;
    }
    default:
        return (DWORD)STATUS_INVALID_PARAMETER;
    }
}
