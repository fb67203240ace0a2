/* SPDX-License-Identifier: MIT */
/*
 * NtQueryVolumeInformationFile, NtSetVolumeInformationFile: all classes. References: their pages in windows-driver-docs-ddi;
 * [MS-FSA] 2.1.5.13 and 2.1.5.16. GetFileInformationByName's page.
 */
#include "../test.h"
#include <winternl.h>

static NTSTATUS(NTAPI *set_volume)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, ULONG);
static NTSTATUS(NTAPI *query_volume)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, ULONG);

#define BUFFER_OVERFLOW    ((NTSTATUS)0x80000005)
#define INVALID_INFO_CLASS ((NTSTATUS)0xC0000003)
#define LENGTH_MISMATCH    ((NTSTATUS)0xC0000004)
#define INVALID_PARAMETER  ((NTSTATUS)0xC000000D)
#define ACCESS_DENIED      ((NTSTATUS)0xC0000022)

static char buffer[1024] __attribute__((aligned(8)));
static IO_STATUS_BLOCK iosb;

static HANDLE open_here(DWORD access)
{
    HANDLE file = CreateFileW(L".", access, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    return file;
}

static ULONGLONG quad(unsigned offset)
{
    return *(ULONGLONG *)(buffer + offset);
}

static ULONG number(unsigned offset)
{
    return *(ULONG *)(buffer + offset);
}

static void test_lengths(HANDLE file)
{
    static const struct {
        ULONG class, length;
    } classes[] = {
        { 1, 24 }, { 3, 24 }, { 4, 8 }, { 5, 16 }, { 7, 32 }, { 8, 64 }, { 9, 12 }, { 11, 28 }, { 14, 96 }
    };

    for (unsigned i = 0; i < ARRAYSIZE(classes); i++) {
        ULONG class = classes[i].class, length = classes[i].length;
        NTSTATUS status;
        memset(buffer, 0, sizeof(buffer));
        status = query_volume(file, &iosb, buffer, sizeof(buffer), class);
        ok(!status, "class %lu: %#lx", class, status);
        status = query_volume(file, &iosb, buffer, length - 1, class);
        ok(status == LENGTH_MISMATCH, "class %lu, too short: %#lx", class, status);
        memset(buffer, 0xcc, sizeof(buffer));
        if (class == 9)
            continue;
        status = query_volume(file, &iosb, buffer, length, class);
        ok(!status || status == BUFFER_OVERFLOW, "class %lu: %#lx", class, status);
        ok((UCHAR)buffer[length] == 0xcc, "class %lu writes behind the buffer", class);
    }
    /* labels are only set; there are no more classes */
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 2), INVALID_INFO_CLASS);
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 0), INVALID_INFO_CLASS);
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 200), INVALID_INFO_CLASS);
}

static void test_sizes(HANDLE file)
{
    ULARGE_INTEGER available, total, free_bytes;
    ULONGLONG units, unit, all;

    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 3), 0);
    units = quad(0);
    unit = (ULONGLONG)number(16) * number(20);
    ok(units && unit >= 512, "%llu units of %llu bytes", units, unit);
    ok(GetDiskFreeSpaceExW(L".", &available, &total, &free_bytes), "error %lu", GetLastError());
    ok(total.QuadPart == units * unit, "%llu, not %llu", total.QuadPart, units * unit);
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 7), 0);
    ok(quad(0) == units && quad(8) <= units && quad(16) >= quad(8), "full size: %llu %llu %llu", quad(0), quad(8),
       quad(16));
    all = quad(0);
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 14), 0);
    ok(quad(0) == all && quad(24) <= all && quad(48) <= all, "full size ex: %llu %llu %llu", quad(0), quad(24),
       quad(48));
    ok((ULONGLONG)number(88) * number(92) == unit, "units of %lu * %lu", number(88), number(92));
}

static void test_texts(HANDLE file)
{
    WCHAR name[32];
    DWORD serial, longest, flags;

    ok(GetVolumeInformationByHandleW(file, NULL, 0, &serial, &longest, &flags, name, 32), "error %lu", GetLastError());
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 1), 0);
    ok_hex(number(8), serial);
    ok_hex(query_volume(file, &iosb, buffer, sizeof(buffer), 5), 0);
    ok_hex(number(0), flags);
    ok_int(number(4), longest);
    ok_int(number(8), wcslen(name) * 2);
    ok_mem(buffer + 12, name, number(8));
    /* as much of the name as fits */
    ok_hex(query_volume(file, &iosb, buffer, 16, 5), BUFFER_OVERFLOW);
    ok_int(iosb.Information, 16);
    ok_int(number(8), wcslen(name) * 2);
    /* is a driver below the volume? Not one of this name */
    memset(buffer, 0, sizeof(buffer));
    buffer[0] = 1;
    *(ULONG *)(buffer + 4) = 8;
    memcpy(buffer + 8, L"none", 8);
    ok_hex(query_volume(file, &iosb, buffer, 16, 9), 0);
    ok_int(buffer[0], 0);
}

static void test_set(HANDLE file)
{
    HANDLE root =
        CreateFileW(L"C:\\", FILE_WRITE_DATA | SYNCHRONIZE, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    WCHAR label[34];

    memset(buffer, 0, sizeof(buffer));
    ok_hex(set_volume(file, &iosb, buffer, sizeof(buffer), 3), INVALID_INFO_CLASS);
    ok_hex(set_volume(file, &iosb, buffer, sizeof(buffer), 200), INVALID_INFO_CLASS);
    ok_hex(set_volume(file, &iosb, buffer, 4, 2), LENGTH_MISMATCH);
    ok_hex(set_volume(file, &iosb, buffer, sizeof(buffer), 2), ACCESS_DENIED); /* only for reading */
    if (root == INVALID_HANDLE_VALUE || !SetVolumeLabelW(L"C:\\", L"A label")) {
        skip("labels need an administrator");
        return;
    }
    CloseHandle(root);
    ok(GetVolumeInformationW(L"C:\\", label, 34, NULL, NULL, NULL, NULL, 0), "error %lu", GetLastError());
    ok_wstr(label, L"A label");
    ok_err(SetVolumeLabelW(L"C:\\", L"more than thirty-two characters, by far"), ERROR_LABEL_TOO_LONG);
    ok(SetVolumeLabelW(L"C:\\", NULL), "error %lu", GetLastError());
    ok(GetVolumeInformationW(L"C:\\", label, 34, NULL, NULL, NULL, NULL, 0) && !*label, "label %ls", label);
}

static void test_by_name(void)
{
    BOOL(WINAPI * by_name)
    (const WCHAR *, int, void *, ULONG) =
        (void *)GetProcAddress(GetModuleHandleA("kernelbase"), "GetFileInformationByName");
    BY_HANDLE_FILE_INFORMATION info;
    HANDLE file;
    WCHAR self[MAX_PATH];

    if (!by_name) {
        skip("no GetFileInformationByName");
        return;
    }
    GetModuleFileNameW(NULL, self, MAX_PATH);
    file = CreateFileW(self, 0, 7, NULL, OPEN_EXISTING, 0, NULL);
    GetFileInformationByHandle(file, &info);
    CloseHandle(file);
    ok(by_name(self, 0, buffer, sizeof(buffer)), "error %lu", GetLastError()); /* FileStatByNameInfo */
    ok_int(number(0), info.nFileIndexLow);
    ok_int(number(48), info.nFileSizeLow);
    ok(by_name(self, 3, buffer, 104), "error %lu", GetLastError()); /* FileStatBasicByNameInfo */
    ok_int(number(0), info.nFileIndexLow);
    ok_int(number(48), info.nFileSizeLow);
    ok_int(number(80), info.dwVolumeSerialNumber);
    ok_err(by_name(self, 3, buffer, 103), ERROR_BAD_LENGTH);
    ok_err(by_name(self, 4, buffer, sizeof(buffer)), ERROR_INVALID_PARAMETER);
    ok_err(by_name(L"no such file", 0, buffer, sizeof(buffer)), ERROR_FILE_NOT_FOUND);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleA("ntdll");
    HANDLE file = open_here(FILE_LIST_DIRECTORY | SYNCHRONIZE);

    set_volume = (void *)GetProcAddress(ntdll, "NtSetVolumeInformationFile");
    query_volume = (void *)GetProcAddress(ntdll, "NtQueryVolumeInformationFile");
    test_lengths(file);
    test_sizes(file);
    test_texts(file);
    test_set(file);
    test_by_name();
    CloseHandle(file);
}
