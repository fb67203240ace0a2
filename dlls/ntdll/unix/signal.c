/* SPDX-License-Identifier: MIT */
/*
 * signal.c: Unix signals. Faults of Windows code become exceptions (delivered to KiUserExceptionDispatcher), faults of native code on
 * the program's memory end the system call with a status, SUSPEND_SIGNAL parks a thread.
 *
 * Where the interrupted thread was is told by its stack pointer: on the Unix stack means native code. Handlers run on an
 * alternate stack, since the Windows stack may be what faulted.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include "client.h"
#include "debug.h"
#include "thread.h"
#include "virtual.h"
#include "process.h"
#include "shared_data.h"
#include "special_apc.h"
#include "xstate.h"
#include "fault_code.h"
#include "nt_region.h"

#define SUSPEND_SIGNAL SIGUSR1

extern char user_touch_begin[], user_touch_end[], user_touch_fault[];

#define TRAP_DIVIDE     0
#define TRAP_DEBUG      1
#define TRAP_BREAKPOINT 3
#define TRAP_OVERFLOW   4
#define TRAP_BOUNDS     5
#define TRAP_OPCODE     6
#define TRAP_PROTECTION 13
#define TRAP_PAGE_FAULT 14
#define TRAP_FPU        16
#define TRAP_ALIGNMENT  17
#define TRAP_SIMD       19

#define EFLAGS_TRAP      0x100u
#define EFLAGS_DIRECTION 0x400u
#define EFLAGS_RESUME    0x10000u
#define EFLAGS_ALIGNMENT 0x40000u
#define TRAP_OF_EVENT    6 /* Linux: TRAP_PERF */
#define DR6_STEP         0x4000u

/* What lies on the Windows stack when KiUserExceptionDispatcher starts: the layout Windows uses. The extended states lie above. */
struct exception_frame {
    CONTEXT context;
    struct nt_context_ex context_ex;
    uint64_t context_ex_align;
    EXCEPTION_RECORD record;
    uint64_t align;
    uint64_t rip, cs, eflags, rsp, ss; /* a machine frame, for unwinding through the dispatcher */
};
_Static_assert(offsetof(struct exception_frame, record) == 0x4f0, "exception_frame");
_Static_assert(offsetof(struct exception_frame, rip) == 0x590, "machine frame");

static bool in_native(const struct thread *thread, uint64_t rsp)
{
    return rsp - (uint64_t)thread->unix_stack_low < (uint64_t)(thread->unix_stack_high - thread->unix_stack_low);
}

/* The XSAVE area of a signal frame; NULL if it has only the legacy part. (Linux: struct _fpx_sw_bytes) */
static uint8_t *ucontext_xstate(const ucontext_t *uc)
{
    const struct {
        uint32_t magic, extended_size;
        uint64_t features;
    } *software = (const void *)((const char *)uc->uc_mcontext.fpregs + 464);
    return xstate_frame_size() && software->magic == 0x46505853 ? (uint8_t *)uc->uc_mcontext.fpregs : NULL;
}

static void context_from_ucontext(const ucontext_t *uc, CONTEXT *c)
{
    const greg_t *g = uc->uc_mcontext.gregs;
    memset(c, 0, offsetof(CONTEXT, FltSave));
    c->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    debug_registers_get(current_thread, c);
    c->SegCs = 0x33;
    c->SegDs = c->SegEs = c->SegGs = c->SegSs = 0x2b;
    c->SegFs = 0x53;
    c->EFlags = (DWORD)g[REG_EFL];
    c->Rax = (DWORD64)g[REG_RAX];
    c->Rcx = (DWORD64)g[REG_RCX];
    c->Rdx = (DWORD64)g[REG_RDX];
    c->Rbx = (DWORD64)g[REG_RBX];
    c->Rsp = (DWORD64)g[REG_RSP];
    c->Rbp = (DWORD64)g[REG_RBP];
    c->Rsi = (DWORD64)g[REG_RSI];
    c->Rdi = (DWORD64)g[REG_RDI];
    c->R8 = (DWORD64)g[REG_R8];
    c->R9 = (DWORD64)g[REG_R9];
    c->R10 = (DWORD64)g[REG_R10];
    c->R11 = (DWORD64)g[REG_R11];
    c->R12 = (DWORD64)g[REG_R12];
    c->R13 = (DWORD64)g[REG_R13];
    c->R14 = (DWORD64)g[REG_R14];
    c->R15 = (DWORD64)g[REG_R15];
    c->Rip = (DWORD64)g[REG_RIP];
    memcpy(&c->FltSave, uc->uc_mcontext.fpregs, sizeof(c->FltSave));
    c->MxCsr = c->FltSave.MxCsr;
}

static void context_to_ucontext(const CONTEXT *c, ucontext_t *uc)
{
    greg_t *g = uc->uc_mcontext.gregs;
    g[REG_EFL] = (g[REG_EFL] & ~EFLAGS_USER) | (c->EFlags & EFLAGS_USER);
    g[REG_RAX] = (greg_t)c->Rax;
    g[REG_RCX] = (greg_t)c->Rcx;
    g[REG_RDX] = (greg_t)c->Rdx;
    g[REG_RBX] = (greg_t)c->Rbx;
    g[REG_RSP] = (greg_t)c->Rsp;
    g[REG_RBP] = (greg_t)c->Rbp;
    g[REG_RSI] = (greg_t)c->Rsi;
    g[REG_RDI] = (greg_t)c->Rdi;
    g[REG_R8] = (greg_t)c->R8;
    g[REG_R9] = (greg_t)c->R9;
    g[REG_R10] = (greg_t)c->R10;
    g[REG_R11] = (greg_t)c->R11;
    g[REG_R12] = (greg_t)c->R12;
    g[REG_R13] = (greg_t)c->R13;
    g[REG_R14] = (greg_t)c->R14;
    g[REG_R15] = (greg_t)c->R15;
    g[REG_RIP] = (greg_t)c->Rip;
    /* The rest of the signal frame's state (the upper halves of the vector registers) stays as it was. */
    uint32_t mxcsr_mask = uc->uc_mcontext.fpregs->mxcr_mask;
    memcpy(uc->uc_mcontext.fpregs, &c->FltSave, 416);
    uc->uc_mcontext.fpregs->mxcsr = c->MxCsr & 0xffff;
    uc->uc_mcontext.fpregs->mxcr_mask = mxcsr_mask;
}

/* --- the end of the process --- */

static struct {
    EXCEPTION_RECORD record;
    CONTEXT context;
} last_exception;

static void report_crash(void)
{
    process_crash(&last_exception.record, &last_exception.context);
}

/*
 * The debugger is told first: by native code, as if the thread had made a system call where it was. What that returns to is
 * its context, which the debugger may look at and change.
 */
static void divert_to_debugger(struct thread *thread, ucontext_t *uc, const EXCEPTION_RECORD *record, uint64_t dr6,
                               bool first_chance)
{
    greg_t *g = uc->uc_mcontext.gregs;
    char *frame = (char *)thread->unix_sp - FRAME_SIZE;
    if (dr6)
        debug_registers_hit(thread, dr6);
    context_from_ucontext(uc, &thread->context);
    if (record->ExceptionCode == (DWORD)STATUS_SINGLE_STEP)
        thread->context.EFlags &= ~EFLAGS_TRAP; /* documented for debuggers: it is to be set again for each step */
    if (ucontext_xstate(uc)) {
        xstate_copy(thread->xstate, ucontext_xstate(uc));
        thread->context.ContextFlags |= CONTEXT_XSTATE;
    }
    thread->record = *record;
    thread->record_first_chance = first_chance;
    memset(frame, 0, FRAME_SIZE);
    thread->frame = (struct syscall_frame *)frame;
    thread->frame->number = UINT64_MAX;
    thread->frame->mxcsr = MXCSR_DEFAULT;
    *(void **)(frame - 8) = syscall_exit;
    __atomic_or_fetch(&thread->exit_work, EXIT_CONTEXT, __ATOMIC_ACQ_REL);
    uc->uc_mcontext.fpregs->swd &= 0x7f00;
    uc->uc_mcontext.fpregs->mxcsr = MXCSR_DEFAULT;
    g[REG_RSP] = (greg_t)(frame - 8);
    g[REG_RIP] = (greg_t)debug_fault;
    g[REG_EFL] &= ~(greg_t)(EFLAGS_DIRECTION | EFLAGS_TRAP | EFLAGS_RESUME | EFLAGS_ALIGNMENT);
}

/* The crash is described on the thread's native stack: the report's libraries need more than a signal stack has. */
static void crash_after_handler(struct thread *thread, ucontext_t *uc, const EXCEPTION_RECORD *record)
{
    static bool crashing;
    if (debug_active && !thread->in_delivery) {
        divert_to_debugger(thread, uc, record, 0, false);
        return;
    }
    if (__atomic_exchange_n(&crashing, true, __ATOMIC_ACQ_REL))
        for (;;) { /* another thread's report comes first, and ends the process; it wants to stop this one */
            sigset_t none;
            sigemptyset(&none);
            sigsuspend(&none);
        }
    last_exception.record = *record;
    context_from_ucontext(uc, &last_exception.context);
    uc->uc_mcontext.gregs[REG_RSP] = (greg_t)thread->unix_sp - 8;
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)report_crash;
}

/* Makes the thread continue in KiUserExceptionDispatcher with this exception. */
static void deliver_exception(struct thread *thread, ucontext_t *uc, const EXCEPTION_RECORD *record, uint64_t dr6)
{
    greg_t *g = uc->uc_mcontext.gregs;
    size_t states_size = xstate_frame_size();
    uint64_t states = ROUND_DOWN((uint64_t)g[REG_RSP] - states_size, states_size ? 64ull : 16ull);
    uint64_t sp = ROUND_DOWN(states - sizeof(struct exception_frame), 16ull);
    struct exception_frame *frame = (struct exception_frame *)sp;

    if (debug_active && !thread->in_delivery) {
        divert_to_debugger(thread, uc, record, dr6, true);
        return;
    }
    if (!virtual_make_frame(sp, (uint64_t)g[REG_RSP])) {
        crash_after_handler(thread, uc, record); /* no stack to report on: nothing in the process can handle that */
        return;
    }
    thread->in_delivery = true; /* a fault while writing the frame is native code's, but of no system call */
    context_from_ucontext(uc, &frame->context);
    if (record->ExceptionCode == (DWORD)STATUS_BREAKPOINT)
        frame->context.Rip = (DWORD64)record->ExceptionAddress;
    frame->context.Dr6 |= dr6;
    if (record->ExceptionCode == (DWORD)STATUS_SINGLE_STEP)
        frame->context.EFlags &= ~EFLAGS_TRAP; /* documented for debuggers: it is to be set again for each step */
    xstate_fill_ex(&frame->context_ex, (void *)states, states_size);
    if (states_size) {
        xstate_fill_frame((void *)states, ucontext_xstate(uc));
        frame->context.ContextFlags |= CONTEXT_XSTATE;
    }
    frame->record = *record;
    frame->rip = frame->context.Rip;
    frame->cs = 0x33;
    frame->eflags = frame->context.EFlags;
    frame->rsp = frame->context.Rsp;
    frame->ss = 0x2b;
    thread->in_delivery = false;
    /* x87 exceptions that are pending would be raised again by the next x87 instruction: the context only has them now. */
    uc->uc_mcontext.fpregs->swd &= 0x7f00;
    g[REG_RSP] = (greg_t)sp;
    g[REG_RIP] = (greg_t)ntdll_entries.KiUserExceptionDispatcher;
    g[REG_EFL] &= ~(greg_t)(EFLAGS_DIRECTION | EFLAGS_TRAP | EFLAGS_RESUME | EFLAGS_ALIGNMENT);
}

/*
 * A general protection fault: `int n` that Windows knows, a privileged instruction, or a non-canonical address. False: the thread
 * has been sent elsewhere, and there is no exception.
 */
static bool protection_fault(struct thread *thread, ucontext_t *uc, EXCEPTION_RECORD *record)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uint64_t rip = (uint64_t)g[REG_RIP];
    switch (fault_interrupt(rip)) {
    case 0x29: /* __fastfail(ecx) */
        record->ExceptionCode = (DWORD)STATUS_STACK_BUFFER_OVERRUN;
        record->ExceptionFlags = EXCEPTION_NONCONTINUABLE;
        record->NumberParameters = 1;
        record->ExceptionInformation[0] = (ULONG_PTR)(uint32_t)g[REG_RCX];
        crash_after_handler(thread, uc, record); /* Windows calls no handlers for it */
        return false;
    case 0x2c:
        record->ExceptionCode = (DWORD)STATUS_ASSERTION_FAILURE;
        return true;
    case 0x2d: /* the debug service: without a debugger a breakpoint, behind the instruction */
        g[REG_RIP] += 2;
        record->ExceptionCode = (DWORD)STATUS_BREAKPOINT;
        record->ExceptionAddress = (PVOID)(rip + 2);
        record->NumberParameters = 1;
        record->ExceptionInformation[0] = (ULONG_PTR)g[REG_RAX];
        return true;
    case 0x2e: /* the old system call: [rsp] is the stub's return address, as we need it */
        g[REG_RIP] = (greg_t)syscall_dispatcher;
        return false;
    }
    if (fault_is_privileged(rip)) {
        record->ExceptionCode = (DWORD)STATUS_PRIVILEGED_INSTRUCTION;
        return true;
    }
    record->ExceptionCode = (DWORD)STATUS_ACCESS_VIOLATION;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = 0;
    record->ExceptionInformation[1] = ~(ULONG_PTR)0;
    return true;
}

/*
 * The program steps, or has its accesses' alignment checked, and has made a system call: Windows' kernel is not affected. True: that is
 * it. The flags are the program's again when the call returns (dispatch_exit_work).
 */
static bool step_in_native(struct thread *thread, ucontext_t *uc, int sig, int trap)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uint64_t rip = (uint64_t)g[REG_RIP];
    bool step = sig == SIGTRAP && trap == TRAP_DEBUG && (g[REG_EFL] & EFLAGS_TRAP);
    bool alignment = sig == SIGBUS && trap == TRAP_ALIGNMENT && (g[REG_EFL] & EFLAGS_ALIGNMENT);
    if (!step && !alignment)
        return false;
    if (rip >= (uint64_t)syscall_dispatcher && rip < (uint64_t)syscall_frame_ready)
        return true; /* the frame is still being made: on to where it is */
    if (rip >= (uint64_t)restore_context && rip < (uint64_t)syscall_dispatcher_end)
        return true; /* about to have the flags that it is to have */
    thread->return_flags |= (uint32_t)g[REG_EFL] & (EFLAGS_TRAP | EFLAGS_ALIGNMENT);
    g[REG_EFL] &= ~(greg_t)(EFLAGS_TRAP | EFLAGS_ALIGNMENT);
    if (rip >= (uint64_t)syscall_exit && rip < (uint64_t)syscall_exit_end) {
        g[REG_RSP] = (greg_t)thread->frame;
        g[REG_RIP] = (greg_t)syscall_exit;
    }
    __atomic_or_fetch(&thread->exit_work, EXIT_FLAGS, __ATOMIC_ACQ_REL);
    return true;
}

/* Native code faulted. On the program's memory: the guarded copy or the system call fails. Otherwise it is our defect. */
static void native_fault(struct thread *thread, siginfo_t *info, ucontext_t *uc, NTSTATUS status)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uint64_t rip = (uint64_t)g[REG_RIP];
    if (rip >= (uint64_t)user_copy_begin && rip < (uint64_t)user_copy_end) {
        g[REG_RIP] = (greg_t)user_copy_fault;
        return;
    }
    if (rip >= (uint64_t)user_touch_begin && rip < (uint64_t)user_touch_end) {
        g[REG_RIP] = (greg_t)user_touch_fault;
        return;
    }
    uint64_t address = (uint64_t)info->si_addr;
    if (thread && thread->frame && !thread->in_delivery && address < NT_USER_SPACE_LIMIT &&
        !(address >= (uint64_t)thread->unix_stack_low && address < (uint64_t)thread->unix_stack_high)) {
        g[REG_RSP] = (greg_t)thread->frame;
        g[REG_RAX] =
            status == STATUS_GUARD_PAGE_VIOLATION ? STATUS_GUARD_PAGE_VIOLATION : (uint32_t)STATUS_ACCESS_VIOLATION;
        g[REG_RIP] = (greg_t)syscall_exit;
        return;
    }
    native_crash(info, uc);
}

/* Of a breakpoint that debug_registers.c has set: its number. (siginfo's si_perf_data, which glibc does not declare) */
static uint64_t event_data(const siginfo_t *info)
{
    uint64_t data;
    memcpy(&data, (const char *)info + 24, sizeof(data));
    return data;
}

static void handle_fault(int sig, siginfo_t *info, void *ucontext)
{
    ucontext_t *uc = ucontext;
    greg_t *g = uc->uc_mcontext.gregs;
    struct thread *thread = current_thread;
    uint64_t rsp = (uint64_t)g[REG_RSP], rip = (uint64_t)g[REG_RIP];
    int trap = (int)g[REG_TRAPNO];
    EXCEPTION_RECORD record = { .ExceptionAddress = (PVOID)rip };
    NTSTATUS status = STATUS_ACCESS_VIOLATION;
    int saved_errno = errno;

    if (!thread)
        native_crash(info, uc);
    bool native = in_native(thread, rsp) || thread->in_delivery;
    bool write = g[REG_ERR] & 2;
    uint64_t dr6 = 0;
    if (sig == SIGTRAP && info->si_code == TRAP_OF_EVENT && native)
        goto done; /* Windows' kernel does not meet the program's breakpoints either */

    if (native && step_in_native(thread, uc, sig, trap))
        goto done;
    if ((sig == SIGSEGV && trap == TRAP_PAGE_FAULT) || (sig == SIGBUS && trap != TRAP_ALIGNMENT)) {
        uint64_t address = (uint64_t)info->si_addr;
        status = virtual_fault(address, write, sig == SIGBUS && trap == TRAP_PAGE_FAULT);
        if (status == STATUS_SUCCESS)
            goto done;
        record.ExceptionCode = (DWORD)status;
        if (status != STATUS_STACK_OVERFLOW) {
            record.NumberParameters = status == STATUS_IN_PAGE_ERROR ? 3 : 2;
            record.ExceptionInformation[0] = g[REG_ERR] & 16 ? 8 : write ? 1 : 0;
            record.ExceptionInformation[1] = address;
            if (status == STATUS_IN_PAGE_ERROR)
                record.ExceptionInformation[2] = (ULONG_PTR)(uint32_t)virtual_page_error(address);
        }
    }
    if (native) {
        native_fault(thread, info, uc, status);
        goto done;
    }
    switch (sig) {
    case SIGSEGV:
        if (trap == TRAP_OVERFLOW)
            record.ExceptionCode = (DWORD)STATUS_INTEGER_OVERFLOW;
        else if (trap == TRAP_BOUNDS)
            record.ExceptionCode = (DWORD)STATUS_ARRAY_BOUNDS_EXCEEDED;
        else if (trap != TRAP_PAGE_FAULT && !protection_fault(thread, uc, &record))
            goto done;
        break;
    case SIGBUS:
        if (trap == TRAP_ALIGNMENT)
            record.ExceptionCode = (DWORD)STATUS_DATATYPE_MISALIGNMENT;
        break;
    case SIGILL:
        record.ExceptionCode = (DWORD)fault_opcode_status(rip);
        break;
    case SIGTRAP:
        if (info->si_code == TRAP_OF_EVENT) { /* first: the trap's number is that of the last one before */
            dr6 = 1ull << (event_data(info) & 3);
            record.ExceptionCode = (DWORD)STATUS_SINGLE_STEP;
        } else if (trap == TRAP_BREAKPOINT) {
            record.ExceptionCode = (DWORD)STATUS_BREAKPOINT;
            record.ExceptionAddress = (PVOID)(rip - 1);
            record.NumberParameters = 1;
        } else {
            if (info->si_code == TRAP_TRACE)
                dr6 = DR6_STEP;
            else if (fault_at_icebp(rip)) /* which some hypervisors do not step over */
                record.ExceptionAddress = (PVOID)(g[REG_RIP] += 1);
            record.ExceptionCode = (DWORD)STATUS_SINGLE_STEP;
        }
        break;
    case SIGFPE:
        if (trap == TRAP_SIMD) {
            record.ExceptionCode = (DWORD)fault_sse_status(uc);
            record.NumberParameters = 2;
            record.ExceptionInformation[1] = uc->uc_mcontext.fpregs->mxcsr;
        } else if (trap == TRAP_FPU) {
            record.ExceptionCode = (DWORD)fault_x87_status(uc);
            record.NumberParameters = 1;
        } else {
            record.ExceptionCode = (DWORD)fault_divide_status(uc);
        }
        break;
    }
    deliver_exception(thread, uc, &record, dr6);
done:
    errno = saved_errno;
}

/* --- suspension --- */

static long futex(uint32_t *word, int op, uint32_t value)
{
    return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

/*
 * Every request has a number of its own, and `suspended` is the number of the request that was last acknowledged. A flag would
 * not do: a thread that is resumed and suspended again before it has run would sleep on, and the new request stay unanswered.
 */
static void acknowledge(struct thread *thread, uint32_t request)
{
    __atomic_store_n(&thread->suspended, request, __ATOMIC_RELEASE);
    futex(&thread->suspended, FUTEX_WAKE, INT32_MAX);
}

/* The thread runs no Windows code until nobody requests that any more. SUSPEND_SIGNAL is blocked. */
static void park(struct thread *thread, CONTEXT *context, uint8_t *xstate)
{
    uint32_t request;
    thread->suspend_context_changed = false;
    thread->suspend_xstate = xstate;
    __atomic_store_n(&thread->suspend_context, context, __ATOMIC_RELEASE);
    while ((request = __atomic_load_n(&thread->suspend_request, __ATOMIC_ACQUIRE)) != 0) {
        acknowledge(thread, request);
        futex(&thread->suspend_request, FUTEX_WAIT, request);
    }
    shared_clock_touch();
    __atomic_store_n(&thread->suspend_context, NULL, __ATOMIC_RELEASE);
}

/* The same outside the handler. */
static void park_in_call(struct thread *thread, CONTEXT *context)
{
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SUSPEND_SIGNAL);
    pthread_sigmask(SIG_BLOCK, &block, &old);
    park(thread, context, thread->xstate);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* --- regions: where a thread of the program is neither suspended nor ended (nt_region.h) --- */

static uint32_t region_of(const struct thread *thread)
{
    return __atomic_load_n(&thread->teb->LockCount, __ATOMIC_RELAXED) & ~TEB_PUT_OFF;
}

/* Which of this the thread's region puts off. */
static uint64_t what_region_puts_off(const struct thread *thread, uint64_t work)
{
    uint32_t region = region_of(thread);
    if (region & TEB_REGION_MASK)
        return work & (EXIT_SUSPEND | EXIT_TERMINATE | EXIT_APC);
    return region ? work & EXIT_TERMINATE : 0;
}

static void put_off(struct thread *thread, uint64_t work)
{
    thread->put_off |= work;
    __atomic_or_fetch(&thread->teb->LockCount, TEB_PUT_OFF, __ATOMIC_RELAXED);
}

static void end_if_wanted(struct thread *thread)
{
    if (!thread->terminating)
        return;
    if (!region_of(thread))
        thread_exit_now();
    put_off(thread, EXIT_TERMINATE);
}

void thread_take_up(void)
{
    struct thread *thread = current_thread;
    if (thread && thread->put_off) {
        sigset_t block, old; /* against the handler, which adds to it */
        sigemptyset(&block);
        sigaddset(&block, SUSPEND_SIGNAL);
        pthread_sigmask(SIG_BLOCK, &block, &old);
        __atomic_or_fetch(&thread->exit_work, thread->put_off, __ATOMIC_ACQ_REL);
        thread->put_off = 0;
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
}

/* It does not run, which is what the others wait for; it may well be one of them that it waits for. */
void thread_sleeps_in_region(void)
{
    struct thread *thread = current_thread;
    uint32_t request;
    if (thread->put_off & EXIT_SUSPEND && (request = __atomic_load_n(&thread->suspend_request, __ATOMIC_ACQUIRE)) != 0)
        acknowledge(thread, request);
}

bool thread_must_leave_queue(void)
{
    uint32_t region = region_of(current_thread);
    return current_thread->terminating && region && !(region & TEB_REGION_MASK);
}

/* In native code the thread goes on until it would return: its context is what it will return to. */
static void acknowledge_in_call(struct thread *thread)
{
    uint32_t request = __atomic_load_n(&thread->suspend_request, __ATOMIC_ACQUIRE);
    if (!thread->start_context)
        return; /* it has only begun, and sees the request before it enters Windows code */
    __atomic_or_fetch(&thread->exit_work, EXIT_SUSPEND, __ATOMIC_ACQ_REL);
    if (request)
        acknowledge(thread, request);
}

/* Where the boundary's own code was interrupted: put it back to where its state is in one place. True: it is as if in
 * PE code afterwards; false: it is as if in a call. */
static bool rewind_boundary(struct thread *thread, ucontext_t *uc, bool native)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uint64_t rip = (uint64_t)g[REG_RIP];
    if (rip >= (uint64_t)syscall_dispatcher && rip < (uint64_t)syscall_frame_ready) {
        if (native || rip > (uint64_t)syscall_dispatcher + 3)
            g[REG_RSP] = g[REG_R11];
        g[REG_RIP] = (greg_t)syscall_dispatcher;
        return true;
    }
    if (rip >= (uint64_t)syscall_exit && rip < (uint64_t)syscall_exit_end) {
        g[REG_RSP] = (greg_t)thread->frame;
        g[REG_RIP] = (greg_t)syscall_exit;
        return false;
    }
    if (rip >= (uint64_t)restore_context && rip < (uint64_t)syscall_dispatcher_end) {
        /* About to run at another context: that one counts; it is restored after the pause. */
        const CONTEXT *target = rip < (uint64_t)restore_again ? (const CONTEXT *)g[REG_RCX] : thread->restore;
        context_to_ucontext(target, uc);
        if ((target->ContextFlags & NT_XSTATE_BIT) && ucontext_xstate(uc))
            xstate_copy(ucontext_xstate(uc), thread->xstate);
        return true;
    }
    return !native;
}

static void handle_suspend(int sig, siginfo_t *info, void *ucontext)
{
    (void)sig;
    (void)info;
    struct thread *thread = current_thread;
    int saved_errno = errno;
    if (!thread)
        return;
    ucontext_t *uc = ucontext;
    bool native = in_native(thread, (uint64_t)uc->uc_mcontext.gregs[REG_RSP]);
    uint64_t later = what_region_puts_off(
        thread, (thread->terminating ? EXIT_TERMINATE : 0) | (thread->suspend_request ? EXIT_SUSPEND : 0) |
                    (__atomic_load_n(&thread->exit_work, __ATOMIC_ACQUIRE) & EXIT_APC));
    if (!rewind_boundary(thread, uc, native)) {
        acknowledge_in_call(thread);
    } else if (later) {
        put_off(thread, later);
    } else {
        if (!thread->terminating && thread->suspend_request) {
            CONTEXT context;
            context_from_ucontext(uc, &context);
            if (ucontext_xstate(uc))
                context.ContextFlags |= CONTEXT_XSTATE;
            park(thread, &context, ucontext_xstate(uc));
            if (thread->suspend_context_changed)
                context_to_ucontext(&context, uc);
        }
        if (thread->terminating && region_of(thread)) {
            put_off(thread, EXIT_TERMINATE);
        } else if (thread->terminating) {
            uc->uc_mcontext.gregs[REG_RSP] = (greg_t)thread->unix_sp - 8;
            uc->uc_mcontext.gregs[REG_RIP] = (greg_t)thread_exit_now;
        } else if (__atomic_load_n(&thread->exit_work, __ATOMIC_ACQUIRE) & EXIT_APC) {
            CONTEXT context;
            context_from_ucontext(uc, &context);
            if (special_apcs_deliver(&context, ucontext_xstate(uc)))
                context_to_ucontext(&context, uc);
        }
    }
    errno = saved_errno;
}

/*
 * Another process has something to ask of this one (process_object.c). In Windows code the thread joins the server here and
 * now, as it holds no lock of ours; in native code, where it next could be suspended.
 */
static bool join_wanted;

static void handle_join(int sig, siginfo_t *info, void *ucontext)
{
    (void)sig;
    (void)info;
    struct thread *thread = current_thread;
    ucontext_t *uc = ucontext;
    int saved_errno = errno;
    if (!thread)
        return;
    if (thread->at_gate || rewind_boundary(thread, uc, in_native(thread, (uint64_t)uc->uc_mcontext.gregs[REG_RSP]))) {
        client_join(true);
    } else {
        __atomic_store_n(&join_wanted, true, __ATOMIC_RELEASE);
        __atomic_or_fetch(&thread->exit_work, EXIT_SUSPEND, __ATOMIC_ACQ_REL);
        thread_interrupt_wait(thread);
    }
    errno = saved_errno;
}

bool thread_join_is_wanted(void)
{
    return __atomic_load_n(&join_wanted, __ATOMIC_SEQ_CST);
}

void thread_join_if_wanted(void)
{
    if (__atomic_exchange_n(&join_wanted, false, __ATOMIC_ACQ_REL))
        client_join(true);
}

void thread_park_with(struct thread *thread, CONTEXT *context)
{
    park_in_call(thread, context);
    if (thread->terminating && !region_of(thread))
        thread_exit_now();
}

void thread_check_suspend(void)
{
    struct thread *thread = current_thread;
    if (thread->terminating && !region_of(thread))
        thread_exit_now();
    if (join_wanted)
        thread_join_if_wanted();
    if (thread->suspend_request && !(region_of(thread) & TEB_REGION_MASK)) {
        CONTEXT context;
        context_from_frame(thread->frame, &context, 0);
        thread_park_with(thread, &context);
        if (thread->suspend_context_changed)
            thread_set_return(&context);
    }
}

uint32_t thread_request_park(struct thread *thread)
{
    if (!++thread->suspend_number)
        thread->suspend_number = 1;
    __atomic_store_n(&thread->suspend_request, thread->suspend_number, __ATOMIC_RELEASE);
    return thread->suspend_number;
}

void thread_park(struct thread *thread)
{
    uint32_t request = thread_request_park(thread), acknowledged;
    futex(&thread->suspend_request, FUTEX_WAKE, INT32_MAX); /* it may still sleep on the last request */
    if (syscall(SYS_tgkill, getpid(), thread->tid, SUSPEND_SIGNAL))
        return; /* it has ended meanwhile */
    while ((acknowledged = __atomic_load_n(&thread->suspended, __ATOMIC_ACQUIRE)) != request)
        futex(&thread->suspended, FUTEX_WAIT, acknowledged);
}

void thread_interrupt(struct thread *thread)
{
    syscall(SYS_tgkill, getpid(), thread->tid, SUSPEND_SIGNAL);
}

void thread_unpark(struct thread *thread)
{
    __atomic_store_n(&thread->suspend_request, 0, __ATOMIC_RELEASE);
    futex(&thread->suspend_request, FUTEX_WAKE, INT32_MAX);
}

/*
 * Called by dispatch.S when a call is about to return and exit_work is not zero. Returns the context to restore, or NULL
 * to return by the frame with the status unchanged.
 */
const CONTEXT *dispatch_exit_work(uint64_t status)
{
    struct thread *thread = current_thread;
    uint64_t work;
    (void)status;
    while ((work = __atomic_exchange_n(&thread->exit_work, 0, __ATOMIC_ACQ_REL)) != 0) {
        if (thread->terminating)
            work |= EXIT_TERMINATE;
        if (work & EXIT_SUSPEND && join_wanted)
            thread_join_if_wanted();
        uint64_t later = what_region_puts_off(thread, work);
        if (later) {
            put_off(thread, later);
            work &= ~later;
        }
        if (work & EXIT_TERMINATE)
            thread_exit_now();
        if (work & EXIT_SUSPEND && thread->suspend_request) {
            CONTEXT context;
            if (work & EXIT_CONTEXT)
                context = thread->context;
            else
                context_from_frame(thread->frame, &context, status);
            park_in_call(thread, &context);
            end_if_wanted(thread);
            if (thread->suspend_context_changed) {
                thread->context = context;
                work |= EXIT_CONTEXT;
            }
        }
        if (work & EXIT_APC) {
            if (!(work & EXIT_CONTEXT))
                context_from_frame(thread->frame, &thread->context, status);
            special_apcs_deliver(&thread->context,
                                 thread->context.ContextFlags & NT_XSTATE_BIT ? thread->xstate : NULL);
            work |= EXIT_CONTEXT;
        }
        if (work & EXIT_FLAGS) {
            if (!(work & EXIT_CONTEXT))
                context_from_frame(thread->frame, &thread->context, status);
            thread->context.EFlags |= thread->return_flags;
            thread->return_flags = 0;
            work |= EXIT_CONTEXT;
        }
        if (work & EXIT_CONTEXT) {
            shared_clock_touch();
            if (!__atomic_load_n(&thread->exit_work, __ATOMIC_ACQUIRE))
                return &thread->context;
            __atomic_or_fetch(&thread->exit_work, EXIT_CONTEXT, __ATOMIC_ACQ_REL);
        }
    }
    return NULL;
}

void signal_init_thread(struct thread *thread)
{
    stack_t stack = { .ss_sp = thread->signal_stack, .ss_size = thread->signal_stack_size };
    sigaltstack(&stack, NULL);
}

void signal_init(void)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
    struct sigaction action = { .sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigaddset(&action.sa_mask, SUSPEND_SIGNAL); /* where the handler has put the thread, and not in the handler */
    sigaddset(&action.sa_mask, JOIN_SIGNAL);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        sigaction(faults[i], &action, NULL);
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    action.sa_sigaction = handle_suspend;
    sigaction(SUSPEND_SIGNAL, &action, NULL);
    action.sa_sigaction = handle_join;
    sigaddset(&action.sa_mask, SUSPEND_SIGNAL);
    sigaction(JOIN_SIGNAL, &action, NULL);
    sigemptyset(&action.sa_mask);
    sigset_t join;
    sigemptyset(&join);
    sigaddset(&join, JOIN_SIGNAL); /* whoever started this process had it blocked until now */
    pthread_sigmask(SIG_UNBLOCK, &join, NULL);
    control_init();
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}
