/* SPDX-License-Identifier: MIT */
/*
 * file_claim_tree.c: whether files below a directory are open in other processes: then the directory cannot be renamed. The kernel
 * lists all locks in /proc/locks, so all claims (file_claim.c), by device and inode number; mostly there are none but our own. If there
 * are, the tree is looked through for entries with these numbers, which takes no call for each.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "file.h"

struct numbers {
    uint64_t *list;
    size_t count, capacity;
};

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool add(struct numbers *to, uint64_t number)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? to->capacity * 2 : 64;
        uint64_t *list = realloc(to->list, capacity * sizeof *list);
        if (!list)
            return false;
        to->list = list;
        to->capacity = capacity;
    }
    to->list[to->count++] = number;
    return true;
}

/* The files of a device that other processes have claims on; sorted. */
static struct numbers claimed(dev_t dev)
{
    struct numbers found = { 0 };
    char line[256];
    FILE *in = fopen("/proc/locks", "re");

    while (in && fgets(line, sizeof line, in)) {
        unsigned major, minor;
        unsigned long long ino, start;
        /* "7: OFDLCK ADVISORY  READ -1 fe:00:123 9223372036854775797 9223372036854775806" */
        char *at = strstr(line, "OFDLCK");
        if (at && sscanf(at, "OFDLCK %*s %*s %*d %x:%x:%llu %llu", &major, &minor, &ino, &start) == 4 &&
            start >= CLAIM_OFFSET && makedev(major, minor) == dev && !share_is_open(dev, ino))
            add(&found, ino);
    }
    if (in)
        fclose(in);
    if (found.count)
        qsort(found.list, found.count, sizeof *found.list, by_number);
    return found;
}

static bool has_entry_of(int parent, const char *name, const struct numbers *numbers)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    bool found = false;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    while (!found && (entry = readdir(dir))) {
        uint64_t ino = entry->d_ino;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        found = bsearch(&ino, numbers->list, numbers->count, sizeof ino, by_number) ||
                ((entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) && has_entry_of(fd, entry->d_name, numbers));
    }
    closedir(dir);
    return found;
}

bool claim_open_below(const char *directory)
{
    struct numbers numbers;
    struct stat st;
    bool found;

    if (stat(directory, &st))
        return false;
    numbers = claimed(st.st_dev);
    found = numbers.count && has_entry_of(AT_FDCWD, directory, &numbers);
    free(numbers.list);
    return found;
}
