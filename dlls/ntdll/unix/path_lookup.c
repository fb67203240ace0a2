/* SPDX-License-Identifier: MIT */
/* path_lookup.c: from a name that was not found as it is spelled to the one that exists. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "path.h"

/* Makes path->name[0..end) a spelling that exists; *end moves with it. `tried`: it is known not to exist as it is. */
static NTSTATUS resolve_until(struct nt_path *path, size_t *end, bool tried)
{
    size_t slash = *end, start;
    bool resolved = false, plain;
    struct statx st;
    char saved, *found;
    const char *dir;
    NTSTATUS status;
    int err;

    if (*end <= path->fixed)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (!tried) {
        saved = path->name[*end];
        path->name[*end] = 0;
        err = statx(path->dirfd, path->name, 0, STATX_TYPE, &st) ? errno : 0;
        path->name[*end] = saved;
        if (!err)
            return STATUS_SUCCESS;
        if (err != ENOENT && err != ENOTDIR)
            return status_from_errno(err);
    }
    while (slash > path->fixed && path->name[slash - 1] != '/')
        slash--;
    start = slash;
    if (slash > path->fixed)
        slash--;
    for (;;) {
        /* the directory is name[0..slash), the component name[start..end); of "/" they touch */
        bool cut = slash && slash < start;
        if (cut) {
            saved = path->name[slash];
            path->name[slash] = 0;
            dir = path->name;
        } else {
            dir = path->name[0] == '/' ? "/" : ".";
        }
        err = path_lookup(path->dirfd, dir, path->name + start, *end - start, &found, &plain);
        if (cut)
            path->name[slash] = saved;
        if (!err)
            break;
        if (err == ENOTDIR)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (err != ENOENT)
            return status_from_errno(err);
        if (resolved) /* the directory is a link that leads nowhere, or it is gone by now */
            return STATUS_OBJECT_PATH_NOT_FOUND;
        resolved = true;
        size_t old = slash;
        status = resolve_until(path, &slash, false);
        if (status)
            return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_OBJECT_PATH_NOT_FOUND : status;
        start += slash - old;
        *end += slash - old;
    }
    path->plain_above = plain; /* the last component's is the last to be set */
    if (!found)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (!path_replace(path, start, *end, found)) {
        free(found);
        return STATUS_NO_MEMORY;
    }
    *end = start + strlen(found);
    free(found);
    return STATUS_SUCCESS;
}

/* The installation's half of C:\windows\system32: its names are ASCII lower case, so no look-up is needed. */
static bool resolve_in_system(struct nt_path *path)
{
    const char *rest = path->name + path->fixed;
    char *name = malloc(strlen(options.system_dir) + strlen(rest) + 1), *p;
    struct statx st;

    if (!name)
        return false;
    p = stpcpy(name, options.system_dir);
    for (; *rest; rest++)
        *p++ = *rest >= 'A' && *rest <= 'Z' ? *rest + 0x20 : *rest;
    *p = 0;
    if (statx(AT_FDCWD, name, 0, STATX_TYPE, &st)) {
        free(name);
        return false;
    }
    path->prefix_name = strdup(path->name);
    if (!path->prefix_name || !path_replace(path, 0, path->len, name)) {
        free(name);
        return false;
    }
    free(name);
    path->joined = true;
    return true;
}

/* A file that the prefix has in a standard folder in another spelling; what the installation has there comes after it. */
static bool resolve_in_prefix(struct nt_path *path)
{
    size_t at = path->fixed + 1;
    char *found = NULL;
    bool done = false;

    if (path->name[path->fixed] != '/' || strchr(path->name + at, '/'))
        return false;
    path->name[path->fixed] = 0;
    if (path_lookup(path->dirfd, path->name, path->name + at, path->len - at, &found, NULL))
        found = NULL;
    path->name[path->fixed] = '/';
    if (found)
        done = path_replace(path, at, path->len, found);
    free(found);
    return done;
}

/* One that is a file of Linux. */
static bool resolve_joined(struct nt_path *path)
{
    const char *target =
        path->name[path->fixed] == '/' ? path_joined_file(path->standard, path->name + path->fixed + 1) : NULL;

    if (!target || path->joined || !(path->prefix_name = strdup(path->name)))
        return false;
    path->joined = path_replace(path, 0, path->len, target);
    return path->joined;
}

static NTSTATUS resolve(struct nt_path *path, bool tried)
{
    size_t end = path->len;
    NTSTATUS status;

    if (path->is_standard)
        return STATUS_SUCCESS;
    if (path->standard == path_system32 && options.system_dir) {
        if (resolve_in_prefix(path) || resolve_in_system(path))
            return STATUS_SUCCESS;
    }
    status = resolve_until(path, &end, tried);
    if (status && path->standard && resolve_joined(path))
        return STATUS_SUCCESS;
    if (status == STATUS_OBJECT_PATH_NOT_FOUND && path->standard && path->name[path->fixed] == '/' &&
        !strchr(path->name + path->fixed + 1, '/'))
        return STATUS_OBJECT_NAME_NOT_FOUND; /* in a standard folder that is not on disk yet */
    return status;
}

NTSTATUS path_resolve(struct nt_path *path)
{
    return resolve(path, false);
}

NTSTATUS path_resolve_other(struct nt_path *path)
{
    return resolve(path, true);
}
