/* SPDX-License-Identifier: MIT */
/* Functions that kernelbase.dll alone exports, which programs reach through API sets (wow64apiset.h, memoryapi.h, sysinfoapi.h). */
#include "../test.h"

#define FUNCTION(result, name, ...)                                                                                    \
    result(WINAPI *p##name)(__VA_ARGS__) = (void *)GetProcAddress(GetModuleHandleA("kernelbase"), #name);              \
    ok(p##name != NULL, #name);                                                                                        \
    if (!p##name)                                                                                                      \
    return

static void test_wow64(void)
{
    FUNCTION(UINT, GetSystemWow64Directory2W, WCHAR *, UINT, WORD);
    FUNCTION(UINT, GetSystemWow64Directory2A, char *, UINT, WORD);
    WCHAR wide[MAX_PATH], same[MAX_PATH];
    char text[MAX_PATH];
    UINT length = GetSystemWow64DirectoryW(same, MAX_PATH);

    ok_int(pGetSystemWow64Directory2W(wide, MAX_PATH, IMAGE_FILE_MACHINE_I386), length);
    ok_wstr(wide, same);
    ok_int(pGetSystemWow64Directory2A(text, MAX_PATH, IMAGE_FILE_MACHINE_I386), length);
    ok_int(pGetSystemWow64Directory2W(wide, 2, IMAGE_FILE_MACHINE_I386), length + 1);
    ok(!pGetSystemWow64Directory2W(wide, MAX_PATH, IMAGE_FILE_MACHINE_POWERPC), "a directory for PowerPC");
}

static void test_mappings(void)
{
    FUNCTION(HANDLE, CreateFileMapping2, HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG, ULONG, ULONG64, const WCHAR *,
             void *, ULONG);
    FUNCTION(void *, MapViewOfFileNuma2, HANDLE, HANDLE, ULONG64, void *, SIZE_T, ULONG, ULONG, ULONG);
    FUNCTION(BOOL, QueryVirtualMemoryInformation, HANDLE, const void *, int, void *, SIZE_T, SIZE_T *);
    struct {
        void *base;
        ULONG protect, flags;
        SIZE_T size, committed;
    } region;
    SIZE_T got = 0;
    HANDLE section = pCreateFileMapping2(INVALID_HANDLE_VALUE, NULL, FILE_MAP_READ | FILE_MAP_WRITE, PAGE_READWRITE,
                                         SEC_COMMIT, 0x20000, NULL, NULL, 0);
    char *view;

    ok(section != NULL, "error %lu", GetLastError());
    view = pMapViewOfFileNuma2(section, GetCurrentProcess(), 0x10000, NULL, 0, 0, PAGE_READWRITE, -1);
    ok(view != NULL, "error %lu", GetLastError());
    view[0xffff] = 1;
    ok(pQueryVirtualMemoryInformation(GetCurrentProcess(), view + 0x1000, 0, &region, sizeof region, &got), "error %lu",
       GetLastError());
    ok(got == sizeof region && region.base == view && region.size == 0x10000, "%zu, %p, %zx", got, region.base,
       region.size);
    ok(UnmapViewOfFile(view), "error %lu", GetLastError());
    CloseHandle(section);
}

static void test_boot(void)
{
    FUNCTION(BOOL, GetOsSafeBootMode, DWORD *);
    DWORD flags = 1;

    ok(pGetOsSafeBootMode(&flags), "error %lu", GetLastError());
    ok_int(flags, 0);
}

TESTS
{
    test_wow64();
    test_mappings();
    test_boot();
}
