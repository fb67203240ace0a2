/* SPDX-License-Identifier: MIT */
/* object.c: objects' life time, their types, and the system calls about objects of any kind. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "debug.h"
#include "file.h"
#include "job.h"
#include "object_private.h"
#include "registry.h"
#include "section.h"
#include "security.h"
#include "shared.h"

/* --- life time --- */

void object_init(struct object *obj, const struct object_type *type)
{
    *obj = (struct object){ .type = type, .refs = 1 };
}

struct object *object_ref(struct object *obj)
{
    __atomic_fetch_add(&obj->refs, 1, __ATOMIC_RELAXED);
    return obj;
}

bool object_try_ref(struct object *obj)
{
    uint32_t refs = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED);
    while (refs)
        if (__atomic_compare_exchange_n(&obj->refs, &refs, refs + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return true;
    return false;
}

void object_unref(struct object *obj)
{
    if (__atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (obj->shared_number)
        shared_drop(obj);
    uint32_t cell = obj->cell, moved_from = obj->moved_from;
    if (obj->name)
        object_name_free(obj);
    if (obj->security)
        free(obj->security);
    obj->type->destroy(obj);
    if (cell && !(cell & CELL_COMMON)) /* the server frees those that are common */
        cell_release(cell);
    if (moved_from)
        cell_release(moved_from);
}

NTSTATUS object_cell_alloc(struct object *obj, enum segment_cell_kind kind, LONG state, LONG limit)
{
    obj->cell = cell_new(kind, state, limit);
    return obj->cell ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void object_signal(struct object *obj)
{
    cell_set(obj->cell, CELL_ANY_GENERATION, NULL);
}

void object_reset(struct object *obj)
{
    cell_reset(obj->cell, CELL_ANY_GENERATION, NULL);
}

/* --- types --- */

static const struct object_type *const types[OBJECT_TYPE_COUNT] = {
    [OBJECT_TYPE_DIRECTORY] = &directory_type,
    [OBJECT_TYPE_SYMBOLIC_LINK] = &symbolic_link_type,
    [OBJECT_TYPE_TOKEN] = &token_type,
    [OBJECT_TYPE_JOB] = &job_type,
    [OBJECT_TYPE_PROCESS] = &process_type,
    [OBJECT_TYPE_THREAD] = &thread_type,
    [OBJECT_TYPE_DEBUG] = &debug_type,
    [OBJECT_TYPE_EVENT] = &event_type,
    [OBJECT_TYPE_MUTANT] = &mutant_type,
    [OBJECT_TYPE_SEMAPHORE] = &semaphore_type,
    [OBJECT_TYPE_TIMER] = &timer_type,
    [OBJECT_TYPE_KEYED_EVENT] = &keyed_event_type,
    [OBJECT_TYPE_WINDOW_STATION] = &window_station_type,
    [OBJECT_TYPE_DESKTOP] = &desktop_type,
    [OBJECT_TYPE_IO_COMPLETION] = &completion_type,
    [OBJECT_TYPE_WAIT_PACKET] = &wait_packet_type,
    [OBJECT_TYPE_FILE] = &file_type,
    [OBJECT_TYPE_SECTION] = &section_type,
    [OBJECT_TYPE_KEY] = &key_type,
};

const struct object_type *object_type_by_index(unsigned index)
{
    return index < OBJECT_TYPE_COUNT ? types[index] : NULL;
}

ACCESS_MASK access_map(const struct object_type *type, ACCESS_MASK access)
{
    if (access & GENERIC_READ)
        access |= type->generic_mapping[0];
    if (access & GENERIC_WRITE)
        access |= type->generic_mapping[1];
    if (access & GENERIC_EXECUTE)
        access |= type->generic_mapping[2];
    if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
        access |= type->generic_mapping[3];
    /* The right to query or set everything implies that to query or set the harmless part. */
    if (type == &process_type) {
        if (access & PROCESS_QUERY_INFORMATION)
            access |= PROCESS_QUERY_LIMITED_INFORMATION;
        if (access & PROCESS_SET_INFORMATION)
            access |= PROCESS_SET_LIMITED_INFORMATION;
    } else if (type == &thread_type) {
        if (access & THREAD_QUERY_INFORMATION)
            access |= THREAD_QUERY_LIMITED_INFORMATION;
        if (access & THREAD_SET_INFORMATION)
            access |= THREAD_SET_LIMITED_INFORMATION;
        if (access & THREAD_SUSPEND_RESUME)
            access |= THREAD_RESUME;
    }
    return access & (type->valid_access | ACCESS_SYSTEM_SECURITY);
}

/* --- process start --- */

void object_init_process(void)
{
    segment_create();
    handle_table_init();
    namespace_init();
}

/* --- system calls --- */

static NTSTATUS full_name(struct object *obj, WCHAR **name, size_t *length)
{
    *name = NULL;
    *length = 0;
    if (obj->type == &desktop_type)
        return desktop_name(obj, name, length);
    if (obj->name || obj->shared_number) {
        *name = object_full_name(obj, length);
        if (*name && *length)
            return STATUS_SUCCESS;
        if (obj->name)
            return STATUS_NO_MEMORY;
        free(*name); /* shared without one */
        *name = NULL;
        *length = 0;
    }
    if (!obj->type->query_name)
        return STATUS_SUCCESS;
    NTSTATUS status = obj->type->query_name(obj, name);
    if (!status && *name)
        while ((*name)[*length])
            ++*length;
    return status;
}

static NTSTATUS query_name(struct object *obj, void *info, ULONG length, ULONG *needed)
{
    WCHAR *name;
    size_t chars;
    NTSTATUS status = full_name(obj, &name, &chars);
    if (status)
        return status;
    OBJECT_NAME_INFORMATION out = { { 0, 0, NULL } };
    size_t bytes = chars * sizeof(WCHAR);
    *needed = (ULONG)(sizeof(out) + (name ? bytes + sizeof(WCHAR) : 0));
    if (length < sizeof(out)) {
        status = STATUS_INFO_LENGTH_MISMATCH;
    } else if (length < *needed) {
        status = STATUS_BUFFER_OVERFLOW;
        memcpy(info, &out, sizeof(out));
    } else {
        if (name) {
            WCHAR *text = (WCHAR *)((char *)info + sizeof(out));
            memcpy(text, name, bytes);
            text[chars] = 0;
            out.Name = (UNICODE_STRING){ (USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), text };
        }
        memcpy(info, &out, sizeof(out));
    }
    free(name);
    return status;
}

static size_t type_entry_size(const struct object_type *type)
{
    return ROUND_UP(sizeof(OBJECT_TYPE_INFORMATION) + (strlen(type->name) + 1) * sizeof(WCHAR), sizeof(void *));
}

static void fill_type(const struct object_type *type, void *where)
{
    OBJECT_TYPE_INFORMATION out = { 0 };
    WCHAR *text = (WCHAR *)((char *)where + sizeof(out));
    size_t chars = strlen(type->name);
    for (size_t i = 0; i <= chars; i++)
        text[i] = (WCHAR)type->name[i];
    out.TypeName = (UNICODE_STRING){ (USHORT)(chars * 2), (USHORT)(chars * 2 + 2), text };
    out.GenericMapping = (GENERIC_MAPPING){ type->generic_mapping[0], type->generic_mapping[1],
                                            type->generic_mapping[2], type->generic_mapping[3] };
    out.ValidAccessMask = type->valid_access;
    out.TypeIndex = type->index;
    memcpy(where, &out, sizeof(out));
}

static NTSTATUS query_types(void *info, ULONG length, ULONG *needed)
{
    size_t size = ROUND_UP(sizeof(OBJECT_TYPES_INFORMATION), sizeof(void *));
    ULONG count = 0;
    for (unsigned i = OBJECT_TYPE_DIRECTORY; i < OBJECT_TYPE_COUNT; i++) {
        const struct object_type *type = types[i];
        if (size + type_entry_size(type) <= length)
            fill_type(type, (char *)info + size);
        size += type_entry_size(type);
        count++;
    }
    *needed = (ULONG)size;
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    ((OBJECT_TYPES_INFORMATION *)info)->NumberOfTypes = count;
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(HANDLE handle, struct object *obj, ACCESS_MASK granted, void *info, ULONG length,
                            ULONG *needed)
{
    OBJECT_BASIC_INFORMATION out = { 0 };
    *needed = sizeof(out);
    if (length != sizeof(out))
        return STATUS_INFO_LENGTH_MISMATCH;
    ULONG attributes = 0;
    if ((LONG_PTR)handle > 0)
        handle_get_attributes(handle, &attributes);
    if (obj->flags & OBJECT_PERMANENT)
        attributes |= OBJ_PERMANENT;
    out.Attributes = attributes;
    out.GrantedAccess = granted;
    out.HandleCount = __atomic_load_n(&obj->handle_count, __ATOMIC_RELAXED);
    if (obj->shared_number)
        out.HandleCount += shared_handles_elsewhere(obj);
    out.PointerCount = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED) - 1; /* without the one of this look-up */
    out.TypeInfoSize = (ULONG)type_entry_size(obj->type);
    WCHAR *name;
    size_t chars;
    if ((obj->name || obj->shared_number) && !full_name(obj, &name, &chars) && name) {
        out.NameInfoSize = (ULONG)(sizeof(OBJECT_NAME_INFORMATION) + (chars + 1) * sizeof(WCHAR));
        free(name);
    }
    if (granted & READ_CONTROL)
        out.SecurityDescriptorSize = (ULONG)security_size(obj);
    memcpy(info, &out, sizeof(out));
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryObject(HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation,
                       ULONG ObjectInformationLength, ULONG *ReturnLength)
{
    ULONG needed = 0;
    NTSTATUS status;
    if (ObjectInformationClass == ObjectTypesInformation) {
        status = query_types(ObjectInformation, ObjectInformationLength, &needed);
        if (ReturnLength)
            *ReturnLength = needed;
        return status;
    }
    struct object *obj;
    ACCESS_MASK granted;
    status = handle_lookup_access(Handle, NULL, 0, &obj, &granted);
    if (status)
        return status;
    switch (ObjectInformationClass) {
    case ObjectBasicInformation:
        status = query_basic(Handle, obj, granted, ObjectInformation, ObjectInformationLength, &needed);
        break;
    case ObjectNameInformation:
        status = query_name(obj, ObjectInformation, ObjectInformationLength, &needed);
        break;
    case ObjectTypeInformation:
        needed = (ULONG)type_entry_size(obj->type);
        if (ObjectInformationLength < needed)
            status = STATUS_INFO_LENGTH_MISMATCH;
        else
            fill_type(obj->type, ObjectInformation);
        break;
    case ObjectHandleFlagInformation: {
        OBJECT_HANDLE_FLAG_INFORMATION *out = ObjectInformation;
        ULONG attributes = 0;
        needed = sizeof(*out);
        if (ObjectInformationLength != sizeof(*out)) {
            status = STATUS_INFO_LENGTH_MISMATCH;
        } else if ((LONG_PTR)Handle < 0) {
            status = STATUS_INVALID_HANDLE;
        } else if (!(status = handle_get_attributes(Handle, &attributes))) {
            out->Inherit = !!(attributes & OBJ_INHERIT);
            out->ProtectFromClose = !!(attributes & OBJ_PROTECT_CLOSE);
        }
        break;
    }
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
    object_unref(obj);
    if (ReturnLength && status != STATUS_INVALID_INFO_CLASS)
        *ReturnLength = needed;
    return status;
}

NTSTATUS NtSetInformationObject(HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation,
                                ULONG ObjectInformationLength)
{
    if (ObjectInformationClass != ObjectHandleFlagInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (ObjectInformationLength != sizeof(OBJECT_HANDLE_FLAG_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    const OBJECT_HANDLE_FLAG_INFORMATION *flags = ObjectInformation;
    if ((LONG_PTR)Handle < 0)
        return STATUS_INVALID_HANDLE;
    return handle_set_attributes(Handle, (flags->Inherit ? OBJ_INHERIT : 0) |
                                             (flags->ProtectFromClose ? OBJ_PROTECT_CLOSE : 0));
}

NTSTATUS NtCompareObjects(HANDLE FirstObjectHandle, HANDLE SecondObjectHandle)
{
    struct object *first, *second;
    NTSTATUS status = handle_lookup(FirstObjectHandle, NULL, 0, &first);
    if (status)
        return status;
    status = handle_lookup(SecondObjectHandle, NULL, 0, &second);
    if (!status) {
        bool same = first == second;
        if (!same && first->type == &file_type && second->type == &file_type)
            same = file_is_same(container_of(first, struct file_object, obj),
                                container_of(second, struct file_object, obj));
        status = same ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
        object_unref(second);
    }
    object_unref(first);
    return status;
}

static NTSTATUS set_permanent(HANDLE handle, ACCESS_MASK access, bool permanent)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, NULL, access, &obj);
    if (status)
        return status;
    object_set_permanent(obj, permanent);
    object_unref(obj);
    return STATUS_SUCCESS;
}

NTSTATUS NtMakeTemporaryObject(HANDLE Handle)
{
    return set_permanent(Handle, DELETE, false);
}

NTSTATUS NtMakePermanentObject(HANDLE Handle)
{
    (void)Handle;
    return STATUS_PRIVILEGE_NOT_HELD; /* SeCreatePermanentPrivilege, which users do not have */
}
