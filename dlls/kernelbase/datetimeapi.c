/* SPDX-License-Identifier: MIT */
/* datetimeapi.c: dates and times as text ("Day, Month, Year, and Era Format Pictures", "Hour, Minute, Second ..."). */
#include <windows.h>
#include "nls_locales.h"

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

static void put_number(struct out *out, UINT value, UINT digits)
{
    WCHAR text[12];
    UINT n = 0;

    do {
        text[n++] = '0' + value % 10;
        value /= 10;
    } while (value || n < digits);
    while (n)
        put(out, text[--n]);
}

/* Copies text between apostrophes; two of them are one. Returns what follows. */
static const WCHAR *put_quoted(struct out *out, const WCHAR *p)
{
    for (p++; *p; p++) {
        if (*p == '\'') {
            if (p[1] != '\'')
                return p + 1;
            p++;
        }
        put(out, *p);
    }
    return p;
}

static UINT run_length(const WCHAR *p)
{
    UINT n = 1;
    while (p[n] == *p)
        n++;
    return n;
}

static BOOL is_leap(UINT year)
{
    return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

static BOOL valid_date(const SYSTEMTIME *time)
{
    static const BYTE days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return time->wYear >= 1601 && time->wYear <= 30827 && time->wMonth >= 1 && time->wMonth <= 12 && time->wDay >= 1 &&
           time->wDay <= days[time->wMonth - 1] + (time->wMonth == 2 && is_leap(time->wYear));
}

/* 0 is Monday, as in LOCALE_SDAYNAME1. The time's own wDayOfWeek is not looked at, as documented. */
static UINT weekday(const SYSTEMTIME *time)
{
    static const BYTE offsets[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
    UINT y = time->wYear - (time->wMonth < 3);

    return (y + y / 4 - y / 100 + y / 400 + offsets[time->wMonth - 1] + time->wDay + 6) % 7;
}

static void format_date(struct out *out, const struct locale *locale, const WCHAR *p, const SYSTEMTIME *time)
{
    while (*p) {
        UINT n;

        switch (*p) {
        case '\'':
            p = put_quoted(out, p);
            continue;
        case 'd':
            n = run_length(p);
            if (n <= 2)
                put_number(out, time->wDay, n);
            else
                put_string(out, locale_value(locale,
                                             (n == 3 ? V_LOCALE_SABBREVDAYNAME1 : V_LOCALE_SDAYNAME1) + weekday(time)));
            p += n;
            continue;
        case 'M':
            n = run_length(p);
            if (n <= 2)
                put_number(out, time->wMonth, n);
            else
                put_string(out, locale_value(locale, (n == 3 ? V_LOCALE_SABBREVMONTHNAME1 : V_LOCALE_SMONTHNAME1) +
                                                         time->wMonth - 1));
            p += n;
            continue;
        case 'y':
            n = run_length(p);
            if (n <= 2)
                put_number(out, time->wYear % 100, n);
            else
                put_number(out, time->wYear, n > 4 ? 5 : 4);
            p += n;
            continue;
        case 'g':
            p += run_length(p);
            put_string(out, L"A.D.");
            continue;
        default:
            put(out, *p++);
        }
    }
    put(out, 0);
}

static int finish(const struct out *out)
{
    if (out->size && out->n > out->size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out->n;
}

static int date_text(const struct locale *locale, DWORD flags, const SYSTEMTIME *date, LPCWSTR format, LPWSTR buffer,
                     int size)
{
    const DWORD kinds = DATE_SHORTDATE | DATE_LONGDATE | DATE_YEARMONTH | DATE_MONTHDAY;
    struct out out = { buffer, size, 0 };
    DWORD kind = flags & kinds;
    SYSTEMTIME now;

    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(kinds | DATE_USE_ALT_CALENDAR | DATE_LTRREADING | DATE_RTLREADING | DATE_AUTOLAYOUT |
                  LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP) ||
        (kind & (kind - 1)) || (format && kind) || ((flags & DATE_LTRREADING) && (flags & DATE_RTLREADING)))
        return fail(ERROR_INVALID_FLAGS);
    if (!date) {
        GetLocalTime(&now);
        date = &now;
    }
    if (!valid_date(date))
        return fail(ERROR_INVALID_PARAMETER);
    if (!format)
        format = locale_value(locale, kind == DATE_LONGDATE    ? V_LOCALE_SLONGDATE
                                      : kind == DATE_YEARMONTH ? V_LOCALE_SYEARMONTH
                                      : kind == DATE_MONTHDAY  ? V_LOCALE_SMONTHDAY
                                                               : V_LOCALE_SSHORTDATE);
    format_date(&out, locale, format, date);
    return finish(&out);
}

int WINAPI GetDateFormatEx(LPCWSTR name, DWORD flags, const SYSTEMTIME *date, LPCWSTR format, LPWSTR buffer, int size,
                           LPCWSTR calendar)
{
    if (calendar)
        return fail(ERROR_INVALID_PARAMETER);
    return date_text(locale_from_name(name), flags, date, format, buffer, size);
}

int WINAPI GetDateFormatW(LCID lcid, DWORD flags, const SYSTEMTIME *date, LPCWSTR format, LPWSTR buffer, int size)
{
    return date_text(locale_from_lcid(lcid), flags, date, format, buffer, size);
}

static void format_time(struct out *out, const struct locale *locale, const WCHAR *p, const SYSTEMTIME *time,
                        DWORD flags)
{
    SIZE_T kept = 0; /* where the output stood before separators that a dropped part takes with it */
    BOOL dropping = FALSE;

    while (*p) {
        UINT n;

        switch (*p) {
        case '\'':
            if (dropping) {
                struct out ignored = { NULL, 0, 0 };
                p = put_quoted(&ignored, p);
                continue;
            }
            p = put_quoted(out, p);
            continue;
        case 'h':
        case 'H':
            n = run_length(p);
            dropping = FALSE;
            if (*p == 'H' || (flags & TIME_FORCE24HOURFORMAT))
                put_number(out, time->wHour, n > 1 ? 2 : 1);
            else
                put_number(out, time->wHour % 12 ? time->wHour % 12 : 12, n > 1 ? 2 : 1);
            p += n;
            kept = out->n;
            continue;
        case 'm':
        case 's':
            n = run_length(p);
            if ((flags & TIME_NOMINUTESORSECONDS) || (*p == 's' && (flags & TIME_NOSECONDS))) {
                /* With the part goes the separator before it. */
                out->n = kept;
                dropping = TRUE;
            } else {
                put_number(out, *p == 'm' ? time->wMinute : time->wSecond, n > 1 ? 2 : 1);
                kept = out->n;
                dropping = FALSE;
            }
            p += n;
            continue;
        case 't':
            n = run_length(p);
            if (flags & TIME_NOTIMEMARKER) {
                out->n = kept;
                dropping = TRUE;
            } else {
                const WCHAR *marker = locale_value(locale, time->wHour >= 12 ? V_LOCALE_S2359 : V_LOCALE_S1159);
                if (dropping && out->n)
                    put(out, ' ');
                dropping = FALSE;
                if (n == 1 && *marker)
                    put(out, *marker);
                else if (n > 1)
                    put_string(out, marker);
                kept = out->n;
            }
            p += n;
            continue;
        default:
            if (!dropping)
                put(out, *p);
            p++;
        }
    }
    put(out, 0);
}

static int time_text(const struct locale *locale, DWORD flags, const SYSTEMTIME *time, LPCWSTR format, LPWSTR buffer,
                     int size)
{
    struct out out = { buffer, size, 0 };
    SYSTEMTIME now;

    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(TIME_NOMINUTESORSECONDS | TIME_NOSECONDS | TIME_NOTIMEMARKER | TIME_FORCE24HOURFORMAT |
                  LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
        return fail(ERROR_INVALID_FLAGS);
    if (!time) {
        GetLocalTime(&now);
        time = &now;
    }
    if (time->wHour > 23 || time->wMinute > 59 || time->wSecond > 59 || time->wMilliseconds > 999)
        return fail(ERROR_INVALID_PARAMETER);
    format_time(&out, locale, format ? format : locale_value(locale, V_LOCALE_STIMEFORMAT), time, flags);
    return finish(&out);
}

int WINAPI GetTimeFormatEx(LPCWSTR name, DWORD flags, const SYSTEMTIME *time, LPCWSTR format, LPWSTR buffer, int size)
{
    return time_text(locale_from_name(name), flags, time, format, buffer, size);
}

int WINAPI GetTimeFormatW(LCID lcid, DWORD flags, const SYSTEMTIME *time, LPCWSTR format, LPWSTR buffer, int size)
{
    return time_text(locale_from_lcid(lcid), flags, time, format, buffer, size);
}

/* --- ANSI --- */

typedef int text_function(const struct locale *, DWORD, const SYSTEMTIME *, LPCWSTR, LPWSTR, int);

static int ansi_text(text_function *function, LCID lcid, DWORD flags, const SYSTEMTIME *time, LPCSTR format,
                     LPSTR buffer, int size)
{
    const struct locale *locale = locale_from_lcid(lcid);
    WCHAR *wide_format = NULL, *text;
    int n, result = 0;

    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (format && !(wide_format = wide_dup_ansi(format)))
        return 0;
    n = function(locale, flags, time, wide_format, NULL, 0);
    if (n && (text = kb_alloc(n * sizeof(WCHAR)))) {
        UINT codepage = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_number(locale, V_LOCALE_IDEFAULTANSICODEPAGE);
        if (function(locale, flags, time, wide_format, text, n))
            result = WideCharToMultiByte(codepage, 0, text, n, buffer, size, NULL, NULL);
        kb_free(text);
    }
    kb_free(wide_format);
    return result;
}

int WINAPI GetDateFormatA(LCID lcid, DWORD flags, const SYSTEMTIME *date, LPCSTR format, LPSTR buffer, int size)
{
    return ansi_text(date_text, lcid, flags, date, format, buffer, size);
}

int WINAPI GetTimeFormatA(LCID lcid, DWORD flags, const SYSTEMTIME *time, LPCSTR format, LPSTR buffer, int size)
{
    return ansi_text(time_text, lcid, flags, time, format, buffer, size);
}

/* --- enumeration of pictures --- */

static BOOL date_formats(const struct locale *locale, DWORD flags, const WCHAR **format)
{
    switch (flags & ~LOCALE_USE_CP_ACP) {
    case 0:
    case DATE_SHORTDATE:
        *format = locale_value(locale, V_LOCALE_SSHORTDATE);
        return TRUE;
    case DATE_LONGDATE:
        *format = locale_value(locale, V_LOCALE_SLONGDATE);
        return TRUE;
    case DATE_YEARMONTH:
        *format = locale_value(locale, V_LOCALE_SYEARMONTH);
        return TRUE;
    case DATE_MONTHDAY:
        *format = locale_value(locale, V_LOCALE_SMONTHDAY);
        return TRUE;
    default:
        return fail(ERROR_INVALID_FLAGS);
    }
}

BOOL WINAPI EnumDateFormatsW(DATEFMT_ENUMPROCW proc, LCID lcid, DWORD flags)
{
    const struct locale *locale = locale_from_lcid(lcid);
    const WCHAR *format;

    if (!proc || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (!date_formats(locale, flags, &format))
        return FALSE;
    proc((LPWSTR)format);
    return TRUE;
}

BOOL WINAPI EnumDateFormatsExW(DATEFMT_ENUMPROCEXW proc, LCID lcid, DWORD flags)
{
    const struct locale *locale = locale_from_lcid(lcid);
    const WCHAR *format;

    if (!proc || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (!date_formats(locale, flags, &format))
        return FALSE;
    proc((LPWSTR)format, CAL_GREGORIAN);
    return TRUE;
}

BOOL WINAPI EnumDateFormatsExEx(DATEFMT_ENUMPROCEXEX proc, LPCWSTR name, DWORD flags, LPARAM param)
{
    const struct locale *locale = locale_from_name(name);
    const WCHAR *format;

    if (!proc || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (!date_formats(locale, flags, &format))
        return FALSE;
    proc((LPWSTR)format, CAL_GREGORIAN, param);
    return TRUE;
}

BOOL WINAPI EnumTimeFormatsW(TIMEFMT_ENUMPROCW proc, LCID lcid, DWORD flags)
{
    const struct locale *locale = locale_from_lcid(lcid);

    if (!proc || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(LOCALE_USE_CP_ACP | TIME_NOSECONDS))
        return fail(ERROR_INVALID_FLAGS);
    proc((LPWSTR)locale_value(locale, flags & TIME_NOSECONDS ? V_LOCALE_SSHORTTIME : V_LOCALE_STIMEFORMAT));
    return TRUE;
}

BOOL WINAPI EnumTimeFormatsEx(TIMEFMT_ENUMPROCEX proc, LPCWSTR name, DWORD flags, LPARAM param)
{
    const struct locale *locale = locale_from_name(name);

    if (!proc || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(LOCALE_USE_CP_ACP | TIME_NOSECONDS))
        return fail(ERROR_INVALID_FLAGS);
    proc((LPWSTR)locale_value(locale, flags & TIME_NOSECONDS ? V_LOCALE_SSHORTTIME : V_LOCALE_STIMEFORMAT), param);
    return TRUE;
}
