/* SPDX-License-Identifier: MIT */
/*
 * kill SECONDS COMMAND ARGUMENT...: keeps some processes of COMMAND running, with a number for a last argument, and kills them at
 * random moments, for that long; then all. Says how many were killed, and how many ended of themselves (with what code last).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 12

static char **command;
static int command_length;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static pid_t start(void)
{
    char seed[16];
    snprintf(seed, sizeof(seed), "%ld", random() % 1000000);
    command[command_length] = seed;
    pid_t pid = fork();
    if (!pid) {
        execv(command[0], command);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    pid_t pids[PROCESSES];
    unsigned killed = 0, ended = 0;
    int status, last = 0;
    if (argc < 3)
        return 2;
    command_length = argc - 2;
    command = calloc((size_t)argc + 1, sizeof(*command));
    memcpy(command, argv + 2, (size_t)command_length * sizeof(*command));
    srandom((unsigned)getpid());
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = start();
    for (double end = now() + atof(argv[1]); now() < end;) {
        /* Mostly soon one after the other, sometimes long enough for something to come of it. */
        usleep((useconds_t)(random() % (random() % 8 ? 4000 : 60000)));
        int i = (int)(random() % PROCESSES);
        kill(pids[i], SIGKILL);
        while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
            ;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            killed++;
        else
            ended++, last = status;
        pids[i] = start();
    }
    for (int i = 0; i < PROCESSES; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], &status, 0);
        killed++;
    }
    printf("killed %u, ended %u (%#x)\n", killed, ended, (unsigned)last);
    return ended != 0;
}
