/* SPDX-License-Identifier: MIT */
/* eh.h: what ends a program whose exception nobody handles. The handler is the thread's, as documented. */
#include "crt_private.h"
#include <signal.h>

typedef void(__cdecl *terminate_function)(void);

terminate_function __cdecl set_terminate(terminate_function function)
{
    struct thread_data *td = crt_thread();
    terminate_function old = (terminate_function)td->terminate_handler;

    td->terminate_handler = (void *)function;
    return old ? old : abort;
}

terminate_function __cdecl _get_terminate(void)
{
    terminate_function function = (terminate_function)crt_thread()->terminate_handler;

    return function ? function : abort;
}

#ifdef CRT_UCRT
typedef void **(__cdecl *current_function)(void);
void **__cdecl __current_exception(void);
void **__cdecl __current_exception_context(void);

/*
 * As abort() ends, but the fast failure says which exception is the cause, and is where that was raised. Programs' exceptions are
 * vcruntime140's, which need not be there.
 */
static void fail_for_exception(void)
{
    HMODULE vcruntime = GetModuleHandleW(L"vcruntime140.dll");
    current_function current = __current_exception, current_context = __current_exception_context;
    EXCEPTION_RECORD failure = { .ExceptionCode = (DWORD)STATUS_STACK_BUFFER_OVERRUN,
                                 .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                 .NumberParameters = 1,
                                 .ExceptionInformation = { FAST_FAIL_FATAL_APP_EXIT } };

    if (vcruntime) {
        current = (current_function)(void *)GetProcAddress(vcruntime, "__current_exception");
        current_context = (current_function)(void *)GetProcAddress(vcruntime, "__current_exception_context");
    }
    if (!current || !current_context || !*current() || !*current_context() ||
        !(_set_abort_behavior(0, 0) & _CALL_REPORTFAULT))
        return;
    raise(SIGABRT);
    failure.ExceptionRecord = *current();
    failure.ExceptionAddress = failure.ExceptionRecord->ExceptionAddress;
    RaiseFailFastException(&failure, *current_context(), 0);
}
#endif

DECLSPEC_NORETURN void __cdecl terminate(void)
{
    terminate_function function = (terminate_function)crt_thread()->terminate_handler;

    if (function)
        function();
#ifdef CRT_UCRT
    fail_for_exception();
#endif
    abort(); /* also if the handler returns */
}
