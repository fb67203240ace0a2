/* SPDX-License-Identifier: MIT */
/* processsnapshot_capture.c: what a snapshot holds of a process, its memory and its threads. */
#include "processsnapshot.h"

DWORD capture_append(struct capture *c, const void *data, SIZE_T size)
{
    SIZE_T offset = (c->used + 15) & ~(SIZE_T)15, capacity;
    void *base = NULL;

    if (c->error)
        return 0;
    if (offset + size > c->capacity) {
        /* Never the heap: PSS_CREATE_USE_VM_ALLOCATIONS asks for that, and memory of another process has none. */
        capacity = max(2 * c->capacity, offset + size);
        if (capacity > 0x7fffffff || NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &capacity,
                                                             MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) {
            c->error = ERROR_NOT_ENOUGH_MEMORY;
            return 0;
        }
        if (c->base) {
            memcpy(base, c->base, c->used);
            capacity = max(capacity, offset + size);
            VirtualFree(c->base, 0, MEM_RELEASE);
        }
        c->base = base;
        c->capacity = capacity;
    }
    if (data)
        memcpy(c->base + offset, data, size);
    c->used = offset + size;
    return (DWORD)offset;
}

static FILETIME file_time(LARGE_INTEGER time)
{
    FILETIME result = { time.LowPart, (DWORD)time.HighPart };

    return result;
}

void capture_process(struct capture *c)
{
    PSS_PROCESS_INFORMATION *info = &capture_head(c)->process;
    PROCESS_BASIC_INFORMATION basic;
    KERNEL_USER_TIMES times;
    VM_COUNTERS_EX memory;
    DWORD length = MAX_PATH;
    NTSTATUS status = NtQueryInformationProcess(c->process, ProcessBasicInformation, &basic, sizeof(basic), NULL);

    if (status) {
        c->error = RtlNtStatusToDosError(status);
        return;
    }
    info->ExitStatus = (DWORD)basic.ExitStatus;
    info->PebBaseAddress = basic.PebBaseAddress;
    info->AffinityMask = basic.AffinityMask;
    info->BasePriority = basic.BasePriority;
    info->ProcessId = (DWORD)basic.UniqueProcessId;
    info->ParentProcessId = (DWORD)basic.InheritedFromUniqueProcessId;
    info->PriorityClass = GetPriorityClass(c->process);
    if (!NtQueryInformationProcess(c->process, ProcessTimes, &times, sizeof(times), NULL)) {
        info->CreateTime = file_time(times.CreateTime);
        info->ExitTime = file_time(times.ExitTime);
        info->KernelTime = file_time(times.KernelTime);
        info->UserTime = file_time(times.UserTime);
    }
    if (!NtQueryInformationProcess(c->process, ProcessVmCounters, &memory, sizeof(memory), NULL)) {
        info->PeakVirtualSize = memory.PeakVirtualSize;
        info->VirtualSize = memory.VirtualSize;
        info->PageFaultCount = memory.PageFaultCount;
        info->PeakWorkingSetSize = memory.PeakWorkingSetSize;
        info->WorkingSetSize = memory.WorkingSetSize;
        info->QuotaPeakPagedPoolUsage = memory.QuotaPeakPagedPoolUsage;
        info->QuotaPagedPoolUsage = memory.QuotaPagedPoolUsage;
        info->QuotaPeakNonPagedPoolUsage = memory.QuotaPeakNonPagedPoolUsage;
        info->QuotaNonPagedPoolUsage = memory.QuotaNonPagedPoolUsage;
        info->PagefileUsage = memory.PagefileUsage;
        info->PeakPagefileUsage = memory.PeakPagefileUsage;
        info->PrivateUsage = memory.PrivateUsage;
    }
    if (!QueryFullProcessImageNameW(c->process, 0, info->ImageFileName, &length)) {
        /* One that is longer is cut off. */
        WCHAR *whole = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        length = 0x8000;
        if (whole && QueryFullProcessImageNameW(c->process, 0, whole, &length))
            memcpy(info->ImageFileName, whole, min(length, MAX_PATH - 1) * sizeof(WCHAR));
        if (whole)
            VirtualFree(whole, 0, MEM_RELEASE);
    }
}

/* --- regions of memory --- */

static ULONG count_regions(HANDLE process)
{
    MEMORY_BASIC_INFORMATION memory;
    ULONG count = 0;
    char *at = NULL;

    while (VirtualQueryEx(process, at, &memory, sizeof(memory))) {
        at = (char *)memory.BaseAddress + memory.RegionSize;
        count++;
    }
    return count;
}

static void describe_section(struct capture *c, PSS_VA_SPACE_ENTRY *entry)
{
    WCHAR name[MAX_PATH];
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS nt;
    char *base = entry->AllocationBase;
    DWORD length = K32GetMappedFileNameW(c->process, entry->BaseAddress, name, ARRAY_SIZE(name));

    if (length && length < ARRAY_SIZE(name)) {
        entry->MappedFileNameLength = (WORD)(length * sizeof(WCHAR));
        entry->MappedFileName = (WCHAR *)(ULONG_PTR)capture_append(c, name, length * sizeof(WCHAR));
    }
    if (entry->Type != MEM_IMAGE || !ReadProcessMemory(c->process, base, &dos, sizeof(dos), NULL) ||
        dos.e_magic != IMAGE_DOS_SIGNATURE ||
        !ReadProcessMemory(c->process, base + dos.e_lfanew, &nt, sizeof(nt), NULL) ||
        nt.Signature != IMAGE_NT_SIGNATURE)
        return;
    entry->TimeDateStamp = nt.FileHeader.TimeDateStamp;
    if (nt.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR_MAGIC) {
        entry->ImageBase = (void *)(ULONG_PTR)nt.OptionalHeader.ImageBase;
        entry->SizeOfImage = nt.OptionalHeader.SizeOfImage;
        entry->CheckSum = nt.OptionalHeader.CheckSum;
    }
}

void capture_regions(struct capture *c)
{
    const BOOL sections = capture_head(c)->flags & PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION;
    /* Capturing takes memory, which makes a few more regions of one's own. */
    ULONG room = count_regions(c->process) + 32, count;
    MEMORY_BASIC_INFORMATION memory;
    DWORD offset = capture_append(c, NULL, room * sizeof(PSS_VA_SPACE_ENTRY));
    char *at = NULL;

    for (count = 0; count < room && !c->error && VirtualQueryEx(c->process, at, &memory, sizeof(memory)); count++) {
        PSS_VA_SPACE_ENTRY entry = { .BaseAddress = memory.BaseAddress,
                                     .AllocationBase = memory.AllocationBase,
                                     .AllocationProtect = memory.AllocationProtect,
                                     .RegionSize = memory.RegionSize,
                                     .State = memory.State,
                                     .Protect = memory.Protect,
                                     .Type = memory.Type };

        if (sections && memory.State != MEM_FREE && (memory.Type == MEM_IMAGE || memory.Type == MEM_MAPPED))
            describe_section(c, &entry);
        memcpy(c->base + offset + count * sizeof(entry), &entry, sizeof(entry));
        at = (char *)memory.BaseAddress + memory.RegionSize;
    }
    capture_head(c)->regions.offset = offset;
    capture_head(c)->regions.count = count;
}

/* --- threads --- */

static void describe_context(struct capture *c, HANDLE thread, BOOL current, PSS_THREAD_ENTRY *entry)
{
    DECLSPEC_ALIGN(16) CONTEXT context;

    memset(&context, 0, sizeof(context));
    context.ContextFlags = c->context_flags ? c->context_flags : CONTEXT_ALL;
    if (c->own && !current && SuspendThread(thread) == (DWORD)-1)
        return;
    if (GetThreadContext(thread, &context)) {
        entry->SizeOfContextRecord = sizeof(context);
        entry->ContextRecord = (CONTEXT *)(ULONG_PTR)capture_append(c, &context, sizeof(context));
    }
    if (c->own && !current)
        ResumeThread(thread);
}

static void describe_thread(struct capture *c, HANDLE thread, PSS_THREAD_ENTRY *entry)
{
    THREAD_BASIC_INFORMATION basic;
    KERNEL_USER_TIMES times;
    ULONG suspended = 0;

    GetSystemTimeAsFileTime(&entry->CaptureTime);
    if (!NtQueryInformationThread(thread, ThreadBasicInformation, &basic, sizeof(basic), NULL)) {
        entry->ExitStatus = (DWORD)basic.ExitStatus;
        entry->TebBaseAddress = basic.TebBaseAddress;
        entry->ProcessId = (DWORD)(ULONG_PTR)basic.ClientId.UniqueProcess;
        entry->ThreadId = (DWORD)(ULONG_PTR)basic.ClientId.UniqueThread;
        entry->AffinityMask = basic.AffinityMask;
        entry->Priority = basic.Priority;
        entry->BasePriority = basic.BasePriority;
    }
    if (!NtQueryInformationThread(thread, ThreadTimes, &times, sizeof(times), NULL)) {
        entry->CreateTime = file_time(times.CreateTime);
        entry->ExitTime = file_time(times.ExitTime);
        entry->KernelTime = file_time(times.KernelTime);
        entry->UserTime = file_time(times.UserTime);
    }
    if (entry->ExitStatus != STILL_ACTIVE && WaitForSingleObject(thread, 0) == WAIT_OBJECT_0)
        entry->Flags = PSS_THREAD_FLAGS_TERMINATED;
    NtQueryInformationThread(thread, ThreadQuerySetWin32StartAddress, &entry->Win32StartAddress,
                             sizeof(entry->Win32StartAddress), NULL);
    /* The suspension that the capture itself is does not count. */
    if (!NtQueryInformationThread(thread, ThreadSuspendCount, &suspended, sizeof(suspended), NULL))
        entry->SuspendCount = (WORD)(suspended - (!c->own && suspended));
    if (capture_head(c)->flags & PSS_CAPTURE_THREAD_CONTEXT && !entry->Flags)
        describe_context(c, thread, entry->ThreadId == GetCurrentThreadId(), entry);
}

/* What the system says of all processes, in memory of its own (VirtualFree). */
static SYSTEM_PROCESS_INFORMATION *read_processes(struct capture *c)
{
    ULONG size = 0x10000, needed = 0;

    for (;;) {
        void *list = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        NTSTATUS status;

        if (!list) {
            c->error = ERROR_NOT_ENOUGH_MEMORY;
            return NULL;
        }
        status = NtQuerySystemInformation(SystemProcessInformation, list, size, &needed);
        if (!status)
            return list;
        VirtualFree(list, 0, MEM_RELEASE);
        if (status != STATUS_INFO_LENGTH_MISMATCH) {
            c->error = RtlNtStatusToDosError(status);
            return NULL;
        }
        size = max(needed, size) + 0x10000; /* there are more meanwhile */
    }
}

void capture_threads(struct capture *c)
{
    const DWORD access = THREAD_QUERY_INFORMATION | THREAD_GET_CONTEXT | THREAD_SUSPEND_RESUME | SYNCHRONIZE;
    SYSTEM_PROCESS_INFORMATION *list = read_processes(c);
    const SYSTEM_PROCESS_INFORMATION *process = list;
    ULONG count = 0, i;
    DWORD offset;

    if (!list)
        return;
    while (process && (DWORD)(ULONG_PTR)process->UniqueProcessId != capture_head(c)->process.ProcessId)
        process = next_process(process);
    offset = capture_append(c, NULL, process ? process->NumberOfThreads * sizeof(PSS_THREAD_ENTRY) : 0);
    for (i = 0; process && i < process->NumberOfThreads && !c->error; i++) {
        PSS_THREAD_ENTRY entry = { 0 };
        HANDLE thread = OpenThread(access, FALSE, (DWORD)(ULONG_PTR)process->Threads[i].ClientId.UniqueThread);

        if (!thread) /* it has ended since */
            continue;
        describe_thread(c, thread, &entry);
        NtClose(thread);
        if (!c->error)
            memcpy(c->base + offset + count++ * sizeof(entry), &entry, sizeof(entry));
    }
    VirtualFree(list, 0, MEM_RELEASE);
    if (c->error)
        return;
    capture_head(c)->threads.offset = offset;
    capture_head(c)->threads.count = count;
    if (capture_head(c)->flags & PSS_CAPTURE_THREAD_CONTEXT)
        capture_head(c)->context_size = sizeof(CONTEXT);
}
