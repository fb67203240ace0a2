/* SPDX-License-Identifier: MIT */
/* setjmp and longjmp: values, and what a jump restores beyond the general registers: MXCSR and the x87 control word. */
#include "../test.h"
#include <setjmp.h>

#ifdef _UCRT
#undef __intrinsic_setjmp
int __cdecl __intrinsic_setjmp(jmp_buf buffer, void *frame) __attribute__((returns_twice, nothrow));
#endif

static jmp_buf buffer;

static void __attribute__((noinline, noreturn)) jump(int value)
{
    longjmp(buffer, value);
}

static unsigned short x87_control(void)
{
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word;
}

/*
 * void framed(void (*function)(void)): calls it from a frame with a termination handler, which longjmp calls when setjmp was given its
 * caller's frame ("Using setjmp and longjmp").
 */
void framed(void (*function)(void));
__asm__(".text\n"
        ".globl framed\n"
        ".seh_proc framed\n"
        "framed:\n"
        "    subq $0x28, %rsp\n"
        "    .seh_stackalloc 0x28\n"
        "    .seh_handler frame_handler, @except, @unwind\n"
        "    .seh_endprologue\n"
        "    call *%rcx\n"
        "    nop\n"
        "    addq $0x28, %rsp\n"
        "    ret\n"
        "    .seh_endproc\n");

static int unwound, searched;

EXCEPTION_DISPOSITION __attribute__((used))
frame_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame;
    (void)context;
    (void)dispatcher;
    if (record->ExceptionFlags & 6)
        unwound += record->ExceptionCode == 0x80000026; /* STATUS_LONGJUMP */
    else
        searched++;
    return ExceptionContinueSearch;
}

static void jump_nine(void)
{
    jump(9);
}

static int __attribute__((noinline)) jump_through(bool with_frame)
{
#ifdef _UCRT
    int value = with_frame ? __intrinsic_setjmp(buffer, __builtin_frame_address(0)) : __intrinsic_setjmp(buffer, NULL);
#else
    int value = with_frame ? _setjmp(buffer, __builtin_frame_address(0)) : _setjmp(buffer, NULL);
#endif

    if (value)
        return value;
    framed(jump_nine);
    return 0;
}

TESTS
{
    volatile int count = 0;
    unsigned mxcsr = __builtin_ia32_stmxcsr();
    unsigned short control = x87_control();

    int value = setjmp(buffer);
    ok_hex(__builtin_ia32_stmxcsr() & ~0x3fu, mxcsr & ~0x3fu); /* but for the sticky exception flags */
    ok_hex(x87_control(), control);
    switch (count++) {
    case 0:
        ok_int(value, 0);
        jump(7);
    case 1:
        ok_int(value, 7);
        jump(0);
    case 2:
        ok_int(value, 1);                       /* 0 becomes 1 ("longjmp", C runtime reference) */
        __builtin_ia32_ldmxcsr(mxcsr | 0x6000); /* toward zero */
        jump(3);
    case 3:
        ok_int(value, 3);
    }
    ok_int(count, 4);

    ok_int(jump_through(true), 9);
    ok_int(unwound, 1);
    ok_int(jump_through(false), 9);
    ok_int(unwound, 1);
    ok_int(searched, 0);
}
