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
    DWORD code = pointers->ExceptionRecord->ExceptionCode;

    return code == DBG_PRINTEXCEPTION_C || code == DBG_PRINTEXCEPTION_WIDE_C ? EXCEPTION_CONTINUE_EXECUTION
                                                                             : EXCEPTION_CONTINUE_SEARCH;
}

static void tell_debugger(const WCHAR *wide, const char *text)
{
    ULONG_PTR arguments[4], *at = arguments;
    void *handler = RtlAddVectoredExceptionHandler(0, swallow);

    if (wide) { /* for those who wait by WaitForDebugEventEx; the others get the narrow text of the same event */
        *at++ = wcslen(wide) + 1;
        *at++ = (ULONG_PTR)wide;
    }
    *at++ = strlen(text) + 1;
    *at++ = (ULONG_PTR)text;
    RaiseException(wide ? (DWORD)DBG_PRINTEXCEPTION_WIDE_C : (DWORD)DBG_PRINTEXCEPTION_C, 0, (DWORD)(at - arguments),
                   arguments);
    RtlRemoveVectoredExceptionHandler(handler);
}

/*
 * What shows debugging texts of all processes has made DBWIN_BUFFER, which holds the sender's number and a text, and two
 * events: it sets the one when the buffer is free, a sender the other when it is full.
 */
struct dbwin_buffer {
    DWORD process;
    char text[4096 - sizeof(DWORD)];
};
#define DBWIN_TIMEOUT 10000 /* milliseconds that a program stands a reader that does not read */

static void fill_buffers(struct dbwin_buffer *buffer, HANDLE ready, HANDLE filled, const char *text)
{
    do {
        size_t length = strnlen(text, sizeof(buffer->text) - 1);

        if (WaitForSingleObject(ready, DBWIN_TIMEOUT) != WAIT_OBJECT_0)
            return;
        buffer->process = GetCurrentProcessId();
        memcpy(buffer->text, text, length);
        buffer->text[length] = 0;
        SetEvent(filled);
        text += length;
    } while (*text);
}

static void tell_monitor(const char *text)
{
    DWORD error = GetLastError();
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, L"DBWIN_BUFFER");

    if (!section) {
        SetLastError(error);
        return;
    }
    HANDLE ready = OpenEventW(SYNCHRONIZE, FALSE, L"DBWIN_BUFFER_READY");
    HANDLE filled = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"DBWIN_DATA_READY");
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"DBWinMutex");
    struct dbwin_buffer *buffer = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, sizeof(*buffer));

    if (ready && filled && mutex && buffer) {
        DWORD got = WaitForSingleObject(mutex, DBWIN_TIMEOUT);

        if (got == WAIT_OBJECT_0 || got == WAIT_ABANDONED) {
            fill_buffers(buffer, ready, filled, text);
            ReleaseMutex(mutex);
        }
    }
    if (buffer)
        UnmapViewOfFile(buffer);
    if (mutex)
        CloseHandle(mutex);
    if (filled)
        CloseHandle(filled);
    if (ready)
        CloseHandle(ready);
    CloseHandle(section);
    SetLastError(error);
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
        tell_debugger(NULL, text);
    else if (!TransomTracing())
        tell_monitor(text);
}

VOID WINAPI OutputDebugStringW(const WCHAR *text)
{
    char *ansi;

    if (!text)
        text = L"";
    if (TransomTracing())
        TransomTraceText(text, wcslen(text));
    if ((!IsDebuggerPresent() && TransomTracing()) || !(ansi = ansi_dup(text)))
        return;
    if (IsDebuggerPresent())
        tell_debugger(text, ansi);
    else
        tell_monitor(ansi);
    kb_free(ansi);
}
