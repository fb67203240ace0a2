/* SPDX-License-Identifier: MIT */
/* crash.c: what is printed when a program, or Transom itself, crashes; and how the process ends then. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "child.h"
#include "process.h"
#include "section.h"
#include "virtual.h"

static void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void out(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n > 0 && write(2, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1) < 0)
        return;
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

/* module+offset of an address, the module's name by its export directory or section's file. */
static void put_address(uint64_t address)
{
    uint64_t base, size;
    struct section *section;
    WCHAR *name = NULL;
    if (virtual_image_at(address, &base, &size, &section)) {
        char narrow[512] = "?";
        if (section && section->file && section->file->type->query_name &&
            !section->file->type->query_name(section->file, &name)) {
            size_t len = 0, start = 0;
            for (; name[len]; len++)
                if (name[len] == '\\')
                    start = len + 1;
            narrow[utf16_to_utf8(name + start, len - start < 160 ? len - start : 160, narrow, sizeof(narrow) - 1)] = 0;
        }
        out("%s+%#llx", narrow, (unsigned long long)(address - base));
    } else {
        out("%#llx", (unsigned long long)address);
    }
}

static void put_registers(const CONTEXT *c)
{
    out("  rip %016llx rsp %016llx rbp %016llx eflags %08x\n", (unsigned long long)c->Rip, (unsigned long long)c->Rsp,
        (unsigned long long)c->Rbp, c->EFlags);
    out("  rax %016llx rbx %016llx rcx %016llx rdx %016llx\n", (unsigned long long)c->Rax, (unsigned long long)c->Rbx,
        (unsigned long long)c->Rcx, (unsigned long long)c->Rdx);
    out("  rsi %016llx rdi %016llx r8  %016llx r9  %016llx\n", (unsigned long long)c->Rsi, (unsigned long long)c->Rdi,
        (unsigned long long)c->R8, (unsigned long long)c->R9);
    out("  r10 %016llx r11 %016llx r12 %016llx r13 %016llx\n", (unsigned long long)c->R10, (unsigned long long)c->R11,
        (unsigned long long)c->R12, (unsigned long long)c->R13);
    out("  r14 %016llx r15 %016llx\n", (unsigned long long)c->R14, (unsigned long long)c->R15);
}

/* Until the unwinder serves crashes: what on the stack looks like return addresses into images. */
static void put_stack(const CONTEXT *c)
{
    unsigned shown = 0;
    for (unsigned i = 0; i < 2048 && shown < 24; i++) {
        uint64_t value, base, size;
        if (!user_copy_in(&value, (const void *)(c->Rsp + i * 8), sizeof(value)))
            break;
        if (virtual_image_at(value, &base, &size, NULL)) {
            out("  [rsp+%#x] ", i * 8);
            put_address(value);
            out("\n");
            shown++;
        }
    }
}

void process_crash(const EXCEPTION_RECORD *record, const CONTEXT *context)
{
    DWORD code = record->ExceptionCode;
    out("transom: %s crashed: %s (%08x) at ", program_name, exception_name(code), code);
    put_address((uint64_t)record->ExceptionAddress);
    if ((code == 0xc0000005 || code == 0xc0000006) && record->NumberParameters >= 2)
        out(", %s address %#llx", record->ExceptionInformation[0] == 1 ? "writing" : record->ExceptionInformation[0] == 8 ? "executing" : "reading",
            (unsigned long long)record->ExceptionInformation[1]);
    out("\n");
    child_report_exit((NTSTATUS)code);
    put_registers(context);
    put_stack(context);
    signal_default(crash_signal(code));
    _exit(255);
}

void native_crash(const siginfo_t *info, const ucontext_t *uc)
{
    out("transom: internal error: signal %d at %#llx, address %p, running %s: please report it\n", info->si_signo,
        (unsigned long long)uc->uc_mcontext.gregs[REG_RIP], info->si_addr, program_name);
    struct thread *thread = current_thread;
    if (thread && thread->frame && thread->frame->number < NT_SYSCALL_COUNT)
        out("  in system call %s\n", decode_table[thread->frame->number].name);
    signal_default(info->si_signo);
    _exit(255);
}
