/* SPDX-License-Identifier: MIT */
/* drive_command.c: `transom prefix drive`: which folders are drives. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "path.h"

static const char usage[] = "usage: transom prefix drive                    the drives and their folders\n"
                            "       transom prefix drive add X: FOLDER      FOLDER is drive X: from now on\n"
                            "       transom prefix drive remove X:\n";

/* The letter of "X" or "X:", in lower case; 0 if it is none, and for those that are fixed, after a message. */
static char parse_letter(const char *text)
{
    char letter = text[0] | 0x20;
    if (letter < 'a' || letter > 'z' || (text[1] && strcmp(text + 1, ":") != 0)) {
        fprintf(stderr, "transom: %s is no drive letter\n", text);
        return 0;
    }
    if (letter == 'c' || letter == 'z') {
        fprintf(stderr, "transom: drive %c: is always %s\n", letter & ~0x20,
                letter == 'z' ? "/" : "the prefix's drive_c");
        return 0;
    }
    return letter;
}

static int list(void)
{
    char target[PATH_MAX];
    for (char letter = 'a'; letter <= 'z'; letter++) {
        if (letter == 'c')
            printf("C:\t%s\n", path_drive_c());
        else if (letter == 'z')
            puts("Z:\t/");
        else if (!drive_target(letter, target, sizeof(target)))
            printf("%c:\t%s\n", letter & ~0x20, target);
    }
    return 0;
}

static int fail(char letter, const char *folder, int error)
{
    if (folder)
        fprintf(stderr, "transom: %s: %s\n", folder, strerror(error));
    else
        fprintf(stderr, "transom: drive %c: %s\n", letter & ~0x20, strerror(error));
    return 1;
}

int command_prefix(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "drive") != 0) {
        fputs(usage, stderr);
        return 2;
    }
    if (argc == 2)
        return list();
    bool add = !strcmp(argv[2], "add") && argc == 5, remove = !strcmp(argv[2], "remove") && argc == 4;
    char letter = add || remove ? parse_letter(argv[3]) : 0;
    if (!add && !remove) {
        fputs(usage, stderr);
        return 2;
    }
    if (!letter)
        return 1;
    int error = add ? drive_add(letter, argv[4]) : drive_remove(letter);
    return error ? fail(letter, add ? argv[4] : NULL, error) : 0;
}
