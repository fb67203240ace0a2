/* SPDX-License-Identifier: MIT */
/*
 * exceptionvectored.c: vectored exception and continue handlers.
 */
#include "exception_private.h"

struct vectored_handler {
    LIST_ENTRY link;
    ULONG references; /* one for being registered, one for each call under way */
    bool removed;
    PVECTORED_EXCEPTION_HANDLER function;
};

struct vectored_list {
    LIST_ENTRY head;
};

struct vectored_list vectored_exception_handlers = { { &vectored_exception_handlers.head,
                                                       &vectored_exception_handlers.head } };
struct vectored_list vectored_continue_handlers = { { &vectored_continue_handlers.head,
                                                      &vectored_continue_handlers.head } };
static RTL_SRWLOCK lock;

/* Handlers may register and remove handlers, themselves too, and may raise exceptions: none is called under the lock. */
static struct vectored_handler *release(struct vectored_handler *handler)
{
    if (--handler->references)
        return NULL;
    list_remove(&handler->link);
    return handler;
}

LONG call_vectored_handlers(struct vectored_list *list, EXCEPTION_RECORD *record, CONTEXT *context)
{
    EXCEPTION_POINTERS pointers = { record, context };
    LONG result = EXCEPTION_CONTINUE_SEARCH;
    LIST_ENTRY *link;

    if (list_empty(&list->head))
        return result;
    RtlAcquireSRWLockExclusive(&lock);
    link = list->head.Flink;
    while (link != &list->head && result != EXCEPTION_CONTINUE_EXECUTION) {
        struct vectored_handler *handler = CONTAINING_RECORD(link, struct vectored_handler, link), *dead;

        if (handler->removed) {
            link = link->Flink;
            continue;
        }
        handler->references++;
        RtlReleaseSRWLockExclusive(&lock);
        result = handler->function(&pointers);
        RtlAcquireSRWLockExclusive(&lock);
        link = handler->link.Flink;
        dead = release(handler);
        if (dead)
            heap_free(dead);
    }
    RtlReleaseSRWLockExclusive(&lock);
    return result;
}

static PVOID add(struct vectored_list *list, ULONG first, PVECTORED_EXCEPTION_HANDLER function)
{
    struct vectored_handler *handler = heap_alloc(sizeof(*handler));

    if (!handler)
        return NULL;
    handler->references = 1;
    handler->removed = false;
    handler->function = function;
    RtlAcquireSRWLockExclusive(&lock);
    if (first)
        list_add_head(&list->head, &handler->link);
    else
        list_add_tail(&list->head, &handler->link);
    RtlReleaseSRWLockExclusive(&lock);
    return handler;
}

static ULONG remove_handler(struct vectored_list *list, PVOID handle)
{
    struct vectored_handler *dead = NULL;
    ULONG found = 0;

    RtlAcquireSRWLockExclusive(&lock);
    for (LIST_ENTRY *link = list->head.Flink; link != &list->head; link = link->Flink) {
        struct vectored_handler *handler = CONTAINING_RECORD(link, struct vectored_handler, link);

        if (handler == handle && !handler->removed) {
            handler->removed = true;
            dead = release(handler);
            found = 1;
            break;
        }
    }
    RtlReleaseSRWLockExclusive(&lock);
    heap_free(dead);
    return found;
}

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add(&vectored_exception_handlers, first, handler);
}

ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle)
{
    return remove_handler(&vectored_exception_handlers, handle);
}

PVOID NTAPI RtlAddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add(&vectored_continue_handlers, first, handler);
}

ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID handle)
{
    return remove_handler(&vectored_continue_handlers, handle);
}
