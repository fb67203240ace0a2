/* SPDX-License-Identifier: MIT */
/* rtlheap.c: the heap functions (see rtlheap.h for how heaps are made). */
#include "rtlheap.h"

/* The heaps of the process: PEB.ProcessHeaps, and by index, which stays the same for a heap's life. */
static RTL_SRWLOCK heaps_lock;
static struct heap **heap_table;
static ULONG heap_table_size;
static ULONG heap_table_next; /* where to look for a free index first */

#define ROUND(x, n) (((SIZE_T)(x) + (n)-1) & ~((SIZE_T)(n)-1))

/* "If the heap is a non-growable heap, dwBytes must be less than 0x7FFF8" (HeapAlloc); twice that in 64-bit programs. */
#define FIXED_BLOCK_MAX (0x7fff8 * (sizeof(void *) / 4))

static struct heap *heap_of(PVOID handle)
{
    struct heap *heap = handle;

    if (!heap || heap->signature != HEAP_SIGNATURE)
        heap_corrupted(NULL, handle);
    return heap;
}

void heap_corrupted(struct heap *heap, const void *block)
{
    EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)STATUS_HEAP_CORRUPTION,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                .NumberParameters = 2,
                                .ExceptionInformation = { (ULONG_PTR)heap, (ULONG_PTR)block } };

    RtlRaiseException(&record);
    NtTerminateProcess(NT_CURRENT_PROCESS, STATUS_HEAP_CORRUPTION);
}

static void *no_memory(struct heap *heap, ULONG flags, SIZE_T size)
{
    if ((flags | heap->flags) & HEAP_GENERATE_EXCEPTIONS) {
        EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)STATUS_NO_MEMORY,
                                    .NumberParameters = 1,
                                    .ExceptionInformation = { size } };

        RtlRaiseException(&record);
    }
    RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_NO_MEMORY);
    return NULL;
}

/* --- entering a heap --- */

/*
 * Every operation is bracketed by enter() and leave(), which store to the thread's own cache only. RtlLockHeap sets
 * `locked`, then makes sure that all processors have seen it, then waits for the caches that are busy: so threads that do not
 * lock pay nothing for those that do.
 */
static struct cache *enter(struct heap *heap, bool *entered)
{
    for (;;) {
        struct cache *cache = cache_find(heap);

        *entered = false;
        if (!cache)
            return NULL;
        cache->busy = 1;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (__builtin_expect(!heap->locked, 1)) {
            *entered = true;
            return cache;
        }
        cache->busy = 0;
        if (heap->locked_by == nt_teb()->ClientId.UniqueThread)
            return cache;
        RtlEnterCriticalSection(&heap->section);
        RtlLeaveCriticalSection(&heap->section);
    }
}

static inline void leave(struct cache *cache, bool entered)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (entered)
        __atomic_store_n(&cache->busy, 0, __ATOMIC_RELEASE);
}

BOOLEAN NTAPI RtlLockHeap(PVOID handle)
{
    struct heap *heap = heap_of(handle);
    struct cache *own = cache_find(heap);

    RtlEnterCriticalSection(&heap->section);
    if (heap->locked++)
        return TRUE;
    heap->locked_by = nt_teb()->ClientId.UniqueThread;
    /* Without other users, which is how most programs end, the costly step is not needed: caches come under the section. */
    LIST_ENTRY *first = heap->caches.Flink;
    if (first == &heap->caches || (own && first == &own->link && first->Flink == &heap->caches))
        return TRUE;
    NtFlushProcessWriteBuffers();
    for (LIST_ENTRY *e = heap->caches.Flink; e != &heap->caches; e = e->Flink) {
        struct cache *cache = CONTAINING_RECORD(e, struct cache, link);

        while (cache != own && __atomic_load_n(&cache->busy, __ATOMIC_ACQUIRE))
            NtYieldExecution();
    }
    return TRUE;
}

BOOLEAN NTAPI RtlUnlockHeap(PVOID handle)
{
    struct heap *heap = heap_of(handle);

    if (!heap->locked || heap->locked_by != nt_teb()->ClientId.UniqueThread)
        return FALSE;
    if (heap->locked == 1)
        heap->locked_by = NULL;
    heap->locked--;
    RtlLeaveCriticalSection(&heap->section);
    return TRUE;
}

/* --- allocating --- */

static void *big_alloc(struct heap *heap, SIZE_T size, SIZE_T headroom)
{
    SIZE_T pages = (size + RUN_FIRST + NT_PAGE_SIZE - 1) / NT_PAGE_SIZE;
    struct run *run = NULL;

    if (size <= HEAP_RUN_MAX || heap->fixed) {
        if (pages > 0x7fffffff)
            return NULL;
        RtlAcquireSRWLockExclusive(&heap->lock);
        run = pages_alloc(heap, (ULONG)pages);
        if (run) {
            run->kind = RUN_BIG;
            run->size = size;
        }
        RtlReleaseSRWLockExclusive(&heap->lock);
    }
    if (!run && (heap->fixed || !(run = region_alloc(heap, size, headroom))))
        return NULL;
    return (char *)run + RUN_FIRST;
}

static void set_big_header(struct heap *heap, void *block, ULONG flags)
{
    block_set_header(heap, block,
                     (RUN_FIRST >> 4) | (ULONGLONG)STATE_BIG << HEADER_STATE_SHIFT |
                         (ULONGLONG)((flags & (HEAP_SETTABLE_USER_VALUE | HEAP_SETTABLE_USER_FLAGS)) >> FLAG_USER_SHIFT)
                             << HEADER_FLAGS_SHIFT);
}

static void set_small_header(struct heap *heap, void *block, ULONG class, SIZE_T size, ULONG flags)
{
    block_set_header(heap, block,
                     (*block_header(block) & 0xffff) |
                         (ULONGLONG)(class_stride(class) - 8 - size) << HEADER_UNUSED_SHIFT |
                         (ULONGLONG)(STATE_SMALL_BUSY | class) << HEADER_STATE_SHIFT |
                         (ULONGLONG)((flags & (HEAP_SETTABLE_USER_VALUE | HEAP_SETTABLE_USER_FLAGS)) >> FLAG_USER_SHIFT)
                             << HEADER_FLAGS_SHIFT);
}

/* The user value is behind the block's bytes, aligned. */
static SIZE_T extra_of(ULONG flags)
{
    return flags & HEAP_SETTABLE_USER_VALUE ? 2 * sizeof(PVOID) : 0;
}

/* A small block from another class when its own has no memory left: the small print of heaps with a maximum size. */
static void *alloc_from_larger(struct heap *heap, ULONG *class)
{
    void *block;

    for (ULONG c = *class + 1; c < HEAP_CLASSES; c++) {
        if (heap->bins[c].runs && slab_get(heap, c, 1, &block)) {
            *class = c;
            return block;
        }
    }
    return NULL;
}

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size)
{
    struct heap *heap = heap_of(handle);
    SIZE_T total = size + extra_of(flags);
    void *block = NULL;

    if (__builtin_expect(total + 8 > HEAP_SMALL_MAX, 0)) {
        bool entered, fresh = false;
        struct cache *cache = NULL;

        if (total < size || total > (SIZE_T)1 << 47 || (heap->fixed && size >= FIXED_BLOCK_MAX))
            return no_memory(heap, flags, size);
        cache = enter(heap, &entered);
        block = big_alloc(heap, total, 0);
        if (block) {
            struct run *run = (struct run *)((char *)block - RUN_FIRST);

            run->size = size;
            fresh = run->kind == RUN_REGION;
            set_big_header(heap, block, flags);
        }
        if (cache)
            leave(cache, entered);
        if (!block)
            return no_memory(heap, flags, size);
        if ((flags | heap->flags) & HEAP_ZERO_MEMORY && !fresh)
            memset(block, 0, total);
        else if (extra_of(flags))
            *(PVOID *)((char *)block + ROUND(size, 8)) = NULL;
        return block;
    }

    ULONG class = class_of(total);
    bool entered;
    struct cache *cache = enter(heap, &entered);

    if (__builtin_expect(cache != NULL, 1)) {
        struct magazine *magazine = &cache->magazines[class];

        block = magazine->first;
        if (!block)
            block = cache_refill(cache, class);
        if (!block && heap->fixed) {
            cache_flush(cache);
            if (!(block = cache_refill(cache, class)) && (block = alloc_from_larger(heap, &class))) {
                *(void **)block = NULL;
                magazine = &cache->magazines[class];
                *(void **)block = magazine->first;
                magazine->first = block;
                magazine->count++;
            }
        }
        if (block) {
            ULONGLONG header = *block_header(block);

            magazine = &cache->magazines[class];
            if (__builtin_expect(header_state(header) != (STATE_SMALL_FREE | class), 0))
                heap_corrupted(heap, block);
            magazine->first = *(void **)block;
            magazine->count--;
            set_small_header(heap, block, class, size, flags);
        }
        leave(cache, entered);
    } else if (slab_get(heap, class, 1, &block)) {
        set_small_header(heap, block, class, size, flags);
    }
    if (!block)
        return no_memory(heap, flags, size);
    if ((flags | heap->flags) & HEAP_ZERO_MEMORY)
        memset(block, 0, size);
    if (extra_of(flags))
        *(PVOID *)((char *)block + class_stride(class) - 16) = NULL;
    return block;
}

/* --- looking at blocks --- */

static bool is_small(ULONGLONG header)
{
    return (header_state(header) & STATE_KIND) == STATE_SMALL_BUSY;
}
static bool is_big(ULONGLONG header)
{
    return header_state(header) == STATE_BIG;
}

static SIZE_T block_size(const void *block, ULONGLONG header)
{
    if (is_small(header))
        return class_stride(header_state(header) & STATE_CLASS) - 8 -
               (SIZE_T)((header >> HEADER_UNUSED_SHIFT) & 0xffff);
    return block_run(block, header)->size;
}

/* NULL unless `block` is one of this heap, in use, with its header intact. */
static bool block_in_use(struct heap *heap, const void *block)
{
    ULONGLONG header;

    if ((ULONG_PTR)block & 15 || (ULONG_PTR)block < ALLOCATION_GRANULARITY)
        return false;
    header = *block_header(block);
    return block_intact(heap, block) && (is_small(header) || is_big(header));
}

static PVOID *user_value_of(void *block, ULONGLONG header)
{
    if (is_small(header))
        return (PVOID *)((char *)block + class_stride(header_state(header) & STATE_CLASS) - 16);
    return (PVOID *)((char *)block + ROUND(block_run(block, header)->size, 8));
}

/* --- freeing --- */

static void big_free(struct heap *heap, struct run *run)
{
    if (run->kind == RUN_REGION) {
        region_free(heap, run);
        return;
    }
    RtlAcquireSRWLockExclusive(&heap->lock);
    run->kind = 0;
    pages_free(heap, run, run->pages);
    RtlReleaseSRWLockExclusive(&heap->lock);
}

ULONG NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID block)
{
    struct heap *heap = heap_of(handle);
    struct cache *cache;
    ULONGLONG header;
    bool entered;

    (void)flags;
    if (!block)
        return TRUE;
    if ((ULONG_PTR)block & 15) {
        heap_corrupted(heap, block);
        return FALSE;
    }
    cache = enter(heap, &entered);
    header = *block_header(block);
    if (__builtin_expect(!block_intact(heap, block), 0)) {
        if (cache)
            leave(cache, entered);
        heap_corrupted(heap, block);
        return FALSE;
    }
    if (__builtin_expect(is_small(header), 1)) {
        ULONG class = header_state(header) & STATE_CLASS;

        /* With the state alone changed, the check value is wrong: a second free is found out. */
        *block_header(block) = header ^ (ULONGLONG)STATE_KIND << HEADER_STATE_SHIFT;
        if (__builtin_expect(cache != NULL, 1)) {
            struct magazine *magazine = &cache->magazines[class];

            *(void **)block = magazine->first;
            magazine->first = block;
            if (__builtin_expect(++magazine->count > magazine->limit, 0))
                cache_overflow(cache, class);
        } else {
            *(void **)block = NULL;
            slab_put(heap, class, block);
        }
    } else if (is_big(header)) {
        *block_header(block) = 0;
        big_free(heap, block_run(block, header));
    } else {
        if (cache)
            leave(cache, entered);
        heap_corrupted(heap, block);
        return FALSE;
    }
    if (cache)
        leave(cache, entered);
    return TRUE;
}

/* --- changing sizes --- */

/* Makes the block `size` bytes where it is, if that can be done. */
static bool resize_in_place(struct heap *heap, void *block, ULONGLONG header, SIZE_T size, ULONG flags)
{
    SIZE_T total = size + extra_of(flags);

    if (is_small(header)) {
        ULONG class = header_state(header) & STATE_CLASS;

        if (total + 8 > class_stride(class))
            return false;
        set_small_header(heap, block, class, size, flags);
        return true;
    }

    struct run *run = block_run(block, header);
    bool done;

    if (run->kind == RUN_REGION) {
        done = region_resize(heap, run, total);
    } else {
        SIZE_T pages = (total + RUN_FIRST + NT_PAGE_SIZE - 1) / NT_PAGE_SIZE;

        RtlAcquireSRWLockExclusive(&heap->lock);
        done = pages <= 0x7fffffff && pages_resize(heap, run, (ULONG)pages);
        RtlReleaseSRWLockExclusive(&heap->lock);
    }
    if (done) {
        run->size = size;
        set_big_header(heap, block, flags);
    }
    return done;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID block, SIZE_T size)
{
    struct heap *heap = heap_of(handle);
    ULONG header_flags;
    ULONGLONG header;
    struct cache *cache;
    SIZE_T old;
    void *new;
    PVOID value = NULL;
    bool entered, done;

    if (!block)
        return NULL;
    if (!block_in_use(heap, block)) {
        heap_corrupted(heap, block);
        return NULL;
    }
    if (size > (SIZE_T)1 << 47)
        return no_memory(heap, flags, size);
    header = *block_header(block);
    old = block_size(block, header);
    header_flags = ((ULONG)(header >> HEADER_FLAGS_SHIFT) & 0xff) << FLAG_USER_SHIFT;
    /* Settable flags stay as they are unless new ones are given. */
    if (flags & HEAP_SETTABLE_USER_FLAGS)
        header_flags = (header_flags & ~(ULONG)HEAP_SETTABLE_USER_FLAGS) | (flags & HEAP_SETTABLE_USER_FLAGS);
    if (header_flags & HEAP_SETTABLE_USER_VALUE)
        value = *user_value_of(block, header);

    cache = enter(heap, &entered);
    done = resize_in_place(heap, block, header, size, header_flags);
    if (cache)
        leave(cache, entered);
    if (done) {
        if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
            memset((char *)block + old, 0, size - old);
        if (header_flags & HEAP_SETTABLE_USER_VALUE)
            *user_value_of(block, *block_header(block)) = value;
        return block;
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY)
        return no_memory(heap, flags, size);

    if (size > HEAP_RUN_MAX && !heap->fixed) {
        /* What grows once grows again: address space is kept behind it, so that it need not be copied the next time. */
        new = big_alloc(heap, size + extra_of(header_flags), size);
        if (new) {
            block_run(new, RUN_FIRST >> 4)->size = size;
            set_big_header(heap, new, header_flags);
        } else {
            return no_memory(heap, flags, size);
        }
    } else if (!(new = RtlAllocateHeap(heap, (flags & HEAP_GENERATE_EXCEPTIONS) | header_flags, size))) {
        return NULL;
    }
    memcpy(new, block, old < size ? old : size);
    if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
        memset((char *)new + old, 0, size - old);
    if (header_flags & HEAP_SETTABLE_USER_VALUE)
        *user_value_of(new, *block_header(new)) = value;
    RtlFreeHeap(heap, 0, block);
    return new;
}

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, PVOID block)
{
    struct heap *heap = heap_of(handle);

    (void)flags;
    if (!block || !block_in_use(heap, block)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return block_size(block, *block_header(block));
}

BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID handle, ULONG flags, PVOID block, PVOID *value, ULONG *user_flags)
{
    struct heap *heap = heap_of(handle);
    ULONGLONG header;

    (void)flags;
    if (!block || !block_in_use(heap, block)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    header = *block_header(block);
    if (value && (header >> HEADER_FLAGS_SHIFT) & FLAG_USER_VALUE)
        *value = *user_value_of(block, header);
    if (user_flags)
        *user_flags = ((ULONG)(header >> HEADER_FLAGS_SHIFT) & FLAG_USER_FLAGS) << FLAG_USER_SHIFT;
    return TRUE;
}

BOOLEAN NTAPI RtlSetUserValueHeap(PVOID handle, ULONG flags, PVOID block, PVOID value)
{
    struct heap *heap = heap_of(handle);
    ULONGLONG header;

    (void)flags;
    if (!block || !block_in_use(heap, block))
        return FALSE;
    header = *block_header(block);
    if (!((header >> HEADER_FLAGS_SHIFT) & FLAG_USER_VALUE))
        return FALSE;
    *user_value_of(block, header) = value;
    return TRUE;
}

BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID handle, ULONG flags, PVOID block, ULONG reset, ULONG set)
{
    struct heap *heap = heap_of(handle);
    ULONGLONG header;
    ULONG now;

    (void)flags;
    if (!block || !block_in_use(heap, block))
        return FALSE;
    header = *block_header(block);
    now = (ULONG)(header >> HEADER_FLAGS_SHIFT) & 0xff;
    now &= ~((reset & HEAP_SETTABLE_USER_FLAGS) >> FLAG_USER_SHIFT);
    now |= (set & HEAP_SETTABLE_USER_FLAGS) >> FLAG_USER_SHIFT;
    block_set_header(heap, block,
                     (header & ~(0xffull << HEADER_FLAGS_SHIFT) & ~(0xffffull << HEADER_CHECK_SHIFT)) |
                         (ULONGLONG)now << HEADER_FLAGS_SHIFT);
    return TRUE;
}

SIZE_T NTAPI RtlCompactHeap(PVOID handle, ULONG flags)
{
    struct heap *heap = heap_of(handle);
    bool entered;
    struct cache *cache = enter(heap, &entered);
    SIZE_T largest;

    (void)flags;
    if (cache) {
        cache_flush(cache);
        leave(cache, entered);
    }
    slab_trim(heap);
    RtlAcquireSRWLockExclusive(&heap->lock);
    largest = pages_trim(heap);
    RtlReleaseSRWLockExclusive(&heap->lock);
    return largest > RUN_FIRST ? largest - RUN_FIRST : 0;
}

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
    (void)parameters;
    if (base)
        return NULL; /* memory of the caller's: no DLL of ours asks for it */
    /* HeapCreate passes a maximum of 0 for a growable heap; so does a caller of RtlCreateHeap who gives HEAP_GROWABLE. */
    if (!reserve)
        flags |= HEAP_GROWABLE;
    heap = heap_map(flags, reserve, commit);
    if (!heap)
        return NULL;
    /* Any number unknown to the program will do against accidents, which is all the check value is for. */
    heap->cookie = (ULONG)(((ULONG_PTR)heap >> 16) * 0x9e3779b1u >> 8) & 0xffff;
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
    heap = heap_of(handle);
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

DWORD NTAPI RtlQueryHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class, PVOID info, SIZE_T size, SIZE_T *needed)
{
    if (class != HeapCompatibilityInformation)
        return (DWORD)STATUS_UNSUCCESSFUL;
    if (needed)
        *needed = sizeof(ULONG);
    if (size < sizeof(ULONG))
        return (DWORD)STATUS_BUFFER_TOO_SMALL;
    /* 2: has a front end (HeapQueryInformation); heaps of one thread at a time or of limited size have none on Windows. */
    *(ULONG *)info = heap_of(handle)->flags & HEAP_NO_SERIALIZE || heap_of(handle)->fixed ? 0 : 2;
    return STATUS_SUCCESS;
}

DWORD NTAPI RtlSetHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class, PVOID info, SIZE_T size)
{
    switch ((int)class) {
    case HeapCompatibilityInformation:
        if (size < sizeof(ULONG))
            return (DWORD)STATUS_BUFFER_TOO_SMALL;
        if (*(ULONG *)info > 2)
            return (DWORD)STATUS_UNSUCCESSFUL;
        /* A front end cannot be taken away, nor given to a heap that cannot have one. */
        if (heap_of(handle)->flags & HEAP_NO_SERIALIZE || heap_of(handle)->fixed)
            return *(ULONG *)info == 0 ? STATUS_SUCCESS : (DWORD)STATUS_UNSUCCESSFUL;
        return *(ULONG *)info == 2 ? STATUS_SUCCESS : (DWORD)STATUS_UNSUCCESSFUL;
    case 1: /* HeapEnableTerminationOnCorruption: always on, as for every 64-bit program */
        return STATUS_SUCCESS;
    case 3: { /* HeapOptimizeResources */
        const struct {
            ULONG version, flags;
        } *optimize = info;

        if (size < sizeof(*optimize) || optimize->version != 1)
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
