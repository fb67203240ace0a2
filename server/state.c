/* SPDX-License-Identifier: MIT */
/*
 * state.c: objects whose state is bytes that only processes understand and that changes now and then (tokens). The server has
 * the state; each process has a copy, and learns from the object's cell, which it can read for nothing, that there is a newer one.
 * A change replaces a certain version, so none is lost and nobody holds a lock that he could die with.
 */
#include "cells.h"
#include "server.h"

static void publish(const struct object *object)
{
    struct segment_cell *cell = segment_cell(object->cell | CELL_COMMON);
    uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED) & SEGMENT_CELL_GENERATION;
    __atomic_store_n(&cell->word, word | (object->version & SEGMENT_CELL_VALUE), __ATOMIC_RELEASE);
}

bool state_new(struct object *object)
{
    object->version = 1;
    object->cell = server_cell_alloc(CELL_VERSION, object->version, 0);
    return object->cell != 0;
}

static struct object *find(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->version ? object : NULL;
}

uint32_t serve_state_read(struct message *message, const struct protocol_state_read_in *in,
                          struct protocol_state_read_out *out)
{
    struct object *object = find(message, in->object);
    if (!object)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (!(message->reply = malloc(object->data_size + 1)))
        return (uint32_t)STATUS_NO_MEMORY;
    memcpy(message->reply, object->data, object->data_size);
    message->reply_size = object->data_size;
    out->version = object->version;
    publish(object); /* should somebody have spoilt it, that somebody asks once, not for ever */
    return STATUS_SUCCESS;
}

uint32_t serve_state_write(struct message *message, const struct protocol_state_write_in *in,
                           struct protocol_state_write_out *out)
{
    struct object *object = find(message, in->object);
    const struct message_part *data = &message->parts[0];
    (void)out;
    if (!object)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (object->version != in->version)
        return STATUS_RETRY;
    if (!data->size || data->size > OBJECT_MAX_DATA - object->security_size)
        return (uint32_t)STATUS_INVALID_BUFFER_SIZE;
    if (!object_charge(object, data->size))
        return (uint32_t)STATUS_QUOTA_EXCEEDED;
    void *copy = malloc(data->size);
    if (!copy) {
        object_uncharge(object, data->size);
        return (uint32_t)STATUS_NO_MEMORY;
    }
    memcpy(copy, data->data, data->size);
    object_uncharge(object, object->data_size);
    free(object->data);
    object->data = copy;
    object->data_size = data->size;
    object->version = (object->version + 1) & SEGMENT_CELL_VALUE;
    object->version += !object->version; /* 0 is that of objects without a state */
    publish(object);
    return STATUS_SUCCESS;
}
