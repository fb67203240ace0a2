/* SPDX-License-Identifier: MIT */
/*
 * Multibyte and wide characters and strings. In the C locale a byte is a character of the same number; elsewhere the
 * locale's code page decides, and UTF-8 (ucrt) is decoded here because it has state: the restartable functions take it
 * in pieces, and a character beyond U+FFFF is two wide characters.
 */
#include "crt_private.h"

UINT crt_path_codepage(void)
{
    if (crt_loc(NULL)->codepage == CP_UTF8)
        return CP_UTF8;
    return AreFileApisANSI() ? CP_ACP : CP_OEMCP;
}

wchar_t *crt_widen_path(const char *s)
{
    UINT cp = crt_path_codepage();
    int n = MultiByteToWideChar(cp, 0, s, -1, NULL, 0);
    wchar_t *wide = n > 0 ? malloc((size_t)n * sizeof(wchar_t)) : NULL;

    if (!n)
        crt_map_error(GetLastError());
    if (wide)
        MultiByteToWideChar(cp, 0, s, -1, wide, n);
    return wide;
}

char *crt_narrow_path(const wchar_t *s)
{
    UINT cp = crt_path_codepage();
    int n = WideCharToMultiByte(cp, 0, s, -1, NULL, 0, NULL, NULL);
    char *narrow = n > 0 ? malloc((size_t)n) : NULL;

    if (!n)
        crt_map_error(GetLastError());
    if (narrow)
        WideCharToMultiByte(cp, 0, s, -1, narrow, n, NULL, NULL);
    return narrow;
}

/* One character; -1: not valid, -2: incomplete. *units: 1, or 2 with a surrogate pair in out. */
static int decode_utf8(wchar_t out[2], int *units, const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    unsigned c = p[0], need, min;

    *units = 1;
    if (c < 0x80) {
        out[0] = (wchar_t)c;
        return 1;
    }
    if (c < 0xc2 || c > 0xf4)
        return -1;
    need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    min = need == 4 ? 0x10000 : need == 3 ? 0x800 : 0x80;
    c &= 0xff >> (need + 1);
    for (unsigned i = 1; i < need; i++) {
        if (i >= n)
            return -2;
        if ((p[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < min || c > 0x10ffff || (c & 0xfffff800) == 0xd800)
        return -1;
    if (c > 0xffff) {
        out[0] = (wchar_t)(0xd7c0 + (c >> 10));
        out[1] = (wchar_t)(0xdc00 + (c & 0x3ff));
        *units = 2;
    } else {
        out[0] = (wchar_t)c;
    }
    return (int)need;
}

int crt_mbtowc(wchar_t *out, const char *s, size_t n, const struct locinfo *loc)
{
    wchar_t c[2];
    int used = 1, units;

    if (!n)
        return -2;
    if (loc->codepage == CRT_CP_C || (!(*s & 0x80) && loc->codepage)) {
        c[0] = (unsigned char)*s;
    } else if (loc->codepage == CP_UTF8) {
        used = decode_utf8(c, &units, s, n);
        if (used > 0 && units == 2)
            c[0] = 0xfffd; /* no single wide character */
    } else {
        bool lead = loc->pctype[(unsigned char)*s] & _LEADBYTE;
        if (lead && n < 2)
            return -2;
        used = lead ? 2 : 1;
        if ((lead && !s[1]) ||
            !MultiByteToWideChar(loc->codepage, MB_PRECOMPOSED | MB_ERR_INVALID_CHARS, s, used, c, 1))
            used = -1;
    }
    if (used > 0) {
        if (out)
            *out = c[0];
        if (!c[0])
            return 0;
    }
    return used;
}

int crt_wctomb(char *out, wchar_t c, const struct locinfo *loc)
{
    BOOL defaulted = FALSE;

    if (loc->codepage == CRT_CP_C) {
        if (c > 255)
            return -1;
        *out = (char)c;
        return 1;
    }
    if (c < 0x80) {
        *out = (char)c;
        return 1;
    }
    if (loc->codepage == CP_UTF8) {
        if ((c & 0xf800) == 0xd800)
            return -1;
        if (c < 0x800) {
            out[0] = (char)(0xc0 | c >> 6);
            out[1] = (char)(0x80 | (c & 0x3f));
            return 2;
        }
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    int n = WideCharToMultiByte(loc->codepage, 0, &c, 1, out, loc->mb_cur_max, NULL, &defaulted);
    return n > 0 && !defaulted ? n : -1;
}

/* ---- stdlib.h ---- */

int __cdecl _mbtowc_l(wchar_t *out, const char *s, size_t n, _locale_t locale)
{
    if (!s || !n)
        return 0;
    if (!*s) {
        if (out)
            *out = 0;
        return 0;
    }
    int r = crt_mbtowc(out, s, n, crt_loc(locale));
    if (r < 0) {
        errno = EILSEQ;
        return -1;
    }
    return r;
}

int __cdecl mbtowc(wchar_t *out, const char *s, size_t n)
{
    return _mbtowc_l(out, s, n, NULL);
}

int __cdecl _mblen_l(const char *s, size_t n, _locale_t locale)
{
    if (!s || !*s || !n)
        return 0;
    return crt_mbtowc(NULL, s, n, crt_loc(locale)) < 0 ? -1 : crt_mbtowc(NULL, s, n, crt_loc(locale));
}

int __cdecl mblen(const char *s, size_t n)
{
    return _mblen_l(s, n, NULL);
}

errno_t __cdecl _wctomb_s_l(int *used, char *buf, size_t size, wchar_t c, _locale_t locale)
{
    char bytes[8];

    if (!buf && size) { /* the encoding has no state to reset */
        if (used)
            *used = 0;
        return 0;
    }
    if (used)
        *used = -1;
    CRT_VALIDATE(size <= INT_MAX, EINVAL, EINVAL);
    int n = crt_wctomb(bytes, c, crt_loc(locale));
    if (n < 0) {
        if (buf && size)
            memset(buf, 0, size);
        errno = EILSEQ;
        return EILSEQ;
    }
    if (buf) {
        if ((size_t)n > size) {
            memset(buf, 0, size);
            CRT_VALIDATE(0, ERANGE, ERANGE);
        }
        memcpy(buf, bytes, (size_t)n);
    }
    if (used)
        *used = n;
    return 0;
}

errno_t __cdecl wctomb_s(int *used, char *buf, size_t size, wchar_t c)
{
    return _wctomb_s_l(used, buf, size, c, NULL);
}

int __cdecl _wctomb_l(char *buf, wchar_t c, _locale_t locale)
{
    int used = -1;
    const struct locinfo *loc = crt_loc(locale);

    if (!buf)
        return 0;
    return _wctomb_s_l(&used, buf, (size_t)loc->mb_cur_max, c, locale) ? -1 : used;
}

int __cdecl wctomb(char *buf, wchar_t c)
{
    return _wctomb_l(buf, c, NULL);
}

/* Converts until the terminator; out == NULL counts. Units converted without the terminator, or -1. */
static size_t to_wide(wchar_t *out, const char *s, size_t n, const struct locinfo *loc)
{
    size_t count = 0;

    if (loc->codepage == CRT_CP_C) {
        if (!out)
            return strlen(s);
        for (; count < n; count++)
            if (!(out[count] = (unsigned char)s[count]))
                break;
        return count;
    }
    while (!out || count < n) {
        wchar_t c[2];
        int units = 1, used;
        if (loc->codepage == CP_UTF8)
            used = decode_utf8(c, &units, s, strnlen(s, 4) + 1);
        else
            used = crt_mbtowc(c, s, (size_t)(s[0] && s[1] ? 2 : 1), loc);
        if (used < 0) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (!*s) {
            if (out)
                out[count] = 0;
            break;
        }
        if (out && count + (size_t)units > n)
            break;
        for (int i = 0; i < units; i++, count++)
            if (out)
                out[count] = c[i];
        s += used;
    }
    return count;
}

size_t __cdecl _mbstowcs_l(wchar_t *out, const char *s, size_t n, _locale_t locale)
{
    if (out && !n)
        return 0;
    if (out)
        *out = 0;
    CRT_VALIDATE(s, EINVAL, (size_t)-1);
    return to_wide(out, s, n, crt_loc(locale));
}

size_t __cdecl mbstowcs(wchar_t *out, const char *s, size_t n)
{
    return _mbstowcs_l(out, s, n, NULL);
}

/* One wide character or pair; -1 if it has no multibyte form. */
static int encode(char *bytes, const wchar_t *s, size_t left, int *units, const struct locinfo *loc)
{
    *units = 1;
    if (loc->codepage == CP_UTF8 && left > 1 && (s[0] & 0xfc00) == 0xd800 && (s[1] & 0xfc00) == 0xdc00) {
        unsigned c = 0x10000 + ((unsigned)(s[0] & 0x3ff) << 10) + (s[1] & 0x3ff);
        bytes[0] = (char)(0xf0 | c >> 18);
        bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (c & 0x3f));
        *units = 2;
        return 4;
    }
    return crt_wctomb(bytes, *s, loc);
}

static size_t to_narrow(char *out, const wchar_t *s, size_t n, const struct locinfo *loc)
{
    size_t count = 0;

    while (!out || count < n) {
        char bytes[8];
        int units, used;
        if (!*s) {
            if (out)
                out[count] = 0;
            break;
        }
        used = encode(bytes, s, s[1] ? 2 : 1, &units, loc);
        if (used < 0) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (out && count + (size_t)used > n)
            break; /* a character is never split */
        if (out)
            memcpy(out + count, bytes, (size_t)used);
        count += (size_t)used;
        s += units;
    }
    return count;
}

size_t __cdecl _wcstombs_l(char *out, const wchar_t *s, size_t n, _locale_t locale)
{
    if (out && !n)
        return 0;
    CRT_VALIDATE(s, EINVAL, (size_t)-1);
    return to_narrow(out, s, n, crt_loc(locale));
}

size_t __cdecl wcstombs(char *out, const wchar_t *s, size_t n)
{
    return _wcstombs_l(out, s, n, NULL);
}

#define CONVERT_S(NAME, OUT, IN, CONVERT)                                                                              \
    errno_t __cdecl NAME(size_t *converted, OUT *out, size_t size, const IN *s, size_t n, _locale_t locale)            \
    {                                                                                                                  \
        errno_t r = 0;                                                                                                 \
        CRT_VALIDATE((!out && !size) || (out && size), EINVAL, EINVAL);                                                \
        if (out)                                                                                                       \
            *out = 0;                                                                                                  \
        if (converted)                                                                                                 \
            *converted = 0;                                                                                            \
        CRT_VALIDATE(s, EINVAL, EINVAL);                                                                               \
        size_t room = n < size ? n : size;                                                                             \
        CRT_VALIDATE(room <= INT_MAX, EINVAL, EINVAL);                                                                 \
        size_t count = CONVERT(out, s, room, crt_loc(locale));                                                         \
        if (count == (size_t)-1) {                                                                                     \
            if (out)                                                                                                   \
                *out = 0;                                                                                              \
            return errno;                                                                                              \
        }                                                                                                              \
        if (out) {                                                                                                     \
            if (count >= size) {                                                                                       \
                if (n != _TRUNCATE) {                                                                                  \
                    *out = 0;                                                                                          \
                    CRT_VALIDATE(0, ERANGE, ERANGE);                                                                   \
                }                                                                                                      \
                count = size - 1;                                                                                      \
                r = STRUNCATE;                                                                                         \
            } else if (n == _TRUNCATE && CONVERT(NULL, s, 0, crt_loc(locale)) != count) {                              \
                r = STRUNCATE;                                                                                         \
            }                                                                                                          \
            out[count] = 0;                                                                                            \
        }                                                                                                              \
        if (converted)                                                                                                 \
            *converted = count + 1;                                                                                    \
        return r;                                                                                                      \
    }

CONVERT_S(_mbstowcs_s_l, wchar_t, char, to_wide)
CONVERT_S(_wcstombs_s_l, char, wchar_t, to_narrow)

errno_t __cdecl mbstowcs_s(size_t *converted, wchar_t *out, size_t size, const char *s, size_t n)
{
    return _mbstowcs_s_l(converted, out, size, s, n, NULL);
}

errno_t __cdecl wcstombs_s(size_t *converted, char *out, size_t size, const wchar_t *s, size_t n)
{
    return _wcstombs_s_l(converted, out, size, s, n, NULL);
}

size_t __cdecl _mbstrlen_l(const char *s, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    size_t n = 0;

    if (loc->mb_cur_max == 1)
        return strlen(s);
    while (*s) {
        int used = crt_mbtowc(NULL, s, strnlen(s, 4), loc);
        if (used <= 0) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        s += used;
        n++;
    }
    return n;
}

size_t __cdecl _mbstrlen(const char *s)
{
    return _mbstrlen_l(s, NULL);
}

size_t __cdecl _mbstrnlen_l(const char *s, size_t max, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    size_t n = 0, pos = 0;

    CRT_VALIDATE(s && max <= INT_MAX, EINVAL, (size_t)-1);
    if (loc->mb_cur_max == 1)
        return strnlen(s, max);
    while (pos < max && s[pos]) {
        int used = crt_mbtowc(NULL, s + pos, max - pos < 4 ? max - pos : 4, loc);
        if (used <= 0)
            return used == -2 ? n : (size_t)-1;
        pos += (size_t)used;
        n++;
    }
    return n;
}

size_t __cdecl _mbstrnlen(const char *s, size_t max)
{
    return _mbstrnlen_l(s, max, NULL);
}
