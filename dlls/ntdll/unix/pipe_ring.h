/* SPDX-License-Identifier: MIT */
/* pipe_ring.h: a connection's shared memory as one end of it uses it (pipe_ring.c). */
#ifndef TRANSOM_PIPE_RING_H
#define TRANSOM_PIPE_RING_H

#include "pipe_shared.h"

/* One end's view of a connection. */
struct pipe_link {
    struct pipe_shared *shared;
    size_t size;
    uint32_t refs;        /* atomic */
    uint32_t capacity[2]; /* of the rings, and where they are: what was checked, whatever others write there */
    char *bytes[2];
    int memory_fd, socket;
    unsigned side;                   /* PIPE_SERVER or PIPE_CLIENT */
    uint32_t gone;                   /* the other end's processes are dead or have closed it */
    bool closed;                     /* this file object has been */
    struct pipe_link *next, **place; /* all of the process's */
    void *watch;                     /* pipe.c's: tells when the other end is gone */
    void (*unwatch)(struct pipe_link *link);
};

/* A transfer under way. `copy` moves data to or from the caller's buffer; false: that is bad memory. */
struct pipe_transfer {
    bool (*copy)(void *to, const void *from, size_t size);
    char *buffer;
    size_t length, done;
    uint64_t turn;   /* writing: held, a message is written in parts */
    uint64_t target; /* writing: all is written; over when readers have come this far */
    bool written;
    bool whole; /* reading: a message that is longer stays; STATUS_BUFFER_TOO_SMALL */
};

/* Takes the memory's descriptor and the socket, in success only. */
struct pipe_link *pipe_link_attach(int memory_fd, int socket, unsigned side);
struct pipe_link *pipe_link_ref(struct pipe_link *link);
void pipe_link_unref(struct pipe_link *link);
/* The file object is closed; the other end notices with its last. */
void pipe_link_close(struct pipe_link *link);
/* The same for all that this process has: it ends. */
void pipe_links_close_all(void);
/* DisconnectNamedPipe: what has not been read is lost. */
void pipe_link_disconnect(struct pipe_link *link);
/* Whether there is still somebody at the other end; looks at the socket. */
bool pipe_link_alive(struct pipe_link *link);
/* Nobody is: whoever waits here is woken. */
void pipe_link_wake_all(struct pipe_link *link);

static inline struct pipe_ring *pipe_ring_in(struct pipe_link *link)
{
    return &link->shared->rings[!link->side];
}
static inline struct pipe_ring *pipe_ring_out(struct pipe_link *link)
{
    return &link->shared->rings[link->side];
}

/* Each tries once. STATUS_PENDING: nothing (more) to be done now. */
NTSTATUS pipe_ring_read(struct pipe_link *link, struct pipe_transfer *transfer, bool message_mode);
NTSTATUS pipe_ring_write(struct pipe_link *link, struct pipe_transfer *transfer);
/* As much as the quota leaves, a message whole or not at all. */
NTSTATUS pipe_ring_write_now(struct pipe_link *link, struct pipe_transfer *transfer);
/* A writer gives up: the part of a message that is there becomes one. */
void pipe_ring_abandon(struct pipe_link *link, struct pipe_transfer *transfer);

struct pipe_look {
    uint32_t available, messages, first; /* first: what is left of the first message */
    uint32_t copied;
};
NTSTATUS pipe_ring_peek(struct pipe_link *link, char *buffer, size_t length, struct pipe_look *look);
uint32_t pipe_ring_unread(struct pipe_ring *ring);
bool pipe_ring_has_unread(struct pipe_ring *ring); /* messages of no bytes are data, too */

/* Who sleeps is counted, with what it saw before. */
void pipe_sleepers_join(struct pipe_sleepers *sleepers, uint32_t seen);
void pipe_sleepers_leave(struct pipe_sleepers *sleepers);
/* Sleeping on a ring's futex: `seen` was its count before the try. -1 with errno EINTR: a signal. */
int pipe_ring_sleep_for(struct pipe_changes *changes, struct pipe_sleepers *sleepers, uint32_t seen,
                        const struct timespec *time);
static inline int pipe_ring_sleep(struct pipe_changes *changes, struct pipe_sleepers *sleepers, uint32_t seen)
{
    return pipe_ring_sleep_for(changes, sleepers, seen, NULL);
}
/* An empty ring that is read starts anew, so that a large one uses little memory. */
void pipe_ring_rewind(struct pipe_link *link);
/* Takes what the other end sent to wake us. */
void pipe_link_drain(struct pipe_link *link);

#endif
