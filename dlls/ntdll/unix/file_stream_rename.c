/* SPDX-License-Identifier: MIT */
/*
 * file_stream_rename.c: streams get other names within their file: [MS-FSA] 2.1.5.15.11.1, and FILE_RENAME_INFORMATION's rules. The
 * unnamed stream is the Unix file, the others are files elsewhere (file_stream.c): so between the two, data are copied, and the handle
 * becomes one of the other file. That is done for the file's only handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

/* The name in `:name`, `:name:$DATA`, or "" in `::$DATA`. */
static NTSTATUS parse_name(const FILE_RENAME_INFORMATION *info, char name[3 * 255 + 1])
{
    static const WCHAR type[] = u"$DATA";
    const size_t type_len = sizeof type / sizeof *type - 1;
    const WCHAR *text = info->FileName + 1;
    size_t len = info->FileNameLength / sizeof(WCHAR) - 1, end = 0;

    while (end < len && text[end] != ':') {
        if (!text[end] || text[end] == '\\' || text[end] == '/')
            return STATUS_INVALID_PARAMETER;
        end++;
    }
    if (end > 255 || !len || end + 1 == len)
        return STATUS_INVALID_PARAMETER;
    if (end < len && !path_name_equal(text + end + 1, len - end - 1, type, type_len)) {
        for (size_t i = end + 1; i < len; i++)
            if (text[i] == ':')
                return STATUS_INVALID_PARAMETER;
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    name[utf16_to_utf8(text, end, name, 3 * 255)] = 0;
    return STATUS_SUCCESS;
}

/* What is there under the new name. A stream that is not empty, or is open, is not replaced. */
static NTSTATUS check_target(const struct file_object *file, struct nt_path *target, bool replace)
{
    struct stat st;

    if (fstatat(target->dirfd, target->name, &st, AT_SYMLINK_NOFOLLOW) &&
        (path_resolve_other(target) || fstatat(target->dirfd, target->name, &st, AT_SYMLINK_NOFOLLOW)))
        return STATUS_SUCCESS;
    if (st.st_dev == file->inode->dev && st.st_ino == file->inode->ino)
        return STATUS_SUCCESS;
    if (!replace)
        return STATUS_OBJECT_NAME_COLLISION;
    return st.st_size || share_is_open(st.st_dev, st.st_ino) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static int copy_data(int from, int to)
{
    char buffer[65536];
    ssize_t n;

    if (!ioctl(to, FICLONE, from))
        return 0;
    while ((n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
        ;
    if (!n)
        return 0;
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0, m; done < n; done += m)
            if ((m = write(to, buffer + done, n - done)) < 0)
                return errno;
    return n ? errno : 0;
}

/* Nobody else may see data go. */
static bool is_only_one(struct file_object *file)
{
    return !file->os_position && !file->fd_is_path && !file->pending && !file->delete_on_close &&
           !file->inode->lock_count && !share_others(file) && !share_mapped(file) && !claim_others_use(file);
}

/* The handle is of the file at `path` from now on, with the same access. */
static NTSTATUS move_handle(struct file_object *file, int dirfd, const char *path, bool stream)
{
    int fd, flags = fcntl(file->fd, F_GETFL);
    struct stat st;
    NTSTATUS status;

    fd = unix_fd_reserve(openat(dirfd, path, (flags & (O_ACCMODE | O_DIRECT)) | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW));
    if (fd < 0 || fstat(fd, &st)) {
        status = status_from_errno(errno);
    } else {
        dup3(fd, file->fd, O_CLOEXEC);
        file->is_stream = stream;
        file->plain = false;
        status = share_move(file, &st);
        if (!status)
            status = claim_enter(file);
    }
    if (fd >= 0)
        close(fd);
    return status;
}

/* The data go from one file to the other, which is made or empty, and the handle with them. */
static NTSTATUS move_data(struct file_object *file, const struct nt_path *to, bool to_stream)
{
    struct fd_path self;
    int from_fd = -1, to_fd, err = 0;
    NTSTATUS status;

    from_fd = unix_fd_reserve(open(fd_path(file->fd, &self), (to_stream ? O_RDWR : O_RDONLY) | O_CLOEXEC));
    if (from_fd < 0)
        return status_from_errno(errno);
    to_fd = unix_fd_reserve(
        openat(to->dirfd, to->name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (to_stream ? O_CREAT : 0), 0666));
    if (to_fd < 0)
        err = errno;
    if (!err && (err = copy_data(from_fd, to_fd)) && ftruncate(to_fd, 0))
        err = errno;
    if (err && to_fd >= 0 && to_stream)
        unlinkat(to->dirfd, to->name, 0);
    status = err ? status_from_errno(err) : move_handle(file, to->dirfd, to->name, to_stream);
    if (!status && to_stream && ftruncate(from_fd, 0))
        status = status_from_errno(errno);
    share_shortened(file);
    close(from_fd);
    if (to_fd >= 0)
        close(to_fd);
    return status;
}

static NTSTATUS unnamed_to_named(struct file_object *file, const char *name, bool replace)
{
    struct nt_path target;
    char folder[PATH_MAX];
    NTSTATUS status = stream_folder(file, true, folder);

    if (status || (status = stream_path(folder, name, &target)))
        return status;
    status = check_target(file, &target, replace);
    if (!status && !is_only_one(file))
        status = STATUS_SHARING_VIOLATION;
    if (!status)
        status = move_data(file, &target, true);
    path_free(&target);
    return status;
}

static NTSTATUS named_to_unnamed(struct file_object *file, const char *own, bool replace)
{
    struct nt_path target = { .dirfd = AT_FDCWD, .name = file->unix_path };
    struct stat st;
    NTSTATUS status;

    if (stat(file->unix_path, &st))
        return status_from_errno(errno);
    if (S_ISDIR(st.st_mode)) /* "a DirectoryFile cannot have an unnamed data stream" */
        return STATUS_INVALID_PARAMETER;
    if (!replace)
        return STATUS_OBJECT_NAME_COLLISION;
    if (st.st_size)
        return STATUS_INVALID_PARAMETER;
    if (!is_only_one(file) || share_is_open(st.st_dev, st.st_ino))
        return STATUS_SHARING_VIOLATION;
    status = move_data(file, &target, false);
    if (!status)
        unlink(own);
    return status;
}

static NTSTATUS named_to_named(struct file_object *file, const char *own, const char *name, bool replace)
{
    const char *slash = strrchr(own, '/');
    char *folder = slash ? strndup(own, slash - own) : NULL;
    struct nt_path target;
    NTSTATUS status = folder ? stream_path(folder, name, &target) : STATUS_NO_MEMORY;

    free(folder);
    if (status)
        return status;
    status = check_target(file, &target, replace);
    if (!status && renameat(AT_FDCWD, own, target.dirfd, target.name))
        status = status_from_errno(errno);
    path_free(&target);
    return status;
}

NTSTATUS stream_rename(struct file_object *file, const FILE_RENAME_INFORMATION *info, bool replace)
{
    char name[3 * 255 + 1], *own;
    NTSTATUS status = parse_name(info, name);

    if (status)
        return status;
    if (file->is_symlink || (file->kind == FILE_KIND_DIRECTORY && !file->is_stream))
        return STATUS_INVALID_PARAMETER;
    if (!file->is_stream)
        return *name ? unnamed_to_named(file, name, replace) : STATUS_SUCCESS;
    if (!(own = file_present_name(file)))
        return STATUS_NO_MEMORY;
    status = *name ? named_to_named(file, own, name, replace) : named_to_unnamed(file, own, replace);
    free(own);
    return status;
}
