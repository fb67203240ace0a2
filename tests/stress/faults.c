/* SPDX-License-Identifier: MIT */
/*
 * faults.c: a library for LD_PRELOAD that makes calls on chosen files fail (fault_rules.h), for tests/unix/faults.sh. With
 * FAULTS_NO_XATTR in the environment, no file has extended attributes.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "fault_rules.h"

#define EXPORT __attribute__((visibility("default")))

static int fault_fd(int fd, const char *call)
{
    char link[40], path[PATH_MAX];
    ssize_t n;
    int saved = errno;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = syscall(SYS_readlink, link, path, sizeof(path) - 1);
    errno = saved;
    if (n <= 0 || path[0] != '/')
        return 0;
    path[n] = 0;
    return fault_of(path, call);
}

/* By name; the folder itself, of which a rule is the name, is spared. */
static int fault_at(int dirfd, const char *name, const char *call)
{
    char full[2 * PATH_MAX], link[64];
    ssize_t n = 0;
    int saved = errno;

    if (!strncmp(name, "/proc/self/fd/", 14)) { /* what is open */
        n = syscall(SYS_readlink, name, full, PATH_MAX);
        full[n > 0 ? n : 0] = 0;
    } else {
        if (name[0] != '/') {
            if (dirfd == AT_FDCWD)
                strcpy(link, "/proc/self/cwd");
            else
                snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
            n = syscall(SYS_readlink, link, full, PATH_MAX);
            n = n > 0 ? n : 0;
            full[n++] = '/';
        }
        snprintf(full + n, sizeof(full) - n, "%s", name);
    }
    errno = saved;
    char *last = strrchr(full, '/');
    if (last && last[1] == '@')
        *last = 0;
    return fault_of(full, call);
}

static ssize_t failed(int error)
{
    errno = error;
    return -1;
}

#define REAL(type, name, ...)                                                                                          \
    static type (*real)(__VA_ARGS__);                                                                                  \
    if (!real)                                                                                                         \
        real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name);
#define FAIL(error)                                                                                                    \
    do {                                                                                                               \
        int e = (error);                                                                                               \
        if (e)                                                                                                         \
            return failed(e);                                                                                          \
    } while (0)

/* --- opening --- */

static int fault_open(int dirfd, const char *name, int flags)
{
    int error = flags & O_CREAT ? fault_at(dirfd, name, "create") : 0;

    return error ? error : fault_at(dirfd, name, "open");
}

EXPORT int openat(int dirfd, const char *name, int flags, ...)
{
    REAL(int, openat, int, const char *, int, mode_t)
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
    FAIL(fault_open(dirfd, name, flags));
    return real(dirfd, name, flags, mode);
}

EXPORT int open(const char *name, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
    return openat(AT_FDCWD, name, flags, mode);
}

/* --- data --- */

EXPORT ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
    REAL(ssize_t, pread, int, void *, size_t, off_t)
    int error = fault_fd(fd, "read");

    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(fd, buffer, size, offset);
}

EXPORT ssize_t read(int fd, void *buffer, size_t size)
{
    REAL(ssize_t, read, int, void *, size_t)
    int error = fault_fd(fd, "read");

    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(fd, buffer, size);
}

EXPORT ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t)
    int error = fault_fd(fd, "write");

    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(fd, buffer, size, offset);
}

EXPORT ssize_t write(int fd, const void *buffer, size_t size)
{
    REAL(ssize_t, write, int, const void *, size_t)
    int error = fault_fd(fd, "write");

    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(fd, buffer, size);
}

EXPORT ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    REAL(ssize_t, preadv2, int, const struct iovec *, int, off_t, int)
    int error = fault_fd(fd, "read");

    if (error == SHORT)
        return pread(fd, parts->iov_base, parts->iov_len, offset);
    FAIL(error);
    return real(fd, parts, count, offset, flags);
}

EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    REAL(ssize_t, pwritev2, int, const struct iovec *, int, off_t, int)
    int error = fault_fd(fd, "write");

    if (error == SHORT)
        return pwrite(fd, parts->iov_base, parts->iov_len, offset);
    FAIL(error);
    return real(fd, parts, count, offset, flags);
}

EXPORT ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
    return preadv2(fd, parts, count, offset, 0);
}

EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
    REAL(ssize_t, sendfile, int, int, off_t *, size_t)
    int error = fault_fd(to, "write");

    error = error ? error : fault_fd(from, "read");
    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(to, from, offset, size);
}

EXPORT ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size, unsigned flags)
{
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned)
    int error = fault_fd(to, "write");

    error = error ? error : fault_fd(from, "read");
    if (error == SHORT)
        size -= size / 2;
    else
        FAIL(error);
    return real(from, from_offset, to, to_offset, size, flags);
}

EXPORT int ftruncate(int fd, off_t size)
{
    REAL(int, ftruncate, int, off_t)
    FAIL(fault_fd(fd, "truncate"));
    return real(fd, size);
}

EXPORT int fallocate(int fd, int mode, off_t offset, off_t size)
{
    REAL(int, fallocate, int, int, off_t, off_t)
    FAIL(fault_fd(fd, "allocate"));
    return real(fd, mode, offset, size);
}

EXPORT int fsync(int fd)
{
    REAL(int, fsync, int)
    FAIL(fault_fd(fd, "sync"));
    return real(fd);
}

EXPORT int fdatasync(int fd)
{
    REAL(int, fdatasync, int)
    FAIL(fault_fd(fd, "sync"));
    return real(fd);
}

/* io_uring is out of this library's reach: as where it is forbidden. */
EXPORT long syscall(long number, ...)
{
    REAL(long, syscall, long, long, long, long, long, long, long)
    va_list args;
    long a[6];

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_io_uring_setup)
        return failed(EPERM);
    if (number == SYS_getdents64)
        FAIL(fault_fd((int)a[0], "list"));
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- names --- */

EXPORT ssize_t getdents64(int fd, void *buffer, size_t size)
{
    REAL(ssize_t, getdents64, int, void *, size_t)
    FAIL(fault_fd(fd, "list"));
    return real(fd, buffer, size);
}

EXPORT int statx(int dirfd, const char *name, int flags, unsigned mask, struct statx *st)
{
    REAL(int, statx, int, const char *, int, unsigned, struct statx *)
    FAIL(*name ? fault_at(dirfd, name, "stat") : fault_fd(dirfd, "stat"));
    return real(dirfd, name, flags, mask, st);
}

EXPORT int fstat(int fd, struct stat *st)
{
    REAL(int, fstat, int, struct stat *)
    FAIL(fault_fd(fd, "stat"));
    return real(fd, st);
}

EXPORT int fstatat(int dirfd, const char *name, struct stat *st, int flags)
{
    REAL(int, fstatat, int, const char *, struct stat *, int)
    FAIL(fault_at(dirfd, name, "stat"));
    return real(dirfd, name, st, flags);
}

EXPORT int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    REAL(int, renameat2, int, const char *, int, const char *, unsigned)
    FAIL(fault_at(from_dir, from, "rename"));
    FAIL(fault_at(to_dir, to, "rename"));
    return real(from_dir, from, to_dir, to, flags);
}

EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return renameat2(from_dir, from, to_dir, to, 0);
}

EXPORT int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    REAL(int, linkat, int, const char *, int, const char *, int)
    FAIL(fault_at(to_dir, to, "link"));
    return real(from_dir, from, to_dir, to, flags);
}

EXPORT int unlinkat(int dirfd, const char *name, int flags)
{
    REAL(int, unlinkat, int, const char *, int)
    FAIL(fault_at(dirfd, name, "unlink"));
    return real(dirfd, name, flags);
}

EXPORT int unlink(const char *name)
{
    return unlinkat(AT_FDCWD, name, 0);
}

EXPORT int mkdirat(int dirfd, const char *name, mode_t mode)
{
    REAL(int, mkdirat, int, const char *, mode_t)
    FAIL(fault_at(dirfd, name, "mkdir"));
    return real(dirfd, name, mode);
}

EXPORT int mkdir(const char *name, mode_t mode)
{
    return mkdirat(AT_FDCWD, name, mode);
}

EXPORT int utimensat(int dirfd, const char *name, const struct timespec times[2], int flags)
{
    REAL(int, utimensat, int, const char *, const struct timespec *, int)
    FAIL(*name ? fault_at(dirfd, name, "time") : fault_fd(dirfd, "time"));
    return real(dirfd, name, times, flags);
}

EXPORT int chmod(const char *name, mode_t mode)
{
    REAL(int, chmod, const char *, mode_t)
    FAIL(fault_at(AT_FDCWD, name, "mode"));
    return real(name, mode);
}

EXPORT int fchmod(int fd, mode_t mode)
{
    REAL(int, fchmod, int, mode_t)
    FAIL(fault_fd(fd, "mode"));
    return real(fd, mode);
}

/* --- extended attributes --- */

static int fault_xattr(const char *name)
{
    return getenv("FAULTS_NO_XATTR") ? ENOTSUP : fault_at(AT_FDCWD, name, "xattr");
}

EXPORT ssize_t getxattr(const char *name, const char *attr, void *value, size_t size)
{
    REAL(ssize_t, getxattr, const char *, const char *, void *, size_t)
    FAIL(fault_xattr(name));
    return real(name, attr, value, size);
}

EXPORT ssize_t lgetxattr(const char *name, const char *attr, void *value, size_t size)
{
    REAL(ssize_t, lgetxattr, const char *, const char *, void *, size_t)
    FAIL(fault_xattr(name));
    return real(name, attr, value, size);
}

EXPORT int setxattr(const char *name, const char *attr, const void *value, size_t size, int flags)
{
    REAL(int, setxattr, const char *, const char *, const void *, size_t, int)
    FAIL(fault_xattr(name));
    FAIL(fault_at(AT_FDCWD, name, "setxattr"));
    return real(name, attr, value, size, flags);
}

EXPORT int removexattr(const char *name, const char *attr)
{
    REAL(int, removexattr, const char *, const char *)
    FAIL(fault_xattr(name));
    return real(name, attr);
}
