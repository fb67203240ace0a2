/* SPDX-License-Identifier: MIT */
/*
 * exception_x64.S: where the native half enters Windows code, and what of exception handling C cannot say. Every function
 * has unwind information, so that exceptions and debuggers find their way through.
 */
#ifdef _WIN64

/* Offsets in CONTEXT */
#define CTX_P1Home      0x00
#define CTX_P4Home      0x18
#define CTX_Flags       0x30
#define CTX_MxCsr       0x34
#define CTX_SegCs       0x38
#define CTX_SegDs       0x3a
#define CTX_SegEs       0x3c
#define CTX_SegFs       0x3e
#define CTX_SegGs       0x40
#define CTX_SegSs       0x42
#define CTX_EFlags      0x44
#define CTX_Rax         0x78
#define CTX_Rcx         0x80
#define CTX_Rdx         0x88
#define CTX_Rbx         0x90
#define CTX_Rsp         0x98
#define CTX_Rbp         0xa0
#define CTX_Rsi         0xa8
#define CTX_Rdi         0xb0
#define CTX_R8          0xb8
#define CTX_R9          0xc0
#define CTX_R10         0xc8
#define CTX_R11         0xd0
#define CTX_R12         0xd8
#define CTX_R13         0xe0
#define CTX_R14         0xe8
#define CTX_R15         0xf0
#define CTX_Rip         0xf8
#define CTX_FltSave     0x100
#define CTX_Xmm0        0x1a0
#define CTX_Xmm6        0x200
#define CTX_SIZE        0x4d0
#define UNWOUND_EFLAGS  0x246   /* what RtlUnwindEx says of flags, which a call does not keep */
#define CONTEXT_RECORD  0x4f0   /* EXCEPTION_RECORD behind the CONTEXT and its CONTEXT_EX */

/* SegCs, SegDs, SegEs, SegFs and SegGs, SegSs as 64-bit Windows code has them. (On Linux ds and es hold nothing.) */
#define SEGMENTS        0x0053002b002b0033
#define SEGMENTS_GS_SS  0x002b002b

/*
 * A frame that continues in a CONTEXT. The function's prologue has made room for FRAME_SIZE bytes below the CONTEXT; a
 * machine frame in there holds the CONTEXT's Rip and Rsp for the unwinder, the other registers are "saved" in the CONTEXT.
 */
#define FRAME_SIZE      0x60
#define FRAME_MACHINE   0x30

.macro context_frame_unwind
    .seh_pushframe
    .seh_stackalloc FRAME_MACHINE
    .seh_savereg %rbx, FRAME_SIZE + CTX_Rbx
    .seh_savereg %rbp, FRAME_SIZE + CTX_Rbp
    .seh_savereg %rsi, FRAME_SIZE + CTX_Rsi
    .seh_savereg %rdi, FRAME_SIZE + CTX_Rdi
    .seh_savereg %r12, FRAME_SIZE + CTX_R12
    .seh_savereg %r13, FRAME_SIZE + CTX_R13
    .seh_savereg %r14, FRAME_SIZE + CTX_R14
    .seh_savereg %r15, FRAME_SIZE + CTX_R15
    .seh_savexmm %xmm6, FRAME_SIZE + CTX_Xmm6
    .seh_savexmm %xmm7, FRAME_SIZE + CTX_Xmm6 + 0x10
    .seh_savexmm %xmm8, FRAME_SIZE + CTX_Xmm6 + 0x20
    .seh_savexmm %xmm9, FRAME_SIZE + CTX_Xmm6 + 0x30
    .seh_savexmm %xmm10, FRAME_SIZE + CTX_Xmm6 + 0x40
    .seh_savexmm %xmm11, FRAME_SIZE + CTX_Xmm6 + 0x50
    .seh_savexmm %xmm12, FRAME_SIZE + CTX_Xmm6 + 0x60
    .seh_savexmm %xmm13, FRAME_SIZE + CTX_Xmm6 + 0x70
    .seh_savexmm %xmm14, FRAME_SIZE + CTX_Xmm6 + 0x80
    .seh_savexmm %xmm15, FRAME_SIZE + CTX_Xmm6 + 0x90
    .seh_endprologue
.endm

/* Fills the machine frame; clobbers rax. */
.macro context_frame_fill
    movq FRAME_SIZE + CTX_Rip(%rsp), %rax
    movq %rax, FRAME_MACHINE(%rsp)
    movzwl FRAME_SIZE + CTX_SegCs(%rsp), %eax
    movq %rax, FRAME_MACHINE + 0x08(%rsp)
    movl FRAME_SIZE + CTX_EFlags(%rsp), %eax
    movq %rax, FRAME_MACHINE + 0x10(%rsp)
    movq FRAME_SIZE + CTX_Rsp(%rsp), %rax
    movq %rax, FRAME_MACHINE + 0x18(%rsp)
    movzwl FRAME_SIZE + CTX_SegSs(%rsp), %eax
    movq %rax, FRAME_MACHINE + 0x20(%rsp)
.endm

    .text

/* void LdrInitializeThunk(CONTEXT *context, void *ntdll_base): a thread's first instruction */
    .globl LdrInitializeThunk
    .p2align 4
    .seh_proc LdrInitializeThunk
LdrInitializeThunk:
    andq $-16, %rsp
    pushq $0                        /* nothing has called us */
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ldr_unhandled, @except
    .seh_endprologue
    call ldr_initialize_thread
    int3
    .seh_endproc

/* void RtlUserThreadStart(void *start, void *argument) */
    .globl RtlUserThreadStart
    .p2align 4
    .seh_proc RtlUserThreadStart
RtlUserThreadStart:
    andq $-16, %rsp
    pushq $0
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ldr_unhandled, @except
    .seh_endprologue
    call ldr_run_thread
/* Where an unhandled exception's unwind ends: eax is its code, with which the process ends. */
    .globl ki_unhandled_end
ki_unhandled_end:
    movl %eax, %edx
    movq $-1, %rcx
    call NtTerminateProcess
    int3
    .seh_endproc

/* An exception: CONTEXT at rsp, EXCEPTION_RECORD behind it */
    .globl KiUserExceptionDispatcher
    .p2align 4
    .seh_proc KiUserExceptionDispatcher
KiUserExceptionDispatcher:
    cld
    subq $FRAME_SIZE, %rsp
    context_frame_unwind
    context_frame_fill
    leaq FRAME_SIZE + CONTEXT_RECORD(%rsp), %rcx
    leaq FRAME_SIZE(%rsp), %rdx
    call ki_user_exception
    int3
    .seh_endproc

/* A user APC: CONTEXT at rsp, the three arguments in P1Home.., the routine in P4Home */
    .globl KiUserApcDispatcher
    .p2align 4
    .seh_proc KiUserApcDispatcher
KiUserApcDispatcher:
    cld
    subq $FRAME_SIZE, %rsp
    context_frame_unwind
    context_frame_fill
    movq FRAME_SIZE + CTX_P1Home(%rsp), %rcx
    movq FRAME_SIZE + CTX_P1Home + 8(%rsp), %rdx
    movq FRAME_SIZE + CTX_P1Home + 16(%rsp), %r8
    leaq FRAME_SIZE(%rsp), %r9
    call *FRAME_SIZE + CTX_P4Home(%rsp)
    leaq FRAME_SIZE(%rsp), %rcx
    xorl %edx, %edx                 /* other APCs follow, unless this was a special one: P5Home */
    cmpq $0, FRAME_SIZE + CTX_P1Home + 32(%rsp)
    sete %dl
    call NtContinue
    movl %eax, %ecx                 /* the context is bad */
    call RtlRaiseStatus
    int3
    .seh_endproc

/* void ki_consolidate(CONTEXT *context, EXCEPTION_RECORD *record): RtlRestoreContext for STATUS_UNWIND_CONSOLIDATE. Calls
 * the record's routine on this stack, but as if from the frame of the context, and continues where it says. */
    .globl ki_consolidate
    .p2align 4
    .seh_proc ki_consolidate
ki_consolidate:
    andq $-16, %rsp
    subq $(FRAME_SIZE + CTX_SIZE), %rsp
    context_frame_unwind
    movq %rdx, %r8
    movq %rcx, %rsi
    leaq FRAME_SIZE(%rsp), %rdi
    movl $(CTX_SIZE / 8), %ecx
    cld
    rep movsq
    context_frame_fill
    movq %r8, %rcx
    call *0x20(%r8)                 /* ExceptionInformation[0] */
    leaq FRAME_SIZE(%rsp), %rcx
    movq %rax, CTX_Rip(%rcx)
    jmp ki_restore_context
    .seh_endproc

/* The general registers from the CONTEXT at rcx, and on at its Rip. */
.macro restore_integers
    movq CTX_Rbx(%rcx), %rbx
    movq CTX_Rbp(%rcx), %rbp
    movq CTX_Rsi(%rcx), %rsi
    movq CTX_Rdi(%rcx), %rdi
    movq CTX_R8(%rcx), %r8
    movq CTX_R9(%rcx), %r9
    movq CTX_R12(%rcx), %r12
    movq CTX_R13(%rcx), %r13
    movq CTX_R14(%rcx), %r14
    movq CTX_R15(%rcx), %r15
    movq CTX_Rip(%rcx), %rax
    movl CTX_EFlags(%rcx), %edx
    movq CTX_Rax(%rcx), %r10
    movq CTX_Rsp(%rcx), %r11
    /* The last registers go through the target's stack, below its top; the context may lie there, so it is read first. */
    movq %rax, -0x08(%r11)
    movq CTX_Rdx(%rcx), %rax
    movq %rdx, -0x10(%r11)
    movq %r10, -0x18(%r11)
    movq CTX_R10(%rcx), %r10
    movq CTX_R11(%rcx), %rdx
    movq CTX_Rcx(%rcx), %rcx
    leaq -0x18(%r11), %rsp
    movq %rdx, %r11
    movq %rax, %rdx
    popq %rax
    popfq
    ret
.endm

/* void ki_restore_context(const CONTEXT *context): all of CONTEXT_FULL, without a system call */
    .globl ki_restore_context
    .p2align 4
    .seh_proc ki_restore_context
ki_restore_context:
    .seh_endprologue
    fxrstor CTX_FltSave(%rcx)
    ldmxcsr CTX_MxCsr(%rcx)
    restore_integers
    .seh_endproc

/*
 * void ki_restore_unwound(const CONTEXT *context): the same for what light_capture has captured and an unwind has changed: the x87
 * registers are as they were.
 */
    .globl ki_restore_unwound
    .p2align 4
    .seh_proc ki_restore_unwound
ki_restore_unwound:
    .seh_endprologue
    i = 0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps CTX_Xmm0 + i(%rcx), %xmm\n
    i = i + 0x10
    .endr
    stmxcsr -8(%rsp)
    movl CTX_MxCsr(%rcx), %eax
    cmpl %eax, -8(%rsp)
    je 1f
    ldmxcsr CTX_MxCsr(%rcx)
1:  fnstcw -8(%rsp)
    movzwl CTX_FltSave(%rcx), %eax
    cmpw %ax, -8(%rsp)
    je 2f
    fnclex                          /* else what is pending would be raised here */
    fldcw CTX_FltSave(%rcx)
2:  cmpl $UNWOUND_EFLAGS, CTX_EFlags(%rcx)
    jne 3f
    movq CTX_R10(%rcx), %rax
    orq CTX_R11(%rcx), %rax
    jne 3f
    /* The flags, r10 and r11 are as captured, and nothing in a landing pad: a jump is predicted, which the other way's return cannot be. */
    movq CTX_Rbx(%rcx), %rbx
    movq CTX_Rbp(%rcx), %rbp
    movq CTX_Rsi(%rcx), %rsi
    movq CTX_Rdi(%rcx), %rdi
    movq CTX_R8(%rcx), %r8
    movq CTX_R9(%rcx), %r9
    movq CTX_R12(%rcx), %r12
    movq CTX_R13(%rcx), %r13
    movq CTX_R14(%rcx), %r14
    movq CTX_R15(%rcx), %r15
    movq CTX_Rax(%rcx), %rax
    movq CTX_Rdx(%rcx), %rdx
    movq CTX_Rsp(%rcx), %r10
    movq CTX_Rip(%rcx), %r11
    movq CTX_Rcx(%rcx), %rcx
    movq %r10, %rsp                 /* last: the context may lie below */
    cld
    jmp *%r11
3:  restore_integers
    .seh_endproc

/*
 * void RtlUnwindEx(target_frame, target_ip, record, value, context, history): the caller's registers go to `context`, those that
 * matter: the x87 registers are empty in a call.
 */
    .globl RtlUnwindEx
    .p2align 4
    .seh_proc RtlUnwindEx
RtlUnwindEx:
    .seh_endprologue
    movq 0x28(%rsp), %r10
    movl $0x10000f, CTX_Flags(%r10) /* control, integer, segments, floating point */
    stmxcsr CTX_MxCsr(%r10)
    stmxcsr CTX_FltSave + 0x18(%r10)
    movl $0xffff, CTX_FltSave + 0x1c(%r10)
    movabsq $SEGMENTS, %rax
    movq %rax, CTX_SegCs(%r10)
    movl $SEGMENTS_GS_SS, CTX_SegGs(%r10)
    movl $UNWOUND_EFLAGS, CTX_EFlags(%r10)
    movq %rcx, CTX_Rcx(%r10)
    movq %rdx, CTX_Rdx(%r10)
    movq %rbx, CTX_Rbx(%r10)
    movq %rbp, CTX_Rbp(%r10)
    movq %rsi, CTX_Rsi(%r10)
    movq %rdi, CTX_Rdi(%r10)
    movq %r8, CTX_R8(%r10)
    movq %r9, CTX_R9(%r10)
    movq %r12, CTX_R12(%r10)
    movq %r13, CTX_R13(%r10)
    movq %r14, CTX_R14(%r10)
    movq %r15, CTX_R15(%r10)
    leaq 8(%rsp), %rax
    movq %rax, CTX_Rsp(%r10)
    movq (%rsp), %rax
    movq %rax, CTX_Rip(%r10)
    xorl %eax, %eax
    movq %rax, CTX_Rax(%r10)
    movq %rax, CTX_R10(%r10)
    movq %rax, CTX_R11(%r10)
    movq %rax, CTX_FltSave(%r10)
    movq %rax, CTX_FltSave + 0x08(%r10)
    movq %rax, CTX_FltSave + 0x10(%r10)
    fnstcw CTX_FltSave(%r10)
    i = 0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\n, CTX_Xmm0 + i(%r10)
    i = i + 0x10
    .endr
    xorps %xmm0, %xmm0
    i = 0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm0, CTX_FltSave + 0x20 + i(%r10)
    i = i + 0x10
    .endr
    jmp rtl_unwind
    .seh_endproc

/* void RtlCaptureContext(CONTEXT *context): the caller's, as of the return from here */
    .globl RtlCaptureContext
    .p2align 4
    .seh_proc RtlCaptureContext
RtlCaptureContext:
    pushfq
    .seh_stackalloc 8
    .seh_endprologue
    movl $0x10000f, CTX_Flags(%rcx) /* control, integer, segments, floating point */
    stmxcsr CTX_MxCsr(%rcx)
    fxsave CTX_FltSave(%rcx)
    movq %rax, CTX_Rax(%rcx)
    movabsq $SEGMENTS, %rax
    movq %rax, CTX_SegCs(%rcx)
    movl $SEGMENTS_GS_SS, CTX_SegGs(%rcx)
    movq %rcx, CTX_Rcx(%rcx)
    movq %rdx, CTX_Rdx(%rcx)
    movq %rbx, CTX_Rbx(%rcx)
    movq %rbp, CTX_Rbp(%rcx)
    movq %rsi, CTX_Rsi(%rcx)
    movq %rdi, CTX_Rdi(%rcx)
    movq %r8, CTX_R8(%rcx)
    movq %r9, CTX_R9(%rcx)
    movq %r10, CTX_R10(%rcx)
    movq %r11, CTX_R11(%rcx)
    movq %r12, CTX_R12(%rcx)
    movq %r13, CTX_R13(%rcx)
    movq %r14, CTX_R14(%rcx)
    movq %r15, CTX_R15(%rcx)
    leaq 16(%rsp), %rax
    movq %rax, CTX_Rsp(%rcx)
    movq 8(%rsp), %rax
    movq %rax, CTX_Rip(%rcx)
    movl (%rsp), %eax
    movl %eax, CTX_EFlags(%rcx)
    movq CTX_Rax(%rcx), %rax
    addq $8, %rsp
    ret
    .seh_endproc

/*
 * void RtlCaptureContext2(CONTEXT *context): the same, and what extended states its ContextFlags ask for; it has been initialised
 * with room for them.
 */
#define CAPTURE2_SIZE   0x28
    .globl RtlCaptureContext2
    .p2align 4
    .seh_proc RtlCaptureContext2
RtlCaptureContext2:
    subq $CAPTURE2_SIZE, %rsp
    .seh_stackalloc CAPTURE2_SIZE
    .seh_endprologue
    movq %rax, 0x20(%rsp)
    movl CTX_Flags(%rcx), %eax
    movl %eax, CAPTURE2_SIZE + 8(%rsp)
    movq 0x20(%rsp), %rax
    call RtlCaptureContext
    movq CAPTURE2_SIZE(%rsp), %rax
    movq %rax, CTX_Rip(%rcx)
    leaq CAPTURE2_SIZE + 8(%rsp), %rax
    movq %rax, CTX_Rsp(%rcx)
    movl CAPTURE2_SIZE + 8(%rsp), %eax
    movl %eax, CTX_Flags(%rcx)
    testb $0x40, %al
    jz 1f
    call rtl_capture_states
1:  addq $CAPTURE2_SIZE, %rsp
    ret
    .seh_endproc

/* void RtlRaiseException(EXCEPTION_RECORD *record) */
#define RAISE_CONTEXT   0x20
#define RAISE_SIZE      (RAISE_CONTEXT + CTX_SIZE + 8)
    .globl RtlRaiseException
    .p2align 4
    .seh_proc RtlRaiseException
RtlRaiseException:
    subq $RAISE_SIZE, %rsp
    .seh_stackalloc RAISE_SIZE
    .seh_endprologue
    movq %rcx, RAISE_SIZE + 8(%rsp)
    leaq RAISE_CONTEXT(%rsp), %rcx
    call RtlCaptureContext
    leaq RAISE_CONTEXT(%rsp), %rdx
    movq RAISE_SIZE + 8(%rsp), %rcx
    movq %rcx, CTX_Rcx(%rdx)
    leaq RAISE_SIZE + 8(%rsp), %rax /* the context is the caller's, after this call */
    movq %rax, CTX_Rsp(%rdx)
    movq RAISE_SIZE(%rsp), %rax
    movq %rax, CTX_Rip(%rdx)
    movq %rax, 0x10(%rcx)           /* ExceptionAddress */
    call rtl_raise
    int3
    .seh_endproc

/*
 * EXCEPTION_DISPOSITION ki_call_exception_handler(record, frame, context, dispatcher) and ki_call_unwind_handler: call the
 * dispatcher's language handler. They keep the dispatcher where their own handlers find it, which answer when an exception
 * or an unwind comes out of the handler.
 */
    .globl ki_call_exception_handler
    .p2align 4
    .seh_proc ki_call_exception_handler
ki_call_exception_handler:
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ki_nested_exception, @except, @unwind
    .seh_endprologue
    movq %r9, 0x20(%rsp)
    call *0x30(%r9)                 /* LanguageHandler */
    nop
    addq $0x28, %rsp
    ret
    .seh_endproc

    .globl ki_call_unwind_handler
    .p2align 4
    .seh_proc ki_call_unwind_handler
ki_call_unwind_handler:
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler ki_collided_unwind, @except, @unwind
    .seh_endprologue
    movq %r9, 0x20(%rsp)
    call *0x30(%r9)
    nop
    addq $0x28, %rsp
    ret
    .seh_endproc

/* Offsets in _JUMP_BUFFER */
#define JB_Frame        0x00
#define JB_Rbx          0x08
#define JB_Rsp          0x10
#define JB_Rbp          0x18
#define JB_Rsi          0x20
#define JB_Rdi          0x28
#define JB_R12          0x30
#define JB_R13          0x38
#define JB_R14          0x40
#define JB_R15          0x48
#define JB_Rip          0x50
#define JB_MxCsr        0x58
#define JB_FpCsr        0x5c
#define JB_Xmm6         0x60

/* int _setjmp(_JUMP_BUFFER *buffer, void *frame): frame NULL makes longjmp go there without unwinding */
    .globl _setjmp
    .globl _setjmpex
    .p2align 4
    .seh_proc _setjmp
_setjmp:
_setjmpex:
    .seh_endprologue
    movq %rdx, JB_Frame(%rcx)
    movq %rbx, JB_Rbx(%rcx)
    leaq 8(%rsp), %rax
    movq %rax, JB_Rsp(%rcx)
    movq %rbp, JB_Rbp(%rcx)
    movq %rsi, JB_Rsi(%rcx)
    movq %rdi, JB_Rdi(%rcx)
    movq %r12, JB_R12(%rcx)
    movq %r13, JB_R13(%rcx)
    movq %r14, JB_R14(%rcx)
    movq %r15, JB_R15(%rcx)
    movq (%rsp), %rax
    movq %rax, JB_Rip(%rcx)
    stmxcsr JB_MxCsr(%rcx)
    fnstcw JB_FpCsr(%rcx)
    movdqu %xmm6, JB_Xmm6(%rcx)
    movdqu %xmm7, JB_Xmm6 + 0x10(%rcx)
    movdqu %xmm8, JB_Xmm6 + 0x20(%rcx)
    movdqu %xmm9, JB_Xmm6 + 0x30(%rcx)
    movdqu %xmm10, JB_Xmm6 + 0x40(%rcx)
    movdqu %xmm11, JB_Xmm6 + 0x50(%rcx)
    movdqu %xmm12, JB_Xmm6 + 0x60(%rcx)
    movdqu %xmm13, JB_Xmm6 + 0x70(%rcx)
    movdqu %xmm14, JB_Xmm6 + 0x80(%rcx)
    movdqu %xmm15, JB_Xmm6 + 0x90(%rcx)
    xorl %eax, %eax
    ret
    .seh_endproc

/* void ki_longjmp(const _JUMP_BUFFER *buffer, int value): straight there */
    .globl ki_longjmp
    .p2align 4
    .seh_proc ki_longjmp
ki_longjmp:
    .seh_endprologue
    movl %edx, %eax
    ldmxcsr JB_MxCsr(%rcx)
    fnclex
    fldcw JB_FpCsr(%rcx)
    movdqu JB_Xmm6(%rcx), %xmm6
    movdqu JB_Xmm6 + 0x10(%rcx), %xmm7
    movdqu JB_Xmm6 + 0x20(%rcx), %xmm8
    movdqu JB_Xmm6 + 0x30(%rcx), %xmm9
    movdqu JB_Xmm6 + 0x40(%rcx), %xmm10
    movdqu JB_Xmm6 + 0x50(%rcx), %xmm11
    movdqu JB_Xmm6 + 0x60(%rcx), %xmm12
    movdqu JB_Xmm6 + 0x70(%rcx), %xmm13
    movdqu JB_Xmm6 + 0x80(%rcx), %xmm14
    movdqu JB_Xmm6 + 0x90(%rcx), %xmm15
    movq JB_Rbx(%rcx), %rbx
    movq JB_Rbp(%rcx), %rbp
    movq JB_Rsi(%rcx), %rsi
    movq JB_Rdi(%rcx), %rdi
    movq JB_R12(%rcx), %r12
    movq JB_R13(%rcx), %r13
    movq JB_R14(%rcx), %r14
    movq JB_R15(%rcx), %r15
    movq JB_Rip(%rcx), %rdx
    movq JB_Rsp(%rcx), %rsp
    jmp *%rdx
    .seh_endproc

/* void __chkstk(void): touches the pages of a frame of rax bytes, so that guard pages are met in order */
    .globl __chkstk
    .p2align 4
__chkstk:
    subq $0x10, %rsp
    movq %r10, (%rsp)
    movq %r11, 8(%rsp)
    xorl %r11d, %r11d
    leaq 0x18(%rsp), %r10
    subq %rax, %r10
    cmovbq %r11, %r10
    movq %gs:0x10, %r11             /* StackLimit */
    cmpq %r11, %r10
    jae 2f
    andw $0xf000, %r10w
1:  leaq -0x1000(%r11), %r11
    testb $0, (%r11)
    cmpq %r11, %r10
    jb 1b
2:  movq (%rsp), %r10
    movq 8(%rsp), %r11
    addq $0x10, %rsp
    ret

    .globl DbgBreakPoint
    .p2align 4
DbgBreakPoint:
    int3
    ret

    .globl DbgUserBreakPoint
    .p2align 4
DbgUserBreakPoint:
    int3
    ret

#endif
