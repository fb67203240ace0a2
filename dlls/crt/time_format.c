/* SPDX-License-Identifier: MIT */
/*
 * strftime and wcsftime, and the texts that they take from a locale. Everything is put together in wide characters; the
 * narrow function converts with the locale's code page.
 */
#include "time_private.h"

#define STRING_COUNT (CRT_TIME_TIME + 1)

static const wchar_t *const c_strings[STRING_COUNT] = {
    L"Sun",      L"Mon",      L"Tue",      L"Wed",       L"Thu",      L"Fri",      L"Sat",
    L"Sunday",   L"Monday",   L"Tuesday",  L"Wednesday", L"Thursday", L"Friday",   L"Saturday",
    L"Jan",      L"Feb",      L"Mar",      L"Apr",       L"May",      L"Jun",      L"Jul",
    L"Aug",      L"Sep",      L"Oct",      L"Nov",       L"Dec",      L"January",  L"February",
    L"March",    L"April",    L"May",      L"June",      L"July",     L"August",   L"September",
    L"October",  L"November", L"December", L"AM",        L"PM",       L"MM/dd/yy", L"dddd, MMMM dd, yyyy",
    L"HH:mm:ss",
};

const wchar_t *const *crt_time_strings(const struct locinfo *loc)
{
    return loc->has_time ? (const wchar_t *const *)loc->time_strings : c_strings;
}

const wchar_t *crt_time_string(const struct locinfo *loc, int index)
{
    return crt_time_strings(loc)[index];
}

/* Where the result goes; beyond `room` it is only counted. */
struct output {
    wchar_t *buf;
    size_t room, used;
    bool invalid;
};

static void put(struct output *o, wchar_t c)
{
    if (o->used < o->room)
        o->buf[o->used] = c;
    o->used++;
}

static void put_text(struct output *o, const wchar_t *s)
{
    while (*s)
        put(o, *s++);
}

/* At least `width` digits; 0: as many as it has. */
static void put_number(struct output *o, int value, int width, wchar_t pad)
{
    wchar_t digits[12];
    int n = 0;
    unsigned rest = value < 0 ? 0u - (unsigned)value : (unsigned)value;

    if (value < 0)
        put(o, '-');
    do {
        digits[n++] = (wchar_t)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    for (int i = n; i < width; i++)
        put(o, pad);
    while (n)
        put(o, digits[--n]);
}

/* A field that must be in range; else the whole call fails, as documented. */
static bool check(struct output *o, int value, int low, int high)
{
    if (value < low || value > high)
        o->invalid = true;
    return !o->invalid;
}

static int hour12(int hour)
{
    return hour % 12 ? hour % 12 : 12;
}

/* A picture such as "dddd, MMMM dd, yyyy" or "h:mm:ss tt" of the national language support. */
static void put_picture(struct output *o, const wchar_t *picture, const struct tm *tm, const wchar_t *const *strings)
{
    while (*picture && !o->invalid) {
        wchar_t c = *picture;
        int count = 1;
        while (picture[count] == c)
            count++;
        switch (c) {
        case '\'':
            for (picture++; *picture && *picture != '\''; picture++)
                put(o, *picture);
            picture += *picture != 0;
            continue;
        case 'd':
            if (count <= 2) {
                if (check(o, tm->tm_mday, 1, 31))
                    put_number(o, tm->tm_mday, count, '0');
            } else if (check(o, tm->tm_wday, 0, 6)) {
                put_text(o, strings[(count == 3 ? CRT_TIME_WDAY_ABBR : CRT_TIME_WDAY) + tm->tm_wday]);
            }
            break;
        case 'M':
            if (!check(o, tm->tm_mon, 0, 11))
                return;
            if (count <= 2)
                put_number(o, tm->tm_mon + 1, count, '0');
            else
                put_text(o, strings[(count == 3 ? CRT_TIME_MONTH_ABBR : CRT_TIME_MONTH) + tm->tm_mon]);
            break;
        case 'y':
            if (!check(o, tm->tm_year, -1900, 8099))
                return;
            if (count <= 2)
                put_number(o, (tm->tm_year + 1900) % 100, count, '0');
            else
                put_number(o, tm->tm_year + 1900, 4, '0');
            break;
        case 'h':
            if (check(o, tm->tm_hour, 0, 23))
                put_number(o, hour12(tm->tm_hour), count > 1 ? 2 : 1, '0');
            break;
        case 'H':
            if (check(o, tm->tm_hour, 0, 23))
                put_number(o, tm->tm_hour, count > 1 ? 2 : 1, '0');
            break;
        case 'm':
            if (check(o, tm->tm_min, 0, 59))
                put_number(o, tm->tm_min, count > 1 ? 2 : 1, '0');
            break;
        case 's':
            if (check(o, tm->tm_sec, 0, CRT_IS_UCRT ? 60 : 59))
                put_number(o, tm->tm_sec, count > 1 ? 2 : 1, '0');
            break;
        case 't':
            if (check(o, tm->tm_hour, 0, 23)) {
                const wchar_t *half = strings[tm->tm_hour < 12 ? CRT_TIME_AM : CRT_TIME_PM];
                if (count == 1 && *half)
                    put(o, *half);
                else
                    put_text(o, half);
            }
            break;
        default:
            for (int i = 0; i < count; i++)
                put(o, c);
        }
        picture += count;
    }
}

/* ISO 8601: the week's number, and the year it belongs to. */
static int iso_week(const struct tm *tm, int *year)
{
    int weekday = (tm->tm_wday + 6) % 7; /* Monday 0 */
    int week = (tm->tm_yday - weekday + 10) / 7;

    *year = tm->tm_year + 1900;
    if (week < 1) {
        --*year;
        int last = tm->tm_yday + 365 + crt_leap_year(*year);
        week = (last - weekday + 10) / 7;
    } else if (week == 53) {
        int days = 365 + crt_leap_year(*year);
        if (tm->tm_yday - weekday + 3 >= days) {
            week = 1;
            ++*year;
        }
    }
    return week;
}

static void put_zone_offset(struct output *o, const struct tm *tm)
{
    crt_tz_init();
    long seconds = crt_timezone + (tm->tm_isdst > 0 ? crt_dstbias : 0);
    long minutes = labs(seconds) / 60;

    put(o, seconds > 0 ? '-' : '+');
    put_number(o, (int)(minutes / 60), 2, '0');
    put_number(o, (int)(minutes % 60), 2, '0');
}

static void put_codes(struct output *o, const wchar_t *format, const struct tm *tm, const wchar_t *const *strings);

/* One code behind '%' (and '#', and UCRT's E or O). What only the universal runtime knows is invalid in msvcrt.dll. */
static void put_code(struct output *o, wchar_t code, bool alternate, const struct tm *tm, const wchar_t *const *strings)
{
    int width = alternate ? 0 : 2, year;

    if (!CRT_IS_UCRT && wcschr(L"CDeFgGhnrRtTuV", code)) {
        o->invalid = true;
        return;
    }
    switch (code) {
    case 'a':
    case 'A':
        if (check(o, tm->tm_wday, 0, 6))
            put_text(o, strings[(code == 'a' ? CRT_TIME_WDAY_ABBR : CRT_TIME_WDAY) + tm->tm_wday]);
        break;
    case 'b':
    case 'h':
    case 'B':
        if (check(o, tm->tm_mon, 0, 11))
            put_text(o, strings[(code == 'B' ? CRT_TIME_MONTH : CRT_TIME_MONTH_ABBR) + tm->tm_mon]);
        break;
    case 'c':
        if (alternate) {
            put_picture(o, strings[CRT_TIME_LONG_DATE], tm, strings);
        } else if (CRT_IS_UCRT && strings == c_strings) {
            put_codes(o, L"%a %b %e %H:%M:%S %Y", tm, strings);
            break;
        } else {
            put_picture(o, strings[CRT_TIME_SHORT_DATE], tm, strings);
        }
        put(o, ' ');
        put_picture(o, strings[CRT_TIME_TIME], tm, strings);
        break;
    case 'C':
        if (check(o, tm->tm_year, -1900, 8099))
            put_number(o, (tm->tm_year + 1900) / 100, width, '0');
        break;
    case 'd':
        if (check(o, tm->tm_mday, 1, 31))
            put_number(o, tm->tm_mday, width, '0');
        break;
    case 'D':
        put_codes(o, alternate ? L"%#m/%#d/%#y" : L"%m/%d/%y", tm, strings);
        break;
    case 'e':
        if (check(o, tm->tm_mday, 1, 31))
            put_number(o, tm->tm_mday, width, ' ');
        break;
    case 'F':
        put_codes(o, alternate ? L"%#Y-%#m-%#d" : L"%Y-%m-%d", tm, strings);
        break;
    case 'g':
    case 'G':
    case 'V':
        if (!check(o, tm->tm_year, -1900, 8099) || !check(o, tm->tm_wday, 0, 6) || !check(o, tm->tm_yday, 0, 365))
            break;
        int week = iso_week(tm, &year);
        if (code == 'V')
            put_number(o, week, width, '0');
        else if (code == 'g')
            put_number(o, year % 100, 2, '0');
        else
            put_number(o, year, 4, '0');
        break;
    case 'H':
        if (check(o, tm->tm_hour, 0, 23))
            put_number(o, tm->tm_hour, width, '0');
        break;
    case 'I':
        if (check(o, tm->tm_hour, 0, 23))
            put_number(o, hour12(tm->tm_hour), width, '0');
        break;
    case 'j':
        if (check(o, tm->tm_yday, 0, 365))
            put_number(o, tm->tm_yday + 1, alternate ? 0 : 3, '0');
        break;
    case 'm':
        if (check(o, tm->tm_mon, 0, 11))
            put_number(o, tm->tm_mon + 1, width, '0');
        break;
    case 'M':
        if (check(o, tm->tm_min, 0, 59))
            put_number(o, tm->tm_min, width, '0');
        break;
    case 'n':
        put(o, '\n');
        break;
    case 'p':
        if (check(o, tm->tm_hour, 0, 23))
            put_text(o, strings[tm->tm_hour < 12 ? CRT_TIME_AM : CRT_TIME_PM]);
        break;
    case 'r':
        if (strings == c_strings)
            put_codes(o, alternate ? L"%#I:%#M:%#S %p" : L"%I:%M:%S %p", tm, strings);
        else
            put_picture(o, strings[CRT_TIME_TIME], tm, strings);
        break;
    case 'R':
        put_codes(o, alternate ? L"%#H:%#M" : L"%H:%M", tm, strings);
        break;
    case 'S':
        if (check(o, tm->tm_sec, 0, CRT_IS_UCRT ? 60 : 59))
            put_number(o, tm->tm_sec, width, '0');
        break;
    case 't':
        put(o, '\t');
        break;
    case 'T':
        put_codes(o, alternate ? L"%#H:%#M:%#S" : L"%H:%M:%S", tm, strings);
        break;
    case 'u':
        if (check(o, tm->tm_wday, 0, 6))
            put_number(o, tm->tm_wday ? tm->tm_wday : 7, 1, '0');
        break;
    case 'U':
        if (check(o, tm->tm_wday, 0, 6) && check(o, tm->tm_yday, 0, 365))
            put_number(o, (tm->tm_yday + 7 - tm->tm_wday) / 7, width, '0');
        break;
    case 'w':
        if (check(o, tm->tm_wday, 0, 6))
            put_number(o, tm->tm_wday, 1, '0');
        break;
    case 'W':
        if (check(o, tm->tm_wday, 0, 6) && check(o, tm->tm_yday, 0, 365))
            put_number(o, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, width, '0');
        break;
    case 'x':
        put_picture(o, strings[alternate ? CRT_TIME_LONG_DATE : CRT_TIME_SHORT_DATE], tm, strings);
        break;
    case 'X':
        put_picture(o, strings[CRT_TIME_TIME], tm, strings);
        break;
    case 'y':
        if (check(o, tm->tm_year, -1900, 8099))
            put_number(o, (tm->tm_year + 1900) % 100, width, '0');
        break;
    case 'Y':
        if (check(o, tm->tm_year, -1900, 8099))
            put_number(o, tm->tm_year + 1900, alternate ? 0 : 4, '0');
        break;
    case 'z':
    case 'Z':
        if (CRT_IS_UCRT && code == 'z') {
            put_zone_offset(o, tm);
            break;
        }
        crt_tz_init(); /* in msvcrt.dll %z is the name, too */
        put_text(o, crt_tz_name(tm->tm_isdst > 0));
        break;
    case '%':
        put(o, '%');
        break;
    default:
        o->invalid = true;
    }
}

static void put_codes(struct output *o, const wchar_t *format, const struct tm *tm, const wchar_t *const *strings)
{
    for (; *format && !o->invalid; format++) {
        if (*format != '%') {
            put(o, *format);
            continue;
        }
        bool alternate = *++format == '#';
        if (alternate)
            format++;
        if (CRT_IS_UCRT && (*format == 'E' || *format == 'O'))
            format++;
        if (!*format) {
            o->invalid = true;
            return;
        }
        put_code(o, *format, alternate, tm, strings);
    }
}

static size_t format_wide(wchar_t *buf, size_t size, const wchar_t *format, const struct tm *tm,
                          const wchar_t *const *strings)
{
    CRT_VALIDATE(buf && size, EINVAL, 0);
    *buf = 0;
    CRT_VALIDATE(format, EINVAL, 0);
    struct output o = { buf, size, 0, !tm };
    if (tm)
        put_codes(&o, format, tm, strings);
    if (o.invalid || o.used >= size) {
        *buf = 0;
        if (o.invalid)
            CRT_VALIDATE(0, EINVAL, 0);
        errno = ERANGE;
        return 0;
    }
    buf[o.used] = 0;
    return o.used;
}

/* The buffer is filled before its size is known to suffice: its contents are unspecified then, as documented. */
static size_t format_narrow(char *buf, size_t size, const char *format, const struct tm *tm,
                            const wchar_t *const *strings, const struct locinfo *loc)
{
    wchar_t stack[512], *wide = stack;
    UINT cp = loc->has_time ? loc->time_cp : loc->codepage;
    size_t length = 0;

    CRT_VALIDATE(buf && size, EINVAL, 0);
    *buf = 0;
    CRT_VALIDATE(format, EINVAL, 0);
    size_t format_size = strlen(format) + 1;
    size_t wide_size = size < 65536 ? size : 65536;
    if (format_size + wide_size > CRT_COUNTOF(stack) && !(wide = malloc((format_size + wide_size) * sizeof(wchar_t)))) {
        errno = ENOMEM;
        return 0;
    }
    wchar_t *wide_format = wide + wide_size;
    if (cp == CRT_CP_C)
        for (size_t i = 0; i < format_size; i++)
            wide_format[i] = (unsigned char)format[i];
    else
        MultiByteToWideChar(cp, 0, format, -1, wide_format, (int)format_size);
    if (wide_size < size && format_size > 65536)
        errno = ERANGE; /* absurd; the text does not fit the intermediate buffer */
    else
        length = format_wide(wide, wide_size, wide_format, tm, strings);
    if (length) {
        size_t n = 0;
        if (cp == CRT_CP_C) {
            for (; n < length; n++)
                buf[n] = wide[n] < 256 ? (char)wide[n] : '?';
        } else {
            n = (size_t)WideCharToMultiByte(cp, 0, wide, (int)length, buf, (int)(size - 1), NULL, NULL);
            if (!n)
                errno = ERANGE;
        }
        buf[n] = 0;
        length = n;
    }
    if (wide != stack)
        free(wide);
    return length;
}

size_t __cdecl _wcsftime_l(wchar_t *buf, size_t size, const wchar_t *format, const struct tm *tm, _locale_t locale)
{
    return format_wide(buf, size, format, tm, crt_time_strings(crt_loc(locale)));
}

size_t __cdecl wcsftime(wchar_t *buf, size_t size, const wchar_t *format, const struct tm *tm)
{
    return _wcsftime_l(buf, size, format, tm, NULL);
}

size_t __cdecl _strftime_l(char *buf, size_t size, const char *format, const struct tm *tm, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    return format_narrow(buf, size, format, tm, crt_time_strings(loc), loc);
}

size_t __cdecl strftime(char *buf, size_t size, const char *format, const struct tm *tm)
{
    return _strftime_l(buf, size, format, tm, NULL);
}

/* ---- for the C++ library: copies of a locale's texts, which the caller frees ---- */

struct time_names {
    const wchar_t *strings[STRING_COUNT];
    wchar_t texts[];
};

void *__cdecl _W_Gettnames(void)
{
    const wchar_t *const *strings = crt_time_strings(crt_loc(NULL));
    size_t units = 0;

    for (int i = 0; i < STRING_COUNT; i++)
        units += wcslen(strings[i]) + 1;
    struct time_names *names = malloc(sizeof(*names) + units * sizeof(wchar_t));
    if (!names)
        return NULL;
    wchar_t *p = names->texts;
    for (int i = 0; i < STRING_COUNT; i++) {
        names->strings[i] = p;
        wcscpy(p, strings[i]);
        p += wcslen(p) + 1;
    }
    return names;
}

void *__cdecl _Gettnames(void)
{
    return _W_Gettnames();
}

size_t __cdecl _Strftime(char *buf, size_t size, const char *format, const struct tm *tm, void *names)
{
    const struct locinfo *loc = crt_loc(NULL);
    return format_narrow(buf, size, format, tm, names ? ((struct time_names *)names)->strings : crt_time_strings(loc),
                         loc);
}

size_t __cdecl _Wcsftime(wchar_t *buf, size_t size, const wchar_t *format, const struct tm *tm, void *names)
{
    return format_wide(buf, size, format, tm,
                       names ? ((struct time_names *)names)->strings : crt_time_strings(crt_loc(NULL)));
}

/* ":Sun:Sunday:Mon:Monday..." */
static wchar_t *join(int abbreviated, int full, int count)
{
    const wchar_t *const *strings = crt_time_strings(crt_loc(NULL));
    size_t units = 1;

    for (int i = 0; i < count; i++)
        units += wcslen(strings[abbreviated + i]) + wcslen(strings[full + i]) + 2;
    wchar_t *text = malloc(units * sizeof(wchar_t)), *p = text;
    for (int i = 0; text && i < count; i++) {
        *p++ = ':';
        wcscpy(p, strings[abbreviated + i]);
        p += wcslen(p);
        *p++ = ':';
        wcscpy(p, strings[full + i]);
        p += wcslen(p);
    }
    return text;
}

static char *narrowed(wchar_t *text)
{
    const struct locinfo *loc = crt_loc(NULL);
    UINT cp = loc->has_time ? loc->time_cp : CP_ACP;
    int n = text ? WideCharToMultiByte(cp, 0, text, -1, NULL, 0, NULL, NULL) : 0;
    char *narrow = n ? malloc((size_t)n) : NULL;

    if (narrow)
        WideCharToMultiByte(cp, 0, text, -1, narrow, n, NULL, NULL);
    free(text);
    return narrow;
}

wchar_t *__cdecl _W_Getdays(void)
{
    return join(CRT_TIME_WDAY_ABBR, CRT_TIME_WDAY, 7);
}

wchar_t *__cdecl _W_Getmonths(void)
{
    return join(CRT_TIME_MONTH_ABBR, CRT_TIME_MONTH, 12);
}

char *__cdecl _Getdays(void)
{
    return narrowed(_W_Getdays());
}

char *__cdecl _Getmonths(void)
{
    return narrowed(_W_Getmonths());
}
