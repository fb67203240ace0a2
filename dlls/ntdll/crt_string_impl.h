/* SPDX-License-Identifier: MIT */
/*
 * crt_string_impl.h: the string functions, for one character type: included by crt_string.c for bytes and by crt_wstring.c
 * for wide characters. As in ntdll on Windows, letters are those of ASCII.
 *
 * Before including: CH (the character), UCH (the same, unsigned), XINT (a single character as a parameter), F(narrow, wide)
 * (one of the two names), LEN and NLEN (strlen, strnlen).
 */

#pragma GCC optimize("no-tree-loop-distribute-patterns")

static inline int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}
static inline int upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

CH *__cdecl F(strcpy, wcscpy)(CH *dst, const CH *src)
{
    return memcpy(dst, src, (LEN(src) + 1) * sizeof(CH));
}

CH *__cdecl F(strncpy, wcsncpy)(CH *dst, const CH *src, size_t n)
{
    size_t len = NLEN(src, n);

    memcpy(dst, src, len * sizeof(CH));
    memset(dst + len, 0, (n - len) * sizeof(CH));
    return dst;
}

CH *__cdecl F(strcat, wcscat)(CH *dst, const CH *src)
{
    F(strcpy, wcscpy)(dst + LEN(dst), src);
    return dst;
}

CH *__cdecl F(strncat, wcsncat)(CH *dst, const CH *src, size_t n)
{
    size_t at = LEN(dst), len = NLEN(src, n);

    memcpy(dst + at, src, len * sizeof(CH));
    dst[at + len] = 0;
    return dst;
}

int __cdecl F(strcmp, wcscmp)(const CH *a, const CH *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b ? 0 : (UCH)*a < (UCH)*b ? -1 : 1;
}

int __cdecl F(strncmp, wcsncmp)(const CH *a, const CH *b, size_t n)
{
    for (; n; a++, b++, n--) {
        if (*a != *b)
            return (UCH)*a < (UCH)*b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

int __cdecl F(_stricmp, _wcsicmp)(const CH *a, const CH *b)
{
    int x, y;

    do {
        x = lower((UCH)*a++);
        y = lower((UCH)*b++);
    } while (x == y && x);
    return x - y;
}

int __cdecl F(_strnicmp, _wcsnicmp)(const CH *a, const CH *b, size_t n)
{
    for (; n; n--) {
        int x = lower((UCH)*a++), y = lower((UCH)*b++);

        if (x != y)
            return x - y;
        if (!x)
            break;
    }
    return 0;
}

CH *__cdecl F(strchr, wcschr)(const CH *s, XINT c)
{
    for (;; s++) {
        if (*s == (CH)c)
            return (CH *)s;
        if (!*s)
            return NULL;
    }
}

CH *__cdecl F(strrchr, wcsrchr)(const CH *s, XINT c)
{
    for (size_t i = LEN(s) + 1; i--;) {
        if (s[i] == (CH)c)
            return (CH *)s + i;
    }
    return NULL;
}

CH *__cdecl F(strstr, wcsstr)(const CH *s, const CH *what)
{
    size_t len = LEN(what);

    if (!len)
        return (CH *)s;
    for (; (s = F(strchr, wcschr)(s, *what)); s++) {
        if (!F(strncmp, wcsncmp)(s, what, len))
            return (CH *)s;
    }
    return NULL;
}

size_t __cdecl F(strspn, wcsspn)(const CH *s, const CH *set)
{
    size_t n = 0;

    while (s[n] && F(strchr, wcschr)(set, s[n]))
        n++;
    return n;
}

size_t __cdecl F(strcspn, wcscspn)(const CH *s, const CH *set)
{
    size_t n = 0;

    while (s[n] && !F(strchr, wcschr)(set, s[n]))
        n++;
    return n;
}

CH *__cdecl F(strpbrk, wcspbrk)(const CH *s, const CH *set)
{
    s += F(strcspn, wcscspn)(s, set);
    return *s ? (CH *)s : NULL;
}

CH *__cdecl F(_strlwr, _wcslwr)(CH *s)
{
    for (CH *p = s; *p; p++)
        *p = (CH)lower((UCH)*p);
    return s;
}

CH *__cdecl F(_strupr, _wcsupr)(CH *s)
{
    for (CH *p = s; *p; p++)
        *p = (CH)upper((UCH)*p);
    return s;
}

CH *__cdecl F(strlwr, wcslwr)(CH *s)
{
    return F(_strlwr, _wcslwr)(s);
}

errno_t __cdecl F(strcpy_s, wcscpy_s)(CH *dst, rsize_t size, const CH *src)
{
    if (!dst || !size)
        return EINVAL;
    if (!src) {
        *dst = 0;
        return EINVAL;
    }
    if (NLEN(src, size) == size) {
        *dst = 0;
        return ERANGE;
    }
    F(strcpy, wcscpy)(dst, src);
    return 0;
}

errno_t __cdecl F(strncpy_s, wcsncpy_s)(CH *dst, size_t size, const CH *src, size_t n)
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
    len = NLEN(src, n == _TRUNCATE ? size : n);
    if (len >= size) {
        if (n != _TRUNCATE) {
            *dst = 0;
            return ERANGE;
        }
        len = size - 1;
        memcpy(dst, src, len * sizeof(CH));
        dst[len] = 0;
        return STRUNCATE;
    }
    memcpy(dst, src, len * sizeof(CH));
    dst[len] = 0;
    return 0;
}

errno_t __cdecl F(strcat_s, wcscat_s)(CH *dst, rsize_t size, const CH *src)
{
    size_t at;

    if (!dst || !size)
        return EINVAL;
    at = NLEN(dst, size);
    if (!src || at == size) {
        *dst = 0;
        return EINVAL;
    }
    if (NLEN(src, size - at) == size - at) {
        *dst = 0;
        return ERANGE;
    }
    F(strcpy, wcscpy)(dst + at, src);
    return 0;
}

errno_t __cdecl F(strncat_s, wcsncat_s)(CH *dst, size_t size, const CH *src, size_t n)
{
    size_t at;
    errno_t err;

    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return EINVAL;
    at = NLEN(dst, size);
    if (at == size || (!src && n)) {
        *dst = 0;
        return EINVAL;
    }
    if (!n)
        return 0;
    err = F(strncpy_s, wcsncpy_s)(dst + at, size - at, src, n);
    if (err && err != STRUNCATE)
        *dst = 0;
    return err;
}

errno_t __cdecl F(_strlwr_s, _wcslwr_s)(CH *s, size_t size)
{
    if (!s || NLEN(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    F(_strlwr, _wcslwr)(s);
    return 0;
}

errno_t __cdecl F(_strupr_s, _wcsupr_s)(CH *s, size_t size)
{
    if (!s || NLEN(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    F(_strupr, _wcsupr)(s);
    return 0;
}

errno_t __cdecl F(_strnset_s, _wcsnset_s)(CH *s, size_t size, XINT c, size_t n)
{
    if (!s || !size)
        return EINVAL;
    if (NLEN(s, size) == size) {
        *s = 0;
        return EINVAL;
    }
    for (; n && *s; n--)
        *s++ = (CH)c;
    return 0;
}

errno_t __cdecl F(_strset_s, _wcsset_s)(CH *s, size_t size, XINT c)
{
    return F(_strnset_s, _wcsnset_s)(s, size, c, (size_t)-1);
}

CH *__cdecl F(strtok_s, wcstok_s)(CH *s, const CH *delimiters, CH **context)
{
    CH *token;

    if (!s)
        s = *context;
    s += F(strspn, wcsspn)(s, delimiters);
    if (!*s) {
        *context = s;
        return NULL;
    }
    token = s;
    s += F(strcspn, wcscspn)(s, delimiters);
    if (*s)
        *s++ = 0;
    *context = s;
    return token;
}
