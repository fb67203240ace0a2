/* SPDX-License-Identifier: MIT */
/* sort: the lines of a file or of standard input in order; case does not count. /r reverses, /+n starts at a column, /o a file. */
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int _CRT_glob = 0;

static struct {
    bool reverse, unique, case_counts;
    size_t column;
} options;

static char *read_all(FILE *file, size_t *size)
{
    char *data = NULL;
    size_t capacity = 0, count;
    *size = 0;
    do {
        if (*size + 1 >= capacity && !(data = realloc(data, capacity = capacity ? capacity * 2 : 65536)))
            exit(2);
        count = fread(data + *size, 1, capacity - *size - 1, file);
        *size += count;
    } while (count);
    data[*size] = 0;
    return data;
}

static const char *key(const char *line)
{
    size_t length = strlen(line);
    return line + (options.column < length ? options.column : length);
}

static int compare(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int order = options.case_counts ? strcmp(key(x), key(y)) : _stricmp(key(x), key(y));
    if (order)
        return options.reverse ? -order : order;
    return x < y ? -1 : x > y; /* equal lines keep their order: they are one block of memory */
}

int main(int argc, char **argv)
{
    const char *input = NULL, *output = NULL;
    size_t size, count = 0, capacity = 0;
    char **lines = NULL;
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '/') {
            input = argv[i];
        } else if (argv[i][1] == '+') {
            options.column = strtoul(argv[i] + 2, NULL, 10);
            options.column -= options.column > 0;
        } else if (!_strnicmp(argv[i], "/r", 2) && _strnicmp(argv[i], "/rec", 4)) {
            options.reverse = true;
        } else if (!_strnicmp(argv[i], "/u", 2)) {
            options.unique = true;
        } else if (!_strnicmp(argv[i], "/c", 2)) {
            options.case_counts = true;
        } else if (!_strnicmp(argv[i], "/o", 2) && i + 1 < argc) {
            output = argv[++i];
        } else if ((!_strnicmp(argv[i], "/m", 2) || !_strnicmp(argv[i], "/l", 2) || !_strnicmp(argv[i], "/t", 2) ||
                    !_strnicmp(argv[i], "/rec", 4)) &&
                   i + 1 < argc) {
            i++; /* memory, locale, temporary folder, longest record */
        } else {
            fputs("Invalid switch.\r\n", stderr);
            return 1;
        }
    }
    FILE *file = input ? fopen(input, "rb") : stdin;
    if (!file) {
        fprintf(stderr, "%s: The system cannot find the file specified.\r\n", input);
        return 1;
    }
    char *data = read_all(file, &size);
    if (file != stdin)
        fclose(file);
    for (char *p = data; p < data + size;) {
        char *end = memchr(p, '\n', data + size - p), *next = end ? end + 1 : data + size;
        if (!end)
            end = next;
        if (end > p && end[-1] == '\r')
            end--;
        *end = 0;
        if (count == capacity &&
            !(lines = realloc(lines, (capacity = capacity ? capacity * 2 : 1024) * sizeof(*lines))))
            return 2;
        lines[count++] = p;
        p = next;
    }
    if (count)
        qsort(lines, count, sizeof(*lines), compare);
    file = output ? fopen(output, "wb") : stdout;
    if (!file) {
        fputs("The system cannot open the output file.\r\n", stderr);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        if (!i || !options.unique ||
            (options.case_counts ? strcmp(lines[i], lines[i - 1]) : _stricmp(lines[i], lines[i - 1])))
            fprintf(file, "%s\r\n", lines[i]);
    return fclose(file) ? 1 : 0;
}
