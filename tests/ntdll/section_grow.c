/* SPDX-License-Identifier: MIT */
/*
 * section_grow.c: sections of files that become longer: NtExtendSection, and views that are reserved larger than the file
 * (ZwMapViewOfSection: "MEM_COMMIT ... is implied unless MEM_RESERVE is specified"), as LMDB maps its database.
 */
#include "../test.h"
#include <winternl.h>
#include <ntstatus.h>

NTSYSCALLAPI NTSTATUS NTAPI NtCreateSection(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PLARGE_INTEGER, ULONG, ULONG,
                                            HANDLE);
NTSYSCALLAPI NTSTATUS NTAPI NtMapViewOfSection(HANDLE, HANDLE, PVOID *, ULONG_PTR, SIZE_T, PLARGE_INTEGER, PSIZE_T,
                                               ULONG, ULONG, ULONG);
NTSYSCALLAPI NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE, PVOID);
NTSYSCALLAPI NTSTATUS NTAPI NtExtendSection(HANDLE, PLARGE_INTEGER);

#define VIEW_UNMAP 2
#define PAGE       0x1000
#define VIEW       0x20000

static HANDLE file;
static char path[MAX_PATH];

static LONGLONG file_size(void)
{
    LARGE_INTEGER size = { 0 };
    GetFileSizeEx(file, &size);
    return size.QuadPart;
}

static void new_file(DWORD length)
{
    static const char bytes[PAGE * 2] = "first";
    DWORD written;
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(file != INVALID_HANDLE_VALUE && WriteFile(file, bytes, length, &written, NULL), "no file: %lu", GetLastError());
}

static NTSTATUS map(ULONG protect, ULONG attributes, ULONG type, ULONG view_protect, char **view, SIZE_T size)
{
    HANDLE section = NULL;
    ACCESS_MASK access = SECTION_MAP_READ | (view_protect == PAGE_READWRITE ? SECTION_MAP_WRITE : 0);
    NTSTATUS status = NtCreateSection(&section, access, NULL, NULL, protect, attributes, file);
    *view = NULL;
    if (!status)
        status = NtMapViewOfSection(section, GetCurrentProcess(), (void **)view, 0, 0, NULL, &size, VIEW_UNMAP, type,
                                    view_protect);
    CloseHandle(section);
    return status;
}

static DWORD state_at(const void *address)
{
    MEMORY_BASIC_INFORMATION info = { 0 };
    VirtualQuery(address, &info, sizeof(info));
    return info.State;
}

/* The file becomes longer by writing; the view shows it. */
static void test_written(void)
{
    char *view, text[] = "appended";
    DWORD written;
    new_file(PAGE * 2);
    ok(map(PAGE_READWRITE, SEC_RESERVE, 0, PAGE_READONLY, &view, VIEW) == STATUS_INVALID_VIEW_SIZE,
       "larger than the section without MEM_RESERVE");
    NTSTATUS status = map(PAGE_READWRITE, SEC_RESERVE, MEM_RESERVE, PAGE_READONLY, &view, VIEW);
    ok(!status, "%lx", status);
    if (status)
        return;
    ok(!strcmp(view, "first"), "what is in the file");
    ok(state_at(view) == MEM_COMMIT && state_at(view + PAGE * 2) == MEM_RESERVE, "%lx %lx", state_at(view),
       state_at(view + PAGE * 2));
    SetFilePointer(file, PAGE * 3, NULL, FILE_BEGIN);
    ok(WriteFile(file, text, sizeof(text), &written, NULL), "%lu", GetLastError());
    ok(VirtualAlloc(view + PAGE * 2, PAGE * 2, MEM_COMMIT, PAGE_READONLY) == view + PAGE * 2, "%lu", GetLastError());
    ok(!strcmp(view + PAGE * 3, text), "what was appended");
    ok(state_at(view + PAGE * 3) == MEM_COMMIT, "%lx", state_at(view + PAGE * 3));
    NtUnmapViewOfSection(GetCurrentProcess(), view);
    CloseHandle(file);
}

/* Committing pages of the view makes the file longer. */
static void test_committed(void)
{
    char *view, text[16] = "";
    DWORD got;
    new_file(PAGE * 2);
    NTSTATUS status = map(PAGE_READWRITE, SEC_RESERVE, MEM_RESERVE, PAGE_READWRITE, &view, VIEW);
    ok(!status, "%lx", status);
    if (status)
        return;
    ok(VirtualAlloc(view + PAGE * 8, PAGE, MEM_COMMIT, PAGE_READWRITE) == view + PAGE * 8, "%lu", GetLastError());
    ok(file_size() == PAGE * 9, "%lld", file_size());
    strcpy(view + PAGE * 8, "mapped");
    SetFilePointer(file, PAGE * 8, NULL, FILE_BEGIN);
    ok(ReadFile(file, text, sizeof(text), &got, NULL) && !strcmp(text, "mapped"), "%s", text);
    ok(!VirtualAlloc(view + VIEW - PAGE, PAGE * 2, MEM_COMMIT, PAGE_READWRITE), "beyond the view");
    ok(file_size() == PAGE * 9, "%lld", file_size());
    NtUnmapViewOfSection(GetCurrentProcess(), view);
    CloseHandle(file);
}

static void test_extend(void)
{
    HANDLE section = NULL;
    LARGE_INTEGER size = { .QuadPart = PAGE * 5 };
    char *view = NULL;
    SIZE_T length = 0;
    new_file(PAGE);
    ok(!NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT, file), "no section");
    ok(!NtExtendSection(section, &size) && size.QuadPart == PAGE * 5, "%lld", size.QuadPart);
    ok(file_size() == PAGE * 5, "%lld", file_size());
    size.QuadPart = PAGE; /* never shorter; the answer is the size it has */
    ok(!NtExtendSection(section, &size) && size.QuadPart == PAGE * 5, "%lld", size.QuadPart);
    ok(!NtMapViewOfSection(section, GetCurrentProcess(), (void **)&view, 0, 0, NULL, &length, VIEW_UNMAP, 0,
                           PAGE_READWRITE),
       "no view");
    ok(length == PAGE * 5, "%llu", (unsigned long long)length);
    NtUnmapViewOfSection(GetCurrentProcess(), view);
    CloseHandle(section);
    CloseHandle(file);
}

void test_main(void)
{
    char folder[MAX_PATH];
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "grow", 0, path);
    test_written();
    test_committed();
    test_extend();
}
