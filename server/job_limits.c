/* SPDX-License-Identifier: MIT */
/*
 * job_limits.c: what a job's settings do to its members, messages to completion ports, and accounting.
 *
 * Processor time is looked at: the next time when a limit could be reached, as if all processors had worked for it. That is seldom,
 * and soon when it is near. What members read and wrote is known to nobody but by looking, so that is done as long as somebody
 * wants to be notified of it. Memory is job_memory.c's.
 */
#include <sched.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "job.h"

#define ERROR_NOT_ENOUGH_QUOTA 1816u
#define TICK_NS                20000000u /* the least time between two looks: what times are counted in */
#define BYTES_NS               50000000u /* until the next look at what was read and written */

/* --- messages --- */

void job_post(struct job *job, uint32_t what, uint32_t id)
{
    if (job->port) {
        port_add(job->port, &(struct protocol_port_remove_out){ job->port_key, id, what, 0, 0 });
        return;
    }
    struct object *object = job->port_process ? object_find(job->port_process) : NULL;
    struct process *process = object && object->kind == OBJECT_KIND_PROCESS ? (struct process *)object : NULL;
    struct protocol_job_message_in in = { job->header.number, what, id };
    struct message_part part = { &in, sizeof(in) };
    if (process && process->client && !process->ended)
        client_ask(process->client, NULL, 0, PROTOCOL_CALL_job_message, &part, -1);
}

void job_notify(struct job *job, uint32_t what, uint32_t id)
{
    for (; job; job = job->parent)
        job_post(job, what, id);
}

void job_drop_port(struct job *job)
{
    if (job->port_process)
        job_post(job, 0, 0);
    job->port_process = 0;
    if (job->port)
        object_release(job->port);
    job->port = NULL;
}

static void announce(struct process *process, void *job)
{
    job_post(job, JOB_OBJECT_MSG_NEW_PROCESS, process->id);
}

uint32_t serve_job_port(struct message *message, const struct protocol_job_port_in *in,
                        struct protocol_job_port_out *out)
{
    struct client *client = message->context;
    struct job *job = job_held(message, in->object);
    struct object *port = in->port && idmap_find(&client->held, in->port) ? object_find(in->port) : NULL;
    (void)out;
    if (!job || (in->port && (!port || port->kind != OBJECT_KIND_COMPLETION_PORT)))
        return (uint32_t)STATUS_INVALID_HANDLE;
    if (port)
        port->refs++;
    if (!in->local || job->port_process != client->process->header.number)
        job_drop_port(job);
    job->port = port;
    job->port_process = in->local ? client->process->header.number : 0;
    job->port_key = in->key;
    if (port || in->local)
        job_for_each(job, announce, job); /* those that are there already */
    return STATUS_SUCCESS;
}

/* --- accounting --- */

static void add_living(struct process *process, void *context)
{
    struct job_usage usage;
    if (usage_read(process->id, &usage))
        usage_add(context, &usage);
}

static void look_at_peak(struct process *process, void *context)
{
    struct job_usage usage;
    uint64_t *peak = context;
    if (usage_read(process->id, &usage) && usage.peak_memory > *peak)
        *peak = usage.peak_memory;
}

void job_usage_sum(struct job *job, struct job_usage *sum)
{
    *sum = job->gone;
    sum->peak_memory = 0; /* of the living only: the memory of the dead may be theirs now */
    job_for_each(job, add_living, sum);
    if (sum->peak_memory > job->peak_memory)
        job->peak_memory = sum->peak_memory;
}

uint32_t serve_job_query(struct message *message, const struct protocol_job_query_in *in,
                         struct protocol_job_query_out *out)
{
    struct job *job = job_held(message, in->object);
    struct job_form *form = job ? calloc(1, sizeof(*form)) : NULL;
    struct job_usage sum;
    (void)out;
    if (!form)
        return (uint32_t)(job ? STATUS_NO_MEMORY : STATUS_ACCESS_DENIED);
    job_usage_sum(job, &sum);
    job_for_each(job, look_at_peak, &job->peak_process_memory);
    form->settings = job->settings;
    form->settings.limits.PeakProcessMemoryUsed = job->peak_process_memory;
    form->settings.limits.PeakJobMemoryUsed = job->peak_memory;
    form->priority_class = job_priority_class(job);
    form->violation = job->violation;
    if (in->violation)
        job->violation.ViolationLimitFlags = 0; /* the next message may come */
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION *basic = &form->account.BasicInfo;
    basic->TotalUserTime.QuadPart = (LONGLONG)sum.user_time;
    basic->TotalKernelTime.QuadPart = (LONGLONG)sum.kernel_time;
    basic->ThisPeriodTotalUserTime.QuadPart = (LONGLONG)(sum.user_time - job->user_before);
    basic->ThisPeriodTotalKernelTime.QuadPart = (LONGLONG)(sum.kernel_time - job->kernel_before);
    basic->TotalPageFaultCount = sum.page_faults;
    basic->TotalProcesses = job->total;
    basic->ActiveProcesses = job->active;
    basic->TotalTerminatedProcesses = job->terminated;
    _Static_assert(sizeof(form->account.IoInfo) == sizeof(sum.io), "the same counters");
    memcpy(&form->account.IoInfo, sum.io, sizeof(sum.io));
    message->reply = form;
    message->reply_size = sizeof(*form);
    return STATUS_SUCCESS;
}

/* --- limits that are set once --- */

static unsigned priority_rank(uint32_t class)
{
    static const uint32_t order[] = { 0x40, 0x4000, 0x20, 0x8000, 0x80, 0x100 };
    unsigned rank = 0;
    while (rank < 6 && order[rank] != class)
        rank++;
    return rank;
}

uint32_t job_priority_class(const struct job *job)
{
    uint32_t class = 0;
    for (; job; job = job->parent) {
        const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->settings.limits.BasicLimitInformation;
        if (basic->LimitFlags & JOB_OBJECT_LIMIT_PRIORITY_CLASS &&
            (!class || priority_rank(basic->PriorityClass) < priority_rank(class)))
            class = basic->PriorityClass;
    }
    return class;
}

/* Only processors that all jobs of the chain allow. */
void job_apply_affinity(struct process *process)
{
    uint64_t affinity = UINT64_MAX;
    for (const struct job *job = process->job; job; job = job->parent) {
        const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->settings.limits.BasicLimitInformation;
        if (basic->LimitFlags & JOB_OBJECT_LIMIT_AFFINITY && affinity & basic->Affinity)
            affinity &= basic->Affinity;
    }
    if (affinity != UINT64_MAX)
        process_set_affinity(process->id, affinity);
}

static void apply_again(struct process *process, void *class)
{
    job_apply_affinity(process);
    struct protocol_job_entered_in in = { job_priority_class(process->job) };
    struct message_part part = { &in, sizeof(in) };
    if (class && process->client && in.priority_class)
        client_ask(process->client, NULL, 0, PROTOCOL_CALL_job_entered, &part, -1);
}

static NTSTATUS set_limits(struct job *job, const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION before = job->settings.limits.BasicLimitInformation;
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->settings.limits.BasicLimitInformation;
    job->settings.limits = *limits;
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME) {
        basic->LimitFlags &= ~(DWORD)JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME;
        basic->LimitFlags |= before.LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME;
        basic->PerJobUserTimeLimit = before.PerJobUserTimeLimit;
    } else if (basic->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME) { /* a new period */
        struct job_usage sum;
        job_usage_sum(job, &sum);
        job->user_before = sum.user_time;
        job->kernel_before = sum.kernel_time;
        job->timed_out = false;
        if (job->header.cell)
            server_cell_reset(job->header.cell);
    }
    bool class = basic->LimitFlags & JOB_OBJECT_LIMIT_PRIORITY_CLASS;
    job_for_each(job, apply_again, class ? job : NULL);
    job_memory_changed(job);
    job_watch_time(job);
    return STATUS_SUCCESS;
}

void job_notify_anew(struct job *job)
{
    const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify = &job->settings.notify;
    job->violation = (JOBOBJECT_LIMIT_VIOLATION_INFORMATION){
        .LimitFlags = notify->LimitFlags,
        .IoReadBytesLimit = notify->IoReadBytesLimit,
        .IoWriteBytesLimit = notify->IoWriteBytesLimit,
        .PerJobUserTimeLimit = notify->PerJobUserTimeLimit,
        .JobMemoryLimit = notify->JobMemoryLimit,
    };
    job->notified = 0;
    if (notify->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME) { /* "adds the accumulated execution time" */
        struct job_usage sum;
        job_usage_sum(job, &sum);
        job->notify_user_limit = sum.user_time + (uint64_t)notify->PerJobUserTimeLimit.QuadPart;
    }
}

static NTSTATUS set_notify(struct job *job, const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify)
{
    job->settings.notify = *notify;
    job_notify_anew(job);
    job_memory_changed(job);
    job_watch_time(job);
    return STATUS_SUCCESS;
}

void job_exceeded(struct job *job, uint32_t limit, uint64_t value, uint32_t id)
{
    JOBOBJECT_LIMIT_VIOLATION_INFORMATION *violation = &job->violation;
    bool first = !violation->ViolationLimitFlags;
    job->notified |= limit;
    violation->ViolationLimitFlags |= limit;
    if (limit == JOB_OBJECT_LIMIT_JOB_TIME)
        violation->PerJobUserTime.QuadPart = (LONGLONG)value;
    else if (limit == JOB_OBJECT_LIMIT_JOB_MEMORY)
        violation->JobMemory = value;
    else if (limit == JOB_OBJECT_LIMIT_JOB_READ_BYTES)
        violation->IoReadBytes = value;
    else
        violation->IoWriteBytes = value;
    if (first)
        job_post(job, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, id);
}

uint32_t serve_job_set(struct message *message, const struct protocol_job_set_in *in, struct protocol_job_set_out *out)
{
    struct job *job = in->object ? job_held(message, in->object) : NULL;
    const struct message_part *data = &message->parts[0];
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION notify;
    struct job_cpu_rate rate;
    (void)out;
    if (!job)
        return (uint32_t)STATUS_INVALID_HANDLE;
    size_t size = in->what == PROTOCOL_JOB_SET_LIMITS   ? sizeof(limits)
                  : in->what == PROTOCOL_JOB_SET_NOTIFY ? sizeof(notify)
                  : in->what == PROTOCOL_JOB_SET_CPU    ? sizeof(rate)
                                                        : sizeof(uint32_t);
    if (data->size != size)
        return (uint32_t)STATUS_INFO_LENGTH_MISMATCH;
    switch (in->what) {
    case PROTOCOL_JOB_SET_LIMITS:
        memcpy(&limits, data->data, sizeof(limits));
        return (uint32_t)set_limits(job, &limits);
    case PROTOCOL_JOB_SET_NOTIFY:
        memcpy(&notify, data->data, sizeof(notify));
        return (uint32_t)set_notify(job, &notify);
    case PROTOCOL_JOB_SET_UI: /* a job that restricts these stands alone */
        if (job->parent || !TAILQ_EMPTY(&job->children))
            return (uint32_t)STATUS_ACCESS_DENIED;
        memcpy(&job->settings.ui_restrictions, data->data, sizeof(uint32_t));
        return STATUS_SUCCESS;
    case PROTOCOL_JOB_SET_END:
        memcpy(&job->settings.end_of_time_action, data->data, sizeof(uint32_t));
        return STATUS_SUCCESS;
    case PROTOCOL_JOB_SET_CPU:
        memcpy(&rate, data->data, sizeof(rate));
        return (uint32_t)job_cpu_set(job, &rate);
    default:
        return (uint32_t)STATUS_INVALID_PARAMETER;
    }
}

/* --- processor time --- */

struct time_look {
    struct job *job;
    uint64_t limit; /* of each process; UINT64_MAX: none */
    uint64_t left;  /* the least that is left of any limit */
};

static void look_at_time(struct process *process, void *context)
{
    struct time_look *look = context;
    struct job_usage usage;
    if (process->ending || !usage_read(process->id, &usage))
        return;
    if (usage.user_time >= look->limit) {
        job_notify(process->job, JOB_OBJECT_MSG_END_OF_PROCESS_TIME, process->id);
        for (struct job *job = process->job; job; job = job->parent)
            job->terminated++;
        process_terminate(process, ERROR_NOT_ENOUGH_QUOTA);
    } else if (look->limit - usage.user_time < look->left) {
        look->left = look->limit - usage.user_time;
    }
}

static void end_of_job_time(struct job *job)
{
    bool post_only = job->settings.end_of_time_action == JOB_OBJECT_POST_AT_END_OF_JOB;
    job->settings.limits.BasicLimitInformation.LimitFlags &= ~(DWORD)JOB_OBJECT_LIMIT_JOB_TIME;
    if (post_only && (job->port || job->port_process)) {
        job_notify(job, JOB_OBJECT_MSG_END_OF_JOB_TIME, 0);
        return;
    }
    job->timed_out = true;
    job_end_members(job, ERROR_NOT_ENOUGH_QUOTA, true);
}

/* Notification limits of time, and of what was read and written; how many nanoseconds hence to look again for the latter. */
static uint64_t look_at_notification(struct job *job, uint64_t *left)
{
    static const DWORD bytes = JOB_OBJECT_LIMIT_JOB_READ_BYTES | JOB_OBJECT_LIMIT_JOB_WRITE_BYTES;
    const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify = &job->settings.notify;
    DWORD flags = notify->LimitFlags & ~job->notified;
    struct job_usage sum;
    if (!(flags & (bytes | JOB_OBJECT_LIMIT_JOB_TIME)))
        return UINT64_MAX;
    job_usage_sum(job, &sum);
    if (flags & JOB_OBJECT_LIMIT_JOB_TIME) {
        if (sum.user_time > job->notify_user_limit)
            job_exceeded(job, JOB_OBJECT_LIMIT_JOB_TIME, sum.user_time, 0);
        else if (job->notify_user_limit - sum.user_time < *left)
            *left = job->notify_user_limit - sum.user_time;
    }
    if (flags & JOB_OBJECT_LIMIT_JOB_READ_BYTES && sum.io[3] > notify->IoReadBytesLimit)
        job_exceeded(job, JOB_OBJECT_LIMIT_JOB_READ_BYTES, sum.io[3], 0);
    if (flags & JOB_OBJECT_LIMIT_JOB_WRITE_BYTES && sum.io[4] > notify->IoWriteBytesLimit)
        job_exceeded(job, JOB_OBJECT_LIMIT_JOB_WRITE_BYTES, sum.io[4], 0);
    return flags & ~job->notified & bytes ? BYTES_NS : UINT64_MAX;
}

static void look(struct job *job)
{
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->settings.limits.BasicLimitInformation;
    struct time_look look = { job, UINT64_MAX, UINT64_MAX };
    struct job_usage sum;
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME) {
        job_usage_sum(job, &sum);
        uint64_t used = sum.user_time - job->user_before, limit = (uint64_t)basic->PerJobUserTimeLimit.QuadPart;
        if (used >= limit)
            end_of_job_time(job);
        else
            look.left = limit - used;
    }
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_PROCESS_TIME) {
        look.limit = (uint64_t)basic->PerProcessUserTimeLimit.QuadPart;
        job_for_each(job, look_at_time, &look);
    }
    uint64_t wait = look_at_notification(job, &look.left);
    if ((look.left == UINT64_MAX && wait == UINT64_MAX) || !job->active || job->timer.fd < 0)
        return;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t ns = look.left / (uint64_t)(processors > 0 ? processors : 1);
    ns = ns > UINT64_MAX / 200 ? UINT64_MAX / 2 : ns * 100;
    if (ns < TICK_NS)
        ns = TICK_NS;
    if (ns > wait)
        ns = wait;
    struct itimerspec when = { { 0, 0 }, { (time_t)(ns / 1000000000), (long)(ns % 1000000000) } };
    timerfd_settime(job->timer.fd, 0, &when, NULL);
}

static void timer_ready(struct source *source, uint32_t events)
{
    uint64_t ticks;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) == sizeof(ticks))
        look(container(source, struct job, timer));
}

void job_watch_time(struct job *job)
{
    for (; job; job = job->parent) {
        const DWORD timed = JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_PROCESS_TIME;
        if (!(job->settings.limits.BasicLimitInformation.LimitFlags & timed) &&
            !(job->settings.notify.LimitFlags & ~(DWORD)JOB_OBJECT_LIMIT_JOB_MEMORY))
            continue;
        if (job->timer.fd < 0) {
            int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
            job->timer = (struct source){ -1, timer_ready };
            if (fd < 0)
                continue;
            if (!source_add(&job->timer, fd, EPOLLIN)) {
                close(fd);
                continue;
            }
        }
        look(job);
    }
}
