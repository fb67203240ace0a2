/* SPDX-License-Identifier: MIT */
/* Formatted input: the engine for both character types, and where its characters come from. */
#include "stdio_scan.h"

#define NOT_READ (-2)

#define CH             char
#define UCH            unsigned char
#define NAME(n, w)     n
#define IS_SPACE(c, l) ((l)->pctype[(unsigned char)(c)] & _SPACE)
#define SOURCE_WIDE    0
#include "stdio_scan_impl.h"

#define CH             wchar_t
#define UCH            wchar_t
#define NAME(n, w)     w
#define IS_SPACE(c, l) iswctype((wint_t)(c), _SPACE)
#define SOURCE_WIDE    1
#include "stdio_scan_impl.h"

static int get_byte(struct source *source)
{
    const unsigned char *p = source->next;

    if (p == source->end)
        return -1;
    source->next = p + 1;
    return *p;
}

static int get_wide(struct source *source)
{
    const wchar_t *p = source->next;

    if (p == source->end)
        return -1;
    source->next = p + 1;
    return *p;
}

static void forget(struct source *source, int c)
{
    (void)source, (void)c;
}

static int get_stream_byte(struct source *source)
{
    return crt_getc(source->stream);
}

static void unget_stream_byte(struct source *source, int c)
{
    crt_ungetc(c, source->stream);
}

static int get_stream_wide(struct source *source)
{
    wint_t c = crt_fgetwc(source->stream);
    return c == WEOF ? -1 : c;
}

static void unget_stream_wide(struct source *source, int c)
{
    crt_ungetwc((wint_t)c, source->stream);
}

int crt_vfscanf(unsigned __int64 options, FILE *file, const char *format, _locale_t locale, va_list args)
{
    CRT_VALIDATE(file && format, EINVAL, EOF);
    struct source source = { .get = get_stream_byte, .unget = unget_stream_byte, .stream = crt_stream(file) };
    crt_lock_stream(source.stream);
    int r = crt_scan(&source, options, format, locale, args);
    crt_unlock_stream(source.stream);
    return r;
}

int crt_vfwscanf(unsigned __int64 options, FILE *file, const wchar_t *format, _locale_t locale, va_list args)
{
    CRT_VALIDATE(file && format, EINVAL, EOF);
    struct source source = { .get = get_stream_wide, .unget = unget_stream_wide, .stream = crt_stream(file) };
    crt_lock_stream(source.stream);
    int r = crt_wscan(&source, options, format, locale, args);
    crt_unlock_stream(source.stream);
    return r;
}

/* A text ends at its terminator or after size characters. */
int crt_vsscanf(unsigned __int64 options, const char *text, size_t size, const char *format, _locale_t locale,
                va_list args)
{
    CRT_VALIDATE(text && format, EINVAL, EOF);
    struct source source = { .get = get_byte, .unget = forget, .next = text, .end = text + strnlen(text, size) };
    return crt_scan(&source, options, format, locale, args);
}

int crt_vswscanf(unsigned __int64 options, const wchar_t *text, size_t size, const wchar_t *format, _locale_t locale,
                 va_list args)
{
    CRT_VALIDATE(text && format, EINVAL, EOF);
    struct source source = { .get = get_wide, .unget = forget, .next = text, .end = text + wcsnlen(text, size) };
    return crt_wscan(&source, options, format, locale, args);
}

#ifdef CRT_UCRT

int __cdecl __stdio_common_vfscanf(unsigned __int64 options, FILE *file, const char *format, _locale_t locale,
                                   va_list args)
{
    return crt_vfscanf(options, file, format, locale, args);
}

int __cdecl __stdio_common_vfwscanf(unsigned __int64 options, FILE *file, const wchar_t *format, _locale_t locale,
                                    va_list args)
{
    return crt_vfwscanf(options, file, format, locale, args);
}

int __cdecl __stdio_common_vsscanf(unsigned __int64 options, const char *text, size_t size, const char *format,
                                   _locale_t locale, va_list args)
{
    return crt_vsscanf(options, text, size, format, locale, args);
}

int __cdecl __stdio_common_vswscanf(unsigned __int64 options, const wchar_t *text, size_t size, const wchar_t *format,
                                    _locale_t locale, va_list args)
{
    return crt_vswscanf(options, text, size, format, locale, args);
}

#else

#define CALL(last, call)                                                                                               \
    va_list args;                                                                                                      \
    va_start(args, last);                                                                                              \
    int r = call;                                                                                                      \
    va_end(args);                                                                                                      \
    return r;

#define OPTIONS(secure) (SC_LEGACY_WIDE | SC_LEGACY_MSVCRT | (secure))

/* From stdin, a stream and a text, without and with a locale. */
#define FAMILY(CH, SECURE, VF, VS, SCANF, SCANF_L, FSCANF, FSCANF_L, SSCANF, SSCANF_L, SNSCANF, SNSCANF_L)             \
    int __cdecl SCANF(const CH *format, ...)                                                                           \
    {                                                                                                                  \
        CALL(format, VF(OPTIONS(SECURE), crt_std_stream(0), format, NULL, args))                                       \
    }                                                                                                                  \
    int __cdecl SCANF_L(const CH *format, _locale_t locale, ...)                                                       \
    {                                                                                                                  \
        CALL(locale, VF(OPTIONS(SECURE), crt_std_stream(0), format, locale, args))                                     \
    }                                                                                                                  \
    int __cdecl FSCANF(FILE *file, const CH *format, ...)                                                              \
    {                                                                                                                  \
        CALL(format, VF(OPTIONS(SECURE), file, format, NULL, args))                                                    \
    }                                                                                                                  \
    int __cdecl FSCANF_L(FILE *file, const CH *format, _locale_t locale, ...)                                          \
    {                                                                                                                  \
        CALL(locale, VF(OPTIONS(SECURE), file, format, locale, args))                                                  \
    }                                                                                                                  \
    int __cdecl SSCANF(const CH *text, const CH *format, ...)                                                          \
    {                                                                                                                  \
        CALL(format, VS(OPTIONS(SECURE), text, SIZE_MAX / 4, format, NULL, args))                                      \
    }                                                                                                                  \
    int __cdecl SSCANF_L(const CH *text, const CH *format, _locale_t locale, ...)                                      \
    {                                                                                                                  \
        CALL(locale, VS(OPTIONS(SECURE), text, SIZE_MAX / 4, format, locale, args))                                    \
    }                                                                                                                  \
    int __cdecl SNSCANF(const CH *text, size_t size, const CH *format, ...)                                            \
    {                                                                                                                  \
        CALL(format, VS(OPTIONS(SECURE), text, size, format, NULL, args))                                              \
    }                                                                                                                  \
    int __cdecl SNSCANF_L(const CH *text, size_t size, const CH *format, _locale_t locale, ...)                        \
    {                                                                                                                  \
        CALL(locale, VS(OPTIONS(SECURE), text, size, format, locale, args))                                            \
    }

FAMILY(char, 0, crt_vfscanf, crt_vsscanf, scanf, _scanf_l, fscanf, _fscanf_l, sscanf, _sscanf_l, _snscanf, _snscanf_l)
FAMILY(char, SC_SECURE, crt_vfscanf, crt_vsscanf, scanf_s, _scanf_s_l, fscanf_s, _fscanf_s_l, sscanf_s, _sscanf_s_l,
       _snscanf_s, _snscanf_s_l)
FAMILY(wchar_t, 0, crt_vfwscanf, crt_vswscanf, wscanf, _wscanf_l, fwscanf, _fwscanf_l, swscanf, _swscanf_l, _snwscanf,
       _snwscanf_l)
FAMILY(wchar_t, SC_SECURE, crt_vfwscanf, crt_vswscanf, wscanf_s, _wscanf_s_l, fwscanf_s, _fwscanf_s_l, swscanf_s,
       _swscanf_s_l, _snwscanf_s, _snwscanf_s_l)

#endif
