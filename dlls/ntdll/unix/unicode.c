/* SPDX-License-Identifier: MIT */
/*
 * unicode.c: UTF-8 and UTF-16, both ways without loss, and upper case as file names compare.
 *
 * A Unix name is any bytes, a Windows name any 16-bit units. To let every name of one side be named on the other:
 *  - a byte that is not part of valid UTF-8 becomes the lone low surrogate U+DC00 + byte (U+DC80..U+DCFF);
 *  - any other lone surrogate becomes its three-byte form (as in WTF-8), and that form becomes the surrogate again only
 *    where nothing else gives the same units: bytes -> units -> bytes is always the identity.
 */
#include "unix.h"
#include "upcase.h"

#define INVALID 0xffffffffu

/* Reads one code point (surrogates too) of at most `len` bytes; INVALID if there is none. */
static uint32_t decode(const unsigned char *s, size_t len, unsigned *used)
{
    uint32_t c = s[0];
    unsigned n;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    if (c < 0x80) {
        *used = 1;
        return c;
    }
    if (c < 0xc2 || c > 0xf4)
        return INVALID;
    n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (len < n)
        return INVALID;
    c &= 0xff >> (n + 1);
    for (unsigned i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return INVALID;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff)
        return INVALID;
    *used = n;
    return c;
}

static bool is_surrogate(uint32_t c)
{
    return c - 0xd800u < 0x800;
}

/* May the three-byte form of a surrogate at `s` stand for it? */
static bool surrogate_is_reversible(uint32_t c, WCHAR previous, const unsigned char *next, size_t left)
{
    unsigned used;

    if (c >= 0xdc00) /* low: must not look like an escaped byte, nor complete a pair */
        return !(c >= 0xdc80 && c <= 0xdcff) && (previous & 0xfc00) != 0xd800;
    if (!left) /* high: what follows must not begin with a low surrogate */
        return true;
    c = decode(next, left, &used);
    return c != INVALID && !is_surrogate(c);
}

size_t utf8_to_utf16(const char *src, size_t len, WCHAR *dst, size_t cap)
{
    const unsigned char *s = (const unsigned char *)src, *end = s + len;
    size_t out = 0;
    WCHAR previous = 0;

    while (s < end) {
        unsigned used;
        uint32_t c;
        if (*s < 0x80) {
            previous = *s++;
            if (dst) {
                if (out >= cap)
                    break;
                dst[out] = previous;
            }
            out++;
            continue;
        }
        c = decode(s, end - s, &used);
        if (c == INVALID || (is_surrogate(c) && !surrogate_is_reversible(c, previous, s + used, end - s - used))) {
            c = 0xdc00 + *s;
            used = 1;
        }
        if (dst && out + (c >= 0x10000) >= cap)
            break;
        s += used;
        if (c < 0x10000) {
            previous = c;
            if (dst)
                dst[out] = c;
            out++;
            continue;
        }
        previous = 0xdc00 | (c & 0x3ff);
        if (dst) {
            dst[out] = 0xd800 | ((c - 0x10000) >> 10);
            dst[out + 1] = previous;
        }
        out += 2;
    }
    return out;
}

size_t utf16_to_utf8(const WCHAR *src, size_t len, char *dst, size_t cap)
{
    size_t out = 0;

    for (size_t i = 0; i < len;) {
        uint32_t c = src[i++];
        unsigned char bytes[4];
        unsigned n;
        if ((c & 0xfc00) == 0xd800 && i < len && (src[i] & 0xfc00) == 0xdc00)
            c = 0x10000 + ((c & 0x3ff) << 10) + (src[i++] & 0x3ff);
        if (c < 0x80) {
            bytes[0] = c;
            n = 1;
        } else if (c >= 0xdc80 && c <= 0xdcff) {
            bytes[0] = c - 0xdc00;
            n = 1;
        } else if (c < 0x800) {
            bytes[0] = 0xc0 | c >> 6;
            bytes[1] = 0x80 | (c & 0x3f);
            n = 2;
        } else if (c < 0x10000) {
            bytes[0] = 0xe0 | c >> 12;
            bytes[1] = 0x80 | (c >> 6 & 0x3f);
            bytes[2] = 0x80 | (c & 0x3f);
            n = 3;
        } else {
            bytes[0] = 0xf0 | c >> 18;
            bytes[1] = 0x80 | (c >> 12 & 0x3f);
            bytes[2] = 0x80 | (c >> 6 & 0x3f);
            bytes[3] = 0x80 | (c & 0x3f);
            n = 4;
        }
        if (dst) {
            if (out + n > cap)
                break;
            for (unsigned k = 0; k < n; k++)
                dst[out + k] = bytes[k];
        }
        out += n;
    }
    return out;
}

WCHAR unicode_upcase(WCHAR c)
{
    size_t low = 0, high = sizeof upcase_ranges / sizeof upcase_ranges[0];

    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 0x20 : c;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > upcase_ranges[mid].last)
            low = mid + 1;
        else if (c < upcase_ranges[mid].first)
            high = mid;
        else
            return (c - upcase_ranges[mid].first) % upcase_ranges[mid].step ? c : c + upcase_ranges[mid].delta;
    }
    return c;
}
