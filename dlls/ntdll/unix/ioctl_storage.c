/* SPDX-License-Identifier: MIT */
/* ioctl_storage.c: IOCTL_STORAGE_* of volume handles: what kind of device is below. The structures are those of ntddstor.h. */
#include <string.h>
#include "file_control.h"

static NTSTATUS is_there(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

/* Structures that begin with their size: callers ask with a header first, so that what fits is a success. */
static NTSTATUS give_part(struct control *control, const void *data, size_t size)
{
    control_give(control, data, size);
    return STATUS_SUCCESS;
}

static NTSTATUS device_number(struct control *control)
{
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

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
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.media_removable = info.device_hotplug = disk.removable;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS device_number_ex(struct control *control)
{
    struct {
        ULONG version, size, flags, type, number;
        UCHAR id[16];
        ULONG partition;
    } info = { .version = sizeof info, .size = sizeof info, .type = FILE_DEVICE_DISK };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    NT_STATIC_ASSERT(sizeof info == 40);
    if (status)
        return status;
    info.number = disk.number;
    info.partition = disk.partition ? disk.partition : 1;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS read_capacity(struct control *control)
{
    struct {
        ULONG version, size, sector, pad;
        int64_t sectors, length;
    } info = { .version = sizeof info, .size = sizeof info };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.sector = disk.sector;
    info.length = disk.disk_length;
    info.sectors = info.length / info.sector;
    return control_give(control, &info, sizeof info);
}

static NTSTATUS priority_hints(struct control *control)
{
    ULONG none = 0;
    return control_give(control, &none, sizeof none);
}

/* SCSI_ADDRESS: disks are units of one adapter. */
static NTSTATUS scsi_address(struct control *control)
{
    struct {
        ULONG length;
        UCHAR port, path, target, unit;
    } info = { .length = sizeof info };
    struct disk disk;
    NTSTATUS status = control_disk(control, &disk);

    if (status)
        return status;
    info.target = disk.number;
    return control_give(control, &info, sizeof info);
}

/* --- IOCTL_STORAGE_QUERY_PROPERTY --- */

enum { BUS_SATA = 11, BUS_VIRTUAL = 14, BUS_FILE_BACKED = 15, BUS_NVME = 17, BUS_USB = 7 };

static UCHAR bus_of(const struct disk *disk)
{
    if (!disk->real)
        return BUS_FILE_BACKED;
    if (!strncmp(disk->name, "nvme", 4))
        return BUS_NVME;
    return *disk->model ? disk->removable ? BUS_USB : BUS_SATA : BUS_VIRTUAL;
}

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
    head.bus = bus_of(disk);
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
    return give_part(control, data, at);
}

static NTSTATUS adapter_descriptor(struct control *control, const struct disk *disk)
{
    struct {
        ULONG version, size, most, pages, alignment;
        UCHAR pio, scans_down, queueing, accelerated, bus, pad;
        USHORT major, minor;
        UCHAR srb, address;
    } info = { .version = sizeof info,
               .size = sizeof info,
               .most = 1 << 20,
               .pages = 257,
               .queueing = TRUE,
               .bus = bus_of(disk),
               .major = 2,
               .srb = 1 /* SRB_TYPE_STORAGE_REQUEST_BLOCK */ };

    NT_STATIC_ASSERT(sizeof info == 32);
    return give_part(control, &info, sizeof info);
}

static NTSTATUS write_cache(struct control *control, const struct disk *disk)
{
    struct {
        ULONG version, size, type, enabled, changeable, through; /* WRITE_CACHE_TYPE, ... */
        UCHAR flush, protected, nonvolatile;
    } info = { .version = sizeof info, .size = sizeof info, .changeable = 1, .through = 2 };

    info.type = disk->write_cache ? 2 /* WriteCacheTypeWriteBack */ : 1;
    info.enabled = disk->write_cache ? 2 : 1; /* WriteCacheEnabled, WriteCacheDisabled */
    info.flush = TRUE;
    return give_part(control, &info, sizeof info);
}

static NTSTATUS alignment(struct control *control, const struct disk *disk)
{
    ULONG info[7] = { sizeof info, sizeof info, 0, 0, disk->sector, disk->physical_sector, 0 };
    return give_part(control, info, sizeof info);
}

static NTSTATUS give_flag(struct control *control, bool value)
{
    struct {
        ULONG version, size;
        UCHAR value, pad[3];
    } info = { sizeof info, sizeof info, value, { 0 } };
    return give_part(control, &info, sizeof info);
}

static NTSTATUS seek_penalty(struct control *control, const struct disk *disk)
{
    return give_flag(control, disk->rotational);
}

static NTSTATUS trim(struct control *control, const struct disk *disk)
{
    return give_flag(control, disk->trims);
}

static NTSTATUS provisioning(struct control *control, const struct disk *disk)
{
    struct {
        ULONG version, size;
        UCHAR flags, reserved[7];
        uint64_t unit, alignment;
        ULONG most_blocks, most_descriptors;
    } info = { .version = sizeof info, .size = sizeof info };

    info.unit = disk->trim_unit;
    info.most_blocks = disk->trim_most / disk->sector > 0xffffffff ? 0xffffffff : disk->trim_most / disk->sector;
    info.most_descriptors = disk->trims;
    return give_part(control, &info, sizeof info);
}

static NTSTATUS medium(struct control *control, const struct disk *disk)
{
    ULONG info[3] = { sizeof info, sizeof info, 0 /* not indicated */ };

    (void)disk;
    return give_part(control, info, sizeof info);
}

static NTSTATUS io_capability(struct control *control, const struct disk *disk)
{
    ULONG info[4] = { sizeof info, sizeof info, disk->queue_depth, disk->queue_depth };
    return give_part(control, info, sizeof info);
}

/* By STORAGE_PROPERTY_ID. */
static NTSTATUS (*const properties[])(struct control *control, const struct disk *disk) = {
    [0] = device_descriptor, [1] = adapter_descriptor,
    [4] = write_cache,       [6] = alignment,
    [7] = seek_penalty,      [8] = trim,
    [11] = provisioning,     [15] = medium,
    [48] = io_capability, /* StorageDeviceIoCapabilityProperty */
};

static NTSTATUS query_property(struct control *control)
{
    ULONG query[2];
    struct disk disk;
    NTSTATUS status;

    memcpy(query, control->in, sizeof query);
    if (query[1] > 1) /* PropertyStandardQuery, PropertyExistsQuery */
        return STATUS_NOT_SUPPORTED;
    if (query[0] >= sizeof properties / sizeof *properties || !properties[query[0]])
        return STATUS_NOT_SUPPORTED;
    if (query[1] == 1)
        return STATUS_SUCCESS;
    if (control->out_size < 8) /* STORAGE_DESCRIPTOR_HEADER */
        return STATUS_BUFFER_TOO_SMALL;
    if ((status = control_disk(control, &disk)))
        return status;
    return properties[query[0]](control, &disk);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00041018, CONTROL_VOLUME, 0, 8, scsi_address },      /* IOCTL_SCSI_GET_ADDRESS */
    { 0x002d0800, CONTROL_VOLUME, 0, 0, is_there },          /* IOCTL_STORAGE_CHECK_VERIFY2 */
    { 0x002d0c14, CONTROL_VOLUME, 0, 8, hotplug_info },      /* IOCTL_STORAGE_GET_HOTPLUG_INFO */
    { 0x002d1080, CONTROL_VOLUME, 0, 12, device_number },    /* IOCTL_STORAGE_GET_DEVICE_NUMBER */
    { 0x002d1084, CONTROL_VOLUME, 0, 40, device_number_ex }, /* IOCTL_STORAGE_GET_DEVICE_NUMBER_EX */
    { 0x002d1400, CONTROL_VOLUME, 12, 0, query_property },   /* IOCTL_STORAGE_QUERY_PROPERTY */
    { 0x002d1880, CONTROL_VOLUME, 0, 4, priority_hints },    /* IOCTL_STORAGE_CHECK_PRIORITY_HINT_SUPPORT */
    { 0x002d4800, CONTROL_VOLUME, 0, 0, is_there },          /* IOCTL_STORAGE_CHECK_VERIFY */
    { 0x002d5140, CONTROL_VOLUME, 0, 32, read_capacity },    /* IOCTL_STORAGE_READ_CAPACITY */
};

const struct control_table ioctl_storage_codes = { codes, sizeof codes / sizeof *codes };
