/* SPDX-License-Identifier: MIT */
/*
 * Reparse points: tags of third parties and their GUIDs, junctions, symbolic links. References: "Reparse Points", "Reparse Point
 * Operations" and the FSCTL_*_REPARSE_POINT pages of the Windows SDK; [MS-FSA] 2.1.5.10.
 */
#include "../test.h"
#include <winioctl.h>

#define OTHERS_TAG 0x00004242u /* not Microsoft's: a GUID says whose it is */
#define THEIR_TAG  0x80004343u /* as if a filter of Microsoft's acted on it */

#ifndef ERROR_REPARSE_TAG_MISMATCH
#define ERROR_REPARSE_TAG_MISMATCH 4394
#endif

static const GUID ours = { 0x12345678, 0x1234, 0x5678, { 1, 2, 3, 4, 5, 6, 7, 8 } };
static const GUID others = { 0x87654321, 0x1234, 0x5678, { 1, 2, 3, 4, 5, 6, 7, 8 } };

typedef struct {
    ULONG tag;
    USHORT length, reserved;
    GUID guid;
    char data[100];
} GUID_POINT;
typedef struct {
    ULONG tag;
    USHORT length, reserved;
    char data[100];
} POINT_DATA;

static HANDLE open_point(const char *name, DWORD access)
{
    return CreateFileA(name, access, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
                       NULL);
}

static BOOL control(HANDLE file, DWORD code, void *in, DWORD in_size, void *out, DWORD *out_size)
{
    DWORD none = 0, *size = out_size ? out_size : &none;
    return DeviceIoControl(file, code, in, in_size, out, out ? *size : 0, size, NULL);
}

static ULONG tag_of(const char *name)
{
    WIN32_FIND_DATAA data = { 0 };
    HANDLE find = FindFirstFileA(name, &data);

    if (find == INVALID_HANDLE_VALUE)
        return ~0u;
    FindClose(find);
    return data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT ? data.dwReserved0 : 0;
}

static void test_guid(const char *name)
{
    GUID_POINT point = { OTHERS_TAG, 10, 0, ours, "some data" }, got = { 0 };
    FILE_ATTRIBUTE_TAG_INFO info;
    DWORD size = sizeof(got), attributes = GetFileAttributesA(name);
    HANDLE file = open_point(name, GENERIC_READ | GENERIC_WRITE), other;

    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok_err(control(file, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, &size), ERROR_NOT_A_REPARSE_POINT);
    /* the lengths must be right: 24 bytes come before the data */
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 24 + 11, NULL, NULL), ERROR_INVALID_REPARSE_DATA);
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 7, NULL, NULL), ERROR_INVALID_REPARSE_DATA);
    point.tag = 1; /* IO_REPARSE_TAG_RESERVED_ONE */
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 24 + 10, NULL, NULL), ERROR_REPARSE_TAG_INVALID);
    point.tag = OTHERS_TAG;
    ok(control(file, FSCTL_SET_REPARSE_POINT, &point, 24 + 10, NULL, NULL), "error %lu", GetLastError());
    size = sizeof(got);
    ok(control(file, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, &size), "error %lu", GetLastError());
    ok_int(size, 34);
    ok_mem(&got, &point, 34);
    size = 30;
    ok_err(control(file, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, &size), ERROR_MORE_DATA);
    size = 23;
    ok_err(control(file, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, &size), ERROR_INSUFFICIENT_BUFFER);

    ok_hex(tag_of(name), OTHERS_TAG);
    ok_hex(GetFileAttributesA(name), (attributes & ~FILE_ATTRIBUTE_NORMAL) | FILE_ATTRIBUTE_REPARSE_POINT);
    ok(GetFileInformationByHandleEx(file, FileAttributeTagInfo, &info, sizeof(info)), "error %lu", GetLastError());
    ok_hex(info.ReparseTag, OTHERS_TAG);
    /* nobody acts on it */
    other = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(other == INVALID_HANDLE_VALUE, "%s was opened", name);
    ok_int(GetLastError(), ERROR_CANT_ACCESS_FILE);

    /* it is changed and removed by those whose it is */
    point.data[0] = 'S';
    ok(control(file, FSCTL_SET_REPARSE_POINT, &point, 24 + 10, NULL, NULL), "error %lu", GetLastError());
    point.guid = others;
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 24 + 10, NULL, NULL), ERROR_REPARSE_ATTRIBUTE_CONFLICT);
    point.length = 0;
    ok_err(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 24, NULL, NULL), ERROR_REPARSE_ATTRIBUTE_CONFLICT);
    point.guid = ours;
    point.tag = OTHERS_TAG + 1;
    ok_err(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 24, NULL, NULL), ERROR_REPARSE_TAG_MISMATCH);
    point.tag = OTHERS_TAG;
    point.length = 4;
    ok_err(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 28, NULL, NULL), ERROR_INVALID_REPARSE_DATA);
    point.length = 0;
    ok(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 24, NULL, NULL), "error %lu", GetLastError());
    ok_err(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 24, NULL, NULL), ERROR_NOT_A_REPARSE_POINT);
    CloseHandle(file);
    ok_int(tag_of(name), 0);
    ok_hex(GetFileAttributesA(name), attributes);
    other = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(other != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(other);
}

static void test_tag(void)
{
    POINT_DATA point = { THEIR_TAG, 4, 0, "abc" };
    HANDLE file;
    DWORD done;
    char text[8];

    /* the file's own data stay */
    file = open_point("file", GENERIC_READ | GENERIC_WRITE);
    ok(WriteFile(file, "content", 7, &done, NULL), "error %lu", GetLastError());
    ok(control(file, FSCTL_SET_REPARSE_POINT, &point, 12, NULL, NULL), "error %lu", GetLastError());
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ok(ReadFile(file, text, 7, &done, NULL) && !memcmp(text, "content", 7), "error %lu", GetLastError());
    point.tag++;
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 12, NULL, NULL), ERROR_REPARSE_TAG_MISMATCH);
    CloseHandle(file);
    /* what has no right to write has none to this */
    file = open_point("file", GENERIC_READ);
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 12, NULL, NULL), ERROR_ACCESS_DENIED);
    CloseHandle(file);
    ok_hex(tag_of("file"), THEIR_TAG);
    ok(SetFileAttributesA("file", FILE_ATTRIBUTE_HIDDEN), "error %lu", GetLastError());
    ok_hex(GetFileAttributesA("file"), FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_REPARSE_POINT);
    ok(DeleteFileA("file"), "error %lu", GetLastError());

    /* a directory with a reparse point is empty */
    CreateDirectoryA("full", NULL);
    CreateDirectoryA("full\\sub", NULL);
    file = open_point("full", GENERIC_READ | GENERIC_WRITE);
    ok_err(control(file, FSCTL_SET_REPARSE_POINT, &point, 12, NULL, NULL), ERROR_DIR_NOT_EMPTY);
    CloseHandle(file);
    RemoveDirectoryA("full\\sub");
    RemoveDirectoryA("full");
}

static void set_junction(const char *name, const WCHAR *target, DWORD expected)
{
    struct {
        ULONG tag;
        USHORT length, reserved, substitute_offset, substitute_length, print_offset, print_length;
        WCHAR path[MAX_PATH];
    } point = { 0xa0000003, 0, 0, 0, 0, 0, 0, { 0 } };
    HANDLE file;
    DWORD n = wcslen(target) * 2;
    BOOL done;

    point.substitute_length = (USHORT)n;
    point.print_offset = (USHORT)(n + 2);
    point.length = (USHORT)(8 + n + 4);
    memcpy(point.path, target, n);
    CreateDirectoryA(name, NULL);
    file = open_point(name, GENERIC_WRITE);
    done = control(file, FSCTL_SET_REPARSE_POINT, &point, 8 + point.length, NULL, NULL);
    ok(done == !expected && (done || GetLastError() == expected), "junction: error %lu", GetLastError());
    CloseHandle(file);
}

static void test_junction(void)
{
    WCHAR target[MAX_PATH] = L"\\??\\";
    POINT_DATA point = { 0xa000000c, 0, 0, "" };
    HANDLE file;

    GetCurrentDirectoryW(MAX_PATH - 20, target + 4);
    wcscat(target, L"\\target");
    CreateDirectoryA("target", NULL);
    CreateDirectoryA("target\\inner", NULL);
    set_junction("junction", target, 0);
    ok_hex(tag_of("junction"), 0xa0000003);
    ok(GetFileAttributesA("junction\\inner") == FILE_ATTRIBUTE_DIRECTORY, "nothing behind the junction");
    /* another target, the same tag */
    target[wcslen(target) - 1] = 'x';
    set_junction("junction", target, 0);
    ok(GetFileAttributesA("junction\\inner") == INVALID_FILE_ATTRIBUTES, "the junction leads to the old place");
    target[wcslen(target) - 1] = 't';
    set_junction("junction", target, 0);
    set_junction("target", target, ERROR_DIR_NOT_EMPTY);
    file = open_point("junction", GENERIC_WRITE);
    ok_err(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 8, NULL, NULL), ERROR_REPARSE_TAG_MISMATCH);
    point.tag = 0xa0000003;
    ok(control(file, FSCTL_DELETE_REPARSE_POINT, &point, 8, NULL, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(tag_of("junction"), 0);
    ok(GetFileAttributesA("junction\\inner") == INVALID_FILE_ATTRIBUTES, "there is still a junction");
    ok(RemoveDirectoryA("junction"), "error %lu", GetLastError());
    RemoveDirectoryA("target\\inner");
    ok(RemoveDirectoryA("target"), "error %lu", GetLastError());
}

static void test_loops(void)
{
    DWORD flags = SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
    HANDLE file;

    if (!CreateSymbolicLinkA("loop1", "loop2", flags)) {
        skip("no right to make symbolic links");
        return;
    }
    ok(CreateSymbolicLinkA("loop2", "loop1", flags), "error %lu", GetLastError());
    ok(CreateFileA("loop1", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE, "opened");
    ok_int(GetLastError(), ERROR_CANT_RESOLVE_FILENAME);
    ok_hex(tag_of("loop1"), 0xa000000c);
    ok(DeleteFileA("loop1") && DeleteFileA("loop2"), "error %lu", GetLastError());

    /* one that leads nowhere */
    ok(CreateSymbolicLinkA("dangling", "nowhere", flags), "error %lu", GetLastError());
    ok(CreateFileA("dangling", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE, "opened");
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
    ok(GetFileAttributesA("dangling") & FILE_ATTRIBUTE_REPARSE_POINT, "attributes %#lx",
       GetFileAttributesA("dangling"));
    /* what is made through it is made where it leads */
    file = CreateFileA("dangling", GENERIC_WRITE, 7, NULL, OPEN_ALWAYS, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
    ok(GetFileAttributesA("nowhere") == FILE_ATTRIBUTE_ARCHIVE, "attributes %#lx", GetFileAttributesA("nowhere"));
    DeleteFileA("nowhere");
    ok(DeleteFileA("dangling"), "error %lu", GetLastError());
}

/* A path from the volume's root is relative to the volume ("Creating Symbolic Links", CreateSymbolicLink's page). */
static void rooted_link(const char *target, DWORD flags)
{
    struct {
        ULONG tag;
        USHORT length, reserved, substitute_offset, substitute_length, print_offset, print_length;
        ULONG flags;
        WCHAR path[2 * MAX_PATH];
    } point;
    WCHAR wide[MAX_PATH];
    DWORD size = sizeof(point);
    HANDLE file;

    flags |= SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
    if (!CreateSymbolicLinkA("rooted", target, flags)) {
        ok_int(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
        skip("no right to make symbolic links");
        return;
    }
    MultiByteToWideChar(CP_ACP, 0, target, -1, wide, MAX_PATH);
    memset(&point, 0, sizeof(point));
    file = open_point("rooted", GENERIC_READ);
    ok(control(file, FSCTL_GET_REPARSE_POINT, NULL, 0, &point, &size), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(point.flags, 1 /* SYMLINK_FLAG_RELATIVE */);
    ok_int(point.substitute_length, wcslen(wide) * 2);
    ok_mem(point.path + point.substitute_offset / 2, wide, wcslen(wide) * 2);
    file = CreateFileA("rooted", FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", target, GetLastError());
    CloseHandle(file);
    ok((flags & SYMBOLIC_LINK_FLAG_DIRECTORY ? RemoveDirectoryA : DeleteFileA)("rooted"), "error %lu", GetLastError());
}

static void test_rooted(void)
{
    char target[MAX_PATH];

    GetCurrentDirectoryA(sizeof(target) - 10, target);
    rooted_link(target + 2, SYMBOLIC_LINK_FLAG_DIRECTORY);
    rooted_link("\\", SYMBOLIC_LINK_FLAG_DIRECTORY);
    CloseHandle(CreateFileA("goal", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    strcat(target, "\\goal");
    rooted_link(target + 2, 0);
    DeleteFileA("goal");
}

TESTS
{
    CloseHandle(CreateFileA("file", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    CreateDirectoryA("folder", NULL);
    test_guid("file");
    test_guid("folder");
    test_tag();
    test_junction();
    test_loops();
    test_rooted();
    ok(RemoveDirectoryA("folder"), "error %lu", GetLastError());
}
