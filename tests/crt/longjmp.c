/* SPDX-License-Identifier: MIT */
/* setjmp and longjmp: values, and what a jump restores beyond the general registers: MXCSR and the x87 control word. */
#include "../test.h"
#include <setjmp.h>

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
}
