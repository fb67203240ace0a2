/* SPDX-License-Identifier: MIT */
/*
 * segment.h: the layout of the segments: handle table, cells of waitable objects and wait records of threads
 * (docs/architecture.md, "Kernel objects live in shared memory"; docs/waits.md has the protocol).
 *
 * There are two of the same layout. A process's own segment has its handles, its threads' records, and the cells of what only
 * it uses. The common segment of a prefix, made by the server and mapped by every process that has connected, has the
 * cells of named and of shared objects, and a second record for each thread that waits for or owns one of them; only the
 * server takes from its pools, and it has no handles. A cell is meant by a reference, a number whose top bit
 * (CELL_COMMON) tells the segment. An unnamed object that is shared later moves: see cell_share().
 *
 * Everything is found by index, never by pointer, and nothing in a segment is trusted by the server: indices are checked
 * against counts of its own, a list walk is bounded by them.
 *
 * The file is a header page followed by slabs of equal size, each holding a fixed number of handle entries, cells and
 * thread records. The whole address range is mapped once; growing is one ftruncate and moves nothing. Pages that nobody
 * touched do not exist, so the proportions within a slab cost only address space.
 */
#ifndef TRANSOM_SEGMENT_H
#define TRANSOM_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#define SEGMENT_MAGIC   0x47534d54u /* "TMSG" */
#define SEGMENT_VERSION 1u

#define SEGMENT_HEADER_SIZE   0x1000u
#define SEGMENT_SERVER_RUNS   0x800u /* common segment: 1 + the processor on which the server runs, 0 while it sleeps */
#define SEGMENT_SLAB_SIZE     0x20000u
#define SEGMENT_SLAB_HANDLES  1024u
#define SEGMENT_SLAB_CELLS    1024u
#define SEGMENT_SLAB_THREADS  28u
#define SEGMENT_MAX_SLABS     16320u /* 16,711,680 handles: Windows's limit for a process */
#define SEGMENT_HANDLES_START 0u
#define SEGMENT_CELLS_START   0x8000u
#define SEGMENT_THREADS_START 0x18000u
#define SEGMENT_MAX_SIZE      (SEGMENT_HEADER_SIZE + (uint64_t)SEGMENT_MAX_SLABS * SEGMENT_SLAB_SIZE)
#define SEGMENT_MAX_HANDLES   (SEGMENT_MAX_SLABS * SEGMENT_SLAB_HANDLES)
#define SEGMENT_MAX_CELLS     (SEGMENT_MAX_SLABS * SEGMENT_SLAB_CELLS)
#define SEGMENT_MAX_THREADS   0xfff0u /* must fit the owner field of a cell's word */

#define SEGMENT_WAIT_OBJECTS 64u /* MAXIMUM_WAIT_OBJECTS */

#define CELL_COMMON           0x80000000u /* in a reference to a cell (or record): it is in the common segment */
#define SEGMENT_SERVER_RECORD 1u          /* the server's record in the common segment */

/*
 * Free lists are lock-free stacks: the low half is the index of the first free item (0 = none; item 0 is never used),
 * the high half counts pops, against ABA. What lies below `used` has been handed out before.
 */
struct segment_pool {
    uint64_t free;
    uint32_t used;
    uint32_t reserved;
};

struct segment_header {
    uint32_t magic;
    uint32_t version;
    uint32_t header_size;
    uint32_t slab_size;
    uint32_t handle_size;
    uint32_t cell_size;
    uint32_t thread_size;
    uint32_t slab_count; /* slabs that the file holds; only grows */
    uint32_t process_id;
    uint32_t unused; /* keeps the layout */
    uint32_t handle_count;
    uint32_t reserved;
    struct segment_pool handles __attribute__((aligned(64)));
    struct segment_pool cells __attribute__((aligned(64)));
    struct segment_pool threads __attribute__((aligned(64)));
};

/*
 * One entry of the handle table. `state` orders everything else: an entry is filled while it is not live, so a reader
 * that sees the same live state before and after reading has read one consistent entry. Pins keep a closer waiting while
 * the private object pointer is turned into a reference.
 */
struct segment_handle {
    uint64_t state; /* SEGMENT_HANDLE_* */
    uint32_t access;
    uint16_t attributes; /* SEGMENT_HANDLE_INHERIT, _PROTECT */
    uint8_t type;        /* index in the list of object types */
    uint8_t kind;        /* of the cell */
    /* The next three are read and, when the object's cell has moved, written as one: */
    uint32_t cell; /* reference; 0 = cannot be waited for */
    uint16_t cell_generation;
    uint16_t reserved;
    uint32_t next_free;
    uint32_t reserved2;
};

#define SEGMENT_HANDLE_PINS       0x00000000ffffffffull
#define SEGMENT_HANDLE_LIVE       0x0000000100000000ull
#define SEGMENT_HANDLE_GENERATION 0x0000000200000000ull /* one step of the 31-bit generation */
#define SEGMENT_HANDLE_INHERIT    0x01u
#define SEGMENT_HANDLE_PROTECT    0x02u

/*
 * A cell: one cache line, the state of one waitable object. All of its state that an uncontended operation needs is in
 * `word`, changed by compare-and-swap only while SEGMENT_CELL_LOCKED is clear. Whoever holds the lock may change every
 * field and unlocks by storing the word, which has the old value until then: a holder that dies has changed nothing but what
 * can be repaired. The lock names its owner (a thread record of the same segment), so that it can be taken over when the
 * owner dies. The generation, copied in the handle entry, makes an operation through a stale handle fail.
 */
struct segment_cell {
    uint64_t word;
    uint8_t kind;        /* enum segment_cell_kind */
    uint8_t abandoned;   /* mutant: its owner ended without releasing it */
    uint8_t orphan;      /* mutant: no object any more, but still in its owner's list */
    uint8_t linked;      /* mutant: in its owner's list */
    uint32_t limit;      /* semaphore: maximum count */
    uint32_t recursion;  /* mutant: how often it is owned */
    uint32_t queue_head; /* wait blocks, first come first served */
    uint32_t queue_tail;
    uint32_t owned_next; /* mutant: list of what its owner owns, from its thread record; references */
    uint32_t owned_prev;
    uint32_t next_free;
    uint32_t waiters; /* length of the queue */
    uint32_t forward; /* with SEGMENT_CELL_MOVED: the reference of the cell that is used instead */
    uint32_t forward_generation;
    uint32_t reserved[2];
};

#define SEGMENT_CELL_VALUE            0x000000007fffffffull /* event 0/1, semaphore count, mutant owner's record */
#define SEGMENT_CELL_QUEUED           0x0000000080000000ull /* the queue is not empty */
#define SEGMENT_CELL_GENERATION       0x00003fff00000000ull
#define SEGMENT_CELL_GENERATION_SHIFT 32
#define SEGMENT_CELL_MOVED            0x0000400000000000ull /* the object's state is elsewhere by now: `forward` */
#define SEGMENT_CELL_LOCKED           0x0000800000000000ull
#define SEGMENT_CELL_OWNER_SHIFT      48

enum segment_cell_kind {
    CELL_NONE,
    CELL_NOTIFICATION,    /* stays signalled: manual-reset events, processes, threads, … */
    CELL_SYNCHRONIZATION, /* releases one waiter: auto-reset events and timers */
    CELL_SEMAPHORE,
    CELL_MUTANT,
    CELL_VERSION, /* nobody waits: its value says which version of an object's state the server has */
    CELL_KIND_COUNT
};

/*
 * A wait block links one waiting thread into one cell's queue. Block n belongs to thread record n / 64, and the remainder
 * is its position in the thread's wait. Block numbers start at 64, as thread record 0 is not used; 0 ends a list.
 */
struct segment_block {
    uint32_t next;
    uint32_t prev;
    uint32_t cell;   /* reference; 0 = not linked */
    uint32_t target; /* the cell that the present wait uses this block for: changed by the waiter only */
};

/*
 * What a thread waits with. `wait_state` is both the futex it sleeps on and the claim on the wait: whoever changes it from
 * an armed state to SATISFIED has ended the wait, and nobody else can. An object is consumed for the waiter by whoever
 * signals it, at that moment, as in Windows: setting an auto-reset event twice releases two waiters, and neither the
 * setter nor a newcomer can take what a waiter was given. A thread needs one futex however many objects it waits for,
 * so no kernel support for waiting on several is required (futex_waitv would need Linux 5.16).
 *
 * A wait that involves a common cell is claimed in the thread's common record. Its own record says DELEGATED meanwhile.
 */
struct segment_thread {
    uint32_t wait_state;  /* enum segment_wait_state, futex */
    uint32_t alert_state; /* NtAlertThreadByThreadId: enum segment_alert_state, futex */
    uint32_t pending;     /* SEGMENT_PENDING_*: what interrupts waits */
    uint32_t alertable;   /* the present wait may be interrupted by APCs and alerts */
    uint32_t count;       /* blocks of the present wait */
    uint32_t abandoned;   /* wait-all: a mutant among what was acquired had been abandoned */
    uint32_t tid;         /* NT thread id; 0 = record not in use */
    uint32_t native_tid;
    uint32_t owned_head;    /* cells of the mutants it owns */
    uint32_t owned_pending; /* the one it is about to link or unlink */
    uint32_t packet;        /* the record is not a thread's but a wait completion packet's */
    uint32_t next_free;
    uint32_t delegate; /* own record: the thread's common record, or 0 */
    uint32_t moved;    /* own record: among what it owns there are cells that have moved */
    /* Common records, for whoever clears up after a death: */
    uint32_t process_id; /* of Windows, for queries */
    uint32_t native_pid;
    uint32_t dead;       /* the server knows that its process has died */
    uint32_t locking;    /* the cell whose lock it holds or is about to take, or SEGMENT_LOCKING_TARGETS */
    uint32_t signalling; /* it may have satisfied waits without having woken the waiters yet */
    uint32_t commit;     /* wait-all: everything is locked and will be consumed */
    uint32_t owned_lock; /* spin lock of owned_head, for the process's threads */
    uint32_t taking;     /* the dead record whose lock it is about to take over: not to be reused meanwhile */
    uint32_t reserved[10];
    struct segment_block blocks[SEGMENT_WAIT_OBJECTS];
};

#define SEGMENT_LOCKING_TARGETS UINT32_MAX /* of blocks[0 .. count - 1] */

enum segment_wait_state {
    WAIT_STATE_IDLE,
    WAIT_STATE_ANY,       /* waiting for any; still spinning */
    WAIT_STATE_ANY_SLEEP, /* the same, must be woken by a futex call */
    WAIT_STATE_ALL,
    WAIT_STATE_ALL_SLEEP,
    WAIT_STATE_COMMITTING, /* wait-all: someone is trying to acquire everything for the waiter */
    WAIT_STATE_COMMITTING_SLEEP,
    WAIT_STATE_INTERRUPTED,      /* look what is pending, and else start anew */
    WAIT_STATE_DELEGATED,        /* own record: the state is that of the common record */
    WAIT_STATE_SATISFIED = 0x100 /* plus the position of the block */
};

enum segment_alert_state { ALERT_NONE, ALERT_SET, ALERT_WAITING };

#define SEGMENT_PENDING_APC     0x1u /* user APCs are queued */
#define SEGMENT_PENDING_ALERT   0x2u /* NtAlertThread */
#define SEGMENT_PENDING_SUSPEND 0x4u /* the thread must stop, or end: see thread_interrupted() */
#define SEGMENT_PENDING_SPECIAL 0x8u /* special user APCs: delivered when the call returns */

_Static_assert(sizeof(struct segment_header) <= SEGMENT_HEADER_SIZE, "header");
_Static_assert(sizeof(struct segment_handle) == 32, "handle entry");
_Static_assert(offsetof(struct segment_handle, cell) % 8 == 0, "the cell and its generation are read as one");
_Static_assert(sizeof(struct segment_cell) == 64, "a cell is one cache line");
_Static_assert(sizeof(struct segment_block) == 16, "wait block");
_Static_assert(sizeof(struct segment_thread) == 128 + 64 * 16, "thread record");
_Static_assert(SEGMENT_SLAB_HANDLES * sizeof(struct segment_handle) == SEGMENT_CELLS_START, "slab");
_Static_assert(SEGMENT_CELLS_START + SEGMENT_SLAB_CELLS * sizeof(struct segment_cell) == SEGMENT_THREADS_START, "slab");
_Static_assert(SEGMENT_THREADS_START + SEGMENT_SLAB_THREADS * sizeof(struct segment_thread) <= SEGMENT_SLAB_SIZE,
               "slab");
_Static_assert(SEGMENT_MAX_THREADS / SEGMENT_SLAB_THREADS < SEGMENT_MAX_SLABS, "slabs for all threads");

/* Where an item is, from the segment's base. */
static inline uint64_t segment_handle_offset(uint32_t index)
{
    return SEGMENT_HEADER_SIZE + (uint64_t)(index / SEGMENT_SLAB_HANDLES) * SEGMENT_SLAB_SIZE + SEGMENT_HANDLES_START +
           (index % SEGMENT_SLAB_HANDLES) * sizeof(struct segment_handle);
}

static inline uint64_t segment_cell_offset(uint32_t index)
{
    return SEGMENT_HEADER_SIZE + (uint64_t)(index / SEGMENT_SLAB_CELLS) * SEGMENT_SLAB_SIZE + SEGMENT_CELLS_START +
           (index % SEGMENT_SLAB_CELLS) * sizeof(struct segment_cell);
}

static inline uint64_t segment_thread_offset(uint32_t index)
{
    return SEGMENT_HEADER_SIZE + (uint64_t)(index / SEGMENT_SLAB_THREADS) * SEGMENT_SLAB_SIZE + SEGMENT_THREADS_START +
           (index % SEGMENT_SLAB_THREADS) * sizeof(struct segment_thread);
}

#endif
