/* SPDX-License-Identifier: MIT */
/* SHCreateStreamOnFile, SHCreateMemStream, SHStrDup. */
#define COBJMACROS
#include "../test.h"
#include <objbase.h>
#include <shlwapi.h>

TESTS
{
    LARGE_INTEGER zero = { .QuadPart = 0 };
    ULARGE_INTEGER size = { .QuadPart = 3 };
    WCHAR path[MAX_PATH], *copy;
    char buffer[16];
    IStream *stream;
    STATSTG info;
    ULONG n;

    GetTempPathW(MAX_PATH, path);
    swprintf(path + wcslen(path), 40, L"transom-stream-%lu", GetCurrentProcessId());
    ok_hex(SHCreateStreamOnFileW(path, STGM_READ, &stream), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    ok_hex(SHCreateStreamOnFileW(path, STGM_READWRITE | STGM_CREATE, &stream), S_OK);
    ok_hex(IStream_Write(stream, "hello", 5, &n), S_OK);
    ok_int(n, 5);
    ok_hex(IStream_Seek(stream, zero, STREAM_SEEK_SET, NULL), S_OK);
    ok_hex(IStream_Read(stream, buffer, sizeof buffer, &n), S_FALSE); /* less than asked for */
    ok(n == 5 && !memcmp(buffer, "hello", 5), "%lu bytes", n);
    ok_hex(IStream_SetSize(stream, size), S_OK);
    ok_hex(IStream_Stat(stream, &info, STATFLAG_DEFAULT), S_OK);
    ok(info.cbSize.QuadPart == 3 && info.type == STGTY_STREAM, "%llu bytes", info.cbSize.QuadPart);
    ok_wstr(info.pwcsName, path);
    CoTaskMemFree(info.pwcsName);
    ok_int(IStream_Release(stream), 0);
    DeleteFileW(path);

    stream = SHCreateMemStream((const BYTE *)"memory", 6);
    ok(stream != NULL, "no stream");
    ok_hex(IStream_Read(stream, buffer, 6, &n), S_OK);
    ok(n == 6 && !memcmp(buffer, "memory", 6), "%lu bytes", n);
    IStream_Release(stream);

    ok_hex(SHStrDupA("text", &copy), S_OK);
    ok_wstr(copy, L"text");
    CoTaskMemFree(copy);
}
