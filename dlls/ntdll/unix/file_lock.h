/* SPDX-License-Identifier: MIT */
/* file_lock.h: what the files of byte-range locks share. file_lock.c: requests; file_lock_tree.c: the process's own; file_lock_kernel.c: others'. */
#ifndef TRANSOM_FILE_LOCK_H
#define TRANSOM_FILE_LOCK_H

#include "file.h"

struct file_lock {
    struct file_lock *left, *right; /* of its tree, which is a heap by `priority` as well */
    uint64_t top;                   /* the largest end in this subtree */
    uint32_t priority;
    LIST_ENTRY of_owner;
    struct file_object *owner;
    uint64_t start, end; /* end exclusive; start == end locks nothing but can be unlocked */
    uint64_t number;     /* in the order of the requests */
    ULONG key;
    bool exclusive;
    struct io *waiting;        /* the request that wants it */
    bool watched;              /* a thread waits for another process's lock to go */
    struct file_lock *granted; /* list of those to complete */
};

/* Of one file, since it was locked first; `inode->locks`. */
struct file_locks {
    struct inode *node;
    struct file_lock *exclusive, *shared, *waiters; /* trees */
    int fd;                                         /* the description that this process's locks belong to; -1: none */
    bool whole;            /* the kernel has one lock of everything instead of all ranges: file_lock_kernel.c */
    uint32_t asked;        /* ... then: what lock_table_asked() was */
    unsigned whole_at;     /* so many locks, and it is tried next */
    LIST_ENTRY whole_list; /* of the process's files that are */
};

extern pthread_mutex_t range_lock; /* of all inodes' locks and waiters */

/* --- file_lock_tree.c --- */

void lock_tree_add(struct file_lock **tree, struct file_lock *lock);
void lock_tree_remove(struct file_lock **tree, struct file_lock *lock);
/* The one of that owner with this very range and key, or NULL. */
struct file_lock *lock_tree_find(struct file_lock *tree, uint64_t start, uint64_t end, struct file_object *owner,
                                 ULONG key);
/* Those that overlap the range, in order, until `stop` says true: that one, or NULL. */
struct file_lock *lock_tree_visit(struct file_lock *tree, uint64_t start, uint64_t end,
                                  bool (*stop)(struct file_lock *lock, void *context), void *context);
uint64_t lock_tree_next(const struct file_lock *tree, uint64_t after); /* the next one's start; UINT64_MAX: none */

/* --- file_lock_kernel.c; all but lock_kernel_ask() under range_lock --- */

/* Has its description ready. And when the file's record goes. */
void lock_kernel_prepare(struct file_object *file);
void lock_kernel_forget(struct file_locks *locks);
/* Tells of a new lock that is not in the trees yet; false if another process's stands in its way. */
bool lock_kernel_add(struct inode *node, const struct file_lock *lock);
/* Locks have gone from the trees. lock_kernel_count(): the file has so many now. */
void lock_kernel_restore(struct inode *node, uint64_t start, uint64_t end);
void lock_kernel_count(struct inode *node, unsigned count);
bool lock_kernel_conflict(const struct file_object *file, bool write, uint64_t start, uint64_t end);
/*
 * If another process has told the kernel that it has locked everything, asks it to tell which ranges: true if it has been asked,
 * so that what failed may be tried again. `fd` is any of the file's that is not the process's own description for locks.
 */
bool lock_kernel_ask(int fd, uint64_t dev, uint64_t ino);
struct flock lock_kernel_range(short type, uint64_t start, uint64_t end);

/* --- file_lock_filter.c: memory that the processes of the prefix share --- */

/* Threads that wait in the kernel for a range of the file. */
void lock_table_wait(uint64_t dev, uint64_t ino, int by);
bool lock_table_waited(uint64_t dev, uint64_t ino);
/* Who asks: for the ranges of a file; then waits for an answer that was not `seen`. False: the time is over. */
void lock_table_ask(uint64_t dev, uint64_t ino);
uint32_t lock_table_answers(void);
bool lock_table_wait_answer(uint32_t seen, const struct timespec *end);
/* Who is asked. lock_table_begin_asks(): false: there is no such memory. lock_table_asked(): changes when the file is asked for. */
bool lock_table_begin_asks(uint32_t *seen);
void lock_table_wait_asks(uint32_t *seen);
uint32_t lock_table_asked(uint64_t dev, uint64_t ino);
void lock_table_answer(void);

#endif
