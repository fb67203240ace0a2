/* SPDX-License-Identifier: MIT */
/*
 * debug_registers.c: DR0 to DR7 of the process's threads. Linux lets a process use the processor's own for itself through
 * performance events that send SIGTRAP; where it does not (no permission, another processor), the registers keep their
 * values without effect.
 */
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "thread.h"

#define BREAKPOINTS 4

struct debug_registers {
    uint64_t address[BREAKPOINTS], dr6, dr7;
    int event[BREAKPOINTS]; /* descriptors, -1: none */
};

/* DR7: bits 2n and 2n+1 enable breakpoint n; from bit 16 on, four bits each: kind and length */
static bool enabled(uint64_t dr7, unsigned n)
{
    return dr7 >> 2 * n & 3;
}

static unsigned kind_and_length(uint64_t dr7, unsigned n)
{
    return dr7 >> (16 + 4 * n) & 15;
}

static int open_event(pid_t tid, uint64_t address, unsigned how, unsigned n)
{
    static const uint32_t kinds[] = { HW_BREAKPOINT_X, HW_BREAKPOINT_W, 0, HW_BREAKPOINT_RW };
    static const uint32_t lengths[] = { 1, 2, 8, 4 };
    struct perf_event_attr attr = {
        .type = PERF_TYPE_BREAKPOINT,
        .size = sizeof(attr),
        .sample_period = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .sigtrap = 1,
        .remove_on_exec = 1,
        .bp_type = kinds[how & 3],
        .bp_addr = address,
        .bp_len = (how & 3) == 0 ? sizeof(long) : lengths[how >> 2],
        .sig_data = n,
    };
    int fd = attr.bp_type ? (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC) : -1;
    return fd < 0 ? fd : unix_fd_reserve(fd);
}

void debug_registers_get(const struct thread *thread, CONTEXT *context)
{
    const struct debug_registers *debug = thread->debug;
    context->ContextFlags |= CONTEXT_DEBUG_REGISTERS;
    if (!debug) {
        memset(&context->Dr0, 0, 6 * sizeof(context->Dr0));
        return;
    }
    memcpy(&context->Dr0, debug->address, sizeof(debug->address));
    context->Dr6 = debug->dr6;
    context->Dr7 = debug->dr7;
}

void debug_registers_hit(struct thread *thread, uint64_t dr6)
{
    if (thread->debug)
        thread->debug->dr6 = dr6 & 0xe00f;
}

void debug_registers_set(struct thread *thread, const CONTEXT *context)
{
    struct debug_registers *debug = thread->debug;
    uint64_t address[BREAKPOINTS], dr6 = context->Dr6 & 0xe00f, dr7 = context->Dr7 & 0xffff03ff;
    memcpy(address, &context->Dr0, sizeof(address));
    if (!debug) {
        static const uint64_t none[BREAKPOINTS];
        if (!dr7 && !memcmp(address, none, sizeof(none)))
            return;
        debug = calloc(1, sizeof(*debug));
        if (!debug)
            return;
        memset(debug->event, -1, sizeof(debug->event));
        thread->debug = debug;
    }
    debug->dr6 = dr6;
    if (debug->dr7 == dr7 && !memcmp(debug->address, address, sizeof(address)))
        return;
    for (unsigned n = 0; n < BREAKPOINTS; n++) {
        bool same = enabled(dr7, n) == enabled(debug->dr7, n) && address[n] == debug->address[n] &&
                    kind_and_length(dr7, n) == kind_and_length(debug->dr7, n);
        if (same)
            continue;
        if (debug->event[n] >= 0)
            close(debug->event[n]);
        debug->event[n] = -1;
        if (enabled(dr7, n) && address[n] < NT_USER_SPACE_LIMIT)
            debug->event[n] = open_event(thread->tid, address[n], kind_and_length(dr7, n), n);
    }
    memcpy(debug->address, address, sizeof(address));
    debug->dr7 = dr7;
}

void debug_registers_release(struct thread *thread)
{
    struct debug_registers *debug = thread->debug;
    thread->debug = NULL;
    if (!debug)
        return;
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (debug->event[n] >= 0)
            close(debug->event[n]);
    free(debug);
}
