/* SPDX-License-Identifier: MIT */
/*
 * eh_catch.c: a running catch block: what it has caught, and how it is left.
 */
#ifdef _WIN64
#include "eh_private.h"

void __attribute__((used)) eh_begin_catch(struct eh_catch *caught)
{
    struct eh_thread *thread = eh_thread();

    caught->outer = eh_live_catches(thread);
    caught->outer_record = thread->record;
    caught->outer_context = thread->context;
    thread->catches = caught;
    thread->record = caught->record;
    thread->context = caught->context;
    caught->phase = EH_CATCH_RUNNING;
}

/* Funclets take their function's frame as the second argument. */
void *__attribute__((used)) eh_run_catch(struct eh_catch *caught)
{
    return ((void *(*)(void *, void *))caught->handler)(caught->frame, caught->frame);
}

/* An object that was thrown again within its handler belongs to the outer handler too. */
static bool belongs_to_outer(const struct eh_catch *caught)
{
    const ULONG_PTR object = caught->record->ExceptionInformation[EI_OBJECT];

    for (const struct eh_catch *outer = caught->outer; outer && outer->magic == EH_MAGIC; outer = outer->outer)
        if (outer->record == caught->record ||
            (eh_is_cxx(outer->record) && outer->record->ExceptionInformation[EI_OBJECT] == object))
            return true;
    return false;
}

static void leave(struct eh_catch *caught)
{
    struct eh_thread *thread = eh_thread();

    caught->phase = EH_CATCH_LEFT;
    caught->magic = 0;
    thread->catches = caught->outer;
    thread->record = caught->outer_record;
    thread->context = caught->outer_context;
    if (!caught->rethrown && eh_is_cxx(caught->record) && !belongs_to_outer(caught))
        eh_destroy_object(caught->record);
}

void *__attribute__((used)) eh_end_catch(struct eh_catch *caught, void *result)
{
    caught->rethrown = false; /* if it was, the block has caught it itself */
    leave(caught);
    if ((ULONG_PTR)result < caught->continuation_count)
        return caught->continuation[(ULONG_PTR)result];
    return result;
}

/* eh_catch's handler: an exception or an unwind comes out of the block. The next frame is the try block's. */
EXCEPTION_DISPOSITION __attribute__((used))
eh_catch_handler(EXCEPTION_RECORD *record, char *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    struct eh_catch *caught = *(struct eh_catch **)(frame + 0x20);
    struct eh_thread *thread = eh_thread();

    (void)context;
    (void)dispatcher;
    if (EH_IS_UNWIND(record->ExceptionFlags)) {
        if (caught->phase == EH_CATCH_RUNNING)
            leave(caught);
    } else if (caught->phase == EH_CATCH_RUNNING) {
        caught->rethrown = eh_is_cxx(record) && !eh_throw_info(record) && thread->record == caught->record;
    }
    thread->resumed_frame = caught->target_frame;
    thread->resumed_state = caught->state;
    return ExceptionContinueSearch;
}

/* eh_guarded's handler: destructors called while unwinding and constructors of catch objects must not throw. */
EXCEPTION_DISPOSITION __attribute__((used))
eh_guarded_handler(EXCEPTION_RECORD *record, char *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame;
    (void)dispatcher;
    if (!EH_IS_UNWIND(record->ExceptionFlags) && record->ExceptionCode == EH_CODE) {
        struct eh_thread *thread = eh_thread();

        thread->unwinding = 0;
        if (eh_is_cxx(record) && eh_throw_info(record)) {
            thread->record = record;
            thread->context = context;
        }
        terminate();
    }
    return ExceptionContinueSearch;
}

int __cdecl __FrameUnwindFilter(EXCEPTION_POINTERS *pointers)
{
    struct eh_thread *thread = eh_thread();

    if (pointers->ExceptionRecord->ExceptionCode == EH_CODE) {
        thread->unwinding = 0;
        terminate();
    }
    if (pointers->ExceptionRecord->ExceptionCode == 0xe0434352 && thread->unwinding > 0) /* .NET's */
        thread->unwinding--;
    return EXCEPTION_CONTINUE_SEARCH;
}
#endif
