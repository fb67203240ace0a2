/* SPDX-License-Identifier: MIT */
/* Sorting and searching, and the small arithmetic of stdlib.h. */
#include "crt_private.h"
#include <search.h>

#undef qsort_s
#undef bsearch_s

typedef int(__cdecl *compare)(const void *, const void *);
typedef int(__cdecl *compare_s)(void *, const void *, const void *);

static void swap(char *a, char *b, size_t width)
{
    if (a == b)
        return;
    for (; width >= 8; width -= 8, a += 8, b += 8) {
        unsigned __int64 x, y;
        __builtin_memcpy(&x, a, 8);
        __builtin_memcpy(&y, b, 8);
        __builtin_memcpy(a, &y, 8);
        __builtin_memcpy(b, &x, 8);
    }
    while (width--) {
        char c = *a;
        *a++ = *b;
        *b++ = c;
    }
}

static void sift_down(char *base, size_t root, size_t count, size_t width, compare_s cmp, void *context)
{
    size_t child;

    while ((child = 2 * root + 1) < count) {
        if (child + 1 < count && cmp(context, base + child * width, base + (child + 1) * width) < 0)
            child++;
        if (cmp(context, base + root * width, base + child * width) >= 0)
            return;
        swap(base + root * width, base + child * width, width);
        root = child;
    }
}

static void heap_sort(char *base, size_t count, size_t width, compare_s cmp, void *context)
{
    for (size_t i = count / 2; i--;)
        sift_down(base, i, count, width, cmp, context);
    while (count-- > 1) {
        swap(base, base + count * width, width);
        sift_down(base, 0, count, width, cmp, context);
    }
}

/* Quicksort by the median of three; inputs that defeat it (depth runs out) are sorted by heap, so it is never quadratic. */
static void sort(char *base, size_t count, size_t width, compare_s cmp, void *context, unsigned depth)
{
    while (count > 8) {
        if (!depth--) {
            heap_sort(base, count, width, cmp, context);
            return;
        }
        char *low = base, *high = base + (count - 1) * width, *mid = base + count / 2 * width;
        if (cmp(context, low, mid) > 0)
            swap(low, mid, width);
        if (cmp(context, low, high) > 0)
            swap(low, high, width);
        if (cmp(context, mid, high) > 0)
            swap(mid, high, width);
        /* The pivot waits at low + 1, out of the way of the scans. */
        char *pivot = low + width, *left = pivot, *right = high;
        swap(mid, pivot, width);
        for (;;) {
            do
                left += width;
            while (left < high && cmp(context, left, pivot) < 0);
            do
                right -= width;
            while (right > pivot && cmp(context, right, pivot) > 0);
            if (left >= right)
                break;
            swap(left, right, width);
        }
        swap(pivot, right, width);
        size_t before = (size_t)(right - base) / width, after = count - before - 1;
        if (before < after) {
            sort(base, before, width, cmp, context, depth);
            base = right + width;
            count = after;
        } else {
            sort(right + width, after, width, cmp, context, depth);
            count = before;
        }
    }
    for (char *p = base + width; count > 1; count--, p += width)
        for (char *q = p; q > base && cmp(context, q - width, q) > 0; q -= width)
            swap(q, q - width, width);
}

static unsigned depth_for(size_t count)
{
    unsigned depth = 4;
    for (; count; count >>= 1)
        depth += 2;
    return depth;
}

void __cdecl qsort_s(void *base, size_t count, size_t width, compare_s cmp, void *context)
{
    CRT_VALIDATE((base || !count) && width && cmp, EINVAL);
    sort(base, count, width, cmp, context, depth_for(count));
}

static int __cdecl without_context(void *context, const void *a, const void *b)
{
    return ((compare)context)(a, b);
}

void __cdecl qsort(void *base, size_t count, size_t width, compare cmp)
{
    CRT_VALIDATE((base || !count) && width && cmp, EINVAL);
    sort(base, count, width, without_context, (void *)cmp, depth_for(count));
}

void *__cdecl bsearch_s(const void *key, const void *base, size_t count, size_t width, compare_s cmp, void *context)
{
    CRT_VALIDATE((base || !count) && width && cmp, EINVAL, NULL);
    const char *p = base;
    while (count) {
        const char *mid = p + count / 2 * width;
        int r = cmp(context, key, mid);
        if (!r)
            return (void *)mid;
        if (r > 0) {
            p = mid + width;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return NULL;
}

void *__cdecl bsearch(const void *key, const void *base, size_t count, size_t width, compare cmp)
{
    CRT_VALIDATE(cmp, EINVAL, NULL);
    return bsearch_s(key, base, count, width, without_context, (void *)cmp);
}

void *__cdecl _lfind_s(const void *key, const void *base, unsigned *count, size_t width, compare_s cmp, void *context)
{
    CRT_VALIDATE(key && count && (base || !*count) && width && cmp, EINVAL, NULL);
    const char *p = base;
    for (unsigned i = 0; i < *count; i++, p += width)
        if (!cmp(context, key, p))
            return (void *)p;
    return NULL;
}

void *__cdecl _lfind(const void *key, const void *base, unsigned *count, unsigned width, compare cmp)
{
    CRT_VALIDATE(cmp, EINVAL, NULL);
    return _lfind_s(key, base, count, width, without_context, (void *)cmp);
}

void *__cdecl _lsearch_s(const void *key, void *base, unsigned *count, size_t width, compare_s cmp, void *context)
{
    CRT_VALIDATE(key && count && base && width && cmp, EINVAL, NULL);
    void *found = _lfind_s(key, base, count, width, cmp, context);
    if (found)
        return found;
    return memcpy((char *)base + (*count)++ * width, key, width);
}

void *__cdecl _lsearch(const void *key, void *base, unsigned *count, unsigned width, compare cmp)
{
    CRT_VALIDATE(cmp, EINVAL, NULL);
    return _lsearch_s(key, base, count, width, without_context, (void *)cmp);
}

/* ---- arithmetic ---- */

#undef abs
#undef labs

int __cdecl abs(int v)
{
    return v < 0 ? -v : v;
}

long __cdecl labs(long v)
{
    return v < 0 ? -v : v;
}

__int64 __cdecl llabs(__int64 v)
{
    return v < 0 ? -v : v;
}

__int64 __cdecl _abs64(__int64 v)
{
    return v < 0 ? -v : v;
}

__int64 __cdecl imaxabs(__int64 v)
{
    return v < 0 ? -v : v;
}

div_t __cdecl div(int a, int b)
{
    return (div_t){ a / b, a % b };
}

ldiv_t __cdecl ldiv(long a, long b)
{
    return (ldiv_t){ a / b, a % b };
}

lldiv_t __cdecl lldiv(__int64 a, __int64 b)
{
    return (lldiv_t){ a / b, a % b };
}

lldiv_t __cdecl imaxdiv(__int64 a, __int64 b)
{
    return (lldiv_t){ a / b, a % b };
}

#undef _rotl
#undef _rotr
#undef _rotl64
#undef _rotr64
#undef _lrotl
#undef _lrotr

unsigned __cdecl _rotl(unsigned v, int n)
{
    return v << (n & 31) | v >> (-n & 31);
}

unsigned __cdecl _rotr(unsigned v, int n)
{
    return v >> (n & 31) | v << (-n & 31);
}

unsigned long __cdecl _lrotl(unsigned long v, int n)
{
    return v << (n & 31) | v >> (-n & 31);
}

unsigned long __cdecl _lrotr(unsigned long v, int n)
{
    return v >> (n & 31) | v << (-n & 31);
}

unsigned __int64 __cdecl _rotl64(unsigned __int64 v, int n)
{
    return v << (n & 63) | v >> (-n & 63);
}

unsigned __int64 __cdecl _rotr64(unsigned __int64 v, int n)
{
    return v >> (n & 63) | v << (-n & 63);
}

/* ---- random numbers: the sequence is that of Microsoft's runtime, programs rely on it ---- */

void __cdecl srand(unsigned seed)
{
    crt_thread()->rand_state = seed;
}

int __cdecl rand(void)
{
    unsigned long *state = &crt_thread()->rand_state;
    *state = *state * 214013 + 2531011;
    return *state >> 16 & 0x7fff;
}

errno_t __cdecl rand_s(unsigned *value)
{
    static BOOLEAN(WINAPI * random)(void *, ULONG); /* RtlGenRandom */

    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = 0;
    if (!random) {
        HMODULE module = LoadLibraryExW(L"advapi32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
        random = (void *)GetProcAddress(module, "SystemFunction036");
    }
    if (!random || !random(value, sizeof(*value))) {
        errno = ENOMEM;
        return ENOMEM;
    }
    return 0;
}
