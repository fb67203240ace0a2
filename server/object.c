/* SPDX-License-Identifier: MIT */
/*
 * object.c: what processes share, by number.
 *
 * A number is an index in the table and a generation, so that a stale one is noticed. The server knows little of an object:
 * its kind, name, cell, security descriptor, and data and a descriptor that only the processes understand.
 */
#include <unistd.h>
#include "server.h"

#define INDEX_BITS 22u
#define INDEX_MASK ((1u << INDEX_BITS) - 1)

static struct slot {
    struct object *object;
    uint32_t generation, next_free;
} * slots;
static uint32_t slot_count, slot_capacity, free_first, free_last;
uint32_t object_count, name_count;

/* The longest unused slot first: numbers come back as late as possible. */
static uint32_t slot_take(void)
{
    uint32_t index = free_first;
    if (index) {
        free_first = slots[index].next_free;
        return index;
    }
    if (slot_count == slot_capacity) {
        uint32_t capacity = slot_capacity ? slot_capacity * 2 : 256;
        struct slot *larger = capacity > INDEX_MASK ? NULL : realloc(slots, capacity * sizeof(*slots));
        if (!larger)
            return 0;
        slots = larger;
        slot_capacity = capacity;
    }
    slots[slot_count] = (struct slot){ 0 };
    return slot_count++;
}

static void slot_give(uint32_t index)
{
    slots[index].object = NULL;
    slots[index].generation = (slots[index].generation + 1) & (UINT32_MAX >> INDEX_BITS);
    slots[index].next_free = 0;
    if (free_first)
        slots[free_last].next_free = index;
    else
        free_first = index;
    free_last = index;
}

/* --- who pays --- */

static uint64_t total_charge;
uint32_t client_max_descriptors = 1024;

static struct client *payer(const struct object *object)
{
    struct object *process = object->charged ? object_find(object->charged) : NULL;
    return process && process->kind == OBJECT_KIND_PROCESS ? ((struct process *)process)->client : NULL;
}

bool object_charge(struct object *object, uint32_t bytes)
{
    struct client *client = payer(object);
    if (total_charge + bytes > 4 * CLIENT_MAX_MEMORY || (client && client->charge + bytes > CLIENT_MAX_MEMORY) ||
        object->charge + bytes < bytes)
        return false;
    object->charge += bytes;
    total_charge += bytes;
    if (client)
        client->charge += bytes;
    return true;
}

void object_uncharge(struct object *object, uint32_t bytes)
{
    struct client *client = payer(object);
    object->charge -= bytes;
    total_charge -= bytes;
    if (client)
        client->charge -= bytes < client->charge ? bytes : client->charge;
}

struct object *object_new(size_t size, enum object_kind kind)
{
    struct object *object = calloc(1, size);
    uint32_t index = object ? slot_take() : 0;
    if (!index) {
        free(object);
        return NULL;
    }
    slots[index].object = object;
    object->number = index | slots[index].generation << INDEX_BITS;
    object->kind = kind;
    object->refs = 1;
    object->fd = -1;
    object_count++;
    object_charge(object, (uint32_t)size);
    return object;
}

struct object *object_find(uint32_t number)
{
    uint32_t index = number & INDEX_MASK;
    return index < slot_count && slots[index].generation == number >> INDEX_BITS ? slots[index].object : NULL;
}

static void destroy(struct object *object)
{
    if (object->destroy)
        object->destroy(object);
    if (object->cell)
        server_cell_free(object->cell);
    if (object->fd >= 0) {
        struct client *client = payer(object);
        if (client && client->descriptors)
            client->descriptors--;
        close(object->fd);
    }
    object_uncharge(object, object->charge);
    slot_give(object->number & INDEX_MASK);
    object_count--;
    free(object->data);
    free(object->security);
    free_later(object);
}

/* What has a name keeps its directory; a loop, as directories may be nested as deep as somebody likes. */
struct object *object_at(uint32_t index)
{
    return index < slot_count ? slots[index].object : NULL;
}

void object_release(struct object *object)
{
    while (object && !--object->refs) {
        struct object *parent = object->name ? directory_remove_name(object) : NULL;
        destroy(object);
        object = parent;
    }
}

/* The fixed directories get their numbers first: the table begins with them. */
void objects_init(void)
{
    if (!slot_take()) /* number 0 is nobody's; the first call makes the table */
        slots[0] = (struct slot){ 0 };
    directory_init();
}

/* --- what clients hold --- */

NTSTATUS client_hold(struct client *client, struct object *object)
{
    if (client->held.count >= CLIENT_MAX_HELD)
        return STATUS_QUOTA_EXCEEDED;
    uint32_t *count = idmap_insert(&client->held, object->number);
    if (!count)
        return STATUS_NO_MEMORY;
    if (*count == UINT32_MAX)
        return STATUS_QUOTA_EXCEEDED;
    if (!(*count)++) {
        object->refs++;
        object->holders++;
    }
    if (object->kind == OBJECT_KIND_COMPLETION_PORT)
        port_has_handles(client, object);
    return STATUS_SUCCESS;
}

void object_unhold(struct client *client, struct object *object)
{
    if (object && object->kind == OBJECT_KIND_COMPLETION_PORT)
        port_has_handles(client, object);
    if (object && !--object->holders && object->unheld)
        object->unheld(object);
    if (object && object->kind == OBJECT_KIND_COMPLETION_PORT)
        port_lost_handles(object);
    object_release(object);
}

void client_release(struct client *client, uint32_t number, uint32_t count)
{
    uint32_t *held = idmap_find(&client->held, number);
    if (!held)
        return;
    *held -= count < *held ? count : *held;
    if (*held)
        return;
    idmap_remove(&client->held, number);
    object_unhold(client, object_find(number));
}

/* An object that this client holds, of a kind (0: any), or NULL. */
static struct object *held_object(struct message *message, uint32_t number, enum object_kind kind)
{
    struct client *client = message->context;
    if (!number || !idmap_find(&client->held, number))
        return NULL;
    struct object *object = object_find(number);
    return object && (!kind || object->kind == kind) ? object : NULL;
}

/* --- requests --- */

/* Whether a cell of that kind does for the object: what the server itself signals must be what it takes it for. */
static bool cell_kind_fits(uint32_t type, uint32_t kind)
{
    switch (type) {
    case OBJECT_KIND_TIMER:
        return kind == 1 || kind == 2; /* CELL_NOTIFICATION, _SYNCHRONIZATION */
    case OBJECT_KIND_COMPLETION_PORT:
    case OBJECT_KIND_TOKEN:
        return !kind; /* the server makes what they need */
    case OBJECT_KIND_THREAD:
    case OBJECT_KIND_JOB:
        return kind <= 1;
    case OBJECT_KIND_DEBUG:
        return kind == 1;
    default:
        return kind <= 4; /* CELL_MUTANT */
    }
}

static bool copy_part(const struct message_part *part, void **data, uint32_t *size)
{
    if (!part->size)
        return true;
    if (!(*data = malloc(part->size)))
        return false;
    memcpy(*data, part->data, part->size);
    *size = part->size;
    return true;
}

/* Fills the answer of open, create and reference, and counts the object as held. */
static NTSTATUS describe(struct message *message, struct object *object, struct protocol_object_open_out *out)
{
    uint32_t size = object->data_size + object->security_size;
    if (size && !(message->reply = malloc(size)))
        return STATUS_NO_MEMORY;
    NTSTATUS status = client_hold(message->context, object);
    if (status)
        return status;
    if (object->data_size)
        memcpy(message->reply, object->data, object->data_size);
    if (object->security_size)
        memcpy((char *)message->reply + object->data_size, object->security, object->security_size);
    message->reply_size = size;
    message->reply_fd = object->fd;
    out->object = object->number;
    out->cell = object->cell;
    out->type = object->kind;
    out->security_size = object->security_size;
    return STATUS_SUCCESS;
}

static NTSTATUS reparse(struct message *message, struct lookup *lookup)
{
    message->reply = lookup->reparse;
    message->reply_size = lookup->reparse_size;
    return STATUS_REPARSE;
}

static struct object *create(const struct protocol_object_create_in *in, struct message *message)
{
    struct client *client = message->context;
    struct object *object;
    if (message->fd >= 0 && client->descriptors >= client_max_descriptors)
        return NULL;
    switch (in->type) {
    case OBJECT_KIND_DIRECTORY:
    case OBJECT_KIND_WINDOW_STATION:
        object = directory_new(in->type);
        break;
    case OBJECT_KIND_TIMER:
        object = timer_new();
        break;
    case OBJECT_KIND_COMPLETION_PORT:
        object = port_new(&message->parts[1]);
        break;
    case OBJECT_KIND_JOB:
        object = job_new(&message->parts[1]);
        break;
    case OBJECT_KIND_KEYED_EVENT:
        object = keyed_new();
        break;
    case OBJECT_KIND_DEBUG:
        object = debug_new();
        break;
    default:
        object = object_new(sizeof(*object), in->type);
    }
    if (!object)
        return NULL;
    object_uncharge(object, object->charge); /* from nobody's to its maker's */
    object->charged = client->process->header.number;
    if (!object_charge(object, (uint32_t)sizeof(*object) + in->name_size + in->data_size + in->security_size) ||
        !copy_part(&message->parts[1], &object->data, &object->data_size) ||
        !copy_part(&message->parts[2], &object->security, &object->security_size) ||
        (in->cell_kind && !(object->cell = server_cell_alloc(in->cell_kind, in->state, in->limit))) ||
        (in->type == OBJECT_KIND_TOKEN && !state_new(object))) {
        object_release(object);
        return NULL;
    }
    object->fd = message->fd;
    if (message->fd >= 0)
        client->descriptors++;
    message->fd = -1;
    return object;
}

uint32_t serve_object_create(struct message *message, const struct protocol_object_create_in *in,
                             struct protocol_object_create_out *out)
{
    struct lookup lookup = { 0 };
    NTSTATUS result = STATUS_SUCCESS;
    _Static_assert(sizeof(*out) == sizeof(struct protocol_object_open_out), "the answers are the same");
    if (in->type == OBJECT_KIND_NONE || in->type >= OBJECT_KIND_COUNT || in->type == OBJECT_KIND_PROCESS)
        return STATUS_INVALID_PARAMETER;
    struct client *client = message->context;
    if (!cell_kind_fits(in->type, in->cell_kind) || message->parts[1].size + message->parts[2].size > OBJECT_MAX_DATA)
        return STATUS_INVALID_PARAMETER;
    if (in->cell_kind == 4 && in->state && !idmap_find(&client->records, in->state))
        return STATUS_INVALID_PARAMETER; /* the owner is a thread of the client's */
    if (in->name_size) {
        result = directory_walk(in->directory, &message->parts[0], in->attributes, &lookup);
        if (result == STATUS_REPARSE)
            return reparse(message, &lookup);
        if (result)
            return result;
        if (lookup.object) {
            if (!(in->attributes & OBJ_OPENIF))
                return STATUS_OBJECT_NAME_COLLISION;
            if (lookup.object->kind != in->type)
                return STATUS_OBJECT_TYPE_MISMATCH;
            result = describe(message, lookup.object, (struct protocol_object_open_out *)out);
            return result ? result : STATUS_OBJECT_NAME_EXISTS;
        }
        if (!station_allows(&lookup, in->type))
            return STATUS_OBJECT_TYPE_MISMATCH;
    }
    struct object *object = create(in, message);
    if (!object)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (in->name_size)
        result = directory_insert(lookup.parent, lookup.last, lookup.last_length, object);
    if (!result)
        result = client_hold(message->context, object);
    if (!result) {
        out->object = object->number;
        out->cell = object->cell;
        out->type = object->kind;
        if (in->attributes & OBJ_PERMANENT && object->name) {
            object->permanent = true;
            object->refs++;
        }
    }
    object_release(object);
    return result;
}

uint32_t serve_object_open(struct message *message, const struct protocol_object_open_in *in,
                           struct protocol_object_open_out *out)
{
    struct lookup lookup = { 0 };
    NTSTATUS status = directory_walk(in->directory, &message->parts[0], in->attributes, &lookup);
    if (status == STATUS_REPARSE)
        return reparse(message, &lookup);
    if (status)
        return status;
    if (!lookup.object)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (in->type && lookup.object->kind != in->type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return describe(message, lookup.object, out);
}

uint32_t serve_object_reference(struct message *message, const struct protocol_object_reference_in *in,
                                struct protocol_object_reference_out *out)
{
    /* The number may come from the process that holds it: a handle is on its way. */
    struct object *object = object_find(in->object);
    return object ? (uint32_t)describe(message, object, (struct protocol_object_open_out *)out)
                  : (uint32_t)STATUS_INVALID_HANDLE;
}

uint32_t serve_object_close(struct message *message, const struct protocol_object_close_in *in,
                            struct protocol_object_close_out *out)
{
    (void)out;
    client_release(message->context, in->object, in->count);
    return STATUS_SUCCESS;
}

uint32_t serve_object_name(struct message *message, const struct protocol_object_name_in *in,
                           struct protocol_object_name_out *out)
{
    (void)out;
    struct object *object = held_object(message, in->object, 0);
    if (!object)
        return STATUS_INVALID_HANDLE;
    size_t chars = 0;
    struct object *top = object;
    for (; top->name; top = &top->name->parent->header)
        chars += 1 + top->name->entry.length;
    const char *path = top->number < OBJECT_TREE_NUMBERS ? ((struct directory *)top)->path : NULL;
    if (!chars && !path)
        return STATUS_SUCCESS; /* it has no name */
    size_t prefix = path ? strlen(path) : 0, at = prefix + chars;
    uint16_t *text = at * 2 <= MESSAGE_MAX_BYTES ? malloc(at * 2) : NULL;
    if (!text)
        return STATUS_NO_MEMORY;
    message->reply = text;
    message->reply_size = (uint32_t)(at * 2);
    for (; object->name; object = &object->name->parent->header) {
        at -= object->name->entry.length;
        memcpy(text + at, object->name->entry.text, object->name->entry.length * 2);
        text[--at] = '\\';
    }
    for (size_t i = 0; i < prefix; i++)
        text[i] = (unsigned char)path[i];
    return STATUS_SUCCESS;
}

uint32_t serve_object_set(struct message *message, const struct protocol_object_set_in *in,
                          struct protocol_object_set_out *out)
{
    (void)out;
    struct object *object = held_object(message, in->object, 0);
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (in->what == PROTOCOL_SET_SECURITY || in->what == PROTOCOL_SET_DATA) {
        void *data = NULL;
        uint32_t size = 0;
        bool security = in->what == PROTOCOL_SET_SECURITY;
        if (!security && (object->kind == OBJECT_KIND_PROCESS || object->kind == OBJECT_KIND_JOB ||
                          object->kind == OBJECT_KIND_TOKEN))
            return STATUS_INVALID_PARAMETER;
        uint32_t other = security ? object->data_size : object->security_size;
        uint32_t before = security ? object->security_size : object->data_size;
        if (message->parts[0].size > OBJECT_MAX_DATA - other)
            return STATUS_INVALID_BUFFER_SIZE;
        if (!object_charge(object, message->parts[0].size))
            return STATUS_QUOTA_EXCEEDED;
        if (!copy_part(&message->parts[0], &data, &size)) {
            object_uncharge(object, message->parts[0].size);
            return STATUS_NO_MEMORY;
        }
        object_uncharge(object, before);
        free(security ? object->security : object->data);
        *(security ? &object->security : &object->data) = data;
        *(security ? &object->security_size : &object->data_size) = size;
        return STATUS_SUCCESS;
    }
    if (in->what == PROTOCOL_SET_UNNAMED) {
        if (object->kind != OBJECT_KIND_DIRECTORY)
            return STATUS_OBJECT_TYPE_MISMATCH;
        if (object->name)
            object_release(directory_remove_name(object));
        return STATUS_SUCCESS;
    }
    if (in->what != PROTOCOL_SET_PERMANENT)
        return STATUS_INVALID_PARAMETER;
    bool permanent = in->value;
    if (permanent == object->permanent || !object->name)
        return STATUS_SUCCESS;
    object->permanent = permanent;
    if (permanent)
        object->refs++;
    else
        object_release(object); /* the caller holds it too */
    return STATUS_SUCCESS;
}

/* Asked rarely, so nobody keeps a list of who holds what. */
uint32_t serve_object_holders(struct message *message, const struct protocol_object_holders_in *in,
                              struct protocol_object_holders_out *out)
{
    struct object *object = held_object(message, in->object, 0);
    (void)out;
    if (!object)
        return (uint32_t)STATUS_INVALID_HANDLE;
    uint32_t room = object->holders, count = 0;
    uint32_t *ids = room <= MESSAGE_MAX_BYTES / sizeof(*ids) ? malloc(room * sizeof(*ids)) : NULL;
    if (!ids)
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    for (struct client *client = clients; client && count < room; client = client->next)
        if (client->process && idmap_find(&client->held, object->number))
            ids[count++] = client->process->id;
    message->reply = ids;
    message->reply_size = count * (uint32_t)sizeof(*ids);
    return STATUS_SUCCESS;
}
