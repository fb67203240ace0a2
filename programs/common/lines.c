/* SPDX-License-Identifier: MIT */
/* lines.c: lines of files and pipes, and buffered output. */
#include "lines.h"
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void lines_of_input(struct lines *lines)
{
    *lines = (struct lines){ .file = GetStdHandle(STD_INPUT_HANDLE), .page = GetConsoleCP() };
    if (!lines->page) /* without a console */
        lines->page = GetOEMCP();
}

bool lines_open(struct lines *lines, const WCHAR *path)
{
    lines_of_input(lines);
    lines->file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    return lines->file != INVALID_HANDLE_VALUE;
}

void lines_close(struct lines *lines)
{
    if (lines->file != GetStdHandle(STD_INPUT_HANDLE))
        CloseHandle(lines->file);
    free(lines->buffer);
    free(lines->text);
    free(lines->bytes);
}

/* More bytes behind those that there are; false at the end. */
static bool read_more(struct lines *lines)
{
    DWORD count = 0;
    if (lines->at_end)
        return false;
    if (lines->start) {
        memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->start = 0;
    }
    if (lines->end == lines->capacity)
        lines->buffer = xrealloc(lines->buffer, lines->capacity = lines->capacity ? lines->capacity * 2 : 65536);
    if (!ReadFile(lines->file, lines->buffer + lines->end, (DWORD)(lines->capacity - lines->end), &count, NULL))
        count = 0;
    lines->end += count;
    lines->at_end = !count;
    return count;
}

/* A mark at the beginning says what the file is written in. */
static void look_at_mark(struct lines *lines)
{
    lines->began = true;
    while (lines->end < 3 && read_more(lines))
        ;
    if (lines->end >= 2 && !memcmp(lines->buffer, "\xff\xfe", 2)) {
        lines->utf16 = true;
        lines->start = 2;
    } else if (lines->end >= 3 && !memcmp(lines->buffer, "\xef\xbb\xbf", 3)) {
        lines->page = CP_UTF8;
        lines->start = 3;
    }
}

/* The place of the line's end from an offset on, or `end`. */
static size_t find_end(const struct lines *lines, size_t from)
{
    if (!lines->utf16) {
        const char *at = memchr(lines->buffer + from, '\n', lines->end - from);
        return at ? (size_t)(at - lines->buffer) : lines->end;
    }
    for (; from + 1 < lines->end; from += 2)
        if (lines->buffer[from] == '\n' && !lines->buffer[from + 1])
            return from;
    return lines->end;
}

static void decode(struct lines *lines, struct line *line)
{
    if (line->size >= lines->text_room)
        lines->text = xrealloc(lines->text, (lines->text_room = line->size * 2 + 256) * sizeof(WCHAR));
    UINT page = lines->page;
    int size = (int)line->size, count = 0;
    if (size && page == CP_UTF8) {
        count = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, line->bytes, size, lines->text, size);
        if (!count) /* a file of former times, of a Western code page mostly */
            page = GetACP() != CP_UTF8 ? GetACP() : 1252;
    }
    if (size && !count)
        count = MultiByteToWideChar(page, 0, line->bytes, size, lines->text, size);
    lines->text[count] = 0;
    line->text = lines->text;
    line->length = (size_t)count;
}

static UINT output_page(void)
{
    UINT page = GetConsoleOutputCP();
    return page ? page : GetOEMCP();
}

static void take_utf16(struct lines *lines, struct line *line)
{
    size_t units = line->size / sizeof(WCHAR);
    if (units && !memcmp(line->bytes + (units - 1) * sizeof(WCHAR), L"\r", sizeof(WCHAR)))
        units--;
    if (units >= lines->text_room)
        lines->text = xrealloc(lines->text, (lines->text_room = units * 2 + 256) * sizeof(WCHAR));
    memcpy(lines->text, line->bytes, units * sizeof(WCHAR));
    lines->text[units] = 0;
    line->text = lines->text;
    line->length = units;
    if (units * 4 >= lines->bytes_room)
        lines->bytes = xrealloc(lines->bytes, lines->bytes_room = units * 8 + 256);
    line->bytes = lines->bytes;
    line->size = units ? (size_t)WideCharToMultiByte(output_page(), 0, line->text, (int)units, lines->bytes,
                                                     (int)lines->bytes_room, NULL, NULL)
                       : 0;
}

bool lines_next(struct lines *lines, struct line *line)
{
    size_t looked = 0, width;
    if (!lines->began)
        look_at_mark(lines);
    width = lines->utf16 ? sizeof(WCHAR) : 1;
    for (;;) {
        size_t at = find_end(lines, lines->start + looked);
        if (at < lines->end) {
            *line = (struct line){ .bytes = lines->buffer + lines->start,
                                   .size = at - lines->start,
                                   .consumed = at + width - lines->start,
                                   .ended = true };
            break;
        }
        looked = (lines->end - lines->start) / width * width;
        if (read_more(lines))
            continue;
        if (lines->start == lines->end)
            return false;
        *line = (struct line){ .bytes = lines->buffer + lines->start,
                               .size = lines->end - lines->start,
                               .consumed = lines->end - lines->start };
        break;
    }
    lines->start += line->consumed;
    if (lines->utf16) {
        take_utf16(lines, line);
        return true;
    }
    if (line->ended && line->size && line->bytes[line->size - 1] == '\r')
        line->size--;
    decode(lines, line);
    return true;
}

bool same_text(const WCHAR *a, const WCHAR *b, size_t length, bool ignore_case)
{
    return !length || (ignore_case ? CompareStringOrdinal(a, (int)length, b, (int)length, TRUE) == CSTR_EQUAL
                                   : !wmemcmp(a, b, length));
}

WCHAR lower_case(WCHAR c)
{
    WCHAR lower = c;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, &c, 1, &lower, 1, NULL, NULL, 0);
    return lower;
}

/* --- output --- */

void output_begin(void)
{
    _setmode(1, _O_BINARY);
}

void put_bytes(const char *bytes, size_t size)
{
    fwrite(bytes, 1, size, stdout);
}

void put_text(const WCHAR *text)
{
    size_t length = wcslen(text);
    char *bytes = xrealloc(NULL, length * 4 + 1);
    int size =
        length ? WideCharToMultiByte(output_page(), 0, text, (int)length, bytes, (int)(length * 4), NULL, NULL) : 0;
    put_bytes(bytes, (size_t)size);
    free(bytes);
}
