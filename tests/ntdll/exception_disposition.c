/* SPDX-License-Identifier: MIT */
/*
 * exception_disposition.c: what language handlers may answer and what they may not, unwinds to frames that do not exist, stacks that are
 * not the thread's, unwinds of the whole stack, consolidated frames, and function tables that come and go while an exception is under way.
 */
#include "../test_child.h"

#ifndef STATUS_INVALID_DISPOSITION
#define STATUS_INVALID_DISPOSITION ((DWORD)0xc0000026)
#endif
#define INVALID_UNWIND_TARGET 0xc0000029u
#define BAD_STACK             0xc0000028u
#define UNWIND_CONSOLIDATE    0x80000029u

#define CODE(number) (0xe0000000u | (number))

static char log_text[600];

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
#define SAID(text) check_log(__LINE__, text)

/*
 * ULONG64 framed(void (*function)(void), int number): calls the function from a frame with a handler, which finds the number in it.
 * framed_target is where unwinds to the frame go on, framed_at the same with rcx for a returned value.
 */
ULONG64 framed(void (*function)(void), int number);
extern char framed_target[];
/* void on_stack(void *top, void (*function)(void)): calls the function on another stack, which the TEB does not know of. */
void on_stack(void *top, void (*function)(void));
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
        "    .seh_endproc\n"
        ".globl on_stack\n"
        ".seh_proc on_stack\n"
        "on_stack:\n"
        "    pushq %rbp\n"
        "    .seh_pushreg %rbp\n"
        "    movq %rsp, %rbp\n"
        "    .seh_setframe %rbp, 0\n"
        "    .seh_endprologue\n"
        "    leaq -0x20(%rcx), %rsp\n"
        "    call *%rdx\n"
        "    movq %rbp, %rsp\n"
        "    popq %rbp\n"
        "    ret\n"
        "    .seh_endproc\n");

static EXCEPTION_DISPOSITION (*behave)(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                       DISPATCHER_CONTEXT *dispatcher);

EXCEPTION_DISPOSITION __attribute__((used))
frame_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    return behave(*(int *)((char *)frame + 0x28), record, frame, context, dispatcher);
}

static void say_what(int number, const EXCEPTION_RECORD *record)
{
    say("%c%d:%lx%s%s%s%s%s%s ", record->ExceptionFlags & 6 ? 'u' : 'e', number,
        record->ExceptionCode >= 0xe0000000 ? record->ExceptionCode & 0xff : record->ExceptionCode,
        record->ExceptionFlags & 1 ? "!" : "", record->ExceptionFlags & 4 ? "x" : "",
        record->ExceptionFlags & 8 ? "s" : "", (record->ExceptionFlags & 0x16) == 0x10 ? "n" : "",
        record->ExceptionFlags & 0x20 ? "t" : "", record->ExceptionFlags & 0x40 ? "c" : "");
}

static void leave(void *frame, EXCEPTION_RECORD *record, ULONG64 value, DISPATCHER_CONTEXT *dispatcher)
{
    CONTEXT scratch;

    RtlUnwindEx(frame, framed_target, record, (void *)value, &scratch, dispatcher->HistoryTable);
}

static void raise_one(void)
{
    RaiseException(CODE(1), 0, 0, NULL);
}
static void level2(void)
{
    framed(raise_one, 2);
    say("back2 ");
}

/* --- dispositions --- */

static int answer;
static EXCEPTION_RECORD chain[3];

/* Frame 1 takes everything, frame 2 answers what it should not. */
static EXCEPTION_DISPOSITION answers_in_search(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                               DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    say_what(number, record);
    if (record->ExceptionFlags & 6)
        return ExceptionContinueSearch;
    if (number == 1) {
        chain[0] = *record;
        if (record->ExceptionRecord)
            chain[1] = *record->ExceptionRecord;
        leave(frame, record, 0x101, dispatcher);
    }
    return record->ExceptionCode == CODE(1) ? (EXCEPTION_DISPOSITION)answer : ExceptionContinueSearch;
}

static EXCEPTION_DISPOSITION answers_in_unwind(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                               DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    say_what(number, record);
    if (record->ExceptionFlags & 6)
        return number == 2 && record->ExceptionCode == CODE(1) ? (EXCEPTION_DISPOSITION)answer
                                                               : ExceptionContinueSearch;
    if (number == 1) {
        chain[0] = *record;
        if (record->ExceptionRecord)
            chain[1] = *record->ExceptionRecord;
        leave(frame, record, 0x101, dispatcher);
    }
    return ExceptionContinueSearch;
}

static void raise_final(void)
{
    RaiseException(CODE(1), EXCEPTION_NONCONTINUABLE, 0, NULL);
}
static void level2_final(void)
{
    framed(raise_final, 2);
}

static void test_dispositions(void)
{
    behave = answers_in_search;
    answer = 7;
    memset(chain, 0, sizeof(chain));
    ok_int(framed(level2, 1), 0x101);
    SAID("e2:1 e2:c0000026! e1:c0000026! u2:c0000026! u1:c0000026!t ");
    ok_hex(chain[1].ExceptionCode, CODE(1)); /* what it was about hangs at it */
    answer = -1;
    ok_int(framed(level2, 1), 0x101);
    SAID("e2:1 e2:c0000026! e1:c0000026! u2:c0000026! u1:c0000026!t ");
    answer = ExceptionContinueExecution;
    ok_int(framed(level2, 1), 0);
    SAID("e2:1 back2 ");
    memset(chain, 0, sizeof(chain));
    ok_int(framed(level2_final, 1), 0x101); /* STATUS_NONCONTINUABLE_EXCEPTION */
    SAID("e2:1! e2:c0000025! e1:c0000025! u2:c0000025! u1:c0000025!t ");
    ok_hex(chain[1].ExceptionCode, CODE(1));

    behave = answers_in_unwind;
    static const int wrong[] = { 7, ExceptionContinueExecution, ExceptionNestedException };
    for (int i = 0; i < 3; i++) {
        answer = wrong[i];
        ok_int(framed(level2, 1), 0x101);
        /* In the search's call of frame 1's handler, hence nested. */
        SAID("e2:1 e1:1 u2:1 e2:c0000026!n e1:c0000026!n u2:c0000026! u1:c0000026!t ");
    }
}

/* --- exceptions in handlers and in what they call --- */

static int raise_in;

static void raise_deeper(void)
{
    RaiseException(CODE(2), 0, 0, NULL);
}

/* The handler of frame `raise_in` raises, below a frame 9 of its own; frame 0 takes everything in the end. */
static EXCEPTION_DISPOSITION raises_nested(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                           DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    say_what(number, record);
    if (record->ExceptionFlags & 6)
        return ExceptionContinueSearch;
    if (number == 0)
        leave(frame, record, 0x100 + (record->ExceptionCode & 0xff), dispatcher);
    if (number == raise_in && record->ExceptionCode == CODE(1))
        framed(raise_deeper, 9);
    return ExceptionContinueSearch;
}
static void level1(void)
{
    framed(level2, 1);
}

static void test_nested(void)
{
    behave = raises_nested;
    /* "EXCEPTION_NESTED_CALL" is told to the frames that the first one has been offered to already. */
    raise_in = 2;
    ok_int(framed(level1, 0), 0x102);
    SAID("e2:1 e9:2 e2:2n e1:2 e0:2 u9:2 u2:2 u1:2 u0:2t ");
    raise_in = 1;
    ok_int(framed(level1, 0), 0x102);
    SAID("e2:1 e1:1 e9:2 e2:2n e1:2n e0:2 u9:2 u2:2 u1:2 u0:2t ");
}

/* --- targets --- */

static ULONG64 wrong_target;
static DWORD64 target_of_frame1;

static void unwind_to_nowhere(void)
{
    RtlUnwind((void *)wrong_target, framed_target, NULL, NULL);
    say("came back ");
}

static EXCEPTION_DISPOSITION takes_in_1(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                        DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    say_what(number, record);
    target_of_frame1 = (DWORD64)frame;
    if (!(record->ExceptionFlags & 6) && number == 1)
        leave(frame, record, record->ExceptionCode, dispatcher);
    return ExceptionContinueSearch;
}

static void remember_target(void)
{
    raise_one();
}
static void unwind_between(void)
{
    framed(unwind_to_nowhere, 2);
}

static void test_targets(void)
{
    behave = takes_in_1;
    framed(remember_target, 1);
    SAID("e1:1 u1:1t ");
    /* Not a frame: the one above it is met first. */
    wrong_target = target_of_frame1 - 8;
    ok_hex(framed(unwind_between, 1), INVALID_UNWIND_TARGET);
    ok(strstr(log_text, "e1:c0000029!") != NULL, "%s", log_text);
    log_text[0] = 0;
}

/* --- other stacks --- */

static BYTE other_stack[0x8000] __attribute__((aligned(16)));
static int vectored_calls;

static LONG CALLBACK go_on(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == CODE(1)) {
        vectored_calls++;
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    if (pointers->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION) {
        vectored_calls++;
        pointers->ContextRecord->Rax = (ULONG64)&vectored_calls;
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static void fault(void)
{
    __asm__ volatile("xorl %%eax, %%eax\n\tmovl (%%rax), %%eax" ::: "rax");
}

static void raise_both(void)
{
    raise_one();
    fault();
}

/* Vectored handlers are asked wherever the stack is; frames are looked for in the thread's stack only. */
static void test_other_stack(void)
{
    void *handle = AddVectoredExceptionHandler(1, go_on);

    vectored_calls = 0;
    on_stack(other_stack + sizeof(other_stack), raise_both);
    ok_int(vectored_calls, 2);
    RemoveVectoredExceptionHandler(handle);
}

/* --- consolidated frames --- */

static CONTEXT consolidated;

static void *consolidate(EXCEPTION_RECORD *record)
{
    say("consolidate%d ", (int)record->ExceptionInformation[1]);
    RtlCaptureContext(&consolidated);
    return framed_target;
}

static EXCEPTION_DISPOSITION consolidates_in_1(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                               DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    say_what(number, record);
    if (!(record->ExceptionFlags & 6) && number == 1) {
        EXCEPTION_RECORD own = { .ExceptionCode = UNWIND_CONSOLIDATE,
                                 .NumberParameters = 2,
                                 .ExceptionInformation = { (ULONG_PTR)consolidate, 5 } };
        CONTEXT scratch;

        RtlUnwindEx(frame, NULL, &own, (void *)0x123, &scratch, dispatcher->HistoryTable);
    }
    return ExceptionContinueSearch;
}

/* "the routine is called ... before the frame is transferred to": at an address that it returns, from the unwound frame, as a trace shows. */
static void test_consolidated(void)
{
    behave = consolidates_in_1;
    log_text[0] = 0;
    ok_int(framed(level2, 1), 0x123);
    SAID("e2:1 e1:1 u2:80000029 u1:80000029t consolidate5 ");
    ok(consolidated.Rsp && consolidated.Rip, "context");
}

/* --- the end of everything --- */

static EXCEPTION_DISPOSITION only_says(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                       DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame, (void)context, (void)dispatcher;
    if (record->ExceptionFlags & 6) {
        say_what(number, record);
        if (number == 0) {
            printf("%s\n", log_text);
            fflush(stdout);
            ExitProcess(33);
        }
    }
    return ExceptionContinueSearch;
}

static void exit_unwind(void)
{
    EXCEPTION_RECORD record = { .ExceptionCode = CODE(5) };
    CONTEXT scratch;

    RtlUnwindEx(NULL, NULL, &record, NULL, &scratch, NULL);
}
static void exit_level1(void)
{
    framed(exit_unwind, 1);
}

static void child(const char *what)
{
    SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    behave = only_says;
    if (!strcmp(what, "exit"))
        framed(exit_level1, 0);
    else if (!strcmp(what, "stack")) /* frames outside of the stack are no frames: unhandled */
        on_stack(other_stack + sizeof(other_stack), level2);
    else if (!strcmp(what, "small")) { /* a stack that has no room for the exception: the process is over */
        BYTE *pages = VirtualAlloc(NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE);

        AddVectoredExceptionHandler(1, go_on);
        VirtualAlloc(pages + 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE);
        on_stack(pages + 0x1100, fault);
    } else if (!strcmp(what, "unwind")) { /* of nothing but this function's callers */
        CONTEXT scratch;

        RtlUnwindEx(NULL, NULL, NULL, NULL, &scratch, NULL);
    }
    ExitProcess(44);
}

static void test_ends(void)
{
    char output[8192];

    ok_int(run_child("exit", output, sizeof(output)), 33);
    ok(strstr(output, "u1:5x u0:5x"), "output: %s", output);
    ok_hex(run_child("stack", output, sizeof(output)), CODE(1));
    ok_hex(run_child("small", output, sizeof(output)), EXCEPTION_ACCESS_VIOLATION);
    ok_hex(run_child("unwind", output, sizeof(output)), 0xc0000027); /* STATUS_UNWIND */
}

/* --- function tables --- */

static BYTE *
    code; /* a function at 0, another at 0x100; unwind information at 0x800 and 0x820, a jump to the handler at 0x900 */
static RUNTIME_FUNCTION first[2], second[1];
static bool remove_in_handler;

static EXCEPTION_DISPOSITION generated_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                               DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame, (void)context;
    if (record->ExceptionFlags & 6)
        return ExceptionContinueSearch;
    say("g%lx ", *(DWORD *)dispatcher->HandlerData);
    if (remove_in_handler)
        say(RtlDeleteFunctionTable(first) ? "removed " : "wrong ");
    return ExceptionContinueExecution;
}

static void make_info(ULONG where, DWORD data)
{
    static const BYTE info[] = { 1 | UNW_FLAG_EHANDLER << 3, 5, 2, 0, 5, 0x32, 1, 0x30, 0, 9, 0, 0 };

    memcpy(code + where, info, sizeof(info));
    memcpy(code + where + sizeof(info), &data, 4);
}

static void make_code(void)
{
    /* push rbx; sub rsp,20h; call rcx; add rsp,20h; pop rbx; ret */
    static const BYTE body[] = { 0x53, 0x48, 0x83, 0xec, 0x20, 0xff, 0xd1, 0x90, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3 };
    void *handler = (void *)generated_handler;

    code = VirtualAlloc(NULL, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    memcpy(code, body, sizeof(body));
    memcpy(code + 0x100, body, sizeof(body));
    make_info(0x800, 0x111);
    make_info(0x820, 0x222);
    memcpy(code + 0x900, "\x48\xb8", 2); /* mov rax,handler; jmp rax */
    memcpy(code + 0x902, &handler, 8);
    memcpy(code + 0x90a, "\xff\xe0", 2);
    first[0] = (RUNTIME_FUNCTION){ 0, sizeof(body), 0x800 };
    first[1] = (RUNTIME_FUNCTION){ 0x100, 0x100 + sizeof(body), 0x800 };
    second[0] = (RUNTIME_FUNCTION){ 0x100, 0x100 + sizeof(body), 0x820 };
}

static RUNTIME_FUNCTION *CALLBACK find_second(DWORD64 pc, void *context)
{
    /* Tables may be looked into from a callback: it is called without a lock. */
    (void)context;
    RtlDeleteFunctionTable(NULL);
    say("cb ");
    return pc - (DWORD64)code >= 0x100 ? second : first;
}

static EXCEPTION_DISPOSITION silent(int number, EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                    DISPATCHER_CONTEXT *dispatcher)
{
    (void)number;
    (void)context;
    if (record->ExceptionFlags & 6)
        return ExceptionContinueSearch;
    say("outer ");
    leave(frame, record, 0x77, dispatcher);
    return ExceptionContinueSearch;
}

static int offset_to_run;
static void run_generated(void)
{
    ((void (*)(void (*)(void)))(void *)(code + offset_to_run))(raise_one);
}

static void run_at(int offset)
{
    offset_to_run = offset;
    framed(run_generated, 1);
}

static void test_tables(void)
{
    DWORD64 base;

    make_code();
    behave = silent;
    remove_in_handler = false;
    ok(RtlAddFunctionTable(first, 2, (DWORD64)code), "add");
    run_at(0x100);
    SAID("g111 ");
    /* Tables that overlap: whoever has an entry is found; removing one leaves the other. */
    ok(RtlAddFunctionTable(second, 1, (DWORD64)code), "add");
    run_at(0);
    SAID("g111 ");
    run_at(0x100);
    ok(!strcmp(log_text, "g111 ") || !strcmp(log_text, "g222 "), "%s", log_text);
    log_text[0] = 0;
    ok(RtlDeleteFunctionTable(first), "delete");
    run_at(0x100);
    SAID("g222 ");
    ok(!RtlLookupFunctionEntry((DWORD64)code + 2, &base, NULL), "the first function's entry is gone");
    ok(!RtlDeleteFunctionTable(first), "deleted twice");
    ok(RtlDeleteFunctionTable(second), "delete");

    /* Removed by the handler that it has led to */
    ok(RtlAddFunctionTable(first, 2, (DWORD64)code), "add");
    remove_in_handler = true;
    run_at(0);
    SAID("g111 removed ");
    ok(!RtlLookupFunctionEntry((DWORD64)code + 2, &base, NULL), "still there");
    remove_in_handler = false;

    ok(RtlInstallFunctionTableCallback((DWORD64)code | 3, (DWORD64)code, 0x1000, find_second, NULL, NULL), "install");
    run_at(0x100);
    SAID("cb g222 ");
    run_at(0);
    SAID("cb g111 ");
    ok(RtlDeleteFunctionTable((RUNTIME_FUNCTION *)((DWORD64)code | 3)), "delete");
    VirtualFree(code, 0, MEM_RELEASE);
}

TESTS
{
    if (test_argc > 1)
        child(test_argv[1]);
    test_dispositions();
    test_nested();
    test_targets();
    test_other_stack();
    test_consolidated();
    test_ends();
    test_tables();
}
