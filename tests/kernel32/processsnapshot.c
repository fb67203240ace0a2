/* SPDX-License-Identifier: MIT */
/*
 * processsnapshot.c: PssCaptureSnapshot and what is done with snapshots. Errors are those of the functions' documentation pages
 * (processsnapshot.h).
 */
#include "../test.h"
#include "../../include/nt_pss.h"
#include <stdio.h>

#define GET(name) __typeof__(name) *p##name
static GET(PssCaptureSnapshot);
static GET(PssDuplicateSnapshot);
static GET(PssFreeSnapshot);
static GET(PssQuerySnapshot);
static GET(PssWalkMarkerCreate);
static GET(PssWalkMarkerFree);
static GET(PssWalkMarkerGetPosition);
static GET(PssWalkMarkerSetPosition);
static GET(PssWalkMarkerSeekToBeginning);
static GET(PssWalkSnapshot);

static void load(void)
{
    HMODULE kernel = GetModuleHandleA("kernel32.dll");
#define LOAD(name) p##name = (__typeof__(p##name))(void *)GetProcAddress(kernel, #name), ok(p##name != NULL, #name)
    LOAD(PssCaptureSnapshot);
    LOAD(PssDuplicateSnapshot);
    LOAD(PssFreeSnapshot);
    LOAD(PssQuerySnapshot);
    LOAD(PssWalkMarkerCreate);
    LOAD(PssWalkMarkerFree);
    LOAD(PssWalkMarkerGetPosition);
    LOAD(PssWalkMarkerSetPosition);
    LOAD(PssWalkMarkerSeekToBeginning);
    LOAD(PssWalkSnapshot);
}

static void fails(DWORD error, DWORD expected, const char *what)
{
    ok(error == expected, "%s: %lu, not %lu", what, error, expected);
}

static int allocations;

static void *WINAPI allocate(void *context, DWORD size)
{
    ok(context == &allocations, "context %p", context);
    allocations++;
    return malloc(size);
}

static void WINAPI release(void *context, void *address)
{
    ok(context == &allocations, "context %p", context);
    allocations--;
    free(address);
}

static void test_errors(void)
{
    HPSS snapshot;
    HPSSWALK marker;
    PSS_THREAD_INFORMATION threads;
    PSS_THREAD_ENTRY thread;
    ULONG_PTR position;
    DWORD error;

    error = pPssCaptureSnapshot(GetCurrentProcess(), PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION, 0, &snapshot);
    ok(error == ERROR_INVALID_PARAMETER, "sections without space: %lu", error);
    error = pPssCaptureSnapshot((HANDLE)(ULONG_PTR)0x7ffff0, PSS_CAPTURE_NONE, 0, &snapshot);
    ok(error == ERROR_INVALID_HANDLE, "no process: %lu", error);
    error = pPssCaptureSnapshot(GetCurrentProcess(), PSS_CAPTURE_NONE, 0, &snapshot);
    ok(!error, "nothing: %lu", error);
    error = pPssWalkMarkerCreate(NULL, &marker);
    ok(!error, "marker: %lu", error);
    fails(pPssQuerySnapshot(snapshot, PSS_QUERY_THREAD_INFORMATION, &threads, sizeof(threads)), ERROR_NOT_FOUND,
          "threads not captured");
    fails(pPssQuerySnapshot(snapshot, 99, &threads, sizeof(threads)), ERROR_INVALID_PARAMETER, "class");
    fails(pPssQuerySnapshot(snapshot, PSS_QUERY_PROCESS_INFORMATION, &threads, 1), ERROR_BAD_LENGTH, "length");
    fails(pPssQuerySnapshot((HPSS)(ULONG_PTR)0x12340000, PSS_QUERY_PROCESS_INFORMATION, &threads, 1),
          ERROR_INVALID_HANDLE, "handle");
    fails(pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, marker, &thread, sizeof(thread)), ERROR_NOT_FOUND, "walk");
    fails(pPssWalkSnapshot(snapshot, 99, marker, &thread, sizeof(thread)), ERROR_INVALID_PARAMETER, "walk class");
    fails(pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, NULL, &thread, sizeof(thread)), ERROR_INVALID_HANDLE,
          "walk without a marker");
    fails(pPssWalkMarkerGetPosition(NULL, &position), ERROR_INVALID_HANDLE, "position");
    ok(!pPssWalkMarkerFree(marker), "free marker");
    ok(!pPssFreeSnapshot(GetCurrentProcess(), snapshot), "free");
    fails(pPssFreeSnapshot(GetCurrentProcess(), snapshot), ERROR_INVALID_HANDLE, "freed twice");
}

static DWORD WINAPI waiter(void *event)
{
    WaitForSingleObject(event, INFINITE);
    return 0;
}

/* What a snapshot of a process with a thread more than the first, and an event of that name, holds. */
static void check(HPSS snapshot, HANDLE process, HANDLE event, DWORD thread_id, BOOL context)
{
    PSS_PROCESS_INFORMATION info;
    PSS_THREAD_INFORMATION threads;
    PSS_HANDLE_INFORMATION handles;
    PSS_VA_SPACE_INFORMATION space;
    PSS_ALLOCATOR allocator = { &allocations, allocate, release };
    PSS_THREAD_ENTRY thread;
    PSS_HANDLE_ENTRY handle;
    PSS_VA_SPACE_ENTRY region;
    HPSSWALK marker;
    DWORD error, count;
    ULONG_PTR position;
    BOOL found = FALSE, program = FALSE;
    char *end = NULL;

    ok(!pPssQuerySnapshot(snapshot, PSS_QUERY_PROCESS_INFORMATION, &info, sizeof(info)), "process");
    ok(info.ProcessId == GetProcessId(process), "id %lu", info.ProcessId);
    ok(info.ExitStatus == STILL_ACTIVE, "exit status %lx", info.ExitStatus);
    ok(info.PriorityClass == NORMAL_PRIORITY_CLASS, "class %lx", info.PriorityClass);
    ok(info.WorkingSetSize != 0, "working set");
    ok(wcsstr(info.ImageFileName, L"processsnapshot") != NULL, "image %ls", info.ImageFileName);
    ok(!pPssQuerySnapshot(snapshot, PSS_QUERY_THREAD_INFORMATION, &threads, sizeof(threads)), "threads");
    ok(threads.ThreadsCaptured >= 2, "%lu threads", threads.ThreadsCaptured);
    ok(!pPssQuerySnapshot(snapshot, PSS_QUERY_HANDLE_INFORMATION, &handles, sizeof(handles)), "handles");
    ok(!pPssQuerySnapshot(snapshot, PSS_QUERY_VA_SPACE_INFORMATION, &space, sizeof(space)), "space");

    ok(!pPssWalkMarkerCreate(&allocator, &marker), "marker");
    fails(pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, marker, NULL, 0), ERROR_MORE_DATA, "size");
    fails(pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, marker, &thread, 4), ERROR_BAD_LENGTH, "length");
    for (count = 0; !(error = pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, marker, &thread, sizeof(thread))); count++) {
        ok(thread.ProcessId == info.ProcessId, "thread's process %lu", thread.ProcessId);
        ok(thread.TebBaseAddress != NULL, "TEB");
        if (thread.ThreadId != thread_id)
            continue;
        found = TRUE;
        ok(thread.Win32StartAddress == (void *)waiter, "start %p, not %p", thread.Win32StartAddress, waiter);
        ok(!thread.SuspendCount && !thread.Flags, "suspended %u, flags %x", thread.SuspendCount, thread.Flags);
        ok(!context == !thread.ContextRecord, "context %p", thread.ContextRecord);
        if (context)
            ok(thread.SizeOfContextRecord == sizeof(CONTEXT) && thread.ContextRecord->Rip && thread.ContextRecord->Rsp,
               "context of %u bytes", thread.SizeOfContextRecord);
    }
    ok(error == ERROR_NO_MORE_ITEMS && count == threads.ThreadsCaptured, "walked %lu: %lu", count, error);
    ok(found, "the thread");
    ok(!pPssWalkMarkerGetPosition(marker, &position) && position == count, "position %lu", (DWORD)position);
    ok(!pPssWalkMarkerSetPosition(marker, count - 1), "set position");
    ok(!pPssWalkSnapshot(snapshot, PSS_WALK_THREADS, marker, &thread, sizeof(thread)), "the last one again");

    ok(!pPssWalkMarkerSeekToBeginning(marker), "rewind");
    found = FALSE;
    for (count = 0; !(error = pPssWalkSnapshot(snapshot, PSS_WALK_HANDLES, marker, &handle, sizeof(handle))); count++) {
        if (handle.Handle != event)
            continue;
        found = TRUE;
        ok(handle.ObjectType == PSS_OBJECT_TYPE_EVENT, "type %d", handle.ObjectType);
        ok(handle.Flags == (PSS_HANDLE_HAVE_TYPE | PSS_HANDLE_HAVE_NAME | PSS_HANDLE_HAVE_BASIC_INFORMATION |
                            PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION),
           "flags %x", handle.Flags);
        ok(handle.TypeNameLength == 10 && !memcmp(handle.TypeName, L"Event", 10), "type's name");
        ok(handle.ObjectNameLength > 20 &&
               !memcmp((char *)handle.ObjectName + handle.ObjectNameLength - 18, L"pss event", 18),
           "name %.*ls", handle.ObjectNameLength / 2, handle.ObjectName);
        ok(handle.GrantedAccess == EVENT_ALL_ACCESS, "access %lx", handle.GrantedAccess);
        ok(handle.TypeSpecificInformation.Event.ManualReset && !handle.TypeSpecificInformation.Event.Signaled, "event");
    }
    ok(error == ERROR_NO_MORE_ITEMS && count == handles.HandlesCaptured, "walked %lu handles: %lu", count, error);
    ok(found, "the event");

    ok(!pPssWalkMarkerSeekToBeginning(marker), "rewind");
    for (count = 0; !(error = pPssWalkSnapshot(snapshot, PSS_WALK_VA_SPACE, marker, &region, sizeof(region)));
         count++) {
        ok(!end || region.BaseAddress == end, "region at %p, not %p", region.BaseAddress, end);
        end = (char *)region.BaseAddress + region.RegionSize;
        if (region.AllocationBase != (void *)GetModuleHandleA(NULL) || program)
            continue;
        program = TRUE;
        ok(region.Type == MEM_IMAGE && region.SizeOfImage && region.ImageBase, "image of %lx", region.SizeOfImage);
        ok(region.MappedFileNameLength > 38 && wcsstr(region.MappedFileName, L"processsnapshot"), "its file");
    }
    ok(error == ERROR_NO_MORE_ITEMS && count == space.RegionCount, "walked %lu regions: %lu", count, error);
    ok(program, "the program");
    ok(allocations > 1, "%d allocations", allocations);
    ok(!pPssWalkMarkerFree(marker) && !allocations, "%d allocations left", allocations);
}

#define EVERYTHING                                                                                                     \
    (PSS_CAPTURE_HANDLES | PSS_CAPTURE_HANDLE_NAME_INFORMATION | PSS_CAPTURE_HANDLE_BASIC_INFORMATION |                \
     PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION | PSS_CAPTURE_THREADS | PSS_CAPTURE_THREAD_CONTEXT |                 \
     PSS_CAPTURE_VA_SPACE | PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION | PSS_CREATE_MEASURE_PERFORMANCE)

static void test_own(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, "pss event");
    DWORD id;
    HANDLE thread = CreateThread(NULL, 0, waiter, event, 0, &id);
    PSS_PERFORMANCE_COUNTERS counters;
    HPSS snapshot = NULL, copy = NULL;
    DWORD error = pPssCaptureSnapshot(GetCurrentProcess(), EVERYTHING, CONTEXT_ALL, &snapshot);

    ok(!error, "capture: %lu", error);
    check(snapshot, GetCurrentProcess(), event, id, TRUE);
    ok(!pPssQuerySnapshot(snapshot, PSS_QUERY_PERFORMANCE_COUNTERS, &counters, sizeof(counters)), "counters");
    ok(counters.TotalWallClockPeriod >= counters.ThreadsWallClockPeriod && counters.TotalWallClockPeriod, "time");
    error =
        pPssDuplicateSnapshot(GetCurrentProcess(), snapshot, GetCurrentProcess(), &copy, PSS_DUPLICATE_CLOSE_SOURCE);
    ok(!error, "duplicate: %lu", error);
    ok(pPssFreeSnapshot(GetCurrentProcess(), snapshot) == ERROR_INVALID_HANDLE, "the source is closed");
    check(copy, GetCurrentProcess(), event, id, TRUE);
    ok(!pPssFreeSnapshot(GetCurrentProcess(), copy), "free the copy");
    SetEvent(event);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(event);
}

static void child(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, "pss event");
    DWORD id;
    HANDLE thread = CreateThread(NULL, 0, waiter, event, 0, &id);

    printf("%lu %lu\n", (DWORD)(ULONG_PTR)event, id);
    fflush(stdout);
    WaitForSingleObject(thread, INFINITE);
}

static void test_other(const char *self)
{
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    PROCESS_INFORMATION info;
    HANDLE read, write;
    char line[MAX_PATH + 20], text[64] = "";
    DWORD event = 0, id = 0, size, error;
    HPSS snapshot = NULL, there = NULL, back = NULL;

    CreatePipe(&read, &write, &inherit, 0);
    startup.hStdOutput = write;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    sprintf(line, "\"%s\" child", self);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "child: %lu", GetLastError());
    CloseHandle(write);
    ok(ReadFile(read, text, sizeof(text) - 1, &size, NULL) && sscanf(text, "%lu %lu", &event, &id) == 2, "it said %s",
       text);
    Sleep(20);
    error = pPssCaptureSnapshot(info.hProcess, EVERYTHING | PSS_CREATE_USE_VM_ALLOCATIONS, CONTEXT_ALL, &snapshot);
    ok(!error, "capture: %lu", error);
    check(snapshot, info.hProcess, (HANDLE)(ULONG_PTR)event, id, TRUE);
    error = pPssDuplicateSnapshot(GetCurrentProcess(), snapshot, info.hProcess, &there, PSS_DUPLICATE_NONE);
    ok(!error, "to the child: %lu", error);
    error = pPssDuplicateSnapshot(info.hProcess, there, GetCurrentProcess(), &back, PSS_DUPLICATE_NONE);
    ok(!error, "and back: %lu", error);
    check(back, info.hProcess, (HANDLE)(ULONG_PTR)event, id, TRUE);
    ok(!pPssFreeSnapshot(info.hProcess, there), "free there");
    ok(!pPssFreeSnapshot(GetCurrentProcess(), back), "free what came back");
    TerminateProcess(info.hProcess, 0);
    WaitForSingleObject(info.hProcess, INFINITE);
    ok(!pPssFreeSnapshot(GetCurrentProcess(), snapshot), "free");
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    CloseHandle(read);
}

TESTS
{
    if (test_argc > 1) {
        child();
        return;
    }
    load();
    if (!pPssWalkSnapshot)
        return;
    test_errors();
    test_own();
    test_other(test_argv[0]);
}
