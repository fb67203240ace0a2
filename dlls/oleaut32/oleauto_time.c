/* SPDX-License-Identifier: MIT */
/* oleauto_time.c: dates as days since 30 December 1899 and the time of day as a fraction; negative days count backwards. */
#include "oleaut32_private.h"

#define EPOCH_DAY 109205 /* 30 December 1899, in days since 1 January 1601 */
#define DAY       864000000000ll

static BOOL system_to_days(const SYSTEMTIME *time, LONGLONG *days, LONGLONG *rest)
{
    FILETIME file;
    LONGLONG ticks;

    /* Dates from the year 100 on: those before 1601 by a shift of 400 years' cycles. */
    SYSTEMTIME shifted = *time;
    LONGLONG shift = 0;
    while (shifted.wYear < 1601) {
        shifted.wYear += 400;
        shift += 146097;
    }
    if (!SystemTimeToFileTime(&shifted, &file))
        return FALSE;
    ticks = (LONGLONG)file.dwHighDateTime << 32 | file.dwLowDateTime;
    *days = ticks / DAY - EPOCH_DAY - shift;
    *rest = ticks % DAY;
    return TRUE;
}

INT WINAPI SystemTimeToVariantTime(LPSYSTEMTIME time, double *result)
{
    LONGLONG days, rest;
    SYSTEMTIME copy = *time;
    double fraction;

    if (copy.wYear < 30) /* two digits: of this century up to 29, else of the last */
        copy.wYear += 2000;
    else if (copy.wYear < 100)
        copy.wYear += 1900;
    copy.wMilliseconds = 0; /* not kept: documented */
    if (copy.wYear > 9999 || !system_to_days(&copy, &days, &rest))
        return FALSE;
    fraction = (double)rest / DAY;
    *result = days < 0 ? days - fraction : days + fraction;
    return TRUE;
}

INT WINAPI VariantTimeToSystemTime(double time, LPSYSTEMTIME result)
{
    LONGLONG days, seconds, shift = 0;
    FILETIME file;
    LONGLONG ticks;
    double fraction;

    if (!(time > -657435.0 && time < 2958466.0))
        return FALSE;
    days = (LONGLONG)time;
    fraction = time < 0 ? days - time : time - days;
    seconds = (LONGLONG)(fraction * 86400 + 0.5);
    if (seconds == 86400) {
        days++;
        seconds = 0;
    }
    for (days += EPOCH_DAY; days < 0; days += 146097)
        shift += 400;
    ticks = days * DAY + seconds * 10000000;
    file.dwLowDateTime = (DWORD)ticks;
    file.dwHighDateTime = (DWORD)(ticks >> 32);
    if (!FileTimeToSystemTime(&file, result))
        return FALSE;
    result->wYear -= shift;
    return TRUE;
}

INT WINAPI DosDateTimeToVariantTime(USHORT date, USHORT time, double *result)
{
    SYSTEMTIME system = {
        .wYear = 1980 + (date >> 9),
        .wMonth = (date >> 5) & 15,
        .wDay = date & 31,
        .wHour = time >> 11,
        .wMinute = (time >> 5) & 63,
        .wSecond = (time & 31) * 2,
    };

    return SystemTimeToVariantTime(&system, result);
}

INT WINAPI VariantTimeToDosDateTime(double time, USHORT *date, USHORT *dos_time)
{
    SYSTEMTIME system;

    if (!VariantTimeToSystemTime(time, &system) || system.wYear < 1980 || system.wYear > 2107)
        return FALSE;
    *date = (system.wYear - 1980) << 9 | system.wMonth << 5 | system.wDay;
    *dos_time = system.wHour << 11 | system.wMinute << 5 | system.wSecond / 2;
    return TRUE;
}
