/* SPDX-License-Identifier: MIT */
/* report.c: the crash report on standard error: exception, place, registers, instruction, backtraces, modules. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#ifdef HAVE_ZYDIS
#include <Zydis/Zydis.h>
#endif
#ifdef HAVE_LIBUNWIND
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#endif
#include "crash.h"

#define MAX_FRAMES 64

static void (*put)(const char *text, size_t size);

void out(const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n > (int)sizeof(text) - 1)
        n = sizeof(text) - 1;
    if (n > 0)
        put(text, (size_t)n);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* module+offset (symbol+offset, file:line). A return address belongs to the call before it. */
static void put_place(const struct crash_input *in, uint64_t address, bool is_return)
{
    struct crash_module module;
    struct symbol symbol;
    if (!in->module_at(address, &module)) {
        out("%#llx", (unsigned long long)address);
        return;
    }
    out("%s+%#llx", base_name(module.path), (unsigned long long)(address - module.base));
    if (symbol_find(in, &module, address - is_return, &symbol) && symbol.name[0])
        out(" %s+%#llx", symbol.name, (unsigned long long)(symbol.offset + is_return));
    if (symbol.file[0])
        out(" (%s:%d)", symbol.file, symbol.line);
}

static void put_registers(const CONTEXT *c)
{
    const struct {
        const char *name;
        DWORD64 value;
    } regs[] = {
        { "rax", c->Rax }, { "rbx", c->Rbx }, { "rcx", c->Rcx }, { "rdx", c->Rdx },
        { "rsi", c->Rsi }, { "rdi", c->Rdi }, { "rbp", c->Rbp }, { "rsp", c->Rsp },
        { "r8", c->R8 },   { "r9", c->R9 },   { "r10", c->R10 }, { "r11", c->R11 },
        { "r12", c->R12 }, { "r13", c->R13 }, { "r14", c->R14 }, { "r15", c->R15 },
    };
    for (size_t i = 0; i < sizeof(regs) / sizeof(*regs); i++)
        out("%s%-3s %016llx%s", i % 4 ? "  " : "  ", regs[i].name, (unsigned long long)regs[i].value,
            i % 4 == 3 ? "\n" : "");
    out("  rip %016llx  eflags %08x\n", (unsigned long long)c->Rip, (unsigned)c->EFlags);
}

static void put_instruction(const struct crash_input *in, uint64_t address)
{
    uint8_t code[16];
    size_t size = sizeof(code);
    while (size && !in->read(code, address, size))
        size--;
    if (!size) {
        out("instruction: cannot be read\n");
        return;
    }
#ifdef HAVE_ZYDIS
    ZydisDecoder decoder;
    ZydisFormatter formatter;
    ZydisDecodedInstruction instruction;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    char text[256];
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    if (ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, size, &instruction, operands)) &&
        ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &instruction, operands,
                                                     instruction.operand_count_visible, text, sizeof(text), address,
                                                     NULL))) {
        out("instruction: %s\n", text);
        return;
    }
#endif
    out("instruction:");
    for (size_t i = 0; i < size; i++)
        out(" %02x", code[i]);
    out("\n");
}

static void put_backtrace(const struct crash_input *in, const struct crash_thread *thread)
{
    CONTEXT context = thread->context;
    out("thread %u%s:\n", thread->id, thread->crashed ? " (crashed)" : "");
    for (unsigned i = 0; i < MAX_FRAMES; i++) {
        uint64_t sp = context.Rsp;
        out("  #%-2u ", i);
        put_place(in, context.Rip, i > 0);
        out("\n");
        if (!unwind_pe(in, &context) || context.Rsp <= sp)
            break;
        if (thread->stack_high && context.Rsp >= thread->stack_high)
            break;
    }
}

#ifdef HAVE_LIBUNWIND
static void put_native(const void *ucontext)
{
    unw_cursor_t cursor;
    out("native code:\n");
    if (unw_init_local2(&cursor, (unw_context_t *)ucontext, UNW_INIT_SIGNAL_FRAME))
        return;
    for (unsigned i = 0; i < MAX_FRAMES; i++) {
        unw_word_t ip, offset;
        char name[256];
        unw_get_reg(&cursor, UNW_REG_IP, &ip);
        if (unw_get_proc_name(&cursor, name, sizeof(name), &offset))
            out("  #%-2u %#llx\n", i, (unsigned long long)ip);
        else
            out("  #%-2u %#llx %s+%#llx\n", i, (unsigned long long)ip, name, (unsigned long long)offset);
        if (unw_step(&cursor) <= 0)
            break;
    }
}
#endif

void crash_report(const struct crash_input *in)
{
    put = in->put;
    const EXCEPTION_RECORD *record = in->record;
    if (record) {
        DWORD code = record->ExceptionCode;
        out("transom: %s crashed: %s (%08x) at ", in->program, in->what, (unsigned)code);
        put_place(in, (uint64_t)record->ExceptionAddress, false);
        if ((code == 0xc0000005 || code == 0xc0000006) && record->NumberParameters >= 2)
            out(", %s %#llx",
                record->ExceptionInformation[0] == 1   ? "writing"
                : record->ExceptionInformation[0] == 8 ? "executing"
                                                       : "reading",
                (unsigned long long)record->ExceptionInformation[1]);
        out("\n");
    }
#ifdef HAVE_LIBUNWIND
    if (in->native)
        put_native(in->native);
#endif
    if (in->thread_count) {
        put_registers(&in->threads[0].context);
        put_instruction(in, in->threads[0].context.Rip);
    }
    for (size_t i = 0; i < in->thread_count; i++)
        put_backtrace(in, &in->threads[i]);
    out("modules:\n");
    struct crash_module module;
    for (uint64_t at = 0; in->next_module(at, &module); at = module.base + module.size)
        out("  %012llx-%012llx %s\n", (unsigned long long)module.base, (unsigned long long)(module.base + module.size),
            module.path);
}
