/* SPDX-License-Identifier: MIT */
/* find: the lines of files, or of standard input, that contain a text. Exit code 0 if there are any, 1 if not, 2 for an error. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "../common/lines.h"

int _CRT_glob = 0;

static struct {
    bool invert, count, numbers, ignore_case;
    const WCHAR *text;
} options;

static bool contains(const struct line *line)
{
    size_t size = wcslen(options.text);
    if (!size) /* documented by what it does: nothing contains an empty text */
        return false;
    for (size_t i = 0; i + size <= line->length; i++)
        if (same_text(line->text + i, options.text, size, options.ignore_case))
            return true;
    return false;
}

static unsigned long long search(struct lines *lines)
{
    unsigned long long number = 0, found = 0;
    for (struct line line; lines_next(lines, &line);) {
        number++;
        if (contains(&line) == options.invert)
            continue;
        found++;
        if (options.count)
            continue;
        if (options.numbers)
            printf("[%llu]", number);
        put_bytes(line.bytes, line.size);
        fputs("\r\n", stdout);
    }
    return found;
}

static unsigned long long search_file(const WCHAR *name, bool *failed)
{
    struct lines lines;
    if (!lines_open(&lines, name)) {
        err(L"File not found - %s\r\n", name);
        *failed = true;
        return 0;
    }
    int length = (int)wcslen(name) + 1;
    WCHAR *title = xdup(name);
    LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_UPPERCASE, name, length, title, length, NULL, NULL, 0);
    fputs("\r\n---------- ", stdout);
    put_text(title);
    free(title);
    if (!options.count)
        fputs("\r\n", stdout);
    unsigned long long found = search(&lines);
    if (options.count)
        printf(": %llu\r\n", found);
    lines_close(&lines);
    return found;
}

static unsigned long long search_pattern(const WCHAR *pattern, bool *failed)
{
    WIN32_FIND_DATAW data;
    HANDLE find;
    unsigned long long found = 0;
    if (!wcspbrk(pattern, L"*?") || (find = FindFirstFileW(pattern, &data)) == INVALID_HANDLE_VALUE)
        return search_file(pattern, failed);
    size_t folder = wcslen(pattern);
    while (folder && !wcschr(L"\\/:", pattern[folder - 1]))
        folder--;
    do {
        if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        WCHAR *path = xformat(L"%.*s%s", (int)folder, pattern, data.cFileName);
        found += search_file(path, failed);
        free(path);
    } while (FindNextFileW(find, &data));
    FindClose(find);
    return found;
}

int wmain(int argc, WCHAR **argv)
{
    bool failed = false, files = false;
    unsigned long long found = 0;
    output_begin();
    for (int i = 1; i < argc; i++) {
        if (!_wcsicmp(argv[i], L"/v"))
            options.invert = true;
        else if (!_wcsicmp(argv[i], L"/c"))
            options.count = true;
        else if (!_wcsicmp(argv[i], L"/n"))
            options.numbers = true;
        else if (!_wcsicmp(argv[i], L"/i"))
            options.ignore_case = true;
        else if (!_wcsnicmp(argv[i], L"/off", 4))
            ; /* every file is on line */
        else if (argv[i][0] == '/' && wcslen(argv[i]) < 4) {
            err(L"FIND: Invalid switch\r\n");
            return 2;
        } else if (!options.text)
            options.text = argv[i];
        else {
            files = true;
            found += search_pattern(argv[i], &failed);
        }
    }
    if (!options.text) {
        err(L"FIND: Parameter format not correct\r\n");
        return 2;
    }
    if (!files) {
        struct lines lines;
        lines_of_input(&lines);
        found = search(&lines);
        if (options.count)
            printf("%llu\r\n", found);
    }
    return failed && !found ? 2 : !found;
}
