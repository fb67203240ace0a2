/* SPDX-License-Identifier: MIT */
/*
 * pipe_shared.h: the memory that the two ends of a connected named pipe share (a memfd), and its making. Whoever joins an
 * instance and a client makes it: the process that has both, or transomserver. docs/pipes.md tells how it is used.
 */
#ifndef TRANSOM_PIPE_SHARED_H
#define TRANSOM_PIPE_SHARED_H

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "nt.h"

#define PIPE_SHARED_MAGIC 0x65706970u
#define PIPE_RING_LEAST   0x20000u   /* large writes should not wait for each other's halves */
#define PIPE_RING_MOST    0x4000000u /* the system's maximum for a buffer: larger quotas are cut down to half of it */

/* Ends, and the rings that they write. */
enum { PIPE_CLIENT, PIPE_SERVER };

/*
 * One direction. What lies between read_at and write_at is fragments: a header and bytes. Writers take turns by write_lock,
 * readers by read_lock; the two sides only read each other's lines, so that neither waits for the other's copying.
 */
struct pipe_changes {
    uint32_t count; /* futex */
    uint32_t woken; /* who went to sleep at a lower count has been woken */
};

struct pipe_sleepers {
    uint64_t asleep;   /* how many, and in the high half the highest count that one of them went to sleep at */
    uint32_t attended; /* of them those that do not tell when they sleep: reads that io_help.h completes */
};

struct pipe_ring {
    struct { /* the writers' */
        uint32_t lock;
        struct pipe_changes changes; /* readers sleep on it */
        uint64_t at;                 /* bytes of fragments, ever */
        uint64_t data;               /* of them data */
        uint64_t messages;           /* whole ones */
        uint64_t turn;               /* who writes the rest of a message that does not fit: pid << 32 | thread, or 0 */
        struct pipe_sleepers sleepers; /* writers that sleep on read.changes */
        uint32_t waiting;              /* asynchronous writers of the end, told through the socket */
    } write __attribute__((aligned(64)));
    struct { /* the readers' */
        uint32_t lock;
        struct pipe_changes changes; /* writers and flushes sleep on it */
        uint64_t at;
        uint64_t data;
        uint64_t messages;
        uint32_t left;  /* of the fragment at `at`, whose header has been read if `begun` */
        uint32_t after; /* of its message, in later fragments */
        uint32_t begun;
        struct pipe_sleepers sleepers; /* readers that sleep on write.changes */
        uint32_t waiting;
    } read __attribute__((aligned(64)));
    uint32_t quota, capacity; /* capacity: a power of two */
    uint64_t offset;          /* of the bytes */
};

struct pipe_fragment {
    uint32_t length, after;
};

struct pipe_shared {
    uint32_t magic, size;
    uint32_t type, configuration, maximum;
    uint32_t disconnected;
    uint32_t opens[2];     /* file objects of each end that have not been closed */
    uint32_t process[2];   /* ids of who opened them first */
    uint32_t read_mode[2]; /* each end's, whichever processes have it */
    uint32_t completion_mode[2];
    uint32_t client_level;           /* what the client lets be done with its token */
    uint32_t mailslot, message_size; /* of a mailslot: the longest message, or 0 */
    int64_t read_timeout;            /* 100 ns; -1: for ever */
    struct pipe_ring rings[2];       /* by who writes them */
};

struct pipe_kind {
    uint32_t type, configuration, maximum, inbound, outbound;
};

static inline uint32_t pipe_ring_capacity(uint32_t quota)
{
    uint64_t capacity = PIPE_RING_LEAST;
    while (capacity < quota * 2ull && capacity < PIPE_RING_MOST)
        capacity *= 2;
    return (uint32_t)capacity;
}

/* The memory of a new connection: a descriptor, or -1. It cannot be made smaller by anybody. */
static inline int pipe_shared_make(const struct pipe_kind *kind, uint32_t server, uint32_t client)
{
    struct pipe_shared head = { .magic = PIPE_SHARED_MAGIC,
                                .type = kind->type,
                                .configuration = kind->configuration,
                                .maximum = kind->maximum,
                                .opens = { 1, 1 },
                                .client_level = 2, /* SecurityImpersonation */
                                .process = { client, server } };
    uint32_t quotas[2] = { kind->inbound, kind->outbound };
    uint64_t at = (sizeof(head) + 4095) & ~4095ull;
    for (int i = 0; i < 2; i++) {
        struct pipe_ring *ring = &head.rings[i];
        ring->capacity = pipe_ring_capacity(quotas[i]);
        ring->quota = quotas[i] < ring->capacity / 2 ? quotas[i] : ring->capacity / 2;
        ring->offset = at;
        at += ring->capacity;
    }
    head.size = (uint32_t)at;
    int fd = memfd_create("pipe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)at) || pwrite(fd, &head, sizeof(head), 0) != sizeof(head) ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* One byte with a descriptor over a Unix socket. */
static inline bool pipe_send_descriptor(int socket, const void *data, size_t size, const int *fds, unsigned count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control = { { 0 } };
    struct iovec part = { (void *)data, size };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control };
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header = (struct cmsghdr){ CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
}

/* The same, received: false, and no descriptor is left open, unless as many came as were expected. */
static inline bool pipe_receive_descriptor(int socket, void *data, size_t size, int *fds, unsigned count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = { data, size };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return false;
    unsigned got = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(fds, CMSG_DATA(c), (got < count ? got : count) * sizeof(int));
    if (got == count && n == (ssize_t)size)
        return true;
    for (unsigned i = 0; i < got && i < count; i++)
        close(fds[i]);
    return false;
}

#endif
