/* SPDX-License-Identifier: MIT */
/* system.c: NtQuerySystemInformation and NtPowerInformation: sizes and errors of the classes, numbers that must fit together. */
#include "../test.h"
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, NtQuerySystemInformation, ULONG, void *, ULONG, ULONG *)                                                   \
    X(LONG, NtQuerySystemInformationEx, ULONG, void *, ULONG, void *, ULONG, ULONG *)                                  \
    X(LONG, NtPowerInformation, ULONG, void *, ULONG, void *, ULONG)
DECLARE_FUNCTIONS

#define LENGTH_MISMATCH  0xc0000004
#define INVALID_CLASS    0xc0000003
#define BUFFER_TOO_SMALL 0xc0000023

static ULONG processors;

/* Classes with one size: what is asked with less, with that and with more. */
static void test_sizes(void)
{
    static const struct {
        ULONG class, size;
        bool exact;
    } classes[] = {
        { 0, 64, true },    /* SystemBasicInformation */
        { 1, 12, false },   /* SystemProcessorInformation */
        { 7, 24, false },   /* SystemDeviceInformation */
        { 9, 4, true },     /* SystemFlagsInformation */
        { 24, 20, true },   /* SystemDpcBehaviorInformation */
        { 28, 12, true },   /* SystemTimeAdjustmentInformation */
        { 33, 16, false },  /* SystemExceptionInformation */
        { 35, 2, false },   /* SystemKernelDebuggerInformation */
        { 36, 48, false },  /* SystemContextSwitchInformation */
        { 37, 16, true },   /* SystemRegistryQuotaInformation */
        { 44, 172, true },  /* SystemCurrentTimeZoneInformation */
        { 50, 8, true },    /* SystemRangeStartInformation */
        { 62, 64, true },   /* SystemEmulationBasicInformation */
        { 63, 12, false },  /* SystemEmulationProcessorInformation */
        { 90, 32, false },  /* SystemBootEnvironmentInformation */
        { 102, 432, true }, /* SystemDynamicTimeZoneInformation */
        { 103, 8, true },   /* SystemCodeIntegrityInformation */
        { 114, 64, true },  /* SystemNativeBasicInformation */
        { 124, 12, false }, /* SystemQueryPerformanceCounterInformation */
        { 145, 2, false },  /* SystemSecureBootInformation */
        { 149, 3, false },  /* SystemKernelDebuggerInformationEx */
        { 165, 16, true },  /* SystemIsolatedUserModeInformation */
        { 182, 56, false }, /* SystemMemoryUsageInformation */
        { 196, 4, true },   /* SystemKernelVaShadowInformation */
        { 206, 8, true },   /* SystemLeapSecondInformation */
    };
    ULONGLONG buffer[64];

    for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        ULONG class = classes[i].class, size = classes[i].size, returned = 0;
        LONG status;

        status = NtQuerySystemInformation(class, buffer, size, &returned);
        ok(!status && returned == size, "class %lu: %lx, %lu", class, status, returned);
        status = NtQuerySystemInformation(class, buffer, size - 1, &returned);
        ok((ULONG)status == LENGTH_MISMATCH && returned == size, "class %lu, too small: %lx, %lu", class, status,
           returned);
        status = NtQuerySystemInformation(class, buffer, size + 8, &returned);
        if (test_is_transom() && classes[i].exact)
            ok((ULONG)status == LENGTH_MISMATCH, "class %lu, too large: %lx", class, status);
    }
    ok_hex(NtQuerySystemInformation(0, NULL, 64, NULL), 0xc0000005);
    ok_hex(NtQuerySystemInformation(0, NULL, 0, NULL), LENGTH_MISMATCH);
    ok_hex(NtQuerySystemInformation(0x7fff, buffer, sizeof(buffer), NULL), INVALID_CLASS);
    ok_hex(NtQuerySystemInformationEx(0x7fff, buffer, 8, buffer, sizeof(buffer), NULL), INVALID_CLASS);
    ok_hex(NtQuerySystemInformationEx(107, NULL, 0, buffer, sizeof(buffer), NULL), 0xc000000d);
}

/* NtQuerySystemInformation's page: an entry for each processor; shorter buffers get as many as fit. */
static void test_processors(void)
{
    struct {
        LARGE_INTEGER idle, kernel, user, dpc, interrupt;
        ULONG interrupts;
    } load[64], later[64];
    ULONG returned = 0;
    LONGLONG before = 0, after = 0;
    ULONGLONG cycles[64];

    memset(load, 0, sizeof(load));
    ok_hex(NtQuerySystemInformation(8, load, sizeof(load), &returned), 0);
    ok_int(returned, processors * 48);
    for (ULONG i = 0; i < processors; i++) {
        ok(load[i].kernel.QuadPart >= load[i].idle.QuadPart, "processor %lu: the kernel's time has the idle one in it",
           i);
        before += load[i].kernel.QuadPart + load[i].user.QuadPart;
    }
    for (ULONGLONG end = GetTickCount64() + 100; GetTickCount64() < end;)
        ;
    ok_hex(NtQuerySystemInformation(8, later, sizeof(later), &returned), 0);
    for (ULONG i = 0; i < processors; i++)
        after += later[i].kernel.QuadPart + later[i].user.QuadPart;
    ok(after > before, "no time has passed");
    ok_hex(NtQuerySystemInformation(8, load, 48, &returned), 0);
    ok_int(returned, 48);
    ok_hex(NtQuerySystemInformation(8, load, 47, &returned), LENGTH_MISMATCH);
    ok_int(returned, processors * 48);
    ok_hex(NtQuerySystemInformation(83, cycles, sizeof(cycles), &returned), 0);
    ok_int(returned, processors * 8);
}

static void test_performance(void)
{
    ULONG buffer[100], returned = 0;
    LARGE_INTEGER times[6];

    ok_hex(NtQuerySystemInformation(2, buffer, sizeof(buffer), &returned), 0);
    ok(returned >= 312, "%lu", returned);
    ok(buffer[11] && buffer[12] < buffer[13], "available %lu, committed %lu of %lu", buffer[11], buffer[12],
       buffer[13]);
    ok_hex(NtQuerySystemInformation(2, buffer, 100, &returned), LENGTH_MISMATCH);
    ok(returned >= 312, "%lu", returned);

    ok_hex(NtQuerySystemInformation(3, times, 48, &returned), 0);
    ok_int(returned, 48);
    ok(times[0].QuadPart < times[1].QuadPart, "started after now");
    ok_hex(NtQuerySystemInformation(3, times, 8, &returned), 0); /* a part of it */
    ok_int(returned, 8);
    ok_hex(NtQuerySystemInformation(3, times, 56, &returned), LENGTH_MISMATCH);
}

static void test_firmware(void)
{
    struct {
        ULONG provider, action, table, length;
        BYTE data[65536];
    } *request = malloc(sizeof(*request));
    ULONG returned = 0;

    *request = (typeof(*request)){ .provider = 0x52534d42, .action = 1 };
    ok_hex(NtQuerySystemInformation(76, request, 16, &returned), BUFFER_TOO_SMALL);
    ok_int(returned, 16 + request->length);
    ok_hex(NtQuerySystemInformation(76, request, sizeof(*request), &returned), 0);
    ok_hex(NtQuerySystemInformation(76, request, 15, &returned), LENGTH_MISMATCH);
    free(request);
}

/* CallNtPowerInformation's page */
static void test_power(void)
{
    struct {
        ULONG number, max_mhz, current_mhz, limit, max_idle, idle;
    } clocks[64] = { { 0 } };
    BYTE buffer[300];

    ok_hex(NtPowerInformation(11, NULL, 0, clocks, sizeof(clocks)), 0);
    ok(clocks[0].max_mhz > 100 && clocks[0].current_mhz > 100, "%lu of %lu MHz", clocks[0].current_mhz,
       clocks[0].max_mhz);
    ok_hex(NtPowerInformation(11, NULL, 0, clocks, 4), BUFFER_TOO_SMALL);
    ok_hex(NtPowerInformation(4, NULL, 0, buffer, 76), 0);
    ok_hex(NtPowerInformation(4, NULL, 0, buffer, 75), BUFFER_TOO_SMALL);
    ok_hex(NtPowerInformation(5, NULL, 0, buffer, 32), 0);
    ok_hex(NtPowerInformation(8, NULL, 0, buffer, 232), 0);
    ok_int(*(ULONG *)buffer, 1);
    ok_hex(NtPowerInformation(8, NULL, 0, buffer, 231), BUFFER_TOO_SMALL);
    ok_hex(NtPowerInformation(9, NULL, 0, buffer, 24), 0);
    ok_hex(NtPowerInformation(12, NULL, 0, buffer, 16), 0);
    ok_hex(NtPowerInformation(14, NULL, 0, buffer, 8), 0);
    ok_hex(NtPowerInformation(16, NULL, 0, buffer, 4), 0);
}

/* The lists of objects by type are kept if the global flag FLG_MAINTAIN_OBJECT_TYPELIST says so ("GFlags Flag Table"). */
static void test_objects(void)
{
    static char buffer[4096];
    ULONG flags = 0, length;
    ok_status(NtQuerySystemInformation(9 /* SystemFlagsInformation */, &flags, sizeof(flags), &length), 0);
    if (flags & 0x4000)
        return;
    ok_status(NtQuerySystemInformation(17 /* SystemObjectInformation */, buffer, sizeof(buffer), &length), 0xc0000001);
}

TESTS
{
    SYSTEM_INFO info;

    if (!get_functions())
        return;
    test_objects();
    GetSystemInfo(&info);
    processors = info.dwNumberOfProcessors;
    test_sizes();
    test_processors();
    test_performance();
    test_firmware();
    test_power();
}
