/* SPDX-License-Identifier: MIT */
/* crt_scanf.c: sscanf and its like, as ntdll exports them. */
#include "../test.h"

static int(__cdecl *ntdll_sscanf)(const char *, const char *, ...);
static int(__cdecl *ntdll_sscanf_s)(const char *, const char *, ...);
static int(__cdecl *ntdll_snscanf_s)(const char *, size_t, const char *, ...);
static int(__cdecl *ntdll_swscanf_s)(const WCHAR *, const WCHAR *, ...);
static int(__cdecl *ntdll_snwscanf_s)(const WCHAR *, size_t, const WCHAR *, ...);

static void test_bytes(void)
{
    int a = 0, b = 0, n = 0;
    unsigned u = 0;
    short h[2] = { 0, 77 };
    long long big = 0;
    char word[8], rest[16];
    WCHAR wide[8];

    ok_int(ntdll_sscanf("12 -7 0x1f 017", "%d %d %i%n", &a, &b, &u, &n), 3);
    ok_int(a, 12);
    ok_int(b, -7);
    ok_int(u, 0x1f);
    ok_int(n, 10);
    ok_int(ntdll_sscanf("1234567890123456789", "%I64d", &big), 1);
    ok(big == 1234567890123456789, "%lld", big);
    ok_int(ntdll_sscanf("70000", "%hd", h), 1);
    ok_int(h[0], 70000 - 65536);
    ok_int(h[1], 77);
    ok_int(ntdll_sscanf("key = value;tail", "%7[a-z] = %15[^;]", word, rest), 2);
    ok_str(word, "key");
    ok_str(rest, "value");
    ok_int(ntdll_sscanf("{1,2}", "{%d,%*d}", &a), 1);
    ok_int(a, 1);
    ok_int(ntdll_sscanf("wide", "%S", wide), 1);
    ok_wstr(wide, L"wide");
    ok_int(ntdll_sscanf("", "%d", &a), EOF);
    ok_int(ntdll_sscanf("x", "%d", &a), 0);
    ok_int(ntdll_sscanf("5 x", "%d%d", &a, &b), 1);
    ok_int(a, 5);
    ok_int(ntdll_sscanf("100%", "%d%%%n", &a, &n), 1);
    ok_int(n, 4);
}

/* Sizes follow the buffers; what does not fit leaves an empty text. */
static void test_secure(void)
{
    char word[4] = "abc";
    WCHAR wide[4] = L"abc", letter = 0;
    int a = 0;

    ok_int(ntdll_sscanf_s("one 2", "%s%d", word, 4u, &a), 2);
    ok_str(word, "one");
    ok_int(a, 2);
    ok_int(ntdll_sscanf_s("three", "%s", word, 4u), 0);
    ok_str(word, "");
    ok_int(ntdll_snscanf_s("12345", 3, "%d", &a), 1);
    ok_int(a, 123);
    ok_int(ntdll_swscanf_s(L"two 3", L"%s %d", wide, 4u, &a), 2);
    ok_wstr(wide, L"two");
    ok_int(a, 3);
    ok_int(ntdll_swscanf_s(L"\x20ac", L"%c", &letter, 1u), 1);
    ok_hex(letter, 0x20ac);
    ok_int(ntdll_swscanf_s(L"byte", L"%hs", word, 4u), 0);
    ok_int(ntdll_swscanf_s(L"byt", L"%hs", word, 4u), 1);
    ok_str(word, "byt");
    ok_int(ntdll_snwscanf_s(L"98765", 2, L"%x", &a), 1);
    ok_hex(a, 0x98);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    ntdll_sscanf = (void *)GetProcAddress(ntdll, "sscanf");
    ntdll_sscanf_s = (void *)GetProcAddress(ntdll, "sscanf_s");
    ntdll_snscanf_s = (void *)GetProcAddress(ntdll, "_snscanf_s");
    ntdll_swscanf_s = (void *)GetProcAddress(ntdll, "swscanf_s");
    ntdll_snwscanf_s = (void *)GetProcAddress(ntdll, "_snwscanf_s");
    test_bytes();
    if (ntdll_sscanf_s && ntdll_snscanf_s && ntdll_swscanf_s && ntdll_snwscanf_s)
        test_secure();
    else
        skip("no secure functions");
}
