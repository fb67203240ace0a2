/* SPDX-License-Identifier: MIT */
/*
 * psapi_modules.c: the modules of any process. Another one's are read from its memory, as on Windows: its loader may be changing
 * the list meanwhile, so what cannot be read ends it, and so does a list that has no end.
 */
#include "psapi_private.h"

#define MAX_MODULES 0x10000u /* more are a list that leads nowhere */

static BOOL read(HANDLE process, const void *address, void *buffer, SIZE_T size)
{
    return NT_SUCCESS(NtReadVirtualMemory(process, (void *)address, buffer, size, NULL));
}

/* A string of the other process's, where the copy of its entry can refer to it; empty if it cannot be read. */
static void read_name(HANDLE process, UNICODE_STRING *name, WCHAR *buffer, SIZE_T room)
{
    if (name->Length >= room || !read(process, name->Buffer, buffer, name->Length))
        name->Length = 0;
    buffer[name->Length / sizeof(WCHAR)] = 0;
    name->Buffer = buffer;
    name->MaximumLength = (USHORT)(name->Length + sizeof(WCHAR));
}

BOOL for_each_module(HANDLE process, PLDR_ENUM_CALLBACK callback, void *context)
{
    PROCESS_BASIC_INFORMATION basic;
    PEB_LDR_DATA *ldr;
    LIST_ENTRY *head, *at;
    WCHAR *names;
    const SIZE_T room = 0x10000;
    BOOLEAN stop = FALSE;
    NTSTATUS status;

    if (is_own_process(process))
        return set_ntstatus(LdrEnumerateLoadedModules(0, callback, context));
    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof(basic), NULL)))
        return FALSE;
    if (!basic.PebBaseAddress)
        return fail(ERROR_PARTIAL_COPY); /* no Windows program, or not one that can be asked */
    status = NtReadVirtualMemory(process, &basic.PebBaseAddress->Ldr, &ldr, sizeof(ldr), NULL);
    if (status == STATUS_ACCESS_DENIED)
        return set_ntstatus(status);
    head = ldr ? &ldr->InLoadOrderModuleList : NULL;
    if (status || !ldr || !read(process, &head->Flink, &at, sizeof(at)))
        return fail(ERROR_PARTIAL_COPY); /* it has not come so far */
    if (!(names = kb_alloc(2 * room)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (ULONG i = 0; at != head && !stop && i < MAX_MODULES; i++) {
        LDR_DATA_TABLE_ENTRY entry;

        if (!read(process, CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks), &entry, sizeof(entry)))
            break;
        at = entry.InLoadOrderLinks.Flink;
        read_name(process, &entry.BaseDllName, names, room);
        read_name(process, &entry.FullDllName, names + room / sizeof(WCHAR), room);
        callback(&entry, context, &stop);
    }
    kb_free(names);
    return TRUE;
}
