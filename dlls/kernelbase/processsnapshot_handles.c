/* SPDX-License-Identifier: MIT */
/* processsnapshot_handles.c: what a snapshot holds of a process's handles. */
#include "processsnapshot.h"

/* The whole table, in memory of its own (VirtualFree). */
static PROCESS_HANDLE_SNAPSHOT_INFORMATION *read_table(struct capture *c)
{
    ULONG size = 0x4000, needed;

    for (;;) {
        void *table = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        NTSTATUS status;

        if (!table) {
            c->error = ERROR_NOT_ENOUGH_MEMORY;
            return NULL;
        }
        status = NtQueryInformationProcess(c->process, ProcessHandleInformation, table, size, &needed);
        if (!status)
            return table;
        VirtualFree(table, 0, MEM_RELEASE);
        if (status != STATUS_INFO_LENGTH_MISMATCH) {
            c->error = RtlNtStatusToDosError(status);
            return NULL;
        }
        size = max(needed, size) * 2; /* it grows meanwhile */
    }
}

static void describe_process(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    PROCESS_BASIC_INFORMATION basic;

    if (NtQueryInformationProcess(object, ProcessBasicInformation, &basic, sizeof(basic), NULL))
        return;
    entry->TypeSpecificInformation.Process.ExitStatus = (DWORD)basic.ExitStatus;
    entry->TypeSpecificInformation.Process.PebBaseAddress = basic.PebBaseAddress;
    entry->TypeSpecificInformation.Process.AffinityMask = basic.AffinityMask;
    entry->TypeSpecificInformation.Process.BasePriority = basic.BasePriority;
    entry->TypeSpecificInformation.Process.ProcessId = (DWORD)basic.UniqueProcessId;
    entry->TypeSpecificInformation.Process.ParentProcessId = (DWORD)basic.InheritedFromUniqueProcessId;
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static void describe_thread(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    THREAD_BASIC_INFORMATION basic;
    void *start = NULL;

    if (NtQueryInformationThread(object, ThreadBasicInformation, &basic, sizeof(basic), NULL))
        return;
    NtQueryInformationThread(object, ThreadQuerySetWin32StartAddress, &start, sizeof(start), NULL);
    entry->TypeSpecificInformation.Thread.ExitStatus = (DWORD)basic.ExitStatus;
    entry->TypeSpecificInformation.Thread.TebBaseAddress = basic.TebBaseAddress;
    entry->TypeSpecificInformation.Thread.ProcessId = (DWORD)(ULONG_PTR)basic.ClientId.UniqueProcess;
    entry->TypeSpecificInformation.Thread.ThreadId = (DWORD)(ULONG_PTR)basic.ClientId.UniqueThread;
    entry->TypeSpecificInformation.Thread.AffinityMask = basic.AffinityMask;
    entry->TypeSpecificInformation.Thread.Priority = basic.Priority;
    entry->TypeSpecificInformation.Thread.BasePriority = basic.BasePriority;
    entry->TypeSpecificInformation.Thread.Win32StartAddress = start;
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static void describe_mutant(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    MUTANT_BASIC_INFORMATION basic;
    MUTANT_OWNER_INFORMATION owner;

    if (NtQueryMutant(object, 0, &basic, sizeof(basic), NULL))
        return;
    entry->TypeSpecificInformation.Mutant.CurrentCount = basic.CurrentCount;
    entry->TypeSpecificInformation.Mutant.Abandoned = basic.AbandonedState;
    if (!NtQueryMutant(object, 1, &owner, sizeof(owner), NULL)) {
        entry->TypeSpecificInformation.Mutant.OwnerProcessId = (DWORD)(ULONG_PTR)owner.ClientId.UniqueProcess;
        entry->TypeSpecificInformation.Mutant.OwnerThreadId = (DWORD)(ULONG_PTR)owner.ClientId.UniqueThread;
    }
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static void describe_event(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    EVENT_BASIC_INFORMATION basic;

    if (NtQueryEvent(object, 0, &basic, sizeof(basic), NULL))
        return;
    entry->TypeSpecificInformation.Event.ManualReset = basic.EventType == 0; /* NotificationEvent */
    entry->TypeSpecificInformation.Event.Signaled = basic.EventState != 0;
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static void describe_section(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    SECTION_BASIC_INFORMATION basic;

    if (NtQuerySection(object, SectionBasicInformation, &basic, sizeof(basic), NULL))
        return;
    entry->TypeSpecificInformation.Section.BaseAddress = basic.BaseAddress;
    entry->TypeSpecificInformation.Section.AllocationAttributes = basic.AllocationAttributes;
    entry->TypeSpecificInformation.Section.MaximumSize = basic.MaximumSize;
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static void describe_semaphore(HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    SEMAPHORE_BASIC_INFORMATION basic;

    if (NtQuerySemaphore(object, 0, &basic, sizeof(basic), NULL))
        return;
    entry->TypeSpecificInformation.Semaphore.CurrentCount = basic.CurrentCount;
    entry->TypeSpecificInformation.Semaphore.MaximumCount = basic.MaximumCount;
    entry->Flags |= PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION;
}

static const struct {
    const WCHAR *name;
    PSS_OBJECT_TYPE type;
    void (*describe)(HANDLE object, PSS_HANDLE_ENTRY *entry);
} types[] = { { L"Process", PSS_OBJECT_TYPE_PROCESS, describe_process },
              { L"Thread", PSS_OBJECT_TYPE_THREAD, describe_thread },
              { L"Mutant", PSS_OBJECT_TYPE_MUTANT, describe_mutant },
              { L"Event", PSS_OBJECT_TYPE_EVENT, describe_event },
              { L"Section", PSS_OBJECT_TYPE_SECTION, describe_section },
              { L"Semaphore", PSS_OBJECT_TYPE_SEMAPHORE, describe_semaphore } };

/* What is asked of the object itself, by a handle of our own to it. */
static void describe_object(struct capture *c, HANDLE object, PSS_HANDLE_ENTRY *entry)
{
    const PSS_CAPTURE_FLAGS flags = capture_head(c)->flags;
    DECLSPEC_ALIGN(16) char buffer[0x1000];
    const OBJECT_TYPE_INFORMATION *type = (void *)buffer;
    const OBJECT_NAME_INFORMATION *name = (void *)buffer;
    ULONG size;
    unsigned i;

    if (!NtQueryObject(object, ObjectTypeInformation, buffer, sizeof(buffer), &size)) {
        entry->Flags |= PSS_HANDLE_HAVE_TYPE;
        entry->TypeNameLength = type->TypeName.Length;
        entry->TypeName = (WCHAR *)(ULONG_PTR)capture_append(c, type->TypeName.Buffer, type->TypeName.Length);
        for (i = 0; i < ARRAY_SIZE(types); i++)
            if (type->TypeName.Length == wcslen(types[i].name) * sizeof(WCHAR) &&
                !memcmp(type->TypeName.Buffer, types[i].name, type->TypeName.Length)) {
                entry->ObjectType = types[i].type;
                if (flags & PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION)
                    types[i].describe(object, entry);
            }
    }
    if (flags & PSS_CAPTURE_HANDLE_NAME_INFORMATION &&
        !NtQueryObject(object, ObjectNameInformation, buffer, sizeof(buffer), &size)) {
        entry->Flags |= PSS_HANDLE_HAVE_NAME;
        entry->ObjectNameLength = name->Name.Length;
        if (name->Name.Length)
            entry->ObjectName = (WCHAR *)(ULONG_PTR)capture_append(c, name->Name.Buffer, name->Name.Length);
    }
    if (flags & PSS_CAPTURE_HANDLE_BASIC_INFORMATION) {
        OBJECT_BASIC_INFORMATION basic;

        if (!NtQueryObject(object, ObjectBasicInformation, &basic, sizeof(basic), &size)) {
            entry->PagedPoolCharge = basic.PagedPoolCharge;
            entry->NonPagedPoolCharge = basic.NonPagedPoolCharge;
            entry->CreationTime.dwLowDateTime = basic.CreationTime.LowPart;
            entry->CreationTime.dwHighDateTime = (DWORD)basic.CreationTime.HighPart;
        }
    }
}

void capture_handles(struct capture *c)
{
    const PSS_CAPTURE_FLAGS flags = capture_head(c)->flags;
    const PSS_CAPTURE_FLAGS details = PSS_CAPTURE_HANDLE_NAME_INFORMATION | PSS_CAPTURE_HANDLE_BASIC_INFORMATION |
                                      PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION;
    PROCESS_HANDLE_SNAPSHOT_INFORMATION *table = read_table(c);
    ULONG count, i;
    DWORD offset;

    if (!table)
        return;
    count = (ULONG)table->NumberOfHandles;
    offset = capture_append(c, NULL, count * sizeof(PSS_HANDLE_ENTRY));
    for (i = 0; i < count && !c->error; i++) {
        const PROCESS_HANDLE_TABLE_ENTRY_INFO *in = &table->Handles[i];
        PSS_HANDLE_ENTRY entry = { .Handle = in->HandleValue };
        HANDLE object;

        GetSystemTimeAsFileTime(&entry.CaptureTime);
        if (flags & PSS_CAPTURE_HANDLE_BASIC_INFORMATION) {
            entry.Flags |= PSS_HANDLE_HAVE_BASIC_INFORMATION;
            entry.Attributes = in->HandleAttributes;
            entry.GrantedAccess = in->GrantedAccess;
            entry.HandleCount = (DWORD)in->HandleCount;
            entry.PointerCount = (DWORD)in->PointerCount;
        }
        if (flags & details &&
            !NtDuplicateObject(c->process, in->HandleValue, NT_CURRENT_PROCESS, &object, 0, 0, DUPLICATE_SAME_ACCESS)) {
            describe_object(c, object, &entry);
            NtClose(object);
        }
        if (!c->error)
            memcpy(c->base + offset + i * sizeof(entry), &entry, sizeof(entry));
    }
    VirtualFree(table, 0, MEM_RELEASE);
    if (c->error)
        return;
    capture_head(c)->handles.offset = offset;
    capture_head(c)->handles.count = count;
}
