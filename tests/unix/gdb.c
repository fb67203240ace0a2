/* SPDX-License-Identifier: MIT */
/* gdb.c: the program that gdb.sh looks at: a call chain that ends in a system call, a callback of native code's, and a crash. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

volatile int answer = 42;

__attribute__((noinline)) int innermost(int depth)
{
    char buffer[300];
    memset(buffer, depth, sizeof(buffer));
    Sleep(depth == 0 ? 60000 : 1);
    return buffer[7] + answer;
}

__attribute__((noinline)) int recurse(int depth)
{
    return depth ? recurse(depth - 1) + 1 : innermost(0) + 1;
}

int main(int argc, char **argv)
{
    (void)argv;
    printf("ready\n");
    fflush(stdout);
    if (argc > 1)
        *(volatile int *)(ULONG_PTR)(argc + 14) = 1;
    return recurse(3);
}
