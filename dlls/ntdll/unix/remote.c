/* SPDX-License-Identifier: MIT */
/* remote.c: memory of other processes, and duplicating handles from, into and between them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "client.h"
#include "file.h"
#include "object_private.h"
#include "process.h"
#include "remote.h"
#include "section.h"
#include "security.h"
#include "shared.h"

static NTSTATUS by_handle(HANDLE handle, ACCESS_MASK access, struct process_object **process)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &process_type, access, &obj);
    if (!status)
        *process = container_of(obj, struct process_object, header);
    return status;
}

#define CALL(process, name, in, out) process_call(process, PROTOCOL_CALL_##name, in, NULL, -1, out, NULL, NULL, NULL)

/* --- memory --- */

NTSTATUS remote_allocate(HANDLE handle, void **base, ULONG_PTR zero_bits, SIZE_T *size, ULONG type, ULONG protect)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_VM_OPERATION, &process);
    if (status)
        return status;
    struct protocol_memory_allocate_in in = { (uint64_t)*base, *size, zero_bits, type, protect };
    struct protocol_memory_allocate_out out;
    status = CALL(process, memory_allocate, &in, &out);
    if (NT_SUCCESS(status)) {
        *base = (void *)out.base;
        *size = out.size;
    }
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_free(HANDLE handle, void **base, SIZE_T *size, ULONG type)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_VM_OPERATION, &process);
    if (status)
        return status;
    struct protocol_memory_free_in in = { (uint64_t)*base, *size, type };
    struct protocol_memory_free_out out;
    status = CALL(process, memory_free, &in, &out);
    if (NT_SUCCESS(status)) {
        *base = (void *)out.base;
        *size = out.size;
    }
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_protect(HANDLE handle, void **base, SIZE_T *size, ULONG protect, ULONG *old)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_VM_OPERATION, &process);
    if (status)
        return status;
    struct protocol_memory_protect_in in = { (uint64_t)*base, *size, protect };
    struct protocol_memory_protect_out out;
    status = CALL(process, memory_protect, &in, &out);
    if (NT_SUCCESS(status)) {
        *base = (void *)out.base;
        *size = out.size;
        *old = out.old;
    }
    object_unref(&process->header);
    return status;
}

/* A UNICODE_STRING that is followed by its text, as it shall be at `where`. */
static NTSTATUS place_text(void *bytes, uint32_t size, void *where)
{
    UNICODE_STRING head;
    if (size < sizeof(head))
        return STATUS_INVALID_NETWORK_RESPONSE;
    memcpy(&head, bytes, sizeof(head));
    if (head.MaximumLength > size - sizeof(head) || head.Length > head.MaximumLength)
        return STATUS_INVALID_NETWORK_RESPONSE;
    head.Buffer = (WCHAR *)((char *)where + sizeof(head));
    memcpy(bytes, &head, sizeof(head));
    return STATUS_SUCCESS;
}

NTSTATUS remote_query(HANDLE handle, const void *address, ULONG class, void *info, SIZE_T length, SIZE_T *returned)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_QUERY_INFORMATION, &process);
    if (status)
        return status;
    struct protocol_memory_query_in in = { (uint64_t)address, class,
                                           length > MESSAGE_MAX_BYTES ? MESSAGE_MAX_BYTES : (uint32_t)length };
    struct protocol_memory_query_out out;
    void *bytes = NULL;
    uint32_t size = 0;
    status = process_call(process, PROTOCOL_CALL_memory_query, &in, NULL, -1, &out, &bytes, &size, NULL);
    if (NT_SUCCESS(status) && size > in.size) /* its agent is not ours */
        status = STATUS_INVALID_NETWORK_RESPONSE;
    if (NT_SUCCESS(status) && class == MemoryMappedFilenameInformation)
        status = place_text(bytes, size, info);
    if (NT_SUCCESS(status) && !user_copy_out(info, bytes, size))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status) && returned)
        *returned = size;
    free(bytes);
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_read(HANDLE handle, const void *address, void *buffer, SIZE_T size, SIZE_T *done)
{
    struct process_object *process;
    SIZE_T copied = 0;
    NTSTATUS status = by_handle(handle, PROCESS_VM_READ, &process);
    if (status)
        return status;
    while (!status && copied < size) {
        struct protocol_memory_read_in in = { (uint64_t)address + copied,
                                              (uint32_t)(size - copied > MESSAGE_MAX_BYTES ? MESSAGE_MAX_BYTES
                                                                                           : size - copied) };
        struct protocol_memory_read_out out;
        void *bytes = NULL;
        uint32_t got = 0;
        status = process_call(process, PROTOCOL_CALL_memory_read, &in, NULL, -1, &out, &bytes, &got, NULL);
        if (got > in.size)
            got = in.size;
        if (got && !user_copy_out((char *)buffer + copied, bytes, got))
            status = STATUS_ACCESS_VIOLATION;
        else
            copied += got;
        free(bytes);
        if (!status && got < in.size)
            status = STATUS_PARTIAL_COPY;
    }
    if (done)
        *done = copied;
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_write(HANDLE handle, void *address, const void *buffer, SIZE_T size, SIZE_T *done)
{
    struct process_object *process;
    SIZE_T copied = 0;
    NTSTATUS status = by_handle(handle, PROCESS_VM_WRITE | PROCESS_VM_OPERATION, &process);
    if (status)
        return status;
    size_t piece_size = size < MESSAGE_MAX_BYTES ? size : MESSAGE_MAX_BYTES;
    char *piece = malloc(piece_size + 1);
    if (!piece)
        status = STATUS_NO_MEMORY;
    while (!status && copied < size) {
        struct protocol_memory_write_in in = { .address = (uint64_t)address + copied };
        struct protocol_memory_write_out out = { 0 };
        struct message_part part = { piece, (uint32_t)(size - copied < piece_size ? size - copied : piece_size) };
        if (!user_copy_in(piece, (const char *)buffer + copied, part.size)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        status = process_call(process, PROTOCOL_CALL_memory_write, &in, &part, -1, &out, NULL, NULL, NULL);
        copied += out.written <= part.size ? out.written : 0;
        if (!status && out.written < part.size)
            status = STATUS_PARTIAL_COPY;
    }
    free(piece);
    if (done)
        *done = copied;
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_map(HANDLE section, HANDLE handle, void **base, ULONG_PTR zero_bits, LARGE_INTEGER *offset,
                    SIZE_T *size, ULONG type, ULONG protect)
{
    struct process_object *process;
    struct object *obj;
    ACCESS_MASK access;
    NTSTATUS status = handle_lookup_access(section, &section_type, 0, &obj, &access);
    if (status)
        return status;
    status = by_handle(handle, PROCESS_VM_OPERATION, &process);
    if (status) {
        object_unref(obj);
        return status;
    }
    struct protocol_section_map_in in = {
        .access = access,
        .base = (uint64_t)*base,
        .zero_bits = zero_bits,
        .offset = offset ? (uint64_t)offset->QuadPart : 0,
        .size = *size,
        .type = type,
        .protect = protect,
    };
    struct protocol_section_map_out out;
    status = shared_export(obj, &in.section);
    if (!status)
        status = CALL(process, section_map, &in, &out);
    if (NT_SUCCESS(status)) {
        *base = (void *)out.base;
        *size = out.size;
        if (offset)
            offset->QuadPart = (LONGLONG)out.offset;
    }
    object_unref(&process->header);
    object_unref(obj);
    return status;
}

NTSTATUS remote_unmap(HANDLE handle, void *base, ULONG flags)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_VM_OPERATION, &process);
    if (status)
        return status;
    struct protocol_section_unmap_in in = { (uint64_t)base, flags };
    struct protocol_section_unmap_out out;
    status = CALL(process, section_unmap, &in, &out);
    object_unref(&process->header);
    return status;
}

NTSTATUS remote_suspend(HANDLE handle, bool resume)
{
    struct process_object *process;
    NTSTATUS status = by_handle(handle, PROCESS_SUSPEND_RESUME, &process);
    if (status)
        return status;
    struct protocol_process_suspend_in in = { resume };
    struct protocol_process_suspend_out out;
    status = CALL(process, process_suspend, &in, &out);
    object_unref(&process->header);
    return status;
}

/* --- information --- */

NTSTATUS remote_process_query(struct process_object *process, ULONG class, void *info, ULONG length, ULONG *needed)
{
    struct protocol_process_query_in in = { class, length > MESSAGE_MAX_BYTES ? MESSAGE_MAX_BYTES : length };
    struct protocol_process_query_out out = { 0 };
    void *bytes = NULL;
    uint32_t size = 0;
    NTSTATUS status = process_call(process, PROTOCOL_CALL_process_query, &in, NULL, -1, &out, &bytes, &size, NULL);
    *needed = out.needed;
    if (NT_SUCCESS(status) && size > in.size)
        status = STATUS_INVALID_NETWORK_RESPONSE;
    if (NT_SUCCESS(status) && class == ProcessCommandLineInformation)
        status = place_text(bytes, size, info);
    if (NT_SUCCESS(status) && !user_copy_out(info, bytes, size))
        status = STATUS_ACCESS_VIOLATION;
    free(bytes);
    return status;
}

/* `info` has been probed; there is little of it in any class. */
NTSTATUS remote_process_set(struct process_object *process, ULONG class, const void *info, ULONG length)
{
    char copy[256];
    struct protocol_process_set_in in = { .what = class };
    struct message_part part = { copy, length };
    if (length > sizeof(copy))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(copy, info, length);
    return process_call(process, PROTOCOL_CALL_process_set, &in, &part, -1, NULL, NULL, NULL, NULL);
}

/* --- duplicating --- */

/* A handle's object on its way from one process to another: a number of the server's, or a file with its descriptor. */
struct travelling {
    struct object *obj; /* referenced, or NULL while it is another process's */
    uint32_t number;
    void *data;
    uint32_t size;
    int fd;
    ACCESS_MASK access;
    ULONG attributes;
};

static NTSTATUS take_own(HANDLE handle, struct travelling *it)
{
    NTSTATUS status = handle_lookup_access(handle, NULL, 0, &it->obj, &it->access);
    if (!status && (LONG_PTR)handle > 0)
        handle_get_attributes(handle, &it->attributes);
    return status;
}

static NTSTATUS take_other(struct process_object *process, HANDLE handle, struct travelling *it)
{
    struct protocol_handle_get_in in = { (uint64_t)handle, 0 };
    struct protocol_handle_get_out out = { 0 };
    NTSTATUS status =
        process_call(process, PROTOCOL_CALL_handle_get, &in, NULL, -1, &out, &it->data, &it->size, &it->fd);
    if (status)
        return status;
    it->number = out.object;
    it->access = out.access;
    it->attributes = out.attributes;
    /* Ours now, so that it lasts when the source is closed. */
    if (it->number)
        return shared_import(it->number, &it->obj);
    status = file_import(it->data, it->size, &it->fd, &it->obj);
    free(it->data);
    it->data = NULL;
    return status;
}

NTSTATUS remote_process_token(struct process_object *process, struct object **token)
{
    struct travelling it = { .fd = -1 };
    NTSTATUS status = take_other(process, (HANDLE)(LONG_PTR)-4, &it); /* NtCurrentProcessToken */
    free(it.data);
    if (it.fd >= 0)
        close(it.fd);
    if (!status && it.obj->type != &token_type) {
        object_unref(it.obj);
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    *token = it.obj;
    return status;
}

static NTSTATUS close_source(struct process_object *process, HANDLE handle)
{
    struct protocol_handle_get_in in = { (uint64_t)handle, DUPLICATE_CLOSE_SOURCE };
    struct protocol_handle_get_out out;
    if (process == process_current)
        return (LONG_PTR)handle > 0 ? handle_close(handle) : STATUS_SUCCESS;
    return CALL(process, handle_get, &in, &out);
}

static NTSTATUS give_other(struct process_object *process, struct travelling *it, HANDLE *handle)
{
    struct protocol_handle_put_in in = { .access = it->access, .attributes = it->attributes };
    struct protocol_handle_put_out out = { 0 };
    NTSTATUS status = STATUS_SUCCESS;
    if (it->obj->type == &file_type) {
        if (!it->data)
            status = file_export(container_of(it->obj, struct file_object, obj), &it->data, &it->size, &it->fd);
    } else {
        status = shared_export(it->obj, &in.object);
    }
    if (status)
        return status;
    struct message_part part = { it->data, it->obj->type == &file_type ? it->size : 0 };
    status = process_call(process, PROTOCOL_CALL_handle_put, &in, &part, it->fd, &out, NULL, NULL, NULL);
    *handle = (HANDLE)out.handle;
    return status;
}

NTSTATUS NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
                           HANDLE *TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)
{
    struct travelling it = { .fd = -1 };
    struct process_object *source, *target = NULL;
    HANDLE made = NULL;
    NTSTATUS status = by_handle(SourceProcessHandle, PROCESS_DUP_HANDLE, &source);
    if (status)
        return status;
    if (TargetHandle)
        *TargetHandle = NULL;
    status = source == process_current ? take_own(SourceHandle, &it) : take_other(source, SourceHandle, &it);
    if (status)
        goto done;
    /* Windows closes the source whether or not the rest succeeds. */
    if (Options & DUPLICATE_CLOSE_SOURCE) {
        /* With its last handle a pipe's instance that nobody has connected to would be gone. */
        if (it.obj->type == &file_type && TargetProcessHandle != NT_CURRENT_PROCESS)
            file_export(container_of(it.obj, struct file_object, obj), &it.data, &it.size, &it.fd);
        status = close_source(source, SourceHandle);
        if (status && status != STATUS_HANDLE_NOT_CLOSABLE) /* a protected one stays, and is duplicated */
            goto done;
    }
    if (!TargetProcessHandle)
        goto done;
    if (!(Options & DUPLICATE_SAME_ATTRIBUTES))
        it.attributes = HandleAttributes;
    if (!(Options & DUPLICATE_SAME_ACCESS)) {
        status = security_duplicate(it.obj, it.access, DesiredAccess, &it.access);
        if (status)
            goto done;
    }
    status = by_handle(TargetProcessHandle, PROCESS_DUP_HANDLE, &target);
    if (!status && target == process_current)
        status = handle_create(it.obj, it.access, it.attributes, &made);
    else if (!status)
        status = give_other(target, &it, &made);
    /* "If lpTargetHandle is NULL, the function duplicates the handle, but does not return the duplicate handle value". */
    if (!status && TargetHandle)
        *TargetHandle = made;
done:
    if (it.obj)
        object_unref(it.obj);
    free(it.data);
    if (it.fd >= 0)
        close(it.fd);
    if (target)
        object_unref(&target->header);
    object_unref(&source->header);
    return status;
}
