/* SPDX-License-Identifier: MIT */
/* crt_wprintf.c: formatted output to wide strings. */
#define _SECIMP /* defined here, not imported */
#include "rtlnls.h"

#define CONCAT_(a, b) a##b
#define CONCAT(a, b)  CONCAT_(a, b)
#define CHAR_T        WCHAR
#define FORMAT        format_wide
#define WIDE          1
#define F(n, w)       w

static WCHAR convert_char(INT c, bool wide)
{
    (void)wide;
    return nls_ansi_to[(UCHAR)c];
}

#include "crt_printf.h"
#include "crt_printf_impl.h"

int __cdecl swprintf_(WCHAR *dst, const WCHAR *format, ...) __asm__("swprintf");
int __cdecl swprintf_(WCHAR *dst, const WCHAR *format, ...)
{
    va_list args;
    int n;

    /* The old form, without a size, is what ntdll exports under this name. */
    va_start(args, format);
    n = _vswprintf(dst, format, args);
    va_end(args);
    return n;
}
