/* SPDX-License-Identifier: MIT */
/* text.c: output, strings and memory of the small programs. */
#include "text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <wchar.h>

static void write_all(HANDLE handle, const char *bytes, DWORD size)
{
    for (DWORD done; size; size -= done, bytes += done)
        if (!WriteFile(handle, bytes, size, &done, NULL) || !done)
            return;
}

static void write_text(HANDLE handle, const WCHAR *text, size_t length)
{
    DWORD mode, done;
    if (!handle || handle == INVALID_HANDLE_VALUE || !length)
        return;
    if (GetConsoleMode(handle, &mode)) {
        for (; length; length -= done, text += done)
            if (!WriteConsoleW(handle, text, length > 8192 ? 8192 : (DWORD)length, &done, NULL) || !done)
                return;
        return;
    }
    UINT page = GetConsoleOutputCP();
    if (!page) /* without a console */
        page = GetOEMCP();
    int size = WideCharToMultiByte(page, 0, text, (int)length, NULL, 0, NULL, NULL);
    char *bytes = xrealloc(NULL, size + 1);
    write_all(handle, bytes, WideCharToMultiByte(page, 0, text, (int)length, bytes, size, NULL, NULL));
    free(bytes);
}

static WCHAR *format_text(const WCHAR *format, va_list args)
{
    size_t capacity = 256;
    WCHAR *text = NULL;
    for (int length = -1; length < 0 || (size_t)length >= capacity;) {
        va_list copy;
        capacity *= 4;
        text = xrealloc(text, capacity * sizeof(WCHAR));
        va_copy(copy, args);
        length = _vsnwprintf(text, capacity, format, copy);
        va_end(copy);
    }
    return text;
}

void out(const WCHAR *format, ...)
{
    va_list args;
    va_start(args, format);
    WCHAR *text = format_text(format, args);
    va_end(args);
    write_text(GetStdHandle(STD_OUTPUT_HANDLE), text, wcslen(text));
    free(text);
}

void err(const WCHAR *format, ...)
{
    va_list args;
    va_start(args, format);
    WCHAR *text = format_text(format, args);
    va_end(args);
    write_text(GetStdHandle(STD_ERROR_HANDLE), text, wcslen(text));
    free(text);
}

void err_system(DWORD error)
{
    WCHAR *text = NULL;
    if (FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                       NULL, error, 0, (WCHAR *)&text, 0, NULL))
        err(L"ERROR: %s", text);
    else
        err(L"ERROR: %lu\r\n", error);
    LocalFree(text);
}

void *xrealloc(void *memory, size_t size)
{
    memory = realloc(memory, size ? size : 1);
    if (memory)
        return memory;
    static const char message[] = "ERROR: Not enough memory.\r\n";
    write_all(GetStdHandle(STD_ERROR_HANDLE), message, sizeof(message) - 1);
    ExitProcess(1);
}

WCHAR *xdup(const WCHAR *text)
{
    size_t size = (wcslen(text) + 1) * sizeof(WCHAR);
    return memcpy(xrealloc(NULL, size), text, size);
}

WCHAR *xformat(const WCHAR *format, ...)
{
    va_list args;
    va_start(args, format);
    WCHAR *text = format_text(format, args);
    va_end(args);
    return text;
}

bool is_option(const WCHAR *text, const WCHAR *name)
{
    return (*text == '/' || *text == '-') && !_wcsicmp(text + 1, name);
}

bool matches(const WCHAR *text, const WCHAR *pattern)
{
    const WCHAR *star = NULL, *again = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            again = text;
        } else if (towlower(*text) == towlower(*pattern)) {
            text++, pattern++;
        } else if (star) { /* the last * takes one character more */
            pattern = star;
            text = ++again;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}
