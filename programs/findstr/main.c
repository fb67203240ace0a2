/* SPDX-License-Identifier: MIT */
/* findstr: the lines of files, or of standard input, that match one of some patterns. Exit code 0 if there are any, else 1. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include "../common/lines.h"
#include "findstr.h"

int _CRT_glob = 0;

static struct {
    bool literal, regular, ignore_case, at_start, at_end, whole;
    bool invert, numbers, names_only, offsets, tree, printable, with_names;
} options;

static struct pattern *patterns;
static size_t pattern_count;

static void add_pattern(const WCHAR *text, size_t length, bool literal)
{
    WCHAR *copy = xformat(L"%.*s", (int)length, text);
    patterns = xrealloc(patterns, (pattern_count + 1) * sizeof(*patterns));
    patterns[pattern_count++] = (struct pattern){ .text = copy, .literal = literal };
}

/* Words of an argument, each a pattern. */
static void add_words(const WCHAR *text)
{
    while (*text) {
        size_t length = wcscspn(text, L" ");
        if (length)
            add_pattern(text, length, false);
        text += length + (text[length] == ' ');
    }
}

static bool add_pattern_file(const WCHAR *name)
{
    struct lines lines;
    if (!wcscmp(name, L"/")) {
        lines_of_input(&lines);
    } else if (!lines_open(&lines, name)) {
        err(L"FINDSTR: Cannot open %s\r\n", name);
        return false;
    }
    for (struct line line; lines_next(&lines, &line);)
        if (line.length)
            add_pattern(line.text, line.length, false);
    lines_close(&lines);
    return true;
}

static bool search(struct lines *lines, const WCHAR *name)
{
    unsigned long long number = 0, offset = 0;
    bool found = false;
    for (struct line line; lines_next(lines, &line);) {
        bool matches = false;
        unsigned long long start = offset;
        offset += line.consumed;
        number++;
        for (size_t i = 0; i < pattern_count && !matches; i++)
            matches = pattern_matches(&patterns[i], line.text, line.length);
        if (matches == options.invert)
            continue;
        found = true;
        if (options.names_only) {
            put_text(name ? name : L"(standard input)");
            fputs("\r\n", stdout);
            break;
        }
        if (options.with_names && name) {
            put_text(name);
            putchar(':');
        }
        if (options.numbers)
            printf("%llu:", number);
        if (options.offsets)
            printf("%llu:", start);
        put_bytes(line.bytes, line.size);
        fputs("\r\n", stdout);
    }
    return found;
}

/* Only printable characters, as far as the beginning shows. */
static bool is_text(const WCHAR *name)
{
    char buffer[512];
    FILE *file = _wfopen(name, L"rb");
    size_t size = file ? fread(buffer, 1, sizeof(buffer), file) : 0;
    if (file)
        fclose(file);
    return !memchr(buffer, 0, size);
}

static bool search_file(const WCHAR *name)
{
    struct lines lines;
    if (!lines_open(&lines, name)) {
        err(L"FINDSTR: Cannot open %s\r\n", name);
        return false;
    }
    bool found = (!options.printable || is_text(name)) && search(&lines, name);
    lines_close(&lines);
    return found;
}

static WCHAR *join(const WCHAR *folder, size_t length, const WCHAR *name)
{
    return xformat(L"%.*s%s", (int)length, folder, name);
}

/* What matches a pattern in a folder (which ends in a backslash or is empty), and with /s in those below it. */
static bool search_files(const WCHAR *folder, size_t length, const WCHAR *mask, bool *any)
{
    WIN32_FIND_DATAW data;
    bool found = false;
    WCHAR *path = join(folder, length, mask);
    HANDLE find = FindFirstFileW(path, &data);
    free(path);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                continue;
            path = join(folder, length, data.cFileName);
            *any = true;
            found |= search_file(path);
            free(path);
        } while (FindNextFileW(find, &data));
        FindClose(find);
    }
    if (!options.tree)
        return found;
    path = join(folder, length, L"*");
    find = FindFirstFileW(path, &data);
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do {
        if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
            data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT || !wcscmp(data.cFileName, L".") ||
            !wcscmp(data.cFileName, L".."))
            continue;
        WCHAR *name = join(folder, length, data.cFileName);
        path = join(name, wcslen(name), L"\\");
        *any = true;
        found |= search_files(path, wcslen(path), mask, any);
        free(path);
        free(name);
    } while (FindNextFileW(find, &data));
    FindClose(find);
    return found;
}

static bool search_argument(const WCHAR *argument)
{
    size_t folder = wcslen(argument);
    bool any = false;
    while (folder && !wcschr(L"\\/:", argument[folder - 1]))
        folder--;
    if (!options.tree && !wcspbrk(argument, L"*?"))
        return search_file(argument);
    bool found = search_files(argument, folder, argument + folder, &any);
    if (!any)
        err(L"FINDSTR: Cannot open %s\r\n", argument);
    return found;
}

/* The letters of one argument, several of which may follow each other. */
static bool parse_letters(const WCHAR *p)
{
    for (; *p; p++) {
        switch (towlower(*p)) {
        case 'b':
            options.at_start = true;
            break;
        case 'e':
            options.at_end = true;
            break;
        case 'l':
            options.literal = true;
            break;
        case 'r':
            options.regular = true;
            break;
        case 's':
            options.tree = true;
            break;
        case 'i':
            options.ignore_case = true;
            break;
        case 'x':
            options.whole = true;
            break;
        case 'v':
            options.invert = true;
            break;
        case 'n':
            options.numbers = true;
            break;
        case 'm':
            options.names_only = true;
            break;
        case 'o':
            options.offsets = true;
            break;
        case 'p':
            options.printable = true;
            break;
        default:
            err(L"FINDSTR: Bad command line\r\n");
            return false;
        }
    }
    return true;
}

static bool parse_switch(const WCHAR *p, bool *given)
{
    if (!_wcsnicmp(p, L"c:", 2)) {
        *given = true;
        add_pattern(p + 2, wcslen(p + 2), true);
        return true;
    }
    if (!_wcsnicmp(p, L"g:", 2)) {
        *given = true;
        return add_pattern_file(p + 2);
    }
    if (!_wcsnicmp(p, L"a:", 2) || !_wcsicmp(p, L"offline") || !_wcsicmp(p, L"off"))
        return true; /* colours; every file is on line */
    return parse_letters(p);
}

int wmain(int argc, WCHAR **argv)
{
    bool given = false, found = false;
    int i = 1, files = 0;
    output_begin();
    for (; i < argc && (argv[i][0] == '/' || argv[i][0] == '-'); i++)
        if (!parse_switch(argv[i] + 1, &given))
            return 2;
    if (!given && i < argc)
        add_words(argv[i++]);
    if (!pattern_count) {
        err(L"FINDSTR: Bad command line\r\n");
        return 2;
    }
    for (size_t p = 0; p < pattern_count; p++) {
        patterns[p].literal = options.literal || (patterns[p].literal && !options.regular);
        patterns[p].ignore_case = options.ignore_case;
        patterns[p].at_start = options.at_start;
        patterns[p].at_end = options.at_end;
        patterns[p].whole = options.whole;
    }
    files = argc - i;
    options.with_names = files > 1 || options.tree || (files == 1 && wcspbrk(argv[i], L"*?"));
    for (; i < argc; i++)
        found |= search_argument(argv[i]);
    if (!files) {
        struct lines lines;
        lines_of_input(&lines);
        found = search(&lines, NULL);
    }
    return !found;
}
