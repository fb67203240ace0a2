/* SPDX-License-Identifier: MIT */
/*
 * socket_data.c: sending and receiving. Data goes straight between the socket and the program's buffers, whose list is
 * copied when the call is made, as WSASend's page promises.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>
#include "socket.h"
#include "thread.h"

#define WIN_MSG_OOB       0x1
#define WIN_MSG_PEEK      0x2
#define WIN_MSG_DONTROUTE 0x4
#define WIN_MSG_WAITALL   0x8
#define WIN_MSG_TRUNC     0x0100
#define WIN_MSG_CTRUNC    0x0200
#define WIN_MSG_PARTIAL   0x8000

#define INLINE_BUFFERS 8

struct transfer_request {
    struct afd_transfer in;
    struct iovec *vec, inline_vec[INLINE_BUFFERS];
    unsigned first, count; /* of those that are left */
    size_t total;
    int flags; /* Linux' */
    struct sockaddr_storage addr;
    socklen_t addr_size;
};

static void free_transfer(struct io *io)
{
    struct transfer_request *request = io->data;

    if (request->vec != request->inline_vec)
        free(request->vec);
    free(request);
}

static NTSTATUS set_buffers(struct transfer_request *request, const struct afd_buffer *buffers, unsigned count)
{
    request->vec = request->inline_vec;
    if (count > INLINE_BUFFERS && !(request->vec = malloc(count * sizeof *request->vec))) {
        request->vec = request->inline_vec;
        return STATUS_NO_MEMORY;
    }
    for (unsigned i = 0; i < count; i++) {
        request->vec[i] = (struct iovec){ (void *)(uintptr_t)buffers[i].data, buffers[i].length };
        request->total += buffers[i].length;
    }
    request->count = count;
    return STATUS_SUCCESS;
}

static NTSTATUS new_transfer(struct io *io, struct transfer_request **result)
{
    struct transfer_request *request = calloc(1, sizeof *request);

    if (!request)
        return STATUS_NO_MEMORY;
    request->vec = request->inline_vec;
    io->data = *result = request;
    io->release = free_transfer;
    return STATUS_SUCCESS;
}

/* The buffers of request->in. */
static NTSTATUS buffers_in(struct transfer_request *request)
{
    struct afd_buffer few[INLINE_BUFFERS], *buffers = few;
    NTSTATUS status = STATUS_SUCCESS;
    size_t size;

    if (request->in.buffer_count > 0xffff)
        return STATUS_INVALID_PARAMETER;
    size = request->in.buffer_count * sizeof *buffers;
    if (request->in.buffer_count > INLINE_BUFFERS && !(buffers = malloc(size)))
        return STATUS_NO_MEMORY;
    if (size && !user_copy_in(buffers, (void *)(uintptr_t)request->in.buffers, size))
        status = STATUS_ACCESS_VIOLATION;
    if (!status)
        status = set_buffers(request, buffers, request->in.buffer_count);
    if (buffers != few)
        free(buffers);
    return status;
}

static NTSTATUS transfer_in(struct io *io, struct transfer_request **result)
{
    NTSTATUS status = new_transfer(io, result);

    if (status)
        return status;
    if (io->input_length < sizeof(*result)->in || !user_copy_in(&(*result)->in, io->input, sizeof(*result)->in))
        return STATUS_INVALID_PARAMETER;
    return buffers_in(*result);
}

/* What has been transferred is off the list. */
static void advance_buffers(struct transfer_request *request, size_t n)
{
    while (n && request->first < request->count) {
        struct iovec *vec = &request->vec[request->first];
        size_t part = n < vec->iov_len ? n : vec->iov_len;
        vec->iov_base = (char *)vec->iov_base + part;
        vec->iov_len -= part;
        n -= part;
        if (!vec->iov_len)
            request->first++;
    }
}

static bool touch_buffers(struct transfer_request *request, bool write)
{
    bool good = current_thread != NULL;

    for (unsigned i = request->first; i < request->count && good; i++) {
        struct iovec *vec = &request->vec[i];
        good = !vec->iov_len ||
               (write ? user_write_ok(vec->iov_base, vec->iov_len) : user_read_ok(vec->iov_base, vec->iov_len));
    }
    return good;
}

/* --- sending --- */

static NTSTATUS send_status(struct socket *s, int err)
{
    switch (err) {
    case EPIPE:
        return s->shut_send   ? STATUS_PIPE_DISCONNECTED
               : s->connected ? STATUS_CONNECTION_RESET
                              : STATUS_INVALID_CONNECTION;
    case ECONNRESET:
        s->reset = true;
        return STATUS_CONNECTION_RESET;
    case EINVAL:
        return STATUS_INVALID_PARAMETER;
    default:
        return socket_status(err);
    }
}

/* A stream's data is sent whole before an overlapped or blocking request is done; a non-blocking one sends what fits. */
static NTSTATUS retry_send(struct io *io)
{
    struct transfer_request *request = io->data;
    struct socket *s = socket_of(io->file);
    bool touched = false;
    ssize_t n;

    if (s->shut_send)
        return STATUS_PIPE_DISCONNECTED;
    for (;;) {
        struct msghdr message = {
            .msg_name = request->addr_size ? &request->addr : NULL,
            .msg_namelen = request->addr_size,
            .msg_iov = request->vec + request->first,
            .msg_iovlen = request->count - request->first > 1024 ? 1024 : request->count - request->first,
        };
        n = sendmsg(io->file->fd, &message, request->flags | MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            io->information += n;
            if (io->information >= request->total || s->made.type != SOCK_STREAM)
                break;
            advance_buffers(request, n);
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN) {
            if (io->information && (io->file->options & FILE_OPTION_NONBLOCKING) &&
                !(request->in.mode & AFD_OVERLAPPED))
                break;
            return STATUS_PENDING;
        }
        if (errno == EFAULT && !touched && touch_buffers(request, false)) {
            touched = true;
            continue;
        }
        return send_status(s, errno);
    }
    s->bound = true; /* a datagram socket gets its port with the first datagram */
    return STATUS_SUCCESS;
}

static NTSTATUS start_send(struct io *io, struct transfer_request *request)
{
    struct socket *s = socket_of(io->file);
    NTSTATUS status;

    io->write = true;
    if (s->made.type == SOCK_STREAM) {
        request->addr_size = 0; /* sendto's page: ignored there */
        if (!s->connected)
            return STATUS_INVALID_CONNECTION;
    } else if (!request->addr_size && !s->connected) {
        return STATUS_INVALID_CONNECTION;
    }
    status = socket_run(io, POLLOUT, request->in.mode & AFD_OVERLAPPED, s->send_timeout, retry_send);
    if (status == STATUS_DEVICE_NOT_READY || (!status && s->watch && (size_t)io->information < request->total))
        socket_events_enable(io->file, WIN_FD_WRITE);
    return status;
}

NTSTATUS socket_send(struct io *io)
{
    struct transfer_request *request;
    NTSTATUS status = transfer_in(io, &request);

    if (status)
        return status;
    if (request->in.flags & ~(uint32_t)(WIN_MSG_OOB | WIN_MSG_DONTROUTE | WIN_MSG_PARTIAL))
        return STATUS_NOT_SUPPORTED;
    request->flags =
        (request->in.flags & WIN_MSG_OOB ? MSG_OOB : 0) | (request->in.flags & WIN_MSG_DONTROUTE ? MSG_DONTROUTE : 0);
    if (request->in.address_length)
        status = socket_address_in((void *)(uintptr_t)request->in.address, request->in.address_length, &request->addr,
                                   &request->addr_size);
    return status ? status : start_send(io, request);
}

/* --- receiving --- */

#define WIN_CMSG_ALIGN(n) (((n) + 7u) & ~7u)
struct win_cmsghdr { /* WSACMSGHDR in 64 bits */
    uint64_t length;
    int32_t level, type;
};
/* What IP_PKTINFO and IPV6_PKTINFO tell, in Windows' form. False: it does not fit. */
static bool control_out(struct transfer_request *request, struct msghdr *message)
{
    char out[128];
    uint32_t used = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        struct win_cmsghdr head = { 0 };
        char data[32];
        size_t size = c->cmsg_len - CMSG_LEN(0);
        if (c->cmsg_level == 0 && c->cmsg_type == 8 /* IP_PKTINFO: index, local, destination */) {
            uint32_t index, to;
            memcpy(&index, CMSG_DATA(c), 4);
            memcpy(&to, CMSG_DATA(c) + 8, 4);
            memcpy(data, &to, 4), memcpy(data + 4, &index, 4);
            head = (struct win_cmsghdr){ sizeof head + 8, 0, 19 };
            size = 8;
        } else if (c->cmsg_level == 41 && c->cmsg_type == 50 /* IPV6_PKTINFO */ && size <= sizeof data) {
            memcpy(data, CMSG_DATA(c), size);
            head = (struct win_cmsghdr){ sizeof head + size, 41, 19 };
        } else if (c->cmsg_level == 0 && c->cmsg_type == 2 /* IP_TTL */) {
            memcpy(data, CMSG_DATA(c), size = 4);
            head = (struct win_cmsghdr){ sizeof head + 4, 0, 21 };
        } else {
            continue;
        }
        if (used + WIN_CMSG_ALIGN(head.length) > sizeof out || used + head.length > request->in.control_length)
            return false;
        memcpy(out + used, &head, sizeof head);
        memcpy(out + used + sizeof head, data, size);
        used += WIN_CMSG_ALIGN(head.length);
    }
    if (used > request->in.control_length)
        used = request->in.control_length;
    io_copy_out((void *)(uintptr_t)request->in.control, out, used);
    return !request->in.control_out || io_copy_out((void *)(uintptr_t)request->in.control_out, &used, sizeof used);
}

static NTSTATUS receive_out(struct transfer_request *request, struct msghdr *message)
{
    uint32_t flags = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (request->in.length_out && message->msg_namelen) {
        char addr[128];
        int32_t length = (int32_t)socket_address_out(&request->addr, message->msg_namelen, addr);
        if (length > (int32_t)request->in.address_length)
            return STATUS_ACCESS_VIOLATION;
        if (!io_copy_out((void *)(uintptr_t)request->in.address, addr, (size_t)length) ||
            !io_copy_out((void *)(uintptr_t)request->in.length_out, &length, sizeof length))
            return STATUS_ACCESS_VIOLATION;
    }
    if (message->msg_flags & MSG_TRUNC) {
        status = STATUS_BUFFER_OVERFLOW;
        flags |= request->in.control ? WIN_MSG_TRUNC : WIN_MSG_PARTIAL;
    }
    if (request->in.control && (!control_out(request, message) || (message->msg_flags & MSG_CTRUNC)))
        flags |= WIN_MSG_CTRUNC;
    if (request->in.flags_out && !io_copy_out((void *)(uintptr_t)request->in.flags_out, &flags, sizeof flags))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

static NTSTATUS receive_status(struct socket *s, int err)
{
    if (err == ECONNRESET)
        s->reset = true;
    if (s->made.type != SOCK_STREAM && err == ECONNREFUSED) /* recvfrom's page: an ICMP "port unreachable" */
        return s->report_port_unreachable ? STATUS_CONNECTION_RESET : STATUS_PENDING;
    return err == EINVAL ? STATUS_INVALID_PARAMETER : err == EPIPE ? STATUS_PIPE_DISCONNECTED : socket_status(err);
}

static NTSTATUS retry_receive(struct io *io)
{
    struct transfer_request *request = io->data;
    struct socket *s = socket_of(io->file);
    bool touched = false, stream = s->made.type == SOCK_STREAM;
    char control[256], byte;
    ssize_t n;

    if (s->shut_receive)
        return STATUS_PIPE_DISCONNECTED;
    if (s->reset) /* Linux tells once */
        return STATUS_CONNECTION_RESET;
    for (;;) {
        struct msghdr message = {
            .msg_name = &request->addr,
            .msg_namelen = sizeof request->addr,
            .msg_iov = request->vec + request->first,
            .msg_iovlen = request->count - request->first > 1024 ? 1024 : request->count - request->first,
            .msg_control = request->in.control ? control : NULL,
            .msg_controllen = request->in.control ? sizeof control : 0,
        };
        if (stream && !request->total) /* a request without room is done when there is something to receive */
            n = recv(io->file->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        else
            n = recvmsg(io->file->fd, &message, request->flags | MSG_DONTWAIT);
        if (n >= 0) {
            if (stream && !request->total) {
                n = 0;
                message.msg_flags = 0;
            }
            io->information += n;
            if (n && (request->in.flags & WIN_MSG_WAITALL) && stream && io->information < request->total) {
                advance_buffers(request, n);
                continue;
            }
            if (stream)
                message.msg_flags &= ~MSG_TRUNC, message.msg_namelen = 0;
            return receive_out(request, &message);
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN)
            return STATUS_PENDING;
        if (errno == EFAULT && !touched && touch_buffers(request, true)) {
            touched = true;
            continue;
        }
        return receive_status(s, errno);
    }
}

static NTSTATUS start_receive(struct io *io, struct transfer_request *request)
{
    struct socket *s = socket_of(io->file);
    NTSTATUS status;

    if (s->made.type == SOCK_STREAM) {
        if (!s->connected)
            return STATUS_INVALID_CONNECTION;
    } else if (!s->bound) {
        return STATUS_INVALID_PARAMETER; /* recvfrom's page */
    }
    if (request->flags & MSG_OOB)
        status = socket_run(io, POLLPRI, request->in.mode & AFD_OVERLAPPED, s->receive_timeout, retry_receive);
    else
        status = socket_run(io, POLLIN, request->in.mode & AFD_OVERLAPPED, s->receive_timeout, retry_receive);
    if (s->watch)
        socket_events_enable(io->file, request->flags & MSG_OOB ? WIN_FD_OOB : WIN_FD_READ);
    return status;
}

static NTSTATUS receive(struct io *io, struct transfer_request *request)
{
    int32_t room;

    request->flags =
        (request->in.flags & WIN_MSG_OOB ? MSG_OOB : 0) | (request->in.flags & WIN_MSG_PEEK ? MSG_PEEK : 0);
    if (request->in.length_out) {
        if (!user_copy_in(&room, (void *)(uintptr_t)request->in.length_out, sizeof room) || room < 0)
            return STATUS_ACCESS_VIOLATION;
        request->in.address_length = (uint32_t)room;
    }
    return start_receive(io, request);
}

NTSTATUS socket_receive(struct io *io)
{
    struct transfer_request *request;
    NTSTATUS status = transfer_in(io, &request);

    return status ? status : receive(io, request);
}

NTSTATUS socket_receive_afd(struct io *io, bool with_address)
{
    struct transfer_request *request;
    struct afd_receive in = { 0 };
    size_t size = with_address ? sizeof in : offsetof(struct afd_receive, address);
    NTSTATUS status = new_transfer(io, &request);

    if (status)
        return status;
    if (io->input_length < size || !user_copy_in(&in, io->input, size))
        return STATUS_INVALID_PARAMETER;
    if (!(in.tdi_flags & TDI_RECEIVE_NORMAL) == !(in.tdi_flags & TDI_RECEIVE_EXPEDITED))
        return STATUS_INVALID_PARAMETER;
    request->in = (struct afd_transfer){
        .mode = AFD_OVERLAPPED,
        .flags = (in.tdi_flags & TDI_RECEIVE_EXPEDITED ? WIN_MSG_OOB : 0) |
                 (in.tdi_flags & TDI_RECEIVE_PEEK ? WIN_MSG_PEEK : 0),
        .buffer_count = in.buffer_count,
        .buffers = in.buffers,
        .address = in.address,
        .length_out = in.address ? in.address_length : 0,
    };
    status = buffers_in(request);
    return status ? status : receive(io, request);
}

/* --- ReadFile and WriteFile --- */

static NTSTATUS file_transfer(struct io *io, NTSTATUS (*start)(struct io *io, struct transfer_request *request))
{
    struct transfer_request *request = NULL;
    struct afd_buffer buffer = { io->length, 0, (uintptr_t)io->buffer };
    NTSTATUS status;

    if (io->file->fd < 0)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = new_transfer(io, &request);
    if (status)
        return status;
    set_buffers(request, &buffer, 1);
    request->in.mode = AFD_OVERLAPPED;
    return start(io, request);
}

NTSTATUS socket_read_file(struct io *io)
{
    return file_transfer(io, start_receive);
}

NTSTATUS socket_write_file(struct io *io)
{
    return file_transfer(io, start_send);
}

/* --- TransmitFile --- */

struct transmit_request {
    struct afd_transmit in;
    struct file_object *source;
    uint64_t offset, left; /* of the file */
    uint32_t head_sent, tail_sent;
};

static void free_transmit(struct io *io)
{
    struct transmit_request *request = io->data;

    if (request->source)
        object_unref(&request->source->obj);
    free(request);
}

static ssize_t transmit_part(struct io *io, struct transmit_request *request)
{
    int fd = io->file->fd, more = request->left || request->in.tail_length ? MSG_MORE : 0;
    off_t offset = (off_t)request->offset;
    ssize_t n;

    if (request->head_sent < request->in.head_length) {
        n = send(fd, (char *)(uintptr_t)request->in.head + request->head_sent,
                 request->in.head_length - request->head_sent, MSG_NOSIGNAL | MSG_DONTWAIT | more);
        request->head_sent += n > 0 ? n : 0;
    } else if (request->left) {
        n = sendfile(fd, request->source->fd, &offset, request->left > 0x7ffff000 ? 0x7ffff000 : request->left);
        if (n == 0) /* the file has become shorter */
            request->left = 0;
        request->offset += n > 0 ? n : 0;
        request->left -= n > 0 ? n : 0;
    } else {
        n = send(fd, (char *)(uintptr_t)request->in.tail + request->tail_sent,
                 request->in.tail_length - request->tail_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        request->tail_sent += n > 0 ? n : 0;
    }
    return n;
}

static NTSTATUS retry_transmit(struct io *io)
{
    struct transmit_request *request = io->data;
    ssize_t n;

    while (request->head_sent < request->in.head_length || request->left ||
           request->tail_sent < request->in.tail_length) {
        n = transmit_part(io, request);
        if (n < 0 && errno == EAGAIN)
            return STATUS_PENDING;
        if (n < 0 && errno != EINTR)
            return send_status(socket_of(io->file), errno);
        io->information += n > 0 ? n : 0;
    }
    if (request->in.flags & 1) { /* TF_DISCONNECT */
        socket_of(io->file)->shut_send = true;
        shutdown(io->file->fd, SHUT_WR);
    }
    return STATUS_SUCCESS;
}

NTSTATUS socket_transmit(struct io *io)
{
    struct transmit_request *request = calloc(1, sizeof *request);
    struct socket *s = socket_of(io->file);
    struct object *obj;
    struct stat st;
    NTSTATUS status;
    bool whole;

    if (!request)
        return STATUS_NO_MEMORY;
    io->data = request;
    io->release = free_transmit;
    io->write = true;
    if (io->input_length < sizeof request->in || !user_copy_in(&request->in, io->input, sizeof request->in))
        return STATUS_INVALID_PARAMETER;
    if (!s->connected)
        return STATUS_INVALID_CONNECTION;
    if (s->made.type != SOCK_STREAM)
        return STATUS_NOT_SUPPORTED;
    if (request->in.file) {
        status = handle_lookup((HANDLE)(uintptr_t)request->in.file, &file_type, FILE_READ_DATA, &obj);
        if (status)
            return status;
        request->source = (struct file_object *)obj;
        if (request->source->ops != &disk_ops || fstat(request->source->fd, &st) || !S_ISREG(st.st_mode))
            return STATUS_INVALID_PARAMETER;
        request->offset = request->in.offset >= 0        ? (uint64_t)request->in.offset
                          : request->source->os_position ? (uint64_t)lseek(request->source->fd, 0, SEEK_CUR)
                                                         : (uint64_t)request->source->position;
        whole = !request->in.length;
        request->left =
            whole ? ((uint64_t)st.st_size > request->offset ? st.st_size - request->offset : 0) : request->in.length;
    }
    return socket_run(io, POLLOUT, request->in.mode & AFD_OVERLAPPED, 0, retry_transmit);
}
