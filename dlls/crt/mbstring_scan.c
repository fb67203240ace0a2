/* SPDX-License-Identifier: MIT */
/* mbstring.h: walking, counting, comparing and searching. */
#include "mbstring_private.h"

/* ---- walking and counting ---- */

mbstr __cdecl _mbsinc_l(mbcstr p, _locale_t locale)
{
    CRT_VALIDATE(p, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    return (mbstr)p + (mb_lead(mbc, *p) && p[1] ? 2 : 1);
}

MB_PLAIN1(mbstr, _mbsinc, mbcstr)

/* Lead bytes directly before pos - 1: an odd number makes the byte at pos - 1 a trail. */
mbstr __cdecl _mbsdec_l(mbcstr start, mbcstr pos, _locale_t locale)
{
    CRT_VALIDATE(start && pos, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    if (start >= pos)
        return NULL;
    mbcstr p = pos - 1;
    while (p > start && mb_lead(mbc, p[-1]))
        p--;
    return (mbstr)pos - (((pos - 1 - p) & 1) ? 2 : 1);
}

MB_PLAIN2(mbstr, _mbsdec, mbcstr, mbcstr)

unsigned __cdecl _mbsnextc_l(mbcstr s, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, 0);
    return mb_lead(crt_mbc(locale), *s) ? (unsigned)(s[0] << 8 | s[1]) : *s;
}

MB_PLAIN1(unsigned, _mbsnextc, mbcstr)

size_t __cdecl _mbsnbcnt_l(mbcstr s, size_t count, _locale_t locale)
{
    CRT_VALIDATE(s || !count, EINVAL, 0);
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbcstr p = s;
    while (count-- && *p) {
        if (mb_lead(mbc, *p) && !*++p) {
            p--; /* half a character does not count */
            break;
        }
        p++;
    }
    return (size_t)(p - s);
}

MB_PLAIN2(size_t, _mbsnbcnt, mbcstr, size_t)

size_t __cdecl _mbsnccnt_l(mbcstr s, size_t bytes, _locale_t locale)
{
    CRT_VALIDATE(s || !bytes, EINVAL, 0);
    const struct mbcinfo *mbc = crt_mbc(locale);
    size_t n = 0;
    for (mbcstr end = s + bytes; s < end && *s; n++) {
        if (mb_lead(mbc, *s) && (++s == end || !*s))
            break;
        s++;
    }
    return n;
}

MB_PLAIN2(size_t, _mbsnccnt, mbcstr, size_t)

mbstr __cdecl _mbsninc_l(mbcstr s, size_t count, _locale_t locale)
{
    return s ? (mbstr)s + _mbsnbcnt_l(s, count, locale) : NULL;
}

MB_PLAIN2(mbstr, _mbsninc, mbcstr, size_t)

size_t __cdecl _mbslen_l(mbcstr s, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);
    size_t n = 0;

    while (mb_next(mbc, &s))
        n++;
    return n;
}

MB_PLAIN1(size_t, _mbslen, mbcstr)

/* size counts bytes; size itself if there is no end within it. */
size_t __cdecl _mbsnlen_l(mbcstr s, size_t size, _locale_t locale)
{
    CRT_VALIDATE(s || !size, EINVAL, 0);
    const struct mbcinfo *mbc = crt_mbc(locale);
    size_t n = 0, i = 0;
    for (; i < size && s[i]; n++, i++)
        if (mb_lead(mbc, s[i]) && (++i >= size || !s[i]))
            break;
    return i >= size ? size : n;
}

MB_PLAIN2(size_t, _mbsnlen, mbcstr, size_t)

/* Whether pos is within a two-byte character of the string that begins at start. */
static int part_of(mbcstr start, mbcstr pos, _locale_t locale, bool trail)
{
    const struct mbcinfo *mbc = crt_mbc(locale);

    CRT_VALIDATE(start && pos, EINVAL, 0);
    while (start <= pos && *start) {
        if (mb_lead(mbc, *start)) {
            if (start == pos)
                return trail ? 0 : -1;
            if (!*++start)
                return 0;
            if (start == pos)
                return trail ? -1 : 0;
        }
        start++;
    }
    return 0;
}

int __cdecl _ismbslead_l(mbcstr start, mbcstr pos, _locale_t locale)
{
    return part_of(start, pos, locale, false);
}

int __cdecl _ismbstrail_l(mbcstr start, mbcstr pos, _locale_t locale)
{
    return part_of(start, pos, locale, true);
}

MB_PLAIN2(int, _ismbslead, mbcstr, mbcstr)
MB_PLAIN2(int, _ismbstrail, mbcstr, mbcstr)

/* ---- comparison ---- */

/* chars and bytes: the first limit reached ends it. */
static int compare(mbcstr a, mbcstr b, size_t chars, size_t bytes, bool fold, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbcstr a_end = bytes == SIZE_MAX ? NULL : a + bytes, b_end = bytes == SIZE_MAX ? NULL : b + bytes;

    while (chars-- && !(a_end && a >= a_end)) {
        /* a character that the limit would split is compared by its lead byte's absence: as the end */
        unsigned x = a_end && a + 1 == a_end && mb_lead(mbc, *a) ? (a++, 0u) : mb_next(mbc, &a);
        unsigned y = b_end && b + 1 == b_end && mb_lead(mbc, *b) ? (b++, 0u) : mb_next(mbc, &b);
        if (fold) {
            x = crt_mb_lower(mbc, x);
            y = crt_mb_lower(mbc, y);
        }
        if (x != y)
            return x > y ? 1 : -1;
        if (!x)
            break;
    }
    return 0;
}

#define INVALID_ORDER INT_MAX /* _NLSCMPERROR */

#define COMPARE(NAME, CHARS, BYTES, FOLD)                                                                              \
    int __cdecl NAME##_l(mbcstr a, mbcstr b, size_t n, _locale_t locale)                                               \
    {                                                                                                                  \
        if (!n)                                                                                                        \
            return 0;                                                                                                  \
        CRT_VALIDATE(a &&b, EINVAL, INVALID_ORDER);                                                                    \
        return compare(a, b, CHARS, BYTES, FOLD, locale);                                                              \
    }                                                                                                                  \
    MB_PLAIN3(int, NAME, mbcstr, mbcstr, size_t)

#define COMPARE_ALL(NAME, FOLD)                                                                                        \
    int __cdecl NAME##_l(mbcstr a, mbcstr b, _locale_t locale)                                                         \
    {                                                                                                                  \
        CRT_VALIDATE(a &&b, EINVAL, INVALID_ORDER);                                                                    \
        return compare(a, b, SIZE_MAX, SIZE_MAX, FOLD, locale);                                                        \
    }                                                                                                                  \
    MB_PLAIN2(int, NAME, mbcstr, mbcstr)

COMPARE_ALL(_mbscmp, false)
COMPARE_ALL(_mbsicmp, true)
COMPARE(_mbsncmp, n, SIZE_MAX, false)
COMPARE(_mbsnicmp, n, SIZE_MAX, true)
COMPARE(_mbsnbcmp, SIZE_MAX, n, false)
COMPARE(_mbsnbicmp, SIZE_MAX, n, true)

/* Order of the locale, by its code page's Unicode meaning. */
static int collate(mbcstr a, size_t a_bytes, mbcstr b, size_t b_bytes, bool fold, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    const struct mbcinfo *mbc = crt_mbc(locale);
    UINT cp = mbc->codepage ? (UINT)mbc->codepage : CP_ACP;
    wchar_t *wide;

    if (!loc->sysname[LC_COLLATE]) {
        size_t n = a_bytes > b_bytes ? a_bytes : b_bytes;
        return compare(a, b, SIZE_MAX, n, fold, locale);
    }
    int na = a_bytes ? MultiByteToWideChar(cp, 0, (char *)a, (int)a_bytes, NULL, 0) : 0;
    int nb = b_bytes ? MultiByteToWideChar(cp, 0, (char *)b, (int)b_bytes, NULL, 0) : 0;
    wide = malloc((size_t)(na + nb + 1) * sizeof(wchar_t));
    if (!wide)
        return INVALID_ORDER;
    MultiByteToWideChar(cp, 0, (char *)a, (int)a_bytes, wide, na);
    MultiByteToWideChar(cp, 0, (char *)b, (int)b_bytes, wide + na, nb);
    int r = CompareStringEx(loc->sysname[LC_COLLATE], SORT_STRINGSORT | (fold ? NORM_IGNORECASE : 0), wide, na,
                            wide + na, nb, NULL, NULL, 0);
    free(wide);
    return r ? r - CSTR_EQUAL : INVALID_ORDER;
}

#define COLLATE_ALL(NAME, FOLD)                                                                                        \
    int __cdecl NAME##_l(mbcstr a, mbcstr b, _locale_t locale)                                                         \
    {                                                                                                                  \
        CRT_VALIDATE(a &&b, EINVAL, INVALID_ORDER);                                                                    \
        return collate(a, strlen((char *)a), b, strlen((char *)b), FOLD, locale);                                      \
    }                                                                                                                  \
    MB_PLAIN2(int, NAME, mbcstr, mbcstr)

#define COLLATE(NAME, LENGTH, FOLD)                                                                                    \
    int __cdecl NAME##_l(mbcstr a, mbcstr b, size_t n, _locale_t locale)                                               \
    {                                                                                                                  \
        if (!n)                                                                                                        \
            return 0;                                                                                                  \
        CRT_VALIDATE(a &&b &&n <= INT_MAX, EINVAL, INVALID_ORDER);                                                     \
        return collate(a, LENGTH(a, n), b, LENGTH(b, n), FOLD, locale);                                                \
    }                                                                                                                  \
    MB_PLAIN3(int, NAME, mbcstr, mbcstr, size_t)

#define BYTE_LENGTH(s, n) strnlen((char *)(s), n)
#define CHAR_LENGTH(s, n) _mbsnbcnt_l(s, n, locale)

COLLATE_ALL(_mbscoll, false)
COLLATE_ALL(_mbsicoll, true)
COLLATE(_mbsncoll, CHAR_LENGTH, false)
COLLATE(_mbsnicoll, CHAR_LENGTH, true)
COLLATE(_mbsnbcoll, BYTE_LENGTH, false)
COLLATE(_mbsnbicoll, BYTE_LENGTH, true)

/* ---- searching ---- */

mbstr __cdecl _mbschr_l(mbcstr s, unsigned c, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    for (;;) {
        mbcstr at = s;
        unsigned here = mb_next(mbc, &s);
        if (here == c)
            return (mbstr)(here ? at : s - 1);
        if (!here)
            return NULL;
    }
}

MB_PLAIN2(mbstr, _mbschr, mbcstr, unsigned)

mbstr __cdecl _mbsrchr_l(mbcstr s, unsigned c, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    mbcstr found = NULL;
    for (;;) {
        mbcstr at = s;
        unsigned here = mb_next(mbc, &s);
        if (here == c)
            found = here ? at : s - 1;
        if (!here)
            return (mbstr)found;
    }
}

MB_PLAIN2(mbstr, _mbsrchr, mbcstr, unsigned)

static bool in_set(const struct mbcinfo *mbc, unsigned c, mbcstr set)
{
    for (unsigned member; (member = mb_next(mbc, &set)) != 0;)
        if (member == c)
            return true;
    return false;
}

/* The first character that is (or is not) in the set; the end of the string if there is none. */
static mbcstr find(mbcstr s, mbcstr set, bool wanted, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);

    for (;;) {
        mbcstr at = s;
        unsigned c = mb_next(mbc, &s);
        if (!c || in_set(mbc, c, set) == wanted)
            return at;
    }
}

size_t __cdecl _mbsspn_l(mbcstr s, mbcstr set, _locale_t locale)
{
    CRT_VALIDATE(s && set, EINVAL, 0);
    return (size_t)(find(s, set, false, locale) - s);
}

size_t __cdecl _mbscspn_l(mbcstr s, mbcstr set, _locale_t locale)
{
    CRT_VALIDATE(s && set, EINVAL, 0);
    return (size_t)(find(s, set, true, locale) - s);
}

mbstr __cdecl _mbspbrk_l(mbcstr s, mbcstr set, _locale_t locale)
{
    CRT_VALIDATE(s && set, EINVAL, NULL);
    mbcstr at = find(s, set, true, locale);
    return *at ? (mbstr)at : NULL;
}

mbstr __cdecl _mbsspnp_l(mbcstr s, mbcstr set, _locale_t locale)
{
    CRT_VALIDATE(s && set, EINVAL, NULL);
    mbcstr at = find(s, set, false, locale);
    return *at ? (mbstr)at : NULL;
}

MB_PLAIN2(size_t, _mbsspn, mbcstr, mbcstr)
MB_PLAIN2(size_t, _mbscspn, mbcstr, mbcstr)
MB_PLAIN2(mbstr, _mbspbrk, mbcstr, mbcstr)
MB_PLAIN2(mbstr, _mbsspnp, mbcstr, mbcstr)

mbstr __cdecl _mbsstr_l(mbcstr s, mbcstr what, _locale_t locale)
{
    CRT_VALIDATE(s && what, EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    size_t n = strlen((char *)what);
    while (*s) {
        if (!strncmp((char *)s, (char *)what, n))
            return (mbstr)s;
        s += mb_length(mbc, s);
    }
    return n ? NULL : (mbstr)s;
}

MB_PLAIN2(mbstr, _mbsstr, mbcstr, mbcstr)

mbstr __cdecl _mbstok_s_l(mbstr s, mbcstr separators, mbstr *next, _locale_t locale)
{
    CRT_VALIDATE(next && separators && (s || *next), EINVAL, NULL);
    const struct mbcinfo *mbc = crt_mbc(locale);
    if (!s)
        s = *next;
    mbstr token = (mbstr)find(s, separators, false, locale);
    mbstr end = (mbstr)find(token, separators, true, locale);
    *next = end + mb_length(mbc, end);
    if (*end)
        *end = 0;
    return token == end ? NULL : token;
}

MB_PLAIN3(mbstr, _mbstok_s, mbstr, mbcstr, mbstr *)

mbstr __cdecl _mbstok_l(mbstr s, mbcstr separators, _locale_t locale)
{
    struct thread_data *td = crt_thread();

    if (!s && !td->mbstok_next)
        return NULL;
    return _mbstok_s_l(s, separators, &td->mbstok_next, locale);
}

MB_PLAIN2(mbstr, _mbstok, mbstr, mbcstr)
