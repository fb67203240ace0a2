/* SPDX-License-Identifier: MIT */
/*
 * test.h: what every Windows test program includes. A test is an ordinary Windows program; it must pass on real Windows.
 *
 *     #include "../test.h"
 *
 *     static void test_something(void)
 *     {
 *         ok(CloseHandle(h), "error %lu", GetLastError());
 *         ok_int(GetLastError(), ERROR_INVALID_HANDLE);
 *     }
 *
 *     TESTS
 *     {
 *         test_something();
 *     }
 *
 * ok(cond, format...)        a claim; the message is for the case that it does not hold
 * ok_int(value, expected)    the same for numbers; ok_hex shows them (and an NTSTATUS or HRESULT) in hexadecimal
 * ok_str, ok_wstr            the same for texts; ok_mem(data, expected, size) for bytes
 * ok_err(call, error)        `call` returns 0 (FALSE, NULL) and sets this last error
 * todo(cond, format...)      is known not to hold under Transom yet. When it does, the test fails until the mark is removed
 * todo_if(flag, cond, ...)   that, if `flag`, else ok
 * skip(format...)            part of the test cannot run here
 *
 * The program prints `FILE:LINE: message` for each failure, at the end `N ok, N failed, N todo, N skipped`, and exits with 1
 * if something failed. test_argc and test_argv are main's; a test that starts itself as a child looks at them first.
 */
#ifndef TRANSOM_TEST_H
#define TRANSOM_TEST_H

#ifndef __USE_MINGW_ANSI_STDIO
#define __USE_MINGW_ANSI_STDIO 1 /* %zu, %llx and the like in messages, whatever C runtime is used */
#endif
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#ifndef TEST_NO_WINDOWS
#include <windows.h>
#endif

static LONG test_passed, test_failed, test_todo, test_skipped;
static int test_argc;
static char **test_argv;

static void test_main(void);
#define TESTS static void test_main(void)

/* Straight to standard output, in one piece: output of threads and children does not mix within a line. */
static void __attribute__((format(gnu_printf, 3, 0)))
test_vprint(const char *file, int line, const char *format, va_list args)
{
    char text[2048];
    DWORD written;
    const char *base = strrchr(file, '/');
    size_t length = 0;

    if (line)
        length = (size_t)snprintf(text, sizeof(text), "%s:%d: ", base ? base + 1 : file, line);
    vsnprintf(text + length, sizeof(text) - 1 - length, format, args);
    length = strlen(text);
    text[length++] = '\n';
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)length, &written, NULL);
}

static void __attribute__((format(gnu_printf, 3, 4))) test_print(const char *file, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    test_vprint(file, line, format, args);
    va_end(args);
}

/* Whether this is Transom: marks of what is still to do mean nothing elsewhere. */
static bool __attribute__((unused)) test_is_transom(void)
{
    static int known;

    if (!known)
        known = GetProcAddress(GetModuleHandleA("ntdll.dll"), "TransomMissingFunction") ? 1 : 2;
    return known == 1;
}

static bool __attribute__((format(gnu_printf, 5, 6)))
test_check(const char *file, int line, bool todo, bool holds, const char *format, ...)
{
    va_list args;

    if (todo && test_is_transom()) {
        if (holds) {
            InterlockedIncrement(&test_failed);
            test_print(file, line, "marked todo, but it holds now");
        } else {
            InterlockedIncrement(&test_todo);
        }
        return holds;
    }
    if (holds) {
        InterlockedIncrement(&test_passed);
        return true;
    }
    InterlockedIncrement(&test_failed);
    va_start(args, format);
    test_vprint(file, line, format, args);
    va_end(args);
    return false;
}

#define ok(cond, ...)            test_check(__FILE__, __LINE__, false, !!(cond), __VA_ARGS__)
#define todo(cond, ...)          test_check(__FILE__, __LINE__, true, !!(cond), __VA_ARGS__)
#define todo_if(flag, cond, ...) test_check(__FILE__, __LINE__, !!(flag), !!(cond), __VA_ARGS__)
#define skip(...)                (InterlockedIncrement(&test_skipped), test_print(__FILE__, __LINE__, "skipped: " __VA_ARGS__))
#define note(...)                test_print(__FILE__, 0, __VA_ARGS__)

#define ok_number(value, expected, format)                                                                             \
    ({                                                                                                                 \
        long long test_value = (long long)(value), test_expected = (long long)(expected);                              \
        ok(test_value == test_expected, "%s is " format ", not " format, #value, test_value, test_expected);           \
    })
#define ok_int(value, expected) ok_number(value, expected, "%lld")
#define ok_ptr(value, expected) ok_number((ULONG_PTR)(value), (ULONG_PTR)(expected), "%#llx")
/* Compared as 32 bits, as statuses and error codes are. */
#define ok_hex(value, expected)                                                                                        \
    ({                                                                                                                 \
        unsigned test_value = (unsigned)(value), test_expected = (unsigned)(expected);                                 \
        ok(test_value == test_expected, "%s is %#x, not %#x", #value, test_value, test_expected);                      \
    })
#define ok_status(value, expected) ok_hex(value, expected)

#define ok_str(value, expected)                                                                                        \
    ({                                                                                                                 \
        const char *test_value = (value), *test_expected = (expected);                                                 \
        ok(test_value &&test_expected && !strcmp(test_value, test_expected), "%s is \"%s\", not \"%s\"", #value,       \
           test_value ? test_value : "(null)", test_expected);                                                         \
    })

/* UTF-16 as printable ASCII: what is not is shown as \xNNNN. */
static __attribute__((unused)) const char *test_wide(const WCHAR *text, char *buffer, size_t size)
{
    size_t n = 0;

    if (!text)
        return "(null)";
    for (; *text && n + 7 < size; text++) {
        if (*text >= ' ' && *text < 0x7f)
            buffer[n++] = (char)*text;
        else
            n += (size_t)snprintf(buffer + n, size - n, "\\x%04x", *text);
    }
    buffer[n] = 0;
    return buffer;
}

static bool __attribute__((unused)) test_wide_equal(const WCHAR *a, const WCHAR *b)
{
    if (!a || !b)
        return a == b;
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

#define ok_wstr(value, expected)                                                                                       \
    ({                                                                                                                 \
        const WCHAR *test_value = (value), *test_expected = (expected);                                                \
        char test_buffers[2][600];                                                                                     \
        ok(test_wide_equal(test_value, test_expected), "%s is L\"%s\", not L\"%s\"", #value,                           \
           test_wide(test_value, test_buffers[0], 600), test_wide(test_expected, test_buffers[1], 600));               \
    })

static size_t __attribute__((unused)) test_difference(const void *a, const void *b, size_t size)
{
    size_t i = 0;

    while (i < size && ((const unsigned char *)a)[i] == ((const unsigned char *)b)[i])
        i++;
    return i;
}

#define ok_mem(value, expected, size)                                                                                  \
    ({                                                                                                                 \
        const unsigned char *test_value = (const void *)(value), *test_expected = (const void *)(expected);            \
        size_t test_size = (size), test_at = test_difference(test_value, test_expected, test_size);                    \
        ok(test_at == test_size, "%s differs at byte %zu: %#x, not %#x", #value, test_at,                              \
           test_at < test_size ? test_value[test_at] : 0, test_at < test_size ? test_expected[test_at] : 0);           \
    })

#define ok_err(call, error)                                                                                            \
    ({                                                                                                                 \
        DWORD test_error = (SetLastError(0xdeadbeef), 0);                                                              \
        bool test_succeeded = !!(call);                                                                                \
        test_error = GetLastError();                                                                                   \
        ok(!test_succeeded && test_error == (DWORD)(error), "%s %s, error %lu, not %lu", #call,                        \
           test_succeeded ? "succeeds" : "fails", test_error, (DWORD)(error));                                         \
    })

#ifndef TEST_NO_MAIN
int main(int argc, char **argv)
{
    test_argc = argc;
    test_argv = argv;
    test_main();
    test_print("", 0, "%ld ok, %ld failed, %ld todo, %ld skipped", test_passed, test_failed, test_todo, test_skipped);
    return test_failed != 0;
}
#endif

#endif
