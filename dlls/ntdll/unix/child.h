/* SPDX-License-Identifier: MIT */
/* child.h: what a parent process tells its child (child.c), and what process.c asks of it. */
#ifndef TRANSOM_CHILD_H
#define TRANSOM_CHILD_H

#include <signal.h>
#include <sys/resource.h>
#include "shared_data.h"
#include "unix.h"

#define CHILD_START_MAGIC 0x74726e32u
#define CHILD_NUMBERS     9

/* A part of the memfd, by offset and size in bytes. */
struct child_blob {
    uint32_t offset, size;
};

struct child_handle {
    uint64_t value;
    int32_t fd;
    uint32_t access, options;
    uint16_t append, share;
    uint32_t std; /* it is descriptor std - 1, if not 0, instead of fd */
};

/* CPUID's leaf 0xd for the states of AVX-512. */
struct xstate_places {
    uint32_t size[3], offset[3], flags[3];
};
extern struct xstate_places xstate_places; /* xstate.c: all 0 if the processor has not been asked */

/* An inherited handle to what the server knows by number. */
struct child_shared {
    uint64_t value;
    uint32_t number, access;
};

/* A pseudo-console: its screen is empty as far as anybody knows, or the terminal is to be asked. */
#define CHILD_TERMINAL_EMPTY 1u
#define CHILD_TERMINAL_ASKED 2u

struct child_start {
    uint32_t magic;
    int32_t server_fd; /* the connection that holds `shared` for the child; else -1 */
    uint32_t gate;     /* futex: suspend count of the first thread while it has not begun */
    struct child_blob image, command_line, environment, title, desktop, shell, runtime, handles, shared, token;
    struct child_blob system_dir, prefix_dir; /* options, which need not be found out again */
    struct child_blob directory;     /* the current one, which Linux need not have (C:\windows); empty: Linux's */
    uint32_t numbers[CHILD_NUMBERS]; /* the window's place and colours */
    uint64_t peb;                    /* written by the child: where its PEB is */
    struct child_end {
        uint32_t reported; /* written by the child: status is valid */
        NTSTATUS status;
        uint32_t in_job; /* it belongs to a job: its creator writes it, or the child if others put it there */
        uint32_t joined; /* the server knows it, and clears up after it: written by the child */
        uint64_t user_time, kernel_time; /* 100 ns; valid with `status` */
    } end;
    uint32_t creator;  /* its process id */
    char job_mark[64]; /* of a native program that was put into a job before it began */
    uint32_t native;   /* not ours to run: it is executed when the gate is open */
    uint32_t debugged; /* a debugger has this process: it ends when that lets it */
    uint32_t console_flags, process_group, priority_class, error_mode;
    uint32_t parent; /* who counts as its parent, if not its creator */
    struct xstate_places xstate;
    struct shared_bias bias;
    uint64_t std[3], console;
    uint32_t terminal;         /* it has a terminal of its own: 0, 1 and 2 where std[] has no handle */
    int32_t console_fd;        /* the segment of its console, if that has no terminal; else -1 */
    struct child_blob symbols; /* child_symbols.c */
};

/* child_signal.c: which children the signals of this process's console go on to */
struct child_slot;
struct child_slot *child_signal_add(pid_t pid);
void child_signal_begin(sigset_t *old); /* around starting a child and adding it */
void child_signal_end(const sigset_t *old);
void child_signal_remove(struct child_slot *slot); /* may be NULL */
void child_signal_pass_on(int sig, const siginfo_t *info);

struct thread_object;
extern struct rlimit process_original_nofile;

/* The bytes of the token that the creator gave this process, or NULL (token_start.c). */
const void *child_start_token(size_t *size);
bool child_in_job(void); /* the creator has put this process into a job */
bool child_creator_lives(void);
ULONG child_parent_id(void);            /* of who counts as this process's parent */
bool child_is_one(void);                /* this process was started by another one of ours */
void child_make_handles(HANDLE std[3]); /* the inherited handles; first of all in the table */
void child_make_shared_handles(void);   /* the same for what the server knows; once the process has its object */
void child_report_exit(NTSTATUS status);
/* The first thread is about to run, or, created suspended, not before it is resumed; `context` is what it will run. */
struct thread;
void child_wait_resume(struct thread *thread, CONTEXT *context);
/*
 * NtSuspendThread (1) and NtResumeThread (-1) for a thread that was created suspended with its process and has not begun: the
 * suspend count before, or 0 if it is not such a one.
 */
struct child_start *child_own_start(void); /* what this process was started with, or NULL */
ULONG child_gate(struct thread_object *thread, int change);

#endif
