/* SPDX-License-Identifier: MIT */
/*
 * shared_ports.c: completion ports that processes share: how many threads run in all of them together, and what is left when one
 * of the processes is killed.
 *
 * Documentation: "I/O Completion Ports" (Threads and Concurrency), CreateIoCompletionPort, GetQueuedCompletionStatus,
 * NtAssociateWaitCompletionPacket, NtCancelWaitCompletionPacket.
 */
#include "../test.h"
#include <winternl.h>

static char self[MAX_PATH];

static NTSTATUS(NTAPI *CreatePacket)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *AssociatePacket)(HANDLE, HANDLE, HANDLE, PVOID, PVOID, NTSTATUS, ULONG_PTR, BOOLEAN *);
static NTSTATUS(NTAPI *CancelPacket)(HANDLE, BOOLEAN);
static NTSTATUS(NTAPI *QueryPort)(HANDLE, ULONG, PVOID, ULONG, ULONG *);

struct child {
    PROCESS_INFORMATION info;
    HANDLE ready, go; /* auto-reset events, which it inherits */
};

static HANDLE inheritable(HANDLE handle)
{
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

static struct child start(const char *what, HANDLE port)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    struct child child;
    child.ready = inheritable(CreateEventA(NULL, FALSE, FALSE, NULL));
    child.go = inheritable(CreateEventA(NULL, FALSE, FALSE, NULL));
    sprintf(line, "\"%s\" %s %p %p %p", self, what, port, child.ready, child.go);
    BOOL done = CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child.info);
    ok(done, "CreateProcess: %lu", GetLastError());
    ok_int(WaitForSingleObject(child.ready, 20000), WAIT_OBJECT_0);
    return child;
}

static DWORD finish(struct child child)
{
    DWORD code = ~0u;
    ok(WaitForSingleObject(child.info.hProcess, 20000) == WAIT_OBJECT_0, "the child does not end");
    GetExitCodeProcess(child.info.hProcess, &code);
    CloseHandle(child.info.hProcess);
    CloseHandle(child.info.hThread);
    CloseHandle(child.ready);
    CloseHandle(child.go);
    return code;
}

/* The packet's key; 0: none came. */
static ULONG_PTR next(HANDLE port, DWORD timeout)
{
    DWORD bytes;
    ULONG_PTR key = 0;
    OVERLAPPED *overlapped;
    return GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, timeout) ? key : 0;
}

static LONG depth(HANDLE port)
{
    LONG result = -1;
    QueryPort(port, 0, &result, sizeof(result), NULL);
    return result;
}

static HANDLE handle_of(const char *text)
{
    return (HANDLE)(ULONG_PTR)strtoull(text, NULL, 16);
}

static DWORD WINAPI waits_for_error(void *port)
{
    return next(port, INFINITE) ? 0 : GetLastError();
}

/* Exits with the key of the packet that it gets. */
static DWORD child(const char *what, HANDLE port, HANDLE ready, HANDLE go)
{
    if (!strcmp(what, "take")) { /* one packet, and runs until it is told to stop */
        SetEvent(ready);
        DWORD key = (DWORD)next(port, 20000);
        SetEvent(ready);
        while (WaitForSingleObject(go, 0) == WAIT_TIMEOUT)
            SwitchToThread();
        return key;
    }
    if (!strcmp(what, "close")) { /* its handle, while one of its threads waits */
        DWORD code = 0;
        HANDLE thread = CreateThread(NULL, 0, waits_for_error, port, 0, NULL);
        Sleep(50);
        CloseHandle(port);
        ok_int(WaitForSingleObject(thread, 100), WAIT_TIMEOUT);
        SetEvent(ready);
        WaitForSingleObject(thread, 20000);
        GetExitCodeThread(thread, &code);
        return code;
    }
    if (!strcmp(what, "try")) { /* whenever it is told to: 0 ends it */
        SetEvent(ready);
        DWORD sum = 0;
        for (int i = 0; i < 2; i++) {
            WaitForSingleObject(go, 20000);
            sum = sum * 10 + (DWORD)next(port, i ? 20000 : 100);
            SetEvent(ready);
        }
        return sum;
    }
    return 99;
}

static void test_limit(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1));
    struct child other = start("try", port);
    PostQueuedCompletionStatus(port, 0, 1, NULL);
    PostQueuedCompletionStatus(port, 0, 2, NULL);
    ok_int(depth(port), 2);
    ok_int(next(port, 1000), 1);
    ok_int(depth(port), 1);
    /* This thread runs, so nobody else may, in whichever process. */
    SetEvent(other.go);
    while (WaitForSingleObject(other.ready, 0) == WAIT_TIMEOUT)
        SwitchToThread();
    SetEvent(other.go);
    /* Now it waits, "so the system ... releases another thread". */
    ok_int(finish(other), 2);
    CloseHandle(port);
}

static void test_killed_running(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1));
    struct child other = start("take", port);
    PostQueuedCompletionStatus(port, 0, 1, NULL);
    PostQueuedCompletionStatus(port, 0, 2, NULL);
    ok_int(WaitForSingleObject(other.ready, 20000), WAIT_OBJECT_0);
    ok_int(next(port, 100), 0);
    TerminateProcess(other.info.hProcess, 5);
    ok_int(next(port, 5000), 2); /* once it is dead its place is free */
    ok_int(finish(other), 5);
    CloseHandle(port);
}

static void test_killed_waiting(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2));
    struct child other = start("take", port);
    Sleep(20);
    TerminateProcess(other.info.hProcess, 5);
    ok_int(finish(other), 5);
    PostQueuedCompletionStatus(port, 0, 3, NULL);
    ok_int(next(port, 5000), 3);
    ok_int(depth(port), 0);
    CloseHandle(port);
}

static DWORD WINAPI waits(void *port)
{
    return (DWORD)next(port, INFINITE);
}

/* A thread that ends while it waits takes nothing with it. */
static void test_thread_terminated(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1));
    struct child other = start("try", port); /* so that it is shared */
    HANDLE thread = CreateThread(NULL, 0, waits, port, 0, NULL);
    Sleep(20);
    TerminateThread(thread, 7);
    WaitForSingleObject(thread, 10000);
    PostQueuedCompletionStatus(port, 0, 4, NULL);
    ok_int(next(port, 1000), 4);
    TerminateProcess(other.info.hProcess, 0);
    finish(other);
    CloseHandle(thread);
    CloseHandle(port);
}

/* Several at once, and threads that wait when the port begins to be shared. */
static void test_becomes_shared(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 4)), thread[3];
    OVERLAPPED_ENTRY entries[8];
    ULONG count = 0;
    DWORD code, sum = 0;
    for (int i = 0; i < 3; i++)
        thread[i] = CreateThread(NULL, 0, waits, port, 0, NULL);
    Sleep(20);
    struct child other = start("take", port);
    for (ULONG_PTR key = 1; key <= 4; key++)
        PostQueuedCompletionStatus(port, 0, key, NULL);
    for (int i = 0; i < 3; i++) {
        ok_int(WaitForSingleObject(thread[i], 10000), WAIT_OBJECT_0);
        GetExitCodeThread(thread[i], &code);
        sum += code;
        CloseHandle(thread[i]);
    }
    SetEvent(other.go);
    ok_int(sum + finish(other), 1 + 2 + 3 + 4);
    for (ULONG_PTR key = 1; key <= 5; key++)
        PostQueuedCompletionStatus(port, 0, key, NULL);
    ok(GetQueuedCompletionStatusEx(port, entries, 8, &count, 1000, FALSE), "%lu", GetLastError());
    ok_int(count, 5);
    ok_int(entries[4].lpCompletionKey, 5);
    ok_err(GetQueuedCompletionStatusEx(port, entries, 8, &count, 0, FALSE), WAIT_TIMEOUT);
    CloseHandle(port);
}

/* "... the completion port handle associated with the call is closed while the call is outstanding": the last one. */
static void test_abandoned(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1)), thread;
    struct child other = start("close", port);
    PostQueuedCompletionStatus(port, 0, 1, NULL);
    ok_int(finish(other), 0); /* this process had a handle */
    other = start("close", port);
    CloseHandle(port);
    ok_int(finish(other), ERROR_ABANDONED_WAIT_0);
    /* The other process's handle was the last, and it is killed; before, it posts as it likes. */
    DWORD code = 0;
    port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2));
    other = start("try", port);
    thread = CreateThread(NULL, 0, waits_for_error, port, 0, NULL);
    Sleep(50);
    CloseHandle(port);
    ok_int(WaitForSingleObject(thread, 100), WAIT_TIMEOUT);
    TerminateProcess(other.info.hProcess, 0);
    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, ERROR_ABANDONED_WAIT_0);
    finish(other);
    CloseHandle(thread);
}

/* A process whose last handle is closed while it waits, and which is given another one, has handles again. */
static void test_handle_again(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2)), thread, theirs, again;
    DWORD code = 0;
    struct child other = start("try", port);
    DuplicateHandle(GetCurrentProcess(), port, other.info.hProcess, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS);
    thread = CreateThread(NULL, 0, waits_for_error, port, 0, NULL);
    Sleep(50);
    CloseHandle(port);
    ok(DuplicateHandle(other.info.hProcess, theirs, GetCurrentProcess(), &again, 0, FALSE, DUPLICATE_SAME_ACCESS),
       "%lu", GetLastError());
    TerminateProcess(other.info.hProcess, 0);
    finish(other);
    ok_int(WaitForSingleObject(thread, 100), WAIT_TIMEOUT);
    PostQueuedCompletionStatus(again, 0, 5, NULL);
    ok_int(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 0);
    CloseHandle(thread);
    CloseHandle(again);
}

static void test_wait_packets(void)
{
    HANDLE port = inheritable(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 4)), packet;
    HANDLE event = inheritable(CreateEventA(NULL, TRUE, FALSE, NULL));
    BOOLEAN already = 2;
    struct child other = start("take", port);
    ok_status(CreatePacket(&packet, GENERIC_ALL, NULL), 0);
    ok_status(AssociatePacket(packet, port, event, (PVOID)6, NULL, 0, 0, &already), 0);
    ok_int(already, 0);
    SetEvent(event);
    ok_int(WaitForSingleObject(other.ready, 20000), WAIT_OBJECT_0);
    SetEvent(other.go);
    ok_int(finish(other), 6);
    /* It can be used again; taken back after the event was set, it does not come. */
    ok_status(AssociatePacket(packet, port, event, (PVOID)7, NULL, 0, 0, &already), 0);
    ok_int(already, 1);
    ok_int(depth(port), 1);
    ok_status(CancelPacket(packet, TRUE), 0);
    ok_int(next(port, 0), 0);
    ResetEvent(event);
    ok_status(AssociatePacket(packet, port, event, (PVOID)8, NULL, 0, 0, &already), 0);
    ok_status(CancelPacket(packet, FALSE), 0);
    SetEvent(event);
    ok_int(next(port, 20), 0);
    CloseHandle(packet);
    CloseHandle(event);
    CloseHandle(port);
}

TESTS
{
    if (test_argc > 4)
        ExitProcess(child(test_argv[1], handle_of(test_argv[2]), handle_of(test_argv[3]), handle_of(test_argv[4])));
    GetModuleFileNameA(NULL, self, sizeof(self));
    HMODULE ntdll = GetModuleHandleA("ntdll");
    CreatePacket = (void *)GetProcAddress(ntdll, "NtCreateWaitCompletionPacket");
    AssociatePacket = (void *)GetProcAddress(ntdll, "NtAssociateWaitCompletionPacket");
    CancelPacket = (void *)GetProcAddress(ntdll, "NtCancelWaitCompletionPacket");
    QueryPort = (void *)GetProcAddress(ntdll, "NtQueryIoCompletion");
    test_limit();
    test_killed_running();
    test_killed_waiting();
    test_thread_terminated();
    test_becomes_shared();
    test_abandoned();
    test_handle_again();
    test_wait_packets();
}
