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
#include "unix_console.h"

struct pseudo_console {
    uint32_t refs; /* the handle's and the threads' */
    int master, slave;
    int closing; /* eventfd */
    HANDLE input, output;
    uint32_t started;
    bool inherit_cursor;
};

static void pseudo_release(struct pseudo_console *pty)
{
    if (__atomic_sub_fetch(&pty->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (pty->master >= 0)
        close(pty->master);
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

/* --- the threads --- */

/* Writes all, unless the other side is gone or (with `closing`) the pseudo-console is being closed. */
static bool put_all(int fd, int closing, const char *data, size_t count)
{
    struct pollfd ready[2] = { { .fd = fd, .events = POLLOUT }, { .fd = closing, .events = POLLIN } };

    while (count) {
        ssize_t n = write(fd, data, count);
        if (n > 0) {
            data += n;
            count -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            poll(ready, closing >= 0 ? 2 : 1, -1);
            if (ready[1].revents)
                return false;
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

static int file_descriptor(HANDLE handle)
{
    struct object *obj;
    int fd;

    if (handle_lookup(handle, &file_type, 0, &obj))
        return -1;
    fd = container_of(obj, struct file_object, obj)->fd;
    fd = fd < 0 ? -1 : unix_fd_reserve(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    object_unref(obj);
    return fd;
}

/* What the program writes to its pipe is typed. The end of the pipe is the terminal's end. */
static void *pump_input(void *context)
{
    struct pseudo_console *pty = context;
    int fd = file_descriptor(pty->input);
    struct pollfd ready[2] = { { .fd = fd, .events = POLLIN }, { .fd = pty->closing, .events = POLLIN } };
    char bytes[4096];

    while (fd >= 0) {
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        if (ready[1].revents)
            break;
        if (!ready[0].revents)
            continue;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n > 0 && !put_all(pty->master, pty->closing, bytes, (size_t)n))
            break;
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            close(pty->slave); /* nobody can type any more: as if its window had been closed */
            pty->slave = -1;
            pid_t group = tcgetpgrp(pty->master);
            if (group > 0)
                killpg(group, SIGHUP);
            break;
        }
    }
    if (fd >= 0)
        close(fd);
    pseudo_release(pty);
    return NULL;
}

/* What is shown goes to the program's pipe; if nobody reads that, the clients go on all the same. */
static void *pump_output(void *context)
{
    struct pseudo_console *pty = context;
    int fd = file_descriptor(pty->output);
    struct pollfd ready[2] = { { .fd = pty->master, .events = POLLIN }, { .fd = pty->closing, .events = POLLIN } };
    bool closing = false;
    char bytes[16384];

    for (;;) {
        if (!closing && poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        closing = closing || ready[1].revents;
        ssize_t n = read(pty->master, bytes, sizeof bytes);
        if (n > 0) {
            if (fd >= 0 && !put_all(fd, -1, bytes, (size_t)n)) {
                close(fd);
                fd = -1;
            }
        } else if (closing || n == 0 || (errno != EAGAIN && errno != EINTR)) {
            break; /* what had been shown before the end has been passed on */
        }
    }
    if (fd >= 0)
        close(fd);
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
    return set_size(pty->master, size.X, size.Y) ? STATUS_SUCCESS : status_from_errno(errno);
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

int console_pseudo_terminal(HANDLE console)
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
        fd = unix_fd_reserve(fcntl(pty->slave, F_DUPFD_CLOEXEC, 3));
    }
    object_unref(obj);
    return fd;
}
