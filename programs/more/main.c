/* SPDX-License-Identifier: MIT */
/* more: files or standard input, by the page if they are read on a console. */
#include <windows.h>
#include <conio.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int rows; /* of the console; 0: it is none */

/* Returns false if the reader has had enough. */
static bool show(FILE *file)
{
    static int used;
    int c, last = '\n';
    while ((c = getc(file)) != EOF) {
        if (c == '\n' && last != '\r')
            putchar('\r');
        putchar(last = c);
        if (c != '\n' || !rows || ++used < rows - 1)
            continue;
        fputs("-- More -- ", stdout);
        fflush(stdout);
        int key = _getch();
        fputs("\r           \r", stdout);
        if (key == 'q' || key == 'Q' || key == 3)
            return false;
        used = key == '\r' ? rows - 2 : 0;
    }
    return true;
}

int main(int argc, char **argv)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    int result = 0;
    bool files = false, going = true;
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    if (GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
        rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    for (int i = 1; i < argc && going; i++) {
        if (argv[i][0] == '/' || argv[i][0] == '+')
            continue; /* how it looks is the terminal's */
        FILE *file = fopen(argv[i], "rb");
        files = true;
        if (!file) {
            fprintf(stderr, "Cannot access file %s\n", argv[i]);
            result = 1;
            continue;
        }
        going = show(file);
        fclose(file);
    }
    if (!files)
        show(stdin);
    return result;
}
