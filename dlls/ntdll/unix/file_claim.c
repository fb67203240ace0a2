/* SPDX-License-Identifier: MIT */
/*
 * file_claim.c: sharing modes between processes. What a file is opened for and what it denies to others is kept as read locks of
 * the open file description (fcntl(2), F_OFD_SETLK) on six bytes at the largest offsets there are, one for each:
 *
 *     used for:  deletion  writing  reading     denied:  deletion  writing  reading
 *
 * Read locks never stand in each other's way, so who opens a file places its own first and then asks whether anybody else holds
 * one that it must not meet. So the kernel keeps the state: it goes with the last duplicate of the descriptor, in whichever
 * process that is and however it ends, and no server is asked. The order of the bytes makes each of the usual modes one range.
 *
 * Programs that are not ours see these locks only if they lock whole files by fcntl or lockf, which they then cannot do
 * exclusively while a Windows program has the file open. Theirs are not taken for sharing modes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include "file.h"

enum { USE_DELETE = 1, USE_WRITE = 2, USE_READ = 4, DENY_DELETE = 8, DENY_WRITE = 16, DENY_READ = 32, CLAIMS = 6 };
#define ALL_USES   (USE_DELETE | USE_WRITE | USE_READ)
#define ALL_DENIED (DENY_DELETE | DENY_WRITE | DENY_READ)

_Static_assert(CLAIM_OFFSET == INT64_MAX - CLAIMS, "the claims are the last bytes that can be locked");

static unsigned claims_of(ACCESS_MASK access, ULONG share)
{
    return (access & (FILE_READ_DATA | FILE_EXECUTE) ? USE_READ : 0) |
           (access & (FILE_WRITE_DATA | FILE_APPEND_DATA) ? USE_WRITE : 0) | (access & DELETE ? USE_DELETE : 0) |
           (share & FILE_SHARE_READ ? 0 : DENY_READ) | (share & FILE_SHARE_WRITE ? 0 : DENY_WRITE) |
           (share & FILE_SHARE_DELETE ? 0 : DENY_DELETE);
}

/* What must not be there for these claims to be made. */
static unsigned opposite(unsigned claims)
{
    return (claims & USE_READ ? DENY_READ : 0) | (claims & USE_WRITE ? DENY_WRITE : 0) |
           (claims & USE_DELETE ? DENY_DELETE : 0) | (claims & DENY_READ ? USE_READ : 0) |
           (claims & DENY_WRITE ? USE_WRITE : 0) | (claims & DENY_DELETE ? USE_DELETE : 0);
}

/* The first run of set bits as a range, which is taken out of *claims. */
static struct flock next_range(unsigned *claims, short type)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
    unsigned first = __builtin_ctz(*claims), length = __builtin_ctz(~(*claims >> first));

    lock.l_start = CLAIM_OFFSET + first;
    lock.l_len = length;
    *claims &= ~((1u << (first + length)) - 1);
    return lock;
}

/* False if this descriptor or file system has no such locks. */
static bool place(int fd, unsigned claims)
{
    while (claims) {
        struct flock lock = next_range(&claims, F_RDLCK);
        if (fcntl(fd, F_OFD_SETLK, &lock))
            return false;
    }
    return true;
}

/* Whether another description has one of these claims. */
static bool others_have(int fd, unsigned claims)
{
    unsigned all = ALL_USES | ALL_DENIED;
    struct flock any = next_range(&all, F_WRLCK);

    if (!fcntl(fd, F_OFD_GETLK, &any) && any.l_type == F_UNLCK)
        return false; /* nobody has it open: mostly so */
    while (claims) {
        struct flock lock = next_range(&claims, F_WRLCK);
        if (!fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type == F_RDLCK && lock.l_start >= CLAIM_OFFSET)
            return true;
    }
    return false;
}

static void withdraw(int fd)
{
    struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = CLAIM_OFFSET, .l_len = CLAIMS };
    fcntl(fd, F_OFD_SETLK, &lock);
}

void claim_leave(struct file_object *file)
{
    if (!file->fd_is_path && !file->os_position) /* with another process's handle the claims go on */
        withdraw(file->fd);
}

NTSTATUS claim_enter(struct file_object *file)
{
    unsigned claims = claims_of(file->access, file->share), against = opposite(claims);

    if (file->fd_is_path || !(claims & ALL_USES))
        return STATUS_SUCCESS;
    if ((claims & ALL_DENIED) == ALL_DENIED)
        claims |= USE_READ; /* one range; who denies everything meets everybody anyway */
    if (!place(file->fd, claims) || !others_have(file->fd, against))
        return STATUS_SUCCESS;
    /* Somebody who opens it at this moment may see these claims, and this one theirs, and both would fail. So what is
     * there is asked for once more without them. */
    for (int attempt = 0; attempt < 4; attempt++) {
        withdraw(file->fd);
        sched_yield();
        if (others_have(file->fd, against))
            break;
        place(file->fd, claims);
        if (!others_have(file->fd, against))
            return STATUS_SUCCESS;
    }
    withdraw(file->fd);
    return STATUS_SHARING_VIOLATION;
}

NTSTATUS claim_check_replace(int dirfd, const char *name, bool posix)
{
    int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    bool claimed;

    if (fd < 0)
        return STATUS_SUCCESS;
    claimed = others_have(fd, posix ? DENY_DELETE : ALL_USES);
    close(fd);
    return claimed ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}
