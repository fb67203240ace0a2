/* SPDX-License-Identifier: MIT */
/* check.c: `transom check`: what a program needs that is missing or partial. */
#include <stdio.h>
#include "command.h"

int command_check(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    fprintf(stderr, "transom: check is not implemented yet\n");
    return 2;
}
