/* SPDX-License-Identifier: MIT */
/*
 * file_attr.c: times and attributes. What has no place in a Unix inode is in extended attributes:
 *   user.transom.attributes  FILE_ATTRIBUTE_* as hexadecimal text, where they differ from what the inode says; behind them a
 *                            reparse point's tag
 *   user.transom.creation    a creation time that a program set, 100 ns since 1601, decimal
 * Reading those costs a system call a file, so a mode bit without meaning on Linux tells which files have any: the sticky bit
 * of files, the set-user-ID bit of directories. Both travel with the file when tools copy or move it. Where file systems have
 * no extended attributes (file_xattr.c), there is no such bit, and all files are asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define ATTRIBUTES_NAME "user.transom.attributes"
#define CREATION_NAME   "user.transom.creation"
#define EPOCH_SECONDS   11644473600ll
#define STAT_MASK       (STATX_BASIC_STATS | STATX_BTIME)

int64_t time_from_unix(int64_t seconds, long nanoseconds)
{
    return (seconds + EPOCH_SECONDS) * 10000000ll + nanoseconds / 100;
}

struct timespec time_to_unix(int64_t time)
{
    struct timespec ts = { .tv_sec = time / 10000000ll - EPOCH_SECONDS, .tv_nsec = time % 10000000ll * 100 };
    return ts;
}

static mode_t marker(mode_t mode)
{
    return S_ISDIR(mode) ? S_ISUID : S_ISREG(mode) ? S_ISVTX : 0;
}

/* What of a file's attributes is kept outside of its inode. */
static ULONG stored_mask(mode_t mode)
{
    return ATTRIBUTES_STORED | FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_REPARSE_POINT |
           (S_ISDIR(mode) ? FILE_ATTRIBUTE_READONLY : 0);
}

/* Reads the extended attributes at a path that follows to the file itself. */
static void read_extended(const char *name, struct file_stat *st)
{
    char text[32], *end;
    ssize_t n = xattr_get(name, ATTRIBUTES_NAME, text, sizeof text - 1);

    st->extended = true;
    if (n > 0) {
        ULONG mask = stored_mask(st->mode);
        text[n] = 0;
        st->attributes = (st->attributes & ~mask) | (strtoul(text, &end, 16) & mask);
        if (st->attributes & FILE_ATTRIBUTE_REPARSE_POINT)
            st->tag = strtoul(end, NULL, 16);
    }
    n = xattr_get(name, CREATION_NAME, text, sizeof text - 1);
    if (n > 0) {
        text[n] = 0;
        st->creation = strtoll(text, NULL, 10);
    }
}

static void fill(const struct statx *sx, struct file_stat *st)
{
    st->access = time_from_unix(sx->stx_atime.tv_sec, sx->stx_atime.tv_nsec);
    st->write = time_from_unix(sx->stx_mtime.tv_sec, sx->stx_mtime.tv_nsec);
    st->change = time_from_unix(sx->stx_ctime.tv_sec, sx->stx_ctime.tv_nsec);
    st->creation = sx->stx_mask & STATX_BTIME ? time_from_unix(sx->stx_btime.tv_sec, sx->stx_btime.tv_nsec) : st->write;
    if (st->creation > st->write && !(sx->stx_mask & STATX_BTIME))
        st->creation = st->write;
    st->size = S_ISREG(sx->stx_mode) ? sx->stx_size : 0;
    st->allocation = S_ISREG(sx->stx_mode) ? sx->stx_blocks * 512 : 0;
    st->dev = makedev(sx->stx_dev_major, sx->stx_dev_minor);
    st->ino = sx->stx_ino;
    st->mode = sx->stx_mode;
    st->tag = 0;
    st->extended = false;
    st->links = S_ISDIR(sx->stx_mode) ? sx->stx_nlink > 0 : sx->stx_nlink;
    st->attributes = S_ISDIR(sx->stx_mode) ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
    if (!S_ISDIR(sx->stx_mode) && !(sx->stx_mode & 0222))
        st->attributes |= FILE_ATTRIBUTE_READONLY;
}

/* A symbolic link's own data. Those that Windows programs make end in "/" for directories, in "/./" for junctions. */
static void fill_link(int dirfd, const char *name, struct file_stat *st)
{
    char target[4096];
    ssize_t n = readlinkat(dirfd, name, target, sizeof target);
    struct statx sx;
    bool dir = n > 0 && target[n - 1] == '/';

    st->tag = n > 3 && !memcmp(target + n - 3, "/./", 3) ? IO_REPARSE_TAG_MOUNT_POINT : IO_REPARSE_TAG_SYMLINK;
    st->attributes = FILE_ATTRIBUTE_REPARSE_POINT;
    if (!dir && *name)
        dir = !statx(dirfd, name, 0, STATX_TYPE, &sx) && S_ISDIR(sx.stx_mode);
    else if (!dir) {
        struct fd_path self;
        dir = !statx(AT_FDCWD, fd_path(dirfd, &self), 0, STATX_TYPE, &sx) && S_ISDIR(sx.stx_mode);
    }
    st->attributes |= dir ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
    st->size = st->allocation = 0;
}

int file_stat_at(int dirfd, const char *name, bool own, struct file_stat *st)
{
    struct statx sx;

    if (statx(dirfd, name, AT_NO_AUTOMOUNT | (own ? AT_SYMLINK_NOFOLLOW : 0), STAT_MASK, &sx))
        return errno;
    fill(&sx, st);
    if (S_ISLNK(sx.stx_mode)) {
        fill_link(dirfd, name, st);
    } else if ((sx.stx_mode & marker(sx.stx_mode)) || xattr_elsewhere(st->dev, dirfd, name)) {
        char *joined = NULL;
        if (dirfd == AT_FDCWD)
            read_extended(name, st);
        else if (asprintf(&joined, "/proc/self/fd/%d/%s", dirfd, name) > 0)
            read_extended(joined, st);
        free(joined);
    }
    return 0;
}

/* The root of Z:, the user's home directory and the user's folders in the prefix (`transom prefix xdg`) hold links that belong
 * to the system (/bin, /lib, ~/Documents): there a link to a directory is shown as the directory. */
bool file_shows_links_as_targets(const char *dir, size_t len)
{
    const char *home = getenv("HOME");
    size_t n = home ? strlen(home) : 0;

    while (n > 1 && home[n - 1] == '/')
        n--;
    if (len <= 1 || (len == n && !memcmp(dir, home, n)))
        return true;
    n = strlen(path_drive_c());
    if (len < n + 7 || memcmp(dir, path_drive_c(), n) != 0 || memcmp(dir + n, "/users/", 7) != 0)
        return false;
    return len == n + 7 + strlen(path_user_name()) && !memcmp(dir + n + 7, path_user_name(), len - n - 7);
}

/* Links to files that Windows programs make begin with "./" or "/./" (reparse.c). */
static bool is_windows_link(int dirfd, const char *name)
{
    char target[4];
    ssize_t n = readlinkat(dirfd, name, target, sizeof target);

    return n > 2 && (!memcmp(target, "./", 2) || (n > 3 && !memcmp(target, "/./", 3)));
}

/*
 * As a program sees the name that asks about attributes or lists a directory. A link that a Windows program made is a
 * reparse point, as it is on Windows; so is any link to a directory, because what deletes or copies trees must not walk
 * through it, and one that leads nowhere. Other links to files, which belong to the Linux side, are shown as the file: a
 * size of zero would mislead programs that never meet links on Windows.
 */
int file_stat_shown(int dirfd, const char *name, bool links_as_targets, struct file_stat *st)
{
    struct file_stat target;
    int err = file_stat_at(dirfd, name, true, st);

    if (err || !(st->attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        return err;
    if (!file_stat_at(dirfd, name, false, &target) &&
        (target.attributes & FILE_ATTRIBUTE_DIRECTORY ? links_as_targets : !is_windows_link(dirfd, name)))
        *st = target;
    return 0;
}

int file_stat_fd(const struct file_object *file, struct file_stat *st)
{
    struct statx sx;
    struct fd_path self;

    if (file->fd < 0) {
        file_stat_virtual(file->standard, file->unix_path, st);
        return 0;
    }
    if (statx(file->fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STAT_MASK, &sx))
        return errno;
    fill(&sx, st);
    if (S_ISLNK(sx.stx_mode))
        fill_link(file->fd, "", st);
    else if ((sx.stx_mode & marker(sx.stx_mode)) || xattr_elsewhere(st->dev, AT_FDCWD, fd_path(file->fd, &self)))
        read_extended(fd_path(file->fd, &self), st);
    return 0;
}

/* A standard folder that is not on disk: as old as the installation. */
void file_stat_virtual(const struct standard_dir *dir, const char *name, struct file_stat *st)
{
    struct statx sx;
    uint64_t hash = 14695981039346656037ull;

    (void)dir;
    memset(st, 0, sizeof *st);
    if (options.system_dir && !statx(AT_FDCWD, options.system_dir, 0, STAT_MASK, &sx)) {
        fill(&sx, st);
        st->creation = st->write;
        st->access = st->change = st->write;
    }
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211ull;
    st->ino = hash | 1ull << 63;
    st->links = 1;
    st->mode = S_IFDIR | 0755;
    st->attributes = FILE_ATTRIBUTE_DIRECTORY;
    st->tag = 0;
    st->size = st->allocation = 0;
}

/* Adds or removes the marker after the extended attributes changed. */
static int set_mode(const char *name, mode_t old, mode_t new)
{
    return (old & 07777) == (new & 07777) || !chmod(name, new & 07777) ? 0 : errno;
}

/* The mode of a file that has extended attributes, where a bit says so. */
static mode_t marked(const char *name, const struct file_stat *st, mode_t mode)
{
    return mode | (xattr_elsewhere(st->dev, AT_FDCWD, name) ? 0 : marker(mode));
}

int file_mark_extended(const char *name, const struct file_stat *st)
{
    return set_mode(name, st->mode, marked(name, st, st->mode));
}

bool file_is_extended(const char *name, const struct stat *st)
{
    return (st->st_mode & marker(st->st_mode)) || xattr_elsewhere(st->st_dev, AT_FDCWD, name);
}

void file_forget_extended(const struct file_object *file, const struct stat *st)
{
    struct fd_path self;

    stream_remove_all(file, st);
    if (file_is_extended(fd_path(file->fd, &self), st))
        objectid_forget(self.text);
    xattr_forget(self.text, st->st_dev);
}

static int store_attributes(const char *name, const struct file_stat *st, ULONG attributes)
{
    char text[32];
    int n = snprintf(text, sizeof text, attributes & FILE_ATTRIBUTE_REPARSE_POINT ? "0x%x 0x%x" : "0x%x",
                     attributes & stored_mask(st->mode), st->tag);

    return xattr_set(name, ATTRIBUTES_NAME, text, n);
}

static mode_t current_umask(void)
{
    /* umask(2) cannot be read without changing it; /proc can. Once is enough: programs cannot change it. */
    static int mask = -1;
    char line[128];
    FILE *in;

    if (mask >= 0)
        return mask;
    in = fopen("/proc/self/status", "re");
    while (in && fgets(line, sizeof line, in)) {
        unsigned value;
        if (sscanf(line, "Umask: %o", &value) == 1) {
            mask = value;
            break;
        }
    }
    if (in)
        fclose(in);
    if (mask < 0)
        mask = 022;
    return mask;
}

int file_set_attributes(const struct file_object *file, ULONG attributes)
{
    const ULONG kept = FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_REPARSE_POINT;
    struct fd_path self;
    const char *name = fd_path(file->fd, &self);
    struct file_stat st;
    ULONG stored, plain = FILE_ATTRIBUTE_ARCHIVE;
    mode_t mode;
    int err;

    if (file->is_symlink)
        return 0; /* Linux links have no attributes; nothing that a program could notice depends on them */
    err = file_stat_fd(file, &st);
    if (err)
        return err;
    mode = st.mode;
    stored = stored_mask(mode);
    if (S_ISDIR(mode))
        plain = 0;
    else if (attributes & FILE_ATTRIBUTE_READONLY)
        mode &= ~0222;
    else if (!(mode & 0222))
        mode |= 0222 & ~current_umask();
    attributes = (attributes & ~kept) | (st.attributes & kept);
    if ((attributes & stored) == plain && !st.extended)
        return set_mode(name, st.mode, mode);
    /* setxattr needs a writable file: the mode changes after it, or before if the file is read-only now */
    const mode_t old_mode = st.mode;
    bool changed = false;
    if (!(st.mode & 0200) && (mode & 0200)) {
        err = set_mode(name, st.mode, mode);
        if (err)
            return err;
        st.mode = mode;
    }
    if ((attributes & stored) != (st.attributes & stored)) {
        err = store_attributes(name, &st, attributes);
        changed = !err;
    }
    /* A file system without user attributes, below no prefix, keeps what the mode can say, as FAT keeps what it can. */
    if (!err || err == ENOTSUP)
        err = set_mode(name, st.mode, err ? mode : marked(name, &st, mode));
    if (!err)
        return 0;
    /* All or nothing */
    if (changed)
        store_attributes(name, &st, st.attributes);
    set_mode(name, st.mode, old_mode);
    return err;
}

/* Sets or clears one of the attributes that programs do not set themselves. */
static int set_special(const struct file_object *file, ULONG attribute, bool on, ULONG tag)
{
    struct fd_path self;
    const char *name = fd_path(file->fd, &self);
    struct file_stat st;
    int err = file_stat_fd(file, &st);

    if (err)
        return err;
    if (attribute == FILE_ATTRIBUTE_REPARSE_POINT)
        st.tag = tag;
    err = store_attributes(name, &st, on ? st.attributes | attribute : st.attributes & ~attribute);
    return err ? err : file_mark_extended(name, &st);
}

int file_set_sparse(const struct file_object *file, bool sparse)
{
    int err = set_special(file, FILE_ATTRIBUTE_SPARSE_FILE, sparse, 0);

    return err == ENOTSUP ? 0 : err; /* every Linux file may have holes, marked or not */
}

int file_set_tag(const struct file_object *file, ULONG tag)
{
    return set_special(file, FILE_ATTRIBUTE_REPARSE_POINT, tag, tag);
}

static int set_creation_time(const struct file_object *file, int64_t time)
{
    struct fd_path self;
    const char *name = fd_path(file->fd, &self);
    struct file_stat st;
    char text[32];
    int n, err = file_stat_fd(file, &st);

    if (err || st.creation == time || !marker(st.mode))
        return err;
    n = snprintf(text, sizeof text, "%lld", (long long)time);
    err = xattr_set(name, CREATION_NAME, text, n);
    if (err)
        return err == ENOTSUP || err == EACCES ? 0 : err;
    return file_mark_extended(name, &st);
}

/*
 * FILE_BASIC_INFORMATION's page, [MS-FSA] 2.1.5.15.2: a time of 0 stays; one that is given, and -1, end the automatic changes by
 * what is done through this handle; -2 begins them again. Linux changes times whatever is done, so they are put back at the end.
 */
static struct timespec new_time(LARGE_INTEGER time, int64_t now, bool *keeps, int64_t *kept)
{
    struct timespec omit = { .tv_nsec = UTIME_OMIT };

    if (!time.QuadPart)
        return omit;
    *keeps = time.QuadPart != -2;
    *kept = time.QuadPart > 0 ? time.QuadPart : now;
    return time.QuadPart > 0 ? time_to_unix(time.QuadPart) : omit;
}

int file_set_times(struct file_object *file, const FILE_BASIC_INFORMATION *info)
{
    struct timespec times[2];
    struct file_stat st = { 0 };
    int err = 0;

    if (info->LastAccessTime.QuadPart == -1 || info->LastWriteTime.QuadPart == -1)
        err = file_stat_fd(file, &st);
    if (!err && info->CreationTime.QuadPart > 0)
        err = set_creation_time(file, info->CreationTime.QuadPart);
    if (err)
        return err;
    times[0] = new_time(info->LastAccessTime, st.access, &file->keeps_access, &file->kept_access);
    times[1] = new_time(info->LastWriteTime, st.write, &file->keeps_write, &file->kept_write);
    if ((times[0].tv_nsec != UTIME_OMIT || times[1].tv_nsec != UTIME_OMIT) &&
        utimensat(file->fd, "", times, AT_EMPTY_PATH))
        return errno;
    return 0;
}

void file_restore_times(const struct file_object *file)
{
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };
    struct file_stat st;

    if (file->fd < 0 || file_stat_fd(file, &st))
        return;
    if (file->keeps_access && st.access != file->kept_access)
        times[0] = time_to_unix(file->kept_access);
    if (file->keeps_write && st.write != file->kept_write)
        times[1] = time_to_unix(file->kept_write);
    if (times[0].tv_nsec != UTIME_OMIT || times[1].tv_nsec != UTIME_OMIT)
        utimensat(file->fd, "", times, AT_EMPTY_PATH);
}
