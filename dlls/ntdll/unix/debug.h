/* SPDX-License-Identifier: MIT */
/*
 * debug.h: debugging: debug objects, for who debugs (debug_object.c), and what a debugged process tells (debug_event.c).
 * docs/debugging.md has the design.
 */
#ifndef TRANSOM_DEBUG_H
#define TRANSOM_DEBUG_H

#include "thread.h"

extern const struct object_type debug_type;

/* The number of a debug object, of a handle that may assign processes. */
NTSTATUS debug_object_number(HANDLE handle, uint32_t *number);
/* A process's debug object, as the server calls it; 0: it is not debugged. */
struct process_object;
uint32_t debug_object_of(const struct process_object *process, bool *children);
/* NtQueryInformationProcess's ProcessDebugObjectHandle */
NTSTATUS debug_object_handle(const struct process_object *process, HANDLE *handle);

/*
 * Whether this process is debugged. All functions below do nothing if not; their callers look first, so that nothing is paid on
 * these paths.
 */
extern bool debug_active;
extern bool debug_children; /* its children have the same debugger */

/* As the server has answered: this process was started by a debugger. */
void debug_started(uint32_t debugged);

/* The events. They return when the debugger has continued them. */
void debug_thread_begins(struct thread *thread); /* the first one: the process, and ntdll */
void debug_thread_ends(ULONG id, NTSTATUS status);
void debug_others_end(void); /* of all other threads: they are stopped, and do not run again */
void debug_process_ends(NTSTATUS status);
void debug_image_mapped(uint64_t base);
void debug_image_unmapped(uint64_t base);

/* True: the debugger has dealt with it, and the thread goes on at its (perhaps changed) context. */
bool debug_exception(const EXCEPTION_RECORD *record, bool first_chance);
/* For signal.c: where a thread goes on that has an exception (thread->record), with its context in thread->context. */
uint64_t debug_fault(const uint64_t *unused);
/* No debugger wanted it at its second chance. */
void debug_unhandled(const EXCEPTION_RECORD *record, const CONTEXT *context) __attribute__((noreturn));

/* A new thread, being registered: it waits if the process does. With thread_list_lock held. */
void debug_new_thread(struct thread *thread);

/* Nobody debugs this process any more. */
void debug_lost(void);

#endif
