/* SPDX-License-Identifier: MIT */
/*
 * libloaderapi_notify.c: what DLLs are told of threads ("DllMain", "DisableThreadLibraryCalls", "FlsAlloc", "TlsAlloc"), in which order, and
 * what there still is then.
 */
#include "../test.h"
#include "makedll.h"

static WCHAR paths[3][MAX_PATH];
static char events[400];
static DWORD watched; /* the thread whose events are recorded */
static DWORD fls_slot, tls_slot;
static HANDLE mutex, last_chance;
static bool checks_in_detach;

static void record(const char *text)
{
    if (GetCurrentThreadId() == watched)
        strcat(events, text);
}

#define RECORDED(text)                                                                                                 \
    do {                                                                                                               \
        ok_str(events, text);                                                                                          \
        events[0] = 0;                                                                                                 \
    } while (0)

static BOOL told(int dll, DWORD reason, void *reserved)
{
    char text[8] = { (char)('A' + dll), reason == DLL_THREAD_ATTACH ? '+' : '-', ' ', 0 };

    if (reason != DLL_THREAD_ATTACH && reason != DLL_THREAD_DETACH)
        return TRUE;
    record(text);
    if (reserved)
        record("reserved ");
    if (reason == DLL_THREAD_DETACH && checks_in_detach && GetCurrentThreadId() == watched) {
        DWORD code = 0;

        /* The thread's slots and what it owns are there yet, and nobody has been told of its end. */
        record(TlsGetValue(tls_slot) == (void *)0x55 ? "tls " : "no-tls ");
        record(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0 ? "mine " : "not-mine ");
        ReleaseMutex(mutex);
        record(WaitForSingleObject(last_chance, 0) == WAIT_TIMEOUT ? "runs " : "over ");
        record(GetExitCodeThread(last_chance, &code) && code == STILL_ACTIVE ? "active " : "code ");
    }
    return TRUE;
}

static BOOL WINAPI entry_a(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base;
    return told(0, reason, reserved);
}
static BOOL WINAPI entry_b(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base;
    return told(1, reason, reserved);
}
static BOOL WINAPI entry_c(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base;
    return told(2, reason, reserved);
}
/* DLL B has a TLS callback besides, which is called before its DllMain. */
static VOID NTAPI callback_b(PVOID base, DWORD reason, PVOID reserved)
{
    (void)base, (void)reserved;
    record(reason == DLL_THREAD_ATTACH ? "b+ " : reason == DLL_THREAD_DETACH ? "b- " : "");
}

static void NTAPI on_fls(void *value)
{
    record(value == (void *)0x66 ? "fls " : "fls? ");
}

static DWORD CALLBACK begins(void *unused)
{
    (void)unused;
    record("run ");
    return 0;
}

static DWORD CALLBACK owns(void *unused)
{
    record("run ");
    FlsSetValue(fls_slot, (void *)0x66);
    TlsSetValue(tls_slot, (void *)0x55);
    WaitForSingleObject(mutex, INFINITE);
    (void)unused;
    ExitThread(3);
}

static HANDLE go;
static DWORD CALLBACK waits(void *unused)
{
    (void)unused;
    WaitForSingleObject(go, INFINITE);
    record("run ");
    return 0;
}

static HANDLE start(LPTHREAD_START_ROUTINE routine, DWORD flags)
{
    HANDLE thread = CreateThread(NULL, 0, routine, NULL, CREATE_SUSPENDED, &watched);

    last_chance = thread;
    if (!(flags & CREATE_SUSPENDED))
        ResumeThread(thread);
    return thread;
}

static void finish(HANDLE thread)
{
    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    CloseHandle(thread);
}

static void test_order(HMODULE *modules)
{
    HANDLE thread;

    finish(start(begins, 0));
    RECORDED("A+ b+ B+ C+ run C- b- B- A- ");

    /* "the system calls the entry-point function ... only if it was loaded" when the thread began: not for what comes later */
    go = CreateEventW(NULL, TRUE, FALSE, NULL);
    thread = start(waits, 0);
    while (strcmp(events, "A+ b+ B+ C+ "))
        Sleep(1);
    events[0] = 0;
    FreeLibrary(modules[1]);
    modules[1] = LoadLibraryW(paths[1]);
    SetEvent(go);
    finish(thread);
    RECORDED("run b- B- C- A- "); /* "no ... DLL_THREAD_ATTACH for threads that ran before", but the end is told */

    ok(DisableThreadLibraryCalls(modules[2]), "error %lu", GetLastError());
    finish(start(begins, 0));
    RECORDED("A+ b+ B+ run b- B- A- ");
    /* "fails ... if the DLL has active static thread local storage" */
    ok(!DisableThreadLibraryCalls(modules[1]), "a DLL with thread-local storage");
    ok(!DisableThreadLibraryCalls((HMODULE)0x12340000), "no DLL");
}

static void test_ends(void)
{
    HANDLE thread;

    checks_in_detach = true;
    finish(start(owns, 0));
    checks_in_detach = false;
    RECORDED("A+ b+ B+ run fls b- B- tls mine runs active A- tls mine runs active ");
    ok_int(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    ReleaseMutex(mutex);

    /* "TerminateThread ... DLLs are not notified" */
    ResetEvent(go);
    thread = start(waits, 0);
    while (strcmp(events, "A+ b+ B+ "))
        Sleep(1);
    events[0] = 0;
    ok(TerminateThread(thread, 1), "error %lu", GetLastError());
    finish(thread);
    RECORDED("");
    /* One that has never run has nothing to tell. */
    thread = start(begins, CREATE_SUSPENDED);
    ok(TerminateThread(thread, 1), "error %lu", GetLastError());
    finish(thread);
    RECORDED("");
}

static DWORD CALLBACK reads_tls(void *answer)
{
    DWORD *(*data)(void) = (DWORD * (*)(void)) answer;

    return *data();
}

/* Threads that are terminated, between DLLs with thread-local storage that come and go: what the loader knows of threads stays right. */
static void test_terminated(HMODULE *modules)
{
    int wrong = 0;

    watched = 0;
    ResetEvent(go);
    for (int i = 0; i < 60; i++) {
        HANDLE threads[2], reader;
        DWORD code = 0;

        for (int j = 0; j < 2; j++)
            threads[j] = CreateThread(NULL, 0, waits, NULL, j ? CREATE_SUSPENDED : 0, NULL);
        if (i & 1)
            FreeLibrary(modules[1]);
        for (int j = 0; j < 2; j++) {
            TerminateThread(threads[j], 0);
            WaitForSingleObject(threads[j], INFINITE);
            CloseHandle(threads[j]);
        }
        if (i & 1)
            modules[1] = LoadLibraryW(paths[1]);
        reader = CreateThread(NULL, 0, reads_tls, (void *)GetProcAddress(modules[1], "tlsdata"), 0, NULL);
        WaitForSingleObject(reader, INFINITE);
        GetExitCodeThread(reader, &code);
        CloseHandle(reader);
        wrong += code != DLL_TLS_VALUE;
    }
    ok_int(wrong, 0);
}

/* FLS callbacks run once for each slot that has a value, and for what they set again */
static DWORD order_slots[3];
static char fls_order[100];
static int set_again;

static void NTAPI on_ordered(void *value)
{
    size_t length = strlen(fls_order);

    fls_order[length] = (char)('0' + (int)(ULONG_PTR)value);
    fls_order[length + 1] = 0;
    if (value == (void *)3 && set_again++ == 0)
        FlsSetValue(order_slots[0], (void *)4);
}

static DWORD CALLBACK sets_three(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++)
        FlsSetValue(order_slots[i], (void *)(ULONG_PTR)(i + 1));
    return 0;
}

static void test_fls(void)
{
    DWORD slots[200];
    int count = 0;

    for (int i = 0; i < 3; i++)
        order_slots[i] = FlsAlloc(on_ordered);
    finish(start(sets_three, 0));
    events[0] = 0;
    ok(!strncmp(fls_order, "123", 3), "%s", fls_order);
    for (int i = 0; i < 3; i++)
        FlsFree(order_slots[i]);
    /* A slot's value is NULL at first, though somebody has used its number before. */
    while (count < 100 && (slots[count] = FlsAlloc(NULL)) != FLS_OUT_OF_INDEXES) {
        ok(FlsGetValue(slots[count]) == NULL, "slot %d", count);
        FlsSetValue(slots[count], (void *)1);
        count++;
    }
    ok(count == 100, "%d slots", count);
    for (int i = 0; i < count; i++)
        FlsFree(slots[i]);
    ok_err(FlsSetValue(4500, NULL), ERROR_INVALID_PARAMETER);
    ok_err(FlsFree(FLS_OUT_OF_INDEXES), ERROR_INVALID_PARAMETER);
}

TESTS
{
    struct make_dll dlls[3] = { { .entry = entry_a },
                                { .entry = entry_b, .tls = true, .tls_callback = callback_b },
                                { .entry = entry_c } };
    HMODULE modules[3];
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    fls_slot = FlsAlloc(on_fls);
    tls_slot = TlsAlloc();
    mutex = CreateMutexW(NULL, FALSE, NULL);
    for (int i = 0; i < 3; i++) {
        swprintf(paths[i], MAX_PATH, L"%lsldrnotify%lu_%d.dll", temp, GetCurrentProcessId(), i);
        ok(make_dll(paths[i], &dlls[i]), "error %lu", GetLastError());
        modules[i] = LoadLibraryW(paths[i]);
        ok(modules[i] != NULL, "error %lu", GetLastError());
    }
    test_order(modules);
    test_ends();
    if (test_is_transom()) /* Windows may be left with a loader lock that a terminated thread has */
        test_terminated(modules);
    test_fls();
    for (int i = 0; i < 3; i++) {
        ok(FreeLibrary(modules[i]), "error %lu", GetLastError());
        DeleteFileW(paths[i]);
    }
}
