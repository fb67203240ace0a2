/* SPDX-License-Identifier: MIT */
/*
 * file_lock_filter.c: which files may have byte-range locks of other processes. Locks are mandatory, so every read and write would
 * have to ask the kernel; this is asked instead: a table of counters in memory that all processes of the prefix map, indexed by a hash
 * of the file's number. A process counts each file that it has locked ranges of. What a killed process has counted stays: then I/O on
 * files with that hash asks the kernel in vain.
 *   <prefix>/locks    the table
 * There as well: what file_lock_kernel.c needs for asking another process.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "file_lock.h"

#define SLOTS 16384u

struct lock_table {
    uint32_t files[SLOTS]; /* locked, each counted by each process */
    uint32_t waiting[SLOTS], asked[SLOTS];
    uint32_t asks, answers; /* futexes */
};

static struct lock_table *table;
static bool tried; /* there is no prefix, or it is not ours to write */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static struct lock_table *map_table(bool make)
{
    char path[PATH_MAX];
    void *map = MAP_FAILED;
    int fd;

    pthread_mutex_lock(&table_lock);
    if (!table && (make || !tried) && (!make || !prefix_create()) &&
        snprintf(path, sizeof path, "%s/locks", options.prefix_dir) < (int)sizeof path) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0 && !ftruncate(fd, sizeof *table))
            map = mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (fd >= 0)
            close(fd);
        if (map != MAP_FAILED)
            __atomic_store_n(&table, map, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&tried, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&table_lock);
    return table;
}

static unsigned slot_of(uint64_t dev, uint64_t ino)
{
    return ((ino ^ dev << 32) * 0x9e3779b97f4a7c15ull >> 32) % SLOTS;
}

static struct lock_table *made_table(void)
{
    struct lock_table *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);

    return in ? in : map_table(true);
}

void lock_filter_count(uint64_t dev, uint64_t ino, int by)
{
    struct lock_table *in = made_table();

    if (in)
        __atomic_add_fetch(&in->files[slot_of(dev, ino)], by, __ATOMIC_SEQ_CST);
}

bool lock_filter_may_have(uint64_t dev, uint64_t ino, bool own)
{
    struct lock_table *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);

    if (!in && (__atomic_load_n(&tried, __ATOMIC_RELAXED) || !(in = map_table(false))))
        return false;
    return __atomic_load_n(&in->files[slot_of(dev, ino)], __ATOMIC_ACQUIRE) > own;
}

void lock_table_wait(uint64_t dev, uint64_t ino, int by)
{
    struct lock_table *in = made_table();

    if (in)
        __atomic_add_fetch(&in->waiting[slot_of(dev, ino)], by, __ATOMIC_SEQ_CST);
}

bool lock_table_waited(uint64_t dev, uint64_t ino)
{
    struct lock_table *in = made_table();

    return !in || __atomic_load_n(&in->waiting[slot_of(dev, ino)], __ATOMIC_SEQ_CST);
}

static void change(uint32_t *futex)
{
    __atomic_add_fetch(futex, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, futex, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void lock_table_ask(uint64_t dev, uint64_t ino)
{
    struct lock_table *in = made_table();

    if (!in)
        return;
    __atomic_add_fetch(&in->asked[slot_of(dev, ino)], 1, __ATOMIC_SEQ_CST);
    change(&in->asks);
}

uint32_t lock_table_answers(void)
{
    struct lock_table *in = made_table();

    return in ? __atomic_load_n(&in->answers, __ATOMIC_SEQ_CST) : 0;
}

bool lock_table_wait_answer(uint32_t seen, const struct timespec *end)
{
    struct lock_table *in = made_table();

    return in && (!syscall(SYS_futex, &in->answers, FUTEX_WAIT_BITSET, seen, end, NULL, FUTEX_BITSET_MATCH_ANY) ||
                  errno != ETIMEDOUT);
}

bool lock_table_begin_asks(uint32_t *seen)
{
    struct lock_table *in = made_table();

    if (in)
        *seen = __atomic_load_n(&in->asks, __ATOMIC_SEQ_CST);
    return in;
}

void lock_table_wait_asks(uint32_t *seen)
{
    struct lock_table *in = table;

    while (__atomic_load_n(&in->asks, __ATOMIC_SEQ_CST) == *seen)
        syscall(SYS_futex, &in->asks, FUTEX_WAIT, *seen, NULL, NULL, 0);
    *seen = __atomic_load_n(&in->asks, __ATOMIC_SEQ_CST);
}

uint32_t lock_table_asked(uint64_t dev, uint64_t ino)
{
    return __atomic_load_n(&table->asked[slot_of(dev, ino)], __ATOMIC_SEQ_CST);
}

void lock_table_answer(void)
{
    change(&table->answers);
}
