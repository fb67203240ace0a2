/* SPDX-License-Identifier: MIT */
/* What time it is: time, clock, _ftime, timespec_get, _getsystime, _strdate, _strtime. */
#include "time_private.h"

static __int64 filetime_now(void)
{
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now);
    return (__int64)((unsigned __int64)now.dwHighDateTime << 32 | now.dwLowDateTime) - EPOCH_IN_FILETIME;
}

__time64_t __cdecl _time64(__time64_t *out)
{
    __time64_t t = filetime_now() / 10000000;

    if (out)
        *out = t;
    return t;
}

__time32_t __cdecl _time32(__time32_t *out)
{
    __time64_t t = _time64(NULL);
    __time32_t narrow = t > MAX_TIME32 ? -1 : (__time32_t)t;

    if (out)
        *out = narrow;
    return narrow;
}

double __cdecl _difftime64(__time64_t end, __time64_t begin)
{
    CRT_VALIDATE(begin >= 0 && end >= 0, EINVAL, 0);
    return (double)(end - begin);
}

double __cdecl _difftime32(__time32_t end, __time32_t begin)
{
    CRT_VALIDATE(begin >= 0 && end >= 0, EINVAL, 0);
    return (double)end - (double)begin;
}

/* Time since the process began, in thousandths of a second (not the processor's time, as documented). */
clock_t __cdecl clock(void)
{
    FILETIME created, unused;

    if (!GetProcessTimes(GetCurrentProcess(), &created, &unused, &unused, &unused))
        return -1;
    __int64 begin = (__int64)((unsigned __int64)created.dwHighDateTime << 32 | created.dwLowDateTime);
    return (clock_t)((filetime_now() + EPOCH_IN_FILETIME - begin) / 10000);
}

static void fill_zone(short *zone, short *daylight, __int64 t)
{
    struct tm tm;

    crt_tz_init();
    *zone = (short)(crt_timezone / 60);
    *daylight = (short)(!_localtime64_s(&tm, &t) && tm.tm_isdst > 0);
}

errno_t __cdecl _ftime64_s(struct __timeb64 *out)
{
    CRT_VALIDATE(out, EINVAL, EINVAL);
    __int64 now = filetime_now();
    out->time = now / 10000000;
    out->millitm = (unsigned short)(now / 10000 % 1000);
    fill_zone(&out->timezone, &out->dstflag, out->time);
    return 0;
}

errno_t __cdecl _ftime32_s(struct __timeb32 *out)
{
    CRT_VALIDATE(out, EINVAL, EINVAL);
    struct __timeb64 wide;
    _ftime64_s(&wide);
    out->time = (__time32_t)wide.time;
    out->millitm = wide.millitm;
    out->timezone = wide.timezone;
    out->dstflag = wide.dstflag;
    return 0;
}

void __cdecl _ftime64(struct __timeb64 *out)
{
    _ftime64_s(out);
}

void __cdecl _ftime32(struct __timeb32 *out)
{
    _ftime32_s(out);
}

struct crt_timespec64 {
    __time64_t tv_sec;
    long tv_nsec;
};

struct crt_timespec32 {
    __time32_t tv_sec;
    long tv_nsec;
};

#define BASE_UTC 1 /* TIME_UTC */

int __cdecl _timespec64_get(struct crt_timespec64 *out, int base)
{
    CRT_VALIDATE(out, EINVAL, 0);
    if (base != BASE_UTC)
        return 0;
    __int64 now = filetime_now();
    out->tv_sec = now / 10000000;
    out->tv_nsec = (long)(now % 10000000 * 100);
    return base;
}

int __cdecl _timespec32_get(struct crt_timespec32 *out, int base)
{
    struct crt_timespec64 wide;

    CRT_VALIDATE(out, EINVAL, 0);
    if (!_timespec64_get(&wide, base) || wide.tv_sec > MAX_TIME32)
        return 0;
    out->tv_sec = (__time32_t)wide.tv_sec;
    out->tv_nsec = wide.tv_nsec;
    return base;
}

unsigned __cdecl _getsystime(struct tm *tm)
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    tm->tm_year = now.wYear - 1900;
    tm->tm_mon = now.wMonth - 1;
    tm->tm_mday = now.wDay;
    tm->tm_wday = now.wDayOfWeek;
    tm->tm_yday = (int)(crt_days_from_date(now.wYear, now.wMonth - 1, now.wDay) - crt_days_from_date(now.wYear, 0, 1));
    tm->tm_hour = now.wHour;
    tm->tm_min = now.wMinute;
    tm->tm_sec = now.wSecond;
    tm->tm_isdst = -1;
    return now.wMilliseconds;
}

unsigned __cdecl _setsystime(struct tm *tm, unsigned milliseconds)
{
    SYSTEMTIME st = { .wYear = (WORD)(tm->tm_year + 1900),
                      .wMonth = (WORD)(tm->tm_mon + 1),
                      .wDay = (WORD)tm->tm_mday,
                      .wHour = (WORD)tm->tm_hour,
                      .wMinute = (WORD)tm->tm_min,
                      .wSecond = (WORD)tm->tm_sec,
                      .wMilliseconds = (WORD)milliseconds };

    return SetLocalTime(&st) ? 0 : GetLastError();
}

/* "mm/dd/yy" and "hh:mm:ss" in nine characters. */
static void three_pairs(char out[9], int a, int b, int c, char separator)
{
    int parts[3] = { a, b, c };

    for (int i = 0; i < 3; i++) {
        out[i * 3] = (char)('0' + parts[i] / 10 % 10);
        out[i * 3 + 1] = (char)('0' + parts[i] % 10);
        out[i * 3 + 2] = i < 2 ? separator : 0;
    }
}

static void date_text(char out[9])
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    three_pairs(out, now.wMonth, now.wDay, now.wYear % 100, '/');
}

static void time_text(char out[9])
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    three_pairs(out, now.wHour, now.wMinute, now.wSecond, ':');
}

#define NOW_TEXT(CH, NAME, TEXT)                                                                                       \
    errno_t __cdecl NAME##_s(CH *buf, size_t size)                                                                     \
    {                                                                                                                  \
        char text[9];                                                                                                  \
        CRT_VALIDATE(buf &&size, EINVAL, EINVAL);                                                                      \
        *buf = 0;                                                                                                      \
        CRT_VALIDATE(size >= sizeof(text), ERANGE, ERANGE);                                                            \
        TEXT(text);                                                                                                    \
        for (unsigned i = 0; i < sizeof(text); i++)                                                                    \
            buf[i] = (CH)text[i];                                                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
    CH *__cdecl NAME(CH *buf)                                                                                          \
    {                                                                                                                  \
        return NAME##_s(buf, 9) ? NULL : buf;                                                                          \
    }

NOW_TEXT(char, _strdate, date_text)
NOW_TEXT(char, _strtime, time_text)
NOW_TEXT(wchar_t, _wstrdate, date_text)
NOW_TEXT(wchar_t, _wstrtime, time_text)

/* ---- asctime, ctime ---- */

/* "Sat Nov 21 14:42:14 2026\n", always English. UCRT pads the day with a blank, msvcrt with a zero. */
static errno_t ascii_time(char out[26], const struct tm *tm)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int year = tm->tm_year + 1900;

    if (tm->tm_year < 0 || year > 9999 || (unsigned)tm->tm_mon > 11 || tm->tm_mday < 1 || tm->tm_mday > 31 ||
        (unsigned)tm->tm_hour > 23 || (unsigned)tm->tm_min > 59 || (unsigned)tm->tm_sec > 60 ||
        (unsigned)tm->tm_wday > 6)
        return EINVAL;
    memcpy(out, days + tm->tm_wday * 3, 3);
    out[3] = ' ';
    memcpy(out + 4, months + tm->tm_mon * 3, 3);
    out[7] = ' ';
    out[8] = (char)(tm->tm_mday < 10 && CRT_IS_UCRT ? ' ' : '0' + tm->tm_mday / 10);
    out[9] = (char)('0' + tm->tm_mday % 10);
    out[10] = ' ';
    three_pairs(out + 11, tm->tm_hour, tm->tm_min, tm->tm_sec, ':');
    out[19] = ' ';
    for (int i = 23; i >= 20; i--, year /= 10)
        out[i] = (char)('0' + year % 10);
    out[24] = '\n';
    out[25] = 0;
    return 0;
}

#define ASCII_TIME(CH, ASCTIME, CTIME, BUFFER)                                                                         \
    errno_t __cdecl ASCTIME##_s(CH *buf, size_t size, const struct tm *tm)                                             \
    {                                                                                                                  \
        char text[26];                                                                                                 \
        CRT_VALIDATE(buf &&size, EINVAL, EINVAL);                                                                      \
        *buf = 0;                                                                                                      \
        CRT_VALIDATE(size >= sizeof(text), EINVAL, EINVAL);                                                            \
        CRT_VALIDATE(tm && !ascii_time(text, tm), EINVAL, EINVAL);                                                     \
        for (unsigned i = 0; i < sizeof(text); i++)                                                                    \
            buf[i] = (CH)text[i];                                                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
    CH *__cdecl ASCTIME(const struct tm *tm)                                                                           \
    {                                                                                                                  \
        CH *buf = crt_thread()->BUFFER;                                                                                \
        return ASCTIME##_s(buf, 26, tm) ? NULL : buf;                                                                  \
    }                                                                                                                  \
    CTIMES(CH, ASCTIME, CTIME##32, __time32_t, _localtime32_s)                                                         \
    CTIMES(CH, ASCTIME, CTIME##64, __time64_t, _localtime64_s)

#define CTIMES(CH, ASCTIME, CTIME, TIME, LOCAL)                                                                        \
    errno_t __cdecl CTIME##_s(CH *buf, size_t size, const TIME *t)                                                     \
    {                                                                                                                  \
        struct tm tm;                                                                                                  \
        CRT_VALIDATE(buf &&size, EINVAL, EINVAL);                                                                      \
        *buf = 0;                                                                                                      \
        CRT_VALIDATE(size >= 26 && t, EINVAL, EINVAL);                                                                 \
        errno_t error = LOCAL(&tm, t);                                                                                 \
        return error ? error : ASCTIME##_s(buf, size, &tm);                                                            \
    }                                                                                                                  \
    CH *__cdecl CTIME(const TIME *t)                                                                                   \
    {                                                                                                                  \
        struct tm tm;                                                                                                  \
        CRT_VALIDATE(t, EINVAL, NULL);                                                                                 \
        return LOCAL(&tm, t) ? NULL : ASCTIME(&tm);                                                                    \
    }

ASCII_TIME(char, asctime, _ctime, asctime_buffer)
ASCII_TIME(wchar_t, _wasctime, _wctime, wasctime_buffer)

#ifdef CRT_MSVCRT
__time64_t __cdecl crt_time(__time64_t *out) __asm__("time");
__time64_t __cdecl crt_time(__time64_t *out)
{
    return _time64(out);
}

double __cdecl crt_difftime(__time64_t end, __time64_t begin) __asm__("difftime");
double __cdecl crt_difftime(__time64_t end, __time64_t begin)
{
    return _difftime64(end, begin);
}

void __cdecl crt_ftime(struct __timeb64 *out) __asm__("_ftime");
void __cdecl crt_ftime(struct __timeb64 *out)
{
    _ftime64_s(out);
}

char *__cdecl crt_ctime(const __time64_t *t) __asm__("ctime");
char *__cdecl crt_ctime(const __time64_t *t)
{
    return _ctime64(t);
}

wchar_t *__cdecl crt_wctime(const __time64_t *t) __asm__("_wctime");
wchar_t *__cdecl crt_wctime(const __time64_t *t)
{
    return _wctime64(t);
}
#endif
