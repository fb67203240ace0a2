/* SPDX-License-Identifier: MIT */
/* winreg_wow64.c: the 32-bit view of the registry ("Registry Keys Affected by WOW64", KEY_WOW64_32KEY). */
#include "../test.h"

static bool text_is(HKEY root, const WCHAR *path, const WCHAR *name, DWORD flags, const WCHAR *expected)
{
    WCHAR text[256] = L"";
    DWORD size = sizeof(text);

    RegGetValueW(root, path, name, RRF_RT_REG_SZ | flags, NULL, text, &size);
    return !wcscmp(text, expected);
}

TESTS
{
    static const WCHAR current[] = L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion";
    HKEY key, other;

    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, current, 0, KEY_READ | KEY_WOW64_32KEY, &key), ERROR_SUCCESS);
    ok(text_is(key, NULL, L"ProgramFilesDir", 0, L"C:\\Program Files (x86)"), "32-bit view");
    RegCloseKey(key);
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, current, 0, KEY_READ | KEY_WOW64_64KEY, &key), ERROR_SUCCESS);
    ok(text_is(key, NULL, L"ProgramFilesDir", 0, L"C:\\Program Files"), "64-bit view");
    RegCloseKey(key);
    ok(text_is(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion", L"ProgramFilesDir", 0,
               L"C:\\Program Files (x86)"),
       "by its name");
    ok(text_is(HKEY_LOCAL_MACHINE, current, L"ProgramFilesDir", 0x20000 /* RRF_SUBKEY_WOW6432KEY */,
               L"C:\\Program Files (x86)"),
       "RegGetValue");
    /* shared keys */
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones\\UTC", 0,
                         KEY_READ | KEY_WOW64_32KEY, &key),
           ERROR_SUCCESS);
    RegCloseKey(key);
    RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", 0, KEY_READ | KEY_WOW64_32KEY,
                  &other);
    ok_int(RegOpenKeyExW(other, L"Time Zones\\UTC", 0, KEY_READ | KEY_WOW64_32KEY, &key), ERROR_SUCCESS);
    RegCloseKey(key);
    RegCloseKey(other);
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes\\.txt", 0, KEY_READ | KEY_WOW64_32KEY, &key),
           ERROR_SUCCESS);
    RegCloseKey(key);
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, current, 0, KEY_READ | KEY_WOW64_32KEY | KEY_WOW64_64KEY, &key),
           ERROR_INVALID_PARAMETER);
    /* the user's keys have one view */
    ok_int(RegOpenKeyExW(HKEY_CURRENT_USER, L"Software\\Microsoft", 0, KEY_READ | KEY_WOW64_32KEY, &key),
           ERROR_SUCCESS);
    RegCloseKey(key);

    LSTATUS error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Transom Test 32", 0, NULL, REG_OPTION_VOLATILE,
                                    KEY_ALL_ACCESS | KEY_WOW64_32KEY, NULL, &key, NULL);
    if (error == ERROR_ACCESS_DENIED) {
        skip("writing below HKEY_LOCAL_MACHINE needs an administrator");
        return;
    }
    ok_int(error, ERROR_SUCCESS);
    RegSetValueExW(key, L"x", 0, REG_SZ, (const BYTE *)L"32", 6);
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Transom Test 32", 0, KEY_READ, &other), ERROR_FILE_NOT_FOUND);
    ok(text_is(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Wow6432Node\\Transom Test 32", L"x", 0, L"32"), "where it is");
    RegCloseKey(key);
    ok_int(RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Transom Test 32", KEY_WOW64_32KEY, 0), ERROR_SUCCESS);
    ok_int(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes\\CLSID\\{transom}", 0, NULL, REG_OPTION_VOLATILE,
                           KEY_ALL_ACCESS | KEY_WOW64_32KEY, NULL, &key, NULL),
           ERROR_SUCCESS);
    RegCloseKey(key);
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes\\Wow6432Node\\CLSID\\{transom}", 0, KEY_READ, &key),
           ERROR_SUCCESS);
    RegCloseKey(key);
    ok_int(RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes\\CLSID\\{transom}", KEY_WOW64_32KEY, 0),
           ERROR_SUCCESS);
}
