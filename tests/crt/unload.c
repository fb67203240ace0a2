/* SPDX-License-Identifier: MIT */
/*
 * unload.c: a C runtime that a program has loaded, used in several threads, and unloaded: nothing calls into it afterwards when
 * threads and the process end (FlsFree: "If the FLS index contains a callback, it is called for each fiber").
 */
#include "../test.h"
#include <signal.h>

static HANDLE used, unloaded;
static HMODULE runtime;

static DWORD WINAPI use(void *name)
{
    char *(__cdecl * text)(int) = (void *)GetProcAddress(runtime, name);
    const char *message = text ? text(2) : NULL; /* in memory of the thread's */
    ok(message && *message, "no text");
    SetEvent(used);
    WaitForSingleObject(unloaded, 10000);
    return 0;
}

static void __cdecl handler(int sig)
{
    (void)sig;
}

static void test_unload(const char *dll)
{
    HANDLE thread;
    runtime = LoadLibraryA(dll);
    ok(runtime != NULL, "%s: %lu", dll, GetLastError());
    if (!runtime)
        return;
    void(__cdecl * (__cdecl * set)(int, void(__cdecl *)(int)))(int) = (void *)GetProcAddress(runtime, "signal");
    set(SIGBREAK, handler);
    ResetEvent(unloaded);
    thread = CreateThread(NULL, 0, use, "strerror", 0, NULL);
    WaitForSingleObject(used, 10000);
    FreeLibrary(runtime);
    SetEvent(unloaded);
    ok(WaitForSingleObject(thread, 10000) == WAIT_OBJECT_0, "%s: the thread does not end", dll);
    CloseHandle(thread);
}

void test_main(void)
{
    used = CreateEventW(NULL, FALSE, FALSE, NULL);
    unloaded = CreateEventW(NULL, TRUE, FALSE, NULL);
    test_unload("msvcrt.dll");
    test_unload("ucrtbase.dll");
}
