/* SPDX-License-Identifier: MIT */
/* streams: a Windows program that tests/unix scripts use: `streams cat`, `streams exit N`, `streams err TEXT`, ... */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int copy(void)
{
    static char buffer[65536];
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD got, written;

    while (ReadFile(in, buffer, sizeof(buffer), &got, NULL) && got)
        if (!WriteFile(out, buffer, got, &written, NULL) || written != got)
            return 1;
    return 0;
}

static volatile LONG events;

/* Takes Ctrl-C and Ctrl-Break, and says what came. */
static BOOL WINAPI control_handler(DWORD event)
{
    printf("event %lu\n", event);
    fflush(stdout);
    InterlockedIncrement(&events);
    if (event == CTRL_CLOSE_EVENT && getenv("SLOW_CLOSE"))
        Sleep(60000);
    return TRUE;
}

static int wait_for_events(int count)
{
    SetConsoleCtrlHandler(control_handler, TRUE);
    puts("ready");
    fflush(stdout);
    for (int i = 0; events < count && i < 2000; i++)
        Sleep(10);
    return events < count;
}

static void print_wide(const WCHAR *text)
{
    char utf8[8192];
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL);
    DWORD written;

    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), utf8, length > 0 ? (DWORD)length - 1 : 0, &written, NULL);
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "\n", 1, &written, NULL);
}

/* The names in a folder, as they are in UTF-16. */
static int list(const WCHAR *folder)
{
    WCHAR pattern[MAX_PATH];
    WIN32_FIND_DATAW data;
    HANDLE find;

    _snwprintf(pattern, MAX_PATH, L"%ls\\*", folder);
    find = FindFirstFileW(pattern, &data);
    if (find == INVALID_HANDLE_VALUE)
        return 1;
    do
        if (data.cFileName[0] != '.')
            print_wide(data.cFileName);
    while (FindNextFileW(find, &data));
    FindClose(find);
    return 0;
}

/* What kind of thing each standard handle is; on a terminal, a line is read and written by the console's functions. */
static int terminal(void)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode, got, written;
    WCHAR line[200];
    char text[100];

    snprintf(text, sizeof(text), "types %lu %lu %lu, console %d %d\r\n", GetFileType(in), GetFileType(out),
             GetFileType(GetStdHandle(STD_ERROR_HANDLE)), GetConsoleMode(in, &mode), GetConsoleMode(out, &mode));
    WriteFile(out, text, (DWORD)strlen(text), &written, NULL);
    if (!GetConsoleMode(in, &mode))
        return 0;
    if (!ReadConsoleW(in, line, 200, &got, NULL))
        return 1;
    WriteConsoleW(out, L"read: ", 6, &written, NULL);
    return !WriteConsoleW(out, line, got, &written, NULL);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (!strcmp(what, "cat"))
        return copy();
    if (!strcmp(what, "exit"))
        ExitProcess((UINT)strtoul(argv[2], NULL, 0));
    if (!strcmp(what, "err"))
        return fputs(argv[2], stderr) < 0;
    if (!strcmp(what, "crash"))
        return *(volatile int *)(ULONG_PTR)(argc - 2);
    if (!strcmp(what, "sleep"))
        Sleep((DWORD)strtoul(argv[2], NULL, 0));
    if (!strcmp(what, "args"))
        for (int i = 2; i < argc; i++)
            printf("[%s]\n", argv[i]);
    if (!strcmp(what, "line")) { /* the whole command line, whatever the code page is */
        char utf8[4096];
        int length = WideCharToMultiByte(CP_UTF8, 0, GetCommandLineW(), -1, utf8, sizeof(utf8), NULL, NULL);
        DWORD written;

        return !length || !WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), utf8, (DWORD)length - 1, &written, NULL);
    }
    if (!strcmp(what, "events"))
        return wait_for_events(atoi(argv[2]));
    if (!strcmp(what, "terminal"))
        return terminal();
    if (!strcmp(what, "list")) {
        int count;
        LPWSTR *wide = CommandLineToArgvW(GetCommandLineW(), &count);

        return !wide || list(wide[2]);
    }
    if (!strcmp(what, "cwd")) {
        WCHAR folder[MAX_PATH];

        GetCurrentDirectoryW(MAX_PATH, folder);
        print_wide(folder);
    }
    if (!strcmp(what, "wenv")) {
        WCHAR name[100], value[4096] = L"";

        MultiByteToWideChar(CP_UTF8, 0, argv[2], -1, name, 100);
        GetEnvironmentVariableW(name, value, 4096);
        print_wide(value);
    }
    if (!strcmp(what, "open")) { /* whether a path can be opened */
        HANDLE file = CreateFileA(argv[2], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

        return file == INVALID_HANDLE_VALUE ? (int)GetLastError() : 0;
    }
    if (!strcmp(what, "temp")) { /* makes a file in the folder for temporary files */
        WCHAR folder[MAX_PATH], name[MAX_PATH];

        return !GetTempPathW(MAX_PATH, folder) || !GetTempFileNameW(folder, L"t", 0, name) || !DeleteFileW(name);
    }
    if (!strcmp(what, "env"))
        printf("%s\n", getenv(argv[2]) ? getenv(argv[2]) : "(not set)");
    if (!strcmp(what, "fill")) { /* more than a pipe holds, until it breaks */
        static char zeros[65536];
        DWORD written;

        while (WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), zeros, sizeof(zeros), &written, NULL))
            ;
        return (int)GetLastError();
    }
    return 0;
}
