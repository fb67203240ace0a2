/* SPDX-License-Identifier: MIT */
/* reg_text.h: what the readers of .reg files have in common. */
#ifndef TRANSOM_REG_TEXT_H
#define TRANSOM_REG_TEXT_H

#include <stddef.h>

/* The text in quotes at *at, unescaped in its place; *at is moved behind it. NULL: there is none. */
static inline char *reg_quoted(char **at)
{
    char *from = *at + 1, *to = from, *start = from;

    if (**at != '"')
        return NULL;
    for (; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1])
            from++;
        *to++ = *from;
    }
    if (*from != '"')
        return NULL;
    *at = from + 1;
    *to = 0;
    return start;
}

#endif
