/* SPDX-License-Identifier: MIT */
/* string.h: narrow strings that need no locale. */
#include "crt_private.h"
#include <emmintrin.h>

#undef strcpy
#undef strcat
#undef strlen
#undef strcmp

/* Aligned loads never cross into a page that the string does not reach. */
size_t __cdecl strlen(const char *s)
{
    const char *p = (const char *)((uintptr_t)s & ~(uintptr_t)15);
    const __m128i zero = _mm_setzero_si128();
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(*(const __m128i *)p, zero)) >> (s - p);

    if (mask)
        return (size_t)__builtin_ctz(mask);
    for (;;) {
        p += 16;
        mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(*(const __m128i *)p, zero));
        if (mask)
            return (size_t)(p - s) + (size_t)__builtin_ctz(mask);
    }
}

size_t __cdecl strnlen(const char *s, size_t max)
{
    const char *end = memchr(s, 0, max);
    return end ? (size_t)(end - s) : max;
}

size_t __cdecl __strncnt(const char *s, size_t max)
{
    return strnlen(s, max);
}

char *__cdecl strchr(const char *s, int c)
{
    const char *p = (const char *)((uintptr_t)s & ~(uintptr_t)15);
    const __m128i zero = _mm_setzero_si128(), v = _mm_set1_epi8((char)c);
    unsigned skip = (unsigned)(s - p);

    for (;; p += 16, skip = 0) {
        __m128i block = *(const __m128i *)p;
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(block, zero), _mm_cmpeq_epi8(block, v));
        unsigned mask = (unsigned)_mm_movemask_epi8(hits) >> skip << skip;
        if (mask) {
            p += __builtin_ctz(mask);
            return *p == (char)c ? (char *)p : NULL;
        }
    }
}

char *__cdecl strrchr(const char *s, int c)
{
    const char *p = s + strlen(s);

    for (;; p--) {
        if (*p == (char)c)
            return (char *)p;
        if (p == s)
            return NULL;
    }
}

int __cdecl strcmp(const char *a, const char *b)
{
    for (;;) {
        /* Sixteen at a time while neither load leaves its page. */
        if (((uintptr_t)a & 0xfff) <= 0xff0 && ((uintptr_t)b & 0xfff) <= 0xff0) {
            __m128i x = _mm_loadu_si128((const __m128i *)a), y = _mm_loadu_si128((const __m128i *)b);
            __m128i ends = _mm_cmpeq_epi8(x, _mm_setzero_si128());
            unsigned mask = (unsigned)_mm_movemask_epi8(_mm_andnot_si128(ends, _mm_cmpeq_epi8(x, y))) ^ 0xffff;
            if (!mask) {
                a += 16;
                b += 16;
                continue;
            }
            unsigned i = (unsigned)__builtin_ctz(mask);
            unsigned char p = (unsigned char)a[i], q = (unsigned char)b[i];
            return p < q ? -1 : p > q;
        }
        unsigned char p = (unsigned char)*a++, q = (unsigned char)*b++;
        if (p != q)
            return p < q ? -1 : 1;
        if (!p)
            return 0;
    }
}

int __cdecl strncmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        unsigned char p = (unsigned char)*a, q = (unsigned char)*b;
        if (p != q)
            return p < q ? -1 : 1;
        if (!p)
            break;
    }
    return 0;
}

char *__cdecl strcpy(char *dst, const char *src)
{
    return memmove(dst, src, strlen(src) + 1);
}

char *__cdecl strcat(char *dst, const char *src)
{
    memmove(dst + strlen(dst), src, strlen(src) + 1);
    return dst;
}

char *__cdecl strncpy(char *dst, const char *src, size_t n)
{
    size_t len = strnlen(src, n);
    memmove(dst, src, len);
    memset(dst + len, 0, n - len);
    return dst;
}

char *__cdecl strncat(char *dst, const char *src, size_t n)
{
    size_t len = strnlen(src, n);
    char *end = dst + strlen(dst);
    memmove(end, src, len);
    end[len] = 0;
    return dst;
}

struct set {
    unsigned __int64 bits[4];
};

static inline void set_fill(struct set *set, const char *chars)
{
    memset(set, 0, sizeof(*set));
    for (const unsigned char *p = (const unsigned char *)chars; *p; p++)
        set->bits[*p >> 6] |= 1ull << (*p & 63);
}

static inline bool set_has(const struct set *set, unsigned char c)
{
    return set->bits[c >> 6] >> (c & 63) & 1;
}

size_t __cdecl strspn(const char *s, const char *accept)
{
    struct set set;
    const char *p = s;

    for (set_fill(&set, accept); *p && set_has(&set, (unsigned char)*p); p++)
        ;
    return (size_t)(p - s);
}

size_t __cdecl strcspn(const char *s, const char *reject)
{
    struct set set;
    const char *p = s;

    for (set_fill(&set, reject); *p && !set_has(&set, (unsigned char)*p); p++)
        ;
    return (size_t)(p - s);
}

char *__cdecl strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s ? (char *)s : NULL;
}

char *__cdecl strstr(const char *s, const char *find)
{
    size_t len = strlen(find);

    if (!len)
        return (char *)s;
    /* Quadratic only for patterns that nearly repeat; those of practice fail at the first or second character. */
    for (s = strchr(s, *find); s; s = strchr(s + 1, *find))
        if (!strncmp(s, find, len))
            return (char *)s;
    return NULL;
}

char *__cdecl strtok_s(char *s, const char *delimiters, char **context)
{
    CRT_VALIDATE(context && delimiters, EINVAL, NULL);
    CRT_VALIDATE(s || *context, EINVAL, NULL);
    if (!s)
        s = *context;
    s += strspn(s, delimiters);
    char *end = s + strcspn(s, delimiters);
    *context = *end ? end + 1 : end;
    if (s == end)
        return NULL;
    *end = 0;
    return s;
}

char *__cdecl strtok(char *s, const char *delimiters)
{
    char **next = &crt_thread()->strtok_next;

    if (!s && !*next)
        return NULL;
    return strtok_s(s, delimiters, next);
}

char *__cdecl _strdup(const char *s)
{
    if (!s)
        return NULL;
    size_t size = strlen(s) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, s, size) : NULL;
}

char *__cdecl _strrev(char *s)
{
    for (char *a = s, *b = s + strlen(s); a < --b; a++) {
        char c = *a;
        *a = *b;
        *b = c;
    }
    return s;
}

char *__cdecl _strset(char *s, int c)
{
    return memset(s, c, strlen(s));
}

char *__cdecl _strnset(char *s, int c, size_t n)
{
    return memset(s, c, strnlen(s, n));
}
