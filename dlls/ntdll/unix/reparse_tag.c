/* SPDX-License-Identifier: MIT */
/*
 * reparse_tag.c: reparse points that are no links: tags of third parties, and of Microsoft's that a filter driver would act on. The
 * file or directory stays what it is; its data are kept in an extended attribute,
 *   user.transom.reparse     what FSCTL_SET_REPARSE_POINT was given
 * and the tag with its attributes (file_attr.c). Who opens it without FILE_OPEN_REPARSE_POINT gets STATUS_IO_REPARSE_TAG_NOT_HANDLED,
 * as on Windows without the filter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "reparse.h"

#define REPARSE_NAME   "user.transom.reparse"
#define GUID_HEADER    (REPARSE_DATA_BUFFER_HEADER_SIZE + sizeof(GUID)) /* of REPARSE_GUID_DATA_BUFFER */
#define MICROSOFT      0x80000000u
#define HAS_CHILDREN   0x10000000u /* a directory with it may have entries */
#define TAG_VALID_BITS 0xf000ffffu

size_t reparse_header(ULONG tag)
{
    return tag & MICROSOFT ? REPARSE_DATA_BUFFER_HEADER_SIZE : GUID_HEADER;
}

/* [MS-FSA] 2.1.5.10.37 */
NTSTATUS reparse_check(const REPARSE_DATA_BUFFER *data, size_t length)
{
    if (length < REPARSE_DATA_BUFFER_HEADER_SIZE || length > MAXIMUM_REPARSE_DATA_BUFFER_SIZE)
        return STATUS_IO_REPARSE_DATA_INVALID;
    if (data->ReparseTag <= 1 || data->ReparseTag & ~TAG_VALID_BITS) /* reserved ones */
        return STATUS_IO_REPARSE_TAG_INVALID;
    return data->ReparseDataLength + reparse_header(data->ReparseTag) == length ? STATUS_SUCCESS
                                                                                : STATUS_IO_REPARSE_DATA_INVALID;
}

/* What is stored, malloc'ed with *size; NULL if the file is no such reparse point. */
static REPARSE_DATA_BUFFER *load(const struct file_object *file, size_t *size)
{
    char *data = malloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    struct fd_path self;
    ssize_t n;

    if (!data)
        return NULL;
    n = xattr_get(fd_path(file->fd, &self), REPARSE_NAME, data, MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    if (n < (ssize_t)REPARSE_DATA_BUFFER_HEADER_SIZE || reparse_check((void *)data, n)) {
        free(data);
        return NULL;
    }
    *size = n;
    return (void *)data;
}

/* May the point be changed by who says this tag, and GUID? */
static NTSTATUS match(const REPARSE_DATA_BUFFER *old, const REPARSE_DATA_BUFFER *new)
{
    if (old->ReparseTag != new->ReparseTag)
        return STATUS_IO_REPARSE_TAG_MISMATCH;
    if (!(old->ReparseTag & MICROSOFT) && memcmp((const char *)old + 8, (const char *)new + 8, sizeof(GUID)))
        return STATUS_REPARSE_ATTRIBUTE_CONFLICT;
    return STATUS_SUCCESS;
}

NTSTATUS reparse_tag_get(struct io *io)
{
    size_t size;
    REPARSE_DATA_BUFFER *data = load(io->file, &size);
    NTSTATUS status = STATUS_SUCCESS;

    if (!data)
        return STATUS_NOT_A_REPARSE_POINT;
    if (io->length < reparse_header(data->ReparseTag)) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        io->information = size < io->length ? size : io->length;
        if (!user_copy_out(io->buffer, data, io->information))
            status = STATUS_ACCESS_VIOLATION;
        else if (size > io->length)
            status = STATUS_BUFFER_OVERFLOW;
    }
    free(data);
    return status;
}

NTSTATUS reparse_tag_set(struct io *io, const REPARSE_DATA_BUFFER *data)
{
    struct file_object *file = io->file;
    struct fd_path self;
    size_t size;
    REPARSE_DATA_BUFFER *old;
    NTSTATUS status = STATUS_SUCCESS;
    int err;

    if (file->fd < 0 || file->installation || (file->kind != FILE_KIND_FILE && file->kind != FILE_KIND_DIRECTORY))
        return STATUS_ACCESS_DENIED;
    if (file->is_symlink)
        return STATUS_IO_REPARSE_TAG_MISMATCH;
    old = load(file, &size);
    if (old)
        status = match(old, data);
    else if (file->kind == FILE_KIND_DIRECTORY && !(data->ReparseTag & HAS_CHILDREN) && !directory_is_empty(file))
        status = STATUS_DIRECTORY_NOT_EMPTY;
    free(old);
    if (status)
        return status;
    size = data->ReparseDataLength + reparse_header(data->ReparseTag);
    err = xattr_set(fd_path(file->fd, &self), REPARSE_NAME, data, size);
    if (!err)
        err = file_set_tag(file, data->ReparseTag);
    return status_from_errno(err);
}

NTSTATUS reparse_tag_delete(struct io *io, const REPARSE_DATA_BUFFER *data)
{
    struct file_object *file = io->file;
    struct fd_path self;
    size_t size;
    REPARSE_DATA_BUFFER *old = load(file, &size);
    NTSTATUS status;
    int err;

    if (!old)
        return STATUS_NOT_A_REPARSE_POINT;
    status = match(old, data);
    free(old);
    if (status)
        return status;
    err = file_set_tag(file, 0);
    if (!err)
        err = xattr_remove(fd_path(file->fd, &self), REPARSE_NAME);
    return status_from_errno(err);
}

bool reparse_tag_blocks(int fd, const struct stat *st)
{
    struct file_object file = { .fd = fd };
    struct fd_path self;
    struct file_stat own;

    if (!(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) || !file_is_extended(fd_path(fd, &self), st))
        return false;
    return !file_stat_fd(&file, &own) && (own.attributes & FILE_ATTRIBUTE_REPARSE_POINT);
}
