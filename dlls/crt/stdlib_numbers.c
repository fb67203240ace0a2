/* SPDX-License-Identifier: MIT */
/* strtol, atoi, _itoa and their families, from one text for both character types. */
#include "crt_private.h"
#include <inttypes.h>

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    unsigned letter = (unsigned)((c | 0x20) - 'a');
    return letter < 26 ? letter + 10 : 99;
}

/* Decimal digits of other scripts count, too, as in Microsoft's runtime. */
static unsigned wdigit_value(wchar_t c)
{
    static const wchar_t zeros[] = { 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0c66, 0x0ce6,
                                     0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10 };
    if (c < 0x80)
        return digit_value((char)c);
    for (unsigned i = 0; i < CRT_COUNTOF(zeros); i++)
        if (c >= zeros[i] && c < zeros[i] + 10)
            return (unsigned)(c - zeros[i]);
    return 99;
}

#define IS_NEGATIVE(value)    ((value) < 0)
#define NEVER_NEGATIVE(value) false

#define CH         char
#define NAME(n, w) n
#define SPACE(c)   (crt_loc(NULL)->pctype[(unsigned char)(c)] & _SPACE)
#include "stdlib_numbers_impl.h"

#define CH         wchar_t
#define NAME(n, w) w
#define SPACE(c)   iswctype(c, _SPACE)
#include "stdlib_numbers_impl.h"
