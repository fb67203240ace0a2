/* SPDX-License-Identifier: MIT */
/*
 * mkupcase: makes dlls/ntdll/unix/upcase.h, the upper-case table of file names, from UnicodeData.txt:
 *     mkupcase /usr/share/unicode/UnicodeData.txt >dlls/ntdll/unix/upcase.h
 *
 * Windows compares names by the simple upper-case mappings of the BMP. A mapping that would make an ASCII letter out of
 * another character (dotless i, long s) is not one of them: "ſ" and "S" are two files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned upper[0x10000];

int main(int argc, char **argv)
{
    char line[1024];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: mkupcase UnicodeData.txt\n");
        return 1;
    }
    for (unsigned c = 0; c < 0x10000; c++)
        upper[c] = c;
    while (fgets(line, sizeof line, in)) {
        unsigned code = strtoul(line, NULL, 16);
        const char *field = line;
        for (int i = 0; i < 12 && field; i++)
            field = strchr(field, ';') ? strchr(field, ';') + 1 : NULL;
        if (!field || *field == ';' || code >= 0x10000)
            continue;
        unsigned to = strtoul(field, NULL, 16);
        if (to < 0x10000 && !(code >= 0x80 && to < 0x80))
            upper[code] = to;
    }
    fclose(in);

    printf("/* SPDX-License-Identifier: MIT */\n"
           "/* Made by tools/mkupcase.c from UnicodeData.txt: every `step`th character of first..last becomes c + "
           "delta. */\n"
           "/* clang-format off */\n"
           "static const struct {\n    WCHAR first, last;\n    short delta;\n    unsigned char step;\n} "
           "upcase_ranges[] = {\n");
    for (unsigned c = 0x80; c < 0x10000;) {
        if (upper[c] == c) {
            c++;
            continue;
        }
        unsigned delta = upper[c] - c, step = 1, last = c;
        if (c + 2 < 0x10000 && upper[c + 1] == c + 1 && upper[c + 2] - (c + 2) == delta)
            step = 2;
        while (last + step < 0x10000 && upper[last + step] - (last + step) == delta &&
               (step == 1 || upper[last + 1] == last + 1))
            last += step;
        printf("    { 0x%04x, 0x%04x, %d, %u },\n", c, last, (short)delta, step);
        c = last + 1;
    }
    printf("};\n");
    return 0;
}
