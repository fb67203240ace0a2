/* SPDX-License-Identifier: MIT */
/*
 * pipe.c: named pipes: which names there are, and which of their instances are free. When a client comes, both ends of a socket
 * pair go out, one with the answer, the other in a call to the process that has the instance; what is written into them is
 * none of the server's business.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "server.h"
#include "pipe_shared.h"

struct pipe {
    uint32_t type, configuration, maximum, inbound, outbound;
    uint64_t timeout;
    uint32_t count;
    struct instance *instances; /* those that listen come first */
    struct waiting *waiting;
    void *security; /* self-relative descriptor, or NULL */
    uint32_t security_size, security_number;
    struct name_entry entry;
};

struct instance {
    uint32_t number;
    bool listening;
    struct client *client;
    struct pipe *pipe;
    struct instance *next, **link;
};

/* WaitNamedPipe. */
struct waiting {
    struct waiting *next, **link;               /* of the pipe's */
    struct waiting *client_next, **client_link; /* of the client's */
    struct client *client;
    uint32_t serial;
    struct source timer;
};

#define PIPE_MAX_SECURITY 0x10000u

static struct name_table names;
static struct instance **instances; /* by number */
static uint32_t instance_count, *free_numbers, free_count;

/* --- instances --- */

static struct pipe *find_pipe(const struct message_part *name)
{
    struct name_entry *entry =
        name->size % 2 ? NULL : name_find(&names, name->data, name->size / sizeof(uint16_t), true);
    return entry ? container(entry, struct pipe, entry) : NULL;
}

static struct instance *find_instance(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    return number && idmap_find(&client->instances, number) ? instances[number] : NULL;
}

static void place(struct instance *instance)
{
    struct instance **link = &instance->pipe->instances;
    if (!instance->listening)
        while (*link && (*link)->listening)
            link = &(*link)->next;
    if ((instance->next = *link))
        instance->next->link = &instance->next;
    instance->link = link;
    *link = instance;
}

static void unplace(struct instance *instance)
{
    if ((*instance->link = instance->next))
        instance->next->link = instance->link;
}

static void set_listening(struct instance *instance, bool listening)
{
    unplace(instance);
    instance->listening = listening;
    place(instance);
}

static uint32_t take_number(void)
{
    static uint32_t capacity;
    if (free_count)
        return free_numbers[--free_count];
    if (instance_count + 1 >= capacity) {
        uint32_t larger = capacity ? capacity * 2 : 64;
        struct instance **table = realloc(instances, larger * sizeof(*table));
        if (table)
            instances = table;
        uint32_t *numbers = realloc(free_numbers, larger * sizeof(*numbers));
        if (numbers)
            free_numbers = numbers;
        if (!table || !numbers)
            return 0;
        capacity = larger;
    }
    return ++instance_count;
}

static void wait_done(struct waiting *waiting, NTSTATUS status)
{
    client_answer(waiting->client, PROTOCOL_pipe_wait, waiting->serial, (uint32_t)status, NULL, 0, NULL, 0, -1);
    if ((*waiting->client_link = waiting->client_next))
        waiting->client_next->client_link = waiting->client_link;
    waiting->client->pipe_wait_count--;
    source_remove(&waiting->timer);
    if ((*waiting->link = waiting->next))
        waiting->next->link = waiting->link;
    free_later(waiting);
}

static void free_pipe(struct pipe *pipe)
{
    free(pipe->security);
    free(pipe);
}

/* The name goes with the last instance. */
static void close_instance(struct instance *instance)
{
    struct pipe *pipe = instance->pipe;
    unplace(instance);
    idmap_remove(&instance->client->instances, instance->number);
    instances[instance->number] = NULL;
    free_numbers[free_count++] = instance->number;
    free(instance);
    if (--pipe->count)
        return;
    while (pipe->waiting)
        wait_done(pipe->waiting, STATUS_OBJECT_NAME_NOT_FOUND);
    name_remove(&names, &pipe->entry);
    free_pipe(pipe);
}

void pipes_forget_client(struct client *client)
{
    while (client->pipe_waits)
        wait_done(client->pipe_waits, STATUS_CANCELLED);
    /* What is removed from a slot may be followed there by another. */
    while (client->instances.count)
        for (uint32_t i = 0; i < client->instances.capacity; i++)
            while (client->instances.slots[i].key)
                close_instance(instances[client->instances.slots[i].key]);
}

/* --- requests --- */

static struct pipe *make_pipe(const struct protocol_pipe_create_in *in, const struct message_part *name,
                              const struct message_part *security)
{
    static uint32_t last_number;
    struct pipe *pipe = calloc(1, sizeof(*pipe) + name->size);
    if (!pipe)
        return NULL;
    if (security->size) {
        if (!(pipe->security = malloc(security->size))) {
            free(pipe);
            return NULL;
        }
        memcpy(pipe->security, security->data, security->size);
        pipe->security_size = security->size;
        pipe->security_number = ++last_number ? last_number : ++last_number;
    }
    pipe->type = in->type;
    pipe->configuration = in->configuration;
    pipe->maximum = in->maximum;
    pipe->inbound = in->inbound;
    pipe->outbound = in->outbound;
    pipe->timeout = in->timeout;
    pipe->entry.length = name->size / sizeof(uint16_t);
    memcpy(pipe->entry.text, name->data, name->size);
    if (!name_add(&names, &pipe->entry)) {
        free_pipe(pipe);
        return NULL;
    }
    return pipe;
}

/* An answer with the descriptor, if there is one and memory for it. */
static bool answer_security(struct message *message, const struct pipe *pipe)
{
    if (!pipe->security || !(message->reply = malloc(pipe->security_size)))
        return !pipe->security;
    memcpy(message->reply, pipe->security, pipe->security_size);
    message->reply_size = pipe->security_size;
    return true;
}

uint32_t serve_pipe_create(struct message *message, const struct protocol_pipe_create_in *in,
                           struct protocol_pipe_create_out *out)
{
    struct client *client = message->context;
    const struct message_part *name = &message->parts[0];
    if (!name->size || name->size % 2 || !in->maximum)
        return (uint32_t)STATUS_OBJECT_NAME_INVALID;
    if (client->instances.count >= CLIENT_MAX_PIPES)
        return (uint32_t)STATUS_QUOTA_EXCEEDED;
    struct pipe *pipe = find_pipe(name);
    if (pipe) {
        if (in->disposition == FILE_CREATE || pipe->type != in->type || pipe->configuration != in->configuration)
            return (uint32_t)STATUS_ACCESS_DENIED;
        if (pipe->count >= pipe->maximum)
            return (uint32_t)STATUS_INSTANCE_NOT_AVAILABLE;
    } else {
        if (in->disposition == FILE_OPEN)
            return (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND;
        if (message->parts[1].size > PIPE_MAX_SECURITY)
            return (uint32_t)STATUS_INVALID_SECURITY_DESCR;
        if (!(pipe = make_pipe(in, name, &message->parts[1])))
            return (uint32_t)STATUS_NO_MEMORY;
        out->created = 1;
    }
    struct instance *instance = calloc(1, sizeof(*instance));
    uint32_t number = instance ? take_number() : 0;
    if (!number || !idmap_insert(&client->instances, number)) {
        if (number)
            free_numbers[free_count++] = number;
        free(instance);
        if (!pipe->count) {
            name_remove(&names, &pipe->entry);
            free_pipe(pipe);
        }
        return (uint32_t)STATUS_NO_MEMORY;
    }
    *instance = (struct instance){ .number = number, .client = client, .pipe = pipe };
    instances[number] = instance;
    pipe->count++;
    place(instance);
    out->instance = number;
    out->maximum = pipe->maximum;
    out->inbound = pipe->inbound;
    out->outbound = pipe->outbound;
    out->timeout = pipe->timeout;
    if (!out->created)
        answer_security(message, pipe);
    return STATUS_SUCCESS;
}

uint32_t serve_pipe_listen(struct message *message, const struct protocol_pipe_listen_in *in,
                           struct protocol_pipe_listen_out *out)
{
    struct instance *instance = find_instance(message, in->instance);
    (void)out;
    if (!instance)
        return (uint32_t)STATUS_INVALID_HANDLE;
    set_listening(instance, true);
    while (instance->pipe->waiting)
        wait_done(instance->pipe->waiting, STATUS_SUCCESS);
    return STATUS_SUCCESS;
}

uint32_t serve_pipe_close(struct message *message, const struct protocol_pipe_close_in *in,
                          struct protocol_pipe_close_out *out)
{
    struct instance *instance = find_instance(message, in->instance);
    (void)out;
    if (instance)
        close_instance(instance);
    return STATUS_SUCCESS;
}

uint32_t serve_pipe_take(struct message *message, const struct protocol_pipe_take_in *in,
                         struct protocol_pipe_take_out *out)
{
    struct instance *instance = find_instance(message, in->instance);
    (void)out;
    if (!instance || !instance->listening)
        return (uint32_t)STATUS_PIPE_NOT_AVAILABLE;
    set_listening(instance, false);
    return STATUS_SUCCESS;
}

/* Two sockets, in each of which the shared memory's descriptor waits for its reader. */
static bool make_connection(const struct pipe *pipe, const struct client *server, const struct client *client,
                            int pair[2])
{
    struct pipe_kind kind = { pipe->type, pipe->configuration, pipe->maximum, pipe->inbound, pipe->outbound };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return false;
    int memory = pipe_shared_make(&kind, server->process->id, client->process->id);
    bool made = memory >= 0 && pipe_send_descriptor(pair[0], "", 1, &memory, 1) &&
                pipe_send_descriptor(pair[1], "", 1, &memory, 1);
    if (memory >= 0)
        close(memory);
    if (!made) {
        close(pair[0]);
        close(pair[1]);
    }
    return made;
}

uint32_t serve_pipe_connect(struct message *message, const struct protocol_pipe_connect_in *in,
                            struct protocol_pipe_connect_out *out)
{
    struct client *client = message->context;
    struct pipe *pipe = find_pipe(&message->parts[0]);
    int pair[2];
    if (!pipe)
        return (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND;
    if (!pipe->instances->listening)
        return (uint32_t)STATUS_PIPE_NOT_AVAILABLE;
    if ((pipe->configuration == FILE_PIPE_INBOUND && in->access & FILE_READ_DATA) ||
        (pipe->configuration == FILE_PIPE_OUTBOUND && in->access & FILE_WRITE_DATA))
        return (uint32_t)STATUS_ACCESS_DENIED;
    if (pipe->security && in->checked != pipe->security_number) {
        out->security = pipe->security_number;
        return answer_security(message, pipe) ? STATUS_SUCCESS : (uint32_t)STATUS_NO_MEMORY;
    }
    struct instance *instance;
    NTSTATUS status;
    do { /* one whose process is just dying does not count */
        instance = pipe->instances;
        if (!instance->listening)
            return (uint32_t)STATUS_PIPE_NOT_AVAILABLE;
        if (!make_connection(pipe, instance->client, client, pair))
            return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
        struct protocol_pipe_connected_in told = { instance->number };
        struct message_part part = { &told, sizeof(told) };
        status = client_ask(instance->client, NULL, 0, PROTOCOL_CALL_pipe_connected, &part, pair[0]);
        set_listening(instance, false);
        if (status) {
            close(pair[0]);
            close(pair[1]);
        }
    } while (status == STATUS_NOT_SUPPORTED);
    if (status) {
        set_listening(instance, true);
        return (uint32_t)status;
    }
    out->count = pipe->count;
    message->reply_fd = pair[1];
    message->reply_fd_owned = true;
    return STATUS_SUCCESS;
}

static void wait_timeout(struct source *source, uint32_t events)
{
    (void)events;
    wait_done(container(source, struct waiting, timer), STATUS_IO_TIMEOUT);
}

uint32_t serve_pipe_wait(struct message *message, const struct protocol_pipe_wait_in *in,
                         struct protocol_pipe_wait_out *out)
{
    struct pipe *pipe = find_pipe(&message->parts[0]);
    (void)out;
    if (!pipe)
        return (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND;
    if (pipe->instances->listening)
        return STATUS_SUCCESS;
    uint64_t timeout = in->use_default ? pipe->timeout : in->timeout;
    if (!timeout)
        return (uint32_t)STATUS_IO_TIMEOUT;
    struct client *client = message->context;
    struct waiting *waiting = client->pipe_wait_count < CLIENT_MAX_WAITS ? calloc(1, sizeof(*waiting)) : NULL;
    if (!waiting)
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    waiting->client = client;
    if ((waiting->client_next = client->pipe_waits))
        waiting->client_next->client_link = &waiting->client_next;
    waiting->client_link = &client->pipe_waits;
    client->pipe_waits = waiting;
    client->pipe_wait_count++;
    waiting->serial = message->serial;
    waiting->timer = (struct source){ -1, wait_timeout };
    if ((waiting->next = pipe->waiting))
        waiting->next->link = &waiting->next;
    waiting->link = &pipe->waiting;
    pipe->waiting = waiting;
    message->later = true;
    if (timeout != UINT64_MAX) {
        struct itimerspec when = { .it_value = { (time_t)(timeout / 10000000), (long)(timeout % 10000000 * 100) } };
        int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (timer < 0 || timerfd_settime(timer, 0, &when, NULL) || !source_add(&waiting->timer, timer, EPOLLIN))
            wait_done(waiting, STATUS_INSUFFICIENT_RESOURCES);
    }
    return STATUS_SUCCESS;
}

uint32_t serve_pipe_count(struct message *message, const struct protocol_pipe_count_in *in,
                          struct protocol_pipe_count_out *out)
{
    struct pipe *pipe = find_pipe(&message->parts[0]);
    (void)in;
    if (!pipe)
        return (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND;
    out->count = pipe->count;
    return STATUS_SUCCESS;
}

uint32_t serve_pipe_next(struct message *message, const struct protocol_pipe_next_in *in,
                         struct protocol_pipe_next_out *out)
{
    struct name_entry *entry = name_next(&names, in->position);
    if (!entry)
        return (uint32_t)STATUS_NO_MORE_ENTRIES;
    struct pipe *pipe = container(entry, struct pipe, entry);
    size_t size = entry->length * sizeof(uint16_t);
    if (!(message->reply = malloc(size)))
        return (uint32_t)STATUS_NO_MEMORY;
    memcpy(message->reply, entry->text, size);
    message->reply_size = (uint32_t)size;
    out->position = name_cursor(entry);
    out->count = pipe->count;
    out->maximum = pipe->maximum;
    return STATUS_SUCCESS;
}
