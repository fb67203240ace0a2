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
    test_waiting();
    ok(DeleteFileA(name), "error %lu", GetLastError());
}
