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

#endif
