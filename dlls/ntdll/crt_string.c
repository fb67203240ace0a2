/* SPDX-License-Identifier: MIT */
/* crt_string.c: strings of bytes (string.h). As in ntdll on Windows, letters are those of ASCII. */
#define _SECIMP /* defined here, not imported */
#include "ntdll_private.h"

#pragma GCC optimize("no-tree-loop-distribute-patterns")

static inline int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}
static inline int upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

char *__cdecl strcpy(char *dst, const char *src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *__cdecl strncpy(char *dst, const char *src, size_t n)
{
    size_t len = strnlen(src, n);

    memcpy(dst, src, len);
    memset(dst + len, 0, n - len);
    return dst;
}

char *__cdecl strcat(char *dst, const char *src)
{
    strcpy(dst + strlen(dst), src);
    return dst;
}

char *__cdecl strncat(char *dst, const char *src, size_t n)
{
    size_t at = strlen(dst), len = strnlen(src, n);

    memcpy(dst + at, src, len);
    dst[at + len] = 0;
    return dst;
}

int __cdecl strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

int __cdecl strncmp(const char *a, const char *b, size_t n)
{
    for (; n; a++, b++, n--) {
        if (*a != *b)
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

int __cdecl _stricmp(const char *a, const char *b)
{
    int x, y;

    do {
        x = lower((unsigned char)*a++);
        y = lower((unsigned char)*b++);
    } while (x == y && x);
    return x - y;
}

int __cdecl _strcmpi(const char *a, const char *b)
{
    return _stricmp(a, b);
}

int __cdecl _strnicmp(const char *a, const char *b, size_t n)
{
    for (; n; n--) {
        int x = lower((unsigned char)*a++), y = lower((unsigned char)*b++);

        if (x != y)
            return x - y;
        if (!x)
            break;
    }
    return 0;
}

char *__cdecl strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)s;
        if (!*s)
            return NULL;
    }
}

char *__cdecl strrchr(const char *s, int c)
{
    for (size_t i = strlen(s) + 1; i--;) {
        if (s[i] == (char)c)
            return (char *)s + i;
    }
    return NULL;
}

char *__cdecl strstr(const char *s, const char *what)
{
    size_t len = strlen(what);

    if (!len)
        return (char *)s;
    for (; (s = strchr(s, *what)); s++) {
        if (!strncmp(s, what, len))
            return (char *)s;
    }
    return NULL;
}

size_t __cdecl strspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && strchr(set, s[n]))
        n++;
    return n;
}

size_t __cdecl strcspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && !strchr(set, s[n]))
        n++;
    return n;
}

char *__cdecl strpbrk(const char *s, const char *set)
{
    s += strcspn(s, set);
    return *s ? (char *)s : NULL;
}

char *__cdecl _strlwr(char *s)
{
    for (char *p = s; *p; p++)
        *p = (char)lower((unsigned char)*p);
    return s;
}

char *__cdecl _strupr(char *s)
{
    for (char *p = s; *p; p++)
        *p = (char)upper((unsigned char)*p);
    return s;
}

char *__cdecl strlwr(char *s)
{
    return _strlwr(s);
}

errno_t __cdecl strcpy_s(char *dst, rsize_t size, const char *src)
{
    if (!dst || !size)
        return EINVAL;
    if (!src) {
        *dst = 0;
        return EINVAL;
    }
    if (strnlen(src, size) == size) {
        *dst = 0;
        return ERANGE;
    }
    strcpy(dst, src);
    return 0;
}

errno_t __cdecl strncpy_s(char *dst, size_t size, const char *src, size_t n)
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
    len = strnlen(src, n == _TRUNCATE ? size : n);
    if (len >= size) {
        if (n != _TRUNCATE) {
            *dst = 0;
            return ERANGE;
        }
        len = size - 1;
        memcpy(dst, src, len);
        dst[len] = 0;
        return STRUNCATE;
    }
    memcpy(dst, src, len);
    dst[len] = 0;
    return 0;
}

errno_t __cdecl strcat_s(char *dst, rsize_t size, const char *src)
{
    size_t at;

    if (!dst || !size)
        return EINVAL;
    at = strnlen(dst, size);
    if (!src || at == size) {
        *dst = 0;
        return EINVAL;
    }
    if (strnlen(src, size - at) == size - at) {
        *dst = 0;
        return ERANGE;
    }
    strcpy(dst + at, src);
    return 0;
}

errno_t __cdecl strncat_s(char *dst, size_t size, const char *src, size_t n)
{
    size_t at;
    errno_t err;

    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return EINVAL;
    at = strnlen(dst, size);
    if (at == size || (!src && n)) {
        *dst = 0;
        return EINVAL;
    }
    if (!n)
        return 0;
    err = strncpy_s(dst + at, size - at, src, n);
    if (err && err != STRUNCATE)
        *dst = 0;
    return err;
}

errno_t __cdecl _strlwr_s(char *s, size_t size)
{
    if (!s || strnlen(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    _strlwr(s);
    return 0;
}

errno_t __cdecl _strupr_s(char *s, size_t size)
{
    if (!s || strnlen(s, size) == size) {
        if (s && size)
            *s = 0;
        return EINVAL;
    }
    _strupr(s);
    return 0;
}

errno_t __cdecl _strset_s(char *s, size_t size, int c)
{
    size_t len;

    if (!s || !size)
        return EINVAL;
    len = strnlen(s, size);
    if (len == size) {
        *s = 0;
        return EINVAL;
    }
    memset(s, c, len);
    return 0;
}

errno_t __cdecl _strnset_s(char *s, size_t size, int c, size_t n)
{
    size_t len;

    if (!s || !size)
        return EINVAL;
    len = strnlen(s, size);
    if (len == size) {
        *s = 0;
        return EINVAL;
    }
    memset(s, c, n < len ? n : len);
    return 0;
}

char *__cdecl strtok_s(char *s, const char *delimiters, char **context)
{
    char *token;

    if (!s)
        s = *context;
    s += strspn(s, delimiters);
    if (!*s) {
        *context = s;
        return NULL;
    }
    token = s;
    s += strcspn(s, delimiters);
    if (*s)
        *s++ = 0;
    *context = s;
    return token;
}
