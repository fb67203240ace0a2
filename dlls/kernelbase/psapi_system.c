/* SPDX-License-Identifier: MIT */
/* psapi_system.c: memory counters, working sets, page files and drivers (psapi.h). */
#include "kernelbase_private.h"
#include "psapi_private.h"

/* --- memory --- */

BOOL WINAPI K32GetProcessMemoryInfo(HANDLE process, PROCESS_MEMORY_COUNTERS *counters, DWORD size)
{
    PROCESS_MEMORY_COUNTERS_EX out = { 0 };
    VM_COUNTERS_EX vm;

    if (size < sizeof(PROCESS_MEMORY_COUNTERS))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessVmCounters, &vm, sizeof(vm), NULL)))
        return FALSE;
    out.cb = size >= sizeof(out) ? sizeof(out) : sizeof(PROCESS_MEMORY_COUNTERS);
    out.PageFaultCount = vm.PageFaultCount;
    out.PeakWorkingSetSize = vm.PeakWorkingSetSize;
    out.WorkingSetSize = vm.WorkingSetSize;
    out.QuotaPeakPagedPoolUsage = vm.QuotaPeakPagedPoolUsage;
    out.QuotaPagedPoolUsage = vm.QuotaPagedPoolUsage;
    out.QuotaPeakNonPagedPoolUsage = vm.QuotaPeakNonPagedPoolUsage;
    out.QuotaNonPagedPoolUsage = vm.QuotaNonPagedPoolUsage;
    out.PagefileUsage = vm.PagefileUsage;
    out.PeakPagefileUsage = vm.PeakPagefileUsage;
    out.PrivateUsage = vm.PrivateUsage;
    memcpy(counters, &out, out.cb);
    return TRUE;
}

BOOL WINAPI K32EmptyWorkingSet(HANDLE process)
{
    return SetProcessWorkingSetSize(process, (SIZE_T)-1, (SIZE_T)-1);
}

BOOL WINAPI K32QueryWorkingSetEx(HANDLE process, void *pages, DWORD size)
{
    return set_ntstatus(NtQueryVirtualMemory(process, NULL, MemoryWorkingSetExInformation, pages, size, NULL));
}

DWORD WINAPI K32GetMappedFileNameW(HANDLE process, void *address, WCHAR *buffer, DWORD size)
{
    struct {
        UNICODE_STRING name;
        WCHAR text[0x8000];
    } * file;
    NTSTATUS status;
    DWORD length = 0;

    if (!(file = kb_alloc(sizeof(*file)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    status = NtQueryVirtualMemory(process, address, MemoryMappedFilenameInformation, file, sizeof(*file), NULL);
    if (set_ntstatus(status)) {
        length = file->name.Length / sizeof(WCHAR);
        if (size <= length) {
            length = 0;
            SetLastError(ERROR_INSUFFICIENT_BUFFER);
        } else {
            memcpy(buffer, file->name.Buffer, length * sizeof(WCHAR));
            buffer[length] = 0;
        }
    }
    kb_free(file);
    return length;
}

DWORD WINAPI K32GetMappedFileNameA(HANDLE process, void *address, char *buffer, DWORD size)
{
    WCHAR *wide;
    DWORD length = 0;

    if (!(wide = kb_alloc(0x8000 * sizeof(WCHAR)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    if (K32GetMappedFileNameW(process, address, wide, 0x8000)) {
        SIZE_T chars = wcslen(wide);

        length = (DWORD)ansi_size(wide, chars);
        if (size <= length) {
            length = 0;
            SetLastError(ERROR_INSUFFICIENT_BUFFER);
        } else {
            ansi_copy(buffer, size, wide, chars);
            buffer[length] = 0;
        }
    }
    kb_free(wide);
    return length;
}

BOOL WINAPI K32GetPerformanceInfo(PERFORMANCE_INFORMATION *info, DWORD size)
{
    SYSTEM_PERFORMANCE_INFORMATION performance;
    SYSTEM_BASIC_INFORMATION basic;
    SYSTEM_PROCESS_INFORMATION *list;
    const SYSTEM_PROCESS_INFORMATION *process;

    if (size < sizeof(*info))
        return fail(ERROR_BAD_LENGTH);
    if (!set_ntstatus(
            NtQuerySystemInformation(SystemPerformanceInformation, &performance, sizeof(performance), NULL)) ||
        !set_ntstatus(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), NULL)) ||
        !(list = query_system(SystemProcessInformation)))
        return FALSE;
    memset(info, 0, sizeof(*info));
    info->cb = sizeof(*info);
    info->CommitTotal = performance.CommittedPages;
    info->CommitLimit = performance.CommitLimit;
    info->CommitPeak = performance.PeakCommitment;
    info->PhysicalTotal = basic.NumberOfPhysicalPages;
    info->PhysicalAvailable = performance.AvailablePages;
    info->SystemCache = performance.ResidentSystemCachePage;
    info->KernelPaged = performance.PagedPoolPages;
    info->KernelNonpaged = performance.NonPagedPoolPages;
    info->KernelTotal = info->KernelPaged + info->KernelNonpaged;
    info->PageSize = basic.PageSize;
    for (process = list; process; process = next_process(process)) {
        info->ProcessCount++;
        info->ThreadCount += process->NumberOfThreads;
        info->HandleCount += process->HandleCount;
    }
    kb_free(list);
    return TRUE;
}

/* --- page files --- */

struct page_file {
    ULONG next, total, in_use, peak;
    UNICODE_STRING name;
};

BOOL WINAPI K32EnumPageFilesW(PENUM_PAGE_FILE_CALLBACKW callback, void *context)
{
    struct page_file *list = query_system(SystemPageFileInformation), *file;

    if (!list)
        return FALSE;
    for (file = list; file->total; file = (struct page_file *)((char *)file + file->next)) {
        ENUM_PAGE_FILE_INFORMATION info = { sizeof(info), 0, file->total, file->in_use, file->peak };
        WCHAR name[MAX_PATH];
        SIZE_T length = file->name.Length / sizeof(WCHAR);

        if (length >= MAX_PATH)
            length = MAX_PATH - 1;
        memcpy(name, file->name.Buffer, length * sizeof(WCHAR));
        name[length] = 0;
        if (!callback(context, &info, name) || !file->next)
            break;
    }
    kb_free(list);
    return TRUE;
}

struct page_file_callback {
    PENUM_PAGE_FILE_CALLBACKA callback;
    void *context;
};

static BOOL CALLBACK page_file_a(void *context, ENUM_PAGE_FILE_INFORMATION *info, const WCHAR *name)
{
    struct page_file_callback *call = context;
    char *ansi = ansi_dup(name);
    BOOL result = ansi && call->callback(call->context, info, ansi);

    kb_free(ansi);
    return result;
}

BOOL WINAPI K32EnumPageFilesA(PENUM_PAGE_FILE_CALLBACKA callback, void *context)
{
    struct page_file_callback call = { callback, context };

    return K32EnumPageFilesW((PENUM_PAGE_FILE_CALLBACKW)page_file_a, &call);
}

/* --- drivers --- */

BOOL WINAPI K32EnumDeviceDrivers(void **bases, DWORD size, DWORD *needed)
{
    RTL_PROCESS_MODULES *list = query_system(SystemModuleInformation);
    DWORD i;

    if (!list)
        return FALSE;
    for (i = 0; i < list->NumberOfModules && i < size / sizeof(void *); i++)
        bases[i] = list->Modules[i].ImageBase;
    *needed = list->NumberOfModules * sizeof(void *);
    kb_free(list);
    return TRUE;
}

static DWORD driver_name(void *base, BOOL file_name, char *buffer, DWORD size)
{
    RTL_PROCESS_MODULES *list = query_system(SystemModuleInformation);
    DWORD i, length = 0;

    if (!list)
        return 0;
    for (i = 0; i < list->NumberOfModules && list->Modules[i].ImageBase != base; i++)
        ;
    if (i == list->NumberOfModules) {
        SetLastError(ERROR_INVALID_HANDLE);
    } else {
        const RTL_PROCESS_MODULE_INFORMATION *module = &list->Modules[i];
        const char *name = (const char *)module->FullPathName + (file_name ? 0 : module->OffsetToFileName);

        length = (DWORD)strlen(name);
        if (length >= size) {
            length = 0;
            SetLastError(ERROR_INSUFFICIENT_BUFFER);
        } else {
            memcpy(buffer, name, length + 1);
        }
    }
    kb_free(list);
    return length;
}

static DWORD driver_name_w(void *base, BOOL file_name, WCHAR *buffer, DWORD size)
{
    char name[MAX_PATH];
    DWORD length = driver_name(base, file_name, name, sizeof(name)), i;

    if (length >= size) {
        if (length)
            SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    for (i = 0; i <= length; i++)
        buffer[i] = (BYTE)name[i];
    return length;
}

DWORD WINAPI K32GetDeviceDriverBaseNameA(void *base, char *buffer, DWORD size)
{
    return driver_name(base, FALSE, buffer, size);
}

DWORD WINAPI K32GetDeviceDriverBaseNameW(void *base, WCHAR *buffer, DWORD size)
{
    return driver_name_w(base, FALSE, buffer, size);
}

DWORD WINAPI K32GetDeviceDriverFileNameA(void *base, char *buffer, DWORD size)
{
    return driver_name(base, TRUE, buffer, size);
}

DWORD WINAPI K32GetDeviceDriverFileNameW(void *base, WCHAR *buffer, DWORD size)
{
    return driver_name_w(base, TRUE, buffer, size);
}
