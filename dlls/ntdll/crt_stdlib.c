/* SPDX-License-Identifier: MIT */
/* crt_stdlib.c: numbers from and to text, sorting, searching (stdlib.h). */
#define _SECIMP /* defined here, not imported */
#include "rtlnls.h"

/* --- text to numbers; errno is per thread on Windows, but ntdll's has nobody who reads it --- */

static ULONG digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 255;
}

static bool is_space(WCHAR c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct number {
    ULONGLONG value;
    bool negative, overflow;
    SIZE_T length; /* characters used; 0: no number */
};

#define PARSE(NAME, CHAR_T, AT)                                                                                        \
    static struct number NAME(const CHAR_T *s, INT base, ULONGLONG limit) {                                            \
        struct number n = { 0 };                                                                                       \
        SIZE_T i = 0, start;                                                                                           \
                                                                                                                       \
        while (is_space(AT(s[i])))                                                                                     \
            i++;                                                                                                       \
        if (s[i] == '-' || s[i] == '+')                                                                                \
            n.negative = s[i++] == '-';                                                                                \
        if ((!base || base == 16) && s[i] == '0' && (s[i + 1] == 'x' || s[i + 1] == 'X') &&                            \
            digit_of(AT(s[i + 2])) < 16) {                                                                             \
            i += 2;                                                                                                    \
            base = 16;                                                                                                 \
        } else if (!base) {                                                                                            \
            base = s[i] == '0' ? 8 : 10;                                                                               \
        }                                                                                                              \
        for (start = i; digit_of(AT(s[i])) < (ULONG)base; i++) {                                                       \
            ULONG d = digit_of(AT(s[i]));                                                                              \
                                                                                                                       \
            if (n.value > (limit - d) / (ULONG)base)                                                                   \
                n.overflow = true;                                                                                     \
            n.value = n.value * (ULONG)base + d;                                                                       \
        }                                                                                                              \
        n.length = i > start ? i : 0;                                                                                  \
        return n;                                                                                                      \
    }
#define BYTE_AT(c) ((WCHAR)(UCHAR)(c))
#define WIDE_AT(c) (c)
PARSE(parse_bytes, char, BYTE_AT)
PARSE(parse_wide, WCHAR, WIDE_AT)

static LONGLONG to_signed(struct number n, LONGLONG max)
{
    if (n.overflow || n.value > (ULONGLONG)max + n.negative)
        return n.negative ? -max - 1 : max;
    return n.negative ? (LONGLONG)(0 - n.value) : (LONGLONG)n.value;
}

static ULONGLONG to_unsigned(struct number n, ULONGLONG max)
{
    if (n.overflow || n.value > max)
        return max;
    return (n.negative ? 0 - n.value : n.value) & max;
}

LONG __cdecl strtol(const char *s, char **end, int base)
{
    struct number n = parse_bytes(s, base, ~0ull);

    if (end)
        *end = (char *)s + n.length;
    return (LONG)to_signed(n, 0x7fffffff);
}

ULONG __cdecl strtoul(const char *s, char **end, int base)
{
    struct number n = parse_bytes(s, base, ~0ull);

    if (end)
        *end = (char *)s + n.length;
    return (ULONG)to_unsigned(n, 0xffffffff);
}

LONG __cdecl wcstol(const WCHAR *s, WCHAR **end, int base)
{
    struct number n = parse_wide(s, base, ~0ull);

    if (end)
        *end = (WCHAR *)s + n.length;
    return (LONG)to_signed(n, 0x7fffffff);
}

ULONG __cdecl wcstoul(const WCHAR *s, WCHAR **end, int base)
{
    struct number n = parse_wide(s, base, ~0ull);

    if (end)
        *end = (WCHAR *)s + n.length;
    return (ULONG)to_unsigned(n, 0xffffffff);
}

LONGLONG __cdecl _wcstoi64(const WCHAR *s, WCHAR **end, int base)
{
    struct number n = parse_wide(s, base, ~0ull);

    if (end)
        *end = (WCHAR *)s + n.length;
    return to_signed(n, 0x7fffffffffffffffll);
}

ULONGLONG __cdecl _wcstoui64(const WCHAR *s, WCHAR **end, int base)
{
    struct number n = parse_wide(s, base, ~0ull);

    if (end)
        *end = (WCHAR *)s + n.length;
    return to_unsigned(n, ~0ull);
}

int __cdecl atoi(const char *s)
{
    return (int)to_signed(parse_bytes(s, 10, ~0ull), 0x7fffffff);
}

LONG __cdecl atol(const char *s)
{
    return atoi(s);
}

LONGLONG __cdecl _atoi64(const char *s)
{
    return to_signed(parse_bytes(s, 10, ~0ull), 0x7fffffffffffffffll);
}

int __cdecl _wtoi(const WCHAR *s)
{
    return (int)to_signed(parse_wide(s, 10, ~0ull), 0x7fffffff);
}

LONG __cdecl _wtol(const WCHAR *s)
{
    return _wtoi(s);
}

LONGLONG __cdecl _wtoi64(const WCHAR *s)
{
    return to_signed(parse_wide(s, 10, ~0ull), 0x7fffffffffffffffll);
}

/* --- numbers to text --- */

/* The digits, from the end of a buffer of 66; `minus` puts a sign before them. Returns where they begin. */
static char *digits(ULONGLONG value, int base, bool minus, char *end)
{
    *--end = 0;
    do {
        *--end = "0123456789abcdefghijklmnopqrstuvwxyz"[value % (ULONG)base];
        value /= (ULONG)base;
    } while (value);
    if (minus)
        *--end = '-';
    return end;
}

static bool minus_of(LONGLONG value)
{
    return value < 0;
}

#define TO_TEXT(NAME, TYPE, CHAR_T, SIGNED, UTYPE)                                                                     \
    CHAR_T *__cdecl NAME(TYPE value, CHAR_T *s, int base)                                                              \
    {                                                                                                                  \
        bool minus = (SIGNED) && base == 10 && minus_of((LONGLONG)value);                                              \
        char buffer[68], *p = digits(minus ? 0 - (ULONGLONG)value : (UTYPE)value, base, minus, buffer + 68);           \
        SIZE_T i = 0;                                                                                                  \
                                                                                                                       \
        do                                                                                                             \
            s[i] = (CHAR_T)p[i];                                                                                       \
        while (p[i++]);                                                                                                \
        return s;                                                                                                      \
    }                                                                                                                  \
    errno_t __cdecl NAME##_s(TYPE value, CHAR_T *s, size_t size, int base)                                             \
    {                                                                                                                  \
        bool minus = (SIGNED) && base == 10 && minus_of((LONGLONG)value);                                              \
        char buffer[68], *p;                                                                                           \
        SIZE_T i = 0;                                                                                                  \
                                                                                                                       \
        if (!s || !size)                                                                                               \
            return EINVAL;                                                                                             \
        *s = 0;                                                                                                        \
        if (base < 2 || base > 36)                                                                                     \
            return EINVAL;                                                                                             \
        p = digits(minus ? 0 - (ULONGLONG)value : (UTYPE)value, base, minus, buffer + 68);                             \
        if (strlen(p) >= size)                                                                                         \
            return ERANGE;                                                                                             \
        do                                                                                                             \
            s[i] = (CHAR_T)p[i];                                                                                       \
        while (p[i++]);                                                                                                \
        return 0;                                                                                                      \
    }

TO_TEXT(_itoa, int, char, true, UINT)
TO_TEXT(_ltoa, LONG, char, true, ULONG)
TO_TEXT(_ultoa, ULONG, char, false, ULONG)
TO_TEXT(_i64toa, LONGLONG, char, true, ULONGLONG)
TO_TEXT(_ui64toa, ULONGLONG, char, false, ULONGLONG)
TO_TEXT(_itow, int, WCHAR, true, UINT)
TO_TEXT(_ltow, LONG, WCHAR, true, ULONG)
TO_TEXT(_ultow, ULONG, WCHAR, false, ULONG)
TO_TEXT(_i64tow, LONGLONG, WCHAR, true, ULONGLONG)
TO_TEXT(_ui64tow, ULONGLONG, WCHAR, false, ULONGLONG)

int __cdecl abs(int value)
{
    return value < 0 ? -value : value;
}

LONG __cdecl labs(LONG value)
{
    return value < 0 ? -value : value;
}

/* --- multibyte --- */

size_t __cdecl mbstowcs(WCHAR *dst, const char *src, size_t count)
{
    size_t i;

    if (!dst)
        return strlen(src);
    for (i = 0; i < count && src[i]; i++)
        dst[i] = nls_ansi_to[(UCHAR)src[i]];
    if (i < count)
        dst[i] = 0;
    return i;
}

size_t __cdecl wcstombs(char *dst, const WCHAR *src, size_t count)
{
    size_t i;

    if (!dst)
        return wcslen(src);
    for (i = 0; i < count && src[i]; i++) {
        UCHAR byte = nls_ansi_blocks[nls_ansi_index[src[i] >> 8]][src[i] & 0xff];

        dst[i] = byte ? (char)byte : '?';
    }
    if (i < count)
        dst[i] = 0;
    return i;
}

/* --- sorting and searching --- */

typedef int(__cdecl *compare_function)(const void *, const void *);
typedef int(__cdecl *compare_s_function)(void *, const void *, const void *);

struct sort {
    SIZE_T size;
    compare_function compare;
    compare_s_function compare_s;
    void *context;
};

static int compare(const struct sort *sort, const void *a, const void *b)
{
    return sort->compare ? sort->compare(a, b) : sort->compare_s(sort->context, a, b);
}

static void swap(char *a, char *b, SIZE_T size)
{
    for (; size >= 8; size -= 8, a += 8, b += 8) {
        ULONGLONG t;

        memcpy(&t, a, 8);
        memcpy(a, b, 8);
        memcpy(b, &t, 8);
    }
    for (; size; size--, a++, b++) {
        char t = *a;

        *a = *b;
        *b = t;
    }
}

static void sift(const struct sort *sort, char *base, SIZE_T root, SIZE_T n)
{
    SIZE_T child;

    while ((child = 2 * root + 1) < n) {
        if (child + 1 < n && compare(sort, base + child * sort->size, base + (child + 1) * sort->size) < 0)
            child++;
        if (compare(sort, base + root * sort->size, base + child * sort->size) >= 0)
            return;
        swap(base + root * sort->size, base + child * sort->size, sort->size);
        root = child;
    }
}

/* Quick sort, median of three; insertion sort when short; heap sort when the splits turn out bad. */
static void sort_range(const struct sort *sort, char *base, SIZE_T n, int depth)
{
    SIZE_T size = sort->size;

    while (n > 12) {
        char *low = base, *middle = base + n / 2 * size, *high = base + (n - 1) * size, *i, *j;

        if (!depth--) {
            for (SIZE_T root = n / 2; root--;)
                sift(sort, base, root, n);
            while (--n) {
                swap(base, base + n * size, size);
                sift(sort, base, 0, n);
            }
            return;
        }
        if (compare(sort, middle, low) < 0)
            swap(middle, low, size);
        if (compare(sort, high, low) < 0)
            swap(high, low, size);
        if (compare(sort, high, middle) < 0)
            swap(high, middle, size);
        /* The pivot waits beside the end, which is known not to be less. */
        swap(middle, high - size, size);
        for (i = low, j = high - size;;) {
            do
                i += size;
            while (i < high - size && compare(sort, i, high - size) < 0);
            do
                j -= size;
            while (j > low && compare(sort, j, high - size) > 0);
            if (i >= j)
                break;
            swap(i, j, size);
        }
        swap(i, high - size, size);

        SIZE_T left = (SIZE_T)(i - base) / size, right = n - left - 1;

        if (left < right) {
            sort_range(sort, base, left, depth);
            base = i + size;
            n = right;
        } else {
            sort_range(sort, i + size, right, depth);
            n = left;
        }
    }
    for (SIZE_T k = 1; k < n; k++) {
        for (SIZE_T m = k; m && compare(sort, base + (m - 1) * size, base + m * size) > 0; m--)
            swap(base + (m - 1) * size, base + m * size, size);
    }
}

void __cdecl qsort(void *base, size_t n, size_t size, compare_function function)
{
    struct sort sort = { size, function, NULL, NULL };

    if (n > 1 && size)
        sort_range(&sort, base, n, 2 * (64 - __builtin_clzll(n)));
}

void __cdecl qsort_s(void *base, size_t n, size_t size, compare_s_function function, void *context)
{
    struct sort sort = { size, NULL, function, context };

    if (n > 1 && size)
        sort_range(&sort, base, n, 2 * (64 - __builtin_clzll(n)));
}

static void *search(const struct sort *sort, const void *key, const char *base, SIZE_T n)
{
    while (n) {
        const char *middle = base + n / 2 * sort->size;
        int result = compare(sort, key, middle);

        if (!result)
            return (void *)middle;
        if (result > 0) {
            base = middle + sort->size;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return NULL;
}

void *__cdecl bsearch(const void *key, const void *base, size_t n, size_t size, compare_function function)
{
    struct sort sort = { size, function, NULL, NULL };

    return search(&sort, key, base, n);
}

void *__cdecl bsearch_s(const void *key, const void *base, rsize_t n, rsize_t size, compare_s_function function,
                        void *context)
{
    struct sort sort = { size, NULL, function, context };

    return search(&sort, key, base, n);
}

void *__cdecl _lfind(const void *key, const void *base, UINT *n, UINT size, compare_function function)
{
    for (UINT i = 0; i < *n; i++) {
        const char *element = (const char *)base + (SIZE_T)i * size;

        if (!function(key, element))
            return (void *)element;
    }
    return NULL;
}
