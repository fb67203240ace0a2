/* SPDX-License-Identifier: MIT */
/*
 * crt_printf_impl.h: ntdll's printf functions, for one character type: included by crt_printf.c for bytes and by
 * crt_wprintf.c for wide characters, after the formatter (crt_printf.h) and with its macros.
 *
 * Before including: also F(narrow, wide), one of the two names.
 */

int __cdecl F(_vsnprintf, _vsnwprintf)(CHAR_T *dst, size_t count, const CHAR_T *format, va_list args)
{
    int n = FORMAT(dst, count, format, args);

    /* No terminating zero when the result fills the buffer; -1 when it does not fit (_vsnprintf). */
    if (n >= 0 && (size_t)n < count && dst)
        dst[n] = 0;
    return n >= 0 && (size_t)n > count && dst ? -1 : n;
}

int __cdecl F(_snprintf, _snwprintf)(CHAR_T *dst, size_t count, const CHAR_T *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = F(_vsnprintf, _vsnwprintf)(dst, count, format, args);
    va_end(args);
    return n;
}

int __cdecl F(_vscprintf, _vscwprintf)(const CHAR_T *format, va_list args)
{
    return FORMAT(NULL, 0, format, args);
}

int __cdecl F(vsprintf, _vswprintf)(CHAR_T *dst, const CHAR_T *format, va_list args);
int __cdecl F(vsprintf, _vswprintf)(CHAR_T *dst, const CHAR_T *format, va_list args)
{
    int n = FORMAT(dst, 0x7fffffff, format, args);

    dst[n < 0 ? 0 : n] = 0;
    return n;
}

int __cdecl F(sprintf, _swprintf)(CHAR_T *dst, const CHAR_T *format, ...);
int __cdecl F(sprintf, _swprintf)(CHAR_T *dst, const CHAR_T *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = F(vsprintf, _vswprintf)(dst, format, args);
    va_end(args);
    return n;
}

int __cdecl F(_vsnprintf_s, _vsnwprintf_s)(CHAR_T *dst, size_t size, size_t count, const CHAR_T *format, va_list args);
int __cdecl F(_vsnprintf_s, _vsnwprintf_s)(CHAR_T *dst, size_t size, size_t count, const CHAR_T *format, va_list args)
{
    int n;

    if (!dst || !size || !format) {
        if (dst && size)
            *dst = 0;
        return -1;
    }
    n = FORMAT(dst, size, format, args);
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

int __cdecl F(_snprintf_s, _snwprintf_s)(CHAR_T *dst, size_t size, size_t count, const CHAR_T *format, ...);
int __cdecl F(_snprintf_s, _snwprintf_s)(CHAR_T *dst, size_t size, size_t count, const CHAR_T *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = F(_vsnprintf_s, _vsnwprintf_s)(dst, size, count, format, args);
    va_end(args);
    return n;
}

int __cdecl F(vsprintf_s, vswprintf_s)(CHAR_T *dst, size_t size, const CHAR_T *format, va_list args);
int __cdecl F(vsprintf_s, vswprintf_s)(CHAR_T *dst, size_t size, const CHAR_T *format, va_list args)
{
    return F(_vsnprintf_s, _vsnwprintf_s)(dst, size, size ? size - 1 : 0, format, args) < 0
               ? (dst && size ? (*dst = 0, -1) : -1)
               : (int)F(strlen, wcslen)(dst);
}

int __cdecl F(sprintf_s, swprintf_s)(CHAR_T *dst, size_t size, const CHAR_T *format, ...);
int __cdecl F(sprintf_s, swprintf_s)(CHAR_T *dst, size_t size, const CHAR_T *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = F(vsprintf_s, vswprintf_s)(dst, size, format, args);
    va_end(args);
    return n;
}
