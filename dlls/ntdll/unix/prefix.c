/* SPDX-License-Identifier: MIT */
/*
 * prefix.c: making a prefix. It is put together under another name and renamed into place, so that a prefix is either
 * whole or absent, and of many processes that make it at once one wins and the others use its.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unix.h"

/* mkdir -p of everything above `path`. */
static int make_parents(const char *path)
{
    char *copy = strdup(path);
    int err = 0;

    if (!copy)
        return ENOMEM;
    for (char *slash = strchr(copy + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(copy, 0777) && errno != EEXIST)
            err = errno;
        *slash = '/';
    }
    free(copy);
    return err;
}

static int make_whole(const char *prefix)
{
    char *name, *drive;
    int err;

    if (asprintf(&name, "%s.new-XXXXXX", prefix) < 0)
        return ENOMEM;
    if (!mkdtemp(name)) {
        err = errno;
        free(name);
        return err;
    }
    chmod(name, 0700);
    if (asprintf(&drive, "%s/drive_c", name) < 0) {
        rmdir(name);
        free(name);
        return ENOMEM;
    }
    err = mkdir(drive, 0777) || rename(name, prefix) ? errno : 0;
    if (err) { /* another process was first, or it failed */
        rmdir(drive);
        rmdir(name);
    }
    free(drive);
    free(name);
    return err;
}

NTSTATUS prefix_create(void)
{
    static bool made;
    const char *prefix = options.prefix_dir;
    struct stat st;
    char *drive;
    int err;

    if (__atomic_load_n(&made, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    err = make_parents(prefix);
    if (!err && stat(prefix, &st))
        err = make_whole(prefix);
    if (err && err != EEXIST && err != ENOTEMPTY)
        return status_from_errno(err);
    /* a directory that somebody else made for the purpose */
    if (asprintf(&drive, "%s/drive_c", prefix) < 0)
        return STATUS_NO_MEMORY;
    err = mkdir(drive, 0777) && errno != EEXIST ? errno : 0;
    free(drive);
    if (err)
        return status_from_errno(err);
    __atomic_store_n(&made, true, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}
