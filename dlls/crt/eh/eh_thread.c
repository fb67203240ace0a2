/* SPDX-License-Identifier: MIT */
/*
 * eh_thread.c: the exception runtime's data of each thread, and the functions that give access to it.
 */
#include "eh_private.h"

#define SLOT_NONE FLS_OUT_OF_INDEXES
static LONG slot = (LONG)SLOT_NONE;

static void WINAPI release(void *thread)
{
    HeapFree(GetProcessHeap(), 0, thread);
}

static DWORD thread_slot(void)
{
    LONG index = __atomic_load_n(&slot, __ATOMIC_RELAXED), none = (LONG)SLOT_NONE;

    if (index != none)
        return (DWORD)index;
    index = (LONG)FlsAlloc(release);
    if (index == none)
        RaiseFailFastException(NULL, NULL, 0);
    if (!__atomic_compare_exchange_n(&slot, &none, index, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        FlsFree((DWORD)index);
        index = none;
    }
    return (DWORD)index;
}

void eh_thread_unload(void)
{
    DWORD index = (DWORD)slot;

    if (index != SLOT_NONE)
        FlsFree(index);
}

struct eh_thread *eh_thread_if_any(void)
{
    DWORD error = nt_teb()->LastErrorValue, index = (DWORD)__atomic_load_n(&slot, __ATOMIC_RELAXED);
    struct eh_thread *thread = index == SLOT_NONE ? NULL : FlsGetValue(index);

    nt_teb()->LastErrorValue = error; /* handlers look at it */
    return thread;
}

struct eh_thread *eh_thread(void)
{
    struct eh_thread *thread = eh_thread_if_any();

    if (thread)
        return thread;
    thread = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*thread));
    if (!thread || !FlsSetValue(thread_slot(), thread))
        RaiseFailFastException(NULL, NULL, 0); /* as on Windows: without memory for this nothing can be thrown */
    return thread;
}

/*
 * The running handlers. A jump out of one that unwound nothing (longjmp of C code) has left it on the list; its memory is
 * below the stack pointer then, or is something else by now.
 */
struct eh_catch *eh_live_catches(struct eh_thread *thread)
{
    const char *stack = __builtin_frame_address(0);

    while (thread->catches && ((const char *)thread->catches < stack || thread->catches->magic != EH_MAGIC))
        thread->catches = (const char *)thread->catches < stack ? thread->catches->outer : NULL;
    return thread->catches;
}

void **__cdecl __current_exception(void)
{
    return (void **)&eh_thread()->record;
}

void **__cdecl __current_exception_context(void)
{
    return (void **)&eh_thread()->context;
}

int *__cdecl __processing_throw(void)
{
    return &eh_thread()->unwinding;
}

int __cdecl __uncaught_exceptions(void)
{
    const struct eh_thread *thread = eh_thread_if_any();

    return thread ? thread->unwinding : 0;
}

bool __cdecl __uncaught_exception(void)
{
    return __uncaught_exceptions() != 0;
}

eh_translator __cdecl _set_se_translator(eh_translator translator)
{
    struct eh_thread *thread = eh_thread();
    eh_translator old = thread->translator;

    thread->translator = translator;
    return old;
}

eh_void_function __cdecl set_unexpected(eh_void_function function)
{
    struct eh_thread *thread = eh_thread();
    eh_void_function old = thread->unexpected;

    thread->unexpected = function;
    return old;
}

eh_void_function __cdecl _get_unexpected(void)
{
    const struct eh_thread *thread = eh_thread_if_any();

    return thread ? thread->unexpected : NULL;
}

void __cdecl unexpected(void)
{
    eh_void_function function = _get_unexpected();

    if (function)
        function();
    terminate();
}

DECLSPEC_NORETURN void __cdecl __std_terminate(void)
{
    terminate();
}
