/* SPDX-License-Identifier: MIT */
/* FindFirstFile and its like: patterns, order-independent completeness, the classes of GetFileInformationByHandleEx. */
#include "../test.h"

static WCHAR dir[MAX_PATH];

static void path_to(WCHAR *to, const WCHAR *leaf)
{
    wcscpy(to, dir);
    wcscat(to, L"\\");
    wcscat(to, leaf);
}

static void make(const WCHAR *leaf)
{
    WCHAR path[MAX_PATH];
    path_to(path, leaf);
    CloseHandle(CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
}

static int count(const WCHAR *pattern)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW data;
    HANDLE h;
    int n = 0;

    path_to(path, pattern);
    h = FindFirstFileW(path, &data);
    if (h == INVALID_HANDLE_VALUE)
        return -(int)GetLastError();
    do
        n++;
    while (FindNextFileW(h, &data));
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    FindClose(h);
    return n;
}

static void test_patterns(void)
{
    static const WCHAR *const files[] = { L"a", L"b.txt", L"B2.TXT", L"c.tar.gz", L"noext", L"long file name.text" };

    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++)
        make(files[i]);
    ok_int(count(L"*"), 8); /* with . and .. */
    ok_int(count(L"*.*"), 8);
    ok_int(count(L"*.txt"), 2);
    ok_int(count(L"b*"), 2);
    ok_int(count(L"?.txt"), 1);
    ok_int(count(L"B.TXT"), 1);
    ok_int(count(L"*.gz"), 1);
    ok_int(count(L"*."), 4); /* names without a dot, and . and .. */
    ok_int(count(L"*.tar.*"), 1);
    ok_int(count(L"b??.txt"), 2); /* a ? before a dot may be nothing */
    ok_int(count(L"*file*"), 1);
    /* "The function searches both the long and short file names": an extension's first three characters */
    ok_int(count(L"*.tex"), 1);
    ok_int(count(L"?*.tex"), 1);
    ok_int(count(L"l*.tex"), 1);
    ok_int(count(L"*.te"), -ERROR_FILE_NOT_FOUND);
    ok_int(count(L"nothing*"), -ERROR_FILE_NOT_FOUND);
    ok_int(count(L"no\\*"), -ERROR_PATH_NOT_FOUND);
    ok_int(count(L"a\\*"), -ERROR_DIRECTORY);
}

static void test_many(void)
{
    unsigned char seen[500] = { 0 };
    WIN32_FIND_DATAW data;
    WCHAR leaf[32], path[MAX_PATH];
    int n = 0;
    HANDLE h;

    for (int i = 0; i < 500; i++) {
        swprintf(leaf, 32, L"many-%03d-with-a-longer-name", i);
        make(leaf);
    }
    path_to(path, L"many-*");
    h = FindFirstFileExW(path, FindExInfoBasic, &data, FindExSearchNameMatch, NULL, FIND_FIRST_EX_LARGE_FETCH);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    do {
        int i = _wtoi(data.cFileName + 5);
        ok(i >= 0 && i < 500 && !seen[i], "%ls again", data.cFileName);
        seen[i] = 1;
        n++;
        ok_hex(data.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
        path_to(path, data.cFileName);
        ok(DeleteFileW(path), "error %lu", GetLastError()); /* while the scan goes on */
    } while (FindNextFileW(h, &data));
    ok_int(n, 500);
    FindClose(h);
}

static void test_by_handle(void)
{
    union {
        char bytes[4096];
        FILE_ID_BOTH_DIR_INFO both;
        FILE_FULL_DIR_INFO full;
        FILE_STANDARD_INFO standard;
        FILE_BASIC_INFO basic;
        FILE_NAME_INFO name;
        FILE_ID_INFO id;
        FILE_ATTRIBUTE_TAG_INFO tag;
    } info;
    BY_HANDLE_FILE_INFORMATION by_handle;
    WCHAR path[MAX_PATH], final[MAX_PATH * 2];
    int entries = 0;
    HANDLE h = CreateFileW(dir, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING,
                           FILE_FLAG_BACKUP_SEMANTICS, NULL);

    while (GetFileInformationByHandleEx(h, FileIdBothDirectoryInfo, &info, sizeof info)) {
        FILE_ID_BOTH_DIR_INFO *entry = &info.both;
        for (;;) {
            entries++;
            ok(entry->FileNameLength && entry->FileNameLength < 100, "length %lu", entry->FileNameLength);
            if (!entry->NextEntryOffset)
                break;
            ok_int(entry->NextEntryOffset % 8, 0);
            entry = (FILE_ID_BOTH_DIR_INFO *)((char *)entry + entry->NextEntryOffset);
        }
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    ok_int(entries, 8);
    ok(GetFileInformationByHandleEx(h, FileIdBothDirectoryRestartInfo, &info, sizeof info), "error %lu",
       GetLastError());
    ok(GetFileInformationByHandleEx(h, FileStandardInfo, &info, sizeof info.standard), "error %lu", GetLastError());
    ok(info.standard.Directory && !info.standard.DeletePending, "%d", info.standard.Directory);
    CloseHandle(h);

    path_to(path, L"B.TXT");
    h = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetFileInformationByHandle(h, &by_handle), "error %lu", GetLastError());
    ok(by_handle.nNumberOfLinks == 1 && by_handle.nFileSizeLow == 0, "links %lu", by_handle.nNumberOfLinks);
    ok(by_handle.nFileIndexLow || by_handle.nFileIndexHigh, "no file index");
    ok(GetFileInformationByHandleEx(h, FileIdInfo, &info, sizeof info.id), "error %lu", GetLastError());
    ok(GetFileInformationByHandleEx(h, FileAttributeTagInfo, &info, sizeof info.tag), "error %lu", GetLastError());
    ok_hex(info.tag.FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    ok(GetFileInformationByHandleEx(h, FileNameInfo, &info, sizeof info), "error %lu", GetLastError());
    ok(info.name.FileName[0] == '\\', "%lc", info.name.FileName[0]);
    ok(!GetFileInformationByHandleEx(h, FileStandardInfo, &info, 4) && GetLastError() == ERROR_BAD_LENGTH, "error %lu",
       GetLastError());
    /* the real spelling */
    ok(GetFinalPathNameByHandleW(h, final, MAX_PATH * 2, 0), "error %lu", GetLastError());
    ok(wcslen(final) > 6 && !wcscmp(final + wcslen(final) - 6, L"\\b.txt"), "%ls", final);
    ok(!wcsncmp(final, L"\\\\?\\", 4) && final[5] == ':', "%ls", final);
    ok_int(GetFileType(h), FILE_TYPE_DISK);
    CloseHandle(h);
}

TESTS
{
    static const WCHAR *const files[] = { L"a", L"b.txt", L"b2.txt", L"c.tar.gz", L"noext", L"long file name.text" };
    WCHAR path[MAX_PATH];

    GetTempPathW(MAX_PATH, dir);
    swprintf(dir + wcslen(dir), 64, L"transom-find-%lu", GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    test_patterns();
    test_by_handle();
    test_many();
    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        path_to(path, files[i]);
        ok(DeleteFileW(path), "error %lu", GetLastError());
    }
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
