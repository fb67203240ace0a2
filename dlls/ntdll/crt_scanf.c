/* SPDX-License-Identifier: MIT */
/*
 * crt_scanf.c: formatted input from strings. The engine and the conversion of decimal numbers are the C runtime's, in the
 * older one's dialect; here is only what they need of a C runtime: characters, a locale and errno.
 */
#define CRT_MSVCRT
#include "../crt/crt_private.h"
#include "rtlnls.h"

#undef errno
#define errno (*_errno())
int *__cdecl _errno(void);

/* ntdll knows one locale. */
static struct locinfo text_locale = { .lconv = { .decimal_point = ".", ._W_decimal_point = L"." } };
#define crt_loc(locale) ((void)(locale), &text_locale)

int crt_mbtowc(wchar_t *out, const char *s, size_t n, const struct locinfo *loc)
{
    (void)n, (void)loc;
    *out = nls_ansi_to[(UCHAR)*s];
    return *s != 0;
}

int crt_wctomb(char *out, wchar_t c, const struct locinfo *loc)
{
    UCHAR byte = nls_ansi_blocks[nls_ansi_index[c >> 8]][c & 0xff];

    (void)loc;
    if (c && !byte)
        return -1;
    *out = (char)byte;
    return 1;
}

#define NOT_READ (-2)

#define CH             char
#define UCH            unsigned char
#define NAME(n, w)     n
#define IS_SPACE(c, l) ((void)(l), isspace((unsigned char)(c)))
#define SOURCE_WIDE    0
#include "../crt/stdio_scan_impl.h"

#define CH             wchar_t
#define UCH            wchar_t
#define NAME(n, w)     w
#define IS_SPACE(c, l) ((void)(l), iswspace((wint_t)(c)))
#define SOURCE_WIDE    1
#include "../crt/stdio_scan_impl.h"

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

/* Nobody reads on in a text. */
static void forget(struct source *source, int c)
{
    (void)source, (void)c;
}

static int scan_bytes(unsigned __int64 options, const char *text, size_t size, const char *format, va_list args)
{
    if (!text || !format) {
        errno = EINVAL;
        return EOF;
    }
    struct source source = { .get = get_byte, .unget = forget, .next = text, .end = text + strnlen(text, size) };
    return crt_scan(&source, options | SC_LEGACY_WIDE | SC_LEGACY_MSVCRT, format, NULL, args);
}

static int scan_wide(unsigned __int64 options, const wchar_t *text, size_t size, const wchar_t *format, va_list args)
{
    if (!text || !format) {
        errno = EINVAL;
        return EOF;
    }
    struct source source = { .get = get_wide, .unget = forget, .next = text, .end = text + wcsnlen(text, size) };
    return crt_wscan(&source, options | SC_LEGACY_WIDE | SC_LEGACY_MSVCRT, format, NULL, args);
}

#define CALL(call)                                                                                                     \
    va_list args;                                                                                                      \
    va_start(args, format);                                                                                            \
    int r = call;                                                                                                      \
    va_end(args);                                                                                                      \
    return r;

#define TO_ITS_END (SIZE_MAX / 4)

#undef sscanf
#undef sscanf_s
#undef swscanf_s
int __cdecl sscanf(const char *text, const char *format, ...)
{
    CALL(scan_bytes(0, text, TO_ITS_END, format, args))
}

int __cdecl sscanf_s(const char *text, const char *format, ...)
{
    CALL(scan_bytes(SC_SECURE, text, TO_ITS_END, format, args))
}

int __cdecl _snscanf_s(const char *text, size_t size, const char *format, ...)
{
    CALL(scan_bytes(SC_SECURE, text, size, format, args))
}

int __cdecl swscanf_s(const wchar_t *text, const wchar_t *format, ...)
{
    CALL(scan_wide(SC_SECURE, text, TO_ITS_END, format, args))
}

int __cdecl _snwscanf_s(const wchar_t *text, size_t size, const wchar_t *format, ...)
{
    CALL(scan_wide(SC_SECURE, text, size, format, args))
}
