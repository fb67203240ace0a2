/* SPDX-License-Identifier: MIT */
/* stdlib.h, search.h and malloc.h: numbers, sorting, memory, environment. */
#include "crt.h"
#include <fcntl.h>
#include <float.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <search.h>

static double(__cdecl *to_double)(const char *, char **);
static double(__cdecl *wide_to_double)(const wchar_t *, wchar_t **);

static void test_integers(void)
{
    char *end;
    char buf[70];
    wchar_t *wend;

    ok_int(strtol("  -123abc", &end, 10), -123);
    ok_str(end, "abc");
    ok_int(strtol("0x1F", &end, 0), 31);
    ok_int(strtol("077", NULL, 0), 63);
    ok_int(strtol("zz", NULL, 36), 1295);
    errno = 0;
    ok_int(strtol("99999999999", NULL, 10), LONG_MAX);
    ok_int(errno, ERANGE);
    ok_int(strtol("-99999999999", NULL, 10), LONG_MIN);
    ok_int(strtoul("-1", NULL, 10), ULONG_MAX);
    ok_int(_strtoi64("9223372036854775807", NULL, 10), _I64_MAX);
    ok(_strtoui64("18446744073709551615", NULL, 10) == _UI64_MAX, "_strtoui64");
    ok_int(wcstol(L"42x", &wend, 10), 42);
    ok_int(*wend, 'x');
    ok_int(strtol("x", &end, 10), 0);
    ok_str(end, "x");
    ok_int(atoi(" 17 "), 17);
    ok_int(_atoi64("-5000000000"), -5000000000ll);
    ok_str(_itoa(-255, buf, 16), "ffffff01");
    ok_str(_itoa(-255, buf, 10), "-255");
    ok_str(_i64toa(_I64_MIN, buf, 10), "-9223372036854775808");
    ok_str(_ui64toa(_UI64_MAX, buf, 2), "1111111111111111111111111111111111111111111111111111111111111111");
    ok_int(div(-7, 2).rem, -1);
    ok_int(_rotl(0x80000001, 1), 3);
    ok_hex(_byteswap_ulong(0x12345678), 0x78563412);
}

static void test_doubles(void)
{
    static const struct {
        const char *text;
        double value;
        int used;
    } cases[] = {
        { "1", 1, 1 },
        { " \t-2.5e3x", -2500, 8 },
        { ".5", .5, 2 },
        { "5.", 5, 2 },
        { "1e", 1, 1 },
        { "1e+", 1, 1 },
        { "+1E-2", .01, 5 },
        { ".", 0, 0 },
        { "abc", 0, 0 },
        { "0.1", 0.1, 3 },
        { "123456789012345678901234567890", 123456789012345678901234567890., 30 },
        { "2.2250738585072011e-308", 2.2250738585072011e-308, 23 },
        { "4.9406564584124654e-324", 4.9406564584124654e-324, 23 },
        { "2.4703282292062327e-324", 0, 23 },
        { "2.4703282292062328e-324", 4.9406564584124654e-324, 23 },
        { "1.7976931348623157e308", DBL_MAX, 22 },
        { "1.7976931348623158e308", DBL_MAX, 22 },
        { "9007199254740993", 9007199254740992., 16 },
        { "9007199254740993.0000000000000000000000000000000000001", 9007199254740994., 54 },
        { "9007199254740995", 9007199254740996., 16 },
        { "0.000000000000000000000000000000000000000000000000000001e54", 1, 59 },
        { "1000000000000000000000000000000000000000000000000000000e-54", 1, 59 },
        { "6.02214076e23", 6.02214076e23, 13 },
        { "8.5e-320", 8.5e-320, 8 },
    };
    char *end, buf[40];
    int range = 0;

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = to_double(cases[i].text, &end);
        ok(value == cases[i].value, "%s is %.17g, not %.17g", cases[i].text, value, cases[i].value);
        ok(end - cases[i].text == cases[i].used, "%s: %d characters", cases[i].text, (int)(end - cases[i].text));
    }
    errno = 0;
    ok(to_double("1e400", NULL) == HUGE_VAL, "1e400");
    ok_int(errno, ERANGE);
    errno = 0;
    ok(to_double("1e-400", NULL) == 0, "1e-400");
    ok_int(errno, ERANGE);
    ok(wide_to_double(L"2.5", NULL) == 2.5, "wcstod");
#ifdef _UCRT
    ok(to_double("inf", NULL) == INFINITY && to_double("-Infinity", NULL) == -INFINITY, "inf");
    ok(to_double("nan(1)", &end) != 0 && !*end, "nan");
    ok(to_double("0x1.8p4", NULL) == 24, "hexadecimal");
    ok(strtof("16777217", NULL) == 16777216.f, "strtof");
    ok(strtof("3.4028235677973366e38", NULL) == HUGE_VALF, "strtof overflow");
#endif
    /* Every double survives being printed with 17 digits and read back. */
    unsigned __int64 bits = 0x123456789abcdefull;
    int bad = 0;
    for (int i = 0; i < 20000; i++) {
        double value, back;
        bits = bits * 6364136223846793005ull + 1442695040888963407ull;
        memcpy(&value, &bits, sizeof(value));
        if (_finite(value)) {
#ifdef _UCRT
            sprintf(buf, "%.16e", value);
#else
            _snprintf(buf, sizeof(buf), "%.16e", value);
#endif
            back = to_double(buf, NULL);
            bad += back != value;
        }
    }
    ok_int(bad, 0);
    (void)range;
    int point, sign;
    ok_str(_ecvt(3.14159, 4, &point, &sign), "3142");
    ok_int(point, 1);
    ok_str(_fcvt(-0.00159, 4, &point, &sign), "16");
    ok_int(point, -2);
    ok_int(sign, 1);
    ok_str(_gcvt(-3.1415e5, 7, buf), "-314150.");
    ok_str(_gcvt(100.5, 7, buf), "100.5");
}

static int __cdecl compare(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static int __cdecl compare_s(void *context, const void *a, const void *b)
{
    ++*(int *)context;
    return compare(a, b);
}

static void test_sorting(void)
{
    enum { N = 5000 };
    static int numbers[N];
    unsigned seed = 1;
    int key = 0, calls = 0, sorted = 1;

    for (int pattern = 0; pattern < 4; pattern++) {
        for (int i = 0; i < N; i++) {
            seed = seed * 1103515245 + 12345;
            numbers[i] = pattern == 0 ? (int)(seed >> 8) : pattern == 1 ? i : pattern == 2 ? N - i : i % 3;
        }
        calls = 0;
        qsort_s(numbers, N, sizeof(int), compare_s, &calls);
        for (int i = 1; i < N; i++)
            sorted &= numbers[i - 1] <= numbers[i];
        ok(sorted, "pattern %d", pattern);
        ok(calls < N * 60, "pattern %d: %d comparisons", pattern, calls);
    }
    for (int i = 0; i < N; i++)
        numbers[i] = i * 2;
    key = 500;
    ok_ptr(bsearch(&key, numbers, N, sizeof(int), compare), &numbers[250]);
    key = 501;
    ok(!bsearch(&key, numbers, N, sizeof(int), compare), "found");
    unsigned count = 3;
    ok_ptr(_lfind(&numbers[1], numbers, &count, sizeof(int), compare), &numbers[1]);
    srand(1);
    ok_int(rand(), 41);
    ok_int(rand(), 18467);
}

static void test_memory(void)
{
    char *p = malloc(100);

    ok_int(_msize(p), 100);
    memset(p, 1, 100);
    p = realloc(p, 100000);
    ok_int(p[99], 1);
    free(p);
    p = calloc(10, 10);
    ok_int(p[99], 0);
    free(p);
    errno = 0;
    volatile size_t huge = SIZE_MAX / 2;
    ok(!calloc(huge, 4), "calloc");
    ok_int(errno, ENOMEM);
    ok(!malloc(huge), "malloc");
    p = _aligned_malloc(100, 256);
    ok_int((uintptr_t)p & 255, 0);
    p[99] = 3;
    p = _aligned_realloc(p, 1000, 256);
    ok_int((uintptr_t)p & 255, 0);
    ok_int(p[99], 3);
    _aligned_free(p);
    p = _aligned_offset_malloc(100, 64, 16);
    ok_int(((uintptr_t)p + 16) & 63, 0);
    _aligned_free(p);
    ok(malloc(0) != NULL, "malloc(0)");
    ok_int(_heapchk(), _HEAPOK);
}

static void test_environment(void)
{
    char *value, buf[20];
    size_t size;

    ok_int(_putenv("CRT_TEST=one"), 0);
    ok_str(getenv("CRT_TEST"), "one");
    ok_str(getenv("crt_test"), "one");
    ok(GetEnvironmentVariableA("CRT_TEST", buf, sizeof(buf)) == 3, "the process does not know");
    ok_wstr(_wgetenv(L"CRT_TEST"), L"one");
    ok_int(_putenv_s("CRT_TEST", "two words"), 0);
    ok_int(getenv_s(&size, buf, sizeof(buf), "CRT_TEST"), 0);
    ok_int(size, 10);
    ok_str(buf, "two words");
    ok_int(_putenv("CRT_TEST="), 0);
    ok(!getenv("CRT_TEST"), "still there");
    errno_t(__cdecl * dupenv)(char **, size_t *, const char *) = crt_function("_dupenv_s");
    if (dupenv) {
        ok_int(dupenv(&value, &size, "CRT_TEST"), 0);
        ok(!value, "a value");
    }
    bool found = false;
    _putenv("CRT_TEST=x");
    for (char **p = _environ; *p; p++)
        found |= !strcmp(*p, "CRT_TEST=x");
    ok(found, "not in _environ");
    ok(_pgmptr && strstr(_pgmptr, ".exe"), "_pgmptr");
}

TESTS
{
    to_double = crt_function("strtod");
    wide_to_double = crt_function("wcstod");
    test_integers();
    test_doubles();
    test_sorting();
    test_memory();
    test_environment();
}
