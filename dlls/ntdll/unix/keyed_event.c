/* SPDX-License-Identifier: MIT */
/*
 * keyed_event.c: keyed events: a releaser and a waiter that give the same key meet, whoever comes first waits for the other.
 * Used by old locks (condition variables and run-once of programs that call ntdll directly).
 *
 * An event that processes share is the server's (server/keyed.c): who waits there gets a cell, and waits for that.
 */
#include <stdlib.h>
#include "cell.h"
#include "client.h"
#include "object_private.h"
#include "shared.h"

#define BUCKETS 64
#define MOVED   1 /* the position that ends a wait when the event is shared meanwhile */

struct keyed_event {
    struct object header;
    bool remote; /* processes share it; atomic */
    struct keyed_bucket {
        uint32_t lock;
        struct thread_wait *waiters, *releasers; /* newest last */
    } buckets[BUCKETS];
};

static void keyed_event_destroy(struct object *obj)
{
    free(obj);
}

static void keyed_event_shared(struct object *obj, uint32_t cell);
static NTSTATUS keyed_event_adopt(struct shared_form *form, struct object **obj);

const struct object_type keyed_event_type = {
    .name = "KeyedEvent",
    .index = OBJECT_TYPE_KEYED_EVENT,
    .valid_access = KEYEDEVENT_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | KEYEDEVENT_WAIT, STANDARD_RIGHTS_WRITE | KEYEDEVENT_WAKE,
                         STANDARD_RIGHTS_EXECUTE, KEYEDEVENT_ALL_ACCESS },
    .destroy = keyed_event_destroy,
    .shared = keyed_event_shared,
    .adopt = keyed_event_adopt,
};

/* What a NULL handle means: one for the whole process. */
static struct keyed_event *default_event(void)
{
    static struct keyed_event event = { .header = { .type = &keyed_event_type, .refs = 1 } };
    return &event;
}

static struct keyed_bucket *bucket_of(struct keyed_event *event, const void *key)
{
    return &event->buckets[((uintptr_t)key >> 1) * 0x9e3779b97f4a7c15ull >> 58];
}

static void list_remove(struct thread_wait **list, struct thread_wait *wait)
{
    if (wait->queue_prev)
        wait->queue_prev->queue_next = wait->queue_next;
    else
        *list = wait->queue_next;
    if (wait->queue_next)
        wait->queue_next->queue_prev = wait->queue_prev;
    wait->queued = false;
}

static void list_append(struct thread_wait **list, struct thread_wait *wait)
{
    struct thread_wait *last = *list;
    while (last && last->queue_next)
        last = last->queue_next;
    wait->queue_prev = last;
    wait->queue_next = NULL;
    if (last)
        last->queue_next = wait;
    else
        *list = wait;
    wait->queued = true;
}

/* --- events that processes share --- */

static NTSTATUS keyed_event_adopt(struct shared_form *form, struct object **obj)
{
    struct keyed_event *event = calloc(1, sizeof(*event));
    (void)form;
    if (!event)
        return STATUS_NO_MEMORY;
    object_init(&event->header, &keyed_event_type);
    event->remote = true;
    *obj = &event->header;
    return STATUS_SUCCESS;
}

/* Who waits meets others at the server from now on. */
static void keyed_event_shared(struct object *obj, uint32_t cell)
{
    (void)cell;
    struct keyed_event *event = (struct keyed_event *)obj;
    __atomic_store_n(&event->remote, true, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < BUCKETS; i++) {
        struct keyed_bucket *bucket = &event->buckets[i];
        native_lock(&bucket->lock);
        for (int side = 0; side < 2; side++)
            for (struct thread_wait *wait = side ? bucket->waiters : bucket->releasers; wait; wait = wait->queue_next) {
                bool sleeping;
                if (wait_claim(wait->record, MOVED, &sleeping) && sleeping)
                    wait_wake(wait->record);
            }
        native_unlock(&bucket->lock);
    }
}

/* An object that is nothing but the cell that the server gave for one wait. */
static void cell_only_destroy(struct object *obj)
{
    (void)obj;
}

static const struct object_type cell_only_type = { .name = "KeyedEvent", .destroy = cell_only_destroy };

static NTSTATUS meet_remote(struct keyed_event *event, bool release, const void *key, bool alertable,
                            const LARGE_INTEGER *timeout)
{
    struct protocol_keyed_meet_in in = { .object = event->header.shared_number,
                                         .release = release,
                                         .key = (uint64_t)key };
    struct protocol_keyed_meet_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(keyed_meet, .in = &in, .out = &out, );
    in.wait = !timeout || timeout->QuadPart;
    NTSTATUS status = client_request(&request);
    if (status != STATUS_PENDING)
        return status;
    struct object wait;
    object_init(&wait, &cell_only_type);
    wait.cell = out.cell | CELL_COMMON;
    status = object_wait(&wait, alertable, timeout);
    struct protocol_keyed_leave_in leave = { in.object, out.cell };
    struct client_request end = CLIENT_REQUEST(keyed_leave, .in = &leave);
    NTSTATUS met = client_request(&end);
    return met == STATUS_TIMEOUT ? status : met; /* somebody may have come just as the time was up */
}

/* --- those of this process --- */

/* Meets a partner that waits in `theirs`, or waits for one in `ours`. */
static NTSTATUS meet(struct keyed_event *event, bool release, const void *key, bool alertable,
                     const LARGE_INTEGER *timeout)
{
    struct keyed_bucket *bucket = bucket_of(event, key);
    struct thread_wait **ours = release ? &bucket->releasers : &bucket->waiters;
    struct thread_wait **theirs = release ? &bucket->waiters : &bucket->releasers;
    struct thread_wait *self = wait_self();
    struct wait_deadline deadline;
    wait_deadline_init(&deadline, timeout);
    for (;;) {
        native_lock(&bucket->lock);
        if (__atomic_load_n(&event->remote, __ATOMIC_SEQ_CST)) {
            native_unlock(&bucket->lock);
            return meet_remote(event, release, key, alertable, timeout);
        }
        for (struct thread_wait *other = *theirs; other; other = other->queue_next) {
            bool sleeping;
            if (other->queue_key != key || !wait_claim(other->record, 0, &sleeping))
                continue;
            list_remove(theirs, other);
            native_unlock(&bucket->lock);
            if (sleeping)
                wait_wake(other->record);
            return STATUS_SUCCESS;
        }
        if (timeout && !timeout->QuadPart) {
            native_unlock(&bucket->lock);
            return STATUS_TIMEOUT;
        }
        self->queue_key = key;
        wait_arm(self, alertable, WAIT_STATE_ANY);
        list_append(ours, self);
        native_unlock(&bucket->lock);

        uint32_t position;
        completion_thread_blocks(self);
        enum wake_reason reason = wait_block(self, &deadline, &position);
        completion_thread_resumes(self);
        native_lock(&bucket->lock);
        if (self->queued)
            list_remove(ours, self);
        native_unlock(&bucket->lock);
        if (reason == WAKE_SATISFIED && position == MOVED)
            continue;
        if (reason == WAKE_SATISFIED)
            return STATUS_SUCCESS;
        if (reason == WAKE_TIMEOUT)
            return STATUS_TIMEOUT;
        NTSTATUS status = wait_interrupted(self, alertable);
        if (status != STATUS_PENDING)
            return status;
    }
}

NTSTATUS NtCreateKeyedEvent(HANDLE *KeyedEventHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                            ULONG Flags)
{
    if (Flags)
        return STATUS_INVALID_PARAMETER_4;
    struct keyed_event *event = calloc(1, sizeof(*event));
    if (!event)
        return STATUS_NO_MEMORY;
    object_init(&event->header, &keyed_event_type);
    return object_create_handle(&event->header, DesiredAccess, ObjectAttributes, KeyedEventHandle);
}

NTSTATUS NtOpenKeyedEvent(HANDLE *KeyedEventHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&keyed_event_type, DesiredAccess, ObjectAttributes, KeyedEventHandle);
}

static NTSTATUS keyed_call(HANDLE handle, bool release, PVOID key, BOOLEAN alertable, const LARGE_INTEGER *user_timeout)
{
    if ((ULONG_PTR)key & 1)
        return STATUS_INVALID_PARAMETER_1;
    LARGE_INTEGER timeout;
    if (user_timeout)
        timeout = *user_timeout;
    struct object *obj = &default_event()->header;
    if (handle) {
        NTSTATUS status = handle_lookup(handle, &keyed_event_type, release ? KEYEDEVENT_WAKE : KEYEDEVENT_WAIT, &obj);
        if (status)
            return status;
    } else {
        object_ref(obj);
    }
    struct thread_wait *self = wait_self();
    self->held = &obj;
    self->held_count = 1;
    NTSTATUS status = meet((struct keyed_event *)obj, release, key, alertable, user_timeout ? &timeout : NULL);
    self->held_count = 0;
    object_unref(obj);
    return status;
}

NTSTATUS NtWaitForKeyedEvent(HANDLE KeyedEventHandle, PVOID KeyValue, BOOLEAN Alertable, LARGE_INTEGER *Timeout)
{
    return keyed_call(KeyedEventHandle, false, KeyValue, Alertable, Timeout);
}

NTSTATUS NtReleaseKeyedEvent(HANDLE KeyedEventHandle, PVOID KeyValue, BOOLEAN Alertable, LARGE_INTEGER *Timeout)
{
    return keyed_call(KeyedEventHandle, true, KeyValue, Alertable, Timeout);
}
