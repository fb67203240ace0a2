/* SPDX-License-Identifier: MIT */
/* CopyFile2, CopyFileEx, MoveFileEx, ReplaceFile: what goes with a file, what is told, what is left when it fails. */
#include "../test_folder.h"
#include <winioctl.h>

static void make(const WCHAR *name, const char *contents, size_t times)
{
    HANDLE h = CreateFileW(path(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD n;

    ok(h != INVALID_HANDLE_VALUE, "%ls: error %lu", name, GetLastError());
    while (times--)
        WriteFile(h, contents, (DWORD)strlen(contents), &n, NULL);
    CloseHandle(h);
}

static bool has(const WCHAR *name, const char *contents)
{
    HANDLE h = CreateFileW(path(name), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    char text[64] = "";
    DWORD n = 0;

    if (h == INVALID_HANDLE_VALUE)
        return false;
    ReadFile(h, text, sizeof text - 1, &n, NULL);
    text[n] = 0;
    CloseHandle(h);
    return !strncmp(text, contents, strlen(contents));
}

static LONGLONG size_of(const WCHAR *name)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    return GetFileAttributesExW(path(name), GetFileExInfoStandard, &data)
               ? (LONGLONG)data.nFileSizeHigh << 32 | data.nFileSizeLow
               : -1;
}

static unsigned messages[COPYFILE2_CALLBACK_MAX];
static ULONGLONG last_done, total;
static COPYFILE2_MESSAGE_ACTION answer;

static COPYFILE2_MESSAGE_ACTION CALLBACK on_message(const COPYFILE2_MESSAGE *message, void *context)
{
    messages[message->Type]++;
    ok(context == &answer, "context");
    if (message->Type == COPYFILE2_CALLBACK_CHUNK_FINISHED) {
        ok(message->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart > last_done, "no progress");
        last_done = message->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart;
        total = message->Info.ChunkFinished.uliTotalFileSize.QuadPart;
        return answer;
    }
    return COPYFILE2_PROGRESS_CONTINUE;
}

static void test_copy2(void)
{
    COPYFILE2_EXTENDED_PARAMETERS parameters = { .dwSize = sizeof parameters,
                                                 .pProgressRoutine = on_message,
                                                 .pvCallbackContext = &answer };
    BOOL cancel = FALSE;

    make(L"big", "0123456789abcdef", 200000); /* 3.2 MB */
    ok_hex(CopyFile2(path(L"big"), path(L"big2"), &parameters), S_OK);
    ok(messages[COPYFILE2_CALLBACK_STREAM_STARTED] == 1 && messages[COPYFILE2_CALLBACK_STREAM_FINISHED] == 1 &&
           messages[COPYFILE2_CALLBACK_CHUNK_FINISHED] >= 1,
       "%u chunks", messages[COPYFILE2_CALLBACK_CHUNK_FINISHED]);
    ok(last_done == 3200000 && total == 3200000, "%llu of %llu", last_done, total);
    ok(size_of(L"big2") == 3200000 && has(L"big2", "0123456789abcdef0"), "%lld bytes", size_of(L"big2"));
    parameters.dwCopyFlags = COPY_FILE_FAIL_IF_EXISTS;
    ok_hex(CopyFile2(path(L"big"), path(L"big2"), &parameters), HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    /* cancelled: the copy is taken away; stopped: it stays */
    parameters.dwCopyFlags = 0;
    last_done = 0;
    answer = COPYFILE2_PROGRESS_CANCEL;
    ok_hex(CopyFile2(path(L"big"), path(L"big3"), &parameters), HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
    ok(size_of(L"big3") == -1, "%lld bytes", size_of(L"big3"));
    last_done = 0;
    answer = COPYFILE2_PROGRESS_STOP;
    ok_hex(CopyFile2(path(L"big"), path(L"big3"), &parameters), HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
    ok(size_of(L"big3") >= 0, "taken away");
    cancel = TRUE;
    parameters.pfCancel = &cancel;
    ok_hex(CopyFile2(path(L"big"), path(L"big4"), &parameters), HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
    ok(size_of(L"big4") == -1, "%lld bytes", size_of(L"big4"));
    parameters.dwSize = 3;
    ok_hex(CopyFile2(path(L"big"), path(L"big4"), &parameters), E_INVALIDARG);
    ok_hex(CopyFile2(path(L"none"), path(L"big4"), NULL), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    DeleteFileW(path(L"big"));
    DeleteFileW(path(L"big2"));
    DeleteFileW(path(L"big3"));
}

/* What goes with it: streams, attributes, the time of the last write; holes. */
static void test_what_goes(void)
{
    FILETIME time = { 0x12345670, 0x01d00000 }, copied;
    FILE_ALLOCATED_RANGE_BUFFER all = { .Length.QuadPart = 8 << 20 }, ranges[4];
    HANDLE h;
    DWORD n;

    make(L"a", "data", 1);
    make(L"a:stream", "other", 1);
    h = CreateFileW(path(L"a"), FILE_WRITE_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    SetFileTime(h, NULL, NULL, &time);
    CloseHandle(h);
    SetFileAttributesW(path(L"a"), FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
    ok(CopyFileW(path(L"a"), path(L"b"), TRUE), "error %lu", GetLastError());
    ok(has(L"b", "data") && has(L"b:stream", "other"), "contents");
    ok_hex(GetFileAttributesW(path(L"b")), FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
    h = CreateFileW(path(L"b"), FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetFileTime(h, NULL, NULL, &copied) && !CompareFileTime(&time, &copied), "time");
    CloseHandle(h);
    /* onto a read-only file */
    ok_err(CopyFileW(path(L"a"), path(L"b"), FALSE), ERROR_ACCESS_DENIED);
    SetFileAttributesW(path(L"a"), FILE_ATTRIBUTE_NORMAL);
    SetFileAttributesW(path(L"b"), FILE_ATTRIBUTE_NORMAL);
    ok_err(CopyFileW(path(L"a"), path(L"a"), FALSE), ERROR_SHARING_VIOLATION);
    ok(has(L"a", "data"), "emptied");
    ok_err(CopyFileW(path(L"a"), dir, FALSE), ERROR_ACCESS_DENIED);
    ok_err(CopyFileW(dir, path(L"c"), FALSE), ERROR_ACCESS_DENIED);
    ok_err(CopyFileW(path(L"a"), path(L"no\\c"), FALSE), ERROR_PATH_NOT_FOUND);
    DeleteFileW(path(L"a"));
    DeleteFileW(path(L"b"));
    /* holes */
    h = CreateFileW(path(L"s"), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DeviceIoControl(h, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &n, NULL);
    SetFilePointer(h, 4 << 20, NULL, FILE_BEGIN);
    WriteFile(h, "middle", 6, &n, NULL);
    SetFilePointer(h, 8 << 20, NULL, FILE_BEGIN);
    SetEndOfFile(h);
    CloseHandle(h);
    ok(CopyFileW(path(L"s"), path(L"t"), TRUE), "error %lu", GetLastError());
    ok(size_of(L"t") == 8 << 20, "%lld bytes", size_of(L"t"));
    ok(GetFileAttributesW(path(L"t")) & FILE_ATTRIBUTE_SPARSE_FILE, "attributes %lx", GetFileAttributesW(path(L"t")));
    h = CreateFileW(path(L"t"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(DeviceIoControl(h, FSCTL_QUERY_ALLOCATED_RANGES, &all, sizeof all, ranges, sizeof ranges, &n, NULL) &&
           n == sizeof ranges[0] && ranges[0].FileOffset.QuadPart == 4 << 20,
       "%lu bytes of ranges", n);
    CloseHandle(h);
    DeleteFileW(path(L"s"));
    DeleteFileW(path(L"t"));
}

static void test_move(void)
{
    make(L"a", "first", 1);
    make(L"b", "second", 1);
    ok_err(MoveFileExW(path(L"a"), path(L"b"), 0), ERROR_ALREADY_EXISTS);
    ok(MoveFileExW(path(L"a"), path(L"b"), MOVEFILE_REPLACE_EXISTING) && has(L"b", "first"), "error %lu",
       GetLastError());
    ok_err(MoveFileExW(path(L"a"), path(L"b"), MOVEFILE_REPLACE_EXISTING), ERROR_FILE_NOT_FOUND);
    CreateDirectoryW(path(L"d"), NULL);
    ok_err(MoveFileExW(path(L"b"), path(L"d"), MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    ok(MoveFileExW(path(L"d"), path(L"e"), 0) && MoveFileExW(path(L"b"), path(L"e\\b"), 0), "error %lu",
       GetLastError());
    ok_err(MoveFileExW(path(L"e"), path(L"e\\f"), 0), ERROR_SHARING_VIOLATION);
    /* "cannot be used with MOVEFILE_COPY_ALLOWED"; the value that Windows reads when it starts */
    ok_err(MoveFileExW(path(L"e\\b"), NULL, MOVEFILE_DELAY_UNTIL_REBOOT | MOVEFILE_COPY_ALLOWED),
           ERROR_INVALID_PARAMETER);
    if (test_is_transom()) {
        WCHAR list[4096] = L"";
        DWORD size = sizeof list;
        ok(MoveFileExW(path(L"e\\b"), path(L"new"), MOVEFILE_DELAY_UNTIL_REBOOT | MOVEFILE_REPLACE_EXISTING) &&
               MoveFileExW(path(L"e\\b"), NULL, MOVEFILE_DELAY_UNTIL_REBOOT),
           "error %lu", GetLastError());
        ok(!RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\Session Manager",
                         L"PendingFileRenameOperations", 0x20 /* RRF_RT_REG_MULTI_SZ */, NULL, list, &size),
           "no value");
        ok(!wcsncmp(list, L"\\??\\", 4) && !wcsncmp(list + wcslen(list) + 1, L"!\\??\\", 5), "%ls", list);
    }
    ok(size_of(L"e\\b") == 5, "moved already");
    DeleteFileW(path(L"e\\b"));
    RemoveDirectoryW(path(L"e"));
}

static void test_replace(void)
{
    FILETIME time = { 0x12345670, 0x01d00000 }, now;
    HANDLE h, mapping;

    make(L"old", "old", 1);
    make(L"old:kept", "kept", 1);
    make(L"old:both", "old both", 1);
    make(L"new", "new", 1);
    make(L"new:both", "new both", 1);
    h = CreateFileW(path(L"old"), FILE_WRITE_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    SetFileTime(h, &time, NULL, NULL);
    CloseHandle(h);
    SetFileAttributesW(path(L"old"), FILE_ATTRIBUTE_HIDDEN);
    ok(ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "error %lu", GetLastError());
    ok(has(L"old", "new") && has(L"backup", "old") && size_of(L"new") == -1, "contents");
    ok(GetFileAttributesW(path(L"old")) & FILE_ATTRIBUTE_HIDDEN, "attributes %lx", GetFileAttributesW(path(L"old")));
    /* "named streams not already in the replacement file" */
    ok(has(L"old:kept", "kept") && has(L"old:both", "new both") && has(L"backup:both", "old both"), "streams");
    h = CreateFileW(path(L"old"), FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(GetFileTime(h, &now, NULL, NULL) && !CompareFileTime(&time, &now), "creation time");
    CloseHandle(h);
    /* the old backup goes; none is made */
    make(L"new", "newer", 1);
    ok(ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "error %lu", GetLastError());
    ok(has(L"old", "newer") && has(L"backup", "new"), "contents");
    make(L"new", "newest", 1);
    ok(ReplaceFileW(path(L"old"), path(L"new"), NULL, 0, NULL, NULL) && has(L"old", "newest"), "error %lu",
       GetLastError());
    ok_err(ReplaceFileW(path(L"old"), path(L"new"), NULL, 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
    /* names that are one: nothing is lost */
    make(L"new", "new", 1);
    ok_err(ReplaceFileW(path(L"old"), path(L"new"), path(L"OLD"), 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(ReplaceFileW(path(L"old"), path(L"new"), path(L"new"), 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(ReplaceFileW(path(L"old"), path(L"Old"), NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok(has(L"old", "newest") && has(L"new", "new"), "something is lost");
    ok_err(MoveFileExW(path(L"new"), path(L"other"), 0x1000), ERROR_INVALID_PARAMETER);
    DeleteFileW(path(L"new"));
    ok_err(ReplaceFileW(path(L"none"), path(L"old"), NULL, 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
    ok_err(ReplaceFileW(path(L"old"), path(L"old"), NULL, 0x80, NULL, NULL), ERROR_INVALID_PARAMETER);
    /* somebody reads the old one, and shares all: it has the backup's name */
    make(L"new", "shared", 1);
    h = CreateFileW(path(L"old"), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok(ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "error %lu", GetLastError());
    ok(has(L"old", "shared") && has(L"backup", "newest") && size_of(L"new") == -1, "contents");
    CloseHandle(h);
    /* or has it mapped */
    make(L"new", "mapped", 1);
    h = CreateFileW(path(L"old"), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    mapping = CreateFileMappingW(h, NULL, PAGE_READONLY, 0, 0, NULL);
    CloseHandle(h);
    ok(ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "error %lu", GetLastError());
    ok(has(L"old", "mapped") && has(L"backup", "shared") && size_of(L"new") == -1, "contents");
    CloseHandle(mapping);
    /* what cannot be done changes no name, and leaves no backup */
    DeleteFileW(path(L"backup"));
    make(L"new", "newest", 1);
    h = CreateFileW(path(L"new"), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok(!ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "replaced");
    ok(has(L"old", "mapped") && has(L"new", "newest") && size_of(L"backup") == -1, "contents");
    CloseHandle(h);
    CreateDirectoryW(path(L"folder"), NULL);
    ok(!ReplaceFileW(path(L"old"), path(L"new"), path(L"folder"), 0, NULL, NULL), "replaced a folder");
    ok(has(L"old", "mapped") && has(L"new", "newest"), "contents");
    RemoveDirectoryW(path(L"folder"));
    ok(ReplaceFileW(path(L"old"), path(L"new"), path(L"backup"), 0, NULL, NULL), "error %lu", GetLastError());
    /* somebody has the old one open without FILE_SHARE_DELETE */
    make(L"new", "x", 1);
    h = CreateFileW(path(L"old"), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    ok(!ReplaceFileW(path(L"old"), path(L"new"), NULL, 0, NULL, NULL), "replaced");
    ok(GetLastError() == ERROR_SHARING_VIOLATION || GetLastError() == ERROR_UNABLE_TO_REMOVE_REPLACED, "error %lu",
       GetLastError());
    CloseHandle(h);
    ok(has(L"old", "newest") && has(L"new", "x"), "contents");
    DeleteFileW(path(L"old"));
    DeleteFileW(path(L"new"));
    DeleteFileW(path(L"backup"));
}

TESTS
{
    make_test_folder(L"copy");
    test_copy2();
    test_what_goes();
    test_move();
    test_replace();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
