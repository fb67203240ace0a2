/* SPDX-License-Identifier: MIT */
/*
 * file_id.c: files by their number (FILE_OPEN_BY_FILE_ID). One that is open here is found at once, and with CAP_DAC_READ_SEARCH the
 * kernel opens others (open_by_handle_at), where its handles are little more than numbers. Without that right, or on other file systems,
 * the names are looked through: those in the folder of the file that names the volume first, then the whole file system that it is on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

struct wanted {
    dev_t dev;
    uint64_t ino;
};

/* The path of an open descriptor, if it is the file. */
static char *path_if(int fd, const struct wanted *wanted)
{
    char target[PATH_MAX];
    struct fd_path self;
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) || st.st_ino != wanted->ino || st.st_dev != wanted->dev || !st.st_nlink)
        return NULL;
    n = readlink(fd_path(fd, &self), target, sizeof target - 1);
    if (n <= 0 || target[0] != '/')
        return NULL;
    target[n] = 0;
    /* The kernel may not know the name of what nobody has looked up: then it is an invented one. */
    return !lstat(target, &st) && st.st_ino == wanted->ino && st.st_dev == wanted->dev ? strdup(target) : NULL;
}

/* ext2 to ext4, f2fs and others take a number with any generation as a handle of this form (FILEID_INO32_GEN). */
static char *by_handle(const char *mount, const struct wanted *wanted)
{
    struct {
        struct file_handle handle;
        uint32_t ino, generation;
    } number = { .handle = { .handle_bytes = 8, .handle_type = 1 }, .ino = (uint32_t)wanted->ino };
    char *path = NULL;
    int fd, mount_fd;

    _Static_assert(sizeof number == sizeof(struct file_handle) + 8, "the number follows the header");
    if (wanted->ino > UINT32_MAX)
        return NULL;
    mount_fd = unix_fd_reserve(open(mount, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (mount_fd < 0)
        return NULL;
    fd = unix_fd_reserve(open_by_handle_at(mount_fd, &number.handle, O_PATH | O_CLOEXEC));
    close(mount_fd);
    if (fd < 0)
        return NULL;
    path = path_if(fd, wanted);
    close(fd);
    return path;
}

static char *search(int parent, const char *name, const char *path, const struct wanted *wanted)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    struct stat st;
    char *found = NULL, *inner;

    if (!dir || fstat(fd, &st) || st.st_dev != wanted->dev) {
        if (dir)
            closedir(dir);
        else if (fd >= 0)
            close(fd);
        return NULL;
    }
    while (!found && (entry = readdir(dir))) {
        bool match = entry->d_ino == wanted->ino, folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || (!match && !folder))
            continue;
        if (asprintf(&inner, "%s/%s", strcmp(path, "/") ? path : "", entry->d_name) < 0)
            break;
        if (match && !fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && st.st_ino == wanted->ino &&
            st.st_dev == wanted->dev)
            found = strdup(inner);
        else if (folder)
            found = search(fd, entry->d_name, inner, wanted);
        free(inner);
    }
    closedir(dir);
    return found;
}

/* The highest folder above the path on the same file system; changes the path. */
static void go_to_root(char *path, dev_t dev)
{
    struct stat st;

    for (char *slash; (slash = strrchr(path, '/')) && path[1];) {
        char kept = slash[slash == path];
        slash[slash == path] = 0;
        if (stat(path, &st) || st.st_dev != dev) {
            slash[slash == path] = kept;
            return;
        }
    }
}

char *file_path_by_id(const struct file_object *volume, uint64_t id)
{
    struct wanted wanted = { .ino = id };
    char *found = share_path_of(id), *path, *slash;
    struct stat st;

    if (!found)
        found = links_folder_of(id);
    if (found || !volume || !volume->unix_path || stat(volume->unix_path, &st))
        return found;
    wanted.dev = st.st_dev;
    if ((found = by_handle(volume->unix_path, &wanted)))
        return found;
    if (!(path = strdup(volume->unix_path)))
        return NULL;
    if (!S_ISDIR(st.st_mode) && (slash = strrchr(path, '/')))
        slash[slash == path] = 0;
    if (!(found = search(AT_FDCWD, path, path, &wanted))) {
        go_to_root(path, wanted.dev);
        found = search(AT_FDCWD, path, path, &wanted);
    }
    free(path);
    return found;
}
