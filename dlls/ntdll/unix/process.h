/* SPDX-License-Identifier: MIT */
/* process.h: the process as a whole: its start, its end, and what it was started with. */
#ifndef TRANSOM_PROCESS_H
#define TRANSOM_PROCESS_H

#include <signal.h>
#include <ucontext.h>
#include "message.h"
#include "thread.h"

/* What handles to processes refer to. The current one exists from the start; children have one each (NtCreateUserProcess). */
struct process_object {
    struct object header;
    struct process_object *watched_next; /* process_object.c: those whose end is watched from here, by id */
    ULONG id;
    int pidfd;       /* of a child; -1 for ourselves */
    ULONG parent_id; /* of another process, once it is known */
    NTSTATUS exit_status;
    uint64_t create_time, exit_time; /* 100 ns since 1601 */
    uint64_t user_time, kernel_time; /* once it has ended and times_known is set */
    bool times_known;
    ULONG priority_class;
    bool priority_given; /* by a job, when it was put there */
    /* Of children (child.c): */
    bool is_child, ended, kill_requested;
    NTSTATUS kill_status;
    PEB *peb;
    int start_fd;              /* what is shared with the child (struct child_start), or -1 */
    struct child_start *start; /* mapped when needed: process_start() */
    uint32_t job;              /* the immediate one that it was started in, or 0 */
    bool in_job;
    bool not_joined;                   /* it has a number, but was not asked to join yet */
    struct child_slot *slot;           /* signals go on to it (child_signal.c), or NULL */
    struct thread_object *main_thread; /* stands for its first thread; referenced */
};
extern struct process_object *process_current;

/* process_object.c */
struct message_part;
void process_init(struct process_object *process, ULONG id, int pidfd);
/* With a cell; takes the descriptor. NULL: memory is out. */
struct process_object *process_alloc(ULONG id, int pidfd);
/* What is shared with a child of this process; NULL: it is none of ours, or memory is out. */
struct child_start *process_child_start(struct process_object *process);
void process_put_priority(struct process_object *process, ULONG class); /* Win32's number */
/* Has the object signalled when the process ends. */
bool process_watch(struct process_object *process);
NTSTATUS process_open(ULONG id, struct process_object **process);
/* One that has joined the server. */
NTSTATUS process_open_joined(ULONG id, struct process_object **process);
/* What the server calls it; it is asked to join if it has not. */
NTSTATUS process_number(struct process_object *process, uint32_t *number);
/* client_call to it. */
NTSTATUS process_call(struct process_object *process, uint32_t call, void *in, const struct message_part *part, int fd,
                      void *out, void **bytes, uint32_t *size, int *answer_fd);
/* Whether it has ended; then exit_status is known. */
bool process_update(struct process_object *process);
/* The least id of one of our processes above this one; 0: none (system_process.c). */
ULONG process_next_id(ULONG id);
/* The next higher number of a thread of that process, one of Windows'; 0: none. */
ULONG process_next_thread(ULONG process, ULONG after);
/* What its creator has written on a process's command line: its process group (0: its own) and its parent, who need not be its
 * creator nor live. False: none of ours has created it. (system_process.c) */
bool process_creation(ULONG id, ULONG *group, ULONG *parent);
/* Where another process's PEB is; NULL: not known. */
PEB *process_remote_peb(struct process_object *process);
NTSTATUS process_terminate_other(struct process_object *process, NTSTATUS status);

const SECTION_IMAGE_INFORMATION *process_image_information(void);
KAFFINITY process_affinity(void); /* CPUs that the process may use */

extern struct thread *process_main_thread;
extern volatile int
    process_last_control_signal; /* SIGINT… if a control event was raised: the end by it is told to the caller */
extern char *program_name;       /* what messages call the program */

struct process_start {
    const char *program; /* Unix path of the image */
    int argc;            /* arguments after the program's name */
    char **argv;
    const char *argv0;              /* as typed */
    const WCHAR *command_line_wide; /* used instead of argv when not NULL (CreateProcess) */
    size_t command_line_chars;
    WCHAR *environment; /* Windows environment block, or NULL: made from ours */
    size_t environment_chars;
    void (*adjust)(const struct process_start *start, RTL_USER_PROCESS_PARAMETERS *params); /* last changes */
};

/* Maps the program and ntdll, makes PEB, parameters and the main thread, and runs it. Returns only on failure, after
 * a message: the Unix exit code. */
int process_run(const struct process_start *start);

/* A crash: prints the report and ends the process as the signal would have. */
void process_crash(const EXCEPTION_RECORD *record, const CONTEXT *context) __attribute__((noreturn));
void native_crash(const siginfo_t *info, const ucontext_t *uc) __attribute__((noreturn));

/* What every way out does first: the terminal's modes, files to be deleted. */
void process_before_exit(void);

/* The start of a child made by NtCreateUserProcess: what it needs is in the file that `fd` refers to. */
int process_run_child(int fd);
HANDLE process_console_handle(void);

/* kernelbase's CtrlRoutine, or NULL before it is loaded. */
void *process_control_routine(void);

/* control.c: console control events from signals. */
void control_init(void);
NTSTATUS control_start(void); /* the program has a handler from now on */

/* Address of a named export of a mapped 64-bit PE image, or NULL; forwarders are not followed. */
void *image_export(const void *base, const char *name);

/* shared_data.c: KUSER_SHARED_DATA at its address. */
void shared_data_init(void);

/* environment.c: the Windows environment block (UTF-16, zero-terminated strings, empty string at the end); malloc'ed. */
WCHAR *environment_create(char **unix_environment, size_t *chars);
bool environment_is_windows(const char *item);    /* NAME=value is a variable that environment_create adds */
bool environment_tz_is_foreign(const char *item); /* TZ=value that environment_create leaves out */

/* process_info.c: priority classes (Win32's numbers) and the error mode, which children inherit. */
NTSTATUS process_priority_from_nt(UCHAR class, ULONG *win32);
ULONG process_child_priority(void);
ULONG process_error_mode(void);
void process_set_error_mode(ULONG mode);

#endif
