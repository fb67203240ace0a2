/* SPDX-License-Identifier: MIT */
/* rtlnormalize.c: RtlNormalizeString, RtlIsNormalizedString, RtlIdnTo*: the examples of Unicode Standard Annex #15. */
#define _WIN32_WINNT 0x0a00
#include "../test.h"
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlNormalizeString, ULONG, const WCHAR *, LONG, WCHAR *, LONG *)                                           \
    X(LONG, RtlIsNormalizedString, ULONG, const WCHAR *, LONG, BOOLEAN *)                                              \
    X(LONG, RtlIdnToAscii, ULONG, const WCHAR *, LONG, WCHAR *, LONG *)                                                \
    X(LONG, RtlIdnToUnicode, ULONG, const WCHAR *, LONG, WCHAR *, LONG *)                                              \
    X(LONG, RtlIdnToNameprepUnicode, ULONG, const WCHAR *, LONG, WCHAR *, LONG *)
DECLARE_FUNCTIONS

enum { C = 1, D = 2, KC = 5, KD = 6 };

static void check(int line, ULONG form, const WCHAR *source, const WCHAR *expected)
{
    WCHAR out[64];
    LONG length = 64;
    LONG status = RtlNormalizeString(form, source, -1, out, &length);
    BOOLEAN normalized = 9;

    ok(!status && length == (LONG)wcslen(expected) + 1 && !wcscmp(out, expected), "line %d: %lx, %ld, %ls", line,
       status, length, status ? L"" : out);
    status = RtlIsNormalizedString(form, source, -1, &normalized);
    ok(!status && normalized == !wcscmp(source, expected), "line %d: %lx, %d", line, status, normalized);
}
#define CHECK(form, source, expected) check(__LINE__, form, source, expected)

static void test_forms(void)
{
    static const WCHAR abc[] = L"abc";
    WCHAR out[8];
    LONG length;
    BOOLEAN normalized;

    for (ULONG form = 1; form <= 6; form++)
        if (form < 3 || form > 4)
            CHECK(form, abc, abc);
    CHECK(C, L"A\x30a", L"\xc5");
    CHECK(D, L"\xc5", L"A\x30a");
    CHECK(C, L"\x212b", L"\xc5"); /* the unit Angstrom */
    CHECK(C, L"o\x302", L"\xf4");
    CHECK(D, L"\x1e9b\x323", L"\x17f\x323\x307");
    CHECK(C, L"\x1e9b\x323", L"\x1e9b\x323");
    CHECK(KC, L"\x1e9b\x323", L"\x1e69");
    CHECK(KD, L"\x1e9b\x323", L"s\x323\x307");
    CHECK(KC, L"\xfb01 2\x2075", L"fi 25");
    CHECK(C, L"\xfb01", L"\xfb01");
    CHECK(C, L"d\x307\x323", L"\x1e0d\x307"); /* marks in canonical order */
    CHECK(D, L"\xac01", L"\x1100\x1161\x11a8");
    CHECK(C, L"\x1100\x1161\x11a8", L"\xac01");
    CHECK(C, L"\x958", L"\x915\x93c"); /* an exclusion from composition */
    CHECK(D, L"\xd834\xdd5e", L"\xd834\xdd57\xd834\xdd65");

    length = 0;
    ok_hex(RtlNormalizeString(C, abc, -1, NULL, &length), 0);
    ok(length >= 4, "%ld", length);
    length = 2;
    ok_hex(RtlNormalizeString(C, abc, 3, out, &length), 0xc0000023);
    ok_int(length, 3);
    length = 8;
    ok_hex(RtlNormalizeString(C, L"\xc4 b\xdc00", 4, out, &length), 0xc0000717); /* STATUS_NO_UNICODE_TRANSLATION */
    ok_int(length, 3);
    ok_hex(RtlNormalizeString(3, abc, -1, out, &length), 0xc000000d);
    ok_hex(RtlIsNormalizedString(99, abc, -1, &normalized), 0xc000000d);
}

static void test_names(void)
{
    WCHAR out[64];
    LONG length = 64;

    ok_hex(RtlIdnToAscii(0,
                         L"b\xfc"
                         L"cher.example",
                         -1, out, &length),
           0);
    ok_wstr(out, L"xn--bcher-kva.example");
    ok_int(length, 22);
    length = 64;
    ok_hex(RtlIdnToUnicode(0, L"xn--bcher-kva.example", -1, out, &length), 0);
    ok_wstr(out, L"b\xfc"
                 L"cher.example");
    length = 64;
    ok_hex(RtlIdnToNameprepUnicode(0,
                                   L"B\xdc"
                                   L"CHER.\xdf",
                                   -1, out, &length),
           0);
    ok_wstr(out, L"b\xfc"
                 L"cher.ss");
    length = 4;
    ok_hex(RtlIdnToAscii(0, L"example", -1, out, &length), 0xc0000023);
    ok_hex(RtlIdnToAscii(0, L"a..b", -1, out, &length), 0xc0000716); /* STATUS_INVALID_IDN_NORMALIZATION */
    ok_hex(RtlIdnToAscii(0, NULL, -1, out, &length), 0xc000000d);
}

TESTS
{
    if (!get_functions())
        return;
    test_forms();
    test_names();
}
