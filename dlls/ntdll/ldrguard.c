/* SPDX-License-Identifier: MIT */
/*
 * ldrguard.c: what an image's tables say is not checked entry by entry: where they lead to memory that is not there, the
 * loader's own fault ends the work on that image with STATUS_INVALID_IMAGE_FORMAT. Nothing that runs below ldr_guard may
 * hold a lock when it follows a table.
 */
#ifdef _WIN64
#include "exception_private.h"

extern const char ldr_guard_landing[];

EXCEPTION_DISPOSITION NTAPI ldr_guard_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                              DISPATCHER_CONTEXT *dispatcher)
{
    ULONG_PTR at = (ULONG_PTR)record->ExceptionAddress, base = (ULONG_PTR)ldr_ntdll->entry.DllBase;

    (void)context;
    if (EH_IS_UNWIND(record->ExceptionFlags) || at - base >= ldr_ntdll->entry.SizeOfImage)
        return ExceptionContinueSearch;
    if (record->ExceptionCode != (DWORD)STATUS_ACCESS_VIOLATION && record->ExceptionCode != (DWORD)STATUS_IN_PAGE_ERROR)
        return ExceptionContinueSearch;
    RtlUnwindEx(frame, (PVOID)ldr_guard_landing, record, (PVOID)(ULONG_PTR)(ULONG)STATUS_INVALID_IMAGE_FORMAT,
                dispatcher->ContextRecord, dispatcher->HistoryTable);
    return ExceptionContinueSearch; /* not reached */
}

extern const char ldr_callout_landing[];

/* An exception that a DllMain or TLS callback has no handler for: LoadLibrary fails with it; other notifications are over. */
EXCEPTION_DISPOSITION NTAPI ldr_callout_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    if (EH_IS_UNWIND(record->ExceptionFlags))
        return ExceptionContinueSearch;
    ldr_message("exception %x at %p while a DLL was notified", (unsigned)record->ExceptionCode,
                record->ExceptionAddress);
    RtlUnwindEx(frame, (PVOID)ldr_callout_landing, record, (PVOID)(ULONG_PTR)record->ExceptionCode,
                dispatcher->ContextRecord, dispatcher->HistoryTable);
    return ExceptionContinueSearch; /* not reached */
}
#endif
