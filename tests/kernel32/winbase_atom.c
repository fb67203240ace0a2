/* SPDX-License-Identifier: MIT */
/* Atoms of the process and of the session. */
#include "../test.h"

static void test_local(void)
{
    ATOM a, b;
    WCHAR name[32];
    char small[4];

    a = AddAtomW(L"Transom atom");
    ok(a >= 0xc000, "error %lu", GetLastError());
    ok_hex(AddAtomA("TRANSOM ATOM"), a); /* without case */
    ok_hex(FindAtomW(L"transom atom"), a);
    ok_int(GetAtomNameW(a, name, 32), 12);
    ok_wstr(name, L"Transom atom"); /* as it was added first */
    ok_int(DeleteAtom(a), 0);
    ok_hex(FindAtomW(L"Transom Atom"), a); /* one of two */
    ok_int(DeleteAtom(a), 0);
    ok(!FindAtomW(L"Transom atom") && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    ok(DeleteAtom(a) == a && GetLastError() == ERROR_INVALID_HANDLE, "error %lu", GetLastError());
    /* integer atoms stand for themselves */
    ok_int(AddAtomW(MAKEINTRESOURCEW(123)), 123);
    ok_int(AddAtomA("#456"), 456);
    ok_int(GetAtomNameA(456, small, 4), 3); /* what does not fit is cut */
    ok_str(small, "#45");
    ok_int(GetAtomNameW(456, name, 32), 4);
    ok_wstr(name, L"#456");
    ok(!AddAtomW(L"") || GetLastError() != ERROR_SUCCESS, "empty name");
    b = AddAtomW(L"#12x");
    ok(b >= 0xc000, "%x", b);
    DeleteAtom(b);
}

static void test_many(void)
{
    ATOM atoms[1000];
    WCHAR name[32], back[32];

    for (int i = 0; i < 1000; i++) {
        swprintf(name, 32, L"many atoms %d", i);
        atoms[i] = AddAtomW(name);
        ok(atoms[i] >= 0xc000, "%d: error %lu", i, GetLastError());
    }
    for (int i = 0; i < 1000; i++) {
        swprintf(name, 32, L"MANY atoms %d", i);
        ok_hex(FindAtomW(name), atoms[i]);
        ok(GetAtomNameW(atoms[i], back, 32) && !_wcsicmp(back, name), "%d: %ls", i, back);
        ok_int(DeleteAtom(atoms[i]), 0);
    }
}

static void test_global(void)
{
    ATOM a = GlobalAddAtomA("Transom global atom");
    char name[32];

    ok(a >= 0xc000, "error %lu", GetLastError());
    ok_hex(GlobalFindAtomW(L"transom GLOBAL atom"), a);
    ok_int(GlobalGetAtomNameA(a, name, sizeof name), 19);
    ok_str(name, "Transom global atom");
    ok(!GlobalGetAtomNameA(a, name, 5) && GetLastError() == ERROR_MORE_DATA, "error %lu", GetLastError());
    ok_int(GlobalDeleteAtom(a), 0);
    ok_int(GlobalFindAtomA("Transom global atom"), 0);
    ok_int(GlobalAddAtomW(MAKEINTRESOURCEW(77)), 77);
}

TESTS
{
    test_local();
    test_many();
    test_global();
}
