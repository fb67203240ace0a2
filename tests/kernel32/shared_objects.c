/* SPDX-License-Identifier: MIT */
/*
 * shared_objects.c: objects that processes share by name, inheritance and duplication, and what is left of them when one
 * of the processes dies. The program starts itself; a child is told by its arguments what to do and says how it went by its
 * exit code.
 *
 * Documentation: "Interprocess synchronization", "Object namespaces", synchapi.h, handleapi.h, memoryapi.h, processthreadsapi.h.
 */
#include "../test.h"

static char self[MAX_PATH];

static HANDLE start(const char *what, const char *argument, BOOL inherit)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    sprintf(line, "\"%s\" %s %s", self, what, argument);
    BOOL done = CreateProcessA(NULL, line, NULL, NULL, inherit, 0, NULL, NULL, &startup, &info);
    ok(done, "CreateProcess: %lu", GetLastError());
    if (!done)
        return NULL;
    CloseHandle(info.hThread);
    return info.hProcess;
}

static DWORD finish(HANDLE process)
{
    DWORD code = ~0u;
    ok(WaitForSingleObject(process, 20000) == WAIT_OBJECT_0, "the child does not end");
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

/* --- what children do --- */

static int child(const char *what, const char *argument)
{
    HANDLE handle = (HANDLE)(ULONG_PTR)strtoull(argument, NULL, 16);
    if (!strcmp(what, "set"))
        return SetEvent(handle) ? 0 : 1;
    if (!strcmp(what, "wait"))
        return WaitForSingleObject(handle, 10000) == WAIT_OBJECT_0 ? 0 : 1;
    if (!strcmp(what, "own")) { /* takes the mutex and dies with it */
        HANDLE mutex = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, argument);
        if (!mutex || WaitForSingleObject(mutex, 10000))
            return 1;
        TerminateProcess(GetCurrentProcess(), 77);
    }
    if (!strcmp(what, "ping")) {
        HANDLE ping = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom ping");
        HANDLE pong = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom pong");
        for (int i = 0; i < 1000; i++)
            if (WaitForSingleObject(ping, 10000) || !SetEvent(pong))
                return 1;
        return 0;
    }
    if (!strcmp(what, "count")) {
        HANDLE mutex = OpenMutexA(SYNCHRONIZE, FALSE, "transom mutex"), section;
        section = OpenFileMappingA(FILE_MAP_WRITE, FALSE, "transom section");
        volatile LONG *counter = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
        if (!mutex || !counter)
            return 1;
        for (int i = 0; i < 2000; i++) {
            if (WaitForSingleObject(mutex, 10000))
                return 2;
            LONG before = *counter;
            if (i % 64 == 0)
                SwitchToThread();
            *counter = before + 1;
            ReleaseMutex(mutex);
        }
        return 0;
    }
    if (!strcmp(what, "semaphore")) {
        HANDLE semaphore = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, "transom semaphore");
        LONG previous = -1;
        return ReleaseSemaphore(semaphore, 3, &previous) && previous == 0 ? 0 : 1;
    }
    if (!strcmp(what, "sleep")) {
        SetEvent(handle);
        Sleep(60000);
        return 1;
    }
    if (!strcmp(what, "kill")) {
        HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)strtoul(argument, NULL, 10));
        return process && TerminateProcess(process, 4321) ? 0 : 1;
    }
    if (!strcmp(what, "beat")) {
        volatile LONG *beats =
            MapViewOfFile(OpenFileMappingA(FILE_MAP_WRITE, FALSE, "transom beats"), FILE_MAP_WRITE, 0, 0, 0);
        for (;;) {
            ++*beats;
            Sleep(1);
        }
    }
    if (!strcmp(what, "exit"))
        return atoi(argument);
    return 99;
}

/* --- names --- */

static void test_names(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, "transom ping");
    ok(event && GetLastError() == ERROR_SUCCESS, "a new event: %lu", GetLastError());
    HANDLE again = CreateEventA(NULL, TRUE, TRUE, "Local\\transom ping");
    ok(again && GetLastError() == ERROR_ALREADY_EXISTS, "the same again: %lu", GetLastError());
    ok(WaitForSingleObject(event, 0) == WAIT_TIMEOUT, "the second creator's state is ignored");
    SetEvent(again);
    ok(WaitForSingleObject(event, 0) == WAIT_OBJECT_0, "both handles are one event");
    ok(!CreateMutexA(NULL, FALSE, "transom ping") && GetLastError() == ERROR_INVALID_HANDLE,
       "a name of another type: %lu", GetLastError()); /* CreateMutexA, Remarks */
    ok(!OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom PING") && GetLastError() == ERROR_FILE_NOT_FOUND,
       "names are case-sensitive: %lu", GetLastError());
    ok(!OpenEventA(EVENT_ALL_ACCESS, FALSE, "Global\\transom ping"), "the global namespace is another one");
    CloseHandle(event);
    CloseHandle(again);
    ok(!OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom ping") && GetLastError() == ERROR_FILE_NOT_FOUND,
       "the name is gone with the last handle: %lu", GetLastError());
    event = CreateEventA(NULL, FALSE, FALSE, "Global\\transom global");
    again = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Global\\transom global");
    ok(again != NULL, "a global name: %lu", GetLastError());
    CloseHandle(event);
    CloseHandle(again);
    ok(!CreateEventA(NULL, FALSE, FALSE, "no\\such\\folder") && GetLastError() == ERROR_PATH_NOT_FOUND,
       "a backslash leads into a folder: %lu", GetLastError());
    ok_err(CreateEventA(NULL, FALSE, FALSE, "Global\\") != NULL, ERROR_INVALID_NAME);
    ok_err(OpenEventA(SYNCHRONIZE, FALSE, "Local\\") != NULL, ERROR_INVALID_NAME);
}

static void test_many_names(void)
{
    enum { COUNT = 3000 };
    static HANDLE handles[COUNT];
    char name[40];
    unsigned failed = 0;
    for (int i = 0; i < COUNT; i++) {
        sprintf(name, "transom many %d", i);
        handles[i] = CreateSemaphoreA(NULL, i, COUNT, name);
        failed += !handles[i] || GetLastError();
    }
    ok(!failed, "%u of %d names were not made", failed, COUNT);
    failed = 0;
    for (int i = 0; i < COUNT; i++) {
        LONG count = -1;
        sprintf(name, "transom many %d", i);
        HANDLE other = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, name);
        failed += !other || !ReleaseSemaphore(other, 1, &count) ? 1 : count != i;
        CloseHandle(other);
    }
    ok(failed == 0, "%u of %d names led to another object", failed, COUNT);
    for (int i = 0; i < COUNT; i++)
        CloseHandle(handles[i]);
}

/* --- between processes --- */

static void test_ping_pong(void)
{
    HANDLE ping = CreateEventA(NULL, FALSE, FALSE, "transom ping"),
           pong = CreateEventA(NULL, FALSE, FALSE, "transom pong");
    HANDLE process = start("ping", "", FALSE);
    unsigned lost = 0;
    for (int i = 0; i < 1000 && !lost; i++)
        lost += !SetEvent(ping) || WaitForSingleObject(pong, 10000) != WAIT_OBJECT_0;
    ok(!lost, "a set event did not arrive");
    ok(finish(process) == 0, "the other side");
    CloseHandle(ping);
    CloseHandle(pong);
}

static void test_mutual_exclusion(void)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, "transom mutex");
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "transom section");
    volatile LONG *counter = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    HANDLE processes[4];
    ok(counter != NULL, "section: %lu", GetLastError());
    for (int i = 0; i < 4; i++)
        processes[i] = start("count", "", FALSE);
    ok(*counter == 0, "nobody counts while the mutex is ours");
    ReleaseMutex(mutex);
    for (int i = 0; i < 4; i++)
        ok(finish(processes[i]) == 0, "counting");
    ok(*counter == 8000, "%ld instead of 8000", *counter);
    UnmapViewOfFile((void *)counter);
    CloseHandle(section);
    CloseHandle(mutex);
}

static void test_abandoned(void)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, "transom abandoned");
    ok(finish(start("own", "\"transom abandoned\"", FALSE)) == 77, "the owner's exit code");
    ok(WaitForSingleObject(mutex, 10000) == WAIT_ABANDONED, "its owner has died");
    ok(ReleaseMutex(mutex), "it is ours now");
    ok(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0, "and as good as new");
    ReleaseMutex(mutex);
    CloseHandle(mutex);
}

static void test_semaphore(void)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 5, "transom semaphore");
    ok(finish(start("semaphore", "", FALSE)) == 0, "released by another process");
    for (int i = 0; i < 3; i++)
        ok(WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0, "unit %d", i);
    ok(WaitForSingleObject(semaphore, 0) == WAIT_TIMEOUT, "three units and no more");
    CloseHandle(semaphore);
}

static void test_inherited(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE event = CreateEventA(&inherit, FALSE, FALSE, NULL);
    char value[32];
    sprintf(value, "%llx", (unsigned long long)(ULONG_PTR)event);
    HANDLE process = start("set", value, TRUE);
    ok(WaitForSingleObject(event, 10000) == WAIT_OBJECT_0, "set through an inherited handle");
    ok(finish(process) == 0, "the child");
    ok(finish(start("set", value, FALSE)) == 1, "not inherited, it is no handle there");
    CloseHandle(event);
}

static void test_duplicated(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE ready = CreateEventA(&inherit, FALSE, FALSE, NULL), event = CreateEventA(NULL, TRUE, FALSE, NULL), there,
           back;
    char value[32];
    sprintf(value, "%llx", (unsigned long long)(ULONG_PTR)ready);
    HANDLE process = start("sleep", value, TRUE);
    ok(WaitForSingleObject(ready, 10000) == WAIT_OBJECT_0, "the child runs");
    ok(DuplicateHandle(GetCurrentProcess(), event, process, &there, 0, FALSE, DUPLICATE_SAME_ACCESS), "into: %lu",
       GetLastError());
    ok(DuplicateHandle(process, there, GetCurrentProcess(), &back, EVENT_MODIFY_STATE, FALSE, 0), "out of: %lu",
       GetLastError());
    ok(SetEvent(back), "set through what came back");
    ok(WaitForSingleObject(event, 0) == WAIT_OBJECT_0, "it is the same event");
    ok(WaitForSingleObject(back, 0) == WAIT_FAILED && GetLastError() == ERROR_ACCESS_DENIED, "access was reduced: %lu",
       GetLastError());
    CloseHandle(back);
    ok(DuplicateHandle(process, there, GetCurrentProcess(), &back, 0, FALSE,
                       DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
       "closing the source: %lu", GetLastError());
    ok(WaitForSingleObject(back, 0) == WAIT_OBJECT_0, "and it lasts");
    CloseHandle(back);
    ok(!DuplicateHandle(process, there, GetCurrentProcess(), &back, 0, FALSE, DUPLICATE_SAME_ACCESS) &&
           GetLastError() == ERROR_INVALID_HANDLE,
       "the source is closed: %lu", GetLastError());
    HANDLE token, low;
    DWORD size;
    BYTE user[100];
    ok(OpenProcessToken(process, TOKEN_QUERY | TOKEN_DUPLICATE, &token), "its token: %lu", GetLastError());
    ok(GetTokenInformation(token, TokenUser, user, sizeof(user), &size), "whose it is: %lu", GetLastError());
    ok(DuplicateHandle(GetCurrentProcess(), token, process, &there, 0, FALSE, DUPLICATE_SAME_ACCESS),
       "a token into: %lu", GetLastError());
    ok(DuplicateHandle(process, there, GetCurrentProcess(), &low, 0, FALSE, DUPLICATE_SAME_ACCESS), "and out of: %lu",
       GetLastError());
    ok(GetTokenInformation(low, TokenUser, user, sizeof(user), &size), "it is one: %lu", GetLastError());
    CloseHandle(low);
    CloseHandle(token);
    ok(TerminateProcess(process, 55), "TerminateProcess: %lu", GetLastError());
    ok(finish(process) == 55, "its exit code");
    CloseHandle(event);
    CloseHandle(ready);
}

/* Private and shared objects in one wait. */
static void test_mixed_wait(void)
{
    HANDLE own = CreateEventA(NULL, FALSE, FALSE, NULL), shared = CreateEventA(NULL, FALSE, FALSE, "transom ping");
    HANDLE pong = CreateEventA(NULL, FALSE, FALSE, "transom pong"), both[2] = { own, shared };
    ok(WaitForMultipleObjects(2, both, FALSE, 0) == WAIT_TIMEOUT, "neither");
    SetEvent(shared);
    ok(WaitForMultipleObjects(2, both, FALSE, 1000) == WAIT_OBJECT_0 + 1, "the shared one");
    SetEvent(own);
    ok(WaitForMultipleObjects(2, both, TRUE, 20) == WAIT_TIMEOUT, "one is not all");
    ok(WaitForSingleObject(own, 0) == WAIT_OBJECT_0, "and nothing was taken");
    SetEvent(own);
    SetEvent(shared);
    ok(WaitForMultipleObjects(2, both, TRUE, 1000) == WAIT_OBJECT_0, "all");
    ok(WaitForSingleObject(own, 0) == WAIT_TIMEOUT && WaitForSingleObject(shared, 0) == WAIT_TIMEOUT,
       "both were taken");
    CloseHandle(pong);
    CloseHandle(own);
    CloseHandle(shared);
}

/* --- another process's insides --- */

static DWORD CALLBACK unused(void *argument)
{
    return (DWORD)(ULONG_PTR)argument;
}

static void test_remote(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE ready = CreateEventA(&inherit, FALSE, FALSE, NULL);
    char value[32], text[16] = "";
    SIZE_T done = 0;
    MEMORY_BASIC_INFORMATION info;
    DWORD old, id;
    sprintf(value, "%llx", (unsigned long long)(ULONG_PTR)ready);
    HANDLE process = start("sleep", value, TRUE);
    ok(WaitForSingleObject(ready, 10000) == WAIT_OBJECT_0, "the child runs");
    char *memory = VirtualAllocEx(process, NULL, 0x20000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ok(memory != NULL, "VirtualAllocEx: %lu", GetLastError());
    ok(WriteProcessMemory(process, memory + 0xfff8, "over a page", 12, &done) && done == 12, "write: %lu",
       GetLastError());
    ok(ReadProcessMemory(process, memory + 0xfff8, text, 12, &done) && done == 12 && !strcmp(text, "over a page"),
       "read back: %lu %s", GetLastError(), text);
    ok(VirtualQueryEx(process, memory, &info, sizeof(info)) && info.RegionSize == 0x20000 && info.State == MEM_COMMIT,
       "query: %lu", GetLastError());
    ok(VirtualProtectEx(process, memory, 0x1000, PAGE_READONLY, &old) && old == PAGE_READWRITE, "protect: %lu",
       GetLastError());
    ok(VirtualFreeEx(process, memory, 0, MEM_RELEASE), "free: %lu", GetLastError());
    ok(!ReadProcessMemory(process, memory, text, 12, &done) && GetLastError() == ERROR_PARTIAL_COPY,
       "nothing there: %lu", GetLastError());
    /* The program is loaded at the same address in both, as it starts from the same file; so is the function. */
    HANDLE thread = CreateRemoteThread(process, NULL, 0, unused, (void *)1234, CREATE_SUSPENDED, &id);
    ok(thread != NULL && id, "CreateRemoteThread: %lu", GetLastError());
    ok(GetProcessIdOfThread(thread) == GetProcessId(process), "whose it is");
    ok(GetExitCodeThread(thread, &old) && old == STILL_ACTIVE, "it has not begun: %lu", old);
    HANDLE other = OpenThread(THREAD_ALL_ACCESS, FALSE, id);
    ok(other != NULL, "OpenThread: %lu", GetLastError());
    ok(ResumeThread(other) == 1, "resumed");
    ok(WaitForSingleObject(thread, 10000) == WAIT_OBJECT_0, "its end");
    ok(GetExitCodeThread(other, &old) && old == 1234, "its exit code: %lu", old);
    CloseHandle(other);
    CloseHandle(thread);
    thread = CreateRemoteThread(process, NULL, 0, (LPTHREAD_START_ROUTINE)(void *)Sleep, (void *)60000, 0, NULL);
    ok(TerminateProcess(process, 9), "TerminateProcess");
    ok(WaitForSingleObject(thread, 10000) == WAIT_OBJECT_0, "threads end with their process");
    CloseHandle(thread);
    ok(finish(process) == 9, "its exit code");
    CloseHandle(ready);
}

/* A handle to a process, given to another, tells its exit code there. */
static void test_process_handle(void)
{
    HANDLE process = start("exit", "321", FALSE);
    DWORD id = GetProcessId(process), code = 0;
    ok(finish(process) == 321, "exit code");
    ok(!OpenProcess(SYNCHRONIZE, FALSE, id) || 1, "ids may be reused");
    HANDLE self_handle = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    ok(self_handle && GetExitCodeProcess(self_handle, &code) && code == STILL_ACTIVE, "ourselves");
    CloseHandle(self_handle);
}

/* Who started a process learns how a third one ended it. */
static void test_killed_by_other(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE ready = CreateEventA(&inherit, FALSE, FALSE, NULL);
    char value[32];
    sprintf(value, "%llx", (unsigned long long)(ULONG_PTR)ready);
    HANDLE process = start("sleep", value, TRUE);
    ok(WaitForSingleObject(ready, 10000) == WAIT_OBJECT_0, "the child runs");
    sprintf(value, "%lu", GetProcessId(process));
    ok(finish(start("kill", value, FALSE)) == 0, "the killer");
    ok(finish(process) == 4321, "the exit code");
    CloseHandle(ready);
}

/* A process that has not begun, and one that stands still. */
static void test_suspended(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "transom beats");
    volatile LONG *beats = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    CONTEXT context = { .ContextFlags = CONTEXT_FULL };
    char line[MAX_PATH + 20];
    sprintf(line, "\"%s\" beat", self);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &info),
       "CreateProcess: %lu", GetLastError());
    ok(GetThreadContext(info.hThread, &context) && context.Rip, "the context of a thread that has not begun: %lu",
       GetLastError());
    ok(*beats == 0, "it has not begun");
    ok(SuspendThread(info.hThread) == 1, "suspended once more");
    ok(ResumeThread(info.hThread) == 2, "resumed once");
    Sleep(20);
    ok(*beats == 0, "it has still not begun");
    ok(ResumeThread(info.hThread) == 1, "resumed");
    for (int i = 0; i < 2000 && *beats < 5; i++)
        Sleep(5);
    ok(*beats >= 5, "it runs");
    ok(SuspendThread(info.hThread) == 0, "suspended: %lu", GetLastError());
    LONG before = *beats;
    Sleep(50);
    ok(*beats == before, "it stands still");
    ok(ResumeThread(info.hThread) == 1, "resumed");
    for (int i = 0; i < 2000 && *beats == before; i++)
        Sleep(5);
    ok(*beats > before, "it goes on");
    ok(TerminateProcess(info.hProcess, 5), "TerminateProcess");
    ok(finish(info.hProcess) == 5, "its exit code");
    CloseHandle(info.hThread);
    UnmapViewOfFile((void *)beats);
    CloseHandle(section);
}

TESTS
{
    if (test_argc > 1)
        exit(child(test_argv[1], test_argc > 2 ? test_argv[2] : ""));
    GetModuleFileNameA(NULL, self, sizeof(self));
    test_names();
    test_many_names();
    test_ping_pong();
    test_mutual_exclusion();
    test_abandoned();
    test_semaphore();
    test_inherited();
    test_duplicated();
    test_mixed_wait();
    test_remote();
    test_process_handle();
    test_killed_by_other();
    test_suspended();
}
