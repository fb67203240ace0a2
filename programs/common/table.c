/* SPDX-License-Identifier: MIT */
/* table.c: prints rows in the three forms that Windows' commands know. */
#include "table.h"
#include <stdlib.h>
#include <wchar.h>

bool table_format(const WCHAR *name, enum table_format *format)
{
    static const WCHAR *const names[] = { L"table", L"list", L"csv" };
    for (int i = 0; i < 3; i++) {
        if (!_wcsicmp(name, names[i])) {
            *format = i;
            return true;
        }
    }
    return false;
}

static void print_quoted(const WCHAR *text)
{
    out(L"\"%s\"", text);
}

static void print_csv(const struct column *columns, int column_count, const WCHAR *const *texts, size_t count,
                      bool bare)
{
    for (int i = 0; i < column_count && !bare; i++) {
        print_quoted(columns[i].title);
        out(i + 1 < column_count ? L"," : L"\r\n");
    }
    for (size_t i = 0; i < count * column_count; i++) {
        print_quoted(texts[i]);
        out((i + 1) % column_count ? L"," : L"\r\n");
    }
}

static void print_list(const struct column *columns, int column_count, const WCHAR *const *texts, size_t count)
{
    int widest = 0;
    for (int i = 0; i < column_count; i++)
        widest = max(widest, (int)wcslen(columns[i].title));
    for (size_t row = 0; row < count; row++) {
        out(L"\r\n");
        for (int i = 0; i < column_count; i++)
            out(L"%s:%*s %s\r\n", columns[i].title, widest - (int)wcslen(columns[i].title), L"",
                texts[row * column_count + i]);
    }
}

/* As many characters of a text as a column's next line takes: up to the last comma that fits. */
static int line_length(const WCHAR *text, int width, bool wrap)
{
    int length = (int)wcslen(text), fit = 0;
    if (length <= width || !wrap)
        return min(length, width);
    for (int i = 0; i < width; i++)
        if (text[i] == ',')
            fit = i + 1;
    return fit ? fit : width;
}

/* One row: as many lines as the longest of the columns that wrap needs. */
static void print_row(const struct column *columns, int column_count, const int *widths, const WCHAR *const *texts)
{
    const WCHAR **rest = xrealloc(NULL, column_count * sizeof(*rest));
    memcpy(rest, texts, column_count * sizeof(*rest));
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < column_count; i++) {
            int length = line_length(rest[i], widths[i], columns[i].wrap), padding = widths[i] - length;
            const WCHAR *end = i + 1 < column_count ? L" " : L"\r\n";
            if (columns[i].width < 0)
                out(L"%*s%.*s%s", padding, L"", length, rest[i], end);
            else
                out(L"%.*s%*s%s", length, rest[i], padding, L"", end);
            rest[i] += columns[i].wrap ? length : (int)wcslen(rest[i]);
            more |= *rest[i] != 0;
        }
    }
    free(rest);
}

static void print_table(const struct column *columns, int column_count, const WCHAR *const *texts, size_t count,
                        bool bare)
{
    int *widths = xrealloc(NULL, column_count * sizeof(*widths));
    const WCHAR **titles = xrealloc(NULL, 2 * column_count * sizeof(*titles)), **lines = titles + column_count;
    for (int i = 0; i < column_count; i++) {
        widths[i] = abs(columns[i].width);
        for (size_t row = 0; row < count && columns[i].fits; row++)
            widths[i] = max(widths[i], (int)wcslen(texts[row * column_count + i]));
        titles[i] = columns[i].title;
        WCHAR *line = xrealloc(NULL, (widths[i] + 1) * sizeof(WCHAR));
        wmemset(line, '=', widths[i]);
        line[widths[i]] = 0;
        lines[i] = line;
    }
    if (!bare) {
        print_row(columns, column_count, widths, titles);
        print_row(columns, column_count, widths, lines);
    }
    for (size_t row = 0; row < count; row++)
        print_row(columns, column_count, widths, texts + row * column_count);
    for (int i = 0; i < column_count; i++)
        free((void *)lines[i]);
    free(titles);
    free(widths);
}

void table_print(const struct column *columns, int column_count, const WCHAR *const *texts, size_t count,
                 enum table_format format, bool bare)
{
    if (format == FORMAT_CSV)
        print_csv(columns, column_count, texts, count, bare);
    else if (format == FORMAT_LIST)
        print_list(columns, column_count, texts, count);
    else
        print_table(columns, column_count, texts, count, bare);
}
