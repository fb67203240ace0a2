/* SPDX-License-Identifier: MIT */
/*
 * cxxtest.h: what the C++ test programs include. They are compiled by clang for Microsoft's ABI, without any run-time library
 * but vcruntime140.dll, msvcp140.dll and the universal C runtime, whose headers nobody may pass on: hence the declarations.
 *
 * ok(cond, format...) as in test.h; note(format...) adds to a log, noted(text) compares and empties it. TESTS is the main function.
 */
#ifndef TRANSOM_CXXTEST_H
#define TRANSOM_CXXTEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
int __stdio_common_vfprintf(uint64_t options, void *file, const char *format, void *locale, va_list args);
int __stdio_common_vsprintf(uint64_t options, char *to, size_t size, const char *format, void *locale, va_list args);
void *__acrt_iob_func(unsigned index);
[[noreturn]] void exit(int code);
[[noreturn]] void abort();
void *malloc(size_t size);
void free(void *memory);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int _configure_narrow_argv(int mode);
int *__p___argc();
char ***__p___argv();

int _fltused;
int atexit(void (*)())
{
    return 0;
}
}

void *operator new(size_t size)
{
    return malloc(size);
}
void *operator new(size_t, void *where) noexcept
{
    return where;
}
void operator delete(void *memory) noexcept
{
    free(memory);
}
void operator delete(void *memory, size_t) noexcept
{
    free(memory);
}

static int test_passed, test_failed, test_argc;
static char **test_argv;
static char test_log[4096];

static void test_print(const char *file, int line, const char *format, va_list args)
{
    char text[6000];

    __stdio_common_vsprintf(2, text, sizeof(text), format, nullptr, args);
    for (const char *p = file; *p; p++)
        if (*p == '/')
            file = p + 1;
    va_list none{};
    char out[8192];
    char *at = out;

    for (const char *p = file; *p; p++)
        *at++ = *p;
    *at++ = ':';
    char digits[12];
    int n = 0;
    for (int rest = line; rest; rest /= 10)
        digits[n++] = (char)('0' + rest % 10);
    while (n)
        *at++ = digits[--n];
    *at++ = ':';
    *at++ = ' ';
    for (const char *p = text; *p; p++)
        *at++ = *p == '%' ? '#' : *p;
    *at++ = '\n';
    *at = 0;
    __stdio_common_vfprintf(0, __acrt_iob_func(1), out, nullptr, none);
}

static bool test_check(const char *file, int line, bool condition, const char *format, ...)
{
    va_list args;

    if (condition) {
        test_passed++;
        return true;
    }
    test_failed++;
    va_start(args, format);
    test_print(file, line, format, args);
    va_end(args);
    return false;
}
#define ok(condition, ...) test_check(__FILE__, __LINE__, !!(condition), __VA_ARGS__)

static void note(const char *format, ...)
{
    size_t used = strlen(test_log);
    va_list args;

    if (used && used < sizeof(test_log) - 1)
        test_log[used++] = ' ';
    va_start(args, format);
    __stdio_common_vsprintf(2, test_log + used, sizeof(test_log) - used, format, nullptr, args);
    va_end(args);
}
static void test_noted(const char *file, int line, const char *expected)
{
    test_check(file, line, !strcmp(test_log, expected), "got \"%s\", expected \"%s\"", test_log, expected);
    test_log[0] = 0;
}
#define noted(expected) test_noted(__FILE__, __LINE__, expected)

/* Says when it is constructed, copied and destroyed. */
struct tracked {
    int id;
    explicit tracked(int i) : id(i) {}
    tracked(const tracked &other) : id(other.id + 1)
    {
        note("copy%d", id);
    }
    ~tracked()
    {
        note("~%d", id);
    }
};

static void test_main();
#define TESTS static void test_main()

static void test_summary(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    __stdio_common_vfprintf(0, __acrt_iob_func(1), format, nullptr, args);
    va_end(args);
}

extern "C" void test_start()
{
    _configure_narrow_argv(1);
    test_argc = *__p___argc();
    test_argv = *__p___argv();
    test_main();
    test_summary("%d ok, %d failed, 0 todo, 0 skipped\n", test_passed, test_failed);
    exit(test_failed != 0);
}

#endif
