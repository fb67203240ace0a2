/* SPDX-License-Identifier: MIT */
/* rtlregistry.c: RtlQueryRegistryValues and its like (wdm.h). */
#include "../test.h"
#include "ntdll_functions.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef LONG(NTAPI *ROUTINE)(WCHAR *, ULONG, void *, ULONG, void *, void *);
typedef struct {
    ROUTINE QueryRoutine;
    ULONG Flags;
    const WCHAR *Name;
    void *EntryContext;
    ULONG DefaultType;
    void *DefaultData;
    ULONG DefaultLength;
} ENTRY;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlQueryRegistryValues, ULONG, const void *, ENTRY *, void *, void *)                                      \
    X(LONG, RtlWriteRegistryValue, ULONG, const void *, const WCHAR *, ULONG, const void *, ULONG)                     \
    X(LONG, RtlDeleteRegistryValue, ULONG, const void *, const WCHAR *)                                                \
    X(LONG, RtlCheckRegistryKey, ULONG, const void *)                                                                  \
    X(LONG, RtlCreateRegistryKey, ULONG, const void *)                                                                 \
    X(void, RtlFreeUnicodeString, nt_string *)
DECLARE_FUNCTIONS

enum {
    SUBKEY = 1,
    TOPKEY = 2,
    REQUIRED = 4,
    NOVALUE = 8,
    NOEXPAND = 0x10,
    DIRECT = 0x20,
    DELETE_ = 0x40,
    TYPECHECK = 0x100
};
#define BY_HANDLE   0x40000000
#define IS_OPTIONAL 0x80000000

static char calls[1000];

static LONG NTAPI heard(WCHAR *name, ULONG type, void *data, ULONG length, void *context, void *entry_context)
{
    ok(context == calls, "%p", context);
    snprintf(calls + strlen(calls), sizeof(calls) - strlen(calls), "%ls/%lu/%lu/%ls;", name, type, length,
             type == REG_SZ || type == REG_EXPAND_SZ ? (WCHAR *)data : L"");
    return (LONG)(LONG_PTR)entry_context;
}

static LONG query(HKEY key, ENTRY entry)
{
    ENTRY table[2] = { entry, { 0 } };

    calls[0] = 0;
    return RtlQueryRegistryValues(BY_HANDLE, key, table, calls, NULL);
}

static void test_routines(HKEY key)
{
    ENTRY table[5] = { { 0 } };

    ok_hex(query(key, (ENTRY){ heard, 0, L"text" }), 0);
    ok_str(calls, "text/1/10/text;");
    ok_hex(query(key, (ENTRY){ heard, 0, L"expand" }), 0);
    ok_str(calls, "expand/1/26/C:\\windows\\x;");
    ok_hex(query(key, (ENTRY){ heard, NOEXPAND, L"expand" }), 0);
    ok_str(calls, "expand/2/30/%SystemRoot%\\x;");
    ok_hex(query(key, (ENTRY){ heard, 0, L"multi" }), 0);
    ok_str(calls, "multi/1/8/one;multi/1/8/two;");
    ok_hex(query(key, (ENTRY){ heard, NOEXPAND, L"multi" }), 0);
    ok_str(calls, "multi/7/18/;");
    ok_hex(query(key, (ENTRY){ heard, 0, L"none" }), 0);
    ok_str(calls, "");
    ok_hex(query(key, (ENTRY){ heard, REQUIRED, L"none" }), 0xc0000034);
    ok_hex(query(key, (ENTRY){ heard, 0, L"none", NULL, REG_SZ, L"default" }), 0);
    ok_str(calls, "none/1/16/default;");
    ok_hex(query(key, (ENTRY){ heard, NOVALUE, L"any" }), 0);
    ok_str(calls, "any/0/0/;");
    /* An error of the routine ends it, but STATUS_BUFFER_TOO_SMALL does not. */
    ok_hex(query(key, (ENTRY){ heard, 0, L"text", (void *)(LONG_PTR)(LONG)0xc0000001 }), 0xc0000001);
    ok_hex(query(key, (ENTRY){ heard, 0, L"text", (void *)(LONG_PTR)(LONG)0xc0000023 }), 0);
    ok_hex(query(key, (ENTRY){ heard, SUBKEY, L"sub" }), 0);
    ok_str(calls, "number/4/4/;");
    ok_hex(query(key, (ENTRY){ heard, SUBKEY | REQUIRED, L"nosub" }), 0xc0000034);

    table[0] = (ENTRY){ NULL, SUBKEY, L"sub" };
    table[1] = (ENTRY){ heard, 0, L"number" };
    table[2] = (ENTRY){ heard, TOPKEY, L"text" };
    table[3] = (ENTRY){ heard, 0, L"number" };
    calls[0] = 0;
    ok_hex(RtlQueryRegistryValues(BY_HANDLE, key, table, calls, NULL), 0);
    ok_str(calls, "number/4/4/;text/1/10/text;");
}

static void test_direct(HKEY key)
{
    nt_string text = { 0 };
    WCHAR small[3];
    ULONG number = 0;
    LONG buffer[8] = { sizeof(buffer) };

    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"text", &text }), 0);
    ok_int(text.Length, 8);
    ok_int(text.MaximumLength, 10);
    ok(text.Buffer && !wcscmp(text.Buffer, L"text"), "%ls", text.Buffer);
    RtlFreeUnicodeString(&text);
    text = (nt_string){ 0, sizeof(small), small };
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"text", &text }), 0xc0000023);
    ok_hex(query(key, (ENTRY){ NULL, DIRECT | TYPECHECK, L"text", &number, REG_DWORD << 24 }), 0xc0000024);
    ok_hex(query(key, (ENTRY){ heard, DIRECT, L"text", &number }), 0xc000000d);
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"word", &number }), 0);
    ok_int(number, 42);
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"binary", buffer }), 0);
    ok_int(buffer[0], 12);
    ok_int(buffer[1], REG_BINARY);
    ok(!memcmp(buffer + 2, "123456789abc", 12), "data");
    buffer[0] = -12;
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"binary", buffer }), 0);
    ok(!memcmp(buffer, "123456789abc", 12), "data");
    buffer[0] = -11;
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"binary", buffer }), 0xc0000023);
    number = 0;
    ok_hex(query(key, (ENTRY){ NULL, DIRECT, L"none", &number, REG_DWORD, &(ULONG){ 7 }, 4 }), 0);
    ok_int(number, 7);
    ok_hex(query(key, (ENTRY){ NULL, DIRECT | DELETE_, L"word", &number }), 0);
    ok_int(number, 42);
    ok_hex(query(key, (ENTRY){ NULL, DIRECT | REQUIRED, L"word", &number }), 0xc0000034);
}

TESTS
{
    static const WCHAR name[] = L"Software\\TransomTest\\RtlRegistry";
    HKEY key, sub;
    DWORD number = 42;

    if (!get_functions())
        return;
    if (!ok(!RegCreateKeyExW(HKEY_CURRENT_USER, name, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL), "no key"))
        return;
    RegCreateKeyExW(key, L"sub", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub, NULL);
    RegSetValueExW(key, L"text", 0, REG_SZ, (const BYTE *)L"text", 10);
    RegSetValueExW(key, L"expand", 0, REG_EXPAND_SZ, (const BYTE *)L"%SystemRoot%\\x", 30);
    RegSetValueExW(key, L"multi", 0, REG_MULTI_SZ, (const BYTE *)L"one\0two\0", 18);
    RegSetValueExW(key, L"binary", 0, REG_BINARY, (const BYTE *)"123456789abc", 12);
    ok_hex(RtlWriteRegistryValue(BY_HANDLE, key, L"word", REG_DWORD, &number, 4), 0);
    RegSetValueExW(sub, L"number", 0, REG_DWORD, (const BYTE *)&number, 4);
    test_routines(key);
    test_direct(key);
    ok_hex(RtlDeleteRegistryValue(BY_HANDLE, key, L"text"), 0);
    ok_hex(RtlDeleteRegistryValue(BY_HANDLE, key, L"text"), 0xc0000034);
    RegCloseKey(sub);
    RegDeleteKeyW(key, L"sub");
    RegCloseKey(key);
    RegDeleteKeyW(HKEY_CURRENT_USER, name);

    ok_hex(RtlQueryRegistryValues(0, L"\\Registry\\Machine\\NoSuchKey", &(ENTRY){ 0 }, NULL, NULL), 0xc0000034);
    ok_hex(RtlQueryRegistryValues(IS_OPTIONAL, L"\\Registry\\Machine\\NoSuchKey", &(ENTRY){ 0 }, NULL, NULL), 0);
    ok_hex(RtlCheckRegistryKey(0, L"\\Registry\\Machine\\Software"), 0);
    ok_hex(RtlCheckRegistryKey(0, L"\\Registry\\Machine\\NoSuchKey"), 0xc0000034);
}
