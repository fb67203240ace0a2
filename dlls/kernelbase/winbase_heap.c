/* SPDX-License-Identifier: MIT */
/*
 * winbase_heap.c: Global* and Local* memory, which are one. A fixed block is a block of the process heap, and its handle
 * is its address. A moveable one is an entry in a table: the documented limit of 65,536 handles per process is its size.
 * Its data is a heap block whose user value is the handle (GlobalHandle, HeapWalk) and whose user flags say what it is.
 */
#include <stdbool.h>
#include "kernelbase_private.h"

/* User flags of the heap blocks, which HeapWalk translates. */
#define FLAG_MOVEABLE 0x0200 /* HEAP_SETTABLE_USER_FLAG1 */
#define FLAG_DDESHARE 0x0400 /* HEAP_SETTABLE_USER_FLAG2 */
#define FLAG_VALUE    0x0100 /* HEAP_SETTABLE_USER_VALUE */

struct entry {
    void *data;   /* NULL: discarded, or of no size; in a free entry: the next free one */
    UCHAR unused; /* handles point here, so that they differ from any block's address */
    UCHAR in_use;
    UCHAR locks;
    bool discardable : 1, share : 1;
};

/* What tells a handle from an address: blocks are aligned to 16 bytes. */
#define HANDLE_BIT offsetof(struct entry, unused)
_Static_assert(sizeof(struct entry) == 2 * HANDLE_BIT, "handles have HANDLE_BIT set");

#define TABLE_ENTRIES 65536
#define MAX_LOCKS     0xff

static struct entry *table; /* reserved as a whole, committed as it grows */
static ULONG table_used, table_committed;
static struct entry *free_entries;
static SRWLOCK table_lock = SRWLOCK_INIT;

static struct entry *entry_alloc(void)
{
    struct entry *entry = free_entries;
    SIZE_T size;
    void *base;

    if (entry) {
        free_entries = entry->data;
        goto found;
    }
    if (table_used == table_committed) {
        if (table_used == TABLE_ENTRIES)
            return NULL;
        if (!table) {
            size = TABLE_ENTRIES * sizeof(*table);
            base = NULL;
            if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE))
                return NULL;
            table = base;
        }
        base = table + table_committed;
        size = NT_PAGE_SIZE;
        if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, MEM_COMMIT, PAGE_READWRITE))
            return NULL;
        table_committed += NT_PAGE_SIZE / sizeof(*table);
    }
    entry = table + table_used++;
found:
    memset(entry, 0, sizeof(*entry));
    entry->in_use = 1;
    return entry;
}

static void entry_free(struct entry *entry)
{
    entry->in_use = 0;
    entry->data = free_entries;
    free_entries = entry;
}

static HGLOBAL entry_handle(struct entry *entry)
{
    return &entry->unused;
}

/* The entry of a moveable block's handle; NULL for anything else. */
static struct entry *entry_from_handle(HGLOBAL handle)
{
    ULONG_PTR offset = (ULONG_PTR)handle - (ULONG_PTR)table - offsetof(struct entry, unused);
    struct entry *entry;

    if (!table || offset >= (ULONG_PTR)table_used * sizeof(*table) || offset % sizeof(*table))
        return NULL;
    entry = (struct entry *)((char *)table + offset);
    return entry->in_use ? entry : NULL;
}

/* A handle that is none, but looks like one: not to be taken for an address. */
static bool no_address(HGLOBAL handle)
{
    return (ULONG_PTR)handle & 0xf || (ULONG_PTR)handle < NT_USER_SPACE_START;
}

/* The entry that the data at `ptr` belongs to, given the address GlobalLock returned. */
static struct entry *entry_from_data(const void *ptr)
{
    struct entry *entry;
    PVOID value = NULL;
    ULONG flags = 0;

    if (no_address((HGLOBAL)ptr) || !RtlValidateHeap(GetProcessHeap(), 0, (void *)ptr) ||
        !RtlGetUserInfoHeap(GetProcessHeap(), 0, (void *)ptr, &value, &flags) || !(flags & FLAG_MOVEABLE))
        return NULL;
    entry = entry_from_handle(value);
    return entry && entry->data == ptr ? entry : NULL;
}

static void *data_alloc(struct entry *entry, SIZE_T size, BOOL zero)
{
    void *data = RtlAllocateHeap(
        GetProcessHeap(),
        (zero ? HEAP_ZERO_MEMORY : 0) | FLAG_VALUE | FLAG_MOVEABLE | (entry->share ? FLAG_DDESHARE : 0), size);

    if (data)
        RtlSetUserValueHeap(GetProcessHeap(), 0, data, entry_handle(entry));
    return data;
}

static void set_flags(struct entry *entry, UINT flags)
{
    entry->discardable = (flags & GMEM_DISCARDABLE) != 0;
    entry->share = (flags & GMEM_DDESHARE) != 0;
}

HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
    struct entry *entry;
    void *block;

    if (!(flags & GMEM_MOVEABLE)) {
        block = RtlAllocateHeap(GetProcessHeap(), flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0, size);
        return block ? block : fail_null(ERROR_NOT_ENOUGH_MEMORY);
    }
    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_alloc())) {
        set_flags(entry, flags);
        /* A size of zero makes a discarded block. */
        if (size && !(entry->data = data_alloc(entry, size, flags & GMEM_ZEROINIT))) {
            entry_free(entry);
            entry = NULL;
        }
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    return entry ? entry_handle(entry) : fail_null(ERROR_NOT_ENOUGH_MEMORY);
}

HGLOBAL WINAPI GlobalFree(HGLOBAL handle)
{
    struct entry *entry;
    BOOL freed;

    if (!handle)
        return NULL;
    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle(handle)) || (entry = entry_from_data(handle))) {
        if (entry->data)
            RtlFreeHeap(GetProcessHeap(), 0, entry->data);
        entry_free(entry);
        freed = TRUE;
    } else
        freed = !no_address(handle) && RtlFreeHeap(GetProcessHeap(), 0, handle);
    RtlReleaseSRWLockExclusive(&table_lock);
    if (freed)
        return NULL;
    SetLastError(ERROR_INVALID_HANDLE);
    return handle;
}

void *WINAPI GlobalLock(HGLOBAL handle)
{
    struct entry *entry;
    void *data = NULL;

    if (!handle)
        return fail_null(ERROR_INVALID_HANDLE);
    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle(handle))) {
        if (!entry->data)
            SetLastError(ERROR_DISCARDED);
        else if (entry->locks < MAX_LOCKS)
            entry->locks++;
        data = entry->data;
    } else if (no_address(handle))
        SetLastError(ERROR_INVALID_HANDLE);
    else
        data = handle; /* fixed: its own address */
    RtlReleaseSRWLockExclusive(&table_lock);
    return data;
}

BOOL WINAPI GlobalUnlock(HGLOBAL handle)
{
    struct entry *entry;
    BOOL locked = TRUE;

    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle(handle))) {
        if (!entry->locks) {
            SetLastError(ERROR_NOT_LOCKED);
            locked = FALSE;
        } else if (!--entry->locks) {
            SetLastError(NO_ERROR); /* no longer locked: FALSE, without an error */
            locked = FALSE;
        }
    } else if (no_address(handle)) {
        SetLastError(ERROR_INVALID_HANDLE);
        locked = FALSE;
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    return locked;
}

SIZE_T WINAPI GlobalSize(HGLOBAL handle)
{
    struct entry *entry;
    SIZE_T size = 0;

    if (!handle)
        return fail(ERROR_INVALID_HANDLE);
    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle(handle)))
        size = entry->data ? RtlSizeHeap(GetProcessHeap(), 0, entry->data) : 0;
    else
        size = no_address(handle) ? (SIZE_T)-1 : RtlSizeHeap(GetProcessHeap(), 0, handle);
    RtlReleaseSRWLockExclusive(&table_lock);
    if (size == (SIZE_T)-1) {
        SetLastError(ERROR_INVALID_HANDLE);
        size = 0;
    }
    return size;
}

static UINT flags_of(HGLOBAL handle, UINT discardable)
{
    struct entry *entry;
    UINT flags = 0;

    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle(handle))) {
        flags = entry->locks | (entry->discardable ? discardable : 0) | (entry->share ? GMEM_DDESHARE : 0);
        if (!entry->data)
            flags |= GMEM_DISCARDED;
    } else if (no_address(handle) || !RtlValidateHeap(GetProcessHeap(), 0, handle)) {
        SetLastError(ERROR_INVALID_HANDLE);
        flags = GMEM_INVALID_HANDLE;
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    return flags;
}

UINT WINAPI GlobalFlags(HGLOBAL handle)
{
    return flags_of(handle, GMEM_DISCARDABLE);
}

HGLOBAL WINAPI GlobalHandle(const void *ptr)
{
    struct entry *entry;
    HGLOBAL handle = NULL;

    if (!ptr)
        return fail_null(ERROR_INVALID_PARAMETER);
    RtlAcquireSRWLockExclusive(&table_lock);
    if ((entry = entry_from_handle((HGLOBAL)ptr)) || (entry = entry_from_data(ptr)))
        handle = entry_handle(entry);
    else if (!no_address((HGLOBAL)ptr) && RtlValidateHeap(GetProcessHeap(), 0, (void *)ptr))
        handle = (HGLOBAL)ptr;
    else
        SetLastError(ERROR_INVALID_HANDLE);
    RtlReleaseSRWLockExclusive(&table_lock);
    return handle;
}

static HGLOBAL realloc_moveable(struct entry *entry, SIZE_T size, UINT flags)
{
    void *data;

    if (!size) {
        /* Discards, unless locked (GlobalDiscard). */
        if (entry->locks || !(flags & GMEM_MOVEABLE))
            return fail_null(ERROR_INVALID_PARAMETER);
        if (entry->data)
            RtlFreeHeap(GetProcessHeap(), 0, entry->data);
        entry->data = NULL;
        return entry_handle(entry);
    }
    if (!entry->data) {
        entry->data = data_alloc(entry, size, flags & GMEM_ZEROINIT);
        return entry->data ? entry_handle(entry) : fail_null(ERROR_NOT_ENOUGH_MEMORY);
    }
    /* Locked memory stays where it is, unless GMEM_MOVEABLE allows otherwise. The user value goes with the block. */
    data = RtlReAllocateHeap(GetProcessHeap(),
                             (flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0) |
                                 (entry->locks && !(flags & GMEM_MOVEABLE) ? HEAP_REALLOC_IN_PLACE_ONLY : 0),
                             entry->data, size);
    if (!data)
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    entry->data = data;
    return entry_handle(entry);
}

HGLOBAL WINAPI GlobalReAlloc(HGLOBAL handle, SIZE_T size, UINT flags)
{
    struct entry *entry;
    HGLOBAL result;

    RtlAcquireSRWLockExclusive(&table_lock);
    entry = entry_from_handle(handle);
    if (flags & GMEM_MODIFY) {
        if (entry) {
            entry->discardable = (flags & GMEM_DISCARDABLE) != 0;
            result = handle;
        } else if (flags & GMEM_MOVEABLE && (entry = entry_alloc())) {
            /* A fixed block becomes moveable: its data moves to one with a user value. */
            SIZE_T old = no_address(handle) ? (SIZE_T)-1 : RtlSizeHeap(GetProcessHeap(), 0, handle);

            set_flags(entry, flags);
            if (old != (SIZE_T)-1 && (entry->data = data_alloc(entry, old, FALSE))) {
                memcpy(entry->data, handle, old);
                RtlFreeHeap(GetProcessHeap(), 0, handle);
                result = entry_handle(entry);
            } else {
                entry_free(entry);
                result = fail_null(old == (SIZE_T)-1 ? ERROR_INVALID_HANDLE : ERROR_NOT_ENOUGH_MEMORY);
            }
        } else
            result = handle;
    } else if (entry)
        result = realloc_moveable(entry, size, flags);
    else if (no_address(handle) || RtlSizeHeap(GetProcessHeap(), 0, handle) == (SIZE_T)-1)
        result = fail_null(ERROR_INVALID_HANDLE);
    else {
        result = RtlReAllocateHeap(GetProcessHeap(),
                                   (flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0) |
                                       (flags & GMEM_MOVEABLE ? 0 : HEAP_REALLOC_IN_PLACE_ONLY),
                                   handle, size);
        if (!result)
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    return result;
}

/* --- the same under its other name --- */

HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size)
{
    /* LMEM_DISCARDABLE's bits are GMEM_DISCARDABLE's and two more. */
    return GlobalAlloc(flags, size);
}

HLOCAL WINAPI LocalFree(HLOCAL handle)
{
    return GlobalFree(handle);
}

void *WINAPI LocalLock(HLOCAL handle)
{
    return GlobalLock(handle);
}

BOOL WINAPI LocalUnlock(HLOCAL handle)
{
    struct entry *entry;

    RtlAcquireSRWLockShared(&table_lock);
    entry = entry_from_handle(handle);
    RtlReleaseSRWLockShared(&table_lock);
    /* Unlike GlobalUnlock, documented to fail for fixed memory. */
    if (!entry)
        return fail(ERROR_NOT_LOCKED);
    return GlobalUnlock(handle);
}

SIZE_T WINAPI LocalSize(HLOCAL handle)
{
    return GlobalSize(handle);
}

UINT WINAPI LocalFlags(HLOCAL handle)
{
    return flags_of(handle, LMEM_DISCARDABLE);
}

HLOCAL WINAPI LocalHandle(const void *ptr)
{
    return GlobalHandle(ptr);
}

HLOCAL WINAPI LocalReAlloc(HLOCAL handle, SIZE_T size, UINT flags)
{
    return GlobalReAlloc(handle, size, flags);
}

/* 16-bit Windows compacted and wired memory; what remains are answers. */
SIZE_T WINAPI GlobalCompact(DWORD minimum)
{
    (void)minimum;
    return RtlCompactHeap(GetProcessHeap(), 0);
}

SIZE_T WINAPI LocalCompact(UINT minimum)
{
    (void)minimum;
    return RtlCompactHeap(GetProcessHeap(), 0);
}

VOID WINAPI GlobalFix(HGLOBAL handle)
{
    GlobalLock(handle);
}

VOID WINAPI GlobalUnfix(HGLOBAL handle)
{
    GlobalUnlock(handle);
}

void *WINAPI GlobalWire(HGLOBAL handle)
{
    return GlobalLock(handle);
}

BOOL WINAPI GlobalUnWire(HGLOBAL handle)
{
    return GlobalUnlock(handle);
}

SIZE_T WINAPI LocalShrink(HLOCAL handle, UINT size)
{
    (void)handle, (void)size;
    return RtlCompactHeap(GetProcessHeap(), 0);
}
