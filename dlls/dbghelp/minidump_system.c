/* SPDX-License-Identifier: MIT */
/* minidump_system.c: the streams on the computer, the process, and its handles. */
#include "minidump_private.h"

#define MISC_FLAGS                                                                                                     \
    (MINIDUMP_MISC1_PROCESS_ID | MINIDUMP_MISC1_PROCESS_TIMES | 0x20 /* execute flags */ | 0x40 /* time zone */ |      \
     0x80 /* protected process */ | 0x100 /* build string */)
#define MISC_COOKIE 0x200
#define MAX_HANDLES 0x1000000

/* What may ask the registry, before threads are suspended. */
void dump_prepare_system(struct dump *dump)
{
    dump->zone_id = GetTimeZoneInformation(&dump->zone);
}

static void put_system_info(struct dump *dump)
{
    MINIDUMP_SYSTEM_INFO info = { 0 };
    RTL_OSVERSIONINFOEXW version = { .dwOSVersionInfoSize = sizeof(version) };
    SYSTEM_INFO system;
    RVA rva;

    GetNativeSystemInfo(&system);
    RtlGetVersion((RTL_OSVERSIONINFOW *)&version);
    info.ProcessorArchitecture = system.wProcessorArchitecture;
    info.ProcessorLevel = system.wProcessorLevel;
    info.ProcessorRevision = system.wProcessorRevision;
    info.NumberOfProcessors = system.dwNumberOfProcessors;
    info.ProductType = version.wProductType;
    info.MajorVersion = version.dwMajorVersion;
    info.MinorVersion = version.dwMinorVersion;
    info.BuildNumber = version.dwBuildNumber;
    info.PlatformId = version.dwPlatformId;
    info.SuiteMask = version.wSuiteMask;
#ifdef _WIN64
    for (int i = 0; i < 64; i++)
        if (IsProcessorFeaturePresent(i))
            info.Cpu.OtherCpuInfo.ProcessorFeatures[0] |= 1ull << i;
#else
    DWORD ax, bx, cx, dx;
    __asm__("cpuid" : "=a"(ax), "=b"(bx), "=c"(cx), "=d"(dx) : "0"(0));
    info.Cpu.X86CpuInfo.VendorId[0] = bx;
    info.Cpu.X86CpuInfo.VendorId[1] = dx;
    info.Cpu.X86CpuInfo.VendorId[2] = cx;
    __asm__("cpuid" : "=a"(ax), "=b"(bx), "=c"(cx), "=d"(dx) : "0"(1));
    info.Cpu.X86CpuInfo.VersionInformation = ax;
    info.Cpu.X86CpuInfo.FeatureInformation = dx;
#endif
    info.CSDVersionRva = dump_string(dump, version.szCSDVersion);
    rva = dump_put(dump, &info, sizeof(info));
    dump_stream(dump, SystemInfoStream, rva, sizeof(info));
}

static ULONG32 seconds(LONGLONG hundred_ns)
{
    return hundred_ns / 10000000;
}

static void put_misc_info(struct dump *dump)
{
    struct misc_info_5 *misc = dump_alloc(dump, sizeof(*misc));
    KERNEL_USER_TIMES times;
    ULONG value, since;

    if (!misc)
        return;
    misc->info.SizeOfInfo = sizeof(*misc);
    misc->info.Flags1 = MISC_FLAGS;
    misc->info.ProcessId = dump->pid;
    if (NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessTimes, &times, sizeof(times), NULL))) {
        RtlTimeToSecondsSince1970(&times.CreateTime, &since);
        misc->info.ProcessCreateTime = since;
        misc->info.ProcessUserTime = seconds(times.UserTime.QuadPart);
        misc->info.ProcessKernelTime = seconds(times.KernelTime.QuadPart);
    }
    if (NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessExecuteFlags, &value, sizeof(value), NULL)))
        misc->ProcessExecuteFlags = value;
    if (dump->own && NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessCookie, &value, sizeof(value), NULL))) {
        misc->ProcessCookie = value;
        misc->info.Flags1 |= MISC_COOKIE;
    }
    misc->TimeZoneId = dump->zone_id;
    misc->TimeZone = dump->zone;
    _snwprintf(misc->BuildString, ARRAY_SIZE(misc->BuildString), L"%u.%u (transom)", NT_BUILD_NUMBER, 0);
    _snwprintf(misc->DbgBldStr, ARRAY_SIZE(misc->DbgBldStr), L"dbghelp.amd64,10.0.%u.0", NT_BUILD_NUMBER);
    misc->XStateData.SizeOfInfo = sizeof(misc->XStateData);
    misc->XStateData.ContextSize = sizeof(CONTEXT); /* no more is written than that, so no features are there */
    dump_stream(dump, MiscInfoStream, dump_put(dump, misc, sizeof(*misc)), sizeof(*misc));
}

static void put_vm_counters(struct dump *dump)
{
    struct vm_counters out = { .Revision = 1 };
    VM_COUNTERS_EX in;
    RVA rva;

    if (!NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessVmCounters, &in, sizeof(in), NULL)))
        return;
    out.PageFaultCount = in.PageFaultCount;
    out.sizes[0] = in.PeakWorkingSetSize;
    out.sizes[1] = in.WorkingSetSize;
    out.sizes[2] = in.QuotaPeakPagedPoolUsage;
    out.sizes[3] = in.QuotaPagedPoolUsage;
    out.sizes[4] = in.QuotaPeakNonPagedPoolUsage;
    out.sizes[5] = in.QuotaNonPagedPoolUsage;
    out.sizes[6] = in.PagefileUsage;
    out.sizes[7] = in.PeakPagefileUsage;
    out.sizes[8] = in.PrivateUsage;
    rva = dump_put(dump, &out, sizeof(out));
    dump_stream(dump, ProcessVmCountersStream, rva, sizeof(out));
}

static RVA object_text(struct dump *dump, HANDLE handle, ULONG class)
{
    union {
        UNICODE_STRING text;
        OBJECT_TYPE_INFORMATION type;
        BYTE room[2048];
    } answer;
    ULONG length;
    WCHAR *copy;

    if (!NT_SUCCESS(NtQueryObject(handle, class, &answer, sizeof(answer), &length)) || !answer.text.Length)
        return 0;
    copy = dump_alloc(dump, answer.text.Length + sizeof(WCHAR));
    if (!copy)
        return 0;
    memcpy(copy, answer.text.Buffer, answer.text.Length);
    length = dump_string(dump, copy);
    HeapFree(dump->heap, 0, copy);
    return length;
}

static PROCESS_HANDLE_SNAPSHOT_INFORMATION *list_handles(struct dump *dump)
{
    PROCESS_HANDLE_SNAPSHOT_INFORMATION *list = NULL;
    ULONG size = 0x4000;
    NTSTATUS status;

    do {
        if (list)
            HeapFree(dump->heap, 0, list);
        size *= 2;
        if (!(list = dump_alloc(dump, size)))
            return NULL;
        status = NtQueryInformationProcess(dump->process, ProcessHandleInformation, list, size, NULL);
    } while (status == STATUS_INFO_LENGTH_MISMATCH && size < MAX_HANDLES * sizeof(list->Handles[0]));
    return NT_SUCCESS(status) ? list : NULL;
}

static void put_handles(struct dump *dump)
{
    PROCESS_HANDLE_SNAPSHOT_INFORMATION *list = list_handles(dump);
    MINIDUMP_HANDLE_DATA_STREAM head = { sizeof(head), sizeof(MINIDUMP_HANDLE_DESCRIPTOR), 0, 0 };
    RVA stream, at;

    if (!list)
        return;
    head.NumberOfDescriptors = list->NumberOfHandles;
    stream = dump_put(dump, &head, sizeof(head));
    dump_put(dump, NULL, head.NumberOfDescriptors * head.SizeOfDescriptor);
    dump_stream(dump, HandleDataStream, stream, sizeof(head) + head.NumberOfDescriptors * head.SizeOfDescriptor);
    at = stream + sizeof(head);
    for (ULONG i = 0; i < head.NumberOfDescriptors; i++, at += sizeof(MINIDUMP_HANDLE_DESCRIPTOR)) {
        const PROCESS_HANDLE_TABLE_ENTRY_INFO *info = &list->Handles[i];
        MINIDUMP_HANDLE_DESCRIPTOR entry = { .Handle = (ULONG_PTR)info->HandleValue,
                                             .Attributes = info->HandleAttributes,
                                             .GrantedAccess = info->GrantedAccess,
                                             .HandleCount = info->HandleCount,
                                             .PointerCount = info->PointerCount };
        HANDLE copy = info->HandleValue;
        if (dump->own ||
            DuplicateHandle(dump->process, copy, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
            entry.TypeNameRva = object_text(dump, copy, ObjectTypeInformation);
            entry.ObjectNameRva = object_text(dump, copy, ObjectNameInformation);
            if (!dump->own)
                CloseHandle(copy);
        }
        if (FAILED(dump->error))
            return;
        memcpy(dump->meta + at, &entry, sizeof(entry));
    }
}

void dump_system_streams(struct dump *dump)
{
    put_system_info(dump);
    put_misc_info(dump);
    put_vm_counters(dump);
    if (dump->type & MiniDumpWithHandleData)
        put_handles(dump);
}
