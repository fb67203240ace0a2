/* SPDX-License-Identifier: MIT */
/* time.h: conversions, formats, the time zone ("Time management"). */
#include "crt.h"
#include <sys/timeb.h>
#include <time.h>

static void test_gmtime(void)
{
    static const struct {
        __time64_t t;
        int year, month, day, hour, minute, second, weekday, yearday;
    } cases[] = {
        { 0, 70, 0, 1, 0, 0, 0, 4, 0 },
        { 951782399, 100, 1, 28, 23, 59, 59, 1, 58 },
        { 951782400, 100, 1, 29, 0, 0, 0, 2, 59 },
        { 1000000000, 101, 8, 9, 1, 46, 40, 0, 251 },
        { 4107542400ll, 200, 2, 1, 0, 0, 0, 1, 59 },
        { 32535215999ll, 1100, 11, 31, 23, 59, 59, 3, 364 },
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tm *tm = _gmtime64(&cases[i].t);
        if (!ok(tm, "%lld: error %d", cases[i].t, errno))
            continue;
        ok(tm->tm_year == cases[i].year && tm->tm_mon == cases[i].month && tm->tm_mday == cases[i].day,
           "%lld: %d-%d-%d", cases[i].t, tm->tm_year, tm->tm_mon, tm->tm_mday);
        ok(tm->tm_hour == cases[i].hour && tm->tm_min == cases[i].minute && tm->tm_sec == cases[i].second,
           "%lld: %d:%d:%d", cases[i].t, tm->tm_hour, tm->tm_min, tm->tm_sec);
        ok_int(tm->tm_wday, cases[i].weekday);
        ok_int(tm->tm_yday, cases[i].yearday);
        ok_int(tm->tm_isdst, 0);
        struct tm copy = *tm;
        ok_int(_mkgmtime64(&copy), cases[i].t);
    }
    IGNORE_INVALID_PARAMETERS();
    __time64_t bad = -100000;
    ok(!_gmtime64(&bad), "accepted");
    ok_int(errno, EINVAL);
}

static void test_zone(void)
{
    /* "tzn [+|-]hh[:mm[:ss]] [dzn]", with the rules of the United States */
    _putenv("TZ=PST8PDT");
    _tzset();
    __time64_t summer = 1594814400, winter = 1579000000; /* 2020-07-15 12:00 and 2020-01-14 11:06:40 UTC */
    struct tm *tm = _localtime64(&summer), copy;
    ok_int(tm->tm_hour, 5);
    ok_int(tm->tm_isdst, 1);
    copy = *tm;
    ok_int(_mktime64(&copy), summer);
    copy.tm_isdst = -1;
    ok_int(_mktime64(&copy), summer);
    tm = _localtime64(&winter);
    ok_int(tm->tm_hour, 3);
    ok_int(tm->tm_isdst, 0);
    copy = *tm;
    copy.tm_isdst = -1;
    ok_int(_mktime64(&copy), winter);
#ifdef _UCRT
    long seconds, bias;
    int daylight;
    char name[10];
    size_t size;
    _get_timezone(&seconds);
    _get_dstbias(&bias);
    _get_daylight(&daylight);
    ok_int(seconds, 28800);
    ok_int(bias, -3600);
    ok_int(daylight, 1);
    ok_int(_get_tzname(&size, name, sizeof(name), 1), 0);
    ok_str(name, "PDT");
#else
    ok_int(_timezone, 28800);
    ok_int(_daylight, 1);
    ok_str(_tzname[0], "PST");
#endif
    /* the change: 2020-03-08 02:00 */
    __time64_t change = 1583661600;
    change--;
    tm = _localtime64(&change);
    ok_int(tm->tm_hour, 1);
    change++;
    tm = _localtime64(&change);
    ok_int(tm->tm_hour, 3);
    ok_int(tm->tm_isdst, 1);
    __time64_t back = 1604221200; /* 2020-11-01 09:00 UTC */
    tm = _localtime64(&back);
    ok_int(tm->tm_hour, 1);
    ok_int(tm->tm_isdst, 0);
    back--;
    tm = _localtime64(&back);
    ok_int(tm->tm_hour, 1);
    ok_int(tm->tm_isdst, 1);
    _putenv("TZ=XYZ-5:30");
    _tzset();
    tm = _localtime64(&winter);
    ok_int(tm->tm_hour, 16);
    ok_int(tm->tm_min, 36);
    _putenv("TZ=UTC");
    _tzset();
}

static void test_mktime(void)
{
    struct tm tm = { .tm_year = 124, .tm_mon = 13, .tm_mday = 31, .tm_hour = -1, .tm_isdst = -1 };

    ok_int(_mktime64(&tm), 1740956400); /* February 31st less an hour: 2025-03-02 23:00 */
    ok_int(tm.tm_mon, 2);
    ok_int(tm.tm_mday, 2);
    ok_int(tm.tm_hour, 23);
    ok_int(tm.tm_wday, 0);
    struct tm early = { .tm_year = 60, .tm_mday = 1 };
    ok_int(_mktime64(&early), -1);
}

static void test_formats(void)
{
    struct tm tm = {
        .tm_year = 109, .tm_mon = 1, .tm_mday = 3, .tm_hour = 14, .tm_min = 5, .tm_sec = 9, .tm_wday = 2, .tm_yday = 33
    };
    char buf[200];
    wchar_t wide[64];

    ok_int(strftime(buf, sizeof(buf), "%a %A %b %B %d %H %I %j %m %M %p %S %w %y %Y %%", &tm), 61);
    ok_str(buf, "Tue Tuesday Feb February 03 14 02 034 02 05 PM 09 2 09 2009 %");
    ok(strftime(buf, sizeof(buf), "%U %W %x %X", &tm), "strftime");
    ok_str(buf, "05 05 02/03/09 14:05:09");
    ok(strftime(buf, sizeof(buf), "%#d %#m %#H %#y %#x", &tm), "strftime");
    ok_str(buf, "3 2 14 9 Tuesday, February 03, 2009");
    ok(strftime(buf, sizeof(buf), "%c", &tm), "strftime");
    ok_str(buf, IS_UCRT ? "Tue Feb  3 14:05:09 2009" : "02/03/09 14:05:09");
    ok_int(strftime(buf, 5, "%Y", &tm), 4);
    ok_int(strftime(buf, 4, "%Y", &tm), 0);
    ok(wcsftime(wide, 64, L"%Y-%m-%d", &tm), "wcsftime");
    ok_wstr(wide, L"2009-02-03");
    ok_str(asctime(&tm), IS_UCRT ? "Tue Feb  3 14:05:09 2009\n" : "Tue Feb 03 14:05:09 2009\n");
    IGNORE_INVALID_PARAMETERS();
    struct tm bad = tm;
    bad.tm_mon = 12;
    ok_int(strftime(buf, sizeof(buf), "%b", &bad), 0);
    ok_int(errno, EINVAL);
#ifdef _UCRT
    const char *volatile newer = "%C %D %e %F %g %G %h %n %R %t %T %u %V %r", *volatile week = "%G-%V";
    ok(strftime(buf, sizeof(buf), newer, &tm), "strftime");
    ok_str(buf, "20 02/03/09  3 2009-02-03 09 2009 Feb \n 14:05 \t 14:05:09 2 06 02:05:09 PM");
    static const struct {
        int year, month, day;
        const char *expected;
    } weeks[] = { { 2008, 12, 29, "2009-01" },
                  { 2010, 1, 3, "2009-53" },
                  { 2012, 1, 1, "2011-52" },
                  { 2018, 12, 31, "2019-01" },
                  { 2021, 1, 1, "2020-53" } };
    for (unsigned i = 0; i < 5; i++) {
        struct tm day = {
            .tm_year = weeks[i].year - 1900, .tm_mon = weeks[i].month - 1, .tm_mday = weeks[i].day, .tm_hour = 12
        };
        _mkgmtime64(&day);
        strftime(buf, sizeof(buf), week, &day);
        ok_str(buf, weeks[i].expected);
    }
#endif
}

static void test_clocks(void)
{
    FILETIME ft;
    struct __timeb64 tb;
    char buf[9];
    __time64_t t = _time64(NULL), u;

    GetSystemTimeAsFileTime(&ft);
    __time64_t system =
        (__time64_t)((((unsigned __int64)ft.dwHighDateTime << 32) | ft.dwLowDateTime) / 10000000 - 11644473600ull);
    ok(system - t >= 0 && system - t <= 1, "%lld, %lld", system, t);
    ok(_time64(&u) == u, "time");
    _ftime64(&tb);
    ok(tb.time - t <= 1 && tb.millitm < 1000, "ftime");
    ok(_strdate(buf) && buf[2] == '/' && strlen(buf) == 8, "%s", buf);
    ok(_strtime(buf) && buf[2] == ':' && strlen(buf) == 8, "%s", buf);
    clock_t c = clock();
    Sleep(30);
    ok(clock() - c >= 25 && clock() - c < 5000, "%ld", clock() - c);
    ok(_difftime64(5, 2) == 3.0, "difftime");
#ifdef _UCRT
    struct _timespec64 ts;
    ok_int(_timespec64_get(&ts, 1), 1);
    ok(ts.tv_sec - t <= 1 && ts.tv_nsec < 1000000000, "timespec");
    ok_int(_timespec64_get(&ts, 7), 0);
#endif
}

TESTS
{
    test_gmtime();
    test_zone();
    test_mktime();
    test_formats();
    test_clocks();
}
