/* SPDX-License-Identifier: MIT */
/* file.c: File objects: opening, creating, deleting. NtCreateFile's page in windows-driver-docs-ddi is the reference. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define WANT_READ  (FILE_READ_DATA | FILE_EXECUTE)
#define WANT_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)

static void file_close(struct object *obj, HANDLE handle);
static void file_destroy(struct object *obj);
static NTSTATUS file_query_name(struct object *obj, WCHAR **name);

const struct object_type file_type = {
    .name = "File",
    .valid_access = FILE_ALL_ACCESS,
    .generic_mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS },
    .destroy = file_destroy,
    .close = file_close,
    .query_name = file_query_name,
};

const char *fd_path(int fd, struct fd_path *path)
{
    snprintf(path->text, sizeof path->text, "/proc/self/fd/%d", fd);
    return path->text;
}

struct file_object *file_alloc(enum file_kind kind, const struct file_ops *ops, int fd, ACCESS_MASK access, ULONG share,
                               ULONG options)
{
    struct file_object *file = calloc(1, sizeof *file);

    if (!file)
        return NULL;
    object_init(&file->obj, &file_type);
    if (object_cell_alloc(&file->obj, CELL_NOTIFICATION, 1, 1)) {
        free(file);
        return NULL;
    }
    file->kind = kind;
    file->ops = ops;
    file->fd = fd;
    file->access = access;
    file->share = share;
    file->options = options;
    pthread_mutex_init(&file->lock, NULL);
    return file;
}

/* Removes the name of a file whose last handle (or, with POSIX semantics, this handle) is closed. */
/* Whether the name leads to the file itself. */
static bool names_file(const char *name, const struct file_object *file, struct stat *st)
{
    return !lstat(name, st) && st->st_dev == file->inode->dev && st->st_ino == file->inode->ino;
}

void file_remove_name(struct file_object *file)
{
    char target[4096];
    struct stat st;
    struct fd_path self;
    const char *name = file->unix_path;
    ssize_t n;

    if (file->fd < 0 || !file->inode)
        return;
    /* The name as opened may lead elsewhere now, or through a link: the kernel knows the file's own. */
    if (!name || !names_file(name, file, &st)) {
        n = readlink(fd_path(file->fd, &self), target, sizeof target - 1);
        if (n <= 0)
            return;
        target[n] = 0;
        name = target;
        if (!names_file(name, file, &st))
            return;
    }
    if (unlinkat(AT_FDCWD, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
        return;
    path_note_change(AT_FDCWD, name, false);
    if (st.st_nlink <= 1 || S_ISDIR(st.st_mode))
        stream_remove_all(file, &st);
}

/* A standard folder that is to be changed becomes one on disk. */
NTSTATUS file_make_real(struct file_object *file)
{
    NTSTATUS status;
    int fd;

    if (file->fd >= 0)
        return STATUS_SUCCESS;
    status = path_make_directories(file->unix_path, strlen(file->unix_path));
    if (status)
        return status;
    fd = open(file->unix_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return status_from_errno(errno);
    file->fd = fd < 3 ? unix_fd_reserve(fd) : fd;
    return STATUS_SUCCESS;
}

static void file_close(struct object *obj, HANDLE handle)
{
    struct file_object *file = (struct file_object *)obj;

    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) > 1)
        return;
    if (file->pending)
        io_cancel(file, NULL, NULL);
    lock_release_all(file);
    bool posix = file->delete_posix && share_delete_pending(file);
    if (share_leave(file) || posix)
        file_remove_name(file);
    if (file->ops->close)
        file->ops->close(file);
}

static void file_destroy(struct object *obj)
{
    struct file_object *file = (struct file_object *)obj;

    share_leave(file); /* if two closes raced, neither was the last */
    if (file->ops->destroy)
        file->ops->destroy(file);
    if (file->scan)
        directory_scan_free(file->scan);
    if (file->notify)
        notify_free(file->notify);
    share_forget(file);
    if (file->fd >= 0 && !file->fd_borrowed)
        close(file->fd);
    if (file->completion)
        object_unref(file->completion);
    pthread_mutex_destroy(&file->lock);
    free(file->unix_path);
    free(file);
}

/* Drive C:'s directory as the kernel names it, where the prefix's own name leads through links; NULL if it is not there. */
static const char *real_drive_c(void)
{
    static char *real;
    char *found, *none = NULL;

    if ((found = __atomic_load_n(&real, __ATOMIC_ACQUIRE)) || !(found = realpath(path_drive_c(), NULL)))
        return found;
    if (__atomic_compare_exchange_n(&real, &none, found, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return found;
    free(found);
    return none;
}

char *file_final_path(const struct file_object *file)
{
    char target[PATH_MAX], *moved;
    struct fd_path self;
    const char *drive_c;
    struct stat st;
    ssize_t n;
    size_t len;

    /* What is deleted has no other name than it had; the installation's files have the names they are shown under. */
    if (file->fd < 0 || file->installation || file->is_stream || fstat(file->fd, &st) || !st.st_nlink)
        return strdup(file->unix_path);
    n = readlink(fd_path(file->fd, &self), target, sizeof target - 1);
    if (n <= 0 || target[0] != '/')
        return strdup(file->unix_path);
    target[n] = 0;
    if ((moved = drive_path_of(file->unix_path, target)))
        return moved;
    drive_c = strcmp(target, file->unix_path) ? real_drive_c() : NULL;
    len = drive_c ? strlen(drive_c) : 0;
    if (len && !strncmp(target, drive_c, len) && (!target[len] || target[len] == '/'))
        return asprintf(&moved, "%s%s", path_drive_c(), target + len) < 0 ? NULL : moved;
    return strdup(target);
}

NTSTATUS file_get_nt_name(struct file_object *file, WCHAR **name)
{
    static const WCHAR device[] = u"\\Device\\HarddiskVolume";
    size_t len, n = sizeof device / sizeof device[0] - 1;
    WCHAR drive, *path;
    char *final;

    if (!file->unix_path)
        return STATUS_OBJECT_NAME_INVALID;
    final = file_final_path(file);
    path = final ? path_volume_name(final, &len, &drive) : NULL;
    free(final);
    if (!path)
        return STATUS_NO_MEMORY;
    *name = malloc((n + 2 + len + 1) * sizeof(WCHAR));
    if (*name) {
        unsigned number = drive - 'A' + 1;
        memcpy(*name, device, n * sizeof(WCHAR));
        if (number >= 10)
            (*name)[n++] = '0' + number / 10;
        (*name)[n++] = '0' + number % 10;
        if (file->is_volume)
            len = 0;
        memcpy(*name + n, path, len * sizeof(WCHAR));
        (*name)[n + len] = 0;
    }
    free(path);
    return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS file_query_name(struct object *obj, WCHAR **name)
{
    struct file_object *file = (struct file_object *)obj;
    const char *text = NULL;
    size_t n;

    if (file->unix_path)
        return file_get_nt_name(file, name);
    switch (file->kind) {
    case FILE_KIND_CONSOLE:
        text = "\\Device\\ConDrv";
        break;
    case FILE_KIND_CHAR:
        text = "\\Device\\Null";
        break;
    case FILE_KIND_SOCKET:
        text = "\\Device\\Afd";
        break;
    default:
        text = "\\Device\\NamedPipe";
    }
    n = strlen(text);
    *name = malloc((n + 1) * sizeof(WCHAR));
    if (!*name)
        return STATUS_NO_MEMORY;
    (*name)[utf8_to_utf16(text, n, *name, n)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS file_get_fd(struct object *obj, ACCESS_MASK need, int *fd)
{
    struct file_object *file = (struct file_object *)obj;

    if (obj->type != &file_type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (need & ~file->access)
        return STATUS_ACCESS_DENIED;
    if (file->fd < 0 || file->fd_is_path)
        return STATUS_INVALID_FILE_FOR_SECTION;
    *fd = file->fd;
    return STATUS_SUCCESS;
}

const char *file_get_unix_path(struct object *file)
{
    return file->type == &file_type ? ((struct file_object *)file)->unix_path : NULL;
}

/* The absolute Unix name of a translated path; malloc'ed. */
static char *absolute_name(const struct nt_path *path)
{
    char *name;

    if (path->dirfd == AT_FDCWD || !path->root || !path->root->unix_path)
        return strdup(path->name);
    if (asprintf(&name, "%s/%s", strcmp(path->root->unix_path, "/") ? path->root->unix_path : "", path->name) < 0)
        return NULL;
    return name;
}

/* --- opening --- */

struct open {
    struct nt_path *path;
    ACCESS_MASK access;
    ULONG attributes, share, disposition, options;
    bool maximum; /* MAXIMUM_ALLOWED: take less if it must be */
    int fd;
    bool is_path;
    struct stat st;
};

static int flags_for(const struct open *o)
{
    int flags = O_CLOEXEC | O_NOCTTY | (o->options & FILE_OPEN_REPARSE_POINT ? O_NOFOLLOW : 0);

    if (o->options & FILE_DIRECTORY_FILE)
        return flags | O_DIRECTORY | (o->access & WANT_READ ? O_RDONLY : O_PATH);
    if (o->access & WANT_WRITE)
        return flags |
               O_RDWR; /* also without WANT_READ: sharing modes are locks, which readable descriptors can have */
    if (o->access & WANT_READ)
        return flags | O_RDONLY;
    return flags |
           (o->access & DELETE ? O_RDONLY | O_NONBLOCK : O_PATH); /* a FIFO to be deleted has nobody at its end */
}

static int try_open(struct open *o, int flags)
{
    o->fd = openat(o->path->dirfd, o->path->name, flags);
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

    if (!(o->access & (WANT_READ | WANT_WRITE)))
        flags |= O_RDWR;
    for (int attempt = 0;; attempt++) {
        if (directory) {
            err = mkdirat(o->path->dirfd, o->path->name, 0777) ? errno : 0;
            if (!err)
                err = try_open(o, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        } else {
            o->fd = openat(o->path->dirfd, o->path->name, flags, mode);
            o->is_path = false;
            err = o->fd < 0 ? errno : 0;
        }
        if (err != ENOENT || attempt)
            break;
        NTSTATUS status = missing_parent(o);
        if (status)
            return status;
    }
    if (err)
        return err == ENOENT || err == ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND : status_from_errno(err);
    path_note_change(o->path->dirfd, o->path->name, true);
    return STATUS_SUCCESS;
}

/* OVERWRITE and SUPERSEDE: the old contents go, the attributes become the given ones. */
static NTSTATUS overwrite(struct open *o, struct file_object *file)
{
    struct file_stat st;
    struct fd_path self;
    int err = file_stat_fd(file, &st);

    if (err)
        return status_from_errno(err);
    /* CreateFile's page: hidden and system files are only overwritten by who names these attributes. */
    if ((st.attributes & FILE_ATTRIBUTE_READONLY) ||
        (st.attributes & ~o->attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM)))
        return STATUS_ACCESS_DENIED;
    if (file->inode->data_sections || file->inode->image_sections)
        return STATUS_USER_MAPPED_FILE;
    if (!S_ISREG(st.mode))
        return STATUS_SUCCESS;
    stream_remove_all(file, &o->st); /* documented for streams: they go when a file is overwritten */
    err = !o->is_path && (o->access & WANT_WRITE) ? ftruncate(file->fd, 0) : truncate(fd_path(file->fd, &self), 0);
    if (err)
        return status_from_errno(errno);
    if ((o->attributes | FILE_ATTRIBUTE_ARCHIVE) != st.attributes)
        err = file_set_attributes(file, o->attributes | FILE_ATTRIBUTE_ARCHIVE);
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

/* A FIFO that is only written to must not have this process as its reader. */
static int open_fifo_end(struct open *o)
{
    close(o->fd);
    int err = try_open(o, (flags_for(o) & ~O_ACCMODE) | O_WRONLY);
    if (!err && o->fd < 3)
        o->fd = unix_fd_reserve(o->fd);
    return err;
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
    if (fstat(o->fd, &o->st)) {
        status = status_from_errno(errno);
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
            int err = o->access & WANT_READ || !(o->access & WANT_WRITE) ? 0 : open_fifo_end(o);
            if (err)
                return status_from_errno(err);
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
    } else if (existed && S_ISREG(o->st.st_mode) && !(o->st.st_mode & 0222)) {
        if (o->maximum)
            o->access &= ~WANT_WRITE;
        if (o->access & WANT_WRITE)
            status = STATUS_ACCESS_DENIED;
        else if (o->options & FILE_DELETE_ON_CLOSE)
            status = STATUS_CANNOT_DELETE;
    }
    if (o->path->joined && (o->access & (WANT_WRITE | DELETE))) {
        if (o->maximum)
            o->access &= ~(WANT_WRITE | DELETE);
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
    file->append_only = (o->access & WANT_WRITE) == FILE_APPEND_DATA;
    if (o->path->is_standard)
        file->standard = o->path->standard;
    file->unix_path = absolute_name(o->path);
    status = file->unix_path ? share_enter(file, &o->st) : STATUS_NO_MEMORY;
    if (!status && S_ISREG(o->st.st_mode) && !o->path->joined)
        status = claim_enter(file);
    if (!status && existed && replaces(o->disposition))
        status = overwrite(o, file);
    if (status) {
        share_leave(file);
        object_unref(&file->obj);
        return status;
    }
    file->delete_on_close = o->options & FILE_DELETE_ON_CLOSE;
    *result = file;
    return STATUS_SUCCESS;
}

static NTSTATUS open_or_create(struct open *o, bool *created)
{
    NTSTATUS status;
    int err;

    *created = false;
    if (o->disposition != FILE_CREATE) {
        err = open_existing(o);
        if (!err)
            return STATUS_SUCCESS;
        if (err != ENOENT && err != ENOTDIR)
            return status_from_errno(err);
    }
    status = path_resolve_other(o->path); /* FILE_CREATE: that the exact name is there, O_EXCL tells */
    if (!status && o->path->joined && replaces(o->disposition)) {
        /* a file of the installation is replaced by one in the prefix */
        if (!path_replace(o->path, 0, o->path->len, o->path->prefix_name))
            return STATUS_NO_MEMORY;
        o->path->joined = false;
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (!status) {
        if (o->disposition == FILE_CREATE)
            return STATUS_OBJECT_NAME_COLLISION;
        err = open_existing(o);
        if (err == ENOTDIR)
            return STATUS_NOT_A_DIRECTORY;
        return status_from_errno(err);
    }
    if (status != STATUS_OBJECT_NAME_NOT_FOUND || o->disposition == FILE_OPEN || o->disposition == FILE_OVERWRITE)
        return status;
    if (o->path->must_be_dir && !(o->options & FILE_DIRECTORY_FILE))
        return STATUS_OBJECT_NAME_INVALID;
    *created = true;
    return create_new(o);
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

    if (path->stream)
        return stream_open(path, access, attributes, share, disposition, options, allocation, file, information);
    o.maximum = access & MAXIMUM_ALLOWED;
    o.access = access_map(&file_type, access);
    if (path->kind == PATH_VOLUME) {
        o.options = (o.options & ~FILE_NON_DIRECTORY_FILE) | FILE_DIRECTORY_FILE;
        o.disposition = FILE_OPEN;
    }
    status = open_or_create(&o, &created);
    if (path->is_standard && o.fd < 0 &&
        (status == STATUS_SUCCESS || status == STATUS_OBJECT_NAME_NOT_FOUND ||
         status == STATUS_OBJECT_PATH_NOT_FOUND)) {
        status = open_virtual(&o, file);
        if (!status)
            *information = FILE_OPENED;
        return status;
    }
    if (status)
        return status;
    status = make_object(&o, !created, file);
    if (status) {
        if (created)
            unlinkat(path->dirfd, path->name, options & FILE_DIRECTORY_FILE ? AT_REMOVEDIR : 0);
        return status;
    }
    (*file)->is_volume = path->kind == PATH_VOLUME;
    if (created && (o.attributes & ~(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE)))
        file_set_attributes(*file, o.attributes | ((*file)->kind == FILE_KIND_FILE ? FILE_ATTRIBUTE_ARCHIVE : 0));
    if (allocation && allocation->QuadPart > 0 && (created || replaces(disposition)) && (access & WANT_WRITE) &&
        fallocate((*file)->fd, FALLOC_FL_KEEP_SIZE, 0, allocation->QuadPart) && errno == ENOSPC) {
        object_unref(&(*file)->obj);
        return STATUS_DISK_FULL;
    }
    *information = created ? disposition_result[disposition].created : disposition_result[disposition].exists;
    return STATUS_SUCCESS;
}

/* An open file once more, by its descriptor: ReOpenFile's empty relative name. */
static NTSTATUS open_same(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                          struct file_object **file, ULONG_PTR *information)
{
    struct file_object *root = path->root;
    struct fd_path self;
    NTSTATUS status;

    if (disposition != FILE_OPEN && disposition != FILE_OPEN_IF)
        return STATUS_OBJECT_NAME_COLLISION;
    if (root->fd >= 0 && !root->is_symlink) {
        if (!path_replace(path, 0, path->len, fd_path(root->fd, &self)))
            return STATUS_NO_MEMORY;
        options &= ~FILE_OPEN_REPARSE_POINT;
    }
    path->kind = PATH_FILE;
    status = file_open_path(path, access, 0, share, FILE_OPEN, options, NULL, file, information);
    if (!status && root->unix_path) {
        char *name = strdup(root->unix_path);
        if (name) {
            free((*file)->unix_path);
            (*file)->unix_path = name;
        }
    }
    return status;
}

static NTSTATUS open_device(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    NTSTATUS status;
    int fd;

    access = access_map(&file_type, access);
    switch (path->kind) {
    case PATH_NULL:
    case PATH_RANDOM:
        fd = open(path->kind == PATH_NULL ? "/dev/null" : "/dev/urandom", O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            return status_from_errno(errno);
        fd = fd < 3 ? unix_fd_reserve(fd) : fd;
        *file =
            file_alloc(FILE_KIND_CHAR, path->kind == PATH_NULL ? &null_ops : &random_ops, fd, access, share, options);
        if (!*file)
            close(fd);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    case PATH_AFD:
        return socket_open(access, share, options, file);
    case PATH_CONSOLE:
    case PATH_CONIN:
    case PATH_CONOUT:
        status = console_open_device(
            access, path->kind == PATH_CONIN || (path->kind == PATH_CONSOLE && !(access & WANT_WRITE)), false, file);
        if (!status)
            (*file)->options = options;
        return status;
    default:
        return pipe_open(path, access, share, options, file);
    }
}

static NTSTATUS check_options(ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options)
{
    ULONG synchronous = options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);

    if (disposition > FILE_OVERWRITE_IF || (share & ~FILE_SHARE_VALID_FLAGS) || (options & 0xff000000))
        return STATUS_INVALID_PARAMETER;
    if (synchronous == (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT) ||
        (synchronous &&
         !(access & (SYNCHRONIZE | MAXIMUM_ALLOWED | GENERIC_ALL | GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE))))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DIRECTORY_FILE) &&
        ((options & FILE_NON_DIRECTORY_FILE) ||
         (disposition != FILE_CREATE && disposition != FILE_OPEN && disposition != FILE_OPEN_IF)))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DELETE_ON_CLOSE) && !(access & (DELETE | MAXIMUM_ALLOWED | GENERIC_ALL)))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* FILE_OPEN_BY_FILE_ID: `name` holds the number. Linux opens by number only for root; files open here are found. */
static NTSTATUS path_by_id(const OBJECT_ATTRIBUTES *user, struct nt_path *path)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    uint64_t id;
    char *found;

    memset(path, 0, offsetof(struct nt_path, buffer));
    path->name = path->buffer;
    path->cap = sizeof path->buffer;
    path->dirfd = AT_FDCWD;
    path->buffer[0] = 0;
    if (!user_copy_in(&attr, user, sizeof attr) || !user_copy_in(&name, attr.ObjectName, sizeof name))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length != 8 && name.Length != 16)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&id, name.Buffer, sizeof id))
        return STATUS_ACCESS_VIOLATION;
    found = share_path_of(id);
    if (!found)
        return STATUS_INVALID_PARAMETER;
    if (!path_replace(path, 0, 0, found)) {
        free(found);
        return STATUS_NO_MEMORY;
    }
    free(found);
    return STATUS_SUCCESS;
}

/* The extended attributes that a new file is to have, checked; malloc'ed. */
static NTSTATUS copy_ea(const void *user, ULONG length, IO_STATUS_BLOCK *iosb, void **ea)
{
    ULONG bad = 0;
    NTSTATUS status;

    *ea = malloc(length);
    if (!*ea)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = user_copy_in(*ea, user, length) ? ea_check(*ea, length, &bad) : STATUS_ACCESS_VIOLATION;
    if (!status)
        return STATUS_SUCCESS;
    free(*ea);
    iosb->Information = bad;
    return status;
}

NTSTATUS NtCreateFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                      IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *AllocationSize, ULONG FileAttributes,
                      ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength)
{
    struct nt_path path;
    struct file_object *file = NULL;
    ULONG_PTR information = FILE_OPENED;
    LARGE_INTEGER allocation = { .QuadPart = AllocationSize ? AllocationSize->QuadPart : 0 };
    ULONG attributes = ObjectAttributes->Attributes;
    ACCESS_MASK granted;
    NTSTATUS status;
    HANDLE handle;
    void *ea = NULL;

    status = check_options(DesiredAccess, ShareAccess, CreateDisposition, CreateOptions);
    if (!status && EaLength)
        status = copy_ea(EaBuffer, EaLength, IoStatusBlock, &ea);
    if (status)
        return status;
    status = CreateOptions & FILE_OPEN_BY_FILE_ID ? path_by_id(ObjectAttributes, &path)
                                                  : path_parse(ObjectAttributes, &path);
    if (!status) {
        if (path.kind == PATH_FILE || path.kind == PATH_VOLUME)
            status = file_open_path(&path, DesiredAccess, FileAttributes, ShareAccess, CreateDisposition, CreateOptions,
                                    &allocation, &file, &information);
        else if (path.kind == PATH_SAME)
            status =
                open_same(&path, DesiredAccess, ShareAccess, CreateDisposition, CreateOptions, &file, &information);
        else
            status = open_device(&path, DesiredAccess, ShareAccess, CreateOptions, &file);
        /* The null device says nothing about what became of a file: OPEN_ALWAYS is not ERROR_ALREADY_EXISTS for NUL. */
        if (path.kind == PATH_NULL)
            information = 0;
    }
    /* They are for a file that is new, or as good as. */
    if (!status && ea && information != FILE_OPENED && file->ops == &disk_ops && (status = ea_apply(file, ea))) {
        if (information == FILE_CREATED)
            file_remove_name(file);
        file_close(&file->obj, NULL);
        object_unref(&file->obj);
    }
    free(ea);
    if (!status) {
        granted = file->access;
        status = handle_create(&file->obj, granted, attributes, &handle);
        if (status)
            file_close(&file->obj, NULL);
        object_unref(&file->obj);
    }
    path_free(&path);
    if (status) {
        IoStatusBlock->Information = status == STATUS_OBJECT_NAME_COLLISION ? FILE_EXISTS : 0;
        IoStatusBlock->Status = status;
        return status;
    }
    *FileHandle = handle;
    IoStatusBlock->Status = STATUS_SUCCESS;
    IoStatusBlock->Information = information;
    return STATUS_SUCCESS;
}

NTSTATUS NtOpenFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                    IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions)
{
    return NtCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0, ShareAccess, FILE_OPEN,
                        OpenOptions, NULL, 0);
}

NTSTATUS NtDeleteFile(OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct nt_path path;
    struct file_object *file;
    ULONG_PTR information;
    NTSTATUS status = path_parse(ObjectAttributes, &path);

    if (!status && path.kind != PATH_FILE)
        status = STATUS_INVALID_PARAMETER;
    if (!status)
        status = file_open_path(&path, DELETE, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN,
                                FILE_DELETE_ON_CLOSE | FILE_OPEN_REPARSE_POINT, NULL, &file, &information);
    path_free(&path);
    if (status)
        return status;
    file_close(&file->obj, NULL);
    object_unref(&file->obj);
    return STATUS_SUCCESS;
}

NTSTATUS file_open_unix(const char *name, ACCESS_MASK access, struct file_object **file)
{
    struct nt_path path = { .kind = PATH_FILE, .dirfd = AT_FDCWD };
    ULONG_PTR information;
    NTSTATUS status;

    path.name = path.buffer;
    path.cap = sizeof path.buffer;
    if (!path_replace(&path, 0, 0, name))
        return STATUS_NO_MEMORY;
    path.fixed = path.len;
    status = file_open_path(&path, access, 0, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN,
                            FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, file, &information);
    path_free(&path);
    return status;
}

/* --- 0, 1 and 2 --- */

static struct file_object *wrap_std_fd(int fd)
{
    ACCESS_MASK access = SYNCHRONIZE | READ_CONTROL | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES;
    struct file_object *file;
    struct termios termios;
    struct stat st;
    int mode;

    if (fstat(fd, &st))
        return NULL;
    mode = fd ? O_WRONLY : O_RDONLY;
    if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
        mode = fcntl(fd, F_GETFL) & O_ACCMODE;
    if (mode != O_WRONLY)
        access |= FILE_GENERIC_READ;
    if (mode != O_RDONLY)
        access |= FILE_GENERIC_WRITE;
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
        file = pipe_wrap_fd(fd, access, st.st_mode);
    } else if (S_ISCHR(st.st_mode)) {
        if (!tcgetattr(fd, &termios))
            file = console_open(fd, FILE_GENERIC_READ | FILE_GENERIC_WRITE, fd == 0);
        else
            file = file_alloc(FILE_KIND_CHAR, &char_ops, fd, access, 0, 0);
    } else {
        file = file_alloc(S_ISDIR(st.st_mode) ? FILE_KIND_DIRECTORY : FILE_KIND_FILE, &disk_ops, fd, access,
                          FILE_SHARE_VALID_FLAGS, 0);
        if (file) {
            char target[4096];
            struct fd_path self;
            ssize_t n = readlink(fd_path(fd, &self), target, sizeof target - 1);
            if (n > 0 && target[0] == '/') {
                target[n] = 0;
                file->unix_path = strdup(target);
            }
            file->os_position = true;
        }
    }
    if (!file)
        return NULL;
    file->fd_borrowed = true;
    file->options = FILE_SYNCHRONOUS_IO_NONALERT;
    return file;
}

NTSTATUS file_create_std_handles(HANDLE out[3])
{
    for (int fd = 0; fd < 3; fd++) {
        struct file_object *file = wrap_std_fd(fd);
        NTSTATUS status;
        out[fd] = NULL;
        if (!file)
            continue;
        status = handle_create(&file->obj, file->access, OBJ_INHERIT, &out[fd]);
        object_unref(&file->obj);
        if (status)
            return status;
    }
    return STATUS_SUCCESS;
}
