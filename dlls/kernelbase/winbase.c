/* SPDX-License-Identifier: MIT */
/* winbase.c: the small old functions of winbase.h: strings that tolerate NULL, MulDiv. */
#include "kernelbase_private.h"

/*
 * Windows guards these functions against bad pointers, and programs pass NULL on purpose: that much is kept. Other bad
 * pointers fault, which shows the defect in the program instead of hiding it.
 */

int WINAPI lstrlenW(const WCHAR *str)
{
    return str ? (int)wcslen(str) : 0;
}

int WINAPI lstrlenA(const char *str)
{
    return str ? (int)strlen(str) : 0;
}

WCHAR *WINAPI lstrcpyW(WCHAR *destination, const WCHAR *source)
{
    return destination && source ? wcscpy(destination, source) : NULL;
}

char *WINAPI lstrcpyA(char *destination, const char *source)
{
    return destination && source ? strcpy(destination, source) : NULL;
}

WCHAR *WINAPI lstrcatW(WCHAR *destination, const WCHAR *source)
{
    return destination && source ? wcscat(destination, source) : NULL;
}

char *WINAPI lstrcatA(char *destination, const char *source)
{
    return destination && source ? strcat(destination, source) : NULL;
}

/* At most size - 1 characters, and always a zero. */
WCHAR *WINAPI lstrcpynW(WCHAR *destination, const WCHAR *source, int size)
{
    WCHAR *d = destination;

    if (!destination || !source || size <= 0)
        return size ? NULL : destination;
    while (--size && *source)
        *d++ = *source++;
    *d = 0;
    return destination;
}

char *WINAPI lstrcpynA(char *destination, const char *source, int size)
{
    char *d = destination;

    if (!destination || !source || size <= 0)
        return size ? NULL : destination;
    while (--size && *source)
        *d++ = *source++;
    *d = 0;
    return destination;
}

/* The result is rounded to the nearest, halves away from zero; -1 if it does not fit or the denominator is zero. */
int WINAPI MulDiv(int number, int numerator, int denominator)
{
    LONGLONG product = (LONGLONG)number * numerator, result, divisor = denominator;

    if (!divisor)
        return -1;
    if (divisor < 0) {
        product = -product;
        divisor = -divisor;
    }
    result = (product < 0 ? product - divisor / 2 : product + divisor / 2) / divisor;
    return result >= INT_MIN && result <= INT_MAX ? (int)result : -1;
}
