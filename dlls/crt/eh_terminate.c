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

DECLSPEC_NORETURN void __cdecl terminate(void)
{
    terminate_function function = (terminate_function)crt_thread()->terminate_handler;

    if (function)
        function();
    abort(); /* also if the handler returns */
}
