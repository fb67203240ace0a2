/* SPDX-License-Identifier: MIT */
/*
 * pipe_ring.c: what goes through a named pipe lies in memory that both ends share (include/pipe_shared.h): messages and their
 * bounds, of any size and none, quotas, and what has been read of them are all there, so that every process that has an end
 * sees the same. A socket pair beside it tells when an end is gone, however it went, and wakes I/O threads.
 *
 * A process may be killed anywhere in here. The locks are the kernel's priority-inheriting ones, which know of their owner's
 * death, and positions move only when all that they cover is written. What others write is not trusted: bounds come from
 * the process's own copy, and a wrong position is a broken pipe.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "cell.h"
#include "pipe_ring.h"
#include "unix.h"

#define PIECE_LEAST 4096 /* of what is written in parts */

static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pipe_link *links;

/* --- locks and futexes --- */

static int futex(uint32_t *word, int operation, uint32_t value)
{
    return (int)syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static uint32_t own_tid(void)
{
    static __thread uint32_t tid;
    if (unlikely(!tid))
        tid = (uint32_t)gettid();
    return tid;
}

static void lock_slowly(uint32_t *lock, uint32_t tid)
{
    for (unsigned tries = 0; futex(lock, FUTEX_LOCK_PI, 0); tries++) {
        uint32_t held = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (errno == EINTR || errno == EAGAIN)
            continue;
        if ((held & FUTEX_TID_MASK) == tid) /* a dead thread's, that had the same number */
            return;
        /* The owner died without anybody waiting (ESRCH), or somebody wrote nonsense there. */
        if ((errno == ESRCH || tries > 100) &&
            __atomic_compare_exchange_n(lock, &held, tid, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
    }
}

static void lock_side(uint32_t *lock)
{
    uint32_t tid = own_tid(), free = 0;
    if (unlikely(!__atomic_compare_exchange_n(lock, &free, tid, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
        lock_slowly(lock, tid);
}

static void unlock_side(uint32_t *lock)
{
    uint32_t held = own_tid();
    if (unlikely(!__atomic_compare_exchange_n(lock, &held, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)))
        futex(lock, FUTEX_UNLOCK_PI, 0);
}

/* Whether the other side says something within the time that a sleep and a wake-up cost, as it lately did. */
static bool spin(const struct pipe_changes *changes, uint32_t seen)
{
    static __thread struct wait_spin lately;
    uint32_t limit = wait_spin_limit(&lately, false);

    for (uint32_t i = 0; i < limit; i++) {
        if (__atomic_load_n(&changes->count, __ATOMIC_ACQUIRE) != seen) {
            wait_spin_paid(&lately, i);
            return true;
        }
        cpu_relax();
    }
    if (limit)
        wait_spin_failed(&lately);
    return false;
}

void pipe_sleepers_join(struct pipe_sleepers *sleepers, uint32_t seen)
{
    uint64_t asleep = __atomic_load_n(&sleepers->asleep, __ATOMIC_RELAXED), joined;
    do {
        bool later = (uint32_t)asleep && (int32_t)((uint32_t)(asleep >> 32) - seen) > 0;
        joined = (later ? asleep & ~0ull << 32 : (uint64_t)seen << 32) | ((uint32_t)asleep + 1);
    } while (
        !__atomic_compare_exchange_n(&sleepers->asleep, &asleep, joined, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

void pipe_sleepers_leave(struct pipe_sleepers *sleepers)
{
    __atomic_fetch_sub(&sleepers->asleep, 1, __ATOMIC_SEQ_CST);
}

int pipe_ring_sleep_for(struct pipe_changes *changes, struct pipe_sleepers *sleepers, uint32_t seen,
                        const struct timespec *time)
{
    if (spin(changes, seen))
        return 0;
    pipe_sleepers_join(sleepers, seen);
    int result = (int)syscall(SYS_futex, &changes->count, FUTEX_WAIT, seen, time, NULL, 0), saved = errno;
    pipe_sleepers_leave(sleepers);
    errno = saved;
    return result;
}

/*
 * Something of one side has changed: who sleeps or waits on the other. One that was woken runs a while later; until then it
 * counts as a sleeper, but slept at a count before the one that it was woken with.
 */
static void tell(struct pipe_link *link, struct pipe_changes *changes, struct pipe_sleepers *sleepers,
                 uint32_t *waiting, bool all)
{
    uint32_t count = __atomic_add_fetch(&changes->count, 1, __ATOMIC_SEQ_CST);
    uint64_t asleep = __atomic_load_n(&sleepers->asleep, __ATOMIC_SEQ_CST);
    int32_t since = (int32_t)((uint32_t)(asleep >> 32) - __atomic_load_n(&changes->woken, __ATOMIC_RELAXED));
    bool refresh = !(count & 0xffffff); /* long before the difference overflows */
    bool wake =
        (uint32_t)asleep && (all || refresh || since >= 0 || __atomic_load_n(&sleepers->attended, __ATOMIC_SEQ_CST));
    if (wake)
        futex(&changes->count, FUTEX_WAKE, INT32_MAX);
    if (wake || refresh)
        __atomic_store_n(&changes->woken, count, __ATOMIC_RELEASE); /* only now: a killed process wakes nobody */
    if (__atomic_load_n(waiting, __ATOMIC_SEQ_CST))
        send(link->socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void tell_readers(struct pipe_link *link, struct pipe_ring *ring, bool all)
{
    tell(link, &ring->write.changes, &ring->read.sleepers, &ring->read.waiting, all);
}

static void tell_writers(struct pipe_link *link, struct pipe_ring *ring, bool all)
{
    tell(link, &ring->read.changes, &ring->write.sleepers, &ring->write.waiting, all);
}

void pipe_link_wake_all(struct pipe_link *link)
{
    for (int i = 0; i < 2; i++) {
        tell_readers(link, &link->shared->rings[i], true);
        tell_writers(link, &link->shared->rings[i], true);
    }
}

void pipe_link_drain(struct pipe_link *link)
{
    char bytes[256];
    while (recv(link->socket, bytes, sizeof(bytes), MSG_DONTWAIT) == sizeof(bytes))
        ;
}

/* --- links --- */

struct pipe_link *pipe_link_attach(int memory_fd, int socket, unsigned side)
{
    struct stat st;
    struct pipe_link *link = calloc(1, sizeof(*link));
    if (!link || fstat(memory_fd, &st) || st.st_size < (off_t)sizeof(struct pipe_shared) || st.st_size > UINT32_MAX ||
        !(fcntl(memory_fd, F_GET_SEALS) & F_SEAL_SHRINK)) {
        free(link);
        return NULL;
    }
    *link = (struct pipe_link){ .refs = 1, .size = (size_t)st.st_size, .side = side };
    link->shared = mmap(NULL, link->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory_fd, 0);
    if (link->shared == MAP_FAILED) {
        free(link);
        return NULL;
    }
    bool sound = link->shared->magic == PIPE_SHARED_MAGIC;
    for (int i = 0; i < 2 && sound; i++) {
        uint64_t offset = link->shared->rings[i].offset;
        uint32_t capacity = link->shared->rings[i].capacity;
        sound = capacity >= PIPE_RING_LEAST && !(capacity & (capacity - 1)) && offset >= sizeof(struct pipe_shared) &&
                offset <= link->size && capacity <= link->size - offset;
        link->capacity[i] = capacity;
        link->bytes[i] = (char *)link->shared + offset;
    }
    if (!sound) {
        munmap(link->shared, link->size);
        free(link);
        return NULL;
    }
    link->memory_fd = memory_fd;
    link->socket = socket;
    pthread_mutex_lock(&links_lock);
    if ((link->next = links))
        links->place = &link->next;
    link->place = &links;
    links = link;
    pthread_mutex_unlock(&links_lock);
    return link;
}

struct pipe_link *pipe_link_ref(struct pipe_link *link)
{
    __atomic_fetch_add(&link->refs, 1, __ATOMIC_RELAXED);
    return link;
}

void pipe_link_unref(struct pipe_link *link)
{
    if (__atomic_sub_fetch(&link->refs, 1, __ATOMIC_ACQ_REL))
        return;
    pthread_mutex_lock(&links_lock);
    if ((*link->place = link->next))
        link->next->place = link->place;
    pthread_mutex_unlock(&links_lock);
    pipe_link_close(link);
    if (link->watch)
        link->unwatch(link);
    munmap(link->shared, link->size);
    close(link->memory_fd);
    close(link->socket);
    free(link);
}

void pipe_link_close(struct pipe_link *link)
{
    if (__atomic_exchange_n(&link->closed, true, __ATOMIC_ACQ_REL))
        return;
    __atomic_fetch_sub(&link->shared->opens[link->side], 1, __ATOMIC_SEQ_CST);
    pipe_link_wake_all(link);
}

/* No waiting for the lock: a crash may have been while it was held. The sockets tell then, a moment later. */
void pipe_links_close_all(void)
{
    if (pthread_mutex_trylock(&links_lock))
        return;
    for (struct pipe_link *link = links; link; link = link->next)
        pipe_link_close(link);
    pthread_mutex_unlock(&links_lock);
}

void pipe_link_disconnect(struct pipe_link *link)
{
    __atomic_store_n(&link->shared->disconnected, 1, __ATOMIC_SEQ_CST);
    pipe_link_wake_all(link);
}

static bool is_gone(struct pipe_link *link)
{
    if (link->shared->mailslot && link->side == PIPE_SERVER) /* it needs nobody */
        return link->closed;
    return __atomic_load_n(&link->gone, __ATOMIC_RELAXED) || __atomic_load_n(&link->closed, __ATOMIC_RELAXED) ||
           (int32_t)__atomic_load_n(&link->shared->opens[!link->side], __ATOMIC_ACQUIRE) <= 0;
}

bool pipe_link_alive(struct pipe_link *link)
{
    struct pollfd state = { .fd = link->socket, .events = POLLRDHUP };
    if (is_gone(link))
        return false;
    if (poll(&state, 1, 0) > 0 && state.revents & (POLLHUP | POLLRDHUP | POLLERR))
        __atomic_store_n(&link->gone, 1, __ATOMIC_RELEASE);
    return !is_gone(link);
}

/* --- the bytes --- */

static bool plain_copy(void *to, const void *from, size_t size)
{
    if (size) /* of nothing, `to` may be NULL */
        memcpy(to, from, size);
    return true;
}

static bool put(struct pipe_link *link, unsigned side, uint64_t at, const void *from, size_t size,
                bool (*copy)(void *, const void *, size_t))
{
    size_t start = at & (link->capacity[side] - 1), first = link->capacity[side] - start;
    if (first > size)
        first = size;
    return copy(link->bytes[side] + start, from, first) &&
           (first == size || copy(link->bytes[side], (const char *)from + first, size - first));
}

static bool get(struct pipe_link *link, unsigned side, uint64_t at, void *to, size_t size,
                bool (*copy)(void *, const void *, size_t))
{
    size_t start = at & (link->capacity[side] - 1), first = link->capacity[side] - start;
    if (first > size)
        first = size;
    return copy(to, link->bytes[side] + start, first) &&
           (first == size || copy((char *)to + first, link->bytes[side], size - first));
}

static struct pipe_fragment fragment_at(struct pipe_link *link, unsigned side, uint64_t at)
{
    struct pipe_fragment fragment;
    get(link, side, at, &fragment, sizeof(fragment), plain_copy);
    return fragment;
}

uint32_t pipe_ring_unread(struct pipe_ring *ring)
{
    uint64_t read = __atomic_load_n(&ring->read.data, __ATOMIC_ACQUIRE);
    uint64_t written = __atomic_load_n(&ring->write.data, __ATOMIC_ACQUIRE);
    return written > read ? (uint32_t)(written - read) : 0;
}

bool pipe_ring_has_unread(struct pipe_ring *ring)
{
    return pipe_ring_unread(ring) || __atomic_load_n(&ring->write.messages, __ATOMIC_ACQUIRE) !=
                                         __atomic_load_n(&ring->read.messages, __ATOMIC_ACQUIRE);
}

static NTSTATUS end_status(struct pipe_link *link, NTSTATUS gone)
{
    if (__atomic_load_n(&link->shared->disconnected, __ATOMIC_ACQUIRE))
        return STATUS_PIPE_DISCONNECTED;
    return is_gone(link) ? gone : STATUS_PENDING;
}

/* --- reading --- */

/* Under the readers' lock; *at is the position, stored by the caller. */
static NTSTATUS read_fragments(struct pipe_link *link, struct pipe_ring *ring, struct pipe_transfer *t, uint64_t *at,
                               bool message_mode)
{
    unsigned side = !link->side;
    uint64_t written = __atomic_load_n(&ring->write.at, __ATOMIC_ACQUIRE);

    for (;;) {
        uint64_t there = written - *at;
        if (there > link->capacity[side])
            return STATUS_PIPE_BROKEN;
        if (!ring->read.begun) {
            if (there < sizeof(struct pipe_fragment))
                break;
            struct pipe_fragment fragment = fragment_at(link, side, *at);
            bool follows = ring->read.after != 0;
            /* Nothing, written on purpose: a read of its own (ReadFile, "a pipe's other end wrote zero bytes"). */
            if (!message_mode && t->done && !fragment.length && !fragment.after && !follows)
                return STATUS_SUCCESS;
            if (t->whole && fragment.length > t->length)
                return STATUS_BUFFER_TOO_SMALL;
            *at += sizeof(fragment);
            there -= sizeof(fragment);
            ring->read.left = fragment.length;
            ring->read.after = fragment.after;
            ring->read.begun = 1;
            if (!message_mode && !fragment.length && !fragment.after && !follows) {
                ring->read.begun = 0;
                ring->read.messages++;
                return STATUS_SUCCESS;
            }
        }
        size_t n = t->length - t->done < ring->read.left ? t->length - t->done : ring->read.left;
        if (n > there)
            n = (size_t)there;
        if (n && !get(link, side, *at, t->buffer + t->done, n, t->copy))
            return STATUS_ACCESS_VIOLATION;
        *at += n;
        t->done += n;
        ring->read.left -= (uint32_t)n;
        __atomic_store_n(&ring->read.data, ring->read.data + n, __ATOMIC_RELEASE);
        if (ring->read.left)
            return t->done < t->length ? STATUS_PIPE_BROKEN : message_mode ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
        ring->read.begun = 0;
        if (!ring->read.after) {
            __atomic_store_n(&ring->read.messages, ring->read.messages + 1, __ATOMIC_RELEASE);
            if (message_mode)
                return STATUS_SUCCESS;
        }
        if (t->done == t->length)
            return message_mode ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    }
    return !message_mode && t->done ? STATUS_SUCCESS : STATUS_PENDING;
}

NTSTATUS pipe_ring_read(struct pipe_link *link, struct pipe_transfer *t, bool message_mode)
{
    struct pipe_ring *ring = pipe_ring_in(link);
    NTSTATUS status = STATUS_PENDING;
    bool moved = false;

    if (__atomic_load_n(&link->shared->disconnected, __ATOMIC_ACQUIRE))
        return STATUS_PIPE_DISCONNECTED;
    bool gone = is_gone(link); /* before looking: what was written before the end counts */
    if (__atomic_load_n(&ring->write.at, __ATOMIC_ACQUIRE) != __atomic_load_n(&ring->read.at, __ATOMIC_ACQUIRE)) {
        lock_side(&ring->read.lock);
        uint64_t at = ring->read.at;
        status = read_fragments(link, ring, t, &at, message_mode);
        moved = at != ring->read.at;
        __atomic_store_n(&ring->read.at, at, __ATOMIC_RELEASE);
        unlock_side(&ring->read.lock);
    }
    if (moved)
        tell_writers(link, ring, false);
    if (status == STATUS_PENDING && gone) /* a message whose writer died ends here */
        status = t->done ? STATUS_SUCCESS : STATUS_PIPE_BROKEN;
    return status;
}

NTSTATUS pipe_ring_peek(struct pipe_link *link, char *buffer, size_t length, struct pipe_look *look)
{
    struct pipe_ring *ring = pipe_ring_in(link);
    unsigned side = !link->side;
    bool only_first = link->shared->read_mode[link->side] == FILE_PIPE_MESSAGE_MODE;

    memset(look, 0, sizeof(*look));
    if (__atomic_load_n(&link->shared->disconnected, __ATOMIC_ACQUIRE))
        return STATUS_PIPE_DISCONNECTED;
    bool alive = pipe_link_alive(link);
    lock_side(&ring->read.lock);
    uint64_t at = ring->read.at, written = __atomic_load_n(&ring->write.at, __ATOMIC_ACQUIRE);
    bool nothing = at == written && !ring->read.begun && !ring->read.after;
    struct pipe_fragment fragment = { ring->read.left, ring->read.after };
    bool begun = ring->read.begun;
    look->available = pipe_ring_unread(ring);
    look->messages = (uint32_t)(__atomic_load_n(&ring->write.messages, __ATOMIC_ACQUIRE) - ring->read.messages) +
                     (__atomic_load_n(&ring->write.turn, __ATOMIC_RELAXED) != 0);
    for (bool first = true, over = false; !over;) {
        uint64_t there = written - at;
        if (there > link->capacity[side])
            break;
        if (!begun) {
            if (there < sizeof(fragment))
                break;
            fragment = fragment_at(link, side, at);
            at += sizeof(fragment);
            there -= sizeof(fragment);
        }
        if (first)
            look->first = fragment.length + fragment.after;
        first = begun = false;
        size_t n = length - look->copied < fragment.length ? length - look->copied : fragment.length;
        if (n > there)
            break;
        get(link, side, at, buffer + look->copied, n, plain_copy);
        look->copied += (uint32_t)n;
        at += fragment.length;
        over = look->copied == length || (only_first && !fragment.after);
    }
    unlock_side(&ring->read.lock);
    return nothing && !alive ? STATUS_PIPE_BROKEN : STATUS_SUCCESS;
}

void pipe_ring_rewind(struct pipe_link *link)
{
    struct pipe_ring *ring = pipe_ring_in(link);

    if (ring->read.at < PIPE_RING_LEAST || ring->write.at != ring->read.at)
        return;
    lock_side(&ring->read.lock);
    lock_side(&ring->write.lock);
    if (ring->write.at == ring->read.at && !ring->read.begun)
        ring->write.at = ring->read.at = 0;
    unlock_side(&ring->write.lock);
    unlock_side(&ring->read.lock);
}

/* --- writing --- */

static bool put_fragment(struct pipe_link *link, struct pipe_ring *ring, struct pipe_transfer *t, size_t length,
                         size_t after)
{
    struct pipe_fragment fragment = { (uint32_t)length, (uint32_t)after };
    uint64_t at = ring->write.at;

    put(link, link->side, at, &fragment, sizeof(fragment), plain_copy);
    if (length && !put(link, link->side, at + sizeof(fragment), t->buffer + t->done, length, t->copy))
        return false;
    t->done += length;
    __atomic_store_n(&ring->write.data, ring->write.data + length, __ATOMIC_RELEASE);
    if (!after)
        __atomic_store_n(&ring->write.messages, ring->write.messages + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&ring->write.at, at + sizeof(fragment) + length, __ATOMIC_RELEASE);
    return true;
}

static size_t space_in(struct pipe_link *link, struct pipe_ring *ring)
{
    uint64_t used = ring->write.at - __atomic_load_n(&ring->read.at, __ATOMIC_ACQUIRE);
    return used <= link->capacity[link->side] ? link->capacity[link->side] - (size_t)used : 0;
}

/* Ends a message whose writer will not: it has as much as there is of it. The lock is held. */
static bool end_message(struct pipe_link *link, struct pipe_ring *ring)
{
    struct pipe_transfer none = { .copy = plain_copy };
    if (space_in(link, ring) < sizeof(struct pipe_fragment))
        return false;
    put_fragment(link, ring, &none, 0, 0);
    ring->write.turn = 0;
    return true;
}

/* Whether somebody else is in the middle of a message. */
static bool must_wait_turn(struct pipe_link *link, struct pipe_ring *ring, uint64_t own)
{
    uint64_t turn = ring->write.turn;
    if (!turn || turn == own)
        return false;
    if (!syscall(SYS_tgkill, (pid_t)(turn >> 32), (pid_t)turn, 0) || errno != ESRCH)
        return true;
    return !end_message(link, ring);
}

/* Parts of what does not fit, or all. The lock is held. */
static NTSTATUS write_fragments(struct pipe_link *link, struct pipe_ring *ring, struct pipe_transfer *t)
{
    const size_t head = sizeof(struct pipe_fragment);

    if (must_wait_turn(link, ring, t->turn))
        return STATUS_PENDING;
    for (;;) {
        size_t left = t->length - t->done, space = space_in(link, ring);
        if (left + head <= space) {
            if (!put_fragment(link, ring, t, left, 0))
                return STATUS_ACCESS_VIOLATION;
            ring->write.turn = t->turn = 0;
            t->written = true;
            t->target = ring->write.data;
            return STATUS_SUCCESS;
        }
        bool whole = link->shared->type == FILE_PIPE_MESSAGE_TYPE ? left + head <= link->capacity[link->side]
                                                                  : left <= PIECE_LEAST;
        if ((whole && !t->turn) || space < head + PIECE_LEAST)
            return STATUS_PENDING;
        if (!put_fragment(link, ring, t, space - head, left - (space - head)))
            return STATUS_ACCESS_VIOLATION;
        ring->write.turn = t->turn = (uint64_t)getpid() << 32 | own_tid();
    }
}

NTSTATUS pipe_ring_write(struct pipe_link *link, struct pipe_transfer *t)
{
    struct pipe_ring *ring = pipe_ring_out(link);
    NTSTATUS status = end_status(link, STATUS_PIPE_CLOSING);

    if (!t->written) {
        if (status != STATUS_PENDING)
            return status;
        lock_side(&ring->write.lock);
        uint64_t before = ring->write.at;
        NTSTATUS written = write_fragments(link, ring, t);
        bool moved = before != ring->write.at;
        unlock_side(&ring->write.lock);
        if (moved)
            tell_readers(link, ring, false);
        if (written)
            return written;
    }
    if (__atomic_load_n(&ring->read.data, __ATOMIC_ACQUIRE) + ring->quota >= t->target)
        return STATUS_SUCCESS;
    return status;
}

NTSTATUS pipe_ring_write_now(struct pipe_link *link, struct pipe_transfer *t)
{
    struct pipe_ring *ring = pipe_ring_out(link);
    bool message = link->shared->type == FILE_PIPE_MESSAGE_TYPE;
    NTSTATUS status = end_status(link, STATUS_PIPE_CLOSING);

    if (status == STATUS_PENDING && !pipe_link_alive(link))
        status = STATUS_PIPE_CLOSING;
    if (status != STATUS_PENDING)
        return status;
    status = STATUS_SUCCESS;
    lock_side(&ring->write.lock);
    size_t unread = pipe_ring_unread(ring), space = space_in(link, ring), room = 0;
    if (space >= sizeof(struct pipe_fragment) && !must_wait_turn(link, ring, 0)) {
        space = space_in(link, ring) - sizeof(struct pipe_fragment);
        room = ring->quota > unread ? ring->quota - unread : 0;
        if (!unread && ((uint32_t)__atomic_load_n(&ring->read.sleepers.asleep, __ATOMIC_ACQUIRE) ||
                        __atomic_load_n(&ring->read.waiting, __ATOMIC_ACQUIRE)))
            room = t->length; /* straight to who reads */
        room = room < space ? room : space;
        size_t n = t->length <= room ? t->length : message ? 0 : room;
        if (n == t->length || n)
            status = put_fragment(link, ring, t, n, 0) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    unlock_side(&ring->write.lock);
    tell_readers(link, ring, false);
    return status;
}

void pipe_ring_abandon(struct pipe_link *link, struct pipe_transfer *t)
{
    struct pipe_ring *ring = pipe_ring_out(link);
    if (!t->turn)
        return;
    lock_side(&ring->write.lock);
    if (ring->write.turn == t->turn && !end_message(link, ring))
        ring->write.turn =
            (uint64_t)getpid() << 32 | 0x7fffffff; /* a thread that does not exist: the next writer does */
    unlock_side(&ring->write.lock);
    tell_readers(link, ring, false);
    t->turn = 0;
}
