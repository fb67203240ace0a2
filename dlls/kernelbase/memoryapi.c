/* SPDX-License-Identifier: MIT */
/* memoryapi.c: virtual memory. File mappings are in memoryapi_mapping.c. */
#include "kernelbase_private.h"

/* The lowest 64 KB are never given out: an address there is the caller's mistake. */
static BOOL bad_address(const void *address)
{
    return address && (ULONG_PTR)address < NT_USER_SPACE_START;
}

void *WINAPI VirtualAllocEx(HANDLE process, void *address, SIZE_T size, DWORD type, DWORD protect)
{
    void *base = address;

    if (bad_address(address))
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!set_ntstatus(NtAllocateVirtualMemory(process, &base, 0, &size, type, protect)))
        return NULL;
    return base;
}

void *WINAPI VirtualAlloc(void *address, SIZE_T size, DWORD type, DWORD protect)
{
    return VirtualAllocEx(NT_CURRENT_PROCESS, address, size, type, protect);
}

void *WINAPI VirtualAllocExNuma(HANDLE process, void *address, SIZE_T size, DWORD type, DWORD protect, DWORD node)
{
    (void)node; /* a preference */
    return VirtualAllocEx(process, address, size, type, protect);
}

void *WINAPI VirtualAlloc2(HANDLE process, void *address, SIZE_T size, ULONG type, ULONG protect,
                           MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    void *base = address;

    if (bad_address(address))
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!process)
        process = NT_CURRENT_PROCESS;
    if (!set_ntstatus(NtAllocateVirtualMemoryEx(process, &base, &size, type, protect, parameters, count)))
        return NULL;
    return base;
}

/* The FromApp variants refuse executable memory to apps without the capability; a desktop program may have it. */
void *WINAPI VirtualAllocFromApp(void *address, SIZE_T size, ULONG type, ULONG protect)
{
    return VirtualAllocEx(NT_CURRENT_PROCESS, address, size, type, protect);
}

void *WINAPI VirtualAlloc2FromApp(HANDLE process, void *address, SIZE_T size, ULONG type, ULONG protect,
                                  MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return VirtualAlloc2(process, address, size, type, protect, parameters, count);
}

BOOL WINAPI VirtualFreeEx(HANDLE process, void *address, SIZE_T size, DWORD type)
{
    if (type == MEM_RELEASE && size)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtFreeVirtualMemory(process, &address, &size, type));
}

BOOL WINAPI VirtualFree(void *address, SIZE_T size, DWORD type)
{
    return VirtualFreeEx(NT_CURRENT_PROCESS, address, size, type);
}

BOOL WINAPI VirtualProtectEx(HANDLE process, void *address, SIZE_T size, DWORD protect, DWORD *old)
{
    return set_ntstatus(NtProtectVirtualMemory(process, &address, &size, protect, old));
}

BOOL WINAPI VirtualProtect(void *address, SIZE_T size, DWORD protect, DWORD *old)
{
    return VirtualProtectEx(NT_CURRENT_PROCESS, address, size, protect, old);
}

BOOL WINAPI VirtualProtectFromApp(void *address, SIZE_T size, ULONG protect, ULONG *old)
{
    return VirtualProtectEx(NT_CURRENT_PROCESS, address, size, protect, old);
}

SIZE_T WINAPI VirtualQueryEx(HANDLE process, const void *address, MEMORY_BASIC_INFORMATION *info, SIZE_T size)
{
    SIZE_T written = 0;

    if (!set_ntstatus(NtQueryVirtualMemory(process, (void *)address, MemoryBasicInformation, info, size, &written)))
        return 0;
    return written;
}

SIZE_T WINAPI VirtualQuery(const void *address, MEMORY_BASIC_INFORMATION *info, SIZE_T size)
{
    return VirtualQueryEx(NT_CURRENT_PROCESS, address, info, size);
}

BOOL WINAPI QueryVirtualMemoryInformation(HANDLE process, const void *address, WIN32_MEMORY_INFORMATION_CLASS class,
                                          void *info, SIZE_T size, SIZE_T *needed)
{
    if (class != MemoryRegionInfo)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtQueryVirtualMemory(process, (void *)address, MemoryRegionInformation_, info, size, needed));
}

BOOL WINAPI VirtualLock(void *address, SIZE_T size)
{
    return set_ntstatus(NtLockVirtualMemory(NT_CURRENT_PROCESS, &address, &size, 1));
}

BOOL WINAPI VirtualUnlock(void *address, SIZE_T size)
{
    return set_ntstatus(NtUnlockVirtualMemory(NT_CURRENT_PROCESS, &address, &size, 1));
}

BOOL WINAPI VirtualUnlockEx(HANDLE process, void *address, SIZE_T size)
{
    return set_ntstatus(NtUnlockVirtualMemory(process ? process : NT_CURRENT_PROCESS, &address, &size, 1));
}

DWORD WINAPI DiscardVirtualMemory(void *address, SIZE_T size)
{
    NTSTATUS status = NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &address, 0, &size, MEM_RESET, PAGE_READWRITE);

    return status ? RtlNtStatusToDosError(status) : ERROR_SUCCESS;
}

BOOL WINAPI PrefetchVirtualMemory(HANDLE process, ULONG_PTR count, WIN32_MEMORY_RANGE_ENTRY *ranges, ULONG flags)
{
    return set_ntstatus(NtSetInformationVirtualMemory(process, 0, count, ranges, &flags, sizeof(flags)));
}

BOOL WINAPI ReadProcessMemory(HANDLE process, const void *address, void *buffer, SIZE_T size, SIZE_T *read)
{
    return set_ntstatus(NtReadVirtualMemory(process, (void *)address, buffer, size, read));
}

/* Read-only and executable pages are made writable for the moment, which is what debuggers and hooks count on. */
BOOL WINAPI WriteProcessMemory(HANDLE process, void *address, const void *buffer, SIZE_T size, SIZE_T *written)
{
    void *base = address;
    SIZE_T length = size;
    ULONG old;
    NTSTATUS status;

    status = NtWriteVirtualMemory(process, address, (void *)buffer, size, written);
    if (status != STATUS_PARTIAL_COPY && status != STATUS_ACCESS_VIOLATION)
        goto done;
    if (NtProtectVirtualMemory(process, &base, &length, PAGE_EXECUTE_READWRITE, &old))
        return fail(ERROR_NOACCESS);
    if (old & (PAGE_NOACCESS | PAGE_GUARD | PAGE_READONLY))
        status = STATUS_ACCESS_VIOLATION; /* data that is read-only stays so */
    else
        status = NtWriteVirtualMemory(process, address, (void *)buffer, size, written);
    NtProtectVirtualMemory(process, &base, &length, old, &old);
done:
    if (!status)
        NtFlushInstructionCache(process, address, size);
    return set_ntstatus(status);
}

UINT WINAPI GetWriteWatch(DWORD flags, void *base, SIZE_T size, void **addresses, ULONG_PTR *count, ULONG *granularity)
{
    NTSTATUS status = NtGetWriteWatch(NT_CURRENT_PROCESS, flags, base, size, addresses, count, granularity);

    return set_ntstatus(status) ? 0 : ~0u;
}

UINT WINAPI ResetWriteWatch(void *base, SIZE_T size)
{
    return set_ntstatus(NtResetWriteWatch(NT_CURRENT_PROCESS, base, size)) ? 0 : ~0u;
}

SIZE_T WINAPI GetLargePageMinimum(VOID)
{
    return *(const ULONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x244);
}

/* --- winbase.h: is this memory accessible? One byte of each page is tried, without raising exceptions. --- */

static BOOL bad_range(const void *ptr, SIZE_T size, BOOL write)
{
    ULONG_PTR address = (ULONG_PTR)ptr, end = address + size;
    MEMORY_BASIC_INFORMATION info;

    if (!size)
        return FALSE;
    if (end < address)
        return TRUE;
    while (address < end) {
        if (!VirtualQuery((void *)address, &info, sizeof(info)) || info.State != MEM_COMMIT)
            return TRUE;
        if (info.Protect & (PAGE_NOACCESS | PAGE_GUARD) || info.Protect == PAGE_EXECUTE)
            return TRUE;
        if (write &&
            !(info.Protect & (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)))
            return TRUE;
        address = (ULONG_PTR)info.BaseAddress + info.RegionSize;
    }
    return FALSE;
}

BOOL WINAPI IsBadReadPtr(const void *ptr, UINT_PTR size)
{
    return bad_range(ptr, size, FALSE);
}

BOOL WINAPI IsBadWritePtr(void *ptr, UINT_PTR size)
{
    return bad_range(ptr, size, TRUE);
}

BOOL WINAPI IsBadCodePtr(FARPROC ptr)
{
    return bad_range((const void *)ptr, 1, FALSE);
}

/* Strings end at their zero or after `maximum` characters: the pages are looked at as the string reaches them. */
static BOOL bad_string(const char *str, UINT_PTR maximum, UINT_PTR unit)
{
    ULONG_PTR page_end;

    while (maximum) {
        if (bad_range(str, unit, FALSE))
            return TRUE;
        page_end = ((ULONG_PTR)str | (NT_PAGE_SIZE - 1)) + 1;
        for (; maximum && (ULONG_PTR)str + unit <= page_end; str += unit, maximum--)
            if (unit == 1 ? !*str : !*(const WCHAR *)str)
                return FALSE;
        if (maximum && (ULONG_PTR)str < page_end) { /* a character across two pages */
            if (bad_range(str, unit, FALSE))
                return TRUE;
            str += unit;
            maximum--;
        }
    }
    return FALSE;
}

BOOL WINAPI IsBadStringPtrA(const char *str, UINT_PTR maximum)
{
    return bad_string(str, maximum, 1);
}

BOOL WINAPI IsBadStringPtrW(const WCHAR *str, UINT_PTR maximum)
{
    return bad_string((const char *)str, maximum, sizeof(WCHAR));
}

BOOL WINAPI IsBadHugeReadPtr(const void *ptr, UINT_PTR size)
{
    return bad_range(ptr, size, FALSE);
}

BOOL WINAPI IsBadHugeWritePtr(void *ptr, UINT_PTR size)
{
    return bad_range(ptr, size, TRUE);
}
