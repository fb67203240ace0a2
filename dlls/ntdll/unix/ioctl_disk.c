/* SPDX-License-Identifier: MIT */
/*
 * ioctl_disk.c: IOCTL_DISK_* of volume handles (`\\.\C:`): what a program may ask of the disk below, without touching it
 * (IOCTL_STORAGE_*: ioctl_storage.c, IOCTL_VOLUME_*: ioctl_volume.c). The structures are those of ntdddisk.h.
 */
#include <string.h>
#include <time.h>
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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

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

/* VERIFY_INFORMATION: what Linux reads without an error is right. */
static NTSTATUS verify(struct control *control)
{
    struct {
        int64_t start;
        ULONG length, pad;
    } input;
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    memcpy(&input, control->in, sizeof input);
    if (status)
        return status;
    return input.start < 0 || (uint64_t)input.start > disk.length || input.length > disk.length - input.start
               ? STATUS_INVALID_PARAMETER
               : STATUS_SUCCESS;
}

static NTSTATUS performance(struct control *control)
{
    struct {
        int64_t read_bytes, written_bytes, read_time, write_time, idle_time;
        ULONG reads, writes, queued, split;
        int64_t now;
        ULONG number;
        WCHAR manager[8];
        ULONG pad;
    } info = { .manager = u"PhysDisk" };
    struct disk_counts counts;
    LARGE_INTEGER now;
    struct timespec up;
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    disk_count_whole(&disk, &counts);
    clock_gettime(CLOCK_BOOTTIME, &up);
    NtQuerySystemTime(&now);
    info.read_bytes = counts.read_bytes;
    info.written_bytes = counts.written_bytes;
    info.read_time = counts.read_ms * 10000;
    info.write_time = counts.write_ms * 10000;
    info.idle_time = up.tv_sec * 10000000ll + up.tv_nsec / 100 - (int64_t)counts.busy_ms * 10000;
    info.reads = counts.reads;
    info.writes = counts.writes;
    info.queued = counts.under_way;
    info.now = now.QuadPart;
    info.number = disk.number;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS controller_number(struct control *control)
{
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    ULONG info[2] = { 0, disk.number };
    return control_give(control, info, sizeof info);
}

static NTSTATUS cache_information(struct control *control)
{
    struct {
        UCHAR savable, read, write, pad;
        ULONG read_priority, write_priority; /* EqualPriority */
        USHORT no_prefetch;
        UCHAR scalar, pad2;
        USHORT prefetch[3], pad3;
    } info = { .read = TRUE };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.write = disk.write_cache;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS disk_attributes(struct control *control)
{
    struct {
        ULONG version, reserved;
        uint64_t attributes;
    } info = { .version = sizeof info };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.attributes = disk.read_only ? 2 : 0; /* DISK_ATTRIBUTE_READ_ONLY */
    return control_give(control, &info, sizeof info);
}

static NTSTATUS is_clustered(struct control *control)
{
    UCHAR no = FALSE;
    return control_give(control, &no, sizeof no);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00070000, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_DISK_GET_DRIVE_GEOMETRY */
    { 0x00070014, CONTROL_VOLUME, 16, 0, verify },             /* IOCTL_DISK_VERIFY */
    { 0x00070020, CONTROL_VOLUME, 0, 88, performance },        /* IOCTL_DISK_PERFORMANCE */
    { 0x00070024, CONTROL_VOLUME, 0, 0, is_writable },         /* IOCTL_DISK_IS_WRITABLE */
    { 0x00070044, CONTROL_VOLUME, 0, 8, controller_number },   /* IOCTL_DISK_CONTROLLER_NUMBER */
    { 0x00070048, CONTROL_VOLUME, 0, 144, partition_info_ex }, /* IOCTL_DISK_GET_PARTITION_INFO_EX */
    { 0x00070050, CONTROL_VOLUME, 0, 48, drive_layout_ex },    /* IOCTL_DISK_GET_DRIVE_LAYOUT_EX */
    { 0x00070060, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_DISK_PERFORMANCE_OFF */
    { 0x000700a0, CONTROL_VOLUME, 0, 32, drive_geometry_ex },  /* IOCTL_DISK_GET_DRIVE_GEOMETRY_EX */
    { 0x000700f0, CONTROL_VOLUME, 0, 16, disk_attributes },    /* IOCTL_DISK_GET_DISK_ATTRIBUTES */
    { 0x000700f8, CONTROL_VOLUME, 0, 1, is_clustered },        /* IOCTL_DISK_IS_CLUSTERED */
    { 0x00070140, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_DISK_UPDATE_PROPERTIES */
    { 0x00070c00, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_DISK_GET_MEDIA_TYPES */
    { 0x00074004, CONTROL_VOLUME, 0, 32, partition_info },     /* IOCTL_DISK_GET_PARTITION_INFO */
    { 0x0007405c, CONTROL_VOLUME, 0, 8, length_info },         /* IOCTL_DISK_GET_LENGTH_INFO */
    { 0x000740d4, CONTROL_VOLUME, 0, 24, cache_information },  /* IOCTL_DISK_GET_CACHE_INFORMATION */
    { 0x00074800, CONTROL_VOLUME, 0, 0, is_there },            /* IOCTL_DISK_CHECK_VERIFY */
    { 0x002d0c00, CONTROL_VOLUME, 0, 24, drive_geometry },     /* IOCTL_STORAGE_GET_MEDIA_TYPES */
    { 0x002d0c04, CONTROL_VOLUME, 0, 40, media_types_ex },     /* IOCTL_STORAGE_GET_MEDIA_TYPES_EX */
};

static const struct control_table ioctl_disk_codes = { codes, sizeof codes / sizeof *codes };

#define AFD_DEVICE 0x12 /* FILE_DEVICE_NETWORK */

NTSTATUS disk_ioctl(struct io *io)
{
    static const struct control_table *const tables[] = { &ioctl_disk_codes, &ioctl_storage_codes,
                                                          &ioctl_volume_codes };
    NTSTATUS status = STATUS_NOT_FOUND;

    if (io->code >> 16 == AFD_DEVICE) /* which tells ws2_32 that it is no socket */
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!io->file->is_volume) /* file systems pass on what is asked of a volume, and refuse the rest */
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == STATUS_NOT_FOUND; i++)
        status = control_run(io, tables[i]);
    return status == STATUS_NOT_FOUND ? STATUS_INVALID_DEVICE_REQUEST : status;
}
