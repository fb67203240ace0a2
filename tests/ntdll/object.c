/* SPDX-License-Identifier: MIT */
/* object.c: what NtQueryObject says of objects, types and handles ("OBJECT_INFORMATION_CLASS"), and rights by type. */
#include "../test.h"
#include <ntstatus.h>
#include <winternl.h>

typedef struct {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount, PointerCount, PagedPoolUsage, NonPagedPoolUsage, Reserved[3], NameInformationLength,
        TypeInformationLength, SecurityDescriptorLength;
    LARGE_INTEGER CreationTime;
} BASIC;
typedef struct {
    UNICODE_STRING TypeName;
    ULONG TotalNumberOfObjects, TotalNumberOfHandles, Usage[10], InvalidAttributes;
    GENERIC_MAPPING GenericMapping;
    ULONG ValidAccess;
} TYPE;

static NTSTATUS(NTAPI *create_directory)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *create_keyed_event)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG);
static NTSTATUS(NTAPI *create_completion)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG);

static ACCESS_MASK granted(HANDLE handle)
{
    BASIC basic = { 0 };

    ok_hex(NtQueryObject(handle, 0, &basic, sizeof(basic), NULL), STATUS_SUCCESS);
    return basic.GrantedAccess;
}

static void test_basic(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), second;
    BASIC basic;
    ULONG length = 0;

    ok_hex(NtQueryObject(event, 0, &basic, sizeof(basic), &length), STATUS_SUCCESS);
    ok_int(length, sizeof(basic));
    ok_hex(basic.GrantedAccess, EVENT_ALL_ACCESS);
    ok_int(basic.HandleCount, 1);
    ok_int(basic.Attributes, 0);
    DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &second, SYNCHRONIZE, TRUE, 0);
    ok_hex(NtQueryObject(second, 0, &basic, sizeof(basic), &length), STATUS_SUCCESS);
    ok_hex(basic.GrantedAccess, SYNCHRONIZE);
    ok_int(basic.HandleCount, 2);
    ok_hex(basic.Attributes, 2); /* OBJ_INHERIT */
    length = 0;
    ok_hex(NtQueryObject(event, 0, &basic, sizeof(basic) - 1, &length), STATUS_INFO_LENGTH_MISMATCH);
    ok_int(length, sizeof(basic));
    ok_hex(NtQueryObject(NULL, 0, &basic, sizeof(basic), &length), STATUS_INVALID_HANDLE);
    ok_hex(NtQueryObject(event, 100, &basic, sizeof(basic), &length), STATUS_INVALID_INFO_CLASS);
    CloseHandle(second);
    CloseHandle(event);
}

static void test_name(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL),
           named = CreateEventA(NULL, FALSE, FALSE, "transom test name");
    static const WCHAR end[] = L"\\transom test name";
    BYTE buffer[500];
    UNICODE_STRING *name = (UNICODE_STRING *)buffer;
    ULONG length, again;

    ok_hex(NtQueryObject(event, 1, buffer, sizeof(buffer), &length), STATUS_SUCCESS);
    ok_int(name->Length, 0);
    ok(!name->Buffer, "no name");
    ok_hex(NtQueryObject(named, 1, buffer, sizeof(buffer), &length), STATUS_SUCCESS);
    ok_int(length, sizeof(*name) + name->MaximumLength);
    ok_int(name->MaximumLength, name->Length + sizeof(WCHAR));
    ok((BYTE *)name->Buffer == buffer + sizeof(*name), "the text follows");
    ok(name->Length > sizeof(end) && !wcscmp(name->Buffer + (name->Length - sizeof(end)) / 2 + 1, end), "%ls",
       name->Buffer);
    ok_hex(NtQueryObject(named, 1, buffer, length - 1, &again), STATUS_BUFFER_OVERFLOW);
    ok_int(again, length);
    ok_hex(NtQueryObject(named, 1, buffer, sizeof(*name) - 1, &again), STATUS_INFO_LENGTH_MISMATCH);
    ok_int(again, length);
    CloseHandle(named);
    CloseHandle(event);
}

static void check_type(HANDLE handle, const WCHAR *name, ACCESS_MASK read, ACCESS_MASK write, ACCESS_MASK execute,
                       ACCESS_MASK all)
{
    BYTE buffer[300] __attribute__((aligned(8)));
    TYPE *type = (TYPE *)buffer;
    ULONG length, again;

    if (!ok(handle != NULL, "%ls", name))
        return;
    ok_hex(NtQueryObject(handle, 2, buffer, sizeof(buffer), &length), STATUS_SUCCESS);
    ok_wstr(type->TypeName.Buffer, name);
    ok_hex(NtQueryObject(handle, 2, buffer, sizeof(TYPE), &again), STATUS_INFO_LENGTH_MISMATCH);
    ok_int(again, length);
    ok(type->GenericMapping.GenericRead == read, "%ls read %lx", name, type->GenericMapping.GenericRead);
    ok(type->GenericMapping.GenericWrite == write, "%ls write %lx", name, type->GenericMapping.GenericWrite);
    ok(type->GenericMapping.GenericExecute == execute, "%ls execute %lx", name, type->GenericMapping.GenericExecute);
    ok(type->GenericMapping.GenericAll == all, "%ls all %lx", name, type->GenericMapping.GenericAll);
    CloseHandle(handle);
}

static void test_types(void)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    HANDLE handle;

    check_type(CreateEventA(NULL, 0, 0, NULL), L"Event", 0x20001, 0x20002, 0x120000, 0x1f0003);
    check_type(CreateMutexA(NULL, 0, NULL), L"Mutant", 0x20001, 0x20000, 0x120000, 0x1f0001);
    check_type(CreateSemaphoreA(NULL, 0, 1, NULL), L"Semaphore", 0x20001, 0x20002, 0x120000, 0x1f0003);
    check_type(CreateWaitableTimerA(NULL, 0, NULL), L"Timer", 0x20001, 0x20002, 0x120000, 0x1f0003);
    check_type(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL), L"Section", 0x20005,
               0x20002, 0x20008, 0xf001f);
    check_type(CreateJobObjectA(NULL, NULL), L"Job", 0x20004, 0x2000b, 0x120000, 0x1f003f);
    check_type(OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId()), L"Process", 0x20410, 0x20bea, 0x121001,
               0x1fffff);
    check_type(OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId()), L"Thread", 0x20048, 0x20437, 0x121800,
               0x1fffff);
    handle = NULL;
    create_directory(&handle, 0xf000f, &attributes);
    check_type(handle, L"Directory", 0x20003, 0x2000c, 0x20003, 0xf000f);
    handle = NULL;
    create_keyed_event(&handle, 0xf0003, &attributes, 0);
    check_type(handle, L"KeyedEvent", 0x20001, 0x20002, 0x20000, 0xf0003);
    handle = NULL;
    create_completion(&handle, 0x1f0003, &attributes, 0);
    check_type(handle, L"IoCompletion", 0x20001, 0x20002, 0x120000, 0x1f0003);
    handle = NULL;
    RegCreateKeyExA(HKEY_CURRENT_USER, "Software", 0, NULL, 0, KEY_READ, NULL, (HKEY *)&handle, NULL);
    check_type(handle, L"Key", 0x20019, 0x20006, 0x20039, 0xf003f);
    handle = NULL;
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &handle);
    check_type(handle, L"Token", 0x2001a, 0x201e0, 0x20005, 0xf01ff);
}

/* What is asked for is what the handle has, generic rights by the type's mapping. */
static void test_access(void)
{
    HANDLE event = CreateEventExA(NULL, "transom test access", 0, GENERIC_READ), other;

    ok_hex(granted(event), 0x20001);
    ok(!SetEvent(event) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 0), WAIT_FAILED);
    other = OpenEventA(GENERIC_EXECUTE, FALSE, "transom test access");
    ok_hex(granted(other), 0x120000);
    ok_int(WaitForSingleObject(other, 0), WAIT_TIMEOUT);
    CloseHandle(other);
    other = OpenEventA(MAXIMUM_ALLOWED, FALSE, "transom test access");
    ok_hex(granted(other), 0x1f0003);
    CloseHandle(other);
    /* A right that the type does not have. */
    other = OpenEventA(0x100, FALSE, "transom test access");
    ok(!other && GetLastError() == ERROR_ACCESS_DENIED, "%p, error %lu", other, GetLastError());
    /* More by duplication, as the object allows it. */
    ok(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, EVENT_ALL_ACCESS, FALSE, 0),
       "error %lu", GetLastError());
    ok(SetEvent(other), "error %lu", GetLastError());
    CloseHandle(other);
    CloseHandle(event);
    /* But not of files. */
    char folder[MAX_PATH], path[MAX_PATH];
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "obj", 0, path);
    event = CreateFileA(path, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(!DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, GENERIC_READ | GENERIC_WRITE, FALSE,
                        0) &&
           GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    CloseHandle(event);
    DeleteFileA(path);
    /* Mutexes, semaphores and timers likewise. */
    event = CreateMutexExA(NULL, NULL, 0, READ_CONTROL);
    ok_int(WaitForSingleObject(event, 0), WAIT_FAILED);
    CloseHandle(event);
    event = CreateSemaphoreExA(NULL, 0, 2, NULL, 0, SYNCHRONIZE);
    ok(!ReleaseSemaphore(event, 1, NULL) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    CloseHandle(event);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    create_directory = (void *)GetProcAddress(ntdll, "NtCreateDirectoryObject");
    create_keyed_event = (void *)GetProcAddress(ntdll, "NtCreateKeyedEvent");
    create_completion = (void *)GetProcAddress(ntdll, "NtCreateIoCompletion");
    test_basic();
    test_name();
    test_types();
    test_access();
}
