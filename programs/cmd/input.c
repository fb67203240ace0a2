/* SPDX-License-Identifier: MIT */
/* input.c: lines and keys from the user or from whatever standard input is. */
#include "cmd.h"

static WCHAR *read_console_line(HANDLE handle)
{
    struct text line = { 0 };
    WCHAR buffer[512];
    DWORD count;
    for (;;) {
        SetLastError(0);
        if (!ReadConsoleW(handle, buffer, COUNT(buffer), &count, NULL) || !count) {
            if (GetLastError() == ERROR_OPERATION_ABORTED) /* Ctrl-C; its handler's thread may not have run yet */
                InterlockedExchange(&interrupted, 1);
            if (line.length)
                break;
            free(line.data);
            return NULL;
        }
        text_add_n(&line, buffer, count);
        if (buffer[count - 1] == '\n')
            break;
    }
    while (line.length && (line.data[line.length - 1] == '\n' || line.data[line.length - 1] == '\r'))
        line.data[--line.length] = 0;
    return text_take(&line);
}

/*
 * A file's line: what follows it stays unread, because the programs that the line starts read the same stream. From a file a
 * block is read and the position put back; from a pipe, which cannot be put back, byte by byte.
 */
static WCHAR *read_file_line(HANDLE handle)
{
    bool seekable = GetFileType(handle) == FILE_TYPE_DISK;
    char *bytes = NULL;
    size_t size = 0, capacity = 0;
    bool complete = false;
    while (!complete) {
        DWORD count, want = seekable ? 512 : 1;
        if (size + want > capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            bytes = xrealloc(bytes, capacity);
        }
        if (!ReadFile(handle, bytes + size, want, &count, NULL) || !count)
            break;
        char *end = memchr(bytes + size, '\n', count);
        if (end) {
            LONG unread = (LONG)(bytes + size + count - end - 1);
            if (unread)
                SetFilePointer(handle, -unread, NULL, FILE_CURRENT);
            size = end - bytes;
            complete = true;
        } else {
            size += count;
        }
    }
    if (!complete && !size) {
        free(bytes);
        return NULL;
    }
    if (size && bytes[size - 1] == '\r')
        size--;
    WCHAR *line = decode(bytes, size);
    free(bytes);
    return line;
}

WCHAR *read_line(HANDLE handle)
{
    return is_console(handle) ? read_console_line(handle) : read_file_line(handle);
}

bool ask(const WCHAR *question)
{
    for (;;) {
        out(question);
        WCHAR *line = read_line(streams[0]);
        if (!line)
            return false;
        WCHAR answer = towupper(line[0]);
        if (!is_console(streams[0]))
            outf(L"%ls\r\n", line);
        free(line);
        if (answer == 'Y' || answer == 'A')
            return true;
        if (answer == 'N')
            return false;
    }
}

void wait_key(void)
{
    if (!is_console(streams[0])) {
        char byte;
        DWORD count;
        ReadFile(streams[0], &byte, 1, &count, NULL);
        return;
    }
    DWORD mode, count;
    WCHAR key;
    GetConsoleMode(streams[0], &mode);
    SetConsoleMode(streams[0], mode & ~(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT));
    ReadConsoleW(streams[0], &key, 1, &count, NULL);
    SetConsoleMode(streams[0], mode);
}
