/* SPDX-License-Identifier: MIT */
/*
 * spawn: what it costs to start a program that does nothing and to wait for its end, one at a time and eight at a time. Natively
 * posix_spawn and waitpid of a dynamic program, on Windows CreateProcess and WaitForSingleObject.
 */
#include "bench.h"

#ifdef _WIN32
static char program[MAX_PATH];

static void spawn(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        PROCESS_INFORMATION info;
        char line[MAX_PATH + 8];
        DWORD code = 1;

        snprintf(line, sizeof(line), "\"%s\" exit", program);
        if (!CreateProcessA(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
            exit(1);
        WaitForSingleObject(info.hProcess, INFINITE);
        if (!GetExitCodeProcess(info.hProcess, &code) || code != 7)
            exit(1);
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
}
#else
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static char program[4096];
extern char **environ;

static void spawn(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        char *argv[] = { program, "exit", NULL };
        pid_t pid;
        int status;

        if (posix_spawn(&pid, program, NULL, NULL, argv, environ))
            exit(1);
        if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 7)
            exit(1);
    }
}
#endif

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "once"))
        return 7;
#ifdef _WIN32
    GetModuleFileNameA(NULL, program, sizeof(program));
#else
    if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
        return 1;
#endif
    if (argc > 1) { /* for tools/start-order */
        spawn(0, 1);
        return 0;
    }
    bench("spawn", 1, spawn, 20);
    bench("spawn", 8, spawn, 25);
    return 0;
}
