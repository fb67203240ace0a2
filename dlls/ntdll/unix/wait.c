/* SPDX-License-Identifier: MIT */
/* wait.c: the system calls that wait for objects; wait_cells.c does it. */
#include <sched.h>
#include "cell.h"
#include "io_help.h"
#include "object_private.h"

/* --- objects and handles --- */

static NTSTATUS target_of(struct object *obj, struct wait_target *target)
{
    uint32_t cell = __atomic_load_n(&obj->cell, __ATOMIC_ACQUIRE);
    if (!cell)
        return STATUS_OBJECT_TYPE_MISMATCH;
    *target = (struct wait_target){ .cell = cell, .generation = CELL_ANY_GENERATION, .kind = segment_cell(cell)->kind };
    return STATUS_SUCCESS;
}

NTSTATUS object_wait(struct object *obj, bool alertable, const LARGE_INTEGER *timeout)
{
    struct wait_target target;
    NTSTATUS status = target_of(obj, &target);
    return status ? status : wait_any(wait_self(), &target, 1, alertable, timeout);
}

/* Waits while holding a reference that the thread's end would drop. */
static NTSTATUS wait_held(struct object *obj, bool alertable, const LARGE_INTEGER *timeout)
{
    struct thread_wait *wait = wait_self();
    struct io_help help;
    wait->held = &obj;
    wait->held_count = 1;
    if (unlikely(current_thread->object && __atomic_load_n(&current_thread->object->requests, __ATOMIC_RELAXED)))
        io_help_init(&help, obj);
    NTSTATUS status = object_wait(obj, alertable, timeout);
    wait_help = NULL;
    wait->held_count = 0;
    object_unref(obj);
    return status;
}

NTSTATUS NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, LARGE_INTEGER *Timeout)
{
    struct handle_snapshot snapshot;
    if (likely(handle_snapshot(Handle, &snapshot)) && likely(snapshot.access & SYNCHRONIZE) && likely(snapshot.cell)) {
        NTSTATUS status = cell_try_acquire(snapshot.cell, snapshot.generation, snapshot.kind);
        if (status != STATUS_TIMEOUT && status != STATUS_INVALID_HANDLE) {
            handle_refresh_if_moved(Handle, &snapshot);
            return status;
        }
    }
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct object *obj;
    NTSTATUS status = handle_lookup(Handle, NULL, SYNCHRONIZE, &obj);
    if (status)
        return status;
    object_before_wait(obj);
    return wait_held(obj, Alertable, Timeout ? &timeout : NULL);
}

NTSTATUS NtWaitForMultipleObjects(ULONG Count, HANDLE *Handles, ULONG WaitType, BOOLEAN Alertable,
                                  LARGE_INTEGER *Timeout)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    struct object *objects[MAXIMUM_WAIT_OBJECTS];
    struct wait_target targets[MAXIMUM_WAIT_OBJECTS];
    if (!Count || Count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (WaitType != WaitAll && WaitType != WaitAny)
        return STATUS_INVALID_PARAMETER_3;
    if (!user_copy_in(handles, Handles, Count * sizeof(*handles)))
        return STATUS_ACCESS_VIOLATION;
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;

    NTSTATUS status = STATUS_SUCCESS;
    uint32_t found = 0;
    while (found < Count && !status) {
        status = handle_lookup(handles[found], NULL, SYNCHRONIZE, &objects[found]);
        if (!status) {
            object_before_wait(objects[found]);
            status = target_of(objects[found], &targets[found]);
            targets[found].position = (uint8_t)found;
            found++;
        }
    }
    if (!status) {
        struct thread_wait *wait = wait_self();
        wait->held = objects;
        wait->held_count = found;
        status = WaitType == WaitAll && Count > 1
                     ? wait_all(wait, targets, Count, Alertable, Timeout ? &timeout : NULL)
                     : wait_any(wait, targets, Count, Alertable, Timeout ? &timeout : NULL);
        wait->held_count = 0;
    }
    for (uint32_t i = 0; i < found; i++)
        object_unref(objects[i]);
    return status;
}

NTSTATUS NtSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle, BOOLEAN Alertable,
                                        LARGE_INTEGER *Timeout)
{
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct object *signal, *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(SignalHandle, NULL, 0, &signal, &granted);
    if (status)
        return status;
    status = handle_lookup(WaitHandle, NULL, SYNCHRONIZE, &obj);
    if (status) {
        object_unref(signal);
        return status;
    }
    if (!obj->cell)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (signal->type == &event_type)
        status =
            granted & EVENT_MODIFY_STATE ? cell_set(signal->cell, CELL_ANY_GENERATION, NULL) : STATUS_ACCESS_DENIED;
    else if (signal->type == &semaphore_type)
        status = granted & SEMAPHORE_MODIFY_STATE ? cell_semaphore_release(signal->cell, CELL_ANY_GENERATION, 1, NULL)
                                                  : STATUS_ACCESS_DENIED;
    else if (signal->type == &mutant_type)
        status = cell_mutant_release(signal->cell, CELL_ANY_GENERATION, NULL);
    else
        status = STATUS_OBJECT_TYPE_MISMATCH;
    object_unref(signal);
    if (status) {
        object_unref(obj);
        return status;
    }
    return wait_held(obj, Alertable, Timeout ? &timeout : NULL);
}

NTSTATUS NtDelayExecution(BOOLEAN Alertable, LARGE_INTEGER *DelayInterval)
{
    LARGE_INTEGER interval = *DelayInterval;
    struct thread_wait *wait = wait_self();
    if (!interval.QuadPart && !wait_pending_bits(wait, Alertable)) {
        sched_yield();
        return STATUS_SUCCESS;
    }
    NTSTATUS status = wait_any(wait, NULL, 0, Alertable, &interval);
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

NTSTATUS NtYieldExecution(void)
{
    thread_take_up();
    return sched_yield() == 0 ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
}
