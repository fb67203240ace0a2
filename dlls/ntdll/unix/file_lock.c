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
    struct file_lock *granted; /* list of those to complete */
};

static pthread_mutex_t range_lock = PTHREAD_MUTEX_INITIALIZER; /* of all inodes' locks and waiters */

/*
 * A range is kept in the record of the file (file_share.c), and as an open-file-description lock on the descriptor, which other processes see.
 * Windows locks may reach beyond the largest Linux offset (what lies there is for file_claim.c, and is locked in this process
 * only) and lie beyond the end of file: the latter is the same here.
 */
static bool set_ofd_lock(struct file_object *file, short type, uint64_t start, uint64_t end)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

    if (start >= CLAIM_OFFSET || start == end || file->fd_is_path)
        return true;
    lock.l_start = start;
    lock.l_len = (end < CLAIM_OFFSET ? end : CLAIM_OFFSET) - start;
    if (!fcntl(file->fd, F_OFD_SETLK, &lock))
        return true;
    if (errno == EBADF && type == F_WRLCK) { /* opened for reading only: the strongest lock that Linux gives */
        lock.l_type = F_RDLCK;
        return !fcntl(file->fd, F_OFD_SETLK, &lock) || errno != EAGAIN;
    }
    return errno != EAGAIN && errno != EACCES; /* a file system without locks: this process's are kept */
}

static bool overlaps(const struct file_lock *lock, uint64_t start, uint64_t end)
{
    return lock->start < end && start < lock->end;
}

static struct file_lock *wake_waiters(struct inode *node);
static void complete_waiters(struct file_lock *granted);

struct foreign_wait {
    struct file_object *file; /* referenced */
    int fd;                   /* the same file opened anew: its lock is not the program's */
    struct flock lock;
};

/* Waits until the other process's lock is gone; then the file's waiters are tried again. */
static void *foreign_wait_thread(void *arg)
{
    struct foreign_wait *wait = arg;
    struct file_lock *granted;

    pthread_setname_np(pthread_self(), "transom-lock");
    while (fcntl(wait->fd, F_OFD_SETLKW, &wait->lock) && errno == EINTR)
        ;
    close(wait->fd);
    pthread_mutex_lock(&range_lock);
    granted = wake_waiters(wait->file->inode);
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    object_unref(&wait->file->obj);
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
    wait->lock = (struct flock){ .l_type = lock->exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET };
    wait->lock.l_start = lock->start;
    wait->lock.l_len = (lock->end < CLAIM_OFFSET ? lock->end : CLAIM_OFFSET) - lock->start;
    wait->fd =
        unix_fd_reserve(open(fd_path(lock->owner->fd, &self), (lock->exclusive ? O_RDWR : O_RDONLY) | O_CLOEXEC));
    wait->file = lock->owner;
    object_ref(&wait->file->obj);
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
    object_unref(&wait->file->obj);
    free(wait);
    return false;
}

static bool is_free(const struct inode *node, uint64_t start, uint64_t end, bool exclusive)
{
    for (struct file_lock *lock = node->locks; lock; lock = lock->next) {
        if (overlaps(lock, start, end) && (exclusive || lock->exclusive))
            return false;
    }
    return true;
}

/* Takes the lock, or says STATUS_LOCK_NOT_GRANTED. Under the lock. */
static NTSTATUS try_lock(struct file_lock *lock)
{
    struct file_object *file = lock->owner;

    if (!is_free(file->inode, lock->start, lock->end, lock->exclusive) ||
        !set_ofd_lock(file, lock->exclusive ? F_WRLCK : F_RDLCK, lock->start, lock->end))
        return STATUS_LOCK_NOT_GRANTED;
    lock->next = file->inode->locks;
    file->inode->locks = lock;
    return STATUS_SUCCESS;
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
        foreign = is_free(node, lock->start, lock->end, lock->exclusive);
        while (*last)
            last = &(*last)->next;
        *last = lock;
    }
    if (foreign && !wait_for_others(lock)) {
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
    *lock = (struct file_lock){ .owner = file, .start = start, .end = end, .key = key, .exclusive = exclusive };
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

/* Removes the OFD lock of a range, except where another lock of the same handle still covers it. */
static void clear_ofd_lock(struct file_object *file, uint64_t start, uint64_t end)
{
    set_ofd_lock(file, F_UNLCK, start, end);
    for (struct file_lock *other = file->inode->locks; other; other = other->next) {
        if (other->owner == file && overlaps(other, start, end))
            set_ofd_lock(file, other->exclusive ? F_WRLCK : F_RDLCK, other->start, other->end);
    }
}

NTSTATUS lock_remove(struct file_object *file, uint64_t start, uint64_t length, ULONG key)
{
    uint64_t end = start + length;
    NTSTATUS status = STATUS_RANGE_NOT_LOCKED;

    if (!end && length)
        end = UINT64_MAX;
    struct file_lock *granted = NULL;

    if (!file->inode)
        return STATUS_INVALID_DEVICE_REQUEST;
    pthread_mutex_lock(&range_lock);
    for (struct file_lock **place = &file->inode->locks; *place; place = &(*place)->next) {
        struct file_lock *lock = *place;
        if (lock->owner == file && lock->start == start && lock->end == end && lock->key == key) {
            *place = lock->next;
            clear_ofd_lock(file, start, end);
            free(lock);
            status = STATUS_SUCCESS;
            granted = wake_waiters(file->inode);
            break;
        }
    }
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    return status;
}

NTSTATUS lock_check(struct file_object *file, bool write, ULONG key, uint64_t offset, uint64_t length)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!file->inode || !__atomic_load_n(&file->inode->locks, __ATOMIC_RELAXED))
        return STATUS_SUCCESS;
    pthread_mutex_lock(&range_lock);
    for (struct file_lock *lock = file->inode->locks; lock && !status; lock = lock->next) {
        bool mine = lock->owner == file && lock->key == key;
        if (overlaps(lock, offset, offset + length) && (write ? !mine || !lock->exclusive : lock->exclusive && !mine))
            status = STATUS_FILE_LOCK_CONFLICT;
    }
    pthread_mutex_unlock(&range_lock);
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
        *place = lock->next;
        clear_ofd_lock(file, lock->start, lock->end);
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
