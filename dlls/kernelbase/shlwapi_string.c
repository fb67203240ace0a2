/* SPDX-License-Identifier: MIT */
/* shlwapi_string.c: the Str* functions of shlwapi.h, which shlwapi.dll forwards to kernelbase. */
#include "kernelbase_private.h"
#include <shlwapi.h>

/* Implemented for these names; shlwapi.h makes macros of some. */
#undef StrCatA
#undef StrCpyNA
#undef StrToLong
#undef StrIntlEqNA
#undef StrIntlEqNW

/* --- comparison: in the user's language, as the documentation says of most --- */

BOOL WINAPI ChrCmpIW(WCHAR a, WCHAR b)
{
    return CompareStringW(GetThreadLocale(), NORM_IGNORECASE, &a, 1, &b, 1) - CSTR_EQUAL;
}

/* The characters may be double-byte: the first byte is the low one. */
BOOL WINAPI ChrCmpIA(WORD a, WORD b)
{
    char first[2] = { (char)a, (char)(a >> 8) }, second[2] = { (char)b, (char)(b >> 8) };

    return CompareStringA(GetThreadLocale(), NORM_IGNORECASE, first, first[1] ? 2 : 1, second, second[1] ? 2 : 1) -
           CSTR_EQUAL;
}

static SIZE_T bounded_w(const WCHAR *str, SIZE_T most)
{
    SIZE_T n = 0;

    while (n < most && str[n])
        n++;
    return n;
}

static SIZE_T bounded_a(const char *str, SIZE_T most)
{
    SIZE_T n = 0;

    while (n < most && str[n])
        n++;
    return n;
}

static int compare_w(const WCHAR *a, const WCHAR *b, SIZE_T most, DWORD flags)
{
    if (!a || !b)
        return a ? 1 : b ? -1 : 0;
    return CompareStringW(GetThreadLocale(), flags, a, bounded_w(a, most), b, bounded_w(b, most)) - CSTR_EQUAL;
}

static int compare_a(const char *a, const char *b, SIZE_T most, DWORD flags)
{
    if (!a || !b)
        return a ? 1 : b ? -1 : 0;
    return CompareStringA(GetThreadLocale(), flags, a, bounded_a(a, most), b, bounded_a(b, most)) - CSTR_EQUAL;
}

int WINAPI StrCmpW(const WCHAR *a, const WCHAR *b)
{
    return compare_w(a, b, INT_MAX, 0);
}

int WINAPI StrCmpIW(const WCHAR *a, const WCHAR *b)
{
    return compare_w(a, b, INT_MAX, NORM_IGNORECASE);
}

int WINAPI StrCmpNW(const WCHAR *a, const WCHAR *b, int count)
{
    return compare_w(a, b, max(count, 0), 0);
}

int WINAPI StrCmpNA(const char *a, const char *b, int count)
{
    return compare_a(a, b, max(count, 0), 0);
}

int WINAPI StrCmpNIW(const WCHAR *a, const WCHAR *b, int count)
{
    return compare_w(a, b, max(count, 0), NORM_IGNORECASE);
}

int WINAPI StrCmpNIA(const char *a, const char *b, int count)
{
    return compare_a(a, b, max(count, 0), NORM_IGNORECASE);
}

BOOL WINAPI StrIsIntlEqualW(BOOL case_sensitive, const WCHAR *a, const WCHAR *b, int count)
{
    return !compare_w(a, b, max(count, 0), case_sensitive ? 0 : NORM_IGNORECASE);
}

BOOL WINAPI StrIsIntlEqualA(BOOL case_sensitive, const char *a, const char *b, int count)
{
    return !compare_a(a, b, max(count, 0), case_sensitive ? 0 : NORM_IGNORECASE);
}

/* By character codes; with I in the name, letters of ASCII are equal to their other case. */
static int fold(int c, BOOL ignore_case)
{
    return ignore_case && c >= 'A' && c <= 'Z' ? c + 0x20 : c;
}

static int compare_codes_w(const WCHAR *a, const WCHAR *b, int count, BOOL ignore_case)
{
    for (; count > 0; a++, b++, count--) {
        int order = fold(*a, ignore_case) - fold(*b, ignore_case);

        if (order || !*a)
            return order;
    }
    return 0;
}

static int compare_codes_a(const char *a, const char *b, int count, BOOL ignore_case)
{
    for (; count > 0; a++, b++, count--) {
        int order = fold((UCHAR)*a, ignore_case) - fold((UCHAR)*b, ignore_case);

        if (order || !*a)
            return order;
    }
    return 0;
}

int WINAPI StrCmpCW(const WCHAR *a, const WCHAR *b)
{
    return compare_codes_w(a, b, INT_MAX, FALSE);
}

int WINAPI StrCmpCA(const char *a, const char *b)
{
    return compare_codes_a(a, b, INT_MAX, FALSE);
}

int WINAPI StrCmpICW(const WCHAR *a, const WCHAR *b)
{
    return compare_codes_w(a, b, INT_MAX, TRUE);
}

int WINAPI StrCmpICA(const char *a, const char *b)
{
    return compare_codes_a(a, b, INT_MAX, TRUE);
}

int WINAPI StrCmpNCW(const WCHAR *a, const WCHAR *b, int count)
{
    return compare_codes_w(a, b, count, FALSE);
}

int WINAPI StrCmpNCA(const char *a, const char *b, int count)
{
    return compare_codes_a(a, b, count, FALSE);
}

int WINAPI StrCmpNICW(const WCHAR *a, const WCHAR *b, int count)
{
    return compare_codes_w(a, b, count, TRUE);
}

int WINAPI StrCmpNICA(const char *a, const char *b, int count)
{
    return compare_codes_a(a, b, count, TRUE);
}

static BOOL is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

/* Numbers in the text compare as numbers, whatever their length: file2 before file10. */
int WINAPI StrCmpLogicalW(const WCHAR *a, const WCHAR *b)
{
    if (!a || !b)
        return 0;
    while (*a) {
        int order;

        if (!*b)
            return 1;
        if (is_digit(*a) && is_digit(*b)) {
            SIZE_T a_digits = 0, b_digits = 0;

            while (*a == '0' && is_digit(a[1]))
                a++;
            while (*b == '0' && is_digit(b[1]))
                b++;
            while (is_digit(a[a_digits]))
                a_digits++;
            while (is_digit(b[b_digits]))
                b_digits++;
            if (a_digits != b_digits)
                return a_digits < b_digits ? -1 : 1;
            for (; a_digits; a++, b++, a_digits--)
                if (*a != *b)
                    return *a < *b ? -1 : 1;
            continue;
        }
        if (is_digit(*a))
            return -1;
        if (is_digit(*b))
            return 1;
        if ((order = ChrCmpIW(*a, *b)))
            return order > 0 ? 1 : -1;
        a++;
        b++;
    }
    return *b ? -1 : 0;
}

/* --- searching, numbers, copies: both character types --- */

#define CHR      WCHAR
#define UCHR     WCHAR
#define FN(name) name##W
#include "shlwapi_string_impl.h"
#undef CHR
#undef UCHR
#undef FN

#define CHR      char
#define UCHR     UCHAR
#define FN(name) name##A
#include "shlwapi_string_impl.h"

/* --- those there is one of --- */

const WCHAR *WINAPI StrChrNW(const WCHAR *str, WCHAR c, UINT count)
{
    for (; str && count && *str; str++, count--)
        if (*str == c)
            return str;
    return NULL;
}

const WCHAR *WINAPI StrChrNIW(const WCHAR *str, WCHAR c, UINT count)
{
    for (; str && count && *str; str++, count--)
        if (!ChrCmpIW(*str, c))
            return str;
    return NULL;
}

static const WCHAR *find_within(const WCHAR *str, const WCHAR *search, UINT count, BOOL ignore_case)
{
    SIZE_T length, size;

    if (!str || !search || !*search)
        return NULL;
    length = wcslen(search);
    size = bounded_w(str, count);
    for (; size >= length; str++, size--)
        if (ignore_case ? !StrCmpNIW(str, search, length) : !memcmp(str, search, length * sizeof(WCHAR)))
            return str;
    return NULL;
}

const WCHAR *WINAPI StrStrNW(const WCHAR *str, const WCHAR *search, UINT count)
{
    return find_within(str, search, count, FALSE);
}

const WCHAR *WINAPI StrStrNIW(const WCHAR *str, const WCHAR *search, UINT count)
{
    return find_within(str, search, count, TRUE);
}

WCHAR *WINAPI StrCpyW(WCHAR *destination, const WCHAR *source)
{
    return destination && source ? wcscpy(destination, source) : destination;
}

WCHAR *WINAPI StrCatW(WCHAR *destination, const WCHAR *source)
{
    return destination && source ? wcscat(destination, source) : destination;
}

WCHAR *WINAPI StrCpyNW(WCHAR *destination, const WCHAR *source, int size)
{
    WCHAR *d = destination;

    if (!destination || size <= 0)
        return destination;
    while (--size && source && *source)
        *d++ = *source++;
    *d = 0;
    return destination;
}

/* The result is where the next piece goes. */
DWORD WINAPI StrCatChainW(WCHAR *buffer, DWORD size, DWORD at, const WCHAR *more)
{
    if (!buffer || !size)
        return at;
    if (at == MAXDWORD)
        at = wcslen(buffer);
    for (; more && *more && at + 1 < size; at++)
        buffer[at] = *more++;
    if (at < size)
        buffer[at] = 0;
    return at;
}
