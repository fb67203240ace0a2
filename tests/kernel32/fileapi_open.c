/* SPDX-License-Identifier: MIT */
/* CreateFile, ReadFile, WriteFile, sharing, deleting, attributes: the pages of fileapi.h and winbase.h. */
#include "../test.h"

static WCHAR dir[MAX_PATH], name[MAX_PATH], other[MAX_PATH];

static HANDLE open_file(const WCHAR *path, DWORD access, DWORD share, DWORD disposition, DWORD flags)
{
    return CreateFileW(path, access, share, NULL, disposition, flags, NULL);
}

static void path_to(WCHAR *to, const WCHAR *leaf)
{
    wcscpy(to, dir);
    wcscat(to, L"\\");
    wcscat(to, leaf);
}

static void test_dispositions(void)
{
    static const struct {
        DWORD disposition;
        bool exists, succeeds;
        DWORD error;
    } cases[] = {
        { CREATE_NEW, false, true, 0 },       { CREATE_NEW, true, false, ERROR_FILE_EXISTS },
        { CREATE_ALWAYS, false, true, 0 },    { CREATE_ALWAYS, true, true, ERROR_ALREADY_EXISTS },
        { OPEN_EXISTING, true, true, 0 },     { OPEN_EXISTING, false, false, ERROR_FILE_NOT_FOUND },
        { OPEN_ALWAYS, false, true, 0 },      { OPEN_ALWAYS, true, true, ERROR_ALREADY_EXISTS },
        { TRUNCATE_EXISTING, true, true, 0 }, { TRUNCATE_EXISTING, false, false, ERROR_FILE_NOT_FOUND },
    };

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DWORD written;
        HANDLE h;
        DeleteFileW(name);
        if (cases[i].exists) {
            h = open_file(name, GENERIC_WRITE, 0, CREATE_NEW, 0);
            WriteFile(h, "x", 1, &written, NULL);
            CloseHandle(h);
        }
        SetLastError(0xdeadbeef);
        h = open_file(name, GENERIC_READ | GENERIC_WRITE, 0, cases[i].disposition, 0);
        ok((h != INVALID_HANDLE_VALUE) == cases[i].succeeds, "case %u: error %lu", i, GetLastError());
        if (!cases[i].succeeds || cases[i].error)
            ok(GetLastError() == cases[i].error, "case %u: error %lu", i, GetLastError());
        if (h != INVALID_HANDLE_VALUE) {
            bool keeps =
                cases[i].exists && cases[i].disposition != CREATE_ALWAYS && cases[i].disposition != TRUNCATE_EXISTING;
            ok(GetFileSize(h, NULL) == (keeps ? 1u : 0u), "case %u: size %lu", i, GetFileSize(h, NULL));
            CloseHandle(h);
        }
    }
    DeleteFileW(name);
}

static void test_names(void)
{
    WCHAR missing[MAX_PATH];
    HANDLE h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);

    CloseHandle(h);
    path_to(other, L"FILE.TXT");
    ok(GetFileAttributesW(other) != INVALID_FILE_ATTRIBUTES, "another case: error %lu", GetLastError());
    h = open_file(other, GENERIC_READ, 0, OPEN_EXISTING, 0);
    ok(h != INVALID_HANDLE_VALUE, "another case: error %lu", GetLastError());
    CloseHandle(h);
    h = open_file(other, GENERIC_WRITE, 0, CREATE_NEW, 0);
    ok(h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_EXISTS, "error %lu", GetLastError());

    path_to(missing, L"no\\file");
    ok_int(GetFileAttributesW(missing), INVALID_FILE_ATTRIBUTES);
    ok_int(GetLastError(), ERROR_PATH_NOT_FOUND);
    path_to(missing, L"file.txt\\below");
    ok_int(GetFileAttributesW(missing), INVALID_FILE_ATTRIBUTES);
    ok_int(GetLastError(), ERROR_PATH_NOT_FOUND);
    path_to(missing, L"missing");
    ok_int(GetFileAttributesW(missing), INVALID_FILE_ATTRIBUTES);
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
    path_to(missing, L"a*b");
    ok_int(GetFileAttributesW(missing), INVALID_FILE_ATTRIBUTES);
    ok_int(GetLastError(), ERROR_INVALID_NAME);
    path_to(missing, L"trailing. . ");
    h = open_file(missing, GENERIC_WRITE, 0, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    path_to(missing, L"trailing");
    ok(GetFileAttributesW(missing) != INVALID_FILE_ATTRIBUTES, "error %lu", GetLastError());
    CloseHandle(h);
    ok_int(GetFileAttributesW(missing), INVALID_FILE_ATTRIBUTES);

    /* new names are found in any case at once, and not after they are gone */
    for (int i = 0; i < 50; i++) {
        WCHAR leaf[32];
        swprintf(leaf, 32, L"Many%d.Tmp", i);
        path_to(other, leaf);
        CloseHandle(open_file(other, GENERIC_WRITE, 0, CREATE_NEW, 0));
        swprintf(leaf, 32, L"mANY%d.tMP", i);
        path_to(missing, leaf);
        ok(GetFileAttributesW(missing) != INVALID_FILE_ATTRIBUTES, "%d: error %lu", i, GetLastError());
        ok(DeleteFileW(missing), "%d: error %lu", i, GetLastError());
        ok_int(GetFileAttributesW(other), INVALID_FILE_ATTRIBUTES);
    }
    h = open_file(dir, GENERIC_READ, 0, OPEN_EXISTING, 0);
    ok(h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "a directory: error %lu", GetLastError());
    h = open_file(dir, GENERIC_READ, 7, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    ok(h != INVALID_HANDLE_VALUE, "a directory: error %lu", GetLastError());
    CloseHandle(h);
    DeleteFileW(name);
}

static void test_io(void)
{
    char buffer[16];
    DWORD n;
    LARGE_INTEGER zero = { .QuadPart = 0 }, at;
    OVERLAPPED ov = { 0 };
    HANDLE h = open_file(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, CREATE_ALWAYS, 0), a;

    ok(WriteFile(h, "hello world", 11, &n, NULL) && n == 11, "error %lu", GetLastError());
    ok(SetFilePointerEx(h, zero, &at, FILE_CURRENT) && at.QuadPart == 11, "at %lld", at.QuadPart);
    ok(ReadFile(h, buffer, 5, &n, NULL) && n == 0, "end of file: %lu bytes, error %lu", n, GetLastError());
    ok_int(SetFilePointer(h, 6, NULL, FILE_BEGIN), 6);
    ok(ReadFile(h, buffer, sizeof buffer, &n, NULL) && n == 5 && !memcmp(buffer, "world", 5), "%lu bytes", n);
    /* an OVERLAPPED gives the offset, also for a synchronous handle, whose pointer moves with it */
    ov.Offset = 3;
    ok(ReadFile(h, buffer, 2, &n, &ov) && n == 2 && !memcmp(buffer, "lo", 2), "%lu bytes", n);
    ok_int(SetFilePointer(h, 0, NULL, FILE_CURRENT), 5);
    ov.Offset = 100;
    SetLastError(0);
    ok(!ReadFile(h, buffer, 2, &n, &ov) && GetLastError() == ERROR_HANDLE_EOF, "error %lu", GetLastError());

    a = open_file(name, FILE_APPEND_DATA | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING, 0);
    ok(WriteFile(a, "!", 1, &n, NULL) && n == 1, "append: error %lu", GetLastError());
    CloseHandle(a);
    ok_int(GetFileSize(h, NULL), 12);
    ok_int(SetFilePointer(h, 4, NULL, FILE_BEGIN), 4);
    ok(SetEndOfFile(h), "error %lu", GetLastError());
    ok_int(GetFileSize(h, NULL), 4);
    ok_int(SetFilePointer(h, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    ok_int(GetLastError(), ERROR_NEGATIVE_SEEK);
    ok(!ReadFile(h, (void *)16, 4, &n, &(OVERLAPPED){ 0 }) && GetLastError() == ERROR_NOACCESS, "error %lu",
       GetLastError());
    CloseHandle(h);
    h = open_file(name, GENERIC_READ, 0, OPEN_EXISTING, 0);
    ok(!WriteFile(h, "x", 1, &n, NULL) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    CloseHandle(h);
    DeleteFileW(name);
}

static void test_sharing(void)
{
    static const DWORD accesses[] = { GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, DELETE };
    static const DWORD needs[] = { FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                   FILE_SHARE_DELETE };

    CloseHandle(open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0));
    for (unsigned a1 = 0; a1 < 4; a1++) {
        for (DWORD s1 = 0; s1 < 8; s1++) {
            HANDLE first = open_file(name, accesses[a1], s1, OPEN_EXISTING, 0);
            ok(first != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
            for (unsigned a2 = 0; a2 < 4; a2++) {
                for (DWORD s2 = 0; s2 < 8; s2++) {
                    bool expected = !(needs[a2] & ~s1) && !(needs[a1] & ~s2);
                    HANDLE second = open_file(name, accesses[a2], s2, OPEN_EXISTING, 0);
                    bool is = second != INVALID_HANDLE_VALUE;
                    ok(is == expected, "access %lx share %lx, then %lx %lx: %d", accesses[a1], s1, accesses[a2], s2,
                       is);
                    if (is)
                        CloseHandle(second);
                    else
                        ok_int(GetLastError(), ERROR_SHARING_VIOLATION);
                }
            }
            ok(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, "attributes need no share: error %lu",
               GetLastError());
            CloseHandle(first);
        }
    }
    DeleteFileW(name);
}

static void test_delete(void)
{
    HANDLE h = open_file(name, GENERIC_WRITE, FILE_SHARE_READ, CREATE_ALWAYS, 0), h2;

    ok(!DeleteFileW(name) && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    CloseHandle(h);
    ok(DeleteFileW(name), "error %lu", GetLastError());
    ok(!DeleteFileW(name) && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());

    h = open_file(name, GENERIC_WRITE | DELETE, 7, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE);
    h2 = open_file(name, GENERIC_READ, 3, OPEN_EXISTING, 0);
    ok(h2 == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    CloseHandle(h);
    ok_int(GetFileAttributesW(name), INVALID_FILE_ATTRIBUTES);

    CloseHandle(open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, FILE_ATTRIBUTE_READONLY));
    ok_hex(GetFileAttributesW(name), FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE);
    ok(!DeleteFileW(name) && GetLastError() == ERROR_ACCESS_DENIED, "read-only: error %lu", GetLastError());
    h = open_file(name, GENERIC_WRITE, 0, OPEN_EXISTING, 0);
    ok(h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "read-only: error %lu", GetLastError());
    ok(SetFileAttributesW(name, FILE_ATTRIBUTE_NORMAL), "error %lu", GetLastError());
    ok_hex(GetFileAttributesW(name), FILE_ATTRIBUTE_NORMAL);
    ok(DeleteFileW(name), "error %lu", GetLastError());

    path_to(other, L"sub");
    ok(CreateDirectoryW(other, NULL), "error %lu", GetLastError());
    ok(!CreateDirectoryW(other, NULL) && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    /* A stream is no directory; a file's name is taken. */
    WCHAR stream[MAX_PATH];
    swprintf(stream, MAX_PATH, L"%ls:stream", other);
    ok(!CreateDirectoryW(stream, NULL) && GetLastError() == ERROR_DIRECTORY, "error %lu", GetLastError());
    CloseHandle(open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0));
    ok(!CreateDirectoryW(name, NULL) && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    DeleteFileW(name);
    /* A variable that is empty is one, as libuv knows: what comes out is no path. */
    WCHAR saved[MAX_PATH] = L"";
    GetEnvironmentVariableW(L"TMP", saved, MAX_PATH);
    SetEnvironmentVariableW(L"TMP", L"");
    ok(GetTempPathW(MAX_PATH, stream) < 3, "%ls", stream);
    SetEnvironmentVariableW(L"TMP", saved[0] ? saved : NULL);
    ok_hex(GetFileAttributesW(other), FILE_ATTRIBUTE_DIRECTORY);
    ok(!DeleteFileW(other) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    path_to(other, L"sub\\file");
    CloseHandle(open_file(other, GENERIC_WRITE, 0, CREATE_NEW, 0));
    path_to(other, L"sub");
    ok(!RemoveDirectoryW(other) && GetLastError() == ERROR_DIR_NOT_EMPTY, "error %lu", GetLastError());
    path_to(other, L"sub\\file");
    ok(!RemoveDirectoryW(other) && GetLastError() == ERROR_DIRECTORY, "error %lu", GetLastError());
    ok(DeleteFileW(other), "error %lu", GetLastError());
    path_to(other, L"SUB");
    ok(RemoveDirectoryW(other), "error %lu", GetLastError());
}

static void test_attributes(void)
{
    static const FILETIME created = { 0x11111111, 0x1c00000 }, written = { 0x22222222, 0x1c11111 };
    FILETIME c, a, w;
    WIN32_FILE_ATTRIBUTE_DATA data;
    HANDLE h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, FILE_ATTRIBUTE_HIDDEN);

    ok(SetFileTime(h, &created, NULL, &written), "error %lu", GetLastError());
    CloseHandle(h);
    ok(GetFileAttributesExW(name, GetFileExInfoStandard, &data), "error %lu", GetLastError());
    ok_hex(data.dwFileAttributes, FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
    ok(!memcmp(&data.ftCreationTime, &created, sizeof created), "created %lx %lx", data.ftCreationTime.dwHighDateTime,
       data.ftCreationTime.dwLowDateTime);
    ok(data.ftLastWriteTime.dwHighDateTime == written.dwHighDateTime, "written %lx",
       data.ftLastWriteTime.dwHighDateTime);
    /* CreateFile: a hidden file is only overwritten by who says that it is hidden */
    h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    ok(h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, FILE_ATTRIBUTE_HIDDEN);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(GetFileTime(h, &c, &a, &w) || GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    CloseHandle(h);
    ok(SetFileAttributesW(name, FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY), "error %lu", GetLastError());
    ok_hex(GetFileAttributesW(name), FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY);
    ok(SetFileAttributesW(name, FILE_ATTRIBUTE_ARCHIVE), "error %lu", GetLastError());
    ok_hex(GetFileAttributesW(name), FILE_ATTRIBUTE_ARCHIVE);
    DeleteFileW(name);
}

static void test_move(void)
{
    HANDLE h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    WIN32_FIND_DATAW data;
    DWORD n;

    WriteFile(h, "abc", 3, &n, NULL);
    CloseHandle(h);
    path_to(other, L"moved.txt");
    ok(MoveFileW(name, other), "error %lu", GetLastError());
    ok_int(GetFileAttributesW(name), INVALID_FILE_ATTRIBUTES);
    CloseHandle(open_file(name, GENERIC_WRITE, 0, CREATE_NEW, 0));
    ok(!MoveFileW(name, other) && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    h = open_file(other, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0);
    ok(!MoveFileExW(name, other, MOVEFILE_REPLACE_EXISTING) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    CloseHandle(h);
    ok(MoveFileExW(name, other, MOVEFILE_REPLACE_EXISTING), "error %lu", GetLastError());
    /* only the case changes */
    path_to(name, L"MOVED.txt");
    ok(MoveFileW(other, name), "error %lu", GetLastError());
    h = FindFirstFileW(other, &data);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_wstr(data.cFileName, L"MOVED.txt");
    FindClose(h);
    path_to(other, L"link.txt");
    ok(CreateHardLinkW(other, name, NULL), "error %lu", GetLastError());
    ok(DeleteFileW(name), "error %lu", GetLastError());
    ok(GetFileAttributesW(other) != INVALID_FILE_ATTRIBUTES, "error %lu", GetLastError());
    ok(DeleteFileW(other), "error %lu", GetLastError());
    path_to(name, L"file.txt");
}

#define CREATORS 4

static SYNCHRONIZATION_BARRIER barrier;
static WCHAR contended[MAX_PATH];
static volatile LONG made[2], wrong; /* made[0]: by OPEN_ALWAYS, made[1]: by CREATE_ALWAYS */

static DWORD WINAPI create_together(void *rounds)
{
    for (int i = 0; i < (int)(INT_PTR)rounds; i++) {
        HANDLE file;

        EnterSynchronizationBarrier(&barrier, 0);
        SetLastError(0);
        file = CreateFileW(contended, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           i & 1 ? CREATE_ALWAYS : OPEN_ALWAYS, 0, NULL);
        if (file == INVALID_HANDLE_VALUE || (GetLastError() && GetLastError() != ERROR_ALREADY_EXISTS))
            InterlockedExchange(&wrong, (LONG)GetLastError());
        else if (!GetLastError())
            InterlockedIncrement(&made[i & 1]);
        CloseHandle(file);
        if (EnterSynchronizationBarrier(&barrier, 0) && !DeleteFileW(contended))
            InterlockedExchange(&wrong, (LONG)GetLastError());
    }
    return 0;
}

/* One of them makes the file, the others find it: none is told that it exists (OPEN_ALWAYS on CreateFile's page). */
static void test_creators(void)
{
    HANDLE threads[CREATORS];

    GetTempPathW(MAX_PATH, contended);
    swprintf(contended + wcslen(contended), 40, L"creators%lu", GetCurrentProcessId());
    InitializeSynchronizationBarrier(&barrier, CREATORS, -1);
    for (int i = 0; i < CREATORS; i++)
        threads[i] = CreateThread(NULL, 0, create_together, (void *)400, 0, NULL);
    WaitForMultipleObjects(CREATORS, threads, TRUE, INFINITE);
    for (int i = 0; i < CREATORS; i++)
        CloseHandle(threads[i]);
    ok_int(wrong, 0);
    ok_int(made[0], 200);
    ok_int(made[1], 200);
    DeleteSynchronizationBarrier(&barrier);
}

TESTS
{
    GetTempPathW(MAX_PATH, dir);
    swprintf(dir + wcslen(dir), 64, L"transom-open-%lu", GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    path_to(name, L"file.txt");
    test_dispositions();
    test_names();
    test_io();
    test_sharing();
    test_delete();
    test_attributes();
    test_move();
    test_creators();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
