/* SPDX-License-Identifier: MIT */
/*
 * rtlheap.h: how heaps are made.
 *
 * A heap owns segments: reserved regions that start with their header and page map. A segment is cut into runs of pages
 * (rtlheap_pages.c). A run is free, or one big block, or a slab: equal blocks of one size class (rtlheap_slab.c). Threads
 * take small blocks from and return them to a cache of their own, without any lock; caches are filled from and emptied into
 * slabs some blocks at a time, under the lock of that size class. Blocks of more than HEAP_RUN_MAX bytes are regions of
 * their own.
 *
 * Every block is preceded by eight bytes that say where its run begins, how large it is, and whether it is in use, with a
 * check value that depends on its address, on the heap, and on the other bytes: what is not a block of this heap, is free
 * already, or has been written over is noticed when it is freed.
 *
 * Lock order: heap->section (RtlLockHeap), a bin, heap->lock (pages), heap list.
 */
#ifndef TRANSOM_RTLHEAP_H
#define TRANSOM_RTLHEAP_H

#include "ntdll_private.h"
#include "ntrtl.h"

/* Size classes: strides of 32, 48, .. 256, then eight to a doubling up to HEAP_SMALL_MAX. A stride includes the header. */
#define HEAP_SMALL_MAX 16384
#define HEAP_CLASSES   (15 + 8 * 6)
#define HEAP_RUN_MAX   (1024 * 1024)
#define HEAP_BATCH_MAX 32

/* The header word: bits 0-15 distance to the run's start / 16, 16-31 unused bytes at the end, 32-39 state, 40-47 flags,
 * 48-63 check value. */
#define HEADER_UNUSED_SHIFT 16
#define HEADER_STATE_SHIFT  32
#define HEADER_FLAGS_SHIFT  40
#define HEADER_CHECK_SHIFT  48
#define STATE_SMALL_BUSY    0x40 /* | class */
#define STATE_SMALL_FREE    0x80 /* | class */
#define STATE_CLASS         0x3f
#define STATE_KIND          0xc0
#define STATE_BIG           0xc0 /* a run, or a region of its own */

/* Flags in the header: the caller's three flags and "has a user value" as in HEAP_SETTABLE_USER_*, shifted. */
#define FLAG_USER_SHIFT 8
#define FLAG_USER_VALUE (HEAP_SETTABLE_USER_VALUE >> FLAG_USER_SHIFT)
#define FLAG_USER_FLAGS (HEAP_SETTABLE_USER_FLAGS >> FLAG_USER_SHIFT)

enum run_kind { RUN_SLAB = 0x42414c53, RUN_BIG = 0x20474942, RUN_REGION = 0x4e474552 };

/* At the start of every used run of pages and of every region. */
struct run {
    ULONG kind;
    ULONG pages;
    struct heap *heap;
    struct segment *segment;
    union {
        struct {                     /* RUN_SLAB; under the bin's lock */
            struct run *next, *prev; /* in the bin's list of runs with blocks to give */
            void *free;
            USHORT class;
            USHORT listed;
            ULONG capacity;
            ULONG carved; /* blocks that have ever been given */
            ULONG free_count;
        };
        struct { /* RUN_BIG, RUN_REGION; under heap->lock */
            LIST_ENTRY regions;
            SIZE_T size;      /* as asked for */
            SIZE_T committed; /* RUN_REGION: bytes, from the run's start */
            SIZE_T reserved;
        };
    };
};
/* The first block's user pointer; its header is in the eight bytes before. */
#define RUN_FIRST ((sizeof(struct run) + 8 + 15) & ~(SIZE_T)15)

/* What the page map knows of a run, in the entries of its first and last page. */
struct page {
    struct page *next, *prev; /* free runs of similar size */
    ULONG count;
    USHORT used;
    USHORT uncommitted;      /* some of its pages are: commit before use */
    struct segment *segment; /* of free runs */
};

struct segment {
    LIST_ENTRY link;
    struct heap *heap;
    PVOID base;
    ULONG pages; /* in total */
    ULONG first; /* the first that is not header and map */
    ULONG free;  /* free ones */
    struct page *map;
};

#define FREE_EXACT 32 /* free runs of 1..32 pages have a list each, larger ones one a doubling */
#define FREE_LISTS (FREE_EXACT + 24)

struct bin {
    RTL_SRWLOCK lock;
    struct run *runs;  /* with blocks to give */
    struct run *empty; /* one without blocks in use is kept */
    ULONG slabs;
};

struct magazine {
    void *first;
    USHORT count;
    USHORT limit;
};

/* A thread's cache of a heap. */
struct cache {
    volatile LONG busy; /* its thread is inside the heap */
    struct heap *heap;
    struct heap_thread *thread;
    LIST_ENTRY link;
    struct magazine magazines[HEAP_CLASSES];
};

/* TEB.ReservedForCodeCoverage: the caches of a thread, by heap index. */
struct heap_thread {
    ULONG count;
    struct cache *caches[];
};

#define HEAP_SIGNATURE 0x70616568u

struct heap {
    ULONG signature;
    ULONG flags; /* HEAP_*, as given to RtlCreateHeap */
    ULONG index; /* in the list of heaps and in heap_thread.caches */
    ULONG protect;
    ULONG cookie;
    volatile LONG locked; /* nesting of RtlLockHeap */
    HANDLE volatile locked_by;
    BOOLEAN fixed; /* has a maximum size */
    RTL_CRITICAL_SECTION section;
    LIST_ENTRY caches;    /* under section */
    struct cache *shared; /* HEAP_NO_SERIALIZE: the only one */

    RTL_SRWLOCK lock; /* of what follows */
    LIST_ENTRY segments;
    LIST_ENTRY regions;
    SIZE_T free_committed;            /* pages */
    SIZE_T used;                      /* pages */
    SIZE_T next_segment;              /* bytes */
    struct page *free[2][FREE_LISTS]; /* committed, uncommitted */
    ULONGLONG free_lists[2];          /* which of them are not empty */
    struct segment *spare;            /* a wholly free one */

    struct segment first;
    struct bin bins[HEAP_CLASSES];
};

/* --- the header --- */

static inline ULONGLONG *block_header(const void *block)
{
    return (ULONGLONG *)block - 1;
}
static inline ULONG block_check(const struct heap *heap, const void *block, ULONGLONG header)
{
    ULONGLONG mixed = (header & 0x0000ffffffffffffull) ^ (ULONGLONG)(ULONG_PTR)block << 8;

    return (ULONG)((mixed * 0x9e3779b97f4a7c15ull) >> 48) ^ heap->cookie;
}
static inline void block_set_header(const struct heap *heap, void *block, ULONGLONG low)
{
    *block_header(block) = low | (ULONGLONG)block_check(heap, block, low) << HEADER_CHECK_SHIFT;
}
static inline bool block_intact(const struct heap *heap, const void *block)
{
    ULONGLONG header = *block_header(block);

    return (ULONG)(header >> HEADER_CHECK_SHIFT) == block_check(heap, block, header);
}
static inline ULONG header_state(ULONGLONG header)
{
    return (ULONG)(header >> HEADER_STATE_SHIFT) & 0xff;
}
static inline struct run *block_run(const void *block, ULONGLONG header)
{
    return (struct run *)((char *)block - ((SIZE_T)(header & 0xffff) << 4));
}

/* --- size classes --- */

static inline ULONG class_of(SIZE_T size)
{
    ULONG units = (ULONG)((size + 8 + 15) >> 4);

    if (units <= 16)
        return units < 2 ? 0 : units - 2;

    ULONG log = 31 - (ULONG)__builtin_clz(units - 1);

    return 15 + (log - 4) * 8 + ((units - 1) >> (log - 3)) - 8;
}
static inline ULONG class_stride(ULONG class)
{
    if (class < 15)
        return (class + 2) * 16;
    class -= 15;
    return ((class & 7) + 9) << (class / 8 + 1 + 4);
}

/* --- rtlheap_pages.c; heap->lock is held unless said otherwise --- */

struct heap *heap_map(ULONG flags, SIZE_T reserve, SIZE_T commit); /* no lock */
void heap_unmap(struct heap *heap);                                /* no lock */
struct run *pages_alloc(struct heap *heap, ULONG pages);
void pages_free(struct heap *heap, struct run *run, ULONG pages);
/* Makes a used run longer or shorter where it is. */
bool pages_resize(struct heap *heap, struct run *run, ULONG pages);
/* Decommits what is free; returns the size of the largest free run in bytes. */
SIZE_T pages_trim(struct heap *heap);
struct segment *pages_segment_of(struct heap *heap, const void *address);
struct run *region_alloc(struct heap *heap, SIZE_T size, SIZE_T headroom);
bool region_resize(struct heap *heap, struct run *run, SIZE_T size);
void region_free(struct heap *heap, struct run *run);

/* --- rtlheap_slab.c --- */

/* Gets up to `count` blocks of a class, linked through their first word; returns how many. */
ULONG slab_get(struct heap *heap, ULONG class, ULONG count, void **blocks);
void slab_put(struct heap *heap, ULONG class, void *blocks);
/* Frees the empty slabs that are kept. */
void slab_trim(struct heap *heap);
void cache_init(struct cache *cache, struct heap *heap);
void cache_flush(struct cache *cache);
void *cache_refill(struct cache *cache, ULONG class);
void cache_overflow(struct cache *cache, ULONG class);
struct cache *cache_create(struct heap *heap);
/* Of a heap that is going away: forgets all threads' caches. */
void cache_forget_all(struct heap *heap);

static inline struct heap_thread *heap_thread_current(void)
{
    return (struct heap_thread *)nt_teb()->ReservedForCodeCoverage;
}

static inline struct cache *cache_find(struct heap *heap)
{
    struct heap_thread *thread = heap_thread_current();

    if (__builtin_expect(thread && heap->index < thread->count && thread->caches[heap->index], 1))
        return thread->caches[heap->index];
    return cache_create(heap);
}

/* A damaged heap, or a pointer that is none of its blocks: ends the program as Windows does. */
void heap_corrupted(struct heap *heap, const void *block);

#endif
