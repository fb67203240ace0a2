/* SPDX-License-Identifier: MIT */
/*
 * completion.c: I/O completion ports.
 *
 * A port that processes share is the server's (server/port.c): packets are posted to it and fetched from it, and it counts the
 * threads that run, in all processes; who waits is told by an event in the common segment.
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
#include "client.h"
#include "completion.h"
#include "completion_wait.h"
#include "object_private.h"
#include "shared.h"

#define SPARE_MAX 64 /* packets kept for reuse */

/* --- the port's queues; its lock is held --- */

/* At the front, unless it is a last resort. */
static void waiter_add(struct completion_port *port, struct thread_wait *wait, bool last)
{
    wait->queue_prev = last ? port->last_waiter : NULL;
    wait->queue_next = last ? NULL : port->waiters;
    *(wait->queue_prev ? &wait->queue_prev->queue_next : &port->waiters) = wait;
    *(wait->queue_next ? &wait->queue_next->queue_prev : &port->last_waiter) = wait;
    wait->queued = true;
}

static void waiter_remove(struct completion_port *port, struct thread_wait *wait)
{
    *(wait->queue_prev ? &wait->queue_prev->queue_next : &port->waiters) = wait->queue_next;
    *(wait->queue_next ? &wait->queue_next->queue_prev : &port->last_waiter) = wait->queue_prev;
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

void completion_append(struct completion_port *port, struct completion_packet *packet)
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

void completion_unlock(struct completion_port *port)
{
    struct segment_thread *record = dispatch(port);
    native_unlock(&port->lock);
    if (record)
        wait_wake(record);
}

/* Whoever waits does so no longer, without a packet. */
static void release_waiters(struct completion_port *port)
{
    while (port->waiters) {
        struct thread_wait *wait = port->waiters;
        bool sleeping;
        waiter_remove(port, wait);
        wait->packet = NULL;
        if (wait_claim(wait->record, 0, &sleeping) && sleeping)
            wait_wake(wait->record);
    }
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

/*
 * The last handle: threads that wait return STATUS_ABANDONED_WAIT_0; those of a port that processes share when it is the last of all.
 * Under the lock, so that the server hears of handles that come and go in their order.
 */
static void port_handles(struct object *obj)
{
    struct completion_port *port = (struct completion_port *)obj;
    native_lock(&port->lock);
    bool unhandled = !__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE);
    if (port->remote && unhandled != port->unhandled) {
        port->unhandled = unhandled;
        client_message(PROTOCOL_port_handles, &(struct protocol_port_handles_in){ obj->shared_number, !unhandled });
    }
    if (!port->remote && unhandled)
        release_waiters(port);
    native_unlock(&port->lock);
}

/* --- ports that processes share --- */

/* `source`: not 0 if it may be taken back by that number. */
static NTSTATUS remote_post(struct completion_port *port, const struct completion_packet *packet, uint32_t source)
{
    struct protocol_port_post_in in = { .object = port->header.shared_number,
                                        .source = source,
                                        .key = packet->key,
                                        .context = packet->apc_context,
                                        .information = packet->information,
                                        .status = (uint32_t)packet->status };
    struct client_request request = CLIENT_REQUEST(port_post, .in = &in);
    return client_request(&request);
}

NTSTATUS completion_post_remote(struct wait_packet *packet, uint32_t *number)
{
    static uint32_t last;
    while (!(*number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED)))
        ;
    return remote_post(packet->port, &packet->packet, *number);
}

bool completion_take_back(uint32_t port, uint32_t number)
{
    struct protocol_port_take_back_in in = { port, number };
    struct client_request request = CLIENT_REQUEST(port_take_back, .in = &in);
    return !client_request(&request);
}

static NTSTATUS port_share(struct object *obj, struct shared_form *form)
{
    struct completion_port *port = (struct completion_port *)obj;
    if (!(form->data = malloc(sizeof(port->concurrency))))
        return STATUS_NO_MEMORY;
    memcpy(form->data, &port->concurrency, sizeof(port->concurrency));
    form->size = sizeof(port->concurrency);
    return STATUS_SUCCESS;
}

/* What is queued goes to the server; who waits starts anew. Who runs is not counted there until he comes for a packet. */
static void port_shared(struct object *obj, uint32_t cell)
{
    struct completion_port *port = (struct completion_port *)obj;
    (void)cell;
    native_lock(&port->lock);
    __atomic_store_n(&port->remote, true, __ATOMIC_RELEASE);
    struct completion_packet *packet = port->first;
    port->first = NULL;
    port->last = &port->first;
    port->depth = 0;
    release_waiters(port);
    native_unlock(&port->lock);
    while (packet) {
        struct completion_packet *next = packet->next;
        if (packet->source) {
            struct wait_packet *source = packet->source;
            completion_post_remote(source, &source->posted);
            source->posted_to = port->header.shared_number;
            __atomic_store_n(&source->state, PACKET_IDLE, __ATOMIC_RELEASE);
            object_unref(&port->header);
            object_unref(&source->header);
        } else {
            remote_post(port, packet, 0);
            free(packet);
        }
        packet = next;
    }
    port_handles(obj); /* the last one may have been closed meanwhile */
}

static NTSTATUS port_adopt(struct shared_form *form, struct object **obj)
{
    struct completion_port *port = calloc(1, sizeof(*port));
    if (!port)
        return STATUS_NO_MEMORY;
    object_init(&port->header, &completion_type);
    if (form->size == sizeof(port->concurrency))
        memcpy(&port->concurrency, form->data, sizeof(port->concurrency));
    port->last = &port->first;
    port->remote = true;
    *obj = &port->header;
    return STATUS_SUCCESS;
}

const struct object_type completion_type = {
    .name = "IoCompletion",
    .index = OBJECT_TYPE_IO_COMPLETION,
    .valid_access = IO_COMPLETION_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | IO_COMPLETION_QUERY_STATE,
                         STANDARD_RIGHTS_WRITE | IO_COMPLETION_MODIFY_STATE, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                         IO_COMPLETION_ALL_ACCESS },
    .destroy = port_destroy,
    .handles = port_handles,
    .share = port_share,
    .adopt = port_adopt,
    .shared = port_shared,
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
    if (unlikely(port->remote)) {
        native_unlock(&port->lock);
        struct completion_packet remote = { NULL, key, apc_context, status, information, NULL };
        return remote_post(port, &remote, 0);
    }
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
    completion_append(port, packet);
    completion_unlock(port);
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

static void tell_server(uint32_t what)
{
    client_message(PROTOCOL_port_thread, &(struct protocol_port_thread_in){ (uint32_t)gettid(), what });
}

static void thread_leaves(struct completion_port *port, struct thread_wait *wait)
{
    bool remote;
    native_lock(&port->lock);
    remote = wait->port_remote;
    if (wait->port_active && !remote)
        port->active--;
    if (wait->port_active && remote) {
        wait->port_active = false;
        native_unlock(&port->lock);
        tell_server(PROTOCOL_PORT_BLOCKS);
        return;
    }
    wait->port_active = false;
    completion_unlock(port);
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
    wait->port_active = true; /* even if that is one more than the limit, as in Windows */
    if (unlikely(wait->port_remote)) {
        tell_server(PROTOCOL_PORT_RESUMES);
        return;
    }
    native_lock(&port->lock);
    port->active++;
    native_unlock(&port->lock);
}

void completion_thread_detach(struct thread_wait *wait)
{
    struct completion_port *port = wait->port;
    if (!port)
        return;
    if (wait->port_remote)
        tell_server(PROTOCOL_PORT_LEAVES);
    else
        thread_leaves(port, wait);
    wait->port = NULL;
    wait->port_active = wait->port_remote = false;
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

static struct removed removed_from(const struct protocol_port_remove_out *packet)
{
    return (struct removed){ packet->key, packet->context, (NTSTATUS)packet->status, (ULONG_PTR)packet->information };
}

static NTSTATUS ask_for_packet(struct completion_port *port, struct protocol_port_remove_out *packet, bool wait,
                               bool more)
{
    struct protocol_port_remove_in in = { port->header.shared_number, (uint32_t)gettid(), wait, more };
    struct client_request request = CLIENT_REQUEST(port_remove, .in = &in, .out = packet);
    return client_request(&request);
}

/* Waits until the server gives the thread a packet, which it keeps for it. */
static NTSTATUS wait_for_packet(struct completion_port *port, struct protocol_port_remove_out *packet, bool alertable,
                                const LARGE_INTEGER *timeout)
{
    struct wait_target event = { packet->cell | CELL_COMMON, CELL_ANY_GENERATION, CELL_SYNCHRONIZATION, 0 };
    NTSTATUS status = wait_any(wait_self(), &event, 1, alertable, timeout);
    if (status != STATUS_WAIT_0 && status != STATUS_TIMEOUT) { /* the call ends so, and takes nothing */
        tell_server(PROTOCOL_PORT_LEAVES);
        return status;
    }
    struct protocol_port_fetch_in in = { port->header.shared_number, (uint32_t)gettid() };
    struct client_request request = CLIENT_REQUEST(port_fetch, .in = &in, .out = packet);
    return client_request(&request); /* somebody may have posted just as the time was up */
}

static NTSTATUS remove_remote(struct completion_port *port, struct removed *out, ULONG count, ULONG *removed,
                              bool alertable, const LARGE_INTEGER *timeout)
{
    struct thread_wait *wait = wait_self();
    struct protocol_port_remove_out packet = { 0 };
    if (wait->port != port || !wait->port_remote) {
        completion_thread_detach(wait);
        wait->port = (struct completion_port *)object_ref(&port->header);
        wait->port_remote = true;
    }
    wait->port_active = false; /* the server sees that by itself */
    NTSTATUS status = ask_for_packet(port, &packet, !timeout || timeout->QuadPart, false);
    if (status == STATUS_PENDING)
        status = wait_for_packet(port, &packet, alertable, timeout);
    if (status)
        return status;
    wait->port_active = true;
    out[(*removed)++] = removed_from(&packet);
    while (*removed < count && !ask_for_packet(port, &packet, false, true))
        out[(*removed)++] = removed_from(&packet);
    return STATUS_SUCCESS;
}

/* Removes up to `count` packets; waits for the first. */
static NTSTATUS remove_packets(struct completion_port *port, struct removed *out, ULONG count, ULONG *removed,
                               BOOLEAN alertability, const LARGE_INTEGER *timeout)
{
    bool alertable = alertability != 0;
    struct thread_wait *wait = wait_self();
    struct wait_packet *sources[64];
    ULONG source_count = 0;
    struct wait_deadline deadline;
    bool have_deadline = false;
    *removed = 0;
    if (unlikely(__atomic_load_n(&port->remote, __ATOMIC_ACQUIRE)))
        return remove_remote(port, out, count, removed, alertable, timeout);
    attach_thread(port, wait);
    native_lock(&port->lock);
    if (wait->port_active && !wait->port_remote) {
        wait->port_active = false;
        port->active--;
    }
    for (;;) {
        if (unlikely(port->remote)) {
            native_unlock(&port->lock);
            return remove_remote(port, out, count, removed, alertable, timeout);
        }
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
        waiter_add(port, wait, alertability & IO_COMPLETION_LAST_RESORT);
        native_unlock(&port->lock);

        uint32_t position;
        enum wake_reason reason = wait_block(wait, &deadline, &position);
        if (reason == WAKE_SATISFIED) {
            if (!wait->packet && port->remote)
                return remove_remote(port, out, count, removed, alertable, timeout);
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
    completion_unlock(port);
    for (ULONG i = 0; i < source_count; i++) {
        object_unref(&port->header);
        object_unref(&sources[i]->header);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS remove_held(struct object *obj, struct removed *out, ULONG count, ULONG *removed, BOOLEAN alertable,
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
    status = remove_held(obj, &out, 1, &removed, FALSE, Timeout ? &timeout : NULL);
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
    const struct completion_port *port = (struct completion_port *)obj;
    IO_COMPLETION_BASIC_INFORMATION out = { (LONG)port->depth };
    if (port->remote) {
        struct protocol_port_query_in in = { obj->shared_number };
        struct protocol_port_query_out answer = { 0 };
        struct client_request request = CLIENT_REQUEST(port_query, .in = &in, .out = &answer);
        status = client_request(&request);
        out.Depth = (LONG)answer.depth;
    }
    object_unref(obj);
    if (status)
        return status;
    memcpy(IoCompletionInformation, &out, sizeof(out));
    if (ReturnLength)
        *ReturnLength = sizeof(out);
    return STATUS_SUCCESS;
}
