/* SPDX-License-Identifier: MIT */
/* crt_printf.c: formatted output to strings of bytes. */
#define _SECIMP /* defined here, not imported */
#include "rtlnls.h"

#define CONCAT_(a, b) a##b
#define CONCAT(a, b)  CONCAT_(a, b)
#define CHAR_T        char
#define FORMAT        format_bytes
#define WIDE          0

static char convert_char(INT c, bool wide)
{
    (void)wide;
    if (c < 0x80)
        return (char)c;

    UCHAR byte = nls_ansi_blocks[nls_ansi_index[(c >> 8) & 0xff]][c & 0xff];

    return byte ? (char)byte : '?';
}

#include "crt_printf.h"

int __cdecl _vsnprintf(char *dst, size_t count, const char *format, va_list args)
{
    int n = format_bytes(dst, count, format, args);

    /* No terminating zero when the result fills the buffer; -1 when it does not fit (_vsnprintf). */
    if (n >= 0 && (size_t)n < count && dst)
        dst[n] = 0;
    return n >= 0 && (size_t)n > count && dst ? -1 : n;
}

int __cdecl _snprintf(char *dst, size_t count, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnprintf(dst, count, format, args);
    va_end(args);
    return n;
}

int __cdecl _vscprintf(const char *format, va_list args)
{
    return format_bytes(NULL, 0, format, args);
}

#undef sprintf
#undef vsprintf
int __cdecl vsprintf(char *dst, const char *format, va_list args);
int __cdecl vsprintf(char *dst, const char *format, va_list args)
{
    int n = format_bytes(dst, 0x7fffffff, format, args);

    dst[n < 0 ? 0 : n] = 0;
    return n;
}

int __cdecl sprintf(char *dst, const char *format, ...);
int __cdecl sprintf(char *dst, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsprintf(dst, format, args);
    va_end(args);
    return n;
}

int __cdecl _vsnprintf_s(char *dst, size_t size, size_t count, const char *format, va_list args);
int __cdecl _vsnprintf_s(char *dst, size_t size, size_t count, const char *format, va_list args)
{
    int n;

    if (!dst || !size || !format) {
        if (dst && size)
            *dst = 0;
        return -1;
    }
    n = format_bytes(dst, size, format, args);
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

int __cdecl _snprintf_s(char *dst, size_t size, size_t count, const char *format, ...);
int __cdecl _snprintf_s(char *dst, size_t size, size_t count, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnprintf_s(dst, size, count, format, args);
    va_end(args);
    return n;
}

int __cdecl vsprintf_s(char *dst, size_t size, const char *format, va_list args);
int __cdecl vsprintf_s(char *dst, size_t size, const char *format, va_list args)
{
    return _vsnprintf_s(dst, size, size ? size - 1 : 0, format, args) < 0 ? (dst && size ? (*dst = 0, -1) : -1)
                                                                          : (int)strlen(dst);
}

int __cdecl sprintf_s(char *dst, size_t size, const char *format, ...);
int __cdecl sprintf_s(char *dst, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsprintf_s(dst, size, format, args);
    va_end(args);
    return n;
}
