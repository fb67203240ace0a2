/* SPDX-License-Identifier: MIT */
/* unix_console.h: what kernelbase asks about consoles that is no request to a console handle (UNIX_MODULE_CONSOLE). */
#ifndef TRANSOM_UNIX_CONSOLE_H
#define TRANSOM_UNIX_CONSOLE_H

#include <stdint.h>

enum unix_console_function {
    UNIX_CONSOLE_CREATE_PSEUDO = 0, /* struct unix_console_create */
};

/* CreatePseudoConsole: the handles are duplicated. `handle` is the pseudo-console's, whose closing ends it. */
struct unix_console_create {
    int16_t columns, rows;
    uint32_t flags;
    uint64_t input, output;
    uint64_t handle; /* out */
};

#endif
