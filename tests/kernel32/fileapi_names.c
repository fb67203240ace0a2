/* SPDX-License-Identifier: MIT */
/* Names of files: kinds of paths, devices, drives and volumes, what is full, final, long and short, and how long they may be. */
#define _WIN32_WINNT 0x0a00
#include "../test.h"

#ifndef FILE_CS_FLAG_CASE_SENSITIVE_DIR
#define FILE_CS_FLAG_CASE_SENSITIVE_DIR 1
#endif
#define CASE_INFO                                                                                                      \
    ((FILE_INFO_BY_HANDLE_CLASS)23) /* FileCaseSensitiveInfo; the header's number depends on its version */

static WCHAR folder[MAX_PATH]; /* with a backslash at its end */

static HANDLE open_name(const WCHAR *name)
{
    return CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static bool opens(const WCHAR *name)
{
    HANDLE file = open_name(name);
    CloseHandle(file);
    return file != INVALID_HANDLE_VALUE;
}

static DWORD open_error(const WCHAR *name)
{
    SetLastError(0);
    return opens(name) ? 0 : GetLastError();
}

static bool make(const WCHAR *name)
{
    HANDLE file = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    CloseHandle(file);
    return file != INVALID_HANDLE_VALUE;
}

static const WCHAR *full(const WCHAR *name)
{
    static WCHAR buffer[1024];
    buffer[0] = 0;
    GetFullPathNameW(name, 1024, buffer, NULL);
    return buffer;
}

/* "Naming Files, Paths, and Namespaces" */
static void test_full(void)
{
    ok_wstr(full(L"C:\\a\\.\\b\\..\\c"), L"C:\\a\\c");
    ok_wstr(full(L"C:/a//b/"), L"C:\\a\\b\\");
    ok_wstr(full(L"C:\\..\\.."), L"C:\\");
    ok_wstr(full(L"C:\\a. . "), L"C:\\a");
    ok_wstr(full(L"C:\\a.\\b"), L"C:\\a\\b");
    ok_wstr(full(L"\\\\server\\share\\..\\x"), L"\\\\server\\share\\x");
    ok_wstr(full(L"\\\\.\\C:\\a\\..\\b"), L"\\\\.\\C:\\b");
    ok_wstr(full(L"NUL"), L"\\\\.\\NUL");
    ok_wstr(full(L"C:\\dir\\nul.txt"), L"\\\\.\\nul");
    ok_wstr(full(L"com1:"), L"\\\\.\\com1");
    ok_wstr(full(L"\\\\?\\C:\\a\\..\\b."), L"\\\\?\\C:\\b.");
    ok_wstr(full(L"com10"), full(L".\\com10"));
    WCHAR expected[MAX_PATH];
    swprintf(expected, MAX_PATH, L"%lsx", folder);
    ok_wstr(full(L"x"), expected);
    swprintf(expected, MAX_PATH, L"%c:x", folder[0]);
    ok_wstr(full(expected), full(L"x"));
    swprintf(expected, MAX_PATH, L"%c:\\x", folder[0]);
    ok_wstr(full(L"\\x"), expected);
    SetEnvironmentVariableW(L"=Q:", L"Q:\\there");
    ok_wstr(full(L"Q:x"), L"Q:\\there\\x");
    SetEnvironmentVariableW(L"=Q:", NULL);
    ok_wstr(full(L"Q:x"), L"Q:\\x");
    ok_err(GetFullPathNameW(L"", 10, expected, NULL), ERROR_INVALID_NAME);
    ok_int(GetFullPathNameW(L"C:\\abc", 3, expected, NULL), 7);
}

/* Devices are found in any directory, but are no files: nothing is made, moved to or known of them. */
static void test_device_as_file(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    WIN32_FIND_DATAW found;
    HANDLE file, find = FindFirstFileW(L"C:\\Windows\\nul", &found);

    ok(find != INVALID_HANDLE_VALUE && found.dwFileAttributes == FILE_ATTRIBUTE_ARCHIVE, "error %lu", GetLastError());
    ok_wstr(found.cFileName, L"nul");
    ok_err(FindNextFileW(find, &found), ERROR_NO_MORE_FILES);
    ok(FindClose(find), "error %lu", GetLastError());
    ok_int(GetFileAttributesW(L"nul"), FILE_ATTRIBUTE_ARCHIVE);
    ok(!GetFileAttributesExW(L"nul", GetFileExInfoStandard, &data), "there are attributes");
    ok_err(CreateDirectoryW(L"nul", NULL), ERROR_DIRECTORY);
    file = CreateFileW(L"kept", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(CloseHandle(file), "error %lu", GetLastError());
    ok_err(MoveFileW(L"kept", L"nul"), ERROR_ALREADY_EXISTS);
    ok(DeleteFileW(L"kept"), "error %lu", GetLastError());
    ok_err(CreateDirectoryW(L"Z:\\", NULL), ERROR_ALREADY_EXISTS);
}

static void test_devices(void)
{
    DWORD done;
    HANDLE nul = CreateFileW(L"C:\\windows\\nul.txt", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(WriteFile(nul, "abc", 3, &done, NULL) && done == 3, "error %lu", GetLastError());
    ok_int(GetFileType(nul), FILE_TYPE_CHAR);
    CloseHandle(nul);
    ok(opens(L"\\\\.\\NUL") && opens(L"nul") && opens(L"NUL:"), "error %lu", GetLastError());
    test_device_as_file();
    ok(opens(L"\\\\.\\GLOBALROOT\\Device\\Null") && opens(L"\\\\?\\GLOBALROOT\\Device\\Null"), "error %lu",
       GetLastError());
    ok_int(open_error(L"\\\\.\\NoSuchDevice"), ERROR_FILE_NOT_FOUND);
    ok_int(open_error(L"\\\\.\\NoSuchDevice\\x"), ERROR_PATH_NOT_FOUND);
    /* A device's name is a file's behind the prefix that turns parsing off. */
    WCHAR name[MAX_PATH];
    swprintf(name, MAX_PATH, L"\\\\?\\%lsaux.c", folder);
    ok(make(name) && opens(name), "error %lu", GetLastError());
    HANDLE aux = CreateFileW(L"aux.c", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL); /* COM1, if there is one */
    ok(aux == INVALID_HANDLE_VALUE || GetFileType(aux) == FILE_TYPE_CHAR, "aux.c is a device");
    CloseHandle(aux);
    ok(DeleteFileW(name), "error %lu", GetLastError());
    /* Spaces and dots at the end are dropped, but not behind that prefix. */
    ok(make(L"plain. . ") && opens(L"plain") && opens(L"plain.") && opens(L"plain "), "error %lu", GetLastError());
    swprintf(name, MAX_PATH, L"\\\\?\\%lsplain.", folder);
    ok_int(open_error(name), ERROR_FILE_NOT_FOUND);
    ok(make(name) && opens(name), "error %lu", GetLastError());
    ok(DeleteFileW(name) && opens(L"plain") && DeleteFileW(L"plain"), "error %lu", GetLastError());
    static const WCHAR *const bad[] = { L"a<b", L"a>b", L"a|b", L"a\"b", L"a\tb" };
    for (unsigned i = 0; i < 5; i++)
        ok(!make(bad[i]) && GetLastError() == ERROR_INVALID_NAME, "%u: error %lu", i, GetLastError());
}

static void test_network(void)
{
    WCHAR name[MAX_PATH];
    swprintf(name, MAX_PATH, L"\\\\localhost\\%c$%ls", folder[0], folder + 2);
    ok(opens(name), "%ls: error %lu", name, GetLastError());
    swprintf(name, MAX_PATH, L"\\\\?\\UNC\\localhost\\%c$%ls", folder[0], folder + 2);
    ok(opens(name), "%ls: error %lu", name, GetLastError());
    swprintf(name, MAX_PATH, L"\\\\.\\UNC\\localhost\\%c$%lsnone", folder[0], folder + 2);
    ok_int(open_error(name), ERROR_FILE_NOT_FOUND);
    ok_int(open_error(L"\\\\localhost\\no-such-share\\x"), ERROR_BAD_NET_NAME);
}

/* Drives and volumes by all their names. */
static void test_volumes(void)
{
    WCHAR volume[64], name[MAX_PATH + 64], text[MAX_PATH], list[64], root[4] = { folder[0], ':', '\\', 0 };
    DWORD n;
    HANDLE find, file;

    ok(GetVolumeNameForVolumeMountPointW(root, volume, 64), "error %lu", GetLastError());
    ok(!wcsncmp(volume, L"\\\\?\\Volume{", 11) && wcslen(volume) == 49, "%ls", volume);
    swprintf(name, MAX_PATH, L"%ls%ls", volume, folder + 3);
    ok(opens(name), "%ls: error %lu", name, GetLastError());
    ok(GetVolumePathNameW(name, text, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(text, volume);
    ok(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES && (GetFileAttributesW(name) & FILE_ATTRIBUTE_DIRECTORY),
       "error %lu", GetLastError());
    ok(GetVolumePathNameW(folder, text, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(text, root);
    ok(GetVolumePathNamesForVolumeNameW(volume, list, 64, &n) && n >= 5, "error %lu", GetLastError());
    ok_wstr(list, root);
    ok_int(GetDriveTypeW(volume), GetDriveTypeW(root));
    find = FindFirstVolumeW(text, MAX_PATH);
    bool found = false;
    ok(find != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    do
        found |= !wcscmp(text, volume);
    while (FindNextVolumeW(find, text, MAX_PATH));
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    ok(FindVolumeClose(find) && found, "the volume is not listed");

    root[2] = 0;
    n = QueryDosDeviceW(root, text, MAX_PATH);
    ok(n == wcslen(text) + 2 && !wcsncmp(text, L"\\Device\\HarddiskVolume", 22), "%lu: %ls", n, text);
    swprintf(name, MAX_PATH, L"\\\\.\\%ls", text + 8);
    file = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%ls: error %lu", name, GetLastError());
    CloseHandle(file);
    swprintf(name, MAX_PATH, L"\\\\?\\GLOBALROOT%ls\\%ls", text, folder + 3);
    ok(opens(name), "%ls: error %lu", name, GetLastError());
    ok_err(QueryDosDeviceW(root, text, 3), ERROR_INSUFFICIENT_BUFFER);
    ok_err(QueryDosDeviceW(L"no such device", text, MAX_PATH), ERROR_FILE_NOT_FOUND);
    static WCHAR all[65536];
    n = QueryDosDeviceW(NULL, all, 65536);
    found = false;
    for (WCHAR *p = all; *p; p += wcslen(p) + 1)
        found |= !wcscmp(p, L"NUL");
    ok(n && found && !all[n - 1] && !all[n - 2], "%lu characters", n);

    file = open_name(folder);
    static const DWORD kinds[] = { VOLUME_NAME_DOS, VOLUME_NAME_GUID, VOLUME_NAME_NT, VOLUME_NAME_NONE };
    for (unsigned i = 0; i < 4; i++) {
        n = GetFinalPathNameByHandleW(file, text, MAX_PATH, kinds[i]);
        ok(n == wcslen(text) && n && text[n - 1] != '\\', "%ls", text);
        ok_int(GetFinalPathNameByHandleW(file, name, n, kinds[i]), n + 1);
        if (i < 2)
            ok(opens(text), "%ls: error %lu", text, GetLastError());
    }
    ok_err(GetFinalPathNameByHandleW(file, text, MAX_PATH, 0x10), ERROR_INVALID_PARAMETER);
    CloseHandle(file);
}

/* "DefineDosDevice function" */
static void test_define(void)
{
    WCHAR target[MAX_PATH], name[MAX_PATH], nt[MAX_PATH], plain[MAX_PATH];
    WCHAR drive[3] = L"P:";
    DWORD drives = GetLogicalDrives(), n;

    while (drive[0] > 'G' && drives & 1u << (drive[0] - 'A'))
        drive[0]--;
    swprintf(plain, MAX_PATH, L"%ls", folder);
    plain[wcslen(plain) - 1] = 0;
    swprintf(nt, MAX_PATH, L"\\??\\%ls", plain);
    ok(make(L"InDrive.txt"), "error %lu", GetLastError());
    ok(DefineDosDeviceW(DDD_NO_BROADCAST_SYSTEM, drive, plain), "error %lu", GetLastError());
    swprintf(name, MAX_PATH, L"%ls\\indrive.TXT", drive);
    ok(opens(name), "%ls: error %lu", name, GetLastError());
    n = QueryDosDeviceW(drive, target, MAX_PATH);
    ok(n == wcslen(target) + 2, "%lu", n);
    ok_wstr(target, nt);
    ok(GetLogicalDrives() & 1u << (drive[0] - 'A'), "not among the drives");
    /* A second definition hides the first one. */
    ok(DefineDosDeviceW(0, drive, L"C:\\"), "error %lu", GetLastError());
    ok(!opens(name), "the new definition is not in force");
    QueryDosDeviceW(drive, target, MAX_PATH);
    ok_wstr(target + wcslen(target) + 1, nt);
    ok_err(DefineDosDeviceW(DDD_REMOVE_DEFINITION | DDD_EXACT_MATCH_ON_REMOVE, drive, L"C:\\wind"),
           ERROR_FILE_NOT_FOUND);
    ok(DefineDosDeviceW(DDD_REMOVE_DEFINITION, drive, NULL), "error %lu", GetLastError());
    ok(opens(name), "the old definition is not back: error %lu", GetLastError());
    ok(DefineDosDeviceW(DDD_REMOVE_DEFINITION | DDD_EXACT_MATCH_ON_REMOVE, drive, plain), "error %lu", GetLastError());
    ok(!opens(name) && !(GetLogicalDrives() & 1u << (drive[0] - 'A')), "the drive is still there");
    ok_err(DefineDosDeviceW(DDD_REMOVE_DEFINITION, drive, NULL), ERROR_FILE_NOT_FOUND);

    ok(DefineDosDeviceW(DDD_RAW_TARGET_PATH, L"TransomTest", L"\\Device\\Null"), "error %lu", GetLastError());
    ok(opens(L"\\\\.\\transomtest"), "error %lu", GetLastError());
    ok(QueryDosDeviceW(L"TRANSOMTEST", target, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(target, L"\\Device\\Null");
    ok(DefineDosDeviceW(DDD_RAW_TARGET_PATH | DDD_REMOVE_DEFINITION, L"TransomTest", L"\\Device\\N"), "error %lu",
       GetLastError());
    ok_int(open_error(L"\\\\.\\TransomTest"), ERROR_FILE_NOT_FOUND);
    ok(DefineDosDeviceW(DDD_RAW_TARGET_PATH, L"TransomTest", nt), "error %lu", GetLastError());
    ok(opens(L"\\\\.\\TransomTest\\InDrive.txt"), "error %lu", GetLastError());
    ok(DefineDosDeviceW(DDD_REMOVE_DEFINITION, L"TransomTest", NULL), "error %lu", GetLastError());
    ok_err(DefineDosDeviceW(0x100, L"TransomTest", plain), ERROR_INVALID_PARAMETER);
    ok(DeleteFileW(L"InDrive.txt"), "error %lu", GetLastError());
}

static void test_short(void)
{
    static const WCHAR *const names[] = { L"a longer name.text", L"twice.dotted.txt", L"plus+sign.txt",
                                          L".hidden file" };
    WCHAR name[MAX_PATH], other[MAX_PATH];
    WIN32_FIND_DATAW data;

    for (unsigned i = 0; i < 4; i++) {
        ok(make(names[i]), "error %lu", GetLastError());
        HANDLE find = FindFirstFileW(names[i], &data);
        FindClose(find);
        ok(data.cAlternateFileName[0] && wcschr(data.cAlternateFileName, '~'), "%ls: '%ls'", names[i],
           data.cAlternateFileName);
        ok(opens(data.cAlternateFileName), "%ls: error %lu", data.cAlternateFileName, GetLastError());
        ok(GetShortPathNameW(names[i], name, MAX_PATH), "error %lu", GetLastError());
        ok_wstr(name, data.cAlternateFileName);
        ok(GetLongPathNameW(name, other, MAX_PATH), "error %lu", GetLastError());
        ok_wstr(other, names[i]);
        ok(DeleteFileW(name) && !opens(names[i]), "error %lu", GetLastError());
    }
    ok(make(L"Short.txt"), "error %lu", GetLastError());
    HANDLE find = FindFirstFileW(L"SHORT.TXT", &data);
    FindClose(find);
    ok_wstr(data.cFileName, L"Short.txt");
    ok_wstr(data.cAlternateFileName, L"");
    ok(DeleteFileW(L"sHORT.txt"), "error %lu", GetLastError());
    ok(GetShortPathNameW(L"C:\\Program Files", name, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(name, L"C:\\PROGRA~1");
    ok(GetLongPathNameW(L"c:\\progra~1\\common~1", name, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(name, L"c:\\Program Files\\Common Files");
}

/* "FILE_CASE_SENSITIVE_INFORMATION" */
static void test_case(void)
{
    FILE_CASE_SENSITIVE_INFO info = { FILE_CS_FLAG_CASE_SENSITIVE_DIR };
    HANDLE dir;

    ok(make(L"Mixed.txt") && opens(L"mIXED.TXT") && !make(L"MIXED.txt"), "error %lu", GetLastError());
    ok_int(GetLastError(), ERROR_FILE_EXISTS);
    ok(DeleteFileW(L"mixed.TXT"), "error %lu", GetLastError());
    ok(make(L"\u00e4\u0416.txt") && opens(L"\u00c4\u0436.TXT"), "error %lu", GetLastError());
    ok(DeleteFileW(L"\u00c4\u0416.txt"), "error %lu", GetLastError());

    ok(CreateDirectoryW(L"sensitive", NULL), "error %lu", GetLastError());
    dir = CreateFileW(L"sensitive",
                      FILE_WRITE_ATTRIBUTES | FILE_READ_ATTRIBUTES | FILE_LIST_DIRECTORY | FILE_ADD_FILE |
                          FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD,
                      FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (!SetFileInformationByHandle(dir, CASE_INFO, &info, sizeof(info))) {
        skip("no case-sensitive directories: error %lu", GetLastError());
        CloseHandle(dir);
        RemoveDirectoryW(L"sensitive");
        return;
    }
    info.Flags = 0;
    ok(GetFileInformationByHandleEx(dir, CASE_INFO, &info, sizeof(info)), "error %lu", GetLastError());
    ok_int(info.Flags, FILE_CS_FLAG_CASE_SENSITIVE_DIR);
    ok(make(L"sensitive\\Name") && !opens(L"sensitive\\name") && make(L"sensitive\\name"), "error %lu", GetLastError());
    ok(opens(L"SENSITIVE\\name") && opens(L"Sensitive\\Name"), "error %lu", GetLastError());
    ok(!opens(L"sensitive\\NAME"), "found in another case");
    /* "inheritance of the case sensitivity flag for new directories" (Windows Command Line blog, build 17692) */
    ok(CreateDirectoryW(L"sensitive\\new", NULL) && make(L"sensitive\\new\\a") && make(L"sensitive\\new\\A"),
       "error %lu", GetLastError());
    ok(DeleteFileW(L"sensitive\\new\\a") && DeleteFileW(L"sensitive\\new\\A") && !opens(L"sensitive\\new\\a") &&
           RemoveDirectoryW(L"sensitive\\new"),
       "error %lu", GetLastError());
    info.Flags = 0;
    ok(!SetFileInformationByHandle(dir, CASE_INFO, &info, sizeof(info)), "names that differ in case only");
    ok(DeleteFileW(L"sensitive\\name") && opens(L"sensitive\\Name"), "error %lu", GetLastError());
    ok(SetFileInformationByHandle(dir, CASE_INFO, &info, sizeof(info)), "error %lu", GetLastError());
    ok(opens(L"sensitive\\NAME") && DeleteFileW(L"sensitive\\NAME"), "error %lu", GetLastError());
    CloseHandle(dir);
    ok(RemoveDirectoryW(L"sensitive"), "error %lu", GetLastError());
}

/* "Maximum Path Length Limitation": this program's manifest does not say longPathAware. */
static void test_long(void)
{
    static WCHAR name[4000];
    SIZE_T n = swprintf(name, 4000, L"\\\\?\\%ls", folder), base = n;
    unsigned depth = 0;

    for (; n < 1500; depth++) {
        n += swprintf(name + n, 4000 - n, L"%lsdirectory-number-%03u-with-a-name-that-is-long", depth ? L"\\" : L"",
                      depth);
        ok(CreateDirectoryW(name, NULL), "%u: error %lu", depth, GetLastError());
    }
    ok(opens(name), "error %lu", GetLastError());
    ok_int(open_error(name + 4), ERROR_PATH_NOT_FOUND);
    ok_int(GetFileAttributesW(name + 4), INVALID_FILE_ATTRIBUTES);
    ok_err(CreateDirectoryW(name + 4, NULL), ERROR_FILENAME_EXCED_RANGE);
    static WCHAR final[4000];
    HANDLE file = open_name(name);
    ok(GetFinalPathNameByHandleW(file, final, 4000, 0), "error %lu", GetLastError());
    ok_wstr(final, name);
    CloseHandle(file);
    while (depth--) {
        ok(RemoveDirectoryW(name), "%u: error %lu", depth, GetLastError());
        name[wcsrchr(name, '\\') - name] = 0;
    }
    ok(wcslen(name) + 1 == base, "left at %ls", name);
}

/* Up to 32,767 characters, behind the prefix. */
static void test_very_long(void)
{
    static WCHAR name[32768], other[32768], final[32768];
    SIZE_T n = swprintf(name, 32768, L"\\\\?\\%ls", folder), depth = 0;
    WIN32_FIND_DATAW data;
    HANDLE file, find;

    for (; n < 32000; depth++) {
        n += swprintf(name + n, 32768 - n, L"%lsLevel-%03u-", depth ? L"\\" : L"", (unsigned)depth);
        while (wcslen(wcsrchr(name, '\\')) < 200)
            name[n++] = 'x', name[n] = 0;
        if (!CreateDirectoryW(name, NULL)) {
            ok(false, "%zu: error %lu", depth, GetLastError());
            break;
        }
    }
    wcscpy(name + n, L"\\A file.txt");
    ok(make(name) && opens(name), "error %lu", GetLastError());
    wcscpy(other, name);
    for (SIZE_T i = 8; i < n; i++)
        other[i] = towupper(other[i]);
    ok(opens(other), "in another case: error %lu", GetLastError());
    file = open_name(name);
    ok_int(GetFinalPathNameByHandleW(file, final, 32768, 0), wcslen(name));
    ok(!wcscmp(final, name), "another final name");
    CloseHandle(file);
    wcscpy(other, name);
    wcscpy(wcsrchr(other, '\\'), L"\\renamed");
    ok(MoveFileW(name, other) && !opens(name) && opens(other), "error %lu", GetLastError());
    wcscpy(wcsrchr(name, '\\'), L"\\*");
    find = FindFirstFileW(name, &data);
    while (find != INVALID_HANDLE_VALUE && data.cFileName[0] == '.' && FindNextFileW(find, &data))
        ;
    ok_wstr(data.cFileName, L"renamed");
    FindClose(find);
    ok(DeleteFileW(other) && !opens(other), "error %lu", GetLastError());
    wcscpy(other + n, L"\\none\\file");
    ok_int(open_error(other), ERROR_PATH_NOT_FOUND);
    /* Of short names it is short. */
    wcscpy(wcsrchr(name, '\\'), L"\\A file.txt");
    ok(make(name), "error %lu", GetLastError());
    ok(GetShortPathNameW(name, other, 32768) < 4000 && wcsstr(other, L"~"), "%zu characters", wcslen(other));
    ok(opens(other), "error %lu", GetLastError());
    ok_int(GetLongPathNameW(other, final, 32768), wcslen(name));
    ok(!wcscmp(final, name), "another long name");
    ok(DeleteFileW(other), "error %lu", GetLastError());
    while (depth--) {
        *wcsrchr(name, '\\') = 0;
        ok(RemoveDirectoryW(name), "%zu: error %lu", depth, GetLastError());
    }
}

/* Longer than any: ERROR_FILENAME_EXCED_RANGE (libuv: UV_ENAMETOOLONG). */
static void test_too_long(void)
{
    static WCHAR name[40000];

    wcscpy(name, L"\\\\?\\C:\\");
    wmemset(name + 7, 'a', 32990);
    ok_int(open_error(name), ERROR_FILENAME_EXCED_RANGE);
    ok_err(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, ERROR_FILENAME_EXCED_RANGE);
    ok_err(CreateDirectoryW(name, NULL), ERROR_FILENAME_EXCED_RANGE);
    ok_err(DeleteFileW(name), ERROR_FILENAME_EXCED_RANGE);
    ok_err(MoveFileW(name, L"x"), ERROR_FILENAME_EXCED_RANGE);
}

/* Names relative to the current directory, in other cases and with "..", as it changes. */
static void test_relative(void)
{
    ok(CreateDirectoryW(L"Sub", NULL) && make(L"Sub\\File") && make(L"Outer"), "error %lu", GetLastError());
    for (unsigned i = 0; i < 10; i++)
        ok(opens(L"sub\\FILE") && opens(L"sub/../outer") && !opens(L"File"), "%u: error %lu", i, GetLastError());
    ok(SetCurrentDirectoryW(L"SUB"), "error %lu", GetLastError());
    for (unsigned i = 0; i < 10; i++)
        ok(opens(L"fILE") && opens(L"..\\outer") && !opens(L"Outer"), "%u: error %lu", i, GetLastError());
    ok_int(open_error(L"none\\x"), ERROR_PATH_NOT_FOUND);
    ok_int(open_error(L"none"), ERROR_FILE_NOT_FOUND);
    ok(DeleteFileW(L"file") && SetCurrentDirectoryW(L".."), "error %lu", GetLastError());
    ok(RemoveDirectoryW(L"Sub") && DeleteFileW(L"OUTER"), "error %lu", GetLastError());
}

/*
 * The PEB's bit IsLongPathAwareProcess is what counts, from when it is set: Go's run time sets it, and asks whether that helped by
 * opening a name that is too long for any file.
 */
static void test_long_path_bit(void)
{
    BYTE *bits = *(BYTE **)((BYTE *)NtCurrentTeb() + 0x60) + 3, before = *bits; /* TEB.ProcessEnvironmentBlock */
    WCHAR name[MAX_PATH + 300];

    GetSystemDirectoryW(name, MAX_PATH);
    wcscat(name, L"\\");
    size_t n = wcslen(name);
    wmemset(name + n, 'A', 300);
    name[n + 300] = 0;
    ok_err(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, ERROR_PATH_NOT_FOUND);
    *bits |= 0x80;
    ok_err(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, ERROR_INVALID_NAME);
    *bits = before;
    ok_err(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, ERROR_PATH_NOT_FOUND);
}

TESTS
{
    WCHAR temp[MAX_PATH], name[MAX_PATH];
    DWORD n = GetTempPathW(MAX_PATH, temp);

    GetLongPathNameW(temp, temp, MAX_PATH);
    swprintf(name, MAX_PATH, L"%lsnames-%lu", temp, GetCurrentProcessId());
    ok(n && CreateDirectoryW(name, NULL) && SetCurrentDirectoryW(name), "error %lu", GetLastError());
    swprintf(folder, MAX_PATH, L"%ls\\", name);
    test_full();
    test_devices();
    test_network();
    test_volumes();
    test_define();
    test_short();
    test_case();
    test_long();
    test_very_long();
    test_too_long();
    test_long_path_bit();
    test_relative();
    ok(SetCurrentDirectoryW(L"C:\\") && RemoveDirectoryW(name), "error %lu", GetLastError());
}
