/* SPDX-License-Identifier: MIT */
/*
 * security_file.c: the security descriptors of files, in an extended attribute. They are kept for the programs that read
 * them back; who may open a file is what the Unix mode says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include "file.h"
#include "security.h"

#define SECURITY_NAME "user.transom.security"

/* By the descriptor's name, as the descriptor itself may be one of O_PATH. */
static bool attribute_path(const struct object *obj, char path[32])
{
    const struct file_object *file = (const struct file_object *)obj;

    if (obj->type != &file_type || file->fd < 0 || file->is_symlink ||
        (file->kind != FILE_KIND_FILE && file->kind != FILE_KIND_DIRECTORY))
        return false;
    snprintf(path, 32, "/proc/self/fd/%d", file->fd);
    return true;
}

void *security_file_load(const struct object *obj, size_t *size)
{
    char path[32], *data = NULL;
    ssize_t n;

    if (!attribute_path(obj, path))
        return NULL;
    while ((n = getxattr(path, SECURITY_NAME, NULL, 0)) > 0) {
        free(data);
        if (!(data = malloc((size_t)n)))
            return NULL;
        n = getxattr(path, SECURITY_NAME, data, (size_t)n);
        if (n >= 0 || errno != ERANGE) /* else it has grown meanwhile */
            break;
    }
    if (n <= 0) {
        free(data);
        return NULL;
    }
    *size = (size_t)n;
    return data;
}

/* Where the file system keeps no such attributes, it is as on one without security (FAT): accepted, and forgotten. */
NTSTATUS security_file_store(const struct object *obj, const void *descriptor, size_t size)
{
    char path[32];

    if (!attribute_path(obj, path) || !setxattr(path, SECURITY_NAME, descriptor, size, 0))
        return STATUS_SUCCESS;
    if (errno == ENOTSUP || errno == ENOSPC || errno == E2BIG)
        return STATUS_SUCCESS;
    return status_from_errno(errno);
}
