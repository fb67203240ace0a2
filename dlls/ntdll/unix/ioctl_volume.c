/* SPDX-License-Identifier: MIT */
/* ioctl_volume.c: IOCTL_VOLUME_* and IOCTL_MOUNTDEV_* of volume handles: where a volume lies, and what it is called. */
#include <stdlib.h>
#include <string.h>
#include "file_control.h"
#include "path.h"

static NTSTATUS succeed(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

/* "If the volume is offline, STATUS_SUCCESS", and so with clusters: the other answer is an error. */
static NTSTATUS is_not(struct control *control)
{
    (void)control;
    return STATUS_UNSUCCESSFUL;
}

static NTSTATUS volume_extents(struct control *control)
{
    struct {
        ULONG count, pad;
        ULONG disk, pad2;
        int64_t start, length;
    } info = { .count = 1 };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.disk = disk.number;
    info.start = disk.start;
    info.length = disk.length;
    return control_give(control, &info, sizeof info);
}

/* MOUNTDEV_NAME: with too little room, its length and STATUS_BUFFER_OVERFLOW. */
static NTSTATUS device_name(struct control *control)
{
    WCHAR *name;
    NTSTATUS status = file_get_nt_name(control->io->file, &name);
    size_t length = 0;

    if (status)
        return status;
    while (name[length])
        length++;
    USHORT bytes = length * sizeof(WCHAR);
    memcpy(control->out, &bytes, sizeof bytes);
    control->used = sizeof bytes;
    if (control->out_size >= sizeof bytes + bytes) {
        memcpy(control->out + sizeof bytes, name, bytes);
        control->used += bytes;
    } else {
        status = STATUS_BUFFER_OVERFLOW;
    }
    free(name);
    return status;
}

static WCHAR letter_of(struct control *control)
{
    size_t length;
    WCHAR drive = 0;

    free(path_volume_name(control->io->file->unix_path, &length, &drive));
    return drive;
}

static NTSTATUS volume_number(struct control *control)
{
    struct {
        ULONG number;
        WCHAR manager[8];
    } info = { letter_of(control) - 'A' + 1, u"VOLMGR  " };

    return control_give(control, &info, sizeof info);
}

/* VOLUME_LOGICAL_OFFSET to VOLUME_PHYSICAL_OFFSETS */
static NTSTATUS to_physical(struct control *control)
{
    struct {
        ULONG count, pad, disk, pad2;
        int64_t offset;
    } info = { .count = 1 };
    int64_t offset;
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    memcpy(&offset, control->in, sizeof offset);
    if (status)
        return status;
    if (offset < 0 || (uint64_t)offset >= disk.length)
        return STATUS_INVALID_PARAMETER;
    info.disk = disk.number;
    info.offset = disk.start + offset;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS to_logical(struct control *control)
{
    struct {
        ULONG disk, pad;
        int64_t offset;
    } input;
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    memcpy(&input, control->in, sizeof input);
    if (status)
        return status;
    if (input.disk != disk.number || input.offset < (int64_t)disk.start ||
        (uint64_t)input.offset - disk.start >= disk.length)
        return STATUS_INVALID_PARAMETER;
    input.offset -= disk.start;
    return control_give(control, &input.offset, sizeof input.offset);
}

static NTSTATUS gpt_attributes(struct control *control)
{
    uint64_t attributes = 0;
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (!status && disk.read_only)
        attributes = 0x1000000000000000; /* GPT_BASIC_DATA_ATTRIBUTE_READ_ONLY */
    return status ? status : control_give(control, &attributes, sizeof attributes);
}

/* The volume's own GUID, as its name has it (PATH_VOLUME_GUID). */
static NTSTATUS stable_guid(struct control *control)
{
    UCHAR guid[16];

    path_volume_guid(letter_of(control), guid);
    return control_give(control, guid, sizeof guid);
}

/* MOUNTDEV_UNIQUE_ID: of a partition of a GPT disk "DMIO:ID:" and its id. */
static NTSTATUS unique_id(struct control *control)
{
    struct {
        USHORT length;
        UCHAR id[24];
    } info = { sizeof info.id, "DMIO:ID:" };

    path_volume_guid(letter_of(control), info.id + 8);
    return control_give(control, &info, sizeof info);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x004d0000, CONTROL_VOLUME, 0, 2, unique_id },       /* IOCTL_MOUNTDEV_QUERY_UNIQUE_ID */
    { 0x004d0008, CONTROL_VOLUME, 0, 6, device_name },     /* IOCTL_MOUNTDEV_QUERY_DEVICE_NAME */
    { 0x004d0018, CONTROL_VOLUME, 0, 16, stable_guid },    /* IOCTL_MOUNTDEV_QUERY_STABLE_GUID */
    { 0x00560000, CONTROL_VOLUME, 0, 32, volume_extents }, /* IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS */
    { 0x00560010, CONTROL_VOLUME, 0, 0, is_not },          /* IOCTL_VOLUME_IS_OFFLINE */
    { 0x00560014, CONTROL_VOLUME, 0, 0, succeed },         /* IOCTL_VOLUME_IS_IO_CAPABLE */
    { 0x0056001c, CONTROL_VOLUME, 0, 20, volume_number },  /* IOCTL_VOLUME_QUERY_VOLUME_NUMBER */
    { 0x00560020, CONTROL_VOLUME, 8, 24, to_physical },    /* IOCTL_VOLUME_LOGICAL_TO_PHYSICAL */
    { 0x00560024, CONTROL_VOLUME, 16, 8, to_logical },     /* IOCTL_VOLUME_PHYSICAL_TO_LOGICAL */
    { 0x00560030, CONTROL_VOLUME, 0, 0, is_not },          /* IOCTL_VOLUME_IS_CLUSTERED */
    { 0x00560038, CONTROL_VOLUME, 0, 8, gpt_attributes },  /* IOCTL_VOLUME_GET_GPT_ATTRIBUTES */
    { 0x0056c008, CONTROL_VOLUME, 0, 0, succeed },         /* IOCTL_VOLUME_ONLINE */
};

const struct control_table ioctl_volume_codes = { codes, sizeof codes / sizeof *codes };
