/* SPDX-License-Identifier: MIT */
/* child_launch.c: starting the Unix process of a Windows or a native program. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "child_private.h"
#include "path.h"

extern char **environ;

/* --- starting it --- */

/*
 * 0, 1 and 2, from descriptors that are all above. Where the child has no standard handle, nothing else may come to lie: what
 * it opens first, its own messages would go to.
 */
static void launch_std(const struct launch *launch)
{
    int null = -1;
    for (int i = 0; i < 3; i++) {
        if (launch->std[i] >= 0) {
            dup2(launch->std[i], i);
            continue;
        }
        if (null < 0)
            null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null != i && dup2(null, i) < 0)
            close(i);
        else if (null == i)
            fcntl(i, F_SETFD, 0);
    }
}

/* In the child, between vfork and exec: only system calls. */
static void launch_exec(const struct launch *launch, int *error)
{
    sigset_t none;
    launch_std(launch);
    /* What the starter's own starter left open is nothing to a process that goes on without them: a lock, a pipe's end. */
    if (launch->detached)
        close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    for (size_t i = 0; i < launch->keep_count; i++)
        fcntl(launch->keep[i], F_SETFD, 0);
    if (launch->new_session) /* out of reach of the terminal's Ctrl-C */
        setsid();
    if (launch->terminal >= 0)
        ioctl(launch->terminal, TIOCSCTTY, 0);
    /* A folder that is Windows' own, and not in the prefix, is known by name only. */
    if (launch->cwd && chdir(launch->cwd) && (errno != ENOENT || chdir("/"))) {
        *error = errno;
        _exit(127);
    }
    signal(SIGPIPE, SIG_DFL);
    if (launch->no_interrupt)
        signal(SIGINT, SIG_IGN);
    sigemptyset(&none);
    if (launch->blocked)
        sigaddset(&none, launch->blocked);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (process_original_nofile.rlim_max)
        setrlimit(RLIMIT_NOFILE, &process_original_nofile);
    if (launch->job && !job_child_enter(launch->job)) {
        *error = ECONNRESET;
        _exit(127);
    }
    execve(launch->argv[0], launch->argv, launch->envp);
    *error = errno;
    _exit(127);
}

NTSTATUS launch_process(const struct launch *launch, pid_t *pid)
{
    volatile int error = 0;
    sigset_t all, old;
    /* A handler must not run in the child while it shares our memory. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    *pid = vfork();
    if (!*pid)
        launch_exec(launch, (int *)&error);
    int saved = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (*pid < 0)
        return saved == EAGAIN ? STATUS_QUOTA_EXCEEDED : STATUS_NO_MEMORY;
    if (error) {
        waitpid(*pid, NULL, 0);
        return error == ENOEXEC ? STATUS_INVALID_IMAGE_NOT_MZ : status_from_errno(error);
    }
    return STATUS_SUCCESS;
}

struct process_object *launched(pid_t pid)
{
    int pidfd = unix_fd_reserve((int)syscall(SYS_pidfd_open, pid, 0));
    struct process_object *process = pidfd >= 0 ? process_alloc((ULONG)pid, pidfd) : NULL;
    if (process) {
        process->is_child = true;
        return process;
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (pidfd >= 0)
        close(pidfd);
    return NULL;
}

static char own_path[PATH_MAX];

static void find_own_path(void)
{
    ssize_t n = readlink("/proc/self/exe", own_path, sizeof(own_path) - 1);
    own_path[n > 0 ? n : 0] = 0;
}

/* A memfd with the packet. */
static NTSTATUS make_start(const struct spawn *spawn, int *fd)
{
    *fd = unix_fd_reserve(memfd_create("start", MFD_CLOEXEC));
    if (*fd >= 0 && write(*fd, spawn->packet.data, spawn->packet.used) == (ssize_t)spawn->packet.used)
        return STATUS_SUCCESS;
    return STATUS_NO_MEMORY;
}

NTSTATUS start_windows(struct spawn *spawn, struct launch *launch, struct process_object **result)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char number[48]; /* the descriptor, and for others the process group and the parent: process_creation() */
    /* The image's path is for those who look at the list of processes, system_process.c among them. */
    char *argv[] = { own_path, "--start", number, spawn->image_path, NULL };
    int *keep = calloc(spawn->handle_count + 3, sizeof(*keep)), fd = -1;
    pid_t pid;
    pthread_once(&once, find_own_path);
    NTSTATUS status = keep ? make_start(spawn, &fd) : STATUS_NO_MEMORY;
    if (status)
        goto done;
    for (size_t i = 0; i < spawn->handle_count; i++)
        if (!spawn->handles[i].std && !spawn->native)
            keep[launch->keep_count++] = spawn->handles[i].fd;
    keep[launch->keep_count++] = fd;
    if (spawn->server_fd >= 0)
        keep[launch->keep_count++] = spawn->server_fd;
    if (spawn->console_fd >= 0)
        keep[launch->keep_count++] = spawn->console_fd;
    launch->blocked = JOIN_SIGNAL; /* until it catches it */
    launch->keep = keep;
    snprintf(number, sizeof(number), "%d,%u,%u", fd, (unsigned)spawn->params.ProcessGroupId,
             (unsigned)(spawn->parent ? spawn->parent->id : process_id));
    launch->argv = argv;
    launch->envp = spawn->native ? job_mark_environment(spawn->job.mark, environ) : environ;
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    status = launch->envp ? launch_process(launch, &pid) : STATUS_NO_MEMORY;
    if (launch->envp != environ)
        free(launch->envp);
    if (status)
        goto done;
    *result = launched(pid);
    if (!*result) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    (*result)->start_fd = fd;
    fd = -1;
done:
    free(keep);
    if (fd >= 0)
        close(fd);
    return status;
}
