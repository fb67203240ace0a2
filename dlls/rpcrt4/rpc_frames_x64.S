/* SPDX-License-Identifier: MIT */
/*
 * rpc_frames_x64.S: what C cannot say: frames that catch exceptions or clean up after them (rpc_frames.c has the handlers), and
 * a call with as many arguments as a format string says. The latter needs no library for calling conventions: Windows x64 has
 * one argument in each 8 bytes, whatever its type, and the first four are in registers besides.
 */
#ifdef _WIN64
    .text

/* ULONG rpc_try(void (*function)(void *), void *context): the code of an exception out of it, or 0 */
    .globl rpc_try
    .globl rpc_try_landing
    .p2align 4
    .seh_proc rpc_try
rpc_try:
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler rpc_try_handler, @except
    .seh_endprologue
    movq %rcx, %rax
    movq %rdx, %rcx
    call *%rax
    xorl %eax, %eax
rpc_try_landing:                        /* or the unwinder comes here, with the code in eax */
    nop
    addq $0x28, %rsp
    ret
    .seh_endproc

/* void rpc_finally(void (*function)(void *), void *context, void (*cleanup)(void *)) */
    .globl rpc_finally
    .p2align 4
    .seh_proc rpc_finally
rpc_finally:
    subq $0x38, %rsp
    .seh_stackalloc 0x38
    .seh_handler rpc_finally_handler, @unwind
    .seh_endprologue
    movq %rdx, 0x20(%rsp)               /* where rpc_finally_handler finds them */
    movq %r8, 0x28(%rsp)
    movq %rcx, %rax
    movq %rdx, %rcx
    call *%rax
    movq 0x20(%rsp), %rcx
    movq 0x28(%rsp), %rax
    movq $0, 0x28(%rsp)
    call *%rax
    nop
    addq $0x38, %rsp
    ret
    .seh_endproc

/* ULONG_PTR rpc_invoke(void *function, const void *arguments, size_t size, double *result) */
    .globl rpc_invoke
    .p2align 4
    .seh_proc rpc_invoke
rpc_invoke:
    pushq %rbp
    .seh_pushreg %rbp
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %rbx
    .seh_pushreg %rbx
    movq %rsp, %rbp
    .seh_setframe %rbp, 0
    .seh_endprologue
    movq %r9, %rbx
    movq %rcx, %r10
    movq %rdx, %rsi
    leaq 15(%r8), %rax
    andq $-16, %rax
    cmpq $32, %rax
    jae 1f
    movl $32, %eax
1:  addq $8, %rax                       /* four pushes and the return address */
    call ___chkstk_ms
    subq %rax, %rsp
    movq %rsp, %rdi
    movq %r8, %rcx
    shrq $3, %rcx
    cld
    rep movsq
    movq (%rsp), %rcx
    movq 8(%rsp), %rdx
    movq 16(%rsp), %r8
    movq 24(%rsp), %r9
    movq %rcx, %xmm0
    movq %rdx, %xmm1
    movq %r8, %xmm2
    movq %r9, %xmm3
    call *%r10
    testq %rbx, %rbx
    jz 2f
    movsd %xmm0, (%rbx)
2:  movq %rbp, %rsp
    popq %rbx
    popq %rdi
    popq %rsi
    popq %rbp
    ret
    .seh_endproc
#endif
