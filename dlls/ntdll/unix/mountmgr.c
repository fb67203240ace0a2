/* SPDX-License-Identifier: MIT */
/*
 * mountmgr.c: the mount manager, `\\.\MountPointManager`: IOCTL_MOUNTMGR_*. What volumes there are, what their devices are called,
 * and at which letters and folders they are mounted. The structures are those of mountmgr.h.
 */
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include "file_control.h"
#include "mount.h"
#include "path.h"

#define NAME_ROOM 64 /* of the names of a device, a volume and a letter */

static size_t format(WCHAR out[NAME_ROOM], const char *text)
{
    return utf8_to_utf16(text, strlen(text), out, NAME_ROOM);
}

static void device_text(char volume, char text[NAME_ROOM])
{
    snprintf(text, NAME_ROOM, "\\Device\\HarddiskVolume%d", volume - 'A' + 1);
}

static void unique_id(char volume, UCHAR id[24])
{
    memcpy(id, "DMIO:ID:", 8);
    path_volume_guid(volume, id + 8);
}

/* A name in a buffer: of a device, a volume (`\??\Volume{...}`) or a letter (`\DosDevices\X:`), to ASCII; its volume, or 0. */
static char volume_of_name(const char *in, size_t size, size_t offset, size_t length, char text[NAME_ROOM])
{
    WCHAR wide[NAME_ROOM];
    struct nt_path path;
    WCHAR drive = 0;
    size_t n;

    if (length & 1 || length / 2 >= NAME_ROOM || offset > size || length > size - offset)
        return 0;
    memcpy(wide, in + offset, length);
    text[utf16_to_utf8(wide, length / 2, text, NAME_ROOM - 1)] = 0;
    if (path_parse_text(NULL, wide, length / 2, &path)) {
        path_free(&path);
        return 0;
    }
    if (path.kind == PATH_VOLUME)
        free(path_volume_name(path.name, &n, &drive));
    path_free(&path);
    return drive ? mount_volume_of((char)drive) : 0;
}

/* --- IOCTL_MOUNTMGR_QUERY_POINTS, DELETE_POINTS: by link, by device, by id, or all --- */

struct point { /* MOUNTMGR_MOUNT_POINT */
    ULONG link_offset;
    USHORT link_length, pad;
    ULONG id_offset;
    USHORT id_length, pad2;
    ULONG device_offset;
    USHORT device_length, pad3;
};
NT_STATIC_ASSERT(sizeof(struct point) == 24);

struct points {
    struct control *control;
    ULONG count, names; /* so far; bytes of names */
    bool writing;
    ULONG total;
};

static ULONG put_name(struct points *points, const char *text)
{
    ULONG at = 8 + points->total * sizeof(struct point) + points->names;
    WCHAR wide[NAME_ROOM];
    size_t n = format(wide, text) * sizeof(WCHAR);

    if (points->writing)
        memcpy(points->control->out + at, wide, n);
    points->names += n;
    return at;
}

static void put_point(struct points *points, char volume, const char *link)
{
    char device[NAME_ROOM];
    struct point point = { .link_length = strlen(link) * 2, .id_length = 24 };
    UCHAR id[24];

    device_text(volume, device);
    unique_id(volume, id);
    point.device_length = strlen(device) * 2;
    point.link_offset = put_name(points, link);
    point.device_offset = put_name(points, device);
    point.id_offset = 8 + points->total * sizeof point + points->names;
    points->names += sizeof id;
    if (points->writing) {
        memcpy(points->control->out + point.id_offset, id, sizeof id);
        memcpy(points->control->out + 8 + points->count * sizeof point, &point, sizeof point);
    }
    points->count++;
}

/* Which points are meant: of one volume, with one link; 0 and "": all. */
struct filter {
    char volume, link[NAME_ROOM];
};

static void put_points(struct points *points, const struct filter *filter)
{
    char link[NAME_ROOM];

    points->count = points->names = 0;
    for (char letter = 'A'; letter <= 'Z'; letter++) {
        char volume = mount_volume_of(letter);
        if (!volume || (filter->volume && volume != filter->volume))
            continue;
        snprintf(link, sizeof link, "\\DosDevices\\%c:", letter);
        if (!*filter->link || !strcasecmp(link, filter->link))
            put_point(points, volume, link);
        snprintf(link, sizeof link, "\\??\\" PATH_VOLUME_GUID "%02x}", (unsigned)volume);
        if (volume == letter && (!*filter->link || !strcasecmp(link, filter->link)))
            put_point(points, volume, link);
    }
}

static NTSTATUS read_filter(struct control *control, struct filter *filter)
{
    struct point point;
    char text[NAME_ROOM];

    memset(filter, 0, sizeof *filter);
    memcpy(&point, control->in, sizeof point);
    if (point.id_length) {
        UCHAR id[24], wanted[24];
        if (point.id_length != sizeof id || point.id_offset > control->in_size ||
            control->in_size - point.id_offset < sizeof id)
            return point.id_length == sizeof id ? STATUS_INVALID_PARAMETER : STATUS_OBJECT_NAME_NOT_FOUND;
        memcpy(wanted, (const char *)control->in + point.id_offset, sizeof wanted);
        unique_id(wanted[23], id);
        if (memcmp(id, wanted, sizeof id) || wanted[23] < 'A' || wanted[23] > 'Z')
            return STATUS_OBJECT_NAME_NOT_FOUND;
        filter->volume = mount_volume_of((char)wanted[23]);
    } else if (point.device_length) {
        filter->volume = volume_of_name(control->in, control->in_size, point.device_offset, point.device_length, text);
    } else if (point.link_length) {
        filter->volume =
            volume_of_name(control->in, control->in_size, point.link_offset, point.link_length, filter->link);
    } else {
        return STATUS_SUCCESS;
    }
    return filter->volume ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS give_points(struct control *control, const struct filter *filter)
{
    struct points points = { .control = control };
    ULONG head[2];

    put_points(&points, filter);
    points.total = points.count;
    head[0] = 8 + points.count * sizeof(struct point) + points.names;
    head[1] = points.count;
    if (!points.count)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (head[0] > control->out_size) {
        control_give(control, head, sizeof head); /* Size tells how much it takes */
        return STATUS_BUFFER_OVERFLOW;
    }
    memcpy(control->out, head, sizeof head);
    points.writing = true;
    put_points(&points, filter);
    control->used = head[0];
    return STATUS_SUCCESS;
}

static NTSTATUS query_points(struct control *control)
{
    struct filter filter;
    NTSTATUS status = read_filter(control, &filter);

    return status ? status : give_points(control, &filter);
}

#define DEFINE_RAW    0x1 /* DDD_RAW_TARGET_PATH */
#define DEFINE_REMOVE 0x2

/* Letters can be taken away; a volume keeps the name with its GUID. */
static NTSTATUS delete_points(struct control *control)
{
    struct filter filter;
    NTSTATUS status = read_filter(control, &filter);
    char link[NAME_ROOM];

    if (!status)
        status = give_points(control, &filter);
    for (char letter = 'A'; !status && letter <= 'Z'; letter++) {
        WCHAR name[2] = { letter, ':' };
        snprintf(link, sizeof link, "\\DosDevices\\%c:", letter);
        if (*filter.link && strcasecmp(link, filter.link))
            continue;
        if (mount_volume_of(letter) && (!filter.volume || mount_volume_of(letter) == filter.volume) &&
            (status = device_define(name, 2, NULL, 0, DEFINE_REMOVE)) == STATUS_OBJECT_NAME_NOT_FOUND)
            status = STATUS_ACCESS_DENIED; /* a drive that the user gave this prefix */
    }
    return status;
}

/* MOUNTMGR_CREATE_POINT_INPUT: a letter for a volume. */
static NTSTATUS create_point(struct control *control)
{
    struct {
        USHORT link_offset, link_length, device_offset, device_length;
    } input;
    char text[NAME_ROOM], device[NAME_ROOM], volume;
    WCHAR wide[NAME_ROOM], name[2] = { 0, ':' };

    memcpy(&input, control->in, sizeof input);
    volume = volume_of_name(control->in, control->in_size, input.device_offset, input.device_length, text);
    if (!volume)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    volume_of_name(control->in, control->in_size, input.link_offset, input.link_length, memset(text, 0, sizeof text));
    if (strncasecmp(text, "\\DosDevices\\", 12) || strlen(text) != 14 || text[13] != ':')
        return STATUS_INVALID_PARAMETER;
    name[0] = text[12] & ~0x20;
    if (name[0] < 'A' || name[0] > 'Z')
        return STATUS_INVALID_PARAMETER;
    if (!drive_target((char)name[0], device, sizeof device) || name[0] == 'C' || name[0] == 'Z')
        return STATUS_OBJECT_NAME_COLLISION;
    device_text(volume, device);
    return device_define(name, 2, wide, format(wide, device), DEFINE_RAW);
}

/* --- the paths of a volume --- */

struct paths {
    struct control *control;
    char volume;
    size_t bytes; /* of texts */
};

static void put_path(struct paths *paths, const WCHAR *text, size_t length)
{
    size_t bytes = (length + 1) * sizeof(WCHAR), at = 4 + paths->bytes;

    if (at + bytes <= paths->control->out_size)
        memcpy(paths->control->out + at, text, length * sizeof(WCHAR)); /* zeroed: the end is there */
    paths->bytes += bytes;
}

static void put_folder(const char *folder, char volume, void *context)
{
    struct paths *paths = context;
    WCHAR *dos;
    size_t length = 0;

    if (volume != paths->volume || !(dos = unix_path_to_dos(folder)))
        return;
    while (dos[length])
        length++;
    put_path(paths, dos, length);
    free(dos);
}

/* MOUNTMGR_TARGET_NAME to MOUNTMGR_VOLUME_PATHS; `all`: not the first only. */
static NTSTATUS volume_paths(struct control *control, bool all)
{
    struct paths paths = { .control = control };
    char text[NAME_ROOM];
    USHORT length;
    ULONG bytes;

    memcpy(&length, control->in, sizeof length);
    if (length > control->in_size - sizeof length)
        return STATUS_INVALID_PARAMETER;
    paths.volume = volume_of_name(control->in, control->in_size, sizeof length, length, text);
    if (!paths.volume)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    for (char letter = 'A'; letter <= 'Z' && (all || !paths.bytes); letter++) {
        WCHAR name[2] = { letter, ':' };
        if (mount_volume_of(letter) == paths.volume)
            put_path(&paths, name, 2);
    }
    if (all)
        mount_each(put_folder, &paths);
    bytes = paths.bytes + sizeof(WCHAR);
    memcpy(control->out, &bytes, sizeof bytes);
    control->used = sizeof bytes + bytes;
    if (control->used <= control->out_size)
        return STATUS_SUCCESS;
    control->used = sizeof bytes;
    return STATUS_BUFFER_OVERFLOW;
}

static NTSTATUS volume_path(struct control *control)
{
    return volume_paths(control, false);
}

static NTSTATUS volume_all_paths(struct control *control)
{
    return volume_paths(control, true);
}

/* --- the rest --- */

/* MOUNTMGR_DRIVE_LETTER_TARGET: every volume has a letter. */
static NTSTATUS next_letter(struct control *control)
{
    UCHAR info[2] = { FALSE };
    char text[NAME_ROOM];
    USHORT length;

    memcpy(&length, control->in, sizeof length);
    if (length > control->in_size - sizeof length)
        return STATUS_INVALID_PARAMETER;
    info[1] = volume_of_name(control->in, control->in_size, sizeof length, length, text);
    return info[1] ? control_give(control, info, sizeof info) : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS auto_mount(struct control *control)
{
    ULONG enabled = 1;
    return control_give(control, &enabled, sizeof enabled);
}

/* What the file system has told by itself. */
static NTSTATUS succeed(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x006d0008, CONTROL_ANY, 24, 8, query_points },    /* IOCTL_MOUNTMGR_QUERY_POINTS */
    { 0x006d0030, CONTROL_ANY, 4, 4, volume_path },      /* IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATH */
    { 0x006d0034, CONTROL_ANY, 4, 4, volume_all_paths }, /* IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATHS */
    { 0x006d003c, CONTROL_ANY, 0, 4, auto_mount },       /* IOCTL_MOUNTMGR_QUERY_AUTO_MOUNT */
    { 0x006dc000, CONTROL_ANY, 8, 0, create_point },     /* IOCTL_MOUNTMGR_CREATE_POINT */
    { 0x006dc004, CONTROL_ANY, 24, 8, delete_points },   /* IOCTL_MOUNTMGR_DELETE_POINTS */
    { 0x006dc010, CONTROL_ANY, 4, 2, next_letter },      /* IOCTL_MOUNTMGR_NEXT_DRIVE_LETTER */
    { 0x006dc018, CONTROL_ANY, 8, 0, succeed },          /* IOCTL_MOUNTMGR_VOLUME_MOUNT_POINT_CREATED */
    { 0x006dc01c, CONTROL_ANY, 8, 0, succeed },          /* IOCTL_MOUNTMGR_VOLUME_MOUNT_POINT_DELETED */
};

static NTSTATUS mountmgr_ioctl(struct io *io)
{
    static const struct control_table table = { codes, sizeof codes / sizeof *codes };
    NTSTATUS status = control_run(io, &table);

    return status == STATUS_NOT_FOUND ? STATUS_INVALID_DEVICE_REQUEST : status;
}

const struct file_ops mountmgr_ops = { .device_type = 0x6d, .ioctl = mountmgr_ioctl };
