/* SPDX-License-Identifier: MIT */
/* file_info.c: NtQueryInformationFile and what asks about files by name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "pipe.h"

/*
 * What NtQueryInformationFile's classes take, after its page and [MS-FSA]: the least length of the buffer (0: no such class
 * here) and the access that the handle needs, of which any bit will do.
 */
static const struct {
    unsigned char length;
    unsigned short access;
} classes[FileMaximumInformation] = {
    [FileBasicInformation] = { sizeof(FILE_BASIC_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileStandardInformation] = { sizeof(FILE_STANDARD_INFORMATION), 0 },
    [FileInternalInformation] = { sizeof(FILE_INTERNAL_INFORMATION), 0 },
    [FileEaInformation] = { sizeof(FILE_EA_INFORMATION), 0 },
    [FileAccessInformation] = { sizeof(FILE_ACCESS_INFORMATION), 0 },
    [FileNameInformation] = { sizeof(FILE_NAME_INFORMATION), 0 },
    [FilePositionInformation] = { sizeof(FILE_POSITION_INFORMATION), 0 },
    [FileModeInformation] = { sizeof(FILE_MODE_INFORMATION), 0 },
    [FileAlignmentInformation] = { sizeof(FILE_ALIGNMENT_INFORMATION), 0 },
    [FileAllInformation] = { sizeof(FILE_ALL_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileAlternateNameInformation] = { sizeof(FILE_NAME_INFORMATION), 0 },
    [FileStreamInformation] = { sizeof(FILE_STREAM_INFORMATION), 0 },
    [FilePipeInformation] = { sizeof(FILE_PIPE_INFORMATION), 0 },
    [FilePipeLocalInformation] = { sizeof(FILE_PIPE_LOCAL_INFORMATION), 0 },
    [FilePipeRemoteInformation] = { sizeof(FILE_PIPE_REMOTE_INFORMATION), 0 },
    [FileMailslotQueryInformation] = { sizeof(FILE_MAILSLOT_QUERY_INFORMATION), 0 },
    [FileCompressionInformation] = { sizeof(FILE_COMPRESSION_INFORMATION), 0 },
    [FileNetworkOpenInformation] = { sizeof(FILE_NETWORK_OPEN_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileAttributeTagInformation] = { sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileIoCompletionNotificationInformation] = { sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION), 0 },
    [FileIoPriorityHintInformation] = { sizeof(FILE_IO_PRIORITY_HINT_INFORMATION), FILE_READ_DATA },
    [FileProcessIdsUsingFileInformation] = { sizeof(FILE_PROCESS_IDS_USING_FILE_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileHardLinkInformation] = { sizeof(FILE_LINKS_INFORMATION), 0 },
    [FileNormalizedNameInformation] = { sizeof(FILE_NAME_INFORMATION), 0 },
    [FileNetworkPhysicalNameInformation] = { sizeof(FILE_NAME_INFORMATION), 0 },
    [FileIsRemoteDeviceInformation] = { sizeof(FILE_IS_REMOTE_DEVICE_INFORMATION), 0 },
    [FileNumaNodeInformation] = { sizeof(FILE_NUMA_NODE_INFORMATION), 0 },
    [FileStandardLinkInformation] = { sizeof(FILE_STANDARD_LINK_INFORMATION), 0 },
    [FileRemoteProtocolInformation] = { 1, 0 }, /* on a server only; its structure has grown with versions */
    [FileVolumeNameInformation] = { sizeof(FILE_NAME_INFORMATION), 0 },
    [FileIdInformation] = { sizeof(FILE_ID_INFORMATION), 0 },
    [FileHardLinkFullIdInformation] = { sizeof(FILE_LINKS_FULL_ID_INFORMATION), 0 },
    [FileStatInformation] = { sizeof(FILE_STAT_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileStatLxInformation] = { sizeof(FILE_STAT_LX_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileCaseSensitiveInformation] = { sizeof(FILE_CASE_SENSITIVE_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileCaseSensitiveInformationForceAccessCheck] = { sizeof(FILE_CASE_SENSITIVE_INFORMATION), FILE_READ_ATTRIBUTES },
    [FileStorageReserveIdInformation] = { sizeof(FILE_STORAGE_RESERVE_ID_INFORMATION), 0 },
    [FileKnownFolderInformation] = { sizeof(FILE_KNOWN_FOLDER_INFORMATION), 0 },
    [FileStatBasicInformation] = { sizeof(FILE_STAT_BASIC_INFORMATION), FILE_READ_ATTRIBUTES },
};

ULONG file_attributes_or_normal(ULONG attributes)
{
    return attributes ? attributes : FILE_ATTRIBUTE_NORMAL;
}

/* Linux device numbers made into what looks like a volume serial number. */
ULONG file_volume_serial(uint64_t dev)
{
    return (ULONG)((dev * 0x9e3779b97f4a7c15ull) >> 32) | 1;
}

static void fill_basic(const struct file_stat *st, FILE_BASIC_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->CreationTime.QuadPart = st->creation;
    info->LastAccessTime.QuadPart = st->access;
    info->LastWriteTime.QuadPart = st->write;
    info->ChangeTime.QuadPart = st->change;
    info->FileAttributes = file_attributes_or_normal(st->attributes);
}

static void fill_standard(struct file_object *file, const struct file_stat *st, FILE_STANDARD_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->AllocationSize.QuadPart = st->allocation;
    info->EndOfFile.QuadPart = st->size;
    info->DeletePending = file && (share_delete_pending(file) || !st->links);
    info->NumberOfLinks = info->DeletePending && st->links ? st->links - 1 : st->links;
    info->Directory = st->attributes & FILE_ATTRIBUTE_DIRECTORY ? TRUE : FALSE;
}

static void fill_network_open(const struct file_stat *st, FILE_NETWORK_OPEN_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->CreationTime.QuadPart = st->creation;
    info->LastAccessTime.QuadPart = st->access;
    info->LastWriteTime.QuadPart = st->write;
    info->ChangeTime.QuadPart = st->change;
    info->AllocationSize.QuadPart = st->allocation;
    info->EndOfFile.QuadPart = st->size;
    info->FileAttributes = file_attributes_or_normal(st->attributes);
}

static void fill_id(const struct file_stat *st, FILE_ID_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->VolumeSerialNumber = file_volume_serial(st->dev);
    memcpy(info->FileId.Identifier, &st->ino, sizeof st->ino);
}

static void fill_stat_lx(const struct file_stat *st, ACCESS_MASK granted, FILE_STAT_LX_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->FileId.QuadPart = st->ino;
    info->CreationTime.QuadPart = st->creation;
    info->LastAccessTime.QuadPart = st->access;
    info->LastWriteTime.QuadPart = st->write;
    info->ChangeTime.QuadPart = st->change;
    info->AllocationSize.QuadPart = st->allocation;
    info->EndOfFile.QuadPart = st->size;
    info->FileAttributes = file_attributes_or_normal(st->attributes);
    info->ReparseTag = st->tag;
    info->NumberOfLinks = st->links;
    info->EffectiveAccess = granted;
    info->LxFlags = 4; /* LX_FILE_METADATA_HAS_MODE */
    info->LxMode = st->mode;
}

static void fill_stat_basic(const struct file_stat *st, FILE_STAT_BASIC_INFORMATION *info)
{
    memset(info, 0, sizeof *info);
    info->FileId.QuadPart = st->ino;
    info->CreationTime.QuadPart = st->creation;
    info->LastAccessTime.QuadPart = st->access;
    info->LastWriteTime.QuadPart = st->write;
    info->ChangeTime.QuadPart = st->change;
    info->AllocationSize.QuadPart = st->allocation;
    info->EndOfFile.QuadPart = st->size;
    info->FileAttributes = file_attributes_or_normal(st->attributes);
    info->ReparseTag = st->tag;
    info->NumberOfLinks = st->links;
    info->DeviceType = FILE_DEVICE_DISK;
    info->DeviceCharacteristics = FILE_DEVICE_IS_MOUNTED;
    info->VolumeSerialNumber.QuadPart = file_volume_serial(st->dev);
    memcpy(&info->FileId128, &st->ino, sizeof st->ino);
}

/* The name within the volume (`\dir\file`); malloc'ed. Normalised: as the kernel knows it, links followed. */
static NTSTATUS volume_name(struct file_object *file, bool normalized, WCHAR **name, size_t *len)
{
    WCHAR drive;

    if (!file->unix_path) {
        *len = 0;
        *name = malloc(sizeof(WCHAR));
        return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    *name = file_volume_name(file, normalized, len, &drive);
    return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* Fills a FILE_NAME_INFORMATION; as much as fits, with STATUS_BUFFER_OVERFLOW if that is not all. */
static NTSTATUS give_name(const WCHAR *name, size_t len, FILE_NAME_INFORMATION *info, ULONG length, ULONG_PTR *used)
{
    size_t room = length - offsetof(FILE_NAME_INFORMATION, FileName), bytes = len * sizeof(WCHAR);
    bool fits = bytes <= room;

    info->FileNameLength = bytes;
    if (!fits)
        bytes = room & ~1ul;
    memcpy(info->FileName, name, bytes);
    *used = offsetof(FILE_NAME_INFORMATION, FileName) + bytes;
    return fits ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

static NTSTATUS query_name(struct file_object *file, bool normalized, void *buffer, ULONG length, ULONG_PTR *used)
{
    WCHAR *name;
    size_t len;
    NTSTATUS status = volume_name(file, normalized, &name, &len);

    if (status)
        return status;
    status = give_name(name, len, buffer, length, used);
    free(name);
    return status;
}

static NTSTATUS query_short_name(struct file_object *file, void *buffer, ULONG length, ULONG_PTR *used)
{
    WCHAR *name, short_name[12];
    size_t len, start, n;
    NTSTATUS status = volume_name(file, false, &name, &len);

    if (status)
        return status;
    for (start = len; start && name[start - 1] != '\\';)
        start--;
    n = path_short_name(name + start, len - start, short_name);
    if (n)
        status = give_name(short_name, n, buffer, length, used);
    else /* the name is its own short name */
        status =
            len > start ? give_name(name + start, len - start, buffer, length, used) : STATUS_OBJECT_NAME_NOT_FOUND;
    free(name);
    return status;
}

/* The volume's device: what comes before the path in the file's NT name. */
static NTSTATUS query_volume_name(struct file_object *file, void *buffer, ULONG length, ULONG_PTR *used)
{
    WCHAR *name;
    size_t len, slashes = 0;
    NTSTATUS status = file_get_nt_name(file, &name);

    if (status)
        return status;
    for (len = 0; name[len]; len++) {
        slashes += name[len] == '\\';
        if (slashes == 3) /* `\Device\HarddiskVolume3` */
            break;
    }
    status = give_name(name, len, buffer, length, used);
    free(name);
    return status;
}

static int64_t position_of(struct file_object *file)
{
    off_t at = file->os_position ? lseek(file->fd, 0, SEEK_CUR) : -1;
    return at >= 0 ? at : file->position;
}

static ULONG mode_of(const struct file_object *file)
{
    return file->options & (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING |
                            FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE);
}

/* What needs no look at the file; STATUS_MORE_PROCESSING_REQUIRED for the rest. */
static NTSTATUS query_object(struct file_object *file, ACCESS_MASK granted, void *buffer, ULONG length,
                             ULONG info_class)
{
    (void)length;
    switch (info_class) {
    case FileAccessInformation:
        ((FILE_ACCESS_INFORMATION *)buffer)->AccessFlags = granted;
        return STATUS_SUCCESS;
    case FilePositionInformation:
        ((FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset.QuadPart = position_of(file);
        return STATUS_SUCCESS;
    case FileModeInformation:
        ((FILE_MODE_INFORMATION *)buffer)->Mode = mode_of(file);
        return STATUS_SUCCESS;
    case FileAlignmentInformation:
        ((FILE_ALIGNMENT_INFORMATION *)buffer)->AlignmentRequirement = 0; /* FILE_BYTE_ALIGNMENT */
        return STATUS_SUCCESS;
    case FileIoCompletionNotificationInformation:
        ((FILE_IO_COMPLETION_NOTIFICATION_INFORMATION *)buffer)->Flags = file->completion_flags;
        return STATUS_SUCCESS;
    case FileIoPriorityHintInformation:
        ((FILE_IO_PRIORITY_HINT_INFORMATION *)buffer)->PriorityHint = 2; /* IoPriorityNormal */
        return STATUS_SUCCESS;
    case FileIsRemoteDeviceInformation:
        ((FILE_IS_REMOTE_DEVICE_INFORMATION *)buffer)->IsRemote = FALSE;
        return STATUS_SUCCESS;
    case FileNumaNodeInformation:
        ((FILE_NUMA_NODE_INFORMATION *)buffer)->NodeNumber = 0;
        return STATUS_SUCCESS;
    case FileRemoteProtocolInformation: /* of files on other computers: GetFileInformationByHandleEx's page */
    case FileNetworkPhysicalNameInformation:
        return STATUS_INVALID_PARAMETER;
    default:
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
}

static NTSTATUS query_all(struct file_object *file, ACCESS_MASK granted, const struct file_stat *st, void *buffer,
                          ULONG length, ULONG_PTR *used)
{
    FILE_ALL_INFORMATION *info = buffer;
    ULONG_PTR name_used = 0;
    NTSTATUS status;

    fill_basic(st, &info->BasicInformation);
    fill_standard(file, st, &info->StandardInformation);
    info->InternalInformation.IndexNumber.QuadPart = st->ino;
    info->EaInformation.EaSize = ea_size(file, st);
    info->AccessInformation.AccessFlags = granted;
    info->PositionInformation.CurrentByteOffset.QuadPart = position_of(file);
    info->ModeInformation.Mode = mode_of(file);
    info->AlignmentInformation.AlignmentRequirement = 0;
    status = query_name(file, false, &info->NameInformation, length - offsetof(FILE_ALL_INFORMATION, NameInformation),
                        &name_used);
    *used = offsetof(FILE_ALL_INFORMATION, NameInformation) + name_used;
    return status;
}

/* What the file itself says. */
static NTSTATUS query_file(struct file_object *file, ACCESS_MASK granted, void *buffer, ULONG length, ULONG info_class,
                           ULONG_PTR *used)
{
    FILE_COMPRESSION_INFORMATION *compression = buffer;
    FILE_STANDARD_LINK_INFORMATION *links = buffer;
    FILE_STAT_LX_INFORMATION lx;
    struct file_stat st;
    int err = file_stat_fd(file, &st);

    if (err)
        return status_from_errno(err);
    switch (info_class) {
    case FileBasicInformation:
        fill_basic(&st, buffer);
        return STATUS_SUCCESS;
    case FileStandardInformation:
        fill_standard(file, &st, buffer);
        return STATUS_SUCCESS;
    case FileInternalInformation:
        ((FILE_INTERNAL_INFORMATION *)buffer)->IndexNumber.QuadPart = st.ino;
        return STATUS_SUCCESS;
    case FileAllInformation:
        return query_all(file, granted, &st, buffer, length, used);
    case FileStreamInformation:
        return stream_list(file, &st, buffer, length, used);
    case FileStatBasicInformation:
        fill_stat_basic(&st, buffer);
        return STATUS_SUCCESS;
    case FileCaseSensitiveInformation:
    case FileCaseSensitiveInformationForceAccessCheck:
        ((FILE_CASE_SENSITIVE_INFORMATION *)buffer)->Flags =
            path_case_sensitive(file->fd) ? FILE_CS_FLAG_CASE_SENSITIVE_DIR : 0;
        return STATUS_SUCCESS;
    case FileStorageReserveIdInformation:
        ((FILE_STORAGE_RESERVE_ID_INFORMATION *)buffer)->StorageReserveId = 0; /* StorageReserveIdNone */
        return STATUS_SUCCESS;
    case FileKnownFolderInformation:
        ((FILE_KNOWN_FOLDER_INFORMATION *)buffer)->Type = 0; /* KnownFolderNone */
        return STATUS_SUCCESS;
    case FileEaInformation:
        ((FILE_EA_INFORMATION *)buffer)->EaSize = ea_size(file, &st);
        return STATUS_SUCCESS;
    case FileCompressionInformation:
        memset(compression, 0, sizeof *compression);
        /* Of a sparse file: what it takes ("GetCompressedFileSize"). */
        compression->CompressedFileSize.QuadPart = st.attributes & FILE_ATTRIBUTE_SPARSE_FILE ? st.allocation : st.size;
        return STATUS_SUCCESS;
    case FileNetworkOpenInformation:
        fill_network_open(&st, buffer);
        return STATUS_SUCCESS;
    case FileAttributeTagInformation:
        ((FILE_ATTRIBUTE_TAG_INFORMATION *)buffer)->FileAttributes = file_attributes_or_normal(st.attributes);
        ((FILE_ATTRIBUTE_TAG_INFORMATION *)buffer)->ReparseTag = st.tag;
        return STATUS_SUCCESS;
    case FileStandardLinkInformation:
        memset(links, 0, sizeof *links);
        links->TotalNumberOfLinks = st.links;
        links->DeletePending = share_delete_pending(file) || !st.links;
        links->NumberOfAccessibleLinks = st.links - (links->DeletePending && st.links);
        links->Directory = st.attributes & FILE_ATTRIBUTE_DIRECTORY ? TRUE : FALSE;
        return STATUS_SUCCESS;
    case FileIdInformation:
        fill_id(&st, buffer);
        return STATUS_SUCCESS;
    case FileStatInformation:
    case FileStatLxInformation:
        fill_stat_lx(&st, granted, &lx);
        memcpy(buffer, &lx, info_class == FileStatInformation ? sizeof(FILE_STAT_INFORMATION) : sizeof lx);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

static NTSTATUS query(struct file_object *file, ACCESS_MASK granted, void *buffer, ULONG length, ULONG info_class,
                      ULONG_PTR *used)
{
    NTSTATUS status;

    if (file->ops->query) {
        *used = 0;
        status = file->ops->query(file, info_class, buffer, length, used);
        if (status != STATUS_INVALID_INFO_CLASS)
            return status;
    }
    *used = classes[info_class].length;
    status = query_object(file, granted, buffer, length, info_class);
    if (status != STATUS_MORE_PROCESSING_REQUIRED)
        return status;
    switch (info_class) {
    case FilePipeInformation:
    case FilePipeLocalInformation:
    case FilePipeRemoteInformation:
    case FileMailslotQueryInformation:
        return STATUS_INVALID_PARAMETER;
    case FileNameInformation:
        return query_name(file, false, buffer, length, used);
    case FileNormalizedNameInformation:
        return query_name(file, true, buffer, length, used);
    case FileAlternateNameInformation:
        return query_short_name(file, buffer, length, used);
    }
    if (file->ops != &disk_ops)
        return info_class == FileStandardInformation || info_class == FileBasicInformation
                   ? query_file(file, granted, buffer, length, info_class, used)
                   : STATUS_INVALID_DEVICE_REQUEST;
    switch (info_class) {
    case FileHardLinkInformation:
        return links_query(file, false, buffer, length, used);
    case FileHardLinkFullIdInformation:
        return links_query(file, true, buffer, length, used);
    case FileProcessIdsUsingFileInformation:
        return file_users(file, buffer, length, used);
    case FileVolumeNameInformation:
        return query_volume_name(file, buffer, length, used);
    }
    return query_file(file, granted, buffer, length, info_class, used);
}

NTSTATUS NtQueryInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                                ULONG FileInformationClass)
{
    struct object *obj;
    ACCESS_MASK granted;
    ULONG_PTR used = 0;
    NTSTATUS status;

    if (FileInformationClass >= FileMaximumInformation || !classes[FileInformationClass].length)
        return STATUS_INVALID_INFO_CLASS;
    if (Length < classes[FileInformationClass].length)
        return STATUS_INFO_LENGTH_MISMATCH;
    status = handle_lookup_access(FileHandle, &file_type, 0, &obj, &granted);
    if (status)
        return status;
    if (classes[FileInformationClass].access && !(granted & classes[FileInformationClass].access))
        status = STATUS_ACCESS_DENIED;
    else
        status = query((struct file_object *)obj, granted, FileInformation, Length, FileInformationClass, &used);
    object_unref(obj);
    IoStatusBlock->Information = used;
    IoStatusBlock->Status = status;
    return status;
}

/* --- by name --- */

static int stat_path(const struct nt_path *path, struct file_stat *st)
{
    const char *slash = strrchr(path->name, '/'), *dir = slash ? path->name : path->root ? path->root->unix_path : NULL;

    return file_stat_shown(path->dirfd, path->name,
                           dir && file_shows_links_as_targets(dir, slash ? (size_t)(slash - dir) : strlen(dir)), st);
}

/* Of what is no file: devices, pipes. */
static NTSTATUS stat_device(const struct nt_path *path, struct file_stat *st)
{
    memset(st, 0, sizeof *st);
    st->attributes = FILE_ATTRIBUTE_ARCHIVE;
    switch (path->kind) {
    case PATH_SAME:
        return status_from_errno(file_stat_fd(path->root, st));
    case PATH_PIPE_ROOT:
        st->attributes = FILE_ATTRIBUTE_DIRECTORY;
        return STATUS_SUCCESS;
    case PATH_PIPE:
        st->attributes = FILE_ATTRIBUTE_NORMAL;
        return pipe_stat(path->text, path->text_len);
    default:
        return STATUS_SUCCESS;
    }
}

static NTSTATUS stat_by_name(const OBJECT_ATTRIBUTES *attributes, struct file_stat *st)
{
    struct nt_path path;
    NTSTATUS status = path_parse(attributes, &path);
    int err = 0;

    /* Devices have no such information; that GetFileAttributes has an answer nevertheless is its own doing. */
    if (!status && (path.is_port || path.kind == PATH_NULL || path.kind == PATH_CONSOLE || path.kind == PATH_CONIN ||
                    path.kind == PATH_CONOUT || path.kind == PATH_RANDOM)) {
        status = STATUS_INVALID_PARAMETER;
        goto done;
    }
    if (!status && path.kind != PATH_FILE && path.kind != PATH_VOLUME) {
        status = stat_device(&path, st);
        goto done;
    }
    if (status)
        goto done;
    if (path.stream) {
        status = stream_stat(&path, st);
        goto done;
    }
    status = path_guess(&path);
    if (!status)
        err = stat_path(&path, st);
    if (err == ENOENT || err == ENOTDIR) {
        if (path.is_standard) {
            file_stat_virtual(path.standard, path.name, st);
            err = 0;
        } else {
            status = path_resolve_other(&path);
            if (!status)
                err = stat_path(&path, st);
        }
    }
    if (!status && err)
        status = status_from_errno(err);
    if (!status && path.must_be_dir && !(st->attributes & FILE_ATTRIBUTE_DIRECTORY))
        status = STATUS_OBJECT_NAME_INVALID;
    if (!status && !path.is_standard && !path.joined && (st->extended || share_pending_at(st->dev, st->ino)))
        status = file_check_pending(&path, path.name); /* as opening would say */
done:
    path_free(&path);
    return status;
}

NTSTATUS NtQueryAttributesFile(OBJECT_ATTRIBUTES *ObjectAttributes, PVOID FileInformation)
{
    FILE_BASIC_INFORMATION info;
    struct file_stat st;
    NTSTATUS status = stat_by_name(ObjectAttributes, &st);

    if (status)
        return status;
    fill_basic(&st, &info);
    return user_copy_out(FileInformation, &info, sizeof info) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQueryFullAttributesFile(OBJECT_ATTRIBUTES *ObjectAttributes, PVOID FileInformation)
{
    FILE_NETWORK_OPEN_INFORMATION info;
    struct file_stat st;
    NTSTATUS status = stat_by_name(ObjectAttributes, &st);

    if (status)
        return status;
    fill_network_open(&st, &info);
    return user_copy_out(FileInformation, &info, sizeof info) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* FileCaseSensitiveInformation is a directory's. */
static NTSTATUS case_by_name(const OBJECT_ATTRIBUTES *attributes, FILE_CASE_SENSITIVE_INFORMATION *info)
{
    struct nt_path path;
    ULONG_PTR information;
    struct file_object *file;
    NTSTATUS status = path_parse(attributes, &path);

    if (!status && path.kind != PATH_FILE && path.kind != PATH_VOLUME)
        status = STATUS_INVALID_PARAMETER;
    if (!status)
        status = file_open_path(&path, FILE_READ_ATTRIBUTES, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN, FILE_DIRECTORY_FILE,
                                NULL, &file, &information);
    path_free(&path);
    if (status)
        return status == STATUS_NOT_A_DIRECTORY ? STATUS_INVALID_PARAMETER : status;
    info->Flags = file->fd >= 0 && path_case_sensitive(file->fd) ? FILE_CS_FLAG_CASE_SENSITIVE_DIR : 0;
    file_close(&file->obj, NULL);
    object_unref(&file->obj);
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryInformationByName(OBJECT_ATTRIBUTES *ObjectAttributes, IO_STATUS_BLOCK *IoStatusBlock,
                                  PVOID FileInformation, ULONG Length, ULONG FileInformationClass)
{
    FILE_STAT_BASIC_INFORMATION basic;
    FILE_STAT_LX_INFORMATION lx;
    FILE_ID_INFORMATION id;
    FILE_CASE_SENSITIVE_INFORMATION sensitive;
    struct file_stat st;
    const void *source;
    size_t size;
    NTSTATUS status;

    switch (FileInformationClass) {
    case FileStatInformation:
        size = sizeof(FILE_STAT_INFORMATION);
        source = &lx;
        break;
    case FileStatLxInformation:
        size = sizeof lx;
        source = &lx;
        break;
    case FileStatBasicInformation:
        size = sizeof basic;
        source = &basic;
        break;
    case FileIdInformation:
        size = sizeof id;
        source = &id;
        break;
    case FileCaseSensitiveInformation:
        size = sizeof sensitive;
        source = &sensitive;
        break;
    default:
        return STATUS_INVALID_PARAMETER; /* nf-ntifs-ntqueryinformationbyname: not STATUS_INVALID_INFO_CLASS */
    }
    if (Length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (source == &sensitive) {
        status = case_by_name(ObjectAttributes, &sensitive);
    } else if (!(status = stat_by_name(ObjectAttributes, &st))) {
        fill_stat_lx(&st, FILE_GENERIC_READ, &lx);
        fill_stat_basic(&st, &basic);
        fill_id(&st, &id);
    }
    if (status)
        return status;
    memcpy(FileInformation, source, size);
    IoStatusBlock->Information = size;
    IoStatusBlock->Status = STATUS_SUCCESS;
    return STATUS_SUCCESS;
}
