/* SPDX-License-Identifier: MIT */
/*
 * io.c: requests on files. Most are done when the system call returns. What an asynchronous handle has to wait for (pipes,
 * sockets, consoles, change notifications) becomes a pending request, which one native thread, started with the first of
 * them, completes when epoll says that it can go on. How completion is told (event, APC, completion port, the file object)
 * follows "Synchronous and Asynchronous I/O" of win32 and the NtReadFile page.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "io_help.h"
#include "io_ring.h"
#include "thread.h"

#define EVENT_MODIFY_STATE 0x0002

static pthread_mutex_t io_lock = PTHREAD_MUTEX_INITIALIZER;
static struct io **waiting; /* by descriptor: requests in the order they came */
static size_t waiting_size;
static int epoll_fd = -1;

bool io_copy_out(void *user, const void *src, size_t size)
{
    struct iovec from = { (void *)src, size }, to = { user, size };

    if (current_thread)
        return user_copy_out(user, src, size);
    /* on the I/O thread, whose faults nobody handles */
    return process_vm_writev((pid_t)process_id, &from, 1, &to, 1, 0) == (ssize_t)size;
}

bool io_copy_in(void *dst, const void *user, size_t size)
{
    struct iovec to = { dst, size }, from = { (void *)user, size };

    if (current_thread)
        return user_copy_in(dst, user, size);
    return process_vm_readv((pid_t)process_id, &to, 1, &from, 1, 0) == (ssize_t)size;
}

NTSTATUS io_begin(struct io *io, HANDLE file, ACCESS_MASK need, HANDLE event, PIO_APC_ROUTINE apc, void *apc_context,
                  IO_STATUS_BLOCK *iosb)
{
    struct object *obj;
    NTSTATUS status;

    memset(io, 0, sizeof *io);
    status = handle_lookup_access(file, &file_type, 0, &obj, &io->granted);
    if (status)
        return status;
    io->file = (struct file_object *)obj;
    if (need && !(io->granted & need))
        status = STATUS_ACCESS_DENIED;
    else if (apc == IO_TO_PORT)
        status = handle_lookup(event, &completion_type, IO_COMPLETION_MODIFY_STATE, &io->port);
    else if (apc && io->file->completion)
        status = STATUS_INVALID_PARAMETER;
    else if (event)
        status = handle_lookup(event, &event_type, EVENT_MODIFY_STATE, &io->event);
    if (status) {
        object_unref(obj);
        return status;
    }
    if (io->event)
        object_reset(io->event);
    io->apc = io->port ? NULL : apc;
    io->apc_context = apc_context;
    io->iosb = iosb;
    io->fd = -1;
    return STATUS_SUCCESS;
}

static void io_cancel_one(struct io *pending);

/* A packet is what an asynchronous request with a context wants; APC routines and ports exclude each other. */
static bool wants_packet(const struct io *io)
{
    return io->file->completion && io->apc_context && !io->apc && !io->port;
}

static void tell_port(struct io *io, NTSTATUS status, ULONG_PTR information)
{
    if (wants_packet(io))
        completion_post(io->file->completion, io->file->completion_key, (ULONG_PTR)io->apc_context, status,
                        information);
}

static void release(struct io *io)
{
    if (io->release)
        io->release(io);
    if (io->event)
        object_unref(io->event);
    if (io->port)
        object_unref(io->port);
    if (io->thread)
        object_unref(io->thread);
    object_unref(&io->file->obj);
}

static void forget(struct io *pending)
{
    release(pending);
    free(pending);
}

/* A synchronous caller waits here for its pending request. */
static NTSTATUS wait_done(struct io *io, struct io *pending)
{
    NTSTATUS status;

    io_sync_begin();
    while (!__atomic_load_n(&pending->done, __ATOMIC_ACQUIRE)) {
        if (syscall(SYS_futex, &pending->done, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) && errno == EINTR &&
            io_sync_interrupted())
            io_cancel_one(pending); /* or it has just been done */
    }
    io_sync_end();
    status = pending->status;
    io->information = pending->information;
    free(pending);
    return status;
}

NTSTATUS io_finish(struct io *io, NTSTATUS status)
{
    struct file_object *file = io->file;
    bool synchronous = file_is_synchronous(file), failed = (ULONG)status >> 30 == 3;

    if (status == STATUS_PENDING) {
        struct io *pending = io->data;
        if (!synchronous)
            return STATUS_PENDING; /* the pending copy has the references now */
        status = wait_done(io, pending);
        io->release = NULL;
        failed = (ULONG)status >> 30 == 3;
    }
    io->iosb->Information = io->information;
    __atomic_store_n(&io->iosb->Status, status, __ATOMIC_RELEASE);
    if (io->event && (!failed || synchronous))
        object_signal(io->event);
    if (!failed && !synchronous) {
        if (!(file->completion_flags & FILE_SKIP_SET_EVENT_ON_HANDLE) && !io->event)
            object_signal(&file->obj);
        if (io->apc)
            thread_queue_apc(current_thread, (PNTAPCFUNC)(void *)io->apc, (ULONG_PTR)io->apc_context,
                             (ULONG_PTR)io->iosb, 0);
        else if (!(file->completion_flags & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
            tell_port(io, status, io->information);
    } else if (!failed && io->apc) {
        thread_queue_apc(current_thread, (PNTAPCFUNC)(void *)io->apc, (ULONG_PTR)io->apc_context, (ULONG_PTR)io->iosb,
                         0);
    }
    release(io);
    return status;
}

/* Takes a request out of its file's list and its thread's. Under the lock. */
static void unlink_pending(struct io *pending)
{
    if (pending->helper) {
        __atomic_store_n(&pending->helper->wait.changed, NULL, __ATOMIC_RELEASE);
        pending->helper->pending = NULL;
    }
    if ((*pending->file_place = pending->file_next))
        pending->file_next->file_place = pending->file_place;
    else
        pending->file->pending_last = pending->file_place;
    if (!pending->thread_place)
        return;
    if ((*pending->thread_place = pending->thread_next))
        pending->thread_next->thread_place = pending->thread_place;
    pending->thread_place = NULL;
}

/* The status is what programs look at, so it is written last. */
static void tell_block(IO_STATUS_BLOCK *iosb, NTSTATUS status, ULONG_PTR information)
{
    struct iovec from[2] = { { &information, sizeof information }, { &status, sizeof status } },
                 to[2] = { { &iosb->Information, sizeof information }, { &iosb->Status, sizeof status } };

    if (!current_thread) {
        process_vm_writev((pid_t)process_id, from, 2, to, 2, 0);
        return;
    }
    user_copy_out(to[0].iov_base, &information, sizeof information);
    user_copy_out(to[1].iov_base, &status, sizeof status);
}

void io_complete(struct io *pending, NTSTATUS status, ULONG_PTR information)
{
    struct file_object *file = pending->file;

    pthread_mutex_lock(&io_lock);
    unlink_pending(pending);
    pthread_mutex_unlock(&io_lock);
    if (file_is_synchronous(file)) {
        if (pending->release)
            pending->release(pending);
        pending->release = NULL;
        pending->status = status;
        pending->information = information;
        __atomic_store_n(&pending->done, 1, __ATOMIC_RELEASE);
        syscall(SYS_futex, &pending->done, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        return;
    }
    /* Once it is seen to be done, the file may get a port, which has nothing to do with it. */
    struct object *port = wants_packet(pending) ? file->completion : pending->port;
    ULONG_PTR key = pending->port ? 0 : file->completion_key;
    if (port)
        object_ref(port);
    tell_block(pending->iosb, status, information);
    if (pending->event)
        object_signal(pending->event);
    else if (!(file->completion_flags & FILE_SKIP_SET_EVENT_ON_HANDLE))
        object_signal(&file->obj);
    if (pending->apc) {
        struct thread_object *thread = (struct thread_object *)pending->thread;
        pthread_mutex_lock(&thread_list_lock);
        if (thread && thread->thread)
            thread_queue_apc(thread->thread, (PNTAPCFUNC)(void *)pending->apc, (ULONG_PTR)pending->apc_context,
                             (ULONG_PTR)pending->iosb, 0);
        pthread_mutex_unlock(&thread_list_lock);
    }
    if (port) {
        completion_post(port, key, (ULONG_PTR)pending->apc_context, status, information);
        object_unref(port);
    }
    forget(pending);
}

/* The heap copy that outlives the system call; takes the references over. */
static struct io *make_pending_locked(struct io *io)
{
    struct io *pending = malloc(sizeof *pending);
    struct file_object *file = io->file;

    if (!pending)
        return NULL;
    *pending = *io;
    pending->done = 0;
    pending->next = pending->file_next = NULL;
    if (!file_is_synchronous(file)) {
        struct thread_object *thread = (struct thread_object *)thread_current_object();
        pending->thread = object_ref(&thread->header);
        if ((pending->thread_next = thread->requests))
            thread->requests->thread_place = &pending->thread_next;
        pending->thread_place = &thread->requests;
        thread->requests = pending;
        object_reset(&file->obj);
    }
    pending->file_place = file->pending ? file->pending_last : &file->pending;
    *pending->file_place = pending;
    file->pending_last = &pending->file_next;
    io->data = pending;
    return pending;
}

struct io *io_make_pending(struct io *io)
{
    struct io *pending;

    pthread_mutex_lock(&io_lock);
    pending = make_pending_locked(io);
    pthread_mutex_unlock(&io_lock);
    return pending;
}

/* --- the I/O thread --- */

/* The events that the first waiting request of each direction wants. Under the lock. */
static uint32_t wanted(int fd)
{
    uint32_t events = 0;
    bool seen[2] = { false, false };

    for (struct io *io = waiting[fd]; io; io = io->next) {
        if (io->watch || !seen[io->write])
            events |= (io->events & POLLIN ? EPOLLIN : 0) | (io->events & POLLOUT ? EPOLLOUT : 0) |
                      (io->events & POLLPRI ? EPOLLPRI : 0) | (io->edge ? EPOLLRDHUP : 0);
        seen[io->write] |= !io->watch;
    }
    return events;
}

static void arm(int fd)
{
    bool edge = waiting[fd] && waiting[fd]->edge;
    uint32_t events = wanted(fd);
    struct epoll_event event = { .events = events | (edge ? EPOLLET : EPOLLONESHOT), .data.fd = fd };

    if (!events) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return;
    }
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) && errno == ENOENT)
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Puts a request into its descriptor's queue. Under the lock. */
static bool queue_up(struct io *io)
{
    struct io **last;

    if ((size_t)io->fd >= waiting_size) {
        size_t size = io->fd + 64;
        struct io **grown = realloc(waiting, size * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + waiting_size, 0, (size - waiting_size) * sizeof *grown);
        waiting = grown;
        waiting_size = size;
    }
    for (last = &waiting[io->fd]; *last && !io->watch;) /* watches first: they say how it is looked at */
        last = &(*last)->next;
    io->next = *last;
    *last = io;
    arm(io->fd);
    return true;
}

/* Tries what waits for the descriptor, in order and each direction by itself; done ones are returned as a list. A request
 * may go on waiting for another descriptor (AcceptEx). */
static struct io *advance(int fd)
{
    struct io *done = NULL, **done_last = &done;
    bool blocked[2] = { false, false };

    for (struct io *before = NULL, *io; (io = before ? before->next : waiting[fd]);) {
        if (io->watch) {
            io->retry(io);
            before = io;
            continue;
        }
        NTSTATUS status = blocked[io->write] ? STATUS_PENDING : io->retry(io);
        if (status == STATUS_PENDING && io->fd == fd) {
            blocked[io->write] = true;
            before = io;
            continue;
        }
        *(before ? &before->next : &waiting[fd]) = io->next;
        if (status == STATUS_PENDING) {
            if (queue_up(io))
                continue;
            status = STATUS_INSUFFICIENT_RESOURCES;
        }
        io->status = status;
        io->next = NULL;
        *done_last = io;
        done_last = &io->next;
    }
    return done;
}

static void complete_list(struct io *done)
{
    while (done) {
        struct io *next = done->next;
        io_complete(done, done->status, done->information);
        done = next;
    }
}

static void *io_thread(void *arg)
{
    struct epoll_event events[16];
    struct io *done;

    (void)arg;
    for (;;) {
        int n = epoll_wait(epoll_fd, events, 16, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            pthread_mutex_lock(&io_lock);
            done = advance(fd);
            /* If nothing waits any more, it is not looked at again (EPOLLONESHOT) until something does. */
            if (waiting[fd] && !waiting[fd]->edge)
                arm(fd);
            pthread_mutex_unlock(&io_lock);
            complete_list(done);
        }
    }
    return NULL;
}

void io_advance(int fd)
{
    struct io *done = NULL;

    pthread_mutex_lock(&io_lock);
    if ((size_t)fd < waiting_size && waiting[fd]) {
        done = advance(fd);
        arm(fd);
    }
    pthread_mutex_unlock(&io_lock);
    complete_list(done);
}

bool io_start_thread(void *(*run)(void *))
{
    sigset_t all, old;
    pthread_attr_t attr;
    pthread_t thread;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof(name));
    pthread_setname_np(pthread_self(), "transom/io"); /* which the new thread inherits: it is none of the program's */
    err = pthread_create(&thread, &attr, run, NULL);
    pthread_setname_np(pthread_self(), name);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return !err;
}

static bool start_thread(void)
{
    if (epoll_fd >= 0)
        return true;
    epoll_fd = unix_fd_reserve(epoll_create1(EPOLL_CLOEXEC));
    if (epoll_fd < 0)
        return false;
    if (io_start_thread(io_thread))
        return true;
    close(epoll_fd);
    epoll_fd = -1;
    return false;
}

static bool direction_busy(int fd, bool write)
{
    for (struct io *io = (size_t)fd < waiting_size ? waiting[fd] : NULL; io; io = io->next) {
        if (io->write == write && !io->watch)
            return true;
    }
    return false;
}

static NTSTATUS enqueue(struct io *io, int fd, short events, NTSTATUS (*retry)(struct io *io))
{
    struct io *pending;

    if (!start_thread())
        return STATUS_INSUFFICIENT_RESOURCES;
    if (io->fd < 0) /* else it has begun and goes on with another one */
        io->fd = fd;
    io->events = events;
    io->retry = retry;
    pending = make_pending_locked(io);
    if (!pending)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (queue_up(pending))
        return STATUS_PENDING;
    unlink_pending(pending);
    io->data = pending->data;
    if (pending->thread)
        object_unref(pending->thread);
    free(pending);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS io_watch(struct io *watch, int fd, short events, NTSTATUS (*notice)(struct io *watch))
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    watch->fd = fd;
    watch->events = events;
    watch->retry = notice;
    watch->edge = watch->watch = true;
    pthread_mutex_lock(&io_lock);
    if (start_thread() && queue_up(watch))
        status = STATUS_SUCCESS;
    pthread_mutex_unlock(&io_lock);
    return status;
}

void io_unwatch(struct io *watch)
{
    pthread_mutex_lock(&io_lock);
    for (struct io **place = &waiting[watch->fd]; *place; place = &(*place)->next) {
        if (*place == watch) {
            *place = watch->next;
            break;
        }
    }
    arm(watch->fd);
    pthread_mutex_unlock(&io_lock);
}

NTSTATUS io_start(struct io *io, int fd, short events, NTSTATUS (*retry)(struct io *io))
{
    NTSTATUS status;

    if (file_is_synchronous(io->file)) {
        io_sync_begin();
        while ((status = retry(io)) == STATUS_PENDING) {
            struct pollfd poll_fd = { .fd = io->fd < 0 ? fd : io->fd, .events = events };
            if (poll(&poll_fd, 1, -1) < 0 && errno == EINTR && io_sync_interrupted()) {
                status = STATUS_CANCELLED;
                break;
            }
        }
        io_sync_end();
        return status;
    }
    pthread_mutex_lock(&io_lock);
    status = direction_busy(fd, io->write) ? STATUS_PENDING : retry(io);
    if (status == STATUS_PENDING)
        status = enqueue(io, fd, events, retry);
    pthread_mutex_unlock(&io_lock);
    return status;
}

/* --- whoever waits for a request of its own --- */

#define HELP_LOOKS 8 /* at the newest requests: the one waited for is mostly the last */

static bool help_supported(void)
{
    static int supported; /* Linux 5.16; a container's filter may not know it */
    int known = __atomic_load_n(&supported, __ATOMIC_RELAXED);

    if (unlikely(!known)) {
        known = syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) && errno == EINVAL ? 1 : -1;
        __atomic_store_n(&supported, known, __ATOMIC_RELAXED);
    }
    return known > 0;
}

static struct io *find_attended(const struct object *object)
{
    struct io *io = ((struct thread_object *)thread_current_object())->requests;

    for (unsigned looks = 0; io && looks < HELP_LOOKS; looks++, io = io->thread_next) {
        const struct object *signals = io->event ? io->event : &io->file->obj;
        if (signals == object)
            return io->attendance && !io->helper ? io : NULL;
    }
    return NULL;
}

static void help_advance(struct wait_help *wait)
{
    struct io_help *help = (struct io_help *)wait;
    struct io *done = NULL;

    pthread_mutex_lock(&io_lock);
    if (help->pending) {
        wait->seen = __atomic_load_n(wait->changed, __ATOMIC_SEQ_CST);
        done = advance(help->pending->fd);
    }
    pthread_mutex_unlock(&io_lock);
    complete_list(done);
}

static void help_begin(struct wait_help *wait)
{
    struct io_help *help = (struct io_help *)wait;

    pthread_mutex_lock(&io_lock);
    struct io *io = find_attended(help->object);
    if (io) {
        help->pending = io;
        help->attendance = io->attendance;
        help->data = io->data;
        io->helper = help;
        wait->changed = io->attendance->begin(io);
    }
    pthread_mutex_unlock(&io_lock);
    help_advance(wait); /* what came before is not told */
}

static void help_end(struct wait_help *wait)
{
    struct io_help *help = (struct io_help *)wait;
    struct io *done = NULL;

    if (!help->attendance)
        return;
    pthread_mutex_lock(&io_lock);
    if (help->pending) {
        help->pending->helper = NULL;
        help->attendance->end(help->pending);
        done = advance(help->pending->fd);
    }
    pthread_mutex_unlock(&io_lock);
    complete_list(done);
    help->attendance->drop(help->data);
    help->pending = NULL;
    help->attendance = NULL;
    wait->changed = NULL;
}

void io_help_init(struct io_help *help, struct object *object)
{
    if (!help_supported())
        return;
    *help =
        (struct io_help){ .wait = { .begin = help_begin, .advance = help_advance, .end = help_end }, .object = object };
    wait_help = &help->wait;
}

/* --- cancelling --- */

/* Takes a request from whoever would complete it; false: that is being done. Under the lock. */
static bool take_away(struct io *io)
{
    if (!io->events) /* somebody else's to complete */
        return io->retry && io->retry(io) == STATUS_CANCELLED;
    struct io **place = &waiting[io->fd];
    while (*place && *place != io)
        place = &(*place)->next;
    if (!*place)
        return false;
    *place = io->next;
    arm(io->fd);
    return true;
}

static void complete_cancelled(struct io *cancelled, bool closed)
{
    while (cancelled) {
        struct io *next = cancelled->next;
        io_complete(cancelled, closed && cancelled->closed_status ? cancelled->closed_status : STATUS_CANCELLED, 0);
        cancelled = next;
    }
}

static unsigned cancel_all(struct file_object *file, IO_STATUS_BLOCK *only, struct object *thread, bool closed)
{
    struct io *cancelled = NULL, **last = &cancelled;
    unsigned count = 0;

    pthread_mutex_lock(&io_lock);
    for (struct io *io = file->pending; io; io = io->file_next) {
        if ((only && io->iosb != only) || (thread && io->thread != thread) || (closed && io->outlives))
            continue;
        if (!take_away(io)) {
            /* What a disk does already ends by itself: cancelling was tried, which is all that CancelIoEx promises. */
            count += io->outlives;
            continue;
        }
        io->next = NULL;
        *last = io;
        last = &io->next;
        count++;
    }
    pthread_mutex_unlock(&io_lock);
    complete_cancelled(cancelled, closed);
    return count;
}

unsigned io_cancel(struct file_object *file, IO_STATUS_BLOCK *only, struct object *thread)
{
    return cancel_all(file, only, thread, false);
}

void io_cancel_closed(struct file_object *file)
{
    cancel_all(file, NULL, NULL, true);
}

void io_cancel_thread(struct thread_object *thread)
{
    struct io *cancelled = NULL, **last = &cancelled;

    if (!__atomic_load_n(&thread->requests, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&io_lock);
    for (struct io *io = thread->requests; io; io = io->thread_next) {
        if (io->file->completion || !take_away(io))
            continue;
        io->next = NULL;
        *last = io;
        last = &io->next;
    }
    pthread_mutex_unlock(&io_lock);
    complete_cancelled(cancelled, false);
}

static NTSTATUS cancel(HANDLE handle, IO_STATUS_BLOCK *only, bool own, IO_STATUS_BLOCK *iosb)
{
    struct object *obj;
    unsigned count;
    NTSTATUS status = handle_lookup(handle, &file_type, 0, &obj);

    if (status)
        return status;
    count = io_cancel((struct file_object *)obj, only, own ? thread_current_object() : NULL);
    object_unref(obj);
    iosb->Information = 0;
    iosb->Status = only && !count ? STATUS_NOT_FOUND : STATUS_SUCCESS;
    return iosb->Status;
}

NTSTATUS NtCancelIoFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock)
{
    return cancel(FileHandle, NULL, true, IoStatusBlock);
}

/* Without a request: all of the file's; that there were none is STATUS_NOT_FOUND (CancelIoEx's page). */
NTSTATUS NtCancelIoFileEx(HANDLE FileHandle, PVOID IoRequestToCancel, IO_STATUS_BLOCK *IoStatusBlock)
{
    struct object *obj;
    unsigned count;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    if (status)
        return status;
    count = io_cancel((struct file_object *)obj, IoRequestToCancel, NULL);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = count ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    return IoStatusBlock->Status;
}

/* --- synchronous requests --- */

enum { SYNC_NONE, SYNC_WAITS, SYNC_CANCELLED };

void io_sync_begin(void)
{
    if (current_thread)
        __atomic_store_n(&current_thread->sync_io, SYNC_WAITS, __ATOMIC_RELEASE);
}

void io_sync_end(void)
{
    if (current_thread && __atomic_exchange_n(&current_thread->sync_io, SYNC_NONE, __ATOMIC_SEQ_CST) == SYNC_CANCELLED)
        syscall(SYS_futex, &current_thread->sync_io, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

bool io_sync_interrupted(void)
{
    thread_check_suspend();
    return __atomic_load_n(&current_thread->sync_io, __ATOMIC_SEQ_CST) == SYNC_CANCELLED;
}

/* A synchronous caller's pending request is taken from whoever would complete it. */
static void io_cancel_one(struct io *pending)
{
    bool cancelled = false;

    pthread_mutex_lock(&io_lock);
    for (struct io *io = pending->file->pending; io && !cancelled; io = io->file_next)
        cancelled = io == pending && !io->events && io->retry && io->retry(io) == STATUS_CANCELLED;
    pthread_mutex_unlock(&io_lock);
    if (cancelled)
        io_complete(pending, STATUS_CANCELLED, 0);
}

/*
 * The thread is interrupted where it sleeps. It may be just about to fall asleep, when the signal is lost on it: then it is
 * sent again, until the thread has seen that its request is over.
 */
NTSTATUS NtCancelSynchronousIoFile(HANDLE ThreadHandle, PVOID IoRequestToCancel, IO_STATUS_BLOCK *IoStatusBlock)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(ThreadHandle, &thread_type, 0x0001 /* THREAD_TERMINATE */, &obj);
    struct thread_object *object = (struct thread_object *)obj;
    bool found = false;

    (void)IoRequestToCancel;
    if (status)
        return status;
    for (bool again = true; again;) {
        struct timespec moment = { 0, 1000000 };
        uint32_t state = SYNC_WAITS;
        pthread_mutex_lock(&thread_list_lock);
        struct thread *thread = object->is_remote ? NULL : object->thread;
        if (thread && !found)
            found = __atomic_compare_exchange_n(&thread->sync_io, &state, SYNC_CANCELLED, false, __ATOMIC_SEQ_CST,
                                                __ATOMIC_SEQ_CST);
        again = thread && found && __atomic_load_n(&thread->sync_io, __ATOMIC_SEQ_CST) == SYNC_CANCELLED;
        if (again)
            thread_interrupt(thread);
        pthread_mutex_unlock(&thread_list_lock);
        if (again)
            nanosleep(&moment, NULL);
    }
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = found ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    return IoStatusBlock->Status;
}
