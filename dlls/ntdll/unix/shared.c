/* SPDX-License-Identifier: MIT */
/*
 * shared.c: objects that the server knows by number. Each process that has one has a struct object for it, found here by the
 * number; the state is in the common cell, and what else there is to know came with the number.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cell.h"
#include "debug.h"
#include "client.h"
#include "job.h"
#include "objecttree.h"
#include "object_private.h"
#include "process.h"
#include "section.h"
#include "security.h"
#include "shared.h"

__attribute__((weak)) NTSTATUS segment_common_attach(int fd)
{
    (void)fd;
    return STATUS_SUCCESS;
}

__attribute__((weak)) NTSTATUS cell_share(struct object *obj, uint32_t common_cell)
{
    (void)obj;
    (void)common_cell;
    return STATUS_NOT_SUPPORTED;
}

/* --- by number --- */

static uint32_t lock;
static struct object **buckets;
static uint32_t bucket_count, entry_count;

static struct object **bucket(uint32_t number)
{
    return &buckets[number * 0x9e3779b1u & (bucket_count - 1)];
}

/* The lock is held. False when memory is out. */
static bool table_add(struct object *obj)
{
    if (entry_count >= bucket_count) {
        uint32_t old_count = bucket_count, count = old_count ? old_count * 2 : 16;
        struct object **old = buckets, **larger = calloc(count, sizeof(*larger));
        if (!larger)
            return false;
        buckets = larger;
        bucket_count = count;
        for (uint32_t i = 0; i < old_count; i++)
            for (struct object *o = old[i], *next; o; o = next) {
                next = o->shared_next;
                o->shared_next = *bucket(o->shared_number);
                *bucket(o->shared_number) = o;
            }
        free(old);
    }
    obj->shared_next = *bucket(obj->shared_number);
    *bucket(obj->shared_number) = obj;
    entry_count++;
    return true;
}

/* The living object of that number, referenced, or NULL. The lock is held. */
static struct object *table_find(uint32_t number)
{
    if (!bucket_count)
        return NULL;
    for (struct object *o = *bucket(number); o; o = o->shared_next)
        if (o->shared_number == number && object_try_ref(o))
            return o;
    return NULL;
}

struct object *shared_find(uint32_t number)
{
    native_lock(&lock);
    struct object *obj = table_find(number);
    native_unlock(&lock);
    return obj;
}

void shared_give_back(uint32_t number, uint32_t count)
{
    client_message(PROTOCOL_object_close, &(struct protocol_object_close_in){ number, count });
}

NTSTATUS shared_attach(struct object *obj, uint32_t number)
{
    native_lock(&lock);
    obj->shared_number = number;
    obj->shared_count = 1;
    bool added = table_add(obj);
    if (!added)
        obj->shared_number = 0;
    native_unlock(&lock);
    return added ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

void shared_drop(struct object *obj)
{
    native_lock(&lock);
    struct object **link = bucket(obj->shared_number);
    while (*link && *link != obj)
        link = &(*link)->shared_next;
    if (*link) {
        *link = obj->shared_next;
        entry_count--;
    }
    native_unlock(&lock);
    shared_give_back(obj->shared_number, obj->shared_count);
}

/* --- kinds --- */

static const struct object_type *const types[OBJECT_KIND_COUNT] = {
    [OBJECT_KIND_DIRECTORY] = &directory_type,
    [OBJECT_KIND_SYMBOLIC_LINK] = &symbolic_link_type,
    [OBJECT_KIND_EVENT] = &event_type,
    [OBJECT_KIND_MUTANT] = &mutant_type,
    [OBJECT_KIND_SEMAPHORE] = &semaphore_type,
    [OBJECT_KIND_SECTION] = &section_type,
    [OBJECT_KIND_PROCESS] = &process_type,
    [OBJECT_KIND_TIMER] = &timer_type,
    [OBJECT_KIND_COMPLETION_PORT] = &completion_type,
    [OBJECT_KIND_THREAD] = &thread_type,
    [OBJECT_KIND_TOKEN] = &token_type,
    [OBJECT_KIND_JOB] = &job_type,
    [OBJECT_KIND_KEYED_EVENT] = &keyed_event_type,
    [OBJECT_KIND_DEBUG] = &debug_type,
    [OBJECT_KIND_WINDOW_STATION] = &window_station_type,
    [OBJECT_KIND_DESKTOP] = &desktop_type,
};

const struct object_type *shared_type(unsigned kind)
{
    return kind < OBJECT_KIND_COUNT ? types[kind] : NULL;
}

static unsigned kind_of(const struct object_type *type)
{
    for (unsigned kind = 1; kind < OBJECT_KIND_COUNT; kind++)
        if (types[kind] == type)
            return kind;
    return OBJECT_KIND_NONE;
}

bool shared_can(const struct object_type *type)
{
    return kind_of(type) != OBJECT_KIND_NONE;
}

static uint32_t common_cell(uint32_t cell)
{
    return cell ? cell | CELL_COMMON : 0;
}

/* Events and the like are nothing but their cell. */
static NTSTATUS adopt_plain(const struct object_type *type, const struct shared_form *form, struct object **obj)
{
    if (!(*obj = malloc(sizeof(**obj))))
        return STATUS_NO_MEMORY;
    object_init(*obj, type);
    (*obj)->cell = form->cell;
    return STATUS_SUCCESS;
}

/* One of the tree that every process has by itself is found by its number, too, once others have to do with it. The server has
 * counted it as ours. */
static NTSTATUS adopt_fixed(uint32_t number, struct object **result)
{
    struct object *obj = object_fixed(number);
    NTSTATUS status = STATUS_SUCCESS;
    if (!obj)
        return STATUS_INVALID_HANDLE;
    native_lock(&lock);
    if (obj->shared_number) {
        obj->shared_count++;
    } else {
        obj->shared_number = number;
        obj->shared_count = 1;
        if (!table_add(obj)) {
            obj->shared_number = 0;
            status = STATUS_NO_MEMORY;
        }
    }
    native_unlock(&lock);
    if (status)
        shared_give_back(number, 1);
    else
        *result = object_ref(obj);
    return status;
}

/* The struct object of what a server's answer describes; takes the answer's descriptor. */
static NTSTATUS adopt(const struct protocol_object_open_out *out, struct client_request *answer, struct object **result)
{
    const struct object_type *type = shared_type(out->type);
    struct object *obj = NULL;
    NTSTATUS status;
    *result = NULL;
    if (out->object < OBJECT_TREE_NUMBERS) {
        if ((status = adopt_fixed(out->object, result)))
            return status;
    } else {
        native_lock(&lock);
        if ((*result = table_find(out->object)))
            (*result)->shared_count++;
        native_unlock(&lock);
    }
    if (*result) {
        if (out->security_size && out->security_size <= answer->bytes_size) /* which another process may have changed */
            security_adopt(*result, (char *)answer->bytes + answer->bytes_size - out->security_size,
                           out->security_size);
        return STATUS_SUCCESS;
    }
    struct shared_form form = { answer->bytes, answer->bytes_size - out->security_size, answer->answer_fd,
                                common_cell(out->cell) };
    if (!type || out->security_size > answer->bytes_size)
        status = STATUS_NOT_SUPPORTED;
    else if (type->adopt)
        status = type->adopt(&form, &obj);
    else
        status = adopt_plain(type, &form, &obj);
    answer->answer_fd = form.fd; /* -1 if it was kept */
    if (status) {
        shared_give_back(out->object, 1);
        return status;
    }
    const void *descriptor = (char *)answer->bytes + form.size;
    if (out->security_size && sd_valid(descriptor, out->security_size) && (obj->security = malloc(out->security_size)))
        memcpy(obj->security, descriptor, out->security_size);
    obj->shared_number = out->object;
    obj->shared_count = 1;
    native_lock(&lock);
    struct object *other = table_find(out->object); /* another thread's, a moment ago */
    if (other)
        other->shared_count++;
    else if (!table_add(obj))
        status = STATUS_NO_MEMORY;
    native_unlock(&lock);
    if (other || status) {
        if (!status)
            obj->shared_number = 0; /* its count is the other's now */
        object_unref(obj);
    }
    *result = other ? other : obj;
    return status;
}

static void answer_done(struct client_request *answer)
{
    if (answer->answer_fd >= 0)
        close(answer->answer_fd);
    free(answer->bytes);
}

/* --- sharing --- */

/* Asks the server to make the object, with or without a name, and makes `obj` ours of it. */
static NTSTATUS create(struct object *obj, struct shared_name *name, struct object **existing)
{
    struct shared_form form = { .fd = -1 };
    unsigned kind = kind_of(obj->type);
    if (!kind)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = obj->type->share ? obj->type->share(obj, &form) : STATUS_SUCCESS;
    if (status)
        return status;
    struct protocol_object_create_in in = { .type = kind };
    struct protocol_object_create_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(object_create, .in = &in, .out = &out, );
    struct sd_parts security = sd_parts_of(obj->security);
    void *descriptor = obj->security ? sd_parts_copy(&security) : NULL;
    if (obj->cell) {
        struct segment_cell *cell = segment_cell(obj->cell);
        in.cell_kind = cell->kind;
        in.limit = cell->limit;
        in.state = (uint32_t)cell_value(obj->cell);
        if (cell->kind == CELL_MUTANT && in.state) {
            in.state = 0;
            if (name && !(status = cell_common_record())) /* new, and so the calling thread's */
                in.state = cell_self_common;
        }
    }
    if (name) {
        in.attributes = name->attributes;
        in.directory = name->directory;
        request.parts[0] = (struct message_part){ name->name, (uint32_t)(name->length * sizeof(WCHAR)) };
    }
    request.parts[1] = (struct message_part){ form.data, form.size };
    request.parts[2] = (struct message_part){ descriptor, descriptor ? (uint32_t)sd_parts_size(&security) : 0 };
    request.fd = form.fd;
    if (!status)
        status = client_request(&request);
    free(form.data);
    free(descriptor);
    if (status == STATUS_REPARSE && name) {
        name->path = request.bytes;
        name->path_length = request.bytes_size / sizeof(WCHAR);
        request.bytes = NULL;
    } else if (status == STATUS_OBJECT_NAME_EXISTS && existing) {
        status = adopt((struct protocol_object_open_out *)&out, &request, existing);
        if (!status)
            status = STATUS_OBJECT_NAME_EXISTS;
    } else if (!status) {
        /* With a name others may use the cell already, as the server has made it: nothing is copied there. */
        if (obj->cell && name)
            cell_become(obj, out.cell);
        else if (obj->cell)
            status = cell_share(obj, out.cell);
        native_lock(&lock);
        obj->shared_number = out.object;
        obj->shared_count = 1;
        if (!status && !table_add(obj))
            status = STATUS_NO_MEMORY;
        if (status)
            obj->shared_number = 0;
        native_unlock(&lock);
        if (status)
            shared_give_back(out.object, 1);
        else if (obj->type->shared)
            obj->type->shared(obj, common_cell(out.cell));
    }
    answer_done(&request);
    return status;
}

NTSTATUS shared_insert(struct object *obj, struct shared_name *name, struct object **existing)
{
    return create(obj, name, existing);
}

static pthread_mutex_t export_lock = PTHREAD_MUTEX_INITIALIZER;

NTSTATUS shared_export(struct object *obj, uint32_t *number)
{
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&export_lock); /* nobody gets two numbers */
    if (obj->type == &process_type) {
        status = process_number(container_of(obj, struct process_object, header), number);
    } else {
        uint32_t fixed = object_fixed_number(obj);
        struct object *same = NULL;
        if (!obj->shared_number)
            status = fixed ? shared_import(fixed, &same) : create(obj, NULL, NULL);
        if (same)
            object_unref(same);
        *number = obj->shared_number;
    }
    pthread_mutex_unlock(&export_lock);
    return status;
}

NTSTATUS shared_import(uint32_t number, struct object **obj)
{
    if (number && number == client_process_number) {
        *obj = object_ref(process_current_object());
        return STATUS_SUCCESS;
    }
    struct protocol_object_reference_in in = { number };
    struct protocol_object_reference_out out;
    struct client_request request = CLIENT_REQUEST(object_reference, .in = &in, .out = &out, );
    NTSTATUS status = client_request(&request);
    if (!status)
        status = adopt((struct protocol_object_open_out *)&out, &request, obj);
    answer_done(&request);
    return status;
}

NTSTATUS shared_open(struct shared_name *name, const struct object_type *type, struct object **obj)
{
    struct protocol_object_open_in in = { type ? kind_of(type) : 0, name->attributes, name->directory, 0 };
    struct protocol_object_open_out out;
    struct client_request request = CLIENT_REQUEST(object_open, .in = &in, .out = &out, );
    if (type && !in.type)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    NTSTATUS status = client_join(false); /* without a server nothing has a name */
    if (status)
        return status;
    request.parts[0] = (struct message_part){ name->name, (uint32_t)(name->length * sizeof(WCHAR)) };
    status = client_request(&request);
    if (status == STATUS_REPARSE) {
        name->path = request.bytes;
        name->path_length = request.bytes_size / sizeof(WCHAR);
        request.bytes = NULL;
    } else if (!status) {
        status = adopt(&out, &request, obj);
    }
    answer_done(&request);
    return status;
}

/* --- what the server keeps for all --- */

static uint32_t handles_of(uint32_t process_id, uint32_t object)
{
    struct protocol_process_open_in in = { process_id };
    struct protocol_process_open_out out;
    struct client_request request = CLIENT_REQUEST(process_open, .in = &in, .out = &out, );
    if (process_id == (uint32_t)getpid() || client_request(&request))
        return 0;
    struct protocol_handle_count_in asked = { object };
    struct protocol_handle_count_out answer = { 0 };
    client_call(out.object, PROTOCOL_CALL_handle_count, &asked, NULL, -1, &answer, NULL, NULL, NULL);
    shared_give_back(out.object, 1);
    return answer.count;
}

uint32_t shared_handles_elsewhere(struct object *obj)
{
    struct protocol_object_holders_in in = { obj->shared_number };
    struct client_request request = CLIENT_REQUEST(object_holders, .in = &in);
    uint32_t sum = 0;
    if (client_request(&request))
        return 0;
    for (size_t i = 0; i < request.bytes_size / sizeof(uint32_t); i++)
        sum += handles_of(((uint32_t *)request.bytes)[i], in.object);
    free(request.bytes);
    return sum;
}

WCHAR *shared_full_name(struct object *obj, size_t *length)
{
    struct protocol_object_name_in in = { obj->shared_number };
    struct protocol_object_name_out out;
    struct client_request request = CLIENT_REQUEST(object_name, .in = &in, .out = &out, );
    if (client_request(&request) || !request.bytes)
        return NULL;
    WCHAR *text = realloc(request.bytes, request.bytes_size + sizeof(WCHAR));
    if (!text) {
        free(request.bytes);
        return NULL;
    }
    *length = request.bytes_size / sizeof(WCHAR);
    text[*length] = 0;
    return text;
}

static NTSTATUS set(struct object *obj, uint32_t what, uint32_t value, const void *data, size_t size)
{
    struct protocol_object_set_in in = { .object = obj->shared_number, .what = what, .value = value };
    struct client_request request = CLIENT_REQUEST(object_set, .in = &in);
    request.parts[0] = (struct message_part){ data, (uint32_t)size };
    NTSTATUS status = client_request(&request);
    answer_done(&request);
    return status;
}

NTSTATUS shared_remove_name(struct object *obj)
{
    return set(obj, PROTOCOL_SET_UNNAMED, 0, NULL, 0);
}

NTSTATUS shared_set_permanent(struct object *obj, bool permanent)
{
    return set(obj, PROTOCOL_SET_PERMANENT, permanent, NULL, 0);
}

void shared_set_security(struct object *obj)
{
    uint32_t number = obj->shared_number;
    size_t size;
    if (!number && shared_export(obj, &number))
        return; /* nobody else can know it */
    void *copy = security_given(obj, &size);
    struct protocol_object_set_in in = { .object = number, .what = PROTOCOL_SET_SECURITY };
    struct client_request request = CLIENT_REQUEST(object_set, .in = &in);
    request.parts[0] = (struct message_part){ copy, (uint32_t)size };
    if (copy)
        client_request(&request);
    answer_done(&request);
    free(copy);
}

/* A process that we have a handle to may have become known to the server since. */
static uint32_t number_if_known(struct object *obj)
{
    struct protocol_process_open_in in = { 0 };
    struct protocol_process_open_out out;
    struct client_request request = CLIENT_REQUEST(process_open, .in = &in, .out = &out, );
    if (!obj->shared_number && object_fixed_number(obj) && client_joined())
        return object_fixed_number(obj);
    if (obj->shared_number || obj->type != &process_type || obj == process_current_object() || !client_joined())
        return obj->shared_number;
    in.id = container_of(obj, struct process_object, header)->id;
    if (client_request(&request))
        return 0;
    shared_give_back(out.object, 1);
    return out.object;
}

void shared_refresh_security(struct object *obj)
{
    struct protocol_object_reference_in in = { number_if_known(obj) };
    struct protocol_object_reference_out out;
    struct client_request request = CLIENT_REQUEST(object_reference, .in = &in, .out = &out, );
    if (!in.object || client_request(&request))
        return;
    if (out.security_size && out.security_size <= request.bytes_size)
        security_adopt(obj, (char *)request.bytes + request.bytes_size - out.security_size, out.security_size);
    shared_give_back(in.object, 1);
    answer_done(&request);
}

void shared_set_data(struct object *obj, const void *data, size_t size)
{
    set(obj, PROTOCOL_SET_DATA, 0, data, size);
}

bool shared_get_data(uint32_t number, void *data, size_t size)
{
    struct protocol_object_reference_in in = { number };
    struct protocol_object_reference_out out;
    struct client_request request = CLIENT_REQUEST(object_reference, .in = &in, .out = &out, );
    bool ok = !client_request(&request);
    if (ok)
        shared_give_back(number, 1);
    ok = ok && request.bytes_size == size + out.security_size;
    if (ok)
        memcpy(data, request.bytes, size);
    answer_done(&request);
    return ok;
}

NTSTATUS shared_directory_next(uint32_t directory, uint64_t *position, WCHAR **name, size_t *length,
                               const struct object_type **type)
{
    struct protocol_directory_entry_in in = { directory, *position };
    struct protocol_directory_entry_out out;
    struct client_request request = CLIENT_REQUEST(directory_entry, .in = &in, .out = &out, );
    NTSTATUS status = client_join(false);
    if (status)
        return STATUS_NO_MORE_ENTRIES;
    status = client_request(&request);
    if (status) {
        answer_done(&request);
        return status;
    }
    *position = out.position;
    *name = request.bytes;
    *length = request.bytes_size / sizeof(WCHAR);
    *type = shared_type(out.type);
    return STATUS_SUCCESS;
}
