/* SPDX-License-Identifier: MIT */
/* crt_string.c: strings of bytes (string.h). */
#define _SECIMP /* defined here, not imported */
#include "ntdll_private.h"

#define CH         char
#define UCH        unsigned char
#define XINT       int
#define F(n, w)    n
#define LEN(s)     strlen(s)
#define NLEN(s, n) strnlen(s, n)
#include "crt_string_impl.h"

int __cdecl _strcmpi(const char *a, const char *b)
{
    return _stricmp(a, b);
}
