/* SPDX-License-Identifier: MIT */
/* segment.c: the process's own segment (include/segment.h): making, growing, and its pools of entries. */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cell.h"

int segment_fd = -1;
static uint32_t grow_lock;

void segment_create(void)
{
    int fd = memfd_create("transom-segment", MFD_CLOEXEC);
    if (fd < 0 || (fd = unix_fd_reserve(fd)) < 0)
        transom_fatal("cannot make the process's segment: %s", strerror(errno));
    if (ftruncate(fd, SEGMENT_HEADER_SIZE + SEGMENT_SLAB_SIZE) < 0)
        transom_fatal("cannot size the process's segment: %s", strerror(errno));
    void *base = mmap(NULL, SEGMENT_MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED)
        transom_fatal("cannot map the process's segment: %s", strerror(errno));
    segment_base = base;
    segment_fd = fd;
    *segment_header() = (struct segment_header){
        .magic = SEGMENT_MAGIC,
        .version = SEGMENT_VERSION,
        .header_size = SEGMENT_HEADER_SIZE,
        .slab_size = SEGMENT_SLAB_SIZE,
        .handle_size = sizeof(struct segment_handle),
        .cell_size = sizeof(struct segment_cell),
        .thread_size = sizeof(struct segment_thread),
        .slab_count = 1,
        .process_id = (uint32_t)getpid(),
        .handles.used = 1,
        .cells.used = 1,
        .threads.used = 1,
    };
}

NTSTATUS segment_common_attach(int fd)
{
    struct segment_header header;
    struct stat st;
    if (fstat(fd, &st) || st.st_size < SEGMENT_HEADER_SIZE + SEGMENT_SLAB_SIZE ||
        pread(fd, &header, sizeof(header), 0) != sizeof(header))
        return STATUS_INVALID_PARAMETER;
    if (header.magic != SEGMENT_MAGIC || header.version != SEGMENT_VERSION ||
        header.header_size != SEGMENT_HEADER_SIZE || header.slab_size != SEGMENT_SLAB_SIZE ||
        header.cell_size != sizeof(struct segment_cell) || header.thread_size != sizeof(struct segment_thread))
        return STATUS_REVISION_MISMATCH;
    /* As large as it can become: what is beyond the file's end is not touched until the server has let it grow. */
    void *base = mmap(NULL, SEGMENT_MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED)
        return STATUS_NO_MEMORY;
    segment_common_cells = SEGMENT_MAX_CELLS;
    segment_common_threads = SEGMENT_MAX_THREADS;
    __atomic_store_n(&segment_common_base, base, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

/* Makes slab `slab` exist. The file only grows, so whoever comes second finds it done. */
static bool segment_grow(uint32_t slab)
{
    struct segment_header *header = segment_header();
    if (slab < __atomic_load_n(&header->slab_count, __ATOMIC_ACQUIRE))
        return true;
    if (slab >= SEGMENT_MAX_SLABS)
        return false;
    native_lock(&grow_lock);
    uint32_t count = header->slab_count;
    bool ok = true;
    if (slab >= count) {
        /* Doubling would cost nothing either, but RLIMIT_FSIZE may be set: ask for what is needed. */
        ok = ftruncate(segment_fd, SEGMENT_HEADER_SIZE + (off_t)(slab + 1) * SEGMENT_SLAB_SIZE) == 0;
        if (ok)
            __atomic_store_n(&header->slab_count, slab + 1, __ATOMIC_RELEASE);
    }
    native_unlock(&grow_lock);
    return ok;
}

/* Pops item off a pool's free list, whose links are found by `next`. */
static uint32_t pool_pop(struct segment_pool *pool, uint32_t *(*next)(uint32_t))
{
    uint64_t head = __atomic_load_n(&pool->free, __ATOMIC_ACQUIRE);
    while ((uint32_t)head) {
        /* The item may be popped by another thread meanwhile; its memory stays mapped, and the count makes the swap fail. */
        uint32_t following = __atomic_load_n(next((uint32_t)head), __ATOMIC_RELAXED);
        uint64_t replacement = ((head >> 32) + 1) << 32 | following;
        if (__atomic_compare_exchange_n(&pool->free, &head, replacement, true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return (uint32_t)head;
    }
    return 0;
}

static void pool_push(struct segment_pool *pool, uint32_t *(*next)(uint32_t), uint32_t index)
{
    uint64_t head = __atomic_load_n(&pool->free, __ATOMIC_RELAXED);
    do
        __atomic_store_n(next(index), (uint32_t)head, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&pool->free, &head, (head & ~0xffffffffull) | index, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

static uint32_t pool_extend(struct segment_pool *pool, uint32_t limit, uint32_t per_slab)
{
    uint32_t used = __atomic_load_n(&pool->used, __ATOMIC_RELAXED);
    do {
        if (used >= limit || !segment_grow(used / per_slab))
            return 0;
    } while (!__atomic_compare_exchange_n(&pool->used, &used, used + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return used;
}

static uint32_t *handle_next(uint32_t index)
{
    return &segment_handle(index)->next_free;
}
static uint32_t *cell_next(uint32_t index)
{
    return &segment_cell(index)->next_free;
}
static uint32_t *thread_next(uint32_t index)
{
    return &segment_thread(index)->next_free;
}

uint32_t segment_handle_alloc(void)
{
    struct segment_pool *pool = &segment_header()->handles;
    uint32_t index = pool_pop(pool, handle_next);
    return index ? index : pool_extend(pool, SEGMENT_MAX_HANDLES, SEGMENT_SLAB_HANDLES);
}

void segment_handle_free(uint32_t index)
{
    pool_push(&segment_header()->handles, handle_next, index);
}

uint32_t segment_cell_alloc(void)
{
    struct segment_pool *pool = &segment_header()->cells;
    uint32_t index = pool_pop(pool, cell_next);
    return index ? index : pool_extend(pool, SEGMENT_MAX_CELLS, SEGMENT_SLAB_CELLS);
}

void segment_cell_free(uint32_t index)
{
    pool_push(&segment_header()->cells, cell_next, index);
}

uint32_t segment_thread_alloc(void)
{
    struct segment_pool *pool = &segment_header()->threads;
    uint32_t index = pool_pop(pool, thread_next);
    return index ? index : pool_extend(pool, SEGMENT_MAX_THREADS, SEGMENT_SLAB_THREADS);
}

void segment_thread_free(uint32_t index)
{
    pool_push(&segment_header()->threads, thread_next, index);
}

/* 0 free, 1 held, 2 held and someone may sleep. */
void native_lock_slow(uint32_t *lock)
{
    for (int i = 0; i < 100; i++) {
        uint32_t expected = 0;
        if (!__atomic_load_n(lock, __ATOMIC_RELAXED) &&
            __atomic_compare_exchange_n(lock, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
        cpu_relax();
    }
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void native_unlock_slow(uint32_t *lock)
{
    syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
