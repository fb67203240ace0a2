/* SPDX-License-Identifier: MIT */
/*
 * A double's decimal digits, exactly. A double is an integer times a power of two; its whole decimal expansion (at most
 * 767 significant digits) is worked out in limbs of nine digits, then rounded once. Values with few bits and small
 * exponents, which is what programs print most, take a short cut through 128-bit integers.
 */
#include "fp_wide.h"
#include <fenv.h>

#define LIMB       FP_LIMB
#define LIMB_COUNT 130 /* 1074 fraction digits and 309 before the point, in nines, and some */

static void put_limb(char *out, unsigned limb)
{
    for (int i = 8; i >= 0; i--, limb /= 10)
        out[i] = (char)('0' + limb % 10);
}

/* What is behind the kept digits: 0 nothing, 1 less than half, 2 half, 3 more than half a unit. */
static bool rounds_up(int rest, bool odd, bool negative, int rounding)
{
    if (!rest)
        return false;
    if (rounding == FP_ROUND_HALF_AWAY)
        return rest >= 2;
    /* In the direction of the floating-point environment, as the standard has it. */
    switch ((__builtin_ia32_stmxcsr() >> 13) & 3) {
    case 1:
        return negative;
    case 2:
        return !negative;
    case 3:
        return false;
    default:
        return rest > 2 || (rest == 2 && odd);
    }
}

/* Rounds digits to keep of them; a carry out of the first makes it 1 and moves the point. */
static void round_digits(struct fp_decimal *d, int keep, int rounding)
{
    int rest = 0;

    if (keep >= d->count)
        goto strip;
    if (keep >= 0) {
        char next = d->digits[keep];
        bool more = d->count > keep + 1; /* trailing zeros are stripped: what follows is not zero */
        rest = next > '5' || (next == '5' && more) ? 3 : next == '5' ? 2 : 1;
    } else {
        rest = 1;
    }
    bool odd = keep > 0 && (d->digits[keep - 1] & 1);
    d->count = keep > 0 ? keep : 0;
    if (rounds_up(rest, odd, d->negative, rounding)) {
        int i = d->count;
        while (i > 0 && d->digits[i - 1] == '9')
            i--;
        if (i > 0) {
            d->digits[i - 1]++;
            d->count = i;
        } else {
            /* 0.999 became 1; or no digit was kept at all and the unit is that of the last place. */
            d->point = keep < 0 ? d->point - keep + 1 : d->point + 1;
            d->digits[0] = '1';
            d->count = 1;
        }
    }
strip:
    while (d->count && d->digits[d->count - 1] == '0')
        d->count--;
    if (!d->count)
        d->point = 0;
}

static void exact_digits(unsigned __int64 mantissa, int exponent, struct fp_decimal *d)
{
    unsigned limbs[LIMB_COUNT];
    int first, last, point; /* limbs[first..last), the fraction begins at limbs[point] */

    first = last = point = 2;
    limbs[0] = limbs[1] = 0;
    if (exponent >= 0) {
        /* Least significant first, then reversed. */
        unsigned little[LIMB_COUNT];
        int n = 0;
        for (unsigned __int64 m = mantissa; m; m /= LIMB)
            little[n++] = (unsigned)(m % LIMB);
        while (exponent > 0) {
            int shift = exponent > 29 ? 29 : exponent;
            unsigned __int64 carry = 0;
            for (int i = 0; i < n; i++) {
                carry += (unsigned __int64)little[i] << shift;
                little[i] = (unsigned)(carry % LIMB);
                carry /= LIMB;
            }
            if (carry)
                little[n++] = (unsigned)carry;
            exponent -= shift;
        }
        for (int i = 0; i < n; i++)
            limbs[i] = little[n - 1 - i];
        first = 0;
        last = point = n;
    } else {
        unsigned __int64 m = mantissa;
        for (int i = 1; i >= 0; i--, m /= LIMB)
            limbs[i] = (unsigned)(m % LIMB);
        first = 0;
        last = point = 2;
        for (int left = -exponent; left > 0;) {
            int shift = left > 9 ? 9 : left; /* 10^9 is divisible by 2^9 */
            unsigned carry = 0, mask = (1u << shift) - 1;
            for (int i = first; i < last; i++) {
                unsigned low = limbs[i] & mask;
                limbs[i] = (limbs[i] >> shift) + carry;
                carry = (LIMB >> shift) * low;
            }
            if (carry)
                limbs[last++] = carry;
            while (first < last && !limbs[first])
                first++;
            left -= shift;
        }
    }
    d->count = 0;
    d->point = (point - first) * 9;
    for (int i = first; i < last; i++, d->count += 9)
        put_limb(d->digits + d->count, limbs[i]);
    int zeros = 0;
    while (zeros < d->count && d->digits[zeros] == '0')
        zeros++;
    memmove(d->digits, d->digits + zeros, (size_t)(d->count - zeros));
    d->count -= zeros;
    d->point -= zeros;
    while (d->count && d->digits[d->count - 1] == '0')
        d->count--;
}

/* %.Nf of moderate values: mantissa * 10^N fits 128 bits, and so does what is shifted out of it. */
static bool short_cut(unsigned __int64 mantissa, int exponent, int ndigits, int rounding, struct fp_decimal *d)
{
    static const unsigned __int64 powers[] = { 1,
                                               10,
                                               100,
                                               1000,
                                               10000,
                                               100000,
                                               1000000,
                                               10000000,
                                               100000000,
                                               1000000000,
                                               10000000000,
                                               100000000000,
                                               1000000000000,
                                               10000000000000,
                                               100000000000000,
                                               1000000000000000 };

    if (ndigits < 0 || ndigits > 15 || exponent > 10 || exponent < -116)
        return false;
    struct fp_wide value = fp_multiply(mantissa, powers[ndigits]);
    if (exponent >= 0) {
        value = fp_shift_left(value, exponent);
    } else {
        struct fp_wide whole = fp_shift_right(value, -exponent), low = fp_low_bits(value, -exponent);
        struct fp_wide half = fp_shift_left((struct fp_wide){ 0, 1 }, -exponent - 1);
        int order = fp_compare(low, half), rest = !(low.high | low.low) ? 0 : 2 + order;
        value = whole;
        if (rounds_up(rest, value.low & 1, d->negative, rounding) && !++value.low)
            value.high++;
    }
    char digits[48];
    int n = 0;
    while (value.high) {
        unsigned limb = fp_divide_by_limb(&value);
        for (int i = 0; i < 9; i++, limb /= 10)
            digits[n++] = (char)('0' + limb % 10);
    }
    for (unsigned __int64 v = value.low; v; v /= 10)
        digits[n++] = (char)('0' + v % 10);
    d->count = n;
    d->point = n - ndigits;
    for (int i = 0; i < n; i++)
        d->digits[i] = digits[n - 1 - i];
    while (d->count && d->digits[d->count - 1] == '0')
        d->count--;
    if (!d->count)
        d->point = 0;
    return true;
}

/* Sets the sign and kind only. */
bool crt_fp_special(double value, struct fp_decimal *d)
{
    unsigned __int64 bits;

    memcpy(&bits, &value, sizeof(bits));
    unsigned __int64 mantissa = bits & 0xfffffffffffffull;
    d->negative = bits >> 63;
    d->kind = FP_FINITE;
    if ((bits >> 52 & 0x7ff) != 0x7ff)
        return false;
    if (!mantissa)
        d->kind = FP_INF;
    else if (mantissa == 0x8000000000000ull && d->negative)
        d->kind = FP_IND;
    else
        d->kind = mantissa & 0x8000000000000ull ? FP_QNAN : FP_SNAN;
    return true;
}

void crt_fp_decimal(double value, bool fixed, int ndigits, int rounding, struct fp_decimal *d)
{
    unsigned __int64 bits;

    memcpy(&bits, &value, sizeof(bits));
    d->count = 0;
    d->point = 0;
    if (crt_fp_special(value, d))
        return;
    int exponent = (int)(bits >> 52 & 0x7ff);
    unsigned __int64 mantissa = bits & 0xfffffffffffffull;
    if (exponent)
        mantissa |= 0x10000000000000ull;
    else
        exponent = 1;
    if (!mantissa)
        return;
    exponent -= 1075;
    int zeros = __builtin_ctzll(mantissa);
    mantissa >>= zeros;
    exponent += zeros;
#ifdef CRT_MSVCRT
    /* msvcrt.dll has 17 significant digits, whatever is asked for; the rest are zeros, and rounding starts from them. */
    exact_digits(mantissa, exponent, d);
    round_digits(d, 17, FP_ROUND_HALF_AWAY);
    (void)short_cut;
#else
    if (fixed && short_cut(mantissa, exponent, ndigits, rounding, d))
        return;
    exact_digits(mantissa, exponent, d);
#endif
    if (fixed) {
        /* Saturate: a precision of INT_MAX asks for all. */
        __int64 keep = (__int64)d->point + ndigits;
        round_digits(d, keep > FP_DIGITS_MAX ? FP_DIGITS_MAX : keep < -1 ? -1 : (int)keep, rounding);
        if (keep < -1) {
            d->count = 0;
            d->point = 0;
        }
    } else {
        round_digits(d, ndigits > FP_DIGITS_MAX ? FP_DIGITS_MAX : ndigits, rounding);
    }
}
