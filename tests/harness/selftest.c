/* SPDX-License-Identifier: MIT */
/* selftest.c: test.h counts what it should. */
#include "../test.h"

TESTS
{
    static const char bytes[] = { 1, 2, 3 };

    ok(true, "never shown");
    ok_int(2 + 2, 4);
    ok_hex(0xc0000005, (NTSTATUS)0xc0000005);
    ok_str("a", "a");
    ok_wstr(L"\x00e4", L"\x00e4");
    ok_mem(bytes, "\1\2\3", 3);
    ok_err(CloseHandle((HANDLE)(ULONG_PTR)0xfff1234), ERROR_INVALID_HANDLE);
    todo_if(false, true, "never shown");
    ok_int(test_passed, 8);
    ok_int(test_failed, 0);
}
