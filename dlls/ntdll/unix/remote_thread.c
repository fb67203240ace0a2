/* SPDX-License-Identifier: MIT */
/*
 * remote_thread.c: threads of other processes. Here each is a thread_object without a thread, which knows its process; what is
 * to be done with it, that process's agent does. Its end shows in the common cell, and how in the data that the server keeps.
 */
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "client.h"
#include "object_private.h"
#include "process.h"
#include "remote.h"
#include "shared.h"

/* --- sharing: by the process that the thread belongs to --- */

static struct thread_form form_of(const struct thread_object *object)
{
    return (struct thread_form){
        .process = object->process ? object->process->id : process_id,
        .id = object->id,
        .ended = object->exit_status != STATUS_PENDING,
        .status = (uint32_t)object->exit_status,
        .start_address = (uint64_t)object->start_address,
        .create_time = object->create_time,
        .exit_time = object->exit_time,
    };
}

NTSTATUS remote_thread_share(struct object *obj, struct shared_form *form)
{
    struct thread_form *data = malloc(sizeof(*data));
    if (!data)
        return STATUS_NO_MEMORY;
    *data = form_of(container_of(obj, struct thread_object, header));
    form->data = data;
    form->size = sizeof(*data);
    return STATUS_SUCCESS;
}

void remote_thread_ended(struct thread_object *object)
{
    struct thread_form form = form_of(object);
    shared_set_data(&object->header, &form, sizeof(form));
}

static struct thread_object *alloc(struct process_object *process, ULONG id)
{
    struct thread_object *object = calloc(1, sizeof(*object));
    if (!object)
        return NULL;
    object_init(&object->header, &thread_type);
    object->id = id;
    object->exit_status = STATUS_PENDING;
    object->is_remote = true;
    object->process = process;
    object_ref(&process->header);
    return object;
}

NTSTATUS remote_thread_adopt(struct shared_form *form, struct object **obj)
{
    struct thread_form data;
    struct process_object *process;
    if (form->size != sizeof(data))
        return STATUS_INVALID_PARAMETER;
    memcpy(&data, form->data, sizeof(data));
    if (data.process == process_id) { /* our own, which nobody here has a handle to any more */
        struct thread_object *own = thread_find(data.id);
        *obj = own ? &own->header : NULL;
        return own ? STATUS_SUCCESS : STATUS_INVALID_CID;
    }
    NTSTATUS status = process_open(data.process, &process);
    if (status)
        return status;
    struct thread_object *object = alloc(process, data.id);
    object_unref(&process->header);
    if (!object)
        return STATUS_NO_MEMORY;
    object->header.cell = form->cell;
    object->create_time = data.create_time;
    object->start_address = (void *)data.start_address;
    if (data.ended) {
        object->exit_status = (NTSTATUS)data.status;
        object->exit_time = data.exit_time;
    }
    *obj = &object->header;
    return STATUS_SUCCESS;
}

/* --- making and opening --- */

/* The thread's object by way of its process, whose agent has it shared. */
static NTSTATUS share_there(struct process_object *process, ULONG id, struct thread_object **result)
{
    const ULONG_PTR none[4] = { 0 };
    struct thread_object *asked = alloc(process, id);
    ULONG_PTR number = 0;
    struct object *obj;
    if (!asked)
        return STATUS_NO_MEMORY;
    NTSTATUS status = remote_thread_control(asked, PROTOCOL_THREAD_SHARE, none, NULL, 0, NULL, 0, &number);
    object_unref(&asked->header);
    if (!status)
        status = shared_import((uint32_t)number, &obj);
    if (!status)
        *result = container_of(obj, struct thread_object, header);
    return status;
}

NTSTATUS remote_thread_create(HANDLE handle, void *start, void *argument, ULONG flags, SIZE_T stack, SIZE_T reserve,
                              struct thread_object **object, CLIENT_ID *id, TEB **teb)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &process_type, PROCESS_CREATE_THREAD, &obj);
    if (status)
        return status;
    struct process_object *process = container_of(obj, struct process_object, header);
    struct protocol_thread_create_in in = { (uint64_t)start, (uint64_t)argument, stack, reserve,
                                            flags | THREAD_CREATE_FLAGS_CREATE_SUSPENDED };
    struct protocol_thread_create_out out;
    status = process_call(process, PROTOCOL_CALL_thread_create, &in, NULL, -1, &out, NULL, NULL, NULL);
    if (!status) /* suspended, so that it cannot have ended before it is shared */
        status = share_there(process, out.thread, object);
    if (!status && !(flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED)) {
        const ULONG_PTR none[4] = { 0 };
        ULONG_PTR previous;
        status = remote_thread_control(*object, PROTOCOL_THREAD_RESUME, none, NULL, 0, NULL, 0, &previous);
        if (status)
            object_unref(&(*object)->header);
    }
    if (!status) {
        *id = (CLIENT_ID){ (HANDLE)(ULONG_PTR)process->id, (HANDLE)(ULONG_PTR)out.thread };
        *teb = (TEB *)out.teb;
    }
    object_unref(obj);
    return status;
}

NTSTATUS remote_thread_open(ULONG pid, ULONG id, struct thread_object **object)
{
    struct process_object *process;
    NTSTATUS status = process_open(pid, &process);
    if (status)
        return status;
    status = share_there(process, id, object);
    object_unref(&process->header);
    return status == STATUS_NOT_SUPPORTED ? STATUS_INVALID_CID : status;
}

/* --- using --- */

struct thread_object *remote_thread(HANDLE handle, ACCESS_MASK access, NTSTATUS *status)
{
    struct object *obj;
    if ((LONG_PTR)handle < 0 || handle_lookup(handle, &thread_type, 0, &obj))
        return NULL;
    struct thread_object *object = container_of(obj, struct thread_object, header);
    if (!object->is_remote) {
        object_unref(obj);
        return NULL;
    }
    object_unref(obj);
    *status = handle_lookup(handle, &thread_type, access, &obj);
    if (*status)
        object_ref(&object->header);
    return object;
}

NTSTATUS remote_thread_control(struct thread_object *object, ULONG what, const ULONG_PTR arguments[4], const void *data,
                               ULONG data_size, void *answer, ULONG answer_size, ULONG_PTR *value)
{
    struct protocol_thread_control_in in = {
        .thread = object->id,
        .what = what,
        .argument = arguments[0],
        .argument2 = arguments[1],
        .argument3 = arguments[2],
        .argument4 = arguments[3],
    };
    struct protocol_thread_control_out out = { 0 };
    struct message_part part = { data, data_size };
    void *bytes = NULL;
    uint32_t size = 0;
    if (!object->process)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status =
        process_call(object->process, PROTOCOL_CALL_thread_control, &in, &part, -1, &out, &bytes, &size, NULL);
    if (NT_SUCCESS(status) && answer && size && !user_copy_out(answer, bytes, size < answer_size ? size : answer_size))
        status = STATUS_ACCESS_VIOLATION;
    free(bytes);
    *value = out.value;
    return status == STATUS_INVALID_CID ? STATUS_THREAD_IS_TERMINATING : status;
}

/* How it ended, if it has: from the server, whatever has become of its process. */
static void update(struct thread_object *object)
{
    struct thread_form form;
    if (object->exit_status == STATUS_PENDING && object->header.shared_number &&
        shared_get_data(object->header.shared_number, &form, sizeof(form)) && form.ended) {
        object->exit_time = form.exit_time;
        object->exit_status = (NTSTATUS)form.status;
    }
}

NTSTATUS remote_thread_query(struct thread_object *object, ULONG class, void *info, ULONG length, ULONG *needed)
{
    ULONG_PTR arguments[4] = { class, length }, value = 0;
    update(object);
    if (object->exit_status == STATUS_PENDING && object->process) {
        NTSTATUS status =
            remote_thread_control(object, PROTOCOL_THREAD_QUERY, arguments, NULL, 0, info, length, &value);
        *needed = (ULONG)value;
        if (status != STATUS_THREAD_IS_TERMINATING && status != STATUS_PROCESS_IS_TERMINATING &&
            status != STATUS_NOT_SUPPORTED)
            return status;
        update(object);
    }
    return STATUS_THREAD_IS_TERMINATING;
}
