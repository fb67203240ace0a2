/* SPDX-License-Identifier: MIT */
/* Functions to call at the end of a module or the process, and the ways a process ends. */
#include "crt_private.h"
#include <signal.h>

typedef int(__cdecl *onexit_function)(void);
typedef void(__cdecl *void_function)(void);

/* The layout is public (process.h: _onexit_table_t); pointers are encoded as in Microsoft's runtime. */
struct onexit_table {
    onexit_function *first, *last, *end;
};

static struct onexit_table exit_table, quick_table;
static onexit_function thread_exit_callback;

static onexit_function encode(onexit_function f)
{
    return (onexit_function)EncodePointer((void *)f);
}

static onexit_function decode(onexit_function f)
{
    return (onexit_function)DecodePointer((void *)f);
}

int __cdecl _initialize_onexit_table(struct onexit_table *table)
{
    if (!table)
        return -1;
    if (table->first != table->end)
        return 0;
    table->first = table->last = table->end = (onexit_function *)encode(NULL);
    return 0;
}

int __cdecl _register_onexit_function(struct onexit_table *table, onexit_function function)
{
    int r = -1;

    if (!table)
        return -1;
    crt_lock(LOCK_EXIT);
    onexit_function *first = (onexit_function *)DecodePointer(table->first);
    onexit_function *last = (onexit_function *)DecodePointer(table->last);
    onexit_function *end = (onexit_function *)DecodePointer(table->end);
    if (last == end) {
        size_t count = (size_t)(end - first), capacity = count ? count * 2 : 32;
        onexit_function *grown = _recalloc(first, capacity, sizeof(*grown));
        if (!grown)
            goto done;
        first = grown;
        last = first + count;
        end = first + capacity;
    }
    *last++ = encode(function);
    table->first = EncodePointer(first);
    table->last = EncodePointer(last);
    table->end = EncodePointer(end);
    r = 0;
done:
    crt_unlock(LOCK_EXIT);
    return r;
}

/* In reverse order; functions may register more, which are called next. */
int __cdecl _execute_onexit_table(struct onexit_table *table)
{
    if (!table)
        return -1;
    crt_lock(LOCK_EXIT);
    if (!table->first) { /* never initialised: nothing was registered */
        crt_unlock(LOCK_EXIT);
        return 0;
    }
    for (;;) {
        onexit_function *first = (onexit_function *)DecodePointer(table->first);
        onexit_function *last = (onexit_function *)DecodePointer(table->last);
        if (!first || first == last) {
            table->first = table->last = table->end = (onexit_function *)encode(NULL);
            crt_unlock(LOCK_EXIT);
            if (first != (onexit_function *)-1)
                free(first);
            return 0;
        }
        onexit_function f = decode(*--last);
        table->last = EncodePointer(last);
        if (f) {
            crt_unlock(LOCK_EXIT);
            f();
            crt_lock(LOCK_EXIT);
        }
    }
}

static int register_static(struct onexit_table *table, onexit_function f)
{
    crt_lock(LOCK_EXIT);
    if (!table->first)
        _initialize_onexit_table(table);
    crt_unlock(LOCK_EXIT);
    return _register_onexit_function(table, f);
}

int __cdecl _crt_atexit(void_function f)
{
    return register_static(&exit_table, (onexit_function)f);
}

int __cdecl _crt_at_quick_exit(void_function f)
{
    return register_static(&quick_table, (onexit_function)f);
}

int __cdecl atexit(void_function f)
{
    return register_static(&exit_table, (onexit_function)f);
}

onexit_function __cdecl _onexit(onexit_function f)
{
    return register_static(&exit_table, f) ? NULL : f;
}

/* A DLL's own table in msvcrt times: *start and *end are the caller's, plain pointers. */
onexit_function __cdecl __dllonexit(onexit_function f, onexit_function **start, onexit_function **end)
{
    onexit_function *table;

    if (!start || !end)
        return NULL;
    crt_lock(LOCK_EXIT);
    size_t used = (size_t)(*end - *start), room = *start ? _msize(*start) / sizeof(*table) : 0;
    if (used >= room) {
        table = realloc(*start, (room ? room * 2 : 32) * sizeof(*table));
        if (!table) {
            crt_unlock(LOCK_EXIT);
            return NULL;
        }
        *start = table;
        *end = table + used;
    }
    *(*end)++ = f;
    crt_unlock(LOCK_EXIT);
    return f;
}

void __cdecl _register_thread_local_exe_atexit_callback(void *callback)
{
    if (thread_exit_callback)
        _invoke_watson(NULL, NULL, NULL, 0, 0); /* only one module may be the program */
    thread_exit_callback = (onexit_function)callback;
}

DECLSPEC_NORETURN void crt_terminate_process(UINT code)
{
    TerminateProcess(GetCurrentProcess(), code);
    for (;;)
        ExitProcess(code);
}

static LONG exiting;

static void run_at_exit(bool quick, bool full)
{
    crt_lock(LOCK_EXIT);
    if (!exiting) {
        exiting = 1;
        crt_unlock(LOCK_EXIT);
        if (full && !quick && thread_exit_callback) {
            void(WINAPI * callback)(void *, DWORD, void *) = (void *)thread_exit_callback;
            callback(NULL, DLL_PROCESS_DETACH, NULL);
        }
        if (full)
            _execute_onexit_table(quick ? &quick_table : &exit_table);
        if (!quick)
            _flushall();
    } else {
        crt_unlock(LOCK_EXIT);
    }
}

void __cdecl exit(int code)
{
    run_at_exit(false, true);
    ExitProcess((UINT)code);
}

/* What is buffered is not written then, as documented; a program that calls ExitProcess itself does not lose it. */
bool crt_quick_exit;

void __cdecl _exit(int code)
{
    crt_quick_exit = true;
    ExitProcess((UINT)code);
}

void __cdecl _Exit(int code)
{
    _exit(code);
}

void __cdecl quick_exit(int code)
{
    run_at_exit(true, true);
    _exit(code);
}

void __cdecl _cexit(void)
{
    run_at_exit(false, true);
    exiting = 0;
}

void __cdecl _c_exit(void)
{
    run_at_exit(true, false);
    exiting = 0;
}

/* ---- abort ---- */

static unsigned abort_behavior = _WRITE_ABORT_MSG | _CALL_REPORTFAULT;

unsigned __cdecl _set_abort_behavior(unsigned flags, unsigned mask)
{
    unsigned old = abort_behavior;
    abort_behavior = (abort_behavior & ~mask) | (flags & mask);
    return old;
}

static void write_error(const char *text)
{
    DWORD n;
    HANDLE handle = GetStdHandle(STD_ERROR_HANDLE);

    if (handle && handle != INVALID_HANDLE_VALUE)
        WriteFile(handle, text, (DWORD)strlen(text), &n, NULL);
}

void __cdecl abort(void)
{
    /* msvcrt says so; the universal runtime is silent in release builds and ends by a fast failure. */
    if (!CRT_IS_UCRT && (abort_behavior & _WRITE_ABORT_MSG))
        write_error("\nThis application has requested the Runtime to terminate it in an unusual way.\n"
                    "Please contact the application's support team for more information.\n");
    raise(SIGABRT);
    if (CRT_IS_UCRT && (abort_behavior & _CALL_REPORTFAULT))
        __asm__ volatile("int $0x29" ::"c"(FAST_FAIL_FATAL_APP_EXIT));
    _exit(3);
}

/* ---- initialisation tables of modules ---- */

void __cdecl _initterm(void_function *first, void_function *last)
{
    for (; first < last; first++)
        if (*first)
            (*first)();
}

int __cdecl _initterm_e(onexit_function *first, onexit_function *last)
{
    for (; first < last; first++)
        if (*first) {
            int r = (*first)();
            if (r)
                return r;
        }
    return 0;
}

/* Runtime errors of the start-up code ("C runtime errors R6002 through R6035"). */
void __cdecl _amsg_exit(int number)
{
    char text[64];
    int n = 0;

    strcpy(text, "\nruntime error R60");
    n = (int)strlen(text);
    text[n] = (char)('0' + number / 10 % 10);
    text[n + 1] = (char)('0' + number % 10);
    strcpy(text + n + 2, "\n");
    write_error(text);
    _exit(255);
}
