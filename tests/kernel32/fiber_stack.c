/* SPDX-License-Identifier: MIT */
/*
 * fiber_stack.c: stacks that overflow, in the first thread, other threads and fibers, with a guarantee and without, again after
 * _resetstkoflw; what else fibers have of their own: exceptions, floating-point control, storage, ends.
 */
#include "../test.h"

/* ULONG64 guarded(void (*function)(void *), void *): 0, or the code of the structured exception that it has ended with. */
ULONG64 guarded(void (*function)(void *), void *argument);
extern char guarded_target[];
__asm__(".text\n"
        ".globl guarded\n.seh_proc guarded\nguarded:\n"
        "    subq $0x38, %rsp\n    .seh_stackalloc 0x38\n"
        "    .seh_handler guarded_handler, @except, @unwind\n    .seh_endprologue\n"
        "    movq %rcx, %rax\n    movq %rdx, %rcx\n    call *%rax\n    xorl %eax, %eax\n"
        ".globl guarded_target\nguarded_target:\n    nop\n    addq $0x38, %rsp\n    ret\n    .seh_endproc\n");

EXCEPTION_DISPOSITION __attribute__((used))
guarded_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    CONTEXT scratch;

    (void)context;
    if (!(record->ExceptionFlags & 6))
        RtlUnwindEx(frame, guarded_target, record, (void *)(ULONG_PTR)record->ExceptionCode, &scratch,
                    dispatcher->HistoryTable);
    return ExceptionContinueSearch;
}

static int (*volatile again)(volatile char *);
static int __attribute__((noinline)) deeper(volatile char *above)
{
    volatile char here[3000];

    here[0] = (char)(above ? above[0] + 1 : 0);
    return again(here) + here[0];
}
static void overflow(void *unused)
{
    (void)unused;
    again = deeper;
    deeper(NULL);
}

/* What is left of the stack for who handles the overflow */
static ULONG_PTR room;
static LONG CALLBACK measure(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == (DWORD)EXCEPTION_STACK_OVERFLOW) {
        ULONG_PTR low, high;

        GetCurrentThreadStackLimits(&low, &high);
        room = (ULONG_PTR)__builtin_frame_address(0) - low;
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static void overflow_often(const char *where, ULONG guarantee)
{
    for (int i = 0; i < 3; i++) {
        DWORD code;

        room = 0;
        code = (DWORD)guarded(overflow, NULL);
        ok(code == (DWORD)EXCEPTION_STACK_OVERFLOW, "%s, time %d: %lx", where, i, code);
        ok(room >= guarantee && room > 0x1000, "%s: %#llx bytes are left", where, room);
        ok(_resetstkoflw() != 0, "%s: _resetstkoflw", where);
        ok(_resetstkoflw() != 0, "%s: _resetstkoflw with the guard in place", where);
    }
}

static void set_guarantee(ULONG size)
{
    ok(SetThreadStackGuarantee(&size), "error %lu", GetLastError());
}

static void *main_fiber;
static int rounds;

static void CALLBACK overflowing_fiber(void *guarantee)
{
    ULONG size = 0;

    /* "of the stack associated with the calling thread or fiber": each has its own. */
    ok(SetThreadStackGuarantee(&size) && size == 0, "guarantee %lu at first", size);
    overflow_often("fiber without a guarantee", 0);
    set_guarantee((ULONG)(ULONG_PTR)guarantee);
    for (;;) {
        overflow_often("fiber", (ULONG)(ULONG_PTR)guarantee);
        rounds++;
        SwitchToFiber(main_fiber);
    }
}

static void test_overflow(void)
{
    void *handle = AddVectoredExceptionHandler(1, measure), *fiber;
    ULONG size = 0x10000;

    overflow_often("first thread", 0);
    set_guarantee(0x8000);
    overflow_often("first thread with a guarantee", 0x8000);
    /* "the reservation ... can be increased"; what is larger than the stack is refused */
    size = 0x40000000;
    ok(!SetThreadStackGuarantee(&size), "a guarantee of a gigabyte");

    main_fiber = ConvertThreadToFiber(NULL);
    fiber = CreateFiberEx(0x1000, 0x60000, 0, overflowing_fiber, (void *)0x8000);
    SwitchToFiber(fiber);
    overflow_often("first thread between", 0x8000);
    SwitchToFiber(fiber);
    ok_int(rounds, 2);
    DeleteFiber(fiber);
    ok(ConvertFiberToThread(), "error %lu", GetLastError());
    RemoveVectoredExceptionHandler(handle);
}

/* --- the end of a process whose stack overflows --- */

static DWORD end_of(const char *how)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    char path[MAX_PATH], line[MAX_PATH + 20];
    DWORD code = 0;

    GetModuleFileNameA(NULL, path, sizeof(path));
    snprintf(line, sizeof(line), "\"%s\" %s", path, how);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process), "error %lu",
            GetLastError()))
        return 0;
    ok_int(WaitForSingleObject(process.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    return code;
}

static DWORD CALLBACK overflow_thread(void *unused)
{
    overflow(unused);
    return 0;
}

static void CALLBACK raising_fiber(void *unused)
{
    (void)unused;
    RaiseException(0xe0000005, 0, 0, NULL);
}

static LONG CALLBACK ends_with_77(EXCEPTION_POINTERS *pointers)
{
    ExitProcess(pointers->ExceptionRecord->ExceptionCode == 0xe0000005 ? 77 : 78);
}

static void switch_to_raising(void *unused)
{
    (void)unused;
    SwitchToFiber(CreateFiber(0, raising_fiber, NULL));
}

static void CALLBACK returning_fiber(void *unused)
{
    (void)unused;
}

static void child(const char *how)
{
    SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    if (!strcmp(how, "main")) {
        overflow(NULL);
    } else if (!strcmp(how, "thread")) {
        WaitForSingleObject(CreateThread(NULL, 0x20000, overflow_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL),
                            INFINITE);
    } else if (!strcmp(how, "twice")) { /* without _resetstkoflw there is no guard page: an access violation */
        if (guarded(overflow, NULL) == (DWORD)EXCEPTION_STACK_OVERFLOW)
            overflow(NULL);
    } else if (!strcmp(how, "fiber")) { /* the frames of the thread that switched to it are none of the fiber's */
        SetUnhandledExceptionFilter(ends_with_77);
        ConvertThreadToFiber(NULL);
        guarded(switch_to_raising, NULL);
    } else if (!strcmp(how, "return")) { /* "If your fiber function returns, the thread running the fiber exits." */
        ConvertThreadToFiber(NULL);
        SwitchToFiber(CreateFiber(0, returning_fiber, NULL));
    } else if (!strcmp(
                   how,
                   "delete")) { /* "If the currently running fiber calls DeleteFiber, its thread calls ExitThread" */
        DeleteFiber(ConvertThreadToFiber(NULL));
    }
    ExitProcess(99);
}

static void test_ends(void)
{
    DWORD code = end_of("twice");

    ok_hex(end_of("main"), EXCEPTION_STACK_OVERFLOW);
    ok_hex(end_of("thread"), EXCEPTION_STACK_OVERFLOW);
    ok(code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_STACK_OVERFLOW, "%lx", code);
    ok_int(end_of("fiber"), 77);
    ok_hex(end_of("return"), 0);
    ok(end_of("delete") != 99, "it went on");
}

/* --- what a fiber has --- */

static void read_control(WORD *x87, DWORD *sse)
{
    __asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(*x87), "=m"(*sse));
}

static void write_control(WORD x87, DWORD sse)
{
    __asm__ volatile("fldcw %0\n\tldmxcsr %1" : : "m"(x87), "m"(sse));
}

static DWORD slot;

static void CALLBACK float_fiber(void *argument)
{
    WORD x87;
    DWORD sse;

    write_control(0x27f | 0xc00, 0x1f80 | 0x6000);
    SwitchToFiber(main_fiber);
    read_control(&x87, &sse);
    *(bool *)argument = x87 == (0x27f | 0xc00) && (sse & 0xffc0) == (0x1f80 | 0x6000);
    SwitchToFiber(main_fiber);
}

static DWORD code_in_fiber;
static void raise_it(void *unused)
{
    (void)unused;
    RaiseException(0xe0000006, 0, 0, NULL);
}

static void switch_back_and_raise(void *unused)
{
    SwitchToFiber(main_fiber);
    raise_it(unused);
}

/* Waits in the middle of frames with handlers, and raises when it goes on. */
static void CALLBACK catching_fiber(void *unused)
{
    code_in_fiber = (DWORD)guarded(switch_back_and_raise, unused);
    SwitchToFiber(main_fiber);
}

static ULONG_PTR low_in_thread, low_in_main;
static void *thread_fiber, *moved_fiber;
static DWORD moved_ids[2];

/* A fiber that one thread has made and begun goes on in another. */
static void CALLBACK moving_fiber(void *unused)
{
    ULONG_PTR high;

    (void)unused;
    FlsSetValue(slot, (void *)0x77);
    moved_ids[0] = GetCurrentThreadId();
    GetCurrentThreadStackLimits(&low_in_main, &high);
    SwitchToFiber(main_fiber);
    moved_ids[1] = GetCurrentThreadId();
    GetCurrentThreadStackLimits(&low_in_thread, &high);
    ok(FlsGetValue(slot) == (void *)0x77, "the fiber's storage goes with it");
    code_in_fiber = (DWORD)guarded(raise_it, NULL);
    SwitchToFiber(thread_fiber);
}

static DWORD CALLBACK other_thread(void *unused)
{
    (void)unused;
    thread_fiber = ConvertThreadToFiber(NULL);
    SwitchToFiber(moved_fiber);
    ok(ConvertFiberToThread(), "error %lu", GetLastError());
    return 5;
}

static LONG freed_by;
static void CALLBACK freed(void *value)
{
    if (value == (void *)0x77)
        InterlockedIncrement(&freed_by);
}

static void test_own(void)
{
    WORD x87, x87_after;
    DWORD sse, sse_after;
    bool kept = false;
    void *fiber;
    HANDLE thread;

    main_fiber = ConvertThreadToFiberEx(NULL, FIBER_FLAG_FLOAT_SWITCH);
    fiber = CreateFiberEx(0, 0, FIBER_FLAG_FLOAT_SWITCH, float_fiber, &kept);
    read_control(&x87, &sse);
    SwitchToFiber(fiber);
    read_control(&x87_after, &sse_after);
    ok(x87 == x87_after && (sse & 0xffc0) == (sse_after & 0xffc0), "%x, %lx; %x, %lx", x87, sse, x87_after, sse_after);
    SwitchToFiber(fiber);
    ok(kept, "the fiber's control words");
    DeleteFiber(fiber);

    fiber = CreateFiber(0, catching_fiber, NULL);
    SwitchToFiber(fiber);
    ok_hex(code_in_fiber, 0);
    ok_hex(guarded(raise_it, NULL), 0xe0000006); /* in between, here */
    SwitchToFiber(fiber);
    ok_hex(code_in_fiber, 0xe0000006);
    DeleteFiber(fiber);

    slot = FlsAlloc(freed);
    FlsSetValue(slot, (void *)0x11);
    moved_fiber = CreateFiber(0, moving_fiber, NULL);
    code_in_fiber = 0;
    SwitchToFiber(moved_fiber);
    ok(FlsGetValue(slot) == (void *)0x11, "own value");
    thread = CreateThread(NULL, 0, other_thread, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CloseHandle(thread);
    ok(moved_ids[0] == GetCurrentThreadId() && moved_ids[1] && moved_ids[1] != moved_ids[0], "threads");
    ok(low_in_main == low_in_thread, "the same stack");
    ok_hex(code_in_fiber, 0xe0000006);
    ok_int(freed_by, 0);
    DeleteFiber(moved_fiber);
    ok_int(freed_by, 1);
    FlsFree(slot);
    ok(ConvertFiberToThread(), "error %lu", GetLastError());
}

TESTS
{
    if (test_argc > 1)
        child(test_argv[1]);
    test_own();
    test_ends();
    test_overflow();
}
