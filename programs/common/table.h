/* SPDX-License-Identifier: MIT */
/* table.h: rows as a table, a list or comma-separated values (/fo table|list|csv), as tasklist and its like print them. */
#ifndef PROGRAMS_TABLE_H
#define PROGRAMS_TABLE_H

#include "text.h"

enum table_format { FORMAT_TABLE, FORMAT_LIST, FORMAT_CSV };

struct column {
    const WCHAR *title;
    int width; /* in a table, in characters; negative: to the right. Longer texts are cut, or wrapped if `wrap` */
    bool wrap; /* broken after commas into lines of their own */
    bool fits; /* as wide as its longest text; width is the least */
};

/* The format of a name after /fo; false if there is none of it. */
bool table_format(const WCHAR *name, enum table_format *format);

/* Prints `count` rows of `columns` texts each, row after row in `texts`; without titles if `bare`. */
void table_print(const struct column *columns, int column_count, const WCHAR *const *texts, size_t count,
                 enum table_format format, bool bare);

#endif
