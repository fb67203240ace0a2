/* SPDX-License-Identifier: MIT */
/*
 * Byte-range locks: "Locking and Unlocking Byte Ranges in Files", LockFileEx's and UnlockFileEx's pages; within a process, and among
 * processes: a child locks and uses what it is told to by a pipe.
 */
#include "fileapi_child.h"

static char name[MAX_PATH];

struct order {
    char
        what; /* o: open with `flags` as access, c: close, l: lock, u: unlock, r: read, w: write, b: lock and wait for it */
    DWORD flags, offset, length;
};

static BOOL lock(HANDLE file, DWORD flags, DWORD offset, DWORD length)
{
    OVERLAPPED at = { .Offset = offset };
    return LockFileEx(file, flags | LOCKFILE_FAIL_IMMEDIATELY, 0, length, 0, &at);
}

static BOOL unlock(HANDLE file, DWORD offset, DWORD length)
{
    OVERLAPPED at = { .Offset = offset };
    return UnlockFileEx(file, 0, length, 0, &at);
}

static BOOL transfer(HANDLE file, BOOL write, DWORD offset, DWORD length)
{
    char buffer[100] = "";
    DWORD done;
    SetFilePointer(file, (LONG)offset, NULL, FILE_BEGIN);
    return write ? WriteFile(file, buffer, length, &done, NULL) : ReadFile(file, buffer, length, &done, NULL);
}

static BOOL wait_for_lock(HANDLE file, DWORD offset, DWORD length)
{
    OVERLAPPED at = { .Offset = offset };
    return LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, length, 0, &at);
}

static int child(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE), file = INVALID_HANDLE_VALUE;
    struct order order;
    DWORD done, error;
    while (ReadFile(in, &order, sizeof(order), &done, NULL) && done == sizeof(order)) {
        BOOL ok = TRUE;
        switch (order.what) {
        case 'o':
            file = CreateFileA(test_argv[2], order.flags, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                               NULL);
            ok = file != INVALID_HANDLE_VALUE;
            break;
        case 'c':
            ok = CloseHandle(file);
            break;
        case 'l':
            ok = lock(file, order.flags, order.offset, order.length);
            break;
        case 'b':
            ok = wait_for_lock(file, order.offset, order.length);
            break;
        case 'u':
            ok = unlock(file, order.offset, order.length);
            break;
        default:
            ok = transfer(file, order.what == 'w', order.offset, order.length);
        }
        error = ok ? 0 : GetLastError();
        WriteFile(out, &error, sizeof(error), &done, NULL);
    }
    return 0;
}

static void tell(char what, DWORD flags, DWORD offset, DWORD length)
{
    struct order order = { what, flags, offset, length };
    DWORD done;
    WriteFile(to_child, &order, sizeof(order), &done, NULL);
}

static DWORD answer(void)
{
    DWORD done, error = ~0u;
    ReadFile(from_child, &error, sizeof(error), &done, NULL);
    return error;
}

static DWORD ask(char what, DWORD flags, DWORD offset, DWORD length)
{
    tell(what, flags, offset, length);
    return answer();
}

static void start_child(void)
{
    char command[4 * MAX_PATH];

    snprintf(command, sizeof(command), "\"%s\" child \"%s\"", test_argv[0], name);
    start_command(command);
}

static HANDLE open_file(DWORD access, DWORD flags)
{
    HANDLE file = CreateFileA(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, flags, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    return file;
}

/* "If the locking process opens the file a second time, it cannot access the specified region through this second handle." */
static void test_rules(void)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, 0), other = open_file(GENERIC_READ | GENERIC_WRITE, 0);
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 10, 10), "error %lu", GetLastError());
    ok_err(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 15, 10),
           ERROR_LOCK_VIOLATION); /* "if the same range is locked ... fails" */
    ok_err(lock(other, 0, 19, 1), ERROR_LOCK_VIOLATION);
    ok(lock(other, LOCKFILE_EXCLUSIVE_LOCK, 20, 1), "error %lu", GetLastError());
    ok_err(transfer(other, FALSE, 19, 1), ERROR_LOCK_VIOLATION);
    ok_err(transfer(other, TRUE, 0, 11), ERROR_LOCK_VIOLATION);
    ok(transfer(other, TRUE, 0, 10), "error %lu", GetLastError());
    ok(transfer(file, TRUE, 10, 10), "error %lu", GetLastError());
    ok(transfer(other, FALSE, 10, 0), "error %lu", GetLastError());
    /* "The range must exactly match": */
    ok_err(unlock(file, 10, 5), ERROR_NOT_LOCKED);
    ok_err(unlock(other, 10, 10), ERROR_NOT_LOCKED);
    ok(unlock(file, 10, 10), "error %lu", GetLastError());
    ok_err(unlock(file, 10, 10), ERROR_NOT_LOCKED);
    /* Shared: all read, nobody writes, whoever locked. */
    ok(lock(file, 0, 0, 10), "error %lu", GetLastError());
    ok(lock(other, 0, 5, 10), "error %lu", GetLastError());
    ok(transfer(other, FALSE, 0, 10), "error %lu", GetLastError());
    ok_err(transfer(other, TRUE, 0, 1), ERROR_LOCK_VIOLATION);
    ok_err(transfer(file, TRUE, 0, 1), ERROR_LOCK_VIOLATION);
    ok_err(lock(other, LOCKFILE_EXCLUSIVE_LOCK, 0, 1), ERROR_LOCK_VIOLATION);
    CloseHandle(other); /* unlocks */
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 10, 5), "error %lu", GetLastError());
    CloseHandle(file);
    file = open_file(GENERIC_READ | GENERIC_WRITE, 0);
    ok(transfer(file, TRUE, 0, 20), "error %lu", GetLastError());
    /* Beyond the end, and nothing at all */
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 1000000, 1), "error %lu", GetLastError());
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 50, 0), "error %lu", GetLastError());
    ok(unlock(file, 50, 0), "error %lu", GetLastError());
    CloseHandle(file);
}

/*
 * LockFileEx: "A shared lock can overlap an exclusive lock if both locks were created using the same file handle. ... the only
 * possible access is a read by the owner of the locks. If the same range is locked with an exclusive and a shared lock, ... the
 * first unlock operation unlocks the exclusive lock, the second unlock operation unlocks the shared lock." LMDB turns its
 * exclusive lock into a shared one like this.
 */
static void test_both_ways(void)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, 0), other = open_file(GENERIC_READ | GENERIC_WRITE, 0);
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0, 0), 0);
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 10, 10), "error %lu", GetLastError());
    ok_err(lock(other, 0, 10, 10), ERROR_LOCK_VIOLATION);
    ok(lock(file, 0, 10, 10), "error %lu", GetLastError());
    ok_err(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 10, 10), ERROR_LOCK_VIOLATION);
    ok(transfer(file, FALSE, 10, 10), "error %lu", GetLastError());
    ok_err(transfer(file, TRUE, 10, 10), ERROR_LOCK_VIOLATION);
    ok_err(transfer(other, FALSE, 10, 10), ERROR_LOCK_VIOLATION);
    ok_int(ask('r', 0, 10, 1), ERROR_LOCK_VIOLATION);
    ok(unlock(file, 10, 10), "error %lu", GetLastError());
    ok(transfer(other, FALSE, 10, 10), "error %lu", GetLastError());
    ok_int(ask('r', 0, 10, 1), 0);
    ok_int(ask('w', 0, 10, 1), ERROR_LOCK_VIOLATION);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 10, 1), ERROR_LOCK_VIOLATION);
    ok_int(ask('l', 0, 10, 1), 0);
    ok_int(ask('u', 0, 10, 1), 0);
    ok(unlock(file, 10, 10), "error %lu", GetLastError());
    ok_err(unlock(file, 10, 10), ERROR_NOT_LOCKED);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 10, 1), 0);
    ok_int(ask('u', 0, 10, 1), 0);
    /* In parts: what is shared goes beyond the exclusive lock, which stays when the shared one goes. */
    ok(lock(file, LOCKFILE_EXCLUSIVE_LOCK, 10, 10), "error %lu", GetLastError());
    ok(lock(file, 0, 0, 30), "error %lu", GetLastError());
    ok_int(ask('r', 0, 0, 10), 0);
    ok_int(ask('r', 0, 20, 10), 0);
    ok_int(ask('w', 0, 25, 1), ERROR_LOCK_VIOLATION);
    ok_int(ask('r', 0, 9, 2), ERROR_LOCK_VIOLATION);
    ok(unlock(file, 0, 30), "error %lu", GetLastError());
    ok_int(ask('w', 0, 25, 1), 0);
    ok_int(ask('r', 0, 19, 2), ERROR_LOCK_VIOLATION);
    CloseHandle(other);
    CloseHandle(file);
    ok_int(ask('w', 0, 10, 10), 0);
    ok_int(ask('c', 0, 0, 0), 0);
}

static void test_processes(void)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, 0);
    ok(transfer(file, FALSE, 0, 20), "error %lu", GetLastError());
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0, 0), 0);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 10, 10), 0);
    ok_err(lock(file, 0, 15, 1), ERROR_LOCK_VIOLATION);
    ok_err(transfer(file, FALSE, 19, 2), ERROR_LOCK_VIOLATION);
    ok_err(transfer(file, TRUE, 19, 2), ERROR_LOCK_VIOLATION);
    ok(transfer(file, TRUE, 0, 10), "error %lu", GetLastError());
    ok_int(ask('w', 0, 10, 10), 0);
    ok_int(ask('u', 0, 10, 10), 0);
    ok(transfer(file, TRUE, 19, 2), "error %lu", GetLastError());
    ok_int(ask('l', 0, 10, 10), 0);
    ok(lock(file, 0, 10, 10), "error %lu", GetLastError());
    ok(transfer(file, FALSE, 10, 10), "error %lu", GetLastError());
    ok_err(transfer(file, TRUE, 10, 10), ERROR_LOCK_VIOLATION);
    ok(unlock(file, 10, 10), "error %lu", GetLastError());
    ok_int(ask('c', 0, 0, 0), 0);
    ok(transfer(file, TRUE, 10, 10), "error %lu", GetLastError());
    /* A handle for reading only locks as well. */
    ok_int(ask('o', GENERIC_READ, 0, 0), 0);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 0, 5), 0);
    ok_err(transfer(file, FALSE, 0, 5), ERROR_LOCK_VIOLATION);
    ok_int(ask('r', 0, 0, 5), 0);
    ok_int(ask('c', 0, 0, 0), 0);
    ok(transfer(file, FALSE, 0, 5), "error %lu", GetLastError());
    CloseHandle(file);
}

/* Waiting: a synchronous request of the other process, and one of ours with an event; cancelling. */
static void test_waiting(void)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED);
    OVERLAPPED first = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) }, second = { .Offset = 5 };
    DWORD done;
    second.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0, 0), 0);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 0, 10), 0);
    ok_err(LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 5, 0, &first), ERROR_IO_PENDING);
    ok_err(LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 5, 0, &second), ERROR_IO_PENDING);
    ok_int(WaitForSingleObject(first.hEvent, 30), WAIT_TIMEOUT);
    ok(CancelIoEx(file, &second), "error %lu", GetLastError());
    ok(!GetOverlappedResult(file, &second, &done, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED, "error %lu",
       GetLastError());
    ok_int(ask('u', 0, 0, 10), 0);
    ok(GetOverlappedResult(file, &first, &done, TRUE), "error %lu", GetLastError());
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 5, 5), 0); /* the cancelled one was not granted */
    ok_int(ask('l', 0, 0, 1), ERROR_LOCK_VIOLATION);
    tell('b', 0, 0, 1);
    ok_int(WaitForSingleObject(process, 30), WAIT_TIMEOUT);
    ok(UnlockFileEx(file, 0, 5, 0, &first), "error %lu", GetLastError());
    ok_int(answer(), 0);
    /* The end of a process unlocks. */
    ok_err(LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 5, 0, &first), ERROR_IO_PENDING);
    end_child(TRUE);
    ok(GetOverlappedResult(file, &first, &done, TRUE), "error %lu", GetLastError());
    CloseHandle(file);
    CloseHandle(first.hEvent);
    CloseHandle(second.hEvent);
}

/* Thousands of locks; others see each of them, and what is between. */
static void test_many(void)
{
    enum { COUNT = 10000 };
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, 0), other = open_file(GENERIC_READ | GENERIC_WRITE, 0);
    DWORD start = GetTickCount(), failed = 0;

    for (DWORD i = 0; i < COUNT; i++)
        failed += !lock(i % 2 ? file : other, i % 3 ? LOCKFILE_EXCLUSIVE_LOCK : 0, i * 10, 5);
    for (DWORD i = 0; i < COUNT; i++)
        failed += transfer(other, TRUE, i * 10 + 4, 1) != (!(i % 2) && i % 3);
    for (DWORD i = 0; i < COUNT; i += 2)
        failed += !unlock(other, i * 10, 5);
    ok_int(failed, 0);
    start = GetTickCount() - start;
    ok(start < 2000, "%lu ms", start); /* it was 6,400 */
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0, 0), 0);
    ok_int(ask('w', 0, 10 * 1001 + 5, 5), 0);
    ok_int(ask('w', 0, 10 * 1001 + 5, 6), 0);
    ok_int(ask('w', 0, 10 * 1001 + 4, 5), ERROR_LOCK_VIOLATION);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 15, 15), 0);
    ok_int(ask('l', LOCKFILE_EXCLUSIVE_LOCK, 35, 16), ERROR_LOCK_VIOLATION);
    ok_err(lock(other, 0, 20, 1), ERROR_LOCK_VIOLATION);
    tell('b', 0, 50, 5);
    ok_int(WaitForSingleObject(process, 30), WAIT_TIMEOUT);
    for (DWORD i = 0; i < COUNT; i += 2) /* again as many; the one that waits is told all the same */
        failed += !lock(other, 0, i * 10, 5) != (i == 2);
    ok(unlock(file, 50, 5), "error %lu", GetLastError());
    ok_int(answer(), 0);
    ok_int(failed, 0);
    CloseHandle(file);
    CloseHandle(other);
    ok_int(ask('w', 0, 35, 16), 0);
    ok_int(ask('c', 0, 0, 0), 0);
}

/* At random, compared with the rules of LockFileEx's page. */
static void test_random(void)
{
    enum { HANDLES = 3, MOST = 400, OPS = 4000 };
    static struct {
        DWORD start, length, exclusive;
        unsigned handle;
    } held[MOST];
    HANDLE file[HANDLES - 1] = { open_file(GENERIC_READ | GENERIC_WRITE, 0),
                                 open_file(GENERIC_READ | GENERIC_WRITE, 0) };
    unsigned count = 0, wrong = 0;
    DWORD seed = 1;

    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0, 0), 0);
    for (unsigned op = 0; op < OPS && !wrong; op++) {
        seed = seed * 1103515245 + 12345;
        unsigned handle = (seed >> 16) % 16 ? (seed >> 16) % 2 : 2, what = (seed >> 20) % 4;
        DWORD start = (seed >> 8) % 3000, length = (seed >> 24) % 8 + 1, exclusive = (seed >> 22) % 2 * 2;
        BOOL expect = TRUE, got;

        if (count > MOST - 2 || (what == 3 && count)) {
            unsigned at = seed % 4001 % count;
            for (unsigned i = 0; i < count; i++) /* of two that are equal the exclusive one goes */
                if (held[i].handle == held[at].handle && held[i].start == held[at].start &&
                    held[i].length == held[at].length && held[i].exclusive)
                    at = i;
            got = held[at].handle == 2 ? !ask('u', 0, held[at].start, held[at].length)
                                       : unlock(file[held[at].handle], held[at].start, held[at].length);
            held[at] = held[--count];
        } else if (what == 2) {
            for (unsigned i = 0; i < count; i++)
                if (held[i].start < start + length && start < held[i].start + held[i].length &&
                    (exclusive ? !held[i].exclusive || held[i].handle != handle
                               : held[i].exclusive && held[i].handle != handle))
                    expect = FALSE;
            got = handle == 2 ? !ask(exclusive ? 'w' : 'r', 0, start, length)
                              : transfer(file[handle], exclusive != 0, start, length);
        } else {
            for (unsigned i = 0; i < count; i++)
                if (held[i].start < start + length && start < held[i].start + held[i].length &&
                    (exclusive || (held[i].exclusive && held[i].handle != handle)))
                    expect = FALSE;
            got = handle == 2 ? !ask('l', exclusive, start, length) : lock(file[handle], exclusive, start, length);
            if (got)
                memcpy(&held[count++], &(typeof(held[0])){ start, length, exclusive, handle }, sizeof(held[0]));
        }
        wrong = got != expect;
        ok(!wrong, "%u: %u of handle %u at %lu, %lu, %lu: %d", op, what, handle, start, length, exclusive, got);
    }
    CloseHandle(file[0]);
    CloseHandle(file[1]);
    ok_int(ask('c', 0, 0, 0), 0);
}

TESTS
{
    HANDLE file;
    DWORD done;
    char data[100] = "";
    if (test_argc > 2 && !strcmp(test_argv[1], "child"))
        exit(child());
    GetTempPathA(sizeof(name), name);
    strcat(name, "fileapi_lock.tmp");
    file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    ok(WriteFile(file, data, sizeof(data), &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    test_rules();
    start_child();
    test_both_ways();
    test_processes();
    test_many();
    test_random();
    test_waiting();
    ok(DeleteFileA(name), "error %lu", GetLastError());
}
