/* SPDX-License-Identifier: MIT */
/*
 * timezone.c: says what a program sees of the time zone that it was started in (timezone.sh): the bias, east of Greenwich in
 * minutes, by all who tell it; TZ; and the rules.
 *     timezone                 one line
 *     timezone watch MINUTES   waits until the bias is that
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <windows.h>

static LONGLONG ticks(const FILETIME *time)
{
    LONGLONG value;

    memcpy(&value, time, sizeof(value));
    return value;
}

static int bias_of_files(void)
{
    FILETIME now, local, back;

    GetSystemTimeAsFileTime(&now);
    if (!FileTimeToLocalFileTime(&now, &local) || !LocalFileTimeToFileTime(&local, &back) ||
        ticks(&back) != ticks(&now))
        return 9999;
    return (int)((ticks(&local) - ticks(&now)) / 600000000);
}

/* The clock may go on between the two readings: rounded. */
static int bias_of_clocks(void)
{
    SYSTEMTIME utc, local;
    FILETIME a, b;

    GetSystemTime(&utc);
    GetLocalTime(&local);
    SystemTimeToFileTime(&utc, &a);
    SystemTimeToFileTime(&local, &b);
    return (int)((ticks(&b) - ticks(&a) + (ticks(&b) > ticks(&a) ? 300000000 : -300000000)) / 600000000);
}

static int bias_of_runtime(void)
{
    time_t now = time(NULL);
    struct tm utc = *gmtime(&now), local = *localtime(&now);

    utc.tm_isdst = local.tm_isdst;
    return (int)(difftime(mktime(&local), mktime(&utc)) / 60);
}

int main(int argc, char **argv)
{
    TIME_ZONE_INFORMATION zone;
    DWORD id = GetTimeZoneInformation(&zone);
    const char *tz = getenv("TZ");
    LONG bias = zone.Bias + (id == TIME_ZONE_ID_DAYLIGHT ? zone.DaylightBias : zone.StandardBias);

    if (argc > 2 && !strcmp(argv[1], "watch")) {
        printf("%d\n", bias_of_files());
        fflush(stdout);
        while (bias_of_files() != atoi(argv[2]))
            Sleep(20);
        printf("%d\n", bias_of_clocks());
        return 0;
    }
    printf("%d %d %d %ld, %ld %ld, TZ=%s\n", bias_of_files(), bias_of_clocks(), bias_of_runtime(), -bias, zone.Bias,
           zone.DaylightDate.wMonth ? zone.DaylightBias : 0, tz ? tz : "");
    return 0;
}
