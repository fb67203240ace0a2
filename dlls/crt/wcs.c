/* SPDX-License-Identifier: MIT */
/* wchar.h: wide strings that need no locale. */
#include "crt_private.h"
#include <emmintrin.h>

#undef wcscpy
#undef wcscat

size_t __cdecl wcslen(const wchar_t *s)
{
    const wchar_t *p = s;

    /* Aligned blocks do not cross pages; a string at an odd address is walked. */
    if ((uintptr_t)s & 1) {
        while (*p)
            p++;
        return (size_t)(p - s);
    }
    for (; (uintptr_t)p & 15; p++)
        if (!*p)
            return (size_t)(p - s);
    for (;; p += 8) {
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi16(*(const __m128i *)p, _mm_setzero_si128()));
        if (mask)
            return (size_t)(p - s) + (size_t)__builtin_ctz(mask) / 2;
    }
}

size_t __cdecl wcsnlen(const wchar_t *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

size_t __cdecl __wcsncnt(const wchar_t *s, size_t max)
{
    return wcsnlen(s, max);
}

wchar_t *__cdecl wcschr(const wchar_t *s, wchar_t c)
{
    for (; *s != c; s++)
        if (!*s)
            return NULL;
    return (wchar_t *)s;
}

wchar_t *__cdecl wcsrchr(const wchar_t *s, wchar_t c)
{
    const wchar_t *found = NULL;

    do {
        if (*s == c)
            found = s;
    } while (*s++);
    return (wchar_t *)found;
}

int __cdecl wcscmp(const wchar_t *a, const wchar_t *b)
{
    for (; *a == *b; a++, b++)
        if (!*a)
            return 0;
    return *a < *b ? -1 : 1;
}

int __cdecl wcsncmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (; n; n--, a++, b++) {
        if (*a != *b)
            return CRT_IS_UCRT ? (*a < *b ? -1 : 1) : *a - *b;
        if (!*a)
            break;
    }
    return 0;
}

wchar_t *__cdecl wcscpy(wchar_t *dst, const wchar_t *src)
{
    return memmove(dst, src, (wcslen(src) + 1) * sizeof(wchar_t));
}

wchar_t *__cdecl wcscat(wchar_t *dst, const wchar_t *src)
{
    wcscpy(dst + wcslen(dst), src);
    return dst;
}

wchar_t *__cdecl wcsncpy(wchar_t *dst, const wchar_t *src, size_t n)
{
    size_t len = wcsnlen(src, n);
    memmove(dst, src, len * sizeof(wchar_t));
    memset(dst + len, 0, (n - len) * sizeof(wchar_t));
    return dst;
}

wchar_t *__cdecl wcsncat(wchar_t *dst, const wchar_t *src, size_t n)
{
    size_t len = wcsnlen(src, n);
    wchar_t *end = dst + wcslen(dst);
    memmove(end, src, len * sizeof(wchar_t));
    end[len] = 0;
    return dst;
}

size_t __cdecl wcsspn(const wchar_t *s, const wchar_t *accept)
{
    const wchar_t *p = s;

    while (*p && wcschr(accept, *p))
        p++;
    return (size_t)(p - s);
}

size_t __cdecl wcscspn(const wchar_t *s, const wchar_t *reject)
{
    const wchar_t *p = s;

    while (*p && !wcschr(reject, *p))
        p++;
    return (size_t)(p - s);
}

wchar_t *__cdecl wcspbrk(const wchar_t *s, const wchar_t *accept)
{
    s += wcscspn(s, accept);
    return *s ? (wchar_t *)s : NULL;
}

wchar_t *__cdecl wcsstr(const wchar_t *s, const wchar_t *find)
{
    size_t len = wcslen(find);

    if (!len)
        return (wchar_t *)s;
    for (s = wcschr(s, *find); s; s = wcschr(s + 1, *find))
        if (!wcsncmp(s, find, len))
            return (wchar_t *)s;
    return NULL;
}

wchar_t *__cdecl wcstok_s(wchar_t *s, const wchar_t *delimiters, wchar_t **context)
{
    CRT_VALIDATE(context && delimiters, EINVAL, NULL);
    CRT_VALIDATE(s || *context, EINVAL, NULL);
    if (!s)
        s = *context;
    s += wcsspn(s, delimiters);
    wchar_t *end = s + wcscspn(s, delimiters);
    *context = *end ? end + 1 : end;
    if (s == end)
        return NULL;
    *end = 0;
    return s;
}

/* ucrt's has the third parameter of the standard; it may be null. msvcrt's takes two. */
wchar_t *__cdecl crt_wcstok(wchar_t *s, const wchar_t *delimiters, wchar_t **context)
{
    wchar_t **next = CRT_IS_UCRT && context ? context : &crt_thread()->wcstok_next;

    if (!s && !*next)
        return NULL;
    return wcstok_s(s, delimiters, next);
}

wchar_t *__cdecl _wcsdup(const wchar_t *s)
{
    if (!s)
        return NULL;
    size_t size = (wcslen(s) + 1) * sizeof(wchar_t);
    wchar_t *copy = malloc(size);
    return copy ? memcpy(copy, s, size) : NULL;
}

wchar_t *__cdecl _wcsrev(wchar_t *s)
{
    for (wchar_t *a = s, *b = s + wcslen(s); a < --b; a++) {
        wchar_t c = *a;
        *a = *b;
        *b = c;
    }
    return s;
}

wchar_t *__cdecl _wcsset(wchar_t *s, wchar_t c)
{
    for (wchar_t *p = s; *p; p++)
        *p = c;
    return s;
}

wchar_t *__cdecl _wcsnset(wchar_t *s, wchar_t c, size_t n)
{
    for (wchar_t *p = s; n && *p; p++, n--)
        *p = c;
    return s;
}
