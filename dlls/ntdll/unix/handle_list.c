/* SPDX-License-Identifier: MIT */
/*
 * handle_list.c: lists of handles: a process's (ProcessHandleInformation), and the system's (SystemHandleInformation,
 * SystemExtendedHandleInformation): of this process and of all that have joined, whose agents are asked, a part at a time.
 *
 * Programs compare objects' addresses to see whether two handles are of one object. There are none that mean anything in other
 * processes, so these are made up in the kernel's half: from the server's number, or for a private object from process and place.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "child.h"
#include "client.h"
#include "handle_list.h"
#include "object_private.h"
#include "process.h"
#include "shared.h"

#define PART_ENTRIES (MESSAGE_MAX_BYTES / sizeof(struct protocol_handle_entry))

struct part {
    struct protocol_handle_entry *entries;
    size_t count, room;
    HANDLE last; /* not the last one of all, if there was no room */
    bool full;
};

static uint64_t made_up_address(uint64_t process, uint64_t object)
{
    uint64_t mixed = (process * 0x9e3779b97f4a7c15ull ^ object) * 0xff51afd7ed558ccdull;
    return 0xffff800000000000ull | (mixed >> 18 & ~0xfull);
}

static uint32_t number_of(struct object *obj)
{
    return obj == &process_current->header ? client_process_number : obj->shared_number;
}

static bool add(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context)
{
    struct part *part = context;
    if (part->count == part->room) {
        part->full = true;
        return false;
    }
    uint32_t number = number_of(obj);
    part->entries[part->count++] = (struct protocol_handle_entry){
        .object = number ? made_up_address(0, number) : made_up_address(process_id, (uintptr_t)obj),
        .handle = (uint32_t)(uintptr_t)handle,
        .access = access,
        .handle_count = __atomic_load_n(&obj->handle_count, __ATOMIC_RELAXED),
        .pointer_count = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED) - 1, /* without the one of this look */
        .type = obj->type->index,
        .attributes = (uint16_t)((attributes & SEGMENT_HANDLE_INHERIT ? OBJ_INHERIT : 0) |
                                 (attributes & SEGMENT_HANDLE_PROTECT ? OBJ_PROTECT_CLOSE : 0)),
    };
    part->last = handle;
    return true;
}

size_t handle_list_part(uint32_t after, struct protocol_handle_entry *entries, size_t room, bool *more)
{
    struct part part = { .entries = entries, .room = room };
    handle_enumerate_after((HANDLE)(uintptr_t)after, add, &part);
    *more = part.full;
    return part.count;
}

/* The next part of a process's list, to where there is room for PART_ENTRIES. */
static NTSTATUS next_part(struct process_object *process, uint32_t after, struct protocol_handle_entry *entries,
                          size_t *count, bool *more)
{
    struct protocol_handle_list_in in = { after };
    struct protocol_handle_list_out out = { 0 };
    void *bytes = NULL;
    uint32_t size = 0;
    if (process == process_current) {
        *count = handle_list_part(after, entries, PART_ENTRIES, more);
        return STATUS_SUCCESS;
    }
    NTSTATUS status = process_call(process, PROTOCOL_CALL_handle_list, &in, NULL, -1, &out, &bytes, &size, NULL);
    *count = size / sizeof(*entries);
    *more = out.more;
    if (!status && (*count > PART_ENTRIES || (*more && !*count)))
        status = STATUS_INVALID_NETWORK_RESPONSE;
    if (!status && *count)
        memcpy(entries, bytes, *count * sizeof(*entries));
    free(bytes);
    return status;
}

/* A list that grows: entries, and of which process each is. */
struct list {
    struct protocol_handle_entry *entries;
    ULONG *ids;
    size_t count, capacity;
};

static bool reserve(struct list *list)
{
    if (list->capacity - list->count >= PART_ENTRIES)
        return true;
    size_t capacity = list->capacity * 2 + PART_ENTRIES;
    struct protocol_handle_entry *entries = realloc(list->entries, capacity * sizeof(*entries));
    if (entries)
        list->entries = entries;
    ULONG *ids = realloc(list->ids, capacity * sizeof(*ids));
    if (ids)
        list->ids = ids;
    if (entries && ids)
        list->capacity = capacity;
    return entries && ids;
}

static void list_free(struct list *list)
{
    free(list->entries);
    free(list->ids);
}

static NTSTATUS add_process(struct list *list, struct process_object *process)
{
    size_t before = list->count;
    uint32_t after = 0;
    bool more = true;
    while (more) {
        size_t count;
        NTSTATUS status =
            reserve(list) ? next_part(process, after, list->entries + list->count, &count, &more) : STATUS_NO_MEMORY;
        if (!status && more && list->entries[list->count + count - 1].handle <= after)
            status = STATUS_INVALID_NETWORK_RESPONSE; /* no end of it */
        if (status) {
            list->count = before;
            return status;
        }
        for (size_t i = 0; i < count; i++)
            list->ids[list->count++] = process->id;
        if (count)
            after = list->entries[list->count - 1].handle;
    }
    return STATUS_SUCCESS;
}

/* Every process that has joined; one that ends meanwhile, or does not answer, is left out. */
static NTSTATUS add_others(struct list *list)
{
    struct protocol_process_next_in in = { 0 };
    struct protocol_process_next_out out;
    while (client_joined()) {
        struct client_request request = CLIENT_REQUEST(process_next, .in = &in, .out = &out, );
        NTSTATUS status = client_request(&request);
        free(request.bytes);
        if (status)
            break;
        in.id = out.id;
        struct process_object *process;
        if (out.id == process_id || process_open_joined(out.id, &process))
            continue;
        status = add_process(list, process);
        object_unref(&process->header);
        if (status == STATUS_NO_MEMORY)
            return status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS handle_list_query_process(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    PROCESS_HANDLE_SNAPSHOT_INFORMATION *out = info;
    struct list list = { 0 };
    NTSTATUS status = add_process(&list, process);
    *needed = (ULONG)(offsetof(PROCESS_HANDLE_SNAPSHOT_INFORMATION, Handles) + list.count * sizeof(out->Handles[0]));
    if (!status && length < *needed)
        status = STATUS_INFO_LENGTH_MISMATCH;
    for (size_t i = 0; !status && i < list.count; i++) {
        const struct protocol_handle_entry *entry = &list.entries[i];
        out->Handles[i] = (PROCESS_HANDLE_TABLE_ENTRY_INFO){ (HANDLE)(uintptr_t)entry->handle,
                                                             entry->handle_count,
                                                             entry->pointer_count,
                                                             entry->access,
                                                             entry->type,
                                                             entry->attributes,
                                                             0 };
    }
    if (!status) {
        out->NumberOfHandles = list.count;
        out->Reserved = 0;
    }
    list_free(&list);
    return status;
}

static void fill_extended(const struct list *list, SYSTEM_HANDLE_INFORMATION_EX *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct protocol_handle_entry *entry = &list->entries[i];
        out->Handles[i] = (SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX){
            (PVOID)entry->object, list->ids[i], entry->handle, entry->access, 0, entry->type, entry->attributes, 0
        };
    }
    out->NumberOfHandles = list->count;
    out->Reserved = 0;
}

static void fill(const struct list *list, SYSTEM_HANDLE_INFORMATION *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct protocol_handle_entry *entry = &list->entries[i];
        out->Handles[i] = (SYSTEM_HANDLE_TABLE_ENTRY_INFO){ (USHORT)list->ids[i],  0,
                                                            (UCHAR)entry->type,    (UCHAR)entry->attributes,
                                                            (USHORT)entry->handle, (PVOID)entry->object,
                                                            entry->access };
    }
    out->NumberOfHandles = (ULONG)list->count;
}

NTSTATUS handle_list_query_system(bool extended, void *info, ULONG length, ULONG *needed)
{
    size_t head =
        extended ? offsetof(SYSTEM_HANDLE_INFORMATION_EX, Handles) : offsetof(SYSTEM_HANDLE_INFORMATION, Handles);
    size_t size = extended ? sizeof(SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX) : sizeof(SYSTEM_HANDLE_TABLE_ENTRY_INFO);
    struct list list = { 0 };
    NTSTATUS status = add_process(&list, process_current);
    if (!status)
        status = add_others(&list);
    *needed = (ULONG)(head + list.count * size);
    if (!status && length < *needed)
        status = STATUS_INFO_LENGTH_MISMATCH;
    if (!status && extended)
        fill_extended(&list, info);
    else if (!status)
        fill(&list, info);
    list_free(&list);
    return status;
}
