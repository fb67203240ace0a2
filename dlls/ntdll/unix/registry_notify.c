/* SPDX-License-Identifier: MIT */
/*
 * registry_notify.c: change notification. What is watched belongs to the handle's object and is settled by its first
 * request: from then on a change between two requests is remembered, and the next request is done at once (RegNotifyChangeKeyValue:
 * later requests with another filter "will succeed but the changes will be ignored").
 */
#include <stdlib.h>
#include <string.h>
#include "query.h"
#include "registry.h"

#define NOTIFY_FILTERS                                                                                                 \
    (REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_ATTRIBUTES | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_SECURITY)

struct key_notification {
    struct key_notification *next;
    struct object *event;  /* referenced, or NULL */
    struct object *thread; /* whom the APC is for; referenced, or NULL */
    PIO_APC_ROUTINE apc;
    void *apc_context;
    IO_STATUS_BLOCK *iosb;
    NTSTATUS status;
    NTSTATUS *result; /* of a synchronous request: where its caller waits for it */
};

/* Moves an object's requests to a list; the lock is held. */
static void collect(struct key_object *object, NTSTATUS status, struct key_notification **list)
{
    struct key_notification *pending = object->pending;
    while (pending) {
        struct key_notification *next = pending->next;
        pending->status = status;
        pending->next = *list;
        *list = pending;
        pending = next;
    }
    object->pending = NULL;
}

void key_changed(struct key *key, ULONG filter, struct key_notification **list)
{
    for (struct key *at = key; at; at = at->parent) {
        for (struct key_object *object = at->watchers; object; object = object->next_watcher) {
            if (!(object->watch_filter & filter) || (at != key && !object->watch_tree))
                continue;
            object->changed = !object->pending;
            collect(object, STATUS_NOTIFY_ENUM_DIR, list);
        }
    }
}

void key_gone(struct key *key, struct key_notification **list)
{
    for (struct key_object *object = key->watchers; object; object = object->next_watcher)
        collect(object, STATUS_KEY_DELETED, list);
}

void key_notify(struct key_notification *list)
{
    while (list) {
        struct key_notification *next = list->next;
        IO_STATUS_BLOCK done = { .Status = list->status };
        if (list->result)
            *list->result = list->status;
        if (list->iosb)
            user_copy_out(list->iosb, &done, sizeof(done));
        if (list->event)
            object_signal(list->event);
        if (list->apc && list->thread) {
            struct thread_object *thread = (struct thread_object *)list->thread;
            pthread_mutex_lock(&thread_list_lock);
            if (thread->thread)
                thread_queue_apc(thread->thread, (PNTAPCFUNC)(void *)list->apc, (ULONG_PTR)list->apc_context,
                                 (ULONG_PTR)list->iosb, 0);
            pthread_mutex_unlock(&thread_list_lock);
        }
        if (list->event)
            object_unref(list->event);
        if (list->thread)
            object_unref(list->thread);
        free(list);
        list = next;
    }
}

void key_stop_watching(struct key_object *object)
{
    struct key_notification *list = NULL;
    native_lock(&registry_lock);
    if (object->watching) {
        struct key_object **link = &object->key->watchers;
        while (*link != object)
            link = &(*link)->next_watcher;
        *link = object->next_watcher;
        object->watching = false;
        collect(object, STATUS_NOTIFY_CLEANUP, &list);
    }
    native_unlock(&registry_lock);
    key_notify(list);
}

/* Puts the request into the object's list, or answers it from what has happened since the last. */
static NTSTATUS add_request(struct key_object *object, ULONG filter, bool tree, struct key_notification *request)
{
    NTSTATUS status = STATUS_PENDING;
    native_lock(&registry_lock);
    if (object->key->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (!object->watching) {
        object->watching = true;
        object->watch_filter = filter;
        object->watch_tree = tree;
        object->next_watcher = object->key->watchers;
        object->key->watchers = object;
    } else if (object->changed) {
        object->changed = false;
        status = STATUS_NOTIFY_ENUM_DIR;
    }
    if (status == STATUS_PENDING) {
        request->next = object->pending;
        object->pending = request;
    }
    native_unlock(&registry_lock);
    return status;
}

/* What a synchronous caller waits for. Its request may outlive it, when the thread is ended there: the result is not on its
 * stack. */
struct change_event {
    struct object header; /* of event_type, which frees it all */
    NTSTATUS result;
};

static NTSTATUS wait_for_change(struct key_object *object, ULONG filter, bool tree, IO_STATUS_BLOCK *iosb)
{
    struct change_event *event = malloc(sizeof(*event));
    struct key_notification *request = calloc(1, sizeof(*request));
    NTSTATUS status;

    if (!event || !request) {
        free(event);
        free(request);
        return STATUS_NO_MEMORY;
    }
    object_init(&event->header, &event_type);
    status = object_cell_alloc(&event->header, CELL_NOTIFICATION, 0, 1);
    if (!status) {
        request->event = object_ref(&event->header);
        request->result = &event->result;
        status = add_request(object, filter, tree, request);
        if (status == STATUS_PENDING) {
            request = NULL; /* whoever completes it frees it */
            status = object_wait(&event->header, false, NULL);
            if (!status)
                status = event->result;
        } else {
            object_unref(&event->header);
        }
    }
    free(request);
    object_unref(&event->header);
    iosb->Information = 0;
    iosb->Status = status;
    return status;
}

NTSTATUS NtNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer,
                           ULONG BufferSize, BOOLEAN Asynchronous)
{
    struct key_object *object;
    struct key_notification *request;
    ULONG filter = CompletionFilter & ~REG_NOTIFY_THREAD_AGNOSTIC; /* no request ends with its thread */

    (void)Buffer, (void)BufferSize; /* reserved */
    if (!filter || filter & ~NOTIFY_FILTERS)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = key_object_lookup(KeyHandle, KEY_NOTIFY, &object);
    if (status)
        return status;
    if (!Asynchronous) {
        status = wait_for_change(object, filter, WatchTree, IoStatusBlock);
        object_unref(&object->header);
        return status;
    }
    request = calloc(1, sizeof(*request));
    if (!request)
        status = STATUS_NO_MEMORY;
    else if (Event)
        status = handle_lookup(Event, &event_type, EVENT_MODIFY_STATE, &request->event);
    if (!status) {
        request->apc = ApcRoutine;
        request->apc_context = ApcContext;
        request->iosb = IoStatusBlock;
        if (ApcRoutine)
            request->thread = object_ref(thread_current_object());
        if (request->event)
            object_reset(request->event);
        status = add_request(object, filter, WatchTree, request);
        if (status != STATUS_PENDING) {
            request->status = status;
            request->next = NULL;
            key_notify(request);
        }
    } else {
        free(request);
    }
    object_unref(&object->header);
    return status;
}

NTSTATUS NtNotifyChangeMultipleKeys(HANDLE MasterKeyHandle, ULONG Count, PVOID SlaveObjects, HANDLE Event,
                                    PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                                    ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer, ULONG BufferSize,
                                    BOOLEAN Asynchronous)
{
    (void)SlaveObjects;
    if (Count > 1)
        return STATUS_INVALID_PARAMETER;
    if (Count)
        return STATUS_NOT_SUPPORTED;
    return NtNotifyChangeKey(MasterKeyHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, CompletionFilter, WatchTree,
                             Buffer, BufferSize, Asynchronous);
}
