/* SPDX-License-Identifier: MIT */
/*
 * lines.h: the lines of files and pipes, as bytes, which are passed on as they are, and as UTF-16, which they are looked at in;
 * and buffered output in the console's code page.
 */
#ifndef PROGRAMS_LINES_H
#define PROGRAMS_LINES_H

#include <stdio.h>
#include "text.h"

struct lines {
    HANDLE file;
    char *buffer; /* what was read and not given yet: from start to end */
    size_t start, end, capacity;
    bool at_end, began, utf16;
    UINT page;
    WCHAR *text;
    size_t text_room;
    char *bytes; /* of a line of a UTF-16 file */
    size_t bytes_room;
};

struct line {
    const char *bytes; /* without the line's end; in the console's code page where the file is UTF-16 */
    size_t size;
    const WCHAR *text; /* terminated */
    size_t length;
    size_t consumed; /* bytes of the file, with the line's end */
    bool ended;      /* there was a line's end */
};

/* From standard input, or from a file, which lines_close closes; false: GetLastError() says why. */
void lines_of_input(struct lines *lines);
bool lines_open(struct lines *lines, const WCHAR *path);
void lines_close(struct lines *lines);
/* The next line, which lasts until the next call; false at the end. */
bool lines_next(struct lines *lines, struct line *line);

/* Whether `length` characters are the same; the C run time's functions fold those of ASCII only. */
bool same_text(const WCHAR *a, const WCHAR *b, size_t length, bool ignore_case);
WCHAR lower_case(WCHAR c);

/* To standard output through stdio's buffer, which is in binary mode after this was called. */
void output_begin(void);
void put_bytes(const char *bytes, size_t size);
void put_text(const WCHAR *text);

#endif
