/* SPDX-License-Identifier: MIT */
/*
 * fileapi_device.c: DefineDosDevice and QueryDosDevice: the names in \??. Those of the system are symbolic links there, drives
 * are folders, and what programs define is the native half's (drive_define.c).
 */
#include "kernelbase_private.h"
#include "unix_call.h"
#include "unix_device.h"

/* --- defining --- */

BOOL WINAPI DefineDosDeviceW(DWORD flags, const WCHAR *device, const WCHAR *target)
{
    struct unix_device_define define = { .name = (ULONG_PTR)device, .flags = flags };
    UNICODE_STRING nt = { 0 };
    SIZE_T length;
    NTSTATUS status;

    if (flags & ~(DDD_RAW_TARGET_PATH | DDD_REMOVE_DEFINITION | DDD_EXACT_MATCH_ON_REMOVE | DDD_NO_BROADCAST_SYSTEM |
                  DDD_LUID_BROADCAST_DRIVE) ||
        !device || !*device || (!(flags & DDD_REMOVE_DEFINITION) && (!target || (flags & DDD_EXACT_MATCH_ON_REMOVE))))
        return fail(ERROR_INVALID_PARAMETER);
    length = wcslen(device);
    if (length > 1 && device[length - 1] == ':' && length != 2)
        length--; /* "COM1:" */
    if (length > 0x7fff || (target && wcslen(target) > 0x7fff))
        return fail(ERROR_FILENAME_EXCED_RANGE);
    define.name_length = (uint32_t)length;
    if (target && *target) {
        if (flags & DDD_RAW_TARGET_PATH)
            RtlInitUnicodeString(&nt, target);
        else if ((status = dos_to_nt_path(target, &nt)))
            return set_ntstatus(status);
    }
    define.target = (ULONG_PTR)nt.Buffer;
    define.target_length = nt.Length / sizeof(WCHAR);
    status = NtTransomUnixCall(UNIX_MODULE_DEVICES, UNIX_DEVICE_DEFINE, &define);
    if (nt.Buffer && !(flags & DDD_RAW_TARGET_PATH))
        RtlFreeUnicodeString(&nt);
    return set_ntstatus(status);
}

BOOL WINAPI DefineDosDeviceA(DWORD flags, const char *device, const char *target)
{
    struct wide_arg wide_device, wide_target;
    BOOL result;

    if (!wide_file_arg(&wide_device, device))
        return FALSE;
    if (!wide_file_arg(&wide_target, target)) {
        wide_arg_free(&wide_device);
        return FALSE;
    }
    result = DefineDosDeviceW(flags, wide_device.str, wide_target.str);
    wide_arg_free(&wide_device);
    wide_arg_free(&wide_target);
    return result;
}

/* --- asking --- */

/* A list of texts, each with its zero; what does not fit is counted. */
struct texts {
    WCHAR *buffer;
    DWORD size, length;
};

static void add_text(struct texts *texts, const WCHAR *text, SIZE_T length)
{
    if (texts->length + length + 1 <= texts->size) {
        memcpy(texts->buffer + texts->length, text, length * sizeof(WCHAR));
        texts->buffer[texts->length + length] = 0;
    }
    texts->length += length + 1;
}

/* What programs have defined: a device's definitions, or without a name the devices. */
static NTSTATUS add_defined(struct texts *texts, const WCHAR *device, ULONG function)
{
    struct unix_device_query query = { .name = (ULONG_PTR)device, .name_length = device ? wcslen(device) : 0 };
    NTSTATUS status;
    WCHAR *list = NULL;

    do {
        kb_free(list);
        query.size = query.needed;
        if (query.size && !(list = kb_alloc(query.size * sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        query.buffer = (ULONG_PTR)list;
        status = NtTransomUnixCall(UNIX_MODULE_DEVICES, function, &query);
    } while (status == STATUS_BUFFER_TOO_SMALL);
    for (DWORD at = 0; !status && at < query.needed;) {
        SIZE_T length = wcslen(list + at);

        /* Drives are listed as such. */
        if (device || !(length == 2 && list[at + 1] == ':' && GetLogicalDrives() & 1u << ((list[at] | 0x20) - 'a')))
            add_text(texts, list + at, length);
        at += length + 1;
    }
    kb_free(list);
    return status;
}

/* The drives that the user added are no links in \??. */
static void add_drive(struct texts *texts, const WCHAR *device)
{
    WCHAR text[32], letter = device[0] ? RtlUpcaseUnicodeChar(device[0]) : 0;

    if (letter >= 'A' && letter <= 'Z' && device[1] == ':' && !device[2] && GetLogicalDrives() & 1u << (letter - 'A'))
        add_text(texts, text, _snwprintf(text, ARRAY_SIZE(text), L"\\Device\\HarddiskVolume%u", letter - 'A' + 1));
}

static NTSTATUS add_link(struct texts *texts, HANDLE directory, const WCHAR *device)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name, link = { 0 };
    WCHAR target[512];
    HANDLE handle;
    NTSTATUS status;

    RtlInitUnicodeString(&name, device);
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, directory, NULL);
    if ((status = NtOpenSymbolicLinkObject(&handle, SYMBOLIC_LINK_QUERY, &attr)))
        return status;
    link.Buffer = target;
    link.MaximumLength = sizeof(target);
    status = NtQuerySymbolicLinkObject(handle, &link, NULL);
    NtClose(handle);
    if (!status)
        add_text(texts, target, link.Length / sizeof(WCHAR));
    return status;
}

static NTSTATUS add_devices(struct texts *texts, HANDLE directory)
{
    struct {
        OBJECT_DIRECTORY_INFORMATION info;
        WCHAR text[512];
    } entry;
    /* C: and Z: are links. */
    DWORD drives = GetLogicalDrives() & ~(1u << ('C' - 'A') | 1u << ('Z' - 'A'));
    ULONG context = 0;
    NTSTATUS status;

    while (!(status = NtQueryDirectoryObject(directory, &entry, sizeof(entry), TRUE, FALSE, &context, NULL)))
        add_text(texts, entry.info.Name.Buffer, entry.info.Name.Length / sizeof(WCHAR));
    if (status != STATUS_NO_MORE_ENTRIES)
        return status;
    for (; drives; drives &= drives - 1) {
        WCHAR name[] = { 'A' + __builtin_ctz(drives), ':' };

        add_text(texts, name, 2);
    }
    return add_defined(texts, NULL, UNIX_DEVICE_LIST);
}

DWORD WINAPI QueryDosDeviceW(const WCHAR *device, WCHAR *target, DWORD size)
{
    struct texts texts = { .buffer = target, .size = target ? size : 0 };
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr;
    HANDLE directory;
    NTSTATUS status;

    RtlInitUnicodeString(&name, L"\\??");
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    if (!set_ntstatus(NtOpenDirectoryObject(&directory, DIRECTORY_QUERY | DIRECTORY_TRAVERSE, &attr)))
        return 0;
    if (!device) {
        status = add_devices(&texts, directory);
    } else if (!(status = add_defined(&texts, device, UNIX_DEVICE_QUERY)) && !texts.length &&
               (status = add_link(&texts, directory, device))) {
        add_drive(&texts, device);
        if (texts.length)
            status = STATUS_SUCCESS;
    }
    NtClose(directory);
    if (!set_ntstatus(status))
        return 0;
    add_text(&texts, L"", 0); /* the end of the list */
    if (texts.length > texts.size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return texts.length;
}

DWORD WINAPI QueryDosDeviceA(const char *device, char *target, DWORD size)
{
    struct wide_arg wide;
    DWORD length, result = 0;
    WCHAR *text;

    if (!wide_arg(&wide, device))
        return 0;
    if ((text = kb_alloc(((SIZE_T)size + 1) * sizeof(WCHAR)))) {
        if ((length = QueryDosDeviceW(wide.str, text, size))) {
            if (ansi_size(text, length) <= size)
                result = ansi_copy(target, size, text, length);
            else
                SetLastError(ERROR_INSUFFICIENT_BUFFER);
        }
        kb_free(text);
    } else
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    wide_arg_free(&wide);
    return result;
}
