/* SPDX-License-Identifier: MIT */
/* child_private.h: what the files that create processes share (child.c, child_packet.c, child_launch.c). */
#ifndef TRANSOM_CHILD_PRIVATE_H
#define TRANSOM_CHILD_PRIVATE_H

#include "child.h"
#include "process.h"

/* The memfd's contents in the making: struct child_start and what it refers to. */
struct packet {
    char *data;
    size_t used, capacity;
    bool failed;
};

/* What the new process is to be. */
struct spawn {
    RTL_USER_PROCESS_PARAMETERS params;
    struct packet packet;
    HANDLE *list; /* PS_ATTRIBUTE_HANDLE_LIST, or NULL: all inheritable ones */
    size_t list_count;
    HANDLE *jobs; /* PS_ATTRIBUTE_JOB_LIST */
    size_t job_count;
    bool in_job;
    bool terminal; /* it gets a terminal of its own */
    struct object *token; /* PS_ATTRIBUTE_TOKEN, referenced */
    bool inherit;
    char *image; /* Unix path */
    int std[3];  /* descriptors that become 0, 1 and 2, or -1 */
    struct child_handle *handles;
    size_t handle_count;
    struct child_shared *shared; /* inherited handles to other things than files */
    size_t shared_count, shared_capacity;
    int server_fd;
    struct object **referenced; /* what the descriptors of `handles` belong to */
    bool failed;
};

/* How the Unix process is started. */
struct launch {
    char **argv, **envp;
    char *cwd;
    const int *keep; /* descriptors that stay open over the exec */
    size_t keep_count;
    int std[3];
    int terminal; /* becomes the controlling terminal of a session of its own; -1: none */
    int blocked; /* a signal that stays blocked, or 0 */
    bool new_session, new_group;
};

/* child_packet.c */
/* For handle_enumerate: takes what the child inherits. */
bool spawn_add_handle(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context);
/* The descriptor of a standard handle of the child, or -1. */
int spawn_std_descriptor(struct spawn *spawn, HANDLE handle);
/* A connection to the server that holds, for the child, what it inherits. */
NTSTATUS spawn_give_shared(struct spawn *spawn);
/* The attribute list of NtCreateUserProcess, in and out. */
NTSTATUS spawn_read_attributes(struct spawn *spawn, PVOID user_list, UNICODE_STRING *image, ULONG *priority);
NTSTATUS spawn_write_attributes(PVOID user_list, const CLIENT_ID *id, const SECTION_IMAGE_INFORMATION *info);
/* An NT or DOS path of the program's as a Unix path; malloc'ed. */
NTSTATUS spawn_unix_path(const WCHAR *text, size_t chars, char **result);
/* Fills spawn->packet. */
NTSTATUS spawn_build_packet(struct spawn *spawn);

/* child_launch.c */
bool is_native_program(int fd);
/* Runs the child from the packet. On success *process has one reference. */
NTSTATUS start_windows(struct spawn *spawn, struct launch *launch, bool suspended, struct process_object **process);
NTSTATUS start_native(struct spawn *spawn, struct launch *launch, struct process_object **process);

#endif
