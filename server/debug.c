/* SPDX-License-Identifier: MIT */
/*
 * debug.c: debug objects: which processes they debug, and those processes' events until the debugger has continued them.
 *
 * A process has its events in a row of its own: the first is the debugger's, the next come when that has been continued. The
 * object's cell is signalled while there is a process whose first event nobody has taken. What an event says, only the
 * processes understand.
 */
#include <errno.h>
#include <unistd.h>
#include "server.h"

struct debug_event {
    TAILQ_ENTRY(debug_event) next;
    uint32_t thread, kind;
    uint32_t serial; /* of the request to be answered */
    bool waiting;    /* there is one */
    bool taken;      /* the debugger has it */
    int fd;
    uint32_t size;
    char data[];
};

struct debug {
    struct object header;
    bool kill_on_close;
    bool closed; /* nobody can wait for it any more */
    TAILQ_HEAD(, process) processes, ready;
    TAILQ_HEAD(, client) starting; /* children that have not said hello yet */
};

/* --- events --- */

static void update_ready(struct process *process)
{
    struct debug *debug = process->debug;
    struct debug_event *first = TAILQ_FIRST(&process->debug_events);
    bool ready = first && !first->taken, any = !TAILQ_EMPTY(&debug->ready);
    if (ready == process->debug_ready)
        return;
    process->debug_ready = ready;
    if (ready)
        TAILQ_INSERT_TAIL(&debug->ready, process, of_ready);
    else
        TAILQ_REMOVE(&debug->ready, process, of_ready);
    if (debug->closed || any == !TAILQ_EMPTY(&debug->ready))
        return;
    if (any)
        server_cell_reset(debug->header.cell);
    else
        server_cell_signal(debug->header.cell);
}

static void answer(struct process *process, struct debug_event *event, uint32_t status)
{
    struct protocol_debug_event_out out = { status };
    if (event->waiting && process->client)
        client_answer(process->client, PROTOCOL_debug_event, event->serial, STATUS_SUCCESS, &out, sizeof(out), NULL, 0,
                      -1);
}

static void event_free(struct process *process, struct debug_event *event)
{
    TAILQ_REMOVE(&process->debug_events, event, next);
    object_uncharge(&process->header, (uint32_t)sizeof(*event) + event->size);
    if (event->fd >= 0)
        close(event->fd);
    free(event);
}

static NTSTATUS event_add(struct process *process, uint32_t thread, uint32_t kind, const void *data, uint32_t size,
                          struct debug_event **result)
{
    uint32_t total = (uint32_t)sizeof(struct debug_event) + size;
    if (!object_charge(&process->header, total))
        return STATUS_QUOTA_EXCEEDED;
    struct debug_event *event = calloc(1, total);
    if (!event) {
        object_uncharge(&process->header, total);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    event->thread = thread;
    event->kind = kind;
    event->fd = -1;
    event->size = size;
    if (size)
        memcpy(event->data, data, size);
    TAILQ_INSERT_TAIL(&process->debug_events, event, next);
    process->debug_exit_told |= kind == PROTOCOL_DEBUG_EVENT_EXITING;
    *result = event;
    return STATUS_SUCCESS;
}

/* --- which processes --- */

static void attach(struct debug *debug, struct process *process, bool children)
{
    TAILQ_INIT(&process->debug_events);
    process->debug = debug;
    process->debug_children = children;
    process->debug_ready = process->debug_exit_told = false;
    process->debug_present = 0;
    process->header.refs++;
    TAILQ_INSERT_TAIL(&debug->processes, process, of_debug);
}

/* `resume`: whoever waits for an answer hears that there is no debugger any more. */
static void release(struct process *process, bool resume)
{
    struct debug *debug = process->debug;
    struct debug_event *event;
    while ((event = TAILQ_FIRST(&process->debug_events))) {
        if (resume)
            answer(process, event, (uint32_t)STATUS_DEBUGGER_INACTIVE);
        event_free(process, event);
    }
    update_ready(process);
    TAILQ_REMOVE(&debug->processes, process, of_debug);
    process->debug = NULL;
    object_release(&process->header);
}

static void detach(struct process *process)
{
    struct message_part nothing = { NULL, 0 };
    struct client *client = process->client;
    process->header.refs++;
    release(process, true);
    if (client)
        client_ask(client, NULL, 0, PROTOCOL_CALL_debug_detached, &nothing, -1);
    process_hurry(process);
    object_release(&process->header);
}

static void debug_destroy(struct object *object)
{
    struct debug *debug = (struct debug *)object;
    struct process *process;
    struct client *client;
    debug->closed = true;
    while ((process = TAILQ_FIRST(&debug->processes))) {
        if (!debug->kill_on_close || process->ended) {
            detach(process);
            continue;
        }
        process->header.refs++;
        release(process, false); /* its threads stay where they are until the end */
        process_kill(process, (uint32_t)STATUS_DEBUGGER_INACTIVE);
        object_release(&process->header);
    }
    while ((client = TAILQ_FIRST(&debug->starting))) {
        debug_forget_client(client);
        client->debug_doomed = debug->kill_on_close;
    }
}

struct object *debug_new(void)
{
    struct debug *debug = (struct debug *)object_new(sizeof(*debug), OBJECT_KIND_DEBUG);
    if (!debug)
        return NULL;
    debug->header.destroy = debug_destroy;
    TAILQ_INIT(&debug->processes);
    TAILQ_INIT(&debug->ready);
    TAILQ_INIT(&debug->starting);
    return &debug->header;
}

static struct object *held(struct message *message, uint32_t number, enum object_kind kind)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == kind ? object : NULL;
}

/* --- children --- */

uint32_t debug_adopt(struct message *message, const struct protocol_adopt_in *in, struct client *child)
{
    struct client *parent = message->context;
    struct debug *debug = NULL;
    bool children = in->debug_children;
    if (in->debug == PROTOCOL_DEBUG_AS_PARENT) {
        debug = parent->process->debug_children ? parent->process->debug : NULL;
        children = true;
    } else if (in->debug && !(debug = (struct debug *)held(message, in->debug, OBJECT_KIND_DEBUG))) {
        return (uint32_t)STATUS_INVALID_HANDLE;
    }
    if (debug) {
        child->debug = debug;
        child->debug_children = children;
        TAILQ_INSERT_TAIL(&debug->starting, child, of_debug);
    }
    return STATUS_SUCCESS;
}

void debug_forget_client(struct client *client)
{
    if (client->debug)
        TAILQ_REMOVE(&client->debug->starting, client, of_debug);
    client->debug = NULL;
}

uint32_t debug_hello(struct client *client)
{
    struct debug *debug = client->debug;
    bool children = client->debug_children;
    debug_forget_client(client);
    if (client->debug_doomed)
        process_kill(client->process, (uint32_t)STATUS_DEBUGGER_INACTIVE);
    if (!debug)
        return 0;
    attach(debug, client->process, children);
    return PROTOCOL_DEBUGGED | (children ? PROTOCOL_DEBUG_CHILDREN : 0);
}

/* --- the end of a process --- */

void debug_process_ended(struct process *process)
{
    struct debug_event *event, *next;
    if (!process->debug)
        return;
    for (event = TAILQ_FIRST(&process->debug_events); event; event = next) {
        next = TAILQ_NEXT(event, next);
        event->waiting = false;
        if (event->kind != PROTOCOL_DEBUG_EVENT_EXITING)
            event_free(process, event);
    }
    process->debug_present = 0;
    /* Killed, from outside: the debugger hears of it all the same. */
    if (!process->debug_exit_told && event_add(process, process->id, PROTOCOL_DEBUG_EVENT_EXITING, &process->status,
                                               sizeof(process->status), &event))
        release(process, false);
    else if (TAILQ_EMPTY(&process->debug_events))
        release(process, false);
    else
        update_ready(process);
}

/* --- requests --- */

uint32_t serve_debug_set(struct message *message, const struct protocol_debug_set_in *in,
                         struct protocol_debug_set_out *out)
{
    struct debug *debug = (struct debug *)held(message, in->object, OBJECT_KIND_DEBUG);
    (void)out;
    if (!debug)
        return (uint32_t)STATUS_INVALID_HANDLE;
    debug->kill_on_close = in->kill_on_close;
    return STATUS_SUCCESS;
}

uint32_t serve_debug_attach(struct message *message, const struct protocol_debug_attach_in *in,
                            struct protocol_debug_attach_out *out)
{
    struct debug *debug = (struct debug *)held(message, in->object, OBJECT_KIND_DEBUG);
    struct process *process = (struct process *)held(message, in->process, OBJECT_KIND_PROCESS);
    (void)out;
    if (!debug || !process)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (process->ended || !process->client)
        return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
    if (process->client == message->context)
        return (uint32_t)STATUS_ACCESS_DENIED;
    if (process->debug)
        return (uint32_t)STATUS_PORT_ALREADY_SET;
    attach(debug, process, false);
    return STATUS_SUCCESS;
}

uint32_t serve_debug_detach(struct message *message, const struct protocol_debug_detach_in *in,
                            struct protocol_debug_detach_out *out)
{
    struct debug *debug = (struct debug *)held(message, in->object, OBJECT_KIND_DEBUG);
    struct process *process = (struct process *)held(message, in->process, OBJECT_KIND_PROCESS);
    (void)out;
    if (!debug || !process)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (process->debug != debug)
        return (uint32_t)STATUS_PORT_NOT_SET;
    detach(process);
    return STATUS_SUCCESS;
}

uint32_t serve_debug_query(struct message *message, const struct protocol_debug_query_in *in,
                           struct protocol_debug_query_out *out)
{
    struct process *process = process_by_id(in->process);
    (void)message;
    if (process && process->debug && !process->ended) {
        out->object = process->debug->header.number;
        out->children = process->debug_children;
    }
    return STATUS_SUCCESS;
}

uint32_t serve_debug_event(struct message *message, const struct protocol_debug_event_in *in,
                           struct protocol_debug_event_out *out)
{
    struct client *client = message->context;
    struct process *process = client->process;
    struct debug_event *event;
    if (!process->debug)
        return (uint32_t)STATUS_PORT_NOT_SET;
    if (message->parts[0].size > DEBUG_EVENT_MAX_DATA || in->kind > PROTOCOL_DEBUG_EVENT_EXITING)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    NTSTATUS status = event_add(process, in->thread, in->kind, message->parts[0].data, message->parts[0].size, &event);
    if (status)
        return (uint32_t)status;
    event->fd = message->fd;
    message->fd = -1;
    if (in->kind == PROTOCOL_DEBUG_EVENT_PRESENT) {
        process->debug_present++;
        out->status = (uint32_t)DBG_CONTINUE;
    } else {
        event->serial = message->serial;
        event->waiting = message->later = true;
    }
    update_ready(process);
    return STATUS_SUCCESS;
}

uint32_t serve_debug_wait(struct message *message, const struct protocol_debug_wait_in *in,
                          struct protocol_debug_wait_out *out)
{
    struct debug *debug = (struct debug *)held(message, in->object, OBJECT_KIND_DEBUG);
    if (!debug)
        return (uint32_t)STATUS_INVALID_HANDLE;
    struct process *process = TAILQ_FIRST(&debug->ready);
    if (!process)
        return (uint32_t)STATUS_TIMEOUT;
    struct debug_event *event = TAILQ_FIRST(&process->debug_events);
    if (event->size) {
        if (!(message->reply = malloc(event->size)))
            return (uint32_t)STATUS_NO_MEMORY;
        memcpy(message->reply, event->data, event->size);
        message->reply_size = event->size;
    }
    out->process = process->id;
    out->thread = event->thread;
    out->kind = event->kind;
    message->reply_fd = event->fd;
    message->reply_fd_owned = event->fd >= 0;
    event->fd = -1;
    event->taken = true;
    update_ready(process);
    return STATUS_SUCCESS;
}

/* The event has been continued with this status. */
static void finish(struct process *process, struct debug_event *event, uint32_t status)
{
    struct message_part nothing = { NULL, 0 };
    uint32_t kind = event->kind;
    answer(process, event, status);
    event_free(process, event);
    if (kind == PROTOCOL_DEBUG_EVENT_EXITING) {
        release(process, true);
        return;
    }
    if (kind == PROTOCOL_DEBUG_EVENT_PRESENT && process->debug_present && !--process->debug_present && process->client)
        client_ask(process->client, NULL, 0, PROTOCOL_CALL_debug_resumed, &nothing, -1);
    update_ready(process);
}

static struct process *find_debuggee(struct debug *debug, uint32_t id)
{
    struct process *process = process_by_id(id);
    if (process && process->debug == debug)
        return process;
    TAILQ_FOREACH(process, &debug->processes, of_debug)
    { /* it may have ended, and its number be another's by now */
        if (process->id == id)
            return process;
    }
    return NULL;
}

uint32_t serve_debug_continue(struct message *message, const struct protocol_debug_continue_in *in,
                              struct protocol_debug_continue_out *out)
{
    struct debug *debug = (struct debug *)held(message, in->object, OBJECT_KIND_DEBUG);
    struct process *process;
    struct debug_event *event;
    (void)out;
    if (!debug)
        return (uint32_t)STATUS_INVALID_HANDLE;
    process = find_debuggee(debug, in->process);
    event = process ? TAILQ_FIRST(&process->debug_events) : NULL;
    if (!event || !event->taken || event->thread != in->thread)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    if (in->status == (uint32_t)DBG_REPLY_LATER && !event->waiting) { /* nobody who would send it again */
        event->taken = false;
        TAILQ_REMOVE(&process->debug_events, event, next);
        TAILQ_INSERT_TAIL(&process->debug_events, event, next);
        update_ready(process);
        return STATUS_SUCCESS;
    }
    finish(process, event, in->status);
    return STATUS_SUCCESS;
}
