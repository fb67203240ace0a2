/* SPDX-License-Identifier: MIT */
/*
 * werapi_register.c: what a process wants in its error reports: files, memory, and modules that are asked about exceptions. The
 * registrations are kept as documented, with their limits; reports are not made, so nobody reads them.
 */
#include "kernelbase_private.h"
#include "list.h"

#ifndef WER_MAX_REGISTERED_ENTRIES
#define WER_MAX_REGISTERED_ENTRIES 512
#endif
#define MAX_MODULES 16 /* WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES */

struct registration {
    LIST_ENTRY entry;
    PVOID context; /* of a module; the start of a memory block */
    DWORD size;
    WCHAR path[]; /* empty for memory */
};

static RTL_SRWLOCK lock;
static LIST_ENTRY modules = { &modules, &modules }, files = { &files, &files }, blocks = { &blocks, &blocks };
static ULONG module_count, entry_count;

static HRESULT add(LIST_ENTRY *list, ULONG *count, ULONG limit, const WCHAR *path, PVOID context, DWORD size)
{
    SIZE_T bytes = path ? (wcslen(path) + 1) * sizeof(WCHAR) : sizeof(WCHAR);
    struct registration *reg = RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, sizeof(*reg) + bytes);
    HRESULT hr = S_OK;

    if (!reg)
        return E_OUTOFMEMORY;
    if (path)
        memcpy(reg->path, path, bytes);
    reg->context = context;
    reg->size = size;
    RtlAcquireSRWLockExclusive(&lock);
    if (*count >= limit) {
        hr = HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER); /* no room for more: documented */
    } else {
        ++*count;
        list_add_tail(list, &reg->entry);
        reg = NULL;
    }
    RtlReleaseSRWLockExclusive(&lock);
    if (reg)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, reg);
    return hr;
}

static HRESULT drop(LIST_ENTRY *list, ULONG *count, const WCHAR *path, PVOID context)
{
    struct registration *found = NULL;
    LIST_ENTRY *entry;

    RtlAcquireSRWLockExclusive(&lock);
    for (entry = list->Flink; entry != list && !found; entry = entry->Flink) {
        struct registration *reg = CONTAINING_RECORD(entry, struct registration, entry);
        if (reg->context == context && (!path || !_wcsicmp(reg->path, path)))
            found = reg;
    }
    if (found) {
        list_remove(&found->entry);
        --*count;
    }
    RtlReleaseSRWLockExclusive(&lock);
    if (!found)
        return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, found);
    return S_OK;
}

HRESULT WINAPI WerRegisterRuntimeExceptionModule(PCWSTR path, PVOID context)
{
    return path ? add(&modules, &module_count, MAX_MODULES, path, context, 0) : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterRuntimeExceptionModule(PCWSTR path, PVOID context)
{
    return path ? drop(&modules, &module_count, path, context) : E_INVALIDARG;
}

HRESULT WINAPI WerRegisterFile(PCWSTR path, int type, DWORD flags)
{
    if (!path || (type != 1 && type != 2) /* a user's document, or another */)
        return E_INVALIDARG;
    return add(&files, &entry_count, WER_MAX_REGISTERED_ENTRIES, path, NULL, flags);
}

HRESULT WINAPI WerUnregisterFile(PCWSTR path)
{
    return path ? drop(&files, &entry_count, path, NULL) : E_INVALIDARG;
}

HRESULT WINAPI WerRegisterMemoryBlock(PVOID address, DWORD size)
{
    if (!address || !size)
        return E_INVALIDARG;
    return add(&blocks, &entry_count, WER_MAX_REGISTERED_ENTRIES, NULL, address, size);
}

HRESULT WINAPI WerUnregisterMemoryBlock(PVOID address)
{
    return address ? drop(&blocks, &entry_count, NULL, address) : E_INVALIDARG;
}
