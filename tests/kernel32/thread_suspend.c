/* SPDX-License-Identifier: MIT */
/* Suspending and resuming a running thread in quick succession, as garbage collectors do, with its context read in between. */
#include "../test.h"

static volatile LONG64 counter;
static volatile LONG stop;
static char calls[1];

static DWORD WINAPI spin(void *in_calls)
{
    while (!stop) {
        counter++;
        if (in_calls)
            SwitchToThread();
    }
    return 5;
}

static void test_quickly(bool in_calls)
{
    DWORD code = 0;
    stop = 0;
    HANDLE thread = CreateThread(NULL, 0, spin, in_calls ? calls : NULL, 0, NULL);
    int failed = 0;
    for (int i = 0; i < 5000; i++) {
        CONTEXT context = { .ContextFlags = CONTEXT_CONTROL };
        if (SuspendThread(thread) != 0 || !GetThreadContext(thread, &context) || !context.Rip)
            failed++;
        LONG64 before = counter;
        if (i % 1000 == 0) {
            Sleep(2);
            ok(counter == before, "it runs while suspended");
        }
        if (ResumeThread(thread) != 1)
            failed++;
    }
    ok_int(failed, 0);
    ok_int(SuspendThread(thread), 0);
    ok_int(SuspendThread(thread), 1);
    ok_int(ResumeThread(thread), 2);
    ok_int(ResumeThread(thread), 1);
    ok_int(ResumeThread(thread), 0);
    stop = 1;
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 5);
    CloseHandle(thread);
}

TESTS
{
    test_quickly(false);
    test_quickly(true);
}
