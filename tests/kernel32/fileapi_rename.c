/* SPDX-License-Identifier: MIT */
/*
 * Renaming and linking by handle: FILE_RENAME_INFORMATION's and FILE_LINK_INFORMATION's pages. A child holds files open.
 */
#include "fileapi_child.h"

#define FileRenameInfoExClass ((FILE_INFO_BY_HANDLE_CLASS)22) /* FileRenameInfoEx, FILE_RENAME_INFORMATION_EX */
#define REPLACE               1u
#define POSIX                 2u

static char dir[MAX_PATH];

struct order {
    char what; /* o: open `name`, c: close, n: the name that the handle has now */
    DWORD access, share;
    char name[MAX_PATH];
};

static int child(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE), file = INVALID_HANDLE_VALUE;
    struct order order;
    DWORD done;
    while (ReadFile(in, &order, sizeof(order), &done, NULL) && done == sizeof(order)) {
        char answer[MAX_PATH] = "";
        if (order.what == 'o') {
            file = CreateFileA(order.name, order.access, order.share, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS,
                               NULL);
            snprintf(answer, sizeof(answer), "%lu", file == INVALID_HANDLE_VALUE ? GetLastError() : 0);
        } else if (order.what == 'c') {
            CloseHandle(file);
        } else if (!GetFinalPathNameByHandleA(file, answer, sizeof(answer), VOLUME_NAME_DOS)) {
            snprintf(answer, sizeof(answer), "error %lu", GetLastError());
        }
        WriteFile(out, answer, sizeof(answer), &done, NULL);
    }
    return 0;
}

static const char *ask(char what, const char *name, DWORD access, DWORD share)
{
    static char answer[MAX_PATH];
    struct order order = { what, access, share, "" };
    DWORD done;
    if (name)
        strcpy(order.name, name);
    WriteFile(to_child, &order, sizeof(order), &done, NULL);
    ReadFile(from_child, answer, sizeof(answer), &done, NULL);
    return answer;
}

static void start_child(void)
{
    char command[4 * MAX_PATH];

    snprintf(command, sizeof(command), "\"%s\" child", test_argv[0]);
    start_command(command);
}

static const char *in_dir(const char *name)
{
    static char paths[4][MAX_PATH];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, MAX_PATH, "%s\\%s", dir, name);
    return path;
}

static void make(const char *name, const char *text)
{
    HANDLE file = CreateFileA(in_dir(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD done;
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    WriteFile(file, text, (DWORD)strlen(text), &done, NULL);
    CloseHandle(file);
}

static const char *text_of(const char *name)
{
    static char text[100];
    HANDLE file = CreateFileA(in_dir(name), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    DWORD done = 0;
    if (file == INVALID_HANDLE_VALUE) {
        snprintf(text, sizeof(text), "error %lu", GetLastError());
        return text;
    }
    ReadFile(file, text, sizeof(text) - 1, &done, NULL);
    text[done] = 0;
    CloseHandle(file);
    return text;
}

static HANDLE open_file(const char *name, DWORD access)
{
    HANDLE file = CreateFileA(in_dir(name), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    return file;
}

static DWORD rename_to(HANDLE file, HANDLE root, const char *name, DWORD flags)
{
    union {
        FILE_RENAME_INFO info;
        char room[sizeof(FILE_RENAME_INFO) + 2 * MAX_PATH];
    } rename = { 0 };
    DWORD size = (DWORD)MultiByteToWideChar(CP_ACP, 0, name, -1, rename.info.FileName, MAX_PATH);
    memcpy(&rename.info, &flags, sizeof(flags));
    rename.info.RootDirectory = root;
    rename.info.FileNameLength = (size - 1) * sizeof(WCHAR);
    return SetFileInformationByHandle(file, FileRenameInfoExClass, &rename, sizeof(rename)) ? 0 : GetLastError();
}

static DWORD rename_file(const char *name, const char *to, DWORD flags)
{
    HANDLE file = open_file(name, DELETE | SYNCHRONIZE);
    DWORD error = rename_to(file, NULL, in_dir(to), flags);
    CloseHandle(file);
    return error;
}

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static void test_replace(void)
{
    HANDLE file;
    char text[10] = "";
    DWORD done;
    make("a", "a");
    make("b", "b");
    ok_int(rename_file("a", "b", 0), ERROR_ALREADY_EXISTS);
    ok_int(rename_file("a", "b", REPLACE), 0);
    ok_str(text_of("b"), "a");
    ok_str(text_of("a"), "error 2");
    /* A target that is open is not replaced, */
    make("a", "new");
    file = open_file("b", GENERIC_READ);
    ok_int(rename_file("a", "b", REPLACE), ERROR_ACCESS_DENIED);
    /* unless by POSIX semantics: "Existing handles to the replaced file continue to be valid" */
    ok_int(rename_file("a", "b", REPLACE | POSIX), 0);
    ok(ReadFile(file, text, 5, &done, NULL) && !strcmp(text, "a"), "%s", text);
    ok_str(text_of("b"), "new");
    CloseHandle(file);
    make("a", "a");
    ok_str(ask('o', in_dir("b"), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE), "0");
    ok_int(rename_file("a", "b", REPLACE), ERROR_ACCESS_DENIED);
    ok_int(rename_file("a", "b", REPLACE | POSIX), ERROR_ACCESS_DENIED); /* deletion is not shared */
    ask('c', NULL, 0, 0);
    ok_str(ask('o', in_dir("b"), GENERIC_READ, SHARE_ALL), "0");
    ok_int(rename_file("a", "b", REPLACE), ERROR_ACCESS_DENIED);
    ok_int(rename_file("a", "b", REPLACE | POSIX), 0);
    ask('c', NULL, 0, 0);
    /* Read-only ones */
    make("a", "a");
    SetFileAttributesA(in_dir("b"), FILE_ATTRIBUTE_READONLY);
    ok_int(rename_file("a", "b", REPLACE), ERROR_ACCESS_DENIED);
    ok_int(rename_file("a", "b", REPLACE | 0x40 /* FILE_RENAME_IGNORE_READONLY_ATTRIBUTE */), 0);
    ok_str(text_of("b"), "a");
}

static void test_names(void)
{
    char path[MAX_PATH], now[MAX_PATH];
    HANDLE file, root;
    WIN32_FIND_DATAA found;
    ok(CreateDirectoryA(in_dir("sub"), NULL), "error %lu", GetLastError());
    root = open_file("sub", FILE_TRAVERSE | FILE_READ_ATTRIBUTES | SYNCHRONIZE);
    make("File", "text");
    ok_str(ask('o', in_dir("File"), GENERIC_READ, SHARE_ALL), "0");
    file = open_file("File", DELETE);
    ok_int(rename_to(file, NULL, in_dir("FILE"), 0), 0); /* its case only */
    FindClose(FindFirstFileA(in_dir("file"), &found));
    ok_str(found.cFileName, "FILE");
    ok_int(rename_to(file, root, "moved", 0), 0);
    ok_int(rename_to(file, root, "again", 0), 0);
    ok_str(text_of("sub\\again"), "text");
    ok(GetFinalPathNameByHandleA(file, path, sizeof(path), VOLUME_NAME_DOS) > 0, "error %lu", GetLastError());
    strcpy(now, ask('n', NULL, 0, 0)); /* the other process's handle knows, too */
    ok_str(now, path);
    ok(strstr(now, "\\sub\\again") != NULL, "%s", now);
    ok_int(rename_to(file, NULL, in_dir("no\\such\\place"), 0) != 0, 1);
    CloseHandle(file);
    CloseHandle(root);
    /* Nothing below it is open, or it keeps its name. */
    ok_int(rename_file("sub", "other", 0), ERROR_ACCESS_DENIED);
    ask('c', NULL, 0, 0);
    file = open_file("sub\\again", GENERIC_READ);
    ok_int(rename_file("sub", "other", 0), ERROR_ACCESS_DENIED);
    CloseHandle(file);
    ok_int(rename_file("sub", "other", 0), 0);
    ok_str(text_of("other\\again"), "text");
    ok(rename_file("other", "other\\inner", 0) != 0, "into itself");
    DeleteFileA(in_dir("other\\again"));
    ok(RemoveDirectoryA(in_dir("other")), "error %lu", GetLastError());
}

static void test_stream(void)
{
    HANDLE file;
    make("s", "main");
    make("s:one", "first");
    file = open_file("s:one", DELETE | GENERIC_READ);
    ok_int(rename_to(file, NULL, ":two", 0), 0);
    CloseHandle(file);
    ok_str(text_of("s:two"), "first");
    ok_str(text_of("s:one"), "error 2");
    ok_str(text_of("s"), "main");
    ok(DeleteFileA(in_dir("s")), "error %lu", GetLastError());
}

static void test_link(void)
{
    make("a", "linked");
    ok(CreateHardLinkA(in_dir("l"), in_dir("a"), NULL), "error %lu", GetLastError());
    ok(!CreateHardLinkA(in_dir("l"), in_dir("b"), NULL) && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu",
       GetLastError());
    ok_int(rename_file("a", "l", REPLACE), 0); /* another name of the same file */
    ok_str(text_of("l"), "linked");
    ok_str(text_of("a"), "error 2");
    ok(DeleteFileA(in_dir("l")), "error %lu", GetLastError());
}

/*
 * A directory may replace a file, never a file a directory; a directory replaces an empty one with POSIX semantics (what the standard
 * libraries of Rust and Zig rely upon).
 */
static void test_directories(void)
{
    HANDLE file;

    CreateDirectoryA(in_dir("d"), NULL);
    make("d\\inner", "inner");
    make("f", "file");
    ok_int(rename_file("d", "f", 0), ERROR_ALREADY_EXISTS);
    ok_int(rename_file("d", "f", REPLACE), 0);
    ok_str(text_of("f\\inner"), "inner");
    ok_str(text_of("d"), "error 2");
    CreateDirectoryA(in_dir("d"), NULL);
    ok_int(rename_file("f", "d", REPLACE), ERROR_ACCESS_DENIED);
    ok_int(rename_file("d", "f", REPLACE | POSIX), ERROR_DIR_NOT_EMPTY);
    ok_int(rename_file("f", "d", REPLACE | POSIX), 0);
    ok_str(text_of("d\\inner"), "inner");
    ok_str(text_of("f"), "error 2");
    make("f", "file");
    ok_int(rename_file("f", "d", REPLACE), ERROR_ACCESS_DENIED);
    ok_int(rename_file("f", "d", REPLACE | POSIX), ERROR_ACCESS_DENIED);
    /* `name\` is a directory's, and other devices are no place for files. */
    ok_int(rename_file("f", "g\\", 0), ERROR_INVALID_NAME);
    file = open_file("f", DELETE);
    ok_int(rename_to(file, NULL, "\\\\.\\pipe\\transom-rename", 0), ERROR_NOT_SAME_DEVICE);
    CloseHandle(file);
    ok(DeleteFileA(in_dir("f")), "error %lu", GetLastError());
    ok(DeleteFileA(in_dir("d\\inner")), "error %lu", GetLastError());
    ok(RemoveDirectoryA(in_dir("d")), "error %lu", GetLastError());
}

TESTS
{
    if (test_argc > 1 && !strcmp(test_argv[1], "child"))
        exit(child());
    GetTempPathA(sizeof(dir), dir);
    strcat(dir, "fileapi_rename");
    CreateDirectoryA(dir, NULL);
    start_child();
    test_replace();
    test_names();
    test_stream();
    test_link();
    test_directories();
    end_child(FALSE);
    DeleteFileA(in_dir("b"));
    ok(RemoveDirectoryA(dir), "error %lu", GetLastError());
}
