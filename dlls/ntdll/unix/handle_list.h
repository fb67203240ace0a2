/* SPDX-License-Identifier: MIT */
/* handle_list.h: lists of handles, of one process and of all. */
#ifndef TRANSOM_HANDLE_LIST_H
#define TRANSOM_HANDLE_LIST_H

#include "message.h"
#include "query.h"

struct process_object;

/* ProcessHandleInformation, of any process; SystemHandleInformation and its extended form. */
NTSTATUS handle_list_query_process(struct process_object *process, void *info, ULONG length, ULONG *needed);
NTSTATUS handle_list_query_system(bool extended, void *info, ULONG length, ULONG *needed);
/* For the agent: this process's from the one after a certain one on; how many. */
size_t handle_list_part(uint32_t after, struct protocol_handle_entry *entries, size_t room, bool *more);

#endif
