/* SPDX-License-Identifier: MIT */
/* What the files of conio.h share. Callers hold LOCK_CONIO. */
#ifndef TRANSOM_CONIO_PRIVATE_H
#define TRANSOM_CONIO_PRIVATE_H

#include "crt_private.h"
#include <conio.h>

int crt_getwch(void);
int crt_putwch(wchar_t c);
bool crt_console_write(const wchar_t *text, size_t count);

wint_t __cdecl _getwche_nolock(void);
wint_t __cdecl _ungetwch_nolock(wint_t c);
int __cdecl _getche_nolock(void);
int __cdecl _ungetch_nolock(int c);

#endif
