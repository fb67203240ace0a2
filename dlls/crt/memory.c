/* SPDX-License-Identifier: MIT */
/* memory.h: blocks of bytes. memcpy is memmove, as in Microsoft's x64 runtimes: programs came to depend on that. */
#include "crt_private.h"
#include <emmintrin.h>

#undef memcpy
#undef memmove
#undef memset

typedef __m128i v16;

static inline v16 load(const void *p)
{
    return _mm_loadu_si128(p);
}

static inline void store(void *p, v16 v)
{
    _mm_storeu_si128(p, v);
}

/* Above this, the processor's own string instruction is at least as fast and does not disturb the prefetcher. */
#define STRING_OP_MIN 2048

void *__cdecl memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    if (n <= 16) {
        if (n >= 8) {
            unsigned __int64 a, b;
            __builtin_memcpy(&a, s, 8);
            __builtin_memcpy(&b, s + n - 8, 8);
            __builtin_memcpy(d, &a, 8);
            __builtin_memcpy(d + n - 8, &b, 8);
        } else if (n >= 4) {
            unsigned a, b;
            __builtin_memcpy(&a, s, 4);
            __builtin_memcpy(&b, s + n - 4, 4);
            __builtin_memcpy(d, &a, 4);
            __builtin_memcpy(d + n - 4, &b, 4);
        } else if (n) {
            unsigned char a = s[0], b = s[n / 2], c = s[n - 1];
            d[0] = a;
            d[n / 2] = b;
            d[n - 1] = c;
        }
        return dst;
    }
    if (n <= 32) {
        v16 a = load(s), b = load(s + n - 16);
        store(d, a);
        store(d + n - 16, b);
        return dst;
    }
    if ((uintptr_t)d - (uintptr_t)s >= n) { /* forwards is safe */
        if (n >= STRING_OP_MIN && (uintptr_t)s - (uintptr_t)d >= 64) {
            __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n)::"memory");
            return dst;
        }
        v16 tail1 = load(s + n - 32), tail2 = load(s + n - 16);
        unsigned char *end = d + n;
        for (; n > 32; n -= 32, s += 32, d += 32) {
            v16 a = load(s), b = load(s + 16);
            store(d, a);
            store(d + 16, b);
        }
        store(end - 32, tail1);
        store(end - 16, tail2);
    } else {
        v16 head1 = load(s), head2 = load(s + 16);
        for (; n > 32; n -= 32) {
            v16 a = load(s + n - 16), b = load(s + n - 32);
            store(d + n - 16, a);
            store(d + n - 32, b);
        }
        store(dst, head1);
        store((char *)dst + 16, head2);
    }
    return dst;
}

void *__cdecl memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    return memmove(dst, src, n);
}

void *__cdecl memset(void *dst, int c, size_t n)
{
    unsigned char *d = dst;
    v16 v = _mm_set1_epi8((char)c);

    if (n < 16) {
        for (size_t i = 0; i < n; i++) {
            d[i] = (unsigned char)c;
            __asm__("" ::: "memory"); /* keeps the loop from being turned into a call of memset */
        }
        return dst;
    }
    if (n >= STRING_OP_MIN) {
        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
        return dst;
    }
    unsigned char *last = d + n - 16;
    for (; d < last; d += 16)
        store(d, v);
    store(last, v);
    return dst;
}

int __cdecl memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    for (; n >= 16; n -= 16, p += 16, q += 16) {
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p), load(q))) ^ 0xffff;
        if (mask) {
            unsigned i = (unsigned)__builtin_ctz(mask);
            return p[i] < q[i] ? -1 : 1;
        }
    }
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

void *__cdecl memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;
    v16 v = _mm_set1_epi8((char)c);

    for (; n >= 16; n -= 16, p += 16) {
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p), v));
        if (mask)
            return (void *)(p + __builtin_ctz(mask));
    }
    for (; n; n--, p++)
        if (*p == (unsigned char)c)
            return (void *)p;
    return NULL;
}

void *__cdecl _memccpy(void *dst, const void *src, int c, size_t n)
{
    const void *end = memchr(src, c, n);
    size_t count = end ? (size_t)((const char *)end - (const char *)src) + 1 : n;

    memmove(dst, src, count);
    return end ? (char *)dst + count : NULL;
}

errno_t __cdecl memcpy_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    CRT_VALIDATE(dst, EINVAL, EINVAL);
    if (!src || size < n) {
        memset(dst, 0, size);
        CRT_VALIDATE(src, EINVAL, EINVAL);
        CRT_VALIDATE(size >= n, ERANGE, ERANGE);
    }
    memmove(dst, src, n);
    return 0;
}

errno_t __cdecl memmove_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    CRT_VALIDATE(dst && src, EINVAL, EINVAL);
    CRT_VALIDATE(size >= n, ERANGE, ERANGE);
    memmove(dst, src, n);
    return 0;
}

errno_t __cdecl wmemcpy_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    return memcpy_s(dst, size * sizeof(wchar_t), src, n * sizeof(wchar_t));
}

errno_t __cdecl wmemmove_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    return memmove_s(dst, size * sizeof(wchar_t), src, n * sizeof(wchar_t));
}

void __cdecl _swab(char *src, char *dst, int n)
{
    CRT_VALIDATE(src && dst && n >= 0, EINVAL);
    for (; n > 1; n -= 2, src += 2, dst += 2) {
        char a = src[0], b = src[1];
        dst[0] = b;
        dst[1] = a;
    }
}

unsigned short __cdecl _byteswap_ushort(unsigned short v)
{
    return __builtin_bswap16(v);
}

unsigned long __cdecl _byteswap_ulong(unsigned long v)
{
    return __builtin_bswap32(v);
}

unsigned __int64 __cdecl _byteswap_uint64(unsigned __int64 v)
{
    return __builtin_bswap64(v);
}
