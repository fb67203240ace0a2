/* SPDX-License-Identifier: MIT */
/* printf and its relatives: every conversion, in both runtimes' ways ("Format specification syntax", "printf"). */
#include "crt.h"
#include <math.h>

/* What a format makes, through the runtime's own function. */
static const char *text(const char *format, ...)
{
    static char buf[16][600];
    static int next;
    char *out = buf[next++ & 15];
    va_list args;

    va_start(args, format);
#ifdef _UCRT
    __stdio_common_vsprintf(2, out, sizeof(buf[0]), format, NULL, args);
#else
    _vsnprintf(out, sizeof(buf[0]), format, args);
#endif
    va_end(args);
    return out;
}

#ifdef _UCRT
static int with_options(unsigned __int64 options, char *buf, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int r = __stdio_common_vsprintf(options, buf, size, format, NULL, args);
    va_end(args);
    return r;
}
#endif

static const wchar_t *wtext(const wchar_t *format, ...)
{
    static wchar_t buf[8][200];
    static int next;
    wchar_t *out = buf[next++ & 7];
    va_list args;

    va_start(args, format);
#ifdef _UCRT
    __stdio_common_vswprintf(4, out, 200, format, NULL, args); /* %s is wide */
#else
    _vsnwprintf(out, 200, format, args);
#endif
    va_end(args);
    return out;
}

static void test_integers(void)
{
    ok_str(text("%d %i %u", -1, 2147483647, -1), "-1 2147483647 4294967295");
    ok_str(text("[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42, 42, 42, 42), "[   42] [42   ] [00042] [+42] [ 42]");
    ok_str(text("[%.3d] [%8.3d] [%-8.3d] [%08.3d]", 7, 7, 7, 7), "[007] [     007] [007     ] [     007]");
    ok_str(text("[%.0d] [%.d] [%5.0d]", 0, 0, 0), "[] [] [     ]");
    ok_str(text("%o %#o %#o", 8, 8, 0), "10 010 0");
    ok_str(text("%x %X %#x %#X %#x", 0xabc, 0xabc, 0xabc, 0xabc, 0), "abc ABC 0xabc 0XABC 0");
    ok_str(text("[%#10x] [%#010x] [%-#10x]", 255, 255, 255), "[      0xff] [0x000000ff] [0xff      ]");
    ok_str(text("%hd %hu", 0x12345, 0x12345), "9029 9029");
    ok_str(text("%ld %lu", -5L, 5UL), "-5 5");
    ok_str(text("%I64d %I64x %I32d", -1234567890123LL, 0x123456789abcLL, 5), "-1234567890123 123456789abc 5");
    ok_str(text("%Id %Iu", (intptr_t)-3, (size_t)3), "-3 3");
    ok_str(text("%lld %llu %llX", -1LL, 18446744073709551615ULL, 0xfedcba9876543210ULL),
           "-1 18446744073709551615 FEDCBA9876543210");
    ok_str(text("%*d|%-*d|%.*d", 5, 1, 5, 2, 3, 3), "    1|2    |003");
    ok_str(text("%*d", -5, 1), "1    ");
    ok_str(text("%p", (void *)0x1234abcd), "000000001234ABCD");
    ok_str(text("%%|%c|%5c|%-3c|", 'x', 'y', 'z'), "%|x|    y|z  |");
#ifdef _UCRT
    ok_str(text("%hhd %hhu", 0x1ff, 0x1ff), "-1 255");
    ok_str(text("%jd %zd %td %zu", 5LL, (size_t)6, (ptrdiff_t)-7, (size_t)8), "5 6 -7 8");
#endif
}

static void test_strings(void)
{
    ok_str(text("[%s] [%10s] [%-10s] [%.2s]", "abc", "abc", "abc", "abc"), "[abc] [       abc] [abc       ] [ab]");
    ok_str(text("[%5.1s] [%.0s] [%.*s]", "abc", "abc", 1, "xyz"), "[    a] [] [x]");
    ok_str(text("%s", (char *)NULL), "(null)");
    ok_str(text("%S %ls %hs", L"wide", L"long", "short"), "wide long short");
    ok_str(text("[%6.2S]", L"wide"), "[    wi]");
    ok_str(text("%C%lc", L'a', L'b'), "ab");
    ok_wstr(wtext(L"%s %S %ls %hs", L"wide", "narrow", L"long", "short"), L"wide narrow long short");
    ok_wstr(wtext(L"%c%C %5.3d|%g", L'x', 'y', 7, 1.5), L"xy   007|1.5");
}

static void test_floats(void)
{
    ok_str(text("%f %f %f", 0.0, -1.5, 2.25), "0.000000 -1.500000 2.250000");
    ok_str(text("%.0f %.0f %#.0f", 1.5, 3.0, 3.0), "2 3 3.");
    ok_str(text("[%10.3f] [%-10.3f] [%010.3f] [%+.1f] [% .1f]", 3.14159, 3.14159, -3.14159, 2.0, 2.0),
           "[     3.142] [3.142     ] [-00003.142] [+2.0] [ 2.0]");
    ok_str(text("%.15g %.17g %.3g", 0.1, 0.1, 1234567.0),
           IS_UCRT ? "0.1 0.10000000000000001 1.23e+06" : "0.1 0.10000000000000001 1.23e+006");
    ok_str(text("%g %g %g %g", 100000.0, 1000000.0, 0.0001, 0.00001),
           IS_UCRT ? "100000 1e+06 0.0001 1e-05" : "100000 1e+006 0.0001 1e-005");
    ok_str(text("%#g %#.3g", 1.0, 1.0), "1.00000 1.00");
    ok_str(text("%e %E %.0e %#.0e", 12345.678, 12345.678, 1.0, 1.0),
           IS_UCRT ? "1.234568e+04 1.234568E+04 1e+00 1.e+00" : "1.234568e+004 1.234568E+004 1e+000 1.e+000");
    ok_str(text("%e %e", 1e100, 1e-300), IS_UCRT ? "1.000000e+100 1.000000e-300" : "1.000000e+100 1.000000e-300");
    ok_str(text("%a %.2a %A", 1.0, 1.999, 0.5),
           IS_UCRT ? "0x1.0000000000000p+0 0x2.00p+0 0X1.0000000000000P-1" : "0x1.000000p+0 0x2.00p+0 0X1.000000P-1");
#ifdef _UCRT
    ok_str(text("%f %F %g %e", INFINITY, -INFINITY, NAN, INFINITY), "inf -INF nan inf");
    ok_str(text("[%6f] [%-6f] [%06f]", INFINITY, INFINITY, INFINITY), "[   inf] [inf   ] [   inf]");
    ok_str(text("%.20f", 0.1), "0.10000000000000000555");
    /* Halves: away from zero, or as IEEE 754 has it when the program was built with a newer SDK. */
    char buf[60];
    ok_str(text("%.1f %.1f %.0f %.0f", 0.25, 0.35, 0.5, 2.5), "0.3 0.3 1 3");
    ok_int(with_options(0x22, buf, sizeof(buf), "%.1f %.1f %.0f %.0f", 0.25, 0.35, 0.5, 2.5), 11);
    ok_str(buf, "0.2 0.3 0 2");
    ok_int(with_options(0x12, buf, sizeof(buf), "%e", 1.0), 13); /* three digits of exponent */
    ok_str(buf, "1.000000e+000");
    ok_str(text("%.30e", 1.0 / 3), "3.333333333333333148296162562474e-01");
    ok_str(text("%.0f", 1e23), "99999999999999991611392");
    ok_str(text("%.50g", 5e-324), "4.9406564584124654417656879286822137236505980261432e-324");
#else
    ok_str(text("%f %g", INFINITY, -INFINITY), "1.#INF00 -1.#INF");
    ok_str(text("%.20f", 0.1), "0.10000000000000001000");
    ok_str(text("%.1f %.1f %.0f", 0.25, 0.35, 0.5), "0.3 0.3 1"); /* of 17 digits, halves away from zero */
#endif
    ok_int((int)strlen(text("%f", 1.7976931348623157e308)), 316);
}

static void test_buffers(void)
{
    char buf[8];
    int n = -1;
    const char *volatile five = "abcde"; /* the compiler need not know that it is too long */

    memset(buf, 'x', sizeof(buf));
    ok_int(_snprintf(buf, 4, "%.4s", five), 4); /* fits exactly: no terminator */
    ok_mem(buf, "abcdxxxx", 8);
    memset(buf, 'x', sizeof(buf));
    ok_int(_snprintf(buf, 4, "%s", five), -1);
    ok_mem(buf, "abcdxxxx", 8);
    ok_int(_snprintf(buf, 8, "%s", "abc"), 3);
    ok_str(buf, "abc");
    ok_int(_snprintf(NULL, 0, "%d", 12345), 5);
    ok_int(_scprintf("%d %s", 1, "two"), 5);
    ok_int(_snwprintf(NULL, 0, L"%d", 123), IS_UCRT ? 3 : 3);
    ok_int(_scwprintf(L"%s", L"four"), 4);
#ifdef _UCRT
    memset(buf, 'x', sizeof(buf));
    ok_int(snprintf(buf, 4, "%s", five), 5);
    ok_str(buf, "abc");
    IGNORE_INVALID_PARAMETERS();
    ok_int(sprintf_s(buf, 4, "%s", five), -1);
    ok_int(buf[0], 0);
    ok_int(_snprintf_s(buf, sizeof(buf), _TRUNCATE, "%s", "0123456789" + (five[0] - 'a')), -1);
    ok_str(buf, "0123456");
    ok_int(_snprintf_s(buf, sizeof(buf), 3, "%s", "0123456789" + (five[0] - 'a')), -1);
    ok_str(buf, "012");
    /* %n is disabled unless asked for ("_set_printf_count_output") */
    _set_printf_count_output(1);
    ok_int(_get_printf_count_output(), 1);
#endif
    ok_int(sprintf(buf, "abc%n", &n), 3);
    ok_int(n, 3);
    /* positions */
    char out[32];
    int (*printf_p)(char *, size_t, const char *, ...) = crt_function("_sprintf_p");
    if (printf_p) {
        ok_int(printf_p(out, sizeof(out), "%2$s %1$d", 5, "five"), 6);
        ok_str(out, "five 5");
    }
}

TESTS
{
    test_integers();
    test_strings();
    test_floats();
    test_buffers();
}
