/* SPDX-License-Identifier: MIT */
/* The back ends of the printf functions, which msvcrt's many exported names call. */
#ifndef TRANSOM_STDIO_PRINTF_H
#define TRANSOM_STDIO_PRINTF_H

#include "crt_private.h"

bool crt_put_wide_string(const wchar_t *p, size_t n, struct stream *s);
int crt_vfprintf(unsigned __int64 options, FILE *file, const char *format, _locale_t locale, va_list args);
int crt_vfwprintf(unsigned __int64 options, FILE *file, const wchar_t *format, _locale_t locale, va_list args);
int crt_vsprintf(unsigned __int64 options, char *buf, size_t size, const char *format, _locale_t locale, va_list args);
int crt_vswprintf(unsigned __int64 options, wchar_t *buf, size_t size, const wchar_t *format, _locale_t locale,
                  va_list args);
int crt_vsprintf_s(unsigned __int64 options, char *buf, size_t size, const char *format, _locale_t locale,
                   va_list args);
int crt_vswprintf_s(unsigned __int64 options, wchar_t *buf, size_t size, const wchar_t *format, _locale_t locale,
                    va_list args);
int crt_vsnprintf_s(unsigned __int64 options, char *buf, size_t size, size_t max, const char *format, _locale_t locale,
                    va_list args);
int crt_vsnwprintf_s(unsigned __int64 options, wchar_t *buf, size_t size, size_t max, const wchar_t *format,
                     _locale_t locale, va_list args);

#endif
