/* SPDX-License-Identifier: MIT */
/*
 * ldrimport.c: finding exports, following forwarders, binding imports.
 *
 * Tables of images are read below ldr_guard, a step at a time: what a step finds is worked on outside, where other modules
 * are loaded and their DllMain and programs' notification routines run, whose faults are their own.
 */
#include "ldr_private.h"

#define NOT_FOUND     (~0u)
#define FORWARD_LIMIT 32 /* an export that leads through more forwarders than that leads in a circle */

static inline const void *at(const struct ldr_module *module, ULONG rva)
{
    return (const char *)module->entry.DllBase + rva;
}

/*
 * Index of a name in the export's name table. The hint is right for DLLs that the program was linked with; ours have
 * other ones. Linkers sort imports by name, so the next name sought is mostly a little behind the last one found: gallop
 * on from there, and search binary in what remains.
 */
static ULONG find_name(struct ldr_module *module, const char *name, ULONG hint)
{
    const IMAGE_EXPORT_DIRECTORY *exports = module->exports;
    const ULONG *names = at(module, exports->AddressOfNames);
    ULONG low = 0, high = exports->NumberOfNames, last = module->last_export;
    int order;

    /* A hint is an index; dlltool's, which made our own import libraries, count from one. */
    for (ULONG guess = hint; hint != NOT_FOUND && guess + 1 >= hint && guess < high; guess--) {
        if (!strcmp(name, at(module, names[guess]))) {
            module->last_export = guess;
            return guess;
        }
    }
    if (last < high) {
        order = strcmp(name, at(module, names[last]));
        if (!order)
            return last;
        if (order < 0) {
            high = last;
        } else {
            ULONG step = 1;

            low = last + 1;
            while (low + step < high) {
                if (strcmp(name, at(module, names[low + step])) <= 0) {
                    high = low + step + 1;
                    break;
                }
                low += step + 1;
                step *= 2;
            }
        }
    }
    while (low < high) {
        ULONG middle = (low + high) / 2;

        order = strcmp(name, at(module, names[middle]));
        if (!order) {
            module->last_export = middle;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NOT_FOUND;
}

/* The module a forwarder's DLL name means, loaded if need be; it stays as long as the forwarding module. */
static NTSTATUS forward_target(struct ldr_module *module, const char *name, size_t length, struct ldr_module **target)
{
    struct ldr_forward *forward;
    struct ldr_search search = { 0 };
    NTSTATUS status;
    WCHAR *wide;

    for (forward = __atomic_load_n(&module->forwards, __ATOMIC_ACQUIRE); forward; forward = forward->next) {
        if (forward->length == length && !memcmp(forward->name, name, length)) {
            *target = forward->target;
            return STATUS_SUCCESS;
        }
    }
    wide = heap_alloc((length + 5) * sizeof(*wide));
    forward = heap_alloc(sizeof(*forward));
    if (!wide || !forward) {
        heap_free(wide);
        heap_free(forward);
        return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < length; i++)
        wide[i] = (unsigned char)name[i];
    memcpy(wide + length, L".dll", 5 * sizeof(*wide));

    RtlEnterCriticalSection(&ldr_lock);
    status = ldr_load(wide, length + 4, &search, module, target);
    if (!status && !ldr_add_dependency(module, *target))
        status = STATUS_NO_MEMORY;
    if (!status && module->state >= LDR_READY)
        status = ldr_initialize(*target);
    if (!status) {
        forward->target = *target;
        forward->name = name;
        forward->length = length;
        forward->next = module->forwards;
        __atomic_store_n(&module->forwards, forward, __ATOMIC_RELEASE);
        forward = NULL;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    heap_free(forward);
    heap_free(wide);
    return status;
}

/* A look-up in one module's export table; `name` NULL: by ordinal. Its outcome is an address or a forwarder. */
struct look_up {
    struct ldr_module *module;
    const char *name;
    ULONG hint, ordinal;
    bool stubs; /* the stub of a function that is not implemented will do */
    void *address;
    const char *forwarder;
};

/*
 * Whether an export is only the stub of a function that is not implemented yet (dlls/common/missing.c). Imports are bound
 * to stubs, because most are never called; a program that asks for a function at run time can do without it.
 */
static bool is_missing(const void *address)
{
    const UCHAR *stub = address;
    const UCHAR *common;
    struct ldr_range range;

    if (*stub != 0xe8)
        return false;
    common = stub + 5 + *(const LONG *)(stub + 1) - 8;
    return ldr_range_find((ULONG_PTR)stub, &range) && (ULONG_PTR)common >= range.base &&
           (ULONG_PTR)common < range.end - 8 && !memcmp(common, "missing", 8);
}

static NTSTATUS look_up(void *context)
{
    struct look_up *sought = context;
    struct ldr_module *module = sought->module;
    const IMAGE_EXPORT_DIRECTORY *exports = module->exports;
    NTSTATUS not_found = sought->name ? STATUS_ENTRYPOINT_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
    ULONG index, rva;

    sought->address = NULL;
    sought->forwarder = NULL;
    if (!exports)
        return not_found;
    if (sought->name) {
        index = find_name(module, sought->name, sought->hint);
        if (index == NOT_FOUND)
            return not_found;
        index = ((const USHORT *)at(module, exports->AddressOfNameOrdinals))[index];
    } else {
        index = sought->ordinal - exports->Base;
    }
    if (index >= exports->NumberOfFunctions)
        return not_found;
    rva = ((const ULONG *)at(module, exports->AddressOfFunctions))[index];
    if (!rva)
        return not_found;
    if (rva >= module->entry.SizeOfImage)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (rva - (ULONG)((const char *)exports - (const char *)module->entry.DllBase) < module->exports_size) {
        /* Read to its end here, so that it can be outside. */
        const char *forwarder = at(module, rva);

        if (!strrchr(forwarder, '.'))
            return STATUS_INVALID_IMAGE_FORMAT;
        sought->forwarder = forwarder;
        return STATUS_SUCCESS;
    }
    if (!sought->stubs && is_missing(at(module, rva)))
        return not_found;
    sought->address = (void *)at(module, rva);
    return STATUS_SUCCESS;
}

/* "DLL.Function" or "DLL.#123": makes it what is sought next. */
static NTSTATUS follow_forwarder(struct look_up *sought)
{
    const char *dot = strrchr(sought->forwarder, '.');
    NTSTATUS status = forward_target(sought->module, sought->forwarder, dot - sought->forwarder, &sought->module);

    if (status)
        return status == STATUS_DLL_NOT_FOUND ? STATUS_ENTRYPOINT_NOT_FOUND : status;
    sought->name = dot + 1;
    sought->hint = NOT_FOUND;
    if (dot[1] == '#') {
        sought->name = NULL;
        sought->ordinal = 0;
        for (const char *p = dot + 2; *p >= '0' && *p <= '9'; p++)
            sought->ordinal = sought->ordinal * 10 + (*p - '0');
    }
    return STATUS_SUCCESS;
}

/* From a look-up's outcome to an address. */
static NTSTATUS follow_forwarders(struct look_up *sought)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0; sought->forwarder && !status; i++) {
        status = i < FORWARD_LIMIT ? follow_forwarder(sought) : STATUS_INVALID_IMAGE_FORMAT;
        if (!status)
            status = ldr_guard(look_up, sought);
    }
    return status;
}

static const char *program_message(NTSTATUS status)
{
    switch (status) {
    case STATUS_DLL_NOT_FOUND:
        return "which was not found";
    case STATUS_INVALID_IMAGE_FORMAT:
        return "which is not a DLL for this kind of program";
    default:
        return "which cannot be loaded";
    }
}

/* The walk through a module's import table. */
struct binding {
    struct ldr_module *module, *target;
    const IMAGE_IMPORT_DESCRIPTOR *descriptor;
    void *thunks; /* whose protection is to be changed, or NULL */
    SIZE_T thunks_size;

    /* of the descriptor */
    const char *dll; /* NULL: that was the last one */
    size_t dll_length;
    ULONG stamp;                   /* of the DLL that it was bound to at build time; 0: it was not */
    const IMAGE_THUNK_DATA *thunk; /* the next function's */
    IMAGE_THUNK_DATA *bound;

    /* of the function */
    const char *name;
    size_t name_length;
    struct look_up sought;
    void *address; /* to be stored before the next one is read */
    bool done;
};

/* Guarded: the next descriptor. Windows does not load a DLL from which nothing is imported. */
static NTSTATUS next_descriptor(void *context)
{
    struct binding *b = context;

    do {
        const IMAGE_IMPORT_DESCRIPTOR *descriptor = b->descriptor++;

        if (!descriptor->Name || !descriptor->FirstThunk) {
            b->dll = NULL;
            return STATUS_SUCCESS;
        }
        b->stamp = descriptor->TimeDateStamp;
        b->dll = at(b->module, descriptor->Name);
        b->dll_length = strlen(b->dll);
        b->bound = (IMAGE_THUNK_DATA *)at(b->module, descriptor->FirstThunk);
        b->thunk = descriptor->OriginalFirstThunk ? at(b->module, descriptor->OriginalFirstThunk) : b->bound;
    } while (!b->thunk->u1.AddressOfData);
    return STATUS_SUCCESS;
}

/* Guarded: stores the last function's address and looks the next one up. */
static NTSTATUS next_import(void *context)
{
    struct binding *b = context;
    struct look_up *sought = &b->sought;
    NTSTATUS status;

    if (b->address) {
        /* The table may lie anywhere in the image, but must not lead out of it: what is behind belongs to others. */
        if ((ULONG_PTR)(b->bound + 1) - (ULONG_PTR)b->module->entry.DllBase > b->module->entry.SizeOfImage)
            return STATUS_INVALID_IMAGE_FORMAT;
        b->bound->u1.Function = (ULONG_PTR)b->address;
        b->address = NULL;
        b->bound++;
        b->thunk++;
    }
    b->name = NULL;
    b->done = !b->thunk->u1.AddressOfData;
    if (b->done)
        return STATUS_SUCCESS;
    *sought = (struct look_up){ .module = b->target, .stubs = true };
    if (IMAGE_SNAP_BY_ORDINAL(b->thunk->u1.Ordinal)) {
        sought->ordinal = IMAGE_ORDINAL(b->thunk->u1.Ordinal);
    } else {
        const IMAGE_IMPORT_BY_NAME *by_name = at(b->module, (ULONG)b->thunk->u1.AddressOfData);

        sought->name = (const char *)by_name->Name;
        sought->hint = by_name->Hint;
    }
    status = look_up(sought);
    if (sought->name) {
        if (status)
            b->name_length = strlen(sought->name); /* so that a message can show it */
        b->name = sought->name;
    }
    return status;
}

/* Why a program does not start: the first cause is enough. */
static void report_dll(const struct binding *b, NTSTATUS status)
{
    if (ldr_reporting)
        ldr_message("%s is needed by %ls, %s (%x)", b->dll, b->module->entry.BaseDllName.Buffer,
                    program_message(status), (unsigned)status);
    ldr_reporting = false;
}

static void report_function(const struct binding *b, NTSTATUS status)
{
    const WCHAR *dll = b->target->entry.BaseDllName.Buffer, *importer = b->module->entry.BaseDllName.Buffer;

    if (!ldr_reporting)
        return;
    if (status == STATUS_INVALID_IMAGE_FORMAT)
        ldr_message("%ls or %ls, which imports from it, is damaged: its tables lead to nowhere (%x)", dll, importer,
                    (unsigned)status);
    else if (b->name)
        ldr_message("%ls has no function %s, which %ls imports (%x)", dll, b->name, importer, (unsigned)status);
    else
        ldr_message("%ls has no function with ordinal %u, which %ls imports (%x)", dll, (unsigned)b->sought.ordinal,
                    importer, (unsigned)status);
    ldr_reporting = false;
}

/*
 * Whether the address table has been filled at build time, for this very DLL at its own address ("bound"; tools/finishdll.c). Only
 * our own DLLs are: a stamp is a hash of the whole file.
 */
static bool is_bound(const struct binding *b)
{
    const struct ldr_module *target = b->target;

    return b->stamp && b->stamp == target->entry.TimeDateStamp &&
           (ULONG_PTR)target->entry.DllBase == target->entry.OriginalBase && b->module != ldr_exe;
}

/* One DLL's imports: loads it and fills the address table. */
static NTSTATUS bind_descriptor(struct binding *b)
{
    struct ldr_search search = { 0 };
    WCHAR buffer[64], *name = buffer;
    NTSTATUS status;

    if (b->dll_length >= ARRAY_SIZE(buffer)) {
        name = heap_alloc((b->dll_length + 1) * sizeof(*name));
        if (!name)
            return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i <= b->dll_length; i++)
        name[i] = (unsigned char)b->dll[i];
    status = ldr_load(name, b->dll_length, &search, b->module, &b->target);
    if (name != buffer)
        heap_free(name);
    if (status) {
        report_dll(b, status);
        return status;
    }
    if (!ldr_add_dependency(b->module, b->target))
        return STATUS_NO_MEMORY;
    if (is_bound(b))
        return STATUS_SUCCESS;

    for (;;) {
        status = ldr_guard(next_import, b);
        if (b->done && !status)
            return STATUS_SUCCESS;
        if (!status && b->sought.forwarder)
            status = follow_forwarders(&b->sought);
        if (status) {
            report_function(b, status);
            return status;
        }
        b->address =
            ldr_trace_wrap(b->module, b->target, b->dll, b->name, b->name ? 0 : b->sought.ordinal, b->sought.address);
    }
}

static bool is_writable(const struct ldr_module *module, ULONG rva)
{
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(module->nt);

    for (ULONG i = 0; i < module->nt->FileHeader.NumberOfSections; i++, section++)
        if (rva >= section->VirtualAddress && rva - section->VirtualAddress < section->Misc.VirtualSize)
            return section->Characteristics & IMAGE_SCN_MEM_WRITE;
    return true;
}

/* Where the address tables begin and end, for the change of protection. */
static void thunk_range(struct binding *b)
{
    ULONG low = ~0u, high = 0;

    for (const IMAGE_IMPORT_DESCRIPTOR *imports = b->descriptor; imports->Name && imports->FirstThunk; imports++) {
        const IMAGE_THUNK_DATA *first = at(b->module, imports->FirstThunk), *last = first;

        if (imports->OriginalFirstThunk) {
            const IMAGE_THUNK_DATA *name = at(b->module, imports->OriginalFirstThunk);

            while (name->u1.AddressOfData)
                name++, last++;
        } else {
            while (last->u1.AddressOfData)
                last++;
        }
        low = min(low, imports->FirstThunk);
        high = max(high, imports->FirstThunk + (ULONG)((const char *)last - (const char *)first));
    }
    if (high > low) {
        b->thunks = (void *)at(b->module, low);
        b->thunks_size = high - low;
    }
}

/* Guarded: where the import table is. */
static NTSTATUS find_imports(void *context)
{
    struct binding *b = context;
    ULONG size;

    b->descriptor = RtlImageDirectoryEntryToData(b->module->entry.DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
    if (b->descriptor && b->descriptor->Name && b->descriptor->FirstThunk &&
        !is_writable(b->module, b->descriptor->FirstThunk))
        thunk_range(b);
    if (b->thunks_size > b->module->entry.SizeOfImage)
        return STATUS_INVALID_IMAGE_FORMAT;
    return STATUS_SUCCESS;
}

/* Loads what the module imports and binds it, recursively. Under the loader lock. */
NTSTATUS ldr_bind_imports(struct ldr_module *module)
{
    struct binding binding = { .module = module };
    ULONG old = 0;
    NTSTATUS status = ldr_guard(find_imports, &binding);

    if (!status && binding.thunks_size)
        status =
            NtProtectVirtualMemory(NT_CURRENT_PROCESS, &binding.thunks, &binding.thunks_size, PAGE_READWRITE, &old);
    while (!status && binding.descriptor) {
        status = ldr_guard(next_descriptor, &binding);
        if (status || !binding.dll)
            break;
        status = bind_descriptor(&binding);
    }
    if (old)
        NtProtectVirtualMemory(NT_CURRENT_PROCESS, &binding.thunks, &binding.thunks_size, old, &old);
    if (!status)
        module->state = LDR_BOUND;
    return status;
}

/* --- Exported --- */

/* An export for a program's use: not a stub. */
static NTSTATUS get_procedure(struct ldr_module *module, const char *name, ULONG ordinal, PVOID *address)
{
    struct look_up sought = { .module = module, .name = name, .hint = NOT_FOUND, .ordinal = ordinal };
    NTSTATUS status = ldr_guard(look_up, &sought);

    if (!status && sought.forwarder)
        status = follow_forwarders(&sought);
    if (!status)
        *address = ldr_trace_wrap(NULL, module, NULL, name, ordinal, sought.address);
    return status;
}

NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base, PANSI_STRING name, ULONG ordinal, PVOID *address, ULONG flags)
{
    struct ldr_module *module = ldr_find_base(base ? base : nt_peb()->ImageBaseAddress);
    char buffer[256], *text;
    NTSTATUS status;

    (void)flags;
    *address = NULL;
    if (!module)
        return STATUS_DLL_NOT_FOUND;
    if (!name)
        return ordinal ? get_procedure(module, NULL, ordinal, address) : STATUS_INVALID_PARAMETER_MIX;
    if (name->Length < name->MaximumLength && !name->Buffer[name->Length])
        return get_procedure(module, name->Buffer, 0, address);
    text = name->Length < sizeof(buffer) ? buffer : heap_alloc(name->Length + 1);
    if (!text)
        return STATUS_NO_MEMORY;
    memcpy(text, name->Buffer, name->Length);
    text[name->Length] = 0;
    status = get_procedure(module, text, 0, address);
    if (text != buffer)
        heap_free(text);
    return status;
}

NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, const ANSI_STRING *name, ULONG ordinal, PVOID *address)
{
    return LdrGetProcedureAddressEx(base, (PANSI_STRING)name, ordinal, address, 0);
}

NTSTATUS NTAPI LdrGetProcedureAddressForCaller(PVOID base, const ANSI_STRING *name, ULONG ordinal, PVOID *address,
                                               ULONG flags, PVOID caller)
{
    (void)caller;
    return LdrGetProcedureAddressEx(base, (PANSI_STRING)name, ordinal, address, flags);
}
