/* SPDX-License-Identifier: MIT */
/* UpdateResource: adding, replacing and removing resources in a copy of this program, which must still start. */
#include "../test.h"

static WCHAR self[MAX_PATH], copy[MAX_PATH];

static bool has(const WCHAR *type, const WCHAR *name, WORD language, const char *text)
{
    HMODULE module = LoadLibraryExW(copy, NULL, LOAD_LIBRARY_AS_DATAFILE);
    HRSRC found = module ? FindResourceExW(module, type, name, language) : NULL;
    bool same = false;

    if (found)
        same = SizeofResource(module, found) == strlen(text) &&
               !memcmp(LockResource(LoadResource(module, found)), text, strlen(text));
    FreeLibrary(module);
    return same;
}

static DWORD run(void)
{
    WCHAR command[MAX_PATH + 16];
    STARTUPINFOW si = { .cb = sizeof si };
    PROCESS_INFORMATION pi;
    DWORD code = 999;

    swprintf(command, MAX_PATH + 16, L"\"%ls\" child", copy);
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi))
        return 1000 + GetLastError();
    WaitForSingleObject(pi.hProcess, 10000);
    GetExitCodeProcess(pi.hProcess, &code);
    CloseHandle(pi.hProcess);
    CloseHandle(pi.hThread);
    return code;
}

TESTS
{
    static char big[300000];
    HANDLE update, h;
    DWORD n;

    if (test_argc > 1)
        ExitProcess(42);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    GetTempPathW(MAX_PATH, copy);
    swprintf(copy + wcslen(copy), 40, L"transom-resource-%lu.exe", GetCurrentProcessId());
    ok(CopyFileW(self, copy, FALSE), "error %lu", GetLastError());

    update = BeginUpdateResourceW(copy, FALSE);
    ok(update != NULL, "error %lu", GetLastError());
    ok(UpdateResourceW(update, (LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(7), 0x409, (void *)"seven", 5), "error %lu",
       GetLastError());
    ok(UpdateResourceW(update, (LPWSTR)RT_RCDATA, L"name", 0, (void *)"named", 5), "error %lu", GetLastError());
    ok(UpdateResourceW(update, L"own type", L"#12", 0x407, (void *)"twelve", 6), "error %lu", GetLastError());
    ok(EndUpdateResourceW(update, FALSE), "error %lu", GetLastError());
    ok(has((LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(7), 0x409, "seven"), "7 is not there");
    ok(has((LPWSTR)RT_RCDATA, L"NAME", 0, "named"), "name is not there");
    ok(has(L"OWN TYPE", MAKEINTRESOURCEW(12), 0x407, "twelve"), "12 is not there");
    ok_int(run(), 42);

    /* a second time: what is there stays, and grows beyond its room */
    memset(big, 'x', sizeof big - 1);
    update = BeginUpdateResourceA("", FALSE);
    ok(!update, "an update of nothing");
    update = BeginUpdateResourceW(copy, FALSE);
    ok(UpdateResourceW(update, (LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(7), 0x409, big, sizeof big - 1), "error %lu",
       GetLastError());
    ok(UpdateResourceW(update, (LPWSTR)RT_RCDATA, L"name", 0, NULL, 0), "error %lu", GetLastError());
    ok(!UpdateResourceW(update, (LPWSTR)RT_RCDATA, L"name", 0, NULL, 0), "deleted twice");
    ok(EndUpdateResourceW(update, FALSE), "error %lu", GetLastError());
    ok(has((LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(7), 0x409, big), "7 was not replaced");
    ok(!has((LPWSTR)RT_RCDATA, L"name", 0, "named"), "name was not deleted");
    ok(has(L"own type", MAKEINTRESOURCEW(12), 0x407, "twelve"), "12 has gone");
    ok_int(run(), 42);

    /* discarded */
    update = BeginUpdateResourceW(copy, FALSE);
    UpdateResourceW(update, (LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(8), 0, (void *)"eight", 5);
    ok(EndUpdateResourceW(update, TRUE), "error %lu", GetLastError());
    ok(!has((LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(8), 0, "eight"), "8 was written");

    /* all anew */
    update = BeginUpdateResourceW(copy, TRUE);
    ok(UpdateResourceW(update, (LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(9), 0, (void *)"nine", 4), "error %lu",
       GetLastError());
    ok(EndUpdateResourceW(update, FALSE), "error %lu", GetLastError());
    ok(has((LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(9), 0, "nine"), "9 is not there");
    ok(!has(L"own type", MAKEINTRESOURCEW(12), 0x407, "twelve"), "12 is still there");
    ok_int(run(), 42);

    h = CreateFileW(copy, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(h, "no image", 8, &n, NULL);
    CloseHandle(h);
    ok_err(BeginUpdateResourceW(copy, FALSE), ERROR_BAD_EXE_FORMAT);
    DeleteFileW(copy);
    ok_err(BeginUpdateResourceW(copy, FALSE), ERROR_FILE_NOT_FOUND);
    ok_err(UpdateResourceW(NULL, (LPWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), 0, NULL, 0), ERROR_INVALID_HANDLE);
}
