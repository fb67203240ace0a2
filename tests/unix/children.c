/* SPDX-License-Identifier: MIT */
/*
 * children FLAGS COMMAND: a Windows program that tests/unix scripts use. Starts the command line with these creation flags (with
 * inherited handles) and with VARIABLE=from windows, waits for its end and says how it ended. `+` instead of flags: does not wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int argc, char **argv)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    DWORD flags = argc > 2 ? strtoul(argv[1], NULL, 16) : 0, code;

    if (argc < 3)
        return 99;
    SetEnvironmentVariableA("VARIABLE", "from windows");
    if (!CreateProcessA(NULL, argv[2], NULL, NULL, TRUE, flags, NULL, NULL, &startup, &info)) {
        printf("error %lu\n", GetLastError());
        return 1;
    }
    if (*argv[1] == '+')
        return 0;
    if (flags & CREATE_SUSPENDED) {
        printf("suspended %d\n", WaitForSingleObject(info.hProcess, 100) == WAIT_TIMEOUT);
        fflush(stdout);
        ResumeThread(info.hThread);
    }
    WaitForSingleObject(info.hProcess, INFINITE);
    GetExitCodeProcess(info.hProcess, &code);
    printf("ended %lu\n", code);
    return 0;
}
