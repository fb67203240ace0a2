/* SPDX-License-Identifier: MIT */
/*
 * The end of a process: the order of what runs, exit codes, what a DllMain and other threads see ("Terminating a Process",
 * "ExitProcess", "DllMain", "FlsAlloc").
 */
#include "../test.h"

static char self[MAX_PATH];
static HANDLE mapping;

struct log {
    LONG used;
    char text[400];
};
static struct log *events;

static void record(const char *text)
{
    LONG length = (LONG)strlen(text), at = InterlockedExchangeAdd(&events->used, length);

    if (at + length < (LONG)sizeof(events->text))
        memcpy(events->text + at, text, (size_t)length);
}

static bool child;
static DWORD main_thread;

/* A TLS callback of the program: the loader calls it as it calls DllMain, after those of the DLLs that the program needs. */
static void NTAPI tls_callback(void *module, DWORD reason, void *reserved)
{
    (void)module;
    if (!child || !events)
        return;
    if (reason == DLL_PROCESS_DETACH)
        record(reserved ? "tls-reserved " : "tls-end "); /* "Reserved, should be set to 0" */
    else if (reason == DLL_THREAD_DETACH)
        record("tls-thread ");
}
__attribute__((section(".CRT$XLY"), used)) static PIMAGE_TLS_CALLBACK callback = tls_callback;

static void __cdecl at_exit(void)
{
    record("atexit ");
}

static void WINAPI on_fls(void *value)
{
    record(value == (void *)1 ? "fls1 " : "fls2 ");
}

static DWORD WINAPI sleeper(void *ready)
{
    SetEvent(ready);
    Sleep(20000);
    record("woken ");
    return 0;
}

static DWORD WINAPI exiting_thread(void *code)
{
    ExitProcess((UINT)(ULONG_PTR)code);
}

static DWORD WINAPI last_thread(void *code)
{
    Sleep(50);
    record("last ");
    ExitThread((DWORD)(ULONG_PTR)code);
}

static void start_sleeper(void)
{
    HANDLE ready = CreateEventA(NULL, FALSE, FALSE, NULL);

    CloseHandle(CreateThread(NULL, 0, sleeper, ready, 0, NULL));
    WaitForSingleObject(ready, 20000);
}

static void run_child(const char *what)
{
    mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, "transom-exit-test");
    events = mapping ? MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (!events)
        ExitProcess(98);
    child = true;
    atexit(at_exit);
    FlsSetValue(FlsAlloc(on_fls), (void *)1);
    if (!strcmp(what, "return")) {
        start_sleeper();
        exit(11); /* what returning from main does */
    }
    if (!strcmp(what, "ExitProcess")) {
        start_sleeper();
        ExitProcess(
            12); /* the C run time's functions are not called: nothing tells it, but its DllMain or the loader */
    }
    if (!strcmp(what, "TerminateProcess"))
        TerminateProcess(GetCurrentProcess(), 13);
    if (!strcmp(what, "thread")) {
        CloseHandle(CreateThread(NULL, 0, exiting_thread, (void *)14, 0, NULL));
        Sleep(20000);
    }
    if (!strcmp(what, "last")) {
        CloseHandle(CreateThread(NULL, 0, last_thread, (void *)15, 0, NULL));
        ExitThread(3);
    }
    if (!strcmp(what, "big"))
        ExitProcess(0xdeadbeef);
    if (!strcmp(what, "active"))
        ExitProcess(STILL_ACTIVE);
    ExitProcess(97);
}

static DWORD run(const char *what)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 40];
    DWORD code = 0xdead, thread_code = 0xdead;

    memset(events, 0, sizeof(*events));
    snprintf(line, sizeof(line), "\"%s\" child %s", self, what);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info)) {
        ok(false, "error %lu", GetLastError());
        return 0;
    }
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(info.hThread, 1000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(info.hProcess, &code), "error %lu", GetLastError());
    ok(GetExitCodeThread(info.hThread, &thread_code), "error %lu", GetLastError());
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    return code;
}

/* Whether the records are in this order, others between them or not. */
static bool in_order(const char *first, const char *second)
{
    const char *a = strstr(events->text, first), *b = strstr(events->text, second);

    return a && b && a < b;
}

TESTS
{
    GetModuleFileNameA(NULL, self, sizeof(self));
    main_thread = GetCurrentThreadId();
    if (test_argc > 2 && !strcmp(test_argv[1], "child"))
        run_child(test_argv[2]);
    mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*events), "transom-exit-test");
    events = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);

    /* The C run time's functions first, then the process's end. Other threads are gone before, without notice. */
    ok_int(run("return"), 11);
    ok(in_order("atexit ", "tls-end "), "%s", events->text);
    ok(in_order("fls1 ", "tls-end "), "%s", events->text);
    ok(!strstr(events->text, "tls-thread") && !strstr(events->text, "woken") && !strstr(events->text, "reserved"), "%s",
       events->text);

    ok_int(run("ExitProcess"), 12);
    ok(in_order("fls1 ", "tls-end "), "%s", events->text);
    ok(!strstr(events->text, "tls-thread") && !strstr(events->text, "woken"), "%s", events->text);

    /* "TerminateProcess does not notify DLLs" */
    ok_int(run("TerminateProcess"), 13);
    ok_str(events->text, "");

    ok_int(run("thread"), 14);
    ok(strstr(events->text, "tls-end ") != NULL, "%s", events->text);

    /* "If the thread is the last thread in the process when this function is called, the thread's process is also terminated." */
    ok_int(run("last"), 15);
    ok(in_order("tls-thread ", "last "), "%s", events->text);
    ok(in_order("last ", "tls-end "), "%s", events->text);

    ok_hex(run("big"), 0xdeadbeef);
    ok_int(run("active"), STILL_ACTIVE);
}
