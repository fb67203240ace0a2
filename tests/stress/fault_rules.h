/* SPDX-License-Identifier: MIT */
/*
 * fault_rules.h: which calls fail, for faults.c (a library for LD_PRELOAD) and faultfs.c (a file system). The names of folders
 * say it, so that a program under test chooses by where it works: on what is in a folder
 *
 *     @CALL@ERROR     CALL fails with ERROR
 *     @CALL+N@ERROR   after it has gone well N times in this folder
 *
 * CALL is one of open, create (opening what makes a file), read, write, truncate, allocate, sync, stat, list, rename, link,
 * unlink, mkdir, xattr, setxattr, time, mode; ERROR an errno's name, or SHORT: the first half is read or written; HELD
 * (faultfs only): it takes until there is a file `release` in the folder. EINTR comes every other time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHORT (-1)
#define HELD  (-2)

static const struct {
    const char *name;
    int number;
} errors[] = {
    { "ENOSPC", ENOSPC },       { "EDQUOT", EDQUOT },       { "EROFS", EROFS },   { "EIO", EIO },
    { "ESTALE", ESTALE },       { "EMFILE", EMFILE },       { "ENFILE", ENFILE }, { "EINTR", EINTR },
    { "ETIMEDOUT", ETIMEDOUT }, { "SHORT", SHORT },         { "HELD", HELD },     { "EACCES", EACCES },
    { "EPERM", EPERM },         { "ENOTSUP", ENOTSUP },     { "ENOMEM", ENOMEM }, { "EHOSTDOWN", EHOSTDOWN },
    { "ENOTCONN", ENOTCONN },   { "EREMOTEIO", EREMOTEIO }, { "EFBIG", EFBIG },   { "ECONNABORTED", ECONNABORTED },
    { "EXDEV", EXDEV },         { "ENETRESET", ENETRESET },
};

/* How often a folder's call has gone well: a few folders a test. */
static struct {
    char name[64];
    unsigned count;
} counts[64];

static unsigned count_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts) && length < sizeof(counts[i].name); i++) {
        if (!counts[i].name[0])
            memcpy(counts[i].name, name, length);
        if (!strncmp(counts[i].name, name, length) && !counts[i].name[length])
            return __atomic_fetch_add(&counts[i].count, 1, __ATOMIC_RELAXED);
    }
    return 0;
}

/* The error that a path's folders ask for; 0: none. */
static int fault_of(const char *path, const char *call)
{
    size_t n = strlen(call);

    for (const char *at = path; (at = strstr(at, "/@")); at++) {
        const char *error, *end = strchr(at + 1, '/');
        unsigned spare = 0;
        if (!end)
            end = at + strlen(at);
        if (strncmp(at + 2, call, n))
            continue;
        error = at + 2 + n;
        if (*error == '+')
            spare = strtoul(error + 1, (char **)&error, 10);
        if (*error++ != '@' || (spare && count_of(at, end - at) < spare))
            continue;
        for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
            if (!strncmp(error, errors[i].name, end - error) && !errors[i].name[end - error])
                return errors[i].number == EINTR && count_of(at, end - at) % 2 ? 0 : errors[i].number;
    }
    return 0;
}
