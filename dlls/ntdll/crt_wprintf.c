/* SPDX-License-Identifier: MIT */
/* crt_wprintf.c: formatted output to wide strings. */
#define _SECIMP /* defined here, not imported */
#include "rtlnls.h"

#define CONCAT_(a, b) a##b
#define CONCAT(a, b)  CONCAT_(a, b)
#define CHAR_T        WCHAR
#define FORMAT        format_wide
#define WIDE          1

static WCHAR convert_char(INT c, bool wide)
{
    (void)wide;
    return nls_ansi_to[(UCHAR)c];
}

#include "crt_printf.h"

int __cdecl _vsnwprintf(WCHAR *dst, size_t count, const WCHAR *format, va_list args)
{
    int n = format_wide(dst, count, format, args);

    /* No terminating zero when the result fills the buffer; -1 when it does not fit (_vsnwprintf). */
    if (n >= 0 && (size_t)n < count && dst)
        dst[n] = 0;
    return n >= 0 && (size_t)n > count && dst ? -1 : n;
}

int __cdecl _snwprintf(WCHAR *dst, size_t count, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnwprintf(dst, count, format, args);
    va_end(args);
    return n;
}

int __cdecl _vscwprintf(const WCHAR *format, va_list args)
{
    return format_wide(NULL, 0, format, args);
}

int __cdecl _vswprintf(WCHAR *dst, const WCHAR *format, va_list args);
int __cdecl _vswprintf(WCHAR *dst, const WCHAR *format, va_list args)
{
    int n = format_wide(dst, 0x7fffffff, format, args);

    dst[n < 0 ? 0 : n] = 0;
    return n;
}

int __cdecl _swprintf(WCHAR *dst, const WCHAR *format, ...);
int __cdecl _swprintf(WCHAR *dst, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vswprintf(dst, format, args);
    va_end(args);
    return n;
}

int __cdecl _vsnwprintf_s(WCHAR *dst, size_t size, size_t count, const WCHAR *format, va_list args);
int __cdecl _vsnwprintf_s(WCHAR *dst, size_t size, size_t count, const WCHAR *format, va_list args)
{
    int n;

    if (!dst || !size || !format) {
        if (dst && size)
            *dst = 0;
        return -1;
    }
    n = format_wide(dst, size, format, args);
    if (n >= 0 && (size_t)n < size && (count == _TRUNCATE || (size_t)n <= count)) {
        dst[n] = 0;
        return n;
    }
    /* Cut off where the caller allows it; else nothing. */
    if (n >= 0 && (count == _TRUNCATE || count < size))
        dst[count == _TRUNCATE ? size - 1 : count] = 0;
    else
        *dst = 0;
    return -1;
}

int __cdecl _snwprintf_s(WCHAR *dst, size_t size, size_t count, const WCHAR *format, ...);
int __cdecl _snwprintf_s(WCHAR *dst, size_t size, size_t count, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnwprintf_s(dst, size, count, format, args);
    va_end(args);
    return n;
}

int __cdecl vswprintf_s(WCHAR *dst, size_t size, const WCHAR *format, va_list args);
int __cdecl vswprintf_s(WCHAR *dst, size_t size, const WCHAR *format, va_list args)
{
    return _vsnwprintf_s(dst, size, size ? size - 1 : 0, format, args) < 0 ? (dst && size ? (*dst = 0, -1) : -1)
                                                                           : (int)wcslen(dst);
}

int __cdecl swprintf_s(WCHAR *dst, size_t size, const WCHAR *format, ...);
int __cdecl swprintf_s(WCHAR *dst, size_t size, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vswprintf_s(dst, size, format, args);
    va_end(args);
    return n;
}

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
