/* SPDX-License-Identifier: MIT */
/* chcp: shows the console's code page, or sets it for input and output. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc > 1) {
        char *end;
        UINT page = strtoul(argv[1], &end, 10);
        if (*end) {
            fprintf(stderr, "Parameter format not correct - %s\r\n", argv[1]);
            return 1;
        }
        if (!IsValidCodePage(page) || !SetConsoleCP(page) || !SetConsoleOutputCP(page)) {
            fputs("Invalid code page\r\n", stderr);
            return 1;
        }
    }
    printf("Active code page: %u\n", GetConsoleOutputCP());
    return 0;
}
