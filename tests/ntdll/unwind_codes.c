/* SPDX-License-Identifier: MIT */
/*
 * RtlVirtualUnwind with every unwind code, prologues, epilogues in all their forms, chained information, version 2 ("x64 exception
 * handling"). The functions are made in memory and never run.
 */
#include "../test.h"

enum { PUSH, LARGE, SMALL, FPREG, SAVE, SAVE_FAR, EPILOG, SPARE, XMM, XMM_FAR, MACHFRAME };
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

#define FUNCTION 0x1000 /* offsets in the image */
#define SECOND   0x2000
#define INFO     0x100
#define INFO2    0x200
#define HANDLER  0x800

static BYTE *image;
static ULONG64 stack[0x40000];
static RUNTIME_FUNCTION function;
static CONTEXT context;
static KNONVOLATILE_CONTEXT_POINTERS pointers;
static PEXCEPTION_ROUTINE handler;
static void *handler_data;
static ULONG64 frame;

#define CODE(offset, operation, info) (USHORT)((offset) | (operation) << 8 | (info) << 12)

/* Writes unwind information; `tail` follows the codes. */
static void make_info(ULONG where, int version, int flags, int prolog, int frame_register, int frame_offset,
                      const USHORT *codes, int count, const void *tail, size_t tail_size)
{
    BYTE *info = image + where;

    info[0] = (BYTE)(version | flags << 3);
    info[1] = (BYTE)prolog;
    info[2] = (BYTE)count;
    info[3] = (BYTE)(frame_register | frame_offset << 4);
    memcpy(info + 4, codes, 2 * (size_t)count);
    memcpy(info + 4 + 2 * (size_t)((count + 1) & ~1), tail, tail_size);
}
#define INFORMATION(version, flags, prolog, fp, fp_offset, ...)                                                        \
    do {                                                                                                               \
        static const USHORT codes_[] = { __VA_ARGS__ };                                                                \
        static const ULONG tail_[] = { HANDLER, 0x11223344 };                                                          \
        make_info(INFO, version, flags, prolog, fp, fp_offset, codes_, (int)(sizeof(codes_) / 2), tail_,               \
                  sizeof(tail_));                                                                                      \
        function = (RUNTIME_FUNCTION){ FUNCTION, FUNCTION + 0x100, INFO };                                             \
    } while (0)

/* The stack pointer is at stack[100]; registers have values of their own. */
static void reset(ULONG offset)
{
    for (size_t i = 0; i < sizeof(stack) / sizeof(*stack); i++)
        stack[i] = 0xabc00000 + i;
    memset(&context, 0, sizeof(context));
    memset(&pointers, 0, sizeof(pointers));
    for (int i = 0; i < 16; i++)
        (&context.Rax)[i] = 0x5000u + (unsigned)i;
    context.Rsp = (ULONG64)&stack[100];
    context.Rip = (ULONG64)image + offset;
}

static void unwind(ULONG offset)
{
    handler_data = NULL;
    frame = 0;
    handler = RtlVirtualUnwind(UNW_FLAG_EHANDLER, (ULONG64)image, (ULONG64)image + offset, &function, &context,
                               &handler_data, &frame, &pointers);
}

static void code_at(ULONG offset, const void *bytes, size_t size)
{
    memset(image + offset, 0x90, 64); /* nop: no part of an epilogue */
    memcpy(image + offset, bytes, size);
}
#define CODE_AT(offset, ...)                                                                                           \
    do {                                                                                                               \
        static const BYTE bytes_[] = { __VA_ARGS__ };                                                                  \
        code_at(offset, bytes_, sizeof(bytes_));                                                                       \
    } while (0)

/* The return address was stack[at]; the stack pointer is behind it. */
static void check(int line, int at)
{
    test_check(__FILE__, line, false, context.Rip == 0xabc00000u + (unsigned)at, "returns to %#llx, expected %#x",
               context.Rip, 0xabc00000u + (unsigned)at);
    test_check(__FILE__, line, false, context.Rsp == (ULONG64)&stack[at + 1], "Rsp is stack[%lld], expected stack[%d]",
               ((LONG64)context.Rsp - (LONG64)stack) / 8, at + 1);
}
#define RETURNS(at) check(__LINE__, at)
#define REGISTER(name, at)                                                                                             \
    do {                                                                                                               \
        ok(context.name == 0xabc00000u + (at), #name " is %#llx", context.name);                                       \
        ok(pointers.IntegerContext[&context.name - &context.Rax] == &stack[at], #name "'s pointer is wrong");          \
    } while (0)

static void test_push(void)
{
    /* push rbx; push r12; sub rsp,20h */
    INFORMATION(1, UNW_FLAG_EHANDLER, 7, 0, 0, CODE(7, SMALL, 3), CODE(3, PUSH, R12), CODE(1, PUSH, RBX));
    memset(image + FUNCTION, 0x90, 0x100);

    reset(FUNCTION);
    unwind(FUNCTION);
    RETURNS(100);
    ok(context.Rbx == 0x5003 && !handler, "nothing has been done yet");
    ok(frame == (ULONG64)&stack[100], "frame");
    reset(FUNCTION + 1);
    unwind(FUNCTION + 1);
    REGISTER(Rbx, 100);
    RETURNS(101);
    reset(FUNCTION + 3);
    unwind(FUNCTION + 3);
    REGISTER(R12, 100);
    REGISTER(Rbx, 101);
    RETURNS(102);
    ok(!handler, "a handler for the prologue");
    reset(FUNCTION + 7);
    unwind(FUNCTION + 7);
    REGISTER(R12, 104);
    REGISTER(Rbx, 105);
    RETURNS(106);
    ok_ptr(handler, image + HANDLER);
    ok(handler_data && *(ULONG *)handler_data == 0x11223344, "the handler's data");
    ok(context.Rsi == 0x5006, "another register was changed");

    /* The type of handler is asked for. */
    reset(FUNCTION + 7);
    handler = RtlVirtualUnwind(UNW_FLAG_UHANDLER, (ULONG64)image, (ULONG64)image + FUNCTION + 7, &function, &context,
                               &handler_data, &frame, NULL);
    ok(!handler, "not for termination");
    RETURNS(106);
}

static void test_allocations(void)
{
    INFORMATION(1, 0, 7, 0, 0, CODE(7, LARGE, 0), 0x1000 / 8);
    reset(0);
    unwind(FUNCTION + 20);
    RETURNS(100 + 0x200);
    INFORMATION(1, 0, 7, 0, 0, CODE(7, LARGE, 1), 0x0008, 0x0010); /* 100008h bytes */
    reset(0);
    unwind(FUNCTION + 20);
    RETURNS(100 + 0x100008 / 8);
    INFORMATION(1, 0, 4, 0, 0, CODE(4, SMALL, 0));
    reset(0);
    unwind(FUNCTION + 20);
    RETURNS(101);
    INFORMATION(1, 0, 4, 0, 0, CODE(4, SMALL, 15));
    reset(0);
    unwind(FUNCTION + 20);
    RETURNS(116);
}

static void test_frame_register(void)
{
    /* push rbp; sub rsp,40h; lea rbp,[rsp+20h], and later an allocation of any size */
    INFORMATION(1, 0, 10, RBP, 2, CODE(10, FPREG, 0), CODE(5, SMALL, 7), CODE(1, PUSH, RBP));
    reset(0);
    unwind(FUNCTION + 5);
    ok(frame == (ULONG64)&stack[100], "the frame register is not set yet: %#llx", frame);
    REGISTER(Rbp, 108);
    RETURNS(109);
    reset(0);
    context.Rbp = (ULONG64)&stack[204];
    unwind(FUNCTION + 30);
    ok(frame == (ULONG64)&stack[200], "frame");
    REGISTER(Rbp, 208);
    RETURNS(209);
}

static void test_saves(void)
{
    INFORMATION(1, 0, 20, 0, 0, CODE(20, XMM_FAR, 15), 0x0100, 0, CODE(16, XMM, 6), 2, CODE(12, SAVE_FAR, RDI), 0x0180,
                0, CODE(8, SAVE, RSI), 14, CODE(4, SMALL, 15));
    reset(0);
    unwind(FUNCTION + 30);
    REGISTER(Rsi, 114);
    REGISTER(Rdi, 100 + 0x180 / 8);
    ok(context.Xmm6.Low == 0xabc00000 + 104 && context.Xmm6.High == 0xabc00000 + 105, "xmm6 %#llx", context.Xmm6.Low);
    ok(context.Xmm15.Low == 0xabc00000 + 132 && context.Xmm15.High == 0xabc00000 + 133, "xmm15 %#llx",
       context.Xmm15.Low);
    ok(pointers.FloatingContext[6] == (M128A *)&stack[104] && pointers.FloatingContext[15] == (M128A *)&stack[132],
       "pointers");
    RETURNS(116);
    reset(0); /* in the prologue: what has been saved counts */
    unwind(FUNCTION + 12);
    REGISTER(Rsi, 114);
    REGISTER(Rdi, 100 + 0x180 / 8);
    ok(!context.Xmm6.Low && !context.Xmm15.Low, "not saved yet");

    /* With a frame register, saves are relative to the frame. */
    INFORMATION(1, 0, 20, RBP, 1, CODE(20, SAVE, RSI), 3, CODE(10, FPREG, 0), CODE(4, SMALL, 15));
    reset(0);
    context.Rbp = (ULONG64)&stack[302];
    unwind(FUNCTION + 30);
    REGISTER(Rsi, 303);
    RETURNS(316);
}

static void test_machine_frames(void)
{
    INFORMATION(1, 0, 0, 0, 0, CODE(0, SMALL, 1), CODE(0, MACHFRAME, 0));
    reset(0);
    stack[105] = (ULONG64)&stack[500];
    unwind(FUNCTION + 8);
    ok(context.Rip == 0xabc00000 + 102 && context.Rsp == (ULONG64)&stack[500], "Rip %#llx", context.Rip);
    INFORMATION(1, 0, 0, 0, 0, CODE(0, MACHFRAME, 1));
    reset(0);
    stack[104] = (ULONG64)&stack[600];
    unwind(FUNCTION + 8);
    ok(context.Rip == 0xabc00000 + 101 && context.Rsp == (ULONG64)&stack[600], "with an error code: Rip %#llx",
       context.Rip);
}

static void test_epilogues(void)
{
    /* push rbx; push r12; sub rsp,20h */
    INFORMATION(1, UNW_FLAG_EHANDLER, 7, 0, 0, CODE(7, SMALL, 3), CODE(3, PUSH, R12), CODE(1, PUSH, RBX));
    CODE_AT(FUNCTION + 0x40, 0x48, 0x83, 0xc4, 0x20, 0x41, 0x5c, 0x5b, 0xc3); /* add rsp,20h; pop r12; pop rbx; ret */
    reset(0);
    unwind(FUNCTION + 0x40);
    REGISTER(R12, 104);
    REGISTER(Rbx, 105);
    RETURNS(106);
    ok(!handler, "a handler for an epilogue");
    reset(0);
    unwind(FUNCTION + 0x44);
    REGISTER(R12, 100);
    REGISTER(Rbx, 101);
    RETURNS(102);
    reset(0);
    unwind(FUNCTION + 0x46);
    REGISTER(Rbx, 100);
    ok(context.R12 == 0x500c, "r12 has been popped before");
    RETURNS(101);
    reset(0);
    unwind(FUNCTION + 0x47);
    RETURNS(100);
    ok(context.Rbx == 0x5003, "rbx has been popped before");

    CODE_AT(FUNCTION + 0x40, 0x48, 0x81, 0xc4, 0x20, 0, 0, 0, 0x5b, 0xf3, 0xc3); /* the long form; rep ret */
    reset(0);
    unwind(FUNCTION + 0x40);
    REGISTER(Rbx, 104);
    RETURNS(105);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xc2, 0x10, 0); /* ret 16 */
    reset(0);
    unwind(FUNCTION + 0x40);
    ok(context.Rip == 0xabc00000 + 101 && context.Rsp == (ULONG64)&stack[104], "Rsp stack[%lld]",
       ((LONG64)context.Rsp - (LONG64)stack) / 8);

    /* Tail calls */
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xe9, 0, 0x10, 0, 0); /* jmp to another function */
    reset(0);
    unwind(FUNCTION + 0x40);
    REGISTER(Rbx, 100);
    RETURNS(101);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xe9, 0xba, 0xff, 0xff, 0xff); /* to the function's beginning */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(101);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xeb, 0xbd); /* the same, short */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(101);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xff, 0x25, 0, 0, 0, 0); /* jmp [rip] */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(101);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0x48, 0xff, 0xe0); /* rex.w jmp rax */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(101);

    /* What only looks like one */
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xeb, 0x10); /* jmp within the function */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(106);
    ok(handler != NULL, "the body has a handler");
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xff, 0xe0); /* jmp rax, as for a switch */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(106);
    CODE_AT(FUNCTION + 0x40, 0x48, 0x83, 0xc4, 0x20, 0x90, 0xc3); /* something in between */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(106);
    CODE_AT(FUNCTION + 0x40, 0x48, 0x8d, 0x64, 0x24, 0x20, 0xc3); /* lea rsp,[rsp+20h]: no frame register */
    reset(0);
    unwind(FUNCTION + 0x40);
    RETURNS(106);

    /* lea rsp,[frame register + constant] */
    INFORMATION(1, 0, 10, RBP, 2, CODE(10, FPREG, 0), CODE(5, SMALL, 7), CODE(1, PUSH, RBP));
    CODE_AT(FUNCTION + 0x40, 0x48, 0x8d, 0x65, 0x20, 0x5d, 0xc3); /* lea rsp,[rbp+20h]; pop rbp; ret */
    reset(0);
    context.Rbp = (ULONG64)&stack[204];
    unwind(FUNCTION + 0x40);
    REGISTER(Rbp, 208);
    RETURNS(209);
    CODE_AT(FUNCTION + 0x40, 0x48, 0x8d, 0xa5, 0x20, 0, 0, 0, 0x5d, 0xc3); /* the long form */
    reset(0);
    context.Rbp = (ULONG64)&stack[204];
    unwind(FUNCTION + 0x40);
    REGISTER(Rbp, 208);
    RETURNS(209);
    INFORMATION(1, 0, 12, R12, 0, CODE(10, FPREG, 0), CODE(5, SMALL, 7), CODE(2, PUSH, R12));
    CODE_AT(FUNCTION + 0x40, 0x49, 0x8d, 0x64, 0x24, 0x40, 0x41, 0x5c, 0xc3); /* lea rsp,[r12+40h]; pop r12; ret */
    reset(0);
    context.R12 = (ULONG64)&stack[200];
    unwind(FUNCTION + 0x40);
    REGISTER(R12, 208);
    RETURNS(209);
}

/* Version 2 says where the epilogues are. */
static void test_version2(void)
{
    /* push rbx; sub rsp,20h; an epilogue of 6 bytes at the end, another 80h bytes before the end, and padding */
    INFORMATION(2, UNW_FLAG_EHANDLER, 5, 0, 0, CODE(6, EPILOG, 1), CODE(0x80, EPILOG, 0), CODE(0, EPILOG, 0),
                CODE(5, SMALL, 3), CODE(1, PUSH, RBX));
    memset(image + FUNCTION, 0x90, 0x100);
    CODE_AT(FUNCTION + 0x40, 0x5b, 0xc3); /* looks like one, but is not listed */
    reset(0);
    unwind(FUNCTION + 0x40);
    REGISTER(Rbx, 104);
    RETURNS(105);
    ok(handler != NULL, "the body has a handler");
    CODE_AT(FUNCTION + 0xfa, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3);
    reset(0);
    unwind(FUNCTION + 0xfa);
    RETURNS(105);
    ok(!handler, "an epilogue has none");
    reset(0);
    unwind(FUNCTION + 0xfe);
    REGISTER(Rbx, 100);
    RETURNS(101);
    reset(0);
    unwind(FUNCTION + 0xff);
    RETURNS(100);
    CODE_AT(FUNCTION + 0x80, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3);
    reset(0);
    unwind(FUNCTION + 0x84);
    RETURNS(101);
}

/* A part of a function, far from it, that saves a register more: its information refers to the function's. */
static void test_chained(void)
{
    RUNTIME_FUNCTION first = { FUNCTION, FUNCTION + 0x100, INFO };
    static const USHORT codes[] = { CODE(5, SAVE, RSI), 2 };

    INFORMATION(1, UNW_FLAG_EHANDLER, 5, 0, 0, CODE(5, SMALL, 3), CODE(1, PUSH, RBX));
    make_info(INFO2, 1, UNW_FLAG_CHAININFO, 5, 0, 0, codes, 2, &first, sizeof(first));
    function = (RUNTIME_FUNCTION){ SECOND, SECOND + 0x40, INFO2 };
    memset(image + SECOND, 0x90, 0x100);
    reset(0);
    unwind(SECOND + 0x10);
    REGISTER(Rsi, 102);
    REGISTER(Rbx, 104);
    RETURNS(105);
    ok_ptr(handler, image + HANDLER); /* the primary's */
    reset(0);                         /* in the part's own prologue */
    unwind(SECOND + 2);
    ok(context.Rsi == 0x5006, "rsi is not saved yet");
    REGISTER(Rbx, 104);
    RETURNS(105);
    CODE_AT(SECOND + 0x20, 0x5b, 0xe9, 0xda, 0xff, 0xff,
            0xff); /* a jump to the part's own beginning is none out of it */
    reset(0);
    unwind(SECOND + 0x20);
    REGISTER(Rbx, 104);
    RETURNS(105);
    CODE_AT(SECOND + 0x20, 0x5b, 0xe9, 0xea, 0xef, 0xff, 0xff); /* nor is one back into the function */
    reset(0);
    unwind(SECOND + 0x20);
    REGISTER(Rbx, 104);
    RETURNS(105);
    CODE_AT(SECOND + 0x20, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3); /* an epilogue in it */
    reset(0);
    unwind(SECOND + 0x20);
    REGISTER(Rbx, 104);
    RETURNS(105);
    ok(!handler, "an epilogue has no handler");
}

TESTS
{
    image = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    memset(image, 0x90, 0x10000);
    test_push();
    test_allocations();
    test_frame_register();
    test_saves();
    test_machine_frames();
    test_epilogues();
    test_version2();
    test_chained();
}
