/* SPDX-License-Identifier: MIT */
/*
 * rtlheap.h: how heaps are made.
 *
 * A heap owns segments: reserved regions that start with their header and page map. A segment is cut into runs of pages
 * (rtlheap_pages.c). A run is free, or one big block, or a slab: equal blocks of one size class (rtlheap_slab.c). Threads
 * take small blocks from and return them to a cache of their own, without any lock; caches are filled from and emptied into
 * slabs some blocks at a time, under the lock of that size class. Blocks of more than HEAP_RUN_MAX bytes are regions of
 * their own; so are blocks of more than HEAP_GROWN_MAX bytes that have grown.
 *
 * Every block is preceded by eight bytes that say where its run begins, how large it is, and whether it is in use, with a
 * check value that depends on its address, on a secret of the heap, and on the other bytes. It is verified whenever a block is
 * given or taken back: what is not a block of this heap, is free already, or has been written over is noticed then. The links
 * of free blocks and the descriptions of runs are protected likewise. heap_corrupted() reports what was found.
 *
 * A heap may be a checked one (HEAP_TAIL_CHECKING_ENABLED and its like, or NtGlobalFlag): rtlheap_debug.c.
 *
 * Lock order: heap->section (RtlLockHeap), a bin, heap->lock (pages), heap list.
 */
#ifndef TRANSOM_RTLHEAP_H
#define TRANSOM_RTLHEAP_H

#include "ntdll_private.h"
#include "ntrtl.h"
#include "rtlregion.h"

/* Size classes: strides of 32, 48, .. 256, then eight to a doubling up to HEAP_SMALL_MAX. A stride includes the header. */
#define HEAP_SMALL_MAX    16384
#define HEAP_SIZE_MAX     ((SIZE_T)1 << (sizeof(void *) == 8 ? 47 : 31)) /* more than there is address space */
#define HEAP_CLASSES      (15 + 8 * 6)
#define HEAP_RUN_MAX      (32 * 1024 * 1024)
#define HEAP_GROWN_MAX    (1024 * 1024) /* what has grown to more than this is a region, with room to grow */
#define HEAP_BATCH_MAX    32            /* blocks that go from slabs into a cache at once */
#define HEAP_KEEP_MINIMUM 16            /* so many free pages stay committed */

/*
 * The header word: bits 0-15 distance to the run's start / 16, 16-31 unused bytes at the end, 32-39 state, 40-47 flags, 48-63
 * check value: a hash of the first field, the address and the heap's secret, exclusive-or'ed with the fields between. So a
 * header changes without a new hash, and is valid if the upper three fields together give the hash.
 */
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
#define FLAG_INTERNAL   0x80 /* the heap's own: no walk shows it */

enum run_kind { RUN_SLAB = 0x42414c53, RUN_BIG = 0x20474942, RUN_REGION = 0x4e474552 };

/* Flags of RtlCreateHeap that make a checked heap. */
#define HEAP_VALIDATE_PARAMETERS 0x40000000
#define HEAP_VALIDATE_ALL        0x20000000
#define HEAP_CHECKED                                                                                                   \
    (HEAP_TAIL_CHECKING_ENABLED | HEAP_FREE_CHECKING_ENABLED | HEAP_VALIDATE_PARAMETERS | HEAP_VALIDATE_ALL)
#define TAIL_SIZE 16 /* behind a block's bytes, when tails are checked */

/* At the start of every used run of pages and of every region. */
struct run {
    ULONGLONG seal; /* run_seal(): not written over by who wrote beyond the block before */
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
            SIZE_T size; /* as asked for */
            union {
                SIZE_T committed; /* RUN_REGION: bytes, from the run's start */
                bool fresh;       /* RUN_BIG: was all zeros when it was made */
            };
            SIZE_T reserved;
        };
    };
};
/* The first block's user pointer; its header is in the eight bytes before. */
#define RUN_FIRST ((sizeof(struct run) + 8 + 15) & ~(SIZE_T)15)

/* What the page map knows of a run, in the entries of its first and last page. Other entries say PAGE_FREE, or PAGE_SLAB. */
struct page {
    struct page *next, *prev; /* free runs of similar size */
    ULONG count;
    USHORT used;        /* PAGE_* */
    USHORT uncommitted; /* some of its pages are: commit before use */
    union {
        struct segment *segment; /* of free runs */
        ULONG back;              /* PAGE_SLAB: pages since the run's first */
    };
};
enum { PAGE_FREE, PAGE_USED, PAGE_SLAB };

struct segment {
    LIST_ENTRY link;
    struct heap *heap;
    PVOID base;
    ULONG pages; /* in total */
    ULONG first; /* the first that is not header and map */
    ULONG free;  /* free ones */
    ULONG free_committed;
    struct page *map;
};

#define FREE_EXACT 32 /* free runs of 1..32 pages have a list each, larger ones one a doubling */
#define FREE_LISTS (FREE_EXACT + 24)

struct bin {
    RTL_SRWLOCK lock;
    struct run *runs;  /* with blocks to give */
    struct run *empty; /* one without blocks in use is kept */
    ULONG slabs;
    ULONG lent; /* bytes that a larger class gave instead, while there was no slab */
};

struct magazine {
    void *first;
    ULONGLONG mark; /* what a free block's header has beside its distance and its hash (header_mark) */
    void *spare;    /* as many as were too many at `first`: used before the bin is asked, and given back as they are */
    USHORT count;
    USHORT limit; /* at present: falls with the heap, rises when blocks are needed */
    USHORT spares;
    USHORT stride;
};

/* A thread's cache of a heap. */
struct cache {
    TEB *owner; /* its thread's: whose region (rtlregion.h) says that it may be inside the heap */
    struct heap *heap;
    struct heap_thread *thread;
    LIST_ENTRY link;
    struct magazine magazines[STATE_CLASS + 1]; /* by class; one more than there are, so that any header leads to one */
};

/*
 * TEB.ReservedForCodeCoverage: the caches of a thread, by heap index. TEB.ReservedForPerf is the one of them that was used last,
 * or NULL: most threads use one heap.
 */
struct heap_thread {
    ULONG count;
    struct cache *caches[];
};

typedef NTSTATUS(NTAPI *PRTL_HEAP_COMMIT_ROUTINE)(PVOID base, PVOID *address, SIZE_T *size);

/* RTL_HEAP_PARAMETERS */
struct heap_parameters {
    ULONG Length;
    SIZE_T SegmentReserve, SegmentCommit;                          /* hints */
    SIZE_T DeCommitFreeBlockThreshold, DeCommitTotalFreeThreshold; /* hints */
    SIZE_T MaximumAllocationSize;
    SIZE_T VirtualMemoryThreshold;
    SIZE_T InitialCommit, InitialReserve;
    PRTL_HEAP_COMMIT_ROUTINE CommitRoutine;
    SIZE_T Reserved[2];
};

#define HEAP_SIGNATURE  0x70616568u
#define SPECIAL_CHECKED 0x40000000 /* or otherwise not for the short ways */

struct heap {
    ULONG signature;
    ULONG flags; /* HEAP_*, as given to RtlCreateHeap */
    ULONG index; /* in the list of heaps and in heap_thread.caches */
    ULONG protect;
    ULONGLONG secret;
    volatile LONG special; /* nesting of RtlLockHeap, and SPECIAL_CHECKED: not for the short ways */
    HANDLE volatile locked_by;
    BOOLEAN fixed; /* has a maximum size */
    BOOLEAN given; /* its memory is the caller's */
    PRTL_HEAP_COMMIT_ROUTINE commit_routine;
    SIZE_T block_max;
    RTL_CRITICAL_SECTION section;
    LIST_ENTRY caches;    /* under section */
    ULONG left_caches;    /* of them are no thread's; under tables_lock (rtlheap_slab.c) */
    struct cache *shared; /* HEAP_NO_SERIALIZE: the only one */

    RTL_SRWLOCK lock; /* of what follows */
    LIST_ENTRY segments;
    LIST_ENTRY regions;
    SIZE_T free_committed;            /* pages */
    SIZE_T used;                      /* pages */
    SIZE_T keep;                      /* pages: free ones that stay committed */
    SIZE_T trim_at;                   /* when there are so many committed free ones, some are given back */
    SIZE_T decommitted;               /* pages that have been, and were not needed again yet */
    ULONG decommitted_at;             /* ms */
    ULONG regretted_at;               /* ms: when such pages were needed again */
    SIZE_T level;                     /* the most pages in use since give_back() */
    struct page *free[2][FREE_LISTS]; /* committed, uncommitted */
    ULONGLONG free_lists[2];          /* which of them are not empty */
    volatile BOOLEAN shrunk;          /* much below `level`: time for give_back() */

    struct segment first;
    struct bin bins[HEAP_CLASSES];
};

/* --- the header --- */

static inline ULONGLONG *block_header(const void *block)
{
    return (ULONGLONG *)block - 1;
}
static inline USHORT block_hash(const struct heap *heap, const void *block, ULONGLONG header)
{
    return (USHORT)((((ULONGLONG)(ULONG_PTR)block ^ header << 48 ^ heap->secret) * 0x9e3779b97f4a7c15ull) >> 48);
}
/* A header of a distance and what is in bits 16-47. */
static inline ULONGLONG header_make(USHORT hash, ULONGLONG distance, ULONG middle)
{
    return distance | (ULONGLONG)middle << HEADER_UNUSED_SHIFT |
           (ULONGLONG)(USHORT)(hash ^ middle ^ middle >> 16) << HEADER_CHECK_SHIFT;
}
static inline ULONG header_middle(SIZE_T unused, ULONG state, ULONG flags)
{
    return (ULONG)unused | state << (HEADER_STATE_SHIFT - HEADER_UNUSED_SHIFT) |
           flags << (HEADER_FLAGS_SHIFT - HEADER_UNUSED_SHIFT);
}
static inline bool header_valid(USHORT hash, ULONGLONG header)
{
    return (USHORT)(header >> 16 ^ header >> 32 ^ header >> 48) == hash;
}
static inline void block_set_header(const struct heap *heap, void *block, ULONGLONG distance, ULONG middle)
{
    *block_header(block) = header_make(block_hash(heap, block, distance), distance, middle);
}
static inline bool block_intact(const struct heap *heap, const void *block)
{
    ULONGLONG header = *block_header(block);

    return header_valid(block_hash(heap, block, header), header);
}
/*
 * The same for the short ways, in fewer steps. A free small block has no unused bytes and no flags, so that its header is its
 * distance, its class's mark, and the hash in the place of the check value, all exclusive-or'ed.
 */
#define HEADER_HASH_MASK ((ULONGLONG)0xffff << HEADER_CHECK_SHIFT)
/* From free to in use, for a small block; and so many unused bytes. */
#define HEADER_TOGGLE ((ULONGLONG)STATE_KIND << HEADER_STATE_SHIFT | (ULONGLONG)STATE_KIND << HEADER_CHECK_SHIFT)

static inline ULONGLONG header_mark(ULONG class)
{
    return header_make(0, 0, header_middle(0, STATE_SMALL_FREE | class, 0));
}
/* block_hash() in the place of the check value; the other bits are anything. */
static inline ULONGLONG block_hash_raw(const struct heap *heap, const void *block, ULONGLONG header)
{
    return ((ULONGLONG)(ULONG_PTR)block ^ header << 48 ^ heap->secret) * 0x9e3779b97f4a7c15ull;
}
static inline bool header_valid_raw(ULONGLONG hash, ULONGLONG header)
{
    return !((hash ^ header ^ header << 16 ^ header << 32) >> HEADER_CHECK_SHIFT);
}
static inline ULONGLONG header_unused(ULONGLONG unused)
{
    return unused << HEADER_UNUSED_SHIFT | unused << HEADER_CHECK_SHIFT;
}

static inline ULONG header_state(ULONGLONG header)
{
    return (ULONG)(header >> HEADER_STATE_SHIFT) & 0xff;
}
static inline struct run *block_run(const void *block, ULONGLONG header)
{
    return (struct run *)((char *)block - ((SIZE_T)(header & 0xffff) << 4));
}

/* --- links of free blocks: in their first eight bytes, so changed that what a program would write there is no link --- */

#define LINK_WRONG 0xffff00000000000full

static inline void link_set(const struct heap *heap, void *block, void *next)
{
    *(ULONGLONG *)block = (ULONGLONG)(ULONG_PTR)next ^ heap->secret;
}
/* With some of the bits of LINK_WRONG set, the link was written over. */
static inline ULONGLONG link_raw(const struct heap *heap, const void *block)
{
    return *(const ULONGLONG *)block ^ heap->secret;
}

/* --- runs --- */

/* Of the run at an address; what it says itself may be a copy. */
static inline ULONGLONG run_seal(const struct heap *heap, const struct run *run, ULONG pages, ULONG kind)
{
    return (((ULONGLONG)kind << 32 | pages) ^ (ULONGLONG)(ULONG_PTR)run ^ heap->secret) * 0x9e3779b97f4a7c15ull;
}
static inline void run_set_kind(const struct heap *heap, struct run *run, ULONG kind)
{
    run->kind = kind;
    run->seal = run_seal(heap, run, run->pages, kind);
}
static inline bool run_intact(const struct heap *heap, const struct run *run)
{
    return run->seal == run_seal(heap, run, run->pages, run->kind) && run->heap == heap;
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

#define HEAP_LENT_MAX NT_PAGE_SIZE /* bytes that a class without a slab gets from a larger one */

/*
 * The class to take a block from. A class's first blocks come from the next one whose stride is a power of two: a program that
 * has just started wants a few blocks of many sizes, and each slab is a page that is touched. (Unlocked: a hint.)
 */
static inline ULONG class_to_use(struct heap *heap, ULONG class)
{
    struct bin *bin = &heap->bins[class];
    ULONG stride = class_stride(class);

    if (bin->slabs || bin->lent + stride > HEAP_LENT_MAX || heap->fixed)
        return class;
    bin->lent += stride;
    return stride <= 64 ? class_of(64 - 8) : class_of(((SIZE_T)2 << (31 - __builtin_clz(stride - 1))) - 8);
}

/* --- rtlheap_pages.c; heap->lock is held unless said otherwise --- */

struct heap *heap_map(ULONG flags, SIZE_T reserve, SIZE_T commit); /* no lock */
void heap_unmap(struct heap *heap);                                /* no lock */
/* A heap in zeroed memory; how much of that it takes for itself at least, with a few pages for blocks. */
struct heap *heap_init(struct heap *heap, ULONG flags, SIZE_T reserve, SIZE_T commit); /* no lock */
SIZE_T heap_least(SIZE_T reserve);                                                     /* no lock */
struct run *pages_alloc(struct heap *heap, ULONG pages);
void pages_free(struct heap *heap, struct run *run, ULONG pages);
/* Notes in the map that a run is a slab. */
void pages_mark_slab(struct run *run);
/* Makes a used run longer or shorter where it is. */
bool pages_resize(struct heap *heap, struct run *run, ULONG pages);
/* Gives back what is free but for so many pages. */
void pages_trim(struct heap *heap, SIZE_T keep);
/* The size of the largest committed free run in bytes. */
SIZE_T pages_largest_free(const struct heap *heap);
struct segment *pages_segment_of(struct heap *heap, const void *address);
struct run *region_alloc(struct heap *heap, SIZE_T size, SIZE_T headroom);
bool region_resize(struct heap *heap, struct run *run, SIZE_T size);
void region_free(struct heap *heap, struct run *run);

/* --- rtlheap_given.c --- */

struct heap *heap_in(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, const struct heap_parameters *parameters);
bool heap_parameters_valid(const struct heap_parameters *parameters, PVOID base);
void heap_set_limits(struct heap *heap, const struct heap_parameters *parameters);
bool heap_commit(struct heap *heap, PVOID address, SIZE_T size);

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
#ifdef _WIN64
    return (struct heap_thread *)__readgsqword(__builtin_offsetof(TEB, ReservedForCodeCoverage));
#else
    return (struct heap_thread *)nt_teb()->ReservedForCodeCoverage;
#endif
}

static inline struct cache *cache_last(void)
{
#ifdef _WIN64
    return (struct cache *)__readgsqword(__builtin_offsetof(TEB, ReservedForPerf));
#else
    return nt_teb()->ReservedForPerf;
#endif
}

static inline struct cache *cache_find(struct heap *heap)
{
    struct heap_thread *thread = heap_thread_current();

    if (__builtin_expect(thread && heap->index < thread->count && thread->caches[heap->index], 1))
        return thread->caches[heap->index];
    return cache_create(heap);
}

static inline ULONG state_flags(ULONG flags)
{
    return (flags & (HEAP_SETTABLE_USER_VALUE | HEAP_SETTABLE_USER_FLAGS)) >> FLAG_USER_SHIFT;
}

/* --- rtlheap.c --- */

/* An address that may be any: whether it is that of a block in use. heap->lock is held (rtlheap_validate.c). */
bool heap_valid_address(struct heap *heap, const void *block);
SIZE_T heap_block_size(const void *block, ULONGLONG header);
/* Where a block with HEAP_SETTABLE_USER_VALUE has it: at its very end. */
static inline SIZE_T heap_user_value_small(ULONG class)
{
    return class_stride(class) - 16;
}
static inline SIZE_T heap_user_value_big(const struct heap *heap, SIZE_T size)
{
    return ((size + 7) & ~(SIZE_T)7) + (heap->flags & HEAP_TAIL_CHECKING_ENABLED ? TAIL_SIZE : 0);
}
PVOID *heap_user_value(const struct heap *heap, void *block, ULONGLONG header);

/* --- rtlheap_debug.c --- */

/* What is known of the damage; numbers and names are Windows' (what its debuggers show). */
enum heap_failure {
    HEAP_FAILURE_ENTRY_CORRUPTION = 3,
    HEAP_FAILURE_BUFFER_OVERRUN = 6,
    HEAP_FAILURE_BLOCK_NOT_BUSY = 8,
    HEAP_FAILURE_INVALID_ARGUMENT = 9,
    HEAP_FAILURE_USAGE_AFTER_FREE = 11,
    HEAP_FAILURE_CROSS_HEAP = 12,
    HEAP_FAILURE_FREELISTS = 13,
};

/* A damaged heap, or a pointer that is none of its blocks: ends the program as Windows does. */
void __attribute__((noreturn, cold)) heap_corrupted(struct heap *heap, const void *block, enum heap_failure failure);
/* In a function that reads a block's header before it is known to be one. */
#ifdef _WIN64
#define HEAP_FAULT_IS_DAMAGE() __asm__ volatile(".seh_handler heap_unreadable, @except")
#else
#define HEAP_FAULT_IS_DAMAGE() ((void)0)
#endif
/* What is wrong with a block that was to be freed or changed. */
enum heap_failure heap_failure_of(struct heap *heap, const void *block);
/* The checks and fillings of checked heaps: a block is about to be given, or taken back. */
ULONG heap_checked_flags(ULONG flags);
void heap_check_call(struct heap *heap, const void *block);
void heap_check_given(struct heap *heap, void *block, SIZE_T size, bool small, bool zero);
void heap_check_tail(struct heap *heap, const void *block);
void heap_set_tail(struct heap *heap, void *block, SIZE_T size);
void heap_check_freed(struct heap *heap, void *block);
void heap_fill_free(void *block, SIZE_T room);

#endif
