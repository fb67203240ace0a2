/* SPDX-License-Identifier: MIT */
/*
 * special_apc.c: special user APCs, which run wherever the thread is: in Windows code at the next instruction (signal.c), in
 * a system call when it returns (dispatch_exit_work), and in an alertable wait by ending it.
 */
#include <stdlib.h>
#include "cell.h"
#include "object_private.h"
#include "special_apc.h"
#include "virtual.h"
#include "xstate.h"

/* What KiUserApcDispatcher finds at rsp. */
struct apc_frame {
    CONTEXT context; /* P1Home to P3Home: arguments; P4Home: routine; P5Home: not to be followed by other APCs */
    struct nt_context_ex context_ex;
};

NTSTATUS special_apc_queue(struct thread *thread, const struct user_apc *what)
{
    struct thread_wait *wait = &thread->wait;
    struct user_apc *apc = malloc(sizeof(*apc));
    if (!apc)
        return STATUS_NO_MEMORY;
    *apc = *what;
    native_lock(&wait->apc_lock);
    bool closed = wait->apc_closed || !wait->index;
    if (!closed) {
        apc->next = wait->special_newest;
        wait->special_newest = apc;
        __atomic_fetch_or(&wait->record->pending, SEGMENT_PENDING_SPECIAL, __ATOMIC_SEQ_CST);
        __atomic_or_fetch(&thread->exit_work, EXIT_APC, __ATOMIC_ACQ_REL);
    }
    native_unlock(&wait->apc_lock);
    if (closed) {
        free(apc);
        return STATUS_UNSUCCESSFUL;
    }
    if (thread != current_thread) {
        wait_interrupt_for_apc(wait);
        thread_interrupt(thread);
    }
    return STATUS_SUCCESS;
}

static struct user_apc *take(struct thread_wait *wait)
{
    native_lock(&wait->apc_lock);
    struct user_apc *newest = wait->special_newest;
    wait->special_newest = NULL;
    if (wait->record)
        __atomic_fetch_and(&wait->record->pending, ~SEGMENT_PENDING_SPECIAL, __ATOMIC_SEQ_CST);
    native_unlock(&wait->apc_lock);
    return newest;
}

void special_apcs_drop(struct thread_wait *wait)
{
    for (struct user_apc *apc = take(wait), *next; apc; apc = next) {
        next = apc->next;
        free(apc);
    }
}

/* Makes the context one that runs the APC first. False: there is no stack for it. */
static bool push(CONTEXT *context, const struct user_apc *apc, const uint8_t *xstate)
{
    size_t states_size = xstate ? xstate_frame_size() : 0;
    uint64_t states = ROUND_DOWN(context->Rsp - states_size, states_size ? 64ull : 16ull);
    uint64_t sp = ROUND_DOWN(states - sizeof(struct apc_frame), 16ull);
    if (!virtual_make_frame(sp, context->Rsp))
        return false;
    struct apc_frame *frame = (struct apc_frame *)sp;
    frame->context = *context;
    frame->context.P1Home = apc->args[0];
    frame->context.P2Home = apc->args[1];
    frame->context.P3Home = apc->args[2];
    frame->context.P4Home = (DWORD64)apc->routine;
    frame->context.P5Home = 1;
    frame->context.ContextFlags &= ~(DWORD)NT_XSTATE_BIT;
    xstate_fill_ex(&frame->context_ex, (void *)states, states_size);
    if (states_size) {
        xstate_fill_frame((void *)states, xstate);
        frame->context.ContextFlags |= CONTEXT_XSTATE;
    }
    context->ContextFlags &= ~(DWORD)NT_XSTATE_BIT;
    context->Rsp = sp;
    context->Rip = (DWORD64)ntdll_entries.KiUserApcDispatcher;
    context->EFlags &= ~0x500u; /* DF, TF */
    return true;
}

bool special_apcs_deliver(CONTEXT *context, const uint8_t *xstate)
{
    bool any = false;
    /* The newest first: each that follows is put on top of it and so runs before. */
    for (struct user_apc *apc = take(wait_self()), *next; apc; apc = next) {
        next = apc->next;
        if (push(context, apc, xstate)) {
            any = true;
            xstate = NULL;
        }
        free(apc);
    }
    return any;
}
