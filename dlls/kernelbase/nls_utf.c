/* SPDX-License-Identifier: MIT */
/* nls_utf.c: the encodings of all of Unicode: UTF-8, UTF-7 (RFC 2152) and GB 18030. */
#include "nls.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* How many bytes at src are ASCII, in whole blocks of 16. */
static SIZE_T ascii_blocks(const char *src, SIZE_T len)
{
    SIZE_T n = 0;
#ifdef __SSE2__
    while (len - n >= 16 && !_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(src + n))))
        n += 16;
#endif
    return n;
}

/*
 * The next code point of src. An ill-formed sequence gives U+FFFD for each maximal part that begins a well-formed one
 * (Unicode, chapter 3, "U+FFFD Substitution of Maximal Subparts"), as Windows does.
 */
static UINT utf8_next(const BYTE **at, const BYTE *end, BOOL *invalid)
{
    const BYTE *p = *at;
    UINT c = *p++, low = 0x80, high = 0xbf;
    int more;

    if (c < 0x80) {
        *at = p;
        return c;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        more = 1;
        c &= 0x1f;
    } else if (c >= 0xe0 && c <= 0xef) {
        low = c == 0xe0 ? 0xa0 : 0x80;
        high = c == 0xed ? 0x9f : 0xbf;
        more = 2;
        c &= 0xf;
    } else if (c >= 0xf0 && c <= 0xf4) {
        low = c == 0xf0 ? 0x90 : 0x80;
        high = c == 0xf4 ? 0x8f : 0xbf;
        more = 3;
        c &= 7;
    } else {
        *at = p;
        *invalid = TRUE;
        return 0xfffd;
    }
    for (; more; more--) {
        if (p == end || *p < low || *p > high) {
            *at = p;
            *invalid = TRUE;
            return 0xfffd;
        }
        c = c << 6 | (*p++ & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    *at = p;
    return c;
}

SIZE_T utf8_decode(const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap, BOOL *invalid)
{
    const BYTE *at = (const BYTE *)src, *end = at + len;
    SIZE_T n = 0;

    while (at < end) {
        SIZE_T ascii = *at < 0x80 ? ascii_blocks((const char *)at, end - at) : 0;
        UINT c;

        if (ascii) {
            if (cap) {
                if (ascii > cap - n)
                    return cap + 1;
                for (SIZE_T i = 0; i < ascii; i++)
                    dst[n + i] = at[i];
            }
            n += ascii;
            at += ascii;
            continue;
        }
        c = utf8_next(&at, end, invalid);
        if (cap) {
            if (n + (c > 0xffff) >= cap)
                return cap + 1;
            if (c > 0xffff) {
                dst[n] = 0xd7c0 + (c >> 10);
                dst[n + 1] = 0xdc00 | (c & 0x3ff);
            } else {
                dst[n] = c;
            }
        }
        n += 1 + (c > 0xffff);
    }
    return n;
}

SIZE_T utf8_encode(const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap, BOOL *invalid)
{
    const WCHAR *end = src + len;
    SIZE_T n = 0;

    while (src < end) {
        UINT c = *src++, size;

        if (c < 0x80) {
            if (cap) {
                if (n == cap)
                    return cap + 1;
                dst[n] = c;
            }
            n++;
            continue;
        }
        if (c >= 0xd800 && c < 0xe000) {
            if (c < 0xdc00 && src < end && *src >= 0xdc00 && *src < 0xe000) {
                c = 0x10000 + ((c & 0x3ff) << 10 | (*src++ & 0x3ff));
            } else {
                c = 0xfffd;
                *invalid = TRUE;
            }
        }
        size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (cap) {
            if (size > cap - n)
                return cap + 1;
            for (UINT i = size - 1; i > 0; i--, c >>= 6)
                dst[n + i] = 0x80 | (c & 0x3f);
            dst[n] = (size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | c;
        }
        n += size;
    }
    return n;
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

SIZE_T utf7_decode(const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap)
{
    SIZE_T n = 0;
    UINT bits = 0, count = 0;
    BOOL shifted = FALSE;

    for (SIZE_T i = 0; i < len; i++) {
        WCHAR c;
        int value;

        if (!shifted && src[i] == '+' && !(i + 1 < len && src[i + 1] == '-')) {
            shifted = TRUE;
            bits = count = 0;
            continue;
        }
        if (shifted) {
            if ((value = base64_value(src[i])) >= 0) {
                bits = bits << 6 | value;
                count += 6;
                if (count < 16)
                    continue;
                count -= 16;
                c = bits >> count;
            } else {
                shifted = FALSE;
                if (src[i] == '-')
                    continue;
                c = (BYTE)src[i];
            }
        } else {
            c = (BYTE)src[i];
            if (c == '+')
                i++; /* "+-" */
        }
        if (cap) {
            if (n == cap)
                return cap + 1;
            dst[n] = c;
        }
        n++;
    }
    return n;
}

static void put(char *dst, SIZE_T cap, SIZE_T *n, char c)
{
    if (*n < cap)
        dst[*n] = c;
    ++*n;
}

SIZE_T utf7_encode(const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap)
{
    SIZE_T n = 0;
    UINT bits = 0, count = 0;
    BOOL shifted = FALSE;

    for (SIZE_T i = 0; i < len; i++) {
        WCHAR c = src[i];
        /* RFC 2152's set D, and what Windows leaves alone beside it: blank, tab, line ends, zero. */
        BOOL direct = c < 0x80 && (c == 0 || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                                    "'(),-./:? \t\r\n",
                                                    c));

        if (shifted && (direct || c == '+')) {
            if (direct) {
                if (count)
                    put(dst, cap, &n, base64[bits << (6 - count) & 63]);
                if (base64_value(c) >= 0 || c == '-')
                    put(dst, cap, &n, '-');
                shifted = FALSE;
            }
        } else if (!shifted && c == '+') {
            put(dst, cap, &n, '+');
            put(dst, cap, &n, '-');
            continue;
        } else if (!shifted && !direct) {
            put(dst, cap, &n, '+');
            shifted = TRUE;
            bits = count = 0;
        }
        if (!shifted) {
            put(dst, cap, &n, c);
            continue;
        }
        bits = bits << 16 | c;
        for (count += 16; count >= 6; count -= 6)
            put(dst, cap, &n, base64[bits >> (count - 6) & 63]);
        bits &= (1 << count) - 1;
    }
    if (shifted) {
        if (count)
            put(dst, cap, &n, base64[bits << (6 - count) & 63]);
        put(dst, cap, &n, '-');
    }
    return cap && n > cap ? cap + 1 : n;
}

/* The character of a four-byte code below the supplementary planes, or 0. */
static WCHAR gb18030_from_linear(const struct nls_codepage *cp, UINT linear)
{
    const struct nls_gb_range *ranges = cp_at(cp, cp->ranges);
    UINT low = 0, high = cp->range_count;

    /* Ranges rise in both numbers, but for a handful of single characters that moved: those are found by the scan below. */
    while (low < high) {
        UINT middle = (low + high) / 2;
        if (linear >= ranges[middle].linear && linear < ranges[middle].linear + ranges[middle].count)
            return ranges[middle].first + (linear - ranges[middle].linear);
        if (ranges[middle].linear < linear)
            low = middle + 1;
        else
            high = middle;
    }
    for (UINT i = 0; i < cp->range_count; i++) {
        if (linear >= ranges[i].linear && linear < ranges[i].linear + ranges[i].count)
            return ranges[i].first + (linear - ranges[i].linear);
    }
    return 0;
}

SIZE_T gb18030_decode(const struct nls_codepage *cp, const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap, BOOL *invalid)
{
    const BYTE *at = (const BYTE *)src, *end = at + len;
    SIZE_T n = 0;

    while (at < end) {
        UINT c = 0, used = 1;

        if (*at < 0x80) {
            c = *at;
            if (!c)
                c = 0x10ffff + 1; /* zero is a character, not a failure */
        } else if (*at >= 0x81 && *at <= 0xfe && end - at >= 2 && at[1] >= 0x40) {
            const WCHAR *row = cp_trail(cp, *at);
            c = row ? row[at[1]] : 0;
            used = 2;
        } else if (end - at >= 4 && at[1] >= 0x30 && at[1] <= 0x39 && at[2] >= 0x81 && at[2] <= 0xfe && at[3] >= 0x30 &&
                   at[3] <= 0x39 && *at >= 0x81 && *at <= 0xfe) {
            UINT linear = ((at[0] - 0x81) * 10 + at[1] - 0x30) * 1260 + (at[2] - 0x81) * 10 + at[3] - 0x30;
            if (linear >= 189000)
                c = linear - 189000 <= 0xfffff ? linear - 189000 + 0x10000 : 0;
            else
                c = gb18030_from_linear(cp, linear);
            used = 4;
        }
        if (!c) {
            *invalid = TRUE;
            c = '?';
        } else if (c > 0x10ffff) {
            c = 0;
        }
        at += used;
        if (cap) {
            if (n + (c > 0xffff) >= cap)
                return cap + 1;
            if (c > 0xffff) {
                dst[n] = 0xd7c0 + (c >> 10);
                dst[n + 1] = 0xdc00 | (c & 0x3ff);
            } else {
                dst[n] = c;
            }
        }
        n += 1 + (c > 0xffff);
    }
    return n;
}

SIZE_T gb18030_encode(const struct nls_codepage *cp, const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap, BOOL *invalid)
{
    const struct nls_gb_range *ranges = cp_at(cp, cp->ranges);
    const WCHAR *end = src + len;
    SIZE_T n = 0;

    while (src < end) {
        UINT c = *src++, size = 1, linear = 0;
        USHORT code = 0;
        BYTE out[4];

        if (c < 0x80) {
            out[0] = c;
        } else if ((code = c < 0xd800 || c >= 0xe000 ? cp_from(cp, c) : 0)) {
            out[0] = code >> 8;
            out[1] = code;
            size = code < 0x100 ? 1 : 2;
            if (size == 1)
                out[0] = code;
        } else {
            size = 4;
            if (c >= 0xd800 && c < 0xe000) {
                if (c < 0xdc00 && src < end && *src >= 0xdc00 && *src < 0xe000) {
                    linear = 189000 + ((c & 0x3ff) << 10 | (*src++ & 0x3ff));
                } else {
                    *invalid = TRUE;
                    c = 0xfffd;
                }
            }
            if (!linear) {
                UINT low = 0, high = cp->range_count;
                while (low < high) {
                    UINT middle = (low + high) / 2;
                    if (c >= ranges[middle].first && c < (UINT)ranges[middle].first + ranges[middle].count) {
                        linear = ranges[middle].linear + (c - ranges[middle].first);
                        break;
                    }
                    if (ranges[middle].first < c)
                        low = middle + 1;
                    else
                        high = middle;
                }
            }
            out[3] = 0x30 + linear % 10;
            out[2] = 0x81 + linear / 10 % 126;
            out[1] = 0x30 + linear / 1260 % 10;
            out[0] = 0x81 + linear / 12600;
        }
        if (cap) {
            if (size > cap - n)
                return cap + 1;
            memcpy(dst + n, out, size);
        }
        n += size;
    }
    return n;
}
