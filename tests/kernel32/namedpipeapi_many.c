/* SPDX-License-Identifier: MIT */
/*
 * namedpipeapi_many.c: several threads write to one end of a pipe and several read from the other, some overlapped, in messages of
 * all sizes around the quota: each arrives once, whole, and nobody sleeps for ever.
 */
#include "../test.h"

#define NAME     "\\\\.\\pipe\\transom-test-many"
#define THREADS  3
#define MESSAGES 6000 /* each thread's */
#define LONGEST  3000
#define QUOTA    4096

static HANDLE ends[2];
static volatile LONG wrong, received;
static volatile LONG64 written_sum, read_sum;

static DWORD next(DWORD *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static BOOL finish(HANDLE pipe, BOOL result, OVERLAPPED *o, DWORD *n)
{
    return result || (GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(pipe, o, n, TRUE));
}

static DWORD WINAPI writer(void *number)
{
    DWORD state = (DWORD)(ULONG_PTR)number + 1, n;
    BYTE message[LONGEST];
    OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };

    for (int i = 0; i < MESSAGES; i++) {
        DWORD size = 2 + next(&state) % (LONGEST - 2);
        memset(message, (int)(size & 0xff), size);
        if (!finish(ends[0], WriteFile(ends[0], message, size, &n, &o), &o, &n) || n != size)
            InterlockedIncrement(&wrong);
        InterlockedExchangeAdd64(&written_sum, size);
        if (next(&state) % 256 == 0)
            SwitchToThread();
    }
    CloseHandle(o.hEvent);
    return 0;
}

static DWORD WINAPI reader(void *number)
{
    DWORD state = (DWORD)(ULONG_PTR)number + 77, n;
    BYTE message[LONGEST + 1];
    OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };

    while (finish(ends[1], ReadFile(ends[1], message, sizeof message, &n, &o), &o, &n)) {
        BOOL same = n >= 2;
        for (DWORD i = 0; i < n && same; i++)
            same = message[i] == (BYTE)n;
        if (!same)
            InterlockedIncrement(&wrong);
        InterlockedExchangeAdd64(&read_sum, n);
        InterlockedIncrement(&received);
        if (next(&state) % 256 == 0)
            SwitchToThread();
    }
    if (GetLastError() != ERROR_BROKEN_PIPE)
        InterlockedIncrement(&wrong);
    CloseHandle(o.hEvent);
    return 0;
}

static void run(DWORD server_flags, DWORD client_flags, int readers, int writers)
{
    HANDLE threads[2 * THREADS];
    DWORD mode = PIPE_READMODE_MESSAGE;

    wrong = received = 0;
    written_sum = read_sum = 0;
    ends[0] = CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX | server_flags, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1,
                               QUOTA, QUOTA, 0, NULL);
    ends[1] = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, client_flags, NULL);
    ok(ends[0] != INVALID_HANDLE_VALUE && ends[1] != INVALID_HANDLE_VALUE, "%lu", GetLastError());
    SetNamedPipeHandleState(ends[1], &mode, NULL, NULL);
    for (int i = 0; i < readers; i++)
        threads[i] = CreateThread(NULL, 0, reader, (void *)(ULONG_PTR)i, 0, NULL);
    for (int i = 0; i < writers; i++)
        threads[readers + i] = CreateThread(NULL, 0, writer, (void *)(ULONG_PTR)i, 0, NULL);
    ok(WaitForMultipleObjects((DWORD)writers, threads + readers, TRUE, 60000) == WAIT_OBJECT_0, "writers sleep");
    ok(FlushFileBuffers(ends[0]), "flush: %lu", GetLastError());
    CloseHandle(ends[0]);
    ok(WaitForMultipleObjects((DWORD)readers, threads, TRUE, 60000) == WAIT_OBJECT_0, "readers sleep");
    CloseHandle(ends[1]);
    ok(!wrong, "%ld wrong", wrong);
    ok(received == writers * MESSAGES, "%ld of %d", received, writers * MESSAGES);
    ok(read_sum == written_sum, "bytes");
    for (int i = 0; i < readers + writers; i++)
        CloseHandle(threads[i]);
}

TESTS
{
    run(0, 0, 1, 1);
    run(0, 0, THREADS, THREADS);
    run(FILE_FLAG_OVERLAPPED, FILE_FLAG_OVERLAPPED, THREADS, THREADS);
    run(FILE_FLAG_OVERLAPPED, 0, 1, THREADS);
    run(0, FILE_FLAG_OVERLAPPED, THREADS, 1);
}
