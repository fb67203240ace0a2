/* SPDX-License-Identifier: MIT */
/* pipe.c: requests on ends of pipes: reading, writing, flushing, looking, transactions. docs/pipes.md tells about the design. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include "pipe.h"
#include "thread.h"

pthread_mutex_t pipe_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- links --- */

NTSTATUS pipe_get_link(struct pipe_end *end, struct pipe_link **link)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&pipe_lock);
    if (end->link)
        *link = pipe_link_ref(end->link);
    else
        status = end->state == FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_LISTENING : STATUS_PIPE_DISCONNECTED;
    pthread_mutex_unlock(&pipe_lock);
    return status;
}

struct pipe_link *pipe_take_link(struct pipe_end *end)
{
    struct pipe_link *link = end->link;

    end->link = NULL;
    end->file->fd = -1;
    return link;
}

void pipe_set_link(struct pipe_end *end, struct pipe_link *link)
{
    end->link = link;
    end->file->fd = link->socket;
    end->state = FILE_PIPE_CONNECTED_STATE;
    link->shared->read_mode[link->side] = end->read_mode;
    link->shared->completion_mode[link->side] = end->completion_mode;
}

ULONG pipe_current_state(struct pipe_end *end)
{
    struct pipe_link *link;
    ULONG state = end->state;

    if (end->raw || pipe_get_link(end, &link))
        return end->raw && pipe_raw_broken(end->file) ? FILE_PIPE_CLOSING_STATE : state;
    if (link->shared->disconnected)
        state = FILE_PIPE_DISCONNECTED_STATE;
    else if (!pipe_link_alive(link))
        state = FILE_PIPE_CLOSING_STATE;
    pipe_link_unref(link);
    return state;
}

/* On the I/O thread: something came through the socket. What sleeps in this process must know if that was the end. */
static NTSTATUS notice(struct io *watch)
{
    struct pipe_link *link = watch->data;

    if (!__atomic_load_n(&link->gone, __ATOMIC_RELAXED) && !pipe_link_alive(link)) {
        __atomic_store_n(&link->gone, 1, __ATOMIC_RELEASE);
        pipe_link_wake_all(link);
    }
    return STATUS_PENDING;
}

static void unwatch(struct pipe_link *link)
{
    io_unwatch(link->watch);
    free(link->watch);
}

/* Before the first sleep. */
static NTSTATUS watch(struct pipe_link *link)
{
    static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
    NTSTATUS status = STATUS_SUCCESS;

    if (__atomic_load_n(&link->watch, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    pthread_mutex_lock(&watch_lock);
    if (!link->watch) {
        struct io *io = calloc(1, sizeof *io);
        status = STATUS_NO_MEMORY;
        if (io) {
            io->data = link;
            status = io_watch(io, link->socket, 0, notice);
        }
        if (!status) {
            link->unwatch = unwatch;
            __atomic_store_n(&link->watch, io, __ATOMIC_RELEASE);
        } else {
            free(io);
        }
    }
    pthread_mutex_unlock(&watch_lock);
    return status;
}

/* --- transfers --- */

static bool copy_in(void *to, const void *from, size_t size)
{
    return io_copy_in(to, from, size);
}

static bool copy_out(void *to, const void *from, size_t size)
{
    return io_copy_out(to, from, size);
}

static NTSTATUS try_read(struct io *io)
{
    struct pipe_link *link = io->data;
    struct pipe_transfer transfer = {
        .copy = copy_out, .buffer = io->buffer, .length = io->length, .done = io->information
    };
    NTSTATUS status = pipe_ring_read(link, &transfer, link->shared->read_mode[link->side] == FILE_PIPE_MESSAGE_MODE);

    io->information = transfer.done;
    return status;
}

static NTSTATUS try_write_from(struct io *io, const void *buffer, ULONG length, ULONG_PTR *done)
{
    struct pipe_transfer transfer = { .copy = copy_in,
                                      .buffer = (char *)buffer,
                                      .length = length,
                                      .done = *done,
                                      .turn = io->pipe.turn,
                                      .target = io->pipe.target,
                                      .written = io->pipe.written };
    NTSTATUS status = pipe_ring_write(io->data, &transfer);

    *done = transfer.done;
    io->pipe.turn = transfer.turn;
    io->pipe.target = transfer.target;
    io->pipe.written = transfer.written;
    /* ERROR_NO_DATA is for who begins to write; what waits already ends as reads do. */
    return status == STATUS_PIPE_CLOSING && io->pipe.waited ? STATUS_PIPE_BROKEN : status;
}

static NTSTATUS try_write(struct io *io)
{
    return try_write_from(io, io->buffer, io->length, &io->information);
}

/* A message out, then the next one in. */
static NTSTATUS try_transceive(struct io *io)
{
    if (!io->pipe.sent) {
        ULONG_PTR done = io->pipe.done;
        NTSTATUS status = try_write_from(io, io->input, io->input_length, &done);
        io->pipe.done = done;
        if (status)
            return status;
        io->pipe.sent = true;
    }
    return try_read(io);
}

/* Who waits is counted, so that the other end tells. */
static void count(struct io *io, int by)
{
    struct pipe_link *link = io->data;
    bool write = io->write || io->pipe.sends, read = !io->write;

    if (write)
        __atomic_fetch_add(&pipe_ring_out(link)->write.waiting, (uint32_t)by, __ATOMIC_SEQ_CST);
    if (read)
        __atomic_fetch_add(&pipe_ring_in(link)->read.waiting, (uint32_t)by, __ATOMIC_SEQ_CST);
}

/* The thread that asked for a read sleeps on the ring itself, as for a synchronous one: nothing goes through the socket. */
static uint32_t *attend(struct io *io)
{
    struct pipe_link *link = pipe_link_ref(io->data);
    struct pipe_ring *in = pipe_ring_in(link);

    __atomic_fetch_add(&in->read.sleepers.attended, 1, __ATOMIC_SEQ_CST);
    pipe_sleepers_join(&in->read.sleepers, __atomic_load_n(&in->write.changes.count, __ATOMIC_SEQ_CST));
    io->pipe.attended = true;
    if (io->pipe.counted)
        count(io, -1);
    io->pipe.counted = false;
    return &in->write.changes.count;
}

static void end_attendance(struct pipe_link *link)
{
    struct pipe_sleepers *sleepers = &pipe_ring_in(link)->read.sleepers;

    pipe_sleepers_leave(sleepers);
    __atomic_fetch_sub(&sleepers->attended, 1, __ATOMIC_SEQ_CST);
}

static void attend_no_more(struct io *io)
{
    struct pipe_link *link = io->data;

    io->pipe.counted = true;
    count(io, 1);
    io->pipe.attended = false;
    end_attendance(link);
}

static void attended(void *link)
{
    pipe_link_unref(link);
}

static const struct io_attendance attendance = { attend, attend_no_more, attended };

static void release_transfer(struct io *io)
{
    struct pipe_link *link = io->data;
    struct pipe_transfer transfer = { .turn = io->pipe.turn };

    if (transfer.turn)
        pipe_ring_abandon(link, &transfer);
    if (io->pipe.counted)
        count(io, -1);
    if (io->pipe.attended)
        end_attendance(link);
    pipe_link_unref(link);
}

static NTSTATUS retry_asynchronous(struct io *io)
{
    struct pipe_link *link = io->data;
    bool told = io->pipe.counted; /* by the socket: on the I/O thread */

    if (told || (io->pipe.attended && !current_thread))
        pipe_link_drain(link);
    NTSTATUS status = io->pipe.try(io);
    if (status != STATUS_PENDING || (io->pipe.attended && current_thread))
        return status;
    io->pipe.waited = true;
    if (told || io->pipe.attended) {
        pipe_link_alive(link);
    } else { /* from now on the socket tells: what came before is seen by another attempt */
        io->pipe.counted = true;
        count(io, 1);
    }
    return io->pipe.try(io);
}

/* Reads sleep until something was written, writes until something was read. */
static NTSTATUS run_synchronous(struct io *io)
{
    struct pipe_link *link = io->data;
    struct pipe_ring *in = pipe_ring_in(link), *out = pipe_ring_out(link);
    NTSTATUS status;

    bool first = true;
    for (;;) {
        bool writing = io->write || (io->pipe.sends && !io->pipe.sent);
        struct pipe_changes *changes = writing ? &out->read.changes : &in->write.changes;
        struct pipe_sleepers *sleepers = writing ? &out->write.sleepers : &in->read.sleepers;
        uint32_t seen = __atomic_load_n(&changes->count, __ATOMIC_SEQ_CST);

        status = io->pipe.try(io);
        if (status != STATUS_PENDING)
            break;
        if (writing != (io->write || (io->pipe.sends && !io->pipe.sent)))
            continue;
        io->pipe.waited = true;
        if (first) { /* not the first attempt, perhaps: a transaction has written by now */
            first = false;
            io_sync_begin();
            bool watched = __atomic_load_n(&link->watch, __ATOMIC_ACQUIRE);
            if ((status = watch(link)))
                break;
            if (!watched && !pipe_link_alive(link)) /* from now on the watch tells */
                continue;
        }
        if (pipe_ring_sleep(changes, sleepers, seen) && errno == EINTR && io_sync_interrupted()) {
            status = STATUS_CANCELLED;
            break;
        }
    }
    io_sync_end();
    return status;
}

static NTSTATUS run(struct io *io, NTSTATUS (*try)(struct io *io))
{
    struct pipe_link *link = io->data;

    io->release = release_transfer;
    io->pipe.try = try;
    io->attendance = try == try_read ? &attendance : NULL;
    return file_is_synchronous(io->file) ? run_synchronous(io) : io_start(io, link->socket, POLLIN, retry_asynchronous);
}

/* PIPE_NOWAIT: what can be done at once, even if that is nothing. */
static NTSTATUS read_now(struct io *io)
{
    NTSTATUS status = try_read(io);

    if (status == STATUS_PENDING && !pipe_link_alive(io->data))
        status = try_read(io);
    return status == STATUS_PENDING ? STATUS_PIPE_EMPTY : status;
}

static NTSTATUS write_now(struct io *io)
{
    struct pipe_transfer transfer = { .copy = copy_in, .buffer = io->buffer, .length = io->length };
    NTSTATUS status = pipe_ring_write_now(io->data, &transfer);

    io->information = transfer.done;
    return status;
}

static NTSTATUS pipe_read_write(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct pipe_link *link;

    if (end->raw)
        return io->write ? pipe_raw_write(io) : pipe_raw_read(io);
    NTSTATUS status = pipe_get_link(end, &link);
    if (status)
        return status;
    io->data = link;
    if (link->shared->completion_mode[link->side] == FILE_PIPE_QUEUE_OPERATION)
        return run(io, io->write ? try_write : try_read);
    io->release = release_transfer;
    return io->write ? write_now(io) : read_now(io);
}

/* FlushFileBuffers: until the other end has read all that was written before. */
static NTSTATUS pipe_flush(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct pipe_link *link;

    if (!(file->access & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        return STATUS_SUCCESS;
    /* Those that CreatePipe made here. What others gave this program may be read by who waits for its end. */
    if (end->raw)
        return end->pipe ? pipe_raw_flush(file) : STATUS_SUCCESS;
    NTSTATUS status = pipe_get_link(end, &link);
    if (status)
        return status;
    struct pipe_ring *out = pipe_ring_out(link);
    uint64_t data = __atomic_load_n(&out->write.data, __ATOMIC_ACQUIRE);
    uint64_t messages = __atomic_load_n(&out->write.messages, __ATOMIC_ACQUIRE);
    for (bool first = true;; first = false) {
        uint32_t seen = __atomic_load_n(&out->read.changes.count, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&out->read.data, __ATOMIC_ACQUIRE) >= data &&
            __atomic_load_n(&out->read.messages, __ATOMIC_ACQUIRE) >= messages)
            break;
        if (link->shared->disconnected || !pipe_link_alive(link)) {
            status = link->shared->disconnected ? STATUS_PIPE_DISCONNECTED : STATUS_PIPE_BROKEN;
            break;
        }
        if (first) {
            io_sync_begin();
            if ((status = watch(link)))
                break;
        }
        if (pipe_ring_sleep(&out->read.changes, &out->write.sleepers, seen) && errno == EINTR &&
            io_sync_interrupted()) {
            status = STATUS_CANCELLED;
            break;
        }
    }
    io_sync_end();
    pipe_link_unref(link);
    return status;
}

/* --- controls --- */

static NTSTATUS peek(struct io *io)
{
    size_t fixed = offsetof(FILE_PIPE_PEEK_BUFFER, Data), room = io->length - fixed;
    struct pipe_end *end = io->file->data;
    FILE_PIPE_PEEK_BUFFER header = { .NamedPipeState = FILE_PIPE_CONNECTED_STATE };
    struct pipe_link *link = NULL;
    struct pipe_look look;
    NTSTATUS status = STATUS_SUCCESS;

    if (io->length < fixed)
        return STATUS_INVALID_PARAMETER;
    if (!end->raw && (status = pipe_get_link(end, &link)))
        return status == STATUS_PIPE_LISTENING ? STATUS_INVALID_PIPE_STATE : status;
    uint32_t there = link ? pipe_ring_unread(pipe_ring_in(link)) : pipe_raw_available(io->file);
    room = room < there ? room : there;
    char *data = malloc(room + 1);
    if (!data)
        status = STATUS_NO_MEMORY;
    else
        status = link ? pipe_ring_peek(link, data, room, &look) : pipe_raw_peek(io->file, data, room, &look);
    if (!status) {
        header.ReadDataAvailable = look.available;
        uint32_t all = look.available;
        if (link && link->shared->type == FILE_PIPE_MESSAGE_TYPE) {
            header.NumberOfMessages = look.messages;
            header.MessageLength = look.first;
            if (link->shared->read_mode[link->side] == FILE_PIPE_MESSAGE_MODE)
                all = look.first;
        }
        status = all > look.copied ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
        if (!io_copy_out(io->buffer, &header, fixed) || !io_copy_out((char *)io->buffer + fixed, data, look.copied))
            status = STATUS_ACCESS_VIOLATION;
        io->information = fixed + look.copied;
    }
    free(data);
    if (link)
        pipe_link_unref(link);
    return status;
}

/* "Not in the connected state or not in the full-duplex message mode", "contains unread data" ([MS-FSCC] 2.3.48). */
static NTSTATUS may_transceive(struct pipe_link *link)
{
    if (link->shared->disconnected)
        return STATUS_PIPE_DISCONNECTED;
    if (!pipe_link_alive(link) || link->shared->type != FILE_PIPE_MESSAGE_TYPE ||
        link->shared->read_mode[link->side] != FILE_PIPE_MESSAGE_MODE)
        return STATUS_INVALID_PIPE_STATE;
    return pipe_ring_has_unread(pipe_ring_in(link)) ? STATUS_PIPE_BUSY : STATUS_SUCCESS;
}

/* TransactNamedPipe. */
static NTSTATUS transceive(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct pipe_link *link;
    NTSTATUS status;

    if (end->raw)
        return STATUS_INVALID_PIPE_STATE;
    if ((status = pipe_get_link(end, &link)))
        return status == STATUS_PIPE_LISTENING ? STATUS_INVALID_PIPE_STATE : status;
    if ((status = may_transceive(link))) {
        pipe_link_unref(link);
        return status;
    }
    io->data = link;
    io->pipe.sends = true;
    return run(io, try_transceive);
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
        return pipe_impersonate(io->file);
    case FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE:
    case FSCTL_PIPE_GET_PIPE_ATTRIBUTE:
        return pipe_get_attribute(io);
    case FSCTL_PIPE_SET_PIPE_ATTRIBUTE:
        return pipe_set_attribute(io);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

const struct file_ops pipe_ops = {
    .device_type = FILE_DEVICE_NAMED_PIPE,
    .read = pipe_read_write,
    .write = pipe_read_write,
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
    end->raw = true;
    end->socket = S_ISSOCK(mode);
    end->state = FILE_PIPE_CONNECTED_STATE;
    end->file = file;
    end->entry.Flink = end->entry.Blink = &end->entry;
    file->data = end;
    return file;
}
