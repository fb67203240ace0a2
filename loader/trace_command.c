/* SPDX-License-Identifier: MIT */
/* trace_command.c: `transom trace`: options, then the run. The printing is dlls/ntdll/unix/trace.c's. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "command.h"
#include "process.h"

int command_trace(int argc, char **argv)
{
    int i = 1;
    options.trace_fd = 2;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc) {
            int fd = open(argv[++i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            options.trace_fd = unix_fd_reserve(fd);
            if (options.trace_fd < 0) {
                perror(argv[i]);
                return 2;
            }
        } else {
            fprintf(stderr, "usage: transom trace [-o FILE] PROGRAM.exe [ARGUMENT...]\n");
            return 2;
        }
    }
    if (i == argc) {
        fprintf(stderr, "usage: transom trace [-o FILE] PROGRAM.exe [ARGUMENT...]\n");
        return 2;
    }
    trace_enabled = true;
    return command_run(argc - i, argv + i);
}
