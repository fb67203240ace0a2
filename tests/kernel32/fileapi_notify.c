/* SPDX-License-Identifier: MIT */
/* ReadDirectoryChangesW and FindFirstChangeNotification: trees, moves, filters, overflow, the end of the handle. */
#include "../test.h"

static WCHAR root[MAX_PATH], outside[MAX_PATH];
static DWORD storage[16384];
static char *const buffer = (char *)storage;

static const WCHAR *path(const WCHAR *name)
{
    static WCHAR text[4][MAX_PATH];
    static unsigned turn;
    WCHAR *result = text[turn++ % 4];

    swprintf(result, MAX_PATH, L"%ls\\%ls", root, name);
    return result;
}

static HANDLE open_dir(void)
{
    HANDLE h = CreateFileW(root, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                           FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    return h;
}

static void make(const WCHAR *name)
{
    HANDLE h = CreateFileW(name, GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0, NULL);
    ok(h != INVALID_HANDLE_VALUE, "%ls: error %lu", name, GetLastError());
    CloseHandle(h);
}

static void write(const WCHAR *name)
{
    HANDLE h = CreateFileW(name, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    DWORD n;
    ok(WriteFile(h, "data", 4, &n, NULL), "%ls: error %lu", name, GetLastError());
    CloseHandle(h);
}

/* All changes so far, as text: "+a -b *c <old >new", without what was modified if `plain`. */
struct watcher {
    HANDLE dir;
    OVERLAPPED ov;
    BOOL tree;
    DWORD filter;
    char text[4096];
};

static void ask(struct watcher *w)
{
    HANDLE event = w->ov.hEvent;
    memset(&w->ov, 0, sizeof w->ov);
    w->ov.hEvent = event;
    ok(ReadDirectoryChangesW(w->dir, buffer, sizeof storage, w->tree, w->filter, NULL, &w->ov, NULL), "error %lu",
       GetLastError());
}

static void begin(struct watcher *w, BOOL tree, DWORD filter)
{
    memset(w, 0, sizeof *w);
    w->dir = open_dir();
    w->tree = tree;
    w->filter = filter;
    w->ov.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ask(w);
}

static void add(struct watcher *w, DWORD size)
{
    FILE_NOTIFY_INFORMATION *info = (FILE_NOTIFY_INFORMATION *)buffer;

    for (; size; info = (FILE_NOTIFY_INFORMATION *)((char *)info + info->NextEntryOffset)) {
        size_t used = strlen(w->text);
        snprintf(w->text + used, sizeof w->text - used, "%s%c%.*ls", used ? " " : "", " +-*<>"[info->Action],
                 (int)(info->FileNameLength / 2), info -> FileName);
        ok((ULONG_PTR)info % 4 == 0, "alignment");
        if (!info->NextEntryOffset)
            break;
    }
}

/* Reads until the name `last` has been told. */
static void expect_at(int line, struct watcher *w, const char *last, const char *expected)
{
    DWORD n = 0;

    w->text[0] = 0;
    do {
        if (WaitForSingleObject(w->ov.hEvent, 3000) != WAIT_OBJECT_0) {
            ok(false, "line %d: nothing more after '%s'", line, w->text);
            return;
        }
        ok(GetOverlappedResult(w->dir, &w->ov, &n, FALSE), "error %lu", GetLastError());
        add(w, n);
        ask(w);
    } while (!strstr(w->text, last));
    ok(!strcmp(w->text, expected), "line %d: '%s', not '%s'", line, w->text, expected);
}
#define expect(w, last, expected) expect_at(__LINE__, w, last, expected)

static void end(struct watcher *w)
{
    DWORD n = 77;

    /* "STATUS_NOTIFY_CLEANUP": the request ends with the handle, without an error and without data */
    CloseHandle(w->dir);
    ok_int(WaitForSingleObject(w->ov.hEvent, 3000), WAIT_OBJECT_0);
    ok(GetOverlappedResult(NULL, &w->ov, &n, FALSE) && n == 0, "%lu bytes, error %lu", n, GetLastError());
    CloseHandle(w->ov.hEvent);
}

static void test_names(void)
{
    struct watcher w;

    begin(&w, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME);
    make(path(L"a.txt"));
    MoveFileW(path(L"a.txt"), path(L"b.txt"));
    CreateDirectoryW(path(L"sub"), NULL);
    make(path(L"sub\\unseen"));
    DeleteFileW(path(L"b.txt"));
    expect(&w, "-b.txt", "+a.txt <a.txt >b.txt +sub -b.txt");
    /* to and from elsewhere */
    make(path(L"c.txt"));
    WCHAR other[MAX_PATH];
    swprintf(other, MAX_PATH, L"%ls\\c.txt", outside);
    MoveFileW(path(L"c.txt"), other);
    MoveFileW(other, path(L"d.txt"));
    DeleteFileW(path(L"d.txt"));
    expect(&w, "-d.txt", "+c.txt -c.txt +d.txt -d.txt");
    DeleteFileW(path(L"sub\\unseen"));
    RemoveDirectoryW(path(L"sub"));
    expect(&w, "-sub", "-sub");
    end(&w);
    /* a filter keeps the others away */
    begin(&w, FALSE, FILE_NOTIFY_CHANGE_DIR_NAME);
    make(path(L"file"));
    DeleteFileW(path(L"file"));
    CreateDirectoryW(path(L"dir"), NULL);
    RemoveDirectoryW(path(L"dir"));
    expect(&w, "-dir", "+dir -dir");
    end(&w);
}

static void test_tree(void)
{
    struct watcher w;
    WCHAR other[MAX_PATH], deep[MAX_PATH];

    CreateDirectoryW(path(L"old"), NULL);
    begin(&w, TRUE, FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME);
    make(path(L"old\\one"));
    expect(&w, "one", "+old\\one");
    /* new directories, with what is in them */
    CreateDirectoryW(path(L"new"), NULL);
    CreateDirectoryW(path(L"new\\er"), NULL);
    make(path(L"new\\er\\two"));
    make(path(L"last"));
    expect(&w, "+last", "+new +new\\er +new\\er\\two +last");
    make(path(L"new\\er\\three"));
    expect(&w, "three", "+new\\er\\three");
    /* moved within the tree: what happens there has the new name */
    MoveFileW(path(L"new"), path(L"moved"));
    DeleteFileW(path(L"moved\\er\\two"));
    expect(&w, "two", "<new >moved -moved\\er\\two");
    /* moved away: it is seen no more */
    swprintf(other, MAX_PATH, L"%ls\\away", outside);
    MoveFileW(path(L"moved"), other);
    swprintf(deep, MAX_PATH, L"%ls\\er\\three", other);
    DeleteFileW(path(L"last"));
    expect(&w, "-last", "-moved -last");
    DeleteFileW(deep);
    make(deep);
    make(path(L"seen"));
    expect(&w, "seen", "+seen");
    /* and back */
    MoveFileW(other, path(L"back"));
    expect(&w, "+back", "+back");
    DeleteFileW(path(L"back\\er\\three"));
    DeleteFileW(path(L"seen"));
    w.text[0] = 0;
    expect(&w, "-seen", "-back\\er\\three -seen");
    RemoveDirectoryW(path(L"back\\er"));
    RemoveDirectoryW(path(L"back"));
    DeleteFileW(path(L"old\\one"));
    RemoveDirectoryW(path(L"old"));
    expect(&w, "one -old", "-back\\er -back -old\\one -old");
    end(&w);
}

static void test_contents(void)
{
    struct watcher w;

    make(path(L"f"));
    begin(&w, FALSE, FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE);
    write(path(L"f"));
    expect(&w, "*f", "*f");
    end(&w);
    begin(&w, FALSE, FILE_NOTIFY_CHANGE_ATTRIBUTES);
    SetFileAttributesW(path(L"f"), FILE_ATTRIBUTE_READONLY);
    expect(&w, "*f", "*f");
    CloseHandle(w.dir); /* the attributes may be told more than once */
    CloseHandle(w.ov.hEvent);
    SetFileAttributesW(path(L"f"), FILE_ATTRIBUTE_NORMAL);
    DeleteFileW(path(L"f"));
}

static void test_overflow(void)
{
    HANDLE h = open_dir();
    OVERLAPPED ov = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    DWORD n = 77;

    /* "If the number of bytes transferred is zero, the buffer was too small": all that is known is that something changed */
    ok(ReadDirectoryChangesW(h, buffer, 16, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL), "error %lu",
       GetLastError());
    make(path(L"a long name"));
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 0, "%lu bytes, error %lu", n, GetLastError());
    ok_int((int)(ov.Internal), 0x10c); /* STATUS_NOTIFY_ENUM_DIR */
    /* it goes on */
    ok(ReadDirectoryChangesW(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL), "error %lu",
       GetLastError());
    DeleteFileW(path(L"a long name"));
    ok(GetOverlappedResult(h, &ov, &n, TRUE) && n == 12 + 22, "%lu bytes, error %lu", n, GetLastError());
    /* "ERROR_NOACCESS if the buffer is not aligned on a DWORD boundary"; no memory; no filter */
    ok_err(ReadDirectoryChangesW(h, buffer + 2, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL),
           ERROR_NOACCESS);
    ok_err(ReadDirectoryChangesW(h, NULL, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL), ERROR_NOACCESS);
    ok_err(ReadDirectoryChangesW(h, buffer, 1024, FALSE, 0, NULL, &ov, NULL), ERROR_INVALID_PARAMETER);
    /* cancelled */
    ok(ReadDirectoryChangesW(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL), "error %lu",
       GetLastError());
    ok(CancelIoEx(h, &ov), "error %lu", GetLastError());
    ok(!GetOverlappedResult(h, &ov, &n, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED, "error %lu",
       GetLastError());
    CloseHandle(h);
    CloseHandle(ov.hEvent);
}

static DWORD called_error, called_bytes, called;
static void CALLBACK routine(DWORD error, DWORD bytes, OVERLAPPED *ov)
{
    (void)ov;
    called++;
    called_error = error;
    called_bytes = bytes;
}

static void test_ways(void)
{
    HANDLE h = open_dir(), port;
    OVERLAPPED ov = { 0 }, *got = NULL;
    ULONG_PTR key = 0;
    DWORD n = 0;

    ok(ReadDirectoryChangesW(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, routine), "error %lu",
       GetLastError());
    make(path(L"x"));
    while (!called && SleepEx(3000, TRUE) == WAIT_IO_COMPLETION)
        ;
    ok(called == 1 && !called_error && called_bytes == 14, "%lu calls, error %lu, %lu bytes", called, called_error,
       called_bytes);
    CloseHandle(h);
    h = open_dir();
    port = CreateIoCompletionPort(h, NULL, 9, 0);
    memset(&ov, 0, sizeof ov);
    ok(ReadDirectoryChangesW(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL), "error %lu",
       GetLastError());
    DeleteFileW(path(L"x"));
    ok(GetQueuedCompletionStatus(port, &n, &key, &got, 3000) && n == 14 && key == 9 && got == &ov, "error %lu",
       GetLastError());
    CloseHandle(h);
    CloseHandle(port);
}

/* FILE_NOTIFY_EXTENDED_INFORMATION, which mingw-w64's headers lack. */
struct extended {
    DWORD next, action;
    LARGE_INTEGER created, modified, changed, accessed, allocated, size;
    DWORD attributes, tag;
    LARGE_INTEGER id, parent;
    DWORD name_length;
    WCHAR name[1];
};

static void test_extended(void)
{
    BOOL(WINAPI * read_changes)
    (HANDLE, void *, DWORD, BOOL, DWORD, DWORD *, OVERLAPPED *, LPOVERLAPPED_COMPLETION_ROUTINE, DWORD) =
        (void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "ReadDirectoryChangesExW");
    HANDLE h = open_dir();
    struct extended *info = (struct extended *)buffer;
    OVERLAPPED ov = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    BY_HANDLE_FILE_INFORMATION dir;
    DWORD n = 0;

    if (!read_changes) {
        skip("ReadDirectoryChangesExW came with Windows 10 1709");
        return;
    }
    ok(read_changes(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_SIZE, NULL, &ov, NULL, 2), "error %lu", GetLastError());
    make(path(L"y"));
    write(path(L"y"));
    ok(GetOverlappedResult(h, &ov, &n, TRUE), "error %lu", GetLastError());
    ok(info->action == FILE_ACTION_MODIFIED && info->name_length == 2 && info->name[0] == 'y' &&
           info->size.QuadPart == 4,
       "action %lu, %lld bytes", info->action, (long long)info->size.QuadPart);
    ok(info->attributes == FILE_ATTRIBUTE_ARCHIVE && info->created.QuadPart && info->id.QuadPart, "attributes %lx",
       info->attributes);
    ok(GetFileInformationByHandle(h, &dir) && (DWORD)info->parent.QuadPart == dir.nFileIndexLow, "parent");
    ok_err(read_changes(h, buffer, 1024, FALSE, FILE_NOTIFY_CHANGE_SIZE, NULL, &ov, NULL, 7), ERROR_INVALID_PARAMETER);
    DeleteFileW(path(L"y"));
    CloseHandle(h);
    CloseHandle(ov.hEvent);
}

static void test_change_notification(void)
{
    HANDLE h = FindFirstChangeNotificationW(root, TRUE, FILE_NOTIFY_CHANGE_FILE_NAME);

    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CreateDirectoryW(path(L"d"), NULL);
    make(path(L"d\\z"));
    ok_int(WaitForSingleObject(h, 3000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(h, 0), WAIT_OBJECT_0); /* until the next one is asked for */
    ok(FindNextChangeNotification(h), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    DeleteFileW(path(L"d\\z"));
    ok_int(WaitForSingleObject(h, 3000), WAIT_OBJECT_0);
    ok(FindCloseChangeNotification(h), "error %lu", GetLastError());
    RemoveDirectoryW(path(L"d"));
    ok(FindFirstChangeNotificationW(L"C:\\no such directory", FALSE, 1) == INVALID_HANDLE_VALUE, "opened");
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
    ok(FindFirstChangeNotificationW(root, FALSE, 0) == INVALID_HANDLE_VALUE, "no filter");
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
}

/* A watched directory that goes ends its watch; libuv knows that end by the error and FileStandardInfo. */
static void test_removed(void)
{
    char buffer[512];
    WCHAR name[MAX_PATH] = L"";
    FILE_STANDARD_INFO info;
    OVERLAPPED ov = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    DWORD n;

    ok(CreateDirectoryW(path(L"gone"), NULL), "error %lu", GetLastError());
    HANDLE h = CreateFileW(path(L"gone"), FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                           NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    ok(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(ReadDirectoryChangesW(h, buffer, sizeof(buffer), TRUE, FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &ov, NULL),
       "error %lu", GetLastError());
    CreateDirectoryW(path(L"beside"), NULL);
    ok(RemoveDirectoryW(path(L"beside")), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 20), WAIT_TIMEOUT);
    ok(GetFileInformationByHandleEx(h, FileStandardInfo, &info, sizeof(info)) && !info.DeletePending, "pending");
    ok(RemoveDirectoryW(path(L"gone")), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    ok(!GetOverlappedResult(h, &ov, &n, FALSE), "success");
    ok_int(GetLastError(), ERROR_ACCESS_DENIED);
    ok(GetFileInformationByHandleEx(h, FileStandardInfo, &info, sizeof(info)), "error %lu", GetLastError());
    ok(info.DeletePending && info.Directory, "pending %d", info.DeletePending);
    n = GetFinalPathNameByHandleW(h, name, MAX_PATH, VOLUME_NAME_NONE);
    ok(n && !wcsncmp(name, L"\\$Extend\\$Deleted\\", 18), "%lu: %ls", n, name);
    CloseHandle(h);
    CloseHandle(ov.hEvent);
}

TESTS
{
    WCHAR base[MAX_PATH];

    GetTempPathW(MAX_PATH, base);
    swprintf(root, MAX_PATH, L"%lstransom-notify-%lu", base, GetCurrentProcessId());
    swprintf(outside, MAX_PATH, L"%lstransom-notify-%lu-out", base, GetCurrentProcessId());
    ok(CreateDirectoryW(root, NULL) && CreateDirectoryW(outside, NULL), "error %lu", GetLastError());
    test_names();
    test_tree();
    test_contents();
    test_overflow();
    test_ways();
    test_extended();
    test_change_notification();
    test_removed();
    ok(RemoveDirectoryW(outside), "error %lu", GetLastError());
    ok(RemoveDirectoryW(root), "error %lu", GetLastError());
}
