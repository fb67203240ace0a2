/* SPDX-License-Identifier: MIT */
/* SHFileOperation, ShellExecuteEx and SHGetFileInfo. */
#include "../test.h"
#include <shellapi.h>
#include <shlobj.h>

static WCHAR folder[MAX_PATH];

static WCHAR *path(const WCHAR *name)
{
    static WCHAR texts[4][MAX_PATH];
    static int next;
    WCHAR *text = texts[next++ % 4];

    memset(text, 0, sizeof(texts[0])); /* lists end with two zeros */
    wcscpy(text, folder);
    wcscat(text, name);
    return text;
}

static void make(const WCHAR *name)
{
    HANDLE file = CreateFileW(path(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    WriteFile(file, "data", 4, &written, NULL);
    CloseHandle(file);
}

static BOOL there(const WCHAR *name)
{
    return GetFileAttributesW(path(name)) != INVALID_FILE_ATTRIBUTES;
}

static int operate(UINT what, const WCHAR *from, const WCHAR *to)
{
    SHFILEOPSTRUCTW op = { .wFunc = what,
                           .pFrom = path(from),
                           .pTo = to ? path(to) : NULL,
                           .fFlags = FOF_NOCONFIRMATION | FOF_SILENT | FOF_NOERRORUI | FOF_NOCONFIRMMKDIR };

    return SHFileOperationW(&op);
}

static void test_operations(void)
{
    CreateDirectoryW(path(L"\\tree"), NULL);
    CreateDirectoryW(path(L"\\tree\\sub"), NULL);
    make(L"\\tree\\one.txt");
    make(L"\\tree\\sub\\two.txt");
    ok_int(operate(FO_COPY, L"\\tree", L"\\copy"), 0);
    ok(there(L"\\copy\\sub\\two.txt") && there(L"\\tree\\sub\\two.txt"), "not copied");
    ok_int(operate(FO_COPY, L"\\tree", L"\\copy"), 0); /* into the folder, now that it exists */
    ok(there(L"\\copy\\tree\\one.txt"), "not copied into");
    ok_int(operate(FO_MOVE, L"\\copy\\tree", L"\\moved"), 0);
    ok(there(L"\\moved\\one.txt") && !there(L"\\copy\\tree"), "not moved");
    ok_int(operate(FO_RENAME, L"\\moved\\one.txt", L"\\moved\\uno.txt"), 0);
    ok(there(L"\\moved\\uno.txt"), "not renamed");
    make(L"\\moved\\a.tmp");
    make(L"\\moved\\b.tmp");
    ok_int(operate(FO_DELETE, L"\\moved\\*.tmp", NULL), 0);
    ok(!there(L"\\moved\\a.tmp") && !there(L"\\moved\\b.tmp") && there(L"\\moved\\uno.txt"), "by wildcard");
    ok(operate(FO_COPY, L"\\no such file", L"\\x") != 0, "of nothing");
    ok_int(operate(FO_DELETE, L"\\moved", NULL), 0);
    ok_int(operate(FO_DELETE, L"\\copy", NULL), 0);
    ok(!there(L"\\copy"), "still there");
}

static void test_execute(void)
{
    SHELLEXECUTEINFOW info = { .cbSize = sizeof(info),
                               .fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_FLAG_NO_UI | SEE_MASK_NO_CONSOLE };
    WCHAR program[MAX_PATH];
    DWORD code = 0;

    GetModuleFileNameW(NULL, program, MAX_PATH);
    info.lpFile = program;
    info.lpParameters = L"child \"a b\"";
    info.nShow = SW_HIDE;
    ok(ShellExecuteExW(&info), "error %lu", GetLastError());
    ok((INT_PTR)info.hInstApp > 32, "%p", info.hInstApp);
    ok_int(WaitForSingleObject(info.hProcess, 10000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    ok_int(code, 42);
    CloseHandle(info.hProcess);
    info.lpFile = path(L"\\not there.exe");
    ok_err(ShellExecuteExW(&info), ERROR_FILE_NOT_FOUND);
    ok_int((INT_PTR)info.hInstApp, SE_ERR_FNF);
}

static void test_info(void)
{
    SHFILEINFOW info;
    WCHAR program[MAX_PATH];

    ok(SHGetFileInfoW(path(L"\\tree"), 0, &info, sizeof(info), SHGFI_DISPLAYNAME | SHGFI_ATTRIBUTES), "folder");
    ok_wstr(info.szDisplayName, L"tree");
    ok(info.dwAttributes & SFGAO_FOLDER, "attributes %lx", info.dwAttributes);
    ok(!SHGetFileInfoW(path(L"\\none"), 0, &info, sizeof(info), SHGFI_ATTRIBUTES), "of nothing");
    GetModuleFileNameW(NULL, program, MAX_PATH);
    ok_hex(SHGetFileInfoW(program, 0, NULL, 0, SHGFI_EXETYPE), IMAGE_NT_SIGNATURE);
}

TESTS
{
    if (test_argc == 3 && !strcmp(test_argv[1], "child"))
        ExitProcess(strcmp(test_argv[2], "a b") ? 1 : 42);
    GetTempPathW(MAX_PATH - 60, folder);
    wsprintfW(folder + wcslen(folder), L"transom-shell32-%lu", GetCurrentProcessId());
    ok(CreateDirectoryW(folder, NULL), "error %lu", GetLastError());
    test_operations();
    test_info();
    test_execute();
    ok_int(operate(FO_DELETE, L"", NULL), 0);
}
