/* SPDX-License-Identifier: MIT */
/* job.h: what the making and ending of processes tell the jobs (job.c). */
#ifndef TRANSOM_JOB_H
#define TRANSOM_JOB_H

#include "job_form.h"
#include "process.h"

/* --- starting a process: in this order --- */

struct job_start {
    uint32_t ticket;         /* 0: it will be in no job */
    uint32_t job;            /* the immediate one */
    uint32_t priority_class; /* that the job gives it, or 0 */
    bool was_limited;        /* it shall not have its creator's limits */
    char *mark;              /* for native programs: what their environment says */
};
/* Whether a child may be made with these PROCESS_CREATE_FLAGS_*, and of which job it will be a member. `jobs` are handles, to which it
 * is assigned besides. Makes no request if this process is in no job and the list is empty. */
struct job_child {
    const HANDLE *jobs;
    size_t count;
    ULONG parent; /* whose jobs it inherits; 0: this process */
    bool native;
};
NTSTATUS job_child_begin(struct job_start *start, ULONG process_flags, const struct job_child *child);
/* By the child itself, before it executes anything; only system calls. False: it must not go on. */
bool job_child_enter(const struct job_start *start);
/* It runs. */
void job_child_created(struct process_object *child, struct job_start *start);
/* Whatever came of it. */
void job_child_done(struct job_start *start);
/* The environment with the mark, to be freed, or `environment` itself; NULL: memory is out. */
char **job_mark_environment(const char *mark, char **environment);
/* A child has ended, and is not yet reaped. */
void job_child_ended(struct process_object *child, NTSTATUS status);

/* --- this process --- */

void job_process_starts(void);
void job_before_exit(NTSTATUS status);
/* Whether a job says which priority class the process has. */
bool job_gives_priority(const struct process_object *process);
/*
 * Memory could not be had: perhaps it is a job's limit, and the job has more for this process (server/job_memory.c). True: it is
 * worth another try. No lock is held.
 */
bool job_lends(size_t size);
static inline bool job_lends_after(NTSTATUS status, size_t size)
{
    return (status == STATUS_COMMITMENT_LIMIT || status == STATUS_NO_MEMORY) && job_lends(size);
}

/* --- between job.c and job_info.c --- */

struct job {
    struct object header;
    uint32_t lock;
    bool sharing; /* the server has what follows, or is about to */
    struct job_settings settings;
    struct object *port; /* referenced, or NULL */
    uint64_t key;
};
extern const struct object_type job_type;
bool job_self(void); /* whether this process is in one */
/* The job's messages go to the port, an object or NULL. */
NTSTATUS job_set_port(struct job *job, struct object *port, uint64_t key);

#endif
