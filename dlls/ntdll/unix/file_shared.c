/* SPDX-License-Identifier: MIT */
/* file_shared.c: files that come from another process or go to one: inherited and duplicated handles. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include "pipe.h"

struct file_object *file_wrap(int fd, ACCESS_MASK access, ULONG options, uint32_t form)
{
    struct stat st;
    struct termios termios;
    struct file_object *file;
    if (fstat(fd, &st))
        return NULL;
    bool is_path = fcntl(fd, F_GETFL) & O_PATH; /* opened for its attributes only */
    if (options & FILE_OPTION_PIPE)
        return pipe_unpack(fd, access, options);
    if (options & FILE_OPTION_SOCKET)
        return socket_wrap_fd(fd, access, options);
    if (options & FILE_OPTION_SERIAL)
        return serial_wrap(fd, access, options);
    if (options & FILE_OPTION_CONSOLE) {
        file = console_wrap(fd, access, form);
        form = 0;
        options &= ~(ULONG)FILE_OPTION_CONSOLE;
    } else if (!is_path && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        file = pipe_wrap_fd(fd, access, st.st_mode);
    else if (!is_path && S_ISCHR(st.st_mode) && !tcgetattr(fd, &termios))
        file = console_open(fd, access, !(access & FILE_WRITE_DATA) || fd == 0);
    else if (!is_path && S_ISCHR(st.st_mode))
        file = file_alloc(FILE_KIND_CHAR, &char_ops, fd, access, 0, 0);
    else
        file = file_alloc(S_ISDIR(st.st_mode) ? FILE_KIND_DIRECTORY : FILE_KIND_FILE, &disk_ops, fd, access,
                          FILE_SHARE_VALID_FLAGS, 0);
    if (!file)
        return NULL;
    if (file->ops == &disk_ops) {
        char target[PATH_MAX];
        struct fd_path self;
        ssize_t n = readlink(fd_path(fd, &self), target, sizeof(target) - 1);
        if (n > 0 && target[0] == '/') {
            target[n] = 0;
            file->unix_path = strdup(target);
        }
        file->os_position = !is_path;
        file->fd_is_path = is_path;
        file->is_symlink = S_ISLNK(st.st_mode);
    }
    file->options = options;
    file->append_only = form != 0;
    return file;
}

uint32_t file_form(const struct file_object *file, uint32_t *options)
{
    *options = file->options;
    if (file->kind != FILE_KIND_CONSOLE)
        return file->append_only;
    *options |= FILE_OPTION_CONSOLE;
    return console_form(file);
}

/* How a file travels: by its descriptor, or as what pipe_export() says. */
struct file_form {
    uint32_t access, share, options, form, pipe_follows;
};

NTSTATUS file_export(struct file_object *file, void **data, uint32_t *size, int *fd)
{
    struct file_form *form;
    if (file->kind == FILE_KIND_PIPE && (file->fd < 0 || pipe_is_linked(file))) {
        NTSTATUS status = pipe_export(file, sizeof(*form), data, size, fd);
        if (!status)
            ((struct file_form *)*data)->pipe_follows = 1;
        return status;
    }
    if (file->fd < 0)
        return STATUS_NOT_SUPPORTED;
    if (!file->os_position && !file->fd_is_path && file->kind == FILE_KIND_FILE) {
        /* From now on the position is shared with the other process, as it is on Windows: the descriptor keeps it. */
        pthread_mutex_lock(&file->lock);
        lseek(file->fd, file->position, SEEK_SET);
        file->os_position = true;
        pthread_mutex_unlock(&file->lock);
    }
    if (!(form = malloc(sizeof(*form))))
        return STATUS_NO_MEMORY;
    *form = (struct file_form){ .access = file->access, .share = file->share };
    form->form = file_form(file, &form->options);
    *fd = unix_fd_reserve(fcntl(file->fd, F_DUPFD_CLOEXEC, 3));
    if (*fd < 0) {
        free(form);
        return status_from_errno(errno);
    }
    *data = form;
    *size = sizeof(*form);
    return STATUS_SUCCESS;
}

NTSTATUS file_import(const void *data, size_t size, int *fd, struct object **obj)
{
    struct file_form form;
    struct file_object *file;
    if (size < sizeof(form))
        return STATUS_INVALID_PARAMETER;
    memcpy(&form, data, sizeof(form));
    if (form.pipe_follows) {
        NTSTATUS status = pipe_import((const char *)data + sizeof(form), size - sizeof(form), fd, &file);
        if (!status)
            *obj = &file->obj;
        return status;
    }
    if (size != sizeof(form) || *fd < 0)
        return STATUS_INVALID_PARAMETER;
    file = file_wrap(*fd, form.access, form.options, form.form);
    if (!file)
        return STATUS_NO_MEMORY;
    *fd = -1;
    *obj = &file->obj;
    return share_adopt(file, form.share);
}

/* An object that has been to another process and back is a second one here, of the same open file. */
bool file_is_same(struct file_object *a, struct file_object *b)
{
    struct pipe_link *link[2] = { NULL, NULL };
    int fds[2] = { a->fd, b->fd };
    bool same = a->kind == b->kind && a->access == b->access;
    if (same && pipe_is_linked(a) && pipe_is_linked(b))
        same = !pipe_get_link(a->data, &link[0]) && !pipe_get_link(b->data, &link[1]);
    for (int i = 0; i < 2; i++)
        if (link[i])
            fds[i] = link[i]->socket;
    pid_t self = getpid();
    same = same && fds[0] >= 0 && fds[1] >= 0 && !syscall(SYS_kcmp, self, self, KCMP_FILE, fds[0], fds[1]);
    for (int i = 0; i < 2; i++)
        if (link[i])
            pipe_link_unref(link[i]);
    return same;
}
