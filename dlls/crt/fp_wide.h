/* SPDX-License-Identifier: MIT */
/*
 * fp_wide.h: numbers of 128 bits, for fpconv.c and strtod.c: compilers have such a type for 64-bit processors only.
 */
#ifndef TRANSOM_FP_WIDE_H
#define TRANSOM_FP_WIDE_H

#include "crt_private.h"

#define FP_LIMB 1000000000u /* nine digits: what fits 32 bits */

struct fp_wide {
    unsigned __int64 high, low;
};

static inline struct fp_wide fp_multiply(unsigned __int64 a, unsigned __int64 b)
{
#ifdef __SIZEOF_INT128__
    unsigned __int128 product = (unsigned __int128)a * b; /* one instruction */
    return (struct fp_wide){ (unsigned __int64)(product >> 64), (unsigned __int64)product };
#else
    unsigned __int64 low = (a & 0xffffffff) * (b & 0xffffffff), high = (a >> 32) * (b >> 32);
    unsigned __int64 middle = (a >> 32) * (b & 0xffffffff) + (low >> 32);     /* does not overflow, */
    unsigned __int64 other = (a & 0xffffffff) * (b >> 32) + (unsigned)middle; /* nor does this */
    return (struct fp_wide){ high + (middle >> 32) + (other >> 32), other << 32 | (unsigned)low };
#endif
}

/* Shifts by 0 to 127 bits. */
static inline struct fp_wide fp_shift_left(struct fp_wide v, int bits)
{
    if (bits >= 64)
        return (struct fp_wide){ v.low << (bits - 64), 0 };
    return bits ? (struct fp_wide){ v.high << bits | v.low >> (64 - bits), v.low << bits } : v;
}

static inline struct fp_wide fp_shift_right(struct fp_wide v, int bits)
{
    if (bits >= 64)
        return (struct fp_wide){ 0, v.high >> (bits - 64) };
    return bits ? (struct fp_wide){ v.high >> bits, v.high << (64 - bits) | v.low >> bits } : v;
}

/* What fp_shift_right drops. */
static inline struct fp_wide fp_low_bits(struct fp_wide v, int bits)
{
    if (bits >= 64)
        return (struct fp_wide){ v.high & ((1ull << (bits - 64)) - 1), v.low };
    return (struct fp_wide){ 0, v.low & ((1ull << bits) - 1) };
}

static inline int fp_compare(struct fp_wide a, struct fp_wide b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

/* Divides by FP_LIMB and returns the rest. */
static inline unsigned fp_divide_by_limb(struct fp_wide *v)
{
    unsigned __int64 rest = v->high % FP_LIMB, part;

    v->high /= FP_LIMB;
    part = rest << 32 | v->low >> 32;
    rest = part % FP_LIMB;
    v->low = part / FP_LIMB << 32 | (v->low & 0xffffffff);
    part = rest << 32 | (v->low & 0xffffffff);
    v->low = (v->low & ~0xffffffffull) + part / FP_LIMB;
    return (unsigned)(part % FP_LIMB);
}

#endif
