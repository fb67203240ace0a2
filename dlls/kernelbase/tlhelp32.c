/* SPDX-License-Identifier: MIT */
/*
 * tlhelp32.c: snapshots of processes, threads, modules and heaps (tlhelp32.h). A snapshot is a section, as on Windows, so that it is
 * closed like any handle: a header with how far each list has been read, and the lists.
 */
#include "kernelbase_private.h"
#include "ntldr.h"
#include "psapi_private.h"
#include "tlhelp32_private.h"
#include <tlhelp32.h>

enum { PROCESSES, THREADS, MODULES, HEAPS, LISTS };

struct snapshot {
    struct {
        ULONG offset, count, position;
    } lists[LISTS];
};

static const ULONG entry_sizes[LISTS] = { sizeof(PROCESSENTRY32W), sizeof(THREADENTRY32), sizeof(MODULEENTRY32W),
                                          sizeof(HEAPLIST32) };

static void copy_name(WCHAR *to, SIZE_T room, const UNICODE_STRING *name)
{
    SIZE_T length = name->Length / sizeof(WCHAR);

    if (length >= room)
        length = room - 1;
    memcpy(to, name->Buffer, length * sizeof(WCHAR));
    to[length] = 0;
}

static void *entry_at(struct snapshot *snapshot, unsigned list, ULONG index)
{
    return (char *)snapshot + snapshot->lists[list].offset + (SIZE_T)index * entry_sizes[list];
}

static void fill_processes(struct snapshot *snapshot, const SYSTEM_PROCESS_INFORMATION *process)
{
    ULONG count = 0;

    for (; process && count < snapshot->lists[PROCESSES].count; process = next_process(process)) {
        PROCESSENTRY32W *entry = entry_at(snapshot, PROCESSES, count++);

        entry->dwSize = sizeof(*entry);
        entry->th32ProcessID = (DWORD)(ULONG_PTR)process->UniqueProcessId;
        entry->cntThreads = process->NumberOfThreads;
        entry->th32ParentProcessID = (DWORD)(ULONG_PTR)process->InheritedFromUniqueProcessId;
        entry->pcPriClassBase = process->BasePriority;
        if (entry->th32ProcessID)
            copy_name(entry->szExeFile, MAX_PATH, &process->ImageName);
        else
            wcscpy(entry->szExeFile, L"[System Process]");
    }
}

static void fill_threads(struct snapshot *snapshot, const SYSTEM_PROCESS_INFORMATION *process)
{
    ULONG count = 0, i;

    for (; process; process = next_process(process))
        for (i = 0; i < process->NumberOfThreads; i++) {
            THREADENTRY32 *entry = entry_at(snapshot, THREADS, count++);

            entry->dwSize = sizeof(*entry);
            entry->th32ThreadID = (DWORD)(ULONG_PTR)process->Threads[i].ClientId.UniqueThread;
            entry->th32OwnerProcessID = (DWORD)(ULONG_PTR)process->UniqueProcessId;
            entry->tpBasePri = process->Threads[i].BasePriority;
        }
}

static VOID NTAPI count_module(LDR_DATA_TABLE_ENTRY *module, void *context, BOOLEAN *stop)
{
    (void)module, (void)stop;
    ++*(ULONG *)context;
}

struct module_fill {
    struct snapshot *snapshot;
    DWORD process;
};

static VOID NTAPI fill_module(LDR_DATA_TABLE_ENTRY *module, void *context, BOOLEAN *stop)
{
    struct module_fill *fill = context;
    struct snapshot *snapshot = fill->snapshot;
    ULONG index = snapshot->lists[MODULES].position;
    MODULEENTRY32W *entry;

    if (index >= snapshot->lists[MODULES].count) { /* loaded since they were counted */
        *stop = TRUE;
        return;
    }
    snapshot->lists[MODULES].position++;
    entry = entry_at(snapshot, MODULES, index);
    entry->dwSize = sizeof(*entry);
    entry->th32ModuleID = 1;
    entry->th32ProcessID = fill->process;
    entry->GlblcntUsage = entry->ProccntUsage = 0xffff;
    entry->modBaseAddr = module->DllBase;
    entry->modBaseSize = module->SizeOfImage;
    entry->hModule = module->DllBase;
    copy_name(entry->szModule, MAX_MODULE_NAME32 + 1, &module->BaseDllName);
    copy_name(entry->szExePath, MAX_PATH, &module->FullDllName);
}

static void fill_heaps(struct snapshot *snapshot, const HANDLE *heaps, DWORD process)
{
    for (ULONG i = 0; i < snapshot->lists[HEAPS].count; i++) {
        HEAPLIST32 *entry = entry_at(snapshot, HEAPS, i);

        entry->dwSize = sizeof(*entry);
        entry->th32ProcessID = process;
        entry->th32HeapID = (ULONG_PTR)heaps[i];
        entry->dwFlags = i ? 0 : HF32_DEFAULT;
    }
}

HANDLE WINAPI CreateToolhelp32Snapshot(DWORD flags, DWORD id)
{
    OBJECT_ATTRIBUTES attr;
    SYSTEM_PROCESS_INFORMATION *list = NULL;
    const SYSTEM_PROCESS_INFORMATION *process;
    struct snapshot head = { 0 }, *snapshot = NULL;
    LARGE_INTEGER size;
    SIZE_T view = 0;
    HANDLE section = INVALID_HANDLE_VALUE, other = NT_CURRENT_PROCESS, *heaps = NULL;
    NTSTATUS status;
    unsigned i;

    if (!(flags & (TH32CS_SNAPALL | TH32CS_SNAPMODULE32))) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (flags & (TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32 | TH32CS_SNAPHEAPLIST) && id && id != GetCurrentProcessId() &&
        !(other = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id)))
        return INVALID_HANDLE_VALUE;
    if (flags & (TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32)) {
        if (!for_each_module(other, count_module, &head.lists[MODULES].count)) {
            NtClose(other);
            return INVALID_HANDLE_VALUE;
        }
    }
    if (flags & (TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD)) {
        if (!(list = query_system(SystemProcessInformation))) {
            if (other != NT_CURRENT_PROCESS)
                NtClose(other);
            return INVALID_HANDLE_VALUE;
        }
        for (process = list; process; process = next_process(process)) {
            if (flags & TH32CS_SNAPPROCESS)
                head.lists[PROCESSES].count++;
            if (flags & TH32CS_SNAPTHREAD)
                head.lists[THREADS].count += process->NumberOfThreads;
        }
    }
    if (flags & TH32CS_SNAPHEAPLIST && !(heaps = heaps_of(other, &head.lists[HEAPS].count))) {
        kb_free(list);
        if (other != NT_CURRENT_PROCESS)
            NtClose(other);
        return INVALID_HANDLE_VALUE;
    }
    size.QuadPart = sizeof(head);
    for (i = 0; i < LISTS; i++) {
        head.lists[i].offset = (ULONG)(size.QuadPart + 7) & ~7u;
        size.QuadPart = head.lists[i].offset + (LONGLONG)head.lists[i].count * entry_sizes[i];
    }
    InitializeObjectAttributes(&attr, NULL, flags & TH32CS_INHERIT ? OBJ_INHERIT : 0, NULL, NULL);
    status = NtCreateSection(&section, SECTION_ALL_ACCESS, &attr, &size, PAGE_READWRITE, SEC_COMMIT, NULL);
    if (!status)
        status = NtMapViewOfSection(section, NT_CURRENT_PROCESS, (void **)&snapshot, 0, 0, NULL, &view,
                                    1 /* ViewShare */, 0, PAGE_READWRITE);
    if (!status) {
        *snapshot = head;
        if (flags & TH32CS_SNAPPROCESS)
            fill_processes(snapshot, list);
        if (flags & TH32CS_SNAPTHREAD)
            fill_threads(snapshot, list);
        fill_heaps(snapshot, heaps, id ? id : GetCurrentProcessId());
        if (head.lists[MODULES].count) {
            struct module_fill fill = { snapshot, id ? id : GetCurrentProcessId() };

            for_each_module(other, fill_module, &fill);
            snapshot->lists[MODULES].count = snapshot->lists[MODULES].position;
            snapshot->lists[MODULES].position = 0;
        }
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, snapshot);
    } else if (section != INVALID_HANDLE_VALUE) {
        NtClose(section);
        section = INVALID_HANDLE_VALUE;
    }
    kb_free(list);
    kb_free(heaps);
    if (other != NT_CURRENT_PROCESS)
        NtClose(other);
    set_ntstatus(status);
    return section;
}

/* The next entry of a list, copied; `first` begins anew. */
static BOOL next_entry(HANDLE handle, unsigned list, BOOL first, void *entry)
{
    struct snapshot *snapshot = NULL;
    SIZE_T view = 0;
    NTSTATUS status;
    BOOL result = FALSE;

    status =
        NtMapViewOfSection(handle, NT_CURRENT_PROCESS, (void **)&snapshot, 0, 0, NULL, &view, 1, 0, PAGE_READWRITE);
    if (!set_ntstatus(status))
        return FALSE;
    if (first)
        snapshot->lists[list].position = 0;
    if (snapshot->lists[list].position < snapshot->lists[list].count) {
        memcpy(entry, entry_at(snapshot, list, snapshot->lists[list].position++), entry_sizes[list]);
        result = TRUE;
    }
    NtUnmapViewOfSection(NT_CURRENT_PROCESS, snapshot);
    return result ? TRUE : fail(ERROR_NO_MORE_FILES);
}

/* Into a structure of the program's: each kind begins with its size. */
static BOOL next_sized_entry(HANDLE snapshot, unsigned list, BOOL first, void *entry)
{
    return *(const DWORD *)entry < entry_sizes[list] ? fail(ERROR_BAD_LENGTH)
                                                     : next_entry(snapshot, list, first, entry);
}

BOOL WINAPI Process32FirstW(HANDLE snapshot, PROCESSENTRY32W *entry)
{
    return next_sized_entry(snapshot, PROCESSES, TRUE, entry);
}

BOOL WINAPI Process32NextW(HANDLE snapshot, PROCESSENTRY32W *entry)
{
    return next_sized_entry(snapshot, PROCESSES, FALSE, entry);
}

static void narrow(char *to, SIZE_T room, const WCHAR *from)
{
    SIZE_T length = wcslen(from), size = ansi_size(from, length);

    while (size >= room)
        size = ansi_size(from, --length);
    ansi_copy(to, room, from, length);
    to[size] = 0;
}

static BOOL next_process_a(HANDLE snapshot, BOOL first, PROCESSENTRY32 *entry)
{
    PROCESSENTRY32W wide;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_BAD_LENGTH);
    if (!next_entry(snapshot, PROCESSES, first, &wide))
        return FALSE;
    memcpy(entry, &wide, offsetof(PROCESSENTRY32, szExeFile));
    entry->dwSize = sizeof(*entry);
    narrow(entry->szExeFile, sizeof(entry->szExeFile), wide.szExeFile);
    return TRUE;
}

BOOL WINAPI Process32First(HANDLE snapshot, PROCESSENTRY32 *entry)
{
    return next_process_a(snapshot, TRUE, entry);
}

BOOL WINAPI Process32Next(HANDLE snapshot, PROCESSENTRY32 *entry)
{
    return next_process_a(snapshot, FALSE, entry);
}

BOOL WINAPI Thread32First(HANDLE snapshot, THREADENTRY32 *entry)
{
    return next_sized_entry(snapshot, THREADS, TRUE, entry);
}

BOOL WINAPI Thread32Next(HANDLE snapshot, THREADENTRY32 *entry)
{
    return next_sized_entry(snapshot, THREADS, FALSE, entry);
}

BOOL WINAPI Module32FirstW(HANDLE snapshot, MODULEENTRY32W *entry)
{
    return next_sized_entry(snapshot, MODULES, TRUE, entry);
}

BOOL WINAPI Module32NextW(HANDLE snapshot, MODULEENTRY32W *entry)
{
    return next_sized_entry(snapshot, MODULES, FALSE, entry);
}

static BOOL next_module_a(HANDLE snapshot, BOOL first, MODULEENTRY32 *entry)
{
    MODULEENTRY32W wide;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_BAD_LENGTH);
    if (!next_entry(snapshot, MODULES, first, &wide))
        return FALSE;
    memcpy(entry, &wide, offsetof(MODULEENTRY32, szModule));
    entry->dwSize = sizeof(*entry);
    narrow(entry->szModule, sizeof(entry->szModule), wide.szModule);
    narrow(entry->szExePath, sizeof(entry->szExePath), wide.szExePath);
    return TRUE;
}

BOOL WINAPI Module32First(HANDLE snapshot, MODULEENTRY32 *entry)
{
    return next_module_a(snapshot, TRUE, entry);
}

BOOL WINAPI Module32Next(HANDLE snapshot, MODULEENTRY32 *entry)
{
    return next_module_a(snapshot, FALSE, entry);
}

/* This structure's size has as many bits as there are. */
static BOOL next_heap(HANDLE snapshot, BOOL first, HEAPLIST32 *entry)
{
    return entry->dwSize < sizeof(*entry) ? fail(ERROR_BAD_LENGTH) : next_entry(snapshot, HEAPS, first, entry);
}

BOOL WINAPI Heap32ListFirst(HANDLE snapshot, HEAPLIST32 *entry)
{
    return next_heap(snapshot, TRUE, entry);
}

BOOL WINAPI Heap32ListNext(HANDLE snapshot, HEAPLIST32 *entry)
{
    return next_heap(snapshot, FALSE, entry);
}

BOOL WINAPI Toolhelp32ReadProcessMemory(DWORD id, const void *base, void *buffer, SIZE_T size, SIZE_T *read)
{
    HANDLE process = id ? OpenProcess(PROCESS_VM_READ, FALSE, id) : NT_CURRENT_PROCESS;
    BOOL result;

    if (!process)
        return FALSE;
    result = ReadProcessMemory(process, base, buffer, size, read);
    if (id)
        NtClose(process);
    return result;
}
