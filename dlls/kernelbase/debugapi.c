/* SPDX-License-Identifier: MIT */
/* debugapi.c: being debugged, and talking to a debugger. */
#include "nls.h"

BOOL WINAPI IsDebuggerPresent(VOID)
{
    return nt_peb()->BeingDebugged;
}

BOOL WINAPI CheckRemoteDebuggerPresent(HANDLE process, BOOL *present)
{
    DWORD_PTR port = 0;
    NTSTATUS status;

    if (!process || !present)
        return fail(ERROR_INVALID_PARAMETER);
    status = NtQueryInformationProcess(process, ProcessDebugPort, &port, sizeof(port), NULL);
    if (!status)
        *present = port != 0;
    return set_ntstatus(status);
}

VOID WINAPI DebugBreak(VOID)
{
    DbgBreakPoint();
}

/* The text travels as an exception, which only a debugger wants: nobody else is to handle it. */
static LONG NTAPI swallow(EXCEPTION_POINTERS *pointers)
{
    return pointers->ExceptionRecord->ExceptionCode == DBG_PRINTEXCEPTION_C ? EXCEPTION_CONTINUE_EXECUTION
                                                                            : EXCEPTION_CONTINUE_SEARCH;
}

static void tell_debugger(const char *text)
{
    ULONG_PTR arguments[2] = { strlen(text) + 1, (ULONG_PTR)text };
    void *handler = RtlAddVectoredExceptionHandler(0, swallow);

    RaiseException(DBG_PRINTEXCEPTION_C, 0, 2, arguments);
    RtlRemoveVectoredExceptionHandler(handler);
}

VOID WINAPI OutputDebugStringA(const char *text)
{
    WCHAR *wide;

    if (!text)
        text = "";
    if (TransomTracing() && (wide = wide_dup_ansi(text))) {
        TransomTraceText(wide, wcslen(wide));
        kb_free(wide);
    }
    if (IsDebuggerPresent())
        tell_debugger(text);
}

VOID WINAPI OutputDebugStringW(const WCHAR *text)
{
    char *ansi;

    if (!text)
        text = L"";
    if (TransomTracing())
        TransomTraceText(text, wcslen(text));
    if (IsDebuggerPresent() && (ansi = ansi_dup(text))) {
        tell_debugger(ansi);
        kb_free(ansi);
    }
}
