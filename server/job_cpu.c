/* SPDX-License-Identifier: MIT */
/*
 * job_cpu.c: the rate of processor time of jobs, by control groups (cgroup.c).
 *
 * A job has a group from the moment that its rate is first set; the groups lie in one another as the jobs do. A member is in the
 * group of the nearest job above it that has one, and what it starts is there too by itself, native programs as well.
 * "The rates set for the job represent its portion of the CPU rate that is allocated to its parent job" (docs:
 * JOBOBJECT_CPU_RATE_CONTROL_INFORMATION), which is a portion of all processors; Linux wants a time for each group.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cgroup.h"
#include "job.h"

#define MIN_QUOTA_US 1000u
#define MAX_PERIOD   1000000u

static const char *group_above(const struct job *job)
{
    for (job = job->parent; job; job = job->parent)
        if (job->group)
            return job->group;
    return NULL;
}

/* --- rates --- */

static uint32_t cap_of(const struct job_cpu_rate *rate)
{
    return rate->flags & JOB_CPU_RATE_MIN_MAX    ? rate->most
           : rate->flags & JOB_CPU_RATE_HARD_CAP ? rate->rate
                                                 : JOB_CPU_RATE_ALL;
}

/* A share of the time that all want: what makes it that against as many others of the ordinary weight as have the rest. */
static uint32_t weight_of_share(uint32_t share)
{
    uint32_t others = JOB_CPU_RATE_ALL - share;
    uint64_t weight = others ? (uint64_t)CGROUP_WEIGHT_DEFAULT * share / others : CGROUP_WEIGHT_MAX;
    return weight > CGROUP_WEIGHT_MAX ? CGROUP_WEIGHT_MAX : weight ? (uint32_t)weight : 1;
}

static uint32_t weight_of(const struct job_cpu_rate *rate)
{
    if (rate->flags & JOB_CPU_RATE_WEIGHT) /* 1 to 9; 5 is the ordinary one */
        return rate->weight * CGROUP_WEIGHT_DEFAULT / 5;
    if (rate->flags & JOB_CPU_RATE_MIN_MAX)
        return rate->least ? weight_of_share(rate->least) : CGROUP_WEIGHT_DEFAULT;
    if (!(rate->flags & JOB_CPU_RATE_ENABLE) || rate->flags & JOB_CPU_RATE_HARD_CAP)
        return CGROUP_WEIGHT_DEFAULT;
    return weight_of_share(rate->rate);
}

static bool set_rates(const struct job *job)
{
    double portion = 1;
    for (const struct job *up = job; up; up = up->parent)
        portion *= (double)cap_of(&up->settings.cpu) / JOB_CPU_RATE_ALL;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    double time = portion * (double)(processors > 0 ? processors : 1);
    uint64_t period = time * CGROUP_PERIOD_US < MIN_QUOTA_US ? MAX_PERIOD : CGROUP_PERIOD_US;
    uint64_t quota = (uint64_t)(time * (double)period);
    if (quota < MIN_QUOTA_US)
        quota = MIN_QUOTA_US;
    bool capped = cap_of(&job->settings.cpu) < JOB_CPU_RATE_ALL;
    return cgroup_set_quota(job->group, capped ? quota : 0, period) &&
           cgroup_set_weight(job->group, weight_of(&job->settings.cpu));
}

/* In version 1 none may ever have more than the one above. */
static void clear_rates(struct job *job)
{
    struct job *child;
    TAILQ_FOREACH(child, &job->children, sibling)
    clear_rates(child);
    if (job->group)
        cgroup_set_quota(job->group, 0, CGROUP_PERIOD_US);
}

static bool set_all_rates(struct job *job)
{
    struct job *child;
    bool done = !job->group || set_rates(job);
    TAILQ_FOREACH(child, &job->children, sibling)
    done = set_all_rates(child) && done;
    return done;
}

/* --- groups --- */

static void move_marked(uint32_t id, void *group)
{
    cgroup_enter(group, id);
}

/* Members of the job, and of those below it that have no group of their own. False: one could not be moved, and lives. */
static bool move_members(struct job *job, const char *group)
{
    struct process *process;
    struct job *child;
    bool moved = true;
    TAILQ_FOREACH(process, &job->members, of_job)
    if (!cgroup_enter(group, process->id) && process_lives(process))
        moved = false;
    TAILQ_FOREACH(child, &job->children, sibling)
    if (!child->group)
        moved = move_members(child, group) && moved;
    return moved;
}

/* Another group for the job, in that of the job above it: groups cannot be moved. Then those of the jobs below move into it. */
static bool renew(struct job *job, bool makes)
{
    char *old = job->group;
    struct job *child;
    bool done = true;
    if (old || makes) {
        job->group = cgroup_new(group_above(job));
        if (!job->group) {
            job->group = old;
            return false;
        }
        job_marked(job, move_marked, job->group);
        done = move_members(job, job->group);
    }
    TAILQ_FOREACH(child, &job->children, sibling)
    done = renew(child, false) && done;
    if (old)
        cgroup_remove(old);
    return done;
}

/* Those below go into what is above. */
static void drop_group(struct job *job)
{
    char *group = job->group;
    struct job *child;
    job->group = NULL;
    TAILQ_FOREACH(child, &job->children, sibling)
    renew(child, false);
    cgroup_remove(group);
}

bool job_cpu_enter(struct job *job, struct process *process)
{
    const char *group = job->group ? job->group : group_above(job);
    return !group || cgroup_enter(group, process->id) || !process_lives(process);
}

void job_cpu_nested(struct job *job)
{
    if (!job->group || !group_above(job))
        return;
    clear_rates(job);
    renew(job, false);
    set_all_rates(job);
}

void job_cpu_forget(struct job *job)
{
    if (job->group)
        cgroup_remove(job->group);
    job->group = NULL;
}

/* --- setting --- */

static bool valid(const struct job_cpu_rate *rate)
{
    static const uint32_t kinds = JOB_CPU_RATE_WEIGHT | JOB_CPU_RATE_HARD_CAP | JOB_CPU_RATE_MIN_MAX;
    uint32_t kind = rate->flags & kinds;
    if (!(rate->flags & JOB_CPU_RATE_ENABLE))
        return !rate->flags;
    if (rate->flags & ~(kinds | JOB_CPU_RATE_ENABLE | JOB_CPU_RATE_NOTIFY) || kind & (kind - 1))
        return false;
    if (kind == JOB_CPU_RATE_WEIGHT)
        return rate->weight >= 1 && rate->weight <= 9;
    if (kind == JOB_CPU_RATE_MIN_MAX)
        return rate->most && rate->most <= JOB_CPU_RATE_ALL && rate->least <= rate->most;
    return rate->rate && rate->rate <= JOB_CPU_RATE_ALL;
}

NTSTATUS job_cpu_set(struct job *job, const struct job_cpu_rate *rate)
{
    struct job_cpu_rate before = job->settings.cpu;
    if (!valid(rate))
        return STATUS_INVALID_PARAMETER;
    if (rate->flags & JOB_CPU_RATE_NOTIFY)
        return STATUS_NOT_SUPPORTED;
    if (!rate->flags && !job->group)
        return STATUS_SUCCESS;
    bool makes = !job->group;
    clear_rates(job);
    bool done = !makes || renew(job, true);
    job->settings.cpu = *rate;
    if (done && set_all_rates(job))
        return STATUS_SUCCESS;
    job->settings.cpu = before;
    clear_rates(job);
    if (makes && job->group)
        drop_group(job);
    set_all_rates(job);
    return STATUS_NOT_SUPPORTED;
}
