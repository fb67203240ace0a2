/* SPDX-License-Identifier: MIT */
/* hostname: the machine's name. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    char name[256];
    DWORD size = sizeof(name);
    if (argc > 1 && !strcmp(argv[1], "/?")) {
        puts("Prints the name of the current host.\n\nhostname");
        return 0;
    }
    if (argc > 1) {
        fprintf(
            stderr,
            "sethostname: Use the Network Control Panel Applet to set hostname.\r\nhostname -s is not supported.\r\n");
        return 1;
    }
    if (!GetComputerNameExA(ComputerNameDnsHostname, name, &size)) {
        fprintf(stderr, "hostname: error %lu\r\n", GetLastError());
        return 1;
    }
    puts(name);
    return 0;
}
