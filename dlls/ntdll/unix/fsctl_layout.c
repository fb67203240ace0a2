/* SPDX-License-Identifier: MIT */
/*
 * fsctl_layout.c: FSCTL_* about where a file's data lie: extents (FIEMAP), valid regions, trimming, and ranges shared with or copied
 * from other files (FICLONERANGE, copy_file_range).
 */
#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "file_control.h"
#include "fsctl_copy.h"
#include "thread.h"

#ifndef STATUS_DEVICE_FEATURE_NOT_SUPPORTED
#define STATUS_DEVICE_FEATURE_NOT_SUPPORTED ((NTSTATUS)0xc0000463)
#endif

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
    } info = { .total = 1, .count = 1 };
    ULONG usage = 1; /* FILE_REGION_USAGE_VALID_CACHED_DATA; 2: the same, of what is not in the cache */
    int64_t wanted[2] = { 0, INT64_MAX };
    struct stat st;

    if (control->in_size && control->in_size < 24) /* FILE_REGION_INPUT, which may be left out */
        return STATUS_BUFFER_TOO_SMALL;
    if (control->in_size)
        memcpy(wanted, control->in, sizeof wanted);
    if (control->in_size)
        memcpy(&usage, (const char *)control->in + 16, sizeof usage);
    if (wanted[0] < 0 || wanted[1] < 0 || wanted[0] > INT64_MAX - wanted[1] || !usage || usage & ~3u)
        return STATUS_INVALID_PARAMETER;
    info.usage = usage;
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
static NTSTATUS copy_source(const struct fsctl_copy_range *range, struct object **obj, int *fd)
{
    NTSTATUS status;

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

static NTSTATUS clone_range(struct control *control, const struct fsctl_copy_range *input, int fd)
{
    struct file_clone_range range = { fd, input->from, input->length, input->to };

    return input->length && ioctl(control->io->file->fd, FICLONERANGE, &range) ? copy_error(errno) : STATUS_SUCCESS;
}

/* FSCTL_DUPLICATE_EXTENTS_TO_FILE: a reflink. */
static NTSTATUS duplicate_extents(struct control *control)
{
    struct fsctl_copy_range input;
    struct object *obj;
    int fd;
    NTSTATUS status;

    memcpy(&input, control->in, sizeof input);
    status = copy_source(&input, &obj, &fd);
    if (status)
        return status;
    status = clone_range(control, &input, fd);
    object_unref(obj);
    return status;
}

/* FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX: one reflink is atomic in any case (DUPLICATE_EXTENTS_DATA_EX_SOURCE_ATOMIC). */
static NTSTATUS duplicate_extents_ex(struct control *control)
{
    struct {
        uint64_t size;
        struct fsctl_copy_range range;
        ULONG flags, pad;
    } input;
    struct object *obj;
    int fd;
    NTSTATUS status;

    memcpy(&input, control->in, sizeof input);
    if (input.size != sizeof input || input.flags & ~1u)
        return STATUS_INVALID_PARAMETER;
    status = copy_source(&input.range, &obj, &fd);
    if (status)
        return status;
    status = clone_range(control, &input.range, fd);
    object_unref(obj);
    return status;
}

static NTSTATUS copy_range(struct control *control)
{
    struct fsctl_copy_range range;
    struct object *obj;
    int64_t done = 0;
    int fd;
    NTSTATUS status;

    memcpy(&range, control->in, sizeof range);
    status = copy_source(&range, &obj, &fd);
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

/* Copy offload: what the disks below do not have, NTFS refuses so. */
static NTSTATUS no_offload(struct control *control)
{
    (void)control;
    return STATUS_DEVICE_FEATURE_NOT_SUPPORTED;
}

/* Checksums of data (integrity streams): none here, which is said so; that they be switched on is refused. */
static NTSTATUS get_integrity(struct control *control)
{
    struct {
        USHORT algorithm, reserved; /* CHECKSUM_TYPE_NONE */
        ULONG flags, chunk, cluster;
    } info = { .cluster = cluster_size(control->io->file->fd) };

    return control_give(control, &info, sizeof info);
}

static NTSTATUS set_integrity(struct control *control)
{
    USHORT algorithm = *(const USHORT *)control->in;

    return algorithm && algorithm != 0xffff /* CHECKSUM_TYPE_UNCHANGED */ ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static NTSTATUS set_integrity_ex(struct control *control)
{
    const UCHAR *in = control->in; /* EnableIntegrity, KeepIntegrityStateUnchanged */

    return in[0] && !in[1] ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090073, CONTROL_FILE, 8, 32, retrieval_pointers },   /* FSCTL_GET_RETRIEVAL_POINTERS */
    { 0x0009027c, CONTROL_FILE, 0, 16, get_integrity },        /* FSCTL_GET_INTEGRITY_INFORMATION */
    { 0x00090284, CONTROL_FILE, 0, 16, file_regions },         /* FSCTL_QUERY_FILE_REGIONS */
    { 0x00090380, CONTROL_FILE, 8, 0, set_integrity_ex },      /* FSCTL_SET_INTEGRITY_INFORMATION_EX */
    { 0x00094264, CONTROL_FILE, 0, 0, no_offload },            /* FSCTL_OFFLOAD_READ */
    { 0x00098208, CONTROL_FILE, 8, 0, level_trim },            /* FSCTL_FILE_LEVEL_TRIM */
    { 0x00098268, CONTROL_FILE, 0, 0, no_offload },            /* FSCTL_OFFLOAD_WRITE */
    { 0x00098344, CONTROL_FILE, 32, 0, duplicate_extents },    /* FSCTL_DUPLICATE_EXTENTS_TO_FILE */
    { 0x000983e8, CONTROL_FILE, 48, 0, duplicate_extents_ex }, /* FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX */
    { FSCTL_TRANSOM_COPY_RANGE, CONTROL_FILE, 32, 8, copy_range },
    { 0x0009c280, CONTROL_FILE, 8, 0, set_integrity }, /* FSCTL_SET_INTEGRITY_INFORMATION */
};

const struct control_table fsctl_layout_codes = { codes, sizeof codes / sizeof *codes };
