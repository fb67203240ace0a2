/* SPDX-License-Identifier: MIT */
/*
 * pipe_raw.c: ends that are Unix pipes and sockets: those that CreatePipe makes, which native children get as they are, and
 * what this process was given by a native parent. Bytes go straight between the descriptor and the program's buffer.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "pipe.h"
#include "thread.h"

/* One transfer; never blocks if `wait` is false. */
static ssize_t transfer(struct file_object *file, void *buffer, size_t length, bool write_it, bool wait)
{
    const struct pipe_end *end = file->data;
    struct iovec vec = { buffer, length };
    ssize_t n;

    if (end->socket) {
        int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
        return write_it ? send(file->fd, buffer, length, flags) : recv(file->fd, buffer, length, flags);
    }
    if (wait) /* nothing cancels our threads, which is what read() and write() prepare for with two atomic operations */
        return syscall(write_it ? SYS_write : SYS_read, file->fd, buffer, length);
    n = write_it ? pwritev2(file->fd, &vec, 1, -1, RWF_NOWAIT) : preadv2(file->fd, &vec, 1, -1, RWF_NOWAIT);
    if (!n && !write_it && length) { /* the end; of a FIFO perhaps only that nobody has come to write yet */
        struct pollfd ended = { .fd = file->fd, .events = POLLIN };
        if (poll(&ended, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
    }
    if (n < 0 && errno == EOPNOTSUPP) { /* kernels that cannot do that with a pipe: ask first */
        struct pollfd ready = { .fd = file->fd, .events = write_it ? POLLOUT : POLLIN };
        if (poll(&ready, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
        if (write_it && length > PIPE_BUF_SIZE)
            length = PIPE_BUF_SIZE; /* that much fits without blocking when POLLOUT is set */
        n = write_it ? write(file->fd, buffer, length) : read(file->fd, buffer, length);
    }
    return n;
}

static bool may_wait(struct io *io)
{
    struct pipe_end *end = io->file->data;
    return file_is_synchronous(io->file) && end->completion_mode == FILE_PIPE_QUEUE_OPERATION;
}

static NTSTATUS would_block(struct io *io)
{
    struct pipe_end *end = io->file->data;
    return end->completion_mode == FILE_PIPE_QUEUE_OPERATION ? STATUS_PENDING
           : io->write                                       ? STATUS_SUCCESS
                                                             : STATUS_PIPE_EMPTY;
}

/* Reading no bytes waits for some to be there, and takes none. */
static NTSTATUS await_bytes(struct io *io)
{
    struct pollfd ready = { .fd = io->file->fd, .events = POLLIN };

    if (poll(&ready, 1, 0) <= 0)
        return would_block(io);
    return pipe_raw_broken(io->file) ? STATUS_PIPE_BROKEN : STATUS_SUCCESS;
}

static NTSTATUS failed(int err, bool write_it)
{
    if (err == ECONNRESET || err == EPIPE || err == ENOTCONN)
        return write_it ? STATUS_PIPE_CLOSING : STATUS_PIPE_BROKEN;
    return status_from_errno(err);
}

static NTSTATUS retry_read(struct io *io)
{
    bool wait = may_wait(io), touched = false;

    if (!io->length)
        return await_bytes(io);
    for (;;) {
        ssize_t n = transfer(io->file, io->buffer, io->length, false, wait);
        if (n >= 0) {
            io->information = (size_t)n;
            return n ? STATUS_SUCCESS : STATUS_PIPE_BROKEN;
        }
        if (errno == EINTR) {
            if (current_thread && io_sync_interrupted())
                return STATUS_CANCELLED;
        } else if (errno == EAGAIN) {
            return would_block(io);
        } else if (errno == EFAULT && !touched && current_thread && user_write_ok(io->buffer, io->length)) {
            touched = true;
        } else {
            return failed(errno, false);
        }
    }
}

/* Writes all; `information` counts what is done while it waits. */
static NTSTATUS retry_write(struct io *io)
{
    bool wait = may_wait(io), touched = false;

    while (io->information < io->length) {
        ssize_t n = transfer(io->file, (char *)io->buffer + io->information, io->length - io->information, true, wait);
        if (n >= 0) {
            io->information += (size_t)n;
        } else if (errno == EINTR) {
            if (current_thread && io_sync_interrupted())
                return STATUS_CANCELLED;
        } else if (errno == EAGAIN) {
            return would_block(io);
        } else if (errno == EFAULT && !touched && current_thread && user_read_ok(io->buffer, io->length)) {
            touched = true;
        } else {
            return failed(errno, true);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS pipe_raw_read(struct io *io)
{
    return io_start(io, io->file->fd, POLLIN, retry_read);
}

NTSTATUS pipe_raw_write(struct io *io)
{
    return io_start(io, io->file->fd, POLLOUT, retry_write);
}

/* --- looking without taking --- */

/* Unix pipes have no peek: tee() copies into another pipe. */
static ssize_t peek_bytes(struct file_object *file, void *buffer, size_t length)
{
    const struct pipe_end *end = file->data;
    int scratch[2];
    ssize_t n;

    if (end->socket)
        return recv(file->fd, buffer, length, MSG_PEEK | MSG_DONTWAIT);
    if (pipe2(scratch, O_CLOEXEC | O_NONBLOCK))
        return -1;
    if (length > 65536)
        fcntl(scratch[1], F_SETPIPE_SZ, length);
    n = tee(file->fd, scratch[1], length, SPLICE_F_NONBLOCK);
    if (n > 0)
        n = read(scratch[0], buffer, (size_t)n);
    close(scratch[0]);
    close(scratch[1]);
    return n;
}

uint32_t pipe_raw_available(struct file_object *file)
{
    int n = 0;
    return ioctl(file->fd, FIONREAD, &n) || n < 0 ? 0 : (uint32_t)n;
}

bool pipe_raw_broken(struct file_object *file)
{
    const struct pipe_end *end = file->data;
    struct pollfd state = { .fd = file->fd, .events = POLLIN };
    char byte;

    if (poll(&state, 1, 0) <= 0)
        return false;
    if (end->socket && (state.revents & POLLIN))
        return recv(file->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    return (state.revents & (POLLHUP | POLLERR)) && !(state.revents & POLLIN);
}

NTSTATUS pipe_raw_peek(struct file_object *file, char *buffer, size_t length, struct pipe_look *look)
{
    ssize_t n = 0;

    *look = (struct pipe_look){ .available = pipe_raw_available(file) };
    if (!look->available && pipe_raw_broken(file))
        return STATUS_PIPE_BROKEN;
    if (length > look->available)
        length = look->available;
    if (length)
        n = peek_bytes(file, buffer, length);
    look->copied = n > 0 ? (uint32_t)n : 0;
    return STATUS_SUCCESS;
}

/* --- flushing --- */

/* A Unix pipe tells nobody that it is empty, but inotify tells of each reading, whoever reads. */
static int watch_reading(int fd)
{
    char path[64];
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (watch >= 0 && inotify_add_watch(watch, path, IN_ACCESS) < 0) {
        close(watch);
        return -1;
    }
    return watch;
}

NTSTATUS pipe_raw_flush(struct file_object *file)
{
    char events[1024];
    NTSTATUS status = STATUS_SUCCESS;

    if (!pipe_raw_available(file))
        return STATUS_SUCCESS;
    int watch = watch_reading(file->fd);
    if (watch < 0) /* where that is forbidden, it cannot be waited for */
        return STATUS_SUCCESS;
    io_sync_begin();
    while (!status && pipe_raw_available(file)) {
        struct pollfd states[] = { { .fd = watch, .events = POLLIN }, { .fd = file->fd } };

        if (poll(states, 2, -1) < 0)
            status = errno == EINTR && !io_sync_interrupted() ? STATUS_SUCCESS : STATUS_CANCELLED;
        else if (states[1].revents) /* nobody can read it any more */
            status = STATUS_PIPE_BROKEN;
        else
            while (read(watch, events, sizeof events) > 0)
                ;
    }
    io_sync_end();
    close(watch);
    return status;
}
