/* SPDX-License-Identifier: MIT */
/*
 * reparse.c: control requests on files: reparse points, which are symbolic links here, and the layout of files (sparse,
 * zeroed and allocated ranges). Links are written relative to where they are or with absolute Unix targets, so native
 * programs follow them too. A link for a directory ends in "/", a junction in "/./", and one for a file begins with "./"
 * or "/./": so file_attr.c can tell them from links of Linux programs. A path from the volume's root (`\\dir`) begins, behind that,
 * with "//".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mount.h"
#include "path.h"
#include "reparse.h"

#define REPARSE_ROOM(member) offsetof(REPARSE_DATA_BUFFER, member)

/* --- reading --- */

/* Makes the Windows name of a link's target: `\??\C:\dir` for absolute ones, `..\dir` or `\dir` for relative ones. */
static WCHAR *target_to_windows(const char *target, size_t len, size_t *count, bool *relative)
{
    WCHAR *text, *dos;
    size_t n = 0;
    bool rooted = len > 1 && (!memcmp(target, "//", 2) || (len > 3 && !memcmp(target, "/.//", 4)));

    while (len > 1 && target[len - 1] == '/') /* the marks of directories and junctions */
        len -= len > 2 && target[len - 2] == '.' && target[len - 3] == '/' ? 2 : 1;
    *relative = target[0] != '/';
    if (len > 2 && !memcmp(target, *relative ? "./" : "/./", *relative ? 2 : 3)) { /* the mark of links to files */
        target += 2;
        len -= 2;
    }
    if (rooted && len > 1) {
        target++;
        len--;
    }
    text = malloc((len * 1 + 64) * sizeof(WCHAR));
    if (!text)
        return NULL;
    if (*relative) {
        const char *at = target, *end = target + len;
        while (at < end) {
            const char *slash = memchr(at, '/', end - at);
            size_t part = (slash ? slash : end) - at;
            if (n)
                text[n++] = '\\';
            n += path_component_to_windows(at, part, text + n, len + 64 - n);
            at += part + 1;
        }
    } else {
        char *copy = strndup(target, len);
        dos = copy ? unix_path_to_dos(copy) : NULL;
        free(copy);
        if (!dos) {
            free(text);
            return NULL;
        }
        size_t dos_len = 0;
        while (dos[dos_len])
            dos_len++;
        WCHAR *grown = realloc(text, (dos_len + 5) * sizeof(WCHAR));
        if (!grown) {
            free(text);
            free(dos);
            return NULL;
        }
        text = grown;
        *relative = rooted;
        if (rooted) { /* the drive goes without saying */
            n = dos_len - 2;
            memcpy(text, dos + 2, n * sizeof(WCHAR));
        } else {
            n = dos_len + 4;
            memcpy(text, u"\\??\\", 8);
            memcpy(text + 4, dos, dos_len * sizeof(WCHAR));
        }
        free(dos);
    }
    *count = n;
    return text;
}

/* What a mounted folder is said to lead to, `\??\Volume{...}\`; malloc'ed. */
static WCHAR *volume_root_name(WCHAR letter, size_t *count)
{
    char text[80];
    WCHAR *name = malloc(sizeof text * sizeof *name);

    if (name)
        *count = utf8_to_utf16(text, snprintf(text, sizeof text, "\\??\\" PATH_VOLUME_GUID "%02x}\\", (unsigned)letter),
                               name, sizeof text);
    return name;
}

/* Does a substitute name mean a volume, by its name with the GUID? */
static bool names_volume(const WCHAR *name, size_t len)
{
    static const char start[] = "\\??\\volume{";

    if (len < 48 || len > 49 || name[47] != '}' || (len == 49 && name[48] != '\\'))
        return false;
    for (size_t i = 0; start[i]; i++) {
        if ((name[i] < 0x80 && name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]) != start[i])
            return false;
    }
    return true;
}

static NTSTATUS get_reparse_point(struct io *io)
{
    struct file_object *file = io->file;
    char target[4096];
    size_t count, bytes, print, header, total;
    WCHAR *text;
    bool relative, junction;
    ssize_t n;

    if (!file->is_symlink)
        return file->fd < 0 ? STATUS_NOT_A_REPARSE_POINT : reparse_tag_get(io);
    n = readlinkat(file->fd, "", target, sizeof target);
    if (n <= 0)
        return status_from_errno(errno);
    junction = n > 3 && !memcmp(target + n - 3, "/./", 3);
    text = target_to_windows(target, n, &count, &relative);
    if (!text)
        return STATUS_NO_MEMORY;
    /* the print name is the substitute name without its prefix; a mounted folder has none */
    print = relative ? 0 : 4;
    if (mount_is_link(target, n) && count == 7) { /* `\??\X:\` */
        WCHAR *name = volume_root_name(text[4], &count);
        free(text);
        if (!(text = name))
            return STATUS_NO_MEMORY;
        print = count;
    }
    bytes = count * sizeof(WCHAR);
    header = junction ? REPARSE_ROOM(MountPointReparseBuffer.PathBuffer)
                      : REPARSE_ROOM(SymbolicLinkReparseBuffer.PathBuffer);
    total = header + bytes + (count - print) * sizeof(WCHAR) + (junction ? 4 : 0);
    char *out = calloc(1, total);
    REPARSE_DATA_BUFFER *data = (REPARSE_DATA_BUFFER *)out;
    if (!out) {
        free(text);
        return STATUS_NO_MEMORY;
    }
    data->ReparseTag = junction ? IO_REPARSE_TAG_MOUNT_POINT : IO_REPARSE_TAG_SYMLINK;
    data->ReparseDataLength = total - REPARSE_DATA_BUFFER_HEADER_SIZE;
    data->SymbolicLinkReparseBuffer.SubstituteNameLength = bytes;
    data->SymbolicLinkReparseBuffer.PrintNameOffset = bytes + (junction ? 2 : 0);
    data->SymbolicLinkReparseBuffer.PrintNameLength = (count - print) * sizeof(WCHAR);
    if (!junction)
        data->SymbolicLinkReparseBuffer.Flags = relative ? SYMLINK_FLAG_RELATIVE : 0;
    memcpy(out + header, text, bytes);
    memcpy(out + header + data->SymbolicLinkReparseBuffer.PrintNameOffset, text + print,
           (count - print) * sizeof(WCHAR));
    free(text);
    io->information = total < io->length ? total : io->length;
    NTSTATUS status = total > io->length ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    if (io->length < REPARSE_DATA_BUFFER_HEADER_SIZE) {
        io->information = 0;
        status = STATUS_BUFFER_TOO_SMALL;
    } else if (!user_copy_out(io->buffer, out, io->information)) {
        status = STATUS_ACCESS_VIOLATION;
    }
    free(out);
    return status;
}

/* --- writing --- */

static NTSTATUS target_to_unix(const struct file_object *file, const WCHAR *name, size_t len, bool relative,
                               char **result);

/* Of `\dir`: it is on the link's own volume. */
static NTSTATUS rooted_to_unix(const struct file_object *file, const WCHAR *name, size_t len, char **result)
{
    WCHAR *own = file->unix_path ? unix_path_to_dos(file->unix_path) : NULL, *full;
    NTSTATUS status = STATUS_NO_MEMORY;

    full = own ? malloc((len + 6) * sizeof(WCHAR)) : NULL;
    if (full) {
        memcpy(full, u"\\??\\", 8);
        memcpy(full + 4, own, 2 * sizeof(WCHAR));
        memcpy(full + 6, name, len * sizeof(WCHAR));
        status = target_to_unix(file, full, len + 6, false, result);
    }
    if (!status) {
        memmove(*result + 1, *result, strlen(*result) + 1); /* the mark */
        **result = '/';
    }
    free(full);
    free(own);
    return status;
}

/* The Unix target of a substitute name; malloc'ed, with room for the marks. */
static NTSTATUS target_to_unix(const struct file_object *file, const WCHAR *name, size_t len, bool relative,
                               char **result)
{
    struct nt_path path;
    NTSTATUS status;
    char *text;

    if (relative && name[0] == '\\')
        return rooted_to_unix(file, name, len, result);
    if (relative) {
        text = malloc(3 * len + 12);
        if (!text)
            return STATUS_NO_MEMORY;
        size_t n = utf16_to_utf8(name, len, text, 3 * len);
        for (size_t i = 0; i < n; i++) {
            if (text[i] == '\\')
                text[i] = '/';
        }
        text[n] = 0;
        *result = text;
        return STATUS_SUCCESS;
    }
    status = path_parse_text(NULL, name, len, &path);
    if (!status && path.kind != PATH_FILE && path.kind != PATH_VOLUME)
        status = STATUS_IO_REPARSE_DATA_INVALID;
    if (!status) {
        path_resolve(&path); /* in the spelling that exists, if it does */
        text = malloc(path.len + 12);
        if (text)
            strcpy(text, path.name);
        *result = text;
        status = text ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    path_free(&path);
    return status;
}

/*
 * What is at `temporary` takes the place of the open file at its name, which is removed. At no moment there is nothing; where the
 * file system cannot exchange names, a directory goes first.
 */
static int take_place(const char *temporary, const char *name, bool old_is_directory, bool new_is_directory)
{
    if (!old_is_directory && !new_is_directory)
        return rename(temporary, name) ? errno : 0;
    if (!renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_EXCHANGE)) {
        int err = unlinkat(AT_FDCWD, temporary, old_is_directory ? AT_REMOVEDIR : 0) ? errno : 0;
        if (err) /* not empty any more, say: as it was */
            renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_EXCHANGE);
        return err;
    }
    if (errno != EINVAL)
        return errno;
    return unlinkat(AT_FDCWD, name, old_is_directory ? AT_REMOVEDIR : 0) || rename(temporary, name) ? errno : 0;
}

static char *temporary_name(const struct file_object *file, const struct stat *st)
{
    char *name;

    return asprintf(&name, "%s.%x.%lx", file->unix_path, (unsigned)getpid(), (unsigned long)st->st_ino) < 0 ? NULL
                                                                                                            : name;
}

/* The handle goes on with what has taken the file's place. */
static NTSTATUS reopen(struct file_object *file, int flags)
{
    int fd = open(file->unix_path, flags | O_CLOEXEC);

    if (fd < 0)
        return status_from_errno(errno);
    dup3(fd, file->fd, O_CLOEXEC);
    close(fd);
    file->is_symlink = file->fd_is_path = flags & O_PATH;
    return STATUS_SUCCESS;
}

/* The file or empty directory that was made for the purpose, or an older link, is replaced by the link. */
static NTSTATUS replace_by_link(struct file_object *file, const char *target)
{
    struct stat st;
    char *temporary;
    int err;

    if (file->fd < 0 || !file->unix_path || fstat(file->fd, &st))
        return STATUS_ACCESS_DENIED;
    if (S_ISREG(st.st_mode) && st.st_size)
        return STATUS_IO_REPARSE_DATA_INVALID;
    temporary = temporary_name(file, &st);
    if (!temporary)
        return STATUS_NO_MEMORY;
    err = symlink(target, temporary) ? errno : 0;
    if (!err) {
        err = take_place(temporary, file->unix_path, S_ISDIR(st.st_mode), false);
        if (err)
            unlink(temporary);
    }
    free(temporary);
    if (err)
        return err == ENOTEMPTY ? STATUS_DIRECTORY_NOT_EMPTY : status_from_errno(err);
    return reopen(file, O_PATH | O_NOFOLLOW);
}

/* Of a file that is a link already: only by one with the same tag ([MS-FSA] 2.1.5.10.37). */
static NTSTATUS check_old_link(const struct file_object *file, ULONG tag)
{
    struct file_stat st;

    if (!file->is_symlink || file_stat_fd(file, &st) || st.tag == tag)
        return STATUS_SUCCESS;
    return STATUS_IO_REPARSE_TAG_MISMATCH;
}

/* The request's buffer, malloc'ed, with room for the fixed part of any structure; NULL or not, free it. */
static NTSTATUS copy_point(const struct io *io, REPARSE_DATA_BUFFER **data)
{
    *data = NULL;
    if (io->input_length < REPARSE_DATA_BUFFER_HEADER_SIZE || io->input_length > MAXIMUM_REPARSE_DATA_BUFFER_SIZE)
        return STATUS_IO_REPARSE_DATA_INVALID;
    *data = calloc(1, io->input_length + sizeof **data);
    if (!*data)
        return STATUS_NO_MEMORY;
    return user_copy_in(*data, io->input, io->input_length) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_reparse_point(struct io *io)
{
    REPARSE_DATA_BUFFER *data;
    size_t header, offset, length;
    bool relative = false, junction, mounted = false;
    char *target = NULL;
    NTSTATUS status;

    if (!(io->granted & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    status = copy_point(io, &data);
    if (!status)
        status = reparse_check(data, io->input_length);
    if (status) {
        free(data);
        return status;
    }
    if (data->ReparseTag != IO_REPARSE_TAG_MOUNT_POINT && data->ReparseTag != IO_REPARSE_TAG_SYMLINK) {
        status = reparse_tag_set(io, data);
        free(data);
        return status;
    }
    junction = data->ReparseTag == IO_REPARSE_TAG_MOUNT_POINT;
    header = junction ? REPARSE_ROOM(MountPointReparseBuffer.PathBuffer)
                      : REPARSE_ROOM(SymbolicLinkReparseBuffer.PathBuffer);
    offset = data->SymbolicLinkReparseBuffer.SubstituteNameOffset;
    length = data->SymbolicLinkReparseBuffer.SubstituteNameLength;
    if (header + offset + length > io->input_length || length < sizeof(WCHAR))
        status = STATUS_IO_REPARSE_DATA_INVALID;
    if (!status && junction && io->file->kind != FILE_KIND_DIRECTORY)
        status = STATUS_NOT_A_DIRECTORY;
    if (!status)
        status = check_old_link(io->file, data->ReparseTag);
    if (!status) {
        relative = !junction && (data->SymbolicLinkReparseBuffer.Flags & SYMLINK_FLAG_RELATIVE);
        const WCHAR *name = (WCHAR *)((char *)data + header + offset);
        mounted = junction && names_volume(name, length / sizeof(WCHAR));
        status = target_to_unix(io->file, name, length / sizeof(WCHAR), relative, &target);
    }
    if (!status) {
        size_t n = strlen(target);
        if (io->file->kind == FILE_KIND_DIRECTORY && (!n || target[n - 1] != '/'))
            strcpy(target + n++, "/");
        if (junction)
            strcpy(target + n, mounted ? MOUNT_MARK + 1 : "./");
        if (io->file->kind != FILE_KIND_DIRECTORY) {
            memmove(target + 2, target, n + 1);
            memcpy(target, target[2] == '/' ? "/." : "./", 2);
        }
        status = replace_by_link(io->file, target);
        if (!status && mounted)
            mount_note(io->file->unix_path);
    }
    free(target);
    free(data);
    return status;
}

/* What the link was becomes an empty file or directory. */
static NTSTATUS replace_link(struct file_object *file)
{
    bool directory = file->kind == FILE_KIND_DIRECTORY;
    struct stat st;
    char *temporary;
    int fd = -1, err = 0;

    if (!file->unix_path || fstat(file->fd, &st))
        return STATUS_ACCESS_DENIED;
    temporary = temporary_name(file, &st);
    if (!temporary)
        return STATUS_NO_MEMORY;
    if (directory)
        err = mkdir(temporary, 0777) ? errno : 0;
    else if ((fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) < 0)
        err = errno;
    else
        close(fd);
    if (!err) {
        err = take_place(temporary, file->unix_path, false, directory);
        if (err)
            unlinkat(AT_FDCWD, temporary, directory ? AT_REMOVEDIR : 0);
    }
    free(temporary);
    return err ? status_from_errno(err) : reopen(file, directory ? O_RDONLY | O_DIRECTORY : O_RDWR);
}

/* [MS-FSA] 2.1.5.10.3: the tag, and a third party's GUID, say which point is meant; there are no data. */
static NTSTATUS delete_reparse_point(struct io *io)
{
    REPARSE_DATA_BUFFER *data;
    NTSTATUS status;

    if (!(io->granted & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    status = copy_point(io, &data);
    if (!status)
        status = reparse_check(data, io->input_length);
    if (!status && data->ReparseDataLength)
        status = STATUS_IO_REPARSE_DATA_INVALID;
    if (!status && !io->file->is_symlink)
        status = io->file->fd < 0 ? STATUS_NOT_A_REPARSE_POINT : reparse_tag_delete(io, data);
    else if (!status && !(status = check_old_link(io->file, data->ReparseTag)) && !(status = replace_link(io->file)))
        mount_forget(io->file->unix_path);
    free(data);
    return status;
}

/* --- layout --- */

static NTSTATUS zero_data(struct io *io)
{
    FILE_ZERO_DATA_INFORMATION range;
    struct stat st;
    int64_t end;

    if (io->input_length < sizeof range)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&range, io->input, sizeof range))
        return STATUS_ACCESS_VIOLATION;
    if (range.FileOffset.QuadPart < 0 || range.BeyondFinalZero.QuadPart < range.FileOffset.QuadPart)
        return STATUS_INVALID_PARAMETER;
    if (fstat(io->file->fd, &st))
        return status_from_errno(errno);
    end = range.BeyondFinalZero.QuadPart < st.st_size ? range.BeyondFinalZero.QuadPart : st.st_size;
    if (range.FileOffset.QuadPart >= end)
        return STATUS_SUCCESS;
    if (!fallocate(io->file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, range.FileOffset.QuadPart,
                   end - range.FileOffset.QuadPart))
        return STATUS_SUCCESS;
    if (errno != EOPNOTSUPP)
        return status_from_errno(errno);
    static const char zeros[65536];
    for (int64_t at = range.FileOffset.QuadPart; at < end;) {
        size_t n = end - at < (int64_t)sizeof zeros ? (size_t)(end - at) : sizeof zeros;
        ssize_t done = pwrite(io->file->fd, zeros, n, at);
        if (done < 0)
            return status_from_errno(errno);
        at += done;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS allocated_ranges(struct io *io)
{
    FILE_ALLOCATED_RANGE_BUFFER wanted, range;
    int64_t end, at;
    struct stat st;

    if (io->input_length < sizeof wanted)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&wanted, io->input, sizeof wanted))
        return STATUS_ACCESS_VIOLATION;
    if (wanted.FileOffset.QuadPart < 0 || wanted.Length.QuadPart < 0 ||
        wanted.FileOffset.QuadPart > INT64_MAX - wanted.Length.QuadPart)
        return STATUS_INVALID_PARAMETER;
    if (fstat(io->file->fd, &st))
        return status_from_errno(errno);
    end = wanted.FileOffset.QuadPart + wanted.Length.QuadPart;
    if (end > st.st_size)
        end = st.st_size;
    io->information = 0;
    for (at = wanted.FileOffset.QuadPart; at < end;) {
        int64_t data = lseek(io->file->fd, at, SEEK_DATA), hole;
        if (data < 0 && errno == ENXIO)
            break;
        if (data < 0) /* a file system that cannot say: all of it */
            data = at;
        if (data >= end)
            break;
        hole = lseek(io->file->fd, data, SEEK_HOLE);
        if (hole < 0 || hole > end)
            hole = end;
        range.FileOffset.QuadPart = data;
        range.Length.QuadPart = hole - data;
        if (io->information + sizeof range > io->length)
            return io->length < sizeof range ? STATUS_BUFFER_TOO_SMALL : STATUS_BUFFER_OVERFLOW;
        if (!user_copy_out((char *)io->buffer + io->information, &range, sizeof range))
            return STATUS_ACCESS_VIOLATION;
        io->information += sizeof range;
        at = hole;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS set_sparse(struct io *io)
{
    BOOLEAN sparse = TRUE;

    if (!(io->granted & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    if (io->input_length && !user_copy_in(&sparse, io->input, sizeof sparse))
        return STATUS_ACCESS_VIOLATION;
    return status_from_errno(file_set_sparse(io->file, sparse));
}

NTSTATUS reparse_fsctl(struct io *io)
{
    switch (io->code) {
    case FSCTL_GET_REPARSE_POINT:
        return get_reparse_point(io);
    case FSCTL_SET_REPARSE_POINT:
        return set_reparse_point(io);
    case FSCTL_DELETE_REPARSE_POINT:
        return delete_reparse_point(io);
    }
    if (io->file->kind != FILE_KIND_FILE || io->file->fd_is_path)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (io->code) {
    case FSCTL_SET_SPARSE:
        return set_sparse(io);
    case FSCTL_SET_ZERO_DATA:
        return zero_data(io);
    case FSCTL_QUERY_ALLOCATED_RANGES:
        return allocated_ranges(io);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}
