/* SPDX-License-Identifier: MIT */
/*
 * eh_frame_x64.S: the frames in which catch blocks and destructors are called, with handlers of their own.
 */
#ifdef __x86_64__
    .text

/* void *eh_guarded(void *function, void *a, void *b, void *c): an object thrown out of the function ends the program */
    .globl eh_guarded
    .def eh_guarded; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc eh_guarded
eh_guarded:
    subq $0x28, %rsp
    .seh_stackalloc 0x28
    .seh_handler eh_guarded_handler, @except
    .seh_endprologue
    movq %rcx, %rax
    movq %rdx, %rcx
    movq %r8, %rdx
    movq %r9, %r8
    call *%rax
    nop
    addq $0x28, %rsp
    ret
    .seh_endproc

/*
 * void *eh_catch(EXCEPTION_RECORD *record): called by RtlRestoreContext for STATUS_UNWIND_CONSOLIDATE on top of everything
 * that led to the exception, as if by the function with the catch block. Runs the block, returns where to go on.
 */
    .globl eh_catch
    .def eh_catch; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc eh_catch
eh_catch:
    subq $0x38, %rsp
    .seh_stackalloc 0x38
    .seh_handler eh_catch_handler, @except, @unwind
    .seh_endprologue
    movq 0x28(%rcx), %rcx           /* ExceptionInformation[1] */
    movq %rcx, 0x20(%rsp)           /* where eh_catch_handler finds it */
    call eh_begin_catch
    movq 0x20(%rsp), %rcx
    call eh_run_catch
    movq 0x20(%rsp), %rcx
    movq %rax, %rdx
    call eh_end_catch
    nop
    addq $0x38, %rsp
    ret
    .seh_endproc
#endif
