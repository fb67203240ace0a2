/* SPDX-License-Identifier: MIT */
/*
 * ioctl_disk.c: IOCTL_DISK_*, IOCTL_STORAGE_*, IOCTL_VOLUME_* and IOCTL_MOUNTDEV_* of volume handles (`\\.\C:`): what a program
 * may ask of the disk below, without touching it. The structures are those of ntdddisk.h and ntddstor.h.
 */
#include <stdlib.h>
#include <string.h>
#include "file_control.h"

#define SECTORS_PER_TRACK   63 /* as all disks have said since they stopped to have tracks */
#define TRACKS_PER_CYLINDER 255

struct geometry {
    int64_t cylinders;
    ULONG media, tracks, sectors, sector;
};

enum { REMOVABLE_MEDIA = 11, FIXED_MEDIA = 12 };

struct partition {
    ULONG style, pad;
    int64_t start, length;
    ULONG number;
    UCHAR rewrite, service, pad2[2];
    union {
        struct {
            UCHAR type[16], id[16];
            uint64_t attributes;
            WCHAR name[36];
        } gpt;
        struct {
            UCHAR type, boot, recognized, pad;
            ULONG hidden;
            UCHAR id[16];
        } mbr;
    };
};
NT_STATIC_ASSERT(sizeof(struct partition) == 144);

enum { STYLE_MBR, STYLE_GPT, STYLE_RAW };

/* PARTITION_BASIC_DATA_GUID {ebd0a0a2-b9e5-4433-87c0-68b6b72699c7} */
static const UCHAR basic_data[16] = { 0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
                                      0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7 };

static NTSTATUS find_disk(struct control *control, struct disk *disk)
{
    return status_from_errno(disk_of(control->io->file, disk));
}

static struct geometry geometry_of(const struct disk *disk)
{
    struct geometry g = { .media = disk->removable ? REMOVABLE_MEDIA : FIXED_MEDIA,
                          .tracks = TRACKS_PER_CYLINDER,
                          .sectors = SECTORS_PER_TRACK,
                          .sector = disk->sector };
    g.cylinders = disk->disk_length / ((uint64_t)g.sector * g.sectors * g.tracks);
    return g;
}

static void fill_id(UCHAR id[16], const struct disk *disk, unsigned salt)
{
    memcpy(id, "transom\0", 8);
    memcpy(id + 8, &disk->number, 4);
    memcpy(id + 12, &salt, 4);
}

static struct partition partition_of(const struct disk *disk)
{
    struct partition p = { .style = STYLE_GPT, .start = disk->start, .length = disk->length };

    p.number = disk->partition ? disk->partition : 1;
    memcpy(p.gpt.type, basic_data, sizeof basic_data);
    fill_id(p.gpt.id, disk, p.number);
    return p;
}

static NTSTATUS drive_geometry(struct control *control)
{
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    struct geometry g = geometry_of(&disk);
    return control_give(control, &g, sizeof g);
}

static NTSTATUS drive_geometry_ex(struct control *control)
{
    struct {
        struct geometry geometry;
        int64_t size;
        struct { /* DISK_PARTITION_INFO */
            ULONG size, style;
            UCHAR id[16];
        } partition;
        struct { /* DISK_DETECTION_INFO */
            ULONG size, type;
            UCHAR none[40];
        } detection;
    } info = { 0 };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    info.geometry = geometry_of(&disk);
    info.size = disk.disk_length;
    info.partition.size = sizeof info.partition;
    info.partition.style = STYLE_GPT;
    fill_id(info.partition.id, &disk, 0);
    info.detection.size = sizeof info.detection;
    /* "the caller may give a smaller buffer": the later parts are left out */
    control->used = sizeof info < control->out_size ? sizeof info : control->out_size;
    memcpy(control->out, &info, control->used);
    return STATUS_SUCCESS;
}

static NTSTATUS length_info(struct control *control)
{
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    return status ? status : control_give(control, &disk.length, sizeof disk.length);
}

static NTSTATUS partition_info(struct control *control)
{
    struct {
        int64_t start, length;
        ULONG hidden, number;
        UCHAR type, boot, recognized, rewrite, pad[4];
    } info = { .type = 0x07 /* PARTITION_IFS */, .recognized = TRUE };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    info.start = disk.start;
    info.length = disk.length;
    info.hidden = disk.start / disk.sector;
    info.number = disk.partition ? disk.partition : 1;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS partition_info_ex(struct control *control)
{
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    struct partition p = partition_of(&disk);
    return control_give(control, &p, sizeof p);
}

/* Of the partitions, the volume's own: others are none of the program's business. */
static NTSTATUS drive_layout_ex(struct control *control)
{
    struct {
        ULONG style, count;
        UCHAR id[16];
        int64_t usable_start, usable_length;
        ULONG most, pad;
        struct partition partition;
    } info = { .style = STYLE_GPT, .count = 1, .most = 128 };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    fill_id(info.id, &disk, 0);
    info.usable_start = 34 * disk.sector;
    info.usable_length = disk.disk_length - 67 * (int64_t)disk.sector;
    info.partition = partition_of(&disk);
    if (control->out_size < sizeof info)
        return STATUS_BUFFER_TOO_SMALL;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS is_writable(struct control *control)
{
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    return status ? status : disk.read_only ? STATUS_MEDIA_WRITE_PROTECTED : STATUS_SUCCESS;
}

static NTSTATUS media_types_ex(struct control *control)
{
    struct {
        ULONG type, count;
        int64_t cylinders;
        ULONG media, tracks, sectors, sector, sides, characteristics;
    } info = { .type = FILE_DEVICE_DISK, .count = 1, .sides = 1 };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    struct geometry g = geometry_of(&disk);
    info.cylinders = g.cylinders;
    info.media = g.media;
    info.tracks = g.tracks;
    info.sectors = g.sectors;
    info.sector = g.sector;
    info.characteristics = 0x80000000 /* MEDIA_CURRENTLY_MOUNTED */ | (disk.read_only ? 0x4 : 0x8);
    return control_give(control, &info, sizeof info);
}

static NTSTATUS is_there(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

static NTSTATUS device_number(struct control *control)
{
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    ULONG info[3] = { FILE_DEVICE_DISK, disk.number, disk.partition ? disk.partition : 1 };
    return control_give(control, info, sizeof info);
}

static NTSTATUS hotplug_info(struct control *control)
{
    struct {
        ULONG size;
        UCHAR media_removable, media_hotplug, device_hotplug, write_cache;
    } info = { .size = sizeof info };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

    if (status)
        return status;
    info.media_removable = info.device_hotplug = disk.removable;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS volume_extents(struct control *control)
{
    struct {
        ULONG count, pad;
        ULONG disk, pad2;
        int64_t start, length;
    } info = { .count = 1 };
    struct disk disk;
    NTSTATUS status = find_disk(control, &disk);

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

/* --- IOCTL_STORAGE_QUERY_PROPERTY --- */

enum { DEVICE_PROPERTY = 0, ALIGNMENT_PROPERTY = 6, SEEK_PENALTY_PROPERTY = 7, TRIM_PROPERTY = 8 };

/* STORAGE_DEVICE_DESCRIPTOR: texts behind it, by offset. */
static NTSTATUS device_descriptor(struct control *control, const struct disk *disk)
{
    struct {
        ULONG version, size;
        UCHAR type, modifier, removable, queueing;
        ULONG vendor, product, revision, serial, bus, raw_length;
        UCHAR raw[1];
    } head = { .removable = disk->removable, .queueing = TRUE };
    char data[sizeof head + sizeof disk->model + sizeof disk->serial + sizeof disk->revision + 32] = { 0 };
    size_t at = offsetof(__typeof__(head), raw);
    const char *model = *disk->model ? disk->model : "Virtual Disk";

    head.version = at + 4; /* sizeof(STORAGE_DEVICE_DESCRIPTOR) */
    at += 4;
    head.bus = disk->real && !*disk->model ? 14 /* BusTypeVirtual */ : disk->real ? 11 /* BusTypeSata */ : 15;
    head.product = at;
    at += strlen(strcpy(data + at, model)) + 1;
    if (*disk->revision) {
        head.revision = at;
        at += strlen(strcpy(data + at, disk->revision)) + 1;
    }
    if (*disk->serial) {
        head.serial = at;
        at += strlen(strcpy(data + at, disk->serial)) + 1;
    }
    head.size = at;
    memcpy(data, &head, offsetof(__typeof__(head), raw));
    control->used = at < control->out_size ? at : control->out_size;
    memcpy(control->out, data, control->used);
    return STATUS_SUCCESS; /* the header tells how long it is: callers ask with one first */
}

static NTSTATUS query_property(struct control *control)
{
    ULONG query[2];
    struct disk disk;
    NTSTATUS status;

    memcpy(query, control->in, sizeof query);
    if (query[1] > 1) /* PropertyStandardQuery, PropertyExistsQuery */
        return STATUS_NOT_SUPPORTED;
    if (query[0] != DEVICE_PROPERTY && (query[0] < ALIGNMENT_PROPERTY || query[0] > TRIM_PROPERTY))
        return STATUS_NOT_SUPPORTED;
    if (query[1] == 1)
        return STATUS_SUCCESS;
    if (control->out_size < 8) /* STORAGE_DESCRIPTOR_HEADER */
        return STATUS_BUFFER_TOO_SMALL;
    if ((status = find_disk(control, &disk)))
        return status;
    switch (query[0]) {
    case DEVICE_PROPERTY:
        return device_descriptor(control, &disk);
    case ALIGNMENT_PROPERTY: {
        ULONG info[7] = { sizeof info, sizeof info, 0, 0, disk.sector, disk.physical_sector, 0 };
        control->used = sizeof info < control->out_size ? sizeof info : control->out_size;
        memcpy(control->out, info, control->used);
        return STATUS_SUCCESS;
    }
    default: {
        struct {
            ULONG version, size;
            UCHAR value, pad[3];
        } info = { sizeof info, sizeof info, query[0] == TRIM_PROPERTY ? disk.trims : disk.rotational, { 0 } };
        control->used = sizeof info < control->out_size ? sizeof info : control->out_size;
        memcpy(control->out, &info, control->used);
        return STATUS_SUCCESS;
    }
    }
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00070000, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_DISK_GET_DRIVE_GEOMETRY */
    { 0x00070024, CONTROL_VOLUME, 0, 0, is_writable },         /* IOCTL_DISK_IS_WRITABLE */
    { 0x00070048, CONTROL_VOLUME, 0, 144, partition_info_ex }, /* IOCTL_DISK_GET_PARTITION_INFO_EX */
    { 0x00070050, CONTROL_VOLUME, 0, 48, drive_layout_ex },    /* IOCTL_DISK_GET_DRIVE_LAYOUT_EX */
    { 0x000700a0, CONTROL_VOLUME, 0, 32, drive_geometry_ex },  /* IOCTL_DISK_GET_DRIVE_GEOMETRY_EX */
    { 0x00070c00, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_DISK_GET_MEDIA_TYPES */
    { 0x00074004, CONTROL_VOLUME, 0, 32, partition_info },     /* IOCTL_DISK_GET_PARTITION_INFO */
    { 0x0007405c, CONTROL_VOLUME, 0, 8, length_info },         /* IOCTL_DISK_GET_LENGTH_INFO */
    { 0x00074800, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_DISK_CHECK_VERIFY */
    { 0x002d0800, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_STORAGE_CHECK_VERIFY2 */
    { 0x002d0c00, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_STORAGE_GET_MEDIA_TYPES */
    { 0x002d0c04, CONTROL_VOLUME, 0, 40, media_types_ex },     /* IOCTL_STORAGE_GET_MEDIA_TYPES_EX */
    { 0x002d0c14, CONTROL_VOLUME, 0, 8, hotplug_info },        /* IOCTL_STORAGE_GET_HOTPLUG_INFO */
    { 0x002d1080, CONTROL_VOLUME, 0, 12, device_number },      /* IOCTL_STORAGE_GET_DEVICE_NUMBER */
    { 0x002d1400, CONTROL_VOLUME, 12, 0, query_property },     /* IOCTL_STORAGE_QUERY_PROPERTY */
    { 0x002d4800, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_STORAGE_CHECK_VERIFY */
    { 0x004d0008, CONTROL_VOLUME, 0, 6, device_name },         /* IOCTL_MOUNTDEV_QUERY_DEVICE_NAME */
    { 0x00560000, CONTROL_VOLUME, 0, 32, volume_extents },     /* IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS */
};

#define AFD_DEVICE 0x12 /* FILE_DEVICE_NETWORK */

NTSTATUS disk_ioctl(struct io *io)
{
    NTSTATUS status;

    if (io->code >> 16 == AFD_DEVICE) /* which tells ws2_32 that it is no socket */
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!io->file->is_volume) /* file systems pass on what is asked of a volume, and refuse the rest */
        return STATUS_INVALID_PARAMETER;
    status = control_run(io, codes, sizeof codes / sizeof *codes);
    return status == STATUS_NOT_FOUND ? STATUS_INVALID_DEVICE_REQUEST : status;
}
