/* SPDX-License-Identifier: MIT */
/*
 * many_objects.c: what there may be many of costs no more for it: handles of a process, threads that wait, names. Bounded, so that it can
 * run always; tests/bench/curves and its README have the figures for more.
 */
#include "../test.h"

#define HANDLES 100000
#define THREADS 1000
#define NAMES   10000

static HANDLE go;
static volatile LONG waiting;

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

/* Set and wait at one handle, in ns: the least of some rounds, as others use the processors too. */
static double set_and_wait(HANDLE event)
{
    double best = 1e18;
    for (int round = 0; round < 20; round++) {
        double start = now();
        for (int i = 0; i < 100; i++) {
            SetEvent(event);
            WaitForSingleObject(event, 0);
        }
        double took = (now() - start) / 100;
        if (took < best)
            best = took;
    }
    return best;
}

/* The least that making and closing one took. */
static double make_and_close(void)
{
    double best = 1e18;
    for (int round = 0; round < 20; round++) {
        double start = now();
        for (int i = 0; i < 100; i++)
            CloseHandle(CreateEventA(NULL, FALSE, FALSE, NULL));
        double took = (now() - start) / 100;
        if (took < best)
            best = took;
    }
    return best;
}

static void test_handles(void)
{
    HANDLE *all = malloc(HANDLES * sizeof(*all));
    DWORD before, count;
    double alone = make_and_close();
    unsigned bad = 0;

    GetProcessHandleCount(GetCurrentProcess(), &before);
    for (unsigned i = 0; i < HANDLES; i++)
        bad += !(all[i] = CreateEventA(NULL, FALSE, FALSE, NULL));
    ok_int(bad, 0);
    GetProcessHandleCount(GetCurrentProcess(), &count);
    ok_int(count - before, HANDLES);
    double first = set_and_wait(all[0]), last = set_and_wait(all[HANDLES - 1]), among = make_and_close();
    ok(last < first * 8 + 500, "%.0f ns at the first, %.0f ns at the last", first, last);
    ok(among < alone * 8 + 2000, "%.0f ns to make one alone, %.0f ns among many", alone, among);
    for (unsigned i = 0; i < HANDLES; i++)
        bad += !CloseHandle(all[i]);
    ok_int(bad, 0);
    GetProcessHandleCount(GetCurrentProcess(), &count);
    ok_int(count, before);
    free(all);
}

static DWORD WINAPI wait_thread(void *unused)
{
    (void)unused;
    InterlockedIncrement(&waiting);
    return WaitForSingleObject(go, INFINITE);
}

static void test_threads(void)
{
    static HANDLE threads[THREADS];
    unsigned bad = 0;
    DWORD code;

    go = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        if (!(threads[i] = CreateThread(NULL, 65536, wait_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL)))
            bad++;
    ok_int(bad, 0);
    while (waiting < (LONG)(THREADS - bad))
        Sleep(1);
    SetEvent(go);
    for (unsigned i = 0; i < THREADS; i++) {
        bad += WaitForSingleObject(threads[i], 60000) != WAIT_OBJECT_0;
        bad += !GetExitCodeThread(threads[i], &code) || code;
        CloseHandle(threads[i]);
    }
    ok_int(bad, 0);
    CloseHandle(go);
}

static void test_names(void)
{
    HANDLE *all = malloc(NAMES * sizeof(*all)), found;
    unsigned bad = 0;
    char name[64];

    for (unsigned i = 0; i < NAMES; i++) {
        sprintf(name, "transom many objects %u", i);
        bad += !(all[i] = CreateEventA(NULL, TRUE, FALSE, name));
    }
    ok_int(bad, 0);
    for (unsigned i = 0; i < NAMES; i += 97) {
        sprintf(name, "TRANSOM many objects %u", i); /* names are as they are spelt */
        bad += (found = OpenEventA(EVENT_ALL_ACCESS, FALSE, name)) != NULL;
        memcpy(name, "transom", 7);
        bad += !(found = OpenEventA(EVENT_ALL_ACCESS, FALSE, name));
        SetEvent(found);
        bad += WaitForSingleObject(all[i], 0) != WAIT_OBJECT_0;
        CloseHandle(found);
    }
    ok_int(bad, 0);
    for (unsigned i = 0; i < NAMES; i++)
        CloseHandle(all[i]);
    ok_err(OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom many objects 5") != NULL, ERROR_FILE_NOT_FOUND);
    free(all);
}

TESTS
{
    test_handles();
    test_threads();
    test_names();
}
