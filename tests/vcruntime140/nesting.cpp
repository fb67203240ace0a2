/* SPDX-License-Identifier: MIT */
/*
 * nesting.cpp: exceptions within exceptions: function try blocks of constructors and destructors, the count of uncaught ones, pointers to
 * virtual bases, exceptions that several threads throw again at once, what destructors throw and catch while a frame is left; and
 * what a process ends with when nobody catches.
 */
#include "cxxtest.h"

#pragma clang diagnostic ignored "-Wexceptions" /* handlers that others hide are what is tested */

extern "C" {
int __uncaught_exceptions();
bool __uncaught_exception();
typedef void (*handler)();
handler set_terminate(handler function);
handler set_unexpected(handler function);
handler _get_unexpected();
void unexpected();
[[noreturn]] void terminate();
unsigned _set_abort_behavior(unsigned flags, unsigned mask);
typedef void (*signal_handler)(int);
signal_handler signal(int number, signal_handler function);
[[noreturn]] void _exit(int code);
__declspec(dllimport) void *CreateThread(void *security, size_t stack, unsigned (*start)(void *), void *argument,
                                         unsigned flags, unsigned *id);
__declspec(dllimport) unsigned WaitForSingleObject(void *handle, unsigned milliseconds);
__declspec(dllimport) int GetExitCodeThread(void *thread, unsigned *code);
__declspec(dllimport) int GetExitCodeProcess(void *process, unsigned *code);
__declspec(dllimport) int CloseHandle(void *handle);
__declspec(dllimport) unsigned GetModuleFileNameA(void *module, char *name, unsigned size);
__declspec(dllimport) unsigned SetErrorMode(unsigned mode);
__declspec(dllimport) void *SetUnhandledExceptionFilter(long (*filter)(unsigned **pointers));
__declspec(dllimport) uint32_t *RtlLookupFunctionEntry(uint64_t pc, uint64_t *base, void *history);
__declspec(dllimport) int VirtualProtect(void *memory, size_t size, unsigned protection, unsigned *old);
__declspec(dllimport) int CreateProcessA(const char *name, char *command, void *, void *, int inherit, unsigned flags,
                                         void *environment, const char *directory, void *startup, void **process);
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
}

static __declspec(noinline) void thrower(int value)
{
    if (value)
        throw value;
}

/* --- function try blocks --- */

struct member {
    tracked inner;
    explicit member(int value) : inner(value)
    {
        thrower(value);
    }
};

/* "The handler of a constructor's function try block" throws again at its end, and bases and members are gone in it. */
struct owner {
    tracked first;
    member second;
    explicit owner(int value)
    try : first(1), second(value) {
        note("never");
    } catch (int number) {
        note("handler%d", number);
    }
};

struct changes : owner {
    explicit changes(int value)
    try : owner(value) {
    } catch (int number) {
        throw(char)(number + 1);
    }
};

struct leaves {
    tracked part;
    leaves() : part(7) {}
    ~leaves() noexcept(false)
    try {
        thrower(8);
    } catch (int number) {
        note("in%d", number);
        return; /* without this it would be thrown again */
    }
};

struct leaves_again {
    tracked part;
    leaves_again() : part(9) {}
    ~leaves_again() noexcept(false)
    try {
        thrower(10);
    } catch (int number) {
        note("in%d", number);
    }
};

static void test_function_try()
{
    try {
        owner made(5);
    } catch (int number) {
        note("out%d", number);
    }
    noted("~5 ~1 handler5 out5");
    try {
        changes made(5);
    } catch (char number) {
        note("char%d", number);
    }
    noted("~5 ~1 handler5 char6");
    try {
        leaves object;
    } catch (int number) {
        note("out%d", number);
    }
    noted("~7 in8");
    try {
        leaves_again object;
    } catch (int number) {
        note("out%d", number);
    }
    noted("~9 in10 out10");
}

/* --- std::uncaught_exceptions --- */

struct counts {
    int at_start = __uncaught_exceptions(), id;
    explicit counts(int i) : id(i) {}
    ~counts()
    {
        note("%d:%d/%d%s", id, at_start, __uncaught_exceptions(), __uncaught_exception() ? "u" : "");
    }
};

struct deeper {
    int levels;
    ~deeper()
    {
        counts guard(10 + levels);

        if (!levels)
            return;
        try {
            deeper next{ levels - 1 };
            counts inner(20 + levels);
            throw levels;
        } catch (int) {
            note("c%d", __uncaught_exceptions());
        }
    }
};

static void test_counts()
{
    {
        counts plain(1);
    }
    noted("1:0/0");
    try {
        counts guard(2);
        thrower(1);
    } catch (int) {
        counts in_handler(3);
    }
    noted("2:0/1u 3:0/0");
    try {
        deeper outer{ 2 };
        thrower(1);
    } catch (int) {
        note("end%d", __uncaught_exceptions());
    }
    noted("22:1/2u 21:2/3u 10:3/3u c2 11:2/2u c1 12:1/1u end0");
    /* One that is thrown again counts again. */
    try {
        try {
            thrower(1);
        } catch (int) {
            note("%d", __uncaught_exceptions());
            counts guard(4);
            throw;
        }
    } catch (int) {
        note("%d", __uncaught_exceptions());
    }
    noted("0 4:0/1u 0");
    /* One that is left by another */
    try {
        try {
            thrower(1);
        } catch (int) {
            counts guard(5);
            throw 'c';
        }
    } catch (char) {
        note("%d", __uncaught_exceptions());
    }
    noted("5:0/1u 0");
}

/* --- what pointers and references are converted to --- */

struct root {
    int r = 1;
    virtual ~root() {}
};
struct left : virtual root {
    int l = 2;
};
struct right : virtual root {
    int r2 = 3;
};
struct leaf : left, right {
    int e = 4;
};
struct twice_a : root {
};
struct twice_b : root {
};
struct ambiguous : twice_a, twice_b {
};

static void test_conversions()
{
    static leaf object;

    try {
        throw &object;
    } catch (root *p) {
        note("root%d%d", p->r, p == &object);
    }
    try {
        throw leaf();
    } catch (root &r) {
        note("ref%d%d", r.r, dynamic_cast<leaf *>(&r)->e);
    }
    try {
        throw leaf();
    } catch (right value) {
        note("value%d%d", value.r2, value.r);
    }
    try {
        throw(const leaf *) & object;
    } catch (root *) {
        note("wrong");
    } catch (const right *p) {
        note("const%d", p->r2);
    }
    noted("root11 ref14 value31 const3");
    try {
        throw ambiguous();
    } catch (root &) {
        note("wrong");
    } catch (twice_b &) {
        note("b");
    }
    try {
        throw &object;
    } catch (void *p) {
        note("void%d", p == &object);
    }
    try {
        throw &thrower;
    } catch (void *) {
        note("wrong");
    } catch (void (*function)(int)) {
        note("function%d", function == thrower);
    }
    noted("b void1 function1");
}

/* --- what destructors do while a frame is left --- */

struct throws_and_catches {
    int id;
    ~throws_and_catches()
    {
        try {
            tracked guard(id);
            thrower(id);
        } catch (int number) {
            note("in%d", number);
        }
    }
};

static __declspec(noinline) void leave_with(int value)
{
    throws_and_catches one{ 31 }, two{ 32 };

    thrower(value);
}

/* A structured exception in a destructor, handled there, while a C++ exception is on its way */
struct faults_and_handles {
    static __declspec(noinline) void fault()
    {
        __try {
            RaiseException(0xe0001111, 0, 0, nullptr);
        } __except (1) {
            note("seh");
        }
    }
    ~faults_and_handles()
    {
        fault();
    }
};

static void test_destructors()
{
    try {
        leave_with(5);
    } catch (int number) {
        note("out%d", number);
    }
    noted("~32 in32 ~31 in31 out5");
    try {
        faults_and_handles object;
        thrower(6);
    } catch (int number) {
        note("out%d", number);
    }
    noted("seh out6");
}

/* --- one exception in many threads --- */

struct pointer {
    void *words[2];
};
void __declspec(dllimport) __ExceptionPtrCreate(void *);
void __declspec(dllimport) __ExceptionPtrDestroy(void *);
void __declspec(dllimport) __ExceptionPtrCopy(void *, const void *);
void __declspec(dllimport) __ExceptionPtrCurrentException(void *);
void __declspec(dllimport) __ExceptionPtrRethrow(const void *);

static int alive, wrong;

struct shared_object {
    int value;
    explicit shared_object(int v) : value(v)
    {
        __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
    }
    shared_object(const shared_object &other) : value(other.value)
    {
        __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
    }
    ~shared_object()
    {
        value = -1;
        __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
    }
};

static unsigned rethrows(void *argument)
{
    pointer own;

    __ExceptionPtrCopy(&own, argument);
    for (int i = 0; i < 500; i++) {
        pointer again;

        __ExceptionPtrCreate(&again);
        try {
            __ExceptionPtrRethrow(&own);
        } catch (shared_object &object) {
            if (object.value != 77)
                __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
            __ExceptionPtrDestroy(&again);
            __ExceptionPtrCurrentException(&again);
        }
        __ExceptionPtrDestroy(&own);
        own = again;
    }
    __ExceptionPtrDestroy(&own);
    return 5;
}

static void test_threads()
{
    void *threads[4];
    pointer thrown;

    __ExceptionPtrCreate(&thrown);
    try {
        throw shared_object(77);
    } catch (...) {
        __ExceptionPtrCurrentException(&thrown);
    }
    for (void *&thread : threads)
        thread = CreateThread(nullptr, 0, rethrows, &thrown, 0, nullptr);
    for (void *thread : threads) {
        unsigned code = 0;

        WaitForSingleObject(thread, 20000);
        GetExitCodeThread(thread, &code);
        ok(code == 5, "a thread ended with %u", code);
        CloseHandle(thread);
    }
    ok(wrong == 0, "%d were damaged", wrong);
    ok(alive >= 1, "the first is gone");
    __ExceptionPtrDestroy(&thrown);
    ok(alive == 0, "%d are left", alive);
}

/* --- unexpected: "the C++ standard requires ...; this isn't the current implementation": it is only kept --- */

static void on_unexpected()
{
    note("unexpected");
    throw 12;
}

static void test_unexpected()
{
    handler before = set_unexpected(on_unexpected);

    ok(_get_unexpected() == on_unexpected, "it is kept");
    try {
        unexpected();
    } catch (int number) {
        note("%d", number);
    }
    noted("unexpected 12");
    ok(set_unexpected(before) == on_unexpected, "the one before");
}

/* --- ends --- */

static void promises(int value) noexcept
{
    tracked guard(1);

    thrower(value);
}
static void (*volatile call_promises)(int) = promises;

/* What Microsoft's compiler makes of noexcept: a flag in the function's tables, so that nobody needs to catch it (nor unwind). */
static void mark_noexcept(void (*function)(int))
{
    uint64_t base;
    uint32_t *entry = RtlLookupFunctionEntry((uint64_t)function, &base, nullptr), *flags;
    unsigned char *info = (unsigned char *)base + entry[2];
    unsigned old;

    flags = (uint32_t *)(base + *(uint32_t *)(info + 4 + ((info[2] + 1) & ~1) * 2 + 4)) + 9;
    VirtualProtect(flags, 4, 4, &old);
    *flags |= 4;
}

/* What Microsoft's startup code, which is in every program, installs */
static long unhandled(unsigned **pointers)
{
    if (*pointers[0] == 0xe06d7363)
        terminate();
    return 0;
}

static void on_abort(int)
{
    _exit(55);
}

static void returns() {}

static void ends(const char *how)
{
    SetErrorMode(0x8003);
    _set_abort_behavior(0, 1); /* no message */
    if (how[0] != 'w')
        SetUnhandledExceptionFilter(unhandled);
    mark_noexcept(promises);
    switch (how[0]) {
    case 'w':
    case 'u':
        thrower(3);
    case 'n':
        SetUnhandledExceptionFilter(nullptr);
        call_promises(3);
    case 't':
        terminate();
    case 'a':
        abort();
    case 's':
        signal(22, on_abort);
        thrower(3);
    case 'r':
        set_terminate(returns); /* "must not return"; abort is called then */
        thrower(3);
    case '3':
        _set_abort_behavior(0, 3); /* no report: exit code 3 */
        abort();
    case 'p': {
        pointer none;

        set_terminate(on_unexpected);
        __ExceptionPtrCreate(&none);
        try {
            __ExceptionPtrRethrow(&none); /* bad_exception */
        } catch (...) {
            _exit(66);
        }
    }
    }
    _exit(99);
}

static unsigned end_of(const char *how)
{
    char path[300], command[400];
    uintptr_t startup[13] = { 104 };
    void *process[3];
    unsigned code = 0;
    size_t length;

    length = GetModuleFileNameA(nullptr, path, sizeof(path));
    command[0] = '"';
    memcpy(command + 1, path, length);
    memcpy(command + 1 + length, "\" ", 2);
    memcpy(command + 3 + length, how, strlen(how) + 1);
    if (!CreateProcessA(nullptr, command, nullptr, nullptr, 0, 0, nullptr, nullptr, startup, process))
        return 0;
    WaitForSingleObject(process[0], 20000);
    GetExitCodeProcess(process[0], &code);
    CloseHandle(process[0]);
    CloseHandle(process[1]);
    return code;
}

static void test_ends()
{
    /* abort's report is __fastfail: "STATUS_STACK_BUFFER_OVERRUN" */
    static const struct {
        const char *how;
        unsigned code;
    } cases[] = { { "without a filter", 0xe06d7363 }, { "uncaught", 0xc0000409 }, { "noexcept", 0xc0000409 },
                  { "terminate", 0xc0000409 },        { "abort", 0xc0000409 },    { "signal", 55 },
                  { "returns", 0xc0000409 },          { "3: no report", 3 },      { "pointer", 66 } };

    for (auto &c : cases) {
        unsigned code = end_of(c.how);

        ok(code == c.code, "%s: %x", c.how, code);
    }
}

TESTS
{
    if (test_argc > 1)
        ends(test_argv[1]);
    test_function_try();
    test_counts();
    test_conversions();
    test_destructors();
    test_threads();
    test_unexpected();
    test_ends();
}
