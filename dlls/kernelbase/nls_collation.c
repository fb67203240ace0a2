/* SPDX-License-Identifier: MIT */
/*
 * nls_collation.c: comparison by sort weights. A string is a sequence of elements, each with a primary weight (the
 * letter), a secondary (its marks) and a tertiary (case, width, kana). Strings compare by all primaries first, then all
 * secondaries, then all tertiaries; last, in the word sort, by where hyphens and apostrophes stand ("Handling Sorting in
 * Your Applications": co-op sorts next to coop).
 */
#include "nls.h"

struct element {
    UINT primary;
    UINT secondary, tertiary;
};

struct iterator {
    const WCHAR *at, *end;
    const struct nls_weight *expansion; /* rest of a character that sorts as several */
    const WCHAR *number;                /* SORT_DIGITSASNUMBERS: rest of a number's digits */
    const WCHAR *number_end;
    DWORD flags;
    UINT hyphen, apostrophe; /* primaries of the word sort's special characters, or 0 */
    UINT zero;               /* the primary of the digit zero */
    UINT position;           /* elements so far */
    /* The last-level weights: a running value per special character that was passed. */
    UINT special_position, special_weight;
};

static const struct nls_weight *weight_of(WCHAR c)
{
    const struct nls_locale *data = nls_data();
    const USHORT *numbers = nls_table(data->weight_index);
    const struct nls_weight *blocks = nls_table(data->weight_blocks);

    return &blocks[numbers[c >> 6] * 64 + (c & 63)];
}

static void start(struct iterator *it, DWORD flags, const WCHAR *str, SIZE_T len)
{
    memset(it, 0, sizeof(*it));
    it->at = str;
    it->end = str + len;
    it->flags = flags;
    it->zero = weight_of('0')->primary;
    if (!(flags & SORT_STRINGSORT)) {
        it->hyphen = weight_of('-')->primary;
        it->apostrophe = weight_of('\'')->primary;
    }
}

/* The tertiary weights of the Unicode collation table (UTS #10, table 16), with what the flags ignore taken away. */
static UINT tertiary_of(UINT t, DWORD flags)
{
    if (flags & NORM_IGNOREWIDTH) {
        if (t == 0x03 || t == 0x09)
            t--;
        else if (t == 0x10 || t == 0x12)
            t = t == 0x10 ? 0x0f : 0x11;
    }
    if (flags & NORM_IGNOREKANATYPE) {
        if (t == 0x0f || t == 0x11)
            t = t == 0x0f ? 0x0d : 0x0e;
    }
    if (flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE)) {
        if (t >= 0x08 && t <= 0x0c)
            t -= 6;
        else if (t == 0x0d || t == 0x0f)
            t = t == 0x0d ? 0x0e : 0x11;
        else if (t == 0x1d)
            t = 0x1c;
    }
    return t;
}

static BOOL is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

/* Adds the marks that follow an element. */
static void add_marks(struct iterator *it, struct element *e)
{
    while (it->at < it->end) {
        const struct nls_weight *w;

        if (*it->at >= 0x20 && *it->at < 0x7f)
            return;
        w = weight_of(*it->at);
        if (w->primary)
            return;
        if (!(it->flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC)))
            e->secondary = e->secondary + w->secondary > 254 ? 254 : e->secondary + w->secondary;
        it->at++;
    }
}

/* The next element; FALSE at the end. Special characters of the word sort update special_*, and come as elements with
 * primary 0 so that the caller can compare them in step. */
static BOOL next(struct iterator *it, struct element *e)
{
    const struct nls_weight *w;

    for (;;) {
        WCHAR c;

        if (it->number) {
            e->primary = it->zero + (*it->number - '0');
            e->secondary = e->tertiary = 2;
            if (++it->number == it->number_end)
                it->number = NULL;
            it->position++;
            return TRUE;
        }
        if (it->expansion) {
            w = it->expansion++;
            if (!it->expansion->primary)
                it->expansion = NULL;
        } else {
            if (it->at == it->end)
                return FALSE;
            c = *it->at++;
            if ((it->flags & NORM_IGNORESYMBOLS) && (nls_ctype(c)->type1 & C1_PUNCT))
                continue;
            if ((it->flags & SORT_DIGITSASNUMBERS) && is_digit(c)) {
                /* A number: a digit, how many digits, the digits. */
                it->at--;
                while (it->at < it->end && *it->at == '0')
                    it->at++;
                it->number = it->at;
                while (it->at < it->end && is_digit(*it->at))
                    it->at++;
                it->number_end = it->at;
                e->primary = it->zero + (it->number_end - it->number);
                e->secondary = e->tertiary = 2;
                if (it->number == it->number_end)
                    it->number = NULL;
                it->position++;
                return TRUE;
            }
            w = weight_of(c);
            if (w->primary == NLS_WEIGHT_EXPANDS) {
                const struct nls_weight *expansions = nls_table(nls_data()->expansions);
                it->expansion = &expansions[w->secondary << 8 | w->tertiary];
                continue;
            }
            if (w->primary && (w->primary == it->hyphen || w->primary == it->apostrophe)) {
                e->primary = 0;
                e->secondary = 0;
                e->tertiary = 0;
                it->special_position = it->position;
                it->special_weight = w->primary << 8 | tertiary_of(w->tertiary, it->flags);
                return TRUE;
            }
            if (!w->primary && !w->secondary)
                continue;
        }
        e->primary = w->primary;
        e->secondary = w->secondary;
        e->tertiary = tertiary_of(w->tertiary, it->flags);
        if (!e->primary) {
            /* A mark that follows nothing. */
            if (it->flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC))
                continue;
            e->primary = 1;
            it->position++;
            return TRUE;
        }
        if (it->flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC))
            e->secondary = 2;
        if (!it->expansion)
            add_marks(it, e);
        it->position++;
        return TRUE;
    }
}

/* The next element that is not special; remembers the first special one seen on the way in *special. */
static BOOL next_plain(struct iterator *it, struct element *e, UINT *special)
{
    while (next(it, e)) {
        if (e->primary)
            return TRUE;
        *special = *special * 31 + it->special_weight;
    }
    return FALSE;
}

int nls_compare(DWORD flags, const WCHAR *a, SIZE_T alen, const WCHAR *b, SIZE_T blen)
{
    struct iterator x, y;
    int secondary = 0, tertiary = 0, special = 0;

    /* Equal beginnings need no weights, as long as nothing that follows can change them. */
    while (alen > 1 && blen > 1 && *a == *b && *a > 0x20 && *a < 0x7f && a[1] >= 0x20 && a[1] < 0x7f && b[1] >= 0x20 &&
           b[1] < 0x7f && !(flags & SORT_DIGITSASNUMBERS)) {
        a++, b++, alen--, blen--;
    }
    start(&x, flags, a, alen);
    start(&y, flags, b, blen);
    for (;;) {
        struct element e, f;
        UINT s = 0, t = 0;
        BOOL more_x = next_plain(&x, &e, &s), more_y = next_plain(&y, &f, &t);

        /* The string with a special character at the first place where they differ comes later. */
        if (!special && s != t)
            special = !s ? -1 : !t ? 1 : s < t ? -1 : 1;
        if (!more_x || !more_y) {
            if (more_x != more_y)
                return more_x ? 1 : -1;
            break;
        }
        if (e.primary != f.primary)
            return e.primary < f.primary ? -1 : 1;
        if (!secondary && e.secondary != f.secondary)
            secondary = e.secondary < f.secondary ? -1 : 1;
        if (!tertiary && e.tertiary != f.tertiary)
            tertiary = e.tertiary < f.tertiary ? -1 : 1;
    }
    return secondary ? secondary : tertiary ? tertiary : special;
}

static void put(BYTE *dst, SIZE_T cap, SIZE_T *n, BYTE value)
{
    if (*n < cap)
        dst[*n] = value;
    ++*n;
}

/* Sort keys hold weights as bytes from 2 up; 1 separates the levels, 0 ends the key. */
SIZE_T nls_sort_key(DWORD flags, const WCHAR *src, SIZE_T len, BYTE *dst, SIZE_T cap)
{
    struct iterator it;
    struct element e;
    SIZE_T n = 0;

    start(&it, flags, src, len);
    while (next(&it, &e)) {
        if (e.primary) {
            put(dst, cap, &n, e.primary / 254 + 2);
            put(dst, cap, &n, e.primary % 254 + 2);
        }
    }
    for (int level = 0; level < 2; level++) {
        SIZE_T pending = 0;

        put(dst, cap, &n, 1);
        start(&it, flags, src, len);
        while (next(&it, &e)) {
            UINT weight = level ? e.tertiary : e.secondary;
            if (!e.primary)
                continue;
            /* Trailing plain weights are left out. */
            if (weight <= 2) {
                pending++;
                continue;
            }
            for (; pending; pending--)
                put(dst, cap, &n, 2);
            put(dst, cap, &n, weight);
        }
    }
    put(dst, cap, &n, 1);
    put(dst, cap, &n, 1);
    start(&it, flags, src, len);
    while (next(&it, &e)) {
        if (!e.primary) {
            put(dst, cap, &n, 0x80 | (it.special_position >> 7 & 0x7f));
            put(dst, cap, &n, 0x80 | (it.special_position & 0x7f));
            put(dst, cap, &n, it.special_weight >> 8 & 0xff);
            put(dst, cap, &n, it.special_weight & 0xff);
        }
    }
    put(dst, cap, &n, 0);
    return n;
}

BOOL nls_match_prefix(DWORD flags, const WCHAR *src, SIZE_T len, const WCHAR *value, SIZE_T value_len, SIZE_T *length)
{
    struct iterator x, y;
    struct element e, f;

    start(&x, flags | SORT_STRINGSORT, src, len);
    start(&y, flags | SORT_STRINGSORT, value, value_len);
    *length = 0;
    while (next(&y, &f)) {
        if (!next(&x, &e) || e.primary != f.primary || e.secondary != f.secondary || e.tertiary != f.tertiary)
            return FALSE;
        *length = x.at - src;
    }
    /* Half of an expanding character is no match. */
    return !x.expansion && !x.number;
}
