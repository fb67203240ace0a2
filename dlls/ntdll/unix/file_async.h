/* SPDX-License-Identifier: MIT */
/*
 * file_async.h: requests of asynchronous handles that could not be done at once, between file_async.c (the queue and the
 * threads that stand in) and file_async_ring.c (io_uring).
 */
#ifndef TRANSOM_FILE_ASYNC_H
#define TRANSOM_FILE_ASYNC_H

#include <sys/uio.h>
#include "file.h"

struct async_request {
    struct async_request *next;
    struct io *io; /* the pending request that this carries out */
    int fd, flags; /* RWF_* */
    bool write, direct;
    int64_t offset;   /* of what comes next */
    int64_t old_size; /* of the file that is written to, or -1 */
    size_t done;
    struct iovec *at; /* what is left, within `vec` */
    unsigned left;
    struct iovec *vec; /* malloc'ed, or &one */
    struct iovec one;
};

#define ASYNC_SEGMENTS 1024 /* that one call takes: IOV_MAX */
static inline unsigned async_segments(const struct async_request *request)
{
    return request->left < ASYNC_SEGMENTS ? request->left : ASYNC_SEGMENTS;
}

/* What a transfer gave: bytes or -errno. True: the request is over and gone; false: there is more to do. */
bool async_advance(struct async_request *request, int64_t result);
/* Requests that wait, the first `most` of them. async_ring_wake() will be called for the next one. */
struct async_request *async_take(unsigned most);
/* Carries requests out by io_uring and never returns; false if the kernel or a filter does not allow that. */
bool async_ring_run(void);
/* Whoever sleeps in async_ring_run() shall look at the queue. */
void async_ring_wake(void);

#endif
