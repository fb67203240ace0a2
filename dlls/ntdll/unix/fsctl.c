/* SPDX-License-Identifier: MIT */
/*
 * fsctl.c: FSCTL_* of files and directories: oplocks, compression. Others are about object ids (file_objectid.c), where data lie (fsctl_layout.c),
 * the volume (fsctl_volume.c), the change journal (fsctl_usn.c), reparse points and sparse files (reparse.c). What Linux has no
 * counterpart of fails as it does on Windows where it is switched off: no oplock is granted.
 */
#include <string.h>
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

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090000, CONTROL_FILE, 0, 0, no_oplock },       /* FSCTL_REQUEST_OPLOCK_LEVEL_1 */
    { 0x00090004, CONTROL_FILE, 0, 0, no_oplock },       /* FSCTL_REQUEST_OPLOCK_LEVEL_2 */
    { 0x00090008, CONTROL_FILE, 0, 0, no_oplock },       /* FSCTL_REQUEST_BATCH_OPLOCK */
    { 0x0009000c, CONTROL_FILE, 0, 0, no_oplock_break }, /* FSCTL_OPLOCK_BREAK_ACKNOWLEDGE */
    { 0x00090010, CONTROL_FILE, 0, 0, no_oplock_break }, /* FSCTL_OPBATCH_ACK_CLOSE_PENDING */
    { 0x00090014, CONTROL_FILE, 0, 0, succeed },         /* FSCTL_OPLOCK_BREAK_NOTIFY: no break is under way */
    { 0x0009003c, CONTROL_ANY, 0, 2, get_compression },  /* FSCTL_GET_COMPRESSION */
    { 0x00090050, CONTROL_FILE, 0, 0, no_oplock_break }, /* FSCTL_OPLOCK_BREAK_ACK_NO_2 */
    { 0x0009005c, CONTROL_FILE, 0, 0, no_oplock },       /* FSCTL_REQUEST_FILTER_OPLOCK */
    { 0x00090240, CONTROL_ANY, 12, 0, request_oplock },  /* FSCTL_REQUEST_OPLOCK */
    { 0x00090310, CONTROL_ANY, 0, 0, not_external },     /* FSCTL_GET_EXTERNAL_BACKING */
    { 0x0009c040, CONTROL_ANY, 2, 0, set_compression },  /* FSCTL_SET_COMPRESSION */
};

static const struct control_table own_codes = { codes, sizeof codes / sizeof *codes };

NTSTATUS disk_fsctl(struct io *io)
{
    static const struct control_table *const tables[] = { &own_codes, &fsctl_layout_codes, &fsctl_volume_codes,
                                                          &fsctl_usn_codes, &objectid_codes };
    NTSTATUS status = STATUS_NOT_FOUND;

    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == STATUS_NOT_FOUND; i++)
        status = control_run(io, tables[i]);
    return status == STATUS_NOT_FOUND ? reparse_fsctl(io) : status;
}
