/* SPDX-License-Identifier: MIT */
/*
 * rtltime.c: times, calendars, clocks. Clocks are read from the vDSO, without a system call; what they count is what
 * KUSER_SHARED_DATA shows, only finer.
 */
#include "rtl_private.h"

#define CLOCK_REALTIME 0
#define CLOCK_BOOTTIME 7

#define TICKS_PER_SECOND   10000000
#define SECONDS_PER_DAY    86400
#define DAYS_1601_TO_1970  134774
#define SECONDS_1601_TO(d) ((LONGLONG)(d)*SECONDS_PER_DAY)
#define DAYS_1601_TO_1980  (DAYS_1601_TO_1970 + 3652)

/* --- clocks --- */

static ULONGLONG clock_100ns(int clock)
{
    struct unix_timespec ts;

    if (__builtin_expect(!rtl_core.clock_gettime, 0))
        rtl_core_init();
    rtl_core.clock_gettime(clock, &ts);
    return (ULONGLONG)ts.tv_sec * TICKS_PER_SECOND + (ULONGLONG)ts.tv_nsec / 100;
}

ULONGLONG rtl_now(void)
{
    return clock_100ns(CLOCK_BOOTTIME);
}

LONGLONG NTAPI RtlGetSystemTimePrecise(VOID)
{
    return (LONGLONG)clock_100ns(CLOCK_REALTIME) + SECONDS_1601_TO(DAYS_1601_TO_1970) * TICKS_PER_SECOND;
}

ULONG NTAPI RtlQueryPerformanceCounter(LARGE_INTEGER *counter)
{
    counter->QuadPart = (LONGLONG)rtl_now();
    return TRUE;
}

ULONG NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    frequency->QuadPart = TICKS_PER_SECOND;
    return TRUE;
}

ULONGLONG NTAPI RtlGetInterruptTimePrecise(LONGLONG *counter)
{
    ULONGLONG now = rtl_now();

    *counter = (LONGLONG)now;
    return now;
}

static ULONGLONG read_shared_time(ULONG offset)
{
    const volatile LONG *time = (const volatile LONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + offset);
    LONG high;
    ULONG low;

    do {
        high = time[1];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        low = (ULONG)time[0];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (high != time[2]);
    return (ULONGLONG)(ULONG)high << 32 | low;
}

BOOLEAN NTAPI RtlQueryUnbiasedInterruptTime(ULONGLONG *time)
{
    if (!time)
        return FALSE;
    *time = read_shared_time(0x08) - *(const volatile ULONGLONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x3b0);
    return TRUE;
}

ULONGLONG NTAPI RtlGetTickCount(void)
{
    ULONGLONG ticks = read_shared_time(0x320);
    ULONG multiplier = *(const volatile ULONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x04);

    /* Milliseconds = ticks * multiplier / 2^24; the product may need more than 64 bits. */
    return ((ticks & 0xffffffff) * multiplier >> 24) + ((ticks >> 32) * multiplier << 8);
}

/* --- calendar --- */

/* Days since 1 March of the year 0, and back: years that begin in March have their leap day at their end. */
static LONG days_from_date(LONG year, LONG month, LONG day)
{
    if (month <= 2) {
        year--;
        month += 12;
    }
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 1;
}

#define DAYS_0_TO_1601 584694 /* days_from_date(1601, 1, 1) */

static LONG days_in_month(LONG year, LONG month)
{
    static const UCHAR days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

VOID NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *time, TIME_FIELDS *fields)
{
    LONGLONG ms = time->QuadPart / 10000, day_ms;
    LONG days, era, day_of_era, year_of_era, day_of_year, month;

    days = (LONG)(ms / (SECONDS_PER_DAY * 1000LL));
    day_ms = ms % (SECONDS_PER_DAY * 1000LL);
    fields->Weekday = (CSHORT)((days + 1) % 7); /* 1 January 1601 was a Monday */
    fields->Milliseconds = (CSHORT)(day_ms % 1000);
    fields->Second = (CSHORT)(day_ms / 1000 % 60);
    fields->Minute = (CSHORT)(day_ms / 60000 % 60);
    fields->Hour = (CSHORT)(day_ms / 3600000);

    days += DAYS_0_TO_1601;
    era = days / 146097;
    day_of_era = days % 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month = (5 * day_of_year + 2) / 153;
    fields->Day = (CSHORT)(day_of_year - (153 * month + 2) / 5 + 1);
    fields->Month = (CSHORT)(month < 10 ? month + 3 : month - 9);
    fields->Year = (CSHORT)(year_of_era + era * 400 + (fields->Month <= 2));
}

BOOLEAN NTAPI RtlTimeFieldsToTime(TIME_FIELDS *f, LARGE_INTEGER *time)
{
    LONGLONG seconds;

    if (f->Milliseconds < 0 || f->Milliseconds > 999 || f->Second < 0 || f->Second > 59 || f->Minute < 0 ||
        f->Minute > 59 || f->Hour < 0 || f->Hour > 23 || f->Month < 1 || f->Month > 12 || f->Day < 1 ||
        f->Year < 1601 || f->Year > 30827 || f->Day > days_in_month(f->Year, f->Month))
        return FALSE;
    seconds = (LONGLONG)(days_from_date(f->Year, f->Month, f->Day) - DAYS_0_TO_1601) * SECONDS_PER_DAY +
              f->Hour * 3600 + f->Minute * 60 + f->Second;
    time->QuadPart = seconds * TICKS_PER_SECOND + f->Milliseconds * 10000LL;
    return TRUE;
}

VOID NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *time, TIME_FIELDS *fields)
{
    LONGLONG ms = time->QuadPart / 10000;

    fields->Year = fields->Month = 0;
    fields->Weekday = 0;
    fields->Day = (CSHORT)(ms / (SECONDS_PER_DAY * 1000LL));
    fields->Hour = (CSHORT)(ms / 3600000 % 24);
    fields->Minute = (CSHORT)(ms / 60000 % 60);
    fields->Second = (CSHORT)(ms / 1000 % 60);
    fields->Milliseconds = (CSHORT)(ms % 1000);
}

static BOOLEAN to_seconds(const LARGE_INTEGER *time, ULONG *seconds, LONG days)
{
    LONGLONG s = time->QuadPart / TICKS_PER_SECOND - SECONDS_1601_TO(days);

    if (s < 0 || s > 0xffffffffLL)
        return FALSE;
    *seconds = (ULONG)s;
    return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *time, ULONG *seconds)
{
    return to_seconds(time, seconds, DAYS_1601_TO_1970);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *time, ULONG *seconds)
{
    return to_seconds(time, seconds, DAYS_1601_TO_1980);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG seconds, LARGE_INTEGER *time)
{
    time->QuadPart = (SECONDS_1601_TO(DAYS_1601_TO_1970) + seconds) * TICKS_PER_SECOND;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG seconds, LARGE_INTEGER *time)
{
    time->QuadPart = (SECONDS_1601_TO(DAYS_1601_TO_1980) + seconds) * TICKS_PER_SECOND;
}

/* --- time zones --- */

/*
 * KUSER_SHARED_DATA.TimeZoneBias: what is subtracted from the system time now. After TimeZoneBiasEffectiveEnd it may be another one:
 * who asks for the first part of SystemTimeOfDayInformation brings it up to date.
 */
static LONGLONG current_bias(void)
{
    const volatile LONGLONG *end = (const volatile LONGLONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x3d0);
    LONGLONG times[3];

    if (RtlGetSystemTimePrecise() >= *end)
        NtQuerySystemInformation(SystemTimeOfDayInformation, times, sizeof(times), NULL);
    return (LONGLONG)read_shared_time(0x20);
}

NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system, LARGE_INTEGER *local)
{
    local->QuadPart = system->QuadPart - current_bias();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local, LARGE_INTEGER *system)
{
    system->QuadPart = local->QuadPart + current_bias();
    return STATUS_SUCCESS;
}

/* SystemCurrentTimeZoneInformation and SystemDynamicTimeZoneInformation */
NTSTATUS NTAPI RtlQueryTimeZoneInformation(PVOID info)
{
    return NtQuerySystemInformation(SystemCurrentTimeZoneInformation, info, sizeof(RTL_TIME_ZONE_INFORMATION), NULL);
}

NTSTATUS NTAPI RtlQueryDynamicTimeZoneInformation(PVOID info)
{
    return NtQuerySystemInformation(SystemDynamicTimeZoneInformation, info, sizeof(RTL_DYNAMIC_TIME_ZONE_INFORMATION),
                                    NULL);
}

NTSTATUS NTAPI RtlSetTimeZoneInformation(const RTL_TIME_ZONE_INFORMATION *info)
{
    return NtSetSystemInformation(44, (PVOID)info, sizeof(*info));
}

NTSTATUS NTAPI RtlSetDynamicTimeZoneInformation(const RTL_DYNAMIC_TIME_ZONE_INFORMATION *info)
{
    return NtSetSystemInformation(102, (PVOID)info, sizeof(*info));
}

/*
 * When the clock changes: a date, or (without a year; TIME_ZONE_INFORMATION.StandardDate) the Day-th Weekday of the month, the
 * last if there is no fifth. Of this year, or else the next one that is not before `now`. False if there is no such time.
 */
BOOLEAN NTAPI RtlCutoverTimeToSystemTime(const TIME_FIELDS *cutover, LARGE_INTEGER *system, const LARGE_INTEGER *now,
                                         BOOLEAN this_year)
{
    TIME_FIELDS fields, current;
    LARGE_INTEGER time;

    if (cutover->Year) {
        fields = *cutover;
        if (!RtlTimeFieldsToTime(&fields, &time) || (!this_year && time.QuadPart < now->QuadPart))
            return FALSE;
        *system = time;
        return TRUE;
    }
    if (cutover->Day < 1 || cutover->Day > 5 || cutover->Weekday < 0 || cutover->Weekday > 6)
        return FALSE;
    RtlTimeToTimeFields(now, &current);
    for (CSHORT year = current.Year;; year++) {
        TIME_FIELDS first;

        fields = *cutover;
        fields.Year = year;
        fields.Day = 1;
        if (!RtlTimeFieldsToTime(&fields, &time))
            return FALSE;
        RtlTimeToTimeFields(&time, &first); /* for its day of the week */
        fields.Day = (CSHORT)(1 + (cutover->Weekday - first.Weekday + 7) % 7 + 7 * (cutover->Day - 1));
        if (!RtlTimeFieldsToTime(&fields, &time)) {
            fields.Day -= 7; /* the month has four of them */
            if (!RtlTimeFieldsToTime(&fields, &time))
                return FALSE;
        }
        if (this_year || time.QuadPart >= now->QuadPart || year > current.Year)
            break;
    }
    *system = time;
    return TRUE;
}
