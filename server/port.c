/* SPDX-License-Identifier: MIT */
/*
 * port.c: completion ports that processes share: their packets, who waits for one, and how many threads run.
 *
 * A thread counts as running from the moment it is given a packet until it asks for the next one, blocks elsewhere, or
 * ends, in whichever process it is. Threads that wait are served last come first served, so that few stay warm. What a thread
 * was given and has not fetched goes back to the front of the queue if it leaves, or dies. When no process has a handle any more,
 * whoever waits is told (GetQueuedCompletionStatus: ERROR_ABANDONED_WAIT_0); a process that has threads there holds the port itself
 * longer, so it says when its last handle is closed.
 */
#include <search.h>
#include "server.h"

struct packet {
    struct packet *next;
    uint32_t process, source; /* who may take it back, by its number of it; 0: nobody */
    struct protocol_port_remove_out what;
};

struct port {
    struct object header;
    struct packet *first, **last;
    uint32_t depth, running, concurrency;
    uint32_t without_handle; /* how many of its holders */
    TAILQ_HEAD(, port_thread) waiting;
};

/* A thread that has to do with a port. */
struct port_thread {
    uint32_t id; /* of the system */
    enum { THREAD_IDLE, THREAD_WAITING, THREAD_ABANDONED, THREAD_GIVEN, THREAD_RUNNING } state;
    struct port *port; /* referenced */
    uint32_t cell;     /* an event: it waits for that; 0 as long as it has not waited */
    struct packet *packet;
    TAILQ_ENTRY(port_thread) next;
};

static void packet_free(struct port *port, struct packet *packet)
{
    object_uncharge(&port->header, sizeof(*packet));
    free(packet);
}

static struct packet *packet_pop(struct port *port)
{
    struct packet *packet = port->first;
    if (!(port->first = packet->next))
        port->last = &port->first;
    port->depth--;
    return packet;
}

static void packet_return(struct port *port, struct packet *packet)
{
    if (!(packet->next = port->first))
        port->last = &packet->next;
    port->first = packet;
    port->depth++;
}

static void port_destroy(struct object *object)
{
    struct port *port = (struct port *)object;
    while (port->first)
        packet_free(port, packet_pop(port));
}

struct object *port_new(const struct message_part *form)
{
    uint32_t concurrency;
    struct object *object =
        form->size == sizeof(concurrency) ? object_new(sizeof(struct port), OBJECT_KIND_COMPLETION_PORT) : NULL;
    if (object) {
        struct port *port = (struct port *)object;
        memcpy(&concurrency, form->data, sizeof(concurrency));
        object->destroy = port_destroy;
        port->concurrency = concurrency;
        port->last = &port->first;
        TAILQ_INIT(&port->waiting);
    }
    return object;
}

/* Gives packets to threads that wait, as far as there may be more that run. */
static void dispatch(struct port *port)
{
    struct port_thread *thread;
    while (port->first && port->running < port->concurrency && (thread = TAILQ_FIRST(&port->waiting))) {
        TAILQ_REMOVE(&port->waiting, thread, next);
        thread->packet = packet_pop(port);
        thread->state = THREAD_GIVEN;
        port->running++;
        server_cell_signal(thread->cell);
    }
}

/* The thread does not run, and does not wait. */
static void rest(struct port_thread *thread)
{
    struct port *port = thread->port;
    if (thread->state == THREAD_WAITING) {
        TAILQ_REMOVE(&port->waiting, thread, next);
    } else if (thread->state == THREAD_ABANDONED) {
        server_cell_reset(thread->cell);
    } else if (thread->state == THREAD_GIVEN) {
        packet_return(port, thread->packet);
        thread->packet = NULL;
        server_cell_reset(thread->cell);
    }
    if (thread->state >= THREAD_GIVEN)
        port->running--;
    thread->state = THREAD_IDLE;
}

static struct port *find(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == OBJECT_KIND_COMPLETION_PORT ? (struct port *)object : NULL;
}

/* --- handles --- */

static bool has_no_handle(const struct port *port)
{
    return port->without_handle >= port->header.holders;
}

void port_has_handles(struct client *client, struct object *object)
{
    if (!idmap_find(&client->closed_ports, object->number))
        return;
    idmap_remove(&client->closed_ports, object->number);
    ((struct port *)object)->without_handle--;
}

void port_lost_handles(struct object *object)
{
    struct port *port = (struct port *)object;
    struct port_thread *thread;
    while (has_no_handle(port) && (thread = TAILQ_FIRST(&port->waiting))) {
        TAILQ_REMOVE(&port->waiting, thread, next);
        thread->state = THREAD_ABANDONED;
        server_cell_signal(thread->cell);
    }
}

uint32_t serve_port_handles(struct message *message, const struct protocol_port_handles_in *in,
                            struct protocol_port_handles_out *out)
{
    struct port *port = find(message, in->object);
    struct client *client = message->context;
    (void)out;
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (in->any) {
        port_has_handles(client, &port->header);
    } else if (!idmap_find(&client->closed_ports, in->object) && idmap_insert(&client->closed_ports, in->object)) {
        port->without_handle++;
        port_lost_handles(&port->header);
    }
    return STATUS_SUCCESS;
}

/* --- packets --- */

static NTSTATUS add(struct port *port, const struct protocol_port_remove_out *what, uint32_t process, uint32_t source)
{
    if (!object_charge(&port->header, sizeof(struct packet)))
        return STATUS_QUOTA_EXCEEDED;
    struct packet *packet = malloc(sizeof(*packet));
    if (!packet) {
        object_uncharge(&port->header, sizeof(*packet));
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *packet = (struct packet){ NULL, process, source, *what };
    *port->last = packet;
    port->last = &packet->next;
    port->depth++;
    dispatch(port);
    return STATUS_SUCCESS;
}

NTSTATUS port_add(struct object *object, const struct protocol_port_remove_out *what)
{
    return add((struct port *)object, what, 0, 0);
}

uint32_t serve_port_post(struct message *message, const struct protocol_port_post_in *in,
                         struct protocol_port_post_out *out)
{
    struct port *port = find(message, in->object);
    struct client *client = message->context;
    (void)out;
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    return (uint32_t)add(port,
                         &(struct protocol_port_remove_out){ in->key, in->context, in->information, in->status, 0 },
                         client->process->header.number, in->source);
}

/* Rare: a thread pool's wait is cancelled just after its object was signalled. */
uint32_t serve_port_take_back(struct message *message, const struct protocol_port_take_back_in *in,
                              struct protocol_port_take_back_out *out)
{
    struct port *port = find(message, in->object);
    struct client *client = message->context;
    (void)out;
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    for (struct packet **link = &port->first, *packet; (packet = *link); link = &packet->next) {
        if (!in->source || packet->source != in->source || packet->process != client->process->header.number)
            continue;
        if (!(*link = packet->next))
            port->last = link;
        port->depth--;
        packet_free(port, packet);
        return STATUS_SUCCESS;
    }
    return (uint32_t)STATUS_NOT_FOUND;
}

uint32_t serve_port_query(struct message *message, const struct protocol_port_query_in *in,
                          struct protocol_port_query_out *out)
{
    struct port *port = find(message, in->object);
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    out->depth = port->depth;
    return STATUS_SUCCESS;
}

/* --- threads --- */

static int by_id(const void *a, const void *b)
{
    uint32_t x = ((const struct port_thread *)a)->id, y = ((const struct port_thread *)b)->id;
    return (x > y) - (x < y);
}

static struct port_thread *find_thread(struct client *client, uint32_t id)
{
    struct port_thread key = { .id = id };
    struct port_thread **found = tfind(&key, &client->port_threads, by_id);
    return found ? *found : NULL;
}

static void thread_free(void *node)
{
    struct port_thread *thread = node;
    struct port *port = thread->port;
    rest(thread);
    if (thread->cell)
        server_cell_free(thread->cell);
    free(thread);
    dispatch(port);
    object_release(&port->header);
}

static void leave(struct client *client, struct port_thread *thread)
{
    tdelete(thread, &client->port_threads, by_id);
    client->port_thread_count--;
    thread_free(thread);
}

/* The thread as one of this port's, and of no other one's; NULL if there are too many. */
static struct port_thread *thread_at(struct client *client, struct port *port, uint32_t id)
{
    struct port_thread *thread = find_thread(client, id);
    if (thread && thread->port == port)
        return thread;
    if (thread)
        leave(client, thread);
    if (client->port_thread_count >= CLIENT_MAX_RECORDS || !(thread = calloc(1, sizeof(*thread))))
        return NULL;
    thread->id = id;
    thread->port = port;
    if (!tsearch(thread, &client->port_threads, by_id)) {
        free(thread);
        return NULL;
    }
    port->header.refs++;
    client->port_thread_count++;
    return thread;
}

static void take(struct port *port, struct packet *packet, struct protocol_port_remove_out *out)
{
    *out = packet->what;
    packet_free(port, packet);
}

uint32_t serve_port_remove(struct message *message, const struct protocol_port_remove_in *in,
                           struct protocol_port_remove_out *out)
{
    struct port *port = find(message, in->object);
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    struct port_thread *thread = thread_at(message->context, port, in->thread);
    if (!thread)
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    if (in->more) { /* besides what it has just been given */
        if (thread->state != THREAD_RUNNING || !port->first)
            return STATUS_TIMEOUT;
        take(port, packet_pop(port), out);
        return STATUS_SUCCESS;
    }
    rest(thread);
    if (port->first && port->running < port->concurrency) {
        take(port, packet_pop(port), out);
        thread->state = THREAD_RUNNING;
        port->running++;
        return STATUS_SUCCESS;
    }
    if (!in->wait || has_no_handle(port)) {
        dispatch(port);
        return in->wait ? STATUS_ABANDONED_WAIT_0 : STATUS_TIMEOUT;
    }
    if (!thread->cell && !(thread->cell = server_cell_alloc(2, 0, 0))) { /* CELL_SYNCHRONIZATION */
        dispatch(port);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    thread->state = THREAD_WAITING;
    TAILQ_INSERT_HEAD(&port->waiting, thread, next);
    out->cell = thread->cell;
    dispatch(port);
    return STATUS_PENDING;
}

uint32_t serve_port_fetch(struct message *message, const struct protocol_port_fetch_in *in,
                          struct protocol_port_fetch_out *out)
{
    struct port *port = find(message, in->object);
    struct port_thread *thread = port ? find_thread(message->context, in->thread) : NULL;
    _Static_assert(sizeof(*out) == sizeof(struct protocol_port_remove_out), "the answers are the same");
    if (!thread || thread->port != port)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    if (thread->state != THREAD_GIVEN) {
        bool abandoned = thread->state == THREAD_ABANDONED;
        rest(thread);
        return abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_TIMEOUT;
    }
    take(port, thread->packet, (struct protocol_port_remove_out *)out);
    thread->packet = NULL;
    thread->state = THREAD_RUNNING;
    server_cell_reset(thread->cell);
    return STATUS_SUCCESS;
}

uint32_t serve_port_thread(struct message *message, const struct protocol_port_thread_in *in,
                           struct protocol_port_thread_out *out)
{
    struct client *client = message->context;
    struct port_thread *thread = find_thread(client, in->thread);
    (void)out;
    if (!thread)
        return STATUS_SUCCESS;
    if (in->what == PROTOCOL_PORT_LEAVES) {
        leave(client, thread);
    } else if (in->what == PROTOCOL_PORT_BLOCKS) {
        rest(thread);
        dispatch(thread->port);
    } else if (in->what == PROTOCOL_PORT_RESUMES && thread->state == THREAD_IDLE) {
        thread->state = THREAD_RUNNING; /* even if that is one more than there may be, as in Windows */
        thread->port->running++;
    }
    return STATUS_SUCCESS;
}

void ports_forget_client(struct client *client)
{
    tdestroy(client->port_threads, thread_free);
    client->port_threads = NULL;
}
