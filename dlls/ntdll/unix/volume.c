/* SPDX-License-Identifier: MIT */
/* volume.c: what a file's volume says: sizes, serial number, capabilities, the kind of device. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "file.h"
#include "path.h"

ULONG file_volume_serial(uint64_t dev);

#define SECTOR 512

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

static NTSTATUS query_volume(const struct statfs *fs, uint64_t dev, FILE_FS_VOLUME_INFORMATION *info, ULONG length,
                             ULONG_PTR *used)
{
    size_t fixed = offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel), bytes;
    struct file_stat root;
    NTSTATUS status;

    (void)fs;
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, fixed);
    if (!file_stat_at(AT_FDCWD, "/", false, &root))
        info->VolumeCreationTime.QuadPart = root.creation;
    info->VolumeSerialNumber = file_volume_serial(dev);
    status = give_text("", &info->VolumeLabelLength, info->VolumeLabel, length - fixed, &bytes);
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
                                 FILE_SUPPORTS_POSIX_UNLINK_RENAME;
    if (fs->f_flags & 1) /* ST_RDONLY */
        info->FileSystemAttributes |= FILE_READ_ONLY_VOLUME;
    info->MaximumComponentNameLength = 255;
    /* Programs ask this name for capabilities that Linux file systems have and FAT has not. */
    status = give_text("NTFS", &info->FileSystemNameLength, info->FileSystemName, length - fixed, &bytes);
    *used = fixed + bytes;
    return status;
}

static NTSTATUS query_sizes(const struct statfs *fs, ULONG info_class, void *buffer, ULONG length, ULONG_PTR *used)
{
    FILE_FS_SIZE_INFORMATION *size = buffer;
    FILE_FS_FULL_SIZE_INFORMATION *full = buffer;
    uint64_t unit = fs->f_frsize ? fs->f_frsize : fs->f_bsize, sectors = unit >= SECTOR ? unit / SECTOR : 1;

    if (info_class == FileFsSizeInformation) {
        if (length < sizeof *size)
            return STATUS_INFO_LENGTH_MISMATCH;
        size->TotalAllocationUnits.QuadPart = fs->f_blocks;
        size->AvailableAllocationUnits.QuadPart = fs->f_bavail;
        size->SectorsPerAllocationUnit = sectors;
        size->BytesPerSector = SECTOR;
        *used = sizeof *size;
        return STATUS_SUCCESS;
    }
    if (length < sizeof *full)
        return STATUS_INFO_LENGTH_MISMATCH;
    full->TotalAllocationUnits.QuadPart = fs->f_blocks;
    full->CallerAvailableAllocationUnits.QuadPart = fs->f_bavail;
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
    info->DeviceType = file->ops->device_type;
    info->Characteristics = file->ops == &disk_ops ? FILE_DEVICE_IS_MOUNTED : 0;
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
        status = query_volume(&fs, dev, FsInformation, Length, &used);
        break;
    case FileFsSizeInformation:
    case FileFsFullSizeInformation:
        status = query_sizes(&fs, FsInformationClass, FsInformation, Length, &used);
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
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
done:
    object_unref(obj);
    IoStatusBlock->Information = used;
    IoStatusBlock->Status = status;
    return status;
}

/* Labels and quotas are the Linux administrator's. */
NTSTATUS NtSetVolumeInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
                                    ULONG Length, ULONG FsInformationClass)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    (void)FsInformation;
    (void)Length;
    if (status)
        return status;
    object_unref(obj);
    status = FsInformationClass >= FileFsVolumeInformation && FsInformationClass <= FileFsFullSizeInformationEx
                 ? STATUS_ACCESS_DENIED
                 : STATUS_INVALID_INFO_CLASS;
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}
