/* SPDX-License-Identifier: MIT */
/*
 * wait_packet.c: wait completion packets, which are posted to a completion port when an object is signalled: what thread pools
 * wait with. A packet has a record of its own, like a thread, and whoever signals the object for it posts it.
 *
 * That cannot be done by another process. So where the object's cell is a common one, a thread of ours, a watcher, waits
 * for it as any thread would, for up to 63 at once, and posts the packet.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cell.h"
#include "completion.h"
#include "object_private.h"

#define WATCHED_MAX (SEGMENT_WAIT_OBJECTS - 1) /* the first that a watcher waits for is its control event */

struct watcher {
    struct watcher *next;
    uint32_t lock;
    uint32_t count;
    struct wait_packet *packets[WATCHED_MAX];
    uint32_t control; /* a cell, auto-reset: look at the list again */
    struct thread_wait wait;
};
static struct watcher
    *watchers; /* the newest first: only that one may have room to spare, or one where some have left */
static uint32_t watchers_lock;

static struct wait_packet *packets_by_record[SEGMENT_MAX_THREADS];

/* Takes the packet back while it waits for its object. The packet's lock is held. */
static bool stop_waiting(struct wait_packet *packet)
{
    struct segment_thread *record = segment_thread(packet->record);
    uint32_t state = WAIT_STATE_ANY;
    if (!__atomic_compare_exchange_n(&record->wait_state, &state, WAIT_STATE_IDLE, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    uint64_t word = cell_lock(packet->cell);
    cell_unlock(packet->cell, cell_queue_remove(packet->cell, word, packet->record * SEGMENT_WAIT_OBJECTS));
    __atomic_store_n(&packet->state, PACKET_IDLE, __ATOMIC_RELEASE);
    return true;
}

/* Drops what an association held. */
static void release_association(struct wait_packet *packet, struct object *target)
{
    if (target)
        object_unref(target);
    object_unref(&packet->port->header);
    object_unref(&packet->header);
}

static void packet_destroy(struct object *obj)
{
    struct wait_packet *packet = (struct wait_packet *)obj;
    packets_by_record[packet->record] = NULL;
    segment_thread(packet->record)->packet = 0;
    segment_thread_free(packet->record);
    free(packet);
}

/* --- watchers --- */

static void set_state(struct wait_packet *packet, uint32_t state)
{
    __atomic_store_n(&packet->state, state, __ATOMIC_RELEASE);
    syscall(SYS_futex, &packet->state, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* The watcher's lock is held. */
static void unwatch(struct watcher *watcher, struct wait_packet *packet)
{
    struct wait_packet *last = watcher->packets[--watcher->count];
    watcher->packets[packet->slot] = last;
    last->slot = packet->slot;
    __atomic_store_n(&packet->watcher, NULL, __ATOMIC_RELEASE);
}

static void *watch(void *argument)
{
    struct watcher *watcher = argument;
    pthread_setname_np(pthread_self(), "transom/watcher");
    cell_self_own = watcher->wait.index;
    watcher->wait.record->native_tid = (uint32_t)gettid();
    for (;;) {
        struct wait_target targets[SEGMENT_WAIT_OBJECTS];
        struct wait_packet *watched[WATCHED_MAX], *leaving = NULL;
        uint32_t count = 0;
        targets[0] = (struct wait_target){ watcher->control, CELL_ANY_GENERATION, CELL_SYNCHRONIZATION, 0 };
        native_lock(&watcher->lock);
        for (uint32_t i = 0; i < watcher->count; i++) {
            struct wait_packet *packet = watcher->packets[i];
            if (packet->leaving) {
                leaving = packet;
                break;
            }
            uint32_t cell = __atomic_load_n(&packet->target->cell, __ATOMIC_ACQUIRE);
            watched[count++] = packet;
            targets[count] =
                (struct wait_target){ cell, CELL_ANY_GENERATION, segment_cell(cell)->kind, (uint8_t)count };
        }
        if (leaving)
            unwatch(watcher, leaving);
        native_unlock(&watcher->lock);
        if (leaving) {
            set_state(leaving, PACKET_IDLE);
            continue;
        }
        NTSTATUS status = wait_any(&watcher->wait, targets, count + 1, false, NULL);
        if (status < 0) /* no server to give us a record: the packets stay where they are until they are cancelled */
            status = wait_any(&watcher->wait, targets, 1, false, NULL);
        if (status < 1 || (uint32_t)status > count)
            continue;
        struct wait_packet *packet = watched[status - 1];
        native_lock(&watcher->lock);
        unwatch(watcher, packet);
        native_unlock(&watcher->lock);
        __atomic_store_n(&packet->state, PACKET_FIRING, __ATOMIC_RELEASE);
        completion_packet_fired(packet->record);
        syscall(SYS_futex, &packet->state, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
    }
    return NULL;
}

static struct watcher *watcher_start(void)
{
    struct watcher *watcher = calloc(1, sizeof(*watcher));
    if (!watcher)
        return NULL;
    watcher->control = cell_new(CELL_SYNCHRONIZATION, 0, 1);
    watcher->wait.index = segment_thread_alloc();
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;
    int err = ENOMEM;
    if (watcher->control && watcher->wait.index) {
        struct segment_thread *record = watcher->wait.record = segment_thread(watcher->wait.index);
        record->pending = record->packet = record->delegate = record->moved = 0;
        record->owned_head = record->owned_pending = 0;
        watcher->wait.claim = record;
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attr, 128 * 1024);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the program's threads */
        err = pthread_create(&thread, &attr, watch, watcher);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        pthread_attr_destroy(&attr);
    }
    if (!err)
        return watcher;
    if (watcher->control)
        cell_release(watcher->control);
    if (watcher->wait.index)
        segment_thread_free(watcher->wait.index);
    free(watcher);
    return NULL;
}

/* The packet, WAITING, is watched from now on. */
static NTSTATUS watch_packet(struct wait_packet *packet)
{
    native_lock(&watchers_lock);
    struct watcher *watcher = watchers;
    while (watcher && __atomic_load_n(&watcher->count, __ATOMIC_RELAXED) == WATCHED_MAX)
        watcher = watcher->next;
    if (!watcher && (watcher = watcher_start())) {
        watcher->next = watchers;
        watchers = watcher;
    }
    if (watcher) {
        native_lock(&watcher->lock);
        packet->leaving = false;
        packet->slot = watcher->count;
        watcher->packets[watcher->count++] = packet;
        __atomic_store_n(&packet->watcher, watcher, __ATOMIC_RELEASE);
        native_unlock(&watcher->lock);
    }
    native_unlock(&watchers_lock);
    if (!watcher)
        return STATUS_INSUFFICIENT_RESOURCES;
    cell_set(watcher->control, CELL_ANY_GENERATION, NULL);
    return STATUS_SUCCESS;
}

/* Makes the watcher let go of the packet, unless it has just got it. */
static void stop_watching(struct wait_packet *packet, struct watcher *watcher)
{
    native_lock(&watcher->lock);
    bool still = packet->watcher == watcher;
    if (still)
        packet->leaving = true;
    native_unlock(&watcher->lock);
    if (!still)
        return;
    struct wait_deadline never = { .infinite = true };
    cell_set(watcher->control, CELL_ANY_GENERATION, NULL);
    while (__atomic_load_n(&packet->state, __ATOMIC_ACQUIRE) == PACKET_WAITING)
        futex_sleep(&packet->state, PACKET_WAITING, &never);
}

/* cell_share has taken the packet off its queue, and its claim: nobody else can stop it now. */
void completion_packet_moved(uint32_t record)
{
    struct wait_packet *packet = packets_by_record[record];
    __atomic_store_n(&segment_thread(record)->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
    if (watch_packet(packet)) {
        /* Nobody can watch it: say so by posting it, which is better than to be silent for ever. */
        __atomic_store_n(&packet->state, PACKET_FIRING, __ATOMIC_RELEASE);
        completion_packet_fired(record);
    }
}

/* --- objects --- */

static NTSTATUS cancel(struct wait_packet *packet, bool remove_signalled)
{
    native_lock(&packet->lock);
    NTSTATUS status = STATUS_CANCELLED;
    uint32_t state;
    while ((state = __atomic_load_n(&packet->state, __ATOMIC_ACQUIRE)) == PACKET_WAITING || state == PACKET_FIRING) {
        struct watcher *watcher = __atomic_load_n(&packet->watcher, __ATOMIC_ACQUIRE);
        bool stopped = false;
        if (watcher) {
            stop_watching(packet, watcher);
            stopped = __atomic_load_n(&packet->state, __ATOMIC_ACQUIRE) == PACKET_IDLE && packet->leaving;
        } else if (state == PACKET_WAITING) {
            stopped = stop_waiting(packet);
        }
        if (stopped) {
            packet->leaving = false;
            native_unlock(&packet->lock);
            release_association(packet, packet->target);
            return STATUS_SUCCESS;
        }
        sched_yield(); /* another thread is just about to queue it, or to have it watched */
    }
    bool removed = false;
    if (state == PACKET_QUEUED) {
        struct completion_port *port = packet->port;
        native_lock(&port->lock);
        if (packet->state == PACKET_QUEUED) {
            status = STATUS_PENDING;
            if (remove_signalled) {
                struct completion_packet **link = &port->first;
                while (*link && *link != &packet->packet)
                    link = &(*link)->next;
                if (*link) { /* else it has been handed to a thread already */
                    *link = packet->packet.next;
                    if (!*link)
                        port->last = link;
                    port->depth--;
                    packet->state = PACKET_IDLE;
                    removed = true;
                    status = STATUS_SUCCESS;
                }
            }
        }
        native_unlock(&port->lock);
    }
    uint32_t posted = packet->posted;
    native_unlock(&packet->lock);
    if (removed)
        release_association(packet, NULL);
    else if (state == PACKET_IDLE && posted && remove_signalled && completion_take_back(packet->posted_to, posted))
        status = STATUS_SUCCESS;
    return status;
}

static void packet_close(struct object *obj, HANDLE handle)
{
    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) == 1)
        cancel((struct wait_packet *)obj, true);
}

const struct object_type wait_packet_type = {
    .name = "WaitCompletionPacket",
    .index = OBJECT_TYPE_WAIT_PACKET,
    .valid_access = STANDARD_RIGHTS_REQUIRED | 1,
    .generic_mapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE,
                         STANDARD_RIGHTS_REQUIRED | 1 },
    .destroy = packet_destroy,
    .close = packet_close,
};

/* It is no longer FIRING. Nobody can have taken it yet, or the caller holds a reference. */
static void fired(struct wait_packet *packet, uint32_t state)
{
    __atomic_store_n(&packet->state, state, __ATOMIC_SEQ_CST);
    if (unlikely(__atomic_load_n(&packet->awaited, __ATOMIC_SEQ_CST)))
        syscall(SYS_futex, &packet->state, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/*
 * What it is when it is not FIRING: that it has been posted to a port of another process, whoever took it may know before this
 * process does.
 */
static uint32_t settled(struct wait_packet *packet)
{
    struct wait_deadline never = { .infinite = true };
    uint32_t state;

    while ((state = __atomic_load_n(&packet->state, __ATOMIC_SEQ_CST)) == PACKET_FIRING) {
        __atomic_store_n(&packet->awaited, true, __ATOMIC_SEQ_CST);
        futex_sleep(&packet->state, PACKET_FIRING, &never);
    }
    return state;
}

/* The object was signalled for the packet: called by the signaller, no cell locked. */
void completion_packet_fired(uint32_t record)
{
    struct wait_packet *packet = packets_by_record[record];
    struct completion_port *port = packet->port;
    struct object *target = packet->target;
    native_lock(&port->lock);
    __atomic_store_n(&segment_thread(record)->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
    if (unlikely(port->remote)) { /* shared since: the packet has no place in the server's queue, only what it says */
        native_unlock(&port->lock);
        uint32_t posted = 0;
        __atomic_store_n(&packet->state, PACKET_FIRING, __ATOMIC_RELEASE); /* until it has been posted */
        completion_post_remote(packet, &posted);
        packet->posted_to = port->header.shared_number;
        __atomic_store_n(&packet->posted, posted, __ATOMIC_RELAXED);
        fired(packet, PACKET_IDLE);
        object_unref(&port->header);
        object_unref(&packet->header);
        object_unref(target);
        return;
    }
    fired(packet, PACKET_QUEUED);
    completion_append(port, &packet->packet);
    completion_unlock(port);
    object_unref(target);
}

NTSTATUS NtCreateWaitCompletionPacket(HANDLE *WaitCompletionPacketHandle, ACCESS_MASK DesiredAccess,
                                      OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct wait_packet *packet = calloc(1, sizeof(*packet));
    if (!packet)
        return STATUS_NO_MEMORY;
    packet->record = segment_thread_alloc();
    if (!packet->record) {
        free(packet);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    object_init(&packet->header, &wait_packet_type);
    packet->packet.source = packet;
    packets_by_record[packet->record] = packet;
    struct segment_thread *record = segment_thread(packet->record);
    record->packet = 1;
    cell_packet_fired = completion_packet_fired;
    record->alertable = 0;
    record->pending = 0;
    return object_create_handle(&packet->header, DesiredAccess, ObjectAttributes, WaitCompletionPacketHandle);
}

NTSTATUS NtAssociateWaitCompletionPacket(HANDLE WaitCompletionPacketHandle, HANDLE IoCompletionHandle,
                                         HANDLE TargetObjectHandle, PVOID KeyContext, PVOID ApcContext,
                                         NTSTATUS IoStatus, ULONG_PTR IoStatusInformation, BOOLEAN *AlreadySignaled)
{
    struct object *obj, *port = NULL, *target = NULL;
    NTSTATUS status = handle_lookup(WaitCompletionPacketHandle, &wait_packet_type, 1, &obj);
    if (status)
        return status;
    struct wait_packet *packet = (struct wait_packet *)obj;
    status = handle_lookup(IoCompletionHandle, &completion_type, IO_COMPLETION_MODIFY_STATE, &port);
    if (!status)
        status = handle_lookup(TargetObjectHandle, NULL, SYNCHRONIZE, &target);
    if (!status && (!target->cell || segment_cell(target->cell)->kind == CELL_MUTANT))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    bool signalled = false;
    if (!status)
        object_before_wait(target);
    if (!status) {
        native_lock(&packet->lock);
        if (settled(packet) != PACKET_IDLE) {
            status = STATUS_INVALID_PARAMETER_1;
            native_unlock(&packet->lock);
        }
    }
    if (status) {
        if (target)
            object_unref(target);
        if (port)
            object_unref(port);
        object_unref(obj);
        return status;
    }
    /* The references of these look-ups become the association's; it may be over before we are done here. */
    object_ref(obj);
    packet->port = (struct completion_port *)port;
    packet->target = target;
    packet->posted = 0;
    packet->packet = (struct completion_packet){ NULL,     (ULONG_PTR)KeyContext, (ULONG_PTR)ApcContext,
                                                 IoStatus, IoStatusInformation,   packet };
    struct segment_thread *record = segment_thread(packet->record);
    uint32_t ref = __atomic_load_n(&target->cell, __ATOMIC_ACQUIRE);
    uint64_t word = 0;
    if (!(ref & CELL_COMMON))
        cell_lock_live(&ref, CELL_ANY_GENERATION, &word);
    if (ref & CELL_COMMON) {
        if (word)
            cell_unlock(ref, word);
        signalled = cell_try_acquire(ref, CELL_ANY_GENERATION, segment_cell(ref)->kind) == STATUS_WAIT_0;
        __atomic_store_n(&packet->state, signalled ? PACKET_FIRING : PACKET_WAITING, __ATOMIC_RELEASE);
        if (!signalled && (status = watch_packet(packet))) {
            __atomic_store_n(&packet->state, PACKET_IDLE, __ATOMIC_RELEASE);
            native_unlock(&packet->lock);
            release_association(packet, target);
            object_unref(obj);
            return status;
        }
    } else if (cell_signalled(segment_cell(ref), word, packet->record)) {
        bool abandoned;
        signalled = true;
        __atomic_store_n(&packet->state, PACKET_FIRING, __ATOMIC_RELEASE);
        cell_unlock(ref, cell_consume(segment_cell(ref), word, packet->record, &abandoned));
    } else {
        packet->cell = ref;
        __atomic_store_n(&packet->state, PACKET_WAITING, __ATOMIC_RELEASE);
        __atomic_store_n(&record->wait_state, WAIT_STATE_ANY, __ATOMIC_RELEASE);
        cell_unlock(ref, cell_queue_append(ref, word, packet->record * SEGMENT_WAIT_OBJECTS));
    }
    if (signalled)
        completion_packet_fired(packet->record);
    native_unlock(&packet->lock);
    object_unref(obj);
    if (AlreadySignaled)
        *AlreadySignaled = signalled;
    return STATUS_SUCCESS;
}

NTSTATUS NtCancelWaitCompletionPacket(HANDLE WaitCompletionPacketHandle, BOOLEAN RemoveSignaledPacket)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(WaitCompletionPacketHandle, &wait_packet_type, 1, &obj);
    if (status)
        return status;
    status = cancel((struct wait_packet *)obj, RemoveSignaledPacket);
    object_unref(obj);
    return status;
}
