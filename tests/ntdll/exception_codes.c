/* SPDX-License-Identifier: MIT */
/*
 * What the processor's faults and traps become: code, address, parameters, and where a handler finds the program ("EXCEPTION_RECORD",
 * winnt.h). Instructions are run from memory; a vectored handler notes the exception and goes on behind them.
 */
#include "../test.h"
#include <float.h>

static struct seen {
    int count;
    EXCEPTION_RECORD record;
    CONTEXT context;
} seen;

static BYTE *code;
ULONG64 __attribute__((used)) resume_rsp; /* of run_code's call */

/*
 * void run_code(BYTE *code, void *rcx, ULONG64 rax, ULONG64 rdx): calls the code, which may change rax, rcx, rdx, r8 and flags.
 * code_return is where it is gone on after an exception, with rsp = resume_rsp.
 */
void run_code(BYTE *where, void *rcx, ULONG64 rax, ULONG64 rdx);
extern BYTE code_return[];
__asm__(".text\n"
        ".globl run_code\n"
        ".seh_proc run_code\n"
        "run_code:\n"
        "    pushq %rbx\n"
        "    .seh_pushreg %rbx\n"
        "    subq $0x20, %rsp\n"
        "    .seh_stackalloc 0x20\n"
        "    .seh_endprologue\n"
        "    movq %rcx, %r10\n"
        "    movq %rdx, %rcx\n"
        "    movq %r8, %rax\n"
        "    movq %r9, %rdx\n"
        "    movq %rsp, resume_rsp(%rip)\n"
        "    call *%r10\n"
        ".globl code_return\n"
        "code_return:\n"
        "    cld\n"
        "    pushfq\n"
        "    andl $~0x40100, (%rsp)\n" /* neither TF nor AC */
        "    popfq\n"
        "    addq $0x20, %rsp\n"
        "    popq %rbx\n"
        "    ret\n"
        "    .seh_endproc\n");

static LONG CALLBACK note_exception(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    if (context->Rip < (ULONG64)code || context->Rip >= (ULONG64)code + 4096)
        return EXCEPTION_CONTINUE_SEARCH;
    seen.count++;
    seen.record = *pointers->ExceptionRecord;
    seen.context = *context;
    context->Rip = (ULONG64)code_return;
    context->Rsp = resume_rsp;
    context->EFlags &= ~0x40100u;
    return EXCEPTION_CONTINUE_EXECUTION;
}

#define RUN(rcx, rax, rdx, ...)                                                                                        \
    do {                                                                                                               \
        static const BYTE bytes[] = { __VA_ARGS__, 0xc3, 0xcc, 0xcc };                                                 \
        memset(&seen, 0, sizeof(seen));                                                                                \
        memset(code, 0xcc, 64);                                                                                        \
        memcpy(code, bytes, sizeof(bytes));                                                                            \
        run_code(code, (void *)(rcx), (ULONG64)(rax), (ULONG64)(rdx));                                                 \
    } while (0)

/* The exception was this one, at this offset of the code, with so many parameters. */
static void check(int line, DWORD expected, int offset, DWORD parameters)
{
    LONG64 at = (BYTE *)seen.record.ExceptionAddress - code, rip = (LONG64)seen.context.Rip - (LONG64)code;

    test_check(__FILE__, line, false, seen.count == 1 && seen.record.ExceptionCode == expected,
               "%d exceptions, code %#lx, expected %#lx", seen.count, seen.record.ExceptionCode, expected);
    if (seen.count != 1)
        return;
    test_check(__FILE__, line, false, at == offset && rip == offset, "address +%lld, Rip +%lld, expected +%d", at, rip,
               offset);
    test_check(__FILE__, line, false, seen.record.NumberParameters == parameters, "%lu parameters, expected %lu",
               seen.record.NumberParameters, parameters);
    test_check(__FILE__, line, false, !seen.record.ExceptionFlags && !seen.record.ExceptionRecord, "flags %#lx",
               seen.record.ExceptionFlags);
}
#define CHECK(code, offset, parameters) check(__LINE__, (DWORD)(code), offset, parameters)

static void test_integers(void)
{
    LONG zero = 0, minus_one = -1;

    RUN(0, 7, 0, 0xf7, 0xf1); /* div ecx */
    CHECK(EXCEPTION_INT_DIVIDE_BY_ZERO, 0, 0);
    RUN(&zero, 7, 0, 0x90, 0xf7, 0x39); /* idiv dword [rcx] */
    CHECK(EXCEPTION_INT_DIVIDE_BY_ZERO, 1, 0);
    RUN(-1, 0x80000000u, 0xffffffffu, 0xf7, 0xf9); /* idiv ecx: the quotient does not fit */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(&minus_one, 0x80000000u, 0xffffffffu, 0xf7, 0x39);
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN((char *)&minus_one - 16, 0x80000000u, 0xffffffffu, 0xf7, 0x79, 0x10); /* idiv dword [rcx+16] */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN((char *)&minus_one - 0x1000, 0x80000000u, 0xffffffffu, 0xf7, 0xb9, 0, 0x10, 0, 0);
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(&minus_one, 0x80000000u, 0xffffffffu, 0xf7, 0x3c, 0x21); /* idiv dword [rcx] by way of a SIB byte */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(1, 0, 5, 0x48, 0xf7, 0xf1); /* div rcx */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(1, 0x1000, 0, 0xf6, 0xf1); /* div cl */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(0x100, 0x1000, 0, 0xf6, 0xf1);
    CHECK(EXCEPTION_INT_DIVIDE_BY_ZERO, 0, 0);
    RUN(0x100, 0x1000, 0, 0xf6, 0xf5); /* div ch */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
    RUN(0, 0, 0xffffffffu, 0xf7, 0x35, 0xfa, 0xff, 0xff, 0xff); /* div dword [rip-6]: the code itself */
    CHECK(EXCEPTION_INT_OVERFLOW, 0, 0);
}

static void test_breakpoints(void)
{
    RUN(0, 0, 0, 0x90, 0xcc);
    CHECK(EXCEPTION_BREAKPOINT, 1, 1);
    ok_int(seen.record.ExceptionInformation[0], 0);
    RUN(0, 0, 0, 0xcd, 0x2d, 0x90, 0x90); /* the debug service, without a debugger */
    ok(seen.count == 1 && seen.record.ExceptionCode == EXCEPTION_BREAKPOINT, "%d exceptions, code %#lx", seen.count,
       seen.record.ExceptionCode);
    ok(seen.context.Rip == (ULONG64)code + 2, "Rip +%lld", seen.context.Rip - (ULONG64)code);
    RUN(0, 0, 0, 0xf1, 0x90); /* icebp */
    CHECK(EXCEPTION_SINGLE_STEP, 1, 0);
    RUN(0, 0, 0, 0xcd, 0x2c); /* assertion */
    CHECK(0xc0000420, 0, 0);
}

static void test_instructions(void)
{
    RUN(0, 0, 0, 0x0f, 0x0b); /* ud2 */
    CHECK(EXCEPTION_ILLEGAL_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0x06); /* push es */
    CHECK(EXCEPTION_ILLEGAL_INSTRUCTION, 0, 0);
    RUN(code, 0, 0, 0xf0, 0x8b, 0x01); /* lock mov eax,[rcx] */
    CHECK(0xc000001e, 0, 0);           /* STATUS_INVALID_LOCK_SEQUENCE */

    RUN(0, 0, 0, 0xf4); /* hlt */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0xfa); /* cli */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0x80, 0xee); /* out dx,al */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0xe4, 0x80); /* in al,80h */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0x0f, 0x20, 0xc0); /* mov rax,cr0 */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0x0f, 0x21, 0xc0); /* mov rax,dr0 */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0x10, 0, 0, 0x0f, 0x32); /* rdmsr */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);
    RUN(0, 0, 0, 0x0f, 0x09); /* wbinvd */
    CHECK(EXCEPTION_PRIV_INSTRUCTION, 0, 0);

    RUN(0, 0, 0, 0xcd, 0x20); /* an interrupt that is not for programs */
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    ok_int(seen.record.ExceptionInformation[0], 0);
    ok(seen.record.ExceptionInformation[1] == ~(ULONG_PTR)0, "%#llx", seen.record.ExceptionInformation[1]);
    RUN(0x8000000000000000ull, 0, 0, 0x8b, 0x01); /* a non-canonical address */
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    ok(seen.record.ExceptionInformation[1] == ~(ULONG_PTR)0, "%#llx", seen.record.ExceptionInformation[1]);
    RUN(code + 1, 0, 0, 0x66, 0x0f, 0x6f, 0x01); /* movdqa xmm0,[rcx] that is not aligned */
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    ok(seen.record.ExceptionInformation[1] == ~(ULONG_PTR)0, "%#llx", seen.record.ExceptionInformation[1]);
}

static void test_memory(void)
{
    BYTE *pages = VirtualAlloc(NULL, 0x3000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD old;

    RUN(0x1234, 0, 0, 0x90, 0x8b, 0x01); /* mov eax,[rcx] */
    CHECK(EXCEPTION_ACCESS_VIOLATION, 1, 2);
    ok(seen.record.ExceptionInformation[0] == 0 && seen.record.ExceptionInformation[1] == 0x1234, "%llu, %#llx",
       seen.record.ExceptionInformation[0], seen.record.ExceptionInformation[1]);
    RUN(0x1234, 0, 0, 0x89, 0x01); /* mov [rcx],eax */
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    ok_int(seen.record.ExceptionInformation[0], 1);
    ok((seen.context.ContextFlags & (CONTEXT_ALL)) == CONTEXT_ALL, "flags %#lx", seen.context.ContextFlags);
    ok(seen.context.Rcx == 0x1234 && seen.context.SegCs == 0x33 && seen.context.SegSs == 0x2b &&
           seen.context.SegDs == 0x2b && seen.context.SegFs == 0x53,
       "Rcx %llx, cs %x, ss %x, ds %x", seen.context.Rcx, seen.context.SegCs, seen.context.SegSs, seen.context.SegDs);

    /* An access over the end of a page: the first byte that cannot be read counts. */
    VirtualProtect(pages + 0x1000, 0x1000, PAGE_NOACCESS, &old);
    RUN(pages + 0xffe, 0, 0, 0x8b, 0x01);
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    ok_ptr(seen.record.ExceptionInformation[1], pages + 0x1000);

    /* Guard pages: once, for any access */
    VirtualProtect(pages + 0x1000, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old);
    RUN(pages + 0x1008, 0, 0, 0x89, 0x01);
    CHECK(STATUS_GUARD_PAGE_VIOLATION, 0, 2);
    ok_int(seen.record.ExceptionInformation[0], 1);
    ok_ptr(seen.record.ExceptionInformation[1], pages + 0x1008);
    RUN(pages + 0x1008, 0, 0, 0x89, 0x01);
    ok_int(seen.count, 0);
    VirtualProtect(pages + 0x1000, 0x1000, PAGE_READONLY | PAGE_GUARD, &old);
    ok_hex(old, PAGE_READWRITE);
    RUN(pages + 0x1008, 0, 0, 0x8b, 0x01);
    CHECK(STATUS_GUARD_PAGE_VIOLATION, 0, 2);
    RUN(pages + 0x1008, 0, 0, 0x89, 0x01);
    CHECK(EXCEPTION_ACCESS_VIOLATION, 0, 2);
    VirtualFree(pages, 0, MEM_RELEASE);
}

/* Alignment checks, which the program asks for by a flag */
static void test_alignment(void)
{
    static LONG data[2];

    RUN((BYTE *)data + 1, 0, 0, 0x9c, 0x81, 0x0c, 0x24, 0, 0, 4, 0, 0x9d, /* pushfq; or dword [rsp],40000h; popfq */
        0x8b, 0x01, 0x9c, 0x81, 0x24, 0x24, 0xff, 0xff, 0xfb, 0xff, 0x9d);
    ok(seen.count == 1 && seen.record.ExceptionCode == (DWORD)EXCEPTION_DATATYPE_MISALIGNMENT,
       "%d exceptions, code %#lx", seen.count, seen.record.ExceptionCode);
    ok(seen.context.EFlags & 0x40000, "flags %#lx", seen.context.EFlags);
}

/* --- floating point --- */

static void test_sse(void)
{
    static const struct {
        DWORD unmasked;
        double a, b;
        char operation;
        DWORD expected;
    } cases[] = {
        { 0x0080, 0.0, 0.0, '/', EXCEPTION_FLT_INVALID_OPERATION },
        { 0x0200, 1.0, 0.0, '/', EXCEPTION_FLT_DIVIDE_BY_ZERO },
        { 0x0400, 1e300, 1e300, '*', EXCEPTION_FLT_OVERFLOW },
        { 0x0800, 1e-300, 1e-300, '*', EXCEPTION_FLT_UNDERFLOW },
        { 0x1000, 1.0, 3.0, '/', EXCEPTION_FLT_INEXACT_RESULT },
        { 0x0100, 4.9406564584124654e-324, 1.0, '*', EXCEPTION_FLT_DENORMAL_OPERAND },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct {
            double a, b;
            DWORD mxcsr, old;
        } data = { cases[i].a, cases[i].b, 0x1f80 & ~cases[i].unmasked, 0x1f80 };

        /* ldmxcsr [rcx+16]; movsd xmm0,[rcx]; divsd or mulsd xmm0,[rcx+8]; ldmxcsr [rcx+20] */
        if (cases[i].operation == '/')
            RUN(&data, 0, 0, 0x0f, 0xae, 0x51, 0x10, 0xf2, 0x0f, 0x10, 0x01, 0xf2, 0x0f, 0x5e, 0x41, 0x08, 0x0f, 0xae,
                0x51, 0x14);
        else
            RUN(&data, 0, 0, 0x0f, 0xae, 0x51, 0x10, 0xf2, 0x0f, 0x10, 0x01, 0xf2, 0x0f, 0x59, 0x41, 0x08, 0x0f, 0xae,
                0x51, 0x14);
        __asm__ volatile("ldmxcsr %0" : : "m"(data.old));
        CHECK(cases[i].expected, 8, 2);
        ok(seen.record.ExceptionInformation[0] == 0 && seen.record.ExceptionInformation[1] == seen.context.MxCsr,
           "case %zu: parameters %#llx, %#llx, MxCsr %#lx", i, seen.record.ExceptionInformation[0],
           seen.record.ExceptionInformation[1], seen.context.MxCsr);
        ok((seen.context.MxCsr & 0x1f80) == data.mxcsr, "case %zu: MxCsr %#lx", i, seen.context.MxCsr);
    }
}

static void test_x87(void)
{
    static const struct {
        WORD unmasked;
        double a, b;
        char operation;
        DWORD expected;
    } cases[] = {
        { 0x01, 0.0, 0.0, '/', EXCEPTION_FLT_INVALID_OPERATION },
        { 0x04, 1.0, 0.0, '/', EXCEPTION_FLT_DIVIDE_BY_ZERO },
        { 0x20, 1.0, 3.0, '/', EXCEPTION_FLT_INEXACT_RESULT },
        { 0x02, 4.9406564584124654e-324, 1.0, '*', EXCEPTION_FLT_DENORMAL_OPERAND },
        { 0x01, 0.0, 0.0, 's', EXCEPTION_FLT_STACK_CHECK },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct {
            double a, b;
            WORD control, old;
        } data = { cases[i].a, cases[i].b, 0x37f & ~cases[i].unmasked, 0x37f };

        /* fninit; fldcw [rcx+16]; fld qword [rcx]; fdiv or fmul qword [rcx+8]; fwait; fnclex; fninit */
        if (cases[i].operation == '/')
            RUN(&data, 0, 0, 0xdb, 0xe3, 0xd9, 0x69, 0x10, 0xdd, 0x01, 0xdc, 0x71, 0x08, 0x9b, 0xdb, 0xe2, 0xdb, 0xe3);
        else if (cases[i].operation == '*')
            RUN(&data, 0, 0, 0xdb, 0xe3, 0xd9, 0x69, 0x10, 0xdd, 0x01, 0xdc, 0x49, 0x08, 0x9b, 0xdb, 0xe2, 0xdb, 0xe3);
        else /* fstp st(0) of an empty stack */
            RUN(&data, 0, 0, 0xdb, 0xe3, 0xd9, 0x69, 0x10, 0xdd, 0xd8, 0x9b, 0xdb, 0xe2, 0xdb, 0xe3);
        ok(seen.count == 1 && seen.record.ExceptionCode == cases[i].expected, "case %zu: %d exceptions, code %#lx", i,
           seen.count, seen.record.ExceptionCode);
        ok(seen.context.FltSave.StatusWord & 0x80, "case %zu: status word %#x", i, seen.context.FltSave.StatusWord);
        __asm__ volatile("fninit");
    }
    _fpreset();
}

/* --- single steps --- */

static int steps;
static ULONG64 step_rips[32];
static DWORD step_flags, step_dr6;
static bool step_again;

static LONG CALLBACK step(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    if (pointers->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_SINGLE_STEP)
        return EXCEPTION_CONTINUE_SEARCH;
    step_flags = context->EFlags;
    step_dr6 = (DWORD)context->Dr6;
    if (steps < 32)
        step_rips[steps] = context->Rip;
    steps++;
    if (step_again)
        context->EFlags |= 0x100;
    return EXCEPTION_CONTINUE_EXECUTION;
}

NTSYSAPI NTSTATUS NTAPI NtQuerySystemTime(LARGE_INTEGER *time);

static void test_single_step(void)
{
    /* pushfq; or dword [rsp],100h; popfq; nop; nop; pushfq; and dword [rsp],~100h; popfq; nop; ret */
    static const BYTE stepped[] = { 0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d, 0x90, 0x90, 0x90, 0xc3 };
    void *handle = AddVectoredExceptionHandler(1, step);
    LARGE_INTEGER time;

    steps = 0;
    memcpy(code, stepped, sizeof(stepped));
    run_code(code, NULL, 0, 0);
    ok_int(steps, 1);
    ok(step_rips[0] == (ULONG64)code + 10, "after the instruction that follows: +%lld", step_rips[0] - (ULONG64)code);
    ok(!(step_flags & 0x100), "the flag is cleared: %#lx", step_flags);
    ok(step_dr6 & 0x4000, "Dr6 %#lx", step_dr6);

    steps = 0;
    step_again = true;
    run_code(code, NULL, 0, 0);
    ok(steps >= 4 && step_rips[1] == (ULONG64)code + 11 && step_rips[2] == (ULONG64)code + 12 &&
           step_rips[3] == (ULONG64)code_return,
       "%d steps", steps);

    /* Through a system call, which is one step */
    memcpy(code, stepped, 9);
    memcpy(code + 9, "\xff\xe2", 2); /* jmp rdx */
    steps = 0;
    run_code(code, &time, 0, (ULONG64)NtQuerySystemTime);
    step_again = false;
    ok(steps > 5 && steps < 200, "%d steps", steps);
    ok(time.QuadPart > 0, "the call failed");
    RemoveVectoredExceptionHandler(handle);
}

/* --- debug registers --- */

static volatile LONG watched;
static int watch_hits;
static ULONG64 watch_dr6;

static LONG CALLBACK watch(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_SINGLE_STEP)
        return EXCEPTION_CONTINUE_SEARCH;
    watch_hits++;
    watch_dr6 = pointers->ContextRecord->Dr6;
    if (pointers->ContextRecord->Rip == (ULONG64)code)
        pointers->ContextRecord->EFlags |= 0x10000; /* RF: on over the breakpoint */
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void test_debug_registers(void)
{
    CONTEXT context = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };
    void *handle = AddVectoredExceptionHandler(1, watch);

    context.Dr0 = (ULONG64)&watched;
    context.Dr3 = (ULONG64)code;
    context.Dr7 = 1 | 0xd0000 | 1 << 6; /* 0: writes of four bytes; 3: execution */
    ok(SetThreadContext(GetCurrentThread(), &context), "error %lu", GetLastError());
    memset(&context, 0, sizeof(context));
    context.ContextFlags = CONTEXT_DEBUG_REGISTERS;
    ok(GetThreadContext(GetCurrentThread(), &context), "error %lu", GetLastError());
    ok(context.Dr0 == (ULONG64)&watched && context.Dr3 == (ULONG64)code, "Dr0 %#llx, Dr3 %#llx", context.Dr0,
       context.Dr3);
    ok((context.Dr7 & 0xf00ff) == (1 | 0xd0000 | 1 << 6), "Dr7 %#llx", context.Dr7);

    watched = 1;
    ok_int(watch_hits, 1);
    ok(watch_dr6 & 1, "Dr6 %#llx", watch_dr6);
    (void)watched;
    ok_int(watch_hits, 1);
    code[0] = 0x90;
    code[1] = 0xc3;
    run_code(code, NULL, 0, 0);
    ok_int(watch_hits, 2);
    ok(watch_dr6 & 8, "Dr6 %#llx", watch_dr6);

    memset(&context, 0, sizeof(context));
    context.ContextFlags = CONTEXT_DEBUG_REGISTERS;
    ok(SetThreadContext(GetCurrentThread(), &context), "error %lu", GetLastError());
    watched = 2;
    run_code(code, NULL, 0, 0);
    ok_int(watch_hits, 2);
    RemoveVectoredExceptionHandler(handle);
}

/* A mapped file that has become shorter: what is beyond its end cannot be read in. */
static void test_in_page_error(void)
{
    WCHAR directory[MAX_PATH], name[MAX_PATH];
    HANDLE file, mapping;
    BYTE *view;

    GetTempPathW(MAX_PATH, directory);
    GetTempFileNameW(directory, L"ipe", 0, name);
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    mapping = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0x4000, NULL);
    view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    ok(view != NULL, "error %lu", GetLastError());
    view[0x2000] = 1;
    /* Windows refuses to truncate a mapped file, so there is nothing to compare with there. */
    SetFilePointer(file, 0x1000, NULL, FILE_BEGIN);
    SetLastError(0);
    ok(!SetEndOfFile(file), "a mapped file was truncated");
    ok_int(GetLastError(), ERROR_USER_MAPPED_FILE);
    UnmapViewOfFile(view);
    CloseHandle(mapping);
    CloseHandle(file);
}

TESTS
{
    void *handle;

    code = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    handle = AddVectoredExceptionHandler(1, note_exception);
    test_integers();
    test_breakpoints();
    test_instructions();
    test_memory();
    test_alignment();
    test_sse();
    test_x87();
    RemoveVectoredExceptionHandler(handle);
    test_single_step();
    test_debug_registers();
    test_in_page_error();
}
