/* SPDX-License-Identifier: MIT */
/*
 * dbgui.c: what debuggers use of ntdll: the calling thread's debug object, which is kept in its TEB, its events, and the break-in
 * thread.
 */
#include "ldr_private.h"
#include "ntrtl.h"

/* TEB.DbgSsReserved[0] is kernelbase's, [1] the debug object. */

HANDLE NTAPI DbgUiGetThreadDebugObject(VOID)
{
    return nt_teb()->DbgSsReserved[1];
}

VOID NTAPI DbgUiSetThreadDebugObject(HANDLE debug)
{
    nt_teb()->DbgSsReserved[1] = debug;
}

NTSTATUS NTAPI DbgUiConnectToDbg(VOID)
{
    TEB *teb = nt_teb();
    OBJECT_ATTRIBUTES attributes;

    if (teb->DbgSsReserved[1])
        return STATUS_SUCCESS;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    return NtCreateDebugObject(&teb->DbgSsReserved[1], DEBUG_ALL_ACCESS, &attributes, DEBUG_KILL_ON_CLOSE);
}

NTSTATUS NTAPI DbgUiWaitStateChange(DBGUI_WAIT_STATE_CHANGE *change, LARGE_INTEGER *timeout)
{
    return NtWaitForDebugEvent(DbgUiGetThreadDebugObject(), TRUE, timeout, change);
}

NTSTATUS NTAPI DbgUiContinue(CLIENT_ID *id, NTSTATUS status)
{
    return NtDebugContinue(DbgUiGetThreadDebugObject(), id, status);
}

NTSTATUS NTAPI DbgUiStopDebugging(HANDLE process)
{
    return NtRemoveProcessDebug(process, DbgUiGetThreadDebugObject());
}

#ifdef _WIN64
/*
 * void ldr_debugger_break(void): a breakpoint that does not matter if there is no debugger (any more) to continue it: its
 * handler does.
 */
void ldr_debugger_break(void);
__asm__("    .text\n"
        "    .p2align 4\n"
        "    .globl ldr_debugger_break\n"
        "    .seh_proc ldr_debugger_break\n"
        "ldr_debugger_break:\n"
        "    subq $0x28, %rsp\n"
        "    .seh_stackalloc 0x28\n"
        "    .seh_handler ldr_pass_breakpoint, @except\n"
        "    .seh_endprologue\n"
        "    call DbgBreakPoint\n"
        "    nop\n"
        "    addq $0x28, %rsp\n"
        "    ret\n"
        "    .seh_endproc\n");

EXCEPTION_DISPOSITION __attribute__((used))
ldr_pass_breakpoint(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher)
{
    (void)frame, (void)dispatcher;
    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND) ||
        record->ExceptionCode != (DWORD)STATUS_BREAKPOINT)
        return ExceptionContinueSearch;
    context->Rip++;
    return ExceptionContinueExecution;
}
#endif

/* The first instruction of a thread that another process has made here to have this one stop. */
VOID NTAPI DbgUiRemoteBreakin(PVOID unused)
{
    (void)unused;
    if (nt_peb()->BeingDebugged)
        ldr_debugger_break();
    RtlExitUserThread(STATUS_SUCCESS);
}

NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE process)
{
    HANDLE thread;
    CLIENT_ID id;
    NTSTATUS status = RtlCreateUserThread(process, NULL, FALSE, 0, 0, 0x4000, DbgUiRemoteBreakin, NULL, &thread, &id);

    if (NT_SUCCESS(status))
        NtClose(thread);
    return status;
}

NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE process)
{
    NTSTATUS status = NtDebugActiveProcess(process, DbgUiGetThreadDebugObject());

    if (!NT_SUCCESS(status))
        return status;
    status = DbgUiIssueRemoteBreakin(process);
    if (!NT_SUCCESS(status))
        DbgUiStopDebugging(process);
    return status;
}

/* --- events as Win32 has them --- */

static PVOID teb_of(HANDLE thread)
{
    THREAD_BASIC_INFORMATION basic;

    return thread && NT_SUCCESS(NtQueryInformationThread(thread, ThreadBasicInformation, &basic, sizeof(basic), NULL))
               ? basic.TebBaseAddress
               : NULL;
}

/* Where the process has a pointer to its program's name, as CREATE_PROCESS_DEBUG_INFO documents lpImageName; NULL: not known. */
static PVOID image_name_of(HANDLE process)
{
    PROCESS_BASIC_INFORMATION basic;
    RTL_USER_PROCESS_PARAMETERS *parameters;

    if (!process ||
        !NT_SUCCESS(NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof(basic), NULL)) ||
        !NT_SUCCESS(NtReadVirtualMemory(process, &basic.PebBaseAddress->ProcessParameters, &parameters,
                                        sizeof(parameters), NULL)) ||
        !parameters)
        return NULL;
    return &parameters->ImagePathName.Buffer;
}

static void convert_exception(const DBGKM_EXCEPTION *exception, DEBUG_EVENT *event, bool wide)
{
    const EXCEPTION_RECORD *record = &exception->ExceptionRecord;
    const ULONG_PTR *information = record->ExceptionInformation;
    OUTPUT_DEBUG_STRING_INFO *text = &event->u.DebugString;

    switch ((NTSTATUS)record->ExceptionCode) {
    case DBG_PRINTEXCEPTION_C:
        event->dwDebugEventCode = OUTPUT_DEBUG_STRING_EVENT;
        *text = (OUTPUT_DEBUG_STRING_INFO){ (char *)information[1], FALSE, (WORD)information[0] };
        break;
    case DBG_PRINTEXCEPTION_WIDE_C: /* which has the text in the system code page too */
        event->dwDebugEventCode = OUTPUT_DEBUG_STRING_EVENT;
        *text = (OUTPUT_DEBUG_STRING_INFO){ (char *)information[wide ? 1 : 3], wide, (WORD)information[wide ? 0 : 2] };
        break;
    case DBG_RIPEXCEPTION:
        event->dwDebugEventCode = RIP_EVENT;
        event->u.RipInfo = (RIP_INFO){ (DWORD)information[0], (DWORD)information[1] };
        break;
    default:
        event->dwDebugEventCode = EXCEPTION_DEBUG_EVENT;
        event->u.Exception.ExceptionRecord = *record;
        event->u.Exception.dwFirstChance = exception->FirstChance;
    }
}

static NTSTATUS convert(const DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event, bool wide)
{
    memset(event, 0, sizeof(*event));
    event->dwProcessId = (DWORD)(ULONG_PTR)change->AppClientId.UniqueProcess;
    event->dwThreadId = (DWORD)(ULONG_PTR)change->AppClientId.UniqueThread;
    switch (change->NewState) {
    case DbgCreateThreadStateChange: {
        const DBGUI_CREATE_THREAD *from = &change->StateInfo.CreateThread;

        event->dwDebugEventCode = CREATE_THREAD_DEBUG_EVENT;
        event->u.CreateThread.hThread = from->HandleToThread;
        event->u.CreateThread.lpThreadLocalBase = teb_of(from->HandleToThread);
        event->u.CreateThread.lpStartAddress = (LPTHREAD_START_ROUTINE)from->NewThread.StartAddress;
        break;
    }
    case DbgCreateProcessStateChange: {
        const DBGUI_CREATE_PROCESS *from = &change->StateInfo.CreateProcessInfo;
        CREATE_PROCESS_DEBUG_INFO *to = &event->u.CreateProcessInfo;

        event->dwDebugEventCode = CREATE_PROCESS_DEBUG_EVENT;
        to->hFile = from->NewProcess.FileHandle;
        to->hProcess = from->HandleToProcess;
        to->hThread = from->HandleToThread;
        to->lpBaseOfImage = from->NewProcess.BaseOfImage;
        to->dwDebugInfoFileOffset = from->NewProcess.DebugInfoFileOffset;
        to->nDebugInfoSize = from->NewProcess.DebugInfoSize;
        to->lpThreadLocalBase = teb_of(from->HandleToThread);
        to->lpStartAddress = (LPTHREAD_START_ROUTINE)from->NewProcess.InitialThread.StartAddress;
        to->lpImageName = image_name_of(from->HandleToProcess);
        to->fUnicode = TRUE;
        break;
    }
    case DbgExitThreadStateChange:
        event->dwDebugEventCode = EXIT_THREAD_DEBUG_EVENT;
        event->u.ExitThread.dwExitCode = (DWORD)change->StateInfo.ExitThread.ExitStatus;
        break;
    case DbgExitProcessStateChange:
        event->dwDebugEventCode = EXIT_PROCESS_DEBUG_EVENT;
        event->u.ExitProcess.dwExitCode = (DWORD)change->StateInfo.ExitProcess.ExitStatus;
        break;
    case DbgExceptionStateChange:
    case DbgBreakpointStateChange:
    case DbgSingleStepStateChange:
        convert_exception(&change->StateInfo.Exception, event, wide);
        break;
    case DbgLoadDllStateChange: {
        const DBGKM_LOAD_DLL *from = &change->StateInfo.LoadDll;
        LOAD_DLL_DEBUG_INFO *to = &event->u.LoadDll;

        event->dwDebugEventCode = LOAD_DLL_DEBUG_EVENT;
        to->hFile = from->FileHandle;
        to->lpBaseOfDll = from->BaseOfDll;
        to->dwDebugInfoFileOffset = from->DebugInfoFileOffset;
        to->nDebugInfoSize = from->DebugInfoSize;
        to->lpImageName = from->NamePointer;
        to->fUnicode = TRUE;
        break;
    }
    case DbgUnloadDllStateChange:
        event->dwDebugEventCode = UNLOAD_DLL_DEBUG_EVENT;
        event->u.UnloadDll.lpBaseOfDll = change->StateInfo.UnloadDll.BaseAddress;
        break;
    default:
        return STATUS_UNSUCCESSFUL;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DbgUiConvertStateChangeStructure(DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event)
{
    return convert(change, event, false);
}

NTSTATUS NTAPI DbgUiConvertStateChangeStructureEx(DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event)
{
    return convert(change, event, true);
}
