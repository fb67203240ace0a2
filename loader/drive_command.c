/* SPDX-License-Identifier: MIT */
/* drive_command.c: `transom prefix`: which folders are drives; those of the user, see xdg_command.c. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "path.h"

static const char usage[] =
    "usage: transom prefix drive                               the drives and their folders\n"
    "       transom prefix drive add X: FOLDER [--type TYPE]   FOLDER is drive X: from now on; TYPE is fixed,\n"
    "                                                          removable, cdrom, network or ram\n"
    "       transom prefix drive remove X:\n"
    "       transom prefix xdg [on|off]                        the user's folders are those of the desktop, or the\n"
    "                                                          prefix's own\n";

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
            printf(drive_type(letter) ? "%c:\t%s\t%s\n" : "%c:\t%s\n", letter & ~0x20, target,
                   drive_type_names[drive_type(letter)]);
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

/* The number of a type by its name, -1 after a message. */
static int parse_type(const char *text)
{
    for (int i = DRIVE_TYPE_FIXED; i <= DRIVE_TYPE_RAM; i++) {
        if (!strcmp(text, drive_type_names[i]))
            return i;
    }
    fprintf(stderr, "transom: %s is no type of drive\n", text);
    return -1;
}

static int add(char letter, const char *folder, int type)
{
    int error = drive_add(letter, folder);
    if (error)
        return fail(letter, folder, error);
    error = drive_set_type(letter, type);
    return error ? fail(letter, NULL, error) : 0;
}

static int command_drive(int argc, char **argv)
{
    if (argc == 2)
        return list();
    bool typed = argc == 7 && !strcmp(argv[5], "--type"), adds = !strcmp(argv[2], "add") && (argc == 5 || typed);
    if (!adds && (strcmp(argv[2], "remove") != 0 || argc != 4)) {
        fputs(usage, stderr);
        return 2;
    }
    char letter = parse_letter(argv[3]);
    int type = typed ? parse_type(argv[6]) : DRIVE_TYPE_FIXED;
    if (!letter || type < 0)
        return 1;
    if (adds)
        return add(letter, argv[4], type);
    int error = drive_remove(letter);
    return error ? fail(letter, NULL, error) : 0;
}

int command_prefix(int argc, char **argv)
{
    if (argc >= 2 && !strcmp(argv[1], "drive"))
        return command_drive(argc, argv);
    if (argc == 2 && !strcmp(argv[1], "xdg"))
        return xdg_list();
    if (argc == 3 && !strcmp(argv[1], "xdg") && (!strcmp(argv[2], "on") || !strcmp(argv[2], "off")))
        return argv[2][1] == 'n' ? xdg_on() : xdg_off();
    fputs(usage, stderr);
    return 2;
}
