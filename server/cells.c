/* SPDX-License-Identifier: MIT */
/* cells.c: the common segment (include/segment.h): cells and thread records, handed out by the server alone. */
#include <sys/mman.h>
#include <unistd.h>
#include "segment.h"
#include "server.h"

int common_fd = -1;
uint32_t cell_count, record_count;

static char *base;
static uint32_t slab_count = 1;

static struct segment_header *header(void)
{
    return (struct segment_header *)base;
}

static struct segment_cell *cell_at(uint32_t index)
{
    return (struct segment_cell *)(base + segment_cell_offset(index));
}

static struct segment_thread *thread_at(uint32_t index)
{
    return (struct segment_thread *)(base + segment_thread_offset(index));
}

bool common_init(void)
{
    common_fd = memfd_create("transom-common", MFD_CLOEXEC);
    if (common_fd < 0 || ftruncate(common_fd, SEGMENT_HEADER_SIZE + SEGMENT_SLAB_SIZE))
        return false;
    base = mmap(NULL, SEGMENT_MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, common_fd, 0);
    if (base == MAP_FAILED)
        return false;
    *header() = (struct segment_header){
        .magic = SEGMENT_MAGIC,
        .version = SEGMENT_VERSION,
        .header_size = SEGMENT_HEADER_SIZE,
        .slab_size = SEGMENT_SLAB_SIZE,
        .handle_size = sizeof(struct segment_handle),
        .cell_size = sizeof(struct segment_cell),
        .thread_size = sizeof(struct segment_thread),
        .slab_count = 1,
    };
    return true;
}

static bool grow(uint32_t slab)
{
    if (slab < slab_count)
        return true;
    if (slab >= SEGMENT_MAX_SLABS || ftruncate(common_fd, SEGMENT_HEADER_SIZE + (off_t)(slab + 1) * SEGMENT_SLAB_SIZE))
        return false;
    slab_count = slab + 1;
    __atomic_store_n(&header()->slab_count, slab_count, __ATOMIC_RELEASE);
    return true;
}

/* Free items are remembered here, not in the segment, which anybody may write to. */
struct pool {
    uint32_t *free;
    uint32_t free_count, free_capacity, used;
};
static struct pool cells = { .used = 1 }, threads = { .used = 2 }; /* record 1 is the server's own */

static uint32_t pool_take(struct pool *pool, uint32_t per_slab, uint32_t limit)
{
    if (pool->free_count)
        return pool->free[--pool->free_count];
    if (pool->used >= limit || !grow(pool->used / per_slab))
        return 0;
    return pool->used++;
}

static void pool_give(struct pool *pool, uint32_t index)
{
    if (pool->free_count == pool->free_capacity) {
        uint32_t capacity = pool->free_capacity ? pool->free_capacity * 2 : 64;
        uint32_t *larger = realloc(pool->free, capacity * sizeof(*larger));
        if (!larger)
            return; /* lost until the server ends */
        pool->free = larger;
        pool->free_capacity = capacity;
    }
    pool->free[pool->free_count++] = index;
}

uint32_t server_cell_alloc(uint32_t kind, uint32_t state, uint32_t limit)
{
    uint32_t index = pool_take(&cells, SEGMENT_SLAB_CELLS, SEGMENT_MAX_CELLS);
    if (!index)
        return 0;
    struct segment_cell *cell = cell_at(index);
    uint64_t generation = __atomic_load_n(&cell->word, __ATOMIC_RELAXED) & SEGMENT_CELL_GENERATION;
    *cell = (struct segment_cell){ .kind = (uint8_t)kind, .limit = limit };
    __atomic_store_n(&cell->word, generation | (state & SEGMENT_CELL_VALUE), __ATOMIC_RELEASE);
    cell_count++;
    return index;
}

void server_cell_free(uint32_t index)
{
    struct segment_cell *cell = cell_at(index);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
    cell->kind = CELL_NONE;
    __atomic_store_n(&cell->word, (word + (1ull << SEGMENT_CELL_GENERATION_SHIFT)) & SEGMENT_CELL_GENERATION,
                     __ATOMIC_RELEASE);
    pool_give(&cells, index);
    cell_count--;
}

void server_cell_signal(uint32_t index)
{
    (void)index;
}

uint32_t server_thread_alloc(uint32_t tid)
{
    uint32_t index = pool_take(&threads, SEGMENT_SLAB_THREADS, SEGMENT_MAX_THREADS);
    if (!index)
        return 0;
    memset(thread_at(index), 0, sizeof(struct segment_thread));
    thread_at(index)->tid = tid;
    record_count++;
    return index;
}

void server_thread_free(uint32_t index)
{
    thread_at(index)->tid = 0;
    pool_give(&threads, index);
    record_count--;
}

void recover_thread_record(uint32_t index)
{
    (void)index;
}
