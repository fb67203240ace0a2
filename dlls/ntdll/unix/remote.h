/* SPDX-License-Identifier: MIT */
/*
 * remote.h: system calls on other processes and their threads, which their agents carry out (agent.c). Each takes what the
 * system call does and checks the handle's access.
 */
#ifndef TRANSOM_REMOTE_H
#define TRANSOM_REMOTE_H

#include "message.h"
#include "thread.h"

/* remote.c */
NTSTATUS remote_allocate(HANDLE process, void **base, ULONG_PTR zero_bits, SIZE_T *size, ULONG type, ULONG protect);
NTSTATUS remote_free(HANDLE process, void **base, SIZE_T *size, ULONG type);
NTSTATUS remote_protect(HANDLE process, void **base, SIZE_T *size, ULONG protect, ULONG *old);
NTSTATUS remote_query(HANDLE process, const void *address, ULONG class, void *info, SIZE_T length, SIZE_T *returned);
NTSTATUS remote_read(HANDLE process, const void *address, void *buffer, SIZE_T size, SIZE_T *done);
NTSTATUS remote_write(HANDLE process, void *address, const void *buffer, SIZE_T size, SIZE_T *done);
NTSTATUS remote_map(HANDLE section, HANDLE process, void **base, ULONG_PTR zero_bits, LARGE_INTEGER *offset,
                    SIZE_T *size, ULONG type, ULONG protect);
NTSTATUS remote_unmap(HANDLE process, void *base, ULONG flags);
NTSTATUS remote_suspend(HANDLE process, bool resume);
struct process_object;
/* Its token as it is now; referenced. */
NTSTATUS remote_process_token(struct process_object *process, struct object **token);
NTSTATUS remote_process_set(struct process_object *process, ULONG class, const void *info, ULONG length);
NTSTATUS remote_process_query(struct process_object *process, ULONG class, void *info, ULONG length, ULONG *needed);

/* remote_thread.c: threads of other processes */
NTSTATUS remote_thread_create(HANDLE process, void *start, void *argument, ULONG flags, SIZE_T stack, SIZE_T reserve,
                              struct thread_object **object, CLIENT_ID *id, TEB **teb);
NTSTATUS remote_thread_open(ULONG process_id, ULONG thread_id, struct thread_object **object);
/* One of enum protocol_thread_control; the answer's bytes go to `out`, `size` at most. */
NTSTATUS remote_thread_control(struct thread_object *object, ULONG what, const ULONG_PTR arguments[4], const void *in,
                               ULONG in_size, void *out, ULONG size, ULONG_PTR *value);
/* The handle's object, referenced, if it is another process's thread; else NULL. */
struct thread_object *remote_thread(HANDLE handle, ACCESS_MASK access, NTSTATUS *status);
NTSTATUS remote_thread_query(struct thread_object *object, ULONG class, void *info, ULONG length, ULONG *needed);
/* A thread that others have handles to has ended. */
void remote_thread_ended(struct thread_object *object);
struct shared_form;
NTSTATUS remote_thread_share(struct object *obj, struct shared_form *form);
NTSTATUS remote_thread_adopt(struct shared_form *form, struct object **obj);

#endif
