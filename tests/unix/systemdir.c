/* SPDX-License-Identifier: MIT */
/*
 * systemdir.c: C:\windows as programs see it: what is listed can be opened, mapped and asked of its version under that name, nothing of
 * the installation can be changed, and files of the prefix take its files' places. Used by dlloverrides.sh.
 */
#include "../test.h"

static void check_file(const char *folder, const WIN32_FIND_DATAA *found)
{
    char name[MAX_PATH], final[MAX_PATH] = "";
    HANDLE file, map;

    sprintf(name, "%s\\%s", folder, found->cFileName);
    CharUpperA(name);
    ok(GetFileAttributesA(name) == found->dwFileAttributes, "%s: attributes %#lx", name, found->dwFileAttributes);
    if (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
        return;
    file = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok(GetFileSize(file, NULL) == found->nFileSizeLow, "%s: %lu bytes", name, found->nFileSizeLow);
    GetFinalPathNameByHandleA(file, final, sizeof(final), 0);
    ok(!_stricmp(final + 4, name), "%s is %s", name, final);
    map = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    ok(map != NULL, "%s: error %lu", name, GetLastError());
    CloseHandle(map);
    CloseHandle(file);
    if (strstr(name, ".DLL"))
        ok(GetFileVersionInfoSizeA(name, NULL) > 0, "%s: error %lu", name, GetLastError());
}

static void test_listing(const char *folder)
{
    char pattern[MAX_PATH];
    WIN32_FIND_DATAA found;
    unsigned n = 0;
    HANDLE find;

    sprintf(pattern, "%s\\*", folder);
    find = FindFirstFileA(pattern, &found);
    ok(find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    do {
        check_file(folder, &found);
        n++;
    } while (FindNextFileA(find, &found));
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    ok(n > 50, "%u files", n);
    FindClose(find);
}

static void test_fixed(const char *name)
{
    static const DWORD changes[] = { GENERIC_WRITE, FILE_APPEND_DATA, DELETE,     FILE_WRITE_ATTRIBUTES,
                                     FILE_WRITE_EA, WRITE_DAC,        WRITE_OWNER };
    HANDLE file;

    for (unsigned i = 0; i < ARRAYSIZE(changes); i++) {
        file = CreateFileA(name, changes[i], 7, NULL, OPEN_EXISTING, 0, NULL);
        ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "access %#lx: error %lu", changes[i],
           GetLastError());
    }
    file = CreateFileA(name, MAXIMUM_ALLOWED, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
    ok_err(SetFileAttributesA(name, FILE_ATTRIBUTE_HIDDEN), ERROR_ACCESS_DENIED);
    ok_err(DeleteFileA(name), ERROR_ACCESS_DENIED);
    ok_err(MoveFileA(name, "moved"), ERROR_ACCESS_DENIED);
    ok_err(CreateHardLinkA("link", name, NULL), ERROR_ACCESS_DENIED);
}

static unsigned size_of(const char *name)
{
    WIN32_FILE_ATTRIBUTE_DATA data = { 0 };

    return GetFileAttributesExA(name, GetFileExInfoStandard, &data) ? data.nFileSizeLow : 0;
}

static void make(const char *name, DWORD size)
{
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    char bytes[64] = "";
    DWORD done;

    ok(WriteFile(file, bytes, size, &done, NULL), "%s: error %lu", name, GetLastError());
    CloseHandle(file);
}

/* In the ways that installers have. */
static void test_replaced(const char *name)
{
    unsigned size = size_of(name);

    ok_err(CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_FILE_EXISTS);
    make("C:\\new", 10);
    ok_err(MoveFileA("C:\\new", name), ERROR_ALREADY_EXISTS);
    ok(MoveFileExA("C:\\new", name, MOVEFILE_REPLACE_EXISTING), "error %lu", GetLastError());
    ok_int(size_of(name), 10);
    ok(SetFileAttributesA(name, FILE_ATTRIBUTE_HIDDEN), "error %lu", GetLastError());
    ok(DeleteFileA(name), "error %lu", GetLastError());
    ok_int(size_of(name), size); /* the installation's again */
    make("C:\\new", 11);
    ok(CopyFileA("C:\\new", name, FALSE), "error %lu", GetLastError());
    ok_int(size_of(name), 11);
    ok(DeleteFileA(name) && DeleteFileA("C:\\new"), "error %lu", GetLastError());
    make(name, 12);
    ok_int(size_of(name), 12);
    ok(DeleteFileA(name), "error %lu", GetLastError());
    ok_int(size_of(name), size);
}

/* A file that programs write to: what was written is the prefix's. */
static void test_written(const char *name)
{
    unsigned size = size_of(name);
    HANDLE file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD done;
    char byte;

    ok(file != INVALID_HANDLE_VALUE && size > 0, "error %lu", GetLastError());
    ok(ReadFile(file, &byte, 1, &done, NULL) && byte == ';', "%lu, error %lu", done, GetLastError());
    SetFilePointer(file, 0, NULL, FILE_END);
    ok(WriteFile(file, "[x]\r\n", 5, &done, NULL), "error %lu", GetLastError());
    CloseHandle(file);
    ok_int(size_of(name), size + 5);
    ok(DeleteFileA(name), "error %lu", GetLastError());
    ok_int(size_of(name), size); /* the installation's is as it was */
    ok(WriteProfileStringA("section", "key", "value"), "error %lu", GetLastError());
    ok_int(GetProfileIntA("section", "none", 7), 7);
}

TESTS
{
    test_listing("C:\\windows\\system32");
    test_fixed("C:\\Windows\\System32\\KERNEL32.dll");
    test_fixed("C:\\windows\\system32\\drivers\\etc\\hosts");
    test_replaced("C:\\Windows\\System32\\userenv.DLL");
    test_written("C:\\windows\\Win.ini");
    ok(GetFileAttributesA("C:\\windows\\system.ini") != INVALID_FILE_ATTRIBUTES, "error %lu", GetLastError());
    ok_err(RemoveDirectoryA("C:\\windows\\system32"), ERROR_DIR_NOT_EMPTY);
    ok_err(MoveFileA("C:\\windows\\system32", "C:\\windows\\other"), ERROR_ACCESS_DENIED);
}
