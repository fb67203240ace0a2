/* SPDX-License-Identifier: MIT */
/* cell.h: what the files that implement objects and waiting share: the mapped segment, cells, handle snapshots. */
#ifndef TRANSOM_CELL_H
#define TRANSOM_CELL_H

#include "unix.h"
#include "thread.h"
#include "cells.h"

/* --- segment.c --- */
static inline struct segment_header *segment_header(void)
{
    return (struct segment_header *)segment_base;
}
static inline struct segment_handle *segment_handle(uint32_t index)
{
    return (struct segment_handle *)(segment_base + segment_handle_offset(index));
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

/* --- cell_share.c --- */
/* A cell of the process's own segment; 0 if there are no more. And its end, when its object is gone. */
uint32_t cell_new(enum segment_cell_kind kind, LONG state, LONG limit);
void cell_release(uint32_t ref);
/*
 * Gives the state of an object, which so far only this process knows, to a fresh cell of the common segment (whose index
 * the server has given): done before another process gets a handle to it. STATUS_ALREADY_COMMITTED if it has one by now:
 * the fresh cell is then not used. The object's own cell stays until the object goes (object->moved_from).
 */
NTSTATUS cell_share(struct object *obj, uint32_t common_cell);
void cell_become(struct object *obj, uint32_t common_cell);
/* The calling thread ends: what it owns is abandoned, its common record given back. */
void cell_thread_detach(struct segment_thread *own);
/* The server's: a common record for a thread (the caller fills in its id), and its end. By client.c; weak until then. */
NTSTATUS client_thread_record(uint32_t *index) __attribute__((weak));
void client_thread_record_free(uint32_t index) __attribute__((weak));
/* Maps the prefix's common segment. Once a process. */
NTSTATUS segment_common_attach(int fd);

/* --- wait_cells.c: spinning before sleeping, if it has paid lately --- */
uint32_t wait_spin_limit(struct wait_spin *spin, bool hint); /* how many pauses; hint: another one spins for us */
void wait_spin_paid(struct wait_spin *spin, uint32_t took);
void wait_spin_failed(struct wait_spin *spin);

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
    uint64_t cell = __atomic_load_n((const uint64_t *)&entry->cell, __ATOMIC_RELAXED);
    snapshot->cell = (uint32_t)cell;
    snapshot->generation = (uint16_t)(cell >> 32);
    snapshot->type = entry->type;
    snapshot->kind = entry->kind;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return (__atomic_load_n(&entry->state, __ATOMIC_RELAXED) & ~SEGMENT_HANDLE_PINS) == state;
}

/* The handle's entry gets the cell that the object has by now, so that this does not have to be found out each time. */
void handle_refresh(HANDLE handle);
static inline void handle_refresh_if_moved(HANDLE handle, const struct handle_snapshot *snapshot)
{
    if (unlikely(__atomic_load_n(&segment_cell(snapshot->cell)->word, __ATOMIC_RELAXED) & SEGMENT_CELL_MOVED))
        handle_refresh(handle);
}

/* --- object.c --- */
const struct object_type *object_type_by_index(unsigned index);

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
/* Armed state `armed` (ANY or ALL) must be set before anybody can find the wait, which involves the process's own cells only. */
void wait_arm(struct thread_wait *wait, bool alertable, uint32_t armed);
/* When satisfied *position is the block's. Interrupted and timed out leave the state idle. */
enum wake_reason wait_block(struct thread_wait *wait, const struct wait_deadline *deadline, uint32_t *position);
/*
 * What a thread can do itself towards the end of its own wait (io.c): it is woken by a second futex too, a shared one, and
 * then advance() may signal what it waits for. Between begin() and end() it only blocks.
 */
struct wait_help {
    uint32_t *changed; /* atomic; NULL: nothing to be done (any more) */
    uint32_t seen;
    void (*begin)(struct wait_help *help);
    void (*advance)(struct wait_help *help); /* *changed is not `seen` */
    void (*end)(struct wait_help *help);
};
extern __thread struct wait_help
    *wait_help; /* of the calling thread's next wait_any(), which is for one cell of its own */
/* Waits for any of these cells. Follows those that move meanwhile. */
struct wait_target {
    uint32_t cell; /* reference */
    uint16_t generation;
    uint8_t kind;
    uint8_t position; /* of the handle, as the program gave it: added to the status */
};
NTSTATUS wait_any(struct thread_wait *wait, struct wait_target *targets, uint32_t count, bool alertable,
                  const LARGE_INTEGER *timeout);
/* The same for all of them at once. */
NTSTATUS wait_all(struct thread_wait *wait, struct wait_target *targets, uint32_t count, bool alertable,
                  const LARGE_INTEGER *timeout);
extern bool wait_server_lost;
uint32_t wait_pending_bits(const struct thread_wait *wait, bool alertable);
/* What an interrupted wait does: STATUS_USER_APC or STATUS_ALERTED to return, or STATUS_PENDING to start anew. */
NTSTATUS wait_interrupted(struct thread_wait *wait, bool alertable);

/* --- types that others must tell apart (event_type and completion_type are in object.h) --- */
extern const struct object_type mutant_type, semaphore_type, timer_type, keyed_event_type, wait_packet_type;

/* --- completion.c --- */
/* The calling thread, which handles a port's packets, blocks elsewhere; and goes on. */
void completion_thread_blocks(struct thread_wait *wait);
void completion_thread_resumes(struct thread_wait *wait);
void completion_thread_detach(struct thread_wait *wait);
/* A wait completion packet's block was satisfied. */
void completion_packet_fired(uint32_t record);
/* The cell that a wait completion packet waits for has moved to the common segment. */
void completion_packet_moved(uint32_t record);

static inline struct thread_wait *wait_self(void)
{
    return &current_thread->wait;
}

#endif
