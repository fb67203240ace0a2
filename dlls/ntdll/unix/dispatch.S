/* SPDX-License-Identifier: MIT */
/*
 * dispatch.S: the boundary between PE code and the native half.
 *
 * A stub in ntdll.dll jumps here with the call's number in eax and the parameters as the Windows x64 convention has them
 * (the first in r10). We save what that convention keeps but the System V one does not (rdi, rsi, xmm6-15), the rest of
 * the kept registers for NtGetContextThread, move to the thread's Unix stack and call the generated wrapper. The program's
 * x87 control word stays in force (native code uses none); MXCSR is set to the default when the program changed it.
 * No system call, no signal mask, no xsave.
 */
#include "dispatch.h"

    .section .text.syscall_dispatcher, "ax", @progbits
    .globl syscall_dispatcher, syscall_frame_ready, syscall_exit, syscall_exit_end, restore_context, restore_again, syscall_dispatcher_end
    .hidden syscall_dispatcher, syscall_frame_ready, syscall_exit, syscall_exit_end, restore_context, restore_again, syscall_dispatcher_end
    .p2align 6
    .type syscall_dispatcher, @function
syscall_dispatcher:
    .cfi_startproc
    .cfi_undefined rip
    movq %rsp, %r11
    movq %gs:(THREAD_FROM_TEB + THREAD_UNIX_SP), %rsp
    subq $FRAME_SIZE, %rsp
    movq (%r11), %rcx
    movq %rcx, FRAME_RIP(%rsp)
    leaq 8(%r11), %rcx                      /* r11 stays the program's rsp until the frame is ready: see signal.c */
    movq %rcx, FRAME_RSP(%rsp)
    movq %rbx, FRAME_RBX(%rsp)
    movq %rbp, FRAME_RBP(%rsp)
    movq %rdi, FRAME_RDI(%rsp)
    movq %rsi, FRAME_RSI(%rsp)
    movq %r12, FRAME_R12(%rsp)
    movq %r13, FRAME_R13(%rsp)
    movq %r14, FRAME_R14(%rsp)
    movq %r15, FRAME_R15(%rsp)
    movaps %xmm6, (FRAME_XMM6 + 0x00)(%rsp)
    movaps %xmm7, (FRAME_XMM6 + 0x10)(%rsp)
    movaps %xmm8, (FRAME_XMM6 + 0x20)(%rsp)
    movaps %xmm9, (FRAME_XMM6 + 0x30)(%rsp)
    movaps %xmm10, (FRAME_XMM6 + 0x40)(%rsp)
    movaps %xmm11, (FRAME_XMM6 + 0x50)(%rsp)
    movaps %xmm12, (FRAME_XMM6 + 0x60)(%rsp)
    movaps %xmm13, (FRAME_XMM6 + 0x70)(%rsp)
    movaps %xmm14, (FRAME_XMM6 + 0x80)(%rsp)
    movaps %xmm15, (FRAME_XMM6 + 0x90)(%rsp)
    stmxcsr FRAME_MXCSR(%rsp)
    movl %eax, %eax
    movq %rax, FRAME_NUMBER(%rsp)
    movq %r10, (FRAME_ARGS + 0x00)(%rsp)
    movq %rdx, (FRAME_ARGS + 0x08)(%rsp)
    movq %r8, (FRAME_ARGS + 0x10)(%rsp)
    movq %r9, (FRAME_ARGS + 0x18)(%rsp)
    movq %rsp, %gs:(THREAD_FROM_TEB + THREAD_FRAME)
syscall_frame_ready:
    cld
    movl FRAME_MXCSR(%rsp), %ecx
    andl $~0x3f, %ecx
    cmpl $MXCSR_DEFAULT, %ecx
    jne 5f
1:  cmpq dispatch_count(%rip), %rax
    jae 6f
    shlq $4, %rax
    leaq dispatch_table(%rip), %rbx
    addq %rax, %rbx
    movq 8(%rbx), %rcx
    testq %rcx, %rcx
    jz 3f
2:  movq 0x20(%r11,%rcx,8), %rax            /* the fifth parameter lies above the return address and 32 bytes of home space */
    movq %rax, (FRAME_ARGS + 0x18)(%rsp,%rcx,8)
    decq %rcx
    jnz 2b
3:  leaq FRAME_ARGS(%rsp), %rdi
    cmpb $0, trace_enabled(%rip)
    jne 7f
    callq *(%rbx)
syscall_exit:                               /* with rsp = frame; may be started again at any later instruction */
    cmpq $0, %gs:(THREAD_FROM_TEB + THREAD_EXIT_WORK)
    jne 8f
    cmpl $0, shared_clock_state(%rip)
    jne 10f
4:  movq %gs:(THREAD_FROM_TEB + THREAD_FRAME), %rdx
    movaps (FRAME_XMM6 + 0x00)(%rdx), %xmm6
    movaps (FRAME_XMM6 + 0x10)(%rdx), %xmm7
    movaps (FRAME_XMM6 + 0x20)(%rdx), %xmm8
    movaps (FRAME_XMM6 + 0x30)(%rdx), %xmm9
    movaps (FRAME_XMM6 + 0x40)(%rdx), %xmm10
    movaps (FRAME_XMM6 + 0x50)(%rdx), %xmm11
    movaps (FRAME_XMM6 + 0x60)(%rdx), %xmm12
    movaps (FRAME_XMM6 + 0x70)(%rdx), %xmm13
    movaps (FRAME_XMM6 + 0x80)(%rdx), %xmm14
    movaps (FRAME_XMM6 + 0x90)(%rdx), %xmm15
    ldmxcsr FRAME_MXCSR(%rdx)
    movq FRAME_RBX(%rdx), %rbx
    movq FRAME_RBP(%rdx), %rbp
    movq FRAME_RDI(%rdx), %rdi
    movq FRAME_RSI(%rdx), %rsi
    movq FRAME_R12(%rdx), %r12
    movq FRAME_R13(%rdx), %r13
    movq FRAME_R14(%rdx), %r14
    movq FRAME_R15(%rdx), %r15
    movq FRAME_RIP(%rdx), %rcx
    movq FRAME_RSP(%rdx), %rsp
    subq $8, %rsp
    ret                                     /* the stub's own return address: keeps the return predictor in step */
syscall_exit_end:

5:  movl $MXCSR_DEFAULT, FRAME_MXCSR + 4(%rsp)
    ldmxcsr FRAME_MXCSR + 4(%rsp)
    jmp 1b
6:  movl $0xc000001c, %eax                  /* STATUS_INVALID_SYSTEM_SERVICE */
    jmp syscall_exit
7:  movq FRAME_NUMBER(%rsp), %rsi
    movq (%rbx), %rdx
    callq dispatch_traced
    jmp syscall_exit

/* The clocks that the program can read are to go on: see shared_clock.c. */
10: movq %rax, FRAME_ARGS(%rsp)
    callq shared_clock_wake
    movq FRAME_ARGS(%rsp), %rax
    jmp syscall_exit

/* Something is to be done before returning: a suspension, the thread's end, or another context to return to. */
8:  movq %rax, FRAME_ARGS(%rsp)
    movq %rax, %rdi
    callq dispatch_exit_work
    movq %rax, %rcx
    movq FRAME_ARGS(%rsp), %rax
    testq %rcx, %rcx
    jz syscall_exit


/* rcx = CONTEXT: everything is restored from it. The iret frame lies in struct thread, so that nothing below the
 * program's stack pointer is touched. */
restore_context:
    movq %rcx, %gs:(THREAD_FROM_TEB + THREAD_RESTORE)
restore_again:                              /* may be started again with rcx = that */
    testb $0x40, CONTEXT_FLAGS(%rcx)        /* CONTEXT_XSTATE: the states are in struct thread */
    jz 9f
    movl CONTEXT_MXCSR(%rcx), %eax
    movl %eax, %gs:(THREAD_FROM_TEB + THREAD_XSTATE + XSTATE_MXCSR)
    movq %gs:0x30, %rsi
    movl xstate_mask(%rip), %eax
    xorl %edx, %edx
    xrstor64 (THREAD_FROM_TEB + THREAD_XSTATE)(%rsi)
9:  fxrstor64 CONTEXT_FLTSAVE(%rcx)
    ldmxcsr CONTEXT_MXCSR(%rcx)
    movq CONTEXT_RIP(%rcx), %rax
    movq %rax, %gs:(THREAD_FROM_TEB + THREAD_IRET + 0x00)
    movl %cs, %eax
    movq %rax, %gs:(THREAD_FROM_TEB + THREAD_IRET + 0x08)
    movl CONTEXT_EFLAGS(%rcx), %eax
    andl $EFLAGS_USER, %eax
    orl $0x202, %eax
    movq %rax, %gs:(THREAD_FROM_TEB + THREAD_IRET + 0x10)
    movq CONTEXT_RSP(%rcx), %rax
    movq %rax, %gs:(THREAD_FROM_TEB + THREAD_IRET + 0x18)
    movl %ss, %eax
    movq %rax, %gs:(THREAD_FROM_TEB + THREAD_IRET + 0x20)
    movq %gs:0x30, %rsp
    leaq (THREAD_FROM_TEB + THREAD_IRET)(%rsp), %rsp
    movq CONTEXT_RAX(%rcx), %rax
    movq CONTEXT_RDX(%rcx), %rdx
    movq CONTEXT_RBX(%rcx), %rbx
    movq CONTEXT_RBP(%rcx), %rbp
    movq CONTEXT_RSI(%rcx), %rsi
    movq CONTEXT_RDI(%rcx), %rdi
    movq CONTEXT_R8(%rcx), %r8
    movq CONTEXT_R9(%rcx), %r9
    movq CONTEXT_R10(%rcx), %r10
    movq CONTEXT_R11(%rcx), %r11
    movq CONTEXT_R12(%rcx), %r12
    movq CONTEXT_R13(%rcx), %r13
    movq CONTEXT_R14(%rcx), %r14
    movq CONTEXT_R15(%rcx), %r15
    movq CONTEXT_RCX(%rcx), %rcx
    iretq
syscall_dispatcher_end:
    .cfi_endproc
    .size syscall_dispatcher, . - syscall_dispatcher

    .globl enter_context
    .hidden enter_context
    .type enter_context, @function
enter_context:
    .cfi_startproc
    andq $-16, %rsp
    movq %rsp, %gs:(THREAD_FROM_TEB + THREAD_UNIX_SP)
    movq %rdi, %rcx
    jmp restore_context
    .cfi_endproc

/* bool user_copy(void *dst, const void *src, size_t size): one of the two is the program's. A fault makes it false. */
    .globl user_copy, user_copy_begin, user_copy_end, user_copy_fault
    .hidden user_copy, user_copy_begin, user_copy_end, user_copy_fault
    .type user_copy, @function
user_copy:
    .cfi_startproc
    movq %rdx, %rcx
user_copy_begin:
    rep movsb
user_copy_end:
    movl $1, %eax
    ret
user_copy_fault:
    xorl %eax, %eax
    ret
    .cfi_endproc

/* bool user_touch(void *address, size_t pages, bool write): touches that many pages. */
    .globl user_touch, user_touch_begin, user_touch_end, user_touch_fault
    .hidden user_touch, user_touch_begin, user_touch_end, user_touch_fault
    .type user_touch, @function
user_touch:
    .cfi_startproc
    testl %edx, %edx
    jnz 2f
user_touch_begin:
1:  movb (%rdi), %al
    addq $0x1000, %rdi
    andq $-0x1000, %rdi
    decq %rsi
    jnz 1b
    jmp user_touch_end
2:  lock orb $0, (%rdi)
    addq $0x1000, %rdi
    andq $-0x1000, %rdi
    decq %rsi
    jnz 2b
user_touch_end:
    movl $1, %eax
    ret
user_touch_fault:
    xorl %eax, %eax
    ret
    .cfi_endproc

    .section .note.GNU-stack, "", @progbits
