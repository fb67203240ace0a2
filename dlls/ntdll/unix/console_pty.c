/* SPDX-License-Identifier: MIT */
/*
 * console_pty.c: pseudo-consoles (CreatePseudoConsole). One is a Linux pseudo-terminal: its clients are started on the slave
 * as their controlling terminal, so they, and native programs among them, find what they find on any terminal. The
 * master stays with the creator, where two native threads carry what is typed and what is shown between it and the two
 * handles of the program. There is no host process: when the creator ends, or closes the pseudo-console, the
 * kernel hangs the terminal up, which the clients see as CTRL_CLOSE_EVENT (SIGHUP, control.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "console.h"
#include "pipe.h"
#include "unix_console.h"

struct pseudo_console {
    uint32_t refs; /* the handle's and the threads' */
    int master, slave;
    int closing; /* eventfd */
    HANDLE input, output;
    uint32_t started;
    bool inherit_cursor;
    pid_t *clients; /* those that the creator started, each a session's leader; clients_lock */
    size_t client_count, client_capacity;
};

static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * Signals the clients. A terminal can be one session's only, so the kernel tells the first of them, and what runs below it, of
 * keys, sizes and the end; the others are told here.
 */
static void tell_others(struct pseudo_console *pty, int sig)
{
    pid_t session;

    if (ioctl(pty->master, TIOCGSID, &session))
        session = 0;
    pthread_mutex_lock(&clients_lock);
    for (size_t i = 0; i < pty->client_count; i++)
        if (pty->clients[i] != session && getsid(pty->clients[i]) == pty->clients[i])
            killpg(pty->clients[i], sig);
    pthread_mutex_unlock(&clients_lock);
}

static void tell_of_keys(struct pseudo_console *pty, const char *bytes, size_t size)
{
    struct termios settings;

    if (tcgetattr(pty->master, &settings) || !(settings.c_lflag & ISIG))
        return;
    if (memchr(bytes, settings.c_cc[VINTR], size))
        tell_others(pty, SIGINT);
    if (memchr(bytes, settings.c_cc[VQUIT], size))
        tell_others(pty, SIGQUIT);
}

static void pseudo_release(struct pseudo_console *pty)
{
    if (__atomic_sub_fetch(&pty->refs, 1, __ATOMIC_ACQ_REL))
        return;
    tell_others(pty, SIGHUP);
    if (pty->master >= 0)
        close(pty->master);
    free(pty->clients);
    if (pty->slave >= 0)
        close(pty->slave);
    if (pty->closing >= 0)
        close(pty->closing);
    if (pty->input)
        handle_close(pty->input);
    if (pty->output)
        handle_close(pty->output);
    free(pty);
}

/* --- the program's two handles: files and Unix pipes, which are descriptors, and named pipes (pipe_ring.h) --- */

struct port {
    int fd;
    struct pipe_link *link;
    int closing; /* the pseudo-console's eventfd, or -1: not interrupted by that */
};

static bool open_port(struct port *port, HANDLE handle, int closing)
{
    struct object *obj;

    *port = (struct port){ .fd = -1, .closing = closing };
    if (handle_lookup(handle, &file_type, 0, &obj))
        return false;
    struct file_object *file = container_of(obj, struct file_object, obj);
    struct pipe_end *end = file->data;
    if (file->kind != FILE_KIND_PIPE || end->raw) {
        port->fd = file->fd < 0 ? -1 : unix_fd_reserve(fcntl(file->fd, F_DUPFD_CLOEXEC, 3));
    } else if (!pipe_get_link(end, &port->link)) { /* we wait in poll(): the other end shall tell by the socket */
        __atomic_fetch_add(&pipe_ring_in(port->link)->read.waiting, 1, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&pipe_ring_out(port->link)->write.waiting, 1, __ATOMIC_SEQ_CST);
    }
    object_unref(obj);
    return port->fd >= 0 || port->link;
}

static void close_port(struct port *port)
{
    if (port->fd >= 0)
        close(port->fd);
    if (port->link) {
        __atomic_fetch_sub(&pipe_ring_in(port->link)->read.waiting, 1, __ATOMIC_SEQ_CST);
        __atomic_fetch_sub(&pipe_ring_out(port->link)->write.waiting, 1, __ATOMIC_SEQ_CST);
        pipe_link_unref(port->link);
    }
    *port = (struct port){ .fd = -1 };
}

/* False: the pseudo-console is being closed. */
static bool wait_port(struct port *port, short events)
{
    struct pollfd ready[2] = { { .fd = port->link ? port->link->socket : port->fd,
                                 .events = port->link ? POLLIN | POLLRDHUP : events },
                               { .fd = port->closing, .events = POLLIN } };
    poll(ready, 2, -1);
    if (port->link && ready[0].revents & POLLIN)
        pipe_link_drain(port->link);
    return !ready[1].revents;
}

static bool copy(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return true;
}

/* 0: the other end is gone; -1: nothing yet. */
static ssize_t try_read(struct port *port, char *bytes, size_t size)
{
    if (!port->link) {
        struct pollfd ready = { .fd = port->fd, .events = POLLIN };
        if (!poll(&ready, 1, 0))
            return -1;
        ssize_t n = read(port->fd, bytes, size);
        return n >= 0 ? n : errno == EAGAIN || errno == EINTR ? -1 : 0;
    }
    struct pipe_transfer transfer = { .copy = copy, .buffer = bytes, .length = size };
    NTSTATUS status = pipe_ring_read(port->link, &transfer, false);
    if (status == STATUS_PENDING && !pipe_link_alive(port->link))
        status = pipe_ring_read(port->link, &transfer, false);
    if (status == STATUS_PENDING)
        return pipe_link_alive(port->link) ? -1 : 0;
    return status ? 0 : transfer.done ? (ssize_t)transfer.done : -1; /* an empty message is none */
}

static ssize_t read_port(struct port *port, char *bytes, size_t size)
{
    ssize_t n;
    while ((n = try_read(port, bytes, size)) < 0)
        if (!wait_port(port, POLLIN))
            return -1;
    return n;
}

/* Writes all, unless the other end is gone or the pseudo-console is being closed. */
static bool write_port(struct port *port, const char *bytes, size_t size)
{
    struct pipe_transfer transfer = { .copy = copy, .buffer = (char *)bytes, .length = size };
    size_t done = 0;

    while (port->link) {
        NTSTATUS status = pipe_ring_write(port->link, &transfer);
        if (status != STATUS_PENDING)
            return !status;
        if (!pipe_link_alive(port->link) || !wait_port(port, 0)) {
            pipe_ring_abandon(port->link, &transfer);
            return false;
        }
    }
    while (done < size) {
        ssize_t n = write(port->fd, bytes + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EAGAIN && !wait_port(port, POLLOUT))
            return false;
        else if (n < 0 && errno != EINTR && errno != EAGAIN)
            return false;
    }
    return true;
}

/* --- the threads --- */

/* What the program writes to its pipe is typed. The end of the pipe is the terminal's end. */
static void *pump_input(void *context)
{
    struct pseudo_console *pty = context;
    struct port in, terminal = { .fd = pty->master, .closing = pty->closing };
    char bytes[4096];

    pthread_setname_np(pthread_self(), "transom/pty");
    if (open_port(&in, pty->input, pty->closing)) {
        ssize_t n;
        while ((n = read_port(&in, bytes, sizeof bytes)) > 0)
            if (write_port(&terminal, bytes, (size_t)n))
                tell_of_keys(pty, bytes, (size_t)n);
            else
                break;
        pid_t group = n == 0 ? tcgetpgrp(pty->master) : 0;
        if (group > 0) /* nobody can type any more: as if its window had been closed */
            killpg(group, SIGHUP);
        if (n == 0)
            tell_others(pty, SIGHUP);
        close_port(&in);
    }
    pseudo_release(pty);
    return NULL;
}

/* What is shown goes to the program's pipe; if nobody reads that, the clients go on all the same. */
static void *pump_output(void *context)
{
    struct pseudo_console *pty = context;
    struct pollfd ready[2] = { { .fd = pty->master, .events = POLLIN }, { .fd = pty->closing, .events = POLLIN } };
    struct port out;
    bool closing = false, wanted = open_port(&out, pty->output, -1);
    char bytes[16384];

    for (;;) {
        if (!closing && poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        closing = closing || ready[1].revents;
        ssize_t n = read(pty->master, bytes, sizeof bytes);
        if (n > 0)
            wanted = wanted && write_port(&out, bytes, (size_t)n);
        else if (closing || n == 0 || (errno != EAGAIN && errno != EINTR))
            break; /* what had been shown before the end has been passed on */
    }
    close_port(&out);
    pseudo_release(pty);
    return NULL;
}

static bool start_pump(struct pseudo_console *pty, void *(*pump)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, old;

    __atomic_add_fetch(&pty->refs, 1, __ATOMIC_RELAXED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 0x20000);
    int failed = pthread_create(&thread, &attributes, pump, pty);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed)
        pseudo_release(pty);
    return !failed;
}

/* --- making, sizing, closing --- */

static bool set_size(int fd, SHORT columns, SHORT rows)
{
    struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
    return !ioctl(fd, TIOCSWINSZ, &size);
}

/* Windows programs echo and end lines themselves; a native program is given a terminal as it expects one (child.c). */
static void set_quiet(int fd)
{
    struct termios settings;

    if (tcgetattr(fd, &settings))
        return;
    settings.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
    settings.c_oflag &= ~(tcflag_t)OPOST;
    settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    settings.c_lflag |= NOFLSH; /* Ctrl-C loses nothing that has been shown */
    tcsetattr(fd, TCSANOW, &settings);
}

static NTSTATUS open_terminal(struct pseudo_console *pty, SHORT columns, SHORT rows)
{
    int number;

    pty->master = unix_fd_reserve(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (pty->master < 0)
        return status_from_errno(errno);
    if (grantpt(pty->master) || unlockpt(pty->master) || ioctl(pty->master, TIOCGPTN, &number))
        return status_from_errno(errno);
    pty->slave = unix_fd_reserve(ioctl(pty->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    pty->closing = unix_fd_reserve(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (pty->slave < 0 || pty->closing < 0)
        return status_from_errno(errno);
    fcntl(pty->master, F_SETFL, O_NONBLOCK);
    set_size(pty->master, columns, rows);
    set_quiet(pty->slave);
    return STATUS_SUCCESS;
}

/* A handle of the console's own, as its host process has on Windows: the program may close the ones it gave. */
static NTSTATUS keep_handle(HANDLE handle, ACCESS_MASK access, HANDLE *kept)
{
    struct object *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(handle, &file_type, 0, &obj, &granted);

    if (status)
        return status;
    status = granted & access ? handle_create(obj, granted, 0, kept) : STATUS_ACCESS_DENIED;
    object_unref(obj);
    return status;
}

static NTSTATUS pseudo_ioctl(struct io *io)
{
    struct pseudo_console *pty = io->file->data;
    COORD size;

    if (io->code != IOCTL_NT_CONSOLE_RESIZE_PSEUDO || io->input_length != sizeof size)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!user_copy_in(&size, io->input, sizeof size))
        return STATUS_ACCESS_VIOLATION;
    if (size.X <= 0 || size.Y <= 0)
        return STATUS_INVALID_PARAMETER;
    if (!set_size(pty->master, size.X, size.Y))
        return status_from_errno(errno);
    tell_others(pty, SIGWINCH);
    return STATUS_SUCCESS;
}

/*
 * The last handle is closed: the clients are told, which the kernel does when the master goes, and what they had written
 * before that is still passed on, by the thread that has the master then.
 */
static void pseudo_close(struct file_object *file)
{
    struct pseudo_console *pty = file->data;
    uint64_t one = 1;

    if (pty && write(pty->closing, &one, sizeof one) < 0)
        return;
}

static void pseudo_destroy(struct file_object *file)
{
    if (file->data)
        pseudo_release(file->data);
    file->data = NULL;
}

static const struct file_ops pseudo_ops = {
    .device_type = FILE_DEVICE_CONSOLE,
    .ioctl = pseudo_ioctl,
    .close = pseudo_close,
    .destroy = pseudo_destroy,
};

NTSTATUS console_create_pseudo(struct unix_console_create *request)
{
    struct pseudo_console *pty;
    struct file_object *file;
    NTSTATUS status;

    if (request->columns <= 0 || request->rows <= 0)
        return STATUS_INVALID_PARAMETER;
    if (!(pty = calloc(1, sizeof *pty)))
        return STATUS_NO_MEMORY;
    pty->refs = 1;
    pty->inherit_cursor = request->flags & 1; /* PSEUDOCONSOLE_INHERIT_CURSOR */
    pty->master = pty->slave = pty->closing = -1;
    status = keep_handle((HANDLE)(uintptr_t)request->input, FILE_READ_DATA, &pty->input);
    if (!status)
        status = keep_handle((HANDLE)(uintptr_t)request->output, FILE_WRITE_DATA | FILE_APPEND_DATA, &pty->output);
    if (!status)
        status = open_terminal(pty, request->columns, request->rows);
    file = status ? NULL
                  : file_alloc(FILE_KIND_OTHER, &pseudo_ops, -1, FILE_ALL_ACCESS, FILE_SHARE_VALID_FLAGS,
                               FILE_SYNCHRONOUS_IO_NONALERT);
    if (!file) {
        pseudo_release(pty);
        return status ? status : STATUS_NO_MEMORY;
    }
    file->data = pty;
    HANDLE handle;
    status = handle_create(&file->obj, FILE_ALL_ACCESS, 0, &handle);
    object_unref(&file->obj);
    request->handle = (uintptr_t)handle;
    return status;
}

static void add_client(struct pseudo_console *pty, pid_t client)
{
    size_t count = 0;

    for (size_t i = 0; i < pty->client_count; i++) /* those that have ended make room */
        if (getsid(pty->clients[i]) == pty->clients[i])
            pty->clients[count++] = pty->clients[i];
    pty->client_count = count;
    if (count == pty->client_capacity) {
        size_t capacity = count ? count * 2 : 4;
        pid_t *larger = realloc(pty->clients, capacity * sizeof *larger);
        if (!larger)
            return; /* it is one that the kernel may tell all the same */
        pty->clients = larger;
        pty->client_capacity = capacity;
    }
    pty->clients[pty->client_count++] = client;
}

void console_pseudo_started(HANDLE console, pid_t client)
{
    struct object *obj;

    if (handle_lookup(console, &file_type, 0, &obj))
        return;
    struct file_object *file = container_of(obj, struct file_object, obj);
    if (file->ops == &pseudo_ops) {
        pthread_mutex_lock(&clients_lock);
        add_client(file->data, client);
        pthread_mutex_unlock(&clients_lock);
    }
    object_unref(obj);
}

int console_pseudo_terminal(HANDLE console, bool *asked)
{
    struct object *obj;
    struct file_object *file;
    int fd = -1;

    if ((intptr_t)console <= 3 || handle_lookup(console, &file_type, 0, &obj))
        return -1;
    file = container_of(obj, struct file_object, obj);
    if (file->ops == &pseudo_ops) {
        struct pseudo_console *pty = file->data;
        /* By now the pipes are connected; before, somebody may still be waiting for the other ends. */
        if (!__atomic_exchange_n(&pty->started, 1, __ATOMIC_ACQ_REL)) {
            start_pump(pty, pump_output);
            start_pump(pty, pump_input);
        }
        *asked = pty->inherit_cursor;
        fd = unix_fd_reserve(fcntl(pty->slave, F_DUPFD_CLOEXEC, 3));
    }
    object_unref(obj);
    return fd;
}
