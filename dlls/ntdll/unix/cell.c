/* SPDX-License-Identifier: MIT */
/*
 * cell.c: the state of waitable objects: acquiring and signalling them.
 *
 * Without contention either is one compare-and-swap of the cell's word. When threads are queued, the signaller locks the
 * cell and hands what it signals to the waiters itself, first come first served, before it returns.
 *
 * Locking order: a thread holds one cell's lock at a time, except to acquire several at once for a wait-all, which locks
 * all of them in the order of their numbers. Nothing blocks while holding one.
 */
#include <sched.h>
#include "cell.h"

static uint32_t self_index(void)
{
    struct thread *thread = current_thread;
    return thread ? thread->wait.index : 0;
}

static inline bool generation_ok(uint64_t word, uint16_t generation)
{
    return likely(CELL_GENERATION_OF(word) == generation) || generation == CELL_ANY_GENERATION;
}

static inline bool cas(struct segment_cell *cell, uint64_t *expected, uint64_t desired)
{
    return __atomic_compare_exchange_n(&cell->word, expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

uint64_t cell_lock(struct segment_cell *cell)
{
    uint64_t owner = SEGMENT_CELL_LOCKED | (uint64_t)self_index() << SEGMENT_CELL_OWNER_SHIFT;
    for (unsigned spins = 0;; spins++) {
        uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
        if (!(word & SEGMENT_CELL_LOCKED) && cas(cell, &word, word | owner))
            return word;
        /* Held for some dozens of instructions; longer only if its holder was preempted. */
        if (spins < 64)
            cpu_relax();
        else
            sched_yield();
    }
}

void cell_unlock(struct segment_cell *cell, uint64_t word)
{
    __atomic_store_n(&cell->word, word, __ATOMIC_RELEASE);
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

uint64_t cell_queue_append(struct segment_cell *cell, uint64_t word, uint32_t cell_index, uint32_t number)
{
    struct segment_block *block = segment_block(number);
    block->cell = cell_index;
    block->next = 0;
    block->prev = word & SEGMENT_CELL_QUEUED ? cell->queue_tail : 0;
    if (block->prev)
        segment_block(block->prev)->next = number;
    else
        cell->queue_head = number;
    cell->queue_tail = number;
    cell->waiters++;
    return word | SEGMENT_CELL_QUEUED;
}

uint64_t cell_queue_remove(struct segment_cell *cell, uint64_t word, uint32_t number)
{
    struct segment_block *block = segment_block(number);
    if (block->prev)
        segment_block(block->prev)->next = block->next;
    else
        cell->queue_head = block->next;
    if (block->next)
        segment_block(block->next)->prev = block->prev;
    else
        cell->queue_tail = block->prev;
    __atomic_store_n(&block->cell, 0, __ATOMIC_RELEASE);
    cell->waiters--;
    return cell->queue_head ? word : word & ~SEGMENT_CELL_QUEUED;
}

/* --- the list of mutants that a thread owns: changed by that thread only; `owned_pending` covers the moments between --- */

void cell_link_owned(uint32_t index)
{
    struct segment_thread *record = wait_self()->record;
    struct segment_cell *cell = segment_cell(index);
    __atomic_store_n(&record->owned_pending, index, __ATOMIC_RELAXED);
    cell->owned_prev = 0;
    cell->owned_next = record->owned_head;
    if (record->owned_head)
        segment_cell(record->owned_head)->owned_prev = index;
    __atomic_store_n(&record->owned_head, index, __ATOMIC_RELEASE);
    __atomic_store_n(&record->owned_pending, 0, __ATOMIC_RELEASE);
}

static void unlink_owned(struct segment_thread *record, uint32_t index)
{
    struct segment_cell *cell = segment_cell(index);
    __atomic_store_n(&record->owned_pending, index, __ATOMIC_RELAXED);
    if (cell->owned_prev)
        segment_cell(cell->owned_prev)->owned_next = cell->owned_next;
    else
        record->owned_head = cell->owned_next;
    if (cell->owned_next)
        segment_cell(cell->owned_next)->owned_prev = cell->owned_prev;
}

/* --- acquiring --- */

NTSTATUS cell_try_acquire(uint32_t index, uint16_t generation, enum segment_cell_kind kind)
{
    struct segment_cell *cell = segment_cell(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & SEGMENT_CELL_LOCKED)) {
            word = cell_lock(cell);
            cell_unlock(cell, word);
            continue;
        }
        uint32_t value = CELL_VALUE(word);
        if (kind == CELL_MUTANT) {
            uint32_t self = wait_self()->index;
            if (value == self) {
                if (cell->recursion == INT32_MAX)
                    return STATUS_MUTANT_LIMIT_EXCEEDED;
                cell->recursion++;
                return STATUS_WAIT_0;
            }
            if (value)
                return STATUS_TIMEOUT;
            /* Named before it is owned, so that a death in between is noticed: the server looks at its word. */
            __atomic_store_n(&wait_self()->record->owned_pending, index, __ATOMIC_RELAXED);
            if (!cas(cell, &word, word | self))
                continue;
            cell->recursion = 1;
            bool abandoned = cell->abandoned;
            cell->abandoned = 0;
            cell_link_owned(index);
            return abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
        }
        if (!value)
            return STATUS_TIMEOUT;
        if (kind == CELL_NOTIFICATION || cas(cell, &word, word - 1))
            return STATUS_WAIT_0;
    }
}

/* --- signalling --- */

/* Waiters that were satisfied under a lock and sleep: woken once it is released. */
struct wake_list {
    uint32_t count;
    uint32_t threads[64];
};

static void wake_all(struct wake_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct segment_thread *record = segment_thread(list->threads[i]);
        if (record->packet)
            completion_packet_fired(list->threads[i]);
        else
            wait_wake(record);
    }
    list->count = 0;
}

static void wake_later(struct wake_list *list, uint32_t thread)
{
    if (list->count == sizeof(list->threads) / sizeof(list->threads[0]))
        wake_all(list); /* under the lock, but only where more than 64 threads wait for one object */
    list->threads[list->count++] = thread;
}

static bool is_armed_for_all(uint32_t state)
{
    return state == WAIT_STATE_ALL || state == WAIT_STATE_ALL_SLEEP || state == WAIT_STATE_COMMITTING ||
           state == WAIT_STATE_COMMITTING_SLEEP;
}

/* Gives the signal to the first waiter for any that is still waiting; its record, or 0. The cell is locked. */
static uint32_t hand_over(struct segment_cell *cell, uint64_t *word, struct wake_list *wakes)
{
    if (!(*word & SEGMENT_CELL_QUEUED))
        return 0;
    for (uint32_t number = cell->queue_head; number; number = segment_block(number)->next) {
        uint32_t thread = number / SEGMENT_WAIT_OBJECTS;
        struct segment_thread *record = segment_thread(thread);
        if (is_armed_for_all(__atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE)))
            continue;
        bool sleeping;
        if (!wait_claim(record, number % SEGMENT_WAIT_OBJECTS, &sleeping))
            continue; /* satisfied by another object, or leaving */
        *word = cell_queue_remove(cell, *word, number);
        if (sleeping || record->packet)
            wake_later(wakes, thread);
        return thread;
    }
    return 0;
}

/* The waiters for all: their threads, to be tried once the cell is unlocked. */
static uint32_t collect_all_waiters(struct segment_cell *cell, uint64_t word, uint32_t *threads, uint32_t cap)
{
    uint32_t count = 0;
    if (!(word & SEGMENT_CELL_QUEUED))
        return 0;
    for (uint32_t number = cell->queue_head; number && count < cap; number = segment_block(number)->next) {
        uint32_t thread = number / SEGMENT_WAIT_OBJECTS;
        if (is_armed_for_all(__atomic_load_n(&segment_thread(thread)->wait_state, __ATOMIC_ACQUIRE)))
            threads[count++] = thread;
    }
    return count;
}

/*
 * Tries to acquire everything that a thread waits for. No lock is held. While the state is COMMITTING the waiter cannot
 * leave its wait, so its blocks, which name the cells in ascending order, stand still.
 */
static void try_commit(uint32_t thread)
{
    struct segment_thread *record = segment_thread(thread);
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    uint32_t committing;
    for (;;) {
        if (!is_armed_for_all(state))
            return;
        if (state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) {
            sched_yield(); /* someone else tries, perhaps without having seen our signal: we must try afterwards */
            state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
            continue;
        }
        committing = state == WAIT_STATE_ALL ? WAIT_STATE_COMMITTING : WAIT_STATE_COMMITTING_SLEEP;
        if (__atomic_compare_exchange_n(&record->wait_state, &state, committing, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            break;
    }
    uint32_t count = record->count;
    if (count > SEGMENT_WAIT_OBJECTS)
        count = 0; /* shared memory: never trusted beyond its bounds */
    uint64_t words[SEGMENT_WAIT_OBJECTS];
    bool all = count != 0;
    for (uint32_t i = 0; i < count; i++) {
        struct segment_cell *cell = segment_cell(record->blocks[i].cell);
        words[i] = cell_lock(cell);
        all = all && cell_signalled(cell, words[i], thread);
    }
    bool abandoned = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = record->blocks[i].cell;
        struct segment_cell *cell = segment_cell(index);
        if (all) {
            words[i] = cell_consume(cell, words[i], thread, &abandoned);
            words[i] = cell_queue_remove(cell, words[i], thread * SEGMENT_WAIT_OBJECTS + i);
        }
        cell_unlock(cell, words[i]);
    }
    if (!all) {
        __atomic_store_n(&record->wait_state, state, __ATOMIC_RELEASE);
        return;
    }
    record->abandoned = abandoned;
    __atomic_store_n(&record->wait_state, WAIT_STATE_SATISFIED, __ATOMIC_RELEASE);
    if (state == WAIT_STATE_ALL_SLEEP)
        wait_wake(record);
}

/* Unlocks a cell that may have become signalled, wakes who was satisfied, and tries those who wait for all. */
static void finish_signal(struct segment_cell *cell, uint64_t word, struct wake_list *wakes)
{
    uint32_t threads[64];
    uint32_t count = 0;
    bool signalled = cell->kind == CELL_MUTANT ? !CELL_VALUE(word) : CELL_VALUE(word) != 0;
    if (signalled)
        count = collect_all_waiters(cell, word, threads, 64);
    cell_unlock(cell, word);
    wake_all(wakes);
    for (uint32_t i = 0; i < count; i++)
        try_commit(threads[i]);
}

static NTSTATUS set_queued(struct segment_cell *cell, uint16_t generation, LONG *previous)
{
    struct wake_list wakes = { 0 };
    uint64_t word = cell_lock(cell);
    if (!generation_ok(word, generation)) {
        cell_unlock(cell, word);
        return STATUS_INVALID_HANDLE;
    }
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    if (cell->kind == CELL_NOTIFICATION) {
        while (hand_over(cell, &word, &wakes))
            ;
        word |= 1;
    } else if (!CELL_VALUE(word) && !hand_over(cell, &word, &wakes)) {
        word |= 1;
    }
    finish_signal(cell, word, &wakes);
    return STATUS_SUCCESS;
}

NTSTATUS cell_set(uint32_t index, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    do {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED)))
            return set_queued(cell, generation, previous);
        /* Swapped even if it is set already: what the setter wrote before must be visible to who resets it next. */
    } while (!cas(cell, &word, word | 1));
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    return STATUS_SUCCESS;
}

NTSTATUS cell_reset(uint32_t index, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & SEGMENT_CELL_LOCKED)) {
            word = cell_lock(cell);
            cell_unlock(cell, word);
        } else if (cas(cell, &word, word & ~SEGMENT_CELL_VALUE)) {
            break;
        }
    }
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    return STATUS_SUCCESS;
}

/* Releases whom a set would release now, and leaves it reset. A waiter for all is satisfied if the rest is signalled. */
NTSTATUS cell_pulse(uint32_t index, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(index);
    struct wake_list wakes = { 0 };
    uint64_t word = cell_lock(cell);
    if (!generation_ok(word, generation)) {
        cell_unlock(cell, word);
        return STATUS_INVALID_HANDLE;
    }
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    bool released = false;
    while (hand_over(cell, &word, &wakes)) {
        released = true;
        if (cell->kind == CELL_SYNCHRONIZATION)
            break;
    }
    if (released && cell->kind == CELL_SYNCHRONIZATION)
        word &= ~SEGMENT_CELL_VALUE;
    else
        word |= 1;
    finish_signal(cell, word, &wakes);
    return cell_reset(index, generation, NULL);
}

NTSTATUS cell_semaphore_release(uint32_t index, uint16_t generation, LONG count, LONG *previous)
{
    struct segment_cell *cell = segment_cell(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    for (;;) {
        if (unlikely(!generation_ok(word, generation)))
            return STATUS_INVALID_HANDLE;
        if (unlikely(word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED)))
            break;
        if ((uint64_t)CELL_VALUE(word) + (uint32_t)count > cell->limit)
            return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
        if (cas(cell, &word, word + (uint32_t)count)) {
            if (previous)
                *previous = (LONG)CELL_VALUE(word);
            return STATUS_SUCCESS;
        }
    }
    struct wake_list wakes = { 0 };
    word = cell_lock(cell);
    NTSTATUS status = generation_ok(word, generation) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    if (!status && (uint64_t)CELL_VALUE(word) + (uint32_t)count > cell->limit)
        status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    if (status) {
        cell_unlock(cell, word);
        return status;
    }
    if (previous)
        *previous = (LONG)CELL_VALUE(word);
    while (count && hand_over(cell, &word, &wakes))
        count--;
    finish_signal(cell, word + (uint32_t)count, &wakes);
    return STATUS_SUCCESS;
}

static void mutant_pass_on(struct segment_cell *cell, uint64_t word)
{
    struct wake_list wakes = { 0 };
    word &= ~SEGMENT_CELL_VALUE;
    /* What the new owner finds must be in place before it is told. */
    uint8_t abandoned = cell->abandoned;
    cell->recursion = 1;
    uint32_t heir = hand_over(cell, &word, &wakes);
    if (heir) {
        segment_thread(heir)->abandoned = abandoned;
        cell->abandoned = 0;
        word |= heir;
    }
    finish_signal(cell, word, &wakes);
}

NTSTATUS cell_mutant_release(uint32_t index, uint16_t generation, LONG *previous)
{
    struct segment_cell *cell = segment_cell(index);
    struct segment_thread *record = wait_self()->record;
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    if (!generation_ok(word, generation))
        return STATUS_INVALID_HANDLE;
    if (CELL_VALUE(word) != wait_self()->index)
        return STATUS_MUTANT_NOT_OWNED;
    /* The count as NtQueryMutant reports it: 1 = free, 0 = owned once, below = owned more often. */
    if (previous)
        *previous = 1 - (LONG)cell->recursion;
    if (--cell->recursion)
        return STATUS_SUCCESS;
    unlink_owned(record, index);
    word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    for (;;) {
        if (word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED)) {
            mutant_pass_on(cell, cell_lock(cell));
            break;
        }
        if (cas(cell, &word, word & ~SEGMENT_CELL_VALUE))
            break;
    }
    __atomic_store_n(&record->owned_pending, 0, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

void cell_mutant_own(uint32_t index)
{
    struct segment_cell *cell = segment_cell(index);
    cell->recursion = 1;
    cell_unlock(cell, cell_lock(cell) | wait_self()->index);
    cell_link_owned(index);
}

/* The thread ends: what it still owns goes to the waiters, or becomes free, as abandoned. */
void cell_abandon_owned(struct segment_thread *record)
{
    while (record->owned_head) {
        uint32_t index = record->owned_head;
        struct segment_cell *cell = segment_cell(index);
        unlink_owned(record, index);
        if (cell->orphan) {
            cell->orphan = 0;
            cell->kind = CELL_NONE;
            segment_cell_free(index);
            continue;
        }
        uint64_t word = cell_lock(cell);
        cell->abandoned = 1;
        mutant_pass_on(cell, word);
        record->owned_pending = 0;
    }
}

LONG cell_value(uint32_t index)
{
    return (LONG)CELL_VALUE(__atomic_load_n(&segment_cell(index)->word, __ATOMIC_ACQUIRE));
}
