/* SPDX-License-Identifier: MIT */
/* context.c: thread contexts: reading and changing them, suspension, continuing, raising, and the delivery of user APCs. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "process.h"
#include "child.h"
#include "debug.h"
#include "virtual.h"
#include "xstate.h"
#include "remote.h"

void context_from_frame(const struct syscall_frame *frame, CONTEXT *c, uint64_t rax)
{
    memset(c, 0, sizeof(*c));
    c->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    c->SegCs = 0x33;
    c->SegDs = c->SegEs = c->SegGs = c->SegSs = 0x2b;
    c->SegFs = 0x53;
    c->EFlags = 0x246;
    c->Rax = rax;
    c->Rbx = frame->rbx;
    c->Rbp = frame->rbp;
    c->Rdi = frame->rdi;
    c->Rsi = frame->rsi;
    c->R12 = frame->r12;
    c->R13 = frame->r13;
    c->R14 = frame->r14;
    c->R15 = frame->r15;
    c->Rsp = frame->rsp;
    c->Rip = frame->rip;
    c->Rcx = frame->rip; /* what the syscall instruction leaves there on Windows */
    memcpy(&c->Xmm6, frame->xmm, sizeof(frame->xmm));
    c->MxCsr = c->FltSave.MxCsr = frame->mxcsr;
    uint16_t control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    c->FltSave.ControlWord = control;
}

void context_merge(CONTEXT *dst, const CONTEXT *src)
{
    DWORD flags = src->ContextFlags;
    if ((flags & CONTEXT_CONTROL) == CONTEXT_CONTROL) {
        dst->Rip = src->Rip;
        dst->Rsp = src->Rsp;
        dst->EFlags = src->EFlags;
        dst->SegCs = src->SegCs;
        dst->SegSs = src->SegSs;
    }
    if ((flags & CONTEXT_INTEGER) == CONTEXT_INTEGER) {
        dst->Rax = src->Rax;
        dst->Rcx = src->Rcx;
        dst->Rdx = src->Rdx;
        dst->Rbx = src->Rbx;
        dst->Rbp = src->Rbp;
        dst->Rsi = src->Rsi;
        dst->Rdi = src->Rdi;
        memcpy(&dst->R8, &src->R8, 8 * sizeof(src->R8));
    }
    if ((flags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT) {
        dst->FltSave = src->FltSave;
        dst->MxCsr = dst->FltSave.MxCsr = src->MxCsr & 0xffff;
    }
    if ((flags & CONTEXT_DEBUG_REGISTERS) == CONTEXT_DEBUG_REGISTERS)
        memcpy(&dst->Dr0, &src->Dr0, 6 * sizeof(src->Dr0));
}

void thread_set_return(const CONTEXT *context)
{
    struct thread *thread = current_thread;
    if (context != &thread->context)
        thread->context = *context;
    __atomic_or_fetch(&thread->exit_work, EXIT_CONTEXT, __ATOMIC_ACQ_REL);
}

/* The calling thread's context as its system call would return now. */
static void own_context(CONTEXT *context, uint64_t rax)
{
    struct thread *thread = current_thread;
    if (thread->exit_work & EXIT_CONTEXT)
        *context = thread->context;
    else
        context_from_frame(thread->frame, context, rax);
}

/* Makes `given`, with its extended states, what the calling thread's system call returns to. */
static void set_own_context(const CONTEXT *given, const struct xstate_chunk *chunk)
{
    struct thread *thread = current_thread;
    CONTEXT context;
    own_context(&context, 0);
    context_merge(&context, given);
    if ((given->ContextFlags & CONTEXT_DEBUG_REGISTERS) == CONTEXT_DEBUG_REGISTERS)
        debug_registers_set(thread, given);
    if (chunk) {
        memset(thread->xstate, 0, NT_XSTATE_LEGACY_SIZE + sizeof(struct nt_xstate_header));
        xstate_chunk_store(chunk, thread->xstate, true);
        context.ContextFlags |= CONTEXT_XSTATE;
    }
    thread_set_return(&context);
}

static bool has_xstate(const CONTEXT *context)
{
    return (context->ContextFlags & CONTEXT_XSTATE) == CONTEXT_XSTATE && xstate_frame_size();
}

NTSTATUS NtContinue(CONTEXT *user, BOOLEAN alert)
{
    CONTEXT given;
    struct xstate_chunk chunk;
    if (!user_copy_in(&given, user, sizeof(given)))
        return STATUS_ACCESS_VIOLATION;
    if ((given.ContextFlags & CONTEXT_AMD64) == 0)
        return STATUS_INVALID_PARAMETER;
    /* A handler may have copied the CONTEXT, without what lies behind it, to continue there some time: states stay as they are. */
    set_own_context(&given, has_xstate(&given) && xstate_chunk_in(&chunk, user) ? &chunk : NULL);
    if (alert)
        thread_run_apc((NTSTATUS)current_thread->context.Rax);
    return STATUS_SUCCESS;
}

NTSTATUS NtContinueEx(CONTEXT *user, PVOID argument)
{
    /* KCONTINUE_ARGUMENT: type, flags (bit 0: test for alerts); small values are the old BOOLEAN. */
    struct {
        ULONG type, flags;
        ULONGLONG reserved[2];
    } how = { 0 };
    if ((ULONG_PTR)argument > 0xff && !user_copy_in(&how, argument, sizeof(how)))
        return STATUS_ACCESS_VIOLATION;
    BOOLEAN alert = (ULONG_PTR)argument > 0xff ? how.flags & 1 : (BOOLEAN)(ULONG_PTR)argument;
    return NtContinue(user, alert);
}

/* First chance: the dispatcher runs on this record and context. Second chance: nobody wanted it, the process ends. */
NTSTATUS NtRaiseException(EXCEPTION_RECORD *user_record, CONTEXT *user_context, BOOLEAN first_chance)
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    if (!user_copy_in(&record, user_record, sizeof(record)) || !user_copy_in(&context, user_context, sizeof(context)))
        return STATUS_ACCESS_VIOLATION;
    if (record.NumberParameters > EXCEPTION_MAXIMUM_PARAMETERS)
        return STATUS_INVALID_PARAMETER;
    struct xstate_chunk chunk;
    bool has_chunk = has_xstate(&context);
    if (has_chunk && !xstate_chunk_in(&chunk, user_context))
        return STATUS_ACCESS_VIOLATION;
    if (!first_chance && !debug_active)
        process_crash(&record, &context);
    context.ContextFlags &= ~(DWORD)(CONTEXT_DEBUG_REGISTERS & ~CONTEXT_AMD64); /* as they are */
    current_thread->context.ContextFlags &= ~(DWORD)NT_XSTATE_BIT;
    set_own_context(&context, has_chunk ? &chunk : NULL);
    if (debug_active && debug_exception(&record, first_chance))
        return STATUS_SUCCESS;
    if (!first_chance)
        debug_unhandled(&record, &current_thread->context);
    exception_deliver(&record);
    return STATUS_SUCCESS;
}

void exception_deliver(const EXCEPTION_RECORD *given)
{
    const EXCEPTION_RECORD record = *given;
    struct nt_context_ex ex;
    struct {
        uint8_t data[XSTATE_AREA_SIZE];
    } __attribute__((aligned(64))) states = { { 0 } };
    size_t states_size = 0;
    CONTEXT enter;
    own_context(&enter, 0);
    const CONTEXT context = enter;
    if (enter.ContextFlags & NT_XSTATE_BIT && xstate_frame_size()) {
        states_size = xstate_frame_size();
        xstate_fill_frame(&states, current_thread->xstate);
    }
    uint64_t states_at = ROUND_DOWN(enter.Rsp - states_size, 64ull);
    uint64_t sp = ROUND_DOWN(states_at - 0x5c0, 16ull);
    uint64_t machine[5] = { enter.Rip, 0x33, enter.EFlags, enter.Rsp, 0x2b };
    xstate_fill_ex(&ex, (void *)(states_at - sp - sizeof(enter) + (uint64_t)&ex), states_size);
    if (!user_copy_out((void *)sp, &enter, sizeof(enter)) ||
        !user_copy_out((void *)(sp + sizeof(enter)), &ex, sizeof(ex)) ||
        !user_copy_out((void *)(sp + 0x4f0), &record, sizeof(record)) ||
        !user_copy_out((void *)(sp + 0x590), machine, sizeof(machine)) ||
        !user_copy_out((void *)states_at, &states, states_size))
        debug_unhandled(&record, &context);
    enter.Rsp = sp;
    enter.Rip = (DWORD64)ntdll_entries.KiUserExceptionDispatcher;
    enter.EFlags &= ~0x10500u; /* DF, TF, RF */
    enter.ContextFlags &= ~(DWORD)NT_XSTATE_BIT;
    thread_set_return(&enter);
}

void exception_raise_user(NTSTATUS status)
{
    CONTEXT context;
    own_context(&context, (uint32_t)status);
    uint64_t sp = context.Rsp - sizeof(context.Rip); /* as in the call's stub, before it returned */
    if (!ntdll_entries.KiRaiseUserExceptionDispatcher || !user_copy_out((void *)sp, &context.Rip, sizeof(context.Rip)))
        return;
    current_thread->teb->ExceptionCode = status;
    context.Rsp = sp;
    context.Rip = (DWORD64)ntdll_entries.KiRaiseUserExceptionDispatcher;
    thread_set_return(&context);
}

void thread_deliver_apc(NTSTATUS status, PNTAPCFUNC routine, ULONG_PTR arg1, ULONG_PTR arg2, ULONG_PTR arg3)
{
    CONTEXT context;
    own_context(&context, (uint32_t)status);
    context.P1Home = arg1;
    context.P2Home = arg2;
    context.P3Home = arg3;
    context.P4Home = (DWORD64)routine;
    context.P5Home = 0; /* not a special one: special_apc.c */
    uint64_t sp = ROUND_DOWN(context.Rsp - sizeof(context) - 0x20, 16ull);
    if (!user_copy_out((void *)sp, &context, sizeof(context)))
        return; /* no stack to run it on: Windows ends the thread the next time it runs; the next access will */
    context.Rsp = sp;
    context.Rip = (DWORD64)ntdll_entries.KiUserApcDispatcher;
    thread_set_return(&context);
}

/* --- other threads --- */

static NTSTATUS thread_by_handle(HANDLE handle, ACCESS_MASK access, struct thread_object **object)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &thread_type, access, &obj);
    if (!status)
        *object = container_of(obj, struct thread_object, header);
    return status;
}

/* Suspends or resumes another process's thread. Consumes the reference. */
static NTSTATUS remote_count(struct thread_object *object, ULONG what, ULONG *previous)
{
    const ULONG_PTR none[4] = { 0 };
    ULONG_PTR value;
    NTSTATUS status = remote_thread_control(object, what, none, NULL, 0, NULL, 0, &value);
    object_unref(&object->header);
    if (!status && previous)
        *previous = (ULONG)value;
    return status;
}

NTSTATUS NtSuspendThread(HANDLE handle, ULONG *previous)
{
    struct thread_object *object;
    NTSTATUS status = thread_by_handle(handle, 0x0002, &object);
    if (status)
        return status;
    ULONG gate = child_gate(object, 1);
    if (gate) {
        object_unref(&object->header);
        if (previous)
            *previous = gate;
        return STATUS_SUCCESS;
    }
    if (object->is_remote)
        return remote_count(object, PROTOCOL_THREAD_SUSPEND, previous);
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = object->thread;
    LONG count = object->suspend_count;
    if (!thread)
        status = STATUS_THREAD_IS_TERMINATING;
    else if (count == 127)
        status = STATUS_SUSPEND_COUNT_EXCEEDED;
    else if (object->suspend_count++ == 0 && !thread->frozen) {
        if (thread == current_thread) {
            thread_request_park(thread);
            __atomic_or_fetch(&thread->exit_work, EXIT_SUSPEND, __ATOMIC_ACQ_REL); /* parks when this call returns */
        } else {
            thread_park(thread);
        }
    }
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(&object->header);
    if (!status && previous)
        *previous = (ULONG)count;
    return status;
}

NTSTATUS NtResumeThread(HANDLE handle, ULONG *previous)
{
    struct thread_object *object;
    NTSTATUS status = thread_by_handle(handle, 0x0002, &object);
    if (status)
        return status;
    ULONG gate = child_gate(object, -1);
    if (gate) {
        object_unref(&object->header);
        if (previous)
            *previous = gate;
        return STATUS_SUCCESS;
    }
    if (object->is_remote)
        return remote_count(object, PROTOCOL_THREAD_RESUME, previous);
    pthread_mutex_lock(&thread_list_lock);
    LONG count = object->suspend_count;
    if (count && --object->suspend_count == 0 && object->thread && !object->thread->frozen)
        thread_unpark(object->thread);
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(&object->header);
    if (previous)
        *previous = (ULONG)count;
    return STATUS_SUCCESS;
}

static NTSTATUS for_all_others(NTSTATUS (*change)(HANDLE, ULONG *))
{
    HANDLE thread = NULL, next;
    while (!NtGetNextThread(NT_CURRENT_PROCESS, thread, 0x0002, 0, 0, &next)) {
        struct thread_object *object;
        if (thread)
            handle_close(thread);
        thread = next;
        if (!thread_by_handle(thread, 0, &object)) {
            bool self = current_thread && object == current_thread->object; /* an agent has no thread of its own */
            object_unref(&object->header);
            if (!self)
                change(thread, NULL);
        }
    }
    if (thread)
        handle_close(thread);
    return STATUS_SUCCESS;
}

NTSTATUS NtSuspendProcess(HANDLE process)
{
    return process_is_current(process) ? for_all_others(NtSuspendThread) : remote_suspend(process, false);
}

NTSTATUS NtResumeProcess(HANDLE process)
{
    return process_is_current(process) ? for_all_others(NtResumeThread) : remote_suspend(process, true);
}

#define STUB_SIZE   0x20 /* gen/nt_stubs.S */
#define STUB_RETURN 0x14 /* the instruction behind `syscall` */

/*
 * A thread in a system call is shown as Windows shows it: at the return of the call's stub, so that a walk of its stack begins with the
 * call's name. (It will go on behind the stub, and from here if its context is set to what was read.) Only as long as the stub is
 * there and its caller on the stack: code that enters system calls in ways of its own is shown behind them.
 */
static void show_in_stub(const struct syscall_frame *frame, CONTEXT *context)
{
    static const uint8_t *stubs;
    uint64_t caller;
    uint8_t code;
    if (!stubs)
        stubs = image_export(ntdll_entries.base, "NtAllocateVirtualMemory"); /* the first of syscalls.tbl */
    if (!stubs)
        return;
    const uint8_t *at = stubs + frame->number * STUB_SIZE + STUB_RETURN;
    if (!user_copy_in(&caller, (void *)(frame->rsp - sizeof(caller)), sizeof(caller)) || caller != frame->rip ||
        !user_copy_in(&code, at, sizeof(code)) || code != 0xc3)
        return;
    context->Rcx = context->Rip = (uint64_t)at;
    context->Rsp -= sizeof(caller);
}

/*
 * A context on its way to or from a thread. `live` is the thread's; it has the extended states in `area` if it has CONTEXT_XSTATE
 * (area NULL: it cannot have any).
 */
struct context_request {
    CONTEXT context;
    struct xstate_chunk chunk;
    bool has_chunk;
    bool in_call;
};
typedef void context_use(struct thread *thread, CONTEXT *live, uint8_t *area, struct context_request *request);

/*
 * Calls `use` with the thread's context, for reading or changing. A thread that is not suspended is parked for the moment.
 * One in a system call has the context that the call will return to.
 */
static NTSTATUS with_context(HANDLE handle, ACCESS_MASK access, context_use *use, struct context_request *request,
                             bool change)
{
    struct thread_object *object;
    NTSTATUS status = thread_by_handle(handle, access, &object);
    if (status)
        return status;
    CONTEXT context;
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = object->thread;
    if (!thread) {
        status = STATUS_THREAD_IS_TERMINATING;
    } else if (thread == current_thread) {
        request->in_call = true;
        own_context(&context, 0);
        use(thread, &context, thread->xstate, request);
        if (change)
            thread_set_return(&context);
    } else {
        bool parked = object->suspend_count > 0 || thread->frozen;
        if (!parked)
            thread_park(thread);
        if (thread->suspend_context) {
            request->in_call = thread->suspend_xstate == thread->xstate;
            use(thread, thread->suspend_context, thread->suspend_xstate, request);
            thread->suspend_context_changed |= change;
        } else if (!thread->frame) {
            /* it has not been in Windows code yet; LdrInitializeThunk continues there */
            use(thread, thread->start_context, NULL, request);
        } else {
            request->in_call = true;
            if (thread->exit_work & EXIT_CONTEXT)
                context = thread->context;
            else {
                context_from_frame(thread->frame, &context, 0);
                show_in_stub(thread->frame, &context);
            }
            use(thread, &context, thread->xstate, request);
            if (change) {
                thread->context = context;
                __atomic_or_fetch(&thread->exit_work, EXIT_CONTEXT, __ATOMIC_ACQ_REL);
            }
        }
        if (!parked)
            thread_unpark(thread);
    }
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(&object->header);
    return status;
}

static void read_context(struct thread *thread, CONTEXT *live, uint8_t *area, struct context_request *request)
{
    CONTEXT *out = &request->context;
    DWORD flags = out->ContextFlags;
    CONTEXT wanted = *live;
    if ((flags & CONTEXT_DEBUG_REGISTERS) == CONTEXT_DEBUG_REGISTERS)
        debug_registers_get(thread, &wanted);
    wanted.ContextFlags = flags;
    context_merge(out, &wanted);
    if ((flags & CONTEXT_SEGMENTS) == CONTEXT_SEGMENTS) {
        out->SegDs = live->SegDs;
        out->SegEs = live->SegEs;
        out->SegFs = live->SegFs;
        out->SegGs = live->SegGs;
    }
    if (request->has_chunk)
        xstate_chunk_load(&request->chunk, live->ContextFlags & NT_XSTATE_BIT ? area : NULL);
    if (flags & CONTEXT_EXCEPTION_REQUEST) {
        out->ContextFlags |= CONTEXT_EXCEPTION_REPORTING;
        if (request->in_call)
            out->ContextFlags |= CONTEXT_SERVICE_ACTIVE;
    }
}

static void write_context(struct thread *thread, CONTEXT *live, uint8_t *area, struct context_request *request)
{
    context_merge(live, &request->context);
    if ((request->context.ContextFlags & CONTEXT_DEBUG_REGISTERS) == CONTEXT_DEBUG_REGISTERS)
        debug_registers_set(thread, &request->context);
    if (request->has_chunk && area) {
        if (!(live->ContextFlags & NT_XSTATE_BIT)) {
            memset(area, 0, NT_XSTATE_LEGACY_SIZE + sizeof(struct nt_xstate_header));
            live->ContextFlags |= CONTEXT_XSTATE;
        }
        xstate_chunk_store(&request->chunk, area, false);
    }
}

static NTSTATUS request_in(struct context_request *request, const CONTEXT *user)
{
    request->in_call = false;
    if (!user_copy_in(&request->context, user, sizeof(request->context)))
        return STATUS_ACCESS_VIOLATION;
    if (!(request->context.ContextFlags & CONTEXT_AMD64))
        return STATUS_INVALID_PARAMETER;
    request->has_chunk = has_xstate(&request->context);
    return request->has_chunk && !xstate_chunk_in(&request->chunk, user) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

/* Another process's thread, by its agent, which is sent the context with the extended states that it has room for. */
static NTSTATUS ask_for_context(struct thread_object *object, ULONG what, CONTEXT *user, struct remote_context *remote)
{
    const ULONG_PTR none[4] = { 0 };
    ULONG_PTR value;
    struct xstate_chunk chunk;
    bool get = what == PROTOCOL_THREAD_GET_CONTEXT;
    ULONG size = sizeof(remote->context);
    if (!user_copy_in(&remote->context, user, sizeof(remote->context)))
        return STATUS_ACCESS_VIOLATION;
    bool has_chunk = has_xstate(&remote->context);
    if (has_chunk && !xstate_chunk_in(&chunk, user))
        return STATUS_INVALID_PARAMETER;
    if (has_chunk) {
        memcpy(remote->states, chunk.data, chunk.size);
        size = (ULONG)(offsetof(struct remote_context, states) + chunk.size);
    }
    NTSTATUS status = remote_thread_control(object, what, none, remote, size, get ? remote : NULL, size, &value);
    if (status || !get)
        return status;
    if (has_chunk)
        memcpy(chunk.data, remote->states, chunk.size);
    return user_copy_out(user, &remote->context, sizeof(remote->context)) && (!has_chunk || xstate_chunk_out(&chunk))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

/* Consumes the reference. */
static NTSTATUS remote_context(struct thread_object *object, ULONG what, CONTEXT *user)
{
    struct remote_context *remote = aligned_alloc(_Alignof(struct remote_context), sizeof(*remote));
    if (remote)
        memset(remote, 0, sizeof(*remote));
    NTSTATUS status = remote ? ask_for_context(object, what, user, remote) : STATUS_NO_MEMORY;
    free(remote);
    object_unref(&object->header);
    return status;
}

NTSTATUS remote_context_serve(HANDLE handle, ULONG what, struct remote_context *remote, size_t size)
{
    if (size < sizeof(remote->context) || size > sizeof(*remote))
        return STATUS_INVALID_PARAMETER;
    if (size > offsetof(struct remote_context, states))
        xstate_fill_ex(&remote->ex, remote->states, size - offsetof(struct remote_context, states));
    else
        remote->context.ContextFlags &= ~(DWORD)(CONTEXT_XSTATE & ~CONTEXT_AMD64);
    return what == PROTOCOL_THREAD_SET_CONTEXT ? NtSetContextThread(handle, &remote->context)
                                               : NtGetContextThread(handle, &remote->context);
}

NTSTATUS NtGetContextThread(HANDLE handle, CONTEXT *user)
{
    struct context_request request;
    NTSTATUS status = STATUS_SUCCESS;
    struct thread_object *remote = remote_thread(handle, 0x0008, &status);
    if (remote)
        return status ? (object_unref(&remote->header), status)
                      : remote_context(remote, PROTOCOL_THREAD_GET_CONTEXT, user);
    status = request_in(&request, user);
    if (!status)
        status = with_context(handle, 0x0008, read_context, &request, false);
    if (!status && (!user_copy_out(user, &request.context, sizeof(request.context)) ||
                    (request.has_chunk && !xstate_chunk_out(&request.chunk))))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtSetContextThread(HANDLE handle, CONTEXT *user)
{
    struct context_request request;
    NTSTATUS status = STATUS_SUCCESS;
    struct thread_object *remote = remote_thread(handle, 0x0010, &status);
    if (remote)
        return status ? (object_unref(&remote->header), status)
                      : remote_context(remote, PROTOCOL_THREAD_SET_CONTEXT, user);
    status = request_in(&request, user);
    return status ? status : with_context(handle, 0x0010, write_context, &request, true);
}
