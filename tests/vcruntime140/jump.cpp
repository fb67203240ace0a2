/* SPDX-License-Identifier: MIT */
/*
 * jump.cpp: longjmp through functions with objects: their destructors run ("Using setjmp and longjmp": when compiled with /EH), and
 * so do termination handlers.
 */
#include "cxxtest.h"

struct alignas(16) jump_buffer {
    uint64_t words[32];
};
extern "C" {
int _setjmpex(jump_buffer *buffer) __attribute__((returns_twice));
[[noreturn]] void longjmp(jump_buffer *buffer, int value);
}

static jump_buffer buffer;

static __declspec(noinline) void jump_from(int depth, int value)
{
    tracked guard(depth);

    if (!depth)
        longjmp(&buffer, value);
    jump_from(depth - 1, value);
}

static __declspec(noinline) void finally_around()
{
    __try {
        jump_from(1, 5);
    } __finally {
        note("finally");
    }
}

static __declspec(noinline) int jumped(void (*function)())
{
    volatile int before = 3;
    int value = _setjmpex(&buffer);

    if (value)
        return value * 10 + before;
    before = 4;
    function();
    return 0;
}

/* Out of a handler, whose exception is over then */
static __declspec(noinline) void from_handler()
{
    try {
        throw tracked(50);
    } catch (tracked &) {
        longjmp(&buffer, 6);
    }
}

TESTS
{
    ok(jumped([] { jump_from(2, 7); }) == 74, "the value, and a variable changed in between");
    noted("~0 ~1 ~2");
    ok(jumped([] { jump_from(0, 0); }) == 14, "0 becomes 1");
    noted("~0");
    ok(jumped(finally_around) == 54, "through __finally");
    noted("~0 ~1 finally");
    ok(jumped(from_handler) == 64, "out of a handler");
    noted("~50");
    try {
        throw 1;
    } catch (int value) {
        note("after%d", value);
    }
    noted("after1");
}
