/* SPDX-License-Identifier: MIT */
/*
 * debugapi.c: debugging a process that this one has created: events and their order, breakpoints, single steps, contexts, first and
 * second chance, output, several debuggees, and what the debuggee sees of it.
 * (Debugging Functions, https://learn.microsoft.com/windows/win32/debug/debugging-functions)
 */
#include "debugapi.h"

#ifndef CONTEXT_XSTATE
#define CONTEXT_XSTATE (CONTEXT_AMD64 | 0x40)
#endif

/* --- the debuggee's side --- */

static volatile LONG touched;

static __attribute__((noinline)) int add(int a, int b)
{
    touched++;
    return a + b;
}

static DWORD WINAPI thread_proc(void *argument)
{
    return (DWORD)(ULONG_PTR)argument;
}

static DWORD WINAPI sleeper(void *argument)
{
    WaitForSingleObject(argument, INFINITE);
    return 0;
}

static LONG CALLBACK handle_av(EXCEPTION_POINTERS *pointers)
{
    touched = 100;
    if (pointers->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
        ExitProcess(77);
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG WINAPI top_filter(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    ExitProcess(99); /* documented: not called when the process is debugged */
}

static int child(const char *what)
{
    if (!strcmp(what, "exit"))
        return 3;
    if (!strcmp(what, "thread")) {
        HANDLE thread = CreateThread(NULL, 0, thread_proc, (void *)7, 0, NULL);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
        FreeLibrary(LoadLibraryA("version.dll"));
        return 0;
    }
    if (!strcmp(what, "output")) {
        OutputDebugStringA("narrow text");
        OutputDebugStringW(L"wide text");
        return 0;
    }
    if (!strcmp(what, "present"))
        return IsDebuggerPresent();
    if (!strcmp(what, "step"))
        return add(2, 3);
    if (!strcmp(what, "av")) { /* handled by the program, if the debugger leaves it */
        AddVectoredExceptionHandler(1, handle_av);
        *(volatile int *)(ULONG_PTR)16 = 1;
    }
    if (!strcmp(what, "crash")) {
        SetUnhandledExceptionFilter(top_filter);
        *(volatile int *)(ULONG_PTR)16 = 1;
    }
    if (!strcmp(what, "raise")) {
        ULONG_PTR arguments[2] = { 11, 22 };
        RaiseException(0xe0001234, 0, 2, arguments);
        return 4;
    }
    if (!strcmp(what, "rip")) {
        ULONG_PTR arguments[2] = { 5, SLE_WARNING };
        RaiseException(0x40010007 /* DBG_RIPEXCEPTION */, 0, 2, arguments);
        return 0;
    }
    if (!strcmp(what, "waits")) { /* one thread in a wait, one that computes */
        HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
        HANDLE thread = CreateThread(NULL, 0, sleeper, event, 0, NULL);
        Sleep(50);
        DebugBreak();
        SetEvent(event);
        WaitForSingleObject(thread, INFINITE);
        return 6;
    }
    if (!strcmp(what, "nested")) { /* has a child of its own */
        PROCESS_INFORMATION info;
        DWORD code = 1;
        start(&info, "exit", 0);
        WaitForSingleObject(info.hProcess, INFINITE);
        GetExitCodeProcess(info.hProcess, &code);
        return (int)code;
    }
    if (!strcmp(what, "loop"))
        for (;;)
            Sleep(10);
    return 1;
}

/* --- the debugger's side --- */

/* The events of a process that is left alone, in their order. */
static void test_events(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    bool loader = false, started = false, ended = false, unloaded = false, loaded_later = false;
    DWORD second = 0;
    HANDLE thread = NULL;

    if (!start(&info, "thread", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
            ok(!loader, "one breakpoint");
            ok_hex(event.u.Exception.ExceptionRecord.ExceptionCode, EXCEPTION_BREAKPOINT);
            ok_int(event.u.Exception.dwFirstChance, 1);
            ok_int(event.dwThreadId, info.dwThreadId);
            ok(d.dlls >= 3, "%u DLLs before the loader's breakpoint", d.dlls);
            loader = true;
        } else if (event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT) {
            CREATE_PROCESS_DEBUG_INFO *process = &event.u.CreateProcessInfo;
            char path[MAX_PATH] = "", *name;
            PROCESS_INFORMATION other = { 0 };
            ok(d.events == 1, "the first event");
            ok_int(event.dwProcessId, info.dwProcessId);
            ok_int(event.dwThreadId, info.dwThreadId);
            ok_int(GetProcessId(process->hProcess), info.dwProcessId);
            ok_int(GetThreadId(process->hThread), info.dwThreadId);
            ok(process->lpStartAddress != NULL, "start address");
            ok(process->lpThreadLocalBase != NULL, "TEB");
            ok(GetFinalPathNameByHandleA(process->hFile, path, sizeof(path), 0) > 0, "error %lu", GetLastError());
            name = strrchr(path, '\\');
            ok(name && strstr(test_argv[0], name + 1), "file '%s'", path);
            WORD magic = 0;
            SIZE_T got;
            ok(ReadProcessMemory(process->hProcess, process->lpBaseOfImage, &magic, 2, &got), "error %lu",
               GetLastError());
            ok_hex(magic, IMAGE_DOS_SIGNATURE);
            (void)other;
        } else if (event.dwDebugEventCode == CREATE_THREAD_DEBUG_EVENT) {
            started = true;
            second = event.dwThreadId;
            thread = event.u.CreateThread.hThread;
            ok_int(GetThreadId(thread), second);
            ok(event.u.CreateThread.lpThreadLocalBase != NULL, "TEB");
        } else if (event.dwDebugEventCode == EXIT_THREAD_DEBUG_EVENT && event.dwThreadId == second) {
            ok_int(event.u.ExitThread.dwExitCode, 7);
            ended = true;
        } else if (event.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT && loader) {
            loaded_later = true;
        } else if (event.dwDebugEventCode == UNLOAD_DLL_DEBUG_EVENT) {
            unloaded = true;
        } else if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) {
            ok_int(event.u.ExitProcess.dwExitCode, 0);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok(loader && started && ended && unloaded && loaded_later, "%d %d %d %d %d", loader, started, ended, unloaded,
       loaded_later);
    finish(&info, 0);
}

static void test_output(bool ex)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { .ex = ex };
    DEBUG_EVENT event;
    int strings = 0;

    if (!start(&info, "output", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == OUTPUT_DEBUG_STRING_EVENT) {
            OUTPUT_DEBUG_STRING_INFO *text = &event.u.DebugString;
            WCHAR wide[32] = L"";
            char narrow[32] = "";
            SIZE_T got;
            /* WaitForDebugEventEx's page: only that gives the text of OutputDebugStringW as Unicode. */
            if (strings == 1 && ex) {
                ok(text->fUnicode, "wide");
                ReadProcessMemory(info.hProcess, text->lpDebugStringData, wide, 20, &got);
                ok_wstr(wide, L"wide text");
                ok_int(text->nDebugStringLength, 10);
            } else {
                ok(!text->fUnicode, "narrow");
                ReadProcessMemory(info.hProcess, text->lpDebugStringData, narrow, text->nDebugStringLength, &got);
                ok_str(narrow, strings ? "wide text" : "narrow text");
                ok_int(text->nDebugStringLength, strings ? 10 : 12);
            }
            strings++;
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(strings, 2);
    finish(&info, 0);
}

static void test_exceptions(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    int first = 0, second = 0;

    /* The debugger is asked before vectored handlers, which then have it. */
    if (!start(&info, "av", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        bool av = is_exception(&event, EXCEPTION_ACCESS_VIOLATION);
        if (av) {
            first += event.u.Exception.dwFirstChance == 1;
            second += event.u.Exception.dwFirstChance == 0;
            ok_int(event.u.Exception.ExceptionRecord.NumberParameters, 2);
            ok_int(event.u.Exception.ExceptionRecord.ExceptionInformation[0], 1);
            ok_int(event.u.Exception.ExceptionRecord.ExceptionInformation[1], 16);
            LONG value = -1;
            SIZE_T got;
            ok(ReadProcessMemory(info.hProcess, (void *)&touched, &value, sizeof(value), &got), "read");
            ok_int(value, 0);
        }
        proceed(&event, av ? DBG_EXCEPTION_NOT_HANDLED : DBG_CONTINUE);
    }
    ok_int(first, 1);
    ok_int(second, 0);
    finish(&info, 77);

    /* Nobody wants it: the debugger has a second chance, and the process ends with the exception's code. */
    first = second = 0;
    d = (struct debuggee){ 0 };
    if (!start(&info, "crash", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        bool av = is_exception(&event, EXCEPTION_ACCESS_VIOLATION);
        if (av) {
            first += event.u.Exception.dwFirstChance == 1;
            second += event.u.Exception.dwFirstChance == 0;
        }
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
            ok_hex(event.u.ExitProcess.dwExitCode, EXCEPTION_ACCESS_VIOLATION);
        proceed(&event, av ? DBG_EXCEPTION_NOT_HANDLED : DBG_CONTINUE);
    }
    ok_int(first, 1);
    ok_int(second, 1);
    finish(&info, EXCEPTION_ACCESS_VIOLATION);

    /* An exception that the debugger handles never was. */
    d = (struct debuggee){ 0 };
    first = 0;
    if (!start(&info, "raise", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (is_exception(&event, 0xe0001234)) {
            first++;
            ok_int(event.u.Exception.ExceptionRecord.NumberParameters, 2);
            ok_int(event.u.Exception.ExceptionRecord.ExceptionInformation[1], 22);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(first, 1);
    finish(&info, 4);

    d = (struct debuggee){ 0 };
    first = 0;
    if (!start(&info, "rip", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == RIP_EVENT) {
            first++;
            ok_int(event.u.RipInfo.dwError, 5);
            ok_int(event.u.RipInfo.dwType, SLE_WARNING);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(first, 1);
    finish(&info, 0);
}

#ifdef _WIN64
/* The upper halves of vector registers, read, changed and read again. */
static void check_states(HANDLE thread)
{
    const DWORD flags = CONTEXT_FULL | CONTEXT_XSTATE;
    CONTEXT *context;
    DWORD size = 0, length = 0;
    M128A *upper;
    char *buffer;

    if (!(GetEnabledXStateFeatures() & XSTATE_MASK_AVX)) {
        skip("the processor has no AVX");
        return;
    }
    InitializeContext(NULL, flags, NULL, &size);
    buffer = calloc(1, size);
    ok(InitializeContext(buffer, flags, &context, &size), "error %lu", GetLastError());
    SetXStateFeaturesMask(context, XSTATE_MASK_AVX);
    ok(GetThreadContext(thread, context), "error %lu", GetLastError());
    upper = LocateXStateFeature(context, XSTATE_AVX, &length);
    ok(upper && length == 16 * sizeof(*upper), "%p, %lu bytes", (void *)upper, length);
    if (!upper)
        return;
    SetXStateFeaturesMask(context, XSTATE_MASK_AVX);
    for (int i = 0; i < 16; i++)
        upper[i] = (M128A){ 1000u + (unsigned)i, 2000 + i };
    ok(SetThreadContext(thread, context), "error %lu", GetLastError());
    memset(upper, 0, length);
    SetXStateFeaturesMask(context, XSTATE_MASK_AVX);
    ok(GetThreadContext(thread, context), "error %lu", GetLastError());
    ok(upper[3].Low == 1003 && upper[15].High == 2015, "%llu %lld", upper[3].Low, upper[15].High);
    free(buffer);
}

/* An int3 written into the code, the context behind it, single steps, changed registers. */
static void test_breakpoint(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    unsigned char int3 = 0xcc, original = 0, now = 0;
    SIZE_T done;
    int hits = 0, steps = 0;
    DWORD64 last = 0;

    if (!start(&info, "step", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
            CONTEXT context = { .ContextFlags = CONTEXT_FULL };
            EXCEPTION_RECORD *record = &event.u.Exception.ExceptionRecord;
            ok(GetThreadContext(info.hThread, &context), "error %lu", GetLastError());
            if (d.events_after_loader == 0) {
                ok(ReadProcessMemory(info.hProcess, (void *)(ULONG_PTR)add, &original, 1, &done), "read");
                ok(WriteProcessMemory(info.hProcess, (void *)(ULONG_PTR)add, &int3, 1, &done), "error %lu",
                   GetLastError());
                ok(FlushInstructionCache(info.hProcess, (void *)(ULONG_PTR)add, 1), "flush");
                ok(ReadProcessMemory(info.hProcess, (void *)(ULONG_PTR)add, &now, 1, &done), "read");
                ok_hex(now, 0xcc);
            } else if (record->ExceptionCode == EXCEPTION_BREAKPOINT) {
                hits++;
                check_states(info.hThread);
                ok(record->ExceptionAddress == (void *)(ULONG_PTR)add, "at %p", record->ExceptionAddress);
                ok(context.Rip == (ULONG_PTR)add + 1, "Rip is behind the instruction: %#llx", context.Rip);
                ok_int((int)context.Rcx, 2);
                ok_int((int)context.Rdx, 3);
                WriteProcessMemory(info.hProcess, (void *)(ULONG_PTR)add, &original, 1, &done);
                FlushInstructionCache(info.hProcess, (void *)(ULONG_PTR)add, 1);
                context.Rip--;
                context.Rdx = 40;
                context.EFlags |= 0x100;
                last = context.Rip;
                ok(SetThreadContext(info.hThread, &context), "error %lu", GetLastError());
            } else if (record->ExceptionCode == EXCEPTION_SINGLE_STEP) {
                ok(context.Rip != last, "stepped");
                ok((context.EFlags & 0x100) == 0, "the trap flag is to be set anew");
                last = context.Rip;
                if (++steps < 4) {
                    context.EFlags |= 0x100;
                    SetThreadContext(info.hThread, &context);
                }
            }
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(hits, 1);
    ok_int(steps, 4);
    finish(&info, 42);
}

static int own_hits;

static LONG CALLBACK count_hit(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_SINGLE_STEP)
        return EXCEPTION_CONTINUE_SEARCH;
    own_hits++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* Whether the debug registers have an effect in this process. */
static bool has_hardware(void)
{
    CONTEXT context = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };
    void *handler = AddVectoredExceptionHandler(1, count_hit);

    context.Dr0 = (ULONG_PTR)&touched;
    context.Dr7 = 0xd0001;
    SetThreadContext(GetCurrentThread(), &context);
    touched = 1;
    context.Dr0 = context.Dr7 = 0;
    SetThreadContext(GetCurrentThread(), &context);
    RemoveVectoredExceptionHandler(handler);
    return own_hits;
}

/* A data breakpoint by the debug registers. */
static void test_hardware(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    int hits = 0;

    if (!start(&info, "step", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        CONTEXT context = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };
        if (is_exception(&event, EXCEPTION_BREAKPOINT)) {
            context.Dr0 = (ULONG_PTR)&touched;
            context.Dr7 = 0xd0001; /* four bytes, writes */
            ok(SetThreadContext(info.hThread, &context), "error %lu", GetLastError());
            memset(&context, 0, sizeof(context));
            context.ContextFlags = CONTEXT_DEBUG_REGISTERS;
            ok(GetThreadContext(info.hThread, &context), "error %lu", GetLastError());
            ok(context.Dr0 == (ULONG_PTR)&touched && (context.Dr7 & 0xf0001) == 0xd0001, "%llx %llx", context.Dr0,
               context.Dr7);
        } else if (is_exception(&event, EXCEPTION_SINGLE_STEP)) {
            GetThreadContext(info.hThread, &context);
            ok_hex(context.Dr6 & 15, 1);
            hits++;
            context.Dr7 = 0;
            SetThreadContext(info.hThread, &context);
        }
        proceed(&event, DBG_CONTINUE);
    }
    if (has_hardware())
        ok_int(hits, 1);
    else
        skip("no hardware breakpoints: performance events are forbidden here");
    finish(&info, 5);
}
#endif

/* All threads are stopped while an event is looked at; one in a wait has a context too; suspend counts are the threads' own. */
static void test_stopped(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    HANDLE sleeping = NULL;

    if (!start(&info, "waits", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == CREATE_THREAD_DEBUG_EVENT)
            sleeping = event.u.CreateThread.hThread;
        if (is_exception(&event, EXCEPTION_BREAKPOINT) && d.events_after_loader) {
            CONTEXT context = { .ContextFlags = CONTEXT_FULL };
            ok(GetThreadContext(sleeping, &context), "error %lu", GetLastError());
            ok_int(SuspendThread(sleeping), 0);
            ok_int(SuspendThread(sleeping), 1);
            ok_int(ResumeThread(sleeping), 2);
            ok_int(ResumeThread(sleeping), 1);
            ok_int(SuspendThread(info.hThread), 0);
            ok_int(ResumeThread(info.hThread), 1);
            ok_int(WaitForSingleObject(sleeping, 30), WAIT_TIMEOUT);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok(sleeping != NULL, "a second thread");
    finish(&info, 6);
}

static void test_present(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    BOOL present = -1;

    ok(!IsDebuggerPresent(), "this one is not debugged");
    ok(CheckRemoteDebuggerPresent(GetCurrentProcess(), &present) && !present, "nor by its handle");
    if (!start(&info, "present", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (is_exception(&event, EXCEPTION_BREAKPOINT))
            ok(CheckRemoteDebuggerPresent(info.hProcess, &present) && present, "%d %lu", present, GetLastError());
        proceed(&event, DBG_CONTINUE);
    }
    finish(&info, 1);
}

/* DEBUG_PROCESS: children too, by the same debugger; DEBUG_ONLY_THIS_PROCESS: not. */
static void test_children(bool only)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    int processes = 0, exits = 0;

    if (!start(&info, "nested", only ? DEBUG_ONLY_THIS_PROCESS : DEBUG_PROCESS))
        return;
    d.expected = only ? 1 : 2;
    while (next_event(&d, &event)) {
        processes += event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT;
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) {
            exits++;
            ok_int(event.u.ExitProcess.dwExitCode, 3);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok_int(processes, only ? 1 : 2);
    ok_int(exits, only ? 1 : 2);
    finish(&info, 3);
}

/* Terminated by the debugger: the end is an event like others. */
static void test_terminate(void)
{
    PROCESS_INFORMATION info;
    struct debuggee d = { 0 };
    DEBUG_EVENT event;
    bool ended = false;

    if (!start(&info, "loop", DEBUG_ONLY_THIS_PROCESS))
        return;
    while (next_event(&d, &event)) {
        if (is_exception(&event, EXCEPTION_BREAKPOINT))
            ok(TerminateProcess(info.hProcess, 55), "error %lu", GetLastError());
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) {
            ended = true;
            ok_int(event.u.ExitProcess.dwExitCode, 55);
            ok_int(WaitForSingleObject(info.hProcess, 0), WAIT_TIMEOUT);
        }
        proceed(&event, DBG_CONTINUE);
    }
    ok(ended, "EXIT_PROCESS_DEBUG_EVENT");
    finish(&info, 55);
}

static DWORD WINAPI wait_elsewhere(void *argument)
{
    DEBUG_EVENT event;
    (void)argument;
    return WaitForDebugEvent(&event, 0) ? 0 : GetLastError();
}

static void test_errors(void)
{
    PROCESS_INFORMATION info;
    DEBUG_EVENT event;
    struct debuggee d = { 0 };
    DWORD code = 0;

    ok_err(DebugActiveProcess(0xfffffff0), ERROR_INVALID_PARAMETER);
    if (!start(&info, "exit", DEBUG_ONLY_THIS_PROCESS))
        return;
    /* WaitForDebugEvent: only the thread that created the process can wait for its events. */
    HANDLE thread = CreateThread(NULL, 0, wait_elsewhere, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, ERROR_INVALID_HANDLE);
    CloseHandle(thread);
    while (next_event(&d, &event)) {
        if (event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT) {
            DEBUG_EVENT other;
            ok_err(WaitForDebugEvent(&other, 0), ERROR_SEM_TIMEOUT);
            ok_err(ContinueDebugEvent(event.dwProcessId, event.dwThreadId + 4, DBG_CONTINUE), ERROR_INVALID_PARAMETER);
            ok_err(ContinueDebugEvent(event.dwProcessId, event.dwThreadId, 0x1234), ERROR_INVALID_PARAMETER);
            ok_err(DebugActiveProcess(event.dwProcessId), ERROR_INVALID_PARAMETER); /* it has a debugger */
        }
        proceed(&event, DBG_CONTINUE);
    }
    finish(&info, 3);
    ok_err(DebugActiveProcessStop(GetCurrentProcessId()), ERROR_ACCESS_DENIED);
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child(test_argv[1]));
    test_events();
    test_output(false);
    test_output(true);
    test_exceptions();
#ifdef _WIN64
    test_breakpoint();
    test_hardware();
#endif
    test_stopped();
    test_present();
    test_children(true);
    test_children(false);
    test_terminate();
    test_errors();
}
