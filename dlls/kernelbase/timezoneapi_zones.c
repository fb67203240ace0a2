/* SPDX-License-Identifier: MIT */
/* timezoneapi_zones.c: the time zones that the registry describes, and their rules in other years (timezoneapi.h). */
#include "winreg.h"

#define ZONES_PATH L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones"

/* A zone's TZI value, and the years of its key "Dynamic DST". */
typedef struct {
    LONG bias, standard_bias, daylight_bias;
    SYSTEMTIME standard, daylight;
} REG_TZI;

static LSTATUS open_zone(const WCHAR *name, HKEY *zone)
{
    WCHAR path[ARRAY_SIZE(ZONES_PATH) + 1 + ARRAY_SIZE(((DYNAMIC_TIME_ZONE_INFORMATION *)0)->TimeZoneKeyName)];

    if (!*name || wcslen(name) >= ARRAY_SIZE(((DYNAMIC_TIME_ZONE_INFORMATION *)0)->TimeZoneKeyName))
        return ERROR_FILE_NOT_FOUND;
    wcscpy(path, ZONES_PATH L"\\");
    wcscat(path, name);
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, zone);
}

static LSTATUS read_rules(HKEY key, const WCHAR *subkey, const WCHAR *name, REG_TZI *rules)
{
    DWORD size = sizeof(*rules);
    LSTATUS error = RegGetValueW(key, subkey, name, RRF_RT_REG_BINARY, NULL, rules, &size);

    return !error && size != sizeof(*rules) ? ERROR_INVALID_DATA : error;
}

static LSTATUS read_years(HKEY zone, DWORD *first, DWORD *last)
{
    DWORD size = sizeof(*first);
    LSTATUS error = RegGetValueW(zone, L"Dynamic DST", L"FirstEntry", RRF_RT_REG_DWORD, NULL, first, &size);

    size = sizeof(*last);
    return error ? error : RegGetValueW(zone, L"Dynamic DST", L"LastEntry", RRF_RT_REG_DWORD, NULL, last, &size);
}

static void set_rules(TIME_ZONE_INFORMATION *info, const REG_TZI *rules)
{
    info->Bias = rules->bias;
    info->StandardBias = rules->standard_bias;
    info->DaylightBias = rules->daylight_bias;
    info->StandardDate = rules->standard;
    info->DaylightDate = rules->daylight;
}

static LSTATUS read_names(HKEY zone, TIME_ZONE_INFORMATION *info)
{
    DWORD size = sizeof(info->StandardName);
    LSTATUS error = RegGetValueW(zone, NULL, L"Std", RRF_RT_REG_SZ, NULL, info->StandardName, &size);

    size = sizeof(info->DaylightName);
    return error ? error : RegGetValueW(zone, NULL, L"Dlt", RRF_RT_REG_SZ, NULL, info->DaylightName, &size);
}

DWORD WINAPI EnumDynamicTimeZoneInformation(const DWORD index, PDYNAMIC_TIME_ZONE_INFORMATION info)
{
    DYNAMIC_TIME_ZONE_INFORMATION found = { 0 };
    DWORD length = ARRAY_SIZE(found.TimeZoneKeyName);
    HKEY zones, zone;
    REG_TZI rules;
    LSTATUS error;

    if (!info)
        return ERROR_INVALID_PARAMETER;
    if ((error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, ZONES_PATH, 0, KEY_READ, &zones)))
        return error;
    error = RegEnumKeyExW(zones, index, found.TimeZoneKeyName, &length, NULL, NULL, NULL, NULL);
    RegCloseKey(zones);
    if (error || (error = open_zone(found.TimeZoneKeyName, &zone)))
        return error;
    if (!(error = read_rules(zone, NULL, L"TZI", &rules)) &&
        !(error = read_names(zone, (TIME_ZONE_INFORMATION *)&found)))
        set_rules((TIME_ZONE_INFORMATION *)&found, &rules);
    RegCloseKey(zone);
    if (!error)
        *info = found;
    return error;
}

DWORD WINAPI GetDynamicTimeZoneInformationEffectiveYears(const PDYNAMIC_TIME_ZONE_INFORMATION info, LPDWORD first,
                                                         LPDWORD last)
{
    HKEY zone;
    LSTATUS error;

    if (!info || !first || !last)
        return ERROR_INVALID_PARAMETER;
    if ((error = open_zone(info->TimeZoneKeyName, &zone)))
        return error;
    error = read_years(zone, first, last);
    RegCloseKey(zone);
    return error;
}

BOOL WINAPI GetTimeZoneInformationForYear(USHORT year, DYNAMIC_TIME_ZONE_INFORMATION *dynamic,
                                          TIME_ZONE_INFORMATION *info)
{
    DYNAMIC_TIME_ZONE_INFORMATION current;
    DWORD first, last;
    WCHAR name[12];
    REG_TZI rules;
    HKEY zone;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!dynamic) {
        if (GetDynamicTimeZoneInformation(&current) == TIME_ZONE_ID_INVALID)
            return FALSE;
        dynamic = &current;
    }
    memcpy(info, dynamic, sizeof(*info)); /* the dynamic structure begins with the plain one */
    if (dynamic->DynamicDaylightTimeDisabled || open_zone(dynamic->TimeZoneKeyName, &zone))
        return TRUE;
    if (!read_years(zone, &first, &last)) {
        _snwprintf(name, ARRAY_SIZE(name), L"%lu", year < first ? first : year > last ? last : year);
        if (!read_rules(zone, L"Dynamic DST", name, &rules))
            set_rules(info, &rules);
    }
    RegCloseKey(zone);
    return TRUE;
}
