/* SPDX-License-Identifier: MIT */
#define _WIN32_WINNT  0x0a00
#define NTDDI_VERSION 0x0a000007
/*
 * Deletion among processes: "Closing and Deleting Files", DeleteFile's and CreateFile's pages, FILE_DISPOSITION_INFORMATION_EX. A
 * child opens, marks, closes and dies as it is told to by a pipe, and answers with the error.
 */
#include "fileapi_child.h"

static char dir[MAX_PATH], name[MAX_PATH];

struct order {
    char
        what; /* o: open and keep, c: close, p: delete when closed (class FileDispositionInfo), x: the same with `flags`, u: undo,
                  e: exit with everything open, s: map as a section, S: unmap */
    DWORD access, share, flags;
};

static BOOL dispose(HANDLE file, BOOL set)
{
    FILE_DISPOSITION_INFO info = { set };
    return SetFileInformationByHandle(file, FileDispositionInfo, &info, sizeof(info));
}

static BOOL dispose_ex(HANDLE file, DWORD flags)
{
    FILE_DISPOSITION_INFO_EX info = { flags };
    return SetFileInformationByHandle(file, (FILE_INFO_BY_HANDLE_CLASS)21 /* FileDispositionInfoEx */, &info,
                                      sizeof(info));
}

static int child(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE), file = INVALID_HANDLE_VALUE;
    HANDLE section = NULL;
    void *view = NULL;
    struct order order;
    DWORD done, error;
    while (ReadFile(in, &order, sizeof(order), &done, NULL) && done == sizeof(order)) {
        BOOL ok = TRUE;
        switch (order.what) {
        case 'o':
            file = CreateFileA(test_argv[2], order.access, order.share, NULL, OPEN_EXISTING, order.flags, NULL);
            ok = file != INVALID_HANDLE_VALUE;
            break;
        case 'c':
            ok = CloseHandle(file);
            break;
        case 'p':
            ok = dispose(file, TRUE);
            break;
        case 'u':
            ok = dispose(file, FALSE);
            break;
        case 'x':
            ok = dispose_ex(file, order.flags);
            break;
        case 's':
            section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
            view = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
            ok = view != NULL;
            break;
        case 'S':
            ok = UnmapViewOfFile(view) && CloseHandle(section);
            break;
        case 'e':
            ExitProcess(0);
        }
        error = ok ? 0 : GetLastError();
        WriteFile(out, &error, sizeof(error), &done, NULL);
    }
    return 0;
}

static DWORD ask_with(char what, DWORD access, DWORD share, DWORD flags)
{
    struct order order = { what, access, share, flags };
    DWORD done, error = ~0u;
    WriteFile(to_child, &order, sizeof(order), &done, NULL);
    if (what == 'e')
        return 0;
    ReadFile(from_child, &error, sizeof(error), &done, NULL);
    return error;
}

static DWORD ask(char what)
{
    return ask_with(what, 0, 0, 0);
}

static void start_program(const char *program)
{
    char command[4 * MAX_PATH];

    snprintf(command, sizeof(command), "\"%s\" child \"%s\"", program, name);
    start_command(command);
}

static void start_child(void)
{
    start_program(test_argv[0]);
}

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static void make(void)
{
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD done;
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    WriteFile(file, "text", 4, &done, NULL);
    CloseHandle(file);
}

static HANDLE open_file(DWORD access)
{
    return CreateFileA(name, access, SHARE_ALL, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static DWORD try_open(DWORD access)
{
    HANDLE file = open_file(access);
    DWORD error = GetLastError();
    if (file == INVALID_HANDLE_VALUE)
        return error;
    CloseHandle(file);
    return 0;
}

/* In a listing, which shows what is there without opening it. */
static BOOL listed(void)
{
    WIN32_FIND_DATAA data;
    HANDLE find = FindFirstFileA(name, &data);
    if (find != INVALID_HANDLE_VALUE)
        FindClose(find);
    return find != INVALID_HANDLE_VALUE;
}

/* Whoever marks it, and whoever closes last: "the file is not deleted until all handles are closed". */
static void test_pending(BOOL marked_there, BOOL closed_there_last)
{
    HANDLE file;
    make();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, 0), 0);
    file = open_file(GENERIC_READ | DELETE);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    if (marked_there)
        ok_int(ask('p'), 0);
    else
        ok(dispose(file, TRUE), "error %lu", GetLastError());
    ok_int(try_open(GENERIC_READ), ERROR_ACCESS_DENIED); /* STATUS_DELETE_PENDING */
    ok_int(try_open(FILE_READ_ATTRIBUTES), ERROR_ACCESS_DENIED);
    if (closed_there_last)
        CloseHandle(file);
    else
        ok_int(ask('c'), 0);
    ok_int(try_open(GENERIC_READ), ERROR_ACCESS_DENIED);
    ok(CreateFileA(name, GENERIC_READ, SHARE_ALL, NULL, CREATE_NEW, 0, NULL) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    ok(listed(), "it is gone too early");
    ok_err(GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES, ERROR_ACCESS_DENIED); /* which opens it, on Windows */
    if (closed_there_last)
        ok_int(ask('c'), 0);
    else
        CloseHandle(file);
    ok(!listed(), "it is still there");
    ok_int(try_open(GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void test_undone(void)
{
    HANDLE file;
    make();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, 0), 0);
    file = open_file(GENERIC_READ | DELETE);
    ok(dispose(file, TRUE), "error %lu", GetLastError());
    ok(dispose(file, FALSE), "error %lu", GetLastError());
    ok_int(try_open(GENERIC_READ), 0);
    CloseHandle(file);
    ok_int(ask('c'), 0);
    ok(listed(), "it is gone");
}

/* FILE_FLAG_DELETE_ON_CLOSE: "Subsequent open requests for the file fail, unless the FILE_SHARE_DELETE share mode is specified"; it
 * is pending from the handle's close on. */
static void test_on_close(void)
{
    HANDLE file;
    make();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, FILE_FLAG_DELETE_ON_CLOSE), 0);
    file = open_file(GENERIC_READ);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_int(try_open(GENERIC_READ), 0);
    ok_int(ask('c'), 0);
    ok_int(try_open(GENERIC_READ), ERROR_ACCESS_DENIED);
    ok(listed(), "it is gone too early");
    CloseHandle(file);
    ok(!listed(), "it is still there");
    make();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, FILE_FLAG_DELETE_ON_CLOSE), 0);
    ok_int(ask('c'), 0);
    ok(!listed(), "it is still there");
}

/* The name is gone when the handle is closed that asked for it; others go on. */
static void test_posix(void)
{
    HANDLE file;
    char text[5] = "";
    DWORD done;
    make();
    file = open_file(GENERIC_READ);
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, 0), 0);
    ok_int(ask_with('x', 0, 0, FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_POSIX_SEMANTICS), 0);
    ok_int(try_open(GENERIC_READ), ERROR_ACCESS_DENIED);
    ok_int(ask('c'), 0);
    ok(!listed(), "it is still there");
    make(); /* the name is free */
    ok(ReadFile(file, text, 4, &done, NULL) && done == 4 && !strcmp(text, "text"), "error %lu", GetLastError());
    CloseHandle(file);
    ok(listed(), "the new one is gone");
}

static void test_readonly(void)
{
    HANDLE file;
    make();
    SetFileAttributesA(name, FILE_ATTRIBUTE_READONLY);
    file = open_file(DELETE | FILE_READ_ATTRIBUTES);
    ok(!dispose(file, TRUE) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok(dispose_ex(file, FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE), "error %lu",
       GetLastError());
    CloseHandle(file);
    ok(!listed(), "it is still there");
}

/* "STATUS_CANNOT_DELETE indicates that ... there is an existing mapped view to the file"; shrinking it is not possible either. */
static void test_mapped(void)
{
    HANDLE file;
    make();
    ok_int(ask_with('o', GENERIC_READ, SHARE_ALL, 0), 0);
    ok_int(ask('s'), 0);
    file = open_file(GENERIC_WRITE | DELETE);
    ok(!dispose(file, TRUE) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok(!SetEndOfFile(file) && GetLastError() == ERROR_USER_MAPPED_FILE, "error %lu", GetLastError());
    ok_int(ask('S'), 0);
    ok(SetEndOfFile(file), "error %lu", GetLastError());
    ok(dispose(file, TRUE), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(ask('c'), 0);
    ok(!listed(), "it is still there");
}

/* The end of a process closes its handles, whatever ended it. */
static void test_end(BOOL kill, BOOL user)
{
    HANDLE file = INVALID_HANDLE_VALUE;
    make();
    start_child();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, FILE_FLAG_DELETE_ON_CLOSE), 0);
    if (user)
        file = open_file(GENERIC_READ);
    if (!kill)
        ask('e');
    end_child(kill);
    if (user) {
        ok_int(try_open(GENERIC_READ), ERROR_ACCESS_DENIED);
        CloseHandle(file);
        ok(!listed(), "it is still there");
    }
    ok_int(try_open(GENERIC_READ), ERROR_FILE_NOT_FOUND);
    ok(!listed(), "it is still there");
    make(); /* a pending mark */
    start_child();
    ok_int(ask_with('o', GENERIC_READ | DELETE, SHARE_ALL, 0), 0);
    ok_int(ask('p'), 0);
    if (!kill)
        ask('e');
    end_child(kill);
    file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
    ok(listed(), "the new one is gone");
}

/* Directories share as files do, and have to be empty. */
static void test_directory(void)
{
    HANDLE file;
    char inner[MAX_PATH];
    DeleteFileA(name);
    ok(CreateDirectoryA(name, NULL), "error %lu", GetLastError());
    ok_int(ask_with('o', FILE_LIST_DIRECTORY, FILE_SHARE_READ, FILE_FLAG_BACKUP_SEMANTICS), 0);
    ok(!RemoveDirectoryA(name) && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    ok_int(ask('c'), 0);
    snprintf(inner, sizeof(inner), "%s\\inner", name);
    CloseHandle(CreateFileA(inner, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    file = open_file(DELETE);
    ok(!dispose(file, TRUE) && GetLastError() == ERROR_DIR_NOT_EMPTY, "error %lu", GetLastError());
    CloseHandle(file);
    ok(DeleteFileA(inner), "error %lu", GetLastError());
    ok_int(ask_with('o', FILE_LIST_DIRECTORY, SHARE_ALL, FILE_FLAG_BACKUP_SEMANTICS), 0);
    file = open_file(DELETE);
    ok(dispose(file, TRUE), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(try_open(FILE_LIST_DIRECTORY), ERROR_ACCESS_DENIED);
    /* STATUS_DELETE_PENDING: nothing is made in it any more, which would keep it. */
    file = CreateFileA(inner, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok_err(CreateDirectoryA(inner, NULL), ERROR_ACCESS_DENIED);
    ok_int(ask('c'), 0);
    ok_int(try_open(FILE_LIST_DIRECTORY), ERROR_FILE_NOT_FOUND);
}

/* A program that runs: it can be renamed, and opened to be deleted, but neither deleted nor written. */
static void test_image(void)
{
    char running[MAX_PATH], renamed[MAX_PATH];
    HANDLE file;
    snprintf(running, sizeof(running), "%s\\running.exe", dir);
    snprintf(renamed, sizeof(renamed), "%s\\renamed.exe", dir);
    ok(CopyFileA(test_argv[0], running, FALSE), "error %lu", GetLastError());
    start_program(running);
    ask('-'); /* it runs */
    ok(!DeleteFileA(running) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    file = CreateFileA(running, GENERIC_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    ok(MoveFileA(running, renamed), "error %lu", GetLastError());
    end_child(TRUE);
    ok(DeleteFileA(renamed), "error %lu", GetLastError());
}

TESTS
{
    if (test_argc > 2 && !strcmp(test_argv[1], "child"))
        exit(child());
    GetTempPathA(sizeof(dir), dir);
    strcat(dir, "fileapi_delete");
    CreateDirectoryA(dir, NULL);
    snprintf(name, sizeof(name), "%s\\file", dir);
    start_child();
    for (int i = 0; i < 4; i++)
        test_pending(i & 1, i & 2);
    test_undone();
    test_on_close();
    test_posix();
    test_readonly();
    test_mapped();
    test_directory();
    end_child(FALSE);
    test_end(FALSE, FALSE);
    test_end(FALSE, TRUE);
    test_end(TRUE, FALSE);
    test_end(TRUE, TRUE);
    test_image();
    DeleteFileA(name);
    ok(RemoveDirectoryA(dir), "error %lu", GetLastError());
}
