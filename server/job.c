/* SPDX-License-Identifier: MIT */
/*
 * job.c: jobs: who is in which, who will be, and how they end.
 *
 * Members are processes, whether they have joined or not; they are watched by pidfd. What a member starts is in the job before it
 * executes its first instruction, since it says so itself between fork and exec (job_enter); the kernel tells who that was. So
 * neither its creator's death nor its own leaves a process outside. The jobs above a job are set when a member of one is
 * assigned to an empty other (docs: "Nested Jobs").
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "job.h"

#define MAX_DEPTH 64

uint32_t members_not_joined;

/* --- the object --- */

static void job_destroy(struct object *object)
{
    struct job *job = (struct job *)object;
    job_drop_port(job);
    job_cpu_forget(job);
    source_remove(&job->timer);
    if (job->parent) {
        TAILQ_REMOVE(&job->parent->children, job, sibling);
        object_release(&job->parent->header);
    }
}

static void kill_marked(uint32_t id, void *context)
{
    struct process *process = process_by_id(id);
    if (process && !process->ended && process->in_job)
        return;
    int pidfd = (int)syscall(SYS_pidfd_open, id, 0);
    if (pidfd < 0)
        return;
    if (job_has_marked(context, id)) /* still: it may have ended meanwhile, and another have got its id */
        syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    close(pidfd);
}

/* Nobody has a handle any more: its name is gone, as any object's, while it lasts as long as it has members. */
static void job_unheld(struct object *object)
{
    struct job *job = (struct job *)object;
    if (job->settings.limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)
        job_end_members(job, STATUS_SUCCESS, false);
    if (object->name && !object->permanent)
        object_release(directory_remove_name(object));
}

struct object *job_new(const struct message_part *data)
{
    struct job *job = (struct job *)object_new(sizeof(*job), OBJECT_KIND_JOB);
    if (!job)
        return NULL;
    job->header.destroy = job_destroy;
    job->header.unheld = job_unheld;
    job->timer.fd = -1;
    TAILQ_INIT(&job->children);
    TAILQ_INIT(&job->members);
    if (data->size == sizeof(job->settings))
        memcpy(&job->settings, data->data, data->size);
    memset(&job->settings.cpu, 0, sizeof(job->settings.cpu)); /* which is set by job_set only */
    job_notify_anew(job);
    return &job->header;
}

struct job *job_held(struct message *message, uint32_t number)
{
    struct client *client = message->context;
    if (!number)
        return client->process->in_job ? client->process->job : NULL;
    struct object *object = idmap_find(&client->held, number) ? object_find(number) : NULL;
    return object && object->kind == OBJECT_KIND_JOB ? (struct job *)object : NULL;
}

/* Not deeper than MAX_DEPTH. What is called may end members, but none goes from the list meanwhile. */
void job_for_each(struct job *job, void (*function)(struct process *, void *), void *context)
{
    struct job *child;
    struct process *process;
    TAILQ_FOREACH(child, &job->children, sibling)
    job_for_each(child, function, context);
    TAILQ_FOREACH(process, &job->members, of_job)
    function(process, context);
}

/* --- members --- */

static void count_active(struct job *job, const struct job *above, int change)
{
    for (; job && job != above; job = job->parent)
        job->active += (uint32_t)change;
}

/* Whether one more may be in the job and in those above it, up to `above`; what forbids it is told. */
static bool room_in(struct job *job, const struct job *above)
{
    for (; job && job != above; job = job->parent) {
        const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->settings.limits.BasicLimitInformation;
        if (basic->LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS && job->active >= basic->ActiveProcessLimit) {
            job_notify(job, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT, 0);
            return false;
        }
    }
    return true;
}

/* It has been counted as active. `above` is the job that it is in already, or NULL. */
static void enter(struct job *job, struct job *above, struct process *process)
{
    job_memory_left(process);
    if (process->in_job)
        TAILQ_REMOVE(&above->members, process, of_job);
    else if (!process->client)
        members_not_joined++;
    job->header.refs++;
    if (process->job)
        object_release(&process->job->header);
    process->job = job;
    process->in_job = true;
    TAILQ_INSERT_TAIL(&job->members, process, of_job);
    job_memory_entered(process);
    job_apply_affinity(process);
    for (struct job *in = job; in && in != above; in = in->parent) {
        in->total++;
        job_post(in, JOB_OBJECT_MSG_NEW_PROCESS, process->id);
    }
    job_watch_time(job);
}

void job_process_joins(struct process *process)
{
    if (process->in_job)
        members_not_joined--;
}

static bool abnormal(const struct process *process)
{
    int status = process->has_status ? -1 : usage_wait_status(process->id);
    if (status >= 0)
        return WIFSIGNALED(status);
    return process->status >> 30 == 3;
}

void job_process_ended(struct process *process)
{
    if (!process->in_job)
        return;
    struct job *job = process->job;
    uint64_t peak = process->usage.peak_memory;
    struct job_usage usage;
    if (!process->usage_known && usage_read(process->id, &usage)) {
        process->usage = usage;
        if (peak > usage.peak_memory)
            process->usage.peak_memory = peak;
    }
    uint32_t what = abnormal(process) ? JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS : JOB_OBJECT_MSG_EXIT_PROCESS;
    job_memory_left(process);
    TAILQ_REMOVE(&job->members, process, of_job);
    process->in_job = false;
    if (!process->client && !--members_not_joined && !client_count)
        server_idle(true);
    job_notify(job, what, process->id);
    for (struct job *in = job; in; in = in->parent) {
        usage_add(&in->gone, &process->usage);
        if (process->usage.peak_memory > in->peak_process_memory)
            in->peak_process_memory = process->usage.peak_memory;
        if (--in->active)
            continue;
        job_post(in, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, 0);
        if (in->timed_out && in->header.cell)
            server_cell_signal(in->header.cell);
    }
    /* The reference stays: who asks whether it was in the job shall be told so. */
}

/* An object for a process that has not joined; takes the descriptor. It lives until the process ends. */
static struct process *member_new(uint32_t id, int pidfd)
{
    struct process *process = process_new((pid_t)id, pidfd);
    if (!process)
        return NULL;
    process->parent = process_parent_of(id);
    object_release(&process->header); /* the live process has one of its own */
    return process;
}

/* --- assigning --- */

/* Whether a process whose immediate job is `from` may be in `job` too. Sets what is above it if that is not settled yet. */
static NTSTATUS nest(struct job *job, struct job *from)
{
    if (!from || job_is_in(job, from))
        return STATUS_SUCCESS;
    unsigned depth = 0;
    for (const struct job *up = from; up; up = up->parent)
        depth++;
    if (job->parent || job->active || !TAILQ_EMPTY(&job->children) || job->settings.ui_restrictions ||
        from->settings.ui_restrictions || depth >= MAX_DEPTH)
        return STATUS_ACCESS_DENIED;
    job->parent = from;
    from->header.refs++;
    TAILQ_INSERT_TAIL(&from->children, job, sibling);
    job_cpu_nested(job);
    return STATUS_SUCCESS;
}

static NTSTATUS assign(struct job *job, struct process *process)
{
    struct job *from = process->in_job ? process->job : NULL;
    if (process->ended || process->ending)
        return STATUS_PROCESS_IS_TERMINATING;
    if (from && job_is_in(from, job))
        return STATUS_SUCCESS;
    NTSTATUS status = nest(job, from);
    if (status)
        return status;
    if (!room_in(job, from)) { /* as JOBOBJECT_BASIC_LIMIT_INFORMATION says: it does not survive that */
        for (struct job *in = job; in && in != from; in = in->parent)
            in->terminated++;
        process_terminate(process, (uint32_t)STATUS_QUOTA_EXCEEDED);
        return STATUS_QUOTA_EXCEEDED;
    }
    if (!job_cpu_enter(job, process))
        return STATUS_ACCESS_DENIED;
    count_active(job, from, 1);
    enter(job, from, process);
    return STATUS_SUCCESS;
}

uint32_t serve_job_assign(struct message *message, const struct protocol_job_assign_in *in,
                          struct protocol_job_assign_out *out)
{
    struct job *job = in->object ? job_held(message, in->object) : NULL;
    struct process *process = process_by_id(in->id);
    if (!job)
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (process && process->ended)
        return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
    if (!process) {
        if (message->fd < 0 || !pidfd_is(message->fd, in->id))
            return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
        process = member_new(in->id, message->fd);
        message->fd = -1;
        if (!process)
            return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS status = assign(job, process);
    if (!process->client && !process->in_job)
        process_forget(process);
    if (status)
        return (uint32_t)status;
    out->priority_class = job_priority_class(process->job);
    if (in->flags & PROTOCOL_JOB_NATIVE && (message->reply = malloc(JOB_MARK_SIZE))) {
        process->job->has_natives = true;
        job_mark(process->job, message->reply);
        message->reply_size = (uint32_t)strlen(message->reply) + 1;
    }
    return STATUS_SUCCESS;
}

uint32_t serve_job_follow(struct message *message, const struct protocol_job_follow_in *in,
                          struct protocol_job_follow_out *out)
{
    struct client *client = message->context;
    struct job *job = job_by_mark(message->parts[0].data, message->parts[0].size);
    (void)in;
    (void)out;
    if (!job)
        return (uint32_t)STATUS_NOT_FOUND;
    return (uint32_t)assign(job, client->process);
}

/* --- starting --- */

/* The job that a child of a member of `job` is in. */
static struct job *inherited(struct job *job, uint32_t flags, NTSTATUS *status)
{
    DWORD leave = JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    if (flags & PROTOCOL_JOB_BREAKAWAY)
        leave |= JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    *status = STATUS_SUCCESS;
    if (job && flags & PROTOCOL_JOB_BREAKAWAY && !(job->settings.limits.BasicLimitInformation.LimitFlags & leave))
        *status = STATUS_ACCESS_DENIED;
    while (job && job->settings.limits.BasicLimitInformation.LimitFlags & leave)
        job = job->parent;
    return job;
}

uint32_t serve_job_reserve(struct message *message, const struct protocol_job_reserve_in *in,
                           struct protocol_job_reserve_out *out)
{
    static uint32_t last_ticket;
    struct client *client = message->context;
    struct process *parent = in->parent ? process_by_id(in->parent) : client->process;
    struct job *job = parent && parent->in_job ? parent->job : NULL;
    NTSTATUS status;
    if ((parent && parent->ending) || client->process->ending)
        return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
    job = inherited(job, in->flags, &status);
    for (uint32_t i = 0; !status && i < message->parts[0].size / sizeof(uint32_t); i++) {
        uint32_t number;
        memcpy(&number, (const char *)message->parts[0].data + i * sizeof(number), sizeof(number));
        struct job *next = number ? job_held(message, number) : NULL;
        if (!next)
            return (uint32_t)STATUS_INVALID_HANDLE;
        if (job && job_is_in(job, next))
            continue;
        status = nest(next, job);
        job = next;
    }
    if (status || !job)
        return (uint32_t)status;
    if (!room_in(job, NULL))
        return (uint32_t)STATUS_QUOTA_EXCEEDED;
    if (client->tickets.count >= CLIENT_MAX_ASKING || !(message->reply = malloc(JOB_MARK_SIZE)))
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    if (!++last_ticket)
        last_ticket = 1;
    uint32_t *slot = idmap_insert(&client->tickets, last_ticket);
    if (!slot)
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    *slot = job->header.number;
    job->header.refs++;
    count_active(job, NULL, 1);
    if (in->flags & PROTOCOL_JOB_NATIVE)
        job->has_natives = true;
    out->ticket = last_ticket;
    out->job = job->header.number;
    out->priority_class = job_priority_class(job);
    job_mark(job, message->reply);
    message->reply_size = (uint32_t)strlen(message->reply) + 1;
    return STATUS_SUCCESS;
}

/* The job of a ticket, whose reference is the caller's now, or NULL. */
static struct job *ticket_take(struct client *client, uint32_t ticket)
{
    uint32_t *slot = ticket ? idmap_find(&client->tickets, ticket) : NULL;
    if (!slot)
        return NULL;
    struct job *job = (struct job *)object_find(*slot);
    idmap_remove(&client->tickets, ticket);
    return job;
}

static void ticket_drop(struct job *job)
{
    count_active(job, NULL, -1);
    object_release(&job->header);
}

uint32_t serve_job_enter(struct message *message, const struct protocol_job_enter_in *in,
                         struct protocol_job_enter_out *out)
{
    struct client *client = message->context;
    struct job *job = ticket_take(client, in->ticket);
    (void)out;
    if (!job)
        return STATUS_SUCCESS;
    uint32_t id = (uint32_t)client->pid; /* who said this: the child, over our connection with its creator */
    int pidfd = (int)syscall(SYS_pidfd_open, client->pid, 0);
    struct process *present = process_by_id(id);
    struct process *process = NULL;
    if (present && !present->ended) { /* that says so of itself */
        if (pidfd >= 0)
            close(pidfd);
    } else if (pidfd >= 0) {
        process = member_new(id, pidfd);
    }
    if (!process) {
        ticket_drop(job);
        return STATUS_SUCCESS;
    }
    process->parent = client->process->id;
    job_cpu_enter(job, process);
    enter(job, NULL, process);
    object_release(&job->header);
    if (client->process->ending) /* it was started after its creator was told to end */
        process_terminate(process, client->process->status);
    return STATUS_SUCCESS;
}

uint32_t serve_job_release(struct message *message, const struct protocol_job_release_in *in,
                           struct protocol_job_release_out *out)
{
    struct job *job = ticket_take(message->context, in->ticket);
    (void)out;
    if (job)
        ticket_drop(job);
    return STATUS_SUCCESS;
}

void job_forget_client(struct client *client)
{
    for (uint32_t i = 0; i < client->tickets.capacity; i++)
        if (client->tickets.slots[i].key)
            ticket_drop((struct job *)object_find(client->tickets.slots[i].value));
    idmap_free(&client->tickets);
}

/* --- ending --- */

struct end {
    uint32_t status;
    bool limit;
};

static void end_member(struct process *process, void *context)
{
    const struct end *end = context;
    if (process->ending)
        return;
    if (end->limit)
        for (struct job *job = process->job; job; job = job->parent)
            job->terminated++;
    process_terminate(process, end->status);
}

void job_end_members(struct job *job, uint32_t status, bool limit)
{
    struct end end = { status, limit };
    job_for_each(job, end_member, &end);
    job_marked(job, kill_marked, job);
}

uint32_t serve_job_terminate(struct message *message, const struct protocol_job_terminate_in *in,
                             struct protocol_job_terminate_out *out)
{
    struct client *client = message->context;
    struct job *job = in->object ? job_held(message, in->object) : NULL;
    if (!job)
        return (uint32_t)STATUS_INVALID_HANDLE;
    out->caller_too = client->process->in_job && job_is_in(client->process->job, job);
    job_end_members(job, in->status, false);
    return STATUS_SUCCESS;
}

/* Called while /proc still knows the process: by itself, or by its creator before it reaps it. */
uint32_t serve_job_ended(struct message *message, const struct protocol_job_ended_in *in,
                         struct protocol_job_ended_out *out)
{
    struct client *client = message->context;
    struct process *process = process_by_id(in->id);
    bool itself = (uint32_t)client->pid == in->id;
    (void)out;
    if (!itself && (!client->process || !process || process->parent != client->process->id))
        return (uint32_t)STATUS_ACCESS_DENIED;
    if (!process || !process->in_job)
        return STATUS_SUCCESS;
    if (!process->has_status) {
        process->status = in->status;
        process->has_status = true;
    }
    process->usage_known = usage_read(process->id, &process->usage);
    if (in->peak_memory > process->usage.peak_memory)
        process->usage.peak_memory = in->peak_memory;
    if (!itself)
        process_ended(process);
    return STATUS_SUCCESS;
}

/* --- questions --- */

uint32_t serve_job_member(struct message *message, const struct protocol_job_member_in *in,
                          struct protocol_job_member_out *out)
{
    struct job *job = in->object ? job_held(message, in->object) : NULL;
    struct process *process = process_by_id(in->id);
    struct object *known = in->known ? object_find(in->known) : NULL;
    (void)out;
    if (in->object && !job)
        return (uint32_t)STATUS_INVALID_HANDLE;
    const struct job *of = process ? process->job : NULL;
    if (!of && known && known->kind == OBJECT_KIND_JOB)
        of = (struct job *)known;
    bool member = job ? job_is_in(of, job) : of != NULL;
    return (uint32_t)(member ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB);
}

struct id_list {
    uint32_t *ids;
    uint32_t count, room;
    bool failed;
};

static void list_id(uint32_t id, void *context)
{
    struct id_list *list = context;
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 64;
        uint32_t *larger = room * sizeof(id) <= MESSAGE_MAX_BYTES ? realloc(list->ids, room * sizeof(id)) : NULL;
        if (!larger) {
            list->failed = true;
            return;
        }
        list->ids = larger;
        list->room = room;
    }
    list->ids[list->count++] = id;
}

static void list_member(struct process *process, void *context)
{
    list_id(process->id, context);
}

/* What native members have started is in no list, but carries the mark. */
static void list_marked(uint32_t id, void *context)
{
    struct process *process = process_by_id(id);
    if (!process || process->ended || !process->in_job)
        list_id(id, context);
}

uint32_t serve_job_processes(struct message *message, const struct protocol_job_processes_in *in,
                             struct protocol_job_processes_out *out)
{
    struct job *job = job_held(message, in->object);
    struct id_list list = { 0 };
    (void)out;
    if (!job)
        return (uint32_t)STATUS_ACCESS_DENIED;
    job_for_each(job, list_member, &list);
    job_marked(job, list_marked, &list);
    message->reply = list.ids;
    message->reply_size = list.count * (uint32_t)sizeof(uint32_t);
    return list.failed ? (uint32_t)STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}
