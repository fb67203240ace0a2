/* SPDX-License-Identifier: MIT */
/*
 * handleapi_duplicate.c: DuplicateHandle for every type of object and in every direction: within, into, out of and between other
 * processes, closing the source, with attributes; pseudo-handles; and what cannot be duplicated.
 *
 * Documentation: "DuplicateHandle function", "SetHandleInformation function", "CloseHandle function", ZwDuplicateObject.
 */
#include "../test.h"
#include <winternl.h>

#define SAME             DUPLICATE_SAME_ACCESS
#define SAME_ATTRIBUTES_ 4 /* DUPLICATE_SAME_ATTRIBUTES */

#define FUNCTION(name) static NTSTATUS(NTAPI *name)()
FUNCTION(NtCreateDirectoryObject);
FUNCTION(NtCreateSymbolicLinkObject);
FUNCTION(NtCreateKeyedEvent);
FUNCTION(NtCreateDebugObject);
static BOOL(WINAPI *CompareObjectHandles_)(HANDLE, HANDLE);

static HANDLE us, first, second; /* this process and two others */
static DWORD first_id;

static HANDLE start(DWORD *id)
{
    char line[MAX_PATH + 20], self[MAX_PATH];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    GetModuleFileNameA(NULL, self, sizeof(self));
    sprintf(line, "\"%s\" serve", self);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    CloseHandle(info.hThread);
    *id = info.dwProcessId;
    return info.hProcess;
}

/* --- every type --- */

static void round_trip(const char *type, HANDLE handle)
{
    HANDLE in_first = NULL, in_second = NULL, again = NULL, back = NULL;
    if (!ok(handle && handle != INVALID_HANDLE_VALUE, "%s: no object, error %lu", type, GetLastError()))
        return;
    ok(DuplicateHandle(us, handle, us, &back, 0, FALSE, SAME) && CompareObjectHandles_(handle, back),
       "%s within: error %lu", type, GetLastError());
    CloseHandle(back);
    ok(DuplicateHandle(us, handle, first, &in_first, 0, FALSE, SAME), "%s into: error %lu", type, GetLastError());
    ok(DuplicateHandle(first, in_first, first, &again, 0, FALSE, SAME) && again != in_first,
       "%s within another: error %lu", type, GetLastError());
    ok(DuplicateHandle(first, again, second, &in_second, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE),
       "%s between others: error %lu", type, GetLastError());
    ok_err(!DuplicateHandle(first, again, us, &back, 0, FALSE, SAME) ? NULL : us, ERROR_INVALID_HANDLE);
    back = NULL;
    ok(DuplicateHandle(second, in_second, us, &back, 0, FALSE, SAME), "%s out of: error %lu", type, GetLastError());
    ok(CompareObjectHandles_(handle, back), "%s: it is the same object", type);
    CloseHandle(back);
    /* "The function closes the source handle": into no process is a way to close one elsewhere. */
    ok(DuplicateHandle(second, in_second, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE), "%s closed there: error %lu",
       type, GetLastError());
    ok_err(!DuplicateHandle(second, in_second, us, &back, 0, FALSE, SAME) ? NULL : us, ERROR_INVALID_HANDLE);
    CloseHandle(handle);
    /* What another process holds lasts. */
    back = NULL;
    ok(DuplicateHandle(first, in_first, us, &back, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE) && back,
       "%s after its maker's handle: error %lu", type, GetLastError());
    CloseHandle(back);
}

static HANDLE temporary_file(char *path)
{
    char folder[MAX_PATH];
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "dup", 0, path);
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
}

static void test_types(void)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    WCHAR text[] = L"\\BaseNamedObjects";
    UNICODE_STRING target = { sizeof(text) - sizeof(WCHAR), sizeof(text), text };
    char path[MAX_PATH], named[] = "\\\\.\\pipe\\transom duplicate";
    HANDLE handle, other;
    DWORD done;
    round_trip("event", CreateEventA(NULL, FALSE, FALSE, NULL));
    round_trip("named event", CreateEventA(NULL, FALSE, FALSE, "transom duplicate event"));
    round_trip("mutex", CreateMutexA(NULL, TRUE, NULL));
    round_trip("semaphore", CreateSemaphoreA(NULL, 1, 2, NULL));
    round_trip("timer", CreateWaitableTimerA(NULL, FALSE, NULL));
    round_trip("section", CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL));
    round_trip("process", OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId()));
    round_trip("another process", OpenProcess(PROCESS_ALL_ACCESS, FALSE, first_id));
    round_trip("thread", OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId()));
    round_trip("job", CreateJobObjectA(NULL, NULL));
    round_trip("completion port", CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0));
    round_trip("file", temporary_file(path));
    DeleteFileA(path);
    CloseHandle(temporary_file(path));
    round_trip("attributes of a file", CreateFileA(path, 0, 7, NULL, OPEN_EXISTING, 0, NULL));
    round_trip("NUL", CreateFileA("NUL", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL));
    round_trip("volume", CreateFileA("\\\\.\\C:", 0, 7, NULL, OPEN_EXISTING, 0, NULL));
    handle = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    WriteFile(handle, "data", 4, &done, NULL);
    round_trip("section of a file", CreateFileMappingA(handle, NULL, PAGE_READONLY, 0, 1, NULL));
    CloseHandle(handle);
    DeleteFileA(path);
    GetTempPathA(sizeof(path), path);
    round_trip("folder", CreateFileA(path, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL));
    CreatePipe(&handle, &other, NULL, 0);
    round_trip("pipe, reading", handle);
    round_trip("pipe, writing", other);
    handle = CreateNamedPipeA(named, PIPE_ACCESS_DUPLEX, 0, 1, 4096, 4096, 0, NULL);
    other = CreateFileA(named, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    round_trip("named pipe's client", other);
    round_trip("named pipe's server", handle);
    round_trip("mailslot", CreateMailslotA("\\\\.\\mailslot\\transom duplicate", 0, 0, NULL));
    OpenProcessToken(us, TOKEN_ALL_ACCESS & ~TOKEN_ADJUST_SESSIONID, &handle);
    round_trip("token", handle);
    handle = NULL;
    NtCreateDirectoryObject(&handle, 0xf000f, &attributes);
    round_trip("directory", handle);
    handle = NULL;
    NtCreateSymbolicLinkObject(&handle, 0xf0001, &attributes, &target);
    round_trip("symbolic link", handle);
    handle = NULL;
    NtCreateKeyedEvent(&handle, 0xf0003, &attributes, 0);
    round_trip("keyed event", handle);
    handle = NULL;
    NtCreateDebugObject(&handle, 0x1f000f, &attributes, 0);
    round_trip("debug object", handle);
}

/* --- access and attributes --- */

static DWORD flags_of(HANDLE handle)
{
    DWORD flags = ~0u;
    ok(GetHandleInformation(handle, &flags), "error %lu", GetLastError());
    return flags;
}

static void test_attributes(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), copy, there, back;
    ok(DuplicateHandle(us, event, us, &copy, 0, TRUE, SAME), "error %lu", GetLastError());
    ok_hex(flags_of(copy), HANDLE_FLAG_INHERIT);
    /* With the source's attributes, whatever bInheritHandle says. */
    ok(SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE), "error %lu",
       GetLastError());
    ok(DuplicateHandle(us, copy, first, &there, 0, FALSE, SAME | SAME_ATTRIBUTES_), "error %lu", GetLastError());
    ok(DuplicateHandle(first, there, us, &back, 0, FALSE, SAME | SAME_ATTRIBUTES_), "error %lu", GetLastError());
    ok_hex(flags_of(back) & HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    SetHandleInformation(back, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    ok(CloseHandle(back), "error %lu", GetLastError());
    /* "the object handle cannot be closed": not as a source either, and what is done to the copy leaves it alone. */
    ok(!CloseHandle(copy), "a protected handle was closed");
    DuplicateHandle(us, copy, us, &back, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE);
    ok_hex(flags_of(copy), HANDLE_FLAG_PROTECT_FROM_CLOSE | HANDLE_FLAG_INHERIT);
    CloseHandle(back);
    SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    ok(CloseHandle(copy), "error %lu", GetLastError());
    /* Fewer rights, and, with the object's consent, more. */
    ok(DuplicateHandle(us, event, first, &there, SYNCHRONIZE, FALSE, 0), "error %lu", GetLastError());
    ok(DuplicateHandle(first, there, us, &back, 0, FALSE, SAME), "error %lu", GetLastError());
    ok_err(SetEvent(back) ? us : NULL, ERROR_ACCESS_DENIED);
    CloseHandle(back);
    ok(DuplicateHandle(first, there, us, &back, EVENT_MODIFY_STATE, FALSE, 0) && SetEvent(back), "error %lu",
       GetLastError());
    CloseHandle(back);
    CloseHandle(event);
}

/* "If lpTargetHandle is NULL, the function duplicates the handle, but does not return the duplicate handle value". */
static void test_no_target_pointer(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, "transom duplicate kept"), again;
    DWORD before = 0, after = 0;
    GetProcessHandleCount(us, &before);
    ok(DuplicateHandle(us, event, us, NULL, 0, FALSE, SAME), "error %lu", GetLastError());
    GetProcessHandleCount(us, &after);
    ok_int(after - before, 1);
    CloseHandle(event);
    again = OpenEventA(SYNCHRONIZE, FALSE, "transom duplicate kept");
    ok(again != NULL, "error %lu", GetLastError());
    CloseHandle(again);
}

/* --- pseudo-handles --- */

static void test_pseudo(void)
{
    HANDLE copy = NULL;
    ok(DuplicateHandle(us, us, us, &copy, 0, FALSE, SAME), "error %lu", GetLastError());
    ok(copy != us && GetProcessId(copy) == GetCurrentProcessId(), "process %lu", GetProcessId(copy));
    CloseHandle(copy);
    ok(DuplicateHandle(us, GetCurrentThread(), us, &copy, 0, FALSE, SAME), "error %lu", GetLastError());
    ok(copy != GetCurrentThread() && GetThreadId(copy) == GetCurrentThreadId(), "thread %lu", GetThreadId(copy));
    CloseHandle(copy);
    /* Into another process: it is a handle to us. */
    HANDLE there = NULL;
    ok(DuplicateHandle(us, us, first, &there, 0, FALSE, SAME), "error %lu", GetLastError());
    ok(DuplicateHandle(first, there, us, &copy, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE), "error %lu", GetLastError());
    ok_int(GetProcessId(copy), GetCurrentProcessId());
    CloseHandle(copy);
    /* Closing them does nothing, as a source either. */
    ok(CloseHandle(GetCurrentProcess()) && CloseHandle(GetCurrentThread()), "error %lu", GetLastError());
    ok(DuplicateHandle(us, us, us, &copy, PROCESS_QUERY_INFORMATION, FALSE, DUPLICATE_CLOSE_SOURCE), "error %lu",
       GetLastError());
    ok_int(GetProcessId(copy), GetCurrentProcessId());
    CloseHandle(copy);
}

/* --- what cannot be done --- */

static void fails(int line, HANDLE from, HANDLE handle, HANDLE to, DWORD error)
{
    HANDLE copy = us;
    SetLastError(0);
    BOOL done = DuplicateHandle(from, handle, to, &copy, 0, FALSE, SAME);
    ok(!done && GetLastError() == error, "line %d: %d, error %lu instead of %lu", line, done, GetLastError(), error);
    if (done)
        CloseHandle(copy);
}

static void test_failures(void)
{
    static const ULONG_PTR bad[] = { 0, 4 * 0x100000, 0x7ffffffc, 0xdeadbeef, (ULONG_PTR)-3, (ULONG_PTR)-100 };
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), closed = CreateEventA(NULL, TRUE, FALSE, NULL), copy;
    HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
    HANDLE weak = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, first_id);
    DWORD flags;
    CloseHandle(closed);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        fails(__LINE__, us, (HANDLE)bad[i], us, ERROR_INVALID_HANDLE);
        fails(__LINE__, first, (HANDLE)bad[i], us, ERROR_INVALID_HANDLE);
        if (bad[i])
            fails(__LINE__, us, event, (HANDLE)bad[i], ERROR_INVALID_HANDLE);
        fails(__LINE__, (HANDLE)bad[i], event, us, ERROR_INVALID_HANDLE);
        ok(!CloseHandle((HANDLE)bad[i]) && GetLastError() == ERROR_INVALID_HANDLE, "close %p", (void *)bad[i]);
        ok(!GetHandleInformation((HANDLE)bad[i], &flags) && GetLastError() == ERROR_INVALID_HANDLE, "%p",
           (void *)bad[i]);
    }
    fails(__LINE__, us, closed, first, ERROR_INVALID_HANDLE);
    fails(__LINE__, thread, event, us, ERROR_INVALID_HANDLE); /* no process: STATUS_OBJECT_TYPE_MISMATCH */
    fails(__LINE__, us, event, thread, ERROR_INVALID_HANDLE);
    fails(__LINE__, weak, event, us, ERROR_ACCESS_DENIED); /* "must have the PROCESS_DUP_HANDLE access right" */
    fails(__LINE__, us, event, weak, ERROR_ACCESS_DENIED);
    /* "regardless of any error status returned" the source is closed. */
    ok(!DuplicateHandle(us, event, weak, &copy, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE), "without access");
    ok(!GetHandleInformation(event, &flags) && GetLastError() == ERROR_INVALID_HANDLE, "the source is open");
    CloseHandle(weak);
    CloseHandle(thread);
}

static void test_ended(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    TerminateProcess(second, 3);
    ok_int(WaitForSingleObject(second, 20000), WAIT_OBJECT_0);
    fails(__LINE__, us, event, second, ERROR_ACCESS_DENIED); /* STATUS_PROCESS_IS_TERMINATING */
    fails(__LINE__, second, (HANDLE)4, us, ERROR_ACCESS_DENIED);
    CloseHandle(event);
}

TESTS
{
    DWORD id;
    if (test_argc > 1) {
        Sleep(60000);
        ExitProcess(0);
    }
    HMODULE ntdll = GetModuleHandleA("ntdll");
#define FIND(name) name = (void *)GetProcAddress(ntdll, #name)
    FIND(NtCreateDirectoryObject);
    FIND(NtCreateSymbolicLinkObject);
    FIND(NtCreateKeyedEvent);
    FIND(NtCreateDebugObject);
    CompareObjectHandles_ = (void *)GetProcAddress(GetModuleHandleA("kernelbase"), "CompareObjectHandles");
    us = GetCurrentProcess();
    first = start(&first_id);
    second = start(&id);
    test_types();
    test_attributes();
    test_no_target_pointer();
    test_pseudo();
    test_failures();
    test_ended();
    TerminateProcess(first, 0);
    CloseHandle(first);
    CloseHandle(second);
}
