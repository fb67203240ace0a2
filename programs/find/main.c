/* SPDX-License-Identifier: MIT */
/* find: the lines of files, or of standard input, that contain a text. Exit code 0 if there are any, 1 if not, 2 for an error. */
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int _CRT_glob = 0;

static struct {
    bool invert, count, numbers, ignore_case;
    const char *text;
} options;

static bool contains(const char *line, size_t length)
{
    size_t size = strlen(options.text);
    if (!size) /* documented by what it does: nothing contains an empty text */
        return false;
    for (size_t i = 0; i + size <= length; i++)
        if (!(options.ignore_case ? _strnicmp(line + i, options.text, size) : memcmp(line + i, options.text, size)))
            return true;
    return false;
}

/* A line of any length without its end; NULL at the end of the file. */
static char *read_line(FILE *file, size_t *length)
{
    static char *line;
    static size_t capacity;
    int c;
    *length = 0;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (*length + 1 >= capacity && !(line = realloc(line, capacity = capacity ? capacity * 2 : 256)))
            exit(2);
        line[(*length)++] = (char)c;
    }
    if (c == EOF && !*length)
        return NULL;
    if (!line && !(line = malloc(capacity = 256)))
        exit(2);
    if (*length && line[*length - 1] == '\r')
        --*length;
    return line;
}

static unsigned long long search(FILE *file)
{
    unsigned long long number = 0, found = 0;
    size_t length;
    for (char *line; (line = read_line(file, &length));) {
        number++;
        if (contains(line, length) == options.invert)
            continue;
        found++;
        if (options.count)
            continue;
        if (options.numbers)
            printf("[%llu]", number);
        fwrite(line, 1, length, stdout);
        fputs("\r\n", stdout);
    }
    return found;
}

static unsigned long long search_file(const char *name, bool *failed)
{
    FILE *file = fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "File not found - %s\n", name);
        *failed = true;
        return 0;
    }
    fputs("\r\n---------- ", stdout);
    for (const char *p = name; *p; p++)
        putchar(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    if (!options.count)
        fputs("\r\n", stdout);
    unsigned long long found = search(file);
    if (options.count)
        printf(": %llu\r\n", found);
    fclose(file);
    return found;
}

static unsigned long long search_pattern(const char *pattern, bool *failed)
{
    WIN32_FIND_DATAA data;
    HANDLE find;
    unsigned long long found = 0;
    if (!strpbrk(pattern, "*?") || (find = FindFirstFileA(pattern, &data)) == INVALID_HANDLE_VALUE)
        return search_file(pattern, failed);
    size_t folder = strlen(pattern);
    while (folder && !strchr("\\/:", pattern[folder - 1]))
        folder--;
    do {
        char path[MAX_PATH * 4];
        if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        snprintf(path, sizeof(path), "%.*s%s", (int)folder, pattern, data.cFileName);
        found += search_file(path, failed);
    } while (FindNextFileA(find, &data));
    FindClose(find);
    return found;
}

int main(int argc, char **argv)
{
    bool failed = false, files = false;
    unsigned long long found = 0;
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '/' && !_stricmp(argv[i], "/v"))
            options.invert = true;
        else if (!_stricmp(argv[i], "/c"))
            options.count = true;
        else if (!_stricmp(argv[i], "/n"))
            options.numbers = true;
        else if (!_stricmp(argv[i], "/i"))
            options.ignore_case = true;
        else if (!_strnicmp(argv[i], "/off", 4))
            ; /* every file is on line */
        else if (argv[i][0] == '/' && strlen(argv[i]) < 4) {
            fputs("FIND: Invalid switch\r\n", stderr);
            return 2;
        } else if (!options.text)
            options.text = argv[i];
        else {
            files = true;
            found += search_pattern(argv[i], &failed);
        }
    }
    if (!options.text) {
        fputs("FIND: Parameter format not correct\r\n", stderr);
        return 2;
    }
    if (!files) {
        found = search(stdin);
        if (options.count)
            printf("%llu\r\n", found);
    }
    return failed && !found ? 2 : !found;
}
