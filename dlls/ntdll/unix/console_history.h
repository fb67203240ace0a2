/* SPDX-License-Identifier: MIT */
/* console_history.h: what was typed before, and aliases, for console_line.c. All take the lock themselves. */
#ifndef TRANSOM_CONSOLE_HISTORY_H
#define TRANSOM_CONSOLE_HISTORY_H

#include "console.h"

uint32_t history_count(void);
/* Malloc'ed; NULL: there is none of that number. 0 is the oldest. */
WCHAR *history_line(uint32_t which, size_t *count);
void history_add(const WCHAR *text, size_t count);
void history_clear(void);
void alias_clear(void); /* this program's */
/* What a line is after aliases: with its line ends, malloc'ed; NULL: no alias is in it. */
WCHAR *alias_expand(const WCHAR *text, size_t *count);

#endif
