/* SPDX-License-Identifier: MIT */
/* rtlheap_slab.c: small blocks: slabs of equal blocks, and the threads' caches before them. */
#include "rtlheap.h"

/* The block after this one in a list of free blocks. */
static void *link_next(struct heap *heap, const void *block)
{
    ULONGLONG next = link_raw(heap, block);

    if (__builtin_expect((next & LINK_WRONG) != 0, 0))
        heap_corrupted(heap, block, HEAP_FAILURE_USAGE_AFTER_FREE);
    return (void *)(ULONG_PTR)next;
}

/* --- slabs; the bin's lock is held --- */

static void list_run(struct bin *bin, struct run *run)
{
    run->prev = NULL;
    run->next = bin->runs;
    if (bin->runs)
        bin->runs->prev = run;
    bin->runs = run;
    run->listed = TRUE;
}

static void unlist_run(struct heap *heap, struct bin *bin, struct run *run)
{
    if ((run->next && run->next->prev != run) || (run->prev ? run->prev->next != run : bin->runs != run))
        heap_corrupted(heap, run, HEAP_FAILURE_FREELISTS);
    if (run->next)
        run->next->prev = run->prev;
    if (run->prev)
        run->prev->next = run->next;
    else
        bin->runs = run->next;
    run->listed = FALSE;
}

/* Four pages at first, eight for a class that is much used, but never fewer than hold eight blocks. */
static ULONG slab_pages(const struct bin *bin, ULONG stride)
{
    ULONG pages = bin->slabs < 4 ? 4 : 8, least = (stride * 8 + 0xfff) / NT_PAGE_SIZE;

    return pages < least ? least : pages;
}

static struct run *slab_create(struct heap *heap, struct bin *bin, ULONG class)
{
    ULONG stride = class_stride(class), pages = heap->fixed ? 1 : slab_pages(bin, stride);
    ULONG least = (ULONG)((RUN_FIRST + stride + NT_PAGE_SIZE - 1) / NT_PAGE_SIZE);
    struct run *run;

    RtlAcquireSRWLockExclusive(&heap->lock);
    run = pages_alloc(heap, pages < least ? least : pages);
    if (!run && pages > least)
        run = pages_alloc(heap, least);
    if (run) {
        run_set_kind(heap, run, RUN_SLAB);
        pages_mark_slab(run);
        run->free = NULL;
        run->class = (USHORT) class;
        run->capacity = (ULONG)(((SIZE_T)run->pages * NT_PAGE_SIZE - RUN_FIRST + 8) / stride);
        run->carved = 0;
        run->free_count = 0;
    }
    RtlReleaseSRWLockExclusive(&heap->lock);
    if (!run)
        return NULL;
    list_run(bin, run);
    bin->slabs++;
    return run;
}

static void slab_destroy(struct heap *heap, struct bin *bin, struct run *run)
{
    unlist_run(heap, bin, run);
    bin->slabs--;
    RtlAcquireSRWLockExclusive(&heap->lock);
    run_set_kind(heap, run, 0);
    pages_free(heap, run, run->pages);
    RtlReleaseSRWLockExclusive(&heap->lock);
}

static ULONG slab_take(struct heap *heap, struct run *run, ULONG count, void **blocks)
{
    ULONG stride = class_stride(run->class), taken = 0;

    if (!run_intact(heap, run) || run->kind != RUN_SLAB)
        heap_corrupted(heap, run, HEAP_FAILURE_FREELISTS);
    if (run->free) {
        void *last = run->free, *rest;

        for (taken = 1; (rest = link_next(heap, last)) && taken < count; taken++)
            last = rest;
        link_set(heap, last, *blocks);
        *blocks = run->free;
        run->free = rest;
        run->free_count -= taken;
    }
    /*
     * Blocks that were never used are cut off in ascending order, so that pages are touched one after the other; those of one
     * page at a time, as most classes of most programs see a handful of blocks.
     */
    if (!taken && run->carved < run->capacity) {
        char *first = (char *)run + RUN_FIRST + (SIZE_T)run->carved * stride, *block = first;
        ULONG more = run->capacity - run->carved;
        ULONG here = (ULONG)((NT_PAGE_SIZE - ((ULONG_PTR)first & (NT_PAGE_SIZE - 1))) / stride);

        if (more > here)
            more = here ? here : 1;
        if (more > count)
            more = count;
        for (ULONG i = 0; i < more; i++, block += stride) {
            block_set_header(heap, block, (SIZE_T)(block - (char *)run) >> 4,
                             header_middle(0, STATE_SMALL_FREE | run->class, 0));
            link_set(heap, block, i + 1 < more ? block + stride : *blocks);
            if (heap->flags & HEAP_FREE_CHECKING_ENABLED)
                heap_fill_free(block, stride - 8);
        }
        *blocks = first;
        run->carved += more;
        taken += more;
    }
    return taken;
}

ULONG slab_get(struct heap *heap, ULONG class, ULONG count, void **blocks)
{
    struct bin *bin = &heap->bins[class];
    ULONG taken = 0;

    *blocks = NULL;
    RtlAcquireSRWLockExclusive(&bin->lock);
    while (taken < count) {
        struct run *run = bin->runs;

        if (taken && (!run || !run->free))
            break;
        if (!run && !(run = slab_create(heap, bin, class)))
            break;
        if (run == bin->empty)
            bin->empty = NULL;
        taken += slab_take(heap, run, count - taken, blocks);
        if (!run->free && run->carved == run->capacity)
            unlist_run(heap, bin, run);
    }
    RtlReleaseSRWLockExclusive(&bin->lock);
    return taken;
}

/* The first slab of a class, which is small; any if the heap swings, which is known without its lock well enough. */
static bool keeps_empty(const struct heap *heap, const struct bin *bin, const struct run *run)
{
    return (bin->slabs == 1 && run->pages <= 4) || heap->keep > HEAP_KEEP_MINIMUM;
}

void slab_put(struct heap *heap, ULONG class, void *blocks)
{
    struct bin *bin = &heap->bins[class];

    RtlAcquireSRWLockExclusive(&bin->lock);
    while (blocks) {
        struct run *run = block_run(blocks, *block_header(blocks));
        void *first = blocks, *last;
        ULONG count = 0;

        if (!block_intact(heap, first) || header_state(*block_header(first)) != (STATE_SMALL_FREE | class))
            heap_corrupted(heap, first, HEAP_FAILURE_ENTRY_CORRUPTION);
        /* Those of the same run as they are: to be that, a header must say the right distance; the rest is seen when it is given. */
        do {
            last = blocks;
            count++;
            blocks = link_next(heap, last);
        } while (blocks && block_run(blocks, *block_header(blocks)) == run);
        link_set(heap, last, run->free);
        run->free = first;
        run->free_count += count;
        if (!run->listed)
            list_run(bin, run);
        if (run->free_count == run->carved && run != bin->empty) {
            /* One empty slab stays if the next block of this size is likely to come. */
            if (!bin->empty && keeps_empty(heap, bin, run)) {
                bin->empty = run;
                run->free = NULL; /* as good as new: its blocks are given in ascending order again */
                run->free_count = run->carved = 0;
            } else {
                slab_destroy(heap, bin, run);
            }
        }
    }
    RtlReleaseSRWLockExclusive(&bin->lock);
}

void slab_trim(struct heap *heap)
{
    for (ULONG class = 0; class < HEAP_CLASSES; class ++) {
        struct bin *bin = &heap->bins[class];

        if (!bin->empty)
            continue;
        RtlAcquireSRWLockExclusive(&bin->lock);
        if (bin->empty)
            slab_destroy(heap, bin, bin->empty);
        bin->empty = NULL;
        RtlReleaseSRWLockExclusive(&bin->lock);
    }
}

/* --- caches --- */

/* The highest limit of a magazine. As many blocks again may be its spare ones. */
static USHORT magazine_full(const struct heap *heap, ULONG class)
{
    ULONG limit = 16384 / class_stride(class);

    /* In a heap of limited size, what waits in a cache could be missed elsewhere. */
    if (heap->fixed)
        return 1;
    return (USHORT)(limit > 2 * HEAP_BATCH_MAX ? 2 * HEAP_BATCH_MAX : limit < 1 ? 1 : limit);
}

void cache_init(struct cache *cache, struct heap *heap)
{
    cache->heap = heap;
    for (ULONG class = 0; class < HEAP_CLASSES; class ++) {
        struct magazine *magazine = &cache->magazines[class];

        magazine->mark = header_mark(class);
        magazine->stride = (USHORT)class_stride(class);
        magazine->limit = magazine_full(heap, class);
    }
}

void *cache_refill(struct cache *cache, ULONG class)
{
    struct magazine *magazine = &cache->magazines[class];
    ULONG count = magazine->limit / 2, full;
    void *blocks;

    if ((magazine->first = magazine->spare)) {
        magazine->count = magazine->spares;
        magazine->spare = NULL;
        return magazine->first;
    }
    /* Few at first: most classes of most programs see a handful of blocks. */
    count = slab_get(cache->heap, class, count ? count : 1, &blocks);
    magazine->first = blocks;
    magazine->count = (USHORT)count;
    full = magazine_full(cache->heap, class);
    magazine->limit = (USHORT)(magazine->limit * 2u < full ? magazine->limit * 2u : full);
    return blocks;
}

/* All but the latest become the spare ones, and those go back, which were freed before. */
void cache_overflow(struct cache *cache, ULONG class)
{
    struct magazine *magazine = &cache->magazines[class];
    void *latest = magazine->first, *old = magazine->spare;

    magazine->spare = link_next(cache->heap, latest);
    magazine->spares = magazine->count - 1;
    link_set(cache->heap, latest, NULL);
    magazine->count = 1;
    if (old)
        slab_put(cache->heap, class, old);
}

void cache_flush(struct cache *cache)
{
    for (ULONG class = 0; class < HEAP_CLASSES; class ++) {
        struct magazine *magazine = &cache->magazines[class];
        void *blocks = magazine->first, *spare = magazine->spare;
        ULONG full = magazine_full(cache->heap, class);

        magazine->first = magazine->spare = NULL;
        magazine->count = 0;
        magazine->limit = (USHORT)(full / 8 > 1 ? full / 8 : 1);
        if (blocks)
            slab_put(cache->heap, class, blocks);
        if (spare)
            slab_put(cache->heap, class, spare);
    }
}

/* A block for the heap's own purposes, past any cache. */
static void *plain_alloc(struct heap *heap, SIZE_T size)
{
    ULONG class = class_to_use(heap, class_of(size));
    void *block;

    if (size + 8 > HEAP_SMALL_MAX || !slab_get(heap, class, 1, &block))
        return NULL;
    block_set_header(heap, block, *block_header(block) & 0xffff,
                     header_middle(class_stride(class) - 8 - size, STATE_SMALL_BUSY | class, FLAG_INTERNAL));
    memset(block, 0, size);
    return block;
}

static void plain_free(struct heap *heap, void *block)
{
    ULONGLONG header = *block_header(block);

    if (heap->flags & HEAP_FREE_CHECKING_ENABLED)
        heap_fill_free(block, class_stride(header_state(header) & STATE_CLASS) - 8);
    block_set_header(heap, block, header & 0xffff,
                     header_middle(0, (header_state(header) & STATE_CLASS) | STATE_SMALL_FREE, 0));
    link_set(heap, block, NULL);
    slab_put(heap, header_state(header) & STATE_CLASS, block);
}

static RTL_SRWLOCK tables_lock; /* the tables of all threads: a heap that ends takes itself out of them */

/* Makes room for a heap's cache in the thread's table, which lives in the process heap and changes under that one's section. */
static struct heap_thread *grow_table(struct heap *process_heap, ULONG count)
{
    struct heap_thread *old = heap_thread_current();
    struct heap_thread *table = plain_alloc(process_heap, sizeof(*table) + count * sizeof(table->caches[0]));

    if (!table)
        return NULL;
    table->count = count;
    RtlAcquireSRWLockExclusive(&tables_lock);
    for (ULONG i = 0; old && i < old->count; i++) {
        if ((table->caches[i] = old->caches[i]))
            table->caches[i]->thread = table;
    }
    nt_teb()->ReservedForCodeCoverage = (ULONG_PTR)table;
    RtlReleaseSRWLockExclusive(&tables_lock);
    if (old)
        plain_free(process_heap, old);
    return table;
}

static struct heap_thread *thread_table(ULONG index)
{
    struct heap_thread *table = heap_thread_current();
    struct heap *process_heap = nt_peb()->ProcessHeap;

    if (table && index < table->count)
        return table;
    RtlEnterCriticalSection(&process_heap->section);
    region_enter();
    table = grow_table(process_heap, (index + 8) & ~7u);
    region_leave();
    RtlLeaveCriticalSection(&process_heap->section);
    return table;
}

/* With the heap's section held: a new cache, or one that a thread has left (rtl_heap_thread_exit). */
static struct cache *make_cache(struct heap *heap)
{
    struct cache *cache;

    if (heap->left_caches) {
        for (LIST_ENTRY *e = heap->caches.Flink; e != &heap->caches; e = e->Flink) {
            cache = CONTAINING_RECORD(e, struct cache, link);
            if (!cache->thread) {
                heap->left_caches--;
                return cache;
            }
        }
    }
    if ((cache = plain_alloc(heap, sizeof(*cache)))) {
        cache_init(cache, heap);
        list_add_tail(&heap->caches, &cache->link);
    }
    return cache;
}

struct cache *cache_create(struct heap *heap)
{
    struct heap_thread *table;
    struct cache *cache;

    if (heap->shared)
        return heap->shared;
    if (heap->flags & HEAP_NO_SERIALIZE) {
        /* One thread at a time, as the caller promises. */
        if ((cache = plain_alloc(heap, sizeof(*cache))))
            cache_init(cache, heap);
        heap->shared = cache;
        return cache;
    }
    if (!(table = thread_table(heap->index)))
        return NULL;
    RtlEnterCriticalSection(&heap->section);
    region_enter();
    RtlAcquireSRWLockExclusive(&tables_lock);
    if ((cache = make_cache(heap))) {
        cache->thread = table;
        cache->owner = nt_teb();
        table->caches[heap->index] = cache;
    }
    RtlReleaseSRWLockExclusive(&tables_lock);
    RtlLeaveCriticalSection(&heap->section);
    region_leave();
    return cache;
}

void cache_forget_all(struct heap *heap)
{
    region_enter();
    RtlAcquireSRWLockExclusive(&tables_lock);
    for (LIST_ENTRY *e = heap->caches.Flink; e != &heap->caches; e = e->Flink) {
        struct cache *cache = CONTAINING_RECORD(e, struct cache, link);

        if (cache->thread) {
            PVOID last = cache;

            cache->thread->caches[heap->index] = NULL;
            __atomic_compare_exchange_n(&cache->owner->ReservedForPerf, &last, NULL, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED);
        }
    }
    RtlReleaseSRWLockExclusive(&tables_lock);
    region_leave();
}

/*
 * With tables_lock held, which keeps the heap from going away: another thread may be destroying it right now. So there is no
 * waiting for the heap's section: if somebody has it, the cache is left for the next thread that needs one.
 */
static void give_up_cache(struct cache *cache)
{
    struct heap *heap = cache->heap;

    if (!RtlTryEnterCriticalSection(&heap->section)) {
        cache->thread = NULL;
        heap->left_caches++;
        return;
    }
    list_remove(&cache->link);
    cache_flush(cache);
    plain_free(heap, cache);
    RtlLeaveCriticalSection(&heap->section);
}

/* At the end of a thread: its blocks go back. Only frees by other threads' hands may follow. */
void rtl_heap_thread_exit(void)
{
    struct heap_thread *table = heap_thread_current();
    struct heap *process_heap = nt_peb()->ProcessHeap;

    if (!table)
        return;
    nt_teb()->ReservedForPerf = NULL;
    for (ULONG i = table->count; i--;) {
        struct cache *cache;

        region_enter();
        RtlAcquireSRWLockExclusive(&tables_lock);
        if ((cache = table->caches[i])) {
            table->caches[i] = NULL;
            give_up_cache(cache);
        }
        RtlReleaseSRWLockExclusive(&tables_lock);
        region_leave();
    }
    nt_teb()->ReservedForCodeCoverage = 0;
    RtlEnterCriticalSection(&process_heap->section);
    region_enter();
    plain_free(process_heap, table);
    region_leave();
    RtlLeaveCriticalSection(&process_heap->section);
}
