/* SPDX-License-Identifier: MIT */
/*
 * file_lock_filter.c: which files may have byte-range locks of other processes. Locks are mandatory, so every read and write would
 * have to ask the kernel; this is asked instead: a table of counters in memory that all processes of the prefix map, indexed by a hash
 * of the file's number. A process counts each file that it has locked ranges of. What a killed process has counted stays: then I/O on
 * files with that hash asks the kernel in vain.
 *   <prefix>/locks    the table
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "file.h"

#define SLOTS 16384u

static uint32_t *table;
static bool tried; /* there is no prefix, or it is not ours to write */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static uint32_t *map_table(bool make)
{
    char path[PATH_MAX];
    void *map = MAP_FAILED;
    int fd;

    pthread_mutex_lock(&table_lock);
    if (!table && (make || !tried) && (!make || !prefix_create()) &&
        snprintf(path, sizeof path, "%s/locks", options.prefix_dir) < (int)sizeof path) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0 && !ftruncate(fd, SLOTS * sizeof *table))
            map = mmap(NULL, SLOTS * sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (fd >= 0)
            close(fd);
        if (map != MAP_FAILED)
            __atomic_store_n(&table, map, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&tried, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&table_lock);
    return table;
}

static uint32_t *slot(uint32_t *in, uint64_t dev, uint64_t ino)
{
    return &in[((ino ^ dev << 32) * 0x9e3779b97f4a7c15ull >> 32) % SLOTS];
}

void lock_filter_count(uint64_t dev, uint64_t ino, int by)
{
    uint32_t *in = table ? table : map_table(true);

    if (in)
        __atomic_add_fetch(slot(in, dev, ino), by, __ATOMIC_SEQ_CST);
}

bool lock_filter_may_have(uint64_t dev, uint64_t ino)
{
    uint32_t *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);

    if (!in && (__atomic_load_n(&tried, __ATOMIC_RELAXED) || !(in = map_table(false))))
        return false;
    return __atomic_load_n(slot(in, dev, ino), __ATOMIC_ACQUIRE) != 0;
}
