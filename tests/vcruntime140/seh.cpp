/* SPDX-License-Identifier: MIT */
/*
 * seh.cpp: C++ exceptions and structured ones in the same program, compiled with /EHsc: structured exceptions are none of C++'s
 * business ("/EH (Exception handling model)").
 */
#include "cxxtest.h"

extern "C" {
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
typedef void (*translator)(unsigned code, void *pointers);
translator _set_se_translator(translator function);
void **__current_exception();
unsigned long _exception_code();
void *_exception_info();
int _abnormal_termination();
}

static __declspec(noinline) void raise()
{
    RaiseException(0xe0004444, 0, 0, nullptr);
}

static __declspec(noinline) void thrower()
{
    throw 42;
}

static __declspec(noinline) void with_object(void (*function)())
{
    tracked guard(1);

    try {
        function();
    } catch (char) {
        note("char");
    } catch (...) {
        note("all");
        throw;
    }
}

static void test_cxx_through_seh()
{
    __try {
        with_object(thrower);
    } __except (_exception_code() == 0xe06d7363) {
        note("except");
    }
    noted("all ~1 except");
}

static void finally_around(void (*function)())
{
    __try {
        with_object(function);
    } __finally {
        note("finally%d", _abnormal_termination() != 0);
    }
}

static void test_finally()
{
    try {
        finally_around(thrower);
    } catch (int number) {
        note("caught%d", number);
    }
    noted("all ~1 finally1 caught42");
}

static void test_seh_through_cxx()
{
    __try {
        with_object(raise);
    } __except (1) {
        note("except");
    }
    noted("except");
}

static void translate(unsigned code, void *)
{
    note("translate%x", code & 0xffff);
    throw 1.5;
}

static void test_translator_unused()
{
    translator old = _set_se_translator(translate);

    __try {
        with_object(raise);
    } __except (1) {
        note("except");
    }
    noted("except");
    ok(_set_se_translator(old) == translate, "the translator before");
}

/* An exception is handled in a function that a handler calls, with a structured one in between. */
static void seh_in_handler()
{
    __try {
        with_object(thrower);
    } __except (1) {
        note("seh");
    }
}

static void mixed_handler()
{
    seh_in_handler();
    try {
        thrower();
    } catch (int) {
        note("int");
    }
}

static void test_mixed()
{
    try {
        throw tracked(5);
    } catch (tracked &t) {
        mixed_handler();
        note("still%d", t.id);
    }
    noted("all ~1 seh int still5 ~5");
    ok(!*__current_exception(), "nothing is left of them");
}

TESTS
{
    test_cxx_through_seh();
    test_finally();
    test_seh_through_cxx();
    test_translator_unused();
    test_mixed();
}
