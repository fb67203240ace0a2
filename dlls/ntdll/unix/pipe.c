/* SPDX-License-Identifier: MIT */
/*
 * pipe.c: reading and writing pipes: the ends of named pipes (pipe_named.c), and what the process was started with as 0, 1
 * and 2, be it a Unix pipe or a socket. Bytes go straight between the descriptor and the program's buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "pipe.h"
#include "security.h"
#include "thread.h"

static bool is_socket(const struct file_object *file)
{
    const struct pipe_end *end = file->data;
    return end->socket;
}

/* One transfer; never blocks if `wait` is false. */
static ssize_t transfer(struct file_object *file, void *buffer, size_t length, bool write_it, bool wait)
{
    struct iovec vec = { buffer, length };
    ssize_t n;

    if (is_socket(file)) {
        int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
        return write_it ? send(file->fd, buffer, length, flags) : recv(file->fd, buffer, length, flags);
    }
    if (wait)
        return write_it ? write(file->fd, buffer, length) : read(file->fd, buffer, length);
    n = write_it ? pwritev2(file->fd, &vec, 1, -1, RWF_NOWAIT) : preadv2(file->fd, &vec, 1, -1, RWF_NOWAIT);
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

static NTSTATUS state_status(struct file_object *file)
{
    struct pipe_end *end = file->data;

    if (file->fd >= 0)
        return STATUS_SUCCESS;
    return end->state == FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
}

static bool may_wait(struct io *io)
{
    struct pipe_end *end = io->file->data;
    return file_is_synchronous(io->file) && end->completion_mode == FILE_PIPE_QUEUE_OPERATION;
}

/* The rest of a message of which the program's buffer held only the beginning. */
static bool take_rest(struct pipe_end *end, struct io *io, NTSTATUS *status)
{
    size_t n = end->rest_length - end->rest_at;

    if (!end->rest)
        return false;
    if (n > io->length)
        n = io->length;
    if (!io_copy_out(io->buffer, end->rest + end->rest_at, n)) {
        *status = STATUS_ACCESS_VIOLATION;
        return true;
    }
    end->rest_at += n;
    io->information = n;
    *status = STATUS_SUCCESS;
    if (end->rest_at == end->rest_length) {
        free(end->rest);
        end->rest = NULL;
    } else if (end->read_mode == FILE_PIPE_MESSAGE_MODE) {
        *status = STATUS_BUFFER_OVERFLOW;
    }
    return true;
}

/* A message longer than the buffer is kept whole here. */
static NTSTATUS read_message(struct io *io, bool wait)
{
    struct pipe_end *end = io->file->data;
    NTSTATUS status;
    ssize_t size;
    char *message;

    if (take_rest(end, io, &status))
        return status;
    size = recv(io->file->fd, NULL, 0, MSG_PEEK | MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT));
    if (size < 0)
        return STATUS_MORE_PROCESSING_REQUIRED;
    if ((size_t)size <= io->length) {
        size = recv(io->file->fd, io->buffer, io->length, 0);
        if (size < 0)
            return STATUS_MORE_PROCESSING_REQUIRED;
        io->information = size;
        return size ? STATUS_SUCCESS : STATUS_PIPE_BROKEN;
    }
    message = malloc(size);
    if (!message)
        return STATUS_NO_MEMORY;
    size = recv(io->file->fd, message, size, 0);
    end->rest = message;
    end->rest_length = size;
    end->rest_at = 0;
    take_rest(end, io, &status);
    return status;
}

static NTSTATUS read_status(int err)
{
    return err == ECONNRESET || err == EPIPE || err == ENOTCONN ? STATUS_PIPE_BROKEN : status_from_errno(err);
}

static NTSTATUS retry_read(struct io *io)
{
    struct pipe_end *end = io->file->data;
    bool wait = may_wait(io), touched = false;
    NTSTATUS status = state_status(io->file);
    ssize_t n = -1;

    if (status)
        return status;
    for (;;) {
        if (end->message) {
            status = read_message(io, wait);
            if (status != STATUS_MORE_PROCESSING_REQUIRED)
                return status;
        } else {
            n = transfer(io->file, io->buffer, io->length, false, wait);
        }
        if (n > 0)
            break;
        if (n == 0)
            return io->length ? STATUS_PIPE_BROKEN : STATUS_SUCCESS;
        if (errno == EINTR) {
            if (current_thread)
                thread_check_suspend();
        } else if (errno == EAGAIN) {
            return end->completion_mode == FILE_PIPE_QUEUE_OPERATION ? STATUS_PENDING : STATUS_PIPE_EMPTY;
        } else if (errno == EFAULT && !touched && current_thread && user_write_ok(io->buffer, io->length)) {
            touched = true;
        } else {
            return read_status(errno);
        }
    }
    io->information = n;
    return STATUS_SUCCESS;
}

/* Writes all; `information` counts what is done while it waits. */
static NTSTATUS retry_write(struct io *io)
{
    struct pipe_end *end = io->file->data;
    bool wait = may_wait(io), touched = false;
    NTSTATUS status = state_status(io->file);

    if (status)
        return status;
    while (io->information < io->length || (!io->length && end->message)) {
        ssize_t n = transfer(io->file, (char *)io->buffer + io->information, io->length - io->information, true, wait);
        if (n >= 0) {
            io->information += n;
            if (!io->length)
                break;
        } else if (errno == EINTR) {
            if (current_thread)
                thread_check_suspend();
        } else if (errno == EAGAIN) {
            return end->completion_mode == FILE_PIPE_QUEUE_OPERATION ? STATUS_PENDING : STATUS_SUCCESS;
        } else if (errno == EFAULT && !touched && current_thread && user_read_ok(io->buffer, io->length)) {
            touched = true;
        } else {
            return errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN ? STATUS_PIPE_CLOSING
                                                                              : status_from_errno(errno);
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS pipe_read(struct io *io)
{
    NTSTATUS status = state_status(io->file);
    return status ? status : io_start(io, io->file->fd, POLLIN, retry_read);
}

static NTSTATUS pipe_write(struct io *io)
{
    NTSTATUS status = state_status(io->file);
    return status ? status : io_start(io, io->file->fd, POLLOUT, retry_write);
}

/* --- looking without taking --- */

/* Bytes that are there without being taken. Unix pipes have no peek: tee() copies into another pipe. */
static ssize_t peek_bytes(struct file_object *file, void *buffer, size_t length)
{
    int scratch[2];
    ssize_t n;

    if (is_socket(file))
        return recv(file->fd, buffer, length, MSG_PEEK | MSG_DONTWAIT);
    if (pipe2(scratch, O_CLOEXEC | O_NONBLOCK))
        return -1;
    if (length > 65536)
        fcntl(scratch[1], F_SETPIPE_SZ, length);
    n = tee(file->fd, scratch[1], length, SPLICE_F_NONBLOCK);
    if (n > 0)
        n = read(scratch[0], buffer, n);
    close(scratch[0]);
    close(scratch[1]);
    return n;
}

static int available(struct file_object *file)
{
    struct pipe_end *end = file->data;
    int n = 0;

    if (file->fd < 0 || ioctl(file->fd, FIONREAD, &n))
        n = 0;
    return n + (end->rest ? end->rest_length - end->rest_at : 0);
}

static bool is_broken(struct file_object *file)
{
    struct pollfd state = { .fd = file->fd, .events = POLLIN };
    char byte;

    if (poll(&state, 1, 0) <= 0)
        return false;
    if (is_socket(file) && (state.revents & POLLIN))
        return recv(file->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    return (state.revents & (POLLHUP | POLLERR)) && !(state.revents & POLLIN);
}

static NTSTATUS peek(struct io *io)
{
    size_t fixed = offsetof(FILE_PIPE_PEEK_BUFFER, Data), room = io->length - fixed, rest = 0;
    struct pipe_end *end = io->file->data;
    FILE_PIPE_PEEK_BUFFER header = { .NamedPipeState = FILE_PIPE_CONNECTED_STATE };
    NTSTATUS status = state_status(io->file);
    ssize_t n = 0;
    char *data;

    if (io->length < fixed)
        return STATUS_INVALID_PARAMETER;
    if (status)
        return status == STATUS_PIPE_LISTENING ? STATUS_INVALID_PIPE_STATE : status;
    header.ReadDataAvailable = available(io->file);
    if (!header.ReadDataAvailable && is_broken(io->file))
        return STATUS_PIPE_BROKEN;
    if (room > header.ReadDataAvailable)
        room = header.ReadDataAvailable;
    data = malloc(room + 1);
    if (!data)
        return STATUS_NO_MEMORY;
    if (end->rest) {
        rest = end->rest_length - end->rest_at;
        rest = rest < room ? rest : room;
        memcpy(data, end->rest + end->rest_at, rest);
    }
    if (room > rest && !(rest && end->message))
        n = peek_bytes(io->file, data + rest, room - rest);
    n = (n < 0 ? 0 : n) + rest;
    if (end->message) {
        ssize_t size = recv(io->file->fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        header.NumberOfMessages = (end->rest ? 1 : 0) + (size > 0);
        header.MessageLength = end->rest ? end->rest_length - end->rest_at : size > 0 ? (ULONG)size : 0;
        if (end->read_mode == FILE_PIPE_MESSAGE_MODE && header.MessageLength > (ULONG)n)
            status = STATUS_BUFFER_OVERFLOW;
    } else if ((ULONG)n < header.ReadDataAvailable) {
        status = STATUS_BUFFER_OVERFLOW;
    }
    if (!io_copy_out(io->buffer, &header, fixed) || !io_copy_out((char *)io->buffer + fixed, data, n))
        status = STATUS_ACCESS_VIOLATION;
    free(data);
    io->information = fixed + n;
    return status;
}

static NTSTATUS retry_transceive_read(struct io *io)
{
    io->write = false;
    io->information = 0;
    return retry_read(io);
}

/* TransactNamedPipe: a message out, the next one in. */
static NTSTATUS transceive(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct io out = *io;
    NTSTATUS status = state_status(io->file);

    if (status)
        return status;
    if (!end->message || end->read_mode != FILE_PIPE_MESSAGE_MODE)
        return STATUS_INVALID_PIPE_STATE;
    out.buffer = (void *)io->input;
    out.length = io->input_length;
    out.information = 0;
    while ((status = retry_write(&out)) == STATUS_PENDING) {
        struct pollfd ready = { .fd = io->file->fd, .events = POLLOUT };
        if (poll(&ready, 1, -1) < 0 && errno == EINTR)
            thread_check_suspend();
    }
    return status ? status : io_start(io, io->file->fd, POLLIN, retry_transceive_read);
}

/* ImpersonateNamedPipeClient, for the server of a pipe that a client has connected to. */
static NTSTATUS impersonate(struct file_object *file)
{
    struct pipe_end *end = file->data;

    if (!end->server || !end->pipe)
        return STATUS_ILLEGAL_FUNCTION;
    if (end->state != FILE_PIPE_CONNECTED_STATE && end->state != FILE_PIPE_CLOSING_STATE)
        return end->state == FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
    return token_impersonate_client();
}

static NTSTATUS pipe_fsctl(struct io *io)
{
    switch (io->code) {
    case FSCTL_PIPE_PEEK:
        return peek(io);
    case FSCTL_PIPE_LISTEN:
        return pipe_listen(io);
    case FSCTL_PIPE_DISCONNECT:
        return pipe_disconnect(io->file);
    case FSCTL_PIPE_TRANSCEIVE:
        return transceive(io);
    case FSCTL_PIPE_IMPERSONATE:
        return impersonate(io->file);
    case FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE:
    case FSCTL_PIPE_GET_PIPE_ATTRIBUTE:
        return pipe_get_attribute(io);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* --- information --- */

static NTSTATUS pipe_query(struct file_object *file, ULONG info_class, void *buffer, ULONG length,
                           ULONG_PTR *information)
{
    struct pipe_end *end = file->data;
    FILE_PIPE_INFORMATION *info = buffer;
    FILE_PIPE_LOCAL_INFORMATION *local = buffer;
    FILE_STANDARD_INFORMATION *standard = buffer;

    (void)length;
    switch (info_class) {
    case FilePipeInformation:
        info->ReadMode = end->read_mode;
        info->CompletionMode = end->completion_mode;
        *information = sizeof *info;
        return STATUS_SUCCESS;
    case FilePipeLocalInformation:
        memset(local, 0, sizeof *local);
        pipe_fill_local(end, local);
        local->ReadDataAvailable = available(file);
        local->WriteQuotaAvailable = local->OutboundQuota;
        local->NamedPipeState = file->fd < 0      ? end->state
                                : is_broken(file) ? FILE_PIPE_CLOSING_STATE
                                                  : FILE_PIPE_CONNECTED_STATE;
        *information = sizeof *local;
        return STATUS_SUCCESS;
    case FileStandardInformation:
        memset(standard, 0, sizeof *standard);
        standard->EndOfFile.QuadPart = available(file);
        standard->NumberOfLinks = 1;
        standard->DeletePending = TRUE; /* as pipes say on Windows */
        *information = sizeof *standard;
        return STATUS_SUCCESS;
    case FileNameInformation:
        return pipe_query_name(end, buffer, length, information);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

static NTSTATUS pipe_set(struct file_object *file, ULONG info_class, const void *buffer, ULONG length)
{
    struct pipe_end *end = file->data;
    const FILE_PIPE_INFORMATION *info = buffer;

    (void)length;
    if (info_class != FilePipeInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (info->ReadMode > FILE_PIPE_MESSAGE_MODE || info->CompletionMode > FILE_PIPE_COMPLETE_OPERATION)
        return STATUS_INVALID_PARAMETER;
    if (info->ReadMode == FILE_PIPE_MESSAGE_MODE && !end->message)
        return STATUS_INVALID_PARAMETER;
    end->read_mode = info->ReadMode;
    end->completion_mode = info->CompletionMode;
    return STATUS_SUCCESS;
}

/* What was written has left this process at once; FlushFileBuffers waits until the reader has taken it. */
static NTSTATUS pipe_flush(struct file_object *file)
{
    (void)file;
    return STATUS_SUCCESS;
}

const struct file_ops pipe_ops = {
    .device_type = FILE_DEVICE_NAMED_PIPE,
    .read = pipe_read,
    .write = pipe_write,
    .fsctl = pipe_fsctl,
    .flush = pipe_flush,
    .query = pipe_query,
    .set = pipe_set,
    .close = pipe_close,
    .destroy = pipe_destroy,
};

struct file_object *pipe_wrap_fd(int fd, ACCESS_MASK access, mode_t mode)
{
    struct pipe_end *end = calloc(1, sizeof *end);
    struct file_object *file =
        end ? file_alloc(FILE_KIND_PIPE, &pipe_ops, fd, access, FILE_SHARE_VALID_FLAGS, 0) : NULL;

    if (!file) {
        free(end);
        return NULL;
    }
    end->socket = S_ISSOCK(mode);
    end->state = FILE_PIPE_CONNECTED_STATE;
    file->data = end;
    return file;
}
