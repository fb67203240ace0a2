/* SPDX-License-Identifier: MIT */
/*
 * eh_frame.c: what a C++ function's frame does with an exception: search its handlers, call destructors, run a handler.
 *
 * A handler (catch block) is a function of its own, a funclet, called through STATUS_UNWIND_CONSOLIDATE on top of the whole
 * stack that led to the exception, with unwind information as if the frame of the try block had called it. So a function
 * whose handlers are running has several frames, all with the same tables, each responsible for the try blocks that are
 * directly in it. All but the innermost stand at the call that threw; their state is in fact that of the try block that
 * has been left, which eh_catch_handler, whose frame lies just before, announces in eh_thread()->resumed_state.
 */
#ifdef _WIN64
#include "eh_private.h"

#define NO_TRY (-2) /* no state */

/* A frame as it is being looked at. */
struct visit {
    const struct eh_function *function;
    struct eh_thread *thread;
    EXCEPTION_RECORD *record;
    CONTEXT *context;
    DISPATCHER_CONTEXT *dispatcher;
    char *frame; /* the function's, also if this is a handler's frame */
    int state;
    bool resumed;     /* the state is that of a try block that has been left */
    int handled_high; /* in a handler's frame: `high` of its try block, else NO_TRY */
};

/* The function's first instruction, for a part of it too. */
ULONG eh_function_begin(const DISPATCHER_CONTEXT *dispatcher)
{
    const char *image = (const char *)dispatcher->ImageBase;
    const RUNTIME_FUNCTION *entry = dispatcher->FunctionEntry;

    for (;;) {
        const UCHAR *info;

        while (entry->UnwindData & RUNTIME_FUNCTION_INDIRECT)
            entry = (const RUNTIME_FUNCTION *)(image + (entry->UnwindData & ~3u));
        info = (const UCHAR *)image + entry->UnwindData;
        if (!(info[0] >> 3 & UNW_FLAG_CHAININFO))
            return entry->BeginAddress;
        entry = (const RUNTIME_FUNCTION *)(info + 4 + ((info[2] + 1) & ~1) * 2);
    }
}

/* In a handler's frame, finds the function's frame, and the handler's try block if they share their states. */
static void find_function_frame(struct visit *visit)
{
    const struct eh_function *function = visit->function;
    const void *position = NULL;
    struct eh_try block;
    unsigned index;

    visit->handled_high = NO_TRY;
    if (function->has_own_states) {
        if (function->is_catch)
            visit->frame = *(char **)(visit->frame + function->frame_offset);
        return;
    }
    while (function->format->next_try(function, &position, &index, &block)) {
        const void *handler_position = NULL;
        struct eh_handler handler;
        unsigned handler_index;

        while (function->format->next_handler(function, &block, &handler_position, &handler_index, &handler)) {
            if (handler.handler_rva != function->begin_rva)
                continue;
            visit->handled_high = block.high;
            visit->frame = *(char **)(visit->frame + handler.frame_offset);
            return;
        }
    }
}

/* Whether this frame, and not one of the function's other frames, catches for the try block. */
static bool is_responsible(const struct visit *visit, const struct eh_try *block)
{
    const struct eh_function *function = visit->function;
    const void *position = NULL;
    struct eh_try other;
    int innermost = NO_TRY;
    unsigned index;

    while (function->format->next_try(function, &position, &index, &other))
        if (other.high < block->low && block->high <= other.catch_high && other.high > innermost)
            innermost = other.high;
    return innermost == visit->handled_high;
}

static void find_state(struct visit *visit)
{
    struct eh_thread *thread = visit->thread;
    DISPATCHER_CONTEXT *dispatcher = visit->dispatcher;

    visit->resumed = thread->resumed_frame && thread->resumed_frame == (char *)dispatcher->EstablisherFrame;
    thread->resumed_frame = NULL;
    if (visit->resumed)
        visit->state = thread->resumed_state;
    else
        visit->state = visit->function->format->state_from_pc(visit->function,
                                                              (ULONG)(dispatcher->ControlPc - dispatcher->ImageBase));
    /* An unwind that met another in this frame goes on where that was. */
    if (dispatcher->ScopeIndex)
        visit->state = (int)dispatcher->ScopeIndex - 2;
}

/* ---- unwinding ---- */

static void unwind_to(struct visit *visit, int stop)
{
    const struct eh_function *function = visit->function;

    while (visit->state > stop && visit->state < function->max_state) {
        char *action, *object;
        struct eh_unwind entry;

        function->format->unwind_entry(function, visit->state, &entry);
        visit->state = entry.to_state;
        visit->dispatcher->ScopeIndex = (DWORD)(entry.to_state + 2);
        if (!entry.action_rva)
            continue;
        action = (char *)function->image + entry.action_rva;
        object = visit->frame + entry.offset;
        visit->thread->unwinding++;
        if (entry.kind == EH_ACTION_FUNCLET)
            eh_guarded(action, visit->frame, visit->frame, NULL);
        else
            eh_guarded(action, entry.kind == EH_ACTION_OBJECT ? object : *(void **)object, NULL, NULL);
        visit->thread->unwinding--;
    }
}

static void unwind_frame(struct visit *visit)
{
    const EXCEPTION_RECORD *record = visit->record;
    /* A handler's frame leaves what is around its try block to the function's frame. */
    int stop = visit->handled_high == NO_TRY ? -1 : visit->handled_high;

    if (record->ExceptionFlags & EH_TARGET_UNWIND) {
        if (record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE &&
            record->ExceptionInformation[0] == (ULONG_PTR)eh_catch)
            stop = ((const struct eh_catch *)record->ExceptionInformation[1])->state;
        else
            stop = visit->function->format->state_from_pc(
                visit->function, (ULONG)(visit->dispatcher->TargetIp - visit->dispatcher->ImageBase));
    }
    unwind_to(visit, stop);
}

/* ---- handlers ---- */

/* Does not return. */
static void run_handler(struct visit *visit, EXCEPTION_RECORD *record, CONTEXT *context, const struct eh_try *block,
                        const struct eh_handler *handler)
{
    const char *image = visit->function->image;
    struct eh_catch caught = { .magic = EH_MAGIC,
                               .phase = EH_CATCH_NEW,
                               .record = record,
                               .context = context,
                               .handler = (char *)image + handler->handler_rva,
                               .frame = visit->frame,
                               .target_frame = (char *)visit->dispatcher->EstablisherFrame,
                               .state = block->low,
                               .continuation_count = handler->continuation_count };
    EXCEPTION_RECORD consolidate = { .ExceptionCode = (DWORD)STATUS_UNWIND_CONSOLIDATE,
                                     .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                     .NumberParameters = EXCEPTION_MAXIMUM_PARAMETERS };
    CONTEXT target;

    for (unsigned i = 0; i < handler->continuation_count; i++)
        caught.continuation[i] = (char *)image + handler->continuation_rva[i];
    consolidate.ExceptionInformation[0] = (ULONG_PTR)eh_catch;
    consolidate.ExceptionInformation[1] = (ULONG_PTR)&caught;
    RtlUnwindEx((void *)visit->dispatcher->EstablisherFrame, (void *)visit->dispatcher->ControlPc, &consolidate, NULL,
                &target, visit->dispatcher->HistoryTable);
    terminate();
}

static void try_handlers(struct visit *visit, EXCEPTION_RECORD *record, CONTEXT *context, const struct eh_try *block)
{
    const struct eh_function *function = visit->function;
    const char *image = (const char *)record->ExceptionInformation[EI_IMAGE_BASE];
    const throw_info *info = eh_throw_info(record);
    const catchable_type_array *types = (const catchable_type_array *)(image + info->types_rva);
    const void *position = NULL;
    struct eh_handler handler;
    unsigned index;

    while (function->format->next_handler(function, block, &position, &index, &handler)) {
        for (int i = 0; i < types->count; i++) {
            const catchable_type *type = (const catchable_type *)(image + types->type_rva[i]);

            if (!eh_handler_takes(&handler, type, info, image))
                continue;
            eh_build_catch_object(record, visit->frame, &handler, type);
            run_handler(visit, record, context, block, &handler);
        }
    }
}

/* Only catch(...) takes what has not been thrown, and only in code compiled with /EHa. */
static void try_handlers_foreign(struct visit *visit, EXCEPTION_RECORD *record, CONTEXT *context,
                                 const struct eh_try *block)
{
    const struct eh_function *function = visit->function;
    const void *position = NULL;
    struct eh_handler handler;
    unsigned index;

    while (function->format->next_handler(function, block, &position, &index, &handler))
        if (!handler.type && !(handler.adjectives & HT_STD_DOTDOT))
            run_handler(visit, record, context, block, &handler);
}

/* Returns if the function does not handle the exception. */
static void search_frame(struct visit *visit)
{
    const struct eh_function *function = visit->function;
    EXCEPTION_RECORD *record = visit->record;
    CONTEXT *context = visit->context;
    const void *position = NULL;
    struct eh_try block;
    unsigned index;
    bool translated = false;

    if (eh_is_cxx(record) && !eh_throw_info(record)) { /* `throw;` */
        record = visit->thread->record;
        context = visit->thread->context;
        if (!record)
            return;
    }
    while (function->format->next_try(function, &position, &index, &block)) {
        if (visit->state < block.low || visit->state > block.high || !is_responsible(visit, &block) ||
            (visit->resumed && block.low == visit->state))
            continue;
        if (eh_is_cxx(record)) {
            try_handlers(visit, record, context, &block);
        } else if (record->ExceptionCode != EH_CODE && record->ExceptionCode != (DWORD)STATUS_BREAKPOINT) {
            if (visit->thread->translator && !translated) {
                EXCEPTION_POINTERS pointers = { record, context };

                translated = true;
                visit->thread->translator(record->ExceptionCode, &pointers); /* throws, or does not want it */
            }
            try_handlers_foreign(visit, record, context, &block);
        }
    }
    if (function->is_noexcept && eh_is_cxx(record)) {
        visit->thread->record = record;
        visit->thread->context = context;
        terminate();
    }
}

EXCEPTION_DISPOSITION eh_frame_handler(EXCEPTION_RECORD *record, char *frame, CONTEXT *context,
                                       DISPATCHER_CONTEXT *dispatcher, struct eh_function *function)
{
    struct visit visit = { .function = function,
                           .thread = eh_thread(),
                           .record = record,
                           .context = context,
                           .dispatcher = dispatcher,
                           .frame = frame };

    find_state(&visit);
    if (function->synchronous && record->ExceptionCode != EH_CODE && record->ExceptionCode != (DWORD)STATUS_LONGJUMP &&
        record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
        return ExceptionContinueSearch;
    find_function_frame(&visit);
    if (EH_IS_UNWIND(record->ExceptionFlags))
        unwind_frame(&visit);
    else
        search_frame(&visit);
    return ExceptionContinueSearch;
}
#endif
