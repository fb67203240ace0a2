/* SPDX-License-Identifier: MIT */
/*
 * fh4.cpp: __CxxFrameHandler4, whose tables are compressed. The function that has them is in fh4_x64.S.
 */
#include "cxxtest.h"

extern "C" {
int fh4_function(int value);

void fh4_construct(int *object, int id)
{
    *object = id;
    note("+%d", id);
}

void fh4_destroy(int *object)
{
    note("~%d", *object);
}

void fh4_throw(int value)
{
    if (value >= 100)
        throw 'c';
    throw value;
}

void fh4_caught(int value)
{
    note("caught%d", value);
    if (value == 9)
        throw;
    if (value == 10)
        throw "other";
}
}

TESTS
{
    ok(fh4_function(4) == 100, "the first address");
    noted("+1 +2 ~2 +3 caught4 ~3 ~1");
    ok(fh4_function(5) == 200, "the second address");
    noted("+1 +2 ~2 +3 caught5 ~3 ~1");
    try {
        fh4_function(100);
    } catch (char) {
        note("char");
    }
    noted("+1 +2 ~2 ~1 char");
    try {
        fh4_function(9);
    } catch (int value) {
        note("again%d", value);
    }
    noted("+1 +2 ~2 +3 caught9 ~3 ~1 again9");
    try {
        fh4_function(10);
    } catch (const char *text) {
        note(text);
    }
    noted("+1 +2 ~2 +3 caught10 ~3 ~1 other");
}
