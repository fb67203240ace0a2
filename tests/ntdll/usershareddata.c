/* SPDX-License-Identifier: MIT */
/* KUSER_SHARED_DATA at 0x7ffe0000 (documented in ntddk.h): the version, the clocks, which go on, and the system's folder. */
#include "../test.h"
#include <winternl.h>

NTSTATUS NTAPI NtDelayExecution(BOOLEAN, const LARGE_INTEGER *);

#define SHARED 0x7ffe0000ull

static ULONGLONG shared_time(ULONG offset)
{
    const volatile LONG *high1 = (void *)(SHARED + offset + 4), *high2 = (void *)(SHARED + offset + 8);
    const volatile ULONG *low = (void *)(SHARED + offset);
    LONG high;
    ULONG value;

    do {
        high = *high1;
        value = *low;
    } while (high != *high2);
    return (ULONGLONG)high << 32 | value;
}

static void test_version(void)
{
    OSVERSIONINFOEXW version = { .dwOSVersionInfoSize = sizeof version };
    NTSTATUS(NTAPI * get)
    (OSVERSIONINFOEXW *) = (void *)GetProcAddress(GetModuleHandleW(L"ntdll"), "RtlGetVersion");

    ok_status(get(&version), 0);
    ok_int(*(ULONG *)(SHARED + 0x26c), version.dwMajorVersion);
    ok_int(*(ULONG *)(SHARED + 0x270), version.dwMinorVersion);
    ok_int(*(ULONG *)(SHARED + 0x260), version.dwBuildNumber);
    ok_int(*(ULONG *)(SHARED + 0x264), version.wProductType);
    ok_int(*(UCHAR *)(SHARED + 0x268), 1); /* ProductTypeIsValid */
    ok_int(*(USHORT *)(SHARED + 0x26a), PROCESSOR_ARCHITECTURE_AMD64);
    ok_int(*(USHORT *)(SHARED + 0x2c), IMAGE_FILE_MACHINE_AMD64);
    ok_int(*(USHORT *)(SHARED + 0x2e), IMAGE_FILE_MACHINE_AMD64);
}

static void test_folder(void)
{
    WCHAR windows[MAX_PATH];

    GetSystemWindowsDirectoryW(windows, MAX_PATH);
    ok(!_wcsicmp((const WCHAR *)(SHARED + 0x30), windows), "%ls", (const WCHAR *)(SHARED + 0x30));
}

static void test_clocks(void)
{
    ULONGLONG system = shared_time(0x14), interrupt = shared_time(0x08), ticks = shared_time(0x320), now, before, after;
    ULONG multiplier = *(ULONG *)(SHARED + 0x4);
    FILETIME file;

    GetSystemTimeAsFileTime(&file);
    now = (ULONGLONG)file.dwHighDateTime << 32 | file.dwLowDateTime;
    ok(now - system < 10000000 || system - now < 10000000, "%llu, %llu", system, now); /* within a second */
    before = (ticks * multiplier) >> 24;
    after = GetTickCount64();
    ok(after - before < 1000 || before - after < 1000, "%llu ms, %llu ms", before, after);
    ok(interrupt / 10000 - after < 1000 || after - interrupt / 10000 < 1000, "%llu ms, %llu ms", interrupt / 10000,
       after);
    Sleep(100);
    ok(shared_time(0x14) > system && shared_time(0x14) - system < 50000000, "system time: %llu more",
       shared_time(0x14) - system);
    ok(shared_time(0x08) - interrupt >= 500000 && shared_time(0x08) - interrupt < 50000000, "interrupt time: %llu more",
       shared_time(0x08) - interrupt);
    ok(shared_time(0x320) > ticks, "ticks stand still");
}

/* After a while in which all threads have waited, whoever wakes sees the time as it is; and it goes on for who only looks. */
static void test_after_waiting(void)
{
    ULONGLONG behind = ~0ull, last, start;

    for (int round = 0; round < 5; round++) { /* this thread may lose the processor between the two */
        LARGE_INTEGER due = { .QuadPart = -1500000 };
        FILETIME now;
        NtDelayExecution(FALSE, &due);
        ULONGLONG seen = shared_time(0x14);
        GetSystemTimePreciseAsFileTime(&now);
        ULONGLONG precise = (ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime;
        if (precise - seen < behind)
            behind = precise - seen;
    }
    ok(behind < 300000, "the system time is %llu us behind", behind / 10);
    Sleep(200);
    start = last = shared_time(0x08);
    for (ULONGLONG until = GetTickCount64() + 20000; last - start < 3000000 && GetTickCount64() < until;)
        last = shared_time(0x08);
    ok(last - start >= 3000000, "the interrupt time stands still");
}

TESTS
{
    test_version();
    test_folder();
    test_clocks();
    test_after_waiting();
}
