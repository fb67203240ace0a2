/* SPDX-License-Identifier: MIT */
/*
 * file_lock_kernel.c: what other processes see of byte-range locks: locks of an open file description that is this process's and only
 * for that, so that a handle that is inherited or duplicated into another process does not own them there, as on Windows. What
 * the kernel has for a place is the strongest of the process's locks; places beside each other it joins.
 *
 * The kernel keeps a file's locks in a list. So whoever has many tries to lock the whole file instead, which succeeds as long as no
 * other process has locked a part of it; then the kernel is not asked or told of ranges any more. A read lock of one more byte
 * says that this is so. Another process that meets it asks (file_lock_filter.c: memory and a futex), a thread of the one that
 * has it gives the kernel the ranges and answers. It tries again when it has four times as many.
 *
 * Windows locks may reach beyond the largest Linux offset (what lies there is for file_claim.c, and is locked in this process
 * only) and lie beyond the end of file: the latter is the same here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "file_lock.h"
#include "list.h"

#define WHOLE_BYTE  (CLAIM_OFFSET - 1) /* locked for reading: the lock of all before it stands for ranges */
#define LOCKS_END   WHOLE_BYTE
#define WHOLE_FIRST 64

static LIST_ENTRY whole_files = { &whole_files, &whole_files }; /* under range_lock */

struct flock lock_kernel_range(short type, uint64_t start, uint64_t end)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = (end < LOCKS_END ? end : LOCKS_END) - start
    };
}

/* Is there anything for the kernel in the range? */
static bool concerns_kernel(uint64_t start, uint64_t end)
{
    return start < LOCKS_END && start != end;
}

void lock_kernel_prepare(struct file_object *file)
{
    struct file_locks *locks = file->inode->locks;
    struct fd_path self;

    if (locks->fd >= 0 || file->fd_is_path || file->fd < 0)
        return;
    /* Linux lets only descriptors for writing lock exclusively. */
    locks->fd = unix_fd_reserve(open(fd_path(file->fd, &self), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (locks->fd < 0)
        locks->fd = unix_fd_reserve(open(self.text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (locks->fd < 0) /* it may no longer be opened: the handle's own description will do */
        locks->fd = unix_fd_reserve(fcntl(file->fd, F_DUPFD_CLOEXEC, 3));
}

void lock_kernel_forget(struct file_locks *locks)
{
    if (locks->fd >= 0)
        close(locks->fd);
}

static bool set(const struct file_locks *locks, short type, uint64_t start, uint64_t end)
{
    struct flock lock = lock_kernel_range(type, start, end);

    if (!concerns_kernel(start, end) || locks->fd < 0 || !fcntl(locks->fd, F_OFD_SETLK, &lock))
        return true;
    if (errno == EBADF && type == F_WRLCK) { /* it may not be written: the strongest lock that Linux gives */
        lock.l_type = F_RDLCK;
        if (!fcntl(locks->fd, F_OFD_SETLK, &lock))
            return true;
    }
    return errno != EAGAIN && errno != EACCES; /* a file system without locks: this process's are kept */
}

static bool mark_whole(const struct file_locks *locks, short type)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = WHOLE_BYTE, .l_len = 1 };

    return !fcntl(locks->fd, F_OFD_SETLK, &lock);
}

struct cover {
    uint64_t end, enough;
};

static bool note_end(struct file_lock *lock, void *cover)
{
    struct cover *to = cover;

    to->end = lock->end > to->end ? lock->end : to->end;
    return to->end >= to->enough;
}

/* What the process's locks make of a place; *end becomes how far that holds. */
static short kept(const struct file_locks *locks, uint64_t at, uint64_t *end)
{
    struct cover cover = { 0, *end };
    uint64_t next;

    lock_tree_visit(locks->exclusive, at, at + 1, note_end, &cover);
    if (cover.end) {
        *end = cover.end < *end ? cover.end : *end;
        return F_WRLCK;
    }
    next = lock_tree_next(locks->exclusive, at);
    *end = next < *end ? next : *end;
    cover.enough = *end;
    lock_tree_visit(locks->shared, at, at + 1, note_end, &cover);
    if (cover.end) {
        *end = cover.end < *end ? cover.end : *end;
        return F_RDLCK;
    }
    next = lock_tree_next(locks->shared, at);
    *end = next < *end ? next : *end;
    return F_UNLCK;
}

/* The kernel is left with what the other locks make of the range, at no time with less. */
void lock_kernel_restore(struct inode *node, uint64_t start, uint64_t end)
{
    const struct file_locks *locks = node->locks;

    if (locks->whole)
        return;
    for (uint64_t at = start, next; at < end; at = next) {
        next = end;
        set(locks, kept(locks, at, &next), at, next);
    }
}

bool lock_kernel_add(struct inode *node, const struct file_lock *lock)
{
    const struct file_locks *locks = node->locks;
    short type = lock->exclusive ? F_WRLCK : F_RDLCK;

    if (locks->whole)
        return true;
    for (uint64_t at = lock->start, next; at < lock->end; at = next) { /* leaves alone what is locked more */
        next = lock->end;
        if (kept(locks, at, &next) == F_UNLCK && !set(locks, type, at, next)) {
            lock_kernel_restore(node, lock->start, at);
            return false;
        }
    }
    return true;
}

bool lock_kernel_conflict(const struct file_object *file, bool write, uint64_t start, uint64_t end)
{
    const struct file_locks *locks = file->inode->locks;
    struct flock lock = lock_kernel_range(write ? F_WRLCK : F_RDLCK, start, end);
    int fd = locks && locks->fd >= 0 ? locks->fd : file->fd;

    if (!concerns_kernel(start, end) || file->fd_is_path || (locks && locks->whole))
        return false;
    /* Native programs' locks are between them. */
    return !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK && lock.l_pid == -1 && lock.l_start < LOCKS_END;
}

/* --- one lock for all --- */

/* Places the ranges instead. From the end, where the kernel finds its place at once: what is before is still one lock. */
static void divide(struct file_locks *locks)
{
    struct range {
        uint64_t start, end;
        short type;
    } *ranges = NULL;
    size_t count = 0, room = 0;

    locks->whole = false;
    list_remove(&locks->whole_list);
    for (uint64_t at = 0, next; at < LOCKS_END; at = next) {
        next = LOCKS_END;
        short type = kept(locks, at, &next);
        if (count == room) {
            struct range *more = realloc(ranges, (room ? room * 2 : 256) * sizeof *ranges);
            if (!more)
                break; /* what is not reached stays locked, until it is unlocked */
            ranges = more;
            room = room ? room * 2 : 256;
        }
        ranges[count++] = (struct range){ at, next, type };
    }
    while (count--)
        if (ranges[count].type != F_WRLCK)
            set(locks, ranges[count].type, ranges[count].start, ranges[count].end);
    free(ranges);
    mark_whole(locks, F_UNLCK);
}

static uint32_t asks_seen;

/* Waits until somebody asks for ranges, of any file; those of ours that are meant are divided. */
static void *asked_thread(void *arg)
{
    (void)arg;
    pthread_setname_np(pthread_self(), "transom/ranges");
    for (;;) {
        pthread_mutex_lock(&range_lock);
        for (LIST_ENTRY *entry = whole_files.Flink, *next; entry != &whole_files; entry = next) {
            struct file_locks *locks = container_of(entry, struct file_locks, whole_list);
            next = entry->Flink;
            if (lock_table_asked(locks->node->dev, locks->node->ino) != locks->asked)
                divide(locks);
        }
        pthread_mutex_unlock(&range_lock);
        lock_table_answer();
        lock_table_wait_asks(&asks_seen);
    }
    return NULL;
}

/* Is there a thread that others can ask? */
static bool can_be_asked(void)
{
    static bool started;

    if (!started && lock_table_begin_asks(&asks_seen))
        started = io_start_thread(asked_thread);
    return started;
}

static void take_whole(struct file_locks *locks)
{
    struct flock lock = lock_kernel_range(F_WRLCK, 0, LOCKS_END);
    const struct inode *node = locks->node;

    if (locks->fd < 0 || !can_be_asked() || lock_table_waited(node->dev, node->ino))
        return;
    locks->asked = lock_table_asked(node->dev, node->ino);
    if (!mark_whole(locks, F_RDLCK))
        return;
    if (fcntl(locks->fd, F_OFD_SETLK, &lock)) {
        mark_whole(locks, F_UNLCK);
        return;
    }
    locks->whole = true;
    list_add_tail(&whole_files, &locks->whole_list);
    if (lock_table_waited(node->dev, node->ino)) /* since; it may have asked before the mark was there */
        divide(locks);
}

void lock_kernel_count(struct inode *node, unsigned count)
{
    struct file_locks *locks = node->locks;

    if (count && !locks->whole && count >= locks->whole_at) {
        locks->whole_at = count * 4;
        take_whole(locks);
    }
    if (count)
        return;
    locks->whole_at = WHOLE_FIRST;
    if (locks->whole) {
        locks->whole = false;
        list_remove(&locks->whole_list);
        set(locks, F_UNLCK, 0, LOCKS_END);
        mark_whole(locks, F_UNLCK);
    }
}

static bool is_whole(int fd)
{
    struct flock mark = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = WHOLE_BYTE, .l_len = 1 };

    return !fcntl(fd, F_OFD_GETLK, &mark) && mark.l_type == F_RDLCK && mark.l_pid == -1 && mark.l_start == WHOLE_BYTE;
}

bool lock_kernel_ask(int fd, uint64_t dev, uint64_t ino)
{
    struct timespec end;
    uint32_t seen;

    if (fd < 0 || !is_whole(fd))
        return false;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += 1; /* it may be stopped: then everything stays locked */
    lock_table_ask(dev, ino);
    do {
        seen = lock_table_answers();
        if (!is_whole(fd))
            return true;
    } while (lock_table_wait_answer(seen, &end));
    return false;
}
