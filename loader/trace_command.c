/* SPDX-License-Identifier: MIT */
/* trace_command.c: `transom trace`: options, then the run. The printing is dlls/ntdll/unix/trace.c's. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "command.h"
#include "process.h"
#include "trace.h"

static const char usage[] =
    "usage: transom trace [OPTION...] PROGRAM.exe [ARGUMENT...]\n"
    "\n"
    "Runs the program and writes a line for each of its system calls: thread, name, arguments, status.\n"
    "\n"
    "  --api LIST       calls of exported functions instead, with their results. LIST: DLLs or DLL.FUNCTION, "
    "separated\n"
    "                   by commas, with * and ?; !NAME leaves out: --api 'kernel32,user32.*Window*,!kernel32.Tls*'\n"
    "  --syscalls       system calls as well as --api\n"
    "  -e LIST          only these system calls: -e 'NtCreateFile,NtQuery*', or -e '!NtQuery*'\n"
    "  --failures       only calls that fail\n"
    "  --time           with the time of each call\n"
    "  -o FILE          writes to a file instead of standard error\n"
    "\n"
    "How many arguments an exported function has is not known: the first four are shown. DLLs of the system call each\n"
    "other untraced, and programs that the program starts are not traced.\n";

int command_trace(int argc, char **argv)
{
    enum { API = 1, SYSCALLS, FAILURES, TIME, HELP };
    static const struct option names[] = {
        { "api", required_argument, NULL, API },
        { "syscalls", no_argument, NULL, SYSCALLS },
        { "failures", no_argument, NULL, FAILURES },
        { "time", no_argument, NULL, TIME },
        { "output", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, HELP },
        { NULL, 0, NULL, 0 },
    };
    const char *file = NULL;
    bool calls = false;
    int option;
    while ((option = getopt_long(argc, argv, "+e:o:", names, NULL)) != -1) {
        switch (option) {
        case API:
            trace_options.api = optarg;
            break;
        case SYSCALLS:
            calls = true;
            break;
        case FAILURES:
            trace_options.failures = true;
            break;
        case TIME:
            trace_options.time = true;
            break;
        case 'e':
            trace_options.calls = optarg;
            break;
        case 'o':
            file = optarg;
            break;
        case HELP:
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return 2;
    }
    options.trace_fd = unix_fd_reserve(file ? open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : dup(2));
    if (options.trace_fd < 0) {
        perror(file ? file : "standard error");
        return 2;
    }
    trace_enabled = !trace_options.api || calls || trace_options.calls;
    return command_run(argc - optind, argv + optind);
}
