/* SPDX-License-Identifier: MIT */
/* stringapiset.c: conversion between code pages and UTF-16. Comparison and character types: stringapiset_compare.c. */
#include "nls.h"

/* --- bytes to characters --- */

static SIZE_T sbcs_decode(const struct nls_codepage *cp, const BYTE *src, SIZE_T len, WCHAR *dst, SIZE_T cap,
                          BOOL *invalid)
{
    const WCHAR *table = cp_at(cp, cp->single);

    if (!cap) {
        for (SIZE_T i = 0; i < len && !*invalid; i++)
            *invalid = src[i] && !table[src[i]];
        return len;
    }
    if (len > cap)
        return cap + 1;
    for (SIZE_T i = 0; i < len; i++) {
        dst[i] = table[src[i]];
        if (!dst[i] && src[i]) {
            *invalid = TRUE;
            dst[i] = cp->unicode_default;
        }
    }
    return len;
}

static SIZE_T dbcs_decode(const struct nls_codepage *cp, const BYTE *src, SIZE_T len, WCHAR *dst, SIZE_T cap,
                          BOOL *invalid)
{
    const WCHAR *table = cp_at(cp, cp->single);
    const BYTE *end = src + len;
    SIZE_T n = 0;

    for (; src < end; n++) {
        const WCHAR *row = *src < 0x80 ? NULL : cp_trail(cp, *src);
        BYTE code = *src++;
        WCHAR c;

        if (!row) {
            c = table[code];
            if (!c && code) {
                *invalid = TRUE;
                c = cp->unicode_default;
            }
        } else if (src == end || !*src) {
            /* A lead byte that nothing follows; the zero stays the end of the string. */
            *invalid = TRUE;
            c = cp->unicode_default;
        } else {
            c = row[*src++];
            if (!c) {
                *invalid = TRUE;
                c = cp->unicode_default;
            }
        }
        if (cap) {
            if (n == cap)
                return cap + 1;
            dst[n] = c;
        }
    }
    return n;
}

/* CP_SYMBOL: the control characters, and U+F020.. for the rest. */
static SIZE_T symbol_decode(const BYTE *src, SIZE_T len, WCHAR *dst, SIZE_T cap)
{
    if (!cap)
        return len;
    if (len > cap)
        return cap + 1;
    for (SIZE_T i = 0; i < len; i++)
        dst[i] = src[i] < 0x20 ? src[i] : 0xf000 + src[i];
    return len;
}

/* MB_COMPOSITE: base character and marks instead of precomposed characters. */
static SIZE_T decompose_result(const WCHAR *src, SIZE_T len, WCHAR *dst, SIZE_T cap)
{
    int n = FoldStringW(MAP_COMPOSITE, src, len, NULL, 0);

    if (!cap)
        return n;
    return (SIZE_T)n <= cap ? (SIZE_T)FoldStringW(MAP_COMPOSITE, src, len, dst, cap) : cap + 1;
}

int WINAPI MultiByteToWideChar(UINT codepage, DWORD flags, LPCCH src, int srclen, LPWSTR dst, int dstlen)
{
    const struct nls_codepage *cp = NULL;
    BOOL invalid = FALSE;
    SIZE_T len, n;

    if (!src || !srclen || dstlen < 0 || (dstlen && (!dst || (const void *)src == dst)))
        return fail(ERROR_INVALID_PARAMETER);
    len = srclen < 0 ? strlen(src) + 1 : (SIZE_T)srclen;

    codepage = nls_real_codepage(codepage);
    switch (codepage) {
    case CP_UTF8:
        if (flags & ~MB_ERR_INVALID_CHARS)
            return fail(ERROR_INVALID_FLAGS);
        n = utf8_decode(src, len, dst, dstlen, &invalid);
        break;
    case CP_UTF7:
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        n = utf7_decode(src, len, dst, dstlen);
        break;
    case CP_SYMBOL:
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        n = symbol_decode((const BYTE *)src, len, dst, dstlen);
        break;
    default:
        if (!(cp = nls_find_codepage(codepage)))
            return fail(ERROR_INVALID_PARAMETER);
        if (flags & ~(MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS | MB_ERR_INVALID_CHARS) ||
            (flags & (MB_PRECOMPOSED | MB_COMPOSITE)) == (MB_PRECOMPOSED | MB_COMPOSITE))
            return fail(ERROR_INVALID_FLAGS);
        if (codepage == CP_GB18030) {
            if (flags & ~MB_ERR_INVALID_CHARS)
                return fail(ERROR_INVALID_FLAGS);
            n = gb18030_decode(cp, src, len, dst, dstlen, &invalid);
        } else if (flags & MB_COMPOSITE) {
            WCHAR *temp = kb_alloc(len * sizeof(WCHAR));
            if (!temp)
                return fail(ERROR_NOT_ENOUGH_MEMORY);
            n = (cp->lead ? dbcs_decode : sbcs_decode)(cp, (const BYTE *)src, len, temp, len, &invalid);
            n = decompose_result(temp, n, dst, dstlen);
            kb_free(temp);
        } else if (cp->lead) {
            n = dbcs_decode(cp, (const BYTE *)src, len, dst, dstlen, &invalid);
        } else {
            n = sbcs_decode(cp, (const BYTE *)src, len, dst, dstlen, &invalid);
        }
        break;
    }
    if (invalid && (flags & MB_ERR_INVALID_CHARS))
        return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (dstlen && n > (SIZE_T)dstlen)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (n > 0x7fffffff)
        return fail(ERROR_INVALID_PARAMETER);
    return n;
}

/* --- characters to bytes --- */

/* The code of a character; *exact says whether it leads back to it. 0 for a character other than U+0000: none. */
static USHORT encode_char(const struct nls_codepage *cp, WCHAR c, BOOL *exact)
{
    USHORT code = cp_from(cp, c);

    if (code < 0x100)
        *exact = ((const WCHAR *)cp_at(cp, cp->single))[code] == c;
    else
        *exact = cp_trail(cp, code >> 8)[code & 0xff] == c;
    return code;
}

static SIZE_T table_encode(const struct nls_codepage *cp, DWORD flags, const WCHAR *src, SIZE_T len, char *dst,
                           SIZE_T cap, USHORT default_code, BOOL *used_default)
{
    SIZE_T n = 0;

    for (SIZE_T i = 0; i < len; i++) {
        WCHAR c = src[i];
        BOOL exact;
        USHORT code;

        if (c < 0x80 && cp->default_char == '?') { /* ASCII is the same in all but EBCDIC */
            code = c;
        } else {
            code = encode_char(cp, c, &exact);
            if ((!code && c) || (!exact && (flags & WC_NO_BEST_FIT_CHARS))) {
                code = default_code;
                *used_default = TRUE;
                /* A surrogate pair is one character, with one default character... for each unit, as on Windows. */
            }
        }
        if (code >= 0x100) {
            if (cap) {
                if (cap - n < 2)
                    return cap + 1;
                dst[n] = code >> 8;
                dst[n + 1] = code;
            }
            n += 2;
        } else {
            if (cap) {
                if (n == cap)
                    return cap + 1;
                dst[n] = code;
            }
            n++;
        }
    }
    return n;
}

/* WC_COMPOSITECHECK: what can be composed, is; then marks that stand alone are dropped, kept, or become the default. */
static WCHAR *compose_input(const struct nls_codepage *cp, DWORD flags, const WCHAR *src, SIZE_T *len)
{
    int n = FoldStringW(MAP_PRECOMPOSED, src, *len, NULL, 0);
    WCHAR *text = kb_alloc(n * sizeof(WCHAR));
    int out = 0;

    if (!text)
        return NULL;
    FoldStringW(MAP_PRECOMPOSED, src, *len, text, n);
    for (int i = 0; i < n; i++) {
        BOOL mark = nls_ctype(text[i])->type3 & C3_NONSPACING;
        if (i && mark && !cp_from(cp, text[i])) {
            if (flags & WC_DISCARDNS)
                continue;
            if (flags & WC_DEFAULTCHAR) {
                text[out - 1] = 0xffff; /* has no code: becomes the default character */
                continue;
            }
        }
        text[out++] = text[i];
    }
    *len = out;
    return text;
}

static SIZE_T symbol_encode(const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap, BOOL *invalid)
{
    for (SIZE_T i = 0; i < len; i++) {
        BOOL good = src[i] < 0x20 || (src[i] >= 0xf020 && src[i] <= 0xf0ff);
        if (!good)
            *invalid = TRUE;
        if (cap) {
            if (i == cap)
                return cap + 1;
            dst[i] = good ? (char)src[i] : '?';
        }
    }
    return len;
}

int WINAPI WideCharToMultiByte(UINT codepage, DWORD flags, LPCWCH src, int srclen, LPSTR dst, int dstlen,
                               LPCCH default_char, LPBOOL used_default)
{
    const struct nls_codepage *cp;
    BOOL invalid = FALSE, used = FALSE;
    SIZE_T len, n;

    if (!src || !srclen || dstlen < 0 || (dstlen && (!dst || (const void *)src == dst)))
        return fail(ERROR_INVALID_PARAMETER);
    len = srclen < 0 ? wcslen(src) + 1 : (SIZE_T)srclen;

    codepage = nls_real_codepage(codepage);
    switch (codepage) {
    case CP_UTF8:
    case CP_UTF7:
        if (default_char || used_default)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags & ~(codepage == CP_UTF8 ? WC_ERR_INVALID_CHARS : 0))
            return fail(ERROR_INVALID_FLAGS);
        if (codepage == CP_UTF8)
            n = utf8_encode(src, len, dst, dstlen, &invalid);
        else
            n = utf7_encode(src, len, dst, dstlen);
        break;
    case CP_SYMBOL:
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        if (default_char || used_default)
            return fail(ERROR_INVALID_PARAMETER);
        n = symbol_encode(src, len, dst, dstlen, &invalid);
        if (invalid)
            return fail(ERROR_NO_UNICODE_TRANSLATION);
        break;
    case CP_GB18030:
        if (flags & ~WC_ERR_INVALID_CHARS)
            return fail(ERROR_INVALID_FLAGS);
        if (default_char || used_default)
            return fail(ERROR_INVALID_PARAMETER);
        n = gb18030_encode(nls_find_codepage(codepage), src, len, dst, dstlen, &invalid);
        break;
    default: {
        WCHAR *composed = NULL;
        USHORT code;

        if (!(cp = nls_find_codepage(codepage)))
            return fail(ERROR_INVALID_PARAMETER);
        if (flags & ~(WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_NO_BEST_FIT_CHARS))
            return fail(ERROR_INVALID_FLAGS);
        code = cp->default_char;
        if (default_char) {
            code = (BYTE)default_char[0];
            if (cp_trail(cp, code) && default_char[1])
                code = code << 8 | (BYTE)default_char[1];
        }
        if ((flags & WC_COMPOSITECHECK) && !(composed = compose_input(cp, flags, src, &len)))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        n = table_encode(cp, flags, composed ? composed : src, len, dst, dstlen, code, &used);
        kb_free(composed);
        if (used_default)
            *used_default = used;
        break;
    }
    }
    if (invalid && (flags & WC_ERR_INVALID_CHARS))
        return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (dstlen && n > (SIZE_T)dstlen)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (n > 0x7fffffff)
        return fail(ERROR_INVALID_PARAMETER);
    return n;
}
