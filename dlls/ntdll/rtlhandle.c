/* SPDX-License-Identifier: MIT */
/* rtlhandle.c: tables of handles for programs' own use (RTL_HANDLE_TABLE): numbered entries of one size. */
#include "rtl_private.h"

struct handle_entry {
    ULONG_PTR in_use; /* bit 0; else the next free entry */
};

typedef struct _RTL_HANDLE_TABLE {
    ULONG MaximumNumberOfHandles;
    ULONG SizeOfHandleTableEntry;
    ULONG Reserved[2];
    struct handle_entry *FreeHandles;
    struct handle_entry *CommittedHandles;
    struct handle_entry *UnCommittedHandles;
    struct handle_entry *MaxReservedHandles;
} RTL_HANDLE_TABLE;

VOID NTAPI RtlInitializeHandleTable(ULONG maximum, ULONG size, RTL_HANDLE_TABLE *table);
VOID NTAPI RtlInitializeHandleTable(ULONG maximum, ULONG size, RTL_HANDLE_TABLE *table)
{
    memset(table, 0, sizeof(*table));
    table->MaximumNumberOfHandles = maximum;
    table->SizeOfHandleTableEntry = size;
}

NTSTATUS NTAPI RtlDestroyHandleTable(RTL_HANDLE_TABLE *table);
NTSTATUS NTAPI RtlDestroyHandleTable(RTL_HANDLE_TABLE *table)
{
    PVOID base = table->CommittedHandles;
    SIZE_T size = 0;

    return base ? NtFreeVirtualMemory(NT_CURRENT_PROCESS, &base, &size, MEM_RELEASE) : STATUS_SUCCESS;
}

static struct handle_entry *entry_at(const RTL_HANDLE_TABLE *table, ULONG index)
{
    return (struct handle_entry *)((char *)table->CommittedHandles + (SIZE_T)index * table->SizeOfHandleTableEntry);
}

/* Makes a page's worth of entries usable. */
static bool commit_more(RTL_HANDLE_TABLE *table)
{
    SIZE_T size = (SIZE_T)table->MaximumNumberOfHandles * table->SizeOfHandleTableEntry, step = NT_PAGE_SIZE;
    struct handle_entry *end;
    PVOID base = NULL;

    if (!table->CommittedHandles) {
        if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE))
            return false;
        table->CommittedHandles = table->UnCommittedHandles = base;
        table->MaxReservedHandles = entry_at(table, table->MaximumNumberOfHandles);
    }
    base = table->UnCommittedHandles;
    if (base >= (PVOID)table->MaxReservedHandles ||
        NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &step, MEM_COMMIT, PAGE_READWRITE))
        return false;
    /* Entries that a page's end divides become usable with the next page. */
    ULONG first =
        (ULONG)(((char *)table->UnCommittedHandles - (char *)table->CommittedHandles) / table->SizeOfHandleTableEntry);
    table->UnCommittedHandles = end = (struct handle_entry *)((char *)base + step);
    for (ULONG i = first; i < table->MaximumNumberOfHandles && entry_at(table, i + 1) <= end; i++) {
        entry_at(table, i)->in_use = (ULONG_PTR)table->FreeHandles;
        table->FreeHandles = entry_at(table, i);
    }
    return true;
}

PVOID NTAPI RtlAllocateHandle(RTL_HANDLE_TABLE *table, ULONG *index);
PVOID NTAPI RtlAllocateHandle(RTL_HANDLE_TABLE *table, ULONG *index)
{
    struct handle_entry *entry;

    while (!table->FreeHandles)
        if (!commit_more(table))
            return NULL;
    entry = table->FreeHandles;
    table->FreeHandles = (struct handle_entry *)entry->in_use;
    memset(entry, 0, table->SizeOfHandleTableEntry);
    if (index)
        *index = (ULONG)(((char *)entry - (char *)table->CommittedHandles) / table->SizeOfHandleTableEntry);
    return entry;
}

/* The caller sets bit 0 of an entry that it uses. */
BOOLEAN NTAPI RtlIsValidHandle(RTL_HANDLE_TABLE *table, struct handle_entry *entry);
BOOLEAN NTAPI RtlIsValidHandle(RTL_HANDLE_TABLE *table, struct handle_entry *entry)
{
    return table->CommittedHandles && entry >= table->CommittedHandles && entry < table->UnCommittedHandles &&
           ((SIZE_T)((char *)entry - (char *)table->CommittedHandles)) % table->SizeOfHandleTableEntry == 0 &&
           entry->in_use & 1;
}

BOOLEAN NTAPI RtlIsValidIndexHandle(RTL_HANDLE_TABLE *table, ULONG index, struct handle_entry **entry);
BOOLEAN NTAPI RtlIsValidIndexHandle(RTL_HANDLE_TABLE *table, ULONG index, struct handle_entry **entry)
{
    struct handle_entry *found;

    if (!table->CommittedHandles || index >= table->MaximumNumberOfHandles)
        return FALSE;
    found = entry_at(table, index);
    if (!RtlIsValidHandle(table, found))
        return FALSE;
    *entry = found;
    return TRUE;
}

BOOLEAN NTAPI RtlFreeHandle(RTL_HANDLE_TABLE *table, struct handle_entry *entry);
BOOLEAN NTAPI RtlFreeHandle(RTL_HANDLE_TABLE *table, struct handle_entry *entry)
{
    if (!RtlIsValidHandle(table, entry))
        return FALSE;
    memset(entry, 0, table->SizeOfHandleTableEntry);
    entry->in_use = (ULONG_PTR)table->FreeHandles;
    table->FreeHandles = entry;
    return TRUE;
}
