/* SPDX-License-Identifier: MIT */
/* child_private.h: what the files that create processes share (child.c, child_packet.c, child_launch.c). */
#ifndef TRANSOM_CHILD_PRIVATE_H
#define TRANSOM_CHILD_PRIVATE_H

#include "child.h"
#include "job.h"
#include "process.h"
#include "section.h"

/* The memfd's contents in the making: struct child_start and what it refers to. */
struct packet {
    char *data;
    size_t used, capacity;
    bool failed;
};

#define SUBSYSTEM_CONSOLE 3 /* IMAGE_SUBSYSTEM_WINDOWS_CUI */

/* PS_ATTRIBUTE_STD_HANDLE_INFO: the lowest two bits, and for which subsystem */
#define PS_STD_HANDLE_STATE             3
#define PS_STD_HANDLE_REQUEST_DUPLICATE 1
#define PS_STD_HANDLE_ALWAYS_DUPLICATE  2

/* What the new process is to be. */
struct spawn {
    RTL_USER_PROCESS_PARAMETERS params;
    struct packet packet;
    HANDLE *list; /* PS_ATTRIBUTE_HANDLE_LIST, or NULL: all inheritable ones */
    size_t list_count;
    HANDLE *jobs; /* PS_ATTRIBUTE_JOB_LIST */
    size_t job_count;
    struct job_start job;
    uint32_t terminal;             /* it gets a terminal of its own */
    struct object *token;          /* PS_ATTRIBUTE_TOKEN, referenced */
    struct process_object *parent; /* PS_ATTRIBUTE_PARENT_PROCESS, referenced: not this one */
    ULONG priority_class;          /* Win32's number */
    ULONG error_mode;
    ULONG std_state, std_subsystem;
    bool inherit, suspended;
    bool native;           /* an ELF program or a script */
    char *image_path;      /* Unix path */
    struct image *image;   /* NULL: native */
    int std[3];            /* descriptors that become 0, 1 and 2, or -1 */
    size_t std_handles[3]; /* which of `handles` they are, from 1; 0: none */
    struct child_handle *handles;
    size_t handle_count;
    struct child_shared *shared; /* inherited handles to other things than files */
    size_t shared_count, shared_capacity;
    int server_fd, console_fd;
    int bridge;                    /* what becomes 1 and 2 if that is the same named pipe as 0; or -1 */
    HANDLE debug;                  /* PS_ATTRIBUTE_DEBUG_OBJECT, or NULL */
    bool debugged, debug_children; /* by that or as this process is; its children too */
    struct object **referenced;    /* what the descriptors of `handles` belong to */
    bool failed;
};

/* How the Unix process is started. */
struct launch {
    char **argv, **envp;
    char *cwd;
    const int *keep; /* descriptors that stay open over the exec */
    size_t keep_count;
    int std[3];
    int terminal;                /* becomes the controlling terminal of a session of its own; -1: none */
    int blocked;                 /* a signal that stays blocked, or 0 */
    bool detached;               /* DETACHED_PROCESS */
    bool new_session;            /* no terminal is its */
    bool no_interrupt;           /* SIGINT is ignored */
    const struct job_start *job; /* which the child enters before it executes anything */
};

/* child_attributes.c: what NtCreateUserProcess is given besides the parameters, in and out */
NTSTATUS spawn_read_attributes(struct spawn *spawn, PVOID user_list, UNICODE_STRING *image);
void spawn_write_attributes(PVOID user_list, const CLIENT_ID *id, const SECTION_IMAGE_INFORMATION *info);
NTSTATUS spawn_check_create_info(PVOID user_info);
void spawn_write_create_info(PVOID user_info, struct process_object *process);

/* child_packet.c */
/* For handle_enumerate: takes what the child inherits. */
bool spawn_add_handle(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context);
/* What the creator has listed. */
NTSTATUS spawn_add_listed_handles(struct spawn *spawn);
/* What the child inherits from another process than this one. */
NTSTATUS spawn_add_parents_handles(struct spawn *spawn);
/* Which of `handles` this is, counted from 1; 0: none. */
size_t spawn_find_handle(const struct spawn *spawn, HANDLE handle);
/* A file that it gets although it is not inheritable; likewise. */
size_t spawn_add_std_handle(struct spawn *spawn, HANDLE handle);
/* A connection to the server that holds, for the child, what it inherits, and says who debugs it. */
NTSTATUS spawn_give_shared(struct spawn *spawn);
/* An NT or DOS path of the program's as a Unix path; malloc'ed. */
NTSTATUS spawn_unix_path(const WCHAR *text, size_t chars, char **result);
/* Fills spawn->packet. */
NTSTATUS spawn_build_packet(struct spawn *spawn);

/* child_launch.c: runs the child. On success *process has one reference. */
NTSTATUS launch_process(const struct launch *launch, pid_t *pid);
struct process_object *launched(pid_t pid); /* the object of a process that has been started; NULL: it has been ended */
NTSTATUS start_windows(struct spawn *spawn, struct launch *launch, struct process_object **process);

/* child_native.c */
bool is_native_program(int fd);
NTSTATUS start_native(struct spawn *spawn, struct launch *launch, struct process_object **process);
/* Arguments and environment of a native program from Windows' forms of them; each malloc'ed in one piece. */
char **native_arguments(const WCHAR *line, size_t chars, char *image);
char **native_environment(const WCHAR *block, size_t chars);

#endif
