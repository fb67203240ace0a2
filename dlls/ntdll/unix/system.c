/* SPDX-License-Identifier: MIT */
/* system.c: NtQuerySystemInformation: sizes, time, handles, security state; processes are in system_process.c, processors in
 * system_cpu.c, their load in system_counters.c, firmware in system_firmware.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"
#include "handle_list.h"
#include "object_private.h"
#include "query.h"
#include "shared_data.h"
#include "system.h"

/* --- numbers --- */

uint64_t system_time_of(const struct timespec *time)
{
    return ((uint64_t)time->tv_sec + 11644473600ull) * 10000000 + (uint64_t)time->tv_nsec / 100;
}

uint64_t system_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return system_time_of(&now);
}

uint64_t system_boot_time(void)
{
    static uint64_t boot;
    if (!boot) {
        struct timespec up;
        clock_gettime(CLOCK_BOOTTIME, &up);
        boot = system_now() - ((uint64_t)up.tv_sec * 10000000 + (uint64_t)up.tv_nsec / 100);
    }
    return boot;
}

/* --- answers --- */

static NTSTATUS query_basic(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_BASIC_INFORMATION out = { 0 };
    uint64_t pages = system_memory_pages();
    out.TimerResolution = 156250;
    out.PageSize = NT_PAGE_SIZE;
    out.NumberOfPhysicalPages = (ULONG)pages;
    out.LowestPhysicalPageNumber = 1;
    out.HighestPhysicalPageNumber = (ULONG)pages;
    out.AllocationGranularity = ALLOCATION_GRANULARITY;
    out.MinimumUserModeAddress = NT_USER_SPACE_START;
    out.MaximumUserModeAddress = NT_USER_SPACE_LIMIT - 1;
    out.ActiveProcessorsAffinityMask = process_affinity();
    out.NumberOfProcessors = (CHAR)__builtin_popcountll(process_affinity());
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_time_of_day(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_TIMEOFDAY_INFORMATION out = { 0 };
    out.BootTime.QuadPart = (LONGLONG)system_boot_time();
    out.CurrentTime.QuadPart = (LONGLONG)system_now();
    out.TimeZoneBias.QuadPart = time_zone_bias();
    shared_data_update_bias();
    if (length > offsetof(SYSTEM_TIMEOFDAY_INFORMATION, TimeZoneId)) /* which takes a while */
        out.TimeZoneId = time_zone_id();
    /* A shorter buffer gets that part of it. */
    *needed = sizeof(out);
    if (length > sizeof(out))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, &out, length);
    *needed = length;
    return STATUS_SUCCESS;
}

static NTSTATUS query_time_adjustment(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_TIME_ADJUSTMENT_QUERY_INFORMATION out = { 156250, 156250, TRUE }; /* TRUE: not adjusted */
    return reply_exact(info, length, needed, &out, sizeof(out));
}

/* Kernel modules: just the two that programs look for, as there is no NT kernel. */
static NTSTATUS query_modules(void *info, ULONG length, ULONG *needed)
{
    static const char *const names[] = { "\\SystemRoot\\system32\\ntoskrnl.exe", "\\SystemRoot\\system32\\hal.dll" };
    const size_t head = offsetof(RTL_PROCESS_MODULES, Modules);
    RTL_PROCESS_MODULES *out = info;
    *needed = (ULONG)(head + 2 * sizeof(out->Modules[0]));
    if (length < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, *needed);
    out->NumberOfModules = 2;
    for (USHORT i = 0; i < 2; i++) {
        RTL_PROCESS_MODULE_INFORMATION *module = &out->Modules[i];
        module->LoadOrderIndex = i;
        module->LoadCount = 1;
        module->ImageSize = 0x1000;
        snprintf((char *)module->FullPathName, sizeof(module->FullPathName), "%s", names[i]);
        module->OffsetToFileName = (USHORT)(strrchr(names[i], '\\') + 1 - names[i]);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG SystemInformationLength,
                                  ULONG *ReturnLength)
{
    void *info = SystemInformation;
    ULONG length = info ? SystemInformationLength : 0;
    ULONG needed = 0;
    NTSTATUS status;
    if (!info && SystemInformationLength)
        return STATUS_ACCESS_VIOLATION;
    switch (SystemInformationClass) {
    case SystemBasicInformation:
    case SystemEmulationBasicInformation:
    case SystemNativeBasicInformation:
        status = query_basic(info, length, &needed);
        break;
    case SystemPerformanceInformation:
        status = system_performance(info, length, &needed);
        break;
    case SystemTimeOfDayInformation:
        status = query_time_of_day(info, length, &needed);
        break;
    case SystemProcessInformation:
    case SystemExtendedProcessInformation:
        status = system_processes(info, length, &needed, SystemInformationClass == SystemExtendedProcessInformation);
        break;
    case SystemProcessIdInformation:
        status = system_process_name(info, length, &needed);
        break;
    case SystemFlagsInformation: {
        ULONG flags = 0;
        status = reply_exact(info, length, &needed, &flags, sizeof(flags));
        break;
    }
    case SystemModuleInformation:
        status = query_modules(info, length, &needed);
        break;
    case SystemHandleInformation:
    case SystemExtendedHandleInformation:
        status =
            handle_list_query_system(SystemInformationClass == SystemExtendedHandleInformation, info, length, &needed);
        break;
    case SystemObjectInformation: /* kept only where gflags has "Maintain a list of objects for each type" set */
        return STATUS_UNSUCCESSFUL;
    case SystemPageFileInformation:
    case SystemPageFileInformationEx:
        needed = 0; /* Linux's swap is no page file that a program could find */
        status = STATUS_SUCCESS;
        break;
    case SystemFileCacheInformation:
    case SystemFileCacheInformationEx:
        status = system_file_cache(info, length, &needed);
        break;
    case SystemTimeAdjustmentInformation:
        status = query_time_adjustment(info, length, &needed);
        break;
    case SystemMemoryUsageInformation:
        status = system_memory_usage(info, length, &needed);
        break;
    case SystemMemoryListInformation:
        status = system_memory_lists(info, length, &needed);
        break;
    case SystemNumaAvailableMemory:
        status = system_numa_memory(info, length, &needed);
        break;
    case SystemDpcBehaviorInformation: {
        ULONG out[5] = { 0, 4, 3, 20, 20 }; /* queue depth, least rate, thresholds: what Windows has without tuning */
        status = reply_exact(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemKernelDebuggerInformationEx: {
        BOOLEAN out[3] = { FALSE, FALSE, FALSE }; /* allowed, enabled, present */
        status = reply_at_least(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemLeapSecondInformation: {
        struct {
            BOOLEAN enabled;
            ULONG flags;
        } out = { FALSE, 0 }; /* Linux's clock does not count them */
        status = reply_exact(info, length, &needed, &out, sizeof(out));
        break;
    }
    case SystemQueryPerformanceCounterInformation: {
        ULONG out[3] = { 1, 0, 1 }; /* version; whether the counter takes a system call, which is known */
        status = reply_at_least(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemIsolatedUserModeInformation: {
        ULONGLONG out[2] = { 0, 0 }; /* there is no secure kernel */
        status = reply_exact(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemFullProcessInformation: /* administrators' */
        status = STATUS_ACCESS_DENIED;
        break;
    case SystemKernelDebuggerInformation: {
        BOOLEAN out[2] = { FALSE, TRUE }; /* not enabled; not present */
        status = reply_at_least(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemRegistryQuotaInformation: {
        struct {
            ULONG allowed, used;
            SIZE_T paged_pool;
        } out = { UINT32_MAX, 0x1000000, 200000000 };
        status = reply_exact(info, length, &needed, &out, sizeof(out));
        break;
    }
    case SystemCurrentTimeZoneInformation:
    case SystemDynamicTimeZoneInformation:
        status = time_zone_query(SystemInformationClass == SystemDynamicTimeZoneInformation, info, length, &needed);
        break;
    case SystemRangeStartInformation: {
        ULONG_PTR start = 0xffff800000000000ull;
        status = reply_exact(info, length, &needed, &start, sizeof(start));
        break;
    }
    case SystemCodeIntegrityInformation: {
        SYSTEM_CODEINTEGRITY_INFORMATION out = { sizeof(out), 1 }; /* enabled, as on any PC */
        status = reply_exact(info, length, &needed, &out, sizeof(out));
        break;
    }
    case SystemSecureBootInformation: {
        BOOLEAN out[2] = { FALSE, FALSE };
        status = reply_at_least(info, length, &needed, out, sizeof(out));
        break;
    }
    case SystemBootEnvironmentInformation: {
        struct {
            GUID id;
            ULONG firmware;
            ULONGLONG flags;
        } out = { .firmware = access("/sys/firmware/efi", F_OK) == 0 ? 2 : 1 };
        status = reply_at_least(info, length, &needed, &out, sizeof(out));
        break;
    }
    case SystemFirmwareTableInformation:
        status = system_firmware(info, length, &needed);
        break;
    default:
        status = system_counters(SystemInformationClass, info, length, &needed);
        if (status == STATUS_INVALID_INFO_CLASS)
            status = system_processors(SystemInformationClass, NULL, 0, info, length, &needed);
    }
    if (ReturnLength && status != STATUS_INVALID_INFO_CLASS)
        *ReturnLength = needed;
    return status;
}

NTSTATUS NtQuerySystemInformationEx(ULONG SystemInformationClass, PVOID InputBuffer, ULONG InputBufferLength,
                                    PVOID SystemInformation, ULONG SystemInformationLength, ULONG *ReturnLength)
{
    ULONG needed = 0;
    if (!InputBuffer || !InputBufferLength)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = system_processors(SystemInformationClass, InputBuffer, InputBufferLength, SystemInformation,
                                        SystemInformation ? SystemInformationLength : 0, &needed);
    if (ReturnLength && status != STATUS_INVALID_INFO_CLASS)
        *ReturnLength = needed;
    return status;
}

NTSTATUS NtSetSystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG SystemInformationLength)
{
    (void)SystemInformation;
    (void)SystemInformationLength;
    switch (SystemInformationClass) {
    case SystemFileCacheInformation:
    case SystemTimeAdjustmentInformation:
    case SystemCurrentTimeZoneInformation:
    case SystemDynamicTimeZoneInformation:
        return STATUS_PRIVILEGE_NOT_HELD; /* the machine is Linux's to change */
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}
