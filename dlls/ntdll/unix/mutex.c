/* SPDX-License-Identifier: MIT */
/* mutex.c: mutants, which Win32 calls mutexes. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"

static void mutant_destroy(struct object *obj)
{
    /* Still owned: only the owner's list knows it. It is the owner who closed the last handle, or it never releases it. */
    if (obj->cell && !(obj->cell & CELL_COMMON) && cell_self_own)
        while (cell_value(obj->cell) == (LONG)cell_self_own &&
               !cell_mutant_release(obj->cell, CELL_ANY_GENERATION, NULL))
            ;
    free(obj);
}

const struct object_type mutant_type = {
    .name = "Mutant",
    .index = OBJECT_TYPE_MUTANT,
    .valid_access = MUTANT_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | MUTANT_QUERY_STATE, STANDARD_RIGHTS_WRITE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, MUTANT_ALL_ACCESS },
    .destroy = mutant_destroy,
};

NTSTATUS NtCreateMutant(HANDLE *MutantHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                        BOOLEAN InitialOwner)
{
    struct object *obj = malloc(sizeof(*obj));
    if (!obj)
        return STATUS_NO_MEMORY;
    object_init(obj, &mutant_type);
    NTSTATUS status = object_cell_alloc(obj, CELL_MUTANT, 0, 1);
    if (status) {
        free(obj);
        return status;
    }
    if (InitialOwner)
        cell_mutant_own(
            obj->cell); /* which cannot fail in the process's own segment; an existing one of the same name is not acquired: this one is dropped then */
    return object_create_handle(obj, DesiredAccess, ObjectAttributes, MutantHandle);
}

NTSTATUS NtOpenMutant(HANDLE *MutantHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&mutant_type, DesiredAccess, ObjectAttributes, MutantHandle);
}

NTSTATUS NtReleaseMutant(HANDLE MutantHandle, LONG *PreviousCount)
{
    struct handle_snapshot snapshot;
    LONG before = 0;
    NTSTATUS status;
    if (likely(handle_snapshot(MutantHandle, &snapshot)) && likely(snapshot.type == OBJECT_TYPE_MUTANT)) {
        status = cell_mutant_release(snapshot.cell, snapshot.generation, &before);
        if (likely(status != STATUS_INVALID_HANDLE)) {
            handle_refresh_if_moved(MutantHandle, &snapshot);
            if (!status && PreviousCount)
                *PreviousCount = before;
            return status;
        }
    }
    struct object *obj;
    status = handle_lookup(MutantHandle, &mutant_type, 0, &obj);
    if (status)
        return status;
    status = cell_mutant_release(obj->cell, CELL_ANY_GENERATION, &before);
    object_unref(obj);
    if (!status && PreviousCount)
        *PreviousCount = before;
    return status;
}

NTSTATUS NtQueryMutant(HANDLE MutantHandle, ULONG MutantInformationClass, PVOID MutantInformation,
                       ULONG MutantInformationLength, ULONG *ReturnLength)
{
    if (MutantInformationClass > 1)
        return STATUS_INVALID_INFO_CLASS;
    ULONG size = MutantInformationClass ? sizeof(MUTANT_OWNER_INFORMATION) : sizeof(MUTANT_BASIC_INFORMATION);
    if (MutantInformationLength != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *obj;
    NTSTATUS status = handle_lookup(MutantHandle, &mutant_type, MUTANT_QUERY_STATE, &obj);
    if (status)
        return status;
    struct cell_mutant_state state;
    cell_mutant_query(obj->cell, &state);
    object_unref(obj);
    if (MutantInformationClass == 0) {
        MUTANT_BASIC_INFORMATION out = { 1 - (LONG)state.recursion, state.owned_by_caller, state.abandoned };
        memcpy(MutantInformation, &out, sizeof(out));
    } else {
        MUTANT_OWNER_INFORMATION out = { { NULL, NULL } };
        if (state.tid)
            out.ClientId = (CLIENT_ID){ (HANDLE)(ULONG_PTR)(state.process_id ? state.process_id : process_id),
                                        (HANDLE)(ULONG_PTR)state.tid };
        memcpy(MutantInformation, &out, sizeof(out));
    }
    if (ReturnLength)
        *ReturnLength = size;
    return STATUS_SUCCESS;
}
