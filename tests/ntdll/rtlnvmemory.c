/* SPDX-License-Identifier: MIT */
/* rtlnvmemory.c: flushing, writing and filling views of files by ntdll's functions for non-volatile memory. */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    void *base;
    SIZE_T length;
} range;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlGetNonVolatileToken, void *, SIZE_T, void **)                                                           \
    X(LONG, RtlFreeNonVolatileToken, void *)                                                                           \
    X(LONG, RtlFlushNonVolatileMemory, void *, void *, SIZE_T, ULONG)                                                  \
    X(LONG, RtlFlushNonVolatileMemoryRanges, void *, range *, SIZE_T, ULONG)                                           \
    X(LONG, RtlDrainNonVolatileFlush, void *)                                                                          \
    X(LONG, RtlWriteNonVolatileMemory, void *, void *, const void *, SIZE_T, ULONG)                                    \
    X(LONG, RtlFillNonVolatileMemory, void *, void *, SIZE_T, UCHAR, ULONG)
DECLARE_FUNCTIONS

#define INVALID ((LONG)0xc000000d)

TESTS
{
    WCHAR directory[MAX_PATH], path[MAX_PATH];
    char in_file[8] = "";
    void *token = NULL;
    DWORD got;

    if (!get_functions()) {
        skip("not in this version");
        return;
    }
    GetTempPathW(MAX_PATH, directory);
    GetTempFileNameW(directory, L"nvm", 0, path);
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0x3000, NULL);
    char *view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);

    ok(view != NULL, "error %lu", GetLastError());
    if (!view)
        return;
    ok_hex(RtlGetNonVolatileToken(view, 0x3000, &token), 0);
    ok(token != NULL, "no token");
    ok_hex(RtlWriteNonVolatileMemory(token, view + 0x1000, "written", 8, 1), 0);
    ok_str(view + 0x1000, "written");
    SetFilePointer(file, 0x1000, NULL, FILE_BEGIN);
    ok(ReadFile(file, in_file, 8, &got, NULL), "error %lu", GetLastError());
    ok_str(in_file, "written");
    ok_hex(RtlFillNonVolatileMemory(token, view + 0x2000, 3, 'x', 1 | 0x100), 0);
    ok_hex(RtlDrainNonVolatileFlush(token), 0);
    ok_str(view + 0x2000, "xxx");
    ok_hex(RtlFillNonVolatileMemory(token, view + 0x2000, 3, 'y', 2 | 0x100), INVALID);
    ok_str(view + 0x2000, "xxx");
    ok_hex(RtlFlushNonVolatileMemory(token, view + 0x10, 0x20, 0), 0);
    ok_hex(RtlFlushNonVolatileMemory(token, view, 0x3000, 1), 0);
    range ranges[] = { { view, 16 }, { view + 0x2ff0, 16 }, { view, 0 } };
    ok_hex(RtlFlushNonVolatileMemoryRanges(token, ranges, 3, 0), 0);
    ok_hex(RtlFlushNonVolatileMemory(NULL, view, 16, 0), INVALID);
    ok_hex(RtlDrainNonVolatileFlush(NULL), INVALID);
    ok_hex(RtlFreeNonVolatileToken(token), 0);
    ok_hex(RtlFreeNonVolatileToken(NULL), INVALID);
    UnmapViewOfFile(view);
    CloseHandle(mapping);
    CloseHandle(file);
}
