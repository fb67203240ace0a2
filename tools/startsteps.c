/* SPDX-License-Identifier: MIT */
/*
 * startsteps FILE COMMAND...: executes the command and what it starts step by step and writes to FILE where they have been, in
 * blocks of 16 bytes, in the order of the first time: for tools/start-order.
 */
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t *seen;
static size_t slots = 1024, count;

static size_t slot_of(uint64_t block)
{
    size_t slot = (block * 0x9e3779b97f4a7c15ull >> 20) & (slots - 1);
    while (seen[slot] && seen[slot] != block)
        slot = (slot + 1) & (slots - 1);
    return slot;
}

static void grow(void)
{
    uint64_t *old = seen;
    size_t old_slots = slots;
    slots *= 2;
    if (!(seen = calloc(slots, sizeof(*seen))))
        exit(1);
    for (size_t i = 0; i < old_slots; i++)
        if (old[i])
            seen[slot_of(old[i])] = old[i];
    free(old);
}

static void note(FILE *out, uint64_t address)
{
    uint64_t block = address & ~15ull;
    size_t slot = slot_of(block);
    if (seen[slot])
        return;
    seen[slot] = block;
    fprintf(out, "%016llx\n", (unsigned long long)block);
    if (++count * 2 > slots)
        grow();
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
    int status;
    if (!out || !(seen = calloc(slots, sizeof(*seen))))
        return 2;
    pid_t pid = fork();
    if (!pid) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 1;
    ptrace(PTRACE_SETOPTIONS, pid, NULL,
           PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status))
            continue;
        struct user_regs_struct registers;
        long signal = WSTOPSIG(status);
        if (signal == SIGTRAP && !(status >> 16) && !ptrace(PTRACE_GETREGS, pid, NULL, &registers))
            note(out, registers.rip);
        if (signal == SIGTRAP || signal == SIGSTOP)
            signal = 0;
        ptrace(PTRACE_SINGLESTEP, pid, NULL, signal);
    }
    return fclose(out) != 0;
}
