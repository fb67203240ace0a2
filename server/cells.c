/* SPDX-License-Identifier: MIT */
/*
 * cells.c: the common segment (include/segment.h): cells and thread records, handed out by the server alone, and the
 * server's own signalling. What is free is remembered here, not in the segment, which anybody may write to.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "cells.h"
#include "common.h"

int common_fd = -1;
uint32_t cell_count, record_count;

static uint32_t slab_count = 1;

void common_header(void)
{
    const union {
        struct segment_header header;
        uint32_t words[sizeof(struct segment_header) / sizeof(uint32_t)];
    } right = { .header = {
                    .magic = SEGMENT_MAGIC,
                    .version = SEGMENT_VERSION,
                    .header_size = SEGMENT_HEADER_SIZE,
                    .slab_size = SEGMENT_SLAB_SIZE,
                    .handle_size = sizeof(struct segment_handle),
                    .cell_size = sizeof(struct segment_cell),
                    .thread_size = sizeof(struct segment_thread),
                    .slab_count = slab_count,
                } };
    uint32_t *words = (uint32_t *)segment_common_base;
    /* Those who have been let in before may be reading it now: what is right is left alone. */
    for (size_t i = 0; i < sizeof(right.words) / sizeof(*right.words); i++)
        if (__atomic_load_n(&words[i], __ATOMIC_RELAXED) != right.words[i])
            __atomic_store_n(&words[i], right.words[i], __ATOMIC_RELAXED);
}

bool common_init(void)
{
    common_fd = memfd_create("transom-common", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (common_fd < 0 || ftruncate(common_fd, SEGMENT_HEADER_SIZE + SEGMENT_SLAB_SIZE))
        return false;
    void *base = mmap(NULL, SEGMENT_MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, common_fd, 0);
    if (base == MAP_FAILED || fcntl(common_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL))
        return false;
    segment_common_base = base;
    common_header();
    segment_common_cells = 1;
    segment_common_threads = SEGMENT_SERVER_RECORD + 1;
    cell_self_common = SEGMENT_SERVER_RECORD;
    cell_patience = CELL_PATIENCE_OF_SERVER;
    return true;
}

/* Files that shrink would kill whoever touches what is missing: the kernel keeps everybody from that by a seal. */
static bool grow(uint32_t slab)
{
    if (slab < slab_count)
        return true;
    if (slab >= SEGMENT_MAX_SLABS || ftruncate(common_fd, SEGMENT_HEADER_SIZE + (off_t)(slab + 1) * SEGMENT_SLAB_SIZE))
        return false;
    slab_count = slab + 1;
    __atomic_store_n(&((struct segment_header *)segment_common_base)->slab_count, slab_count, __ATOMIC_RELEASE);
    return true;
}

struct list {
    uint32_t *items;
    uint32_t count, capacity;
};
static struct list free_cells, free_threads;
static struct list limbo; /* cells without an object that somebody is still queued at or owns */

static bool list_add(struct list *list, uint32_t item)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 64;
        uint32_t *larger = realloc(list->items, capacity * sizeof(*larger));
        if (!larger)
            return false; /* lost until the server ends */
        list->items = larger;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return true;
}

static uint32_t take(struct list *list, uint32_t *used, uint32_t per_slab, uint32_t limit)
{
    if (list->count)
        return list->items[--list->count];
    if (*used >= limit || !grow(*used / per_slab))
        return 0;
    return (*used)++;
}

/* --- cells --- */

/*
 * Makes a free cell ours alone; its generation. Who uses a handle that another thread closes may lock the cell that it was, until he
 * sees the generation, and unlocks it with the word that he has found: that must not be the new object's.
 */
static bool claim_free(uint32_t index, uint64_t *generation)
{
    const uint64_t mine = SEGMENT_CELL_LOCKED | (uint64_t)SEGMENT_SERVER_RECORD << SEGMENT_CELL_OWNER_SHIFT;
    struct segment_cell *cell = segment_cell(index | CELL_COMMON);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    do {
        if (word & SEGMENT_CELL_LOCKED)
            return false;
        *generation = word & SEGMENT_CELL_GENERATION;
    } while (!__atomic_compare_exchange_n(&cell->word, &word, *generation | mine, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    return true;
}

uint32_t server_cell_alloc(uint32_t kind, uint32_t state, uint32_t limit)
{
    uint64_t generation;
    uint32_t index;
    while ((index = take(&free_cells, &segment_common_cells, SEGMENT_SLAB_CELLS, SEGMENT_MAX_CELLS)) &&
           !claim_free(index, &generation)) {
        cell_count++;
        list_add(&limbo, index); /* free as soon as it is unlocked */
    }
    if (!index)
        return 0;
    struct segment_cell *cell = segment_cell(index | CELL_COMMON);
    memset(&cell->kind, 0, sizeof(*cell) - offsetof(struct segment_cell, kind));
    cell->kind = (uint8_t)kind;
    cell->limit = limit;
    if (kind == CELL_MUTANT && state && state < segment_common_threads) {
        /* Owned from the start, by whoever asked for it and will put it on his list: if he lives to do it. */
        cell->recursion = 1;
        common_thread(state)->owned_pending = index | CELL_COMMON;
    }
    __atomic_store_n(&cell->word, generation | (state & SEGMENT_CELL_VALUE), __ATOMIC_RELEASE);
    cell_count++;
    return index;
}

/* Whether nobody is in the middle of something with the cell. */
static bool try_free(uint32_t index)
{
    struct segment_cell *cell = segment_cell(index | CELL_COMMON);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    do {
        if (word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED) || (cell->kind == CELL_MUTANT && CELL_VALUE(word)))
            return false;
        /* A new generation: whoever comes with the old one fails. */
    } while (!__atomic_compare_exchange_n(&cell->word, &word,
                                          (word + (1ull << SEGMENT_CELL_GENERATION_SHIFT)) & SEGMENT_CELL_GENERATION,
                                          false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    cell->kind = CELL_NONE;
    list_add(&free_cells, index);
    cell_count--;
    return true;
}

void server_cell_free(uint32_t index)
{
    /* What was left to do with it must not be done with the next object's. */
    recover_never(index | CELL_COMMON, DELAYED_SIGNAL);
    recover_never(index | CELL_COMMON, DELAYED_RESET);
    if (!try_free(index))
        list_add(&limbo, index);
}

void server_limbo_look(void)
{
    for (uint32_t i = 0; i < limbo.count;) {
        if (try_free(limbo.items[i]))
            limbo.items[i] = limbo.items[--limbo.count];
        else
            i++;
    }
}

void server_cell_signal(uint32_t index)
{
    uint32_t ref = index | CELL_COMMON;
    recover_never(ref, DELAYED_RESET);
    NTSTATUS status = segment_cell(ref)->kind == CELL_SEMAPHORE
                          ? cell_semaphore_release(ref, CELL_ANY_GENERATION, 1, NULL)
                          : cell_set(ref, CELL_ANY_GENERATION, NULL);
    if (status == STATUS_RETRY)
        recover_later(ref, DELAYED_SIGNAL);
}

void server_cell_reset(uint32_t index)
{
    uint32_t ref = index | CELL_COMMON;
    recover_never(ref, DELAYED_SIGNAL);
    if (cell_reset(ref, CELL_ANY_GENERATION, NULL) == STATUS_RETRY)
        recover_later(ref, DELAYED_RESET);
}

/* --- thread records --- */

uint32_t server_thread_alloc(uint32_t pid, uint32_t tid)
{
    uint32_t index = take(&free_threads, &segment_common_threads, SEGMENT_SLAB_THREADS, SEGMENT_MAX_THREADS);
    if (!index)
        return 0;
    struct segment_thread *record = common_thread(index);
    memset(record, 0, sizeof(*record));
    record->tid = tid;
    record->process_id = record->native_pid = pid;
    struct segment_thread *own = common_thread(SEGMENT_SERVER_RECORD);
    own->native_pid = own->process_id = own->tid = (uint32_t)getpid(); /* for those who wonder who holds a lock */
    record_count++;
    return index;
}

void server_thread_free(uint32_t index)
{
    common_thread(index)->tid = 0;
    list_add(&free_threads, index);
    record_count--;
    server_limbo_look();
}
