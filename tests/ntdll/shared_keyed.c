/* SPDX-License-Identifier: MIT */
/* shared_keyed.c: keyed events by name and by inheritance, and the handle counts of objects that several processes have. */
#include "../test.h"
#include <winternl.h>

#ifndef STATUS_TIMEOUT
#define STATUS_TIMEOUT ((NTSTATUS)0x102)
#endif
#define KEYED_ALL 0xf0003

typedef struct {
    ULONG Attributes, GrantedAccess, HandleCount, PointerCount, Reserved[10];
} BASIC_INFORMATION;

static NTSTATUS(NTAPI *create_event)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG);
static NTSTATUS(NTAPI *open_event)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *wait_event)(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *release_event)(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *query_object)(HANDLE, ULONG, void *, ULONG, ULONG *);

static OBJECT_ATTRIBUTES *attributes(void)
{
    static OBJECT_ATTRIBUTES attr;
    static UNICODE_STRING name;
    static WCHAR text[] = L"\\BaseNamedObjects\\transom keyed";

    name.Length = sizeof(text) - sizeof(WCHAR);
    name.MaximumLength = sizeof(text);
    name.Buffer = text;
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE | OBJ_INHERIT, NULL, NULL);
    return &attr;
}

static void load(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    create_event = (void *)GetProcAddress(ntdll, "NtCreateKeyedEvent");
    open_event = (void *)GetProcAddress(ntdll, "NtOpenKeyedEvent");
    wait_event = (void *)GetProcAddress(ntdll, "NtWaitForKeyedEvent");
    release_event = (void *)GetProcAddress(ntdll, "NtReleaseKeyedEvent");
    query_object = (void *)GetProcAddress(ntdll, "NtQueryObject");
}

static LARGE_INTEGER *ms(int value)
{
    static __thread LARGE_INTEGER time;

    time.QuadPart = -10000ll * value;
    return &time;
}

static ULONG handles(HANDLE handle)
{
    BASIC_INFORMATION info = { 0 };

    ok_hex(query_object(handle, 0, &info, sizeof(info), NULL), 0);
    return info.HandleCount;
}

static PROCESS_INFORMATION start(const char *what)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 50];

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], what);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    return info;
}

static DWORD end_of(PROCESS_INFORMATION info)
{
    DWORD code = ~0u;

    ok_int(WaitForSingleObject(info.hProcess, 10000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    return code;
}

static DWORD WINAPI wait_thread(void *event)
{
    return (DWORD)wait_event(event, (void *)0x30, FALSE, ms(10000));
}

TESTS
{
    HANDLE event, thread, other;
    PROCESS_INFORMATION info;
    DWORD code;

    load();
    if (test_argc > 1) {
        if (open_event(&event, KEYED_ALL, attributes()))
            ExitProcess(1);
        if (!strcmp(test_argv[1], "release"))
            ExitProcess((UINT)release_event(event, (void *)0x10, FALSE, ms(10000)));
        if (!strcmp(test_argv[1], "wait"))
            ExitProcess((UINT)wait_event(event, (void *)0x20, FALSE, ms(10000)));
        if (!strcmp(test_argv[1], "hang"))
            ExitProcess((UINT)wait_event(event, (void *)0x40, FALSE, NULL));
        ExitProcess((UINT)release_event((HANDLE)(ULONG_PTR)atoi(test_argv[1]), (void *)0x30, FALSE, ms(10000)));
    }
    ok_hex(create_event(&event, KEYED_ALL, attributes(), 0), 0);
    ok_hex(create_event(&other, KEYED_ALL, attributes(), 0), 0xc0000035); /* STATUS_OBJECT_NAME_COLLISION */

    info = start("release");
    ok_hex(wait_event(event, (void *)0x10, FALSE, ms(10000)), 0);
    ok_hex(end_of(info), 0);
    info = start("wait");
    ok_hex(release_event(event, (void *)0x22, FALSE, ms(0)), STATUS_TIMEOUT);
    ok_hex(release_event(event, (void *)0x22, FALSE, ms(20)), STATUS_TIMEOUT);
    ok_hex(release_event(event, (void *)0x20, FALSE, ms(10000)), 0);
    ok_hex(end_of(info), 0);

    /* A thread that waits when the event begins to be shared is found by the other process. */
    {
        OBJECT_ATTRIBUTES unnamed;
        char line[20];

        InitializeObjectAttributes(&unnamed, NULL, OBJ_INHERIT, NULL, NULL);
        ok_hex(create_event(&other, KEYED_ALL, &unnamed, 0), 0);
        thread = CreateThread(NULL, 0, wait_thread, other, 0, NULL);
        Sleep(20);
        snprintf(line, sizeof(line), "%u", (unsigned)(ULONG_PTR)other);
        ok_hex(end_of(start(line)), 0);
        ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
        ok(GetExitCodeThread(thread, &code) && code == 0, "code %lx", code);
        CloseHandle(thread);
        CloseHandle(other);
    }

    /* Who is killed while it waits is not waited for any more. */
    info = start("hang");
    ok_int(WaitForSingleObject(info.hProcess, 100), WAIT_TIMEOUT);
    while (handles(event) < 3) /* ours, what the child has inherited, and what it has opened */
        Sleep(1);
    ok_int(handles(event), 3);
    TerminateProcess(info.hProcess, 7);
    ok_int(end_of(info), 7);
    while (handles(event) > 1)
        Sleep(1);
    ok_hex(release_event(event, (void *)0x40, FALSE, ms(20)), STATUS_TIMEOUT);
    CloseHandle(event);
}
