/* SPDX-License-Identifier: MIT */
/*
 * rtlnormalize.c: Unicode normalization forms (Unicode Standard Annex #15). Internationalised domain names are in rtlidn.c;
 * kernelbase uses the functions named Transom..., which are no part of Windows.
 */
#include "rtlnormalize.h"
#include "normalization_data.h"

extern const UCHAR nls_normalization_data[];

static const struct nls_normalization *nls_data(void)
{
    return (const struct nls_normalization *)nls_normalization_data;
}

static const void *nls_table(struct nls_table table)
{
    return nls_normalization_data + table.offset;
}

enum { S_BASE = 0xac00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11a7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };
enum { S_COUNT = L_COUNT * V_COUNT * T_COUNT };

UINT NTAPI TransomDecompose(UINT c, BOOL compatibility, UINT *out)
{
    const struct nls_decomposition *table = nls_table(nls_data()->decompositions), *found = NULL;
    const UINT *pool = nls_table(nls_data()->decomposition_pool);
    UINT low = 0, high = nls_data()->decompositions.count, count = high;

    if (c < 0xa0)
        return 0;
    if (c - S_BASE < S_COUNT) {
        UINT s = c - S_BASE;
        out[0] = L_BASE + s / (V_COUNT * T_COUNT);
        out[1] = V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT;
        out[2] = T_BASE + s % T_COUNT;
        return s % T_COUNT ? 3 : 2;
    }
    while (low < high) {
        UINT middle = (low + high) / 2;
        if (table[middle].codepoint < c)
            low = middle + 1;
        else
            high = middle;
    }
    /* A canonical entry comes before a compatibility one of the same character. */
    for (; low < count && table[low].codepoint == c; low++) {
        if (!table[low].compatibility || compatibility)
            found = &table[low];
    }
    if (!found)
        return 0;
    memcpy(out, pool + found->offset, found->length * sizeof(UINT));
    return found->length;
}

UINT NTAPI TransomCompose(UINT first, UINT second)
{
    const struct nls_composition *table = nls_table(nls_data()->compositions);
    UINT low = 0, high = nls_data()->compositions.count;

    if (first - L_BASE < L_COUNT && second - V_BASE < V_COUNT)
        return S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT;
    if (first - S_BASE < S_COUNT && (first - S_BASE) % T_COUNT == 0 && second - T_BASE - 1 < T_COUNT - 1)
        return first + (second - T_BASE);
    while (low < high) {
        UINT middle = (low + high) / 2;
        if (table[middle].first == first && table[middle].second == second)
            return table[middle].composed;
        if (table[middle].first < first || (table[middle].first == first && table[middle].second < second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static UINT combining_class(UINT c)
{
    const struct nls_combining_class *table = nls_table(nls_data()->combining_classes);
    UINT low = 0, high = nls_data()->combining_classes.count;

    if (c < 0x300)
        return 0;
    while (low < high) {
        UINT middle = (low + high) / 2;
        if (table[middle].codepoint == c)
            return table[middle].ccc;
        if (table[middle].codepoint < c)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static BOOL is_unassigned(UINT c)
{
    const struct nls_range *table = nls_table(nls_data()->unassigned);
    UINT low = 0, high = nls_data()->unassigned.count;

    while (low < high) {
        UINT middle = (low + high) / 2;
        if (c >= table[middle].first && c <= table[middle].last)
            return TRUE;
        if (table[middle].first < c)
            low = middle + 1;
        else
            high = middle;
    }
    return FALSE;
}

static UINT next_codepoint(const WCHAR **at, const WCHAR *end)
{
    UINT c = *(*at)++;

    if (c >= 0xd800 && c < 0xdc00 && *at < end && **at >= 0xdc00 && **at < 0xe000)
        c = 0x10000 + ((c & 0x3ff) << 10 | (*(*at)++ & 0x3ff));
    return c;
}

WCHAR *NTAPI TransomNormalize(const WCHAR *src, SIZE_T len, BOOL compatibility, BOOL compose, SIZE_T *result)
{
    const WCHAR *at = src, *end = src + len;
    SIZE_T n = 0, cap = len + len / 2 + 32, out = 0;
    UINT *text = heap_alloc(cap * sizeof(UINT));
    WCHAR *wide;

    if (!text)
        return NULL;
    while (at < end) {
        UINT buffer[18], c = next_codepoint(&at, end), count = TransomDecompose(c, compatibility, buffer);

        if (!count) {
            buffer[0] = c;
            count = 1;
        }
        if (n + count > cap) {
            UINT *larger = heap_realloc(text, (cap * 2 + 18) * sizeof(UINT));
            if (!larger) {
                heap_free(text);
                return NULL;
            }
            text = larger;
            cap = cap * 2 + 18;
        }
        for (UINT i = 0; i < count; i++) {
            UINT ccc = combining_class(buffer[i]);
            SIZE_T pos = n++;
            /* Canonical order: marks sorted by their class, stably. */
            for (; ccc && pos && combining_class(text[pos - 1]) > ccc; pos--)
                text[pos] = text[pos - 1];
            text[pos] = buffer[i];
        }
    }
    if (compose && n) {
        SIZE_T starter = 0, to = 1;
        UINT last = combining_class(text[0]) ? 256 : 0; /* a mark at the start composes with nothing */

        for (SIZE_T i = 1; i < n; i++) {
            UINT ccc = combining_class(text[i]);
            UINT composed = last < ccc || last == 0 ? TransomCompose(text[starter], text[i]) : 0;

            if (composed && (last == 0 ? starter == to - 1 || ccc : 1)) {
                text[starter] = composed;
                continue;
            }
            if (!ccc)
                starter = to;
            last = ccc;
            text[to++] = text[i];
        }
        n = to;
    }
    wide = heap_alloc((n * 2 + 1) * sizeof(WCHAR));
    if (wide) {
        for (SIZE_T i = 0; i < n; i++) {
            if (text[i] > 0xffff) {
                wide[out++] = 0xd7c0 + (text[i] >> 10);
                wide[out++] = 0xdc00 | (text[i] & 0x3ff);
            } else {
                wide[out++] = text[i];
            }
        }
    }
    heap_free(text);
    *result = out;
    return wide;
}

/* Where the text stops being valid UTF-16 of assigned characters, or -1. */
static SSIZE_T find_invalid(const WCHAR *src, SIZE_T len)
{
    const WCHAR *at = src, *end = src + len;

    while (at < end) {
        const WCHAR *here = at;
        UINT c = next_codepoint(&at, end);
        if ((c >= 0xd800 && c < 0xe000) || is_unassigned(c))
            return here - src;
    }
    return -1;
}

/* NORM_FORM; the others that Windows has are for domain names. */
static NTSTATUS check_form(ULONG form, BOOL *compatibility, BOOL *compose)
{
    *compatibility = form == NormalizationKC || form == NormalizationKD;
    *compose = form == NormalizationC || form == NormalizationKC;
    return *compatibility || *compose || form == NormalizationD ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* Whether no form changes the text: it has but ASCII. */
static BOOL is_ascii(const WCHAR *src, SIZE_T len)
{
    WCHAR all = 0;

    for (SIZE_T i = 0; i < len; i++)
        all |= src[i];
    return all < 0x80;
}

/*
 * A length of -1 is that of a terminated string, with its zero. With *dst_len 0 it becomes an estimate; else the result's
 * length, or what it takes if that is too little, or where the text is no valid UTF-16.
 */
NTSTATUS NTAPI RtlNormalizeString(ULONG form, const WCHAR *src, LONG src_len, WCHAR *dst, LONG *dst_len)
{
    BOOL compatibility, compose;
    NTSTATUS status = check_form(form, &compatibility, &compose);
    SIZE_T len, n;
    SSIZE_T bad;
    WCHAR *text;

    if (status || !src || src_len < -1 || *dst_len < 0 || (*dst_len && !dst))
        return STATUS_INVALID_PARAMETER;
    len = src_len < 0 ? wcslen(src) + 1 : (SIZE_T)src_len;
    if (!*dst_len) {
        if (len > 0x7fffffff / 18)
            return STATUS_INVALID_PARAMETER;
        *dst_len = (LONG)(len + len / 2 + (len > 64 ? 64 : len) * 2);
        return STATUS_SUCCESS;
    }
    if (is_ascii(src, len)) {
        SIZE_T room = (SIZE_T)*dst_len;

        *dst_len = (LONG)len;
        if (len > room)
            return STATUS_BUFFER_TOO_SMALL;
        memmove(dst, src, len * sizeof(WCHAR));
        return STATUS_SUCCESS;
    }
    if ((bad = find_invalid(src, len)) >= 0) {
        *dst_len = (LONG)bad;
        return STATUS_NO_UNICODE_TRANSLATION;
    }
    if (!(text = TransomNormalize(src, len, compatibility, compose, &n)))
        return STATUS_NO_MEMORY;
    if (n > (SIZE_T)*dst_len)
        status = STATUS_BUFFER_TOO_SMALL;
    else
        memcpy(dst, text, n * sizeof(WCHAR));
    *dst_len = (LONG)n;
    heap_free(text);
    return status;
}

NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, const WCHAR *src, LONG src_len, BOOLEAN *normalized)
{
    BOOL compatibility, compose;
    NTSTATUS status = check_form(form, &compatibility, &compose);
    SIZE_T len, n;
    WCHAR *text;

    if (status || !src || src_len < -1)
        return STATUS_INVALID_PARAMETER;
    len = src_len < 0 ? wcslen(src) + 1 : (SIZE_T)src_len;
    if (is_ascii(src, len)) {
        *normalized = TRUE;
        return STATUS_SUCCESS;
    }
    if (find_invalid(src, len) >= 0)
        return STATUS_NO_UNICODE_TRANSLATION;
    if (!(text = TransomNormalize(src, len, compatibility, compose, &n)))
        return STATUS_NO_MEMORY;
    *normalized = n == len && !memcmp(text, src, n * sizeof(WCHAR));
    heap_free(text);
    return STATUS_SUCCESS;
}
