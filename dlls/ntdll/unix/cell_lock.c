/* SPDX-License-Identifier: MIT */
/*
 * cell_lock.c: the locks of cells, taking them over from the dead, and claims on waits. The server is built with this file
 * too. See docs/waits.md.
 */
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "cell_private.h"

#define STORE(where, value) __atomic_store_n(&(where), value, __ATOMIC_RELEASE)

/* --- who died --- */

static bool process_is_gone(uint32_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return true;
    struct pollfd poller = { fd, POLLIN, 0 };
    bool gone = poll(&poller, 1, 0) > 0;
    close(fd);
    return gone;
}

/* The lock of a common cell has been held for long. `slowly` also asks the kernel: should the server be dead too. */
static bool owner_is_dead(uint64_t word, bool slowly)
{
    uint32_t owner = CELL_OWNER(word);
    if (!owner || owner >= segment_common_threads)
        return false;
    const struct segment_thread *record = common_thread(owner);
    if (__atomic_load_n(&record->dead, __ATOMIC_ACQUIRE))
        return true;
    uint32_t pid = __atomic_load_n(&record->native_pid, __ATOMIC_ACQUIRE);
    return slowly && pid && pid != (uint32_t)getpid() && process_is_gone(pid);
}

/* --- repair --- */

/* Makes the queue whole again from its chain of `next`, which always is. Blocks that are not in it are left alone. */
static uint64_t repair_queue(uint32_t ref, uint64_t word)
{
    struct segment_cell *cell = segment_cell(ref);
    char *segment = segment_of(ref);
    uint32_t previous = 0, count = 0;
    uint32_t limit = segment_common_threads * SEGMENT_WAIT_OBJECTS;
    for (uint32_t number = cell->queue_head; number; count++) {
        uint32_t record = number / SEGMENT_WAIT_OBJECTS;
        bool good =
            record && record < segment_common_threads && count < limit && block_in(segment, number)->cell == ref;
        if (!good) { /* nothing that an honest process does leads here */
            if (previous)
                STORE(block_in(segment, previous)->next, 0);
            else
                STORE(cell->queue_head, 0);
            break;
        }
        STORE(block_in(segment, number)->prev, previous);
        previous = number;
        number = block_in(segment, number)->next;
    }
    STORE(cell->queue_tail, previous);
    cell->waiters = count;
    return previous ? word | SEGMENT_CELL_QUEUED : word & ~SEGMENT_CELL_QUEUED;
}

bool cell_take_over(uint32_t ref, uint64_t seen, uint32_t self, uint64_t *word)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t old = seen & ~(SEGMENT_CELL_LOCKED | (uint64_t)0xffff << SEGMENT_CELL_OWNER_SHIFT);
    uint64_t mine = old | SEGMENT_CELL_LOCKED | (uint64_t)self << SEGMENT_CELL_OWNER_SHIFT;
    if (!__atomic_compare_exchange_n(&cell->word, &seen, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return false;
    uint32_t dead = CELL_OWNER(seen);
    struct segment_thread *record = dead && dead < segment_common_threads ? common_thread(dead) : NULL;
    *word = repair_queue(ref, old);
    if (record && record->commit && cell_signalled(cell, *word, dead)) {
        /* A wait for all had been decided: it happens as a whole. */
        bool abandoned;
        *word = cell_consume(cell, *word, dead, &abandoned);
    }
    if (cell->kind == CELL_MUTANT && !CELL_VALUE(*word)) {
        /* It died before it owned it, having perhaps put it on its list. */
        cell->linked = 0;
        if (record && record->owned_pending == ref && record->owned_head == ref)
            STORE(record->owned_head, cell->owned_next);
    }
    return true;
}

/*
 * Between the look at the owner and the compare-and-swap the server could clear up after the dead, give its record to a new thread, and
 * that could have the same cell locked in the same state. So the record is said to be needed first, and then looked at again.
 */
static bool take_over_from_dead(uint32_t ref, uint32_t self, bool slowly, uint64_t *word)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t seen = *word;
    bool done = false;
    if (!owner_is_dead(seen, slowly))
        return false;
    __atomic_store_n(&common_thread(self)->taking, CELL_OWNER(seen), __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&cell->word, __ATOMIC_SEQ_CST) == seen && owner_is_dead(seen, slowly))
        done = cell_take_over(ref, seen, self, word);
    STORE(common_thread(self)->taking, 0);
    return done;
}

/* --- locking --- */

#define SPINS_BRIEFLY  64   /* held for some dozens of instructions; longer only if its holder was preempted */
#define SPINS_YIELDING 2000 /* then it sleeps between looks */
#define SPINS_TO_HELP  64   /* how many of these until somebody is to help the holder, who may be stopped */

unsigned cell_patience = UINT32_MAX;

static inline bool try_lock(struct segment_cell *cell, uint64_t owner, uint64_t *word)
{
    *word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    return !(*word & SEGMENT_CELL_LOCKED) &&
           __atomic_compare_exchange_n(&cell->word, word, *word | owner, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static bool lock_within(uint32_t ref, uint32_t self, uint64_t *word, unsigned most)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t owner = SEGMENT_CELL_LOCKED | (uint64_t)self << SEGMENT_CELL_OWNER_SHIFT, held = 0;
    for (unsigned spins = 0; spins < most; spins++) {
        if (likely(try_lock(cell, owner, word)))
            return true;
        if (spins < SPINS_BRIEFLY) {
            cpu_relax();
            continue;
        }
        if (ref & CELL_COMMON && *word & SEGMENT_CELL_LOCKED && spins % 64 == 0 &&
            take_over_from_dead(ref, self, spins > SPINS_YIELDING, word))
            return true;
        if (spins < SPINS_YIELDING) {
            sched_yield();
        } else {
            struct timespec pause = { 0, 500000 };
            nanosleep(&pause, NULL);
            if (spins % SPINS_TO_HELP == 0) { /* many who take turns hold nobody up: only one who has it still */
                if (*word == held && ref & CELL_COMMON && *word & SEGMENT_CELL_LOCKED && cell_lock_held)
                    cell_lock_held(ref);
                held = *word;
            }
        }
    }
    if (ref & CELL_COMMON && cell_lock_held)
        cell_lock_held(ref);
    return false;
}

uint64_t cell_lock_unnoted(uint32_t ref)
{
    uint64_t word;
    lock_within(ref, cell_self(ref), &word, UINT32_MAX);
    return word;
}

void cell_unlock_unnoted(uint32_t ref, uint64_t word)
{
    STORE(segment_cell(ref)->word, word);
}

static void note(uint32_t ref, uint32_t self, uint32_t what)
{
    if (unlikely(ref & CELL_COMMON) && self)
        STORE(common_thread(self)->locking, what);
}

uint64_t cell_lock(uint32_t ref)
{
    uint64_t word;
    uint32_t self = cell_self(ref);
    note(ref, self, ref);
    lock_within(ref, self, &word, UINT32_MAX);
    return word;
}

bool cell_lock_patiently(uint32_t ref, uint64_t *word)
{
    uint32_t self = cell_self(ref);
    note(ref, self, ref);
    if (lock_within(ref, self, word, cell_patience))
        return true;
    note(ref, self, 0);
    return false;
}

void cell_unlock(uint32_t ref, uint64_t word)
{
    STORE(segment_cell(ref)->word, word);
    note(ref, cell_self_common, 0);
}

NTSTATUS cell_lock_live(uint32_t *ref, uint16_t generation, uint64_t *word)
{
    for (;;) {
        if (unlikely(!cell_lock_patiently(*ref, word)))
            return STATUS_RETRY;
        if (unlikely(CELL_GENERATION_OF(*word) != generation && generation != CELL_ANY_GENERATION)) {
            cell_unlock(*ref, *word);
            return STATUS_INVALID_HANDLE;
        }
        if (likely(!(*word & SEGMENT_CELL_MOVED)) ||
            *ref & CELL_COMMON) /* which never move, whatever is written there */
            return STATUS_SUCCESS;
        const struct segment_cell *cell = segment_cell(*ref);
        uint32_t forward = cell->forward;
        generation = (uint16_t)cell->forward_generation;
        cell_unlock(*ref, *word);
        *ref = forward;
    }
}

/* --- claims --- */

/* Where the claim on a wait is: the record itself, or its thread's common one. */
static struct segment_thread *claim_of(char *segment, uint32_t index, uint32_t *ref, uint32_t *state)
{
    struct segment_thread *record = record_in(segment, index);
    *ref = segment == segment_common_base ? index | CELL_COMMON : index;
    *state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    if (unlikely(*state == WAIT_STATE_DELEGATED) && segment != segment_common_base) {
        uint32_t common =
            __atomic_load_n(&record->delegate, __ATOMIC_RELAXED); /* 0, which nobody uses, if it has ended */
        *ref = common | CELL_COMMON;
        record = common_thread(common);
        *state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    }
    return record;
}

bool wait_claim(struct segment_thread *record, uint32_t position, bool *sleeping)
{
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    while (state == WAIT_STATE_ANY || state == WAIT_STATE_ANY_SLEEP) {
        if (__atomic_compare_exchange_n(&record->wait_state, &state, WAIT_STATE_SATISFIED + position, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            *sleeping = state == WAIT_STATE_ANY_SLEEP;
            return true;
        }
    }
    return false;
}

bool claim_any(char *segment, uint32_t index, uint32_t position, uint32_t *wake)
{
    uint32_t ref, state;
    struct segment_thread *claim = claim_of(segment, index, &ref, &state);
    bool sleeping;
    if (!wait_claim(claim, position, &sleeping))
        return false;
    *wake = sleeping || claim->packet ? ref : 0;
    return true;
}

enum waits_for_all waits_for_all(char *segment, uint32_t index)
{
    uint32_t ref, state;
    claim_of(segment, index, &ref, &state);
    if (state < WAIT_STATE_ALL || state > WAIT_STATE_COMMITTING_SLEEP)
        return WAITS_NOT_FOR_ALL;
    return ref & CELL_COMMON ? WAITS_FOR_ALL_COMMON : WAITS_FOR_ALL_HERE;
}

/* Common ones are never committed for by others: what says so is garbage that nobody will change. */
static bool is_common(const struct segment_thread *record)
{
    return segment_common_base && (uintptr_t)record - (uintptr_t)segment_common_base < SEGMENT_MAX_SIZE;
}

bool wait_disarm(struct segment_thread *record, uint32_t to, bool *sleeping)
{
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    while (wait_is_armed(state)) {
        if ((state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) && likely(!is_common(record))) {
            sched_yield();
            state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
        } else if (__atomic_compare_exchange_n(&record->wait_state, &state, to, false, __ATOMIC_ACQ_REL,
                                               __ATOMIC_ACQUIRE)) {
            if (sleeping)
                *sleeping = state == WAIT_STATE_ANY_SLEEP || state == WAIT_STATE_ALL_SLEEP;
            return true;
        }
    }
    return false;
}

uint32_t wait_restart(char *segment, uint32_t index)
{
    uint32_t ref, state;
    struct segment_thread *claim = claim_of(segment, index, &ref, &state);
    bool sleeping = false;
    return wait_disarm(claim, WAIT_STATE_INTERRUPTED, &sleeping) && (sleeping || claim->packet) ? ref : 0;
}

/* --- waking --- */

void wait_wake(struct segment_thread *record)
{
    syscall(SYS_futex, &record->wait_state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void wait_wake_common(struct segment_thread *record)
{
    syscall(SYS_futex, &record->wait_state, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void wait_wake_ref(uint32_t ref)
{
    if (ref & CELL_COMMON)
        wait_wake_common(common_thread(ref & ~CELL_COMMON));
    else if (unlikely(segment_thread(ref)->packet))
        cell_packet_fired(ref);
    else
        wait_wake(segment_thread(ref));
}
