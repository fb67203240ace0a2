/* SPDX-License-Identifier: MIT */
/* rpc_frames.c: the handlers of the frames in rpc_frames_x64.S. */
#include "rpcrt4_private.h"

#ifdef _WIN64
extern const char rpc_try_landing[];

#define UNWINDING (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)

/*
 * RPC turns what goes wrong in a manager routine into a fault for its client. What is a message to a debugger (severities 1 and 2:
 * breakpoints, names of threads, guard pages) or leaves no stack to go on with is not for it.
 */
static BOOL is_ours(DWORD code)
{
    return code >> 30 != 1 && code >> 30 != 2 && code != (DWORD)STATUS_STACK_OVERFLOW;
}

EXCEPTION_DISPOSITION NTAPI rpc_try_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                            DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    if (record->ExceptionFlags & UNWINDING || !is_ours(record->ExceptionCode))
        return ExceptionContinueSearch;
    RtlUnwindEx(frame, (PVOID)rpc_try_landing, record, (PVOID)(ULONG_PTR)record->ExceptionCode,
                dispatcher->ContextRecord, dispatcher->HistoryTable);
    return ExceptionContinueSearch; /* not reached */
}

EXCEPTION_DISPOSITION NTAPI rpc_finally_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                DISPATCHER_CONTEXT *dispatcher)
{
    void *argument = *(void **)((char *)frame + 0x20);
    void (**cleanup)(void *) = (void *)((char *)frame + 0x28);

    (void)context;
    (void)dispatcher;
    if (record->ExceptionFlags & UNWINDING && *cleanup) {
        void (*function)(void *) = *cleanup;
        *cleanup = NULL;
        function(argument);
    }
    return ExceptionContinueSearch;
}
#endif

/* Which exceptions RpcExcept blocks may handle: not those that say that the process itself is broken. */
int RPC_ENTRY RpcExceptionFilter(ULONG code)
{
    switch (code) {
    case (ULONG)STATUS_ACCESS_VIOLATION:
    case (ULONG)STATUS_POSSIBLE_DEADLOCK:
    case (ULONG)STATUS_INSTRUCTION_MISALIGNMENT:
    case (ULONG)STATUS_DATATYPE_MISALIGNMENT:
    case (ULONG)STATUS_PRIVILEGED_INSTRUCTION:
    case (ULONG)STATUS_ILLEGAL_INSTRUCTION:
    case (ULONG)STATUS_BREAKPOINT:
    case (ULONG)STATUS_STACK_OVERFLOW:
    case (ULONG)STATUS_HANDLE_NOT_CLOSABLE:
    case (ULONG)STATUS_IN_PAGE_ERROR:
    case (ULONG)STATUS_ASSERTION_FAILURE:
    case (ULONG)STATUS_STACK_BUFFER_OVERRUN:
    case (ULONG)STATUS_GUARD_PAGE_VIOLATION:
    case (ULONG)STATUS_REG_NAT_CONSUMPTION:
        return EXCEPTION_CONTINUE_SEARCH;
    }
    return EXCEPTION_EXECUTE_HANDLER;
}

int RPC_ENTRY I_RpcExceptionFilter(ULONG code)
{
    return RpcExceptionFilter(code);
}

void RPC_ENTRY RpcRaiseException(RPC_STATUS code)
{
    RaiseException(code, EXCEPTION_NONCONTINUABLE, 0, NULL);
    __builtin_unreachable();
}
