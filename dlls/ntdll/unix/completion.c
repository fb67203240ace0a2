/* SPDX-License-Identifier: MIT */
/*
 * completion.c: I/O completion ports and wait completion packets.
 *
 * Packets queue first come first served; waiting threads are released last come first served, so that a few threads stay
 * warm. As in Windows a port lets only so many of its threads run at once: a thread counts from the moment it got a packet
 * until it asks for the next one, and not while it blocks elsewhere.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cell.h"
#include "object_private.h"

struct completion_packet {
    struct completion_packet *next;
    ULONG_PTR key, apc_context;
    NTSTATUS status;
    ULONG_PTR information;
    struct wait_packet *source; /* part of a wait completion packet, else from malloc */
};

struct completion_port {
    struct object header;
    uint32_t lock;
    uint32_t concurrency;
    uint32_t active;
    uint32_t depth;
    struct completion_packet *first, **last;
    struct thread_wait *waiters; /* newest first */
    struct completion_packet *spare;
    uint32_t spare_count;
};

#define SPARE_MAX 64 /* packets kept for reuse */

enum packet_state { PACKET_IDLE, PACKET_WAITING, PACKET_FIRING, PACKET_QUEUED };

struct wait_packet {
    struct object header;
    uint32_t lock; /* one association or cancellation at a time */
    uint32_t
        state; /* enum packet_state, atomic; leaves FIRING and QUEUED under the port's lock or by the one who fires */
    uint32_t record;
    struct completion_port *port; /* referenced while not idle */
    struct object *target;        /* referenced while waiting */
    struct completion_packet packet;
};

/* --- the port's queues; its lock is held --- */

static void waiter_push(struct completion_port *port, struct thread_wait *wait)
{
    wait->queue_prev = NULL;
    wait->queue_next = port->waiters;
    if (port->waiters)
        port->waiters->queue_prev = wait;
    port->waiters = wait;
    wait->queued = true;
}

static void waiter_remove(struct completion_port *port, struct thread_wait *wait)
{
    if (wait->queue_prev)
        wait->queue_prev->queue_next = wait->queue_next;
    else
        port->waiters = wait->queue_next;
    if (wait->queue_next)
        wait->queue_next->queue_prev = wait->queue_prev;
    wait->queued = false;
}

static struct completion_packet *packet_pop(struct completion_port *port)
{
    struct completion_packet *packet = port->first;
    port->first = packet->next;
    if (!port->first)
        port->last = &port->first;
    port->depth--;
    return packet;
}

static void packet_append(struct completion_port *port, struct completion_packet *packet)
{
    packet->next = NULL;
    *port->last = packet;
    port->last = &packet->next;
    port->depth++;
}

/*
 * Gives packets to waiting threads as far as concurrency allows. Returns a record to be woken after unlocking, or NULL;
 * one thread at most, as at most one packet or one place became free.
 */
static struct segment_thread *dispatch(struct completion_port *port)
{
    while (port->first && port->waiters && port->active < port->concurrency) {
        struct thread_wait *wait = port->waiters;
        bool sleeping;
        waiter_remove(port, wait);
        wait->packet = port->first;
        if (!wait_claim(wait->record, 0, &sleeping)) {
            wait->packet = NULL; /* it is leaving: timed out or interrupted */
            continue;
        }
        packet_pop(port);
        port->active++;
        wait->port_active = true;
        if (sleeping)
            return wait->record;
    }
    return NULL;
}

static void unlock_and_wake(struct completion_port *port, struct segment_thread *record)
{
    native_unlock(&port->lock);
    if (record)
        wait_wake(record);
}

/* --- objects --- */

static void port_destroy(struct object *obj)
{
    struct completion_port *port = (struct completion_port *)obj;
    while (port->first) {
        struct completion_packet *packet = packet_pop(port);
        if (!packet->source)
            free(packet);
    }
    while (port->spare) {
        struct completion_packet *packet = port->spare;
        port->spare = packet->next;
        free(packet);
    }
    free(port);
}

/* The last handle: threads that wait return STATUS_ABANDONED_WAIT_0. */
static void port_close(struct object *obj, HANDLE handle)
{
    struct completion_port *port = (struct completion_port *)obj;
    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) != 1)
        return;
    native_lock(&port->lock);
    while (port->waiters) {
        struct thread_wait *wait = port->waiters;
        bool sleeping;
        waiter_remove(port, wait);
        wait->packet = NULL;
        if (wait_claim(wait->record, 0, &sleeping) && sleeping)
            wait_wake(wait->record);
    }
    native_unlock(&port->lock);
}

const struct object_type completion_type = {
    .name = "IoCompletion",
    .valid_access = IO_COMPLETION_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | IO_COMPLETION_QUERY_STATE,
                         STANDARD_RIGHTS_WRITE | IO_COMPLETION_MODIFY_STATE, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                         IO_COMPLETION_ALL_ACCESS },
    .destroy = port_destroy,
    .close = port_close,
};

NTSTATUS NtCreateIoCompletion(HANDLE *IoCompletionHandle, ACCESS_MASK DesiredAccess,
                              OBJECT_ATTRIBUTES *ObjectAttributes, ULONG Count)
{
    struct completion_port *port = calloc(1, sizeof(*port));
    if (!port)
        return STATUS_NO_MEMORY;
    object_init(&port->header, &completion_type);
    port->concurrency = Count;
    if (!Count) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        port->concurrency = processors > 0 ? (uint32_t)processors : 1;
    }
    port->last = &port->first;
    return object_create_handle(&port->header, DesiredAccess, ObjectAttributes, IoCompletionHandle);
}

NTSTATUS NtOpenIoCompletion(HANDLE *IoCompletionHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&completion_type, DesiredAccess, ObjectAttributes, IoCompletionHandle);
}

/* --- posting --- */

NTSTATUS completion_post(struct object *obj, ULONG_PTR key, ULONG_PTR apc_context, NTSTATUS status,
                         ULONG_PTR information)
{
    struct completion_port *port = (struct completion_port *)obj;
    native_lock(&port->lock);
    struct completion_packet *packet = port->spare;
    if (likely(packet != NULL)) {
        port->spare = packet->next;
        port->spare_count--;
    } else {
        native_unlock(&port->lock);
        if (!(packet = malloc(sizeof(*packet))))
            return STATUS_INSUFFICIENT_RESOURCES;
        native_lock(&port->lock);
    }
    *packet = (struct completion_packet){ NULL, key, apc_context, status, information, NULL };
    packet_append(port, packet);
    unlock_and_wake(port, dispatch(port));
    return STATUS_SUCCESS;
}

NTSTATUS NtSetIoCompletion(HANDLE IoCompletionHandle, PVOID KeyContext, PVOID ApcContext, NTSTATUS IoStatus,
                           ULONG_PTR IoStatusInformation)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(IoCompletionHandle, &completion_type, IO_COMPLETION_MODIFY_STATE, &obj);
    if (status)
        return status;
    status = completion_post(obj, (ULONG_PTR)KeyContext, (ULONG_PTR)ApcContext, IoStatus, IoStatusInformation);
    object_unref(obj);
    return status;
}

NTSTATUS NtSetIoCompletionEx(HANDLE IoCompletionHandle, HANDLE IoCompletionPacketHandle, PVOID KeyContext,
                             PVOID ApcContext, NTSTATUS IoStatus, ULONG_PTR IoStatusInformation)
{
    if (IoCompletionPacketHandle)
        return STATUS_INVALID_HANDLE; /* there are no reserve objects */
    return NtSetIoCompletion(IoCompletionHandle, KeyContext, ApcContext, IoStatus, IoStatusInformation);
}

/* --- concurrency --- */

static void thread_leaves(struct completion_port *port, struct thread_wait *wait)
{
    native_lock(&port->lock);
    struct segment_thread *wake = NULL;
    if (wait->port_active) {
        wait->port_active = false;
        port->active--;
        wake = dispatch(port);
    }
    unlock_and_wake(port, wake);
}

void completion_thread_blocks(struct thread_wait *wait)
{
    if (unlikely(wait->port != NULL)) {
        wait->port_blocked = wait->port_active;
        thread_leaves(wait->port, wait);
    }
}

void completion_thread_resumes(struct thread_wait *wait)
{
    struct completion_port *port = wait->port;
    if (likely(!port) || !wait->port_blocked)
        return;
    native_lock(&port->lock);
    wait->port_active = true; /* even if that is one more than the limit, as in Windows */
    port->active++;
    native_unlock(&port->lock);
}

void completion_thread_detach(struct thread_wait *wait)
{
    struct completion_port *port = wait->port;
    if (!port)
        return;
    thread_leaves(port, wait);
    wait->port = NULL;
    object_unref(&port->header);
}

/* --- removing --- */

struct removed {
    ULONG_PTR key, apc_context;
    NTSTATUS status;
    ULONG_PTR information;
};

/* Takes what a packet says and gives it back to where it came from. The port's lock is held. */
static struct wait_packet *consume(struct completion_port *port, struct completion_packet *packet, struct removed *out)
{
    *out = (struct removed){ packet->key, packet->apc_context, packet->status, packet->information };
    struct wait_packet *source = packet->source;
    if (source) {
        __atomic_store_n(&source->state, PACKET_IDLE, __ATOMIC_RELEASE);
        return source;
    }
    if (port->spare_count < SPARE_MAX) {
        packet->next = port->spare;
        port->spare = packet;
        port->spare_count++;
    } else {
        free(packet);
    }
    return NULL;
}

static void attach_thread(struct completion_port *port, struct thread_wait *wait)
{
    if (likely(wait->port == port))
        return;
    completion_thread_detach(wait);
    object_ref(&port->header);
    wait->port = port;
}

/* Removes up to `count` packets; waits for the first. */
static NTSTATUS remove_packets(struct completion_port *port, struct removed *out, ULONG count, ULONG *removed,
                               bool alertable, const LARGE_INTEGER *timeout)
{
    struct thread_wait *wait = wait_self();
    struct wait_packet *sources[64];
    ULONG source_count = 0;
    struct wait_deadline deadline;
    bool have_deadline = false;
    *removed = 0;
    attach_thread(port, wait);
    native_lock(&port->lock);
    if (wait->port_active) {
        wait->port_active = false;
        port->active--;
    }
    for (;;) {
        if (port->first && port->active < port->concurrency) {
            while (*removed < count && port->first && source_count < 64) {
                struct wait_packet *source = consume(port, packet_pop(port), &out[(*removed)++]);
                if (source)
                    sources[source_count++] = source;
            }
            wait->port_active = true;
            port->active++;
            break;
        }
        if (timeout && !timeout->QuadPart) {
            native_unlock(&port->lock);
            return STATUS_TIMEOUT;
        }
        if (!have_deadline) {
            wait_deadline_init(&deadline, timeout);
            have_deadline = true;
        }
        wait->packet = NULL;
        wait_arm(wait, alertable, WAIT_STATE_ANY);
        waiter_push(port, wait);
        native_unlock(&port->lock);

        uint32_t position;
        enum wake_reason reason = wait_block(wait, &deadline, &position);
        if (reason == WAKE_SATISFIED) {
            if (!wait->packet)
                return STATUS_ABANDONED_WAIT_0;
            native_lock(&port->lock);
            struct wait_packet *source = consume(port, wait->packet, &out[(*removed)++]);
            wait->packet = NULL;
            if (source)
                sources[source_count++] = source;
            while (*removed < count && port->first && source_count < 64) {
                source = consume(port, packet_pop(port), &out[(*removed)++]);
                if (source)
                    sources[source_count++] = source;
            }
            break;
        }
        native_lock(&port->lock);
        if (wait->queued)
            waiter_remove(port, wait);
        native_unlock(&port->lock);
        if (reason == WAKE_TIMEOUT)
            return STATUS_TIMEOUT;
        NTSTATUS status = wait_interrupted(wait, alertable);
        if (status != STATUS_PENDING)
            return status;
        native_lock(&port->lock);
    }
    unlock_and_wake(port, dispatch(port));
    for (ULONG i = 0; i < source_count; i++) {
        object_unref(&port->header);
        object_unref(&sources[i]->header);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS remove_held(struct object *obj, struct removed *out, ULONG count, ULONG *removed, bool alertable,
                            const LARGE_INTEGER *timeout)
{
    struct thread_wait *wait = wait_self();
    wait->held = &obj;
    wait->held_count = 1;
    NTSTATUS status = remove_packets((struct completion_port *)obj, out, count, removed, alertable, timeout);
    wait->held_count = 0;
    object_unref(obj);
    return status;
}

NTSTATUS NtRemoveIoCompletion(HANDLE IoCompletionHandle, PVOID *KeyContext, PVOID *ApcContext,
                              IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *Timeout)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(IoCompletionHandle, &completion_type, IO_COMPLETION_MODIFY_STATE, &obj);
    if (status)
        return status;
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct removed out;
    ULONG removed;
    status = remove_held(obj, &out, 1, &removed, false, Timeout ? &timeout : NULL);
    if (status == STATUS_SUCCESS) {
        *KeyContext = (PVOID)out.key;
        *ApcContext = (PVOID)out.apc_context;
        IoStatusBlock->Status = out.status;
        IoStatusBlock->Information = out.information;
    }
    return status;
}

NTSTATUS NtRemoveIoCompletionEx(HANDLE IoCompletionHandle, PVOID IoCompletionInformation, ULONG Count,
                                ULONG *NumEntriesRemoved, LARGE_INTEGER *Timeout, BOOLEAN Alertable)
{
    if (!Count)
        return STATUS_INVALID_PARAMETER;
    if (!user_write_ok(IoCompletionInformation, (size_t)Count * sizeof(FILE_IO_COMPLETION_INFORMATION)))
        return STATUS_ACCESS_VIOLATION;
    struct object *obj;
    NTSTATUS status = handle_lookup(IoCompletionHandle, &completion_type, IO_COMPLETION_MODIFY_STATE, &obj);
    if (status)
        return status;
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct removed out[64]; /* a call may return fewer than there are */
    ULONG removed = 0;
    status = remove_held(obj, out, Count < 64 ? Count : 64, &removed, Alertable, Timeout ? &timeout : NULL);
    FILE_IO_COMPLETION_INFORMATION *info = IoCompletionInformation;
    if (status == STATUS_SUCCESS) {
        for (ULONG i = 0; i < removed; i++) {
            FILE_IO_COMPLETION_INFORMATION entry = { (PVOID)out[i].key, (PVOID)out[i].apc_context, { { 0 }, 0 } };
            entry.IoStatusBlock.Status = out[i].status;
            entry.IoStatusBlock.Information = out[i].information;
            info[i] = entry;
        }
        *NumEntriesRemoved = removed;
    } else {
        *NumEntriesRemoved = 0;
    }
    return status;
}

NTSTATUS NtQueryIoCompletion(HANDLE IoCompletionHandle, ULONG IoCompletionInformationClass,
                             PVOID IoCompletionInformation, ULONG IoCompletionInformationLength, ULONG *ReturnLength)
{
    if (IoCompletionInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (IoCompletionInformationLength != sizeof(IO_COMPLETION_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    struct object *obj;
    NTSTATUS status = handle_lookup(IoCompletionHandle, &completion_type, IO_COMPLETION_QUERY_STATE, &obj);
    if (status)
        return status;
    IO_COMPLETION_BASIC_INFORMATION out = { (LONG)((struct completion_port *)obj)->depth };
    object_unref(obj);
    memcpy(IoCompletionInformation, &out, sizeof(out));
    if (ReturnLength)
        *ReturnLength = sizeof(out);
    return STATUS_SUCCESS;
}

/* --- wait completion packets: posted when an object is signalled --- */

static struct wait_packet *packets_by_record[SEGMENT_MAX_THREADS];

/* Takes the packet back while it waits for its object. The packet's lock is held. */
static bool stop_waiting(struct wait_packet *packet)
{
    struct segment_thread *record = segment_thread(packet->record);
    uint32_t state = WAIT_STATE_ANY;
    if (!__atomic_compare_exchange_n(&record->wait_state, &state, WAIT_STATE_IDLE, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    struct segment_cell *cell = segment_cell(packet->target->cell);
    cell_unlock(cell, cell_queue_remove(cell, cell_lock(cell), packet->record * SEGMENT_WAIT_OBJECTS));
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

static NTSTATUS cancel(struct wait_packet *packet, bool remove_signalled)
{
    native_lock(&packet->lock);
    NTSTATUS status = STATUS_CANCELLED;
    uint32_t state = __atomic_load_n(&packet->state, __ATOMIC_ACQUIRE);
    if (state == PACKET_WAITING && stop_waiting(packet)) {
        native_unlock(&packet->lock);
        release_association(packet, packet->target);
        return STATUS_SUCCESS;
    }
    while ((state = __atomic_load_n(&packet->state, __ATOMIC_ACQUIRE)) == PACKET_WAITING || state == PACKET_FIRING)
        sched_yield(); /* another thread is just about to queue it */
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
    native_unlock(&packet->lock);
    if (removed)
        release_association(packet, NULL);
    return status;
}

static void packet_close(struct object *obj, HANDLE handle)
{
    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) == 1)
        cancel((struct wait_packet *)obj, true);
}

static const struct object_type wait_packet_type = {
    .name = "WaitCompletionPacket",
    .valid_access = STANDARD_RIGHTS_REQUIRED | 1,
    .generic_mapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE,
                         STANDARD_RIGHTS_REQUIRED | 1 },
    .destroy = packet_destroy,
    .close = packet_close,
};

/* The object was signalled for the packet: called by the signaller, no cell locked. */
void completion_packet_fired(uint32_t record)
{
    struct wait_packet *packet = packets_by_record[record];
    struct completion_port *port = packet->port;
    struct object *target = packet->target;
    native_lock(&port->lock);
    __atomic_store_n(&segment_thread(record)->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
    __atomic_store_n(&packet->state, PACKET_QUEUED, __ATOMIC_RELEASE);
    packet_append(port, &packet->packet);
    unlock_and_wake(port, dispatch(port));
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
    if (!status) {
        native_lock(&packet->lock);
        if (__atomic_load_n(&packet->state, __ATOMIC_ACQUIRE) != PACKET_IDLE) {
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
    packet->packet = (struct completion_packet){ NULL,     (ULONG_PTR)KeyContext, (ULONG_PTR)ApcContext,
                                                 IoStatus, IoStatusInformation,   packet };
    struct segment_cell *cell = segment_cell(target->cell);
    struct segment_thread *record = segment_thread(packet->record);
    uint64_t word = cell_lock(cell);
    if (cell_signalled(cell, word, packet->record)) {
        bool abandoned;
        signalled = true;
        __atomic_store_n(&packet->state, PACKET_FIRING, __ATOMIC_RELEASE);
        cell_unlock(cell, cell_consume(cell, word, packet->record, &abandoned));
    } else {
        __atomic_store_n(&packet->state, PACKET_WAITING, __ATOMIC_RELEASE);
        __atomic_store_n(&record->wait_state, WAIT_STATE_ANY, __ATOMIC_RELEASE);
        cell_unlock(cell, cell_queue_append(cell, word, target->cell, packet->record * SEGMENT_WAIT_OBJECTS));
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
