/* SPDX-License-Identifier: MIT */
/* crt_wstring.c: strings of wide characters (wchar.h). As in ntdll on Windows, letters are those of ASCII. */
#define _SECIMP /* defined here, not imported */
#include "ntdll_private.h"

#pragma GCC optimize("no-tree-loop-distribute-patterns")

static inline WCHAR lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}
static inline WCHAR upper(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

wchar_t *__cdecl wcscpy(wchar_t *dst, const wchar_t *src)
{
    return memcpy(dst, src, (wcslen(src) + 1) * sizeof(*src));
}

wchar_t *__cdecl wcsncpy(wchar_t *dst, const wchar_t *src, size_t n)
{
    size_t len = wcsnlen(src, n);

    memcpy(dst, src, len * sizeof(*src));
    memset(dst + len, 0, (n - len) * sizeof(*dst));
    return dst;
}

wchar_t *__cdecl wcscat(wchar_t *dst, const wchar_t *src)
{
    wcscpy(dst + wcslen(dst), src);
    return dst;
}

wchar_t *__cdecl wcsncat(wchar_t *dst, const wchar_t *src, size_t n)
{
    size_t at = wcslen(dst), len = wcsnlen(src, n);

    memcpy(dst + at, src, len * sizeof(*src));
    dst[at + len] = 0;
    return dst;
}

int __cdecl wcscmp(const wchar_t *a, const wchar_t *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b ? 0 : *a < *b ? -1 : 1;
}

int __cdecl wcsncmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (; n; a++, b++, n--) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

int __cdecl _wcsicmp(const wchar_t *a, const wchar_t *b)
{
    WCHAR x, y;

    do {
        x = lower(*a++);
        y = lower(*b++);
    } while (x == y && x);
    return x - y;
}

int __cdecl _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (; n; n--) {
        WCHAR x = lower(*a++), y = lower(*b++);

        if (x != y)
            return x - y;
        if (!x)
            break;
    }
    return 0;
}

wchar_t *__cdecl wcschr(const wchar_t *s, wchar_t c)
{
    for (;; s++) {
        if (*s == c)
            return (wchar_t *)s;
        if (!*s)
            return NULL;
    }
}

wchar_t *__cdecl wcsrchr(const wchar_t *s, wchar_t c)
{
    for (size_t i = wcslen(s) + 1; i--;) {
        if (s[i] == c)
            return (wchar_t *)s + i;
    }
    return NULL;
}

wchar_t *__cdecl wcsstr(const wchar_t *s, const wchar_t *what)
{
    size_t len = wcslen(what);

    if (!len)
        return (wchar_t *)s;
    for (; (s = wcschr(s, *what)); s++) {
        if (!wcsncmp(s, what, len))
            return (wchar_t *)s;
    }
    return NULL;
}

size_t __cdecl wcsspn(const wchar_t *s, const wchar_t *set)
{
    size_t n = 0;

    while (s[n] && wcschr(set, s[n]))
        n++;
    return n;
}

size_t __cdecl wcscspn(const wchar_t *s, const wchar_t *set)
{
    size_t n = 0;

    while (s[n] && !wcschr(set, s[n]))
        n++;
    return n;
}

wchar_t *__cdecl wcspbrk(const wchar_t *s, const wchar_t *set)
{
    s += wcscspn(s, set);
    return *s ? (wchar_t *)s : NULL;
}

wchar_t *__cdecl _wcslwr(wchar_t *s)
{
    for (wchar_t *p = s; *p; p++)
        *p = lower(*p);
    return s;
}

wchar_t *__cdecl _wcsupr(wchar_t *s)
{
    for (wchar_t *p = s; *p; p++)
        *p = upper(*p);
    return s;
}

wchar_t *__cdecl wcslwr(wchar_t *s)
{
    return _wcslwr(s);
}

errno_t __cdecl wcscpy_s(wchar_t *dst, rsize_t size, const wchar_t *src)
{
    if (!dst || !size)
        return EINVAL;
    if (!src) {
        *dst = 0;
        return EINVAL;
    }
    if (wcsnlen(src, size) == size) {
        *dst = 0;
        return ERANGE;
    }
    wcscpy(dst, src);
    return 0;
}

errno_t __cdecl wcsncpy_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    size_t len;

    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return EINVAL;
    if (!n) {
        *dst = 0;
        return 0;
    }
    if (!src) {
        *dst = 0;
        return EINVAL;
    }
    len = wcsnlen(src, n == _TRUNCATE ? size : n);
    if (len >= size) {
        if (n != _TRUNCATE) {
            *dst = 0;
            return ERANGE;
        }
        len = size - 1;
        memcpy(dst, src, len * sizeof(*src));
        dst[len] = 0;
        return STRUNCATE;
    }
    memcpy(dst, src, len * sizeof(*src));
    dst[len] = 0;
    return 0;
}

errno_t __cdecl wcscat_s(wchar_t *dst, rsize_t size, const wchar_t *src)
{
    size_t at;

    if (!dst || !size)
        return EINVAL;
    at = wcsnlen(dst, size);
    if (!src || at == size) {
        *dst = 0;
        return EINVAL;
    }
    if (wcsnlen(src, size - at) == size - at) {
        *dst = 0;
        return ERANGE;
    }
    wcscpy(dst + at, src);
    return 0;
}

errno_t __cdecl wcsncat_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    size_t at;
    errno_t err;

    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return EINVAL;
    at = wcsnlen(dst, size);
    if (at == size || (!src && n)) {
        *dst = 0;
        return EINVAL;
    }
    if (!n)
        return 0;
    err = wcsncpy_s(dst + at, size - at, src, n);
    if (err && err != STRUNCATE)
        *dst = 0;
    return err;
}

errno_t __cdecl _wcslwr_s(wchar_t *s, size_t size)
{
    if (!s || wcsnlen(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    _wcslwr(s);
    return 0;
}

errno_t __cdecl _wcsupr_s(wchar_t *s, size_t size)
{
    if (!s || wcsnlen(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    _wcsupr(s);
    return 0;
}

errno_t __cdecl _wcsnset_s(wchar_t *s, size_t size, wchar_t c, size_t n)
{
    if (!s || !size)
        return EINVAL;
    if (wcsnlen(s, size) == size) {
        *s = 0;
        return EINVAL;
    }
    for (; n && *s; n--)
        *s++ = c;
    return 0;
}

errno_t __cdecl _wcsset_s(wchar_t *s, size_t size, wchar_t c)
{
    return _wcsnset_s(s, size, c, (size_t)-1);
}

wchar_t *__cdecl wcstok_s(wchar_t *s, const wchar_t *delimiters, wchar_t **context)
{
    wchar_t *token;

    if (!s)
        s = *context;
    s += wcsspn(s, delimiters);
    if (!*s) {
        *context = s;
        return NULL;
    }
    token = s;
    s += wcscspn(s, delimiters);
    if (*s)
        *s++ = 0;
    *context = s;
    return token;
}
