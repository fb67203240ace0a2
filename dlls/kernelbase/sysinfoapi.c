/* SPDX-License-Identifier: MIT */
/* sysinfoapi.c: the machine, the system's version and directories, the clock. */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* --- the clock --- */

VOID WINAPI GetSystemTimeAsFileTime(FILETIME *time)
{
    LONGLONG now = RtlGetSystemTimePrecise(); /* the vDSO: no slower than a page that somebody has to update */

    memcpy(time, &now, sizeof(*time));
}

VOID WINAPI GetSystemTimePreciseAsFileTime(FILETIME *time)
{
    GetSystemTimeAsFileTime(time);
}

VOID WINAPI GetSystemTime(SYSTEMTIME *time)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    FileTimeToSystemTime(&now, time);
}

VOID WINAPI GetLocalTime(SYSTEMTIME *time)
{
    FILETIME now, local;

    GetSystemTimeAsFileTime(&now);
    FileTimeToLocalFileTime(&now, &local);
    FileTimeToSystemTime(&local, time);
}

BOOL WINAPI SetSystemTime(const SYSTEMTIME *time)
{
    LARGE_INTEGER value;
    FILETIME file_time;

    if (!SystemTimeToFileTime(time, &file_time))
        return FALSE;
    memcpy(&value, &file_time, sizeof(value));
    return set_ntstatus(NtSetSystemTime(&value, NULL));
}

BOOL WINAPI SetLocalTime(const SYSTEMTIME *time)
{
    FILETIME local, utc;
    LARGE_INTEGER value;

    if (!SystemTimeToFileTime(time, &local) || !LocalFileTimeToFileTime(&local, &utc))
        return FALSE;
    memcpy(&value, &utc, sizeof(value));
    return set_ntstatus(NtSetSystemTime(&value, NULL));
}

BOOL WINAPI GetSystemTimeAdjustment(DWORD *adjustment, DWORD *increment, BOOL *disabled)
{
    SYSTEM_TIME_ADJUSTMENT_QUERY_INFORMATION info;
    NTSTATUS status = NtQuerySystemInformation(SystemTimeAdjustmentInformation, &info, sizeof(info), NULL);

    if (!status) {
        *adjustment = info.TimeAdjustment;
        *increment = info.TimeIncrement;
        *disabled = info.Enable; /* named after the kernel's SetTimeAdjustment: TRUE means not adjusted */
    }
    return set_ntstatus(status);
}

ULONGLONG WINAPI GetTickCount64(VOID)
{
    LONGLONG counter;

    return RtlGetInterruptTimePrecise(&counter) / 10000;
}

DWORD WINAPI GetTickCount(VOID)
{
    return (DWORD)GetTickCount64();
}

/* --- realtimeapiset.h --- */

VOID WINAPI QueryInterruptTimePrecise(ULONGLONG *time)
{
    LONGLONG counter;

    *time = RtlGetInterruptTimePrecise(&counter);
}

VOID WINAPI QueryInterruptTime(ULONGLONG *time)
{
    QueryInterruptTimePrecise(time);
}

BOOL WINAPI QueryUnbiasedInterruptTime(ULONGLONG *time)
{
    return RtlQueryUnbiasedInterruptTime(time);
}

VOID WINAPI QueryUnbiasedInterruptTimePrecise(ULONGLONG *time)
{
    RtlQueryUnbiasedInterruptTime(time);
}

/* --- the machine --- */

static void system_info(SYSTEM_INFO *info)
{
    SYSTEM_BASIC_INFORMATION basic = { 0 };
    SYSTEM_PROCESSOR_INFORMATION cpu = { 0 };

    NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), NULL);
    NtQuerySystemInformation(SystemProcessorInformation, &cpu, sizeof(cpu), NULL);
    memset(info, 0, sizeof(*info));
    info->wProcessorArchitecture = cpu.ProcessorArchitecture;
    info->dwPageSize = basic.PageSize;
    info->lpMinimumApplicationAddress = (void *)basic.MinimumUserModeAddress;
    info->lpMaximumApplicationAddress = (void *)basic.MaximumUserModeAddress;
    info->dwActiveProcessorMask = basic.ActiveProcessorsAffinityMask;
    info->dwNumberOfProcessors = (UCHAR)basic.NumberOfProcessors;
    info->dwAllocationGranularity = basic.AllocationGranularity;
    info->wProcessorLevel = cpu.ProcessorLevel;
    info->wProcessorRevision = cpu.ProcessorRevision;
    info->dwProcessorType =
        cpu.ProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64 ? PROCESSOR_AMD_X8664 : PROCESSOR_INTEL_PENTIUM;
}

VOID WINAPI GetSystemInfo(SYSTEM_INFO *info)
{
    system_info(info);
}

VOID WINAPI GetNativeSystemInfo(SYSTEM_INFO *info)
{
    system_info(info);
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64; /* the only machine there is */
}

BOOL WINAPI GlobalMemoryStatusEx(MEMORYSTATUSEX *status)
{
    SYSTEM_MEMORY_USAGE_INFORMATION usage;
    SYSTEM_BASIC_INFORMATION basic;
    VM_COUNTERS_EX vm;

    if (status->dwLength != sizeof(*status))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), NULL)) ||
        !set_ntstatus(NtQuerySystemInformation(SystemMemoryUsageInformation, &usage, sizeof(usage), NULL)))
        return FALSE;
    if (NtQueryInformationProcess(NT_CURRENT_PROCESS, ProcessVmCounters, &vm, sizeof(vm), NULL))
        vm.VirtualSize = 0;
    status->ullTotalPhys = usage.TotalPhysicalBytes;
    status->ullAvailPhys = usage.AvailableBytes;
    status->ullTotalPageFile = usage.CommitLimitBytes;
    status->ullAvailPageFile =
        usage.CommitLimitBytes > usage.CommittedBytes ? usage.CommitLimitBytes - usage.CommittedBytes : 0;
    status->ullTotalVirtual = basic.MaximumUserModeAddress - basic.MinimumUserModeAddress + 1;
    status->ullAvailVirtual = status->ullTotalVirtual > vm.VirtualSize ? status->ullTotalVirtual - vm.VirtualSize : 0;
    status->ullAvailExtendedVirtual = 0;
    status->dwMemoryLoad =
        status->ullTotalPhys ? (status->ullTotalPhys - status->ullAvailPhys) * 100 / status->ullTotalPhys : 0;
    return TRUE;
}

VOID WINAPI GlobalMemoryStatus(MEMORYSTATUS *result)
{
    MEMORYSTATUSEX status = { .dwLength = sizeof(status) };

    memset(result, 0, sizeof(*result));
    result->dwLength = sizeof(*result);
    if (!GlobalMemoryStatusEx(&status))
        return;
    result->dwMemoryLoad = status.dwMemoryLoad;
    result->dwTotalPhys = status.ullTotalPhys;
    result->dwAvailPhys = status.ullAvailPhys;
    result->dwTotalPageFile = status.ullTotalPageFile;
    result->dwAvailPageFile = status.ullAvailPageFile;
    result->dwTotalVirtual = status.ullTotalVirtual;
    result->dwAvailVirtual = status.ullAvailVirtual;
}

BOOL WINAPI GetPhysicallyInstalledSystemMemory(ULONGLONG *kilobytes)
{
    SYSTEM_BASIC_INFORMATION basic;

    if (!kilobytes)
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), NULL)))
        return FALSE;
    *kilobytes = (ULONGLONG)basic.NumberOfPhysicalPages * (basic.PageSize / 1024);
    return TRUE;
}

BOOL WINAPI GetLogicalProcessorInformation(SYSTEM_LOGICAL_PROCESSOR_INFORMATION *buffer, DWORD *size)
{
    ULONG needed = 0;
    NTSTATUS status = NtQuerySystemInformation(SystemLogicalProcessorInformation, buffer, *size, &needed);

    *size = needed;
    if (status == STATUS_INFO_LENGTH_MISMATCH || status == STATUS_BUFFER_TOO_SMALL)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_ntstatus(status);
}

BOOL WINAPI GetLogicalProcessorInformationEx(LOGICAL_PROCESSOR_RELATIONSHIP relationship,
                                             SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *buffer, DWORD *size)
{
    ULONG needed = 0;
    NTSTATUS status;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    status = NtQuerySystemInformationEx(SystemLogicalProcessorAndGroupInformation, &relationship, sizeof(relationship),
                                        buffer, *size, &needed);
    *size = needed;
    if (status == STATUS_INFO_LENGTH_MISMATCH || status == STATUS_BUFFER_TOO_SMALL)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_ntstatus(status);
}

BOOL WINAPI GetSystemCpuSetInformation(void *info, ULONG size, ULONG *returned, HANDLE process, ULONG flags)
{
    NTSTATUS status;

    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    *returned = 0;
    status = NtQuerySystemInformationEx(SystemCpuSetInformation, &process, sizeof(process), info, size, returned);
    if (status == STATUS_BUFFER_TOO_SMALL || status == STATUS_INFO_LENGTH_MISMATCH)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_ntstatus(status);
}

/* --- cycles: of the idle threads, or of interrupts, each processor's; the sizes are in bytes --- */

static BOOL processor_cycles(ULONG class, void *buffer, ULONG *size)
{
    ULONG needed = 0;
    NTSTATUS status = NtQuerySystemInformation(class, buffer, buffer ? *size : 0, &needed);

    *size = needed;
    if (!buffer && status == STATUS_BUFFER_TOO_SMALL)
        return TRUE; /* QueryIdleProcessorCycleTime: "If this parameter is NULL", the size is told */
    if (status == STATUS_BUFFER_TOO_SMALL)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_ntstatus(status);
}

BOOL WINAPI QueryIdleProcessorCycleTime(ULONG *size, ULONG64 *cycles)
{
    return processor_cycles(SystemProcessorIdleCycleTimeInformation, cycles, size);
}

BOOL WINAPI QueryIdleProcessorCycleTimeEx(USHORT group, ULONG *size, ULONG64 *cycles)
{
    return group ? fail(ERROR_INVALID_PARAMETER) : QueryIdleProcessorCycleTime(size, cycles);
}

BOOL WINAPI GetProcessorSystemCycleTime(USHORT group, SYSTEM_PROCESSOR_CYCLE_TIME_INFORMATION *cycles, DWORD *size)
{
    ULONG room = *size;

    if (group)
        return fail(ERROR_INVALID_PARAMETER);
    if (cycles)
        return processor_cycles(SystemProcessorCycleTimeInformation, cycles, size);
    processor_cycles(SystemProcessorCycleTimeInformation, NULL, size);
    return room < *size ? fail(ERROR_INSUFFICIENT_BUFFER) : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI GetSystemTimes(FILETIME *idle, FILETIME *kernel, FILETIME *user)
{
    SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION *info;
    ULONGLONG idle_time = 0, kernel_time = 0, user_time = 0;
    ULONG count = nt_peb()->NumberOfProcessors, i;
    NTSTATUS status;

    if (!(info = kb_alloc(count * sizeof(*info))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    status = NtQuerySystemInformation(SystemProcessorPerformanceInformation, info, count * sizeof(*info), NULL);
    for (i = 0; i < count && !status; i++) {
        idle_time += info[i].IdleTime.QuadPart;
        kernel_time += info[i].KernelTime.QuadPart;
        user_time += info[i].UserTime.QuadPart;
    }
    kb_free(info);
    if (!set_ntstatus(status))
        return FALSE;
    if (idle)
        memcpy(idle, &idle_time, sizeof(*idle));
    if (kernel)
        memcpy(kernel, &kernel_time, sizeof(*kernel));
    if (user)
        memcpy(user, &user_time, sizeof(*user));
    return TRUE;
}

/* --- firmware --- */

#define TABLE_ENUMERATE 0
#define TABLE_GET       1

/* SYSTEM_FIRMWARE_TABLE_INFORMATION */
struct firmware_table {
    ULONG provider, action, table, length;
    UCHAR data[];
};

/* The size of the table, or what it takes if the buffer is too small for it. */
static UINT firmware_table(DWORD provider, ULONG action, DWORD table, void *buffer, DWORD size)
{
    ULONG total = offsetof(struct firmware_table, data) + size, result = 0;
    struct firmware_table *info = total < size ? NULL : kb_alloc(total);
    NTSTATUS status;

    if (!info) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    *info = (struct firmware_table){ provider, action, table, size };
    status = NtQuerySystemInformation(SystemFirmwareTableInformation, info, total, NULL);
    if (!status || status == STATUS_BUFFER_TOO_SMALL)
        result = info->length;
    if (!status)
        memcpy(buffer, info->data, result);
    kb_free(info);
    set_ntstatus(status);
    return result;
}

UINT WINAPI EnumSystemFirmwareTables(DWORD provider, void *buffer, DWORD size)
{
    return firmware_table(provider, TABLE_ENUMERATE, 0, buffer, size);
}

UINT WINAPI GetSystemFirmwareTable(DWORD provider, DWORD table, void *buffer, DWORD size)
{
    return firmware_table(provider, TABLE_GET, table, buffer, size);
}

BOOL WINAPI GetFirmwareType(FIRMWARE_TYPE *type)
{
    struct {
        GUID id;
        ULONG firmware;
        ULONGLONG flags;
    } boot;

    if (!type)
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtQuerySystemInformation(SystemBootEnvironmentInformation, &boot, sizeof(boot), NULL)))
        return FALSE;
    *type = boot.firmware;
    return TRUE;
}

/* --- directories --- */

static const WCHAR windows_directory[] = L"C:\\windows";
static const WCHAR system_directory[] = L"C:\\windows\\system32";

UINT WINAPI GetWindowsDirectoryW(WCHAR *buffer, UINT size)
{
    return return_string_w(windows_directory, ARRAY_SIZE(windows_directory) - 1, buffer, size);
}

UINT WINAPI GetWindowsDirectoryA(char *buffer, UINT size)
{
    return return_string_a(windows_directory, ARRAY_SIZE(windows_directory) - 1, buffer, size);
}

UINT WINAPI GetSystemWindowsDirectoryW(WCHAR *buffer, UINT size)
{
    return GetWindowsDirectoryW(buffer, size);
}

UINT WINAPI GetSystemWindowsDirectoryA(char *buffer, UINT size)
{
    return GetWindowsDirectoryA(buffer, size);
}

UINT WINAPI GetSystemDirectoryW(WCHAR *buffer, UINT size)
{
    return return_string_w(system_directory, ARRAY_SIZE(system_directory) - 1, buffer, size);
}

UINT WINAPI GetSystemDirectoryA(char *buffer, UINT size)
{
    return return_string_a(system_directory, ARRAY_SIZE(system_directory) - 1, buffer, size);
}
