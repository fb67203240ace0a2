/* SPDX-License-Identifier: MIT */
/* clocks.c: performance counter, ticks, system, interrupt and unbiased time, sleeping, time zones (sysinfoapi.h and others). */
#include "../test.h"
#include <mmsystem.h>
#include <winternl.h>

NTSTATUS NTAPI NtQueryTimerResolution(ULONG *, ULONG *, ULONG *);

/* Not in the import library of kernel32. */
static VOID(WINAPI *interrupt_time)(ULONGLONG *), (WINAPI * interrupt_time_precise)(ULONGLONG *),
    (WINAPI * unbiased_time_precise)(ULONGLONG *);

static ULONGLONG wide(FILETIME time)
{
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static void test_forward(void)
{
    LARGE_INTEGER counter, last = { .QuadPart = 0 }, frequency = { .QuadPart = 0 };
    ULONGLONG ticks, last_ticks = 0;
    int back = 0;

    ok(QueryPerformanceFrequency(&frequency) && frequency.QuadPart >= 1000000, "%lld", (long long)frequency.QuadPart);
    for (int i = 0; i < 200000; i++) {
        QueryPerformanceCounter(&counter);
        ticks = GetTickCount64();
        back += counter.QuadPart < last.QuadPart || ticks < last_ticks;
        last = counter;
        last_ticks = ticks;
    }
    ok_int(back, 0);
    ok((DWORD)GetTickCount64() - GetTickCount() + 50 < 100, "%lu and %lu", (DWORD)GetTickCount64(), GetTickCount());
}

static void test_agreement(void)
{
    FILETIME coarse, precise;
    ULONGLONG interrupt, precise_interrupt, unbiased, ticks, after;
    LARGE_INTEGER start, end, frequency;
    SYSTEMTIME system;

    GetSystemTimeAsFileTime(&coarse);
    GetSystemTimePreciseAsFileTime(&precise);
    ok(wide(precise) >= wide(coarse) - 10000 && wide(precise) - wide(coarse) < 500000, "%lld apart",
       (long long)(wide(precise) - wide(coarse)));
    GetSystemTime(&system);
    SystemTimeToFileTime(&system, &coarse);
    ok(wide(coarse) + 500000 > wide(precise) && wide(coarse) < wide(precise) + 10000000, "GetSystemTime");

    ticks = GetTickCount64();
    interrupt_time(&interrupt);
    interrupt_time_precise(&precise_interrupt);
    ok(precise_interrupt + 200000 > interrupt && precise_interrupt < interrupt + 500000, "%llu and %llu", interrupt,
       precise_interrupt);
    ok(interrupt / 10000 < ticks + 100 && interrupt / 10000 + 100 > ticks, "%llu and %llu ms", interrupt / 10000,
       ticks);
    ok(QueryUnbiasedInterruptTime(&unbiased), "error %lu", GetLastError());
    ok(unbiased <= precise_interrupt + 500000, "%llu and %llu", unbiased, precise_interrupt); /* without sleep */
    unbiased_time_precise(&after);
    ok(after + 200000 >= unbiased, "%llu and %llu", unbiased, after);

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&start);
    GetSystemTimePreciseAsFileTime(&precise);
    Sleep(100);
    QueryPerformanceCounter(&end);
    GetSystemTimePreciseAsFileTime(&coarse);
    ok(llabs((long long)(wide(coarse) - wide(precise)) -
             (end.QuadPart - start.QuadPart) * 10000000 / frequency.QuadPart) < 20000,
       "%lld and %lld", (long long)(wide(coarse) - wide(precise)), (long long)(end.QuadPart - start.QuadPart));
}

static double sleep_ms(DWORD ms)
{
    LARGE_INTEGER start, end, frequency;
    double least = 1e9;
    QueryPerformanceFrequency(&frequency);
    for (int i = 0; i < 10; i++) {
        double took;
        QueryPerformanceCounter(&start);
        Sleep(ms);
        QueryPerformanceCounter(&end);
        took = (double)(end.QuadPart - start.QuadPart) * 1e3 / (double)frequency.QuadPart;
        least = took < least ? took : least;
    }
    return least;
}

static void test_sleep(void)
{
    ULONG coarsest, finest, now;
    double took;

    ok_int(timeBeginPeriod(1), TIMERR_NOERROR);
    took = sleep_ms(1);
    ok(took >= 0.99 && took < 4, "Sleep(1): %.2f ms", took);
    took = sleep_ms(10);
    ok(took >= 9.99 && took < 14, "Sleep(10): %.2f ms", took);
    ok_status(NtQueryTimerResolution(&coarsest, &finest, &now), 0);
    ok(coarsest >= 100000 && finest <= 10000 && now <= 10000, "%lu to %lu, now %lu", coarsest, finest, now);
    ok_int(timeEndPeriod(1), TIMERR_NOERROR);
    ok_int(timeEndPeriod(5000000), TIMERR_NOCANDO);
    took = sleep_ms(0);
    ok(took < 1, "Sleep(0): %.2f ms", took);
}

static void test_zones(void)
{
    DYNAMIC_TIME_ZONE_INFORMATION berlin = { 0 };
    TIME_ZONE_INFORMATION zone;
    SYSTEMTIME summer = { 2024, 7, 0, 1, 12, 0, 0, 0 }, winter = { 2024, 1, 0, 1, 12, 0, 0, 0 }, local;
    DWORD(WINAPI * enum_zones)
    (DWORD, DYNAMIC_TIME_ZONE_INFORMATION *) =
        (void *)GetProcAddress(GetModuleHandleW(L"kernelbase"), "EnumDynamicTimeZoneInformation");
    DWORD index = 0;
    bool found = false;

    ok(GetTimeZoneInformation(&zone) != TIME_ZONE_ID_INVALID, "error %lu", GetLastError());
    for (; !found && enum_zones(index, &berlin) == ERROR_SUCCESS; index++)
        found = !wcscmp(berlin.TimeZoneKeyName, L"W. Europe Standard Time");
    ok(found, "among %lu zones", index);
    if (!found)
        return;
    ok(SystemTimeToTzSpecificLocalTimeEx(&berlin, &winter, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 13);
    ok(SystemTimeToTzSpecificLocalTimeEx(&berlin, &summer, &local), "error %lu", GetLastError());
    ok_int(local.wHour, 14);
    ok(TzSpecificLocalTimeToSystemTimeEx(&berlin, &local, &summer), "error %lu", GetLastError());
    ok_int(summer.wHour, 12);
}

TESTS
{
    HMODULE base = GetModuleHandleW(L"kernelbase");

    interrupt_time = (void *)GetProcAddress(base, "QueryInterruptTime");
    interrupt_time_precise = (void *)GetProcAddress(base, "QueryInterruptTimePrecise");
    unbiased_time_precise = (void *)GetProcAddress(base, "QueryUnbiasedInterruptTimePrecise");
    test_forward();
    test_agreement();
    test_sleep();
    test_zones();
}
