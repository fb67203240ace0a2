/* SPDX-License-Identifier: MIT */
/*
 * other_process.c: what a process learns of another one and may do with it: its command line, its threads, handles that are
 * protected, and the descriptors of processes and threads, which decide who opens them.
 *
 * Documentation: DuplicateHandle, SetHandleInformation, "Process Security and Access Rights", "Thread Security and Access
 * Rights", Thread32First, NtQueryInformationProcess (ProcessCommandLineInformation), GetKernelObjectSecurity.
 */
#include "../test.h"
#include <sddl.h>
#include <tlhelp32.h>
#include <winternl.h>

static char self[MAX_PATH];
static HANDLE ready, end;

static PSECURITY_DESCRIPTOR descriptor(const char *text)
{
    PSECURITY_DESCRIPTOR made = NULL;
    ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &made, NULL);
    return made;
}

#define QUERY_ONLY "D:(A;;0x1000;;;WD)" /* PROCESS_QUERY_LIMITED_INFORMATION */

static DWORD WINAPI waits(void *unused)
{
    (void)unused;
    return WaitForSingleObject(end, 20000);
}

static DWORD child(const char *what)
{
    HANDLE thread, event = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom other event");
    if (!strcmp(what, "threads"))
        for (int i = 0; i < 3; i++)
            CloseHandle(CreateThread(NULL, 0, waits, NULL, 0, NULL));
    if (!strcmp(what, "protect")) {
        PSECURITY_DESCRIPTOR security = descriptor(QUERY_ONLY);
        if (!SetKernelObjectSecurity(GetCurrentProcess(), DACL_SECURITY_INFORMATION, security))
            return 1;
        security = descriptor("D:(A;;0x800;;;WD)"); /* THREAD_QUERY_LIMITED_INFORMATION */
        DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &thread, 0, FALSE,
                        DUPLICATE_SAME_ACCESS);
        if (!SetKernelObjectSecurity(thread, DACL_SECURITY_INFORMATION, security))
            return 2;
        if (!SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, descriptor("D:(A;;0x120000;;;WD)")))
            return 3;
    }
    SetEvent(ready);
    return WaitForSingleObject(end, 20000);
}

static PROCESS_INFORMATION start(const char *what)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    sprintf(line, "\"%s\" %s \"an argument\"", self, what);
    ResetEvent(end);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "CreateProcess: %lu",
       GetLastError());
    ok_int(WaitForSingleObject(ready, 20000), WAIT_OBJECT_0);
    return info;
}

static void finish(PROCESS_INFORMATION info)
{
    DWORD code = ~0u;
    SetEvent(end);
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    ok_int(code, 0);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
}

static void test_queries(void)
{
    union {
        UNICODE_STRING text;
        char space[2048];
    } answer;
    ULONG length;
    THREADENTRY32 entry = { .dwSize = sizeof(entry) };
    unsigned threads = 0;
    NTSTATUS(NTAPI * Query)
    (HANDLE, ULONG, PVOID, ULONG, ULONG *) =
        (void *)GetProcAddress(GetModuleHandleA("ntdll"), "NtQueryInformationProcess");
    PROCESS_INFORMATION info = start("plain");
    ok_status(Query(info.hProcess, 60, &answer, sizeof(answer), &length), 0); /* ProcessCommandLineInformation */
    ok((char *)answer.text.Buffer == answer.space + sizeof(answer.text), "the text is elsewhere");
    ok(wcsstr(answer.text.Buffer, L"plain \"an argument\"") != NULL, "%ls", answer.text.Buffer);
    /* It has made one thread: nothing else is listed, of it or of this process. */
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    for (BOOL more = Thread32First(list, &entry); more; more = Thread32Next(list, &entry))
        if (entry.th32OwnerProcessID == info.dwProcessId || entry.th32OwnerProcessID == GetCurrentProcessId()) {
            threads++;
            HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, entry.th32ThreadID);
            ok(thread != NULL, "thread %lu: %lu", entry.th32ThreadID, GetLastError());
            CloseHandle(thread);
        }
    ok_int(threads, 2);
    CloseHandle(list);
    finish(info);
}

static void test_protected_handle(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), copy = NULL;
    DWORD flags;
    SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    /* "This flag ... cannot be closed": it stays, and there is a second one. */
    ok(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE,
                       DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
       "%lu", GetLastError());
    ok(GetHandleInformation(event, &flags) && flags == HANDLE_FLAG_PROTECT_FROM_CLOSE, "%lx", flags);
    ok(SetEvent(copy) && WaitForSingleObject(event, 0) == WAIT_OBJECT_0, "the same event");
    SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    CloseHandle(event);
    CloseHandle(copy);
}

static bool has_dacl(HANDLE handle, const char *expected)
{
    char security[2048], *text = NULL;
    DWORD length;
    if (!GetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, security, sizeof(security), &length) ||
        !ConvertSecurityDescriptorToStringSecurityDescriptorA(security, SDDL_REVISION_1, DACL_SECURITY_INFORMATION,
                                                              &text, NULL))
        return false;
    bool same = !strcmp(text, expected);
    if (!same)
        note("%s", text);
    LocalFree(text);
    return same;
}

static void test_descriptors(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, "transom other event"), handle;
    PROCESS_INFORMATION info = start("protect");
    ok_err(OpenProcess(PROCESS_TERMINATE, FALSE, info.dwProcessId) != NULL, ERROR_ACCESS_DENIED);
    handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.dwProcessId);
    ok(handle != NULL, "%lu", GetLastError());
    CloseHandle(handle);
    handle = OpenProcess(MAXIMUM_ALLOWED, FALSE, info.dwProcessId);
    ok_err(TerminateProcess(handle, 5), ERROR_ACCESS_DENIED);
    CloseHandle(handle);
    ok_err(OpenThread(THREAD_TERMINATE, FALSE, info.dwThreadId) != NULL, ERROR_ACCESS_DENIED);
    handle = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, info.dwThreadId);
    ok(handle != NULL, "%lu", GetLastError());
    CloseHandle(handle);
    /* Who had a handle before sees what the other one has set. */
    ok(has_dacl(info.hProcess, QUERY_ONLY), "the process's list");
    ok(has_dacl(event, "D:(A;;RCSY;;;WD)") || has_dacl(event, "D:(A;;0x120000;;;WD)"), "the event's list");
    finish(info);
    CloseHandle(event);
}

/* What another process meets that opens it by its id: the error, or its exit code. */
static DWORD ask(const char *what, DWORD id)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    DWORD code = ~0u;
    sprintf(line, "\"%s\" %s %lu", self, what, id);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "%lu", GetLastError()))
        return code;
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    return code;
}

static DWORD asked(const char *what, DWORD id)
{
    bool terminate = !strcmp(what, "terminate");
    HANDLE process = OpenProcess(terminate ? PROCESS_TERMINATE : PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    DWORD code = GetLastError();
    if (!process)
        return 1000 + code;
    if (!strcmp(what, "code"))
        GetExitCodeProcess(process, &code);
    else
        code = 0;
    CloseHandle(process);
    return code;
}

/* A descriptor that it is created with is there before it has done anything. */
static void test_created_with_descriptor(void)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    SECURITY_ATTRIBUTES attributes = { sizeof(attributes), descriptor(QUERY_ONLY), FALSE };
    PROCESS_INFORMATION info;
    sprintf(line, "\"%s\" plain", self);
    if (!ok(CreateProcessA(NULL, line, &attributes, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &info), "%lu",
            GetLastError()))
        return;
    ok_int(ask("terminate", info.dwProcessId), 1000 + ERROR_ACCESS_DENIED);
    ok_int(ask("query", info.dwProcessId), 0);
    ok_err(OpenProcess(PROCESS_TERMINATE, FALSE, info.dwProcessId) != NULL, ERROR_ACCESS_DENIED);
    ok(TerminateProcess(info.hProcess, 3), "its creator has all access: %lu", GetLastError());
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    LocalFree(attributes.lpSecurityDescriptor);
}

/* "The process object ... remains until ... all handles to the process have been closed" (Terminating a Process). */
static void test_open_ended(void)
{
    PROCESS_INFORMATION info = start("plain");
    HANDLE again, before = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.dwProcessId);
    DWORD code = 0;
    TerminateProcess(info.hProcess, 77);
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    again = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, info.dwProcessId);
    ok(again != NULL, "%lu", GetLastError());
    ok_int(WaitForSingleObject(again, 0), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(again, &code) && code == 77, "%lu", code);
    CloseHandle(again);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    again = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.dwProcessId);
    ok(GetExitCodeProcess(again, &code) && code == 77, "%lu", code);
    CloseHandle(again);
    ok_int(ask("code", info.dwProcessId), 77);
    CloseHandle(before);
    ok_err(OpenProcess(SYNCHRONIZE, FALSE, info.dwProcessId) != NULL, ERROR_INVALID_PARAMETER);
}

/* NtGetNextThread, with which debuggers and profilers go through the threads of a process. */
static void test_next_thread(void)
{
    NTSTATUS(NTAPI * next_thread)
    (HANDLE, HANDLE, ACCESS_MASK, ULONG, ULONG, HANDLE *) =
        (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtGetNextThread");
    PROCESS_INFORMATION info = start("threads");
    HANDLE limited, thread = NULL, next;
    DWORD count = 0, main_threads = 0;
    NTSTATUS status;

    while (!(status = next_thread(info.hProcess, thread, THREAD_QUERY_LIMITED_INFORMATION, 0, 0, &next))) {
        if (thread)
            CloseHandle(thread);
        thread = next;
        count++;
        ok_int(GetProcessIdOfThread(thread), info.dwProcessId);
        main_threads += GetThreadId(thread) == info.dwThreadId;
    }
    ok_hex(status, 0x8000001a); /* STATUS_NO_MORE_ENTRIES */
    ok(count >= 4, "%lu threads", count);
    ok_int(main_threads, 1);
    CloseHandle(thread);
    ok_hex(next_thread(info.hProcess, NULL, THREAD_QUERY_LIMITED_INFORMATION, 0, 1, &next), STATUS_INVALID_PARAMETER);
    limited = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.dwProcessId);
    ok_hex(next_thread(limited, NULL, THREAD_QUERY_LIMITED_INFORMATION, 0, 0, &next), 0xc0000022u);
    CloseHandle(limited);
    finish(info);
}

TESTS
{
    if (test_argc > 2 && atoi(test_argv[2]))
        ExitProcess(asked(test_argv[1], atoi(test_argv[2])));
    ready = CreateEventA(NULL, FALSE, FALSE, "transom other ready");
    end = CreateEventA(NULL, TRUE, FALSE, "transom other end");
    if (test_argc > 1)
        ExitProcess(child(test_argv[1]));
    GetModuleFileNameA(NULL, self, sizeof(self));
    test_queries();
    test_next_thread();
    test_protected_handle();
    test_descriptors();
    test_created_with_descriptor();
    test_open_ended();
}
