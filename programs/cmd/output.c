/* SPDX-License-Identifier: MIT */
/* output.c: what the interpreter itself writes. To a console in UTF-16, else in the console's code page (or UTF-16 by /u). */
#include "cmd.h"
#include <stdarg.h>

HANDLE streams[STREAMS];

bool is_console(HANDLE handle)
{
    DWORD mode;
    return handle && handle != INVALID_HANDLE_VALUE && GetConsoleMode(handle, &mode);
}

UINT text_code_page(void)
{
    UINT page = GetConsoleOutputCP();
    return page ? page : GetOEMCP();
}

static void write_all(HANDLE handle, const void *data, size_t size)
{
    for (DWORD done; size; size -= done, data = (const char *)data + done)
        if (!WriteFile(handle, data, size > 1 << 20 ? 1 << 20 : (DWORD)size, &done, NULL) || !done)
            return; /* nobody reads it: as for any command, that is no error of the line's */
}

static void write_text(HANDLE handle, const WCHAR *text, size_t length)
{
    if (!handle || handle == INVALID_HANDLE_VALUE || !length)
        return;
    if (is_console(handle)) {
        for (DWORD done; length; length -= done, text += done)
            if (!WriteConsoleW(handle, text, length > 8192 ? 8192 : (DWORD)length, &done, NULL) || !done)
                return;
        return;
    }
    if (unicode_output) {
        write_all(handle, text, length * sizeof(WCHAR));
        return;
    }
    UINT page = text_code_page();
    int size = WideCharToMultiByte(page, 0, text, (int)length, NULL, 0, NULL, NULL);
    char small[512], *bytes = size > (int)sizeof(small) ? xalloc(size) : small;
    size = WideCharToMultiByte(page, 0, text, (int)length, bytes, size, NULL, NULL);
    write_all(handle, bytes, size);
    if (bytes != small)
        free(bytes);
}

void out_n(const WCHAR *text, size_t length)
{
    write_text(streams[1], text, length);
}

void out(const WCHAR *text)
{
    out_n(text, wcslen(text));
}

void err(const WCHAR *text)
{
    write_text(streams[2], text, wcslen(text));
}

static void print(HANDLE handle, const WCHAR *format, va_list args)
{
    WCHAR small[512], *buffer = small;
    size_t capacity = COUNT(small);
    for (;;) {
        va_list copy;
        va_copy(copy, args);
        int length = _vsnwprintf(buffer, capacity, format, copy);
        va_end(copy);
        if (length >= 0 && (size_t)length < capacity) {
            write_text(handle, buffer, length);
            break;
        }
        if (buffer != small)
            free(buffer);
        capacity *= 4;
        buffer = xalloc(capacity * sizeof(WCHAR));
    }
    if (buffer != small)
        free(buffer);
}

void outf(const WCHAR *format, ...)
{
    va_list args;
    va_start(args, format);
    print(streams[1], format, args);
    va_end(args);
}

void errf(const WCHAR *format, ...)
{
    va_list args;
    va_start(args, format);
    print(streams[2], format, args);
    va_end(args);
}

void err_system(DWORD error)
{
    WCHAR *text = NULL;
    if (error == ERROR_INVALID_NAME) /* the only one that cmd words otherwise than the system with an insert */
        err(L"The filename, directory name, or volume label syntax is incorrect.\r\n");
    else if (FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                            NULL, error, 0, (WCHAR *)&text, 0, NULL)) {
        err(text);
        LocalFree(text);
    } else {
        errf(L"The system cannot do this: error %lu.\r\n", error);
    }
}

int fail_system(DWORD error)
{
    err_system(error);
    return 1;
}

int fail_syntax(void)
{
    err(L"The syntax of the command is incorrect.\r\n");
    return 1;
}

/* Bytes of a file or pipe as text. */
WCHAR *decode(const char *bytes, size_t size)
{
    UINT page = GetConsoleCP();
    if (!page)
        page = GetOEMCP();
    if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
        page = CP_UTF8;
        bytes += 3;
        size -= 3;
    } else if (size >= 2 && !memcmp(bytes, "\xff\xfe", 2)) {
        return xdup_n((const WCHAR *)(bytes + 2), (size - 2) / sizeof(WCHAR));
    }
    /* Files of former times, of a Western code page mostly, are recognised by not being UTF-8. */
    if (page == CP_UTF8 && size && !MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, bytes, (int)size, NULL, 0))
        page = GetACP() != CP_UTF8 ? GetACP() : 1252;
    int length = size ? MultiByteToWideChar(page, 0, bytes, (int)size, NULL, 0) : 0;
    WCHAR *text = xalloc((length + 1) * sizeof(WCHAR));
    if (length)
        MultiByteToWideChar(page, 0, bytes, (int)size, text, length);
    text[length] = 0;
    return text;
}
