/* SPDX-License-Identifier: MIT */
/* The printf functions' back ends: strings and streams. ucrt exports few (the rest is inline in its header). */
#include "stdio_printf.h"

static bool write_narrow(struct sink *sink, const void *chars, size_t n)
{
    if (sink->total < sink->room) {
        size_t room = sink->room - sink->total;
        memcpy((char *)sink->target + sink->total, chars, n < room ? n : room);
    }
    sink->total += n;
    return true;
}

static bool write_wide(struct sink *sink, const void *chars, size_t n)
{
    if (sink->total < sink->room) {
        size_t room = sink->room - sink->total;
        memcpy((wchar_t *)sink->target + sink->total, chars, (n < room ? n : room) * sizeof(wchar_t));
    }
    sink->total += n;
    return true;
}

static bool write_stream(struct sink *sink, const void *chars, size_t n)
{
    sink->total += n;
    return crt_fwrite(chars, 1, n, sink->target) == n;
}

static bool write_wide_stream(struct sink *sink, const void *chars, size_t n)
{
    sink->total += n;
    return crt_put_wide_string(chars, n, sink->target);
}

int crt_vfprintf(unsigned __int64 options, FILE *file, const char *format, _locale_t locale, va_list args)
{
    CRT_VALIDATE(file && format, EINVAL, -1);
    struct stream *s = crt_stream(file);
    struct sink sink = { write_stream, s, 0, 0 };
    crt_lock_stream(s);
    bool temp = crt_stream_tempbuf(s);
    int r = crt_format(&sink, options, format, locale, args);
    crt_stream_endtempbuf(s, temp);
    crt_unlock_stream(s);
    return r;
}

int crt_vfwprintf(unsigned __int64 options, FILE *file, const wchar_t *format, _locale_t locale, va_list args)
{
    CRT_VALIDATE(file && format, EINVAL, -1);
    struct stream *s = crt_stream(file);
    struct sink sink = { write_wide_stream, s, 0, 0 };
    crt_lock_stream(s);
    bool temp = crt_stream_tempbuf(s);
    int r = crt_wformat(&sink, options, format, locale, args);
    crt_stream_endtempbuf(s, temp);
    crt_unlock_stream(s);
    return r;
}

/*
 * What happens at the end of the buffer:
 * PF_LEGACY_NUL (_vsnprintf): no terminator if the text fills it exactly, -1 if it is too long;
 * PF_STANDARD_SNPRINTF (vsnprintf): always terminated, the length wanted is returned; else: terminated, -2 if too long.
 */
#define STRING_FUNCTION(NAME, CH, FORMAT, WRITE)                                                                       \
    int NAME(unsigned __int64 options, CH *buf, size_t size, const CH *format, _locale_t locale, va_list args)         \
    {                                                                                                                  \
        CRT_VALIDATE(format, EINVAL, -1);                                                                              \
        CRT_VALIDATE(!size || buf, EINVAL, -1);                                                                        \
        struct sink sink = { WRITE, buf, buf ? size : 0, 0 };                                                          \
        int r = FORMAT(&sink, options, format, locale, args);                                                          \
        if (!buf)                                                                                                      \
            return r;                                                                                                  \
        if (r < 0) {                                                                                                   \
            if (size)                                                                                                  \
                buf[sink.total < size && (options & PF_LEGACY_NUL) ? sink.total : 0] = 0;                              \
            return r;                                                                                                  \
        }                                                                                                              \
        if ((size_t)r < size)                                                                                          \
            buf[r] = 0;                                                                                                \
        else if (options & PF_LEGACY_NUL)                                                                              \
            return (size_t)r == size ? r : -1;                                                                         \
        else if (size)                                                                                                 \
            buf[size - 1] = 0;                                                                                         \
        return (size_t)r < size || (options & PF_STANDARD_SNPRINTF) ? r : -2;                                          \
    }

STRING_FUNCTION(crt_vsprintf, char, crt_format, write_narrow)
STRING_FUNCTION(crt_vswprintf, wchar_t, crt_wformat, write_wide)

/* The secure ones: too long a text is a programming error and leaves an empty string. */
#define SECURE_FUNCTION(NAME, CH, FORMAT, WRITE)                                                                       \
    int NAME(unsigned __int64 options, CH *buf, size_t size, const CH *format, _locale_t locale, va_list args)         \
    {                                                                                                                  \
        CRT_VALIDATE(format, EINVAL, -1);                                                                              \
        CRT_VALIDATE(buf &&size, EINVAL, -1);                                                                          \
        struct sink sink = { WRITE, buf, size, 0 };                                                                    \
        int r = FORMAT(&sink, options | PF_SECURE, format, locale, args);                                              \
        if (r < 0 || (size_t)r >= size) {                                                                              \
            *buf = 0;                                                                                                  \
            CRT_VALIDATE(r < 0, ERANGE, -1);                                                                           \
            return -1;                                                                                                 \
        }                                                                                                              \
        buf[r] = 0;                                                                                                    \
        return r;                                                                                                      \
    }

SECURE_FUNCTION(crt_vsprintf_s, char, crt_format, write_narrow)
SECURE_FUNCTION(crt_vswprintf_s, wchar_t, crt_wformat, write_wide)

/* At most max characters and the terminator; _TRUNCATE as many as fit. */
#define COUNTED_SECURE_FUNCTION(NAME, CH, FORMAT, WRITE)                                                               \
    int NAME(unsigned __int64 options, CH *buf, size_t size, size_t max, const CH *format, _locale_t locale,           \
             va_list args)                                                                                             \
    {                                                                                                                  \
        CRT_VALIDATE(format, EINVAL, -1);                                                                              \
        if (!max && !buf && !size)                                                                                     \
            return 0;                                                                                                  \
        CRT_VALIDATE(buf &&size, EINVAL, -1);                                                                          \
        struct sink sink = { WRITE, buf, size, 0 };                                                                    \
        int r = FORMAT(&sink, options | PF_SECURE, format, locale, args);                                              \
        if (r < 0) {                                                                                                   \
            *buf = 0;                                                                                                  \
            return -1;                                                                                                 \
        }                                                                                                              \
        if (max == _TRUNCATE ? (size_t)r < size : (size_t)r < size && (size_t)r <= max) {                              \
            buf[r] = 0;                                                                                                \
            return r;                                                                                                  \
        }                                                                                                              \
        if (max == _TRUNCATE) {                                                                                        \
            buf[size - 1] = 0;                                                                                         \
            return -1;                                                                                                 \
        }                                                                                                              \
        if (max < size) {                                                                                              \
            buf[max] = 0;                                                                                              \
            return -1;                                                                                                 \
        }                                                                                                              \
        *buf = 0;                                                                                                      \
        CRT_VALIDATE(0, ERANGE, -1);                                                                                   \
        return -1;                                                                                                     \
    }

COUNTED_SECURE_FUNCTION(crt_vsnprintf_s, char, crt_format, write_narrow)
COUNTED_SECURE_FUNCTION(crt_vsnwprintf_s, wchar_t, crt_wformat, write_wide)

#ifdef CRT_UCRT

#define STREAM_EXPORTS(CH, F)                                                                                          \
    int __cdecl __stdio_common_v##F(unsigned __int64 options, FILE *file, const CH *format, _locale_t locale,          \
                                    va_list args)                                                                      \
    {                                                                                                                  \
        return crt_v##F(options, file, format, locale, args);                                                          \
    }                                                                                                                  \
    int __cdecl __stdio_common_v##F##_s(unsigned __int64 options, FILE *file, const CH *format, _locale_t locale,      \
                                        va_list args)                                                                  \
    {                                                                                                                  \
        return crt_v##F(options | PF_SECURE, file, format, locale, args);                                              \
    }                                                                                                                  \
    int __cdecl __stdio_common_v##F##_p(unsigned __int64 options, FILE *file, const CH *format, _locale_t locale,      \
                                        va_list args)                                                                  \
    {                                                                                                                  \
        return crt_v##F(options | PF_POSITIONAL, file, format, locale, args);                                          \
    }

STREAM_EXPORTS(char, fprintf)
STREAM_EXPORTS(wchar_t, fwprintf)

#define STRING_EXPORTS(CH, F, N)                                                                                       \
    int __cdecl __stdio_common_v##F(unsigned __int64 options, CH *buf, size_t size, const CH *format,                  \
                                    _locale_t locale, va_list args)                                                    \
    {                                                                                                                  \
        return crt_v##F(options, buf, size, format, locale, args);                                                     \
    }                                                                                                                  \
    int __cdecl __stdio_common_v##F##_s(unsigned __int64 options, CH *buf, size_t size, const CH *format,              \
                                        _locale_t locale, va_list args)                                                \
    {                                                                                                                  \
        return crt_v##F##_s(options, buf, size, format, locale, args);                                                 \
    }                                                                                                                  \
    int __cdecl __stdio_common_v##F##_p(unsigned __int64 options, CH *buf, size_t size, const CH *format,              \
                                        _locale_t locale, va_list args)                                                \
    {                                                                                                                  \
        return crt_v##F(options | PF_POSITIONAL, buf, size, format, locale, args);                                     \
    }                                                                                                                  \
    int __cdecl __stdio_common_v##N##_s(unsigned __int64 options, CH *buf, size_t size, size_t max, const CH *format,  \
                                        _locale_t locale, va_list args)                                                \
    {                                                                                                                  \
        return crt_v##N##_s(options, buf, size, max, format, locale, args);                                            \
    }

STRING_EXPORTS(char, sprintf, snprintf)
STRING_EXPORTS(wchar_t, swprintf, snwprintf)

#endif
