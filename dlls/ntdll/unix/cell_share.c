/* SPDX-License-Identifier: MIT */
/*
 * cell_share.c: cells' coming and going in a process, and their moving to the common segment when an object that only the
 * process knew is given to another one. See docs/waits.md.
 */
#include <stdlib.h>
#include "cell.h"

#define STORE(where, value) __atomic_store_n(&(where), value, __ATOMIC_RELEASE)

/* --- common records --- */

/* Gives a thread's own record its common one, unless it has one by now. */
static NTSTATUS record_for(struct segment_thread *own, uint32_t *index)
{
    *index = __atomic_load_n(&own->delegate, __ATOMIC_ACQUIRE);
    if (*index)
        return STATUS_SUCCESS;
    uint32_t fresh, none = 0;
    if (!client_thread_record)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = client_thread_record(&fresh);
    if (status)
        return status;
    if (fresh <= SEGMENT_SERVER_RECORD || fresh >= SEGMENT_MAX_THREADS || !segment_common_base)
        return STATUS_INTERNAL_ERROR;
    struct segment_thread *record = common_thread(fresh);
    record->wait_state = WAIT_STATE_IDLE;
    record->tid = own->tid;
    if (!__atomic_compare_exchange_n(&own->delegate, &none, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        if (client_thread_record_free)
            client_thread_record_free(fresh);
        fresh = none;
    }
    *index = fresh;
    return STATUS_SUCCESS;
}

NTSTATUS cell_common_record(void)
{
    if (cell_self_common)
        return STATUS_SUCCESS;
    if (cell_self_own)
        return record_for(segment_thread(cell_self_own), &cell_self_common);
    /* One of our own threads, which has no record in the process's segment and only signals; it lasts as long as we do. */
    uint32_t fresh;
    if (!client_thread_record)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = client_thread_record(&fresh);
    if (!status && (fresh <= SEGMENT_SERVER_RECORD || fresh >= SEGMENT_MAX_THREADS))
        status = STATUS_INTERNAL_ERROR;
    if (!status)
        cell_self_common = fresh;
    return status;
}

void cell_thread_detach(struct segment_thread *own)
{
    cell_abandon_owned(segment_base, cell_self_own, segment_cell_free);
    uint32_t common = __atomic_load_n(&own->delegate, __ATOMIC_ACQUIRE);
    if (common) {
        /* What has no object any more is freed by the server, as it alone takes from and gives to that segment. */
        cell_abandon_owned(segment_common_base, common, NULL);
        cell_self_common = common;
        if (client_thread_record_free)
            client_thread_record_free(common);
    }
    cell_self_common = cell_self_own = 0;
    STORE(own->delegate, 0);
    STORE(own->moved, 0);
}

/* --- cells of the process --- */

uint32_t cell_new(enum segment_cell_kind kind, LONG state, LONG limit)
{
    uint32_t index = segment_cell_alloc();
    if (!index)
        return 0;
    struct segment_cell *cell = segment_cell(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED) & SEGMENT_CELL_GENERATION;
    cell->kind = (uint8_t)kind;
    cell->abandoned = 0;
    cell->linked = 0;
    cell->limit = (uint32_t)limit;
    cell->recursion = 0;
    cell->queue_head = cell->queue_tail = cell->waiters = 0;
    STORE(cell->word, word | (uint32_t)state);
    return index;
}

void cell_release(uint32_t ref)
{
    struct segment_cell *cell = segment_cell(ref);
    uint64_t word = cell_lock(ref);
    /* A new generation: an operation that still has the old one in its hand fails. */
    uint64_t generation = (word + (1ull << SEGMENT_CELL_GENERATION_SHIFT)) & SEGMENT_CELL_GENERATION;
    /* A mutant that another thread still owns is in that thread's list: the thread frees the cell when it ends. */
    bool owned = cell->kind == CELL_MUTANT && CELL_VALUE(word);
    cell->orphan = owned;
    if (!owned)
        cell->kind = CELL_NONE;
    cell->abandoned = 0;
    cell_unlock(ref, owned ? generation | (word & SEGMENT_CELL_MOVED) : generation);
    if (!owned)
        segment_cell_free(ref);
}

/* --- moving --- */

/*
 * Cells that have moved while the calling thread owned them are still in its own list, which only it may change. While
 * such a one has a value it is there.
 */
void cell_prune_moved(struct segment_thread *record)
{
    __atomic_store_n(&record->moved, 0, __ATOMIC_SEQ_CST);
    uint32_t ref = record->owned_head;
    while (ref) {
        struct segment_cell *cell = segment_cell(ref);
        uint32_t next = cell->owned_next;
        if (__atomic_load_n(&cell->word, __ATOMIC_ACQUIRE) & SEGMENT_CELL_MOVED) {
            uint64_t word = cell_lock(ref);
            bool orphan = cell->orphan;
            cell_unlink_owned(ref, cell_self_own);
            cell->orphan = 0;
            cell_unlock(ref, word & ~SEGMENT_CELL_VALUE);
            STORE(record->owned_pending, 0);
            if (orphan)
                segment_cell_free(ref);
        }
        ref = next;
    }
}

/* The common record of a mutant's owner. The mutant is locked, so the owner is there; it is not while we ask the server. */
static NTSTATUS owner_record(uint32_t from, uint32_t owner, uint64_t word, bool *unlocked, uint32_t *index)
{
    struct segment_thread *own = segment_thread(owner);
    *unlocked = false;
    if ((*index = __atomic_load_n(&own->delegate, __ATOMIC_ACQUIRE)))
        return STATUS_SUCCESS;
    *unlocked = true;
    cell_unlock(from, word);
    if (owner == cell_self_own)
        return cell_common_record();
    uint32_t fresh;
    NTSTATUS status = client_thread_record ? client_thread_record(&fresh) : STATUS_NOT_SUPPORTED;
    if (status)
        return status;
    word = cell_lock(from);
    uint32_t none = 0;
    bool given = !(word & SEGMENT_CELL_MOVED) && CELL_VALUE(word) == owner;
    if (given) {
        common_thread(fresh)->wait_state = WAIT_STATE_IDLE;
        common_thread(fresh)->tid = own->tid;
        given = __atomic_compare_exchange_n(&own->delegate, &none, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
    cell_unlock(from, word);
    if (!given && client_thread_record_free)
        client_thread_record_free(fresh);
    return STATUS_SUCCESS;
}

/*
 * Takes note of who waits on a cell that has moved and is locked. Wait completion packets leave the queue: once they are
 * claimed nobody else can stop them, and they stay what they are until restart_waiters has them.
 */
static uint64_t note_waiters(uint32_t ref, uint64_t word, uint32_t *records, uint32_t cap, uint32_t *count)
{
    uint32_t next;
    if (!(word & SEGMENT_CELL_QUEUED))
        return word;
    for (uint32_t number = segment_cell(ref)->queue_head; number && *count < cap; number = next) {
        uint32_t record = number / SEGMENT_WAIT_OBJECTS;
        next = block_in(segment_base, number)->next;
        if (segment_thread(record)->packet) {
            if (!wait_disarm(segment_thread(record), WAIT_STATE_INTERRUPTED, NULL))
                continue; /* being cancelled */
            word = cell_queue_remove(ref, word, number);
        }
        records[(*count)++] = record;
    }
    return word;
}

/* They start anew, and find the new cell. */
static void restart_waiters(const uint32_t *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (segment_thread(records[i])->packet) {
            completion_packet_moved(records[i]);
            continue;
        }
        uint32_t wake = wait_restart(segment_base, records[i]);
        if (wake)
            wait_wake_ref(wake);
    }
}

/*
 * A new object that nobody else in this process knows gets a cell that others may know already, as it has a name: the
 * server has made it with the state that the object's own cell has. A mutant that is owned from the start is the
 * calling thread's.
 */
void cell_become(struct object *obj, uint32_t common_cell)
{
    uint32_t from = obj->cell, to = common_cell | CELL_COMMON;
    bool owned = segment_cell(from)->kind == CELL_MUTANT && cell_value(from);
    while (segment_cell(from)->kind == CELL_MUTANT && cell_value(from))
        if (cell_mutant_release(from, CELL_ANY_GENERATION, NULL))
            break;
    if (owned) {
        uint64_t word = cell_lock(to);
        if (CELL_VALUE(word) == cell_self_common && !segment_cell(to)->linked)
            cell_link_owned(to, cell_self_common); /* until now it was our record's owned_pending */
        cell_unlock(to, word);
    }
    STORE(obj->cell, to);
    cell_release(from);
}

NTSTATUS cell_share(struct object *obj, uint32_t common_cell)
{
    uint32_t from = __atomic_load_n(&obj->cell, __ATOMIC_ACQUIRE), to = common_cell | CELL_COMMON, owner, index = 0;
    struct segment_cell *source = segment_cell(from), *target = segment_cell(to);
    uint32_t *records = NULL, cap = 0, count = 0;
    uint64_t word;
    if (!from)
        return STATUS_OBJECT_TYPE_MISMATCH;
    for (;;) {
        if (from & CELL_COMMON)
            return STATUS_ALREADY_COMMITTED;
        word = cell_lock(from);
        if (word & SEGMENT_CELL_MOVED) {
            cell_unlock(from, word);
            return STATUS_ALREADY_COMMITTED;
        }
        if (source->waiters > cap) { /* room first, as nothing may fail later */
            cap = source->waiters + 8;
            cell_unlock(from, word);
            free(records);
            if (!(records = malloc(cap * sizeof(*records))))
                return STATUS_NO_MEMORY;
            continue;
        }
        owner = source->kind == CELL_MUTANT ? CELL_VALUE(word) : 0;
        if (!owner)
            break;
        bool unlocked;
        NTSTATUS status = owner_record(from, owner, word, &unlocked, &index);
        if (status) {
            free(records);
            return status;
        }
        if (!unlocked)
            break;
    }
    /* Nobody knows the target yet. */
    target->kind = source->kind;
    target->abandoned = source->abandoned;
    target->limit = source->limit;
    target->recursion = source->recursion;
    target->linked = target->orphan = 0;
    target->queue_head = target->queue_tail = target->waiters = 0;
    uint64_t generation = __atomic_load_n(&target->word, __ATOMIC_RELAXED) & SEGMENT_CELL_GENERATION;
    STORE(target->word, generation | (owner ? index : CELL_VALUE(word)));
    if (owner)
        cell_link_owned(to, index);
    source->forward = to;
    source->forward_generation = CELL_GENERATION_OF(generation);
    word = note_waiters(from, word, records, cap, &count);
    obj->moved_from = from;
    STORE(obj->cell, to);
    if (!owner || !source->linked)
        word &= ~SEGMENT_CELL_VALUE;
    else
        __atomic_store_n(&segment_thread(owner)->moved, 1, __ATOMIC_SEQ_CST);
    cell_unlock(from, word | SEGMENT_CELL_MOVED);
    restart_waiters(records, count);
    free(records);
    return STATUS_SUCCESS;
}
