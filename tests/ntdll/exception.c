/* SPDX-License-Identifier: MIT */
/*
 * Structured exception handling on x64: vectored handlers, __try/__except/__finally as compilers make them (scope tables
 * written by hand, because GCC has no __try), nested exceptions, unwinding through termination handlers, longjmp.
 * Documented in "x64 exception handling" and "Structured Exception Handling" (Microsoft).
 */
#include "../test.h"

typedef LONG (*filter_function)(EXCEPTION_POINTERS *, void *frame);

static int filter_calls, finally_calls, abnormal_terminations;
static DWORD seen_code;
static LONG filter_answer;

/* Called by the scope tables below. */
LONG __attribute__((used)) test_filter(EXCEPTION_POINTERS *pointers, void *frame)
{
    (void)frame;
    filter_calls++;
    seen_code = pointers->ExceptionRecord->ExceptionCode;
    return filter_answer;
}

void __attribute__((used)) test_finally(BOOLEAN abnormal, void *frame)
{
    (void)frame;
    finally_calls++;
    if (abnormal)
        abnormal_terminations++;
}

/*
 * DWORD try_except(void (*function)(void *), void *argument): __try { function(argument); return 0; }
 * __except (test_filter()) { return GetExceptionCode(); }
 *
 * void try_finally(function, argument): __try { function(argument); } __finally { test_finally(); }
 */
DWORD try_except(void (*function)(void *), void *argument);
void try_finally(void (*function)(void *), void *argument);
__asm__(".text\n"
        ".globl try_except\n"
        ".seh_proc try_except\n"
        "try_except:\n"
        "    pushq %rbx\n"
        "    .seh_pushreg %rbx\n"
        "    subq $0x20, %rsp\n"
        "    .seh_stackalloc 0x20\n"
        "    .seh_handler __C_specific_handler, @except, @unwind\n"
        "    .seh_handlerdata\n"
        "    .long 1\n"
        "    .rva 1f, 2f, test_filter, 3f\n"
        "    .text\n"
        "    .seh_endprologue\n"
        "    movq %rcx, %rax\n"
        "    movq %rdx, %rcx\n"
        "    movl $0x1234, %ebx\n"
        "1:  call *%rax\n"
        "    nop\n"
        "2:  xorl %eax, %eax\n"
        "    jmp 4f\n"
        "3:  cmpl $0x1234, %ebx\n" /* registers are as they were when the block was left */
        "    je 4f\n"
        "    xorl %eax, %eax\n"
        "4:  addq $0x20, %rsp\n"
        "    popq %rbx\n"
        "    ret\n"
        "    .seh_endproc\n"
        ".globl try_finally\n"
        ".seh_proc try_finally\n"
        "try_finally:\n"
        "    subq $0x28, %rsp\n"
        "    .seh_stackalloc 0x28\n"
        "    .seh_handler __C_specific_handler, @except, @unwind\n"
        "    .seh_handlerdata\n"
        "    .long 1\n"
        "    .rva 1f, 2f, test_finally\n"
        "    .long 0\n"
        "    .text\n"
        "    .seh_endprologue\n"
        "    movq %rcx, %rax\n"
        "    movq %rdx, %rcx\n"
        "1:  call *%rax\n"
        "    nop\n"
        "2:  xorl %ecx, %ecx\n"
        "    xorl %edx, %edx\n"
        "    call test_finally\n"
        "    addq $0x28, %rsp\n"
        "    ret\n"
        "    .seh_endproc\n");

static void reset(LONG answer)
{
    filter_calls = finally_calls = abnormal_terminations = 0;
    seen_code = 0;
    filter_answer = answer;
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void do_raise(void *argument)
{
    RaiseException((DWORD)(ULONG_PTR)argument, 0, 0, NULL);
}

static void do_read(void *argument)
{
    *(volatile int *)argument;
}

static void do_divide(void *argument)
{
    volatile int zero = 0;

    *(volatile int *)argument = 7 / zero;
}

static void do_raise_in_finally(void *argument)
{
    try_finally(do_raise, argument);
}

static DWORD inner_result;

static void do_nested_try(void *argument)
{
    inner_result = try_except(do_raise, argument);
    RaiseException(0xe0000002, 0, 0, NULL);
}

static void test_try(void)
{
    int value;

    reset(EXCEPTION_EXECUTE_HANDLER);
    ok_hex(try_except(do_nothing, NULL), 0);
    ok_int(filter_calls, 0);

    ok_hex(try_except(do_raise, (void *)0xe0000001), 0xe0000001);
    ok_int(filter_calls, 1);
    ok_hex(seen_code, 0xe0000001);

    ok_hex(try_except(do_read, (void *)16), EXCEPTION_ACCESS_VIOLATION);
    ok_hex(seen_code, EXCEPTION_ACCESS_VIOLATION);
    ok_hex(try_except(do_divide, &value), EXCEPTION_INT_DIVIDE_BY_ZERO);

    reset(EXCEPTION_CONTINUE_EXECUTION);
    ok_hex(try_except(do_raise, (void *)0xe0000001), 0);
    ok_int(filter_calls, 1);

    reset(EXCEPTION_EXECUTE_HANDLER);
    ok_hex(try_except(do_raise_in_finally, (void *)0xe0000003), 0xe0000003);
    ok_int(finally_calls, 1);
    ok_int(abnormal_terminations, 1);
    try_finally(do_nothing, NULL);
    ok_int(finally_calls, 2);
    ok_int(abnormal_terminations, 1);

    ok_hex(try_except(do_nested_try, (void *)0xe0000004), 0xe0000002);
    ok_hex(inner_result, 0xe0000004);
}

static int vectored_calls, continue_calls;
static EXCEPTION_RECORD vectored_record;

static LONG CALLBACK vectored_skip(EXCEPTION_POINTERS *pointers)
{
    vectored_calls++;
    vectored_record = *pointers->ExceptionRecord;
    return EXCEPTION_CONTINUE_SEARCH;
}

/* The instruction that faults is `mov (%rcx),%eax`, made so below: skip it. */
static LONG CALLBACK vectored_fix(EXCEPTION_POINTERS *pointers)
{
    vectored_calls++;
    vectored_record = *pointers->ExceptionRecord;
    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    pointers->ContextRecord->Rip += 2;
    pointers->ContextRecord->Rax = 4711;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static LONG CALLBACK vectored_continue(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    continue_calls++;
    return EXCEPTION_CONTINUE_SEARCH;
}

static int read_through(const void *address)
{
    int value;

    __asm__ volatile(".byte 0x8b, 0x01" : "=a"(value) : "c"(address) : "memory");
    return value;
}

static void test_vectored(void)
{
    void *skip_handle, *fix_handle, *continue_handle;
    void *page = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);

    fix_handle = AddVectoredExceptionHandler(1, vectored_fix);
    continue_handle = AddVectoredContinueHandler(1, vectored_continue);
    ok(fix_handle != NULL, "AddVectoredExceptionHandler failed");
    ok_int(read_through((void *)0x1000), 4711);
    ok_int(vectored_calls, 1);
    ok_int(continue_calls, 1);
    ok_hex(vectored_record.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    ok_int(vectored_record.NumberParameters, 2);
    ok_int(vectored_record.ExceptionInformation[0], 0);
    ok_ptr(vectored_record.ExceptionInformation[1], 0x1000);
    ok_int(read_through(page), 0);

    /* First in the list comes first. */
    skip_handle = AddVectoredExceptionHandler(0, vectored_skip);
    vectored_calls = 0;
    ok_int(read_through((void *)0x2000), 4711);
    ok_int(vectored_calls, 1);
    ok_int(RemoveVectoredExceptionHandler(skip_handle), 1);
    skip_handle = AddVectoredExceptionHandler(1, vectored_skip);
    ok_int(read_through((void *)0x2000), 4711);
    ok_int(vectored_calls, 3);
    ok_int(RemoveVectoredExceptionHandler(skip_handle), 1);
    ok_int(RemoveVectoredExceptionHandler(skip_handle), 0);

    ok_int(RemoveVectoredExceptionHandler(fix_handle), 1);
    ok_int(RemoveVectoredContinueHandler(continue_handle), 1);
    VirtualFree(page, 0, MEM_RELEASE);
}

/* Writing to a read-only page: the second parameter of the exception tells reads from writes. */
static void do_write(void *argument)
{
    *(volatile int *)argument = 1;
}

static void do_execute(void *argument)
{
    ((void (*)(void))argument)();
}

static void test_access_violation(void)
{
    void *page = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    void *handle = AddVectoredExceptionHandler(1, vectored_skip);

    reset(EXCEPTION_EXECUTE_HANDLER);
    ok_hex(try_except(do_write, (char *)page + 8), EXCEPTION_ACCESS_VIOLATION);
    ok_int(vectored_record.ExceptionInformation[0], 1);
    ok_ptr(vectored_record.ExceptionInformation[1], (char *)page + 8);

    ok_hex(try_except(do_execute, page), EXCEPTION_ACCESS_VIOLATION);
    ok_int(vectored_record.ExceptionInformation[0], 8);
    ok_ptr(vectored_record.ExceptionAddress, page);
    RemoveVectoredExceptionHandler(handle);
    VirtualFree(page, 0, MEM_RELEASE);
}

static void do_overflow(void *argument);
static void (*volatile overflow_again)(void *) = do_overflow;

static void do_overflow(void *argument)
{
    volatile char buffer[3000];

    buffer[0] = (char)(ULONG_PTR)argument;
    overflow_again((char *)argument + buffer[0] + 1);
    buffer[1] = 1;
}

static DWORD CALLBACK overflow_thread(void *argument)
{
    (void)argument;
    return try_except(do_overflow, NULL);
}

static void test_stack_overflow(void)
{
    HANDLE thread;
    DWORD code = 0;

    reset(EXCEPTION_EXECUTE_HANDLER);
    thread = CreateThread(NULL, 0x20000, overflow_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    ok(thread != NULL, "CreateThread failed, error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_hex(code, EXCEPTION_STACK_OVERFLOW);
    CloseHandle(thread);
}

static void do_noncontinuable(void *argument)
{
    (void)argument;
    RaiseException(0xe0000005, EXCEPTION_NONCONTINUABLE, 0, NULL);
}

static DWORD codes[4];
static int code_count;

static LONG CALLBACK vectored_codes(EXCEPTION_POINTERS *pointers)
{
    if (code_count < 4)
        codes[code_count++] = pointers->ExceptionRecord->ExceptionCode;
    if (pointers->ExceptionRecord->ExceptionCode == (DWORD)EXCEPTION_NONCONTINUABLE_EXCEPTION)
        filter_answer = EXCEPTION_EXECUTE_HANDLER;
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Continuing where that is not possible is an exception itself. */
static void test_noncontinuable(void)
{
    void *handle = AddVectoredExceptionHandler(1, vectored_codes);

    reset(EXCEPTION_CONTINUE_EXECUTION);
    ok_hex(try_except(do_noncontinuable, NULL), EXCEPTION_NONCONTINUABLE_EXCEPTION);
    ok_int(code_count, 2);
    ok_hex(codes[0], 0xe0000005);
    ok_hex(codes[1], EXCEPTION_NONCONTINUABLE_EXCEPTION);
    RemoveVectoredExceptionHandler(handle);
}

static void __attribute__((noinline)) level2(void **frames, USHORT *count)
{
    *count = RtlCaptureStackBackTrace(0, 16, frames, NULL);
}

static void __attribute__((noinline)) level1(void **frames, USHORT *count)
{
    level2(frames, count);
    __asm__ volatile("");
}

static void test_backtrace(void)
{
    void *frames[16];
    USHORT count = 0;

    level1(frames, &count);
    ok(count >= 3, "%d frames", count);
    ok((char *)frames[0] > (char *)level2 && (char *)frames[0] < (char *)level2 + 64, "first is %p", frames[0]);
    ok((char *)frames[1] > (char *)level1 && (char *)frames[1] < (char *)level1 + 64, "second is %p", frames[1]);
    ok((char *)frames[2] > (char *)test_backtrace && (char *)frames[2] < (char *)test_backtrace + 256, "third is %p",
       frames[2]);
}

static void test_context(void)
{
    static volatile int times;
    CONTEXT context;

    times = 0;
    memset(&context, 0xcc, sizeof(context));
    RtlCaptureContext(&context);
    times++;
    ok((char *)context.Rip > (char *)test_context && (char *)context.Rip < (char *)test_context + 512, "Rip %llx",
       context.Rip);
    ok((context.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL, "flags %#lx", context.ContextFlags);
    if (times < 3)
        RtlRestoreContext(&context, NULL);
    ok_int(times, 3);
}

TESTS
{
    test_try();
    test_vectored();
    test_access_violation();
    test_noncontinuable();
    test_backtrace();
    test_context();
    test_stack_overflow();
}
