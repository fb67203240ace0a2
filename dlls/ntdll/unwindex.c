/* SPDX-License-Identifier: MIT */
/*
 * unwindex.c: leaving frames: RtlUnwindEx and what is built on it, and restoring contexts.
 */
#include "exception_private.h"

#ifdef _WIN64

#include <setjmp.h>

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
    if ((context->ContextFlags & CONTEXT_FULL) == CONTEXT_FULL &&
        !(context->ContextFlags & ~(CONTEXT_FULL | CONTEXT_SEGMENTS)))
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
 * Calls the termination handlers of the frames up to target_frame (of all, for an exit unwind with NULL), then continues in
 * that frame at target_ip with rax = value. Does not return, unless the stack ends first.
 */
VOID NTAPI RtlUnwindEx(PVOID target_frame, PVOID target_ip, PEXCEPTION_RECORD record, PVOID value, PCONTEXT context,
                       PUNWIND_HISTORY_TABLE history)
{
    struct stack_limits limits = stack_limits();
    EXCEPTION_RECORD own_record;
    DISPATCHER_CONTEXT dispatcher;
    CONTEXT caller;
    ULONG flags;
    ULONG64 frame = 0;

    RtlCaptureContext(context);
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

        if (!function) {
            if (!unwind_leaf(context, &limits))
                break;
            continue;
        }
        caller = *context;
        dispatcher.LanguageHandler = RtlVirtualUnwind(UNW_FLAG_UHANDLER, image_base, pc, function, &caller,
                                                      &dispatcher.HandlerData, &frame, NULL);
        if (!in_stack(&limits, frame))
            bad_stack(record, STATUS_BAD_STACK);
        if (target_frame && frame > (ULONG64)target_frame)
            bad_stack(record, STATUS_INVALID_UNWIND_TARGET);
        if (dispatcher.LanguageHandler) {
            EXCEPTION_DISPOSITION disposition;

            dispatcher.ControlPc = pc;
            dispatcher.ImageBase = image_base;
            dispatcher.FunctionEntry = function;
            dispatcher.EstablisherFrame = frame;
            dispatcher.TargetIp = (ULONG64)target_ip;
            dispatcher.ContextRecord = context;
            dispatcher.HistoryTable = history;
            dispatcher.ScopeIndex = 0;
            do {
                if (frame == (ULONG64)target_frame)
                    flags |= EH_TARGET_UNWIND;
                record->ExceptionFlags = flags;
                context->Rax = (ULONG64)value;
                disposition = ki_call_unwind_handler(record, (PVOID)frame, context, &dispatcher);
                flags &= ~(EH_COLLIDED_UNWIND | EH_TARGET_UNWIND);
                if (disposition == ExceptionCollidedUnwind) {
                    /* An earlier unwind had come further: its dispatcher has been copied over ours. */
                    PVOID data;
                    ULONG64 same_frame;

                    *context = *dispatcher.ContextRecord;
                    caller = *context;
                    RtlVirtualUnwind(UNW_FLAG_NHANDLER, dispatcher.ImageBase, dispatcher.ControlPc,
                                     dispatcher.FunctionEntry, &caller, &data, &same_frame, NULL);
                    frame = dispatcher.EstablisherFrame;
                    dispatcher.TargetIp = (ULONG64)target_ip;
                    dispatcher.ContextRecord = context;
                    dispatcher.HistoryTable = history;
                    flags |= EH_COLLIDED_UNWIND;
                } else if (disposition != ExceptionContinueSearch) {
                    bad_stack(record, STATUS_INVALID_DISPOSITION);
                }
            } while (flags & EH_COLLIDED_UNWIND);
        }
        if (target_frame && frame == (ULONG64)target_frame) {
            context->Rax = (ULONG64)value;
            if (record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
                context->Rip = (ULONG64)target_ip;
            RtlRestoreContext(context, record);
        }
        *context = caller;
        if (!context->Rip || !in_stack(&limits, context->Rsp))
            break;
    }
    /* The end of the stack. An exit unwind ends in the outermost frame, as the debugger's last chance. */
    if ((ULONG64)target_frame == frame && frame) {
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
