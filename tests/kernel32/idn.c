/* SPDX-License-Identifier: MIT */
/* IdnToAscii, IdnToUnicode, IdnToNameprepUnicode; the samples are of RFC 3492 and of names in use. */
#include "../test.h"

#ifndef IDN_USE_STD3_ASCII_RULES
#define IDN_USE_STD3_ASCII_RULES 2
#endif

TESTS
{
    static const struct {
        const WCHAR *unicode, *ascii;
    } names[] = {
        { L"b\xfc"
          L"cher.example",
          L"xn--bcher-kva.example" },
        { L"example.com", L"example.com" },
        { L"\x043f\x0440\x0438\x043c\x0435\x0440.\x0438\x0441\x043f\x044b\x0442\x0430\x043d\x0438\x0435",
          L"xn--e1afmkfd.xn--80akhbyknj4f" },
        { L"\x4f8b\x5b50.\x6d4b\x8bd5", L"xn--fsqu00a.xn--0zwm56d" },
        { L"\xd83d\xdca9.la", L"xn--ls8h.la" },
        { L"a.", L"a." },
    };
    WCHAR out[300];

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        ok_int(IdnToAscii(0, names[i].unicode, -1, out, 300), (int)wcslen(names[i].ascii) + 1);
        ok_wstr(out, names[i].ascii);
        ok_int(IdnToUnicode(0, names[i].ascii, -1, out, 300), (int)wcslen(names[i].unicode) + 1);
        ok_wstr(out, names[i].unicode);
    }
    /* prepared: lower case, compatibility forms, the other full stops */
    ok(IdnToAscii(0,
                  L"B\xdc"
                  L"CHER\x3002"
                  L"de",
                  -1, out, 300),
       "error %lu", GetLastError());
    ok_wstr(out, L"xn--bcher-kva.de");
    ok(IdnToNameprepUnicode(0, L"\xff21\xdc", -1, out, 300), "error %lu", GetLastError());
    ok_wstr(out, L"a\xfc");
    /* without the zero, and the size only */
    ok_int(IdnToAscii(0,
                      L"b\xfc"
                      L"cher",
                      6, NULL, 0),
           13);
    ok(!IdnToAscii(0,
                   L"b\xfc"
                   L"cher",
                   6, out, 5) &&
           GetLastError() == ERROR_INSUFFICIENT_BUFFER,
       "error %lu", GetLastError());
    ok(!IdnToAscii(0, L"a..b", -1, out, 300) && GetLastError() == ERROR_INVALID_NAME, "error %lu", GetLastError());
    ok(!IdnToAscii(IDN_USE_STD3_ASCII_RULES, L"a_b", -1, out, 300) && GetLastError() == ERROR_INVALID_NAME, "error %lu",
       GetLastError());
    ok(IdnToAscii(0, L"a_b", -1, out, 300), "error %lu", GetLastError());
    ok(!IdnToAscii(0, NULL, -1, out, 300) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu", GetLastError());
    ok(!IdnToUnicode(0, L"xn--\x21", -1, out, 300), "damaged Punycode");
}
