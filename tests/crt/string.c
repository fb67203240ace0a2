/* SPDX-License-Identifier: MIT */
/* string.h and wchar.h: the functions of the runtime's DLL, by name where the compiler has its own. */
#include "crt.h"
#include <wchar.h>

static void test_memory(void)
{
    void *(__cdecl * copy)(void *, const void *, size_t) = crt_function("memcpy");
    void *(__cdecl * move)(void *, const void *, size_t) = crt_function("memmove");
    void *(__cdecl * set)(void *, int, size_t) = crt_function("memset");
    int(__cdecl * compare)(const void *, const void *, size_t) = crt_function("memcmp");
    void *(__cdecl * find)(const void *, int, size_t) = crt_function("memchr");
    unsigned char a[600], b[600], expected[600];
    int wrong = 0;

    for (size_t n = 0; n <= 300; n += n < 70 ? 1 : 23)
        for (size_t offset = 0; offset < 18; offset += 3) {
            for (size_t i = 0; i < sizeof(a); i++) {
                a[i] = (unsigned char)(i * 7 + n);
                b[i] = expected[i] = (unsigned char)(i ^ 0x5a);
            }
            for (size_t i = 0; i < n; i++)
                expected[offset + i] = a[i + 1];
            wrong += copy(b + offset, a + 1, n) != b + offset;
            wrong += memcmp(b, expected, sizeof(b)) != 0;
            /* overlapping, both ways */
            for (size_t i = 0; i < n; i++)
                expected[i] = a[i + offset];
            unsigned char c[600];
            memcpy(c, a, sizeof(c));
            move(c, c + offset, n);
            wrong += memcmp(c, expected, n) != 0;
            memcpy(c, a, sizeof(c));
            for (size_t i = 0; i < n; i++)
                expected[i] = a[i];
            move(c + offset, c, n);
            wrong += memcmp(c + offset, expected, n) != 0;
            set(c + offset, 0xab, n);
            for (size_t i = 0; i < n; i++)
                wrong += c[offset + i] != 0xab;
        }
    ok_int(wrong, 0);
    ok(compare("abc", "abd", 3) < 0 && compare("b", "a", 1) > 0 && !compare("x", "y", 0), "memcmp");
    ok(compare("\x80", "\x7f", 1) > 0, "memcmp is of unsigned bytes");
    ok_ptr(find(a, 0x300, 0), 0);
    memset(a, 1, sizeof(a));
    a[500] = 2;
    ok_ptr(find(a, 0x102, sizeof(a)), a + 500);
}

static void test_strings(void)
{
    size_t(__cdecl * length)(const char *) = crt_function("strlen");
    char *(__cdecl * find)(const char *, const char *) = crt_function("strstr");
    char buf[40], *next = NULL;
    char text[200];
    int wrong = 0;

    for (size_t n = 0; n < 130; n++)
        for (size_t offset = 0; offset < 17; offset++) {
            memset(text, 'x', sizeof(text));
            text[offset + n] = 0;
            wrong += length(text + offset) != n;
        }
    ok_int(wrong, 0);
    ok_str(find("hello world", "o w"), "o world");
    ok(!find("hello", "lx"), "found");
    ok_str(find("x", ""), "x");
    ok_str(find("aaaaaaab", "aab"), "aab");
    ok_str(strrchr("a/b/c", '/'), "/c");
    ok_int(strspn("aabbc", "ab"), 4);
    ok_int(strcspn("hello", "lo"), 2);
    ok_str(strpbrk("hello", "lo"), "llo");
    memset(buf, 'z', sizeof(buf));
    strncpy(buf, "abc", 6);
    ok_mem(buf, "abc\0\0\0z", 7);
    ok_str(_strlwr(strcpy(buf, "ABC\xc4")), "abc\xc4");
    ok_str(_strupr(strcpy(buf, "abc")), "ABC");
    ok_str(_strrev(strcpy(buf, "abcd")), "dcba");
    ok_str(_strset(strcpy(buf, "abc"), 'x'), "xxx");
    ok(_stricmp("HeLLo", "hEllO") == 0 && _stricmp("a", "B") < 0 && _strnicmp("abX", "ABy", 2) == 0, "_stricmp");
    strcpy(buf, ",a,,b,");
    ok_str(strtok(buf, ","), "a");
    ok_str(strtok(NULL, ","), "b");
    ok(!strtok(NULL, ","), "more");
    char *(__cdecl * tok)(char *, const char *, char **) = crt_function("strtok_s");
    strcpy(buf, "x y");
    ok_str(tok(buf, " ", &next), "x");
    ok_str(tok(NULL, " ", &next), "y");
    ok(!tok(NULL, " ", &next), "more");
    ok_str(strerror(ENOENT), "No such file or directory");
    ok_str(strerror(12345), "Unknown error");
    char *copy = _strdup("copy");
    ok_str(copy, "copy");
    free(copy);
}

static void test_secure(void)
{
    errno_t(__cdecl * copy)(char *, size_t, const char *) = crt_function("strcpy_s");
    errno_t(__cdecl * append)(char *, size_t, const char *) = crt_function("strcat_s");
    errno_t(__cdecl * copy_n)(char *, size_t, const char *, size_t) = crt_function("strncpy_s");
    char buf[8] = "xxxxxxx";

    IGNORE_INVALID_PARAMETERS();
    ok_int(copy(buf, sizeof(buf), "abc"), 0);
    ok_str(buf, "abc");
    ok_int(append(buf, sizeof(buf), "defg"), 0);
    ok_str(buf, "abcdefg");
    ok_int(append(buf, sizeof(buf), "h"), ERANGE);
    ok_str(buf, "");
    ok_int(copy(buf, 3, "abc"), ERANGE);
    ok_int(buf[0], 0);
    ok_int(copy(NULL, 3, "abc"), EINVAL);
    ok_int(copy_n(buf, sizeof(buf), "abcdef", 3), 0);
    ok_str(buf, "abc");
    ok_int(copy_n(buf, 4, "abcdef", _TRUNCATE), STRUNCATE);
    ok_str(buf, "abc");
    ok_int(copy_n(buf, 4, "abcdef", 5), ERANGE);
}

static void test_wide_strings(void)
{
    wchar_t buf[20];
    wchar_t *next = NULL;

    ok_int(wcslen(L"hello"), 5);
    ok_wstr(wcsstr(L"hello world", L"lo"), L"lo world");
    ok_wstr(wcschr(L"abc", 'b'), L"bc");
    ok_wstr(wcsrchr(L"a.b.c", '.'), L".c");
    ok(wcscmp(L"a", L"b") < 0 && wcsncmp(L"abX", L"abY", 2) == 0 && _wcsicmp(L"ABC", L"abc") == 0, "comparison");
    ok_wstr(wcscat(wcscpy(buf, L"ab"), L"cd"), L"abcd");
    ok_wstr(_wcsupr(buf), L"ABCD");
    ok_wstr(_wcsrev(buf), L"DCBA");
    ok_int(wcsspn(L"aab", L"a"), 2);
    wchar_t *(__cdecl * tok)(wchar_t *, const wchar_t *, wchar_t **) = crt_function("wcstok_s");
    wcscpy(buf, L"x,y");
    ok_wstr(tok(buf, L",", &next), L"x");
    ok_wstr(tok(NULL, L",", &next), L"y");
    wchar_t *copy = _wcsdup(L"copy");
    ok_wstr(copy, L"copy");
    free(copy);
    ok_int(wcstol(L"-42", NULL, 10), -42);
    ok_wstr(_itow(255, buf, 16), L"ff");
}

TESTS
{
    test_memory();
    test_strings();
    test_secure();
    test_wide_strings();
}
