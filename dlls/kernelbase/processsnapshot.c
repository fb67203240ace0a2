/* SPDX-License-Identifier: MIT */
/*
 * processsnapshot.c: snapshots of a process: made, asked, walked, copied to other processes, freed. A snapshot is one piece of
 * memory (processsnapshot.h), so that it means the same wherever it is.
 */
#include "processsnapshot.h"

#define MARKER_MAGIC 0x6b6c6157u

struct marker_block {
    struct marker_block *next;
};

struct marker {
    DWORD magic;
    PSS_ALLOCATOR allocator; /* AllocRoutine NULL: the heap */
    ULONG_PTR position;
    struct marker_block *blocks; /* what the entries given out point to: theirs as long as the marker is */
};

/* Whether a handle is one: asked of the memory without touching it. */
static BOOL snapshot_head(HANDLE process, HPSS handle, struct snapshot *head)
{
    return handle && !((ULONG_PTR)handle & 0xffff) && ReadProcessMemory(process, handle, head, sizeof(*head), NULL) &&
           head->magic == SNAPSHOT_MAGIC;
}

static struct marker *marker_from(HPSSWALK handle)
{
    struct marker head;

    if (!handle || (ULONG_PTR)handle & 7 || !ReadProcessMemory(NT_CURRENT_PROCESS, handle, &head, sizeof(head), NULL) ||
        head.magic != MARKER_MAGIC)
        return NULL;
    return (struct marker *)handle;
}

/* --- making one --- */

static ULONGLONG wall_clock(void)
{
    LARGE_INTEGER now;

    RtlQueryPerformanceCounter(&now);
    return (ULONGLONG)now.QuadPart;
}

static void measured(struct capture *c, void (*part)(struct capture *), SIZE_T cycles, SIZE_T clock)
{
    ULONG64 before = 0, after = 0;
    ULONGLONG begin = wall_clock();

    QueryThreadCycleTime(GetCurrentThread(), &before);
    part(c);
    QueryThreadCycleTime(GetCurrentThread(), &after);
    *(UINT64 *)((char *)&capture_head(c)->counters + cycles) = after - before;
    *(UINT64 *)((char *)&capture_head(c)->counters + clock) = wall_clock() - begin;
}

#define MEASURED(c, part, name)                                                                                        \
    measured(c, part, FIELD_OFFSET(PSS_PERFORMANCE_COUNTERS, name##CycleCount),                                        \
             FIELD_OFFSET(PSS_PERFORMANCE_COUNTERS, name##WallClockPeriod))

static void capture_all(struct capture *c)
{
    const PSS_CAPTURE_FLAGS flags = capture_head(c)->flags;

    capture_process(c);
    if (!c->error && flags & PSS_CAPTURE_THREADS)
        MEASURED(c, capture_threads, Threads);
    if (!c->error && flags & PSS_CAPTURE_HANDLES)
        MEASURED(c, capture_handles, Handles);
    if (!c->error && flags & PSS_CAPTURE_VA_SPACE)
        MEASURED(c, capture_regions, VaSpace);
}

static DWORD check_flags(PSS_CAPTURE_FLAGS flags)
{
    static const struct {
        PSS_CAPTURE_FLAGS flag, needs;
    } parts[] = {
        { PSS_CAPTURE_HANDLE_NAME_INFORMATION | PSS_CAPTURE_HANDLE_BASIC_INFORMATION |
              PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION | PSS_CAPTURE_HANDLE_TRACE,
          PSS_CAPTURE_HANDLES },
        { PSS_CAPTURE_THREAD_CONTEXT | PSS_CAPTURE_THREAD_CONTEXT_EXTENDED, PSS_CAPTURE_THREADS },
        { PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION, PSS_CAPTURE_VA_SPACE }, /* documented as the only valid use */
    };
    const PSS_CAPTURE_FLAGS known = 0xfc003bfdu;
    unsigned i;

    if (flags & ~known)
        return ERROR_INVALID_PARAMETER;
    for (i = 0; i < ARRAY_SIZE(parts); i++)
        if (flags & parts[i].flag && !(flags & parts[i].needs))
            return ERROR_INVALID_PARAMETER;
    /* Processes are not cloned, and handles and branches not traced. */
    if (flags &
        (PSS_CAPTURE_VA_CLONE | PSS_CAPTURE_HANDLE_TRACE | PSS_CAPTURE_THREAD_CONTEXT_EXTENDED | PSS_CAPTURE_IPT_TRACE))
        return ERROR_NOT_SUPPORTED;
    return ERROR_SUCCESS;
}

DWORD WINAPI PssCaptureSnapshot(HANDLE process, PSS_CAPTURE_FLAGS flags, DWORD context_flags, HPSS *snapshot)
{
    struct capture c = { .process = process, .own = is_own_process(process), .context_flags = context_flags };
    DWORD error = check_flags(flags);
    BOOL suspended;

    if (error)
        return error;
    capture_append(&c, NULL, sizeof(struct snapshot));
    if (c.error)
        return c.error;
    capture_head(&c)->flags = flags;
    /* So that what is captured belongs together. One's own threads cannot all stand still. */
    suspended = !c.own && !NtSuspendProcess(process);
    MEASURED(&c, capture_all, Total);
    if (suspended)
        NtResumeProcess(process);
    if (c.error) {
        VirtualFree(c.base, 0, MEM_RELEASE);
        return c.error;
    }
    capture_head(&c)->size = (DWORD)c.used;
    capture_head(&c)->magic = SNAPSHOT_MAGIC;
    *snapshot = (HPSS)c.base;
    return ERROR_SUCCESS;
}

DWORD WINAPI PssFreeSnapshot(HANDLE process, HPSS handle)
{
    struct snapshot head;

    if (!snapshot_head(process, handle, &head))
        return ERROR_INVALID_HANDLE;
    return VirtualFreeEx(process, handle, 0, MEM_RELEASE) ? ERROR_SUCCESS : GetLastError();
}

DWORD WINAPI PssDuplicateSnapshot(HANDLE source, HPSS handle, HANDLE target, HPSS *result, PSS_DUPLICATE_FLAGS flags)
{
    struct snapshot head;
    void *through, *copy = NULL;
    DWORD error = ERROR_SUCCESS;

    if (flags & ~(DWORD)PSS_DUPLICATE_CLOSE_SOURCE)
        return ERROR_INVALID_PARAMETER;
    if (!snapshot_head(source, handle, &head))
        return ERROR_INVALID_HANDLE;
    if (!(through = VirtualAlloc(NULL, head.size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!ReadProcessMemory(source, handle, through, head.size, NULL) ||
        !(copy = VirtualAllocEx(target, NULL, head.size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) ||
        !WriteProcessMemory(target, copy, through, head.size, NULL))
        error = GetLastError();
    VirtualFree(through, 0, MEM_RELEASE);
    if (error) {
        if (copy)
            VirtualFreeEx(target, copy, 0, MEM_RELEASE);
        return error;
    }
    if (flags & PSS_DUPLICATE_CLOSE_SOURCE)
        PssFreeSnapshot(source, handle);
    *result = copy;
    return ERROR_SUCCESS;
}

/* --- asking --- */

static DWORD answer(void *buffer, DWORD size, const void *data, DWORD needed)
{
    if (size != needed)
        return ERROR_BAD_LENGTH;
    memcpy(buffer, data, needed);
    return ERROR_SUCCESS;
}

DWORD WINAPI PssQuerySnapshot(HPSS handle, PSS_QUERY_INFORMATION_CLASS type, void *buffer, DWORD size)
{
    struct snapshot head;

    if (!snapshot_head(NT_CURRENT_PROCESS, handle, &head))
        return ERROR_INVALID_HANDLE;
    switch (type) {
    case PSS_QUERY_PROCESS_INFORMATION:
        return answer(buffer, size, &head.process, sizeof(head.process));
    case PSS_QUERY_VA_SPACE_INFORMATION: {
        PSS_VA_SPACE_INFORMATION info = { head.regions.count };

        return head.flags & PSS_CAPTURE_VA_SPACE ? answer(buffer, size, &info, sizeof(info)) : ERROR_NOT_FOUND;
    }
    case PSS_QUERY_HANDLE_INFORMATION: {
        PSS_HANDLE_INFORMATION info = { head.handles.count };

        return head.flags & PSS_CAPTURE_HANDLES ? answer(buffer, size, &info, sizeof(info)) : ERROR_NOT_FOUND;
    }
    case PSS_QUERY_THREAD_INFORMATION: {
        PSS_THREAD_INFORMATION info = { head.threads.count, head.context_size };

        return head.flags & PSS_CAPTURE_THREADS ? answer(buffer, size, &info, sizeof(info)) : ERROR_NOT_FOUND;
    }
    case PSS_QUERY_PERFORMANCE_COUNTERS:
        return head.flags & PSS_CREATE_MEASURE_PERFORMANCE ? answer(buffer, size, &head.counters, sizeof(head.counters))
                                                           : ERROR_NOT_FOUND;
    case PSS_QUERY_VA_CLONE_INFORMATION:
    case PSS_QUERY_AUXILIARY_PAGES_INFORMATION:
    case PSS_QUERY_HANDLE_TRACE_INFORMATION:
        return ERROR_NOT_FOUND;
    }
    return ERROR_INVALID_PARAMETER;
}

/* --- walking --- */

DWORD WINAPI PssWalkMarkerCreate(const PSS_ALLOCATOR *allocator, HPSSWALK *result)
{
    struct marker *marker =
        allocator ? allocator->AllocRoutine(allocator->Context, sizeof(*marker)) : kb_alloc(sizeof(*marker));

    if (!marker)
        return ERROR_NOT_ENOUGH_MEMORY;
    memset(marker, 0, sizeof(*marker));
    if (allocator)
        marker->allocator = *allocator;
    marker->magic = MARKER_MAGIC;
    *result = (HPSSWALK)marker;
    return ERROR_SUCCESS;
}

static void marker_release(const PSS_ALLOCATOR *allocator, void *memory)
{
    if (allocator->FreeRoutine)
        allocator->FreeRoutine(allocator->Context, memory);
    else
        kb_free(memory);
}

DWORD WINAPI PssWalkMarkerFree(HPSSWALK handle)
{
    struct marker *marker = marker_from(handle);
    PSS_ALLOCATOR allocator;
    struct marker_block *block, *next;

    if (!marker)
        return ERROR_INVALID_HANDLE;
    allocator = marker->allocator;
    for (block = marker->blocks; block; block = next) {
        next = block->next;
        marker_release(&allocator, block);
    }
    marker->magic = 0;
    marker_release(&allocator, marker);
    return ERROR_SUCCESS;
}

DWORD WINAPI PssWalkMarkerGetPosition(HPSSWALK handle, ULONG_PTR *position)
{
    struct marker *marker = marker_from(handle);

    if (!marker)
        return ERROR_INVALID_HANDLE;
    *position = marker->position;
    return ERROR_SUCCESS;
}

DWORD WINAPI PssWalkMarkerSetPosition(HPSSWALK handle, ULONG_PTR position)
{
    struct marker *marker = marker_from(handle);

    if (!marker)
        return ERROR_INVALID_HANDLE;
    marker->position = position;
    return ERROR_SUCCESS;
}

DWORD WINAPI PssWalkMarkerSeekToBeginning(HPSSWALK handle)
{
    return PssWalkMarkerSetPosition(handle, 0);
}

/* What an entry has the offset of, as memory that lives as long as the marker. */
static BOOL keep(struct marker *marker, const struct snapshot *snapshot, const void *pointer, DWORD size)
{
    void **field = (void **)pointer;
    const ULONG_PTR offset = (ULONG_PTR)*field;
    const DWORD head = (sizeof(struct marker_block) + 15) & ~15u; /* a context is aligned */
    struct marker_block *block;

    *field = NULL;
    if (!offset || !size || offset > snapshot->size || size > snapshot->size - offset)
        return TRUE;
    block = marker->allocator.AllocRoutine ? marker->allocator.AllocRoutine(marker->allocator.Context, head + size)
                                           : kb_alloc(head + size);
    if (!block)
        return FALSE;
    block->next = marker->blocks;
    marker->blocks = block;
    *field = (char *)block + head;
    memcpy(*field, (const char *)snapshot + offset, size);
    return TRUE;
}

static BOOL keep_all(struct marker *marker, const struct snapshot *snapshot, PSS_WALK_INFORMATION_CLASS type,
                     void *buffer)
{
    PSS_VA_SPACE_ENTRY *region = buffer;
    PSS_HANDLE_ENTRY *entry = buffer;
    PSS_THREAD_ENTRY *thread = buffer;

    switch (type) {
    case PSS_WALK_VA_SPACE:
        return keep(marker, snapshot, &region->MappedFileName, region->MappedFileNameLength);
    case PSS_WALK_HANDLES:
        return keep(marker, snapshot, &entry->TypeName, entry->TypeNameLength) &&
               keep(marker, snapshot, &entry->ObjectName, entry->ObjectNameLength);
    default:
        return keep(marker, snapshot, &thread->ContextRecord, thread->SizeOfContextRecord);
    }
}

DWORD WINAPI PssWalkSnapshot(HPSS handle, PSS_WALK_INFORMATION_CLASS type, HPSSWALK walk, void *buffer, DWORD size)
{
    const struct snapshot *snapshot = (const struct snapshot *)handle;
    struct marker *marker = marker_from(walk);
    const struct snapshot_list *list;
    PSS_CAPTURE_FLAGS needed;
    struct snapshot head;
    DWORD entry_size;

    if (!snapshot_head(NT_CURRENT_PROCESS, handle, &head) || !marker)
        return ERROR_INVALID_HANDLE;
    switch (type) {
    case PSS_WALK_AUXILIARY_PAGES:
        return ERROR_NOT_FOUND;
    case PSS_WALK_VA_SPACE:
        list = &snapshot->regions, entry_size = sizeof(PSS_VA_SPACE_ENTRY), needed = PSS_CAPTURE_VA_SPACE;
        break;
    case PSS_WALK_HANDLES:
        list = &snapshot->handles, entry_size = sizeof(PSS_HANDLE_ENTRY), needed = PSS_CAPTURE_HANDLES;
        break;
    case PSS_WALK_THREADS:
        list = &snapshot->threads, entry_size = sizeof(PSS_THREAD_ENTRY), needed = PSS_CAPTURE_THREADS;
        break;
    default:
        return ERROR_INVALID_PARAMETER;
    }
    if (!(head.flags & needed))
        return ERROR_NOT_FOUND;
    if (marker->position >= list->count)
        return ERROR_NO_MORE_ITEMS;
    if (!buffer)
        return ERROR_MORE_DATA;
    if (size != entry_size)
        return ERROR_BAD_LENGTH;
    memcpy(buffer, (const char *)snapshot + list->offset + marker->position * entry_size, entry_size);
    if (!keep_all(marker, snapshot, type, buffer))
        return ERROR_NOT_ENOUGH_MEMORY;
    marker->position++;
    return ERROR_SUCCESS;
}
