/* SPDX-License-Identifier: MIT */
/*
 * path_long.c: names that are longer than Linux takes in one call (PATH_MAX, 4,096 bytes). Their directories are opened a part at
 * a time; what is left of the name is relative to the last of them, by its descriptor: /proc/self/fd/N/rest. So nothing else
 * needs to know: such a name is given to the system like any other, as long as the descriptor lives.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define PART 4000 /* of a name in one call; what is left to a name may double it again */

/* How much of the name may be given in one call, up to the end of a component: what may be short names become long ones. */
static size_t part_of(const char *name)
{
    size_t size = 0, whole = 0, at = 0;

    do {
        size_t len = strcspn(name + at, "/");
        size += 1 + (memchr(name + at, '~', len) ? NAME_MAX : len);
        at += len;
        if (size < PART)
            whole = at;
    } while (size < PART && name[at++]);
    return whole;
}

/* Opens a directory whose name is short enough, in whatever case it is; a descriptor or a negative errno. */
static int open_part(int dirfd, const char *name, size_t len)
{
    struct nt_path path = { .kind = PATH_FILE, .dirfd = dirfd, .cap = sizeof path.buffer };
    char text[PART + 1];
    int fd = -1;

    memcpy(text, name, len);
    text[len] = 0;
    fd = openat(dirfd, text, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        return unix_fd_reserve(fd);
    if (errno != ENOENT)
        return -errno;
    path.name = path.buffer;
    fd = -ENOENT;
    if (path_replace(&path, 0, 0, text) && !path_resolve(&path)) {
        fd = openat(dirfd, path.name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        fd = fd < 0 ? -errno : unix_fd_reserve(fd);
    }
    path_free(&path);
    return fd;
}

bool path_is_long(const struct nt_path *path)
{
    size_t above = path->root && path->root->unix_path ? strlen(path->root->unix_path) + 1 : 0;

    return path->kind == PATH_FILE && !path->is_standard &&
           (path->len + above >= PART || (path->root && path->root->long_name) ||
            (path->len >= 3 * (PART / NAME_MAX) && part_of(path->name) < path->len));
}

/* The whole name, for who asks what the file is called. */
static char *whole_name(const struct nt_path *path)
{
    const struct file_object *root = path->root;
    char *name;

    if (!root || path->dirfd == AT_FDCWD)
        return strdup(path->name);
    return asprintf(&name, "%s/%s", root->long_name ? root->long_name : root->unix_path, path->name) < 0 ? NULL : name;
}

NTSTATUS path_shorten(struct nt_path *path)
{
    const char *rest = path->name;
    char *name;
    int dir = path->dirfd;
    bool own = false;

    if (!(path->long_name = whole_name(path)))
        return STATUS_NO_MEMORY;
    for (size_t left = path->len, len; left >= PART / 4 || part_of(rest) < left; left -= len + 1) {
        int fd;
        len = part_of(rest);
        if (len == left)
            while (len && rest[len] != '/')
                len--;
        if (!len)
            break;
        fd = open_part(dir, rest, len);
        if (own)
            close(dir);
        if (fd < 0)
            return fd == -ENOENT || fd == -ENOTDIR ? STATUS_OBJECT_PATH_NOT_FOUND : status_from_errno(-fd);
        dir = fd;
        own = true;
        rest += len + 1;
    }
    if (!own && (dir = unix_fd_reserve(dup(dir))) < 0)
        return STATUS_TOO_MANY_OPENED_FILES;
    path->own_dir = dir;
    if (asprintf(&name, "/proc/self/fd/%d/%s", dir, rest) < 0)
        return STATUS_NO_MEMORY;
    path->fixed = strlen(name) - strlen(rest) - 1;
    path->dirfd = AT_FDCWD;
    path->standard = NULL;
    path->in_drive_c = false;
    bool done = path_replace(path, 0, path->len, name);
    free(name);
    return done ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

void path_give_directory(struct nt_path *path, struct file_object *file)
{
    if (path->own_dir <= 0)
        return;
    if (file->own_dir > 0)
        close(file->own_dir);
    free(file->long_name);
    file->own_dir = path->own_dir;
    file->long_name = path->long_name;
    path->own_dir = 0;
    path->long_name = NULL;
}
