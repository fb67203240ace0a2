/* SPDX-License-Identifier: MIT */
/* crt.h: tests in this folder are built twice, for msvcrt.dll and for the UCRT, and want the runtime's own functions. */
#ifndef TESTS_CRT_H
#define TESTS_CRT_H

#define __USE_MINGW_ANSI_STDIO 0
#include "../test.h"
#include <errno.h>

#ifdef _UCRT
#define CRT_DLL "ucrtbase.dll"
#define IS_UCRT 1
#else
#define CRT_DLL "msvcrt.dll"
#define IS_UCRT 0
#endif

/* A function of the runtime's DLL, where mingw-w64 would take one of its own. NULL if the DLL has none. */
static void *__attribute__((unused)) crt_function(const char *name)
{
    return (void *)GetProcAddress(GetModuleHandleA(CRT_DLL), name);
}

#ifdef _UCRT
/* The UCRT ends the process on invalid parameters unless a handler says otherwise; msvcrt.dll only returns errors. */
static void __cdecl ignore_parameter(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
                                     unsigned line, uintptr_t reserved)
{
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
}
#define IGNORE_INVALID_PARAMETERS() _set_invalid_parameter_handler(ignore_parameter)
#else
#define IGNORE_INVALID_PARAMETERS() ((void)0)
#endif

#endif
