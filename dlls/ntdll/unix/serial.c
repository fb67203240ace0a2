/* SPDX-License-Identifier: MIT */
/*
 * serial.c: serial ports, which are Linux' terminals in raw mode: opening them, reading and writing within the time that COMMTIMEOUTS
 * give, and WaitCommEvent. A request waits for an epoll descriptor that has the port and a timer in it, so that it is one
 * to wait for, whoever does: the caller's thread or the I/O thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "path.h"
#include "serial.h"
#include "thread.h"

#define LINES_INTERVAL 20 /* ms: Linux tells by nothing else that a line has changed, or that all is sent */

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- what is waited for --- */

static bool wait_init(struct serial_wait *wait, int fd, uint32_t events)
{
    struct epoll_event port = { .events = events, .data.fd = fd }, timer = { .events = EPOLLIN };

    wait->timer = -1;
    wait->epoll = unix_fd_reserve(epoll_create1(EPOLL_CLOEXEC));
    if (wait->epoll < 0)
        return false;
    wait->timer = unix_fd_reserve(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    timer.data.fd = wait->timer;
    return wait->timer >= 0 && !epoll_ctl(wait->epoll, EPOLL_CTL_ADD, fd, &port) &&
           !epoll_ctl(wait->epoll, EPOLL_CTL_ADD, wait->timer, &timer);
}

static void wait_close(struct serial_wait *wait)
{
    if (wait->timer >= 0)
        close(wait->timer);
    if (wait->epoll >= 0)
        close(wait->epoll);
    wait->epoll = wait->timer = -1;
}

/* The timer goes off after that many milliseconds, or never; what it said before is forgotten. */
static void wait_set(const struct serial_wait *wait, int64_t ms, bool again)
{
    struct itimerspec spec = { 0 };

    if (ms >= 0) {
        spec.it_value = (struct timespec){ ms / 1000, ms % 1000 * 1000000 + (ms ? 0 : 1) };
        if (again)
            spec.it_interval = spec.it_value;
    }
    timerfd_settime(wait->timer, 0, &spec, NULL);
}

/* --- reading and writing --- */

struct transfer {
    struct serial_wait own; /* of a synchronous one; else its epoll is -1 */
    struct serial_timeouts timeouts;
    unsigned purged;
    size_t done;
    bool begun;
    int64_t start, last; /* when it was its turn, when the last byte came */
};

static void free_transfer(struct io *io)
{
    struct transfer *transfer = io->data;

    wait_close(&transfer->own);
    free(transfer);
}

/* When the request is over at the latest, INT64_MAX for never (COMMTIMEOUTS). */
static int64_t deadline_of(const struct io *io, const struct transfer *transfer)
{
    const struct serial_timeouts *t = &transfer->timeouts;
    ULONG multiplier = io->write ? t->write_multiplier : t->read_multiplier;
    ULONG constant = io->write ? t->write_constant : t->read_constant;
    int64_t deadline = INT64_MAX;

    if (!io->write && t->read_interval == UINT32_MAX && !multiplier && !constant)
        return transfer->start; /* what is there */
    if (!io->write && t->read_interval == UINT32_MAX && multiplier == UINT32_MAX)
        return transfer->done ? transfer->start : transfer->start + constant; /* what is there, if anything is */
    if (multiplier || constant)
        deadline = transfer->start + (int64_t)multiplier * io->length + constant;
    if (!io->write && t->read_interval && t->read_interval != UINT32_MAX && transfer->done &&
        transfer->last + t->read_interval < deadline)
        deadline = transfer->last + t->read_interval;
    return deadline;
}

static NTSTATUS move_bytes(struct io *io, struct transfer *transfer)
{
    char *at = (char *)io->buffer + transfer->done;
    size_t left = io->length - transfer->done;
    ssize_t n;

    while (left) {
        n = io->write ? write(io->file->fd, at, left) : read(io->file->fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return !n || errno == EAGAIN ? STATUS_SUCCESS : status_from_errno(errno);
        transfer->done += (size_t)n;
        transfer->last = now_ms();
        at += n;
        left -= (size_t)n;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS retry_transfer(struct io *io)
{
    struct serial *serial = serial_of(io->file);
    struct transfer *transfer = io->data;
    const struct serial_wait *wait = transfer->own.epoll >= 0 ? &transfer->own : &serial->waits[io->write];
    int64_t now = now_ms(), deadline;
    NTSTATUS status;

    if (!transfer->begun) {
        transfer->begun = true;
        transfer->start = transfer->last = now;
        transfer->timeouts = serial->timeouts;
        transfer->purged = __atomic_load_n(&serial->purged[io->write], __ATOMIC_ACQUIRE);
    }
    if (transfer->purged != __atomic_load_n(&serial->purged[io->write], __ATOMIC_ACQUIRE))
        return STATUS_CANCELLED;
    if ((status = move_bytes(io, transfer)))
        return status;
    if (io->write && transfer->done)
        __atomic_store_n(&serial->sending, true, __ATOMIC_RELEASE);
    io->information = transfer->done;
    if (transfer->done == io->length)
        return STATUS_SUCCESS;
    deadline = deadline_of(io, transfer);
    if (now >= deadline)
        return STATUS_TIMEOUT;
    wait_set(wait, deadline == INT64_MAX ? -1 : deadline - now, false);
    return STATUS_PENDING;
}

static NTSTATUS transfer_serial(struct io *io)
{
    struct serial *serial = serial_of(io->file);
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return STATUS_INSUFFICIENT_RESOURCES;
    transfer->own.epoll = transfer->own.timer = -1;
    io->data = transfer;
    io->release = free_transfer;
    if (file_is_synchronous(io->file) && !wait_init(&transfer->own, io->file->fd, io->write ? EPOLLOUT : EPOLLIN))
        return STATUS_INSUFFICIENT_RESOURCES;
    return io_start(io, transfer->own.epoll >= 0 ? transfer->own.epoll : serial->waits[io->write].epoll, POLLIN,
                    retry_transfer);
}

void serial_purge(struct serial *serial, bool write)
{
    __atomic_add_fetch(&serial->purged[write], 1, __ATOMIC_ACQ_REL);
    wait_set(&serial->waits[write], 0, false); /* who waits looks at it */
}

static NTSTATUS flush_serial(struct file_object *file)
{
    while (ioctl(file->fd, TCSBRK, 1)) { /* tcdrain() */
        if (errno != EINTR)
            return status_from_errno(errno);
        thread_check_suspend();
    }
    return STATUS_SUCCESS;
}

/* --- events --- */

/* What has happened since the last look. Under the port's lock. */
static void look(struct serial *serial, int fd)
{
    static const struct {
        int line;
        ULONG event;
    } lines[] = { { TIOCM_CTS, SERIAL_EV_CTS },
                  { TIOCM_DSR, SERIAL_EV_DSR },
                  { TIOCM_CAR, SERIAL_EV_RLSD },
                  { TIOCM_RNG, SERIAL_EV_RING } };
    struct epoll_event events[4];
    uint64_t ticks;
    int waiting, n = epoll_wait(serial->events.epoll, events, 4, 0);

    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == fd && events[i].events & EPOLLIN)
            serial->happened |= SERIAL_EV_RXCHAR;
        else if (events[i].data.fd == serial->kick && read(serial->kick, &ticks, sizeof ticks) < 0)
            continue;
    }
    if (!(serial->mask & ~(ULONG)SERIAL_EV_RXCHAR) || (read(serial->events.timer, &ticks, sizeof ticks) < 0 && n))
        return;
    if (serial->sending && !ioctl(fd, TIOCOUTQ, &waiting) && !waiting) {
        serial->sending = false;
        serial->happened |= SERIAL_EV_TXEMPTY;
    }
    int now = serial_lines(fd);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if ((now ^ serial->lines) & lines[i].line)
            serial->happened |= lines[i].event;
    }
    serial->lines = now;
    serial_counts(fd, serial, false);
}

static NTSTATUS retry_event(struct io *io)
{
    struct serial *serial = serial_of(io->file);
    ULONG events;

    pthread_mutex_lock(&serial->lock);
    look(serial, io->file->fd);
    events = serial->happened & serial->mask;
    bool over = events || serial->mask_changed;
    serial->happened &= ~events;
    serial->mask_changed = false;
    if (over) /* before anybody is told that it is, who may wait again at once */
        serial->waiting = 0;
    pthread_mutex_unlock(&serial->lock);
    if (!over)
        return STATUS_PENDING;
    io->information = sizeof events;
    return io_copy_out(io->buffer, &events, sizeof events) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* It is cancelled, or has been over for some time. */
static void end_wait(struct io *io)
{
    struct serial *serial = serial_of(io->file);

    pthread_mutex_lock(&serial->lock);
    if (serial->waiting == (uintptr_t)io->data)
        serial->waiting = 0;
    pthread_mutex_unlock(&serial->lock);
}

NTSTATUS serial_wait_on_mask(struct io *io)
{
    struct serial *serial = serial_of(io->file);
    bool refused;

    if (io->length < sizeof(ULONG))
        return STATUS_BUFFER_TOO_SMALL;
    pthread_mutex_lock(&serial->lock);
    refused = serial->waiting || !serial->mask; /* IOCTL_SERIAL_WAIT_ON_MASK's page: one at a time, and for something */
    if (!refused) {
        serial->waiting = ++serial->waits_begun;
        io->data = (void *)serial->waiting;
        serial->mask_changed = false;
    }
    pthread_mutex_unlock(&serial->lock);
    if (refused)
        return STATUS_INVALID_PARAMETER;
    io->release = end_wait;
    return io_start(io, serial->events.epoll, POLLIN, retry_event);
}

NTSTATUS serial_set_mask(struct serial *serial, int fd, ULONG mask)
{
    uint64_t one = 1;

    if (mask & SERIAL_EV_RXFLAG)
        return STATUS_NOT_SUPPORTED;
    if (mask & ~(ULONG)SERIAL_EV_ALL)
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&serial->lock);
    serial->mask = ~0u;
    look(serial, fd);
    serial->mask = mask;
    serial->happened = 0;
    serial->mask_changed = serial->waiting;
    bool looks = mask & ~(ULONG)SERIAL_EV_RXCHAR;
    wait_set(&serial->events, looks ? LINES_INTERVAL : -1, looks);
    pthread_mutex_unlock(&serial->lock);
    return write(serial->kick, &one, sizeof one) < 0 ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* --- opening and closing --- */

static void destroy_serial(struct file_object *file)
{
    struct serial *serial = serial_of(file);

    if (!serial)
        return;
    wait_close(&serial->waits[0]);
    wait_close(&serial->waits[1]);
    wait_close(&serial->events);
    if (serial->kick >= 0)
        close(serial->kick);
    pthread_mutex_destroy(&serial->lock);
    free(serial);
    file->data = NULL;
}

static const struct file_ops serial_ops = { .device_type = FILE_DEVICE_SERIAL_PORT,
                                            .read = transfer_serial,
                                            .write = transfer_serial,
                                            .ioctl = serial_ioctl,
                                            .flush = flush_serial,
                                            .destroy = destroy_serial };

struct file_object *serial_wrap(int fd, ACCESS_MASK access, ULONG options)
{
    struct serial *serial = calloc(1, sizeof *serial);
    struct epoll_event event = { .events = EPOLLIN };
    struct file_object *file;

    if (!serial)
        return NULL;
    if (!(file = file_alloc(FILE_KIND_CHAR, &serial_ops, fd, access, 0, options | FILE_OPTION_SERIAL))) {
        free(serial);
        return NULL;
    }
    pthread_mutex_init(&serial->lock, NULL);
    file->data = serial;
    serial->waits[0] = serial->waits[1] = serial->events = (struct serial_wait){ -1, -1 };
    serial->chars[4] = 0x11; /* XON */
    serial->chars[5] = 0x13;
    event.data.fd = serial->kick = unix_fd_reserve(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (serial->kick < 0 || !wait_init(&serial->waits[0], fd, EPOLLIN) || !wait_init(&serial->waits[1], fd, EPOLLOUT) ||
        !wait_init(&serial->events, fd, EPOLLIN | EPOLLET) ||
        epoll_ctl(serial->events.epoll, EPOLL_CTL_ADD, serial->kick, &event)) {
        file->fd = -1; /* stays the caller's */
        object_unref(&file->obj);
        return NULL;
    }
    serial->lines = serial_lines(fd);
    serial_counts(fd, serial, true);
    serial_counts(fd, serial, false);
    serial->happened = 0;
    return file;
}

/* Nothing is done to the bytes; speed and format stay as they are. */
static int make_raw(int fd)
{
    struct termios2 termios;
    int err = serial_termios(fd, &termios);

    if (err)
        return err;
    termios.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY |
                                   INPCK | IUCLC | IMAXBEL);
    termios.c_oflag &= ~(tcflag_t)OPOST;
    termios.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    termios.c_cflag |= CREAD | CLOCAL;
    termios.c_cc[VMIN] = 1;
    termios.c_cc[VTIME] = 0;
    return serial_set_termios(fd, &termios);
}

/* A port is opened once, however it is to be shared; Linux' own programs say that they have it by the same lock. */
NTSTATUS serial_open(const struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                     struct file_object **file)
{
    int err, fd;

    (void)share;
    access = access_map(&file_type, access);
    if (options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    fd = unix_fd_reserve(open(path->name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (fd < 0)
        return errno == ENOENT || errno == ENXIO || errno == ENODEV ? STATUS_OBJECT_NAME_NOT_FOUND
               : errno == EBUSY                                     ? STATUS_ACCESS_DENIED
                                                                    : status_from_errno(errno);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return STATUS_ACCESS_DENIED;
    }
    if ((err = make_raw(fd)) || !(*file = serial_wrap(fd, access, options))) {
        close(fd);
        /* a name without hardware behind it */
        return err == EIO || err == ENOTTY ? STATUS_OBJECT_NAME_NOT_FOUND
               : err                       ? status_from_errno(err)
                                           : STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}
