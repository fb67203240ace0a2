/* SPDX-License-Identifier: MIT */
/*
 * keyed.c: keyed events that processes share. Who comes first gets a cell, an event of its own, and waits for that; who comes
 * second finds it in the queue of the key and sets it. Queues are there only while somebody is in them.
 */
#include <search.h>
#include "server.h"

struct queue {
    uint64_t key; /* even; the lowest bit: of releasers */
    TAILQ_HEAD(, keyed_wait) waits;
};

struct keyed {
    struct object header;
    void *queues; /* tree */
};

struct keyed_wait {
    uint32_t cell;
    struct keyed *event; /* referenced */
    struct queue *queue; /* NULL: somebody has come */
    TAILQ_ENTRY(keyed_wait) next;
};

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct queue *)a)->key, y = ((const struct queue *)b)->key;
    return (x > y) - (x < y);
}

static int by_cell(const void *a, const void *b)
{
    uint32_t x = ((const struct keyed_wait *)a)->cell, y = ((const struct keyed_wait *)b)->cell;
    return (x > y) - (x < y);
}

struct object *keyed_new(void)
{
    return object_new(sizeof(struct keyed),
                      OBJECT_KIND_KEYED_EVENT); /* whoever waits has a reference: no queues at its end */
}

static struct keyed *find(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == OBJECT_KIND_KEYED_EVENT ? (struct keyed *)object : NULL;
}

static void leave_queue(struct keyed_wait *wait)
{
    struct queue *queue = wait->queue;
    TAILQ_REMOVE(&queue->waits, wait, next);
    wait->queue = NULL;
    if (!TAILQ_EMPTY(&queue->waits))
        return;
    tdelete(queue, &wait->event->queues, by_key);
    free(queue);
}

static struct queue *find_queue(struct keyed *event, uint64_t key)
{
    struct queue **found = tfind(&key, &event->queues, by_key);
    return found ? *found : NULL;
}

static bool enqueue(struct keyed *event, uint64_t key, struct keyed_wait *wait)
{
    struct queue *queue = find_queue(event, key);
    if (!queue) {
        if (!(queue = malloc(sizeof(*queue))))
            return false;
        queue->key = key;
        TAILQ_INIT(&queue->waits);
        if (!tsearch(queue, &event->queues, by_key)) {
            free(queue);
            return false;
        }
    }
    wait->queue = queue;
    TAILQ_INSERT_TAIL(&queue->waits, wait, next);
    return true;
}

uint32_t serve_keyed_meet(struct message *message, const struct protocol_keyed_meet_in *in,
                          struct protocol_keyed_meet_out *out)
{
    struct client *client = message->context;
    struct keyed *event = find(message, in->object);
    if (!event)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (in->key & 1)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    struct queue *others = find_queue(event, in->key | !in->release);
    if (others) {
        struct keyed_wait *other = TAILQ_FIRST(&others->waits);
        leave_queue(other);
        server_cell_signal(other->cell);
        return STATUS_SUCCESS;
    }
    if (!in->wait)
        return STATUS_TIMEOUT;
    if (client->keyed_count >= CLIENT_MAX_RECORDS)
        return (uint32_t)STATUS_QUOTA_EXCEEDED;
    struct keyed_wait *wait = calloc(1, sizeof(*wait));
    if (!wait)
        return (uint32_t)STATUS_NO_MEMORY;
    wait->event = event;
    wait->cell = server_cell_alloc(2, 0, 0); /* CELL_SYNCHRONIZATION */
    if (!wait->cell || !enqueue(event, in->key | !!in->release, wait)) {
        if (wait->cell)
            server_cell_free(wait->cell);
        free(wait);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!tsearch(wait, &client->keyed_waits, by_cell)) {
        leave_queue(wait);
        server_cell_free(wait->cell);
        free(wait);
        return (uint32_t)STATUS_NO_MEMORY;
    }
    event->header.refs++;
    client->keyed_count++;
    out->cell = wait->cell;
    return STATUS_PENDING;
}

static void wait_end(void *node)
{
    struct keyed_wait *wait = node;
    if (wait->queue)
        leave_queue(wait);
    server_cell_free(wait->cell);
    object_release(&wait->event->header);
    free(wait);
}

uint32_t serve_keyed_leave(struct message *message, const struct protocol_keyed_leave_in *in,
                           struct protocol_keyed_leave_out *out)
{
    struct client *client = message->context;
    struct keyed_wait key = { .cell = in->cell };
    struct keyed_wait **found = tfind(&key, &client->keyed_waits, by_cell);
    (void)out;
    if (!found || (*found)->event->header.number != in->object)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    struct keyed_wait *wait = *found;
    bool met = !wait->queue;
    tdelete(wait, &client->keyed_waits, by_cell);
    client->keyed_count--;
    wait_end(wait);
    return met ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

void keyed_forget_client(struct client *client)
{
    tdestroy(client->keyed_waits, wait_end);
    client->keyed_waits = NULL;
}
