/* SPDX-License-Identifier: MIT */
/*
 * throw.cpp: throwing and catching C++ exceptions through __CxxFrameHandler3: order of destructors, conversions, rethrowing,
 * nesting, what ends a program.
 */
#include "cxxtest.h"

extern "C" int __uncaught_exceptions();
extern "C" void **__current_exception();
extern "C" int *__processing_throw();

static int simple(int value)
{
    tracked outer(1);

    try {
        tracked inner(2);

        if (value)
            throw value;
        return 0;
    } catch (int caught) {
        note("caught%d", caught);
        try {
            tracked third(3);

            throw 2.5;
        } catch (double number) {
            note("double%d", (int)(number * 10));
        }
        tracked fourth(4);
        return 2;
    }
}

static void test_simple()
{
    ok(simple(0) == 0, "no exception");
    noted("~2 ~1");
    ok(simple(5) == 2, "an exception");
    noted("~2 caught5 ~3 double25 ~4 ~1");
}

struct base {
    int number = 7;
    virtual ~base() {}
    virtual int which()
    {
        return 1;
    }
};
struct other {
    int number = 9;
    virtual ~other() {}
};
struct derived : base, virtual other {
    int which() override
    {
        return 2;
    }
};
struct private_base : private base {
};

static void test_conversions()
{
    try {
        throw derived();
    } catch (base &b) {
        note("base%d which%d", b.number, b.which());
        try {
            throw;
        } catch (other &o) {
            note("virtual%d", o.number);
        }
    }
    noted("base7 which2 virtual9");
    static derived object;
    try {
        throw &object;
    } catch (const other *o) {
        note("pointer%d", o->number);
    }
    noted("pointer9");
    try {
        throw(derived *) nullptr;
    } catch (base *b) {
        note(b ? "not null" : "null");
    }
    noted("null");
    try {
        throw private_base();
    } catch (base &) {
        note("private");
    } catch (...) {
        note("all");
    }
    noted("all");
    try {
        throw 1LL;
    } catch (int) {
        note("int");
    } catch (long) {
        note("long");
    } catch (...) {
        note("all");
    }
    noted("all");
    try {
        throw "text";
    } catch (const char *text) {
        note(text);
    }
    noted("text");
}

/* The object lives as long as a handler for it runs. */
static void test_lifetime()
{
    try {
        throw tracked(10);
    } catch (tracked &t) {
        note("ref%d", t.id);
    }
    noted("ref10 ~10");
    try {
        throw tracked(20);
    } catch (tracked t) {
        note("value%d", t.id);
    }
    noted("copy21 value21 ~21 ~20");
    try {
        try {
            throw tracked(30);
        } catch (tracked &t) {
            t.id = 31;
            throw;
        }
    } catch (tracked &t) {
        note("again%d", t.id);
    }
    noted("again31 ~31");
    try {
        try {
            throw tracked(40);
        } catch (tracked &) {
            throw tracked(50);
        }
    } catch (tracked &t) {
        note("second%d", t.id);
    }
    noted("~40 second50 ~50");
    try {
        throw tracked(60);
    } catch (...) {
        try {
            throw;
        } catch (tracked &t) {
            note("inner%d", t.id);
        }
        note("outer");
    }
    noted("inner60 outer ~60");
    ok(!*__current_exception(), "no exception is being handled");
}

static void test_nested()
{
    try {
        tracked a(1);
        try {
            tracked b(2);
            try {
                tracked c(3);
                throw 1;
            } catch (int) {
                tracked d(4);
                throw 'c';
            }
        } catch (char) {
            tracked e(5);
            note("char");
            try {
                try {
                    throw 3;
                } catch (int) {
                    tracked f(6);
                    throw 4;
                }
            } catch (int number) {
                note("int%d", number);
                throw;
            }
        }
    } catch (int number) {
        note("last%d", number);
    }
    noted("~3 ~4 ~2 char ~6 int4 ~5 ~1 last4");
}

/* Handlers that are left by jumps */
static int loop()
{
    int sum = 0;

    for (int i = 0; i < 6; i++) {
        try {
            if (i == 4)
                break;
            if (i & 1)
                throw i;
            sum += i;
        } catch (int number) {
            sum += 100 * number;
            continue;
        }
    }
    return sum;
}

static int recursive(int depth)
{
    tracked guard(100 + depth);

    try {
        if (!depth)
            throw depth;
        recursive(depth - 1);
    } catch (int number) {
        note("%d", number);
        if (depth < 2)
            throw depth + 1000;
    }
    return depth;
}

struct catching_destructor {
    ~catching_destructor()
    {
        note("uncaught%d", __uncaught_exceptions());
        try {
            throw 77;
        } catch (int number) {
            note("in%d", number);
        }
    }
};

static void test_control()
{
    ok(loop() == 402, "%d", loop());
    recursive(3);
    noted("0 ~100 1000 ~101 1001 ~102 ~103");
    try {
        catching_destructor guard;
        throw 5;
    } catch (int number) {
        note("out%d uncaught%d", number, __uncaught_exceptions());
    }
    noted("uncaught1 in77 out5 uncaught0");
}

static void deep(int depth)
{
    char room[200];

    memset(room, depth, sizeof(room));
    if (!depth)
        throw(int) room[0];
    deep(depth - 1);
    note(room[0] == (char)depth ? "" : "damaged"); /* not a tail call */
}

static void test_deep()
{
    int count = 0;

    for (int i = 0; i < 200; i++)
        try {
            deep(100);
        } catch (int number) {
            count += number == 0;
        }
    ok(count == 200, "%d", count);
    noted("");
}

struct throwing_copy {
    throwing_copy() {}
    throwing_copy(const throwing_copy &)
    {
        note("copied");
    }
};

/* An array of objects whose construction fails half-way */
static int made;
struct counted {
    int id;
    counted() : id(++made)
    {
        if (id == 3)
            throw id;
        note("+%d", id);
    }
    ~counted()
    {
        note("-%d", id);
    }
};

struct holder {
    counted a, b, c;
};

static void test_construction()
{
    made = 0;
    try {
        holder h;
        note("never%d", h.a.id);
    } catch (int number) {
        note("failed%d", number);
    }
    noted("+1 +2 -2 -1 failed3");
    made = 0;
    try {
        holder *h = new holder;
        note("never%d", h->a.id);
    } catch (int) {
        note("failed");
    }
    noted("+1 +2 -2 -1 failed");
}

static void function_try(int value)
try {
    tracked guard(value);
    throw value;
} catch (int number) {
    note("function%d", number);
}

TESTS
{
    test_simple();
    test_conversions();
    test_lifetime();
    test_nested();
    test_control();
    test_deep();
    test_construction();
    function_try(8);
    noted("~8 function8");
}
