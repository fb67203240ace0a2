/* SPDX-License-Identifier: MIT */
/*
 * unwind.cpp: structured exceptions as compilers for Microsoft's ABI make them: __try, __except, __finally, filters that
 * continue, nested exceptions, unwinds that meet, longjmp.
 */
#include "cxxtest.h"

struct exception_record {
    unsigned code, flags;
    exception_record *nested;
    void *address;
    unsigned count;
    uintptr_t information[15];
};
struct context_record {
    uint64_t home[6];
    unsigned flags, mxcsr;
    unsigned short segments[6];
    unsigned eflags;
    uint64_t debug[6];
    uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15, rip;
};
struct exception_pointers {
    exception_record *record;
    context_record *context;
};

extern "C" {
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
__declspec(dllimport) void *RtlPcToFileHeader(void *address, void **base);
__declspec(dllimport) void *GetModuleHandleW(const wchar_t *name);
__declspec(dllimport) unsigned short RtlCaptureStackBackTrace(unsigned skip, unsigned count, void **trace,
                                                              unsigned *hash);
__declspec(dllimport) void *RtlAddVectoredExceptionHandler(unsigned first, long (*handler)(exception_pointers *));
__declspec(dllimport) unsigned RtlRemoveVectoredExceptionHandler(void *handle);
unsigned long _exception_code();
void *_exception_info();
int _abnormal_termination();
}

enum { execute_handler = 1, continue_search = 0, continue_execution = -1 };
static volatile int *const nowhere = nullptr;

static int filter(exception_pointers *pointers, const char *name, int answer)
{
    note("%s%x", name, pointers->record->code & 0xffff);
    return answer;
}
#define FILTER(name, answer) filter((exception_pointers *)_exception_info(), name, answer)

/*
 * Where a call's return address is the next __try block's first instruction, clang's tables say that the call is in that
 * block. Hence the instruction after it.
 */
static __declspec(noinline) void raise_exception(unsigned code)
{
    RaiseException(code, 0, 0, nullptr);
}
#define raise(code) (raise_exception(code), nop())
static inline __attribute__((always_inline)) int nop()
{
    asm volatile("nop");
    return 0;
}

static __declspec(noinline) void fault()
{
    *nowhere = 1;
}

static __declspec(noinline) void test_basic()
{
    __try {
        fault();
        note("not reached");
    } __except (FILTER("filter", execute_handler)) {
        note("handler%x", (unsigned)_exception_code() & 0xffff);
    }
    noted("filter5 handler5");
    __try {
        __try {
            raise(0xe0001111);
        } __finally {
            note("finally%d", _abnormal_termination() != 0);
        }
    } __except (FILTER("filter", execute_handler)) {
        note("handler");
    }
    noted("filter1111 finally1 handler");
    __try {
        note("normal");
    } __finally {
        note("finally%d", _abnormal_termination() != 0);
    }
    noted("normal finally0");
    /* The first filter that wants it gets it; the ones before are asked. */
    __try {
        __try {
            __try {
                raise(0xe0001112);
            } __except (FILTER("inner", continue_search)) {
                note("wrong");
            }
        } __finally {
            note("finally");
        }
    } __except (FILTER("outer", execute_handler)) {
        note("handler");
    }
    noted("inner1112 outer1112 finally handler");
    /* Continued where it was raised */
    __try {
        raise(0xe0001113);
        note("continued");
    } __except (FILTER("filter", continue_execution)) {
        note("wrong");
    }
    noted("filter1113 continued");
}

/* A filter makes the faulting instruction's operand good. */
static int repair(exception_pointers *pointers, int *good)
{
    note("repair%d", (int)pointers->record->count);
    pointers->context->rax = pointers->context->rcx = pointers->context->rdx = (uint64_t)good;
    return continue_execution;
}

static volatile bool never;

static __declspec(noinline) void write_seven()
{
    if (never)
        raise(1); /* the compiler must believe that there can be exceptions */
    asm volatile("xorl %%eax, %%eax\n\tmovl $7, (%%rax)" ::: "rax", "memory");
}

static __declspec(noinline) void test_continue()
{
    int good = 0;
    __try {
        write_seven();
        note("continued%d", good);
    } __except (repair((exception_pointers *)_exception_info(), &good)) {
        note("wrong");
    }
    noted("repair2 continued7");
}

/* An exception in a filter: the frames know of the first one still. */
static int faulting_filter()
{
    __try {
        raise(0xe0002222);
    } __except (FILTER("nested", execute_handler)) {
        note("inner");
    }
    return execute_handler;
}

static __declspec(noinline) void test_nested()
{
    __try {
        raise(0xe0001114);
    } __except (faulting_filter()) {
        note("handler%x", (unsigned)_exception_code() & 0xffff);
    }
    noted("nested2222 inner handler1114");
    /* It searches the frames again from its own place, so the same filter is asked about it too. */
    __try {
        __try {
            raise(0xe0001115);
        } __except (_exception_code() == 0xe0001115 ? (raise(0xe0002223), execute_handler)
                                                    : FILTER("in", continue_search)) {
            note("wrong");
        }
    } __except (FILTER("outer", execute_handler)) {
        note("handler%x", (unsigned)_exception_code() & 0xffff);
    }
    noted("in2223 outer2223 handler2223");
    /* In a handler */
    __try {
        __try {
            raise(0xe0001116);
        } __except (execute_handler) {
            raise(0xe0002224);
        }
    } __except (FILTER("outer", execute_handler)) {
        note("handler");
    }
    noted("outer2224 handler");
}

/* Unwinds that meet: a termination handler raises; one handler is outside of the first unwind's target, one inside. */
static void collide_inner(bool outside)
{
    __try {
        __try {
            __try {
                raise(0xe0001117);
            } __finally {
                note("f1");
                raise(0xe0002225);
            }
        } __finally {
            note("f2");
        }
    } __except (outside ? FILTER("in", ((exception_pointers *)_exception_info())->record->code == 0xe0001117)
                        : FILTER("in", execute_handler)) {
        note("h1:%x", (unsigned)_exception_code() & 0xffff);
    }
}

static __declspec(noinline) void test_collided()
{
    __try {
        collide_inner(true);
    } __except (FILTER("out", execute_handler)) {
        note("h2:%x", (unsigned)_exception_code() & 0xffff);
    }
    noted("in1117 f1 in2225 out2225 f2 h2:2225");
    __try {
        collide_inner(false);
        note("returned");
    } __except (FILTER("out", execute_handler)) {
        note("h2");
    }
    noted("in1117 f1 in2225 f2 h1:2225 returned");
}

/* A jump out of __finally's block: the unwind ends there. */
static int leave_finally()
{
    for (int i = 0; i < 3; i++) {
        __try {
            if (i == 1)
                __leave;
            note("try%d", i);
        } __finally {
            note("finally%d", i);
        }
    }
    return 5;
}

static __declspec(noinline) int deep(int depth)
{
    char room[64];

    memset(room, depth, sizeof(room));
    if (!depth)
        raise(0xe0003333);
    __try {
        return deep(depth - 1) + room[depth & 63];
    } __finally {
        test_passed += room[depth & 63] == (char)depth;
    }
}

static __declspec(noinline) void test_frames()
{
    int before = test_passed;

    ok(leave_finally() == 5, "");
    noted("try0 finally0 finally1 try2 finally2");
    before = test_passed;
    __try {
        deep(60);
    } __except (execute_handler) {
        note("deep");
    }
    noted("deep");
    ok(test_passed - before == 61, "%d frames were unwound with their variables intact", test_passed - before - 1);
}

static long vectored(exception_pointers *pointers)
{
    note("vectored%x", pointers->record->code & 0xffff);
    return 0;
}

static __declspec(noinline) void test_vectored()
{
    void *handle = RtlAddVectoredExceptionHandler(1, vectored);

    __try {
        raise(0xe0001118);
    } __except (FILTER("filter", execute_handler)) {
        note("handler");
    }
    RtlRemoveVectoredExceptionHandler(handle);
    noted("vectored1118 filter1118 handler");
}

/* Registers that a frame has saved come back, whatever the frames below did to them. */
static __declspec(noinline) void clobber_and_raise()
{
    asm volatile(
        "xorl %%ebx, %%ebx\n\txorl %%esi, %%esi\n\txorl %%edi, %%edi\n\txorl %%r12d, %%r12d\n\txorl %%r13d, %%r13d\n\t"
        "xorl %%r14d, %%r14d\n\txorl %%r15d, %%r15d\n\txorps %%xmm6, %%xmm6\n\txorps %%xmm15, %%xmm15" ::
            : "rbx", "rsi", "rdi", "r12", "r13", "r14", "r15", "xmm6", "xmm15");
    raise(0xe0001119);
}

static __declspec(noinline) void catcher()
{
    __try {
        clobber_and_raise();
    } __except (execute_handler) {
        note("caught");
    }
}

static __declspec(noinline) void test_registers()
{
    uint64_t rbx, rsi, rdi, r12, r15;
    double xmm6, xmm15, six = 6.5, fifteen = 15.5;

    asm volatile("movq $0x1234, %%rbx\n\tmovq $0x2345, %%rsi\n\tmovq $0x3456, %%rdi\n\tmovq $0x4567, %%r12\n\t"
                 "movq $0x5678, %%r15\n\tmovsd %8, %%xmm6\n\tmovsd %9, %%xmm15\n\tsubq $0x20, %%rsp\n\tcall *%7\n\t"
                 "addq $0x20, %%rsp\n\tmovq %%rbx, %0\n\tmovq %%rsi, %1\n\tmovq %%rdi, %2\n\tmovq %%r12, %3\n\t"
                 "movq %%r15, %4\n\tmovsd %%xmm6, %5\n\tmovsd %%xmm15, %6"
                 : "=m"(rbx), "=m"(rsi), "=m"(rdi), "=m"(r12), "=m"(r15), "=m"(xmm6), "=m"(xmm15)
                 : "a"(catcher), "m"(six), "m"(fifteen)
                 : "rbx", "rsi", "rdi", "r12", "r15", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
                   "xmm3", "xmm4", "xmm5", "xmm6", "xmm15", "memory", "cc");
    noted("caught");
    ok(rbx == 0x1234 && rsi == 0x2345 && rdi == 0x3456 && r12 == 0x4567 && r15 == 0x5678, "integer registers");
    ok(xmm6 == 6.5 && xmm15 == 15.5, "floating-point registers");
}

static __declspec(noinline) void test_lookup()
{
    void *base = nullptr, *trace[8];

    ok(RtlPcToFileHeader((void *)test_lookup, &base) == base && base == GetModuleHandleW(nullptr), "%p", base);
    ok(!RtlPcToFileHeader((void *)&base, &base) && !base, "an address in no image");
    ok(RtlCaptureStackBackTrace(0, 8, trace, nullptr) >= 2, "frames");
}

TESTS
{
    test_basic();
    test_continue();
    test_nested();
    test_collided();
    test_frames();
    test_vectored();
    test_registers();
    test_lookup();
}
