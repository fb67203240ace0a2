/* SPDX-License-Identifier: MIT */
/* cpu_set.h: which processors threads run on (cpu_set.c). */
#ifndef TRANSOM_CPU_SET_H
#define TRANSOM_CPU_SET_H

#include "thread.h"

struct process_object;

/* The affinity mask of this process, of its threads or of another process. */
KAFFINITY cpu_process_mask(void);
NTSTATUS cpu_set_process_mask(KAFFINITY mask);
NTSTATUS cpu_set_thread_mask(struct thread_object *object, KAFFINITY mask);
KAFFINITY cpu_mask_of_pid(pid_t pid);
NTSTATUS cpu_set_mask_of_pid(pid_t pid, KAFFINITY mask);

/* CPU sets that were chosen for a thread, or for those (NULL) for which none are: as masks, 0 if none are. */
NTSTATUS cpu_sets_choose(struct thread_object *object, const void *info, ULONG length);
KAFFINITY cpu_sets_chosen(const struct thread_object *object);

/* The calling thread is a new one. */
void cpu_thread_begins(struct thread_object *object);

#endif
