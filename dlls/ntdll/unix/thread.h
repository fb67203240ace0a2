/* SPDX-License-Identifier: MIT */
/* thread.h: struct thread, one for each NT thread of this process; lies THREAD_FROM_TEB behind its TEB. */
#ifndef TRANSOM_THREAD_H
#define TRANSOM_THREAD_H

#include <signal.h>
#include "unix.h"
#include "dispatch.h"

/* The thread's object: what handles refer to. It outlives the thread. */
struct process_object;
struct thread_object {
    struct object header;
    struct thread *thread; /* NULL once it has ended; under thread_list_lock */
    ULONG id;
    uint32_t start_state; /* futex: 0 starting, 1 running, 2 failed */
    NTSTATUS exit_status;
    uint64_t create_time, exit_time; /* 100 ns since 1601 */
    uint64_t kernel_time, user_time; /* final values, 100 ns */
    void *start_address;
    LONG suspend_count; /* under thread_list_lock */
    KPRIORITY base_priority;
    KAFFINITY affinity, cpu_sets; /* cpu_set.c */
    WCHAR *description;           /* malloc'ed */
    size_t description_len;
    bool hidden_from_debugger;
    struct io *requests;            /* asynchronous ones under way (io.c) */
    bool is_remote;                 /* stands for another process's thread (child.c) */
    struct process_object *process; /* remote: whose it is, referenced (remote_thread.c); NULL: not known */
};
extern const struct object_type thread_type;

/* exit_work */
#define EXIT_CONTEXT   1 /* return to thread->context rather than to the frame */
#define EXIT_SUSPEND   2 /* park first */
#define EXIT_TERMINATE 4
#define EXIT_FLAGS     8  /* return with return_flags set in EFlags */
#define EXIT_APC       16 /* run special user APCs */

struct thread {
    /* Known to dispatch.S by offset: */
    struct syscall_frame *frame; /* of the newest system call; stale while PE code runs */
    void *unix_sp;               /* where the next call's frame goes */
    const CONTEXT *restore;      /* what is being returned to (only while dispatch.S does so) */
    uint64_t exit_work;          /* EXIT_*: what to do before returning from a call; atomic */
    uint64_t iret[5];
    uint8_t xstate[XSTATE_AREA_SIZE]
        __attribute__((aligned(64))); /* what `context` with CONTEXT_XSTATE means (xstate.h) */

    TEB *teb;
    struct thread_object *object;
    pthread_t pthread;
    pid_t tid;
    char *unix_stack_low, *unix_stack_high; /* bounds of the Unix stack */
    LIST_ENTRY entry;                       /* in thread_list */
    struct thread *hash_next;               /* by id */

    CONTEXT context;         /* with EXIT_CONTEXT: what to return to */
    struct thread_wait wait; /* wait.c's: alert futex, APC queue, owned mutexes */

    /* Suspension (signal.c): */
    uint32_t suspend_request; /* futex: non-zero while the thread shall not run Windows code; the request's number */
    uint32_t suspended;       /* futex: the number of the request that the thread has acknowledged last */
    uint32_t suspend_number;  /* of the last request; thread_list_lock */
    CONTEXT *suspend_context; /* while parked: its context, may be changed by others */
    uint32_t return_flags;    /* with EXIT_FLAGS */
    uint64_t put_off;         /* EXIT_*: what a region puts off (nt_region.h); the thread's own */
    uint8_t *suspend_xstate;  /* and its extended states, if that has CONTEXT_XSTATE */
    bool suspend_context_changed;
    bool terminating;
    NTSTATUS exit_status;

    struct debug_registers *debug; /* NULL: none was ever set (debug_registers.c) */

    uint32_t sync_io; /* io.c: it sleeps in a synchronous request, which may be cancelled */
    /* Of a debugged process (debug_event.c): */
    bool frozen;        /* stopped while another thread's event is with the debugger; thread_list_lock */
    bool debugger_told; /* it knows of the thread; thread_list_lock */
    bool record_first_chance;
    EXCEPTION_RECORD record; /* what debug_fault is about */

    bool in_report;   /* it prints the crash report */
    bool in_delivery; /* an exception is being put on its stack */
    void *signal_stack;
    size_t signal_stack_size;
    void *unix_jump; /* jmp_buf of the thread's native start function */
    bool is_main;
    bool at_gate; /* it waits to be let begin (child_wait_resume), and holds no lock */
    bool skip_attach;
    bool registered;    /* in thread_list */
    bool stack_is_ours; /* the Windows stack is freed at exit */
    void *start_routine, *start_argument;
    CONTEXT *start_context; /* the initial context, on the Windows stack */
};

_Static_assert(offsetof(struct thread, frame) == THREAD_FRAME, "frame");
_Static_assert(offsetof(struct thread, unix_sp) == THREAD_UNIX_SP, "unix_sp");
_Static_assert(offsetof(struct thread, restore) == THREAD_RESTORE, "restore");
_Static_assert(offsetof(struct thread, exit_work) == THREAD_EXIT_WORK, "exit_work");
_Static_assert(offsetof(struct thread, iret) == THREAD_IRET, "iret");
_Static_assert(offsetof(struct thread, xstate) == THREAD_XSTATE, "xstate");
_Static_assert(sizeof(struct syscall_frame) == FRAME_SIZE, "FRAME_SIZE");
_Static_assert(offsetof(struct syscall_frame, args) == FRAME_ARGS, "FRAME_ARGS");
_Static_assert(offsetof(struct syscall_frame, mxcsr) == FRAME_MXCSR, "FRAME_MXCSR");
_Static_assert(offsetof(CONTEXT, FltSave) == CONTEXT_FLTSAVE, "FltSave");
_Static_assert(offsetof(CONTEXT, R15) == CONTEXT_R15, "R15");
_Static_assert(offsetof(CONTEXT, EFlags) == CONTEXT_EFLAGS, "EFlags");
_Static_assert(offsetof(CONTEXT, MxCsr) == CONTEXT_MXCSR, "MxCsr");
_Static_assert(offsetof(CONTEXT, ContextFlags) == CONTEXT_FLAGS, "ContextFlags");

extern __thread struct thread *current_thread;
extern pthread_mutex_t thread_list_lock;
extern LIST_ENTRY thread_list;

/* Entry points in ntdll.dll, found when it is mapped (process.c). */
struct ntdll_entries {
    void *base;
    void *LdrInitializeThunk, *RtlUserThreadStart, *KiUserExceptionDispatcher, *KiUserApcDispatcher,
        *KiUserCallbackDispatcher, *KiRaiseUserExceptionDispatcher;
};
extern struct ntdll_entries ntdll_entries;

/* The main thread's structures; called once. */
struct thread *thread_init_main(void);
/* Makes the Windows stack of a new thread: sizes in bytes, 0 = the image's defaults. Sets the TEB's fields. */
NTSTATUS thread_make_stack(TEB *teb, size_t reserve, size_t commit);
/* Runs the current thread from LdrInitializeThunk on. */
void thread_run(struct thread *thread) __attribute__((noreturn));
/* Waits until the first thread is about to run. */
void thread_wait_started(void);
/* Ends the calling thread with status; the last one ends the process. */
void thread_exit(NTSTATUS status) __attribute__((noreturn));
/* Finds by NT thread id; referenced object or NULL. */
struct thread_object *thread_find(ULONG id);

/* Ends the calling thread with thread->exit_status, from any depth of native code; holds no locks. */
void thread_exit_now(void) __attribute__((noreturn));
/* Makes another thread stop for good: it exits when it next would run Windows code. */
void thread_terminate_other(struct thread *thread, NTSTATUS status);
/* From now on no thread can be made: the process is ending. */
void thread_no_more(void);
/* Stops all other threads for the end of the process. */
void thread_stop_others(void);
/* Starts a Windows thread without a handle. */
NTSTATUS thread_create_native(void *start, void *argument);
size_t thread_count(void);

void thread_release_stack(struct thread *thread); /* the Windows stack */

/* signal.c */
/* Parks the calling thread, whose context for others is this one. */
void thread_park_with(struct thread *thread, CONTEXT *context);
void thread_unpark(struct thread *thread);
void thread_interrupt(struct thread *thread);           /* EINTR for what it waits in */
void signal_default(int sig) __attribute__((noreturn)); /* control.c */
const CONTEXT *dispatch_exit_work(uint64_t status);

void signal_init(void);
void signal_init_thread(struct thread *thread);
/* Blocks while the thread is suspended; called where a system call is about to return, and when one starts to wait. */
void thread_check_suspend(void);
/* Of a thread inside a region: what was put off may happen when this call returns; or it sleeps now and does not run. */
void thread_take_up(void);
void thread_sleeps_in_region(void);
/* It is being terminated, and is to leave a lock's queue before. */
bool thread_must_leave_queue(void);
/* Joins the server if another process has asked for that (process_object.c). */
void thread_join_if_wanted(void);
bool thread_join_is_wanted(void);
/* Asks another thread to park, and waits until it has; with thread_list_lock held. */
void thread_park(struct thread *thread);
/* The first half of that, for a thread that will see the request by itself; its number. */
uint32_t thread_request_park(struct thread *thread);
/* The context of a parked thread or of the calling one. */
void thread_get_context(struct thread *thread, CONTEXT *context);
/* Sets the context the calling thread's system call returns to. */
void thread_set_return(const CONTEXT *context);
/* Sends the calling thread to KiUserExceptionDispatcher, with the context that its system call returns to. */
void exception_deliver(const EXCEPTION_RECORD *record);
/* The calling thread's system call, before it returns this status, raises an exception of that code. */
void exception_raise_user(NTSTATUS status);
/* The frame's registers as a CONTEXT (ContextFlags CONTEXT_FULL | SEGMENTS), rax = status. */
void context_from_frame(const struct syscall_frame *frame, CONTEXT *context, uint64_t rax);
/* Copies the parts that src's ContextFlags name, but for the extended states. */
void context_merge(CONTEXT *dst, const CONTEXT *src);

/* debug_registers.c */
void debug_registers_get(const struct thread *thread, CONTEXT *context); /* sets their bit of ContextFlags too */
/* Makes the thread's debug registers those of the context. With thread_list_lock held, or for the calling thread. */
void debug_registers_set(struct thread *thread, const CONTEXT *context);
void debug_registers_release(struct thread *thread);
void debug_registers_hit(struct thread *thread, uint64_t dr6); /* what DR6 says of the last debug exception */

#endif
