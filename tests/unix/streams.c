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
