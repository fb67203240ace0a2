/* SPDX-License-Identifier: MIT */
/* socket.h: sockets as the files of the native half see them: socket.c, socket_data.c, socket_options.c, socket_poll.c. */
#ifndef TRANSOM_SOCKET_H
#define TRANSOM_SOCKET_H

#include <sys/socket.h>
#include "afd.h"
#include "file.h"

/* Windows' numbers where they differ from Linux'. */
#define WIN_AF_INET6   23
#define WIN_FD_READ    0x01
#define WIN_FD_WRITE   0x02
#define WIN_FD_OOB     0x04
#define WIN_FD_ACCEPT  0x08
#define WIN_FD_CONNECT 0x10
#define WIN_FD_CLOSE   0x20

/* A Winsock error for which there is no NTSTATUS: FACILITY_NTWIN32. */
#define STATUS_WINSOCK(error) ((NTSTATUS)(0xc0070000u | (error)))

struct poll_target;
struct socket_watch;

struct socket {
    pthread_mutex_t lock;
    struct afd_create made; /* Windows' numbers */
    bool bound, connecting, connected, listening, shut_send, shut_receive, closed, reset;
    bool reuse, exclusive;
    bool connect_told;                      /* how its connection ended, or there was none: no FD_CONNECT (any more) */
    bool report_port_unreachable;           /* SIO_UDP_CONNRESET */
    uint32_t receive_timeout, send_timeout; /* milliseconds; 0 = for ever */
    int64_t connect_time;                   /* CLOCK_MONOTONIC seconds; 0 = not connected */
    int connect_error;                      /* errno of the connection that failed, for SO_ERROR */
    int wake_fd;                            /* eventfd: ends the waits of calls when the socket is closed */
    unsigned waits;                         /* calls that look at it */
    struct poll_target *polls;              /* IOCTL_AFD_POLL requests that look at it: socket_poll.c's lock */
    struct socket_watch *watch;             /* WSAEventSelect */
};

static inline struct socket *socket_of(const struct file_object *file)
{
    return file->data;
}
#define FILE_OPTION_NONBLOCKING 0x02000000 /* beside FILE_OPTION_SOCKET */

NTSTATUS socket_status(int err);
/* Runs a request: by the I/O thread, or in the call until it is done, the time is over or the socket does not block. */
NTSTATUS socket_run(struct io *io, short events, bool overlapped, uint32_t timeout, NTSTATUS (*retry)(struct io *io));

/* Addresses from and to Windows' form. */
NTSTATUS socket_address_in(const void *user, uint32_t length, struct sockaddr_storage *addr, socklen_t *size);
uint32_t socket_address_out(const struct sockaddr_storage *addr, socklen_t size, void *out); /* at most 128 bytes */
/* Windows' accept and ConnectEx want to know when. */
void socket_connected(struct socket *s);

/* socket_data.c */
NTSTATUS socket_send(struct io *io);
NTSTATUS socket_receive(struct io *io);
/* IOCTL_AFD_RECEIVE; with_address: IOCTL_AFD_RECEIVE_DATAGRAM. */
NTSTATUS socket_receive_afd(struct io *io, bool with_address);
NTSTATUS socket_read_file(struct io *io);
NTSTATUS socket_write_file(struct io *io);
NTSTATUS socket_transmit(struct io *io);

/* socket_options.c */
NTSTATUS socket_get_option(struct io *io);
NTSTATUS socket_set_option(struct io *io);
NTSTATUS socket_control(struct io *io);

/* socket_poll.c */
NTSTATUS socket_poll(struct io *io);
NTSTATUS socket_select(struct io *io);
void socket_poll_closed(struct file_object *file);

/* socket_events.c */
NTSTATUS socket_events(struct io *io);
/* "Any network event selection association on the listening socket applies to the accepted socket" (WSAEventSelect). */
NTSTATUS socket_events_inherit(const struct file_object *listener, struct file_object *accepted);
NTSTATUS socket_enum_events(struct io *io);
/* The program did what lets events be told once more. */
void socket_events_enable(struct file_object *file, uint32_t events);
void socket_events_stop(struct file_object *file);

#endif
