/* SPDX-License-Identifier: MIT */
/*
 * object_query.c: what is told of objects that processes share, and of their handles: states asked for by another process than the
 * one that set them, counts over all processes, the lists of handles of another process and of the system, permanent names.
 *
 * Documentation: NtQueryObject, "ZwMakeTemporaryObject", "ZwOpenDirectoryObject", NtQuerySystemInformation.
 */
#include "../test.h"
#include <ntstatus.h>
#include <winternl.h>

typedef struct {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount, PointerCount, Reserved[10];
} BASIC; /* PUBLIC_OBJECT_BASIC_INFORMATION */
typedef struct {
    PVOID Object;
    ULONG_PTR UniqueProcessId, HandleValue;
    ULONG GrantedAccess;
    USHORT CreatorBackTraceIndex, ObjectTypeIndex;
    ULONG HandleAttributes, Reserved;
} ENTRY;
typedef struct {
    ULONG_PTR NumberOfHandles, Reserved;
    ENTRY Handles[];
} LIST; /* SystemExtendedHandleInformation */
typedef struct {
    HANDLE HandleValue;
    ULONG_PTR HandleCount, PointerCount;
    ULONG GrantedAccess, ObjectTypeIndex, HandleAttributes, Reserved;
} PROCESS_ENTRY;
typedef struct {
    ULONG_PTR NumberOfHandles, Reserved;
    PROCESS_ENTRY Handles[];
} PROCESS_LIST; /* ProcessHandleInformation */

#define FUNCTION(name) static NTSTATUS(NTAPI *name)()
FUNCTION(NtQueryEvent);
FUNCTION(NtQueryMutant);
FUNCTION(NtQuerySemaphore);
FUNCTION(NtQueryTimer);
FUNCTION(NtQuerySection);
FUNCTION(NtMakePermanentObject);
FUNCTION(NtMakeTemporaryObject);
FUNCTION(NtCreateDirectoryObject);
FUNCTION(NtQueryDirectoryObject);
FUNCTION(NtCreateSymbolicLinkObject);
FUNCTION(NtQuerySymbolicLinkObject);

#define MANY 4000

static char self[MAX_PATH];

static HANDLE inheritable(HANDLE handle)
{
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

static HANDLE handle_of(const char *text)
{
    return (HANDLE)(ULONG_PTR)strtoull(text, NULL, 16);
}

/* Sets all, has many handles, and waits to be ended. */
static void child(char **argv)
{
    LARGE_INTEGER due = { .QuadPart = 0 };
    HANDLE end = handle_of(argv[5]), ready = handle_of(argv[6]);
    WaitForSingleObject(handle_of(argv[1]), 0); /* the event */
    WaitForSingleObject(handle_of(argv[2]), 0); /* the mutex, twice */
    WaitForSingleObject(handle_of(argv[2]), 0);
    ReleaseSemaphore(handle_of(argv[3]), 3, NULL);
    SetWaitableTimer(handle_of(argv[4]), &due, 0, NULL, NULL, FALSE);
    for (int i = 0; i < MANY; i++)
        CreateEventA(NULL, FALSE, FALSE, NULL);
    SetEvent(ready);
    WaitForSingleObject(end, 60000);
}

static void *grown(NTSTATUS (*ask)(void *, ULONG, ULONG *))
{
    ULONG length = 1000, needed = 0;
    for (int i = 0; i < 20; i++) {
        void *list = malloc(length);
        NTSTATUS status = ask(list, length, &needed);
        if (!status)
            return list;
        free(list);
        if (!ok_hex(status, STATUS_INFO_LENGTH_MISMATCH) || !ok(needed > length, "%lu of %lu", needed, length))
            break;
        length = needed + 1000;
    }
    return NULL;
}

static NTSTATUS ask_system(void *list, ULONG length, ULONG *needed)
{
    return NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)64, list, length, needed);
}

static HANDLE asked;
static NTSTATUS ask_process(void *list, ULONG length, ULONG *needed)
{
    return NtQueryInformationProcess(asked, (PROCESSINFOCLASS)51, list, length, needed);
}

static const ENTRY *entry_of(const LIST *list, ULONG process, HANDLE handle)
{
    for (ULONG_PTR i = 0; i < list->NumberOfHandles; i++)
        if (list->Handles[i].UniqueProcessId == process && list->Handles[i].HandleValue == (ULONG_PTR)handle)
            return &list->Handles[i];
    return NULL;
}

static void test_lists(PROCESS_INFORMATION info, HANDLE event, HANDLE mutex)
{
    HANDLE own = CreateEventA(NULL, FALSE, FALSE, NULL);
    ULONG_PTR theirs = 0;
    SetHandleInformation(own, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    LIST *list = grown(ask_system);
    if (list) {
        const ENTRY *here = entry_of(list, GetCurrentProcessId(), event);
        const ENTRY *there = entry_of(list, info.dwProcessId, event), *other = entry_of(list, info.dwProcessId, mutex);
        for (ULONG_PTR i = 0; i < list->NumberOfHandles; i++)
            theirs += list->Handles[i].UniqueProcessId == info.dwProcessId;
        ok(theirs >= MANY, "%llu of the other process", (ULONGLONG)theirs);
        if (ok(here && there && other, "missing in the list")) {
            ok(here->Object == there->Object, "one object, %p and %p", here->Object, there->Object);
            ok(other->Object != there->Object, "two objects, %p", other->Object);
            ok_int(here->ObjectTypeIndex, there->ObjectTypeIndex);
            ok(other->ObjectTypeIndex != there->ObjectTypeIndex, "an event is no mutex");
            ok_hex(there->GrantedAccess, EVENT_ALL_ACCESS);
            ok_hex(here->HandleAttributes, 2); /* OBJ_INHERIT */
        }
        here = entry_of(list, GetCurrentProcessId(), own);
        ok(here && here->HandleAttributes == 1, "OBJ_PROTECT_CLOSE");
        free(list);
    }
    asked = info.hProcess;
    PROCESS_LIST *process_list = grown(ask_process);
    if (process_list) {
        ok_int(process_list->NumberOfHandles, theirs);
        for (ULONG_PTR i = 1; i < process_list->NumberOfHandles; i++)
            if (!ok(process_list->Handles[i - 1].HandleValue < process_list->Handles[i].HandleValue, "twice"))
                break;
        free(process_list);
    }
    SetHandleInformation(own, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    CloseHandle(own);
}

static void test_shared(void)
{
    char line[MAX_PATH + 200];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    ULONG length = 0;
    BASIC basic;
    HANDLE event = inheritable(CreateEventA(NULL, FALSE, TRUE, NULL)),
           mutex = inheritable(CreateMutexA(NULL, FALSE, NULL)),
           semaphore = inheritable(CreateSemaphoreA(NULL, 1, 9, NULL)),
           timer = inheritable(CreateWaitableTimerA(NULL, TRUE, NULL)),
           end = inheritable(CreateEventA(NULL, TRUE, FALSE, NULL)),
           ready = inheritable(CreateEventA(NULL, FALSE, FALSE, NULL));
    sprintf(line, "\"%s\" %p %p %p %p %p %p", self, event, mutex, semaphore, timer, end, ready);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "%lu", GetLastError()))
        return;
    ok_int(WaitForSingleObject(ready, 20000), WAIT_OBJECT_0);
    struct {
        LONG type, state;
    } event_info = { -1, -1 };
    ok_status(NtQueryEvent(event, 0, &event_info, sizeof(event_info), &length), 0);
    ok_int(event_info.type, 1); /* SynchronizationEvent */
    ok_int(event_info.state, 0);
    ok_int(length, 8);
    ok_status(NtQueryEvent(event, 0, &event_info, 4, &length), STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQueryEvent(event, 7, &event_info, sizeof(event_info), &length), STATUS_INVALID_INFO_CLASS);
    ok_status(NtQueryEvent(mutex, 0, &event_info, sizeof(event_info), &length), STATUS_OBJECT_TYPE_MISMATCH);
    struct {
        LONG count;
        BOOLEAN owned, abandoned;
    } mutex_info = { 5, 5, 5 };
    ok_status(NtQueryMutant(mutex, 0, &mutex_info, sizeof(mutex_info), &length), 0);
    ok_int(mutex_info.count, -1); /* owned twice */
    ok_int(mutex_info.owned, FALSE);
    ok_int(mutex_info.abandoned, FALSE);
    struct {
        LONG count, limit;
    } semaphore_info;
    ok_status(NtQuerySemaphore(semaphore, 0, &semaphore_info, sizeof(semaphore_info), &length), 0);
    ok_int(semaphore_info.count, 4);
    ok_int(semaphore_info.limit, 9);
    struct {
        LARGE_INTEGER left;
        BOOLEAN state;
    } timer_info;
    ok_int(WaitForSingleObject(timer, 10000), WAIT_OBJECT_0);
    ok_status(NtQueryTimer(timer, 0, &timer_info, sizeof(timer_info), &length), 0);
    ok_int(timer_info.state, TRUE);
    ok_status(NtQueryObject(event, 0, &basic, sizeof(basic), NULL), 0);
    ok_int(basic.HandleCount, 2); /* "the number of handles", in all processes */
    test_lists(info, event, mutex);
    TerminateProcess(info.hProcess, 0);
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(mutex, 5000), WAIT_ABANDONED);
    ok_status(NtQueryObject(event, 0, &basic, sizeof(basic), NULL), 0);
    ok_int(basic.HandleCount, 1);
    ok_status(NtQueryMutant(mutex, 0, &mutex_info, sizeof(mutex_info), &length), 0);
    ok_int(mutex_info.owned, TRUE);
    HANDLE all[] = { event, mutex, semaphore, timer, end, ready, info.hProcess, info.hThread };
    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
        CloseHandle(all[i]);
}

static void attributes_of(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string, const WCHAR *name, HANDLE root)
{
    string->Buffer = (WCHAR *)name;
    string->Length = (USHORT)(wcslen(name) * sizeof(WCHAR));
    string->MaximumLength = string->Length;
    *attributes = (OBJECT_ATTRIBUTES){
        .Length = sizeof(*attributes), .RootDirectory = root, .ObjectName = string, .Attributes = OBJ_CASE_INSENSITIVE
    };
}

static void test_permanent(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, "transom permanent");
    BASIC basic;
    /* SeCreatePermanentPrivilege, which no user has ("Create permanent shared objects": by default, no one). */
    ok_status(NtMakePermanentObject(event), STATUS_PRIVILEGE_NOT_HELD);
    ok_status(NtQueryObject(event, 0, &basic, sizeof(basic), NULL), 0);
    ok(!(basic.Attributes & OBJ_PERMANENT), "%lx", basic.Attributes);
    ok_status(NtMakeTemporaryObject(event), 0);
    CloseHandle(event);
    ok_err(OpenEventA(SYNCHRONIZE, FALSE, "transom permanent") != NULL, ERROR_FILE_NOT_FOUND);
    /* "DELETE access" is what it takes. */
    event = CreateEventExA(NULL, "transom permanent", 0, SYNCHRONIZE);
    ok_status(NtMakeTemporaryObject(event), STATUS_ACCESS_DENIED);
    CloseHandle(event);
}

static void test_directory(void)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string, target = { 6, 8, (WCHAR *)L"\\??" };
    HANDLE directory = NULL, link = NULL;
    BYTE buffer[400];
    struct {
        UNICODE_STRING name, type;
    } *entries = (void *)buffer;
    ULONG context = 0, length = 0;
    attributes_of(&attributes, &string, L"\\BaseNamedObjects\\transom directory", NULL);
    ok_status(NtCreateDirectoryObject(&directory, 0xf000f, &attributes), 0);
    ok_status(NtQueryDirectoryObject(directory, buffer, sizeof(buffer), FALSE, TRUE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    attributes_of(&attributes, &string, L"Link", directory);
    ok_status(NtCreateSymbolicLinkObject(&link, 0xf0001, &attributes, &target), 0);
    ok_status(NtQueryDirectoryObject(directory, buffer, sizeof(buffer), FALSE, TRUE, &context, &length), 0);
    ok_wstr(entries->name.Buffer, L"Link");
    ok_wstr(entries->type.Buffer, L"SymbolicLink");
    ok_int(context, 1);
    ok(!entries[1].name.Buffer, "the list ends with an empty entry");
    ok_status(NtQueryDirectoryObject(directory, buffer, sizeof(buffer), TRUE, FALSE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    ok_status(NtQueryDirectoryObject(directory, buffer, 20, TRUE, TRUE, &context, &length), STATUS_BUFFER_TOO_SMALL);
    WCHAR text[20];
    UNICODE_STRING answer = { 0, 4, text };
    ok_status(NtQuerySymbolicLinkObject(link, &answer, &length), STATUS_BUFFER_TOO_SMALL);
    answer.MaximumLength = sizeof(text);
    ok_status(NtQuerySymbolicLinkObject(link, &answer, &length), 0);
    ok(answer.Length == 6 && !memcmp(text, L"\\??", 6), "%.*ls", answer.Length / 2, text);
    CloseHandle(link);
    ok_status(NtQueryDirectoryObject(directory, buffer, sizeof(buffer), FALSE, TRUE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    CloseHandle(directory);
}

static void test_section(void)
{
    struct {
        PVOID base;
        ULONG attributes;
        LARGE_INTEGER size;
    } info;
    SIZE_T length = 0;
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 10000, "transom section query");
    ok_status(NtQuerySection(section, 0, &info, sizeof(info), &length), 0);
    ok_int(length, sizeof(info));
    ok_hex(info.attributes, SEC_COMMIT);
    ok_int(info.size.QuadPart, 12288); /* whole pages: the paging file's */
    ok_status(NtQuerySection(section, 0, &info, sizeof(info) - 1, &length), STATUS_INFO_LENGTH_MISMATCH);
    CloseHandle(section);
}

TESTS
{
    if (test_argc > 6) {
        child(test_argv);
        ExitProcess(0);
    }
    HMODULE ntdll = GetModuleHandleA("ntdll");
#define FIND(name) name = (void *)GetProcAddress(ntdll, #name)
    FIND(NtQueryEvent);
    FIND(NtQueryMutant);
    FIND(NtQuerySemaphore);
    FIND(NtQueryTimer);
    FIND(NtQuerySection);
    FIND(NtMakePermanentObject);
    FIND(NtMakeTemporaryObject);
    FIND(NtCreateDirectoryObject);
    FIND(NtQueryDirectoryObject);
    FIND(NtCreateSymbolicLinkObject);
    FIND(NtQuerySymbolicLinkObject);
    GetModuleFileNameA(NULL, self, sizeof(self));
    test_shared();
    test_permanent();
    test_directory();
    test_section();
}
