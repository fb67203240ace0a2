/* SPDX-License-Identifier: MIT */
/* stringapiset_compare.c: comparing, finding and folding strings. */
#include "nls.h"

#define COMPARE_FLAGS                                                                                                  \
    (NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS | LINGUISTIC_IGNORECASE | LINGUISTIC_IGNOREDIACRITIC | \
     NORM_IGNOREKANATYPE | NORM_IGNOREWIDTH | NORM_LINGUISTIC_CASING | SORT_STRINGSORT | SORT_DIGITSASNUMBERS |        \
     LOCALE_USE_CP_ACP)

int WINAPI CompareStringOrdinal(LPCWCH a, int alen, LPCWCH b, int blen, BOOL ignore_case)
{
    SIZE_T m, n, common;

    if (!a || !b || alen < -1 || blen < -1)
        return fail(ERROR_INVALID_PARAMETER);
    m = alen < 0 ? wcslen(a) : (SIZE_T)alen;
    n = blen < 0 ? wcslen(b) : (SIZE_T)blen;
    common = m < n ? m : n;
    for (SIZE_T i = 0; i < common; i++) {
        WCHAR c = a[i], d = b[i];
        if (c == d)
            continue;
        if (ignore_case) {
            c = nls_upper(c);
            d = nls_upper(d);
        }
        if (c != d)
            return c < d ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
    }
    return m == n ? CSTR_EQUAL : m < n ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
}

static int compare(DWORD flags, LPCWCH a, int alen, LPCWCH b, int blen)
{
    int result;

    if (!a || !b)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~COMPARE_FLAGS)
        return fail(ERROR_INVALID_FLAGS);
    result = nls_compare(flags, a, alen < 0 ? wcslen(a) : (SIZE_T)alen, b, blen < 0 ? wcslen(b) : (SIZE_T)blen);
    return result < 0 ? CSTR_LESS_THAN : result > 0 ? CSTR_GREATER_THAN : CSTR_EQUAL;
}

int WINAPI CompareStringEx(LPCWSTR locale, DWORD flags, LPCWCH a, int alen, LPCWCH b, int blen,
                           LPNLSVERSIONINFO version, LPVOID reserved, LPARAM param)
{
    if (version || reserved || param)
        return fail(ERROR_INVALID_PARAMETER);
    if (!locale_from_name(locale))
        return fail(ERROR_INVALID_PARAMETER);
    return compare(flags, a, alen, b, blen);
}

int WINAPI CompareStringW(LCID locale, DWORD flags, PCNZWCH a, int alen, PCNZWCH b, int blen)
{
    if (!locale_from_lcid(locale))
        return fail(ERROR_INVALID_PARAMETER);
    return compare(flags, a, alen, b, blen);
}

int WINAPI CompareStringA(LCID locale, DWORD flags, PCNZCH a, int alen, PCNZCH b, int blen)
{
    UINT codepage = CP_ACP;
    WCHAR *x, *y;
    int m, n, result;

    if (!a || !b)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(flags & LOCALE_USE_CP_ACP))
        GetLocaleInfoW(locale, LOCALE_IDEFAULTANSICODEPAGE | LOCALE_RETURN_NUMBER, (WCHAR *)&codepage, 2);
    m = alen < 0 ? (int)strlen(a) : alen;
    n = blen < 0 ? (int)strlen(b) : blen;
    x = kb_alloc((m + n + 2) * sizeof(WCHAR));
    if (!x)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    y = x + m + 1;
    m = m ? MultiByteToWideChar(codepage, 0, a, m, x, m) : 0;
    n = n ? MultiByteToWideChar(codepage, 0, b, n, y, n) : 0;
    result = CompareStringW(locale, flags, x, m, y, n);
    kb_free(x);
    return result;
}

/* --- lstrcmp --- */

int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    if (!a || !b)
        return a == b ? 0 : a ? 1 : -1;
    return CompareStringW(GetThreadLocale(), LOCALE_USE_CP_ACP, a, -1, b, -1) - CSTR_EQUAL;
}

int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    if (!a || !b)
        return a == b ? 0 : a ? 1 : -1;
    return CompareStringW(GetThreadLocale(), LOCALE_USE_CP_ACP | NORM_IGNORECASE, a, -1, b, -1) - CSTR_EQUAL;
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
    if (!a || !b)
        return a == b ? 0 : a ? 1 : -1;
    return CompareStringA(GetThreadLocale(), LOCALE_USE_CP_ACP, a, -1, b, -1) - CSTR_EQUAL;
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
    if (!a || !b)
        return a == b ? 0 : a ? 1 : -1;
    return CompareStringA(GetThreadLocale(), LOCALE_USE_CP_ACP | NORM_IGNORECASE, a, -1, b, -1) - CSTR_EQUAL;
}

/* --- FindNLSString --- */

int WINAPI FindNLSStringEx(LPCWSTR locale, DWORD flags, LPCWSTR src, int srclen, LPCWSTR value, int value_len,
                           LPINT found, LPNLSVERSIONINFO version, LPVOID reserved, LPARAM sort_handle)
{
    DWORD where = flags & (FIND_STARTSWITH | FIND_ENDSWITH | FIND_FROMSTART | FIND_FROMEND);
    SIZE_T len, n, length;

    if (version || reserved || sort_handle || !src || !value || srclen < -1 || value_len < -1 || !srclen || !value_len)
        return fail(ERROR_INVALID_PARAMETER), -1;
    if (!locale_from_name(locale))
        return fail(ERROR_INVALID_PARAMETER), -1;
    if (flags & ~(COMPARE_FLAGS | FIND_STARTSWITH | FIND_ENDSWITH | FIND_FROMSTART | FIND_FROMEND) ||
        (where & (where - 1)))
        return fail(ERROR_INVALID_FLAGS), -1;
    if (!where)
        where = FIND_FROMSTART;
    flags &= COMPARE_FLAGS;
    len = srclen < 0 ? wcslen(src) : (SIZE_T)srclen;
    n = value_len < 0 ? wcslen(value) : (SIZE_T)value_len;

    for (SIZE_T i = 0; i <= len; i++) {
        SIZE_T at = where == FIND_FROMEND ? len - i : i;
        if (nls_match_prefix(flags, src + at, len - at, value, n, &length) &&
            (where != FIND_ENDSWITH || at + length == len)) {
            if (found)
                *found = length;
            SetLastError(ERROR_SUCCESS);
            return at;
        }
        if (where == FIND_STARTSWITH)
            break;
    }
    SetLastError(ERROR_SUCCESS);
    return -1;
}

int WINAPI FindNLSString(LCID locale, DWORD flags, LPCWSTR src, int srclen, LPCWSTR value, int value_len, LPINT found)
{
    if (!locale_from_lcid(locale))
        return fail(ERROR_INVALID_PARAMETER), -1;
    return FindNLSStringEx(LOCALE_NAME_INVARIANT, flags, src, srclen, value, value_len, found, NULL, NULL, 0);
}

int WINAPI FindStringOrdinal(DWORD flags, LPCWSTR src, int srclen, LPCWSTR value, int value_len, BOOL ignore_case)
{
    SSIZE_T len, n;

    if (!src || !value || srclen < -1 || value_len < -1)
        return fail(ERROR_INVALID_PARAMETER), -1;
    if (flags && flags != FIND_FROMSTART && flags != FIND_FROMEND && flags != FIND_STARTSWITH && flags != FIND_ENDSWITH)
        return fail(ERROR_INVALID_FLAGS), -1;
    len = srclen < 0 ? (SSIZE_T)wcslen(src) : srclen;
    n = value_len < 0 ? (SSIZE_T)wcslen(value) : value_len;
    SetLastError(ERROR_SUCCESS);
    for (SSIZE_T i = 0; i <= len - n; i++) {
        SSIZE_T at = flags == FIND_FROMEND || flags == FIND_ENDSWITH ? len - n - i : i;
        if (CompareStringOrdinal(src + at, n, value, n, ignore_case) == CSTR_EQUAL)
            return at;
        if (flags == FIND_STARTSWITH || flags == FIND_ENDSWITH)
            break;
    }
    return -1;
}

/* --- FoldString --- */

/* The value of a decimal digit of any script. Each block of ten begins at a code point that ends in 0 or 6. */
static WCHAR fold_digit(WCHAR c)
{
    if (c < 0x80 || !(nls_ctype(c)->type1 & C1_DIGIT))
        return c;
    if (c == 0xb9)
        return '1';
    if (c == 0xb2 || c == 0xb3)
        return '0' + (c - 0xb0);
    if ((c & 0xf) >= 6 && !(nls_ctype(c & ~0xf)->type1 & C1_DIGIT))
        return '0' + (c & 0xf) - 6;
    return '0' + (c & 0xf);
}

int WINAPI FoldStringW(DWORD flags, LPCWCH src, int srclen, LPWSTR dst, int dstlen)
{
    const DWORD known = MAP_FOLDCZONE | MAP_PRECOMPOSED | MAP_COMPOSITE | MAP_FOLDDIGITS | MAP_EXPAND_LIGATURES;
    SIZE_T len, n;
    WCHAR *text;

    if (!src || !srclen || dstlen < 0 || (dstlen && !dst) || src == dst)
        return fail(ERROR_INVALID_PARAMETER);
    if (!flags || (flags & ~known) || ((flags & MAP_COMPOSITE) && (flags & (MAP_PRECOMPOSED | MAP_EXPAND_LIGATURES))))
        return fail(ERROR_INVALID_FLAGS);
    len = srclen < 0 ? wcslen(src) + 1 : (SIZE_T)srclen;
    if (flags & (MAP_PRECOMPOSED | MAP_COMPOSITE | MAP_FOLDCZONE | MAP_EXPAND_LIGATURES)) {
        BOOL compatibility = (flags & (MAP_FOLDCZONE | MAP_EXPAND_LIGATURES)) != 0;
        text = TransomNormalize(src, len, compatibility, !(flags & MAP_COMPOSITE), &n);
        if (!text)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
    } else {
        text = kb_alloc(len * sizeof(WCHAR));
        if (!text)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        memcpy(text, src, len * sizeof(WCHAR));
        n = len;
    }
    if (dstlen) {
        if (n > (SIZE_T)dstlen) {
            kb_free(text);
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        for (SIZE_T i = 0; i < n; i++)
            dst[i] = flags & MAP_FOLDDIGITS ? fold_digit(text[i]) : text[i];
    }
    kb_free(text);
    return n;
}

int WINAPI FoldStringA(DWORD flags, LPCSTR src, int srclen, LPSTR dst, int dstlen)
{
    WCHAR *wide, *folded;
    int n, m, result = 0;

    if (!src || !srclen || dstlen < 0 || (dstlen && !dst) || src == dst)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(n = MultiByteToWideChar(CP_ACP, 0, src, srclen, NULL, 0)))
        return 0;
    if (!(wide = kb_alloc(n * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    MultiByteToWideChar(CP_ACP, 0, src, srclen, wide, n);
    if ((m = FoldStringW(flags, wide, n, NULL, 0)) && (folded = kb_alloc(m * sizeof(WCHAR)))) {
        FoldStringW(flags, wide, n, folded, m);
        result = WideCharToMultiByte(CP_ACP, 0, folded, m, dst, dstlen, NULL, NULL);
        kb_free(folded);
    }
    kb_free(wide);
    return result;
}
