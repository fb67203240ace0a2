/* SPDX-License-Identifier: MIT */
/* debugapi.c: being debugged, and talking to a debugger. */
#include "debugapi_private.h"
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

/*
 * BOOL raise_to_debugger(EXCEPTION_RECORD *record): a frame with a handler, so that handlers of the program's frames, which are
 * further out, are not asked. (Vectored ones are, as on Windows.) The handler has it return FALSE.
 */
#ifdef _WIN64
BOOL raise_to_debugger(EXCEPTION_RECORD *record);
extern const char raise_unhandled[];
__asm__("    .text\n"
        "    .p2align 4\n"
        "    .globl raise_to_debugger, raise_unhandled\n"
        "    .seh_proc raise_to_debugger\n"
        "raise_to_debugger:\n"
        "    subq $0x28, %rsp\n"
        "    .seh_stackalloc 0x28\n"
        "    .seh_handler pass_unhandled, @except\n"
        "    .seh_endprologue\n"
        "    call RtlRaiseException\n"
        "    movl $1, %eax\n"
        "    addq $0x28, %rsp\n"
        "    ret\n"
        "raise_unhandled:\n"
        "    xorl %eax, %eax\n"
        "    addq $0x28, %rsp\n"
        "    ret\n"
        "    .seh_endproc\n");

EXCEPTION_DISPOSITION __attribute__((used))
pass_unhandled(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher)
{
    (void)frame, (void)dispatcher;
    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND))
        return ExceptionContinueSearch;
    context->Rip = (ULONG_PTR)raise_unhandled;
    return ExceptionContinueExecution;
}
#else
static BOOL raise_to_debugger(EXCEPTION_RECORD *record)
{
    (void)record;
    return FALSE;
}
#endif

BOOL debugger_handles(DWORD code, ULONG count, const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record = { .ExceptionCode = code, .NumberParameters = count };

    memcpy(record.ExceptionInformation, arguments, count * sizeof(*arguments));
    return raise_to_debugger(&record);
}

/* The text travels as an exception, which only a debugger wants. */
static void tell_debugger(const WCHAR *wide, const char *text)
{
    ULONG_PTR arguments[4], *at = arguments;

    if (wide) { /* for those who wait by WaitForDebugEventEx; the others get the narrow text of the same event */
        *at++ = wcslen(wide) + 1;
        *at++ = (ULONG_PTR)wide;
    }
    *at++ = strlen(text) + 1;
    *at++ = (ULONG_PTR)text;
    debugger_handles(wide ? (DWORD)DBG_PRINTEXCEPTION_WIDE_C : (DWORD)DBG_PRINTEXCEPTION_C, (ULONG)(at - arguments),
                     arguments);
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
