/* SPDX-License-Identifier: MIT */
/* gmtime, localtime, mktime and their relatives: seconds since 1970 and broken-down times. */
#include "time_private.h"

bool crt_leap_year(__int64 year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Years that begin in March: the leap day is their last, and the days before a month are linear in its number. */
__int64 crt_days_from_date(__int64 year, int month, int day)
{
    year -= month < 2;
    __int64 era = (year >= 0 ? year : year - 399) / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153u * (unsigned)(month + (month > 1 ? -2 : 10)) + 2) / 5 + (unsigned)day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + (__int64)day_of_era - 719468;
}

void crt_date_from_days(__int64 days, struct tm *tm)
{
    __int64 shifted = days + 719468;
    __int64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153;
    __int64 year = (__int64)year_of_era + era * 400 + (month >= 10);

    tm->tm_mday = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    tm->tm_mon = (int)(month < 10 ? month + 2 : month - 10);
    tm->tm_year = (int)(year - 1900);
    tm->tm_wday = (int)(((days + 4) % 7 + 7) % 7);
    tm->tm_yday = (int)(days - crt_days_from_date(year, 0, 1));
}

void crt_tm_from_time(__int64 t, struct tm *tm)
{
    __int64 days = (t >= 0 ? t : t - 86399) / 86400;
    int rest = (int)(t - days * 86400);

    crt_date_from_days(days, tm);
    tm->tm_hour = rest / 3600;
    tm->tm_min = rest / 60 % 60;
    tm->tm_sec = rest % 60;
    tm->tm_isdst = 0;
}

static errno_t invalid_time(struct tm *tm)
{
    memset(tm, 0xff, sizeof(*tm));
    errno = EINVAL;
    return EINVAL;
}

static errno_t gm(struct tm *tm, __int64 t, __int64 max)
{
    if (t < MIN_LOCAL_TIME || t > max + 14 * 3600) /* what a zone may add to the greatest time */
        return invalid_time(tm);
    crt_tm_from_time(t, tm);
    return 0;
}

static errno_t local(struct tm *tm, __int64 t, __int64 max)
{
    if (t < 0 || t > max)
        return invalid_time(tm);
    crt_tz_init();
    crt_tm_from_time(t - crt_timezone, tm);
    if (crt_tz_is_daylight(tm)) {
        crt_tm_from_time(t - crt_timezone - crt_dstbias, tm);
        tm->tm_isdst = 1;
    }
    return 0;
}

#define CONVERSIONS(bits)                                                                                              \
    errno_t __cdecl _gmtime##bits##_s(struct tm *tm, const __time##bits##_t *t)                                        \
    {                                                                                                                  \
        CRT_VALIDATE(tm, EINVAL, EINVAL);                                                                              \
        memset(tm, 0xff, sizeof(*tm));                                                                                 \
        CRT_VALIDATE(t, EINVAL, EINVAL);                                                                               \
        return gm(tm, *t, MAX_TIME##bits);                                                                             \
    }                                                                                                                  \
    errno_t __cdecl _localtime##bits##_s(struct tm *tm, const __time##bits##_t *t)                                     \
    {                                                                                                                  \
        CRT_VALIDATE(tm, EINVAL, EINVAL);                                                                              \
        memset(tm, 0xff, sizeof(*tm));                                                                                 \
        CRT_VALIDATE(t, EINVAL, EINVAL);                                                                               \
        return local(tm, *t, MAX_TIME##bits);                                                                          \
    }                                                                                                                  \
    struct tm *__cdecl _gmtime##bits(const __time##bits##_t *t)                                                        \
    {                                                                                                                  \
        struct tm *tm = &crt_thread()->tm;                                                                             \
        return _gmtime##bits##_s(tm, t) ? NULL : tm;                                                                   \
    }                                                                                                                  \
    struct tm *__cdecl _localtime##bits(const __time##bits##_t *t)                                                     \
    {                                                                                                                  \
        struct tm *tm = &crt_thread()->tm;                                                                             \
        return _localtime##bits##_s(tm, t) ? NULL : tm;                                                                \
    }                                                                                                                  \
    __time##bits##_t __cdecl _mktime##bits(struct tm *tm)                                                              \
    {                                                                                                                  \
        return (__time##bits##_t)make_time(tm, true, MAX_TIME##bits);                                                  \
    }                                                                                                                  \
    __time##bits##_t __cdecl _mkgmtime##bits(struct tm *tm)                                                            \
    {                                                                                                                  \
        return (__time##bits##_t)make_time(tm, false, MAX_TIME##bits);                                                 \
    }

static __int64 make_time(struct tm *tm, bool is_local, __int64 max)
{
    CRT_VALIDATE(tm, EINVAL, -1);
    __int64 months = (__int64)tm->tm_year * 12 + tm->tm_mon, year = (months >= 0 ? months : months - 11) / 12;
    int month = (int)(months - year * 12);
    __int64 t = (crt_days_from_date(year + 1900, month, 1) + tm->tm_mday - 1) * 86400 + tm->tm_hour * 3600ll +
                tm->tm_min * 60ll + tm->tm_sec;
    struct tm result;

    if (is_local) {
        struct tm standard;
        crt_tz_init();
        crt_tm_from_time(t, &standard);
        /* What is told is taken as standard time to see whether daylight time is in force then. */
        bool daylight = tm->tm_isdst > 0 || (tm->tm_isdst < 0 && crt_tz_is_daylight(&standard));
        t += crt_timezone;
        if (daylight)
            t += crt_dstbias;
    }
    if (t < 0 || t > max || (is_local ? local(&result, t, max) : gm(&result, t, max))) {
        errno = EINVAL;
        return -1;
    }
    *tm = result;
    return t;
}

CONVERSIONS(32)
CONVERSIONS(64)

#ifdef CRT_MSVCRT
struct tm *__cdecl crt_gmtime(const __time64_t *t) __asm__("gmtime");
struct tm *__cdecl crt_gmtime(const __time64_t *t)
{
    return _gmtime64(t);
}

struct tm *__cdecl crt_localtime(const __time64_t *t) __asm__("localtime");
struct tm *__cdecl crt_localtime(const __time64_t *t)
{
    return _localtime64(t);
}

__time64_t __cdecl crt_mktime(struct tm *tm) __asm__("mktime");
__time64_t __cdecl crt_mktime(struct tm *tm)
{
    return _mktime64(tm);
}

__time64_t __cdecl crt_mkgmtime(struct tm *tm) __asm__("_mkgmtime");
__time64_t __cdecl crt_mkgmtime(struct tm *tm)
{
    return _mkgmtime64(tm);
}
#endif
