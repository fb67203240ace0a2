/* SPDX-License-Identifier: MIT */
/* reopen.c: opens another process and its thread many times; the last handle is closed each time. */
#include <windows.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char command[MAX_PATH + 16];
    DWORD code = 0;

    if (argc > 1) {
        Sleep(60000);
        return 0;
    }
    snprintf(command, sizeof(command), "\"%s\" wait", argv[0]);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
        return 2;
    for (int i = 0; i < 2000; i++) {
        HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, info.dwProcessId);
        HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, info.dwThreadId);

        if (!process || !thread || GetProcessId(process) != info.dwProcessId ||
            GetThreadId(thread) != info.dwThreadId) {
            printf("%d times: error %lu\n", i, GetLastError());
            TerminateProcess(info.hProcess, 3);
            return 3;
        }
        if (i == 1999)
            TerminateProcess(process, 9);
        else
            CloseHandle(process);
        CloseHandle(thread);
    }
    /* the end is everybody's */
    if (WaitForSingleObject(info.hProcess, 10000) || !GetExitCodeProcess(info.hProcess, &code) || code != 9)
        return 4;
    return OpenProcess(SYNCHRONIZE, FALSE, info.dwProcessId) ? 0 : 5; /* there still are handles of it */
}
