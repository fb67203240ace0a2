/* SPDX-License-Identifier: MIT */
/*
 * file_xattr.c: a file's extended attributes in Linux's sense (`user.transom.*`), also where its file system has none (vfat,
 * exfat, some network and older memory file systems): there they are in a file of the prefix,
 *   <prefix>/attributes/DEVICE-INODE-BIRTH    for each: length of the name (2), of the value (2), name, value
 * A number that is used again belongs to a file born later, so it has none of the old one's attributes. Changing takes a lock
 * of the folder and a rename, so that readers never see a part.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "file.h"

struct record {
    uint16_t name_length, value_length;
    char data[]; /* name, value */
};

/* --- which file systems have none --- */

/* Devices that were asked about: two bits of what is known in a table that grows; entries are device numbers plus 1. */
static struct {
    pthread_mutex_t lock;
    uint64_t *devices; /* open addressing; the lowest bit says "without" */
    size_t used, capacity;
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };
static uint64_t last_with = UINT64_MAX; /* nearly all files are on few devices that have them */

static uint64_t *find_device(uint64_t dev)
{
    size_t at = (dev * 0x9e3779b97f4a7c15ull >> 32) & (known.capacity - 1);

    while (known.devices[at] && known.devices[at] >> 1 != dev + 1)
        at = (at + 1) & (known.capacity - 1);
    return &known.devices[at];
}

/* What is known of a device: 1 without, 0 with, -1 nothing. */
static int look_up(uint64_t dev)
{
    int result = -1;

    pthread_mutex_lock(&known.lock);
    if (known.capacity && *find_device(dev))
        result = *find_device(dev) & 1;
    pthread_mutex_unlock(&known.lock);
    return result;
}

static void remember(uint64_t dev, bool without)
{
    pthread_mutex_lock(&known.lock);
    if (known.used * 2 >= known.capacity) {
        size_t old = known.capacity;
        uint64_t *from = known.devices, *to = calloc(old ? 2 * old : 16, sizeof *to);
        if (!to)
            goto done; /* it is asked again next time */
        known.devices = to;
        known.capacity = old ? 2 * old : 16;
        for (size_t i = 0; i < old; i++)
            if (from[i])
                *find_device((from[i] >> 1) - 1) = from[i];
        free(from);
    }
    known.used += !*find_device(dev);
    *find_device(dev) = (dev + 1) << 1 | without;
    if (!without)
        __atomic_store_n(&last_with, dev, __ATOMIC_RELAXED);
done:
    pthread_mutex_unlock(&known.lock);
}

bool xattr_elsewhere(uint64_t dev, int dirfd, const char *name)
{
    char path[PATH_MAX], byte;
    int without;

    if (__atomic_load_n(&last_with, __ATOMIC_RELAXED) == dev)
        return false;
    without = look_up(dev);
    if (without < 0) {
        if (dirfd != AT_FDCWD && snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dirfd, name) < (int)sizeof path)
            name = path;
        without = lgetxattr(name, "user.transom.attributes", &byte, 1) < 0 && errno == ENOTSUP;
        remember(dev, without);
    }
    return without;
}

/* --- the store --- */

static bool store_name(const char *name, char path[PATH_MAX])
{
    struct statx sx;
    uint64_t birth = 0;

    if (statx(AT_FDCWD, name, AT_NO_AUTOMOUNT, STATX_INO | STATX_BTIME, &sx))
        return false;
    if (sx.stx_mask & STATX_BTIME)
        birth = (uint64_t)sx.stx_btime.tv_sec * 1000000000 + sx.stx_btime.tv_nsec;
    if (snprintf(path, PATH_MAX, "%s/attributes/%llx-%llx-%llx", options.prefix_dir,
                 (unsigned long long)makedev(sx.stx_dev_major, sx.stx_dev_minor), (unsigned long long)sx.stx_ino,
                 (unsigned long long)birth) < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* All that is stored for a file, malloc'ed, with `room` more bytes; NULL and errno, ENODATA if there is nothing. */
static char *load(const char *path, size_t *size, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *data = NULL;
    ssize_t n;

    *size = 0;
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            errno = ENODATA;
        return NULL;
    }
    if (!fstat(fd, &st) && (data = malloc(st.st_size + room + 1)) && (n = read(fd, data, st.st_size)) >= 0)
        *size = n;
    close(fd);
    return data;
}

/* The record of a name, or NULL. */
static struct record *find(char *data, size_t size, const char *attr)
{
    size_t length = strlen(attr), each;

    for (size_t at = 0; at + sizeof(struct record) <= size; at += each) {
        struct record *record = (void *)(data + at);
        each = sizeof *record + ((record->name_length + record->value_length + 1u) & ~1u);
        if (each > size - at)
            break;
        if (record->name_length == length && !memcmp(record->data, attr, length))
            return record;
    }
    return NULL;
}

static ssize_t stored_get(const char *name, const char *attr, void *value, size_t size)
{
    char path[PATH_MAX], *data;
    struct record *record;
    size_t all;
    ssize_t n = -1;

    if (!store_name(name, path) || !(data = load(path, &all, 0)))
        return -1;
    errno = ENODATA;
    record = find(data, all, attr);
    if (record && size && record->value_length > size) {
        errno = ERANGE;
    } else if (record) {
        n = record->value_length;
        if (size)
            memcpy(value, record->data + record->name_length, n);
    }
    free(data);
    return n;
}

static int replace(const char *path, const char *data, size_t size)
{
    char fresh[PATH_MAX + 16];
    int fd, err = 0;

    if (!size)
        return unlink(path) && errno != ENOENT ? errno : 0;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    if (write(fd, data, size) != (ssize_t)size)
        err = errno ? errno : ENOSPC;
    if (close(fd) && !err)
        err = errno;
    if (!err && rename(fresh, path))
        err = errno;
    if (err)
        unlink(fresh);
    return err;
}

/* The store's folder, locked against others who change it; -1 and errno. */
static int lock_store(void)
{
    char path[PATH_MAX];
    int fd;

    if (prefix_create() || snprintf(path, sizeof path, "%s/attributes", options.prefix_dir) >= PATH_MAX) {
        errno = EACCES;
        return -1;
    }
    if (mkdir(path, 0777) && errno != EEXIST)
        return -1;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX))
        if (errno != EINTR)
            break; /* a file system without locks: as well as it goes */
    return fd;
}

/* `value` NULL: removes it. */
static int stored_set(const char *name, const char *attr, const void *value, size_t size)
{
    size_t all, length = strlen(attr), more = sizeof(struct record) + length + size + 1;
    char path[PATH_MAX], *data;
    struct record *record;
    int err, lock;

    if (size > UINT16_MAX)
        return E2BIG;
    if (!store_name(name, path) || (lock = lock_store()) < 0)
        return errno;
    data = load(path, &all, more);
    if (!data && errno == ENODATA && value)
        data = malloc(more);
    if (!data) {
        err = value || errno != ENODATA ? errno : ENODATA;
        close(lock);
        return err;
    }
    record = find(data, all, attr);
    err = !record && !value ? ENODATA : 0;
    if (record) {
        size_t each = sizeof *record + ((record->name_length + record->value_length + 1u) & ~1u);
        char *end = (char *)record + each;
        memmove(record, end, data + all - end);
        all -= each;
    }
    if (value) {
        record = (void *)(data + all);
        record->name_length = length;
        record->value_length = size;
        memcpy(record->data, attr, length);
        memcpy(record->data + length, value, size);
        record->data[length + size] = 0; /* rounds up */
        all += sizeof *record + ((length + size + 1) & ~1ul);
    }
    if (!err)
        err = replace(path, data, all);
    free(data);
    close(lock);
    return err;
}

/* --- both --- */

ssize_t xattr_get(const char *name, const char *attr, void *value, size_t size)
{
    ssize_t n = getxattr(name, attr, value, size);

    return n < 0 && errno == ENOTSUP ? stored_get(name, attr, value, size) : n;
}

int xattr_set(const char *name, const char *attr, const void *value, size_t size)
{
    struct stat st;

    if (!setxattr(name, attr, value, size, 0))
        return 0;
    if (errno != ENOTSUP)
        return errno;
    if (!stat(name, &st))
        remember(st.st_dev, true);
    return stored_set(name, attr, value, size);
}

int xattr_remove(const char *name, const char *attr)
{
    if (!removexattr(name, attr))
        return 0;
    return errno == ENOTSUP ? stored_set(name, attr, NULL, 0) : errno;
}

void xattr_forget(const char *name, uint64_t dev)
{
    char path[PATH_MAX];

    if (look_up(dev) == 1 && store_name(name, path))
        unlink(path);
}
