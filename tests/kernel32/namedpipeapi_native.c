/* SPDX-License-Identifier: MIT */
/* Named pipes as standard handles of native programs (Z: is the Linux root there; elsewhere the test has nothing to do). */
#include "../test.h"

static const char name[] = "\\\\.\\pipe\\transom-namedpipeapi-native";

static HANDLE run(const char *line, HANDLE in, HANDLE out)
{
    STARTUPINFOA startup = { .cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES };
    PROCESS_INFORMATION info = { 0 };
    char copy[256];

    startup.hStdInput = in;
    startup.hStdOutput = startup.hStdError = out;
    snprintf(copy, sizeof copy, "%s", line);
    ok(CreateProcessA(NULL, copy, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    CloseHandle(info.hThread);
    return info.hProcess;
}

static void make_pair(DWORD type, HANDLE *server, HANDLE *client)
{
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };

    *server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, type, 1, 4096, 4096, 0, NULL);
    *client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, NULL);
    ok(*server != INVALID_HANDLE_VALUE && *client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
}

static void drain(HANDLE from, const char *expected)
{
    char text[256];
    DWORD n, total = 0;

    while (total < sizeof text && ReadFile(from, text + total, sizeof text - total, &n, NULL) && n)
        total += n;
    ok(GetLastError() == ERROR_BROKEN_PIPE, "error %lu", GetLastError());
    ok(total == strlen(expected) && !memcmp(text, expected, total), "%.*s", (int)total, text);
}

/* What a native program writes comes through the pipe, then its end. */
static void test_output(DWORD type)
{
    HANDLE server, client, process;

    make_pair(type, &server, &client);
    process = run("Z:\\bin\\sh -c \"echo one; echo two >&2; exit 3\"", NULL, client);
    CloseHandle(client);
    drain(server, "one\ntwo\n");
    DWORD code = 0;
    ok(!WaitForSingleObject(process, 5000) && GetExitCodeProcess(process, &code) && code == 3, "exit code %lu", code);
    CloseHandle(process);
    CloseHandle(server);
}

/* Messages are a stream of bytes to it. */
static void test_input(DWORD type)
{
    HANDLE server, client, read, write, process;
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    DWORD n;

    make_pair(type, &server, &client);
    ok(CreatePipe(&read, &write, &inherit, 0), "error %lu", GetLastError());
    SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);
    process = run("Z:\\bin\\cat", client, write);
    CloseHandle(client);
    CloseHandle(write);
    ok(WriteFile(server, "first ", 6, &n, NULL) && WriteFile(server, "second", 6, &n, NULL), "error %lu",
       GetLastError());
    ok(FlushFileBuffers(server), "error %lu", GetLastError());
    CloseHandle(server);
    drain(read, "first second");
    CloseHandle(read);
    ok(!WaitForSingleObject(process, 5000), "the program does not end");
    CloseHandle(process);
}

/* One end both ways. */
static void test_both(void)
{
    HANDLE server, client, process;
    char text[16] = "";
    DWORD n = 0;

    make_pair(PIPE_TYPE_BYTE, &server, &client);
    process = run("Z:\\bin\\cat", client, client);
    CloseHandle(client);
    for (int i = 0; i < 3; i++) {
        ok(WriteFile(server, "ping\n", 5, &n, NULL), "error %lu", GetLastError());
        ok(ReadFile(server, text, sizeof text, &n, NULL) && n == 5 && !memcmp(text, "ping\n", 5),
           "%lu bytes, error %lu", n, GetLastError());
    }
    CloseHandle(server);
    ok(!WaitForSingleObject(process, 5000), "the program does not end");
    CloseHandle(process);
}

/* The reader goes: the program is told. */
static void test_reader_gone(void)
{
    HANDLE server, client, process;

    make_pair(PIPE_TYPE_BYTE, &server, &client);
    process = run("Z:\\usr\\bin\\yes", NULL, client);
    CloseHandle(client);
    Sleep(20);
    CloseHandle(server);
    ok(!WaitForSingleObject(process, 5000), "the program does not end");
    TerminateProcess(process, 1);
    CloseHandle(process);
}

TESTS
{
    if (GetFileAttributesA("Z:\\bin\\cat") == INVALID_FILE_ATTRIBUTES) {
        skip("no native programs");
        return;
    }
    test_output(PIPE_TYPE_BYTE);
    test_output(PIPE_TYPE_MESSAGE);
    test_input(PIPE_TYPE_BYTE);
    test_input(PIPE_TYPE_MESSAGE);
    test_both();
    test_reader_gone();
}
