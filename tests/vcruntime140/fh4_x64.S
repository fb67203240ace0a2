/* SPDX-License-Identifier: MIT */
/*
 * fh4_x64.S: a function with the tables of __CxxFrameHandler4, as no free compiler makes them. In C++:
 *
 *     int fh4_function(int value)
 *     {
 *         object a(1);
 *         try {
 *             object b(2);
 *             fh4_throw(value);
 *         } catch (int caught) {
 *             object c(3);
 *             fh4_caught(caught);
 *             if (!(caught & 1))
 *                 return 100;
 *         }
 *         return 200;
 *     }
 */
    .text
    .globl fh4_function
    .seh_proc fh4_function
fh4_function:
    pushq %rbx
    .seh_pushreg %rbx
    subq $0x50, %rsp
    .seh_stackalloc 0x50
    .seh_handler __CxxFrameHandler4, @unwind, @except
    .seh_endprologue
    movl %ecx, 0x30(%rsp)
    leaq 0x38(%rsp), %rcx
    movl $1, %edx
    call fh4_construct
    nop
.Lstate0:
    nop
.Lstate1:
    leaq 0x40(%rsp), %rcx
    movl $2, %edx
    call fh4_construct
    nop
.Lstate2:
    movl 0x30(%rsp), %ecx
    call fh4_throw
    nop
.Lafter:
    int3
.Leven:
    movl $100, %ebx
    jmp .Lend
.Lodd:
    movl $200, %ebx
.Lend:
    leaq 0x38(%rsp), %rcx
    call fh4_destroy
    movl %ebx, %eax
    addq $0x50, %rsp
    popq %rbx
    ret
    .seh_handlerdata
    .rva fh4_info
    .text
    .seh_endproc

    .seh_proc fh4_cleanup
fh4_cleanup:
    movq %rdx, 0x10(%rsp)
    pushq %rbp
    .seh_pushreg %rbp
    subq $0x20, %rsp
    .seh_stackalloc 0x20
    .seh_endprologue
    leaq 0x40(%rdx), %rcx
    call fh4_destroy
    nop
    addq $0x20, %rsp
    popq %rbp
    ret
    .seh_endproc

    .seh_proc fh4_catch
fh4_catch:
    movq %rdx, 0x10(%rsp)
    pushq %rbp
    .seh_pushreg %rbp
    subq $0x20, %rsp
    .seh_stackalloc 0x20
    .seh_handler __CxxFrameHandler4, @unwind, @except
    .seh_endprologue
    movq %rdx, %rbp
    leaq 0x48(%rbp), %rcx
    movl $3, %edx
    call fh4_construct
    nop
.Lcatch0:
    movl 0x34(%rbp), %ecx
    call fh4_caught
    nop
.Lcatch_after:
    leaq 0x48(%rbp), %rcx
    call fh4_destroy
    movl 0x34(%rbp), %eax
    andl $1, %eax                   /* the index of the address to go on at */
    addq $0x20, %rsp
    popq %rbp
    ret
    .seh_handlerdata
    .rva fh4_catch_info
    .text
    .seh_endproc

    .section .rdata, "dr"
/* Integers below 128 are one byte with a zero bit behind. */
fh4_info:
    .byte 0x38                      /* has unwind map, try map; synchronous */
    .rva fh4_unwind, fh4_tries, fh4_ips
fh4_unwind:
    .byte 4 << 1
    .byte (1 << 2 | 1) << 1         /* state 0 to -1: an object's destructor */
    .rva fh4_destroy
    .byte 0x38 << 1
    .byte (6 << 2) << 1             /* state 1 to 0, 6 bytes before: nothing */
    .byte (1 << 2 | 3) << 1         /* state 2 to 1: a funclet */
    .rva fh4_cleanup
    .byte (12 << 2) << 1            /* state 3 to 0 */
fh4_tries:
    .byte 1 << 1
    .byte 1 << 1, 2 << 1, 3 << 1    /* try block: states 1 and 2, handler: 3 */
    .rva fh4_handlers
fh4_handlers:
    .byte 1 << 1
    .byte 0x2e                      /* has type, object; two addresses to go on at */
    .rva "??_R0H@8"
    .byte 0x34 << 1
    .rva fh4_catch, .Leven, .Lodd
fh4_ips:
    .byte 4 << 1
    .byte (.Lstate0 - fh4_function) * 2, (0 + 1) << 1
    .byte (.Lstate1 - .Lstate0) * 2, (1 + 1) << 1
    .byte (.Lstate2 - .Lstate1) * 2, (2 + 1) << 1
    .byte (.Lafter - .Lstate2) * 2, (0 + 1) << 1
/* A handler's tables are its own, except that it finds the function's frame in its own. */
fh4_catch_info:
    .byte 0x29
    .rva fh4_catch_unwind, fh4_catch_ips
    .byte 0x38 << 1
fh4_catch_unwind:
    .byte 1 << 1
    .byte (1 << 2 | 1) << 1
    .rva fh4_destroy
    .byte 0x48 << 1
fh4_catch_ips:
    .byte 2 << 1
    .byte (.Lcatch0 - fh4_catch) * 2, (0 + 1) << 1
    .byte (.Lcatch_after - .Lcatch0) * 2, (-1 + 1) << 1
