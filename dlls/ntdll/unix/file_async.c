/* SPDX-License-Identifier: MIT */
/*
 * file_async.c: reading and writing through asynchronous handles. What the page cache can answer is done at once, as Windows
 * does ("Asynchronous disk I/O appears as synchronous on Windows"): preadv2 and pwritev2 with RWF_NOWAIT never sleep. The rest
 * goes into a queue, which one native thread, started with the first such request, hands to io_uring; where that is forbidden
 * (old kernels, seccomp filters of containers), it and more threads carry the requests out themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "file_async.h"

#define POOL_MOST    32        /* threads without io_uring: as many requests of a disk can wait at once */
#define POOL_IDLE    10        /* seconds after which an idle one ends */
#define INLINE_MOST  (1 << 20) /* larger writes are not done by the caller where they could sleep */
#define INLINE_SLOW  500000    /* ns: a write into the cache that took so long was held up */
#define INLINE_PAUSE 64        /* that many writes go the long way then */

static pthread_mutex_t async_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t pool_work = PTHREAD_COND_INITIALIZER;
static struct async_request *queue, **queue_last = &queue;
static enum { ASYNC_NONE, ASYNC_STARTING, ASYNC_RING, ASYNC_POOL } mode;
static bool ring_asleep;
static unsigned pool_threads, pool_idle, queued;
static uint32_t writes_open; /* futex: writes that have not been carried out */

/* --- the queue --- */

struct async_request *async_take(unsigned most)
{
    struct async_request *first, **end = &queue;

    pthread_mutex_lock(&async_lock);
    mode = ASYNC_RING;
    for (; *end && most; most--, queued--)
        end = &(*end)->next;
    first = end == &queue ? NULL : queue;
    if (first) {
        queue = *end;
        *end = NULL;
        if (!queue)
            queue_last = &queue;
    }
    ring_asleep = true;
    pthread_mutex_unlock(&async_lock);
    return first;
}

static void *pool_thread(void *arg);

/* The lock is held. */
static bool need_thread(void)
{
    if (pool_idle > queued || pool_threads >= POOL_MOST || !io_start_thread(pool_thread))
        return pool_threads > 0;
    pool_threads++;
    return true;
}

static void *first_thread(void *arg)
{
    const char *wanted = getenv("TRANSOM_IO_URING"); /* 0: as where it is forbidden */

    if (!wanted || strcmp(wanted, "0"))
        async_ring_run();
    pthread_mutex_lock(&async_lock);
    mode = ASYNC_POOL;
    pool_threads++;
    for (unsigned n = queued; n > 1; n--)
        need_thread();
    pthread_mutex_unlock(&async_lock);
    return pool_thread(arg);
}

/* False: there is no thread that could do it. */
static bool enqueue(struct async_request *request)
{
    bool wake = false, started = true;

    request->next = NULL;
    pthread_mutex_lock(&async_lock);
    if (mode == ASYNC_NONE && (started = io_start_thread(first_thread)))
        mode = ASYNC_STARTING;
    if (mode == ASYNC_POOL)
        started = need_thread();
    if (started) {
        *queue_last = request;
        queue_last = &request->next;
        queued++;
        wake = ring_asleep;
        ring_asleep = false;
        if (mode == ASYNC_POOL)
            pthread_cond_signal(&pool_work);
    }
    pthread_mutex_unlock(&async_lock);
    if (wake)
        async_ring_wake();
    return started;
}

/* Under the I/O lock: what nobody has begun with can be taken back. */
static NTSTATUS cancel_request(struct io *io)
{
    struct async_request *request = io->data, **place;

    pthread_mutex_lock(&async_lock);
    for (place = &queue; *place && *place != request;)
        place = &(*place)->next;
    if (*place) {
        if (!(*place = request->next))
            queue_last = place;
        queued--;
    } else {
        request = NULL;
    }
    pthread_mutex_unlock(&async_lock);
    return request ? STATUS_CANCELLED : STATUS_PENDING;
}

static void release_request(struct io *io)
{
    struct async_request *request = io->data;

    if (request->write && __atomic_sub_fetch(&writes_open, 1, __ATOMIC_ACQ_REL) == 0)
        syscall(SYS_futex, &writes_open, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
    if (request->vec != &request->one)
        free(request->vec);
    free(request);
}

/* What has been accepted is written, even if the process ends meanwhile: on Windows its end waits for that. */
void async_before_exit(void)
{
    struct timespec most = { 10, 0 };
    uint32_t open = __atomic_load_n(&writes_open, __ATOMIC_ACQUIRE);

    while (open && !(syscall(SYS_futex, &writes_open, FUTEX_WAIT_PRIVATE, open, &most, NULL, 0) && errno == ETIMEDOUT))
        open = __atomic_load_n(&writes_open, __ATOMIC_ACQUIRE);
}

/* --- carrying out --- */

static void skip(struct async_request *request, size_t bytes)
{
    request->done += bytes;
    if (request->offset >= 0)
        request->offset += bytes;
    while (request->left && bytes >= request->at->iov_len) {
        bytes -= request->at->iov_len;
        request->at++;
        request->left--;
    }
    if (request->left) {
        request->at->iov_base = (char *)request->at->iov_base + bytes;
        request->at->iov_len -= bytes;
    }
}

/* Whether that was the end of the request; *status is its result then. */
static bool is_over(struct async_request *request, int64_t result, NTSTATUS *status)
{
    if (result == -EINTR || result == -EAGAIN)
        return false;
    if (result == -EINVAL && request->direct) {
        file_leave_direct(request->io->file);
        request->direct = false;
        return false;
    }
    if (result > 0) {
        skip(request, result);
        *status = STATUS_SUCCESS;
        /* an unbuffered read that ends at no sector's boundary was cut off by the end of the file */
        return !request->left || (request->direct && !request->write && request->done % FILE_SECTOR);
    }
    if (result < 0 && request->write)
        *status = file_write_failed(request->io, request->done, request->old_size, -result);
    else if (result < 0 && (!request->done || result == -EFAULT))
        *status = status_from_errno(-result);
    else
        *status = request->done || request->write || !request->left ? STATUS_SUCCESS : STATUS_END_OF_FILE;
    return true;
}

bool async_advance(struct async_request *request, int64_t result)
{
    NTSTATUS status;

    if (!is_over(request, result, &status))
        return false;
    io_complete(request->io, status, status ? 0 : request->done);
    return true;
}

static int64_t transfer_now(const struct async_request *request, int flags)
{
    ssize_t n;

    if (request->write)
        n = pwritev2(request->fd, request->at, async_segments(request), request->offset < 0 ? 0 : request->offset,
                     request->flags | flags | (request->offset < 0 ? RWF_APPEND : 0));
    else
        n = preadv2(request->fd, request->at, async_segments(request), request->offset, flags);
    return n < 0 ? -errno : n;
}

static void *pool_thread(void *arg)
{
    pthread_mutex_lock(&async_lock);
    for (;;) {
        struct async_request *request = queue;
        if (!request) {
            struct timespec until;
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_sec += POOL_IDLE;
            pool_idle++;
            int err = pthread_cond_timedwait(&pool_work, &async_lock, &until);
            pool_idle--;
            if (err == ETIMEDOUT && !queue && pool_threads > 1)
                break;
            continue;
        }
        if (!(queue = request->next))
            queue_last = &queue;
        queued--;
        pthread_mutex_unlock(&async_lock);
        while (!async_advance(request, transfer_now(request, 0)))
            ;
        pthread_mutex_lock(&async_lock);
    }
    pool_threads--;
    pthread_mutex_unlock(&async_lock);
    return arg;
}

/* --- doing it at once --- */

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* File systems on local disks and in memory: writing goes into the cache, and takes as long as copying. */
static bool writes_to_cache(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs))
        return false;
    switch ((uint32_t)fs.f_type) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
        return true;
    }
    return false;
}

/*
 * A write on a file system that cannot say beforehand whether it would sleep (ext4): the caller does it as long as that is
 * quick. The kernel holds up who writes more than the disk takes; when that is seen, the next writes go the long way.
 */
static int64_t write_quickly(struct async_request *request)
{
    struct file_object *file = request->io->file;
    uint8_t pause = __atomic_load_n(&file->write_pause, __ATOMIC_RELAXED);

    if (pause) {
        __atomic_store_n(&file->write_pause, pause - 1, __ATOMIC_RELAXED);
        return -EAGAIN;
    }
    if (request->io->length > INLINE_MOST)
        return -EAGAIN;
    int64_t start = nanoseconds(), result = transfer_now(request, 0);
    if (nanoseconds() - start > INLINE_SLOW)
        __atomic_store_n(&file->write_pause, INLINE_PAUSE, __ATOMIC_RELAXED);
    return result;
}

static int64_t try_now(struct async_request *request)
{
    struct file_object *file = request->io->file;
    uint8_t no = request->write ? FILE_ASK_NOT_WRITES : FILE_ASK_NOT_READS;
    uint8_t known = __atomic_load_n(&file->ask_not, __ATOMIC_RELAXED);
    int64_t result;

    if (request->offset < 0) /* "any write operation to a file that extends its length will be synchronous" */
        return transfer_now(request, 0);
    if (request->direct || request->flags)
        return -EAGAIN;
    if (!(known & no)) {
        result = transfer_now(request, RWF_NOWAIT);
        if (result != -EOPNOTSUPP && result != -EINVAL)
            return result;
        known |= no | (request->write && writes_to_cache(request->fd) ? FILE_WRITES_TO_CACHE : 0);
        __atomic_store_n(&file->ask_not, known, __ATOMIC_RELAXED);
    }
    return request->write && (known & FILE_WRITES_TO_CACHE) ? write_quickly(request) : -EAGAIN;
}

/* The program's memory is looked at before anything is done, as Windows does. */
static bool touch(const struct async_request *request)
{
    for (unsigned i = 0; i < request->left; i++) {
        if (!(request->write ? user_read_ok(request->at[i].iov_base, request->at[i].iov_len)
                             : user_write_ok(request->at[i].iov_base, request->at[i].iov_len)))
            return false;
    }
    return true;
}

NTSTATUS async_transfer(struct io *io, struct iovec *vec, unsigned count)
{
    struct async_request first = { .io = io,
                                   .fd = io->file->fd,
                                   .flags = io->write && (io->file->options & FILE_WRITE_THROUGH) ? RWF_DSYNC : 0,
                                   .write = io->write,
                                   .direct = io->file->direct == FILE_DIRECT,
                                   .offset = io->offset,
                                   .old_size = -1,
                                   .one = { io->buffer, io->length } },
                         *request;
    struct io *pending;
    NTSTATUS status;
    bool touched = false;
    struct stat st;

    first.vec = first.at = vec ? vec : &first.one;
    first.left = vec ? count : io->length != 0;
    if (io->write && io->length > NT_PAGE_SIZE) { /* less is written as a whole or not at all */
        touched = true;
        first.old_size = fstat(first.fd, &st) ? -1 : st.st_size;
    }
    if (touched && !touch(&first)) {
        free(vec);
        return STATUS_ACCESS_VIOLATION;
    }
    for (;;) {
        int64_t result = first.left ? try_now(&first) : 0;
        /* Stack guards and watched pages are ready for the kernel once they are touched. */
        if ((result == -EAGAIN || result == -EFAULT) && !touched) {
            touched = true;
            if (!touch(&first)) {
                free(vec);
                return STATUS_ACCESS_VIOLATION;
            }
            if (result == -EFAULT)
                continue;
        }
        if (result == -EAGAIN)
            break;
        if (is_over(&first, result, &status)) {
            free(vec);
            io->information = status ? 0 : first.done;
            return status;
        }
    }
    request = malloc(sizeof *request);
    if (!request) {
        free(vec);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *request = first;
    if (!vec)
        request->vec = request->at = &request->one;
    if (!vec)
        request->one = first.one;
    io->data = request;
    io->retry = cancel_request;
    io->release = release_request;
    io->outlives = true;
    pending = io_make_pending(io);
    io->release = NULL;
    if (!pending) {
        free(vec);
        free(request);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    request->io = pending;
    if (request->write)
        __atomic_add_fetch(&writes_open, 1, __ATOMIC_ACQ_REL);
    if (!enqueue(request))
        io_complete(pending, STATUS_INSUFFICIENT_RESOURCES, 0);
    return STATUS_PENDING;
}
