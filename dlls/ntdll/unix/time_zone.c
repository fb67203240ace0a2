/* SPDX-License-Identifier: MIT */
/*
 * time_zone.c: the user's time zone as Windows describes one: a bias, the two days of a year on which the clock changes,
 * and the names. Everything is asked of the C library, which knows TZ, /etc/localtime and their rules: the changes of the
 * current year are found by halving.
 */
#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "query.h"
#include "system.h"

#define DAY 86400

static struct tm local_time(time_t at)
{
    struct tm tm = { 0 };
    localtime_r(&at, &tm);
    return tm;
}

/* tzset looks whether /etc/localtime has changed; localtime_r need not. */
static struct tm local_now(void)
{
    tzset();
    return local_time(time(NULL));
}

int64_t time_zone_bias(void)
{
    return -(int64_t)local_now().tm_gmtoff * 10000000;
}

/* A change of the clock: the first second of the new time, and the offset (seconds east) before it. */
struct change {
    time_t at;
    long before;
};

/*
 * The changes of the year forwards and back; false if it has none of one kind. They are told by the offset: what the
 * database calls daylight saving is Ireland's winter, which Windows sees as everybody else's.
 */
static bool find_changes(int year, struct change *to_daylight, struct change *to_standard)
{
    struct tm start = { .tm_year = year - 1900, .tm_mday = 1 };
    time_t first = timegm(&start);
    bool found[2] = { false, false };

    for (time_t day = first; day < first + 366 * DAY; day += DAY) {
        struct tm low = local_time(day);
        long next = local_time(day + DAY).tm_gmtoff;
        if (low.tm_gmtoff == next)
            continue;
        time_t before = day, after = day + DAY;
        while (after - before > 1) {
            time_t middle = before + (after - before) / 2;
            if (local_time(middle).tm_gmtoff == low.tm_gmtoff)
                before = middle;
            else
                after = middle;
        }
        bool forwards = next > low.tm_gmtoff;
        *(forwards ? to_daylight : to_standard) = (struct change){ after, low.tm_gmtoff };
        found[forwards] = true;
    }
    return found[0] && found[1];
}

/* As TIME_ZONE_INFORMATION wants it (timezoneapi/ns-timezoneapi-time_zone_information): the local time before the change;
 * the day as the n-th of its weekday in the month, 5 for the last. */
static TIME_FIELDS rule_of(const struct change *change)
{
    time_t at = change->at + change->before;
    struct tm tm;
    gmtime_r(&at, &tm);
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int week = (tm.tm_mday - 1) / 7 + 1;
    if (tm.tm_mday + 7 > lengths[tm.tm_mon])
        week = 5;
    return (TIME_FIELDS){ .Month = (CSHORT)(tm.tm_mon + 1),
                          .Day = (CSHORT)week,
                          .Hour = (CSHORT)tm.tm_hour,
                          .Minute = (CSHORT)tm.tm_min,
                          .Second = (CSHORT)tm.tm_sec,
                          .Weekday = (CSHORT)tm.tm_wday };
}

static const struct zone_name {
    const char *linux_name, *windows_name;
} zone_names[] = {
#include "time_zone_names.h"
};

static int compare_zone(const void *key, const void *entry)
{
    return strcmp(key, ((const struct zone_name *)entry)->linux_name);
}

/* The zone's name in the Linux database: TZ, or what /etc/localtime is a link to. */
static const char *linux_zone(char *buffer, size_t size)
{
    const char *zone = getenv("TZ");
    if (zone && *zone == ':')
        zone++;
    if (zone && *zone)
        return zone;
    ssize_t length = readlink("/etc/localtime", buffer, size - 1);
    if (length <= 0)
        return "UTC";
    buffer[length] = 0;
    zone = strstr(buffer, "/zoneinfo/");
    return zone ? zone + strlen("/zoneinfo/") : "UTC";
}

const char *time_zone_key(void)
{
    char buffer[PATH_MAX];
    const struct zone_name *found =
        bsearch(linux_zone(buffer, sizeof(buffer)), zone_names, sizeof(zone_names) / sizeof(zone_names[0]),
                sizeof(zone_names[0]), compare_zone);
    return found ? found->windows_name : NULL;
}

static void put_name(WCHAR *to, size_t chars, const char *name, const char *replace, const char *with)
{
    const char *at = replace ? strstr(name, replace) : NULL;
    size_t n = 0;
    while (*name && n + 1 < chars) {
        if (name == at) {
            for (const char *w = with; *w && n + 1 < chars; w++)
                to[n++] = (WCHAR)*w;
            name += strlen(replace);
            continue;
        }
        to[n++] = (WCHAR)(unsigned char)*name++;
    }
    to[n] = 0;
}

NTSTATUS time_zone_query(bool dynamic, void *info, ULONG length, ULONG *needed)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION zone = { 0 };
    struct tm now = local_now();
    struct change to_daylight, to_standard;

    if (find_changes(now.tm_year + 1900, &to_daylight, &to_standard)) {
        zone.tzi.Bias = (LONG)(-to_daylight.before / 60);
        zone.tzi.DaylightBias = (LONG)((to_daylight.before - to_standard.before) / 60);
        zone.tzi.DaylightStart = rule_of(&to_daylight);
        zone.tzi.StandardStart = rule_of(&to_standard);
    } else {
        zone.tzi.Bias = (LONG)(-now.tm_gmtoff / 60);
    }
    const char *key = time_zone_key();
    if (!key)
        key = now.tm_zone;
    put_name(zone.TimeZoneKeyName, 128, key, NULL, NULL);
    /* The display names are the key's in English, but for that of UTC. */
    const char *display = strcmp(key, "UTC") ? key : "Coordinated Universal Time";
    put_name(zone.tzi.StandardName, 32, display, NULL, NULL);
    put_name(zone.tzi.DaylightName, 32, display, "Standard Time", "Daylight Time");
    return reply_exact(info, length, needed, &zone, dynamic ? sizeof(zone) : sizeof(zone.tzi));
}

ULONG time_zone_id(void)
{
    struct tm now = local_now();
    struct change to_daylight, to_standard;
    if (!find_changes(now.tm_year + 1900, &to_daylight, &to_standard))
        return 0;
    return now.tm_gmtoff == to_standard.before ? 2 : 1;
}
