/* SPDX-License-Identifier: MIT */
/* rtlfiber_x64.S: where a fiber starts. */
#ifdef _WIN64

#define TEB_FiberData 0x20

/*
 * void RtlUserFiberStart(void): what a new fiber's first switch returns to, with its routine in rbx; the routine's argument
 * is what GetFiberData returns, at the fiber's beginning. The handler is the one of threads: the last resort.
 */
    .globl RtlUserFiberStart
    .p2align 4
    .seh_proc RtlUserFiberStart
RtlUserFiberStart:
    pushq $0 /* nobody to return to */
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ldr_unhandled, @except
    .seh_endprologue
    movq %gs:TEB_FiberData, %rax
    movq (%rax), %rcx
    call *%rbx
    xorl %ecx, %ecx
    call RtlExitUserThread /* a fiber whose routine returns ends its thread */
    int3
    .seh_endproc

#endif
