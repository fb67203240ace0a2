/* SPDX-License-Identifier: MIT */
/* HSTRINGs. */
#include "../test.h"
#include <hstring.h>
#include <winstring.h>

#define IMPORT(name) __typeof__(name) *p##name = (void *)GetProcAddress(dll, #name)

TESTS
{
    HMODULE dll = LoadLibraryW(L"combase.dll");
    IMPORT(WindowsCreateString);
    IMPORT(WindowsDeleteString);
    IMPORT(WindowsConcatString);
    IMPORT(WindowsDuplicateString);
    IMPORT(WindowsGetStringRawBuffer);
    IMPORT(WindowsCreateStringReference);
    IMPORT(WindowsCompareStringOrdinal);
    HSTRING a, b, c, d;
    HSTRING_HEADER header;
    UINT32 length;
    INT32 order;

    ok_hex(pWindowsCreateString(L"abc", 3, &a), S_OK);
    ok_hex(pWindowsCreateStringReference(L"def", 3, &header, &b), S_OK);
    ok_hex(pWindowsCreateStringReference(L"def", 2, &header, &d), E_INVALIDARG); /* no zero at the end */
    ok_hex(pWindowsConcatString(a, b, &c), S_OK);
    ok_wstr(pWindowsGetStringRawBuffer(c, &length), L"abcdef");
    ok_int(length, 6);
    ok_hex(pWindowsCompareStringOrdinal(a, b, &order), S_OK);
    ok_int(order, -1);
    ok_hex(pWindowsDuplicateString(a, &d), S_OK);
    ok(a == d, "counted");
    pWindowsDeleteString(d);
    ok_hex(pWindowsDuplicateString(b, &d), S_OK);
    ok(b != d, "a reference is copied");
    pWindowsDeleteString(d);
    pWindowsDeleteString(a);
    pWindowsDeleteString(b);
    pWindowsDeleteString(c);
    ok_hex(pWindowsCreateString(L"", 0, &a), S_OK);
    ok(!a, "the empty one is NULL");
    ok_wstr(pWindowsGetStringRawBuffer(NULL, &length), L"");
}
