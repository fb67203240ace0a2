/* SPDX-License-Identifier: MIT */
/* file.c: File objects: their life, and what becomes of the file when they are closed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

static void file_destroy(struct object *obj);

const struct object_type file_type = {
    .name = "File",
    .index = OBJECT_TYPE_FILE,
    .valid_access = FILE_ALL_ACCESS,
    .generic_mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS },
    .destroy = file_destroy,
    .close = file_close,
    .query_name = file_query_name,
};

const char *fd_path(int fd, struct fd_path *path)
{
    static const char folder[] = "/proc/self/fd/";
    char digits[12];
    size_t at = sizeof digits;

    if (fd < 0)
        fd = INT_MAX; /* none */
    digits[--at] = 0; /* by hand, as every opening asks for it */
    do
        digits[--at] = (char)('0' + fd % 10);
    while (fd /= 10);
    memcpy(path->text, folder, sizeof folder - 1);
    memcpy(path->text + sizeof folder - 1, digits + at, sizeof digits - at);
    return path->text;
}

struct file_object *file_alloc(enum file_kind kind, const struct file_ops *ops, int fd, ACCESS_MASK access, ULONG share,
                               ULONG options)
{
    struct file_object *file = calloc(1, sizeof *file);

    if (!file)
        return NULL;
    object_init(&file->obj, &file_type);
    if (object_cell_alloc(&file->obj, CELL_NOTIFICATION, 1, 1)) {
        free(file);
        return NULL;
    }
    file->kind = kind;
    file->ops = ops;
    file->fd = fd;
    file->access = access;
    file->share = share;
    file->options = options;
    pthread_mutex_init(&file->lock, NULL);
    return file;
}

/* A standard folder that is to be changed becomes one on disk. */
NTSTATUS file_make_real(struct file_object *file)
{
    NTSTATUS status;
    int fd;

    if (file->fd >= 0)
        return STATUS_SUCCESS;
    status = path_make_directories(file->unix_path, strlen(file->unix_path));
    if (status)
        return status;
    fd = open(file->unix_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return status_from_errno(errno);
    file->fd = fd < 3 ? unix_fd_reserve(fd) : fd;
    return STATUS_SUCCESS;
}

void file_close(struct object *obj, HANDLE handle)
{
    struct file_object *file = (struct file_object *)obj;

    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) > 1)
        return;
    if (file->pending)
        io_cancel_closed(file);
    lock_release_all(file);
    if (file->keeps_access || file->keeps_write)
        file_restore_times(file);
    delete_leave(file);
    if (file->ops->close)
        file->ops->close(file);
}

static void file_destroy(struct object *obj)
{
    struct file_object *file = (struct file_object *)obj;

    lock_release_all(file); /* if two closes raced, neither was the last */
    delete_leave(file);
    if (file->ops->destroy)
        file->ops->destroy(file);
    if (file->scan)
        directory_scan_free(file->scan);
    if (file->notify)
        notify_free(file->notify);
    share_forget(file);
    if (file->fd >= 0 && !file->fd_borrowed)
        close(file->fd);
    if (file->completion)
        object_unref(file->completion);
    pthread_mutex_destroy(&file->lock);
    free(file->unix_path);
    free(file->long_name);
    if (file->own_dir > 0)
        close(file->own_dir);
    free(file);
}

NTSTATUS file_get_fd(struct object *obj, ACCESS_MASK need, int *fd)
{
    struct file_object *file = (struct file_object *)obj;

    if (obj->type != &file_type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (need & ~file->access)
        return STATUS_ACCESS_DENIED;
    if (file->fd < 0 || file->fd_is_path)
        return STATUS_INVALID_FILE_FOR_SECTION;
    *fd = file->fd;
    return STATUS_SUCCESS;
}
