/* SPDX-License-Identifier: MIT */
/*
 * The restartable conversions (wchar.h: mbrtowc, wcrtomb, ...) and uchar.h's. mbstate_t keeps the bytes of a character
 * that is not complete yet, or the second half of one that is two units long.
 */
#include "crt_private.h"

#ifdef CRT_UCRT
/* corecrt.h: typedef struct _Mbstatet { unsigned long _Wchar; unsigned short _Byte, _State; } mbstate_t; */
struct state {
    unsigned long bytes;  /* the bytes so far, the first lowest; or the unit that is still to come */
    unsigned short count; /* of bytes */
    unsigned short pending;
};
#define STATE_IS_SMALL 0
size_t __cdecl c16rtomb(char *out, unsigned short c, mbstate_t *state);
#else
/* msvcrt's mbstate_t is an int: a lead byte, no more. */
struct state {
    int bytes;
};
#define STATE_IS_SMALL 1
#endif

static int state_bytes(const struct state *st, char out[8])
{
#if STATE_IS_SMALL
    out[0] = (char)st->bytes;
    return st->bytes != 0;
#else
    for (int i = 0; i < st->count && i < 4; i++)
        out[i] = (char)(st->bytes >> (8 * i));
    return st->count;
#endif
}

static void set_state_bytes(struct state *st, const char *bytes, int count)
{
    memset(st, 0, sizeof(*st));
#if STATE_IS_SMALL
    if (count)
        st->bytes = (unsigned char)bytes[0];
#else
    for (int i = 0; i < count; i++)
        st->bytes |= (unsigned long)(unsigned char)bytes[i] << (8 * i);
    st->count = (unsigned short)count;
#endif
}

/* One code point from UTF-8; as mbrtowc returns. */
static int decode_utf8(unsigned *out, const char *s, int n)
{
    const unsigned char *p = (const unsigned char *)s;
    unsigned c = p[0];
    int need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

    if (c < 0x80) {
        *out = c;
        return 1;
    }
    if (c < 0xc2 || c > 0xf4)
        return -1;
    if (n > 1) { /* too long forms, surrogates and what is beyond Unicode show in the second byte */
        unsigned low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80, high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        if (p[1] < low || p[1] > high)
            return -1;
    }
    c &= 0xffu >> (need + 1);
    for (int i = 1; i < need; i++) {
        if (i >= n)
            return -2;
        if ((p[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (p[i] & 0x3fu);
    }
    *out = c;
    return need;
}

static int encode_utf8(char out[4], unsigned c)
{
    if (c > 0x10ffff || (c & 0xfffff800) == 0xd800)
        return -1;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> n) | c);
    return n;
}

/*
 * The next code point (or, with a double-byte code page, unit) from what the state holds and s. Result: bytes of s used,
 * or -1, -2; 0 if it is the terminator.
 */
static size_t next_code(unsigned *out, const char *s, size_t n, struct state *st, bool utf8, const struct locinfo *loc)
{
    char bytes[8];
    int have = state_bytes(st, bytes), used;

    if (!n)
        return (size_t)-2;
    int total = have;
    for (size_t i = 0; i < n && total < 4; i++) {
        bytes[total++] = s[i];
        if (!s[i])
            break;
    }
    if (utf8) {
        used = decode_utf8(out, bytes, total);
    } else {
        wchar_t c = 0;
        used = crt_mbtowc(&c, bytes, (size_t)total, loc);
        if (used == 0)
            used = 1;
        *out = c;
    }
    if (used == -2) {
        set_state_bytes(st, bytes, total);
        return (size_t)-2;
    }
    memset(st, 0, sizeof(*st));
    if (used < 0) {
        errno = EILSEQ;
        return (size_t)-1;
    }
    return *out ? (size_t)(used - have) : 0;
}

static bool is_utf8(const struct locinfo *loc)
{
    return loc->codepage == CP_UTF8;
}

size_t __cdecl mbrtowc(wchar_t *out, const char *s, size_t n, mbstate_t *state)
{
    struct state *st = state ? (struct state *)state : (struct state *)&crt_thread()->mbrtowc_state;
    const struct locinfo *loc = crt_loc(NULL);
    unsigned code = 0;

    if (!s) {
        memset(st, 0, sizeof(*st));
        return 0;
    }
    size_t r = next_code(&code, s, n, st, is_utf8(loc), loc);
    if (r < (size_t)-2 && out)
        *out = code > 0xffff ? 0xfffd : (wchar_t)code; /* one unit cannot hold it */
    return r;
}

size_t __cdecl mbrlen(const char *s, size_t n, mbstate_t *state)
{
    return mbrtowc(NULL, s, n, state ? state : (mbstate_t *)&crt_thread()->mbrlen_state);
}

wint_t __cdecl btowc(int c)
{
    wchar_t wide;
    char byte = (char)c;

    if (c == EOF)
        return WEOF;
    return crt_mbtowc(&wide, &byte, 1, crt_loc(NULL)) < 0 ? WEOF : wide;
}

int __cdecl wctob(wint_t c)
{
    char bytes[8];

    if (c == WEOF || crt_wctomb(bytes, (wchar_t)c, crt_loc(NULL)) != 1)
        return EOF;
    return (unsigned char)bytes[0];
}

errno_t __cdecl wcrtomb_s(size_t *used, char *buf, size_t size, wchar_t c, mbstate_t *state)
{
    char bytes[8];

    CRT_VALIDATE(buf || !size, EINVAL, EINVAL);
    if (used)
        *used = (size_t)-1;
    if (!buf) {
        if (state)
            memset(state, 0, sizeof(struct state));
        if (used)
            *used = 1;
        return 0;
    }
    int n = crt_wctomb(bytes, c, crt_loc(NULL));
    if (n < 0) {
        *buf = 0;
        return errno = EILSEQ;
    }
    if ((size_t)n > size) {
        if (size)
            *buf = 0;
        CRT_VALIDATE(0, ERANGE, ERANGE);
    }
    memcpy(buf, bytes, (size_t)n);
    if (used)
        *used = (size_t)n;
    return 0;
}

/* In UTF-8 a pair of surrogates comes in two calls: the first writes nothing, the second the whole character. */
size_t __cdecl wcrtomb(char *buf, wchar_t c, mbstate_t *state)
{
    const struct locinfo *loc = crt_loc(NULL);
    char bytes[8];

    if (!buf) {
        if (state)
            memset(state, 0, sizeof(struct state));
        return 1;
    }
#ifdef CRT_UCRT
    if (is_utf8(loc))
        return c16rtomb(buf, c, state ? state : (mbstate_t *)&crt_thread()->wcrtomb_state);
#endif
    int n = crt_wctomb(bytes, c, loc);
    if (n < 0) {
        errno = EILSEQ;
        return (size_t)-1;
    }
    memcpy(buf, bytes, (size_t)n);
    return (size_t)n;
}

/* Strings. *src advances as far as the buffer reached, to NULL at the end. */
static size_t strings_to_wide(wchar_t *out, const char **src, size_t n, struct state *st, bool *ended)
{
    const struct locinfo *loc = crt_loc(NULL);
    const char *s = *src;
    size_t count = 0;

    *ended = false;
    while (!out || count < n) {
        unsigned code = 0;
        struct state before = *st;
        size_t r = next_code(&code, s, 4, st, is_utf8(loc), loc);
        if (r == (size_t)-2) { /* next_code stops at a terminator: the string ends within a character */
            errno = EILSEQ;
            r = (size_t)-1;
        }
        if (r == (size_t)-1) {
            if (out)
                *src = s;
            return r;
        }
        size_t units = code > 0xffff ? 2 : 1;
        if (out && count + units > n) {
            *st = before;
            break;
        }
        if (out) {
            if (units == 2) {
                out[count] = (wchar_t)(0xd7c0 + (code >> 10));
                out[count + 1] = (wchar_t)(0xdc00 + (code & 0x3ff));
            } else {
                out[count] = (wchar_t)code;
            }
        }
        if (!code) {
            *ended = true;
            break;
        }
        count += units;
        s += r;
    }
    if (out)
        *src = *ended ? NULL : s;
    return count;
}

size_t __cdecl mbsrtowcs(wchar_t *out, const char **src, size_t n, mbstate_t *state)
{
    bool ended;

    CRT_VALIDATE(src && *src, EINVAL, (size_t)-1);
    return strings_to_wide(out, src, n, state ? (struct state *)state : (struct state *)&crt_thread()->mbsrtowcs_state,
                           &ended);
}

static size_t strings_to_narrow(char *out, const wchar_t **src, size_t n, bool *ended)
{
    const struct locinfo *loc = crt_loc(NULL);
    const wchar_t *s = *src;
    size_t count = 0;

    *ended = false;
    for (;;) {
        char bytes[8];
        int units = 1, used;
        if (is_utf8(loc) && (s[0] & 0xfc00) == 0xd800 && (s[1] & 0xfc00) == 0xdc00) {
            used = encode_utf8(bytes, 0x10000 + ((unsigned)(s[0] & 0x3ff) << 10) + (s[1] & 0x3ff));
            units = 2;
        } else {
            used = crt_wctomb(bytes, *s, loc);
        }
        if (used < 0) {
            if (out)
                *src = s;
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (out && count + (size_t)used > n)
            break;
        if (out)
            memcpy(out + count, bytes, (size_t)used);
        if (!*s) {
            *ended = true;
            break;
        }
        count += (size_t)used;
        s += units;
    }
    if (out)
        *src = *ended ? NULL : s;
    return count;
}

size_t __cdecl wcsrtombs(char *out, const wchar_t **src, size_t n, mbstate_t *state)
{
    bool ended;

    (void)state;
    CRT_VALIDATE(src && *src, EINVAL, (size_t)-1);
    return strings_to_narrow(out, src, n, &ended);
}

/* The secure ones always terminate: at most `count` units, or as many as fit with _TRUNCATE. */
#define SECURE(NAME, OUT, IN, CONVERT)                                                                                 \
    errno_t __cdecl NAME(size_t *converted, OUT *out, size_t size, const IN **src, size_t count, mbstate_t *state)     \
    {                                                                                                                  \
        bool ended;                                                                                                    \
        (void)state;                                                                                                   \
        if (converted)                                                                                                 \
            *converted = (size_t)-1;                                                                                   \
        CRT_VALIDATE((out && size) || (!out && !size), EINVAL, EINVAL);                                                \
        if (out)                                                                                                       \
            *out = 0;                                                                                                  \
        CRT_VALIDATE(src &&*src, EINVAL, EINVAL);                                                                      \
        size_t n = CONVERT;                                                                                            \
        if (n == (size_t)-1) {                                                                                         \
            if (out)                                                                                                   \
                *out = 0;                                                                                              \
            return errno;                                                                                              \
        }                                                                                                              \
        n += 1;                                                                                                        \
        if (out) {                                                                                                     \
            if (n > size) {                                                                                            \
                if (count != _TRUNCATE) {                                                                              \
                    *out = 0;                                                                                          \
                    CRT_VALIDATE(0, ERANGE, ERANGE);                                                                   \
                }                                                                                                      \
                n = size;                                                                                              \
            }                                                                                                          \
            out[n - 1] = 0;                                                                                            \
        }                                                                                                              \
        if (converted)                                                                                                 \
            *converted = n;                                                                                            \
        return 0;                                                                                                      \
    }

SECURE(mbsrtowcs_s, wchar_t, char,
       strings_to_wide(out, src, count < size ? count : size,
                       state ? (struct state *)state : (struct state *)&crt_thread()->mbsrtowcs_state, &ended))
SECURE(wcsrtombs_s, char, wchar_t, strings_to_narrow(out, src, count < size ? count : size, &ended))

#ifdef CRT_UCRT
/* ---- uchar.h: always UTF-8 in the universal runtime ---- */

static struct state uchar_states[4];

size_t __cdecl mbrtoc32(unsigned *out, const char *s, size_t n, mbstate_t *state)
{
    struct state *st = state ? (struct state *)state : &uchar_states[0];
    unsigned code = 0;

    if (!s) {
        memset(st, 0, sizeof(*st));
        return 0;
    }
    size_t r = next_code(&code, s, n, st, true, NULL);
    if (r < (size_t)-2 && out)
        *out = code;
    return r;
}

size_t __cdecl mbrtoc16(unsigned short *out, const char *s, size_t n, mbstate_t *state)
{
    struct state *st = state ? (struct state *)state : &uchar_states[1];
    unsigned code = 0;

    if (!s) {
        memset(st, 0, sizeof(*st));
        return 0;
    }
    if (st->pending) { /* the second half of a pair */
        if (out)
            *out = st->pending;
        memset(st, 0, sizeof(*st));
        return (size_t)-3;
    }
    size_t r = next_code(&code, s, n, st, true, NULL);
    if (r >= (size_t)-2)
        return r;
    if (code > 0xffff) {
        st->pending = (unsigned short)(0xdc00 + (code & 0x3ff));
        code = 0xd7c0 + (code >> 10);
    }
    if (out)
        *out = (unsigned short)code;
    return r;
}

size_t __cdecl c32rtomb(char *out, unsigned c, mbstate_t *state)
{
    (void)state;
    if (!out)
        return 1;
    int n = encode_utf8(out, c);
    if (n < 0) {
        errno = EILSEQ;
        return (size_t)-1;
    }
    return (size_t)n;
}

size_t __cdecl c16rtomb(char *out, unsigned short c, mbstate_t *state)
{
    struct state *st = state ? (struct state *)state : &uchar_states[3];

    if (!out) {
        memset(st, 0, sizeof(*st));
        return 1;
    }
    if ((c & 0xfc00) == 0xd800 && !st->pending) {
        st->pending = c;
        return 0;
    }
    unsigned code = c, high = st->pending;
    st->pending = 0;
    if (high) {
        if ((c & 0xfc00) != 0xdc00) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        code = 0x10000 + ((high & 0x3ff) << 10) + (c & 0x3ffu);
    }
    return c32rtomb(out, code, NULL);
}
#endif
