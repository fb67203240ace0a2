/* SPDX-License-Identifier: MIT */
/* The bounds-checked string functions (strcpy_s and family), from one text for both character types. */
#include "crt_private.h"

#define CH         char
#define XINT       int
#define F(n, w)    n
#define NLEN(s, n) strnlen(s, n)
#include "string_s_impl.h"

#define CH         wchar_t
#define XINT       wchar_t
#define F(n, w)    w
#define NLEN(s, n) wcsnlen(s, n)
#include "string_s_impl.h"
