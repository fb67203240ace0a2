/* SPDX-License-Identifier: MIT */
/* rtlcompress.h: what the compression formats share: finding earlier occurrences, and the formats' entries. */
#ifndef TRANSOM_RTLCOMPRESS_H
#define TRANSOM_RTLCOMPRESS_H

#include "rtl_private.h"

#define MATCH_NOWHERE 0xffffffffu
#define MATCH_LEAST   3

/* Chains of the places with the same three bytes, newest first; a window of them is remembered. */
struct matcher {
    const UCHAR *in;
    ULONG size;
    ULONG *last;        /* by hash: the last place with it */
    ULONG *before;      /* by place modulo the window: the place before it with the same hash */
    ULONG hash_bits;    /* of `last` */
    ULONG window;       /* a power of two */
    ULONG max_distance; /* at most `window` */
    ULONG tries;        /* places looked at for one match */
};

static inline ULONG matcher_hash(const struct matcher *m, const UCHAR *at)
{
    return ((at[0] | (ULONG)at[1] << 8 | (ULONG)at[2] << 16) * 0x9e3779b1u) >> (32 - m->hash_bits);
}

static inline void matcher_insert(struct matcher *m, ULONG at)
{
    ULONG h;

    if (m->size - at < MATCH_LEAST)
        return;
    h = matcher_hash(m, m->in + at);
    m->before[at & (m->window - 1)] = m->last[h];
    m->last[h] = at;
}

/* The length of the best match of up to `limit` bytes, 0 if there is none of at least three. */
static inline ULONG matcher_find(const struct matcher *m, ULONG at, ULONG limit, ULONG *distance)
{
    ULONG best = MATCH_LEAST - 1, left = m->tries;

    if (limit > m->size - at)
        limit = m->size - at;
    if (limit < MATCH_LEAST)
        return 0;
    for (ULONG i = m->last[matcher_hash(m, m->in + at)]; i != MATCH_NOWHERE && at - i <= m->max_distance && left;
         i = m->before[i & (m->window - 1)], left--) {
        ULONG n = 0;

        if (m->in[i + best] != m->in[at + best])
            continue;
        while (n < limit && m->in[i + n] == m->in[at + n])
            n++;
        if (n > best) {
            best = n;
            *distance = at - i;
            if (n == limit)
                break;
        }
    }
    return best >= MATCH_LEAST ? best : 0;
}

/* rtlcompress_xpress.c */
ULONG xpress_workspace(void);
NTSTATUS xpress_compress(const UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG *final_size, void *workspace,
                         ULONG tries);
NTSTATUS xpress_decompress(UCHAR *out, ULONG out_size, const UCHAR *in, ULONG in_size, ULONG *final_size);

/* rtlcompress_huffman.c */
ULONG xpress_huffman_workspace(void);
NTSTATUS xpress_huffman_compress(const UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG *final_size,
                                 void *workspace, ULONG tries);
NTSTATUS xpress_huffman_decompress(UCHAR *out, ULONG out_size, const UCHAR *in, ULONG in_size, ULONG *final_size,
                                   void *workspace);

#endif
