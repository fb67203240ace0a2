/* SPDX-License-Identifier: MIT */
/*
 * fsctl.c: FSCTL_* of files and directories: oplocks, object ids, compression. Others are about where data lie (fsctl_layout.c),
 * the volume (fsctl_volume.c), the change journal (fsctl_usn.c), reparse points and sparse files (reparse.c). What Linux has no
 * counterpart of fails as it does on Windows where it is switched off: no oplock is granted.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "file_control.h"

#ifndef STATUS_OBJECT_NOT_EXTERNALLY_BACKED
#define STATUS_OBJECT_NOT_EXTERNALLY_BACKED ((NTSTATUS)0xc000046d)
#endif

static NTSTATUS succeed(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
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

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090000, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_OPLOCK_LEVEL_1 */
    { 0x00090004, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_OPLOCK_LEVEL_2 */
    { 0x00090008, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_BATCH_OPLOCK */
    { 0x0009000c, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPLOCK_BREAK_ACKNOWLEDGE */
    { 0x00090010, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPBATCH_ACK_CLOSE_PENDING */
    { 0x00090014, CONTROL_FILE, 0, 0, succeed },                /* FSCTL_OPLOCK_BREAK_NOTIFY: no break is under way */
    { 0x0009003c, CONTROL_ANY, 0, 2, get_compression },         /* FSCTL_GET_COMPRESSION */
    { 0x00090050, CONTROL_FILE, 0, 0, no_oplock_break },        /* FSCTL_OPLOCK_BREAK_ACK_NO_2 */
    { 0x0009005c, CONTROL_FILE, 0, 0, no_oplock },              /* FSCTL_REQUEST_FILTER_OPLOCK */
    { 0x00090098, CONTROL_ANY, 64, 0, set_object_id },          /* FSCTL_SET_OBJECT_ID */
    { 0x0009009c, CONTROL_ANY, 0, 64, get_object_id },          /* FSCTL_GET_OBJECT_ID */
    { 0x000900a0, CONTROL_ANY, 0, 0, delete_object_id },        /* FSCTL_DELETE_OBJECT_ID */
    { 0x000900bc, CONTROL_ANY, 48, 0, set_object_id_extended }, /* FSCTL_SET_OBJECT_ID_EXTENDED */
    { 0x000900c0, CONTROL_ANY, 0, 64, create_object_id },       /* FSCTL_CREATE_OR_GET_OBJECT_ID */
    { 0x00090240, CONTROL_ANY, 12, 0, request_oplock },         /* FSCTL_REQUEST_OPLOCK */
    { 0x00090310, CONTROL_ANY, 0, 0, not_external },            /* FSCTL_GET_EXTERNAL_BACKING */
    { 0x0009c040, CONTROL_ANY, 2, 0, set_compression },         /* FSCTL_SET_COMPRESSION */
};

static const struct control_table own_codes = { codes, sizeof codes / sizeof *codes };

NTSTATUS disk_fsctl(struct io *io)
{
    static const struct control_table *const tables[] = { &own_codes, &fsctl_layout_codes, &fsctl_volume_codes,
                                                          &fsctl_usn_codes };
    NTSTATUS status = STATUS_NOT_FOUND;

    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == STATUS_NOT_FOUND; i++)
        status = control_run(io, tables[i]);
    return status == STATUS_NOT_FOUND ? reparse_fsctl(io) : status;
}
