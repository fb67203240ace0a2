/* SPDX-License-Identifier: MIT */
/* minidump_memory.c: which memory goes into a dump, and the streams that list it. */
#include "minidump_private.h"
#include <stdlib.h>

#define SCAN_PIECE 0x10000

BOOL dump_add_range(struct dump *dump, ULONG64 start, ULONG64 size)
{
    struct dump_ranges *ranges = &dump->memory;

    if (!size || start + size < start)
        return FALSE;
    if (ranges->count == ranges->room) {
        SIZE_T room = ranges->room ? 2 * ranges->room : 256;
        struct dump_range *grown = dump_alloc(dump, room * sizeof(*grown));
        if (!grown)
            return FALSE;
        if (ranges->count)
            memcpy(grown, ranges->list, ranges->count * sizeof(*grown));
        if (ranges->list)
            HeapFree(dump->heap, 0, ranges->list);
        ranges->list = grown;
        ranges->room = room;
    }
    ranges->list[ranges->count++] = (struct dump_range){ start, size, 0 };
    return TRUE;
}

static int by_start(const void *a, const void *b)
{
    const struct dump_range *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

/* Sorted, no two of them touching. */
static void merge_ranges(struct dump_ranges *ranges)
{
    SIZE_T used = 0;

    qsort(ranges->list, ranges->count, sizeof(*ranges->list), by_start);
    for (SIZE_T i = 0; i < ranges->count; i++) {
        struct dump_range *last = used ? &ranges->list[used - 1] : NULL, *next = &ranges->list[i];
        if (last && next->start <= last->start + last->size)
            last->size = max(last->start + last->size, next->start + next->size) - last->start;
        else
            ranges->list[used++] = *next;
    }
    ranges->count = used;
}

/* The range that an address is in, if there is one. */
const struct dump_range *dump_range_at(struct dump *dump, ULONG64 address)
{
    SIZE_T low = 0, high = dump->memory.count;

    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        if (dump->memory.list[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address - dump->memory.list[low - 1].start >= dump->memory.list[low - 1].size)
        return NULL;
    return &dump->memory.list[low - 1];
}

static BOOL readable(const MEMORY_BASIC_INFORMATION *info)
{
    return info->State == MEM_COMMIT && !(info->Protect & (PAGE_NOACCESS | PAGE_GUARD)) && info->Protect;
}

static BOOL wanted(const struct dump *dump, const MEMORY_BASIC_INFORMATION *info)
{
    if (dump->type & MiniDumpWithFullMemory)
        return TRUE;
    if (info->Type != MEM_PRIVATE)
        return (dump->type & MiniDumpWithPrivateWriteCopyMemory) && info->Type == MEM_IMAGE &&
               (info->Protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)); /* copied by a write */
    if ((dump->type & MiniDumpWithPrivateReadWriteMemory) &&
        (info->Protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)))
        return TRUE;
    return (dump->type & MiniDumpWithPrivateWriteCopyMemory) &&
           (info->Protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY));
}

static BOOL next_region(struct dump *dump, ULONG64 *at, MEMORY_BASIC_INFORMATION *info)
{
    if (!VirtualQueryEx(dump->process, (void *)(ULONG_PTR)*at, info, sizeof(*info)) ||
        (ULONG_PTR)info->BaseAddress + info->RegionSize <= *at)
        return FALSE;
    *at = (ULONG_PTR)info->BaseAddress + info->RegionSize;
    return TRUE;
}

static void scan_address_space(struct dump *dump)
{
    MEMORY_BASIC_INFORMATION info;

    for (ULONG64 at = 0; SUCCEEDED(dump->error) && next_region(dump, &at, &info);) {
        ULONG64 start = (ULONG_PTR)info.BaseAddress, size = info.RegionSize;
        MINIDUMP_MEMORY_INFO *region = &dump->output.VmRegion;

        if (!readable(&info) || !wanted(dump, &info))
            continue;
        memset(&dump->output, 0, sizeof(dump->output));
        *region = (MINIDUMP_MEMORY_INFO){ .BaseAddress = start,
                                          .AllocationBase = (ULONG_PTR)info.AllocationBase,
                                          .AllocationProtect = info.AllocationProtect,
                                          .RegionSize = size,
                                          .State = info.State,
                                          .Protect = info.Protect,
                                          .Type = info.Type };
        dump->output.Continue = TRUE;
        if (dump_call(dump, IncludeVmRegionCallback)) { /* may take a part of it only */
            if (region->BaseAddress >= start && region->RegionSize <= size &&
                region->BaseAddress - start <= size - region->RegionSize) {
                start = region->BaseAddress;
                size = region->RegionSize;
            }
            if (!dump->output.Continue)
                return;
        }
        dump_add_range(dump, start, size);
    }
}

/* Sections of modules: data that can be written to, or code. */
static void add_sections(struct dump *dump, struct dump_module *module)
{
    IMAGE_SECTION_HEADER section;
    ULONG flags = dump->type;

    if (!module->have_headers)
        return;
    if (flags & MiniDumpWithModuleHeaders)
        dump_add_range(dump, module->base,
                       min((ULONG64)module->nt.OptionalHeader.SizeOfHeaders + NT_PAGE_SIZE - 1, module->size) &
                           ~(ULONG64)(NT_PAGE_SIZE - 1));
    for (WORD i = 0; i < module->nt.FileHeader.NumberOfSections; i++) {
        if (!dump_read(dump, module->base + module->first_section + i * sizeof(section), &section, sizeof(section)))
            return;
        if (section.VirtualAddress >= module->size || section.Misc.VirtualSize > module->size - section.VirtualAddress)
            continue;
        if (((section.Characteristics & IMAGE_SCN_MEM_WRITE) &&
             ((flags & MiniDumpWithDataSegs) || (module->flags & ModuleWriteDataSeg))) ||
            ((section.Characteristics & IMAGE_SCN_CNT_CODE) &&
             ((flags & MiniDumpWithCodeSegs) || (module->flags & ModuleWriteCodeSegs))))
            dump_add_range(dump, module->base + section.VirtualAddress, section.Misc.VirtualSize);
    }
}

/* What words on the stacks point to: modules for MiniDumpScanMemory, pages of data for MiniDumpWithIndirectlyReferencedMemory. */
static void follow_pointer(struct dump *dump, ULONG64 value)
{
    MEMORY_BASIC_INFORMATION info;
    struct dump_module *module;
    ULONG64 page = value & ~(ULONG64)(NT_PAGE_SIZE - 1);

    if (value < NT_USER_SPACE_START)
        return;
    module = dump_module_at(dump, value);
    if (module) {
        module->flags |= dump->type & MiniDumpScanMemory ? ModuleReferencedByMemory : 0;
        return;
    }
    if (!(dump->type & MiniDumpWithIndirectlyReferencedMemory) || value >= NT_USER_SPACE_LIMIT)
        return;
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        if (value >= thread->stack && value < thread->stack_end)
            return;
    /* The one before: pointers often come in groups, and each question is a system call. */
    if (dump->memory.count && value - dump->memory.list[dump->memory.count - 1].start < NT_PAGE_SIZE)
        return;
    if (VirtualQueryEx(dump->process, (void *)(ULONG_PTR)page, &info, sizeof(info)) && readable(&info) &&
        (info.Protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE | PAGE_WRITECOPY)))
        dump_add_range(dump, page, NT_PAGE_SIZE);
}

static void scan_stacks(struct dump *dump)
{
    BYTE *piece = dump_alloc(dump, SCAN_PIECE);

    for (struct dump_thread *thread = dump->threads; piece && thread; thread = thread->next) {
        if (!(thread->flags & ThreadWriteStack))
            continue;
        for (ULONG64 at = thread->stack; at < thread->stack_end;) {
            SIZE_T size = min(thread->stack_end - at, SCAN_PIECE);
            if (!dump_read(dump, at, piece, size))
                break;
            for (SIZE_T i = 0; i + sizeof(ULONG_PTR) <= size; i += sizeof(ULONG_PTR))
                follow_pointer(dump, *(ULONG_PTR *)(piece + i));
            at += size;
        }
    }
}

/* MiniDumpWithProcessThreadData: PEB, parameters, environment; the TEBs are there anyway. */
static void add_process_data(struct dump *dump)
{
    PROCESS_BASIC_INFORMATION basic;
    RTL_USER_PROCESS_PARAMETERS parameters;
    MEMORY_BASIC_INFORMATION info;
    PEB peb;

    if (!NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessBasicInformation, &basic, sizeof(basic), NULL)) ||
        !dump_read(dump, (ULONG_PTR)basic.PebBaseAddress, &peb, sizeof(peb)))
        return;
    dump_add_range(dump, (ULONG_PTR)basic.PebBaseAddress, sizeof(peb));
    if (!dump_read(dump, (ULONG_PTR)peb.ProcessParameters, &parameters, sizeof(parameters)))
        return;
    dump_add_range(dump, (ULONG_PTR)peb.ProcessParameters, max(parameters.Length, sizeof(parameters)));
    if (parameters.Environment && VirtualQueryEx(dump->process, parameters.Environment, &info, sizeof(info)) &&
        readable(&info))
        dump_add_range(dump, (ULONG_PTR)parameters.Environment,
                       min((ULONG_PTR)info.BaseAddress + info.RegionSize - (ULONG_PTR)parameters.Environment, 0x10000));
}

static void add_exception_memory(struct dump *dump)
{
    (void)dump;
#ifdef _WIN64
    const CONTEXT *context = dump->exception_context;

    if (!dump->have_exception)
        return;
    dump_add_range(dump, context->Rip - 128, 256);
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        if (thread->id == dump->exception_thread && context->Rsp < thread->stack &&
            thread->stack - context->Rsp < 0x100000) {
            /* Below where the thread stands now? Then it has been unwound, but may not be overwritten. */
            dump_add_range(dump, context->Rsp & ~15ull, thread->stack - (context->Rsp & ~15ull));
        }
#endif
}

/* MemoryCallback is asked for more until it has none; RemoveMemoryCallback takes something away at the end. */
static void ask_for_memory(struct dump *dump)
{
    for (;;) {
        memset(&dump->output, 0, sizeof(dump->output));
        if (!dump_call(dump, MemoryCallback) || !dump->output.MemorySize || FAILED(dump->error))
            return;
        dump_add_range(dump, dump->output.MemoryBase, dump->output.MemorySize);
    }
}

static void cut(struct dump *dump, ULONG64 start, ULONG64 end)
{
    SIZE_T count = dump->memory.count;

    for (SIZE_T i = 0; i < count; i++) {
        struct dump_range *range = &dump->memory.list[i];
        ULONG64 range_end = range->start + range->size;
        if (start >= range_end || end <= range->start)
            continue;
        if (end < range_end && start > range->start) {
            range->size = start - range->start;
            dump_add_range(dump, end, range_end - end);
        } else if (start > range->start) {
            range->size = start - range->start;
        } else if (end < range_end) {
            range->start = end;
            range->size = range_end - end;
        } else {
            range->size = 0;
        }
    }
}

static void ask_for_removals(struct dump *dump)
{
    SIZE_T used = 0;

    for (;;) {
        memset(&dump->output, 0, sizeof(dump->output));
        if (!dump_call(dump, RemoveMemoryCallback) || !dump->output.MemorySize || FAILED(dump->error))
            break;
        cut(dump, dump->output.MemoryBase, dump->output.MemoryBase + dump->output.MemorySize);
    }
    for (SIZE_T i = 0; i < dump->memory.count; i++)
        if (dump->memory.list[i].size)
            dump->memory.list[used++] = dump->memory.list[i];
    dump->memory.count = used;
}

/* Instruction windows and the like are cut to what is readable; other ranges are known to be. */
static void trim_unreadable(struct dump *dump)
{
    SIZE_T used = 0;
    char probe;

    for (SIZE_T i = 0; i < dump->memory.count; i++) {
        struct dump_range range = dump->memory.list[i];
        ULONG64 end = range.start + range.size, page = (range.start + NT_PAGE_SIZE) & ~(ULONG64)(NT_PAGE_SIZE - 1);
        if (range.size <= 0x200) {
            if (!dump_read(dump, range.start, &probe, 1) && page < end) {
                range.start = page;
            } else if (page < end && !dump_read(dump, page, &probe, 1)) {
                end = page;
            }
            range.size = end - range.start;
            if (!dump_read(dump, range.start, &probe, 1))
                continue;
        }
        dump->memory.list[used++] = range;
    }
    dump->memory.count = used;
}

void dump_collect_memory(struct dump *dump)
{
    const DWORD scanning =
        MiniDumpWithFullMemory | MiniDumpWithPrivateReadWriteMemory | MiniDumpWithPrivateWriteCopyMemory;

    dump_collect_threads(dump);
    if (dump->type & (MiniDumpScanMemory | MiniDumpWithIndirectlyReferencedMemory))
        scan_stacks(dump);
    dump_module_callbacks(dump);
    add_exception_memory(dump);
    for (struct dump_module *module = dump->modules; module; module = module->next)
        if (module->flags & ModuleWriteModule)
            add_sections(dump, module);
    if (dump->type & MiniDumpWithProcessThreadData)
        add_process_data(dump);
    trim_unreadable(dump);
    ask_for_memory(dump);
    if (dump->type & scanning)
        scan_address_space(dump);
    merge_ranges(&dump->memory);
    ask_for_removals(dump);
    merge_ranges(&dump->memory);
}

static void put_memory_info(struct dump *dump)
{
    MINIDUMP_MEMORY_INFO_LIST head = { sizeof(head), sizeof(MINIDUMP_MEMORY_INFO), 0 };
    RVA list = dump_put(dump, &head, sizeof(head));
    MEMORY_BASIC_INFORMATION info;

    for (ULONG64 at = 0; SUCCEEDED(dump->error) && next_region(dump, &at, &info); head.NumberOfEntries++) {
        MINIDUMP_MEMORY_INFO entry = { .BaseAddress = (ULONG_PTR)info.BaseAddress,
                                       .AllocationBase = (ULONG_PTR)info.AllocationBase,
                                       .AllocationProtect = info.AllocationProtect,
                                       .RegionSize = info.RegionSize,
                                       .State = info.State,
                                       .Protect = info.Protect,
                                       .Type = info.Type };
        dump_put(dump, &entry, sizeof(entry));
    }
    if (FAILED(dump->error))
        return;
    memcpy(dump->meta + list, &head, sizeof(head));
    dump_stream(dump, MemoryInfoListStream, list, sizeof(head) + head.NumberOfEntries * head.SizeOfEntry);
}

void dump_memory_stream(struct dump *dump)
{
    BOOL full = (dump->type & MiniDumpWithFullMemory) != 0;
    SIZE_T count = dump->memory.count, size;

    if (dump->type & MiniDumpWithFullMemoryInfo)
        put_memory_info(dump);
    size = full ? sizeof(MINIDUMP_MEMORY64_LIST) + count * sizeof(MINIDUMP_MEMORY_DESCRIPTOR64)
                : sizeof(MINIDUMP_MEMORY_LIST) + count * sizeof(MINIDUMP_MEMORY_DESCRIPTOR);
    dump->memory_list = dump_put(dump, NULL, size);
    dump_stream(dump, full ? Memory64ListStream : MemoryListStream, dump->memory_list, size);
}

/* The contents lie behind all that has been put, one after the other, as Memory64ListStream wants it. */
void dump_locate_memory(struct dump *dump)
{
    BYTE *list = dump->meta + dump->memory_list;
    ULONG64 rva;

    dump_put(dump, NULL, -dump->meta_size & 15);
    rva = dump->meta_size;
    if (FAILED(dump->error))
        return;
    list = dump->meta + dump->memory_list;
    if (dump->type & MiniDumpWithFullMemory) {
        MINIDUMP_MEMORY64_LIST head = { dump->memory.count, rva };
        memcpy(list, &head, sizeof(head));
        list += sizeof(head);
    } else {
        ULONG32 count = dump->memory.count;
        memcpy(list, &count, sizeof(count));
        list += sizeof(count);
    }
    for (SIZE_T i = 0; i < dump->memory.count; i++) {
        struct dump_range *range = &dump->memory.list[i];
        range->rva = rva;
        rva += range->size;
        if (dump->type & MiniDumpWithFullMemory) {
            MINIDUMP_MEMORY_DESCRIPTOR64 entry = { range->start, range->size };
            memcpy(list, &entry, sizeof(entry));
            list += sizeof(entry);
        } else {
            MINIDUMP_MEMORY_DESCRIPTOR entry = { range->start, { range->size, range->rva } };
            memcpy(list, &entry, sizeof(entry));
            list += sizeof(entry);
        }
    }
    if (!(dump->type & MiniDumpWithFullMemory) && rva > 0xffffffff)
        dump_fail(dump, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE));
}
