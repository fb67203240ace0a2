/* SPDX-License-Identifier: MIT */
/*
 * registry.c: the registry system calls' status codes, information classes and rules for short buffers, as wdm.h documents
 * them (ZwCreateKey, ZwQueryKey, ZwQueryValueKey, ...).
 */
#define WIN32_NO_STATUS
#include "../test.h"
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>

typedef struct {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex, NameLength;
    WCHAR Name[64];
} BASIC;
typedef struct {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex, ClassOffset, ClassLength, SubKeys, MaxNameLen, MaxClassLen, Values, MaxValueNameLen,
        MaxValueDataLen;
    WCHAR Class[64];
} FULL;
typedef struct {
    ULONG TitleIndex, Type, DataLength;
    UCHAR Data[64];
} PARTIAL;
typedef struct {
    ULONG TitleIndex, Type, DataOffset, DataLength, NameLength;
    WCHAR Name[64];
} VALUE;

NTSTATUS NTAPI NtCreateKey(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG, UNICODE_STRING *, ULONG, ULONG *);
NTSTATUS NTAPI NtOpenKey(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
NTSTATUS NTAPI NtDeleteKey(HANDLE);
NTSTATUS NTAPI NtRenameKey(HANDLE, UNICODE_STRING *);
NTSTATUS NTAPI NtQueryKey(HANDLE, ULONG, void *, ULONG, ULONG *);
NTSTATUS NTAPI NtEnumerateKey(HANDLE, ULONG, ULONG, void *, ULONG, ULONG *);
NTSTATUS NTAPI NtQueryValueKey(HANDLE, UNICODE_STRING *, ULONG, void *, ULONG, ULONG *);
NTSTATUS NTAPI NtEnumerateValueKey(HANDLE, ULONG, ULONG, void *, ULONG, ULONG *);
NTSTATUS NTAPI NtSetValueKey(HANDLE, UNICODE_STRING *, ULONG, ULONG, void *, ULONG);
NTSTATUS NTAPI NtDeleteValueKey(HANDLE, UNICODE_STRING *);

static HANDLE root;

static UNICODE_STRING string(const WCHAR *text)
{
    return (UNICODE_STRING){ (USHORT)(wcslen(text) * 2), (USHORT)(wcslen(text) * 2 + 2), (WCHAR *)text };
}

static NTSTATUS create(HANDLE parent, const WCHAR *name, ULONG options, HANDLE *key, ULONG *disposition)
{
    UNICODE_STRING text = string(name), class = string(L"class");
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE, parent, NULL);
    return NtCreateKey(key, KEY_ALL_ACCESS, &attributes, 0, &class, options, disposition);
}

static NTSTATUS open_key(HANDLE parent, const WCHAR *name, ACCESS_MASK access, HANDLE *key)
{
    UNICODE_STRING text = string(name);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE, parent, NULL);
    return NtOpenKey(key, access, &attributes);
}

static void test_keys(void)
{
    HANDLE key, child, again;
    ULONG disposition = 0, length;
    struct {
        ULONG NameLength;
        WCHAR Name[300];
    } name;

    ok_hex(create(root, L"nt", 0, &key, &disposition), STATUS_SUCCESS);
    ok_int(disposition, REG_CREATED_NEW_KEY);
    /* only the last component is created */
    ok_hex(create(key, L"a\\b", 0, &child, &disposition), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_hex(create(key, L"a", 0, &child, &disposition), STATUS_SUCCESS);
    ok_hex(create(root, L"NT\\A", 0, &again, &disposition), STATUS_SUCCESS);
    ok_int(disposition, REG_OPENED_EXISTING_KEY);
    NtClose(again);
    ok_hex(NtQueryKey(child, 3 /* KeyNameInformation */, &name, sizeof(name), &length), STATUS_SUCCESS);
    ok(length == name.NameLength + 4, "length %lu", length);
    name.Name[name.NameLength / 2] = 0;
    ok(!_wcsnicmp(name.Name, L"\\REGISTRY\\USER\\S-1-5-21-", 24) && wcsstr(name.Name, L"\\nt\\a"), "%ls", name.Name);

    ok_hex(NtDeleteKey(key), STATUS_CANNOT_DELETE);
    ok_hex(open_key(key, L"a", KEY_READ, &again), STATUS_SUCCESS);
    ok_hex(NtDeleteKey(again), STATUS_ACCESS_DENIED);
    ok_hex(NtDeleteKey(child), STATUS_SUCCESS);
    ok_hex(NtQueryKey(again, 0, &name, sizeof(name), &length), STATUS_KEY_DELETED);
    ok_hex(NtDeleteKey(child), STATUS_KEY_DELETED);
    NtClose(again);
    NtClose(child);

    ok_hex(create(key, L"old", 0, &child, NULL), STATUS_SUCCESS);
    UNICODE_STRING new_name = string(L"new name");
    ok_hex(NtRenameKey(child, &new_name), STATUS_SUCCESS);
    ok_hex(open_key(key, L"old", KEY_READ, &again), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_hex(open_key(key, L"NEW NAME", KEY_READ, &again), STATUS_SUCCESS);
    NtClose(again);
    NtDeleteKey(child);
    NtClose(child);

    ok_hex(open_key(key, L"no\\such", KEY_READ, &again), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_hex(open_key(NULL, L"\\Registry\\Machine\\SOFTWARE\\Microsoft", KEY_READ, &again), STATUS_SUCCESS);
    NtClose(again);
    ok_hex(open_key(NULL, L"\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Control", KEY_READ, &again),
           STATUS_SUCCESS);
    ok_hex(NtQueryKey(again, 3, &name, sizeof(name), &length), STATUS_SUCCESS);
    name.Name[name.NameLength / 2] = 0;
    ok(!_wcsicmp(name.Name, L"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control"), "%ls", name.Name);
    NtClose(again);
    ok_hex(NtDeleteKey(key), STATUS_SUCCESS);
    NtClose(key);
}

static void test_query(void)
{
    HANDLE key, child;
    BASIC basic;
    FULL full;
    ULONG length;

    create(root, L"query", 0, &key, NULL);
    create(key, L"sub", 0, &child, NULL);
    UNICODE_STRING name = string(L"value");
    ok_hex(NtSetValueKey(key, &name, 0, REG_BINARY, "12345", 5), STATUS_SUCCESS);

    ok_hex(NtQueryKey(key, 0, &basic, sizeof(basic), &length), STATUS_SUCCESS);
    ok_int(length, 16 + 10);
    ok_int(basic.NameLength, 10);
    ok_mem(basic.Name, L"query", 10);
    /* "If the Length parameter is too small ... STATUS_BUFFER_OVERFLOW or STATUS_BUFFER_TOO_SMALL" */
    ok_hex(NtQueryKey(key, 0, &basic, 20, &length), STATUS_BUFFER_OVERFLOW);
    ok_int(length, 16 + 10);
    ok_hex(NtQueryKey(key, 0, &basic, 8, &length), STATUS_BUFFER_TOO_SMALL);
    ok_hex(NtQueryKey(key, 2, &full, sizeof(full), &length), STATUS_SUCCESS);
    ok_int(full.SubKeys, 1);
    ok_int(full.Values, 1);
    ok_int(full.MaxNameLen, 6);
    ok_int(full.MaxValueNameLen, 10);
    ok_int(full.MaxValueDataLen, 5);
    ok_int(full.ClassLength, 10);
    ok_mem((char *)&full + full.ClassOffset, L"class", 10);
    ok_hex(NtQueryKey(key, 99, &full, sizeof(full), &length), STATUS_INVALID_PARAMETER);

    ok_hex(NtEnumerateKey(key, 0, 0, &basic, sizeof(basic), &length), STATUS_SUCCESS);
    ok_mem(basic.Name, L"sub", 6);
    ok_hex(NtEnumerateKey(key, 1, 0, &basic, sizeof(basic), &length), STATUS_NO_MORE_ENTRIES);
    NtDeleteKey(child);
    NtClose(child);
    NtDeleteKey(key);
    NtClose(key);
}

static void test_values(void)
{
    HANDLE key, reader;
    UNICODE_STRING name = string(L"Value"), none = string(L"none"), empty = string(L"");
    PARTIAL partial;
    VALUE value;
    ULONG length;

    create(root, L"values", 0, &key, NULL);
    ok_hex(NtSetValueKey(key, &name, 0, REG_SZ, L"text", 10), STATUS_SUCCESS);
    ok_hex(NtSetValueKey(key, &empty, 0, REG_DWORD, &(ULONG){ 7 }, 4), STATUS_SUCCESS);
    ok_hex(NtQueryValueKey(key, &name, 2, &partial, sizeof(partial), &length), STATUS_SUCCESS);
    ok_int(length, 22);
    ok_int(partial.Type, REG_SZ);
    ok_int(partial.DataLength, 10);
    ok_mem(partial.Data, L"text", 10);
    ok_hex(NtQueryValueKey(key, &name, 2, &partial, 16, &length), STATUS_BUFFER_OVERFLOW);
    ok_int(length, 22);
    ok_hex(NtQueryValueKey(key, &name, 2, NULL, 0, &length), STATUS_BUFFER_TOO_SMALL);
    ok_int(length, 22);
    ok_hex(NtQueryValueKey(key, &none, 2, &partial, sizeof(partial), &length), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_hex(NtQueryValueKey(key, &empty, 2, &partial, sizeof(partial), &length), STATUS_SUCCESS);
    ok_int(partial.Type, REG_DWORD);

    ok_hex(NtEnumerateValueKey(key, 0, 1, &value, sizeof(value), &length), STATUS_SUCCESS);
    ok_int(value.NameLength, 10);
    ok_mem(value.Name, L"Value", 10);
    ok_mem((char *)&value + value.DataOffset, L"text", 10);
    ok_hex(NtEnumerateValueKey(key, 1, 1, &value, sizeof(value), &length), STATUS_SUCCESS);
    ok_int(value.NameLength, 0);
    ok_hex(NtEnumerateValueKey(key, 2, 1, &value, sizeof(value), &length), STATUS_NO_MORE_ENTRIES);

    open_key(root, L"values", KEY_QUERY_VALUE, &reader);
    ok_hex(NtSetValueKey(reader, &name, 0, REG_SZ, L"", 2), STATUS_ACCESS_DENIED);
    ok_hex(NtEnumerateKey(reader, 0, 0, &value, sizeof(value), &length), STATUS_ACCESS_DENIED);
    NtClose(reader);
    ok_hex(NtDeleteValueKey(key, &name), STATUS_SUCCESS);
    ok_hex(NtDeleteValueKey(key, &name), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_hex(NtQueryValueKey(GetCurrentProcess(), &name, 2, &partial, sizeof(partial), &length),
           STATUS_OBJECT_TYPE_MISMATCH);
    /* memory that cannot be read */
    ok_hex(NtSetValueKey(key, &name, 0, REG_BINARY, (void *)16, 16), STATUS_ACCESS_VIOLATION);
    NtDeleteKey(key);
    NtClose(key);
}

TESTS
{
    ok_int(RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\Transom Test", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
                           (HKEY *)&root, NULL),
           ERROR_SUCCESS);
    test_keys();
    test_query();
    test_values();
    RegCloseKey(root);
    RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Transom Test");
}
