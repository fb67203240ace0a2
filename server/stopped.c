/* SPDX-License-Identifier: MIT */
/*
 * stopped.c: a client that is stopped (SIGSTOP, Ctrl-Z) while it has a common cell locked would hold up all who use that object. Its
 * thread is helped on, an instruction at a time, until it has given the lock back: as a tracer, so that nobody sees it run, its shell
 * neither; when the tracer lets go of it, it is stopped as it was. The rest of its process stands still meanwhile.
 *
 * Where that is not allowed (a debugger has it, Yama forbids it, all of a container is frozen), others wait for it to go on.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "cell_private.h"
#include "server.h"

#define MOST_STEPS 20000 /* some dozens of milliseconds; who still finds it locked asks again */

static bool valid(uint32_t ref)
{
    uint32_t index = ref & ~CELL_COMMON;
    return ref & CELL_COMMON && index && index < segment_common_cells;
}

/* The record of who has the cell locked; 0: nobody, or the server. */
static uint32_t holder_of(uint32_t ref)
{
    uint64_t word = __atomic_load_n(&segment_cell(ref)->word, __ATOMIC_ACQUIRE);
    uint32_t owner = word & SEGMENT_CELL_LOCKED ? CELL_OWNER(word) : 0;
    return owner > SEGMENT_SERVER_RECORD && owner < segment_common_threads ? owner : 0;
}

/* Also until it has woken those whose waits it has ended. */
static bool is_done(uint32_t ref, uint32_t record)
{
    return holder_of(ref) != record && !__atomic_load_n(&common_thread(record)->signalling, __ATOMIC_ACQUIRE);
}

/* The thread's next stop, and what signal it is to be given when it goes on. False if it has ended. */
static bool next_stop(pid_t tid, int *signal)
{
    int status;
    if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
        return false;
    /* Signals that came while it was stopped are its own, if they are not the tracer's doing. */
    *signal = status >> 16 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    return true;
}

static void help(pid_t tid, uint32_t ref, uint32_t record)
{
    int signal;
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL))
        return;
    /* A thread that is stopped becomes one that its tracer has stopped; were it not stopped any more, it would be now. */
    if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) || !next_stop(tid, &signal))
        return;
    for (unsigned steps = 0; steps < MOST_STEPS && !is_done(ref, record); steps++)
        if (ptrace(PTRACE_SINGLESTEP, tid, NULL, (void *)(intptr_t)signal) || !next_stop(tid, &signal))
            return;
    ptrace(PTRACE_DETACH, tid, NULL, (void *)(intptr_t)signal);
}

void cell_lock_held(uint32_t ref)
{
    uint32_t record = valid(ref) ? holder_of(ref) : 0;
    if (!record)
        return;
    uint32_t pid = common_thread(record)->native_pid, tid = common_thread(record)->tid;
    if (tid && process_by_id(pid) && thread_is_stopped(pid, tid))
        help((pid_t)tid, ref, record);
}

uint32_t serve_lock_held(struct message *message, const struct protocol_lock_held_in *in,
                         struct protocol_lock_held_out *out)
{
    (void)message;
    (void)out;
    cell_lock_held(in->cell);
    return STATUS_SUCCESS;
}
