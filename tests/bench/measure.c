/* SPDX-License-Identifier: MIT */
/*
 * measure [-n RUNS] NAME COMMAND ARG... -- NAME COMMAND ARG... -- ...: runs the commands in turn, RUNS times each (so that
 * what else the machine does hits all alike) by posix_spawn, and prints for each: time from start to end (median and least), processor
 * time, page faults, resident memory, system calls of a separate run under ptrace; and what the first one has as ratio.
 * Output of the commands is thrown away. A command that fails is shown as such.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct command {
    const char *name;
    char **argv;
    double *wall; /* milliseconds, of each run */
    double cpu, faults, memory, calls;
    int failed;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void run(struct command *command, int round)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    double start;
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    start = now();
    if (posix_spawnp(&pid, command->argv[0], &actions, NULL, command->argv, environ)) {
        command->failed++;
        return;
    }
    wait4(pid, &status, 0, &usage);
    command->wall[round] = now() - start;
    command->cpu +=
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    command->faults += usage.ru_minflt + usage.ru_majflt;
    command->memory = usage.ru_maxrss > command->memory ? usage.ru_maxrss : command->memory;
    command->failed += !WIFEXITED(status) || WEXITSTATUS(status);
}

/* Counts the system calls of the command and all threads it starts. */
static void count_calls(struct command *command)
{
    int status;
    long stops = 0;
    pid_t pid = fork(), stopped;

    if (!pid) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(command->argv[0], command->argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, pid, NULL, 0);
    while ((stopped = waitpid(-1, &status, __WALL)) > 0) {
        int signal = 0;

        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (stopped == pid)
                break;
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            stops++;
        else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
            signal = WSTOPSIG(status);
        ptrace(PTRACE_SYSCALL, stopped, NULL, signal);
    }
    command->calls = (double)(stops / 2);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void row(const struct command *commands, int count, int runs)
{
    printf("%-24s %9s %9s %9s %9s %9s %9s\n", "", "median ms", "least ms", "cpu ms", "faults", "KiB", "syscalls");
    for (int i = 0; i < count; i++) {
        const struct command *c = &commands[i];
        if (c->failed)
            printf("%-24s FAILED %d of %d times\n", c->name, c->failed, runs);
        else
            printf("%-24s %9.2f %9.2f %9.2f %9.0f %9.0f %9.0f\n", c->name, c->wall[runs / 2], c->wall[0], c->cpu / runs,
                   c->faults / runs, c->memory, c->calls);
    }
    for (int i = 1; i < count; i++) {
        const struct command *a = &commands[0], *c = &commands[i];
        if (!a->failed && !c->failed)
            printf("%-24s %9.2f %9.2f %9.2f %9.2f %9.2f %9.2f  times %s\n", c->name,
                   c->wall[runs / 2] / a->wall[runs / 2], c->wall[0] / a->wall[0], a->cpu ? c->cpu / a->cpu : 0,
                   c->faults / a->faults, c->memory / a->memory, c->calls / a->calls, a->name);
    }
}

int main(int argc, char **argv)
{
    int runs = 30, count = 0, i = 1;
    struct command *commands = calloc((size_t)argc, sizeof(*commands));

    if (argc > 2 && !strcmp(argv[1], "-n")) {
        runs = atoi(argv[2]);
        i = 3;
    }
    for (; i < argc; i++) {
        struct command *c = &commands[count++];

        c->name = argv[i++];
        c->argv = argv + i;
        c->wall = calloc((size_t)(runs > 0 ? runs : 1), sizeof(*c->wall));
        while (i < argc && strcmp(argv[i], "--"))
            i++;
        if (i < argc)
            argv[i] = NULL;
    }
    if (!count || runs < 1 || !commands[count - 1].argv[0]) {
        fprintf(stderr, "usage: measure [-n RUNS] NAME COMMAND ARG... [-- NAME COMMAND ARG...]...\n");
        return 2;
    }
    for (int round = 0; round < runs; round++)
        for (int j = 0; j < count; j++)
            run(&commands[j], round);
    for (int j = 0; j < count; j++) {
        qsort(commands[j].wall, (size_t)runs, sizeof(double), compare);
        if (!commands[j].failed)
            count_calls(&commands[j]);
    }
    row(commands, count, runs);
    return 0;
}
