/* SPDX-License-Identifier: MIT */
/*
 * unwind_steps.c: functions of every form of prologue, body and epilogue are run in single steps; at each instruction the unwinder must
 * find the caller with the registers that it had ("x64 prolog and epilog").
 */
#include "../test.h"

/*
 * Functions that change what they have saved. Those with unwind information of their own (s_chained, s_version2) have a part that is
 * apart, or a list of epilogues.
 */
#define RUIN "    xorl %ebx, %ebx\n    xorl %esi, %esi\n    xorl %r12d, %r12d\n    xorl %ebp, %ebp\n"

__asm__(".text\n"
        /* pushes, a small allocation, pops */
        ".globl s_push\n.seh_proc s_push\ns_push:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n"
        "    pushq %rsi\n.seh_pushreg %rsi\n"
        "    pushq %r12\n.seh_pushreg %r12\n"
        "    pushq %rbp\n.seh_pushreg %rbp\n"
        "    subq $0x28, %rsp\n.seh_stackalloc 0x28\n"
        ".seh_endprologue\n" RUIN "    call s_leaf\n    nop\n"
        "    addq $0x28, %rsp\n    popq %rbp\n    popq %r12\n    popq %rsi\n    popq %rbx\n    ret\n.seh_endproc\n"
        /* a leaf has neither */
        ".globl s_leaf\ns_leaf:\n    xorl %eax, %eax\n    movl $5, %ecx\n    ret\n"
        /* only an allocation; a return from the middle, and code behind it */
        ".globl s_two_ends\n.seh_proc s_two_ends\ns_two_ends:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n"
        "    subq $0x80, %rsp\n.seh_stackalloc 0x80\n"
        ".seh_endprologue\n    movl %ecx, %ebx\n    testl %ecx, %ecx\n    jnz 1f\n"
        "    addq $0x80, %rsp\n    popq %rbx\n    ret\n"
        "1:  xorl %ebx, %ebx\n    call s_leaf\n    addq $0x80, %rsp\n    popq %rbx\n    rep ret\n.seh_endproc\n"
        /* a large allocation: its size by 8 in 16 bits; probed */
        ".globl s_large\n.seh_proc s_large\ns_large:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n"
        "    movl $0x5000, %eax\n    call ___chkstk_ms\n    subq %rax, %rsp\n.seh_stackalloc 0x5000\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    call s_leaf\n    addq $0x5000, %rsp\n    popq %rbx\n    ret\n"
        ".seh_endproc\n"
        /* a larger one: 32 bits; registers saved far away */
        ".globl s_far\n.seh_proc s_far\ns_far:\n"
        "    movl $0x180008, %eax\n    call ___chkstk_ms\n    subq %rax, %rsp\n.seh_stackalloc 0x180008\n"
        "    movq %rbx, 0x90000(%rsp)\n.seh_savereg %rbx, 0x90000\n"
        "    movaps %xmm6, 0x100010(%rsp)\n.seh_savexmm %xmm6, 0x100010\n"
        "    movq %rsi, 0x48(%rsp)\n.seh_savereg %rsi, 0x48\n"
        "    movaps %xmm15, 0x30(%rsp)\n.seh_savexmm %xmm15, 0x30\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    xorl %esi, %esi\n    xorps %xmm6, %xmm6\n    xorps %xmm15, %xmm15\n"
        "    call s_leaf\n"
        "    movaps 0x30(%rsp), %xmm15\n    movq 0x48(%rsp), %rsi\n    movaps 0x100010(%rsp), %xmm6\n"
        "    movq 0x90000(%rsp), %rbx\n    addq $0x180008, %rsp\n    ret\n.seh_endproc\n"
        /* registers saved in the caller's home space, before the allocation */
        ".globl s_home\n.seh_proc s_home\ns_home:\n"
        "    movq %rbx, 8(%rsp)\n"
        "    pushq %rsi\n.seh_pushreg %rsi\n"
        "    subq $0x20, %rsp\n.seh_stackalloc 0x20\n.seh_savereg %rbx, 0x30\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    xorl %esi, %esi\n    call s_leaf\n"
        "    movq 0x30(%rsp), %rbx\n    addq $0x20, %rsp\n    popq %rsi\n    ret\n.seh_endproc\n"
        /* a frame register with an offset, and a stack that grows in the body */
        ".globl s_frame\n.seh_proc s_frame\ns_frame:\n"
        "    pushq %rbp\n.seh_pushreg %rbp\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n"
        "    subq $0x48, %rsp\n.seh_stackalloc 0x48\n"
        "    leaq 0x20(%rsp), %rbp\n.seh_setframe %rbp, 0x20\n"
        "    movaps %xmm6, 0x10(%rbp)\n.seh_savexmm %xmm6, 0x30\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    xorps %xmm6, %xmm6\n    subq $0x120, %rsp\n    call s_leaf\n"
        "    movaps 0x10(%rbp), %xmm6\n    leaq 0x28(%rbp), %rsp\n    popq %rbx\n    popq %rbp\n    ret\n.seh_endproc\n"
        /* r13 as the frame register: its instructions have other forms */
        ".globl s_frame13\n.seh_proc s_frame13\ns_frame13:\n"
        "    pushq %r13\n.seh_pushreg %r13\n"
        "    subq $0x20, %rsp\n.seh_stackalloc 0x20\n"
        "    movq %rsp, %r13\n.seh_setframe %r13, 0\n"
        ".seh_endprologue\n    subq $0x200, %rsp\n    call s_leaf\n"
        "    leaq 0x20(%r13), %rsp\n    popq %r13\n    ret\n.seh_endproc\n"
        /* the frame register's whole range, and an epilogue with a long displacement */
        ".globl s_frame240\n.seh_proc s_frame240\ns_frame240:\n"
        "    pushq %rbp\n.seh_pushreg %rbp\n"
        "    subq $0x200, %rsp\n.seh_stackalloc 0x200\n"
        "    leaq 0xf0(%rsp), %rbp\n.seh_setframe %rbp, 0xf0\n"
        ".seh_endprologue\n    call s_leaf\n"
        "    leaq 0x110(%rbp), %rsp\n    popq %rbp\n    ret\n.seh_endproc\n"
        /* tail calls: a near jump, one through memory, one through a register */
        ".globl s_tail\n.seh_proc s_tail\ns_tail:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n    subq $0x20, %rsp\n.seh_stackalloc 0x20\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    addq $0x20, %rsp\n    popq %rbx\n    jmp s_push\n.seh_endproc\n"
        ".globl s_tail_memory\n.seh_proc s_tail_memory\ns_tail_memory:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n    subq $0x20, %rsp\n.seh_stackalloc 0x20\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    addq $0x20, %rsp\n    popq %rbx\n    jmp *s_leaf_address(%rip)\n"
        ".seh_endproc\n"
        ".globl s_tail_register\n.seh_proc s_tail_register\ns_tail_register:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n    subq $0x20, %rsp\n.seh_stackalloc 0x20\n"
        ".seh_endprologue\n    xorl %ebx, %ebx\n    leaq s_leaf(%rip), %rax\n    addq $0x20, %rsp\n    popq %rbx\n"
        "    rex.w jmp *%rax\n.seh_endproc\n"
        /* jumps that stay: forward, backward, through a table */
        ".globl s_jumps\n.seh_proc s_jumps\ns_jumps:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n    subq $0x20, %rsp\n.seh_stackalloc 0x20\n"
        ".seh_endprologue\n    movl $2, %ebx\n    jmp 2f\n1:  decl %ebx\n    jz 3f\n"
        "2:  leaq 1b(%rip), %rax\n    jmp *%rax\n3:  jmp 4f\n    nop\n"
        "4:  addq $0x20, %rsp\n    popq %rbx\n    ret\n.seh_endproc\n"
        ".data\n.p2align 3\ns_leaf_address: .quad s_leaf\n.text\n");

/* A function whose second part lies elsewhere and saves one register more: chained information, two levels of it. */
__asm__(".text\n"
        ".globl s_chained\ns_chained:\n"
        "    pushq %rbx\n"
        "L_c1:\n    subq $0x30, %rsp\n"
        "L_c2:\n    xorl %ebx, %ebx\n    jmp s_chained_part\n"
        "L_c_back:\n    addq $0x30, %rsp\n    popq %rbx\n    ret\n"
        "L_c_end:\n    int3\n    .skip 40, 0xcc\n"
        ".globl s_chained_part\ns_chained_part:\n"
        "    movq %rsi, 0x20(%rsp)\n"
        "L_p1:\n    xorl %esi, %esi\n    jmp s_chained_third\n"
        "L_p_back:\n    call s_leaf\n    movq 0x20(%rsp), %rsi\n    jmp L_c_back\n"
        "L_p_end:\n    .skip 40, 0xcc\n"
        ".globl s_chained_third\ns_chained_third:\n"
        "    movq %r12, 0x28(%rsp)\n"
        "L_t1:\n    xorl %r12d, %r12d\n    call s_leaf\n    movq 0x28(%rsp), %r12\n"
        "L_t2:\n    movl %ecx, %ecx\n    jmp L_p_back\n"
        "L_t_end:\n    int3\n"
        ".section .xdata\n.p2align 2\n"
        "X_chained:\n    .byte 1, L_c2 - s_chained, 2, 0\n"
        "    .byte L_c2 - s_chained, 0x52, L_c1 - s_chained, 0x30\n"
        "X_part:\n    .byte 1 | 4 << 3, L_p1 - s_chained_part, 2, 0\n"
        "    .byte L_p1 - s_chained_part, 0x64, 4, 0\n"
        "    .rva s_chained, L_c_end, X_chained\n"
        "X_third:\n    .byte 1 | 4 << 3, L_t1 - s_chained_third, 2, 0\n"
        "    .byte L_t1 - s_chained_third, 0xc4, 5, 0\n"
        "    .rva s_chained_part, L_p_end, X_part\n"
        ".section .pdata\n"
        "    .rva s_chained, L_c_end, X_chained\n"
        "    .rva s_chained_part, L_p_end, X_part\n"
        "    .rva s_chained_third, L_t2, X_third\n"
        "    .rva L_t2, L_t_end, X_part2\n"
        ".section .xdata\n.p2align 2\n"
        "X_part2:\n    .byte 1 | 4 << 3, 0, 0, 0\n" /* r12 is back: no codes of its own */
        "    .rva s_chained_part, L_p_end, X_part\n"
        ".text\n");

/* Version 2: two epilogues, one of them at the end; what looks like one is in the body. */
__asm__(".text\n"
        ".globl s_version2\ns_version2:\n"
        "    pushq %rbx\n"
        "L_v1:\n    subq $0x20, %rsp\n"
        "L_v2:\n    movl %ecx, %ebx\n    testl %ecx, %ecx\n    jz L_v_second\n"
        "    xorl %ebx, %ebx\n    call s_leaf\n"
        "L_v_first:\n    addq $0x20, %rsp\n    popq %rbx\n    ret\n"
        "L_v_second:\n    xorl %ebx, %ebx\n    leaq 1f(%rip), %rax\n    rex.w jmp *%rax\n" /* as a tail call */
        "1:  call s_leaf\n"
        "L_v_last:\n    addq $0x20, %rsp\n    popq %rbx\n    ret\n"
        "L_v_end:\n    int3\n"
        ".section .xdata\n.p2align 2\n"
        "X_version2:\n    .byte 2, L_v2 - s_version2, 4, 0\n"
        "    .byte L_v_end - L_v_last, 0x16, L_v_end - L_v_first, 0x06\n"
        "    .byte L_v2 - s_version2, 0x32, L_v1 - s_version2, 0x30\n"
        ".section .pdata\n    .rva s_version2, L_v_end, X_version2\n"
        ".text\n");

extern char s_push[], s_leaf[], s_two_ends[], s_large[], s_far[], s_home[], s_frame[], s_frame13[], s_frame240[],
    s_tail[], s_tail_memory[], s_tail_register[], s_jumps[], s_chained[], s_version2[];
#define NAMED(name)                                                                                                    \
    {                                                                                                                  \
        name, #name                                                                                                    \
    }
static const struct {
    void *function;
    const char *name;
} functions[] = {
    NAMED(s_push),        NAMED(s_leaf),          NAMED(s_two_ends), NAMED(s_large),    NAMED(s_far),
    NAMED(s_home),        NAMED(s_frame),         NAMED(s_frame13),  NAMED(s_frame240), NAMED(s_tail),
    NAMED(s_tail_memory), NAMED(s_tail_register), NAMED(s_jumps),    NAMED(s_chained),  NAMED(s_version2)
};

/*
 * void run(void *function, int argument): calls it in single steps with known registers. run_return is where it returns to.
 */
void run(void *function, int argument);
extern char run_return[], run_end[];
__asm__(".text\n"
        ".globl run\n.seh_proc run\nrun:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n    pushq %rsi\n.seh_pushreg %rsi\n    pushq %rdi\n.seh_pushreg %rdi\n"
        "    pushq %rbp\n.seh_pushreg %rbp\n    pushq %r12\n.seh_pushreg %r12\n    pushq %r13\n.seh_pushreg %r13\n"
        "    pushq %r14\n.seh_pushreg %r14\n    pushq %r15\n.seh_pushreg %r15\n"
        "    subq $0x48, %rsp\n.seh_stackalloc 0x48\n"
        "    movaps %xmm6, 0x20(%rsp)\n.seh_savexmm %xmm6, 0x20\n"
        "    movaps %xmm15, 0x30(%rsp)\n.seh_savexmm %xmm15, 0x30\n"
        ".seh_endprologue\n"
        "    movq %rcx, %rax\n    movl %edx, %ecx\n"
        "    movl $0x1001, %ebx\n    movl $0x1002, %esi\n    movl $0x1003, %edi\n    movl $0x1004, %ebp\n"
        "    movl $0x1005, %r12d\n    movl $0x1006, %r13d\n    movl $0x1007, %r14d\n    movl $0x1008, %r15d\n"
        "    movq %rbx, %xmm6\n    movq %r15, %xmm15\n"
        "    pushfq\n    orl $0x100, (%rsp)\n    popfq\n"
        "    call *%rax\n"
        ".globl run_return\nrun_return:\n"
        "    pushfq\n    andl $~0x100, (%rsp)\n    popfq\n"
        ".globl run_end\nrun_end:\n"
        "    movaps 0x20(%rsp), %xmm6\n    movaps 0x30(%rsp), %xmm15\n"
        "    addq $0x48, %rsp\n    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n    popq %rbp\n"
        "    popq %rdi\n    popq %rsi\n    popq %rbx\n    ret\n.seh_endproc\n");

extern char ___chkstk_ms[];

static struct {
    const char *name;
    ULONG64 rsp; /* of the caller, when it has been returned to */
    bool called;
    int steps, wrong;
} running;

static bool as_called(const CONTEXT *c)
{
    return c->Rsp == running.rsp && c->Rbx == 0x1001 && c->Rsi == 0x1002 && c->Rdi == 0x1003 && c->Rbp == 0x1004 &&
           c->R12 == 0x1005 && c->R13 == 0x1006 && c->R14 == 0x1007 && c->R15 == 0x1008 && c->Xmm6.Low == 0x1001 &&
           c->Xmm15.Low == 0x1008;
}

/* Whether unwinding comes to the caller, as it was, within a few frames (the helpers that functions call). */
static bool finds_caller(CONTEXT context)
{
    for (int i = 0; i < 4; i++) {
        ULONG64 base, frame;
        void *data;
        RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(context.Rip, &base, NULL);

        if (function) {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, function, &context, &data, &frame, NULL);
        } else {
            context.Rip = *(ULONG64 *)context.Rsp;
            context.Rsp += 8;
        }
        if (context.Rip == (ULONG64)run_return)
            return as_called(&context);
    }
    return false;
}

static LONG CALLBACK step(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    if (pointers->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_SINGLE_STEP)
        return EXCEPTION_CONTINUE_SEARCH;
    if (!running.rsp)
        running.rsp = context->Rsp + 8; /* the first one, behind the call */
    if (context->Rip >= (ULONG64)run_return && context->Rip <= (ULONG64)run_end) {
        running.called = true;
    } else if (!running.called) {
        running.steps++;
        /* The compiler's probe has no unwind information, though it is no leaf. */
        bool probing = context->Rip >= (ULONG64)___chkstk_ms && context->Rip < (ULONG64)___chkstk_ms + 0x40;

        if (!probing && !finds_caller(*context) && running.wrong++ < 3) {
            ULONG64 base = 0;
            RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(context->Rip, &base, NULL);

            ok(false, "%s: from %llx, entry at %lx", running.name, context->Rip - (ULONG64)GetModuleHandleW(NULL),
               function ? function->BeginAddress : 0);
        }
    }
    context->EFlags |= 0x100;
    if (running.called && context->Rip == (ULONG64)run_end)
        context->EFlags &= ~0x100u;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void run_stepped(void *function, const char *name, int argument)
{
    memset(&running, 0, sizeof(running));
    running.name = name;
    run(function, argument);
    ok(running.called && running.steps >= 3, "%s: %d steps", name, running.steps);
    ok_int(running.wrong, 0);
}

static DWORD CALLBACK steps_thread(void *unused)
{
    void *handle = AddVectoredExceptionHandler(1, step);

    (void)unused;
    for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
        for (int argument = 0; argument < 2; argument++)
            run_stepped(functions[i].function, functions[i].name, argument);
    RemoveVectoredExceptionHandler(handle);
    return 0;
}

TESTS
{
    HANDLE thread = CreateThread(NULL, 0x400000, steps_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);

    ok_int(WaitForSingleObject(thread, 30000), WAIT_OBJECT_0);
    CloseHandle(thread);
}
