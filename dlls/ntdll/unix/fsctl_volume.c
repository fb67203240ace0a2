/* SPDX-License-Identifier: MIT */
/* fsctl_volume.c: FSCTL_* about the volume that a file lies on. */
#include <errno.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "file_control.h"

ULONG file_volume_serial(uint64_t dev);

/* "If there are open files on the volume, the operation fails": Linux has always some. */
static NTSTATUS lock_volume(struct control *control)
{
    (void)control;
    return STATUS_ACCESS_DENIED;
}

static NTSTATUS unlock_volume(struct control *control)
{
    (void)control;
    return STATUS_NOT_LOCKED;
}

static NTSTATUS succeed(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

/* Not dirty, no bytes before the files, nothing repaired behind the program's back: a number that is 0. */
static NTSTATUS give_zero(struct control *control)
{
    ULONG none = 0;
    return control_give(control, &none, sizeof none);
}

static NTSTATUS pointer_base(struct control *control)
{
    int64_t none = 0;
    return control_give(control, &none, sizeof none);
}

static NTSTATUS ntfs_volume_data(struct control *control)
{
    struct {
        int64_t serial, sectors, clusters, free, reserved;
        ULONG sector, cluster, record, clusters_per_record;
        int64_t mft_length, mft_start, mft_mirror, zone_start, zone_end;
    } info = { .sector = FILE_SECTOR, .record = 1024 };
    struct file_object *file = control->io->file;
    struct statfs fs;
    struct stat st;

    if (file->fd < 0 ? statfs("/", &fs) || stat("/", &st) : fstatfs(file->fd, &fs) || fstat(file->fd, &st))
        return status_from_errno(errno);
    info.cluster = fs.f_frsize ? fs.f_frsize : fs.f_bsize;
    info.serial = file_volume_serial(st.st_dev);
    info.clusters = fs.f_blocks;
    info.sectors = info.clusters * (info.cluster / FILE_SECTOR);
    info.free = fs.f_bavail;
    info.mft_length = (int64_t)fs.f_files * info.record;
    return control_give(control, &info, sizeof info);
}

/* --- statistics: what the disk below has counted since Linux started --- */

enum { STATISTICS_NTFS = 1 };

/* How many structures are given, one for each processor, which callers add up: all is in the first. */
static NTSTATUS give_statistics(struct control *control, const void *first, size_t size)
{
    size_t processors = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? (size_t)sysconf(_SC_NPROCESSORS_ONLN) : 1;
    size_t all = processors * size;

    for (size_t i = 0; i < processors && i * size < control->out_size; i++) {
        size_t room = control->out_size - i * size, n = room < size ? room : size;
        memcpy(control->out + i * size, first, n);
        if (!i)
            first = (const char *)first + size; /* the empty one */
    }
    control->used = all < control->out_size ? all : control->out_size;
    return all > control->out_size ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS statistics(struct control *control)
{
    struct {
        USHORT type, version;
        ULONG size;
        ULONG reads, read_bytes, disk_reads, writes, written_bytes, disk_writes;
        ULONG metadata[6];
        ULONG ntfs[66]; /* NTFS_STATISTICS; "a multiple of 64" */
    } info[2] = { 0 };
    struct disk_counts counts;
    NTSTATUS status = status_from_errno(disk_count(control->io->file, &counts));

    NT_STATIC_ASSERT(sizeof info[0] == 320);
    if (status)
        return status;
    info[0].type = info[1].type = STATISTICS_NTFS;
    info[0].version = info[1].version = 1;
    info[0].size = info[1].size = sizeof info[0];
    info[0].reads = info[0].disk_reads = counts.reads;
    info[0].read_bytes = counts.read_bytes;
    info[0].writes = info[0].disk_writes = counts.writes;
    info[0].written_bytes = counts.written_bytes;
    return give_statistics(control, info, sizeof info[0]);
}

static NTSTATUS statistics_ex(struct control *control)
{
    struct {
        USHORT type, version;
        ULONG size;
        uint64_t reads, read_bytes, disk_reads, writes, written_bytes, disk_writes;
        uint64_t metadata[6];
        ULONG ntfs[86];
    } info[2] = { 0 };
    struct disk_counts counts;
    NTSTATUS status = status_from_errno(disk_count(control->io->file, &counts));

    NT_STATIC_ASSERT(sizeof info[0] % 64 == 0);
    if (status)
        return status;
    info[0].type = info[1].type = STATISTICS_NTFS;
    info[0].version = info[1].version = 1;
    info[0].size = info[1].size = sizeof info[0];
    info[0].reads = info[0].disk_reads = counts.reads;
    info[0].read_bytes = counts.read_bytes;
    info[0].writes = info[0].disk_writes = counts.writes;
    info[0].written_bytes = counts.written_bytes;
    return give_statistics(control, info, sizeof info[0]);
}

/* FILE_FS_PERSISTENT_VOLUME_INFORMATION: short names are there, it is no disk image that stands for files. */
static NTSTATUS persistent_state(struct control *control)
{
    ULONG info[4];

    memcpy(info, control->in, sizeof info);
    if (info[2] != 1 || info[3]) /* Version, Reserved */
        return STATUS_INVALID_PARAMETER;
    info[0] = 0;
    return control_give(control, info, sizeof info);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090018, CONTROL_VOLUME, 0, 0, lock_volume },        /* FSCTL_LOCK_VOLUME */
    { 0x0009001c, CONTROL_VOLUME, 0, 0, unlock_volume },      /* FSCTL_UNLOCK_VOLUME */
    { 0x00090020, CONTROL_VOLUME, 0, 0, lock_volume },        /* FSCTL_DISMOUNT_VOLUME */
    { 0x00090028, CONTROL_ANY, 0, 0, succeed },               /* FSCTL_IS_VOLUME_MOUNTED */
    { 0x0009002c, CONTROL_ANY, 0, 0, succeed },               /* FSCTL_IS_PATHNAME_VALID: "always STATUS_SUCCESS" */
    { 0x00090030, CONTROL_VOLUME, 0, 0, lock_volume },        /* FSCTL_MARK_VOLUME_DIRTY: for administrators */
    { 0x00090060, CONTROL_ANY, 0, 56, statistics },           /* FSCTL_FILESYSTEM_GET_STATISTICS */
    { 0x00090064, CONTROL_ANY, 0, 96, ntfs_volume_data },     /* FSCTL_GET_NTFS_VOLUME_DATA */
    { 0x0009006f, CONTROL_VOLUME, 8, 0, lock_volume },        /* FSCTL_GET_VOLUME_BITMAP: for administrators */
    { 0x00090078, CONTROL_VOLUME, 0, 4, give_zero },          /* FSCTL_IS_VOLUME_DIRTY */
    { 0x00090083, CONTROL_VOLUME, 0, 0, succeed },            /* FSCTL_ALLOW_EXTENDED_DASD_IO */
    { 0x0009019c, CONTROL_VOLUME, 0, 4, give_zero },          /* FSCTL_GET_REPAIR */
    { 0x00090234, CONTROL_VOLUME, 0, 8, pointer_base },       /* FSCTL_GET_RETRIEVAL_POINTER_BASE */
    { 0x00090238, CONTROL_VOLUME, 16, 0, lock_volume },       /* FSCTL_SET_PERSISTENT_VOLUME_STATE */
    { 0x0009023c, CONTROL_VOLUME, 16, 16, persistent_state }, /* FSCTL_QUERY_PERSISTENT_VOLUME_STATE */
    { 0x0009038c, CONTROL_ANY, 0, 104, statistics_ex },       /* FSCTL_FILESYSTEM_GET_STATISTICS_EX */
};

const struct control_table fsctl_volume_codes = { codes, sizeof codes / sizeof *codes };
