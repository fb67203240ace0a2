/* SPDX-License-Identifier: MIT */
/* profile.h: initialisation files: the file as bytes, cut into lines (winbase_profile_file.c), for winbase_profile*.c. */
#ifndef TRANSOM_KERNELBASE_PROFILE_H
#define TRANSOM_KERNELBASE_PROFILE_H

#include "kernelbase_private.h"

/*
 * The file is kept as the bytes it has, so that writing changes nothing but the lines concerned, whatever their encoding:
 * UTF-16 if it begins with its mark, else the ANSI code page.
 */
struct profile {
    HANDLE file;
    BYTE *data;
    SIZE_T size, begin; /* begin: behind the byte-order mark */
    BOOL unicode;
    WCHAR *text; /* of the line that was read last */
    SIZE_T text_capacity;
};

/* A line: its bytes are start..end, the next one begins at next. `text` of it is trimmed, and valid until the next is read. */
struct profile_line {
    SIZE_T start, end, next;
    const WCHAR *text;
    SIZE_T length;
    const WCHAR *name, *value; /* of a section, without brackets (value NULL); of a key; NULL: neither */
    SIZE_T name_length, value_length;
    BOOL is_section;
};

/* NULL as name means win.ini. Fails with the last error set. For writing the file is made, and locked until it is closed. */
BOOL profile_open(struct profile *profile, const WCHAR *name, BOOL write);
void profile_close(struct profile *profile);

/* The line at `at`; FALSE at the end, or if there is no memory. */
BOOL profile_next(struct profile *profile, SIZE_T at, struct profile_line *line);
/* Finds the line of a section. */
BOOL profile_find_section(struct profile *profile, const WCHAR *section, struct profile_line *line);
/* Finds a key's line behind its section's (`at` = that line's next). */
BOOL profile_find_key(struct profile *profile, SIZE_T at, const WCHAR *key, struct profile_line *line);

/* Puts text in place of the bytes from..to, and writes the file. */
BOOL profile_replace(struct profile *profile, SIZE_T from, SIZE_T to, const WCHAR *text, SIZE_T length);

/* A string without the blanks around it. */
const WCHAR *profile_trim(const WCHAR *str, SIZE_T *length);

#endif
