/* SPDX-License-Identifier: MIT */
/*
 * recover.c: what a thread that has died leaves in the common segment: locks, its place in queues, mutants, waiters that it
 * had satisfied and not woken. It may have died at any instruction; docs/waits.md says why what is done here is enough.
 *
 * Nothing read from the segment is trusted: indices are checked, walks are bounded. A lock that another living process
 * keeps (because it is stopped) is waited for a moment only; the rest is done later.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "cell_private.h"
#include "common.h"

#define RETRY_NS 20000000

static bool valid(uint32_t ref)
{
    uint32_t index = ref & ~CELL_COMMON;
    return ref & CELL_COMMON && index && index < segment_common_cells;
}

/* The dead thread's lock of a cell, if it has it, is taken over and given back. */
static void break_lock(uint32_t ref, uint32_t dead)
{
    uint64_t word;
    while (valid(ref) && (word = __atomic_load_n(&segment_cell(ref)->word, __ATOMIC_ACQUIRE)) & SEGMENT_CELL_LOCKED &&
           CELL_OWNER(word) == dead) {
        if (cell_take_over(ref, word, SEGMENT_SERVER_RECORD, &word)) {
            cell_unlock(ref, word);
            return;
        }
    }
}

static bool unlink_block(uint32_t index, uint32_t position)
{
    struct segment_block *block = &common_thread(index)->blocks[position];
    uint32_t ref = __atomic_load_n(&block->cell, __ATOMIC_ACQUIRE);
    uint64_t word;
    if (!valid(ref))
        return true;
    if (!cell_lock_patiently(ref, &word))
        return false;
    if (block->cell == ref)
        word = cell_queue_remove(ref, word, index * SEGMENT_WAIT_OBJECTS + position);
    cell_unlock(ref, word);
    return true;
}

static bool abandon(uint32_t ref, uint32_t index)
{
    return !valid(ref) || cell_abandon(ref, index);
}

/* Somebody has seen that this record has a lock, and may try to take it over. Afterwards nobody can see that any more. */
static bool is_being_taken(uint32_t index)
{
    for (uint32_t i = SEGMENT_SERVER_RECORD + 1; i < segment_common_threads; i++)
        if (__atomic_load_n(&common_thread(i)->taking, __ATOMIC_SEQ_CST) == index &&
            !__atomic_load_n(&common_thread(i)->dead, __ATOMIC_ACQUIRE))
            return true;
    return false;
}

/* All that can be done now; false: to be tried again. May be done any number of times. */
static bool recover(uint32_t index)
{
    struct segment_thread *record = common_thread(index);
    __atomic_store_n(&record->dead, 1, __ATOMIC_SEQ_CST);

    /* Nobody can satisfy the wait from here on. Who has just done so, before, is seen below by what he gave. */
    wait_disarm(record, WAIT_STATE_IDLE, NULL);
    record->wait_state = WAIT_STATE_IDLE;

    uint32_t locking = __atomic_load_n(&record->locking, __ATOMIC_ACQUIRE);
    if (locking == SEGMENT_LOCKING_TARGETS)
        for (uint32_t i = 0; i < SEGMENT_WAIT_OBJECTS; i++)
            break_lock(record->blocks[i].target, index);
    else
        break_lock(locking, index);
    record->commit = 0;

    for (uint32_t i = 0; i < SEGMENT_WAIT_OBJECTS; i++)
        if (!unlink_block(index, i))
            return false;
    /* Mutants: those that it was given and had not put on its list yet, then the list, then the one in between. */
    for (uint32_t i = 0; i < SEGMENT_WAIT_OBJECTS; i++)
        if (!abandon(record->blocks[i].target, index))
            return false;
    uint32_t next = record->owned_head;
    for (uint32_t limit = segment_common_cells; valid(next) && limit; limit--) {
        uint32_t ref = next;
        next = segment_cell(ref)->owned_next;
        if (!abandon(ref, index))
            return false;
    }
    if (!abandon(record->owned_pending, index))
        return false;

    /* It may have ended waits without having woken the waiters: a wake-up too many does no harm. */
    if (record->signalling)
        for (uint32_t i = SEGMENT_SERVER_RECORD + 1; i < segment_common_threads; i++) {
            uint32_t state = __atomic_load_n(&common_thread(i)->wait_state, __ATOMIC_RELAXED);
            if (state == WAIT_STATE_INTERRUPTED || state >= WAIT_STATE_SATISFIED)
                wait_wake_common(common_thread(i));
        }
    return !locking || !is_being_taken(index);
}

/* --- what could not be done at once --- */

/* A record to be cleared up after, or a cell (a reference) to be signalled or reset. */
struct delayed {
    uint32_t what;
    enum delayed_action action;
};
static struct delayed *pending;
static uint32_t pending_count, pending_capacity;
static struct source retry = { .fd = -1 };

static void retry_soon(void)
{
    struct itimerspec when = { { 0, 0 }, { 0, RETRY_NS } };
    if (retry.fd >= 0)
        timerfd_settime(retry.fd, 0, &when, NULL);
}

static void retry_ready(struct source *source, uint32_t events)
{
    uint64_t ticks;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0)
        return;
    uint32_t count = pending_count;
    struct delayed *items = pending;
    pending = NULL;
    pending_count = pending_capacity = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].action == DELAYED_RECOVERY)
            recover_thread_record(items[i].what);
        else if (items[i].action == DELAYED_SIGNAL)
            server_cell_signal(items[i].what & ~CELL_COMMON);
        else
            server_cell_reset(items[i].what & ~CELL_COMMON);
    }
    free(items);
    server_limbo_look();
}

void recover_later(uint32_t what, enum delayed_action action)
{
    if (pending_count == pending_capacity) {
        uint32_t capacity = pending_capacity ? pending_capacity * 2 : 16;
        struct delayed *larger = realloc(pending, capacity * sizeof(*larger));
        if (!larger)
            return;
        pending = larger;
        pending_capacity = capacity;
    }
    pending[pending_count++] = (struct delayed){ what, action };
    if (retry.fd < 0) {
        int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        retry.ready = retry_ready;
        if (fd >= 0 && !source_add(&retry, fd, EPOLLIN)) {
            close(fd);
            retry.fd = -1;
        }
    }
    retry_soon();
}

void recover_never(uint32_t what, enum delayed_action action)
{
    for (uint32_t i = 0; i < pending_count;) {
        if (pending[i].what == what && pending[i].action == action)
            pending[i] = pending[--pending_count];
        else
            i++;
    }
}

void recover_mark(uint32_t index)
{
    __atomic_store_n(&common_thread(index)->dead, 1, __ATOMIC_SEQ_CST);
}

void recover_thread_record(uint32_t index)
{
    if (recover(index))
        server_thread_free(index);
    else
        recover_later(index, DELAYED_RECOVERY);
}
