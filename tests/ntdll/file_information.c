/* SPDX-License-Identifier: MIT */
/*
 * NtQueryInformationFile, NtSetInformationFile, NtQueryInformationByName: every class's length, access and answer. References:
 * nf-ntifs-ntqueryinformationfile, nf-ntifs-ntsetinformationfile, nf-ntifs-ntqueryinformationbyname; [MS-FSA] 2.1.5.12, 2.1.5.15.
 */
#include "../test.h"
#include <winternl.h>
#include "ntdll_functions.h"

#define FUNCTIONS(X) X(NTSTATUS, NtQueryInformationByName, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *, void *, ULONG, ULONG)
DECLARE_FUNCTIONS

#define BUFFER_OVERFLOW    ((NTSTATUS)0x80000005)
#define INVALID_INFO_CLASS ((NTSTATUS)0xC0000003)
#define LENGTH_MISMATCH    ((NTSTATUS)0xC0000004)
#define INVALID_PARAMETER  ((NTSTATUS)0xC000000D)
#define ACCESS_DENIED      ((NTSTATUS)0xC0000022)
#define NAME_NOT_FOUND     ((NTSTATUS)0xC0000034)

static char buffer[4096] __attribute__((aligned(8)));
static IO_STATUS_BLOCK iosb;

#define BASIC    4
#define STANDARD 5
#define INTERNAL 6
#define NAME     9
#define ALL      18
#define STREAM   22
#define NETWORK  34
#define TAG      35
#define LINKS    46

static HANDLE open_file(const char *name, DWORD access)
{
    return CreateFileA(name, access, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static void make_file(const char *name, const char *text)
{
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD done;

    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    WriteFile(file, text, strlen(text), &done, NULL);
    CloseHandle(file);
}

static NTSTATUS query(HANDLE file, ULONG class, ULONG length)
{
    memset(buffer, 0xcc, sizeof(buffer));
    iosb.Information = 0;
    return NtQueryInformationFile(file, &iosb, buffer, length, class);
}

static const struct {
    ULONG class, length;
    bool overflow; /* a name or a list follows: this is the least length, which does not hold it */
    bool needs_attributes;
} classes[] = {
    { BASIC, 40, false, true },   { STANDARD, 24, false, false }, { INTERNAL, 8, false, false },
    { 7, 4, false, false },       { 8, 4, false, false },         { NAME, 8, true, false },
    { 14, 8, false, false },      { 16, 4, false, false },        { 17, 4, false, false },
    { ALL, 104, true, true },     { STREAM, 32, true, false },    { 28, 16, false, false },
    { NETWORK, 56, false, true }, { TAG, 8, false, true },        { 48, 8, true, false },
    { 54, 12, false, false },     { 59, 24, false, false },       { 68, 72, false, true },
    { 70, 96, false, true },      { 71, 4, false, true },
};

/* With no access at all: CreateFile always asks for some. */
static HANDLE open_bare(const WCHAR *name)
{
    HANDLE file = NULL;
    UNICODE_STRING nt;
    OBJECT_ATTRIBUTES attr;
    NTSTATUS status;

    ok(RtlDosPathNameToNtPathName_U(name, &nt, NULL, NULL), "no NT name");
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&file, SYNCHRONIZE, &attr, &iosb, 7, 0x20 /* FILE_SYNCHRONOUS_IO_NONALERT */);
    ok(!status, "NtOpenFile %#lx", status);
    return file;
}

static void test_lengths(void)
{
    HANDLE file = open_file("a file of some name", GENERIC_READ), bare = open_bare(L"a file of some name");
    static const ULONG none[] = { 0, 1, 2, 3, 10, 11, 12, 13, 15, 19, 20, 27, 29, 30, 32, 33, 36, 37, 38, 39, 40, 200 };

    for (unsigned i = 0; i < ARRAYSIZE(classes); i++) {
        ULONG class = classes[i].class, length = classes[i].length;
        NTSTATUS status = query(file, class, length);
        ok(status == (classes[i].overflow ? BUFFER_OVERFLOW : 0), "class %lu: %#lx", class, status);
        ok((iosb.Information || class == STREAM) && iosb.Information <= length, "class %lu: %lu bytes", class,
           (ULONG)iosb.Information);
        ok((UCHAR)buffer[length] == 0xcc, "class %lu writes behind the buffer", class);
        status = query(file, class, length - 1);
        ok(status == LENGTH_MISMATCH, "class %lu, too short: %#lx", class, status);
        status = query(file, class, sizeof(buffer));
        ok(!status, "class %lu, long buffer: %#lx", class, status);
        status = query(bare, class, sizeof(buffer));
        ok(status == (classes[i].needs_attributes ? ACCESS_DENIED : 0), "class %lu without access: %#lx", class,
           status);
    }
    for (unsigned i = 0; i < ARRAYSIZE(none); i++) {
        NTSTATUS status = query(file, none[i], sizeof(buffer));
        ok(status == INVALID_INFO_CLASS, "class %lu: %#lx", none[i], status);
    }
    /* on servers only: GetFileInformationByHandleEx's page, FileRemoteProtocolInfo */
    ok_hex(query(file, 55, sizeof(buffer)), INVALID_PARAMETER);
    CloseHandle(file);
    CloseHandle(bare);
}

static void test_names(void)
{
    HANDLE file = open_file("a file of some name", FILE_READ_ATTRIBUTES);
    const WCHAR *name = (WCHAR *)(buffer + 4);
    ULONG length;

    ok_hex(query(file, NAME, sizeof(buffer)), 0);
    length = *(ULONG *)buffer;
    ok_int(iosb.Information, 4 + length);
    ok(name[0] == '\\' && !memcmp((char *)name + length - 38, L"a file of some name", 38), "name %.*ls",
       (int)length / 2, name);
    /* as many characters as fit, and the length of all */
    ok_hex(query(file, NAME, 4 + length - 3), BUFFER_OVERFLOW);
    ok_int(*(ULONG *)buffer, length);
    ok_int(iosb.Information, 4 + length - 4);
    ok_int((UCHAR)buffer[4 + length - 4], 0xcc);
    /* FILE_ALL_INFORMATION ends in the same */
    ok_hex(query(file, ALL, sizeof(buffer)), 0);
    ok_int(iosb.Information, 100 + length);
    ok_int(*(ULONG *)(buffer + 96), length);
    CloseHandle(file);
}

/* File ids are the same wherever they are told. */
static void test_ids(void)
{
    HANDLE file = open_file("a file of some name", FILE_READ_ATTRIBUTES);
    BY_HANDLE_FILE_INFORMATION info;
    ULONGLONG id;

    ok(GetFileInformationByHandle(file, &info), "error %lu", GetLastError());
    id = (ULONGLONG)info.nFileIndexHigh << 32 | info.nFileIndexLow;
    ok_hex(query(file, INTERNAL, 8), 0);
    ok(*(ULONGLONG *)buffer == id, "FileInternalInformation %llx", *(ULONGLONG *)buffer);
    ok_hex(query(file, 59, 24), 0);
    ok(*(ULONGLONG *)(buffer + 8) == id, "FileIdInformation %llx", *(ULONGLONG *)(buffer + 8));
    ok_hex(query(file, 68, 72), 0);
    ok(*(ULONGLONG *)buffer == id, "FileStatInformation %llx", *(ULONGLONG *)buffer);
    CloseHandle(file);
}

static void test_by_name(void)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr;

    ok(RtlDosPathNameToNtPathName_U(L"a file of some name", &name, NULL, NULL), "no NT name");
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 72, 68), 0);
    ok_int(*(ULONGLONG *)(buffer + 48), 5); /* EndOfFile */
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 71, 68), LENGTH_MISMATCH);
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 95, 70), LENGTH_MISMATCH);
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 96, 70), 0);
    /* nf-ntifs-ntqueryinformationbyname: STATUS_INVALID_PARAMETER for a class that is not one of these */
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, sizeof(buffer), 200), INVALID_PARAMETER);
    /* FileCaseSensitiveInformation is a directory's */
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 4, 71), INVALID_PARAMETER);
    name.Length -= 2;
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 72, 68), NAME_NOT_FOUND);
    CreateDirectoryA("a directory", NULL);
    ok(RtlDosPathNameToNtPathName_U(L"a directory", &name, NULL, NULL), "no NT name");
    *(ULONG *)buffer = 99;
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 4, 71), 0);
    ok_int(*(ULONG *)buffer, 0);
    HANDLE directory = open_file("a directory", GENERIC_WRITE);
    *(ULONG *)buffer = 1;
    NTSTATUS status = NtSetInformationFile(directory, &iosb, buffer, 4, 71);
    CloseHandle(directory);
    *(ULONG *)buffer = 99;
    ok_hex(NtQueryInformationByName(&attr, &iosb, buffer, 4, 71), 0);
    ok_int(*(ULONG *)buffer, status ? 0 : 1);
    RemoveDirectoryA("a directory");
}

/* FileProcessIdsUsingFileInformation: we do. */
static void test_users(void)
{
    HANDLE file = open_file("a file of some name", FILE_READ_ATTRIBUTES);
    ULONG count;
    int found = 0;

    ok_hex(query(file, 47, 15), LENGTH_MISMATCH);
    ok_hex(query(file, 47, sizeof(buffer)), 0);
    count = *(ULONG *)buffer;
    for (ULONG i = 0; i < count && i < 100; i++)
        found += ((ULONG_PTR *)buffer)[1 + i] == GetCurrentProcessId();
    ok_int(found, 1);
    CloseHandle(file);
}

/* FILE_IO_PRIORITY_HINT_INFO: "This member must be a value from the PRIORITY_HINT enumeration." */
static void test_priority(void)
{
    HANDLE file = open_file("a file of some name", GENERIC_READ | GENERIC_WRITE);
    ULONG hint[2] __attribute__((aligned(8))) = { 1 /* IoPriorityHintLow */ };

    ok_hex(NtSetInformationFile(file, &iosb, hint, sizeof(hint), 43), 0);
    hint[0] = 3; /* MaximumIoPriorityHintType */
    ok_hex(NtSetInformationFile(file, &iosb, hint, sizeof(hint), 43), INVALID_PARAMETER);
    CloseHandle(file);
}

static void test_set(void)
{
    HANDLE file = open_file("a file of some name", GENERIC_READ | GENERIC_WRITE | DELETE);
    HANDLE reader = open_file("a file of some name", GENERIC_READ);
    static const struct {
        ULONG class, length;
    } sets[] = { { BASIC, 40 }, { 13, 1 }, { 14, 8 }, { 16, 4 }, { 19, 8 }, { 20, 8 }, { 30, 16 }, { 39, 8 } };
    static const ULONG none[] = { 0, 1, 5, 6, 7, 8, 9, 17, 18, 21, 22, 28, 34, 35, 46, 48, 54, 59, 68, 200 };

    memset(buffer, 0, sizeof(buffer));
    for (unsigned i = 0; i < ARRAYSIZE(sets); i++) {
        NTSTATUS status = NtSetInformationFile(file, &iosb, buffer, sets[i].length - 1, sets[i].class);
        ok(status == LENGTH_MISMATCH, "class %lu: %#lx", sets[i].class, status);
    }
    for (unsigned i = 0; i < ARRAYSIZE(none); i++) {
        NTSTATUS status = NtSetInformationFile(file, &iosb, buffer, sizeof(buffer), none[i]);
        ok(status == INVALID_INFO_CLASS, "class %lu: %#lx", none[i], status);
    }
    /* [MS-FSA] 2.1.5.15: FileObjectIdInformation, FileSfioReserveInformation */
    ok_hex(NtSetInformationFile(file, &iosb, buffer, sizeof(buffer), 29), (NTSTATUS)0xC00000BB);
    ok_hex(NtSetInformationFile(file, &iosb, buffer, sizeof(buffer), 44), (NTSTATUS)0xC00000BB);
    ok_hex(NtSetInformationFile(reader, &iosb, buffer, 8, 40),
           ACCESS_DENIED); /* FileShortNameInformation needs DELETE */
    ok_hex(NtSetInformationFile(reader, &iosb, buffer, 40, BASIC), ACCESS_DENIED);
    ok_hex(NtSetInformationFile(reader, &iosb, buffer, 1, 13), ACCESS_DENIED);
    ok_hex(NtSetInformationFile(reader, &iosb, buffer, 8, 20), ACCESS_DENIED);
    CloseHandle(file);
    CloseHandle(reader);
}

typedef struct {
    LONGLONG creation, access, write, change;
    ULONG attributes;
} BASIC_INFO;

static BASIC_INFO basic_of(HANDLE file)
{
    BASIC_INFO info = { 0 };
    NTSTATUS status = NtQueryInformationFile(file, &iosb, &info, sizeof(info), BASIC);
    ok(!status, "FileBasicInformation %#lx", status);
    return info;
}

static NTSTATUS set_times(HANDLE file, LONGLONG creation, LONGLONG access, LONGLONG write, LONGLONG change)
{
    BASIC_INFO info = { creation, access, write, change, 0 };
    return NtSetInformationFile(file, &iosb, &info, sizeof(info), BASIC);
}

static void test_times(void)
{
    const LONGLONG some = 131000000012345678ll, other = 120000000087654321ll, old = 94354848001234567ll /* 1900 */;
    HANDLE file = open_file("a file of some name", GENERIC_READ | GENERIC_WRITE), again;
    BASIC_INFO info;
    DWORD done;

    ok_hex(set_times(file, some, other, some + 1, 0), 0);
    info = basic_of(file);
    ok(info.creation == some && info.access == other && info.write == some + 1, "times %lld %lld %lld", info.creation,
       info.access, info.write);
    ok_hex(set_times(file, 0, 0, 0, 0), 0); /* zero: no change */
    info = basic_of(file);
    ok(info.creation == some && info.access == other && info.write == some + 1, "times %lld %lld %lld", info.creation,
       info.access, info.write);
    ok_hex(set_times(file, -3, 0, 0, 0), INVALID_PARAMETER);
    ok_hex(set_times(file, 0, -3, 0, 0), INVALID_PARAMETER);
    ok_hex(set_times(file, 0, 0, -3, 0), INVALID_PARAMETER);
    ok_hex(set_times(file, 0, 0, 0, -3), INVALID_PARAMETER);
    ok_hex(set_times(file, old, 0, 0, 0), 0);
    info = basic_of(file);
    ok(info.creation == old && info.write == some + 1, "times %lld %lld", info.creation, info.write);

    /* FILE_BASIC_INFORMATION's page: -1 in a time means that what is done through the handle does not change it */
    ok_hex(set_times(file, 0, -1, -1, 0), 0);
    ok(WriteFile(file, "hello", 5, &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    file = open_file("a file of some name", GENERIC_READ | GENERIC_WRITE);
    info = basic_of(file);
    ok(info.write == some + 1, "the time of the last write is %lld", info.write);
    ok(info.access == other, "the time of the last access is %lld", info.access);
    /* and -2 that it does again */
    ok_hex(set_times(file, 0, -1, -1, -1), 0);
    ok_hex(set_times(file, 0, -2, -2, -2), 0);
    ok(WriteFile(file, "hello", 5, &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    again = open_file("a file of some name", FILE_READ_ATTRIBUTES);
    info = basic_of(again);
    ok(info.write > some + 1, "the time of the last write is still %lld", info.write);
    CloseHandle(again);
}

static void test_links(void)
{
    struct {
        ULONG needed, count;
        struct {
            ULONG next;
            LONGLONG parent;
            ULONG length;
            WCHAR name[4];
        } entry;
    } *links = (void *)buffer;
    HANDLE file, here = open_file(".", FILE_READ_ATTRIBUTES), dir;
    LONGLONG id_here, id_dir;
    WCHAR name[MAX_PATH];
    unsigned found = 0;
    HANDLE find;
    DWORD size;

    make_file("link1", "text");
    CreateDirectoryA("linkdir", NULL);
    ok(CreateHardLinkA("link2", "link1", NULL), "error %lu", GetLastError());
    ok(CreateHardLinkA("linkdir\\link3", "link1", NULL), "error %lu", GetLastError());
    dir = open_file("linkdir", FILE_READ_ATTRIBUTES);
    query(here, INTERNAL, 8);
    id_here = *(LONGLONG *)buffer;
    query(dir, INTERNAL, 8);
    id_dir = *(LONGLONG *)buffer;

    file = open_file("linkdir\\link3", FILE_READ_ATTRIBUTES);
    ok_hex(query(file, LINKS, sizeof(buffer)), 0);
    ok_int(links->count, 3);
    ok_int(links->needed, iosb.Information);
    for (char *at = (char *)&links->entry;; at += *(ULONG *)at) {
        LONGLONG parent = *(LONGLONG *)(at + 8);
        ULONG length = *(ULONG *)(at + 16);
        const WCHAR *text = (WCHAR *)(at + 20);
        if (length == 5 && !memcmp(text, L"link1", 10) && parent == id_here)
            found |= 1;
        if (length == 5 && !memcmp(text, L"link2", 10) && parent == id_here)
            found |= 2;
        if (length == 5 && !memcmp(text, L"link3", 10) && parent == id_dir)
            found |= 4;
        if (!*(ULONG *)at)
            break;
    }
    ok_int(found, 7);
    size = links->needed;
    ok_hex(query(file, LINKS, size - 1), BUFFER_OVERFLOW);
    ok_int(links->needed, size);
    ok_int(links->count, 2);
    CloseHandle(file);
    CloseHandle(here);
    CloseHandle(dir);

    size = MAX_PATH;
    found = 0;
    find = FindFirstFileNameW(L"link1", 0, &size, name);
    ok(find != INVALID_HANDLE_VALUE, "FindFirstFileNameW: error %lu", GetLastError());
    while (find != INVALID_HANDLE_VALUE) {
        ok(name[0] == '\\' && wcslen(name) + 1 == size, "name %ls of %lu", name, size);
        found += wcsstr(name, L"\\link1") != NULL;
        found += wcsstr(name, L"\\link2") ? 10 : 0;
        found += wcsstr(name, L"\\linkdir\\link3") ? 100 : 0;
        size = MAX_PATH;
        if (!FindNextFileNameW(find, &size, name))
            break;
    }
    ok_int(GetLastError(), ERROR_HANDLE_EOF);
    ok_int(found, 111);
    FindClose(find);
    size = 3;
    ok(FindFirstFileNameW(L"link1", 0, &size, name) == INVALID_HANDLE_VALUE, "too small, but it was found");
    ok_int(GetLastError(), ERROR_MORE_DATA);
    ok(size > 6, "size %lu", size);

    DeleteFileA("link1");
    DeleteFileA("link2");
    file = open_file("linkdir\\link3", FILE_READ_ATTRIBUTES);
    ok_hex(query(file, LINKS, sizeof(buffer)), 0);
    ok_int(links->count, 1);
    CloseHandle(file);
    DeleteFileA("linkdir\\link3");
    RemoveDirectoryA("linkdir");
}

TESTS
{
    if (!get_functions())
        return;
    make_file("a file of some name", "12345");
    test_lengths();
    test_names();
    test_ids();
    test_by_name();
    test_users();
    test_set();
    test_priority();
    test_links();
    test_times();
    DeleteFileA("a file of some name");
}
