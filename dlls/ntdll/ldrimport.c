/* SPDX-License-Identifier: MIT */
/*
 * ldrimport.c: finding exports, following forwarders, binding imports.
 */
#include "ldr_private.h"

#define NOT_FOUND (~0u)

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

    if (hint < high && !strcmp(name, at(module, names[hint]))) {
        module->last_export = hint;
        return hint;
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

/* "DLL.Function" or "DLL.#123" */
static NTSTATUS follow_forwarder(struct ldr_module *module, const char *forwarder, void **address)
{
    const char *dot = strrchr(forwarder, '.');
    struct ldr_module *target;
    NTSTATUS status;

    if (!dot)
        return STATUS_INVALID_IMAGE_FORMAT;
    status = forward_target(module, forwarder, dot - forwarder, &target);
    if (status)
        return status == STATUS_DLL_NOT_FOUND ? STATUS_ENTRYPOINT_NOT_FOUND : status;
    if (dot[1] == '#') {
        ULONG ordinal = 0;

        for (const char *p = dot + 2; *p >= '0' && *p <= '9'; p++)
            ordinal = ordinal * 10 + (*p - '0');
        return ldr_find_export(target, NULL, 0, ordinal, address);
    }
    return ldr_find_export(target, dot + 1, NOT_FOUND, 0, address);
}

NTSTATUS ldr_find_export(struct ldr_module *module, const char *name, ULONG hint, ULONG ordinal, void **address)
{
    const IMAGE_EXPORT_DIRECTORY *exports = module->exports;
    NTSTATUS not_found = name ? STATUS_ENTRYPOINT_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
    ULONG index, rva;

    *address = NULL;
    if (!exports)
        return not_found;
    if (name) {
        index = find_name(module, name, hint);
        if (index == NOT_FOUND)
            return not_found;
        index = ((const USHORT *)at(module, exports->AddressOfNameOrdinals))[index];
    } else {
        index = ordinal - exports->Base;
    }
    if (index >= exports->NumberOfFunctions)
        return not_found;
    rva = ((const ULONG *)at(module, exports->AddressOfFunctions))[index];
    if (!rva)
        return not_found;
    if (rva - (ULONG)((const char *)exports - (const char *)module->entry.DllBase) < module->exports_size)
        return follow_forwarder(module, at(module, rva), address);
    *address = (void *)at(module, rva);
    return STATUS_SUCCESS;
}

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

/* One DLL's imports: loads it and fills the address table. */
static NTSTATUS bind_descriptor(struct ldr_module *module, const IMAGE_IMPORT_DESCRIPTOR *descriptor)
{
    const char *dll = at(module, descriptor->Name);
    size_t length = strlen(dll);
    IMAGE_THUNK_DATA *bound = (IMAGE_THUNK_DATA *)at(module, descriptor->FirstThunk);
    const IMAGE_THUNK_DATA *thunk = descriptor->OriginalFirstThunk ? at(module, descriptor->OriginalFirstThunk) : bound;
    struct ldr_search search = { 0 };
    struct ldr_module *target;
    WCHAR buffer[64], *name = buffer;
    NTSTATUS status;

    if (!thunk->u1.AddressOfData)
        return STATUS_SUCCESS; /* Windows does not load a DLL from which nothing is imported */
    if (length >= ARRAY_SIZE(buffer)) {
        name = heap_alloc((length + 1) * sizeof(*name));
        if (!name)
            return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i <= length; i++)
        name[i] = (unsigned char)dll[i];
    status = ldr_load(name, length, &search, module, &target);
    if (name != buffer)
        heap_free(name);
    if (status) {
        if (ldr_reporting) {
            ldr_message("%s is needed by %ls, %s (%x)", dll, module->entry.BaseDllName.Buffer, program_message(status),
                        (unsigned)status);
            ldr_reporting = false; /* the first cause is enough */
        }
        return status;
    }
    if (!ldr_add_dependency(module, target))
        return STATUS_NO_MEMORY;

    for (; thunk->u1.AddressOfData; thunk++, bound++) {
        const char *function = NULL;
        ULONG ordinal = 0, hint = 0;
        void *address;

        if (IMAGE_SNAP_BY_ORDINAL(thunk->u1.Ordinal)) {
            ordinal = IMAGE_ORDINAL(thunk->u1.Ordinal);
        } else {
            const IMAGE_IMPORT_BY_NAME *by_name = at(module, (ULONG)thunk->u1.AddressOfData);

            function = (const char *)by_name->Name;
            hint = by_name->Hint;
        }
        status = ldr_find_export(target, function, hint, ordinal, &address);
        if (status) {
            if (ldr_reporting) {
                if (function)
                    ldr_message("%ls has no function %s, which %ls imports (%x)", target->entry.BaseDllName.Buffer,
                                function, module->entry.BaseDllName.Buffer, (unsigned)status);
                else
                    ldr_message("%ls has no function with ordinal %u, which %ls imports (%x)",
                                target->entry.BaseDllName.Buffer, (unsigned)ordinal, module->entry.BaseDllName.Buffer,
                                (unsigned)status);
                ldr_reporting = false;
            }
            return status;
        }
        bound->u1.Function = (ULONG_PTR)ldr_trace_wrap(module, target, dll, function, ordinal, address);
    }
    return STATUS_SUCCESS;
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
static void thunk_range(const struct ldr_module *module, const IMAGE_IMPORT_DESCRIPTOR *imports, void **base,
                        SIZE_T *size)
{
    ULONG low = ~0u, high = 0;

    for (; imports->Name && imports->FirstThunk; imports++) {
        const IMAGE_THUNK_DATA *first = at(module, imports->FirstThunk), *last = first;

        if (imports->OriginalFirstThunk) {
            const IMAGE_THUNK_DATA *name = at(module, imports->OriginalFirstThunk);

            while (name->u1.AddressOfData)
                name++, last++;
        } else {
            while (last->u1.AddressOfData)
                last++;
        }
        low = min(low, imports->FirstThunk);
        high = max(high, imports->FirstThunk + (ULONG)((const char *)last - (const char *)first));
    }
    *base = (void *)at(module, low);
    *size = high > low ? high - low : 0;
}

static NTSTATUS bind_imports(void *context)
{
    struct ldr_module *module = context;
    ULONG size, old = 0;
    const IMAGE_IMPORT_DESCRIPTOR *imports =
        RtlImageDirectoryEntryToData(module->entry.DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
    void *base = NULL;
    SIZE_T length = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (imports && imports->Name && imports->FirstThunk) {
        if (!is_writable(module, imports->FirstThunk)) {
            thunk_range(module, imports, &base, &length);
            if (length)
                status = NtProtectVirtualMemory(NT_CURRENT_PROCESS, &base, &length, PAGE_READWRITE, &old);
        }
        for (; !status && imports->Name && imports->FirstThunk; imports++)
            status = bind_descriptor(module, imports);
        if (old)
            NtProtectVirtualMemory(NT_CURRENT_PROCESS, &base, &length, old, &old);
    }
    if (!status)
        module->state = LDR_BOUND;
    return status;
}

/* Loads what the module imports and binds it, recursively. Under the loader lock. */
NTSTATUS ldr_bind_imports(struct ldr_module *module)
{
    return ldr_guard(bind_imports, module);
}

/* --- Exported --- */

/* An export for a program's use: not a stub. */
static NTSTATUS get_procedure(struct ldr_module *module, const char *name, ULONG ordinal, PVOID *address)
{
    NTSTATUS status = ldr_find_export(module, name, NOT_FOUND, ordinal, address);

    if (!status && is_missing(*address)) {
        *address = NULL;
        status = name ? STATUS_ENTRYPOINT_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
    }
    if (!status)
        *address = ldr_trace_wrap(NULL, module, NULL, name, ordinal, *address);
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
