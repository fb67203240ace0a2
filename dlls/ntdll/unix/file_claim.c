/* SPDX-License-Identifier: MIT */
/*
 * file_claim.c: what the processes of a prefix must know of each other's open files. What a file or directory is opened for and what
 * it denies to others, and what is to become of it, is kept as read locks of the open file description (fcntl(2), F_OFD_SETLK) on
 * ten bytes at the largest offsets there are, one for each:
 *
 *     deletion pending   mapped: as data  as image   deleted on close   used for: deletion  writing  reading
 *     denied: deletion  writing  reading
 *
 * Read locks never stand in each other's way, so who opens a file places its own first and then asks whether anybody else holds
 * one that it must not meet. So the kernel keeps the state: it goes with the last duplicate of the descriptor, in whichever
 * process that is and however it ends, and no server is asked. The order of the bytes makes each of the usual modes one range.
 * docs/files.md tells how deletion goes by it.
 *
 * Programs that are not ours see these locks only if they lock whole files by fcntl or lockf, which they then cannot do
 * exclusively while a Windows program has the file open. Theirs are not taken for sharing modes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include "file.h"

enum {
    PENDING = 1,
    DATA = 2,
    IMAGE = 4,
    ON_CLOSE = 8,
    USE_DELETE = 16,
    USE_WRITE = 32,
    USE_READ = 64,
    DENY_DELETE = 128,
    DENY_WRITE = 256,
    DENY_READ = 512,
    CLAIMS = 10
};
#define ALL_USES    (USE_DELETE | USE_WRITE | USE_READ)
#define ALL_DENIED  (DENY_DELETE | DENY_WRITE | DENY_READ)
#define ALL_SHARING (ON_CLOSE | ALL_USES | ALL_DENIED)
#define EVERYTHING  ((1u << CLAIMS) - 1)

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

/* Whether no other description has any claim: mostly so. */
static bool nobody_has_any(int fd)
{
    unsigned all = EVERYTHING;
    struct flock any = next_range(&all, F_WRLCK);

    return !fcntl(fd, F_OFD_GETLK, &any) && any.l_type == F_UNLCK;
}

static bool somebody_has(int fd, unsigned claims)
{
    while (claims) {
        struct flock lock = next_range(&claims, F_WRLCK);
        if (!fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type == F_RDLCK && lock.l_start >= CLAIM_OFFSET)
            return true;
    }
    return false;
}

/* Whether another description has one of these claims. */
static bool others_have(int fd, unsigned claims)
{
    return !nobody_has_any(fd) && somebody_has(fd, claims);
}

static void withdraw(int fd, unsigned claims)
{
    while (claims) {
        struct flock lock = next_range(&claims, F_UNLCK);
        fcntl(fd, F_OFD_SETLK, &lock);
    }
}

void claim_leave(struct file_object *file)
{
    if (!file->fd_is_path && !file->installation &&
        !file->os_position) /* with another process's handle the claims go on */
        withdraw(file->fd, ALL_SHARING);
}

NTSTATUS claim_enter(struct file_object *file)
{
    unsigned claims = claims_of(file->access, file->share), against = opposite(claims) | PENDING;

    if (file->fd_is_path || !(claims & ALL_USES))
        return STATUS_SUCCESS;
    if ((claims & ALL_DENIED) == ALL_DENIED)
        claims |= USE_READ; /* one range; who denies everything meets everybody anyway */
    if (claims & USE_WRITE)
        against |= IMAGE;
    if (!place(file->fd, claims))
        return STATUS_SUCCESS;
    file->alone = nobody_has_any(file->fd);
    if (file->alone || !somebody_has(file->fd, against))
        return STATUS_SUCCESS;
    if (others_have(file->fd, PENDING)) {
        withdraw(file->fd, ALL_SHARING);
        return STATUS_DELETE_PENDING;
    }
    /* Somebody who opens it at this moment may see these claims, and this one theirs, and both would fail. So what is
     * there is asked for once more without them. */
    for (int attempt = 0; attempt < 4; attempt++) {
        withdraw(file->fd, ALL_SHARING);
        sched_yield();
        if (others_have(file->fd, against))
            break;
        place(file->fd, claims);
        if (!others_have(file->fd, against))
            return STATUS_SUCCESS;
    }
    withdraw(file->fd, ALL_SHARING);
    return STATUS_SHARING_VIOLATION;
}

void claim_drop(struct file_object *file, ACCESS_MASK access)
{
    unsigned gone = claims_of(access, FILE_SHARE_VALID_FLAGS) & ~claims_of(file->access, FILE_SHARE_VALID_FLAGS);

    if (file->fd_is_path)
        return;
    if (!share_takes_part(file)) /* for attributes only */
        gone = ALL_SHARING;
    withdraw(file->fd, gone);
}

static bool can_claim(const struct file_object *file)
{
    return file->fd >= 0 && !file->fd_is_path && file->inode && !file->installation;
}

void claim_section(struct file_object *file, bool image, bool mapped)
{
    if (!can_claim(file))
        return;
    if (mapped)
        place(file->fd, image ? IMAGE : DATA);
    else
        withdraw(file->fd, image ? IMAGE : DATA);
}

bool claim_mapped(const struct file_object *file)
{
    return can_claim(file) && others_have(file->fd, DATA | IMAGE);
}

void claim_pending(struct file_object *file, bool pending)
{
    if (!can_claim(file))
        return;
    if (pending)
        place(file->fd, PENDING);
    else
        withdraw(file->fd, PENDING);
}

void claim_on_close(struct file_object *file, bool on_close)
{
    if (!can_claim(file))
        return;
    if (on_close)
        place(file->fd, ON_CLOSE);
    else
        withdraw(file->fd, ON_CLOSE);
}

bool claim_others_delete_on_close(const struct file_object *file)
{
    return can_claim(file) && others_have(file->fd, ON_CLOSE);
}

bool claim_others_use(const struct file_object *file)
{
    return can_claim(file) && others_have(file->fd, ALL_USES | DATA | IMAGE);
}

bool claim_give_up(struct file_object *file)
{
    struct fd_path self;
    int own;

    if (!can_claim(file))
        return true;
    if (!file->os_position) {
        withdraw(file->fd, ALL_SHARING | PENDING);
        return !others_have(file->fd, ALL_USES);
    }
    /* Another process may have the same description: only one of its own tells whether that is so. */
    own = open(fd_path(file->fd, &self), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (own < 0)
        return false;
    dup3(own, file->fd, O_CLOEXEC);
    close(own);
    return !others_have(file->fd, ALL_USES);
}

NTSTATUS claim_check_replace(int dirfd, const char *name, bool posix)
{
    int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    bool claimed;

    if (fd < 0)
        return STATUS_SUCCESS;
    claimed = others_have(fd, IMAGE | (posix ? DENY_DELETE : ALL_USES | DATA));
    close(fd);
    return claimed ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}
