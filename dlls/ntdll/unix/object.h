/* SPDX-License-Identifier: MIT */
/*
 * object.h: NT objects, the handle table and waiting, as the native half sees them (object.c, handle.c, wait.c).
 *
 * An object is an allocation of its creator's that begins with struct object. Whatever can be waited for has a cell in
 * the process's segment (include/segment.h), which is what signalling and waiting work on.
 */
#ifndef TRANSOM_OBJECT_H
#define TRANSOM_OBJECT_H

#include "nt.h"
#include "segment.h"

struct object;
struct object_name;
struct shared_form;
struct thread;

/* The types' numbers: in handle entries, in NtQueryObject's answers and in lists of handles, so the same in all processes. */
enum object_type_index {
    OBJECT_TYPE_DIRECTORY = 2, /* Windows' first one */
    OBJECT_TYPE_SYMBOLIC_LINK,
    OBJECT_TYPE_TOKEN,
    OBJECT_TYPE_JOB,
    OBJECT_TYPE_PROCESS,
    OBJECT_TYPE_THREAD,
    OBJECT_TYPE_DEBUG,
    OBJECT_TYPE_EVENT,
    OBJECT_TYPE_MUTANT,
    OBJECT_TYPE_SEMAPHORE,
    OBJECT_TYPE_TIMER,
    OBJECT_TYPE_KEYED_EVENT,
    OBJECT_TYPE_WINDOW_STATION,
    OBJECT_TYPE_DESKTOP,
    OBJECT_TYPE_IO_COMPLETION,
    OBJECT_TYPE_WAIT_PACKET,
    OBJECT_TYPE_FILE,
    OBJECT_TYPE_SECTION,
    OBJECT_TYPE_KEY,
    OBJECT_TYPE_COUNT
};

struct object_type {
    const char *name; /* "Event", as NtQueryObject reports it */
    uint8_t index;    /* enum object_type_index */
    ACCESS_MASK valid_access;
    ACCESS_MASK generic_mapping[4];                           /* read, write, execute, all */
    void (*destroy)(struct object *);                         /* the last reference is gone; frees the object */
    void (*close)(struct object *, HANDLE handle);            /* a handle is being closed (may be NULL) */
    void (*handles)(struct object *);                         /* it has its first handle, or no more (may be NULL) */
    NTSTATUS (*query_name)(struct object *, WCHAR **name);    /* for ObjectNameInformation (may be NULL); malloc'ed */
    NTSTATUS (*share)(struct object *, struct shared_form *); /* what other processes must know (may be NULL) */
    NTSTATUS(*adopt)
    (struct shared_form *, struct object **); /* makes one of that; keeps the descriptor if it sets -1 */
    void (*shared)(struct object *,
                   uint32_t cell);       /* it is one that processes share now, with that cell (may be NULL) */
    void **(*security)(struct object *); /* where its descriptor is kept, if not in the object itself (may be NULL) */
};

struct object {
    const struct object_type *type;
    uint32_t refs;         /* atomic */
    uint32_t handle_count; /* atomic */
    uint32_t cell;       /* reference of its cell (include/segment.h); 0 = cannot be waited for. Atomic: it may move */
    uint32_t moved_from; /* the cell that it had before it was shared, or 0 */
    uint32_t flags;
    struct object_name *name;   /* in the namespace, or NULL */
    void *security;             /* self-relative security descriptor that was set, malloc'ed, or NULL (security.c) */
    struct object *shared_next; /* by number (shared.c) */
    uint32_t shared_number;     /* what the server calls it; 0 = only this process has it */
    uint32_t shared_count;      /* how often the server counts it as ours */
};

/* Initialises with one reference, owned by the caller. */
void object_init(struct object *obj, const struct object_type *type);
struct object *object_ref(struct object *obj);
void object_unref(struct object *obj);
/* A reference, unless the last one is gone already. */
bool object_try_ref(struct object *obj);

/* Handles. `attributes` are OBJ_*. handle_create takes a reference of its own. Values are multiples of 4. */
NTSTATUS handle_create(struct object *obj, ACCESS_MASK access, ULONG attributes, HANDLE *handle);
/* Looks a handle up, the pseudo-handles too; the object comes with a reference. `type` NULL: any. Checks access. */
NTSTATUS handle_lookup(HANDLE handle, const struct object_type *type, ACCESS_MASK access, struct object **obj);
NTSTATUS handle_lookup_access(HANDLE handle, const struct object_type *type, ACCESS_MASK access, struct object **obj,
                              ACCESS_MASK *granted);
NTSTATUS handle_close(HANDLE handle);
/* Replaces generic rights by the type's specific ones, and MAXIMUM_ALLOWED by all valid ones. */
ACCESS_MASK access_map(const struct object_type *type, ACCESS_MASK access);

/* Cells: the state of what can be waited for (kinds in segment.h). The cell is freed with the object. */
NTSTATUS object_cell_alloc(struct object *obj, enum segment_cell_kind kind, LONG state, LONG limit);
/* Signals (files when an operation completes, threads at their end, timers, …), waking waiters; or un-signals. */
void object_signal(struct object *obj);
void object_reset(struct object *obj);

/* Events by handle, for the asynchronous I/O of others: reference now, signal at completion. */
extern const struct object_type event_type;

/* Completion ports: queue a packet; `port` is an object of completion_type. */
extern const struct object_type completion_type;
NTSTATUS completion_post(struct object *port, ULONG_PTR key, ULONG_PTR apc_context, NTSTATUS status,
                         ULONG_PTR information);

/*
 * What a thread waits with and what interrupts its waits; embedded in struct thread (thread.h). The shared part is the
 * thread's record in the segment.
 */
struct user_apc {
    struct user_apc *next;
    const void *source; /* whoever may take it back: thread_remove_apcs */
    PNTAPCFUNC routine;
    ULONG_PTR args[3];
};
struct thread_wait {
    uint32_t index; /* of its record in the segment; 0 = not attached */
    struct segment_thread *record;
    struct segment_thread
        *claim; /* the record whose wait_state the present wait is claimed by: its own or the common one */
    ULONG tid;
    struct thread_wait *next_by_id;
    uint32_t apc_lock;
    bool apc_closed; /* the thread is ending: no more APCs */
    struct user_apc *apc_first, **apc_last;
    struct user_apc *special_newest; /* special ones: special_apc.c */
    struct object **held;            /* references that a blocked wait holds: dropped if the thread ends there */
    unsigned held_count;
    struct wait_spin { /* whether spinning before blocking has paid lately: see wait.c */
        uint16_t credit, typical, interval, left, probes;
    } spin;
    /* Completion ports (completion.c): */
    struct completion_port *port; /* the port whose packets the thread handles; referenced */
    bool port_active;             /* it counts as running for the port's concurrency limit */
    bool port_blocked;            /* it did before it blocked */
    bool port_remote;             /* the server counts it */
    /* Private queues: keyed events, completion ports: */
    struct thread_wait *queue_next, *queue_prev;
    const void *queue_key;
    bool queued;
    struct completion_packet *packet; /* handed over by completion_post */
    struct object *token;             /* what the thread impersonates with, or NULL; under thread_list_lock (token.c) */
    /* What programs set and read back (thread_info.c); under thread_list_lock: */
    struct thread_settings {
        bool ideal_processor_set, priority_boost_disabled, io_priority_low;
        uint8_t ideal_processor;
        uint8_t page_priority; /* 0 = normal */
    } settings;
};

/* Called by thread.c on the new thread itself before it runs Windows code, and when it ends (abandons its mutants,
 * drops APCs and whatever an interrupted wait held). */
NTSTATUS thread_wait_attach(struct thread *thread, ULONG tid);
void thread_wait_detach(struct thread *thread);

/* User APCs: queue to a thread; delivered when it is alertable. The caller makes sure that `thread` lives: it is the
 * calling thread or thread_list_lock is held. STATUS_UNSUCCESSFUL if it is ending. */
NTSTATUS thread_queue_apc(struct thread *thread, PNTAPCFUNC routine, ULONG_PTR arg1, ULONG_PTR arg2, ULONG_PTR arg3);
/* The same with a source, by which it can be taken back before it runs. */
NTSTATUS thread_queue_apc_from(struct thread *thread, const void *source, PNTAPCFUNC routine, ULONG_PTR arg1,
                               ULONG_PTR arg2, ULONG_PTR arg3);
void thread_remove_apcs(struct thread *thread, const void *source);
bool thread_apc_pending(struct thread *thread);
/* Takes the first APC of the calling thread and has it delivered (thread_deliver_apc); false if there is none. The call
 * that the program made will return `status` after the APC. For NtTestAlert and NtContinue(TestAlert). */
bool thread_run_apc(NTSTATUS status);
/*
 * Makes a thread blocked in a wait call thread_check_suspend(), which parks or ends it there and else returns, upon which
 * the wait starts anew. Sets the flag also if the thread does not wait: harmless.
 */
void thread_interrupt_wait(struct thread *thread);
/* thread.c: the calling thread's system call shall return to KiUserApcDispatcher. */
void thread_deliver_apc(NTSTATUS status, PNTAPCFUNC routine, ULONG_PTR arg1, ULONG_PTR arg2, ULONG_PTR arg3);

/*
 * The pseudo-handles' objects, by thread.c and process.c; not referenced. The types of threads and processes:
 * thread_type, process_type.
 */
extern const struct object_type process_type;
extern const struct object_type thread_type;
struct object *process_current_object(void);
struct object *thread_current_object(void);

/* Called once at start: makes the segment and the root of the namespace. */
void object_init_process(void);

/* Waits on one object until signalled; timeout in 100 ns as NtWaitForSingleObject takes it, NULL = for ever. */
NTSTATUS object_wait(struct object *obj, bool alertable, const LARGE_INTEGER *timeout);

/* The namespace (namespace.c): inserts or finds by OBJECT_ATTRIBUTES (already probed). */
struct object_attr {
    WCHAR *name; /* absolute, malloc'ed, or NULL */
    size_t name_len;
    struct object *root;
    ULONG attributes;
    void *security; /* self-relative descriptor, malloc'ed, or NULL */
};
NTSTATUS object_attr_in(const OBJECT_ATTRIBUTES *user, struct object_attr *attr);
void object_attr_free(struct object_attr *attr);
/* Inserts `obj` under attr's name, if it has one. With OBJ_OPENIF and an existing object of the type: *existing is that
 * one (referenced) and the status is STATUS_OBJECT_NAME_EXISTS. */
NTSTATUS object_insert(struct object *obj, const struct object_attr *attr, struct object **existing);
NTSTATUS object_open(const struct object_attr *attr, const struct object_type *type, struct object **obj);

/* Both steps of every NtCreate*: insert and give a handle. Consumes the caller's reference of obj. */
NTSTATUS object_create_handle(struct object *obj, ACCESS_MASK access, const OBJECT_ATTRIBUTES *user, HANDLE *handle);
NTSTATUS object_open_handle(const struct object_type *type, ACCESS_MASK access, const OBJECT_ATTRIBUTES *user,
                            HANDLE *handle);

#endif
