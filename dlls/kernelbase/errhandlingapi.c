/* SPDX-License-Identifier: MIT */
/* errhandlingapi.c: last error, error modes, raising exceptions and the unhandled ones. */
#include "kernelbase_private.h"
#include "ntldr.h"

DWORD WINAPI GetLastError(VOID)
{
    return nt_teb()->LastErrorValue;
}

VOID WINAPI SetLastError(DWORD error)
{
    nt_teb()->LastErrorValue = error;
}

/* --- error modes --- */

UINT WINAPI GetErrorMode(VOID)
{
    ULONG mode = 0;

    NtQueryInformationProcess(NT_CURRENT_PROCESS, ProcessDefaultHardErrorMode, &mode, sizeof(mode), NULL);
    /* The kernel's lowest bit says the opposite: that critical errors are to be reported. */
    return mode ^ SEM_FAILCRITICALERRORS;
}

UINT WINAPI SetErrorMode(UINT mode)
{
    UINT previous = GetErrorMode();
    ULONG value;

    /* SEM_NOALIGNMENTFAULTEXCEPT cannot be cleared once it is set. */
    value = (mode | (previous & SEM_NOALIGNMENTFAULTEXCEPT)) ^ SEM_FAILCRITICALERRORS;
    NtSetInformationProcess(NT_CURRENT_PROCESS, ProcessDefaultHardErrorMode, &value, sizeof(value));
    return previous;
}

/* The TEB keeps the thread's mode in bits of its own: 0x10, 0x20, 0x40 for SEM_FAILCRITICALERRORS and so on. */
static DWORD error_mode_from_rtl(ULONG mode)
{
    return (mode & 0x10 ? SEM_FAILCRITICALERRORS : 0) | (mode & 0x20 ? SEM_NOGPFAULTERRORBOX : 0) |
           (mode & 0x40 ? SEM_NOOPENFILEERRORBOX : 0);
}

DWORD WINAPI GetThreadErrorMode(VOID)
{
    return error_mode_from_rtl(RtlGetThreadErrorMode());
}

BOOL WINAPI SetThreadErrorMode(DWORD mode, DWORD *previous)
{
    NTSTATUS status;
    ULONG old;

    if (mode & ~(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX))
        return fail(ERROR_INVALID_PARAMETER);
    status =
        RtlSetThreadErrorMode((mode & SEM_FAILCRITICALERRORS ? 0x10 : 0) | (mode & SEM_NOGPFAULTERRORBOX ? 0x20 : 0) |
                                  (mode & SEM_NOOPENFILEERRORBOX ? 0x40 : 0),
                              &old);
    if (!status && previous)
        *previous = error_mode_from_rtl(old);
    return set_ntstatus(status);
}

/* --- exceptions --- */

VOID WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record = { 0 };

    /* STATUS_ABANDONED_... bits: the reserved bit 28 is cleared, as the documentation says. */
    record.ExceptionCode = code & ~0x10000000u;
    record.ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE;
    record.ExceptionAddress = (void *)RaiseException;
    if (arguments) {
        record.NumberParameters = min(count, EXCEPTION_MAXIMUM_PARAMETERS);
        memcpy(record.ExceptionInformation, arguments, record.NumberParameters * sizeof(*arguments));
    }
    RtlRaiseException(&record);
}

/* Fail-fast: no handler of the program's is asked; the process ends with the exception's code. */
VOID WINAPI RaiseFailFastException(EXCEPTION_RECORD *record, CONTEXT *context, DWORD flags)
{
    EXCEPTION_RECORD own_record = { 0 };
    CONTEXT own_context;

    if (!context) {
        RtlCaptureContext(&own_context);
        context = &own_context;
    }
    if (!record) {
        own_record.ExceptionCode = STATUS_FAIL_FAST_EXCEPTION;
        own_record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
        own_record.ExceptionAddress = __builtin_return_address(0);
        record = &own_record;
    } else if (flags & FAIL_FAST_GENERATE_EXCEPTION_ADDRESS)
        record->ExceptionAddress = __builtin_return_address(0);
    record->ExceptionFlags |= EXCEPTION_NONCONTINUABLE;
    NtRaiseException(record, context, FALSE);
    NtTerminateProcess(NT_CURRENT_PROCESS, record->ExceptionCode);
}

static void *top_level_filter; /* encoded, so that a stray write is no call */

LPTOP_LEVEL_EXCEPTION_FILTER WINAPI SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
    void *previous = InterlockedExchangePointer(&top_level_filter, filter ? RtlEncodePointer(filter) : NULL);

    return previous ? RtlDecodePointer(previous) : NULL;
}

/* What the program's filter says, or EXCEPTION_CONTINUE_SEARCH. */
static LONG ask_top_level_filter(EXCEPTION_POINTERS *pointers)
{
    void *encoded = top_level_filter;
    LPTOP_LEVEL_EXCEPTION_FILTER filter;

    /* A debugger sees the exception at its second chance; the program's filter is not called then. */
    if (IsDebuggerPresent() || !encoded)
        return EXCEPTION_CONTINUE_SEARCH;
    filter = RtlDecodePointer(encoded);
    return filter(pointers);
}

/* For an exception that has reached a thread's outermost frame: if nobody wants it, the search ends in the report of a crash. */
LONG NTAPI kernelbase_unhandled(EXCEPTION_POINTERS *pointers)
{
    LONG answer = ask_top_level_filter(pointers);

    return answer == EXCEPTION_EXECUTE_HANDLER || answer == EXCEPTION_CONTINUE_EXECUTION ? answer
                                                                                         : EXCEPTION_CONTINUE_SEARCH;
}

/*
 * Called in a filter of the program's own (old C run times do so around main): "displays an Application Error message box and
 * causes the exception handler to be executed", the box depending on the error mode; only a debugger makes it search on.
 */
LONG WINAPI UnhandledExceptionFilter(EXCEPTION_POINTERS *pointers)
{
    LONG answer = ask_top_level_filter(pointers);
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    ULONG_PTR parameters[] = { record->ExceptionCode, (ULONG_PTR)record->ExceptionAddress };
    ULONG response;

    if (answer == EXCEPTION_EXECUTE_HANDLER || answer == EXCEPTION_CONTINUE_EXECUTION)
        return answer;
    if (IsDebuggerPresent())
        return EXCEPTION_CONTINUE_SEARCH;
    if (!(GetErrorMode() & SEM_NOGPFAULTERRORBOX))
        NtRaiseHardError(STATUS_UNHANDLED_EXCEPTION, ARRAYSIZE(parameters), 0, parameters, 1 /* OptionOk */, &response);
    return EXCEPTION_EXECUTE_HANDLER;
}

VOID WINAPI FatalAppExitW(UINT action, const WCHAR *message)
{
    UNICODE_STRING text;

    (void)action;
    RtlInitUnicodeString(&text, message);
    NtTransomDebugPrint(text.Buffer, text.Length);
    ExitProcess(0);
}

VOID WINAPI FatalAppExitA(UINT action, const char *message)
{
    struct wide_arg text;

    if (!wide_arg(&text, message))
        ExitProcess(0);
    FatalAppExitW(action, text.str);
}

VOID WINAPI FatalExit(int code)
{
    ExitProcess(code);
}
