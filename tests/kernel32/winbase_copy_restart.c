/* SPDX-License-Identifier: MIT */
/*
 * CopyFile2 and CopyFileEx: copies that are stopped, paused and gone on with, what is told of each stream, unbuffered ones,
 * directories; CreateDirectoryEx.
 */
#include "../test_folder.h"
#include <winioctl.h>

#ifndef COPY_FILE_DIRECTORY
#define COPY_FILE_DIRECTORY 0x00000080
#endif
#ifndef ERROR_REQUEST_PAUSED
#define ERROR_REQUEST_PAUSED 3050
#endif
#define MB (1 << 20)

/* Each 4 bytes are their own number, so that nothing can be in a wrong place unnoticed. */
static void make(const WCHAR *name, DWORD size)
{
    HANDLE h = CreateFileW(path(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    static DWORD block[16384];
    DWORD n, at = 0;

    ok(h != INVALID_HANDLE_VALUE, "%ls: error %lu", name, GetLastError());
    while (at < size) {
        for (unsigned i = 0; i < 16384; i++)
            block[i] = at / 4 + i;
        WriteFile(h, block, min((DWORD)sizeof block, size - at), &n, NULL);
        at += n;
    }
    CloseHandle(h);
}

/* -1: as make() made it; otherwise where it differs first; -2: no such file, -3: another size. */
static LONGLONG check(const WCHAR *name, DWORD size)
{
    HANDLE h = CreateFileW(path(name), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    static DWORD block[16384];
    LONGLONG result = -1;
    DWORD n, at = 0;

    if (h == INVALID_HANDLE_VALUE)
        return -2;
    while (result == -1 && ReadFile(h, block, sizeof block, &n, NULL) && n) {
        for (unsigned i = 0; i < n / 4 && result == -1; i++)
            if (block[i] != at / 4 + i)
                result = at + 4 * i;
        at += n;
    }
    CloseHandle(h);
    return result == -1 && at != size ? -3 : result;
}

static struct {
    COPYFILE2_MESSAGE_ACTION answer;
    ULONGLONG answer_at; /* once this much is there */
    unsigned count[COPYFILE2_CALLBACK_MAX], bad;
    ULONGLONG first, last, total, last_chunk;
    DWORD streams;
    COPYFILE2_MESSAGE_TYPE last_type;
    HRESULT error;
} seen;

static COPYFILE2_MESSAGE_ACTION CALLBACK on_message(const COPYFILE2_MESSAGE *message, void *context)
{
    (void)context;
    seen.count[message->Type]++;
    seen.last_type = message->Type;
    switch (message->Type) {
    case COPYFILE2_CALLBACK_STREAM_STARTED:
        /* "start at one and will always be higher than any previous stream" */
        if (message->Info.StreamStarted.dwStreamNumber <= seen.streams)
            seen.bad++;
        seen.streams = message->Info.StreamStarted.dwStreamNumber;
        seen.last_chunk = -1;
        break;
    case COPYFILE2_CALLBACK_CHUNK_STARTED:
        if (seen.count[COPYFILE2_CALLBACK_CHUNK_STARTED] == 1)
            seen.first = message->Info.ChunkStarted.uliChunkNumber.QuadPart;
        /* "start at zero and will always be higher than that of any previous chunk for the current stream" */
        if (seen.last_chunk != (ULONGLONG)-1 && message->Info.ChunkStarted.uliChunkNumber.QuadPart <= seen.last_chunk)
            seen.bad++;
        seen.last_chunk = message->Info.ChunkStarted.uliChunkNumber.QuadPart;
        break;
    case COPYFILE2_CALLBACK_CHUNK_FINISHED:
        if (message->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart <= seen.last)
            seen.bad++;
        seen.last = message->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart;
        seen.total = message->Info.ChunkFinished.uliTotalFileSize.QuadPart;
        if (seen.answer != COPYFILE2_PROGRESS_CONTINUE && seen.last >= seen.answer_at)
            return seen.answer;
        break;
    case COPYFILE2_CALLBACK_ERROR:
        seen.error = message->Info.Error.hrFailure;
        break;
    default:
        break;
    }
    return COPYFILE2_PROGRESS_CONTINUE;
}

static HRESULT copy2(const WCHAR *from, const WCHAR *to, DWORD flags, COPYFILE2_MESSAGE_ACTION answer, ULONGLONG at)
{
    COPYFILE2_EXTENDED_PARAMETERS parameters = { .dwSize = sizeof parameters,
                                                 .dwCopyFlags = flags,
                                                 .pProgressRoutine = on_message };

    memset(&seen, 0, sizeof seen);
    seen.answer = answer;
    seen.answer_at = at;
    return CopyFile2(path(from), path(to), &parameters);
}

static void test_streams(void)
{
    make(L"a", 3 * MB + 12);
    make(L"a:one", 2 * MB);
    make(L"a:two", 400);
    ok_hex(copy2(L"a", L"b", 0, COPYFILE2_PROGRESS_CONTINUE, 0), S_OK);
    ok(check(L"b", 3 * MB + 12) == -1 && check(L"b:one", 2 * MB) == -1 && check(L"b:two", 400) == -1, "contents");
    ok_int(seen.count[COPYFILE2_CALLBACK_STREAM_STARTED], 3);
    ok_int(seen.count[COPYFILE2_CALLBACK_STREAM_FINISHED], 3);
    ok(seen.total == 5 * MB + 412 && seen.last == seen.total && !seen.bad, "%llu of %llu, %u bad", seen.last,
       seen.total, seen.bad);
    /* "do not call again" */
    ok_hex(copy2(L"a", L"b", 0, COPYFILE2_PROGRESS_QUIET, 1), S_OK);
    ok(seen.count[COPYFILE2_CALLBACK_CHUNK_FINISHED] == 1 && seen.streams == 1, "%u chunks",
       seen.count[COPYFILE2_CALLBACK_CHUNK_FINISHED]);
    DeleteFileW(path(L"b"));
    if (test_is_transom()) { /* Windows 10 and later */
        ok_hex(copy2(L"a", L"b", 0x8000 /* COPY_FILE_SKIP_ALTERNATE_STREAMS */, COPYFILE2_PROGRESS_CONTINUE, 0), S_OK);
        ok(check(L"b:one", 2 * MB) == -2, "a stream");
    }
    /* stopped within the second stream: "left intact", and one more message */
    ok_hex(copy2(L"a", L"c", 0, COPYFILE2_PROGRESS_STOP, 3 * MB + 13), HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
    ok(check(L"c", 3 * MB + 12) == -1, "the first stream");
    ok_int(seen.last_type, COPYFILE2_CALLBACK_STREAM_FINISHED);
    DeleteFileW(path(L"c"));
    ok_hex(copy2(L"a", L"c", 0, COPYFILE2_PROGRESS_CANCEL, 1), HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
    ok(check(L"c", 0) == -2, "left");
    DeleteFileW(path(L"a"));
    DeleteFileW(path(L"b"));
}

/* A file system with reflinks copies a file in one chunk: then there is nothing to interrupt. */
static bool one_chunk;

static void test_pause(void)
{
    static const HRESULT paused = HRESULT_FROM_WIN32(ERROR_REQUEST_PAUSED);
    HANDLE h;
    DWORD n;

    make(L"a", 6 * MB + 4);
    copy2(L"a", L"b", 0, COPYFILE2_PROGRESS_CONTINUE, 0);
    one_chunk = seen.count[COPYFILE2_CALLBACK_CHUNK_FINISHED] == 1;
    DeleteFileW(path(L"b"));
    if (one_chunk) {
        skip("copies are made at once here");
        DeleteFileW(path(L"a"));
        return;
    }
    ok_hex(copy2(L"a", L"b", 0, COPYFILE2_PROGRESS_PAUSE, 2 * MB), paused);
    ok_int(seen.last_type, COPYFILE2_CALLBACK_STREAM_FINISHED);
    ok(seen.last < 6 * MB, "%llu bytes", seen.last);
    /* without the flag to go on it is a file that exists; with it there is a valid header */
    ok_hex(copy2(L"a", L"b", COPY_FILE_FAIL_IF_EXISTS, 0, 0), HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    ok_hex(copy2(L"a", L"b", COPY_FILE_FAIL_IF_EXISTS | COPY_FILE_RESUME_FROM_PAUSE, COPYFILE2_PROGRESS_PAUSE, 4 * MB),
           paused);
    ok(seen.first >= 1, "began at chunk %llu", seen.first);
    ok_hex(copy2(L"a", L"b", COPY_FILE_RESUME_FROM_PAUSE, 0, 0), S_OK);
    ok(seen.first >= 3 && seen.last == 6 * MB + 4 && !seen.bad, "began at chunk %llu", seen.first);
    ok(check(L"b", 6 * MB + 4) == -1, "differs at %lld", check(L"b", 6 * MB + 4));
    /* it is done: there is no header any more, and nothing to pause */
    ok_hex(copy2(L"a", L"b", COPY_FILE_FAIL_IF_EXISTS | COPY_FILE_RESUME_FROM_PAUSE, 0, 0),
           HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    ok_hex(copy2(L"a", L"c", 0, COPYFILE2_PROGRESS_PAUSE, 6 * MB + 4), S_OK);
    ok(check(L"c", 6 * MB + 4) == -1, "contents");
    /* the source has changed: "the file will be fully copied" */
    ok_hex(copy2(L"a", L"c", 0, COPYFILE2_PROGRESS_PAUSE, 2 * MB), paused);
    Sleep(20);
    h = CreateFileW(path(L"a"), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(ReadFile(h, &(DWORD){ 0 }, 4, &n, NULL) && SetFilePointer(h, 0, NULL, FILE_BEGIN) == 0 &&
           WriteFile(h, "\0\0\0", 4, &n, NULL),
       "error %lu", GetLastError());
    CloseHandle(h);
    ok_hex(copy2(L"a", L"c", COPY_FILE_RESUME_FROM_PAUSE, 0, 0), S_OK);
    ok(seen.first == 0 && check(L"c", 6 * MB + 4) == -1, "began at chunk %llu", seen.first);
    /* stopped: only a restartable copy can be gone on with */
    DeleteFileW(path(L"c"));
    copy2(L"a", L"c", 0, COPYFILE2_PROGRESS_STOP, 2 * MB);
    ok_hex(copy2(L"a", L"c", COPY_FILE_RESUME_FROM_PAUSE, 0, 0), S_OK);
    ok(seen.first == 0, "began at chunk %llu", seen.first);
    DeleteFileW(path(L"c"));
    copy2(L"a", L"c", COPY_FILE_RESTARTABLE, COPYFILE2_PROGRESS_STOP, 3 * MB);
    ok_hex(copy2(L"a", L"c", COPY_FILE_RESUME_FROM_PAUSE, 0, 0), S_OK);
    ok(seen.first >= 2 && check(L"c", 6 * MB + 4) == -1, "began at chunk %llu", seen.first);
    DeleteFileW(path(L"a"));
    DeleteFileW(path(L"b"));
    DeleteFileW(path(L"c"));
}

static LONGLONG progress_first, progress_stop;
static DWORD progress_streams;

static DWORD CALLBACK on_progress(LARGE_INTEGER total, LARGE_INTEGER done, LARGE_INTEGER size,
                                  LARGE_INTEGER stream_done, DWORD stream, DWORD reason, HANDLE from, HANDLE to,
                                  void *context)
{
    (void)size, (void)stream_done, (void)from, (void)to, (void)context, (void)total;
    if (reason == CALLBACK_STREAM_SWITCH) {
        progress_streams = stream;
        return PROGRESS_CONTINUE;
    }
    if (!progress_first)
        progress_first = done.QuadPart;
    return progress_stop && done.QuadPart >= progress_stop ? PROGRESS_STOP : PROGRESS_CONTINUE;
}

static void test_restartable(void)
{
    BOOL cancel = TRUE;

    make(L"a", 5 * MB);
    make(L"a:s", 8);
    progress_stop = 2 * MB;
    ok(one_chunk || !CopyFileExW(path(L"a"), path(L"b"), on_progress, NULL, NULL, COPY_FILE_RESTARTABLE), "done");
    /* "by specifying the same values" */
    progress_stop = progress_first = 0;
    ok(CopyFileExW(path(L"a"), path(L"b"), on_progress, NULL, NULL, COPY_FILE_RESTARTABLE), "error %lu",
       GetLastError());
    ok(progress_first > 2 * MB && progress_streams == 2, "%lld, %lu streams", progress_first, progress_streams);
    ok(check(L"b", 5 * MB) == -1 && check(L"b:s", 8) == -1, "contents");
    ok_err(CopyFileExW(path(L"a"), path(L"c"), NULL, NULL, &cancel, COPY_FILE_RESTARTABLE), ERROR_REQUEST_ABORTED);
    ok_err(CopyFileExW(path(L"a"), path(L"c"), NULL, NULL, NULL, 0x40), ERROR_INVALID_PARAMETER);
    /* the wrong kind of thing */
    ok(!CopyFileExW(path(L"a"), path(L"none\\c"), on_progress, NULL, NULL, COPY_FILE_RESTARTABLE), "copied");
    ok_int(GetLastError(), ERROR_PATH_NOT_FOUND);
    DeleteFileW(path(L"a"));
    DeleteFileW(path(L"b"));
    DeleteFileW(path(L"c"));
}

static void test_unbuffered(void)
{
    static const DWORD sizes[] = { 0, 4, 4096, MB, MB + 4, 3 * MB - 8 };

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make(L"a", sizes[i]);
        make(L"a:s", sizes[i] / 8 * 4);
        ok_hex(copy2(L"a", L"b", COPY_FILE_NO_BUFFERING, 0, 0), S_OK);
        ok(check(L"b", sizes[i]) == -1 && check(L"b:s", sizes[i] / 8 * 4) == -1, "%lu bytes", sizes[i]);
        ok_hex(copy2(L"a", L"b", COPY_FILE_REQUEST_SECURITY_PRIVILEGES | COPY_FILE_OPEN_SOURCE_FOR_WRITE, 0, 0), S_OK);
        ok(check(L"b", sizes[i]) == -1, "%lu bytes", sizes[i]);
        DeleteFileW(path(L"a"));
        DeleteFileW(path(L"b"));
    }
}

static void test_directory(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    ok(CreateDirectoryW(path(L"d"), NULL), "error %lu", GetLastError());
    make(L"d\\inside", 100);
    make(L"d:stream", 1000);
    SetFileAttributesW(path(L"d"), FILE_ATTRIBUTE_HIDDEN);
    ok(CreateDirectoryExW(path(L"d"), path(L"e"), NULL), "error %lu", GetLastError());
    ok(check(L"e:stream", 1000) == -1, "a stream");
    ok(check(L"e\\inside", 100) == -2, "the contents");
    ok(GetFileAttributesExW(path(L"e"), GetFileExInfoStandard, &data) &&
           data.dwFileAttributes == (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN),
       "attributes %lx", data.dwFileAttributes);
    ok_err(CreateDirectoryExW(path(L"d"), path(L"e"), NULL), ERROR_ALREADY_EXISTS);
    ok_err(CreateDirectoryExW(path(L"none"), path(L"f"), NULL), ERROR_FILE_NOT_FOUND);
    ok_err(CreateDirectoryExW(path(L"d\\inside"), path(L"f"), NULL), ERROR_DIRECTORY);
    ok_err(CreateDirectoryExW(path(L"d"), path(L"no\\f"), NULL), ERROR_PATH_NOT_FOUND);
    ok(GetFileAttributesW(path(L"f")) == INVALID_FILE_ATTRIBUTES, "made");
    ok(RemoveDirectoryW(path(L"e")), "error %lu", GetLastError());
    if (test_is_transom()) { /* Windows 11's flag */
        ok_hex(copy2(L"d", L"e", COPY_FILE_DIRECTORY | COPY_FILE_FAIL_IF_EXISTS, 0, 0), S_OK);
        ok(check(L"e:stream", 1000) == -1 && check(L"e\\inside", 100) == -2, "contents");
        ok_hex(copy2(L"d", L"e", COPY_FILE_DIRECTORY | COPY_FILE_FAIL_IF_EXISTS, 0, 0),
               HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
        ok_hex(copy2(L"d\\inside", L"g", COPY_FILE_DIRECTORY, 0, 0), HRESULT_FROM_WIN32(ERROR_DIRECTORY));
        RemoveDirectoryW(path(L"e"));
    }
    DeleteFileW(path(L"d\\inside"));
    ok(RemoveDirectoryW(path(L"d")), "error %lu", GetLastError());
}

TESTS
{
    make_test_folder(L"restart");
    test_streams();
    test_pause();
    test_restartable();
    test_unbuffered();
    test_directory();
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
