/* SPDX-License-Identifier: MIT */
/* fiber.c: fibers, their stacks and fiber-local storage. */
#include "../test.h"

static void *main_fiber, *fibers[3];
static char order[64];
static DWORD fls;
static int fls_freed;

static void note_order(char c)
{
    size_t length = strlen(order);

    if (length < sizeof(order) - 1)
        order[length] = c;
}

static void CALLBACK fls_callback(void *value)
{
    if (value == (void *)0x2000 || value == (void *)0x1000)
        fls_freed++;
}

/* Needs more stack than is committed at first. */
static int __attribute__((noinline)) deep(int depth)
{
    volatile char buffer[4000];

    buffer[0] = (char)depth;
    return depth ? deep(depth - 1) + buffer[0] - (char)depth : 0;
}

static void CALLBACK ping(void *parameter)
{
    double x = 1.5;

    ok(parameter == (void *)0x1111 && GetFiberData() == parameter, "parameter %p", parameter);
    ok(GetCurrentFiber() == fibers[0], "current fiber");
    ok(FlsGetValue(fls) == NULL, "a new fiber has no values");
    ok(FlsSetValue(fls, (void *)0x1000), "error %lu", GetLastError());
    for (;;) {
        note_order('a');
        x *= 2;
        SwitchToFiber(fibers[1]);
        ok(FlsGetValue(fls) == (void *)0x1000, "own value");
        note_order('A');
        ok_int(deep(100), 0);
        SwitchToFiber(main_fiber);
    }
}

static void CALLBACK pong(void *parameter)
{
    NT_TIB *tib = (NT_TIB *)NtCurrentTeb();
    int local;

    (void)parameter;
    ok((char *)&local > (char *)tib->StackLimit && (char *)&local < (char *)tib->StackBase, "stack bounds");
    ok(FlsSetValue(fls, (void *)0x2000), "error %lu", GetLastError());
    for (;;) {
        note_order('b');
        SwitchToFiber(fibers[0]);
        note_order('B');
        SwitchToFiber(main_fiber);
    }
}

static void test_switch(void)
{
    int i;

    ok(!IsThreadAFiber(), "not yet");
    ok_err(ConvertFiberToThread(), ERROR_ALREADY_THREAD);
    main_fiber = ConvertThreadToFiberEx((void *)0x99, FIBER_FLAG_FLOAT_SWITCH);
    ok(main_fiber != NULL, "error %lu", GetLastError());
    ok(IsThreadAFiber(), "a fiber");
    ok(GetCurrentFiber() == main_fiber && GetFiberData() == (void *)0x99, "current");
    ok_err(ConvertThreadToFiber(NULL), ERROR_ALREADY_FIBER);

    fls = FlsAlloc(fls_callback);
    FlsSetValue(fls, (void *)0x3000);
    fibers[0] = CreateFiber(0, ping, (void *)0x1111);
    fibers[1] = CreateFiberEx(0x4000, 0x100000, FIBER_FLAG_FLOAT_SWITCH, pong, NULL);
    ok(fibers[0] && fibers[1], "error %lu", GetLastError());
    SwitchToFiber(fibers[0]);
    ok(!strcmp(order, "abA"), "order %s", order);
    SwitchToFiber(fibers[1]);
    ok(!strcmp(order, "abAB"), "order %s", order);
    ok(FlsGetValue(fls) == (void *)0x3000, "own value");
    for (i = 0; i < 1000; i++)
        SwitchToFiber(fibers[i & 1]);
    DeleteFiber(fibers[1]);
    ok_int(fls_freed, 1);
    DeleteFiber(fibers[0]);
    ok_int(fls_freed, 2);
    for (i = 0; i < 300; i++) {
        void *fiber = CreateFiber(0, ping, NULL);
        if (!ok(fiber != NULL, "fiber %d, error %lu", i, GetLastError()))
            break;
        DeleteFiber(fiber);
    }
    ok(ConvertFiberToThread(), "error %lu", GetLastError());
    ok(!IsThreadAFiber(), "a thread again");
    ok(FlsGetValue(fls) == (void *)0x3000, "own value");
    FlsFree(fls);
}

static DWORD handled;

static LONG WINAPI filter(EXCEPTION_POINTERS *info)
{
    if (info->ExceptionRecord->ExceptionCode != 0xe0001234)
        return EXCEPTION_CONTINUE_SEARCH;
    handled++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void CALLBACK raiser(void *parameter)
{
    (void)parameter;
    RaiseException(0xe0001234, 0, 0, NULL);
    SwitchToFiber(main_fiber);
}

static void CALLBACK returns(void *parameter)
{
    (void)parameter;
}

static DWORD CALLBACK fiber_thread(void *parameter)
{
    void *fiber;

    (void)parameter;
    ConvertThreadToFiber(NULL);
    fiber = CreateFiber(0, returns, NULL);
    SwitchToFiber(fiber);
    ok(FALSE, "a fiber that returns ends its thread");
    return 0;
}

static void test_exceptions(void)
{
    void *handler = AddVectoredExceptionHandler(TRUE, filter), *fiber;
    HANDLE thread;

    main_fiber = ConvertThreadToFiber(NULL);
    fiber = CreateFiber(0, raiser, NULL);
    SwitchToFiber(fiber);
    ok_int(handled, 1);
    DeleteFiber(fiber);
    ConvertFiberToThread();
    RemoveVectoredExceptionHandler(handler);

    thread = CreateThread(NULL, 0, fiber_thread, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CloseHandle(thread);
}

TESTS
{
    test_switch();
    test_exceptions();
}
