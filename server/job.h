/* SPDX-License-Identifier: MIT */
/*
 * job.h: jobs, between job.c (members, hierarchy, ends), job_limits.c (limits, time, messages), job_memory.c, job_cpu.c and
 * job_proc.c (/proc).
 */
#ifndef TRANSOM_SERVER_JOB_H
#define TRANSOM_SERVER_JOB_H

#include "job_form.h"
#include "server.h"

/*
 * A process has one immediate job, and is in all above it too. A job lives as long as somebody has a handle, as it has
 * members or jobs below it, or as a process may still join it (tickets).
 */
struct job {
    struct object header;
    struct job *parent; /* referenced */
    TAILQ_HEAD(, job) children;
    TAILQ_ENTRY(job) sibling;
    TAILQ_HEAD(, process) members; /* whose immediate job it is, and that live */
    struct job_settings settings;
    uint32_t active; /* members here and below, and those that are about to be */
    uint32_t total, terminated;
    struct job_usage gone;               /* of members that have ended, here and below */
    uint64_t user_before, kernel_before; /* when the present period began */
    uint64_t peak_process_memory, peak_memory;
    uint64_t lent, rest; /* job_memory.c */
    /* Notification limits: what the present message is about, and those of which it has been told that they are exceeded. */
    JOBOBJECT_LIMIT_VIOLATION_INFORMATION violation;
    uint32_t notified;
    uint64_t notify_user_limit;
    bool timed_out, has_natives;
    char *group;           /* its control group (job_cpu.c), or NULL */
    struct source timer;   /* for the limits of processor time */
    struct object *port;   /* referenced, or NULL */
    uint32_t port_process; /* the process whose port it is otherwise, or 0 */
    uint64_t port_key;
};

static inline bool job_is_in(const struct job *job, const struct job *above)
{
    while (job && job != above)
        job = job->parent;
    return job;
}

/* --- job.c --- */
/* Ends all members, of the jobs below first; `limit`: because of a limit. */
void job_end_members(struct job *job, uint32_t status, bool limit);
struct job *job_held(struct message *message, uint32_t number);
/* Calls for each member, here and below. */
void job_for_each(struct job *job, void (*function)(struct process *, void *), void *context);

/* --- job_limits.c --- */
/* Tells a job's port; the same for those above it too. */
void job_post(struct job *job, uint32_t what, uint32_t id);
void job_notify(struct job *job, uint32_t what, uint32_t id);
uint32_t job_priority_class(const struct job *job); /* the lowest of the chain's, or 0 */
void job_watch_time(struct job *job);
void job_apply_affinity(struct process *process);
void job_drop_port(struct job *job);
/* Its notification limits have been set. */
void job_notify_anew(struct job *job);
/* A notification limit, JOB_OBJECT_LIMIT_*, is exceeded. */
void job_exceeded(struct job *job, uint32_t limit, uint64_t value, uint32_t id);
/* What all of its members have used, those that have ended too. */
void job_usage_sum(struct job *job, struct job_usage *sum);

/* --- job_memory.c --- */
/* The process has become a member: of process->job, or of one that is further below. */
void job_memory_entered(struct process *process);
/* It is no more, or is about to be one of a job below. */
void job_memory_left(struct process *process);
/* Limits of the job have changed. */
void job_memory_changed(struct job *job);

/* --- job_cpu.c --- */
/* STATUS_NOT_SUPPORTED where no control group can be made. */
NTSTATUS job_cpu_set(struct job *job, const struct job_cpu_rate *rate);
/* The process is about to be a member of `job`. False: a group that has to have it cannot. */
bool job_cpu_enter(struct job *job, struct process *process);
void job_cpu_nested(struct job *job); /* it has got a job above it */
void job_cpu_forget(struct job *job);

/* --- job_proc.c --- */
/* What counts as committed; 0 before it executes a program. */
uint64_t process_committed(const struct process *process);
/* False if there is no such process any more. */
bool usage_read(uint32_t id, struct job_usage *usage);
/* How it ended, if it has not been reaped, as waitpid has it; else -1. */
int usage_wait_status(uint32_t id);
void usage_add(struct job_usage *sum, const struct job_usage *usage);
uint32_t process_parent_of(uint32_t id);
/* What a native member's environment says, and those of its children. */
#define JOB_MARK_SIZE 64
void job_mark(const struct job *job, char mark[JOB_MARK_SIZE]);
struct job *job_by_mark(const char *mark, size_t length);
/* Whether a process has the mark of the job or of one below it; calls for each that has. */
bool job_has_marked(const struct job *job, uint32_t id);
void job_marked(struct job *job, void (*function)(uint32_t id, void *), void *context);
/* Whether a pidfd is that process's. */
bool pidfd_is(int pidfd, uint32_t id);
void process_set_affinity(uint32_t id, uint64_t mask);

#endif
