/* SPDX-License-Identifier: MIT */
/*
 * handle.c: the handle table. Entries are in the segment (include/segment.h); the objects they refer to are in an array of
 * the process's own beside it. Looking a handle up takes no lock: it pins the entry while it takes a reference.
 */
#include <sched.h>
#include <sys/mman.h>
#include "cell.h"
#include "debug.h"
#include "object_private.h"

static struct object **handle_objects; /* by index; reserved for the largest table, pages come as they are touched */

void handle_table_init(void)
{
    /* Shared with nobody, but so it is not counted as data: a job's memory limit shall not be used up by this. */
    handle_objects = mmap(NULL, SEGMENT_MAX_HANDLES * sizeof(*handle_objects), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (handle_objects == MAP_FAILED)
        transom_fatal("cannot reserve the handle table");
}

static inline uint32_t handle_index(HANDLE handle)
{
    ULONG_PTR index = (ULONG_PTR)handle >> 2;
    return index < __atomic_load_n(&segment_header()->handles.used, __ATOMIC_RELAXED) ? (uint32_t)index : 0;
}

static void unpin(struct segment_handle *entry)
{
    __atomic_fetch_sub(&entry->state, 1, __ATOMIC_RELEASE);
}

/* While an entry is pinned it is not reused. NULL if there is no such handle. */
static struct segment_handle *pin(HANDLE handle)
{
    uint32_t index = handle_index(handle);
    if (!index)
        return NULL;
    struct segment_handle *entry = segment_handle(index);
    if (likely(__atomic_fetch_add(&entry->state, 1, __ATOMIC_ACQUIRE) & SEGMENT_HANDLE_LIVE))
        return entry;
    unpin(entry);
    return NULL;
}

/* -1, -2 and the token pseudo-handles. */
static struct object *pseudo_object(HANDLE handle)
{
    switch ((LONG_PTR)handle) {
    case -1:
        return process_current_object();
    case -2:
        return thread_current_object();
    case -4:
    case -5:
    case -6:
        return token_pseudo_object(handle);
    }
    return NULL;
}

NTSTATUS handle_lookup_access(HANDLE handle, const struct object_type *type, ACCESS_MASK access, struct object **obj,
                              ACCESS_MASK *granted)
{
    if (unlikely((LONG_PTR)handle < 0)) {
        struct object *pseudo = pseudo_object(handle);
        if (!pseudo)
            return STATUS_INVALID_HANDLE;
        if (type && pseudo->type != type)
            return STATUS_OBJECT_TYPE_MISMATCH;
        *obj = object_ref(pseudo);
        if (granted)
            *granted = pseudo->type->valid_access;
        return STATUS_SUCCESS;
    }
    struct segment_handle *entry = pin(handle);
    if (unlikely(!entry))
        return STATUS_INVALID_HANDLE;
    struct object *found = handle_objects[handle_index(handle)];
    NTSTATUS status = STATUS_SUCCESS;
    if (unlikely(type && found->type != type)) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else if (unlikely((entry->access & access) != access)) {
        status = STATUS_ACCESS_DENIED;
    } else {
        *obj = object_ref(found);
        if (granted)
            *granted = entry->access;
    }
    unpin(entry);
    return status;
}

NTSTATUS handle_lookup(HANDLE handle, const struct object_type *type, ACCESS_MASK access, struct object **obj)
{
    return handle_lookup_access(handle, type, access, obj, NULL);
}

NTSTATUS handle_create(struct object *obj, ACCESS_MASK access, ULONG attributes, HANDLE *handle)
{
    uint32_t index = segment_handle_alloc();
    if (!index)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct segment_handle *entry = segment_handle(index);
    handle_objects[index] = object_ref(obj);
    bool first = !__atomic_fetch_add(&obj->handle_count, 1, __ATOMIC_ACQ_REL);
    entry->access = access_map(obj->type, access);
    entry->attributes = (attributes & OBJ_INHERIT ? SEGMENT_HANDLE_INHERIT : 0) |
                        (attributes & OBJ_PROTECT_CLOSE ? SEGMENT_HANDLE_PROTECT : 0);
    entry->type = obj->type->index;
    entry->cell = obj->cell;
    if (obj->cell) {
        struct segment_cell *cell = segment_cell(obj->cell);
        entry->kind = cell->kind;
        entry->cell_generation = CELL_GENERATION_OF(__atomic_load_n(&cell->word, __ATOMIC_RELAXED));
    } else {
        entry->kind = CELL_NONE;
    }
    /* Added, not stored: a look-up of the stale handle may have pinned the entry. */
    __atomic_fetch_add(&entry->state, SEGMENT_HANDLE_GENERATION | SEGMENT_HANDLE_LIVE, __ATOMIC_RELEASE);
    __atomic_fetch_add(&segment_header()->handle_count, 1, __ATOMIC_RELAXED);
    *handle = (HANDLE)(ULONG_PTR)(index * 4);
    if (first && obj->type->handles)
        obj->type->handles(obj);
    return STATUS_SUCCESS;
}

NTSTATUS handle_close(HANDLE handle)
{
    if ((LONG_PTR)handle < 0)
        return pseudo_object(handle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    uint32_t index = handle_index(handle);
    if (!index)
        return STATUS_INVALID_HANDLE;
    struct segment_handle *entry = segment_handle(index);
    uint64_t state = __atomic_load_n(&entry->state, __ATOMIC_ACQUIRE);
    do {
        if (!(state & SEGMENT_HANDLE_LIVE))
            return STATUS_INVALID_HANDLE;
        if (entry->attributes & SEGMENT_HANDLE_PROTECT)
            return STATUS_HANDLE_NOT_CLOSABLE;
    } while (!__atomic_compare_exchange_n(&entry->state, &state, state & ~SEGMENT_HANDLE_LIVE, true, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    for (unsigned spins = 0; __atomic_load_n(&entry->state, __ATOMIC_ACQUIRE) & SEGMENT_HANDLE_PINS; spins++) {
        if (spins < 64)
            cpu_relax();
        else
            sched_yield();
    }
    struct object *obj = handle_objects[index];
    handle_objects[index] = NULL;
    __atomic_fetch_sub(&segment_header()->handle_count, 1, __ATOMIC_RELAXED);
    segment_handle_free(index);
    if (obj->type->close)
        obj->type->close(obj, handle);
    if (!__atomic_sub_fetch(&obj->handle_count, 1, __ATOMIC_ACQ_REL)) {
        if (obj->name)
            object_name_last_handle(obj);
        if (obj->type->handles)
            obj->type->handles(obj);
    }
    object_unref(obj);
    return STATUS_SUCCESS;
}

ULONG handle_table_count(void)
{
    return __atomic_load_n(&segment_header()->handle_count, __ATOMIC_RELAXED);
}

/* Calls `callback` for every live handle above one, with the object referenced; stops when it returns false. */
void handle_enumerate_after(HANDLE after, bool (*callback)(HANDLE, struct object *, ACCESS_MASK, ULONG, void *),
                            void *context)
{
    uint32_t used = __atomic_load_n(&segment_header()->handles.used, __ATOMIC_ACQUIRE);
    for (uint32_t index = (uint32_t)((ULONG_PTR)after / 4) + 1; index < used; index++) {
        HANDLE handle = (HANDLE)(ULONG_PTR)(index * 4);
        struct segment_handle *entry = pin(handle);
        if (!entry)
            continue;
        struct object *obj = object_ref(handle_objects[index]);
        ACCESS_MASK access = entry->access;
        ULONG attributes = entry->attributes;
        unpin(entry);
        bool more = callback(handle, obj, access, attributes, context);
        object_unref(obj);
        if (!more)
            return;
    }
}

void handle_enumerate(bool (*callback)(HANDLE, struct object *, ACCESS_MASK, ULONG, void *), void *context)
{
    handle_enumerate_after(NULL, callback, context);
}

void handle_refresh(HANDLE handle)
{
    struct segment_handle *entry = pin(handle);
    if (!entry)
        return;
    uint32_t cell = __atomic_load_n(&handle_objects[handle_index(handle)]->cell, __ATOMIC_ACQUIRE);
    uint64_t word = __atomic_load_n(&segment_cell(cell)->word, __ATOMIC_RELAXED);
    __atomic_store_n((uint64_t *)&entry->cell, (uint64_t)CELL_GENERATION_OF(word) << 32 | cell, __ATOMIC_RELEASE);
    unpin(entry);
}

NTSTATUS handle_get_attributes(HANDLE handle, ULONG *attributes)
{
    struct segment_handle *entry = pin(handle);
    if (!entry)
        return STATUS_INVALID_HANDLE;
    *attributes = (entry->attributes & SEGMENT_HANDLE_INHERIT ? OBJ_INHERIT : 0) |
                  (entry->attributes & SEGMENT_HANDLE_PROTECT ? OBJ_PROTECT_CLOSE : 0);
    unpin(entry);
    return STATUS_SUCCESS;
}

NTSTATUS handle_set_attributes(HANDLE handle, ULONG attributes)
{
    struct segment_handle *entry = pin(handle);
    if (!entry)
        return STATUS_INVALID_HANDLE;
    uint16_t flags = (attributes & OBJ_INHERIT ? SEGMENT_HANDLE_INHERIT : 0) |
                     (attributes & OBJ_PROTECT_CLOSE ? SEGMENT_HANDLE_PROTECT : 0);
    __atomic_store_n(&entry->attributes, flags, __ATOMIC_RELEASE);
    unpin(entry);
    return STATUS_SUCCESS;
}

NTSTATUS NtClose(HANDLE Handle)
{
    NTSTATUS status = handle_close(Handle);
    /* CloseHandle's page: "If the application is running under a debugger, the function will throw an exception if it receives [...] a
     * handle value that is not valid". NULL is what programs close all the time: nothing but an error. */
    if (debug_active && Handle && !current_thread->object->hidden_from_debugger &&
        (status == STATUS_INVALID_HANDLE || status == STATUS_HANDLE_NOT_CLOSABLE))
        exception_raise_user(status);
    return status;
}
