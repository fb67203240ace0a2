/* SPDX-License-Identifier: MIT */
/*
 * ldrtrace_x64.S: what a traced function's thunk jumps to, with the thunk in r11 (ldrtrace.c). It calls the function in a
 * frame of its own, so that exceptions unwind through it; how many arguments there are is not known, so as much of the
 * caller's stack is copied as any documented function takes.
 */
#ifdef _WIN64
#define THUNK_TARGET 24
#define STACK_WORDS  24

    .text
    .globl ldr_trace_common
    .p2align 4
    .seh_proc ldr_trace_common
ldr_trace_common:
    pushq %rbp
    .seh_pushreg %rbp
    movq %rsp, %rbp
    .seh_setframe %rbp, 0
    subq $0x170, %rsp
    .seh_stackalloc 0x170
    .seh_endprologue
    movq %rcx, 0x10(%rbp)           /* the home space of the arguments */
    movq %rdx, 0x18(%rbp)
    movq %r8, 0x20(%rbp)
    movq %r9, 0x28(%rbp)
    movq %r11, -0x08(%rbp)
    movups %xmm0, -0x30(%rbp)
    movups %xmm1, -0x40(%rbp)
    movups %xmm2, -0x50(%rbp)
    movups %xmm3, -0x60(%rbp)
    movq %r11, %rcx
    leaq 0x10(%rbp), %rdx
    call ldr_trace_enter

    leaq 0x30(%rbp), %rdx           /* the caller's stack arguments, no further than the stack goes */
    movq %gs:0x08, %rax             /* StackBase */
    subq %rdx, %rax
    shrq $3, %rax
    movl $STACK_WORDS, %ecx
    cmpq %rcx, %rax
    cmovaq %rcx, %rax
1:  testq %rax, %rax
    jz 2f
    movq -8(%rdx,%rax,8), %rcx
    movq %rcx, 0x18(%rsp,%rax,8)
    decq %rax
    jmp 1b
2:  movq 0x10(%rbp), %rcx
    movq 0x18(%rbp), %rdx
    movq 0x20(%rbp), %r8
    movq 0x28(%rbp), %r9
    movups -0x30(%rbp), %xmm0
    movups -0x40(%rbp), %xmm1
    movups -0x50(%rbp), %xmm2
    movups -0x60(%rbp), %xmm3
    movq -0x08(%rbp), %r11
    call *THUNK_TARGET(%r11)

    movq %rax, -0x10(%rbp)
    movups %xmm0, -0x30(%rbp)
    movq -0x08(%rbp), %rcx
    leaq 0x10(%rbp), %rdx
    movq %rax, %r8
    call ldr_trace_leave
    movq -0x10(%rbp), %rax
    movups -0x30(%rbp), %xmm0
    leaq 0(%rbp), %rsp
    popq %rbp
    ret
    .seh_endproc

#endif
