/* SPDX-License-Identifier: MIT */
/*
 * Decimal (and hexadecimal) numbers to binary floating point, correctly rounded. Numbers of up to 19 digits are multiplied
 * by a power of ten of 128 bits; only when the bits behind the result do not tell the direction of rounding, or there are
 * more digits, the whole number is worked out.
 */
#include "fp_wide.h"

#define LIMB      FP_LIMB
#define MAX_LIMBS 170 /* 800 digits behind 342 zeros, and limbs that are not full at both ends */

/* A value of mantissa * 2^exponent, top bit set; sticky: a bit more, less than one unit. */
struct binary {
    unsigned __int64 mantissa;
    int exponent;
    bool sticky;
};

struct format {
    int bits;         /* of the mantissa, the hidden one included */
    int min_exponent; /* of the unit of denormal numbers */
    int max_exponent; /* of the unit of the greatest numbers */
};

static const struct format double_format = { 53, -1074, 971 };
static const struct format float_format = { 24, -149, 104 };

/* mantissa * 2^exponent in the format, rounded to nearest even: *mantissa below 2^bits. False: infinite. */
static bool round_binary(const struct binary *in, const struct format *f, unsigned __int64 *mantissa, int *exponent)
{
    int drop = 64 - f->bits, e = in->exponent;

    if (e + drop < f->min_exponent)
        drop = f->min_exponent - e;
    if (drop > 64) {
        *mantissa = 0;
        *exponent = f->min_exponent;
        return true;
    }
    unsigned __int64 kept = drop == 64 ? 0 : in->mantissa >> drop;
    unsigned __int64 rest = in->mantissa << (64 - drop), half = 1ull << 63;
    if (rest > half || (rest == half && (in->sticky || (kept & 1))))
        kept++;
    e += drop;
    if (kept >> f->bits) {
        kept >>= 1;
        e++;
    }
    *mantissa = kept;
    *exponent = e;
    return e <= f->max_exponent;
}

/* ---- up to 19 digits ---- */

static const struct {
    unsigned __int64 high, low;
    int exponent;
} powers28[] = {
    { 0xe1afa13afbd14d6dull, 0x82189c09a3a1ec21ull, -1337 }, /* 1e-364 */
    { 0xe3e27a444d8d98b7ull, 0xfd1b1b2308169b25ull, -1244 }, /* 1e-336 */
    { 0xe61acf033d1a45dfull, 0x6fb92487298e33bdull, -1151 }, /* 1e-308 */
    { 0xe858ad248f5c22c9ull, 0xd1b3400f8f9cff68ull, -1058 }, /* 1e-280 */
    { 0xea9c227723ee8bcbull, 0x465e15a979c1cadcull, -965 },  /* 1e-252 */
    { 0xece53cec4a314ebdull, 0xa4f8bf5635246428ull, -872 },  /* 1e-224 */
    { 0xef340a98172aace4ull, 0x86fb897116c87c34ull, -779 },  /* 1e-196 */
    { 0xf18899b1bc3f8ca1ull, 0xdc44e6c3cb279ac1ull, -686 },  /* 1e-168 */
    { 0xf3e2f893dec3f126ull, 0x5a89dba3c3efccfaull, -593 },  /* 1e-140 */
    { 0xf64335bcf065d37dull, 0x4d4617b5ff4a16d5ull, -500 },  /* 1e-112 */
    { 0xf8a95fcf88747d94ull, 0x75a44c6397ce912aull, -407 },  /* 1e-84 */
    { 0xfb158592be068d2eull, 0xeed6e2f0f0d56712ull, -314 },  /* 1e-56 */
    { 0xfd87b5f28300ca0dull, 0x8bca9d6e188853fcull, -221 },  /* 1e-28 */
    { 0x8000000000000000ull, 0x0000000000000000ull, -127 },  /* 1e0 */
    { 0x813f3978f8940984ull, 0x4000000000000000ull, -34 },   /* 1e28 */
    { 0x82818f1281ed449full, 0xbff8f10e7a8921a4ull, 59 },    /* 1e56 */
    { 0x83c7088e1aab65dbull, 0x792667c6da79e0faull, 152 },   /* 1e84 */
    { 0x850fadc09923329eull, 0x03e2cf6bc604ddb0ull, 245 },   /* 1e112 */
    { 0x865b86925b9bc5c2ull, 0x0b8a2392ba45a9b2ull, 338 },   /* 1e140 */
    { 0x87aa9aff79042286ull, 0x90fb44d2f05d0842ull, 431 },   /* 1e168 */
    { 0x88fcf317f22241e2ull, 0x441fece3bdf81f03ull, 524 },   /* 1e196 */
    { 0x8a5296ffe33cc92full, 0x82bd6b70d99aaa6full, 617 },   /* 1e224 */
    { 0x8bab8eefb6409c1aull, 0x1ad089b6c2f7548eull, 710 },   /* 1e252 */
    { 0x8d07e33455637eb2ull, 0xdb0b487b6423e1e8ull, 803 },   /* 1e280 */
    { 0x8e679c2f5e44ff8full, 0x570f09eaa7ea7648ull, 896 },   /* 1e308 */
};

static const unsigned __int64 powers_of_ten[] = {
    1ull,
    10ull,
    100ull,
    1000ull,
    10000ull,
    100000ull,
    1000000ull,
    10000000ull,
    100000000ull,
    1000000000ull,
    10000000000ull,
    100000000000ull,
    1000000000000ull,
    10000000000000ull,
    100000000000000ull,
    1000000000000000ull,
    10000000000000000ull,
    100000000000000000ull,
    1000000000000000000ull,
    10000000000000000000ull,
};

/* *value * factor, 192 bits, of which the upper 128 stay, normalised. The error grows by less than 3 units. */
static void multiply(struct fp_wide *value, int *exponent, unsigned __int64 factor)
{
    int zeros = __builtin_clzll(factor);

    factor <<= zeros;
    struct fp_wide low = fp_multiply(value->low, factor), high = fp_multiply(value->high, factor);
    high.low += low.high;
    high.high += high.low < low.high;
    *exponent += 64 - zeros;
    if (!(high.high >> 63)) {
        high.high = high.high << 1 | high.low >> 63;
        high.low = high.low << 1 | low.low >> 63;
        --*exponent;
    }
    *value = high;
}

#define MAX_ERROR 32 /* units of the product's last bit; four would be enough */

static bool short_decimal(unsigned __int64 digits, int exponent, const struct format *f, struct binary *out)
{
    int index = exponent >= -364 ? (exponent + 364) / 28 : -1;

    if (index < 0 || index >= (int)CRT_COUNTOF(powers28))
        return false;
    struct fp_wide value = { powers28[index].high, powers28[index].low };
    int e = powers28[index].exponent, rest = exponent + 364 - index * 28;
    if (rest > 19) {
        multiply(&value, &e, powers_of_ten[19]);
        rest -= 19;
    }
    if (rest)
        multiply(&value, &e, powers_of_ten[rest]);
    multiply(&value, &e, digits);
    out->mantissa = value.high;
    out->exponent = e + 64;
    out->sticky = true;
    /* The true value is in [value, value + MAX_ERROR): safe unless a boundary of rounding is near or the result denormal. */
    if (out->exponent + 64 - f->bits < f->min_exponent)
        return false;
    /* The upper half's bits behind the rounding bit, all clear or all set with the lower half near its end too. */
    unsigned __int64 mask = (1ull << (64 - f->bits - 1)) - 1, low = value.high & mask;
    return (low || value.low > MAX_ERROR) && (low != mask || value.low < ~0ull - MAX_ERROR);
}

/* ---- any number of digits ---- */

static void long_decimal(const struct fp_number *n, struct binary *out)
{
    unsigned limbs[MAX_LIMBS] = { 0 };
    int point = n->count + (int)n->exponent; /* digits before the decimal point; negative: zeros behind it */
    int whole = point > 0 ? (point + 8) / 9 : 0;
    int first = whole * 9 - point; /* where the first digit goes, in digits */
    int count = (first + n->count + 8) / 9, start = 0;
    bool sticky = n->sticky;

    for (int i = 0; i < n->count; i++) {
        static const unsigned place[] = { 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };
        limbs[(first + i) / 9] += (unsigned)n->digits[i] * place[(first + i) % 9];
    }
    if (count < whole)
        count = whole;
    out->exponent = 0;
    /* Too big for 64 bits: halve the whole part, whatever is behind the point only says that there is more. */
    while (start < whole && !limbs[start])
        start++;
    if (whole - start > 2) {
        for (int i = whole; i < count; i++)
            sticky |= limbs[i] != 0;
        while (whole - start > 3 || (whole - start == 3 && limbs[start] >= 18)) {
            int shift = whole - start > 4 ? 29 : 1;
            unsigned __int64 rest = 0, unit = 1ull << shift;
            for (int i = start; i < whole; i++) {
                unsigned __int64 v = rest * LIMB + limbs[i];
                limbs[i] = (unsigned)(v >> shift);
                rest = v & (unit - 1);
            }
            sticky |= rest != 0;
            out->exponent += shift;
            while (start < whole && !limbs[start])
                start++;
        }
        count = whole;
    }
    unsigned __int64 m = 0;
    for (int i = start; i < whole; i++)
        m = m * LIMB + limbs[i];
    /* Too small: double until 64 bits are full. */
    start = whole;
    while (count > whole && !limbs[count - 1])
        count--;
    while (!(m >> 63)) {
        int shift = !m ? 29 : __builtin_clzll(m);
        if (shift > 29)
            shift = 29;
        unsigned carry = 0;
        for (int i = count - 1; i >= start; i--) {
            unsigned __int64 v = ((unsigned __int64)limbs[i] << shift) + carry;
            limbs[i] = (unsigned)(v % LIMB);
            carry = (unsigned)(v / LIMB);
        }
        m = m << shift | carry;
        out->exponent -= shift;
        while (count > start && !limbs[count - 1])
            count--;
    }
    for (int i = start; i < count; i++)
        sticky |= limbs[i] != 0;
    out->mantissa = m;
    out->sticky = sticky;
}

static void hexadecimal(const struct fp_number *n, struct binary *out)
{
    unsigned __int64 m = 0;
    int i = 0;

    out->sticky = n->sticky;
    for (; i < n->count && !(m >> 60); i++)
        m = m << 4 | (unsigned)n->digits[i];
    for (int j = i; j < n->count; j++)
        out->sticky |= n->digits[j] != 0;
    out->exponent = (int)n->exponent + 4 * (n->count - i);
    int zeros = __builtin_clzll(m);
    out->mantissa = m << zeros;
    out->exponent -= zeros;
}

/* False: zero or infinite, as *range says. */
static bool convert(const struct fp_number *n, const struct format *f, unsigned __int64 *mantissa, int *exponent,
                    int *range)
{
    struct binary b;
    long point = n->count + n->exponent;

    *range = 0;
    if (!n->count)
        return false;
    if (n->hex) {
        if (n->exponent > 100000 || n->exponent < -100000) {
            *range = n->exponent > 0 ? 1 : -1;
            return false;
        }
        hexadecimal(n, &b);
    } else {
        if (point > 310 || point < -330) {
            *range = point > 0 ? 1 : -1;
            return false;
        }
        unsigned __int64 digits = 0;
        bool done = false;
        if (n->count <= 19 && !n->sticky) {
            for (int i = 0; i < n->count; i++)
                digits = digits * 10 + (unsigned)n->digits[i];
            done = short_decimal(digits, (int)n->exponent, f, &b);
        }
        if (!done)
            long_decimal(n, &b);
    }
    if (!round_binary(&b, f, mantissa, exponent)) {
        *range = 1;
        return false;
    }
    if (!*mantissa)
        *range = -1;
    return *mantissa != 0;
}

static unsigned __int64 special_bits(const struct fp_number *n, int range, int bits, int width)
{
    int exponent_bits = width - bits;
    unsigned __int64 infinity = ((1ull << exponent_bits) - 1) << (bits - 1), quiet = 1ull << (bits - 2);

    switch (n->kind) {
    case FP_INF:
        return infinity;
    case FP_QNAN:
    case FP_IND:
        return infinity | quiet;
    case FP_SNAN:
        return infinity | 1;
    default:
        return range > 0 ? infinity : 0;
    }
}

/* What most numbers are: an integer and a power of ten that are both exact, so that one operation rounds correctly. */
static bool exact_double(const struct fp_number *n, double *value)
{
    static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    unsigned __int64 digits = 0;

    if (n->kind != FP_FINITE || n->hex || n->count > 15 || n->exponent > 22 || n->exponent < -22)
        return false;
    for (int i = 0; i < n->count; i++)
        digits = digits * 10 + (unsigned)n->digits[i];
    *value = (double)digits;
    *value = n->exponent < 0 ? *value / powers[-n->exponent] : *value * powers[n->exponent];
    if (n->negative)
        *value = -*value;
    return true;
}

double crt_fp_double(const struct fp_number *n, int *range)
{
    unsigned __int64 bits, mantissa;
    int exponent;
    double value;

    *range = 0;
    if (exact_double(n, &value))
        return value;
    if (n->kind == FP_FINITE && convert(n, &double_format, &mantissa, &exponent, range))
        bits = mantissa >> 52 ? (mantissa & 0xfffffffffffffull) | (unsigned __int64)(exponent + 1075) << 52 : mantissa;
    else
        bits = special_bits(n, *range, 53, 64);
    bits |= (unsigned __int64)n->negative << 63;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

float crt_fp_float(const struct fp_number *n, int *range)
{
    unsigned __int64 mantissa;
    unsigned bits;
    int exponent;
    float value;

    *range = 0;
    if (n->kind == FP_FINITE && convert(n, &float_format, &mantissa, &exponent, range))
        bits = (unsigned)(mantissa >> 23 ? (mantissa & 0x7fffff) | (unsigned)(exponent + 150) << 23 : mantissa);
    else
        bits = (unsigned)special_bits(n, *range, 24, 32);
    bits |= (unsigned)n->negative << 31;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* ---- scanning ---- */

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One digit of a number; leading zeros are not kept, and beyond the array only whether there are others than zero. */
static void keep_digit(struct fp_number *n, int digit, bool fraction, int unit)
{
    if (n->count || digit) {
        if (n->count < (int)sizeof(n->digits)) {
            n->digits[n->count++] = (char)digit;
        } else {
            n->sticky |= digit != 0;
            n->exponent += unit;
        }
    }
    if (fraction)
        n->exponent -= unit;
}

/* Compares case-insensitively with `word`, consuming what is equal. */
static bool accept(struct fp_scan *s, const char *word)
{
    for (; *word; word++) {
        int c = s->peek(s->ctx);
        if (c < 0 || c > 127 || (c | 0x20) != *word)
            return false;
        s->advance(s->ctx);
    }
    return true;
}

static bool scan_nan(struct fp_scan *s, struct fp_number *n, void (*mark)(void *))
{
    char text[8];
    unsigned len = 0;

    if (!accept(s, "nan"))
        return false;
    n->kind = FP_QNAN;
    mark(s->ctx);
    if (s->peek(s->ctx) != '(')
        return true;
    s->advance(s->ctx);
    for (int c; (c = s->peek(s->ctx)) > 0 && c < 128; s->advance(s->ctx)) {
        if (c == ')') {
            s->advance(s->ctx);
            mark(s->ctx);
            if (len == 4 && !memcmp(text, "snan", 4))
                n->kind = FP_SNAN;
            else if (len == 3 && !memcmp(text, "ind", 3))
                n->kind = FP_IND;
            break;
        }
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'))
            break;
        if (len < sizeof(text))
            text[len++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return true;
}

static bool scan_exponent(struct fp_scan *s, struct fp_number *n, void (*mark)(void *))
{
    int c = s->peek(s->ctx);
    bool negative = c == '-';
    long value = 0;

    if (c == '+' || c == '-')
        s->advance(s->ctx);
    c = s->peek(s->ctx);
    if (c < '0' || c > '9')
        return false;
    for (; (c = s->peek(s->ctx)) >= '0' && c <= '9'; s->advance(s->ctx))
        if (value < 100000000)
            value = value * 10 + c - '0';
    n->exponent += negative ? -value : value;
    mark(s->ctx);
    return true;
}

/* Blanks before the number are the caller's. mark() is called wherever a valid number ends. */
bool crt_fp_scan(struct fp_scan *s, struct fp_number *n, void (*mark)(void *))
{
    int c = s->peek(s->ctx);
    bool any = false, fraction = false;

    n->negative = c == '-';
    n->hex = n->sticky = false;
    n->kind = FP_FINITE;
    n->count = 0;
    n->exponent = 0;
    if (c == '+' || c == '-')
        s->advance(s->ctx);
    c = s->peek(s->ctx);
    if (CRT_IS_UCRT && (c == 'i' || c == 'I')) {
        if (!accept(s, "inf"))
            return false;
        n->kind = FP_INF;
        mark(s->ctx);
        if (accept(s, "inity"))
            mark(s->ctx);
        return true;
    }
    if (CRT_IS_UCRT && (c == 'n' || c == 'N'))
        return scan_nan(s, n, mark);
    if (c == '0') {
        s->advance(s->ctx);
        mark(s->ctx);
        any = true;
        c = s->peek(s->ctx);
        if (CRT_IS_UCRT && (c == 'x' || c == 'X')) {
            s->advance(s->ctx);
            n->hex = true;
        }
    }
    bool digits = any && !n->hex;
    for (;; s->advance(s->ctx)) {
        c = s->peek(s->ctx);
        int digit = c < 0 || c > 127 ? -1 : n->hex ? hex_digit(c) : c >= '0' && c <= '9' ? c - '0' : -1;
        if (digit >= 0) {
            keep_digit(n, digit, fraction, n->hex ? 4 : 1);
            if (!digits) {
                digits = any = true;
            }
        } else if (c == s->decimal_point && !fraction) {
            fraction = true;
        } else {
            break;
        }
    }
    if (n->hex && !digits) {
        n->hex = false; /* "0x": the number 0, marked behind its zero */
        n->count = 0;
        n->exponent = 0;
        return true;
    }
    if (!any)
        return false;
    mark(s->ctx);
    c = s->peek(s->ctx);
    if (n->hex ? (c == 'p' || c == 'P') : (c == 'e' || c == 'E' || (!CRT_IS_UCRT && (c == 'd' || c == 'D')))) {
        s->advance(s->ctx);
        scan_exponent(s, n, mark);
    }
    /* Zeros at the end carry nothing and would make short numbers long. */
    while (n->count && !n->digits[n->count - 1]) {
        n->count--;
        n->exponent += n->hex ? 4 : 1;
    }
    return true;
}
