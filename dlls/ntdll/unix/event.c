/* SPDX-License-Identifier: MIT */
/* event.c: event objects. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"

static void event_destroy(struct object *obj)
{
    free(obj);
}

const struct object_type event_type = {
    .name = "Event",
    .index = OBJECT_TYPE_EVENT,
    .valid_access = EVENT_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | EVENT_QUERY_STATE, STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, EVENT_ALL_ACCESS },
    .destroy = event_destroy,
};

NTSTATUS NtCreateEvent(HANDLE *EventHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                       ULONG EventType, BOOLEAN InitialState)
{
    if (EventType != NotificationEvent && EventType != SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    struct object *obj = malloc(sizeof(*obj));
    if (!obj)
        return STATUS_NO_MEMORY;
    object_init(obj, &event_type);
    NTSTATUS status = object_cell_alloc(obj, EventType == NotificationEvent ? CELL_NOTIFICATION : CELL_SYNCHRONIZATION,
                                        InitialState ? 1 : 0, 1);
    if (status) {
        free(obj);
        return status;
    }
    return object_create_handle(obj, DesiredAccess, ObjectAttributes, EventHandle);
}

NTSTATUS NtOpenEvent(HANDLE *EventHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&event_type, DesiredAccess, ObjectAttributes, EventHandle);
}

typedef NTSTATUS event_operation(uint32_t cell, uint16_t generation, LONG *previous);

/* Usually straight on the cell; only what goes wrong takes the way through the object. */
static inline NTSTATUS operate(HANDLE handle, event_operation *operation, LONG *previous)
{
    struct handle_snapshot snapshot;
    LONG before;
    NTSTATUS status;
    if (likely(handle_snapshot(handle, &snapshot)) && likely(snapshot.type == OBJECT_TYPE_EVENT) &&
        likely(snapshot.access & EVENT_MODIFY_STATE)) {
        status = operation(snapshot.cell, snapshot.generation, &before);
        if (likely(!status)) {
            handle_refresh_if_moved(handle, &snapshot);
            if (previous)
                *previous = before;
            return status;
        }
    }
    struct object *obj;
    status = handle_lookup(handle, &event_type, EVENT_MODIFY_STATE, &obj);
    if (status)
        return status;
    status = operation(obj->cell, CELL_ANY_GENERATION, &before);
    object_unref(obj);
    if (!status && previous)
        *previous = before;
    return status;
}

NTSTATUS NtSetEvent(HANDLE EventHandle, LONG *PreviousState)
{
    return operate(EventHandle, cell_set, PreviousState);
}

NTSTATUS NtSetEventBoostPriority(HANDLE EventHandle)
{
    return operate(EventHandle, cell_set, NULL);
}

NTSTATUS NtResetEvent(HANDLE EventHandle, LONG *PreviousState)
{
    return operate(EventHandle, cell_reset, PreviousState);
}

NTSTATUS NtClearEvent(HANDLE EventHandle)
{
    return operate(EventHandle, cell_reset, NULL);
}

NTSTATUS NtPulseEvent(HANDLE EventHandle, LONG *PreviousState)
{
    return operate(EventHandle, cell_pulse, PreviousState);
}

NTSTATUS NtQueryEvent(HANDLE EventHandle, ULONG EventInformationClass, PVOID EventInformation,
                      ULONG EventInformationLength, ULONG *ReturnLength)
{
    if (EventInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (EventInformationLength != sizeof(EVENT_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *obj;
    NTSTATUS status = handle_lookup(EventHandle, &event_type, EVENT_QUERY_STATE, &obj);
    if (status)
        return status;
    EVENT_BASIC_INFORMATION out = { segment_cell(obj->cell)->kind == CELL_NOTIFICATION ? NotificationEvent
                                                                                       : SynchronizationEvent,
                                    cell_value(obj->cell) };
    object_unref(obj);
    memcpy(EventInformation, &out, sizeof(out));
    if (ReturnLength)
        *ReturnLength = sizeof(out);
    return STATUS_SUCCESS;
}
