/* SPDX-License-Identifier: MIT */
/* crash.c: what is printed when a program, or Transom itself, crashes; and how the process ends then. */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../../crash/crash.h"
#include "child.h"
#include "crash_cxx.h"
#include "file.h"
#include "process.h"
#include "section.h"
#include "virtual.h"

void out(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n > 0)
        unix_error_text(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static const char *exception_name(DWORD code)
{
    switch (code) {
    case 0xc0000005:
        return "access violation";
    case 0xc0000006:
        return "in-page error";
    case 0xc000001d:
        return "illegal instruction";
    case 0xc0000025:
        return "exception after a noncontinuable exception";
    case 0xc000008c:
        return "array bounds exceeded";
    case 0xc000008e:
        return "floating-point division by zero";
    case 0xc0000090:
        return "invalid floating-point operation";
    case 0xc0000094:
        return "integer division by zero";
    case 0xc0000095:
        return "integer overflow";
    case 0xc0000096:
        return "privileged instruction";
    case 0xc00000fd:
        return "stack overflow";
    case 0xc0000374:
        return "heap corruption";
    case 0xc0000409:
        return "fail fast (stack buffer overrun or abort)";
    case 0x80000003:
        return "breakpoint";
    case 0x80000004:
        return "single step";
    case 0xe06d7363:
        return "unhandled C++ exception";
    case 0x20474343:
        return "unhandled C++ exception (g++)";
    case 0xe0434352:
        return "unhandled .NET exception";
    default:
        return "unhandled exception";
    }
}

/* The signal a native program would have died of: the shell sees 128 + its number. */
static int crash_signal(DWORD code)
{
    switch (code) {
    case 0xc0000005:
    case 0xc00000fd:
    case 0xc0000006:
        return SIGSEGV;
    case 0xc000001d:
    case 0xc0000096:
        return SIGILL;
    case 0xc000008e:
    case 0xc0000090:
    case 0xc0000094:
    case 0xc0000095:
        return SIGFPE;
    case 0x80000003:
    case 0x80000004:
        return SIGTRAP;
    default:
        return SIGABRT;
    }
}

/* --- what the report asks of us --- */

static bool describe(struct view *view, struct crash_module *module)
{
    struct section *section = view->section;
    module->base = view->base;
    module->size = view->size;
    const char *path = section && section->file ? file_get_unix_path(section->file) : NULL;
    snprintf(module->path, sizeof(module->path), "%s", path ? path : "?");
    return true;
}

static bool module_at(uint64_t address, struct crash_module *module)
{
    struct view *view = view_find(address);
    return view && view->type == MEM_IMAGE && describe(view, module);
}

static bool next_module(uint64_t address, struct crash_module *module)
{
    struct view *view = view_at_or_after(address);
    while (view && view->type != MEM_IMAGE)
        view = view_at_or_after(view->base + view->size);
    return view && describe(view, module);
}

static bool read_memory(void *dst, uint64_t address, size_t size)
{
    return user_copy_in(dst, (const void *)address, size);
}

/* The report is a library beside us or in ../lib/transom, loaded now: nothing of it burdens a program that runs. */
static crash_report_function find_report(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/../libtransom-crash.so", options.system_dir);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return library ? (crash_report_function)dlsym(library, "crash_report") : NULL;
}

static size_t collect_threads(struct crash_thread *threads, size_t capacity, const CONTEXT *crashed)
{
    size_t count = 0;
    if (crashed) {
        threads[count].id = (uint32_t)current_thread->tid;
        threads[count].crashed = true;
        threads[count].context = *crashed;
        threads[count].stack_high = (uint64_t)current_thread->teb->Tib.StackBase;
        count++;
    }
    for (LIST_ENTRY *e = thread_list.Flink; e != &thread_list && count < capacity; e = e->Flink) {
        struct thread *thread = container_of(e, struct thread, entry);
        if (thread == current_thread)
            continue;
        threads[count].id = (uint32_t)thread->tid;
        threads[count].stack_high = (uint64_t)thread->teb->Tib.StackBase;
        if (thread->suspend_context)
            threads[count].context = *thread->suspend_context;
        else
            context_from_frame(thread->frame, &threads[count].context, 0);
        count++;
    }
    return count;
}

/* One report, by the first thread that crashes; others that crash meanwhile wait for the end. */
static void report(const EXCEPTION_RECORD *record, const CONTEXT *context, const void *native)
{
    static bool begun;
    if (__atomic_exchange_n(&begun, true, __ATOMIC_ACQ_REL)) {
        if (current_thread && current_thread->in_report)
            return; /* the report itself crashed: what is printed must do */
        for (;;)
            pause();
    }
    if (current_thread) {
        current_thread->in_report = true;
        thread_stop_others();
    }
    char cxx[600];
    const char *what = NULL;
    if (record)
        what = crash_describe_cxx(record, cxx, sizeof(cxx)) ? cxx : exception_name(record->ExceptionCode);
    size_t capacity = thread_count() + 1;
    struct crash_thread *threads = calloc(capacity, sizeof(*threads));
    crash_report_function function = find_report();
    if (threads && function) {
        struct crash_input input = {
            .program = program_name,
            .what = what,
            .record = record,
            .threads = threads,
            .thread_count = collect_threads(threads, capacity, context),
            .native = native,
            .module_at = module_at,
            .next_module = next_module,
            .read = read_memory,
            .put = unix_error_text,
        };
        function(&input);
    } else if (record) {
        out("transom: %s crashed: %s (%08x) at %#llx\n", program_name, what, record->ExceptionCode,
            (unsigned long long)record->ExceptionAddress);
    }
}

void process_crash(const EXCEPTION_RECORD *record, const CONTEXT *context)
{
    DWORD code = record->ExceptionCode;
    child_report_exit((NTSTATUS)code);
    report(record, context, NULL);
    signal_default(crash_signal(code));
    _exit(255);
}

void native_crash(const siginfo_t *info, const ucontext_t *uc)
{
    struct thread *thread = current_thread;
    CONTEXT context;
    out("transom: internal error: signal %d at %#llx, address %p, running %s: please report it\n", info->si_signo,
        (unsigned long long)uc->uc_mcontext.gregs[REG_RIP], info->si_addr, program_name);
    bool in_call = thread && thread->frame && thread->frame->number < NT_SYSCALL_COUNT;
    if (in_call) {
        out("in system call %s\n", decode_table[thread->frame->number].name);
        context_from_frame(thread->frame, &context, 0);
    }
    report(NULL, in_call ? &context : NULL, uc);
    signal_default(info->si_signo);
    _exit(255);
}
