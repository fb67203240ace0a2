/* SPDX-License-Identifier: MIT */
/* winreg.c: keys: creating, opening, enumerating, deleting, trees, notification, links, what Windows itself stores. */
#include "../test.h"

static const WCHAR base[] = L"Software\\Transom Test\\winreg";
static HKEY key;

static void test_create(void)
{
    HKEY a, b;
    DWORD disposition;

    /* "If the key path has missing keys, they are created" */
    ok_int(RegCreateKeyExW(key, L"one\\two\\three", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &a, &disposition), 0);
    ok_int(disposition, REG_CREATED_NEW_KEY);
    ok_int(RegCreateKeyExW(key, L"ONE\\Two", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &b, &disposition), 0);
    ok_int(disposition, REG_OPENED_EXISTING_KEY);
    ok_int(RegDeleteKeyW(key, L"one"), ERROR_ACCESS_DENIED); /* "The subkey to be deleted must not have subkeys" */
    ok_int(RegDeleteKeyW(b, L"three"), ERROR_SUCCESS);
    ok_int(RegSetValueExW(a, L"x", 0, REG_SZ, (const BYTE *)L"", 2), ERROR_KEY_DELETED);
    RegCloseKey(a);
    RegCloseKey(b);
    ok_int(RegOpenKeyExW(key, L"one\\two\\three", 0, KEY_READ, &a), ERROR_FILE_NOT_FOUND);
    ok_int(RegOpenKeyExW(key, L"one\\two\\", 0, KEY_READ, &a), ERROR_SUCCESS);
    /* access is checked */
    ok_int(RegSetValueExW(a, L"x", 0, REG_SZ, (const BYTE *)L"", 2), ERROR_ACCESS_DENIED);
    RegCloseKey(a);
    ok_int(RegDeleteTreeW(key, L"one"), ERROR_SUCCESS);
    ok_int(RegDeleteTreeW(key, L"one"), ERROR_FILE_NOT_FOUND);

    /* volatile keys have volatile subkeys only */
    ok_int(RegCreateKeyExW(key, L"volatile", 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &a, NULL), 0);
    ok_int(RegCreateKeyExW(a, L"x", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &b, NULL), ERROR_CHILD_MUST_BE_VOLATILE);
    RegCloseKey(a);
    ok_int(RegDeleteKeyW(key, L"volatile"), ERROR_SUCCESS);
    ok_int(RegCloseKey(HKEY_LOCAL_MACHINE), ERROR_SUCCESS);
    ok_int(RegCloseKey(NULL), ERROR_INVALID_HANDLE);
    /* "If lpSubKey is NULL or a pointer to an empty string, and if hKey is one of the predefined keys, phkResult receives
     * the same hKey handle passed in to the function." */
    ok_int(RegOpenKeyExW(HKEY_CURRENT_USER, NULL, 0, KEY_READ, &a), ERROR_SUCCESS);
    ok(a == HKEY_CURRENT_USER, "%p", a);
    WCHAR long_name[300];
    wmemset(long_name, 'x', 256);
    long_name[256] = 0;
    ok(RegCreateKeyExW(key, long_name, 0, NULL, 0, KEY_READ, NULL, &a, NULL) != 0, "a name of 256 characters");
}

static void test_enumerate(void)
{
    static const WCHAR *const names[] = { L"mango", L"Apple", L"zebra", L"banana" };
    static const WCHAR *const sorted[] = { L"Apple", L"banana", L"mango", L"zebra" };
    WCHAR name[64];
    char ansi[64];
    DWORD length, subkeys, max;
    FILETIME time, now;
    HKEY child;

    for (int i = 0; i < 4; i++) {
        ok_int(RegCreateKeyExW(key, names[i], 0, L"class", 0, KEY_READ, NULL, &child, NULL), 0);
        RegCloseKey(child);
    }
    for (DWORD i = 0; i < 4; i++) {
        length = ARRAYSIZE(name);
        ok_int(RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, &time), ERROR_SUCCESS);
        ok_wstr(name, sorted[i]);
        ok_int(length, wcslen(sorted[i]));
    }
    GetSystemTimeAsFileTime(&now);
    ok(CompareFileTime(&time, &now) <= 0 && now.dwHighDateTime - time.dwHighDateTime < 2, "time of the key");
    length = ARRAYSIZE(name);
    ok_int(RegEnumKeyExW(key, 4, name, &length, NULL, NULL, NULL, NULL), ERROR_NO_MORE_ITEMS);
    length = 5; /* the zero does not fit */
    ok_int(RegEnumKeyExW(key, 0, name, &length, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    ok_int(RegEnumKeyW(key, 1, name, 64), ERROR_SUCCESS);
    ok_wstr(name, L"banana");
    ok_int(RegEnumKeyA(key, 2, ansi, sizeof(ansi)), ERROR_SUCCESS);
    ok_str(ansi, "mango");
    ok_int(RegQueryInfoKeyW(key, NULL, NULL, NULL, &subkeys, &max, NULL, NULL, NULL, NULL, NULL, NULL), 0);
    ok_int(subkeys, 4);
    ok_int(max, 6);
    RegOpenKeyExW(key, L"mango", 0, KEY_READ, &child);
    length = ARRAYSIZE(name);
    ok_int(RegQueryInfoKeyW(child, name, &length, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), 0);
    ok_wstr(name, L"class");
    RegCloseKey(child);
    ok_int(RegDeleteTreeW(key, NULL), ERROR_SUCCESS);
    RegQueryInfoKeyW(key, NULL, NULL, NULL, &subkeys, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    ok_int(subkeys, 0);
}

static void test_many(void)
{
    WCHAR name[32], previous[32] = L"";
    DWORD subkeys, length;
    HKEY many, child;

    ok_int(RegCreateKeyExW(key, L"many", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &many, NULL), 0);
    for (DWORD i = 0; i < 3000; i++) {
        swprintf(name, 32, L"key %04lu", i * 1237 % 3000);
        if (RegCreateKeyExW(many, name, 0, NULL, 0, KEY_READ, NULL, &child, NULL))
            ok(0, "key %lu", i);
        RegCloseKey(child);
    }
    RegQueryInfoKeyW(many, NULL, NULL, NULL, &subkeys, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    ok_int(subkeys, 3000);
    for (DWORD i = 0; i < 3000; i++) {
        length = 32;
        if (RegEnumKeyExW(many, i, name, &length, NULL, NULL, NULL, NULL) || wcscmp(previous, name) >= 0)
            ok(0, "key %lu: %ls after %ls", i, name, previous);
        wcscpy(previous, name);
    }
    RegCloseKey(many);
    ok_int(RegDeleteTreeW(key, L"many"), ERROR_SUCCESS);
}

static void test_trees(void)
{
    WCHAR text[32];
    DWORD size = sizeof(text);
    HKEY a, b;

    ok_int(RegSetKeyValueW(key, L"from\\x\\y", L"v", REG_SZ, L"deep", 10), ERROR_SUCCESS);
    RegCreateKeyW(key, L"from", &a);
    RegCreateKeyW(key, L"to", &b);
    ok_int(RegCopyTreeW(a, NULL, b), ERROR_SUCCESS);
    ok_int(RegGetValueW(key, L"to\\x\\y", L"v", RRF_RT_REG_SZ, NULL, text, &size), ERROR_SUCCESS);
    ok_wstr(text, L"deep");
    ok_int(RegDeleteKeyValueW(b, L"x\\y", L"v"), ERROR_SUCCESS);
    ok_int(RegGetValueW(key, L"to\\x\\y", L"v", RRF_RT_REG_SZ, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    RegCloseKey(a);
    RegCloseKey(b);
    ok_int(RegDeleteTreeW(key, NULL), ERROR_SUCCESS);
}

static void test_notify(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HKEY watched, child;

    RegCreateKeyExW(key, L"watched", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &watched, NULL);
    ok_int(RegNotifyChangeKeyValue(watched, FALSE, REG_NOTIFY_CHANGE_LAST_SET, NULL, TRUE), ERROR_INVALID_PARAMETER);
    ok_int(RegNotifyChangeKeyValue(watched, TRUE, REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_NAME, event, TRUE), 0);
    ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    RegSetKeyValueW(watched, NULL, L"v", REG_SZ, L"1", 4);
    ok_int(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    ok_int(RegNotifyChangeKeyValue(watched, TRUE, REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_NAME, event, TRUE), 0);
    RegCreateKeyExW(watched, L"child", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &child, NULL);
    ok_int(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    ok_int(RegNotifyChangeKeyValue(watched, TRUE, REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_NAME, event, TRUE), 0);
    RegSetKeyValueW(child, NULL, L"v", REG_SZ, L"1", 4);
    ok_int(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    RegCloseKey(child);
    /* "if the handle is closed, the event is signaled" */
    ok_int(RegNotifyChangeKeyValue(watched, TRUE, REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_NAME, event, TRUE), 0);
    ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    RegCloseKey(watched);
    ok_int(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    CloseHandle(event);
    RegDeleteTreeW(key, L"watched");
}

static DWORD WINAPI change_later(void *argument)
{
    Sleep(50);
    RegSetKeyValueW(argument, NULL, L"later", REG_SZ, L"1", 4);
    return 0;
}

static void test_notify_wait(void)
{
    HANDLE thread = CreateThread(NULL, 0, change_later, key, 0, NULL);

    ok_int(RegNotifyChangeKeyValue(key, FALSE, REG_NOTIFY_CHANGE_LAST_SET, NULL, FALSE), ERROR_SUCCESS);
    ok_int(RegGetValueW(key, NULL, L"later", RRF_RT_REG_SZ, NULL, NULL, NULL), ERROR_SUCCESS);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static void test_link(void)
{
    static const WCHAR name[] = L"SymbolicLinkValue", target[] = L"\\Registry\\Machine\\Software\\Microsoft\\Windows";
    HKEY link, found;

    /* "Registry Symbolic Links": REG_OPTION_CREATE_LINK, then a REG_LINK value without its zero */
    ok_int(RegCreateKeyExW(key, L"link", 0, NULL, REG_OPTION_CREATE_LINK | REG_OPTION_VOLATILE,
                           KEY_ALL_ACCESS | KEY_CREATE_LINK, NULL, &link, NULL),
           0);
    ok_int(RegSetValueExW(link, name, 0, REG_LINK, (const BYTE *)target, sizeof(target) - 2), ERROR_SUCCESS);
    RegCloseKey(link);
    ok_int(RegOpenKeyExW(key, L"link\\CurrentVersion", 0, KEY_READ, &found), ERROR_SUCCESS);
    ok_int(RegGetValueW(found, NULL, L"ProgramFilesDir", RRF_RT_REG_SZ, NULL, NULL, NULL), ERROR_SUCCESS);
    RegCloseKey(found);
    ok_int(RegDeleteKeyW(key, L"link"), ERROR_SUCCESS);
    ok_int(RegOpenKeyExW(key, L"link", 0, KEY_READ, &found), ERROR_FILE_NOT_FOUND);
}

static void expect_text(HKEY root, const WCHAR *path, const WCHAR *name, const WCHAR *expected)
{
    WCHAR text[256];
    DWORD size = sizeof(text);
    LSTATUS error = RegGetValueW(root, path, name, RRF_RT_REG_SZ, NULL, text, &size);

    ok(!error, "%ls\\%ls: %ld", path, name, error);
    if (!error && expected)
        ok(!wcscmp(text, expected), "%ls\\%ls is %ls", path, name, text);
}

static void test_windows(void)
{
    static const WCHAR current[] = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
    WCHAR text[256], computer[64];
    DWORD size, count, number;
    HKEY zones;

    expect_text(HKEY_LOCAL_MACHINE, current, L"CurrentBuild", NULL);
    expect_text(HKEY_LOCAL_MACHINE, current, L"ProductName", NULL);
    expect_text(HKEY_LOCAL_MACHINE, current, L"SystemRoot", NULL);
    expect_text(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion", L"ProgramFilesDir",
                L"C:\\Program Files");
    expect_text(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid", NULL);
    expect_text(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\ProductOptions", L"ProductType", NULL);
    expect_text(HKEY_LOCAL_MACHINE, L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", L"ProcessorNameString",
                NULL);
    expect_text(HKEY_CURRENT_USER, L"Control Panel\\International", L"sDecimal", NULL);
    expect_text(HKEY_CURRENT_USER, L"Volatile Environment", L"USERPROFILE", NULL);
    expect_text(HKEY_CLASSES_ROOT, L".txt", NULL, NULL);
    expect_text(HKEY_CLASSES_ROOT, L"exefile\\shell\\open\\command", NULL, L"\"%1\" %*");
    size = sizeof(number);
    ok_int(RegGetValueW(HKEY_LOCAL_MACHINE, L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", L"~MHz",
                        RRF_RT_REG_DWORD, NULL, &number, &size),
           ERROR_SUCCESS);
    ok(number > 100 && number < 20000, "%lu MHz", number);

    size = ARRAYSIZE(computer);
    GetComputerNameW(computer, &size);
    expect_text(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", L"ComputerName",
                computer);

    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones", 0,
                         KEY_READ, &zones),
           ERROR_SUCCESS);
    RegQueryInfoKeyW(zones, NULL, NULL, NULL, &count, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    ok(count > 130, "%lu time zones", count);
    struct {
        LONG bias, standard_bias, daylight_bias;
        SYSTEMTIME standard, daylight;
    } tzi;
    size = sizeof(tzi);
    ok_int(RegGetValueW(zones, L"W. Europe Standard Time", L"TZI", RRF_RT_REG_BINARY, NULL, &tzi, &size), 0);
    ok_int(size, 44);
    ok_int(tzi.bias, -60);
    ok_int(tzi.daylight_bias, -60);
    /* the last Sundays of March and October */
    ok_int(tzi.daylight.wMonth, 3);
    ok_int(tzi.daylight.wDay, 5);
    ok_int(tzi.daylight.wHour, 2);
    ok_int(tzi.standard.wMonth, 10);
    ok_int(tzi.standard.wHour, 3);
    size = sizeof(tzi);
    ok_int(RegGetValueW(zones, L"India Standard Time", L"TZI", RRF_RT_REG_BINARY, NULL, &tzi, &size), 0);
    ok_int(tzi.bias, -330);
    ok_int(tzi.daylight.wMonth, 0);
    RegCloseKey(zones);

    /* HKEY_CURRENT_USER\Software\Classes and HKEY_CLASSES_ROOT: the user's hide the machine's */
    ok_int(RegSetKeyValueW(HKEY_CURRENT_USER, L"Software\\Classes\\.transomtest", NULL, REG_SZ, L"mine", 10), 0);
    expect_text(HKEY_CLASSES_ROOT, L".transomtest", NULL, L"mine");
    ok_int(RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Classes\\.transomtest"), 0);
    size = sizeof(text);
    ok_int(RegGetValueW(HKEY_CLASSES_ROOT, L".transomtest", NULL, RRF_RT_REG_SZ, NULL, text, &size),
           ERROR_FILE_NOT_FOUND);
    size = 0;
    ok_int(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\No such key", 0, KEY_READ, &zones), ERROR_FILE_NOT_FOUND);
}

static void test_classes(void)
{
    WCHAR name[260];
    DWORD subkeys, length, i;
    bool user = false, machine = false, ordered = true;
    WCHAR previous[260] = L"";

    ok_int(RegSetKeyValueW(HKEY_CURRENT_USER, L"Software\\Classes\\.txt", L"transom", REG_SZ, L"x", 4), 0);
    ok_int(RegSetKeyValueW(HKEY_CURRENT_USER, L"Software\\Classes\\.aaatransom", L"transom", REG_SZ, L"x", 4), 0);
    expect_text(HKEY_CLASSES_ROOT, L".txt", L"transom", L"x");
    expect_text(HKEY_CLASSES_ROOT, L".txt", NULL, L"txtfile");
    RegQueryInfoKeyW(HKEY_CLASSES_ROOT, NULL, NULL, NULL, &subkeys, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    for (i = 0;; i++) {
        length = ARRAYSIZE(name);
        if (RegEnumKeyExW(HKEY_CLASSES_ROOT, i, name, &length, NULL, NULL, NULL, NULL))
            break;
        user = user || !wcscmp(name, L".aaatransom");
        machine = machine || !wcscmp(name, L".txt");
        ordered = ordered && _wcsicmp(previous, name) < 0;
        wcscpy(previous, name);
    }
    ok_int(i, subkeys);
    ok(user && machine, "user's %d, machine's %d", user, machine);
    ok(ordered, "each once");
    RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Classes\\.aaatransom");
    RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Classes\\.txt");
}

static void test_others(void)
{
    HKEY result;
    WCHAR text[64];
    DWORD bytes;

    ok_int(RegConnectRegistryW(NULL, HKEY_LOCAL_MACHINE, &result), ERROR_SUCCESS);
    RegCloseKey(result);
    ok_int(RegFlushKey(key), ERROR_SUCCESS);
    ok_int(RegOpenCurrentUser(KEY_READ, &result), ERROR_SUCCESS);
    RegCloseKey(result);
    RegSetKeyValueW(key, NULL, L"mui", REG_SZ, L"plain", 12);
    ok_int(RegLoadMUIStringW(key, L"mui", text, sizeof(text), &bytes, 0, NULL), ERROR_SUCCESS);
    ok_wstr(text, L"plain");
    ok_int(bytes, 12);
    /* RegOverridePredefKey */
    ok_int(RegOverridePredefKey(HKEY_CURRENT_USER, key), ERROR_SUCCESS);
    expect_text(HKEY_CURRENT_USER, NULL, L"mui", L"plain");
    ok_int(RegOverridePredefKey(HKEY_CURRENT_USER, NULL), ERROR_SUCCESS);
    ok_int(RegGetValueW(HKEY_CURRENT_USER, NULL, L"mui", RRF_RT_REG_SZ, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    /* Without SeRestorePrivilege, which is off even for those who have it. */
    ok_int(RegLoadKeyW(HKEY_USERS, L"x", L"c:\\no such file"), ERROR_PRIVILEGE_NOT_HELD);
    ok_int(RegRenameKey(key, L"no such key", L"x"), ERROR_FILE_NOT_FOUND);
}

TESTS
{
    ok_int(RegCreateKeyExW(HKEY_CURRENT_USER, base, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL), ERROR_SUCCESS);
    test_create();
    test_enumerate();
    test_many();
    test_trees();
    test_notify();
    test_notify_wait();
    test_link();
    test_windows();
    test_classes();
    test_others();
    RegCloseKey(key);
    ok_int(RegDeleteTreeW(HKEY_CURRENT_USER, base), ERROR_SUCCESS);
}
