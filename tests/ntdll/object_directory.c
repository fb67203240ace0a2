/* SPDX-License-Identifier: MIT */
/*
 * object_directory.c: directories of objects: what their descriptors allow to create ("DIRECTORY_CREATE_OBJECT", "DIRECTORY_CREATE_SUBDIRECTORY"
 * of ZwCreateDirectoryObject), handles to those that are always there in other processes, and the list of types.
 */
#include "../test.h"
#include <sddl.h>
#include <wchar.h>
#include "ntdll_functions.h"

typedef struct {
    ULONG Length;
    HANDLE RootDirectory;
    nt_string *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor, SecurityQualityOfService;
} attributes;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, NtCreateDirectoryObject, HANDLE *, ULONG, attributes *)                                                    \
    X(LONG, NtOpenDirectoryObject, HANDLE *, ULONG, attributes *)                                                      \
    X(LONG, NtCreateEvent, HANDLE *, ULONG, attributes *, ULONG, BOOLEAN)                                              \
    X(LONG, NtOpenEvent, HANDLE *, ULONG, attributes *)                                                                \
    X(LONG, NtQueryObject, HANDLE, ULONG, void *, ULONG, ULONG *)
DECLARE_FUNCTIONS

#define DENIED    ((LONG)0xc0000022)
#define COLLISION ((LONG)0xc0000035)
#define EXISTS    0x40000000L
#define OPENIF    0x80u
#define BASE      L"\\BaseNamedObjects\\transom guarded"

static attributes *named(const WCHAR *name, HANDLE root, ULONG flags, void *security)
{
    static attributes attr;
    static nt_string text;
    text = nt_string_of(name);
    attr = (attributes){ sizeof(attr), root, &text, flags, security, NULL };
    return &attr;
}

static LONG event(const WCHAR *name, HANDLE root, ULONG flags)
{
    HANDLE handle;
    LONG status = NtCreateEvent(&handle, EVENT_ALL_ACCESS, named(name, root, flags, NULL), 0, FALSE);
    if (status >= 0)
        CloseHandle(handle);
    return status;
}

static void test_creation(void)
{
    PSECURITY_DESCRIPTOR list = NULL, open = NULL;
    HANDLE directory, inside, below;

    /* Query, traverse and whatever changes the list; then subdirectories too; then everything. */
    ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;0x60003;;;WD)", SDDL_REVISION_1, &list, NULL);
    ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;0xf000f;;;WD)", SDDL_REVISION_1, &open, NULL);
    ok_hex(NtCreateDirectoryObject(&directory, 0xf000f, named(BASE, NULL, 0, open)), 0);
    ok_hex(NtCreateEvent(&inside, EVENT_ALL_ACCESS, named(L"there", directory, 0, NULL), 0, FALSE), 0);
    ok(SetKernelObjectSecurity(directory, DACL_SECURITY_INFORMATION, list), "error %lu", GetLastError());
    ok_hex(event(L"new", directory, 0), DENIED);
    ok_hex(event(BASE L"\\new", NULL, 0), DENIED);
    ok_hex(NtCreateDirectoryObject(&below, 3, named(L"below", directory, 0, NULL)), DENIED);
    ok_hex(NtCreateDirectoryObject(&below, 3, named(BASE L"\\below", NULL, 0, NULL)), DENIED);
    /* What is there is found before anybody asks whether it may be made. */
    ok_hex(event(L"there", directory, 0), COLLISION);
    ok_hex(event(L"there", directory, OPENIF), EXISTS);
    ok_hex(event(BASE L"\\there", NULL, OPENIF), EXISTS);
    ok(SetKernelObjectSecurity(directory, DACL_SECURITY_INFORMATION, open), "error %lu", GetLastError());
    ok_hex(event(L"new", directory, 0), 0);
    ok_hex(NtCreateDirectoryObject(&below, 0xf, named(BASE L"\\below", NULL, 0, NULL)), 0);
    ok_hex(event(L"below\\new", directory, 0), 0);
    CloseHandle(below);
    CloseHandle(inside);
    CloseHandle(directory);
    LocalFree(list);
    LocalFree(open);
}

/* A handle to a directory that is always there, inherited: what is found below it is the same. */
static void test_inherited(void)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    HANDLE directory, found;
    HANDLE event_handle = CreateEventW(NULL, FALSE, FALSE, L"Global\\transom in the root");
    char line[MAX_PATH + 40];
    PROCESS_INFORMATION info;
    DWORD code = 99;

    ok_hex(NtOpenDirectoryObject(&directory, 3, named(L"\\BaseNamedObjects", NULL, 2 /* OBJ_INHERIT */, NULL)), 0);
    ok_hex(NtOpenEvent(&found, EVENT_ALL_ACCESS, named(L"transom in the root", directory, 0, NULL)), 0);
    CloseHandle(found);
    snprintf(line, sizeof(line), "\"%s\" %llu", test_argv[0], (unsigned long long)(UINT_PTR)directory);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    WaitForSingleObject(info.hProcess, 20000);
    ok(GetExitCodeProcess(info.hProcess, &code) && code == 0, "the child: %lx", code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    CloseHandle(directory);
    CloseHandle(event_handle);
}

static void test_types(void)
{
    static const WCHAR *const wanted[] = { L"Directory", L"Event", L"Mutant",  L"Process", L"WindowStation",
                                           L"Desktop",   L"File",  L"Section", L"Key",     L"Token" };
    BYTE *buffer = malloc(65536);
    ULONG needed, seen = 0;
    BYTE *at = buffer + 8;

    ok_hex(NtQueryObject(NULL, 3 /* ObjectTypesInformation */, buffer, 65536, &needed), 0);
    for (ULONG i = 0; i < *(ULONG *)buffer; i++) {
        nt_string *name = (nt_string *)at;
        for (unsigned w = 0; w < ARRAYSIZE(wanted); w++)
            seen += !wcscmp(name->Buffer, wanted[w]);
        at = (BYTE *)(((UINT_PTR)name->Buffer + name->MaximumLength + 7) & ~(UINT_PTR)7);
    }
    ok_int(seen, ARRAYSIZE(wanted));
    free(buffer);
}

TESTS
{
    if (!get_functions())
        return;
    if (test_argc > 1) {
        HANDLE found, root = (HANDLE)(UINT_PTR)strtoull(test_argv[1], NULL, 10);
        ExitProcess((UINT)NtOpenEvent(&found, EVENT_ALL_ACCESS, named(L"transom in the root", root, 0, NULL)) |
                    (UINT)NtOpenEvent(&found, EVENT_ALL_ACCESS, named(L"Global\\transom in the root", root, 0, NULL)));
    }
    test_creation();
    test_inherited();
    test_types();
}
