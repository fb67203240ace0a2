/* SPDX-License-Identifier: MIT */
/*
 * volume.c: what a file's volume says: sizes, serial number, capabilities, the kind of device. A drive's label is the prefix's:
 * the text of <prefix>/labels/LETTER.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

ULONG file_volume_serial(uint64_t dev);

#define SECTOR         512
#define LABEL_MAX_UTF8 (32 * 3) /* 32 characters: SetVolumeLabel's page */

/* The file system below a file; a standard folder that is not on disk lies where its first parent on disk does. */
static int volume_of(struct file_object *file, struct statfs *fs, uint64_t *dev)
{
    char *path, *slash;
    struct stat st;
    int err = 0;

    if (file->fd >= 0) {
        if (fstatfs(file->fd, fs) || fstat(file->fd, &st))
            return errno;
        *dev = st.st_dev;
        return 0;
    }
    path = strdup(file->unix_path);
    if (!path)
        return ENOMEM;
    while (statfs(path, fs) || stat(path, &st)) {
        slash = strrchr(path, '/');
        if (errno != ENOENT || !slash || slash == path) {
            err = errno;
            break;
        }
        *slash = 0;
    }
    *dev = st.st_dev;
    free(path);
    return err;
}

static NTSTATUS give_text(const char *text, ULONG *length_field, WCHAR *to, size_t room, size_t *bytes)
{
    WCHAR wide[64];
    size_t n = utf8_to_utf16(text, strlen(text), wide, 64) * sizeof(WCHAR);

    *length_field = n;
    *bytes = n <= room ? n : room & ~1ul;
    memcpy(to, wide, *bytes);
    return n <= room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

/* --- labels --- */

static bool label_path(const struct file_object *file, char path[PATH_MAX])
{
    size_t len;
    WCHAR drive, *name = file->unix_path ? path_volume_name(file->unix_path, &len, &drive) : NULL;

    free(name);
    return name && snprintf(path, PATH_MAX, "%s/labels/%c", options.prefix_dir, (char)drive | 0x20) < PATH_MAX;
}

static void read_label(const struct file_object *file, char label[LABEL_MAX_UTF8 + 1])
{
    char path[PATH_MAX];
    int fd = label_path(file, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? 0 : read(fd, label, LABEL_MAX_UTF8);

    label[n > 0 ? n : 0] = 0;
    if (fd >= 0)
        close(fd);
}

static int write_label(const struct file_object *file, const char *label)
{
    char path[PATH_MAX], fresh[PATH_MAX + 4], *slash;
    int fd, err = 0;

    if (prefix_create() || !label_path(file, path))
        return EACCES;
    if (!*label)
        return unlink(path) && errno != ENOENT ? errno : 0;
    slash = strrchr(path, '/');
    *slash = 0;
    if (mkdir(path, 0777) && errno != EEXIST)
        return errno;
    *slash = '/';
    snprintf(fresh, sizeof fresh, "%s.new", path);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    if (write(fd, label, strlen(label)) != (ssize_t)strlen(label))
        err = errno ? errno : ENOSPC;
    close(fd);
    if (!err && rename(fresh, path))
        err = errno;
    if (err)
        unlink(fresh);
    return err;
}

/* The volume itself, or its root directory. */
static bool is_root(const struct file_object *file)
{
    size_t len = 0;
    WCHAR drive, *name = file->unix_path ? path_volume_name(file->unix_path, &len, &drive) : NULL;

    free(name);
    return file->is_volume || (name && len <= 1);
}

static NTSTATUS set_label(struct file_object *file, const FILE_FS_LABEL_INFORMATION *info, ULONG length)
{
    size_t n = info->VolumeLabelLength / sizeof(WCHAR);
    char label[LABEL_MAX_UTF8 + 1];

    if (info->VolumeLabelLength > length - offsetof(FILE_FS_LABEL_INFORMATION, VolumeLabel) ||
        info->VolumeLabelLength & 1)
        return STATUS_INVALID_PARAMETER;
    if (n > 32)
        return STATUS_INVALID_VOLUME_LABEL;
    if (!is_root(file))
        return STATUS_INVALID_PARAMETER;
    label[utf16_to_utf8(info->VolumeLabel, n, label, LABEL_MAX_UTF8)] = 0;
    return status_from_errno(write_label(file, label));
}

/* --- queries --- */

static NTSTATUS query_volume(const struct file_object *file, uint64_t dev, FILE_FS_VOLUME_INFORMATION *info,
                             ULONG length, ULONG_PTR *used)
{
    size_t fixed = offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel), bytes;
    char label[LABEL_MAX_UTF8 + 1];
    struct file_stat root;
    NTSTATUS status;

    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, fixed);
    info->SupportsObjects = TRUE;
    read_label(file, label);
    if (!file_stat_at(AT_FDCWD, "/", false, &root))
        info->VolumeCreationTime.QuadPart = root.creation;
    info->VolumeSerialNumber = file_volume_serial(dev);
    status = give_text(label, &info->VolumeLabelLength, info->VolumeLabel, length - fixed, &bytes);
    *used = fixed + bytes;
    return status;
}

static NTSTATUS query_attributes(const struct statfs *fs, FILE_FS_ATTRIBUTE_INFORMATION *info, ULONG length,
                                 ULONG_PTR *used)
{
    size_t fixed = offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName), bytes;
    NTSTATUS status;

    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    info->FileSystemAttributes = FILE_CASE_SENSITIVE_SEARCH | FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK |
                                 FILE_PERSISTENT_ACLS | FILE_SUPPORTS_SPARSE_FILES | FILE_SUPPORTS_REPARSE_POINTS |
                                 FILE_SUPPORTS_HARD_LINKS | FILE_NAMED_STREAMS | FILE_SUPPORTS_EXTENDED_ATTRIBUTES |
                                 FILE_SUPPORTS_POSIX_UNLINK_RENAME | FILE_SUPPORTS_OBJECT_IDS;
    if (fs->f_flags & 1) /* ST_RDONLY */
        info->FileSystemAttributes |= FILE_READ_ONLY_VOLUME;
    info->MaximumComponentNameLength = 255;
    /* Programs ask this name for capabilities that Linux file systems have and FAT has not. */
    status = give_text("NTFS", &info->FileSystemNameLength, info->FileSystemName, length - fixed, &bytes);
    *used = fixed + bytes;
    return status;
}

/* How much of a volume its user may have: all of it, or what a quota leaves. */
struct share {
    uint64_t total, free; /* in allocation units */
};

/* Quotas of users; those of projects are in what statfs says. Who may not ask for them, or has none, has all. */
static struct share user_share(const struct file_object *file, const struct statfs *fs, uint64_t unit)
{
    struct share share = { fs->f_blocks, fs->f_bavail };
#ifdef SYS_quotactl_fd
    struct dqblk quota;
    uint64_t limit, left;

    if (file->fd < 0 || file->fd_is_path ||
        syscall(SYS_quotactl_fd, file->fd, QCMD((unsigned)Q_GETQUOTA, USRQUOTA), geteuid(), &quota) ||
        !(quota.dqb_valid & QIF_BLIMITS) || !quota.dqb_bhardlimit)
        return share;
    limit = quota.dqb_bhardlimit * 1024; /* QIF_DQBLKSIZE */
    left = limit > quota.dqb_curspace ? limit - quota.dqb_curspace : 0;
    if (limit / unit < share.total)
        share.total = limit / unit;
    if (left / unit < share.free)
        share.free = left / unit;
#else
    (void)file, (void)unit;
#endif
    return share;
}

static NTSTATUS query_sizes(const struct file_object *file, const struct statfs *fs, ULONG info_class, void *buffer,
                            ULONG length, ULONG_PTR *used)
{
    FILE_FS_SIZE_INFORMATION *size = buffer;
    FILE_FS_FULL_SIZE_INFORMATION *full = buffer;
    FILE_FS_FULL_SIZE_INFORMATION_EX *ex = buffer;
    FILE_FS_METADATA_SIZE_INFORMATION *metadata = buffer;
    uint64_t unit = fs->f_frsize ? fs->f_frsize : fs->f_bsize, sectors = unit >= SECTOR ? unit / SECTOR : 1;
    struct share own;

    if (info_class == FileFsSizeInformation) {
        if (length < sizeof *size)
            return STATUS_INFO_LENGTH_MISMATCH;
        own = user_share(file, fs, unit);
        size->TotalAllocationUnits.QuadPart = own.total;
        size->AvailableAllocationUnits.QuadPart = own.free;
        size->SectorsPerAllocationUnit = sectors;
        size->BytesPerSector = SECTOR;
        *used = sizeof *size;
        return STATUS_SUCCESS;
    }
    if (info_class == FileFsMetadataSizeInformation) { /* Linux does not tell how much */
        if (length < sizeof *metadata)
            return STATUS_INFO_LENGTH_MISMATCH;
        memset(metadata, 0, sizeof *metadata);
        metadata->SectorsPerAllocationUnit = sectors;
        metadata->BytesPerSector = SECTOR;
        *used = sizeof *metadata;
        return STATUS_SUCCESS;
    }
    if (info_class == FileFsFullSizeInformationEx) {
        if (length < sizeof *ex)
            return STATUS_INFO_LENGTH_MISMATCH;
        memset(ex, 0, sizeof *ex);
        own = user_share(file, fs, unit);
        ex->ActualTotalAllocationUnits = fs->f_blocks;
        ex->CallerTotalAllocationUnits = own.total;
        ex->ActualAvailableAllocationUnits = fs->f_bfree;
        ex->CallerAvailableAllocationUnits = own.free;
        ex->UsedAllocationUnits = fs->f_blocks - fs->f_bfree;
        ex->TotalReservedAllocationUnits = fs->f_bfree - fs->f_bavail;
        ex->SectorsPerAllocationUnit = sectors;
        ex->BytesPerSector = SECTOR;
        *used = sizeof *ex;
        return STATUS_SUCCESS;
    }
    if (length < sizeof *full)
        return STATUS_INFO_LENGTH_MISMATCH;
    own = user_share(file, fs, unit);
    full->TotalAllocationUnits.QuadPart = own.total;
    full->CallerAvailableAllocationUnits.QuadPart = own.free;
    full->ActualAvailableAllocationUnits.QuadPart = fs->f_bfree;
    full->SectorsPerAllocationUnit = sectors;
    full->BytesPerSector = SECTOR;
    *used = sizeof *full;
    return STATUS_SUCCESS;
}

static NTSTATUS query_device(struct file_object *file, FILE_FS_DEVICE_INFORMATION *info, ULONG length, ULONG_PTR *used)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    /* What `transom prefix drive` says of a drive; the others are fixed disks. */
    static const struct {
        ULONG device, characteristics;
    } types[] = {
        [DRIVE_TYPE_FIXED] = { FILE_DEVICE_DISK, 0 },
        [DRIVE_TYPE_REMOVABLE] = { FILE_DEVICE_DISK, FILE_REMOVABLE_MEDIA },
        [DRIVE_TYPE_CDROM] = { FILE_DEVICE_CD_ROM, FILE_REMOVABLE_MEDIA | FILE_READ_ONLY_DEVICE },
        [DRIVE_TYPE_NETWORK] = { FILE_DEVICE_NETWORK_FILE_SYSTEM, FILE_REMOTE_DEVICE },
        [DRIVE_TYPE_RAM] = { 0x24 /* FILE_DEVICE_VIRTUAL_DISK */, 0 },
    };
    WCHAR letter;

    info->DeviceType = file->ops->device_type;
    info->Characteristics = file->ops == &disk_ops ? FILE_DEVICE_IS_MOUNTED : 0;
    if (file->ops == &disk_ops && file->unix_path && drive_of_path(file->unix_path, &letter)) {
        enum drive_type type = drive_type((char)letter);
        info->DeviceType = types[type].device;
        info->Characteristics |= types[type].characteristics;
    }
    *used = sizeof *info;
    return STATUS_SUCCESS;
}

static NTSTATUS query_sector_size(const struct statfs *fs, FILE_FS_SECTOR_SIZE_INFORMATION *info, ULONG length,
                                  ULONG_PTR *used)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    (void)fs;
    memset(info, 0, sizeof *info);
    info->LogicalBytesPerSector = SECTOR;
    info->PhysicalBytesPerSectorForAtomicity = 4096;
    info->PhysicalBytesPerSectorForPerformance = 4096;
    info->FileSystemEffectivePhysicalBytesPerSectorForAtomicity = 4096;
    info->Flags = 3; /* SSINFO_FLAGS_ALIGNED_DEVICE | SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE */
    *used = sizeof *info;
    return STATUS_SUCCESS;
}

static NTSTATUS query_object_id(uint64_t dev, FILE_FS_OBJECTID_INFORMATION *info, ULONG length, ULONG_PTR *used)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, sizeof *info);
    memcpy(info->ObjectId, "transom\0", 8);
    memcpy(info->ObjectId + 8, &dev, sizeof dev);
    *used = sizeof *info;
    return STATUS_SUCCESS;
}

/* Which drivers there are below a volume: none that a program could name. */
static NTSTATUS query_driver_path(FILE_FS_DRIVER_PATH_INFORMATION *info, ULONG length, ULONG_PTR *used)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (info->DriverNameLength > length - offsetof(FILE_FS_DRIVER_PATH_INFORMATION, DriverName))
        return STATUS_INVALID_PARAMETER;
    info->DriverInPath = FALSE;
    *used = sizeof *info;
    return STATUS_SUCCESS;
}

static NTSTATUS query_one_number(ULONG value, ULONG *info, ULONG length, ULONG_PTR *used)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    *info = value;
    *used = sizeof *info;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryVolumeInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
                                      ULONG Length, ULONG FsInformationClass)
{
    struct file_object *file;
    ULONG_PTR used = 0;
    struct object *obj;
    struct statfs fs;
    uint64_t dev = 0;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    if (status)
        return status;
    file = (struct file_object *)obj;
    if (FsInformationClass == FileFsDeviceInformation) {
        status = query_device(file, FsInformation, Length, &used);
        goto done;
    }
    if (file->ops != &disk_ops) {
        status = STATUS_INVALID_DEVICE_REQUEST;
        goto done;
    }
    status = status_from_errno(volume_of(file, &fs, &dev));
    if (status)
        goto done;
    switch (FsInformationClass) {
    case FileFsVolumeInformation:
        status = query_volume(file, dev, FsInformation, Length, &used);
        break;
    case FileFsSizeInformation:
    case FileFsFullSizeInformation:
    case FileFsFullSizeInformationEx:
    case FileFsMetadataSizeInformation:
        status = query_sizes(file, &fs, FsInformationClass, FsInformation, Length, &used);
        break;
    case FileFsAttributeInformation:
        status = query_attributes(&fs, FsInformation, Length, &used);
        break;
    case FileFsSectorSizeInformation:
        status = query_sector_size(&fs, FsInformation, Length, &used);
        break;
    case FileFsObjectIdInformation:
        status = query_object_id(dev, FsInformation, Length, &used);
        break;
    case FileFsDriverPathInformation:
        status = query_driver_path(FsInformation, Length, &used);
        break;
    case FileFsVolumeFlagsInformation:
        status = query_one_number(0, FsInformation, Length, &used);
        break;
    case FileFsDataCopyInformation:
        status = query_one_number(1, FsInformation, Length, &used);
        break;
    case FileFsControlInformation:
        /* [MS-FSA]: where there are no quotas (FILE_VOLUME_QUOTAS is not announced) */
        status =
            Length < sizeof(FILE_FS_CONTROL_INFORMATION) ? STATUS_INFO_LENGTH_MISMATCH : STATUS_VOLUME_NOT_UPGRADED;
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
done:
    object_unref(obj);
    IoStatusBlock->Information = used;
    IoStatusBlock->Status = status;
    return status;
}

NTSTATUS NtSetVolumeInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
                                    ULONG Length, ULONG FsInformationClass)
{
    static const unsigned char lengths[] = {
        [FileFsLabelInformation] = sizeof(FILE_FS_LABEL_INFORMATION),
        [FileFsControlInformation] = sizeof(FILE_FS_CONTROL_INFORMATION),
        [FileFsObjectIdInformation] = sizeof(FILE_FS_OBJECTID_INFORMATION),
        [FileFsVolumeFlagsInformation] = sizeof(FILE_FS_VOLUME_FLAGS_INFORMATION),
    };
    struct object *obj;
    NTSTATUS status;
    void *copy;

    if (FsInformationClass >= sizeof lengths || !lengths[FsInformationClass])
        return STATUS_INVALID_INFO_CLASS;
    if (Length < lengths[FsInformationClass])
        return STATUS_INFO_LENGTH_MISMATCH;
    if (Length > 0x10000)
        return STATUS_INVALID_PARAMETER;
    status = handle_lookup(FileHandle, &file_type, FILE_WRITE_DATA, &obj);
    if (status)
        return status;
    copy = malloc(Length); /* another thread could change it */
    if (!copy)
        status = STATUS_NO_MEMORY;
    else if (!user_copy_in(copy, FsInformation, Length))
        status = STATUS_ACCESS_VIOLATION;
    else if (((struct file_object *)obj)->ops != &disk_ops)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (FsInformationClass == FileFsLabelInformation)
        status = set_label((struct file_object *)obj, copy, Length);
    else if (FsInformationClass == FileFsControlInformation)
        status = STATUS_VOLUME_NOT_UPGRADED; /* no quotas */
    else
        status = STATUS_ACCESS_DENIED; /* the Linux administrator's */
    free(copy);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}
