/* SPDX-License-Identifier: MIT */
/* job.h: what the making and ending of processes tell the jobs (job.c). */
#ifndef TRANSOM_JOB_H
#define TRANSOM_JOB_H

#include "process.h"

/* Before a child is made: whether it may be, its creation flags being PROCESS_CREATE_FLAGS_*. */
NTSTATUS job_may_create(ULONG process_flags);
/* Whether that child will belong to a job of this process. */
bool job_child_inherits(ULONG process_flags);
/* A child has been made: it belongs to its parent's jobs (unless it breaks away), and to those in `jobs`, handles. */
NTSTATUS job_child_created(struct process_object *child, ULONG process_flags, const HANDLE *jobs, size_t count);
/* A process has ended, and is not yet reaped; its exit status. */
void job_process_ended(struct process_object *process, NTSTATUS status);
/* This process is about to end, which closes its handles. */
void job_before_exit(void);

/* --- between job.c and job_info.c --- */

struct job_member {
    struct job *job;                /* referenced: a job lives as long as it has members */
    struct process_object *process; /* referenced */
    struct job_member *next_in_job;
    struct job_member *next_member; /* of all jobs */
};

struct job {
    struct object header;
    struct job *next; /* all jobs of this process */
    struct job_member *members;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    DWORD ui_restrictions, end_of_time_action;
    DWORD total, active, terminated, page_faults;
    uint64_t user_time, kernel_time; /* of members that have ended */
    struct object *port;
    ULONG_PTR key;
};

extern uint32_t job_lock; /* of all jobs and their members */
extern const struct object_type job_type;

struct job_ids {
    pid_t *ids;
    size_t count, room;
};

/* The membership of a process, by its identifier, in `job` or (NULL) in any. The lock is held, in these three. */
struct job_member *job_find_member(const struct job *job, ULONG id);
/* Sends a JOB_OBJECT_MSG_* to the job's completion port. */
void job_notify(struct job *job, ULONG message, ULONG id);
void job_apply_limits(const struct job *job, struct process_object *process);
/*
 * The members and what they have started, each parent before its children. `others` gets the members' objects but this
 * process's own, referenced.
 */
void job_collect(struct job *job, struct job_ids *list, struct process_object ***others, size_t *other_count,
                 bool *self);

#endif
