/* SPDX-License-Identifier: MIT */
/* crt_printf.c: formatted output to strings of bytes. */
#define _SECIMP /* defined here, not imported */
#include "rtlnls.h"

#define CONCAT_(a, b) a##b
#define CONCAT(a, b)  CONCAT_(a, b)
#define CHAR_T        char
#define FORMAT        format_bytes
#define WIDE          0
#define F(n, w)       n

static char convert_char(INT c, bool wide)
{
    (void)wide;
    if (c < 0x80)
        return (char)c;

    UCHAR byte = nls_ansi_blocks[nls_ansi_index[(c >> 8) & 0xff]][c & 0xff];

    return byte ? (char)byte : '?';
}

#undef sprintf
#undef vsprintf
#include "crt_printf.h"
#include "crt_printf_impl.h"
