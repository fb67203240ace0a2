/* SPDX-License-Identifier: MIT */
/* The time zone: _tzset, the variables that it sets, and whether a time is daylight time. */
#include "time_private.h"

#define NAME_SIZE 64

long crt_timezone = 8 * 60 * 60; /* documented defaults */
long crt_dstbias = -60 * 60;
int crt_daylight = 1;
static char narrow_names[2][NAME_SIZE] = { "PST", "PDT" };
char *crt_tzname[2] = { narrow_names[0], narrow_names[1] };
static wchar_t wide_names[2][NAME_SIZE] = { L"PST", L"PDT" };

static TIME_ZONE_INFORMATION system_zone;
static bool from_system;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

/* "PST8PDT", "GST-1GDT", "IST-5:30". Other forms (of Unix systems) name zones that the system's setting stands for. */
static bool parse_tz(const wchar_t *tz)
{
    long parts[3] = { 0 };
    bool negative = false;

    for (int i = 0; i < 3; i++)
        if (!iswctype(tz[i], _ALPHA))
            return false;
    memset(wide_names, 0, sizeof(wide_names));
    memcpy(wide_names[0], tz, 3 * sizeof(wchar_t));
    tz += 3;
    if (*tz && *tz != '+' && *tz != '-' && !(*tz >= '0' && *tz <= '9'))
        return false;
    if (*tz == '+' || *tz == '-')
        negative = *tz++ == '-';
    for (int i = 0; i < 3; i++) {
        for (; *tz >= '0' && *tz <= '9'; tz++)
            parts[i] = parts[i] * 10 + *tz - '0';
        if (*tz != ':')
            break;
        tz++;
    }
    crt_timezone = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (negative)
        crt_timezone = -crt_timezone;
    crt_daylight = *tz != 0;
    crt_dstbias = crt_daylight ? -3600 : 0;
    if (crt_daylight)
        wcsncpy(wide_names[1], tz, 3);
    return true;
}

static void ask_system(void)
{
    DWORD id = GetTimeZoneInformation(&system_zone);

    if (id == TIME_ZONE_ID_INVALID)
        return;
    from_system = true;
    crt_timezone = system_zone.Bias * 60;
    if (system_zone.StandardDate.wMonth)
        crt_timezone += system_zone.StandardBias * 60;
    crt_daylight = system_zone.DaylightDate.wMonth && system_zone.DaylightBias;
    crt_dstbias = crt_daylight ? (system_zone.DaylightBias - system_zone.StandardBias) * 60 : 0;
    wcsncpy(wide_names[0], system_zone.StandardName, NAME_SIZE - 1);
    wcsncpy(wide_names[1], system_zone.DaylightName, NAME_SIZE - 1);
}

static void set_zone(void)
{
    wchar_t tz[128];
    DWORD n = GetEnvironmentVariableW(L"TZ", tz, CRT_COUNTOF(tz));
    UINT cp = crt_loc(NULL)->codepage;

    from_system = false;
    if (!n || n >= CRT_COUNTOF(tz) || !parse_tz(tz))
        ask_system();
    for (int i = 0; i < 2; i++) {
        BOOL defaulted = FALSE;
        int size = WideCharToMultiByte(cp ? cp : CP_ACP, 0, wide_names[i], -1, narrow_names[i], NAME_SIZE - 1, NULL,
                                       cp == CP_UTF8 || (!cp && GetACP() == CP_UTF8) ? NULL : &defaulted);
        if (!size || defaulted)
            narrow_names[i][0] = 0;
    }
}

void __cdecl _tzset(void)
{
    crt_lock(LOCK_TIME);
    set_zone();
    crt_unlock(LOCK_TIME);
}

static BOOL WINAPI first_time(INIT_ONCE *init, void *parameter, void **context)
{
    (void)init, (void)parameter, (void)context;
    _tzset();
    return TRUE;
}

void crt_tz_init(void)
{
    InitOnceExecuteOnce(&once, first_time, NULL, NULL);
}

const wchar_t *crt_tz_name(bool daylight)
{
    return wide_names[daylight];
}

/* ---- daylight time ---- */

/* Seconds since the year's beginning of a change given as "the nth weekday of a month" (5: the last). */
static long change_in_year(int year, int month, int week, int weekday, long seconds)
{
    __int64 begin = crt_days_from_date(year, 0, 1), first = crt_days_from_date(year, month - 1, 1);
    __int64 next = month == 12 ? crt_days_from_date(year + 1, 0, 1) : crt_days_from_date(year, month, 1);
    int first_weekday = (int)((first % 7 + 7 + 4) % 7); /* 1 January 1970 was a Thursday */
    __int64 day = first + (weekday - first_weekday + 7) % 7 + 7 * (week - 1);

    while (day >= next)
        day -= 7;
    return (long)(day - begin) * 86400 + seconds;
}

static long system_change(const SYSTEMTIME *st, int year)
{
    long seconds = st->wHour * 3600 + st->wMinute * 60 + st->wSecond;

    if (st->wYear) /* one date, in that year only */
        return (long)(crt_days_from_date(year, st->wMonth - 1, st->wDay) - crt_days_from_date(year, 0, 1)) * 86400 +
               seconds;
    return change_in_year(year, st->wMonth, st->wDay, st->wDayOfWeek, seconds);
}

/* `standard` is local standard time, in range. The rules of today count for all years, as documented. */
bool crt_tz_is_daylight(const struct tm *standard)
{
    int year = standard->tm_year + 1900;
    long now = standard->tm_yday * 86400l + standard->tm_hour * 3600 + standard->tm_min * 60 + standard->tm_sec;
    long begin, end;

    if (!crt_daylight)
        return false;
    if (from_system) {
        if ((system_zone.DaylightDate.wYear && system_zone.DaylightDate.wYear != year) ||
            (system_zone.StandardDate.wYear && system_zone.StandardDate.wYear != year))
            return false;
        begin = system_change(&system_zone.DaylightDate, year);
        end = system_change(&system_zone.StandardDate, year);
    } else if (year >= 2007) {
        begin = change_in_year(year, 3, 2, 0, 7200);
        end = change_in_year(year, 11, 1, 0, 7200);
    } else {
        begin = change_in_year(year, 4, 1, 0, 7200);
        end = change_in_year(year, 10, 5, 0, 7200);
    }
    end += crt_dstbias; /* it is told in daylight time */
    if (begin < end)
        return now >= begin && now < end;
    return now >= begin || now < end;
}

/* ---- access ---- */

errno_t __cdecl _get_daylight(int *value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = crt_daylight;
    return 0;
}

errno_t __cdecl _get_dstbias(long *value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = crt_dstbias;
    return 0;
}

errno_t __cdecl _get_timezone(long *value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = crt_timezone;
    return 0;
}

errno_t __cdecl _get_tzname(size_t *needed, char *buf, size_t size, int index)
{
    CRT_VALIDATE(needed && ((buf && size) || (!buf && !size)) && (index == 0 || index == 1), EINVAL, EINVAL);
    if (buf)
        *buf = 0;
    *needed = strlen(crt_tzname[index]) + 1;
    if (!buf)
        return 0;
    if (*needed > size)
        return ERANGE;
    memcpy(buf, crt_tzname[index], *needed);
    return 0;
}

#ifdef CRT_UCRT
int *__cdecl __daylight(void)
{
    return &crt_daylight;
}

long *__cdecl __dstbias(void)
{
    return &crt_dstbias;
}

long *__cdecl __timezone(void)
{
    return &crt_timezone;
}

char **__cdecl __tzname(void)
{
    return crt_tzname;
}
#else
int *__cdecl __p__daylight(void)
{
    return &crt_daylight;
}

long *__cdecl __p__dstbias(void)
{
    return &crt_dstbias;
}

long *__cdecl __p__timezone(void)
{
    return &crt_timezone;
}

char **__cdecl __p__tzname(void)
{
    return crt_tzname;
}
#endif
