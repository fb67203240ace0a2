/* SPDX-License-Identifier: MIT */
/*
 * signal.h. SIGINT and SIGBREAK come from the console's control handler, on a thread of their own; SIGSEGV, SIGILL and
 * SIGFPE are exceptions that the program's start-up code brings to _seh_filter_exe / _XcptFilter, and belong to a thread.
 */
#include "crt_private.h"
#include <signal.h>
#include <float.h>

#define SIGABRT_OLD         6 /* SIGABRT_COMPAT */
#define FPE_MULTIPLE_TRAPS  0x8d
#define FPE_MULTIPLE_FAULTS 0x8e

typedef void(__cdecl *fpe_handler)(int, int);

static crt_signal_handler global_actions[4]; /* SIGINT, SIGBREAK, SIGABRT, SIGTERM */
static bool console_handler_installed;

/* What an exception is as a signal ("signal", table of exceptions) */
static const struct {
    DWORD code;
    int signal, fpe;
} exceptions[] = {
    { STATUS_ACCESS_VIOLATION, SIGSEGV, 0 },
    { STATUS_ILLEGAL_INSTRUCTION, SIGILL, 0 },
    { STATUS_PRIVILEGED_INSTRUCTION, SIGILL, 0 },
    { STATUS_FLOAT_DENORMAL_OPERAND, SIGFPE, _FPE_DENORMAL },
    { STATUS_FLOAT_DIVIDE_BY_ZERO, SIGFPE, _FPE_ZERODIVIDE },
    { STATUS_FLOAT_INEXACT_RESULT, SIGFPE, _FPE_INEXACT },
    { STATUS_FLOAT_INVALID_OPERATION, SIGFPE, _FPE_INVALID },
    { STATUS_FLOAT_OVERFLOW, SIGFPE, _FPE_OVERFLOW },
    { STATUS_FLOAT_STACK_CHECK, SIGFPE, _FPE_STACKOVERFLOW },
    { STATUS_FLOAT_UNDERFLOW, SIGFPE, _FPE_UNDERFLOW },
    { STATUS_FLOAT_MULTIPLE_FAULTS, SIGFPE, FPE_MULTIPLE_FAULTS },
    { STATUS_FLOAT_MULTIPLE_TRAPS, SIGFPE, FPE_MULTIPLE_TRAPS },
};

static crt_signal_handler *global_action(int sig)
{
    switch (sig) {
    case SIGINT:
        return &global_actions[0];
    case SIGBREAK:
        return &global_actions[1];
    case SIGABRT:
    case SIGABRT_OLD:
        return &global_actions[2];
    case SIGTERM:
        return &global_actions[3];
    }
    return NULL;
}

static crt_signal_handler *thread_action(struct thread_data *td, int sig)
{
    switch (sig) {
    case SIGFPE:
        return &td->signal_actions[0];
    case SIGILL:
        return &td->signal_actions[1];
    case SIGSEGV:
        return &td->signal_actions[2];
    }
    return NULL;
}

static BOOL WINAPI console_control(DWORD event)
{
    int sig = event == CTRL_C_EVENT ? SIGINT : SIGBREAK;
    crt_signal_handler *action = global_action(sig), handler;

    crt_lock(LOCK_SIGNAL);
    handler = *action;
    if (handler != SIG_DFL && handler != SIG_IGN)
        *action = SIG_DFL; /* as with every signal: the handler must be set again */
    crt_unlock(LOCK_SIGNAL);
    if (handler == SIG_DFL)
        return FALSE;
    if (handler != SIG_IGN)
        handler(sig);
    return TRUE;
}

void crt_signal_unload(void)
{
    if (console_handler_installed)
        SetConsoleCtrlHandler(console_control, FALSE);
}

crt_signal_handler __cdecl signal(int sig, crt_signal_handler handler)
{
    if (handler == (crt_signal_handler)4 || handler == (crt_signal_handler)3) /* SIG_ACK, SIG_SGE */
        goto invalid;
    crt_signal_handler old, *action = global_action(sig);
    if (action) {
        crt_lock(LOCK_SIGNAL);
        if ((sig == SIGINT || sig == SIGBREAK) && !console_handler_installed) {
            if (!SetConsoleCtrlHandler(console_control, TRUE)) {
                crt_unlock(LOCK_SIGNAL);
                crt_thread()->doserr = GetLastError();
                goto invalid;
            }
            console_handler_installed = true;
        }
        old = *action;
        if (handler != SIG_GET)
            *action = handler;
        crt_unlock(LOCK_SIGNAL);
        return old;
    }
    action = thread_action(crt_thread(), sig);
    if (action) {
        old = *action;
        if (handler != SIG_GET)
            *action = handler;
        return old;
    }
invalid:
    errno = EINVAL;
    return SIG_ERR;
}

int __cdecl raise(int sig)
{
    struct thread_data *td = crt_thread();
    crt_signal_handler handler, *action = global_action(sig);

    if (!action)
        action = thread_action(td, sig);
    CRT_VALIDATE(action, EINVAL, -1);
    crt_lock(LOCK_SIGNAL);
    handler = *action;
    if (handler != SIG_IGN && handler != SIG_DFL)
        *action = SIG_DFL;
    crt_unlock(LOCK_SIGNAL);
    if (handler == SIG_IGN)
        return 0;
    if (handler == SIG_DFL) {
        if (sig == SIGABRT || sig == SIGABRT_OLD)
            return 0; /* abort goes on */
        _exit(3);
    }
    if (sig == SIGFPE) {
        int old = td->fpecode;
        td->fpecode = _FPE_EXPLICITGEN;
        ((fpe_handler)(void *)handler)(sig, td->fpecode);
        td->fpecode = old;
    } else {
        handler(sig);
    }
    return 0;
}

int *__cdecl __fpecode(void)
{
    return &crt_thread()->fpecode;
}

void **__cdecl __pxcptinfoptrs(void)
{
    return &crt_thread()->exception_pointers;
}

static int filter(DWORD code, EXCEPTION_POINTERS *pointers)
{
    struct thread_data *td = crt_thread();
    unsigned i = 0;

    while (i < CRT_COUNTOF(exceptions) && exceptions[i].code != code)
        i++;
    if (i == CRT_COUNTOF(exceptions))
        return EXCEPTION_CONTINUE_SEARCH;
    crt_signal_handler *action = thread_action(td, exceptions[i].signal), handler = *action;
    if (handler == SIG_DFL)
        return EXCEPTION_CONTINUE_SEARCH;
    if (handler == (crt_signal_handler)5) { /* SIG_DIE */
        *action = SIG_DFL;
        return EXCEPTION_EXECUTE_HANDLER;
    }
    if (handler == SIG_IGN)
        return EXCEPTION_CONTINUE_EXECUTION;
    void *old_pointers = td->exception_pointers;
    td->exception_pointers = pointers;
    *action = SIG_DFL;
    if (exceptions[i].signal == SIGFPE) {
        int old = td->fpecode;
        td->fpecode = exceptions[i].fpe;
        ((fpe_handler)(void *)handler)(SIGFPE, td->fpecode);
        td->fpecode = old;
    } else {
        handler(exceptions[i].signal);
    }
    td->exception_pointers = old_pointers;
    return EXCEPTION_CONTINUE_EXECUTION;
}

int __cdecl _seh_filter_exe(unsigned long code, EXCEPTION_POINTERS *pointers)
{
    return filter(code, pointers);
}

int __cdecl _seh_filter_dll(unsigned long code, EXCEPTION_POINTERS *pointers)
{
    /* In a DLL's start only C++ exceptions are of interest, and those only end the search. */
    return code == 0xe06d7363 ? filter(code, pointers) : EXCEPTION_CONTINUE_SEARCH;
}

int __cdecl _XcptFilter(unsigned long code, EXCEPTION_POINTERS *pointers)
{
    return filter(code, pointers);
}

int __cdecl __CppXcptFilter(unsigned long code, EXCEPTION_POINTERS *pointers)
{
    return code == 0xe06d7363 ? filter(code, pointers) : EXCEPTION_CONTINUE_SEARCH;
}
