/* SPDX-License-Identifier: MIT */
/*
 * socket_poll.c: waiting for sockets to become ready. IOCTL_AFD_POLL is what event loops (libuv, mio, wepoll) build on: an
 * overlapped request that is done when one of its sockets is ready, its time is over or a socket is closed. Such a request
 * has an epoll descriptor of its own, which holds its sockets and a timer, and which the I/O thread watches. select() and
 * WSAPoll() wait in the call with poll().
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "socket.h"
#include "thread.h"

#define MAX_HANDLES 0x10000

struct poll_target {
    struct poll_request *request;
    struct file_object *file;       /* referenced; NULL if the handle was none of a socket's */
    struct poll_target *next, **at; /* of the socket */
    HANDLE handle;
    ULONG events;
    bool closed;
};

struct poll_request {
    int fd, timer_fd; /* or -1 */
    unsigned count;
    bool timeout_now, exclusive;
    bool superseded; /* by another exclusive one of a socket of it */
    struct poll_target targets[];
};

static pthread_mutex_t poll_lock = PTHREAD_MUTEX_INITIALIZER; /* the lists of sockets' polls; inside the I/O lock */

static void free_poll(struct io *io)
{
    struct poll_request *request = io->data;

    pthread_mutex_lock(&poll_lock);
    for (unsigned i = 0; i < request->count; i++) {
        struct poll_target *target = &request->targets[i];
        if (target->at && (*target->at = target->next))
            target->next->at = target->at;
    }
    pthread_mutex_unlock(&poll_lock);
    for (unsigned i = 0; i < request->count; i++) {
        if (request->targets[i].file)
            object_unref(&request->targets[i].file->obj);
    }
    if (request->fd >= 0)
        close(request->fd);
    if (request->timer_fd >= 0)
        close(request->timer_fd);
    free(request);
}

static short linux_events(ULONG events)
{
    return (events & (AFD_POLL_RECEIVE | AFD_POLL_ACCEPT) ? POLLIN : 0) |
           (events & AFD_POLL_RECEIVE_EXPEDITED ? POLLPRI : 0) |
           (events & (AFD_POLL_SEND | AFD_POLL_CONNECT) ? POLLOUT : 0) | POLLRDHUP;
}

/* What of `wanted` is the case, when poll() says `found`. */
static ULONG windows_events(struct file_object *file, ULONG wanted, short found)
{
    struct socket *s = socket_of(file);
    ULONG events = 0;

    if (s->listening)
        return wanted & (found & POLLIN ? AFD_POLL_ACCEPT | AFD_POLL_RECEIVE : 0);
    if (!s->connected && !s->connecting && s->made.type == SOCK_STREAM) {
        /* Linux says HUP of what was never connected, Windows nothing; a connection that has failed stays failed. */
        return wanted & (s->connect_error ? AFD_POLL_CONNECT_FAIL : 0);
    }
    if (s->connecting && !(found & (POLLOUT | POLLERR | POLLHUP)))
        return 0;
    if (s->connecting) {
        if (found & (POLLERR | POLLHUP)) {
            socklen_t size = sizeof s->connect_error;
            int err = 0;
            if (!getsockopt(file->fd, SOL_SOCKET, SO_ERROR, &err, &size) && err)
                s->connect_error = err;
            s->connecting = false;
            return wanted & AFD_POLL_CONNECT_FAIL;
        }
        socket_connected(s);
        events |= AFD_POLL_CONNECT;
    }
    events |= found & POLLIN ? AFD_POLL_RECEIVE : 0;
    events |= found & POLLPRI ? AFD_POLL_RECEIVE_EXPEDITED : 0;
    events |= found & POLLOUT ? AFD_POLL_SEND : 0;
    if (s->made.type == SOCK_STREAM) {
        if (found & POLLERR)
            events |= AFD_POLL_ABORT;
        if (found & (POLLRDHUP | POLLHUP))
            events |= AFD_POLL_DISCONNECT;
    }
    return events & wanted;
}

/* Has those who poll the socket look again: all, as it is closed, or the exclusive ones, as there is another now. */
static void wake_polls(struct socket *s, bool closed)
{
    int few[16], *fds = few;
    unsigned count = 0, i;

    pthread_mutex_lock(&poll_lock);
    for (struct poll_target *target = s->polls; target; target = target->next)
        count++;
    if (count > 16 && !(fds = malloc(count * sizeof *fds)))
        fds = few, count = 16;
    i = 0;
    for (struct poll_target *target = s->polls; target; target = target->next) {
        if (closed)
            target->closed = true;
        else if (target->request->exclusive)
            __atomic_store_n(&target->request->superseded, true, __ATOMIC_RELEASE);
        else
            continue;
        if (i < count)
            fds[i++] = target->request->fd;
    }
    pthread_mutex_unlock(&poll_lock);
    while (i)
        io_advance(fds[--i]);
    if (fds != few)
        free(fds);
}

/* Who polls a socket learns of its end, whatever it asked for. */
void socket_poll_closed(struct file_object *file)
{
    wake_polls(socket_of(file), true);
}

static NTSTATUS retry_poll(struct io *io)
{
    struct poll_request *request = io->data;
    struct epoll_event ignored[16];
    struct pollfd few[16], *fds = few;
    unsigned found = 0;
    bool expired = request->timeout_now;
    NTSTATUS status = STATUS_PENDING;
    uint64_t ticks;

    if (__atomic_load_n(&request->superseded, __ATOMIC_ACQUIRE))
        return STATUS_CANCELLED;
    if (request->fd >= 0) /* its edges are seen now */
        while (epoll_wait(request->fd, ignored, 16, 0) == 16)
            ;
    if (request->timer_fd >= 0 && read(request->timer_fd, &ticks, sizeof ticks) == sizeof ticks)
        expired = true;
    if (request->count > 16 && !(fds = malloc(request->count * sizeof *fds)))
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; i < request->count; i++)
        fds[i] =
            (struct pollfd){ .fd = request->targets[i].file->fd, .events = linux_events(request->targets[i].events) };
    poll(fds, request->count, 0);
    for (unsigned i = 0; i < request->count; i++) {
        struct poll_target *target = &request->targets[i];
        struct afd_poll_handle out = { target->handle, 0, STATUS_SUCCESS };
        if (__atomic_load_n(&target->closed, __ATOMIC_ACQUIRE))
            out.events = AFD_POLL_LOCAL_CLOSE;
        else
            out.events = windows_events(target->file, target->events, fds[i].revents);
        if (!out.events)
            continue;
        if (out.events & AFD_POLL_CONNECT_FAIL)
            out.status = socket_status(socket_of(target->file)->connect_error);
        status = STATUS_SUCCESS;
        if (!io_copy_out((char *)io->buffer + sizeof(struct afd_poll) + found++ * sizeof out, &out, sizeof out))
            status = STATUS_ACCESS_VIOLATION;
    }
    if (fds != few)
        free(fds);
    if (status == STATUS_PENDING && expired)
        status = STATUS_TIMEOUT;
    if (status == STATUS_PENDING)
        return status;
    io->information = sizeof(struct afd_poll) + found * sizeof(struct afd_poll_handle);
    if (!io_copy_out((char *)io->buffer + offsetof(struct afd_poll, count), &(ULONG){ found }, sizeof(ULONG)))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

static NTSTATUS add_target(struct poll_request *request, const struct afd_poll_handle *in)
{
    struct poll_target *target = &request->targets[request->count];
    struct object *obj;
    NTSTATUS status = handle_lookup(in->handle, &file_type, 0, &obj);

    if (status)
        return status;
    target->file = (struct file_object *)obj;
    if (target->file->ops != &socket_ops || target->file->fd < 0) {
        object_unref(obj);
        return STATUS_INVALID_HANDLE;
    }
    target->request = request;
    target->handle = in->handle;
    target->events = in->events;
    request->count++;
    return STATUS_SUCCESS;
}

/* Gives the request what the I/O thread can watch. */
static NTSTATUS arm_poll(struct poll_request *request, int64_t timeout)
{
    request->fd = unix_fd_reserve(epoll_create1(EPOLL_CLOEXEC));
    if (request->fd < 0)
        return STATUS_TOO_MANY_OPENED_FILES;
    for (unsigned i = 0; i < request->count; i++) {
        struct poll_target *target = &request->targets[i];
        struct epoll_event event = { .events = (uint32_t)linux_events(target->events) | EPOLLET };
        struct socket *s = socket_of(target->file);
        if (epoll_ctl(request->fd, EPOLL_CTL_ADD, target->file->fd, &event) && errno != EEXIST)
            return STATUS_INSUFFICIENT_RESOURCES;
        pthread_mutex_lock(&poll_lock);
        target->next = s->polls;
        target->at = &s->polls;
        if (s->polls)
            s->polls->at = &target->next;
        s->polls = target;
        target->closed = s->closed;
        pthread_mutex_unlock(&poll_lock);
    }
    if (timeout != INT64_MAX) {
        struct timespec now;
        struct itimerspec when = { 0 };
        struct epoll_event event = { .events = EPOLLIN | EPOLLET };
        clock_gettime(timeout < 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now);
        if (timeout < 0) {
            int64_t end = now.tv_sec * 10000000ll + now.tv_nsec / 100 - timeout;
            when.it_value = (struct timespec){ end / 10000000, end % 10000000 * 100 };
        } else {
            when.it_value = time_to_unix(timeout);
        }
        request->timer_fd =
            unix_fd_reserve(timerfd_create(timeout < 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
        if (request->timer_fd < 0 || timerfd_settime(request->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) ||
            epoll_ctl(request->fd, EPOLL_CTL_ADD, request->timer_fd, &event))
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

NTSTATUS socket_poll(struct io *io)
{
    struct afd_poll head;
    struct afd_poll_handle *handles;
    struct poll_request *request;
    NTSTATUS status = STATUS_SUCCESS;
    size_t size;

    if (io->input_length < sizeof head || !user_copy_in(&head, io->input, sizeof head))
        return STATUS_INVALID_PARAMETER;
    size = head.count * sizeof *handles;
    if (!head.count || head.count > MAX_HANDLES || io->input_length < sizeof head + size ||
        io->length < sizeof head + size)
        return STATUS_INVALID_PARAMETER;
    request = calloc(1, sizeof *request + head.count * sizeof request->targets[0]);
    handles = malloc(size);
    if (!request || !handles) {
        free(request);
        free(handles);
        return STATUS_NO_MEMORY;
    }
    request->fd = request->timer_fd = -1;
    io->data = request;
    io->release = free_poll;
    if (!user_copy_in(handles, (const char *)io->input + sizeof head, size))
        status = STATUS_ACCESS_VIOLATION;
    for (unsigned i = 0; i < head.count && !status; i++)
        status = add_target(request, &handles[i]);
    free(handles);
    if (!status && !io_copy_out(io->buffer, &head, sizeof head))
        status = STATUS_ACCESS_VIOLATION;
    if (status)
        return status;
    request->timeout_now = !head.timeout.QuadPart;
    /* "makes the other poll request return if there is any" (libuv's src/win/poll.c, which stops polling that way) */
    request->exclusive = head.exclusive != 0;
    for (unsigned i = 0; i < request->count && request->exclusive; i++)
        wake_polls(socket_of(request->targets[i].file), false);
    status = retry_poll(io);
    if (status != STATUS_PENDING)
        return status;
    status = arm_poll(request, head.timeout.QuadPart);
    if (status)
        return status;
    io->edge = true;
    return io_start(io, request->fd, POLLIN, retry_poll);
}

/* --- select and WSAPoll --- */

/* Winsock's view of what poll() found: an unconnected stream is neither writable nor hung up. */
static short shown_events(struct file_object *file, short found)
{
    struct socket *s = socket_of(file);
    socklen_t size = sizeof(int);
    int err = 0;

    if (s->made.type != SOCK_STREAM || s->listening || (s->connected && !s->connecting))
        return found;
    if (!s->connecting)
        return s->connect_error ? POLLERR | POLLHUP : 0;
    if (!(found & (POLLOUT | POLLERR | POLLHUP)))
        return 0;
    if (!(found & (POLLERR | POLLHUP))) {
        socket_connected(s);
        return found;
    }
    if (!getsockopt(file->fd, SOL_SOCKET, SO_ERROR, &err, &size) && err)
        s->connect_error = err;
    s->connecting = false;
    return POLLERR | POLLHUP;
}

static unsigned look_up_entries(struct afd_select_entry *entries, struct pollfd *fds, struct file_object **files,
                                unsigned count)
{
    unsigned bad = 0;

    for (unsigned i = 0; i < count; i++) {
        struct object *obj;
        fds[i] = (struct pollfd){ .fd = -1, .events = (short)entries[i].events };
        entries[i].bad = entries[i].revents = 0;
        if (entries[i].socket == UINT64_MAX) /* WSAPoll leaves INVALID_SOCKET out */
            continue;
        if (!handle_lookup((HANDLE)(uintptr_t)entries[i].socket, &file_type, 0, &obj)) {
            files[i] = (struct file_object *)obj;
            if (files[i]->ops == &socket_ops && (fds[i].fd = files[i]->fd) >= 0)
                continue;
        }
        entries[i].bad = 1;
        bad++;
    }
    return bad;
}

static NTSTATUS wait_entries(struct afd_select_entry *entries, struct pollfd *fds, struct file_object **files,
                             unsigned count, int64_t timeout)
{
    struct timespec deadline = { 0 }, now, left, *wait = NULL;

    clock_gettime(CLOCK_MONOTONIC, &deadline);
    if (timeout >= 0) {
        deadline.tv_sec += timeout / 1000000;
        deadline.tv_nsec += timeout % 1000000 * 1000;
    }
    for (;;) {
        unsigned found = 0, hidden = 0;
        if (timeout >= 0) {
            clock_gettime(CLOCK_MONOTONIC, &now);
            int64_t ns = (deadline.tv_sec - now.tv_sec) * 1000000000ll + deadline.tv_nsec - now.tv_nsec;
            if (ns < 0)
                ns = 0;
            left = (struct timespec){ ns / 1000000000, ns % 1000000000 };
            wait = &left;
        }
        int n = ppoll(fds, count, wait, NULL);
        if (n < 0 && errno == EINTR) {
            thread_check_suspend();
            continue;
        }
        if (n < 0)
            return socket_status(errno);
        for (unsigned i = 0; i < count; i++) {
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            entries[i].revents = (uint16_t)shown_events(files[i], fds[i].revents);
            if (entries[i].revents & (fds[i].events | POLLERR | POLLHUP | POLLNVAL))
                found++;
            else
                hidden++, fds[i].fd = -1; /* says what Windows does not: looked at no more in this call */
        }
        if (found || n == 0 || !hidden)
            return STATUS_SUCCESS;
    }
}

NTSTATUS socket_select(struct io *io)
{
    struct afd_select in;
    struct afd_select_entry *entries;
    struct file_object **files;
    struct pollfd *fds;
    size_t size;
    NTSTATUS status = STATUS_SUCCESS;

    if (io->input_length < sizeof in || !user_copy_in(&in, io->input, sizeof in) || in.count > MAX_HANDLES)
        return STATUS_INVALID_PARAMETER;
    size = in.count * sizeof *entries;
    entries = malloc(size + 1);
    fds = malloc(in.count * sizeof *fds + 1);
    files = calloc(in.count + 1, sizeof *files);
    if (!entries || !fds || !files)
        status = STATUS_NO_MEMORY;
    else if (!user_copy_in(entries, (void *)(uintptr_t)in.entries, size))
        status = STATUS_ACCESS_VIOLATION;
    if (!status) {
        if (!look_up_entries(entries, fds, files, in.count))
            status = wait_entries(entries, fds, files, in.count, in.timeout);
        if (!status && !user_copy_out((void *)(uintptr_t)in.entries, entries, size))
            status = STATUS_ACCESS_VIOLATION;
    }
    for (unsigned i = 0; files && i < in.count; i++) {
        if (files[i])
            object_unref(&files[i]->obj);
    }
    free(entries);
    free(fds);
    free(files);
    return status;
}
