/* SPDX-License-Identifier: MIT */
/* timezoneapi.c: all time zones, their rules in other years, and times converted with them. */
#include "../test.h"

static bool find(const WCHAR *name, DYNAMIC_TIME_ZONE_INFORMATION *zone)
{
    for (DWORD i = 0; !EnumDynamicTimeZoneInformation(i, zone); i++)
        if (!wcscmp(zone->TimeZoneKeyName, name))
            return true;
    return false;
}

TESTS
{
    DYNAMIC_TIME_ZONE_INFORMATION zone;
    TIME_ZONE_INFORMATION info;
    DWORD count = 0, first, last;
    SYSTEMTIME utc = { 2024, 7, 0, 1, 12, 0, 0, 0 }, local;

    while (!EnumDynamicTimeZoneInformation(count, &zone))
        count++;
    ok(count > 130, "%lu zones", count);
    ok_int(EnumDynamicTimeZoneInformation(count, &zone), ERROR_NO_MORE_ITEMS);

    ok(find(L"Eastern Standard Time", &zone), "Eastern");
    ok_int(zone.Bias, 300);
    ok_wstr(zone.DaylightName, L"Eastern Daylight Time");
    ok_int(zone.DaylightDate.wMonth, 3);
    ok_int(zone.DaylightDate.wDay, 2);
    ok_int(zone.StandardDate.wMonth, 11);
    ok_int(zone.StandardDate.wDay, 1);
    /* until 2006: from the first Sunday of April to the last one of October */
    ok_int(GetDynamicTimeZoneInformationEffectiveYears(&zone, &first, &last), ERROR_SUCCESS);
    ok_int(first, 2006);
    ok_int(last, 2007);
    ok(GetTimeZoneInformationForYear(2006, &zone, &info), "error %lu", GetLastError());
    ok_int(info.DaylightDate.wMonth, 4);
    ok_int(info.DaylightDate.wDay, 1);
    ok_int(info.StandardDate.wMonth, 10);
    ok_int(info.StandardDate.wDay, 5);
    ok(GetTimeZoneInformationForYear(2020, &zone, &info), "error %lu", GetLastError());
    ok_int(info.DaylightDate.wMonth, 3);
    ok(SystemTimeToTzSpecificLocalTime(&info, &utc, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 8);

    /* The Ex functions go by the rules of the year, the others by those they are given. */
    SYSTEMTIME march = { 2000, 3, 0, 25, 12, 0, 0, 0 }, back;

    ok(SystemTimeToTzSpecificLocalTimeEx(&zone, &march, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 7);
    ok(TzSpecificLocalTimeToSystemTimeEx(&zone, &local, &back), "error %lu", GetLastError());
    ok_int(back.wHour, 12);
    ok(SystemTimeToTzSpecificLocalTime((TIME_ZONE_INFORMATION *)&zone, &march, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 8);
    zone.DynamicDaylightTimeDisabled = TRUE;
    ok(SystemTimeToTzSpecificLocalTimeEx(&zone, &march, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 8);

    ok(find(L"Tokyo Standard Time", &zone), "Tokyo");
    ok_int(zone.Bias, -540);
    ok_int(zone.DaylightDate.wMonth, 0);
    ok(find(L"AUS Eastern Standard Time", &zone), "Sydney");
    ok_int(zone.DaylightDate.wMonth, 10);
    ok_int(zone.StandardDate.wMonth, 4);
    ok(SystemTimeToTzSpecificLocalTime((TIME_ZONE_INFORMATION *)&zone, &utc, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 22);
}
