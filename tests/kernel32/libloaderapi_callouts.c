/* SPDX-License-Identifier: MIT */
/*
 * libloaderapi_callouts.c: DllMain functions that do what they should not: end their thread or the process, raise exceptions, are
 * terminated. The process goes on, and above all it ends. Each case is a process of its own.
 */
#include "../test.h"
#include "makedll.h"

static const char *mode;
static WCHAR path[MAX_PATH];

static bool is(const char *what)
{
    return !strcmp(mode, what);
}

static DWORD CALLBACK nothing(void *unused)
{
    (void)unused;
    return 8;
}

static void(NTAPI *fast_fail)(void);
static BOOLEAN(NTAPI *is_in_callout)(void);

static BOOL WINAPI dll_main(HINSTANCE base, DWORD reason, void *reserved)
{
    static const char *const names[] = { "detach", "attach", "thread-attach", "thread-detach" };
    const char *name = names[reason];
    size_t length = strlen(name);

    (void)base, (void)reserved;
    if (strncmp(mode, name, length) || mode[length] != ':')
        return TRUE;
    if (!strcmp(mode + length, ":exit-thread"))
        ExitThread(11);
    if (!strcmp(mode + length, ":exit-process"))
        ExitProcess(12);
    if (!strcmp(mode + length, ":hang"))
        Sleep(INFINITE);
    if (!strcmp(mode + length, ":fast-fail")) {
        ok(is_in_callout(), "in a callout");
        if (!test_failed)
            fast_fail();
    }
    if (!strcmp(mode + length, ":raise"))
        RaiseException(EXCEPTION_ACCESS_VIOLATION, 0, 0, NULL);
    if (!strcmp(mode + length, ":thread")) {
        HANDLE thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);

        /* "Threads cannot be created" while the process ends. */
        ok(!thread, "a thread was made");
        ok_int(GetLastError(), ERROR_ACCESS_DENIED);
        ExitProcess(test_failed ? 1 : 13);
    }
    return TRUE;
}

static DWORD CALLBACK load(void *unused)
{
    (void)unused;
    if (!LoadLibraryW(path))
        return GetLastError();
    return 7;
}

/* Runs a thread, which has this exit code; one that hangs (STILL_ACTIVE) is terminated. */
static void thread_ends(LPTHREAD_START_ROUTINE routine, DWORD expected)
{
    HANDLE thread = CreateThread(NULL, 0, routine, NULL, 0, NULL);
    DWORD code = 0;

    ok_int(WaitForSingleObject(thread, expected == STILL_ACTIVE ? 200 : 20000),
           expected == STILL_ACTIVE ? WAIT_TIMEOUT : WAIT_OBJECT_0);
    ok(GetExitCodeThread(thread, &code), "error %lu", GetLastError());
    ok_int(code, expected);
    if (expected == STILL_ACTIVE) {
        ok(TerminateThread(thread, 0), "error %lu", GetLastError());
        ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    }
    CloseHandle(thread);
}

static void run_case(void)
{
    HMODULE module, ntdll = GetModuleHandleW(L"ntdll");

    /* "LdrFastFailInLoaderCallout": "Otherwise, it has no effect." */
    fast_fail = (void *)GetProcAddress(ntdll, "LdrFastFailInLoaderCallout");
    is_in_callout = (void *)GetProcAddress(ntdll, "RtlIsThreadWithinLoaderCallout");
    if (fast_fail && is_in_callout) {
        fast_fail();
        ok(!is_in_callout(), "not in a callout");
    }
    if (is("attach:exit-thread")) {
        thread_ends(load, 11);
        mode = "";
        thread_ends(nothing, 8); /* the loader lock is free */
    } else if (is("attach:raise")) {
        /* "Invalid access to memory location", and the DLL is not loaded */
        thread_ends(load, ERROR_NOACCESS);
        ok(!GetModuleHandleW(path), "it is loaded");
        mode = "";
        thread_ends(load, 7);
    } else if (is("attach:hang")) {
        thread_ends(load, STILL_ACTIVE);
    } else {
        module = LoadLibraryW(path);
        ok(module != NULL, "error %lu", GetLastError());
        thread_ends(nothing, is("thread-detach:hang") || is("thread-attach:hang")                 ? STILL_ACTIVE
                             : is("thread-attach:exit-thread") || is("thread-detach:exit-thread") ? 11
                                                                                                  : 8);
        if (strstr(mode, "exit-thread"))
            mode = "";
    }
    if (fast_fail)
        fast_fail();
    ExitProcess(test_failed ? 1 : 3);
}

static void test_case(const char *name, DWORD expected)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    char line[2 * MAX_PATH];
    DWORD code = 0;

    snprintf(line, sizeof(line), "\"%s\" %s \"%ls\"", test_argv[0], name, path);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process), "error %lu",
            GetLastError()))
        return;
    ok(WaitForSingleObject(process.hProcess, 20000) == WAIT_OBJECT_0, "%s does not end", name);
    TerminateProcess(process.hProcess, 0);
    GetExitCodeProcess(process.hProcess, &code);
    ok(code == expected, "%s: exit code %lu", name, code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
}

TESTS
{
    static const char *const going_on[] = { "attach:raise", "thread-attach:raise", "thread-detach:raise",
                                            "detach:raise" };
    /* Windows would be left with a loader lock that nobody owns. */
    static const char *const hanging[] = { "attach:exit-thread",        "attach:hang",
                                           "thread-attach:exit-thread", "thread-detach:exit-thread",
                                           "thread-attach:hang",        "thread-detach:hang" };

    if (test_argc > 2) {
        mode = test_argv[1];
        MultiByteToWideChar(CP_ACP, 0, test_argv[2], -1, path, MAX_PATH);
        struct make_dll dll = { .entry = dll_main };
        ok(make_dll(path, &dll), "error %lu", GetLastError());
        run_case();
        return;
    }
    GetTempPathW(MAX_PATH, path);
    wcscat(path, L"callouts.dll");
    for (size_t i = 0; i < sizeof(going_on) / sizeof(*going_on); i++)
        test_case(going_on[i], 3);
    for (size_t i = 0; test_is_transom() && i < sizeof(hanging) / sizeof(*hanging); i++)
        test_case(hanging[i], 3);
    if (GetProcAddress(GetModuleHandleW(L"ntdll"), "LdrFastFailInLoaderCallout"))
        for (int i = 0; i < 4; i++) {
            static const char *const cases[] = { "attach:fast-fail", "detach:fast-fail", "thread-attach:fast-fail",
                                                 "thread-detach:fast-fail" };

            SetErrorMode(SEM_NOGPFAULTERRORBOX);
            test_case(cases[i], 0xc0000409);
        }
    test_case("detach:thread", 13);
    test_case("detach:exit-process", 12);
    DeleteFileW(path);
}
