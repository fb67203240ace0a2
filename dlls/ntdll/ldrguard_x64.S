/* SPDX-License-Identifier: MIT */
/* ldrguard_x64.S: the frame that faults on a malformed image's tables come back to (ldrguard.c). */
#ifdef _WIN64
    .text

/* NTSTATUS ldr_guard(NTSTATUS (*function)(void *), void *context) */
    .globl ldr_guard
    .globl ldr_guard_landing
    .p2align 4
    .seh_proc ldr_guard
ldr_guard:
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ldr_guard_handler, @except
    .seh_endprologue
    movq %rcx, %rax
    movq %rdx, %rcx
    call *%rax
ldr_guard_landing:                      /* or the unwinder comes here, with the status in eax */
    nop
    addq $0x28, %rsp
    ret
    .seh_endproc

/* NTSTATUS ldr_guard_callout(dll_entry routine, void *base, ULONG reason, void *reserved, ULONG *result) */
    .globl ldr_guard_callout
    .globl ldr_callout_landing
    .p2align 4
    .seh_proc ldr_guard_callout
ldr_guard_callout:
    pushq %rbx
    .seh_pushreg %rbx
    subq $0x20, %rsp
    .seh_stackalloc 0x20
    .seh_handler ldr_callout_handler, @except
    .seh_endprologue
    movq 0x50(%rsp), %rbx
    movq %rcx, %rax
    movq %rdx, %rcx
    movl %r8d, %edx
    movq %r9, %r8
    call *%rax
    movl %eax, (%rbx)
    xorl %eax, %eax
ldr_callout_landing:                    /* or the unwinder comes here, with the exception's code in eax */
    nop
    addq $0x20, %rsp
    popq %rbx
    ret
    .seh_endproc

#endif
