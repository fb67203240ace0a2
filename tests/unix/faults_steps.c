/* SPDX-License-Identifier: MIT */
/*
 * faults_steps.c: what consists of several steps (copies, moves, replacements, attributes, EAs, streams), each of which fails:
 * the error is the step's, and nothing is left half-done. Used by faults.sh, where the names of folders say which calls fail
 * (tests/stress/fault_rules.h).
 */
#include "faults.h"

typedef struct {
    ULONG NextEntryOffset;
    UCHAR Flags, EaNameLength;
    USHORT EaValueLength;
    CHAR EaName[1];
} FULL_EA;

NTSTATUS NTAPI NtSetEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG);
NTSTATUS NTAPI NtQueryEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, BOOLEAN, PVOID, ULONG, PULONG, BOOLEAN);

/* A folder with a rule whose files were made before the rule was: it is renamed then. */
static const char *ruled(const char *plain, const char *rule)
{
    ok(MoveFileA(plain, rule), "%s: error %lu", rule, GetLastError());
    return rule;
}

static NTSTATUS set_ea(const char *name, const char *value)
{
    char buffer[64] = { 0 };
    FULL_EA *ea = (FULL_EA *)buffer;
    HANDLE file = open_file(name, FILE_WRITE_EA, OPEN_EXISTING);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    ea->EaNameLength = 4;
    ea->EaValueLength = (USHORT)strlen(value);
    strcpy(ea->EaName, "NAME");
    strcpy(ea->EaName + 5, value);
    status = NtSetEaFile(file, &iosb, buffer, sizeof(buffer));
    CloseHandle(file);
    return status;
}

static const char *get_ea(const char *name)
{
    static char buffer[256];
    HANDLE file = open_file(name, FILE_READ_EA, OPEN_EXISTING);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    memset(buffer, 0, sizeof(buffer));
    status = NtQueryEaFile(file, &iosb, buffer, sizeof(buffer) - 1, FALSE, NULL, 0, NULL, TRUE);
    CloseHandle(file);
    return status ? "" : ((FULL_EA *)buffer)->EaName + 5;
}

static void write_text(const char *name, const char *text)
{
    HANDLE file = open_file(name, GENERIC_WRITE, CREATE_ALWAYS);
    DWORD done;

    ok(WriteFile(file, text, (DWORD)strlen(text), &done, NULL), "%s: error %lu", name, GetLastError());
    CloseHandle(file);
}

static const char *text_of(const char *name)
{
    static char text[4][64];
    static unsigned next;
    char *to = text[next++ % 4];
    HANDLE file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    DWORD done = 0;

    if (file == INVALID_HANDLE_VALUE)
        return "(none)";
    ReadFile(file, to, sizeof(text[0]) - 1, &done, NULL);
    to[done] = 0;
    CloseHandle(file);
    return to;
}

/* --- copies --- */

static void test_copy(void)
{
    static const struct {
        const char *folder, *source;
        DWORD error;
    } cases[] = {
        { "@setxattr@ENOSPC", "source\\ea", ERROR_DISK_FULL },
        { "@setxattr@EDQUOT", "source\\ea", ERROR_DISK_QUOTA_EXCEEDED },
        { "@setxattr@EROFS", "source\\hidden", ERROR_WRITE_PROTECT },
        { "@setxattr@EIO", "source\\hidden", ERROR_IO_DEVICE },
        { "@mode@EIO", "source\\readonly", ERROR_IO_DEVICE },
        { "@create@ENOSPC", "source\\ea", ERROR_DISK_FULL },
        { "@write@EFBIG", "source\\ea", ERROR_FILE_TOO_LARGE },
        { "@write@ENETRESET", "source\\ea", ERROR_NETNAME_DELETED },
    };
    char name[MAX_PATH];

    write_text(in("source", "ea"), "data");
    ok_hex(set_ea("source\\ea", "value"), 0);
    ok_str(get_ea("source\\ea"), "value");
    write_text("source\\hidden", "data");
    ok(SetFileAttributesA("source\\hidden", FILE_ATTRIBUTE_HIDDEN), "error %lu", GetLastError());
    write_text("source\\readonly", "data");
    ok(SetFileAttributesA("source\\readonly", FILE_ATTRIBUTE_READONLY), "error %lu", GetLastError());
    for (unsigned i = 0; i < ARRAYSIZE(cases); i++) {
        strcpy(name, in(cases[i].folder, "copy"));
        BOOL copied = CopyFileA(cases[i].source, name, FALSE);
        DWORD error = GetLastError();
        ok(!copied && error == cases[i].error, "%s: %d, error %lu", name, copied, error);
        ok(!exists(name), "%s: half a copy is left", name);
        HRESULT hr = CopyFile2(L"source\\ea", L"@setxattr@ENOSPC\\copy", NULL);
        ok(hr == HRESULT_FROM_WIN32(ERROR_DISK_FULL), "CopyFile2 %#lx", hr);
    }
    ok_str(get_ea("source\\ea"), "value");
    SetFileAttributesA("source\\readonly", FILE_ATTRIBUTE_NORMAL);
    ok(RemoveDirectoryA("@mode@EIO"), "error %lu", GetLastError());
}

static void test_move(void)
{
    const char *name;

    /* another device: @rename@EXDEV */
    write_text(in("@rename@EXDEV", "one"), "one");
    ok_err(MoveFileExA("@rename@EXDEV\\one", "moved", 0), ERROR_NOT_SAME_DEVICE);
    ok_str(text_of("@rename@EXDEV\\one"), "one");
    ok(MoveFileExA("@rename@EXDEV\\one", "moved", MOVEFILE_COPY_ALLOWED | MOVEFILE_WRITE_THROUGH), "error %lu",
       GetLastError());
    ok(!exists("@rename@EXDEV\\one"), "the source is there");
    ok_str(text_of("moved"), "one");
    CreateDirectoryA("@rename@EXDEV\\@write@ENOSPC", NULL);
    ok_err(MoveFileExA("moved", "@rename@EXDEV\\@write@ENOSPC\\one", MOVEFILE_COPY_ALLOWED), ERROR_DISK_FULL);
    ok(!exists("@rename@EXDEV\\@write@ENOSPC\\one"), "half a move is left");
    ok_str(text_of("moved"), "one");
    /* what is there already */
    write_text("@rename@EXDEV\\two", "two");
    ok_err(MoveFileExA("moved", "@rename@EXDEV\\two", MOVEFILE_COPY_ALLOWED), ERROR_ALREADY_EXISTS);
    ok_str(text_of("@rename@EXDEV\\two"), "two");
    ok(MoveFileExA("moved", "@rename@EXDEV\\two", MOVEFILE_COPY_ALLOWED | MOVEFILE_REPLACE_EXISTING), "error %lu",
       GetLastError());
    ok_str(text_of("@rename@EXDEV\\two"), "one");
    ok(!exists("moved"), "the source is there");
    /* "If the original file is unable to be deleted, the function succeeds leaving the source file intact" */
    name = "@rename@EXDEV\\@unlink@EROFS\\kept";
    CreateDirectoryA("@rename@EXDEV\\@unlink@EROFS", NULL);
    write_text(name, "kept");
    ok(MoveFileExA(name, "moved", MOVEFILE_COPY_ALLOWED), "error %lu", GetLastError());
    ok_str(text_of(name), "kept");
    ok_str(text_of("moved"), "kept");
    /* a directory does not go to another volume */
    CreateDirectoryA("@rename@EXDEV\\folder", NULL);
    ok_err(MoveFileExA("@rename@EXDEV\\folder", "folder", MOVEFILE_COPY_ALLOWED), ERROR_ACCESS_DENIED);
    ok(exists("@rename@EXDEV\\folder") && !exists("folder"), "half a folder");
}

/* --- ReplaceFile --- */

/* old and new, and perhaps a backup: in a folder that becomes `rule`. */
static void make_pair(const char *rule)
{
    write_text(in("pair", "old"), "old");
    write_text(in("pair", "new"), "new");
    ok(SetFileAttributesA("pair\\old", FILE_ATTRIBUTE_HIDDEN), "error %lu", GetLastError());
    ruled("pair", rule);
}

static void check_pair(const char *rule, const char *old, const char *new, const char *backup)
{
    char name[MAX_PATH];

    sprintf(name, "%s\\old", rule);
    ok_str(text_of(name), old);
    sprintf(name, "%s\\new", rule);
    ok_str(text_of(name), new);
    sprintf(name, "%s\\backup", rule);
    ok_str(text_of(name), backup);
}

static BOOL replace(const char *rule, BOOL backup, DWORD flags)
{
    char old[MAX_PATH], new[MAX_PATH], kept[MAX_PATH];

    sprintf(old, "%s\\old", rule);
    sprintf(new, "%s\\new", rule);
    sprintf(kept, "%s\\backup", rule);
    return ReplaceFileA(old, new, backup ? kept : NULL, flags, NULL, NULL);
}

static void test_replace(void)
{
    make_pair("@rename@EIO-free");
    ok(replace("@rename@EIO-free", TRUE, 0), "error %lu", GetLastError());
    check_pair("@rename@EIO-free", "new", "(none)", "old");

    make_pair("@rename@ENOSPC");
    ok_err(replace("@rename@ENOSPC", FALSE, 0), ERROR_DISK_FULL);
    check_pair("@rename@ENOSPC", "old", "new", "(none)");
    ok_err(replace("@rename@ENOSPC", TRUE, 0), ERROR_DISK_FULL);
    check_pair("@rename@ENOSPC", "old", "new", "(none)");

    /* no links: two renames, of which the second fails, and so does taking back the first */
    CreateDirectoryA("@link@EPERM", NULL);
    make_pair("@link@EPERM\\@rename+2@EIO");
    ok_err(replace("@link@EPERM\\@rename+2@EIO", TRUE, 0), ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
    check_pair("@link@EPERM\\@rename+2@EIO", "(none)", "new", "old");
    make_pair("@link@EPERM\\plain");
    ok(replace("@link@EPERM\\plain", TRUE, 0), "error %lu", GetLastError());
    check_pair("@link@EPERM\\plain", "new", "(none)", "old");

    /* what the new file is to take over finds no room */
    make_pair("@setxattr@ENOSPC\\pair");
    ok_err(replace("@setxattr@ENOSPC\\pair", TRUE, 0), ERROR_UNABLE_TO_REMOVE_REPLACED);
    check_pair("@setxattr@ENOSPC\\pair", "old", "new", "(none)");
    ok(replace("@setxattr@ENOSPC\\pair", FALSE, REPLACEFILE_IGNORE_MERGE_ERRORS), "error %lu", GetLastError());
    check_pair("@setxattr@ENOSPC\\pair", "new", "(none)", "(none)");
}

/* --- attributes, EAs, times, deletion --- */

static void test_changes(void)
{
    static const struct {
        const char *name;
        DWORD error;
    } errors[] = { { "ENOSPC", ERROR_DISK_FULL },
                   { "EDQUOT", ERROR_DISK_QUOTA_EXCEEDED },
                   { "EROFS", ERROR_WRITE_PROTECT },
                   { "EIO", ERROR_IO_DEVICE } };
    const FILETIME time = { 0, 0x01d00000 };
    char rule[64], name[MAX_PATH];
    HANDLE file;

    for (unsigned i = 0; i < ARRAYSIZE(errors); i++) {
        DWORD error = errors[i].error;

        write_text(in("changed", "file"), "data");
        ok_hex(set_ea("changed\\file", "before"), 0);
        ok(SetFileAttributesA("changed\\file", FILE_ATTRIBUTE_SYSTEM), "error %lu", GetLastError());
        sprintf(rule, "@setxattr@%s\\changed", errors[i].name);

        ruled("changed", rule);
        sprintf(name, "%s\\file", rule);
        NTSTATUS status = set_ea(name, "after");
        ok(RtlNtStatusToDosError(status) == error, "%s, EAs: %#lx", rule, status);
        ok_str(get_ea(name), "before");
        ok(!SetFileAttributesA(name, FILE_ATTRIBUTE_HIDDEN) && GetLastError() == error, "%s: error %lu", rule,
           GetLastError());
        ok_int(GetFileAttributesA(name), FILE_ATTRIBUTE_SYSTEM);
        ok(MoveFileA(rule, "changed"), "error %lu", GetLastError());

        sprintf(rule, "@mode@%s", errors[i].name);
        ruled("changed", rule);
        sprintf(name, "%s\\file", rule);
        ok(!SetFileAttributesA(name, FILE_ATTRIBUTE_READONLY) && GetLastError() == error, "%s: error %lu", rule,
           GetLastError());
        ok_int(GetFileAttributesA(name), FILE_ATTRIBUTE_SYSTEM);
        ok(MoveFileA(rule, "changed"), "error %lu", GetLastError());

        sprintf(rule, "@time@%s", errors[i].name);
        ruled("changed", rule);
        sprintf(name, "%s\\file", rule);
        file = open_file(name, FILE_WRITE_ATTRIBUTES, OPEN_EXISTING);
        ok(!SetFileTime(file, NULL, NULL, &time) && GetLastError() == error, "%s: error %lu", rule, GetLastError());
        CloseHandle(file);
        ok(MoveFileA(rule, "changed"), "error %lu", GetLastError());

        sprintf(rule, "@unlink@%s", errors[i].name);
        CreateDirectoryA("changed\\sub", NULL);
        ruled("changed", rule);
        sprintf(name, "%s\\file", rule);
        ok(!DeleteFileA(name) && GetLastError() == error, "%s: error %lu", rule, GetLastError());
        ok_str(text_of(name), "data");
        sprintf(name, "%s\\sub", rule);
        ok(!RemoveDirectoryA(name) && GetLastError() == error, "%s: error %lu", rule, GetLastError());
        ok(exists(name), "%s is gone", name);
        ok(MoveFileA(rule, "changed"), "error %lu", GetLastError());
        sprintf(rule, "@link@%s", errors[i].name);
        sprintf(name, "%s\\link", rule);
        CreateDirectoryA(rule, NULL);
        ok(!CreateHardLinkA(name, "changed\\file", NULL) && GetLastError() == error, "%s: error %lu", rule,
           GetLastError());
        ok(!exists(name), "%s is there", name);
        ok(DeleteFileA("changed\\file") && RemoveDirectoryA("changed\\sub") && RemoveDirectoryA("changed"), "error %lu",
           GetLastError());
    }
}

/* Each descriptor that can be had is used up: one more is the documented error, and one less is enough to go on. */
static void test_descriptors(void)
{
    static HANDLE files[4000];
    unsigned n = 0;

    write_text("many", "data");
    while (n < ARRAYSIZE(files) && (files[n] = open_file("many", GENERIC_READ, OPEN_EXISTING)) != INVALID_HANDLE_VALUE)
        n++;
    ok_int(GetLastError(), ERROR_TOO_MANY_OPEN_FILES);
    ok(n > 20 && n < ARRAYSIZE(files), "%u files", n);
    ok_err(DeleteFileA("many"), ERROR_TOO_MANY_OPEN_FILES);
    while (n)
        CloseHandle(files[--n]);
    ok_str(text_of("many"), "data");
}

TESTS
{
    if (test_argc > 1 && !strcmp(test_argv[1], "descriptors")) {
        test_descriptors();
        return;
    }
    in("@setxattr@ENOSPC", "");
    in("@setxattr@EDQUOT", "");
    in("@setxattr@EROFS", "");
    in("@setxattr@EIO", "");
    test_copy();
    test_move();
    test_replace();
    test_changes();
}
