/* SPDX-License-Identifier: MIT */
/*
 * socket_events.c: WSAEventSelect. An event that has been told is told again only after the program did what its page calls
 * the re-enabling function (recv for FD_READ, a send that would block for FD_WRITE, …). The I/O thread watches a duplicate of
 * the descriptor and hears of every change.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "socket.h"

#define EVENT_MODIFY_STATE 0x0002
#define EVENT_COUNT        6 /* FD_READ to FD_CLOSE are bits 0 to 5 */

struct socket_watch {
    struct io io;             /* for io_watch() */
    struct file_object *file; /* not referenced: it goes first */
    struct object *event;
    uint32_t mask, enabled, found; /* FD_*; under `lock` */
    NTSTATUS status[EVENT_COUNT];
    pthread_mutex_t lock;
};

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER; /* sockets' watch pointers */

static void found(struct socket_watch *watch, uint32_t event, NTSTATUS status)
{
    watch->found |= event;
    watch->enabled &= ~event;
    watch->status[__builtin_ctz(event)] = status;
}

/* Looks what has become true; under the watch's lock. */
static void look(struct socket_watch *watch)
{
    struct socket *s = socket_of(watch->file);
    struct pollfd state = { .fd = watch->io.fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };
    uint32_t before = watch->found, want = watch->mask & watch->enabled;
    socklen_t size = sizeof(int);
    int err = 0;
    char byte;

    if (!want || poll(&state, 1, 0) <= 0)
        return;
    if (s->listening) {
        if ((want & WIN_FD_ACCEPT) && (state.revents & POLLIN))
            found(watch, WIN_FD_ACCEPT, STATUS_SUCCESS);
        goto tell;
    }
    if (s->made.type == SOCK_STREAM && !s->connected) {
        if (!s->connecting && s->connect_error && (want & WIN_FD_CONNECT)) {
            found(watch, WIN_FD_CONNECT, socket_status(s->connect_error)); /* an earlier selection has seen it */
            goto tell;
        }
        if (!s->connecting || !(state.revents & (POLLOUT | POLLERR | POLLHUP)))
            return;
        if (state.revents & (POLLERR | POLLHUP)) {
            getsockopt(watch->io.fd, SOL_SOCKET, SO_ERROR, &err, &size);
            s->connect_error = err ? err : ECONNREFUSED;
            s->connecting = false;
            if (want & WIN_FD_CONNECT)
                found(watch, WIN_FD_CONNECT, socket_status(s->connect_error));
            goto tell;
        }
        socket_connected(s);
    }
    if (s->made.type == SOCK_STREAM && (want & WIN_FD_CONNECT) && s->connected)
        found(watch, WIN_FD_CONNECT, STATUS_SUCCESS);
    if ((want & WIN_FD_WRITE) && (state.revents & POLLOUT))
        found(watch, WIN_FD_WRITE, STATUS_SUCCESS);
    if ((want & WIN_FD_OOB) && (state.revents & POLLPRI))
        found(watch, WIN_FD_OOB, STATUS_SUCCESS);
    if ((want & (WIN_FD_READ | WIN_FD_CLOSE)) && (state.revents & (POLLIN | POLLRDHUP | POLLHUP | POLLERR))) {
        /* FD_CLOSE comes when everything has been read (WSAEventSelect's page) */
        ssize_t n = s->made.type == SOCK_STREAM ? recv(watch->io.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 1;
        if (n > 0 && (want & WIN_FD_READ) && (state.revents & POLLIN))
            found(watch, WIN_FD_READ, STATUS_SUCCESS);
        else if (n == 0 && (want & WIN_FD_CLOSE))
            found(watch, WIN_FD_CLOSE, STATUS_SUCCESS);
        else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            s->reset |= errno == ECONNRESET;
            if (want & WIN_FD_CLOSE)
                found(watch, WIN_FD_CLOSE, socket_status(errno));
        }
    }
tell:
    if (watch->found != before)
        object_signal(watch->event);
}

static NTSTATUS notice(struct io *io)
{
    struct socket_watch *watch = container_of(io, struct socket_watch, io);

    pthread_mutex_lock(&watch->lock);
    look(watch);
    pthread_mutex_unlock(&watch->lock);
    return STATUS_PENDING;
}

void socket_events_stop(struct file_object *file)
{
    struct socket *s = socket_of(file);
    struct socket_watch *watch;

    pthread_mutex_lock(&watch_lock);
    watch = s->watch;
    s->watch = NULL;
    pthread_mutex_unlock(&watch_lock);
    if (!watch)
        return;
    io_unwatch(&watch->io);
    close(watch->io.fd);
    object_unref(watch->event);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

void socket_events_enable(struct file_object *file, uint32_t events)
{
    struct socket *s = socket_of(file);

    if (!s->watch)
        return;
    pthread_mutex_lock(&watch_lock);
    struct socket_watch *watch = s->watch;
    if (watch) {
        pthread_mutex_lock(&watch->lock);
        watch->enabled |= events;
        watch->found &= ~(events & (WIN_FD_READ | WIN_FD_ACCEPT | WIN_FD_OOB));
        look(watch);
        pthread_mutex_unlock(&watch->lock);
    }
    pthread_mutex_unlock(&watch_lock);
}

/* Takes over the reference of the event. */
static NTSTATUS start(struct file_object *file, struct object *event, uint32_t mask)
{
    struct socket *s = socket_of(file);
    struct socket_watch *watch = calloc(1, sizeof *watch);
    int fd = unix_fd_reserve(fcntl(file->fd, F_DUPFD_CLOEXEC, 256));
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (!watch || fd < 0)
        goto failed;
    pthread_mutex_init(&watch->lock, NULL);
    watch->file = file;
    watch->event = event;
    watch->mask = mask;
    /* "When WSAAsyncSelect is called, if there is currently a connection established": of an earlier one nobody may have heard. */
    watch->enabled =
        WIN_FD_READ | WIN_FD_WRITE | WIN_FD_OOB | WIN_FD_ACCEPT | WIN_FD_CLOSE | (s->connect_told ? 0 : WIN_FD_CONNECT);
    /* What the I/O thread finds at once, somebody may ask for at once: not before the socket has its watch. */
    pthread_mutex_lock(&watch_lock);
    status = io_watch(&watch->io, fd, POLLIN | POLLOUT | POLLPRI, notice);
    if (status) {
        pthread_mutex_unlock(&watch_lock);
        goto failed;
    }
    s->watch = watch;
    pthread_mutex_lock(&watch->lock);
    look(watch);
    pthread_mutex_unlock(&watch->lock);
    pthread_mutex_unlock(&watch_lock);
    return STATUS_SUCCESS;
failed:
    if (fd >= 0)
        close(fd);
    object_unref(event);
    free(watch);
    return status;
}

/* WSAEventSelect makes the socket non-blocking; a new selection replaces the old one. */
NTSTATUS socket_events(struct io *io)
{
    struct afd_events in;
    struct object *event;
    NTSTATUS status;

    if (io->input_length < sizeof in || !user_copy_in(&in, io->input, sizeof in))
        return STATUS_INVALID_PARAMETER;
    if (!in.mask || !in.event) {
        socket_events_stop(io->file);
        return in.mask ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    }
    status = handle_lookup((HANDLE)(uintptr_t)in.event, &event_type, EVENT_MODIFY_STATE, &event);
    if (status)
        return status;
    socket_events_stop(io->file);
    __atomic_fetch_or(&io->file->options, FILE_OPTION_NONBLOCKING, __ATOMIC_SEQ_CST);
    return start(io->file, event, in.mask);
}

NTSTATUS socket_events_inherit(const struct file_object *listener, struct file_object *accepted)
{
    struct object *event = NULL;
    uint32_t mask = 0;

    pthread_mutex_lock(&watch_lock);
    const struct socket_watch *watch = socket_of(listener)->watch;
    if (watch) {
        event = watch->event;
        mask = watch->mask;
        object_ref(event);
    }
    pthread_mutex_unlock(&watch_lock);
    return event ? start(accepted, event, mask) : STATUS_SUCCESS;
}

NTSTATUS socket_enum_events(struct io *io)
{
    struct afd_network_events out = { 0 };
    struct socket *s = socket_of(io->file);
    struct object *event = NULL;
    uint64_t handle;
    NTSTATUS status;

    if (io->input_length < sizeof handle || !user_copy_in(&handle, io->input, sizeof handle) || io->length < sizeof out)
        return STATUS_INVALID_PARAMETER;
    if (handle && (status = handle_lookup((HANDLE)(uintptr_t)handle, &event_type, EVENT_MODIFY_STATE, &event)))
        return status;
    pthread_mutex_lock(&watch_lock);
    struct socket_watch *watch = s->watch;
    if (watch)
        pthread_mutex_lock(&watch->lock);
    if (event)
        object_reset(event);
    if (watch) {
        out.events = watch->found & watch->mask;
        memcpy(out.status, watch->status, sizeof watch->status);
        s->connect_told |= (out.events & WIN_FD_CONNECT) != 0;
        watch->found = 0;
        memset(watch->status, 0, sizeof watch->status);
        pthread_mutex_unlock(&watch->lock);
    }
    pthread_mutex_unlock(&watch_lock);
    if (event)
        object_unref(event);
    io->information = sizeof out;
    return io_copy_out(io->buffer, &out, sizeof out) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}
