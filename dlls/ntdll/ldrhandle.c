/* SPDX-License-Identifier: MIT */
/*
 * ldrhandle.c: LdrLoadDll, LdrUnloadDll and what else programs do with module handles.
 */
#include "ldr_private.h"

static void add_reference(struct ldr_module *module)
{
    if (module->references == LDR_PINNED)
        return;
    module->references++;
    module->ddag.LoadCount = module->references;
    module->entry.ObsoleteLoadCount = (USHORT)module->references;
}

static void pin(struct ldr_module *module)
{
    module->references = LDR_PINNED;
    module->ddag.LoadCount = ~0u;
    module->entry.ObsoleteLoadCount = 0xffff;
}

static void drop_reference(struct ldr_module *module)
{
    if (module->references == LDR_PINNED || !module->references)
        return;
    module->ddag.LoadCount = --module->references;
    module->entry.ObsoleteLoadCount = (USHORT)module->references;
    if (!module->references)
        ldr_release_unused();
}

NTSTATUS NTAPI LdrLoadDll(PCWSTR path_or_flags, ULONG *characteristics, const UNICODE_STRING *name, PVOID *base)
{
    struct ldr_search search;
    struct ldr_module *module;
    NTSTATUS status = ldr_search_from_argument(path_or_flags, &search);

    *base = NULL;
    if (status)
        return status;
    if (!name->Length)
        return STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    ldr_dont_resolve = characteristics && (*characteristics & IMAGE_FILE_EXECUTABLE_IMAGE);
    status = ldr_load(name->Buffer, name->Length / sizeof(WCHAR), &search, NULL, &module);
    ldr_dont_resolve = false;
    if (!status) {
        add_reference(module);
        status = ldr_initialize(module);
        if (status)
            drop_reference(module);
        else
            *base = module->entry.DllBase;
    } else {
        ldr_release_unused(); /* what had been loaded for its sake */
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrUnloadDll(PVOID base)
{
    struct ldr_module *module;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    module = ldr_find_base(base);
    if (module) {
        if (!ldr_data.ShutdownInProgress)
            drop_reference(module);
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

/* A loaded module by what LdrLoadDll would take. */
static struct ldr_module *find_loaded(const UNICODE_STRING *name)
{
    size_t length = name->Length / sizeof(WCHAR);
    struct ldr_module *module = ldr_find_name(name->Buffer, length);
    bool dot = false, path = false;
    const char *host;
    WCHAR *copy;

    if (module || !length)
        return module;
    host = ldr_apiset_host(name->Buffer, length);
    if (host) {
        WCHAR wide[64];

        for (length = 0; host[length]; length++)
            wide[length] = (unsigned char)host[length];
        return ldr_find_name(wide, length);
    }
    for (size_t i = length; i-- > 0;) {
        WCHAR c = name->Buffer[i];

        if (c == '\\' || c == '/' || c == ':') {
            path = true;
            break;
        }
        dot |= c == '.';
    }
    copy = heap_alloc((length + 5) * sizeof(WCHAR));
    if (!copy)
        return NULL;
    memcpy(copy, name->Buffer, length * sizeof(WCHAR));
    if (!dot) {
        memcpy(copy + length, L".dll", 4 * sizeof(WCHAR));
        length += 4;
    } else if (copy[length - 1] == '.') {
        length--;
    }
    copy[length] = 0;
    if (!path) {
        module = ldr_find_name(copy, length);
    } else {
        ULONG bytes = RtlGetFullPathName_U(copy, 0, NULL, NULL);
        WCHAR *full = bytes ? heap_alloc(bytes + sizeof(WCHAR)) : NULL;

        if (full) {
            bytes = RtlGetFullPathName_U(copy, bytes + sizeof(WCHAR), full, NULL);
            module = ldr_find_path(full, bytes / sizeof(WCHAR));
            heap_free(full);
        }
    }
    heap_free(copy);
    return module;
}

NTSTATUS NTAPI LdrGetDllHandleEx(ULONG flags, PCWSTR path, ULONG *characteristics, const UNICODE_STRING *name,
                                 PVOID *base)
{
    struct ldr_module *module;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    (void)path;
    (void)characteristics;
    if (flags & ~(LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT | LDR_GET_DLL_HANDLE_EX_PIN))
        return STATUS_INVALID_PARAMETER_1;
    if (!base && !(flags & LDR_GET_DLL_HANDLE_EX_PIN))
        return STATUS_INVALID_PARAMETER_5;
    if (base)
        *base = NULL;
    RtlEnterCriticalSection(&ldr_lock);
    module = find_loaded(name);
    if (module) {
        if (flags & LDR_GET_DLL_HANDLE_EX_PIN)
            pin(module);
        else if (!(flags & LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT))
            add_reference(module);
        if (base)
            *base = module->entry.DllBase;
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrGetDllHandle(PCWSTR path, ULONG *characteristics, const UNICODE_STRING *name, PVOID *base)
{
    return LdrGetDllHandleEx(LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT, path, characteristics, name, base);
}

NTSTATUS NTAPI LdrGetDllHandleByName(PUNICODE_STRING base_name, PUNICODE_STRING full_name, PVOID *base)
{
    struct ldr_module *module;

    *base = NULL;
    RtlEnterCriticalSection(&ldr_lock);
    if (full_name)
        module = ldr_find_path(full_name->Buffer, full_name->Length / sizeof(WCHAR));
    else
        module = ldr_find_name(base_name->Buffer, base_name->Length / sizeof(WCHAR));
    if (module)
        *base = module->entry.DllBase;
    RtlLeaveCriticalSection(&ldr_lock);
    return module ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
}

/* The loaded module that is the same file as another image mapping. */
NTSTATUS NTAPI LdrGetDllHandleByMapping(PVOID mapping, PVOID *base)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;
    IMAGE_NT_HEADERS *nt = RtlImageNtHeader(LDR_MAPPED_BASE(mapping));
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    *base = NULL;
    if (!nt)
        return STATUS_INVALID_IMAGE_FORMAT;
    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink) {
        LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);

        if (entry->TimeDateStamp == nt->FileHeader.TimeDateStamp &&
            entry->SizeOfImage == nt->OptionalHeader.SizeOfImage &&
            !NtAreMappedFilesTheSame(LDR_MAPPED_BASE(mapping), entry->DllBase)) {
            *base = entry->DllBase;
            status = STATUS_SUCCESS;
            break;
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrAddRefDll(ULONG flags, PVOID base)
{
    struct ldr_module *module;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    if (flags & ~LDR_ADDREF_DLL_PIN)
        return STATUS_INVALID_PARAMETER;
    RtlEnterCriticalSection(&ldr_lock);
    module = ldr_find_base(base);
    if (module) {
        if (flags & LDR_ADDREF_DLL_PIN)
            pin(module);
        else
            add_reference(module);
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}
