/* SPDX-License-Identifier: MIT */
/*
 * mailslot.c: mailslots. One is a ring (pipe_ring.c) that any number of processes write and who made it reads; a writer never
 * waits. transomserver knows the names and gives the writers' descriptors. What both sides must know (the largest message,
 * the read time-out) is in the shared memory.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include "client.h"
#include "object_private.h"
#include "path.h"
#include "pipe.h"
#include "security.h"
#include "thread.h"

#define ROOM           (8u << 20) /* of messages that nobody has read yet */
#define BROADCAST_MOST 424u       /* bytes of a message to several computers ("About Mailslots") */
#define WAIT_FOREVER   (-1)

/* --- reading --- */

static bool copy_out(void *to, const void *from, size_t size)
{
    return io_copy_out(to, from, size);
}

static bool copy_in(void *to, const void *from, size_t size)
{
    return io_copy_in(to, from, size);
}

/* A message whole, or it stays where it is. */
static NTSTATUS try_read(struct io *io)
{
    struct pipe_link *link = io->data;
    struct pipe_transfer transfer = { .copy = copy_out, .buffer = io->buffer, .length = io->length, .whole = true };
    NTSTATUS status = pipe_ring_read(link, &transfer, true);

    io->information = transfer.done;
    if (status == STATUS_SUCCESS)
        pipe_ring_rewind(link);
    return status;
}

static NTSTATUS read_sleeping(struct io *io, int64_t timeout)
{
    struct pipe_link *link = io->data;
    struct pipe_ring *in = pipe_ring_in(link);
    struct timespec end, now, left;
    NTSTATUS status;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += timeout / 10000000;
    end.tv_nsec += timeout % 10000000 * 100;
    io_sync_begin();
    for (;;) {
        uint32_t seen = __atomic_load_n(&in->write.changes.count, __ATOMIC_SEQ_CST);
        if ((status = try_read(io)) != STATUS_PENDING)
            break;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t ns = (end.tv_sec - now.tv_sec) * 1000000000ll + end.tv_nsec - now.tv_nsec;
        if (timeout != WAIT_FOREVER && ns <= 0) {
            status = STATUS_IO_TIMEOUT;
            break;
        }
        left = (struct timespec){ ns / 1000000000, ns % 1000000000 };
        if (pipe_ring_sleep_for(&in->write.changes, &in->read.sleepers, seen, timeout == WAIT_FOREVER ? NULL : &left) &&
            errno == EINTR && io_sync_interrupted()) {
            status = STATUS_CANCELLED;
            break;
        }
    }
    io_sync_end();
    return status;
}

static void release_read(struct io *io)
{
    struct pipe_link *link = io->data;

    if (io->pipe.counted)
        __atomic_fetch_sub(&pipe_ring_in(link)->read.waiting, 1, __ATOMIC_SEQ_CST);
    if (io->pipe.sent) { /* its own descriptors */
        close((int)io->pipe.turn);
        close((int)io->pipe.target);
    }
    pipe_link_unref(link);
}

static NTSTATUS retry_read(struct io *io)
{
    struct pipe_link *link = io->data;
    NTSTATUS status = try_read(io);
    uint64_t expired;

    if (status != STATUS_PENDING)
        return status;
    if (!io->pipe.counted) {
        io->pipe.counted = true;
        __atomic_fetch_add(&pipe_ring_in(link)->read.waiting, 1, __ATOMIC_SEQ_CST);
    }
    pipe_link_drain(link);
    status = try_read(io);
    if (status == STATUS_PENDING && io->pipe.sent && read((int)io->pipe.turn, &expired, sizeof(expired)) > 0)
        return STATUS_IO_TIMEOUT;
    return status;
}

static NTSTATUS read_with_timer(struct io *io, int64_t timeout)
{
    struct pipe_link *link = io->data;
    struct itimerspec when = { .it_value = { timeout / 10000000, timeout % 10000000 * 100 } };
    struct epoll_event event = { .events = EPOLLIN };
    int timer = unix_fd_reserve(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    int both = unix_fd_reserve(epoll_create1(EPOLL_CLOEXEC));

    if (timer < 0 || both < 0 || timerfd_settime(timer, 0, &when, NULL) ||
        epoll_ctl(both, EPOLL_CTL_ADD, timer, &event) || epoll_ctl(both, EPOLL_CTL_ADD, link->socket, &event)) {
        if (timer >= 0)
            close(timer);
        if (both >= 0)
            close(both);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    io->pipe.turn = (uint64_t)timer;
    io->pipe.target = (uint64_t)both;
    io->pipe.sent = true;
    return io_start(io, both, POLLIN, retry_read);
}

static NTSTATUS mailslot_read(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct pipe_link *link;
    NTSTATUS status;

    if (!end->server)
        return STATUS_ACCESS_DENIED;
    if ((status = pipe_get_link(end, &link)))
        return status;
    io->data = link;
    io->release = release_read;
    int64_t timeout = __atomic_load_n(&link->shared->read_timeout, __ATOMIC_RELAXED);
    if (timeout == 0) {
        status = try_read(io);
        return status == STATUS_PENDING ? STATUS_IO_TIMEOUT : status;
    }
    if (file_is_synchronous(io->file))
        return read_sleeping(io, timeout);
    return timeout == WAIT_FOREVER ? io_start(io, link->socket, POLLIN, retry_read) : read_with_timer(io, timeout);
}

/* --- writing --- */

static NTSTATUS mailslot_write(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct pipe_transfer transfer = { .copy = copy_in, .buffer = io->buffer, .length = io->length };
    struct pipe_link *link;
    NTSTATUS status;

    if (end->server)
        return STATUS_ACCESS_DENIED;
    if (!end->link) { /* to all computers, of which none but this one might have it */
        io->information = io->length;
        return io->length > BROADCAST_MOST ? STATUS_BAD_NETWORK_PATH : STATUS_SUCCESS;
    }
    if ((status = pipe_get_link(end, &link)))
        return status;
    uint32_t most = link->shared->message_size;
    if (most && io->length > most)
        status = STATUS_INVALID_PARAMETER;
    else if (end->broadcast && io->length > BROADCAST_MOST)
        status = STATUS_BAD_NETWORK_PATH;
    else
        status = pipe_ring_write_now(link, &transfer);
    if (status == STATUS_PIPE_CLOSING)
        status = STATUS_FILE_FORCED_CLOSED;
    else if (!status && transfer.done < io->length)
        status = STATUS_INSUFFICIENT_RESOURCES;
    io->information = transfer.done;
    pipe_link_unref(link);
    return status;
}

/* --- information --- */

static NTSTATUS mailslot_query(struct file_object *file, ULONG info_class, void *buffer, ULONG length,
                               ULONG_PTR *information)
{
    struct pipe_end *end = file->data;
    FILE_MAILSLOT_QUERY_INFORMATION *info = buffer;
    struct pipe_link *link;
    struct pipe_look look;

    if (info_class == FileNameInformation)
        return pipe_query_name(end, buffer, length, information);
    if (info_class != FileMailslotQueryInformation || !end->server)
        return STATUS_INVALID_INFO_CLASS;
    NTSTATUS status = pipe_get_link(end, &link);
    if (status)
        return status;
    pipe_ring_peek(link, NULL, 0, &look);
    int64_t timeout = link->shared->read_timeout;
    *info = (FILE_MAILSLOT_QUERY_INFORMATION){ .MaximumMessageSize = link->shared->message_size,
                                               .MailslotQuota = link->shared->rings[PIPE_CLIENT].quota,
                                               .NextMessageSize = look.messages ? look.first : 0xffffffff,
                                               .MessagesAvailable = look.messages };
    info->ReadTimeout.QuadPart = timeout == WAIT_FOREVER ? -1 : -timeout;
    *information = sizeof *info;
    pipe_link_unref(link);
    return STATUS_SUCCESS;
}

/* As NtCreateMailslotFile takes it: negative, relative; -1 and the least number: for ever. */
static int64_t timeout_of(int64_t given)
{
    return given == -1 || given == INT64_MIN ? WAIT_FOREVER : given < 0 ? -given : 0;
}

static NTSTATUS mailslot_set(struct file_object *file, ULONG info_class, const void *buffer, ULONG length)
{
    struct pipe_end *end = file->data;
    const FILE_MAILSLOT_SET_INFORMATION *info = buffer;
    struct pipe_link *link;
    LARGE_INTEGER timeout;
    NTSTATUS status;

    (void)length;
    if (info_class != FileMailslotSetInformation || !end->server)
        return STATUS_INVALID_INFO_CLASS;
    if (!user_copy_in(&timeout, info->ReadTimeout, sizeof timeout))
        return STATUS_ACCESS_VIOLATION;
    if ((status = pipe_get_link(end, &link)))
        return status;
    __atomic_store_n(&link->shared->read_timeout, timeout_of(timeout.QuadPart), __ATOMIC_RELAXED);
    pipe_link_unref(link);
    return STATUS_SUCCESS;
}

const struct file_ops mailslot_ops = {
    .device_type = FILE_DEVICE_MAILSLOT,
    .read = mailslot_read,
    .write = mailslot_write,
    .query = mailslot_query,
    .set = mailslot_set,
    .close = pipe_close,
    .destroy = pipe_destroy,
};

/* --- opening and making --- */

static struct file_object *make_file(WCHAR *name, size_t length, bool server, ACCESS_MASK access, ULONG share,
                                     ULONG options, struct pipe_link *link)
{
    struct pipe_kind kind = { .type = FILE_PIPE_MESSAGE_TYPE, .maximum = 1 };
    struct file_object *file = NULL;

    pthread_mutex_lock(&pipe_lock);
    struct pipe *pipe = pipe_make_remote(&kind, name, length);
    if (pipe) {
        pipe->refs = 1;
        file = pipe_make_end(pipe, server, access, share, options);
        pipe_unref(pipe);
    } else {
        free(name);
    }
    if (file) {
        file->ops = &mailslot_ops;
        if (link)
            pipe_set_link(file->data, link);
    }
    pthread_mutex_unlock(&pipe_lock);
    return file;
}

static struct pipe_link *receive_link(int parcel)
{
    int fds[2];
    char byte;

    if (!pipe_receive_descriptor(parcel, &byte, 1, fds, 2))
        return NULL;
    int socket = unix_fd_reserve(fds[0]), memory = unix_fd_reserve(fds[1]);
    struct pipe_link *link = socket >= 0 && memory >= 0 ? pipe_link_attach(memory, socket, PIPE_CLIENT) : NULL;
    if (link) {
        __atomic_fetch_add(&link->shared->opens[PIPE_CLIENT], 1, __ATOMIC_SEQ_CST);
        return link;
    }
    if (socket >= 0)
        close(socket);
    if (memory >= 0)
        close(memory);
    return NULL;
}

static NTSTATUS ask_for_slot(struct nt_path *path, ACCESS_MASK access, int *parcel)
{
    struct protocol_mailslot_open_in in = { 0 };
    struct protocol_mailslot_open_out out;
    NTSTATUS status;

    for (;;) {
        struct client_request request = CLIENT_REQUEST(mailslot_open, .in = &in, .out = &out, );
        request.parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
        status = client_request(&request);
        *parcel = request.answer_fd;
        if (!status && out.security) {
            ACCESS_MASK granted;
            status = sd_valid(request.bytes, request.bytes_size)
                         ? security_grant_by(request.bytes, &file_type, access, &granted)
                         : STATUS_ACCESS_DENIED;
            in.checked = out.security;
        } else {
            free(request.bytes);
            return status;
        }
        free(request.bytes);
        if (status)
            return status;
    }
}

NTSTATUS mailslot_open(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file)
{
    struct pipe_link *link = NULL;
    int parcel = -1;
    NTSTATUS status;

    *file = NULL;
    if (!path->text_len)
        return STATUS_OBJECT_NAME_INVALID;
    if (access & FILE_READ_DATA) /* only its maker reads it */
        return STATUS_ACCESS_DENIED;
    if (!(share & FILE_SHARE_READ)) /* "An application must specify the FILE_SHARE_READ flag" (CreateMailslot) */
        return STATUS_SHARING_VIOLATION;
    status = client_join(false);
    if (!status)
        status = ask_for_slot(path, access, &parcel);
    if (status == STATUS_PORT_DISCONNECTED)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (status && !(path->broadcast && status == STATUS_OBJECT_NAME_NOT_FOUND))
        return status;
    if (!status) {
        link = receive_link(parcel);
        close(parcel);
        if (!link)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    *file = make_file(path->text, path->text_len, false, access, share, options, link);
    path->text = NULL;
    if (*file) {
        ((struct pipe_end *)(*file)->data)->broadcast = path->broadcast;
        return STATUS_SUCCESS;
    }
    if (link)
        pipe_link_unref(link);
    return STATUS_NO_MEMORY;
}

/* The memory and the sockets; *theirs is the writers' socket, for the server. */
static struct pipe_link *make_link(ULONG message_size, int64_t timeout, int *theirs)
{
    struct pipe_kind kind = { FILE_PIPE_MESSAGE_TYPE, FILE_PIPE_INBOUND, 1, ROOM, 0 };
    int sockets[2], memory = unix_fd_reserve(pipe_shared_make(&kind, process_id, process_id));

    if (memory < 0)
        return NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) {
        close(memory);
        return NULL;
    }
    *theirs = sockets[1];
    sockets[0] = unix_fd_reserve(sockets[0]);
    struct pipe_link *link = pipe_link_attach(memory, sockets[0], PIPE_SERVER);
    if (!link) {
        close(memory);
        close(sockets[0]);
        close(*theirs);
        return NULL;
    }
    link->shared->mailslot = 1;
    link->shared->opens[PIPE_CLIENT] = 0;
    link->shared->message_size = message_size;
    link->shared->read_timeout = timeout;
    return link;
}

/* The server gets the writers' descriptors with the name. */
static NTSTATUS register_slot(const struct nt_path *path, void *security, struct pipe_link *link, int socket)
{
    struct protocol_mailslot_create_in in = { 0 };
    struct client_request request = CLIENT_REQUEST(mailslot_create, .in = &in);
    int fds[2] = { socket, link->memory_fd }, pair[2];
    NTSTATUS status = client_join(true);

    if (status)
        return status;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (pipe_send_descriptor(pair[0], "", 1, fds, 2)) {
        request.fd = pair[1];
        request.parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
        if (security) {
            struct sd_parts parts = sd_parts_of(security);
            request.parts[1] = (struct message_part){ security, (uint32_t)sd_parts_size(&parts) };
        }
        status = client_request(&request);
    } else {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    close(pair[0]);
    close(pair[1]);
    return status;
}

NTSTATUS NtCreateMailslotFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                              IO_STATUS_BLOCK *IoStatusBlock, ULONG CreateOptions, ULONG MailslotQuota,
                              ULONG MaximumMessageSize, LARGE_INTEGER *ReadTimeout)
{
    int64_t timeout = timeout_of(ReadTimeout ? ReadTimeout->QuadPart : -1);
    ULONG attributes = ObjectAttributes->Attributes;
    void *given = NULL, *security = NULL;
    struct file_object *file = NULL;
    struct nt_path path;
    int theirs = -1;
    HANDLE handle;
    NTSTATUS status = STATUS_SUCCESS;

    (void)MailslotQuota; /* there is room for more */
    if (ObjectAttributes->SecurityDescriptor)
        status = security_descriptor_in(ObjectAttributes->SecurityDescriptor, &given);
    if (!status)
        status = security_assign(&file_type, given, NULL, 0, &security);
    if (!status && !(status = path_parse(ObjectAttributes, &path))) {
        struct pipe_link *link = NULL;
        if (path.kind != PATH_MAILSLOT || !path.text_len || path.broadcast)
            status = STATUS_OBJECT_NAME_INVALID;
        else if (!(link = make_link(MaximumMessageSize, timeout, &theirs)))
            status = STATUS_INSUFFICIENT_RESOURCES;
        else if (!(status = register_slot(&path, security, link, theirs))) {
            file = make_file(path.text, path.text_len, true, access_map(&file_type, DesiredAccess), 0, CreateOptions,
                             link);
            path.text = NULL;
            status = file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        }
        if (theirs >= 0)
            close(theirs);
        if (status && link)
            pipe_link_unref(link);
        path_free(&path);
    }
    if (status) {
        free(security);
        return status;
    }
    file->obj.security = security;
    status = handle_create(&file->obj, file->access, attributes, &handle);
    object_unref(&file->obj);
    if (status)
        return status;
    *FileHandle = handle;
    IoStatusBlock->Status = STATUS_SUCCESS;
    IoStatusBlock->Information = FILE_CREATED;
    return STATUS_SUCCESS;
}
