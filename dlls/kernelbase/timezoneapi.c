/* SPDX-License-Identifier: MIT */
/* timezoneapi.c: time zones, and the conversions between system times, file times and DOS times. */
#include "kernelbase_private.h"
#include "ntrtl.h"

#define TICKS_PER_MINUTE 600000000ll

static LONGLONG ticks(const FILETIME *time)
{
    LONGLONG value;

    memcpy(&value, time, sizeof(value));
    return value;
}

/* --- system time and file time --- */

BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, SYSTEMTIME *result)
{
    LARGE_INTEGER value;
    TIME_FIELDS fields;

    memcpy(&value, time, sizeof(value));
    if (value.QuadPart < 0)
        return fail(ERROR_INVALID_PARAMETER);
    RtlTimeToTimeFields(&value, &fields);
    result->wYear = fields.Year;
    result->wMonth = fields.Month;
    result->wDayOfWeek = fields.Weekday;
    result->wDay = fields.Day;
    result->wHour = fields.Hour;
    result->wMinute = fields.Minute;
    result->wSecond = fields.Second;
    result->wMilliseconds = fields.Milliseconds;
    return TRUE;
}

BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *time, FILETIME *result)
{
    TIME_FIELDS fields;
    LARGE_INTEGER value;

    if (time->wYear > 30827)
        return fail(ERROR_INVALID_PARAMETER);
    fields.Year = time->wYear;
    fields.Month = time->wMonth;
    fields.Day = time->wDay;
    fields.Hour = time->wHour;
    fields.Minute = time->wMinute;
    fields.Second = time->wSecond;
    fields.Milliseconds = time->wMilliseconds;
    if (!RtlTimeFieldsToTime(&fields, &value))
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(result, &value, sizeof(*result));
    return TRUE;
}

LONG WINAPI CompareFileTime(const FILETIME *first, const FILETIME *second)
{
    ULONGLONG a = ticks(first), b = ticks(second);

    return a < b ? -1 : a > b;
}

/* --- by the bias that is in force now, whatever it was then (FileTimeToLocalFileTime's page) --- */

BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *time, FILETIME *local)
{
    LARGE_INTEGER value = { .QuadPart = ticks(time) };

    RtlSystemTimeToLocalTime(&value, &value);
    memcpy(local, &value, sizeof(*local));
    return TRUE;
}

BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *local, FILETIME *time)
{
    LARGE_INTEGER value = { .QuadPart = ticks(local) };

    RtlLocalTimeToSystemTime(&value, &value);
    memcpy(time, &value, sizeof(*time));
    return TRUE;
}

/* --- DOS times: local, two seconds' resolution, from 1980 --- */

BOOL WINAPI DosDateTimeToFileTime(WORD date, WORD time, FILETIME *result)
{
    TIME_FIELDS fields = { 0 };
    LARGE_INTEGER value;

    fields.Year = (date >> 9) + 1980;
    fields.Month = (date >> 5) & 0xf;
    fields.Day = date & 0x1f;
    fields.Hour = time >> 11;
    fields.Minute = (time >> 5) & 0x3f;
    fields.Second = (time & 0x1f) * 2;
    if (!RtlTimeFieldsToTime(&fields, &value))
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(result, &value, sizeof(*result));
    return TRUE;
}

BOOL WINAPI FileTimeToDosDateTime(const FILETIME *time, WORD *dos_date, WORD *dos_time)
{
    LARGE_INTEGER value;
    TIME_FIELDS fields;

    memcpy(&value, time, sizeof(value));
    if (value.QuadPart < 0)
        return fail(ERROR_INVALID_PARAMETER);
    RtlTimeToTimeFields(&value, &fields);
    if (fields.Year < 1980 || fields.Year > 2107)
        return fail(ERROR_INVALID_PARAMETER);
    *dos_date = (fields.Year - 1980) << 9 | fields.Month << 5 | fields.Day;
    *dos_time = fields.Hour << 11 | fields.Minute << 5 | fields.Second / 2;
    return TRUE;
}

/* --- time zones --- */

/* The kernel's structure has the members of dates in another order. */
static void date_from_fields(SYSTEMTIME *date, const TIME_FIELDS *fields)
{
    date->wYear = fields->Year;
    date->wMonth = fields->Month;
    date->wDayOfWeek = fields->Weekday;
    date->wDay = fields->Day;
    date->wHour = fields->Hour;
    date->wMinute = fields->Minute;
    date->wSecond = fields->Second;
    date->wMilliseconds = fields->Milliseconds;
}

/* When a transition is in a year, in ticks of the local time that is left: the n-th weekday of a month, or a date. */
static LONGLONG transition_time(const SYSTEMTIME *date, WORD year)
{
    static const UCHAR month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    SYSTEMTIME time = *date;
    FILETIME file_time;
    unsigned days;

    if (!date->wYear) {
        time.wYear = year;
        time.wDay = 1;
        /* The weekday of the first gives the first such weekday; 5 means the last one. */
        if (!SystemTimeToFileTime(&time, &file_time) || !FileTimeToSystemTime(&file_time, &time))
            return INT64_MAX;
        days = month_days[date->wMonth - 1];
        if (date->wMonth == 2 && (year % 4 == 0 && (year % 100 || year % 400 == 0)))
            days++;
        time.wDay = 1 + (date->wDayOfWeek + 7 - time.wDayOfWeek) % 7 + (date->wDay - 1) * 7;
        while (time.wDay > days)
            time.wDay -= 7;
    }
    if (!SystemTimeToFileTime(&time, &file_time))
        return INT64_MAX;
    return ticks(&file_time);
}

/*
 * Whether daylight time is in force. `time` is in UTC, or in local time, as `local` says: in the hour that exists twice
 * a local time is taken for standard time, and in the one that does not exist for daylight time.
 */
static DWORD zone_id(const TIME_ZONE_INFORMATION *zone, LONGLONG time, BOOL local)
{
    LONGLONG standard, daylight, at;
    LONGLONG standard_bias = (zone->Bias + zone->StandardBias) * TICKS_PER_MINUTE;
    LONGLONG daylight_bias = (zone->Bias + zone->DaylightBias) * TICKS_PER_MINUTE;
    SYSTEMTIME date;
    FILETIME file_time;
    BOOL in_daylight;

    if (!zone->StandardDate.wMonth || !zone->DaylightDate.wMonth || zone->StandardDate.wMonth > 12 ||
        zone->DaylightDate.wMonth > 12)
        return TIME_ZONE_ID_UNKNOWN;
    /* The year is that of the local standard time. */
    at = local ? time : time - standard_bias;
    memcpy(&file_time, &at, sizeof(file_time));
    if (!FileTimeToSystemTime(&file_time, &date))
        return TIME_ZONE_ID_UNKNOWN;
    daylight = transition_time(&zone->DaylightDate, date.wYear);
    standard = transition_time(&zone->StandardDate, date.wYear);
    /* Both are given in the time that is in force before them. */
    if (local)
        standard += standard_bias > daylight_bias ? daylight_bias - standard_bias : 0;
    else {
        daylight += standard_bias;
        standard += daylight_bias;
    }
    if (daylight < standard)
        in_daylight = time >= daylight && time < standard;
    else
        in_daylight = time >= daylight || time < standard;
    return in_daylight ? TIME_ZONE_ID_DAYLIGHT : TIME_ZONE_ID_STANDARD;
}

DWORD WINAPI GetDynamicTimeZoneInformation(DYNAMIC_TIME_ZONE_INFORMATION *info)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION rtl;
    FILETIME now;
    NTSTATUS status;

    status = NtQuerySystemInformation(SystemDynamicTimeZoneInformation, &rtl, sizeof(rtl), NULL);
    if (!set_ntstatus(status))
        return TIME_ZONE_ID_INVALID;
    info->Bias = rtl.tzi.Bias;
    memcpy(info->StandardName, rtl.tzi.StandardName, sizeof(info->StandardName));
    date_from_fields(&info->StandardDate, &rtl.tzi.StandardStart);
    info->StandardBias = rtl.tzi.StandardBias;
    memcpy(info->DaylightName, rtl.tzi.DaylightName, sizeof(info->DaylightName));
    date_from_fields(&info->DaylightDate, &rtl.tzi.DaylightStart);
    info->DaylightBias = rtl.tzi.DaylightBias;
    memcpy(info->TimeZoneKeyName, rtl.TimeZoneKeyName, sizeof(info->TimeZoneKeyName));
    info->DynamicDaylightTimeDisabled = rtl.DynamicDaylightTimeDisabled;
    GetSystemTimeAsFileTime(&now);
    return zone_id((TIME_ZONE_INFORMATION *)info, ticks(&now), FALSE);
}

DWORD WINAPI GetTimeZoneInformation(TIME_ZONE_INFORMATION *info)
{
    DYNAMIC_TIME_ZONE_INFORMATION dynamic;
    DWORD id = GetDynamicTimeZoneInformation(&dynamic);

    /* The dynamic structure begins with the plain one. */
    if (id != TIME_ZONE_ID_INVALID)
        memcpy(info, &dynamic, sizeof(*info));
    return id;
}

/* The bias, in ticks, of a zone at a time; NULL is the current zone. */
static BOOL zone_bias(const TIME_ZONE_INFORMATION *zone, const FILETIME *time, BOOL local, LONGLONG *bias)
{
    TIME_ZONE_INFORMATION current;

    if (!zone) {
        if (GetTimeZoneInformation(&current) == TIME_ZONE_ID_INVALID)
            return FALSE;
        zone = &current;
    }
    switch (zone_id(zone, ticks(time), local)) {
    case TIME_ZONE_ID_STANDARD:
        *bias = (zone->Bias + zone->StandardBias) * TICKS_PER_MINUTE;
        break;
    case TIME_ZONE_ID_DAYLIGHT:
        *bias = (zone->Bias + zone->DaylightBias) * TICKS_PER_MINUTE;
        break;
    default:
        *bias = zone->Bias * TICKS_PER_MINUTE;
    }
    return TRUE;
}

BOOL WINAPI SystemTimeToTzSpecificLocalTime(const TIME_ZONE_INFORMATION *zone, const SYSTEMTIME *time,
                                            SYSTEMTIME *local)
{
    FILETIME file_time;
    LONGLONG bias, value;

    if (!SystemTimeToFileTime(time, &file_time) || !zone_bias(zone, &file_time, FALSE, &bias))
        return FALSE;
    value = ticks(&file_time) - bias;
    memcpy(&file_time, &value, sizeof(file_time));
    return FileTimeToSystemTime(&file_time, local);
}

BOOL WINAPI TzSpecificLocalTimeToSystemTime(const TIME_ZONE_INFORMATION *zone, const SYSTEMTIME *local,
                                            SYSTEMTIME *time)
{
    FILETIME file_time;
    LONGLONG bias, value;

    if (!SystemTimeToFileTime(local, &file_time) || !zone_bias(zone, &file_time, TRUE, &bias))
        return FALSE;
    value = ticks(&file_time) + bias;
    memcpy(&file_time, &value, sizeof(file_time));
    return FileTimeToSystemTime(&file_time, time);
}

/* With the rules of the year (SystemTimeToTzSpecificLocalTimeEx's page: a zone "and dynamic daylight saving time"). */
BOOL WINAPI SystemTimeToTzSpecificLocalTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *zone, const SYSTEMTIME *time,
                                              SYSTEMTIME *local)
{
    TIME_ZONE_INFORMATION then;

    return GetTimeZoneInformationForYear(time->wYear, (DYNAMIC_TIME_ZONE_INFORMATION *)zone, &then) &&
           SystemTimeToTzSpecificLocalTime(&then, time, local);
}

BOOL WINAPI TzSpecificLocalTimeToSystemTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *zone, const SYSTEMTIME *local,
                                              SYSTEMTIME *time)
{
    TIME_ZONE_INFORMATION then;

    return GetTimeZoneInformationForYear(local->wYear, (DYNAMIC_TIME_ZONE_INFORMATION *)zone, &then) &&
           TzSpecificLocalTimeToSystemTime(&then, local, time);
}

/* Linux's clock does not count leap seconds, so that these have none to see to. */
BOOL WINAPI LocalFileTimeToLocalSystemTime(const TIME_ZONE_INFORMATION *zone, const FILETIME *time, SYSTEMTIME *result)
{
    (void)zone;
    return FileTimeToSystemTime(time, result);
}

BOOL WINAPI LocalSystemTimeToLocalFileTime(const TIME_ZONE_INFORMATION *zone, const SYSTEMTIME *time, FILETIME *result)
{
    (void)zone;
    return SystemTimeToFileTime(time, result);
}

/* Changing the zone is the Linux system's business. */
BOOL WINAPI SetTimeZoneInformation(const TIME_ZONE_INFORMATION *info)
{
    (void)info;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

BOOL WINAPI SetDynamicTimeZoneInformation(const DYNAMIC_TIME_ZONE_INFORMATION *info)
{
    (void)info;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}
