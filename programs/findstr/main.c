/* SPDX-License-Identifier: MIT */
/* findstr: the lines of files, or of standard input, that match one of some patterns. Exit code 0 if there are any, else 1. */
#include <windows.h>
#include <ctype.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "findstr.h"

int _CRT_glob = 0;

static struct {
    bool literal, regular, ignore_case, at_start, at_end, whole;
    bool invert, numbers, names_only, offsets, tree, printable, with_names;
} options;

static struct pattern *patterns;
static size_t pattern_count;

static void *resize(void *memory, size_t size)
{
    if (!(memory = realloc(memory, size))) {
        fputs("FINDSTR: Out of memory\r\n", stderr);
        exit(2);
    }
    return memory;
}

static void add_pattern(const char *text, size_t length, bool literal)
{
    char *copy = memcpy(resize(NULL, length + 1), text, length);
    copy[length] = 0;
    patterns = resize(patterns, (pattern_count + 1) * sizeof(*patterns));
    patterns[pattern_count++] = (struct pattern){ .text = copy, .literal = literal };
}

/* Words of an argument, each a pattern. */
static void add_words(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        if (length)
            add_pattern(text, length, false);
        text += length + (text[length] == ' ');
    }
}

static char *read_line(FILE *file, size_t *length)
{
    static char *line;
    static size_t capacity;
    int c;
    *length = 0;
    if (!line)
        line = resize(NULL, capacity = 256);
    while ((c = getc(file)) != EOF && c != '\n') {
        if (*length + 1 >= capacity)
            line = resize(line, capacity *= 2);
        line[(*length)++] = (char)c;
    }
    if (c == EOF && !*length)
        return NULL;
    if (*length && line[*length - 1] == '\r')
        --*length;
    line[*length] = 0;
    return line;
}

static bool add_pattern_file(const char *name)
{
    FILE *file = !strcmp(name, "/") ? stdin : fopen(name, "rb");
    size_t length;
    if (!file) {
        fprintf(stderr, "FINDSTR: Cannot open %s\r\n", name);
        return false;
    }
    for (char *line; (line = read_line(file, &length));)
        if (length)
            add_pattern(line, length, false);
    if (file != stdin)
        fclose(file);
    return true;
}

static bool search(FILE *file, const char *name)
{
    unsigned long long number = 0, offset = 0;
    size_t length;
    bool found = false;
    for (char *line; (line = read_line(file, &length));) {
        bool matches = false;
        unsigned long long start = offset;
        offset += length + 2;
        number++;
        for (size_t i = 0; i < pattern_count && !matches; i++)
            matches = pattern_matches(&patterns[i], line, length);
        if (matches == options.invert)
            continue;
        found = true;
        if (options.names_only) {
            printf("%s\r\n", name ? name : "(standard input)");
            break;
        }
        if (options.with_names && name)
            printf("%s:", name);
        if (options.numbers)
            printf("%llu:", number);
        if (options.offsets)
            printf("%llu:", start);
        fwrite(line, 1, length, stdout);
        fputs("\r\n", stdout);
    }
    return found;
}

static bool is_text(FILE *file)
{
    char buffer[512];
    size_t size = fread(buffer, 1, sizeof(buffer), file);
    rewind(file);
    return !memchr(buffer, 0, size);
}

static bool search_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "FINDSTR: Cannot open %s\r\n", name);
        return false;
    }
    bool found = (!options.printable || is_text(file)) && search(file, name);
    fclose(file);
    return found;
}

static char *join(const char *folder, size_t length, const char *name)
{
    char *path = resize(NULL, length + strlen(name) + 1);
    memcpy(path, folder, length);
    strcpy(path + length, name);
    return path;
}

/* What matches a pattern in a folder (which ends in a backslash or is empty), and with /s in those below it. */
static bool search_files(const char *folder, size_t length, const char *mask, bool *any)
{
    WIN32_FIND_DATAA data;
    bool found = false;
    char *path = join(folder, length, mask);
    HANDLE find = FindFirstFileA(path, &data);
    free(path);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                continue;
            path = join(folder, length, data.cFileName);
            *any = true;
            found |= search_file(path);
            free(path);
        } while (FindNextFileA(find, &data));
        FindClose(find);
    }
    if (!options.tree)
        return found;
    path = join(folder, length, "*");
    find = FindFirstFileA(path, &data);
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do {
        if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
            data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT || !strcmp(data.cFileName, ".") ||
            !strcmp(data.cFileName, ".."))
            continue;
        char *name = join(folder, length, data.cFileName);
        path = join(name, strlen(name), "\\");
        *any = true;
        found |= search_files(path, strlen(path), mask, any);
        free(path);
        free(name);
    } while (FindNextFileA(find, &data));
    FindClose(find);
    return found;
}

static bool search_argument(const char *argument)
{
    size_t folder = strlen(argument);
    bool any = false;
    while (folder && !strchr("\\/:", argument[folder - 1]))
        folder--;
    if (!options.tree && !strpbrk(argument, "*?"))
        return search_file(argument);
    bool found = search_files(argument, folder, argument + folder, &any);
    if (!any)
        fprintf(stderr, "FINDSTR: Cannot open %s\r\n", argument);
    return found;
}

/* The letters of one argument, several of which may follow each other. */
static bool parse_letters(const char *p)
{
    for (; *p; p++) {
        switch (tolower((unsigned char)*p)) {
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
            fprintf(stderr, "FINDSTR: Bad command line\r\n");
            return false;
        }
    }
    return true;
}

static bool parse_switch(const char *p, bool *given)
{
    if (!_strnicmp(p, "c:", 2)) {
        *given = true;
        add_pattern(p + 2, strlen(p + 2), true);
        return true;
    }
    if (!_strnicmp(p, "g:", 2)) {
        *given = true;
        return add_pattern_file(p + 2);
    }
    if (!_strnicmp(p, "a:", 2) || !_stricmp(p, "offline") || !_stricmp(p, "off"))
        return true; /* colours; every file is on line */
    return parse_letters(p);
}

int main(int argc, char **argv)
{
    bool given = false, found = false;
    int i = 1, files = 0;
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    for (; i < argc && (argv[i][0] == '/' || argv[i][0] == '-'); i++)
        if (!parse_switch(argv[i] + 1, &given))
            return 2;
    if (!given && i < argc)
        add_words(argv[i++]);
    if (!pattern_count) {
        fputs("FINDSTR: Bad command line\r\n", stderr);
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
    options.with_names = files > 1 || options.tree || (files == 1 && strpbrk(argv[i], "*?"));
    for (; i < argc; i++)
        found |= search_argument(argv[i]);
    if (!files)
        found = search(stdin, NULL);
    return !found;
}
