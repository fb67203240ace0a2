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

/* In the child, between vfork and exec: only system calls. */
static void launch_exec(const struct launch *launch, int *error)
{
    sigset_t none;
    int std[3];
    for (int i = 0; i < 3; i++) /* out of the way of one another first */
        std[i] = launch->std[i] >= 0 ? fcntl(launch->std[i], F_DUPFD_CLOEXEC, 64) : -1;
    for (int i = 0; i < 3; i++) {
        if (std[i] >= 0)
            dup2(std[i], i);
        else
            close(i);
    }
    for (size_t i = 0; i < launch->keep_count; i++)
        fcntl(launch->keep[i], F_SETFD, 0);
    if (launch->terminal >= 0) {
        setsid();
        ioctl(launch->terminal, TIOCSCTTY, 0);
    }
    if (launch->new_session && launch->terminal < 0)
        setsid();
    if (launch->new_group)
        setpgid(0, 0);
    /* A folder that is Windows' own, and not in the prefix, is known by name only. */
    if (launch->cwd && chdir(launch->cwd) && (errno != ENOENT || chdir("/"))) {
        *error = errno;
        _exit(127);
    }
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    if (launch->blocked)
        sigaddset(&none, launch->blocked);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (process_original_nofile.rlim_max)
        setrlimit(RLIMIT_NOFILE, &process_original_nofile);
    execve(launch->argv[0], launch->argv, launch->envp);
    *error = errno;
    _exit(127);
}

static NTSTATUS launch_process(const struct launch *launch, pid_t *pid)
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

/* Splits a command line by the rules of the C run time; returns argv, malloc'ed in one piece with its strings. */
static char **split_command_line(const WCHAR *line, size_t chars)
{
    size_t size = chars * 3 + 2;
    char *text = malloc(size), *out;
    char **argv = malloc((chars / 2 + 3) * sizeof(*argv) + size);
    size_t argc = 0;
    if (!text || !argv) {
        free(text);
        free(argv);
        return NULL;
    }
    text[utf16_to_utf8(line, chars, text, size - 1)] = 0;
    out = (char *)(argv + chars / 2 + 3);
    for (const char *p = text; *p;) {
        bool quoted = false;
        while (*p == ' ' || *p == '\t')
            p++;
        if (!*p)
            break;
        argv[argc++] = out;
        for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
            size_t slashes = 0;
            while (p[slashes] == '\\')
                slashes++;
            if (slashes && p[slashes] == '"') {
                memset(out, '\\', slashes / 2);
                out += slashes / 2;
                p += slashes;
                if (slashes & 1)
                    *out++ = '"';
                else
                    quoted = !quoted;
            } else if (*p == '"') {
                if (quoted && p[1] == '"')
                    *out++ = *p++;
                else
                    quoted = !quoted;
            } else {
                *out++ = *p;
            }
        }
        *out++ = 0;
    }
    argv[argc] = NULL;
    free(text);
    return argv;
}

bool is_native_program(int fd)
{
    char magic[4] = { 0 };
    return pread(fd, magic, 4, 0) >= 2 && (!memcmp(magic, "\177ELF", 4) || !memcmp(magic, "#!", 2));
}

/* Runs the child from the packet. On success *process has one reference. */
NTSTATUS start_windows(struct spawn *spawn, struct launch *launch, bool suspended, struct process_object **result)
{
    NTSTATUS status = STATUS_NO_MEMORY;
    char number[16];
    /* The image's path is for those who look at the list of processes, system_process.c among them. */
    char *argv[] = { "/proc/self/exe", "--start", number, spawn->image, NULL };
    char exe[PATH_MAX];
    struct child_start *start = MAP_FAILED;
    int *keep = calloc(spawn->handle_count + 5, sizeof(*keep));
    int fd = unix_fd_reserve(memfd_create("start", MFD_CLOEXEC));
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (fd < 0 || !keep || n <= 0 || ftruncate(fd, (off_t)spawn->packet.used))
        goto done;
    exe[n] = 0;
    argv[0] = exe;
    start = mmap(NULL, spawn->packet.used, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (start == MAP_FAILED)
        goto done;
    memcpy(start, spawn->packet.data, spawn->packet.used);
    start->gate = suspended;
    for (size_t i = 0; i < spawn->handle_count; i++)
        keep[launch->keep_count++] = spawn->handles[i].fd;
    keep[launch->keep_count++] = fd;
    if (spawn->server_fd >= 0)
        keep[launch->keep_count++] = spawn->server_fd;
    launch->blocked = JOIN_SIGNAL; /* until it catches it */
    launch->keep = keep;
    snprintf(number, sizeof(number), "%d", fd);
    launch->argv = argv;
    launch->envp = environ;
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    pid_t pid;
    status = launch_process(launch, &pid);
    if (status)
        goto done;
    struct process_object *process = process_alloc((ULONG)pid, unix_fd_reserve((int)syscall(SYS_pidfd_open, pid, 0)));
    if (!process) {
        kill(pid, SIGKILL);
        status = STATUS_NO_MEMORY;
        goto done;
    }
    process->is_child = true;
    process->start = start;
    process->start_size = spawn->packet.used;
    start = MAP_FAILED;
    *result = process;
done:
    free(keep);
    if (start != MAP_FAILED)
        munmap(start, spawn->packet.used);
    if (fd >= 0)
        close(fd);
    return status;
}

NTSTATUS start_native(struct spawn *spawn, struct launch *launch, struct process_object **result)
{
    struct child_start *start = (struct child_start *)spawn->packet.data;
    char **argv =
        split_command_line((WCHAR *)(spawn->packet.data + start->command_line.offset), start->command_line.size / 2);
    pid_t pid;
    if (!argv)
        return STATUS_NO_MEMORY;
    argv[0] = spawn->image;
    launch->argv = argv;
    launch->envp = environ;
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    NTSTATUS status = launch_process(launch, &pid);
    free(argv);
    if (status)
        return status;
    struct process_object *process = process_alloc((ULONG)pid, unix_fd_reserve((int)syscall(SYS_pidfd_open, pid, 0)));
    if (!process)
        return STATUS_NO_MEMORY;
    process->is_child = true;
    *result = process;
    return STATUS_SUCCESS;
}
