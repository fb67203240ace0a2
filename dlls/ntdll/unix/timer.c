/* SPDX-License-Identifier: MIT */
/*
 * timer.c: timer objects. Those that are set are in a heap by due time; one native thread, started with the first timer
 * that has to wait, sleeps until the earliest and signals it. Absolute due times follow changes of the clock.
 *
 * A timer that processes share is the server's, which signals it whether or not whoever set it still lives; it is in our
 * heap only for the sake of an APC.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"
#include "client.h"
#include "object_private.h"
#include "shared.h"

#define EPOCH_1601_TICKS 116444736000000000ll

struct timer {
    struct object header;
    int64_t due;                      /* monotonic clock, ns */
    int64_t absolute;                 /* wall clock, 100 ns since 1601; 0 = relative */
    uint32_t period;                  /* ms; 0 = once */
    uint32_t position;                /* in the heap, from 1; 0 = not set */
    bool remote;                      /* the server signals it */
    struct thread_object *apc_thread; /* referenced */
    PNTAPCFUNC apc;
    ULONG_PTR apc_context;
};

static uint32_t lock;
static struct timer **heap; /* [1..heap_count]; each entry holds a reference */
static uint32_t heap_count, heap_cap;
static uint32_t absolute_count;
static int wake_fd = -1, clock_fd = -1;

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int64_t wall_ticks(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 10000000ll + now.tv_nsec / 100 + EPOCH_1601_TICKS;
}

static int64_t due_of_absolute(int64_t absolute)
{
    int64_t left = absolute - wall_ticks();
    return left <= 0 ? 0 : monotonic_ns() + (left > INT64_MAX / 200 ? INT64_MAX / 2 : left * 100);
}

/* --- the heap; the lock is held --- */

static void place(struct timer *timer, uint32_t position)
{
    heap[position] = timer;
    timer->position = position;
}

static void sift(struct timer *timer, uint32_t position)
{
    while (position > 1 && heap[position / 2]->due > timer->due) {
        place(heap[position / 2], position);
        position /= 2;
    }
    for (;;) {
        uint32_t child = position * 2;
        if (child > heap_count)
            break;
        if (child < heap_count && heap[child + 1]->due < heap[child]->due)
            child++;
        if (heap[child]->due >= timer->due)
            break;
        place(heap[child], position);
        position = child;
    }
    place(timer, position);
}

static void heap_remove(struct timer *timer)
{
    uint32_t position = timer->position;
    struct timer *last = heap[heap_count--];
    timer->position = 0;
    if (timer->absolute)
        absolute_count--;
    if (last != timer)
        sift(last, position);
}

static bool heap_insert(struct timer *timer)
{
    if (heap_count + 1 >= heap_cap) {
        uint32_t cap = heap_cap ? heap_cap * 2 : 16;
        struct timer **grown = realloc(heap, cap * sizeof(*heap));
        if (!grown)
            return false;
        heap = grown;
        heap_cap = cap;
    }
    if (timer->absolute)
        absolute_count++;
    sift(timer, ++heap_count);
    return true;
}

/* --- expiry --- */

/* Signals, outside the lock; the caller's reference is dropped. */
static void expire(struct timer *timer, bool signal, struct thread_object *apc_thread, PNTAPCFUNC apc,
                   ULONG_PTR context)
{
    if (signal)
        object_signal(&timer->header);
    if (apc_thread) {
        LARGE_INTEGER now = { .QuadPart = wall_ticks() };
        pthread_mutex_lock(&thread_list_lock);
        if (apc_thread->thread) {
            thread_remove_apcs(apc_thread->thread, timer); /* one at a time, as in Windows */
            thread_queue_apc_from(apc_thread->thread, timer, apc, context, now.LowPart,
                                  (ULONG_PTR)(LONG_PTR)now.HighPart);
        }
        pthread_mutex_unlock(&thread_list_lock);
        object_unref(&apc_thread->header);
    }
    object_unref(&timer->header);
}

/* Takes the earliest timer if it is due, and sets a periodic one anew. */
static bool expire_one(int64_t now)
{
    native_lock(&lock);
    struct timer *timer = heap_count ? heap[1] : NULL;
    if (!timer || timer->due > now) {
        native_unlock(&lock);
        return false;
    }
    heap_remove(timer);
    struct thread_object *apc_thread = timer->apc_thread;
    bool signal = !timer->remote;
    PNTAPCFUNC apc = timer->apc;
    ULONG_PTR context = timer->apc_context;
    if (timer->period) {
        int64_t step = timer->period * 1000000ll;
        timer->absolute = 0;
        timer->due += timer->due ? step : now + step;
        if (timer->due <= now)
            timer->due += (now - timer->due) / step * step + step; /* missed ones are not made up for */
        heap_insert(timer);
        object_ref(&timer->header);
    }
    if (apc_thread) /* the timer keeps its own: until the APC has run, it can be taken back */
        object_ref(&apc_thread->header);
    native_unlock(&lock);
    expire(timer, signal, apc_thread, apc, context);
    return true;
}

static void clock_changed(void)
{
    native_lock(&lock);
    for (uint32_t i = 1; i <= heap_count; i++)
        if (heap[i]->absolute)
            heap[i]->due = due_of_absolute(heap[i]->absolute);
    for (uint32_t i = heap_count / 2; i; i--)
        sift(heap[i], i);
    native_unlock(&lock);
}

static void watch_clock(void)
{
    struct itimerspec far = { .it_value.tv_sec = INT64_MAX / 4000000000ll };
    timerfd_settime(clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static void *timer_thread(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "transom/timer");
    prctl(PR_SET_TIMERSLACK, 1); /* the default would add 50 µs to each */
    for (;;) {
        while (expire_one(monotonic_ns()))
            ;
        native_lock(&lock);
        int64_t due = heap_count ? heap[1]->due : INT64_MAX;
        native_unlock(&lock);
        struct pollfd fds[2] = { { wake_fd, POLLIN, 0 }, { clock_fd, POLLIN, 0 } };
        int64_t left = due - monotonic_ns();
        if (left <= 0)
            continue;
        struct timespec timeout = { left / 1000000000, left % 1000000000 };
        ppoll(fds, 2, due == INT64_MAX ? NULL : &timeout, NULL);
        uint64_t count;
        if (fds[0].revents && read(wake_fd, &count, sizeof(count)) < 0)
            continue;
        if (fds[1].revents) {
            if (read(clock_fd, &count, sizeof(count)) < 0 && errno == ECANCELED)
                clock_changed();
            watch_clock();
        }
    }
    return NULL;
}

/* The lock is held. */
static NTSTATUS start_thread(void)
{
    if (wake_fd >= 0)
        return STATUS_SUCCESS;
    int wake = unix_fd_reserve(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    int clock = unix_fd_reserve(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    pthread_t thread;
    pthread_attr_t attr;
    sigset_t all, old;
    if (wake < 0 || clock < 0)
        goto failed;
    wake_fd = wake;
    clock_fd = clock;
    watch_clock();
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 64 * 1024);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the program's threads */
    int err = pthread_create(&thread, &attr, timer_thread, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    if (!err)
        return STATUS_SUCCESS;
failed:
    wake_fd = clock_fd = -1;
    if (wake >= 0)
        close(wake);
    if (clock >= 0)
        close(clock);
    return STATUS_INSUFFICIENT_RESOURCES;
}

static void wake_thread(void)
{
    uint64_t one = 1;
    if (write(wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        transom_fatal("timer thread: %s", strerror(errno));
}

/* --- objects --- */

static void timer_destroy(struct object *obj)
{
    struct timer *timer = (struct timer *)obj;
    if (timer->apc_thread)
        object_unref(&timer->apc_thread->header);
    free(timer);
}

static bool timer_stop(struct timer *timer);

static void timer_close(struct object *obj, HANDLE handle)
{
    (void)handle;
    /* Nobody can wait for it or change it any more. */
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) == 1)
        timer_stop((struct timer *)obj);
}

static NTSTATUS timer_adopt(struct shared_form *form, struct object **obj)
{
    struct timer *timer = calloc(1, sizeof(*timer));
    if (!timer)
        return STATUS_NO_MEMORY;
    object_init(&timer->header, &timer_type);
    timer->header.cell = form->cell;
    *obj = &timer->header;
    return STATUS_SUCCESS;
}

/* The server's part of setting and stopping; `due` as in NtSetTimer, but 0 stops. */
static NTSTATUS timer_tell_server(struct timer *timer, int64_t due, uint32_t period)
{
    struct protocol_timer_set_in in = { .object = timer->header.shared_number, .period = period };
    struct client_request request = CLIENT_REQUEST(timer_set, .in = &in);
    if (due > 0) {
        in.due = (uint64_t)due;
        in.absolute = 1;
    } else if (due) {
        in.due = (uint64_t)(monotonic_ns() / 100) + (uint64_t)(due < -INT64_MAX / 4 ? INT64_MAX / 4 : -due);
    }
    return client_request(&request);
}

/* One that was running when it was first shared goes on at the server. */
static void timer_shared(struct object *obj, uint32_t cell)
{
    (void)cell;
    struct timer *timer = (struct timer *)obj;
    native_lock(&lock);
    bool running = timer->position != 0, keep = running && timer->apc_thread;
    int64_t due = timer->absolute ? timer->absolute : -((timer->due - monotonic_ns()) / 100);
    uint32_t period = timer->period;
    if (running && !keep)
        heap_remove(timer);
    if (running)
        timer->remote = true;
    native_unlock(&lock);
    if (!running)
        return;
    if (timer_tell_server(timer, due ? (timer->absolute || due < 0 ? due : -1) : -1, period))
        object_signal(obj); /* no server: better early than never */
    if (!keep)
        object_unref(obj);
}

const struct object_type timer_type = {
    .name = "Timer",
    .index = OBJECT_TYPE_TIMER,
    .valid_access = TIMER_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | TIMER_QUERY_STATE, STANDARD_RIGHTS_WRITE | TIMER_MODIFY_STATE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, TIMER_ALL_ACCESS },
    .destroy = timer_destroy,
    .close = timer_close,
    .adopt = timer_adopt,
    .shared = timer_shared,
};

static NTSTATUS timer_create_object(HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes,
                                    enum segment_cell_kind kind)
{
    struct timer *timer = calloc(1, sizeof(*timer));
    if (!timer)
        return STATUS_NO_MEMORY;
    object_init(&timer->header, &timer_type);
    NTSTATUS status = object_cell_alloc(&timer->header, kind, 0, 1);
    if (status) {
        free(timer);
        return status;
    }
    return object_create_handle(&timer->header, access, attributes, handle);
}

NTSTATUS NtCreateTimer(HANDLE *TimerHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                       ULONG TimerType)
{
    if (TimerType != NotificationTimer && TimerType != SynchronizationTimer)
        return STATUS_INVALID_PARAMETER_4;
    return timer_create_object(TimerHandle, DesiredAccess, ObjectAttributes,
                               TimerType == NotificationTimer ? CELL_NOTIFICATION : CELL_SYNCHRONIZATION);
}

NTSTATUS NtCreateTimer2(HANDLE *TimerHandle, PVOID Reserved1, OBJECT_ATTRIBUTES *ObjectAttributes, ULONG Attributes,
                        ACCESS_MASK DesiredAccess)
{
    if (Reserved1 || Attributes & ~(EX_TIMER_NOTIFICATION | EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE))
        return STATUS_INVALID_PARAMETER;
    /* Every timer of ours has the resolution of the system's clock. */
    return timer_create_object(TimerHandle, DesiredAccess, ObjectAttributes,
                               Attributes & EX_TIMER_NOTIFICATION ? CELL_NOTIFICATION : CELL_SYNCHRONIZATION);
}

NTSTATUS NtOpenTimer(HANDLE *TimerHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&timer_type, DesiredAccess, ObjectAttributes, TimerHandle);
}

/* Takes it out of the heap, and back an APC that was queued but has not run. True if it was set. */
static bool timer_stop(struct timer *timer)
{
    native_lock(&lock);
    bool was_set = timer->position != 0;
    struct thread_object *apc_thread = timer->apc_thread;
    timer->apc_thread = NULL;
    if (was_set)
        heap_remove(timer);
    native_unlock(&lock);
    if (apc_thread) {
        pthread_mutex_lock(&thread_list_lock);
        if (apc_thread->thread)
            thread_remove_apcs(apc_thread->thread, timer);
        pthread_mutex_unlock(&thread_list_lock);
        object_unref(&apc_thread->header);
    }
    if (was_set)
        object_unref(&timer->header);
    return was_set;
}

static NTSTATUS timer_start(struct timer *timer, int64_t due_time, uint32_t period, PVOID routine, PVOID context)
{
    bool remote = timer->header.shared_number != 0;
    timer_stop(timer);
    if (remote) {
        NTSTATUS failure = timer_tell_server(timer, 0, 0);
        if (failure)
            return failure;
    }
    object_reset(&timer->header);
    if (remote && due_time) {
        NTSTATUS failure = timer_tell_server(timer, due_time, period);
        if (failure)
            return failure;
    } else if (remote && period) {
        NTSTATUS failure = timer_tell_server(timer, -(int64_t)period * 10000, period);
        if (failure)
            return failure;
        object_signal(&timer->header);
    }
    struct thread_object *apc_thread = NULL;
    if (routine)
        apc_thread = (struct thread_object *)object_ref(thread_current_object());
    object_ref(&timer->header); /* for the heap, or for expire */
    if (!due_time && !period) {
        if (apc_thread) {
            native_lock(&lock);
            struct thread_object *other = timer->apc_thread;
            timer->apc_thread = (struct thread_object *)object_ref(&apc_thread->header);
            native_unlock(&lock);
            if (other)
                object_unref(&other->header);
        }
        expire(timer, true, apc_thread, (PNTAPCFUNC)routine, (ULONG_PTR)context);
        return STATUS_SUCCESS;
    }
    if (remote && !routine) {
        native_lock(&lock);
        timer->due = due_time > 0 ? due_of_absolute(due_time) : monotonic_ns() - due_time * 100; /* for queries */
        native_unlock(&lock);
        object_unref(&timer->header);
        return STATUS_SUCCESS;
    }
    native_lock(&lock);
    NTSTATUS status = start_thread();
    timer->remote = remote;
    timer->absolute = due_time > 0 ? due_time : 0;
    if (due_time > 0)
        timer->due = due_of_absolute(due_time);
    else
        timer->due = monotonic_ns() + (due_time < -INT64_MAX / 200 ? INT64_MAX / 2 : -due_time * 100);
    timer->period = period;
    timer->apc = (PNTAPCFUNC)routine;
    timer->apc_context = (ULONG_PTR)context;
    bool earliest = false;
    if (!status && timer->position)
        status = STATUS_TIMER_RESUME_IGNORED; /* set by another thread in the same moment: that one counts */
    else if (!status && !heap_insert(timer))
        status = STATUS_NO_MEMORY;
    else if (!status) {
        timer->apc_thread = apc_thread;
        earliest = timer->position == 1;
    }
    native_unlock(&lock);
    if (status) {
        object_unref(&timer->header);
        if (apc_thread)
            object_unref(&apc_thread->header);
        return status == STATUS_TIMER_RESUME_IGNORED ? STATUS_SUCCESS : status;
    }
    if (earliest)
        wake_thread();
    return STATUS_SUCCESS;
}

static NTSTATUS timer_set(HANDLE handle, int64_t due, LONG period, PVOID routine, PVOID context, bool *previous)
{
    if (period < 0)
        return STATUS_INVALID_PARAMETER_6;
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &timer_type, TIMER_MODIFY_STATE, &obj);
    if (status)
        return status;
    *previous = cell_value(obj->cell) != 0;
    status = timer_start((struct timer *)obj, due, (uint32_t)period, routine, context);
    object_unref(obj);
    return status;
}

NTSTATUS NtSetTimer(HANDLE TimerHandle, LARGE_INTEGER *DueTime, PVOID TimerApcRoutine, PVOID TimerContext,
                    BOOLEAN ResumeTimer, LONG Period, BOOLEAN *PreviousState)
{
    bool previous;
    NTSTATUS status = timer_set(TimerHandle, DueTime->QuadPart, Period, TimerApcRoutine, TimerContext, &previous);
    if (status)
        return status;
    if (PreviousState)
        *PreviousState = previous;
    return ResumeTimer ? STATUS_TIMER_RESUME_IGNORED : STATUS_SUCCESS;
}

NTSTATUS NtSetTimerEx(HANDLE TimerHandle, ULONG TimerSetInformationClass, PVOID TimerSetInformation,
                      ULONG TimerSetInformationLength)
{
    if (TimerSetInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (!TimerSetInformation || TimerSetInformationLength != sizeof(TIMER_SET_COALESCABLE_TIMER_INFO))
        return STATUS_INFO_LENGTH_MISMATCH;
    TIMER_SET_COALESCABLE_TIMER_INFO info = *(TIMER_SET_COALESCABLE_TIMER_INFO *)TimerSetInformation;
    bool previous;
    NTSTATUS status = timer_set(TimerHandle, info.DueTime.QuadPart, (LONG)info.Period, (PVOID)info.TimerApcRoutine,
                                info.TimerContext, &previous);
    if (!status && info.PreviousState) {
        BOOLEAN value = previous;
        if (!user_copy_out(info.PreviousState, &value, sizeof(value)))
            status = STATUS_ACCESS_VIOLATION;
    }
    return status;
}

NTSTATUS NtCancelTimer(HANDLE TimerHandle, BOOLEAN *CurrentState)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(TimerHandle, &timer_type, TIMER_MODIFY_STATE, &obj);
    if (status)
        return status;
    timer_stop((struct timer *)obj);
    if (obj->shared_number)
        timer_tell_server((struct timer *)obj, 0, 0);
    BOOLEAN state = cell_value(obj->cell) != 0;
    object_unref(obj);
    if (CurrentState)
        *CurrentState = state;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryTimer(HANDLE TimerHandle, ULONG TimerInformationClass, PVOID TimerInformation,
                      ULONG TimerInformationLength, ULONG *ReturnLength)
{
    if (TimerInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerInformationLength != sizeof(TIMER_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *obj;
    NTSTATUS status = handle_lookup(TimerHandle, &timer_type, TIMER_QUERY_STATE, &obj);
    if (status)
        return status;
    struct timer *timer = (struct timer *)obj;
    native_lock(&lock);
    TIMER_BASIC_INFORMATION out = { { .QuadPart = (timer->due - monotonic_ns()) / 100 }, cell_value(obj->cell) != 0 };
    native_unlock(&lock);
    object_unref(obj);
    memcpy(TimerInformation, &out, sizeof(out));
    if (ReturnLength)
        *ReturnLength = sizeof(out);
    return STATUS_SUCCESS;
}
