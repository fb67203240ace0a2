/* SPDX-License-Identifier: MIT */
/*
 * exceptionc.c: __C_specific_handler, which gives __try, __except and __finally their meaning, and stack traces.
 */
#include "exception_private.h"

#ifdef _WIN64

typedef LONG (*c_filter)(EXCEPTION_POINTERS *pointers, PVOID frame);
typedef void (*c_termination_handler)(BOOLEAN abnormal, PVOID frame);

EXCEPTION_DISPOSITION __cdecl __C_specific_handler(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT context,
                                                   PDISPATCHER_CONTEXT dispatcher)
{
    const SCOPE_TABLE_AMD64 *table = dispatcher->HandlerData;
    ULONG64 base = dispatcher->ImageBase;
    ULONG64 pc = dispatcher->ControlPc - base;
    ULONG i;

    if (EH_IS_UNWIND(record->ExceptionFlags)) {
        ULONG64 target = dispatcher->TargetIp - base;

        for (i = dispatcher->ScopeIndex; i < table->Count; i++) {
            ULONG begin = table->ScopeRecord[i].BeginAddress, end = table->ScopeRecord[i].EndAddress;

            if (pc < begin || pc >= end)
                continue;
            if (record->ExceptionFlags & EH_TARGET_UNWIND) {
                ULONG j;

                /* A __try block that the target is in too is not left, and so is none around it. */
                for (j = 0; j < table->Count; j++)
                    if (target >= table->ScopeRecord[j].BeginAddress && target < table->ScopeRecord[j].EndAddress &&
                        table->ScopeRecord[j].JumpTarget == table->ScopeRecord[i].JumpTarget &&
                        table->ScopeRecord[j].HandlerAddress == table->ScopeRecord[i].HandlerAddress)
                        break;
                if (j != table->Count)
                    break;
            }
            if (table->ScopeRecord[i].JumpTarget) {
                /* The __except block that is being gone to */
                if ((record->ExceptionFlags & EH_TARGET_UNWIND) && target == table->ScopeRecord[i].JumpTarget)
                    break;
                continue;
            }
            dispatcher->ScopeIndex = i + 1; /* a collided unwind goes on behind this one */
            ((c_termination_handler)(base + table->ScopeRecord[i].HandlerAddress))(TRUE, frame);
        }
        return ExceptionContinueSearch;
    }

    for (i = dispatcher->ScopeIndex; i < table->Count; i++) {
        EXCEPTION_POINTERS pointers = { record, context };
        LONG answer = EXCEPTION_EXECUTE_HANDLER;

        if (pc < table->ScopeRecord[i].BeginAddress || pc >= table->ScopeRecord[i].EndAddress ||
            !table->ScopeRecord[i].JumpTarget)
            continue;
        /* The address 1 stands for the constant filter EXCEPTION_EXECUTE_HANDLER. */
        if (table->ScopeRecord[i].HandlerAddress != 1)
            answer = ((c_filter)(base + table->ScopeRecord[i].HandlerAddress))(&pointers, frame);
        if (answer < 0)
            return ExceptionContinueExecution;
        if (answer > 0)
            RtlUnwindEx(frame, (PVOID)(base + table->ScopeRecord[i].JumpTarget), record,
                        (PVOID)(ULONG_PTR)record->ExceptionCode, dispatcher->ContextRecord, dispatcher->HistoryTable);
    }
    return ExceptionContinueSearch;
}

/* Return addresses of the frames from the caller of the function whose context this is. */
static ULONG walk(CONTEXT *context, ULONG skip, PVOID *callers, ULONG count)
{
    struct stack_limits limits = stack_limits();
    UNWIND_HISTORY_TABLE history = { 0 };
    ULONG found = 0;

    while (found < count && in_stack(&limits, context->Rsp)) {
        ULONG64 base, frame;
        PVOID data;
        RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(context->Rip, &base, &history);

        if (!function) {
            if (!unwind_leaf(context, &limits))
                break;
        } else {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context->Rip, function, context, &data, &frame, NULL);
        }
        if (!context->Rip)
            break;
        if (skip)
            skip--;
        else
            callers[found++] = (PVOID)context->Rip;
    }
    return found;
}

ULONG NTAPI RtlWalkFrameChain(PVOID *callers, ULONG count, ULONG flags)
{
    CONTEXT context;

    if (flags & 0xff)
        return 0; /* kernel-mode frames are asked for */
    RtlCaptureContext(&context);
    return walk(&context, flags >> 8, callers, count);
}

WORD NTAPI RtlCaptureStackBackTrace(DWORD skip, DWORD count, PVOID *trace, PDWORD hash)
{
    CONTEXT context;
    ULONG found, sum = 0;

    if (count > MAXWORD)
        count = MAXWORD;
    RtlCaptureContext(&context);
    found = walk(&context, skip, trace, count);
    if (hash) {
        for (ULONG i = 0; i < found; i++)
            sum += (ULONG)(ULONG_PTR)trace[i];
        *hash = sum;
    }
    return (WORD)found;
}

VOID NTAPI RtlGetCallersAddress(PVOID *caller, PVOID *callers_caller)
{
    PVOID frames[2] = { NULL, NULL };
    CONTEXT context;

    RtlCaptureContext(&context);
    walk(&context, 1, frames, 2);
    *caller = frames[0];
    *callers_caller = frames[1];
}

#endif
