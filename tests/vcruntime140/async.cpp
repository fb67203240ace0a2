/* SPDX-License-Identifier: MIT */
/*
 * async.cpp: C++ code compiled with /EHa: catch (...) takes structured exceptions, destructors run for them, and translators
 * make C++ exceptions of them ("_set_se_translator"). What distinguishes such code is a flag in its functions' tables; clang does
 * not set it, so the test does.
 */
#include "cxxtest.h"

extern "C" {
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
typedef void (*translator)(unsigned code, void *pointers);
translator _set_se_translator(translator function);
void **__current_exception();
__declspec(dllimport) uint32_t *RtlLookupFunctionEntry(uint64_t pc, uint64_t *base, void *history);
__declspec(dllimport) int VirtualProtect(void *memory, size_t size, unsigned protection, unsigned *old);
}

/* Function entry -> unwind information -> behind its codes the handler and FuncInfo's address -> FuncInfo's flags. */
static void make_asynchronous(void (*function)())
{
    uint64_t base;
    uint32_t *entry = RtlLookupFunctionEntry((uint64_t)function, &base, nullptr), *flags;
    unsigned char *info = (unsigned char *)base + entry[2];
    unsigned old;

    flags = (uint32_t *)(base + *(uint32_t *)(info + 4 + ((info[2] + 1) & ~1) * 2 + 4)) + 9;
    ok(*flags == 1, "flags %x", *flags);
    VirtualProtect(flags, 4, 4, &old);
    *flags = 0;
}

static volatile int *volatile nowhere;

static volatile bool never;

/* The compiler must believe that these can throw. */
static __declspec(noinline) void fault()
{
    if (never)
        throw 1;
    *nowhere = 1;
}

static __declspec(noinline) void raise()
{
    if (never)
        throw 1;
    RaiseException(0xe0004444, 0, 0, nullptr);
}

struct translated {
    unsigned code;
};

static void translate(unsigned code, void *)
{
    throw translated{ code };
}

static __declspec(noinline) void test_all()
{
    try {
        tracked guard(1);
        fault();
    } catch (int) {
        note("int");
    } catch (...) {
        note("all %x", *(unsigned *)*__current_exception());
    }
    noted("~1 all c0000005");
    try {
        try {
            raise();
        } catch (...) {
            note("first");
            throw;
        }
    } catch (...) {
        note("again %x", *(unsigned *)*__current_exception());
    }
    noted("first again e0004444");
}

static __declspec(noinline) void test_translator()
{
    translator old = _set_se_translator(translate);

    try {
        tracked guard(2);
        fault();
    } catch (translated &t) {
        note("translated %x", t.code);
    } catch (...) {
        note("all");
    }
    noted("~2 translated c0000005");
    _set_se_translator(old);
}

TESTS
{
    make_asynchronous(test_all);
    test_all();
    make_asynchronous(test_translator);
    test_translator();
}
