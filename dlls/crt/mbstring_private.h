/* SPDX-License-Identifier: MIT */
/* Characters of one or two bytes, as the files of mbstring.h see them. */
#ifndef TRANSOM_MBSTRING_PRIVATE_H
#define TRANSOM_MBSTRING_PRIVATE_H

#include "crt_private.h"
#include <mbctype.h>
#include <mbstring.h>

#undef _mbctype
#undef _ismbslead_l
#undef _ismbstrail_l

static inline bool mb_lead(const struct mbcinfo *mbc, unsigned byte)
{
    return mbc->type[(byte & 0xff) + 1] & _M1;
}

/* Bytes of the character at p: 2 if a lead byte has something behind it. 0 at the end. */
static inline unsigned mb_length(const struct mbcinfo *mbc, const unsigned char *p)
{
    return !*p ? 0 : mb_lead(mbc, *p) && p[1] ? 2 : 1;
}

/* The character at p and behind it; a lead byte at the very end counts as the end, as in Microsoft's runtime. */
static inline unsigned mb_next(const struct mbcinfo *mbc, const unsigned char **p)
{
    unsigned c = *(*p)++;

    if (mb_lead(mbc, c)) {
        if (!**p)
            return 0;
        c = c << 8 | *(*p)++;
    }
    return c;
}

static inline unsigned mb_put(unsigned char *out, unsigned c)
{
    if (c < 256) {
        out[0] = (unsigned char)c;
        return 1;
    }
    out[0] = (unsigned char)(c >> 8);
    out[1] = (unsigned char)c;
    return 2;
}

unsigned crt_mb_lower(const struct mbcinfo *mbc, unsigned c);
unsigned crt_mb_upper(const struct mbcinfo *mbc, unsigned c);

/* NAME without a locale, from NAME_l */
#define MB_PLAIN1(type, name, a)                                                                                       \
    type __cdecl name(a x)                                                                                             \
    {                                                                                                                  \
        return name##_l(x, NULL);                                                                                      \
    }
#define MB_PLAIN2(type, name, a, b)                                                                                    \
    type __cdecl name(a x, b y)                                                                                        \
    {                                                                                                                  \
        return name##_l(x, y, NULL);                                                                                   \
    }
#define MB_PLAIN3(type, name, a, b, c)                                                                                 \
    type __cdecl name(a x, b y, c z)                                                                                   \
    {                                                                                                                  \
        return name##_l(x, y, z, NULL);                                                                                \
    }
#define MB_PLAIN4(type, name, a, b, c, d)                                                                              \
    type __cdecl name(a x, b y, c z, d w)                                                                              \
    {                                                                                                                  \
        return name##_l(x, y, z, w, NULL);                                                                             \
    }

typedef unsigned char *mbstr;
typedef const unsigned char *mbcstr;

#endif
