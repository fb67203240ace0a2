/* SPDX-License-Identifier: MIT */
/*
 * setjmp: the buffer's layout is winnt.h's _JUMP_BUFFER. The second parameter is the caller's frame as the compiler gives
 * it; it decides whether longjmp unwinds (see longjmp.c).
 */
#ifdef __x86_64__
    .text
    .globl  _setjmp
    .globl  _setjmpex
    .globl  __intrinsic_setjmp
    .globl  __intrinsic_setjmpex
    .globl  crt_longjmp_restore
    .def    _setjmp; .scl 2; .type 32; .endef
    .def    _setjmpex; .scl 2; .type 32; .endef
    .def    __intrinsic_setjmp; .scl 2; .type 32; .endef
    .def    __intrinsic_setjmpex; .scl 2; .type 32; .endef
    .def    crt_longjmp_restore; .scl 2; .type 32; .endef
_setjmp:
_setjmpex:
__intrinsic_setjmp:
__intrinsic_setjmpex:
    movq    %rdx, 0x00(%rcx)        /* Frame */
    movq    %rbx, 0x08(%rcx)
    leaq    8(%rsp), %rax
    movq    %rax, 0x10(%rcx)        /* Rsp after the return */
    movq    %rbp, 0x18(%rcx)
    movq    %rsi, 0x20(%rcx)
    movq    %rdi, 0x28(%rcx)
    movq    %r12, 0x30(%rcx)
    movq    %r13, 0x38(%rcx)
    movq    %r14, 0x40(%rcx)
    movq    %r15, 0x48(%rcx)
    movq    (%rsp), %rax
    movq    %rax, 0x50(%rcx)        /* Rip */
    stmxcsr 0x58(%rcx)
    fnstcw  0x5c(%rcx)
    movdqu  %xmm6, 0x60(%rcx)
    movdqu  %xmm7, 0x70(%rcx)
    movdqu  %xmm8, 0x80(%rcx)
    movdqu  %xmm9, 0x90(%rcx)
    movdqu  %xmm10, 0xa0(%rcx)
    movdqu  %xmm11, 0xb0(%rcx)
    movdqu  %xmm12, 0xc0(%rcx)
    movdqu  %xmm13, 0xd0(%rcx)
    movdqu  %xmm14, 0xe0(%rcx)
    movdqu  %xmm15, 0xf0(%rcx)
    xorl    %eax, %eax
    retq

/* crt_longjmp_restore(buffer, value) */
crt_longjmp_restore:
    movl    %edx, %eax
    movq    0x08(%rcx), %rbx
    movq    0x18(%rcx), %rbp
    movq    0x20(%rcx), %rsi
    movq    0x28(%rcx), %rdi
    movq    0x30(%rcx), %r12
    movq    0x38(%rcx), %r13
    movq    0x40(%rcx), %r14
    movq    0x48(%rcx), %r15
    ldmxcsr 0x58(%rcx)
    fnclex
    fldcw   0x5c(%rcx)
    movdqu  0x60(%rcx), %xmm6
    movdqu  0x70(%rcx), %xmm7
    movdqu  0x80(%rcx), %xmm8
    movdqu  0x90(%rcx), %xmm9
    movdqu  0xa0(%rcx), %xmm10
    movdqu  0xb0(%rcx), %xmm11
    movdqu  0xc0(%rcx), %xmm12
    movdqu  0xd0(%rcx), %xmm13
    movdqu  0xe0(%rcx), %xmm14
    movdqu  0xf0(%rcx), %xmm15
    movq    0x50(%rcx), %rdx
    movq    0x10(%rcx), %rsp
    jmp     *%rdx
#endif
