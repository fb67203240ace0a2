/* SPDX-License-Identifier: MIT */
/* mbstring.h: copying, filling, reversing, changing case. Characters are never split. */
#include "mbstring_private.h"

mbstr __cdecl _mbsdup(mbcstr s)
{
    return (mbstr)_strdup((char *)s);
}

mbstr __cdecl _mbscpy(mbstr out, mbcstr s)
{
    return (mbstr)strcpy((char *)out, (char *)s);
}

mbstr __cdecl _mbscat(mbstr out, mbcstr s)
{
    return (mbstr)strcat((char *)out, (char *)s);
}

/* ---- of old: n characters or n bytes, filled up with zeros ---- */

mbstr __cdecl _mbsncpy_l(mbstr out, mbcstr s, size_t n, _locale_t locale)
{
    CRT_VALIDATE((out && s) || !n, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbstr p = out;
    for (; n && *s; n--) {
        if (mb_lead(mbc, *s)) {
            if (!s[1])
                break;
            *p++ = *s++;
        }
        *p++ = *s++;
    }
    while (n--)
        *p++ = 0;
    return out;
}

mbstr __cdecl _mbsnbcpy_l(mbstr out, mbcstr s, size_t n, _locale_t locale)
{
    CRT_VALIDATE((out && s) || !n, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbstr p = out;
    while (n && *s) {
        unsigned length = mb_lead(mbc, *s) ? 2 : 1;
        if (length > n || (length == 2 && !s[1]))
            break;
        memcpy(p, s, length);
        p += length;
        s += length;
        n -= length;
    }
    memset(p, 0, n);
    return out;
}

MB_PLAIN3(mbstr, _mbsncpy, mbstr, mbcstr, size_t)
MB_PLAIN3(mbstr, _mbsnbcpy, mbstr, mbcstr, size_t)

/* The end of a string, before a lead byte that has no trail. */
static mbstr end_of(const struct mbcinfo *mbc, mbstr s)
{
    while (*s) {
        if (mb_lead(mbc, *s) && !s[1])
            break;
        s += mb_length(mbc, s);
    }
    return s;
}

/* Copies whole characters, at most `chars` or `bytes`; the end of the copy. */
static mbstr append(const struct mbcinfo *mbc, mbstr p, mbcstr s, size_t chars, size_t bytes)
{
    while (*s && chars--) {
        unsigned length = mb_lead(mbc, *s) ? 2 : 1;
        if (length > bytes || (length == 2 && !s[1]))
            break;
        memcpy(p, s, length);
        p += length;
        s += length;
        bytes -= length;
    }
    *p = 0;
    return p;
}

mbstr __cdecl _mbsncat_l(mbstr out, mbcstr s, size_t n, _locale_t locale)
{
    CRT_VALIDATE((out && s) || !n, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    if (n)
        append(mbc, end_of(mbc, out), s, n, SIZE_MAX);
    return out;
}

mbstr __cdecl _mbsnbcat_l(mbstr out, mbcstr s, size_t n, _locale_t locale)
{
    CRT_VALIDATE((out && s) || !n, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    if (n)
        append(mbc, end_of(mbc, out), s, SIZE_MAX, n);
    return out;
}

MB_PLAIN3(mbstr, _mbsncat, mbstr, mbcstr, size_t)
MB_PLAIN3(mbstr, _mbsnbcat, mbstr, mbcstr, size_t)

/* ---- the secure ones ---- */

/* s behind out + used; n characters or bytes of it, or as many as fit (_TRUNCATE). */
static errno_t copy_s(mbstr out, size_t size, size_t used, mbcstr s, size_t n, bool bytes, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);
    size_t want = n == _TRUNCATE ? strlen((char *)s) : bytes ? strnlen((char *)s, n) : _mbsnbcnt_l(s, n, locale);

    if (want < size - used) {
        mbstr end = append(mbc, out + used, s, SIZE_MAX, want);
        if ((size_t)(end - out) - used == want)
            return 0;
        errno = EILSEQ; /* ends within a character, which is left away */
        return EILSEQ;
    }
    if (n == _TRUNCATE) {
        append(mbc, out + used, s, SIZE_MAX, size - used - 1);
        return STRUNCATE;
    }
    *out = 0;
    CRT_VALIDATE(0, ERANGE, ERANGE);
    return ERANGE;
}

static errno_t cat_s(mbstr out, size_t size, mbcstr s, size_t n, bool bytes, _locale_t locale)
{
    if (!out && !size && !n)
        return 0;
    CRT_VALIDATE(out && size, EINVAL, EINVAL);
    size_t used = strnlen((char *)out, size);
    if ((!s && n) || used == size) {
        *out = 0;
        CRT_VALIDATE(0, EINVAL, EINVAL);
    }
    return n ? copy_s(out, size, used, s, n, bytes, locale) : 0;
}

static errno_t cpy_s(mbstr out, size_t size, mbcstr s, size_t n, bool bytes, _locale_t locale)
{
    if (!out && !size && !n)
        return 0;
    CRT_VALIDATE(out && size, EINVAL, EINVAL);
    *out = 0;
    CRT_VALIDATE(s || !n, EINVAL, EINVAL);
    return n ? copy_s(out, size, 0, s, n, bytes, locale) : 0;
}

errno_t __cdecl _mbscpy_s_l(mbstr out, size_t size, mbcstr s, _locale_t locale)
{
    return cpy_s(out, size, s, SIZE_MAX - 1, true, locale);
}

errno_t __cdecl _mbscat_s_l(mbstr out, size_t size, mbcstr s, _locale_t locale)
{
    return cat_s(out, size, s, SIZE_MAX - 1, true, locale);
}

MB_PLAIN3(errno_t, _mbscpy_s, mbstr, size_t, mbcstr)
MB_PLAIN3(errno_t, _mbscat_s, mbstr, size_t, mbcstr)

#define COUNTED_S(NAME, BACK, BYTES)                                                                                   \
    errno_t __cdecl NAME##_l(mbstr out, size_t size, mbcstr s, size_t n, _locale_t locale)                             \
    {                                                                                                                  \
        return BACK(out, size, s, n, BYTES, locale);                                                                   \
    }                                                                                                                  \
    MB_PLAIN4(errno_t, NAME, mbstr, size_t, mbcstr, size_t)

COUNTED_S(_mbsncpy_s, cpy_s, false)
COUNTED_S(_mbsnbcpy_s, cpy_s, true)
COUNTED_S(_mbsncat_s, cat_s, false)
COUNTED_S(_mbsnbcat_s, cat_s, true)

/* ---- one character ---- */

size_t __cdecl _mbclen_l(mbcstr s, _locale_t locale)
{
    return mb_lead(crt_mbc(locale), *s) && s[1] ? 2 : 1;
}

MB_PLAIN1(size_t, _mbclen, mbcstr)

errno_t __cdecl _mbccpy_s_l(mbstr out, size_t size, int *copied, mbcstr s, _locale_t locale)
{
    if (copied)
        *copied = 0;
    CRT_VALIDATE(out && size, EINVAL, EINVAL);
    *out = 0;
    CRT_VALIDATE(s, EINVAL, EINVAL);
    unsigned length = mb_lead(crt_mbc(locale), *s) ? 2 : 1;
    if (length == 2 && !s[1]) { /* half a character */
        if (copied)
            *copied = 1;
        errno = EILSEQ;
        return EILSEQ;
    }
    CRT_VALIDATE(length <= size, ERANGE, ERANGE);
    memcpy(out, s, length);
    if (copied)
        *copied = (int)length;
    return 0;
}

MB_PLAIN4(errno_t, _mbccpy_s, mbstr, size_t, int *, mbcstr)

void __cdecl _mbccpy_l(mbstr out, mbcstr s, _locale_t locale)
{
    _mbccpy_s_l(out, 2, NULL, s, locale);
}

void __cdecl _mbccpy(mbstr out, mbcstr s)
{
    _mbccpy_s_l(out, 2, NULL, s, NULL);
}

/* ---- filling ---- */

/* Sets up to `bytes` of the string to c; a half left over becomes a blank. */
static void fill(mbstr s, unsigned c, size_t bytes, size_t chars)
{
    unsigned char unit[2];
    unsigned length = mb_put(unit, c);

    while (chars-- && bytes && *s) {
        if (length == 2 && (bytes < 2 || !s[1])) {
            *s = ' ';
            break;
        }
        memcpy(s, unit, length);
        s += length;
        bytes -= length;
    }
}

#define FILL(NAME, CHARS, BYTES)                                                                                       \
    mbstr __cdecl NAME##_l(mbstr s, unsigned c, size_t n, _locale_t locale)                                            \
    {                                                                                                                  \
        (void)locale;                                                                                                  \
        CRT_VALIDATE(s || !n, EINVAL, NULL);                                                                           \
        if (n)                                                                                                         \
            fill(s, c, BYTES, CHARS);                                                                                  \
        return s;                                                                                                      \
    }                                                                                                                  \
    MB_PLAIN3(mbstr, NAME, mbstr, unsigned, size_t)                                                                    \
    errno_t __cdecl NAME##_s_l(mbstr s, size_t size, unsigned c, size_t n, _locale_t locale)                           \
    {                                                                                                                  \
        (void)locale;                                                                                                  \
        if (!s && !size && !n)                                                                                         \
            return 0;                                                                                                  \
        CRT_VALIDATE(s &&size, EINVAL, EINVAL);                                                                        \
        if (strnlen((char *)s, size) == size) {                                                                        \
            *s = 0;                                                                                                    \
            CRT_VALIDATE(0, EINVAL, EINVAL);                                                                           \
        }                                                                                                              \
        if (n)                                                                                                         \
            fill(s, c, BYTES, CHARS);                                                                                  \
        return 0;                                                                                                      \
    }                                                                                                                  \
    MB_PLAIN4(errno_t, NAME##_s, mbstr, size_t, unsigned, size_t)

FILL(_mbsnset, n, SIZE_MAX)
FILL(_mbsnbset, SIZE_MAX, n)

mbstr __cdecl _mbsset_l(mbstr s, unsigned c, _locale_t locale)
{
    return _mbsnset_l(s, c, SIZE_MAX, locale);
}

errno_t __cdecl _mbsset_s_l(mbstr s, size_t size, unsigned c, _locale_t locale)
{
    return _mbsnset_s_l(s, size, c, SIZE_MAX, locale);
}

MB_PLAIN2(mbstr, _mbsset, mbstr, unsigned)
MB_PLAIN3(errno_t, _mbsset_s, mbstr, size_t, unsigned)

/* ---- reversing, case ---- */

mbstr __cdecl _mbsrev_l(mbstr s, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbstr p = s;
    /* Two-byte characters are turned round first, and back by turning the whole. */
    for (; *p; p++)
        if (mb_lead(mbc, *p)) {
            if (!p[1])
                break;
            unsigned char t = p[0];
            p[0] = p[1];
            *++p = t;
        }
    for (mbstr a = s, b = p; a < b; a++) {
        unsigned char t = *a;
        *a = *--b;
        *b = t;
    }
    return s;
}

MB_PLAIN1(mbstr, _mbsrev, mbstr)

static void change_case(mbstr s, unsigned (*change)(const struct mbcinfo *, unsigned), const struct mbcinfo *mbc)
{
    while (*s) {
        mbcstr next = s;
        unsigned c = mb_next(mbc, &next);
        if (!c)
            break;
        unsigned char bytes[2];
        unsigned length = mb_put(bytes, change(mbc, c));
        if (length == (size_t)(next - s))
            memcpy(s, bytes, length);
        s = (mbstr)next;
    }
}

#define CASE(NAME, CHANGE)                                                                                             \
    mbstr __cdecl NAME##_l(mbstr s, _locale_t locale)                                                                  \
    {                                                                                                                  \
        CRT_VALIDATE(s, EINVAL, NULL);                                                                                 \
        change_case(s, CHANGE, crt_mbc(locale));                                                                       \
        return s;                                                                                                      \
    }                                                                                                                  \
    MB_PLAIN1(mbstr, NAME, mbstr)                                                                                      \
    errno_t __cdecl NAME##_s_l(mbstr s, size_t size, _locale_t locale)                                                 \
    {                                                                                                                  \
        if (!s && !size)                                                                                               \
            return 0;                                                                                                  \
        CRT_VALIDATE(s &&size, EINVAL, EINVAL);                                                                        \
        if (strnlen((char *)s, size) == size) {                                                                        \
            *s = 0;                                                                                                    \
            CRT_VALIDATE(0, EINVAL, EINVAL);                                                                           \
        }                                                                                                              \
        change_case(s, CHANGE, crt_mbc(locale));                                                                       \
        return 0;                                                                                                      \
    }                                                                                                                  \
    MB_PLAIN2(errno_t, NAME##_s, mbstr, size_t)

CASE(_mbslwr, crt_mb_lower)
CASE(_mbsupr, crt_mb_upper)
