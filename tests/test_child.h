/* SPDX-License-Identifier: MIT */
/* test_child.h: this test's own program started again, with arguments that tell it what to do. */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include "test.h"

static inline PROCESS_INFORMATION start(const char *what, DWORD flags)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 50];

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], what);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    return info;
}

/* Waits for its end and closes the handles. Its exit code; 259 (STILL_ACTIVE) if it has not ended. */
static inline DWORD wait_code(PROCESS_INFORMATION info)
{
    DWORD code = ~0u;

    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return code;
}

/* Runs it to its end. Its exit code, and what it wrote. */
static inline DWORD run_child(const char *what, char *output, DWORD size)
{
    char command[MAX_PATH + 32];
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    PROCESS_INFORMATION process;
    HANDLE read_end, write_end;
    DWORD got, total = 0;

    snprintf(command, sizeof(command), "\"%s\" %s", test_argv[0], what);
    CreatePipe(&read_end, &write_end, &inherit, 0);
    SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
    startup.hStdOutput = write_end;
    startup.hStdError = write_end;
    if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return ~0u;
    CloseHandle(write_end);
    while (total < size - 1 && ReadFile(read_end, output + total, size - 1 - total, &got, NULL) && got)
        total += got;
    output[total] = 0;
    CloseHandle(read_end);
    return wait_code(process);
}

#endif
