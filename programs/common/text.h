/* SPDX-License-Identifier: MIT */
/*
 * text.h: what the small programs write, in UTF-16 to a console and in its code page to files and pipes, so that any name
 * can be shown. printf of the C run time would lose what the ANSI code page lacks.
 */
#ifndef PROGRAMS_TEXT_H
#define PROGRAMS_TEXT_H

#include <windows.h>
#include <stdbool.h>
#include <stddef.h>

/* To standard output and standard error, formatted as by wprintf (%s is a WCHAR string). What cannot be written is lost. */
void out(const WCHAR *format, ...);
void err(const WCHAR *format, ...);

/* The text of a Win32 error on standard error, with its line's end, after "ERROR: ". */
void err_system(DWORD error);

/* Memory that the program cannot do without: ends it if there is none. */
void *xrealloc(void *memory, size_t size);
WCHAR *xdup(const WCHAR *text);
/* A formatted string, to be freed. */
WCHAR *xformat(const WCHAR *format, ...);

/* Whether text is the option name (without its / or -), in any case. */
bool is_option(const WCHAR *text, const WCHAR *name);

/* Whether text matches a pattern with * in any place, in any case. */
bool matches(const WCHAR *text, const WCHAR *pattern);

#endif
