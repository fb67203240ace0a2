/* SPDX-License-Identifier: MIT */
/*
 * ldrnotify.c: who is told about modules: notifications of loading and unloading, and lists of modules for the tool help
 * functions.
 */
#include "ldr_private.h"

struct notification {
    LIST_ENTRY link;
    PLDR_DLL_NOTIFICATION_FUNCTION callback;
    void *context;
};

static LIST_ENTRY notifications = { &notifications, &notifications };

/* Under the loader lock; callbacks may register and unregister (not others' while being called, as documented). */
void ldr_notify(struct ldr_module *module, ULONG reason)
{
    LDR_DLL_NOTIFICATION_DATA data = { 0, &module->entry.FullDllName, &module->entry.BaseDllName, module->entry.DllBase,
                                       module->entry.SizeOfImage };

    for (LIST_ENTRY *link = notifications.Flink, *next; link != &notifications; link = next) {
        struct notification *notification = CONTAINING_RECORD(link, struct notification, link);

        next = link->Flink;
        notification->callback(reason, &data, notification->context);
    }
}

NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PLDR_DLL_NOTIFICATION_FUNCTION callback, PVOID context,
                                          PVOID *cookie)
{
    struct notification *notification;

    if (flags || !callback || !cookie)
        return STATUS_INVALID_PARAMETER;
    notification = heap_alloc(sizeof(*notification));
    if (!notification)
        return STATUS_NO_MEMORY;
    notification->callback = callback;
    notification->context = context;
    RtlEnterCriticalSection(&ldr_lock);
    list_add_tail(&notifications, &notification->link);
    RtlLeaveCriticalSection(&ldr_lock);
    *cookie = notification;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnregisterDllNotification(PVOID cookie)
{
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *link = notifications.Flink; link != &notifications; link = link->Flink) {
        struct notification *notification = CONTAINING_RECORD(link, struct notification, link);

        if (notification == cookie) {
            list_remove(link);
            heap_free(notification);
            status = STATUS_SUCCESS;
            break;
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrQueryProcessModuleInformation(RTL_PROCESS_MODULES *info, ULONG size, PULONG needed)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;
    ULONG count = 0, total;
    NTSTATUS status = STATUS_SUCCESS;

    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink)
        count++;
    total = offsetof(RTL_PROCESS_MODULES, Modules) + count * sizeof(info->Modules[0]);
    if (needed)
        *needed = total;
    if (size < total) {
        status = STATUS_INFO_LENGTH_MISMATCH;
    } else {
        USHORT index = 0;

        info->NumberOfModules = count;
        for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink, index++) {
            LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
            RTL_PROCESS_MODULE_INFORMATION *out = &info->Modules[index];
            ULONG used = 0;
            const UCHAR *slash = out->FullPathName;

            memset(out, 0, sizeof(*out));
            out->ImageBase = entry->DllBase;
            out->ImageSize = entry->SizeOfImage;
            out->Flags = entry->Flags;
            out->LoadOrderIndex = index;
            out->LoadCount = entry->ObsoleteLoadCount;
            RtlUnicodeToMultiByteN((CHAR *)out->FullPathName, sizeof(out->FullPathName) - 1, &used,
                                   entry->FullDllName.Buffer, entry->FullDllName.Length);
            for (ULONG i = 0; i < used; i++)
                if (out->FullPathName[i] == '\\')
                    slash = &out->FullPathName[i + 1];
            out->OffsetToFileName = (USHORT)(slash - out->FullPathName);
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}
