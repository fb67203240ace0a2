/* SPDX-License-Identifier: MIT */
/* unix_console.h: what kernelbase asks about consoles that is no request to a console handle (UNIX_MODULE_CONSOLE). */
#ifndef TRANSOM_UNIX_CONSOLE_H
#define TRANSOM_UNIX_CONSOLE_H

#include <stdint.h>

enum unix_console_function {
    UNIX_CONSOLE_CREATE_PSEUDO = 0, /* struct unix_console_create */
    UNIX_CONSOLE_CREATE_SCREEN,     /* struct unix_console_screen */
    UNIX_CONSOLE_LIST,              /* struct unix_console_list */
    UNIX_CONSOLE_CONTROL,           /* struct unix_console_control */
    UNIX_CONSOLE_ATTACH,            /* uint32_t: process id, 0 for the parent */
    UNIX_CONSOLE_ALLOC,             /* nothing, as for the next */
    UNIX_CONSOLE_FREE,
};

/* CreatePseudoConsole: the handles are duplicated. `handle` is the pseudo-console's, whose closing ends it. */
struct unix_console_create {
    int16_t columns, rows;
    uint32_t flags;
    uint64_t input, output;
    uint64_t handle; /* out */
};

/* CreateConsoleScreenBuffer. */
struct unix_console_screen {
    uint32_t access, inherit;
    uint64_t handle; /* out */
};

/* GetConsoleProcessList: `ids` has room for `capacity`, and is filled if that is enough for the `count` that comes back. */
struct unix_console_list {
    uint64_t ids;
    uint32_t capacity, count;
};

/* GenerateConsoleCtrlEvent. */
struct unix_console_control {
    uint32_t event, group;
};

#endif
