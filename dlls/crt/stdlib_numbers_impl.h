/* SPDX-License-Identifier: MIT */
/* Strings to integers and back, for one character type: CH, NAME(narrow, wide), SPACE(c). */

/* Value and end of the longest integer; *overflow if it does not fit 64 bits. */
static unsigned __int64 NAME(parse, wparse)(const CH *s, const CH **end, int base, bool *negative, bool *overflow)
{
    const CH *p = s;
    unsigned __int64 value = 0;
    bool any = false;

    *overflow = *negative = false;
    while (SPACE(*p))
        p++;
    if (*p == '-' || *p == '+')
        *negative = *p++ == '-';
    if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 0x20) == 'x') {
        /* "0x" without a digit behind it is the number 0 */
        unsigned next = NAME(digit_value, wdigit_value)(p[2]);
        if (next < 16 || CRT_IS_UCRT == 0) {
            p += 2;
            base = 16;
        } else if (base == 0) {
            base = 8;
        }
    } else if (base == 0) {
        base = *p == '0' ? 8 : 10;
    }
    for (;; p++) {
        unsigned digit = NAME(digit_value, wdigit_value)(*p);
        unsigned __int64 next;
        if (digit >= (unsigned)base)
            break;
        any = true;
        if (*overflow)
            continue;
        if (__builtin_mul_overflow(value, (unsigned __int64)base, &next) ||
            __builtin_add_overflow(next, (unsigned __int64)digit, &next))
            *overflow = true;
        value = next;
    }
    *end = any ? p : s;
    return value;
}

#define CHECK(result_on_error)                                                                                         \
    const CH *stop;                                                                                                    \
    bool negative, overflow;                                                                                           \
    (void)locale;                                                                                                      \
    if (end)                                                                                                           \
        *end = (CH *)s;                                                                                                \
    CRT_VALIDATE(s, EINVAL, result_on_error);                                                                          \
    CRT_VALIDATE(base == 0 || (base >= 2 && base <= 36), EINVAL, result_on_error);                                     \
    unsigned __int64 value = NAME(parse, wparse)(s, &stop, base, &negative, &overflow);                                \
    if (end)                                                                                                           \
        *end = (CH *)stop;

__int64 __cdecl NAME(_strtoi64_l, _wcstoi64_l)(const CH *s, CH **end, int base, _locale_t locale)
{
    CHECK(0)
    if (overflow || value > (unsigned __int64)_I64_MAX + negative) {
        errno = ERANGE;
        return negative ? _I64_MIN : _I64_MAX;
    }
    return (__int64)(negative ? 0 - value : value);
}

unsigned __int64 __cdecl NAME(_strtoui64_l, _wcstoui64_l)(const CH *s, CH **end, int base, _locale_t locale)
{
    CHECK(0)
    if (overflow) {
        errno = ERANGE;
        return _UI64_MAX;
    }
    return negative ? 0 - value : value;
}

long __cdecl NAME(_strtol_l, _wcstol_l)(const CH *s, CH **end, int base, _locale_t locale)
{
    CHECK(0)
    if (overflow || value > (unsigned __int64)LONG_MAX + negative) {
        errno = ERANGE;
        return negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(negative ? 0 - value : value);
}

unsigned long __cdecl NAME(_strtoul_l, _wcstoul_l)(const CH *s, CH **end, int base, _locale_t locale)
{
    CHECK(0)
    if (overflow || value > ULONG_MAX) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return (unsigned long)(negative ? 0 - value : value);
}

#undef CHECK

#define PLAIN(type, name, back)                                                                                        \
    type __cdecl name(const CH *s, CH **end, int base)                                                                 \
    {                                                                                                                  \
        return back(s, end, base, NULL);                                                                               \
    }
#define SAME_L(type, name, back)                                                                                       \
    type __cdecl name(const CH *s, CH **end, int base, _locale_t locale)                                               \
    {                                                                                                                  \
        return back(s, end, base, locale);                                                                             \
    }

PLAIN(long, NAME(strtol, wcstol), NAME(_strtol_l, _wcstol_l))
PLAIN(unsigned long, NAME(strtoul, wcstoul), NAME(_strtoul_l, _wcstoul_l))
PLAIN(__int64, NAME(_strtoi64, _wcstoi64), NAME(_strtoi64_l, _wcstoi64_l))
PLAIN(unsigned __int64, NAME(_strtoui64, _wcstoui64), NAME(_strtoui64_l, _wcstoui64_l))
PLAIN(__int64, NAME(strtoll, wcstoll), NAME(_strtoi64_l, _wcstoi64_l))
PLAIN(unsigned __int64, NAME(strtoull, wcstoull), NAME(_strtoui64_l, _wcstoui64_l))
PLAIN(intmax_t, NAME(strtoimax, wcstoimax), NAME(_strtoi64_l, _wcstoi64_l))
PLAIN(uintmax_t, NAME(strtoumax, wcstoumax), NAME(_strtoui64_l, _wcstoui64_l))
SAME_L(__int64, NAME(_strtoll_l, _wcstoll_l), NAME(_strtoi64_l, _wcstoi64_l))
SAME_L(unsigned __int64, NAME(_strtoull_l, _wcstoull_l), NAME(_strtoui64_l, _wcstoui64_l))
SAME_L(__int64, NAME(_strtoimax_l, _wcstoimax_l), NAME(_strtoi64_l, _wcstoi64_l))
SAME_L(unsigned __int64, NAME(_strtoumax_l, _wcstoumax_l), NAME(_strtoui64_l, _wcstoui64_l))

/* Saturating as documented, with ERANGE. msvcrt.dll's atoi wraps. */
int __cdecl NAME(_atoi_l, _wtoi_l)(const CH *s, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, 0);
    return CRT_IS_UCRT ? (int)NAME(_strtol_l, _wcstol_l)(s, NULL, 10, locale)
                       : (int)NAME(_strtoi64_l, _wcstoi64_l)(s, NULL, 10, locale);
}

long __cdecl NAME(_atol_l, _wtol_l)(const CH *s, _locale_t locale)
{
    return NAME(_atoi_l, _wtoi_l)(s, locale);
}

__int64 __cdecl NAME(_atoi64_l, _wtoi64_l)(const CH *s, _locale_t locale)
{
    CRT_VALIDATE(s, EINVAL, 0);
    return NAME(_strtoi64_l, _wcstoi64_l)(s, NULL, 10, locale);
}

__int64 __cdecl NAME(_atoll_l, _wtoll_l)(const CH *s, _locale_t locale)
{
    return NAME(_atoi64_l, _wtoi64_l)(s, locale);
}

int __cdecl NAME(atoi, _wtoi)(const CH *s)
{
    return NAME(_atoi_l, _wtoi_l)(s, NULL);
}

long __cdecl NAME(atol, _wtol)(const CH *s)
{
    return NAME(_atoi_l, _wtoi_l)(s, NULL);
}

__int64 __cdecl NAME(_atoi64, _wtoi64)(const CH *s)
{
    return NAME(_atoi64_l, _wtoi64_l)(s, NULL);
}

__int64 __cdecl NAME(atoll, _wtoll)(const CH *s)
{
    return NAME(_atoi64_l, _wtoi64_l)(s, NULL);
}

/* ---- integers to strings ---- */

static errno_t NAME(to_string, wto_string)(unsigned __int64 value, CH *buf, size_t size, int base, bool negative)
{
    CH digits[66];
    size_t n = CRT_COUNTOF(digits);

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    CRT_VALIDATE(base >= 2 && base <= 36, EINVAL, EINVAL);
    if (negative)
        value = 0 - value;
    do {
        unsigned digit = (unsigned)(value % (unsigned)base);
        digits[--n] = (CH)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= (unsigned)base;
    } while (value);
    if (negative)
        digits[--n] = '-';
    size_t len = CRT_COUNTOF(digits) - n;
    CRT_VALIDATE(len < size, ERANGE, ERANGE);
    memcpy(buf, digits + n, len * sizeof(CH));
    buf[len] = 0;
    return 0;
}

/* Only base 10 shows a sign. */
#define TO_STRING(type, utype, is_negative, s_name, name)                                                              \
    errno_t __cdecl s_name(type value, CH *buf, size_t size, int base)                                                 \
    {                                                                                                                  \
        bool negative = base == 10 && is_negative(value);                                                              \
        return NAME(to_string, wto_string)(negative ? (unsigned __int64)value : (utype)value, buf, size, base,         \
                                           negative);                                                                  \
    }                                                                                                                  \
    CH *__cdecl name(type value, CH *buf, int base)                                                                    \
    {                                                                                                                  \
        s_name(value, buf, SIZE_MAX, base);                                                                            \
        return buf;                                                                                                    \
    }

TO_STRING(int, unsigned, IS_NEGATIVE, NAME(_itoa_s, _itow_s), NAME(_itoa, _itow))
TO_STRING(long, unsigned long, IS_NEGATIVE, NAME(_ltoa_s, _ltow_s), NAME(_ltoa, _ltow))
TO_STRING(unsigned long, unsigned long, NEVER_NEGATIVE, NAME(_ultoa_s, _ultow_s), NAME(_ultoa, _ultow))
TO_STRING(__int64, unsigned __int64, IS_NEGATIVE, NAME(_i64toa_s, _i64tow_s), NAME(_i64toa, _i64tow))
TO_STRING(unsigned __int64, unsigned __int64, NEVER_NEGATIVE, NAME(_ui64toa_s, _ui64tow_s), NAME(_ui64toa, _ui64tow))

#undef PLAIN
#undef SAME_L
#undef TO_STRING
#undef CH
#undef NAME
#undef SPACE
