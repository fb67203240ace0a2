/* SPDX-License-Identifier: MIT */
/* more: files or standard input, by the page if they are shown on a console. */
#include <conio.h>
#include <stdlib.h>
#include "../common/lines.h"

int _CRT_glob = 0;

static int rows; /* of the console; 0: it is none */

/* Whether the reader wants more, after so many lines. */
static bool page(int *used)
{
    if (!rows || ++*used < rows - 1)
        return true;
    fputs("-- More -- ", stdout);
    fflush(stdout);
    int key = _getch();
    fputs("\r           \r", stdout);
    *used = key == '\r' ? rows - 2 : 0;
    return key != 'q' && key != 'Q' && key != 3;
}

/* Returns false if the reader has had enough. */
static bool show(struct lines *lines)
{
    static int used;
    for (struct line line; lines_next(lines, &line);) {
        put_bytes(line.bytes, line.size);
        if (!line.ended)
            break;
        fputs("\r\n", stdout);
        if (!page(&used))
            return false;
    }
    return true;
}

int wmain(int argc, WCHAR **argv)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    struct lines lines;
    int result = 0;
    bool files = false, going = true;
    output_begin();
    if (GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
        rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    for (int i = 1; i < argc && going; i++) {
        if (argv[i][0] == '/' || argv[i][0] == '+')
            continue; /* how it looks is the terminal's */
        files = true;
        if (!lines_open(&lines, argv[i])) {
            err(L"Cannot access file %s\r\n", argv[i]);
            result = 1;
            continue;
        }
        going = show(&lines);
        lines_close(&lines);
    }
    if (!files) {
        lines_of_input(&lines);
        show(&lines);
    }
    return result;
}
