/* SPDX-License-Identifier: MIT */
/* Threads that load and free the same DLLs, find functions and start threads, all at once. */
#include "../test.h"
#include "makedll.h"

#define THREADS 4
#define ROUNDS  60

static WCHAR paths[3][MAX_PATH];
static LONG attached[3], calls, mistakes;

static BOOL count_entry(int index, DWORD reason)
{
    if (reason == DLL_PROCESS_ATTACH && InterlockedIncrement(&attached[index]) != 1)
        InterlockedIncrement(&mistakes); /* there already */
    if (reason == DLL_PROCESS_DETACH && InterlockedDecrement(&attached[index]))
        InterlockedIncrement(&mistakes);
    InterlockedIncrement(&calls);
    return TRUE;
}

static BOOL WINAPI entry0(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    return count_entry(0, reason);
}

static BOOL WINAPI entry1(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    return count_entry(1, reason);
}

static BOOL WINAPI entry2(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    return count_entry(2, reason);
}

static DWORD WINAPI nothing(void *arg)
{
    (void)arg;
    return 0;
}

static DWORD WINAPI load_and_free(void *arg)
{
    int number = (int)(ULONG_PTR)arg;

    for (int i = 0; i < ROUNDS; i++) {
        HMODULE module = LoadLibraryW(paths[(number + i) % 3]), again = NULL;
        int (*answer)(void) = (int (*)(void))(void *)GetProcAddress(module, "answer");
        int (*forwarded)(void) = (int (*)(void))(void *)GetProcAddress(module, "forwarded");
        DWORD *(*data)(void) = (DWORD * (*)(void))(void *)GetProcAddress(module, "tlsdata");

        if (!module || !answer || answer() != 42 || !forwarded || forwarded() != (int)GetCurrentProcessId())
            InterlockedIncrement(&mistakes);
        if (!data || !data() || *data() != DLL_TLS_VALUE)
            InterlockedIncrement(&mistakes);
        if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)answer, &again) ||
            again != module)
            InterlockedIncrement(&mistakes);
        FreeLibrary(again);
        if (i % 8 == 0) {
            HANDLE thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);

            WaitForSingleObject(thread, INFINITE);
            CloseHandle(thread);
        }
        FreeLibrary(module);
    }
    return 0;
}

TESTS
{
    struct make_dll dlls[3] = { { .entry = entry0, .tls = true },
                                { .entry = entry1, .tls = true },
                                { .entry = entry2, .tls = true } };
    HANDLE threads[THREADS];
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    for (int i = 0; i < 3; i++) {
        swprintf(paths[i], MAX_PATH, L"%lsldrthreads%lu_%d.dll", temp, GetCurrentProcessId(), i);
        ok(make_dll(paths[i], &dlls[i]), "error %lu", GetLastError());
    }
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, load_and_free, (void *)(ULONG_PTR)i, 0, NULL);
    ok_int(WaitForMultipleObjects(THREADS, threads, TRUE, 60000), 0);
    ok_int(mistakes, 0);
    ok(calls > THREADS, "%ld", calls);
    for (int i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    for (int i = 0; i < 3; i++) {
        ok_int(attached[i], 0);
        ok_ptr(GetModuleHandleW(paths[i]), NULL);
        ok(DeleteFileW(paths[i]), "error %lu", GetLastError());
    }
}
