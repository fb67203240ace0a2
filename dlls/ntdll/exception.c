/* SPDX-License-Identifier: MIT */
/*
 * exception.c: raising and dispatching exceptions on x64.
 */
#include "exception_private.h"

#ifdef _WIN64

static PRTLP_UNHANDLED_EXCEPTION_FILTER unhandled_filter; /* kernelbase's UnhandledExceptionFilter */

static void raise_noncontinuable(NTSTATUS code, EXCEPTION_RECORD *cause)
{
    EXCEPTION_RECORD record = { .ExceptionCode = code,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                .ExceptionRecord = cause };

    RtlRaiseException(&record);
}

/* Offers the exception to the frames' handlers. True: continue in `context`, which handlers may have changed. */
static bool dispatch_to_frames(EXCEPTION_RECORD *record, CONTEXT *context)
{
    struct stack_limits limits = stack_limits();
    struct unwind_frame frame;
    CONTEXT unwound;
    UNWIND_HISTORY_TABLE history;
    DISPATCHER_CONTEXT dispatcher;
    ULONG64 establisher, nested_frame = 0;
    ULONG flags = record->ExceptionFlags & EXCEPTION_NONCONTINUABLE;

    memset(&history, 0, offsetof(UNWIND_HISTORY_TABLE, Entry)); /* empty; its entries need no clearing */
    copy_full(&unwound, context);
    for (;;) {
        ULONG64 image_base, pc = unwound.Rip;
        RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(pc, &image_base, &history);

        if (!function) {
            if (!unwind_leaf(&unwound, &limits))
                break;
            continue;
        }
        unwind_begin(&frame, image_base, pc, function, &unwound);
        establisher = frame.establisher;
        if (!in_stack(&limits, establisher)) {
            flags |= EH_STACK_INVALID;
            break;
        }
        dispatcher.LanguageHandler = unwind_finish(&frame, UNW_FLAG_EHANDLER, &unwound, &dispatcher.HandlerData, NULL);
        dispatcher.ControlPc = pc;
        dispatcher.ImageBase = image_base;
        dispatcher.FunctionEntry = function;
        dispatcher.EstablisherFrame = establisher;
        dispatcher.ScopeIndex = 0;
        for (bool again = dispatcher.LanguageHandler != NULL; again;) {
            EXCEPTION_DISPOSITION disposition;

            again = false;
            dispatcher.ContextRecord = &unwound;
            dispatcher.HistoryTable = &history;
            record->ExceptionFlags = flags;
            disposition = ki_call_exception_handler(record, (PVOID)establisher, context, &dispatcher);
            flags |= record->ExceptionFlags & EXCEPTION_NONCONTINUABLE;
            if (nested_frame == establisher) {
                flags &= ~EH_NESTED_CALL;
                nested_frame = 0;
            }
            switch (disposition) {
            case ExceptionContinueExecution:
                if (flags & EXCEPTION_NONCONTINUABLE)
                    raise_noncontinuable(STATUS_NONCONTINUABLE_EXCEPTION, record);
                return true;
            case ExceptionContinueSearch:
                break;
            case ExceptionNestedException:
                /* The frames up to the one whose handler caused this one know of the nesting by a flag. */
                flags |= EH_NESTED_CALL;
                if (dispatcher.EstablisherFrame > nested_frame)
                    nested_frame = dispatcher.EstablisherFrame;
                break;
            case ExceptionCollidedUnwind:
                /*
                 * Raised by a handler during an unwind, whose dispatcher is ours now: pass over the frames that have been
                 * unwound. The handler that was being called is asked too; its ScopeIndex tells it what it has done.
                 */
                copy_full(&unwound, dispatcher.ContextRecord);
                unwind_begin(&frame, dispatcher.ImageBase, dispatcher.ControlPc, dispatcher.FunctionEntry, &unwound);
                unwind_finish(&frame, UNW_FLAG_NHANDLER, &unwound, &(PVOID){ NULL }, NULL);
                establisher = dispatcher.EstablisherFrame;
                again = true;
                break;
            default:
                raise_noncontinuable(STATUS_INVALID_DISPOSITION, record);
            }
        }
        if (unwound.Rip == 0 || !in_stack(&limits, unwound.Rsp))
            break;
    }
    record->ExceptionFlags = flags;
    return false;
}

BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD record, PCONTEXT context)
{
    bool handled;

    if (call_vectored_handlers(&vectored_exception_handlers, record, context) == EXCEPTION_CONTINUE_EXECUTION)
        handled = true;
    else
        handled = dispatch_to_frames(record, context);
    if (handled)
        call_vectored_handlers(&vectored_continue_handlers, record, context);
    return handled;
}

/* KiUserExceptionDispatcher's second half: the native half has seen a fault or NtRaiseException. */
void __attribute__((used, noreturn)) ki_user_exception(EXCEPTION_RECORD *record, CONTEXT *context)
{
    NTSTATUS status;

    if (slist_resume(record, context) || RtlDispatchException(record, context))
        status = NtContinue(context, FALSE);
    else
        status = NtRaiseException(record, context, FALSE);
    RtlRaiseStatus(status);
    __builtin_unreachable();
}

/* RtlRaiseException's second half. Nothing but this thread's own code has run since: no system call is needed to go on. */
void __attribute__((used, noreturn)) rtl_raise(EXCEPTION_RECORD *record, CONTEXT *context)
{
    NTSTATUS status;

    if (nt_peb()->BeingDebugged) {
        status = NtRaiseException(record, context, TRUE);
    } else if (RtlDispatchException(record, context)) {
        if ((context->ContextFlags & ~(CONTEXT_FULL | CONTEXT_SEGMENTS)) == 0)
            ki_restore_context(context);
        status = NtContinue(context, FALSE);
    } else {
        status = NtRaiseException(record, context, FALSE);
    }
    RtlRaiseStatus(status);
    __builtin_unreachable();
}

VOID NTAPI RtlRaiseStatus(NTSTATUS status)
{
    EXCEPTION_RECORD record = { .ExceptionCode = status, .ExceptionFlags = EXCEPTION_NONCONTINUABLE };

    RtlRaiseException(&record);
}

/*
 * Where a system call returns to that has failed in a way that a debugger is to see (exception_raise_user): the status is in the TEB,
 * the stack as the call's stub had it. Whoever handles it continues, and the call returns its status.
 */
NTSTATUS NTAPI KiRaiseUserExceptionDispatcher(void)
{
    EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)nt_teb()->ExceptionCode };

    RtlRaiseException(&record);
    return (NTSTATUS)record.ExceptionCode;
}

/* An exception came out of an exception handler. `frame` is ki_call_exception_handler's. */
EXCEPTION_DISPOSITION __attribute__((used))
ki_nested_exception(EXCEPTION_RECORD *record, char *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    const DISPATCHER_CONTEXT *outer = *(DISPATCHER_CONTEXT **)(frame + 0x20);

    (void)context;
    if (EH_IS_UNWIND(record->ExceptionFlags))
        return ExceptionContinueSearch;
    dispatcher->EstablisherFrame = outer->EstablisherFrame;
    return ExceptionNestedException;
}

/* An exception or an unwind met an unwind that was under way: go on where that one was. */
EXCEPTION_DISPOSITION __attribute__((used))
ki_collided_unwind(EXCEPTION_RECORD *record, char *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    const DISPATCHER_CONTEXT *outer = *(DISPATCHER_CONTEXT **)(frame + 0x20);

    (void)record;
    (void)context;
    dispatcher->ControlPc = outer->ControlPc;
    dispatcher->ImageBase = outer->ImageBase;
    dispatcher->FunctionEntry = outer->FunctionEntry;
    dispatcher->EstablisherFrame = outer->EstablisherFrame;
    dispatcher->ContextRecord = outer->ContextRecord;
    dispatcher->LanguageHandler = outer->LanguageHandler;
    dispatcher->HandlerData = outer->HandlerData;
    dispatcher->HistoryTable = outer->HistoryTable;
    dispatcher->ScopeIndex = outer->ScopeIndex;
    return ExceptionCollidedUnwind;
}

VOID NTAPI RtlSetUnhandledExceptionFilter(PVOID filter)
{
    unhandled_filter = (PRTLP_UNHANDLED_EXCEPTION_FILTER)filter;
}

/* The handler of every thread's outermost frame. */
EXCEPTION_DISPOSITION __attribute__((used))
ldr_unhandled(EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    EXCEPTION_POINTERS pointers = { record, context };
    PRTLP_UNHANDLED_EXCEPTION_FILTER filter = unhandled_filter ? unhandled_filter : RtlUnhandledExceptionFilter;

    if (EH_IS_UNWIND(record->ExceptionFlags))
        return ExceptionContinueSearch;
    switch (filter(&pointers)) {
    case EXCEPTION_CONTINUE_EXECUTION:
        return ExceptionContinueExecution;
    case EXCEPTION_EXECUTE_HANDLER:
        RtlUnwindEx(frame, ki_unhandled_end, record, (PVOID)(ULONG_PTR)record->ExceptionCode, dispatcher->ContextRecord,
                    dispatcher->HistoryTable);
    }
    return ExceptionContinueSearch;
}

#endif
