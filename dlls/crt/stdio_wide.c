/* SPDX-License-Identifier: MIT */
/*
 * Wide characters on streams: UTF-16 as it is in binary and in Unicode text modes (where _write converts), multibyte
 * characters of the locale in ANSI text mode.
 */
#include "crt_private.h"

static bool raw_wide(const struct stream *s)
{
    if (s->flag & SF_STRING)
        return true;
    if (s->file < 0 || !crt_fd_valid(s->file))
        return false;
    const struct ioinfo *io = crt_fd(s->file);
    return !(io->osfile & FTEXT) || io->textmode != TEXTMODE_ANSI;
}

/* Both bytes of a wide character, in one write if the stream has no buffer. */
static bool put_raw(wchar_t c, struct stream *s)
{
    if (s->cnt >= 2) {
        memcpy(s->ptr, &c, 2);
        s->ptr += 2;
        s->cnt -= 2;
        return true;
    }
    return crt_fwrite(&c, 2, 1, s) == 1;
}

wint_t crt_fputwc(wchar_t c, struct stream *s)
{
    if (raw_wide(s))
        return put_raw(c, s) ? c : WEOF;
    if (c < 0x80) {
        return crt_putc(c, s) == EOF ? WEOF : c;
    }
    char bytes[8];
    int n = crt_wctomb(bytes, c, crt_loc(NULL));
    if (n < 0) {
        errno = EILSEQ;
        return WEOF;
    }
    for (int i = 0; i < n; i++)
        if (crt_putc((unsigned char)bytes[i], s) == EOF)
            return WEOF;
    return c;
}

/* A string; pairs of surrogates become one character in UTF-8 locales. */
static bool put_string(const wchar_t *p, size_t n, struct stream *s)
{
    const struct locinfo *loc = crt_loc(NULL);

    if (raw_wide(s))
        return !n || crt_fwrite(p, 2, n, s) == n;
    for (size_t i = 0; i < n; i++) {
        if (loc->codepage == CP_UTF8 && i + 1 < n && (p[i] & 0xfc00) == 0xd800 && (p[i + 1] & 0xfc00) == 0xdc00) {
            char bytes[4];
            int size = WideCharToMultiByte(CP_UTF8, 0, p + i, 2, bytes, sizeof(bytes), NULL, NULL);
            if (crt_fwrite(bytes, 1, (size_t)size, s) != (size_t)size)
                return false;
            i++;
        } else if (crt_fputwc(p[i], s) == WEOF && (p[i] != WEOF || errno == EILSEQ)) {
            return false;
        }
    }
    return true;
}

bool crt_put_wide_string(const wchar_t *p, size_t n, struct stream *s)
{
    return put_string(p, n, s);
}

wint_t crt_fgetwc(struct stream *s)
{
    if (raw_wide(s)) {
        wchar_t c;
        if (s->cnt >= 2) {
            memcpy(&c, s->ptr, 2);
            s->ptr += 2;
            s->cnt -= 2;
            return c;
        }
        int low = crt_getc(s), high;
        if (low == EOF || (high = crt_getc(s)) == EOF)
            return WEOF;
        return (wint_t)(low | high << 8);
    }
    const struct locinfo *loc = crt_loc(NULL);
    int c = crt_getc(s);
    if (c == EOF)
        return WEOF;
    if (c < 0x80 || loc->codepage == CRT_CP_C)
        return (wint_t)c;
    char bytes[4] = { (char)c };
    wchar_t wide;
    for (size_t n = 1;; n++) {
        int used = crt_mbtowc(&wide, bytes, n, loc);
        if (used > 0)
            return wide;
        if (used != -2 || n == sizeof(bytes) || (c = crt_getc(s)) == EOF) {
            errno = EILSEQ;
            return WEOF;
        }
        bytes[n] = (char)c;
    }
}

wint_t crt_ungetwc(wint_t c, struct stream *s)
{
    if (c == WEOF || (!(s->flag & SF_READ) && (!(s->flag & SF_UPDATE) || (s->flag & SF_WRITE))))
        return WEOF;
    char bytes[8];
    int n = 2;
    if (raw_wide(s)) {
        memcpy(bytes, &c, 2);
    } else {
        n = crt_wctomb(bytes, (wchar_t)c, crt_loc(NULL));
        if (n < 0)
            return WEOF;
    }
    if (!s->base)
        crt_stream_getbuf(s);
    if (s->ptr < s->base + n) {
        if (s->cnt || s->bufsiz < n)
            return WEOF;
        s->ptr = s->base + n;
    }
    s->ptr -= n;
    if (!(s->flag & SF_STRING))
        memcpy(s->ptr, bytes, (size_t)n);
    s->cnt += n;
    s->flag = (s->flag & ~SF_EOF) | SF_READ;
    return c;
}

#define LOCKED(type, file, expression)                                                                                 \
    do {                                                                                                               \
        CRT_VALIDATE(file, EINVAL, WEOF);                                                                              \
        crt_lock_stream(crt_stream(file));                                                                             \
        type locked_result = (expression);                                                                             \
        crt_unlock_stream(crt_stream(file));                                                                           \
        return locked_result;                                                                                          \
    } while (0)

wint_t __cdecl _fgetwc_nolock(FILE *file)
{
    return crt_fgetwc(crt_stream(file));
}

wint_t __cdecl _getwc_nolock(FILE *file)
{
    return crt_fgetwc(crt_stream(file));
}

wint_t __cdecl fgetwc(FILE *file)
{
    LOCKED(wint_t, file, crt_fgetwc(crt_stream(file)));
}

wint_t __cdecl getwc(FILE *file)
{
    LOCKED(wint_t, file, crt_fgetwc(crt_stream(file)));
}

wint_t __cdecl getwchar(void)
{
    return fgetwc(crt_std_stream(0));
}

wint_t __cdecl _fgetwchar(void)
{
    return fgetwc(crt_std_stream(0));
}

wint_t __cdecl _fputwc_nolock(wchar_t c, FILE *file)
{
    return crt_fputwc(c, crt_stream(file));
}

wint_t __cdecl _putwc_nolock(wchar_t c, FILE *file)
{
    return crt_fputwc(c, crt_stream(file));
}

wint_t __cdecl fputwc(wchar_t c, FILE *file)
{
    LOCKED(wint_t, file, crt_fputwc(c, crt_stream(file)));
}

wint_t __cdecl putwc(wchar_t c, FILE *file)
{
    LOCKED(wint_t, file, crt_fputwc(c, crt_stream(file)));
}

wint_t __cdecl putwchar(wchar_t c)
{
    return fputwc(c, crt_std_stream(1));
}

wint_t __cdecl _fputwchar(wchar_t c)
{
    return fputwc(c, crt_std_stream(1));
}

wint_t __cdecl _ungetwc_nolock(wint_t c, FILE *file)
{
    return crt_ungetwc(c, crt_stream(file));
}

wint_t __cdecl ungetwc(wint_t c, FILE *file)
{
    LOCKED(wint_t, file, crt_ungetwc(c, crt_stream(file)));
}

static wchar_t *read_line(wchar_t *buf, size_t size, struct stream *s, bool keep_newline, bool *full)
{
    wchar_t *p = buf;

    for (*full = true; size > 1; size--) {
        wint_t c = crt_fgetwc(s);
        if (c == WEOF) {
            *full = false;
            if (p == buf)
                return NULL;
            break;
        }
        if (c == '\n' && !keep_newline) {
            *full = false;
            break;
        }
        *p++ = (wchar_t)c;
        if (c == '\n') {
            *full = false;
            break;
        }
    }
    *p = 0;
    return buf;
}

wchar_t *__cdecl fgetws(wchar_t *buf, int size, FILE *file)
{
    bool full;

    CRT_VALIDATE((buf || !size) && size >= 0 && file, EINVAL, NULL);
    if (!size)
        return NULL;
    crt_lock_stream(crt_stream(file));
    wchar_t *r = read_line(buf, (size_t)size, crt_stream(file), true, &full);
    crt_unlock_stream(crt_stream(file));
    return r;
}

wchar_t *__cdecl _getws(wchar_t *buf)
{
    FILE *file = crt_std_stream(0);
    bool full;

    CRT_VALIDATE(buf, EINVAL, NULL);
    crt_lock_stream(crt_stream(file));
    wchar_t *r = read_line(buf, SIZE_MAX, crt_stream(file), false, &full);
    crt_unlock_stream(crt_stream(file));
    return r;
}

wchar_t *__cdecl _getws_s(wchar_t *buf, size_t size)
{
    FILE *file = crt_std_stream(0);
    bool full;

    CRT_VALIDATE(buf && size, EINVAL, NULL);
    crt_lock_stream(crt_stream(file));
    wchar_t *r = read_line(buf, size, crt_stream(file), false, &full);
    if (r && full) {
        wint_t c = crt_fgetwc(crt_stream(file));
        full = c != '\n' && c != WEOF;
        while (full && c != '\n' && c != WEOF)
            c = crt_fgetwc(crt_stream(file));
    }
    crt_unlock_stream(crt_stream(file));
    if (r && full) {
        *buf = 0;
        CRT_VALIDATE(0, ERANGE, NULL);
    }
    return r;
}

static int put_line(const wchar_t *text, struct stream *s, bool newline)
{
    size_t n = wcslen(text);

    crt_lock_stream(s);
    bool temp = crt_stream_tempbuf(s);
    bool ok = put_string(text, n, s) && (!newline || crt_fputwc('\n', s) != WEOF);
    crt_stream_endtempbuf(s, temp);
    crt_unlock_stream(s);
    return ok ? 0 : WEOF;
}

int __cdecl fputws(const wchar_t *text, FILE *file)
{
    CRT_VALIDATE(text && file, EINVAL, WEOF);
    return put_line(text, crt_stream(file), false);
}

int __cdecl _putws(const wchar_t *text)
{
    CRT_VALIDATE(text, EINVAL, WEOF);
    return put_line(text, crt_stream(crt_std_stream(1)), true);
}
