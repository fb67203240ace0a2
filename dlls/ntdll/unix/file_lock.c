/* SPDX-License-Identifier: MIT */
/* file_lock.c: byte-range locks, of this process and of others. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"

struct file_lock {
    struct file_lock *next;
    struct file_object *owner;
    uint64_t start, end; /* end exclusive; start == end locks nothing but can be unlocked */
    ULONG key;
    bool exclusive;
    struct io *waiting;        /* the request that wants it */
    uint64_t number;           /* of a waiting one */
    bool watched;              /* a thread waits for another process's lock to go */
    struct file_lock *granted; /* list of those to complete */
};

static pthread_mutex_t range_lock = PTHREAD_MUTEX_INITIALIZER; /* of all inodes' locks and waiters */

/*
 * A range is kept in the record of the file (file_share.c), and as an open-file-description lock on the descriptor, which other
 * processes see; file_lock_filter.c tells them to look. Windows locks may reach beyond the largest Linux offset (what lies there is
 * for file_claim.c, and is locked in this process only) and lie beyond the end of file: the latter is the same here.
 *
 * Linux lets only descriptors for writing lock exclusively, so a file opened for reading gets another one for its locks.
 */
static bool is_foreign_range(uint64_t start, uint64_t end)
{
    return start < CLAIM_OFFSET && start != end;
}

static struct flock flock_of(short type, uint64_t start, uint64_t end)
{
    return (struct flock){ .l_type = type,
                           .l_whence = SEEK_SET,
                           .l_start = start,
                           .l_len = (end < CLAIM_OFFSET ? end : CLAIM_OFFSET) - start };
}

static int fd_for_locks(const struct file_object *file)
{
    return file->lock_fd ? file->lock_fd : file->fd;
}

static bool make_lock_fd(struct file_object *file)
{
    struct fd_path self;
    int fd = file->lock_fd ? -1 : unix_fd_reserve(open(fd_path(file->fd, &self), O_RDWR | O_CLOEXEC | O_NOCTTY));

    if (fd < 0)
        return false;
    file->lock_fd = fd;
    return true;
}

static bool set_ofd_lock(struct file_object *file, short type, uint64_t start, uint64_t end)
{
    struct flock lock = flock_of(type, start, end);

    if (!is_foreign_range(start, end) || file->fd_is_path)
        return true;
    if (type == F_UNLCK && file->lock_fd) /* shared ones may have been made before it was there */
        fcntl(file->fd, F_OFD_SETLK, &lock);
    if (!fcntl(fd_for_locks(file), F_OFD_SETLK, &lock))
        return true;
    if (errno == EBADF && type == F_WRLCK) {
        if (!make_lock_fd(file))
            lock.l_type = F_RDLCK; /* it may not be written: the strongest lock that Linux gives */
        return !fcntl(fd_for_locks(file), F_OFD_SETLK, &lock) || (errno != EAGAIN && errno != EACCES);
    }
    return errno != EAGAIN && errno != EACCES; /* a file system without locks: this process's are kept */
}

/* Has another process locked the range against this use? Native programs' locks are between them. */
static bool locked_by_others(const struct file_object *file, bool write, uint64_t start, uint64_t end)
{
    struct flock lock = flock_of(write ? F_WRLCK : F_RDLCK, start, end);

    return is_foreign_range(start, end) && !file->fd_is_path && !fcntl(fd_for_locks(file), F_OFD_GETLK, &lock) &&
           lock.l_type != F_UNLCK && lock.l_pid == -1 && lock.l_start < CLAIM_OFFSET;
}

static bool overlaps(const struct file_lock *lock, uint64_t start, uint64_t end)
{
    return lock->start < end && start < lock->end;
}

static struct file_lock *wake_waiters(struct inode *node);
static void complete_waiters(struct file_lock *granted);

struct foreign_wait {
    struct inode *node; /* referenced */
    uint64_t number;    /* of the lock that waits */
    int fd;             /* the same file opened anew: its lock is not the program's */
    struct flock lock;
};

/* Waits until the other process's lock is gone; then the file's waiters are tried again. */
static void *foreign_wait_thread(void *arg)
{
    struct foreign_wait *wait = arg;
    struct file_lock *granted;

    pthread_setname_np(pthread_self(), "transom/lock");
    while (fcntl(wait->fd, F_OFD_SETLKW, &wait->lock) && errno == EINTR)
        ;
    close(wait->fd);
    pthread_mutex_lock(&range_lock);
    for (struct file_lock *lock = wait->node->waiters; lock; lock = lock->next)
        if (lock->number == wait->number)
            lock->watched = false;
    granted = wake_waiters(wait->node);
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    share_release(wait->node);
    free(wait);
    return NULL;
}

static bool wait_for_others(const struct file_lock *lock)
{
    struct foreign_wait *wait = malloc(sizeof *wait);
    struct fd_path self;
    sigset_t all, old;
    pthread_t thread;
    int err;

    if (!wait)
        return false;
    wait->number = lock->number;
    wait->lock = flock_of(lock->exclusive ? F_WRLCK : F_RDLCK, lock->start, lock->end);
    wait->fd =
        unix_fd_reserve(open(fd_path(lock->owner->fd, &self), (lock->exclusive ? O_RDWR : O_RDONLY) | O_CLOEXEC));
    if (wait->fd < 0 && lock->exclusive) {
        wait->lock.l_type = F_RDLCK;
        wait->fd = unix_fd_reserve(open(self.text, O_RDONLY | O_CLOEXEC));
    }
    wait->node = lock->owner->inode;
    share_hold(wait->node);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = wait->fd < 0 ? errno : pthread_create(&thread, NULL, foreign_wait_thread, wait);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!err) {
        pthread_detach(thread);
        return true;
    }
    if (wait->fd >= 0)
        close(wait->fd);
    share_release(wait->node);
    free(wait);
    return false;
}

/* "A shared lock can overlap an exclusive lock if both locks were created using the same file handle" (LockFileEx). */
static bool is_free(const struct inode *node, const struct file_lock *wanted)
{
    for (struct file_lock *lock = node->locks; lock; lock = lock->next) {
        if (overlaps(lock, wanted->start, wanted->end) &&
            (wanted->exclusive || (lock->exclusive && lock->owner != wanted->owner)))
            return false;
    }
    return true;
}

/* What the handle's locks make of a place for the kernel, which knows one lock of each place; *end becomes how far that holds. */
static short kept_lock(const struct file_object *file, uint64_t at, uint64_t *end)
{
    short type = F_UNLCK;

    for (const struct file_lock *lock = file->inode->locks; lock; lock = lock->next) {
        if (lock->owner != file || lock->start == lock->end || lock->end <= at || lock->start >= *end)
            continue;
        *end = lock->start > at ? lock->start : lock->end < *end ? lock->end : *end;
        if (lock->start <= at && type != F_WRLCK)
            type = lock->exclusive ? F_WRLCK : F_RDLCK;
    }
    return type;
}

/* Locks have gone from the list: the kernel is left with what the others make of the range, at no time with less. */
static void restore_ofd_lock(struct file_object *file, uint64_t start, uint64_t end)
{
    for (uint64_t at = start, next; at < end; at = next) {
        next = end;
        set_ofd_lock(file, kept_lock(file, at, &next), at, next);
    }
}

/* Tells the kernel of a new lock of the handle that is not in the list yet, which leaves alone what is locked more. */
static bool add_ofd_lock(const struct file_lock *lock)
{
    short type = lock->exclusive ? F_WRLCK : F_RDLCK;

    for (uint64_t at = lock->start, next; at < lock->end; at = next) {
        next = lock->end;
        if (kept_lock(lock->owner, at, &next) == F_UNLCK && !set_ofd_lock(lock->owner, type, at, next)) {
            restore_ofd_lock(lock->owner, lock->start, at);
            return false;
        }
    }
    return true;
}

/* Takes the lock, or says STATUS_LOCK_NOT_GRANTED. Under the lock. */
static NTSTATUS try_lock(struct file_lock *lock)
{
    struct file_object *file = lock->owner;

    if (!is_free(file->inode, lock) || !add_ofd_lock(lock))
        return STATUS_LOCK_NOT_GRANTED;
    lock->next = file->inode->locks;
    if (!lock->next)
        lock_filter_count(file->inode->dev, file->inode->ino, 1);
    __atomic_store_n(&file->inode->locks, lock, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

/* Takes a lock out of the list; it is still the file's for the kernel. */
static void unlink_lock(struct inode *node, struct file_lock **place)
{
    *place = (*place)->next;
    if (!node->locks)
        lock_filter_count(node->dev, node->ino, -1);
}

/* A pending request is being cancelled: under the I/O lock. */
static NTSTATUS cancel_lock(struct io *io)
{
    struct file_lock *wanted = io->data;
    NTSTATUS status = STATUS_PENDING;

    pthread_mutex_lock(&range_lock);
    for (struct file_lock **place = &io->file->inode->waiters; *place; place = &(*place)->next) {
        if (*place == wanted) {
            *place = wanted->next;
            status = STATUS_CANCELLED;
            break;
        }
    }
    pthread_mutex_unlock(&range_lock);
    if (status == STATUS_CANCELLED)
        free(wanted);
    return status;
}

/* Waits until a lock of this process goes. One of another process is waited for by a thread of its own. */
static NTSTATUS wait_for_lock(struct io *io, struct file_lock *lock)
{
    struct inode *node = lock->owner->inode;
    struct file_lock **last = &node->waiters;
    struct io *pending;
    bool granted, foreign = false;

    io->data = lock;
    io->retry = cancel_lock;
    pending = io_make_pending(io); /* not under range_lock: cancelling takes it under the I/O lock */
    if (!pending) {
        free(lock);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    pthread_mutex_lock(&range_lock);
    granted = !try_lock(lock);
    if (!granted) {
        lock->waiting = pending;
        foreign = is_free(node, lock);
        while (*last)
            last = &(*last)->next;
        *last = lock;
    }
    if (foreign && !(lock->watched = wait_for_others(lock))) {
        *last = NULL;
        pthread_mutex_unlock(&range_lock);
        free(lock);
        io_complete(pending, STATUS_INSUFFICIENT_RESOURCES, 0);
        return STATUS_PENDING;
    }
    pthread_mutex_unlock(&range_lock);
    if (granted)
        io_complete(pending, STATUS_SUCCESS, 0);
    return STATUS_PENDING;
}

NTSTATUS lock_request(struct io *io, uint64_t start, uint64_t length, ULONG key, bool exclusive, bool immediately)
{
    struct file_object *file = io->file;
    uint64_t end = start + length;
    struct file_lock *lock;
    NTSTATUS status;

    if (end < start && end != 0)
        return STATUS_INVALID_LOCK_RANGE;
    if (!end && length)
        end = UINT64_MAX;
    if (!file->inode)
        return STATUS_INVALID_DEVICE_REQUEST;
    lock = malloc(sizeof *lock);
    if (!lock)
        return STATUS_INSUFFICIENT_RESOURCES;
    static uint64_t numbers;
    *lock = (struct file_lock){ .owner = file,
                                .start = start,
                                .end = end,
                                .key = key,
                                .exclusive = exclusive,
                                .number = __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED) };
    pthread_mutex_lock(&range_lock);
    status = try_lock(lock);
    pthread_mutex_unlock(&range_lock);
    if (status && !immediately)
        return wait_for_lock(io, lock);
    if (status)
        free(lock);
    return status;
}

/* Something was unlocked: whoever waits for it, in order. Gives the list of requests to complete. */
static struct file_lock *wake_waiters(struct inode *node)
{
    struct file_lock *granted = NULL;

    for (struct file_lock **place = &node->waiters; *place;) {
        struct file_lock *lock = *place;
        *place = lock->next;
        if (try_lock(lock)) {
            lock->next = *place;
            *place = lock;
            place = &lock->next;
            /* Nobody here stands in its way any more, so it is somebody else. */
            if (!lock->watched && is_free(node, lock))
                lock->watched = wait_for_others(lock);
        } else {
            lock->granted = granted;
            granted = lock;
        }
    }
    return granted;
}

static void complete_waiters(struct file_lock *granted)
{
    while (granted) {
        struct file_lock *next = granted->granted;
        struct io *io = granted->waiting;
        granted->waiting = NULL;
        io_complete(io, STATUS_SUCCESS, 0);
        granted = next;
    }
}

NTSTATUS lock_remove(struct file_object *file, uint64_t start, uint64_t length, ULONG key)
{
    uint64_t end = start + length;
    NTSTATUS status = STATUS_RANGE_NOT_LOCKED;

    if (!end && length)
        end = UINT64_MAX;
    struct file_lock *granted = NULL, **found = NULL;

    if (!file->inode)
        return STATUS_INVALID_DEVICE_REQUEST;
    pthread_mutex_lock(&range_lock);
    for (struct file_lock **place = &file->inode->locks; *place; place = &(*place)->next) {
        const struct file_lock *lock = *place;
        /* Locked both ways, "the first unlock operation unlocks the exclusive lock" (LockFileEx). */
        if (lock->owner == file && lock->start == start && lock->end == end && lock->key == key &&
            (!found || lock->exclusive))
            found = place;
        if (found && (*found)->exclusive)
            break;
    }
    if (found) {
        struct file_lock *lock = *found;
        unlink_lock(file->inode, found);
        restore_ofd_lock(file, start, end);
        free(lock);
        status = STATUS_SUCCESS;
        granted = wake_waiters(file->inode);
    }
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    return status;
}

static NTSTATUS check_own(struct file_object *file, bool write, ULONG key, uint64_t offset, uint64_t length)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&range_lock);
    for (struct file_lock *lock = file->inode->locks; lock && !status; lock = lock->next) {
        bool mine = lock->owner == file && lock->key == key;
        if (overlaps(lock, offset, offset + length) && (write ? !mine || !lock->exclusive : lock->exclusive && !mine))
            status = STATUS_FILE_LOCK_CONFLICT;
    }
    pthread_mutex_unlock(&range_lock);
    return status;
}

bool lock_may_matter(const struct file_object *file)
{
    const struct inode *node = file->inode;

    return node && !file->installation &&
           (__atomic_load_n(&node->locks, __ATOMIC_RELAXED) || lock_filter_may_have(node->dev, node->ino));
}

NTSTATUS lock_check(struct file_object *file, bool write, ULONG key, uint64_t offset, uint64_t length)
{
    const struct inode *node = file->inode;
    NTSTATUS status = STATUS_SUCCESS;

    if (!node || !length || file->installation)
        return STATUS_SUCCESS;
    if (__atomic_load_n(&node->locks, __ATOMIC_RELAXED))
        status = check_own(file, write, key, offset, length);
    if (!status && lock_filter_may_have(node->dev, node->ino) && locked_by_others(file, write, offset, offset + length))
        status = STATUS_FILE_LOCK_CONFLICT;
    return status;
}

void lock_release_all(struct file_object *file)
{
    struct file_lock *granted;

    if (!file->inode || !file->inode->locks)
        return;
    pthread_mutex_lock(&range_lock);
    for (struct file_lock **place = &file->inode->locks; *place;) {
        struct file_lock *lock = *place;
        if (lock->owner != file) {
            place = &lock->next;
            continue;
        }
        unlink_lock(file->inode, place);
        restore_ofd_lock(file, lock->start, lock->end);
        free(lock);
    }
    granted = wake_waiters(file->inode);
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
}

/* --- system calls --- */

NTSTATUS NtLockFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                    IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset, LARGE_INTEGER *Length, ULONG Key,
                    BOOLEAN FailImmediately, BOOLEAN ExclusiveLock)
{
    struct io io;
    uint64_t start = ByteOffset->QuadPart, length = Length->QuadPart;
    NTSTATUS status =
        io_begin(&io, FileHandle, FILE_READ_DATA | FILE_WRITE_DATA, Event, ApcRoutine, ApcContext, IoStatusBlock);

    if (status)
        return status;
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_FILE)
        return io_finish(&io, STATUS_INVALID_PARAMETER);
    return io_finish(&io, lock_request(&io, start, length, Key, ExclusiveLock, FailImmediately));
}

NTSTATUS NtUnlockFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset,
                      LARGE_INTEGER *Length, ULONG Key)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, 0, &obj);

    if (status)
        return status;
    status = lock_remove((struct file_object *)obj, ByteOffset->QuadPart, Length->QuadPart, Key);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}
