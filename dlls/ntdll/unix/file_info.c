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

/* The least length of each class's buffer, 0 = no such class for NtQueryInformationFile. */
static const unsigned char minimum_length[FileMaximumInformation] = {
    [FileBasicInformation] = sizeof(FILE_BASIC_INFORMATION),
    [FileStandardInformation] = sizeof(FILE_STANDARD_INFORMATION),
    [FileInternalInformation] = sizeof(FILE_INTERNAL_INFORMATION),
    [FileEaInformation] = sizeof(FILE_EA_INFORMATION),
    [FileAccessInformation] = sizeof(FILE_ACCESS_INFORMATION),
    [FileNameInformation] = sizeof(FILE_NAME_INFORMATION),
    [FilePositionInformation] = sizeof(FILE_POSITION_INFORMATION),
    [FileModeInformation] = sizeof(FILE_MODE_INFORMATION),
    [FileAlignmentInformation] = sizeof(FILE_ALIGNMENT_INFORMATION),
    [FileAllInformation] = sizeof(FILE_ALL_INFORMATION),
    [FileAlternateNameInformation] = sizeof(FILE_NAME_INFORMATION),
    [FileStreamInformation] = sizeof(FILE_STREAM_INFORMATION),
    [FilePipeInformation] = sizeof(FILE_PIPE_INFORMATION),
    [FilePipeLocalInformation] = sizeof(FILE_PIPE_LOCAL_INFORMATION),
    [FilePipeRemoteInformation] = sizeof(FILE_PIPE_REMOTE_INFORMATION),
    [FileMailslotQueryInformation] = sizeof(FILE_MAILSLOT_QUERY_INFORMATION),
    [FileCompressionInformation] = sizeof(FILE_COMPRESSION_INFORMATION),
    [FileNetworkOpenInformation] = sizeof(FILE_NETWORK_OPEN_INFORMATION),
    [FileAttributeTagInformation] = sizeof(FILE_ATTRIBUTE_TAG_INFORMATION),
    [FileIoCompletionNotificationInformation] = sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION),
    [FileIoPriorityHintInformation] = sizeof(FILE_IO_PRIORITY_HINT_INFORMATION),
    [FileHardLinkInformation] = sizeof(FILE_LINKS_INFORMATION),
    [FileNormalizedNameInformation] = sizeof(FILE_NAME_INFORMATION),
    [FileIsRemoteDeviceInformation] = sizeof(FILE_IS_REMOTE_DEVICE_INFORMATION),
    [FileNumaNodeInformation] = sizeof(FILE_NUMA_NODE_INFORMATION),
    [FileStandardLinkInformation] = sizeof(FILE_STANDARD_LINK_INFORMATION),
    [FileVolumeNameInformation] = sizeof(FILE_NAME_INFORMATION),
    [FileIdInformation] = sizeof(FILE_ID_INFORMATION),
    [FileStatInformation] = sizeof(FILE_STAT_INFORMATION),
    [FileStatLxInformation] = sizeof(FILE_STAT_LX_INFORMATION),
    [FileCaseSensitiveInformation] = sizeof(FILE_CASE_SENSITIVE_INFORMATION),
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
    info->DeletePending = file && share_delete_pending(file);
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

/* The name within the volume (`\dir\file`); malloc'ed. Normalised: as the kernel knows it, links followed. */
static NTSTATUS volume_name(struct file_object *file, bool normalized, WCHAR **name, size_t *len)
{
    char *final = NULL;
    WCHAR drive;

    if (!file->unix_path) {
        *len = 0;
        *name = malloc(sizeof(WCHAR));
        return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (normalized && !(final = file_final_path(file)))
        return STATUS_NO_MEMORY;
    *name = path_volume_name(final ? final : file->unix_path, len, &drive);
    free(final);
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

/* One link: the name by which the file was opened. */
static NTSTATUS query_links(struct file_object *file, void *buffer, ULONG length, ULONG_PTR *used)
{
    FILE_LINKS_INFORMATION *info = buffer;
    WCHAR *name;
    size_t len, start, needed;
    NTSTATUS status = volume_name(file, true, &name, &len);
    struct file_stat parent = { 0 };

    if (status)
        return status;
    for (start = len; start && name[start - 1] != '\\';)
        start--;
    needed = offsetof(FILE_LINKS_INFORMATION, Entry.FileName) + (len - start) * sizeof(WCHAR);
    memset(info, 0, sizeof *info);
    info->BytesNeeded = needed;
    *used = offsetof(FILE_LINKS_INFORMATION, Entry);
    if (needed > length) {
        status = STATUS_BUFFER_OVERFLOW;
    } else {
        char *dir = strdup(file->unix_path), *slash = dir ? strrchr(dir, '/') : NULL;
        if (slash) {
            slash[slash == dir] = 0;
            file_stat_at(AT_FDCWD, dir, false, &parent);
        }
        free(dir);
        info->EntriesReturned = 1;
        info->Entry.ParentFileId = parent.ino;
        info->Entry.FileNameLength = len - start;
        memcpy(info->Entry.FileName, name + start, (len - start) * sizeof(WCHAR));
        *used = needed;
    }
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
    case FileCaseSensitiveInformation:
        ((FILE_CASE_SENSITIVE_INFORMATION *)buffer)->Flags = 0;
        return STATUS_SUCCESS;
    case FileRemoteProtocolInformation:
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
        links->DeletePending = share_delete_pending(file);
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
    *used = minimum_length[info_class];
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
    if (info_class == FileHardLinkInformation)
        return query_links(file, buffer, length, used);
    return query_file(file, granted, buffer, length, info_class, used);
}

/* The classes that Windows gives only to handles with FILE_READ_ATTRIBUTES. */
static bool needs_read_attributes(ULONG info_class)
{
    return info_class == FileBasicInformation || info_class == FileAllInformation ||
           info_class == FileNetworkOpenInformation || info_class == FileAttributeTagInformation ||
           info_class == FileStatInformation || info_class == FileStatLxInformation;
}

NTSTATUS NtQueryInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                                ULONG FileInformationClass)
{
    struct object *obj;
    ACCESS_MASK granted;
    ULONG_PTR used = 0;
    NTSTATUS status;

    if (FileInformationClass >= FileMaximumInformation ||
        (!minimum_length[FileInformationClass] && FileInformationClass != FileRemoteProtocolInformation))
        return STATUS_INVALID_INFO_CLASS;
    if (Length < minimum_length[FileInformationClass])
        return STATUS_INFO_LENGTH_MISMATCH;
    status = handle_lookup_access(FileHandle, &file_type, 0, &obj, &granted);
    if (status)
        return status;
    if (needs_read_attributes(FileInformationClass) && !(granted & FILE_READ_ATTRIBUTES))
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
    const char *slash = strrchr(path->name, '/');

    return file_stat_shown(path->dirfd, path->name,
                           slash && file_shows_links_as_targets(path->name, slash - path->name), st);
}

static NTSTATUS stat_by_name(const OBJECT_ATTRIBUTES *attributes, struct file_stat *st)
{
    struct nt_path path;
    NTSTATUS status = path_parse(attributes, &path);
    int err = 0;

    if (!status && path.kind != PATH_FILE && path.kind != PATH_VOLUME) {
        memset(st, 0, sizeof *st);
        st->attributes = FILE_ATTRIBUTE_ARCHIVE;
        status = path.kind == PATH_SAME ? (err = file_stat_fd(path.root, st), status_from_errno(err)) : STATUS_SUCCESS;
        goto done;
    }
    if (status)
        goto done;
    if (path.stream) {
        status = stream_stat(&path, st);
        goto done;
    }
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

NTSTATUS NtQueryInformationByName(OBJECT_ATTRIBUTES *ObjectAttributes, IO_STATUS_BLOCK *IoStatusBlock,
                                  PVOID FileInformation, ULONG Length, ULONG FileInformationClass)
{
    FILE_STAT_LX_INFORMATION lx;
    FILE_ID_INFORMATION id;
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
    case FileIdInformation:
        size = sizeof id;
        source = &id;
        break;
    case FileCaseSensitiveInformation:
        size = sizeof(ULONG);
        source = NULL;
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    status = stat_by_name(ObjectAttributes, &st);
    if (status)
        return status;
    fill_stat_lx(&st, FILE_GENERIC_READ, &lx);
    fill_id(&st, &id);
    if (source)
        memcpy(FileInformation, source, size);
    else
        memset(FileInformation, 0, size);
    IoStatusBlock->Information = size;
    IoStatusBlock->Status = STATUS_SUCCESS;
    return STATUS_SUCCESS;
}
