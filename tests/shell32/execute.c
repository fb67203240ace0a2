/* SPDX-License-Identifier: MIT */
/* ShellExecute and ShellExecuteEx of programs: what is found, parameters, folder, exit code, errors. */
#include "../test.h"
#include <shellapi.h>

static char self[MAX_PATH], folder[MAX_PATH];

static DWORD run(const char *file, const char *parameters, const char *directory, ULONG mask)
{
    SHELLEXECUTEINFOA info = { .cbSize = sizeof(info),
                               .fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_FLAG_NO_UI | mask,
                               .lpFile = file,
                               .lpParameters = parameters,
                               .lpDirectory = directory,
                               .nShow = SW_HIDE };
    DWORD code = 0xdead;

    if (!ShellExecuteExA(&info)) {
        ok((INT_PTR)info.hInstApp <= 32, "hInstApp %d", (int)(INT_PTR)info.hInstApp);
        return 0x10000 + GetLastError();
    }
    ok((INT_PTR)info.hInstApp > 32, "hInstApp %d", (int)(INT_PTR)info.hInstApp);
    if (!info.hProcess)
        return 0xffff;
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    return code;
}

static void test_programs(void)
{
    char command[MAX_PATH], quoted[MAX_PATH + 2];
    FILE *file;

    ok_int(run(self, "exit 5", NULL, 0), 5);
    ok_int(run(self, "exit 6 \"a b\"", NULL, SEE_MASK_NO_CONSOLE), 6);
    snprintf(quoted, sizeof(quoted), "\"%s\"", self);
    ok_int(run(quoted, "exit 7", NULL, 0), 7);
    /* In the folder it is to run in, and by the search path with ".exe". */
    ok_int(run(self, "folder", folder, 0), 8);
    SetEnvironmentVariableA("EXECUTE_SELF", self);
    ok_int(run("%EXECUTE_SELF%", "exit 9", NULL, SEE_MASK_DOENVSUBST), 9);
    ok_int(run("cmd", "/c exit 10", NULL, 0), 10);
    snprintf(command, sizeof(command), "%sexecute-test.cmd", folder);
    file = fopen(command, "w");
    fputs("@exit 11\n", file);
    fclose(file);
    ok_int(run(command, NULL, NULL, 0), 11);
    ok_int(run(command, "x \"y z\"", NULL, 0), 11);
    ok_int(run("execute-test.cmd", NULL, folder, 0), 11);
    DeleteFileA(command);
}

static void test_errors(void)
{
    SHELLEXECUTEINFOA info = { .cbSize = 12 };

    ok_int(run("no-such-program-1.exe", NULL, NULL, 0), 0x10000 + ERROR_FILE_NOT_FOUND);
    ok_int(run("c:\\no-such-folder\\x.exe", NULL, NULL, 0), 0x10000 + ERROR_PATH_NOT_FOUND);
    ok(!ShellExecuteExA(&info), "a structure of another size");
    ok_int((INT_PTR)ShellExecuteA(NULL, "open", "no-such-program-1.exe", NULL, NULL, SW_HIDE), SE_ERR_FNF);
    ok((INT_PTR)ShellExecuteA(NULL, NULL, self, "exit 1", NULL, SW_HIDE) > 32, "ShellExecute");
    ok((INT_PTR)ShellExecuteW(NULL, L"open", L"cmd.exe", L"/c exit", NULL, SW_HIDE) > 32, "ShellExecute");
}

TESTS
{
    GetModuleFileNameA(NULL, self, sizeof(self));
    GetTempPathA(sizeof(folder), folder);
    if (test_argc > 2 && !strcmp(test_argv[1], "exit"))
        ExitProcess((UINT)atoi(test_argv[2]));
    if (test_argc > 1 && !strcmp(test_argv[1], "folder")) {
        char current[MAX_PATH];
        GetCurrentDirectoryA(sizeof(current) - 1, current);
        strcat(current, "\\");
        ExitProcess(_stricmp(current, folder) ? 99 : 8);
    }
    test_programs();
    test_errors();
}
