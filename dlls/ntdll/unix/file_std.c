/* SPDX-License-Identifier: MIT */
/* file_std.c: Descriptors 0, 1 and 2 of the process as files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

static struct file_object *wrap_std_fd(int fd)
{
    ACCESS_MASK access = SYNCHRONIZE | READ_CONTROL | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES;
    struct file_object *file;
    struct termios termios;
    struct stat st;
    int mode;

    if (fstat(fd, &st))
        return NULL;
    mode = fd ? O_WRONLY : O_RDONLY;
    if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
        mode = fcntl(fd, F_GETFL) & O_ACCMODE;
    if (mode != O_WRONLY)
        access |= FILE_GENERIC_READ;
    if (mode != O_RDONLY)
        access |= FILE_GENERIC_WRITE;
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
        file = pipe_wrap_fd(fd, access, st.st_mode);
    } else if (S_ISCHR(st.st_mode)) {
        if (!tcgetattr(fd, &termios))
            file = console_open(fd, FILE_GENERIC_READ | FILE_GENERIC_WRITE, fd == 0);
        else
            file = file_alloc(FILE_KIND_CHAR, &char_ops, fd, access, 0, 0);
    } else {
        file = file_alloc(S_ISDIR(st.st_mode) ? FILE_KIND_DIRECTORY : FILE_KIND_FILE, &disk_ops, fd, access,
                          FILE_SHARE_VALID_FLAGS, 0);
        if (file) {
            char target[4096];
            struct fd_path self;
            ssize_t n = readlink(fd_path(fd, &self), target, sizeof target - 1);
            if (n > 0 && target[0] == '/') {
                target[n] = 0;
                file->unix_path = strdup(target);
            }
            file->os_position = true;
        }
    }
    if (!file)
        return NULL;
    file->fd_borrowed = true;
    file->options = FILE_SYNCHRONOUS_IO_NONALERT;
    return file;
}

NTSTATUS file_create_std_handles(HANDLE out[3])
{
    for (int fd = 0; fd < 3; fd++) {
        struct file_object *file = wrap_std_fd(fd);
        NTSTATUS status;
        out[fd] = NULL;
        if (!file)
            continue;
        status = handle_create(&file->obj, file->access, OBJ_INHERIT, &out[fd]);
        object_unref(&file->obj);
        if (status)
            return status;
    }
    return STATUS_SUCCESS;
}
