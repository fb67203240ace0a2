/* SPDX-License-Identifier: MIT */
/*
 * async.cpp: C++ code compiled with /EHa: catch (...) takes structured exceptions, destructors run for them, and translators
 * make C++ exceptions of them ("_set_se_translator").
 */
#include "cxxtest.h"

extern "C" {
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
typedef void (*translator)(unsigned code, void *pointers);
translator _set_se_translator(translator function);
void **__current_exception();
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

static void test_all()
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

static void test_translator()
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
    test_all();
    test_translator();
}
