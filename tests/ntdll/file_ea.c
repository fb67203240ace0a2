/* SPDX-License-Identifier: MIT */
/* Extended attributes: ZwSetEaFile, ZwQueryEaFile, FILE_FULL_EA_INFORMATION, ZwCreateFile's EaBuffer, FileEaInformation. */
#include "../test.h"
#include <winternl.h>

typedef struct {
    ULONG NextEntryOffset;
    UCHAR Flags;
    UCHAR EaNameLength;
    USHORT EaValueLength;
    CHAR EaName[1];
} EA;
typedef struct {
    ULONG NextEntryOffset;
    UCHAR EaNameLength;
    CHAR EaName[1];
} GET_EA;

NTSTATUS NTAPI NtSetEaFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG);
NTSTATUS NTAPI NtQueryEaFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, BOOLEAN, void *, ULONG, ULONG *, BOOLEAN);

#ifndef STATUS_NO_EAS_ON_FILE
#define STATUS_NO_EAS_ON_FILE ((NTSTATUS)0xC0000052)
#endif
#define STATUS_EA_LIST_INCONSISTENT ((NTSTATUS)0x80000014)
#define STATUS_ACCESS_DENIED        ((NTSTATUS)0xC0000022)
#define STATUS_INVALID_EA_NAME      ((NTSTATUS)0x80000013)
#define STATUS_NO_MORE_EAS          ((NTSTATUS)0x80000012)
#define STATUS_NONEXISTENT_EA       ((NTSTATUS)0xC0000051)
#define STATUS_BUFFER_TOO_SMALL     ((NTSTATUS)0xC0000023)
#ifndef STATUS_BUFFER_OVERFLOW
#define STATUS_BUFFER_OVERFLOW ((NTSTATUS)0x80000005)
#endif

static char buffer[4096] __attribute__((aligned(8)));

static ULONG put(char *at, const char *name, const char *value, BOOL more)
{
    EA *ea = (EA *)at;
    ULONG size = offsetof(EA, EaName) + strlen(name) + 1 + strlen(value);
    size = (size + 3) & ~3;
    ea->NextEntryOffset = more ? size : 0;
    ea->Flags = 0;
    ea->EaNameLength = strlen(name);
    ea->EaValueLength = strlen(value);
    strcpy(ea->EaName, name);
    memcpy(ea->EaName + strlen(name) + 1, value, strlen(value));
    return size;
}

static NTSTATUS set(HANDLE file, const char *name, const char *value)
{
    IO_STATUS_BLOCK iosb;
    memset(buffer, 0, sizeof(buffer));
    return NtSetEaFile(file, &iosb, buffer, put(buffer, name, value, FALSE));
}

/* A list as NAME=value;... */
static const char *text_of(const char *list, ULONG size)
{
    static char text[512];
    *text = 0;
    while (size) {
        const EA *ea = (const EA *)list;
        sprintf(text + strlen(text), "%s=%.*s;", ea->EaName, ea->EaValueLength, ea->EaName + ea->EaNameLength + 1);
        if (!ea->NextEntryOffset)
            break;
        list += ea->NextEntryOffset;
    }
    return text;
}

static const char *all(HANDLE file)
{
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), FALSE, NULL, 0, NULL, TRUE);
    static char error[32];
    sprintf(error, "%08lx", status);
    return status ? error : text_of(buffer, iosb.Information);
}

static void test_set_and_query(HANDLE file)
{
    IO_STATUS_BLOCK iosb;
    ULONG index, size;
    struct {
        ULONG size;
    } info;
    ok_str(all(file), "c0000052");
    ok_hex(set(file, "name", "value"), 0);
    ok_hex(set(file, "OTHER", "x"), 0);
    ok_str(all(file), "NAME=value;OTHER=x;"); /* names are in upper case */
    ok_hex(set(file, "Name", "new"), 0);
    ok_str(all(file), "OTHER=x;NAME=new;");
    ok_hex(NtQueryInformationFile(file, &iosb, &info, sizeof(info), 7 /* FileEaInformation */), 0);
    ok(info.size > 10, "size %lu", info.size);
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), TRUE, NULL, 0, NULL, TRUE), 0);
    ok_str(text_of(buffer, iosb.Information), "OTHER=x;");
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), TRUE, NULL, 0, NULL, FALSE), 0);
    ok_str(text_of(buffer, iosb.Information), "NAME=new;");
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), TRUE, NULL, 0, NULL, FALSE), STATUS_NO_MORE_EAS);
    index = 2;
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), FALSE, NULL, 0, &index, FALSE), 0);
    ok_str(text_of(buffer, iosb.Information), "NAME=new;");
    index = 9;
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), FALSE, NULL, 0, &index, FALSE), STATUS_NONEXISTENT_EA);
    ok_hex(NtQueryEaFile(file, &iosb, buffer, 4, FALSE, NULL, 0, NULL, TRUE), STATUS_BUFFER_TOO_SMALL);
    ok_hex(NtQueryEaFile(file, &iosb, buffer, 20, FALSE, NULL, 0, NULL, TRUE), STATUS_BUFFER_OVERFLOW);
    ok_str(text_of(buffer, iosb.Information), "OTHER=x;");

    static const char names[] = "\x0c\0\0\0\x05other\0\0\0\0\0\0\x04none";
    ok_hex(NtQueryEaFile(file, &iosb, buffer, sizeof(buffer), FALSE, (void *)names, sizeof(names), NULL, TRUE), 0);
    ok_str(text_of(buffer, iosb.Information), "other=x;none=;"); /* what is not there has an empty value */

    size = put(buffer, "A", "1", TRUE);
    size += put(buffer + size, "OTHER", "", FALSE); /* an empty value removes it */
    ok_hex(NtSetEaFile(file, &iosb, buffer, size), 0);
    ok_str(all(file), "NAME=new;A=1;");
}

static void test_bad_lists(HANDLE file)
{
    IO_STATUS_BLOCK iosb;
    ULONG size;
    ok_hex(set(file, "a*b", "x"), STATUS_INVALID_EA_NAME);
    size = put(buffer, "GOOD", "1", TRUE);
    size += put(buffer + size, "B", "1", FALSE);
    ((EA *)buffer)->NextEntryOffset = 6;
    ok_hex(NtSetEaFile(file, &iosb, buffer, size), STATUS_EA_LIST_INCONSISTENT);
    ((EA *)buffer)->NextEntryOffset = 4000;
    ok_hex(NtSetEaFile(file, &iosb, buffer, size), STATUS_EA_LIST_INCONSISTENT);
    put(buffer, "GOOD", "1", FALSE);
    ((EA *)buffer)->EaValueLength = 9999;
    ok_hex(NtSetEaFile(file, &iosb, buffer, size), STATUS_EA_LIST_INCONSISTENT);
    ok_hex(NtSetEaFile(file, &iosb, buffer, 3), STATUS_EA_LIST_INCONSISTENT);
    ok_str(all(file), "NAME=new;A=1;");
}

/* At creation; and an overwritten file has those that it is given. */
static void test_creation(const WCHAR *name)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE file = NULL;
    ULONG size = put(buffer, "MADE", "with", FALSE);
    ok(RtlDosPathNameToNtPathName_U(name, &path, NULL, NULL), "no path");
    InitializeObjectAttributes(&attr, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    ok_hex(NtCreateFile(&file, GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE, &attr, &iosb, NULL, 0, 0,
                        2 /* FILE_CREATE */, 0x1020 /* FILE_SYNCHRONOUS_IO_NONALERT, FILE_DELETE_ON_CLOSE */, buffer,
                        size),
           0);
    ok_str(all(file), "MADE=with;");
    NtClose(file);
    ((EA *)buffer)->EaNameLength = 0;
    ok_hex(NtCreateFile(&file, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attr, &iosb, NULL, 0, 0, 2, 0x20, buffer,
                        size),
           STATUS_EA_LIST_INCONSISTENT);
    ok_int(GetFileAttributesW(name), INVALID_FILE_ATTRIBUTES);
}

/* [MS-FSA] 2.1.5.1.2: what is overwritten or superseded keeps no attributes but those it is given. FILE_NEED_EA, FILE_NO_EA_KNOWLEDGE. */
static void test_overwriting(const WCHAR *name)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE file = NULL;
    ULONG size;
    const ACCESS_MASK access = GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE;
    ok(RtlDosPathNameToNtPathName_U(name, &path, NULL, NULL), "no path");
    InitializeObjectAttributes(&attr, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    size = put(buffer, "MADE", "with", FALSE);
    ((EA *)buffer)->Flags = 0x80; /* FILE_NEED_EA */
    ok_hex(NtCreateFile(&file, access, &attr, &iosb, NULL, 0, 0, 2 /* FILE_CREATE */, 0x220, buffer, size),
           STATUS_ACCESS_DENIED); /* with FILE_NO_EA_KNOWLEDGE */
    ok_hex(NtCreateFile(&file, access, &attr, &iosb, NULL, 0, 0, 2, 0x20, buffer, size), 0);
    NtClose(file);
    ok_hex(NtOpenFile(&file, access, &attr, &iosb, 0, 0x220), STATUS_ACCESS_DENIED);
    ok_hex(NtOpenFile(&file, access, &attr, &iosb, 0, 0x20), 0);
    ok_str(all(file), "MADE=with;");
    NtClose(file);
    ok_hex(NtCreateFile(&file, access, &attr, &iosb, NULL, 0, 0, 5 /* FILE_OVERWRITE_IF */, 0x20, NULL, 0), 0);
    ok_int(iosb.Information, 3); /* FILE_OVERWRITTEN */
    ok_str(all(file), "c0000052");
    NtClose(file);
    size = put(buffer, "NEXT", "2", FALSE);
    ok_hex(NtCreateFile(&file, access, &attr, &iosb, NULL, 0, 0, 4 /* FILE_OVERWRITE */, 0x20, buffer, size), 0);
    ok_str(all(file), "NEXT=2;");
    NtClose(file);
    size = put(buffer, "LAST", "3", FALSE);
    ok_hex(NtCreateFile(&file, access, &attr, &iosb, NULL, 0, 0, 0 /* FILE_SUPERSEDE */, 0x1020, buffer, size), 0);
    ok_int(iosb.Information, 0);
    ok_str(all(file), "LAST=3;");
    NtClose(file);
}

TESTS
{
    WCHAR folder[MAX_PATH], name[MAX_PATH], other[MAX_PATH];
    DWORD flags;
    GetTempPathW(MAX_PATH, folder);
    if (!GetVolumeInformationW(L"C:\\", NULL, 0, NULL, NULL, &flags, NULL, 0) || !(flags & 0x00800000)) {
        skip("the volume has no extended attributes");
        return;
    }
    GetTempFileNameW(folder, L"ea", 0, name);
    swprintf(other, MAX_PATH, L"%ls.new", name);
    HANDLE file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, OPEN_EXISTING,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    test_set_and_query(file);
    test_bad_lists(file);
    CloseHandle(file);
    test_creation(other);
    test_overwriting(other);
}
