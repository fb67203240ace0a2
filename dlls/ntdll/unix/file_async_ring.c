/* SPDX-License-Identifier: MIT */
/*
 * file_async_ring.c: io_uring. One thread owns the ring: it takes what is queued, submits it and waits for completions in one
 * system call. That the submitter is a thread of ours matters: the kernel cancels what an ending thread has submitted, while on
 * Windows requests of a completion port go on.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "file_async.h"

#define RING_ENTRIES     128
#define RING_COMPLETIONS 1024 /* as many requests are under way at once; others wait in the queue */

#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

static struct {
    int fd, wake_fd;
    uint64_t wake_count;
    unsigned *sq_head, *sq_tail, *cq_head, *cq_tail;
    unsigned sq_mask, cq_mask, sq_entries;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    unsigned under_way, filled;
} ring = { .fd = -1, .wake_fd = -1 };

void async_ring_wake(void)
{
    uint64_t one = 1;
    while (write(ring.wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

/* --- making it --- */

static int setup(struct io_uring_params *params)
{
    static const unsigned flags[] = { IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, 0 };
    int fd = -1;

    for (unsigned i = 0; i < sizeof flags / sizeof *flags && fd < 0; i++) {
        memset(params, 0, sizeof *params);
        params->flags = flags[i] | IORING_SETUP_CQSIZE;
        params->cq_entries = RING_COMPLETIONS;
        fd = syscall(SYS_io_uring_setup, RING_ENTRIES, params);
    }
    return fd;
}

static bool map_ring(const struct io_uring_params *p)
{
    size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned),
           cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe), size = sq > cq ? sq : cq;
    char *rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQ_RING);
    void *sqes = mmap(NULL, p->sq_entries * sizeof *ring.sqes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                      ring.fd, IORING_OFF_SQES);

    if (rings == MAP_FAILED || sqes == MAP_FAILED)
        return false;
    ring.sqes = sqes;
    ring.sq_head = (unsigned *)(rings + p->sq_off.head);
    ring.sq_tail = (unsigned *)(rings + p->sq_off.tail);
    ring.cq_head = (unsigned *)(rings + p->cq_off.head);
    ring.cq_tail = (unsigned *)(rings + p->cq_off.tail);
    ring.sq_mask = *(unsigned *)(rings + p->sq_off.ring_mask);
    ring.cq_mask = *(unsigned *)(rings + p->cq_off.ring_mask);
    ring.sq_entries = p->sq_entries;
    ring.cqes = (struct io_uring_cqe *)(rings + p->cq_off.cqes);
    for (unsigned i = 0; i < p->sq_entries; i++)
        ((unsigned *)(rings + p->sq_off.array))[i] = i;
    return true;
}

static bool open_ring(void)
{
    /* RW_CUR_POS came with the operations without vectors (5.6), SUBMIT_STABLE and NODROP shortly before. */
    const unsigned need =
        IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS;
    struct io_uring_params params;

    ring.fd = unix_fd_reserve(setup(&params));
    if (ring.fd < 0)
        return false;
    ring.wake_fd = unix_fd_reserve(eventfd(0, EFD_CLOEXEC));
    if ((params.features & need) == need && ring.wake_fd >= 0 &&
        !syscall(SYS_io_uring_enter, ring.fd, 0, 0, 0, NULL, 0) && map_ring(&params))
        return true;
    close(ring.fd);
    if (ring.wake_fd >= 0)
        close(ring.wake_fd);
    return false;
}

/* --- using it --- */

static struct io_uring_sqe *next_entry(void)
{
    unsigned tail = *ring.sq_tail + ring.filled;

    if (tail - __atomic_load_n(ring.sq_head, __ATOMIC_ACQUIRE) >= ring.sq_entries)
        return NULL;
    ring.filled++;
    struct io_uring_sqe *entry = &ring.sqes[tail & ring.sq_mask];
    memset(entry, 0, sizeof *entry);
    return entry;
}

/* Submits what is filled in and returns when something is done. */
static void enter(void)
{
    unsigned tail = *ring.sq_tail + ring.filled;

    __atomic_store_n(ring.sq_tail, tail, __ATOMIC_RELEASE);
    ring.filled = 0;
    for (;;) {
        unsigned left = tail - __atomic_load_n(ring.sq_head, __ATOMIC_ACQUIRE);
        long n = syscall(SYS_io_uring_enter, ring.fd, left, 1, IORING_ENTER_GETEVENTS, NULL, 0);
        if (n >= 0 || errno == EBUSY || errno == EAGAIN) /* the completions must be looked at first */
            return;
    }
}

static bool submit(struct async_request *request)
{
    struct io_uring_sqe *entry = next_entry();

    if (!entry)
        return false;
    entry->opcode = request->write ? IORING_OP_WRITEV : IORING_OP_READV;
    entry->fd = request->fd;
    entry->off = request->offset;
    entry->addr = (uint64_t)request->at;
    entry->len = async_segments(request);
    entry->rw_flags = request->flags;
    entry->user_data = (uint64_t)request;
    ring.under_way++;
    return true;
}

/* A read of the eventfd, so that waiting for completions is also waiting for new requests. */
static bool listen_for_wake(void)
{
    struct io_uring_sqe *entry = next_entry();

    if (!entry)
        return false;
    entry->opcode = IORING_OP_READ;
    entry->fd = ring.wake_fd;
    entry->addr = (uint64_t)&ring.wake_count;
    entry->len = sizeof ring.wake_count;
    return true;
}

/* Requests of which only a part has been done come back as a list. */
static struct async_request *reap(bool *woken)
{
    struct async_request *again = NULL, **last = &again;
    unsigned head = *ring.cq_head;

    while (head != __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE)) {
        struct io_uring_cqe cqe = ring.cqes[head & ring.cq_mask];
        struct async_request *request = (struct async_request *)cqe.user_data;
        __atomic_store_n(ring.cq_head, ++head, __ATOMIC_RELEASE);
        if (!request) {
            *woken = true;
            continue;
        }
        ring.under_way--;
        if (async_advance(request, cqe.res))
            continue;
        request->next = NULL;
        *last = request;
        last = &request->next;
    }
    return again;
}

bool async_ring_run(void)
{
    struct async_request *todo = NULL;
    bool listening = false, woken = false;

    if (!open_ring())
        return false;
    for (;;) {
        if (!listening)
            listening = listen_for_wake();
        if (!todo && ring.under_way < RING_COMPLETIONS)
            todo = async_take(RING_COMPLETIONS - ring.under_way);
        while (todo) {
            struct async_request *next = todo->next;
            if (!submit(todo))
                break;
            todo = next;
        }
        enter();
        struct async_request *again = reap(&woken), **end = &again;
        if (woken)
            listening = woken = false;
        while (*end)
            end = &(*end)->next;
        *end = todo;
        todo = again;
    }
}
