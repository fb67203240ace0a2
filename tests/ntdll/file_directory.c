/* SPDX-License-Identifier: MIT */
/*
 * NtQueryDirectoryFile(Ex): all classes, flags, patterns, buffers. References: nf-ntifs-ntquerydirectoryfileex and the pages of
 * the structures in windows-driver-docs-ddi; [MS-FSA] 2.1.5.6.
 */
#include "../test.h"
#include <winternl.h>
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(NTSTATUS, NtQueryDirectoryFileEx, HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG, ULONG,       \
      ULONG, nt_string *)                                                                                              \
    X(NTSTATUS, NtSetEaFile, HANDLE, IO_STATUS_BLOCK *, void *, ULONG)
DECLARE_FUNCTIONS

#define SL_RESTART_SCAN           0x01
#define SL_RETURN_SINGLE_ENTRY    0x02
#define SL_INDEX_SPECIFIED        0x04
#define SL_NO_CURSOR_UPDATE_QUERY 0x10
#define NO_MORE_FILES             ((NTSTATUS)0x80000006)
#define NO_SUCH_FILE              ((NTSTATUS)0xC000000F)
#define BUFFER_OVERFLOW           ((NTSTATUS)0x80000005)
#define LENGTH_MISMATCH           ((NTSTATUS)0xC0000004)
#define INVALID_INFO_CLASS        ((NTSTATUS)0xC0000003)
#define NAME_INVALID              ((NTSTATUS)0xC0000033)
#define INVALID_PARAMETER         ((NTSTATUS)0xC000000D)

static char buffer[65536] __attribute__((aligned(8)));
static IO_STATUS_BLOCK iosb;

/* Where each class has what (0: it has not). */
static const struct {
    ULONG class, name, name_length, ea, short_length, id, id_128, tag;
} classes[] = {
    { 1, 64, 60, 0, 0, 0, 0, 0 },       /* FileDirectoryInformation */
    { 2, 68, 60, 64, 0, 0, 0, 0 },      /* FileFullDirectoryInformation */
    { 3, 94, 60, 64, 68, 0, 0, 0 },     /* FileBothDirectoryInformation */
    { 12, 12, 8, 0, 0, 0, 0, 0 },       /* FileNamesInformation */
    { 37, 104, 60, 64, 68, 96, 0, 0 },  /* FileIdBothDirectoryInformation */
    { 38, 80, 60, 64, 0, 72, 0, 0 },    /* FileIdFullDirectoryInformation */
    { 60, 88, 60, 64, 0, 0, 72, 68 },   /* FileIdExtdDirectoryInformation */
    { 63, 114, 60, 64, 88, 0, 72, 68 }, /* FileIdExtdBothDirectoryInformation */
};

static ULONG number(const char *entry, ULONG offset)
{
    ULONG value;
    memcpy(&value, entry + offset, 4);
    return value;
}

/* The entry of a name in the buffer, or NULL. */
static const char *find(const WCHAR *name, ULONG name_offset, ULONG length_offset)
{
    const char *at = buffer;

    for (;; at += number(at, 0)) {
        if (number(at, length_offset) == wcslen(name) * 2 && !memcmp(at + name_offset, name, wcslen(name) * 2))
            return at;
        if (!number(at, 0))
            return NULL;
    }
}

static void make_file(const char *name, unsigned size)
{
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD done;

    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    WriteFile(file, buffer, size, &done, NULL);
    CloseHandle(file);
}

static HANDLE open_folder(const char *name, DWORD flags)
{
    return CreateFileA(name, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static NTSTATUS query(HANDLE folder, ULONG class, ULONG flags, ULONG length, const WCHAR *pattern)
{
    nt_string text = pattern ? nt_string_of(pattern) : (nt_string){ 0 };
    iosb.Information = 0x1234;
    return NtQueryDirectoryFileEx(folder, NULL, NULL, NULL, &iosb, buffer, length, class, flags,
                                  pattern ? &text : NULL);
}

static void set_ea(const char *name)
{
    static struct {
        ULONG next;
        UCHAR flags, name_length;
        USHORT value_length;
        char text[12];
    } ea = { 0, 0, 4, 5, "NAME\0value" };
    HANDLE file = CreateFileA(name, FILE_WRITE_EA | SYNCHRONIZE, 0, NULL, OPEN_EXISTING, 0, NULL);
    NTSTATUS status = NtSetEaFile(file, &iosb, &ea, sizeof(ea));

    ok(!status, "NtSetEaFile %#lx", status);
    CloseHandle(file);
}

static void test_classes(void)
{
    BY_HANDLE_FILE_INFORMATION info;
    HANDLE folder = open_folder("dir", 0), file;
    NTSTATUS status;

    make_file("dir\\a long name.text", 300);
    make_file("dir\\ea", 0);
    set_ea("dir\\ea");
    file = CreateFileA("dir\\ea", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
    GetFileInformationByHandle(file, &info);
    CloseHandle(file);

    for (unsigned i = 0; i < ARRAYSIZE(classes); i++) {
        ULONG class = classes[i].class, name = classes[i].name;
        const char *entry;
        status = query(folder, class, SL_RESTART_SCAN, sizeof(buffer), NULL);
        ok(!status, "class %lu: %#lx", class, status);
        if (status)
            continue;
        ok(find(L".", name, classes[i].name_length) != NULL, "class %lu has no .", class);
        ok(find(L"..", name, classes[i].name_length) != NULL, "class %lu has no ..", class);
        entry = find(L"a long name.text", name, classes[i].name_length);
        ok(entry != NULL, "class %lu has no long name", class);
        if (!entry)
            continue;
        if (class != 12) {
            ok_int(number(entry, 40), 300);
            ok(number(entry, 56) & FILE_ATTRIBUTE_ARCHIVE, "attributes %#lx", number(entry, 56));
        }
        if (classes[i].ea)
            ok_int(number(entry, classes[i].ea), 0);
        if (classes[i].short_length)
            ok((UCHAR)entry[classes[i].short_length] <= 24, "short name of %d bytes", entry[classes[i].short_length]);
        entry = find(L"ea", name, classes[i].name_length);
        ok(entry != NULL, "class %lu has no ea", class);
        if (!entry)
            continue;
        /* The same as FileEaInformation: a list's length (4), then 4 + name + zero + value. */
        if (classes[i].ea)
            ok_int(number(entry, classes[i].ea), 4 + 4 + 5 + 5);
        if (classes[i].id) {
            ok_int(number(entry, classes[i].id), info.nFileIndexLow);
            ok_int(number(entry, classes[i].id + 4), info.nFileIndexHigh);
        }
        if (classes[i].id_128)
            ok_int(number(entry, classes[i].id_128), info.nFileIndexLow);
        if (classes[i].tag)
            ok_int(number(entry, classes[i].tag), 0);
        /* Where the fixed part does not fit, nothing is given. */
        ok_hex(query(folder, class, SL_RESTART_SCAN, name - 1, NULL), LENGTH_MISMATCH);
    }
    /* Not for directories: FileBasicInformation; only for special ones: FileObjectIdInformation; none at all. */
    ok_hex(query(folder, 4, 0, sizeof(buffer), NULL), INVALID_INFO_CLASS);
    ok_hex(query(folder, 255, 0, sizeof(buffer), NULL), INVALID_INFO_CLASS);
    CloseHandle(folder);
    /* What has handles for reading its data only is no directory. */
    file = CreateFileA("dir\\ea", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_hex(query(file, 1, 0, sizeof(buffer), NULL), INVALID_PARAMETER);
    CloseHandle(file);
}

static unsigned count(ULONG name_length)
{
    const char *at = buffer;
    unsigned n = 1;

    (void)name_length;
    for (; number(at, 0); at += number(at, 0))
        n++;
    return n;
}

static void test_flags(void)
{
    HANDLE folder = open_folder("many", 0);
    char name[32];
    NTSTATUS status;
    unsigned n;

    for (int i = 0; i < 20; i++) {
        sprintf(name, "many\\file%02d", i);
        make_file(name, 0);
    }
    /* one at a time, `.` and `..` first */
    status = query(folder, 12, SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL);
    ok(!status && find(L".", 12, 8) == buffer && !number(buffer, 0), "first: %#lx", status);
    ok_int(iosb.Information, 14);
    status = query(folder, 12, SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL);
    ok(!status && find(L"..", 12, 8) == buffer, "second: %#lx", status);
    for (n = 2; !(status = query(folder, 12, SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL)); n++)
        ok(!number(buffer, 0), "more than one entry");
    ok_hex(status, NO_MORE_FILES);
    ok_int(n, 22);
    ok_hex(query(folder, 12, 0, sizeof(buffer), NULL), NO_MORE_FILES);

    /* from the start again; all in one buffer */
    ok_hex(query(folder, 12, SL_RESTART_SCAN, sizeof(buffer), NULL), 0);
    ok_int(count(8), 22);

    /* SL_NO_CURSOR_UPDATE_QUERY: as if restarted, and the handle's own scan stays where it is */
    ok_hex(query(folder, 12, SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL), 0);
    ok_hex(query(folder, 12, SL_NO_CURSOR_UPDATE_QUERY, sizeof(buffer), L"file0*"), 0);
    ok_int(count(8), 10);
    ok_hex(query(folder, 12, SL_NO_CURSOR_UPDATE_QUERY, sizeof(buffer), L"none"), NO_SUCH_FILE);
    ok_hex(query(folder, 12, SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL), 0);
    ok(find(L"..", 12, 8) == buffer, "the scan has moved");
    /* only for those who make their own requests */
    ok_hex(query(folder, 12, SL_INDEX_SPECIFIED, sizeof(buffer), NULL), INVALID_PARAMETER);
    CloseHandle(folder);
}

static void test_patterns(void)
{
    HANDLE folder = open_folder("many", 0);

    ok_hex(query(folder, 12, 0, sizeof(buffer), L"FILE1*"), 0);
    ok_int(count(8), 10);
    /* the first call's pattern stays */
    ok_hex(query(folder, 12, SL_RESTART_SCAN, sizeof(buffer), NULL), 0);
    ok_int(count(8), 10);
    ok_hex(query(folder, 12, 0, sizeof(buffer), L"file0*"), NO_MORE_FILES);
    CloseHandle(folder);

    folder = open_folder("many", 0);
    ok_hex(query(folder, 12, 0, sizeof(buffer), L"nothing"), NO_SUCH_FILE);
    ok_hex(query(folder, 12, 0, sizeof(buffer), NULL), NO_MORE_FILES); /* [MS-FSA] 2.1.5.6.3: FirstQuery is FALSE */
    CloseHandle(folder);
    /* [MS-FSA] 2.1.5.6.3: a pattern that no name can match */
    folder = open_folder("many", 0);
    ok_hex(query(folder, 12, 0, sizeof(buffer), L"a\\b"), NAME_INVALID);
    CloseHandle(folder);
}

static void test_buffers(void)
{
    HANDLE folder = open_folder("many", 0);
    NTSTATUS status;
    unsigned n = 0;

    /* room for the fixed part and some of the name: as much as fits, and the whole length */
    memset(buffer, 0xcc, sizeof(buffer));
    ok_hex(query(folder, 12, SL_RETURN_SINGLE_ENTRY, 20, L"file07"), BUFFER_OVERFLOW);
    ok_int(number(buffer, 8), 12);
    ok_int(iosb.Information, 20);
    ok_mem(buffer + 12, L"file", 8);
    ok_int((UCHAR)buffer[20], 0xcc);
    CloseHandle(folder);

    /* small buffers: every entry once */
    folder = open_folder("many", 0);
    while (!(status = query(folder, 12, 0, 100, NULL)))
        n += count(8);
    ok_hex(status, NO_MORE_FILES);
    ok_int(n, 22);
    CloseHandle(folder);
}

static void test_changes(void)
{
    HANDLE folder = open_folder("many", 0);
    NTSTATUS status;
    bool gone = false, new = false;

    ok_hex(query(folder, 1, SL_RETURN_SINGLE_ENTRY, sizeof(buffer), NULL), 0);
    make_file("many\\new", 0);
    DeleteFileA("many\\file13");
    while (!(status = query(folder, 1, 0, 1000, NULL))) {
        gone = gone || find(L"file13", 64, 60);
        new = new || find(L"new", 64, 60);
    }
    ok_hex(status, NO_MORE_FILES);
    (void)gone, (void)new; /* either may be there */
    ok_hex(query(folder, 1, SL_RESTART_SCAN, sizeof(buffer), NULL), 0);
    ok(!find(L"file13", 64, 60), "a deleted file is listed");
    ok(find(L"new", 64, 60) != NULL, "a new file is not listed");
    CloseHandle(folder);
}

static void clean_up(const char *folder)
{
    WIN32_FIND_DATAA data;
    char name[MAX_PATH];
    HANDLE find;

    sprintf(name, "%s\\*", folder);
    find = FindFirstFileA(name, &data);
    if (find == INVALID_HANDLE_VALUE)
        return;
    do {
        sprintf(name, "%s\\%.200s", folder, data.cFileName);
        DeleteFileA(name);
    } while (FindNextFileA(find, &data));
    FindClose(find);
    ok(RemoveDirectoryA(folder), "error %lu", GetLastError());
}

TESTS
{
    if (!get_functions())
        return;
    CreateDirectoryA("dir", NULL);
    CreateDirectoryA("many", NULL);
    test_classes();
    test_flags();
    test_patterns();
    test_buffers();
    test_changes();
    clean_up("dir");
    clean_up("many");
}
