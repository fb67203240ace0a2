/* SPDX-License-Identifier: MIT */
/*
 * file_delete.c: deletion of files. A file is marked for it by a handle, or opened to be deleted on close, and goes when the last
 * handle of it is closed, of whatever process. docs/files.md tells the whole; in short:
 *
 * Whether other processes have a file open is told by their claims on it (file_claim.c), and that it is to be deleted by one of
 * ours. But claims go with their descriptor, and a mark must outlive it: so it is an extended attribute of the file, too,
 *   user.transom.delete      `p` (pending) or `c` (to be deleted when the handle is closed that has the claim for that: if there is
 *                            none any more, it was, or its process was killed), the file's device and inode numbers, its name
 * with the mode bit of file_attr.c, so that it costs nothing to see that there is none. Whoever closes a file sees it and removes
 * the name if nobody else uses it; whoever opens one that nobody uses does so, too. A journal for each process in
 * <prefix>/deletions says where such files are, so that what a killed process leaves is removed by the next one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define MARK_NAME "user.transom.delete"
#define MARK_MAX  (PATH_MAX + 64)

/* --- marks --- */

/* The mark of an open file, 0 for none. *name: the name that is to go (in `text`), if the mark says so. */
static char read_mark(const char *self, const struct stat *st, char text[MARK_MAX], const char **name)
{
    unsigned long long dev, ino;
    ssize_t n = xattr_get(self, MARK_NAME, text, MARK_MAX - 1);
    int at = 0;
    char kind;

    if (n <= 0)
        return 0;
    text[n] = 0;
    /* What a native program copied is another file. */
    if (sscanf(text, "%c %llu:%llu %n", &kind, &dev, &ino, &at) < 3 || dev != st->st_dev || ino != st->st_ino || !at)
        return 0;
    *name = text + at;
    return kind;
}

static char mark_of(const struct file_object *file)
{
    char text[MARK_MAX];
    const char *name;
    struct fd_path self;
    struct stat st;

    return file->fd >= 0 && !fstat(file->fd, &st) && file_is_extended(fd_path(file->fd, &self), &st)
               ? read_mark(self.text, &st, text, &name)
               : 0;
}

static void remove_mark(const struct file_object *file)
{
    struct fd_path self;

    if (file->fd >= 0)
        xattr_remove(fd_path(file->fd, &self), MARK_NAME);
}

/* --- the journal --- */

static int journal = -1;    /* this process's: locked as long as it lives */
static bool left_to_others; /* something in it is not done when this process ends */

static bool journal_folder(char folder[PATH_MAX])
{
    return snprintf(folder, PATH_MAX, "%s/deletions", options.prefix_dir) < PATH_MAX;
}

/* Removes what a dead process had to remove; false if somebody else is to do so, who still uses it. */
static bool finish_for_dead(const char *name)
{
    char text[MARK_MAX];
    const char *marked;
    struct fd_path self;
    struct stat st;
    bool done = true;
    struct file_object file = { .unix_path = (char *)name };
    struct inode inode = { 0 };

    file.fd = unix_fd_reserve(open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
    if (file.fd < 0)
        return true;
    if (!fstat(file.fd, &st) && read_mark(fd_path(file.fd, &self), &st, text, &marked)) {
        inode.dev = st.st_dev;
        inode.ino = st.st_ino;
        file.inode = &inode;
        done = !claim_others_use(&file);
        if (done)
            file_remove_name(&file);
    }
    close(file.fd);
    return done;
}

static bool lock_journal(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    return !fcntl(fd, F_OFD_SETLK, &lock);
}

static void sweep_journal(int folder, const char *entry)
{
    int fd = unix_fd_reserve(openat(folder, entry, O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    bool done = true;
    char *name = NULL;
    size_t size = 0;
    FILE *in;

    if (fd < 0)
        return;
    if (!lock_journal(fd) || !(in = fdopen(fd, "r"))) {
        close(fd);
        return;
    }
    while (getdelim(&name, &size, 0, in) > 0)
        done &= finish_for_dead(name);
    if (done)
        unlinkat(folder, entry, 0);
    free(name);
    fclose(in);
}

void delete_sweep(void)
{
    char folder[PATH_MAX];
    struct dirent *entry;
    DIR *dir;

    if (!options.prefix_dir || !journal_folder(folder) || !(dir = opendir(folder)))
        return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            sweep_journal(dirfd(dir), entry->d_name);
    closedir(dir);
}

static int open_journal(void)
{
    char name[PATH_MAX + 32], folder[PATH_MAX];
    int fd;

    if (prefix_create() || !journal_folder(folder))
        return -1;
    delete_sweep();
    mkdir(folder, 0700);
    /* Made and locked under a name that no sweep looks at. */
    snprintf(name, sizeof name, "%s/.XXXXXX", folder);
    fd = unix_fd_reserve(mkostemp(name, O_CLOEXEC | O_APPEND));
    if (fd >= 0 && lock_journal(fd)) {
        char final[PATH_MAX + 32];
        snprintf(final, sizeof final, "%s/%s", folder, strrchr(name, '/') + 2);
        if (!rename(name, final))
            return fd;
    }
    if (fd >= 0) {
        unlink(name);
        close(fd);
    }
    return -1;
}

static void note_in_journal(const char *name)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool tried;

    pthread_mutex_lock(&lock);
    if (!tried)
        journal = open_journal();
    tried = true;
    if (journal >= 0 && write(journal, name, strlen(name) + 1) < 0) {
        /* The disk is full: what is killed now leaves its file until somebody opens that. */
    }
    pthread_mutex_unlock(&lock);
}

static void mark(const struct file_object *file, char kind)
{
    char text[MARK_MAX];
    struct fd_path self;
    struct file_stat st;
    int n;

    if (file->fd < 0 || file->is_symlink || !file->unix_path || file_stat_fd(file, &st))
        return;
    n = snprintf(text, sizeof text, "%c %llu:%llu %s", kind, (unsigned long long)st.dev, (unsigned long long)st.ino,
                 strlen(file->unix_path) < 1024 ? file->unix_path : "");
    /* Where there are no such attributes the claims must do. */
    if (xattr_set(fd_path(file->fd, &self), MARK_NAME, text, n) || file_mark_extended(self.text, &st))
        return;
    note_in_journal(file->unix_path);
}

/* --- removing --- */

/* Whether the name leads to the file itself. */
static bool names_file(const char *name, const struct file_object *file, struct stat *st)
{
    return !lstat(name, st) && st->st_dev == file->inode->dev && st->st_ino == file->inode->ino;
}

int file_remove_name(struct file_object *file)
{
    char target[PATH_MAX];
    struct stat st;
    struct fd_path self;
    const char *name = file->unix_path;
    ssize_t n;

    if (file->fd < 0 || !file->inode)
        return 0;
    /* The name as opened may lead elsewhere now, or through a link: the kernel knows the file's own. */
    if (!name || file->is_stream || !names_file(name, file, &st)) {
        n = readlink(fd_path(file->fd, &self), target, sizeof target - 1);
        if (n <= 0)
            return 0;
        target[n] = 0;
        name = target;
        if (!names_file(name, file, &st))
            return 0;
    }
    bool directory = S_ISDIR(st.st_mode), last = directory || st.st_nlink <= 1;
    if (unlinkat(AT_FDCWD, name, directory ? AT_REMOVEDIR : 0)) {
        /* A directory that is not empty, one where nothing may be removed: it stays, as what it was. */
        int err = errno;
        if (mark_of(file))
            remove_mark(file);
        return err;
    }
    if (!last && mark_of(file)) /* the other names are not concerned */
        remove_mark(file);
    path_note_change(AT_FDCWD, name, false);
    if (last)
        file_forget_extended(file, &st);
    return 0;
}

/* Does the mark of an open file say that nobody may open it any more? */
static bool is_due(const struct file_object *file, const struct stat *st)
{
    char text[MARK_MAX];
    struct fd_path self;
    const char *name;
    char kind = read_mark(fd_path(file->fd, &self), st, text, &name);

    return kind == 'p' || (kind == 'c' && !claim_others_delete_on_close(file));
}

/* The file was opened and is marked. It may not be, or its deletion is left to us: then it is gone. */
static NTSTATUS check_mark(struct file_object *file, const struct stat *st)
{
    char text[MARK_MAX];
    const char *opened = file->unix_path, *name = NULL;
    struct fd_path self;

    if (!is_due(file, st))
        return STATUS_SUCCESS;
    if (claim_others_use(file))
        return STATUS_DELETE_PENDING;
    /* It was left by a process that was killed. The name that is to go may be another one than it is opened by now. */
    if (st->st_nlink > 1 && !S_ISDIR(st->st_mode) && read_mark(fd_path(file->fd, &self), st, text, &name) && *name)
        file->unix_path = (char *)name;
    file_remove_name(file);
    remove_mark(file);
    return access(opened, F_OK) ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_SUCCESS;
}

NTSTATUS delete_check_mark(const struct file_object *file, const struct stat *st)
{
    struct inode inode = { .dev = st->st_dev, .ino = st->st_ino };
    struct file_object look = *file; /* it is not in use yet */
    struct fd_path self;
    NTSTATUS status;

    look.inode = &inode;
    if (!file->fd_is_path)
        return check_mark(&look, st);
    look.fd = unix_fd_reserve(open(fd_path(file->fd, &self), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    look.fd_is_path = false;
    if (look.fd < 0)
        return STATUS_SUCCESS;
    status = check_mark(&look, st);
    close(look.fd);
    return status;
}

NTSTATUS delete_check_name(int dirfd, const char *name, char *full)
{
    struct file_object file = { .kind = FILE_KIND_FILE, .fd = -1, .fd_is_path = true, .unix_path = full };
    NTSTATUS status;
    struct stat st;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
        return STATUS_SUCCESS;
    if (share_pending_at(st.st_dev, st.st_ino))
        return STATUS_DELETE_PENDING;
    if (!file_is_extended(full, &st))
        return STATUS_SUCCESS;
    file.fd = unix_fd_reserve(openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (file.fd < 0)
        return STATUS_SUCCESS;
    status = delete_check_mark(&file, &st);
    close(file.fd);
    return status;
}

/* --- asking for it --- */

void delete_on_close(struct file_object *file, bool set)
{
    file->delete_on_close = set;
    if (file->kind != FILE_KIND_FILE && file->kind != FILE_KIND_DIRECTORY)
        return;
    claim_on_close(file, set);
    if (set)
        mark(file, 'c');
    else
        remove_mark(file);
}

bool directory_is_joined(const struct standard_dir *dir)
{
    return dir && (dir->count || path_joined_name(dir, 0) || (dir == path_system32 && options.system_dir));
}

bool directory_is_empty(const struct file_object *file)
{
    if (directory_is_joined(file->standard))
        return false;
    int fd = openat(file->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool empty = true;
    char buffer[2048] __attribute__((aligned(8)));
    struct dirent64 *entry;
    ssize_t n;

    if (fd < 0)
        return true; /* rmdir will say */
    while (empty && (n = getdents64(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < n && empty; at += entry->d_reclen) {
            entry = (void *)(buffer + at);
            empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
        }
    }
    close(fd);
    return empty;
}

static NTSTATUS undo(struct file_object *file)
{
    NTSTATUS status = share_set_delete(file, false);

    if (status)
        return status;
    file->delete_posix = false;
    /* "FALSE has no effect if the handle was opened with FILE_FLAG_DELETE_ON_CLOSE." */
    if (mark_of(file) == 'p') {
        if (file->delete_on_close)
            mark(file, 'c');
        else
            remove_mark(file);
    }
    return STATUS_SUCCESS;
}

/* The last folder that could be changed is not asked again within a tick of the clock. */
static bool asked_lately(const char *folder, bool note)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char last[PATH_MAX];
    static struct timespec at;
    struct timespec now;
    bool same = true;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    pthread_mutex_lock(&lock);
    if (note) {
        strcpy(last, folder);
        at = now;
    } else {
        same = now.tv_nsec == at.tv_nsec && now.tv_sec == at.tv_sec && !strcmp(last, folder);
    }
    pthread_mutex_unlock(&lock);
    return same;
}

/* The name goes when nobody can be told any more that it cannot: on a read-only file system, say. 0, or an errno. */
int file_folder_takes_changes(const struct file_object *file)
{
    const char *slash = file->unix_path ? strrchr(file->unix_path, '/') : NULL;
    char folder[PATH_MAX];
    size_t len = slash ? (size_t)(slash - file->unix_path) + (slash == file->unix_path) : 0;

    if (!len || len >= sizeof folder || file->is_stream)
        return 0;
    memcpy(folder, file->unix_path, len);
    folder[len] = 0;
    if (asked_lately(folder, false))
        return 0;
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS))
        return errno == ENOENT ? 0 : errno;
    asked_lately(folder, true);
    return 0;
}

NTSTATUS file_set_disposition(struct file_object *file, ULONG flags)
{
    struct file_stat st;
    NTSTATUS status;
    int err;

    if (flags &
        ~(FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS | FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK |
          FILE_DISPOSITION_ON_CLOSE | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_INVALID_PARAMETER;
    if (file->ops != &disk_ops || file->is_volume)
        return STATUS_INVALID_PARAMETER;
    if ((flags & FILE_DISPOSITION_ON_CLOSE) && !(flags & FILE_DISPOSITION_DELETE)) {
        delete_on_close(file, false);
        return STATUS_SUCCESS;
    }
    if (!(flags & FILE_DISPOSITION_DELETE))
        return undo(file);
    if (file->fd < 0 || file->installation)
        return STATUS_CANNOT_DELETE;
    err = file_stat_fd(file, &st);
    if (!err)
        err = file_folder_takes_changes(file);
    if (err)
        return status_from_errno(err);
    /* FILE_DISPOSITION_INFORMATION_EX: "STATUS_CANNOT_DELETE indicates that either the file is read-only, or there is an
     * existing mapped view to the file." */
    if ((st.attributes & FILE_ATTRIBUTE_READONLY) && !(flags & FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_CANNOT_DELETE;
    if (file->kind == FILE_KIND_FILE && claim_mapped(file))
        return STATUS_CANNOT_DELETE;
    if (file->kind == FILE_KIND_DIRECTORY && !file->is_symlink && !directory_is_empty(file))
        return STATUS_DIRECTORY_NOT_EMPTY;
    if (flags & FILE_DISPOSITION_ON_CLOSE) {
        delete_on_close(file, true);
        return STATUS_SUCCESS;
    }
    /* With POSIX semantics the name goes when this handle is closed, else when the last of the file's is. */
    status = share_set_delete(file, true);
    if (status)
        return status;
    file->delete_posix = flags & FILE_DISPOSITION_POSIX_SEMANTICS;
    claim_pending(file, true);
    if (!file->delete_posix)
        mark(file, 'p');
    return STATUS_SUCCESS;
}

/* --- closing --- */

/* The last handle of this process goes: does another process, or the mark, say that the file is to be deleted? */
static bool marked_by_others(const struct file_object *file)
{
    struct fd_path self;
    struct stat st;

    return (file->share & FILE_SHARE_DELETE) && share_takes_part(file) && !file->installation && !file->is_symlink &&
           file->fd >= 0 && !file->fd_is_path && !fstat(file->fd, &st) && st.st_nlink &&
           file_is_extended(fd_path(file->fd, &self), &st) && is_due(file, &st);
}

int delete_leave(struct file_object *file)
{
    bool last, pending, posix = file->delete_posix && share_delete_pending(file);
    int err = 0;

    if (!file->inode || file->left)
        return 0;
    pending = share_leave(file, &last);
    if (posix) {
        err = file_remove_name(file);
        share_set_delete(file, false); /* the other names of the file are not concerned */
        return err;
    }
    if (file->delete_on_close && !file->os_position)
        claim_on_close(file, false);
    if (!last || (!pending && !marked_by_others(file)))
        return 0;
    if (file->fd_is_path || claim_give_up(file) || !mark_of(file))
        err = file_remove_name(file);
    else
        left_to_others = true;
    return err;
}

void delete_before_exit(void)
{
    struct file_object *file;
    char path[PATH_MAX];
    struct fd_path self;
    ssize_t n;

    /* Handles are not closed one by one at the end; those of files that may have to go are. */
    while ((file = share_next_leaving())) {
        delete_leave(file);
        object_unref(&file->obj);
    }
    if (journal < 0 || left_to_others)
        return;
    n = readlink(fd_path(journal, &self), path, sizeof path - 1);
    if (n > 0) {
        path[n] = 0;
        unlink(path);
    }
}

void delete_renamed(const struct file_object *file)
{
    char kind = mark_of(file);

    if (kind)
        mark(file, kind);
}
