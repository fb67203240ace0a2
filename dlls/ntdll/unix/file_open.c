/* SPDX-License-Identifier: MIT */
/* file_open.c: Opening and creating files on disk. NtCreateFile's page in windows-driver-docs-ddi is the reference. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "security.h"

#define WANT_READ  (FILE_READ_DATA | FILE_EXECUTE)
#define WANT_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)
/* What may not be done to a file that the installation, or Linux, has in C:\windows */
#define WANT_CHANGE (WANT_WRITE | DELETE | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES | WRITE_DAC | WRITE_OWNER)

/* The absolute Unix name of a translated path; malloc'ed. */
static char *absolute_name(const struct nt_path *path)
{
    const char *root = path->root ? path->root->unix_path : NULL;
    size_t length, rest = strlen(path->name);
    char *name;

    if (path->dirfd == AT_FDCWD || !root)
        return strdup(path->name);
    length = strcmp(root, "/") ? strlen(root) : 0;
    name = malloc(length + rest + 2);
    if (!name)
        return NULL;
    memcpy(name, root, length);
    name[length] = '/';
    memcpy(name + length + 1, path->name, rest + 1);
    return name;
}

/* --- opening --- */

struct open {
    struct nt_path *path;
    ACCESS_MASK access;
    ULONG attributes, share, disposition, options;
    ACCESS_MASK added; /* of the access, what replacing the file needs and the handle does not get */
    bool maximum;      /* MAXIMUM_ALLOWED: take less if it must be */
    int fd;
    bool is_path;
    struct stat st;
    void *above; /* the descriptor of the directory that a new file is made in, if that has one */
};

static int flags_for(const struct open *o)
{
    int flags = O_CLOEXEC | O_NOCTTY | (o->options & FILE_OPEN_REPARSE_POINT ? O_NOFOLLOW : 0);

    if (o->options & FILE_DIRECTORY_FILE)
        return flags | O_DIRECTORY | (o->access & (WANT_READ | DELETE) ? O_RDONLY : O_PATH);
    if (o->access & WANT_WRITE)
        return flags |
               O_RDWR; /* also without WANT_READ: sharing modes are locks, which readable descriptors can have */
    if (o->access & WANT_READ)
        return flags | O_RDONLY;
    return flags |
           (o->access & DELETE ? O_RDONLY | O_NONBLOCK : O_PATH); /* a FIFO to be deleted has nobody at its end */
}

/* Who opens for asynchronous transfers does not wait for somebody at a FIFO's other end either. */
static bool never_waits(const struct open *o, int flags)
{
    return !(flags & (O_PATH | O_NONBLOCK | O_DIRECTORY)) &&
           !(o->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
}

static int try_open(struct open *o, int flags)
{
    bool no_wait = never_waits(o, flags);

    do
        o->fd = openat(o->path->dirfd, o->path->name, flags | (no_wait ? O_NONBLOCK : 0));
    while (o->fd < 0 && (errno == EINTR ||                                          /* a network file system's */
                         (no_wait && errno == EWOULDBLOCK && !(no_wait = false)))); /* somebody else's lease */
    if (no_wait && o->fd >= 0) /* it is for opening only: io_uring takes it for RWF_NOWAIT */
        fcntl(o->fd, F_SETFL, 0);
    o->is_path = flags & O_PATH;
    return o->fd < 0 ? errno : 0;
}

/* Opens what exists under the name, in the strongest way that the kind of file has. */
static int open_existing(struct open *o)
{
    int flags = flags_for(o), err = try_open(o, flags);

    if (err == EISDIR) /* write access to a directory is the right to make files in it */
        return try_open(o, (flags & ~O_ACCMODE) | O_RDONLY | O_DIRECTORY);
    if ((err == ELOOP || err == ENOTDIR) && (flags & O_NOFOLLOW)) {
        struct stat st; /* a link itself? */
        if (fstatat(o->path->dirfd, o->path->name, &st, AT_SYMLINK_NOFOLLOW))
            return errno;
        return S_ISLNK(st.st_mode) ? try_open(o, O_PATH | O_NOFOLLOW | O_CLOEXEC) : err;
    }
    if ((err == EACCES || err == ENXIO) && !(o->access & WANT_READ) && (o->access & (WANT_WRITE | DELETE))) {
        /* what cannot be read, and sockets: its sharing modes hold in this process only */
        int weaker = try_open(o, (flags & ~(O_ACCMODE | O_NONBLOCK)) | (o->access & WANT_WRITE ? O_WRONLY : O_PATH));
        if (!weaker)
            return 0;
    }
    if (err == EACCES || err == EROFS) {
        struct stat st;
        if (o->maximum && (o->access & WANT_WRITE)) {
            o->access &= ~(WANT_WRITE | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES | DELETE);
            return open_existing(o);
        }
        /* a directory that can be passed through but not listed */
        if (!(o->access & FILE_LIST_DIRECTORY) && !fstatat(o->path->dirfd, o->path->name, &st, 0) &&
            S_ISDIR(st.st_mode))
            return try_open(o, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return err;
}

NTSTATUS file_check_pending(const struct nt_path *path, const char *name)
{
    struct nt_path at = *path;
    NTSTATUS status;
    char *full;

    at.name = (char *)name;
    if (!(full = absolute_name(&at)))
        return STATUS_NO_MEMORY;
    status = delete_check_name(path->dirfd, name, full);
    free(full);
    return status;
}

static char *parent_name(const struct nt_path *path)
{
    const char *slash = strrchr(path->name, '/');

    return slash ? strndup(path->name, slash == path->name ? 1 : (size_t)(slash - path->name)) : strdup(".");
}

/* A new directory is case-sensitive if the one it is in is (since Windows 10, build 17692). */
static void inherit_case(const struct open *o)
{
    char *parent = parent_name(o->path);
    int fd = parent ? unix_fd_reserve(openat(o->path->dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC)) : -1;

    if (fd >= 0 && path_case_sensitive(fd))
        path_set_case_sensitive(o->fd, true);
    if (fd >= 0)
        close(fd);
    free(parent);
}

/* Nothing is made in a directory that is to be deleted. */
static NTSTATUS check_parent_pending(const struct nt_path *path)
{
    char *parent = parent_name(path);
    NTSTATUS status = parent ? file_check_pending(path, parent) : STATUS_NO_MEMORY;

    free(parent);
    return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_OBJECT_PATH_NOT_FOUND : status;
}

static NTSTATUS missing_parent(struct open *o)
{
    return o->path->in_drive_c && o->path->fixed < o->path->len ? path_make_parents(o->path)
                                                                : STATUS_OBJECT_PATH_NOT_FOUND;
}

/* Creates a file or directory that does not exist under any spelling. */
static NTSTATUS create_new(struct open *o)
{
    bool directory = o->options & FILE_DIRECTORY_FILE;
    int flags = (flags_for(o) & ~O_PATH) | O_CREAT | O_EXCL, err;
    mode_t mode = o->attributes & FILE_ATTRIBUTE_READONLY && !directory ? 0444 : 0666;

    NTSTATUS status = STATUS_SUCCESS;
    if (!o->path->joined && !o->path->plain_above) {
        status = check_parent_pending(o->path);
        if (!status)
            status = security_may_create(o->path->dirfd, o->path->name, directory, &o->above);
    }
    if (status)
        return status;
    if (!(o->access & (WANT_READ | WANT_WRITE)))
        flags |= O_RDWR;
    for (int attempt = 0;; attempt++) {
        if (directory) {
            err = mkdirat(o->path->dirfd, o->path->name, 0777) ? errno : 0;
            if (!err && (err = try_open(o, O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
                unlinkat(o->path->dirfd, o->path->name, AT_REMOVEDIR);
        } else {
            do
                o->fd = openat(o->path->dirfd, o->path->name, flags, mode);
            while (o->fd < 0 && errno == EINTR);
            o->is_path = false;
            err = o->fd < 0 ? errno : 0;
        }
        if (err != ENOENT || attempt)
            break;
        status = missing_parent(o);
        if (status)
            return status;
    }
    if (err)
        return err == ENOENT || err == ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND : status_from_errno(err);
    if (directory && !o->path->joined && !o->path->plain_above)
        inherit_case(o);
    path_note_change(o->path->dirfd, o->path->name, true);
    return STATUS_SUCCESS;
}

/* OVERWRITE and SUPERSEDE: the old contents go. The attributes become the given ones, or are joined by them. */
static NTSTATUS overwrite(struct open *o, struct file_object *file)
{
    struct file_stat st;
    struct fd_path self;
    ULONG attributes;
    int err = file_stat_fd(file, &st);

    if (err)
        return status_from_errno(err);
    /* CreateFile's page: hidden and system files are only overwritten by who names these attributes. */
    if ((st.attributes & FILE_ATTRIBUTE_READONLY) ||
        (st.attributes & ~o->attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM)))
        return STATUS_ACCESS_DENIED;
    if (share_mapped(file) || claim_mapped(file))
        return STATUS_USER_MAPPED_FILE;
    if (!S_ISREG(st.mode))
        return STATUS_SUCCESS;
    if (st.extended) { /* [MS-FSA] 2.1.5.1.2.2: what a file has besides its contents goes with these */
        stream_remove_all(file, &o->st);
        ea_remove_all(file);
    }
    share_shortened(file);
    err = !o->is_path && (o->access & WANT_WRITE) ? ftruncate(file->fd, 0) : truncate(fd_path(file->fd, &self), 0);
    if (err)
        return status_from_errno(errno);
    attributes = o->attributes | FILE_ATTRIBUTE_ARCHIVE;
    if (o->disposition != FILE_SUPERSEDE)
        attributes |= st.attributes & ATTRIBUTES_STORED;
    if (attributes != st.attributes)
        err = file_set_attributes(file, attributes);
    return status_from_errno(err);
}

static const struct {
    ULONG exists, created;
} disposition_result[] = {
    [FILE_SUPERSEDE] = { FILE_SUPERSEDED, FILE_CREATED },
    [FILE_OPEN] = { FILE_OPENED, FILE_DOES_NOT_EXIST },
    [FILE_CREATE] = { FILE_EXISTS, FILE_CREATED },
    [FILE_OPEN_IF] = { FILE_OPENED, FILE_CREATED },
    [FILE_OVERWRITE] = { FILE_OVERWRITTEN, FILE_DOES_NOT_EXIST },
    [FILE_OVERWRITE_IF] = { FILE_OVERWRITTEN, FILE_CREATED },
};

static bool replaces(ULONG disposition)
{
    return disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF;
}

/* A standard folder of drive C: that is not on disk. */
static NTSTATUS open_virtual(struct open *o, struct file_object **result)
{
    struct file_object *file;

    if (o->options & FILE_NON_DIRECTORY_FILE)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (replaces(o->disposition))
        return STATUS_OBJECT_NAME_COLLISION;
    if (o->options & FILE_DELETE_ON_CLOSE)
        return STATUS_CANNOT_DELETE;
    file = file_alloc(FILE_KIND_DIRECTORY, &disk_ops, -1, o->access, o->share, o->options);
    if (!file || !(file->unix_path = strdup(o->path->name))) {
        if (file)
            object_unref(&file->obj);
        return STATUS_NO_MEMORY;
    }
    file->standard = o->path->standard;
    *result = file;
    return STATUS_SUCCESS;
}

/*
 * A FIFO that is only written to must not have this process as its reader. Its readers must not see that there is no writer for
 * a moment either, which is its end to them: so both ends stay open until the right one is.
 */
static int open_fifo_end(struct open *o)
{
    int flags = (flags_for(o) & ~O_ACCMODE) | O_WRONLY, first = o->fd, err = try_open(o, flags | O_NONBLOCK);

    close(first);
    if (err)
        return err;
    fcntl(o->fd, F_SETFL, 0);
    struct pollfd end = { .fd = o->fd, .events = POLLOUT };
    if (poll(&end, 1, 0) > 0 && (end.revents & POLLERR)) { /* nobody reads yet */
        first = o->fd;
        err = try_open(o, flags);
        close(first);
    }
    if (!err && o->fd < 3)
        o->fd = unix_fd_reserve(o->fd);
    return err;
}

/* May what is open have extended attributes? */
static bool is_extended(const struct open *o)
{
    struct fd_path self;

    return file_is_extended(o->path->dirfd == AT_FDCWD ? o->path->name : fd_path(o->fd, &self), &o->st);
}

/*
 * What fstat() tells of what is open, but no times. Where times are as fine as they need to be (Linux 6.13), who has been told
 * one makes the next change of the file a dearer one: the first write would cost half as much again.
 */
static int look_at(struct open *o)
{
    struct statx st;

    if (statx(o->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID | STATX_INO, &st))
        return errno;
    o->st = (struct stat){ .st_dev = makedev(st.stx_dev_major, st.stx_dev_minor),
                           .st_ino = st.stx_ino,
                           .st_mode = st.stx_mode,
                           .st_nlink = st.stx_nlink,
                           .st_uid = st.stx_uid,
                           .st_gid = st.stx_gid };
    return 0;
}

/* What is open now becomes a file object, if everybody agrees. */
static NTSTATUS make_object(struct open *o, bool existed, struct file_object **result)
{
    const struct file_ops *ops = &disk_ops;
    enum file_kind kind = FILE_KIND_FILE;
    struct file_object *file;
    struct file_stat link;
    NTSTATUS status;

    if (o->fd < 3)
        o->fd = unix_fd_reserve(o->fd);
    int err = look_at(o);
    if (err) {
        status = status_from_errno(err);
        close(o->fd);
        return status;
    }
    if (S_ISDIR(o->st.st_mode)) {
        kind = FILE_KIND_DIRECTORY;
    } else if (S_ISLNK(o->st.st_mode)) {
        if (!file_stat_at(o->path->dirfd, o->path->name, true, &link) && (link.attributes & FILE_ATTRIBUTE_DIRECTORY))
            kind = FILE_KIND_DIRECTORY;
    } else if (S_ISFIFO(o->st.st_mode)) {
        if (!o->is_path) {
            err = o->access & WANT_READ || !(o->access & WANT_WRITE) ? 0 : open_fifo_end(o);
            if (err) /* ENXIO: nobody reads, and it is not waited for */
                return err == ENXIO ? STATUS_PIPE_NOT_AVAILABLE : status_from_errno(err);
            *result = pipe_wrap_fd(o->fd, o->access, o->st.st_mode);
            return *result ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        }
    } else if (S_ISCHR(o->st.st_mode)) {
        kind = FILE_KIND_CHAR;
        ops = &char_ops;
    }
    status = STATUS_SUCCESS;
    if (kind == FILE_KIND_DIRECTORY) {
        if (o->options & FILE_NON_DIRECTORY_FILE)
            status = STATUS_FILE_IS_A_DIRECTORY;
        else if (existed && replaces(o->disposition))
            status = STATUS_OBJECT_NAME_COLLISION;
    } else if (o->options & FILE_DIRECTORY_FILE) {
        status = STATUS_NOT_A_DIRECTORY;
    } else if (o->path->must_be_dir) {
        status = STATUS_OBJECT_NAME_INVALID;
    } else if (existed && (o->options & FILE_DISALLOW_EXCLUSIVE) && !(o->share & FILE_SHARE_READ) &&
               faccessat(o->path->dirfd, o->path->name, W_OK, AT_EACCESS)) {
        status = STATUS_ACCESS_DENIED;
    } else if (existed && S_ISREG(o->st.st_mode) && !(o->st.st_mode & 0222)) {
        if (o->maximum)
            o->access &= ~WANT_WRITE;
        if (o->access & WANT_WRITE)
            status = STATUS_ACCESS_DENIED;
        else if (o->options & FILE_DELETE_ON_CLOSE)
            status = STATUS_CANNOT_DELETE;
    }
    bool extended = existed && !o->path->joined && !S_ISLNK(o->st.st_mode) && is_extended(o);
    if (!status && extended)
        status = security_file_check(o->fd, &o->st, o->path->dirfd, o->path->name, o->options, o->maximum, &o->access);
    if (!status && extended && (o->options & FILE_NO_EA_KNOWLEDGE) && ea_needed(o->fd))
        status = STATUS_ACCESS_DENIED;
    if (!status && extended && !(o->options & FILE_OPEN_REPARSE_POINT) && reparse_tag_blocks(o->fd, &o->st))
        status = STATUS_IO_REPARSE_TAG_NOT_HANDLED;
    if (o->path->joined && (o->access & WANT_CHANGE)) {
        if (o->maximum)
            o->access &= ~WANT_CHANGE;
        else
            status = STATUS_ACCESS_DENIED;
    }
    file = status ? NULL : file_alloc(kind, ops, o->fd, o->access, o->share, o->options);
    if (!file) {
        close(o->fd);
        return status ? status : STATUS_NO_MEMORY;
    }
    file->fd_is_path = o->is_path;
    file->is_symlink = S_ISLNK(o->st.st_mode);
    file->installation = o->path->joined;
    file->plain = !extended && !o->is_path && !o->path->joined &&
                  (kind == FILE_KIND_DIRECTORY || (S_ISREG(o->st.st_mode) && (o->st.st_mode & 0222)));
    file->append_only = (o->access & WANT_WRITE) == FILE_APPEND_DATA;
    if (o->path->is_standard)
        file->standard = o->path->standard;
    file->unix_path = absolute_name(o->path);
    status = file->unix_path ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    if (!status && extended)
        status = delete_check_mark(file, &o->st);
    if (!status && existed && (o->options & FILE_DELETE_ON_CLOSE) && file_folder_takes_changes(file))
        status = STATUS_CANNOT_DELETE; /* [MS-FSA] 2.1.5.1: of a volume that is read-only */
    if (!status)
        status = share_enter(file, &o->st);
    if (!status && (S_ISREG(o->st.st_mode) || S_ISDIR(o->st.st_mode)) && !o->path->joined)
        status = claim_enter(file);
    if (!status && existed && replaces(o->disposition))
        status = overwrite(o, file);
    if (!status && (o->options & FILE_RESERVE_OPFILTER) && (share_others(file) || claim_others_use(file)))
        status = STATUS_OPLOCK_NOT_GRANTED;
    if (status) {
        object_unref(&file->obj);
        return status;
    }
    if (o->added) {
        share_drop(file, o->added);
        claim_drop(file, o->added);
        file->append_only = (file->access & WANT_WRITE) == FILE_APPEND_DATA;
    }
    if (o->options & (FILE_SEQUENTIAL_ONLY | FILE_RANDOM_ACCESS) && S_ISREG(o->st.st_mode) && !o->is_path)
        posix_fadvise(file->fd, 0, 0, o->options & FILE_SEQUENTIAL_ONLY ? POSIX_FADV_SEQUENTIAL : POSIX_FADV_RANDOM);
    path_give_directory(o->path, file);
    if (o->options & FILE_DELETE_ON_CLOSE)
        delete_on_close(file, true);
    *result = file;
    return STATUS_SUCCESS;
}

/* A file is not created because there is one: STATUS_DELETE_PENDING if not for long; STATUS_OBJECT_NAME_NOT_FOUND if not at all. */
static NTSTATUS collision(struct open *o)
{
    NTSTATUS status = o->path->joined ? STATUS_SUCCESS : file_check_pending(o->path, o->path->name);

    return status ? status : STATUS_OBJECT_NAME_COLLISION;
}

/* A link that leads nowhere: what is created through it is created there. */
static NTSTATUS create_through_link(struct open *o, bool *created)
{
    char target[PATH_MAX];
    struct fd_path self;
    int flags = (flags_for(o) & ~O_PATH) | O_CREAT;
    ssize_t n;

    if (!(o->access & (WANT_READ | WANT_WRITE)))
        flags |= O_RDWR;
    o->fd = openat(o->path->dirfd, o->path->name, flags, o->attributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0666);
    if (o->fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND : status_from_errno(errno);
    o->is_path = false;
    n = readlink(fd_path(o->fd, &self), target, sizeof target - 1);
    if (n > 0 && target[0] == '/') { /* from here on it is the new file that is meant */
        target[n] = 0;
        *created = path_replace(o->path, 0, o->path->len, target);
    }
    return STATUS_SUCCESS;
}

/* Who wants to write to such a file gets a copy in the prefix, which is there from now on. */
static NTSTATUS copy_template(struct open *o)
{
    char text[4096], *created = NULL;
    int from = open(o->path->name, O_RDONLY | O_CLOEXEC), to = -1;
    ssize_t n = from < 0 ? -1 : read(from, text, sizeof text);
    NTSTATUS status = n < 0 ? status_from_errno(errno) : STATUS_SUCCESS;

    if (from >= 0)
        close(from);
    if (!status && !path_replace(o->path, 0, o->path->len, o->path->prefix_name))
        status = STATUS_NO_MEMORY;
    if (!status)
        status = path_make_parents(o->path);
    if (status)
        return status;
    o->path->joined = false;
    /* whole or not at all, and only once */
    if (asprintf(&created, "%s.%d.%p", o->path->name, getpid(), (void *)o) < 0)
        return STATUS_NO_MEMORY;
    to = openat(o->path->dirfd, created, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (to < 0 || write(to, text, n) != n ||
        renameat2(o->path->dirfd, created, o->path->dirfd, o->path->name, RENAME_NOREPLACE)) {
        status = errno == EEXIST ? STATUS_SUCCESS : status_from_errno(errno);
        unlinkat(o->path->dirfd, created, 0);
    }
    if (to >= 0)
        close(to);
    free(created);
    path_note_change(o->path->dirfd, o->path->name, true);
    return status;
}

static NTSTATUS try_open_or_create(struct open *o, bool *created)
{
    NTSTATUS status;
    int err;

    *created = false;
    status = o->disposition == FILE_CREATE ? STATUS_SUCCESS : path_guess(o->path);
    if (!status && o->disposition != FILE_CREATE) {
        err = open_existing(o);
        if (!err)
            return STATUS_SUCCESS;
        if (err != ENOENT && err != ENOTDIR)
            return status_from_errno(err);
    }
    if (!status)
        status = path_resolve_other(o->path); /* FILE_CREATE: that the exact name is there, O_EXCL tells */
    if (!status && o->path->joined && (o->access & WANT_WRITE) && !replaces(o->disposition) &&
        o->disposition != FILE_CREATE && path_is_template(o->path->name)) {
        status = copy_template(o);
        if (status)
            return status;
    }
    if (!status && o->path->joined && replaces(o->disposition)) {
        /* a file of the installation is replaced by one in the prefix */
        if (!path_replace(o->path, 0, o->path->len, o->path->prefix_name))
            return STATUS_NO_MEMORY;
        o->path->joined = false;
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (!status) {
        if (o->disposition == FILE_CREATE)
            status = collision(o);
        if (status && status != STATUS_OBJECT_NAME_NOT_FOUND)
            return status;
    }
    if (!status) {
        err = open_existing(o);
        if (err == ENOTDIR)
            return STATUS_NOT_A_DIRECTORY;
        if (err == ENOENT && o->disposition != FILE_OPEN && o->disposition != FILE_OVERWRITE &&
            !(o->options & (FILE_OPEN_REPARSE_POINT | FILE_DIRECTORY_FILE)))
            return create_through_link(o, created);
        return status_from_errno(err);
    }
    if (status != STATUS_OBJECT_NAME_NOT_FOUND || o->disposition == FILE_OPEN || o->disposition == FILE_OVERWRITE)
        return status;
    if (o->path->must_be_dir && !(o->options & FILE_DIRECTORY_FILE))
        return STATUS_OBJECT_NAME_INVALID;
    *created = true;
    status = create_new(o);
    if (status != STATUS_OBJECT_NAME_COLLISION)
        return status;
    *created = false;
    status = collision(o);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND) { /* its deletion was left to us */
        *created = true;
        status = create_new(o);
    }
    return status;
}

/* Who also opens what is there does not mind that somebody else was quicker to create it; only that it is gone each time again. */
static NTSTATUS open_or_create(struct open *o, bool *created)
{
    NTSTATUS status;
    int attempts = 0;

    do
        status = try_open_or_create(o, created);
    while (status == STATUS_OBJECT_NAME_COLLISION && o->disposition != FILE_CREATE && ++attempts < 1000);
    return status;
}

NTSTATUS file_open_path(struct nt_path *path, ACCESS_MASK access, ULONG attributes, ULONG share, ULONG disposition,
                        ULONG options, const LARGE_INTEGER *allocation, struct file_object **file,
                        ULONG_PTR *information)
{
    struct open o = { .path = path,
                      .attributes = attributes & (ATTRIBUTES_STORED | FILE_ATTRIBUTE_READONLY),
                      .share = share,
                      .disposition = disposition,
                      .options = options,
                      .fd = -1 };
    bool created;
    NTSTATUS status;

    *file = NULL;
    if (path->stream)
        return stream_open(path, access, attributes, share, disposition, options, allocation, file, information);
    if (path->names_index && (options & FILE_NON_DIRECTORY_FILE))
        return STATUS_FILE_IS_A_DIRECTORY;
    if (path->names_data && (options & FILE_DIRECTORY_FILE))
        return STATUS_NOT_A_DIRECTORY;
    o.options |= (path->names_index ? FILE_DIRECTORY_FILE : 0) | (path->names_data ? FILE_NON_DIRECTORY_FILE : 0);
    o.maximum = access & MAXIMUM_ALLOWED;
    o.access = access_map(&file_type, access);
    if ((status = security_file_wanted(o.access, options)))
        return status;
    if (path->kind == PATH_VOLUME) {
        o.options = (o.options & ~FILE_NON_DIRECTORY_FILE) | FILE_DIRECTORY_FILE;
        o.disposition = FILE_OPEN;
    }
    if (replaces(disposition)) {
        /* NtCreateFile: superseding needs DELETE, overwriting FILE_WRITE_DATA; the handle gets what was asked for. */
        o.added = (disposition == FILE_SUPERSEDE ? DELETE : FILE_WRITE_DATA) & ~o.access;
        o.access |= o.added;
    }
again:
    status = open_or_create(&o, &created);
    if (path->is_standard && o.fd < 0 &&
        (status == STATUS_SUCCESS || status == STATUS_OBJECT_NAME_NOT_FOUND ||
         status == STATUS_OBJECT_PATH_NOT_FOUND)) {
        status = open_virtual(&o, file);
        if (!status) {
            (*file)->is_volume = path->kind == PATH_VOLUME;
            *information = FILE_OPENED;
        }
        return status;
    }
    if (status)
        return status;
    status = make_object(&o, !created, file);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && !created && disposition != FILE_OPEN && disposition != FILE_OVERWRITE)
        goto again; /* a killed process left it to be deleted */
    if (!status && created && o.above)
        status = security_file_assign(*file, NULL, o.above);
    free(o.above);
    if (!status && created && (o.attributes & ~(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE)))
        status = status_from_errno(
            file_set_attributes(*file, o.attributes | ((*file)->kind == FILE_KIND_FILE ? FILE_ATTRIBUTE_ARCHIVE : 0)));
    if (!status && allocation && allocation->QuadPart > 0 && (created || replaces(disposition)) &&
        (o.access & WANT_WRITE) && fallocate((*file)->fd, FALLOC_FL_KEEP_SIZE, 0, allocation->QuadPart) &&
        errno != EOPNOTSUPP)
        status = status_from_errno(errno);
    if (status) {
        if (created)
            unlinkat(path->dirfd, path->name, o.options & FILE_DIRECTORY_FILE ? AT_REMOVEDIR : 0);
        if (*file)
            object_unref(&(*file)->obj);
        *file = NULL;
        return status;
    }
    (*file)->is_volume = path->kind == PATH_VOLUME;
    *information = created ? disposition_result[disposition].created : disposition_result[disposition].exists;
    return STATUS_SUCCESS;
}
