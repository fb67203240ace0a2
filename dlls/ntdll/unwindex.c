/* SPDX-License-Identifier: MIT */
/*
 * unwindex.c: leaving frames: RtlUnwindEx and what is built on it, and restoring contexts.
 */
#include "exception_private.h"
#include "rtlregion.h"

#ifdef _WIN64

#include <setjmp.h>

/* Whether a context has all the usual registers and nothing else, so that no system call is needed to restore it. */
static bool is_full_only(const CONTEXT *context)
{
    return (context->ContextFlags & CONTEXT_FULL) == CONTEXT_FULL &&
           !(context->ContextFlags & ~(CONTEXT_FULL | CONTEXT_SEGMENTS));
}

VOID __cdecl RtlRestoreContext(PCONTEXT context, PEXCEPTION_RECORD record)
{
    if (record && record->ExceptionCode == (DWORD)STATUS_LONGJUMP && record->NumberParameters >= 1) {
        const _JUMP_BUFFER *buffer = (const _JUMP_BUFFER *)record->ExceptionInformation[0];

        context->Rbx = buffer->Rbx;
        context->Rsp = buffer->Rsp;
        context->Rbp = buffer->Rbp;
        context->Rsi = buffer->Rsi;
        context->Rdi = buffer->Rdi;
        context->R12 = buffer->R12;
        context->R13 = buffer->R13;
        context->R14 = buffer->R14;
        context->R15 = buffer->R15;
        context->Rip = buffer->Rip;
        context->MxCsr = buffer->MxCsr;
        context->FltSave.MxCsr = context->MxCsr;
        context->FltSave.ControlWord = buffer->FpCsr;
        memcpy(&context->Xmm6, &buffer->Xmm6, 10 * sizeof(M128A));
    } else if (record && record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE && record->NumberParameters >= 1) {
        ki_consolidate(context, record);
    }
    if (is_full_only(context))
        ki_restore_context(context);
    RtlRaiseStatus(NtContinue(context, FALSE));
}

static void bad_stack(EXCEPTION_RECORD *cause, NTSTATUS status)
{
    EXCEPTION_RECORD record = { .ExceptionCode = status,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                .ExceptionRecord = cause };

    RtlRaiseException(&record);
}

/*
 * RtlUnwindEx (exception_x64.S puts the caller's registers into `context`): calls the termination handlers of the frames up to
 * target_frame (of all, for an exit unwind with NULL), then continues in that frame at target_ip with rax = value. Does not
 * return, unless the stack ends first.
 */
void __attribute__((used)) rtl_unwind(PVOID target_frame, PVOID target_ip, EXCEPTION_RECORD *record, PVOID value,
                                      CONTEXT *context, UNWIND_HISTORY_TABLE *history)
{
    struct stack_limits limits = stack_limits();
    struct unwind_frame frame;
    EXCEPTION_RECORD own_record;
    DISPATCHER_CONTEXT dispatcher;
    CONTEXT caller;
    ULONG64 establisher = 0;
    ULONG flags;

    if (!record) {
        memset(&own_record, 0, sizeof(own_record));
        own_record.ExceptionCode = (DWORD)STATUS_UNWIND;
        own_record.ExceptionAddress = (PVOID)context->Rip;
        record = &own_record;
    }
    flags = record->ExceptionFlags | EH_UNWINDING;
    if (!target_frame)
        flags |= EH_EXIT_UNWIND;

    for (;;) {
        ULONG64 image_base, pc = context->Rip;
        RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(pc, &image_base, history);
        bool in_place;

        if (!function) {
            if (!unwind_leaf(context, &limits))
                break;
            continue;
        }
        unwind_begin(&frame, image_base, pc, function, context);
        establisher = frame.establisher;
        if (!in_stack(&limits, establisher))
            bad_stack(record, STATUS_BAD_STACK);
        if (target_frame && establisher > (ULONG64)target_frame)
            bad_stack(record, STATUS_INVALID_UNWIND_TARGET);
        in_place = establisher != (ULONG64)target_frame && !unwind_may_handle(&frame, UNW_FLAG_UHANDLER);
        if (!in_place)
            copy_unwound(&caller, context);
        dispatcher.LanguageHandler =
            unwind_finish(&frame, UNW_FLAG_UHANDLER, in_place ? context : &caller, &dispatcher.HandlerData, NULL);
        if (dispatcher.LanguageHandler) {
            EXCEPTION_DISPOSITION disposition;

            dispatcher.ControlPc = pc;
            dispatcher.ImageBase = image_base;
            dispatcher.FunctionEntry = function;
            dispatcher.EstablisherFrame = establisher;
            dispatcher.TargetIp = (ULONG64)target_ip;
            dispatcher.ContextRecord = context;
            dispatcher.HistoryTable = history;
            dispatcher.ScopeIndex = 0;
            do {
                if (establisher == (ULONG64)target_frame)
                    flags |= EH_TARGET_UNWIND;
                record->ExceptionFlags = flags;
                context->Rax = (ULONG64)value;
                disposition = ki_call_unwind_handler(record, (PVOID)establisher, context, &dispatcher);
                flags &= ~(EH_COLLIDED_UNWIND | EH_TARGET_UNWIND);
                if (disposition == ExceptionCollidedUnwind) {
                    /* An earlier unwind had come further: its dispatcher has been copied over ours. */
                    copy_full(context, dispatcher.ContextRecord);
                    copy_unwound(&caller, context);
                    unwind_begin(&frame, dispatcher.ImageBase, dispatcher.ControlPc, dispatcher.FunctionEntry, &caller);
                    unwind_finish(&frame, UNW_FLAG_NHANDLER, &caller, &(PVOID){ NULL }, NULL);
                    establisher = dispatcher.EstablisherFrame;
                    dispatcher.TargetIp = (ULONG64)target_ip;
                    dispatcher.ContextRecord = context;
                    dispatcher.HistoryTable = history;
                    flags |= EH_COLLIDED_UNWIND;
                } else if (disposition != ExceptionContinueSearch) {
                    bad_stack(record, STATUS_INVALID_DISPOSITION);
                }
            } while (flags & EH_COLLIDED_UNWIND);
        }
        if (target_frame && establisher == (ULONG64)target_frame) {
            context->Rax = (ULONG64)value;
            if (__builtin_expect(nt_teb()->LockCount & TEB_REGION_MASK, 0))
                region_forget(); /* a fault in ntdll itself, which somebody handles */
            if (record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
                context->Rip = (ULONG64)target_ip;
            if (record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE &&
                record->ExceptionCode != (DWORD)STATUS_LONGJUMP && is_full_only(context))
                ki_restore_unwound(context);
            RtlRestoreContext(context, record);
        }
        if (!in_place)
            copy_unwound(context, &caller);
        if (!context->Rip || !in_stack(&limits, context->Rsp))
            break;
    }
    /* The end of the stack. An exit unwind ends in the outermost frame, as the debugger's last chance. */
    if ((ULONG64)target_frame == establisher && establisher) {
        context->Rip = (ULONG64)target_ip;
        RtlRestoreContext(context, record);
    }
    RtlRaiseStatus(NtRaiseException(record, context, FALSE));
}

VOID NTAPI RtlUnwind(PVOID target_frame, PVOID target_ip, PEXCEPTION_RECORD record, PVOID value)
{
    CONTEXT context;

    RtlUnwindEx(target_frame, target_ip, record, value, &context, NULL);
}

VOID __cdecl _local_unwind(PVOID frame, PVOID target_ip)
{
    RtlUnwind(frame, target_ip, NULL, NULL);
}

/* A buffer whose Frame is set was made in a function with handlers: they are called on the way there. */
DECLSPEC_NORETURN void __cdecl longjmp(jmp_buf buffer, int value)
{
    const _JUMP_BUFFER *jump = (const _JUMP_BUFFER *)buffer;
    EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)STATUS_LONGJUMP,
                                .NumberParameters = 1,
                                .ExceptionInformation = { (ULONG_PTR)jump } };

    if (!value)
        value = 1;
    if (jump->Frame)
        RtlUnwind((PVOID)jump->Frame, (PVOID)jump->Rip, &record, (PVOID)(ULONG_PTR)(ULONG)value);
    ki_longjmp(jump, value);
}

#endif
