/* SPDX-License-Identifier: MIT */
/*
 * ioapiset_port.c: completion ports: order, values, removal of several, time-outs, the concurrency limit, waiters when a port is
 * closed (ioapiset.h, "I/O Completion Ports").
 */
#include "../test.h"

static HANDLE port;

static void test_packets(void)
{
    DWORD size;
    ULONG_PTR key;
    OVERLAPPED *overlapped, mine;
    OVERLAPPED_ENTRY entries[100];
    ULONG removed = 99;
    DWORD start;

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    ok(port != NULL, "error %lu", GetLastError());
    overlapped = (OVERLAPPED *)1;
    ok(!GetQueuedCompletionStatus(port, &size, &key, &overlapped, 0) && GetLastError() == WAIT_TIMEOUT, "error %lu",
       GetLastError());
    ok(overlapped == NULL, "%p", overlapped); /* "sets *lpOverlapped to NULL" */
    start = GetTickCount();
    ok(!GetQueuedCompletionStatus(port, &size, &key, &overlapped, 50) && GetLastError() == WAIT_TIMEOUT, "error %lu",
       GetLastError());
    ok(GetTickCount() - start >= 45, "%lu ms", GetTickCount() - start);

    for (DWORD i = 0; i < 80; i++)
        ok(PostQueuedCompletionStatus(port, i, i * 1000, i ? &mine : NULL), "error %lu", GetLastError());
    ok(GetQueuedCompletionStatus(port, &size, &key, &overlapped, 0), "error %lu", GetLastError());
    ok(size == 0 && key == 0 && !overlapped, "%lu %llu %p", size, (unsigned long long)key, overlapped);
    /* First in, first out; "removes multiple completion port entries simultaneously". */
    ok(GetQueuedCompletionStatusEx(port, entries, 10, &removed, 0, FALSE), "error %lu", GetLastError());
    ok_int(removed, 10);
    for (DWORD i = 0; i < removed; i++)
        ok(entries[i].lpCompletionKey == (i + 1) * 1000 && entries[i].dwNumberOfBytesTransferred == i + 1 &&
               entries[i].lpOverlapped == &mine,
           "entry %lu", i);
    for (DWORD got = 11; got < 80; got += removed) {
        ok(GetQueuedCompletionStatusEx(port, entries, 100, &removed, 0, FALSE), "error %lu", GetLastError());
        ok(removed && entries[0].lpCompletionKey == got * 1000, "%llu at %lu",
           (unsigned long long)entries[0].lpCompletionKey, got);
        if (!removed)
            break;
    }
    ok(!GetQueuedCompletionStatusEx(port, entries, 100, &removed, 0, FALSE) && GetLastError() == WAIT_TIMEOUT,
       "error %lu", GetLastError());
    ok_err(GetQueuedCompletionStatusEx(port, entries, 0, &removed, 0, FALSE), ERROR_INVALID_PARAMETER);
    CloseHandle(port);
    ok(!GetQueuedCompletionStatus(port, &size, &key, &overlapped, 0) && GetLastError() == ERROR_INVALID_HANDLE,
       "error %lu", GetLastError());
}

static LONG running, most, handled;

static DWORD WINAPI worker(void *unused)
{
    (void)unused;
    for (;;) {
        DWORD size;
        ULONG_PTR key;
        OVERLAPPED *overlapped;
        LONG now;
        if (!GetQueuedCompletionStatus(port, &size, &key, &overlapped, INFINITE))
            return GetLastError();
        if (!key)
            return 0;
        now = InterlockedIncrement(&running);
        for (LONG seen = most; now > seen; seen = most)
            InterlockedCompareExchange(&most, now, seen);
        if (key == 1) /* computes */
            for (DWORD start = GetTickCount(); GetTickCount() - start < 5;)
                ;
        InterlockedDecrement(&running);
        if (key == 2) /* blocks: another one may run meanwhile */
            Sleep(100);
        InterlockedIncrement(&handled);
    }
}

static void test_concurrency(void)
{
    HANDLE threads[6];
    DWORD start;

    for (DWORD limit = 1; limit <= 2; limit++) {
        port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, limit);
        most = handled = running = 0;
        for (int i = 0; i < 6; i++)
            threads[i] = CreateThread(NULL, 0, worker, NULL, 0, NULL);
        Sleep(30);
        for (int i = 0; i < 30; i++)
            PostQueuedCompletionStatus(port, 0, 1, NULL);
        while (handled < 30)
            Sleep(1);
        ok(most >= 1 && most <= (LONG)limit, "%ld of %lu at once", most, limit);
        /* Threads that block in between do not count: six sleeps of 100 ms take less than six in a row. */
        handled = 0;
        start = GetTickCount();
        for (int i = 0; i < 6; i++)
            PostQueuedCompletionStatus(port, 0, 2, NULL);
        while (handled < 6)
            Sleep(1);
        ok(GetTickCount() - start < 450, "%lu ms", GetTickCount() - start);
        for (int i = 0; i < 6; i++)
            PostQueuedCompletionStatus(port, 0, 0, NULL);
        for (int i = 0; i < 6; i++) {
            ok_int(WaitForSingleObject(threads[i], 5000), WAIT_OBJECT_0);
            CloseHandle(threads[i]);
        }
        CloseHandle(port);
    }
}

/* "If a call to GetQueuedCompletionStatus fails because the completion port handle associated with it is closed":
 * ERROR_ABANDONED_WAIT_0. */
static void test_close(void)
{
    HANDLE thread;
    DWORD code;

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    thread = CreateThread(NULL, 0, worker, NULL, 0, NULL);
    Sleep(50);
    CloseHandle(port);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, ERROR_ABANDONED_WAIT_0);
    CloseHandle(thread);
}

/* What is posted is received, once: by several threads to several threads. */
enum { POSTERS = 3, EACH = 30000 };
static LONG64 sum;
static LONG received;

static DWORD WINAPI poster(void *number)
{
    for (int i = 1; i <= EACH; i++)
        PostQueuedCompletionStatus(port, (DWORD)i, (ULONG_PTR)number, NULL);
    return 0;
}

static DWORD WINAPI receiver(void *several)
{
    LONG64 mine = 0;
    for (;;) {
        OVERLAPPED_ENTRY entries[16];
        ULONG removed = 1;
        if (several) {
            if (!GetQueuedCompletionStatusEx(port, entries, 16, &removed, INFINITE, FALSE))
                return 1;
        } else if (!GetQueuedCompletionStatus(port, &entries[0].dwNumberOfBytesTransferred, &entries[0].lpCompletionKey,
                                              &entries[0].lpOverlapped, INFINITE)) {
            return 1;
        }
        for (ULONG i = 0; i < removed; i++) {
            if (!entries[i].lpCompletionKey) {
                InterlockedExchangeAdd64(&sum, mine);
                for (ULONG j = i + 1; j < removed; j++) /* the others' notices */
                    PostQueuedCompletionStatus(port, 0, 0, NULL);
                return 0;
            }
            mine += entries[i].dwNumberOfBytesTransferred;
            InterlockedIncrement(&received);
        }
    }
}

static void test_stress(void)
{
    HANDLE threads[POSTERS + 4];

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, receiver, i & 1 ? &port : NULL, 0, NULL);
    for (int i = 0; i < POSTERS; i++)
        threads[4 + i] = CreateThread(NULL, 0, poster, (void *)(LONG_PTR)(i + 1), 0, NULL);
    for (int i = 4; i < 4 + POSTERS; i++)
        ok_int(WaitForSingleObject(threads[i], 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 2000 && received < POSTERS * EACH; i++)
        Sleep(5);
    for (int i = 0; i < 4; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    for (int i = 0; i < 4; i++)
        ok_int(WaitForSingleObject(threads[i], 20000), WAIT_OBJECT_0);
    ok_int(received, POSTERS * EACH);
    ok(sum == (LONG64)POSTERS * EACH * (EACH + 1) / 2, "%lld", (long long)sum);
    for (int i = 0; i < 4 + POSTERS; i++)
        CloseHandle(threads[i]);
    CloseHandle(port);
}

TESTS
{
    test_packets();
    test_concurrency();
    test_close();
    test_stress();
}
