/* SPDX-License-Identifier: MIT */
/* der.c: reading DER (X.690), as far as certificates need it. Lengths are checked against what contains them. */
#include "crypt32_private.h"
#include <stdio.h>

BOOL der_next(struct der *der, struct der_item *item)
{
    const BYTE *p = der->p;
    SIZE_T length;

    if (der->end - p < 2)
        return FALSE;
    item->whole = p;
    item->tag = *p++;
    if ((item->tag & 0x1f) == 0x1f) /* long tags do not occur */
        return FALSE;
    length = *p++;
    if (length & 0x80) {
        unsigned bytes = length & 0x7f;
        if (!bytes || bytes > 4 || (SIZE_T)(der->end - p) < bytes)
            return FALSE;
        for (length = 0; bytes--;)
            length = length << 8 | *p++;
    }
    if (length > (SIZE_T)(der->end - p))
        return FALSE;
    item->contents.p = p;
    item->contents.end = p + length;
    item->whole_size = p + length - item->whole;
    der->p = p + length;
    return TRUE;
}

BOOL der_expect(struct der *der, BYTE tag, struct der_item *item)
{
    struct der copy = *der;

    if (!der_next(&copy, item) || item->tag != tag)
        return FALSE;
    *der = copy;
    return TRUE;
}

DWORD der_oid_text(const struct der *contents, char *text, DWORD size)
{
    char number[24];
    DWORD used = 0;
    BOOL first = TRUE;
    const BYTE *p = contents->p;

    if (p == contents->end)
        return 0;
    while (p < contents->end) {
        ULONGLONG arc = 0;
        int length;
        do {
            if (p == contents->end || arc >> 56)
                return 0;
            arc = arc << 7 | (*p & 0x7f);
        } while (*p++ & 0x80);
        if (first) {
            unsigned top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            length = _snprintf(number, sizeof(number), "%u.%I64u", top, arc - top * 40);
            first = FALSE;
        } else {
            length = _snprintf(number, sizeof(number), ".%I64u", arc);
        }
        if (text) {
            if (used + length + 1 > size)
                return 0;
            memcpy(text + used, number, length + 1);
        }
        used += length;
    }
    return used + 1;
}

static BOOL digits(const BYTE **p, const BYTE *end, int count, WORD *value)
{
    unsigned n = 0;

    if (end - *p < count)
        return FALSE;
    while (count--) {
        if (**p < '0' || **p > '9')
            return FALSE;
        n = n * 10 + *(*p)++ - '0';
    }
    *value = n;
    return TRUE;
}

/* YYMMDDHHMMSSZ (1950 to 2049) or YYYYMMDDHHMMSSZ: the only forms that RFC 5280 allows. */
BOOL der_time(const struct der_item *item, FILETIME *time)
{
    const BYTE *p = item->contents.p, *end = item->contents.end;
    SYSTEMTIME t = { 0 };

    if (item->tag == DER_UTC_TIME) {
        if (!digits(&p, end, 2, &t.wYear))
            return FALSE;
        t.wYear += t.wYear < 50 ? 2000 : 1900;
    } else if (item->tag != DER_GENERALIZED_TIME || !digits(&p, end, 4, &t.wYear)) {
        return FALSE;
    }
    if (!digits(&p, end, 2, &t.wMonth) || !digits(&p, end, 2, &t.wDay) || !digits(&p, end, 2, &t.wHour) ||
        !digits(&p, end, 2, &t.wMinute))
        return FALSE;
    if (p < end && *p != 'Z' && !digits(&p, end, 2, &t.wSecond))
        return FALSE;
    return SystemTimeToFileTime(&t, time);
}
