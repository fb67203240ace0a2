/* SPDX-License-Identifier: MIT */
/* rtlheap.c: taking and giving back memory (see rtlheap.h for how heaps are made). */
#include "rtlheap.h"

#define ROUND(x, n) (((SIZE_T)(x) + (n)-1) & ~((SIZE_T)(n)-1))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Address space for a block to grow, which costs nothing. */
#define GROWTH_RESERVED ((SIZE_T)(sizeof(void *) == 8 ? 256 : 4) << 20)

/* Flags of a call that say nothing to the short ways. */
#define FLAGS_OF_NO_CONCERN (HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS | HEAP_ZERO_MEMORY)

static inline struct heap *heap_of(PVOID handle)
{
    struct heap *heap = handle;

    if (unlikely(!heap || heap->signature != HEAP_SIGNATURE))
        heap_corrupted(NULL, handle, HEAP_FAILURE_INVALID_ARGUMENT);
    return heap;
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
 * Every operation is bracketed by enter() and leave(), which make it a region of the thread's (rtlregion.h). RtlLockHeap raises
 * `special`, then makes sure that all processors have seen it, then waits for the regions of the threads that have caches: so threads
 * that do not lock pay nothing for those that do.
 */
static struct cache *enter(struct heap *heap)
{
    for (;;) {
        struct cache *cache = cache_find(heap);

        region_enter();
        if (likely(!(heap->special & ~SPECIAL_CHECKED)) || !cache || heap->locked_by == nt_teb()->ClientId.UniqueThread)
            return cache;
        region_leave();
        RtlEnterCriticalSection(&heap->section);
        RtlLeaveCriticalSection(&heap->section);
    }
}

static inline void leave(void)
{
    region_leave();
}

/* The cache of the short ways that is not the one that was used last; NULL if there is none, or no such heap. */
static struct cache *__attribute__((noinline)) cache_other(struct heap *heap)
{
    struct heap_thread *thread = heap_thread_current();

    if (!heap || heap->signature != HEAP_SIGNATURE)
        return NULL;
    if (!thread || heap->index >= thread->count || !thread->caches[heap->index])
        return heap->shared;
    return nt_teb()->ReservedForPerf = thread->caches[heap->index];
}

/* The short way in: the thread's cache, if it has one and nobody has locked the heap. */
static inline __attribute__((always_inline)) struct cache *enter_short(struct heap *heap)
{
    struct cache *cache = cache_last();

    if (unlikely(!cache || cache->heap != heap) && !(cache = cache_other(heap)))
        return NULL;
    if (!region_enter_first())
        return NULL;
    if (likely(!heap->special))
        return cache;
    region_leave_last();
    return NULL;
}

static inline void leave_short(void)
{
    region_leave_last();
}

BOOLEAN NTAPI RtlLockHeap(PVOID handle)
{
    struct heap *heap = heap_of(handle);
    struct cache *own = cache_find(heap);

    RtlEnterCriticalSection(&heap->section);
    if (heap->special++ & ~SPECIAL_CHECKED)
        return TRUE;
    heap->locked_by = nt_teb()->ClientId.UniqueThread;
    /* Without other users, which is how most programs end, the costly step is not needed: caches come under the section. */
    LIST_ENTRY *first = heap->caches.Flink;
    if (first == &heap->caches || (own && first == &own->link && first->Flink == &heap->caches))
        return TRUE;
    NtFlushProcessWriteBuffers();
    for (LIST_ENTRY *e = heap->caches.Flink; e != &heap->caches; e = e->Flink) {
        struct cache *cache = CONTAINING_RECORD(e, struct cache, link);

        /* A region is short: nobody is stopped in one, and what it waits for is held by others that are in theirs. */
        while (cache != own && __atomic_load_n(&cache->owner->LockCount, __ATOMIC_ACQUIRE) & TEB_REGION_MASK)
            NtYieldExecution();
    }
    return TRUE;
}

BOOLEAN NTAPI RtlUnlockHeap(PVOID handle)
{
    struct heap *heap = heap_of(handle);

    if (!(heap->special & ~SPECIAL_CHECKED) || heap->locked_by != nt_teb()->ClientId.UniqueThread)
        return FALSE;
    if ((heap->special & ~SPECIAL_CHECKED) == 1)
        heap->locked_by = NULL;
    heap->special--;
    RtlLeaveCriticalSection(&heap->section);
    return TRUE;
}

/* --- blocks --- */

/* What a block needs beside the caller's bytes: the checked tail behind them, then the user value at the very end. */
static SIZE_T extra_of(const struct heap *heap, ULONG flags)
{
    return (flags & HEAP_SETTABLE_USER_VALUE ? 2 * sizeof(PVOID) : 0) +
           (unlikely(heap->flags & HEAP_TAIL_CHECKING_ENABLED) ? TAIL_SIZE : 0);
}

static bool is_small(ULONGLONG header)
{
    return (header_state(header) & STATE_KIND) == STATE_SMALL_BUSY;
}
static bool is_big(ULONGLONG header)
{
    return header_state(header) == STATE_BIG;
}

SIZE_T heap_block_size(const void *block, ULONGLONG header)
{
    if (is_small(header))
        return class_stride(header_state(header) & STATE_CLASS) - 8 -
               (SIZE_T)((header >> HEADER_UNUSED_SHIFT) & 0xffff);
    return block_run(block, header)->size;
}

/* False unless `block` is one of this heap, in use, with its header intact. (Not inline, for the handler.) */
static bool __attribute__((noinline)) block_in_use(struct heap *heap, const void *block)
{
    ULONGLONG header;

    HEAP_FAULT_IS_DAMAGE();
    if ((ULONG_PTR)block & 15 || (ULONG_PTR)block < ALLOCATION_GRANULARITY)
        return false;
    header = *block_header(block);
    return block_intact(heap, block) && (is_small(header) || is_big(header));
}

PVOID *heap_user_value(const struct heap *heap, void *block, ULONGLONG header)
{
    return (PVOID *)((char *)block + (is_small(header) ? heap_user_value_small(header_state(header) & STATE_CLASS)
                                                       : heap_user_value_big(heap, block_run(block, header)->size)));
}

static void set_big_header(struct heap *heap, void *block, ULONG flags)
{
    block_set_header(heap, block, RUN_FIRST >> 4, header_middle(0, STATE_BIG, state_flags(flags)));
}

static void set_small_header(struct heap *heap, void *block, ULONG class, SIZE_T size, ULONG flags)
{
    block_set_header(heap, block, *block_header(block) & 0xffff,
                     header_middle(class_stride(class) - 8 - size, STATE_SMALL_BUSY | class, state_flags(flags)));
}

/* --- allocating --- */

/* `headroom`: so much more, if there is room; a region gets it as address space only. */
static struct run *big_alloc(struct heap *heap, SIZE_T total, SIZE_T size, SIZE_T headroom)
{
    SIZE_T pages = (total + RUN_FIRST + NT_PAGE_SIZE - 1) / NT_PAGE_SIZE;
    struct run *run = NULL;

    if (total <= (headroom ? HEAP_GROWN_MAX : HEAP_RUN_MAX) || heap->fixed) {
        if (pages > 0x7fffffff)
            return NULL;
        RtlAcquireSRWLockExclusive(&heap->lock);
        run = pages_alloc(heap, (ULONG)(pages + (heap->fixed ? 0 : headroom / NT_PAGE_SIZE)));
        if (run)
            run_set_kind(heap, run, RUN_BIG);
        RtlReleaseSRWLockExclusive(&heap->lock);
    }
    if (!run && (heap->fixed || !(run = region_alloc(heap, total, headroom))))
        return NULL;
    run->size = size;
    return run;
}

static void *alloc_big(struct heap *heap, ULONG flags, SIZE_T size, SIZE_T headroom)
{
    SIZE_T total = size + extra_of(heap, flags);
    struct run *run;
    char *block;

    if (total < size || total > HEAP_SIZE_MAX || size > heap->block_max)
        return no_memory(heap, flags, size);
    enter(heap);
    run = big_alloc(heap, total, size, headroom);
    block = (char *)run + RUN_FIRST;
    if (run)
        set_big_header(heap, block, flags);
    leave();
    if (!run)
        return no_memory(heap, flags, size);
    if ((flags | heap->flags) & HEAP_ZERO_MEMORY && run->kind != RUN_REGION && !run->fresh)
        memset(block, 0, total);
    if (flags & HEAP_SETTABLE_USER_VALUE)
        *heap_user_value(heap, block, *block_header(block)) = NULL;
    if (unlikely(heap->flags & HEAP_CHECKED))
        heap_check_given(heap, block, size, false, (flags | heap->flags) & HEAP_ZERO_MEMORY);
    return block;
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

/* Takes a free block of a class; `class` may become a larger one. */
static void *take_small(struct heap *heap, struct cache *cache, ULONG *class)
{
    struct magazine *magazine = &cache->magazines[*class];
    void *block = magazine->first;
    ULONGLONG next;

    if (!block) {
        *class = class_to_use(heap, *class);
        magazine = &cache->magazines[*class];
        if (!(block = magazine->first))
            block = cache_refill(cache, *class);
    }
    if (!block && heap->fixed) {
        cache_flush(cache);
        if (!(block = cache_refill(cache, *class)))
            return alloc_from_larger(heap, class);
    }
    if (!block)
        return NULL;
    next = link_raw(heap, block);
    if (next & LINK_WRONG)
        heap_corrupted(heap, block, HEAP_FAILURE_USAGE_AFTER_FREE);
    magazine->first = (void *)(ULONG_PTR)next;
    magazine->count--;
    return block;
}

/* The long way: whatever the short one does not do. */
static PVOID __attribute__((noinline)) alloc_long(struct heap *heap, ULONG flags, SIZE_T size)
{
    SIZE_T total;
    ULONG class;
    void *block = NULL;
    struct cache *cache;

    heap_of(heap);
    if (unlikely(heap->flags & HEAP_VALIDATE_ALL))
        heap_check_call(heap, NULL);
    total = size + extra_of(heap, flags);
    if (total < size || total > HEAP_SMALL_MAX - 8)
        return alloc_big(heap, flags, size, 0);
    if (unlikely(size > heap->block_max))
        return no_memory(heap, flags, size);
    class = class_of(total);
    cache = enter(heap);
    if (cache) {
        block = take_small(heap, cache, &class);
    } else if (!slab_get(heap, class, 1, &block)) {
        block = NULL;
    }
    if (block) {
        if (!block_intact(heap, block) || header_state(*block_header(block)) != (STATE_SMALL_FREE | class))
            heap_corrupted(heap, block, HEAP_FAILURE_ENTRY_CORRUPTION);
        if (unlikely(heap->flags & HEAP_FREE_CHECKING_ENABLED))
            heap_check_freed(heap, block);
        set_small_header(heap, block, class, size, flags);
    }
    leave();
    if (!block)
        return no_memory(heap, flags, size);
    if ((flags | heap->flags) & HEAP_ZERO_MEMORY)
        memset(block, 0, size);
    if (unlikely(heap->flags & HEAP_CHECKED))
        heap_check_given(heap, block, size, true, (flags | heap->flags) & HEAP_ZERO_MEMORY);
    if (flags & HEAP_SETTABLE_USER_VALUE)
        *heap_user_value(heap, block, *block_header(block)) = NULL;
    return block;
}

/* NULL: the short way does not do. */
static inline __attribute__((always_inline)) void *alloc_short(struct heap *heap, SIZE_T size)
{
    struct magazine *magazine;
    struct cache *cache;
    ULONGLONG header, next, wrong;
    void *block;

    if (unlikely(size > HEAP_SMALL_MAX - 8 || !(cache = enter_short(heap))))
        return NULL;
    magazine = &cache->magazines[class_of(size)];
    block = magazine->first;
    if (unlikely(!block))
        goto no;
    header = *block_header(block);
    next = link_raw(heap, block);
    wrong = header ^ magazine->mark ^ (block_hash_raw(heap, block, header) & HEADER_HASH_MASK);
    if (unlikely(wrong > 0xffff || next & LINK_WRONG))
        goto no;
    magazine->first = (void *)(ULONG_PTR)next;
    magazine->count--;
    *block_header(block) = header ^ HEADER_TOGGLE ^ header_unused(magazine->stride - 8u - size);
    leave_short();
    return block;
no:
    leave_short();
    return NULL;
}

static PVOID __attribute__((noinline)) alloc_with_flags(struct heap *heap, ULONG flags, SIZE_T size)
{
    void *block;

    if (flags & ~(ULONG)FLAGS_OF_NO_CONCERN || !(block = alloc_short(heap, size)))
        return alloc_long(heap, flags, size);
    return flags & HEAP_ZERO_MEMORY ? memset(block, 0, size) : block;
}

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size)
{
    void *block;

    if (flags)
        return alloc_with_flags(handle, flags, size);
    block = alloc_short(handle, size);
    return likely(block) ? block : alloc_long(handle, 0, size);
}

/* --- freeing --- */

/*
 * Gives back what waits in this thread's cache and in empty slabs, then free pages. `cache` is the current thread's, if it has
 * one. Returns the size of the largest free run.
 */
static SIZE_T give_back(struct heap *heap, struct cache *cache, bool all)
{
    SIZE_T largest;

    if (cache)
        cache_flush(cache);
    slab_trim(heap);
    RtlAcquireSRWLockExclusive(&heap->lock);
    largest = pages_largest_free(heap);
    pages_trim(heap, all ? 0 : heap->keep);
    heap->level = heap->used;
    heap->shrunk = FALSE;
    RtlReleaseSRWLockExclusive(&heap->lock);
    return largest;
}

static void big_free(struct heap *heap, struct run *run)
{
    if (!run_intact(heap, run))
        heap_corrupted(heap, run, HEAP_FAILURE_ENTRY_CORRUPTION);
    if (run->kind == RUN_REGION) {
        region_free(heap, run);
        return;
    }
    RtlAcquireSRWLockExclusive(&heap->lock);
    run_set_kind(heap, run, 0);
    pages_free(heap, run, run->pages);
    RtlReleaseSRWLockExclusive(&heap->lock);
}

static ULONG __attribute__((noinline)) free_long(struct heap *heap, PVOID block)
{
    struct cache *cache;
    ULONGLONG header;

    HEAP_FAULT_IS_DAMAGE();
    heap_of(heap);
    if (!block)
        return TRUE;
    if (unlikely(heap->flags & (HEAP_VALIDATE_PARAMETERS | HEAP_VALIDATE_ALL)))
        heap_check_call(heap, block);
    cache = enter(heap);
    if (!block_in_use(heap, block)) {
        enum heap_failure failure = heap_failure_of(heap, block);

        leave();
        heap_corrupted(heap, block, failure);
    }
    if (unlikely(heap->flags & HEAP_TAIL_CHECKING_ENABLED))
        heap_check_tail(heap, block);
    header = *block_header(block);
    if (is_big(header)) {
        *block_header(block) = 0;
        big_free(heap, block_run(block, header));
    } else {
        ULONG class = header_state(header) & STATE_CLASS;

        if (unlikely(heap->flags & HEAP_FREE_CHECKING_ENABLED))
            heap_fill_free(block, class_stride(class) - 8);
        block_set_header(heap, block, header & 0xffff, header_middle(0, STATE_SMALL_FREE | class, 0));
        if (cache) {
            struct magazine *magazine = &cache->magazines[class];

            link_set(heap, block, magazine->first);
            magazine->first = block;
            if (++magazine->count > magazine->limit)
                cache_overflow(cache, class);
        } else {
            link_set(heap, block, NULL);
            slab_put(heap, class, block);
        }
    }
    if (unlikely(heap->shrunk))
        give_back(heap, cache, false);
    leave();
    return TRUE;
}

ULONG NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID block)
{
    struct heap *heap = handle;
    struct magazine *magazine;
    struct cache *cache;
    ULONGLONG header, hash;

    (void)flags;
    HEAP_FAULT_IS_DAMAGE();
    if (unlikely(!block || (ULONG_PTR)block & 15 || !(cache = enter_short(heap))))
        return free_long(heap, block);
    header = *block_header(block);
    hash = block_hash_raw(heap, block, header);
    magazine = &cache->magazines[header_state(header) & STATE_CLASS];
    if (likely(is_small(header) && header_valid_raw(hash, header) && magazine->count < magazine->limit)) {
        *block_header(block) = (header & 0xffff) ^ magazine->mark ^ (hash & HEADER_HASH_MASK);
        link_set(heap, block, magazine->first);
        magazine->first = block;
        magazine->count++;
        leave_short();
        return TRUE;
    }
    leave_short();
    return free_long(heap, block);
}

/* --- changing sizes --- */

/* Makes the block `size` bytes where it is, if that can be done. */
static bool resize_in_place(struct heap *heap, void *block, ULONGLONG header, SIZE_T size, ULONG flags)
{
    SIZE_T total = size + extra_of(heap, flags);

    if (total < size)
        return false;
    if (is_small(header)) {
        ULONG class = header_state(header) & STATE_CLASS;

        if (total + 8 > class_stride(class))
            return false;
        set_small_header(heap, block, class, size, flags);
        return true;
    }

    struct run *run = block_run(block, header);
    bool done;

    if (!run_intact(heap, run))
        heap_corrupted(heap, block, HEAP_FAILURE_ENTRY_CORRUPTION);
    if (run->kind == RUN_REGION) {
        done = region_resize(heap, run, total);
    } else {
        SIZE_T pages = (total + RUN_FIRST + NT_PAGE_SIZE - 1) / NT_PAGE_SIZE;

        /* A block that has grown has some pages ahead. */
        done = pages <= run->pages && run->pages - pages <= run->pages / 4;
        if (!done && pages <= 0x7fffffff) {
            RtlAcquireSRWLockExclusive(&heap->lock);
            done = pages_resize(heap, run, (ULONG)pages);
            RtlReleaseSRWLockExclusive(&heap->lock);
        }
    }
    if (done) {
        run->size = size;
        set_big_header(heap, block, flags);
    }
    return done;
}

/* A block that becomes much smaller moves, if it can, so that its memory can serve others. */
static bool shall_move(const struct heap *heap, ULONGLONG header, SIZE_T old, SIZE_T size, ULONG flags)
{
    SIZE_T total = size + extra_of(heap, flags) + 8;

    if (size >= old)
        return false;
    if (is_big(header))
        return total <= HEAP_SMALL_MAX / 2;
    return class_stride(header_state(header) & STATE_CLASS) >= 1024 &&
           total <= class_stride(header_state(header) & STATE_CLASS) / 2;
}

static bool resize(struct heap *heap, void *block, ULONGLONG header, SIZE_T size, ULONG flags)
{
    bool done;

    enter(heap);
    done = resize_in_place(heap, block, header, size, flags);
    leave();
    return done;
}

static void *realloc_moving(struct heap *heap, ULONG flags, ULONG user_flags, void *block, SIZE_T old, SIZE_T size)
{
    void *new;

    /* What grows once grows again: room is kept behind it, so that it need not be copied the next time. */
    if (size > HEAP_SMALL_MAX && size > old)
        new = alloc_big(heap, (flags & HEAP_GENERATE_EXCEPTIONS) | user_flags, size,
                        size <= HEAP_GROWN_MAX       ? size / 8
                        : size < GROWTH_RESERVED / 4 ? GROWTH_RESERVED
                                                     : size * 4);
    else
        new = RtlAllocateHeap(heap, (flags & HEAP_GENERATE_EXCEPTIONS) | user_flags, size);
    if (!new)
        return NULL;
    memcpy(new, block, old < size ? old : size);
    if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
        memset((char *)new + old, 0, size - old);
    return new;
}

static PVOID __attribute__((noinline)) realloc_long(PVOID handle, ULONG flags, PVOID block, SIZE_T size)
{
    struct heap *heap = heap_of(handle);
    ULONG user_flags;
    ULONGLONG header;
    SIZE_T old;
    void *new = NULL;
    PVOID value = NULL;
    bool only_in_place = flags & HEAP_REALLOC_IN_PLACE_ONLY, move;

    if (!block)
        return NULL;
    if (unlikely(heap->flags & (HEAP_VALIDATE_PARAMETERS | HEAP_VALIDATE_ALL)))
        heap_check_call(heap, block);
    if (!block_in_use(heap, block))
        heap_corrupted(heap, block, heap_failure_of(heap, block));
    if (unlikely(heap->flags & HEAP_TAIL_CHECKING_ENABLED))
        heap_check_tail(heap, block);
    header = *block_header(block);
    old = heap_block_size(block, header);
    user_flags = ((ULONG)(header >> HEADER_FLAGS_SHIFT) & 0xff) << FLAG_USER_SHIFT;
    /* Settable flags stay as they are unless new ones are given. */
    if (flags & HEAP_SETTABLE_USER_FLAGS)
        user_flags = (user_flags & ~(ULONG)HEAP_SETTABLE_USER_FLAGS) | (flags & HEAP_SETTABLE_USER_FLAGS);
    if (user_flags & HEAP_SETTABLE_USER_VALUE)
        value = *heap_user_value(heap, block, header);

    move = !only_in_place && shall_move(heap, header, old, size, user_flags);
    if (move)
        new = realloc_moving(heap, 0, user_flags, block, old, size);
    if (!new &&resize(heap, block, header, size, user_flags)) {
        if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
            memset((char *)block + old, 0, size - old);
        if (unlikely(heap->flags & HEAP_TAIL_CHECKING_ENABLED))
            heap_set_tail(heap, block, size);
        new = block;
    }
    if (!new &&only_in_place)
        return no_memory(heap, flags, size);
    if (!new && !(new = realloc_moving(heap, flags, user_flags, block, old, size)))
        return NULL;
    if (user_flags & HEAP_SETTABLE_USER_VALUE)
        *heap_user_value(heap, new, *block_header(new)) = value;
    if (new != block)
        RtlFreeHeap(heap, 0, block);
    return new;
}

/* A run whose pages suffice for another size, and are not too many: a block that has grown has some ahead. */
static inline bool resize_run_short(struct heap *heap, struct run *run, ULONGLONG header, SIZE_T size, SIZE_T *old)
{
    SIZE_T room;

    if (!run_intact(heap, run) || run->kind != RUN_BIG || header >> HEADER_FLAGS_SHIFT & 0xff)
        return false;
    room = (SIZE_T)run->pages * NT_PAGE_SIZE - RUN_FIRST;
    if (size > room || size < room - room / 4)
        return false;
    *old = run->size;
    run->size = size;
    return true;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID block, SIZE_T size)
{
    struct heap *heap = handle;
    struct cache *cache;
    ULONGLONG header;
    SIZE_T room, old = 0;

    HEAP_FAULT_IS_DAMAGE();
    if (unlikely(!block || (ULONG_PTR)block & 15 ||
                 flags & ~(ULONG)(FLAGS_OF_NO_CONCERN | HEAP_REALLOC_IN_PLACE_ONLY) || !(cache = enter_short(heap))))
        return realloc_long(heap, flags, block, size);
    /* A block that stays what it is but for its size. */
    header = *block_header(block);
    if (is_big(header) && header_valid(block_hash(heap, block, header), header) &&
        resize_run_short(heap, block_run(block, header), header, size, &old)) {
        leave_short();
        if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
            memset((char *)block + old, 0, size - old);
        return block;
    }
    room = cache->magazines[header_state(header) & STATE_CLASS].stride;
    if (likely(is_small(header) && header_valid(block_hash(heap, block, header), header) && size <= room - 8 &&
               size > room / 2 && !(header >> HEADER_FLAGS_SHIFT & 0xff))) {
        old = room - 8 - (SIZE_T)(header >> HEADER_UNUSED_SHIFT & 0xffff);
        block_set_header(heap, block, header & 0xffff, header_middle(room - 8 - size, header_state(header), 0));
        leave_short();
        if ((flags | heap->flags) & HEAP_ZERO_MEMORY && size > old)
            memset((char *)block + old, 0, size - old);
        return block;
    }
    leave_short();
    return realloc_long(heap, flags, block, size);
}

/* --- what is known of a block --- */

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, PVOID block)
{
    struct heap *heap = heap_of(handle);

    (void)flags;
    if (!block || !block_in_use(heap, block)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return heap_block_size(block, *block_header(block));
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
        *value = *heap_user_value(heap, block, header);
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
    *heap_user_value(heap, block, header) = value;
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
    block_set_header(heap, block, header & 0xffff,
                     ((ULONG)(header >> HEADER_UNUSED_SHIFT) & 0xffffff) |
                         now << (HEADER_FLAGS_SHIFT - HEADER_UNUSED_SHIFT));
    return TRUE;
}

SIZE_T NTAPI RtlCompactHeap(PVOID handle, ULONG flags)
{
    struct heap *heap = heap_of(handle);
    struct cache *cache = enter(heap);
    SIZE_T largest = give_back(heap, cache, true);

    (void)flags;
    leave();
    return largest > RUN_FIRST ? largest - RUN_FIRST : 0;
}
