/* SPDX-License-Identifier: MIT */
/* fileapi_child.h: another process that takes orders through its standard input and answers through its standard output. */
#ifndef TEST_FILEAPI_CHILD_H
#define TEST_FILEAPI_CHILD_H

#include "../test.h"

static HANDLE process, to_child, from_child;

static void start_command(char *command)
{
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    PROCESS_INFORMATION info;
    HANDLE read, write;

    CreatePipe(&read, &to_child, &inherit, 0);
    SetHandleInformation(to_child, HANDLE_FLAG_INHERIT, 0);
    CreatePipe(&from_child, &write, &inherit, 0);
    SetHandleInformation(from_child, HANDLE_FLAG_INHERIT, 0);
    startup.hStdInput = read;
    startup.hStdOutput = write;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    ok(CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    process = info.hProcess;
    CloseHandle(info.hThread);
    CloseHandle(read);
    CloseHandle(write);
}

/* It ends when there are no more orders, or is killed. */
static void end_child(BOOL kill)
{
    if (kill)
        ok(TerminateProcess(process, 9), "error %lu", GetLastError());
    CloseHandle(to_child);
    ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
    CloseHandle(process);
    CloseHandle(from_child);
}

#endif
