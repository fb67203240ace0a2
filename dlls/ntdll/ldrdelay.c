/* SPDX-License-Identifier: MIT */
/*
 * ldrdelay.c: delay-loaded imports for programs whose helper leaves the work to the system (ResolveDelayLoadedAPI), and
 * the "image file execution options" of the registry.
 */
#include "ldr_private.h"

/* delayloadhandler.h, which mingw-w64 lacks */
typedef struct _DELAYLOAD_PROC_DESCRIPTOR {
    ULONG ImportDescribedByName;
    union {
        LPCSTR Name;
        ULONG Ordinal;
    } Description;
} DELAYLOAD_PROC_DESCRIPTOR;

typedef struct _DELAYLOAD_INFO {
    ULONG Size;
    PCIMAGE_DELAYLOAD_DESCRIPTOR DelayloadDescriptor;
    PIMAGE_THUNK_DATA ThunkAddress;
    LPCSTR TargetDllName;
    DELAYLOAD_PROC_DESCRIPTOR TargetApiDescriptor;
    PVOID TargetModuleBase;
    PVOID Unused;
    ULONG LastError;
} DELAYLOAD_INFO;

#define DELAYLOAD_GPA_FAILURE 4

typedef PVOID(WINAPI *delayload_dll_hook)(ULONG reason, DELAYLOAD_INFO *info);
typedef PVOID(WINAPI *delayload_system_hook)(LPCSTR dll, LPCSTR function);

/* Loads the DLL once; a race is decided by who stores the handle first. */
static NTSTATUS delayload_module(const char *base, PCIMAGE_DELAYLOAD_DESCRIPTOR descriptor, PVOID *module)
{
    PVOID *slot = (PVOID *)(base + descriptor->ModuleHandleRVA), other;
    UNICODE_STRING name;
    NTSTATUS status;

    *module = *slot;
    if (*module)
        return STATUS_SUCCESS;
    if (!RtlCreateUnicodeStringFromAsciiz(&name, base + descriptor->DllNameRVA))
        return STATUS_NO_MEMORY;
    status = LdrLoadDll(NULL, NULL, &name, module);
    RtlFreeUnicodeString(&name);
    if (status)
        return status;
    other = InterlockedCompareExchangePointer(slot, *module, NULL);
    if (other)
        LdrUnloadDll(*module);
    return STATUS_SUCCESS;
}

PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID parent, PCIMAGE_DELAYLOAD_DESCRIPTOR descriptor, PVOID dll_hook,
                                     PVOID system_hook, PIMAGE_THUNK_DATA thunk, ULONG flags)
{
    const char *base = parent;
    IMAGE_THUNK_DATA *addresses = (IMAGE_THUNK_DATA *)(base + descriptor->ImportAddressTableRVA);
    const IMAGE_THUNK_DATA *name =
        (const IMAGE_THUNK_DATA *)(base + descriptor->ImportNameTableRVA) + (thunk - addresses);
    bool by_ordinal = IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal);
    const char *function =
        by_ordinal ? NULL : (const char *)((const IMAGE_IMPORT_BY_NAME *)(base + name->u1.AddressOfData))->Name;
    ULONG ordinal = by_ordinal ? IMAGE_ORDINAL(name->u1.Ordinal) : 0;
    PVOID module = NULL, address = NULL;
    ANSI_STRING string;
    NTSTATUS status;

    (void)flags;
    status = delayload_module(base, descriptor, &module);
    if (!status) {
        if (function)
            RtlInitAnsiString(&string, function);
        status = LdrGetProcedureAddress(module, function ? &string : NULL, ordinal, &address);
    }
    if (status) {
        DELAYLOAD_INFO info = {
            .Size = sizeof(info),
            .DelayloadDescriptor = descriptor,
            .ThunkAddress = thunk,
            .TargetDllName = base + descriptor->DllNameRVA,
            .TargetApiDescriptor.ImportDescribedByName = function != NULL,
            .TargetModuleBase = module,
            .LastError = RtlNtStatusToDosError(status),
        };

        if (function)
            info.TargetApiDescriptor.Description.Name = function;
        else
            info.TargetApiDescriptor.Description.Ordinal = ordinal;
        if (dll_hook)
            address = ((delayload_dll_hook)dll_hook)(DELAYLOAD_GPA_FAILURE, &info);
        if (!address && system_hook)
            address = ((delayload_system_hook)system_hook)(info.TargetDllName,
                                                           function ? function : (LPCSTR)(ULONG_PTR)ordinal);
        if (!address) {
            /* As the Visual C++ helper raises it: VcppException(ERROR_SEVERITY_ERROR, error) */
            DELAYLOAD_INFO *pointer = &info;
            EXCEPTION_RECORD record = { .ExceptionCode =
                                            0xc06d0000 | (module ? ERROR_PROC_NOT_FOUND : ERROR_MOD_NOT_FOUND),
                                        .NumberParameters = 1,
                                        .ExceptionInformation = { (ULONG_PTR)pointer } };

            RtlRaiseException(&record);
            return NULL;
        }
    }
    if (thunk->u1.Function != (ULONG_PTR)address) {
        void *page = thunk;
        SIZE_T size = sizeof(*thunk);
        ULONG old;

        /* Under the lock: another thread that fills its thunk of the page must not find it protected again. */
        RtlEnterCriticalSection(&ldr_lock);
        if (!NtProtectVirtualMemory(NT_CURRENT_PROCESS, &page, &size, PAGE_READWRITE, &old)) {
            thunk->u1.Function = (ULONG_PTR)address;
            NtProtectVirtualMemory(NT_CURRENT_PROCESS, &page, &size, old, &old);
        }
        RtlLeaveCriticalSection(&ldr_lock);
    }
    return address;
}

/* Resolves all delay imports of a module at once. */
NTSTATUS NTAPI LdrResolveDelayLoadsFromDll(PVOID parent, LPCSTR dll, ULONG flags)
{
    ULONG size;
    const char *base = parent;
    const IMAGE_DELAYLOAD_DESCRIPTOR *descriptor =
        RtlImageDirectoryEntryToData(parent, TRUE, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, &size);

    if (flags)
        return STATUS_INVALID_PARAMETER_3;
    for (; descriptor && descriptor->DllNameRVA; descriptor++) {
        IMAGE_THUNK_DATA *thunk = (IMAGE_THUNK_DATA *)(base + descriptor->ImportAddressTableRVA);
        PVOID module;
        NTSTATUS status;

        if (_stricmp(base + descriptor->DllNameRVA, dll))
            continue;
        status = delayload_module(base, descriptor, &module);
        if (status)
            return status;
        for (; thunk->u1.Function; thunk++)
            LdrResolveDelayLoadedAPI(parent, descriptor, NULL, NULL, thunk, 0);
        return STATUS_SUCCESS;
    }
    return STATUS_DLL_NOT_FOUND;
}

#define OPTIONS_KEY                                                                                                    \
    L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\"

NTSTATUS NTAPI LdrOpenImageFileOptionsKey(PUNICODE_STRING image, BOOLEAN wow64, PHANDLE key)
{
    static const WCHAR prefix[] = OPTIONS_KEY;
    const WCHAR *name = image->Buffer + image->Length / sizeof(WCHAR);
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes;
    size_t length;
    NTSTATUS status;

    (void)wow64;
    while (name > image->Buffer && name[-1] != '\\')
        name--;
    length = image->Buffer + image->Length / sizeof(WCHAR) - name;
    path.Length = path.MaximumLength = (USHORT)(sizeof(prefix) - sizeof(WCHAR) + length * sizeof(WCHAR));
    path.Buffer = heap_alloc(path.Length);
    if (!path.Buffer)
        return STATUS_NO_MEMORY;
    memcpy(path.Buffer, prefix, sizeof(prefix) - sizeof(WCHAR));
    memcpy(path.Buffer + ARRAY_SIZE(prefix) - 1, name, length * sizeof(WCHAR));
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenKey(key, KEY_READ, &attributes);
    heap_free(path.Buffer);
    return status;
}

NTSTATUS NTAPI LdrQueryImageFileKeyOption(HANDLE key, PCWSTR option, ULONG type, PVOID data, ULONG size, PULONG needed)
{
    union {
        struct {
            ULONG TitleIndex, Type, DataLength;
            UCHAR Data[512];
        };
        char bytes[1];
    } value; /* KEY_VALUE_PARTIAL_INFORMATION */
    UNICODE_STRING name;
    ULONG length;
    NTSTATUS status;

    RtlInitUnicodeString(&name, option);
    status = NtQueryValueKey(key, &name, 2 /* KeyValuePartialInformation */, &value, sizeof(value), &length);
    if (status)
        return status;
    if (type == REG_DWORD && value.Type == REG_SZ) {
        UNICODE_STRING text = { (USHORT)value.DataLength, (USHORT)value.DataLength, (WCHAR *)value.Data };
        ULONG number;

        if (size < sizeof(number))
            return STATUS_INFO_LENGTH_MISMATCH;
        status = RtlUnicodeStringToInteger(&text, 0, &number);
        memcpy(data, &number, sizeof(number));
        if (needed)
            *needed = sizeof(number);
        return status;
    }
    if (value.Type != type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (needed)
        *needed = value.DataLength;
    if (size < value.DataLength)
        return STATUS_BUFFER_OVERFLOW;
    memcpy(data, value.Data, value.DataLength);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrQueryImageFileExecutionOptions(PUNICODE_STRING image, PCWSTR option, ULONG type, PVOID data,
                                                 ULONG size, PULONG needed)
{
    HANDLE key;
    NTSTATUS status = LdrOpenImageFileOptionsKey(image, FALSE, &key);

    if (status)
        return status;
    status = LdrQueryImageFileKeyOption(key, option, type, data, size, needed);
    NtClose(key);
    return status;
}
