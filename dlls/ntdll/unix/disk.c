/* SPDX-License-Identifier: MIT */
/* disk.c: what Linux says of the disk below a file: /sys/dev/block. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "file_control.h"

/* A file of sysfs as text, without its line's end; "" if it is not there. */
static const char *read_text(int dir, const char *name, char *text, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : 0;

    if (fd >= 0)
        close(fd);
    n = n < 0 ? 0 : n;
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    text[n] = 0;
    return text;
}

static uint64_t read_number(int dir, const char *name, uint64_t otherwise)
{
    char text[32], *end;
    uint64_t value = strtoull(read_text(dir, name, text, sizeof text), &end, 10);

    return end == text ? otherwise : value;
}

static int is_real_disk(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strncmp(entry->d_name, "loop", 4) && strncmp(entry->d_name, "ram", 3) &&
           strncmp(entry->d_name, "zram", 4);
}

/* Disks are numbered as they are listed: PhysicalDrive0, ... */
static unsigned disk_number(const char *name)
{
    struct dirent **list;
    int count = scandir("/sys/block", &list, is_real_disk, versionsort);
    unsigned number = 0;

    for (int i = 0; i < count; i++) {
        if (!strcmp(list[i]->d_name, name))
            number = i;
        free(list[i]);
    }
    if (count >= 0)
        free(list);
    return number;
}

static void read_disk(int dir, struct disk *disk)
{
    char text[8], cache[32];

    disk->disk_length = read_number(dir, "size", 0) * 512;
    disk->sector = read_number(dir, "queue/logical_block_size", 512);
    disk->physical_sector = read_number(dir, "queue/physical_block_size", 4096);
    disk->rotational = read_number(dir, "queue/rotational", 0);
    disk->trims = read_number(dir, "queue/discard_max_bytes", 0) != 0;
    disk->removable = read_number(dir, "removable", 0);
    disk->read_only = strcmp(read_text(dir, "ro", text, sizeof text), "1") == 0;
    disk->queue_depth = read_number(dir, "device/queue_depth", read_number(dir, "queue/nr_requests", 1));
    disk->trim_unit = read_number(dir, "queue/discard_granularity", 0);
    disk->trim_most = read_number(dir, "queue/discard_max_bytes", 0);
    disk->write_cache = strcmp(read_text(dir, "queue/write_cache", cache, sizeof cache), "write back") == 0;
    read_text(dir, "device/model", disk->model, sizeof disk->model);
    read_text(dir, "device/serial", disk->serial, sizeof disk->serial);
    read_text(dir, "device/rev", disk->revision, sizeof disk->revision);
}

int disk_of(struct file_object *file, struct disk *disk)
{
    char path[64], target[PATH_MAX];
    struct statfs fs;
    struct stat st;
    int dir, whole;
    ssize_t n;

    memset(disk, 0, sizeof *disk);
    if (file->fd < 0 ? stat("/", &st) || statfs("/", &fs) : fstat(file->fd, &st) || fstatfs(file->fd, &fs))
        return errno;
    disk->length = disk->disk_length = (uint64_t)fs.f_blocks * (fs.f_frsize ? fs.f_frsize : fs.f_bsize);
    disk->sector = 512;
    disk->physical_sector = 4096;
    disk->read_only = fs.f_flags & 1; /* ST_RDONLY */
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
    n = readlink(path, target, sizeof target - 1);
    dir = n > 0 ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir < 0) /* no block device: a network's, memory, several disks as one */
        return 0;
    target[n] = 0;
    disk->real = true;
    disk->partition = read_number(dir, "partition", 0);
    disk->start = read_number(dir, "start", 0) * 512;
    disk->length = read_number(dir, "size", disk->length / 512) * 512;
    whole = disk->partition ? openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC) : dup(dir);
    if (disk->partition)
        *strrchr(target, '/') = 0;
    snprintf(disk->name, sizeof disk->name, "%.31s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
    disk->number = disk_number(disk->name);
    if (whole >= 0) {
        bool read_only = disk->read_only;
        read_disk(whole, disk);
        disk->read_only |= read_only;
        close(whole);
    }
    close(dir);
    return 0;
}

NTSTATUS control_disk(struct control *control, struct disk *disk)
{
    return status_from_errno(disk_of(control->io->file, disk));
}

/* --- counters: the file `stat` of a disk or partition, Documentation/block/stat.rst --- */

static void read_counts(const char *path, struct disk_counts *counts)
{
    unsigned long long n[10] = { 0 };
    char text[256];

    read_text(AT_FDCWD, path, text, sizeof text);
    sscanf(text, "%llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6],
           &n[7], &n[8], &n[9]);
    *counts = (struct disk_counts){ n[0], n[2] * 512, n[3], n[4], n[6] * 512, n[7], n[8], n[9] };
}

int disk_count(struct file_object *file, struct disk_counts *counts)
{
    char path[64];
    struct stat st;

    if (file->fd < 0 ? stat("/", &st) : fstat(file->fd, &st))
        return errno;
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat", major(st.st_dev), minor(st.st_dev));
    read_counts(path, counts);
    return 0;
}

void disk_count_whole(const struct disk *disk, struct disk_counts *counts)
{
    char path[64];

    memset(counts, 0, sizeof *counts);
    if (*disk->name && snprintf(path, sizeof path, "/sys/block/%s/stat", disk->name) < (int)sizeof path)
        read_counts(path, counts);
}
