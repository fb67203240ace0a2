/* SPDX-License-Identifier: MIT */
/* completion.h: the queue of a completion port, between completion.c and wait_packet.c. */
#ifndef TRANSOM_COMPLETION_H
#define TRANSOM_COMPLETION_H

#include "cell.h"

struct completion_packet {
    struct completion_packet *next;
    ULONG_PTR key, apc_context;
    NTSTATUS status;
    ULONG_PTR information;
    struct wait_packet *source; /* part of a wait completion packet, else from malloc */
};

struct completion_port {
    struct object header;
    uint32_t lock;
    uint32_t concurrency;
    uint32_t active;
    uint32_t depth;
    struct completion_packet *first, **last;
    struct thread_wait *waiters, *last_waiter; /* newest first, last resorts behind them */
    struct completion_packet *spare;
    uint32_t spare_count;
    bool remote;    /* processes share it: the server has the packets, and counts who runs */
    bool unhandled; /* and has been told that there is no handle here any more */
};

/* A wait completion packet: wait_packet.c. */
enum packet_state { PACKET_IDLE, PACKET_WAITING, PACKET_FIRING, PACKET_QUEUED };

struct wait_packet {
    struct object header;
    uint32_t lock; /* one association or cancellation at a time */
    /* enum packet_state, atomic, futex; leaves FIRING and QUEUED under the port's lock or by the one who fires */
    uint32_t state;
    uint32_t record;
    struct completion_port *port; /* referenced while not idle */
    struct object *target;        /* referenced while waiting */
    struct completion_packet packet;
    uint32_t cell;           /* that it is queued at, in the process's own segment */
    struct watcher *watcher; /* who waits for it if the cell is a common one; atomic */
    uint32_t slot;
    bool leaving;               /* the watcher shall let go of it */
    bool awaited;               /* somebody waits for what FIRING becomes; atomic */
    uint32_t posted, posted_to; /* the number by which it was last posted to a port that processes share; which port */
};

/* The port's lock is held: */
void completion_append(struct completion_port *port, struct completion_packet *packet);
/* Gives packets to waiting threads as far as concurrency allows; gives the lock back. */
void completion_unlock(struct completion_port *port);
/* To a port that processes share: by a number, by which what nobody has got yet is taken back. */
NTSTATUS completion_post_remote(struct wait_packet *packet, uint32_t *number);
bool completion_take_back(uint32_t port, uint32_t number);

#endif
