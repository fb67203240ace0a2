/* SPDX-License-Identifier: MIT */
/*
 * Sharing modes between processes: CreateFile's page (dwShareMode) and "Creating and Opening Files". A child opens what it is
 * told to by a pipe and answers with the error; both processes must agree with the rule in the documentation.
 */
#include "fileapi_child.h"

static char name[MAX_PATH], other[MAX_PATH];

struct order {
    char
        what; /* o: open and keep, c: close, d: delete, m: rename `other` over the file, q: quit, i: adopt a handle, l: lock */
    DWORD access, share;
    HANDLE handle;
};

static int child(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE), file = INVALID_HANDLE_VALUE;
    struct order order;
    DWORD done, error;
    while (ReadFile(in, &order, sizeof(order), &done, NULL) && done == sizeof(order) && order.what != 'q') {
        BOOL ok = TRUE;
        switch (order.what) {
        case 'o':
            file = CreateFileA(test_argv[2], order.access, order.share, NULL, OPEN_EXISTING, 0, NULL);
            ok = file != INVALID_HANDLE_VALUE;
            break;
        case 'c':
            ok = CloseHandle(file);
            break;
        case 'd':
            ok = DeleteFileA(test_argv[2]);
            break;
        case 'm':
            ok = MoveFileExA(test_argv[3], test_argv[2], MOVEFILE_REPLACE_EXISTING);
            break;
        case 'i':
            file = order.handle;
            break;
        case 'l':
            ok = LockFile(file, 0, 0, 10, 0);
            break;
        }
        error = ok ? 0 : GetLastError();
        WriteFile(out, &error, sizeof(error), &done, NULL);
    }
    return 0;
}

static DWORD ask(char what, DWORD access, DWORD share)
{
    struct order order = { what, access, share, NULL };
    DWORD done, error = ~0u;
    WriteFile(to_child, &order, sizeof(order), &done, NULL);
    ReadFile(from_child, &error, sizeof(error), &done, NULL);
    return error;
}

static void start_child(void)
{
    char command[4 * MAX_PATH];

    snprintf(command, sizeof(command), "\"%s\" child \"%s\" \"%s\"", test_argv[0], name, other);
    start_command(command);
}

static HANDLE open_file(DWORD access, DWORD share)
{
    return CreateFileA(name, access, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* Bit 0 reading, 1 writing, 2 deletion, as in FILE_SHARE_*. */
static DWORD access_of(unsigned bits)
{
    return (bits & 1 ? GENERIC_READ : 0) | (bits & 2 ? GENERIC_WRITE : 0) | (bits & 4 ? DELETE : 0) |
           FILE_READ_ATTRIBUTES;
}

/* All pairs of accesses and sharing modes. Opening for attributes only always works. */
static void test_rule(void)
{
    unsigned wrong = 0;
    for (unsigned access = 0; access < 8; access++) {
        for (unsigned share = 0; share < 8; share++) {
            HANDLE file = open_file(access_of(access), share);
            ok(file != INVALID_HANDLE_VALUE, "access %u, sharing %u: error %lu", access, share, GetLastError());
            for (unsigned pair = 0; pair < 64; pair++) {
                unsigned access2 = pair / 8, share2 = pair % 8;
                bool meets = access && access2 && ((access & ~share2) || (access2 & ~share));
                DWORD error = ask('o', access_of(access2), share2);
                if (error != (meets ? ERROR_SHARING_VIOLATION : 0) && wrong++ < 10)
                    ok(0, "open %u/%u there, %u/%u here: error %lu", access, share, access2, share2, error);
                if (!error)
                    ask('c', 0, 0);
            }
            CloseHandle(file);
        }
    }
    ok_int(wrong, 0);
}

static void test_deletion(void)
{
    HANDLE file = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
    ok_int(ask('d', 0, 0), ERROR_SHARING_VIOLATION);
    ok_int(ask('m', 0, 0), ERROR_ACCESS_DENIED); /* documented for MoveFileEx: the target is in use */
    CloseHandle(file);
    ok_int(ask('m', 0, 0), 0);
    file = CreateFileA(other, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CloseHandle(file);
    ok_int(ask('d', 0, 0), 0);
    ok_int(ask('d', 0, 0), ERROR_FILE_NOT_FOUND);
    CloseHandle(CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
}

/* A file that is truncated when it is opened is not if that is denied. */
static void test_truncation(void)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ);
    DWORD done;
    WriteFile(file, "text", 4, &done, NULL);
    CloseHandle(file);
    ok_int(ask('o', GENERIC_READ, FILE_SHARE_READ), 0);
    file = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    ask('c', 0, 0);
    file = open_file(GENERIC_READ, 0);
    ok_int(GetFileSize(file, NULL), 4);
    CloseHandle(file);
}

/* A lock of the whole file is no matter of opening it. */
static void test_whole_lock(void)
{
    OVERLAPPED at = { 0 };
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE);
    ok(LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, MAXDWORD, MAXDWORD, &at), "error %lu",
       GetLastError());
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE), 0);
    ask('c', 0, 0);
    ok_int(ask('o', GENERIC_READ, 0), ERROR_SHARING_VIOLATION);
    CloseHandle(file);
}

/* What a view of a section is left with is no open handle. */
static void test_view(void)
{
    HANDLE file = open_file(GENERIC_READ, 0), section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    ok(view != NULL, "error %lu", GetLastError());
    ok_int(ask('o', GENERIC_READ, FILE_SHARE_READ), ERROR_SHARING_VIOLATION);
    CloseHandle(section);
    CloseHandle(file);
    ok_int(ask('o', GENERIC_READ | GENERIC_WRITE, 0), 0);
    ask('c', 0, 0);
    UnmapViewOfFile(view);
}

/* A duplicate in another process is the same open file: its mode holds until the last handle is closed, in any process. */
static void test_duplicate(void)
{
    struct order order = { .what = 'i' };
    DWORD done, error;
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ), again;
    ok(DuplicateHandle(GetCurrentProcess(), file, process, &order.handle, 0, FALSE, DUPLICATE_SAME_ACCESS), "error %lu",
       GetLastError());
    WriteFile(to_child, &order, sizeof(order), &done, NULL);
    ReadFile(from_child, &error, sizeof(error), &done, NULL);
    CloseHandle(file);
    again = open_file(GENERIC_WRITE, FILE_SHARE_READ);
    ok(again == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    ok_int(ask('l', 0, 0), 0);
    again = open_file(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
    ok_err(LockFile(again, 5, 0, 1, 0), ERROR_LOCK_VIOLATION);
    CloseHandle(again);
    ask('c', 0, 0);
    again = open_file(GENERIC_WRITE, FILE_SHARE_READ);
    ok(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(again);
}

/* A process that is ended lets go of its files. */
static void test_death(void)
{
    ok_int(ask('o', GENERIC_READ, 0), 0);
    HANDLE file = open_file(GENERIC_READ, FILE_SHARE_READ);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    TerminateProcess(process, 1);
    ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
    file = open_file(GENERIC_READ, FILE_SHARE_READ);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
}

TESTS
{
    char folder[MAX_PATH];
    if (test_argc > 1)
        ExitProcess(child());
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "sha", 0, name);
    GetTempFileNameA(folder, "sha", 0, other);
    start_child();
    test_rule();
    test_deletion();
    test_truncation();
    test_whole_lock();
    test_view();
    test_duplicate();
    end_child(FALSE);
    start_child();
    test_death();
    DeleteFileA(name);
    DeleteFileA(other);
}
