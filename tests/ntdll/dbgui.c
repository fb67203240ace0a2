/* SPDX-License-Identifier: MIT */
/*
 * dbgui.c: debug objects, ntdll's debugging layer below the Win32 functions, and what a debugged process can ask of itself.
 * (The information classes: NtQueryInformationProcess, https://learn.microsoft.com/windows/win32/api/winternl/)
 */
#include "../test.h"
#include <ntstatus.h>
#include <winternl.h>
#include "ntdll_functions.h"

typedef struct {
    HANDLE UniqueProcess, UniqueThread;
} ID;

typedef struct {
    ULONG NewState;
    ID AppClientId;
    union {
        struct {
            EXCEPTION_RECORD record;
            ULONG first_chance;
        } exception;
        struct {
            HANDLE process, thread;
            ULONG key;
            HANDLE file;
            void *base;
        } create;
        struct {
            HANDLE file;
            void *base;
        } load;
        NTSTATUS exit;
        char room[160];
    };
} CHANGE;

enum { CREATE_THREAD = 2, CREATE_PROCESS_, EXIT_THREAD, EXIT_PROCESS, EXCEPTION, BREAKPOINT, STEP, LOAD, UNLOAD };

#define FUNCTIONS(X)                                                                                                   \
    X(NTSTATUS, NtCreateDebugObject, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG)                                \
    X(NTSTATUS, NtDebugActiveProcess, HANDLE, HANDLE)                                                                  \
    X(NTSTATUS, NtRemoveProcessDebug, HANDLE, HANDLE)                                                                  \
    X(NTSTATUS, NtWaitForDebugEvent, HANDLE, BOOLEAN, LARGE_INTEGER *, CHANGE *)                                       \
    X(NTSTATUS, NtDebugContinue, HANDLE, ID *, NTSTATUS)                                                               \
    X(NTSTATUS, NtSetInformationDebugObject, HANDLE, ULONG, void *, ULONG, ULONG *)                                    \
    X(NTSTATUS, DbgUiConnectToDbg, void)                                                                               \
    X(HANDLE, DbgUiGetThreadDebugObject, void)                                                                         \
    X(void, DbgUiSetThreadDebugObject, HANDLE)                                                                         \
    X(NTSTATUS, DbgUiWaitStateChange, CHANGE *, LARGE_INTEGER *)                                                       \
    X(NTSTATUS, DbgUiContinue, ID *, NTSTATUS)                                                                         \
    X(NTSTATUS, DbgUiStopDebugging, HANDLE)                                                                            \
    X(NTSTATUS, DbgUiDebugActiveProcess, HANDLE)                                                                       \
    X(NTSTATUS, DbgUiConvertStateChangeStructure, CHANGE *, DEBUG_EVENT *)                                             \
    X(ULONG, RtlGetNtGlobalFlags, void)
DECLARE_FUNCTIONS

/* What the debuggee sees: the exit code. */
static int child(const char *what)
{
    DWORD_PTR port = 1;
    HANDLE object = NULL;
    ULONG flags = 5, length = 0;
    BYTE *peb = (BYTE *)NtCurrentTeb()->ProcessEnvironmentBlock;

    if (!strcmp(what, "wait"))
        Sleep(60000);
    NTSTATUS status = NtQueryInformationProcess(GetCurrentProcess(), 7, &port, sizeof(port), &length);
    ok_hex(status, STATUS_SUCCESS);
    status = NtQueryInformationProcess(GetCurrentProcess(), 30, &object, sizeof(object), &length);
    if (!strcmp(what, "free")) {
        ok(port == 0, "debug port %#llx", (unsigned long long)port);
        ok_hex(status, STATUS_PORT_NOT_SET);
        ok_int(peb[2], 0);
        ok_int(RtlGetNtGlobalFlags() & 0x70, 0);
    } else {
        ok(port == ~(DWORD_PTR)0, "debug port %#llx", (unsigned long long)port);
        ok_hex(status, STATUS_SUCCESS);
        ok(object != NULL, "debug object");
        CloseHandle(object);
        ok_int(peb[2], 1);
        /* A process that a debugger has started has a checked heap, but for _NO_DEBUG_HEAP ("Debugging with the debug heap"). */
        ok_hex(RtlGetNtGlobalFlags() & 0x70, !strcmp(what, "noheap") ? 0 : 0x70);
    }
    ok_hex(NtQueryInformationProcess(GetCurrentProcess(), 31, &flags, sizeof(flags), &length), STATUS_SUCCESS);
    ok_int(flags, strcmp(what, "free") == 0);
    return test_failed ? 1 : 0;
}

static bool start(PROCESS_INFORMATION *info, const char *what, DWORD flags)
{
    char command[MAX_PATH + 64];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    BOOL started;

    snprintf(command, sizeof(command), "\"%s\" %s", test_argv[0], what);
    started = CreateProcessA(NULL, command, NULL, NULL, TRUE, flags, NULL, NULL, &startup, info);
    ok(started, "CreateProcess: error %lu", GetLastError());
    return started;
}

static DWORD finish(PROCESS_INFORMATION *info)
{
    DWORD code = 0xdead;

    ok_int(WaitForSingleObject(info->hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info->hProcess, &code);
    CloseHandle(info->hThread);
    CloseHandle(info->hProcess);
    return code;
}

/* Runs a debuggee to its end. */
static void test_seen(const char *what)
{
    PROCESS_INFORMATION info;
    DEBUG_EVENT event = { 0 };

    if (!start(&info, what, strcmp(what, "free") ? DEBUG_ONLY_THIS_PROCESS : 0))
        return;
    while (strcmp(what, "free") && event.dwDebugEventCode != EXIT_PROCESS_DEBUG_EVENT &&
           WaitForDebugEvent(&event, 20000)) {
        if (event.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT)
            CloseHandle(event.u.LoadDll.hFile);
        ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE);
    }
    ok_int(finish(&info), 0);
}

static void test_object(void)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    LARGE_INTEGER now = { .QuadPart = 0 };
    HANDLE debug = NULL;
    CHANGE change;
    ULONG value = 1, length = 0;
    ID id = { (HANDLE)4, (HANDLE)8 };

    ok_hex(NtCreateDebugObject(&debug, 0x1f000f, &attributes, 0x80), STATUS_INVALID_PARAMETER);
    ok_hex(NtCreateDebugObject(&debug, 0x1f000f, &attributes, 1), STATUS_SUCCESS);
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &change), STATUS_TIMEOUT);
    ok_int(WaitForSingleObject(debug, 0), WAIT_TIMEOUT);
    ok_hex(NtDebugContinue(debug, &id, 0x12345), STATUS_INVALID_PARAMETER);
    ok_hex(NtDebugContinue(debug, &id, DBG_CONTINUE), STATUS_INVALID_PARAMETER);
    ok_hex(NtSetInformationDebugObject(debug, 7, &value, sizeof(value), &length), STATUS_INVALID_PARAMETER);
    ok_hex(NtSetInformationDebugObject(debug, 1, &value, 2, &length), STATUS_INFO_LENGTH_MISMATCH);
    value = 6;
    ok_hex(NtSetInformationDebugObject(debug, 1, &value, sizeof(value), &length), STATUS_INVALID_PARAMETER);
    value = 0;
    ok_hex(NtSetInformationDebugObject(debug, 1, &value, sizeof(value), &length), STATUS_SUCCESS);
    ok_hex(NtDebugActiveProcess(GetCurrentProcess(), debug), STATUS_ACCESS_DENIED);
    ok_hex(NtDebugActiveProcess((HANDLE)0x7770, debug), STATUS_INVALID_HANDLE);
    CloseHandle(debug);
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &change), STATUS_INVALID_HANDLE);
    debug = CreateEventA(NULL, TRUE, TRUE, NULL);
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &change), STATUS_OBJECT_TYPE_MISMATCH);
    CloseHandle(debug);

    /* Without the right to read events. */
    ok_hex(NtCreateDebugObject(&debug, SYNCHRONIZE, &attributes, 0), STATUS_SUCCESS);
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &change), STATUS_ACCESS_DENIED);
    CloseHandle(debug);
}

/* A debug object by hand: attach, events in the queue at once, detach, attach anew, close. */
static void test_by_hand(void)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    LARGE_INTEGER now = { .QuadPart = 0 }, second = { .QuadPart = -10000000 };
    PROCESS_INFORMATION info;
    HANDLE debug, other;
    CHANGE change;
    DEBUG_EVENT event;
    int loads = 0;

    if (!start(&info, "wait", CREATE_SUSPENDED))
        return;
    ok_hex(NtCreateDebugObject(&debug, 0x1f000f, &attributes, 1), STATUS_SUCCESS);
    ok_hex(NtCreateDebugObject(&other, 0x1f000f, &attributes, 0), STATUS_SUCCESS);
    ok_hex(NtRemoveProcessDebug(info.hProcess, debug), STATUS_PORT_NOT_SET);
    ok_hex(NtDebugActiveProcess(info.hProcess, debug), STATUS_SUCCESS);
    ok_hex(NtDebugActiveProcess(info.hProcess, other), STATUS_PORT_ALREADY_SET);
    ok_hex(NtRemoveProcessDebug(info.hProcess, other), STATUS_PORT_NOT_SET);
    /* What there was is told of in events that are there when the call returns. */
    ok_int(WaitForSingleObject(debug, 0), WAIT_OBJECT_0);
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &change), STATUS_SUCCESS);
    ok_int(change.NewState, CREATE_PROCESS_);
    ok_int(GetProcessId(change.create.process), info.dwProcessId);
    ok_int(GetThreadId(change.create.thread), info.dwThreadId);
    ok(change.create.file != NULL, "file");
    ok_hex(DbgUiConvertStateChangeStructure(&change, &event), STATUS_SUCCESS);
    ok_int(event.dwDebugEventCode, CREATE_PROCESS_DEBUG_EVENT);
    ok(event.u.CreateProcessInfo.lpBaseOfImage == change.create.base, "base");
    /* One event of a process at a time. */
    CHANGE next;
    ok_hex(NtWaitForDebugEvent(debug, FALSE, &now, &next), STATUS_TIMEOUT);
    ok_hex(NtDebugContinue(debug, &change.AppClientId, DBG_CONTINUE), STATUS_SUCCESS);
    ok_hex(NtDebugContinue(debug, &change.AppClientId, DBG_CONTINUE), STATUS_INVALID_PARAMETER);
    CloseHandle(change.create.process);
    CloseHandle(change.create.thread);
    CloseHandle(change.create.file);
    while (!NtWaitForDebugEvent(debug, FALSE, &now, &change) && change.NewState == LOAD) {
        loads++;
        CloseHandle(change.load.file);
        ok_hex(NtDebugContinue(debug, &change.AppClientId, DBG_CONTINUE), STATUS_SUCCESS);
    }
    ok(loads >= 1, "%d DLLs", loads);
    ok_hex(NtRemoveProcessDebug(info.hProcess, debug), STATUS_SUCCESS);
    ok_hex(NtDebugActiveProcess(info.hProcess, other), STATUS_SUCCESS);
    /* Killed by somebody, it is told of by the object that debugs it. */
    TerminateProcess(info.hProcess, 33);
    while (!NtWaitForDebugEvent(other, FALSE, &second, &change)) {
        if (change.NewState == CREATE_PROCESS_) {
            CloseHandle(change.create.process);
            CloseHandle(change.create.thread);
            CloseHandle(change.create.file);
        } else if (change.NewState == LOAD) {
            CloseHandle(change.load.file);
        }
        ok_hex(NtDebugContinue(other, &change.AppClientId, DBG_CONTINUE), STATUS_SUCCESS);
        if (change.NewState == EXIT_PROCESS)
            break;
    }
    ok_int(change.NewState, EXIT_PROCESS);
    ok_int(change.exit, 33);
    CloseHandle(debug);
    CloseHandle(other);
    ok_int(finish(&info), 33);

    /* The last handle to the object gone: the debuggee with it, if it was made so. */
    if (!start(&info, "wait", 0))
        return;
    ok_hex(NtCreateDebugObject(&debug, 0x1f000f, &attributes, 1), STATUS_SUCCESS);
    ok_hex(NtDebugActiveProcess(info.hProcess, debug), STATUS_SUCCESS);
    CloseHandle(debug);
    ok_hex(finish(&info), STATUS_DEBUGGER_INACTIVE);
}

static void test_thread_object(void)
{
    HANDLE before = DbgUiGetThreadDebugObject(), mine;

    DbgUiSetThreadDebugObject(NULL);
    ok_hex(DbgUiConnectToDbg(), STATUS_SUCCESS);
    mine = DbgUiGetThreadDebugObject();
    ok(mine != NULL, "an object");
    ok_hex(DbgUiConnectToDbg(), STATUS_SUCCESS);
    ok(DbgUiGetThreadDebugObject() == mine, "the same one");
    CloseHandle(mine);
    DbgUiSetThreadDebugObject(before);
}

TESTS
{
    if (!get_functions())
        return;
    if (test_argc > 1)
        ExitProcess((UINT)child(test_argv[1]));
    test_object();
    test_thread_object();
    test_by_hand();
    test_seen("free");
    test_seen("debugged");
    SetEnvironmentVariableA("_NO_DEBUG_HEAP", "1");
    test_seen("noheap");
}
