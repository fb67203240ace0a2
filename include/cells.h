/* SPDX-License-Identifier: MIT */
/*
 * cells.h: cells and claims on waits, as processes and the server use them (dlls/ntdll/unix/cell.c, which both are built
 * with; docs/waits.md). A cell is meant by its reference: see CELL_COMMON.
 */
#ifndef TRANSOM_CELLS_H
#define TRANSOM_CELLS_H

#include "nt.h"
#include "segment.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Where the segments are mapped: the process's own (NULL in the server) and the prefix's (NULL until connected). */
extern char *segment_base, *segment_common_base;
/* Indices of the common segment below these may be used; what is read from shared memory is checked against them. */
extern uint32_t segment_common_cells, segment_common_threads;

/* The calling thread's records; 0 = none (yet). */
extern __thread uint32_t cell_self_own, cell_self_common;
/* Whom the calling thread satisfied last was spinning: an answer may come soon. See wait_cells.c. */
extern __thread bool cell_partner_spins;
/* Gets the calling thread's common record if it has none yet. Not in the server, which has one from the start. */
NTSTATUS cell_common_record(void) __attribute__((weak));
/* Unlinks cells that have moved from what the calling thread owns. */
void cell_prune_moved(struct segment_thread *record) __attribute__((weak));
/* A wait completion packet's wait was satisfied; its record. */
extern void (*cell_packet_fired)(uint32_t record);

static inline char *segment_of(uint32_t ref)
{
    return unlikely(ref & CELL_COMMON) ? segment_common_base : segment_base;
}
static inline struct segment_cell *segment_cell(uint32_t ref)
{
    return (struct segment_cell *)(segment_of(ref) + segment_cell_offset(ref & ~CELL_COMMON));
}
/* The record `index` of a segment. */
static inline struct segment_thread *record_in(char *segment, uint32_t index)
{
    return (struct segment_thread *)(segment + segment_thread_offset(index));
}
static inline struct segment_block *block_in(char *segment, uint32_t number)
{
    return &record_in(segment, number / SEGMENT_WAIT_OBJECTS)->blocks[number % SEGMENT_WAIT_OBJECTS];
}
static inline struct segment_thread *segment_thread(uint32_t index)
{
    return record_in(segment_base, index);
}
static inline struct segment_thread *common_thread(uint32_t index)
{
    return record_in(segment_common_base, index);
}

static inline void cpu_relax(void)
{
    __builtin_ia32_pause();
}

#define CELL_GENERATION_OF(word) ((uint16_t)(((word)&SEGMENT_CELL_GENERATION) >> SEGMENT_CELL_GENERATION_SHIFT))
#define CELL_VALUE(word)         ((uint32_t)((word)&SEGMENT_CELL_VALUE))
#define CELL_ANY_GENERATION      0xffffu

/* --- signalling --- */

/*
 * All give STATUS_INVALID_HANDLE if the cell is not of that generation any more. `previous` gets the value from before:
 * 0/1 for events, the count for semaphores. Where a cell has moved they go on with the one that it has become.
 */
NTSTATUS cell_set(uint32_t ref, uint16_t generation, LONG *previous);
NTSTATUS cell_reset(uint32_t ref, uint16_t generation, LONG *previous);
NTSTATUS cell_pulse(uint32_t ref, uint16_t generation, LONG *previous);
NTSTATUS cell_semaphore_release(uint32_t ref, uint16_t generation, LONG count, LONG *previous);
NTSTATUS cell_mutant_release(uint32_t ref, uint16_t generation, LONG *previous);
/* Makes the calling thread the owner of a fresh mutant. */
NTSTATUS cell_mutant_own(uint32_t ref);
LONG cell_value(uint32_t ref);

/* Who owns a mutant; zeros if nobody does. */
struct cell_mutant_state {
    uint32_t recursion;
    bool abandoned, owned_by_caller;
    uint32_t process_id, tid; /* process_id 0 = this process */
};
void cell_mutant_query(uint32_t ref, struct cell_mutant_state *state);

/*
 * Acquires if that is possible at once: STATUS_WAIT_0 or STATUS_ABANDONED_WAIT_0; STATUS_TIMEOUT if not signalled, or if it
 * is a common mutant and the caller has no record yet.
 */
NTSTATUS cell_try_acquire(uint32_t ref, uint16_t generation, enum segment_cell_kind kind);

/* --- locking and queueing, for waits --- */

/* The calling thread's record in the segment of `ref`, which it gets if it has none; 0 if that fails. */
uint32_t cell_self(uint32_t ref);
/* The returned word is without the lock. The cell may have moved (SEGMENT_CELL_MOVED). */
uint64_t cell_lock(uint32_t ref);
void cell_unlock(uint32_t ref, uint64_t word);
/* The same without a note of what is locked: for several at once, which the record has as its targets. */
uint64_t cell_lock_unnoted(uint32_t ref);
void cell_unlock_unnoted(uint32_t ref, uint64_t word);
/* Locks the cell that *ref is or has become. Not locked if it is of another generation: STATUS_INVALID_HANDLE. */
NTSTATUS cell_lock_live(uint32_t *ref, uint16_t generation, uint64_t *word);
/*
 * Gives up when another process has kept the lock for `cell_patience` looks: the server's alone is limited, as a process
 * that is stopped must not stop it. Operations on cells give STATUS_RETRY then.
 */
#define CELL_PATIENCE_OF_SERVER 1000u
/* Called when the lock of a common cell has not been had for milliseconds: its holder may be stopped, and can be helped. */
void cell_lock_held(uint32_t ref) __attribute__((weak));
extern unsigned cell_patience;
bool cell_lock_patiently(uint32_t ref, uint64_t *word);
bool cell_signalled(const struct segment_cell *cell, uint64_t word, uint32_t thread);
/* Takes it for thread record `thread`; returns the new word. *abandoned is set if it was an abandoned mutant. */
uint64_t cell_consume(struct segment_cell *cell, uint64_t word, uint32_t thread, bool *abandoned);
uint64_t cell_queue_append(uint32_t ref, uint64_t word, uint32_t block);
uint64_t cell_queue_remove(uint32_t ref, uint64_t word, uint32_t block);
/* Puts a mutant on its new owner's list or takes it off; the mutant is locked. `owner` is the owner's record. */
void cell_link_owned(uint32_t ref, uint32_t owner);
void cell_unlink_owned(uint32_t ref, uint32_t owner);
/*
 * A thread's end: what it owns goes to the waiters, or becomes free, as abandoned. `segment` is the record's. Orphans are
 * given to `free_cell`.
 */
void cell_abandon_owned(char *segment, uint32_t record, void (*free_cell)(uint32_t ref));
/* Abandons one mutant if `record` owns it; for the server. False if its lock cannot be had now. */
bool cell_abandon(uint32_t ref, uint32_t record);

/* --- claims --- */

/* Ends the wait (of WAIT_STATE_ANY) of a record that is no delegating one; to be followed by wait_wake if *sleeping. */
bool wait_claim(struct segment_thread *record, uint32_t position, bool *sleeping);
void wait_wake(struct segment_thread *record);        /* of the process's own segment */
void wait_wake_common(struct segment_thread *record); /* of the common segment */
/* Leaves an armed state for `to`; false if the wait ended otherwise meanwhile (the state tells how). */
bool wait_disarm(struct segment_thread *record, uint32_t to, bool *sleeping);
static inline bool wait_is_armed(uint32_t state)
{
    return state >= WAIT_STATE_ANY && state <= WAIT_STATE_COMMITTING_SLEEP;
}
/* Makes the wait behind a block's record start anew; the record to wake afterwards (with CELL_COMMON), or 0. */
uint32_t wait_restart(char *segment, uint32_t record);
void wait_wake_ref(uint32_t record);

#endif
