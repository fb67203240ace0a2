/* SPDX-License-Identifier: MIT */
/*
 * minidump_modules.c: the modules of a dump. They are found by walking the loader's list in the process's memory, and described
 * by their headers there: the loader's lock may be held by a thread that is suspended, and files may be gone.
 */
#include "minidump_private.h"

VOID NTAPI RtlGetUnloadEventTraceEx(ULONG **size, ULONG **count, PVOID *trace);

#define MAX_MODULES    100000 /* a list that is longer goes in circles */
#define MAX_RECORD     0x10000
#define DEFAULT_FLAGS  (ModuleWriteModule | ModuleWriteMiscRecord | ModuleWriteCvRecord)
#define UNLOADED_COUNT 64

static BOOL read_image(struct dump *dump, const struct dump_module *module, DWORD rva, void *buffer, DWORD size)
{
    return size <= module->size && rva <= module->size - size && dump_read(dump, module->base + rva, buffer, size);
}

static IMAGE_DATA_DIRECTORY directory_of(const struct dump_module *module, ULONG number)
{
    const IMAGE_NT_HEADERS32 *narrow = (const IMAGE_NT_HEADERS32 *)&module->nt;

    if (module->nt.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC)
        return module->nt.OptionalHeader.DataDirectory[number];
    return narrow->OptionalHeader.DataDirectory[number];
}

static void read_module_headers(struct dump *dump, struct dump_module *module)
{
    IMAGE_DOS_HEADER dos;

    if (!dump_read(dump, module->base, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE || dos.e_lfanew < 0 ||
        !dump_read(dump, module->base + dos.e_lfanew, &module->nt, sizeof(module->nt)) ||
        module->nt.Signature != IMAGE_NT_SIGNATURE)
        return;
    module->have_headers = TRUE;
    module->size = module->nt.OptionalHeader.SizeOfImage; /* at the same place in 32-bit headers, as the check sum is */
    module->checksum = module->nt.OptionalHeader.CheckSum;
    module->timestamp = module->nt.FileHeader.TimeDateStamp;
    module->first_section =
        dos.e_lfanew + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) + module->nt.FileHeader.SizeOfOptionalHeader;
}

/* The first entry of a resource folder, or the one with that number. */
static DWORD resource_entry(struct dump *dump, const struct dump_module *module, DWORD base, DWORD folder, DWORD id)
{
    IMAGE_RESOURCE_DIRECTORY head;
    IMAGE_RESOURCE_DIRECTORY_ENTRY entry;

    if (!read_image(dump, module, base + folder, &head, sizeof(head)))
        return 0;
    for (DWORD i = 0; i < (DWORD)head.NumberOfNamedEntries + head.NumberOfIdEntries; i++) {
        if (!read_image(dump, module, base + folder + sizeof(head) + i * sizeof(entry), &entry, sizeof(entry)))
            return 0;
        if (!id || entry.Name == id)
            return entry.OffsetToData;
    }
    return 0;
}

/* VS_FIXEDFILEINFO of the version resource; it is aligned to 4 behind the key, which is always the same. */
static void read_version(struct dump *dump, struct dump_module *module)
{
    DWORD base = directory_of(module, IMAGE_DIRECTORY_ENTRY_RESOURCE).VirtualAddress, at;
    IMAGE_RESOURCE_DATA_ENTRY data;
    const DWORD skip = 6 + sizeof(L"VS_VERSION_INFO") + 2;

    if (!base || !((at = resource_entry(dump, module, base, 0, 16)) & IMAGE_RESOURCE_DATA_IS_DIRECTORY) ||
        !((at = resource_entry(dump, module, base, at & 0x7fffffff, 0)) & IMAGE_RESOURCE_DATA_IS_DIRECTORY) ||
        !(at = resource_entry(dump, module, base, at & 0x7fffffff, 0)) || (at & IMAGE_RESOURCE_DATA_IS_DIRECTORY) ||
        !read_image(dump, module, base + at, &data, sizeof(data)) || data.Size < skip + sizeof(module->version) ||
        !read_image(dump, module, data.OffsetToData + skip, &module->version, sizeof(module->version)) ||
        module->version.dwSignature != VS_FFI_SIGNATURE)
        memset(&module->version, 0, sizeof(module->version));
}

static void read_debug_records(struct dump *dump, struct dump_module *module)
{
    IMAGE_DATA_DIRECTORY where = directory_of(module, IMAGE_DIRECTORY_ENTRY_DEBUG);
    IMAGE_DEBUG_DIRECTORY entry;

    for (DWORD at = 0; where.VirtualAddress && at + sizeof(entry) <= where.Size && at < 64 * sizeof(entry);
         at += sizeof(entry)) {
        void **record = NULL;
        DWORD *size;
        if (!read_image(dump, module, where.VirtualAddress + at, &entry, sizeof(entry)))
            return;
        if (entry.Type == IMAGE_DEBUG_TYPE_CODEVIEW && !module->cv)
            record = &module->cv, size = &module->cv_size;
        else if (entry.Type == IMAGE_DEBUG_TYPE_MISC && !module->misc)
            record = &module->misc, size = &module->misc_size;
        if (!record || !entry.AddressOfRawData || entry.SizeOfData > MAX_RECORD ||
            !(*record = dump_alloc(dump, entry.SizeOfData + 1)))
            continue;
        if (read_image(dump, module, entry.AddressOfRawData, *record, entry.SizeOfData))
            *size = entry.SizeOfData;
        else
            *record = NULL;
    }
}

static struct dump_module *note_module(struct dump *dump, const LDR_DATA_TABLE_ENTRY *entry)
{
    struct dump_module *module = dump_alloc(dump, sizeof(*module));
    USHORT length = entry->FullDllName.Length;

    if (!module || !(module->path = dump_alloc(dump, length + sizeof(WCHAR))))
        return NULL;
    if (!dump_read(dump, (ULONG_PTR)entry->FullDllName.Buffer, module->path, length))
        module->path[0] = 0;
    module->base = (ULONG_PTR)entry->DllBase;
    module->size = entry->SizeOfImage;
    module->flags = DEFAULT_FLAGS;
    read_module_headers(dump, module);
    if (!module->have_headers)
        return module;
    read_version(dump, module);
    read_debug_records(dump, module);
    return module;
}

void dump_find_modules(struct dump *dump)
{
    struct dump_module **link = &dump->modules, *module;
    PROCESS_BASIC_INFORMATION basic;
    LDR_DATA_TABLE_ENTRY entry;
    PEB_LDR_DATA *ldr;
    ULONG64 head, at;
    LIST_ENTRY list;

    if (!NT_SUCCESS(NtQueryInformationProcess(dump->process, ProcessBasicInformation, &basic, sizeof(basic), NULL)) ||
        !dump_read(dump, (ULONG_PTR)&basic.PebBaseAddress->Ldr, &ldr, sizeof(ldr)))
        return;
    head = (ULONG_PTR)&ldr->InLoadOrderModuleList;
    if (!ldr || !dump_read(dump, head, &list, sizeof(list)))
        return; /* a process that has not begun has no modules yet */
    for (at = (ULONG_PTR)list.Flink; at && at != head && dump->module_count < MAX_MODULES;
         at = (ULONG_PTR)entry.InLoadOrderLinks.Flink) {
        if (!dump_read(dump, at, &entry, sizeof(entry)) || !(module = note_module(dump, &entry)))
            return;
        *link = module;
        link = &module->next;
        dump->module_count++;
        dump->input->IncludeModule.BaseOfImage = module->base;
        dump->output.ModuleWriteFlags = DEFAULT_FLAGS;
        if (dump->callback && dump->callback->CallbackRoutine && !dump_call(dump, IncludeModuleCallback))
            module->flags = 0;
    }
}

struct dump_module *dump_module_at(struct dump *dump, ULONG64 address)
{
    struct dump_module *module = dump->modules;

    while (module && (address < module->base || address - module->base >= module->size))
        module = module->next;
    return module;
}

/* MiniDumpFilterModulePaths: where something is installed may say who uses it. */
static WCHAR *shown_path(struct dump *dump, struct dump_module *module)
{
    WCHAR *name = module->path;

    if (dump->type & MiniDumpFilterModulePaths)
        for (WCHAR *p = module->path; *p; p++)
            if (*p == '\\' || *p == '/')
                name = p + 1;
    return name;
}

void dump_module_callbacks(struct dump *dump)
{
    if (!dump->callback || !dump->callback->CallbackRoutine)
        return;
    for (struct dump_module *module = dump->modules; module; module = module->next) {
        MINIDUMP_MODULE_CALLBACK *info = &dump->input->Module;

        if (!module->flags)
            continue;
        info->FullPath = shown_path(dump, module);
        info->BaseOfImage = module->base;
        info->SizeOfImage = module->size;
        info->CheckSum = module->checksum;
        info->TimeDateStamp = module->timestamp;
        info->VersionInfo = module->version;
        info->CvRecord = module->cv;
        info->SizeOfCvRecord = module->cv_size;
        info->MiscRecord = module->misc;
        info->SizeOfMiscRecord = module->misc_size;
        dump->output.ModuleWriteFlags = module->flags;
        module->flags = dump_call(dump, ModuleCallback) ? dump->output.ModuleWriteFlags : 0;
    }
}

static void put_module_list(struct dump *dump)
{
    ULONG32 count = 0;
    RVA list, at;

    for (struct dump_module *module = dump->modules; module; module = module->next)
        count += (module->flags & ModuleWriteModule) != 0;
    list = dump_put(dump, &count, sizeof(count));
    dump_put(dump, NULL, count * sizeof(MINIDUMP_MODULE));
    dump_stream(dump, ModuleListStream, list, sizeof(count) + count * sizeof(MINIDUMP_MODULE));
    at = list + sizeof(count);
    for (struct dump_module *module = dump->modules; module; module = module->next) {
        MINIDUMP_MODULE entry = { .BaseOfImage = module->base,
                                  .SizeOfImage = module->size,
                                  .CheckSum = module->checksum,
                                  .TimeDateStamp = module->timestamp,
                                  .VersionInfo = module->version };
        if (!(module->flags & ModuleWriteModule))
            continue;
        entry.ModuleNameRva = dump_string(dump, shown_path(dump, module));
        if (module->cv && (module->flags & ModuleWriteCvRecord)) {
            entry.CvRecord.Rva = dump_put(dump, module->cv, module->cv_size);
            entry.CvRecord.DataSize = module->cv_size;
        }
        if (module->misc && (module->flags & ModuleWriteMiscRecord)) {
            entry.MiscRecord.Rva = dump_put(dump, module->misc, module->misc_size);
            entry.MiscRecord.DataSize = module->misc_size;
        }
        if (FAILED(dump->error))
            return;
        memcpy(dump->meta + at, &entry, sizeof(entry));
        at += sizeof(entry);
    }
}

struct unload_event { /* RTL_UNLOAD_EVENT_TRACE */
    PVOID BaseAddress;
    SIZE_T SizeOfImage;
    ULONG Sequence;
    ULONG TimeDateStamp;
    ULONG CheckSum;
    WCHAR ImageName[32];
};

/* ntdll's trace of unloaded modules: at the same address in every process, as ntdll is. */
static void put_unloaded(struct dump *dump)
{
    MINIDUMP_UNLOADED_MODULE_LIST head = { sizeof(head), sizeof(MINIDUMP_UNLOADED_MODULE), 0 };
    struct unload_event *events;
    ULONG *size_at, *count_at, size, count;
    PVOID trace_at, trace;
    RVA list, at;

    RtlGetUnloadEventTraceEx(&size_at, &count_at, &trace_at);
    if (!dump_read(dump, (ULONG_PTR)size_at, &size, sizeof(size)) ||
        !dump_read(dump, (ULONG_PTR)count_at, &count, sizeof(count)) ||
        !dump_read(dump, (ULONG_PTR)trace_at, &trace, sizeof(trace)) || size != sizeof(*events) ||
        count > UNLOADED_COUNT || !trace || !(events = dump_alloc(dump, count * size + 1)) ||
        !dump_read(dump, (ULONG_PTR)trace, events, count * size))
        return;
    for (ULONG i = 0; i < count; i++)
        head.NumberOfEntries += events[i].BaseAddress != NULL;
    list = dump_put(dump, &head, sizeof(head));
    dump_put(dump, NULL, head.NumberOfEntries * head.SizeOfEntry);
    dump_stream(dump, UnloadedModuleListStream, list, sizeof(head) + head.NumberOfEntries * head.SizeOfEntry);
    at = list + sizeof(head);
    for (ULONG i = 0; i < count; i++) {
        MINIDUMP_UNLOADED_MODULE entry = { .BaseOfImage = (ULONG_PTR)events[i].BaseAddress,
                                           .SizeOfImage = events[i].SizeOfImage,
                                           .CheckSum = events[i].CheckSum,
                                           .TimeDateStamp = events[i].TimeDateStamp };
        if (!events[i].BaseAddress)
            continue;
        events[i].ImageName[ARRAY_SIZE(events[i].ImageName) - 1] = 0;
        entry.ModuleNameRva = dump_string(dump, events[i].ImageName);
        if (FAILED(dump->error))
            return;
        memcpy(dump->meta + at, &entry, sizeof(entry));
        at += sizeof(entry);
    }
}

void dump_module_streams(struct dump *dump)
{
    put_module_list(dump);
    if (dump->type & MiniDumpWithUnloadedModules)
        put_unloaded(dump);
}
