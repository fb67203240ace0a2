/* SPDX-License-Identifier: MIT */
/* winbase_muldiv.c: MulDiv. */
#include "kernelbase_private.h"
#include <limits.h>

/* Rounds to the nearest, halves away from zero; -1 when the result does not fit or on division by zero (no last error). */
int WINAPI MulDiv(int number, int numerator, int denominator)
{
    if (!denominator)
        return -1;
    LONGLONG product = (LONGLONG)number * numerator, divisor = denominator;
    if (divisor < 0) {
        product = -product;
        divisor = -divisor;
    }
    LONGLONG result = product >= 0 ? (product + divisor / 2) / divisor : (product - divisor / 2) / divisor;
    return result > INT_MAX || result < INT_MIN ? -1 : (int)result;
}
