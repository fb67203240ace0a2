/* SPDX-License-Identifier: MIT */
/*
 * cell.c: the state of waitable objects: acquiring and signalling them. The server is built with this file too.
 *
 * Without contention either is one compare-and-swap of the cell's word. When threads are queued, the signaller locks the
 * cell and hands what it signals to the waiters itself, first come first served, before it returns.
 *
 * Locking order: a thread holds one cell's lock at a time, except to acquire several at once for a wait-all, which locks
 * all of them in the order of their references. Nothing blocks while holding one. See docs/waits.md.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include "cells.h"
#include "cell_private.h"

char *segment_base, *segment_common_base;
uint32_t segment_common_cells, segment_common_threads;
__thread uint32_t cell_self_own, cell_self_common;
__thread bool cell_partner_spins;
void (*cell_packet_fired)(uint32_t record);

uint32_t cell_self(uint32_t ref)
{
    if (likely(!(ref & CELL_COMMON)))
        return cell_self_own;
    if (unlikely(!cell_self_common) && cell_common_record)
        cell_common_record();
    return cell_self_common;
}

static inline bool generation_ok(uint64_t word, uint16_t generation)
{
    return likely(CELL_GENERATION_OF(word) == generation) || generation == CELL_ANY_GENERATION;
}

static inline bool cas(struct segment_cell *cell, uint64_t *expected, uint64_t desired)
{
    return __atomic_compare_exchange_n(&cell->word, expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

bool cell_signalled(const struct segment_cell *cell, uint64_t word, uint32_t thread)
{
    uint32_t value = CELL_VALUE(word);
    return cell->kind == CELL_MUTANT ? !value || value == thread : value != 0;
}

uint64_t cell_consume(struct segment_cell *cell, uint64_t word, uint32_t thread, bool *abandoned)
{
    switch (cell->kind) {
    case CELL_SYNCHRONIZATION:
    case CELL_SEMAPHORE:
        return word - 1;
    case CELL_MUTANT:
        if (CELL_VALUE(word)) {
            cell->recursion++;
            return word;
        }
        if (cell->abandoned) {
            cell->abandoned = 0;
            *abandoned = true;
        }
        cell->recursion = 1;
        return word | thread;
    default:
        return word;
    }
}

/* --- queues: the cell is locked. The chain of `next` is whole after every single store: cell_repair relies on it. --- */

static inline bool block_ok(char *segment, uint32_t number)
{
    uint32_t record = number / SEGMENT_WAIT_OBJECTS;
    return record && record < (segment == segment_common_base ? segment_common_threads : SEGMENT_MAX_THREADS);
}

#define STORE(where, value) __atomic_store_n(&(where), value, __ATOMIC_RELEASE)

uint64_t cell_queue_append(uint32_t ref, uint64_t word, uint32_t number)
{
    struct segment_cell *cell = segment_cell(ref);
    char *segment = segment_of(ref);
    struct segment_block *block = block_in(segment, number);
    uint32_t tail = word & SEGMENT_CELL_QUEUED ? cell->queue_tail : 0;
    if (unlikely(tail && !block_ok(segment, tail)))
        tail = 0;
    block->next = 0;
    block->prev = tail;
    STORE(block->cell, ref);
    if (tail)
        STORE(block_in(segment, tail)->next, number);
    else
        STORE(cell->queue_head, number);
    STORE(cell->queue_tail, number);
    cell->waiters++;
    return word | SEGMENT_CELL_QUEUED;
}

uint64_t cell_queue_remove(uint32_t ref, uint64_t word, uint32_t number)
{
    struct segment_cell *cell = segment_cell(ref);
    char *segment = segment_of(ref);
    struct segment_block *block = block_in(segment, number);
    uint32_t next = block->next, prev = block->prev;
    if (unlikely(ref & CELL_COMMON)) {
        /* Others write there too, and one who died may have unlinked it without having said so. */
        bool linked =
            prev ? block_ok(segment, prev) && block_in(segment, prev)->next == number : cell->queue_head == number;
        if (!linked) {
            STORE(block->cell, 0);
            return word;
        }
        if (next && !block_ok(segment, next))
            next = 0;
    }
    if (prev)
        STORE(block_in(segment, prev)->next, next);
    else
        STORE(cell->queue_head, next);
    if (next)
        STORE(block_in(segment, next)->prev, prev);
    else
        STORE(cell->queue_tail, prev);
    STORE(block->cell, 0);
    cell->waiters--;
    return cell->queue_head ? word : word & ~SEGMENT_CELL_QUEUED;
}

/* --- the list of mutants that a thread owns: the mutant is locked; `owned_pending` covers the moments between --- */

/* A process's own list is changed by its thread only; the common one also by whoever shares a mutant for the first time. */
static void owned_lock(uint32_t ref, struct segment_thread *record)
{
    if (likely(!(ref & CELL_COMMON)))
        return;
    /* Only threads of the record's process take it. Where that is dead, so is who has it, and the server is alone. */
    if (__atomic_load_n(&record->dead, __ATOMIC_ACQUIRE))
        return;
    while (__atomic_exchange_n(&record->owned_lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void owned_unlock(uint32_t ref, struct segment_thread *record)
{
    if (unlikely(ref & CELL_COMMON))
        STORE(record->owned_lock, 0);
}

static inline bool same_segment(uint32_t ref, uint32_t other)
{
    return !((ref ^ other) & CELL_COMMON) && (!(ref & CELL_COMMON) || (other & ~CELL_COMMON) < segment_common_cells);
}

void cell_link_owned(uint32_t ref, uint32_t owner)
{
    struct segment_thread *record = record_in(segment_of(ref), owner);
    struct segment_cell *cell = segment_cell(ref);
    owned_lock(ref, record);
    STORE(record->owned_pending, ref);
    uint32_t head = record->owned_head;
    if (unlikely(head && !same_segment(ref, head)))
        head = 0;
    cell->owned_prev = 0;
    cell->owned_next = head;
    if (head)
        STORE(segment_cell(head)->owned_prev, ref);
    STORE(record->owned_head, ref);
    cell->linked = 1;
    STORE(record->owned_pending, 0);
    owned_unlock(ref, record);
}

void cell_unlink_owned(uint32_t ref, uint32_t owner)
{
    struct segment_thread *record = record_in(segment_of(ref), owner);
    struct segment_cell *cell = segment_cell(ref);
    owned_lock(ref, record);
    STORE(record->owned_pending, ref);
    uint32_t next = cell->owned_next, prev = cell->owned_prev;
    if (unlikely(next && !same_segment(ref, next)))
        next = 0;
    if (prev && likely(same_segment(ref, prev)))
        STORE(segment_cell(prev)->owned_next, next);
    else
        STORE(record->owned_head, next);
    if (next)
        STORE(segment_cell(next)->owned_prev, prev);
    cell->linked = 0;
    owned_unlock(ref, record);
    /* owned_pending stays until the mutant has its next owner, or none: see release. */
}

/* --- acquiring --- */

static void prune_moved(void)
{
    if (cell_self_own && unlikely(__atomic_load_n(&segment_thread(cell_self_own)->moved, __ATOMIC_ACQUIRE)) &&
        cell_prune_moved)
        cell_prune_moved(segment_thread(cell_self_own));
}

static NTSTATUS mutant_try_acquire(uint32_t ref, uint16_t generation)
{
    uint32_t self = ref & CELL_COMMON ? cell_self_common : cell_self_own;
    uint64_t word = __atomic_load_n(&segment_cell(ref)->word, __ATOMIC_ACQUIRE);
    if (unlikely(!self))
        return STATUS_TIMEOUT;
    if (generation_ok(word, generation) && !(word & SEGMENT_CELL_MOVED) && CELL_VALUE(word) && CELL_VALUE(word) != self)
        return STATUS_TIMEOUT;
    prune_moved();
    NTSTATUS status = cell_lock_live(&ref, generation, &word);
    if (unlikely(status))
        return status;
    struct segment_cell *cell = segment_cell(ref);
    if (ref & CELL_COMMON)
        self = cell_self_common; /* it may have moved */
    if (unlikely(!self) || !cell_signalled(cell, word, self)) {
        status = STATUS_TIMEOUT;
    } else if (CELL_VALUE(word) && cell->recursion == INT32_MAX) {
        status = STATUS_MUTANT_LIMIT_EXCEEDED;
    } else {
        bool abandoned = false;
        status = STATUS_WAIT_0;
        word = cell_consume(cell, word, self, &abandoned);
        if (!cell->linked)
            cell_link_owned(ref, self);
        if (abandoned)
            status = STATUS_ABANDONED_WAIT_0;
    }
    cell_unlock(ref, word);
    return status;
}

NTSTATUS cell_try_acquire(uint32_t ref, uint16_t generation, enum segment_cell_kind kind)
{
    if (kind == CELL_MUTANT)
        return mutant_try_acquire(ref, generation);
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_MOVED))) {
            NTSTATUS status = cell_lock_live(&ref, generation, &word);
            if (status)
                return status;
            bool signalled = CELL_VALUE(word) != 0, unused;
            cell = segment_cell(ref);
            cell_unlock(ref, signalled ? cell_consume(cell, word, 0, &unused) : word);
            return signalled ? STATUS_WAIT_0 : STATUS_TIMEOUT;
        }
        if (!CELL_VALUE(word))
            return STATUS_TIMEOUT;
        if (kind == CELL_NOTIFICATION || cas(cell, &word, word - 1))
            return STATUS_WAIT_0;
    }
}

/* --- signalling --- */

/* Waiters that were satisfied under a lock and sleep: woken once it is released. */
struct wake_list {
    uint32_t count;
    uint32_t records[64]; /* with CELL_COMMON */
};

static void wake_all(struct wake_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        wait_wake_ref(list->records[i]);
    list->count = 0;
}

static void wake_later(struct wake_list *list, uint32_t record)
{
    if (list->count == sizeof(list->records) / sizeof(list->records[0]))
        wake_all(list); /* under the lock, but only where more than 64 threads wait for one object */
    list->records[list->count++] = record;
}

/*
 * From before the first wait on a common cell is claimed until the last waiter is awake: should the process die
 * meanwhile, whoever clears up wakes them.
 */
static void signalling(uint32_t ref, uint32_t yes)
{
    if (unlikely(ref & CELL_COMMON) && cell_self_common)
        STORE(common_thread(cell_self_common)->signalling, yes);
}

/* A walk along a queue ends after this many steps at the latest, should somebody have made a ring of it. */
static uint32_t walk_limit(uint32_t ref)
{
    return (ref & CELL_COMMON ? segment_common_threads : SEGMENT_MAX_THREADS) * SEGMENT_WAIT_OBJECTS;
}

/* Gives the signal to the first waiter for any that is still waiting; its record, or 0. The cell is locked. */
static uint32_t hand_over(uint32_t ref, uint64_t *word, struct wake_list *wakes)
{
    if (!(*word & SEGMENT_CELL_QUEUED))
        return 0;
    char *segment = segment_of(ref);
    uint32_t limit = walk_limit(ref);
    for (uint32_t number = segment_cell(ref)->queue_head; number && block_ok(segment, number) && limit--;
         number = block_in(segment, number)->next) {
        uint32_t wake, record = number / SEGMENT_WAIT_OBJECTS;
        if (!claim_any(segment, record, number % SEGMENT_WAIT_OBJECTS, &wake))
            continue; /* it waits for all, was satisfied by another object, or is leaving */
        *word = cell_queue_remove(ref, *word, number);
        cell_partner_spins = !wake;
        if (wake)
            wake_later(wakes, wake);
        return record;
    }
    return 0;
}

/*
 * The cell may have become signalled: those who wait for all of several are tried once it is unlocked (in the process's
 * own segment), or try themselves.
 */
static uint32_t collect_all_waiters(uint32_t ref, uint64_t word, uint32_t *threads, uint32_t cap,
                                    struct wake_list *wakes)
{
    uint32_t count = 0, limit = walk_limit(ref);
    char *segment = segment_of(ref);
    if (!(word & SEGMENT_CELL_QUEUED))
        return 0;
    for (uint32_t number = segment_cell(ref)->queue_head; number && block_ok(segment, number) && limit--;
         number = block_in(segment, number)->next) {
        uint32_t record = number / SEGMENT_WAIT_OBJECTS, wake;
        switch (waits_for_all(segment, record)) {
        case WAITS_FOR_ALL_HERE:
            if (count < cap)
                threads[count++] = record;
            break;
        case WAITS_FOR_ALL_COMMON:
            if ((wake = wait_restart(segment, record)))
                wake_later(wakes, wake);
            break;
        default:
            break;
        }
    }
    return count;
}

/*
 * Tries to acquire everything that a thread waits for in the process's own segment. No lock is held. While the state is
 * COMMITTING the waiter cannot leave its wait, so its blocks, which name the cells in ascending order, stand still.
 */
static void try_commit(uint32_t thread)
{
    struct segment_thread *record = segment_thread(thread);
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    uint32_t committing;
    for (;;) {
        if (state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) {
            sched_yield(); /* someone else tries, perhaps without having seen our signal: we must try afterwards */
            state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
            continue;
        }
        if (state != WAIT_STATE_ALL && state != WAIT_STATE_ALL_SLEEP)
            return;
        committing = state == WAIT_STATE_ALL ? WAIT_STATE_COMMITTING : WAIT_STATE_COMMITTING_SLEEP;
        if (__atomic_compare_exchange_n(&record->wait_state, &state, committing, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            break;
    }
    /*
     * Perhaps it is in another wait by now than the one that we have seen. Nothing is true but what is seen under the locks:
     * if it is queued at every one of these cells, and at no others, it waits for exactly these.
     */
    uint32_t count = __atomic_load_n(&record->count, __ATOMIC_ACQUIRE), refs[SEGMENT_WAIT_OBJECTS];
    uint64_t words[SEGMENT_WAIT_OBJECTS];
    bool all = count && count <= SEGMENT_WAIT_OBJECTS, abandoned = false;
    for (uint32_t i = 0; i < count && all; i++) {
        refs[i] = __atomic_load_n(&record->blocks[i].target, __ATOMIC_RELAXED);
        all = refs[i] && !(refs[i] & CELL_COMMON) && (!i || refs[i] > refs[i - 1]);
    }
    if (!all) {
        STORE(record->wait_state, state);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        words[i] = cell_lock_unnoted(refs[i]);
        all = all && record->blocks[i].cell == refs[i] && !(words[i] & SEGMENT_CELL_MOVED) &&
              cell_signalled(segment_cell(refs[i]), words[i], thread);
    }
    all = all && __atomic_load_n(&record->count, __ATOMIC_ACQUIRE) == count;
    for (uint32_t i = 0; i < count; i++) {
        if (all) {
            words[i] = cell_consume(segment_cell(refs[i]), words[i], thread, &abandoned);
            words[i] = cell_queue_remove(refs[i], words[i], thread * SEGMENT_WAIT_OBJECTS + i);
        }
        cell_unlock_unnoted(refs[i], words[i]);
    }
    if (!all) {
        STORE(record->wait_state, state);
        return;
    }
    record->abandoned = abandoned;
    STORE(record->wait_state, WAIT_STATE_SATISFIED);
    if (state == WAIT_STATE_ALL_SLEEP)
        wait_wake(record);
}

/* Unlocks a cell that may have become signalled, wakes who was satisfied, and tries those who wait for all. */
static void finish_signal(uint32_t ref, uint64_t word, struct wake_list *wakes)
{
    struct segment_cell *cell = segment_cell(ref);
    uint32_t few[64], *threads = few, count = 0;
    bool signalled = cell->kind == CELL_MUTANT ? !CELL_VALUE(word) : CELL_VALUE(word) != 0;
    if (signalled && word & SEGMENT_CELL_QUEUED) {
        uint32_t cap = 64;
        if (unlikely(!(ref & CELL_COMMON) && cell->waiters > cap)) {
            cap = cell->waiters;
            if (!(threads = malloc(cap * sizeof(*threads)))) {
                threads = few;
                cap = 64;
            }
        }
        count = collect_all_waiters(ref, word, threads, cap, wakes);
    }
    cell_unlock(ref, word);
    wake_all(wakes);
    signalling(ref, 0);
    for (uint32_t i = 0; i < count; i++)
        try_commit(threads[i]);
    if (unlikely(threads != few))
        free(threads);
}

static NTSTATUS set_queued(uint32_t ref, uint16_t generation, LONG *previous)
{
    struct wake_list wakes;
    uint64_t word;
    NTSTATUS status = cell_lock_live(&ref, generation, &word);
    if (status)
        return status;
    wakes.count = 0;
    signalling(ref, 1);
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    if (segment_cell(ref)->kind == CELL_NOTIFICATION) {
        while (hand_over(ref, &word, &wakes))
            ;
        word |= 1;
    } else if (!CELL_VALUE(word) && !hand_over(ref, &word, &wakes)) {
        word |= 1;
    }
    finish_signal(ref, word, &wakes);
    return STATUS_SUCCESS;
}

#define SLOW_PATH (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED | SEGMENT_CELL_MOVED)

NTSTATUS cell_set(uint32_t ref, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    do {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & SLOW_PATH))
            return set_queued(ref, generation, previous);
        /* Swapped even if it is set already: what the setter wrote before must be visible to who resets it next. */
    } while (!cas(cell, &word, word | 1));
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    return STATUS_SUCCESS;
}

NTSTATUS cell_reset(uint32_t ref, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_MOVED))) {
            NTSTATUS status = cell_lock_live(&ref, generation, &word);
            if (status)
                return status;
            cell_unlock(ref, word & ~SEGMENT_CELL_VALUE);
            break;
        }
        if (cas(cell, &word, word & ~SEGMENT_CELL_VALUE))
            break;
    }
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    return STATUS_SUCCESS;
}

/* Releases whom a set would release now, and leaves it reset. A waiter for all is satisfied if the rest is signalled. */
NTSTATUS cell_pulse(uint32_t ref, uint16_t generation, LONG *previous)
{
    struct wake_list wakes;
    uint64_t word;
    NTSTATUS status = cell_lock_live(&ref, generation, &word);
    if (status)
        return status;
    struct segment_cell *cell = segment_cell(ref);
    wakes.count = 0;
    signalling(ref, 1);
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    bool released = false;
    while (hand_over(ref, &word, &wakes)) {
        released = true;
        if (cell->kind == CELL_SYNCHRONIZATION)
            break;
    }
    if (released && cell->kind == CELL_SYNCHRONIZATION)
        word &= ~SEGMENT_CELL_VALUE;
    else
        word |= 1;
    finish_signal(ref, word, &wakes);
    return cell_reset(ref, CELL_ANY_GENERATION, NULL);
}

NTSTATUS cell_semaphore_release(uint32_t ref, uint16_t generation, LONG count, LONG *previous)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & SLOW_PATH))
            break;
        if ((uint64_t)CELL_VALUE(word) + (uint32_t)count > cell->limit)
            return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
        if (cas(cell, &word, word + (uint32_t)count)) {
            if (previous)
                *previous = (LONG)CELL_VALUE(word);
            return STATUS_SUCCESS;
        }
    }
    struct wake_list wakes;
    NTSTATUS status = cell_lock_live(&ref, generation, &word);
    if (status)
        return status;
    if ((uint64_t)CELL_VALUE(word) + (uint32_t)count > segment_cell(ref)->limit) {
        cell_unlock(ref, word);
        return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    }
    wakes.count = 0;
    signalling(ref, 1);
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    while (count && hand_over(ref, &word, &wakes))
        count--;
    finish_signal(ref, word + (uint32_t)count, &wakes);
    return STATUS_SUCCESS;
}

/*
 * The mutant, locked and off its owner's list, goes to the next waiter or becomes free. Whoever is given it puts it on its
 * list itself when it wakes, and tells from the word whether it really has it: see wait.c.
 */
static void mutant_pass_on(uint32_t ref, uint64_t word)
{
    struct wake_list wakes;
    wakes.count = 0;
    signalling(ref, 1);
    word &= ~SEGMENT_CELL_VALUE;
    segment_cell(ref)->recursion = 1;
    uint32_t heir = hand_over(ref, &word, &wakes);
    word |= heir;
    finish_signal(ref, word, &wakes);
}

NTSTATUS cell_mutant_release(uint32_t ref, uint16_t generation, LONG *previous)
{
    uint64_t word;
    prune_moved();
    NTSTATUS status = cell_lock_live(&ref, generation, &word);
    if (status)
        return status;
    struct segment_cell *cell = segment_cell(ref);
    uint32_t self = ref & CELL_COMMON ? cell_self_common : cell_self_own;
    if (!self || CELL_VALUE(word) != self) {
        cell_unlock(ref, word);
        return STATUS_MUTANT_NOT_OWNED;
    }
    /* The count as NtQueryMutant reports it: 1 = free, 0 = owned once, below = owned more often. */
    if (previous)
        *previous = 1 - (LONG)cell->recursion;
    if (cell->recursion > 1) {
        cell->recursion--;
        cell_unlock(ref, word);
        return STATUS_SUCCESS;
    }
    if (cell->linked)
        cell_unlink_owned(ref, self);
    if (likely(!(word & SEGMENT_CELL_QUEUED)))
        cell_unlock(ref, word & ~SEGMENT_CELL_VALUE);
    else
        mutant_pass_on(ref, word);
    STORE(record_in(segment_of(ref), self)->owned_pending, 0);
    return STATUS_SUCCESS;
}

NTSTATUS cell_mutant_own(uint32_t ref)
{
    uint32_t self = cell_self(ref);
    if (!self)
        return STATUS_INSUFFICIENT_RESOURCES;
    uint64_t word = cell_lock(ref);
    segment_cell(ref)->recursion = 1;
    cell_link_owned(ref, self);
    cell_unlock(ref, word | self);
    return STATUS_SUCCESS;
}

void cell_mutant_query(uint32_t ref, struct cell_mutant_state *state)
{
    uint64_t word;
    cell_lock_live(&ref, CELL_ANY_GENERATION, &word);
    struct segment_cell *cell = segment_cell(ref);
    uint32_t owner = CELL_VALUE(word);
    *state = (struct cell_mutant_state){ .abandoned = cell->abandoned };
    if (owner && (!(ref & CELL_COMMON) || owner < segment_common_threads)) {
        const struct segment_thread *record = record_in(segment_of(ref), owner);
        state->recursion = cell->recursion;
        state->owned_by_caller = owner == (ref & CELL_COMMON ? cell_self_common : cell_self_own);
        state->tid = record->tid;
        state->process_id = ref & CELL_COMMON ? record->process_id : 0;
    }
    cell_unlock(ref, word);
}

/* --- abandoning --- */

static void abandon_locked(uint32_t ref, uint64_t word, uint32_t record)
{
    struct segment_cell *cell = segment_cell(ref);
    if (cell->linked)
        cell_unlink_owned(ref, record);
    cell->abandoned = 1;
    mutant_pass_on(ref, word);
    STORE(record_in(segment_of(ref), record)->owned_pending, 0);
}

bool cell_abandon(uint32_t ref, uint32_t record)
{
    uint64_t word;
    if (!cell_lock_patiently(ref, &word))
        return false;
    if (segment_cell(ref)->kind == CELL_MUTANT && CELL_VALUE(word) == record)
        abandon_locked(ref, word, record);
    else
        cell_unlock(ref, word);
    return true;
}

void cell_abandon_owned(char *segment, uint32_t index, void (*free_cell)(uint32_t))
{
    struct segment_thread *record = record_in(segment, index);
    uint32_t ref;
    while ((ref = __atomic_load_n(&record->owned_head, __ATOMIC_ACQUIRE))) {
        struct segment_cell *cell = segment_cell(ref);
        uint64_t word = cell_lock(ref);
        if (word & SEGMENT_CELL_MOVED || cell->orphan) {
            bool orphan = cell->orphan;
            cell_unlink_owned(ref, index);
            cell->orphan = 0;
            cell_unlock(ref, word & ~SEGMENT_CELL_VALUE);
            STORE(record->owned_pending, 0);
            if (orphan && free_cell)
                free_cell(ref);
        } else {
            cell->linked = 1;
            abandon_locked(ref, word, index);
        }
    }
}

LONG cell_value(uint32_t ref)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    if (unlikely(word & SEGMENT_CELL_MOVED) && !(ref & CELL_COMMON))
        word = __atomic_load_n(&segment_cell(cell->forward)->word, __ATOMIC_ACQUIRE);
    return (LONG)CELL_VALUE(word);
}
