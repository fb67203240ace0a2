/* SPDX-License-Identifier: MIT */
/*
 * Contexts with extended processor states: the functions of "Working with XState Context", what exception handlers see and change
 * of the upper halves of vector registers, and those of suspended threads.
 */
#include "../test.h"

#ifndef CONTEXT_XSTATE
#define CONTEXT_XSTATE 0x00100040
#endif
#define LEGACY 3ull
#define AVX    4ull

static ULONG64 features;

typedef BOOL(WINAPI *initialize2_function)(void *, DWORD, CONTEXT **, DWORD *, ULONG64);

static void test_initialize(void)
{
    initialize2_function initialize2 =
        (initialize2_function)(void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "InitializeContext2");
    DWORD plain = 0, extended = 0, length;
    CONTEXT *context = NULL;
    ULONG64 mask;
    char *buffer;

    SetLastError(0);
    ok(!InitializeContext(NULL, CONTEXT_ALL, NULL, &plain), "succeeded without a buffer");
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok(plain >= sizeof(CONTEXT), "length %lu", plain);
    ok(!InitializeContext(NULL, CONTEXT_ALL | CONTEXT_XSTATE, NULL, &extended), "succeeded without a buffer");
    ok(extended >= plain + 64 + 256, "lengths %lu, %lu", plain, extended);
    SetLastError(0);
    length = 0;
    ok(!InitializeContext(NULL, 0x00400001, NULL, &length), "another processor's flags");
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);

    buffer = malloc(extended + 1);
    length = extended - 1;
    SetLastError(0);
    ok(!InitializeContext(buffer, CONTEXT_ALL | CONTEXT_XSTATE, &context, &length), "too short");
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok_int(length, extended);
    ok(InitializeContext(buffer + 1, CONTEXT_ALL | CONTEXT_XSTATE, &context, &length), "error %lu", GetLastError());
    ok(!((ULONG_PTR)context & 15) && (char *)context > buffer && (char *)context <= buffer + 16, "%p in %p", context,
       buffer);
    ok_hex(context->ContextFlags, CONTEXT_ALL | CONTEXT_XSTATE);
    ok(GetXStateFeaturesMask(context, &mask), "GetXStateFeaturesMask");
    ok(mask == LEGACY, "mask %#llx", mask);

    void *avx = LocateXStateFeature(context, XSTATE_AVX, &length);
    ok(avx && (char *)avx > (char *)(context + 1) && (char *)avx + length <= buffer + 1 + extended, "at %p", avx);
    ok_int(length, 256);
    ok_ptr(LocateXStateFeature(context, XSTATE_LEGACY_SSE, &length), &context->Xmm0);
    ok_int(length, 256);
    ok_ptr(LocateXStateFeature(context, XSTATE_LEGACY_FLOATING_POINT, &length), &context->FltSave);
    ok_int(length, 160);
    ok_ptr(LocateXStateFeature(context, 40, &length), NULL);
    ok_ptr(LocateXStateFeature(context, 63, &length), NULL);
    ok_ptr(LocateXStateFeature(context, 64, &length), NULL);

    ok(SetXStateFeaturesMask(context, AVX | 1ull << 40), "features that are not there are ignored");
    GetXStateFeaturesMask(context, &mask);
    ok(mask == (LEGACY | AVX), "mask %#llx", mask);

    /* A smaller one for some features */
    if (initialize2) {
        DWORD small = 0;

        initialize2(NULL, CONTEXT_ALL | CONTEXT_XSTATE, NULL, &small, AVX);
        ok(small <= extended && small >= plain + 64 + 256, "%lu", small);
        length = small;
        ok(initialize2(buffer, CONTEXT_ALL | CONTEXT_XSTATE, &context, &length, AVX), "error %lu", GetLastError());
        ok(LocateXStateFeature(context, XSTATE_AVX, NULL) != NULL, "AVX has no place");
    }

    /* Without extended states */
    length = plain;
    ok(InitializeContext(buffer, CONTEXT_ALL, &context, &length), "error %lu", GetLastError());
    ok_hex(context->ContextFlags, CONTEXT_ALL);
    ok_ptr(LocateXStateFeature(context, XSTATE_AVX, NULL), NULL);
    ok(GetXStateFeaturesMask(context, &mask) && mask == LEGACY, "mask %#llx", mask);
    free(buffer);
}

static CONTEXT *make_context(DWORD flags)
{
    DWORD length = 0;
    CONTEXT *context = NULL;

    InitializeContext(NULL, flags, NULL, &length);
    InitializeContext(calloc(1, length), flags, &context, &length); /* leaked: small, and the tests are few */
    return context;
}

static void test_copy(void)
{
    CONTEXT *a = make_context(CONTEXT_ALL | CONTEXT_XSTATE), *b = make_context(CONTEXT_ALL | CONTEXT_XSTATE);
    CONTEXT *plain = make_context(CONTEXT_ALL);
    ULONG64 mask;

    memset(LocateXStateFeature(a, XSTATE_AVX, NULL), 0x5a, 256);
    SetXStateFeaturesMask(a, AVX);
    a->Rax = 11;
    a->Rsp = 12;
    b->Rsp = 13;
    ok(CopyContext(b, CONTEXT_INTEGER, a), "error %lu", GetLastError());
    ok(b->Rax == 11 && b->Rsp == 13, "Rax %llu, Rsp %llu", b->Rax, b->Rsp);
    GetXStateFeaturesMask(b, &mask);
    ok(mask == LEGACY, "mask %#llx", mask);
    ok(CopyContext(b, CONTEXT_CONTROL | CONTEXT_XSTATE, a), "error %lu", GetLastError());
    ok(b->Rsp == 12, "Rsp %llu", b->Rsp);
    GetXStateFeaturesMask(b, &mask);
    ok(mask == (LEGACY | AVX), "mask %#llx", mask);
    ok(!memcmp(LocateXStateFeature(b, XSTATE_AVX, NULL), LocateXStateFeature(a, XSTATE_AVX, NULL), 256), "not copied");

    SetLastError(0);
    ok(!CopyContext(plain, CONTEXT_XSTATE, a), "no room for it");
    ok_int(GetLastError(), ERROR_MORE_DATA);
    ok(CopyContext(b, CONTEXT_ALL | CONTEXT_XSTATE, plain), "what the source lacks stays");
    GetXStateFeaturesMask(b, &mask);
    ok(mask == (LEGACY | AVX), "mask %#llx", mask);
}

/* --- exceptions --- */

static ULONG64 handler_mask, handler_upper[2];
static DWORD handler_flags;
static bool handler_changes, handler_clears;

static __attribute__((target("avx"))) LONG CALLBACK handler(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;
    M128A *upper = LocateXStateFeature(context, XSTATE_AVX, NULL);

    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    handler_flags = context->ContextFlags;
    GetXStateFeaturesMask(context, &handler_mask);
    if (upper) {
        handler_upper[0] = upper[1].Low;
        handler_upper[1] = (ULONG64)upper[15].High;
        if (handler_changes) {
            memset(upper, 0, 256);
            upper[1].Low = 0x1111;
            upper[15].High = 0x1515;
            SetXStateFeaturesMask(context, AVX);
        }
        if (handler_clears)
            SetXStateFeaturesMask(context, 0);
    }
    context->Rip += 2;
    __asm__ volatile("vpcmpeqd %%xmm0, %%xmm0, %%xmm0\n\tvinsertf128 $1, %%xmm0, %%ymm0, %%ymm1\n\t"
                     "vmovaps %%ymm1, %%ymm15"
                     :
                     :
                     : "xmm0", "xmm1", "xmm15");
    return EXCEPTION_CONTINUE_EXECUTION;
}

struct ymm {
    ULONG64 word[4];
} __attribute__((aligned(32)));

/* Sets ymm1 and ymm15 (or clears all upper halves), faults, and says what they hold then. */
static __attribute__((target("avx"), noinline)) void fault_with(const struct ymm *in, struct ymm out[2])
{
    if (in)
        __asm__ volatile("vmovaps (%0), %%ymm1\n\tvmovaps (%0), %%ymm15\n\tmovl $16, %%ecx\n\t.byte 0x8b, 0x01\n\t"
                         "vmovaps %%ymm1, (%1)\n\tvmovaps %%ymm15, 32(%1)\n\tvzeroupper"
                         :
                         : "r"(in), "r"(out)
                         : "rax", "rcx", "xmm1", "xmm15", "memory");
    else
        __asm__ volatile("vzeroall\n\tmovl $16, %%ecx\n\t.byte 0x8b, 0x01\n\t"
                         "vmovaps %%ymm1, (%0)\n\tvmovaps %%ymm15, 32(%0)\n\tvzeroupper"
                         :
                         : "r"(out)
                         : "rax", "rcx", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                           "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory");
}

static void test_exception(void)
{
    static const struct ymm in = { { 1, 2, 3, 4 } };
    struct ymm out[2];
    void *handle = AddVectoredExceptionHandler(1, handler);

    fault_with(&in, out);
    ok((handler_flags & CONTEXT_XSTATE) == CONTEXT_XSTATE, "flags %#lx", handler_flags);
    ok(handler_mask & AVX, "mask %#llx", handler_mask);
    ok(handler_upper[0] == 3 && handler_upper[1] == 4, "the handler saw %llu, %llu", handler_upper[0],
       handler_upper[1]);
    ok(!memcmp(&out[0], &in, 32) && !memcmp(&out[1], &in, 32), "the handler's use of the registers shows");

    handler_changes = true;
    fault_with(&in, out);
    ok(out[0].word[0] == 1 && out[0].word[2] == 0x1111 && out[0].word[3] == 0, "ymm1 %llx %llx", out[0].word[2],
       out[0].word[3]);
    ok(out[1].word[1] == 2 && out[1].word[2] == 0 && out[1].word[3] == 0x1515, "ymm15 %llx %llx", out[1].word[2],
       out[1].word[3]);
    handler_changes = false;

    handler_clears = true;
    fault_with(&in, out);
    ok(out[0].word[1] == 2 && !out[0].word[2] && !out[1].word[3], "upper halves are not cleared");
    handler_clears = false;

    fault_with(NULL, out);
    ok(!(handler_mask & AVX), "mask %#llx: the registers are in their initial state", handler_mask);
    ok(!out[0].word[0] && !out[0].word[2] && !out[1].word[3], "the handler's use of the registers shows");
    handler_changes = true;
    fault_with(NULL, out);
    ok(out[0].word[2] == 0x1111 && out[1].word[3] == 0x1515, "changed from the initial state: %llx %llx",
       out[0].word[2], out[1].word[3]);
    handler_changes = false;
    RemoveVectoredExceptionHandler(handle);
}

static CONTEXT saved;

static LONG CALLBACK save(EXCEPTION_POINTERS *pointers)
{
    saved = *pointers->ContextRecord;
    pointers->ContextRecord->Rip += 2;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* What programs do that know of no extended states: the structure alone, its flags included, is continued in later. */
static void test_bare_copy(void)
{
    struct {
        CONTEXT context;
        BYTE more[64];
    } copy;
    void *handle = AddVectoredExceptionHandler(1, save);
    static volatile int times;

    times = 0;
    __asm__ volatile("movl $16, %%ecx\n\t.byte 0x8b, 0x01" : : : "rax", "rcx", "memory");
    if (times++ == 0) {
        memset(&copy, 0xdd, sizeof(copy));
        copy.context = saved;
        copy.context.Rip += 2;
        RtlRestoreContext(&copy.context, NULL);
        ok(0, "came back");
    }
    ok_int(times, 2);
    RemoveVectoredExceptionHandler(handle);
}

/* --- threads --- */

static volatile LONG spinning, stop;
static struct ymm spin_out[2];

static __attribute__((target("avx"))) DWORD CALLBACK spin(void *argument)
{
    static const struct ymm in = { { 5, 6, 7, 8 } };
    (void)argument;
    __asm__ volatile("vmovaps (%0), %%ymm1\n\tvmovaps (%0), %%ymm15\n\tmovl $1, %1\n"
                     "1:  cmpl $0, %2\n\tje 1b\n\t"
                     "vmovaps %%ymm1, (%3)\n\tvmovaps %%ymm15, 32(%3)\n\tvzeroupper"
                     :
                     : "r"(&in), "m"(spinning), "m"(stop), "r"(spin_out)
                     : "xmm1", "xmm15", "memory");
    return 0;
}

static void test_thread(void)
{
    HANDLE thread = CreateThread(NULL, 0, spin, NULL, 0, NULL);
    CONTEXT *context = make_context(CONTEXT_ALL | CONTEXT_XSTATE);
    M128A *upper = LocateXStateFeature(context, XSTATE_AVX, NULL);
    ULONG64 mask;

    while (!spinning)
        Sleep(1);
    SuspendThread(thread);
    SetXStateFeaturesMask(context, AVX);
    ok(GetThreadContext(thread, context), "error %lu", GetLastError());
    GetXStateFeaturesMask(context, &mask);
    ok(mask & AVX, "mask %#llx", mask);
    ok(context->Xmm1.Low == 5 && upper[1].Low == 7 && upper[15].High == 8, "ymm1 %llu %llu", context->Xmm1.Low,
       upper[1].Low);

    SetXStateFeaturesMask(context, 0);
    ok(GetThreadContext(thread, context), "error %lu", GetLastError());
    GetXStateFeaturesMask(context, &mask);
    ok(!(mask & AVX), "not asked for, got %#llx", mask);

    context->ContextFlags = CONTEXT_XSTATE;
    SetXStateFeaturesMask(context, AVX);
    GetThreadContext(thread, context);
    upper[1].Low = 77;
    ok(SetThreadContext(thread, context), "error %lu", GetLastError());
    context->ContextFlags = CONTEXT_FLOATING_POINT;
    GetThreadContext(thread, context);
    context->Xmm15.Low = 55;
    ok(SetThreadContext(thread, context), "error %lu", GetLastError());
    stop = 1;
    ResumeThread(thread);
    WaitForSingleObject(thread, 10000);
    ok(spin_out[0].word[0] == 5 && spin_out[0].word[2] == 77 && spin_out[0].word[3] == 8, "ymm1 %llu %llu %llu",
       spin_out[0].word[0], spin_out[0].word[2], spin_out[0].word[3]);
    ok(spin_out[1].word[0] == 55 && spin_out[1].word[2] == 7, "ymm15 %llu %llu", spin_out[1].word[0],
       spin_out[1].word[2]);
    CloseHandle(thread);
}

/* The features' description that Windows shows all processes (WDK: KUSER_SHARED_DATA.XState) */
static void test_configuration(void)
{
    const ULONG64 *shared = (const ULONG64 *)0x7ffe03d8;
    const DWORD *words = (const DWORD *)shared;

    ok(shared[0] == features, "%#llx, %#llx", shared[0], features);
    ok(words[6 + 2 * 2] == 576 && words[7 + 2 * 2] == 256, "AVX at %lu, size %lu", words[6 + 4], words[7 + 4]);
    ok(words[4] >= 576 + 256, "size %lu", words[4]);
}

typedef void(NTAPI *capture_function)(CONTEXT *);

static __attribute__((target("avx"), noinline)) void capture(capture_function function, CONTEXT *context)
{
    static const struct ymm in = { { 9, 10, 11, 12 } };
    __asm__ volatile("vmovaps (%0), %%ymm7" : : "r"(&in) : "xmm7");
    function(context);
    __asm__ volatile("vzeroupper");
}

static void test_capture(void)
{
    capture_function function =
        (capture_function)(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlCaptureContext2");
    CONTEXT *context = make_context(CONTEXT_FULL | CONTEXT_XSTATE);
    M128A *upper = LocateXStateFeature(context, XSTATE_AVX, NULL);
    ULONG64 mask;

    if (!function) {
        skip("no RtlCaptureContext2");
        return;
    }
    capture(function, context);
    GetXStateFeaturesMask(context, &mask);
    ok(mask & AVX, "mask %#llx", mask);
    ok(context->Xmm7.Low == 9 && upper[7].Low == 11, "ymm7 %llu %llu", context->Xmm7.Low, upper[7].Low);
    ok((char *)context->Rip > (char *)capture && (char *)context->Rip < (char *)capture + 64, "Rip %llx", context->Rip);
    ok(context->Rsp > (ULONG64)&mask - 4096 && context->Rsp < (ULONG64)&mask, "Rsp %llx", context->Rsp);
}

TESTS
{
    features = GetEnabledXStateFeatures();
    ok((features & LEGACY) == LEGACY, "features %#llx", features);
    if (!(features & AVX)) {
        skip("no AVX");
        return;
    }
    test_configuration();
    test_initialize();
    test_copy();
    test_exception();
    test_bare_copy();
    test_capture();
    test_thread();
}
