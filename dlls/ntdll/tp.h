/* SPDX-License-Identifier: MIT */
/*
 * tp.h: the thread pool. An object (work, timer, wait, I/O) belongs to a pool; when it is due, a callback of it is queued
 * there, and the pool's workers run what is queued. One thread of the process, the dispatcher (tpdispatch.c), knows when
 * timers, waits and I/O are due: it blocks in a completion port, to which wait packets and files are bound. Idle workers of
 * the default pool wait there too, and are released first, so that a wait's or file's callback runs on the thread that its
 * packet has woken; the dispatcher gets what no idle worker takes, and passes it on.
 *
 * Locks: tp_dispatch_lock, then a pool's lock. Callbacks run without either. What is under which is said at each field.
 */
#ifndef TRANSOM_TP_H
#define TRANSOM_TP_H

#include "ntdll_private.h"
#include "rtlspin.h"

enum tp_type {
    TP_SIMPLE,
    TP_WORK_OBJECT,
    TP_TIMER_OBJECT,
    TP_WAIT_OBJECT,
    TP_IO_OBJECT,
    TP_IO_WIN32,    /* CreateThreadpoolIo's callback takes an error code */
    TP_LEGACY_WORK, /* the callbacks of the API before Windows Vista (threadpoollegacyapiset.h) */
    TP_LEGACY_TIMER,
    TP_LEGACY_WAIT,
    TP_LEGACY_IO,
};

/* A moment the dispatcher waits for; under tp_dispatch_lock. */
struct tp_moment {
    LONGLONG due; /* in rtl_now()'s time */
    ULONG place;  /* in the heap, from 1; 0 = not set */
    void (*expire)(struct tp_moment *moment, LONGLONG now);
};

/* A worker; on its stack. */
struct tp_worker {
    struct tp_worker *next; /* of the idle ones; under the pool's lock */
    bool idle;              /* in that list; under the pool's lock */
    LONG signal;            /* set by who has taken it out of the list */
};

struct tp_pool {
    LONG refs; /* the owner and objects */
    RTL_SRWLOCK lock;
    struct tp_worker *idle_workers;                  /* the one that became idle last comes first: it is warm */
    LIST_ENTRY queues[TP_CALLBACK_PRIORITY_INVALID]; /* of objects with pending callbacks, by priority */
    ULONG pending;                                   /* callbacks queued */
    ULONG threads, long_running;
    /*
     * Workers that wait and have not been told to go on, and those of them that wait in the port. Both are too low while a packet that
     * was to wake a worker is on its way to the dispatcher, as all have woken otherwise.
     */
    LONG idle, in_port;
    ULONG spinning;          /* workers that look for work yet: who posts need wake nobody for so many callbacks */
    struct spin_record spin; /* whether that has paid lately */
    ULONG minimum, maximum;
    SIZE_T stack_reserve, stack_commit;
    LONG priority;
    LONGLONG idle_timeout;
    bool shutdown;
    bool looking;                /* growth is set, or about to be */
    ULONG last_pending, looks;   /* at the last look, and since when they are made */
    ULONGLONG taken, last_taken; /* callbacks */
    struct tp_moment growth;     /* when to look whether another worker is needed */
};

struct tp_group {
    LONG refs; /* the owner and members */
    RTL_SRWLOCK lock;
    LIST_ENTRY members;
};

struct tp_io_result {
    LIST_ENTRY link;
    PVOID context;
    IO_STATUS_BLOCK iosb;
};

struct tp_object {
    enum tp_type type;
    LONG refs; /* the owner's, one while callbacks are pending, one for each that runs, and what is said below */
    struct tp_pool *pool;
    struct tp_group *group;
    LIST_ENTRY group_link; /* under the group's lock; empty when no longer a member */
    void *callback, *context;
    PTP_SIMPLE_CALLBACK finalization;
    PTP_CLEANUP_GROUP_CANCEL_CALLBACK cancel;
    HANDLE activation_context;
    PVOID race_dll;
    TP_CALLBACK_PRIORITY priority;
    bool long_function, in_dispatcher;
    bool persistent;         /* its worker does not end when there is nothing to do */
    bool deleted;            /* legacy: no new callbacks */
    HANDLE completion_event; /* legacy: set when the object goes */
    HANDLE token;            /* legacy: WT_TRANSFER_IMPERSONATION */

    /* Under the pool's lock: */
    LIST_ENTRY queue_link;
    ULONG pending, running;
    ULONG entering; /* of the running ones: those that have yet to get hold of their library, and can be cancelled */
    RTL_CONDITION_VARIABLE finished;

    union {
        struct { /* under tp_dispatch_lock */
            struct tp_moment moment;
            LONGLONG period;
            bool set;
            bool expired;                 /* legacy: was due, and has no period */
            struct tp_timer_queue *queue; /* legacy */
            LIST_ENTRY queue_link;
        } timer;
        struct {
            HANDLE packet; /* holds a reference while armed */
            struct tp_moment timeout;
            ULONG_PTR generation; /* of arming: packets of earlier ones are stale */
            bool armed;
            ULONG signalled; /* of the pending callbacks: those not for a timeout; under the pool's lock */
            HANDLE handle;   /* legacy: what to arm it with again */
            LONGLONG interval;
            bool once;
            HANDLE stop; /* legacy: if it is a mutex that is waited for, what ends the thread that does */
        } wait;
        struct {
            ULONG outstanding;  /* started operations, each with a reference; under the pool's lock */
            LIST_ENTRY results; /* of the pending callbacks; under the pool's lock */
        } io;
    };
};

/* What a running callback has asked to be done after it; on the worker's stack. */
struct _TP_CALLBACK_INSTANCE {
    struct tp_object *object;
    HANDLE thread;
    bool associated, long_running;
    HANDLE event, mutex, semaphore;
    LONG release_count;
    RTL_CRITICAL_SECTION *section;
    PVOID dll;
};

/* --- tppool.c --- */
extern struct tp_pool tp_default_pool;

void tp_pool_ref(struct tp_pool *pool);
void tp_pool_unref(struct tp_pool *pool);
/* One callback and nobody's object: the reference of who made it goes to the queue. */
static inline bool tp_is_item(const struct tp_object *object)
{
    return object->type == TP_SIMPLE || object->type == TP_LEGACY_WORK;
}

/* Each pending callback keeps the library of its environment; those for which a lock is held when they are queued cannot. */
static inline bool tp_pending_keeps_dll(const struct tp_object *object)
{
    return object->race_dll && object->type != TP_TIMER_OBJECT && object->type != TP_WAIT_OBJECT;
}
static inline bool tp_running_keeps_dll(const struct tp_object *object)
{
    return object->race_dll && !tp_pending_keeps_dll(object);
}

/*
 * Queues a callback. `result` is what io.results takes, `signalled` what a wait's callback is told. tp_post_dispatching is for
 * who holds tp_dispatch_lock. `mine` is the pool whose worker the caller is, about to look at its queue: nobody need be woken there.
 */
void tp_post(struct tp_object *object, struct tp_io_result *result, const struct tp_pool *mine);
void tp_post_dispatching(struct tp_object *object, bool signalled, const struct tp_pool *mine);
/* Runs a queued callback on this thread instead of a worker. */
void tp_run_one(struct tp_object *object);
/* The dispatcher has got a packet that was to wake a worker of the default pool. */
void tp_worker_missed(void);

/* --- tpobject.c --- */
NTSTATUS tp_object_create(enum tp_type type, void *callback, void *context, const TP_CALLBACK_ENVIRON *environment,
                          struct tp_object **result);
void tp_object_ref(struct tp_object *object);
void tp_object_unref(struct tp_object *object);
/* Waits until no callback is pending or running; cancels the pending ones first if told to. */
void tp_object_wait(struct tp_object *object, bool cancel);
/* The owner is done with it: it leaves its group and loses its reference. */
void tp_object_release(struct tp_object *object);
/* Stops what makes new callbacks: tptimer.c, tpwait.c. */
void tp_timer_stop(struct tp_object *object);
void tp_wait_stop(struct tp_object *object);
void tp_invoke(struct tp_object *object, TP_CALLBACK_INSTANCE *instance, bool signalled, struct tp_io_result *result);
/* Deletion in the way of the legacy API, by its completion event: NULL, INVALID_HANDLE_VALUE (wait) or an event. */
NTSTATUS tp_object_delete(struct tp_object *object, HANDLE event);

/* --- tpdispatch.c --- */
extern RTL_SRWLOCK tp_dispatch_lock;

NTSTATUS tp_dispatch_start(void); /* tp_dispatch_lock is not held */
HANDLE tp_dispatch_port(void);
void tp_moment_set(struct tp_moment *moment, LONGLONG due); /* tp_dispatch_lock is held, in these two */
void tp_moment_clear(struct tp_moment *moment);
/* Something with in_dispatcher set is due: the dispatcher runs it when it has left the lock. */
void tp_dispatch_run(struct tp_object *object);
/* A time as NT takes it, relative if negative, as a moment. */
LONGLONG tp_moment_of(const LARGE_INTEGER *time);

/* What a packet says that the port gave to this thread; `mine` as above, or NULL. */
void tp_packet(const FILE_IO_COMPLETION_INFORMATION *packet, const struct tp_pool *mine);
/* Wakes an idle worker that waits in the port: some one. */
bool tp_wake_in_port(void);
bool tp_is_worker_packet(const FILE_IO_COMPLETION_INFORMATION *packet);

/* --- what packets call --- */
void tp_wait_signalled(struct tp_object *object, ULONG_PTR generation, const struct tp_pool *mine);
void tp_io_completed(struct tp_object *object, PVOID context, const IO_STATUS_BLOCK *iosb, const struct tp_pool *mine);
void tp_wait_rearm(struct tp_object *object); /* legacy: its callback has returned */

NTSTATUS tp_wait_create(enum tp_type type, void *callback, void *context, const TP_CALLBACK_ENVIRON *environment,
                        struct tp_object **result);
NTSTATUS tp_wait_arm(struct tp_object *object, HANDLE handle, const LARGE_INTEGER *timeout, bool *was_armed);
NTSTATUS tp_mutex_wait_start(struct tp_object *object); /* tpmutex.c */
void tp_timer_arm(struct tp_object *object, const LARGE_INTEGER *due, ULONG period, ULONG window, bool *was_set);
void tp_timer_queue_left(struct tp_object *object);

#endif
