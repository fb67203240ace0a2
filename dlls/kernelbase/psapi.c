/* SPDX-License-Identifier: MIT */
/*
 * psapi.c: processes, their modules and memory (psapi.h). Modules are those of the own process: of another one only the
 * program itself is known.
 */
#include "kernelbase_private.h"
#include "ntldr.h"
#include "psapi_private.h"

/* --- lists that a system call gives whole --- */

void *query_system(ULONG class)
{
    ULONG size = 0x4000, needed;
    void *buffer;
    NTSTATUS status;

    for (;;) {
        if (!(buffer = kb_alloc(size)))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        status = NtQuerySystemInformation(class, buffer, size, &needed);
        if (!status)
            return buffer;
        kb_free(buffer);
        if (status != STATUS_INFO_LENGTH_MISMATCH) {
            set_ntstatus(status);
            return NULL;
        }
        size = needed + 0x1000; /* there may be more by then */
    }
}

const SYSTEM_PROCESS_INFORMATION *next_process(const SYSTEM_PROCESS_INFORMATION *process)
{
    return process->NextEntryOffset ? (const void *)((const char *)process + process->NextEntryOffset) : NULL;
}

BOOL WINAPI K32EnumProcesses(DWORD *ids, DWORD size, DWORD *needed)
{
    SYSTEM_PROCESS_INFORMATION *list = query_system(SystemProcessInformation);
    const SYSTEM_PROCESS_INFORMATION *process;
    DWORD room = size / sizeof(DWORD), count = 0;

    if (!list)
        return FALSE;
    for (process = list; process && count < room; process = next_process(process))
        ids[count++] = (DWORD)(ULONG_PTR)process->UniqueProcessId;
    kb_free(list);
    *needed = count * sizeof(DWORD);
    return TRUE;
}

/* --- modules --- */

BOOL is_own_process(HANDLE process)
{
    return process == NT_CURRENT_PROCESS || GetProcessId(process) == GetCurrentProcessId();
}

struct module_list {
    HMODULE *modules;
    DWORD room, count;
};

static VOID NTAPI list_module(LDR_DATA_TABLE_ENTRY *entry, void *context, BOOLEAN *stop)
{
    struct module_list *list = context;

    (void)stop;
    if (list->count < list->room)
        list->modules[list->count] = entry->DllBase;
    list->count++;
}

static BOOL peek(HANDLE process, const void *address, void *buffer, SIZE_T size)
{
    SIZE_T done;

    return ReadProcessMemory(process, address, buffer, size, &done) && done == size;
}

#define MAX_MODULES 100000 /* a list that is longer goes in circles */

/* The list that another process's loader keeps; the texts of an entry are copied here while it is looked at. */
static BOOL walk_other_modules(HANDLE process, void(NTAPI *visit)(LDR_DATA_TABLE_ENTRY *, void *, BOOLEAN *),
                               void *context)
{
    PROCESS_BASIC_INFORMATION basic;
    LDR_DATA_TABLE_ENTRY entry;
    WCHAR *names[2] = { NULL };
    BOOLEAN stop = FALSE;
    PEB_LDR_DATA *ldr;
    LIST_ENTRY *at;

    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof(basic), NULL)))
        return FALSE;
    if (!peek(process, &basic.PebBaseAddress->Ldr, &ldr, sizeof(ldr)) || !ldr ||
        !peek(process, &ldr->InLoadOrderModuleList.Flink, &at, sizeof(at)))
        return fail(ERROR_PARTIAL_COPY); /* it has no list yet, or is not ours to read */
    for (ULONG i = 0; i < MAX_MODULES && !stop && at && at != &ldr->InLoadOrderModuleList; i++) {
        UNICODE_STRING *texts[2] = { &entry.FullDllName, &entry.BaseDllName };
        BOOL good = peek(process, at, &entry, sizeof(entry));
        for (int k = 0; good && k < 2; k++) {
            good = (names[k] = kb_alloc(texts[k]->Length + sizeof(WCHAR))) &&
                   peek(process, texts[k]->Buffer, names[k], texts[k]->Length);
            texts[k]->Buffer = names[k];
        }
        if (good)
            visit(&entry, context, &stop);
        at = good ? entry.InLoadOrderLinks.Flink : NULL;
        for (int k = 0; k < 2; k++) {
            kb_free(names[k]);
            names[k] = NULL;
        }
    }
    return TRUE;
}

static BOOL walk_modules(HANDLE process, void(NTAPI *visit)(LDR_DATA_TABLE_ENTRY *, void *, BOOLEAN *), void *context)
{
    ULONG id = GetProcessId(process);

    if (!id)
        return FALSE;
    if (id != GetCurrentProcessId())
        return walk_other_modules(process, visit, context);
    return set_ntstatus(LdrEnumerateLoadedModules(0, visit, context));
}

BOOL WINAPI K32EnumProcessModulesEx(HANDLE process, HMODULE *modules, DWORD size, DWORD *needed, DWORD filter)
{
    struct module_list list = { modules, size / sizeof(HMODULE), 0 };

    if (filter > LIST_MODULES_ALL)
        return fail(ERROR_INVALID_PARAMETER);
    if (filter == LIST_MODULES_32BIT ? !GetProcessId(process) : !walk_modules(process, list_module, &list))
        return FALSE;
    *needed = list.count * sizeof(HMODULE);
    return TRUE;
}

BOOL WINAPI K32EnumProcessModules(HANDLE process, HMODULE *modules, DWORD size, DWORD *needed)
{
    return K32EnumProcessModulesEx(process, modules, size, needed, LIST_MODULES_DEFAULT);
}

struct module_search {
    void *base;
    WCHAR *name; /* kb_alloc'ed: with its folder, or without */
    BOOL base_name;
    MODULEINFO info;
    BOOL found;
};

static VOID NTAPI search_module(LDR_DATA_TABLE_ENTRY *entry, void *context, BOOLEAN *stop)
{
    struct module_search *search = context;
    const UNICODE_STRING *name = search->base_name ? &entry->BaseDllName : &entry->FullDllName;

    if (entry->DllBase != search->base)
        return;
    *stop = TRUE;
    search->found = TRUE;
    search->info.lpBaseOfDll = entry->DllBase;
    search->info.SizeOfImage = entry->SizeOfImage;
    search->info.EntryPoint = entry->EntryPoint;
    if ((search->name = kb_alloc(name->Length + sizeof(WCHAR)))) {
        memcpy(search->name, name->Buffer, name->Length);
        search->name[name->Length / sizeof(WCHAR)] = 0;
    }
}

/* The name of a process's program, as a DOS path or (native) an NT one; kb_free. */
static WCHAR *image_name(HANDLE process, BOOL native)
{
    ULONG size = sizeof(UNICODE_STRING) + MAX_PATH * sizeof(WCHAR), class, needed;
    UNICODE_STRING *name;
    NTSTATUS status;

    class = native ? ProcessImageFileName : ProcessImageFileNameWin32;
    for (;;) {
        if (!(name = kb_alloc(size + sizeof(WCHAR))))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        status = NtQueryInformationProcess(process, class, name, size, &needed);
        if (status != STATUS_INFO_LENGTH_MISMATCH || needed <= size)
            break;
        kb_free(name);
        size = needed;
    }
    if (!set_ntstatus(status)) {
        kb_free(name);
        return NULL;
    }
    size = name->Length;
    memmove(name, name->Buffer, size);
    ((WCHAR *)name)[size / sizeof(WCHAR)] = 0;
    return (WCHAR *)name;
}

/* kb_free. A null module is the program. */
static WCHAR *module_name(HANDLE process, HMODULE module, BOOL base_name)
{
    struct module_search search = { 0 };
    WCHAR *path, *base;

    if (module || is_own_process(process)) {
        search.base = module ? module : nt_peb()->ImageBaseAddress;
        search.base_name = base_name;
        if (!walk_modules(process, search_module, &search))
            return NULL;
        if (!search.found)
            return fail_null(ERROR_INVALID_HANDLE);
        return search.name ? search.name : fail_null(ERROR_NOT_ENOUGH_MEMORY);
    }
    if ((path = image_name(process, FALSE)) && base_name && (base = wcsrchr(path, '\\')))
        memmove(path, base + 1, (wcslen(base + 1) + 1) * sizeof(WCHAR));
    return path;
}

/* The convention of these functions: what does not fit is cut off, with the buffer's size as the result. */
static DWORD give_w(WCHAR *name, WCHAR *buffer, DWORD size)
{
    SIZE_T length;

    if (!name)
        return 0;
    length = wcslen(name);
    if (!size) {
        kb_free(name);
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    if (length < size) {
        memcpy(buffer, name, (length + 1) * sizeof(WCHAR));
    } else {
        memcpy(buffer, name, (size - 1) * sizeof(WCHAR));
        buffer[size - 1] = 0;
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        length = size;
    }
    kb_free(name);
    return (DWORD)length;
}

static DWORD give_a(WCHAR *name, char *buffer, DWORD size)
{
    char *ansi;
    SIZE_T length;

    if (!name)
        return 0;
    ansi = ansi_dup(name);
    kb_free(name);
    if (!ansi)
        return 0;
    length = strlen(ansi);
    if (length < size) {
        memcpy(buffer, ansi, length + 1);
    } else {
        if (size) {
            memcpy(buffer, ansi, size - 1);
            buffer[size - 1] = 0;
        }
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        length = size;
    }
    kb_free(ansi);
    return (DWORD)length;
}

DWORD WINAPI K32GetModuleBaseNameW(HANDLE process, HMODULE module, WCHAR *buffer, DWORD size)
{
    return give_w(module_name(process, module, TRUE), buffer, size);
}

DWORD WINAPI K32GetModuleBaseNameA(HANDLE process, HMODULE module, char *buffer, DWORD size)
{
    return give_a(module_name(process, module, TRUE), buffer, size);
}

DWORD WINAPI K32GetModuleFileNameExW(HANDLE process, HMODULE module, WCHAR *buffer, DWORD size)
{
    return give_w(module_name(process, module, FALSE), buffer, size);
}

DWORD WINAPI K32GetModuleFileNameExA(HANDLE process, HMODULE module, char *buffer, DWORD size)
{
    return give_a(module_name(process, module, FALSE), buffer, size);
}

DWORD WINAPI K32GetProcessImageFileNameW(HANDLE process, WCHAR *buffer, DWORD size)
{
    return give_w(image_name(process, TRUE), buffer, size);
}

DWORD WINAPI K32GetProcessImageFileNameA(HANDLE process, char *buffer, DWORD size)
{
    return give_a(image_name(process, TRUE), buffer, size);
}

BOOL WINAPI K32GetModuleInformation(HANDLE process, HMODULE module, MODULEINFO *info, DWORD size)
{
    struct module_search search = { 0 };

    if (size < sizeof(*info))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!module && !is_own_process(process))
        return fail(ERROR_INVALID_HANDLE);
    search.base = module ? module : nt_peb()->ImageBaseAddress;
    if (!walk_modules(process, search_module, &search))
        return FALSE;
    kb_free(search.name);
    if (!search.found)
        return fail(ERROR_INVALID_HANDLE);
    *info = search.info;
    return TRUE;
}

/* winbase.h's: the size counts the terminating zero when called, and not when it returns. */
BOOL WINAPI QueryFullProcessImageNameW(HANDLE process, DWORD flags, WCHAR *buffer, DWORD *size)
{
    WCHAR *name;
    SIZE_T length;

    if (flags & ~PROCESS_NAME_NATIVE)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(name = image_name(process, flags)))
        return FALSE;
    length = wcslen(name);
    if (length >= *size) {
        kb_free(name);
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(buffer, name, (length + 1) * sizeof(WCHAR));
    *size = (DWORD)length;
    kb_free(name);
    return TRUE;
}

BOOL WINAPI QueryFullProcessImageNameA(HANDLE process, DWORD flags, char *buffer, DWORD *size)
{
    WCHAR *name;
    SIZE_T length, needed;

    if (flags & ~PROCESS_NAME_NATIVE)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(name = image_name(process, flags)))
        return FALSE;
    length = wcslen(name);
    needed = ansi_size(name, length);
    if (needed >= *size) {
        kb_free(name);
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    ansi_copy(buffer, *size, name, length);
    buffer[needed] = 0;
    *size = (DWORD)needed;
    kb_free(name);
    return TRUE;
}
