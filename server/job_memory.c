/* SPDX-License-Identifier: MIT */
/*
 * job_memory.c: memory limits of jobs.
 *
 * Linux limits what one process commits (RLIMIT_DATA: what is private and writable), not what several do together. So what a
 * job allows is lent to its members: the limits of all are never more than the job's. Who has used up its lease asks, and
 * the server looks at what everybody has, takes back what is not used, and shares it out again. The kernel enforces the leases,
 * so nothing has to be counted as memory is allocated, and native members are limited as well. Half of what is left over stays
 * with the job for those that come.
 *
 * A notification limit is a limit up to which is lent. When more is wanted, that is told, and it counts no more until less is
 * used.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "job.h"

#define PAGE          4096u
#define START_LEASE   (16u << 20) /* for one that begins */
#define NOTIFY_LEASE  (1u << 20)  /* at least, where only a notification limit is reached: nothing may fail for that */
#define NATIVE_MARGIN (64u << 10) /* besides what was asked for: the native half's own */

static uint64_t hard_limit(const struct job *job)
{
    const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits = &job->settings.limits;
    bool limited = limits->BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_JOB_MEMORY;
    return limited ? limits->JobMemoryLimit : UINT64_MAX;
}

static uint64_t notify_limit(const struct job *job)
{
    const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify = &job->settings.notify;
    return notify->LimitFlags & JOB_OBJECT_LIMIT_JOB_MEMORY ? notify->JobMemoryLimit : UINT64_MAX;
}

static uint64_t present_limit(const struct job *job)
{
    uint64_t hard = hard_limit(job), soft = notify_limit(job);
    return soft < hard && !(job->notified & JOB_OBJECT_LIMIT_JOB_MEMORY) ? soft : hard;
}

static uint64_t left_of(uint64_t limit, uint64_t used)
{
    return limit > used ? limit - used : 0;
}

/* The highest in the chain that limits the memory of its members, or NULL. */
static struct job *top_limited(struct job *job)
{
    struct job *top = NULL;
    for (; job; job = job->parent)
        if (hard_limit(job) != UINT64_MAX || notify_limit(job) != UINT64_MAX)
            top = job;
    return top;
}

/* --- a member's lease --- */

static uint64_t process_limit(const struct process *process)
{
    uint64_t least = UINT64_MAX;
    for (const struct job *job = process->job; job; job = job->parent) {
        const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits = &job->settings.limits;
        if (limits->BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_PROCESS_MEMORY &&
            limits->ProcessMemoryLimit < least)
            least = limits->ProcessMemoryLimit;
    }
    return least;
}

static void tell_kernel(struct process *process)
{
    uint64_t memory = process_limit(process);
    struct rlimit limit;
    if (process->leased && process->lease < memory)
        memory = process->lease;
    if (memory == (process->memory_limit ? process->memory_limit : UINT64_MAX) ||
        syscall(SYS_prlimit64, process->id, RLIMIT_DATA, NULL, &limit))
        return;
    limit.rlim_cur = memory < limit.rlim_max ? memory : limit.rlim_max;
    syscall(SYS_prlimit64, process->id, RLIMIT_DATA, &limit, NULL);
    process->memory_limit = memory;
}

static void set_lease(struct process *process, uint64_t lease, bool leased)
{
    lease -= lease % PAGE;
    for (struct job *job = process->job; job; job = job->parent)
        job->lent += lease - process->lease;
    process->lease = lease;
    process->leased = leased;
}

/* --- sharing out anew --- */

/*
 * Nobody's lease is more than what it has; but who has not asked for any keeps what he began with, as he may still be in a part
 * of his start (the dynamic linker's, the loader's) that cannot ask.
 */
static void take_back(struct process *process, void *context)
{
    uint64_t committed = process_committed(process);
    (void)context;
    set_lease(process, committed > process->start_lease ? committed : process->start_lease, true);
    tell_kernel(process);
}

/* What it took in between: from now on it cannot take more. */
static void look_again(struct process *process, void *context)
{
    uint64_t committed = process_committed(process);
    (void)context;
    if (committed > process->lease)
        set_lease(process, committed, true);
}

/* A notification limit that is no more exceeded counts again. */
static void watch_again(struct job *job)
{
    if (job->lent <= notify_limit(job) && !job->violation.ViolationLimitFlags)
        job->notified &= ~(uint32_t)JOB_OBJECT_LIMIT_JOB_MEMORY;
}

/* What is left in each job. */
static void measure(struct job *job)
{
    struct job *child;
    watch_again(job);
    job->rest = left_of(present_limit(job), job->lent);
    TAILQ_FOREACH(child, &job->children, sibling)
    measure(child);
}

static void give_share(struct process *process, void *context)
{
    uint64_t share = UINT64_MAX, hard = UINT64_MAX;
    (void)context;
    for (const struct job *job = process->job; job; job = job->parent) {
        uint64_t members = 2 * (uint64_t)(job->active ? job->active : 1);
        uint64_t left = left_of(hard_limit(job), job->lent);
        if (job->rest / members < share)
            share = job->rest / members;
        if (left / members < hard)
            hard = left / members;
    }
    if (share < NOTIFY_LEASE)
        share = hard < NOTIFY_LEASE ? hard : NOTIFY_LEASE;
    set_lease(process, process->lease + share, true);
    tell_kernel(process);
}

/* The job that does not let the process have so much more, or NULL; whom that concerns is told of exceeded notification limits. */
static struct job *forbids(struct process *process, uint64_t size)
{
    struct job *job;
    for (job = process->job; job; job = job->parent)
        if (left_of(hard_limit(job), job->lent) < size)
            return job;
    for (job = process->job; job; job = job->parent)
        if (job->rest < size) {
            job_exceeded(job, JOB_OBJECT_LIMIT_JOB_MEMORY, job->lent + size, process->id);
            job->rest = left_of(hard_limit(job), job->lent);
        }
    return NULL;
}

static bool is_too_much(const struct process *process)
{
    for (const struct job *job = process->job; job; job = job->parent)
        if (job->lent > hard_limit(job))
            return true;
    return false;
}

/*
 * All members of a job that limits memory get new leases, `asker`, if any, one for `size` more; what forbids that. One that comes
 * (`size` is 0) gets what a start needs, if there is so much.
 */
static struct job *share_out(struct job *top, struct process *asker, uint64_t size)
{
    struct job *forbidden = NULL;
    bool comes = asker && !size;
    if (comes) /* from the first: it runs already, and less for a moment could end it */
        asker->start_lease = process_committed(asker) + START_LEASE;
    job_for_each(top, take_back, NULL);
    job_for_each(top, look_again, NULL);
    if (comes && is_too_much(asker)) {
        asker->start_lease = 0;
        take_back(asker, NULL);
    }
    measure(top);
    if (asker && !comes)
        forbidden = forbids(asker, size);
    if (asker && !comes && !forbidden) {
        for (struct job *job = asker->job; job; job = job->parent)
            job->rest = left_of(job->rest, size);
        set_lease(asker, asker->lease + size, true);
    }
    job_for_each(top, give_share, NULL);
    return forbidden;
}

/* A lease for one that comes, if that can be had without asking the others. */
static bool lend(struct process *process)
{
    uint64_t committed = process_committed(process), most = UINT64_MAX;
    for (struct job *job = process->job; job; job = job->parent) {
        watch_again(job);
        if (left_of(present_limit(job), job->lent) < most)
            most = left_of(present_limit(job), job->lent);
    }
    uint64_t lease = committed + (most / 16 > START_LEASE ? most / 16 : START_LEASE);
    if (lease > most)
        return false;
    set_lease(process, lease, true);
    process->start_lease = lease;
    tell_kernel(process);
    return process_committed(process) <= process->lease;
}

void job_memory_entered(struct process *process)
{
    struct job *top = top_limited(process->job);
    if (!top)
        tell_kernel(process);
    else if (!lend(process))
        share_out(top, process, 0);
}

void job_memory_left(struct process *process)
{
    if (process->leased)
        set_lease(process, 0, false);
    process->start_lease = 0;
}

static void unlimited(struct process *process, void *context)
{
    (void)context;
    job_memory_left(process);
    tell_kernel(process);
}

void job_memory_changed(struct job *job)
{
    struct job *top = top_limited(job), *child;
    struct process *process;
    if (top) {
        share_out(top, NULL, 0);
        return;
    }
    TAILQ_FOREACH(process, &job->members, of_job)
    unlimited(process, NULL);
    TAILQ_FOREACH(child, &job->children, sibling)
    job_memory_changed(child);
}

/* --- a member that needs more --- */

/* A limit for each process stands before those for all. */
static bool process_limit_forbids(struct process *process, uint64_t size)
{
    uint64_t limit = process_limit(process);
    if (limit == UINT64_MAX || left_of(limit, process_committed(process)) >= size)
        return false;
    for (struct job *job = process->job; job; job = job->parent)
        if (job->settings.limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_PROCESS_MEMORY &&
            job->settings.limits.ProcessMemoryLimit == limit)
            job_notify(job, JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT, process->id);
    return true;
}

uint32_t serve_job_memory(struct message *message, const struct protocol_job_memory_in *in,
                          struct protocol_job_memory_out *out)
{
    struct client *client = message->context;
    struct process *process = client->process;
    (void)out;
    if (!process->in_job || in->size > UINT64_MAX / 4)
        return (uint32_t)STATUS_COMMITMENT_LIMIT;
    uint64_t size = in->size + PAGE - 1;
    size -= size % PAGE;
    if (process_limit_forbids(process, size))
        return (uint32_t)STATUS_COMMITMENT_LIMIT;
    struct job *top = top_limited(process->job);
    if (!top)
        return (uint32_t)STATUS_COMMITMENT_LIMIT; /* it was not a job's limit */
    process->start_lease = 0;
    struct job *forbidden = share_out(top, process, size + NATIVE_MARGIN);
    if (!forbidden)
        return STATUS_SUCCESS;
    job_notify(forbidden, JOB_OBJECT_MSG_JOB_MEMORY_LIMIT, process->id);
    return (uint32_t)STATUS_COMMITMENT_LIMIT;
}
