/* SPDX-License-Identifier: MIT */
/* Comparisons and case of strings that follow the locale; in the C locale only ASCII letters have case. */
#include "crt_private.h"

#define COLLATE_ERROR INT_MAX /* _NLSCMPERROR */

/* ---- ignoring case ---- */

int __cdecl _strnicmp_l(const char *a, const char *b, size_t n, _locale_t locale)
{
    CRT_VALIDATE(n == 0 || (a && b), EINVAL, COLLATE_ERROR);
    const unsigned char *lower = crt_loc(locale)->lower;
    for (; n; n--, a++, b++) {
        unsigned char p = lower[(unsigned char)*a], q = lower[(unsigned char)*b];
        if (p != q)
            return p - q;
        if (!p)
            break;
    }
    return 0;
}

int __cdecl _strnicmp(const char *a, const char *b, size_t n)
{
    return _strnicmp_l(a, b, n, NULL);
}

int __cdecl _stricmp_l(const char *a, const char *b, _locale_t locale)
{
    return _strnicmp_l(a, b, SIZE_MAX, locale);
}

int __cdecl _stricmp(const char *a, const char *b)
{
    return _strnicmp_l(a, b, SIZE_MAX, NULL);
}

int __cdecl _strcmpi(const char *a, const char *b)
{
    return _strnicmp_l(a, b, SIZE_MAX, NULL);
}

int __cdecl _memicmp_l(const void *a, const void *b, size_t n, _locale_t locale)
{
    CRT_VALIDATE(n == 0 || (a && b), EINVAL, COLLATE_ERROR);
    const unsigned char *lower = crt_loc(locale)->lower, *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (lower[*p] != lower[*q])
            return lower[*p] - lower[*q];
    return 0;
}

int __cdecl _memicmp(const void *a, const void *b, size_t n)
{
    return _memicmp_l(a, b, n, NULL);
}

int __cdecl _wcsnicmp_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t locale)
{
    CRT_VALIDATE(n == 0 || (a && b), EINVAL, COLLATE_ERROR);
    for (; n; n--, a++, b++) {
        wchar_t p = *a, q = *b;
        if (p != q) {
            p = _towlower_l(p, locale);
            q = _towlower_l(q, locale);
            if (p != q)
                return p - q;
        }
        if (!p)
            break;
    }
    return 0;
}

int __cdecl _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsnicmp_l(a, b, n, NULL);
}

int __cdecl _wcsicmp_l(const wchar_t *a, const wchar_t *b, _locale_t locale)
{
    return _wcsnicmp_l(a, b, SIZE_MAX, locale);
}

int __cdecl _wcsicmp(const wchar_t *a, const wchar_t *b)
{
    return _wcsnicmp_l(a, b, SIZE_MAX, NULL);
}

/* ---- collating ---- */

static int collate_wide(const struct locinfo *loc, const wchar_t *a, int alen, const wchar_t *b, int blen, DWORD flags)
{
    int r = CompareStringEx(loc->sysname[LC_COLLATE], flags, a, alen, b, blen, NULL, NULL, 0);
    if (!r) {
        errno = EINVAL;
        return COLLATE_ERROR;
    }
    return r - CSTR_EQUAL;
}

static wchar_t *widen(UINT cp, const char *s, size_t len, int *wlen)
{
    wchar_t *wide = malloc((len + 1) * sizeof(wchar_t));

    *wlen = wide && len ? MultiByteToWideChar(cp, 0, s, (int)len, wide, (int)len) : 0;
    return wide;
}

static int collate_narrow(const struct locinfo *loc, const char *a, size_t alen, const char *b, size_t blen,
                          DWORD flags)
{
    int wa, wb, r = COLLATE_ERROR;
    wchar_t *p = widen(loc->collate_cp, a, alen, &wa), *q = widen(loc->collate_cp, b, blen, &wb);

    if (p && q)
        r = collate_wide(loc, p, wa, q, wb, flags);
    free(p);
    free(q);
    return r;
}

int __cdecl _strcoll_l(const char *a, const char *b, _locale_t locale)
{
    CRT_VALIDATE(a && b, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return strcmp(a, b);
    return collate_narrow(loc, a, strlen(a), b, strlen(b), SORT_STRINGSORT);
}

int __cdecl strcoll(const char *a, const char *b)
{
    return _strcoll_l(a, b, NULL);
}

int __cdecl _stricoll_l(const char *a, const char *b, _locale_t locale)
{
    CRT_VALIDATE(a && b, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return _stricmp_l(a, b, locale);
    return collate_narrow(loc, a, strlen(a), b, strlen(b), SORT_STRINGSORT | NORM_IGNORECASE);
}

int __cdecl _stricoll(const char *a, const char *b)
{
    return _stricoll_l(a, b, NULL);
}

int __cdecl _strncoll_l(const char *a, const char *b, size_t n, _locale_t locale)
{
    if (!n)
        return 0;
    CRT_VALIDATE(a && b && n <= INT_MAX, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return strncmp(a, b, n);
    return collate_narrow(loc, a, strnlen(a, n), b, strnlen(b, n), SORT_STRINGSORT);
}

int __cdecl _strncoll(const char *a, const char *b, size_t n)
{
    return _strncoll_l(a, b, n, NULL);
}

int __cdecl _strnicoll_l(const char *a, const char *b, size_t n, _locale_t locale)
{
    if (!n)
        return 0;
    CRT_VALIDATE(a && b && n <= INT_MAX, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return _strnicmp_l(a, b, n, locale);
    return collate_narrow(loc, a, strnlen(a, n), b, strnlen(b, n), SORT_STRINGSORT | NORM_IGNORECASE);
}

int __cdecl _strnicoll(const char *a, const char *b, size_t n)
{
    return _strnicoll_l(a, b, n, NULL);
}

int __cdecl _wcscoll_l(const wchar_t *a, const wchar_t *b, _locale_t locale)
{
    CRT_VALIDATE(a && b, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return wcscmp(a, b);
    return collate_wide(loc, a, -1, b, -1, SORT_STRINGSORT);
}

int __cdecl wcscoll(const wchar_t *a, const wchar_t *b)
{
    return _wcscoll_l(a, b, NULL);
}

int __cdecl _wcsicoll_l(const wchar_t *a, const wchar_t *b, _locale_t locale)
{
    CRT_VALIDATE(a && b, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return _wcsicmp_l(a, b, locale);
    return collate_wide(loc, a, -1, b, -1, SORT_STRINGSORT | NORM_IGNORECASE);
}

int __cdecl _wcsicoll(const wchar_t *a, const wchar_t *b)
{
    return _wcsicoll_l(a, b, NULL);
}

int __cdecl _wcsncoll_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t locale)
{
    if (!n)
        return 0;
    CRT_VALIDATE(a && b && n <= INT_MAX, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return wcsncmp(a, b, n);
    return collate_wide(loc, a, (int)wcsnlen(a, n), b, (int)wcsnlen(b, n), SORT_STRINGSORT);
}

int __cdecl _wcsncoll(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsncoll_l(a, b, n, NULL);
}

int __cdecl _wcsnicoll_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t locale)
{
    if (!n)
        return 0;
    CRT_VALIDATE(a && b && n <= INT_MAX, EINVAL, COLLATE_ERROR);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE])
        return _wcsnicmp_l(a, b, n, locale);
    return collate_wide(loc, a, (int)wcsnlen(a, n), b, (int)wcsnlen(b, n), SORT_STRINGSORT | NORM_IGNORECASE);
}

int __cdecl _wcsnicoll(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsnicoll_l(a, b, n, NULL);
}

/* A sort key's bytes; wcsxfrm widens each to a character. */
size_t __cdecl _strxfrm_l(char *out, const char *s, size_t n, _locale_t locale)
{
    CRT_VALIDATE(s && n <= INT_MAX && (out || !n), EINVAL, INT_MAX);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE]) {
        size_t len = strlen(s);
        if (out && n)
            strncpy(out, s, n);
        return len;
    }
    int wlen;
    wchar_t *wide = widen(loc->collate_cp, s, strlen(s), &wlen);
    size_t r = INT_MAX;
    if (wide) {
        wide[wlen] = 0;
        int need = LCMapStringEx(loc->sysname[LC_COLLATE], LCMAP_SORTKEY, wide, -1, NULL, 0, NULL, NULL, 0);
        if (need > 0) {
            r = (size_t)need - 1;
            if (out && (size_t)need <= n)
                LCMapStringEx(loc->sysname[LC_COLLATE], LCMAP_SORTKEY, wide, -1, (wchar_t *)out, (int)n, NULL, NULL, 0);
        }
    }
    free(wide);
    if (r == INT_MAX)
        errno = EILSEQ;
    return r;
}

size_t __cdecl strxfrm(char *out, const char *s, size_t n)
{
    return _strxfrm_l(out, s, n, NULL);
}

size_t __cdecl _wcsxfrm_l(wchar_t *out, const wchar_t *s, size_t n, _locale_t locale)
{
    CRT_VALIDATE(s && n <= INT_MAX && (out || !n), EINVAL, INT_MAX);
    const struct locinfo *loc = crt_loc(locale);
    if (!loc->sysname[LC_COLLATE]) {
        size_t len = wcslen(s);
        if (out && n)
            wcsncpy(out, s, n);
        return len;
    }
    int need = LCMapStringEx(loc->sysname[LC_COLLATE], LCMAP_SORTKEY, s, -1, NULL, 0, NULL, NULL, 0);
    if (need <= 0) {
        errno = EILSEQ;
        return INT_MAX;
    }
    if (out && (size_t)need <= n) {
        unsigned char *bytes = (unsigned char *)out;
        LCMapStringEx(loc->sysname[LC_COLLATE], LCMAP_SORTKEY, s, -1, (wchar_t *)bytes, (int)(n * 2), NULL, NULL, 0);
        for (int i = need; i--;)
            out[i] = bytes[i];
    }
    return (size_t)need - 1;
}

size_t __cdecl wcsxfrm(wchar_t *out, const wchar_t *s, size_t n)
{
    return _wcsxfrm_l(out, s, n, NULL);
}

/* ---- changing case in place ---- */

#define CASE_NARROW(name, table)                                                                                       \
    errno_t __cdecl _str##name##_s_l(char *s, size_t size, _locale_t locale)                                           \
    {                                                                                                                  \
        CRT_VALIDATE(s, EINVAL, EINVAL);                                                                               \
        if (strnlen(s, size) >= size) {                                                                                \
            if (size)                                                                                                  \
                *s = 0;                                                                                                \
            CRT_VALIDATE(0, EINVAL, EINVAL);                                                                           \
        }                                                                                                              \
        const unsigned char *map = crt_loc(locale)->table;                                                             \
        for (; *s; s++)                                                                                                \
            *s = (char)map[(unsigned char)*s];                                                                         \
        return 0;                                                                                                      \
    }                                                                                                                  \
    errno_t __cdecl _str##name##_s(char *s, size_t size)                                                               \
    {                                                                                                                  \
        return _str##name##_s_l(s, size, NULL);                                                                        \
    }                                                                                                                  \
    char *__cdecl _str##name##_l(char *s, _locale_t locale)                                                            \
    {                                                                                                                  \
        _str##name##_s_l(s, SIZE_MAX, locale);                                                                         \
        return s;                                                                                                      \
    }                                                                                                                  \
    char *__cdecl _str##name(char *s)                                                                                  \
    {                                                                                                                  \
        _str##name##_s_l(s, SIZE_MAX, NULL);                                                                           \
        return s;                                                                                                      \
    }

CASE_NARROW(lwr, lower)
CASE_NARROW(upr, upper)

#define CASE_WIDE(name, map)                                                                                           \
    errno_t __cdecl _wcs##name##_s_l(wchar_t *s, size_t size, _locale_t locale)                                        \
    {                                                                                                                  \
        CRT_VALIDATE(s, EINVAL, EINVAL);                                                                               \
        if (wcsnlen(s, size) >= size) {                                                                                \
            if (size)                                                                                                  \
                *s = 0;                                                                                                \
            CRT_VALIDATE(0, EINVAL, EINVAL);                                                                           \
        }                                                                                                              \
        for (; *s; s++)                                                                                                \
            *s = map(*s, locale);                                                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
    errno_t __cdecl _wcs##name##_s(wchar_t *s, size_t size)                                                            \
    {                                                                                                                  \
        return _wcs##name##_s_l(s, size, NULL);                                                                        \
    }                                                                                                                  \
    wchar_t *__cdecl _wcs##name##_l(wchar_t *s, _locale_t locale)                                                      \
    {                                                                                                                  \
        _wcs##name##_s_l(s, SIZE_MAX, locale);                                                                         \
        return s;                                                                                                      \
    }                                                                                                                  \
    wchar_t *__cdecl _wcs##name(wchar_t *s)                                                                            \
    {                                                                                                                  \
        _wcs##name##_s_l(s, SIZE_MAX, NULL);                                                                           \
        return s;                                                                                                      \
    }

CASE_WIDE(lwr, _towlower_l)
CASE_WIDE(upr, _towupper_l)
