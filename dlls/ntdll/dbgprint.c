/* SPDX-License-Identifier: MIT */
/*
 * dbgprint.c: output for a debugger. As on Windows, text goes to a user-mode debugger, as an exception, if there is one; the
 * kernel's debugger, which gets it otherwise, is never there. `transom trace` shows it.
 */
#include "rtl_private.h"
#include "unix_trace.h"

NTSTATUS NTAPI NtTransomUnixCall(ULONG module, ULONG function, PVOID arguments);

/* Whether `transom trace` runs the program: that does not change. */
BOOLEAN NTAPI TransomTracing(VOID)
{
    static LONG tracing = -1;

    if (tracing < 0)
        InterlockedExchange(&tracing, NT_SUCCESS(NtTransomUnixCall(UNIX_MODULE_TRACE, UNIX_TRACE_DEBUGGING, NULL)));
    return tracing > 0;
}

VOID NTAPI TransomTraceText(const WCHAR *text, SIZE_T chars)
{
    struct unix_trace_text arguments = { (ULONG_PTR)text, chars };

    NtTransomUnixCall(UNIX_MODULE_TRACE, UNIX_TRACE_DEBUG, &arguments);
}

static LONG NTAPI swallow(EXCEPTION_POINTERS *pointers)
{
    return pointers->ExceptionRecord->ExceptionCode == DBG_PRINTEXCEPTION_C ? EXCEPTION_CONTINUE_EXECUTION
                                                                            : EXCEPTION_CONTINUE_SEARCH;
}

ULONG NTAPI vDbgPrintExWithPrefix(const char *prefix, ULONG component, ULONG level, const char *format, va_list args)
{
    char text[512]; /* what Windows cuts off as well */
    EXCEPTION_RECORD record = { 0 };
    size_t length;
    void *handler;

    (void)component, (void)level;
    if (!nt_peb()->BeingDebugged && !TransomTracing())
        return STATUS_SUCCESS;
    length = strlen(prefix);
    if (length >= sizeof(text))
        length = sizeof(text) - 1;
    memcpy(text, prefix, length);
    _vsnprintf(text + length, sizeof(text) - length, format, args);
    text[sizeof(text) - 1] = 0;
    if (TransomTracing()) {
        WCHAR wide[sizeof(text)];
        ULONG size = 0;

        RtlMultiByteToUnicodeN(wide, sizeof(wide), &size, text, (ULONG)strlen(text));
        TransomTraceText(wide, size / sizeof(WCHAR));
    }
    if (!nt_peb()->BeingDebugged)
        return STATUS_SUCCESS;
    record.ExceptionCode = DBG_PRINTEXCEPTION_C;
    record.NumberParameters = 2;
    record.ExceptionInformation[0] = strlen(text) + 1;
    record.ExceptionInformation[1] = (ULONG_PTR)text;
    handler = RtlAddVectoredExceptionHandler(0, swallow);
    RtlRaiseException(&record);
    RtlRemoveVectoredExceptionHandler(handler);
    return STATUS_SUCCESS;
}

/* It is the kernel's debugger that would answer. */
ULONG NTAPI DbgPrompt(const char *prompt, char *response, ULONG length)
{
    (void)response, (void)length;
    DbgPrintEx(0, 0, "%s", prompt);
    return 0;
}

ULONG NTAPI vDbgPrintEx(ULONG component, ULONG level, const char *format, va_list args)
{
    return vDbgPrintExWithPrefix("", component, level, format, args);
}

ULONG __cdecl DbgPrintEx(ULONG component, ULONG level, const char *format, ...)
{
    va_list args;
    ULONG status;

    va_start(args, format);
    status = vDbgPrintExWithPrefix("", component, level, format, args);
    va_end(args);
    return status;
}

ULONG __cdecl DbgPrint(PCSTR format, ...)
{
    va_list args;
    ULONG status;

    va_start(args, format);
    status = vDbgPrintExWithPrefix("", 101 /* DPFLTR_DEFAULT_ID */, 3 /* DPFLTR_INFO_LEVEL */, format, args);
    va_end(args);
    return status;
}

/* The same; the kernel's debugger could answer with Control-C. */
ULONG __cdecl DbgPrintReturnControlC(PCSTR format, ...);
ULONG __cdecl DbgPrintReturnControlC(PCSTR format, ...)
{
    va_list args;
    ULONG status;

    va_start(args, format);
    status = vDbgPrintExWithPrefix("", 101, 3, format, args);
    va_end(args);
    return status;
}

NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG component, ULONG level);
NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG component, ULONG level)
{
    return NtQueryDebugFilterState(component, level);
}

NTSTATUS NTAPI DbgSetDebugFilterState(ULONG component, ULONG level, BOOLEAN state);
NTSTATUS NTAPI DbgSetDebugFilterState(ULONG component, ULONG level, BOOLEAN state)
{
    return NtSetDebugFilterState(component, level, state);
}
