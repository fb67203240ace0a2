/* SPDX-License-Identifier: MIT */
/* winnls_number.c: numbers, amounts of money and calendars as text. */
#include "nls_locales.h"

/* A number's parts, from text of the form [-]digits[.digits]. */
struct number {
    BOOL negative;
    WCHAR *integer, *fraction; /* integer without leading zeros; fraction rounded to `places` digits */
    SIZE_T integer_len;
    WCHAR *block;
};

static BOOL parse_number(const WCHAR *text, UINT places, struct number *number)
{
    SIZE_T len = wcslen(text), n = 0, digits;
    const WCHAR *point;
    WCHAR *at;
    BOOL carry;

    number->negative = *text == '-';
    if (number->negative)
        text++, len--;
    for (point = text; *point >= '0' && *point <= '9'; point++)
        ;
    for (const WCHAR *p = point; *p; p++) {
        if ((*p != '.' || p != point) && !(*p >= '0' && *p <= '9'))
            return fail(ERROR_INVALID_PARAMETER);
    }
    if (!len)
        return fail(ERROR_INVALID_PARAMETER);
    digits = point - text;
    /* One digit in front for a carry. */
    if (!(number->block = at = kb_alloc((digits + places + 4) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    at[n++] = '0';
    memcpy(at + n, text, digits * sizeof(WCHAR));
    n += digits;
    if (*point == '.')
        point++;
    for (UINT i = 0; i < places; i++)
        at[n++] = *point ? *point++ : '0';
    carry = *point >= '5';
    for (SIZE_T i = n; carry && i-- > 0;) {
        carry = at[i] == '9';
        at[i] = carry ? '0' : at[i] + 1;
    }
    at[n] = 0;
    number->fraction = at + digits + 1;
    while (at < number->fraction && *at == '0')
        at++;
    number->integer = at;
    number->integer_len = number->fraction - at;
    if (number->negative) {
        /* Minus nothing is nothing. */
        BOOL zero = !number->integer_len;
        for (const WCHAR *p = number->fraction; *p; p++)
            zero &= *p == '0';
        number->negative = !zero;
    }
    return TRUE;
}

struct out {
    WCHAR *buffer;
    SIZE_T size, n;
};

static void put(struct out *out, WCHAR c)
{
    if (out->n < out->size)
        out->buffer[out->n] = c;
    out->n++;
}

static void put_string(struct out *out, const WCHAR *str)
{
    while (*str)
        put(out, *str++);
}

/* Whether a separator stands in front of the last `rest` digits. Grouping as in NUMBERFMT: 3 is groups of three, 32 is
 * the last three, then groups of two, 30 is the last three and no more. */
static BOOL group_ends(UINT grouping, SIZE_T rest)
{
    UINT sizes[10], count = 0;
    SIZE_T at = 0;

    for (; grouping && count < ARRAY_SIZE(sizes); grouping /= 10)
        sizes[count++] = grouping % 10;
    if (!count || !rest)
        return FALSE;
    while (at < rest) {
        UINT size = sizes[count - 1];
        if (!size)
            return FALSE;
        at += size;
        if (count > 1)
            count--;
    }
    return at == rest;
}

static void put_digits(struct out *out, const struct number *number, UINT grouping, const WCHAR *thousand,
                       const WCHAR *decimal, UINT places, UINT leading_zero)
{
    for (SIZE_T i = 0; i < number->integer_len; i++) {
        put(out, number->integer[i]);
        if (group_ends(grouping, number->integer_len - 1 - i))
            put_string(out, thousand);
    }
    if (!number->integer_len && (leading_zero || !places))
        put(out, '0');
    if (places) {
        put_string(out, decimal);
        put_string(out, number->fraction);
    }
}

/* A pattern: 1 is the number, $ the currency symbol, - the sign; the rest is itself. */
static void put_pattern(struct out *out, const char *pattern, const struct number *number, UINT grouping,
                        const WCHAR *thousand, const WCHAR *decimal, UINT places, UINT leading_zero,
                        const WCHAR *symbol, const WCHAR *sign)
{
    for (; *pattern; pattern++) {
        if (*pattern == '1')
            put_digits(out, number, grouping, thousand, decimal, places, leading_zero);
        else if (*pattern == '$')
            put_string(out, symbol);
        else if (*pattern == '-')
            put_string(out, sign);
        else
            put(out, *pattern);
    }
    put(out, 0);
}

/* LOCALE_SGROUPING "3;2;0" as NUMBERFMT has it: 32; "3" without the 0 ends after one group: 30. */
static UINT grouping_of(const WCHAR *text)
{
    UINT value = 0;
    BOOL repeats = FALSE;

    for (; *text; text++) {
        if (*text >= '1' && *text <= '9')
            value = value * 10 + (*text - '0');
        else if (*text == '0')
            repeats = TRUE;
    }
    return repeats || !value ? value : value * 10;
}

static int finish(const struct out *out)
{
    if (out->size && out->n > out->size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out->n;
}

static int number_text(const struct locale *locale, DWORD flags, LPCWSTR value, const NUMBERFMTW *format, LPWSTR buffer,
                       int size)
{
    static const char *const negative[] = { "(1)", "-1", "- 1", "1-", "1 -" };
    struct out out = { buffer, size, 0 };
    struct number number;
    NUMBERFMTW own;

    if (!locale || !value || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (format) {
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        own = *format;
        if (own.NumDigits > 99 || own.LeadingZero > 1 || own.Grouping > 9999 || own.NegativeOrder > 4 ||
            !own.lpDecimalSep || !own.lpThousandSep)
            return fail(ERROR_INVALID_PARAMETER);
    } else {
        if (flags & ~(LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
            return fail(ERROR_INVALID_FLAGS);
        own.NumDigits = locale_number(locale, V_LOCALE_IDIGITS);
        own.LeadingZero = locale_number(locale, V_LOCALE_ILZERO);
        own.Grouping = grouping_of(locale_value(locale, V_LOCALE_SGROUPING));
        own.lpDecimalSep = (LPWSTR)locale_value(locale, V_LOCALE_SDECIMAL);
        own.lpThousandSep = (LPWSTR)locale_value(locale, V_LOCALE_STHOUSAND);
        own.NegativeOrder = locale_number(locale, V_LOCALE_INEGNUMBER);
    }
    if (!parse_number(value, own.NumDigits, &number))
        return 0;
    put_pattern(&out, number.negative ? negative[own.NegativeOrder] : "1", &number, own.Grouping, own.lpThousandSep,
                own.lpDecimalSep, own.NumDigits, own.LeadingZero, L"", locale_value(locale, V_LOCALE_SNEGATIVESIGN));
    kb_free(number.block);
    return finish(&out);
}

static int currency_text(const struct locale *locale, DWORD flags, LPCWSTR value, const CURRENCYFMTW *format,
                         LPWSTR buffer, int size)
{
    static const char *const positive[] = { "$1", "1$", "$ 1", "1 $" };
    /* LOCALE_INEGCURR */
    static const char *const negative[] = { "($1)", "-$1",  "$-1",  "$1-",  "(1$)", "-1$",  "1-$",   "1$-",
                                            "-1 $", "-$ 1", "1 $-", "$ 1-", "$ -1", "1- $", "($ 1)", "(1 $)" };
    struct out out = { buffer, size, 0 };
    struct number number;
    CURRENCYFMTW own;

    if (!locale || !value || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (format) {
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        own = *format;
        if (own.NumDigits > 99 || own.LeadingZero > 1 || own.Grouping > 9999 || own.NegativeOrder > 15 ||
            own.PositiveOrder > 3 || !own.lpDecimalSep || !own.lpThousandSep || !own.lpCurrencySymbol)
            return fail(ERROR_INVALID_PARAMETER);
    } else {
        if (flags & ~(LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
            return fail(ERROR_INVALID_FLAGS);
        own.NumDigits = locale_number(locale, V_LOCALE_ICURRDIGITS);
        own.LeadingZero = locale_number(locale, V_LOCALE_ILZERO);
        own.Grouping = grouping_of(locale_value(locale, V_LOCALE_SMONGROUPING));
        own.lpDecimalSep = (LPWSTR)locale_value(locale, V_LOCALE_SMONDECIMALSEP);
        own.lpThousandSep = (LPWSTR)locale_value(locale, V_LOCALE_SMONTHOUSANDSEP);
        own.lpCurrencySymbol = (LPWSTR)locale_value(locale, V_LOCALE_SCURRENCY);
        own.NegativeOrder = locale_number(locale, V_LOCALE_INEGCURR);
        own.PositiveOrder = locale_number(locale, V_LOCALE_ICURRENCY);
    }
    if (!parse_number(value, own.NumDigits, &number))
        return 0;
    put_pattern(&out, number.negative ? negative[own.NegativeOrder] : positive[own.PositiveOrder], &number,
                own.Grouping, own.lpThousandSep, own.lpDecimalSep, own.NumDigits, own.LeadingZero, own.lpCurrencySymbol,
                locale_value(locale, V_LOCALE_SNEGATIVESIGN));
    kb_free(number.block);
    return finish(&out);
}

int WINAPI GetNumberFormatEx(LPCWSTR name, DWORD flags, LPCWSTR value, const NUMBERFMTW *format, LPWSTR buffer,
                             int size)
{
    return number_text(locale_from_name(name), flags, value, format, buffer, size);
}

int WINAPI GetNumberFormatW(LCID lcid, DWORD flags, LPCWSTR value, const NUMBERFMTW *format, LPWSTR buffer, int size)
{
    return number_text(locale_from_lcid(lcid), flags, value, format, buffer, size);
}

int WINAPI GetCurrencyFormatEx(LPCWSTR name, DWORD flags, LPCWSTR value, const CURRENCYFMTW *format, LPWSTR buffer,
                               int size)
{
    return currency_text(locale_from_name(name), flags, value, format, buffer, size);
}

int WINAPI GetCurrencyFormatW(LCID lcid, DWORD flags, LPCWSTR value, const CURRENCYFMTW *format, LPWSTR buffer,
                              int size)
{
    return currency_text(locale_from_lcid(lcid), flags, value, format, buffer, size);
}

static int ansi_result(const struct locale *locale, WCHAR *text, int n, LPSTR buffer, int size)
{
    UINT codepage = locale_number(locale, V_LOCALE_IDEFAULTANSICODEPAGE);
    return WideCharToMultiByte(codepage, 0, text, n, buffer, size, NULL, NULL);
}

int WINAPI GetNumberFormatA(LCID lcid, DWORD flags, LPCSTR value, const NUMBERFMTA *format, LPSTR buffer, int size)
{
    const struct locale *locale = locale_from_lcid(lcid);
    WCHAR *wide, *decimal = NULL, *thousand = NULL, *text;
    NUMBERFMTW own;
    int n, result = 0;

    if (!locale || !value || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup_ansi(value)))
        return 0;
    if (format) {
        own =
            (NUMBERFMTW){ format->NumDigits, format->LeadingZero, format->Grouping, NULL, NULL, format->NegativeOrder };
        own.lpDecimalSep = decimal = format->lpDecimalSep ? wide_dup_ansi(format->lpDecimalSep) : NULL;
        own.lpThousandSep = thousand = format->lpThousandSep ? wide_dup_ansi(format->lpThousandSep) : NULL;
    }
    n = number_text(locale, flags, wide, format ? &own : NULL, NULL, 0);
    if (n && (text = kb_alloc(n * sizeof(WCHAR)))) {
        number_text(locale, flags, wide, format ? &own : NULL, text, n);
        result = ansi_result(locale, text, n, buffer, size);
        kb_free(text);
    }
    kb_free(decimal);
    kb_free(thousand);
    kb_free(wide);
    return result;
}

int WINAPI GetCurrencyFormatA(LCID lcid, DWORD flags, LPCSTR value, const CURRENCYFMTA *format, LPSTR buffer, int size)
{
    const struct locale *locale = locale_from_lcid(lcid);
    WCHAR *wide, *decimal = NULL, *thousand = NULL, *symbol = NULL, *text;
    CURRENCYFMTW own;
    int n, result = 0;

    if (!locale || !value || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup_ansi(value)))
        return 0;
    if (format) {
        own = (CURRENCYFMTW){ format->NumDigits,
                              format->LeadingZero,
                              format->Grouping,
                              NULL,
                              NULL,
                              format->NegativeOrder,
                              format->PositiveOrder,
                              NULL };
        own.lpDecimalSep = decimal = format->lpDecimalSep ? wide_dup_ansi(format->lpDecimalSep) : NULL;
        own.lpThousandSep = thousand = format->lpThousandSep ? wide_dup_ansi(format->lpThousandSep) : NULL;
        own.lpCurrencySymbol = symbol = format->lpCurrencySymbol ? wide_dup_ansi(format->lpCurrencySymbol) : NULL;
    }
    n = currency_text(locale, flags, wide, format ? &own : NULL, NULL, 0);
    if (n && (text = kb_alloc(n * sizeof(WCHAR)))) {
        currency_text(locale, flags, wide, format ? &own : NULL, text, n);
        result = ansi_result(locale, text, n, buffer, size);
        kb_free(text);
    }
    kb_free(decimal);
    kb_free(thousand);
    kb_free(symbol);
    kb_free(wide);
    return result;
}

/* --- calendars: the Gregorian one --- */

static const WCHAR *calendar_string(const struct locale *locale, CALTYPE type)
{
    if (type >= CAL_SDAYNAME1 && type <= CAL_SDAYNAME7)
        return locale_value(locale, V_LOCALE_SDAYNAME1 + (type - CAL_SDAYNAME1));
    if (type >= CAL_SABBREVDAYNAME1 && type <= CAL_SABBREVDAYNAME7)
        return locale_value(locale, V_LOCALE_SABBREVDAYNAME1 + (type - CAL_SABBREVDAYNAME1));
    if (type >= CAL_SMONTHNAME1 && type <= CAL_SMONTHNAME12)
        return locale_value(locale, V_LOCALE_SMONTHNAME1 + (type - CAL_SMONTHNAME1));
    if (type >= CAL_SABBREVMONTHNAME1 && type <= CAL_SABBREVMONTHNAME12)
        return locale_value(locale, V_LOCALE_SABBREVMONTHNAME1 + (type - CAL_SABBREVMONTHNAME1));
    if (type >= CAL_SSHORTESTDAYNAME1 && type <= CAL_SSHORTESTDAYNAME7)
        return locale_value(locale, V_LOCALE_SSHORTESTDAYNAME1 + (type - CAL_SSHORTESTDAYNAME1));
    switch (type) {
    case CAL_ICALINTVALUE:
        return L"1";
    case CAL_SCALNAME:
        return L"Gregorian Calendar";
    case CAL_IYEAROFFSETRANGE:
        return L"0";
    case CAL_SERASTRING:
        return L"A.D.";
    case CAL_SABBREVERASTRING:
        return L"AD";
    case CAL_SSHORTDATE:
        return locale_value(locale, V_LOCALE_SSHORTDATE);
    case CAL_SLONGDATE:
        return locale_value(locale, V_LOCALE_SLONGDATE);
    case CAL_SYEARMONTH:
        return locale_value(locale, V_LOCALE_SYEARMONTH);
    case CAL_SMONTHDAY:
        return locale_value(locale, V_LOCALE_SMONTHDAY);
    case CAL_SMONTHNAME13:
    case CAL_SABBREVMONTHNAME13:
        return L"";
    case CAL_ITWODIGITYEARMAX:
        return L"2029";
    default:
        return NULL;
    }
}

static int calendar_info(const struct locale *locale, CALID calendar, CALTYPE type, LPWSTR buffer, int size,
                         LPDWORD value)
{
    const WCHAR *text;
    BOOL number = type & CAL_RETURN_NUMBER;
    SIZE_T n;

    if (!locale || (calendar != CAL_GREGORIAN && calendar != CAL_GREGORIAN_US) || size < 0)
        return fail(ERROR_INVALID_PARAMETER);
    if (number ? (buffer || size || !value) : ((size && !buffer) || value))
        return fail(ERROR_INVALID_PARAMETER);
    type &= ~(CAL_NOUSEROVERRIDE | CAL_USE_CP_ACP | CAL_RETURN_NUMBER | CAL_RETURN_GENITIVE_NAMES);
    if (!(text = calendar_string(locale, type)))
        return fail(ERROR_INVALID_FLAGS);
    if (number) {
        if (type != CAL_ICALINTVALUE && type != CAL_IYEAROFFSETRANGE && type != CAL_ITWODIGITYEARMAX)
            return fail(ERROR_INVALID_FLAGS);
        for (*value = 0; *text; text++)
            *value = *value * 10 + (*text - '0');
        return sizeof(DWORD) / sizeof(WCHAR);
    }
    n = wcslen(text) + 1;
    if (size) {
        if ((SIZE_T)size < n)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        memcpy(buffer, text, n * sizeof(WCHAR));
    }
    return n;
}

int WINAPI GetCalendarInfoEx(LPCWSTR name, CALID calendar, LPCWSTR reserved, CALTYPE type, LPWSTR buffer, int size,
                             LPDWORD value)
{
    if (reserved)
        return fail(ERROR_INVALID_PARAMETER);
    return calendar_info(locale_from_name(name), calendar, type, buffer, size, value);
}

int WINAPI GetCalendarInfoW(LCID lcid, CALID calendar, CALTYPE type, LPWSTR buffer, int size, LPDWORD value)
{
    return calendar_info(locale_from_lcid(lcid), calendar, type, buffer, size, value);
}

int WINAPI GetCalendarInfoA(LCID lcid, CALID calendar, CALTYPE type, LPSTR buffer, int size, LPDWORD value)
{
    const struct locale *locale = locale_from_lcid(lcid);
    WCHAR text[80];
    int n;

    if (type & CAL_RETURN_NUMBER) {
        n = calendar_info(locale, calendar, type, (WCHAR *)buffer, size, value);
        return n ? (int)sizeof(DWORD) : 0;
    }
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(n = calendar_info(locale, calendar, type, text, ARRAY_SIZE(text), value)))
        return 0;
    return ansi_result(locale, text, n, buffer, size);
}

BOOL WINAPI EnumCalendarInfoExEx(CALINFO_ENUMPROCEXEX proc, LPCWSTR name, CALID calendar, LPCWSTR reserved,
                                 CALTYPE type, LPARAM param)
{
    const struct locale *locale = locale_from_name(name);
    const WCHAR *text;

    if (!proc || !locale || reserved ||
        (calendar != ENUM_ALL_CALENDARS && calendar != CAL_GREGORIAN && calendar != CAL_GREGORIAN_US))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(text = calendar_string(locale, type & ~(CAL_NOUSEROVERRIDE | CAL_USE_CP_ACP))))
        return fail(ERROR_INVALID_FLAGS);
    proc((LPWSTR)text, CAL_GREGORIAN, NULL, param);
    return TRUE;
}

BOOL WINAPI EnumCalendarInfoW(CALINFO_ENUMPROCW proc, LCID lcid, CALID calendar, CALTYPE type)
{
    const struct locale *locale = locale_from_lcid(lcid);
    const WCHAR *text;

    if (!proc || !locale ||
        (calendar != ENUM_ALL_CALENDARS && calendar != CAL_GREGORIAN && calendar != CAL_GREGORIAN_US))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(text = calendar_string(locale, type & ~(CAL_NOUSEROVERRIDE | CAL_USE_CP_ACP))))
        return fail(ERROR_INVALID_FLAGS);
    proc((LPWSTR)text);
    return TRUE;
}
