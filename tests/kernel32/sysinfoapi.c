/* SPDX-License-Identifier: MIT */
/* sysinfoapi.c: what programs ask about the computer: processors, memory, firmware, power, times. */
#define _WIN32_WINNT 0x0a00
#include "../test.h"
#include <psapi.h>

#define RSMB 0x52534d42
#define ACPI 0x41435049

static ULONG bits(ULONG_PTR mask)
{
    return (ULONG)__builtin_popcountll(mask);
}

static void test_info(void)
{
    SYSTEM_INFO info, native;

    GetSystemInfo(&info);
    GetNativeSystemInfo(&native);
    ok_int(native.wProcessorArchitecture, PROCESSOR_ARCHITECTURE_AMD64);
    ok_int(info.dwPageSize, 4096);
    ok_int(info.dwAllocationGranularity, 65536);
    ok(info.lpMinimumApplicationAddress == (void *)0x10000, "%p", info.lpMinimumApplicationAddress);
#ifdef _WIN64
    ok_int(info.wProcessorArchitecture, PROCESSOR_ARCHITECTURE_AMD64);
    ok(info.lpMaximumApplicationAddress == (void *)0x7ffffffeffff, "%p", info.lpMaximumApplicationAddress);
#endif
    ok_int(info.dwNumberOfProcessors, bits(info.dwActiveProcessorMask));
    ok_int(info.dwProcessorType, 8664);
    ok(IsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE), "no SSE2");
    ok(IsProcessorFeaturePresent(PF_COMPARE_EXCHANGE128), "no CMPXCHG16B");
    ok(IsProcessorFeaturePresent(PF_NX_ENABLED), "no NX");
    ok(!IsProcessorFeaturePresent(PF_ARM_NEON_INSTRUCTIONS_AVAILABLE), "NEON");
    ok(!IsProcessorFeaturePresent(1000), "feature 1000");
}

static void test_memory(void)
{
    MEMORYSTATUSEX status = { .dwLength = sizeof(status) };
    MEMORYSTATUS old;
    PERFORMANCE_INFORMATION performance;
    ULONGLONG installed = 0;

    ok(GlobalMemoryStatusEx(&status), "error %lu", GetLastError());
    ok(status.ullAvailPhys && status.ullAvailPhys <= status.ullTotalPhys, "%llu of %llu", status.ullAvailPhys,
       status.ullTotalPhys);
    ok(status.ullTotalPageFile >= status.ullTotalPhys, "%llu", status.ullTotalPageFile);
    ok(status.ullAvailPageFile <= status.ullTotalPageFile, "%llu", status.ullAvailPageFile);
    ok(status.ullAvailVirtual && status.ullAvailVirtual < status.ullTotalVirtual, "%llu", status.ullAvailVirtual);
    ok(status.dwMemoryLoad <= 100, "%lu%%", status.dwMemoryLoad);
    status.dwLength = 10;
    ok_err(GlobalMemoryStatusEx(&status), ERROR_INVALID_PARAMETER);
    GlobalMemoryStatus(&old);
    ok_int(old.dwLength, sizeof(old));
    ok(GetPerformanceInfo(&performance, sizeof(performance)), "error %lu", GetLastError());
    ok(performance.ProcessCount && performance.ThreadCount >= performance.ProcessCount, "%lu, %lu",
       performance.ProcessCount, performance.ThreadCount);
    ok(performance.PhysicalTotal == status.ullTotalPhys / 4096, "%zu", (size_t)performance.PhysicalTotal);
    ok_err(GetPerformanceInfo(&performance, sizeof(performance) - 1), ERROR_BAD_LENGTH);
    ok(GetPhysicallyInstalledSystemMemory(&installed) && installed * 1024 >= status.ullTotalPhys, "%llu", installed);
    ok_err(GetPhysicallyInstalledSystemMemory(NULL), ERROR_INVALID_PARAMETER);
}

/* The records of GetLogicalProcessorInformation(Ex) describe the same processors. */
static void test_topology(void)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *records, *record;
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION *old;
    SYSTEM_INFO info;
    DWORD size = 0, old_size = 0;
    ULONG_PTR cores = 0, packages = 0, nodes = 0;
    ULONG core_count = 0, old_cores = 0, caches = 0, groups = 0;

    GetSystemInfo(&info);
    ok_err(GetLogicalProcessorInformationEx(RelationAll, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    records = malloc(size);
    ok(GetLogicalProcessorInformationEx(RelationAll, records, &size), "error %lu", GetLastError());
    for (record = records; (char *)record < (char *)records + size; record = (void *)((char *)record + record->Size)) {
        ok(record->Size >= 16 && record->Size % 8 == 0, "%lu", record->Size);
        switch (record->Relationship) {
        case RelationProcessorCore:
            ok(!(cores & record->Processor.GroupMask[0].Mask), "in two cores");
            ok_int(record->Processor.Flags, bits(record->Processor.GroupMask[0].Mask) > 1 ? LTP_PC_SMT : 0);
            cores |= record->Processor.GroupMask[0].Mask;
            core_count++;
            break;
        case RelationProcessorPackage:
            packages |= record->Processor.GroupMask[0].Mask;
            break;
        case RelationNumaNode:
            nodes |= record->NumaNode.GroupMask.Mask;
            break;
        case RelationCache:
            ok(record->Cache.Level >= 1 && record->Cache.Level <= 4 && record->Cache.CacheSize, "level %u, %lu bytes",
               record->Cache.Level, record->Cache.CacheSize);
            caches++;
            break;
        case RelationGroup:
            groups++;
            ok_int(record->Group.ActiveGroupCount, 1);
            ok(record->Group.GroupInfo[0].ActiveProcessorMask == info.dwActiveProcessorMask, "%p",
               (void *)record->Group.GroupInfo[0].ActiveProcessorMask);
            break;
        default:
            break;
        }
    }
    ok(cores == info.dwActiveProcessorMask && packages == cores && nodes == cores, "%zx, %zx, %zx of %zx",
       (size_t)cores, (size_t)packages, (size_t)nodes, (size_t)info.dwActiveProcessorMask);
    ok_int(groups, 1);
    free(records);

    ok_err(GetLogicalProcessorInformation(NULL, &old_size), ERROR_INSUFFICIENT_BUFFER);
    old = malloc(old_size);
    ok(GetLogicalProcessorInformation(old, &old_size), "error %lu", GetLastError());
    for (ULONG i = 0; i < old_size / sizeof(*old); i++)
        old_cores += old[i].Relationship == RelationProcessorCore;
    ok_int(old_cores, core_count);
    free(old);
    size = 0;
    ok_err(GetLogicalProcessorInformationEx(RelationProcessorCore, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_int(size, core_count * 48);
    ok_int(GetActiveProcessorGroupCount(), 1);
    ok_int(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS), info.dwNumberOfProcessors);
    ok_int(GetActiveProcessorCount(7), 0);
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
}

/* Of one kind: every processor is in one of them (GetLogicalProcessorInformationEx's page). Kinds 6 and 7 came later. */
static void test_parts(void)
{
    static const struct {
        ULONG asked, told;
        bool new;
    } kinds[] = {
        { RelationProcessorCore, RelationProcessorCore, false },       { RelationNumaNode, RelationNumaNode, false },
        { RelationProcessorPackage, RelationProcessorPackage, false }, { 5 /* RelationProcessorDie */, 5, true },
        { 6 /* RelationNumaNodeEx */, RelationNumaNode, true },        { 7 /* RelationProcessorModule */, 7, true }
    };
    static SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX records[256];
    SYSTEM_INFO info;
    DWORD size;

    GetSystemInfo(&info);
    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *record;
        ULONG_PTR all = 0;

        size = sizeof(records);
        if (!GetLogicalProcessorInformationEx(kinds[i].asked, records, &size)) {
            ok(kinds[i].new && !test_is_transom() && GetLastError() == ERROR_INVALID_PARAMETER, "kind %lu: error %lu",
               kinds[i].asked, GetLastError());
            continue;
        }
        for (record = records; (char *)record < (char *)records + size;
             record = (void *)((char *)record + record->Size)) {
            const GROUP_AFFINITY *affinity =
                kinds[i].told == RelationNumaNode ? &record->NumaNode.GroupMask : record->Processor.GroupMask;

            ok_int(record->Relationship, kinds[i].told);
            ok(!(all & affinity->Mask), "kind %lu: in two", kinds[i].asked);
            all |= affinity->Mask;
        }
        ok(all == info.dwActiveProcessorMask, "kind %lu: %zx", kinds[i].asked, (size_t)all);
    }
    size = sizeof(records);
    ok_err(GetLogicalProcessorInformationEx(99, records, &size), ERROR_INVALID_PARAMETER);
}

static void test_numa(void)
{
    ULONG highest = 99;
    ULONGLONG mask = 0, available = 0;
    GROUP_AFFINITY affinity;
    PROCESSOR_NUMBER number = { 0 };
    USHORT node = 99;
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    ok(GetNumaHighestNodeNumber(&highest) && highest < 64, "%lu", highest);
    ok(GetNumaNodeProcessorMask(0, &mask) && mask, "%llx", mask);
    ok(GetNumaNodeProcessorMaskEx(0, &affinity) && affinity.Mask == mask && !affinity.Group, "%zx",
       (size_t)affinity.Mask);
    ok_err(GetNumaNodeProcessorMaskEx((USHORT)(highest + 1), &affinity), ERROR_INVALID_PARAMETER);
    number.Number = (BYTE)__builtin_ctzll(info.dwActiveProcessorMask);
    ok(GetNumaProcessorNodeEx(&number, &node) && node <= highest, "%u", node);
    number.Number = 200;
    ok_err(GetNumaProcessorNodeEx(&number, &node), ERROR_INVALID_PARAMETER);
    ok(GetNumaAvailableMemoryNodeEx(0, &available) && available, "%llu", available);
    ok_err(GetNumaAvailableMemoryNodeEx((USHORT)(highest + 1), &available), ERROR_INVALID_PARAMETER);
}

static void test_cpu_sets(void)
{
    ULONG needed = 0;
    struct { /* SYSTEM_CPU_SET_INFORMATION */
        DWORD size, type, id;
        WORD group;
        BYTE processor, core, cache, node, efficiency, flags;
        DWORD reserved;
        DWORD64 tag;
    } * sets;
    BOOL(WINAPI * get_sets)(void *, ULONG, ULONG *, HANDLE, ULONG);
    SYSTEM_INFO info;

    get_sets = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetSystemCpuSetInformation");
    if (!get_sets) {
        skip("no CPU sets");
        return;
    }
    GetSystemInfo(&info);
    ok_err(get_sets(NULL, 0, &needed, GetCurrentProcess(), 0), ERROR_INSUFFICIENT_BUFFER);
    ok_int(needed, info.dwNumberOfProcessors * sizeof(*sets));
    sets = malloc(needed);
    ok(get_sets(sets, needed, &needed, GetCurrentProcess(), 0), "error %lu", GetLastError());
    for (ULONG i = 0; i < info.dwNumberOfProcessors; i++) {
        ok_int(sets[i].size, sizeof(*sets));
        ok_int(sets[i].type, 0);
        ok(sets[i].id >= 0x100, "%lx", sets[i].id);
    }
    free(sets);
}

/* RawSMBIOSData, and in it structures that follow each other up to the one of type 127 (DSP0134). */
static void test_smbios(void)
{
    struct {
        BYTE method, major, minor, revision;
        DWORD length;
        BYTE data[];
    } * raw;
    UINT size = GetSystemFirmwareTable(RSMB, 0, NULL, 0);
    DWORD table = 99, at = 0, seen = 0;
    bool ended = false;

    ok(size > 8, "error %lu", GetLastError());
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok_int(EnumSystemFirmwareTables(RSMB, &table, sizeof(table)), 4);
    ok_int(table, 0);
    raw = malloc(size);
    ok_int(GetSystemFirmwareTable(RSMB, 0, raw, size), size);
    ok_int(raw->length, size - 8);
    ok(raw->major >= 2, "version %u.%u", raw->major, raw->minor);
    while (at + 4 < raw->length && !ended) {
        const BYTE *structure = raw->data + at;

        ended = structure[0] == 127;
        if (structure[0] < 32)
            seen |= 1u << structure[0];
        if (structure[0] == 1)
            ok(structure[1] >= 0x1b && structure[4] == 1, "type 1 of %u bytes", structure[1]);
        at += structure[1];
        while (at + 1 < raw->length && (raw->data[at] || raw->data[at + 1]))
            at++;
        at += 2;
    }
    ok(ended, "no end");
    ok(seen & 1 << 0 && seen & 1 << 1 && seen & 1 << 4 && seen & 1 << 17, "types %lx", seen);
    free(raw);

    /* Any other provider: "The function was called with a provider that does not exist" */
    ok_int(GetSystemFirmwareTable(0x12345678, 0, NULL, 0), 0);
    ok_int(GetLastError(), ERROR_INVALID_FUNCTION);
    ok_int(GetSystemFirmwareTable(ACPI, 0x454e4f4e, NULL, 0), 0);
    ok_int(GetLastError(), ERROR_NOT_FOUND);
}

static void test_firmware_type(void)
{
    FIRMWARE_TYPE type = FirmwareTypeMax;

    ok(GetFirmwareType(&type) && (type == FirmwareTypeBios || type == FirmwareTypeUefi), "%d", type);
}

static void test_power(void)
{
    SYSTEM_POWER_STATUS status;

    ok(GetSystemPowerStatus(&status), "error %lu", GetLastError());
    ok(status.ACLineStatus <= 1 || status.ACLineStatus == 255, "%u", status.ACLineStatus);
    if (status.BatteryFlag & 128) {
        ok_int(status.BatteryFlag == 128 || status.BatteryFlag == 255, TRUE);
        ok_int(status.BatteryLifePercent, 255);
        ok_int((LONG)status.BatteryLifeTime, -1);
    } else {
        ok(status.BatteryLifePercent <= 100 || status.BatteryLifePercent == 255, "%u", status.BatteryLifePercent);
    }
}

static ULONGLONG time_of(FILETIME time)
{
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static void test_times(void)
{
    FILETIME idle, kernel, user;
    IO_COUNTERS before = { 0 }, after = { 0 };
    ULONG64 cycles[64];
    ULONG size = 0;
    char path[MAX_PATH], name[MAX_PATH];
    HANDLE file;
    DWORD written;
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    ok(GetSystemTimes(&idle, &kernel, &user), "error %lu", GetLastError());
    ok(time_of(kernel) >= time_of(idle) && time_of(user), "idle %llu, kernel %llu, user %llu", time_of(idle),
       time_of(kernel), time_of(user));
    ok(QueryIdleProcessorCycleTime(&size, NULL), "error %lu", GetLastError());
    ok_int(size, info.dwNumberOfProcessors * 8);
    size = sizeof(cycles);
    ok(QueryIdleProcessorCycleTime(&size, cycles) && size == info.dwNumberOfProcessors * 8, "error %lu",
       GetLastError());
    size = 4;
    ok_err(QueryIdleProcessorCycleTime(&size, cycles), ERROR_INSUFFICIENT_BUFFER);

    ok(GetProcessIoCounters(GetCurrentProcess(), &before), "error %lu", GetLastError());
    GetTempPathA(MAX_PATH, path);
    GetTempFileNameA(path, "sys", 0, name);
    file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    for (int i = 0; i < 10; i++)
        WriteFile(file, path, 100, &written, NULL);
    CloseHandle(file);
    ok(GetProcessIoCounters(GetCurrentProcess(), &after), "error %lu", GetLastError());
    ok(after.WriteOperationCount >= before.WriteOperationCount + 10, "%llu, %llu", before.WriteOperationCount,
       after.WriteOperationCount);
    ok(after.WriteTransferCount >= before.WriteTransferCount + 1000, "%llu, %llu", before.WriteTransferCount,
       after.WriteTransferCount);
}

TESTS
{
    test_info();
    test_memory();
    test_topology();
    test_parts();
    test_numa();
    test_cpu_sets();
    test_smbios();
    test_firmware_type();
    test_power();
    test_times();
}
