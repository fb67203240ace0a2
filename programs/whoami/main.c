/* SPDX-License-Identifier: MIT */
/* whoami: the user as domain\name, in lower case as on Windows. */
#include <windows.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void print_lower(const char *text)
{
    while (*text)
        putchar(tolower((unsigned char)*text++));
}

int main(int argc, char **argv)
{
    char name[257], machine[MAX_COMPUTERNAME_LENGTH + 1];
    const char *domain = getenv("USERDOMAIN");
    DWORD size = sizeof(name), machine_size = sizeof(machine);
    if (argc > 1) {
        fprintf(stderr, "ERROR: Invalid argument/option - '%s'.\r\n", argv[1]);
        return 1;
    }
    if (!GetUserNameA(name, &size) || (!domain && !GetComputerNameA(machine, &machine_size))) {
        fprintf(stderr, "ERROR: %lu\r\n", GetLastError());
        return 1;
    }
    print_lower(domain ? domain : machine);
    putchar('\\');
    print_lower(name);
    putchar('\n');
    return 0;
}
