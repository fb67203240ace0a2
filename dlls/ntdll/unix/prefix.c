/* SPDX-License-Identifier: MIT */
/* prefix.c: making the prefix: one directory with drive_c in it, either there whole or not at all. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unix.h"

/* mkdir -p of everything above the last component. */
static bool make_parents(const char *path)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof(copy))
        return false;
    strcpy(copy, path);
    for (char *p = copy + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        if (mkdir(copy, 0777) && errno != EEXIST && errno != EISDIR)
            return false;
        *p = '/';
    }
    return true;
}

NTSTATUS prefix_create(void)
{
    char drive[PATH_MAX], fresh[PATH_MAX], inner[PATH_MAX + 16];
    struct stat st;
    snprintf(drive, sizeof(drive), "%s/drive_c", options.prefix_dir);
    if (!stat(drive, &st))
        return STATUS_SUCCESS;
    if (!stat(options.prefix_dir, &st)) /* an empty folder the user made */
        return mkdir(drive, 0777) && errno != EEXIST ? status_from_errno(errno) : STATUS_SUCCESS;
    if (!make_parents(options.prefix_dir))
        return status_from_errno(errno);
    snprintf(fresh, sizeof(fresh), "%s.XXXXXX", options.prefix_dir);
    if (!mkdtemp(fresh))
        return status_from_errno(errno);
    snprintf(inner, sizeof(inner), "%s/drive_c", fresh);
    NTSTATUS status = STATUS_SUCCESS;
    if (mkdir(inner, 0777) || rename(fresh, options.prefix_dir)) {
        int error = errno;
        rmdir(inner);
        rmdir(fresh);
        /* Somebody else was first: theirs is as good. */
        status = error == EEXIST || error == ENOTEMPTY ? STATUS_SUCCESS : status_from_errno(error);
    }
    return status;
}
