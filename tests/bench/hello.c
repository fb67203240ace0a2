/* SPDX-License-Identifier: MIT */
/* hello: as little as a program can do, built for Linux and for Windows. */
#include <stdio.h>

int main(void)
{
    puts("Hello, world.");
    return 0;
}
