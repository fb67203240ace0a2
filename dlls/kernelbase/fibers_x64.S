/* SPDX-License-Identifier: MIT */
/* fibers_x64.S: the switch from one fiber to another. The offsets of struct fiber are checked in fibers.c. */
#ifdef _WIN64

.set TEB_ExceptionList, 0x00
.set TEB_StackBase, 0x08
.set TEB_StackLimit, 0x10
.set TEB_FiberData, 0x20
.set TEB_Self, 0x30
.set TEB_ActivationStack, 0x2c8
.set TEB_Deallocation, 0x1478
.set TEB_Guaranteed, 0x1748
.set TEB_FlsData, 0x17c8

.set FIBER_ExceptionList, 0x08
.set FIBER_StackBase, 0x10
.set FIBER_StackLimit, 0x18
.set FIBER_Deallocation, 0x20
.set FIBER_Rsp, 0x28
.set FIBER_FlsData, 0x30
.set FIBER_ActivationStack, 0x38
.set FIBER_Guaranteed, 0x40
.set FIBER_Flags, 0x44
.set FIBER_MxCsr, 0x48
.set FIBER_ControlWord, 0x4c

/* Through a register: one field of the TEB (rdx) to or from a fiber. */
.macro save field
    movq TEB_\field(%rdx), %r8
    movq %r8, FIBER_\field(%rax)
.endm
.macro load field
    movq FIBER_\field(%rcx), %r8
    movq %r8, TEB_\field(%rdx)
.endm

/*
 * void SwitchToFiber(void *fiber): what a function must preserve is kept on the fiber's own stack, the way back into it
 * with it. Nothing touches a stack between the change of the TEB's stack bounds and that of rsp.
 */
    .globl SwitchToFiber
    .p2align 4
    .seh_proc SwitchToFiber
SwitchToFiber:
    pushq %rbp
    .seh_pushreg %rbp
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r12
    .seh_pushreg %r12
    pushq %r13
    .seh_pushreg %r13
    pushq %r14
    .seh_pushreg %r14
    pushq %r15
    .seh_pushreg %r15
    subq $0xa8, %rsp
    .seh_stackalloc 0xa8
    .irp register, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\register, (\register - 6) * 16(%rsp)
    .seh_savexmm %xmm\register, (\register - 6) * 16
    .endr
    .seh_endprologue

    movq %gs:TEB_Self, %rdx
    movq TEB_FiberData(%rdx), %rax
    save ExceptionList
    save StackBase
    save StackLimit
    save Deallocation
    save FlsData
    save ActivationStack
    movl TEB_Guaranteed(%rdx), %r8d
    movl %r8d, FIBER_Guaranteed(%rax)
    testl $1, FIBER_Flags(%rax) /* FIBER_FLAG_FLOAT_SWITCH */
    jz 1f
    stmxcsr FIBER_MxCsr(%rax)
    fnstcw FIBER_ControlWord(%rax)
1:  movq %rsp, FIBER_Rsp(%rax)

    load ExceptionList
    load FlsData
    load ActivationStack
    movl FIBER_Guaranteed(%rcx), %r8d
    movl %r8d, TEB_Guaranteed(%rdx)
    movq %rcx, TEB_FiberData(%rdx)
    load StackBase
    load StackLimit
    load Deallocation
    movq FIBER_Rsp(%rcx), %rsp
    testl $1, FIBER_Flags(%rcx)
    jz 2f
    ldmxcsr FIBER_MxCsr(%rcx)
    fldcw FIBER_ControlWord(%rcx)
2:
    movaps 0x00(%rsp), %xmm6
    movaps 0x10(%rsp), %xmm7
    movaps 0x20(%rsp), %xmm8
    movaps 0x30(%rsp), %xmm9
    movaps 0x40(%rsp), %xmm10
    movaps 0x50(%rsp), %xmm11
    movaps 0x60(%rsp), %xmm12
    movaps 0x70(%rsp), %xmm13
    movaps 0x80(%rsp), %xmm14
    movaps 0x90(%rsp), %xmm15
    addq $0xa8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rdi
    popq %rsi
    popq %rbx
    popq %rbp
    ret
    .seh_endproc

#endif
