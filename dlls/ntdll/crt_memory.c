/* SPDX-License-Identifier: MIT */
/* crt_memory.c: memcpy and its family, and string lengths: what everything else spends its time in. SSE2 is always there. */
#define _SECIMP /* defined here, not imported */
#include "ntdll_private.h"
#include <emmintrin.h>

/* Keep the compiler from turning these loops into calls of the very functions they are in. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* From here on the processor's own copy beats a loop: it moves whole cache lines. */
#define REP_MIN 1024

static inline __m128i load(const void *p)
{
    return _mm_loadu_si128(p);
}
static inline void store(void *p, __m128i v)
{
    _mm_storeu_si128(p, v);
}

static inline void copy_below_16(unsigned char *d, const unsigned char *s, size_t n)
{
    /* All loads come before the stores, so overlapping is fine. */
    if (n >= 8) {
        ULONGLONG a = *(const ULONGLONG __attribute__((aligned(1), may_alias)) *)s;
        ULONGLONG b = *(const ULONGLONG __attribute__((aligned(1), may_alias)) *)(s + n - 8);

        *(ULONGLONG __attribute__((aligned(1), may_alias)) *)d = a;
        *(ULONGLONG __attribute__((aligned(1), may_alias)) *)(d + n - 8) = b;
    } else if (n >= 4) {
        ULONG a = *(const ULONG __attribute__((aligned(1), may_alias)) *)s;
        ULONG b = *(const ULONG __attribute__((aligned(1), may_alias)) *)(s + n - 4);

        *(ULONG __attribute__((aligned(1), may_alias)) *)d = a;
        *(ULONG __attribute__((aligned(1), may_alias)) *)(d + n - 4) = b;
    } else if (n) {
        unsigned char a = s[0], b = s[n / 2], c = s[n - 1];

        d[0] = a;
        d[n / 2] = b;
        d[n - 1] = c;
    }
}

void *__cdecl memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    if (n < 16) {
        copy_below_16(d, s, n);
        return dst;
    }
    if (n <= 32) {
        __m128i a = load(s), b = load(s + n - 16);

        store(d, a);
        store(d + n - 16, b);
        return dst;
    }
    if (n <= 64) {
        __m128i a = load(s), b = load(s + 16), c = load(s + n - 32), e = load(s + n - 16);

        store(d, a);
        store(d + 16, b);
        store(d + n - 32, c);
        store(d + n - 16, e);
        return dst;
    }
    if ((size_t)(d - s) >= n) {
        /* Forwards: no overlap, or the destination is below the source. The last 64 bytes are read ahead of being hit. */
        if (n >= REP_MIN && (size_t)(s - d) >= 64) {
            void *to = d;

            __asm__ volatile("rep movsb" : "+D"(to), "+S"(s), "+c"(n) : : "memory");
            return dst;
        }

        __m128i t0 = load(s + n - 64), t1 = load(s + n - 48), t2 = load(s + n - 32), t3 = load(s + n - 16);
        unsigned char *end = d + n;

        while (n > 64) {
            __m128i a = load(s), b = load(s + 16), c = load(s + 32), e = load(s + 48);

            store(d, a);
            store(d + 16, b);
            store(d + 32, c);
            store(d + 48, e);
            d += 64;
            s += 64;
            n -= 64;
        }
        store(end - 64, t0);
        store(end - 48, t1);
        store(end - 32, t2);
        store(end - 16, t3);
        return dst;
    }

    __m128i h0 = load(s), h1 = load(s + 16), h2 = load(s + 32), h3 = load(s + 48);

    while (n > 64) {
        __m128i a = load(s + n - 64), b = load(s + n - 48), c = load(s + n - 32), e = load(s + n - 16);

        store(d + n - 64, a);
        store(d + n - 48, b);
        store(d + n - 32, c);
        store(d + n - 16, e);
        n -= 64;
    }
    store(d, h0);
    store(d + 16, h1);
    store(d + 32, h2);
    store(d + 48, h3);
    return dst;
}

/* As in Windows, where programs have come to rely on it, memcpy copes with overlapping blocks. */
void *__cdecl memcpy(void *__restrict dst, const void *__restrict src, size_t n) __attribute__((alias("memmove")));

void *__cdecl memset(void *dst, int c, size_t n)
{
    unsigned char *d = dst, *end = d + n;
    __m128i v = _mm_set1_epi8((char)c);

    if (n < 16) {
        ULONGLONG word = 0x0101010101010101ull * (unsigned char)c;

        if (n >= 8) {
            *(ULONGLONG __attribute__((aligned(1), may_alias)) *)d = word;
            *(ULONGLONG __attribute__((aligned(1), may_alias)) *)(end - 8) = word;
        } else if (n >= 4) {
            *(ULONG __attribute__((aligned(1), may_alias)) *)d = (ULONG)word;
            *(ULONG __attribute__((aligned(1), may_alias)) *)(end - 4) = (ULONG)word;
        } else if (n) {
            d[0] = d[n / 2] = end[-1] = (unsigned char)c;
        }
        return dst;
    }
    if (n >= REP_MIN) {
        void *to = d;

        __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
        return dst;
    }
    for (; n >= 64; d += 64, n -= 64) {
        store(d, v);
        store(d + 16, v);
        store(d + 32, v);
        store(d + 48, v);
    }
    for (; n >= 16; d += 16, n -= 16)
        store(d, v);
    store(end - 16, v);
    return dst;
}

int __cdecl memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    for (; n >= 16; p += 16, q += 16, n -= 16) {
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p), load(q)));

        if (same != 0xffff) {
            unsigned i = (unsigned)__builtin_ctz(~same);

            return p[i] < q[i] ? -1 : 1;
        }
    }
    for (; n; p++, q++, n--) {
        if (*p != *q)
            return *p < *q ? -1 : 1;
    }
    return 0;
}

/* Aligned loads do not leave a page, so the bytes around the string that they read are there. */
void *__cdecl memchr(const void *block, int c, size_t n)
{
    const unsigned char *s = block, *base = (const unsigned char *)((ULONG_PTR)s & ~(ULONG_PTR)15);
    __m128i v = _mm_set1_epi8((char)c);
    size_t offset = (size_t)(s - base);
    unsigned hits;

    if (!n)
        return NULL;
    hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)base), v)) >> offset << offset;
    for (;;) {
        if (hits) {
            const unsigned char *found = base + __builtin_ctz(hits);

            return (size_t)(found - s) < n ? (void *)found : NULL;
        }
        base += 16;
        if ((size_t)(base - s) >= n)
            return NULL;
        hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)base), v));
    }
}

size_t __cdecl strlen(const char *s)
{
    const char *base = (const char *)((ULONG_PTR)s & ~(ULONG_PTR)15);
    unsigned shift = (unsigned)((ULONG_PTR)s & 15);
    unsigned zeros =
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)base), _mm_setzero_si128())) >>
        shift << shift;

    while (!zeros) {
        base += 16;
        zeros = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)base), _mm_setzero_si128()));
    }
    return (size_t)(base + __builtin_ctz(zeros) - s);
}

size_t __cdecl strnlen(const char *s, size_t n)
{
    const char *end = memchr(s, 0, n);

    return end ? (size_t)(end - s) : n;
}

size_t __cdecl wcslen(const wchar_t *s)
{
    const char *base, *p = (const char *)s;
    unsigned shift, zeros;

    if ((ULONG_PTR)s & 1) { /* odd addresses occur in packed structures */
        size_t n = 0;

        while (s[n])
            n++;
        return n;
    }
    base = (const char *)((ULONG_PTR)p & ~(ULONG_PTR)15);
    shift = (unsigned)((ULONG_PTR)p & 15);
    zeros = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_load_si128((const __m128i *)base), _mm_setzero_si128())) >>
            shift << shift;
    while (!zeros) {
        base += 16;
        zeros =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_load_si128((const __m128i *)base), _mm_setzero_si128()));
    }
    return (size_t)(base + __builtin_ctz(zeros) - p) / 2;
}

size_t __cdecl wcsnlen(const wchar_t *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i])
        i++;
    return i;
}

errno_t __cdecl memcpy_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst)
        return EINVAL;
    if (!src || size < n) {
        memset(dst, 0, size);
        return src ? ERANGE : EINVAL;
    }
    memmove(dst, src, n);
    return 0;
}

errno_t __cdecl memmove_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst || !src)
        return EINVAL;
    if (size < n)
        return ERANGE;
    memmove(dst, src, n);
    return 0;
}

void *__cdecl _memccpy(void *dst, const void *src, int c, size_t n)
{
    const void *end = memchr(src, c, n);

    if (!end) {
        memmove(dst, src, n);
        return NULL;
    }
    n = (size_t)((const char *)end - (const char *)src) + 1;
    memmove(dst, src, n);
    return (char *)dst + n;
}

int __cdecl _memicmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    for (; n; p++, q++, n--) {
        int x = *p >= 'A' && *p <= 'Z' ? *p + 32 : *p, y = *q >= 'A' && *q <= 'Z' ? *q + 32 : *q;

        if (x != y)
            return x - y;
    }
    return 0;
}

/* --- the same as the run-time library names it --- */

#undef RtlFillMemory
#undef RtlMoveMemory
#undef RtlCopyMemory
#undef RtlZeroMemory

VOID NTAPI RtlFillMemory(void *dst, SIZE_T n, UCHAR c);
VOID NTAPI RtlFillMemory(void *dst, SIZE_T n, UCHAR c)
{
    memset(dst, c, n);
}

VOID NTAPI RtlZeroMemory(void *dst, SIZE_T n);
VOID NTAPI RtlZeroMemory(void *dst, SIZE_T n)
{
    memset(dst, 0, n);
}

VOID NTAPI RtlMoveMemory(void *dst, const void *src, SIZE_T n);
VOID NTAPI RtlMoveMemory(void *dst, const void *src, SIZE_T n)
{
    memmove(dst, src, n);
}

VOID NTAPI RtlCopyMemory(void *dst, const void *src, SIZE_T n);
VOID NTAPI RtlCopyMemory(void *dst, const void *src, SIZE_T n)
{
    memmove(dst, src, n);
}

VOID NTAPI RtlCopyMemoryNonTemporal(void *dst, const void *src, SIZE_T n);
VOID NTAPI RtlCopyMemoryNonTemporal(void *dst, const void *src, SIZE_T n)
{
    memmove(dst, src, n);
}

VOID NTAPI RtlFillMemoryUlong(ULONG *dst, SIZE_T n, ULONG value);
VOID NTAPI RtlFillMemoryUlong(ULONG *dst, SIZE_T n, ULONG value)
{
    for (SIZE_T i = 0; i < n / sizeof(*dst); i++)
        dst[i] = value;
}

VOID NTAPI RtlFillMemoryUlonglong(ULONGLONG *dst, SIZE_T n, ULONGLONG value);
VOID NTAPI RtlFillMemoryUlonglong(ULONGLONG *dst, SIZE_T n, ULONGLONG value)
{
    for (SIZE_T i = 0; i < n / sizeof(*dst); i++)
        dst[i] = value;
}

SIZE_T NTAPI RtlCompareMemory(const void *a, const void *b, SIZE_T n)
{
    const unsigned char *p = a, *q = b;
    SIZE_T i = 0;

    for (; i + 16 <= n; i += 16) {
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p + i), load(q + i)));

        if (same != 0xffff)
            return i + (SIZE_T)__builtin_ctz(~same);
    }
    while (i < n && p[i] == q[i])
        i++;
    return i;
}

SIZE_T NTAPI RtlCompareMemoryUlong(const void *a, SIZE_T n, ULONG value);
SIZE_T NTAPI RtlCompareMemoryUlong(const void *a, SIZE_T n, ULONG value)
{
    const ULONG *p = a;
    SIZE_T i = 0;

    while (i < n / sizeof(*p) && p[i] == value)
        i++;
    return i * sizeof(*p);
}

VOID NTAPI RtlPrefetchMemoryNonTemporal(const void *p, SIZE_T n);
VOID NTAPI RtlPrefetchMemoryNonTemporal(const void *p, SIZE_T n)
{
    for (SIZE_T i = 0; i < n; i += 64)
        __builtin_prefetch((const char *)p + i, 0, 0);
}
