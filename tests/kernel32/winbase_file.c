/* SPDX-License-Identifier: MIT */
/* Copying, moving, replacing, linking and reopening files; the file calls of 16-bit Windows. */
#include "../test.h"
#include <winioctl.h>

static WCHAR dir[MAX_PATH];

static WCHAR *path_to(const WCHAR *leaf)
{
    static WCHAR paths[8][MAX_PATH];
    static unsigned next;
    WCHAR *path = paths[next++ % 8];

    swprintf(path, MAX_PATH, L"%ls\\%ls", dir, leaf);
    return path;
}

static void make(const WCHAR *leaf, const char *text)
{
    HANDLE h = CreateFileW(path_to(leaf), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD n;

    ok(h != INVALID_HANDLE_VALUE, "%ls: error %lu", leaf, GetLastError());
    WriteFile(h, text, strlen(text), &n, NULL);
    CloseHandle(h);
}

static const char *content(const WCHAR *leaf)
{
    static char text[64];
    HANDLE h = CreateFileW(path_to(leaf), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    DWORD n = 0;

    if (h == INVALID_HANDLE_VALUE)
        return "(none)";
    ReadFile(h, text, sizeof text - 1, &n, NULL);
    text[n] = 0;
    CloseHandle(h);
    return text;
}

static bool exists(const WCHAR *leaf)
{
    return GetFileAttributesW(path_to(leaf)) != INVALID_FILE_ATTRIBUTES;
}

static void test_copy(void)
{
    WIN32_FILE_ATTRIBUTE_DATA a, b;
    HANDLE h;
    FILETIME old = { 0, 0x01c00000 };

    make(L"src", "source");
    h = CreateFileW(path_to(L"src"), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(SetFileTime(h, NULL, NULL, &old), "error %lu", GetLastError());
    CloseHandle(h);
    SetFileAttributesW(path_to(L"src"), FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
    ok(CopyFileW(path_to(L"src"), path_to(L"dst"), TRUE), "error %lu", GetLastError());
    ok_str(content(L"dst"), "source");
    GetFileAttributesExW(path_to(L"src"), GetFileExInfoStandard, &a);
    GetFileAttributesExW(path_to(L"dst"), GetFileExInfoStandard, &b);
    ok(!memcmp(&a.ftLastWriteTime, &b.ftLastWriteTime, sizeof(FILETIME)), "time of the last write differs");
    ok_hex(b.dwFileAttributes, FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
    SetFileAttributesW(path_to(L"src"), FILE_ATTRIBUTE_NORMAL);
    ok_err(CopyFileW(path_to(L"src"), path_to(L"dst"), TRUE), ERROR_FILE_EXISTS);
    /* "fails with ERROR_ACCESS_DENIED if the destination file already exists and has the HIDDEN or READONLY attribute" */
    ok_err(CopyFileW(path_to(L"src"), path_to(L"dst"), FALSE), ERROR_ACCESS_DENIED);
    SetFileAttributesW(path_to(L"dst"), FILE_ATTRIBUTE_NORMAL);
    make(L"src", "other");
    ok(CopyFileW(path_to(L"src"), path_to(L"dst"), FALSE), "error %lu", GetLastError());
    ok_str(content(L"dst"), "other");
    ok_err(CopyFileW(path_to(L"missing"), path_to(L"dst"), FALSE), ERROR_FILE_NOT_FOUND);
    ok_err(CopyFileW(path_to(L"no\\missing"), path_to(L"dst"), FALSE), ERROR_PATH_NOT_FOUND);
    ok_err(CopyFileW(dir, path_to(L"dst"), FALSE), ERROR_ACCESS_DENIED);
    ok_err(CopyFileW(path_to(L"dst"), path_to(L"DST"), FALSE), ERROR_SHARING_VIOLATION); /* to itself */
    ok_str(content(L"dst"), "other");
    DeleteFileW(path_to(L"src"));
    DeleteFileW(path_to(L"dst"));
    /* a read-only file gives a read-only copy with its content */
    make(L"src", "locked");
    SetFileAttributesW(path_to(L"src"), FILE_ATTRIBUTE_READONLY);
    ok(CopyFileW(path_to(L"src"), path_to(L"dst"), FALSE), "error %lu", GetLastError());
    ok_str(content(L"dst"), "locked");
    ok(GetFileAttributesW(path_to(L"dst")) & FILE_ATTRIBUTE_READONLY, "copy is not read-only");
    SetFileAttributesW(path_to(L"src"), FILE_ATTRIBUTE_NORMAL);
    SetFileAttributesW(path_to(L"dst"), FILE_ATTRIBUTE_NORMAL);
    DeleteFileW(path_to(L"src"));
    DeleteFileW(path_to(L"dst"));
}

static DWORD calls, answer, first_reason;
static LONGLONG total, transferred;

static DWORD CALLBACK progress(LARGE_INTEGER size, LARGE_INTEGER done, LARGE_INTEGER stream_size,
                               LARGE_INTEGER stream_done, DWORD stream, DWORD reason, HANDLE src, HANDLE dst,
                               void *data)
{
    if (!calls++)
        first_reason = reason;
    ok(data == &calls && stream == 1 && src && dst, "stream %lu", stream);
    ok(stream_size.QuadPart == size.QuadPart && stream_done.QuadPart == done.QuadPart, "stream's differ");
    total = size.QuadPart;
    transferred = done.QuadPart;
    return reason == CALLBACK_CHUNK_FINISHED ? answer : PROGRESS_CONTINUE;
}

static void test_copy_progress(void)
{
    static char big[3000000];
    HANDLE h = CreateFileW(path_to(L"big"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    BOOL cancel = FALSE;
    DWORD n;

    memset(big, 'x', sizeof big);
    WriteFile(h, big, sizeof big, &n, NULL);
    CloseHandle(h);
    ok(CopyFileExW(path_to(L"big"), path_to(L"copy"), progress, &calls, &cancel, 0), "error %lu", GetLastError());
    ok(calls >= 2 && first_reason == CALLBACK_STREAM_SWITCH, "%lu calls, first %lu", calls, first_reason);
    ok(total == sizeof big && transferred == sizeof big, "%lld of %lld", transferred, total);
    DeleteFileW(path_to(L"copy"));
    answer = PROGRESS_CANCEL;
    ok_err(CopyFileExW(path_to(L"big"), path_to(L"copy"), progress, &calls, &cancel, 0), ERROR_REQUEST_ABORTED);
    ok(!exists(L"copy"), "a cancelled copy stays");
    cancel = TRUE;
    ok_err(CopyFileExW(path_to(L"big"), path_to(L"copy"), NULL, NULL, &cancel, 0), ERROR_REQUEST_ABORTED);
    ok(!exists(L"copy"), "a cancelled copy stays");
    DeleteFileW(path_to(L"big"));
}

/* A file with holes: a copy has the same content, in time that depends on what is there. */
static void test_copy_sparse(void)
{
    HANDLE h = CreateFileW(path_to(L"sparse"), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    LARGE_INTEGER size;
    char text[4];
    DWORD n;

    ok(DeviceIoControl(h, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &n, NULL), "error %lu", GetLastError());
    for (int i = 0; i < 100; i++) { /* every 10 MB three bytes */
        SetFilePointer(h, i * 10000000, NULL, FILE_BEGIN);
        WriteFile(h, "abc", 3, &n, NULL);
    }
    SetFilePointer(h, 1000000000, NULL, FILE_BEGIN);
    SetEndOfFile(h);
    CloseHandle(h);
    answer = PROGRESS_CONTINUE;
    ok(CopyFileExW(path_to(L"sparse"), path_to(L"copy"), progress, &calls, NULL, 0), "error %lu", GetLastError());
    ok(transferred == 1000000000, "%lld bytes told", transferred);
    h = CreateFileW(path_to(L"copy"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetFileSizeEx(h, &size) && size.QuadPart == 1000000000, "%lld bytes", size.QuadPart);
    for (int i = 0; i < 100; i += 33) {
        SetFilePointer(h, i * 10000000, NULL, FILE_BEGIN);
        ok(ReadFile(h, text, 4, &n, NULL) && !memcmp(text, "abc", 4), "wrong at %d", i);
    }
    CloseHandle(h);
    ok(GetCompressedFileSizeW(path_to(L"copy"), NULL) < 100000000, "the holes were filled");
    DeleteFileW(path_to(L"sparse"));
    DeleteFileW(path_to(L"copy"));
}

static void test_move(void)
{
    HANDLE h;

    make(L"a", "1");
    make(L"b", "2");
    ok_err(MoveFileW(path_to(L"a"), path_to(L"b")), ERROR_ALREADY_EXISTS);
    ok(MoveFileExW(path_to(L"a"), path_to(L"b"), MOVEFILE_REPLACE_EXISTING), "error %lu", GetLastError());
    ok(!exists(L"a"), "a is still there");
    ok_str(content(L"b"), "1");
    ok_err(MoveFileW(path_to(L"a"), path_to(L"c")), ERROR_FILE_NOT_FOUND);
    ok_err(MoveFileW(path_to(L"b"), path_to(L"no\\c")), ERROR_PATH_NOT_FOUND);
    ok(CreateDirectoryW(path_to(L"d"), NULL), "error %lu", GetLastError());
    ok(MoveFileW(path_to(L"b"), path_to(L"d\\b")), "error %lu", GetLastError());
    ok(MoveFileW(path_to(L"d"), path_to(L"e")), "error %lu", GetLastError());
    ok_str(content(L"e\\b"), "1");
    /* the case of a name is changed so */
    ok(MoveFileW(path_to(L"e\\b"), path_to(L"e\\B")), "error %lu", GetLastError());
    /* without FILE_SHARE_DELETE */
    h = CreateFileW(path_to(L"e\\b"), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok_err(MoveFileW(path_to(L"e\\B"), path_to(L"x")), ERROR_SHARING_VIOLATION);
    CloseHandle(h);
    ok_err(MoveFileExW(path_to(L"e"), path_to(L"e\\f"), 0), ERROR_SHARING_VIOLATION);
    ok(MoveFileA("no such file", "other") == 0 && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    DeleteFileW(path_to(L"e\\b"));
    RemoveDirectoryW(path_to(L"e"));
}

static void test_replace(void)
{
    make(L"old", "old");
    make(L"new", "new");
    SetFileAttributesW(path_to(L"old"), FILE_ATTRIBUTE_HIDDEN);
    ok(ReplaceFileW(path_to(L"old"), path_to(L"new"), path_to(L"bak"), 0, NULL, NULL), "error %lu", GetLastError());
    ok_str(content(L"old"), "new");
    ok_str(content(L"bak"), "old");
    ok(!exists(L"new"), "the replacement is still there");
    ok(GetFileAttributesW(path_to(L"old")) & FILE_ATTRIBUTE_HIDDEN, "attributes were not kept");
    make(L"new", "newer");
    ok(ReplaceFileW(path_to(L"old"), path_to(L"new"), NULL, 0, NULL, NULL), "error %lu", GetLastError());
    ok_str(content(L"old"), "newer");
    ok_err(ReplaceFileW(path_to(L"gone"), path_to(L"old"), NULL, 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
    ok_err(ReplaceFileW(path_to(L"old"), path_to(L"gone"), NULL, 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
    DeleteFileW(path_to(L"old"));
    DeleteFileW(path_to(L"bak"));
}

static void test_links(void)
{
    BY_HANDLE_FILE_INFORMATION info;
    WCHAR *target;
    HANDLE h;

    make(L"one", "linked");
    ok(CreateHardLinkW(path_to(L"two"), path_to(L"one"), NULL), "error %lu", GetLastError());
    ok_str(content(L"two"), "linked");
    h = CreateFileW(path_to(L"two"), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetFileInformationByHandle(h, &info) && info.nNumberOfLinks == 2, "%lu links", info.nNumberOfLinks);
    CloseHandle(h);
    ok_err(CreateHardLinkW(path_to(L"two"), path_to(L"one"), NULL), ERROR_ALREADY_EXISTS);
    ok_err(CreateHardLinkW(path_to(L"three"), path_to(L"none"), NULL), ERROR_FILE_NOT_FOUND);
    ok_err(CreateHardLinkW(path_to(L"three"), dir, NULL), ERROR_ACCESS_DENIED);
    if (!CreateSymbolicLinkW(path_to(L"sym"), L"one", SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE) &&
        GetLastError() == ERROR_PRIVILEGE_NOT_HELD) {
        skip("no privilege to make symbolic links");
    } else {
        ok(GetFileAttributesW(path_to(L"sym")) & FILE_ATTRIBUTE_REPARSE_POINT, "no reparse point");
        ok_str(content(L"sym"), "linked");
        ok_err(CreateSymbolicLinkW(path_to(L"sym"), L"one", SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE),
               ERROR_ALREADY_EXISTS);
        ok(CopyFileExW(path_to(L"sym"), path_to(L"sym2"), NULL, NULL, NULL, COPY_FILE_COPY_SYMLINK), "error %lu",
           GetLastError());
        ok(GetFileAttributesW(path_to(L"sym2")) & FILE_ATTRIBUTE_REPARSE_POINT, "the copy is no link");
        ok_str(content(L"sym2"), "linked");
        target = path_to(L"one");
        ok(CreateSymbolicLinkW(path_to(L"abs"), target, SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE), "error %lu",
           GetLastError());
        ok_str(content(L"abs"), "linked");
        ok(CreateDirectoryW(path_to(L"dir"), NULL), "error %lu", GetLastError());
        ok(CreateSymbolicLinkW(path_to(L"dlink"), L"dir",
                               SYMBOLIC_LINK_FLAG_DIRECTORY | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE),
           "error %lu", GetLastError());
        make(L"dlink\\inside", "deep");
        ok_str(content(L"dir\\inside"), "deep");
        DeleteFileW(path_to(L"dir\\inside"));
        ok(RemoveDirectoryW(path_to(L"dlink")), "error %lu", GetLastError());
        ok(RemoveDirectoryW(path_to(L"dir")), "error %lu", GetLastError());
        ok(DeleteFileW(path_to(L"sym")) && DeleteFileW(path_to(L"sym2")) && DeleteFileW(path_to(L"abs")), "error %lu",
           GetLastError());
    }
    ok_str(content(L"one"), "linked");
    DeleteFileW(path_to(L"one"));
    DeleteFileW(path_to(L"two"));
}

static void test_names(void)
{
    WCHAR name[MAX_PATH];
    DWORD size = MAX_PATH;
    HANDLE find;

    make(L"named", "x");
    find = FindFirstFileNameW(path_to(L"named"), 0, &size, name);
    ok(find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(name[0] == '\\' && !_wcsicmp(name + wcslen(name) - 6, L"\\named"), "%ls", name);
    ok_int(size, (int)wcslen(name) + 1);
    size = MAX_PATH;
    ok_err(FindNextFileNameW(find, &size, name), ERROR_HANDLE_EOF);
    ok(FindClose(find), "error %lu", GetLastError());
    size = 2;
    ok(FindFirstFileNameW(path_to(L"named"), 0, &size, name) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_MORE_DATA && size > 2,
       "error %lu", GetLastError());
    DeleteFileW(path_to(L"named"));
}

static void test_reopen(void)
{
    HANDLE h, again;
    char text[8];
    DWORD n;

    make(L"r", "reopen");
    h = CreateFileW(path_to(L"r"), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    again = ReOpenFile(h, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, 0);
    ok(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(WriteFile(again, "R", 1, &n, NULL), "error %lu", GetLastError());
    ok(ReadFile(h, text, 6, &n, NULL) && n == 6 && !memcmp(text, "Reopen", 6), "error %lu", GetLastError());
    CloseHandle(again);
    ok(ReOpenFile(h, GENERIC_WRITE, 0, 0) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION,
       "error %lu", GetLastError());
    CloseHandle(h);
    DeleteFileW(path_to(L"r"));
}

static void test_old_calls(void)
{
    char name[MAX_PATH], text[8];
    OFSTRUCT of;
    HFILE file;

    WideCharToMultiByte(CP_ACP, 0, path_to(L"old"), -1, name, sizeof name, NULL, NULL);
    file = _lcreat(name, 0);
    ok(file != HFILE_ERROR, "error %lu", GetLastError());
    ok_int(_lwrite(file, "0123456789", 10), 10);
    ok_int(_llseek(file, 5, FILE_BEGIN), 5);
    ok_int(_lwrite(file, NULL, 0), 0); /* truncates */
    ok_int(_lclose(file), 0);
    file = _lopen(name, OF_READ);
    ok_int(_lread(file, text, 8), 5);
    ok_int(_lclose(file), 0);
    memset(&of, 0, sizeof of);
    ok_int(OpenFile(name, &of, OF_EXIST), TRUE);
    ok(of.cBytes == sizeof of && of.nErrCode == 0, "error %u", of.nErrCode);
    ok_str(of.szPathName, name);
    ok_int(OpenFile(name, &of, OF_DELETE), TRUE);
    ok_int(OpenFile(name, &of, OF_READ), HFILE_ERROR);
    ok_int(of.nErrCode, ERROR_FILE_NOT_FOUND);
}

static void test_strings(void)
{
    WCHAR buffer[8];

    ok_int(lstrlenW(NULL), 0);
    ok_int(lstrlenA("abc"), 3);
    ok(lstrcpynW(buffer, L"abcdefghij", 4) == buffer, "wrong result");
    ok_wstr(buffer, L"abc");
    lstrcatW(buffer, L"xyz");
    ok_wstr(buffer, L"abcxyz");
    ok_int(MulDiv(7, 3, 2), 11);   /* 10.5 */
    ok_int(MulDiv(-7, 3, 2), -11); /* -10.5 */
    ok_int(MulDiv(1000000, 1000000, 1000000), 1000000);
    ok_int(MulDiv(1, 1, 0), -1);
    ok_int(MulDiv(0x40000000, 4, 1), -1);
}

TESTS
{
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(dir, MAX_PATH, L"%lstransom-winbase-%lu", temp, GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    test_copy();
    test_copy_progress();
    test_copy_sparse();
    test_move();
    test_replace();
    test_links();
    test_names();
    test_reopen();
    test_old_calls();
    test_strings();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
