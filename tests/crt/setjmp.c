/* SPDX-License-Identifier: MIT */
/* setjmp and longjmp through frames; registers, values, and the floating-point environment. */
#include "crt.h"
#include <fenv.h>
#include <float.h>
#include <setjmp.h>

static jmp_buf buffer;
static volatile int depth;

static void fall(int n, int value);
static void (*volatile fall_again)(int, int) = fall;

static void __attribute__((noinline)) fall(int n, int value)
{
    volatile char room[200];

    room[0] = (char)n;
    depth++;
    if (n)
        fall_again(n - 1, value);
    else
        longjmp(buffer, value);
    depth += room[0];
}

static double __attribute__((noinline)) with_registers(double a, double b, double c)
{
    /* kept in xmm6 and up across the call, restored by longjmp */
    double x = a * 2, y = b * 3, z = c * 5;

    if (setjmp(buffer))
        return a + b + c;
    depth = 0;
    fall(3, 1);
    return x + y + z;
}

static int __cdecl jump_in_qsort(const void *a, const void *b)
{
    (void)a, (void)b;
    longjmp(buffer, 9);
}

TESTS
{
    volatile int passes = 0;
    int r = setjmp(buffer);

    passes++;
    if (passes == 1) {
        ok_int(r, 0);
        fall(10, 7);
    } else if (passes == 2) {
        ok_int(r, 7);
        ok_int(depth, 11);
        longjmp(buffer, 0); /* 0 becomes 1 */
    }
    ok_int(r, 1);
    ok_int(passes, 3);
    ok(with_registers(1, 2, 3) == 6, "registers lost");
    /* out of a call-back of the runtime */
    int numbers[5] = { 5, 4, 3, 2, 1 };
    r = setjmp(buffer);
    if (!r)
        qsort(numbers, 5, sizeof(numbers[0]), jump_in_qsort);
    ok_int(r, 9);
}
