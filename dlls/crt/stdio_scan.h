/* SPDX-License-Identifier: MIT */
/* The back ends of the scanf functions. */
#ifndef TRANSOM_STDIO_SCAN_H
#define TRANSOM_STDIO_SCAN_H

#include "crt_private.h"

int crt_vfscanf(unsigned __int64 options, FILE *file, const char *format, _locale_t locale, va_list args);
int crt_vfwscanf(unsigned __int64 options, FILE *file, const wchar_t *format, _locale_t locale, va_list args);
int crt_vsscanf(unsigned __int64 options, const char *text, size_t size, const char *format, _locale_t locale,
                va_list args);
int crt_vswscanf(unsigned __int64 options, const wchar_t *text, size_t size, const wchar_t *format, _locale_t locale,
                 va_list args);

#endif
