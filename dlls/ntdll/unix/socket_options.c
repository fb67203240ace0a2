/* SPDX-License-Identifier: MIT */
/* socket_options.c: getsockopt, setsockopt, ioctlsocket and WSAIoctl: Windows' options by Linux'. */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include "socket.h"

#define WIN_SOL_SOCKET 0xffff
#define MAX_VALUE      256

enum form {
    FORM_INT,
    FORM_BOOL,    /* an int, but any size of value is taken */
    FORM_BYTES,   /* the same structure on both sides */
    FORM_MEMBER4, /* ip_mreq */
    FORM_SOURCE4, /* ip_mreq_source: group, source, interface; Linux has the last two the other way round */
    FORM_IFACE4,  /* IP_MULTICAST_IF: an address or an index in network order */
};

/* Options that are the same thing with another number. By level and name. */
static const struct option {
    int32_t level, name;
    enum form form;
    int linux_level, linux_name;
} options_known[] = {
    { 0, 2, FORM_BOOL, IPPROTO_IP, IP_HDRINCL },
    { 0, 3, FORM_INT, IPPROTO_IP, IP_TOS },
    { 0, 4, FORM_INT, IPPROTO_IP, IP_TTL },
    { 0, 9, FORM_IFACE4, IPPROTO_IP, IP_MULTICAST_IF },
    { 0, 10, FORM_INT, IPPROTO_IP, IP_MULTICAST_TTL },
    { 0, 11, FORM_BOOL, IPPROTO_IP, IP_MULTICAST_LOOP },
    { 0, 12, FORM_MEMBER4, IPPROTO_IP, IP_ADD_MEMBERSHIP },
    { 0, 13, FORM_MEMBER4, IPPROTO_IP, IP_DROP_MEMBERSHIP },
    { 0, 15, FORM_SOURCE4, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP },
    { 0, 16, FORM_SOURCE4, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP },
    { 0, 17, FORM_SOURCE4, IPPROTO_IP, IP_BLOCK_SOURCE },
    { 0, 18, FORM_SOURCE4, IPPROTO_IP, IP_UNBLOCK_SOURCE },
    { 0, 19, FORM_BOOL, IPPROTO_IP, IP_PKTINFO },
    { 0, 21, FORM_BOOL, IPPROTO_IP, IP_RECVTTL },
    { 6, 1, FORM_BOOL, IPPROTO_TCP, TCP_NODELAY },
    { 6, 3, FORM_INT, IPPROTO_TCP, TCP_KEEPIDLE },
    { 6, 4, FORM_INT, IPPROTO_TCP, TCP_MAXSEG },
    { 6, 15, FORM_BOOL, IPPROTO_TCP, TCP_FASTOPEN },
    { 6, 16, FORM_INT, IPPROTO_TCP, TCP_KEEPCNT },
    { 6, 17, FORM_INT, IPPROTO_TCP, TCP_KEEPINTVL },
    { 41, 4, FORM_INT, IPPROTO_IPV6, IPV6_UNICAST_HOPS },
    { 41, 9, FORM_INT, IPPROTO_IPV6, IPV6_MULTICAST_IF },
    { 41, 10, FORM_INT, IPPROTO_IPV6, IPV6_MULTICAST_HOPS },
    { 41, 11, FORM_BOOL, IPPROTO_IPV6, IPV6_MULTICAST_LOOP },
    { 41, 12, FORM_BYTES, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP },
    { 41, 13, FORM_BYTES, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP },
    { 41, 19, FORM_BOOL, IPPROTO_IPV6, IPV6_RECVPKTINFO },
    { 41, 21, FORM_BOOL, IPPROTO_IPV6, IPV6_RECVHOPLIMIT },
    { 41, 27, FORM_BOOL, IPPROTO_IPV6, IPV6_V6ONLY },
    { WIN_SOL_SOCKET, 0x0001, FORM_BOOL, SOL_SOCKET, SO_DEBUG },
    { WIN_SOL_SOCKET, 0x0008, FORM_BOOL, SOL_SOCKET, SO_KEEPALIVE },
    { WIN_SOL_SOCKET, 0x0010, FORM_BOOL, SOL_SOCKET, SO_DONTROUTE },
    { WIN_SOL_SOCKET, 0x0020, FORM_BOOL, SOL_SOCKET, SO_BROADCAST },
    { WIN_SOL_SOCKET, 0x0100, FORM_BOOL, SOL_SOCKET, SO_OOBINLINE },
};

static const struct option *find_option(int32_t level, int32_t name)
{
    unsigned low = 0, high = sizeof options_known / sizeof options_known[0];

    while (low < high) {
        unsigned middle = (low + high) / 2;
        const struct option *option = &options_known[middle];
        if (option->level == level && option->name == name)
            return option;
        if (option->level < level || (option->level == level && option->name < name))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- getting --- */

static NTSTATUS value_out(struct io *io, const void *value, uint32_t size)
{
    if (io->length < size)
        return STATUS_ACCESS_VIOLATION; /* WSAEFAULT: optlen is too small */
    io->information = size;
    return io_copy_out(io->buffer, value, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* A BOOL option may be asked for with one byte, an int with whatever holds it. */
static NTSTATUS int_out(struct io *io, int value, bool flag)
{
    if (flag && io->length >= 1 && io->length < 4)
        return value_out(io, &(char){ value != 0 }, 1);
    return value_out(io, &value, sizeof value);
}

static int linux_int(int fd, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof value;

    return getsockopt(fd, level, name, &value, &size) ? 0 : value;
}

static NTSTATUS get_socket_option(struct io *io, int32_t name)
{
    struct socket *s = socket_of(io->file);
    int fd = io->file->fd, err;
    struct linger linger;
    socklen_t size = sizeof linger;
    struct timespec now;

    switch (name) {
    case 0x0002: /* SO_ACCEPTCONN */
        return int_out(io, s->listening, true);
    case 0x0004:
        return int_out(io, s->reuse, true);
    case ~0x0004: /* SO_EXCLUSIVEADDRUSE */
        return int_out(io, s->exclusive, true);
    case ~0x0080: /* SO_DONTLINGER */
    case 0x0080:
        if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size))
            return socket_status(errno);
        if (name != 0x0080)
            return int_out(io, !linger.l_onoff, true);
        return value_out(io, (uint16_t[2]){ (uint16_t)linger.l_onoff, (uint16_t)linger.l_linger }, 4);
    case 0x1001: /* SO_SNDBUF: Linux tells twice what was asked for */
        return int_out(io, linux_int(fd, SOL_SOCKET, SO_SNDBUF) / 2, false);
    case 0x1002:
        return int_out(io, linux_int(fd, SOL_SOCKET, SO_RCVBUF) / 2, false);
    case 0x1003: /* SO_SNDLOWAT, SO_RCVLOWAT */
    case 0x1004:
        return STATUS_WINSOCK(10042);
    case 0x1005:
        return int_out(io, (int)s->send_timeout, false);
    case 0x1006:
        return int_out(io, (int)s->receive_timeout, false);
    case 0x1007:
        err = s->connect_error ? s->connect_error : linux_int(fd, SOL_SOCKET, SO_ERROR);
        s->connect_error = 0;
        io->information = 4;
        /* an NTSTATUS, which ws2_32 translates */
        return int_out(io, err ? socket_status(err) : 0, false);
    case 0x1008:
        return int_out(io, (int)s->made.type, false);
    case 0x2003: /* SO_MAX_MSG_SIZE */
        return int_out(io, s->made.type == SOCK_STREAM ? -1 : 65507, false);
    case 0x3002: /* SO_CONDITIONAL_ACCEPT */
        return int_out(io, 0, true);
    case 0x700c: /* SO_CONNECT_TIME: seconds, or -1 */
        clock_gettime(CLOCK_MONOTONIC, &now);
        return int_out(io, s->connected && s->connect_time ? (int)(now.tv_sec - s->connect_time) : -1, false);
    case 0x7001: /* SO_OPENTYPE */
        return int_out(io, 0, false);
    default:
        return STATUS_WINSOCK(10042);
    }
}

NTSTATUS socket_get_option(struct io *io)
{
    const struct option *option;
    struct afd_option in;
    union {
        int value;
        char bytes[MAX_VALUE];
    } value = { 0 };
    socklen_t size = sizeof value;

    if (io->input_length < sizeof in || !user_copy_in(&in, io->input, sizeof in))
        return STATUS_INVALID_PARAMETER;
    option = find_option(in.level, in.name);
    if (!option && in.level == WIN_SOL_SOCKET)
        return get_socket_option(io, in.name);
    if (!option && in.level == 0 && in.name == 14) /* IP_DONTFRAGMENT */
        return int_out(io, linux_int(io->file->fd, IPPROTO_IP, IP_MTU_DISCOVER) == IP_PMTUDISC_DO, true);
    if (!option)
        return STATUS_WINSOCK(10042);
    if (option->form == FORM_IFACE4)
        size = 4;
    if (getsockopt(io->file->fd, option->linux_level, option->linux_name, &value, &size))
        return errno == EOPNOTSUPP ? STATUS_WINSOCK(10042) : socket_status(errno);
    if (option->form == FORM_INT || option->form == FORM_BOOL)
        return int_out(io, option->form == FORM_BOOL ? value.value != 0 : value.value, true);
    return value_out(io, &value, size);
}

/* --- setting --- */

static NTSTATUS set_linux(int fd, int level, int name, const void *value, socklen_t size)
{
    return setsockopt(fd, level, name, value, size) ? errno == EOPNOTSUPP ? STATUS_WINSOCK(10042) : socket_status(errno)
                                                    : STATUS_SUCCESS;
}

/* The old sockets' state passes to the accepted one; we have nothing to pass but what Linux has inherited already. */
static NTSTATUS update_context(struct socket *s)
{
    return s->connected ? STATUS_SUCCESS : STATUS_INVALID_CONNECTION;
}

static NTSTATUS set_socket_option(struct io *io, int32_t name, int number, const void *value, uint32_t size)
{
    struct socket *s = socket_of(io->file);
    int fd = io->file->fd;
    struct linger linger;

    switch (name) {
    case 0x0004: /* SO_REUSEADDR; effective when it is bound */
        if (number && s->exclusive)
            return STATUS_INVALID_PARAMETER;
        s->reuse = number;
        return STATUS_SUCCESS;
    case ~0x0004: /* SO_EXCLUSIVEADDRUSE: what Linux always does */
        if (s->bound || (number && s->reuse))
            return STATUS_INVALID_PARAMETER;
        s->exclusive = number;
        return STATUS_SUCCESS;
    case ~0x0080: /* SO_DONTLINGER */
        linger = (struct linger){ .l_onoff = !number };
        return set_linux(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    case 0x0080: {
        uint16_t in[2];
        if (size < sizeof in)
            return STATUS_ACCESS_VIOLATION;
        memcpy(in, value, sizeof in);
        linger = (struct linger){ in[0] != 0, in[1] };
        return set_linux(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    case 0x1001:
        return set_linux(fd, SOL_SOCKET, SO_SNDBUF, &number, sizeof number);
    case 0x1002:
        return set_linux(fd, SOL_SOCKET, SO_RCVBUF, &number, sizeof number);
    case 0x1005:
        s->send_timeout = number > 0 && number < 500 ? 500 : number < 0 ? 0 : (uint32_t)number;
        return STATUS_SUCCESS;
    case 0x1006:
        s->receive_timeout = number < 0 ? 0 : (uint32_t)number;
        return STATUS_SUCCESS;
    case 0x3002: /* SO_CONDITIONAL_ACCEPT: connections are accepted by the kernel */
        return number ? STATUS_WINSOCK(10042) : STATUS_SUCCESS;
    case 0x7001: /* SO_OPENTYPE: of no meaning since version 2 */
        return STATUS_SUCCESS;
    case 0x700b: /* SO_UPDATE_ACCEPT_CONTEXT */
    case 0x7010: /* SO_UPDATE_CONNECT_CONTEXT */
        return update_context(s);
    case 0x3006: /* SO_RANDOMIZE_PORT, SO_PORT_SCALABILITY: advice */
    case 0x3005:
        return STATUS_SUCCESS;
    default:
        return STATUS_WINSOCK(10042);
    }
}

NTSTATUS socket_set_option(struct io *io)
{
    const struct option *option;
    struct {
        struct afd_option head;
        char value[MAX_VALUE];
    } in;
    uint32_t size;
    int number = 0;

    if (io->input_length < sizeof in.head || io->input_length > sizeof in ||
        !user_copy_in(&in, io->input, io->input_length))
        return STATUS_ACCESS_VIOLATION;
    size = io->input_length - sizeof in.head;
    if (!size && !(in.head.level == WIN_SOL_SOCKET && in.head.name == 0x7010))
        return STATUS_ACCESS_VIOLATION;
    memcpy(&number, in.value, size < sizeof number ? size : sizeof number);
    option = find_option(in.head.level, in.head.name);
    if (!option && in.head.level == WIN_SOL_SOCKET)
        return set_socket_option(io, in.head.name, number, in.value, size);
    if (!option && in.head.level == 0 && in.head.name == 14) { /* IP_DONTFRAGMENT */
        number = number ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
        return set_linux(io->file->fd, IPPROTO_IP, IP_MTU_DISCOVER, &number, sizeof number);
    }
    if (!option)
        return STATUS_WINSOCK(10042);
    switch (option->form) {
    case FORM_BOOL:
        number = number != 0;
        /* fall through */
    case FORM_INT:
        return set_linux(io->file->fd, option->linux_level, option->linux_name, &number, sizeof number);
    case FORM_IFACE4: {
        struct ip_mreqn request = { 0 };
        if ((uint32_t)number && (ntohl((uint32_t)number) >> 24) == 0) /* IP_MULTICAST_IF's page: 0.x.x.x is an index */
            request.imr_ifindex = (int)ntohl((uint32_t)number);
        else
            request.imr_address.s_addr = (uint32_t)number;
        return set_linux(io->file->fd, option->linux_level, option->linux_name, &request, sizeof request);
    }
    case FORM_SOURCE4: {
        uint32_t source[3];
        if (size < sizeof source)
            return STATUS_ACCESS_VIOLATION;
        memcpy(&source[0], in.value, 4);
        memcpy(&source[1], in.value + 8, 4);
        memcpy(&source[2], in.value + 4, 4);
        return set_linux(io->file->fd, option->linux_level, option->linux_name, source, sizeof source);
    }
    case FORM_BYTES:
    case FORM_MEMBER4:
        break;
    }
    return set_linux(io->file->fd, option->linux_level, option->linux_name, in.value, size);
}

/* --- controls --- */

static NTSTATUS keepalive(struct io *io, const uint32_t in[3])
{
    int fd = io->file->fd, on = in[0] != 0, idle = (int)(in[1] / 1000), interval = (int)(in[2] / 1000);
    NTSTATUS status = set_linux(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);

    if (!status && on && idle > 0)
        status = set_linux(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    if (!status && on && interval > 0)
        status = set_linux(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    return status;
}

NTSTATUS socket_control(struct io *io)
{
    struct socket *s = socket_of(io->file);
    struct {
        struct afd_control head;
        uint32_t in[16];
    } in = { 0 };
    uint32_t size;
    int value = 0;

    if (io->input_length < sizeof in.head)
        return STATUS_INVALID_PARAMETER;
    size = io->input_length < sizeof in ? io->input_length : sizeof in;
    if (!user_copy_in(&in, io->input, size))
        return STATUS_ACCESS_VIOLATION;
    size -= sizeof in.head;
    switch (in.head.code) {
    case 0x8004667e: /* FIONBIO */
        if (size < 4)
            return STATUS_ACCESS_VIOLATION;
        if (!in.in[0] && s->watch)
            return STATUS_INVALID_PARAMETER; /* WSAEventSelect's page */
        if (in.in[0])
            __atomic_fetch_or(&io->file->options, FILE_OPTION_NONBLOCKING, __ATOMIC_SEQ_CST);
        else
            __atomic_fetch_and(&io->file->options, ~(ULONG)FILE_OPTION_NONBLOCKING, __ATOMIC_SEQ_CST);
        return STATUS_SUCCESS;
    case 0x4004667f: /* FIONREAD */
        if (ioctl(io->file->fd, FIONREAD, &value))
            return socket_status(errno);
        return value_out(io, &value, sizeof value);
    case 0x40047307: /* SIOCATMARK: TRUE when no urgent data is left to read */
        if (ioctl(io->file->fd, SIOCATMARK, &value))
            return socket_status(errno);
        return value_out(io, &(int){ !value }, sizeof value);
    case 0x98000004: /* SIO_KEEPALIVE_VALS */
        return size < 12 ? STATUS_ACCESS_VIOLATION : keepalive(io, in.in);
    case 0x9800000c: /* SIO_UDP_CONNRESET */
        if (size < 1)
            return STATUS_ACCESS_VIOLATION;
        s->report_port_unreachable = in.in[0] != 0;
        return STATUS_SUCCESS;
    case 0x9800000f: /* SIO_UDP_NETRESET */
        return STATUS_SUCCESS;
    case 0x98000010: /* SIO_LOOPBACK_FAST_PATH: loopback is as fast as it gets */
        return STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}
