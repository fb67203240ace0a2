/* SPDX-License-Identifier: MIT */
/* CreatePseudoConsole and its like: a child on a terminal that this program plays. */
#define _WIN32_WINNT  0x0a00
#define NTDDI_VERSION 0x0a000006
#include "../test.h"

#ifndef PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE
#define PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE 0x00020016
#endif

static char shown[65536];
static DWORD shown_length, shown_before; /* what came earlier is not looked at */

static DWORD WINAPI watch(void *pipe)
{
    DWORD n;

    while (shown_length < sizeof(shown) - 1 &&
           ReadFile(pipe, shown + shown_length, sizeof(shown) - 1 - shown_length, &n, NULL) && n)
        shown_length += n;
    return 0;
}

static bool wait_for(const char *text)
{
    for (int i = 0; i < 500; i++) {
        if (strstr(shown + shown_before, text))
            return true;
        Sleep(10);
    }
    note("shown: %s", shown + shown_before);
    return false;
}

/* The child: tells about its console, reads a line, waits for its end. */
static BOOL WINAPI control(DWORD event)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD n;

    if (event == CTRL_C_EVENT) {
        WriteConsoleA(out, "interrupted\r\n", 13, &n, NULL);
        return TRUE;
    }
    ExitProcess(77); /* CTRL_CLOSE_EVENT */
}

static int child(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info = { 0 };
    char text[256];
    DWORD n, mode;

    SetConsoleCtrlHandler(control, TRUE);
    sprintf(text, "modes %d %d\r\n", GetConsoleMode(in, &mode), GetConsoleMode(out, &mode));
    WriteFile(out, text, (DWORD)strlen(text), &n, NULL);
    GetConsoleScreenBufferInfo(out, &info);
    sprintf(text, "size %dx%d\r\n", info.srWindow.Right - info.srWindow.Left + 1,
            info.srWindow.Bottom - info.srWindow.Top + 1);
    WriteFile(out, text, (DWORD)strlen(text), &n, NULL);
    for (;;) {
        char line[100], *end;

        if (!ReadFile(in, line, sizeof(line) - 1, &n, NULL) || !n)
            continue;
        line[n] = 0;
        if ((end = strchr(line, '\r')))
            *end = 0;
        GetConsoleScreenBufferInfo(out, &info);
        sprintf(text, "line [%s] width %d\r\n", line, info.srWindow.Right - info.srWindow.Left + 1);
        WriteFile(out, text, (DWORD)strlen(text), &n, NULL);
        if (!strcmp(line, "end"))
            return 5;
    }
}

/* The second client, which leaves the keys to the first. */
static BOOL WINAPI second_control(DWORD event)
{
    DWORD n;

    if (event == CTRL_C_EVENT)
        return WriteConsoleA(GetStdHandle(STD_OUTPUT_HANDLE), "second: Ctrl-C\r\n", 16, &n, NULL);
    ExitProcess(78);
}

static int second_child(void)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD ids[10], known = 0, n;
    char text[100];

    SetConsoleCtrlHandler(second_control, TRUE);
    DWORD count = GetConsoleProcessList(ids, ARRAYSIZE(ids));
    for (DWORD i = 0; i < count; i++)
        known += ids[i] == GetCurrentProcessId() || ids[i] == (DWORD)atoi(test_argv[2]);
    sprintf(text, "second: %lu of %lu\r\n", known, count);
    WriteFile(out, text, (DWORD)strlen(text), &n, NULL);
    do {
        Sleep(20);
        GetConsoleScreenBufferInfo(out, &info);
    } while (info.srWindow.Right != 80);
    WriteFile(out, "second: width 81\r\n", 18, &n, NULL);
    Sleep(INFINITE);
    return 1;
}

static const char *role = "child";
static DWORD first_id;

static BOOL start(HPCON console, PROCESS_INFORMATION *info)
{
    STARTUPINFOEXA startup = { .StartupInfo = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES } };
    char storage[256], command[MAX_PATH + 40];
    SIZE_T size = sizeof(storage);

    startup.lpAttributeList = (void *)storage;
    ok(InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size), "error %lu", GetLastError());
    ok(UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, console,
                                 sizeof(console), NULL, NULL),
       "error %lu", GetLastError());
    sprintf(command, "\"%s\" %s %lu", test_argv[0], role, first_id);
    return CreateProcessA(NULL, command, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                          &startup.StartupInfo, info);
}

static void type(HANDLE pipe, const char *keys)
{
    DWORD n;

    ok(WriteFile(pipe, keys, (DWORD)strlen(keys), &n, NULL), "error %lu", GetLastError());
}

/* Two clients at once: both are told of keys, sizes and the end, and know of each other. */
static void test_two_clients(void)
{
    HANDLE in_read, in_write, out_read, out_write, thread;
    COORD size = { 70, 20 }, wider = { 81, 20 };
    PROCESS_INFORMATION first, second;
    HPCON console;
    DWORD code = 0;

    ok(CreatePipe(&in_read, &in_write, NULL, 0) && CreatePipe(&out_read, &out_write, NULL, 0), "pipes");
    ok_hex(CreatePseudoConsole(size, in_read, out_write, 0, &console), S_OK);
    CloseHandle(in_read);
    CloseHandle(out_write);
    shown_before = shown_length;
    thread = CreateThread(NULL, 0, watch, out_read, 0, NULL);
    ok(start(console, &first), "error %lu", GetLastError());
    ok(wait_for("size 70x20"), "the first client");
    shown_before = shown_length;
    role = "second";
    first_id = first.dwProcessId;
    ok(start(console, &second), "error %lu", GetLastError());
    ok(wait_for("second: 2 of 2"), "the second client");
    type(in_write, "\003");
    ok(wait_for("interrupted") && wait_for("second: Ctrl-C"), "Ctrl-C for both");
    ok_hex(ResizePseudoConsole(console, wider), S_OK);
    ok(wait_for("second: width 81"), "a new size");
    ClosePseudoConsole(console);
    ok_int(WaitForSingleObject(first.hProcess, 5000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(second.hProcess, 5000), WAIT_OBJECT_0);
    GetExitCodeProcess(second.hProcess, &code);
    ok_int(code, 78);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CloseHandle(in_write);
    role = "child";
}

/* As node-pty does it: named pipes, to which somebody connects before the first client starts. */
static void test_named_pipes(void)
{
    HANDLE server[2], end[2], thread;
    COORD size = { 60, 10 };
    PROCESS_INFORMATION info;
    char name[2][60];
    HPCON console;

    for (int i = 0; i < 2; i++) {
        sprintf(name[i], "\\\\.\\pipe\\conpty-test-%lu-%d", GetCurrentProcessId(), i);
        server[i] = CreateNamedPipeA(name[i], PIPE_ACCESS_INBOUND | PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE, 1, 4096, 4096,
                                     0, NULL);
        ok(server[i] != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    }
    ok_hex(CreatePseudoConsole(size, server[0], server[1], 0, &console), S_OK);
    for (int i = 0; i < 2; i++) {
        end[i] = CreateFileA(name[i], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        ok(end[i] != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
        ok(!ConnectNamedPipe(server[i], NULL) && GetLastError() == ERROR_PIPE_CONNECTED, "error %lu", GetLastError());
    }
    shown_before = shown_length;
    thread = CreateThread(NULL, 0, watch, end[1], 0, NULL);
    ok(start(console, &info), "error %lu", GetLastError());
    ok(wait_for("size 60x10"), "its size");
    type(end[0], "end\r");
    ok(wait_for("line [end]"), "a line");
    ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
    CloseHandle(server[0]);
    CloseHandle(server[1]);
    ClosePseudoConsole(console);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TESTS
{
    HANDLE in_read, in_write, out_read, out_write, thread;
    COORD size = { 77, 22 }, wider = { 99, 30 }, none = { 0, 0 };
    PROCESS_INFORMATION info;
    HPCON console = NULL;
    DWORD code = 0;

    if (test_argc > 1)
        ExitProcess(!strcmp(test_argv[1], "second") ? second_child() : child());
    ok(CreatePipe(&in_read, &in_write, NULL, 0) && CreatePipe(&out_read, &out_write, NULL, 0), "pipes");
    ok_hex(CreatePseudoConsole(none, in_read, out_write, 0, &console), E_INVALIDARG);
    ok_hex(CreatePseudoConsole(size, in_read, out_write, 0, &console), S_OK);
    if (!console)
        return;
    CloseHandle(in_read); /* documented: the pseudo-console has duplicates */
    CloseHandle(out_write);
    thread = CreateThread(NULL, 0, watch, out_read, 0, NULL);
    if (!ok(start(console, &info), "error %lu", GetLastError()))
        return;
    ok(wait_for("modes 1 1"), "console handles");
    ok(wait_for("size 77x22"), "its size");
    type(in_write, "hello\r");
    ok(wait_for("line [hello] width 77"), "a line");
    ok_hex(ResizePseudoConsole(console, none), E_INVALIDARG);
    ok_hex(ResizePseudoConsole(console, wider), S_OK);
    type(in_write, "wider\r");
    ok(wait_for("line [wider] width 99"), "the new size");
    type(in_write, "\003");
    ok(wait_for("interrupted"), "Ctrl-C");
    type(in_write, "end\r");
    ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    ok_int(code, 5);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);

    /* Another client of the same one, which is there when it is closed: CTRL_CLOSE_EVENT. */
    shown_before = shown_length;
    ok(start(console, &info), "error %lu", GetLastError());
    ok(wait_for("size 99x30"), "a second client");
    ClosePseudoConsole(console);
    ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    ok_int(code, 77);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0); /* the output has an end */
    test_named_pipes();
    test_two_clients();
}
