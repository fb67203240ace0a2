/* SPDX-License-Identifier: MIT */
/*
 * exceptioncrash.c: what an unhandled exception says before it ends the program.
 */
#include "exception_private.h"

static const char *exception_name(DWORD code)
{
    switch ((NTSTATUS)code) {
    case STATUS_ACCESS_VIOLATION:
        return "access violation";
    case STATUS_IN_PAGE_ERROR:
        return "page could not be read";
    case STATUS_STACK_OVERFLOW:
        return "stack overflow";
    case STATUS_ILLEGAL_INSTRUCTION:
        return "illegal instruction";
    case STATUS_PRIVILEGED_INSTRUCTION:
        return "privileged instruction";
    case STATUS_INTEGER_DIVIDE_BY_ZERO:
        return "integer division by zero";
    case STATUS_INTEGER_OVERFLOW:
        return "integer overflow";
    case STATUS_BREAKPOINT:
        return "breakpoint";
    case STATUS_SINGLE_STEP:
        return "single step";
    case STATUS_HEAP_CORRUPTION:
        return "heap corruption";
    case STATUS_STACK_BUFFER_OVERRUN:
        return "stack buffer overrun or fail-fast";
    case STATUS_DATATYPE_MISALIGNMENT:
        return "misaligned access";
    case STATUS_FLOAT_DIVIDE_BY_ZERO:
    case STATUS_FLOAT_INVALID_OPERATION:
    case STATUS_FLOAT_OVERFLOW:
    case STATUS_FLOAT_UNDERFLOW:
    case STATUS_FLOAT_INEXACT_RESULT:
        return "floating-point exception";
    case STATUS_NONCONTINUABLE_EXCEPTION:
        return "continued after a noncontinuable exception";
    case (NTSTATUS)0xe06d7363:
        return "C++ exception";
    case (NTSTATUS)0x20474343:
        return "C++ exception (GCC)";
    case (NTSTATUS)0xe0434352:
        return ".NET exception";
    }
    return "exception";
}

#ifdef _WIN64
static void report_address(const char *what, ULONG64 address)
{
    struct ldr_range range;

    if (ldr_range_find(address, &range) && range.module)
        ldr_message("  %s %p  %ls+%x", what, (void *)address, range.module->entry.BaseDllName.Buffer,
                    (unsigned)(address - range.base));
    else
        ldr_message("  %s %p", what, (void *)address);
}

static void report_backtrace(const CONTEXT *at)
{
    struct stack_limits limits = stack_limits();
    CONTEXT context = *at;

    for (unsigned i = 0; i < 24 && in_stack(&limits, context.Rsp); i++) {
        ULONG64 base, frame;
        PVOID data;
        RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(context.Rip, &base, NULL);

        if (!function) {
            if (!unwind_leaf(&context, &limits))
                break;
        } else {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, function, &context, &data, &frame, NULL);
        }
        if (!context.Rip)
            break;
        report_address("from", context.Rip);
    }
}
#endif

LONG NTAPI RtlUnhandledExceptionFilter(PEXCEPTION_POINTERS pointers)
{
    static LONG reported;
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;

    if (__atomic_exchange_n(&reported, 1, __ATOMIC_RELAXED))
        return EXCEPTION_EXECUTE_HANDLER; /* another thread's crash, or one of this report's own */
    if ((record->ExceptionCode == (DWORD)STATUS_ACCESS_VIOLATION ||
         record->ExceptionCode == (DWORD)STATUS_IN_PAGE_ERROR) &&
        record->NumberParameters >= 2)
        ldr_message("unhandled exception %x: %s, %s %p", (unsigned)record->ExceptionCode,
                    exception_name(record->ExceptionCode),
                    record->ExceptionInformation[0] == 8   ? "executing"
                    : record->ExceptionInformation[0] == 1 ? "writing"
                                                           : "reading",
                    (void *)record->ExceptionInformation[1]);
    else
        ldr_message("unhandled exception %x: %s", (unsigned)record->ExceptionCode,
                    exception_name(record->ExceptionCode));
#ifdef _WIN64
    report_address("at  ", (ULONG64)record->ExceptionAddress);
    report_backtrace(pointers->ContextRecord);
#endif
    return EXCEPTION_EXECUTE_HANDLER;
}
