/* SPDX-License-Identifier: MIT */
/* scanf and its relatives ("Format specification fields: scanf and wscanf functions"). */
#include "crt.h"

#ifdef _UCRT
static int __cdecl scan(const char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = __stdio_common_vsscanf(2, text, (size_t)-1, format, NULL, args);
    va_end(args);
    return r;
}
static int __cdecl wscan(const wchar_t *text, const wchar_t *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = __stdio_common_vswscanf(2, text, (size_t)-1, format, NULL, args); /* %s is wide */
    va_end(args);
    return r;
}
#else
static int(__cdecl *scan)(const char *, const char *, ...);
static int(__cdecl *wscan)(const wchar_t *, const wchar_t *, ...);
#endif

static void test_numbers(void)
{
    int i = 0, j = 0, k = 0, n = 0;
    unsigned u = 0;
    short h = 0;
    long long ll = 0;
    float f = 0;
    double d = 0;
    void *p = NULL;

    ok_int(scan("12 -7 0x1f", "%d %i %i", &i, &j, &k), 3);
    ok_int(i, 12);
    ok_int(j, -7);
    ok_int(k, 31);
    ok_int(scan("ff 777 4294967295", "%x %o %u", &i, &j, &u), 3);
    ok_int(i, 255);
    ok_int(j, 511);
    ok_int(u, 4294967295u);
    ok_int(scan("123456", "%3d%2d%n", &i, &j, &n), 2);
    ok_int(i, 123);
    ok_int(j, 45);
    ok_int(n, 5);
    ok_int(scan("70000", "%hd", &h), 1);
    ok_int(h, 70000 - 65536);
    ok_int(scan("-1234567890123", "%I64d", &ll), 1);
    ok_int(ll, -1234567890123ll);
    ok_int(scan("1234567890123", "%lld", &ll), 1);
    ok_int(ll, 1234567890123ll);
    ok_int(scan("1.5 -2.5e3 .25", "%f %lf %lf", &f, &d, &d), 3);
    ok(f == 1.5f, "%g", f);
    ok(d == 0.25, "%g", d);
    ok_int(scan("3.14159abc", "%4lf%n", &d, &n), 1);
    ok(d == 3.14, "%g", d);
    ok_int(n, 4);
    ok_int(scan("1e", "%lf", &d), EOF);
    ok_int(scan("1e;", "%lf", &d), 0);
    ok_int(scan("00000000DEADBEEF", "%p", &p), 1);
    ok(p == (void *)0xdeadbeef, "%p", p);
    ok_int(scan("5 6", "%*d %d", &i), 1);
    ok_int(i, 6);
#ifdef _UCRT
    signed char c = 0;
    size_t z = 0;
    ok_int(scan("-1 99", "%hhd %zu", &c, &z), 2);
    ok_int(c, -1);
    ok_int(z, 99);
    ok_int(scan("inf nan 0x1.8p1", "%lf %f %lf", &d, &f, &d), 3);
    ok(d == 3.0, "%g", d);
#endif
}

static void test_strings(void)
{
    char a[20] = "", b[20] = "", c = 0;
    wchar_t w[20] = L"";

    ok_int(scan("  hello world", "%s %c", a, &c), 2);
    ok_str(a, "hello");
    ok_int(c, 'w');
    ok_int(scan("abcdef", "%3s%s", a, b), 2);
    ok_str(a, "abc");
    ok_str(b, "def");
    ok_int(scan("key=value;rest", "%[^=]=%[a-z]", a, b), 2);
    ok_str(a, "key");
    ok_str(b, "value");
    ok_int(scan("]x-", "%[]x-]", a), 1);
    ok_str(a, "]x-");
    memset(a, 'z', sizeof(a));
    ok_int(scan("ab cd", "%5c", a), 1);
    ok_mem(a, "ab cdz", 6);
    ok_int(scan("wide", "%S", w), 1);
    ok_wstr(w, L"wide");
    ok_int(scan("wide", "%ls", w), 1);
    ok_int(wscan(L"one two", L"%s %S", w, a), 2);
    ok_wstr(w, L"one");
    ok_str(a, "two");
}

static void test_results(void)
{
    int i = 77;
    char a[9];

    ok_int(scan("", "%d", &i), EOF);
    ok_int(scan("   ", "%d", &i), EOF);
    ok_int(scan("x", "%d", &i), 0);
    ok_int(scan("5", "%d %d", &i, &i), 1);
    ok_int(scan("5x", "%d %d", &i, &i), 1);
    ok_int(scan("a:5", "a:%d", &i), 1);
    ok_int(scan("b:5", "a:%d", &i), 0);
    ok_int(scan("100%", "%d%%", &i), 1);
    ok_int(scan("", "%s", a), EOF);
    ok_int(i, 100);
}

static void test_stream(void)
{
    FILE *f = fopen("scan.txt", "w+b");
    int i = 0, j = 0;
    char word[20];

    if (!ok(f, "fopen: %d", errno))
        return;
    fputs("1 2 three\n4x", f);
    rewind(f);
    ok_int(fscanf(f, "%d%d", &i, &j), 2);
    ok_int(j, 2);
    ok_int(fscanf(f, "%s", word), 1);
    ok_str(word, "three");
    ok_int(fscanf(f, "%d", &i), 1);
    ok_int(i, 4);
    ok_int(fgetc(f), 'x'); /* what did not match is still there */
    ok_int(fscanf(f, "%d", &i), EOF);
    fclose(f);
    remove("scan.txt");
}

TESTS
{
#ifndef _UCRT
    scan = crt_function("sscanf");
    wscan = crt_function("swscanf");
#endif
    test_numbers();
    test_strings();
    test_results();
    test_stream();
}
