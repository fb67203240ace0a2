/* SPDX-License-Identifier: MIT */
/*
 * fsctl.c: FSCTL_* of files, directories and volumes, but for reparse points and sparse files (reparse.c). What Linux has no
 * counterpart of fails as it does on Windows where it is switched off: there is no change journal, no oplock is granted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "file_control.h"
#include "fsctl_copy.h"
#include "thread.h"

#ifndef STATUS_OBJECT_NOT_EXTERNALLY_BACKED
#define STATUS_OBJECT_NOT_EXTERNALLY_BACKED ((NTSTATUS)0xc000046d)
#endif

ULONG file_volume_serial(uint64_t dev);

static NTSTATUS succeed(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

static NTSTATUS no_journal(struct control *control)
{
    (void)control;
    return STATUS_JOURNAL_NOT_ACTIVE;
}

static NTSTATUS no_oplock(struct control *control)
{
    (void)control;
    return STATUS_OPLOCK_NOT_GRANTED;
}

/* An acknowledgement of what was never granted. */
static NTSTATUS no_oplock_break(struct control *control)
{
    (void)control;
    return STATUS_INVALID_OPLOCK_PROTOCOL;
}

/* REQUEST_OPLOCK_INPUT_BUFFER: a request that is right, or an acknowledgement. */
static NTSTATUS request_oplock(struct control *control)
{
    struct {
        USHORT version, length;
        ULONG level, flags; /* OPLOCK_LEVEL_CACHE_*; REQUEST_OPLOCK_INPUT_FLAG_* */
    } input;

    memcpy(&input, control->in, sizeof input);
    if (input.version != 1 || input.length < sizeof input || !input.level || input.level & ~7u ||
        (input.flags != 1 && input.flags != 2))
        return STATUS_INVALID_PARAMETER;
    return input.flags == 1 ? STATUS_OPLOCK_NOT_GRANTED : STATUS_INVALID_OPLOCK_PROTOCOL;
}

static NTSTATUS not_external(struct control *control)
{
    (void)control;
    return STATUS_OBJECT_NOT_EXTERNALLY_BACKED;
}

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

static NTSTATUS get_compression(struct control *control)
{
    USHORT none = 0; /* COMPRESSION_FORMAT_NONE */
    return control_give(control, &none, sizeof none);
}

static NTSTATUS set_compression(struct control *control)
{
    return *(const USHORT *)control->in ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS; /* it is not announced */
}

/* --- object ids: user.transom.objectid --- */

#define OBJECT_ID_NAME "user.transom.objectid"
#define OBJECT_ID_SIZE 64 /* FILE_OBJECTID_BUFFER: the id, and three birth ids or 48 bytes of the program's */

static NTSTATUS read_object_id(struct control *control, UCHAR id[OBJECT_ID_SIZE])
{
    struct fd_path self;

    if (control->io->file->fd < 0 || control->io->file->is_symlink)
        return STATUS_OBJECTID_NOT_FOUND;
    return xattr_get(fd_path(control->io->file->fd, &self), OBJECT_ID_NAME, id, OBJECT_ID_SIZE) == OBJECT_ID_SIZE
               ? STATUS_SUCCESS
               : STATUS_OBJECTID_NOT_FOUND;
}

static NTSTATUS write_object_id(struct control *control, const UCHAR id[OBJECT_ID_SIZE])
{
    struct fd_path self;

    if (control->io->file->fd < 0 || control->io->file->is_symlink)
        return STATUS_INVALID_DEVICE_REQUEST;
    return status_from_errno(xattr_set(fd_path(control->io->file->fd, &self), OBJECT_ID_NAME, id, OBJECT_ID_SIZE));
}

static NTSTATUS get_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    NTSTATUS status = read_object_id(control, id);

    return status ? status : control_give(control, id, sizeof id);
}

static NTSTATUS create_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE] = { 0 };
    uint64_t dev = 0;
    struct stat st;
    NTSTATUS status = read_object_id(control, id);

    if (status) {
        if (getrandom(id, 16, 0) != 16)
            return STATUS_UNSUCCESSFUL;
        id[7] = (id[7] & 0x0f) | 0x40; /* a GUID's version and variant */
        id[8] = (id[8] & 0x3f) | 0x80;
        if (!fstat(control->io->file->fd, &st))
            dev = st.st_dev;
        memcpy(id + 16, "transom\0", 8); /* BirthVolumeId: FileFsObjectIdInformation's */
        memcpy(id + 24, &dev, sizeof dev);
        memcpy(id + 32, id, 16); /* BirthObjectId */
        if ((status = write_object_id(control, id)))
            return status;
    }
    return control_give(control, id, sizeof id);
}

static NTSTATUS set_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];

    if (control->in_size != OBJECT_ID_SIZE)
        return STATUS_INVALID_PARAMETER;
    if (!read_object_id(control, id))
        return STATUS_OBJECT_NAME_COLLISION;
    return write_object_id(control, control->in);
}

static NTSTATUS set_object_id_extended(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    NTSTATUS status = read_object_id(control, id);

    if (status)
        return status;
    memcpy(id + 16, control->in, 48);
    return write_object_id(control, id);
}

static NTSTATUS delete_object_id(struct control *control)
{
    struct fd_path self;
    int err = control->io->file->fd < 0 ? ENODATA : xattr_remove(fd_path(control->io->file->fd, &self), OBJECT_ID_NAME);

    return err == ENODATA ? STATUS_SUCCESS : status_from_errno(err);
}

/* --- the volume --- */

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

/* --- where a file lies --- */

static unsigned cluster_size(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) || !fs.f_bsize ? 4096 : fs.f_bsize;
}

struct run {
    int64_t next_vcn, lcn; /* -1: a hole */
};

struct runs {
    ULONG count, pad;
    int64_t start;
    struct run run[];
};

/* Adds a run, or makes the one before longer; false: there is no room. */
static bool add_run(struct runs *runs, size_t room, int64_t from, int64_t to, int64_t lcn)
{
    struct run *last = runs->count ? &runs->run[runs->count - 1] : NULL;
    int64_t last_from = runs->count > 1 ? last[-1].next_vcn : runs->start;

    if (last && ((lcn < 0 && last->lcn < 0) || (lcn >= 0 && last->lcn >= 0 && last->lcn + (from - last_from) == lcn))) {
        last->next_vcn = to;
        return true;
    }
    if (sizeof *runs + (runs->count + 1) * sizeof *last > room)
        return false;
    runs->run[runs->count++] = (struct run){ to, lcn };
    return true;
}

/* FSCTL_GET_RETRIEVAL_POINTERS by FIEMAP. */
static NTSTATUS retrieval_pointers(struct control *control)
{
    enum { EXTENTS = 128 };
    struct {
        struct fiemap map;
        struct fiemap_extent extents[EXTENTS];
    } *ask = calloc(1, sizeof *ask);
    struct runs *runs = (struct runs *)control->out;
    int fd = control->io->file->fd;
    int64_t unit = cluster_size(fd), vcn, end;
    NTSTATUS status = STATUS_SUCCESS;
    bool last = false, flush = true;
    struct stat st;

    if (!ask)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(&vcn, control->in, sizeof vcn);
    if (fstat(fd, &st))
        status = status_from_errno(errno);
    end = (st.st_size + unit - 1) / unit;
    if (!status && vcn < 0)
        status = STATUS_INVALID_PARAMETER;
    else if (!status && vcn >= end)
        status = STATUS_END_OF_FILE;
    runs->start = vcn;
    while (!status && !last && vcn < end) {
        ask->map = (struct fiemap){ .fm_start = vcn * unit,
                                    .fm_length = FIEMAP_MAX_OFFSET - vcn * unit,
                                    .fm_flags = flush ? FIEMAP_FLAG_SYNC : 0,
                                    .fm_extent_count = EXTENTS };
        if (ioctl(fd, FS_IOC_FIEMAP, &ask->map)) {
            status = errno == EOPNOTSUPP || errno == ENOTTY ? STATUS_INVALID_DEVICE_REQUEST : status_from_errno(errno);
            break;
        }
        flush = false;
        last = ask->map.fm_mapped_extents == 0;
        for (unsigned i = 0; i < ask->map.fm_mapped_extents && !status; i++) {
            const struct fiemap_extent *extent = &ask->extents[i];
            int64_t from = extent->fe_logical / unit, to = (extent->fe_logical + extent->fe_length + unit - 1) / unit,
                    lcn = extent->fe_flags & FIEMAP_EXTENT_UNKNOWN ? -1 : (int64_t)(extent->fe_physical / unit);
            last = extent->fe_flags & FIEMAP_EXTENT_LAST;
            if (to > end)
                to = end;
            if (from > end)
                from = end;
            if (from > vcn && !add_run(runs, control->out_size, vcn, from, -1)) {
                status = STATUS_BUFFER_OVERFLOW;
            } else if (to > from && from >= vcn) {
                if (!add_run(runs, control->out_size, from, to, lcn))
                    status = STATUS_BUFFER_OVERFLOW;
            } else if (to > vcn && !add_run(runs, control->out_size, vcn, to, lcn < 0 ? lcn : lcn + (vcn - from))) {
                status = STATUS_BUFFER_OVERFLOW;
            }
            vcn = to > vcn ? to : vcn;
        }
    }
    if (!status && vcn < end && !add_run(runs, control->out_size, vcn, end, -1))
        status = STATUS_BUFFER_OVERFLOW;
    control->used = sizeof *runs + runs->count * sizeof runs->run[0];
    free(ask);
    return status;
}

static NTSTATUS file_regions(struct control *control)
{
    struct {
        ULONG flags, total, count, reserved;
        int64_t offset, length;
        ULONG usage, reserved2;
    } info = { .total = 1, .count = 1, .usage = 1 /* FILE_REGION_USAGE_VALID_CACHED_DATA */ };
    int64_t wanted[2] = { 0, INT64_MAX };
    struct stat st;

    if (control->in_size && control->in_size < 24) /* FILE_REGION_INPUT, which may be left out */
        return STATUS_BUFFER_TOO_SMALL;
    if (control->in_size)
        memcpy(wanted, control->in, sizeof wanted);
    if (wanted[0] < 0 || wanted[1] < 0 || wanted[0] > INT64_MAX - wanted[1])
        return STATUS_INVALID_PARAMETER;
    if (fstat(control->io->file->fd, &st))
        return status_from_errno(errno);
    info.offset = wanted[0];
    info.length = st.st_size - wanted[0] < wanted[1] ? st.st_size - wanted[0] : wanted[1];
    if (info.length > 0)
        return control_give(control, &info, sizeof info);
    info.total = info.count = 0;
    return control_give(control, &info, 16);
}

/* What a file no longer needs, for the device below: a hint. The contents are undefined afterwards, and may stay. */
static NTSTATUS level_trim(struct control *control)
{
    ULONG count;

    memcpy(&count, (const char *)control->in + 4, sizeof count);
    if (!count || count > (control->in_size - 8) / 16)
        return STATUS_INVALID_PARAMETER;
    if (control->out_size >= sizeof count)
        return control_give(control, &count, sizeof count);
    return STATUS_SUCCESS;
}

/* What both ways to copy begin with: the source's descriptor, and a reference. */
static NTSTATUS copy_source(struct control *control, struct fsctl_copy_range *range, struct object **obj, int *fd)
{
    NTSTATUS status;

    memcpy(range, control->in, sizeof *range);
    if (range->from < 0 || range->to < 0 || range->length < 0)
        return STATUS_INVALID_PARAMETER;
    status = handle_lookup(range->source, &file_type, FILE_READ_DATA, obj);
    if (status)
        return status;
    status = ((struct file_object *)*obj)->kind == FILE_KIND_FILE ? file_get_fd(*obj, FILE_READ_DATA, fd)
                                                                  : STATUS_INVALID_PARAMETER;
    if (status)
        object_unref(*obj);
    return status;
}

static NTSTATUS copy_error(int err)
{
    switch (err) {
    case EXDEV:
        return STATUS_NOT_SAME_DEVICE;
    case EOPNOTSUPP:
    case ENOTTY:
    case ENOSYS:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return status_from_errno(err);
}

/* FSCTL_DUPLICATE_EXTENTS_TO_FILE: a reflink. */
static NTSTATUS duplicate_extents(struct control *control)
{
    struct fsctl_copy_range input;
    struct object *obj;
    int fd;
    NTSTATUS status = copy_source(control, &input, &obj, &fd);

    if (status)
        return status;
    struct file_clone_range range = { fd, input.from, input.length, input.to };
    if (input.length && ioctl(control->io->file->fd, FICLONERANGE, &range))
        status = copy_error(errno);
    object_unref(obj);
    return status;
}

static NTSTATUS copy_range(struct control *control)
{
    struct fsctl_copy_range range;
    struct object *obj;
    int64_t done = 0;
    int fd;
    NTSTATUS status = copy_source(control, &range, &obj, &fd);

    if (status)
        return status;
    while (done < range.length) {
        off64_t from = range.from + done, to = range.to + done;
        ssize_t n = copy_file_range(fd, &from, control->io->file->fd, &to, range.length - done, 0);
        if (n < 0 && errno == EINTR) {
            thread_check_suspend();
            continue;
        }
        if (n < 0)
            status = copy_error(errno);
        if (n <= 0)
            break;
        done += n;
    }
    object_unref(obj);
    return status ? status : control_give(control, &done, sizeof done);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090000, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_OPLOCK_LEVEL_1 */
    { 0x00090004, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_OPLOCK_LEVEL_2 */
    { 0x00090008, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_BATCH_OPLOCK */
    { 0x0009000c, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPLOCK_BREAK_ACKNOWLEDGE */
    { 0x00090010, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPBATCH_ACK_CLOSE_PENDING */
    { 0x00090014, CONTROL_FILE, 0, 0, succeed },                /* FSCTL_OPLOCK_BREAK_NOTIFY: no break is under way */
    { 0x00090018, CONTROL_VOLUME, 0, 0, lock_volume },          /* FSCTL_LOCK_VOLUME */
    { 0x0009001c, CONTROL_VOLUME, 0, 0, unlock_volume },        /* FSCTL_UNLOCK_VOLUME */
    { 0x00090020, CONTROL_VOLUME, 0, 0, lock_volume },          /* FSCTL_DISMOUNT_VOLUME */
    { 0x00090028, CONTROL_ANY, 0, 0, succeed },                 /* FSCTL_IS_VOLUME_MOUNTED */
    { 0x0009002c, CONTROL_ANY, 0, 0, succeed },                 /* FSCTL_IS_PATHNAME_VALID: "always STATUS_SUCCESS" */
    { 0x0009003c, CONTROL_ANY, 0, 2, get_compression },         /* FSCTL_GET_COMPRESSION */
    { 0x00090050, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPLOCK_BREAK_ACK_NO_2 */
    { 0x0009005c, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_FILTER_OPLOCK */
    { 0x00090064, CONTROL_ANY, 0, 96, ntfs_volume_data },       /* FSCTL_GET_NTFS_VOLUME_DATA */
    { 0x0009006f, CONTROL_VOLUME, 8, 0, lock_volume },          /* FSCTL_GET_VOLUME_BITMAP: for administrators */
    { 0x00090073, CONTROL_FILE, 8, 32, retrieval_pointers },    /* FSCTL_GET_RETRIEVAL_POINTERS */
    { 0x00090083, CONTROL_VOLUME, 0, 0, succeed },              /* FSCTL_ALLOW_EXTENDED_DASD_IO */
    { 0x00090098, CONTROL_ANY, 64, 0, set_object_id },          /* FSCTL_SET_OBJECT_ID */
    { 0x0009009c, CONTROL_ANY, 0, 64, get_object_id },          /* FSCTL_GET_OBJECT_ID */
    { 0x000900a0, CONTROL_ANY, 0, 0, delete_object_id },        /* FSCTL_DELETE_OBJECT_ID */
    { 0x000900b3, CONTROL_VOLUME, 0, 0, no_journal },           /* FSCTL_ENUM_USN_DATA */
    { 0x000900bb, CONTROL_VOLUME, 0, 0, no_journal },           /* FSCTL_READ_USN_JOURNAL */
    { 0x000900bc, CONTROL_ANY, 48, 0, set_object_id_extended }, /* FSCTL_SET_OBJECT_ID_EXTENDED */
    { 0x000900c0, CONTROL_ANY, 0, 64, create_object_id },       /* FSCTL_CREATE_OR_GET_OBJECT_ID */
    { 0x000900ef, CONTROL_ANY, 0, 0, no_journal },              /* FSCTL_WRITE_USN_CLOSE_RECORD */
    { 0x000900f4, CONTROL_VOLUME, 0, 0, no_journal },           /* FSCTL_QUERY_USN_JOURNAL */
    { 0x00090240, CONTROL_ANY, 12, 0, request_oplock },         /* FSCTL_REQUEST_OPLOCK */
    { 0x00090284, CONTROL_FILE, 0, 16, file_regions },          /* FSCTL_QUERY_FILE_REGIONS */
    { 0x00090310, CONTROL_ANY, 0, 0, not_external },            /* FSCTL_GET_EXTERNAL_BACKING */
    { 0x00098208, CONTROL_FILE, 8, 0, level_trim },             /* FSCTL_FILE_LEVEL_TRIM */
    { 0x00098344, CONTROL_FILE, 32, 0, duplicate_extents },     /* FSCTL_DUPLICATE_EXTENTS_TO_FILE */
    { FSCTL_TRANSOM_COPY_RANGE, CONTROL_FILE, 32, 8, copy_range },
    { 0x0009c040, CONTROL_ANY, 2, 0, set_compression }, /* FSCTL_SET_COMPRESSION */
};

NTSTATUS disk_fsctl(struct io *io)
{
    NTSTATUS status = control_run(io, codes, sizeof codes / sizeof *codes);

    return status == STATUS_NOT_FOUND ? reparse_fsctl(io) : status;
}
