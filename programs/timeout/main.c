/* SPDX-License-Identifier: MIT */
/* timeout: waits some seconds, or for a key if there is a console. */
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_key(const INPUT_RECORD *record)
{
    return record->EventType == KEY_EVENT && record->Event.KeyEvent.bKeyDown &&
           record->Event.KeyEvent.uChar.UnicodeChar;
}

/* Until the time has come or a key was pressed. */
static void wait_keys(HANDLE input, DWORD milliseconds)
{
    ULONGLONG end = GetTickCount64() + milliseconds;
    INPUT_RECORD record;
    DWORD count;
    for (;;) {
        ULONGLONG now = GetTickCount64();
        if (milliseconds != INFINITE && now >= end)
            return;
        if (WaitForSingleObject(input, milliseconds == INFINITE ? INFINITE : (DWORD)(end - now)) != WAIT_OBJECT_0)
            return;
        if (!ReadConsoleInputW(input, &record, 1, &count) || (count && is_key(&record)))
            return;
    }
}

int main(int argc, char **argv)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    bool no_break = false, given = false;
    DWORD mode;
    long seconds = 0;
    if (argc == 2 && !strcmp(argv[1], "/?")) {
        puts("TIMEOUT [/T] seconds [/NOBREAK]\n\n"
             "Waits so many seconds, from 0 to 99999, or for a key; -1 is without an end.\n"
             "/NOBREAK lets no key but Ctrl-C end it.");
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        char *end = "", *number = argv[i];
        if (!_stricmp(argv[i], "/nobreak")) {
            no_break = true;
            continue;
        }
        if (!_strnicmp(argv[i], "/t", 2)) {
            number = argv[i][2] ? argv[i] + 2 + (argv[i][2] == ':') : i + 1 < argc ? argv[++i] : "";
        }
        seconds = strtol(number, &end, 10);
        if (end == number || *end || seconds < -1 || seconds > 99999) {
            fputs("ERROR: Invalid value for timeout (/T) specified. Valid range is -1 to 99999.\r\n", stderr);
            return 1;
        }
        given = true;
    }
    if (!given) {
        fputs("ERROR: Invalid syntax. Value expected for '/T'.\r\n", stderr);
        return 1;
    }
    if (!GetConsoleMode(input, &mode)) {
        fputs("ERROR: Input redirection is not supported, exiting the process immediately.\r\n", stderr);
        return 1;
    }
    printf(seconds < 0 ? "\nPress any key to continue ...\n" : "\nWaiting for %ld seconds, press %s ...\n", seconds,
           no_break ? "CTRL+C to quit" : "a key to continue");
    fflush(stdout);
    if (no_break)
        Sleep(seconds * 1000);
    else
        wait_keys(input, seconds < 0 ? INFINITE : (DWORD)seconds * 1000);
    return 0;
}
