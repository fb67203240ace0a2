/* SPDX-License-Identifier: MIT */
/* printf's engine: what is common to both character types, and the formatting of doubles. */
#include "crt_private.h"

#define FL_LEFT  0x01
#define FL_PLUS  0x02
#define FL_SPACE 0x04
#define FL_ALT   0x08
#define FL_ZERO  0x10

#define POSITIONS_MAX 100 /* _ARGMAX */

enum { SIZE_NONE, SIZE_HH, SIZE_H, SIZE_L, SIZE_LL, SIZE_LD, SIZE_W, SIZE_I32, SIZE_PTR, SIZE_T_ };
enum { ARG_NONE, ARG_INT, ARG_INT64, ARG_POINTER, ARG_DOUBLE };

union argument {
    __int64 i;
    double d;
    void *p;
};

/* %n is off in the universal runtime until the program asks for it ("_set_printf_count_output"). */
static int printf_count_output = !CRT_IS_UCRT;

int __cdecl _set_printf_count_output(int value)
{
    int old = printf_count_output;
    printf_count_output = value != 0;
    return old;
}

int __cdecl _get_printf_count_output(void)
{
    return printf_count_output;
}

/* A structure around va_list would be needed where it is an array; on Windows it is a pointer. */
static union argument next_argument(va_list *ap, int kind)
{
    union argument value = { 0 };

    switch (kind) {
    case ARG_INT:
        value.i = va_arg(*ap, int);
        break;
    case ARG_INT64:
        value.i = va_arg(*ap, __int64);
        break;
    case ARG_POINTER:
        value.p = va_arg(*ap, void *);
        break;
    case ARG_DOUBLE:
        value.d = va_arg(*ap, double);
        break;
    }
    return value;
}

static void store_count(void *where, int size, size_t count)
{
    switch (size) {
    case SIZE_HH:
        *(char *)where = (char)count;
        break;
    case SIZE_H:
        *(short *)where = (short)count;
        break;
    case SIZE_LL:
        *(__int64 *)where = (__int64)count;
        break;
    case SIZE_PTR:
        *(intptr_t *)where = (intptr_t)count;
        break;
    default:
        *(int *)where = (int)count;
    }
}

/* ---- doubles ---- */

static const char *decimal_point(const struct locinfo *loc)
{
    return loc->lconv.decimal_point;
}

/* msvcrt shows infinities as digits: "1.#INF", rounded like digits where the precision is too small for them. */
static size_t legacy_special(char *out, int kind, char type, int precision)
{
    static const char *const names[] = {
        [FP_INF] = "1#INF", [FP_QNAN] = "1#QNAN", [FP_SNAN] = "1#SNAN", [FP_IND] = "1#IND"
    };
    const char *name = names[kind];
    size_t n = 0, len = strlen(name);

    type |= 0x20;
    if (precision < 0)
        precision = 6;
    if (type == 'g' && precision > 0)
        precision--;
    char digits[512];
    size_t want = (size_t)precision + 1;
    if (want > sizeof(digits) - 1)
        want = sizeof(digits) - 1;
    for (size_t i = 0; i < want; i++)
        digits[i] = i < len ? name[i] : '0';
    if (want < len && name[want] >= '5' && want > 0)
        digits[want - 1]++;
    if (type == 'g') {
        if (want > len)
            want = len;
    }
    out[n++] = digits[0];
    if (want > 1)
        out[n++] = '.';
    memcpy(out + n, digits + 1, want - 1);
    n += want - 1;
    if (type == 'e') {
        memcpy(out + n, "e+000", 5);
        n += 5;
    }
    return n;
}

static size_t special(char *out, int kind, bool upper)
{
    static const char *const names[][2] = { [FP_INF] = { "inf", "INF" },
                                            [FP_QNAN] = { "nan", "NAN" },
                                            [FP_SNAN] = { "nan(snan)", "NAN(SNAN)" },
                                            [FP_IND] = { "nan(ind)", "NAN(IND)" } };
    size_t len = strlen(names[kind][upper]);
    memcpy(out, names[kind][upper], len);
    return len;
}

static char *put_point(char *p, const struct locinfo *loc)
{
    for (const char *point = decimal_point(loc); *point; point++)
        *p++ = *point;
    return p;
}

static size_t hexadecimal(char *out, double value, char type, int precision, bool alt, const struct locinfo *loc)
{
    const char *alphabet = type == 'a' ? "0123456789abcdef" : "0123456789ABCDEF";
    unsigned __int64 bits;
    char *p = out;

    memcpy(&bits, &value, sizeof(bits));
    int exponent = (int)(bits >> 52 & 0x7ff);
    unsigned __int64 mantissa = bits & 0xfffffffffffffull;
    if (exponent)
        mantissa |= 1ull << 52;
    if (!exponent)
        exponent = mantissa ? -1022 : 0;
    else
        exponent -= 1023;
    if (precision < 0)
        precision = CRT_IS_UCRT ? 13 : 6;
    int shown = precision < 13 ? precision : 13;
    if (shown < 13) {
        unsigned __int64 unit = 1ull << (52 - 4 * shown), low = mantissa & (unit - 1), half = unit >> 1;
        mantissa -= low;
        if (low > half || (low == half && (mantissa & unit)) || (low == half && !CRT_IS_UCRT))
            mantissa += unit;
    }
    *p++ = (char)('0' + (mantissa >> 52));
    if (precision || alt)
        p = put_point(p, loc);
    for (int i = 0; i < shown; i++)
        *p++ = alphabet[mantissa >> (48 - 4 * i) & 15];
    for (int i = shown; i < precision; i++)
        *p++ = '0';
    *p++ = type == 'a' ? 'p' : 'P';
    *p++ = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    if (exponent >= 1000)
        *p++ = (char)('0' + exponent / 1000);
    if (exponent >= 100)
        *p++ = (char)('0' + exponent / 100 % 10);
    if (exponent >= 10)
        *p++ = (char)('0' + exponent / 10 % 10);
    *p++ = (char)('0' + exponent % 10);
    return (size_t)(p - out);
}

static char digit(const struct fp_decimal *d, int i)
{
    return i >= 0 && i < d->count ? d->digits[i] : '0';
}

static char *put_fixed(char *p, const struct fp_decimal *d, int precision, bool point, const struct locinfo *loc)
{
    if (d->point <= 0)
        *p++ = '0';
    for (int i = 0; i < d->point; i++)
        *p++ = digit(d, i);
    if (precision > 0 || point)
        p = put_point(p, loc);
    for (int i = 0; i < precision; i++)
        *p++ = digit(d, d->point + i);
    return p;
}

static char *put_exponential(char *p, const struct fp_decimal *d, int precision, bool point, char e, bool three,
                             const struct locinfo *loc)
{
    int exponent = d->count ? d->point - 1 : 0;

    *p++ = digit(d, 0);
    if (precision > 0 || point)
        p = put_point(p, loc);
    for (int i = 1; i <= precision; i++)
        *p++ = digit(d, i);
    *p++ = e;
    *p++ = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    if (three || exponent >= 100)
        *p++ = (char)('0' + exponent / 100);
    *p++ = (char)('0' + exponent / 10 % 10);
    *p++ = (char)('0' + exponent % 10);
    return p;
}

/* The characters of a double without its sign (and without the 0x of %a). out has room for precision + 360. */
size_t crt_format_double(char *out, double value, char type, int precision, unsigned flags, unsigned __int64 options,
                         const struct locinfo *loc, bool *negative, bool *is_special)
{
    struct fp_decimal d;
    bool alt = flags & FL_ALT, three = options & PF_THREE_DIGIT_EXP;
    int rounding = options & PF_STANDARD_ROUNDING ? FP_ROUND_EXACT : FP_ROUND_HALF_AWAY;
    char lower = (char)(type | 0x20), *p = out;

    *is_special = crt_fp_special(value, &d);
    *negative = d.negative;
    if (*is_special) {
        if (!CRT_IS_UCRT)
            return legacy_special(out, d.kind, type, precision);
        return special(out, d.kind, type < 'a');
    }
    if (lower == 'a')
        return hexadecimal(out, value, type, precision, alt, loc);
    if (precision < 0)
        precision = 6;
    if (lower == 'f') {
        crt_fp_decimal(value, true, precision, rounding, &d);
        p = put_fixed(p, &d, precision, alt, loc);
    } else if (lower == 'e') {
        crt_fp_decimal(value, false, precision + 1, rounding, &d);
        p = put_exponential(p, &d, precision, alt, type, three, loc);
    } else {
        if (!precision)
            precision = 1;
        crt_fp_decimal(value, false, precision, rounding, &d);
        int exponent = d.count ? d.point - 1 : 0;
        if (exponent < -4 || exponent >= precision) {
            int digits = alt ? precision - 1 : d.count - 1;
            p = put_exponential(p, &d, digits, alt, (char)(type - 2), three, loc);
        } else {
            int behind = alt ? precision - 1 - exponent : d.count - d.point;
            if (behind < 0 || (!alt && !d.count))
                behind = 0;
            p = put_fixed(p, &d, behind, alt, loc);
        }
    }
    return (size_t)(p - out);
}

#define CH         char
#define OTHER      wchar_t
#define WIDE       0
#define NAME(n, w) n
#include "stdio_format_impl.h"

#define CH         wchar_t
#define OTHER      char
#define WIDE       1
#define NAME(n, w) w
#include "stdio_format_impl.h"
