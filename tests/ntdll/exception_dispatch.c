/* SPDX-License-Identifier: MIT */
/*
 * How exceptions are dispatched: vectored handlers that come and go meanwhile, language handlers, RtlUnwindEx, NtRaiseException,
 * NtContinue, the top-level filter, stack overflows, backtraces. Function tables that programs register: unwind_tables.c.
 */
#include "../test_child.h"
#include <malloc.h>

NTSYSAPI NTSTATUS NTAPI NtRaiseException(EXCEPTION_RECORD *record, CONTEXT *context, BOOLEAN first_chance);
NTSYSAPI NTSTATUS NTAPI NtContinue(CONTEXT *context, BOOLEAN alert);

static char log_text[1024];

static void __attribute__((format(gnu_printf, 1, 2))) say(const char *format, ...)
{
    size_t length = strlen(log_text);
    va_list args;

    va_start(args, format);
    vsnprintf(log_text + length, sizeof(log_text) - length, format, args);
    va_end(args);
}
static void check_log(int line, const char *expected)
{
    test_check(__FILE__, line, false, !strcmp(log_text, expected), "\"%s\", expected \"%s\"", log_text, expected);
    log_text[0] = 0;
}
#define SAID(expected) check_log(__LINE__, expected)

/* --- vectored handlers --- */

static void *handles[8];
static int depth;

#define HANDLER(name, before, answer)                                                                                  \
    static LONG CALLBACK name(EXCEPTION_POINTERS *pointers)                                                            \
    {                                                                                                                  \
        (void)pointers;                                                                                                \
        if ((pointers->ExceptionRecord->ExceptionCode & 0xffff0000) != 0xe0000000)                                     \
            return EXCEPTION_CONTINUE_SEARCH;                                                                          \
        say("%s ", #name);                                                                                             \
        before;                                                                                                        \
        return answer;                                                                                                 \
    }

HANDLER(a, , EXCEPTION_CONTINUE_SEARCH)
HANDLER(b, , EXCEPTION_CONTINUE_SEARCH)
HANDLER(last, , EXCEPTION_CONTINUE_EXECUTION)
HANDLER(continued, , EXCEPTION_CONTINUE_SEARCH)
HANDLER(continued_last, , EXCEPTION_CONTINUE_EXECUTION)
HANDLER(removes_itself, RemoveVectoredExceptionHandler(handles[0]), EXCEPTION_CONTINUE_SEARCH)
HANDLER(removes_next, RemoveVectoredExceptionHandler(handles[1]), EXCEPTION_CONTINUE_SEARCH)
HANDLER(adds, handles[2] = AddVectoredExceptionHandler(0, a), EXCEPTION_CONTINUE_SEARCH)
HANDLER(
    raises,
    if (depth++ == 0) {
        RaiseException(0xe0000002, 0, 0, NULL);
        say("inner-done ");
    },
    EXCEPTION_CONTINUE_SEARCH)

static void raise_one(void)
{
    RaiseException(0xe0000001, 0, 0, NULL);
}

static void test_vectored(void)
{
    void *final = AddVectoredExceptionHandler(0, last), *h1, *h2, *c1, *c2;

    h1 = AddVectoredExceptionHandler(1, a);
    h2 = AddVectoredExceptionHandler(1, b);
    raise_one();
    SAID("b a last ");
    ok(RemoveVectoredExceptionHandler(h1) != 0, "remove");
    ok(RemoveVectoredExceptionHandler(h1) == 0, "removed twice");
    ok(RemoveVectoredExceptionHandler((void *)1234) == 0, "not a handle");
    raise_one();
    SAID("b last ");
    /* The same function twice is two handlers. */
    h1 = AddVectoredExceptionHandler(1, b);
    raise_one();
    SAID("b b last ");
    RemoveVectoredExceptionHandler(h1);
    RemoveVectoredExceptionHandler(h2);

    /* Continue handlers run after somebody has handled it, in their order, until one says that it is enough. */
    c1 = AddVectoredContinueHandler(1, continued);
    raise_one();
    SAID("last continued ");
    c2 = AddVectoredContinueHandler(1, continued_last);
    raise_one();
    SAID("last continued_last ");
    ok(RemoveVectoredExceptionHandler(c1) == 0, "a continue handler is none of these");
    ok(RemoveVectoredContinueHandler(c1) != 0, "remove");
    ok(RemoveVectoredContinueHandler(c2) != 0, "remove");

    /* Changes while handlers run */
    handles[1] = AddVectoredExceptionHandler(1, b);
    handles[0] = AddVectoredExceptionHandler(1, removes_itself);
    raise_one();
    SAID("removes_itself b last ");
    raise_one();
    SAID("b last ");
    handles[0] = AddVectoredExceptionHandler(1, removes_next);
    raise_one();
    SAID("removes_next last ");
    RemoveVectoredExceptionHandler(handles[0]);

    RemoveVectoredExceptionHandler(final);
    handles[0] = AddVectoredExceptionHandler(1, raises);
    final = AddVectoredExceptionHandler(0, last);
    raise_one();
    SAID("raises raises last inner-done last ");
    RemoveVectoredExceptionHandler(handles[0]);

    handles[0] = AddVectoredExceptionHandler(1, adds);
    raise_one();
    log_text[0] = 0; /* whether the new one is called already is not documented */
    RemoveVectoredExceptionHandler(handles[0]);
    RemoveVectoredExceptionHandler(handles[2]);
    RemoveVectoredExceptionHandler(final);
}

/* --- language handlers and RtlUnwindEx --- */

/*
 * void framed(void (*function)(void), int number): calls the function from a frame whose handler is frame_handler, with the number in
 * the frame. framed_target is in it: what unwinds to it go to; the value is returned.
 */
ULONG64 framed(void (*function)(void), int number);
extern char framed_target[];
__asm__(".text\n"
        ".globl framed\n"
        ".seh_proc framed\n"
        "framed:\n"
        "    subq $0x38, %rsp\n"
        "    .seh_stackalloc 0x38\n"
        "    .seh_handler frame_handler, @except, @unwind\n"
        "    .seh_endprologue\n"
        "    movl %edx, 0x28(%rsp)\n"
        "    call *%rcx\n"
        "    xorl %eax, %eax\n"
        ".globl framed_target\n"
        "framed_target:\n"
        "    nop\n"
        "    addq $0x38, %rsp\n"
        "    ret\n"
        "    .seh_endproc\n");

static int unwind_to;              /* the frame that handles exceptions */
static int continue_in;            /* the frame that says to go on */
static void (*on_unwind[8])(void); /* what frames do when they are unwound */

EXCEPTION_DISPOSITION __attribute__((used))
frame_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    int number = *(int *)((char *)frame + 0x28);
    DWORD flags = record->ExceptionFlags;
    CONTEXT scratch;

    (void)context;
    if (flags & 6) { /* unwinding */
        say("u%d%s%s ", number, flags & 0x20 ? "t" : "", flags & 0x40 ? "c" : "");
        if (on_unwind[number]) {
            void (*action)(void) = on_unwind[number];

            on_unwind[number] = NULL;
            action();
        }
        return ExceptionContinueSearch;
    }
    say("e%d%s ", number, flags & 0x10 ? "n" : "");
    if (number == continue_in)
        return ExceptionContinueExecution;
    if (number == unwind_to)
        RtlUnwindEx(frame, framed_target, record, (void *)(ULONG_PTR)(0x100 + number), &scratch,
                    dispatcher->HistoryTable);
    return ExceptionContinueSearch;
}

static void (*inner)(void);
static void level3(void)
{
    framed(inner, 3);
    say("back3 ");
}
static void level2(void)
{
    framed(level3, 2);
    say("back2 ");
}
static void raise_two(void)
{
    RaiseException(0xe0000022, 0, 0, NULL);
}
static void raise_two_handled_in_2(void)
{
    unwind_to = 2;
    raise_two();
}

static void test_frames(void)
{
    inner = raise_one;
    unwind_to = 1;
    ok_int(framed(level2, 1), 0x101);
    SAID("e3 e2 e1 u3 u2 u1t ");
    unwind_to = 3;
    ok_int(framed(level2, 1), 0);
    SAID("e3 u3t back3 back2 ");
    unwind_to = 0;
    continue_in = 2;
    ok_int(framed(level2, 1), 0);
    SAID("e3 e2 back3 back2 ");
    continue_in = 0;

    /* An exception in a termination handler, handled further out: its unwind takes over from the first. */
    unwind_to = 1;
    on_unwind[3] = raise_two;
    ok_int(framed(level2, 1), 0x101);
    SAID("e3 e2 e1 u3 e3 e2 e1 u3c u2 u1t ");
    /* And handled on the way: the first unwind is forgotten. */
    unwind_to = 1;
    on_unwind[3] = raise_two_handled_in_2;
    ok_int(framed(level2, 1), 0);
    SAID("e3 e2 e1 u3 e3 e2 u3c u2t back2 ");
    memset(on_unwind, 0, sizeof(on_unwind));
    unwind_to = 0;
}

/* --- NtRaiseException, NtContinue --- */

static EXCEPTION_RECORD raised;

static LONG CALLBACK go_on_after(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != 0xe0000077)
        return EXCEPTION_CONTINUE_SEARCH;
    raised = *pointers->ExceptionRecord;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void test_raise(void)
{
    EXCEPTION_RECORD record = { .ExceptionCode = 0xe0000077,
                                .NumberParameters = 2,
                                .ExceptionAddress = (void *)0x1234,
                                .ExceptionInformation = { 5, 6 } };
    void *handle = AddVectoredExceptionHandler(1, go_on_after);
    static volatile int times;
    CONTEXT context;

    times = 0;
    RtlCaptureContext(&context);
    if (times++ == 0) {
        NTSTATUS status = NtRaiseException(&record, &context, TRUE);
        ok(0, "came back with %#lx", status);
    }
    ok_int(times, 2);
    ok(raised.ExceptionAddress == (void *)0x1234 && raised.NumberParameters == 2 && raised.ExceptionInformation[1] == 6,
       "the record is another");

    /* Rubbish is refused. */
    record.NumberParameters = 99;
    ok_hex(NtRaiseException(&record, &context, TRUE), STATUS_INVALID_PARAMETER);
    ok_hex(NtRaiseException((EXCEPTION_RECORD *)16, &context, TRUE), STATUS_ACCESS_VIOLATION);
    RemoveVectoredExceptionHandler(handle);

    /* RaiseException: up to 15 parameters, the reserved bit of the code cleared, its address in RaiseException */
    ULONG_PTR arguments[20];

    for (int i = 0; i < 20; i++)
        arguments[i] = (ULONG_PTR)i;
    handle = AddVectoredExceptionHandler(1, go_on_after);
    RaiseException(0xf0000077, 0, 20, arguments);
    ok_int(raised.NumberParameters, 15);
    ok_int(raised.ExceptionInformation[14], 14);
    RaiseException(0xe0000077, 0, 3, NULL);
    ok_int(raised.NumberParameters, 0);
    RemoveVectoredExceptionHandler(handle);
}

static void test_continue(void)
{
    static volatile int times;
    static volatile DWORD64 rbx_before;
    CONTEXT context;

    times = 0;
    RtlCaptureContext(&context);
    if (times++ == 0) {
        context.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
        context.EFlags |= 1; /* carry */
        NtContinue(&context, FALSE);
        ok(0, "came back");
    }
    ok_int(times, 2);
    (void)rbx_before;
    context.ContextFlags = 0;
    ok_hex(NtContinue(&context, FALSE), STATUS_INVALID_PARAMETER);
    ok_hex(NtContinue((CONTEXT *)16, FALSE), STATUS_ACCESS_VIOLATION);
}

/* --- the top-level filter, in processes of their own --- */

static LONG WINAPI top_execute(EXCEPTION_POINTERS *pointers)
{
    printf("filter %lx\n", pointers->ExceptionRecord->ExceptionCode);
    fflush(stdout);
    return EXCEPTION_EXECUTE_HANDLER;
}

static LONG WINAPI top_continue(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void say_unwound(void)
{
    printf("unwound\n");
    fflush(stdout);
}

static DWORD CALLBACK raise_in_thread(void *argument)
{
    (void)argument;
    RaiseException(0xe0000099, 0, 0, NULL);
    return 7;
}

static void child(const char *what)
{
    SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    if (!strcmp(what, "execute")) {
        SetUnhandledExceptionFilter(top_execute);
        on_unwind[5] = say_unwound;
        framed(raise_one, 5);
    } else if (!strcmp(what, "continue")) {
        ok(SetUnhandledExceptionFilter(top_continue) == NULL || 1, "unused");
        ok_ptr(SetUnhandledExceptionFilter(top_continue), top_continue);
        raise_one();
        WaitForSingleObject(CreateThread(NULL, 0, raise_in_thread, NULL, 0, NULL), INFINITE);
        exit(test_failed ? 99 : 42);
    } else if (!strcmp(what, "thread")) {
        SetUnhandledExceptionFilter(top_execute);
        WaitForSingleObject(CreateThread(NULL, 0, raise_in_thread, NULL, 0, NULL), INFINITE);
    }
    exit(98);
}

static void test_top_level(void)
{
    char output[512];

    ok_hex(run_child("execute", output, sizeof(output)), 0xe0000001);
    ok(strstr(output, "filter e0000001"), "output: %s", output);
    ok(strstr(output, "unwound"), "frames are unwound before the end: %s", output);
    ok_int(run_child("continue", output, sizeof(output)), 42);
    ok_hex(run_child("thread", output, sizeof(output)), 0xe0000099);
    ok(strstr(output, "filter e0000099"), "output: %s", output);
}

/* Called in a filter of the program's own. The value is documented for a process without a debugger, without the box. */
static void test_called_filter(void)
{
    LPTOP_LEVEL_EXCEPTION_FILTER before = SetUnhandledExceptionFilter(NULL);
    UINT mode = SetErrorMode(SEM_NOGPFAULTERRORBOX);
    EXCEPTION_RECORD record = { .ExceptionCode = 0xe0000077 };
    CONTEXT context;
    EXCEPTION_POINTERS pointers = { &record, &context };

    RtlCaptureContext(&context);
    ok_int(UnhandledExceptionFilter(&pointers), EXCEPTION_EXECUTE_HANDLER);
    SetUnhandledExceptionFilter(top_continue);
    ok_int(UnhandledExceptionFilter(&pointers), EXCEPTION_CONTINUE_EXECUTION);
    SetErrorMode(mode);
    SetUnhandledExceptionFilter(before);
}

/* --- stack overflow --- */

static void overflow(volatile char *above);
static void (*volatile overflow_again)(volatile char *) = overflow;
static void __attribute__((noinline)) overflow(volatile char *above)
{
    volatile char here[2000];

    here[0] = above ? above[0] : 0;
    overflow_again(here);
    here[1] = 1;
}
static void overflow_now(void)
{
    overflow(NULL);
}

static ULONG_PTR room_left;
static LONG CALLBACK measure_room(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == (DWORD)EXCEPTION_STACK_OVERFLOW) {
        ULONG_PTR low, high;

        GetCurrentThreadStackLimits(&low, &high);
        room_left = (ULONG_PTR)__builtin_frame_address(0) - low;
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static DWORD CALLBACK overflow_thread(void *argument)
{
    ULONG guarantee = (ULONG)(ULONG_PTR)argument, got = 0;
    int caught = 0;

    ok(SetThreadStackGuarantee(&got) && got == 0, "guarantee %lu at first", got);
    if (guarantee) {
        got = guarantee;
        ok(SetThreadStackGuarantee(&got) && got == 0, "the one before: %lu", got);
        got = 0;
        ok(SetThreadStackGuarantee(&got) && got >= guarantee, "guarantee %lu", got);
    }
    /* Again and again: _resetstkoflw makes the guard page anew. */
    for (int i = 0; i < 3; i++) {
        unwind_to = 1;
        room_left = 0;
        caught += framed(overflow_now, 1) == 0x101;
        unwind_to = 0;
        log_text[0] = 0;
        ok(room_left >= guarantee, "%#llx bytes are left, %#lx were guaranteed", room_left, guarantee);
        ok(_resetstkoflw() != 0, "_resetstkoflw");
    }
    return (DWORD)caught;
}

static void test_overflow(void)
{
    void *handle = AddVectoredExceptionHandler(1, measure_room);

    for (int i = 0; i < 3; i++) {
        HANDLE thread = CreateThread(NULL, 0x80000, overflow_thread, (void *)(ULONG_PTR)(i * 0x8000),
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        DWORD caught = 0;

        ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
        GetExitCodeThread(thread, &caught);
        ok_int(caught, 3);
        CloseHandle(thread);
    }
    RemoveVectoredExceptionHandler(handle);
}

/* --- backtraces --- */

static USHORT __attribute__((noinline)) trace_here(ULONG skip, ULONG count, void **frames, ULONG *hash)
{
    USHORT found = RtlCaptureStackBackTrace(skip, count, frames, hash);

    __asm__ volatile("");
    return found;
}

static void test_backtrace(void)
{
    void *frames[64], *again[64];
    ULONG hash = 0, same = 0, other = 0, sum = 0;
    USHORT count = trace_here(0, 62, frames, &hash), fewer;

    ok(count >= 2 && count < 62, "%u frames", count);
    ok((char *)frames[0] > (char *)trace_here && (char *)frames[0] < (char *)trace_here + 100, "the first is %p",
       frames[0]);
    for (int i = 0; i < 2; i++) {
        ULONG *each = i ? &other : &same;
        USHORT n = i ? trace_here(1, 62, again, each) : trace_here(0, 62, again, each);

        ok_int(n, count - i);
    }
    for (int i = 0; i < count; i++)
        sum += (ULONG)(ULONG_PTR)frames[i];
    ok(hash != 0 && hash != other, "hash %#lx, without the first %#lx", hash, other);
    ok_ptr(again[count - 2], frames[count - 1]);
    fewer = trace_here(0, 2, again, NULL);
    ok_int(fewer, 2);
    ok_int(trace_here(1000, 10, again, NULL), 0);
    ok_int(trace_here(0, 0, again, NULL), 0);
    (void)sum;
}

TESTS
{
    if (test_argc > 1)
        child(test_argv[1]);
    test_vectored();
    test_frames();
    test_raise();
    test_continue();
    test_top_level();
    test_called_filter();
    test_overflow();
    test_backtrace();
}
