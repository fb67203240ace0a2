/* SPDX-License-Identifier: MIT */
/* crt_wstring.c: strings of wide characters (wchar.h). */
#define _SECIMP /* defined here, not imported */
#include "ntdll_private.h"

#define CH         wchar_t
#define UCH        wchar_t
#define XINT       wchar_t
#define F(n, w)    w
#define LEN(s)     wcslen(s)
#define NLEN(s, n) wcsnlen(s, n)
#include "crt_string_impl.h"
