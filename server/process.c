/* SPDX-License-Identifier: MIT */
/* process.c: the processes that have joined, as objects: found by id, enumerated, ended, and their exit status kept. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "job.h"

static struct idmap by_id;

/* Those that have joined, by their ids: for lists of processes. */
static struct process **joined;
static uint32_t joined_count, joined_capacity;

/* The place of the first whose id is `id` or more. */
static uint32_t joined_at(uint32_t id)
{
    uint32_t low = 0, high = joined_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (joined[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool process_list_add(struct process *process)
{
    if (joined_count == joined_capacity) {
        uint32_t capacity = joined_capacity ? joined_capacity * 2 : 64;
        struct process **larger = realloc(joined, capacity * sizeof(*larger));
        if (!larger)
            return false;
        joined = larger;
        joined_capacity = capacity;
    }
    uint32_t at = joined_at(process->id);
    memmove(joined + at + 1, joined + at, (joined_count++ - at) * sizeof(*joined));
    joined[at] = process;
    return true;
}

static void list_remove(const struct process *process)
{
    uint32_t at = joined_at(process->id);
    while (at < joined_count && joined[at]->id == process->id && joined[at] != process)
        at++; /* the id may be another's already */
    if (at < joined_count && joined[at] == process)
        memmove(joined + at, joined + at + 1, (--joined_count - at) * sizeof(*joined));
}

/* What a process has said before it ended counts. */
static void hear(struct client *client)
{
    /* Not for ever: a child may have inherited the connection, and go on. */
    for (int round = 0; round < 256 && client && client->request.fd >= 0 && !client->gone; round++) {
        int fd = client->request.fd;
        char byte;
        if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
            break;
        client->request.ready(&client->request, EPOLLIN);
    }
}

#define KILL_SECONDS 1 /* for a process that is stopped, or that does not listen */
static bool start_timer(struct process *process, int seconds);

/* How a member of a job has ended its creator knows, who tells us before it reaps it (job_ended). */
static bool creator_will_tell(struct process *process)
{
    bool known = process->has_status && process->usage.peak_memory;
    struct process *parent = process->in_job && !known ? process_by_id(process->parent) : NULL;
    if (!parent || !parent->client || parent->ended || parent->ending)
        return false;
    source_remove(&process->watch);
    source_remove(&process->kill_timer);
    return start_timer(process, KILL_SECONDS);
}

static void watch_ready(struct source *source, uint32_t events)
{
    struct process *process = container(source, struct process, watch);
    (void)events;
    process->header.refs++;
    hear(process->client);
    process->dead = true;
    if (!process->ended && !creator_will_tell(process))
        process_ended(process);
    object_release(&process->header);
}

static void kill_timer(struct source *source, uint32_t events)
{
    struct process *process = container(source, struct process, kill_timer);
    (void)events;
    source_remove(source);
    if (process->dead)
        process_ended(process);
    else if (!process->ended)
        syscall(SYS_pidfd_send_signal, process->pidfd, 9, NULL, 0);
}

static bool start_timer(struct process *process, int seconds)
{
    struct itimerspec when = { { 0, 0 }, { seconds, 0 } };
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer >= 0 && !timerfd_settime(timer, 0, &when, NULL) && source_add(&process->kill_timer, timer, EPOLLIN))
        return true;
    if (timer >= 0)
        close(timer);
    process->kill_timer.fd = -1;
    return false;
}

static void process_destroy(struct object *object)
{
    struct process *process = (struct process *)object;
    uint32_t *number = idmap_find(&by_id, process->id);
    if (number && *number == object->number)
        idmap_remove(&by_id, process->id);
    source_remove(&process->watch);
    source_remove(&process->kill_timer);
    free(process->image);
    if (process->job)
        object_release((struct object *)process->job);
}

struct process *process_new(pid_t pid, int pidfd)
{
    struct process *process = (struct process *)object_new(sizeof(*process), OBJECT_KIND_PROCESS);
    if (!process) {
        close(pidfd);
        return NULL;
    }
    process->header.destroy = process_destroy;
    process->id = (uint32_t)pid;
    process->watch = (struct source){ pidfd, watch_ready };
    process->kill_timer = (struct source){ -1, kill_timer };
    process->pidfd = pidfd;
    process->header.cell = server_cell_alloc(1, 0, 0); /* CELL_NOTIFICATION */
    if ((process->header.data = malloc(sizeof(struct process_form)))) {
        memcpy(process->header.data, &(struct process_form){ process->id }, sizeof(struct process_form));
        process->header.data_size = sizeof(struct process_form);
    }
    uint32_t *number = process->header.cell && process->header.data ? idmap_insert(&by_id, process->id) : NULL;
    if (!number || !source_add(&process->watch, pidfd, EPOLLIN)) {
        close(pidfd);
        process->watch.fd = -1;
        object_release(&process->header);
        return NULL;
    }
    *number = process->header.number; /* one of that id that is dead already gives way */
    process->header.refs++;           /* the live process's own */
    return process;
}

struct process *process_by_id(uint32_t id)
{
    uint32_t *number = id ? idmap_find(&by_id, id) : NULL;
    return number ? (struct process *)object_find(*number) : NULL;
}

void process_detach(struct process *process)
{
    list_remove(process);
    process->client->process = NULL;
    process->client = NULL;
    object_release(&process->header); /* hello's */
}

static void answer_end(const struct process *process);

void process_ended(struct process *process)
{
    if (process->ended)
        return;
    process->ended = true;
    source_remove(&process->kill_timer);
    if (!process->has_status)
        process->status = 128 + 9; /* what a shell would say: nothing else was heard of it */
    source_remove(&process->watch);
    process->pidfd = -1;
    job_process_ended(process);
    if (process->client)
        client_gone(process->client);
    debug_process_ended(process);
    server_cell_signal(process->header.cell);
    answer_end(process);
    object_release(&process->header);
}

bool process_lives(struct process *process)
{
    struct pollfd dead = { process->pidfd, POLLIN, 0 };
    if (!process->ended && (process->dead || poll(&dead, 1, 0) > 0))
        process_ended(process);
    return !process->ended;
}

void process_forget(struct process *process)
{
    process->ended = true;
    source_remove(&process->kill_timer);
    source_remove(&process->watch);
    process->pidfd = -1;
    object_release(&process->header);
}

static struct process *held_process(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == OBJECT_KIND_PROCESS ? (struct process *)object : NULL;
}

uint32_t serve_exiting(struct message *message, const struct protocol_exiting_in *in, struct protocol_exiting_out *out)
{
    struct client *client = message->context;
    (void)out;
    if (client->process && !client->process->has_status) {
        client->process->status = in->status;
        client->process->has_status = true;
    }
    if (client->process && client->process->in_job)
        usage_read(client->process->id, &client->process->usage); /* its memory is known while it lives */
    return STATUS_SUCCESS;
}

uint32_t serve_process_open(struct message *message, const struct protocol_process_open_in *in,
                            struct protocol_process_open_out *out)
{
    struct process *process = process_by_id(in->id);
    if (!process)
        return (uint32_t)STATUS_INVALID_CID;
    out->joined = process->ended ? PROTOCOL_PROCESS_ENDED : process->client != NULL;
    NTSTATUS status = client_hold(message->context, &process->header);
    if (status)
        return (uint32_t)status;
    out->object = process->header.number;
    out->cell = process->header.cell;
    return STATUS_SUCCESS;
}

/* --- those that have been asked to join --- */

#define JOIN_LOOK_MS 100 /* how often one that is to join is looked at */
#define JOIN_HANDLED 30  /* times: for one that is stopped, or belongs to another prefix */
#define JOIN_LOOKS   600 /* for one that does not come to run */

/* One that a process shall join, or (`end`) that a child has been cleared up after. */
struct await {
    struct await *next, **link;
    struct client *client;
    uint32_t id, serial;
    bool end;
    unsigned looks, handled; /* how often it was looked at, and had handled the signal then */
    struct source death, timer;
};
static struct await *awaits;

static struct await *await_new(struct message *message, uint32_t id)
{
    struct client *client = message->context;
    struct await *await = client->await_count < CLIENT_MAX_AWAITED ? calloc(1, sizeof(*await)) : NULL;
    if (!await)
        return NULL;
    client->await_count++;
    await->client = client;
    await->id = id;
    await->serial = message->serial;
    await->death.fd = await->timer.fd = -1;
    await->next = awaits;
    await->link = &awaits;
    if (awaits)
        awaits->link = &await->next;
    awaits = await;
    message->later = true;
    return await;
}

static void await_free(struct await *await)
{
    await->client->await_count--;
    source_remove(&await->death);
    source_remove(&await->timer);
    if ((*await->link = await->next))
        await->next->link = await->link;
    free_later(await);
}

/* How another process ended a child of the client's. */
static NTSTATUS take_child_status(struct client *client, uint32_t id, uint32_t *result)
{
    uint32_t *status = id ? idmap_find(&client->children, id) : NULL;
    if (!status)
        return STATUS_NOT_FOUND;
    *result = *status;
    idmap_remove(&client->children, id);
    return STATUS_SUCCESS;
}

static void await_ended(struct await *await)
{
    struct protocol_child_status_out out = { 0 };
    NTSTATUS status = take_child_status(await->client, await->id, &out.status);
    client_answer(await->client, PROTOCOL_child_status, await->serial, (uint32_t)status, &out, sizeof(out), NULL, 0,
                  -1);
    await_free(await);
}

static void await_done(struct await *await, NTSTATUS status, struct process *process)
{
    struct protocol_process_await_out out = { 0 };
    if (process) {
        out.object = process->header.number;
        out.cell = process->header.cell;
        status = client_hold(await->client, &process->header);
    }
    client_answer(await->client, PROTOCOL_process_await, await->serial, (uint32_t)status, &out, sizeof(out), NULL, 0,
                  -1);
    await_free(await);
}

static void await_death(struct source *source, uint32_t events)
{
    (void)events;
    await_done(container(source, struct await, death), STATUS_INVALID_CID, NULL);
}

/* Whether the signal that asks it to join waits to be handled: a busy machine has not let the process run since. */
static bool has_signal_pending(uint32_t id)
{
    char path[64], line[256];
    unsigned long long mask = 0, masks = 0;
    snprintf(path, sizeof(path), "/proc/%u/status", id);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "SigPnd: %llx", &mask) == 1 || sscanf(line, "ShdPnd: %llx", &mask) == 1)
            masks |= mask;
    fclose(file);
    return masks >> (JOIN_SIGNAL - 1) & 1;
}

/*
 * Being slow is no reason to give up; being stopped is, and having had the time for it: it is of another prefix, then. The signal may have
 * come just before a thread began to block in a call of Linux, where nothing looks for what it has left: so it is sent again.
 */
static void await_timer(struct source *source, uint32_t events)
{
    struct await *await = container(source, struct await, timer);
    uint64_t ticks;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0)
        return;
    if (!has_signal_pending(await->id)) {
        await->handled++;
        syscall(SYS_pidfd_send_signal, await->death.fd, JOIN_SIGNAL, NULL, 0);
    }
    if (await->handled == JOIN_HANDLED || ++await->looks == JOIN_LOOKS ||
        (await->looks >= JOIN_HANDLED && thread_is_stopped(await->id, await->id)))
        await_done(await, STATUS_INVALID_CID, NULL);
}

void process_joined(struct process *process)
{
    for (struct await *await = awaits, *next; await; await = next) {
        next = await->next;
        if (await->id == process->id && !await->end)
            await_done(await, STATUS_SUCCESS, process);
    }
}

static void answer_end(const struct process *process)
{
    for (struct await *await = awaits, *next; await; await = next) {
        next = await->next;
        if (await->id == process->id && await->end)
            await_ended(await);
    }
}

void process_forget_client(struct client *client)
{
    for (struct await *await = awaits, *next; await; await = next) {
        next = await->next;
        if (await->client == client && await->end)
            await_free(await);
        else if (await->client == client)
            await_done(await, STATUS_CANCELLED, NULL);
    }
}

uint32_t serve_process_await(struct message *message, const struct protocol_process_await_in *in,
                             struct protocol_process_await_out *out)
{
    struct process *process = process_by_id(in->id);
    if (process && !process->ended && process->client) {
        out->object = process->header.number;
        out->cell = process->header.cell;
        return (uint32_t)client_hold(message->context, &process->header);
    }
    if (message->fd < 0)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    const struct timespec look = { 0, JOIN_LOOK_MS * 1000000L };
    struct itimerspec when = { look, look };
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct await *await = timer >= 0 ? await_new(message, in->id) : NULL;
    if (!await) {
        if (timer >= 0)
            close(timer);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    await->death = (struct source){ -1, await_death };
    await->timer = (struct source){ -1, await_timer };
    timerfd_settime(timer, 0, &when, NULL);
    bool watched = source_add(&await->timer, timer, EPOLLIN) && source_add(&await->death, message->fd, EPOLLIN);
    if (await->death.fd >= 0)
        message->fd = -1;
    if (!watched)
        await_done(await, STATUS_INVALID_PARAMETER, NULL);
    return STATUS_SUCCESS;
}

uint32_t serve_child_status(struct message *message, const struct protocol_child_status_in *in,
                            struct protocol_child_status_out *out)
{
    /* Its end may have been seen by its creator before us: what it owned is abandoned first, then its end is told. */
    const struct process *process = process_by_id(in->id);
    if (process && !process->ended) {
        struct pollfd dead = { process->pidfd, POLLIN, 0 };
        struct await *await = process->dead || poll(&dead, 1, 0) > 0 ? await_new(message, in->id) : NULL;
        if (await) {
            await->end = true;
            return STATUS_SUCCESS;
        }
    }
    return (uint32_t)take_child_status(message->context, in->id, &out->status);
}

uint32_t serve_process_next(struct message *message, const struct protocol_process_next_in *in,
                            struct protocol_process_next_out *out)
{
    uint32_t at = in->id == UINT32_MAX ? joined_count : joined_at(in->id + 1);
    if (at == joined_count)
        return (uint32_t)STATUS_NO_MORE_ENTRIES;
    const struct process *best = joined[at];
    out->id = best->id;
    out->parent = best->parent;
    if (best->image && (message->reply = strdup(best->image)))
        message->reply_size = (uint32_t)strlen(best->image);
    return STATUS_SUCCESS;
}

uint32_t serve_process_status(struct message *message, const struct protocol_process_status_in *in,
                              struct protocol_process_status_out *out)
{
    struct process *process = held_process(message, in->object);
    if (!process)
        return (uint32_t)STATUS_INVALID_HANDLE;
    out->ended = process->ended;
    out->status = process->ended ? process->status : (uint32_t)STATUS_PENDING;
    return STATUS_SUCCESS;
}

NTSTATUS process_kill(struct process *process, uint32_t status)
{
    if (process->ended || process->dead)
        return STATUS_PROCESS_IS_TERMINATING;
    process->ending = true;
    if (!process->has_status) {
        process->status = status;
        process->has_status = true;
    }
    /* Its creator asks what became of it. */
    struct process *parent = process_by_id(process->parent);
    uint32_t *slot = parent && parent->client ? idmap_insert(&parent->client->children, process->id) : NULL;
    if (slot)
        *slot = process->status;
    if (syscall(SYS_pidfd_send_signal, process->pidfd, 9, NULL, 0))
        return errno == EPERM ? STATUS_ACCESS_DENIED : STATUS_PROCESS_IS_TERMINATING;
    return STATUS_SUCCESS;
}

void process_hurry(struct process *process)
{
    if (process->has_status && !process->ended && !process->dead && process->kill_timer.fd < 0)
        start_timer(process, KILL_SECONDS);
}

uint32_t serve_process_terminate(struct message *message, const struct protocol_process_terminate_in *in,
                                 struct protocol_process_terminate_out *out)
{
    struct process *process = held_process(message, in->object);
    (void)out;
    return (uint32_t)(process ? process_terminate(process, in->status) : STATUS_INVALID_HANDLE);
}

NTSTATUS process_terminate(struct process *process, uint32_t status)
{
    if (process->ended || process->dead)
        return STATUS_PROCESS_IS_TERMINATING;
    process->ending = true;
    if (!process->has_status) {
        process->status = status;
        process->has_status = true;
    }
    /* It ends by itself if it can, which tells its creator how; else it is killed. A debugged one ends when its debugger lets it. */
    struct protocol_process_exit_in told = { process->status };
    struct message_part part = { &told, sizeof(told) };
    if (process->client && process->kill_timer.fd < 0 &&
        !client_ask(process->client, NULL, 0, PROTOCOL_CALL_process_exit, &part, -1) &&
        (process->debug || start_timer(process, KILL_SECONDS)))
        return STATUS_SUCCESS;
    return process_kill(process, process->status);
}
