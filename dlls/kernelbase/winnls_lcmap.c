/* SPDX-License-Identifier: MIT */
/* winnls_lcmap.c: LCMapString: case, sort keys, kana and width. */
#include "nls_locales.h"

/* Half-width katakana U+FF61.. as full-width characters. */
static const WCHAR wide_kana[] = {
    0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5,
    0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3,
    0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc,
    0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4,
    0x30e6, 0x30e8, 0x30e9, 0x30ea, 0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3, 0x309b, 0x309c,
};

static WCHAR narrow_kana(WCHAR c)
{
    for (UINT i = 0; i < ARRAY_SIZE(wide_kana); i++) {
        if (wide_kana[i] == c)
            return 0xff61 + i;
    }
    return 0;
}

struct output {
    WCHAR *dst;
    SIZE_T cap, n;
};

static void emit(struct output *out, WCHAR c)
{
    if (out->n < out->cap)
        out->dst[out->n] = c;
    out->n++;
}

static void map_width(struct output *out, DWORD flags, const WCHAR *src, SIZE_T len)
{
    for (SIZE_T i = 0; i < len; i++) {
        WCHAR c = src[i];

        if (flags & LCMAP_FULLWIDTH) {
            if (c == ' ') {
                c = 0x3000;
            } else if (c > ' ' && c < 0x7f) {
                c += 0xfee0;
            } else if (c >= 0xff61 && c <= 0xff9f) {
                c = wide_kana[c - 0xff61];
                /* A voiced sound mark joins its letter. */
                if (i + 1 < len && (src[i + 1] == 0xff9e || src[i + 1] == 0xff9f)) {
                    UINT joined = TransomCompose(c, src[i + 1] == 0xff9e ? 0x3099 : 0x309a);
                    if (joined) {
                        c = joined;
                        i++;
                    }
                }
            }
        }
        if ((flags & LCMAP_HIRAGANA) && c >= 0x30a1 && c <= 0x30f6)
            c -= 0x60;
        if ((flags & LCMAP_KATAKANA) && c >= 0x3041 && c <= 0x3096)
            c += 0x60;
        if (flags & LCMAP_HALFWIDTH) {
            if (c == 0x3000) {
                c = ' ';
            } else if (c > 0xff00 && c < 0xff5f) {
                c -= 0xfee0;
            } else if (c >= 0x3001 && c <= 0x30fc) {
                UINT parts[18];
                WCHAR narrow = narrow_kana(c);

                if (!narrow && c > 0x30a0 && TransomDecompose(c, FALSE, parts) == 2 &&
                    (narrow = narrow_kana(parts[0]))) {
                    emit(out, narrow);
                    narrow = parts[1] == 0x3099 ? 0xff9e : 0xff9f;
                }
                if (narrow)
                    c = narrow;
            }
        }
        if (flags & LCMAP_LOWERCASE)
            c = nls_lower(c);
        else if (flags & LCMAP_UPPERCASE)
            c = nls_upper(c);
        emit(out, c);
    }
}

static BOOL is_turkic(const struct locale *locale)
{
    UINT language = PRIMARYLANGID(locale->lcid);
    return language == LANG_TURKISH || language == LANG_AZERI;
}

static WCHAR map_case(WCHAR c, BOOL upper, BOOL turkic)
{
    if (turkic) {
        if (upper && c == 'i')
            return 0x130;
        if (!upper && c == 'I')
            return 0x131;
        if (upper && c == 0x131)
            return 'I';
        if (!upper && c == 0x130)
            return 'i';
    }
    return upper ? nls_upper(c) : nls_lower(c);
}

static DWORD sort_flags(DWORD flags)
{
    return flags & (NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS | LINGUISTIC_IGNORECASE |
                    LINGUISTIC_IGNOREDIACRITIC | NORM_IGNOREKANATYPE | NORM_IGNOREWIDTH | SORT_STRINGSORT |
                    SORT_DIGITSASNUMBERS);
}

static int map_string(const struct locale *locale, DWORD flags, LPCWSTR src, int srclen, LPWSTR dst, int dstlen)
{
    const DWORD sort = NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS | LINGUISTIC_IGNORECASE |
                       LINGUISTIC_IGNOREDIACRITIC | NORM_IGNOREKANATYPE | NORM_IGNOREWIDTH | NORM_LINGUISTIC_CASING |
                       SORT_STRINGSORT | SORT_DIGITSASNUMBERS;
    const DWORD chars = LCMAP_LOWERCASE | LCMAP_UPPERCASE | LCMAP_HIRAGANA | LCMAP_KATAKANA | LCMAP_HALFWIDTH |
                        LCMAP_FULLWIDTH | LCMAP_LINGUISTIC_CASING | LCMAP_BYTEREV;
    SIZE_T len, n;

    if (!src || !srclen || dstlen < 0 || (dstlen && !dst))
        return fail(ERROR_INVALID_PARAMETER);
    len = srclen < 0 ? wcslen(src) + 1 : (SIZE_T)srclen;
    flags &= ~LOCALE_USE_CP_ACP;

    if (flags & LCMAP_SORTKEY) {
        if (flags & ~(LCMAP_SORTKEY | LCMAP_BYTEREV | sort) || (const void *)src == dst)
            return fail(ERROR_INVALID_FLAGS);
        if (srclen < 0)
            len--; /* the key has a zero of its own */
        n = nls_sort_key(sort_flags(flags), src, len, (BYTE *)dst, dstlen);
        if (dstlen && n > (SIZE_T)dstlen)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        if (dstlen && (flags & LCMAP_BYTEREV)) {
            for (SIZE_T i = 0; i + 1 < n; i += 2) {
                BYTE b = ((BYTE *)dst)[i];
                ((BYTE *)dst)[i] = ((BYTE *)dst)[i + 1];
                ((BYTE *)dst)[i + 1] = b;
            }
        }
        return n;
    }
    if (flags & LCMAP_HASH) {
        /* A hash of the sort key, so that equal strings have equal ones; four bytes. */
        DWORD hash = 2166136261u;
        BYTE *key;

        if (flags & ~(LCMAP_HASH | sort))
            return fail(ERROR_INVALID_FLAGS);
        if (!dstlen)
            return sizeof(hash);
        if ((SIZE_T)dstlen < sizeof(hash))
            return fail(ERROR_INSUFFICIENT_BUFFER);
        if (srclen < 0)
            len--;
        n = nls_sort_key(sort_flags(flags), src, len, NULL, 0);
        if (!(key = kb_alloc(n)))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        nls_sort_key(sort_flags(flags), src, len, key, n);
        for (SIZE_T i = 0; i < n; i++)
            hash = (hash ^ key[i]) * 16777619u;
        kb_free(key);
        memcpy(dst, &hash, sizeof(hash));
        return sizeof(hash);
    }
    if ((flags & ~(chars | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS)) || !flags)
        return fail(ERROR_INVALID_FLAGS);
    if ((flags & (LCMAP_HIRAGANA | LCMAP_KATAKANA)) == (LCMAP_HIRAGANA | LCMAP_KATAKANA) ||
        (flags & (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH)) == (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH) ||
        ((flags & LCMAP_LINGUISTIC_CASING) && !(flags & (LCMAP_LOWERCASE | LCMAP_UPPERCASE))))
        return fail(ERROR_INVALID_FLAGS);
    /* Only case mapping may be done in place. */
    if (src == dst && (flags & ~(LCMAP_LOWERCASE | LCMAP_UPPERCASE | LCMAP_LINGUISTIC_CASING)))
        return fail(ERROR_INVALID_FLAGS);

    if (flags & (NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS)) {
        struct output out = { dst, dstlen, 0 };

        if (flags & chars & ~LCMAP_BYTEREV)
            return fail(ERROR_INVALID_FLAGS);
        for (SIZE_T i = 0; i < len; i++) {
            const struct nls_ctype *type = nls_ctype(src[i]);
            if ((flags & NORM_IGNORENONSPACE) && (type->type3 & C3_NONSPACING))
                continue;
            if ((flags & NORM_IGNORESYMBOLS) && (type->type1 & C1_PUNCT))
                continue;
            emit(&out, src[i]);
        }
        n = out.n;
    } else if (flags & (LCMAP_HIRAGANA | LCMAP_KATAKANA | LCMAP_HALFWIDTH | LCMAP_FULLWIDTH)) {
        struct output out = { dst, dstlen, 0 };
        map_width(&out, flags, src, len);
        n = out.n;
    } else {
        BOOL turkic = (flags & LCMAP_LINGUISTIC_CASING) && is_turkic(locale);

        n = len;
        if (dstlen && n > (SIZE_T)dstlen)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        for (SIZE_T i = 0; dstlen && i < len; i++) {
            if ((flags & LCMAP_TITLECASE) == LCMAP_TITLECASE) {
                BOOL first = !i || !(nls_ctype(src[i - 1])->type1 & (C1_ALPHA | C1_DIGIT));
                dst[i] = map_case(src[i], first, turkic);
            } else if (flags & (LCMAP_UPPERCASE | LCMAP_LOWERCASE)) {
                dst[i] = map_case(src[i], (flags & LCMAP_UPPERCASE) != 0, turkic);
            } else {
                dst[i] = src[i];
            }
        }
    }
    if (dstlen && n > (SIZE_T)dstlen)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (dstlen && (flags & LCMAP_BYTEREV)) {
        for (SIZE_T i = 0; i < n; i++)
            dst[i] = dst[i] << 8 | dst[i] >> 8;
    }
    return n;
}

int WINAPI LCMapStringEx(LPCWSTR name, DWORD flags, LPCWSTR src, int srclen, LPWSTR dst, int dstlen,
                         LPNLSVERSIONINFO version, LPVOID reserved, LPARAM sort_handle)
{
    const struct locale *locale = locale_from_name(name);

    if (version || reserved || sort_handle || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    return map_string(locale, flags, src, srclen, dst, dstlen);
}

int WINAPI LCMapStringW(LCID lcid, DWORD flags, LPCWSTR src, int srclen, LPWSTR dst, int dstlen)
{
    const struct locale *locale = locale_from_lcid(lcid);

    return locale ? map_string(locale, flags, src, srclen, dst, dstlen) : fail(ERROR_INVALID_PARAMETER);
}

int WINAPI LCMapStringA(LCID lcid, DWORD flags, LPCSTR src, int srclen, LPSTR dst, int dstlen)
{
    const struct locale *locale = locale_from_lcid(lcid);
    UINT codepage = CP_ACP;
    WCHAR *wide = NULL, *mapped = NULL;
    int n, m, result = 0;

    if (!locale || !src || !srclen || dstlen < 0 || (dstlen && !dst))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(flags & LOCALE_USE_CP_ACP))
        codepage = locale_number(locale, V_LOCALE_IDEFAULTANSICODEPAGE);
    if (!(n = MultiByteToWideChar(codepage, 0, src, srclen, NULL, 0)))
        return 0;
    if (!(wide = kb_alloc(n * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    MultiByteToWideChar(codepage, 0, src, srclen, wide, n);
    if (flags & (LCMAP_SORTKEY | LCMAP_HASH)) {
        result = map_string(locale, flags, wide, srclen < 0 ? -1 : n, (WCHAR *)dst, dstlen);
    } else if ((m = map_string(locale, flags, wide, n, NULL, 0))) {
        if (!(mapped = kb_alloc(m * sizeof(WCHAR)))) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        } else if (map_string(locale, flags, wide, n, mapped, m)) {
            result = WideCharToMultiByte(codepage, 0, mapped, m, dst, dstlen, NULL, NULL);
        }
    }
    kb_free(mapped);
    kb_free(wide);
    return result;
}
