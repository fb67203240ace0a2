/* SPDX-License-Identifier: MIT */
/*
 * afd.h: what ws2_32 and mswsock ask of a socket by NtDeviceIoControlFile. A socket is a file that is opened as
 * `\Device\Afd` and made one by AFD_CREATE. The codes are Transom's own but for the three IOCTL_AFD_* that event loops
 * (libuv, mio, wepoll) issue themselves. Structures have one layout for 32- and 64-bit callers: pointers and handles are 64-bit numbers.
 * Addresses, levels, options and flags are Windows' own; failures are NTSTATUS values, which ws2_32 makes WSA errors of.
 */
#ifndef TRANSOM_AFD_H
#define TRANSOM_AFD_H

#include "nt.h"

#define IOCTL_AFD_POLL 0x00012024 /* struct afd_poll in and out */
/* As libuv asks for datagrams, whose sources say what is in the structures (src/win/winsock.h). */
#define IOCTL_AFD_RECEIVE          0x00012017 /* struct afd_receive without its last two members */
#define IOCTL_AFD_RECEIVE_DATAGRAM 0x0001201b /* struct afd_receive */

#define AFD_CODE(n)     (0x00120000 | (0xa00 + (n)) << 2 | 3)
#define AFD_CREATE      AFD_CODE(0)  /* struct afd_create */
#define AFD_BIND        AFD_CODE(1)  /* the address */
#define AFD_LISTEN      AFD_CODE(2)  /* uint32_t backlog */
#define AFD_CONNECT     AFD_CODE(3)  /* struct afd_connect */
#define AFD_ACCEPT      AFD_CODE(4)  /* struct afd_accept */
#define AFD_SEND        AFD_CODE(5)  /* struct afd_transfer */
#define AFD_RECEIVE     AFD_CODE(6)  /* struct afd_transfer */
#define AFD_SHUTDOWN    AFD_CODE(7)  /* uint32_t SD_* */
#define AFD_DISCONNECT  AFD_CODE(8)  /* uint32_t TF_*: DisconnectEx */
#define AFD_GET_NAME    AFD_CODE(9)  /* uint32_t: 0 own, 1 peer's; the address comes out */
#define AFD_GET_OPTION  AFD_CODE(10) /* struct afd_option; the value comes out */
#define AFD_SET_OPTION  AFD_CODE(11) /* struct afd_option, followed by the value */
#define AFD_CONTROL     AFD_CODE(12) /* struct afd_control, followed by input; output comes out */
#define AFD_SELECT      AFD_CODE(13) /* struct afd_select */
#define AFD_EVENTS      AFD_CODE(14) /* struct afd_events: WSAEventSelect */
#define AFD_ENUM_EVENTS AFD_CODE(15) /* uint64_t event handle to reset, or 0; struct afd_network_events comes out */
#define AFD_TRANSMIT    AFD_CODE(16) /* struct afd_transmit */
#define AFD_INFO        AFD_CODE(17) /* struct afd_create comes out: what it was made as */

struct afd_create {
    uint32_t family, type, protocol;
};

#define AFD_OVERLAPPED 1 /* the call need not be over when the system call returns, whatever FIONBIO says */

struct afd_buffer { /* WSABUF's layout in 64 bits */
    uint32_t length, reserved;
    uint64_t data;
};

struct afd_transfer {
    uint32_t mode;  /* AFD_OVERLAPPED */
    uint32_t flags; /* MSG_* */
    uint32_t buffer_count;
    uint32_t address_length; /* sending: of `address` */
    uint64_t buffers;        /* struct afd_buffer * */
    uint64_t address;        /* destination; or where the source goes */
    uint64_t length_out;     /* receiving: int32_t * with the room for it, gets its length; or 0 */
    uint64_t flags_out;      /* receiving: uint32_t *, gets MSG_*; or 0 */
    uint64_t control;        /* WSACMSGHDRs, or 0 */
    uint64_t control_out;    /* receiving: uint32_t *, gets their length; or 0 */
    uint32_t control_length;
    uint32_t reserved;
};

struct afd_connect {
    uint32_t mode;
    uint32_t address_length;
    uint64_t address;
    uint64_t data; /* ConnectEx: sent once it is connected */
    uint32_t data_length;
    uint32_t reserved;
};

struct afd_accept {
    uint32_t mode;
    uint32_t data_length, local_length, remote_length; /* AcceptEx' output: data, own address, peer's */
    uint64_t socket;                                   /* handle of the one that becomes the connection */
    uint64_t output;                                   /* AcceptEx' buffer, or 0 */
};

struct afd_transmit {
    uint32_t mode, flags;
    uint64_t file;   /* handle, or 0 */
    int64_t offset;  /* -1: the file's position */
    uint32_t length; /* 0: to its end */
    uint32_t head_length, tail_length, reserved;
    uint64_t head, tail;
};

struct afd_option {
    int32_t level, name;
};

struct afd_control {
    uint32_t code, reserved;
};

/* select and WSAPoll: waits in the call. Events are Linux' poll(2) ones. */
struct afd_select_entry {
    uint64_t socket;
    uint16_t events, revents;
    uint32_t bad; /* out: no socket */
};
struct afd_select {
    int64_t timeout; /* microseconds; -1 for ever */
    uint32_t count, reserved;
    uint64_t entries;
};

struct afd_events {
    uint64_t event;
    uint32_t mask; /* FD_* */
    uint32_t reserved;
};
struct afd_network_events {
    uint32_t events;
    NTSTATUS status[10];
};

/* In AcceptEx' buffer each address is preceded by its length. */
struct afd_accept_address {
    int32_t length;
};

/* IOCTL_AFD_RECEIVE and IOCTL_AFD_RECEIVE_DATAGRAM, in 64 bits */
#define TDI_RECEIVE_PARTIAL   0x0010
#define TDI_RECEIVE_NORMAL    0x0020
#define TDI_RECEIVE_EXPEDITED 0x0040
#define TDI_RECEIVE_PEEK      0x0080

struct afd_receive {
    uint64_t buffers; /* struct afd_buffer * */
    uint32_t buffer_count;
    uint32_t afd_flags; /* how it is to be done: not looked at, as the file and the event say that too */
    uint32_t tdi_flags;
    uint32_t reserved;
    uint64_t address, address_length; /* struct sockaddr *, int32_t * */
};

/* IOCTL_AFD_POLL */
#define AFD_POLL_RECEIVE           0x0001
#define AFD_POLL_RECEIVE_EXPEDITED 0x0002
#define AFD_POLL_SEND              0x0004
#define AFD_POLL_DISCONNECT        0x0008
#define AFD_POLL_ABORT             0x0010
#define AFD_POLL_LOCAL_CLOSE       0x0020
#define AFD_POLL_CONNECT           0x0040
#define AFD_POLL_ACCEPT            0x0080
#define AFD_POLL_CONNECT_FAIL      0x0100

struct afd_poll_handle {
    HANDLE handle;
    ULONG events;
    NTSTATUS status;
};
struct afd_poll {
    LARGE_INTEGER timeout; /* 100 ns; negative: from now; INT64_MAX: for ever */
    ULONG count;
    ULONG exclusive;
    struct afd_poll_handle handles[];
};

#endif
