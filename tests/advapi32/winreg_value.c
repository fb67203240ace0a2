/* SPDX-License-Identifier: MIT */
/* winreg_value.c: values: writing, reading, sizes, texts without zeros, RegGetValue's restrictions, ANSI and UTF-16. */
#include "../test.h"

static const WCHAR base[] = L"Software\\Transom Test\\winreg_value";
static HKEY key;

static void test_query(void)
{
    WCHAR text[32];
    DWORD type, size, number = 42;

    ok_int(RegSetValueExW(key, L"number", 0, REG_DWORD, (BYTE *)&number, sizeof(number)), ERROR_SUCCESS);
    ok_int(RegSetValueExW(key, L"text", 0, REG_SZ, (const BYTE *)L"hello", 12), ERROR_SUCCESS);
    ok_int(RegSetValueExW(key, NULL, 0, REG_SZ, (const BYTE *)L"default", 16), ERROR_SUCCESS);

    size = sizeof(number);
    number = 0;
    ok_int(RegQueryValueExW(key, L"NUMBER", NULL, &type, (BYTE *)&number, &size), ERROR_SUCCESS);
    ok_int(type, REG_DWORD);
    ok_int(size, 4);
    ok_int(number, 42);

    size = sizeof(text);
    ok_int(RegQueryValueExW(key, L"text", NULL, &type, (BYTE *)text, &size), ERROR_SUCCESS);
    ok_int(size, 12);
    ok_wstr(text, L"hello");
    size = sizeof(text);
    ok_int(RegQueryValueExW(key, L"", NULL, &type, (BYTE *)text, &size), ERROR_SUCCESS);
    ok_wstr(text, L"default");

    /* RegQueryValueEx: "If lpData is NULL, and lpcbData is non-NULL, the function returns ERROR_SUCCESS and stores the size" */
    size = 1;
    ok_int(RegQueryValueExW(key, L"text", NULL, &type, NULL, &size), ERROR_SUCCESS);
    ok_int(size, 12);
    /* "If the buffer ... is not large enough ... ERROR_MORE_DATA and stores the required buffer size" */
    size = 4;
    ok_int(RegQueryValueExW(key, L"text", NULL, &type, (BYTE *)text, &size), ERROR_MORE_DATA);
    ok_int(size, 12);
    ok_int(RegQueryValueExW(key, L"text", NULL, NULL, NULL, NULL), ERROR_SUCCESS);
    ok_int(RegQueryValueExW(key, L"none", NULL, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    ok_int(RegQueryValueExW(key, L"text", NULL, &type, (BYTE *)text, NULL), ERROR_INVALID_PARAMETER);
    ok_int(RegQueryValueExW(key, L"text", (DWORD *)&size, &type, NULL, &size), ERROR_INVALID_PARAMETER);
    ok_int(RegQueryValueExW(NULL, L"text", NULL, NULL, NULL, NULL), ERROR_INVALID_HANDLE);

    /* replaced, with another type */
    ok_int(RegSetValueExW(key, L"text", 0, REG_BINARY, (const BYTE *)"abc", 3), ERROR_SUCCESS);
    size = sizeof(text);
    ok_int(RegQueryValueExW(key, L"text", NULL, &type, (BYTE *)text, &size), ERROR_SUCCESS);
    ok_int(type, REG_BINARY);
    ok_int(size, 3);
    ok_int(RegDeleteValueW(key, L"text"), ERROR_SUCCESS);
    ok_int(RegDeleteValueW(key, L"text"), ERROR_FILE_NOT_FOUND);
}

static void test_ansi(void)
{
    char text[32];
    WCHAR wide[32];
    DWORD type, size;

    ok_int(RegSetValueExA(key, "ansi", 0, REG_SZ, (const BYTE *)"abc", 4), ERROR_SUCCESS);
    size = sizeof(wide);
    ok_int(RegQueryValueExW(key, L"ansi", NULL, &type, (BYTE *)wide, &size), ERROR_SUCCESS);
    ok_int(size, 8);
    ok_wstr(wide, L"abc");
    size = sizeof(text);
    ok_int(RegQueryValueExA(key, "ansi", NULL, &type, (BYTE *)text, &size), ERROR_SUCCESS);
    ok_int(size, 4);
    ok_str(text, "abc");
    size = 3;
    ok_int(RegQueryValueExA(key, "ansi", NULL, &type, (BYTE *)text, &size), ERROR_MORE_DATA);
    ok_int(size, 4);
    /* bytes are not converted */
    ok_int(RegSetValueExA(key, "bytes", 0, REG_BINARY, (const BYTE *)"\1\2\3\4", 4), ERROR_SUCCESS);
    size = sizeof(wide);
    ok_int(RegQueryValueExW(key, L"bytes", NULL, &type, (BYTE *)wide, &size), ERROR_SUCCESS);
    ok_int(size, 4);
    ok_mem(wide, "\1\2\3\4", 4);
    RegDeleteValueA(key, "ansi");
    RegDeleteValueA(key, "bytes");
}

static void test_get(void)
{
    WCHAR text[MAX_PATH], windows[MAX_PATH];
    DWORD type, size, number = 7;

    RegSetValueExW(key, L"number", 0, REG_DWORD, (BYTE *)&number, sizeof(number));
    RegSetValueExW(key, L"open", 0, REG_SZ, (const BYTE *)L"open", 8); /* no zero at the end */
    RegSetValueExW(key, L"path", 0, REG_EXPAND_SZ, (const BYTE *)L"%SystemRoot%\\x", 30);

    size = sizeof(number);
    ok_int(RegGetValueW(HKEY_CURRENT_USER, base, L"number", RRF_RT_REG_DWORD, &type, &number, &size), ERROR_SUCCESS);
    ok_int(number, 7);
    ok_int(size, 4);
    size = sizeof(text);
    ok_int(RegGetValueW(key, NULL, L"number", RRF_RT_REG_SZ, &type, text, &size), ERROR_UNSUPPORTED_TYPE);

    /* RegGetValue: "ensures that the string is properly null terminated" */
    size = sizeof(text);
    ok_int(RegGetValueW(key, NULL, L"open", RRF_RT_REG_SZ, &type, text, &size), ERROR_SUCCESS);
    ok_int(size, 10);
    ok_wstr(text, L"open");
    size = 8;
    memset(text, 0x55, sizeof(text));
    ok_int(RegGetValueW(key, NULL, L"open", RRF_RT_REG_SZ | RRF_ZEROONFAILURE, &type, text, &size), ERROR_MORE_DATA);
    ok_int(text[0], 0);

    GetWindowsDirectoryW(windows, MAX_PATH);
    size = sizeof(text);
    ok_int(RegGetValueW(key, NULL, L"path", RRF_RT_REG_SZ, &type, text, &size), ERROR_SUCCESS);
    ok_int(type, REG_SZ);
    ok(!_wcsnicmp(text, windows, wcslen(windows)) && !wcscmp(text + wcslen(windows), L"\\x"), "%ls", text);
    size = sizeof(text);
    ok_int(RegGetValueW(key, NULL, L"path", RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, &type, text, &size), ERROR_SUCCESS);
    ok_int(type, REG_EXPAND_SZ);
    ok_wstr(text, L"%SystemRoot%\\x");
    /* "RRF_NOEXPAND must be specified with RRF_RT_REG_EXPAND_SZ" */
    size = sizeof(text);
    ok_int(RegGetValueW(key, NULL, L"path", RRF_RT_REG_EXPAND_SZ, &type, text, &size), ERROR_INVALID_PARAMETER);
    ok_int(RegGetValueW(key, L"nowhere", L"path", RRF_RT_ANY, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    RegDeleteValueW(key, L"open");
    RegDeleteValueW(key, L"path");
}

static void test_enumerate(void)
{
    WCHAR name[64];
    BYTE data[64];
    DWORD length, type, size, values, max_name, max_data;

    RegDeleteValueW(key, L"number");
    RegDeleteValueW(key, NULL);
    ok_int(RegSetValueExW(key, L"zz", 0, REG_SZ, (const BYTE *)L"1", 4), ERROR_SUCCESS);
    ok_int(RegSetValueExW(key, L"aa", 0, REG_BINARY, (const BYTE *)"0123456789", 10), ERROR_SUCCESS);
    ok_int(RegSetValueExW(key, L"mmmm", 0, REG_NONE, NULL, 0), ERROR_SUCCESS);

    ok_int(RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, &values, &max_name, &max_data, NULL, NULL), 0);
    ok_int(values, 3);
    ok_int(max_name, 4);
    ok_int(max_data, 10);

    DWORD seen = 0;
    for (DWORD i = 0; i < 3; i++) {
        length = ARRAYSIZE(name);
        size = sizeof(data);
        ok_int(RegEnumValueW(key, i, name, &length, NULL, &type, data, &size), ERROR_SUCCESS);
        ok(length == wcslen(name), "length %lu of %ls", length, name);
        seen |= !wcscmp(name, L"zz") ? 1 : !wcscmp(name, L"aa") ? 2 : !wcscmp(name, L"mmmm") ? 4 : 8;
    }
    ok_int(seen, 7);
    length = ARRAYSIZE(name);
    ok_int(RegEnumValueW(key, 3, name, &length, NULL, NULL, NULL, NULL), ERROR_NO_MORE_ITEMS);
    length = 2;
    ok_int(RegEnumValueW(key, 0, name, &length, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    char ansi[64];
    length = sizeof(ansi);
    ok_int(RegEnumValueA(key, 0, ansi, &length, NULL, &type, NULL, NULL), ERROR_SUCCESS);
    ok(length == strlen(ansi), "length %lu of %s", length, ansi);
}

static void test_many(void)
{
    WCHAR name[32];
    DWORD size, number, values;
    HKEY many;

    ok_int(RegCreateKeyExW(key, L"many", 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &many, NULL), 0);
    for (DWORD i = 0; i < 5000; i++) {
        swprintf(name, 32, L"value %lu", i * 7919 % 5000);
        number = i;
        if (RegSetValueExW(many, name, 0, REG_DWORD, (BYTE *)&number, 4))
            ok(0, "value %lu", i);
    }
    ok_int(RegQueryInfoKeyW(many, NULL, NULL, NULL, NULL, NULL, NULL, &values, NULL, NULL, NULL, NULL), 0);
    ok_int(values, 5000);
    size = 4;
    ok_int(RegQueryValueExW(many, L"VALUE 4999", NULL, NULL, (BYTE *)&number, &size), ERROR_SUCCESS);
    ok_int(number * 7919 % 5000, 4999);
    for (DWORD i = 0; i < 5000; i += 2) {
        swprintf(name, 32, L"value %lu", i);
        if (RegDeleteValueW(many, name))
            ok(0, "deleting value %lu", i);
    }
    RegQueryInfoKeyW(many, NULL, NULL, NULL, NULL, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    ok_int(values, 2500);
    RegCloseKey(many);
}

TESTS
{
    ok_int(RegCreateKeyExW(HKEY_CURRENT_USER, base, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL), ERROR_SUCCESS);
    test_query();
    test_ansi();
    test_get();
    test_enumerate();
    test_many();
    RegCloseKey(key);
    ok_int(RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Transom Test\\winreg_value"), ERROR_SUCCESS);
}
