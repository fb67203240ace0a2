/* SPDX-License-Identifier: MIT */
/* CallNamedPipe and a server that ends without having answered: the client does not wait for ever. */
#include "../test.h"

static char name[64];

/* Reads a message and ends at once. */
static void serve_and_die(const char *ready)
{
    DWORD done;
    char byte;
    HANDLE event = OpenEventA(EVENT_MODIFY_STATE, FALSE, ready);
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT, 1,
                                   16, 16, 0, NULL);
    SetEvent(event);
    ConnectNamedPipe(pipe, NULL);
    ReadFile(pipe, &byte, 1, &done, NULL);
    Sleep(50); /* the client sleeps by then */
    TerminateProcess(GetCurrentProcess(), 7);
}

static void test_death(void)
{
    char ready[64], command[MAX_PATH + 200], answer;
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    DWORD count = 0;
    sprintf(ready, "transom-call-%lu", GetCurrentProcessId());
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, ready);
    snprintf(command, sizeof(command), "\"%s\" %s %s", test_argv[0], name, ready);
    ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
    ok_err(CallNamedPipeA(name, "x", 1, &answer, 1, &count, 20000), ERROR_BROKEN_PIPE);
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    CloseHandle(event);
}

TESTS
{
    if (test_argc > 2) {
        strcpy(name, test_argv[1]);
        serve_and_die(test_argv[2]);
    }
    sprintf(name, "\\\\.\\pipe\\transom-call-%lu", GetCurrentProcessId());
    for (int i = 0; i < 3; i++)
        test_death();
}
