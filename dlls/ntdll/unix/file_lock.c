/* SPDX-License-Identifier: MIT */
/*
 * file_lock.c: byte-range locks: requests. What this process has locked and what its requests wait for are trees (file_lock_tree.c) of
 * the file's record (file_share.c); other processes see file_lock_kernel.c's, and file_lock_filter.c tells them to look.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file_lock.h"
#include "list.h"

pthread_mutex_t range_lock = PTHREAD_MUTEX_INITIALIZER;

static struct file_lock *wake_waiters(struct inode *node, uint64_t start, uint64_t end);
static void complete_waiters(struct file_lock *granted);

struct foreign_wait {
    struct inode *node; /* referenced */
    uint64_t number;    /* of the lock that waits */
    uint64_t start, end;
    int fd; /* the same file opened anew: its lock is not the program's */
    struct flock lock;
};

static bool ends_watch(struct file_lock *lock, void *number)
{
    if (lock->number == *(uint64_t *)number)
        lock->watched = false;
    return !lock->watched && lock->number == *(uint64_t *)number;
}

/* Waits until the other process's lock is gone; then the waiters for that range are tried again. */
static void *foreign_wait_thread(void *arg)
{
    struct foreign_wait *wait = arg;
    struct inode *node = wait->node;
    struct file_lock *granted;

    pthread_setname_np(pthread_self(), "transom/lock");
    lock_kernel_ask(wait->fd, node->dev, node->ino);
    while (fcntl(wait->fd, F_OFD_SETLKW, &wait->lock) && errno == EINTR)
        ;
    close(wait->fd);
    lock_table_wait(node->dev, node->ino, -1);
    pthread_mutex_lock(&range_lock);
    lock_tree_visit(node->locks->waiters, wait->start, wait->end, ends_watch, &wait->number);
    granted = wake_waiters(node, wait->start, wait->end);
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    share_release(node);
    free(wait);
    return NULL;
}

static bool wait_for_others(const struct file_lock *lock)
{
    struct foreign_wait *wait = malloc(sizeof *wait);
    struct inode *node = lock->owner->inode;
    struct fd_path self;
    sigset_t all, old;
    pthread_t thread;
    int err;

    if (!wait)
        return false;
    *wait = (struct foreign_wait){ node, lock->number, lock->start, lock->end, -1, { 0 } };
    wait->lock = lock_kernel_range(lock->exclusive ? F_WRLCK : F_RDLCK, lock->start, lock->end);
    wait->fd =
        unix_fd_reserve(open(fd_path(lock->owner->fd, &self), (lock->exclusive ? O_RDWR : O_RDONLY) | O_CLOEXEC));
    if (wait->fd < 0 && lock->exclusive) {
        wait->lock.l_type = F_RDLCK;
        wait->fd = unix_fd_reserve(open(self.text, O_RDONLY | O_CLOEXEC));
    }
    share_hold(node);
    lock_table_wait(node->dev, node->ino, 1); /* before it is looked whether everything is locked */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = wait->fd < 0 ? errno : pthread_create(&thread, NULL, foreign_wait_thread, wait);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!err) {
        pthread_detach(thread);
        return true;
    }
    lock_table_wait(node->dev, node->ino, -1);
    if (wait->fd >= 0)
        close(wait->fd);
    share_release(node);
    free(wait);
    return false;
}

static bool is_any(struct file_lock *lock, void *context)
{
    (void)lock;
    (void)context;
    return true;
}

static bool is_of_another(struct file_lock *lock, void *wanted)
{
    return lock->owner != ((const struct file_lock *)wanted)->owner;
}

/* "A shared lock can overlap an exclusive lock if both locks were created using the same file handle" (LockFileEx). */
static bool is_free(const struct file_locks *locks, struct file_lock *wanted)
{
    uint64_t start = wanted->start, end = wanted->end;

    return !lock_tree_visit(locks->exclusive, start, end, wanted->exclusive ? is_any : is_of_another, wanted) &&
           (!wanted->exclusive || !lock_tree_visit(locks->shared, start, end, is_any, NULL));
}

static struct file_lock **tree_of(struct file_locks *locks, const struct file_lock *lock)
{
    return lock->exclusive ? &locks->exclusive : &locks->shared;
}

static void count_locks(struct inode *node, int by)
{
    unsigned count = node->lock_count + by;

    __atomic_store_n(&node->lock_count, count, __ATOMIC_RELAXED);
    if (!count || (by > 0 && count == 1))
        lock_filter_count(node->dev, node->ino, by > 0 ? 1 : -1);
    lock_kernel_count(node, count);
}

/* Takes the lock, or says STATUS_LOCK_NOT_GRANTED. Under the lock. */
static NTSTATUS try_lock(struct file_lock *lock)
{
    struct file_object *file = lock->owner;
    struct inode *node = file->inode;

    if (!is_free(node->locks, lock) || !lock_kernel_add(node, lock))
        return STATUS_LOCK_NOT_GRANTED;
    lock_tree_add(tree_of(node->locks, lock), lock);
    if (!file->byte_locks.Flink)
        list_init(&file->byte_locks);
    list_add_tail(&file->byte_locks, &lock->of_owner);
    count_locks(node, 1);
    return STATUS_SUCCESS;
}

/* Takes a lock out of its tree; it is still the file's for the kernel. */
static void unlink_lock(struct inode *node, struct file_lock *lock)
{
    lock_tree_remove(tree_of(node->locks, lock), lock);
    list_remove(&lock->of_owner);
}

/* A pending request is being cancelled: under the I/O lock. */
static NTSTATUS cancel_lock(struct io *io)
{
    struct file_lock *wanted;

    pthread_mutex_lock(&range_lock);
    wanted = io->data; /* NULL: not yet, or granted meanwhile */
    if (wanted)
        lock_tree_remove(&io->file->inode->locks->waiters, wanted);
    io->data = NULL;
    pthread_mutex_unlock(&range_lock);
    free(wanted);
    return wanted ? STATUS_CANCELLED : STATUS_PENDING;
}

/* Waits until a lock of this process goes. One of another process is waited for by a thread of its own. */
static NTSTATUS wait_for_lock(struct io *io, struct file_lock *lock)
{
    struct file_locks *locks = lock->owner->inode->locks;
    struct io *pending;
    bool granted, foreign = false;

    io->data = NULL;
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
        pending->data = lock;
        foreign = is_free(locks, lock);
        lock_tree_add(&locks->waiters, lock);
    }
    if (foreign && !(lock->watched = wait_for_others(lock))) {
        lock_tree_remove(&locks->waiters, lock);
        pending->data = NULL;
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

/* What the locks of a file are kept in; NULL: memory is out. Under the lock. */
static struct file_locks *locks_of(struct file_object *file)
{
    struct inode *node = file->inode;

    if (!node->locks) {
        struct file_locks *made = calloc(1, sizeof *made);
        if (!made)
            return NULL;
        made->node = node;
        made->fd = -1;
        node->locks = made;
        lock_kernel_count(node, 0);
    }
    lock_kernel_prepare(file);
    return node->locks;
}

void lock_forget(struct inode *node)
{
    if (!node->locks)
        return;
    lock_kernel_forget(node->locks);
    free(node->locks);
}

/* The same, once more if another process has locked everything for a part. */
static NTSTATUS lock_now(struct file_lock *lock)
{
    struct inode *node = lock->owner->inode;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    bool foreign = false;

    pthread_mutex_lock(&range_lock);
    if (locks_of(lock->owner)) {
        status = try_lock(lock);
        foreign = status && is_free(node->locks, lock);
    }
    pthread_mutex_unlock(&range_lock);
    if (!foreign || !lock_kernel_ask(node->locks->fd, node->dev, node->ino))
        return status;
    pthread_mutex_lock(&range_lock);
    status = try_lock(lock);
    pthread_mutex_unlock(&range_lock);
    return status;
}

NTSTATUS lock_request(struct io *io, uint64_t start, uint64_t length, ULONG key, bool exclusive, bool immediately)
{
    static uint64_t numbers;
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
    lock = calloc(1, sizeof *lock);
    if (!lock)
        return STATUS_INSUFFICIENT_RESOURCES;
    lock->owner = file;
    lock->start = start;
    lock->end = end;
    lock->key = key;
    lock->exclusive = exclusive;
    lock->number = __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED);
    status = lock_now(lock);
    if (status == STATUS_LOCK_NOT_GRANTED && !immediately)
        return wait_for_lock(io, lock);
    if (status)
        free(lock);
    return status;
}

static bool gather(struct file_lock *lock, void *list)
{
    lock->granted = *(struct file_lock **)list;
    *(struct file_lock **)list = lock;
    return false;
}

static struct file_lock *merge_lists(struct file_lock *a, struct file_lock *b)
{
    struct file_lock *first = NULL, **last = &first;

    while (a && b) {
        struct file_lock **lower = a->number < b->number ? &a : &b;
        *last = *lower;
        last = &(*last)->granted;
        *lower = *last;
    }
    *last = a ? a : b;
    return first;
}

/* In the order in which they were asked for. */
static struct file_lock *sort(struct file_lock *list)
{
    struct file_lock *half[2] = { NULL, NULL };

    if (!list || !list->granted)
        return list;
    for (unsigned which = 0; list; which ^= 1) {
        struct file_lock *next = list->granted;
        list->granted = half[which];
        half[which] = list;
        list = next;
    }
    return merge_lists(sort(half[0]), sort(half[1]));
}

/* A range was unlocked: whoever waits for it, in order. Gives the list of requests to complete. */
static struct file_lock *wake_waiters(struct inode *node, uint64_t start, uint64_t end)
{
    struct file_lock *waiters = NULL, *granted = NULL;

    lock_tree_visit(node->locks->waiters, start, end, gather, &waiters);
    for (struct file_lock *lock = sort(waiters), *next; lock; lock = next) {
        next = lock->granted;
        lock_tree_remove(&node->locks->waiters, lock);
        if (try_lock(lock)) {
            lock_tree_add(&node->locks->waiters, lock);
            /* Nobody here stands in its way any more, so it is somebody else. */
            if (!lock->watched && is_free(node->locks, lock))
                lock->watched = wait_for_others(lock);
        } else {
            lock->waiting->data = NULL;
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
    struct inode *node = file->inode;
    uint64_t end = start + length;
    struct file_lock *lock = NULL, *granted = NULL;

    if (!end && length)
        end = UINT64_MAX;
    if (!node)
        return STATUS_INVALID_DEVICE_REQUEST;
    pthread_mutex_lock(&range_lock);
    /* Locked both ways, "the first unlock operation unlocks the exclusive lock" (LockFileEx). */
    if (node->locks) {
        lock = lock_tree_find(node->locks->exclusive, start, end, file, key);
        lock = lock ? lock : lock_tree_find(node->locks->shared, start, end, file, key);
    }
    if (lock) {
        unlink_lock(node, lock);
        lock_kernel_restore(node, start, end);
        count_locks(node, -1);
        granted = wake_waiters(node, start, end);
    }
    pthread_mutex_unlock(&range_lock);
    complete_waiters(granted);
    free(lock);
    return lock ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED;
}

struct user {
    const struct file_object *file;
    ULONG key;
};

static bool forbids(struct file_lock *lock, void *user)
{
    const struct user *by = user;

    return lock->owner != by->file || lock->key != by->key;
}

static NTSTATUS check_own(struct file_object *file, bool write, ULONG key, uint64_t start, uint64_t end)
{
    struct user by = { file, key };
    struct file_lock *found = NULL;

    pthread_mutex_lock(&range_lock);
    if (file->inode->locks) {
        found = lock_tree_visit(file->inode->locks->exclusive, start, end, forbids, &by);
        if (!found && write)
            found = lock_tree_visit(file->inode->locks->shared, start, end, is_any, NULL);
    }
    pthread_mutex_unlock(&range_lock);
    return found ? STATUS_FILE_LOCK_CONFLICT : STATUS_SUCCESS;
}

static bool has_own(const struct inode *node)
{
    return __atomic_load_n(&node->lock_count, __ATOMIC_RELAXED);
}

bool lock_may_matter(const struct file_object *file)
{
    const struct inode *node = file->inode;

    return node && !file->installation && (has_own(node) || lock_filter_may_have(node->dev, node->ino, false));
}

/* Has another process locked the range against this use? */
static bool locked_by_others(struct file_object *file, bool write, uint64_t start, uint64_t end)
{
    const struct inode *node = file->inode;
    bool locked;
    int fd;

    pthread_mutex_lock(&range_lock);
    locked = lock_kernel_conflict(file, write, start, end);
    fd = node->locks && node->locks->fd >= 0 ? node->locks->fd : file->fd;
    pthread_mutex_unlock(&range_lock);
    if (!locked || !lock_kernel_ask(fd, node->dev, node->ino))
        return locked;
    pthread_mutex_lock(&range_lock);
    locked = lock_kernel_conflict(file, write, start, end);
    pthread_mutex_unlock(&range_lock);
    return locked;
}

NTSTATUS lock_check(struct file_object *file, bool write, ULONG key, uint64_t offset, uint64_t length)
{
    const struct inode *node = file->inode;
    bool own;

    if (!node || !length || file->installation)
        return STATUS_SUCCESS;
    own = has_own(node);
    if (own && check_own(file, write, key, offset, offset + length))
        return STATUS_FILE_LOCK_CONFLICT;
    if (lock_filter_may_have(node->dev, node->ino, own) && locked_by_others(file, write, offset, offset + length))
        return STATUS_FILE_LOCK_CONFLICT;
    return STATUS_SUCCESS;
}

/* All locks of a handle go. */
void lock_release_all(struct file_object *file)
{
    struct file_lock *granted = NULL;
    struct inode *node = file->inode;
    uint64_t start = UINT64_MAX, end = 0;

    if (!node || !has_own(node))
        return;
    pthread_mutex_lock(&range_lock);
    while (file->byte_locks.Flink && !list_empty(&file->byte_locks)) {
        struct file_lock *lock = container_of(file->byte_locks.Flink, struct file_lock, of_owner);
        unlink_lock(node, lock);
        start = lock->start < start ? lock->start : start;
        end = lock->end > end ? lock->end : end;
        lock_kernel_restore(node, lock->start, lock->end);
        count_locks(node, -1);
        free(lock);
    }
    if (start <= end)
        granted = wake_waiters(node, start, end);
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
