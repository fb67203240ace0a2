/* SPDX-License-Identifier: MIT */
/*
 * drive.c: drives other than C: and Z:. They are symbolic links in the prefix, <prefix>/drives/d: and so on, which `transom
 * prefix drive` makes; a program's path goes through the link, so that nothing has to be read when a program starts and a
 * new drive is there at once. What kind of drive it is, if it is not a fixed disk, is the text of a link d.type beside it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "path.h"

static bool link_name(char letter, char *name, size_t size)
{
    return (size_t)snprintf(name, size, "%s/drives/%c:", options.prefix_dir, letter | 0x20) < size;
}

size_t drive_root(WCHAR letter, char *name, size_t size)
{
    return link_name((char)letter, name, size) ? strlen(name) : 0;
}

const char *drive_of_path(const char *path, WCHAR *letter)
{
    size_t n = strlen(options.prefix_dir);

    if (strncmp(path, options.prefix_dir, n) || strncmp(path + n, "/drives/", 8))
        return NULL;
    path += n + 8;
    if (path[0] < 'a' || path[0] > 'z' || path[1] != ':' || (path[2] && path[2] != '/'))
        return NULL;
    *letter = path[0] & ~0x20;
    return path + 2;
}

char *drive_path_of(const char *opened, const char *real)
{
    char name[PATH_MAX], root[PATH_MAX], *result;
    WCHAR letter;
    size_t n;

    if (!drive_of_path(opened, &letter) || !link_name((char)letter, name, sizeof name) || !realpath(name, root))
        return NULL;
    n = strlen(root);
    if (n == 1)
        n = 0; /* a drive of its own for / */
    if (strncmp(real, root, n) || (real[n] && real[n] != '/'))
        return NULL;
    return asprintf(&result, "%s%s", name, real + n) < 0 ? NULL : result;
}

int drive_target(char letter, char *target, size_t size)
{
    char name[PATH_MAX];
    ssize_t n;

    if (!link_name(letter, name, sizeof name))
        return ENAMETOOLONG;
    n = readlink(name, target, size - 1);
    if (n < 0)
        return errno;
    target[n] = 0;
    return 0;
}

int drive_link(char letter, const char *target)
{
    char name[PATH_MAX], fresh[PATH_MAX + 16];

    if (!link_name(letter, name, sizeof name))
        return ENAMETOOLONG;
    if (prefix_create())
        return EIO;
    *strrchr(name, '/') = 0;
    if (mkdir(name, 0777) && errno != EEXIST)
        return errno;
    link_name(letter, name, sizeof name);
    /* One that is there is replaced, with no moment without any. */
    snprintf(fresh, sizeof fresh, "%s.%d", name, (int)getpid());
    if (symlink(target, fresh))
        return errno;
    if (!rename(fresh, name))
        return 0;
    int err = errno;
    unlink(fresh);
    return err;
}

int drive_add(char letter, const char *folder)
{
    char target[PATH_MAX];
    struct stat st;

    if (!realpath(folder, target) || stat(target, &st))
        return errno;
    return S_ISDIR(st.st_mode) ? drive_link(letter, target) : ENOTDIR;
}

int drive_remove(char letter)
{
    char name[PATH_MAX];

    if (!link_name(letter, name, sizeof name))
        return ENAMETOOLONG;
    drive_set_type(letter, DRIVE_TYPE_FIXED);
    return unlink(name) ? errno : 0;
}

const char *const drive_type_names[] = { "fixed", "removable", "cdrom", "network", "ram" };

static bool type_name(char letter, char *name, size_t size)
{
    return (size_t)snprintf(name, size, "%s/drives/%c.type", options.prefix_dir, letter | 0x20) < size;
}

enum drive_type drive_type(char letter)
{
    char name[PATH_MAX], text[16];
    ssize_t n = type_name(letter, name, sizeof name) ? readlink(name, text, sizeof text - 1) : -1;

    text[n > 0 ? n : 0] = 0;
    for (unsigned i = 0; i < sizeof drive_type_names / sizeof drive_type_names[0]; i++) {
        if (!strcmp(text, drive_type_names[i]))
            return i;
    }
    return DRIVE_TYPE_FIXED;
}

int drive_set_type(char letter, enum drive_type type)
{
    char name[PATH_MAX];

    if (!type_name(letter, name, sizeof name))
        return ENAMETOOLONG;
    if (unlink(name) && errno != ENOENT)
        return errno;
    return type != DRIVE_TYPE_FIXED && symlink(drive_type_names[type], name) ? errno : 0;
}
