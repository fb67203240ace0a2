/* SPDX-License-Identifier: MIT */
/* cell.h: what the files that implement objects and waiting share: the mapped segment, cells, handle snapshots. */
#ifndef TRANSOM_CELL_H
#define TRANSOM_CELL_H

#include "unix.h"
#include "thread.h"
#include "segment.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* --- segment.c --- */
extern char *segment_base;

static inline struct segment_header *segment_header(void)
{
    return (struct segment_header *)segment_base;
}
static inline struct segment_handle *segment_handle(uint32_t index)
{
    return (struct segment_handle *)(segment_base + segment_handle_offset(index));
}
static inline struct segment_cell *segment_cell(uint32_t index)
{
    return (struct segment_cell *)(segment_base + segment_cell_offset(index));
}
static inline struct segment_thread *segment_thread(uint32_t index)
{
    return (struct segment_thread *)(segment_base + segment_thread_offset(index));
}
static inline struct segment_block *segment_block(uint32_t number)
{
    return &segment_thread(number / SEGMENT_WAIT_OBJECTS)->blocks[number % SEGMENT_WAIT_OBJECTS];
}

void segment_create(void);
extern int segment_fd;
/* Indices from the pools; 0 when the limit is reached or memory is out. */
uint32_t segment_handle_alloc(void);
void segment_handle_free(uint32_t index);
uint32_t segment_cell_alloc(void);
void segment_cell_free(uint32_t index);
uint32_t segment_thread_alloc(void);
void segment_thread_free(uint32_t index);

/* --- small locks of our own: 4 bytes, no call when uncontended; never held while touching the program's memory --- */
void native_lock_slow(uint32_t *lock);
void native_unlock_slow(uint32_t *lock);

static inline void native_lock(uint32_t *lock)
{
    uint32_t expected = 0;
    if (unlikely(!__atomic_compare_exchange_n(lock, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
        native_lock_slow(lock);
}
static inline void native_unlock(uint32_t *lock)
{
    if (unlikely(__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2))
        native_unlock_slow(lock);
}

static inline void cpu_relax(void)
{
    __builtin_ia32_pause();
}

/* --- handle.c: a handle's entry, read without a lock or a reference --- */
struct handle_snapshot {
    uint32_t access;
    uint32_t cell;
    uint16_t generation;
    uint8_t type;
    uint8_t kind;
};
static inline bool handle_snapshot(HANDLE handle, struct handle_snapshot *snapshot)
{
    uint32_t index = (uint32_t)((ULONG_PTR)handle >> 2);
    if (unlikely((ULONG_PTR)handle >> 2 >= __atomic_load_n(&segment_header()->handles.used, __ATOMIC_RELAXED) ||
                 !index))
        return false;
    const struct segment_handle *entry = segment_handle(index);
    uint64_t state = __atomic_load_n(&entry->state, __ATOMIC_ACQUIRE) & ~SEGMENT_HANDLE_PINS;
    if (unlikely(!(state & SEGMENT_HANDLE_LIVE)))
        return false;
    snapshot->access = entry->access;
    snapshot->cell = entry->cell;
    snapshot->generation = entry->cell_generation;
    snapshot->type = entry->type;
    snapshot->kind = entry->kind;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return (__atomic_load_n(&entry->state, __ATOMIC_RELAXED) & ~SEGMENT_HANDLE_PINS) == state;
}

/* --- object.c --- */
/* Types are numbered as they are first used: the number is in handle entries and in NtQueryObject's answers. */
unsigned object_type_index(const struct object_type *type);
const struct object_type *object_type_by_index(unsigned index);

/* --- cell.c: signalling --- */
#define CELL_GENERATION_OF(word) ((uint16_t)(((word)&SEGMENT_CELL_GENERATION) >> SEGMENT_CELL_GENERATION_SHIFT))
#define CELL_VALUE(word)         ((uint32_t)((word)&SEGMENT_CELL_VALUE))
#define CELL_ANY_GENERATION      0xffffu

/*
 * All give STATUS_INVALID_HANDLE if the cell is not of that generation any more. `previous` gets the value from before:
 * 0/1 for events, the count for semaphores.
 */
NTSTATUS cell_set(uint32_t index, uint16_t generation, LONG *previous);
NTSTATUS cell_reset(uint32_t index, uint16_t generation, LONG *previous);
NTSTATUS cell_pulse(uint32_t index, uint16_t generation, LONG *previous);
NTSTATUS cell_semaphore_release(uint32_t index, uint16_t generation, LONG count, LONG *previous);
NTSTATUS cell_mutant_release(uint32_t index, uint16_t generation, LONG *previous);
/* Makes the calling thread the owner of a fresh mutant. */
void cell_mutant_own(uint32_t index);
LONG cell_value(uint32_t index);

/* Acquires if that is possible at once: STATUS_WAIT_0 or STATUS_ABANDONED_WAIT_0; STATUS_TIMEOUT if not signalled. */
NTSTATUS cell_try_acquire(uint32_t index, uint16_t generation, enum segment_cell_kind kind);

/* Locking, for wait.c. The returned word is without the lock. */
uint64_t cell_lock(struct segment_cell *cell);
void cell_unlock(struct segment_cell *cell, uint64_t word);
bool cell_signalled(const struct segment_cell *cell, uint64_t word, uint32_t thread);
/* Takes it for thread record `thread`; returns the new word. *abandoned is set if it was an abandoned mutant. */
uint64_t cell_consume(struct segment_cell *cell, uint64_t word, uint32_t thread, bool *abandoned);
uint64_t cell_queue_append(struct segment_cell *cell, uint64_t word, uint32_t cell_index, uint32_t block);
uint64_t cell_queue_remove(struct segment_cell *cell, uint64_t word, uint32_t block);
/* The list of owned mutants, on the owner's own thread. */
void cell_link_owned(uint32_t index);
void cell_abandon_owned(struct segment_thread *record);

/* --- wait.c --- */
/* Blocks the calling thread until its wait_state is no armed one any more, or the deadline. */
enum wake_reason { WAKE_SATISFIED, WAKE_TIMEOUT, WAKE_INTERRUPTED };
struct wait_deadline {
    bool infinite;
    bool realtime; /* an absolute time of the wall clock, else of the monotonic one */
    int64_t seconds;
    long nanoseconds;
};
void wait_deadline_init(struct wait_deadline *deadline, const LARGE_INTEGER *timeout);
bool wait_deadline_passed(const struct wait_deadline *deadline);
/* Sleeps while *word is `value`, or until woken. False when the deadline has passed. */
bool futex_sleep(uint32_t *word, uint32_t value, const struct wait_deadline *deadline);
void wait_interrupt_for_apc(struct thread_wait *wait);
void wait_interrupt_for_alert(struct thread_wait *wait);
/* Armed state `armed` (ANY or ALL) must be set before anybody can find the wait. */
void wait_arm(struct thread_wait *wait, bool alertable, uint32_t armed);
/* When satisfied *position is the block's. Interrupted and timed out leave the state idle. */
enum wake_reason wait_block(struct thread_wait *wait, const struct wait_deadline *deadline, uint32_t *position);
/* Ends another thread's wait of WAIT_STATE_ANY; true if it was still waiting. To be followed by wait_wake(sleeping). */
bool wait_claim(struct segment_thread *record, uint32_t position, bool *sleeping);
void wait_wake(struct segment_thread *record);
/* What an interrupted wait does: STATUS_USER_APC or STATUS_ALERTED to return, or STATUS_PENDING to start anew. */
NTSTATUS wait_interrupted(struct thread_wait *wait, bool alertable);

/* --- types that others must tell apart (event_type and completion_type are in object.h) --- */
extern const struct object_type mutant_type, semaphore_type, timer_type;

/* --- completion.c --- */
/* The calling thread, which handles a port's packets, blocks elsewhere; and goes on. */
void completion_thread_blocks(struct thread_wait *wait);
void completion_thread_resumes(struct thread_wait *wait);
void completion_thread_detach(struct thread_wait *wait);
/* A wait completion packet's block was satisfied. */
void completion_packet_fired(uint32_t record);

static inline struct thread_wait *wait_self(void)
{
    return &current_thread->wait;
}

#endif
