/* SPDX-License-Identifier: MIT */
/*
 * terminate.cpp: when exceptions end the program ("terminate"), and std::exception_ptr's functions. Each end is one of a thread: the
 * handler, which may not return, ends it.
 */
#include "cxxtest.h"

extern "C" {
typedef void (*terminate_function)();
terminate_function set_terminate(terminate_function function);
[[noreturn]] void terminate();
void **__current_exception();
__declspec(dllimport) void *CreateThread(void *security, size_t stack, unsigned (*start)(void *), void *argument,
                                         unsigned flags, unsigned *id);
__declspec(dllimport) unsigned WaitForSingleObject(void *handle, unsigned milliseconds);
__declspec(dllimport) int GetExitCodeThread(void *thread, unsigned *code);
__declspec(dllimport) int CloseHandle(void *handle);
[[noreturn]] __declspec(dllimport) void ExitThread(unsigned code);
}

static void on_terminate()
{
    note("terminate%d", *__current_exception() != nullptr);
    ExitThread(77);
}

static unsigned run(void *function)
{
    set_terminate(on_terminate);
    ((void (*)())function)();
    return 1;
}

/* What the function's thread ends with: 77 after terminate */
static unsigned in_thread(void (*function)())
{
    void *thread = CreateThread(nullptr, 0, run, (void *)function, 0, nullptr);
    unsigned code = 0;

    WaitForSingleObject(thread, 20000);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static __declspec(noinline) void thrower(int value)
{
    if (value)
        throw value;
}

static __declspec(noinline) void promises(int value) noexcept
{
    tracked guard(1);

    thrower(value);
    note("kept");
}

/* Called in a way that does not show the promise: else the compiler leaves the handler out. */
static void (*volatile call_promises)(int) = promises;

static void breaks_promise()
{
    try {
        call_promises(5);
    } catch (int) {
        note("caught");
    }
}

static void catches_inside() noexcept
{
    try {
        thrower(6);
    } catch (int) {
        note("inside");
    }
}

struct throws_late {
    int value;
    ~throws_late() noexcept(false)
    {
        thrower(value);
    }
};

static void throws_in_unwind()
{
    try {
        throws_late second{ 8 };
        thrower(7);
    } catch (int value) {
        note("caught%d", value);
    }
}

static void throws_at_end()
{
    try {
        throws_late only{ 9 };
    } catch (int value) {
        note("caught%d", value);
    }
}

static void rethrows_nothing()
{
    throw;
}

struct throwing_copy {
    throwing_copy() {}
    throwing_copy(const throwing_copy &)
    {
        thrower(10);
    }
};

static void throws_in_copy()
{
    try {
        static throwing_copy object;
        throw object; /* the exception is thrown while the object is made: an exception as any other */
    } catch (int value) {
        note("caught%d", value);
    }
}

static void asks_for_it()
{
    try {
        throw 11;
    } catch (int) {
        terminate();
    }
}

static void test_terminate()
{
    promises(0);
    noted("kept ~1");
    ok(in_thread(breaks_promise) == 77, "noexcept");
    ok(test_log[0] == 't' || test_log[0] == '~', "%s", test_log); /* whether objects are destroyed is left open */
    test_log[0] = 0;
    ok(in_thread(catches_inside) == 1, "noexcept with a handler");
    noted("inside");
    ok(in_thread(throws_in_unwind) == 77, "a destructor throws while unwinding");
    noted("terminate1");
    ok(in_thread(throws_at_end) == 1, "a destructor throws");
    noted("caught9");
    ok(in_thread(rethrows_nothing) == 77, "throw; without an exception");
    noted("terminate0");
    ok(in_thread(throws_in_copy) == 1, "a copy constructor throws");
    noted("caught10");
    ok(in_thread(asks_for_it) == 77, "terminate");
    noted("terminate1");
}

/* --- std::exception_ptr: msvcp140's functions, which the headers call --- */

struct pointer {
    void *words[2];
    pointer();
    ~pointer();
};
void __declspec(dllimport) __ExceptionPtrCreate(void *);
void __declspec(dllimport) __ExceptionPtrDestroy(void *);
void __declspec(dllimport) __ExceptionPtrCopy(void *, const void *);
void __declspec(dllimport) __ExceptionPtrAssign(void *, const void *);
bool __declspec(dllimport) __ExceptionPtrCompare(const void *, const void *);
bool __declspec(dllimport) __ExceptionPtrToBool(const void *);
void __declspec(dllimport) __ExceptionPtrSwap(void *, void *);
void __declspec(dllimport) __ExceptionPtrCurrentException(void *);
void __declspec(dllimport) __ExceptionPtrRethrow(const void *);

pointer::pointer()
{
    __ExceptionPtrCreate(this);
}
pointer::~pointer()
{
    __ExceptionPtrDestroy(this);
}

static void rethrow_in_thread_of(const pointer &p)
{
    try {
        __ExceptionPtrRethrow(&p);
    } catch (tracked &t) {
        note("again%d", t.id);
        t.id++;
    } catch (...) {
        note("other");
    }
}

static bool has_been_noted(const char *text)
{
    for (const char *p = test_log; *p; p++) {
        size_t n = 0;

        while (text[n] && p[n] == text[n])
            n++;
        if (!text[n])
            return true;
    }
    return false;
}

static pointer *shared;
static unsigned rethrow_thread(void *)
{
    rethrow_in_thread_of(*shared);
    return 0;
}

static void test_pointer()
{
    pointer none, first, second;

    ok(!__ExceptionPtrToBool(&none), "empty at first");
    __ExceptionPtrCurrentException(&none);
    ok(!__ExceptionPtrToBool(&none), "nothing is being handled");
    try {
        throw tracked(20);
    } catch (tracked &) {
        __ExceptionPtrCurrentException(&first);
        ok(__ExceptionPtrToBool(&first), "holds one");
        note("end");
    }
    test_log[0] = 0; /* how often it is copied is left open */
    __ExceptionPtrCopy(&second, &first); /* constructs: second was empty */
    ok(__ExceptionPtrCompare(&first, &second), "the same one");
    ok(!__ExceptionPtrCompare(&first, &none), "none is another");
    __ExceptionPtrSwap(&first, &none);
    ok(!__ExceptionPtrToBool(&first) && __ExceptionPtrToBool(&none), "swapped");
    __ExceptionPtrSwap(&first, &none);

    rethrow_in_thread_of(first);
    ok(has_been_noted("again"), "%s", test_log);
    test_log[0] = 0;
    shared = &second;
    void *thread = CreateThread(nullptr, 0, rethrow_thread, nullptr, 0, nullptr);
    WaitForSingleObject(thread, 20000);
    CloseHandle(thread);
    ok(has_been_noted("again"), "%s", test_log);
    test_log[0] = 0;

    __ExceptionPtrAssign(&first, &none);
    ok(!__ExceptionPtrToBool(&first) && __ExceptionPtrToBool(&second), "assigned");
    __ExceptionPtrAssign(&second, &none);
    ok(test_log[0] == '~', "the last one destroys it: %s", test_log);
    test_log[0] = 0;

    /* An int, and one that is kept while another is handled */
    try {
        throw 5;
    } catch (...) {
        __ExceptionPtrCurrentException(&first);
        try {
            throw 'c';
        } catch (...) {
            __ExceptionPtrCurrentException(&second);
        }
    }
    try {
        __ExceptionPtrRethrow(&first);
    } catch (int value) {
        note("int%d", value);
    }
    try {
        __ExceptionPtrRethrow(&second);
    } catch (char value) {
        note("char%c", value);
    }
    noted("int5 charc");

    /* From nothing: std::bad_exception */
    try {
        __ExceptionPtrRethrow(&none);
    } catch (...) {
        note("bad");
    }
    noted("bad");
}

TESTS
{
    test_terminate();
    test_pointer();
}
