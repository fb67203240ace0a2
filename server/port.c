/* SPDX-License-Identifier: MIT */
/* port.c: the packets of completion ports that processes share. Its cell is a semaphore that counts them. */
#include "server.h"

struct packet {
    struct packet *next;
    struct protocol_port_remove_out what;
};

struct port {
    struct object header;
    struct packet *first, **last;
};

static void port_destroy(struct object *object)
{
    struct port *port = (struct port *)object;
    struct packet *packet;
    while ((packet = port->first)) {
        port->first = packet->next;
        free(packet);
    }
}

struct object *port_new(void)
{
    struct object *object = object_new(sizeof(struct port), OBJECT_KIND_COMPLETION_PORT);
    if (object) {
        object->destroy = port_destroy;
        ((struct port *)object)->last = &((struct port *)object)->first;
    }
    return object;
}

static struct port *find(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == OBJECT_KIND_COMPLETION_PORT ? (struct port *)object : NULL;
}

NTSTATUS port_add(struct object *object, const struct protocol_port_remove_out *what)
{
    struct port *port = (struct port *)object;
    if (!object_charge(object, sizeof(struct packet)))
        return STATUS_QUOTA_EXCEEDED;
    struct packet *packet = malloc(sizeof(*packet));
    if (!packet) {
        object_uncharge(object, sizeof(*packet));
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    packet->next = NULL;
    packet->what = *what;
    *port->last = packet;
    port->last = &packet->next;
    server_cell_signal(object->cell);
    return STATUS_SUCCESS;
}

uint32_t serve_port_post(struct message *message, const struct protocol_port_post_in *in,
                         struct protocol_port_post_out *out)
{
    struct port *port = find(message, in->object);
    (void)out;
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    return (uint32_t)port_add(&port->header,
                              &(struct protocol_port_remove_out){ in->key, in->context, in->information, in->status });
}

uint32_t serve_port_remove(struct message *message, const struct protocol_port_remove_in *in,
                           struct protocol_port_remove_out *out)
{
    struct port *port = find(message, in->object);
    if (!port)
        return (uint32_t)STATUS_INVALID_HANDLE;
    struct packet *packet = port->first;
    if (!packet)
        return (uint32_t)STATUS_TIMEOUT;
    *out = packet->what;
    if (!(port->first = packet->next))
        port->last = &port->first;
    object_uncharge(&port->header, sizeof(*packet));
    free(packet);
    return STATUS_SUCCESS;
}
