/* SPDX-License-Identifier: MIT */
/* prefix_command.c: info, kill and wait: about all programs of the prefix at once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "client.h"
#include "command.h"
#include "process.h"

/* --- the processes of the prefix: not all of them have joined the server, so the system is asked --- */

/* Another version's, or one that was replaced meanwhile, has its name at least. */
static bool same_executable(const char *pid)
{
    char path[64], ours[PATH_MAX], theirs[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    ssize_t our_size = readlink("/proc/self/exe", ours, sizeof(ours) - 1);
    ssize_t their_size = readlink(path, theirs, sizeof(theirs) - 1);
    if (our_size <= 0 || their_size <= 0)
        return false;
    ours[our_size] = theirs[their_size] = 0;
    static const char gone[] = " (deleted)";
    for (char *text = ours;; text = theirs) {
        char *end = strstr(text, gone);
        if (end && !end[sizeof(gone) - 1])
            *end = 0;
        if (text == theirs)
            break;
    }
    const char *our_name = strrchr(ours, '/'), *their_name = strrchr(theirs, '/');
    return our_name && their_name && !strcmp(our_name, their_name);
}

static char *read_file(const char *pid, const char *name, size_t *size)
{
    char path[64], *text = NULL;
    size_t used = 0, capacity = 0;
    ssize_t n;
    snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    do {
        if (used + 1 >= capacity) {
            char *larger = realloc(text, capacity = capacity * 2 + 4096);
            if (!larger)
                break;
            text = larger;
        }
        n = fd < 0 ? 0 : read(fd, text + used, capacity - used - 1);
        used += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    if (fd >= 0)
        close(fd);
    if (text)
        text[used] = 0;
    *size = used;
    return text;
}

static const char *variable(const char *environment, size_t size, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = environment; p < environment + size; p += strlen(p) + 1)
        if (!strncmp(p, name, length) && p[length] == '=')
            return p + length + 1;
    return NULL;
}

/* The prefix as main.c finds it, from the environment and the arguments that a process was started with. */
static bool same_prefix(const char *pid)
{
    size_t env_size, arg_size;
    char *env = read_file(pid, "environ", &env_size), *args = read_file(pid, "cmdline", &arg_size);
    char path[PATH_MAX] = "";
    struct stat ours, other;
    const char *value = env ? variable(env, env_size, "TRANSOM_PREFIX") : NULL;
    for (const char *p = args; p && p < args + arg_size; p += strlen(p) + 1)
        if (!strcmp(p, "--prefix"))
            value = p + strlen(p) + 1;
        else if (p != args && p[0] != '-')
            break;
    if (value && value[0] == '/') {
        snprintf(path, sizeof(path), "%s", value);
    } else if (value && *value) { /* relative to where it was started: where it is, most likely */
        snprintf(path, sizeof(path), "/proc/%s/cwd/%s", pid, value);
    } else if (env) {
        const char *data = variable(env, env_size, "XDG_DATA_HOME"), *home = variable(env, env_size, "HOME");
        if (data && data[0] == '/')
            snprintf(path, sizeof(path), "%s/transom/default", data);
        else if (home && home[0] == '/')
            snprintf(path, sizeof(path), "%s/.local/share/transom/default", home);
    }
    bool same =
        *path && (!strcmp(path, options.prefix_dir) || (!stat(path, &other) && !stat(options.prefix_dir, &ours) &&
                                                        ours.st_dev == other.st_dev && ours.st_ino == other.st_ino));
    free(env);
    free(args);
    return same;
}

/* `transom` itself, waiting for an ephemeral prefix or tracing, is no program of the prefix. */
static bool is_program(const char *pid)
{
    size_t size;
    char *maps = read_file(pid, "maps", &size);
    bool found = maps && strstr(maps, "/ntdll.dll");
    free(maps);
    return found;
}

struct found {
    pid_t pid;
    int fd;
};

/* Their number; *list is malloc'ed, with an open pidfd for each. */
static size_t find_processes(struct found **list)
{
    size_t count = 0, capacity = 0;
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    *list = NULL;
    while (dir && (entry = readdir(dir))) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (pid <= 0 || pid == getpid() || !same_executable(entry->d_name))
            continue;
        int fd = (int)syscall(SYS_pidfd_open, pid, 0); /* before the last look: it is the one looked at */
        if (fd < 0)
            continue;
        if (count == capacity) {
            struct found *larger = realloc(*list, (capacity = capacity * 2 + 16) * sizeof(**list));
            if (!larger) {
                close(fd);
                break;
            }
            *list = larger;
        }
        if (same_prefix(entry->d_name) && is_program(entry->d_name))
            (*list)[count++] = (struct found){ pid, fd };
        else
            close(fd);
    }
    if (dir)
        closedir(dir);
    return count;
}

static void wait_for(struct found *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pollfd poll_fd = { list[i].fd, POLLIN, 0 };
        while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR)
            ;
        close(list[i].fd);
    }
}

/* --- the server, as one who only asks --- */

static bool ask_server(uint32_t code, void *in, void *out)
{
    struct client_request request = { .code = code, .in = in, .out = out, .fd = -1, .answer_fd = -1 };
    return !client_visit() && !client_request(&request);
}

void command_kill_prefix(void)
{
    struct protocol_kill_in in;
    struct protocol_kill_out out;
    struct found *list;
    size_t count;
    ask_server(PROTOCOL_kill, &in, &out); /* it tells the exit codes to those who wait for them */
    while ((count = find_processes(&list))) {
        for (size_t i = 0; i < count; i++)
            syscall(SYS_pidfd_send_signal, list[i].fd, SIGKILL, NULL, 0);
        wait_for(list, count);
        free(list);
    }
    free(list);
}

int command_kill(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "usage: transom [--prefix FOLDER] kill\n");
        return 2;
    }
    command_kill_prefix();
    return 0;
}

int command_wait(int argc, char **argv)
{
    struct found *list;
    size_t count;
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "usage: transom [--prefix FOLDER] wait\n");
        return 2;
    }
    while ((count = find_processes(&list))) { /* and those that they have started meanwhile */
        wait_for(list, count);
        free(list);
    }
    free(list);
    return 0;
}

int command_info(int argc, char **argv)
{
    struct protocol_info_in in;
    struct protocol_info_out out;
    struct found *list;
    (void)argc;
    (void)argv;
    printf("transom %s, as Windows %d.%d.%d, x86-64\n", TRANSOM_VERSION, NT_MAJOR_VERSION, NT_MINOR_VERSION,
           NT_BUILD_NUMBER);
    printf("system DLLs  %s\n", options.system_dir);
    printf("prefix       %s%s\n", options.prefix_dir,
           access(options.prefix_dir, F_OK) ? " (not made yet: no program has written to drive C:)" : "");
    size_t count = find_processes(&list);
    printf("programs     %zu running\n", count);
    for (size_t i = 0; i < count; i++)
        close(list[i].fd);
    free(list);
    if (!ask_server(PROTOCOL_info, &in, &out)) {
        printf("server       not running: nothing is shared\n");
        return 0;
    }
    printf("server       process %u, for %llu s, %llu requests\n", out.process_id,
           (unsigned long long)((uint64_t)time(NULL) - out.started), (unsigned long long)out.requests);
    printf("shared       %u processes, %u objects, %u names, %u cells, %u wait records\n", out.clients - 1, out.objects,
           out.names, out.cells, out.records);
    return 0;
}
