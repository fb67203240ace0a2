/* SPDX-License-Identifier: MIT */
/* debugapi.c: being debugged, and talking to a debugger. */
#include "kernelbase_private.h"

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

VOID WINAPI OutputDebugStringA(const char *text)
{
    ULONG_PTR arguments[2];
    void *handler;

    if (!IsDebuggerPresent())
        return;
    if (!text)
        text = "";
    arguments[0] = strlen(text) + 1;
    arguments[1] = (ULONG_PTR)text;
    handler = RtlAddVectoredExceptionHandler(0, swallow);
    RaiseException(DBG_PRINTEXCEPTION_C, 0, 2, arguments);
    RtlRemoveVectoredExceptionHandler(handler);
}

VOID WINAPI OutputDebugStringW(const WCHAR *text)
{
    char *ansi;

    if (!IsDebuggerPresent())
        return;
    if (!(ansi = ansi_dup(text ? text : L"")))
        return;
    OutputDebugStringA(ansi);
    kb_free(ansi);
}
