/* SPDX-License-Identifier: MIT */
/* semaphore.c: semaphore objects. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"

static void semaphore_destroy(struct object *obj)
{
    free(obj);
}

const struct object_type semaphore_type = {
    .name = "Semaphore",
    .index = OBJECT_TYPE_SEMAPHORE,
    .valid_access = SEMAPHORE_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | SEMAPHORE_QUERY_STATE, STANDARD_RIGHTS_WRITE | SEMAPHORE_MODIFY_STATE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, SEMAPHORE_ALL_ACCESS },
    .destroy = semaphore_destroy,
};

NTSTATUS NtCreateSemaphore(HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                           LONG InitialCount, LONG MaximumCount)
{
    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    struct object *obj = malloc(sizeof(*obj));
    if (!obj)
        return STATUS_NO_MEMORY;
    object_init(obj, &semaphore_type);
    NTSTATUS status = object_cell_alloc(obj, CELL_SEMAPHORE, InitialCount, MaximumCount);
    if (status) {
        free(obj);
        return status;
    }
    return object_create_handle(obj, DesiredAccess, ObjectAttributes, SemaphoreHandle);
}

NTSTATUS NtOpenSemaphore(HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&semaphore_type, DesiredAccess, ObjectAttributes, SemaphoreHandle);
}

NTSTATUS NtReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, LONG *PreviousCount)
{
    if (ReleaseCount <= 0)
        return STATUS_INVALID_PARAMETER;
    struct handle_snapshot snapshot;
    LONG before = 0;
    NTSTATUS status;
    if (likely(handle_snapshot(SemaphoreHandle, &snapshot)) && likely(snapshot.type == OBJECT_TYPE_SEMAPHORE) &&
        likely(snapshot.access & SEMAPHORE_MODIFY_STATE)) {
        status = cell_semaphore_release(snapshot.cell, snapshot.generation, ReleaseCount, &before);
        if (likely(status != STATUS_INVALID_HANDLE)) {
            handle_refresh_if_moved(SemaphoreHandle, &snapshot);
            if (!status && PreviousCount)
                *PreviousCount = before;
            return status;
        }
    }
    struct object *obj;
    status = handle_lookup(SemaphoreHandle, &semaphore_type, SEMAPHORE_MODIFY_STATE, &obj);
    if (status)
        return status;
    status = cell_semaphore_release(obj->cell, CELL_ANY_GENERATION, ReleaseCount, &before);
    object_unref(obj);
    if (!status && PreviousCount)
        *PreviousCount = before;
    return status;
}

NTSTATUS NtQuerySemaphore(HANDLE SemaphoreHandle, ULONG SemaphoreInformationClass, PVOID SemaphoreInformation,
                          ULONG SemaphoreInformationLength, ULONG *ReturnLength)
{
    if (SemaphoreInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (SemaphoreInformationLength != sizeof(SEMAPHORE_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *obj;
    NTSTATUS status = handle_lookup(SemaphoreHandle, &semaphore_type, SEMAPHORE_QUERY_STATE, &obj);
    if (status)
        return status;
    SEMAPHORE_BASIC_INFORMATION out = { cell_value(obj->cell), (LONG)segment_cell(obj->cell)->limit };
    object_unref(obj);
    memcpy(SemaphoreInformation, &out, sizeof(out));
    if (ReturnLength)
        *ReturnLength = sizeof(out);
    return STATUS_SUCCESS;
}
