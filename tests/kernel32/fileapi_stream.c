/* SPDX-License-Identifier: MIT */
/* Alternate streams: "File Streams", FindFirstStreamW, CopyFileEx. */
#include "../test.h"

static char folder[MAX_PATH], base[MAX_PATH], stream[MAX_PATH + 32], other[MAX_PATH];

static void put(const char *name, const char *text)
{
    DWORD done = 0;
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok(WriteFile(file, text, strlen(text), &done, NULL) && done == strlen(text), "error %lu", GetLastError());
    CloseHandle(file);
}

static const char *get(const char *name)
{
    static char text[64];
    DWORD done = 0;
    HANDLE file = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        sprintf(text, "error %lu", GetLastError());
        return text;
    }
    ReadFile(file, text, sizeof(text) - 1, &done, NULL);
    text[done] = 0;
    CloseHandle(file);
    return text;
}

static const char *of(const char *file, const char *name)
{
    static char text[MAX_PATH + 64];
    snprintf(text, sizeof(text), "%s:%s", file, name);
    return text;
}

/* The streams of a file as "name=size" each, sorted by what the test makes: at most two. */
static const char *list(const char *name)
{
    static char text[256];
    WCHAR wide[MAX_PATH];
    WIN32_FIND_STREAM_DATA data;
    HANDLE find;
    *text = 0;
    MultiByteToWideChar(CP_ACP, 0, name, -1, wide, MAX_PATH);
    find = FindFirstStreamW(wide, FindStreamInfoStandard, &data, 0);
    if (find == INVALID_HANDLE_VALUE) {
        sprintf(text, "error %lu", GetLastError());
        return text;
    }
    do
        sprintf(text + strlen(text), "%ls=%lu ", data.cStreamName, (DWORD)data.StreamSize.QuadPart);
    while (FindNextStreamW(find, &data));
    ok_int(GetLastError(), ERROR_HANDLE_EOF);
    FindClose(find);
    return text;
}

static void test_streams(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    put(base, "main");
    ok_str(list(base), "::$DATA=4 ");
    ok_str(get(of(base, "none")), "error 2");
    put(of(base, "Zone.Identifier"), "[ZoneTransfer]");
    ok_str(get(base), "main");
    ok_str(get(of(base, "zone.identifier:$data")), "[ZoneTransfer]"); /* names of streams have no case either */
    ok_str(get(of(base, ":$DATA")), "main");
    ok_str(list(base), "::$DATA=4 :Zone.Identifier:$DATA=14 ");
    ok(GetFileAttributesExA(of(base, "Zone.Identifier"), GetFileExInfoStandard, &data), "error %lu", GetLastError());
    ok_int(data.nFileSizeLow, 14);
    ok_int(GetFileAttributesA(of(base, "none")), INVALID_FILE_ATTRIBUTES);
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
    ok_str(get(of(base, "a:$INDEX_ALLOCATION")), "error 123");
    ok_str(get(of(base, "")), "error 123");
    ok_str(get(of(base, "a/b")), "error 123");
}

static void test_copy(void)
{
    ok(CopyFileA(base, other, FALSE), "error %lu", GetLastError());
    ok_str(get(of(other, "Zone.Identifier")), "[ZoneTransfer]");
    put(of(other, "Zone.Identifier"), "changed");
    ok_str(get(of(base, "Zone.Identifier")), "[ZoneTransfer]");
}

static void test_rename(void)
{
    char moved[MAX_PATH];
    sprintf(moved, "%s.moved", other);
    ok(MoveFileA(other, moved), "error %lu", GetLastError());
    ok_str(get(of(moved, "Zone.Identifier")), "changed");
    ok_str(get(of(other, "Zone.Identifier")), "error 2");
    ok(MoveFileA(moved, other), "error %lu", GetLastError());
}

static void test_deletion(void)
{
    ok(DeleteFileA(of(base, "Zone.Identifier")), "error %lu", GetLastError());
    ok_str(list(base), "::$DATA=4 ");
    ok_str(get(base), "main");
    put(of(base, "s"), "x");
    put(base, "new"); /* overwritten: the streams are gone */
    ok_str(list(base), "::$DATA=3 ");
    put(of(base, "s"), "x");
    ok(DeleteFileA(base), "error %lu", GetLastError());
    put(base, "again");
    ok_str(get(of(base, "s")), "error 2");
}

/* Writing a stream of a file that does not exist makes the file; a folder has streams, but no data of its own. */
static void test_making(void)
{
    DeleteFileA(base);
    put(of(base, "s"), "only");
    ok_str(list(base), "::$DATA=0 :s:$DATA=4 ");
    put(of(folder, "note"), "of a folder");
    ok_str(list(folder), ":note:$DATA=11 ");
    ok_str(get(of(folder, "note")), "of a folder");
    SetFileAttributesA(base, FILE_ATTRIBUTE_READONLY);
    HANDLE file = CreateFileA(of(base, "s"), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok_str(get(of(base, "s")), "only");
    SetFileAttributesA(base, FILE_ATTRIBUTE_NORMAL);
    ok_str(get(of(base, "s")), "only");
}

/* A stream is a file in all that can be done with a handle. */
static void test_handle(void)
{
    static char big[100000];
    DWORD done;
    strcpy(stream, of(base, "big"));
    HANDLE file = CreateFileA(stream, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL), again, section;
    memset(big, 'b', sizeof(big));
    ok(WriteFile(file, big, sizeof(big), &done, NULL) && done == sizeof(big), "error %lu", GetLastError());
    ok_int(GetFileSize(file, NULL), sizeof(big));
    again = CreateFileA(stream, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(again == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION, "error %lu", GetLastError());
    again = CreateFileA(base, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL); /* the file itself is another stream */
    ok(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(again);
    section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    const char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    ok(view && view[sizeof(big) - 1] == 'b', "error %lu", GetLastError());
    UnmapViewOfFile(view);
    CloseHandle(section);
    SetFilePointer(file, 10, NULL, FILE_BEGIN);
    ok(SetEndOfFile(file), "error %lu", GetLastError());
    CloseHandle(file);
    ok_str(get(stream), "bbbbbbbbbb");
    again = CreateFileA(stream, GENERIC_READ | DELETE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CloseHandle(again);
    ok_str(get(stream), "error 2");
}

/* [MS-FSCC] 2.1.5: the types of streams. A directory has an index, a file data. */
static void test_types(void)
{
    static const struct {
        const char *suffix;
        DWORD directory, file; /* the errors */
    } types[] = {
        { "::$INDEX_ALLOCATION", 0, ERROR_DIRECTORY },
        { ":$I30:$INDEX_ALLOCATION", 0, ERROR_DIRECTORY },
        { "::$index_allocation", 0, ERROR_DIRECTORY },
        { "::$DATA", ERROR_ACCESS_DENIED, 0 },
        { ":$I30:$DATA", ERROR_FILE_NOT_FOUND, ERROR_FILE_NOT_FOUND },
        { ":x:$INDEX_ALLOCATION", ERROR_INVALID_NAME, ERROR_INVALID_NAME },
        { "::$BITMAP", ERROR_INVALID_NAME, ERROR_INVALID_NAME },
        { "::", ERROR_INVALID_NAME, ERROR_INVALID_NAME },
    };
    char name[MAX_PATH + 64];
    put(base, "main");
    for (int i = 0; i < (int)(sizeof(types) / sizeof(*types)); i++) {
        for (int k = 0; k < 2; k++) {
            SetLastError(0);
            snprintf(name, sizeof(name), "%s%s", k ? base : folder, types[i].suffix);
            HANDLE file = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
            DWORD error = file == INVALID_HANDLE_VALUE ? GetLastError() : 0;
            if (file != INVALID_HANDLE_VALUE)
                CloseHandle(file);
            ok(error == (k ? types[i].file : types[i].directory), "%s: error %lu", name, error);
        }
    }
    snprintf(name, sizeof(name), "%s::$INDEX_ALLOCATION\\base.txt", folder); /* on the way, too */
    ok_str(get(name), "main");
    snprintf(name, sizeof(name), "%s\\made::$INDEX_ALLOCATION", folder);
    ok(CreateDirectoryA(name, NULL), "error %lu", GetLastError());
    snprintf(name, sizeof(name), "%s\\made", folder);
    ok(RemoveDirectoryA(name), "error %lu", GetLastError());
}

static DWORD rename_to(HANDLE file, const WCHAR *to, BOOL replace)
{
    char buffer[200] = "";
    FILE_RENAME_INFO *info = (FILE_RENAME_INFO *)buffer;
    info->ReplaceIfExists = replace;
    info->FileNameLength = wcslen(to) * sizeof(WCHAR);
    memcpy(info->FileName, to, info->FileNameLength);
    return SetFileInformationByHandle(file, FileRenameInfo, info, sizeof(buffer)) ? 0 : GetLastError();
}

/* FILE_RENAME_INFORMATION, "Special rules for renaming NTFS data streams"; [MS-FSA] 2.1.5.15.11.1. */
static void test_stream_names(void)
{
    char read[10];
    DWORD done;
    HANDLE file, other_handle;

    DeleteFileA(base);
    put(base, "main");
    put(of(base, "a"), "a");
    put(of(base, "empty"), "");
    put(of(base, "full"), "full");
    file = CreateFileA(of(base, "a"), GENERIC_READ | GENERIC_WRITE | DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(rename_to(file, L":", FALSE), ERROR_INVALID_PARAMETER);
    ok_int(rename_to(file, L":x:", FALSE), ERROR_INVALID_PARAMETER);
    ok_int(rename_to(file, L":x:$DATA:", FALSE), ERROR_INVALID_PARAMETER);
    ok_int(rename_to(file, L":x:$BITMAP", FALSE), ERROR_INVALID_HANDLE); /* STATUS_OBJECT_TYPE_MISMATCH */
    ok_int(rename_to(file, L":EMPTY", FALSE), ERROR_ALREADY_EXISTS);
    ok_int(rename_to(file, L":full", TRUE), ERROR_INVALID_PARAMETER); /* only what is empty is replaced */
    ok_int(rename_to(file, L":empty", TRUE), 0);
    ok_int(rename_to(file, L":Empty", FALSE), 0);
    ok_int(rename_to(file, L":b:$data", FALSE), 0);
    ok_int(rename_to(file, L"::$DATA", FALSE), ERROR_ALREADY_EXISTS);
    ok_int(rename_to(file, L"::$DATA", TRUE), ERROR_INVALID_PARAMETER);
    CloseHandle(file);
    ok_str(get(of(base, "b")), "a");
    ok_str(get(of(base, "a")), "error 2");
    ok_str(get(of(base, "full")), "full");
    /* "Renaming" the default data stream "leaves behind a zero-length default data stream" */
    file = CreateFileA(base, GENERIC_READ | GENERIC_WRITE | DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
    other_handle = CreateFileA(base, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    if (rename_to(file, L":was", FALSE)) /* the only handle's file only, here */
        ok_int(GetLastError(), ERROR_SHARING_VIOLATION);
    else
        rename_to(file, L"::$DATA", TRUE);
    CloseHandle(other_handle);
    ok_int(rename_to(file, L":full", TRUE), ERROR_INVALID_PARAMETER);
    ok_int(rename_to(file, L":was", FALSE), 0);
    ok(ReadFile(file, read, sizeof(read), &done, NULL) && done == 4 && !memcmp(read, "main", 4), "%lu bytes", done);
    ok(WriteFile(file, "+", 1, &done, NULL), "error %lu", GetLastError());
    ok_str(get(base), "");
    ok_str(get(of(base, "was")), "error 32"); /* it is that stream that is open now */
    CloseHandle(file);
    ok_str(get(of(base, "was")), "main+");
    file = CreateFileA(of(base, "was"), GENERIC_READ | DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(rename_to(file, L"::$DATA", FALSE), ERROR_ALREADY_EXISTS);
    ok_int(rename_to(file, L"::$DATA", TRUE), 0);
    ok(ReadFile(file, read, sizeof(read), &done, NULL) && done == 5, "%lu bytes", done);
    CloseHandle(file);
    ok_str(get(base), "main+");
    ok_str(get(of(base, "was")), "error 2");
    put(of(folder, "note"), "of a folder");
    file = CreateFileA(of(folder, "note"), GENERIC_READ | DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(rename_to(file, L"::$DATA", TRUE), ERROR_INVALID_PARAMETER);
    ok_int(rename_to(file, L":other", FALSE), 0);
    CloseHandle(file);
    ok_str(get(of(folder, "other")), "of a folder");
    DeleteFileA(of(folder, "other"));
}

TESTS
{
    char temp[MAX_PATH];
    DWORD flags;
    GetTempPathA(sizeof(temp), temp);
    sprintf(folder, "%sstream-%lu", temp, GetCurrentProcessId());
    CreateDirectoryA(folder, NULL);
    sprintf(base, "%s\\base.txt", folder);
    sprintf(other, "%s\\other.txt", folder);
    if (!GetVolumeInformationA("C:\\", NULL, 0, NULL, NULL, &flags, NULL, 0) || !(flags & FILE_NAMED_STREAMS)) {
        skip("the volume has no streams");
        return;
    }
    test_streams();
    test_copy();
    test_rename();
    test_deletion();
    test_making();
    test_handle();
    test_types();
    test_stream_names();
    DeleteFileA(base);
    DeleteFileA(other);
    ok(RemoveDirectoryA(folder), "error %lu", GetLastError());
}
