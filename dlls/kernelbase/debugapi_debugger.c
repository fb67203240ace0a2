/* SPDX-License-Identifier: MIT */
/* debugapi_debugger.c: debugging other processes. */
#include "debugapi_private.h"

BOOL WINAPI DebugActiveProcess(DWORD id)
{
    HANDLE process;
    NTSTATUS status;

    if (!set_ntstatus(DbgUiConnectToDbg()))
        return FALSE;
    if (!(process = OpenProcess(PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE |
                                    PROCESS_QUERY_INFORMATION | PROCESS_SUSPEND_RESUME,
                                FALSE, id)))
        return FALSE;
    status = DbgUiDebugActiveProcess(process);
    CloseHandle(process);
    return set_ntstatus(status);
}

BOOL WINAPI DebugActiveProcessStop(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_SUSPEND_RESUME, FALSE, id);
    NTSTATUS status;

    if (!process)
        return FALSE;
    status = DbgUiStopDebugging(process);
    CloseHandle(process);
    if (NT_SUCCESS(status))
        debug_handles_detached(id);
    /* Documented: ERROR_ACCESS_DENIED when it is not debugged by this thread. */
    return NT_SUCCESS(status) ? TRUE : fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI DebugBreakProcess(HANDLE process)
{
    return set_ntstatus(DbgUiIssueRemoteBreakin(process));
}

BOOL WINAPI DebugSetProcessKillOnExit(BOOL kill)
{
    HANDLE debug = DbgUiGetThreadDebugObject();
    ULONG flags = kill ? DEBUG_KILL_ON_CLOSE : 0;

    if (!debug) /* documented: after DebugActiveProcess, or CreateProcess with a debugging flag */
        return fail(ERROR_INVALID_HANDLE);
    return set_ntstatus(
        NtSetInformationDebugObject(debug, DebugObjectKillProcessOnExitInformation, &flags, sizeof(flags), NULL));
}

static BOOL wait_for_event(DEBUG_EVENT *event, DWORD milliseconds, BOOL wide)
{
    DBGUI_WAIT_STATE_CHANGE change;
    LARGE_INTEGER time;
    NTSTATUS status;

    do /* an APC is no reason to return */
        status = DbgUiWaitStateChange(&change, relative_timeout(&time, milliseconds));
    while (status == STATUS_ALERTED || status == STATUS_USER_APC);
    if (status == STATUS_TIMEOUT)
        return fail(ERROR_SEM_TIMEOUT);
    if (!NT_SUCCESS(status))
        return set_ntstatus(status);
    status =
        wide ? DbgUiConvertStateChangeStructureEx(&change, event) : DbgUiConvertStateChangeStructure(&change, event);
    if (!NT_SUCCESS(status))
        return set_ntstatus(status);
    debug_handles_event(event);
    return TRUE;
}

BOOL WINAPI WaitForDebugEvent(DEBUG_EVENT *event, DWORD milliseconds)
{
    return wait_for_event(event, milliseconds, FALSE);
}

BOOL WINAPI WaitForDebugEventEx(DEBUG_EVENT *event, DWORD milliseconds)
{
    return wait_for_event(event, milliseconds, TRUE);
}

BOOL WINAPI ContinueDebugEvent(DWORD process, DWORD thread, DWORD how)
{
    CLIENT_ID id = { (HANDLE)(ULONG_PTR)process, (HANDLE)(ULONG_PTR)thread };

    if (!set_ntstatus(DbgUiContinue(&id, (NTSTATUS)how)))
        return FALSE;
    if (how != (DWORD)DBG_REPLY_LATER)
        debug_handles_continued(process, thread);
    return TRUE;
}
