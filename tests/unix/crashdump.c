/* SPDX-License-Identifier: MIT */
/* crashdump FILE TYPE: a program with some threads that writes a dump of itself when it crashes, as crash reporters do. */
#include <windows.h>
#include <dbghelp.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path;
static DWORD type;

static LONG WINAPI filter(EXCEPTION_POINTERS *pointers)
{
    MINIDUMP_EXCEPTION_INFORMATION info = { GetCurrentThreadId(), pointers, FALSE };
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    if (!MiniDumpWriteDump(GetCurrentProcess(), GetCurrentProcessId(), file, (MINIDUMP_TYPE)type, &info, NULL, NULL)) {
        printf("error %#lx\n", GetLastError());
        ExitProcess(1);
    }
    CloseHandle(file);
    ExitProcess(0);
}

static DWORD WINAPI sleeper(void *nothing)
{
    (void)nothing;
    Sleep(INFINITE);
    return 0;
}

__attribute__((noinline)) static void crash_here(volatile int *nowhere)
{
    *nowhere = 1;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    path = argv[1];
    type = strtoul(argv[2], NULL, 0);
    for (int i = 0; i < 3; i++)
        CreateThread(NULL, 0, sleeper, NULL, 0, NULL);
    SetUnhandledExceptionFilter(filter);
    Sleep(20);
    crash_here(NULL);
    return 3;
}
