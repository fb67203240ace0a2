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

    if (*end <= path->fixed) /* there is no such drive: the name's last component, or not */
        return path->kind == PATH_VOLUME ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
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
    char target[PATH_MAX];

    if (path->name[path->fixed] != '/' || path->joined ||
        !path_joined_file(path->standard, path->name + path->fixed + 1, target) ||
        !(path->prefix_name = strdup(path->name)))
        return false;
    path->joined = path_replace(path, 0, path->len, target);
    return path->joined;
}

/*
 * Programs that search for a file in one directory after the other (compilers, loaders) ask for names that are mostly not there, and
 * some spell all names in their own way. For such directories the table of names is asked before the file system: one look at
 * the directory instead of one at the file and one at the directory. What is remembered of directories, by their names' hashes,
 * is only how the last attempts ended; whether a table can be relied on, path_ask() finds out.
 */
#define SCORES       1024
#define SCORE_GUESS  2 /* so many names in a row were not there */
#define SCORE_MOST   4
#define SCORE_MISSED -8 /* the table was asked for nothing */
static int8_t scores[SCORES];

/* The score of the directory that a name is in; *slash: the length of the directory's name. NULL: it is one that is joined. */
static int8_t *score_of(const struct nt_path *path, size_t *slash)
{
    const char *last = memrchr(path->name, '/', path->len);
    uint64_t hash = (uint64_t)path->dirfd, part;
    size_t i;

    *slash = last ? (size_t)(last - path->name) : 0;
    if (path->is_standard || path->joined || path->len <= path->fixed || (path->standard && *slash <= path->fixed))
        return NULL;
    for (i = 0; i + sizeof part <= *slash; i += sizeof part) {
        memcpy(&part, path->name + i, sizeof part);
        hash = (hash ^ part) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 32;
    }
    for (part = 0; i < *slash; i++)
        part = part << 8 | (unsigned char)path->name[i];
    hash = (hash ^ part) * 0x9e3779b97f4a7c15ull;
    return &scores[hash >> 54];
}

NTSTATUS path_guess(struct nt_path *path)
{
    size_t slash, start;
    int8_t *score = score_of(path, &slash);
    enum path_answer answer;
    char *found;
    bool plain;

    if (!score || __atomic_load_n(score, __ATOMIC_RELAXED) < SCORE_GUESS)
        return STATUS_SUCCESS;
    start = path->name[slash] == '/' ? slash + 1 : 0;
    if (slash) {
        path->name[slash] = 0;
        answer = path_ask(path->dirfd, path->name, path->name + start, path->len - start, &found, &plain);
        path->name[slash] = '/';
    } else {
        answer = path_ask(path->dirfd, start ? "/" : ".", path->name + start, path->len - start, &found, &plain);
    }
    if (answer == PATH_UNSURE) {
        __atomic_store_n(score, SCORE_MISSED, __ATOMIC_RELAXED);
        return STATUS_SUCCESS;
    }
    if (answer == PATH_RESPELLED) {
        bool replaced = path_replace(path, start, path->len, found);
        free(found);
        return replaced ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    path->plain_above = plain;
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS resolve(struct nt_path *path, bool tried)
{
    size_t end = path->len;
    NTSTATUS status;

    if (path->is_standard || (path->len == 1 && path->name[0] == '/'))
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
    size_t slash;
    int8_t *score = score_of(path, &slash);
    NTSTATUS status = resolve(path, true);

    if (score && (!status || status == STATUS_OBJECT_NAME_NOT_FOUND)) {
        int8_t before = __atomic_load_n(score, __ATOMIC_RELAXED);
        if (before < SCORE_MOST)
            __atomic_store_n(score, before + 1, __ATOMIC_RELAXED);
    }
    return status;
}
