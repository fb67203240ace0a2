/* SPDX-License-Identifier: MIT */
/* sort: the lines of a file or of standard input in order; case does not count. /r reverses, /+n starts at a column, /o a file. */
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "../common/lines.h"

int _CRT_glob = 0;

static struct {
    bool reverse, unique, case_counts, by_code;
    size_t column;
} options;

/* A line in one block: its text, then its bytes, which are what is written. */
struct entry {
    size_t number, length, size;
    WCHAR text[];
};

static struct entry **entries;
static size_t count;

static void read_lines(struct lines *lines)
{
    size_t room = 0;
    for (struct line line; lines_next(lines, &line);) {
        struct entry *entry = xrealloc(NULL, sizeof(*entry) + (line.length + 1) * sizeof(WCHAR) + line.size);
        *entry = (struct entry){ count, line.length, line.size };
        memcpy(entry->text, line.text, (line.length + 1) * sizeof(WCHAR));
        memcpy(entry->text + line.length + 1, line.bytes, line.size);
        if (count == room)
            entries = xrealloc(entries, (room = room ? room * 2 : 1024) * sizeof(*entries));
        entries[count++] = entry;
    }
}

static const WCHAR *key(const struct entry *entry)
{
    return entry->text + (options.column < entry->length ? options.column : entry->length);
}

/* As the user's language has it; with /l c as the numbers of the characters are. */
static int order_of(const WCHAR *x, const WCHAR *y)
{
    if (options.by_code)
        return options.case_counts ? wcscmp(x, y) : CompareStringOrdinal(x, -1, y, -1, TRUE) - CSTR_EQUAL;
    return CompareStringW(LOCALE_USER_DEFAULT, options.case_counts ? 0 : NORM_IGNORECASE, x, -1, y, -1) - CSTR_EQUAL;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    int order = order_of(key(x), key(y));
    if (order)
        return options.reverse ? -order : order;
    return x->number < y->number ? -1 : x->number > y->number; /* equal lines keep their order */
}

/* The option at argv[*i] and what belongs to it; false: there is none such. */
static bool parse_option(int argc, WCHAR **argv, int *i, const WCHAR **output)
{
    const WCHAR *p = argv[*i] + 1;
    if (*p == '+') {
        options.column = wcstoul(p + 1, NULL, 10);
        options.column -= options.column > 0;
    } else if (!_wcsnicmp(p, L"r", 1) && _wcsnicmp(p, L"rec", 3)) {
        options.reverse = true;
    } else if (!_wcsnicmp(p, L"u", 1)) {
        options.unique = true;
    } else if (!_wcsnicmp(p, L"c", 1)) {
        options.case_counts = true;
    } else if (*i + 1 < argc && !_wcsnicmp(p, L"o", 1)) {
        *output = argv[++*i];
    } else if (*i + 1 < argc && *p && wcschr(L"lL", *p)) {
        options.by_code = !_wcsicmp(argv[++*i], L"c"); /* the only locale that is documented */
    } else if (*i + 1 < argc && *p && wcschr(L"mMtTrR", *p)) {
        ++*i; /* memory, temporary folder, longest record */
    } else {
        return false;
    }
    return true;
}

int wmain(int argc, WCHAR **argv)
{
    const WCHAR *input = NULL, *output = NULL;
    struct lines lines;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '/') {
            input = argv[i];
        } else if (!parse_option(argc, argv, &i, &output)) {
            err(L"Invalid switch.\r\n");
            return 1;
        }
    }
    if (!input) {
        lines_of_input(&lines);
    } else if (!lines_open(&lines, input)) {
        err(L"%s: The system cannot find the file specified.\r\n", input);
        return 1;
    }
    read_lines(&lines);
    lines_close(&lines);
    if (count)
        qsort(entries, count, sizeof(*entries), compare);
    if (output && !_wfreopen(output, L"wb", stdout)) { /* the input may be the same file: it has been read */
        err(L"The system cannot open the output file.\r\n");
        return 1;
    }
    output_begin();
    for (size_t i = 0; i < count; i++) {
        if (i && options.unique && !order_of(entries[i]->text, entries[i - 1]->text))
            continue;
        put_bytes((const char *)(entries[i]->text + entries[i]->length + 1), entries[i]->size);
        fputs("\r\n", stdout);
    }
    return fclose(stdout) ? 1 : 0;
}
