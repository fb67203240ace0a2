/* SPDX-License-Identifier: MIT */
/* fd.c: descriptors of our own, kept out of the way of what programs and the shells around them use. */
#include <fcntl.h>
#include <unistd.h>
#include "unix.h"

#define FIRST_OWN_FD 256

int unix_fd_reserve(int fd)
{
    int high;

    if (fd < 0 || fd >= FIRST_OWN_FD)
        return fd;
    high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
    if (high < 0) /* RLIMIT_NOFILE may be as low as that: anything but 0, 1, 2 will do */
        high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return high;
}
