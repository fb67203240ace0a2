/* SPDX-License-Identifier: MIT */
/* file_rename.c: renaming files and making hard links (FileRenameInformation, FileLinkInformation). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "security.h"

/* Where the new name leads: relative to a handle, a full NT name, or, without any backslash, the file's own directory. */
static NTSTATUS parse_target(struct file_object *file, const FILE_RENAME_INFORMATION *info, struct nt_path *path)
{
    size_t len = info->FileNameLength / sizeof(WCHAR), i;
    struct object *root = NULL;
    NTSTATUS status;

    if (info->RootDirectory) {
        status = handle_lookup(info->RootDirectory, &file_type, 0, &root);
        if (!status)
            status = path_parse_text((struct file_object *)root, info->FileName, len, path);
        if (root)
            object_unref(root);
        return status;
    }
    for (i = 0; i < len && info->FileName[i] != '\\';)
        i++;
    if (i < len)
        return path_parse_text(NULL, info->FileName, len, path);
    if (!file->unix_path)
        return STATUS_INVALID_PARAMETER;
    char *dir = strdup(file->unix_path), *slash = dir ? strrchr(dir, '/') : NULL;
    WCHAR *dos, *full = NULL;
    if (!slash) {
        free(dir);
        return STATUS_NO_MEMORY;
    }
    slash[slash == dir] = 0;
    dos = unix_path_to_dos(dir);
    free(dir);
    size_t n = 0;
    while (dos && dos[n])
        n++;
    full = dos ? malloc((n + len + 6) * sizeof(WCHAR)) : NULL;
    if (!full) {
        free(dos);
        return STATUS_NO_MEMORY;
    }
    memcpy(full, u"\\??\\", 8);
    memcpy(full + 4, dos, n * sizeof(WCHAR));
    n += 4;
    if (full[n - 1] != '\\')
        full[n++] = '\\';
    memcpy(full + n, info->FileName, len * sizeof(WCHAR));
    status = path_parse_text(NULL, full, n + len, path);
    free(dos);
    free(full);
    return status;
}

static bool parent_of(int dirfd, const char *name, struct stat *st)
{
    const char *slash = strrchr(name, '/');
    char *parent = slash ? strndup(name, slash == name ? 1 : (size_t)(slash - name)) : strdup(".");
    bool found = parent && !fstatat(dirfd, parent, st, 0);

    free(parent);
    return found;
}

/* Are these one entry of one directory, and not two hard links of a file? */
static bool same_entry(const char *a, int dirfd, const char *b)
{
    const char *a_slash = strrchr(a, '/'), *b_slash = strrchr(b, '/');
    struct stat a_st, b_st;

    return !strcmp(a_slash ? a_slash + 1 : a, b_slash ? b_slash + 1 : b) && parent_of(AT_FDCWD, a, &a_st) &&
           parent_of(dirfd, b, &b_st) && a_st.st_dev == b_st.st_dev && a_st.st_ino == b_st.st_ino;
}

static bool is_real_directory(const struct file_object *file)
{
    return file->kind == FILE_KIND_DIRECTORY && !file->is_symlink;
}

/* May what is at the target be replaced? *twin: it is another hard link of the file itself. */
static NTSTATUS check_target(struct file_object *file, const struct nt_path *path, const struct file_stat *own,
                             ULONG flags, bool link, bool *twin)
{
    struct file_stat st;
    NTSTATUS status;
    int err = file_stat_at(path->dirfd, path->name, true, &st);

    *twin = false;
    if (err)
        return status_from_errno(err);
    if (st.dev == own->dev && st.ino == own->ino) {
        if (!link && same_entry(file->unix_path, path->dirfd, path->name))
            return STATUS_SUCCESS; /* a change of case at most */
        *twin = true;
        return flags & FILE_RENAME_REPLACE_IF_EXISTS ? STATUS_SUCCESS : STATUS_OBJECT_NAME_COLLISION;
    }
    if (!(flags & FILE_RENAME_REPLACE_IF_EXISTS))
        return STATUS_OBJECT_NAME_COLLISION;
    /* A directory is replaced by a directory only, if it is empty, with POSIX semantics. */
    if ((st.attributes & FILE_ATTRIBUTE_DIRECTORY) &&
        (link || st.tag || !(flags & FILE_RENAME_POSIX_SEMANTICS) || !is_real_directory(file)))
        return STATUS_ACCESS_DENIED;
    if ((st.attributes & FILE_ATTRIBUTE_READONLY) && !(flags & FILE_RENAME_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_ACCESS_DENIED;
    status = share_check_replace(st.dev, st.ino, flags & FILE_RENAME_POSIX_SEMANTICS);
    return status ? status : claim_check_replace(path->dirfd, path->name, flags & FILE_RENAME_POSIX_SEMANTICS);
}

static char *joined_name(const struct nt_path *path, const char *name)
{
    size_t n = path->root && path->dirfd != AT_FDCWD ? strlen(path->root->unix_path) : 0;
    char *result = malloc(n + 1 + strlen(name) + 1);

    if (result) {
        memcpy(result, n ? path->root->unix_path : "", n);
        if (n && result[n - 1] != '/')
            result[n++] = '/';
        strcpy(result + n, name);
    }
    return result;
}

/* One that is replaced is so at once: the new one gets its name from another that it has for a moment. */
static int do_link(struct file_object *file, const struct nt_path *path, const char *name, bool exists)
{
    const char *slash = strrchr(name, '/');
    char *passing;
    struct fd_path self;
    uint64_t number;
    int err;

    fd_path(file->fd, &self);
    if (!exists)
        return linkat(AT_FDCWD, self.text, path->dirfd, name, AT_SYMLINK_FOLLOW) ? errno : 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number ||
        asprintf(&passing, "%.*s.transom-%016llx", slash ? (int)(slash + 1 - name) : 0, name,
                 (unsigned long long)number) < 0)
        return ENOMEM;
    err = linkat(AT_FDCWD, self.text, path->dirfd, passing, AT_SYMLINK_FOLLOW) ? errno : 0;
    if (!err && renameat(path->dirfd, passing, path->dirfd, name)) {
        err = errno;
        unlinkat(path->dirfd, passing, 0);
    }
    free(passing);
    return err;
}

/* A directory takes the place of a file, which rename() does not do: they change places, and the file goes. */
static int replace_by_directory(const char *from, const struct nt_path *path, const char *name)
{
    int err;

    if (renameat2(AT_FDCWD, from, path->dirfd, name, RENAME_EXCHANGE)) {
        if (errno != EINVAL)
            return errno;
        return unlinkat(path->dirfd, name, 0) || renameat(AT_FDCWD, from, path->dirfd, name) ? errno : 0;
    }
    if (!unlink(from))
        return 0;
    err = errno;
    renameat2(AT_FDCWD, from, path->dirfd, name, RENAME_EXCHANGE);
    return err;
}

static int do_rename(const struct file_object *file, const char *from, const struct nt_path *path, const char *name,
                     bool exists)
{
    struct stat st;

    if (!renameat2(AT_FDCWD, from, path->dirfd, name, exists ? 0 : RENAME_NOREPLACE))
        return 0;
    if (errno == ENOTDIR && exists && is_real_directory(file) &&
        !fstatat(path->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISDIR(st.st_mode))
        return replace_by_directory(from, path, name);
    if (errno == EEXIST && exists)
        return ENOTEMPTY;
    if (errno != EINVAL || exists)
        return errno;
    return renameat(AT_FDCWD, from, path->dirfd, name) ? errno : 0; /* a file system without RENAME_NOREPLACE */
}

char *file_present_name(const struct file_object *file)
{
    char target[PATH_MAX];
    struct fd_path self;
    struct stat st;
    ssize_t n;

    if (!file->is_stream && !lstat(file->unix_path, &st) && file->inode && st.st_dev == file->inode->dev &&
        st.st_ino == file->inode->ino)
        return strdup(file->unix_path);
    n = readlink(fd_path(file->fd, &self), target, sizeof target - 1);
    if (n <= 0)
        return NULL;
    target[n] = 0;
    return strdup(target);
}

/* A directory that has open files below it keeps its name. */
static bool is_busy_directory(const struct file_object *file, const char *name)
{
    return is_real_directory(file) && (share_open_below(name) || claim_open_below(name));
}

/* What is replaced takes its streams along. */
static void forget_replaced(int fd)
{
    struct file_object replaced = { .fd = fd };
    struct stat st;

    if (fd >= 0 && !fstat(fd, &st) && !st.st_nlink)
        file_forget_extended(&replaced, &st);
    if (fd >= 0)
        close(fd);
}

/* What the installation shows under the name does not count, if it may be replaced: STATUS_OBJECT_NAME_NOT_FOUND. */
static NTSTATUS take_place(struct nt_path *path, bool replace)
{
    if (!replace)
        return STATUS_OBJECT_NAME_COLLISION;
    if (!path_replace(path, 0, path->len, path->prefix_name))
        return STATUS_NO_MEMORY;
    path->joined = false;
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS file_rename(struct file_object *file, const FILE_RENAME_INFORMATION *info, ULONG length, ULONG flags,
                     bool link)
{
    char *spelled = NULL, *slash, *full, *from = NULL;
    bool exists, twin = false;
    int replaced = -1;
    void *above = NULL;
    struct file_stat own;
    struct nt_path path;
    NTSTATUS status;
    int err;

    if (info->FileNameLength > length - offsetof(FILE_RENAME_INFORMATION, FileName) || !info->FileNameLength ||
        info->FileNameLength & 1)
        return STATUS_INVALID_PARAMETER;
    if (file->ops != &disk_ops || !file->unix_path || (link && file->kind == FILE_KIND_DIRECTORY))
        return link && file->kind == FILE_KIND_DIRECTORY ? STATUS_FILE_IS_A_DIRECTORY : STATUS_INVALID_PARAMETER;
    if (file->fd < 0 || file->installation || file->is_volume || directory_is_joined(file->standard))
        return STATUS_ACCESS_DENIED;
    if (flags & ~0x1ffu)
        return STATUS_INVALID_PARAMETER;
    if (share_delete_pending(file))
        return STATUS_DELETE_PENDING;
    if (info->FileName[0] == ':' && !link)
        return stream_rename(file, info, flags & FILE_RENAME_REPLACE_IF_EXISTS);
    if (file->is_stream)
        return STATUS_INVALID_PARAMETER;
    status = parse_target(file, info, &path);
    if (!status && path.kind != PATH_FILE)
        status = STATUS_NOT_SAME_DEVICE;
    if (!status && path.stream)
        status = STATUS_INVALID_PARAMETER;
    if (!status && path.must_be_dir && file->kind != FILE_KIND_DIRECTORY) /* `name\\` */
        status = STATUS_OBJECT_NAME_INVALID;
    err = status ? 0 : file_stat_fd(file, &own);
    if (err)
        status = status_from_errno(err);
    if (status)
        goto done;

    /* the last component as the program spells it, for changes of case */
    slash = strrchr(path.name, '/');
    spelled = strdup(slash ? slash + 1 : path.name);
    if (!spelled) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    status = path_resolve(&path);
    if (!status && path.is_standard)
        status = STATUS_ACCESS_DENIED;
    if (!status && path.joined) /* the installation's file stays; one of the prefix takes its place */
        status = take_place(&path, flags & FILE_RENAME_REPLACE_IF_EXISTS);
    exists = !status;
    if (exists) {
        status = check_target(file, &path, &own, flags, link, &twin);
    } else if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        status = path.in_drive_c ? path_make_parents(&path) : STATUS_SUCCESS;
    }
    if (!status && !(from = file_present_name(file)))
        status = STATUS_NO_MEMORY;
    if (!status && !link && is_busy_directory(file, from))
        status = STATUS_ACCESS_DENIED;
    if (!status)
        status = security_may_create(path.dirfd, path.name, file->kind == FILE_KIND_DIRECTORY, &above);
    if (status || (twin && link))
        goto done;
    if (exists && !twin && !same_entry(from, path.dirfd, path.name))
        replaced = unix_fd_reserve(openat(path.dirfd, path.name, O_PATH | O_NOFOLLOW | O_CLOEXEC));

    if (link)
        err = do_link(file, &path, path.name, exists);
    else if (twin) /* rename() would do nothing: the old name goes, the other is already there */
        err = unlink(from) ? errno : 0;
    else
        err = do_rename(file, from, &path, path.name, exists);
    if (err) {
        status = err == ENOENT || err == ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND
                 : err == EINVAL                 ? STATUS_SHARING_VIOLATION /* a directory into itself */
                                                 : status_from_errno(err);
        goto done;
    }
    if (!link)
        path_note_change(AT_FDCWD, from, false);
    slash = strrchr(path.name, '/');
    if (exists && strcmp(slash ? slash + 1 : path.name, spelled)) {
        char *old = strdup(path.name);
        path_note_change(path.dirfd, path.name, false);
        if (old && path_replace(&path, slash ? slash + 1 - path.name : 0, path.len, spelled))
            renameat(path.dirfd, old, path.dirfd, path.name);
        free(old);
    }
    path_note_change(path.dirfd, path.name, true);
    full = joined_name(&path, path.name);
    if (full && (link || own.links > 1))
        links_note(file, full);
    if (full && !link) {
        free(file->unix_path);
        file->unix_path = full;
        path_give_directory(&path, file);
        if (own.extended)
            delete_renamed(file);
    } else {
        free(full);
    }
done:
    forget_replaced(replaced);
    free(above);
    free(from);
    free(spelled);
    path_free(&path);
    return status;
}
